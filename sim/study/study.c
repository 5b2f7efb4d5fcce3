/* A team of threads does the plan's items; what each has won of a point is merged with its last. Accumulators are
 * order-free, so neither the number of threads nor who did what can be seen in a result. */
#include "study/study.h"

#include "outcome/outcome.h"
#include "study/worker.h"

#include <omp.h>
#include <time.h>

/* Takes over what a thread did; the sums of lanes become shares in the end. */
static void add_facts(sq_run_facts *facts, sq_columns_facts *columns, const sq_worker *w)
{
    facts->firings += w->firings;
    facts->busy_seconds += w->busy;
    if (w->busy > facts->busiest_thread_seconds) facts->busiest_thread_seconds = w->busy;
    facts->draws += w->columns.draws;
    facts->waves += w->columns.waves;
    facts->waved += w->columns.waved;
    columns->rounds += w->columns.rounds;
    columns->in_flight += w->columns.in_flight;
}

/* All items. A thread's time ends with its last item: waiting for the others may use the processor, but is idle. */
static void run_items(sq_plan *plan, int threads, sq_run_facts *facts)
{
    sq_columns_facts columns = {0};
#pragma omp parallel num_threads(threads) default(none) shared(plan, facts, columns)
    {
        sq_worker w;
        sq_worker_run(&w, plan, omp_get_thread_num());
#pragma omp critical(sq_study_facts)
        add_facts(facts, &columns, &w);
    }
    double lanes = (double)columns.rounds * facts->batch;
    facts->occupancy = lanes > 0 ? (double)columns.in_flight / lanes : 0;
}

/* The cohorts of points that no thread has analysed on its way, by all of them. Where something has failed those of lower
 * points may fail too, and are then what is told. */
static void analyse_cohorts(sq_plan *plan, int threads)
{
    sq_point_cohorts whole;
    while ((whole = sq_plan_whole_cohorts(plan)).cohorts) {
        int64_t last = sq_plan_last_item(plan, whole.point);
        sq_error err = {0};
        if (sq_plan_in_vain(plan, last)) sq_cohorts_free(whole.cohorts);
        else if (sq_plan_analyse(plan, whole, threads, &err)) sq_plan_note_failure(plan, last, -1, &err);
    }
}

/* Patients in flight in a thread; none in the reference. More than there are lives would never be. */
static int batch_of(const sq_model *m, const sq_run_options *o, int64_t lives)
{
    if (o->engine != SQ_ENGINE_COLUMNAR) return 0;
    if (o->batch == 0) return sq_columns_batch(m, sq_study_extent(m, o));
    return o->batch < lives ? o->batch : (int)lives;
}

sq_status sq_study_run(const sq_model *model, const sq_run_options *wanted, sq_variables *variables,
                       sq_run_facts *facts, sq_error *err)
{
    sq_plan plan = {0};
    sq_estimates *estimates = NULL;
    sq_run_options options = *wanted;
    sq_status status = sq_run_choose(&options, NULL, NULL, err);
    if (status) return status;
    const sq_extent extent = sq_study_extent(model, &options);
    const int64_t patients = extent.patients * extent.points, lives = patients * model->n_strategies;
    options.batch = batch_of(model, &options, lives);
    sq_run_facts own = {
        .threads = options.threads > 0 ? options.threads : omp_get_max_threads(),
        .patients = patients,
        .lives = lives,
        .engine = sq_engine_name(options.engine),
        .instruction_set = options.lanes ? options.lanes->name : "scalar",
        .batch = options.batch,
    };
    double wall = omp_get_wtime();
    clock_t cpu = clock();
    status = sq_estimates_new(&estimates, model, extent.points, 1, variables, err);
    if (!status) status = sq_plan_init(&plan, model, &options, own.threads, estimates, err);
    if (!status) {
        run_items(&plan, own.threads, &own);
        analyse_cohorts(&plan, own.threads);
        status = sq_plan_verdict(&plan, err);
    }
    sq_plan_free(&plan);
    sq_estimates_free(estimates);
    own.wall_seconds = omp_get_wtime() - wall;
    own.cpu_seconds = (double)(clock() - cpu) / CLOCKS_PER_SEC;
    if (facts) *facts = own;
    return status;
}
