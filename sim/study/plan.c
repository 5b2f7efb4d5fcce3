/* Items are handed out in order, one after the other, to whoever asks. Of several failures the one of the lowest item
 * counts, and within an item that of its lowest patient, so that what is said does not depend on the number of
 * threads: items before the lowest failed one are therefore finished, for a lower one may fail too. */
#include "study/plan.h"

#include "model/block.h"

#include <stdlib.h>

sq_extent sq_study_extent(const sq_model *m, const sq_run_options *o)
{
    return (sq_extent){.patients = o->patients > 0 ? o->patients : m->n_patients, .points = o->n_points > 0 ? o->n_points : 1};
}

/* ---- points --------------------------------------------------------------------------------------------- */

/* Never nothing: a block's address says whose it is. */
static size_t block_room(const sq_model *m) { return m->block_size > 0 ? (size_t)m->block_size : 1; }

static const sq_settings *settings_of(const sq_plan *plan, int point)
{
    return plan->options->settings ? plan->options->settings[point] : NULL;
}

static sq_status fill_point(sq_plan *plan, int index, sq_error *err)
{
    const sq_model *m = plan->model;
    sq_point *point = &plan->points[index];
    size_t strategies = (size_t)m->n_strategies;
    double *block = plan->numbers + (size_t)index * strategies * block_room(m);
    point->luck = sq_luck_of(plan->options->seed ? *plan->options->seed : m->seed, 0, 0);
    point->blocks = calloc(strategies, sizeof *point->blocks);
    if (!point->blocks) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the parameters");
    for (int s = 0; s < m->n_strategies; s++, block += block_room(m)) {
        point->blocks[s] = block;
        sq_status status = sq_block_fill(m, s, settings_of(plan, index), block, err);
        if (status) return status;
    }
    sq_status status = sq_outcome_new(&point->total, m, err);
    if (!status) sq_outcome_shed(point->total); /* it only receives what the threads have won */
    return status;
}

static sq_status make_points(sq_plan *plan, sq_error *err)
{
    const sq_model *m = plan->model;
    size_t numbers = (size_t)plan->extent.points * (size_t)m->n_strategies * block_room(m);
    plan->points = calloc((size_t)plan->extent.points, sizeof *plan->points);
    plan->numbers = calloc(numbers, sizeof *plan->numbers);
    if (!plan->points || !plan->numbers) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the parameters");
    for (int i = 0; i < plan->extent.points; i++) {
        sq_status status = fill_point(plan, i, err);
        if (status) return status;
    }
    return SQ_OK;
}

sq_status sq_plan_init(sq_plan *plan, const sq_model *m, const sq_run_options *options, sq_error *err)
{
    plan->model = m;
    plan->options = options;
    plan->extent = sq_study_extent(m, options);
    plan->point_items = (plan->extent.patients + SQ_BLOCK - 1) / SQ_BLOCK;
    plan->n_items = plan->extent.points * plan->point_items;
    plan->failure.item = plan->n_items;
    plan->rows = (sq_row_order){.model = m, .sink = options->sink};
    sq_status status = make_points(plan, err);
    if (status || options->engine != SQ_ENGINE_COLUMNAR) return status;
    if (!options->columns) status = sq_col_plan_new(&plan->own_columns, m, options->sink != NULL, err);
    plan->columns = options->columns ? options->columns : plan->own_columns;
    return status;
}

void sq_plan_free(sq_plan *plan)
{
    for (int i = 0; plan->points && i < plan->extent.points; i++) {
        sq_outcome_free(plan->points[i].total);
        free(plan->points[i].blocks);
    }
    free(plan->points);
    free(plan->numbers);
    sq_col_plan_free(plan->own_columns);
    sq_row_order_free(&plan->rows);
}

/* ---- items ---------------------------------------------------------------------------------------------- */

int sq_plan_point_of(const sq_plan *plan, int64_t item) { return (int)(item / plan->point_items); }

bool sq_plan_next(sq_plan *plan, sq_item *item)
{
    int64_t number;
#pragma omp atomic capture
    number = plan->next++;
    if (number >= plan->n_items || sq_plan_in_vain(plan, number)) return false;
    const sq_point *point = &plan->points[sq_plan_point_of(plan, number)];
    int64_t first = number % plan->point_items * SQ_BLOCK, rest = plan->extent.patients - first;
    *item = (sq_item){
        .number = number,
        .first_patient = first,
        .n_patients = rest < SQ_BLOCK ? (int)rest : SQ_BLOCK,
        .luck = point->luck,
        .blocks = point->blocks,
    };
    return true;
}

/* ---- failures ------------------------------------------------------------------------------------------- */

void sq_plan_note_failure(sq_plan *plan, int64_t item, int64_t patient, const sq_error *err)
{
#pragma omp critical(sq_plan_failure)
    if (item < plan->failure.item) {
#pragma omp atomic write
        plan->failure.item = item;
        plan->failure.patient = patient;
        plan->failure.err = err ? *err : (sq_error){.status = SQ_ERR_LIFE};
    }
}

bool sq_plan_in_vain(const sq_plan *plan, int64_t item)
{
    int64_t failed;
#pragma omp atomic read
    failed = plan->failure.item;
    return item > failed;
}

/* Lives the patient that failed again, strategy by strategy, until it fails. */
static sq_status live_again(const sq_plan *plan, sq_ref *ref, sq_life *life, sq_error *err)
{
    const sq_failure *failure = &plan->failure;
    const sq_point *point = &plan->points[sq_plan_point_of(plan, failure->item)];
    for (int s = 0; s < plan->model->n_strategies; s++) {
        sq_status status = sq_ref_live(ref, point->blocks[s], s, point->luck, failure->patient, life, NULL, err);
        if (status) return status;
    }
    return sq_fail(err, SQ_ERR_LIFE,
                   "patient %lld failed, but not when it lived again: an error of the program, please report it",
                   (long long)failure->patient);
}

sq_status sq_plan_verdict(const sq_plan *plan, sq_error *err)
{
    sq_ref *ref = NULL;
    sq_life life = {0};
    if (plan->failure.item == plan->n_items) return SQ_OK;
    if (plan->failure.patient < 0) {
        *err = plan->failure.err;
        return err->status;
    }
    sq_status status = sq_ref_new(&ref, plan->model, err);
    if (!status) status = sq_life_init(&life, plan->model, err);
    if (!status) status = live_again(plan, ref, &life, err);
    sq_ref_free(ref);
    sq_life_free(&life);
    return status;
}
