/* How well simulated figures meet published ones: residuals whose squares add up to minus twice the log likelihood
 * (of the saturated model, so that a perfect fit has 0).
 *
 *  - K of N: the binomial deviance (McCullagh P, Nelder JA. Generalized Linear Models, 1989, sec. 4.4.3), N lowered to
 *    what it is worth once the simulation's own error is added: 1/N' = 1/N + se^2 / (p (1 - p));
 *  - a figure with a 95 % interval: normal, on the scale (of itself, of its logarithm, of log(-log)) on which the interval
 *    is the most symmetric around the figure, with the simulation's error added by the delta method;
 *  - the points of one curve: normal on the scale log(-log), with the correlations of one binomial sample seen at several
 *    times, cor(F1, F2)^2 = F1 (1 - F2) / (F2 (1 - F1)) for F1 < F2, and as many independent residuals as points. */
#ifndef SQ_STUDY_LIKELIHOOD_H
#define SQ_STUDY_LIKELIHOOD_H

#include "lang/calibration.h"
#include "study/suite.h"

typedef enum sq_term_scale { SQ_TERM_BINOMIAL, SQ_TERM_LINEAR, SQ_TERM_LOG, SQ_TERM_LOG_LOG } sq_term_scale;
const char *sq_term_scale_word(sq_term_scale scale);

typedef struct sq_term {
    int target;       /* of the suite */
    sq_term_scale scale;
    double published; /* on the scale; of a binomial the share itself */
    double variance;  /* of the published figure, on the scale */
    double k, n;      /* of a binomial */
    int first, place; /* of a curve: its first term, and the place in it; first = the term itself otherwise */
    const double *factor; /* of a curve: of the correlations of its points up to this one, [place + 1] */
} sq_term;

typedef struct sq_likelihood {
    int n;
    const sq_term *terms; /* those of one curve side by side, in the order of time */
    double least;         /* a simulated share of 0 or 1 is taken as this far from it */
} sq_likelihood;

/* Of the fitted targets, in their order but for curves; memory from the arena. patients: simulated. Fails with
 * SQ_ERR_MEMORY. */
sq_status sq_likelihood_make(sq_likelihood *out, const sq_suite *suite, int n, const sq_fit_target *targets,
                             int64_t patients, sq_arena *arena, sq_error *err);
/* residual[n], positive where the simulated figure is above the published one; one that is not reached counts 20. */
void sq_likelihood_residuals(const sq_likelihood *likelihood, const sq_suite_figure *figures, double *residual);

#endif
