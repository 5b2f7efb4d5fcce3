/* Accumulators: what they hold after lives with known outcomes, that order cannot be seen in them, and the
 * identities every result must satisfy. */
#include "outcome/outcome.h"
#include "outcome/tally.h"

#include "outcome_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "finished.h"

static void assert_close(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("got %.17g, want %.17g", got, want);
}

static sq_outcome *new_outcome(const sq_model *m)
{
    sq_outcome *o = NULL;
    sq_error err = {0};
    assert_int_equal(sq_outcome_new(&o, m, &err), SQ_OK);
    return o;
}

/* One block of patients [first, first + n) under all strategies. */
static void live_block(sq_outcome *o, const sq_model *m, int64_t first, int n, bool backwards)
{
    sq_life life;
    assert_int_equal(sq_life_init(&life, m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(m, n);
    for (int i = 0; i < n * N_STRATEGIES; i++) {
        int k = backwards ? n * N_STRATEGIES - 1 - i : i;
        int lane = k / N_STRATEGIES, strategy = k % N_STRATEGIES;
        live_patient(&life, m, strategy, first + lane);
        sq_outcome_observe(o, block, strategy, lane, &life);
    }
    close_block(o, block);
    sq_life_free(&life);
}

static sq_variables finish(const sq_model *m, const sq_outcome *o)
{
    sq_variables v = {0};
    assert_int_equal(finish_points(m, 1, 1, &o, NULL, &v), SQ_OK);
    return v;
}

static const double *reals(const sq_variables *v, const char *name)
{
    const sq_variable *var = sq_variables_find(v, "", name);
    if (var == NULL)
        fail_msg("no variable %s", name);
    assert_int_equal(var->type, SQ_F64);
    return var->data;
}

static const int64_t *counts(const sq_variables *v, const char *name)
{
    const sq_variable *var = sq_variables_find(v, "", name);
    if (var == NULL)
        fail_msg("no variable %s", name);
    assert_int_equal(var->type, SQ_I64);
    return var->data;
}

/* ---- known lives ------------------------------------------------------------------------------------ */

/* Four patients, the same under every strategy but for the drug's price under A. */
static void known_lives(sq_outcome *o, const sq_model *m)
{
    static const double ILL_AT[] = {36.525, INFINITY, 365.25, INFINITY};
    static const double DEAD_AT[] = {73.05, 36.525, INFINITY, INFINITY};
    sq_life life;
    assert_int_equal(sq_life_init(&life, m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(m, 4);
    for (int strategy = 0; strategy < N_STRATEGIES; strategy++) {
        for (int i = 0; i < 4; i++) {
            live(&life, m, on_time_lattice(ILL_AT[i]), on_time_lattice(DEAD_AT[i]),
                 strategy == 0 ? 100 : 60 + 10 * i);
            sq_outcome_observe(o, block, strategy, i, &life);
        }
    }
    close_block(o, block);
    sq_life_free(&life);
}

static void counts_of_known_lives(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    known_lives(o, &m);
    sq_variables v = finish(&m, o);
    const double *survival = reals(&v, "survival");
    assert_true(survival[0] == 1 && survival[1] == 0.75 && survival[2] == 0.5 && survival[95] == 0.5);
    assert_close(reals(&v, "survival_se")[2], sqrt(0.25 / 4), 1e-15);
    const double *incidence = reals(&v, "cumulative_incidence") + (ptrdiff_t)m.n_grid;
    assert_true(incidence[1] == 0.25 && incidence[9] == 0.25 && incidence[10] == 0.5);
    assert_true(incidence[m.n_grid + 1] == 0.25 && incidence[m.n_grid + 95] == 0.25);
    assert_int_equal(counts(&v, "at_risk")[1], 4);
    assert_int_equal(counts(&v, "at_risk")[2], 3);
    assert_int_equal(counts(&v, "events")[2], 1);
    assert_int_equal(counts(&v, "censored")[95], 0);
    assert_int_equal(counts(&v, "endpoint_n")[OS], 4);
    assert_int_equal(counts(&v, "n_patients")[0], 4);
    const double *occupancy = reals(&v, "state_occupancy");
    assert_true(occupancy[ILL * m.n_grid] == 0 && occupancy[ILL * m.n_grid + 1] == 0.25);
    assert_true(occupancy[DEAD * m.n_grid + 1] == 0.25 && occupancy[DEAD * m.n_grid + 2] == 0.5);
    assert_true(occupancy[WELL * m.n_grid + 95] == 0.25);
    const double *count = reals(&v, "event_count"), *ever = reals(&v, "event_ever");
    assert_true(count[OCC_SEEN] == 1 && ever[OCC_SEEN] == 0.5 && ever[OCC_DEATH] == 0.5);
    assert_close(reals(&v, "event_count_se")[OCC_SEEN], sqrt((8 - 4) / 3.0 / 4), 1e-15);
    /* The median, at a grid point to a rounding of 2^-20 day. */
    assert_close(reals(&v, "survival_quantile")[1], 0.2, 1e-8);
    assert_true(isnan(reals(&v, "survival_quantile")[2]));
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void quantities_of_known_lives(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    known_lives(o, &m);
    sq_variables v = finish(&m, o);
    assert_close(reals(&v, "life_years_undiscounted")[0], (0.2 + 0.1 + 10 + 10) / 4, 1e-9);
    assert_close(reals(&v, "life_years")[0], 0.8 * 20.3 / 4, 1e-9);
    assert_close(sq_outcome_mean(o, 0, SQ_QUANTITY_LIFE_YEARS, true), 0.8 * 20.3 / 4, 1e-9);
    const double *cost = reals(&v, "cost");
    assert_true(cost[0] == 80 && cost[2] == 0.8 * 75);
    /* drug: 60, 70, 80, 90 under B: variance 166.7 times 0.64; all alike under A */
    assert_close(reals(&v, "cost_variance")[2], 0.64 * 500 / 3, 1e-9);
    assert_true(reals(&v, "cost_variance")[0] == 0 && reals(&v, "cost_se")[0] == 0);
    const double *increment = reals(&v, "increment_cost");
    assert_close(increment[0], 0.8 * 25, 1e-12);
    assert_close(reals(&v, "increment_cost_se")[0], sqrt(0.64 * 500 / 3 / 4), 1e-12);
    assert_close(reals(&v, "increment_cost_se_unpaired")[0], sqrt(0.64 * 500 / 3 / 4), 1e-12);
    assert_true(reals(&v, "total_cost_quantile")[2] > 0);
    const double *edges = reals(&v, "life_years_undiscounted_bin_edges");
    const int64_t *histogram = counts(&v, "life_years_undiscounted_histogram");
    assert_true(edges[0] <= 0.1 && edges[100] >= 10 && edges[100] <= 15);
    int64_t sum = 0, below_1 = 0;
    for (int i = 0; i < 100; i++) {
        sum += histogram[i];
        below_1 += edges[i + 1] <= 1 ? histogram[i] : 0;
    }
    assert_int_equal(sum, 4);
    assert_int_equal(below_1, 2);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void one_patient_has_no_error(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    sq_variables empty = finish(&m, o); /* nobody at all */
    assert_true(isnan(reals(&empty, "life_years")[0]) && isnan(reals(&empty, "survival")[0]));
    assert_true(isnan(reals(&empty, "state_occupancy")[0]) && isnan(reals(&empty, "event_ever")[0]));
    assert_true(reals(&empty, "increment_life_years")[REFERENCE] == 0);
    sq_variables_free(&empty);
    live_block(o, &m, 0, 1, false);
    sq_variables v = finish(&m, o);
    assert_true(reals(&v, "life_years")[0] > 0);
    assert_true(isnan(reals(&v, "life_years_se")[0]) && isnan(reals(&v, "life_years_variance")[0]));
    assert_true(isnan(reals(&v, "increment_life_years_se")[TWIN]));
    assert_true(reals(&v, "increment_life_years_se")[REFERENCE] == 0);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

/* ---- order ------------------------------------------------------------------------------------------ */

static size_t bytes_of(const sq_variables *v, const sq_variable *var)
{
    size_t size = var->type == SQ_I32 ? 4 : 8;
    return size * sq_variable_length(v, var);
}

static void assert_same(const sq_variables *a, const sq_variables *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const sq_variable *x = &a->items[i], *y = &b->items[i];
        assert_string_equal(x->name, y->name);
        assert_int_equal(sq_variable_length(a, x), sq_variable_length(b, y));
        if (x->type != SQ_TEXT && memcmp(x->data, y->data, bytes_of(a, x)) != 0)
            fail_msg("%s differs", x->name);
    }
}

static void order_and_chunking_leave_no_trace(void **state)
{
    (void)state;
    enum { BLOCKS = 4, LAST = 777 };
    sq_model m = small_model();
    sq_outcome *one = new_outcome(&m), *total = new_outcome(&m), *part[2];
    for (int i = 0; i < BLOCKS; i++)
        live_block(one, &m, (int64_t)i * SQ_BLOCK, i + 1 < BLOCKS ? SQ_BLOCK : LAST, false);
    part[0] = new_outcome(&m);
    part[1] = new_outcome(&m);
    for (int i = BLOCKS - 1; i >= 0; i--)
        live_block(part[i % 3 == 0], &m, (int64_t)i * SQ_BLOCK, i + 1 < BLOCKS ? SQ_BLOCK : LAST, true);
    sq_outcome_shed(total);
    sq_outcome_merge(total, part[1]);
    sq_outcome_merge(total, part[0]);
    sq_variables a = finish(&m, one), b = finish(&m, total);
    assert_same(&a, &b);
    assert_true(sq_outcome_mean(one, 0, 1, true) == sq_outcome_mean(total, 0, 1, true));
    sq_variables_free(&a);
    sq_variables_free(&b);
    sq_outcome_free(one);
    sq_outcome_free(total);
    sq_outcome_free(part[0]);
    sq_outcome_free(part[1]);
}

static void the_tree_is_fixed_and_sums(void **state)
{
    (void)state;
    static double x[SQ_BLOCK], reference[SQ_BLOCK];
    double want[SQ_SUMS] = {0}, sum[SQ_SUMS];
    for (int i = 0; i < SQ_BLOCK; i++) { /* whole numbers: every order gives the same */
        double a = x[i] = i % 7 - 2, d = a - (reference[i] = i % 5);
        want[SQ_SUM_X] += a;
        want[SQ_SUM_XX] += a * a;
        want[SQ_SUM_D] += d;
        want[SQ_SUM_DD] += d * d;
    }
    sq_tree_sums(x, reference, 1, SQ_BLOCK, sum);
    assert_memory_equal(sum, want, sizeof want);
    sq_tree_sums(x, NULL, 1, SQ_BLOCK, sum);
    assert_true(sum[SQ_SUM_XX] == want[SQ_SUM_XX] && sum[SQ_SUM_D] == 0 && sum[SQ_SUM_DD] == 0);

    sq_exact exact = {0};
    for (int i = 0; i < SQ_BLOCK; i++) {
        x[i] = exp(30 * luck(i, 9));
        sq_exact_add(&exact, x[i]);
    }
    sq_tree_sums(x, NULL, 1, SQ_BLOCK, sum);
    assert_close(sum[SQ_SUM_X], sq_exact_value(&exact), 12 * 0x1p-53 * sum[SQ_SUM_X]);
    /* The shape: lanes i and i + 128 of a chunk meet first, chunks last. */
    memset(x, 0, sizeof x);
    x[0] = 1e16;
    x[1] = 1;
    x[128] = -1e16;
    sq_tree_sums(x, NULL, 1, 129, sum);
    assert_true(sum[SQ_SUM_X] == 1);
    x[SQ_BLOCK - 256] = -1e16;
    x[128] = 0;
    sq_tree_sums(x, NULL, 1, SQ_BLOCK, sum);
    assert_true(sum[SQ_SUM_X] == 0);
}

static void equal_numbers_have_no_variance(void **state)
{
    (void)state;
    double n = 12345, x = 0.1 * 3;
    assert_true(sq_moments_of(n * x, n * (x * x), n).variance == 0);
    assert_close(sq_moments_of(6, 14, 3).variance, 1, 1e-15);
    assert_true(isnan(sq_moments_of(NAN, NAN, 3).mean));
}

/* ---- identities ------------------------------------------------------------------------------------- */

static void assert_shares_sum_to_one(const sq_model *m, const sq_variables *v)
{
    const double *survival = reals(v, "survival"), *incidence = reals(v, "cumulative_incidence");
    const double *occupancy = reals(v, "state_occupancy");
    int n = m->n_grid;
    for (int i = 0; i < N_STRATEGIES * n; i++) {
        int strategy = i / n, j = i % n;
        const double *s = survival + strategy * N_ENDPOINTS * n + j;
        const double *f = incidence + strategy * m->n_causes * n + j;
        const double *p = occupancy + strategy * N_STATES * n + j;
        assert_close(s[OS * n] + f[0], 1, 1e-13);
        assert_close(s[ILLNESS * n] + f[n] + f[2 * n], 1, 1e-13);
        assert_close(p[0] + p[n] + p[2 * n], 1, 1e-15);
        /* Dead is dead: two ways to count the same. */
        assert_close(p[DEAD * n], f[0], 1e-13);
    }
}

static void assert_increments(const sq_variables *v)
{
    static const char *const NAMES[] = {"life_years", "qalys", "total_cost", "life_years_undiscounted"};
    for (int i = 0; i < 4; i++) {
        char name[64];
        const double *mean = reals(v, NAMES[i]);
        (void)snprintf(name, sizeof name, "increment_%s", NAMES[i]);
        const double *d = reals(v, name);
        (void)snprintf(name, sizeof name, "increment_%s_se", NAMES[i]);
        const double *se = reals(v, name);
        (void)snprintf(name, sizeof name, "increment_%s_se_unpaired", NAMES[i]);
        const double *unpaired = reals(v, name);
        assert_close(d[0], mean[0] - mean[REFERENCE], 1e-12 * fabs(mean[0]));
        assert_true(se[0] > 0 && se[0] < unpaired[0]);
        assert_true(d[REFERENCE] == 0 && se[REFERENCE] == 0 && unpaired[REFERENCE] == 0);
        assert_true(d[TWIN] == 0 && se[TWIN] == 0 && unpaired[TWIN] > 0);
    }
}

static void identities_hold(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    live_block(o, &m, 0, SQ_BLOCK, false);
    live_block(o, &m, SQ_BLOCK, 1000, false);
    sq_variables v = finish(&m, o);
    assert_shares_sum_to_one(&m, &v);
    assert_increments(&v);
    const double *mean = reals(&v, "cost"), *total = reals(&v, "total_cost");
    for (int i = 0; i < N_STRATEGIES; i++)
        assert_close(mean[2 * i] + mean[2 * i + 1], total[i], 1e-12 * total[i]);

    /* With A as reference the increment of B changes its sign and keeps its error. */
    sq_model turned = m;
    turned.reference = 0;
    sq_outcome *p = new_outcome(&turned);
    live_block(p, &turned, 0, SQ_BLOCK, false);
    live_block(p, &turned, SQ_BLOCK, 1000, false);
    sq_variables u = finish(&turned, p);
    assert_true(reals(&u, "increment_qalys")[REFERENCE] == -reals(&v, "increment_qalys")[0]);
    assert_true(reals(&u, "increment_qalys_se")[REFERENCE] == reals(&v, "increment_qalys_se")[0]);
    sq_variables_free(&u);
    sq_variables_free(&v);
    sq_outcome_free(o);
    sq_outcome_free(p);
}

/* Moments and quantiles of a thousand lives against the same computed from the lives themselves. */
static void moments_and_quantiles_of_many(void **state)
{
    (void)state;
    enum { N = 1000 };
    static double years[N];
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    live_block(o, &m, 0, N, false);
    double mean = 0, spread = 0;
    for (int i = 0; i < N; i++) {
        live_patient(&life, &m, 0, i);
        years[i] = life.total[0] / 365.25;
        mean += years[i] / N;
    }
    for (int i = 0; i < N; i++)
        spread += (years[i] - mean) * (years[i] - mean);
    sq_variables v = finish(&m, o);
    assert_close(reals(&v, "life_years")[0], mean, 1e-12 * mean);
    assert_close(reals(&v, "life_years_variance")[0], spread / (N - 1), 1e-10 * spread / N);
    assert_close(reals(&v, "life_years_se")[0], sqrt(spread / (N - 1) / N), 1e-9);
    for (int q = 0; q < 3; q++) {
        double got = reals(&v, "life_years_quantile")[q];
        int at_most = 0, below = 0;
        for (int i = 0; i < N; i++) {
            at_most += years[i] <= got * (1 + 0x1p-11);
            below += years[i] < got * (1 - 0x1p-11);
        }
        assert_true(at_most >= QUANTILES[q] * N && below < QUANTILES[q] * N);
    }
    sq_life_free(&life);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

/* Passages: left open, before a landmark, never begun. */
static void odd_passages(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(&m, 3);
    for (int i = 0; i < 3; i++) {
        live(&life, &m, INFINITY, INFINITY, 0);
        if (i == 0)
            life.passage[OS] = (sq_passage){.origin = 3000, .end = NAN, .cause = -1};
        if (i == 1)
            life.passage[OS] = (sq_passage){.origin = 20, .end = 10, .cause = 0, .closed = true};
        if (i == 2)
            life.passage[OS].origin = NAN;
        for (int strategy = 0; strategy < N_STRATEGIES; strategy++)
            sq_outcome_observe(o, block, strategy, i, &life);
    }
    close_block(o, block);
    sq_variables v = finish(&m, o);
    assert_int_equal(counts(&v, "endpoint_n")[OS], 1);
    assert_int_equal(counts(&v, "censored")[18], 1); /* 652.5 days after its origin */
    assert_true(reals(&v, "survival")[17] == 1 && isnan(reals(&v, "survival")[19]));
    sq_life_free(&life);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_known_lives),
        cmocka_unit_test(quantities_of_known_lives),
        cmocka_unit_test(one_patient_has_no_error),
        cmocka_unit_test(order_and_chunking_leave_no_trace),
        cmocka_unit_test(the_tree_is_fixed_and_sums),
        cmocka_unit_test(equal_numbers_have_no_variance),
        cmocka_unit_test(identities_hold),
        cmocka_unit_test(moments_and_quantiles_of_many),
        cmocka_unit_test(odd_passages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
