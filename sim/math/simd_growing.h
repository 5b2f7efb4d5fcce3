/* A hazard that grows or shrinks exponentially: rate(d) = rate exp(growth d). It is the Gompertz law and
 * the stretch between two knots of a log-linear life table. */
#ifndef SQ_MATH_SIMD_GROWING_H
#define SQ_MATH_SIMD_GROWING_H

#include "math/simd_kernel.h"

/* growth d, also where d is infinite and nothing grows. */
static inline v_d v_growth_over(v_d growth, v_d d)
{
    return v_if(v_ne(growth, v_set(0)), growth * d, v_set(0));
}

/* Hazard of the first d days: rate (exp(growth d) - 1) / growth. */
static inline v_d v_growing_hazard(v_d rate, v_d growth, v_d d)
{
    v_d z = v_growth_over(growth, d), r = rate * d;
    v_m grows = v_ne(z, v_set(0)), endless = v_isinf(z);
    if (v_any(grows))
        r = v_if(grows, r * (v_expm1(z) / z), r);
    if (v_any(endless))
        r = v_if(endless, v_if(v_lt(z, v_set(0)), rate / -growth, v_set(INFINITY)), r);
    return v_if(v_gt(rate, v_set(0)), r, v_set(0));
}

/* Days until a hazard of e > 0 has been given; +inf where a shrinking hazard never gives it. */
static inline v_d v_growing_inverse(v_d rate, v_d growth, v_d e)
{
    v_d days = e / rate, z = v_growth_over(growth, days), r = days;
    v_m grows = v_ne(z, v_set(0)), never = v_or(v_le(z, v_set(-1)), v_not(v_gt(rate, v_set(0))));
    if (v_any(grows))
        r = v_if(grows, days * (v_log1p(z) / z), days);
    return v_if(never, v_set(INFINITY), r);
}

#endif
