/* Patient tables and event logs: rows of a run on their way to the file (docs/output.md, groups patients/ and
 * event_log/). */
#ifndef SQ_STUDY_PATIENT_TABLES_H
#define SQ_STUDY_PATIENT_TABLES_H

#include "io/tables.h"
#include "model/model.h"
#include "study/study.h"

typedef struct sq_patient_tables sq_patient_tables;

/* Columns of a patient table. What emulated cohorts note of patients has none. */
int sq_patient_columns(const sq_model *model);
/* Begins the file at path with the tables wanted, one of each per strategy. On failure *out is NULL. */
sq_status sq_patient_tables_open(sq_patient_tables **out, const sq_model *model, const char *path,
                                 bool patients, bool events, sq_error *err);
/* The sink to give to sq_study_run. */
sq_row_sink sq_patient_tables_sink(sq_patient_tables *t);
/* Writes results and provenance beside the tables and gives the file its name; frees t, also on failure. */
sq_status sq_patient_tables_finish(sq_patient_tables *t, const sq_variables *variables,
                                   const sq_provenance *provenance, sq_error *err);
/* Gives the file up and frees t; NULL is allowed. */
void sq_patient_tables_abandon(sq_patient_tables *t);

#endif
