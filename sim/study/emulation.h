/* Emulated cohorts: patients of one strategy are gathered, as they come, into cohorts of the size that a study had, followed
 * as long as the study followed them, and each cohort is analysed as the study was (docs/methods.md, "Emulated cohorts").
 *
 *   sq_cohorts_new -> sq_cohorts_take for every row in canonical order -> sq_cohorts_estimate. */
#ifndef SQ_STUDY_EMULATION_H
#define SQ_STUDY_EMULATION_H

#include "outcome/emulated.h"
#include "study/study.h"

/* Of one scenario and draw, all emulations of the model. */
typedef struct sq_cohorts sq_cohorts;

/* Eligible patients that a pooled estimate is of, at most: the first so many. */
enum { SQ_POOLED_PATIENTS = 2000000 };

/* For so many patients (named in messages). `model` must outlive it. On failure *out is NULL. */
sq_status sq_cohorts_new(sq_cohorts **out, const sq_model *model, int64_t patients, sq_error *err);
void sq_cohorts_free(sq_cohorts *cohorts); /* NULL is allowed */
/* Takes in one row, of any strategy; rows come in canonical order. SQ_ERR_MEMORY; SQ_ERR_LIFE if a time of follow-up is
 * negative, or a covariate has no value. */
sq_status sq_cohorts_take(sq_cohorts *cohorts, const sq_row *row, sq_error *err);
/* All estimates, by so many threads (by the calling one alone inside of a parallel region); the numbers do not depend on it.
 * *out is freed by sq_emulated_free. SQ_ERR_COHORTS with the counts of each group if a whole cohort cannot be made. */
sq_status sq_cohorts_estimate(const sq_cohorts *cohorts, int threads, sq_emulated **out, sq_error *err);
/* Bytes that the cohorts of a scenario and draw may take: all of so many patients may be eligible. */
double sq_cohorts_bytes(const sq_model *model, int64_t patients);

/* What a person should know of a result: of each emulation that has fewer cohorts than were asked for at some point, one
 * warning with how many patients would do. malloc'd, NULL if there is nothing to say or no memory. */
char *sq_cohorts_warnings(const sq_model *model, const sq_variables *results);

#endif
