/* What can happen at most once in a life: no lane need remember how often it has.
 *
 * A *doing* is anything that a firing may do: an event fires, a state is entered, a move is made, a mark is set, luck is
 * drawn at a site. Of each it is found in which states a firing may do it, and in which states lives then are. A
 * doing happens at most once if no firing does it twice, and no life comes from where it then is to where the doing
 * may happen again. Lives go from state to state by the events that are possible there and the `goto`s in their
 * actions. Conditions on attributes are taken to hold and to fail as it suits the doing; so all that is found is true of
 * every life, and some of what is true is not found. */
#include "engine/col_plan.h"
#include "engine/ref_body.h" /* SQ_FIRINGS_AT_ONE_INSTANT */

static bool is_empty(const sq_bits *b) { return !sq_bits_meet(b, b, SQ_BITS_WORDS); }

/* ---- how a block of actions may end ------------------------------------------------------------------------------ */

/* Where lives may be going: nowhere, to a state, to a state that is entered afresh. */
typedef struct ends {
    bool stay;
    sq_bits to, afresh;
} ends;

/* The same by whether what is looked for has been done. */
typedef struct outlook {
    ends undone, done;
} outlook;

/* What is looked for among actions. */
typedef enum search_kind { FOR_NOTHING, FOR_MARK, FOR_LUCK, FOR_START } search_kind;
typedef struct search {
    search_kind kind;
    int index;   /* of the mark, the site, the event */
    bool twice;  /* found: some way through a block does it twice */
} search;

typedef struct walk {
    const sq_model *model;
    search *search;
    outlook *before; /* [n_actions] */
} walk;

static bool any_end(const ends *e) { return e->stay || !is_empty(&e->to) || !is_empty(&e->afresh); }

static void join(ends *into, const ends *from)
{
    into->stay |= from->stay;
    sq_bits_join(&into->to, &from->to);
    sq_bits_join(&into->afresh, &from->afresh);
}

static void join_both(outlook *into, const outlook *from)
{
    join(&into->undone, &from->undone);
    join(&into->done, &from->done);
}

/* The last `goto` counts. */
static void go(ends *e, const sq_action *action)
{
    if (!any_end(e)) return;
    *e = (ends){0};
    sq_bits_set(action->b ? &e->afresh : &e->to, action->a);
}

static bool is_sought(const sq_model *m, const search *s, const sq_action *a)
{
    switch (s->kind) {
    case FOR_NOTHING: return false;
    case FOR_MARK: return a->code == SQ_ACT_MARK && a->a == s->index;
    case FOR_START: return a->code == SQ_ACT_START && a->a == s->index;
    case FOR_LUCK:
        return (a->code == SQ_ACT_DRAW || a->code == SQ_ACT_SPLIT) && m->draws[a->b].site == s->index;
    }
    return false;
}

static void find_done(search *s, outlook *o)
{
    s->twice |= any_end(&o->done) && s->kind != FOR_START; /* a clock that is started twice is armed once */
    join(&o->done, &o->undone);
    o->undone = (ends){0};
}

static outlook run(const walk *w, int first, const outlook *in);

static bool is_chosen(const sq_model *m, int decision, int option)
{
    for (int s = 0; s < m->n_strategies; s++) {
        sq_rule_list list = m->strategies[s].rules[decision];
        for (int k = list.first; k < list.first + list.count; k++)
            if (m->rules[k].option == option) return true;
    }
    return false;
}

/* The rules' assignments, what follows every choice, then the chosen option's branch. */
static outlook decide(const walk *w, int index, const outlook *in)
{
    const sq_model *m = w->model;
    const sq_decision *d = &m->decisions[index];
    outlook all = *in, out = {0};
    for (int s = 0; s < m->n_strategies; s++) {
        sq_rule_list list = m->strategies[s].rules[index];
        for (int k = list.first; k < list.first + list.count; k++) {
            if (m->rules[k].sets < 0) continue;
            outlook after = run(w, m->rules[k].sets, in);
            join_both(&all, &after);
        }
    }
    if (d->common >= 0) all = run(w, d->common, &all);
    for (int k = 0; k < m->categories[d->category].n_labels; k++) {
        if (!is_chosen(m, index, k)) continue;
        outlook after = d->option[k] >= 0 ? run(w, d->option[k], &all) : all;
        join_both(&out, &after);
    }
    return out;
}

static void jump(const walk *w, int to, const outlook *o) { join_both(&w->before[to], o); }

static void split(const walk *w, const sq_draw *draw, const outlook *o)
{
    for (int k = 0; k < draw->n_options; k++) jump(w, w->model->draw_options[draw->first_option + k].value, o);
}

/* All that may be the case after one action goes on to where lives may be after it. */
static void step(const walk *w, int i)
{
    const sq_action *a = &w->model->actions[i];
    outlook o = w->before[i];
    if (is_sought(w->model, w->search, a)) find_done(w->search, &o);
    switch (a->code) {
    case SQ_ACT_SPLIT: split(w, &w->model->draws[a->b], &o); return;
    case SQ_ACT_JUMP: jump(w, a->a, &o); return;
    case SQ_ACT_UNLESS: jump(w, a->a, &o); break;
    case SQ_ACT_DECIDE: o = decide(w, a->a, &o); break;
    case SQ_ACT_GOTO:
        go(&o.undone, a);
        go(&o.done, a);
        break;
    default: break;
    }
    jump(w, i + 1, &o);
}

/* All jumps lead forward, within the block. */
static outlook run(const walk *w, int first, const outlook *in)
{
    int end = first;
    while (w->model->actions[end].code != SQ_ACT_END) w->before[end++] = (outlook){0};
    w->before[end] = (outlook){0};
    w->before[first] = *in;
    for (int i = first; i < end; i++) step(w, i);
    return w->before[end];
}

/* ---- the graph of a model ------------------------------------------------------------------------------------------- */

typedef struct graph {
    sq_col_plan *plan;
    const sq_model *model;
    outlook *before;  /* [n_actions] for walks */
    ends *of_event;   /* [n_events] how its actions may end */
    ends at_start;
    sq_bits *reach;   /* [n_states] which states a life may get to from here, this one included */
    sq_bits alive;    /* states in which events may fire in some life */
    bool *fires_once; /* [n_events] */
    sq_arena arena;   /* owns these */
} graph;

/* When something is done: the states before (not of the start, which is never later), and those after. */
typedef struct doing {
    sq_bits before, after;
    bool twice;       /* perhaps in one firing */
    int owners;       /* blocks that may do it */
    bool by_one_each; /* these are done once at most */
} doing;

static bool is_possible(const graph *g, int state, int event)
{
    return sq_col_has_event(g->plan, g->plan->possible, state, event);
}

static outlook look(const graph *g, int first, search *s)
{
    const walk w = {g->model, s, g->before};
    const outlook in = {.undone = {.stay = true}};
    return run(&w, first, &in);
}

static ends ends_of(const graph *g, int first)
{
    search nothing = {.kind = FOR_NOTHING};
    return look(g, first, &nothing).undone;
}

/* Where lives in a state are after a firing that may end so. */
static sq_bits after(const ends *e, int state)
{
    sq_bits to = e->to;
    sq_bits_join(&to, &e->afresh);
    if (e->stay) sq_bits_set(&to, state);
    return to;
}

static sq_bits next_of(const graph *g, int state)
{
    sq_bits next = {{0}};
    for (int e = 0; e < g->model->n_events; e++) {
        if (!is_possible(g, state, e)) continue;
        sq_bits to = after(&g->of_event[e], state);
        sq_bits_join(&next, &to);
    }
    return next;
}

static void find_reach(graph *g)
{
    int n = g->model->n_states;
    for (int s = 0; s < n; s++) {
        g->reach[s] = next_of(g, s);
        sq_bits_set(&g->reach[s], s);
    }
    for (int k = 0; k < n; k++)
        for (int s = 0; s < n; s++)
            if (sq_bits_has(&g->reach[s], k)) sq_bits_join(&g->reach[s], &g->reach[k]);
}

static sq_bits reach_of(const graph *g, const sq_bits *states)
{
    sq_bits all = {{0}};
    for (int s = 0; s < g->model->n_states; s++)
        if (sq_bits_has(states, s)) sq_bits_join(&all, &g->reach[s]);
    return all;
}

static bool is_once(const graph *g, const doing *d)
{
    sq_bits later = reach_of(g, &d->after);
    bool again = d->twice || sq_bits_meet(&later, &d->before, SQ_BITS_WORDS);
    return !again || (!d->twice && d->owners <= 1 && d->by_one_each);
}

static bool make_graph(graph *g, sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    *g = (graph){.plan = plan, .model = m};
    g->before = sq_arena_array(&g->arena, (size_t)m->n_actions, sizeof *g->before);
    g->of_event = sq_arena_array(&g->arena, (size_t)m->n_events, sizeof *g->of_event);
    g->fires_once = sq_arena_array(&g->arena, (size_t)m->n_events, sizeof *g->fires_once);
    g->reach = sq_arena_array(&g->arena, (size_t)m->n_states, sizeof *g->reach);
    if (!g->before || !g->of_event || !g->fires_once || !g->reach) return false;
    g->at_start = ends_of(g, m->start_actions);
    for (int e = 0; e < m->n_events; e++) g->of_event[e] = ends_of(g, m->events[e].actions);
    find_reach(g);
    sq_bits begin = after(&g->at_start, m->start_state);
    g->alive = reach_of(g, &begin);
    return true;
}

/* ---- doings of blocks of actions -------------------------------------------------------------------------------------- */

/* Firings of an event that end so do it, in all states where it is possible. */
static void add_firings(const graph *g, int event, const ends *e, doing *d)
{
    for (int s = 0; s < g->model->n_states; s++) {
        if (!sq_bits_has(&g->alive, s) || !is_possible(g, s, event)) continue;
        sq_bits to = after(e, s);
        sq_bits_set(&d->before, s);
        sq_bits_join(&d->after, &to);
    }
}

/* Most of what is looked for stands nowhere. */
static bool is_anywhere(const sq_model *m, const search *s)
{
    for (int i = 0; i < m->n_actions; i++)
        if (is_sought(m, s, &m->actions[i])) return true;
    return false;
}

static doing done_by_actions(const graph *g, search s)
{
    const sq_model *m = g->model;
    doing d = {.by_one_each = true};
    if (!is_anywhere(m, &s)) return d;
    outlook start = look(g, m->start_actions, &s);
    if (any_end(&start.done)) {
        d.after = after(&start.done, m->start_state);
        d.owners++;
    }
    for (int e = 0; e < m->n_events; e++) {
        outlook o = look(g, m->events[e].actions, &s);
        if (!any_end(&o.done)) continue;
        add_firings(g, e, &o.done, &d);
        d.owners++;
        d.by_one_each &= g->fires_once[e];
    }
    d.twice = s.twice;
    return d;
}

/* ---- clocks --------------------------------------------------------------------------------------------------------------- */

/* Whether a condition reads what stays the same as long as the state does. */
static bool is_settled_by_state(const sq_model *m, const sq_event *e)
{
    for (int what = 0; what < SQ_READS_OCCURRED(m, SQ_OCCURRENCES(m)); what++) {
        bool varies = what < m->n_attributes ? m->attributes[what].is_written : what != SQ_READS_STATE(m);
        if (varies && sq_bits_has(&e->condition_reads, what)) return false;
    }
    return true;
}

static bool is_certain(const graph *g, int state, int event)
{
    return sq_col_has_event(g->plan, g->plan->certain, state, event);
}

/* Whether a firing in state `from` that ends in `to` may arm the clock by itself: because its condition begins to hold
 * (or may), because it has fired, or because what it reads is entered afresh. */
static bool may_arm(const graph *g, int event, int by, int from, int to, bool afresh)
{
    const sq_event *e = &g->model->events[event];
    bool reads_state = sq_bits_has(&e->condition_reads, SQ_READS_STATE(g->model));
    if (!is_possible(g, to, event)) return false;
    if (by == event || (afresh && reads_state)) return true;
    if (is_certain(g, from, event)) return false;
    return from != to || !is_settled_by_state(g->model, e);
}

static void add_arming(const graph *g, int event, int by, int from, doing *d)
{
    const ends *e = &g->of_event[by];
    sq_bits to = after(e, from);
    for (int s = 0; s < g->model->n_states; s++) {
        if (!sq_bits_has(&to, s) || !may_arm(g, event, by, from, s, sq_bits_has(&e->afresh, s))) continue;
        sq_bits_set(&d->before, from);
        sq_bits_set(&d->after, s);
    }
}

static void add_armings(const graph *g, int event, doing *d)
{
    const sq_model *m = g->model;
    sq_bits begin = after(&g->at_start, m->start_state);
    for (int s = 0; s < m->n_states; s++)
        if (sq_bits_has(&begin, s) && is_possible(g, s, event)) sq_bits_set(&d->after, s);
    for (int s = 0; s < m->n_states; s++)
        for (int by = 0; sq_bits_has(&g->alive, s) && by < m->n_events; by++)
            if (is_possible(g, s, by)) add_arming(g, event, by, s, d);
    d->by_one_each = false;
}

/* When luck is drawn for a clock, but for what `redraw` adds; one that begins by itself and is started besides is armed
 * once a firing all the same. */
static doing arming_of(const graph *g, int event)
{
    doing d = done_by_actions(g, (search){.kind = FOR_START, .index = event});
    if (!g->model->events[event].on_demand) add_armings(g, event, &d);
    return d;
}

static bool fires_once(const graph *g, int event)
{
    doing armed = arming_of(g, event), fired = {{{0}}, {{0}}, false, 2, false};
    add_firings(g, event, &g->of_event[event], &fired);
    return is_once(g, &fired) || is_once(g, &armed);
}

/* What is started by what happens once happens once: found from one event to the next. */
static void find_events(graph *g)
{
    bool more = true;
    while (more) {
        more = false;
        for (int e = 0; e < g->model->n_events; e++) {
            if (g->fires_once[e] || !fires_once(g, e)) continue;
            g->fires_once[e] = more = true;
        }
    }
}

/* ---- states and moves ------------------------------------------------------------------------------------------------------ */

/* Whether some firing of an event goes from one state to another, or enters its own afresh. */
static bool moves(const ends *e, int from, int to)
{
    return sq_bits_has(&e->afresh, to) || (from != to && sq_bits_has(&e->to, to));
}

static doing entry_of(const graph *g, int state)
{
    const sq_model *m = g->model;
    doing d = {.owners = 2};
    sq_bits_set(&d.after, state);
    if (state == m->start_state) {
        sq_bits begin = after(&g->at_start, state);
        sq_bits_join(&d.after, &begin);
        d.twice = sq_bits_has(&g->at_start.afresh, state);
    }
    for (int s = 0; s < m->n_states; s++)
        for (int e = 0; sq_bits_has(&g->alive, s) && e < m->n_events; e++)
            if (is_possible(g, s, e) && moves(&g->of_event[e], s, state)) sq_bits_set(&d.before, s);
    return d;
}

static void find_moves(const graph *g)
{
    int n = g->model->n_states;
    for (int i = 0; i < n * n; i++)
        if (g->plan->pair[i] >= 0) g->plan->moves_once[g->plan->pair[i]] = !sq_bits_has(&g->reach[i % n], i / n);
}

/* ---- luck ------------------------------------------------------------------------------------------------------------------- */

static void join_doing(doing *into, const doing *from)
{
    sq_bits_join(&into->before, &from->before);
    sq_bits_join(&into->after, &from->after);
    into->twice |= from->twice;
    into->owners += from->owners;
    into->by_one_each &= from->by_one_each;
}

/* A site of the population is nobody else's. */
static bool is_drawn_once(const graph *g, int site)
{
    const sq_model *m = g->model;
    search s = {.kind = FOR_LUCK, .index = site};
    doing d = done_by_actions(g, s);
    (void)look(g, m->baseline_actions, &s);
    for (int e = 0; e < m->n_events; e++) {
        if (m->events[e].site != site) continue;
        doing armed = arming_of(g, e);
        if (d.owners > 0 || m->events[e].changes == SQ_REDRAW) return false;
        join_doing(&d, &armed);
        d.owners += !m->events[e].on_demand;
    }
    d.twice |= s.twice;
    return is_once(g, &d);
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------- */

static void find_occurrences(graph *g)
{
    const sq_model *m = g->model;
    bool *once = g->plan->occurs_once;
    once[SQ_OCCURS_DEATH(m)] = once[SQ_OCCURS_INDEX(m)] = true;
    for (int s = 0; s < m->n_states; s++) {
        doing d = entry_of(g, s);
        once[SQ_OCCURS_STATE(m, s)] = is_once(g, &d);
    }
    for (int e = 0; e < m->n_events; e++) once[SQ_OCCURS_EVENT(m, e)] = g->fires_once[e];
    for (int i = 0; i < m->n_marks; i++) {
        doing d = done_by_actions(g, (search){.kind = FOR_MARK, .index = i});
        once[SQ_OCCURS_MARK(m, i)] = is_once(g, &d);
    }
}

/* Whether each event fires so seldom that all of them together are not too many firings for an instant. */
static bool fires_seldom(const graph *g)
{
    int n = g->plan->model->n_events;
    for (int e = 0; e < n; e++)
        if (!g->fires_once[e]) return false;
    return n < SQ_FIRINGS_AT_ONE_INSTANT;
}

bool sq_col_plan_once(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    graph g;
    plan->occurs_once = sq_col_plan_array(plan, SQ_OCCURRENCES(m), sizeof *plan->occurs_once);
    plan->moves_once = sq_col_plan_array(plan, plan->n_pairs, sizeof *plan->moves_once);
    plan->drawn_once = sq_col_plan_array(plan, m->n_sites, sizeof *plan->drawn_once);
    bool complete = plan->occurs_once && plan->moves_once && plan->drawn_once;
    if (make_graph(&g, plan) && complete) {
        find_events(&g);
        find_occurrences(&g);
        find_moves(&g);
        plan->counts_firings = !fires_seldom(&g);
        for (int i = 0; i < m->n_sites; i++) plan->drawn_once[i] = is_drawn_once(&g, i);
    } else {
        complete = false;
    }
    sq_arena_free(&g.arena);
    return complete;
}
