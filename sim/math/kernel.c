/* Deterministic scalar kernels on SLEEF's FMA family. This file alone is compiled with -mfma (the
 * header hides that family otherwise) and alone includes sleef.h among the scalar files. Explicit
 * fma() is one instruction here and is exactly rounded, so that a vector form can repeat every
 * operation and arrive at the same bits; contraction by the compiler stays off.
 *
 * The normal quantile is Wichura's AS 241 (PPND16), whose three rational approximations need only a
 * square root and, in the tails, a logarithm. In the tails it works on r = sqrt(-log p), so a clock's
 * accumulated hazard can be handed to it directly: no exp followed by a log. Its error is a few units
 * in the last place of the quantile, which leaves nothing for a refinement step to gain. */
#include "math/kernel.h"

#include <math.h>

#ifndef __FMA__
#error "kernel.c must be compiled with -mfma"
#endif
/* What sleef.h asks before it declares the FMA family; GCC says so by itself, Clang does not. */
#ifndef FP_FAST_FMA
#define FP_FAST_FMA 1
#endif
#include <sleef.h>

double sq_exp(double x)
{
    return Sleef_finz_expd1_u10purecfma(x);
}

double sq_expm1(double x)
{
    return Sleef_finz_expm1d1_u10purecfma(x);
}

double sq_log(double x)
{
    return Sleef_finz_logd1_u10purecfma(x);
}

/* SLEEF's log1p overflows early: it answers +inf above 1e307. There 1 + x equals x. */
double sq_log1p(double x)
{
    return x > 1e300 ? sq_log(x) : Sleef_finz_log1pd1_u10purecfma(x);
}

double sq_pow(double x, double y)
{
    return Sleef_finz_powd1_u10purecfma(x, y);
}

/* 1/sqrt(2) to twice the precision of a double. */
static const double ROOT_HALF_HIGH = 0x1.6a09e667f3bcdp-1;
static const double ROOT_HALF_LOW = -0x1.bdd3413b26456p-55;
static const double FOUR_OVER_PI = 1.2732395447351626862;
static const double HALF_LOG_TWO_PI = 0.91893853320467274178;
static const double LOG_TWO = 0.69314718055994530942;

/* ccdf(x) = erfc(x / sqrt 2) / 2. Rounding the argument would cost a relative 2 y^2 of an ulp in the
 * tail; what the rounding dropped is put back to first order. -d log erfc(y)/dy lies within a few per
 * cent of y + sqrt(y^2 + 4/pi), which is ample for a correction of 1e-13. */
double sq_normal_ccdf(double x)
{
    double y = x * ROOT_HALF_HIGH;
    double tail = Sleef_finz_erfcd1_u15purecfma(y);
    if (!(y > 1) || !(y < 27))
        return .5 * tail;
    double dropped = fma(x, ROOT_HALF_HIGH, -y) + x * ROOT_HALF_LOW;
    double slope = y + sqrt(fma(y, y, FOUR_OVER_PI));
    return .5 * fma(-dropped * slope, tail, tail);
}

double sq_normal_cdf(double x)
{
    return sq_normal_ccdf(-x);
}

/* log(1 - 1/x^2 + 3/x^4 - ...), the asymptotic series of ccdf(x) x sqrt(2 pi) exp(x^2/2)
 * (Abramowitz & Stegun 26.2.12). From x = 20 on the first term left out is below 2e-16. */
static double log_mills_series(double x)
{
    double z = 1 / (x * x);
    double s = fma(z, fma(z, fma(z, 2027025, -135135), 10395), -945);
    s = fma(z, fma(z, fma(z, fma(z, s, 105), -15), 3), -1);
    return sq_log1p(z * s);
}

double sq_normal_log_ccdf(double x)
{
    if (x < 0)
        return sq_log1p(-sq_normal_cdf(x));
    if (!(x >= 20))
        return sq_log(sq_normal_ccdf(x));
    return log_mills_series(x) - sq_log(x) - HALF_LOG_TWO_PI - .5 * (x * x);
}

/* AS 241: Wichura MJ. Algorithm AS 241: the percentage points of the normal distribution.
 * Applied Statistics 1988;37:477-484. Coefficients of PPND16, lowest power first. */
enum { PPND_TERMS = 8 };
typedef struct rational {
    double above[PPND_TERMS], below[PPND_TERMS];
} rational;

static const rational PPND_MIDDLE = {
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
     1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
     3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
     2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
     5.2264952788528545610e+3}};
static const rational PPND_TAIL = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9}};
static const rational PPND_FAR_TAIL = {
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15}};

static double ratio_at(const rational *f, double r)
{
    double above = f->above[PPND_TERMS - 1], below = f->below[PPND_TERMS - 1];
    for (int i = PPND_TERMS - 2; i >= 0; i--) {
        above = fma(above, r, f->above[i]);
        below = fma(below, r, f->below[i]);
    }
    return above / below;
}

/* The quantile of .5 + q, |q| <= .425. */
static double quantile_middle(double q)
{
    return q * ratio_at(&PPND_MIDDLE, fma(-q, q, .180625));
}

/* Beyond the range of AS 241 (tail below 1e-300): Newton on the logarithm of the tail, whose slope is
 * -(x + 1/x - 2/x^3 + ...); it is so nearly a parabola that three steps reach rounding. */
static double quantile_extreme(double e)
{
    double x = sqrt(2 * e);
    for (int i = 0; i < 3; i++) {
        double z = 1 / (x * x);
        double slope = x * fma(z, fma(z, fma(z, 10, -2), 1), 1);
        x -= (-sq_normal_log_ccdf(x) - e) / slope;
    }
    return x;
}

/* The x > 0 whose upper tail is exp(-e), for e >= -log .075. */
static double quantile_tail(double e)
{
    if (e > 690)
        return e < 1e300 ? quantile_extreme(e) : sqrt(2) * sqrt(e);
    double r = sqrt(e);
    return r <= 5 ? ratio_at(&PPND_TAIL, r - 1.6) : ratio_at(&PPND_FAR_TAIL, r - 5);
}

double sq_normal_quantile(double p)
{
    if (!(p >= 0 && p <= 1))
        return NAN;
    double q = p - .5;
    if (fabs(q) <= .425)
        return quantile_middle(q);
    if (q < 0)
        return p > 0 ? -quantile_tail(-sq_log(p)) : -INFINITY;
    return p < 1 ? quantile_tail(-sq_log1p(-p)) : INFINITY;
}

/* For a small hazard the lower tail is 1 - exp(-e); its logarithm is taken by AS 241's tail form. In
 * the middle the distance from one half is taken from whichever of the two is the smaller. */
double sq_normal_from_hazard(double e)
{
    if (!(e > 0))
        return e == 0 ? -INFINITY : NAN;
    if (e >= 2.5902671654458266)
        return quantile_tail(e);
    double lower = -sq_expm1(-e);
    if (lower < .075)
        return -quantile_tail(-sq_log(lower));
    return quantile_middle(e < LOG_TWO ? lower - .5 : .5 - sq_exp(-e));
}
