/* Reading a frozen model. Blocks of actions are walked along every jump. Conditions are
 * evaluated with three-valued logic (Kleene): the state is known, everything about the patient
 * is not, and "false and unknown" is false all the same. */
#include "cli/reach.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

sq_reach sq_reach_new(const sq_model *m)
{
    sq_reach r = {.state = calloc((size_t)m->n_states + 1, sizeof *r.state),
                  .decision = calloc((size_t)m->n_decisions + 1, sizeof *r.decision)};
    r.failed = r.state == NULL || r.decision == NULL;
    return r;
}

void sq_reach_free(sq_reach *r)
{
    free(r->state);
    free(r->decision);
    free(r->seen);
    *r = (sq_reach){.state = NULL};
}

void sq_reach_clear(sq_reach *r, const sq_model *m)
{
    if (r->failed) return;
    memset(r->state, 0, (size_t)m->n_states * sizeof *r->state);
    memset(r->decision, 0, (size_t)m->n_decisions * sizeof *r->decision);
    if (r->seen != NULL) memset(r->seen, 0, r->n_seen);
}

/* True the first time. */
static bool first_visit(sq_reach *r, int action)
{
    size_t i = (size_t)action;
    if (i >= r->n_seen) {
        size_t n = 2 * i + 64;
        unsigned char *seen = realloc(r->seen, n);
        if (seen == NULL) {
            r->failed = true;
            return false;
        }
        memset(seen + r->n_seen, 0, n - r->n_seen);
        r->seen = seen;
        r->n_seen = n;
    }
    if (r->seen[i] != 0) return false;
    r->seen[i] = 1;
    return true;
}

static void walk_split(sq_reach *r, const sq_model *m, const sq_draw *draw)
{
    for (int i = 0; i < draw->n_options; i++)
        sq_reach_walk(r, m, m->draw_options[draw->first_option + i].value);
}

void sq_reach_walk(sq_reach *r, const sq_model *m, int action)
{
    while (action >= 0 && !r->failed && first_visit(r, action)) {
        const sq_action *a = &m->actions[action++];
        switch (a->code) {
        case SQ_ACT_END: return;
        case SQ_ACT_SPLIT: walk_split(r, m, &m->draws[a->b]); return;
        case SQ_ACT_UNLESS: sq_reach_walk(r, m, a->a); break;
        case SQ_ACT_JUMP: action = a->a; break;
        case SQ_ACT_DECIDE: r->decision[a->a] = true; break;
        case SQ_ACT_GOTO: r->state[a->a] = true; break;
        default: break;
        }
    }
}

/* ---- conditions ----------------------------------------------------------------------------- */

/* NaN stands for "not known": no constant of a condition is NaN. */
static const double unknown = (double)NAN;

static int pops(int code)
{
    static const unsigned char list[] = {
#define X(name, n) n,
        SQ_OP_LIST(X)
#undef X
    };
    return list[code];
}

static double truth(bool value) { return value ? 1 : 0; }

static double both(double a, double b)
{
    if (a == 0 || b == 0) return 0;
    return isnan(a) || isnan(b) ? unknown : 1;
}

static double either(double a, double b)
{
    if ((!isnan(a) && a != 0) || (!isnan(b) && b != 0)) return 1;
    return isnan(a) || isnan(b) ? unknown : 0;
}

static double compared(int code, double a, double b)
{
    if (isnan(a) || isnan(b)) return unknown;
    switch (code) {
    case SQ_OP_EQ: return truth(a == b);
    case SQ_OP_NE: return truth(a != b);
    case SQ_OP_LT: return truth(a < b);
    default: return truth(a <= b);
    }
}

static double chosen(double condition, double a, double b)
{
    if (isnan(condition)) return a == b ? a : unknown;
    return condition != 0 ? a : b;
}

/* One operation on its arguments x[0 …]; what does not decide about states is not known. */
static double result_of(const sq_model *m, const sq_op *op, int state, const double *x)
{
    switch (op->code) {
    case SQ_OP_CONST: return m->constants[op->a];
    case SQ_OP_STATE: return state;
    case SQ_OP_ALIVE: return truth(!m->states[state].death);
    case SQ_OP_NOT: return isnan(x[0]) ? unknown : truth(x[0] == 0);
    case SQ_OP_AND: return both(x[0], x[1]);
    case SQ_OP_OR: return either(x[0], x[1]);
    case SQ_OP_EQ:
    case SQ_OP_NE:
    case SQ_OP_LT:
    case SQ_OP_LE: return compared(op->code, x[0], x[1]);
    case SQ_OP_IF: return chosen(x[0], x[1], x[2]);
    default: return unknown;
    }
}

bool sq_may_hold(const sq_model *m, sq_program condition, int state)
{
    double stack[SQ_STACK_DEPTH + 1];
    int depth = 0;
    if (condition.count == 0) return !m->states[state].death;
    for (uint32_t i = 0; i < condition.count; i++) {
        const sq_op *op = &m->code[condition.first + i];
        int n = op->code < SQ_OP_COUNT ? pops(op->code) : 0;
        if (n > depth || depth - n >= SQ_STACK_DEPTH) return true;
        depth -= n;
        stack[depth] = result_of(m, op, state, stack + depth);
        depth++;
    }
    return depth != 1 || isnan(stack[0]) || stack[0] != 0;
}
