/* Rewards. Every flow (life itself, utility, each category of cost) has a rate that is constant until it
 * changes; it is then accrued over the whole time it was in force, discounted in closed form:
 *     discounted time up to t    A(t) = t before the origin of discounting, then + (1 - e^-r(t-o)) / r
 *     discount factor at t       D(t) = A'(t)
 * Breaks of piecewise-constant tables and ends of utility losses are places where rates are looked at again. */
#include "engine/ref_body.h"

#include "math/kernel.h"
#include "model/block.h"

#include <math.h>
#include <string.h>

enum { LIFE = SQ_QUANTITY_LIFE_YEARS, UTILITY = SQ_QUANTITY_QALYS };

/* (1 - e^-rt) / r, which is t for r = 0. */
static double annuity(double rate, double t) { return rate == 0 ? t : -sq_expm1(-rate * t) / rate; }

static double discounted_time(const sq_discount *d, double t)
{
    double since = t - d->origin;
    if (since <= 0) return t;
    if (since <= d->change) return d->origin + annuity(d->rate[0], since);
    return d->origin + annuity(d->rate[0], d->change) +
           sq_exp(-d->rate[0] * d->change) * annuity(d->rate[1], since - d->change);
}

static double discount_factor(const sq_discount *d, double t)
{
    double since = t - d->origin;
    if (since <= 0) return 1;
    if (since <= d->change) return sq_exp(-d->rate[0] * since);
    return sq_exp(-d->rate[0] * d->change - d->rate[1] * (since - d->change));
}

/* How a flow or a payment of this quantity is discounted. */
static const sq_discount *discount_of(const sq_ref *r, int quantity)
{
    return &r->discount[quantity < SQ_QUANTITY_COST ? SQ_DISCOUNT_EFFECTS : SQ_DISCOUNT_COSTS];
}

static void add(const sq_discount *d, const sq_flow *flow, double now, double *total)
{
    if (flow->rate == 0 || flow->since == now) return;
    total[0] += flow->rate * (discounted_time(d, now) - discounted_time(d, flow->since));
    total[1] += flow->rate * (now - flow->since);
}

static void change_rate(sq_ref *r, int flow, double rate)
{
    sq_flow *f = &r->flows[flow];
    if (rate == f->rate) return;
    add(discount_of(r, flow), f, r->now, &r->life->total[2 * flow]);
    *f = (sq_flow){rate, r->now};
}

/* Utility losses in force, and the end of the first of them to end. */
static double losses_now(const sq_ref *r, double *next_end)
{
    double sum = 0;
    for (int i = 0; i < r->model->n_losses; i++) {
        const sq_loss *loss = &r->losses[i];
        if (!(loss->until > r->now)) continue;
        sum += loss->amount;
        *next_end = fmin(*next_end, loss->until);
    }
    return sum;
}

/* The next time a table that enters a reward has a break. Rounded up to the time grid, and always ahead. */
static double next_table_break(const sq_ref *r)
{
    double next = INFINITY;
    sq_view view = sq_ref_view(r);
    for (int i = 0; i < r->model->n_breaks; i++) {
        const sq_break *b = &r->model->breaks[i];
        if (b->only_in >= 0 && b->only_in != r->state) continue;
        sq_law_table t = sq_block_table(r->model, r->block, b->table, 0);
        double at = sq_program_value(&view, b->argument, 0);
        if (isnan(at)) continue; /* the reward that uses it judges it */
        double ahead = r->now + (sq_table_next_knot(t.n, t.x, at) - at);
        next = fmin(next, fmax(ceil(ahead * 0x1p20) * 0x1p-20, r->now + 0x1p-20));
    }
    return next;
}

sq_status sq_ref_rewards_look(sq_ref *r)
{
    const sq_model *m = r->model;
    sq_view view = sq_ref_view(r);
    bool alive = !m->states[r->state].death;
    r->next_break = INFINITY;
    change_rate(r, LIFE, alive);
    double utility = alive ? sq_program_value(&view, m->utility, 1) - losses_now(r, &r->next_break) : 0;
    if (!isfinite(utility)) {
        sq_ref_blame(r, m->utility);
        return sq_ref_fail(r, "the utility is not a finite number");
    }
    change_rate(r, UTILITY, utility);
    for (int i = 0; i < m->n_costs; i++) {
        double rate = alive ? sq_program_value(&view, m->costs[i].rate, 0) : 0;
        if (!isfinite(rate)) {
            sq_ref_blame(r, m->costs[i].rate);
            return sq_ref_fail(r, "the cost rate of %s is not a finite number", m->costs[i].name);
        }
        change_rate(r, SQ_QUANTITY_COST + i, rate);
    }
    if (alive) r->next_break = fmin(r->next_break, next_table_break(r));
    return SQ_OK;
}

void sq_ref_rewards_start(sq_ref *r)
{
    memset(r->flows, 0, sizeof(sq_flow) * (size_t)(2 + r->model->n_costs));
}

static void sum_costs(const sq_model *m, double *total)
{
    double *sum = total + 2 * sq_quantity_total_cost(m);
    sum[0] = sum[1] = 0;
    for (int i = 0; i < m->n_costs; i++) {
        sum[0] += total[2 * (SQ_QUANTITY_COST + i)];
        sum[1] += total[2 * (SQ_QUANTITY_COST + i) + 1];
    }
}

void sq_ref_rewards_end(sq_ref *r)
{
    for (int i = 0; i < 2 + r->model->n_costs; i++) change_rate(r, i, 0);
    sum_costs(r->model, r->life->total);
}

void sq_ref_pay(sq_ref *r, int quantity, double amount)
{
    double *total = &r->life->total[2 * quantity];
    total[0] += amount * discount_factor(discount_of(r, quantity), r->now);
    total[1] += amount;
}

void sq_ref_totals_now(const sq_ref *r, double *out)
{
    const sq_model *m = r->model;
    memcpy(out, r->life->total, sizeof(double) * 2 * (size_t)sq_quantities(m));
    for (int i = 0; i < 2 + m->n_costs; i++) add(discount_of(r, i), &r->flows[i], r->now, out + 2 * i);
    sum_costs(m, out);
}
