/* A cured share. What is left of a cure law at some age is again a cure law with another share, so that
 * hazards between two ages, and waits for a hazard, need no difference of two accumulated hazards. */
#ifndef SQ_MATH_MIXTURE_H
#define SQ_MATH_MIXTURE_H

#include "math/kernel.h"
#include "math/law.h"

#include <math.h>

/* A population at some age: the cured, and those whose clock still runs. They sum to one; both are
 * kept because either may be tiny. */
typedef struct sq_mixture {
    double cured, uncured;
} sq_mixture;

/* The mixture among those still event-free once the uncured have spent a latent hazard x. */
static inline sq_mixture sq_mixture_after(const sq_law *law, double x)
{
    double uncured = (1 - law->cured) * sq_exp(-x);
    double all = law->cured + uncured;
    return (sq_mixture){law->cured / all, uncured / all};
}

/* Hazard of the mixture while the uncured spend x. */
static inline double sq_mixture_hazard(sq_mixture m, double x)
{
    if (x < .69314718055994530942)
        return -sq_log1p(m.uncured * sq_expm1(-x));
    return -sq_log(m.cured + m.uncured * sq_exp(-x));
}

/* The x for which the mixture's hazard is e; +inf at and above the plateau -log(cured). */
static inline double sq_mixture_inverse(sq_mixture m, double e)
{
    if (m.uncured == 0)
        return INFINITY;
    double lost = -sq_expm1(-e) / m.uncured;
    if (lost < .5)
        return -sq_log1p(-lost);
    double left = (sq_exp(-e) - m.cured) / m.uncured;
    return left <= 0 ? INFINITY : -sq_log(left);
}

#endif
