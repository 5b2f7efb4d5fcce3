/* Running a study: the plan of work items, the threads, and the results. A work item is (scenario, draw,
 * replicate, block of SQ_BLOCK consecutive patients) with all strategies inside, so that increments are
 * formed per patient. Threads split only between items. */
#ifndef SQ_STUDY_STUDY_H
#define SQ_STUDY_STUDY_H

#include "base/error.h"
#include "model/model.h"
#include "outcome/variable.h"

#include <stdint.h>

/* Called now and then from one thread with patients done (of one strategy) and in all; may be NULL.
 * Returning false stops the run. */
typedef bool sq_progress(void *context, int64_t done, int64_t total);

/* Receives rows in canonical order (patient, then time, then sequence) as blocks are finished. */
typedef struct sq_row_sink {
    void *context;
    /* One patient under one strategy: baseline attributes and totals; see docs/output.md. */
    sq_status (*patient)(void *context, int strategy, int64_t patient, const double *baseline,
                         const struct sq_life *life, sq_error *err);
    bool want_log;
} sq_row_sink;

typedef struct sq_run_options {
    int64_t patients;     /* 0: as the experiment says */
    int threads;          /* 0: as many as OpenMP offers */
    sq_progress *progress;
    void *progress_context;
    const sq_row_sink *sink; /* may be NULL */
} sq_run_options;

typedef struct sq_run_facts {
    int threads;
    double wall_seconds, cpu_seconds;
    int64_t lives, events; /* lives lived; firings */
} sq_run_facts;

/* Runs the experiment of a loaded model and appends its results to `variables`. */
sq_status sq_study_run(const sq_model *model, const sq_run_options *options,
                       sq_variables *variables, sq_run_facts *facts, sq_error *err);

#endif
