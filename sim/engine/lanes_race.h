/* A chapter of the kernel table (lanes_body.h): which clocks run, in bits, and which of them is the earliest. */
#ifndef SQ_ENGINE_LANES_RACE_H
#define SQ_ENGINE_LANES_RACE_H

#include "engine/lanes_loop.h"

/* ---- bits ---------------------------------------------------------------------------------------------- */

static inline v_w v_and_not_w(v_w a, v_w b) { return v_and_w(a, v_xor_w(b, v_set_w(~UINT64_C(0)))); }

static inline int pick_from(int32_t *chosen, const int32_t *lane, v_w bit, unsigned among)
{
    unsigned is = v_bits(v_eq_w(bit, v_set_w(1))) & among;
    if (is) lanes_pick(chosen, lane, is);
    return __builtin_popcount(is);
}

static int with_bit(int32_t *chosen, const uint64_t *words, int bit, const int32_t *lane, int n)
{
    int n_chosen = 0;
    LANES(i) n_chosen += pick_from(chosen + n_chosen, lane + i, bit_at(words, bit, lane + i), bits_below(i, n));
    return n_chosen;
}

static int with_dense_bit(int32_t *chosen, const uint64_t *dense, int bit, const int32_t *lane, int n)
{
    int n_chosen = 0;
    LANES(i) {
        v_w is = v_and_w(v_shr_w(v_load_w(dense + i), (unsigned)bit), v_set_w(1));
        n_chosen += pick_from(chosen + n_chosen, lane + i, is, bits_below(i, n));
    }
    return n_chosen;
}

static void write_bit(uint64_t *words, int bit, sq_column truth, const int32_t *lane, int n)
{
    uint64_t one = UINT64_C(1) << bit;
    LANES(i) {
        unsigned is = v_bits(v_ne(v_column(truth, i), v_set(0)));
        for (unsigned left = bits_below(i, n), k; left; left &= left - 1) {
            uint64_t *word = &words[lane[i + (int)(k = (unsigned)__builtin_ctz(left))]];
            *word = (*word & ~one) | (uint64_t)(is >> k & 1) << bit;
        }
    }
}

/* ---- clocks left and entered ------------------------------------------------------------------------------- */

/* The modes of 64 clocks in each lane. */
typedef struct v_modes {
    v_w runs, paused, held;
} v_modes;

typedef struct v_asked {
    v_w start, stop, pause, resume;
} v_asked;

static inline v_asked asked_at(const sq_clock_asked *asked, const int32_t *lane)
{
    v_w none = v_set_w(0);
    if (!asked) return (v_asked){none, none, none, none};
    return (v_asked){lanes_gather_w(asked->start, lane), lanes_gather_w(asked->stop, lane),
                     lanes_gather_w(asked->pause, lane), lanes_gather_w(asked->resume, lane)};
}

/* ref_clock.c's leave_one; which clocks spend what they ran. */
static inline v_w v_leave(const sq_clock_change *is, v_w holds, const v_asked *asked, v_modes *m)
{
    v_w waits = v_set_w(is->pause_when_left), stays = v_and_not_w(holds, v_set_w(is->afresh & ~is->fired));
    v_w kept = v_or_w(stays, waits), pauses = v_and_w(v_and_not_w(m->runs, stays), waits);
    m->runs = v_and_w(m->runs, stays);
    m->paused = v_or_w(v_and_w(m->paused, kept), pauses);
    m->held = v_and_w(m->held, kept);
    m->runs = v_and_not_w(m->runs, asked->stop);
    m->paused = v_and_not_w(m->paused, asked->stop);
    m->held = v_and_not_w(m->held, asked->stop);
    v_w pauses_too = v_and_w(m->runs, asked->pause);
    m->runs = v_and_not_w(m->runs, asked->pause);
    m->paused = v_or_w(m->paused, pauses_too);
    m->held = v_or_w(m->held, v_and_w(m->paused, asked->pause));
    return v_or_w(v_and_not_w(pauses, asked->stop), pauses_too);
}

/* ref_clock.c's enter_one: which clocks wake, and which are armed. */
static inline void v_enter(const sq_clock_change *is, v_w holds, v_w begins, const v_asked *asked, v_modes *m, v_w *wake,
                           v_w *arm)
{
    m->held = v_and_not_w(m->held, asked->resume);
    v_w starts = v_and_w(holds, asked->start), rest = v_and_not_w(holds, asked->start);
    v_w woken = v_or_w(asked->resume, v_and_not_w(begins, m->held));
    v_w due = v_and_not_w(v_or_w(begins, v_set_w(is->fired)), v_or_w(asked->stop, v_set_w(is->on_demand)));
    *wake = v_and_w(v_and_w(rest, m->paused), woken);
    *arm = v_or_w(starts, v_and_w(v_and_not_w(rest, v_or_w(m->paused, m->runs)), due));
    v_w begun = v_or_w(*wake, *arm);
    m->runs = v_or_w(m->runs, begun);
    m->paused = v_and_not_w(m->paused, begun);
    m->held = v_and_not_w(m->held, begun);
}

static inline void keep_task(sq_clock_task *task, int i, v_w word, v_w *some, v_w *every)
{
    v_store_w(task->of + i, word);
    *some = v_or_w(*some, word);
    *every = v_and_w(*every, word);
}

static inline void sum_up(sq_clock_task *task, v_w some, v_w every)
{
    uint64_t word[2][SQ_WIDTH];
    v_store_w(word[0], some);
    v_store_w(word[1], every);
    task->some = 0;
    task->every = ~UINT64_C(0);
    for (int k = 0; k < SQ_WIDTH; k++) {
        task->some |= word[0][k];
        task->every &= word[1][k];
    }
}

/* Where the clocks of some lanes stand. */
typedef struct v_clocks {
    v_modes modes;
    v_w condition;
} v_clocks;

/* Leaves and enters: what is to be done to them. */
static inline void settle_some(const sq_clock_change *is, v_clocks *clocks, const uint64_t *before, const v_asked *asked,
                               v_w task[3])
{
    v_w was = clocks->condition, holds = v_or_w(v_set_w(is->certain), v_and_w(was, v_set_w(is->unknown)));
    if (before) was = v_load_w(before);
    v_w begins = v_or_w(v_and_not_w(holds, was), v_and_w(holds, v_set_w(is->afresh)));
    clocks->modes.runs = v_and_not_w(clocks->modes.runs, v_set_w(is->fired));
    clocks->condition = holds;
    task[0] = v_leave(is, holds, asked, &clocks->modes);
    v_enter(is, holds, begins, asked, &clocks->modes, &task[1], &task[2]);
}

static void scatter_words(uint64_t *column, const int32_t *lane, v_w x, unsigned bits)
{
    scatter((double *)(void *)column, lane, v_of_bits(x), bits);
}

/* Where none of them waits or may begin to. */
static void settle_running(uint64_t *words, const sq_clock_change *is, const uint64_t *before, sq_clock_tasks *tasks,
                           const int32_t *lane, int n)
{
    v_w none = v_set_w(0), some = none, every = v_set_w(~UINT64_C(0)), task[3];
    const v_asked nothing = {none, none, none, none};
    LANES(i) {
        v_clocks at = {.modes = {lanes_gather_w(words + SQ_WORD_RUNS, lane + i), none, none},
                       .condition = lanes_gather_w(words + SQ_WORD_CONDITION, lane + i)};
        settle_some(is, &at, before ? before + i : NULL, &nothing, task);
        scatter_words(words + SQ_WORD_RUNS, lane + i, at.modes.runs, bits_below(i, n));
        scatter_words(words + SQ_WORD_CONDITION, lane + i, at.condition, bits_below(i, n));
        keep_task(&tasks->arm, i, task[2], &some, &every);
    }
    sum_up(&tasks->spend, none, none);
    sum_up(&tasks->wake, none, none);
    sum_up(&tasks->arm, some, every);
}

/* Padding is the last lane over again, as far as what it reads is. */
static void settle_waiting(uint64_t *words, const sq_clock_change *is, const uint64_t *before,
                           const sq_clock_asked *asked, sq_clock_tasks *tasks, const int32_t *lane, int n)
{
    v_w none = v_set_w(0), all = v_set_w(~UINT64_C(0)), some[3] = {none, none, none}, every[3] = {all, all, all}, task[3];
    LANES(i) {
        unsigned lanes = bits_below(i, n);
        v_clocks at = {.modes = {lanes_gather_w(words + SQ_WORD_RUNS, lane + i),
                                 lanes_gather_w(words + SQ_WORD_WAITS, lane + i),
                                 lanes_gather_w(words + SQ_WORD_HELD, lane + i)},
                       .condition = lanes_gather_w(words + SQ_WORD_CONDITION, lane + i)};
        v_asked asks = asked_at(asked, lane + i);
        settle_some(is, &at, before ? before + i : NULL, &asks, task);
        scatter_words(words + SQ_WORD_RUNS, lane + i, at.modes.runs, lanes);
        scatter_words(words + SQ_WORD_WAITS, lane + i, at.modes.paused, lanes);
        scatter_words(words + SQ_WORD_HELD, lane + i, at.modes.held, lanes);
        scatter_words(words + SQ_WORD_CONDITION, lane + i, at.condition, lanes);
        keep_task(&tasks->spend, i, task[0], &some[0], &every[0]);
        keep_task(&tasks->wake, i, task[1], &some[1], &every[1]);
        keep_task(&tasks->arm, i, task[2], &some[2], &every[2]);
    }
    sum_up(&tasks->spend, some[0], every[0]);
    sum_up(&tasks->wake, some[1], every[1]);
    sum_up(&tasks->arm, some[2], every[2]);
}

static void settle_clocks(uint64_t *words, const sq_clock_change *change, const uint64_t *before,
                          const sq_clock_asked *asked, sq_clock_tasks *tasks, const int32_t *lane, int n)
{
    if (asked || change->may_wait) settle_waiting(words, change, before, asked, tasks, lane, n);
    else settle_running(words, change, before, tasks, lane, n);
}

/* ---- the race -------------------------------------------------------------------------------------------------- */

/* The lanes where this is due earlier than all so far, as bits: ties go to those that were asked first. */
static inline unsigned beats(const sq_racer *r, v_d due, v_d *first, const int32_t *lane)
{
    v_m wins = v_lt(due, *first);
    if (r->running) {
        wins = v_and(wins, v_eq_w(bit_at(r->running, r->bit, lane), v_set_w(1)));
        *first = v_if(wins, due, *first);
    } else {
        *first = v_lesser(due, *first);
    }
    return v_bits(wins);
}

/* Whom each racer beats; the earliest due times. */
static inline v_d hold_race(sq_racer *r, int n_racers, const int32_t *lane)
{
    v_d first = v_set(INFINITY);
    for (int k = 0; k < n_racers; k++) r[k].beats = beats(&r[k], lanes_gather(r[k].due, lane), &first, lane);
    return first;
}

static inline unsigned join_queue(sq_racer *r, const int32_t *lane, unsigned is)
{
    if (is == 0) return 0;
    lanes_pick(r->queue + r->joined, lane, is);
    r->joined += __builtin_popcount(is);
    return is;
}

/* The lanes where the break comes before the clock, and where the end comes before both. */
static inline unsigned judge_race(v_d first, sq_racer *at_break, sq_racer *at_end, const int32_t *lane, unsigned lanes)
{
    v_d last = lanes_gather(at_end->due, lane);
    unsigned over = ~v_bits(v_le(first, last));
    if (at_break->due) {
        v_d next = lanes_gather(at_break->due, lane);
        lanes &= ~join_queue(at_break, lane, v_bits(v_and(v_le(next, first), v_lt(next, last))) & lanes);
    }
    return lanes & ~join_queue(at_end, lane, over & lanes);
}

/* The last one to beat those before it has won. */
static inline void part_winners(sq_racer *racer, int n_racers, const int32_t *lane, unsigned lanes)
{
    for (int k = n_racers - 1; k >= 0; k--) lanes &= ~join_queue(&racer[k], lane, racer[k].beats & lanes);
}

/* Of one or two that run in all lanes, as most are. */
static inline void race_of_few(sq_racer *racer, int n_racers, const int32_t *lane, int n)
{
    sq_racer first = racer[0], second = racer[1], at_break = racer[n_racers], at_end = racer[n_racers + 1];
    LANES(i) {
        v_d due = lanes_gather(first.due, lane + i);
        unsigned beaten = 0;
        if (n_racers == 2) {
            v_d other = lanes_gather(second.due, lane + i);
            beaten = v_bits(v_lt(other, due));
            due = v_lesser(other, due);
        }
        unsigned lanes = judge_race(due, &at_break, &at_end, lane + i, bits_below(i, n));
        if (n_racers == 2) (void)join_queue(&second, lane + i, lanes & beaten);
        (void)join_queue(&first, lane + i, lanes & ~beaten);
    }
    racer[0] = first;
    if (n_racers == 2) racer[1] = second;
    racer[n_racers] = at_break;
    racer[n_racers + 1] = at_end;
}

static void race(sq_racer *racer, int n_racers, const int32_t *lane, int n)
{
    if (n_racers == 1 && !racer[0].running) {
        race_of_few(racer, 1, lane, n);
        return;
    }
    if (n_racers == 2 && !racer[0].running && !racer[1].running) {
        race_of_few(racer, 2, lane, n);
        return;
    }
    LANES(i) {
        v_d first = hold_race(racer, n_racers, lane + i);
        unsigned lanes = bits_below(i, n);
        lanes = judge_race(first, &racer[n_racers], &racer[n_racers + 1], lane + i, lanes);
        part_winners(racer, n_racers, lane + i, lanes);
    }
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* One more firing at the instant at which the lane is; whether that is too many. */
static inline bool count_at_instant(const sq_time_columns *t, int32_t lane)
{
    double now = t->now[lane];
    t->at_instant[lane] = t->instant[lane] == now ? t->at_instant[lane] + 1 : 2;
    t->instant[lane] = now;
    return t->at_instant[lane] > t->most_at_instant;
}

static bool pass_time(const sq_time_columns *t, const double *when, const int32_t *lane, int n)
{
    bool too_many = false;
    LANES(i) {
        unsigned lanes = bits_below(i, n);
        v_d to = v_load(when + i);
        unsigned again = v_bits(v_eq(to, lanes_gather(t->now, lane + i))) & lanes;
        for (; again; again &= again - 1) too_many |= count_at_instant(t, lane[i + __builtin_ctz(again)]);
        scatter(t->now, lane + i, to, lanes);
    }
    for (int i = 0; i < n; i++) t->firings[lane[i]]++;
    for (int i = 0; i < n && t->may_be_many; i++) too_many |= t->firings[lane[i]] > t->most_firings;
    return too_many;
}

#endif
