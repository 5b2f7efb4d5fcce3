/* What the wrappers, the gamma laws and the splines promise beyond the reference values of test_law.c: the
 * wrappers against their definitions, written down a second time with sums and differences; families that
 * contain one another; and every inadmissible number. */
#include "math/kernel.h"
#include "math/law.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "law_checks.h"

static sq_law law_of(sq_family family, double a, double b, double c)
{
    return (sq_law){.family = family, .arg = {a, b, c}, .hazard_ratio = 1, .time_ratio = 1};
}

static bool close_to(double got, double want, double allowed)
{
    if (fabs(got - want) <= allowed * fmax(1, fabs(want)))
        return true;
    print_error("%.17g is not %.17g\n", got, want);
    return false;
}

/* ---- a hazard ratio that changes over time, by summing */

static const double STARTS[] = {0, 40, 120, 400}, RATIOS[] = {.5, 3, 0, 1.25};

/* The definition of law.h again, without pieces that are numbered. */
static double ratio_at(const sq_profile *p, double age)
{
    double v = age - p->offset;
    if (p->kind == SQ_PROFILE_TABLE)
        return RATIOS[(v >= 40) + (v >= 120) + (v >= 400)];
    if (v < p->start)
        return p->from;
    if (v >= p->start + p->length)
        return p->to;
    double middle = (floor((v - p->start) / p->length * p->n) + .5) / p->n;
    if (p->logarithmic)
        return sq_exp((1 - middle) * sq_log(p->from) + middle * sq_log(p->to));
    return (1 - middle) * p->from + middle * p->to;
}

/* int_0^t ratio dH of a law without profile, in slices. */
static double summed(const sq_law *bare, const sq_profile *p, double t)
{
    enum { SLICES = 20000 };
    double sum = 0;
    for (int i = 0; i < SLICES; i++) {
        double a = t * i / SLICES, b = t * (i + 1) / SLICES;
        sum += ratio_at(p, .5 * (a + b)) * sq_law_spent(bare, a, b);
    }
    return sum;
}

static const sq_profile PROFILES[] = {
    {.kind = SQ_PROFILE_WANING, .n = 9, .from = .4, .to = 1.1, .start = 60, .length = 200},
    {.kind = SQ_PROFILE_WANING, .n = 50, .logarithmic = true, .offset = -30, .from = .2, .to = 3,
     .start = 10, .length = 300},
    {.kind = SQ_PROFILE_WANING, .n = 3, .offset = 25, .from = 2, .to = .5, .start = 100},
    {.kind = SQ_PROFILE_TABLE, .n = 4, .offset = 15, .x = STARTS, .y = RATIOS},
};
enum { PROFILE_COUNT = sizeof PROFILES / sizeof PROFILES[0] };

static void profiles_match_their_sums(void **state)
{
    (void)state;
    for (int i = 0; i < PROFILE_COUNT; i++) {
        sq_law bare = law_of(SQ_WEIBULL, 1.4, 250, 0), law = bare;
        law.profile = PROFILES[i];
        law.hazard_ratio = .8;
        for (double t = 30; t < 700; t *= 1.7) {
            double want = .8 * summed(&bare, &law.profile, t);
            assert_true(close_to(sq_law_hazard(&law, t), want, 2e-4));
            law.cured = .3; /* on the uncured: around the profile */
            assert_true(close_to(sq_exp(-sq_law_hazard(&law, t)), .3 + .7 * sq_exp(-want), 2e-4));
            law.cured = 0;
        }
    }
}

/* Cured on the population: the profile acts on the mixture's hazard. */
static void profiles_act_outside_a_cured_population(void **state)
{
    (void)state;
    for (int i = 0; i < PROFILE_COUNT; i++) {
        sq_law mixture = law_of(SQ_LOGLOGISTIC, 2, 150, 0);
        mixture.cured = .3;
        mixture.cure_on_population = true;
        sq_law law = mixture;
        law.profile = PROFILES[i];
        law.hazard_ratio = 1.5;
        for (double t = 30; t < 700; t *= 1.7)
            assert_true(close_to(sq_law_hazard(&law, t), 1.5 * summed(&mixture, &law.profile, t), 2e-4));
    }
}

/* Waits from an age use up exactly the hazard between, whatever is worn. */
static void conditional_waits_spend_what_they_say(void **state)
{
    (void)state;
    for (int i = 0; i < 4 * PROFILE_COUNT; i++) {
        sq_law law = law_of(SQ_GOMPERTZ, .002, .001, 0);
        law.profile = PROFILES[i % PROFILE_COUNT];
        law.truncated = i & 4;
        law.low = 20;
        law.high = 900;
        law.shift = 12.5;
        law.cured = i & 8 ? .15 : 0;
        law.cure_on_population = i & 1;
        assert_null(sq_law_problem(&law));
        for (double e = 1e-6; e < 1.5; e *= 3) {
            assert_true(close_to(sq_law_hazard(&law, sq_law_inverse(&law, e)), e, 1e-12));
            for (double age = 0; age < 600; age += 47) {
                double wait = sq_law_remaining(&law, age, e);
                assert_true(close_to(sq_law_spent(&law, age, age + wait), e, 1e-11));
                double whole = sq_law_inverse(&law, e + sq_law_hazard(&law, age));
                if (isfinite(whole) && RATIOS[2] == 0 && age > 40)
                    assert_true(close_to(age + wait, whole, 1e-9));
            }
        }
    }
}

/* ---- truncation and shift */

static void truncation_is_conditioning(void **state)
{
    (void)state;
    sq_law bare = law_of(SQ_LOGNORMAL, 100, .9, 0), law = bare;
    law.truncated = true;
    law.low = 30;
    law.high = 365;
    law.shift = 10;
    law.time_ratio = 2;
    double above = sq_exp(-sq_law_hazard(&bare, 365)), below = sq_exp(-sq_law_hazard(&bare, 30));
    assert_true(sq_law_start(&law) == 80);
    assert_true(sq_law_hazard(&law, 79.9) == 0 && isinf(sq_law_hazard(&law, 750)));
    for (double t = 81; t < 749; t += 20) {
        double alive = sq_exp(-sq_law_hazard(&bare, t / 2 - 10));
        assert_true(close_to(sq_exp(-sq_law_hazard(&law, t)), (alive - above) / (below - above), 1e-14));
    }
    assert_true(close_to(sq_law_remaining(&law, 0, 1e-14), 80, 1e-12));
    assert_true(sq_law_remaining(&law, 800, .5) == 0 && sq_law_spent(&law, 751, 900) == 0);
    assert_true(sq_law_inverse(&law, 200) <= 750);
    law.high = INFINITY; /* a plateau stays where only the beginning is cut off */
    law.family = SQ_GOMPERTZ;
    law.arg[0] = -.01;
    law.arg[1] = .02;
    assert_true(close_to(sq_law_hazard(&law, INFINITY), 2 * sq_exp(-.3), 1e-14));
    assert_true(isinf(sq_law_inverse(&law, 2)) && isfinite(sq_law_inverse(&law, 1.4)));
}

static void open_wrappers_change_nothing(void **state)
{
    (void)state;
    sq_law bare = law_of(SQ_GAMMA, 2.5, .01, 0), law = bare;
    law.truncated = true;
    law.low = -INFINITY;
    law.high = INFINITY;
    law.profile = (sq_profile){.kind = SQ_PROFILE_WANING, .n = 5, .from = 1, .to = 1, .start = 3};
    for (double t = 1; t < 3000; t *= 2) {
        assert_true(close_to(sq_law_hazard(&law, t), sq_law_hazard(&bare, t), 1e-14));
        assert_true(close_to(sq_law_inverse(&law, .01 * t), sq_law_inverse(&bare, .01 * t), 1e-13));
    }
    sq_law delay = law_of(SQ_FIXED, 28, 0, 0);
    delay.shift = 2;
    assert_null(sq_law_problem(&delay));
    assert_true(sq_law_inverse(&delay, 1) == 30 && sq_law_remaining(&delay, 12, 5) == 18);
}

/* ---- families that contain one another */

static void assert_same_law(sq_law a, sq_law b)
{
    assert_null(sq_law_problem(&a));
    assert_null(sq_law_problem(&b));
    for (double e = 1e-9; e < 300; e *= 2.3) {
        double t = sq_law_inverse(&a, e);
        assert_true(close_to(sq_law_inverse(&b, e) / t, 1, 1e-11));
        assert_true(close_to(sq_law_hazard(&b, t) / sq_law_hazard(&a, t), 1, 1e-11));
    }
}

static void families_contain_one_another(void **state)
{
    (void)state;
    assert_same_law(law_of(SQ_GAMMA, 1, .02, 0), law_of(SQ_EXPONENTIAL, .02, 0, 0));
    assert_same_law(law_of(SQ_GOMPERTZ, 0, .02, 0), law_of(SQ_EXPONENTIAL, .02, 0, 0));
    assert_same_law(law_of(SQ_GENERALISED_GAMMA, 90, .4, 1), law_of(SQ_WEIBULL, 2.5, 90, 0));
    assert_same_law(law_of(SQ_GENERALISED_GAMMA, 90, .4, 0), law_of(SQ_LOGNORMAL, 90, .4, 0));
    assert_same_law(law_of(SQ_GENERALISED_GAMMA, 90, .4, 1e-13), law_of(SQ_LOGNORMAL, 90, .4, 0));
    assert_same_law(law_of(SQ_GENERALISED_GAMMA, 90, .4, -1e-13), law_of(SQ_LOGNORMAL, 90, .4, 0));
    assert_same_law(law_of(SQ_GENERALISED_GAMMA, 90, .5, .5), law_of(SQ_GAMMA, 4, 4. / 90, 0));
    static const double KNOTS[] = {20, 700};
    double line[] = {-6, 1.25}, prepared[8];
    assert_int_equal(sq_law_prepare_spline(2, KNOTS, line, prepared, NULL), SQ_OK);
    sq_law spline = law_of(SQ_SPLINE, 0, 0, 0);
    spline.table = (sq_law_table){.x = KNOTS, .y = line, .cumulative = prepared, .n = 2};
    double scale = sq_exp(6 / 1.25);
    assert_same_law(spline, law_of(SQ_WEIBULL, 1.25, scale, 0));
    spline.table.scale = SQ_SCALE_ODDS;
    assert_same_law(spline, law_of(SQ_LOGLOGISTIC, 1.25, scale, 0));
    spline.table.scale = SQ_SCALE_NORMAL;
    assert_same_law(spline, law_of(SQ_LOGNORMAL, scale, .8, 0));
}

static void all_hazard_is_spent_in_the_end(void **state)
{
    (void)state;
    static const sq_family ALL[] = {SQ_EXPONENTIAL, SQ_WEIBULL, SQ_GOMPERTZ, SQ_LOGNORMAL,
                                    SQ_LOGLOGISTIC, SQ_GAMMA,   SQ_GENERALISED_GAMMA};
    for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++)
        for (double q = -1; q <= 1; q += .5) {
            sq_law law = law_of(ALL[i], 2, 3, q);
            assert_true(isinf(sq_law_hazard(&law, INFINITY)) && isinf(sq_law_spent(&law, 1, INFINITY)));
        }
    sq_law law = law_of(SQ_GOMPERTZ, -.01, .02, 0);
    assert_true(sq_law_hazard(&law, INFINITY) == 2 && isinf(sq_law_inverse(&law, 2)));
}

/* ---- inadmissible numbers */

static void inadmissible_arguments_are_named(void **state)
{
    (void)state;
    assert_problem(law_of(SQ_GAMMA, 0, 1, 0), "shape");
    assert_problem(law_of(SQ_GAMMA, 1, 0, 0), "rate");
    assert_problem(law_of(SQ_GENERALISED_GAMMA, 0, 1, 1), "location");
    assert_problem(law_of(SQ_GENERALISED_GAMMA, 1, 0, 1), "sigma");
    sq_law law = law_of(SQ_SPLINE, 0, 0, 0);
    assert_problem(law, "table");
    law.table = (sq_law_table){.x = STARTS, .y = RATIOS, .cumulative = RATIOS, .n = 2, .scale = 3};
    assert_problem(law, "scale");
}

static sq_law truncated(double low, double high)
{
    sq_law law = law_of(SQ_UNIFORM, 10, 20, 0);
    law.truncated = true;
    law.low = low;
    law.high = high;
    return law;
}

static void inadmissible_truncations_are_named(void **state)
{
    (void)state;
    assert_problem(truncated(NAN, 5), "not a number");
    assert_problem(truncated(5, NAN), "not a number");
    assert_problem(truncated(15, 15), "below");
    assert_problem(truncated(-INFINITY, 10), "no part");
    assert_problem(truncated(1, 9), "no part");
    assert_problem(truncated(20, 30), "no part");
    assert_problem(truncated(21, INFINITY), "no part");
    sq_law law = truncated(12, 15);
    assert_null(sq_law_problem(&law));
    law.shift = NAN;
    assert_problem(law, "shift");
    law = law_of(SQ_FIXED, 5, 0, 0);
    law.truncated = true;
    law.high = 10;
    assert_problem(law, "fixed delay");
    law.truncated = false;
    law.profile = PROFILES[0];
    assert_problem(law, "fixed delay");
}

static sq_law with_profile(sq_profile profile)
{
    sq_law law = law_of(SQ_WEIBULL, 1, 100, 0);
    law.profile = profile;
    return law;
}

static void inadmissible_profiles_are_named(void **state)
{
    (void)state;
    for (int i = 0; i < PROFILE_COUNT; i++) {
        sq_law law = with_profile(PROFILES[i]);
        assert_null(sq_law_problem(&law));
        law.profile.offset = NAN;
        assert_problem(law, "time zero");
        law = with_profile(PROFILES[i]);
        law.profile.n = 0;
        assert_problem(law, "at least one");
    }
    sq_profile p = PROFILES[0];
    p.kind = SQ_PROFILE_TABLE + 1;
    assert_problem(with_profile(p), "kind");
    p = PROFILES[0], p.from = NAN;
    assert_problem(with_profile(p), "waning effect");
    p = PROFILES[0], p.to = -1;
    assert_problem(with_profile(p), "waning effect");
    p = PROFILES[1], p.to = 0;
    assert_problem(with_profile(p), "logarithmic");
    p = PROFILES[0], p.start = -1;
    assert_problem(with_profile(p), "start");
    p = PROFILES[0], p.length = INFINITY;
    assert_problem(with_profile(p), "length");
    static const double BAD[] = {1, -1, 1, 1};
    p = PROFILES[3], p.y = BAD;
    assert_problem(with_profile(p), "at least 0");
    p = PROFILES[3], p.x = RATIOS;
    assert_problem(with_profile(p), "increase");
}

static void assert_spline_refused(int n, const double *x, const double *y, const char *words)
{
    double prepared[16];
    sq_error err = {0};
    assert_int_equal(sq_law_prepare_spline(n, x, y, prepared, &err), SQ_ERR_INPUT);
    if (!strstr(err.text, words))
        print_error("\"%s\" does not speak of \"%s\"\n", err.text, words);
    assert_non_null(strstr(err.text, words));
}

static void inadmissible_splines_are_named(void **state)
{
    (void)state;
    static const double X[] = {10, 100, 1000}, FALLS[] = {-5, 1, .4}, DOWN[] = {-5, -.1, 0};
    assert_spline_refused(1, X, FALLS, "two knots");
    assert_spline_refused(3, X, (const double[]){1, NAN, 1}, "coefficient 2");
    assert_spline_refused(3, (const double[]){0, 1, 2}, FALLS, "knot 1");
    assert_spline_refused(3, (const double[]){1, 3, 3}, FALLS, "knot 3 is not after");
    assert_spline_refused(3, X, DOWN, "between its knots at 10 d and 3.285 mo");
    /* slope 1 - 6 * .4 / 2 * d^2 / 2 from the first knot: below zero before the second */
    assert_spline_refused(3, X, FALLS, "falls to");
    double prepared[12];
    static const double RISES[] = {-5, 1, .05};
    assert_int_equal(sq_law_prepare_spline(3, X, RISES, prepared, NULL), SQ_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_match_their_sums),
        cmocka_unit_test(profiles_act_outside_a_cured_population),
        cmocka_unit_test(conditional_waits_spend_what_they_say),
        cmocka_unit_test(truncation_is_conditioning),
        cmocka_unit_test(open_wrappers_change_nothing),
        cmocka_unit_test(families_contain_one_another),
        cmocka_unit_test(all_hazard_is_spent_in_the_end),
        cmocka_unit_test(inadmissible_arguments_are_named),
        cmocka_unit_test(inadmissible_truncations_are_named),
        cmocka_unit_test(inadmissible_profiles_are_named),
        cmocka_unit_test(inadmissible_splines_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
