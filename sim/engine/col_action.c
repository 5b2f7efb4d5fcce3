/* Actions and decisions over a selection. Lanes part at conditions and splits; all jumps lead forward, so the lanes
 * that are furthest behind are always taken next, and those that have parted are together again where their
 * branches meet. */
#include "engine/col.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* ---- values ---------------------------------------------------------------------------------------------- */

typedef enum limits { ANY_NUMBER, PROBABILITY, COUNT } limits;

/* The numbers that fit lie from 0, or from below all, to 1, or to above all. */
static double least(limits limit) { return limit == ANY_NUMBER ? -DBL_MAX : 0; }
static double most(limits limit) { return limit == PROBABILITY ? 1 : DBL_MAX; }

static limits limits_of(const sq_attribute *a)
{
    bool plain = a->type.class == SQ_TYPE_NUMBER && a->type.unit.time == 0 && a->type.unit.money == 0;
    sq_kind kind = plain ? (sq_kind)a->type.unit.kind : SQ_KIND_NONE;
    return kind == SQ_KIND_PROBABILITY ? PROBABILITY : kind == SQ_KIND_COUNT ? COUNT : ANY_NUMBER;
}

/* The values where they fit; a lane whose value does not fails and gets `instead` (or 0). */
static sq_column judged(sq_columns *c, sq_selection *s, sq_column value, limits limit, const double *instead)
{
    if (c->lanes->within(value, least(limit), most(limit), value.step ? s->n : 1)) return value;
    double *kept = sq_col_doubles(c, s->n);
    for (int i = 0; i < s->n; i++) {
        double x = value.p[i * value.step];
        bool fit = x >= least(limit) && x <= most(limit);
        kept[i] = fit ? x : instead ? instead[i] : 0;
        if (!fit) sq_col_fail(c, s, i);
    }
    for (int i = s->n; i < sq_col_padded(s->n); i++) kept[i] = kept[s->n - 1];
    return (sq_column){kept, 1};
}

static sq_column finite_value(sq_columns *c, sq_selection *s, sq_program program)
{
    return judged(c, s, sq_col_value(c, s, program, 0), ANY_NUMBER, NULL);
}

/* ---- writing ----------------------------------------------------------------------------------------------- */

/* Writes elements of a vector: another one for each lane. */
static void assign_elements(sq_columns *c, sq_selection *s, int first, sq_column offset, sq_column value)
{
    int last = first;
    for (int i = 0; i < s->n; i++) {
        int attribute = first + (int)offset.p[i * offset.step];
        double x = value.p[i * value.step], *place = &c->p->attribute[attribute][s->lane[i]];
        if (attribute > last) last = attribute;
        if (x == *place || (isnan(x) && isnan(*place))) continue;
        *place = x;
        sq_col_touch_lane(c, s, attribute, i);
    }
    sq_col_refresh(c, s, first, last);
}

/* What is written stands where the index says; as ref_action.c, a value is judged by its attribute's type. NaN unsets. */
static void put(sq_columns *c, sq_selection *s, const sq_action *action, sq_column value, bool unsets)
{
    limits limit = limits_of(&c->model->attributes[action->a]);
    if (action->q.count == 0) {
        if (!unsets) value = judged(c, s, value, limit, sq_col_attribute(c, s, action->a));
        sq_col_assign(c, s, action->a, value);
        return;
    }
    sq_column offset = finite_value(c, s, action->q);
    if (!unsets) value = judged(c, s, value, limit, NULL);
    assign_elements(c, s, action->a, offset, value);
}

static void set(sq_columns *c, sq_selection *s, const sq_action *action)
{
    put(c, s, action, sq_col_value(c, s, action->p, 0), false);
}

static void unset(sq_columns *c, sq_selection *s, const sq_action *action)
{
    put(c, s, action, sq_col_uniform(c, NAN), true);
}

static const double *drawn_label(sq_columns *c, sq_selection *s, const sq_draw *draw)
{
    const sq_draw_option *options = &c->model->draw_options[draw->first_option];
    const double *option = sq_col_option(c, s, draw);
    double *label = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) label[i] = options[(int)option[i]].value;
    return label;
}

static void draw(sq_columns *c, sq_selection *s, const sq_action *action)
{
    const sq_draw *d = &c->model->draws[action->b];
    const double *value = d->kind == SQ_DRAW_LAW      ? sq_col_number(c, s, d)
                          : d->kind == SQ_DRAW_CHANCE ? sq_col_flag(c, s, d)
                                                      : drawn_label(c, s, d);
    put(c, s, action, (sq_column){value, 1}, false);
}

static void pay(sq_columns *c, sq_selection *s, const sq_action *action)
{
    int quantity = action->code == SQ_ACT_QALYS ? SQ_QUANTITY_QALYS : SQ_QUANTITY_COST + action->a;
    sq_col_pay(c, s, quantity, finite_value(c, s, action->p));
}

static void lose(sq_columns *c, sq_selection *s, const sq_action *action)
{
    sq_column amount = finite_value(c, s, action->p), duration = finite_value(c, s, action->q);
    sq_col_lose(c, s, action->a, amount, duration);
    sq_col_touch_rewards(c, s);
}

static void ask(sq_columns *c, sq_selection *s, uint64_t *asked, int event)
{
    c->asked[event / 64] |= UINT64_C(1) << (event % 64);
    sq_col_set_bit(c, s, asked, event);
}

static void go(sq_columns *c, sq_selection *s, const sq_action *action)
{
    int32_t to = action->b ? c->model->n_states + action->a : action->a;
    for (int i = 0; i < s->n; i++) c->p->goto_state[s->lane[i]] = to;
}

/* ---- decisions ----------------------------------------------------------------------------------------------- */

/* Lanes for which a condition holds, and that have no rule yet, take this one; how many. */
static int take_rule(sq_columns *c, const sq_selection *s, sq_column truth, int strategy, const sq_rule *this,
                     const sq_rule **rule)
{
    int taken = 0;
    for (int i = 0; i < s->n; i++) {
        double x = truth.p[i * truth.step];
        if (x == 0 || rule[i] || (s->strategy < 0 && c->p->strategy[s->lane[i]] != strategy)) continue;
        if (isnan(x)) sq_col_fail(c, s, i);
        rule[i] = this;
        taken++;
    }
    return taken;
}

static int lives_of(const sq_columns *c, const sq_selection *s, int strategy)
{
    int n = 0;
    if (s->strategy >= 0) return s->n;
    for (int i = 0; i < s->n; i++) n += c->p->strategy[s->lane[i]] == strategy;
    return n;
}

/* The first rule that matches, for the lanes of this strategy. Lanes that have their rule are asked on and not
 * listened to: that costs less than parting the selection. */
static void match_rules(sq_columns *c, sq_selection *s, int decision, int strategy, const sq_rule **rule)
{
    const sq_rule_list list = c->model->strategies[strategy].rules[decision];
    int waiting = lives_of(c, s, strategy);
    for (int k = 0; k < list.count && waiting > 0; k++) {
        const sq_rule *this = &c->model->rules[list.first + k];
        sq_mark mark = sq_col_mark(c);
        sq_column truth = sq_col_value(c, s, this->condition, 1);
        bool never = truth.step == 0 && truth.p[0] == 0;
        if (!never) waiting -= take_rule(c, s, truth, strategy, this, rule);
        sq_col_release(c, mark);
    }
}

/* Runs a block for the lanes where the number is k. */
static void run_where(sq_columns *c, const sq_selection *s, const double *number, double k, int block)
{
    sq_selection part;
    sq_mark mark = sq_col_mark(c);
    double *truth = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) truth[i] = number[i] == k;
    if (block >= 0 && sq_col_where(c, s, truth, &part)) {
        sq_col_forget(&part);
        sq_col_actions(c, &part, block);
    }
    sq_col_release(c, mark);
}

/* Assignments of the rules that matched; lanes of different strategies have different rules. */
static void run_sets(sq_columns *c, const sq_selection *s, const sq_rule *const *rule)
{
    sq_mark mark = sq_col_mark(c);
    double *number = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) number[i] = i < s->n ? (double)rule[i]->sets : -1;
    for (int i = 0; i < s->n; i++) {
        bool first = number[i] >= 0;
        for (int k = 0; k < i && first; k++) first = number[k] != number[i];
        if (first) run_where(c, s, number, number[i], (int)number[i]);
    }
    sq_col_release(c, mark);
}

static void run_branches(sq_columns *c, const sq_selection *s, const sq_decision *d, const double *option)
{
    int n = c->model->categories[d->category].n_labels;
    for (int k = 0; k < n; k++) {
        bool chosen = false;
        for (int i = 0; i < s->n && !chosen; i++) chosen = option[i] == k;
        if (chosen) run_where(c, s, option, k, d->option[k]);
    }
}

static void decide(sq_columns *c, sq_selection *s, int index)
{
    const sq_decision *d = &c->model->decisions[index];
    const sq_rule **rule = sq_col_pointers(c, s->n);
    double *option = sq_col_doubles(c, s->n);
    bool any_sets = false;
    memset(rule, 0, sizeof *rule * (size_t)s->n);
    for (int i = 0; i < s->n; i++)
        if (!rule[i]) match_rules(c, s, index, c->p->strategy[s->lane[i]], rule);
    for (int i = 0; i < s->n; i++) {
        option[i] = rule[i]->option;
        any_sets |= rule[i]->sets >= 0;
    }
    for (int i = s->n; i < sq_col_padded(s->n); i++) option[i] = option[s->n - 1];
    sq_col_assign(c, s, d->attribute, (sq_column){option, 1});
    if (any_sets) run_sets(c, s, rule);
    sq_col_forget(s);
    if (d->common >= 0) sq_col_actions(c, s, d->common);
    run_branches(c, s, d, option);
    sq_col_forget(s);
}

/* ---- the flow through a block ---------------------------------------------------------------------------------- */

/* Where the lanes of a selection stand. */
typedef struct flow {
    const sq_selection *all;
    int32_t *at;           /* [all->n] next action of each */
    int32_t *position;     /* those who are furthest behind, in all->lane: [here.n] */
    int32_t *lane;         /* and their lanes */
    sq_selection here;
    int next;              /* where the nearest of the others stand */
    sq_mark mark;          /* before `here` was made */
} flow;

static flow flow_of(sq_columns *c, const sq_selection *s, int first)
{
    flow f = {.all = s, .here = *s, .next = INT_MAX};
    f.at = sq_col_lanes(c, s->n);
    f.position = sq_col_lanes(c, s->n);
    f.lane = sq_col_lanes(c, s->n);
    for (int i = 0; i < s->n; i++) {
        f.at[i] = first;
        f.position[i] = i;
    }
    f.mark = sq_col_mark(c);
    return f;
}

/* Takes those who are furthest behind; where they stand. */
static int take_hindmost(sq_columns *c, flow *f)
{
    int n = f->all->n, hindmost = INT_MAX, taken = 0;
    for (int i = 0; i < n; i++) hindmost = f->at[i] < hindmost ? f->at[i] : hindmost;
    f->next = INT_MAX;
    for (int i = 0; i < n; i++) {
        f->position[taken] = i;
        f->lane[taken] = f->all->lane[i];
        if (f->at[i] == hindmost) taken++;
        else if (f->at[i] < f->next) f->next = f->at[i];
    }
    sq_col_release(c, f->mark);
    f->here = sq_col_part(c, f->all, f->lane, taken);
    return hindmost;
}

/* All who are here go on at `to`. */
static int go_on(sq_columns *c, flow *f, int to)
{
    if (to < f->next) return to;
    for (int i = 0; i < f->here.n; i++) f->at[f->position[i]] = to;
    return take_hindmost(c, f);
}

static int part(sq_columns *c, flow *f, int i, const sq_action *action)
{
    sq_column truth = sq_col_truth(c, &f->here, action->p);
    int n = f->here.n, true_for = 0;
    for (int k = 0; k < n; k++) true_for += truth.p[k * truth.step] != 0;
    if (true_for == n || true_for == 0) return go_on(c, f, true_for ? i + 1 : action->a);
    for (int k = 0; k < n; k++) f->at[f->position[k]] = truth.p[k * truth.step] != 0 ? i + 1 : action->a;
    return take_hindmost(c, f);
}

static int split(sq_columns *c, flow *f, const sq_action *action)
{
    const sq_draw *d = &c->model->draws[action->b];
    const double *option = sq_col_option(c, &f->here, d);
    for (int k = 0; k < f->here.n; k++)
        f->at[f->position[k]] = c->model->draw_options[d->first_option + (int)option[k]].value;
    return take_hindmost(c, f);
}

static void act(sq_columns *c, sq_selection *s, const sq_action *action)
{
    sq_pool *p = c->p;
    switch (action->code) {
    case SQ_ACT_END:
    case SQ_ACT_SPLIT:
    case SQ_ACT_UNLESS:
    case SQ_ACT_JUMP: break; /* of the flow */
    case SQ_ACT_SET: set(c, s, action); break;
    case SQ_ACT_UNSET: unset(c, s, action); break;
    case SQ_ACT_DRAW: draw(c, s, action); break;
    case SQ_ACT_DECIDE: decide(c, s, action->a); break;
    case SQ_ACT_START: ask(c, s, p->start_asked, action->a); break;
    case SQ_ACT_STOP: ask(c, s, p->stop_asked, action->a); break;
    case SQ_ACT_PAUSE: ask(c, s, p->pause_asked, action->a); break;
    case SQ_ACT_RESUME: ask(c, s, p->resume_asked, action->a); break;
    case SQ_ACT_GOTO: go(c, s, action); break;
    case SQ_ACT_PAY:
    case SQ_ACT_QALYS: pay(c, s, action); break;
    case SQ_ACT_LOSE: lose(c, s, action); break;
    case SQ_ACT_MARK: sq_col_occur(c, s, SQ_OCCURS_MARK(c->model, action->a)); break;
    }
}

void sq_col_actions(sq_columns *c, sq_selection *s, int first)
{
    const sq_action *actions = c->model->actions;
    if (actions[first].code == SQ_ACT_END) return;
    sq_mark mark = sq_col_mark(c);
    flow f = flow_of(c, s, first);
    for (int i = first; actions[i].code != SQ_ACT_END;) {
        const sq_action *action = &actions[i];
        sq_mark here = sq_col_mark(c);
        switch (action->code) {
        case SQ_ACT_UNLESS: i = part(c, &f, i, action); break;
        case SQ_ACT_SPLIT: i = split(c, &f, action); break;
        case SQ_ACT_JUMP: i = go_on(c, &f, action->a); break;
        default:
            act(c, &f.here, action);
            sq_col_release(c, here);
            i = go_on(c, &f, i + 1);
        }
    }
    sq_col_release(c, mark);
    sq_col_forget(s);
}
