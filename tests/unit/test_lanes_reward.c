/* The kernel tables of the columnar engine, what rewards are made of: accounts, their closing, and the sums of what lives
 * brought. Each function at every width of this processor against plain code. */
#include "math/kernel.h"
#include "outcome/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lanes_checks.h"

/* ---- sums ------------------------------------------------------------------------------------------------ */

enum { COLUMNS = 19 };

static double *records(sq_pcg *g)
{
    double *x = calloc(SQ_BLOCK * COLUMNS + SQ_BEYOND, sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < SQ_BLOCK * COLUMNS + SQ_BEYOND; i++) x[i] = exp(20 * (uniform(g) - .5));
    return x;
}

static void check_sums(const sq_lanes *lanes, const double *x, const double *reference, int columns, int n)
{
    double sum[COLUMNS][SQ_SUMS], wanted[COLUMNS][SQ_SUMS];
    memset(sum, 0xff, sizeof sum);
    memset(wanted, 0xff, sizeof wanted);
    lanes->sum_records(x, reference, columns, n, sum[0]);
    sq_tree_sums(x, reference, columns, n, wanted[0]);
    for (int i = 0; i < COLUMNS; i++)
        for (int kind = 0; kind < SQ_SUMS; kind++)
            if (!same(sum[i][kind], wanted[i][kind]))
                fail_msg("%s, %d records of %d columns, sum %d of column %d: %a, expected %a", lanes->name, n, columns,
                         kind, i, sum[i][kind], wanted[i][kind]);
}

static void sums_are_those_of_the_tree(void **state)
{
    static const int RECORDS[] = {1, 3, 128, 129, 255, 256, 257, 1000, SQ_BLOCK - 1, SQ_BLOCK};
    (void)state;
    const sq_lanes *lanes;
    sq_pcg g = sq_pcg_start(21, 1);
    double *x = records(&g), *reference = records(&g);
    for (int k = 0; (lanes = lanes_present(k)) != NULL; k++)
        for (size_t i = 0; i < sizeof RECORDS / sizeof *RECORDS; i++)
            for (int columns = 0; columns <= COLUMNS; columns++)
                check_sums(lanes, x, columns % 2 ? reference : NULL, columns, RECORDS[i]);
    free(x);
    free(reference);
}

/* ---- discounting ----------------------------------------------------------------------------------------- */

static double annuity(double rate, double t) { return rate == 0 ? t : -sq_expm1(-rate * t) / rate; }

static double time_of(const sq_discount *d, double origin, double t)
{
    double since = t - origin;
    if (since <= 0) return t;
    if (since <= d->change) return origin + annuity(d->rate[0], since);
    return origin + annuity(d->rate[0], d->change) +
           sq_exp(-d->rate[0] * d->change) * annuity(d->rate[1], since - d->change);
}

static double factor_of(const sq_discount *d, double origin, double t)
{
    double since = t - origin;
    if (since <= 0) return 1;
    if (since <= d->change) return sq_exp(-d->rate[0] * since);
    return sq_exp(-d->rate[0] * d->change - d->rate[1] * (since - d->change));
}

static const sq_discount DISCOUNTS[] = {
    {.rate = {1e-4, 1e-4}, .change = INFINITY}, {.rate = {0, 0}, .change = INFINITY},
    {.rate = {1e-4, 3e-5}, .change = 900},      {.rate = {0, 1e-4}, .change = 0},
};
enum { N_DISCOUNTS = sizeof DISCOUNTS / sizeof *DISCOUNTS };

/* ---- lanes with accounts --------------------------------------------------------------------------------- */

enum { PLANE = 8 * 2 * MOST };

/* Lanes in an order of their own, accounts of a flow and of payments, times and pairs of them. */
typedef struct bench {
    int32_t lane[ROOM];
    _Alignas(64) double plane[PLANE], before[PLANE];
    double now[ROOM], pair[2 * ROOM], old[ROOM], rate[ROOM];
} bench;

static bench *bench_of(int n, sq_pcg *g)
{
    static bench b;
    int odd = 2 * below(g, 50) + 1;
    for (int i = 0; i < n; i++) b.lane[i] = 8 * ((i * 3 + odd) % (2 * MOST));
    for (int i = n; i < ROOM; i++) b.lane[i] = b.lane[n - 1];
    for (int i = 0; i < PLANE; i++) b.before[i] = b.plane[i] = below(g, 4) ? between(g, -10, 10) : 0;
    for (int i = 0; i < ROOM; i++) {
        b.now[i] = below(g, 5) ? floor(between(g, 0, 2000)) : 0;
        b.old[i] = below(g, 3) ? between(g, -1, 1) : 0;
        b.rate[i] = below(g, 3) ? between(g, -1, 1) : b.old[i];
        b.pair[2 * i] = between(g, 0, 2000);
        b.pair[2 * i + 1] = b.now[i];
    }
    for (int i = 0; i < n; i++) { /* the same instant is the same in discounted time */
        const double *since = b.plane + b.lane[i] + 4 + SQ_ACCOUNT_DISCOUNTED_SINCE;
        if (since[1] == b.now[i]) b.pair[2 * i] = since[0];
    }
    return &b;
}

static void assert_number(const char *what, const sq_lanes *lanes, int n, int i, double got, double wanted)
{
    if (!same(got, wanted))
        fail_msg("%s, %s, lane %d of %d: %a, expected %a", what, lanes->name, i, n, got, wanted);
}

/* Everywhere else the plane is as it was. */
static void assert_accounts(const char *what, const sq_lanes *lanes, int n, const bench *b, const double *wanted)
{
    for (int i = 0; i < PLANE; i++) assert_number(what, lanes, n, i, b->plane[i], wanted[i]);
}

static void everywhere(void (*check)(const sq_lanes *lanes, int n, sq_pcg *g))
{
    const sq_lanes *lanes;
    for (int k = 0; (lanes = lanes_present(k)) != NULL; k++) {
        sq_pcg g = sq_pcg_start(22, (uint64_t)k);
        for (int i = 0; i < N_LENGTHS; i++) check(lanes, LENGTHS[i], &g);
    }
}

static void instants_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double origin[ROOM], pair[2 * ROOM];
    bench *b = bench_of(n, g);
    for (int i = 0; i < n; i++) origin[i] = below(g, 3) ? 200 * below(g, 3) : -300;
    for (int k = 0; k < N_DISCOUNTS; k++)
        for (int step = 0; step < 2; step++) {
            lanes->instants(&DISCOUNTS[k], (sq_column){step ? origin : b->plane, step}, pair, b->now, n);
            for (int i = 0; i < n && step; i++) {
                assert_number("discounted time", lanes, n, i, pair[2 * i], time_of(&DISCOUNTS[k], origin[i], b->now[i]));
                assert_number("time", lanes, n, i, pair[2 * i + 1], b->now[i]);
            }
        }
}

static void payments_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double origin[ROOM], wanted[PLANE];
    for (int k = 0; k < N_DISCOUNTS; k++) {
        bench *b = bench_of(n, g);
        double *account = b->plane + 2;
        memcpy(wanted, b->before, sizeof wanted);
        for (int i = 0; i < n; i++) {
            double *total = wanted + 2 + b->lane[i];
            origin[i] = below(g, 2) ? 0 : 400;
            total[0] += b->rate[i] * factor_of(&DISCOUNTS[k], origin[i], b->now[i]);
            total[1] += b->rate[i];
        }
        lanes->pay(account, b->lane, &DISCOUNTS[k], (sq_column){origin, 1}, (sq_column){b->rate, 1}, b->now, n);
        assert_accounts("payment", lanes, n, b, wanted);
    }
}

/* ref_reward.c: change_rate. */
static void change(double *account, double old, double rate, const double *now)
{
    if (old == rate) return;
    if (old != 0 && account[SQ_ACCOUNT_SINCE] != now[1]) {
        account[SQ_ACCOUNT_TOTAL] += old * (now[0] - account[SQ_ACCOUNT_DISCOUNTED_SINCE]);
        account[SQ_ACCOUNT_UNDISCOUNTED] += old * (now[1] - account[SQ_ACCOUNT_SINCE]);
    }
    account[SQ_ACCOUNT_DISCOUNTED_SINCE] = now[0];
    account[SQ_ACCOUNT_SINCE] = now[1];
}

static void changes_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double wanted[PLANE];
    for (int k = 0; k < 4; k++) {
        bench *b = bench_of(n, g);
        sq_column old = {b->old, k & 1}, rate = {b->rate, k >> 1};
        memcpy(wanted, b->before, sizeof wanted);
        for (int i = 0; i < n; i++)
            change(wanted + 4 + b->lane[i], old.p[i * old.step], rate.p[i * rate.step], b->pair + 2 * i);
        lanes->change_rates(b->plane + 4, b->lane, old, rate, b->pair, n);
        assert_accounts("account", lanes, n, b, wanted);
    }
}

static void lines_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double wanted[PLANE];
    const double line[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    bench *b = bench_of(n, g);
    memcpy(wanted, b->before, sizeof wanted);
    for (int i = 0; i < n; i++) memcpy(wanted + b->lane[i], line, sizeof line);
    lanes->fill_lines(b->plane, b->lane, line, n);
    assert_accounts("line", lanes, n, b, wanted);
}

static void accounts_are_kept(void **state)
{
    (void)state;
    everywhere(instants_of);
    everywhere(payments_of);
    everywhere(changes_of);
    everywhere(lines_of);
}

/* ---- breaks and losses ----------------------------------------------------------------------------------- */

enum { MANY_KNOTS = 40 };

/* A table of many knots or few, the same for all lanes or one of two. */
static sq_row_column tables_of(sq_pcg *g, int n, int n_knots)
{
    static double knots[2][MANY_KNOTS];
    static const double *rows[ROOM];
    int step = below(g, 2);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < n_knots; i++) knots[k][i] = (i ? knots[k][i - 1] : -1) + .01 + uniform(g);
    for (int i = 0; i < ROOM; i++) rows[i] = i < n || !step ? knots[step && below(g, 2)] : (const double *)(uintptr_t)8;
    return (sq_row_column){rows, step};
}

static double break_of(const double *knots, int n_knots, double at, double now)
{
    if (isnan(at)) return INFINITY;
    double ahead = now + (sq_table_next_knot(n_knots, knots, at) - at);
    return fmax(ceil(ahead * 0x1p20) * 0x1p-20, now + 0x1p-20);
}

static void breaks_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static const int N_KNOTS[] = {1, 2, 4, 16, 17, MANY_KNOTS};
    static double next[ROOM], at[ROOM];
    for (size_t k = 0; k < sizeof N_KNOTS / sizeof *N_KNOTS; k++) {
        const bench *b = bench_of(n, g);
        const sq_row_column table = tables_of(g, n, N_KNOTS[k]);
        for (int i = 0; i < ROOM; i++) {
            next[i] = below(g, 3) ? (double)INFINITY : b->now[i] + 1;
            at[i] = below(g, 9) ? between(g, -2, 12) : any_number(g);
            if (below(g, 9) == 0 && i < n) at[i] = table.p[i * table.step][below(g, N_KNOTS[k])];
        }
        static double before[ROOM];
        memcpy(before, next, sizeof before);
        lanes->next_breaks(next, N_KNOTS[k], table, (sq_column){at, 1}, b->now, n);
        for (int i = 0; i < n; i++) {
            double then = break_of(table.p[i * table.step], N_KNOTS[k], at[i], b->now[i]);
            assert_number("break", lanes, n, i, next[i], fmin(before[i], then));
        }
    }
}

static void losses_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double sum[ROOM], next[ROOM], now[ROOM];
    bench *b = bench_of(n, g);
    double *amount = b->plane, *until = b->plane + 1;
    for (int i = 0; i < PLANE; i++) b->plane[i] = below(g, 8);
    for (int i = 0; i < ROOM; i++) {
        now[i] = below(g, 8);
        sum[i] = 1;
        next[i] = 5;
    }
    lanes->add_losses(sum, next, amount, until, now, b->lane, n);
    for (int i = 0; i < n; i++) {
        bool in_force = until[b->lane[i]] > now[i];
        assert_number("loss", lanes, n, i, sum[i], 1 + (in_force ? amount[b->lane[i]] : 0));
        assert_number("its end", lanes, n, i, next[i], in_force ? fmin(5, until[b->lane[i]]) : 5);
    }
}

static void breaks_are_found(void **state)
{
    (void)state;
    everywhere(breaks_of);
    everywhere(losses_of);
}

/* ---- the end of lives ------------------------------------------------------------------------------------ */

enum { SIZE = 9, RECORDS_OF = 3, STRATEGIES = 2 };

static double closed(const sq_closing_account *a, int32_t lane, int i, const double *now, int k)
{
    double total = a->account[lane + k];
    return a->rate.p ? total + a->rate.p[i * a->rate.step] * (now[k] - a->account[lane + 2 + k]) : total;
}

static void write(double *record, int place, const double total[2], double unit)
{
    for (int k = 0; k < 2 && place >= 0; k++) record[place + k] = total[k] / unit;
}

/* One life, as the table's function promises; whether its totals are finite. */
static bool close_one(const sq_closing *c, double *record, int32_t lane, int i, double unit)
{
    double life[2], utility[2], cost[2], sum[2] = {0, 0};
    for (int k = 0; k < 2; k++) {
        life[k] = c->effects[2 * i + k] - c->start[2 * i * c->start_step + k];
        utility[k] = closed(&c->utility, lane, i, c->effects + 2 * i, k);
    }
    write(record, c->life_place, life, unit);
    write(record, c->utility.place, utility, unit);
    for (int j = 0; j < c->n_costs; j++) {
        for (int k = 0; k < 2; k++) sum[k] += cost[k] = closed(&c->costs[j], lane, i, c->cost_instants + 2 * i, k);
        write(record, c->costs[j].place, cost, 1);
    }
    write(record, c->sum_place, sum, 1);
    return isfinite(utility[0]) && isfinite(utility[1]) && isfinite(sum[0]) && isfinite(sum[1]);
}

/* Who the lanes' lives are: as many places as there are lanes. */
static sq_records records_of(double **first, double *room, sq_pcg *g, bool dense)
{
    static int32_t item[PLANE], strategy[PLANE], place[PLANE];
    for (int k = 0; k < RECORDS_OF * STRATEGIES; k++) first[k] = room + (ptrdiff_t)k * 2 * MOST * SIZE;
    for (int i = 0; i < PLANE; i += 8) {
        item[i] = below(g, RECORDS_OF);
        strategy[i] = below(g, STRATEGIES);
        place[i] = i / 8;
    }
    return (sq_records){first, dense ? NULL : item, strategy, place, STRATEGIES, SIZE, dense ? 1 : 365.25};
}

static void ends_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    enum { ALL = RECORDS_OF * STRATEGIES * 2 * MOST * SIZE };
    static double got[ALL], wanted[ALL], start[2 * ROOM];
    bench *b = bench_of(n, g);
    bool odd = below(g, 4) == 0, dense = below(g, 2);
    if (odd) b->plane[b->lane[below(g, n)] + below(g, 2)] = below(g, 2) ? (double)INFINITY : -INFINITY;
    for (int i = 0; i < 2 * ROOM; i++) start[i] = between(g, 0, 9);
    sq_closing_account costs[] = {{b->plane + 4, {b->old, 0}, 6}, {b->plane + 2, {NULL, 0}, -1}};
    sq_closing closing = {b->pair, b->now, start, below(g, 2), -1, 4, {b->plane, {b->rate, 1}, 0}, costs, 2};
    closing.life_place = below(g, 2) ? 2 : -1;
    for (int i = 0; i < ALL; i++) got[i] = wanted[i] = 5;
    double *first[RECORDS_OF * STRATEGIES];
    sq_records records = records_of(first, got, g, dense);
    bool fine = lanes->close_accounts(&closing, &records, b->lane, n), all_fine = true;
    for (int i = 0; i < n; i++) {
        int32_t lane = b->lane[i];
        ptrdiff_t of = dense ? i * SIZE
                             : ((ptrdiff_t)(records.item[lane] * STRATEGIES + records.strategy[lane]) * 2 * MOST +
                                records.place[lane]) * SIZE;
        all_fine = close_one(&closing, wanted + of, lane, i, records.unit) && all_fine;
    }
    assert_int_equal(fine, all_fine);
    assert_int_equal(fine, !odd);
    for (int i = 0; i < ALL; i++) assert_number("record", lanes, n, i, got[i], wanted[i]);
}

static void lives_are_closed(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) everywhere(ends_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_the_tree),
        cmocka_unit_test(accounts_are_kept),
        cmocka_unit_test(breaks_are_found),
        cmocka_unit_test(lives_are_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
