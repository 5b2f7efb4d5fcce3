/* Items by the reference interpreter: patient by patient, and each under one strategy after the other. */
#include "study/worker.h"

typedef struct reference {
    sq_worker *worker;
    sq_ref *ref;
    sq_block_lanes *block;
    sq_life life;
} reference;

static sq_status keep_row(const reference *r, const sq_item *item, int place, int strategy, sq_error *err)
{
    if (!item->own || !sq_emulation_run_wants(&r->worker->plan->emulation, strategy)) return SQ_OK;
    return sq_row_buffer_add(item->own, r->worker->plan->model, item->first_patient + place, strategy,
                             r->worker->plan->options->sink ? sq_ref_baseline(r->ref) : NULL, sq_ref_at_end(r->ref), &r->life, err);
}

static sq_status live_patient(reference *r, const sq_item *item, int place, sq_error *err)
{
    int n_strategies = r->worker->plan->model->n_strategies;
    sq_status status = SQ_OK;
    for (int s = 0; s < n_strategies && !status; s++) {
        status = sq_ref_live(r->ref, item->blocks[s], s, item->luck, item->first_patient + place, &r->life, NULL,
                             err);
        if (status) return status;
        r->worker->firings += sq_ref_firings(r->ref);
        sq_outcome_observe(item->outcome, r->block, s, place, &r->life);
        status = keep_row(r, item, place, s, err);
    }
    return status;
}

static sq_status do_item(reference *r, const sq_item *item, sq_error *err)
{
    sq_status status = sq_block_lanes_open(r->block, item->n_patients, err);
    for (int place = 0; place < item->n_patients && !status; place++) {
        status = live_patient(r, item, place, err);
        if (status != SQ_ERR_LIFE) continue;
        sq_worker_done(r->worker, item, item->first_patient + place);
        return SQ_OK;
    }
    if (status) return status;
    sq_outcome_close_block(item->outcome, r->block, NULL);
    sq_worker_done(r->worker, item, -1);
    return SQ_OK;
}

sq_status sq_work_by_reference(sq_worker *worker, sq_error *err)
{
    const sq_plan *plan = worker->plan;
    reference r = {.worker = worker};
    sq_item item;
    sq_status status = sq_ref_new(&r.ref, plan->model, err);
    if (!status) status = sq_block_lanes_new(&r.block, plan->model, err);
    if (!status) status = sq_life_init(&r.life, plan->model, err);
    r.life.keep_log = plan->sink.want_log;
    while (!status && sq_worker_next(worker, &item)) status = do_item(&r, &item, err);
    sq_ref_free(r.ref);
    sq_block_lanes_free(r.block);
    sq_life_free(&r.life);
    return status;
}
