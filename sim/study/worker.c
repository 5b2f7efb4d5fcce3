/* What a thread does between the plan and an engine. Locks are here: engines and plan know nothing of one another's
 * threads. Rows are handed on under a lock, so that a thread which is ahead of the writing waits for it and buffers
 * do not pile up. */
#include "study/worker.h"

#include <time.h>

/* Processor time of the calling thread. */
static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void sq_worker_run(sq_worker *w, sq_plan *plan, int thread)
{
    sq_error err = {0};
    double before = thread_seconds();
    *w = (sq_worker){.plan = plan, .thread = thread};
    bool by_columns = plan->options->engine == SQ_ENGINE_COLUMNAR;
    if (by_columns ? sq_work_by_columns(w, &err) : sq_work_by_reference(w, &err)) sq_worker_fail(w, 0, &err);
    w->busy = thread_seconds() - before;
}

/* ---- items ---------------------------------------------------------------------------------------------- */

static sq_status begin_item(sq_worker *w, sq_item *item, sq_error *err)
{
    sq_plan *plan = w->plan;
    if (!plan->has_rows) return SQ_OK;
#pragma omp critical(sq_worker_rows)
    item->own = sq_row_order_begin(&plan->rows, item->number, sq_plan_point_of(plan, item->number));
    return item->own ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the rows of a patient table");
}

bool sq_worker_next(sq_worker *w, sq_item *item)
{
    sq_error err = {0};
    if (!sq_plan_next(w->plan, w->thread, item)) return false;
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

/* Whose item was the last of a point's analyses its cohorts; a single point waits until all threads can. */
void sq_worker_done(sq_worker *w, const sq_item *item, int64_t failed)
{
    sq_plan *plan = w->plan;
    sq_error err = {0};
    sq_status status = SQ_OK;
    if (failed >= 0) {
        sq_plan_note_failure(plan, item->number, failed, NULL);
        return;
    }
    report_progress(plan, item->n_patients);
    sq_point_cohorts whole = {0};
    if (item->own) {
#pragma omp critical(sq_worker_rows)
        {
            status = sq_row_order_end(&plan->rows, item->own, &err);
            if (plan->extent.points > 1) whole = sq_plan_whole_cohorts(plan);
        }
    }
    if (!status) status = sq_plan_over(plan, item, &err);
    if (status) sq_worker_fail(w, item->number, &err);
    if (whole.cohorts && sq_plan_analyse(plan, whole, 1, &err))
        sq_worker_fail(w, sq_plan_last_item(plan, whole.point), &err);
}

void sq_worker_fail(sq_worker *w, int64_t item, const sq_error *err)
{
    sq_plan_note_failure(w->plan, item, -1, err);
}
