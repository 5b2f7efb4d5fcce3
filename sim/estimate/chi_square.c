/* With whole degrees of freedom the tail is a finite sum of positive terms (Abramowitz M, Stegun
 * IA. Handbook of Mathematical Functions, 26.4.4 and 26.4.5), so there is nothing to converge and
 * no cancellation. */
#include "estimate/chi_square.h"

#include <math.h>

#include "math/kernel.h"

static const double ROOT_2_OVER_PI = 0.79788456080286535588;

static double tail(double x, int df)
{
    double root = sqrt(x), kernel = sq_exp(-x / 2);
    double term = df % 2 ? ROOT_2_OVER_PI * root * kernel : kernel;
    double sum = df % 2 ? 2 * sq_normal_ccdf(root) : 0;
    for (int k = df % 2 ? 3 : 2; k <= df; k += 2) {
        sum += term;
        term *= x / k;
    }
    return sum < 1 ? sum : 1;
}

sq_chi_square sq_chi_square_make(double statistic, int df)
{
    return (sq_chi_square){statistic, df, df > 0 ? tail(fmax(0, statistic), df) : NAN};
}
