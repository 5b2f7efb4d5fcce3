/* Laws fitted to curves: every family finds the arguments that made its points, alone, cured, and beside
 * other clocks; more points than unknowns against an independent least-squares program; what has no solution
 * is refused with words. */
#include "math/fit.h"
#include "math/kernel.h"
#include "math/quadrature.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const double YEAR = 365.25;

static sq_law plain(sq_family family, double a, double b, double c)
{
    return (sq_law){.family = family, .arg = {a, b, c}, .hazard_ratio = 1, .time_ratio = 1};
}

/* ---- quadrature and settings */

static double power(const void *context, double x) { return sq_pow(x, *(const double *)context); }

static void integrals_with_rough_ends(void **state)
{
    (void)state;
    const double exponent[] = {0, 1, 13, .5, .1, -.5};
    for (size_t i = 0; i < sizeof exponent / sizeof *exponent; i++) {
        double got = sq_integrate(power, &exponent[i], 0, 1, 1e-11);
        assert_true(fabs(got - 1 / (exponent[i] + 1)) < (exponent[i] < 0 ? 1e-5 : 1e-11));
    }
}

/* Two rates compete: F(t) = a / (a + b) (1 - exp(-(a + b) t)). */
static void incidence_of_two_rates(void **state)
{
    (void)state;
    double share = 1, a = .3 / YEAR, b = .2 / YEAR;
    sq_rival rival = {plain(SQ_EXPONENTIAL, b, 0, 0), 0};
    sq_setting s = {.is_incidence = true, .n_patients = 1, .n_rivals = 1, .share = &share, .rival = &rival};
    sq_law law = plain(SQ_EXPONENTIAL, a, 0, 0);
    sq_setting_prepare(&s, 2 * YEAR);
    for (int year = 1; year <= 20; year++) {
        double want = -a / (a + b) * sq_expm1(-(a + b) * year * YEAR);
        assert_true(fabs(sq_setting_curve(&s, &law, year * YEAR) - want) < 1e-10);
    }
    law = plain(SQ_WEIBULL, 1, 1 / a, 0);
    assert_true(fabs(sq_setting_curve(&s, &law, YEAR) - .6 * -sq_expm1(-.5)) < 1e-10);
}

/* Rates of the rival that change at stated times, and a Weibull law whose hazard is infinite at 0: what is left
 * by the rival splits the integral into pieces with their own closed forms for an exponential law. */
static void incidence_across_corners(void **state)
{
    (void)state;
    double share[] = {.25, .75};
    double x[] = {0, YEAR, 3 * YEAR}, y[] = {.1 / YEAR, .5 / YEAR, 0}, cumulative[3];
    sq_rival rival[2] = {{plain(SQ_PIECEWISE, 0, 0, 0), 0}, {plain(SQ_EXPONENTIAL, .05 / YEAR, 0, 0), 0}};
    assert_null(sq_law_prepare_table(SQ_PIECEWISE, SQ_CONSTANT, 3, x, y, cumulative));
    rival[0].law.table = (sq_law_table){.x = x, .y = y, .cumulative = cumulative, .n = 3};
    sq_setting s = {.is_incidence = true, .n_patients = 2, .n_rivals = 1, .share = share, .rival = rival};
    sq_law law = plain(SQ_EXPONENTIAL, .3 / YEAR, 0, 0);
    sq_setting_prepare(&s, 5 * YEAR);
    assert_int_equal(s.n_knots, 2);
    double first = .3 / .4 * -sq_expm1(-.4);
    double second = sq_exp(-.4) * .3 / .8 * -sq_expm1(-1.6);
    double third = sq_exp(-2.0) * -sq_expm1(-.6);
    double other = .3 / .35 * -sq_expm1(-.35 * 5);
    double want = .25 * (first + second + third) + .75 * other;
    assert_true(fabs(sq_setting_curve(&s, &law, 5 * YEAR) - want) < 1e-10);
    double parts = sq_setting_incidence(&s, &law, 0, 2 * YEAR) + sq_setting_incidence(&s, &law, 2 * YEAR, 5 * YEAR);
    assert_true(fabs(parts - want) < 1e-10);
}

/* Integration by parts on a fine even grid, as somebody else would do it. */
static void incidence_of_a_steep_start(void **state)
{
    (void)state;
    double share = 1;
    sq_rival rival = {plain(SQ_WEIBULL, 1.7, 3 * YEAR, 0), 200};
    sq_setting s = {.is_incidence = true, .n_patients = 1, .n_rivals = 1, .share = &share, .rival = &rival};
    sq_law law = plain(SQ_WEIBULL, .4, 4 * YEAR, 0);
    sq_setting_prepare(&s, 3 * YEAR);
    double t = 3 * YEAR, sum = 0;
    enum { PARTS = 400000 };
    for (int i = 0; i < PARTS; i++) {
        double u0 = i / (double)PARTS, u1 = (i + 1) / (double)PARTS, mid = .5 * (u0 + u1);
        double fall = sq_setting_survival(&s, t * u0 * u0 * u0) - sq_setting_survival(&s, t * u1 * u1 * u1);
        sum += fall * -sq_expm1(-sq_law_hazard(&law, t * mid * mid * mid));
    }
    sum += sq_setting_survival(&s, t) * -sq_expm1(-sq_law_hazard(&law, t));
    assert_true(fabs(sq_setting_curve(&s, &law, t) - sum) < 1e-9);
}

/* ---- arguments found again */

typedef struct truth {
    sq_law law;
    int n_args;
} truth;

static int truths(truth *list)
{
    const truth all[] = {
        {plain(SQ_EXPONENTIAL, .3 / YEAR, 0, 0), 1},
        {plain(SQ_WEIBULL, .7, 2 * YEAR, 0), 2},
        {plain(SQ_WEIBULL, 2.2, 2 * YEAR, 0), 2},
        {plain(SQ_LOGNORMAL, 1.5 * YEAR, .8, 0), 2},
        {plain(SQ_LOGNORMAL, 400, 1.9, 0), 2},
        {plain(SQ_GOMPERTZ, .4 / YEAR, .1 / YEAR, 0), 2},
        {plain(SQ_GOMPERTZ, -.6 / YEAR, .5 / YEAR, 0), 2},
        {plain(SQ_LOGLOGISTIC, 1.4, 2 * YEAR, 0), 2},
        {plain(SQ_LOGLOGISTIC, .7, 3 * YEAR, 0), 2},
        {plain(SQ_GAMMA, .6, .3 / YEAR, 0), 2},
        {plain(SQ_GAMMA, 2.5, 1 / YEAR, 0), 2},
        {plain(SQ_GENERALISED_GAMMA, 2 * YEAR, 1.1, .4), 3},
        {plain(SQ_GENERALISED_GAMMA, 1.5 * YEAR, .8, -.7), 3},
        {plain(SQ_GENERALISED_GAMMA, 2 * YEAR, .9, 1.6), 3},
    };
    memcpy(list, all, sizeof all);
    return (int)(sizeof all / sizeof *all);
}
enum { MOST_TRUTHS = 32 };

static void make_points(const sq_law *law, const sq_setting *setting, int n, sq_survival_point *points)
{
    static const sq_setting nothing;
    for (int i = 0; i < n; i++) {
        double t = (.3 + .9 * i) * YEAR, curve = sq_setting_curve(setting ? setting : &nothing, law, t);
        points[i] = (sq_survival_point){t, setting && setting->is_incidence ? 1 - curve : curve};
    }
}

static bool is_near(const sq_law *got, const sq_law *want, int n_args, double tolerance)
{
    bool fine = fabs(got->cured - want->cured) <= tolerance;
    for (int i = 0; i < n_args; i++)
        fine = fine && fabs(got->arg[i] - want->arg[i]) <= tolerance * fmax(fabs(want->arg[i]), 1e-4);
    if (!fine)
        print_error("%s: %.12g %.12g %.12g cured %.12g, wanted %.12g %.12g %.12g cured %.12g\n",
                    sq_family_name(want->family), got->arg[0], got->arg[1], got->arg[2], got->cured, want->arg[0],
                    want->arg[1], want->arg[2], want->cured);
    return fine;
}

/* With `extra` points beyond one for each unknown; exact points, so that least squares must find the truth too. */
static void assert_found(const truth *t, double cured, const sq_setting *setting, int extra)
{
    sq_survival_point points[8];
    double fitted[8];
    sq_fit fit = {.cured_is_free = cured > 0, .points = points, .setting = setting, .rivals = "the others"};
    sq_law law = t->law, found;
    sq_error err = {0};
    law.cured = cured;
    for (int i = 0; i < t->n_args; i++) fit.is_free[i] = true;
    fit.n_points = t->n_args + (cured > 0) + extra;
    make_points(&law, setting, fit.n_points, points);
    found = plain(t->law.family, NAN, NAN, NAN);
    sq_status status = sq_fit_law(&found, &fit, fitted, &err);
    if (status != SQ_OK) print_error("%s: %s\n", sq_family_name(t->law.family), err.text);
    assert_int_equal(status, SQ_OK);
    for (int i = 0; i < fit.n_points; i++) assert_true(fabs(fitted[i] - points[i].survival) <= 1e-9);
    assert_true(is_near(&found, &law, t->n_args, 1e-4));
}

static void arguments_are_found_again(void **state)
{
    (void)state;
    truth list[MOST_TRUTHS];
    double share[] = {.3, .7};
    sq_rival rival[] = {{plain(SQ_WEIBULL, 1.3, 9 * YEAR, 0), 3 * YEAR}, {plain(SQ_EXPONENTIAL, .04 / YEAR, 0, 0), 0},
                        {plain(SQ_WEIBULL, 1.3, 9 * YEAR, 0), 8 * YEAR}, {plain(SQ_EXPONENTIAL, .01 / YEAR, 0, 0), 0}};
    sq_setting net = {.n_patients = 2, .n_rivals = 2, .share = share, .rival = rival}, incidence = net;
    incidence.is_incidence = true;
    for (int i = 0, n = truths(list); i < n; i++) {
        for (int extra = 0; extra <= 2; extra += 2) {
            assert_found(&list[i], 0, NULL, extra);
            assert_found(&list[i], .25, NULL, extra);
            assert_found(&list[i], 0, &net, extra);
            assert_found(&list[i], .25, &net, extra);
            assert_found(&list[i], 0, &incidence, extra);
            assert_found(&list[i], .25, &incidence, extra);
        }
    }
}

/* One argument given, the other found. */
static void one_argument_is_found(void **state)
{
    (void)state;
    truth list[MOST_TRUTHS];
    for (int i = 0, n = truths(list); i < n; i++) {
        for (int free = 0; free < list[i].n_args; free++) {
            sq_survival_point points[3];
            sq_fit fit = {.points = points, .n_points = 3};
            sq_law law = list[i].law;
            sq_error err = {0};
            make_points(&law, NULL, 3, points);
            fit.is_free[free] = true;
            law.arg[free] = NAN;
            assert_int_equal(sq_fit_law(&law, &fit, NULL, &err), SQ_OK);
            assert_true(is_near(&law, &list[i].law, list[i].n_args, 1e-5));
        }
    }
}

/* ---- refused */

static void assert_refused(sq_law law, sq_fit fit, const char *words)
{
    sq_error err = {0};
    sq_law before = law;
    assert_int_equal(sq_fit_law(&law, &fit, NULL, &err), SQ_ERR_NUMERIC);
    if (!strstr(err.text, words)) print_error("\"%s\" does not say \"%s\"\n", err.text, words);
    assert_non_null(strstr(err.text, words));
    assert_memory_equal(&law, &before, sizeof law);
}

static void what_cannot_be_fitted_is_refused(void **state)
{
    (void)state;
    double share = 1;
    sq_rival rival = {plain(SQ_EXPONENTIAL, .1 / YEAR, 0, 0), 0};
    sq_setting net = {.n_patients = 1, .n_rivals = 1, .share = &share, .rival = &rival};
    sq_survival_point points[] = {{YEAR, .8}, {2 * YEAR, .7}, {5 * YEAR, .65}};
    sq_fit fit = {.is_free = {true, true}, .n_points = 3, .points = points, .setting = &net, .rivals = "background"};
    sq_law law = plain(SQ_WEIBULL, 1, 1, 0);
    assert_refused(law, fit, "background alone leaves 0.606531 at 5 y; the statement says 0.65");
    fit.setting = NULL;
    law.cured = .7;
    assert_refused(law, fit, "survival 0.7 at 2 y lies at the cured share 0.7");
    law.cured = 0;
    points[1].survival = .85;
    assert_refused(law, fit, "the points do not fall: survival 0.8 at 12 mo, 0.85 at 2 y");
    points[1].survival = 0;
    assert_refused(law, fit, "survival 0 at 2 y: a share between 0 and 1 is needed");
    points[1] = points[0];
    assert_refused(law, fit, "the points do not fall");
    fit.n_points = 1;
    assert_refused(law, fit, "1 point for 2 unknowns of a weibull law; one for each is needed");
    fit.n_points = 65;
    assert_refused(law, fit, "at most 64");
    fit.n_points = 2;
    points[1] = points[2];
    assert_refused(plain(SQ_PIECEWISE, 1, 1, 0), fit, "cannot be fitted");
    fit.is_free[0] = fit.is_free[1] = false;
    assert_refused(law, fit, "nothing is left to be found");
}

/* One unknown and a cured share of two points that fall faster and faster: no mixture cure does. */
static void nearest_is_named(void **state)
{
    (void)state;
    sq_survival_point points[] = {{YEAR, .95}, {2 * YEAR, .5}};
    sq_fit fit = {.is_free = {true}, .cured_is_free = true, .n_points = 2, .points = points};
    assert_refused(plain(SQ_EXPONENTIAL, 1, 0, 0), fit, "no exponential law meets the points: the nearest found has survival");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integrals_with_rough_ends),
        cmocka_unit_test(incidence_of_two_rates),
        cmocka_unit_test(incidence_across_corners),
        cmocka_unit_test(incidence_of_a_steep_start),
        cmocka_unit_test(arguments_are_found_again),
        cmocka_unit_test(one_argument_is_found),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
        cmocka_unit_test(nearest_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
