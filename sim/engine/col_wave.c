/* The loop. Lanes wait in queues, one for each strategy, event and state; the longest queue is taken as a wave and all its lanes
 * go through the firing together, or, if more lanes are free than wait anywhere, a wave of new lives begins. A
 * firing is the transaction of ref.c:
 *
 *     actions (goto, start, stop … are only recorded)
 *     the lanes part by the state they go to; from here on a selection has one state again
 *     the move · clocks left, entered, followed · endpoints · rewards
 *     the race: each lane's earliest clock says in which queue it waits next */
#include "engine/col.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- queues by what is waited for -------------------------------------------------------------------------- */

/* A wave of one strategy reads its parameters once and counts its lives together; where items are small, waves would be
 * too, and strategies wait together. */
static bool parts_strategies(const sq_columns *c)
{
    return c->model->n_strategies == 1 || 2 * c->cohort_size >= c->pool.n_lanes;
}

static int queue_of(const sq_columns *c, int event, const sq_selection *s)
{
    int strategy = parts_strategies(c) ? s->strategy : 0;
    return (strategy * (c->model->n_events + 2) + event) * c->model->n_states + s->state;
}

static int break_event(const sq_columns *c) { return c->model->n_events; }
static int end_event(const sq_columns *c) { return c->model->n_events + 1; }

/* ---- the end -------------------------------------------------------------------------------------------------- */

/* Lanes of s that have failed are given back; false if none are left. */
static bool without_failed(sq_columns *c, sq_selection *s)
{
    if (!c->firing.any_failed) return true;
    double *fine = sq_col_doubles(c, s->n);
    int32_t *failed = sq_col_lanes(c, s->n);
    int n = 0;
    for (int i = 0; i < s->n; i++) {
        fine[i] = !c->p->failed[s->lane[i]];
        failed[n] = s->lane[i];
        n += fine[i] == 0;
    }
    for (int i = s->n; i < sq_col_padded(s->n); i++) fine[i] = fine[s->n - 1];
    sq_selection rest;
    bool any = sq_col_where(c, s, fine, &rest);
    sq_col_free_lanes(c, failed, n);
    if (any) *s = rest;
    return any;
}

/* The life ends now: at death, or at the end of follow-up; the rates in force are those of `from`. */
static void finish(sq_columns *c, sq_selection *s, int from)
{
    sq_col_end(c, s, from);
    c->facts.lives += s->n;
    sq_col_free_lanes(c, s->lane, s->n);
}

/* ---- the race ---------------------------------------------------------------------------------------------------- */

/* What the lanes of a selection may wait for next, and the queue of each. */
typedef struct waiting {
    sq_racer *racer;
    int *queue;
    int n;
    bool complete; /* every queue has room for all */
} waiting;

static void add_racer(sq_columns *c, const sq_selection *s, waiting *w, int event, const double *due)
{
    int queue = queue_of(c, event, s);
    int32_t *room = sq_queues_room(&c->queues, queue, sq_col_padded(s->n));
    w->racer[w->n] = (sq_racer){.due = due, .queue = room};
    w->queue[w->n++] = queue;
    w->complete = w->complete && room;
}

/* Clocks that the state does not decide race where they run. */
static void add_clock(sq_columns *c, const sq_selection *s, waiting *w, int event)
{
    add_racer(c, s, w, event, c->p->due + sq_col_row(c->p, event));
    if (c->plan->clock_words[event / 64].decided >> (event % 64) & 1) return;
    w->racer[w->n - 1].running = sq_col_clock_words(c->p, event / 64, SQ_WORD_RUNS);
    w->racer[w->n - 1].bit = event % 64;
}

/* All events that are possible in the state, in the order declared; the break; the end. */
static waiting find_racers(sq_columns *c, const sq_selection *s)
{
    const uint64_t *possible = c->plan->possible + (size_t)s->state * (size_t)c->plan->event_words;
    int most = c->model->n_events + 2;
    waiting all = {sq_col_pointers(c, most * (int)(sizeof *all.racer / sizeof(void *))), sq_col_lanes(c, most), 0, true};
    for (int w = 0; w < c->plan->event_words; w++)
        for (uint64_t left = possible[w]; left; left &= left - 1)
            add_clock(c, s, &all, 64 * w + __builtin_ctzll(left));
    add_racer(c, s, &all, break_event(c), sq_col_has_breaks(c->model) ? c->p->next_break : NULL);
    add_racer(c, s, &all, end_event(c), c->p->end);
    return all;
}

/* Every lane joins the queue of what comes first in it. All of s are alive and in the same state. */
static void race(sq_columns *c, const sq_selection *s)
{
    sq_mark mark = sq_col_mark(c);
    waiting all = find_racers(c, s);
    if (all.complete) {
        c->lanes->race(all.racer, all.n - 2, s->lane, s->n);
        for (int k = 0; k < all.n; k++) sq_queues_joined(&c->queues, all.queue[k], all.racer[k].joined);
    } else {
        c->status = sq_fail(c->err, SQ_ERR_MEMORY, "no memory for the engine's queues");
    }
    sq_col_release(c, mark);
}

/* ---- settling ------------------------------------------------------------------------------------------------------ */

/* s moves from its state to another, or enters its own afresh. */
static void move(sq_columns *c, sq_selection *s, int to)
{
    const sq_model *m = c->model;
    sq_pool *p = c->p;
    int from = s->state;
    size_t row = sq_col_row(p, from);
    sq_col_count_move(c, s, from, to);
    for (int i = 0; i < s->n && c->plan->stay_is_read[from]; i++)
        p->time_in[row + (size_t)s->lane[i]] += s->now[i] - p->entered[s->lane[i]];
    if (c->plan->entry_is_read) sq_col_scatter(s, p->entered, s->now);
    s->state = to;
    sq_col_touch(c, s, SQ_READS_STATE(m));
    sq_col_occur(c, s, SQ_OCCURS_STATE(m, to));
    if (!m->states[to].death) return;
    if (c->work->life) sq_col_scatter(s, p->died, s->now);
    sq_col_occur(c, s, SQ_OCCURS_DEATH(m));
}

/* from: the state whose rates are in force. */
static void look_at_rewards(sq_columns *c, sq_selection *s, int from, bool moves)
{
    sq_selection part, *touched = s;
    if (!moves && from >= 0) {
        if (!c->plan->looks[from]) return;
        touched = sq_col_with_noted(c, s, &c->firing.touched, sq_col_reward_bit(c->model), &part);
    }
    if (touched) sq_col_rewards_look(c, touched, from);
}

/* Lanes that all go to the same state, n_states + s where they enter s afresh; -1: they stay. */
static void settle_group(sq_columns *c, sq_selection *s, int go)
{
    const sq_model *m = c->model;
    int from = s->state, n = m->n_states;
    bool reenter = go >= n, moves = go >= 0 && (reenter || go != from);
    if (moves) move(c, s, go % n);
    bool dies = m->states[s->state].death;
    if (!dies) sq_col_settle_clocks(c, s, from, reenter);
    sq_col_endpoints(c, s, from, go);
    if (c->firing.starting) from = -1; /* no rate yet */
    if (!dies) look_at_rewards(c, s, from, moves);
    if (!without_failed(c, s)) return;
    if (dies) finish(c, s, from);
    else race(c, s);
}

/* n > 0 lanes of s that go the same way. */
static void settle_part(sq_columns *c, const sq_selection *s, int32_t *lane, int n, int go)
{
    sq_selection group = sq_col_part(c, s, lane, n);
    sq_firing whole = sq_col_part_firing(c, &group);
    settle_group(c, &group, go);
    c->firing = whole;
}

/* Puts the lanes of a leg and of all later ones to the same place side by side; how many they are. */
static int join_legs(sq_firing *f, int leg, int first, int32_t *lane)
{
    int n = 0, to = f->legs[leg].to;
    for (int k = leg; k < f->n_legs; first += f->legs[k++].n) {
        if (f->legs[k].to != to) continue;
        memcpy(lane + n, f->gone + first, (size_t)f->legs[k].n * sizeof *lane);
        n += f->legs[k].n;
        if (k > leg) f->legs[k].to = -1; /* done */
    }
    return n;
}

static void settle_legs(sq_columns *c, const sq_selection *s)
{
    sq_firing *f = &c->firing;
    sq_col_stay(c, s);
    for (int k = 0, first = 0; k < f->n_legs; first += f->legs[k++].n) {
        if (f->legs[k].to < 0) continue;
        sq_mark mark = sq_col_mark(c);
        int32_t *together = sq_col_lanes(c, s->n);
        int n = join_legs(f, k, first, together);
        settle_part(c, s, together, n, f->legs[k].to - 1);
        sq_col_release(c, mark);
    }
}

/* Lanes of which some may have been sent to one place and then to another. */
static void settle_targets(sq_columns *c, const sq_selection *s)
{
    const sq_firing *f = &c->firing;
    const double *go = sq_col_gather(c, s, c->p->goto_state);
    for (int k = 0; k < f->n_targets; k++) {
        sq_mark mark = sq_col_mark(c);
        int32_t *together = sq_col_lanes(c, s->n);
        int n = c->lanes->equal(together, s->lane, go, f->target[k], s->n);
        if (n > 0) settle_part(c, s, together, n, f->target[k] - 1);
        sq_col_release(c, mark);
    }
}

/* The lanes of s part by where they go. */
static void settle(sq_columns *c, sq_selection *s)
{
    if (c->firing.n_legs > 0) settle_legs(c, s);
    else if (c->firing.n_targets > 0) settle_targets(c, s);
    else settle_group(c, s, c->firing.go - 1);
}

/* ---- a firing ------------------------------------------------------------------------------------------------------ */

/* Time goes on to when the event was due; too many firings at one instant, or in a life, are a failure. */
static void pass_time(sq_columns *c, const sq_selection *s)
{
    sq_pool *p = c->p;
    const sq_time_columns time = {
        .now = p->now,
        .instant = p->instant,
        .firings = p->firings,
        .at_instant = p->at_instant,
        .most_firings = SQ_FIRINGS_IN_A_LIFE,
        .most_at_instant = SQ_FIRINGS_AT_ONE_INSTANT,
        .may_be_many = c->facts.waves >= SQ_FIRINGS_IN_A_LIFE, /* a lane fires once in a wave */
    };
    if (!c->plan->counts_firings) {
        c->lanes->put(p->now, s->lane, (sq_column){s->now, 1}, s->n);
        return;
    }
    if (!c->lanes->pass_time(&time, s->now, s->lane, s->n)) return;
    for (int i = 0; i < s->n; i++) {
        int32_t lane = s->lane[i];
        bool stands_still = p->instant[lane] == p->now[lane] && p->at_instant[lane] > time.most_at_instant;
        if (stands_still || p->firings[lane] > time.most_firings) sq_col_fail(c, s, i);
    }
}

static void fire(sq_columns *c, sq_selection *s, int event)
{
    sq_col_begin_firing(c, s, event);
    pass_time(c, s);
    c->facts.firings += s->n;
    c->facts.waved += s->n;
    c->facts.waves++;
    sq_col_occur(c, s, SQ_OCCURS_EVENT(c->model, event));
    sq_col_actions(c, s, c->model->events[event].actions);
    settle(c, s);
}

/* A break of a reward: always ahead, so a new instant. */
static void pass_break(sq_columns *c, sq_selection *s)
{
    sq_pool *p = c->p;
    sq_col_begin_firing(c, s, break_event(c));
    for (int i = 0; i < s->n; i++) {
        int32_t lane = s->lane[i];
        p->now[lane] = p->instant[lane] = s->now[i];
        p->at_instant[lane] = 0;
        if (p->breaks[lane]++ == SQ_BREAKS_IN_A_LIFE) sq_col_fail(c, s, i);
    }
    sq_col_rewards_look(c, s, s->state);
    if (without_failed(c, s)) race(c, s);
}

static void end_follow_up(sq_columns *c, sq_selection *s)
{
    sq_col_begin_firing(c, s, end_event(c));
    sq_col_scatter(s, c->p->now, s->now);
    finish(c, s, s->state);
}

/* ---- the start -------------------------------------------------------------------------------------------------------- */

/* Lanes as before any life, but for what is written with who they are. What is valid only where a bit says so needs no
 * emptying. */
static void empty(sq_columns *c, const sq_selection *s)
{
    const sq_model *m = c->model;
    sq_pool *p = c->p;
    sq_col_empty(c, s, &p->life_words);
    if (c->plan->counts_firings) sq_col_fill(s, p->instant, 0);
    for (int i = 0; i < m->n_states; i++)
        if (c->plan->stay_is_read[i]) sq_col_fill(s, p->time_in + sq_col_row(p, i), 0);
    for (int i = 0; i < s->n && p->life; i++) sq_life_reset(&p->life[s->lane[i] / SQ_SIDE], m);
}

/* What a patient's place in the calendar settles, as take_calendar in ref.c. */
static void take_calendar(sq_columns *c, sq_selection *s)
{
    const sq_model *m = c->model;
    sq_pool *p = c->p;
    bool from_year = m->discount[0].from_year || m->discount[1].from_year;
    if (!m->dated && !m->closes && !from_year) return;
    sq_mark mark = sq_col_mark(c);
    const double *entries = sq_col_baseline(c, s, m->entry_year);
    const double *age = m->dated ? sq_col_baseline(c, s, m->age) : NULL;
    for (int i = 0; i < s->n; i++) {
        int32_t lane = s->lane[i];
        double entry = entries[i];
        for (int k = 0; k < SQ_DISCOUNTINGS; k++)
            if (m->discount[k].from_year)
                p->discount_origin[sq_col_row(p, k) + (size_t)lane] =
                    sq_days_between_years(entry, m->discount[k].year);
        if (age) p->birth[lane] = entry * SQ_DAYS_PER_YEAR - age[i];
        if (!m->closes) continue;
        double end = sq_days_between_years(entry, m->closing_year);
        if (end < p->end[lane]) p->end[lane] = end;
        if (!(end > 0)) sq_col_fail(c, s, i);
    }
    sq_col_release(c, mark);
}

static void begin_lives(sq_columns *c, int n)
{
    const sq_model *m = c->model;
    sq_selection s = sq_col_fill_lanes(c, n);
    empty(c, &s);
    sq_col_begin_firing(c, &s, SQ_TRACE_START);
    take_calendar(c, &s);
    sq_col_rewards_start(c, &s);
    sq_col_occur(c, &s, SQ_OCCURS_INDEX(m));
    sq_col_occur(c, &s, SQ_OCCURS_STATE(m, m->start_state));
    sq_col_count_move(c, &s, -1, m->start_state);
    sq_col_actions(c, &s, m->start_actions);
    settle(c, &s);
}

/* ---- the loop ------------------------------------------------------------------------------------------------------------ */

/* The lanes of a queue go on together. */
static void take_wave(sq_columns *c, int queue)
{
    const sq_model *m = c->model;
    const sq_pool *p = c->p;
    int state = queue % m->n_states, event = queue / m->n_states % (m->n_events + 2);
    int strategy = queue / m->n_states / (m->n_events + 2);
    bool is_break = event == break_event(c), is_end = event == end_event(c);
    const double *when = is_break ? p->next_break : is_end ? p->end : p->due + sq_col_row(p, event);
    int32_t *lane = sq_col_lanes(c, SQ_WAVE);
    int n = sq_queues_pop(&c->queues, queue, SQ_WAVE, lane);
    sq_selection s = sq_col_select(c, lane, n, state, parts_strategies(c) ? strategy : -1, when);
    if (is_break) pass_break(c, &s);
    else if (is_end) end_follow_up(c, &s);
    else fire(c, &s, event);
}

sq_status sq_columns_run(sq_columns *c, const sq_columns_work *work, sq_error *err)
{
    c->work = work;
    c->err = err;
    c->status = SQ_OK;
    c->source.exhausted = false;
    if (setjmp(c->out_of_memory)) return c->status;
    for (;;) {
        int queue = sq_queues_longest(&c->queues), ready = sq_col_ready(c);
        if (c->status || (queue < 0 && ready == 0)) return c->status;
        sq_mark mark = sq_col_mark(c);
        if (queue < 0 || ready > c->queues.queue[queue].n) begin_lives(c, ready);
        else take_wave(c, queue);
        c->facts.rounds++;
        c->facts.in_flight += c->pool.n_lanes - c->source.n_free;
        sq_col_release(c, mark);
    }
}

sq_status sq_columns_new(sq_columns **out, const sq_col_plan *plan, const sq_lanes *lanes, sq_extent extent, int batch,
                         bool want_log, sq_error *err)
{
    const sq_model *m = plan->model;
    sq_columns *c = *out = calloc(1, sizeof *c);
    if (!c) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine");
    c->plan = plan;
    c->model = m;
    c->lanes = lanes;
    c->extent = extent;
    c->p = &c->pool;
    sq_status status = sq_firing_new(&c->firing, plan, err);
    if (!status) status = sq_scratch_new(&c->scratch, err);
    if (!status) status = sq_pool_new(&c->pool, plan, batch, false, want_log, err);
    if (!status) status = sq_pool_new(&c->nursery, plan, sq_col_padded(batch < SQ_WAVE ? batch : SQ_WAVE), true, false, err);
    if (!status) status = sq_queues_new(&c->queues, m->n_strategies * (m->n_events + 2) * m->n_states, err);
    if (!status) status = sq_col_source_new(c, err);
    if (!status) status = sq_col_laws_new(c, err);
    if (!status) return SQ_OK;
    sq_columns_free(c);
    *out = NULL;
    return status;
}

void sq_columns_free(sq_columns *c)
{
    if (!c) return;
    sq_pool_free(&c->pool);
    sq_pool_free(&c->nursery);
    sq_queues_free(&c->queues);
    sq_col_source_free(c);
    sq_col_laws_free(c);
    sq_scratch_free(c->scratch);
    sq_firing_free(&c->firing);
    free(c);
}

const sq_columns_facts *sq_columns_facts_of(const sq_columns *c) { return &c->facts; }
