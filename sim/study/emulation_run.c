/* The rows of a run have one sink: it hands them on to whoever else wants them, and gathers cohorts. Rows of a later point
 * may come before the cohorts of an earlier one are asked for, which then wait. */
#include "study/emulation_run.h"

#include <stdlib.h>
#include <string.h>

static sq_status begin_point(sq_emulation_run *run, int point, sq_error *err)
{
    if (run->filling.cohorts && !sq_vec_push(&run->whole, run->filling))
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for emulated cohorts");
    run->filling = (sq_point_cohorts){.point = point};
    return sq_cohorts_new(&run->filling.cohorts, run->model, run->patients, err);
}

static sq_status take(void *context, const sq_row *row, sq_error *err)
{
    sq_emulation_run *run = context;
    sq_status status = run->also ? run->also->take(run->also->context, row, err) : SQ_OK;
    if (status || run->model->n_emulations == 0) return status;
    if (!run->filling.cohorts || run->filling.point != row->point) status = begin_point(run, row->point, err);
    return status ? status : sq_cohorts_take(run->filling.cohorts, row, err);
}

sq_row_sink sq_emulation_run_sink(sq_emulation_run *run)
{
    return (sq_row_sink){.context = run, .take = take, .want_log = run->also && run->also->want_log};
}

bool sq_emulation_run_wants(const sq_emulation_run *run, int strategy)
{
    bool wanted = run->also != NULL;
    for (int i = 0; i < run->model->n_emulations; i++) wanted = wanted || run->model->emulations[i].strategy == strategy;
    return wanted;
}

sq_point_cohorts sq_emulation_run_whole(sq_emulation_run *run, int n_points)
{
    sq_point_cohorts whole = run->filling;
    if (run->whole.count > 0) {
        whole = run->whole.items[0];
        memmove(run->whole.items, run->whole.items + 1, --run->whole.count * sizeof whole);
        return whole;
    }
    if (whole.point >= n_points) return (sq_point_cohorts){0};
    run->filling = (sq_point_cohorts){0};
    return whole;
}

void sq_emulation_run_free(sq_emulation_run *run)
{
    sq_cohorts_free(run->filling.cohorts);
    for (size_t i = 0; i < run->whole.count; i++) sq_cohorts_free(run->whole.items[i].cohorts);
    free(run->whole.items);
}
