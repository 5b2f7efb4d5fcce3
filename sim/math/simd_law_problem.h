/* Whether the numbers of a law are admissible, and what is wrong with them in words. */
#ifndef SQ_MATH_SIMD_LAW_PROBLEM_H
#define SQ_MATH_SIMD_LAW_PROBLEM_H

#include "math/simd_law.h"

static inline void v_expect_positive(v_verdict *verdict, v_d x, const char *otherwise)
{
    v_expect(verdict, v_gt(x, v_set(0)), otherwise);
}

static inline void v_expect_not_negative(v_verdict *verdict, v_d x, const char *otherwise)
{
    v_expect(verdict, v_ge(x, v_set(0)), otherwise);
}

static inline void v_expect_arguments(v_verdict *verdict, const v_law *law)
{
    const v_d *arg = law->arg;
    switch (law->family) {
    case SQ_EXPONENTIAL:
        v_expect_not_negative(verdict, arg[0], "rate must not be negative");
        break;
    case SQ_WEIBULL:
    case SQ_LOGLOGISTIC:
        v_expect_positive(verdict, arg[0], "shape must be positive");
        v_expect_positive(verdict, arg[1], "scale must be positive");
        break;
    case SQ_GOMPERTZ:
        v_expect_not_negative(verdict, arg[1], "rate must not be negative");
        break;
    case SQ_LOGNORMAL:
        v_expect_positive(verdict, arg[0], "median must be positive");
        v_expect_positive(verdict, arg[1], "sdlog must be positive");
        break;
    case SQ_FIXED:
        v_expect_not_negative(verdict, arg[0], "delay must not be negative");
        break;
    case SQ_GAMMA:
        v_expect_positive(verdict, arg[0], "shape must be positive");
        v_expect_positive(verdict, arg[1], "rate must be positive");
        break;
    case SQ_GENERALISED_GAMMA:
        v_expect_positive(verdict, arg[0], "location must be positive");
        v_expect_positive(verdict, arg[1], "sigma must be positive");
        break;
    case SQ_UNIFORM:
        v_expect(verdict, v_lt(arg[0], arg[1]), "min must be below max");
        break;
    case SQ_TRIANGULAR:
        v_expect(verdict, v_lt(arg[0], arg[2]), "min must be below max");
        v_expect(verdict, v_and(v_le(arg[0], arg[1]), v_le(arg[1], arg[2])),
                 "mode must lie between min and max");
        break;
    case SQ_NORMAL:
        v_expect_positive(verdict, arg[1], "sd must be positive");
        break;
    default:
        break;
    }
}

static inline v_m v_is_address(v_w x)
{
    return v_not(v_eq_w(x, v_set_w(0)));
}

static inline void v_expect_table(v_verdict *verdict, const v_law *law)
{
    const v_table *table = &law->table;
    v_m there = v_and(v_is_address(table->x), v_and(v_is_address(table->y), v_is_address(table->cumulative)));
    v_expect(verdict, v_and(there, v_same(table->n >= 1)), "the table of this law is missing");
    v_expect(verdict, v_same(law->family != SQ_TABULATED || (unsigned)table->tail <= SQ_TAIL_ERROR),
             "what follows the last point of the curve is not stated");
    v_expect(verdict, v_same(law->family != SQ_SPLINE || (unsigned)table->scale <= SQ_SCALE_NORMAL),
             "the scale of the spline is not stated");
    if (table->n_years <= 0)
        return;
    v_expect(verdict, v_isfinite(law->arg[0]),
             "rates by calendar year need a patient's year of birth, which is not known here");
    v_expect(verdict, v_eq(law->time_ratio, v_set(1)),
             "a time ratio does not apply to rates by calendar year");
}

static inline void v_expect_wrappers(v_verdict *verdict, const v_law *law)
{
    v_expect(verdict, v_and(v_isfinite(law->hazard_ratio), v_ge(law->hazard_ratio, v_set(0))),
             "hazard ratio must be a finite number of at least 0");
    v_expect(verdict, v_and(v_isfinite(law->time_ratio), v_gt(law->time_ratio, v_set(0))),
             "time ratio must be a finite number above 0");
    v_expect(verdict, v_and(v_ge(law->cured, v_set(0)), v_le(law->cured, v_set(1))),
             "cured share must lie between 0 and 1");
    if (law->family != SQ_FIXED)
        return;
    v_expect(verdict, v_eq(law->hazard_ratio, v_set(1)), "a hazard ratio does not apply to a fixed delay");
    v_expect(verdict, v_eq(law->cured, v_set(0)), "a cured share does not apply to a fixed delay");
}

/* The truncation of a law is asked only where its other numbers are fine. */
static inline v_verdict v_law_judge(const v_law *law)
{
    v_verdict verdict = {v_same((unsigned)law->family < SQ_FAMILY_COUNT), NULL};
    if (!v_any(verdict.fine)) {
        verdict.why = "unknown family";
        return verdict;
    }
    for (int i = 0; i < sq_family_args(law->family); i++)
        v_expect(&verdict, v_isfinite(law->arg[i]), "an argument is not a finite number");
    v_expect_arguments(&verdict, law);
    if (sq_family_has_table(law->family))
        v_expect_table(&verdict, law);
    v_expect_wrappers(&verdict, law);
    v_m plain = v_is_plain(law);
    if (v_any(v_and_not(verdict.fine, plain)))
        v_expect_wrapped(&verdict, law);
    return verdict;
}

/* Where sq_law_problem has nothing to say. */
static inline v_m v_law_admissible(const v_law *law)
{
    return v_law_judge(law).fine;
}

#endif
