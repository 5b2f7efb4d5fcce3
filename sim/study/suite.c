/* Experiments side by side. Each is run as `run` would run it, one after the other with all threads, since what is
 * asked of them (a fit, a validation) needs the figures of all. Figures are read from the results themselves, so that
 * they are the very numbers a result file would hold. */
#include "study/suite.h"

#include "engine/columns.h"
#include "outcome/target.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sq_suite {
    int n, n_targets;
    sq_suite_experiment *experiments; /* [n] */
    sq_model **models;                /* [n] */
    sq_col_plan **columns;            /* [n] found when first run */
    sq_suite_target *targets;
};

/* ---- loading ------------------------------------------------------------------------------------------- */

/* Adds what the loader said to what was said of experiments before. */
static bool add_messages(char **all, const sq_diags *diags)
{
    if (!all || diags->count == 0) return true;
    char *more = sq_diags_render(diags);
    size_t before = *all ? strlen(*all) : 0;
    char *longer = more ? realloc(*all, before + strlen(more) + 1) : NULL;
    if (longer) {
        strcpy(longer + before, more);
        *all = longer;
    }
    free(more);
    return longer != NULL;
}

/* All but the targets are left out of results, which saves their making. */
static void keep_targets_alone(sq_model *model) { model->left_out = ~(UINT32_C(1) << SQ_OUT_TARGETS); }

static sq_status load_one(const char *path, const sq_load_options *options, sq_model **model, char **messages,
                          sq_error *err)
{
    sq_diags diags = {0};
    sq_status status = sq_load_experiment(path, options, model, &diags, err);
    if (!add_messages(messages, &diags)) status = sq_fail(err, SQ_ERR_MEMORY, "no memory for the messages");
    sq_diags_free(&diags);
    return status;
}

static sq_status names_differ(const sq_suite *suite, sq_error *err)
{
    for (int i = 0; i < suite->n; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(suite->experiments[i].name, suite->experiments[j].name) == 0)
                return sq_fail(err, SQ_ERR_INPUT, "%s and %s are both called '%s'", suite->experiments[j].path,
                               suite->experiments[i].path, suite->experiments[i].name);
    return SQ_OK;
}

static sq_suite_target target_of(const sq_suite *suite, int experiment, int index)
{
    const sq_model *m = suite->models[experiment];
    const sq_target *t = &m->targets[index];
    double divisor = sq_target_divisor(m, t);
    return (sq_suite_target){
        .experiment = experiment,
        .index = index,
        .target = t,
        .unit = sq_target_unit(m, t),
        .is_share = sq_target_is_share(m, t),
        .published = t->published / divisor,
        .lower = t->lower / divisor,
        .upper = t->upper / divisor,
        .k = t->k,
        .n = t->n,
    };
}

static sq_status list_targets(sq_suite *suite, sq_error *err)
{
    size_t n = 0;
    for (int i = 0; i < suite->n; i++) n += (size_t)suite->experiments[i].n_targets;
    suite->targets = calloc(n + 1, sizeof *suite->targets);
    if (!suite->targets) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the targets");
    for (int i = 0; i < suite->n; i++) {
        suite->experiments[i].first_target = suite->n_targets;
        for (int j = 0; j < suite->experiments[i].n_targets; j++)
            suite->targets[suite->n_targets++] = target_of(suite, i, j);
    }
    return SQ_OK;
}

/* What loading allocates; the models become the suite's. */
static bool make_room(sq_suite *suite, int n, sq_model *const *models, const char *const *paths)
{
    size_t room = n > 0 ? (size_t)n : 1;
    suite->experiments = calloc(room, sizeof *suite->experiments);
    suite->models = calloc(room, sizeof *suite->models);
    suite->columns = calloc(room, sizeof *suite->columns);
    if (!suite->experiments || !suite->models || !suite->columns) return false;
    suite->n = n;
    for (int i = 0; i < n; i++) {
        suite->models[i] = models[i];
        suite->experiments[i] = (sq_suite_experiment){
            .path = paths[i], .name = models[i]->experiment, .model = models[i], .n_targets = models[i]->n_targets};
    }
    return true;
}

sq_status sq_suite_of(sq_suite **out, int n, sq_model *const *models, const char *const *paths, bool all_outputs,
                      sq_error *err)
{
    sq_suite *suite = *out = calloc(1, sizeof *suite);
    if (!suite || !make_room(suite, n, models, paths)) {
        for (int i = 0; i < n; i++) sq_model_free(models[i]);
        sq_suite_free(suite);
        *out = NULL;
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for the experiments");
    }
    for (int i = 0; i < n && !all_outputs; i++) keep_targets_alone(suite->models[i]);
    sq_status status = names_differ(suite, err);
    if (!status) status = list_targets(suite, err);
    if (!status) return SQ_OK;
    sq_suite_free(suite);
    *out = NULL;
    return status;
}

sq_status sq_suite_new(sq_suite **out, int n, const char *const *paths, const sq_suite_load *options, char **messages,
                       sq_error *err)
{
    static const sq_suite_load as_written;
    const sq_suite_load *o = options ? options : &as_written;
    sq_model **models = calloc(n > 0 ? (size_t)n : 1, sizeof *models);
    *out = NULL;
    if (messages) *messages = NULL;
    sq_status status = models ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the experiments");
    for (int i = 0; i < n && !status; i++) status = load_one(paths[i], &o->load, &models[i], messages, err);
    if (!status)
        status = sq_suite_of(out, n, models, paths, o->all_outputs, err);
    else
        for (int i = 0; models && i < n; i++) sq_model_free(models[i]);
    free(models);
    return status;
}

void sq_suite_free(sq_suite *suite)
{
    if (!suite) return;
    for (int i = 0; i < suite->n; i++) {
        sq_col_plan_free(suite->columns[i]);
        sq_model_free(suite->models[i]);
    }
    free(suite->experiments);
    free(suite->models);
    free(suite->columns);
    free(suite->targets);
    free(suite);
}

int sq_suite_experiments(const sq_suite *suite, const sq_suite_experiment **experiments)
{
    *experiments = suite->experiments;
    return suite->n;
}

int sq_suite_targets(const sq_suite *suite, const sq_suite_target **targets)
{
    *targets = suite->targets;
    return suite->n_targets;
}

sq_source_file *sq_suite_files(const sq_suite *suite, int n_first, const sq_source_file *first, int *n)
{
    int room = n_first + 1;
    for (int e = 0; e < suite->n; e++) room += suite->models[e]->n_files;
    sq_source_file *files = calloc((size_t)room, sizeof *files);
    *n = 0;
    for (int i = 0; files && i < n_first; i++) files[(*n)++] = first[i];
    for (int e = 0; files && e < suite->n; e++)
        for (int i = 0; i < suite->models[e]->n_files; i++) {
            int k = 0;
            while (k < *n && strcmp(files[k].path, suite->models[e]->files[i].path) != 0) k++;
            if (k == *n) files[(*n)++] = suite->models[e]->files[i];
        }
    return files;
}

/* ---- evaluating ---------------------------------------------------------------------------------------- */

/* The figures of an experiment, from its results (points lie along their first axis) or (NULL) as not run. */
static void take_figures(const sq_suite *suite, int experiment, int n_points, const sq_variables *results,
                         sq_suite_figure *figures)
{
    const sq_suite_experiment *e = &suite->experiments[experiment];
    const sq_variable *simulated = results ? sq_variables_find(results, "", "target_simulated") : NULL;
    const sq_variable *se = results ? sq_variables_find(results, "", "target_se") : NULL;
    for (int i = 0; i < n_points * e->n_targets; i++) {
        int point = i / e->n_targets, target = i % e->n_targets;
        figures[point * suite->n_targets + e->first_target + target] = (sq_suite_figure){
            .simulated = simulated ? ((const double *)simulated->data)[i] : NAN,
            .se = se ? ((const double *)se->data)[i] : NAN,
        };
    }
}

static void add_facts(sq_run_facts *sum, const sq_run_facts *one)
{
    sum->threads = one->threads;
    sum->engine = one->engine;
    sum->instruction_set = one->instruction_set;
    sum->wall_seconds += one->wall_seconds;
    sum->cpu_seconds += one->cpu_seconds;
    sum->busy_seconds += one->busy_seconds;
    sum->busiest_thread_seconds += one->busiest_thread_seconds;
    sum->patients += one->patients;
    sum->lives += one->lives;
    sum->firings += one->firings;
    sum->draws += one->draws;
}

static sq_status run_one(sq_suite *suite, int experiment, const sq_suite_run *run, sq_variables *results,
                         sq_error *err)
{
    const sq_model *m = suite->models[experiment];
    sq_run_options options = run->options;
    sq_run_facts facts;
    sq_status status = SQ_OK;
    if (options.engine == SQ_ENGINE_COLUMNAR && !suite->columns[experiment])
        status = sq_col_plan_new(&suite->columns[experiment], m, options.sink != NULL, err);
    options.columns = suite->columns[experiment];
    options.settings = run->settings ? run->settings[experiment] : NULL;
    if (!status) status = sq_study_run(m, &options, results, &facts, err);
    if (!status && run->facts) add_facts(run->facts, &facts);
    return status;
}

static int points_of(const sq_suite_run *run) { return run->options.n_points > 0 ? run->options.n_points : 1; }

static sq_status evaluate_one(sq_suite *suite, int experiment, const sq_suite_run *run, sq_suite_figure *figures,
                              sq_error *err)
{
    sq_variables own = {0}, *results = run->results ? &run->results[experiment] : &own;
    sq_error why = {0};
    sq_status status = run_one(suite, experiment, run, results, &why);
    if (!status) take_figures(suite, experiment, points_of(run), results, figures);
    sq_variables_free(&own);
    return status ? sq_fail(err, status, "%s: %s", suite->experiments[experiment].name, why.text) : SQ_OK;
}

sq_status sq_suite_evaluate(sq_suite *suite, const sq_suite_run *run, sq_suite_figure *figures, sq_error *err)
{
    if (run->facts) *run->facts = (sq_run_facts){0};
    for (int i = 0; i < suite->n; i++) {
        take_figures(suite, i, points_of(run), NULL, figures);
        if (run->leave_out && run->leave_out[i]) continue;
        sq_status status = evaluate_one(suite, i, run, figures, err);
        if (status) return status;
    }
    return SQ_OK;
}
