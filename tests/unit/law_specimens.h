/* A law of every family, and every wrapper that it may wear. Needs cmocka.h before it. */
#ifndef SQ_TESTS_LAW_SPECIMENS_H
#define SQ_TESTS_LAW_SPECIMENS_H

#include "math/law.h"

#include <math.h>
#include <string.h>

static sq_law law_of(sq_family family, double a, double b, double c)
{
    return (sq_law){.family = family, .arg = {a, b, c}, .hazard_ratio = 1, .time_ratio = 1};
}

enum { KNOTS = 20, YEARS = 2, ROOM = 6 * KNOTS * YEARS };

typedef struct specimen {
    const char *name;
    sq_family family;
    double arg[3];
    int n, n_years; /* of a table */
    double x[KNOTS], y[YEARS][KNOTS];
    sq_interpolation interpolation;
    sq_tail tail;
    sq_spline_scale scale;
} specimen;

#define AGES {0, 400, 3650, 14600, 25550, 32850}
static const double CALENDAR[] = {730500, 734152.5}; /* 2000 and 2010 */
static const specimen SPECIMENS[] = {
    {"exponential", .family = SQ_EXPONENTIAL, .arg = {.004}},
    {"weibull", .family = SQ_WEIBULL, .arg = {.62, 400}},
    {"gompertz", .family = SQ_GOMPERTZ, .arg = {.0009, .0004}},
    {"gompertz, plateau", .family = SQ_GOMPERTZ, .arg = {-.002, .003}},
    {"lognormal", .family = SQ_LOGNORMAL, .arg = {270, 1.1}},
    {"loglogistic", .family = SQ_LOGLOGISTIC, .arg = {4.5, 61}},
    {"gamma", .family = SQ_GAMMA, .arg = {6.5, .02}},
    {"generalised gamma, q > 0", .family = SQ_GENERALISED_GAMMA, .arg = {300, .8, .6}},
    {"generalised gamma, q < 0", .family = SQ_GENERALISED_GAMMA, .arg = {300, 1.1, -.7}},
    {"uniform", .family = SQ_UNIFORM, .arg = {20, 420}},
    {"triangular", .family = SQ_TRIANGULAR, .arg = {20, 126, 420}},
    {"triangular, mode at the end", .family = SQ_TRIANGULAR, .arg = {20, 420, 420}},
    {"normal", .family = SQ_NORMAL, .arg = {-3, 12}},
    {"piecewise", .family = SQ_PIECEWISE, .n = 4, .x = {0, 30, 365, 1000}, .y = {{.002, 0, .0007, .0001}}},
    {"life table, constant", .family = SQ_LIFE_TABLE, .n = 6, .x = AGES,
     .y = {{2e-5, 1e-6, 2.5e-6, 1e-5, 8e-5, 5e-4}}},
    {"life table, log-linear", .family = SQ_LIFE_TABLE, .n = 6, .x = AGES,
     .y = {{2e-5, 1e-6, 2.5e-6, 1e-5, 8e-5, 5e-4}}, .interpolation = SQ_LOGLINEAR},
    {"life table, by year", .family = SQ_LIFE_TABLE, .arg = {710000}, .n = 6, .n_years = 2, .x = AGES,
     .y = {{2e-5, 1e-6, 2.5e-6, 1e-5, 8e-5, 5e-4}, {9e-6, 1e-6, 2e-6, 1.5e-5, 6e-5, 7e-4}}},
    {"life table, evenly spaced", .family = SQ_LIFE_TABLE, .n = 20, .interpolation = SQ_LOGLINEAR,
     .x = {0, 1461, 2922, 4383, 5844, 7305, 8766, 10227, 11688, 13149, 14610, 16071, 17532, 18993, 20454, 21915, 23376,
           24837, 26298, 27759},
     .y = {{8e-7, 4e-7, 3e-7, 3e-7, 9e-7, 1.4e-6, 1.5e-6, 1.8e-6, 2e-6, 2.7e-6, 3.9e-6, 6e-6, 9e-6, 1.3e-5, 1.9e-5,
            2.9e-5, 4.4e-5, 7e-5, 1.1e-4, 1.9e-4}}},
    {"piecewise, many", .family = SQ_PIECEWISE, .n = 19,
     .x = {0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181},
     .y = {{.02, .01, 0, .004, .003, .005, .003, .003, .002, 0, .001, .002, .003, .001, .002, .001, .0007, .0005,
            .0004}}},
    {"tabulated, never", .family = SQ_TABULATED, .n = 5, .x = {0, 20, 180, 200, 400},
     .y = {{1, 1, .6, .6, .25}}, .interpolation = SQ_LINEAR},
    {"tabulated, exponential", .family = SQ_TABULATED, .n = 4, .x = {0, 90, 180, 720},
     .y = {{1, .9, .55, .0625}}, .interpolation = SQ_LINEAR, .tail = SQ_TAIL_EXPONENTIAL},
    {"spline, hazard", .family = SQ_SPLINE, .n = 3, .x = {73, 400, 1650}, .y = {{-6.5, 1.1, .06}}},
    {"spline, odds", .family = SQ_SPLINE, .n = 5, .x = {20, 90, 400, 900, 2400},
     .y = {{-7.25, 1.4, .11, -.17, .05}}, .scale = SQ_SCALE_ODDS},
    {"spline, normal", .family = SQ_SPLINE, .n = 4, .x = {30, 365, 1500, 3000},
     .y = {{-4, .5, -.03, .07}}, .scale = SQ_SCALE_NORMAL},
};
enum { SPECIMEN_COUNT = sizeof SPECIMENS / sizeof SPECIMENS[0] };

/* Puts the first of a table's curves, then those of the further years, into its room as they lie in a parameter
 * block: knots, values and what is prepared. */
static void fill_room(const specimen *s, double room[ROOM])
{
    for (int i = 0; i < (s->n_years ? s->n_years : 1) && s->n; i++) {
        double *x = room + i * 6 * s->n, *y = x + s->n, *prepared = y + s->n;
        memcpy(x, s->x, (size_t)s->n * sizeof *x);
        memcpy(y, s->y[i], (size_t)s->n * sizeof *y);
        if (s->family == SQ_SPLINE)
            assert_int_equal(sq_law_prepare_spline(s->n, x, y, prepared, NULL), SQ_OK);
        else
            assert_null(sq_law_prepare_table(s->family, s->interpolation, s->n, x, y, prepared));
    }
}

static sq_law law_of_specimen(const specimen *s, double room[ROOM])
{
    sq_law law = law_of(s->family, s->arg[0], s->arg[1], s->arg[2]);
    fill_room(s, room);
    law.table = (sq_law_table){.x = room, .y = room + s->n, .cumulative = room + 2 * s->n, .n = s->n,
                               .interpolation = s->interpolation, .tail = s->tail, .scale = s->scale,
                               .n_years = s->n_years, .stride = 6 * s->n, .years = CALENDAR};
    return law;
}

/* Two quantiles of a bare law, by which its wrappers are cut to size. */
typedef struct law_size {
    double early, late;
} law_size;

static law_size size_of(const sq_law *law)
{
    double most = fmin(1, .9 * sq_law_hazard(law, 1e7));
    return (law_size){sq_law_inverse(law, .1 * most), sq_law_inverse(law, most)};
}

static void in_ratios(sq_law *law, law_size s)
{
    (void)s;
    law->hazard_ratio = .37;
    law->time_ratio = law->table.n_years ? 1 : 1.75;
}

static void truncated(sq_law *law, law_size s)
{
    law->truncated = true;
    law->low = s.early;
    law->high = s.late;
}

static void cut_off_below(sq_law *law, law_size s)
{
    truncated(law, s);
    law->high = INFINITY;
}

static void shifted(sq_law *law, law_size s)
{
    law->shift = .3 * (s.late - s.early);
}

static void waning(sq_law *law, law_size s)
{
    law->profile = (sq_profile){.kind = SQ_PROFILE_WANING, .n = 17, .offset = s.early, .from = .5, .to = 1.25,
                                .start = .1 * (s.late - s.early), .length = .6 * (s.late - s.early)};
}

static void waning_by_log(sq_law *law, law_size s)
{
    waning(law, s);
    law->profile.logarithmic = true;
}

static void in_steps(sq_law *law, law_size s)
{
    static const double STEPS[] = {0, 6, 11, 70, 900, /* ratios from each: */ .5, 3, 0, 1.25, .7};
    law->profile = (sq_profile){.kind = SQ_PROFILE_TABLE, .n = 5, .offset = s.early, .x = STEPS, .y = STEPS + 5};
}

static void cured_latency(sq_law *law, law_size s)
{
    (void)s;
    law->cured = .3;
    law->hazard_ratio = 1.9;
}

static void cured_population(sq_law *law, law_size s)
{
    cured_latency(law, s);
    law->cure_on_population = true;
}

static void everything(sq_law *law, law_size s)
{
    truncated(law, s);
    shifted(law, s);
    waning(law, s);
    in_ratios(law, s);
    law->cured = .2;
}

static void bare(sq_law *law, law_size s)
{
    (void)law;
    (void)s;
}

typedef struct wrapper {
    const char *name;
    void (*wear)(sq_law *law, law_size s);
} wrapper;

static const wrapper WRAPPERS[] = {
    {"bare", bare},          {"ratios", in_ratios},       {"truncated", truncated},  {"cut below", cut_off_below},
    {"shifted", shifted},    {"waning", waning},          {"log waning", waning_by_log}, {"steps", in_steps},
    {"cured", cured_latency}, {"population", cured_population}, {"all", everything},
};
enum { WRAPPER_COUNT = sizeof WRAPPERS / sizeof WRAPPERS[0] };

#endif
