/* Integrals of smooth functions with rough ends. */
#ifndef SQ_MATH_QUADRATURE_H
#define SQ_MATH_QUADRATURE_H

typedef double (*sq_integrand)(const void *context, double x);

/* The integral of f from a to b (a <= b), f of size 1: the pair of Gauss's rule with 7 points and Kronrod's with
 * 15 (Piessens R et al. QUADPACK. Springer 1983) on halves of halves, until the two rules agree to `tolerance`
 * in proportion to the part's width, at most 40 times halved. Arithmetic alone, so the same bits everywhere. */
double sq_integrate(sq_integrand f, const void *context, double a, double b, double tolerance);

#endif
