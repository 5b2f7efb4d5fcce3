/* A chapter of the kernel table (lanes_body.h): discounting, losses, breaks, accounts of what flows and is
 * paid. */
#ifndef SQ_ENGINE_LANES_REWARD_H
#define SQ_ENGINE_LANES_REWARD_H

#include "engine/lanes_loop.h"

/* ---- discounting --------------------------------------------------------------------------------------------- */

/* (1 - e^-rt) / r, which is t for r = 0. */
static inline v_d v_annuity(double rate, v_d t)
{
    if (rate == 0) return t;
    return -v_expm1(-rate * t) / rate;
}

static void instants(const sq_discount *d, sq_column origin, double *pair, const double *t, int n)
{
    v_d change = v_set(d->change), first = v_annuity(d->rate[0], change);
    v_d factor = v_exp(-d->rate[0] * change);
    LANES(i) {
        v_d now = v_load(t + i), from = v_column(origin, i), since = now - from, sum = now;
        v_m begun = v_not(v_le(since, v_set(0))), later = v_not(v_le(since, change));
        if (v_any(v_and_not(begun, later))) sum = v_if(begun, from + v_annuity(d->rate[0], since), sum);
        if (v_any(later))
            sum = v_if(v_and(begun, later), from + first + factor * v_annuity(d->rate[1], since - change), sum);
        lanes_store_pairs(pair + 2 * (ptrdiff_t)i, sum, now);
    }
}

static inline v_d discount_factor(const sq_discount *d, v_d since)
{
    v_d change = v_set(d->change), exponent = -d->rate[0] * since;
    v_m begun = v_not(v_le(since, v_set(0))), later = v_not(v_le(since, change));
    if (v_none(begun)) return v_set(1);
    if (v_any(later)) exponent = v_if(later, -d->rate[0] * change - d->rate[1] * (since - change), exponent);
    return v_if(begun, v_exp(exponent), v_set(1));
}

/* ---- losses and breaks ------------------------------------------------------------------------------------- */

static void add_losses(double *sum, double *next, const double *amount, const double *until, const double *now,
                       const int32_t *lane, int n)
{
    LANES(i) {
        v_d end = lanes_gather(until, lane + i), first = v_load(next + i), so_far = v_load(sum + i);
        v_m in_force = v_gt(end, v_load(now + i));
        if (v_none(in_force)) continue;
        v_store(sum + i, v_if(in_force, so_far + lanes_gather(amount, lane + i), so_far));
        v_store(next + i, v_if(in_force, v_min(first, end), first));
    }
}

/* The first of a few knots, the same for all lanes, that is greater: read one after another, without a search. */
static inline v_d next_of_few(int n_knots, const double *x, v_d at)
{
    v_d knot = v_set(INFINITY);
    for (int k = n_knots - 1; k >= 0; k--) knot = v_if(v_gt(v_set(x[k]), at), v_set(x[k]), knot);
    return knot;
}

static void next_breaks(double *next, int n_knots, sq_row_column table, sq_column at, const double *now, int n)
{
    enum { FEW = 16 };
    bool few = table.step == 0 && n_knots <= FEW;
    LANES(i) {
        v_d t = v_load(now + i), from = v_column(at, i), first = v_load(next + i);
        v_d knot = few ? next_of_few(n_knots, table.p[0], from) : v_table_next_knot(n_knots, row_of(table, i, n), from);
        v_d ahead = t + (knot - from);
        v_d then = v_max(v_ceil(ahead * 0x1p20) * 0x1p-20, t + 0x1p-20);
        v_store(next + i, v_if(v_isnan(from), first, v_min(first, then)));
    }
}

/* ---- accounts ------------------------------------------------------------------------------------------------ */

/* An account (sq_account) is taken by the lane, not by the column: its four numbers are one vector of AVX, which every
 * processor with FMA has, and need not be turned into columns and back. */
typedef double two __attribute__((vector_size(16)));
typedef double four __attribute__((vector_size(32)));

static inline two load_two(const double *p)
{
    two x;
    memcpy(&x, p, sizeof x);
    return x;
}
static inline four load_four(const double *p)
{
    four x;
    memcpy(&x, p, sizeof x);
    return x;
}
static inline void store_two(double *p, two x) { memcpy(p, &x, sizeof x); }
static inline void store_four(double *p, four x) { memcpy(p, &x, sizeof x); }
static inline two both(double x) { return (two){x, x}; }

/* What a rate has brought since the account's instant, added to its totals. */
static inline two totals_at(four account, double rate, two now)
{
    two total = __builtin_shufflevector(account, account, 0, 1), since = __builtin_shufflevector(account, account, 2, 3);
    return total + both(rate) * (now - since);
}

static inline void change_rate(double *account, double rate, two now)
{
    two total = totals_at(load_four(account), rate, now);
    store_four(account, __builtin_shufflevector(total, now, 0, 1, 2, 3));
}

static void change_rates(double *account, const int32_t *lane, sq_column old, sq_column new, const double *pair, int n)
{
    if (old.step == 0 && new.step == 0) {
        double rate = *old.p;
        for (int i = 0; i < n && rate != *new.p; i++) change_rate(account + lane[i], rate, load_two(pair + 2 * i));
        return;
    }
    for (int i = 0; i < n; i++) {
        double rate = old.p[i * old.step];
        if (rate != new.p[i * new.step]) change_rate(account + lane[i], rate, load_two(pair + 2 * i));
    }
}

static void pay(double *account, const int32_t *lane, const sq_discount *d, sq_column origin, sq_column amount,
                const double *now, int n)
{
    double pair[2 * SQ_WIDTH];
    LANES(i) {
        v_d x = v_column(amount, i), factor = discount_factor(d, v_load(now + i) - v_column(origin, i));
        int lanes = n - i < SQ_WIDTH ? n - i : SQ_WIDTH;
        lanes_store_pairs(pair, x * factor, x);
        for (int k = 0; k < lanes; k++) {
            double *total = account + lane[i + k];
            store_two(total, load_two(total) + load_two(pair + 2 * k));
        }
    }
}

static void fill_lines(double *plane, const int32_t *lane, const double *line, int n)
{
    v_d piece[8 / SQ_WIDTH];
    for (int k = 0; k < 8 / SQ_WIDTH; k++) piece[k] = v_load(line + k * SQ_WIDTH);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 8 / SQ_WIDTH; k++) v_store(plane + lane[i] + k * SQ_WIDTH, piece[k]);
}

/* ---- the end of lives ---------------------------------------------------------------------------------------- */

enum { TILE = 64 };

/* Some of the lives that end: where they go, the costs so far, and whether a total is not finite: what is not, less itself
 * is NaN, and 0 what is. */
typedef struct tile {
    const int32_t *lane;
    int n;
    double *record[TILE];
    two costs[TILE], unclear;
} tile;

static inline void find_records(tile *t, const sq_records *r, int first)
{
    const int32_t *item = r->item, *strategy = r->strategy, *place = r->place;
    double *const *begin = r->first;
    ptrdiff_t size = r->size, n_strategies = r->n_strategies;
    for (int i = 0; i < t->n; i++) {
        int32_t lane = t->lane[i];
        t->record[i] = item ? begin[item[lane] * n_strategies + strategy[lane]] + place[lane] * size
                            : begin[0] + (first + i) * size;
    }
}

enum { ONLY_PAID, ONE_RATE, OWN_RATE };

/* One quantity; of costs, the sum is kept, others are divided by the unit. How it flows and whether it is a cost is known where
 * this is called, so that the loops are plain. */
static inline void close_so(tile *t, const sq_closing_account *a, const double *pair, const double *rate, int how,
                            bool is_cost, two unit)
{
    const double *account = a->account;
    const int32_t *lane = t->lane;
    const ptrdiff_t place = a->place;
    double one = how == ONE_RATE ? *rate : 0;
    two unclear = t->unclear;
    for (int i = 0; i < t->n; i++) {
        const double *of = account + lane[i];
        two total = how == ONLY_PAID ? load_two(of)
                                     : totals_at(load_four(of), how == ONE_RATE ? one : rate[i], load_two(pair + 2 * i));
        if (is_cost) t->costs[i] += total;
        else unclear += total - total;
        if (place >= 0) store_two(t->record[i] + place, is_cost ? total : total / unit);
    }
    t->unclear = unclear;
}

static inline void close_account(tile *t, const sq_closing_account *a, const double *pair, int first, bool is_cost, two unit)
{
    const double *now = pair + 2 * (ptrdiff_t)first, *rate = a->rate.p;
    if (!rate) close_so(t, a, now, NULL, ONLY_PAID, is_cost, unit);
    else if (a->rate.step == 0) close_so(t, a, now, rate, ONE_RATE, is_cost, unit);
    else close_so(t, a, now, rate + first, OWN_RATE, is_cost, unit);
}

static inline void close_life(const tile *t, const sq_closing *c, int first, two unit)
{
    const double *now = c->effects + 2 * (ptrdiff_t)first, *start = c->start + 2 * (ptrdiff_t)first * c->start_step;
    for (int i = 0; i < t->n && c->life_place >= 0; i++) {
        two life = load_two(now + 2 * i) - load_two(start + 2 * (ptrdiff_t)i * c->start_step);
        store_two(t->record[i] + c->life_place, life / unit);
    }
}

/* A cost that is not finite shows in the sum. */
static inline void close_sum(tile *t, int place)
{
    two unclear = t->unclear;
    for (int i = 0; i < t->n; i++) {
        unclear += t->costs[i] - t->costs[i];
        if (place >= 0) store_two(t->record[i] + place, t->costs[i]);
    }
    t->unclear = unclear;
}

static bool close_accounts(const sq_closing *c, const sq_records *records, const int32_t *lane, int n)
{
    const two unit = both(records->unit);
    tile t;
    t.unclear = both(0);
    for (int first = 0; first < n; first += TILE) {
        t.lane = lane + first;
        t.n = n - first < TILE ? n - first : TILE;
        find_records(&t, records, first);
        for (int i = 0; i < t.n; i++) t.costs[i] = both(0);
        close_life(&t, c, first, unit);
        close_account(&t, &c->utility, c->effects, first, false, unit);
        for (int k = 0; k < c->n_costs; k++) close_account(&t, &c->costs[k], c->cost_instants, first, true, unit);
        close_sum(&t, c->sum_place);
    }
    return t.unclear[0] == 0 && t.unclear[1] == 0;
}

#endif
