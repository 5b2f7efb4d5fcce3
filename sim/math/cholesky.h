/* Small symmetric systems by Cholesky's factor. Our own, because the bits of a result must depend
 * on nothing but this program: additions, multiplications, divisions and square roots in a fixed
 * order. */
#ifndef SQ_MATH_CHOLESKY_H
#define SQ_MATH_CHOLESKY_H

/* Matrices are n x n, row by row, `stride` numbers from one row to the next; only the lower
 * triangle is read and written. Overwrites a by its factor l with l l' = a. A pivot must exceed
 * `least` (>= 0) times the diagonal it came from: of a covariance or information matrix that ratio
 * is 1 - R^2 of the variable on those before it. Returns n, or the first index whose pivot does not
 * (the rest is then not factorised). */
int sq_cholesky_factorise(double *a, int n, int stride, double least);

/* x := (l l')^-1 x. */
void sq_cholesky_solve(const double *l, int n, int stride, double *x);

/* The j-th number on the diagonal of (l l')^-1; scratch has n numbers. */
double sq_cholesky_inverse_diagonal(const double *l, int n, int stride, int j, double *scratch);

#endif
