/* The kernels for one argument: the width-1 instance of simd_kernel.h. Compiled with -mfma, because SLEEF's
 * header hides that family otherwise; explicit fma() is one instruction there and is exactly rounded, so
 * that the vector forms arrive at the same bits. Contraction by the compiler stays off. */
#define SQ_WIDTH 1
#include "math/kernel.h"
#include "math/simd_kernel.h"

double sq_exp(double x) { return v_exp(x); }
double sq_expm1(double x) { return v_expm1(x); }
double sq_log(double x) { return v_log(x); }
double sq_log1p(double x) { return v_log1p(x); }
double sq_pow(double x, double y) { return v_pow(x, y); }
double sq_normal_cdf(double x) { return v_normal_cdf(x); }
double sq_normal_ccdf(double x) { return v_normal_ccdf(x); }
double sq_normal_log_ccdf(double x) { return v_normal_log_ccdf(x); }
double sq_normal_quantile(double p) { return v_normal_quantile(p); }
double sq_normal_from_hazard(double e) { return v_normal_from_hazard(e); }
