/* One estimate of one set of members: the columns that the estimator takes are drawn from those of the members, and its many
 * endings are put into the study's words. Members who were never at risk of the endpoint are no part of the sample. */
#include "study/emulation_members.h"

#include "estimate/aalen_johansen.h"
#include "estimate/cox.h"
#include "estimate/kaplan_meier.h"
#include "estimate/log_rank.h"
#include "math/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALL = -1 };

/* Intervals of medians, from which their standard error is read. */
static const sq_interval INTERVAL = {SQ_INTERVAL_LOG_LOG, .95};

void sq_analysis_room_free(sq_analysis_room *room)
{
    sq_arena_free(&room->columns);
    sq_arena_free(&room->estimator);
}

static sq_emulated_figure none(sq_estimate_ending ending)
{
    return (sq_emulated_figure){(double)NAN, (double)NAN, ending};
}

static sq_emulated_figure estimated(double value, double se)
{
    return (sq_emulated_figure){value, se, SQ_ESTIMATED};
}

static sq_status no_memory(sq_error *err) { return sq_fail(err, SQ_ERR_MEMORY, "no memory to analyse a cohort"); }

/* ---- the sample ----------------------------------------------------------------------------------------- */

/* What all estimators of one estimate share. */
typedef struct analysis {
    const sq_analysed *cohort;
    const sq_cohort_estimate *estimate;
    sq_analysis_room *room;
    int *who; /* [sample.n] members that are in the sample */
    sq_sample sample;
    double *covariate; /* the sample's, while it is filled */
} analysis;

static int group_at(const analysis *a, int i) { return a->cohort->members->group.items[a->who[i]]; }

/* Finds who was at risk, of one group or of all, with times and statuses; false when memory is out. */
static bool take_times(analysis *a, int group)
{
    const sq_members *m = a->cohort->members;
    const sq_member_passages *p = sq_members_passages(m, a->estimate->endpoint);
    size_t most = (size_t)a->cohort->n;
    sq_arena_reset(&a->room->columns);
    int *who = a->who = sq_arena_array(&a->room->columns, most, sizeof *who);
    int *status = sq_arena_array(&a->room->columns, most, sizeof *status);
    double *time = sq_arena_array(&a->room->columns, most, sizeof *time);
    if (!who || !status || !time) return false;
    int n = 0;
    for (int i = 0; i < a->cohort->n; i++) {
        int one = a->cohort->who[i];
        if (p->status.items[one] == SQ_NEVER_AT_RISK || (group != ALL && m->group.items[one] != group)) continue;
        who[n] = one;
        time[n] = p->time.items[one];
        status[n++] = p->status.items[one];
    }
    a->sample = (sq_sample){.n = n, .time = time, .status = status,
                            .n_causes = m->model->endpoints[a->estimate->endpoint].n_causes};
    return true;
}

static bool take_groups(analysis *a)
{
    int n = a->sample.n, *group = sq_arena_array(&a->room->columns, (size_t)n, sizeof *group);
    if (!group) return false;
    for (int i = 0; i < n; i++) group[i] = group_at(a, i);
    a->sample.group = group;
    a->sample.n_groups = sq_emulated_groups(a->cohort->members->e);
    return true;
}

/* Appends a covariate; there is room for all. */
static void add_covariate(analysis *a, int covariate)
{
    double *column = a->covariate + (size_t)a->sample.n_covariates++ * (size_t)a->sample.n;
    const double *value = a->cohort->members->covariate[covariate].value.items;
    for (int i = 0; i < a->sample.n; i++) column[i] = value[a->who[i]];
}

static void add_group_as_covariate(analysis *a, int group)
{
    double *column = a->covariate + (size_t)a->sample.n_covariates++ * (size_t)a->sample.n;
    for (int i = 0; i < a->sample.n; i++) column[i] = group_at(a, i) == group;
}

/* What the hazard ratio is of comes first, so that of two that say the same the other one is to go. */
static bool take_covariates(analysis *a)
{
    const sq_cohort_estimate *t = a->estimate;
    size_t most = 1 + (size_t)a->cohort->members->e->n_covariates, n = (size_t)a->sample.n;
    a->covariate = sq_arena_array(&a->room->columns, most * n, sizeof *a->covariate);
    if (!a->covariate) return false;
    if (t->covariate >= 0) add_covariate(a, t->covariate);
    else add_group_as_covariate(a, t->group);
    for (int i = 0; i < a->cohort->members->e->n_covariates; i++)
        if (t->adjusted >> i & 1 && i != t->covariate) add_covariate(a, i);
    a->sample.covariate = a->covariate;
    return true;
}

/* ---- strata --------------------------------------------------------------------------------------------- */

typedef struct labelled {
    int stratum, i;
    double value;
} labelled;

static int by_stratum_and_value(const void *one, const void *other)
{
    const labelled *a = one, *b = other;
    if (a->stratum != b->stratum) return a->stratum < b->stratum ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

/* Parts each stratum by the values of one more covariate; the number of strata. */
static int part_strata(const analysis *a, int covariate, labelled *scratch, int *stratum)
{
    const double *value = a->cohort->members->covariate[covariate].value.items;
    int n = a->sample.n, code = 0;
    for (int i = 0; i < n; i++) scratch[i] = (labelled){stratum[i], i, value[a->who[i]]};
    qsort(scratch, (size_t)n, sizeof *scratch, by_stratum_and_value);
    for (int i = 0; i < n; i++) {
        code += i > 0 && by_stratum_and_value(&scratch[i - 1], &scratch[i]) != 0;
        stratum[scratch[i].i] = code;
    }
    return code + 1;
}

static bool take_strata(analysis *a)
{
    size_t n = (size_t)a->sample.n;
    if (!a->estimate->strata) return true;
    labelled *scratch = sq_arena_array(&a->room->columns, n, sizeof *scratch);
    int *stratum = sq_arena_array(&a->room->columns, n, sizeof *stratum);
    if (!scratch || !stratum) return false;
    for (int i = 0; i < a->cohort->members->e->n_covariates; i++)
        if (a->estimate->strata >> i & 1) a->sample.n_strata = part_strata(a, i, scratch, stratum);
    a->sample.stratum = stratum;
    return true;
}

/* ---- curves --------------------------------------------------------------------------------------------- */

/* Where a curve has no value at the time that is asked, follow-up was too short. */
static sq_emulated_figure at_time(sq_probability p)
{
    return isnan(p.value) ? none(SQ_ENDING_TOO_SHORT) : estimated(p.value, p.se);
}

static sq_emulated_figure median(const sq_km *km)
{
    sq_quantile q = sq_km_quantile(km, .5, INTERVAL);
    double deviate = sq_interval_deviate(INTERVAL.level);
    if (isnan(q.value)) return (sq_emulated_figure){(double)INFINITY, (double)NAN, SQ_ENDING_NOT_REACHED};
    return estimated(q.value, (q.high - q.low) / (2 * deviate));
}

static sq_status by_kaplan_meier(const analysis *a, sq_emulated_figure *figure, sq_error *err)
{
    const sq_cohort_estimate *t = a->estimate;
    const sq_km *km = NULL;
    sq_status status = sq_kaplan_meier(&a->sample, t->cause + 1, &a->room->estimator, &km, err);
    if (status) return status;
    if (t->kind == SQ_ESTIMATE_SURVIVAL) *figure = at_time(sq_km_at(km, t->time, INTERVAL));
    if (t->kind == SQ_ESTIMATE_MEDIAN) *figure = median(km);
    if (t->kind == SQ_ESTIMATE_RESTRICTED_MEAN) {
        sq_restricted_mean mean = sq_km_mean(km, t->time);
        *figure = estimated(mean.value, mean.se);
    }
    return SQ_OK;
}

static sq_status by_aalen_johansen(const analysis *a, sq_emulated_figure *figure, sq_error *err)
{
    const sq_cohort_estimate *t = a->estimate;
    const sq_incidence *curve = NULL;
    sq_status status = sq_aalen_johansen(&a->sample, &a->room->estimator, &curve, err);
    if (!status) *figure = at_time(sq_incidence_at(curve, t->cause + 1, t->time, INTERVAL));
    return status;
}

static sq_status curve(analysis *a, int group, sq_emulated_figure *figure, sq_error *err)
{
    if (!take_times(a, group)) return no_memory(err);
    *figure = none(SQ_ENDING_NOBODY);
    if (a->sample.n == 0) return SQ_OK;
    bool incidence = a->estimate->kind == SQ_ESTIMATE_INCIDENCE;
    return incidence ? by_aalen_johansen(a, figure, err) : by_kaplan_meier(a, figure, err);
}

/* ---- shares --------------------------------------------------------------------------------------------- */

/* The mean of a covariate with its standard error. */
static sq_emulated_figure share(const analysis *a, int group)
{
    const sq_members *m = a->cohort->members;
    const double *value = m->covariate[a->estimate->covariate].value.items;
    double n = 0, sum = 0, squares = 0;
    for (int i = 0; i < a->cohort->n; i++) {
        int one = a->cohort->who[i];
        if (group != ALL && m->group.items[one] != group) continue;
        n++;
        double step = value[one] - sum;
        sum += step / n; /* the mean so far (Welford) */
        squares += step * (value[one] - sum);
    }
    return n > 0 ? estimated(sum, sqrt(squares / n / n)) : none(SQ_ENDING_NOBODY);
}

static sq_emulated_figure fraction(const analysis *a, int group)
{
    double n = a->cohort->n, k = 0;
    for (int i = 0; i < a->cohort->n; i++) k += a->cohort->members->group.items[a->cohort->who[i]] == group;
    return n > 0 ? estimated(k / n, sqrt(k / n * (1 - k / n) / n)) : none(SQ_ENDING_NOBODY);
}

/* ---- comparisons ---------------------------------------------------------------------------------------- */

static bool has_events(const analysis *a)
{
    for (int i = 0; i < a->sample.n; i++)
        if (sq_sample_has_event(&a->sample, a->estimate->cause + 1, i)) return true;
    return false;
}

/* Takes covariate j out of the sample. */
static void drop_covariate(analysis *a, int j)
{
    size_t n = (size_t)a->sample.n, after = (size_t)(--a->sample.n_covariates - j);
    double *column = a->covariate + (size_t)j * n;
    memmove(column, column + n, after * n * sizeof *column);
}

static sq_emulated_figure ratio_of(const sq_cox *fit, bool reduced)
{
    double b = fit->coefficient[0];
    switch (fit->ending) {
    case SQ_COX_NO_EVENTS: return none(SQ_ENDING_NO_EVENTS);
    case SQ_COX_CONSTANT:
    case SQ_COX_COLLINEAR: return none(SQ_ENDING_NOT_IDENTIFIED);
    case SQ_COX_UNFINISHED: return none(SQ_ENDING_UNFINISHED);
    case SQ_COX_CONVERGED:
    case SQ_COX_INFINITE: break;
    }
    if (isinf(b)) return (sq_emulated_figure){b > 0 ? (double)INFINITY : 0, (double)NAN, SQ_ENDING_SEPARATED};
    double ratio = sq_exp(b);
    return (sq_emulated_figure){ratio, ratio * fit->se[0], reduced ? SQ_ESTIMATED_REDUCED : SQ_ESTIMATED};
}

/* Fits again without what others than the one asked for make superfluous, as statistical packages do. */
static sq_status hazard_ratio(analysis *a, sq_emulated_figure *figure, sq_error *err)
{
    const sq_cox_request request = {.cause = a->estimate->cause + 1,
                                    .ties = a->estimate->breslow ? SQ_TIES_BRESLOW : SQ_TIES_EFRON};
    sq_cox fit;
    *figure = none(SQ_ENDING_NOBODY);
    if (!take_times(a, ALL)) return no_memory(err);
    if (a->sample.n == 0) return SQ_OK;
    if (!take_covariates(a) || !take_strata(a)) return no_memory(err);
    for (bool reduced = false;; reduced = true) {
        sq_status status = sq_cox_fit(&a->sample, request, &a->room->estimator, &fit, err);
        if (status) return status;
        bool superfluous = fit.ending == SQ_COX_CONSTANT || fit.ending == SQ_COX_COLLINEAR;
        *figure = ratio_of(&fit, reduced);
        if (!superfluous || fit.culprit == 0) return SQ_OK;
        drop_covariate(a, fit.culprit);
    }
}

static sq_status log_rank(analysis *a, sq_emulated_figure *figure, sq_error *err)
{
    const sq_log_rank_request request = {.cause = a->estimate->cause + 1};
    sq_log_rank result;
    *figure = none(SQ_ENDING_NOBODY);
    if (!take_times(a, ALL)) return no_memory(err);
    if (a->sample.n == 0) return SQ_OK;
    if (!take_groups(a) || !take_strata(a)) return no_memory(err);
    sq_status status = sq_log_rank_test(&a->sample, request, &a->room->estimator, &result, err);
    if (status) return status;
    if (!has_events(a)) *figure = none(SQ_ENDING_NO_EVENTS);
    else if (result.test.df > 0) *figure = estimated(result.test.p, (double)NAN);
    return SQ_OK;
}

/* ---- all kinds ------------------------------------------------------------------------------------------ */

static sq_status single(analysis *a, int group, sq_emulated_figure *figure, sq_error *err)
{
    switch (a->estimate->kind) {
    case SQ_ESTIMATE_SURVIVAL:
    case SQ_ESTIMATE_MEDIAN:
    case SQ_ESTIMATE_RESTRICTED_MEAN:
    case SQ_ESTIMATE_INCIDENCE: return curve(a, group, figure, err);
    case SQ_ESTIMATE_SHARE: *figure = share(a, group); return SQ_OK;
    case SQ_ESTIMATE_FRACTION: *figure = fraction(a, group); return SQ_OK;
    case SQ_ESTIMATE_HAZARD_RATIO: return hazard_ratio(a, figure, err);
    case SQ_ESTIMATE_LOG_RANK: return log_rank(a, figure, err);
    }
    return SQ_OK;
}

/* There is a difference where both sides have a finite figure; else the first side without one says why not. */
static sq_emulated_figure difference_of(sq_emulated_figure one, sq_emulated_figure other)
{
    if (!isfinite(one.value)) return none(one.ending);
    if (!isfinite(other.value)) return none(other.ending);
    return estimated(one.value - other.value, sqrt(one.se * one.se + other.se * other.se));
}

sq_status sq_analyse(const sq_analysed *cohort, int estimate, sq_analysis_room *room, sq_emulated_figure *figure,
                     sq_error *err)
{
    const sq_cohort_estimate *t = &cohort->members->e->estimates[estimate];
    analysis a = {.cohort = cohort, .estimate = t, .room = room};
    sq_status status = single(&a, t->group, figure, err);
    if (status || t->against < 0) return status;
    sq_emulated_figure other;
    status = single(&a, t->against, &other, err);
    if (!status) *figure = difference_of(*figure, other);
    return status;
}
