/* A cured share. What is left of a cure law at some age is again a cure law with another share, so that
 * hazards between two ages, and waits for a hazard, need no difference of two accumulated hazards. */
#ifndef SQ_MATH_SIMD_MIXTURE_H
#define SQ_MATH_SIMD_MIXTURE_H

#include "math/simd_law_type.h"

/* A population at some age: the cured, and those whose clock still runs. They sum to one; both are
 * kept because either may be tiny. */
typedef struct v_mixture {
    v_d cured, uncured;
} v_mixture;

/* The mixture at the beginning. */
static inline v_mixture v_mixture_at_start(const v_law *law)
{
    return (v_mixture){law->cured, 1 - law->cured};
}

/* The mixture among those still event-free once the uncured have spent a latent hazard x. */
static inline v_mixture v_mixture_after(const v_law *law, v_d x)
{
    v_d uncured = (1 - law->cured) * v_exp(-x);
    v_d all = law->cured + uncured;
    return (v_mixture){law->cured / all, uncured / all};
}

/* Hazard of the mixture while the uncured spend x. */
static inline v_d v_mixture_hazard(v_mixture m, v_d x)
{
    v_m early = v_lt(x, v_set(V_LOG_TWO));
    v_d r = x;
    if (v_any(early))
        r = -v_log1p(m.uncured * v_expm1(-x));
    if (!v_all(early))
        r = v_if(early, r, -v_log(m.cured + m.uncured * v_exp(-x)));
    return r;
}

/* The x for which the mixture's hazard is e; +inf at and above the plateau -log(cured). */
static inline v_d v_mixture_inverse(v_mixture m, v_d e)
{
    v_d lost = -v_expm1(-e) / m.uncured, r = e;
    v_m early = v_lt(lost, v_set(.5));
    if (v_any(early))
        r = -v_log1p(-lost);
    if (!v_all(early)) {
        v_d left = (v_exp(-e) - m.cured) / m.uncured;
        r = v_if(early, r, v_if(v_le(left, v_set(0)), v_set(INFINITY), -v_log(left)));
    }
    return v_if(v_eq(m.uncured, v_set(0)), v_set(INFINITY), r);
}

#endif
