/* Gamma and generalised gamma laws: log x, the quantity that both put into the incomplete gamma
 * function, is a straight line in log t. */
#ifndef SQ_MATH_SIMD_LAW_GAMMA_H
#define SQ_MATH_SIMD_LAW_GAMMA_H

#include "math/simd_gamma.h"
#include "math/simd_law_type.h"

/* ---- gamma: H = -log Q(shape, rate t) */

/* log(u v / w), with what the rounding of product and quotient lost: a large shape magnifies it. */
static inline v_d v_log_ratio(v_d u, v_d v, v_d w)
{
    v_d product = u * v, lost = v_fma(u, v, -product);
    v_d ratio = product / w, left = v_fma(-ratio, w, product);
    return v_log(ratio) + (lost + left) / product;
}

static inline v_d v_gamma_hazard_of(const v_law *law, const v_shape *shape, v_d t)
{
    v_d x = t * law->arg[1];
    v_m inside = v_and(v_gt(x, v_set(0)), v_lt(x, v_set(INFINITY)));
    v_d hazard = v_if(v_gt(x, v_set(0)), v_set(INFINITY), v_set(0));
    if (v_any(inside)) {
        v_d y = v_log_ratio(law->arg[1], t, law->arg[0]);
        hazard = v_if(inside, v_gamma_tail_hazard(shape, y, v_same(false), inside), hazard);
    }
    return hazard;
}

static inline v_d v_gamma_inverse_of(const v_law *law, const v_shape *shape, v_d e)
{
    v_d y = v_gamma_from_hazard(shape, e, v_same(false));
    return law->arg[0] / law->arg[1] * v_exp(y);
}

static inline v_d v_gamma_hazard(const v_law *law, v_d t)
{
    v_shape shape = v_shape_of(law->arg[0]);
    return v_gamma_hazard_of(law, &shape, t);
}

static inline v_d v_gamma_inverse(const v_law *law, v_d e)
{
    v_shape shape = v_shape_of(law->arg[0]);
    return v_gamma_inverse_of(law, &shape, e);
}

static inline v_d v_gamma_remaining(const v_law *law, v_d age, v_d e)
{
    v_shape shape = v_shape_of(law->arg[0]);
    return v_gamma_inverse_of(law, &shape, e + v_gamma_hazard_of(law, &shape, age)) - age;
}

static inline v_d v_gamma_spent(const v_law *law, v_d from, v_d to)
{
    v_shape shape = v_shape_of(law->arg[0]);
    return v_gamma_hazard_of(law, &shape, to) - v_gamma_hazard_of(law, &shape, from);
}

/* ---- generalised gamma (Prentice RL. Biometrika 1974;61:539-544) */

/* q and the shape 1 / q^2 that goes with it. */
typedef struct v_prentice {
    v_d q;
    v_m lognormal; /* q is so small that the law is log-normal to the last digit */
    v_m lower;     /* q < 0: the survival is P */
    v_shape shape;
} v_prentice;

static inline v_prentice v_prentice_of(const v_law *law)
{
    v_d q = law->arg[2];
    v_prentice p = {.q = q, .lognormal = v_lt(v_abs(q), v_set(1e-100)), .lower = v_not(v_gt(q, v_set(0)))};
    p.shape = v_shape_of(v_if(p.lognormal, v_set(1), 1 / (q * q)));
    return p;
}

static inline v_d v_generalised_hazard_of(const v_law *law, const v_prentice *p, v_d t)
{
    v_m inside = v_and(v_gt(t, v_set(0)), v_lt(t, v_set(INFINITY)));
    v_m normal = v_and(inside, p->lognormal), other = v_and_not(inside, normal);
    v_d w = v_log(t / law->arg[0]) / law->arg[1];
    v_d hazard = v_if(v_gt(t, v_set(0)), v_set(INFINITY), v_set(0));
    if (v_any(normal))
        hazard = v_if(normal, -v_normal_log_ccdf(w), hazard);
    if (v_any(other))
        hazard = v_if(other, v_gamma_tail_hazard(&p->shape, p->q * w, p->lower, other), hazard);
    return hazard;
}

static inline v_d v_generalised_inverse_of(const v_law *law, const v_prentice *p, v_d e)
{
    v_d w = e;
    if (v_any(p->lognormal))
        w = v_normal_from_hazard(e);
    if (!v_all(p->lognormal))
        w = v_if(p->lognormal, w, v_gamma_from_hazard(&p->shape, e, p->lower) / p->q);
    return law->arg[0] * v_exp(law->arg[1] * w);
}

static inline v_d v_generalised_gamma_hazard(const v_law *law, v_d t)
{
    v_prentice p = v_prentice_of(law);
    return v_generalised_hazard_of(law, &p, t);
}

static inline v_d v_generalised_gamma_inverse(const v_law *law, v_d e)
{
    v_prentice p = v_prentice_of(law);
    return v_generalised_inverse_of(law, &p, e);
}

static inline v_d v_generalised_gamma_remaining(const v_law *law, v_d age, v_d e)
{
    v_prentice p = v_prentice_of(law);
    return v_generalised_inverse_of(law, &p, e + v_generalised_hazard_of(law, &p, age)) - age;
}

static inline v_d v_generalised_gamma_spent(const v_law *law, v_d from, v_d to)
{
    v_prentice p = v_prentice_of(law);
    return v_generalised_hazard_of(law, &p, to) - v_generalised_hazard_of(law, &p, from);
}

#endif
