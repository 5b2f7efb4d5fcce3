/* Cholesky and Banachiewicz's factorisation row by row, in place, and the two triangular solutions.
 */
#include "math/cholesky.h"

#include <math.h>

int sq_cholesky_factorise(double *a, int n, int stride, double least)
{
    for (int i = 0; i < n; i++) {
        double *row = a + i * stride, diagonal = row[i];
        for (int j = 0; j <= i; j++) {
            const double *other = a + j * stride;
            double sum = row[j];
            for (int k = 0; k < j; k++) sum -= row[k] * other[k];
            if (i == j && !(sum > least * diagonal)) return i;
            row[j] = i == j ? sqrt(sum) : sum / other[j];
        }
    }
    return n;
}

static void solve_forward(const double *l, int n, int stride, int from, double *x)
{
    for (int i = from; i < n; i++) {
        for (int k = from; k < i; k++) x[i] -= l[i * stride + k] * x[k];
        x[i] /= l[i * stride + i];
    }
}

void sq_cholesky_solve(const double *l, int n, int stride, double *x)
{
    solve_forward(l, n, stride, 0, x);
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++) x[i] -= l[k * stride + i] * x[k];
        x[i] /= l[i * stride + i];
    }
}

/* (l l')^-1 = l'^-1 l^-1: the squared length of column j of l^-1, which is zero above row j. */
double sq_cholesky_inverse_diagonal(const double *l, int n, int stride, int j, double *scratch)
{
    double sum = 0;
    for (int i = j; i < n; i++) scratch[i] = i == j;
    solve_forward(l, n, stride, j, scratch);
    for (int i = j; i < n; i++) sum += scratch[i] * scratch[i];
    return sum;
}
