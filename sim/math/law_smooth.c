/* Families with a formula: exponential, Weibull, Gompertz, log-normal, log-logistic, normal. Each is H and its inverse;
 * where H(b) - H(a) or H^-1(e + H(s)) - s would subtract two nearly equal numbers and the formula offers
 * a way round, it is taken, because a clock that is looked at often spends its hazard in small pieces. */
#include "math/growing.h"
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

/* ---- Gompertz: H = rate (exp(shape t) - 1) / shape */

static double gompertz_hazard(const sq_law *law, double t)
{
    return t > 0 ? sq_growing_hazard(law->arg[1], law->arg[0], t) : 0;
}

static double gompertz_inverse(const sq_law *law, double e)
{
    return sq_growing_inverse(law->arg[1], law->arg[0], e);
}

/* From any age on it is a Gompertz law again, with the rate that it has by then. */
static double gompertz_rate(const sq_law *law, double age)
{
    return law->arg[1] * sq_exp(law->arg[0] * age);
}

static double gompertz_remaining(const sq_law *law, double age, double e)
{
    return sq_growing_inverse(gompertz_rate(law, age), law->arg[0], e);
}

static double gompertz_spent(const sq_law *law, double from, double to)
{
    return to > from ? sq_growing_hazard(gompertz_rate(law, from), law->arg[0], to - from) : 0;
}

const sq_family_ops sq_gompertz_ops = {gompertz_hazard, gompertz_inverse, gompertz_remaining,
                                       gompertz_spent};

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

/* ---- log-logistic: H = log(1 + u), u = (t / scale)^shape
 *
 * Given survival to an age with u = u0, odds grow from u0 to u0 + (1 + u0) (e^h - 1) with the hazard h. */

static const double LARGE_LOG_ODDS = 30; /* from here on log(1 + e^z) differs from z by e^-z alone */

static double loglogistic_hazard(const sq_law *law, double t)
{
    if (!(t > 0))
        return 0;
    double log_odds = law->arg[0] * sq_log(t / law->arg[1]);
    if (log_odds > LARGE_LOG_ODDS)
        return log_odds + sq_exp(-log_odds);
    return sq_log1p(sq_pow(t / law->arg[1], law->arg[0]));
}

static double loglogistic_inverse(const sq_law *law, double e)
{
    if (e > LARGE_LOG_ODDS)
        return law->arg[1] * sq_exp((e - sq_exp(-e)) / law->arg[0]);
    return law->arg[1] * sq_pow(sq_expm1(e), 1 / law->arg[0]);
}

static double loglogistic_remaining(const sq_law *law, double age, double e)
{
    double odds = age > 0 ? sq_pow(age / law->arg[1], law->arg[0]) : 0;
    double ratio = sq_expm1(e) * (1 + 1 / odds);
    if (ratio < 1e8)
        return age * sq_expm1(sq_log1p(ratio) / law->arg[0]);
    return loglogistic_inverse(law, e + loglogistic_hazard(law, age)) - age;
}

static double loglogistic_spent(const sq_law *law, double from, double to)
{
    double growth = law->arg[0] * sq_log1p((to - from) / from);
    if (!(growth < 1))
        return loglogistic_hazard(law, to) - loglogistic_hazard(law, from);
    double odds = sq_pow(from / law->arg[1], law->arg[0]);
    return sq_log1p(sq_expm1(growth) / (1 + 1 / odds));
}

const sq_family_ops sq_loglogistic_ops = {loglogistic_hazard, loglogistic_inverse,
                                          loglogistic_remaining, loglogistic_spent};

/* ---- normal */

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
