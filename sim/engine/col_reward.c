/* Rewards in columns: ref_reward.c for all lanes of a selection. A flow is accrued when its rate changes, over the whole
 * time it was in force. The discounted time at which a rate began is kept beside it, so that a change costs one
 * discounted time for all flows that are discounted alike. Where a rate is known of a state, from its parameters, no lane
 * keeps it: it follows from the state that is left. Life itself flows at the rate of one from time zero on, so
 * it is accrued when it ends; costs that are only ever paid do not flow. */
#include "engine/col.h"

#include <float.h>
#include <math.h>

enum { UTILITY = SQ_QUANTITY_QALYS };

/* Now, as effects and costs are discounted: pairs (lanes.h: instants), computed when first asked for; and the state whose
 * rates are in force, -1 where none are yet. */
typedef struct instant {
    sq_columns *c;
    sq_selection *s;
    int from;
    const double *pairs[SQ_DISCOUNTINGS];
} instant;

static double *row(const sq_columns *c, double *columns, int i)
{
    return columns + sq_col_row(c->p, i);
}

static sq_discounting discounting_of(int quantity)
{
    return quantity < SQ_QUANTITY_COST ? SQ_DISCOUNT_EFFECTS : SQ_DISCOUNT_COSTS;
}

static bool are_alike(const sq_discount *a, const sq_discount *b)
{
    bool same_origin = a->from_year ? b->from_year && a->year == b->year : !b->from_year && a->origin == b->origin;
    return same_origin && a->rate[0] == b->rate[0] && a->rate[1] == b->rate[1] && a->change == b->change;
}

/* Both discountings, where they are alike, are the first. */
static sq_discounting first_alike(const sq_model *m, sq_discounting d)
{
    return are_alike(&m->discount[0], &m->discount[1]) ? (sq_discounting)0 : d;
}

/* The day from which is discounted. */
static sq_column origin_of(sq_columns *c, const sq_selection *s, sq_discounting d)
{
    const sq_discount *discount = &c->model->discount[d];
    if (!discount->from_year) return sq_col_uniform(c, discount->origin);
    return (sq_column){sq_col_gather(c, s, row(c, c->p->discount_origin, d)), 1};
}

/* Pairs of times t, lane by lane; or, where the origin is that of all, of the first alone. */
static const double *instants(sq_columns *c, const sq_selection *s, sq_discounting d, const double *t, int n)
{
    double *pair = sq_col_doubles(c, 2 * sq_col_padded(n));
    c->lanes->instants(&c->model->discount[d], origin_of(c, s, d), pair, t, n);
    return pair;
}

static const double *instants_now(instant *at, sq_discounting discounting)
{
    sq_discounting d = first_alike(at->c->model, discounting);
    if (!at->pairs[d]) at->pairs[d] = instants(at->c, at->s, d, at->s->now, at->s->n);
    return at->pairs[d];
}

/* Time zero: pairs, lane by lane only where step is not 0. */
static const double *time_zero(sq_columns *c, const sq_selection *s, sq_discounting discounting, int *step)
{
    static const double ZEROS[SQ_WAVE] = {0};
    sq_discounting d = first_alike(c->model, discounting);
    *step = c->model->discount[d].from_year;
    return instants(c, s, d, ZEROS, *step ? s->n : 1);
}

/* ---- rates ---------------------------------------------------------------------------------------------------- */

static sq_program program_of(const sq_model *m, int flow)
{
    return flow == UTILITY ? m->utility : m->costs[flow - SQ_QUANTITY_COST].rate;
}

/* A rate that is known in a state. */
static sq_column known_rate(sq_columns *c, sq_selection *s, int flow, int state)
{
    int now = s->state;
    s->state = state;
    sq_column rate = sq_col_value(c, s, program_of(c->model, flow), flow == UTILITY ? 1 : 0);
    s->state = now;
    return rate;
}

/* The rate that is in force. */
static sq_column old_rate(sq_columns *c, sq_selection *s, int flow, int from)
{
    if (from < 0) return sq_col_uniform(c, 0);
    if (c->plan->flows[flow].known[from]) return known_rate(c, s, flow, from);
    return (sq_column){sq_col_gather(c, s, c->p->rate[flow]), 1};
}

/* The rate where it is a finite number; a lane where it is not fails. */
static sq_column judged_rate(sq_columns *c, const sq_selection *s, sq_column rate)
{
    return sq_col_within(c, s, rate, -DBL_MAX, DBL_MAX, 0);
}

/* At time zero accounts begin with that instant. */
static void change_rate(instant *at, int flow, sq_column rate)
{
    sq_columns *c = at->c;
    if (at->from < 0) return;
    sq_column old = old_rate(c, at->s, flow, at->from);
    if (old.step == 0 && rate.step == 0 && old.p[0] == rate.p[0]) return;
    const double *now = instants_now(at, discounting_of(flow));
    c->lanes->change_rates(c->p->account[flow], at->s->lane, old, rate, now, at->s->n);
}

/* ---- utility ---------------------------------------------------------------------------------------------------- */

/* Takes the losses in force from the utility, and the end of the first of them to end into next. */
static sq_column less_losses(sq_columns *c, const sq_selection *s, sq_column utility, double *next)
{
    int n_losses = c->model->n_losses;
    if (n_losses == 0) return utility;
    double *rest = sq_col_doubles(c, s->n), *sum = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) sum[i] = 0;
    for (int k = 0; k < n_losses; k++) {
        const double *amount = row(c, c->p->loss_amount, k), *until = row(c, c->p->loss_until, k);
        c->lanes->add_losses(sum, next, amount, until, s->now, s->lane, s->n);
    }
    sq_column losses = {sum, 1};
    c->lanes->operate(SQ_OP_SUB, rest, utility, losses, losses, s->n);
    return (sq_column){rest, 1};
}

/* ---- breaks ------------------------------------------------------------------------------------------------------- */

/* Where the break's table has its next knot. Where its argument is not a number, the reward that uses it judges it. */
static void add_break(sq_columns *c, sq_selection *s, const sq_break *b, double *next)
{
    static const double FIRST_ROW[SQ_PAD] = {0};
    const sq_table *t = &c->model->tables[b->table];
    sq_column at = sq_col_value(c, s, b->argument, 0);
    sq_row_column rows = sq_col_table(c, s, b->table, (sq_column){FIRST_ROW, 0});
    c->lanes->next_breaks(next, t->size, rows, at, s->now, s->n);
}

static void add_breaks(sq_columns *c, sq_selection *s, double *next)
{
    for (int k = 0; k < c->model->n_breaks; k++) {
        const sq_break *b = &c->model->breaks[k];
        if (b->only_in >= 0 && b->only_in != s->state) continue;
        sq_mark mark = sq_col_mark(c);
        add_break(c, s, b, next);
        sq_col_release(c, mark);
    }
}

/* ---- looking ----------------------------------------------------------------------------------------------------- */

static sq_column new_rate(instant *at, int flow, double *next)
{
    sq_columns *c = at->c;
    sq_column rate = sq_col_value(c, at->s, program_of(c->model, flow), flow == UTILITY ? 1 : 0);
    if (flow == UTILITY) rate = less_losses(c, at->s, rate, next);
    return judged_rate(c, at->s, rate);
}

static void look_at_flow(instant *at, int flow, double *next)
{
    sq_columns *c = at->c;
    const sq_flow_plan *plan = &c->plan->flows[flow];
    int state = at->s->state;
    if (!plan->flows || (plan->known[state] && state == at->from)) return;
    sq_column rate = new_rate(at, flow, next);
    change_rate(at, flow, rate);
    if (!plan->known[state]) sq_col_scatter(at->s, c->p->rate[flow], sq_col_dense(c, at->s, rate));
}

void sq_col_rewards_look(sq_columns *c, sq_selection *s, int from)
{
    const sq_col_plan *plan = c->plan;
    sq_mark mark = sq_col_mark(c);
    instant at = {.c = c, .s = s, .from = from};
    bool breaks = plan->breaks_in[s->state], broke = from >= 0 && plan->breaks_in[from];
    double *next = breaks ? sq_col_doubles(c, s->n) : NULL;
    for (int i = 0; breaks && i < sq_col_padded(s->n); i++) next[i] = INFINITY;
    for (int k = UTILITY; k < 2 + c->model->n_costs; k++) look_at_flow(&at, k, next);
    if (breaks) {
        add_breaks(c, s, next);
        sq_col_scatter(s, c->p->next_break, next);
    } else if (broke) {
        sq_col_fill(s, c->p->next_break, INFINITY);
    }
    sq_col_release(c, mark);
}

/* ---- from the start to the end --------------------------------------------------------------------------------------- */

/* The instant of a flow's account, where discounting begins in a calendar year: each lane's own time zero. */
static void begin_apart(sq_columns *c, const sq_selection *s, int flow, const double *zero)
{
    double *since = c->p->account[flow] + SQ_ACCOUNT_DISCOUNTED_SINCE;
    for (int i = 0; i < s->n; i++) since[s->lane[i]] = zero[2 * i];
}

/* Empty accounts at time zero. */
static void begin_accounts(sq_columns *c, const sq_selection *s)
{
    const sq_flow_plan *flow = c->plan->flows;
    int step[SQ_DISCOUNTINGS], n = 2 + c->model->n_costs, lines = c->plan->account_lines;
    const double *zero[SQ_DISCOUNTINGS];
    double *line = sq_col_doubles(c, lines * SQ_SIDE);
    for (int d = 0; d < SQ_DISCOUNTINGS; d++) zero[d] = time_zero(c, s, (sq_discounting)d, &step[d]);
    for (int i = 0; i < lines * SQ_SIDE; i++) line[i] = 0;
    for (int k = UTILITY; k < n; k++)
        if (flow[k].flows) line[flow[k].slot + SQ_ACCOUNT_DISCOUNTED_SINCE] = zero[discounting_of(k)][0];
    for (int i = 0; i < lines; i++)
        c->lanes->fill_lines(c->p->accounts + (size_t)i * c->p->plane, s->lane, line + i * SQ_SIDE, s->n);
    for (int k = UTILITY; k < n; k++)
        if (flow[k].flows && step[discounting_of(k)]) begin_apart(c, s, k, zero[discounting_of(k)]);
}

void sq_col_rewards_start(sq_columns *c, sq_selection *s)
{
    const sq_model *m = c->model;
    sq_pool *p = c->p;
    sq_mark mark = sq_col_mark(c);
    begin_accounts(c, s);
    for (int i = 0; i < m->n_losses; i++) sq_col_fill(s, row(c, p->loss_until, i), -INFINITY);
    sq_col_release(c, mark);
}

void sq_col_place_totals(const sq_columns *c, sq_closing *closing, const int *place)
{
    closing->life_place = place[SQ_QUANTITY_LIFE_YEARS];
    closing->utility.place = place[SQ_QUANTITY_QALYS];
    closing->sum_place = place[sq_quantity_total_cost(c->model)];
    for (int k = 0; k < closing->n_costs; k++) closing->costs[k].place = place[SQ_QUANTITY_COST + k];
}

static sq_closing_account closing_account(sq_columns *c, sq_selection *s, int flow, int from)
{
    sq_closing_account account = {.account = c->p->account[flow]};
    if (c->plan->flows[flow].flows) account.rate = old_rate(c, s, flow, from);
    return account;
}

sq_closing sq_col_closing(sq_columns *c, sq_selection *s, int from)
{
    int n_costs = c->model->n_costs;
    instant at = {.c = c, .s = s, .from = from};
    sq_closing closing = {
        .effects = instants_now(&at, SQ_DISCOUNT_EFFECTS),
        .cost_instants = instants_now(&at, SQ_DISCOUNT_COSTS),
        .utility = closing_account(c, s, UTILITY, from),
        .n_costs = n_costs,
    };
    closing.start = time_zero(c, s, SQ_DISCOUNT_EFFECTS, &closing.start_step);
    const int size = (int)(sizeof *closing.costs / sizeof(double));
    closing.costs = (sq_closing_account *)(void *)sq_col_doubles(c, n_costs * size);
    for (int k = 0; k < n_costs; k++) closing.costs[k] = closing_account(c, s, SQ_QUANTITY_COST + k, from);
    sq_col_place_totals(c, &closing, c->plan->record_place);
    return closing;
}

/* ---- what actions do ------------------------------------------------------------------------------------------------- */

void sq_col_pay(sq_columns *c, sq_selection *s, int quantity, sq_column amount)
{
    sq_mark mark = sq_col_mark(c);
    sq_discounting d = discounting_of(quantity);
    c->lanes->pay(c->p->account[quantity], s->lane, &c->model->discount[d], origin_of(c, s, d), amount, s->now, s->n);
    sq_col_release(c, mark);
}

void sq_col_lose(sq_columns *c, sq_selection *s, int loss, sq_column amount, sq_column duration)
{
    double *of = row(c, c->p->loss_amount, loss), *until = row(c, c->p->loss_until, loss);
    for (int i = 0; i < s->n; i++) {
        int32_t lane = s->lane[i];
        double days = duration.p[i * duration.step];
        if (days < 0) {
            sq_col_fail(c, s, i);
            continue;
        }
        of[lane] = amount.p[i * amount.step];
        until[lane] = fmax(until[lane], sq_on_time_grid(s->now[i] + days));
    }
}
