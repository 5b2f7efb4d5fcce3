/* Estimators on grouped times. A run keeps counts per interval and not the times, so the life table is
 * the estimator that fits the data; with the interval's censored counted half it is the classical actuarial
 * one. Those censored exactly at a grid point (the horizon, most often) were followed through the whole
 * interval and are counted apart, so that the end of follow-up on a grid point costs nothing.
 *
 * While nobody has been censored the products telescope to shares of the patients at the start. They are
 * then computed as shares: exact, and free of the rounding of a hundred multiplications. */
#include "outcome/curve.h"

#include <math.h>
#include <stdlib.h>

bool sq_grid_init(sq_grid *grid, double step, int n)
{
    *grid = (sq_grid){.n = n, .per_day = 1 / step};
    grid->point = calloc((size_t)n + 1, sizeof *grid->point);
    for (int j = 0; grid->point != NULL && j < n; j++)
        grid->point[j] = rint(j * step * 0x1p20) * 0x1p-20;
    if (grid->point != NULL)
        grid->point[n] = INFINITY;
    return grid->point != NULL;
}

void sq_grid_free(sq_grid *grid)
{
    free(grid->point);
    *grid = (sq_grid){0};
}

sq_curve *sq_curve_new(int n_points, int n_causes)
{
    sq_curve *curve = calloc(1, sizeof *curve);
    size_t n = (size_t)n_points, n_incidence = n * (size_t)n_causes;
    int64_t *counts = calloc(3 * n + 1, sizeof *counts);
    double *values = calloc(2 * n + 2 * n_incidence + 1, sizeof *values);
    if (curve == NULL || counts == NULL || values == NULL) {
        free(curve);
        free(counts);
        free(values);
        return NULL;
    }
    *curve = (sq_curve){.at_risk = counts,
                        .events = counts + n,
                        .censored = counts + 2 * n,
                        .survival = values,
                        .survival_se = values + n,
                        .incidence = values + 2 * n,
                        .incidence_se = values + 2 * n + n_incidence};
    return curve;
}

void sq_curve_free(sq_curve *curve)
{
    if (curve == NULL)
        return;
    free(curve->at_risk);
    free(curve->survival);
    free(curve);
}

/* At risk at the start of each interval, events of any cause and censored in it. Returns the number of
 * leading intervals in which, and before which, nobody was censored. */
static int count_up(const sq_risk_set *set, sq_curve *curve)
{
    int64_t left = set->at_origin;
    int complete = -1;
    for (int j = 0; j < set->n_points; j++) {
        int64_t events = 0;
        for (int k = 0; k < set->n_causes; k++)
            events += set->events[k * set->stride + j];
        curve->at_risk[j] = left;
        curve->events[j] = events;
        curve->censored[j] = set->inside[j] + set->at_end[j];
        if (complete < 0 && set->inside[j] > 0)
            complete = j;
        if (complete < 0 && set->at_end[j] > 0)
            complete = j + 1;
        left -= events + curve->censored[j];
    }
    return complete < 0 ? set->n_points : complete;
}

static double binomial_se(double share, int64_t n)
{
    return sqrt(fmax(0, share * (1 - share)) / (double)n);
}

/* Numbers exposed in interval j: those censored inside it count half. */
static double exposed(const sq_risk_set *set, const sq_curve *curve, int j)
{
    return (double)curve->at_risk[j] - 0.5 * (double)set->inside[j];
}

/* Whether the curve is known at j: nobody at risk before it fell to zero means nothing is seen. */
static bool is_seen(const sq_curve *curve, int j)
{
    return curve->at_risk[j] > 0 || (j > 0 && curve->survival[j - 1] == 0);
}

static void estimate_survival(const sq_risk_set *set, sq_curve *curve, int complete)
{
    double greenwood = 0;
    for (int j = 0; j < set->n_points; j++) {
        double n = exposed(set, curve, j), d = (double)curve->events[j];
        if (!is_seen(curve, j)) {
            curve->survival[j] = curve->survival_se[j] = NAN;
            continue;
        }
        if (d < n)
            greenwood += d / (n * (n - d));
        if (j < complete) {
            double s = (double)(curve->at_risk[j] - curve->events[j]) / (double)set->at_origin;
            curve->survival[j] = s;
            curve->survival_se[j] = binomial_se(s, set->at_origin);
            continue;
        }
        double before = j > 0 ? curve->survival[j - 1] : 1;
        double s = d > 0 ? before * ((n - d) / n) : before;
        curve->survival[j] = s;
        curve->survival_se[j] = s * sqrt(greenwood);
    }
}

/* Running sums of the variance of a cumulative incidence F(t), with the square of F(t) - F(t_j) written
 * out so that one pass serves all t. */
typedef struct incidence_sums {
    double g, fg, ffg; /* g_j = d_j / (n_j (n_j - d_j)) */
    double own;        /* S(t_(j-1))^2 d_kj (n_j - d_kj) / n_j^3 */
    double c, fc;      /* c_j = S(t_(j-1)) d_kj / n_j^2 */
} incidence_sums;

static void add_interval(incidence_sums *sums, double n, double d, double d_k, double before,
                         double f)
{
    double g = d < n ? d / (n * (n - d)) : 0; /* d = n: the curve is flat from here on */
    double c = before * d_k / (n * n);
    sums->g += g;
    sums->fg += f * g;
    sums->ffg += f * f * g;
    sums->own += before * before * d_k * (n - d_k) / (n * n * n);
    sums->c += c;
    sums->fc += f * c;
}

static double incidence_variance(const incidence_sums *sums, double f)
{
    double v = f * f * sums->g - 2 * f * sums->fg + sums->ffg + sums->own -
               2 * (f * sums->c - sums->fc);
    return fmax(0, v);
}

static void estimate_incidence(const sq_risk_set *set, sq_curve *curve, int complete, int cause)
{
    const int64_t *events = set->events + cause * set->stride;
    double *incidence = curve->incidence + cause * set->n_points;
    double *se = curve->incidence_se + cause * set->n_points;
    incidence_sums sums = {0};
    int64_t so_far = 0;
    double f = 0;
    for (int j = 0; j < set->n_points; j++) {
        if (isnan(curve->survival[j])) {
            incidence[j] = se[j] = NAN;
            continue;
        }
        double n = exposed(set, curve, j), d_k = (double)events[j];
        double before = j > 0 ? curve->survival[j - 1] : 1;
        so_far += events[j];
        if (j < complete)
            f = (double)so_far / (double)set->at_origin;
        else if (d_k > 0)
            f += before * (d_k / n);
        if (n > 0)
            add_interval(&sums, n, (double)curve->events[j], d_k, before, f);
        incidence[j] = f;
        se[j] = j < complete ? binomial_se(f, set->at_origin) : sqrt(incidence_variance(&sums, f));
    }
}

void sq_curve_estimate(const sq_risk_set *set, sq_curve *curve)
{
    int complete = count_up(set, curve);
    estimate_survival(set, curve, complete);
    for (int cause = 0; cause < set->n_causes; cause++)
        estimate_incidence(set, curve, complete, cause);
}

double sq_curve_quantile(const double *survival, const sq_grid *grid, double p, int *interval)
{
    /* A flat stretch at exactly 1 - p is met at its beginning, whatever the last bit of 1 - p. */
    double level = 1 - p, reached = level + 1e-12;
    int j = 0;
    while (j < grid->n && survival[j] > reached)
        j++;
    if (j == grid->n || isnan(survival[j]))
        return NAN;
    if (interval != NULL)
        *interval = j;
    if (j == 0)
        return 0;
    double from = grid->point[j - 1], to = grid->point[j];
    double share = (survival[j - 1] - level) / (survival[j - 1] - survival[j]);
    return from + (to - from) * fmin(1, share);
}

double sq_curve_at(const double *curve, const sq_grid *grid, double time)
{
    int j = sq_grid_interval(grid, time);
    if (j == grid->n || !(time >= 0))
        return NAN;
    double to = grid->point[j];
    if (time == to)
        return curve[j];
    double from = grid->point[j - 1];
    double share = (time - from) / (to - from);
    return curve[j - 1] + (curve[j] - curve[j - 1]) * share;
}
