/* The accuracy that law.h promises, |H(q(e)) - e| <= 1e-12 max(1, e), measured and printed as tables: every
 * family over arguments far beyond use, and every family inside every wrapper. */
#include "math/gamma.h"
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

static sq_law law_of(sq_family family, double a, double b, double c)
{
    return (sq_law){.family = family, .arg = {a, b, c}, .hazard_ratio = 1, .time_ratio = 1};
}

/* ---- arguments far beyond use, nothing worn */

typedef struct arguments {
    const char *name;
    sq_family family;
    double low[3], high[3]; /* log grid; of both signs where negative */
} arguments;

static const arguments GRIDS[] = {
    {"exponential", SQ_EXPONENTIAL, {1e-8}, {1e2}},
    {"weibull", SQ_WEIBULL, {1e-2, 1e-3}, {1e2, 1e6}},
    {"gompertz", SQ_GOMPERTZ, {1e-9, 1e-8}, {1, 10}},
    {"gompertz, plateau", SQ_GOMPERTZ, {-1, 1e-8}, {-1e-9, 10}},
    {"lognormal", SQ_LOGNORMAL, {1e-3, 1e-2}, {1e6, 10}},
    {"loglogistic", SQ_LOGLOGISTIC, {1e-1, 1e-3}, {1e2, 1e6}},
    {"gamma", SQ_GAMMA, {1e-3, 1e-6}, {1e4, 1e2}},
    {"generalised gamma, q > 0", SQ_GENERALISED_GAMMA, {1, 1e-2, 1e-6}, {1e5, 3, 30}},
    {"generalised gamma, q < 0", SQ_GENERALISED_GAMMA, {1, 1e-2, -30}, {1e5, 3, -1e-6}},
};

static double grid_value(double low, double high, int i, int n)
{
    if (low == 0)
        return 0;
    double size = sq_exp(sq_log(fabs(low)) + (sq_log(fabs(high)) - sq_log(fabs(low))) * i / (n - 1));
    return low < 0 ? -size : size;
}

/* Change of H over one rounding of t, which no inverse can undercut; +inf beside the end of a support. */
static double step_of_time(const sq_law *law, double t)
{
    double step = sq_law_hazard(law, nextafter(t, INFINITY)) - sq_law_hazard(law, nextafter(t, -INFINITY));
    return isnan(step) ? INFINITY : step;
}

/* Near a finite upper limit of a truncation all of S is a difference of two near survivals, which rounding
 * leaves an error of 1e-15; H = -log S then has one of 1e-15 / S. */
static double lost_near_the_limit(const sq_law *law, double e)
{
    return law->truncated && law->high < INFINITY ? 1e-15 * sq_exp(e) : 0;
}

typedef struct residual {
    double worst; /* |H(q(e)) - e| / max(1, e) beyond the rounding of t */
    int asked;
} residual;

/* Over e from 1e-12 to 700; times that a double cannot hold, and those that never come, are left out. */
static void look_at(const sq_law *law, residual *r)
{
    for (double e = 1e-12; e < 700; e *= 1.9) {
        double t = sq_law_inverse(law, e), step = step_of_time(law, t);
        if (!(fabs(t) > 1e-290 && fabs(t) < 1e290) || isinf(step))
            continue;
        double off = (fabs(sq_law_hazard(law, t) - e) - step - lost_near_the_limit(law, e)) / fmax(1, e);
        r->worst = off <= r->worst ? r->worst : off;
        r->asked++;
    }
}

static void residuals_are_within_the_stated_accuracy(void **state)
{
    (void)state;
    enum { SIDE = 12 };
    print_message("largest |H(q(e)) - e| / max(1, e), e from 1e-12 to 700:\n");
    for (size_t g = 0; g < sizeof GRIDS / sizeof GRIDS[0]; g++) {
        const arguments *grid = &GRIDS[g];
        residual r = {0};
        for (int i = 0; i < SIDE * SIDE * SIDE; i++) {
            int index[] = {i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE};
            sq_law law = law_of(grid->family, 0, 0, 0);
            for (int k = 0; k < 3; k++)
                law.arg[k] = grid_value(grid->low[k], grid->high[k], index[k], SIDE);
            if (grid->low[2] == 0 && index[2] > 0)
                break;
            look_at(&law, &r);
        }
        print_message("  %-26s %8.1e   (%d hazards)\n", grid->name, r.worst, r.asked);
        assert_true(r.worst <= 1e-12 && r.asked > 1000);
    }
}

/* ---- every family in every wrapper */

enum { KNOTS = 6, YEARS = 2, ROOM = 6 * KNOTS * YEARS };

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

static void prepare(const specimen *s, const double *x, const double *y, double *prepared)
{
    if (s->family == SQ_SPLINE)
        assert_int_equal(sq_law_prepare_spline(s->n, x, y, prepared, NULL), SQ_OK);
    else
        assert_null(sq_law_prepare_table(s->family, s->interpolation, s->n, x, y, prepared));
}

/* A table lies in its room as in a parameter block: knots, values and what is prepared, year by year. */
static sq_law law_of_specimen(const specimen *s, double room[ROOM])
{
    enum { STRIDE = 6 * KNOTS };
    sq_law law = law_of(s->family, s->arg[0], s->arg[1], s->arg[2]);
    for (int i = 0; i < (s->n_years ? s->n_years : 1) && s->n; i++) {
        double *x = room + i * STRIDE;
        memcpy(x, s->x, sizeof s->x);
        memcpy(x + KNOTS, s->y[i], sizeof s->y[i]);
        prepare(s, x, x + KNOTS, x + 2 * KNOTS);
    }
    law.table = (sq_law_table){.x = room, .y = room + KNOTS, .cumulative = room + 2 * KNOTS, .n = s->n,
                               .interpolation = s->interpolation, .tail = s->tail, .scale = s->scale,
                               .n_years = s->n_years, .stride = STRIDE, .years = CALENDAR};
    return law;
}

/* Two quantiles of a bare law, by which its wrappers are cut to size. */
typedef struct size {
    double early, late;
} size;

static size size_of(const sq_law *law)
{
    double most = fmin(1, .9 * sq_law_hazard(law, 1e7));
    return (size){sq_law_inverse(law, .1 * most), sq_law_inverse(law, most)};
}

static void in_ratios(sq_law *law, size s)
{
    (void)s;
    law->hazard_ratio = .37;
    law->time_ratio = law->table.n_years ? 1 : 1.75;
}

static void truncated(sq_law *law, size s)
{
    law->truncated = true;
    law->low = s.early;
    law->high = s.late;
}

static void cut_off_below(sq_law *law, size s)
{
    truncated(law, s);
    law->high = INFINITY;
}

static void shifted(sq_law *law, size s)
{
    law->shift = .3 * (s.late - s.early);
}

static void waning(sq_law *law, size s)
{
    law->profile = (sq_profile){.kind = SQ_PROFILE_WANING, .n = 17, .offset = s.early, .from = .5, .to = 1.25,
                                .start = .1 * (s.late - s.early), .length = .6 * (s.late - s.early)};
}

static void waning_by_log(sq_law *law, size s)
{
    waning(law, s);
    law->profile.logarithmic = true;
}

static void in_steps(sq_law *law, size s)
{
    static const double STARTS[] = {0, 6, 11, 70, 900}, RATIOS[] = {.5, 3, 0, 1.25, .7};
    law->profile = (sq_profile){.kind = SQ_PROFILE_TABLE, .n = 5, .offset = s.early, .x = STARTS, .y = RATIOS};
}

static void cured_latency(sq_law *law, size s)
{
    (void)s;
    law->cured = .3;
    law->hazard_ratio = 1.9;
}

static void cured_population(sq_law *law, size s)
{
    cured_latency(law, s);
    law->cure_on_population = true;
}

static void everything(sq_law *law, size s)
{
    truncated(law, s);
    shifted(law, s);
    waning(law, s);
    in_ratios(law, s);
    law->cured = .2;
}

static void bare(sq_law *law, size s)
{
    (void)law;
    (void)s;
}

typedef struct wrapper {
    const char *name;
    void (*wear)(sq_law *law, size s);
} wrapper;

static const wrapper WRAPPERS[] = {
    {"bare", bare},          {"ratios", in_ratios},       {"truncated", truncated},  {"cut below", cut_off_below},
    {"shifted", shifted},    {"waning", waning},          {"log waning", waning_by_log}, {"steps", in_steps},
    {"cured", cured_latency}, {"population", cured_population}, {"all", everything},
};
enum { WRAPPER_COUNT = sizeof WRAPPERS / sizeof WRAPPERS[0] };

static void every_law_keeps_it_in_every_wrapper(void **state)
{
    (void)state;
    print_message("%-28s", "");
    for (int w = 0; w < WRAPPER_COUNT; w++)
        print_message("%11s", WRAPPERS[w].name);
    double worst = 0;
    for (int i = 0; i < SPECIMEN_COUNT; i++) {
        print_message("\n%-28s", SPECIMENS[i].name);
        for (int w = 0; w < WRAPPER_COUNT; w++) {
            double room[ROOM];
            sq_law law = law_of_specimen(&SPECIMENS[i], room);
            WRAPPERS[w].wear(&law, size_of(&law));
            assert_null(sq_law_problem(&law));
            residual r = {0};
            look_at(&law, &r);
            print_message("%11.1e", r.worst);
            worst = r.worst <= worst ? worst : r.worst;
            assert_true(r.asked > 30);
        }
    }
    print_message("\n");
    assert_true(worst <= 1e-12);
}

/* ---- the kernel of the gamma laws */

/* The kernel itself, where a law's time would underflow or a shape is beyond any use. */
static void gamma_hazards_invert_everywhere(void **state)
{
    (void)state;
    for (double a = 1e-5; a < 1e20; a *= 1.7)
        for (double e = 1e-12; e < 700; e *= 2.7)
            for (int tail = SQ_GAMMA_UPPER; tail <= SQ_GAMMA_LOWER; tail++) {
                double y = sq_gamma_from_hazard(a, e, (sq_gamma_tail)tail);
                assert_true(fabs(sq_gamma_hazard(a, y, (sq_gamma_tail)tail) / e - 1) <= 1e-13);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(residuals_are_within_the_stated_accuracy),
        cmocka_unit_test(every_law_keeps_it_in_every_wrapper),
        cmocka_unit_test(gamma_hazards_invert_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
