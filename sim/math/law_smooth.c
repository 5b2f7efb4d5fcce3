/* Families with a formula: exponential, Weibull, log-normal, uniform, normal. Each is H and its inverse;
 * where H(b) - H(a) or H^-1(e + H(s)) - s would subtract two nearly equal numbers and the formula offers
 * a way round, it is taken, because a clock that is looked at often spends its hazard in small pieces. */
#include "math/kernel.h"
#include "math/law_base.h"

#include <math.h>

/* ---- exponential: H = rate t */

static double exponential_hazard(const sq_law *law, double t)
{
    return law->arg[0] > 0 ? law->arg[0] * t : 0;
}

static double exponential_inverse(const sq_law *law, double e)
{
    return law->arg[0] > 0 ? e / law->arg[0] : INFINITY;
}

static double exponential_remaining(const sq_law *law, double age, double e)
{
    (void)age;
    return exponential_inverse(law, e);
}

static double exponential_spent(const sq_law *law, double from, double to)
{
    return exponential_hazard(law, to - from);
}

const sq_family_ops sq_exponential_ops = {exponential_hazard, exponential_inverse,
                                          exponential_remaining, exponential_spent};

/* ---- Weibull: H = (t / scale)^shape */

static double weibull_hazard(const sq_law *law, double t)
{
    return t > 0 ? sq_pow(t / law->arg[1], law->arg[0]) : 0;
}

static double weibull_inverse(const sq_law *law, double e)
{
    return law->arg[1] * sq_pow(e, 1 / law->arg[0]);
}

/* s ((1 + e/H(s))^(1/shape) - 1); the plain form where e outweighs what was spent. */
static double weibull_remaining(const sq_law *law, double age, double e)
{
    double so_far = weibull_hazard(law, age);
    double ratio = e / so_far;
    if (ratio < 1e8)
        return age * sq_expm1(sq_log1p(ratio) / law->arg[0]);
    return weibull_inverse(law, e + so_far) - age;
}

/* H(from) ((to/from)^shape - 1) while the growth is small. */
static double weibull_spent(const sq_law *law, double from, double to)
{
    double before = weibull_hazard(law, from);
    double growth = law->arg[0] * sq_log1p((to - from) / from);
    return growth < 1 ? before * sq_expm1(growth) : weibull_hazard(law, to) - before;
}

const sq_family_ops sq_weibull_ops = {weibull_hazard, weibull_inverse, weibull_remaining,
                                      weibull_spent};

/* ---- log-normal: H = -log Phi_c(log(t / median) / sdlog) */

static double lognormal_hazard(const sq_law *law, double t)
{
    return t > 0 ? -sq_normal_log_ccdf(sq_log(t / law->arg[0]) / law->arg[1]) : 0;
}

static double lognormal_inverse(const sq_law *law, double e)
{
    return law->arg[0] * sq_exp(law->arg[1] * sq_normal_from_hazard(e));
}

static double lognormal_remaining(const sq_law *law, double age, double e)
{
    return lognormal_inverse(law, e + lognormal_hazard(law, age)) - age;
}

static double lognormal_spent(const sq_law *law, double from, double to)
{
    return lognormal_hazard(law, to) - lognormal_hazard(law, from);
}

const sq_family_ops sq_lognormal_ops = {lognormal_hazard, lognormal_inverse, lognormal_remaining,
                                        lognormal_spent};

/* ---- uniform on (min, max): S = (max - t) / (max - min)
 *
 * What is left of a uniform law is a uniform law from here to max. */

/* Hazard of reaching t for a uniform law on (low, high). */
static double uniform_between(double low, double high, double t)
{
    if (t >= high)
        return INFINITY;
    if (t <= low)
        return 0;
    double gone = (t - low) / (high - low);
    return gone < .5 ? -sq_log1p(-gone) : -sq_log((high - t) / (high - low));
}

static double uniform_hazard(const sq_law *law, double t)
{
    return uniform_between(law->arg[0], law->arg[1], t);
}

/* From the nearer end, so that the distance to that end keeps its digits. */
static double uniform_inverse(const sq_law *law, double e)
{
    double low = law->arg[0], high = law->arg[1], gone = -sq_expm1(-e);
    return gone < .5 ? low + (high - low) * gone : high - (high - low) * sq_exp(-e);
}

static double uniform_remaining(const sq_law *law, double age, double e)
{
    double wait = fmax(law->arg[0] - age, 0);
    double width = law->arg[1] - fmax(law->arg[0], age);
    return width > 0 ? wait + width * -sq_expm1(-e) : 0;
}

static double uniform_spent(const sq_law *law, double from, double to)
{
    if (from >= law->arg[1])
        return 0;
    return uniform_between(fmax(law->arg[0], from), law->arg[1], to);
}

const sq_family_ops sq_uniform_ops = {uniform_hazard, uniform_inverse, uniform_remaining,
                                      uniform_spent};

/* ---- normal, for attributes */

static double normal_hazard(const sq_law *law, double t)
{
    return -sq_normal_log_ccdf((t - law->arg[0]) / law->arg[1]);
}

static double normal_inverse(const sq_law *law, double e)
{
    return law->arg[0] + law->arg[1] * sq_normal_from_hazard(e);
}

static double normal_remaining(const sq_law *law, double age, double e)
{
    return normal_inverse(law, e + normal_hazard(law, age)) - age;
}

static double normal_spent(const sq_law *law, double from, double to)
{
    return normal_hazard(law, to) - normal_hazard(law, from);
}

const sq_family_ops sq_normal_ops = {normal_hazard, normal_inverse, normal_remaining, normal_spent};
