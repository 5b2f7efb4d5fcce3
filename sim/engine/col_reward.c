/* Rewards in columns: ref_reward.c for all lanes of a selection. A flow is accrued when its rate changes, over the whole
 * time it was in force. The discounted time at which a rate began is kept beside it, so that a change costs one
 * discounted time for all flows that are discounted alike. Life itself flows at the rate of one from time zero on, so
 * it is accrued when it ends; costs that are only ever paid do not flow. */
#include "engine/col.h"

#include <float.h>
#include <math.h>

enum { LIFE = SQ_QUANTITY_LIFE_YEARS, UTILITY = SQ_QUANTITY_QALYS };

/* Discounted time now, of either discounting; computed when first asked for. */
typedef struct instant {
    sq_columns *c;
    const sq_selection *s;
    const double *discounted[SQ_DISCOUNTINGS];
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

static const double *discounted_now(instant *at, int quantity)
{
    sq_columns *c = at->c;
    sq_discounting d = first_alike(c->model, discounting_of(quantity));
    if (at->discounted[d]) return at->discounted[d];
    double *t = sq_col_doubles(c, at->s->n);
    c->lanes->discounted_time(&c->model->discount[d], origin_of(c, at->s, d), t, at->s->now, at->s->n);
    return at->discounted[d] = t;
}

/* ---- flows ---------------------------------------------------------------------------------------------------- */

/* Gives a flow this rate where it has another. */
static void change_rate(instant *at, int flow, sq_column rate)
{
    const sq_selection *s = at->s;
    at->c->lanes->change_rates(at->c->p->flow[flow], s->lane, rate, s->now, discounted_now(at, flow), s->n);
}

/* The rate where it is a finite number; a lane where it is not fails. */
static sq_column judged_rate(sq_columns *c, const sq_selection *s, sq_column rate)
{
    return sq_col_within(c, s, rate, -DBL_MAX, DBL_MAX, 0);
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
    double *knot = sq_col_doubles(c, s->n);
    sq_column at = {sq_col_dense(c, s, sq_col_value(c, s, b->argument, 0)), 1};
    sq_row_column rows = sq_col_table(c, s, b->table, (sq_column){FIRST_ROW, 0});
    c->lanes->next_knot(t->size, rows, knot, at, s->n);
    c->lanes->next_breaks(next, knot, at.p, s->now, s->n);
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

/* ---- the doors ------------------------------------------------------------------------------------------------------- */

void sq_col_rewards_start(sq_columns *c, sq_selection *s)
{
    const sq_model *m = c->model;
    sq_pool *p = c->p;
    for (int k = UTILITY; k < 2 + m->n_costs; k++) c->lanes->empty_lines(p->flow[k], s->lane, s->n);
    for (int i = 0; i < m->n_losses; i++) sq_col_fill(s, row(c, p->loss_until, i), -INFINITY);
}

void sq_col_rewards_look(sq_columns *c, sq_selection *s)
{
    const sq_model *m = c->model;
    sq_mark mark = sq_col_mark(c);
    instant at = {.c = c, .s = s};
    double *next = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) next[i] = INFINITY;
    sq_column utility = less_losses(c, s, sq_col_value(c, s, m->utility, 1), next);
    change_rate(&at, UTILITY, judged_rate(c, s, utility));
    for (int i = 0; i < m->n_costs; i++)
        if (c->plan->earns[i])
            change_rate(&at, SQ_QUANTITY_COST + i, judged_rate(c, s, sq_col_value(c, s, m->costs[i].rate, 0)));
    add_breaks(c, s, next);
    if (sq_col_has_breaks(m)) sq_col_scatter(s, c->p->next_break, next);
    sq_col_release(c, mark);
}

/* A life counts from time zero to its end, at the rate of one. */
static void accrue_life(instant *at)
{
    sq_columns *c = at->c;
    const sq_selection *s = at->s;
    const double *now = discounted_now(at, LIFE);
    double *total = c->p->total[2 * LIFE];
    sq_discounting d = discounting_of(LIFE);
    sq_column origin = origin_of(c, s, d);
    int n = origin.step ? s->n : 1;
    double *start = sq_col_doubles(c, n);
    for (int i = 0; i < sq_col_padded(n); i++) start[i] = 0;
    c->lanes->discounted_time(&c->model->discount[d], origin, start, start, n);
    for (int i = 0; i < s->n; i++) total[s->lane[i]] = s->now[i] > 0 ? now[i] - start[i * origin.step] : 0;
    sq_col_scatter(s, c->p->total[2 * LIFE + 1], s->now);
}

static void sum_costs(sq_columns *c, const sq_selection *s)
{
    const sq_model *m = c->model;
    int sum = 2 * sq_quantity_total_cost(m);
    for (int k = 0; k < 2; k++) {
        double *total = sq_col_doubles(c, s->n);
        for (int i = 0; i < sq_col_padded(s->n); i++) total[i] = 0;
        for (int j = 0; j < m->n_costs; j++)
            c->lanes->add(total, c->p->total[2 * (SQ_QUANTITY_COST + j) + k], s->lane, s->n);
        sq_col_scatter(s, c->p->total[sum + k], total);
    }
}

void sq_col_rewards_end(sq_columns *c, sq_selection *s)
{
    sq_mark mark = sq_col_mark(c);
    instant at = {.c = c, .s = s};
    sq_column none = sq_col_uniform(c, 0);
    accrue_life(&at);
    change_rate(&at, UTILITY, none);
    for (int i = 0; i < c->model->n_costs; i++)
        if (c->plan->earns[i]) change_rate(&at, SQ_QUANTITY_COST + i, none);
    sum_costs(c, s);
    sq_col_release(c, mark);
}

void sq_col_pay(sq_columns *c, sq_selection *s, int quantity, sq_column amount)
{
    sq_mark mark = sq_col_mark(c);
    sq_discounting d = discounting_of(quantity);
    double *factor = sq_col_doubles(c, s->n);
    double *total = c->p->total[2 * quantity], *undiscounted = c->p->total[2 * quantity + 1];
    c->lanes->discount_factor(&c->model->discount[d], origin_of(c, s, d), factor, s->now, s->n);
    for (int i = 0; i < s->n; i++) {
        double x = amount.p[i * amount.step];
        total[s->lane[i]] += x * factor[i];
        undiscounted[s->lane[i]] += x;
    }
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
