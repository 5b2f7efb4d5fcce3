/* Actions and decisions over a selection. Lanes part at conditions and splits; all jumps lead forward, so the lanes
 * that are furthest behind are always taken next, and those that have parted are together again where their
 * branches meet. */
#include "engine/col_program.h"

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

bool sq_col_fits(const sq_attribute *a, double value)
{
    limits limit = limits_of(a);
    return value >= least(limit) && value <= most(limit);
}

/* The values where they fit; a lane whose value does not fails and keeps what it has of this attribute (-1: of none, 0). */
static sq_column judged(sq_columns *c, sq_selection *s, sq_column value, limits limit, int attribute)
{
    if (c->lanes->within(value, least(limit), most(limit), value.step ? s->n : 1)) return value;
    const double *old = attribute >= 0 ? sq_col_attribute(c, s, attribute) : NULL;
    double *kept = sq_col_doubles(c, s->n);
    for (int i = 0; i < s->n; i++) {
        double x = value.p[i * value.step];
        bool fit = x >= least(limit) && x <= most(limit);
        kept[i] = fit ? x : old ? old[i] : 0;
        if (!fit) sq_col_fail(c, s, i);
    }
    for (int i = s->n; i < sq_col_padded(s->n); i++) kept[i] = kept[s->n - 1];
    return (sq_column){kept, 1};
}

static sq_column finite_value(sq_columns *c, sq_selection *s, sq_program program)
{
    return judged(c, s, sq_col_value(c, s, program, 0), ANY_NUMBER, -1);
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

/* What is written stands where the index says; as ref_action.c, a value is judged by its attribute's type, unless it is
 * known to fit, or is NaN, which unsets. */
static void put(sq_columns *c, sq_selection *s, const sq_action *action, sq_column value, bool fits)
{
    limits limit = limits_of(&c->model->attributes[action->a]);
    if (action->q.count == 0) {
        if (!fits) value = judged(c, s, value, limit, action->a);
        sq_col_assign(c, s, action->a, value);
        return;
    }
    sq_column offset = finite_value(c, s, action->q);
    if (!fits) value = judged(c, s, value, limit, -1);
    assign_elements(c, s, action->a, offset, value);
}

/* Flags and labels are what their type says, unless they are unset. */
static void set(sq_columns *c, sq_selection *s, const sq_action *action)
{
    bool is_label = c->model->attributes[action->a].type.class != SQ_TYPE_NUMBER;
    bool fits = is_label && action->p.count && sq_col_is_number(c->plan, action->p, s->state);
    put(c, s, action, sq_col_value(c, s, action->p, 0), fits);
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
    for (int i = 0; i < s->n; i++) label[i] = options[(int)option[i]].value;
    for (int i = s->n; i < sq_col_padded(s->n); i++) label[i] = label[s->n - 1];
    return label;
}

static void draw(sq_columns *c, sq_selection *s, const sq_action *action)
{
    const sq_draw *d = &c->model->draws[action->b];
    const double *value = d->kind == SQ_DRAW_LAW      ? sq_col_number(c, s, d)
                          : d->kind == SQ_DRAW_CHANCE ? sq_col_flag(c, s, d)
                                                      : drawn_label(c, s, d);
    bool fits = d->kind != SQ_DRAW_LAW && c->model->attributes[action->a].type.class != SQ_TYPE_NUMBER;
    put(c, s, action, (sq_column){value, 1}, fits);
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

/* ---- decisions ----------------------------------------------------------------------------------------------- */

/* 1 for lanes of this strategy, of which there are *n; NULL where all are. */
static const double *lives_of(sq_columns *c, const sq_selection *s, int strategy, int *n)
{
    *n = s->n;
    if (s->strategy >= 0) return NULL;
    double *is = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) is[i] = c->p->strategy[s->lane[i]] == strategy;
    *n = 0;
    for (int i = 0; i < s->n; i++) *n += is[i] != 0;
    return is;
}

/* Where a rule's condition holds, for these lives (all where NULL); 1 where it has none. */
static sq_column rule_holds(sq_columns *c, sq_selection *s, const sq_rule *rule, const double *lives)
{
    sq_column truth = sq_col_value(c, s, rule->condition, 1);
    if (!lives) return truth;
    double *both = sq_col_doubles(c, s->n);
    c->lanes->operate(SQ_OP_AND, both, (sq_column){lives, 1}, truth, truth, s->n);
    return (sq_column){both, 1};
}

/* The first rule that matches, for the lanes of this strategy that have none (below 0); NaN where that is unclear. Lanes
 * that have their rule are asked on and not listened to: that costs less than parting the selection. */
static void match_rules(sq_columns *c, sq_selection *s, int decision, int strategy, double *rule)
{
    const sq_rule_list list = c->model->strategies[strategy].rules[decision];
    int waiting;
    const double *lives = lives_of(c, s, strategy, &waiting);
    for (int k = list.first; k < list.first + list.count && waiting > 0; k++) {
        sq_mark mark = sq_col_mark(c);
        sq_column truth = rule_holds(c, s, &c->model->rules[k], lives);
        bool never = truth.step == 0 && truth.p[0] == 0;
        if (!never) waiting -= c->lanes->claim(rule, k, truth, s->n);
        sq_col_release(c, mark);
    }
}

/* Runs a block for the lanes where the number is k; how many they are. */
static int run_where(sq_columns *c, const sq_selection *s, const double *number, double k, int block)
{
    sq_mark mark = sq_col_mark(c);
    int32_t *lane = sq_col_lanes(c, s->n);
    int n = c->lanes->equal(lane, s->lane, number, k, s->n);
    if (n > 0 && c->model->actions[block].code != SQ_ACT_END) {
        sq_selection part = n < s->n ? sq_col_part(c, s, lane, n) : *s;
        sq_col_actions(c, &part, block);
    }
    sq_col_release(c, mark);
    return n;
}

/* Assignments of the rules that matched; lanes of different strategies have different rules. */
static void run_sets(sq_columns *c, sq_selection *s, const double *rule)
{
    sq_mark mark = sq_col_mark(c);
    double *number = sq_col_doubles(c, s->n);
    for (int i = 0; i < s->n; i++) number[i] = c->model->rules[(int)rule[i]].sets;
    for (int i = 0; i < s->n; i++) {
        bool first = number[i] >= 0;
        for (int k = 0; k < i && first; k++) first = number[k] != number[i];
        if (first) run_where(c, s, number, number[i], (int)number[i]);
    }
    sq_col_release(c, mark);
    sq_col_forget(s);
}

static void run_branches(sq_columns *c, sq_selection *s, const sq_decision *d, const double *option)
{
    int labels = c->model->categories[d->category].n_labels, left = s->n;
    for (int k = 0; k < labels && left > 0; k++)
        if (d->option[k] >= 0) left -= run_where(c, s, option, k, d->option[k]);
    sq_col_forget(s);
}

static void decide(sq_columns *c, sq_selection *s, int index)
{
    const sq_decision *d = &c->model->decisions[index];
    double *rule = sq_col_doubles(c, s->n), *option = sq_col_doubles(c, s->n);
    bool any_sets = false;
    for (int i = 0; i < sq_col_padded(s->n); i++) rule[i] = -1;
    for (int i = 0; i < s->n; i++)
        if (rule[i] < 0) match_rules(c, s, index, c->p->strategy[s->lane[i]], rule);
    for (int i = 0; i < s->n; i++) {
        if (isnan(rule[i])) {
            sq_col_fail(c, s, i);
            rule[i] = c->model->strategies[c->p->strategy[s->lane[i]]].rules[index].first;
        }
        option[i] = c->model->rules[(int)rule[i]].option;
        any_sets |= c->model->rules[(int)rule[i]].sets >= 0;
    }
    for (int i = s->n; i < sq_col_padded(s->n); i++) option[i] = option[s->n - 1];
    sq_col_assign(c, s, d->attribute, (sq_column){option, 1});
    if (any_sets) run_sets(c, s, rule);
    if (d->common >= 0) sq_col_actions(c, s, d->common);
    run_branches(c, s, d, option);
}

/* ---- the flow through a block ---------------------------------------------------------------------------------- */

/* Lanes that stand at the same action. */
typedef struct group {
    int at, n;
} group;

/* Where the lanes of a selection stand: those of a group side by side, and so are groups that have parted, for they
 * meet again. */
typedef struct flow {
    const sq_selection *all;
    int32_t *lane;         /* [all->n] */
    group *groups;
    int n_groups;
    int present, first;    /* the group that is furthest behind, and where its lanes begin */
    int next;              /* where the nearest of the others stand */
    int32_t *present_lane; /* a copy, padded */
    sq_selection here;     /* that group */
    sq_mark mark;          /* before `here` was made */
} flow;

static flow flow_of(sq_columns *c, const sq_selection *s, int first)
{
    flow f = {.all = s, .here = *s, .n_groups = 1, .next = INT_MAX};
    f.lane = sq_col_lanes(c, s->n);
    f.present_lane = sq_col_lanes(c, s->n);
    f.groups = sq_col_pointers(c, s->n);
    f.groups[0] = (group){first, s->n};
    f.mark = sq_col_mark(c);
    return f;
}

/* Neighbours that stand at the same action are one group. */
static void join_groups(flow *f)
{
    int last = 0;
    for (int k = 1; k < f->n_groups; k++) {
        if (f->groups[k].at == f->groups[last].at) f->groups[last].n += f->groups[k].n;
        else f->groups[++last] = f->groups[k];
    }
    f->n_groups = last + 1;
}

/* Takes those who are furthest behind; where they stand. */
static int take_hindmost(sq_columns *c, flow *f)
{
    int hindmost = INT_MAX, first = 0;
    join_groups(f);
    f->next = INT_MAX;
    for (int k = 0; k < f->n_groups; first += f->groups[k++].n) {
        int at = f->groups[k].at;
        if (at >= hindmost) {
            if (at < f->next) f->next = at;
            continue;
        }
        f->next = hindmost;
        hindmost = at;
        f->present = k;
        f->first = first;
    }
    int n = f->groups[f->present].n;
    memcpy(f->present_lane, f->lane + f->first, (size_t)n * sizeof *f->lane);
    sq_col_release(c, f->mark);
    f->here = sq_col_part(c, f->all, f->present_lane, n);
    return hindmost;
}

/* All who are here go on at `to`. */
static int go_on(sq_columns *c, flow *f, int to)
{
    if (to < f->next) return to;
    f->groups[f->present].at = to;
    return take_hindmost(c, f);
}

/* Those who are here part into n groups, whose lanes follow one another. */
static int go_on_apart(sq_columns *c, flow *f, const group *groups, int n, const int32_t *lane)
{
    group *present = f->groups + f->present;
    memcpy(f->lane + f->first, lane, (size_t)f->here.n * sizeof *lane);
    memmove(present + n, present + 1, (size_t)(f->n_groups - f->present - 1) * sizeof *present);
    memcpy(present, groups, (size_t)n * sizeof *present);
    f->n_groups += n - 1;
    return take_hindmost(c, f);
}

static int part(sq_columns *c, flow *f, int i, const sq_action *action)
{
    sq_column truth = sq_col_truth(c, &f->here, action->p);
    if (truth.step == 0) return go_on(c, f, truth.p[0] != 0 ? i + 1 : action->a);
    int n = f->here.n;
    int32_t *lane = sq_col_lanes(c, n + SQ_PAD), *others = sq_col_lanes(c, n);
    int chosen = c->lanes->select(lane, others, f->here.lane, truth.p, n);
    if (chosen == n || chosen == 0) return go_on(c, f, chosen ? i + 1 : action->a);
    memcpy(lane + chosen, others, (size_t)(n - chosen) * sizeof *lane);
    const group groups[] = {{i + 1, chosen}, {action->a, n - chosen}};
    return go_on_apart(c, f, groups, 2, lane);
}

static int split(sq_columns *c, flow *f, const sq_action *action)
{
    const sq_draw *d = &c->model->draws[action->b];
    const double *option = sq_col_option(c, &f->here, d);
    int32_t *lane = sq_col_lanes(c, f->here.n + SQ_PAD);
    group groups[SQ_DRAW_OPTIONS];
    int n_groups = 0, placed = 0;
    for (int k = 0; k < d->n_options && placed < f->here.n; k++) {
        int n = c->lanes->equal(lane + placed, f->here.lane, option, k, f->here.n);
        if (n > 0) groups[n_groups++] = (group){c->model->draw_options[d->first_option + k].value, n};
        placed += n;
    }
    return go_on_apart(c, f, groups, n_groups, lane);
}

void sq_col_act(sq_columns *c, sq_selection *s, const sq_action *action)
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
    case SQ_ACT_START: sq_col_ask(c, s, p->start_asked, action->a); break;
    case SQ_ACT_STOP: sq_col_ask(c, s, p->stop_asked, action->a); break;
    case SQ_ACT_PAUSE: sq_col_ask(c, s, p->pause_asked, action->a); break;
    case SQ_ACT_RESUME: sq_col_ask(c, s, p->resume_asked, action->a); break;
    case SQ_ACT_GOTO: sq_col_go(c, s, 1 + action->a + (action->b ? c->model->n_states : 0)); break;
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
            sq_col_act(c, &f.here, action);
            sq_col_release(c, here);
            i = go_on(c, &f, i + 1);
        }
    }
    sq_col_release(c, mark);
    if (f.here.lane == s->lane) *s = f.here; /* they never parted */
    else sq_col_forget(s);
}
