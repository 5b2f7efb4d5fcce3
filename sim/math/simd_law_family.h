/* The four operations of a law's family in its own time, hazard ratio, time ratio and cure left out. Arguments
 * and meaning as in the public functions of law.h; e > 0, ages and times >= 0 (any for SQ_NORMAL); lanes that
 * nobody needs may ask for anything. A fixed delay has none of them. */
#ifndef SQ_MATH_SIMD_LAW_FAMILY_H
#define SQ_MATH_SIMD_LAW_FAMILY_H

#include "math/simd_law_bounded.h"
#include "math/simd_law_calendar.h"
#include "math/simd_law_gamma.h"
#include "math/simd_law_smooth.h"
#include "math/simd_law_spline.h"
#include "math/simd_law_table.h"

#define V_FAMILIES(X, operation)                                                                   \
    X(SQ_EXPONENTIAL, exponential, operation)                                                      \
    X(SQ_WEIBULL, weibull, operation)                                                              \
    X(SQ_GOMPERTZ, gompertz, operation)                                                            \
    X(SQ_LOGNORMAL, lognormal, operation)                                                          \
    X(SQ_LOGLOGISTIC, loglogistic, operation)                                                      \
    X(SQ_GAMMA, gamma, operation)                                                                  \
    X(SQ_GENERALISED_GAMMA, generalised_gamma, operation)                                          \
    X(SQ_UNIFORM, uniform, operation)                                                              \
    X(SQ_TRIANGULAR, triangular, operation)                                                        \
    X(SQ_NORMAL, normal, operation)                                                                \
    X(SQ_PIECEWISE, rate_table, operation)                                                         \
    X(SQ_LIFE_TABLE, life_table, operation)                                                        \
    X(SQ_TABULATED, tabulated, operation)                                                          \
    X(SQ_SPLINE, spline, operation)

/* One argument, then two. */
#define V_CASE_1(family, name, operation) case family: return v_##name##_##operation(law, x);
#define V_CASE_2(family, name, operation) case family: return v_##name##_##operation(law, x, y);

static inline v_d v_family_hazard(const v_law *law, v_d x)
{
    switch (law->family) {
        V_FAMILIES(V_CASE_1, hazard)
    default: return v_set(NAN);
    }
}

static inline v_d v_family_inverse(const v_law *law, v_d x)
{
    switch (law->family) {
        V_FAMILIES(V_CASE_1, inverse)
    default: return v_set(NAN);
    }
}

static inline v_d v_family_remaining(const v_law *law, v_d x, v_d y)
{
    switch (law->family) {
        V_FAMILIES(V_CASE_2, remaining)
    default: return v_set(NAN);
    }
}

static inline v_d v_family_spent(const v_law *law, v_d x, v_d y)
{
    switch (law->family) {
        V_FAMILIES(V_CASE_2, spent)
    default: return v_set(NAN);
    }
}

#undef V_CASE_1
#undef V_CASE_2

/* The earliest value of the family itself. */
static inline v_d v_family_start(const v_law *law)
{
    if (law->family == SQ_NORMAL)
        return v_set(-INFINITY);
    return law->family == SQ_UNIFORM || law->family == SQ_TRIANGULAR ? law->arg[0] : v_set(0);
}

#endif
