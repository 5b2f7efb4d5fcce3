/* Families with a formula: exponential, Weibull, Gompertz, log-normal, log-logistic, normal. Each is H and its
 * inverse; where H(b) - H(a) or H^-1(e + H(s)) - s would subtract two nearly equal numbers and the formula
 * offers a way round, it is taken, because a clock that is looked at often spends its hazard in small pieces. */
#ifndef SQ_MATH_SIMD_LAW_SMOOTH_H
#define SQ_MATH_SIMD_LAW_SMOOTH_H

#include "math/simd_growing.h"
#include "math/simd_law_type.h"

/* ---- exponential: H = rate t */

static inline v_d v_exponential_hazard(const v_law *law, v_d t)
{
    return v_if(v_gt(law->arg[0], v_set(0)), law->arg[0] * t, v_set(0));
}

static inline v_d v_exponential_inverse(const v_law *law, v_d e)
{
    return v_if(v_gt(law->arg[0], v_set(0)), e / law->arg[0], v_set(INFINITY));
}

static inline v_d v_exponential_remaining(const v_law *law, v_d age, v_d e)
{
    (void)age;
    return v_exponential_inverse(law, e);
}

static inline v_d v_exponential_spent(const v_law *law, v_d from, v_d to)
{
    return v_exponential_hazard(law, to - from);
}

/* ---- Gompertz: H = rate (exp(shape t) - 1) / shape */

static inline v_d v_gompertz_hazard(const v_law *law, v_d t)
{
    return v_if(v_gt(t, v_set(0)), v_growing_hazard(law->arg[1], law->arg[0], t), v_set(0));
}

static inline v_d v_gompertz_inverse(const v_law *law, v_d e)
{
    return v_growing_inverse(law->arg[1], law->arg[0], e);
}

/* From any age on it is a Gompertz law again, with the rate that it has by then. */
static inline v_d v_gompertz_rate(const v_law *law, v_d age)
{
    return law->arg[1] * v_exp(law->arg[0] * age);
}

static inline v_d v_gompertz_remaining(const v_law *law, v_d age, v_d e)
{
    return v_growing_inverse(v_gompertz_rate(law, age), law->arg[0], e);
}

static inline v_d v_gompertz_spent(const v_law *law, v_d from, v_d to)
{
    v_d spent = v_growing_hazard(v_gompertz_rate(law, from), law->arg[0], to - from);
    return v_if(v_gt(to, from), spent, v_set(0));
}

/* ---- Weibull: H = (t / scale)^shape */

static inline v_d v_weibull_hazard(const v_law *law, v_d t)
{
    v_m after = v_gt(t, v_set(0));
    if (v_none(after))
        return v_set(0);
    return v_if(after, v_pow(t / law->arg[1], law->arg[0]), v_set(0));
}

/* Three fifths of the work of a power, which would owe as many digits to the rounding of 1/shape. */
static inline v_d v_weibull_inverse(const v_law *law, v_d e)
{
    return law->arg[1] * v_exp(v_log(e) / law->arg[0]);
}

/* s ((1 + e/H(s))^(1/shape) - 1); the plain form where e outweighs what was spent. */
static inline v_d v_weibull_remaining(const v_law *law, v_d age, v_d e)
{
    v_d so_far = v_weibull_hazard(law, age), ratio = e / so_far, r = e;
    v_m near = v_lt(ratio, v_set(1e8));
    if (v_any(near))
        r = age * v_expm1(v_log1p(ratio) / law->arg[0]);
    if (!v_all(near))
        r = v_if(near, r, v_weibull_inverse(law, e + so_far) - age);
    return r;
}

/* H(from) ((to/from)^shape - 1) while the growth is small. */
static inline v_d v_weibull_spent(const v_law *law, v_d from, v_d to)
{
    v_d before = v_weibull_hazard(law, from), r = before;
    v_d growth = law->arg[0] * v_log1p((to - from) / from);
    v_m near = v_lt(growth, v_set(1));
    if (v_any(near))
        r = before * v_expm1(growth);
    if (!v_all(near))
        r = v_if(near, r, v_weibull_hazard(law, to) - before);
    return r;
}

/* ---- log-normal: H = -log Phi_c(log(t / median) / sdlog) */

static inline v_d v_lognormal_hazard(const v_law *law, v_d t)
{
    v_m after = v_gt(t, v_set(0));
    if (v_none(after))
        return v_set(0);
    return v_if(after, -v_normal_log_ccdf(v_log(t / law->arg[0]) / law->arg[1]), v_set(0));
}

static inline v_d v_lognormal_inverse(const v_law *law, v_d e)
{
    return law->arg[0] * v_exp(law->arg[1] * v_normal_from_hazard(e));
}

static inline v_d v_lognormal_remaining(const v_law *law, v_d age, v_d e)
{
    return v_lognormal_inverse(law, e + v_lognormal_hazard(law, age)) - age;
}

static inline v_d v_lognormal_spent(const v_law *law, v_d from, v_d to)
{
    return v_lognormal_hazard(law, to) - v_lognormal_hazard(law, from);
}

/* ---- log-logistic: H = log(1 + u), u = (t / scale)^shape
 *
 * Given survival to an age with u = u0, odds grow from u0 to u0 + (1 + u0) (e^h - 1) with the hazard h. */

#define V_LARGE_LOG_ODDS 30. /* from here on log(1 + e^z) differs from z by e^-z alone */

/* u; 0 up to time 0. */
static inline v_d v_loglogistic_odds(const v_law *law, v_d t)
{
    v_m after = v_gt(t, v_set(0));
    if (v_none(after))
        return v_set(0);
    return v_if(after, v_pow(t / law->arg[1], law->arg[0]), v_set(0));
}

static inline v_d v_loglogistic_hazard(const v_law *law, v_d t)
{
    v_m after = v_gt(t, v_set(0));
    if (v_none(after))
        return v_set(0);
    v_d log_odds = law->arg[0] * v_log(t / law->arg[1]), r = t;
    v_m large = v_gt(log_odds, v_set(V_LARGE_LOG_ODDS));
    if (!v_all(large))
        r = v_log1p(v_loglogistic_odds(law, t));
    if (v_any(large))
        r = v_if(large, log_odds + v_exp(-log_odds), r);
    return v_if(after, r, v_set(0));
}

static inline v_d v_loglogistic_inverse(const v_law *law, v_d e)
{
    v_m large = v_gt(e, v_set(V_LARGE_LOG_ODDS));
    v_d r = e;
    if (!v_all(large))
        r = law->arg[1] * v_pow(v_expm1(e), 1 / law->arg[0]);
    if (v_any(large))
        r = v_if(large, law->arg[1] * v_exp((e - v_exp(-e)) / law->arg[0]), r);
    return r;
}

static inline v_d v_loglogistic_remaining(const v_law *law, v_d age, v_d e)
{
    v_d ratio = v_expm1(e) * (1 + 1 / v_loglogistic_odds(law, age)), r = e;
    v_m near = v_lt(ratio, v_set(1e8));
    if (v_any(near))
        r = age * v_expm1(v_log1p(ratio) / law->arg[0]);
    if (!v_all(near))
        r = v_if(near, r, v_loglogistic_inverse(law, e + v_loglogistic_hazard(law, age)) - age);
    return r;
}

static inline v_d v_loglogistic_spent(const v_law *law, v_d from, v_d to)
{
    v_d growth = law->arg[0] * v_log1p((to - from) / from), r = growth;
    v_m near = v_lt(growth, v_set(1));
    if (v_any(near)) {
        v_d odds = v_pow(from / law->arg[1], law->arg[0]);
        r = v_log1p(v_expm1(growth) / (1 + 1 / odds));
    }
    if (!v_all(near))
        r = v_if(near, r, v_loglogistic_hazard(law, to) - v_loglogistic_hazard(law, from));
    return r;
}

/* ---- normal */

static inline v_d v_normal_hazard(const v_law *law, v_d t)
{
    return -v_normal_log_ccdf((t - law->arg[0]) / law->arg[1]);
}

static inline v_d v_normal_inverse(const v_law *law, v_d e)
{
    return law->arg[0] + law->arg[1] * v_normal_from_hazard(e);
}

static inline v_d v_normal_remaining(const v_law *law, v_d age, v_d e)
{
    return v_normal_inverse(law, e + v_normal_hazard(law, age)) - age;
}

static inline v_d v_normal_spent(const v_law *law, v_d from, v_d to)
{
    return v_normal_hazard(law, to) - v_normal_hazard(law, from);
}

#endif
