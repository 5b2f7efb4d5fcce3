/* Published statements: solved laws meet their points, whatever the wrappers; what cannot be met is
 * refused with words; intervals against published and closed-form values. */
#include "math/kernel.h"
#include "math/statement.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const bool FIRST[SQ_LAW_ARGS] = {true, false}, SECOND[SQ_LAW_ARGS] = {false, true};
static const bool BOTH[SQ_LAW_ARGS] = {true, true}, NONE[SQ_LAW_ARGS] = {false};

static sq_law plain(sq_family family, double a, double b)
{
    return (sq_law){.family = family, .arg = {a, b}, .hazard_ratio = 1, .time_ratio = 1};
}

static bool near(double got, double want)
{
    return fabs(got / want - 1) < 1e-12;
}

static void closed_forms(void **state)
{
    (void)state;
    const sq_survival_point median = {100, .5};
    const sq_survival_point two[] = {{100, .5}, {365.25, .2}};
    double residual = 1;
    sq_error err = {0};
    sq_law law = plain(SQ_EXPONENTIAL, NAN, 0);
    assert_int_equal(sq_solve_statements(&law, FIRST, 1, &median, &residual, &err), SQ_OK);
    assert_true(near(law.arg[0], .0069314718055994531) && residual < 1e-15);
    law = plain(SQ_LOGNORMAL, NAN, 1.1);
    assert_int_equal(sq_solve_statements(&law, FIRST, 1, &median, NULL, &err), SQ_OK);
    assert_true(near(law.arg[0], 100) && law.arg[1] == 1.1);
    law = plain(SQ_WEIBULL, .9, NAN);
    assert_int_equal(sq_solve_statements(&law, SECOND, 1, &median, NULL, &err), SQ_OK);
    assert_true(near(law.arg[1], 100 / sq_pow(sq_log(2), 1 / .9)));
    law = plain(SQ_WEIBULL, NAN, NAN);
    assert_int_equal(sq_solve_statements(&law, BOTH, 2, two, &residual, &err), SQ_OK);
    assert_true(near(law.arg[0], sq_log(sq_log(5) / sq_log(2)) / sq_log(3.6525)));
    assert_true(residual < 1e-14);
    law = plain(SQ_LOGNORMAL, NAN, NAN);
    assert_int_equal(sq_solve_statements(&law, BOTH, 2, two, NULL, &err), SQ_OK);
    assert_true(near(law.arg[0], 100));
    assert_true(near(law.arg[1], sq_log(3.6525) / sq_normal_quantile(.8)));
}

/* The points may be stated in any order. */
static void order_does_not_matter(void **state)
{
    (void)state;
    const sq_survival_point two[] = {{365.25, .2}, {100, .5}};
    sq_error err = {0};
    sq_law law = plain(SQ_LOGNORMAL, NAN, NAN);
    assert_int_equal(sq_solve_statements(&law, BOTH, 2, two, NULL, &err), SQ_OK);
    assert_true(near(law.arg[0], 100));
}

typedef struct truth {
    sq_law law;
    double t[2];
} truth;

static void assert_recovered(const sq_law *law, const bool is_free[SQ_LAW_ARGS], int n,
                             const sq_survival_point *points)
{
    sq_error err = {0};
    sq_law guess = *law;
    double residual = 1;
    for (int i = 0; i < 2; i++)
        guess.arg[i] = is_free[i] ? NAN : law->arg[i];
    if (sq_solve_statements(&guess, is_free, n, points, &residual, &err) != SQ_OK)
        print_error("%s: %s\n", sq_family_name(law->family), err.text);
    assert_int_equal(err.status, SQ_OK);
    assert_true(residual <= 1e-13);
    for (int i = 0; i < sq_family_args(law->family); i++)
        assert_true(fabs(guess.arg[i] - law->arg[i]) <= 1e-10 * fabs(law->arg[i]));
}

static void every_argument_is_recovered_under_wrappers(void **state)
{
    (void)state;
    truth truths[] = {
        {plain(SQ_EXPONENTIAL, .01, 0), {40, 150}}, {plain(SQ_WEIBULL, .7, 300), {30, 700}},
        {plain(SQ_LOGNORMAL, 90, 1.3), {40, 400}},  {plain(SQ_UNIFORM, 20, 80), {30, 70}},
        {plain(SQ_NORMAL, 60, 15), {50, 85}},       {plain(SQ_LOGLOGISTIC, 1.4, 200), {50, 500}},
    };
    for (size_t i = 0; i < 4 * sizeof truths / sizeof truths[0]; i++) {
        sq_law law = truths[i / 4].law;
        int wrapper = (int)(i % 4);
        law.hazard_ratio = wrapper >= 1 ? .63 : 1;
        law.time_ratio = wrapper >= 2 ? 1.4 : 1;
        law.cured = wrapper >= 2 ? .25 : 0;
        law.cure_on_population = wrapper == 3;
        sq_survival_point points[2];
        for (int k = 0; k < 2; k++) {
            double t = truths[i / 4].t[k] * law.time_ratio;
            points[k] = (sq_survival_point){t, sq_exp(-sq_law_hazard(&law, t))};
        }
        assert_recovered(&law, FIRST, 1, points);
        if (sq_family_args(law.family) < 2)
            continue;
        assert_recovered(&law, SECOND, 1, points);
        assert_recovered(&law, BOTH, 2, points);
    }
}

static void assert_refused(sq_law law, const bool is_free[SQ_LAW_ARGS], int n,
                           const sq_survival_point *points, const char *words)
{
    sq_error err = {0};
    sq_law before = law;
    assert_int_equal(sq_solve_statements(&law, is_free, n, points, NULL, &err), SQ_ERR_NUMERIC);
    if (!strstr(err.text, words))
        print_error("\"%s\" does not say \"%s\"\n", err.text, words);
    assert_non_null(strstr(err.text, words));
    assert_memory_equal(&law, &before, sizeof law);
}

static void what_cannot_be_met_is_refused(void **state)
{
    (void)state;
    sq_law law = plain(SQ_WEIBULL, 1, 100);
    law.cured = .25;
    assert_refused(law, SECOND, 1, &(sq_survival_point){3 * 365.25, .2},
                   "survival 0.2 at 3 y lies below the cured share 0.25");
    assert_refused(law, SECOND, 1, &(sq_survival_point){10 * 30.4375, .25},
                   "survival 0.25 at 10 mo lies at the cured share 0.25");
    law.cure_on_population = true;
    law.hazard_ratio = .5;
    assert_refused(law, SECOND, 1, &(sq_survival_point){14, .4}, "at 14 d lies below the plateau 0.5");
    law.hazard_ratio = 0;
    assert_refused(law, SECOND, 1, &(sq_survival_point){14, .4}, "never falls");
    law.hazard_ratio = NAN;
    assert_refused(law, SECOND, 1, &(sq_survival_point){14, .4}, "hazard ratio");
    law = plain(SQ_LOGNORMAL, 1, 1);
    const sq_survival_point rising[] = {{100, .5}, {200, .6}}, same[] = {{100, .5}, {100, .4}};
    assert_refused(law, BOTH, 2, rising, "the two points do not fall");
    assert_refused(law, BOTH, 2, same, "the two points do not fall");
    assert_refused(law, BOTH, 1, rising, "one for each is needed");
    assert_refused(law, NONE, 0, rising, "one for each is needed");
    assert_refused(law, FIRST, 1, &(sq_survival_point){0, .5}, "time");
    assert_refused(law, FIRST, 1, &(sq_survival_point){NAN, .5}, "time");
    assert_refused(law, FIRST, 1, &(sq_survival_point){INFINITY, .5}, "time");
    assert_refused(law, FIRST, 1, &(sq_survival_point){1, 0}, "between 0 and 1");
    assert_refused(law, FIRST, 1, &(sq_survival_point){1, 1}, "between 0 and 1");
    assert_refused(law, FIRST, 1, &(sq_survival_point){1, NAN}, "between 0 and 1");
    assert_refused(plain(SQ_LOGNORMAL, 1, -2), FIRST, 1, &(sq_survival_point){1, .5}, "sdlog");
    assert_refused(plain(SQ_WEIBULL, 1, 100), FIRST, 1, &(sq_survival_point){50, .2}, "no weibull law");
    assert_refused(plain(SQ_WEIBULL, 1, 50), FIRST, 1, &(sq_survival_point){50, .2}, "no weibull law");
    assert_refused(plain(SQ_UNIFORM, 9, 100), SECOND, 1, &(sq_survival_point){5, .2}, "no uniform law");
    assert_refused(plain(SQ_FIXED, 1, 0), FIRST, 1, &(sq_survival_point){1, .5}, "fixed law cannot");
    assert_refused(plain(SQ_TABULATED, 0, 0), NONE, 0, rising, "tabulated law cannot");
}

static void binomial_limits(void **state)
{
    (void)state;
    double lower, upper;
    sq_binomial_interval(11, 23, &lower, &upper);
    assert_true(fabs(lower - gsl_cdf_beta_Pinv(.025, 11, 13)) < 1e-12);
    assert_true(fabs(upper - gsl_cdf_beta_Pinv(.975, 12, 12)) < 1e-12);
    /* Textbook: 10 of 20 has limits .2720 and .7280. */
    sq_binomial_interval(10, 20, &lower, &upper);
    assert_true(fabs(lower - .2720) < 5e-5 && fabs(upper - .7280) < 5e-5);
    /* None of n: upper = 1 - .025^(1/n). */
    sq_binomial_interval(0, 23, &lower, &upper);
    assert_true(lower == 0 && near(upper, 1 - sq_pow(.025, 1. / 23)));
    sq_binomial_interval(23, 23, &lower, &upper);
    assert_true(upper == 1 && near(lower, sq_pow(.025, 1. / 23)));
    sq_binomial_interval(1e6 - 2, 1e6, &lower, &upper);
    assert_true(lower > .99999 && lower < upper && upper < 1);
    sq_binomial_interval(2, 1e6, &lower, &upper);
    assert_true(lower > 2e-7 && lower < 3e-7 && upper > 7e-6 && upper < 8e-6);
}

static void impossible_counts_have_no_limits(void **state)
{
    (void)state;
    static const double BAD[][2] = {{-1, 5}, {6, 5}, {0, 0}, {NAN, 5}, {1, NAN}, {1, INFINITY}};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        double lower = 0, upper = 0;
        sq_binomial_interval(BAD[i][0], BAD[i][1], &lower, &upper);
        assert_true(isnan(lower) && isnan(upper));
    }
}

static void ratio_and_its_interval(void **state)
{
    (void)state;
    double se, asymmetry;
    sq_log_ratio_error(.71, .55, .93, &se, &asymmetry);
    assert_true(fabs(se - (sq_log(.93) - sq_log(.55)) / 3.919927969080108) < 1e-15);
    assert_true(fabs(asymmetry - (sq_log(.71) - .5 * sq_log(.55 * .93))) < 1e-15);
    assert_true(fabs(asymmetry) < .02);
    static const double BAD[][3] = {
        {0, .5, 1}, {.7, 0, 1}, {.7, 1, .5}, {NAN, .5, 1}, {.7, NAN, 1}, {.7, .5, INFINITY}};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        sq_log_ratio_error(BAD[i][0], BAD[i][1], BAD[i][2], &se, &asymmetry);
        assert_true(isnan(se) && isnan(asymmetry));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(every_argument_is_recovered_under_wrappers),
        cmocka_unit_test(what_cannot_be_met_is_refused),
        cmocka_unit_test(binomial_limits),
        cmocka_unit_test(impossible_counts_have_no_limits),
        cmocka_unit_test(ratio_and_its_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
