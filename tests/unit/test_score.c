/* Scores of predictions against values worked out by hand, and the bars' band against its own definition. */
#include "study/score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance)) fail_msg("%.17g, expected %.17g", found, expected);
}

/* Two of four at one half: P(0) = 1/16, P(1) = 4/16, P(2) = 6/16. */
static void counts_by_hand(void **state)
{
    (void)state;
    sq_score s = sq_score_binomial(2, 4, .5, 0);
    assert_near(s.pit, 5. / 16 + 3. / 16, 1e-9);
    assert_near(s.log, log(6. / 16), 1e-9);
    s = sq_score_binomial(0, 4, .5, 0);
    assert_near(s.pit, 1. / 32, 1e-9);
    s = sq_score_binomial(4, 4, .5, 0);
    assert_near(s.pit, 1 - 1. / 32, 1e-9);
}

/* A chance of which nothing is known makes all counts equally likely. */
static void unknown_chance_is_flat(void **state)
{
    (void)state;
    for (int k = 0; k <= 9; k++) {
        sq_score s = sq_score_beta_binomial(k, 9, 1, 1);
        assert_near(s.log, log(.1), 1e-12);
        assert_near(s.pit, (k + .5) / 10, 1e-12);
    }
}

/* Probabilities add up to one, and an error of the chance makes the middle less likely. */
static void error_widens(void **state)
{
    (void)state;
    double sum = 0;
    for (int k = 0; k <= 60; k++) sum += exp(sq_score_binomial(k, 60, .3, .05).log);
    assert_near(sum, 1, 1e-10);
    assert_true(sq_score_binomial(18, 60, .3, .05).log < sq_score_binomial(18, 60, .3, 0).log);
    assert_true(sq_score_binomial(30, 60, .3, .05).log > sq_score_binomial(30, 60, .3, 0).log);
}

static void two_sides(void **state)
{
    (void)state;
    assert_near(sq_score_two_sided(.5), 1, 0);
    assert_near(sq_score_two_sided(.975), .05, 1e-15);
    assert_near(sq_score_two_sided(.025), .05, 1e-15);
}

/* Ten at one half: P(0) = 1/1024 and P(<= 1) = 11/1024 lie below .0125, P(<= 2) = 56/1024 does not. */
static void band_by_hand(void **state)
{
    (void)state;
    int lower, upper;
    sq_binomial_band(10, .5, .025, &lower, &upper);
    assert_int_equal(lower, 2);
    assert_int_equal(upper, 8);
    sq_binomial_band(2, .95, .05, &lower, &upper);
    assert_int_equal(lower, 1);
    assert_int_equal(upper, 2);
    sq_binomial_band(0, .5, .05, &lower, &upper);
    assert_int_equal(lower, 0);
    assert_int_equal(upper, 0);
}

static void medians(void **state)
{
    (void)state;
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, INFINITY};
    assert_near(sq_median_of(odd, 3), 2, 0);
    assert_near(sq_median_of(even, 4), 3.5, 0);
    assert_true(isnan(sq_median_of(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_by_hand), cmocka_unit_test(unknown_chance_is_flat), cmocka_unit_test(error_widens),
        cmocka_unit_test(two_sides),      cmocka_unit_test(band_by_hand),           cmocka_unit_test(medians),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
