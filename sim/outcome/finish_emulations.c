/* Emulated cohorts among the results. The estimates of all emulations lie along one axis, EMULATION.ESTIMATE, and so do their
 * groups; an emulation has a strategy of its own, so there is no axis strategy. Numbers are in the unit of their estimate. */
#include "outcome/finish.h"

#include <math.h>

static const char *const KINDS[] = {"survival", "median",   "restricted_mean", "incidence",
                                    "share",    "fraction", "hazard_ratio",    "log_rank"};

/* One estimate of all, wherever it stands. */
typedef struct place {
    int emulation, estimate;
} place;

/* The i-th estimate on the axis. */
static place place_of(const sq_model *m, size_t i)
{
    int emulation = 0;
    while (i >= (size_t)m->emulations[emulation].n_estimates)
        i -= (size_t)m->emulations[emulation++].n_estimates;
    return (place){emulation, (int)i};
}

/* ---- coordinates ------------------------------------------------------------------------------------ */

static void name_emulations(sq_finish *w)
{
    const sq_model *m = w->model;
    sq_finish_names(w, "emulation", "emulated study", m->emulations, m->n_emulations, sizeof *m->emulations,
                    offsetof(sq_emulation, name));
    sq_finish_texts(w, "emulation_title", "emulated study in words", "emulation", m->emulations, (size_t)m->n_emulations,
                    sizeof *m->emulations, offsetof(sq_emulation, title));
    const char **strategy = sq_finish_add(w, SQ_TEXT, "emulation_strategy", "", "strategy whose patients are in its cohorts",
                                          "emulation", NULL, NULL);
    const char **endpoint = sq_finish_add(w, SQ_TEXT, "emulation_endpoint", "", "endpoint whose risk set makes its members",
                                          "emulation", NULL, NULL);
    for (int i = 0; !w->failed && i < m->n_emulations; i++) {
        strategy[i] = sq_finish_text(w, m->strategies[m->emulations[i].strategy].name);
        endpoint[i] = sq_finish_text(w, m->endpoints[m->emulations[i].endpoint].name);
    }
}

static void name_groups(sq_finish *w)
{
    const sq_model *m = w->model;
    if (sq_emulated_lengths(m).groups == 0)
        return;
    sq_finish_axis(w, "emulation_group", sq_emulated_lengths(m).groups);
    const char **name = sq_finish_add(w, SQ_TEXT, "emulation_group", "", "group of an emulated study", "emulation_group", NULL,
                                      NULL);
    int64_t *size = sq_finish_add(w, SQ_I64, "emulation_group_size", "1", "its members in a cohort; 0: as they come",
                                  "emulation_group", NULL, NULL);
    size_t k = 0;
    for (int i = 0; !w->failed && i < m->n_emulations; i++)
        for (int g = 0; g < m->emulations[i].n_groups; g++, k++) {
            const sq_emulated_group *group = &m->emulations[i].groups[g];
            name[k] = sq_finish_text(w, sq_finish_name(w, m->emulations[i].name, ".", group->name));
            size[k] = m->emulations[i].size > 0 ? 0 : group->size;
        }
}

static void name_estimates(sq_finish *w)
{
    const sq_model *m = w->model;
    size_t n = sq_emulated_lengths(m).estimates;
    sq_finish_axis(w, "estimate", n);
    const char **name = sq_finish_add(w, SQ_TEXT, "estimate", "", "estimate of an emulated study", "estimate", NULL, NULL);
    const char **what = sq_finish_add(w, SQ_TEXT, "estimate_what", "", "the estimate in words", "estimate", NULL, NULL);
    const char **unit = sq_finish_add(w, SQ_TEXT, "estimate_unit", "", "unit of the estimate", "estimate", NULL, NULL);
    int32_t *of = sq_finish_add(w, SQ_I32, "estimate_emulation", "1", "emulated study that the estimate belongs to",
                                "estimate", NULL, NULL);
    int32_t *kind = sq_finish_add(w, SQ_I32, "estimate_kind", "1", "kind of estimate", "estimate", NULL, NULL);
    sq_finish_flags(w, KINDS, sizeof KINDS / sizeof *KINDS);
    for (size_t i = 0; !w->failed && i < n; i++) {
        place at = place_of(m, i);
        const sq_cohort_estimate *t = &m->emulations[at.emulation].estimates[at.estimate];
        kind[i] = (int32_t)t->kind;
        name[i] = sq_finish_text(w, sq_finish_name(w, m->emulations[at.emulation].name, ".", t->name));
        what[i] = sq_finish_text(w, t->text);
        unit[i] = sq_estimate_unit(t) != 1 ? "year" : "1";
        of[i] = at.emulation;
    }
}

static void name_endings_and_quantiles(sq_finish *w)
{
    sq_finish_axis(w, "estimate_ending", SQ_ESTIMATE_ENDINGS);
    const char **ending = sq_finish_add(w, SQ_TEXT, "estimate_ending", "", "how estimating ended in a cohort",
                                        "estimate_ending", NULL, NULL);
    sq_finish_axis(w, "cohort_quantile", SQ_COHORT_QUANTILES);
    double *quantile = sq_finish_add(w, SQ_F64, "cohort_quantile", "1", "share of cohorts at or below", "cohort_quantile",
                                     NULL, NULL);
    for (int i = 0; !w->failed && i < SQ_ESTIMATE_ENDINGS; i++)
        ending[i] = sq_estimate_ending_word((sq_estimate_ending)i);
    for (int i = 0; !w->failed && i < SQ_COHORT_QUANTILES; i++)
        quantile[i] = sq_cohort_quantiles[i];
}

static void declare_names(sq_finish *w)
{
    name_emulations(w);
    name_groups(w);
    name_endings_and_quantiles(w);
    if (sq_emulated_lengths(w->model).estimates > 0)
        name_estimates(w);
}

/* ---- who is in the cohorts -------------------------------------------------------------------------- */

static int64_t *count(sq_finish *w, const char *name, const char *long_name, const char *axis)
{
    return sq_finish_of_point(w, SQ_I64, name, "1", long_name, axis, NULL);
}

static void add_members(sq_finish *w)
{
    int64_t *eligible = count(w, "emulation_eligible", "patients who entered its risk set and are in a group", "emulation");
    int64_t *no_group = count(w, "emulation_no_group", "patients who entered its risk set and are in no group", "emulation");
    int64_t *pooled = count(w, "emulation_pooled", "eligible patients whom the pooled estimates are of", "emulation");
    int64_t *cohorts = count(w, "emulation_cohorts", "cohorts that were filled", "emulation");
    int64_t *used = count(w, "emulation_used", "patients in these cohorts", "emulation");
    int64_t *left_over = count(w, "emulation_left_over", "eligible patients in no cohort", "emulation");
    for (int i = 0; !w->failed && w->emulated != NULL && i < w->model->n_emulations; i++) {
        const sq_emulated_cohorts *c = &w->emulated->emulation[i];
        eligible[i] = c->eligible;
        no_group[i] = c->no_group;
        pooled[i] = c->pooled_n;
        cohorts[i] = c->n_cohorts;
        used[i] = c->used;
        left_over[i] = c->eligible - c->used;
    }
}

static void add_groups(sq_finish *w)
{
    const sq_model *m = w->model;
    if (sq_emulated_lengths(m).groups == 0)
        return;
    int64_t *n = count(w, "emulation_group_n", "eligible patients of the group", "emulation_group");
    for (int i = 0; !w->failed && w->emulated != NULL && i < m->n_emulations; i++)
        for (int g = 0; g < m->emulations[i].n_groups; g++)
            *n++ = w->emulated->emulation[i].group_n[g];
}

/* ---- estimates -------------------------------------------------------------------------------------- */

/* What there is of estimates, each over scenario, draw, estimate and perhaps one axis more. */
typedef struct datasets {
    double *pooled, *pooled_se, *mean, *sd, *quantile, *value; /* value NULL: not wanted */
    int32_t *pooled_ending;
    int64_t *n;
} datasets;

static double *real(sq_finish *w, const char *name, const char *long_name)
{
    return sq_finish_of_point(w, SQ_F64, name, "1", long_name, "estimate", NULL);
}

static void *add_wide(sq_finish *w, sq_variable_type type, const char *name, const char *long_name, const char *axis)
{
    return sq_finish_of_point(w, type, name, "1", long_name, "estimate", axis);
}

static datasets add_datasets(sq_finish *w)
{
    const char *endings[SQ_ESTIMATE_ENDINGS];
    datasets d = {0};
    for (int i = 0; i < SQ_ESTIMATE_ENDINGS; i++)
        endings[i] = sq_estimate_ending_word((sq_estimate_ending)i);
    d.pooled = real(w, "estimate_pooled", "estimate of all eligible patients, in estimate_unit");
    d.pooled_se = real(w, "estimate_pooled_se", "Monte Carlo standard error of estimate_pooled, in estimate_unit");
    d.pooled_ending = sq_finish_of_point(w, SQ_I32, "estimate_pooled_ending", "1",
                                         "how estimating ended of all eligible patients", "estimate", NULL);
    sq_finish_flags(w, endings, SQ_ESTIMATE_ENDINGS);
    d.mean = real(w, "estimate_mean", "mean over cohorts, in estimate_unit; of hazard ratios the geometric mean");
    d.sd = real(w, "estimate_sd", "standard deviation over cohorts, in estimate_unit; of hazard ratios that of the logarithm");
    d.quantile = add_wide(w, SQ_F64, "estimate_quantile", "quantile over cohorts, in estimate_unit", "cohort_quantile");
    d.n = add_wide(w, SQ_I64, "estimate_n", "cohorts by how estimating ended", "estimate_ending");
    if (w->with_curves) {
        sq_finish_axis(w, "cohort", sq_emulated_lengths(w->model).cohorts);
        d.value = add_wide(w, SQ_F64, "estimate_value", "estimate of a cohort, in estimate_unit", "cohort");
    }
    return d;
}

static void fill_cohorts(const datasets *d, size_t i, const sq_emulated_cohorts *c, int estimate, double unit, size_t most)
{
    const sq_emulated_figure *figure = c->of_cohort + (size_t)estimate * (size_t)c->n_cohorts;
    for (int k = 0; k < c->n_cohorts; k++)
        d->n[i * SQ_ESTIMATE_ENDINGS + figure[k].ending]++;
    for (size_t k = 0; d->value != NULL && k < most; k++)
        d->value[i * most + k] = k < (size_t)c->n_cohorts ? figure[k].value / unit : NAN;
}

static void fill_estimate(sq_finish *w, const datasets *d, size_t i, const sq_emulated_cohorts *c, place at)
{
    const sq_emulation *e = &w->model->emulations[at.emulation];
    const sq_emulated_figure *pooled = &c->pooled[at.estimate];
    double unit = sq_estimate_unit(&e->estimates[at.estimate]);
    sq_cohort_spread spread;
    sq_arena arena = {0};
    w->failed = !sq_cohort_spread_of(c, e, at.estimate, &arena, &spread);
    if (w->failed)
        return;
    d->pooled[i] = pooled->value / unit;
    d->pooled_se[i] = pooled->se / unit;
    d->pooled_ending[i] = (int32_t)pooled->ending;
    d->mean[i] = spread.mean / unit;
    d->sd[i] = spread.sd / unit;
    for (int k = 0; k < SQ_COHORT_QUANTILES; k++)
        d->quantile[i * SQ_COHORT_QUANTILES + (size_t)k] = sq_cohort_quantile(&spread, sq_cohort_quantiles[k]) / unit;
    fill_cohorts(d, i, c, at.estimate, unit, sq_emulated_lengths(w->model).cohorts);
    sq_arena_free(&arena);
}

static void add_estimates(sq_finish *w)
{
    size_t n = sq_emulated_lengths(w->model).estimates;
    datasets d = add_datasets(w);
    for (size_t i = 0; !w->failed && w->emulated != NULL && i < n; i++) {
        place at = place_of(w->model, i);
        fill_estimate(w, &d, i, &w->emulated->emulation[at.emulation], at);
    }
}

void sq_finish_emulations(sq_finish *w)
{
    if (w->model->n_emulations == 0)
        return;
    if (w->declared != NULL)
        declare_names(w);
    add_members(w);
    add_groups(w);
    if (sq_emulated_lengths(w->model).estimates > 0)
        add_estimates(w);
}
