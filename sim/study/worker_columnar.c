/* Items by the columnar engine, which asks for them as its lanes fall free and ends their lives in any order. */
#include "study/worker.h"

static bool next(void *context, sq_item *item) { return sq_worker_next(context, item); }

static void done(void *context, const sq_item *item, int64_t failed) { sq_worker_done(context, item, failed); }

static sq_status keep_row(void *context, const sq_finished_life *life, sq_error *err)
{
    const sq_worker *worker = context;
    const sq_item *item = life->item;
    if (!sq_emulation_run_wants(&worker->plan->emulation, life->strategy)) return SQ_OK;
    return sq_row_buffer_add(item->own, worker->plan->model, item->first_patient + life->place, life->strategy,
                             life->baseline, life->at_end, life->life, err);
}

sq_status sq_work_by_columns(sq_worker *worker, sq_error *err)
{
    const sq_run_options *o = worker->plan->options;
    const sq_columns_work work = {worker, next, done, worker->plan->has_rows ? keep_row : NULL};
    sq_columns *columns = NULL;
    sq_status status = sq_columns_new(&columns, worker->plan->columns, o->lanes, worker->plan->extent, o->batch,
                                      worker->plan->sink.want_log, err);
    if (!status) status = sq_columns_run(columns, &work, err);
    if (columns) worker->columns = *sq_columns_facts_of(columns);
    worker->firings = worker->columns.firings;
    sq_columns_free(columns);
    return status;
}
