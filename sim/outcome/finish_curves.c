/* Endpoints and occupancy of states, from integers. An endpoint is estimated once per cell into the writer's
 * scratch curve and copied to where each dataset wants it. */
#include "outcome/finish.h"

#include <math.h>
#include <string.h>

typedef struct endpoint_data {
    int64_t *n, *at_risk, *events, *censored, *cause_events;
    double *survival, *survival_se, *incidence, *incidence_se, *quantile;
} endpoint_data;

static void add_survival(sq_finish *w, endpoint_data *d)
{
    d->survival = sq_finish_real(w, "survival", "1", "share without an event of any cause", "endpoint",
                                 "time");
    d->survival_se = sq_finish_real(w, "survival_se", "1", "standard error of survival", "endpoint",
                                    "time");
    d->at_risk = sq_finish_count(w, "at_risk", "patients at risk at the start of the interval ending here",
                                 "endpoint", "time");
    d->events = sq_finish_count(w, "events", "events of any cause in the interval ending here",
                                "endpoint", "time");
    d->censored = sq_finish_count(w, "censored", "patients censored in the interval ending here",
                                  "endpoint", "time");
}

static void add_incidence(sq_finish *w, endpoint_data *d)
{
    d->incidence = sq_finish_real(w, "cumulative_incidence", "1",
                                  "share with an event of this cause, no other before", "cause", "time");
    d->incidence_se = sq_finish_real(w, "cumulative_incidence_se", "1",
                                     "standard error of cumulative_incidence", "cause", "time");
    d->cause_events = sq_finish_count(w, "cause_events",
                                      "events of this cause in the interval ending here", "cause",
                                      "time");
}

static void add_cause_endpoint(sq_finish *w)
{
    const sq_model *m = w->model;
    int32_t *code = sq_finish_add(w, SQ_I32, "cause_endpoint", "1", "endpoint the cause belongs to",
                                  "cause", NULL, NULL);
    const char **names = sq_arena_array(&w->declared->variables->arena, (size_t)m->n_endpoints, sizeof *names);
    if (names == NULL || code == NULL) {
        w->failed = true;
        return;
    }
    for (int i = 0; i < m->n_endpoints; i++)
        names[i] = m->endpoints[i].name;
    sq_finish_flags(w, names, (size_t)m->n_endpoints);
    for (int i = 0; i < m->n_causes; i++)
        code[i] = m->causes[i].endpoint;
}

static void copy_survival(const sq_finish *w, size_t row, endpoint_data *d)
{
    size_t n = (size_t)w->model->n_grid, bytes = n * sizeof(double), to = row * n;
    memcpy(d->survival + to, w->curve->survival, bytes);
    memcpy(d->survival_se + to, w->curve->survival_se, bytes);
    memcpy(d->at_risk + to, w->curve->at_risk, bytes);
    memcpy(d->events + to, w->curve->events, bytes);
    memcpy(d->censored + to, w->curve->censored, bytes);
}

static void copy_incidence(const sq_finish *w, sq_slice slice, size_t cell, int endpoint, endpoint_data *d)
{
    const sq_model *m = w->model;
    const sq_endpoint *e = &m->endpoints[endpoint];
    size_t n = (size_t)m->n_grid, bytes = n * sizeof(double);
    sq_risk_set set = sq_tally_risk_set(slice, endpoint);
    for (int k = 0; k < e->n_causes; k++) {
        size_t from = (size_t)k, to = (cell * (size_t)m->n_causes + (size_t)(e->first_cause + k)) * n;
        memcpy(d->incidence + to, w->curve->incidence + from * n, bytes);
        memcpy(d->incidence_se + to, w->curve->incidence_se + from * n, bytes);
        memcpy(d->cause_events + to, set.events + from * (size_t)set.stride, bytes);
    }
}

static void finish_endpoint(sq_finish *w, size_t cell, int endpoint, endpoint_data *d)
{
    const sq_model *m = w->model;
    sq_slice slice = sq_finish_slice(w, cell);
    size_t row = cell * (size_t)m->n_endpoints + (size_t)endpoint, n = (size_t)m->n_quantiles;
    sq_finish_estimate(w, slice, endpoint);
    d->n[row] = sq_tally_risk_set(slice, endpoint).at_origin;
    for (size_t i = 0; d->quantile != NULL && i < n; i++) {
        double days =
            sq_curve_quantile(w->curve->survival, &slice.outcome->times, m->quantiles[i], NULL);
        d->quantile[row * n + i] = days / SQ_DAYS_PER_YEAR;
    }
    if (d->survival != NULL)
        copy_survival(w, row, d);
    if (d->incidence != NULL)
        copy_incidence(w, slice, cell, endpoint, d);
}

void sq_finish_endpoints(sq_finish *w)
{
    const sq_model *m = w->model;
    bool survival = sq_wants(m, SQ_OUT_SURVIVAL), incidence = sq_wants(m, SQ_OUT_INCIDENCE);
    bool curves = w->with_curves && m->n_grid > 0;
    if (m->n_endpoints == 0 || (!survival && !incidence))
        return;
    endpoint_data d = {0};
    if (w->declared != NULL && !w->by_subgroup)
        add_cause_endpoint(w);
    d.n = sq_finish_count(w, "endpoint_n", "patients at risk at their origin", "endpoint", NULL);
    if (survival && m->n_quantiles > 0 && m->n_grid > 0)
        d.quantile = sq_finish_real(w, "survival_quantile", "year",
                                    "time by which this share has had an event", "endpoint",
                                    "quantile");
    if (survival && curves)
        add_survival(w, &d);
    if (incidence && curves)
        add_incidence(w, &d);
    for (size_t cell = 0; !w->failed && cell < sq_finish_cells(w); cell++)
        for (int i = 0; i < m->n_endpoints; i++)
            finish_endpoint(w, cell, i, &d);
}

/* Running totals of entries less exits, as shares of those still followed; what lies beyond the horizon was
 * not simulated. */
void sq_finish_in_state(sq_slice slice, int state, double *share, double *followed)
{
    const sq_outcome *o = slice.outcome;
    const sq_layout *at = sq_tally_layout(o, slice.subgroup);
    const int64_t *tally = sq_tally(o, slice.strategy, slice.subgroup);
    const int64_t *change = tally + at->occupancy + (size_t)state * at->points;
    const int64_t *closed = at->closing > 0 ? tally + at->closed : NULL;
    int64_t inside = 0, lives = tally[at->lives];
    for (int j = 0; j < o->times.n; j++) {
        inside += change[j];
        if (closed != NULL)
            lives -= closed[j];
        bool known = lives > 0 && o->times.point[j] <= o->model->horizon;
        share[j] = known ? (double)inside / (double)lives : NAN;
        if (followed != NULL)
            followed[j] = (double)lives;
    }
}

void sq_finish_occupancy(sq_finish *w)
{
    const sq_model *m = w->model;
    if (!w->with_curves || m->n_grid == 0 || m->n_states == 0 || !sq_wants(m, SQ_OUT_OCCUPANCY))
        return;
    double *share = sq_finish_real(w, "state_occupancy", "1", "share of patients still followed in the state", "state",
                                   "time");
    for (size_t cell = 0; share != NULL && cell < sq_finish_cells(w); cell++) {
        sq_slice slice = sq_finish_slice(w, cell);
        for (int i = 0; i < m->n_states; i++) {
            sq_finish_in_state(slice, i, share, NULL);
            share += m->n_grid;
        }
    }
}
