/* Survival and cumulative hazard of one or several groups.
 *
 * Survival: Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. Its variance: Greenwood M. The
 * natural duration of cancer, 1926. Cumulative hazard and its variance: Nelson W. Technometrics
 * 1972;14:945-966; Aalen O. Ann Stat 1978;6:701-726. With weights both variances are the
 * infinitesimal jackknife's (Jaeckel LA. Memorandum 72-1215-11, Bell Laboratories, 1972): the sum
 * of squares of weight times influence, which is what R's survfit gives for weights that are not
 * whole numbers; without weights that is Greenwood's. With late entry a patient is at risk from
 * entry on (Tsai WY, Jewell NP, Wang MC. Biometrika 1987;74:883-886). */
#ifndef SQ_ESTIMATE_KAPLAN_MEIER_H
#define SQ_ESTIMATE_KAPLAN_MEIER_H

#include "estimate/probability.h"
#include "estimate/risk_table.h"

/* A time at which follow-up of somebody ends. */
typedef struct sq_km_row {
    double survival, survival_se; /* just after the time; se NaN where survival is 0 */
    double hazard, hazard_se;     /* cumulative */
} sq_km_row;

/* One group. Times and numbers of row r are table.row[r]'s. */
typedef struct sq_km {
    int group;
    sq_risk_table table;
    const sq_km_row *row; /* [table.n_rows] */
    /* Late entry can leave so few at risk that all of them have the event while others are still to
     * come: survival is 0 from this time on, whatever comes. NaN if that did not happen. (Begin at
     * a landmark, then.) */
    double emptied;
    const sq_sample *sample;
    const sq_risk_tables *tables;
    int cause;
    double *scratch; /* [2][table.n_rows + 1] if there are weights, for sq_km_mean */
} sq_km;

/* Fills *curves with the arena's [n_groups] curves for time to an event of the cause (or
 * SQ_ANY_CAUSE). O(n log n). SQ_ERR_INPUT as sq_sample_check, SQ_ERR_MEMORY. Covariates and strata
 * are not looked at. */
sq_status sq_kaplan_meier(const sq_sample *sample, int cause, sq_arena *arena, const sq_km **curves,
                          sq_error *err);

/* Survival at time t. NaN beyond the group's last time unless survival has reached 0, and where t
 * is no time >= 0. */
sq_probability sq_km_at(const sq_km *km, double t, sq_interval interval);

/* Cumulative hazard (Nelson and Aalen) at time t, with its se; NaN as above. */
typedef struct sq_estimate {
    double value, se;
} sq_estimate;
sq_estimate sq_km_hazard_at(const sq_km *km, double t);

/* Patients under observation just before t: entry < t <= time. */
int sq_km_at_risk(const sq_km *km, double t);

/* The time by which the share p in (0, 1) has had the event, with Brookmeyer and Crowley's interval
 * (Biometrics 1982;38:29-41): the times at which survival, and the bounds of its interval, first
 * fall below 1 - p. A stretch at 1 - p (to 1.5e-8, as survfit takes it) counts by its middle, and
 * by its beginning if the curve does not leave it. NaN where a curve does not fall so far. The
 * median is p = .5. */
typedef struct sq_quantile {
    double value, low, high;
} sq_quantile;
sq_quantile sq_km_quantile(const sq_km *km, double p, sq_interval interval);

/* Mean time without the event up to tau (Irwin JO. J Hyg 1949;47:188-189): the area under the curve
 * from 0 to tau > 0, with its se (as variance: sum of A(t)^2 d/(n(n-d)), A(t) the area from t on;
 * with weights the infinitesimal jackknife's). If follow-up ends before tau the curve is continued
 * as it ends, as survfit does; is_extended says so. NaN for a group that nobody is in. */
typedef struct sq_restricted_mean {
    double value, se;
    bool is_extended;
} sq_restricted_mean;
sq_restricted_mean sq_km_mean(const sq_km *km, double tau);

#endif
