/* What is noted of lanes in a firing until they have settled: who reacts to what has changed, what occurred that an
 * endpoint awaits, where they go, what was asked of their clocks, who failed. Nearly always it is the same in all lanes
 * of a wave, and then it is noted once; columns are for what happens to a part of them, and are emptied when
 * they are first needed, so that a firing in which nothing of the kind happens costs nothing. */
#include "engine/col.h"

#include <stdlib.h>
#include <string.h>

static bool make_noted(sq_noted *noted, int words)
{
    noted->words = words;
    noted->all = calloc((size_t)words + 1, sizeof *noted->all);
    noted->some = calloc((size_t)words + 1, sizeof *noted->some);
    return noted->all && noted->some;
}

sq_status sq_firing_new(sq_firing *f, const sq_col_plan *plan, sq_error *err)
{
    bool complete = make_noted(&f->touched, plan->reaction_words) && make_noted(&f->occurred, plan->watch_words);
    f->asked = calloc((size_t)plan->event_words, sizeof *f->asked);
    f->target = calloc(1 + 2 * (size_t)plan->model->n_states, sizeof *f->target);
    f->legs = calloc(SQ_WAVE + 1, sizeof *f->legs);
    f->gone = calloc(SQ_WAVE, sizeof *f->gone);
    if (complete && f->asked && f->target && f->legs && f->gone) return SQ_OK;
    return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine");
}

void sq_firing_free(sq_firing *f)
{
    free(f->touched.all);
    free(f->touched.some);
    free(f->occurred.all);
    free(f->occurred.some);
    free(f->asked);
    free(f->target);
    free(f->legs);
    free(f->gone);
    *f = (sq_firing){0};
}

static void forget(sq_noted *noted, uint64_t *column)
{
    noted->column = column;
    memset(noted->all, 0, sizeof *noted->all * (size_t)noted->words);
    memset(noted->some, 0, sizeof *noted->some * (size_t)noted->words);
}

void sq_col_begin_firing(sq_columns *c, const sq_selection *s, int event)
{
    sq_firing *f = &c->firing;
    f->event = event;
    f->starting = event == SQ_TRACE_START;
    f->lane = s->lane;
    f->n = s->n;
    f->any_failed = false;
    f->go = 0;
    f->n_targets = 0;
    f->n_legs = 0;
    f->n_gone = 0;
    memset(f->asked, 0, sizeof *f->asked * (size_t)c->plan->event_words);
    forget(&f->touched, c->p->touched);
    forget(&f->occurred, c->p->occurred);
}

/* ---- parts ------------------------------------------------------------------------------------------------- */

static sq_noted copy_of(sq_columns *c, const sq_noted *noted)
{
    sq_noted copy = *noted;
    size_t bytes = sizeof *copy.all * (size_t)noted->words;
    copy.all = memcpy(sq_col_words(c, noted->words), noted->all, bytes);
    copy.some = memcpy(sq_col_words(c, noted->words), noted->some, bytes);
    return copy;
}

sq_firing sq_col_part_firing(sq_columns *c, const sq_selection *part)
{
    sq_firing before = c->firing, *f = &c->firing;
    f->lane = part->lane;
    f->n = part->n;
    f->touched = copy_of(c, &before.touched);
    f->occurred = copy_of(c, &before.occurred);
    return before;
}

/* ---- words of bits ------------------------------------------------------------------------------------------- */

static void empty_word(const sq_columns *c, uint64_t *word)
{
    for (int i = 0; i < c->firing.n; i++) word[c->firing.lane[i]] = 0;
}

/* These bits of these lanes, some or all of the firing's. */
static void note(sq_columns *c, sq_noted *noted, const int32_t *lane, int n, int word, uint64_t bits)
{
    if (n == c->firing.n) {
        noted->all[word] |= bits;
        return;
    }
    bits &= ~noted->all[word];
    if (bits == 0) return;
    uint64_t *column = noted->column + sq_col_row(c->p, word);
    if (noted->some[word] == 0) empty_word(c, column);
    noted->some[word] |= bits;
    for (int i = 0; i < n; i++) column[lane[i]] |= bits;
}

void sq_col_note_occurred(sq_columns *c, const sq_selection *s, int bit)
{
    note(c, &c->firing.occurred, s->lane, s->n, bit / 64, UINT64_C(1) << (bit % 64));
}

void sq_col_touch_lanes(sq_columns *c, const int32_t *lane, int n, int what)
{
    const sq_reactions reactions = c->plan->reactions[what];
    for (int k = 0; n > 0 && k < reactions.n; k++)
        note(c, &c->firing.touched, lane, n, reactions.item[k].word, reactions.item[k].bits);
}

void sq_col_touch_lane(sq_columns *c, const sq_selection *s, int what, int i)
{
    sq_col_touch_lanes(c, &s->lane[i], 1, what);
}

void sq_col_touch(sq_columns *c, const sq_selection *s, int what) { sq_col_touch_lanes(c, s->lane, s->n, what); }

void sq_col_touch_rewards(sq_columns *c, const sq_selection *s)
{
    int bit = sq_col_reward_bit(c->model);
    note(c, &c->firing.touched, s->lane, s->n, bit / 64, UINT64_C(1) << (bit % 64));
}

sq_selection *sq_col_with_noted(sq_columns *c, sq_selection *s, const sq_noted *noted, int bit, sq_selection *part)
{
    uint64_t one = UINT64_C(1) << (bit % 64);
    if (noted->all[bit / 64] & one) return s;
    bool any = noted->some[bit / 64] & one && sq_col_with_bit(c, s, noted->column, bit, part);
    return any ? part : NULL;
}

/* ---- what actions ask for ------------------------------------------------------------------------------------- */

void sq_col_ask(sq_columns *c, const sq_selection *s, uint64_t *column, int event)
{
    sq_pool *p = c->p;
    uint64_t *const columns[] = {p->start_asked, p->stop_asked, p->pause_asked, p->resume_asked};
    int word = event / 64;
    for (int k = 0; k < 4 && c->firing.asked[word] == 0; k++) empty_word(c, columns[k] + sq_col_row(p, word));
    c->firing.asked[word] |= UINT64_C(1) << (event % 64);
    sq_col_set_bit(c, s, column, event);
}

static void note_target(sq_firing *f, int to)
{
    for (int k = 0; k < f->n_targets; k++)
        if (f->target[k] == to) return;
    f->target[f->n_targets++] = to;
}

static bool goes_once(const sq_columns *c)
{
    return c->plan->goes_once[c->firing.starting ? c->model->n_events : c->firing.event];
}

static void add_leg(sq_firing *f, const int32_t *lane, int n, int to)
{
    memcpy(f->gone + f->n_gone, lane, (size_t)n * sizeof *lane);
    f->n_gone += n;
    f->legs[f->n_legs++] = (sq_leg){to, n};
}

void sq_col_stay(sq_columns *c, const sq_selection *s)
{
    sq_firing *f = &c->firing;
    if (f->n_gone == s->n) return;
    sq_mark mark = sq_col_mark(c);
    int32_t *stays = sq_col_lanes(c, s->n);
    double *goes = c->p->goto_state;
    int n = 0;
    sq_col_fill(s, goes, 0);
    for (int i = 0; i < f->n_gone; i++) goes[f->gone[i]] = 1;
    for (int i = 0; i < s->n; i++) {
        stays[n] = s->lane[i];
        n += goes[s->lane[i]] == 0;
    }
    add_leg(f, stays, n, 0);
    sq_col_release(c, mark);
}

void sq_col_go(sq_columns *c, const sq_selection *s, int to)
{
    sq_firing *f = &c->firing;
    if (s->n == f->n) {
        f->go = to;
        f->n_targets = 0;
        return;
    }
    if (goes_once(c)) {
        add_leg(f, s->lane, s->n, to);
        return;
    }
    for (int i = 0; i < f->n && f->n_targets == 0; i++) c->p->goto_state[f->lane[i]] = f->go;
    note_target(f, f->go);
    note_target(f, to);
    sq_col_fill(s, c->p->goto_state, to);
}

/* ---- failing ---------------------------------------------------------------------------------------------------- */

void sq_col_fail(sq_columns *c, const sq_selection *s, int i)
{
    if (!c->firing.any_failed) empty_word(c, c->p->failed);
    c->firing.any_failed = true;
    c->p->failed[s->lane[i]] = 1;
}
