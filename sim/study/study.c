/* The plan and the threads. Items are handed out in order; each thread has an interpreter, an accumulator and
 * a life of its own, and accumulators are merged at the end: they are order-free, so neither the number of
 * threads nor who did what can be seen in a result. Where rows are wanted, a thread keeps those of its item
 * and hands them on when all earlier items have done so. This file alone knows OpenMP. */
#include "study/study.h"

#include "engine/ref.h"
#include "model/block.h"
#include "outcome/outcome.h"
#include "study/row_buffer.h"

#include <omp.h>
#include <stdlib.h>
#include <time.h>

/* What all threads share. */
typedef struct sq_plan {
    const sq_model *model;
    const sq_run_options *options;
    double *blocks;     /* [n_strategies][block_size] */
    sq_luck luck;
    int64_t n_items, done;
    int64_t failed_item; /* lowest so far; n_items if none */
    sq_error failure;
    int64_t firings;
    double busiest, busy; /* processor seconds of threads: the largest, and all together */
} sq_plan;

/* What a thread has of its own. */
typedef struct worker {
    sq_ref *ref;
    sq_outcome *outcome;
    sq_block_lanes *block;
    sq_life life;
    sq_row_buffer rows;
    int64_t firings;
} worker;

static double *block_of(const sq_plan *plan, int strategy)
{
    return plan->blocks + (size_t)strategy * (size_t)plan->model->block_size;
}

static sq_status worker_init(worker *w, const sq_plan *plan, sq_error *err)
{
    sq_status status = sq_ref_new(&w->ref, plan->model, err);
    if (!status) status = sq_outcome_new(&w->outcome, plan->model, err);
    if (!status) status = sq_block_lanes_new(&w->block, plan->model, err);
    if (!status) status = sq_life_init(&w->life, plan->model, err);
    w->life.keep_log = plan->options->sink && plan->options->sink->want_log;
    return status;
}

static void worker_free(worker *w)
{
    sq_ref_free(w->ref);
    sq_outcome_free(w->outcome);
    sq_block_lanes_free(w->block);
    sq_life_free(&w->life);
    sq_row_buffer_free(&w->rows);
}

static void note_failure(sq_plan *plan, int64_t item, const sq_error *err)
{
#pragma omp critical(sq_study_failure)
    if (item < plan->failed_item) {
#pragma omp atomic write
        plan->failed_item = item;
        plan->failure = *err;
    }
}

static sq_status live_patient(const sq_plan *plan, worker *w, int64_t patient, int lane, sq_error *err)
{
    const sq_model *m = plan->model;
    for (int s = 0; s < m->n_strategies; s++) {
        sq_status status = sq_ref_live(w->ref, block_of(plan, s), s, plan->luck, patient, &w->life, NULL, err);
        if (status) return status;
        w->firings += sq_ref_firings(w->ref);
        sq_outcome_observe(w->outcome, w->block, s, lane, &w->life);
        if (!plan->options->sink) continue;
        status = sq_row_buffer_add(&w->rows, m, patient, s, w->ref, &w->life, err);
        if (status) return status;
    }
    return SQ_OK;
}

static int lanes_of(const sq_plan *plan, int64_t item)
{
    int64_t rest = plan->model->n_patients - item * SQ_BLOCK;
    return rest < SQ_BLOCK ? (int)rest : SQ_BLOCK;
}

static void report_progress(sq_plan *plan, int lanes)
{
    if (!plan->options->progress) return;
#pragma omp critical(sq_study_progress)
    {
        plan->done += lanes;
        plan->options->progress(plan->options->progress_context, plan->done, plan->model->n_patients);
    }
}

/* Items after one that failed are in vain; items before it are not, for a lower one may fail too. */
static bool is_in_vain(const sq_plan *plan, int64_t item)
{
    int64_t failed;
#pragma omp atomic read
    failed = plan->failed_item;
    return item > failed;
}

static void do_item(sq_plan *plan, worker *w, int64_t item)
{
    sq_error err = {0};
    int lanes = lanes_of(plan, item);
    if (is_in_vain(plan, item)) return;
    if (sq_block_lanes_open(w->block, lanes, &err)) {
        note_failure(plan, item, &err);
        return;
    }
    for (int lane = 0; lane < lanes; lane++) {
        if (live_patient(plan, w, item * SQ_BLOCK + lane, lane, &err)) {
            note_failure(plan, item, &err);
            return;
        }
    }
    sq_outcome_close_block(w->outcome, w->block);
    report_progress(plan, lanes);
}

static void hand_rows_on(sq_plan *plan, worker *w, int64_t item)
{
    sq_error err = {0};
    if (!is_in_vain(plan, item + 1) && sq_row_buffer_emit(&w->rows, plan->model, plan->options->sink, &err))
        note_failure(plan, item, &err);
    sq_row_buffer_clear(&w->rows);
}

/* Processor time of the calling thread. */
static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Takes over what a thread has won in the items it did. */
static void merge_worker(sq_plan *plan, sq_outcome *total, const worker *w, double busy)
{
#pragma omp critical(sq_study_merge)
    {
        sq_outcome_merge(total, w->outcome);
        plan->firings += w->firings;
        plan->busy += busy;
        plan->busiest = busy > plan->busiest ? busy : plan->busiest;
    }
}

/* All items, by one team of threads; each merges what it has won into `total`. A thread's time ends with its last
 * item: waiting for the others may use the processor, but is idle. */
static void run_items(sq_plan *plan, sq_outcome *total, int threads)
{
#pragma omp parallel num_threads(threads) default(none) shared(plan, total)
    {
        worker w = {0};
        sq_error err = {0};
        double before = thread_seconds();
        bool ready = worker_init(&w, plan, &err) == SQ_OK;
        if (!ready) note_failure(plan, 0, &err);
        if (plan->options->sink) {
#pragma omp for schedule(dynamic, 1) ordered nowait
            for (int64_t item = 0; item < plan->n_items; item++) {
                if (ready) do_item(plan, &w, item);
#pragma omp ordered
                hand_rows_on(plan, &w, item);
            }
        } else {
#pragma omp for schedule(dynamic, 1) nowait
            for (int64_t item = 0; item < plan->n_items; item++)
                if (ready) do_item(plan, &w, item);
        }
        if (ready) merge_worker(plan, total, &w, thread_seconds() - before);
        worker_free(&w);
    }
}

static sq_status fill_blocks(sq_plan *plan, sq_error *err)
{
    const sq_model *m = plan->model;
    size_t size = (size_t)(m->block_size > 0 ? m->block_size : 1);
    plan->blocks = calloc((size_t)m->n_strategies, size * sizeof(double));
    if (!plan->blocks) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the parameters");
    for (int s = 0; s < m->n_strategies; s++) {
        sq_status status = sq_block_fill(m, s, block_of(plan, s), err);
        if (status) return status;
    }
    return SQ_OK;
}

static sq_status run_all(sq_plan *plan, int threads, sq_variables *variables, sq_error *err)
{
    sq_outcome *total = NULL;
    sq_status status = fill_blocks(plan, err);
    if (!status) status = sq_outcome_new(&total, plan->model, err);
    if (!status) {
        sq_outcome_shed(total); /* it only receives what the threads have won */
        run_items(plan, total, threads);
        status = plan->failure.status;
        if (status) *err = plan->failure;
    }
    const sq_outcome *const grid[1] = {total};
    if (!status) status = sq_outcome_finish(plan->model, 1, 1, grid, variables, err);
    if (!status && sq_wants(plan->model, SQ_OUT_PARAMETERS)) {
        const double *const numbers[1] = {block_of(plan, plan->model->reference)};
        status = sq_outcome_add_parameters(plan->model, 1, 1, numbers, variables, err);
    }
    sq_outcome_free(total);
    free(plan->blocks);
    return status;
}

sq_status sq_study_run(const sq_model *model, const sq_run_options *options, sq_variables *variables,
                       sq_run_facts *facts, sq_error *err)
{
    int64_t patients = model->n_patients;
    sq_plan plan = {
        .model = model,
        .options = options,
        .luck = sq_luck_of(model->seed, 0, 0),
        .n_items = (patients + SQ_BLOCK - 1) / SQ_BLOCK,
    };
    plan.failed_item = plan.n_items;
    int threads = options->threads > 0 ? options->threads : omp_get_max_threads();
    double wall = omp_get_wtime();
    clock_t cpu = clock();
    sq_status status = run_all(&plan, threads, variables, err);
    if (facts) {
        *facts = (sq_run_facts){
            .threads = threads,
            .wall_seconds = omp_get_wtime() - wall,
            .cpu_seconds = (double)(clock() - cpu) / CLOCKS_PER_SEC,
            .busiest_thread_seconds = plan.busiest,
            .busy_seconds = plan.busy,
            .patients = patients,
            .lives = patients * model->n_strategies,
            .firings = plan.firings,
        };
    }
    return status;
}
