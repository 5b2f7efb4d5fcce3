/* Deterministic kernels for a vector of arguments; kernel.h says what each computes. A lane's bits are those
 * of the same argument at any width.
 *
 * The normal quantile is Wichura's AS 241 (PPND16), whose three rational approximations need only a
 * square root and, in the tails, a logarithm. In the tails it works on r = sqrt(-log p), so a clock's
 * accumulated hazard can be handed to it directly: no exp followed by a log. Its error is a few units
 * in the last place of the quantile, which leaves nothing for a refinement step to gain. */
#ifndef SQ_MATH_SIMD_KERNEL_H
#define SQ_MATH_SIMD_KERNEL_H

#include "math/simd.h"

static inline v_d v_exp(v_d x) { return V_SLEEF(exp, u10)(x); }
static inline v_d v_expm1(v_d x) { return V_SLEEF(expm1, u10)(x); }
static inline v_d v_log(v_d x) { return V_SLEEF(log, u10)(x); }
static inline v_d v_pow(v_d x, v_d y) { return V_SLEEF(pow, u10)(x, y); }

/* SLEEF's log1p overflows early: it answers +inf above 1e307. There 1 + x equals x. */
static inline v_d v_log1p(v_d x)
{
    v_m large = v_gt(x, v_set(1e300));
    v_d r = V_SLEEF(log1p, u10)(x);
    if (v_any(large))
        r = v_if(large, v_log(x), r);
    return r;
}

/* 1/sqrt(2) to twice the precision of a double. */
#define V_ROOT_HALF_HIGH 0x1.6a09e667f3bcdp-1
#define V_ROOT_HALF_LOW -0x1.bdd3413b26456p-55
#define V_FOUR_OVER_PI 1.2732395447351626862
#define V_HALF_LOG_TWO_PI 0.91893853320467274178
#define V_LOG_TWO 0.69314718055994530942

/* ccdf(x) = erfc(x / sqrt 2) / 2. Rounding the argument would cost a relative 2 y^2 of an ulp in the
 * tail; what the rounding dropped is put back to first order. -d log erfc(y)/dy lies within a few per
 * cent of y + sqrt(y^2 + 4/pi), which is ample for a correction of 1e-13. */
static inline v_d v_normal_ccdf(v_d x)
{
    v_d y = x * V_ROOT_HALF_HIGH, tail = V_SLEEF(erfc, u15)(y);
    v_m correct = v_and(v_gt(y, v_set(1)), v_lt(y, v_set(27)));
    if (v_none(correct))
        return .5 * tail;
    v_d dropped = v_fma(x, v_set(V_ROOT_HALF_HIGH), -y) + x * V_ROOT_HALF_LOW;
    v_d slope = y + v_sqrt(v_fma(y, y, v_set(V_FOUR_OVER_PI)));
    return .5 * v_if(correct, v_fma(-dropped * slope, tail, tail), tail);
}

static inline v_d v_normal_cdf(v_d x) { return v_normal_ccdf(-x); }

/* c[n-1] z^(n-1) + ... + c[0] by Horner's rule. */
static inline v_d v_polynomial(v_d z, int n, const double *c)
{
    v_d sum = v_set(c[n - 1]);
    for (int i = n - 2; i >= 0; i--)
        sum = v_fma(z, sum, v_set(c[i]));
    return sum;
}

/* log(1 - 1/x^2 + 3/x^4 - ...), the asymptotic series of ccdf(x) x sqrt(2 pi) exp(x^2/2)
 * (Abramowitz & Stegun 26.2.12). From x = 20 on the first term left out is below 2e-16. */
static inline __attribute__((cold)) v_d v_log_mills_series(v_d x)
{
    static const double TERMS[] = {-1, 3, -15, 105, -945, 10395, -135135, 2027025};
    v_d z = 1 / (x * x);
    return v_log1p(z * v_polynomial(z, sizeof TERMS / sizeof TERMS[0], TERMS));
}

static inline v_d v_normal_log_ccdf(v_d x)
{
    v_m below = v_lt(x, v_set(0)), far = v_ge(x, v_set(20)), middle = v_not(v_or(below, far));
    v_d tail = v_set(0), r = x;
    if (!v_all(far))
        tail = v_normal_ccdf(v_if(below, -x, x));
    if (v_any(below))
        r = v_log1p(-tail);
    if (v_any(middle))
        r = v_if(middle, v_log(tail), r);
    if (v_any(far))
        r = v_if(far, v_log_mills_series(x) - v_log(x) - V_HALF_LOG_TWO_PI - .5 * (x * x), r);
    return r;
}

/* AS 241: Wichura MJ. Algorithm AS 241: the percentage points of the normal distribution.
 * Applied Statistics 1988;37:477-484. Coefficients of PPND16, lowest power first. */
enum { V_PPND_TERMS = 8 };
typedef struct v_rational {
    double above[V_PPND_TERMS], below[V_PPND_TERMS];
} v_rational;

static const v_rational V_PPND_MIDDLE = {
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
     1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
     3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
     2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
     5.2264952788528545610e+3}};
static const v_rational V_PPND_TAIL = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9}};
static const v_rational V_PPND_FAR_TAIL = {
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15}};

static inline v_d v_ratio_at(const v_rational *f, v_d r)
{
    return v_polynomial(r, V_PPND_TERMS, f->above) / v_polynomial(r, V_PPND_TERMS, f->below);
}

/* The quantile of .5 + q, |q| <= .425. */
static inline v_d v_quantile_middle(v_d q)
{
    return q * v_ratio_at(&V_PPND_MIDDLE, v_fma(-q, q, v_set(.180625)));
}

/* Beyond the range of AS 241 (tail below 1e-300): Newton on the logarithm of the tail, whose slope is
 * -(x + 1/x - 2/x^3 + ...); it is so nearly a parabola that three steps reach rounding. */
static inline __attribute__((cold)) v_d v_quantile_extreme(v_d e)
{
    v_d x = v_sqrt(2 * e);
    for (int i = 0; i < 3; i++) {
        v_d z = 1 / (x * x);
        v_d slope = x * v_fma(z, v_fma(z, v_fma(z, v_set(10), v_set(-2)), v_set(1)), v_set(1));
        x -= (-v_normal_log_ccdf(x) - e) / slope;
    }
    return x;
}

/* The x > 0 whose upper tail is exp(-e), for e >= -log .075. */
static inline v_d v_quantile_tail(v_d e)
{
    v_d root = v_sqrt(e);
    v_m far = v_gt(root, v_set(5)), extreme = v_gt(e, v_set(690));
    v_d r = root;
    if (!v_all(far))
        r = v_ratio_at(&V_PPND_TAIL, root - 1.6);
    if (v_any(far))
        r = v_if(far, v_ratio_at(&V_PPND_FAR_TAIL, root - 5), r);
    if (v_any(extreme)) {
        r = v_if(extreme, v_quantile_extreme(e), r);
        r = v_if(v_ge(e, v_set(1e300)), sqrt(2) * root, r);
    }
    return r;
}

static inline v_d v_normal_quantile(v_d p)
{
    v_m inside = v_and(v_ge(p, v_set(0)), v_le(p, v_set(1)));
    v_d q = p - .5, r = v_set(NAN);
    v_m middle = v_le(v_abs(q), v_set(.425)), tail = v_and_not(inside, middle);
    if (v_any(middle))
        r = v_if(middle, v_quantile_middle(q), r);
    if (v_none(tail))
        return r;
    v_m lower = v_and(tail, v_lt(q, v_set(0))), upper = v_and_not(tail, lower);
    v_d e = p;
    if (v_any(lower))
        e = -v_log(p);
    if (v_any(upper))
        e = v_if(upper, -v_log1p(-p), e);
    v_d x = v_quantile_tail(e);
    return v_if(tail, v_if(lower, -x, x), r);
}

/* For a small hazard the lower tail is 1 - exp(-e); its logarithm is taken by AS 241's tail form. In
 * the middle the distance from one half is taken from whichever of the two is the smaller. */
static inline v_d v_normal_from_hazard(v_d e)
{
    v_m upper = v_ge(e, v_set(2.5902671654458266));
    if (v_all(upper))
        return v_quantile_tail(e);
    v_d lower = -v_expm1(-e);
    v_m small = v_and_not(v_lt(lower, v_set(.075)), upper), tail = v_or(small, upper);
    v_d r = e;
    if (!v_all(tail)) {
        v_m late = v_and_not(v_ge(e, v_set(V_LOG_TWO)), tail);
        v_d q = lower - .5;
        if (v_any(late))
            q = v_if(late, .5 - v_exp(-e), q);
        r = v_quantile_middle(q);
    }
    if (v_any(tail)) {
        v_d hazard = e;
        if (v_any(small))
            hazard = v_if(small, -v_log(lower), e);
        v_d x = v_quantile_tail(hazard);
        r = v_if(tail, v_if(small, -x, x), r);
    }
    v_m inside = v_ge(e, v_set(0));
    return v_all(inside) ? r : v_if(inside, r, v_set(NAN));
}

#endif
