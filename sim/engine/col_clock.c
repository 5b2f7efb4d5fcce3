/* Which clocks of a selection are cancelled, paused, armed, woken and looked at again in a firing:
 * ref_clock.c's leave, enter and follow. A clock has luck and numbers of its own, so that events are independent of
 * each other here, and of one event the three steps are kept in order.
 *
 * Most events are *decided*: every state says of their condition that it holds, or that it cannot, and nothing else
 * pauses, starts or stops them. Such a clock runs exactly where the state says that it does. It did so before the firing,
 * and after it: where the condition holds now it is armed if it fired, or begins to hold, or its state was entered
 * afresh, and else runs on; where it does not it is cancelled. So nothing of it is kept in bits, and who is armed
 * is the same for all lanes that move from one state to another.
 *
 * The others are kept in words of bits, 64 events of a lane in one, so that all of them are settled by a few
 * operations (lanes_race.h); only those that have numbers to be computed are then taken one event at a time (col_arm.c).
 * What cannot change is not looked at: conditions are evaluated where something they read has been touched, and
 * words that no change concerns stay as they are. */
#include "engine/col.h"

static uint64_t bit_of(int event) { return UINT64_C(1) << (event % 64); }

/* A move, as the 64 events from 64 `word` on see it. */
typedef struct settling {
    int word;
    const sq_clock_words *is;
    uint64_t left, entered;  /* events that can run in the state before, and in this one */
    uint64_t certain_before; /* those that did for certain, if there was a state before */
    uint64_t decided;        /* decided ones that are armed */
    sq_clock_change change;  /* of the others */
    sq_clock_tasks tasks;    /* the same */
} settling;

static settling settling_of(const sq_columns *c, const sq_selection *s, int word, int from, bool afresh)
{
    const sq_col_plan *plan = c->plan;
    size_t words = (size_t)plan->event_words, before = (size_t)from * words + (size_t)word;
    size_t now = (size_t)s->state * words + (size_t)word;
    const sq_firing *f = &c->firing;
    const sq_clock_words *is = &plan->clock_words[word];
    bool fires_here = !f->starting && f->event / 64 == word;
    return (settling){
        .word = word,
        .is = is,
        .left = f->starting ? 0 : plan->possible[before],
        .entered = plan->possible[now],
        .certain_before = f->starting ? 0 : plan->certain[before],
        .change = {
            .certain = plan->certain[now],
            .unknown = plan->possible[now] & ~plan->certain[now],
            .fired = fires_here ? bit_of(f->event) : 0,
            .afresh = afresh ? is->reads_state : 0,
            .pause_when_left = is->pause_when_left,
            .on_demand = is->on_demand,
        },
    };
}

/* ---- the lanes with a bit -------------------------------------------------------------------------------- */

/* s itself where every lane has it, else a part of it; NULL if none has. */
static sq_selection *with_task(sq_columns *c, sq_selection *s, const sq_clock_task *task, int bit, sq_selection *part)
{
    if (!(task->some >> bit & 1)) return NULL;
    if (task->every >> bit & 1) return s;
    int32_t *lane = sq_col_lanes(c, s->n);
    int n = c->lanes->with_dense_bit(lane, task->of, bit, s->lane, s->n);
    *part = sq_col_part(c, s, lane, n);
    return part;
}

/* Does the work for every event that some lane wants it for. */
static void each_event(sq_columns *c, sq_selection *s, int word, const sq_clock_task *task,
                       void (*work)(sq_columns *c, sq_selection *s, int event))
{
    for (uint64_t left = task->some; left; left &= left - 1) {
        sq_selection part;
        sq_mark mark = sq_col_mark(c);
        int bit = __builtin_ctzll(left);
        sq_selection *who = with_task(c, s, task, bit, &part);
        if (who) work(c, who, 64 * word + bit);
        sq_col_release(c, mark);
    }
}

/* ---- decided events ---------------------------------------------------------------------------------------- */

static void arm_decided(sq_columns *c, sq_selection *s, settling *w)
{
    const sq_clock_change *change = &w->change;
    w->decided = w->is->decided & change->certain & (~w->certain_before | change->afresh | change->fired);
    for (uint64_t left = w->decided; left; left &= left - 1) {
        sq_mark mark = sq_col_mark(c);
        sq_col_arm(c, s, 64 * w->word + __builtin_ctzll(left));
        sq_col_release(c, mark);
    }
}

/* ---- the others ------------------------------------------------------------------------------------------------ */

/* Bits first … first + 63 of what was touched, in all lanes or in some. */
static uint64_t touched_from(const sq_columns *c, int first)
{
    const sq_noted *touched = &c->firing.touched;
    int word = first / 64, shift = first % 64;
    uint64_t low = (touched->all[word] | touched->some[word]) >> shift;
    if (shift == 0 || word + 1 >= touched->words) return low;
    return low | (touched->all[word + 1] | touched->some[word + 1]) << (64 - shift);
}

/* Those whose condition must be looked at, in some lane. */
static uint64_t to_look_at(const sq_columns *c, const settling *w)
{
    uint64_t unknown = w->change.unknown & ~w->is->decided;
    return c->firing.starting ? unknown : unknown & touched_from(c, 64 * w->word);
}

/* Writes what the condition of an event is now where something it reads has changed. */
static void look_at_condition(sq_columns *c, sq_selection *s, int event)
{
    sq_selection part, *who = s;
    sq_mark mark = sq_col_mark(c);
    if (!c->firing.starting) who = sq_col_with_noted(c, s, &c->firing.touched, event, &part);
    if (who) {
        sq_column truth = sq_col_truth(c, who, c->model->events[event].condition);
        uint64_t *condition = sq_col_clock_words(c->p, event / 64, SQ_WORD_CONDITION);
        c->lanes->write_bit(condition, event % 64, truth, who->lane, who->n);
    }
    sq_col_release(c, mark);
}

/* The conditions as they were, before those that must be looked at are; NULL if none must. */
static const uint64_t *look_at_conditions(sq_columns *c, sq_selection *s, const settling *w, uint64_t looks)
{
    if (looks == 0) return NULL;
    uint64_t *before = sq_col_words(c, s->n);
    c->lanes->gather_words(before, sq_col_clock_words(c->p, w->word, SQ_WORD_CONDITION), s->lane, s->n);
    for (; looks; looks &= looks - 1) look_at_condition(c, s, 64 * w->word + __builtin_ctzll(looks));
    return before;
}

static sq_clock_asked asked_of(const sq_pool *p, int word)
{
    size_t row = sq_col_row(p, word);
    return (sq_clock_asked){p->start_asked + row, p->stop_asked + row, p->pause_asked + row, p->resume_asked + row};
}

static void settle_words(sq_columns *c, const sq_selection *s, settling *w, const uint64_t *before)
{
    bool any_asked = c->firing.asked[w->word] != 0;
    sq_clock_asked asked = {0};
    if (any_asked) asked = asked_of(c->p, w->word);
    sq_clock_change change = w->change;
    change.certain &= ~w->is->decided;
    change.unknown &= ~w->is->decided;
    change.may_wait = ((w->left | w->entered) & w->is->may_wait) != 0;
    w->tasks.spend.of = sq_col_words(c, s->n);
    w->tasks.wake.of = sq_col_words(c, s->n);
    w->tasks.arm.of = sq_col_words(c, s->n);
    c->lanes->settle_clocks(sq_col_clock_words(c->p, w->word, SQ_WORD_RUNS), &change, before,
                            any_asked ? &asked : NULL, &w->tasks, s->lane, s->n);
}

/* Leaves and enters the clocks that are kept in bits, unless nothing has changed for any of them. */
static void settle_undecided(sq_columns *c, sq_selection *s, settling *w, bool moved)
{
    uint64_t looks = to_look_at(c, w), concerned = looks | w->change.fired | c->firing.asked[w->word];
    if (moved) concerned |= w->left | w->entered;
    if ((concerned & ~w->is->decided) == 0) return;
    settle_words(c, s, w, look_at_conditions(c, s, w, looks));
    each_event(c, s, w->word, &w->tasks.spend, sq_col_spend);
    each_event(c, s, w->word, &w->tasks.wake, sq_col_wake);
    each_event(c, s, w->word, &w->tasks.arm, sq_col_arm);
}

/* ---- following ----------------------------------------------------------------------------------------------------- */

/* Whether a clock of a lane has run since before the firing, or waited: what has been armed in it has its law already. */
static bool is_old(const sq_columns *c, const settling *w, int i, int32_t lane, int bit)
{
    uint64_t runs = w->is->decided >> bit & 1 ? w->change.certain & ~w->decided
                                              : sq_col_clock_words(c->p, w->word, SQ_WORD_RUNS)[lane];
    uint64_t armed = w->tasks.arm.some ? w->tasks.arm.of[i] : 0;
    return (runs & ~armed) >> bit & 1;
}

/* Lane by lane: where some have failed, or were armed in this firing. */
static sq_selection *find_old(sq_columns *c, const sq_selection *s, const settling *w, int bit, sq_selection *old)
{
    const sq_noted *touched = &c->firing.touched;
    int law = c->model->n_events + 64 * w->word + bit, n = 0;
    const uint64_t *column = touched->column + sq_col_row(c->p, law / 64);
    int32_t *lane = sq_col_lanes(c, s->n);
    for (int i = 0; i < s->n; i++) {
        int32_t at = s->lane[i];
        uint64_t changed = touched->all[law / 64] | (touched->some[law / 64] ? column[at] : 0);
        bool failed = c->firing.any_failed && c->p->failed[at];
        lane[n] = at;
        n += !failed && changed >> (law % 64) & 1 && is_old(c, w, i, at, bit);
    }
    if (n == 0) return NULL;
    *old = sq_col_part(c, s, lane, n);
    return old;
}

/* The lanes where a clock runs on whose law reads something that has changed; NULL if there are none. */
static sq_selection *must_follow(sq_columns *c, sq_selection *s, const settling *w, int bit, sq_selection *old)
{
    int law = c->model->n_events + 64 * w->word + bit;
    bool is_decided = w->is->decided >> bit & 1;
    if (c->firing.any_failed || w->tasks.arm.some >> bit & 1) return find_old(c, s, w, bit, old);
    if (is_decided) return sq_col_with_noted(c, s, &c->firing.touched, law, old);
    const uint64_t *runs = sq_col_clock_words(c->p, w->word, SQ_WORD_RUNS);
    sq_selection part, *touched = sq_col_with_noted(c, s, &c->firing.touched, law, &part);
    return touched && sq_col_with_bit(c, touched, runs, bit, old) ? old : NULL;
}

static void follow(sq_columns *c, sq_selection *s, const settling *w)
{
    uint64_t looks = w->is->looks_again & w->entered & ~w->decided;
    if (looks == 0 || c->firing.starting) return;
    for (looks &= touched_from(c, c->model->n_events + 64 * w->word); looks; looks &= looks - 1) {
        sq_selection old;
        sq_mark mark = sq_col_mark(c);
        int bit = __builtin_ctzll(looks);
        sq_selection *who = must_follow(c, s, w, bit, &old);
        if (who) sq_col_follow(c, who, 64 * w->word + bit);
        sq_col_release(c, mark);
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------------------- */

void sq_col_settle_clocks(sq_columns *c, sq_selection *s, int from, bool afresh)
{
    bool moved = c->firing.starting || afresh || from != s->state;
    for (int word = 0; word < c->plan->event_words; word++) {
        settling w = settling_of(c, s, word, from, afresh);
        if ((w.left | w.entered | c->firing.asked[word]) == 0) continue;
        sq_mark mark = sq_col_mark(c);
        arm_decided(c, s, &w);
        if (~w.is->decided) settle_undecided(c, s, &w, moved);
        follow(c, s, &w);
        sq_col_release(c, mark);
    }
}
