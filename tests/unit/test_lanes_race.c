/* The kernel tables of the columnar engine, clocks in bits, the race and time: each function at every width of this
 * processor, on lanes in any order, against plain code for one lane and one clock. */
#include "engine/lanes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lanes_checks.h"

/* A plane: eight columns side by side, of more lanes than are asked for. */
enum { LINES = 2 * MOST };
typedef struct plane {
    _Alignas(64) double number[LINES][8];
} plane;
typedef struct words {
    _Alignas(64) uint64_t word[LINES][8];
} words;

/* n different lanes, and the last one again. */
static const int32_t *some_lanes(sq_pcg *g, int n)
{
    static int32_t lane[LINES];
    for (int i = 0; i < LINES; i++) lane[i] = 8 * i;
    for (int i = 0; i < n; i++) {
        int k = i + below(g, LINES - i);
        int32_t other = lane[k];
        lane[k] = lane[i];
        lane[i] = other;
    }
    for (int i = n; i < ROOM; i++) lane[i] = lane[n - 1];
    return lane;
}

static void everywhere(void (*check)(const sq_lanes *lanes, int n, sq_pcg *g))
{
    const sq_lanes *lanes;
    for (int k = 0; (lanes = lanes_present(k)) != NULL; k++) {
        sq_pcg g = sq_pcg_start(22, (uint64_t)k);
        for (int repeat = 0; repeat < 6; repeat++)
            for (int i = 0; i < N_LENGTHS; i++) check(lanes, LENGTHS[i], &g);
    }
}

/* ---- bits ---------------------------------------------------------------------------------------------- */

static void fill_words(words *w, sq_pcg *g)
{
    for (int i = 0; i < LINES; i++)
        for (int k = 0; k < 8; k++) w->word[i][k] = sq_pcg_next(g) & sq_pcg_next(g);
}

static void assert_chosen(const int32_t *chosen, int n_chosen, const int32_t *lane, const uint64_t *word, int step,
                          int bit, int n)
{
    int k = 0;
    for (int i = 0; i < n; i++)
        if (word[step ? i : lane[i]] >> bit & 1) assert_int_equal(chosen[k++], lane[i]);
    assert_int_equal(n_chosen, k);
}

static void bits_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static words w, before;
    static uint64_t dense[ROOM];
    static double truth[ROOM];
    int32_t chosen[ROOM];
    const int32_t *lane = some_lanes(g, n);
    int bit = below(g, 64), row = below(g, 8);
    fill_words(&w, g);
    for (int i = 0; i < ROOM; i++) dense[i] = sq_pcg_next(g);
    for (int i = 0; i < ROOM; i++) truth[i] = below(g, 2);
    uint64_t *column = &w.word[0][row];
    assert_chosen(chosen, lanes->with_bit(chosen, column, bit, lane, n), lane, column, 0, bit, n);
    assert_chosen(chosen, lanes->with_dense_bit(chosen, dense, bit, lane, n), lane, dense, 1, bit, n);
    before = w;
    lanes->write_bit(column, bit, (sq_column){truth, 1}, lane, n);
    for (int i = 0; i < n; i++) {
        uint64_t one = UINT64_C(1) << bit, *old = &before.word[lane[i] / 8][row];
        *old = truth[i] != 0 ? *old | one : *old & ~one;
    }
    assert_memory_equal(&w, &before, sizeof w);
}

static void bits_are_found_and_written(void **state)
{
    (void)state;
    everywhere(bits_of);
}

/* ---- clocks left and entered ------------------------------------------------------------------------------- */

/* One clock, and what happens to it, as in ref_clock.c. */
typedef enum mode { IDLE, RUNNING, PAUSED } mode;
typedef struct clock_state {
    mode mode;
    bool held, condition;
    bool spends, wakes, arms;
} clock_state;
typedef struct clock_change {
    bool holds, before, fired, afresh, pause_when_left, on_demand, start, stop, pause, resume;
} clock_change;

static void cancel(clock_state *c)
{
    c->mode = IDLE;
    c->held = false;
}

static void suspend(clock_state *c, bool by_action)
{
    if (c->mode == RUNNING) {
        c->spends = true;
        c->mode = PAUSED;
    }
    if (c->mode == PAUSED && by_action) c->held = true;
}

static bool leave(clock_state *c, const clock_change *is)
{
    bool begins = is->holds && (!is->before || is->afresh);
    c->condition = is->holds;
    if (!is->holds || (is->afresh && !is->fired)) {
        if (is->pause_when_left) suspend(c, false);
        else cancel(c);
    }
    if (is->stop) {
        cancel(c);
        c->spends = false; /* nobody would see it */
    }
    if (is->pause) suspend(c, true);
    return begins;
}

static void enter(clock_state *c, const clock_change *is, bool begins)
{
    if (is->resume) c->held = false;
    if (!is->holds) return;
    if (is->start) c->arms = true;
    else if (c->mode == PAUSED) c->wakes = is->resume || (begins && !c->held);
    else c->arms = c->mode == IDLE && (begins || is->fired) && !is->stop && !is->on_demand;
    if (!c->arms && !c->wakes) return;
    c->mode = RUNNING;
    c->held = false;
}

static bool bit_of(uint64_t word, int bit) { return word >> bit & 1; }

/* A lane's words, its asked words, and what becomes of them. */
typedef struct lane_words {
    uint64_t word[SQ_CLOCK_WORDS], asked[4], before;
} lane_words;

static clock_change change_of(const sq_clock_change *all, const lane_words *w, int bit)
{
    uint64_t holds = all->certain | (all->unknown & w->word[SQ_WORD_CONDITION]);
    return (clock_change){
        .holds = bit_of(holds, bit), .before = bit_of(w->before, bit), .fired = bit_of(all->fired, bit),
        .afresh = bit_of(all->afresh, bit), .pause_when_left = bit_of(all->pause_when_left, bit),
        .on_demand = bit_of(all->on_demand, bit), .start = bit_of(w->asked[0], bit), .stop = bit_of(w->asked[1], bit),
        .pause = bit_of(w->asked[2], bit), .resume = bit_of(w->asked[3], bit),
    };
}

/* Settles a lane clock by clock; the tasks of it: spend, wake, arm. */
static void settle_lane(const sq_clock_change *all, lane_words *w, uint64_t task[3])
{
    const lane_words was = *w;
    memset(w->word, 0, sizeof w->word);
    memset(task, 0, 3 * sizeof *task);
    for (int bit = 0; bit < 64; bit++) {
        const clock_change is = change_of(all, &was, bit);
        clock_state c = {
            .mode = bit_of(was.word[SQ_WORD_RUNS], bit) && !is.fired ? RUNNING
                    : bit_of(was.word[SQ_WORD_WAITS], bit)           ? PAUSED
                                                                     : IDLE,
            .held = bit_of(was.word[SQ_WORD_HELD], bit),
        };
        enter(&c, &is, leave(&c, &is));
        w->word[SQ_WORD_RUNS] |= (uint64_t)(c.mode == RUNNING) << bit;
        w->word[SQ_WORD_WAITS] |= (uint64_t)(c.mode == PAUSED) << bit;
        w->word[SQ_WORD_HELD] |= (uint64_t)c.held << bit;
        w->word[SQ_WORD_CONDITION] |= (uint64_t)c.condition << bit;
        task[0] |= (uint64_t)c.spends << bit;
        task[1] |= (uint64_t)c.wakes << bit;
        task[2] |= (uint64_t)c.arms << bit;
    }
}

static uint64_t rarely(sq_pcg *g) { return sq_pcg_next(g) & sq_pcg_next(g) & sq_pcg_next(g); }

static sq_clock_change some_change(sq_pcg *g, bool may_wait)
{
    uint64_t certain = sq_pcg_next(g);
    return (sq_clock_change){
        .certain = certain,
        .unknown = sq_pcg_next(g) & ~certain,
        .fired = below(g, 4) ? UINT64_C(1) << below(g, 64) : 0,
        .afresh = below(g, 2) ? sq_pcg_next(g) : 0,
        .pause_when_left = may_wait ? sq_pcg_next(g) : 0,
        .on_demand = rarely(g),
        .may_wait = may_wait,
    };
}

/* Clocks as they can stand: none runs and waits, none that does not wait is held. */
static void fill_clocks(words *w, int half, bool may_wait, sq_pcg *g)
{
    fill_words(w, g);
    for (int i = 0; i < LINES; i++) {
        uint64_t *of = w->word[i] + half, waits = may_wait ? sq_pcg_next(g) : 0;
        of[SQ_WORD_RUNS] &= ~waits;
        of[SQ_WORD_WAITS] = waits;
        of[SQ_WORD_HELD] &= waits;
    }
}

typedef struct dense_tasks {
    uint64_t of[3][ROOM];
} dense_tasks;

static void assert_tasks(const sq_clock_task *task, const uint64_t *wanted, bool is_written, int n)
{
    uint64_t some = 0, every = ~UINT64_C(0);
    for (int i = 0; i < n; i++) {
        some |= wanted[i];
        every &= wanted[i];
        if (is_written) assert_true(task->of[i] == wanted[i]);
    }
    assert_true(task->some == some);
    assert_true(task->every == every);
}

static void clocks_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static words w, wanted, asked;
    static uint64_t before[ROOM];
    static dense_tasks got, right;
    const int32_t *lane = some_lanes(g, n);
    int half = 4 * below(g, 2);
    bool may_wait = below(g, 2), any_asked = may_wait && below(g, 2), looked = below(g, 2);
    const sq_clock_change change = some_change(g, may_wait);
    const sq_clock_asked asks = {&asked.word[0][0], &asked.word[0][1], &asked.word[0][2], &asked.word[0][3]};
    fill_clocks(&w, half, may_wait, g);
    for (int i = 0; i < LINES; i++)
        for (int k = 0; k < 4; k++) asked.word[i][k] = any_asked ? rarely(g) : 0;
    for (int i = 0; i < ROOM; i++) before[i] = i < n ? sq_pcg_next(g) : before[n - 1];
    wanted = w;
    for (int i = 0; i < n; i++) {
        uint64_t *of = wanted.word[lane[i] / 8] + half, task[3];
        lane_words one = {.before = looked ? before[i] : of[SQ_WORD_CONDITION]};
        memcpy(one.word, of, sizeof one.word);
        memcpy(one.asked, asked.word[lane[i] / 8], sizeof one.asked);
        settle_lane(&change, &one, task);
        memcpy(of, one.word, sizeof one.word);
        for (int k = 0; k < 3; k++) right.of[k][i] = task[k];
    }
    sq_clock_tasks tasks = {{.of = got.of[0]}, {.of = got.of[1]}, {.of = got.of[2]}};
    lanes->settle_clocks(&w.word[0][half], &change, looked ? before : NULL, any_asked ? &asks : NULL, &tasks, lane, n);
    assert_memory_equal(&w, &wanted, sizeof w);
    bool all_written = any_asked || may_wait;
    assert_tasks(&tasks.spend, right.of[0], all_written, n);
    assert_tasks(&tasks.wake, right.of[1], all_written, n);
    assert_tasks(&tasks.arm, right.of[2], true, n);
}

static void clocks_settle_as_in_the_reference(void **state)
{
    (void)state;
    everywhere(clocks_of);
}

/* ---- the race -------------------------------------------------------------------------------------------------- */

/* Times that are often equal, some of them never. */
static double some_time(sq_pcg *g)
{
    if (below(g, 9) == 0) return INFINITY;
    return below(g, 3) ? below(g, 6) : between(g, 0, 6);
}

enum { RACERS = 11 };

/* As ref.c: the race of one lane. */
static int winner(const sq_racer *racer, int n_racers, int32_t lane)
{
    const sq_racer *at_break = &racer[n_racers], *at_end = &racer[n_racers + 1];
    int first = -1;
    double due = INFINITY, end = at_end->due[lane];
    for (int k = 0; k < n_racers; k++) {
        bool runs = !racer[k].running || racer[k].running[lane] >> racer[k].bit & 1;
        if (runs && racer[k].due[lane] < due) due = racer[first = k].due[lane];
    }
    if (at_break->due && at_break->due[lane] <= due && at_break->due[lane] < end) return n_racers;
    return due <= end ? first : n_racers + 1;
}

static void races_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static plane due[2], ends;
    static words running;
    static int32_t queue[RACERS + 2][2 * ROOM];
    const int32_t *lane = some_lanes(g, n);
    sq_racer racer[RACERS + 2] = {{0}};
    int n_racers = below(g, RACERS + 1), first = below(g, 16 - RACERS + 1), joined[RACERS + 2] = {0};
    bool plain = below(g, 2);
    fill_words(&running, g);
    for (int i = 0; i < LINES; i++)
        for (int k = 0; k < 8; k++) {
            due[0].number[i][k] = some_time(g);
            due[1].number[i][k] = some_time(g);
            ends.number[i][k] = k == 0 ? 1 + below(g, 5) : some_time(g);
        }
    for (int k = 0; k < n_racers; k++) {
        int row = first + k;
        racer[k].due = &due[row / 8].number[0][row % 8];
        racer[k].running = plain || below(g, 2) ? NULL : &running.word[0][below(g, 8)];
        racer[k].bit = below(g, 64);
    }
    racer[n_racers].due = below(g, 2) ? &ends.number[0][1] : NULL;
    racer[n_racers + 1].due = &ends.number[0][0];
    for (int k = 0; k < n_racers + 2; k++) {
        joined[k] = racer[k].joined = below(g, 3); /* some wait already */
        racer[k].queue = queue[k];
    }
    lanes->race(racer, n_racers, lane, n);
    for (int i = 0; i < n; i++) {
        int k = winner(racer, n_racers, lane[i]);
        assert_int_equal(queue[k][joined[k]++], lane[i]);
    }
    for (int k = 0; k < n_racers + 2; k++) assert_int_equal(racer[k].joined, joined[k]);
}

static void the_earliest_wins(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) everywhere(races_of);
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* Firings of some lanes, one after another, counted as ref.c counts them. */
static void times_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static plane t;
    static int32_t count[LINES][8], firings[LINES], at_instant[LINES];
    static double now[LINES], when[ROOM];
    enum { ROUNDS = 12, MOST_AT_INSTANT = 3 };
    sq_time_columns time = {
        .now = &t.number[0][0], .instant = &t.number[0][1], .firings = &count[0][0], .at_instant = &count[0][1],
        .most_firings = 4 + below(g, 7), .most_at_instant = MOST_AT_INSTANT, .may_be_many = below(g, 4),
    };
    memset(&t, 0, sizeof t);
    memset(count, 0, sizeof count);
    memset(firings, 0, sizeof firings);
    memset(at_instant, 0, sizeof at_instant);
    memset(now, 0, sizeof now);
    for (int round = 0; round < ROUNDS; round++) {
        const int32_t *lane = some_lanes(g, n);
        bool too_many = false;
        for (int i = 0; i < n; i++) {
            int at = lane[i] / 8;
            when[i] = now[at] + (below(g, 3) == 0);
            at_instant[at] = when[i] == now[at] ? at_instant[at] + 1 : 1;
            firings[at]++;
            now[at] = when[i];
            too_many |= at_instant[at] > MOST_AT_INSTANT || (time.may_be_many && firings[at] > time.most_firings);
        }
        assert_int_equal(lanes->pass_time(&time, when, lane, n), too_many);
        for (int i = 0; i < LINES; i++) {
            assert_true(t.number[i][0] == now[i]);
            assert_int_equal(count[i][0], firings[i]);
            if (at_instant[i] > 1) assert_int_equal(count[i][1], at_instant[i]);
        }
    }
}

static void firings_are_counted(void **state)
{
    (void)state;
    everywhere(times_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_found_and_written),
        cmocka_unit_test(clocks_settle_as_in_the_reference),
        cmocka_unit_test(the_earliest_wins),
        cmocka_unit_test(firings_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
