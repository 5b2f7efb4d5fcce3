/* Running a study: the plan of work items, the threads, and the results. A work item is (scenario, draw,
 * replicate, block of SQ_BLOCK consecutive patients) with all strategies inside, so that increments are
 * formed per patient. Threads split only between items, and nothing that is summed depends on their order. */
#ifndef SQ_STUDY_STUDY_H
#define SQ_STUDY_STUDY_H

#include "base/error.h"
#include "model/settings.h"
#include "outcome/life.h"
#include "outcome/variable.h"

#include <stdint.h>

/* Called now and then from one thread at a time: patients done (each under all strategies) and in all. */
typedef void sq_progress(void *context, int64_t done, int64_t total);

/* One patient of a point under one strategy, for patient tables and event logs. Pointers live during the call only. */
typedef struct sq_row {
    int point;
    int64_t patient;
    int strategy;
    const double *baseline; /* [sq_visible_attributes] in internal units (day); NULL where cohorts alone want rows */
    const double *at_end;   /* [sq_written_attributes], of those alone and in their order; the same units; NULL as baseline is */
    const double *notes;    /* the hidden attributes at the end */
    const sq_life *life;    /* its totals are NULL as baseline is */
} sq_row;

/* Receives rows in canonical order: by point, within it by patient, and for each patient by strategy. */
typedef struct sq_row_sink {
    void *context;
    sq_status (*take)(void *context, const sq_row *row, sq_error *err);
    bool want_log;
} sq_row_sink;

/* Both give the same bits: docs/semantics.md. */
typedef enum sq_engine { SQ_ENGINE_COLUMNAR, SQ_ENGINE_REFERENCE, SQ_ENGINES } sq_engine;

struct sq_lanes;
struct sq_col_plan;

enum { SQ_MOST_THREADS = 1024, SQ_LARGEST_BATCH = 1 << 20 }; /* of a run */

typedef struct sq_run_options {
    int threads;             /* 0: as many as OpenMP offers */
    sq_progress *progress;   /* may be NULL */
    void *progress_context;
    const sq_row_sink *sink; /* may be NULL */
    sq_engine engine;
    const struct sq_lanes *lanes; /* of the columnar engine: its instruction set; NULL: the best there is */
    int batch;               /* of the columnar engine: patients in flight in a thread; 0: the usual */
    int64_t patients;        /* 0: as the model says */
    const uint64_t *seed;    /* NULL: as the model says */
    int n_points;            /* 0: one, without settings. All points have the same luck */
    const sq_settings *const *settings; /* [n_points]; NULL, as a whole or of a point: none */
    const struct sq_col_plan *columns; /* of the columnar engine: what is known of the model, for rows if there is a
                                          sink; NULL: found for this run alone */
} sq_run_options;

const char *sq_engine_name(sq_engine engine);
/* Fills engine and lanes by the names of an engine and an instruction set (NULL, 0: the usual). Fails with SQ_ERR_INPUT
 * if there is none of the name, the processor lacks it, or threads or batch are negative or too many. */
sq_status sq_run_choose(sq_run_options *options, const char *engine, const char *instruction_set, sq_error *err);

typedef struct sq_run_facts {
    int threads;
    double wall_seconds, cpu_seconds;
    double busiest_thread_seconds, busy_seconds; /* processor time until a thread's last item: of the busiest, of all */
    int64_t patients, lives, firings; /* lives = patients x strategies */
    const char *engine, *instruction_set; /* what formulas were computed with: "scalar" for the reference */

    /* of the columnar engine */
    int batch;                    /* lanes of a thread; 0: the reference, which has none */
    int64_t draws;                /* random numbers */
    int64_t waves, waved;         /* waves of firings, and the lives in them */
    double occupancy;             /* share of the lanes that hold a life */
} sq_run_facts;

/* Runs the experiment of a loaded model, at each point, and appends its results to `variables`: points lie along the axis
 * scenario. On SQ_ERR_LIFE the sentence is
 * about the lowest patient that failed of the lowest point, whatever the number of threads, and names the settings if they
 * have a name; so does SQ_ERR_INPUT of parameters that are impossible at a point. After a failure the variables that were
 * appended mean nothing. Memory is that of the points in flight: a few for each thread. facts may be NULL. */
sq_status sq_study_run(const sq_model *model, const sq_run_options *options, sq_variables *variables,
                       sq_run_facts *facts, sq_error *err);

#endif
