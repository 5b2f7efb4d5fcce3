/* Probabilities of counts are followed from none upwards in logarithms, with kernels of our own, so that a score does not
 * depend on the processor. */
#include "study/score.h"

#include "math/kernel.h"

#include <math.h>
#include <stdlib.h>

static const double SURE = 1e12; /* as many patients as a chance without an error is worth */

/* log P(K = 0). */
static double log_of_none(int n, double a, double b)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += sq_log((b + i) / (a + b + i));
    return sum;
}

sq_score sq_score_beta_binomial(int k, int n, double a, double b)
{
    double log = log_of_none(n, a, b), below = 0;
    for (int j = 0; j < k; j++) {
        below += sq_exp(log);
        log += sq_log((n - j) * (a + j) / ((j + 1) * (b + n - j - 1)));
    }
    return (sq_score){below + sq_exp(log) / 2, log};
}

sq_score sq_score_binomial(int k, int n, double p, double se)
{
    double worth = se > 0 ? p * (1 - p) / (se * se) - 1 : SURE;
    if (!(worth < SURE)) worth = SURE;
    if (worth < 1) worth = 1;
    return sq_score_beta_binomial(k, n, p * worth, (1 - p) * worth);
}

double sq_score_two_sided(double u) { return 2 * fmin(u, 1 - u); }

/* P(K = k) of a binomial count. */
static double chance_of(int k, int n, double p) { return sq_exp(sq_score_binomial(k, n, p, 0).log); }

void sq_binomial_band(int n, double p, double error, int *lower, int *upper)
{
    double below = 0, above = 0;
    *lower = 0;
    *upper = n;
    while (*lower < n && (below += chance_of(*lower, n, p)) <= error / 2) ++*lower;
    while (*upper > 0 && (above += chance_of(*upper, n, p)) <= error / 2) --*upper;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double sq_median_of(double *x, int n)
{
    if (n == 0) return NAN;
    qsort(x, (size_t)n, sizeof *x, by_size);
    return (x[(n - 1) / 2] + x[n / 2]) / 2;
}
