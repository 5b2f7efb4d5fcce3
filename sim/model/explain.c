/* The account of a program: its code is walked from the result backwards, as a tree, and what it read on the
 * way is written down once each. A program composed of several texts (a reward by state, a loading) shows
 * those of its texts that counted. */
#include "model/explain.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_READS = 12, MOST_SAYINGS = 32 };

typedef struct account {
    const sq_view *view;
    const sq_op *code;
    int n_reads;
    uint32_t read[MOST_READS]; /* places of the operations that read something */
    int n_sayings;
    const sq_saying *saying[MOST_SAYINGS];
    bool counted[MOST_SAYINGS];
} account;

typedef struct writer {
    char *text;
    size_t size, used;
} writer;

static void put(writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(writer *w, const char *format, ...)
{
    va_list args;
    if (w->used + 1 >= w->size) return;
    va_start(args, format);
    int n = vsnprintf(w->text + w->used, w->size - w->used, format, args);
    va_end(args);
    size_t left = w->size - 1 - w->used;
    if (n > 0) w->used += (size_t)n < left ? (size_t)n : left;
}

/* ---- the walk ------------------------------------------------------------------------------------- */

static int pops(const sq_op *op)
{
    static const signed char list[] = {
#define X(name, n) n,
        SQ_OP_LIST(X)
#undef X
    };
    return list[op->code];
}

/* Where the subexpression that ends before `end` begins. */
static uint32_t beginning(const account *a, uint32_t end)
{
    for (int needed = 1; needed > 0;) needed += pops(&a->code[--end]) - 1;
    return end;
}

static double value_of(const account *a, uint32_t first, uint32_t end)
{
    return sq_program_value(a->view, (sq_program){first, end - first}, 0);
}

/* The same read elsewhere in the program is not told twice. */
static bool is_known(const account *a, uint32_t at)
{
    for (int i = 0; i < a->n_reads; i++) {
        const sq_op *x = &a->code[a->read[i]], *y = &a->code[at];
        bool indexed = x->code == SQ_OP_PARAM_AT || x->code == SQ_OP_ATTR_AT;
        if (x->code == y->code && x->a == y->a && !indexed) return true;
    }
    return false;
}

static bool reads(const sq_op *op)
{
    switch ((sq_op_code)op->code) {
    case SQ_OP_PARAM:
    case SQ_OP_PARAM_AT:
    case SQ_OP_ATTR:
    case SQ_OP_ATTR_AT:
    case SQ_OP_STATE:
    case SQ_OP_NOW:
    case SQ_OP_IN_STATE:
    case SQ_OP_HAPPENED:
    case SQ_OP_SINCE:
    case SQ_OP_TALLY:
    case SQ_OP_TIME_IN: return true;
    default: return false;
    }
}

static void note(account *a, uint32_t at)
{
    for (int i = 0; i < a->n_sayings; i++) {
        sq_program p = a->saying[i]->program;
        if (at >= p.first && at < p.first + p.count) a->counted[i] = true;
    }
    if (reads(&a->code[at]) && a->n_reads < MOST_READS && !is_known(a, at)) a->read[a->n_reads++] = at;
}

static void visit(account *a, uint32_t end);

/* `if`: the condition, then the arm that it chose. */
static void visit_choice(account *a, uint32_t end)
{
    uint32_t third = beginning(a, end - 1), second = beginning(a, third), first = beginning(a, second);
    double condition = value_of(a, first, second);
    visit(a, second);
    if (!isnan(condition)) visit(a, condition != 0 ? third : end - 1);
}

/* `and`, `or`: the left side, and the right one where it counted. */
static void visit_logic(account *a, uint32_t end, double decides)
{
    uint32_t second = beginning(a, end - 1);
    visit(a, second);
    if (value_of(a, beginning(a, second), second) != decides) visit(a, end - 1);
}

static void visit_operands(account *a, uint32_t end, int n)
{
    if (n == 0) return;
    uint32_t last = beginning(a, end);
    visit_operands(a, last, n - 1);
    visit(a, end);
}

static void visit(account *a, uint32_t end)
{
    const sq_op *op = &a->code[end - 1];
    note(a, end - 1);
    switch ((sq_op_code)op->code) {
    case SQ_OP_IF: visit_choice(a, end); break;
    case SQ_OP_AND: visit_logic(a, end, 0); break;
    case SQ_OP_OR: visit_logic(a, end, 1); break;
    case SQ_OP_IS_SET: break; /* whatever it read, there was nothing wrong with it */
    default: visit_operands(a, end - 1, pops(op)); break;
    }
}

/* ---- values in words ------------------------------------------------------------------------------ */

static void put_number(writer *w, const sq_model *m, sq_unit unit, double x)
{
    if (unit.money == 0 && unit.time == 1)
        put(w, "%.6g d", x);
    else if (unit.money == 0 && unit.time == -1)
        put(w, "%.6g/y", x * SQ_DAYS_PER_YEAR);
    else if (unit.money == 1 && unit.time == 0)
        put(w, "%.6g %s", x, m->currency);
    else if (unit.money == 1 && unit.time == -1)
        put(w, "%.6g %s/y", x * SQ_DAYS_PER_YEAR, m->currency);
    else
        put(w, "%.6g", x);
}

static void put_attribute(writer *w, const sq_model *m, int i, double x)
{
    const sq_attribute *attribute = &m->attributes[i];
    put(w, "%s = ", attribute->name);
    if (attribute->type.class == SQ_TYPE_NUMBER)
        put_number(w, m, attribute->type.unit, x);
    else if (attribute->type.class == SQ_TYPE_FLAG)
        put(w, "%s", x != 0 ? "true" : "false");
    else if (attribute->type.category == SQ_CATEGORY_STATES)
        put(w, "%s", m->states[(int)x].name);
    else
        put(w, "%s", m->categories[attribute->type.category].labels[(int)x]);
}

/* A number that the user can name; others (knots, what was solved) are left out. */
static bool put_parameter(writer *w, const sq_model *m, int slot, double x)
{
    for (int i = 0; i < m->n_parameters; i++) {
        if (m->parameters[i].slot != slot) continue;
        put(w, "%s = ", m->parameters[i].name);
        put_number(w, m, m->parameters[i].unit, x);
        return true;
    }
    return false;
}

/* The attribute or slot an operation reads; -1 where its index has no value. */
static int place_read(const account *a, uint32_t at)
{
    const sq_op *op = &a->code[at];
    if (op->code != SQ_OP_PARAM_AT && op->code != SQ_OP_ATTR_AT) return op->a;
    double index = value_of(a, beginning(a, at), at);
    return isnan(index) ? -1 : op->a + (int)index;
}

/* "a = 0.2" for the operation; false where there is nothing to write. */
static bool put_read(writer *w, const account *a, uint32_t at)
{
    const sq_model *m = a->view->model;
    const sq_op *op = &a->code[at];
    double x = value_of(a, beginning(a, at + 1), at + 1);
    int place = place_read(a, at);
    if (isnan(x) || place < 0) return false; /* told apart */
    switch ((sq_op_code)op->code) {
    case SQ_OP_PARAM:
    case SQ_OP_PARAM_AT: return put_parameter(w, m, place, x);
    case SQ_OP_ATTR:
    case SQ_OP_ATTR_AT: put_attribute(w, m, place, x); break;
    case SQ_OP_STATE: put(w, "state = %s", m->states[(int)x].name); break;
    case SQ_OP_NOW: put(w, "now = %.6g d", x); break;
    case SQ_OP_IN_STATE: put(w, "in_state = %.6g d", x); break;
    case SQ_OP_HAPPENED:
        put(w, "happened(%s) = %s", sq_occurrence_name(m, place), x != 0 ? "true" : "false");
        break;
    case SQ_OP_SINCE: put(w, "since(%s) = %.6g d", sq_occurrence_name(m, place), x); break;
    case SQ_OP_TALLY: put(w, "count(%s) = %.6g", sq_occurrence_name(m, place), x); break;
    default: put(w, "time_in(%s) = %.6g d", m->states[place].name, x); break;
    }
    return true;
}

static void put_reads(writer *w, const account *a)
{
    const char *before = w->used > 0 ? " with " : "with ";
    for (int i = 0; i < a->n_reads; i++) {
        size_t used = w->used;
        put(w, "%s", before);
        if (put_read(w, a, a->read[i])) {
            before = ", ";
        } else {
            w->used = used;
            w->text[used] = '\0';
        }
    }
}

/* "; response_time is unset here" for what was read and is not there. */
static void put_missing(writer *w, const account *a)
{
    const sq_model *m = a->view->model;
    for (int i = 0; i < a->n_reads; i++) {
        const sq_op *op = &a->code[a->read[i]];
        int place = place_read(a, a->read[i]);
        bool is_attribute = op->code == SQ_OP_ATTR || op->code == SQ_OP_ATTR_AT;
        const char *between = w->used > 0 ? "; " : "";
        if (is_attribute && place >= 0 && isnan(a->view->attribute[place]))
            put(w, "%s%s is unset here", between, m->attributes[place].name);
        if (op->code == SQ_OP_SINCE && isnan(value_of(a, a->read[i], a->read[i] + 1)))
            put(w, "%s%s has not happened", between, sq_occurrence_name(m, place));
    }
}

/* ---- the whole ------------------------------------------------------------------------------------ */

/* The texts that lie within the program. */
static void find_sayings(account *a, sq_program program)
{
    const sq_model *m = a->view->model;
    for (int i = 0; i < m->n_sayings && a->n_sayings < MOST_SAYINGS; i++) {
        sq_program p = m->sayings[i].program;
        bool within = p.first >= program.first && p.first + p.count <= program.first + program.count;
        if (within) a->saying[a->n_sayings++] = &m->sayings[i];
    }
}

void sq_explain(const sq_view *view, sq_program program, char *text, size_t size)
{
    account a = {.view = view, .code = view->model->code};
    writer w = {text, size, 0};
    text[0] = '\0';
    if (program.count == 0) return;
    find_sayings(&a, program);
    visit(&a, program.first + program.count);
    for (int i = 0; i < a.n_sayings; i++)
        if (a.counted[i])
            put(&w, "%s%s: %s", w.used > 0 ? "; " : "", a.saying[i]->where, a.saying[i]->text);
    put_reads(&w, &a);
    put_missing(&w, &a);
}
