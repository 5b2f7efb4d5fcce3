/* Estimators on counts: a published life table, hand computations, and the identities between the
 * estimators with and without censoring. */
#include "outcome/curve.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_POINTS = 32 };

static sq_grid new_grid(double step, int n)
{
    sq_grid grid;
    assert_true(sq_grid_init(&grid, step, n));
    return grid;
}

static double quantile(const double *survival, int n, double step, double p)
{
    sq_grid grid = new_grid(step, n);
    double value = sq_curve_quantile(survival, &grid, p, NULL);
    sq_grid_free(&grid);
    return value;
}

static void assert_close(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("got %.17g, want %.17g", got, want);
}

/* Survival of 2,418 men with angina pectoris, from Lee, Statistical Methods for Survival Data Analysis:
 * deaths and withdrawals per year since diagnosis, survival and its standard error as printed. */
static void published_life_table(void **state)
{
    (void)state;
    static const int64_t DEATHS[] = {0,  456, 226, 152, 171, 135, 125, 83, 74,
                                     51, 42,  43,  34,  18,  9,   6,   0};
    static const int64_t WITHDRAWN[] = {0,  0,  39, 22, 23, 24, 107, 133, 102,
                                        68, 64, 45, 53, 33, 27, 23,  30};
    static const int64_t NONE[17] = {0};
    static const double SURVIVAL[] = {1,     .8114, .7170, .6524, .5786, .5193, .4611, .4172, .3712,
                                      .3342, .2987, .2557, .2136, .1839, .1636, .1429, .1429};
    static const double SE[] = {0,     .0080, .0092, .0097, .0101, .0103, .0104, .0105, .0106,
                                .0107, .0109, .0111, .0114, .0118, .0123, .0133, .0133};
    sq_risk_set set = {.n_points = 17, .n_causes = 1, .at_origin = 2418, .events = DEATHS,
                       .inside = WITHDRAWN, .at_end = NONE, .stride = 17};
    sq_curve *c = sq_curve_new(17, 1);
    assert_non_null(c);
    sq_curve_estimate(&set, c);
    for (int j = 0; j < 17; j++) {
        assert_close(c->survival[j], SURVIVAL[j], 0.00005001);
        assert_close(c->survival_se[j], SE[j], 0.00005001);
        assert_close(c->survival[j] + c->incidence[j], 1, 1e-14);
        assert_close(c->incidence_se[j], c->survival_se[j], 1e-12);
    }
    assert_int_equal(c->at_risk[0], 2418);
    assert_int_equal(c->at_risk[2], 1962);
    assert_int_equal(c->at_risk[16], 30);
    /* Median: 5 years and the share of the sixth at which the printed curve crosses a half. */
    double median = quantile(c->survival, 17, 1, 0.5);
    assert_close(median, 5 + (.5193 - .5) / (.5193 - .4611), 0.002);
    sq_curve_free(c);
}

/* Ten patients, two causes; worked by hand. */
static void two_causes_by_hand(void **state)
{
    (void)state;
    /* interval        0  1  2  3 */
    static const int64_t EVENTS[] = {1, 2, 0, 1, 0, 1, 1, 0};
    static const int64_t INSIDE[] = {0, 0, 2, 0};
    static const int64_t AT_END[] = {0, 1, 0, 0};
    sq_risk_set set = {.n_points = 4, .n_causes = 2, .at_origin = 10, .events = EVENTS,
                       .inside = INSIDE, .at_end = AT_END, .stride = 4};
    sq_curve *c = sq_curve_new(4, 2);
    assert_non_null(c);
    sq_curve_estimate(&set, c);
    assert_close(c->survival[0], 0.9, 1e-15);
    assert_close(c->survival[1], 0.6, 1e-15);
    /* 5 at risk, 2 leave within: exposed 4, one event of the second cause */
    assert_close(c->survival[2], 0.6 * 0.75, 1e-15);
    assert_close(c->incidence[4 + 2], 0.1 + 0.6 * 0.25, 1e-15);
    assert_close(c->incidence[2], 0.3, 1e-15);
    /* 2 at risk, one event of the first cause */
    assert_close(c->survival[3], 0.225, 1e-15);
    assert_close(c->incidence[3], 0.3 + 0.225, 1e-15);
    double greenwood = 1.0 / (10 * 9) + 3.0 / (9 * 6) + 1.0 / (4 * 3) + 1.0 / (2 * 1);
    assert_close(c->survival_se[3], 0.225 * sqrt(greenwood), 1e-15);
    static const int64_t AT_RISK[] = {10, 9, 5, 2}, CENSORED[] = {0, 1, 2, 0};
    assert_memory_equal(c->at_risk, AT_RISK, sizeof AT_RISK);
    assert_memory_equal(c->censored, CENSORED, sizeof CENSORED);
    sq_curve_free(c);
}

/* One withdrawal at time 0 switches to the censored formulas; the other n patients then are complete data
 * and every estimate must equal their shares and binomial errors. */
static void censored_formulas_meet_the_binomial(void **state)
{
    (void)state;
    static const int64_t EVENTS[] = {0, 5, 7, 0, 11, 20, 0, 2, 3, 9, 4, 15};
    static const int64_t NONE[6] = {0}, FIRST[6] = {1};
    sq_risk_set complete = {.n_points = 6, .n_causes = 2, .at_origin = 100, .events = EVENTS,
                            .inside = NONE, .at_end = NONE, .stride = 6};
    sq_risk_set withdrawn = complete;
    withdrawn.at_origin = 101;
    withdrawn.at_end = FIRST;
    sq_curve *a = sq_curve_new(6, 2), *b = sq_curve_new(6, 2);
    assert_non_null(a);
    assert_non_null(b);
    sq_curve_estimate(&complete, a);
    sq_curve_estimate(&withdrawn, b);
    for (int j = 1; j < 6; j++) {
        assert_close(b->survival[j], a->survival[j], 1e-14);
        assert_close(b->survival_se[j], a->survival_se[j], 1e-14);
        for (int k = 0; k < 2; k++) {
            assert_close(b->incidence[k * 6 + j], a->incidence[k * 6 + j], 1e-14);
            assert_close(b->incidence_se[k * 6 + j], a->incidence_se[k * 6 + j], 1e-13);
        }
    }
    assert_true(a->survival[5] == 0.24);
    sq_curve_free(a);
    sq_curve_free(b);
}

/* Everybody followed to the last grid point and censored there is complete data. */
static void end_of_follow_up_on_the_grid_costs_nothing(void **state)
{
    (void)state;
    static const int64_t EVENTS[] = {0, 3, 2}, NONE[3] = {0}, LAST[] = {0, 0, 5};
    sq_risk_set set = {.n_points = 3, .n_causes = 1, .at_origin = 10, .events = EVENTS,
                       .inside = NONE, .at_end = LAST, .stride = 3};
    sq_curve *c = sq_curve_new(3, 1);
    assert_non_null(c);
    sq_curve_estimate(&set, c);
    assert_true(c->survival[1] == 0.7);
    assert_true(c->survival[2] == 0.5);
    assert_true(quantile(c->survival, 3, 10, 0.5) == 20);
    sq_curve_free(c);
}

static void what_is_not_seen_is_nan(void **state)
{
    (void)state;
    static const int64_t EVENTS[] = {0, 1, 0}, NONE[3] = {0}, INSIDE[] = {0, 1, 0};
    sq_risk_set set = {.n_points = 3, .n_causes = 1, .at_origin = 0, .events = NONE, .inside = NONE,
                       .at_end = NONE, .stride = 3};
    sq_curve *c = sq_curve_new(3, 1);
    assert_non_null(c);
    sq_curve_estimate(&set, c);
    assert_true(isnan(c->survival[0]) && isnan(c->incidence[0]) && isnan(c->survival_se[0]));
    assert_true(isnan(quantile(c->survival, 3, 1, 0.5)));

    /* One event, one withdrawal: nobody is left and survival is still above zero. */
    set.at_origin = 2;
    set.events = EVENTS;
    set.inside = INSIDE;
    sq_curve_estimate(&set, c);
    assert_close(c->survival[1], 1 - 1 / 1.5, 1e-15);
    assert_true(isnan(c->survival[2]) && isnan(c->incidence[2]));

    /* Events only: zero stays zero. */
    set.at_origin = 1;
    set.inside = NONE;
    sq_curve_estimate(&set, c);
    assert_true(c->survival[2] == 0 && c->survival_se[2] == 0 && c->incidence[2] == 1);
    sq_curve_free(c);
}

static void times_find_their_interval(void **state)
{
    (void)state;
    sq_grid month = new_grid(30.4375, 13), tenth = new_grid(36.525, 101), none = new_grid(1, 0);
    assert_int_equal(sq_grid_interval(&month, 0), 0);
    assert_int_equal(sq_grid_interval(&month, 0x1p-20), 1);
    for (int j = 1; j < 13; j++) {
        assert_int_equal(sq_grid_interval(&month, j * 30.4375), j);
        assert_int_equal(sq_grid_interval(&month, j * 30.4375 + 0x1p-20), j + 1);
        /* A step that is no binary fraction: grid points are rounded as times are. */
        double rounded = rint(j * 36.525 * 0x1p20) * 0x1p-20;
        assert_int_equal(sq_grid_interval(&tenth, rounded), j);
        assert_int_equal(sq_grid_interval(&tenth, rounded + 0x1p-20), j + 1);
        assert_int_equal(sq_grid_interval(&tenth, rounded - 0x1p-20), j);
    }
    assert_int_equal(sq_grid_interval(&tenth, 3652.5), 100);
    assert_int_equal(sq_grid_interval(&month, 1e300), 13);
    assert_int_equal(sq_grid_interval(&none, 5), 0);
    sq_grid_free(&month);
    sq_grid_free(&tenth);
    sq_grid_free(&none);
}

static void curves_are_read_between_grid_points(void **state)
{
    (void)state;
    static const double S[] = {1, 0.8, 0.8, 0.4}, AT_ONCE[] = {0.4, 0.4};
    sq_grid grid = new_grid(10, 4);
    assert_close(sq_curve_at(S, &grid, 5), 0.9, 1e-15);
    assert_true(sq_curve_at(S, &grid, 10) == 0.8);
    assert_true(isnan(sq_curve_at(S, &grid, 30.5)));
    int interval = -1;
    assert_close(sq_curve_quantile(S, &grid, 0.2, &interval), 10, 1e-9);
    assert_int_equal(interval, 1);
    sq_grid_free(&grid);
    assert_close(quantile(S, 4, 10, 0.5), 27.5, 1e-12);
    assert_true(isnan(quantile(S, 4, 10, 0.7)));
    assert_true(quantile(AT_ONCE, 2, 10, 0.5) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_life_table),
        cmocka_unit_test(two_causes_by_hand),
        cmocka_unit_test(censored_formulas_meet_the_binomial),
        cmocka_unit_test(end_of_follow_up_on_the_grid_costs_nothing),
        cmocka_unit_test(what_is_not_seen_is_nan),
        cmocka_unit_test(times_find_their_interval),
        cmocka_unit_test(curves_are_read_between_grid_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
