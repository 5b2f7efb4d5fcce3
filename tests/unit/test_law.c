/* Laws of waiting times: against 50-digit values (tests/reference/laws.py), against themselves (round
 * trips, additivity, what remains), against known means, and at every inadmissible number.
 *
 * A time cannot be returned more precisely than a double holds it, and near the end of a support one
 * unit in the last place of t is a large step of H. Round trips therefore forgive, beside the stated
 * 1e-12 max(1, e), the change of H over a relative 4e-16 of t. */
#include "../lib/vectors.h"

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

enum { KNOTS = 8, ROOM = 4 * KNOTS };

typedef struct reference_table {
    sq_family family;
    sq_interpolation interpolation;
    sq_tail tail;
    int n;
    double x[KNOTS], y[KNOTS];
    sq_spline_scale scale;
} reference_table;

typedef enum question { HAZARD, INVERSE } question;

typedef struct reference_row {
    sq_family family;
    double arg[3];
    const reference_table *table;
    double hazard_ratio, time_ratio, cured;
    bool cure_on_population;
    double low, high, shift;
    const sq_profile *profile;
    question asked;
    double at, value;
} reference_row;

#include "../reference/laws.inc"
enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

static sq_law plain(sq_family family, double a, double b)
{
    return (sq_law){.family = family, .arg = {a, b}, .hazard_ratio = 1, .time_ratio = 1};
}

static sq_law tabled(const reference_table *table, double cumulative[ROOM])
{
    sq_law law = plain(table->family, 0, 0);
    if (table->family == SQ_SPLINE)
        assert_int_equal(sq_law_prepare_spline(table->n, table->x, table->y, cumulative, NULL), SQ_OK);
    else
        assert_null(sq_law_prepare_table(table->family, table->interpolation, table->n, table->x,
                                         table->y, cumulative));
    law.table = (sq_law_table){.x = table->x, .y = table->y, .cumulative = cumulative, .n = table->n,
                               .interpolation = table->interpolation, .tail = table->tail,
                               .scale = table->scale};
    return law;
}

static sq_law law_of_row(const reference_row *row, double cumulative[ROOM])
{
    sq_law law = row->table ? tabled(row->table, cumulative)
                            : plain(row->family, row->arg[0], row->arg[1]);
    law.arg[2] = row->arg[2];
    law.hazard_ratio = row->hazard_ratio;
    law.time_ratio = row->time_ratio;
    law.cured = row->cured;
    law.cure_on_population = row->cure_on_population;
    law.truncated = row->low < row->high && (row->low > -INFINITY || row->high < INFINITY);
    law.low = row->low;
    law.high = row->high;
    law.shift = row->shift;
    if (row->profile)
        law.profile = *row->profile;
    assert_null(sq_law_problem(&law));
    return law;
}

/* ---- reference values */

/* Error relative to the reference; an infinity, or a NaN, must be answered by the same. */
static double relative_error(double got, double want)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got) ? 0 : INFINITY;
    if (got == want)
        return 0;
    return isinf(got) || isinf(want) || want == 0 ? INFINITY : fabs(got / want - 1);
}

/* Largest error over the table, of answers multiplied by factor. */
static double worst_row(double factor, int *where)
{
    double worst = 0;
    for (int i = 0; i < ROW_COUNT; i++) {
        const reference_row *row = &ROWS[i];
        double cumulative[ROOM];
        sq_law law = law_of_row(row, cumulative);
        double got = row->asked == HAZARD ? sq_law_hazard(&law, row->at)
                                          : sq_law_inverse(&law, row->at);
        bool left = row->asked == INVERSE && law.table.n > 0 && law.table.tail == SQ_TAIL_ERROR &&
                    isinf(row->value) && law.cured == 0;
        double error = relative_error(got * factor, left ? NAN : row->value);
        if (error > worst) {
            worst = error;
            *where = i;
        }
    }
    return worst;
}

static void laws_match_fifty_digits(void **state)
{
    (void)state;
    int where = 0;
    double worst = worst_row(1, &where);
    if (worst > 1e-13)
        print_error("row %d (%s at %.17g): relative error %.3g\n", where,
                    sq_family_name(ROWS[where].family), ROWS[where].at, worst);
    assert_true(worst <= 1e-13);
}

static void every_width_answers_them_alike(void **state)
{
    (void)state;
    int wrong = 0;
    for (int i = 0; i < ROW_COUNT; i++) {
        double cumulative[ROOM], at = ROWS[i].at;
        sq_law law = law_of_row(&ROWS[i], cumulative);
        wrong += ROWS[i].asked == HAZARD ? !vectors_answer(&law, "hazard", at, 0, sq_law_hazard(&law, at))
                                         : !vectors_answer(&law, "inverse", at, 0, sq_law_inverse(&law, at));
    }
    assert_int_equal(wrong, 0);
}

static void a_perturbed_law_is_rejected(void **state)
{
    (void)state;
    int where = 0;
    assert_true(worst_row(1 + 1e-12, &where) > 1e-13);
}

/* ---- a broad grid of laws */

/* A small linear congruential sequence: the grid is the same in every run. */
typedef struct sequence {
    uint64_t state;
} sequence;

static double next_uniform(sequence *s)
{
    s->state = s->state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(s->state >> 12) + .5) * 0x1p-52;
}

static double between(sequence *s, double low, double high)
{
    return low + (high - low) * next_uniform(s);
}

static double log_between(sequence *s, double low, double high)
{
    return sq_exp(between(s, sq_log(low), sq_log(high)));
}

static const reference_table *const TABLES[] = {&STEPS,    &LIFE,     &LOGLIFE,
                                                &CURVE,    &EXPCURVE, &ENDCURVE,
                                                &SPLINEH,  &SPLINEO,  &SPLINEN};
enum { TABLE_COUNT = sizeof TABLES / sizeof TABLES[0], SMOOTH_COUNT = 10 };

static sq_law smooth_law(sequence *s, int which)
{
    switch (which) {
    case 0:
        return plain(SQ_EXPONENTIAL, log_between(s, 1e-8, 10), 0);
    case 1:
        return plain(SQ_WEIBULL, log_between(s, .1, 20), log_between(s, .1, 1e5));
    case 2:
        return plain(SQ_LOGNORMAL, log_between(s, .1, 1e5), log_between(s, .02, 4));
    case 3: {
        double low = between(s, 0, 100);
        return plain(SQ_UNIFORM, low, low + log_between(s, .1, 1000));
    }
    case 4:
        return plain(SQ_NORMAL, between(s, -50, 50), log_between(s, .01, 100));
    case 5: {
        double sign = next_uniform(s) < .5 ? -1 : 1;
        return plain(SQ_GOMPERTZ, sign * log_between(s, 1e-9, .1), log_between(s, 1e-8, 1));
    }
    case 6:
        return plain(SQ_LOGLOGISTIC, log_between(s, .1, 20), log_between(s, .1, 1e5));
    case 7:
        return plain(SQ_GAMMA, log_between(s, 1e-2, 1e4), log_between(s, 1e-5, 10));
    case 8: {
        sq_law law = plain(SQ_GENERALISED_GAMMA, log_between(s, .1, 1e5), log_between(s, .05, 3));
        law.arg[2] = (next_uniform(s) < .5 ? -1 : 1) * log_between(s, 1e-8, 4);
        return law;
    }
    default: {
        double low = between(s, 0, 100), width = log_between(s, .1, 1000);
        sq_law law = plain(SQ_TRIANGULAR, low, low + width * next_uniform(s));
        law.arg[2] = low + width;
        return law;
    }
    }
}

static const double PROFILE_X[] = {0, 50, 300, 301, 4000}, PROFILE_Y[] = {2, .3, 1, .05, 1.5};

static sq_profile random_profile(sequence *s)
{
    sq_profile p = {.offset = between(s, -100, 100), .n = 5, .x = PROFILE_X, .y = PROFILE_Y};
    p.kind = next_uniform(s) < .3 ? SQ_PROFILE_TABLE : SQ_PROFILE_WANING;
    if (p.kind == SQ_PROFILE_TABLE)
        return p;
    p.n = 1 + (int)between(s, 0, 40);
    p.logarithmic = next_uniform(s) < .5;
    p.from = log_between(s, .01, 3);
    p.to = log_between(s, .01, 3);
    p.start = between(s, 0, 500);
    p.length = next_uniform(s) < .1 ? 0 : log_between(s, 1e-3, 2000);
    return p;
}

/* Wears some of truncation (between quantiles of the law, so that something is left), shift, profile. */
static void dress(sequence *s, sq_law *law)
{
    sq_law bare = {.family = law->family, .table = law->table, .hazard_ratio = 1, .time_ratio = 1};
    memcpy(bare.arg, law->arg, sizeof bare.arg);
    double kind = next_uniform(s), a = sq_law_inverse(&bare, between(s, 1e-3, .5));
    double b = sq_law_inverse(&bare, between(s, .6, 4));
    if (kind < .7 && a > sq_law_start(&bare) * 1.001 && b > a * 1.01) {
        law->truncated = true;
        law->low = kind < .2 ? -INFINITY : a;
        law->high = kind < .4 || !isfinite(b) ? INFINITY : b;
    }
    law->shift = next_uniform(s) < .5 ? between(s, 0, 100) : 0;
    if (next_uniform(s) < .7)
        law->profile = random_profile(s);
}

static sq_law random_law(sequence *s, int round, double cumulative[ROOM])
{
    int which = round % (SMOOTH_COUNT + TABLE_COUNT);
    sq_law law = which < SMOOTH_COUNT ? smooth_law(s, which)
                                      : tabled(TABLES[which - SMOOTH_COUNT], cumulative);
    int wrapper = (round / (SMOOTH_COUNT + TABLE_COUNT)) % 6;
    if (wrapper >= 1)
        law.hazard_ratio = log_between(s, .01, 50);
    if (wrapper >= 2) {
        law.time_ratio = log_between(s, .1, 10);
        law.cured = wrapper % 2 == 0 ? next_uniform(s) : log_between(s, 1e-12, .1);
        law.cure_on_population = next_uniform(s) < .5;
    }
    if (wrapper >= 4)
        dress(s, &law);
    assert_null(sq_law_problem(&law));
    return law;
}

/* How much H changes over the rounding of t, of an age, and of the location of the law. */
static double rounding_of_time(const sq_law *law, double t)
{
    bool located = law->family == SQ_UNIFORM || law->family == SQ_TRIANGULAR || law->family == SQ_NORMAL;
    double location = fabs(law->shift);
    for (int i = 0; located && i < 3; i++)
        location = fmax(location, fabs(law->arg[i]));
    if (law->truncated && isfinite(law->low))
        location = fmax(location, fabs(law->low));
    /* near the upper limit of a truncation t is right to some last places, H may fall steeply */
    double step = (law->truncated ? 6e-15 : 4e-16) * fmax(fabs(t), location * law->time_ratio);
    double change = sq_law_hazard(law, t + step) - sq_law_hazard(law, t - step);
    return isnan(change) ? INFINITY : fabs(change);
}

static void hazard_of_inverse_returns(void **state)
{
    (void)state;
    sequence s = {1};
    int checked = 0;
    for (int round = 0; round < 40000; round++) {
        double cumulative[ROOM];
        sq_law law = random_law(&s, round, cumulative);
        double e = round % 3 ? -sq_log(next_uniform(&s)) : log_between(&s, 1e-12, 300);
        double t = sq_law_inverse(&law, e);
        if (!isfinite(t) || fabs(t) < 1e-290) /* beyond what a double holds */
            continue;
        double back = sq_law_hazard(&law, t);
        double slack = rounding_of_time(&law, t);
        if (!(fabs(back - e) <= 1e-12 * fmax(1, e) + slack))
            print_error("%s: H(q(%.17g)) = %.17g at t = %.17g\n", sq_family_name(law.family), e,
                        back, t);
        assert_true(fabs(back - e) <= 1e-12 * fmax(1, e) + slack);
        checked += slack < 1e-12 * fmax(1, e);
    }
    assert_true(checked > 20000);
}

/* H^-1 is finite exactly below the plateau. */
static void plateau_never_fires(void **state)
{
    (void)state;
    sq_law law = plain(SQ_WEIBULL, 1.2, 100);
    law.cured = .25;
    double plateau = -sq_log(.25);
    assert_true(isfinite(sq_law_inverse(&law, plateau * (1 - 1e-14))));
    assert_true(isinf(sq_law_inverse(&law, plateau * (1 + 1e-15))));
    assert_true(fabs(sq_law_hazard(&law, INFINITY) - plateau) < 1e-15);
    law.cure_on_population = true;
    law.hazard_ratio = 2;
    assert_true(fabs(sq_law_hazard(&law, INFINITY) - 2 * plateau) < 1e-15);
    assert_true(isfinite(sq_law_inverse(&law, 1.99 * plateau)));
    assert_true(isinf(sq_law_inverse(&law, 2.01 * plateau)));
    law.cured = 1;
    assert_true(isinf(sq_law_inverse(&law, 1e-300)) && sq_law_hazard(&law, 1e9) == 0);
    assert_true(isinf(sq_law_remaining(&law, 3, 1e-17)));
}

static void no_rate_or_no_hazard_ratio_is_never(void **state)
{
    (void)state;
    sq_law law = plain(SQ_EXPONENTIAL, 0, 0);
    assert_true(isinf(sq_law_inverse(&law, 1e-300)) && sq_law_hazard(&law, INFINITY) == 0);
    assert_true(isinf(sq_law_remaining(&law, 5, 1)) && sq_law_spent(&law, 5, 1e9) == 0);
    for (int i = 0; i < SMOOTH_COUNT + TABLE_COUNT; i++) {
        double cumulative[ROOM];
        sequence s = {2};
        law = random_law(&s, i, cumulative);
        law.hazard_ratio = 0;
        assert_null(sq_law_problem(&law));
        assert_true(isinf(sq_law_inverse(&law, 1e-9)) && sq_law_hazard(&law, 1e6) == 0);
        assert_true(isinf(sq_law_remaining(&law, 1, 1e-9)) && sq_law_spent(&law, 0, 1e6) == 0);
    }
}

/* ---- what was spent and what remains */

static void spent_adds_up(void **state)
{
    (void)state;
    sequence s = {3};
    for (int round = 0; round < 20000; round++) {
        double cumulative[ROOM];
        sq_law law = random_law(&s, round, cumulative);
        double horizon = sq_law_inverse(&law, .7);
        horizon = isfinite(horizon) && horizon > 0 ? horizon : 50;
        double a = horizon * next_uniform(&s), b = a + (horizon - a) * next_uniform(&s);
        double c = b + (horizon - b) * next_uniform(&s);
        double whole = sq_law_spent(&law, a, c);
        double parts = sq_law_spent(&law, a, b) + sq_law_spent(&law, b, c);
        double slack = 2 * rounding_of_time(&law, a) + 2 * rounding_of_time(&law, b) +
                       2 * rounding_of_time(&law, c);
        assert_true(fabs(whole - parts) <= 1e-12 * fmax(1, whole) + slack);
        double difference = sq_law_hazard(&law, c) - sq_law_hazard(&law, a);
        assert_true(fabs(whole - difference) <= 1e-12 * fmax(1, whole) + slack);
    }
}

static void remaining_undoes_spent(void **state)
{
    (void)state;
    sequence s = {4};
    int checked = 0;
    for (int round = 0; round < 20000; round++) {
        double cumulative[ROOM];
        sq_law law = random_law(&s, round, cumulative);
        double middle = sq_law_inverse(&law, between(&s, 1e-3, 2));
        if (!isfinite(middle) || middle <= 0)
            continue;
        double age = middle * next_uniform(&s), wait = middle * log_between(&s, 1e-6, 1);
        double e = sq_law_spent(&law, age, age + wait);
        if (!(e > 1e-13) || isinf(e))
            continue;
        double r = sq_law_remaining(&law, age, e);
        double slack = rounding_of_time(&law, age) + rounding_of_time(&law, age + wait) +
                       rounding_of_time(&law, age + r);
        double off = fabs(sq_law_spent(&law, age, age + r) - e);
        double allowed = 1e-12 * fmax(1, sq_law_hazard(&law, age)) + 4 * slack;
        if (!(off <= allowed))
            print_error("%s: off by %.3g (allowed %.3g) at age %.17g, e %.17g, wait %.17g\n",
                        sq_family_name(law.family), off, allowed, age, e, r);
        assert_true(off <= allowed);
        checked++;
    }
    assert_true(checked > 8000);
}

/* A clock looked at after a microsecond a long way into its life loses no digits. */
static void small_pieces_keep_their_digits(void **state)
{
    (void)state;
    double age = 20000, step = 0x1p-20;
    sq_law law = plain(SQ_WEIBULL, 1.3, 3000);
    double rate = 1.3 / 3000 * sq_pow(age / 3000, .3);
    assert_true(relative_error(sq_law_spent(&law, age, age + step), rate * step) < 1e-9);
    assert_true(relative_error(sq_law_remaining(&law, age, rate * step), step) < 1e-9);
    double cumulative[ROOM];
    law = tabled(&LIFE, cumulative);
    assert_true(relative_error(sq_law_spent(&law, age, age + step), 1e-5 * step) < 1e-15);
    assert_true(relative_error(sq_law_remaining(&law, age, 1e-5 * step), step) < 1e-15);
}

static void ends_of_support_fire_at_once(void **state)
{
    (void)state;
    sq_law law = plain(SQ_FIXED, 28, 0);
    law.time_ratio = 1.5;
    assert_null(sq_law_problem(&law));
    assert_true(sq_law_inverse(&law, 1e-9) == 42 && sq_law_inverse(&law, 99) == 42);
    assert_true(sq_law_hazard(&law, 41.9) == 0 && isinf(sq_law_hazard(&law, 42)));
    assert_true(sq_law_remaining(&law, 40.5, .3) == 1.5 && sq_law_remaining(&law, 50, .3) == 0);
    assert_true(sq_law_spent(&law, 0, 41.9) == 0 && isinf(sq_law_spent(&law, 3, 42)));
    assert_true(sq_law_spent(&law, 42, 50) == 0);
    law = plain(SQ_UNIFORM, 20, 40);
    assert_true(sq_law_remaining(&law, 40, .3) == 0 && sq_law_remaining(&law, 45, .3) == 0);
    assert_true(isinf(sq_law_spent(&law, 3, 40)) && sq_law_spent(&law, 41, 50) == 0);
    assert_true(fabs(sq_law_remaining(&law, 5, sq_log(2)) - 25) < 1e-13);
    double cumulative[ROOM];
    law = tabled(&ENDCURVE, cumulative);
    assert_true(sq_law_remaining(&law, 300, 1) == 0 && sq_law_remaining(&law, 400, 1) == 0);
    assert_true(isinf(sq_law_hazard(&law, 300)) && isinf(sq_law_hazard(&law, 1e9)));
}

static void tails_of_a_curve(void **state)
{
    (void)state;
    static const double X[] = {0, 100, 200}, Y[] = {1, .5, .25};
    double cumulative[3];
    assert_null(sq_law_prepare_table(SQ_TABULATED, SQ_LINEAR, 3, X, Y, cumulative));
    sq_law law = plain(SQ_TABULATED, 0, 0);
    law.table = (sq_law_table){.x = X, .y = Y, .cumulative = cumulative, .n = 3};
    double last = -sq_log(.25);
    assert_true(isinf(sq_law_inverse(&law, last * 1.001)) && sq_law_hazard(&law, 1e6) == last);
    assert_true(isinf(sq_law_remaining(&law, 250, 1e-9)) && sq_law_spent(&law, 250, 300) == 0);
    law.table.tail = SQ_TAIL_EXPONENTIAL;
    assert_true(fabs(sq_law_inverse(&law, 2 * last) - 400) < 1e-12);
    assert_true(fabs(sq_law_remaining(&law, 300, last) - 200) < 1e-12);
    assert_true(fabs(sq_law_spent(&law, 250, 450) - last) < 1e-14);
    law.table.tail = SQ_TAIL_ERROR;
    assert_true(isnan(sq_law_inverse(&law, last * 1.001)) && isnan(sq_law_hazard(&law, 201)));
    assert_true(sq_law_hazard(&law, 200) == last && fabs(sq_law_inverse(&law, last) - 200) < 1e-12);
    assert_true(isnan(sq_law_remaining(&law, 199, 3)) && isnan(sq_law_spent(&law, 199, 300)));
}

/* The first time at which the hazard reaches e, where the curve pauses. */
static void plateaus_are_entered_at_their_start(void **state)
{
    (void)state;
    double cumulative[ROOM];
    sq_law law = tabled(&STEPS, cumulative);
    assert_true(fabs(sq_law_inverse(&law, cumulative[1]) - 30) < 1e-13);
    assert_true(sq_law_inverse(&law, cumulative[1] * (1 + 1e-15)) > 365);
    assert_true(sq_law_remaining(&law, 100, 1e-9) > 265);
    law = tabled(&CURVE, cumulative);
    assert_true(fabs(sq_law_inverse(&law, cumulative[2]) - 180) < 1e-12);
    assert_true(sq_law_inverse(&law, 1e-15) > 20);
}

/* ---- known means */

/* Integral of S over (0, end) by Simpson's rule in panels. */
static double restricted_mean(const sq_law *law, double end, int panels)
{
    double h = end / panels, sum = 0;
    for (int i = 0; i < panels; i++) {
        double left = sq_exp(-sq_law_hazard(law, h * i));
        double middle = sq_exp(-sq_law_hazard(law, h * (i + .5)));
        double right = sq_exp(-sq_law_hazard(law, h * (i + 1)));
        sum += h / 6 * (left + 4 * middle + right);
    }
    return sum;
}

/* Gamma(5/3) is .90274529295093361130. */
static void means_are_the_known_ones(void **state)
{
    (void)state;
    sq_law law = plain(SQ_WEIBULL, 1.5, 2);
    assert_true(fabs(restricted_mean(&law, 60, 30000) - 2 * .90274529295093361130) < 1e-7);
    assert_true(fabs(restricted_mean(&law, 60, 30000) - 1.805491) < 1e-6);
    assert_true(fabs(restricted_mean(&law, 5, 5000) - 1.790361) < 1e-6);
    law = plain(SQ_LOGNORMAL, 3, .5);
    assert_true(fabs(restricted_mean(&law, 300, 60000) - 3 * sq_exp(.125)) < 1e-7);
    law = plain(SQ_EXPONENTIAL, .25, 0);
    law.cured = .4;
    assert_true(fabs(restricted_mean(&law, 10, 2000) - (4 + .6 * 4 * (1 - sq_exp(-2.5)))) < 1e-9);
    law = plain(SQ_UNIFORM, 2, 6);
    assert_true(fabs(restricted_mean(&law, 8, 8000) - 4) < 1e-9);
}

/* ---- inadmissible numbers */

static void inadmissible_arguments_are_named(void **state)
{
    (void)state;
    assert_problem(plain(SQ_EXPONENTIAL, -1e-9, 0), "rate");
    assert_problem(plain(SQ_WEIBULL, 0, 1), "shape");
    assert_problem(plain(SQ_WEIBULL, 1, -2), "scale");
    assert_problem(plain(SQ_LOGNORMAL, 0, 1), "median");
    assert_problem(plain(SQ_LOGNORMAL, 1, 0), "sdlog");
    assert_problem(plain(SQ_FIXED, -1, 0), "delay");
    assert_problem(plain(SQ_GOMPERTZ, -1, -1e-9), "rate");
    assert_problem(plain(SQ_LOGLOGISTIC, 0, 1), "shape");
    assert_problem(plain(SQ_LOGLOGISTIC, 1, 0), "scale");
    assert_problem(plain(SQ_UNIFORM, 3, 3), "min");
    assert_problem((sq_law){.family = SQ_TRIANGULAR, .arg = {2, 3, 2}}, "min");
    assert_problem((sq_law){.family = SQ_TRIANGULAR, .arg = {2, 1, 4}}, "mode");
    assert_problem((sq_law){.family = SQ_TRIANGULAR, .arg = {2, 5, 4}}, "mode");
    assert_problem(plain(SQ_NORMAL, 3, 0), "sd");
    assert_problem(plain(SQ_TABULATED, 0, 0), "table");
    assert_problem(plain(SQ_LIFE_TABLE, 0, 0), "table");
    assert_problem(plain(SQ_PIECEWISE, 0, 0), "table");
    assert_problem(plain(SQ_FAMILY_COUNT, 0, 0), "family");
    double cumulative[ROOM];
    sq_law law = tabled(&CURVE, cumulative);
    law.table.tail = SQ_TAIL_ERROR + 1;
    assert_problem(law, "last point");
    static const double STRANGE[] = {NAN, INFINITY, -INFINITY};
    for (int family = 0; family < SQ_FAMILY_COUNT; family++) {
        for (int i = 0; i < 3 * sq_family_args((sq_family)family); i++) {
            law = plain((sq_family)family, 1, 2);
            law.arg[2] = 3;
            assert_null(sq_law_problem(&law));
            law.arg[i / 3] = STRANGE[i % 3];
            assert_problem(law, "finite");
        }
    }
}

static void inadmissible_wrappers_are_named(void **state)
{
    (void)state;
    static const double RATIOS[] = {NAN, INFINITY, -INFINITY, -1};
    for (int i = 0; i < 4; i++) {
        sq_law law = plain(SQ_WEIBULL, 1, 2);
        law.hazard_ratio = RATIOS[i];
        assert_problem(law, "hazard ratio");
        law = plain(SQ_WEIBULL, 1, 2);
        law.time_ratio = RATIOS[i];
        assert_problem(law, "time ratio");
        law = plain(SQ_WEIBULL, 1, 2);
        law.cured = RATIOS[i];
        assert_problem(law, "cured");
    }
    sq_law law = plain(SQ_WEIBULL, 1, 2);
    law.time_ratio = 0;
    assert_problem(law, "time ratio");
    law = plain(SQ_WEIBULL, 1, 2);
    law.cured = 1.0000001;
    assert_problem(law, "cured");
    law = plain(SQ_FIXED, 28, 0);
    law.hazard_ratio = .5;
    assert_problem(law, "fixed delay");
    law = plain(SQ_FIXED, 28, 0);
    law.cured = .5;
    assert_problem(law, "fixed delay");
}

typedef struct bad_table {
    sq_family family;
    sq_interpolation interpolation;
    int n;
    double x[3], y[3];
    const char *words;
} bad_table;

static const bad_table BAD_TABLES[] = {
    {SQ_WEIBULL, SQ_CONSTANT, 1, {0}, {1}, "takes no table"},
    {SQ_PIECEWISE, SQ_CONSTANT, 0, {0}, {0}, "at least one"},
    {SQ_PIECEWISE, SQ_CONSTANT, 2, {1, 2}, {1, 1}, "start at 0"},
    {SQ_PIECEWISE, SQ_LOGLINEAR, 2, {0, 2}, {1, 1}, "constant"},
    {SQ_PIECEWISE, SQ_CONSTANT, 2, {0, 0}, {1, 1}, "increase"},
    {SQ_PIECEWISE, SQ_CONSTANT, 2, {0, 1}, {1, -1}, "negative"},
    {SQ_PIECEWISE, SQ_CONSTANT, 2, {0, 1}, {NAN, 1}, "finite"},
    {SQ_PIECEWISE, SQ_CONSTANT, 2, {0, INFINITY}, {1, 1}, "finite"},
    {SQ_PIECEWISE, SQ_CONSTANT, 2, {0, 1e300}, {1e300, 1}, "accumulated"},
    {SQ_LIFE_TABLE, SQ_CONSTANT, 0, {0}, {0}, "at least one"},
    {SQ_LIFE_TABLE, SQ_LINEAR, 2, {0, 1}, {1, 1}, "log-linear"},
    {SQ_LIFE_TABLE, SQ_LOGLINEAR, 2, {0, 1}, {1, 0}, "above zero"},
    {SQ_LIFE_TABLE, SQ_CONSTANT, 2, {-1, 1}, {1, 1}, "age"},
    {SQ_LIFE_TABLE, SQ_CONSTANT, 3, {0, 2, 1}, {1, 1, 1}, "increase"},
    {SQ_TABULATED, SQ_LINEAR, 1, {0}, {1}, "two points"},
    {SQ_TABULATED, SQ_LINEAR, 2, {1, 2}, {1, .5}, "survival 1 at time 0"},
    {SQ_TABULATED, SQ_LINEAR, 2, {0, 2}, {.9, .5}, "survival 1 at time 0"},
    {SQ_TABULATED, SQ_LINEAR, 3, {0, 2, 3}, {1, .5, .6}, "rise"},
    {SQ_TABULATED, SQ_LINEAR, 2, {0, 2}, {1, -.1}, "negative"},
    {SQ_TABULATED, SQ_LINEAR, 2, {0, NAN}, {1, .1}, "finite"},
};

static void inadmissible_tables_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BAD_TABLES / sizeof BAD_TABLES[0]; i++) {
        const bad_table *bad = &BAD_TABLES[i];
        double cumulative[3];
        const char *problem = sq_law_prepare_table(bad->family, bad->interpolation, bad->n, bad->x,
                                                   bad->y, cumulative);
        assert_non_null(problem);
        assert_non_null(strstr(problem, bad->words));
    }
}

static void nan_is_answered_by_nan(void **state)
{
    (void)state;
    sequence s = {5};
    for (int i = 0; i < 4 * (SMOOTH_COUNT + TABLE_COUNT); i++) {
        double cumulative[ROOM];
        sq_law law = random_law(&s, i, cumulative);
        assert_true(isnan(sq_law_hazard(&law, NAN)) && isnan(sq_law_inverse(&law, NAN)));
        assert_true(isnan(sq_law_remaining(&law, NAN, 1)) && isnan(sq_law_remaining(&law, 1, NAN)));
        assert_true(isnan(sq_law_spent(&law, NAN, 1)) && isnan(sq_law_spent(&law, 1, NAN)));
    }
}

/* ---- families and function tables */

static void families_are_known_by_the_users_names(void **state)
{
    (void)state;
    assert_string_equal(sq_family_name(SQ_LIFE_TABLE), "life table");
    assert_string_equal(sq_family_name(SQ_FAMILY_COUNT), "unknown");
    assert_int_equal(sq_family_args(SQ_WEIBULL), 2);
    assert_int_equal(sq_family_args(SQ_FAMILY_COUNT), 0);
    assert_true(sq_family_has_table(SQ_PIECEWISE) && !sq_family_has_table(SQ_FIXED));
}

static void function_tables(void **state)
{
    (void)state;
    static const double X[] = {10, 20, 40}, Y[] = {1, 4, 1};
    assert_true(sq_table_at(SQ_CONSTANT, 3, X, Y, 5) == 1);
    assert_true(sq_table_at(SQ_CONSTANT, 3, X, Y, 20) == 4);
    assert_true(sq_table_at(SQ_CONSTANT, 3, X, Y, 39.9) == 4);
    assert_true(sq_table_at(SQ_LINEAR, 3, X, Y, 15) == 2.5);
    assert_true(fabs(sq_table_at(SQ_LOGLINEAR, 3, X, Y, 30) - 2) < 1e-15);
    assert_true(sq_table_at(SQ_LINEAR, 3, X, Y, 1e9) == 1);
    assert_true(isnan(sq_table_at(SQ_LINEAR, 3, X, Y, NAN)));
    assert_true(sq_table_next_knot(3, X, 0) == 10 && sq_table_next_knot(3, X, 10) == 20);
    assert_true(sq_table_next_knot(3, X, 39) == 40 && isinf(sq_table_next_knot(3, X, 40)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laws_match_fifty_digits),
        cmocka_unit_test(every_width_answers_them_alike),
        cmocka_unit_test(a_perturbed_law_is_rejected),
        cmocka_unit_test(hazard_of_inverse_returns),
        cmocka_unit_test(plateau_never_fires),
        cmocka_unit_test(no_rate_or_no_hazard_ratio_is_never),
        cmocka_unit_test(spent_adds_up),
        cmocka_unit_test(remaining_undoes_spent),
        cmocka_unit_test(small_pieces_keep_their_digits),
        cmocka_unit_test(ends_of_support_fire_at_once),
        cmocka_unit_test(tails_of_a_curve),
        cmocka_unit_test(plateaus_are_entered_at_their_start),
        cmocka_unit_test(means_are_the_known_ones),
        cmocka_unit_test(inadmissible_arguments_are_named),
        cmocka_unit_test(inadmissible_wrappers_are_named),
        cmocka_unit_test(inadmissible_tables_are_named),
        cmocka_unit_test(nan_is_answered_by_nan),
        cmocka_unit_test(families_are_known_by_the_users_names),
        cmocka_unit_test(function_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
