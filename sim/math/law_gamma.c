/* Gamma and generalised gamma laws: log x, the quantity that both put into the incomplete gamma
 * function, is a straight line in log t. */
#include "math/gamma.h"
#include "math/kernel.h"
#include "math/law_base.h"

#include <math.h>

/* ---- gamma: H = -log Q(shape, rate t) */

/* log(u v / w), with what the rounding of product and quotient lost: a large shape magnifies it. */
static double log_ratio(double u, double v, double w)
{
    double product = u * v, lost = fma(u, v, -product);
    double ratio = product / w, left = fma(-ratio, w, product);
    return sq_log(ratio) + (lost + left) / product;
}

static double gamma_hazard(const sq_law *law, double t)
{
    if (!(t * law->arg[1] > 0))
        return 0;
    if (isinf(t * law->arg[1]))
        return INFINITY;
    return sq_gamma_hazard(law->arg[0], log_ratio(law->arg[1], t, law->arg[0]), SQ_GAMMA_UPPER);
}

static double gamma_inverse(const sq_law *law, double e)
{
    double y = sq_gamma_from_hazard(law->arg[0], e, SQ_GAMMA_UPPER);
    return law->arg[0] / law->arg[1] * sq_exp(y);
}

static double gamma_remaining(const sq_law *law, double age, double e)
{
    return gamma_inverse(law, e + gamma_hazard(law, age)) - age;
}

static double gamma_spent(const sq_law *law, double from, double to)
{
    return gamma_hazard(law, to) - gamma_hazard(law, from);
}

const sq_family_ops sq_gamma_ops = {gamma_hazard, gamma_inverse, gamma_remaining, gamma_spent};

/* ---- generalised gamma (Prentice RL. Biometrika 1974;61:539-544) */

static const double SMALLEST_Q = 1e-100; /* below it the law is log-normal to the last digit */

static double generalised_hazard(const sq_law *law, double t)
{
    if (!(t > 0))
        return 0;
    if (isinf(t))
        return INFINITY;
    double q = law->arg[2], w = sq_log(t / law->arg[0]) / law->arg[1];
    if (fabs(q) < SMALLEST_Q)
        return -sq_normal_log_ccdf(w);
    return sq_gamma_hazard(1 / (q * q), q * w, q > 0 ? SQ_GAMMA_UPPER : SQ_GAMMA_LOWER);
}

static double generalised_inverse(const sq_law *law, double e)
{
    double q = law->arg[2], w;
    if (fabs(q) < SMALLEST_Q)
        w = sq_normal_from_hazard(e);
    else
        w = sq_gamma_from_hazard(1 / (q * q), e, q > 0 ? SQ_GAMMA_UPPER : SQ_GAMMA_LOWER) / q;
    return law->arg[0] * sq_exp(law->arg[1] * w);
}

static double generalised_remaining(const sq_law *law, double age, double e)
{
    return generalised_inverse(law, e + generalised_hazard(law, age)) - age;
}

static double generalised_spent(const sq_law *law, double from, double to)
{
    return generalised_hazard(law, to) - generalised_hazard(law, from);
}

const sq_family_ops sq_generalised_gamma_ops = {generalised_hazard, generalised_inverse,
                                                generalised_remaining, generalised_spent};
