/* Anchors: in every scenario of a sweep, nuisance parameters are fitted again to published figures while what the scenario
 * sets is in force, so that scenarios differ by what is not known alone. Gauss and Newton's steps begin at the solution of
 * the nearest scenario before it. A scenario in which no values meet the figures is flagged, not left out. The same bits
 * whatever the number of threads. */
#ifndef SQ_STUDY_ANCHORS_H
#define SQ_STUDY_ANCHORS_H

#include "outcome/variable.h"
#include "study/study.h"

typedef struct sq_anchors sq_anchors;

/* Solves all scenarios of a model that has anchors (model->anchoring.path), which must outlive the result. threads as of a
 * run. Fails with SQ_ERR_INPUT where the calibration cannot be read any more or gives a value that the model may not have,
 * with SQ_ERR_MEMORY, and as a run does; the sentence names the scenario. Freed by sq_anchors_free in every case. */
sq_status sq_anchors_solve(sq_anchors **out, const sq_model *model, int threads, sq_error *err);
void sq_anchors_free(sq_anchors *anchors); /* NULL is allowed */

/* What scenario i is run with: what it sets, and the values that were found. */
const sq_settings *sq_anchors_settings(const sq_anchors *anchors, int scenario);

/* Adds what was found to the results of the run, which have the axis scenario. */
sq_status sq_anchors_add(const sq_anchors *anchors, sq_variables *results, sq_error *err);

#endif
