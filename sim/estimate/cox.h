/* Cox's proportional hazards.
 *
 * Cox DR. J R Stat Soc B 1972;34:187-220; ties by Efron B. J Am Stat Assoc 1977;72:557-565, or
 * Breslow N. Biometrics 1974;30:89-99; late entry and strata as in Therneau TM, Grambsch PM.
 * Modeling Survival Data, 2000, ch. 3. */
#ifndef SQ_ESTIMATE_COX_H
#define SQ_ESTIMATE_COX_H

#include "estimate/chi_square.h"
#include "estimate/sample.h"

typedef enum sq_ties { SQ_TIES_EFRON, SQ_TIES_BRESLOW } sq_ties;

typedef struct sq_cox_request {
    int cause; /* or SQ_ANY_CAUSE; with a cause the hazard ratios are cause-specific */
    sq_ties ties;
} sq_cox_request;

/* How a fit ended. A study meets all of these, so they are results and not errors. */
#define SQ_COX_ENDING_LIST(X)                                                                      \
    X(SQ_COX_CONVERGED, "converged")                                                               \
    X(SQ_COX_NO_EVENTS, "nobody has the event")                                                    \
    X(SQ_COX_CONSTANT, "a covariate does not vary among those at risk when events happen")         \
    X(SQ_COX_COLLINEAR, "a covariate follows from those before it")                                \
    X(SQ_COX_INFINITE, "a coefficient is infinite: the covariates separate those with the event")  \
    X(SQ_COX_UNFINISHED, "did not converge")

typedef enum sq_cox_ending {
#define X(name, text) name,
    SQ_COX_ENDING_LIST(X)
#undef X
} sq_cox_ending;

/* Arrays in the arena. Numbers that an ending leaves unknown are NaN: with SQ_COX_NO_EVENTS,
 * _CONSTANT and _COLLINEAR all but log_likelihood_0; with SQ_COX_INFINITE the coefficients at fault
 * are +-infinity with infinite se, the others and log_likelihood are what they tend to meanwhile,
 * and the Wald test is NaN. */
typedef struct sq_cox {
    sq_cox_ending ending;
    int culprit; /* the covariate an ending speaks of; the one that runs away fastest; -1 */
    int n_events, n_steps;
    int n_covariates;
    const double *coefficient; /* [n_covariates] log hazard ratio per unit */
    const double *se;          /* [n_covariates] from the inverse information */
    double log_likelihood_0, log_likelihood;
    sq_chi_square score, wald, likelihood_ratio; /* of all coefficients = 0 */
} sq_cox;

/* Fits all covariates of the sample by Newton's method with step halving, within its strata, until
 * the next step would gain less than 1e-20 (coxph stops at 1e-9 of the log likelihood). A covariate
 * is constant or collinear if less than 1e-10 of its variance among those at risk is left by the
 * others before it. O(n log n + n p^2 steps). SQ_ERR_INPUT as sq_sample_check, and if there is no
 * covariate or there are weights, which this model does not take; SQ_ERR_MEMORY. Groups are not
 * looked at. */
sq_status sq_cox_fit(const sq_sample *sample, sq_cox_request request, sq_arena *arena, sq_cox *fit,
                     sq_error *err);

/* An ending in words. */
const char *sq_cox_ending_text(sq_cox_ending ending);

#endif
