/* The log partial likelihood of Cox's model with its first and second derivatives, for
 * estimate/cox.c. */
#ifndef SQ_ESTIMATE_COX_SUMS_H
#define SQ_ESTIMATE_COX_SUMS_H

#include "estimate/cox.h"
#include "estimate/walk.h"

/* The sample as the sums need it. Covariates are centred and divided by their mean distance from
 * the mean, patient by patient in one piece: x[n][p]. */
typedef struct sq_cox_problem {
    const sq_sample *sample;
    sq_order order; /* parts are the strata */
    int p, n_events, cause;
    sq_ties ties;
    double *x, *scale; /* [n][p], [p]; scale 0: the covariate is constant */
    double *eta;       /* [n] x'b */
    double *room;      /* [2][1 + p + p (p+1)/2], and [3][p] */
} sq_cox_problem;

/* Fills the problem but for eta and room with memory of the arena; false when it is out. */
bool sq_cox_problem_make(const sq_sample *sample, sq_cox_request request, sq_arena *arena,
                         sq_cox_problem *problem);

/* At b[p], on the scale of x: the log partial likelihood, its gradient score[p], and the lower
 * triangle of minus its second derivatives, information[p][p]. O(n p^2); with late entry more where
 * a risk set shrinks so far that its sums are made anew. */
double sq_cox_sums(const sq_cox_problem *problem, const double *b, double *score,
                   double *information);

#endif
