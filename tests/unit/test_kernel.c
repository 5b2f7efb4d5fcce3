/* Kernels against 50-digit values (tests/reference/kernels.py) and at the edges of their domains.
 *
 * Tolerances are relative and stated per kernel in units of 2^-53. Where a kernel answers an argument
 * whose own rounding already matters more, the table was computed from the exact double, so nothing is
 * forgiven for that. */
#include "../lib/vectors.h"

#include "math/kernel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct reference_row {
    const char *kernel;
    double x, y, value;
} reference_row;

static const reference_row ROWS[] = {
#include "../reference/kernels.inc"
};
enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

typedef struct kernel_case {
    const char *name;
    double (*function)(double);
    double tolerance; /* in units of 2^-53, relative ... */
    double floor;     /* ... to the value or to this, whichever is larger */
} kernel_case;

/* The smallest normal number: below it a double has fewer bits. */
#define TINY 0x1p-1022

static const kernel_case CASES[] = {
    {"exp", sq_exp, 2, TINY},
    {"expm1", sq_expm1, 2, TINY},
    {"log", sq_log, 2, TINY},
    {"log1p", sq_log1p, 2, TINY},
    {"normal_ccdf", sq_normal_ccdf, 5, TINY},
    {"normal_cdf", sq_normal_cdf, 5, TINY},
    {"normal_log_ccdf", sq_normal_log_ccdf, 5, TINY},
    {"normal_quantile", sq_normal_quantile, 8, TINY},
    {"normal_from_hazard", sq_normal_from_hazard, 8, 1},
};
enum { CASE_COUNT = sizeof CASES / sizeof CASES[0] };

static double distance(double got, double want, double floor_value)
{
    if (isnan(got) || isinf(got) || isinf(want))
        return got == want ? 0 : INFINITY;
    return fabs(got - want) / fmax(fabs(want), floor_value) * 0x1p53;
}

static double worst_of(const char *name, double floor_value,
                       double (*evaluate)(const reference_row *, const void *),
                       const void *context)
{
    double worst = 0;
    int seen = 0;
    for (int i = 0; i < ROW_COUNT; i++) {
        if (strcmp(ROWS[i].kernel, name) != 0)
            continue;
        worst = fmax(worst, distance(evaluate(&ROWS[i], context), ROWS[i].value, floor_value));
        seen++;
    }
    assert_true(seen >= 30);
    return worst;
}

static double evaluate_case(const reference_row *row, const void *context)
{
    return ((const kernel_case *)context)->function(row->x);
}

static double evaluate_pow(const reference_row *row, const void *context)
{
    (void)context;
    return sq_pow(row->x, row->y);
}

static double evaluate_perturbed(const reference_row *row, const void *context)
{
    (void)context;
    return sq_normal_quantile(row->x) * (1 + 0x1p-48);
}

static void kernels_match_fifty_digits(void **state)
{
    (void)state;
    int failures = 0;
    for (int i = 0; i < CASE_COUNT; i++) {
        double worst = worst_of(CASES[i].name, CASES[i].floor, evaluate_case, &CASES[i]);
        if (worst > CASES[i].tolerance) {
            print_error("%s: off by %.3g x 2^-53, allowed %g\n", CASES[i].name, worst,
                        CASES[i].tolerance);
            failures++;
        }
    }
    double worst = worst_of("pow", TINY, evaluate_pow, NULL);
    assert_int_equal(failures, 0);
    assert_true(worst <= 2);
}

static double scalar_value(const reference_row *row)
{
    for (int i = 0; i < CASE_COUNT; i++) {
        if (strcmp(CASES[i].name, row->kernel) == 0)
            return CASES[i].function(row->x);
    }
    return sq_pow(row->x, row->y);
}

static void every_width_answers_them_alike(void **state)
{
    (void)state;
    int wrong = 0;
    for (int i = 0; i < ROW_COUNT; i++)
        wrong += !vectors_compute(ROWS[i].kernel, ROWS[i].x, ROWS[i].y, scalar_value(&ROWS[i]));
    assert_int_equal(wrong, 0);
}

static void a_perturbed_kernel_is_rejected(void **state)
{
    (void)state;
    assert_true(worst_of("normal_quantile", TINY, evaluate_perturbed, NULL) > 16);
}

static void edges_of_the_domain(void **state)
{
    (void)state;
    assert_true(sq_exp(-INFINITY) == 0 && sq_exp(INFINITY) == INFINITY && sq_exp(-2000) == 0);
    assert_true(sq_exp(800) == INFINITY && sq_expm1(800) == INFINITY && sq_expm1(-800) == -1);
    assert_true(sq_log(0) == -INFINITY && isnan(sq_log(-1)) && sq_log(INFINITY) == INFINITY);
    assert_true(sq_log1p(-1) == -INFINITY && sq_log1p(INFINITY) == INFINITY);
    assert_true(sq_log1p(0) == 0 && sq_expm1(0) == 0 && sq_exp(0) == 1 && sq_log(1) == 0);
    assert_true(sq_pow(0, 2) == 0 && sq_pow(INFINITY, .5) == INFINITY && sq_pow(7, 0) == 1);
    assert_true(sq_pow(3.25, 1) == 3.25);
    assert_true(sq_normal_cdf(-INFINITY) == 0 && sq_normal_cdf(INFINITY) == 1);
    assert_true(sq_normal_ccdf(40) == 0 && sq_normal_ccdf(-40) == 1);
    assert_true(sq_normal_log_ccdf(INFINITY) == -INFINITY && sq_normal_log_ccdf(-INFINITY) == 0);
    assert_true(sq_normal_quantile(0) == -INFINITY && sq_normal_quantile(1) == INFINITY);
    assert_true(sq_normal_quantile(.5) == 0);
    assert_true(isnan(sq_normal_quantile(-1e-300)) && isnan(sq_normal_quantile(1.5)));
    assert_true(sq_normal_from_hazard(0) == -INFINITY && isnan(sq_normal_from_hazard(-1)));
    assert_true(sq_normal_from_hazard(INFINITY) == INFINITY);
    assert_true(sq_normal_from_hazard(1e305) > 1e152);
}

static void nan_stays_nan(void **state)
{
    (void)state;
    assert_true(isnan(sq_exp(NAN)) && isnan(sq_expm1(NAN)) && isnan(sq_log(NAN)));
    assert_true(isnan(sq_log1p(NAN)) && isnan(sq_pow(NAN, 2)) && isnan(sq_normal_cdf(NAN)));
    assert_true(isnan(sq_normal_ccdf(NAN)) && isnan(sq_normal_log_ccdf(NAN)));
    assert_true(isnan(sq_normal_quantile(NAN)) && isnan(sq_normal_from_hazard(NAN)));
}

/* Phi(q(p)) returns p as far as the rounding of q lets it: half an ulp of q times the hazard. */
static void quantile_returns_through_the_cdf(void **state)
{
    (void)state;
    for (int i = 1; i < 3000; i++) {
        double p = sq_exp(-.23 * i), q = sq_normal_quantile(p);
        double rounding = 1e-15 * (1 + q * q);
        assert_true(fabs(sq_normal_cdf(q) - p) <= p * rounding);
    }
}

static void quantile_is_monotone_across_its_seams(void **state)
{
    (void)state;
    static const double SEAMS[] = {.075, .925, 1.388794386496402e-11, 1e-299};
    for (size_t i = 0; i < sizeof SEAMS / sizeof SEAMS[0]; i++) {
        double below = sq_normal_quantile(SEAMS[i] * (1 - 1e-13));
        double above = sq_normal_quantile(SEAMS[i] * (1 + 1e-13));
        assert_true(below < above);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_match_fifty_digits),
        cmocka_unit_test(every_width_answers_them_alike),
        cmocka_unit_test(a_perturbed_kernel_is_rejected),
        cmocka_unit_test(edges_of_the_domain),
        cmocka_unit_test(nan_stays_nan),
        cmocka_unit_test(quantile_returns_through_the_cdf),
        cmocka_unit_test(quantile_is_monotone_across_its_seams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
