/* A hazard that grows or shrinks exponentially: rate(d) = rate exp(growth d). It is the Gompertz law and
 * the stretch between two knots of a log-linear life table. */
#ifndef SQ_MATH_GROWING_H
#define SQ_MATH_GROWING_H

#include "math/kernel.h"

#include <math.h>

/* Hazard of the first d days: rate (exp(growth d) - 1) / growth. */
static inline double sq_growing_hazard(double rate, double growth, double d)
{
    double z = growth != 0 ? growth * d : 0;
    if (!(rate > 0))
        return 0;
    if (z == 0)
        return rate * d;
    if (isinf(z))
        return z < 0 ? rate / -growth : INFINITY;
    return rate * d * (sq_expm1(z) / z);
}

/* Days until a hazard of e > 0 has been given; +inf where a shrinking hazard never gives it. */
static inline double sq_growing_inverse(double rate, double growth, double e)
{
    if (!(rate > 0))
        return INFINITY;
    double days = e / rate, z = growth != 0 ? growth * days : 0;
    if (z <= -1)
        return INFINITY;
    return z == 0 ? days : days * (sq_log1p(z) / z);
}

#endif
