/* Who is a member. Rows come in canonical order, so the first members of a group make its part of the first cohort, the next
 * of the second; nobody is in two. Of a patient only what estimates will ask for is kept: the group, the covariates, and of
 * each endpoint how long and how it ended, with the study's end of observation applied. The first SQ_POOLED_PATIENTS are the
 * pooled sample; after them somebody is kept only while cohorts still want that group. */
#include "study/emulation_members.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

static void add_endpoint(sq_members *m, int endpoint)
{
    for (int i = 0; i < m->n_passages; i++)
        if (m->passages[i].endpoint == endpoint) return;
    m->passages[m->n_passages++].endpoint = endpoint;
}

static void make_lists(sq_members *m)
{
    const sq_emulation *e = m->e;
    for (int i = 0; i < m->n_lists; i++) {
        int size = e->size > 0 ? e->size : e->groups[i].size;
        m->lists[i].size = size;
        m->lists[i].wanted = (int64_t)size * e->n_cohorts;
    }
}

sq_status sq_members_init(sq_members *m, const sq_model *model, const sq_emulation *e, sq_error *err)
{
    size_t n = (size_t)e->n_estimates;
    m->model = model;
    m->e = e;
    m->first_note = sq_visible_attributes(model);
    m->n_lists = e->size > 0 ? 1 : e->n_groups;
    m->passages = calloc(n + 1, sizeof *m->passages);
    m->covariate = calloc((size_t)e->n_covariates + 1, sizeof *m->covariate);
    m->lists = calloc((size_t)m->n_lists + 1, sizeof *m->lists);
    m->group_n = calloc((size_t)sq_emulated_groups(e), sizeof *m->group_n);
    if (!m->passages || !m->covariate || !m->lists || !m->group_n)
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for the cohorts of '%s'", e->name);
    if (sq_emulated_cohort_size(e) * e->n_cohorts > INT_MAX - SQ_POOLED_PATIENTS)
        return sq_fail(err, SQ_ERR_INPUT, "%s: `%s` asks for %lld patients in its cohorts; at most %d are possible", e->where,
                       e->name, (long long)(sq_emulated_cohort_size(e) * e->n_cohorts), INT_MAX - SQ_POOLED_PATIENTS);
    make_lists(m);
    for (int i = 0; i < e->n_estimates; i++)
        if (e->estimates[i].endpoint >= 0) add_endpoint(m, e->estimates[i].endpoint);
    return SQ_OK;
}

void sq_members_free(sq_members *m)
{
    for (int i = 0; i < m->n_passages; i++) {
        free(m->passages[i].time.items);
        free(m->passages[i].status.items);
    }
    for (int i = 0; m->covariate && i < m->e->n_covariates; i++) free(m->covariate[i].value.items);
    for (int i = 0; m->lists && i < m->n_lists; i++) free(m->lists[i].of.items);
    free(m->passages);
    free(m->covariate);
    free(m->lists);
    free(m->group_n);
    free(m->group.items);
    *m = (sq_members){0};
}

const sq_member_passages *sq_members_passages(const sq_members *m, int endpoint)
{
    int i = 0;
    while (m->passages[i].endpoint != endpoint) i++;
    return &m->passages[i];
}

/* ---- one row -------------------------------------------------------------------------------------------- */

/* A row, and the attribute that its notes begin with. */
typedef struct patient {
    const sq_row *row;
    int first;
} patient;

/* What is noted; NaN if it is unset. */
static double value(const patient *p, int attribute) { return p->row->notes[attribute - p->first]; }

/* The first group whose condition held; -1 if none did. */
static int group_of(const sq_emulation *e, const patient *p)
{
    for (int g = 0; g < e->n_groups; g++)
        if (value(p, e->groups[g].attribute) == 1) return g;
    return e->n_groups > 0 ? -1 : 0;
}

/* Days from index that a study observes somebody, by follow-up or drop-out; no limit if the attribute is none. */
static sq_status observed(const sq_emulation *e, const patient *p, int attribute, const char *what, double *days,
                          sq_error *err)
{
    double t = attribute < 0 ? (double)INFINITY : value(p, attribute);
    if (!(t >= 0))
        return sq_fail(err, SQ_ERR_LIFE, "patient %lld: %s of `%s` is %g days, and should not be below 0",
                       (long long)p->row->patient, what, e->name, t);
    *days = fmin(*days, t);
    return SQ_OK;
}

/* The day on which observation of a member ends. */
static sq_status end_of_observation(const sq_emulation *e, const patient *p, double index, double *end, sq_error *err)
{
    double days = (double)INFINITY;
    sq_status status = observed(e, p, e->follow_up, "the follow-up", &days, err);
    if (!status) status = observed(e, p, e->drop_out, "the time to drop-out", &days, err);
    *end = index + days;
    return status;
}

/* Whether a patient was at risk: entered (landmark passed), and did so while observed. */
static bool was_at_risk(const sq_endpoint *endpoint, const patient *p, double end_of_observation)
{
    double origin = value(p, endpoint->note[SQ_NOTE_ORIGIN]);
    return origin <= end_of_observation && value(p, endpoint->note[SQ_NOTE_END]) >= origin;
}

static bool push_passage(sq_members *m, sq_member_passages *to, const patient *p, double end_of_observation)
{
    const sq_endpoint *endpoint = &m->model->endpoints[to->endpoint];
    double time = 0;
    int status = SQ_NEVER_AT_RISK;
    if (was_at_risk(endpoint, p, end_of_observation)) {
        double origin = value(p, endpoint->note[SQ_NOTE_ORIGIN]), end = value(p, endpoint->note[SQ_NOTE_END]);
        bool seen = end <= end_of_observation;
        time = (seen ? end : end_of_observation) - origin;
        status = seen ? (int)value(p, endpoint->note[SQ_NOTE_CAUSE]) + 1 : 0;
    }
    return sq_vec_push(&to->time, time) && sq_vec_push(&to->status, status);
}

static sq_status check_covariates(const sq_emulation *e, const patient *p, sq_error *err)
{
    for (int i = 0; i < e->n_covariates; i++)
        if (!isfinite(value(p, e->covariates[i].attribute)))
            return sq_fail(err, SQ_ERR_LIFE, "patient %lld: the covariate `%s` of `%s` has no finite value at index",
                           (long long)p->row->patient, e->covariates[i].name, e->name);
    return SQ_OK;
}

/* Whether cohorts still want somebody of this list. */
static bool is_wanted(const sq_member_list *list) { return (int64_t)list->of.count < list->wanted; }

static sq_status keep(sq_members *m, const patient *p, int group, double end, sq_error *err)
{
    int number = (int)m->group.count;
    sq_member_list *list = &m->lists[m->e->size > 0 ? 0 : group];
    bool pooled = m->n_pooled < SQ_POOLED_PATIENTS;
    if (!pooled && !is_wanted(list)) return SQ_OK;
    sq_status status = check_covariates(m->e, p, err);
    if (status) return status;
    bool room = sq_vec_push(&m->group, group);
    if (is_wanted(list)) room = room && sq_vec_push(&list->of, number);
    for (int i = 0; i < m->e->n_covariates && room; i++)
        room = sq_vec_push(&m->covariate[i].value, value(p, m->e->covariates[i].attribute));
    for (int i = 0; i < m->n_passages && room; i++) room = push_passage(m, &m->passages[i], p, end);
    m->n_pooled += pooled;
    return room ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the patients of `%s`", m->e->name);
}

sq_status sq_members_take(sq_members *m, const sq_row *row, sq_error *err)
{
    const patient p = {row, m->first_note};
    const sq_endpoint *index = &m->model->endpoints[m->e->endpoint];
    if (row->strategy != m->e->strategy || !was_at_risk(index, &p, (double)INFINITY)) return SQ_OK;
    int group = group_of(m->e, &p);
    if (group < 0) {
        m->no_group++;
        return SQ_OK;
    }
    m->eligible++;
    m->group_n[group]++;
    double end = 0;
    sq_status status = end_of_observation(m->e, &p, value(&p, index->note[SQ_NOTE_ORIGIN]), &end, err);
    return status ? status : keep(m, &p, group, end, err);
}

/* ---- cohorts -------------------------------------------------------------------------------------------- */

int sq_members_cohorts(const sq_members *m)
{
    int n = m->e->n_cohorts;
    for (int i = 0; i < m->n_lists; i++) {
        int filled = m->lists[i].size > 0 ? (int)m->lists[i].of.count / m->lists[i].size : n;
        n = filled < n ? filled : n;
    }
    return n;
}

void sq_members_of_cohort(const sq_members *m, int cohort, int *who)
{
    for (int i = 0; i < m->n_lists; i++) {
        const sq_member_list *list = &m->lists[i];
        for (int j = 0; j < list->size; j++) *who++ = list->of.items[(size_t)cohort * (size_t)list->size + (size_t)j];
    }
}
