/* The columnar engine: production. Many patients are in flight at once, their numbers in columns; those who
 * wait at the same place (the next event due, the present state) are taken together, a wave, through the
 * same transaction as in the reference interpreter, with the same bits for every one of them. A lane that has
 * ended its life is filled again at once, with the next patient of whatever item comes next, so that items of few
 * patients still fill the lanes.
 *
 *   sq_columns_new -> sq_columns_run (asks for items until there are no more) -> sq_columns_free */
#ifndef SQ_ENGINE_COLUMNS_H
#define SQ_ENGINE_COLUMNS_H

#include "base/error.h"
#include "engine/lanes.h"
#include "engine/ref.h"
#include "model/model.h"
#include "outcome/outcome.h"

typedef struct sq_columns sq_columns;

/* What all threads share: the model as the engine wants it, immutable. want_rows: lives are handed on (sq_columns_work.life)
 * with all that patients are; else, if at all, with what is noted of them for cohorts. */
typedef struct sq_col_plan sq_col_plan;
sq_status sq_col_plan_new(sq_col_plan **out, const sq_model *model, bool want_rows, sq_error *err);
void sq_col_plan_free(sq_col_plan *plan);

/* Consecutive patients of one scenario, draw and replicate, under all strategies. */
typedef struct sq_item {
    int64_t number;               /* in the order of the study's plan */
    int64_t first_patient;
    int n_patients;               /* at most SQ_BLOCK */
    sq_luck luck;
    const double *const *blocks;  /* [n_strategies] parameter blocks; a block belongs to one outcome */
    sq_outcome *outcome;          /* takes the lives in; the calling thread's own */
    void *own;                    /* the giver's; the engine does not look at it */
} sq_item;

/* One finished life, for patient tables, event logs and emulated cohorts: pointers live during the call. */
typedef struct sq_finished_life {
    const sq_item *item;
    int place, strategy;          /* patient first_patient + place */
    const double *baseline;       /* [n_attributes]; NULL where the plan is not for rows */
    const double *at_end;         /* [n_attributes] as in the reference; where the plan is not for rows, the hidden ones alone */
    const sq_life *life;          /* end, died, log and the log's length are filled, and where the plan is for rows total */
} sq_finished_life;

typedef struct sq_columns_work {
    void *context;
    /* The next item; false when there is none. */
    bool (*next)(void *context, sq_item *item);
    /* Every life of an item has been taken in by its outcome; or one failed: then failed is the lowest patient
     * that did (the reference will say why), else -1. */
    void (*done)(void *context, const sq_item *item, int64_t failed);
    /* NULL unless rows are wanted, or what is noted for cohorts; in no order. */
    sq_status (*life)(void *context, const sq_finished_life *life, sq_error *err);
} sq_columns_work;

typedef struct sq_columns_facts {
    int64_t lives, firings, draws;
    int64_t waves, waved;         /* waves and the lanes in them, firings only */
    int64_t in_flight, rounds;    /* lanes in flight summed over waves: occupancy = in_flight / (rounds x lanes) */
} sq_columns_facts;

/* How much there is to live: the patients of each point, all under every strategy, and the points. */
typedef struct sq_extent {
    int64_t patients;
    int points;
} sq_extent;

/* Lanes of a thread, unless told otherwise: 2,048, but no more than lives, and fewer where they would take much memory. */
int sq_columns_batch(const sq_model *model, sq_extent extent);

/* A thread's pool of `batch` lanes (at least 1); event logs are kept if wanted. */
sq_status sq_columns_new(sq_columns **out, const sq_col_plan *plan, const sq_lanes *lanes, sq_extent extent, int batch,
                         bool want_log, sq_error *err);
void sq_columns_free(sq_columns *columns);
/* About how many bytes it takes, with the items that usually are open; block_bytes: of a block of lanes. */
double sq_columns_bytes(const sq_model *model, sq_extent extent, int batch, double block_bytes);
/* Lives all items. Fails with SQ_ERR_MEMORY or what `life` says; lives that fail are told by `done`. */
sq_status sq_columns_run(sq_columns *columns, const sq_columns_work *work, sq_error *err);
const sq_columns_facts *sq_columns_facts_of(const sq_columns *columns);

#endif
