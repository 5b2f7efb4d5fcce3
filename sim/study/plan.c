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

/* Says which scenario it is that something is wrong with, where it has a name. */
static sq_status name_scenario(const sq_plan *plan, int point, sq_error *err)
{
    const sq_settings *settings = settings_of(plan, point);
    if (!settings || !settings->name) return err->status;
    const sq_error why = *err;
    return sq_fail(err, why.status, "scenario %s: %s", settings->name, why.text);
}

static sq_status fill_blocks(const sq_plan *plan, int index, sq_error *err)
{
    const sq_model *m = plan->model;
    const sq_point *point = &plan->points[index];
    sq_status status = SQ_OK;
    for (int s = 0; s < m->n_strategies && !status; s++) {
        double *block = point->numbers + (size_t)s * block_room(m);
        point->blocks[s] = block;
        status = sq_block_fill(m, s, settings_of(plan, index), block, err);
    }
    return status ? name_scenario(plan, index, err) : SQ_OK;
}

static sq_status begin_point(const sq_plan *plan, int index, sq_error *err)
{
    const sq_model *m = plan->model;
    sq_point *point = &plan->points[index];
    size_t strategies = (size_t)m->n_strategies;
    point->luck = sq_luck_of(plan->options->seed ? *plan->options->seed : m->seed, 0, 0);
    point->left = plan->point_items;
    point->blocks = calloc(strategies, sizeof *point->blocks);
    point->numbers = calloc(strategies * block_room(m), sizeof *point->numbers);
    point->won = calloc((size_t)plan->threads, sizeof(sq_outcome *));
    if (!point->blocks || !point->numbers || !point->won)
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for the parameters");
    sq_status status = fill_blocks(plan, index, err);
    point->begun = !status;
    return status;
}

static void forget_point(const sq_plan *plan, sq_point *point)
{
    for (int i = 0; point->won && i < plan->threads; i++) sq_outcome_free(point->won[i]);
    free(point->won);
    free(point->blocks);
    free(point->numbers);
    point->won = NULL;
    point->blocks = NULL;
    point->numbers = NULL;
}

/* The point of an item, ready to be lived. */
static sq_status ready_point(const sq_plan *plan, int index, int thread, sq_error *err)
{
    sq_point *point = &plan->points[index];
    sq_status status = SQ_OK;
    omp_set_lock(&point->lock);
    if (!point->begun) {
        forget_point(plan, point);
        status = begin_point(plan, index, err);
    }
    omp_unset_lock(&point->lock);
    return status || point->won[thread] ? status : sq_outcome_new(&point->won[thread], plan->model, err);
}

/* Merges what all threads have won into one of the accumulators, which is returned. */
static const sq_outcome *merged(const sq_plan *plan, const sq_point *point)
{
    sq_outcome *total = NULL;
    for (int i = 0; i < plan->threads; i++) {
        if (!point->won[i]) continue;
        sq_outcome_shed(point->won[i]);
        if (total) sq_outcome_merge(total, point->won[i]);
        else total = point->won[i];
    }
    return total;
}

sq_status sq_plan_over(sq_plan *plan, const sq_item *item, sq_error *err)
{
    int index = sq_plan_point_of(plan, item->number);
    sq_point *point = &plan->points[index];
    omp_set_lock(&point->lock);
    int64_t left = --point->left;
    omp_unset_lock(&point->lock);
    if (left > 0) return SQ_OK;
    const double *numbers = point->blocks[plan->model->reference];
    sq_status status = sq_estimates_take(plan->estimates, index, merged(plan, point), numbers, err);
    forget_point(plan, point);
    return status;
}

static sq_status make_points(sq_plan *plan, sq_error *err)
{
    plan->points = calloc((size_t)plan->extent.points, sizeof *plan->points);
    if (!plan->points) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the points of the run");
    for (; plan->n_locks < plan->extent.points; plan->n_locks++) omp_init_lock(&plan->points[plan->n_locks].lock);
    return SQ_OK;
}

sq_status sq_plan_init(sq_plan *plan, const sq_model *m, const sq_run_options *options, int threads,
                       const sq_estimates *estimates, sq_error *err)
{
    plan->model = m;
    plan->options = options;
    plan->threads = threads;
    plan->estimates = estimates;
    plan->extent = sq_study_extent(m, options);
    plan->point_items = (plan->extent.patients + SQ_BLOCK - 1) / SQ_BLOCK;
    plan->n_items = plan->extent.points * plan->point_items;
    plan->failure.item = plan->n_items;
    plan->has_rows = options->sink != NULL || m->n_emulations > 0;
    plan->emulation = (sq_emulation_run){.model = m, .patients = plan->extent.patients, .also = options->sink};
    plan->sink = sq_emulation_run_sink(&plan->emulation);
    plan->rows = (sq_row_order){.model = m, .sink = &plan->sink};
    sq_status status = make_points(plan, err);
    if (status || options->engine != SQ_ENGINE_COLUMNAR) return status;
    if (!options->columns) status = sq_col_plan_new(&plan->own_columns, m, options->sink != NULL, err);
    plan->columns = options->columns ? options->columns : plan->own_columns;
    return status;
}

void sq_plan_free(sq_plan *plan)
{
    for (int i = 0; i < plan->n_locks; i++) {
        forget_point(plan, &plan->points[i]);
        omp_destroy_lock(&plan->points[i].lock);
    }
    free(plan->points);
    sq_col_plan_free(plan->own_columns);
    sq_row_order_free(&plan->rows);
    sq_emulation_run_free(&plan->emulation);
}

/* ---- items ---------------------------------------------------------------------------------------------- */

int sq_plan_point_of(const sq_plan *plan, int64_t item) { return (int)(item / plan->point_items); }

int64_t sq_plan_last_item(const sq_plan *plan, int point) { return (point + 1) * plan->point_items - 1; }

bool sq_plan_next(sq_plan *plan, int thread, sq_item *item)
{
    int64_t number;
    sq_error err = {0};
#pragma omp atomic capture
    number = plan->next++;
    if (number >= plan->n_items || sq_plan_in_vain(plan, number)) return false;
    int index = sq_plan_point_of(plan, number);
    if (ready_point(plan, index, thread, &err)) {
        sq_plan_note_failure(plan, number, -1, &err);
        return false;
    }
    const sq_point *point = &plan->points[index];
    int64_t first = number % plan->point_items * SQ_BLOCK, rest = plan->extent.patients - first;
    *item = (sq_item){
        .number = number,
        .first_patient = first,
        .n_patients = rest < SQ_BLOCK ? (int)rest : SQ_BLOCK,
        .luck = point->luck,
        .blocks = point->blocks,
        .outcome = point->won[thread],
    };
    return true;
}

/* ---- emulated cohorts ----------------------------------------------------------------------------------- */

sq_point_cohorts sq_plan_whole_cohorts(sq_plan *plan)
{
    return sq_emulation_run_whole(&plan->emulation, (int)(plan->rows.next / plan->point_items));
}

sq_status sq_plan_analyse(sq_plan *plan, sq_point_cohorts whole, int threads, sq_error *err)
{
    sq_emulated *emulated = NULL;
    sq_status status = sq_cohorts_estimate(whole.cohorts, threads, &emulated, err);
    sq_cohorts_free(whole.cohorts);
    if (status) return name_scenario(plan, whole.point, err);
    status = sq_estimates_take_emulated(plan->estimates, whole.point, emulated, err);
    sq_emulated_free(emulated);
    return status;
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
    int index = sq_plan_point_of(plan, failure->item);
    const sq_point *point = &plan->points[index];
    for (int s = 0; s < plan->model->n_strategies; s++) {
        sq_status status = sq_ref_live(ref, point->blocks[s], s, point->luck, failure->patient, life, NULL, err);
        if (status) return name_scenario(plan, index, err);
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
