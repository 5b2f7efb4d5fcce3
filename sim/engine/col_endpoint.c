/* Endpoints in columns: ref_endpoint.c for all lanes of a selection. Of what occurred in a firing only the bits that
 * some endpoint awaits are kept; an endpoint none of whose bits is set in any lane is not looked at. A
 * passage is counted when it ends. */
#include "engine/col.h"

#include <math.h>

/* ---- the plan --------------------------------------------------------------------------------------------- */

/* The watched ones among a set of occurrences, as bits of pool.occurred. */
static uint64_t *watched_of(sq_col_plan *plan, const sq_bits *set)
{
    uint64_t *word = sq_arena_array(&plan->arena, (size_t)plan->watch_words, sizeof *word);
    for (int o = 0; word && o < SQ_OCCURRENCES(plan->model); o++) {
        int bit = sq_bits_has(set, o) ? plan->watch[o] : -1;
        if (bit >= 0) word[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    return word;
}

static bool plan_endpoint(sq_col_plan *plan, const sq_endpoint *e, sq_endpoint_plan *to)
{
    sq_bits awaits = e->from;
    sq_bits_join(&awaits, &e->censor);
    to->from = watched_of(plan, &e->from);
    to->censor = watched_of(plan, &e->censor);
    to->cause = sq_arena_array(&plan->arena, (size_t)(e->n_causes > 0 ? e->n_causes : 1), sizeof *to->cause);
    bool complete = to->from && to->censor && to->cause;
    for (int k = 0; complete && k < e->n_causes; k++) {
        const sq_bits *events = &plan->model->causes[e->first_cause + k].events;
        sq_bits_join(&awaits, events);
        to->cause[k] = watched_of(plan, events);
        complete = to->cause[k];
    }
    to->awaits = watched_of(plan, &awaits);
    return complete && to->awaits;
}

sq_status sq_col_plan_endpoints(sq_col_plan *plan, sq_error *err)
{
    const sq_model *m = plan->model;
    size_t n = (size_t)(m->n_endpoints > 0 ? m->n_endpoints : 1);
    plan->endpoints = sq_arena_array(&plan->arena, n, sizeof *plan->endpoints);
    bool complete = plan->endpoints;
    for (int i = 0; complete && i < m->n_endpoints; i++)
        complete = plan_endpoint(plan, &m->endpoints[i], &plan->endpoints[i]);
    return complete ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
}

/* ---- what occurred ------------------------------------------------------------------------------------------- */

/* Whether a lane met one of these in this firing. */
static bool met(const sq_columns *c, int32_t lane, const uint64_t *of)
{
    uint64_t any = 0;
    for (int w = 0; w < c->plan->watch_words; w++)
        any |= c->p->occurred[sq_col_row(c->p, w) + (size_t)lane] & of[w];
    return any != 0;
}

/* What any of the lanes met. */
static const uint64_t *met_by_any(sq_columns *c, const sq_selection *s)
{
    uint64_t *all = sq_col_words(c, c->plan->watch_words);
    for (int w = 0; w < c->plan->watch_words; w++) {
        const uint64_t *word = c->p->occurred + sq_col_row(c->p, w);
        all[w] = 0;
        for (int i = 0; i < s->n; i++) all[w] |= word[s->lane[i]];
    }
    return all;
}

static bool is_awaited(const sq_columns *c, const sq_endpoint_plan *plan, const uint64_t *occurred)
{
    uint64_t any = 0;
    for (int w = 0; w < c->plan->watch_words; w++) any |= occurred[w] & plan->awaits[w];
    return any != 0;
}

/* ---- one endpoint ---------------------------------------------------------------------------------------------- */

/* An endpoint as the selection's lanes stand to it: columns. */
typedef struct passage {
    int number;
    const sq_endpoint *endpoint;
    const sq_endpoint_plan *plan;
    double *origin;
    uint64_t *closed, bit;
} passage;

static passage passage_of(const sq_columns *c, int number)
{
    return (passage){
        .number = number,
        .endpoint = &c->model->endpoints[number],
        .plan = &c->plan->endpoints[number],
        .origin = c->p->origin + sq_col_row(c->p, number),
        .closed = c->p->closed + sq_col_row(c->p, number / 64),
        .bit = UINT64_C(1) << (number % 64),
    };
}

static bool is_over(const passage *p, int32_t lane) { return p->closed[lane] & p->bit; }

/* Patients who enter the risk set now; 1 in enters for those. */
static void enter(sq_columns *c, sq_selection *s, const passage *p, double *enters)
{
    sq_selection candidates;
    bool any = false;
    for (int i = 0; i < s->n; i++) {
        int32_t lane = s->lane[i];
        enters[i] = !is_over(p, lane) && isnan(p->origin[lane]) && met(c, lane, p->plan->from);
        any |= enters[i] != 0;
    }
    if (!any) return;
    for (int i = s->n; i < sq_col_padded(s->n); i++) enters[i] = 0;
    sq_mark mark = sq_col_mark(c);
    (void)sq_col_where(c, s, enters, &candidates);
    sq_column who = sq_col_truth(c, &candidates, p->endpoint->who);
    for (int i = 0; i < candidates.n; i++)
        if (who.p[i * who.step] != 0) p->origin[candidates.lane[i]] = candidates.now[i] + p->endpoint->landmark;
    sq_col_release(c, mark);
}

/* The cause that occurred, -1 for censoring, -2 for neither. Causes come before censoring. */
static int leaves_by(const sq_columns *c, const passage *p, int32_t lane)
{
    for (int k = 0; k < p->endpoint->n_causes; k++)
        if (met(c, lane, p->plan->cause[k])) return k;
    return met(c, lane, p->plan->censor) ? -1 : -2;
}

/* Room for the passages of a selection that end. */
typedef struct endings {
    int32_t *which, *cause;
    double *days;
    int k;
} endings;

static endings room_for(sq_columns *c, int n)
{
    return (endings){sq_col_lanes(c, n), sq_col_lanes(c, n), sq_col_doubles(c, n), 0};
}

static void add_ending(endings *e, int i, int cause, double days)
{
    e->which[e->k] = i;
    e->cause[e->k] = cause;
    e->days[e->k++] = days;
}

static void count(sq_columns *c, const sq_selection *s, int endpoint, const endings *e)
{
    if (e->k == 0) return;
    const sq_lives lives = sq_col_lives(c, s);
    const sq_passages passages = {e->k, e->which, e->cause, e->days};
    sq_count_passages(&lives, endpoint, &passages);
}

static void look(sq_columns *c, sq_selection *s, int number)
{
    const passage p = passage_of(c, number);
    double *enters = sq_col_doubles(c, s->n);
    endings ended = room_for(c, s->n);
    enter(c, s, &p, enters);
    for (int i = 0; i < s->n; i++) {
        int32_t lane = s->lane[i];
        if (is_over(&p, lane) || isnan(p.origin[lane])) continue;
        if (enters[i] != 0 && !p.endpoint->origin_counts) continue;
        int cause = leaves_by(c, &p, lane);
        if (cause == -2) continue;
        p.closed[lane] |= p.bit;
        add_ending(&ended, i, cause, s->now[i] - p.origin[lane]);
    }
    count(c, s, number, &ended);
}

/* ---- all of them --------------------------------------------------------------------------------------------------- */

void sq_col_endpoints(sq_columns *c, sq_selection *s)
{
    sq_mark mark = sq_col_mark(c);
    const uint64_t *occurred = met_by_any(c, s);
    for (int i = 0; i < c->model->n_endpoints; i++) {
        if (!is_awaited(c, &c->plan->endpoints[i], occurred)) continue;
        sq_mark own = sq_col_mark(c);
        look(c, s, i);
        sq_col_release(c, own);
    }
    sq_col_release(c, mark);
}

void sq_col_endpoints_end(sq_columns *c, sq_selection *s, const double *end)
{
    for (int number = 0; number < c->model->n_endpoints; number++) {
        const passage p = passage_of(c, number);
        sq_mark mark = sq_col_mark(c);
        endings ended = room_for(c, s->n);
        for (int i = 0; i < s->n; i++) {
            int32_t lane = s->lane[i];
            if (!is_over(&p, lane) && !isnan(p.origin[lane])) add_ending(&ended, i, -1, end[i] - p.origin[lane]);
        }
        count(c, s, number, &ended);
        sq_col_release(c, mark);
    }
}
