/* Eigenvalues and eigenvectors of a small symmetric matrix. Our own, because the bits of a result must depend on nothing
 * but this program: additions, multiplications, divisions and square roots in a fixed order. */
#ifndef SQ_MATH_EIGEN_H
#define SQ_MATH_EIGEN_H

/* Jacobi's method (Jacobi CGJ. J reine angew Math 1846;30:51-94; cyclic, in the form of Rutishauser H. Numer Math
 * 1966;9:1-10). a: n x n, row by row, symmetric; it is overwritten. value[n] receives the eigenvalues, largest first;
 * row i of vector[n * n] the eigenvector of value[i], of length 1 and with its largest component positive. */
void sq_eigen_symmetric(double *a, int n, double *value, double *vector);

#endif
