/* What emulated cohorts gave in one scenario and draw: for each estimate the figure of all eligible patients
 * pooled, and that of every cohort. Made by study/emulation, written to the result by finish_emulations.c, and held against
 * published figures by finish_targets.c. In internal units: medians and restricted means in days. */
#ifndef SQ_OUTCOME_EMULATED_H
#define SQ_OUTCOME_EMULATED_H

#include "base/arena.h"
#include "base/error.h"
#include "model/model.h"

#include <stdint.h>

/* How estimating ended. A study meets all of these, so they are results and not errors. */
#define SQ_ESTIMATE_ENDING_LIST(X)                                                                     \
    X(SQ_ESTIMATED, "estimated")                                                                       \
    X(SQ_ESTIMATED_REDUCED, "reduced")        /* without a covariate that did not vary, or followed from others */ \
    X(SQ_ENDING_NOT_REACHED, "not_reached") /* a median: +infinite */                                \
    X(SQ_ENDING_TOO_SHORT, "follow_up_too_short") /* nobody is followed to the time that is asked */ \
    X(SQ_ENDING_NOBODY, "nobody_at_risk")   /* of the group, or of one of those compared */          \
    X(SQ_ENDING_NO_EVENTS, "no_events")                                                              \
    X(SQ_ENDING_SEPARATED, "separated")     /* a hazard ratio of 0 or +infinite: one side has no events, or all early */ \
    X(SQ_ENDING_NOT_IDENTIFIED, "not_identified") /* what is asked for does not vary, or follows from the strata */ \
    X(SQ_ENDING_UNFINISHED, "unfinished")   /* Cox's model did not converge */

typedef enum sq_estimate_ending {
#define X(name, word) name,
    SQ_ESTIMATE_ENDING_LIST(X)
#undef X
    SQ_ESTIMATE_ENDINGS
} sq_estimate_ending;

const char *sq_estimate_ending_word(sq_estimate_ending ending);

/* A figure: NaN where there is none, infinite where that is its rank (above). se is on the scale of the value; NaN where the
 * estimator has none. */
typedef struct sq_emulated_figure {
    double value, se;
    sq_estimate_ending ending;
} sq_emulated_figure;

/* Of one emulation. */
typedef struct sq_emulated_cohorts {
    int64_t no_group;              /* entered the risk set, but are in none of the groups */
    int64_t eligible, used;        /* entered it and are in a group; of these, in a cohort */
    int64_t pooled_n;              /* eligible patients that the pooled figures are of */
    int64_t *group_n;              /* [groups, at least 1] eligible */
    int n_cohorts;                 /* that could be filled */
    sq_emulated_figure *pooled;    /* [n_estimates] */
    sq_emulated_figure *of_cohort; /* [n_estimates][n_cohorts] */
} sq_emulated_cohorts;

typedef struct sq_emulated {
    sq_emulated_cohorts *emulation; /* [n_emulations] */
    sq_arena arena;                 /* owns all of it */
} sq_emulated;

void sq_emulated_free(sq_emulated *emulated); /* allocated by malloc; NULL is allowed */

/* Groups of an emulation: without any, all are in one. */
static inline int sq_emulated_groups(const sq_emulation *e) { return e->n_groups > 0 ? e->n_groups : 1; }
/* Of all emulations: their estimates and groups, and the most cohorts that one of them asks for. */
typedef struct sq_emulated_sizes {
    size_t estimates, groups, cohorts;
} sq_emulated_sizes;
sq_emulated_sizes sq_emulated_lengths(const sq_model *model);
/* Patients that a cohort takes. */
int64_t sq_emulated_cohort_size(const sq_emulation *e);
/* What an estimate is divided by for the file: days become years. */
double sq_estimate_unit(const sq_cohort_estimate *estimate);

/* The spread of one estimate over cohorts. Cohorts without a value are left out; infinite ones keep their rank. */
typedef struct sq_cohort_spread {
    int n;              /* cohorts with a rank */
    const double *rank; /* [n] ascending */
    double mean, sd;    /* of the finite ones (n - 1). Of hazard ratios: geometric mean, and the standard deviation of
                           the logarithm. NaN where they are too few */
} sq_cohort_spread;

/* Fills *spread, whose array is the arena's; false when memory is out. */
bool sq_cohort_spread_of(const sq_emulated_cohorts *c, const sq_emulation *e, int estimate, sq_arena *arena,
                         sq_cohort_spread *spread);
/* The smallest value that at least the share p of the cohorts do not exceed (type 1 of Hyndman and Fan, as for patients);
 * NaN without cohorts. */
double sq_cohort_quantile(const sq_cohort_spread *spread, double p);
/* Two-sided predictive probability of a published figure: twice the smaller of the shares of cohorts at or below, and at or
 * above it, those equal to it counted half (mid-p: Lancaster HO. J Am Stat Assoc 1961;56:223-234). NaN without cohorts. */
double sq_cohort_mid_p(const sq_cohort_spread *spread, double published);

/* Quantiles over cohorts that a result has: the bounds of the 50, 80 and 95 % predictive intervals, and the median. */
enum { SQ_COHORT_QUANTILES = 7, SQ_COHORT_MEDIAN = 3, SQ_COHORT_LOW = 0, SQ_COHORT_HIGH = 6 };
extern const double sq_cohort_quantiles[SQ_COHORT_QUANTILES];

#endif
