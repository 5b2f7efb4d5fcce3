/* Least squares in a few unknowns. Our own, because the bits of what it finds must depend on nothing but
 * this program: no linear algebra library that may be exchanged, no transcendental function. */
#ifndef SQ_MATH_LEAST_SQUARES_H
#define SQ_MATH_LEAST_SQUARES_H

#include <stdbool.h>

enum { SQ_UNKNOWNS = 5, SQ_RESIDUALS = 64 }; /* at most */

/* Fills residual[n_residuals] at x; false where the function has no value there. */
typedef bool (*sq_residual_function)(const void *context, const double *x, double *residual);

typedef struct sq_least_squares {
    int n_unknowns, n_residuals;
    sq_residual_function function;
    const void *context;
} sq_least_squares;

/* Moves x[n_unknowns] to a minimum of the sum of squared residuals by Levenberg's and Marquardt's method
 * (Marquardt DW. J Soc Indust Appl Math 1963;11:431-441) with central differences of step 6e-6; the unknowns
 * should be of size 1. At most 300 steps; where there are as many
 * residuals as unknowns, so that all can be 0, a walk that has all but stopped above that is given up. Returns the sum at x, NaN if the function has no value at the start. */
double sq_least_squares_solve(const sq_least_squares *problem, double *x);

#endif
