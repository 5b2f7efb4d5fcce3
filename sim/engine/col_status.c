/* What the state tells of endpoints. Whether a patient is in a risk set has a bit in the general case; but often all who
 * are in one state are in it, or none is. So the possible firings are gone through, as ways that lanes may go from state
 * to state, and for each endpoint and state it is found how patients there may stand to it: not yet in the risk set,
 * inside, or out of it again. What is not certain counts as possible, and sets only grow until nothing is added any more.
 *
 * It follows which endpoints a way can concern at all, of which of them bits are to be kept, and which occurrences must
 * be noted lane by lane, because some lanes that go a way meet them and others do not. */
#include "engine/col_plan.h"

#include <assert.h>
#include <stdlib.h>

typedef struct finder {
    sq_col_plan *plan;
    const sq_model *m;
    int words;       /* of sets of occurrences */
    sq_bits *leaves; /* [n_endpoints] what a risk set is left by */
    bool no_memory;
} finder;

static bool meet(const finder *f, const sq_bits *a, const sq_bits *b) { return sq_bits_meet(a, b, f->words); }

static sq_ways *ways_of(const sq_col_plan *plan, int event, int state)
{
    return &plan->ways[event * plan->model->n_states + state];
}

static uint8_t *status_of(const sq_col_plan *plan, int endpoint, int state)
{
    return &plan->status[endpoint * plan->model->n_states + state];
}

/* Where a way leads. */
static int goal(const sq_model *m, int state, const sq_way *way) { return way->go < 0 ? state : way->go % m->n_states; }

/* ---- ways -------------------------------------------------------------------------------------------------- */

static void occurs(sq_way *way, int occurrence)
{
    sq_bits_set(&way->certain, occurrence);
    sq_bits_set(&way->possible, occurrence);
}

/* What occurs beside marks: the event or the start, and where it leads. */
static void complete_way(const sq_model *m, int event, int state, sq_way *way)
{
    bool starts = event == m->n_events, moves = way->go >= 0 && way->go != state;
    int to = goal(m, state, way);
    occurs(way, starts ? SQ_OCCURS_INDEX(m) : SQ_OCCURS_EVENT(m, event));
    if (starts) occurs(way, SQ_OCCURS_STATE(m, state));
    if (moves) occurs(way, SQ_OCCURS_STATE(m, to));
    if (moves && m->states[to].death) occurs(way, SQ_OCCURS_DEATH(m));
}

static bool find_ways_of(sq_col_plan *plan, int event, int state)
{
    const sq_model *m = plan->model;
    sq_ways found = {0}, *ways = ways_of(plan, event, state);
    int block = event == m->n_events ? m->start_actions : m->events[event].actions;
    bool complete = sq_col_paths(plan, block, state, &found);
    ways->items = complete ? sq_col_plan_array(plan, (int)found.count, sizeof *ways->items) : NULL;
    for (size_t i = 0; ways->items && i < found.count; i++) {
        complete_way(m, event, state, &found.items[i]);
        plan->goes_once[event] &= !found.items[i].goes_again;
        ways->items[ways->count++] = found.items[i];
    }
    free(found.items);
    return ways->items;
}

static bool is_possible(const sq_col_plan *plan, int event, int state)
{
    const sq_model *m = plan->model;
    if (event == m->n_events) return state == m->start_state;
    return sq_col_has_event(plan, plan->possible, state, event);
}

static bool find_ways(finder *f)
{
    sq_col_plan *plan = f->plan;
    const sq_model *m = f->m;
    plan->ways = sq_col_plan_array(plan, (m->n_events + 1) * m->n_states, sizeof *plan->ways);
    plan->goes_once = sq_col_plan_array(plan, m->n_events + 1, sizeof *plan->goes_once);
    if (!plan->ways || !plan->goes_once) return false;
    for (int e = 0; e <= m->n_events; e++) plan->goes_once[e] = true;
    for (int e = 0; e <= m->n_events; e++)
        for (int s = 0; s < m->n_states; s++)
            if (is_possible(plan, e, s) && !find_ways_of(plan, e, s)) return false;
    return true;
}

const sq_way *sq_col_way(const sq_col_plan *plan, int event, int state, int go)
{
    const sq_ways *ways = ways_of(plan, event, state);
    size_t i = 0;
    while (i < ways->count && ways->items[i].go != go) i++;
    assert(i < ways->count);
    return &ways->items[i];
}

/* Calls visit for every way from a state that patients may be in. */
static void each_way(finder *f, void (*visit)(finder *f, int event, int state, sq_way *way))
{
    for (int e = 0; e <= f->m->n_events; e++)
        for (int s = 0; s < f->m->n_states; s++) {
            const sq_ways *ways = ways_of(f->plan, e, s);
            for (size_t i = 0; i < ways->count; i++) visit(f, e, s, &ways->items[i]);
        }
}

/* ---- where patients may stand ---------------------------------------------------------------------------------- */

/* Before a firing; at the start nobody is in any risk set. */
static unsigned before(const finder *f, int endpoint, int event, int state)
{
    return event == f->m->n_events ? SQ_NOT_YET : *status_of(f->plan, endpoint, state);
}

static bool may_enter(const finder *f, int endpoint, unsigned status, const sq_way *way)
{
    return status & SQ_NOT_YET && meet(f, &f->m->endpoints[endpoint].from, &way->possible);
}

static unsigned after(const finder *f, int endpoint, unsigned status, const sq_way *way)
{
    const sq_endpoint *e = &f->m->endpoints[endpoint];
    bool may_leave = meet(f, &f->leaves[endpoint], &way->possible), must_leave = meet(f, &f->leaves[endpoint], &way->certain);
    bool must_enter = e->who.count == 0 && meet(f, &e->from, &way->certain);
    unsigned inside = must_leave ? SQ_LEFT : may_leave ? SQ_INSIDE | SQ_LEFT : SQ_INSIDE, result = status & SQ_LEFT;
    if (status & SQ_INSIDE) result |= inside;
    if (may_enter(f, endpoint, status, way)) result |= e->origin_counts ? inside : SQ_INSIDE;
    return status & SQ_NOT_YET && !must_enter ? result | SQ_NOT_YET : result;
}

static bool spread(finder *f)
{
    bool grew = false;
    for (int e = 0; e <= f->m->n_events; e++)
        for (int s = 0; s < f->m->n_states; s++) {
            const sq_ways *ways = ways_of(f->plan, e, s);
            for (int i = 0; i < f->m->n_endpoints; i++) {
                unsigned status = before(f, i, e, s);
                for (size_t k = 0; status && k < ways->count; k++) {
                    uint8_t *to = status_of(f->plan, i, goal(f->m, s, &ways->items[k]));
                    unsigned more = *to | after(f, i, status, &ways->items[k]);
                    grew |= more != *to;
                    *to = (uint8_t)more;
                }
            }
        }
    return grew;
}

static bool find_status(finder *f)
{
    const sq_model *m = f->m;
    f->plan->status = sq_col_plan_array(f->plan, m->n_endpoints * m->n_states, sizeof *f->plan->status);
    f->leaves = sq_col_plan_array(f->plan, m->n_endpoints, sizeof *f->leaves);
    if (!f->plan->status || !f->leaves) return false;
    for (int i = 0; i < m->n_endpoints; i++) {
        const sq_endpoint *e = &m->endpoints[i];
        f->leaves[i] = e->censor;
        sq_bits_join(&f->leaves[i], &e->non_response);
        for (int k = 0; k < e->n_causes; k++) sq_bits_join(&f->leaves[i], &m->causes[e->first_cause + k].events);
    }
    while (spread(f)) {}
    return true;
}

/* ---- what is kept --------------------------------------------------------------------------------------------------- */

/* Whether something is written of who enters. */
static bool notes_entry(const sq_endpoint *e) { return e->is_noted || e->n_snapshots > 0; }

/* Nobody asks for an endpoint's results, and that it is entered cannot go wrong. */
static bool is_idle(const finder *f, int endpoint)
{
    const sq_endpoint *e = &f->m->endpoints[endpoint];
    return e->who.count == 0 && !notes_entry(e) && !sq_counts_passages(f->m);
}

/* Some patients in the state are inside, and others may be outside. */
static bool is_mixed(unsigned status) { return status & SQ_INSIDE && status & (SQ_NOT_YET | SQ_LEFT); }

/* Whether somewhere those who may enter must be told from those who have left. */
static bool may_return(const finder *f, int endpoint)
{
    for (int e = 0; e < f->m->n_events; e++)
        for (int s = 0; s < f->m->n_states; s++) {
            const sq_ways *ways = ways_of(f->plan, e, s);
            unsigned status = *status_of(f->plan, endpoint, s);
            for (size_t i = 0; status & SQ_LEFT && i < ways->count; i++)
                if (may_enter(f, endpoint, status, &ways->items[i])) return true;
        }
    return false;
}

static bool needs_bit(const finder *f, int endpoint)
{
    bool mixed = false;
    for (int s = 0; s < f->m->n_states; s++) mixed |= is_mixed(*status_of(f->plan, endpoint, s));
    return !is_idle(f, endpoint) && (mixed || may_return(f, endpoint));
}

static bool is_index_alone(const finder *f, const sq_bits *from)
{
    sq_bits index = {{0}}, rest = *from;
    sq_bits_set(&index, SQ_OCCURS_INDEX(f->m));
    for (int w = 0; w < SQ_BITS_WORDS; w++) rest.word[w] &= ~index.word[w];
    return meet(f, from, &index) && !meet(f, &rest, &rest);
}

static bool find_kept(finder *f)
{
    sq_col_plan *plan = f->plan;
    int bits = 0;
    plan->endpoints = sq_col_plan_array(plan, f->m->n_endpoints, sizeof *plan->endpoints);
    if (!plan->endpoints) return false;
    for (int i = 0; i < f->m->n_endpoints; i++) {
        plan->endpoints[i].bit = needs_bit(f, i) ? bits++ : -1;
        plan->endpoints[i].origin = is_index_alone(f, &f->m->endpoints[i].from) ? -1 : plan->n_origins++;
    }
    plan->endpoint_words = (bits + 63) / 64;
    return true;
}

/* ---- what ways concern ------------------------------------------------------------------------------------------- */

/* That all enter need not be noted where nothing is kept of them. */
static bool concerns(const finder *f, int endpoint, unsigned status, const sq_way *way)
{
    const sq_endpoint *e = &f->m->endpoints[endpoint];
    const sq_endpoint_plan *plan = &f->plan->endpoints[endpoint];
    bool enters = may_enter(f, endpoint, status, way);
    bool notes = e->who.count || plan->bit >= 0 || plan->origin >= 0 || notes_entry(e);
    bool inside = status & SQ_INSIDE || (enters && e->origin_counts);
    bool leaves = inside && meet(f, &f->leaves[endpoint], &way->possible);
    return !is_idle(f, endpoint) && (leaves || (enters && notes));
}

/* Whether what it awaits of the way occurs in some of the lanes only. */
static bool parts_lanes(const finder *f, int endpoint, const sq_way *way)
{
    sq_bits some = way->possible;
    for (int w = 0; w < f->words; w++) some.word[w] &= ~way->certain.word[w];
    return meet(f, &f->m->endpoints[endpoint].from, &some) || meet(f, &f->leaves[endpoint], &some);
}

static void list_endpoints(finder *f, int event, int state, sq_way *way)
{
    int n = f->m->n_endpoints, *list = sq_col_plan_array(f->plan, n, sizeof *list);
    f->no_memory |= !list;
    way->alike = list;
    for (int i = 0; list && i < n; i++)
        if (concerns(f, i, before(f, i, event, state), way) && !parts_lanes(f, i, way)) list[way->n_alike++] = i;
    way->apart = list ? list + way->n_alike : NULL;
    for (int i = 0; list && i < n; i++)
        if (concerns(f, i, before(f, i, event, state), way) && parts_lanes(f, i, way))
            list[way->n_alike + way->n_apart++] = i;
}

/* Whether an occurrence of some lanes is what endpoints of the way await. */
static bool is_awaited(const finder *f, const sq_way *way, int occurrence)
{
    bool awaited = false;
    if (!sq_bits_has(&way->possible, occurrence) || sq_bits_has(&way->certain, occurrence)) return false;
    for (int k = 0; k < way->n_apart; k++) {
        int i = way->apart[k];
        awaited |= sq_bits_has(&f->m->endpoints[i].from, occurrence) || sq_bits_has(&f->leaves[i], occurrence);
    }
    return awaited;
}

/* What parts the lanes is noted lane by lane. */
static void watch(finder *f, int event, int state, sq_way *way)
{
    (void)event, (void)state;
    for (int o = 0; way->n_apart > 0 && o < SQ_OCCURRENCES(f->m); o++)
        if (is_awaited(f, way, o)) f->plan->watch[o] = 1;
}

static void find_parts(finder *f, int event, int state, sq_way *way)
{
    (void)event, (void)state;
    uint64_t *parts = way->n_apart > 0 ? sq_col_plan_array(f->plan, f->plan->watch_words, sizeof *parts) : NULL;
    f->no_memory |= way->n_apart > 0 && !parts;
    way->parts = parts;
    for (int o = 0; parts && o < SQ_OCCURRENCES(f->m); o++) {
        int bit = f->plan->watch[o];
        if (is_awaited(f, way, o)) parts[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

static bool find_concerns(finder *f)
{
    const sq_model *m = f->m;
    sq_col_plan *plan = f->plan;
    plan->watch = sq_col_plan_array(plan, SQ_OCCURRENCES(m), sizeof *plan->watch);
    plan->watched = sq_col_plan_array(plan, SQ_OCCURRENCES(m), sizeof *plan->watched);
    if (!plan->watch || !plan->watched) return false;
    each_way(f, list_endpoints);
    each_way(f, watch);
    int n = 0;
    for (int o = 0; o < SQ_OCCURRENCES(m); o++) {
        bool is = plan->watch[o];
        plan->watch[o] = is ? n : -1;
        if (is) plan->watched[n++] = o;
    }
    plan->watch_words = (n + 63) / 64;
    each_way(f, find_parts);
    return !f->no_memory;
}

static bool find_open(finder *f)
{
    const sq_model *m = f->m;
    sq_col_plan *plan = f->plan;
    plan->open = sq_col_plan_array(plan, m->n_states, sizeof *plan->open);
    for (int s = 0; plan->open && s < m->n_states; s++) {
        sq_open_endpoints *open = &plan->open[s];
        int *list = sq_col_plan_array(plan, m->n_endpoints, sizeof *list);
        if (!list) return false;
        open->endpoint = list;
        for (int i = 0; i < m->n_endpoints; i++) {
            unsigned status = *status_of(plan, i, s);
            if (!(status & SQ_INSIDE) || is_idle(f, i)) continue;
            list[open->n++] = i;
            open->reads |= is_mixed(status);
        }
    }
    return plan->open;
}

sq_status sq_col_plan_endpoints(sq_col_plan *plan, sq_error *err)
{
    finder f = {.plan = plan, .m = plan->model, .words = plan->occurrence_words};
    bool complete = find_ways(&f) && find_status(&f) && find_kept(&f) && find_concerns(&f) && find_open(&f);
    return complete ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
}
