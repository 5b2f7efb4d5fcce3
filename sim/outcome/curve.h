/* From counts per interval to curves with their standard errors. The grid has points t_0 = 0, t_1, …;
 * interval j is (t_(j-1), t_j] and interval 0 is time 0 alone. Formulas and sources: docs/methods.md,
 * "Estimators". */
#ifndef SQ_OUTCOME_CURVE_H
#define SQ_OUTCOME_CURVE_H

#include <stdbool.h>
#include <stdint.h>

/* Points 0, step, 2 step, … in days, each rounded to 2^-20 day as every time of a life is. */
typedef struct sq_grid {
    int n;
    double per_day; /* 1 / step */
    double *point;  /* [n + 1], the last one infinite */
} sq_grid;

/* False when memory is out. */
bool sq_grid_init(sq_grid *grid, double step, int n);
void sq_grid_free(sq_grid *grid);
/* The interval of a time >= 0: the first j with t <= t_j; n when t lies beyond the last point. The quotient may be
 * rounded to the wrong side of an integer: the points themselves decide. */
static inline int sq_grid_interval(const sq_grid *grid, double t)
{
    if (t <= 0)
        return 0;
    if (grid->n == 0 || t > grid->point[grid->n - 1])
        return grid->n;
    int j = (int)(t * grid->per_day);
    while (j > 0 && (j >= grid->n || grid->point[j - 1] >= t))
        j--;
    while (grid->point[j] < t)
        j++;
    return j;
}

/* The same of a finite time, and whether it is exactly the interval's end: twice the interval, and one more if so; -1
 * of a time that is no time since the origin, less than 0 or NaN. */
static inline int64_t sq_grid_place(const sq_grid *grid, double t)
{
    if (!(t >= 0))
        return -1;
    int j = sq_grid_interval(grid, t);
    return 2 * (int64_t)j + (grid->point[j] == t);
}

/* What happened to a risk set. A row has `stride` entries, of which the first n_points belong to the
 * grid. */
typedef struct sq_risk_set {
    int n_points, n_causes;
    int64_t at_origin;     /* patients at time 0, before anything happens */
    const int64_t *events; /* [n_causes][stride] */
    const int64_t *inside; /* [n_points] censored inside the interval, before its end */
    const int64_t *at_end; /* [n_points] censored exactly at its end, events at that instant first */
    int stride;
} sq_risk_set;

/* Arrays the caller owns; curves that do not exist beyond a point (nobody left under observation) are
 * NaN from there on. */
typedef struct sq_curve {
    int64_t *at_risk, *events, *censored; /* [n_points] */
    double *survival, *survival_se;       /* [n_points] */
    double *incidence, *incidence_se;     /* [n_causes][n_points] */
} sq_curve;

/* Memory of a curve in one piece; NULL when memory is out. Freed by sq_curve_free (NULL allowed). */
sq_curve *sq_curve_new(int n_points, int n_causes);
void sq_curve_free(sq_curve *curve);

/* Life-table survival (Cutler and Ederer, J Chronic Dis 1958;8:699: withdrawals count half) with
 * Greenwood's standard error (1926), cumulative incidence by the life-table form of Aalen and Johansen
 * (Scand J Stat 1978;5:141) with the standard error of Gaynor et al. (J Am Stat Assoc 1993;88:400). As
 * long as nobody has been censored these are plain shares of at_origin and their binomial errors, and are
 * computed as such. */
void sq_curve_estimate(const sq_risk_set *set, sq_curve *curve);

/* The time in days at which a survival curve falls to 1 - p, linear between grid points; NaN if it does
 * not within the grid. *interval, if not NULL, receives the interval it lies in (0 if at time 0). */
double sq_curve_quantile(const double *survival, const sq_grid *grid, double p, int *interval);

/* A curve's value at a time in days, linear between grid points; NaN outside the grid. */
double sq_curve_at(const double *curve, const sq_grid *grid, double time);

#endif
