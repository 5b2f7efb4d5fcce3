/* Jacobi's rotations: each makes one element off the diagonal zero and the sum of squares of all of them smaller, and a
 * few sweeps over the matrix leave nothing. Slow for large matrices, and for small ones as exact as any. */
#include "math/eigen.h"

#include <math.h>
#include <string.h>

enum { MOST_SWEEPS = 60 };

static double off_diagonal(const double *a, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) sum += a[i * n + j] * a[i * n + j];
    return sum;
}

/* Turns rows p and q by the angle whose cosine and sine are given. */
static void turn_rows(double *a, int n, int p, int q, double c, double s)
{
    for (int k = 0; k < n; k++) {
        double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
}

static void turn_columns(double *a, int n, int p, int q, double c, double s)
{
    for (int k = 0; k < n; k++) {
        double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
}

static void rotate(double *a, int n, int p, int q, double *vector)
{
    double element = a[p * n + q];
    if (element == 0) return;
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * element);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    turn_rows(a, n, p, q, c, s);
    turn_columns(a, n, p, q, c, s);
    a[p * n + q] = a[q * n + p] = 0;
    turn_rows(vector, n, p, q, c, s);
}

static void exchange(double *value, double *vector, int n, int i, int j)
{
    double held = value[i];
    value[i] = value[j];
    value[j] = held;
    for (int k = 0; k < n; k++) {
        held = vector[i * n + k];
        vector[i * n + k] = vector[j * n + k];
        vector[j * n + k] = held;
    }
}

static void sort_pairs(double *value, double *vector, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (value[j] > value[i]) exchange(value, vector, n, i, j);
}

static void point_forward(double *vector, int n)
{
    int largest = 0;
    for (int k = 1; k < n; k++)
        if (fabs(vector[k]) > fabs(vector[largest])) largest = k;
    double sign = vector[largest] < 0 ? -1 : 1;
    for (int k = 0; k < n; k++) vector[k] *= sign;
}

void sq_eigen_symmetric(double *a, int n, double *value, double *vector)
{
    memset(vector, 0, sizeof *vector * (size_t)n * (size_t)n);
    for (int i = 0; i < n; i++) vector[i * n + i] = 1;
    for (int sweep = 0; sweep < MOST_SWEEPS && off_diagonal(a, n) > 0; sweep++)
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++) rotate(a, n, p, q, vector);
    for (int i = 0; i < n; i++) value[i] = a[i * n + i];
    sort_pairs(value, vector, n);
    for (int i = 0; i < n; i++) point_forward(vector + i * n, n);
}
