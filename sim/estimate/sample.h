/* A sample of patients as a study has it: what the estimators of this layer take. Times may have
 * any unit and count from a beginning common to all: they are put in order and subtracted, nothing
 * else. Equal times are ties; nothing is rounded to make them so.
 *
 * Every estimator works in an arena that the caller gives, resets it first, and puts its result
 * there: a result lives until the arena's next use, and an arena that is used again and again
 * allocates in its first rounds only. A result may point into the sample's columns, which must live
 * as long. */
#ifndef SQ_ESTIMATE_SAMPLE_H
#define SQ_ESTIMATE_SAMPLE_H

#include "base/arena.h"
#include "base/error.h"

/* Columns, owned by the caller. Zero-initialised members mean: no such column. */
typedef struct sq_sample {
    int n;               /* patients, at least 1 */
    const double *time;  /* [n] of event or censoring, >= 0 */
    int n_causes;        /* kinds of event, at least 1 */
    const int *status;   /* [n] 0 censored at time, 1 .. n_causes an event of that cause */
    const double *entry; /* [n] under observation after this time, 0 <= entry < time; NULL: all from
                            the beginning */
    int n_groups;        /* of the column below */
    const int *group;    /* [n] 0 .. n_groups-1: what is compared; NULL: one group */
    int n_strata;        /* of the column below */
    const int *stratum;  /* [n] 0 .. n_strata-1: what is compared within; NULL: one stratum */
    int n_covariates;
    const double *covariate; /* [n_covariates][n] */
    const double *weight;    /* [n] > 0, for instance the inverse of a probability; NULL: 1 each */
} sq_sample;

/* Any event, where one cause could be asked for; with a cause, the events of others count as
 * censored. */
enum { SQ_ANY_CAUSE = 0 };

/* SQ_ERR_INPUT with the first column and patient (counted from 1) at fault; cause is 0 or one of
 * the sample's. */
sq_status sq_sample_check(const sq_sample *sample, int cause, sq_error *err);

/* Whether a patient's record ends with the event. */
static inline int sq_sample_has_event(const sq_sample *sample, int cause, int i)
{
    return cause == SQ_ANY_CAUSE ? sample->status[i] > 0 : sample->status[i] == cause;
}

/* The sample from a landmark on (Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719):
 * those whose time lies beyond it, with clocks that start there; who enters later is still entered
 * late. Groups are the caller's to define by what is known at the landmark. The columns of `later`
 * lie in `arena`, which must not be the one that estimators then work in. SQ_ERR_INPUT if nobody is
 * left, or the landmark is no time >= 0. */
sq_status sq_landmark(const sq_sample *sample, double landmark, sq_arena *arena, sq_sample *later,
                      sq_error *err);

#endif
