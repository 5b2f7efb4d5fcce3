/* The accuracy that law.h promises, |H(q(e)) - e| <= 1e-12 max(1, e), measured and printed as tables: every
 * family over arguments far beyond use, and every family inside every wrapper. */
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

#include "law_specimens.h"

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

/* Shapes and hazards, in numbers that fill whole vectors. */
enum { GAMMA_SHAPES = 108, GAMMA_HAZARDS = 34, GAMMA_COUNT = GAMMA_SHAPES * GAMMA_HAZARDS };

static double worst_round_trip(const vector_forms *forms, const char *inverse, const char *hazard)
{
    static double a[GAMMA_COUNT], e[GAMMA_COUNT], y[GAMMA_COUNT], back[GAMMA_COUNT];
    double worst = 0;
    for (int i = 0; i < GAMMA_COUNT; i++) {
        a[i] = i < GAMMA_HAZARDS ? 1e-5 : 1.7 * a[i - GAMMA_HAZARDS];
        e[i] = i % GAMMA_HAZARDS == 0 ? 1e-12 : 2.7 * e[i - 1];
    }
    vector_function_named(forms->kernels, inverse)->run(GAMMA_COUNT, a, e, y);
    vector_function_named(forms->kernels, hazard)->run(GAMMA_COUNT, a, y, back);
    for (int i = 0; i < GAMMA_COUNT; i++)
        worst = fmax(worst, isnan(back[i]) ? INFINITY : fabs(back[i] / e[i] - 1));
    return worst;
}

/* The kernel itself, where a law's time would underflow or a shape is beyond any use. */
static void gamma_hazards_invert_everywhere(void **state)
{
    (void)state;
    const vector_forms *forms;
    for (int i = 0; (forms = vector_forms_present(i)) != NULL; i++) {
        assert_true(worst_round_trip(forms, "gamma_upper_inverse", "gamma_upper_hazard") <= 1e-13);
        assert_true(worst_round_trip(forms, "gamma_lower_inverse", "gamma_lower_hazard") <= 1e-13);
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
