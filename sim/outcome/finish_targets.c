/* Targets: published figures beside the same figures simulated. A target names one strategy, so these
 * datasets have no axis strategy. */
#include "outcome/finish.h"
#include "outcome/target.h"

#include <math.h>

enum { INSIDE, OUTSIDE, NO_INTERVAL, NOT_REACHED };

typedef struct estimate {
    double value, se; /* probability, day or money */
} estimate;

/* ---- one figure ------------------------------------------------------------------------------------ */

/* A survival curve, or with a cause the cumulative incidence of it, at a time. */
static estimate curve_at(sq_finish *w, const sq_outcome *o, const sq_target *t, int endpoint, int cause)
{
    const sq_model *m = w->model;
    sq_finish_estimate(w, (sq_slice){o, t->strategy, -1}, endpoint);
    const sq_curve *c = w->curve;
    size_t row = cause < 0 ? 0 : (size_t)cause * (size_t)m->n_grid;
    const double *value = cause < 0 ? c->survival : c->incidence + row;
    const double *se = cause < 0 ? c->survival_se : c->incidence_se + row;
    return (estimate){.value = sq_curve_at(value, &o->times, t->time),
                      .se = sq_curve_at(se, &o->times, t->time)};
}

/* The delta method: the error of survival divided by the slope of the curve, both in the interval where
 * the median lies. */
static estimate median(sq_finish *w, const sq_outcome *o, const sq_target *t)
{
    int j = 0;
    sq_finish_estimate(w, (sq_slice){o, t->strategy, -1}, t->index);
    const double *s = w->curve->survival;
    double value = sq_curve_quantile(s, &o->times, 0.5, &j);
    if (isnan(value) || j == 0)
        return (estimate){value, NAN};
    double width = o->times.point[j] - o->times.point[j - 1];
    return (estimate){value, w->curve->survival_se[j] * width / (s[j - 1] - s[j])};
}

static estimate mean(const sq_outcome *o, const sq_target *t)
{
    sq_moments moments = sq_tally_moments((sq_slice){o, t->strategy, -1}, t->index, true, false);
    return (estimate){moments.mean, moments.se};
}

static estimate share(const sq_outcome *o, int target)
{
    const int64_t *pair = o->counts + o->targets + 2 * (size_t)target;
    if (pair[0] == 0)
        return (estimate){NAN, NAN};
    double n = (double)pair[0], p = (double)pair[1] / n;
    return (estimate){p, sqrt(p * (1 - p) / n)};
}

/* The error is that of a share of the patients still followed. */
static estimate occupancy(sq_finish *w, const sq_outcome *o, const sq_target *t)
{
    double *in_state = w->curve->survival, *followed = w->curve->survival_se;
    sq_finish_in_state((sq_slice){o, t->strategy, -1}, t->index, in_state, followed);
    double p = sq_curve_at(in_state, &o->times, t->time);
    return (estimate){p, sqrt(p * (1 - p) / sq_curve_at(followed, &o->times, t->time))};
}

static bool is_time_mean(const sq_target *t)
{
    return t->kind == SQ_TARGET_MEAN &&
           (t->index == SQ_QUANTITY_LIFE_YEARS || t->index == SQ_QUANTITY_QALYS);
}

double sq_target_divisor(const sq_model *m, const sq_target *t)
{
    if (t->kind == SQ_TARGET_ESTIMATE)
        return sq_estimate_unit(&m->emulations[t->index].estimates[t->estimate]);
    return t->kind == SQ_TARGET_MEDIAN || is_time_mean(t) ? SQ_DAYS_PER_YEAR : 1;
}

/* In the units of the file. */
static estimate simulate(sq_finish *w, const sq_outcome *o, int target)
{
    const sq_target *t = &w->model->targets[target];
    estimate days;
    switch (t->kind) {
    case SQ_TARGET_SURVIVAL: return curve_at(w, o, t, t->index, -1);
    case SQ_TARGET_INCIDENCE: {
        int endpoint = w->model->causes[t->index].endpoint;
        int first = w->model->endpoints[endpoint].first_cause;
        return curve_at(w, o, t, endpoint, t->index - first);
    }
    case SQ_TARGET_MEDIAN:
        days = median(w, o, t);
        return (estimate){days.value / SQ_DAYS_PER_YEAR, days.se / SQ_DAYS_PER_YEAR};
    case SQ_TARGET_MEAN: return mean(o, t);
    case SQ_TARGET_SHARE: return share(o, target);
    case SQ_TARGET_OCCUPANCY: return occupancy(w, o, t);
    case SQ_TARGET_ESTIMATE: break; /* sq_finish_predictive */
    }
    return (estimate){NAN, NAN};
}

bool sq_target_is_share(const sq_model *m, const sq_target *t)
{
    if (t->kind != SQ_TARGET_ESTIMATE)
        return t->kind != SQ_TARGET_MEDIAN && t->kind != SQ_TARGET_MEAN;
    const sq_cohort_estimate *e = &m->emulations[t->index].estimates[t->estimate];
    bool may_be = e->kind == SQ_ESTIMATE_SURVIVAL || e->kind == SQ_ESTIMATE_INCIDENCE || e->kind == SQ_ESTIMATE_SHARE ||
                  e->kind == SQ_ESTIMATE_FRACTION;
    return may_be && e->against < 0 && t->published >= 0 && t->published <= 1;
}

static int32_t verdict_of(double simulated, double lower, double upper)
{
    if (isnan(simulated))
        return NOT_REACHED;
    if (isnan(lower) || isnan(upper))
        return NO_INTERVAL;
    return simulated >= lower && simulated <= upper ? INSIDE : OUTSIDE;
}

/* ---- datasets -------------------------------------------------------------------------------------- */

const char *sq_target_unit(const sq_model *m, const sq_target *t)
{
    if (sq_target_divisor(m, t) != 1)
        return "year";
    return t->kind == SQ_TARGET_MEAN ? m->currency : "1";
}

static void add_published(sq_finish *w)
{
    const sq_model *m = w->model;
    const char *axis = "target";
    double *published = sq_finish_add(w, SQ_F64, "target_published", "1",
                                      "published figure, in target_unit", axis, NULL, NULL);
    double *lower = sq_finish_add(w, SQ_F64, "target_lower", "1",
                                  "lower end of the published 95 % interval", axis, NULL, NULL);
    double *upper = sq_finish_add(w, SQ_F64, "target_upper", "1",
                                  "upper end of the published 95 % interval", axis, NULL, NULL);
    for (int i = 0; !w->failed && i < m->n_targets; i++) {
        const sq_target *t = &m->targets[i];
        published[i] = t->published / sq_target_divisor(m, t);
        lower[i] = t->lower / sq_target_divisor(m, t);
        upper[i] = t->upper / sq_target_divisor(m, t);
    }
}

static void add_texts(sq_finish *w)
{
    const sq_model *m = w->model;
    static const struct {
        const char *name, *long_name;
        size_t offset;
    } TEXTS[] = {
        {"target", "target", offsetof(sq_target, name)},
        {"target_what", "what is compared", offsetof(sq_target, what)},
        {"target_source", "source of the published figure", offsetof(sq_target, source)},
        {"target_use", "what the target serves for", offsetof(sq_target, use)},
        {"target_note", "note", offsetof(sq_target, note)},
    };
    size_t n = (size_t)m->n_targets;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        sq_finish_texts(w, TEXTS[i].name, TEXTS[i].long_name, "target", m->targets, n,
                        sizeof *m->targets, TEXTS[i].offset);
    const char **strategy = sq_finish_add(w, SQ_TEXT, "target_strategy", "",
                                          "strategy that is compared", "target", NULL, NULL);
    const char **unit = sq_finish_add(w, SQ_TEXT, "target_unit", "", "unit of the figures", "target",
                                      NULL, NULL);
    for (size_t i = 0; !w->failed && i < n; i++) {
        strategy[i] = sq_finish_text(w, m->strategies[m->targets[i].strategy].name);
        unit[i] = sq_finish_text(w, sq_target_unit(m, &m->targets[i]));
    }
}

static void add_simulated(sq_finish *w)
{
    static const char *const VERDICTS[] = {"inside", "outside", "no_interval", "not_reached"};
    const sq_model *m = w->model;
    if (w->declared != NULL)
        w->declared->target_slabs = w->declared->slabs.count;
    double *simulated = sq_finish_of_point(w, SQ_F64, "target_simulated", "1",
                                           "simulated figure, in target_unit", "target", NULL);
    double *se = sq_finish_of_point(w, SQ_F64, "target_se", "1",
                                    "Monte Carlo standard error of target_simulated", "target", NULL);
    int32_t *verdict = sq_finish_of_point(w, SQ_I32, "target_verdict", "1",
                                          "where the simulated figure lies to the published interval",
                                          "target", NULL);
    sq_finish_flags(w, VERDICTS, sizeof VERDICTS / sizeof VERDICTS[0]);
    for (int i = 0; !w->failed && w->outcome != NULL && i < m->n_targets; i++) {
        const sq_target *t = &m->targets[i];
        if (t->kind == SQ_TARGET_ESTIMATE)
            continue;
        estimate e = simulate(w, w->outcome, i);
        simulated[i] = e.value;
        se[i] = e.se;
        verdict[i] = verdict_of(e.value, t->lower / sq_target_divisor(m, t), t->upper / sq_target_divisor(m, t));
    }
}

void sq_finish_targets(sq_finish *w)
{
    if (w->model->n_targets == 0 || !sq_wants(w->model, SQ_OUT_TARGETS))
        return;
    if (w->declared != NULL) {
        sq_finish_axis(w, "target", (size_t)w->model->n_targets);
        add_texts(w);
        add_published(w);
    }
    add_simulated(w);
}

/* ---- targets that are estimates of an emulated cohort ----------------------------------------------- */

/* Where what is known of one of them goes: quantile has one element for each of sq_cohort_quantiles. */
typedef struct predicted {
    double *simulated, *se, *quantile, *p;
    int32_t *verdict;
} predicted;

/* The figure is that of all eligible patients; cohorts of the study's size judge the published one. */
static void judge_by_cohorts(const sq_finish *w, const sq_target *t, const sq_cohort_spread *spread, const predicted *to)
{
    const sq_emulated_figure *pooled = &w->emulated->emulation[t->index].pooled[t->estimate];
    double unit = sq_target_divisor(w->model, t), low = sq_cohort_quantile(spread, sq_cohort_quantiles[SQ_COHORT_LOW]);
    double high = sq_cohort_quantile(spread, sq_cohort_quantiles[SQ_COHORT_HIGH]);
    *to->simulated = pooled->value / unit;
    *to->se = pooled->se / unit;
    for (int k = 0; k < SQ_COHORT_QUANTILES; k++)
        to->quantile[k] = sq_cohort_quantile(spread, sq_cohort_quantiles[k]) / unit;
    *to->p = sq_cohort_mid_p(spread, t->published);
    *to->verdict = spread->n == 0 ? NOT_REACHED : t->published >= low && t->published <= high ? INSIDE : OUTSIDE;
}

static void fill_predicted(sq_finish *w, int target, double *quantile, double *p)
{
    const sq_model *m = w->model;
    const sq_target *t = &m->targets[target];
    const predicted to = {(double *)sq_finish_slab(w, &w->target_slab[0]) + target,
                          (double *)sq_finish_slab(w, &w->target_slab[1]) + target,
                          quantile + (size_t)target * SQ_COHORT_QUANTILES, p + target,
                          (int32_t *)sq_finish_slab(w, &w->target_slab[2]) + target};
    for (int k = 0; k < SQ_COHORT_QUANTILES; k++)
        to.quantile[k] = NAN;
    *to.p = NAN;
    if (t->kind != SQ_TARGET_ESTIMATE)
        return;
    sq_arena arena = {0};
    sq_cohort_spread spread;
    w->failed = !sq_cohort_spread_of(&w->emulated->emulation[t->index], &m->emulations[t->index], t->estimate, &arena, &spread);
    if (!w->failed)
        judge_by_cohorts(w, t, &spread, &to);
    sq_arena_free(&arena);
}

/* Where a target's estimate is among those of all emulations; -1 if it is none. */
static int estimate_of(const sq_model *m, const sq_target *t)
{
    int place = t->estimate;
    for (int i = 0; t->kind == SQ_TARGET_ESTIMATE && i < t->index; i++)
        place += m->emulations[i].n_estimates;
    return t->kind == SQ_TARGET_ESTIMATE ? place : -1;
}

static void add_places(sq_finish *w)
{
    int32_t *place = sq_finish_add(w, SQ_I32, "target_estimate", "1", "place on the axis estimate, from 0; -1: of no cohort",
                                   "target", NULL, NULL);
    for (int i = 0; place != NULL && i < w->model->n_targets; i++)
        place[i] = estimate_of(w->model, &w->model->targets[i]);
}

void sq_finish_predictive(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_emulations == 0 || m->n_targets == 0 || !sq_wants(m, SQ_OUT_TARGETS))
        return;
    if (w->declared != NULL)
        add_places(w);
    double *quantile = sq_finish_of_point(w, SQ_F64, "target_predictive", "1",
                                          "quantile over cohorts of the study's size, in target_unit", "target",
                                          "cohort_quantile");
    double *p = sq_finish_of_point(w, SQ_F64, "target_predictive_p", "1",
                                   "two-sided predictive probability of the published figure", "target", NULL);
    for (int i = 0; !w->failed && w->emulated != NULL && i < m->n_targets; i++)
        fill_predicted(w, i, quantile, p);
}
