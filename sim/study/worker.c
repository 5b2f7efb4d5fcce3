/* What a thread does between the plan and an engine. Locks are here: engines and plan know nothing of one another's
 * threads. Rows are handed on under a lock, so that a thread which is ahead of the writing waits for it and buffers
 * do not pile up. */
#include "study/worker.h"

#include <stdlib.h>
#include <time.h>

/* Processor time of the calling thread. */
static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void sq_worker_run(sq_worker *w, sq_plan *plan)
{
    sq_error err = {0};
    double before = thread_seconds();
    *w = (sq_worker){.plan = plan, .outcomes = calloc((size_t)plan->extent.points, sizeof(sq_outcome *))};
    sq_status status = w->outcomes ? SQ_OK : sq_fail(&err, SQ_ERR_MEMORY, "no memory for the outcomes");
    bool by_columns = plan->options->engine == SQ_ENGINE_COLUMNAR;
    if (!status) status = by_columns ? sq_work_by_columns(w, &err) : sq_work_by_reference(w, &err);
    if (status) sq_worker_fail(w, 0, &err);
    w->busy = thread_seconds() - before;
}

void sq_worker_merge(const sq_worker *w)
{
    for (int i = 0; w->outcomes && i < w->plan->extent.points; i++)
        if (w->outcomes[i]) sq_outcome_merge(w->plan->points[i].total, w->outcomes[i]);
}

void sq_worker_free(sq_worker *w)
{
    for (int i = 0; w->outcomes && i < w->plan->extent.points; i++) sq_outcome_free(w->outcomes[i]);
    free(w->outcomes);
}

/* ---- items ---------------------------------------------------------------------------------------------- */

static sq_status begin_item(sq_worker *w, sq_item *item, sq_error *err)
{
    sq_plan *plan = w->plan;
    sq_outcome **outcome = &w->outcomes[sq_plan_point_of(plan, item->number)];
    sq_status status = *outcome ? SQ_OK : sq_outcome_new(outcome, plan->model, err);
    item->outcome = *outcome;
    if (status || !plan->options->sink) return status;
#pragma omp critical(sq_worker_rows)
    item->own = sq_row_order_begin(&plan->rows, item->number, sq_plan_point_of(plan, item->number));
    return item->own ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the rows of a patient table");
}

bool sq_worker_next(sq_worker *w, sq_item *item)
{
    sq_error err = {0};
    if (!sq_plan_next(w->plan, item)) return false;
    if (begin_item(w, item, &err) == SQ_OK) return true;
    sq_worker_fail(w, item->number, &err);
    return false;
}

static void report_progress(sq_plan *plan, int patients)
{
    const sq_run_options *o = plan->options;
    if (!o->progress) return;
#pragma omp critical(sq_worker_progress)
    {
        plan->done += patients;
        o->progress(o->progress_context, plan->done, plan->extent.points * plan->extent.patients);
    }
}

void sq_worker_done(sq_worker *w, const sq_item *item, int64_t failed)
{
    sq_error err = {0};
    sq_status status = SQ_OK;
    if (failed >= 0) {
        sq_plan_note_failure(w->plan, item->number, failed, NULL);
        return;
    }
    report_progress(w->plan, item->n_patients);
    if (!item->own) return;
#pragma omp critical(sq_worker_rows)
    status = sq_row_order_end(&w->plan->rows, item->own, &err);
    if (status) sq_worker_fail(w, item->number, &err);
}

void sq_worker_fail(sq_worker *w, int64_t item, const sq_error *err)
{
    sq_plan_note_failure(w->plan, item, -1, err);
}
