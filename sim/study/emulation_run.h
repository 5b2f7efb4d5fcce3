/* Emulated cohorts of all points of a run, one point after the other: rows come point by point, and once all of a point's have
 * come its cohorts wait to be analysed, so that no more than a few points are in memory. Calls are made one at a time: who
 * calls sees to that. */
#ifndef SQ_STUDY_EMULATION_RUN_H
#define SQ_STUDY_EMULATION_RUN_H

#include "base/vec.h"
#include "study/emulation.h"

typedef struct sq_point_cohorts {
    sq_cohorts *cohorts;
    int point;
} sq_point_cohorts;

/* Zero-initialise but for the first three. */
typedef struct sq_emulation_run {
    const sq_model *model;
    int64_t patients;         /* of a point */
    const sq_row_sink *also;  /* who else wants the rows; may be NULL */
    sq_point_cohorts filling; /* whose rows come; no cohorts before the first */
    SQ_VEC(sq_point_cohorts) whole; /* whose rows have come */
} sq_emulation_run;

/* The sink of both; it points to `run`. */
sq_row_sink sq_emulation_run_sink(sq_emulation_run *run);
/* Whether rows of a strategy are wanted by anybody. */
bool sq_emulation_run_wants(const sq_emulation_run *run, int strategy);
/* The cohorts of a point all of whose rows have come (n_points: so many points have had theirs), handed out once; none: NULL.
 * The caller frees them. */
sq_point_cohorts sq_emulation_run_whole(sq_emulation_run *run, int n_points);
void sq_emulation_run_free(sq_emulation_run *run);

#endif
