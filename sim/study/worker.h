/* A thread at work: it asks the plan for items and has their patients lived by the engine that the options name. */
#ifndef SQ_STUDY_WORKER_H
#define SQ_STUDY_WORKER_H

#include "study/plan.h"

typedef struct sq_worker {
    sq_plan *plan;
    int thread;              /* 0 ... threads of the plan - 1 */
    int64_t firings;
    sq_columns_facts columns; /* of the columnar engine */
    double busy;             /* processor seconds until the last item was over */
} sq_worker;

/* Does items until there are none; what fails is noted in the plan. */
void sq_worker_run(sq_worker *worker, sq_plan *plan, int thread);

/* For the engines: the next item with the row buffer that belongs to it; false when there is none.
 * A buffer is there if rows are wanted (item->own). */
bool sq_worker_next(sq_worker *worker, sq_item *item);
/* An item is over; failed: its lowest patient that did, -1 none. */
void sq_worker_done(sq_worker *worker, const sq_item *item, int64_t failed);
/* Something else than a life failed. */
void sq_worker_fail(sq_worker *worker, int64_t item, const sq_error *err);

/* All items, one patient after the other (worker_reference.c) or many at a time (worker_columnar.c). */
sq_status sq_work_by_reference(sq_worker *worker, sq_error *err);
sq_status sq_work_by_columns(sq_worker *worker, sq_error *err);

#endif
