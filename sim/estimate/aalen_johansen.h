/* Cumulative incidence when causes compete.
 *
 * Aalen OO, Johansen S. Scand J Stat 1978;5:141-150, for the patients of one state who can leave it
 * for several. Variance: the infinitesimal jackknife, that is the sum of squares of each patient's
 * influence on the estimate (Therneau T, Grambsch P. Modeling Survival Data, 2000, ch. 8, and the
 * survival package's vignette on multi-state models), which is what R's survfit gives for a status
 * that is a factor. With weights, weight x influence. */
#ifndef SQ_ESTIMATE_AALEN_JOHANSEN_H
#define SQ_ESTIMATE_AALEN_JOHANSEN_H

#include "estimate/probability.h"
#include "estimate/risk_table.h"

/* Sums over the rows so far; element 0 is before the first row. */
typedef struct sq_incidence_sums {
    double incidence;               /* F: sum of S(t-) d_k/n */
    double incidence_level;         /* sum of dF x level before the row */
    double incidence_share;         /* sum of dF/n */
    double survival_before_at_risk; /* S(t-)/n of the row itself */
} sq_incidence_sums;

/* One group. */
typedef struct sq_incidence {
    int group;
    sq_risk_table table; /* of any cause */
    int n_causes;
    const double *level;           /* [n_rows + 1] sum of Greenwood's terms */
    const sq_incidence_sums *sums; /* [n_causes][n_rows + 1] */
    const sq_sample *sample;
    const sq_risk_tables *tables;
} sq_incidence;

/* Fills *curves with the arena's [n_groups] sets of curves, one for each cause. O(n log n + n
 * causes). SQ_ERR_INPUT as sq_sample_check, SQ_ERR_MEMORY. Covariates and strata are not looked at.
 */
sq_status sq_aalen_johansen(const sq_sample *sample, sq_arena *arena, const sq_incidence **curves,
                            sq_error *err);

/* Cumulative incidence of a cause (1 .. n_causes) at time t; O(n) for its standard error. NaN
 * beyond the group's last time unless nobody was left without an event, and where t is no time >=
 * 0. */
sq_probability sq_incidence_at(const sq_incidence *curve, int cause, double t,
                               sq_interval interval);

#endif
