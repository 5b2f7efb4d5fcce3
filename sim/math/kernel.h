/* Deterministic scalar kernels. Results must not change with the processor, so nothing on the way to
 * a result calls libm's transcendental functions: these wrap SLEEF's deterministic FMA family
 * ("finz"), whose scalar, AVX2 and AVX-512 forms agree bit for bit. sqrt, floor, fabs and fma are
 * exactly rounded by IEEE 754 and are used directly.
 *
 * SLEEF's header is included in kernel.c and in the vector files only; accuracies are SLEEF's
 * (1.0 ulp; 1.5 ulp for erfc). */
#ifndef SQ_MATH_KERNEL_H
#define SQ_MATH_KERNEL_H

double sq_exp(double x);
double sq_expm1(double x);
double sq_log(double x);
double sq_log1p(double x);
double sq_pow(double x, double y);
/* Standard normal: distribution function, its complement without cancellation, the logarithm of the
 * complement (finite down to x = +1e8 and up), and the quantile (0 -> -inf, 1 -> +inf, NaN outside). */
double sq_normal_cdf(double x);
double sq_normal_ccdf(double x);
double sq_normal_log_ccdf(double x);
double sq_normal_quantile(double p);
/* The x with log ccdf(x) = -e, for e > 0: the normal law's H^-1. */
double sq_normal_from_hazard(double e);

#endif
