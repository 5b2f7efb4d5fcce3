/* Runs the experiments one after the other and says of every published figure what it is and where the simulated one lies. */
#include "study/validate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const double sq_coverage_levels[3] = {.5, .8, .95};

const char *sq_figure_class_word(sq_figure_class class)
{
    static const char *const words[] = {"share", "time", "other", "contrast"};
    return words[class];
}

const char *sq_verdict_word(sq_verdict verdict)
{
    static const char *const words[] = {"inside", "outside", "no_interval", "not_reached"};
    return words[verdict];
}

const char *sq_bar_word(sq_bar_kind bar)
{
    static const char *const words[SQ_BARS] = {"chi_square",  "per_parameter", "coverage_50", "coverage_80",
                                               "coverage_95", "share_error",   "time_error",  "log_score"};
    return words[bar];
}

/* ---- what a figure is ------------------------------------------------------------------------------------- */

/* Differences and ratios within a study, and tests of them. */
static bool is_contrast(const sq_model *m, const sq_target *t)
{
    if (t->kind != SQ_TARGET_ESTIMATE) return false;
    const sq_cohort_estimate *e = &m->emulations[t->index].estimates[t->estimate];
    return e->against >= 0 || e->kind == SQ_ESTIMATE_HAZARD_RATIO || e->kind == SQ_ESTIMATE_LOG_RANK;
}

static bool is_median(const sq_model *m, const sq_target *t)
{
    if (t->kind == SQ_TARGET_MEDIAN) return true;
    return t->kind == SQ_TARGET_ESTIMATE &&
           m->emulations[t->index].estimates[t->estimate].kind == SQ_ESTIMATE_MEDIAN;
}

static sq_validated figure_of(const sq_suite_target *s, const sq_model *m)
{
    const sq_target *t = s->target;
    bool judged = strcmp(t->use, "fitted") == 0 || strcmp(t->use, "unfitted") == 0;
    return (sq_validated){
        .target = s,
        .class = is_contrast(m, t) ? SQ_FIGURE_CONTRAST
                 : s->is_share     ? SQ_FIGURE_SHARE
                 : is_median(m, t) ? SQ_FIGURE_TIME
                                   : SQ_FIGURE_OTHER,
        .is_judged = judged,
        .is_known_miss = judged && t->known_miss[0],
        .is_emulated = t->kind == SQ_TARGET_ESTIMATE,
    };
}

sq_status sq_validate_new(sq_validate **out, sq_suite *suite, const char *const *settings, sq_error *err)
{
    const sq_suite_target *targets;
    sq_validate *v = *out = calloc(1, sizeof *v);
    if (!v) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the figures");
    v->suite = suite;
    v->settings = settings;
    v->n_experiments = sq_suite_experiments(suite, &v->experiments);
    v->n = sq_suite_targets(suite, &targets);
    v->figures = sq_arena_array(&v->arena, (size_t)v->n + 1, sizeof *v->figures);
    if (!v->figures) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the figures");
    for (int i = 0; i < v->n; i++) v->figures[i] = figure_of(&targets[i], v->experiments[targets[i].experiment].model);
    return SQ_OK;
}

void sq_validate_free(sq_validate *v)
{
    if (!v) return;
    sq_arena_free(&v->arena);
    free(v);
}

/* ---- running ---------------------------------------------------------------------------------------------- */

/* The probability integral transform behind a two-sided probability: which side it is of, the median of the cohorts says. */
static double pit_of(double p, double published, double median)
{
    return published > median ? 1 - p / 2 : p / 2;
}

static void take_figure(sq_validated *f, const sq_variables *results, int index)
{
    enum { QUANTILES = 7, LOW = 0, MEDIAN = 3, HIGH = 6 };
    const sq_variable *verdict = sq_variables_find(results, "", "target_verdict");
    const sq_variable *quantile = sq_variables_find(results, "", "target_predictive");
    const sq_variable *p = sq_variables_find(results, "", "target_predictive_p");
    f->verdict = verdict ? (sq_verdict)((const int32_t *)verdict->data)[index] : SQ_NO_INTERVAL;
    f->pit = f->predictive[0] = f->predictive[1] = NAN;
    if (!f->is_emulated || !quantile || !p) return;
    const double *q = (const double *)quantile->data + (size_t)index * QUANTILES;
    f->predictive[0] = q[LOW];
    f->predictive[1] = q[HIGH];
    f->pit = pit_of(((const double *)p->data)[index], f->target->published, q[MEDIAN]);
}

/* What an experiment gave, once it is run. */
static void take_experiment(sq_validate *v, int experiment, const sq_variables *results, const sq_suite_figure *figures)
{
    const sq_suite_experiment *e = &v->experiments[experiment];
    for (int i = 0; i < e->n_targets; i++) {
        sq_validated *f = &v->figures[e->first_target + i];
        f->figure = figures[e->first_target + i];
        take_figure(f, results, i);
        bool met = f->verdict == SQ_INSIDE;
        bool missed = f->verdict == SQ_OUTSIDE || f->verdict == SQ_NOT_REACHED;
        f->is_missed = f->is_judged && missed && !f->is_known_miss;
        f->now_met = f->is_known_miss && met;
    }
}

static void add_facts(sq_run_facts *sum, const sq_run_facts *one)
{
    sq_run_facts before = *sum;
    *sum = *one;
    sum->wall_seconds += before.wall_seconds;
    sum->cpu_seconds += before.cpu_seconds;
    sum->busy_seconds += before.busy_seconds;
    sum->busiest_thread_seconds += before.busiest_thread_seconds;
    sum->patients += before.patients;
    sum->lives += before.lives;
    sum->firings += before.firings;
    sum->draws += before.draws;
}

/* One experiment at a time, so that results of all are never held together and the caller hears how far it is. */
static sq_status run_one(sq_validate *v, int experiment, const sq_validate_options *options, bool *leave_out,
                         sq_variables *results, sq_suite_figure *figures, sq_error *err)
{
    sq_run_facts facts;
    const sq_suite_run run = {
        .leave_out = leave_out, .options = {.threads = options->threads}, .results = results, .facts = &facts};
    leave_out[experiment] = false;
    sq_status status = sq_suite_evaluate(v->suite, &run, figures, err);
    leave_out[experiment] = true;
    if (!status) take_experiment(v, experiment, &results[experiment], figures);
    if (!status) add_facts(&v->facts, &facts);
    sq_variables_free(&results[experiment]);
    return status;
}

static sq_status run_all(sq_validate *v, const sq_validate_options *options, sq_error *err)
{
    size_t n = (size_t)v->n_experiments + 1;
    bool *leave_out = sq_arena_array(&v->arena, n, sizeof *leave_out);
    sq_variables *results = sq_arena_array(&v->arena, n, sizeof *results);
    sq_suite_figure *figures = sq_arena_array(&v->arena, (size_t)v->n + 1, sizeof *figures);
    if (!leave_out || !results || !figures) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the figures");
    sq_status status = SQ_OK;
    int64_t done = 0, all = 0;
    for (int e = 0; e < v->n_experiments; e++) {
        leave_out[e] = true;
        all += v->experiments[e].model->n_patients;
    }
    for (int e = 0; e < v->n_experiments && !status; e++) {
        if (v->experiments[e].n_targets > 0) status = run_one(v, e, options, leave_out, results, figures, err);
        done += v->experiments[e].model->n_patients;
        if (options->progress) options->progress(options->context, done, all);
    }
    return status;
}

sq_status sq_validate_run(sq_validate *v, const sq_validate_options *options, sq_error *err)
{
    sq_status status = run_all(v, options, err);
    if (!status) status = sq_validate_score(v, options->bars.informative, err);
    return status ? status : sq_validate_judge(v, options, err);
}
