/* Endpoints, occupancy of states and counts of events, from integers. An endpoint is estimated once per
 * cell into the writer's scratch curve and copied to where each dataset wants it. */
#include "outcome/finish.h"

#include <math.h>
#include <string.h>

typedef struct endpoint_data {
    int64_t *n, *at_risk, *events, *censored, *cause_events;
    double *survival, *survival_se, *incidence, *incidence_se, *quantile;
} endpoint_data;

static void add_endpoint_curves(sq_finish *w, endpoint_data *d)
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
    const char **names = sq_arena_array(&w->variables->arena, (size_t)m->n_endpoints, sizeof *names);
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

static void copy_curves(const sq_finish *w, const sq_outcome *o, int strategy, size_t cell, int endpoint,
                        endpoint_data *d)
{
    const sq_model *m = w->model;
    const sq_endpoint *e = &m->endpoints[endpoint];
    size_t n = (size_t)m->n_grid, bytes = n * sizeof(double);
    size_t to = (cell * (size_t)m->n_endpoints + (size_t)endpoint) * n;
    memcpy(d->survival + to, w->curve->survival, bytes);
    memcpy(d->survival_se + to, w->curve->survival_se, bytes);
    memcpy(d->at_risk + to, w->curve->at_risk, bytes);
    memcpy(d->events + to, w->curve->events, bytes);
    memcpy(d->censored + to, w->curve->censored, bytes);
    sq_risk_set set = sq_tally_risk_set(o, strategy, endpoint);
    for (int k = 0; k < e->n_causes; k++) {
        to = (cell * (size_t)m->n_causes + (size_t)(e->first_cause + k)) * n;
        memcpy(d->incidence + to, w->curve->incidence + (size_t)k * n, bytes);
        memcpy(d->incidence_se + to, w->curve->incidence_se + (size_t)k * n, bytes);
        memcpy(d->cause_events + to, set.events + (size_t)k * (size_t)set.stride, bytes);
    }
}

static void finish_endpoint(sq_finish *w, const sq_outcome *o, int strategy, size_t cell, int endpoint,
                            endpoint_data *d)
{
    const sq_model *m = w->model;
    size_t place = cell * (size_t)m->n_endpoints + (size_t)endpoint;
    sq_finish_estimate(w, o, strategy, endpoint);
    d->n[place] = sq_tally_risk_set(o, strategy, endpoint).at_origin;
    for (int i = 0; d->quantile != NULL && i < m->n_quantiles; i++) {
        double days = sq_curve_quantile(w->curve->survival, &o->times, m->quantiles[i], NULL);
        d->quantile[place * (size_t)m->n_quantiles + (size_t)i] = days / SQ_DAYS_PER_YEAR;
    }
    if (d->survival != NULL)
        copy_curves(w, o, strategy, cell, endpoint, d);
}

static void finish_endpoints(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_endpoints == 0)
        return;
    endpoint_data d = {0};
    add_cause_endpoint(w);
    d.n = sq_finish_count(w, "endpoint_n", "patients at risk at their origin", "endpoint", NULL);
    if (m->n_quantiles > 0 && m->n_grid > 0)
        d.quantile = sq_finish_real(w, "survival_quantile", "year",
                                    "time by which this share has had an event", "endpoint",
                                    "quantile");
    if (w->with_curves && m->n_grid > 0)
        add_endpoint_curves(w, &d);
    if (w->failed)
        return;
    for (int point = 0; point < sq_finish_points(w); point++) {
        for (int i = 0; i < m->n_strategies * m->n_endpoints; i++) {
            int strategy = i / m->n_endpoints;
            size_t cell = (size_t)point * (size_t)m->n_strategies + (size_t)strategy;
            finish_endpoint(w, w->grid[point], strategy, cell, i % m->n_endpoints, &d);
        }
    }
}

/* Running totals of entries less exits, as shares; what lies beyond the horizon was not simulated. */
static void finish_state(const sq_outcome *o, const int64_t *change, int64_t lives, double *share)
{
    int64_t inside = 0;
    for (int j = 0; j < o->times.n; j++) {
        inside += change[j];
        bool known = lives > 0 && o->times.point[j] <= o->model->horizon;
        share[j] = known ? (double)inside / (double)lives : NAN;
    }
}

static void finish_occupancy(sq_finish *w)
{
    const sq_model *m = w->model;
    if (!w->with_curves || m->n_grid == 0 || m->n_states == 0)
        return;
    double *share = sq_finish_real(w, "state_occupancy", "1", "share of patients in the state", "state",
                                   "time");
    if (share == NULL)
        return;
    for (int cell = 0; cell < sq_finish_points(w) * m->n_strategies; cell++) {
        const sq_outcome *o = w->grid[cell / m->n_strategies];
        const int64_t *tally = sq_tally(o, cell % m->n_strategies);
        for (int i = 0; i < m->n_states; i++) {
            finish_state(o, tally + o->layout.occupancy + (size_t)i * o->layout.points,
                         tally[o->layout.lives], share);
            share += m->n_grid;
        }
    }
}

void sq_finish_curves(sq_finish *w)
{
    finish_endpoints(w);
    finish_occupancy(w);
}

void sq_finish_occurrences(sq_finish *w)
{
    const sq_model *m = w->model;
    double *mean = sq_finish_real(w, "event_count", "1", "mean number of occurrences per patient",
                                  "event", NULL);
    double *se = sq_finish_real(w, "event_count_se", "1", "standard error of event_count", "event",
                                NULL);
    double *ever = sq_finish_real(w, "event_ever", "1", "share of patients it ever happened to", "event",
                                  NULL);
    if (w->failed)
        return;
    int n = SQ_OCCURS_DEATH(m) + 1;
    for (int i = 0; i < sq_finish_points(w) * m->n_strategies * n; i++) {
        const sq_outcome *o = w->grid[i / (m->n_strategies * n)];
        const int64_t *tally = sq_tally(o, i / n % m->n_strategies);
        double lives = (double)tally[o->layout.lives];
        size_t place = (size_t)(i % n);
        sq_moments moments = sq_moments_of((double)tally[o->layout.count + place],
                                           (double)tally[o->layout.count_squared + place], lives);
        mean[i] = moments.mean;
        se[i] = moments.se;
        ever[i] = lives > 0 ? (double)tally[o->layout.ever + place] / lives : NAN;
    }
}
