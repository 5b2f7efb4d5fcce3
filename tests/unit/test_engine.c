/* The reference interpreter driven directly, with a model made by hand: what a life leaves behind,
 * the story a trace tells, the sentences of impossible lives, and running many lives over threads.
 * The rules of time and clocks are shown through the whole program by tests/semantics/rules.py. */
#include "engine/columns.h"
#include "engine/ref.h"
#include "study/study.h"

#include "engine_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const double NO_BLOCK[1] = {0};

/* One patient's life under strategy A; the error if there is one. */
static sq_status live(toy *t, int64_t patient, sq_life *life, const sq_trace *trace, sq_error *err)
{
    sq_ref *ref = NULL;
    assert_int_equal(sq_ref_new(&ref, &t->m, err), SQ_OK);
    assert_int_equal(sq_life_init(life, &t->m, err), SQ_OK);
    life->keep_log = true;
    sq_status status =
        sq_ref_live(ref, NO_BLOCK, 0, sq_luck_of(t->m.seed, 0, 0), patient, life, trace, err);
    sq_ref_free(ref);
    return status;
}

/* The life of patient 7 must fail, and the sentence must hold all these parts. */
static void assert_fails(toy *t, const char *const *parts)
{
    sq_life life;
    sq_error err = {0};
    assert_int_equal(live(t, 7, &life, NULL, &err), SQ_ERR_LIFE);
    assert_int_equal(err.status, SQ_ERR_LIFE);
    for (; *parts; parts++)
        if (!strstr(err.text, *parts)) fail_msg("\"%s\" is not in \"%s\"", *parts, err.text);
    sq_life_free(&life);
}

#define ASSERT_FAILS(t, ...) assert_fails(t, (const char *const[]){"patient 7", __VA_ARGS__, NULL})

/* ---- what a life leaves ---------------------------------------------------------------------- */

static void known_stays(const sq_life *life)
{
    static const sq_stay STAYS[] = {{WELL, 0, 2}, {ILL, 2, 5}, {DEAD, 5, 10}};
    assert_int_equal(life->n_stays, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(life->stay[i].state, STAYS[i].state);
        assert_true(life->stay[i].from == STAYS[i].from && life->stay[i].to == STAYS[i].to);
    }
}

static void known_log(const sq_life *life)
{
    static const sq_log_entry LOG[] = {
        {0, OCC_INDEX, WELL}, {0, WELL, WELL},   {2, OCC_FALL, WELL}, {2, OCC_SEEN, WELL},
        {2, ILL, ILL},        {5, OCC_DIE, ILL}, {5, DEAD, DEAD},     {5, OCC_DEATH, DEAD}};
    assert_int_equal(life->n_log, 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(life->log[i].occurrence, LOG[i].occurrence);
        assert_int_equal(life->log[i].state, LOG[i].state);
        assert_true(life->log[i].time == LOG[i].time);
    }
}

static void known_occurrences(const sq_life *life)
{
    static const double FIRST[] = {0, 2, 5, 2, 5, NAN, 2, 5, 0};
    for (int i = 0; i < N_OCCURRENCES; i++) {
        assert_int_equal(life->count[i], isnan(FIRST[i]) ? 0 : 1);
        assert_true(isnan(FIRST[i]) ? isnan(life->first_time[i]) : life->first_time[i] == FIRST[i]);
    }
}

static void a_known_life(void **state)
{
    (void)state;
    static const double TOTAL[] = {5, 4.75, 150, 150}; /* life, utility, drug, all costs */
    toy t;
    sq_life life;
    sq_error err = {0};
    toy_init(&t);
    assert_int_equal(live(&t, 0, &life, NULL, &err), SQ_OK);
    known_stays(&life);
    known_log(&life);
    known_occurrences(&life);
    for (int i = 0; i < 4; i++)
        assert_true(life.total[2 * i] == TOTAL[i] && life.total[2 * i + 1] == TOTAL[i]);
    assert_true(life.died == 5);
    sq_passage os = life.passage[OS];
    assert_true(os.origin == 0 && os.end == 5 && os.cause == 0 && os.closed);
    assert_true(isnan(life.passage[AFTER_ILLNESS].origin)); /* died before the landmark */
    sq_life_free(&life);
}

/* Alive at the horizon: the last stay and every passage end there, and nothing died. */
static void a_life_to_the_horizon(void **state)
{
    (void)state;
    toy t;
    sq_life life;
    sq_error err = {0};
    toy_init(&t);
    t.m.horizon = 4;
    assert_int_equal(live(&t, 0, &life, NULL, &err), SQ_OK);
    assert_int_equal(life.n_stays, 2);
    assert_true(life.stay[1].from == 2 && life.stay[1].to == 4);
    assert_true(life.died == INFINITY && life.total[1] == 4 && life.count[OCC_DEATH] == 0);
    sq_passage os = life.passage[OS];
    assert_true(os.end == 4 && os.cause == -1 && os.closed);
    assert_int_equal(life.n_log, 5);
    sq_life_free(&life);
}

static bool same_life(const sq_life *a, const sq_life *b)
{
    return a->n_stays == b->n_stays && a->n_log == b->n_log && a->died == b->died &&
           memcmp(a->total, b->total, 8 * sizeof(double)) == 0 &&
           memcmp(a->count, b->count, N_OCCURRENCES * sizeof(uint32_t)) == 0;
}

/* A workspace that has lived, or has failed, lives the next life like a new one. */
static void a_used_workspace(void **state)
{
    (void)state;
    toy t;
    sq_life fresh, again;
    sq_error err = {0};
    sq_ref *ref = NULL;
    sq_luck luck = sq_luck_of(1, 0, 0);
    toy_init(&t);
    assert_int_equal(live(&t, 3, &fresh, NULL, &err), SQ_OK);
    assert_int_equal(sq_ref_new(&ref, &t.m, &err), SQ_OK);
    assert_int_equal(sq_life_init(&again, &t.m, &err), SQ_OK);
    again.keep_log = true;
    t.actions[FALLING].p = program(NOT_A_NUMBER);
    assert_int_equal(sq_ref_live(ref, NO_BLOCK, 0, luck, 3, &again, NULL, &err), SQ_ERR_LIFE);
    t.actions[FALLING].p = program(FIVE);
    assert_int_equal(sq_ref_live(ref, NO_BLOCK, 0, luck, 3, &again, NULL, &err), SQ_OK);
    assert_true(same_life(&fresh, &again));
    assert_int_equal(sq_ref_firings(ref), 2);
    assert_true(sq_ref_baseline(ref)[X] == 0);
    assert_true(sq_ref_at_end(ref)[X] == 5);
    sq_ref_free(ref);
    sq_life_free(&fresh);
    sq_life_free(&again);
}

/* ---- the story ------------------------------------------------------------------------------- */

typedef struct story {
    char text[4096];
    size_t used;
} story;

__attribute__((format(printf, 2, 3))) static void tell(void *context, const char *format, ...)
{
    story *s = context;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(s->text + s->used, sizeof s->text - s->used, format, args);
    va_end(args);
    s->used += n > 0 ? (size_t)n : 0;
    assert_true(s->used < sizeof s->text);
}

static void on_firing(void *c, double now, int event) { tell(c, "\n%g fire %d:", now, event); }
static void on_draw(void *c, int site, int slot, uint32_t visit, double u)
{
    tell(c, " draw %d/%d/%u%s", site, slot, visit, u > 0 && u < 1 ? "" : " outside (0,1)");
}
static void on_arm(void *c, double now, int event, double e, double at)
{
    tell(c, " arm@%g %d due %g%s", now, event, at, e > 0 ? "" : " without hazard");
}
static void on_follow(void *c, double now, int event, double at)
{
    tell(c, " follow@%g %d due %g", now, event, at);
}
static void on_cancel(void *c, double now, int event, bool paused)
{
    tell(c, " %s@%g %d", paused ? "pause" : "cancel", now, event);
}
static void on_set(void *c, double now, int attribute, double before, double after)
{
    tell(c, " set@%g %d %g>%g", now, attribute, before, after);
}
static void on_option(void *c, double now, int draw, int option)
{
    tell(c, " option@%g %d %d", now, draw, option);
}
static void on_pay(void *c, double now, int cost, double amount)
{
    tell(c, " pay@%g %d %g", now, cost, amount);
}
static void on_lose(void *c, double now, int loss, double amount, double until)
{
    tell(c, " lose@%g %d %g to %g", now, loss, amount, until);
}
static void on_mark(void *c, double now, int mark) { tell(c, " mark@%g %d", now, mark); }
static void on_goto(void *c, double now, int from, int to)
{
    tell(c, " goto@%g %d>%d", now, from, to);
}
static void on_settled(void *c, double now, int state, const double *total)
{
    tell(c, " settled@%g %d %g %g %g", now, state, total[1], total[3], total[5]);
}

static sq_trace tracing(story *s)
{
    return (sq_trace){.context = s,
                      .on_firing = on_firing,
                      .on_draw = on_draw,
                      .on_arm = on_arm,
                      .on_follow = on_follow,
                      .on_cancel = on_cancel,
                      .on_set = on_set,
                      .on_option = on_option,
                      .on_pay = on_pay,
                      .on_lose = on_lose,
                      .on_mark = on_mark,
                      .on_goto = on_goto,
                      .on_settled = on_settled};
}

static void assert_story(toy *t, const char *expected)
{
    story s = {.used = 0};
    sq_life life;
    sq_error err = {0};
    sq_trace trace = tracing(&s);
    assert_int_equal(live(t, 0, &life, &trace, &err), SQ_OK);
    assert_string_equal(s.text, expected);
    sq_life_free(&life);
}

static void the_story_of_a_life(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    assert_story(&t, "\n0 fire -1:"
                     "\n0 fire -2: draw 0/0/0 arm@0 0 due 2 settled@0 0 0 0 0"
                     "\n2 fire 0: set@2 0 0>5 pay@2 0 100 lose@2 0 0.25 to 3 mark@2 0 goto@2 0>1"
                     " draw 1/0/0 arm@2 1 due 5 settled@2 1 2 2 120"
                     "\n5 fire 1: goto@5 1>2 settled@5 2 5 4.75 150");
}

/* Tick fires twice: first it pauses `die`, then resumes it; both are looked at when the firing
 * settles. */
static void the_story_of_a_pause(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    t.m.start_state = ILL;
    t.m.horizon = 7;
    t.m.costs = NULL;
    t.m.n_costs = 0;
    toy_tick(&t, (sq_action){SQ_ACT_UNLESS, OWN + 4, 0, program(X_IS_ONE), {0}});
    t.actions[OWN + 1] = (sq_action){SQ_ACT_RESUME, DIE, 0, {0}, {0}};
    t.actions[OWN + 2] = (sq_action){SQ_ACT_SET, X, 0, program(TWO), {0}};
    t.actions[OWN + 3] = (sq_action){SQ_ACT_JUMP, OWN + 6, 0, {0}, {0}};
    t.actions[OWN + 4] = (sq_action){SQ_ACT_PAUSE, DIE, 0, {0}, {0}};
    t.actions[OWN + 5] = (sq_action){SQ_ACT_SET, X, 0, program(ONE), {0}};
    t.events[TICK].law = fixed_delay(TWO);
    assert_story(
        &t, "\n0 fire -1:"
            "\n0 fire -2: draw 1/0/0 arm@0 1 due 3 draw 2/0/0 arm@0 2 due 2 settled@0 1 0 0 0"
            "\n2 fire 2: set@2 0 0>1 pause@2 1 draw 2/0/1 arm@2 2 due 4 settled@2 1 2 2 0"
            "\n4 fire 2: set@4 0 1>2 follow@4 1 due 5 draw 2/0/2 arm@4 2 due 6 settled@4 1 4 4 0"
            "\n5 fire 1: goto@5 1>2 cancel@5 2 settled@5 2 5 5 0");
}

/* A law that reads what has happened is looked at again when something happens for the first time,
 * and not each time it does: tick fires daily, its first firing alone puts off the fall from day 2
 * to day 3. */
static void happening_again_is_no_change(void **state)
{
    (void)state;
    toy t;
    sq_life life;
    sq_error err = {0};
    toy_init(&t);
    toy_tick(&t, (sq_action){.code = SQ_ACT_MARK});
    t.events[FALL].changes = SQ_REDRAW;
    sq_bits_set(&t.events[FALL].law_reads, SQ_READS_HAPPENED(&t.m));
    assert_int_equal(live(&t, 0, &life, NULL, &err), SQ_OK);
    assert_true(life.first_time[OCC_FALL] == 3);
    sq_life_free(&life);
}

/* ---- impossible lives ------------------------------------------------------------------------ */

static void runaways(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    toy_tick(&t, (sq_action){.code = SQ_ACT_END});
    t.events[TICK].law = fixed_delay(ZERO);
    ASSERT_FAILS(&t, "strategy A", "day 0", "state well", "1000 firings at one instant",
                 "tick, tick");
    t.events[TICK].law = fixed_delay(TINY);
    ASSERT_FAILS(&t, "1000000 firings in one life", "tick, tick");
}

/* 3,000 firings, each at the very instant at which the loss of utility of the one before ends: time
 * moves on, so this is no runaway. */
static void breaks_at_every_firing(void **state)
{
    (void)state;
    toy t;
    sq_life life;
    sq_error err = {0};
    toy_init(&t);
    toy_tick(&t, (sq_action){SQ_ACT_LOSE, 0, 0, program(QUARTER), program(ONE)});
    t.events[FALL].condition = program(ZERO);
    t.m.horizon = 3000;
    assert_int_equal(live(&t, 0, &life, NULL, &err), SQ_OK);
    assert_int_equal(life.count[OCC_TICK], 3000);
    assert_true(life.total[3] == 1 + 2999 * 0.75);
    sq_life_free(&life);
}

static void values_that_are_no_numbers(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    t.actions[FALLING].p = program(NOT_A_NUMBER);
    ASSERT_FAILS(&t, "day 2", "x is not a finite number", "last events: fall");
    t.actions[FALLING].p = program(INFINITE);
    ASSERT_FAILS(&t, "x is not a finite number");
    toy_init(&t);
    t.actions[FALLING + 1].p = program(NOT_A_NUMBER);
    ASSERT_FAILS(&t, "drug is not a finite number");
    toy_init(&t);
    t.actions[FALLING + 2].q = program(MINUS_ONE);
    ASSERT_FAILS(&t, "nausea lasts -1 days");
    toy_init(&t);
    t.m.utility = program(NOT_A_NUMBER);
    ASSERT_FAILS(&t, "day 0", "utility is not a finite number", "last events: none");
    toy_init(&t);
    t.costs[0].rate = program(INFINITE);
    ASSERT_FAILS(&t, "cost rate of drug is not a finite number");
}

static void laws_that_are_impossible(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    t.events[FALL].law = fixed_delay(MINUS_ONE);
    ASSERT_FAILS(&t, "fall: the fixed law has an impossible number");
    t.events[FALL].law.arg[0] = program(NOT_A_NUMBER);
    ASSERT_FAILS(&t, "fall: the fixed law has an impossible number");
    toy_init(&t);
    t.events[FALL].origin = SQ_FROM_OCCURRENCE;
    t.events[FALL].origin_index = OCC_SEEN;
    ASSERT_FAILS(&t, "fall counts from seen, which has not happened");
}

static void probabilities_that_are_impossible(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    toy_tick(&t, (sq_action){.code = SQ_ACT_DRAW, .a = X});
    t.options[1].probability = program(ONE);
    ASSERT_FAILS(&t, "day 1", "draw: probabilities sum to 1.5", "tick");
    t.options[1].probability = program(QUARTER);
    ASSERT_FAILS(&t, "draw: probabilities sum to 0.75 only");
    t.options[1].probability = program(MINUS_ONE);
    ASSERT_FAILS(&t, "draw: -1 is not a probability");
    t.draws[0] =
        (sq_draw){.kind = SQ_DRAW_CHANCE, .site = SITE_DRAW, .chance = program(ONE_AND_A_HALF)};
    ASSERT_FAILS(&t, "draw: 1.5 is not a probability");
    t.draws[0].chance = program(NOT_A_NUMBER);
    ASSERT_FAILS(&t, "draw: the probability has no value");
}

/* An option of probability zero never comes up, not even where rounding leaves a gap at the end. */
static void options_of_probability_zero(void **state)
{
    (void)state;
    toy t;
    sq_life life;
    sq_error err = {0};
    toy_init(&t);
    toy_tick(&t, (sq_action){SQ_ACT_SPLIT, 0, 0, {0}, {0}});
    t.options[0] = (sq_draw_option){.probability = program(ONE), .value = OWN + 2};
    t.options[1] = (sq_draw_option){.probability = program(ZERO), .value = OWN + 4};
    t.actions[OWN + 2] = (sq_action){.code = SQ_ACT_MARK};
    t.actions[OWN + 4] = (sq_action){SQ_ACT_GOTO, DEAD, 0, {0}, {0}};
    t.events[FALL].condition = program(ZERO);
    for (int64_t patient = 0; patient < 50; patient++) {
        assert_int_equal(live(&t, patient, &life, NULL, &err), SQ_OK);
        assert_int_equal(life.count[OCC_SEEN], 10);
        sq_life_free(&life);
    }
}

/* ---- many lives ------------------------------------------------------------------------------ */

enum { PATIENTS = 3 * 4096 + 100 };

/* Falls ill with x = NaN where the patient file says 1. */
static void fail_where_x_is_one(toy *t, double *rows)
{
    static const int COLUMN[] = {X};
    t->actions[OWN] = (sq_action){SQ_ACT_UNLESS, OWN + 2, 0, program(X_IS_ONE), {0}};
    t->actions[OWN + 1] = (sq_action){SQ_ACT_SET, Y, 0, program(NOT_A_NUMBER), {0}};
    t->events[FALL].actions = OWN;
    t->m.patients =
        (sq_patients){.n_columns = 1, .attribute = COLUMN, .n_rows = PATIENTS, .value = rows};
    t->m.n_patients = PATIENTS;
}

static void the_lowest_failing_patient(void **state)
{
    (void)state;
    toy t;
    double *rows = calloc(PATIENTS, sizeof *rows);
    assert_non_null(rows);
    rows[5000] = rows[8190] = rows[8192] = rows[PATIENTS - 1] = 1;
    toy_init(&t);
    fail_where_x_is_one(&t, rows);
    for (int i = 0; i < 4 * SQ_ENGINES; i++) {
        sq_variables variables = {0};
        sq_error err = {0};
        sq_run_options options = {.threads = 1 + i / SQ_ENGINES, .engine = (sq_engine)(i % SQ_ENGINES)};
        assert_int_equal(sq_study_run(&t.m, &options, &variables, NULL, &err), SQ_ERR_LIFE);
        assert_non_null(
            strstr(err.text, "patient 5000 under strategy A, day 2, in state well: y is not"));
        sq_variables_free(&variables);
    }
    free(rows);
}

typedef struct order_check {
    int64_t next, stop_at;
} order_check;

static sq_status take_row(void *context, const sq_row *row, sq_error *err)
{
    order_check *check = context;
    bool expected = row->patient == check->next / N_STRATEGIES &&
                    row->strategy == (int)(check->next % N_STRATEGIES) && row->baseline[X] == 0 &&
                    row->life->n_log == 8 && row->life->died == 5 && row->life->total[1] == 5;
    if (!expected) return sq_fail(err, SQ_ERR_NUMERIC, "row %lld is wrong", (long long)check->next);
    if (check->next == check->stop_at) return sq_fail(err, SQ_ERR_IO, "the disk is full");
    check->next++;
    return SQ_OK;
}

static sq_status run_with_rows(toy *t, sq_run_options options, order_check *check, sq_run_facts *facts,
                               sq_error *err)
{
    sq_variables variables = {0};
    sq_row_sink sink = {.context = check, .take = take_row, .want_log = true};
    options.sink = &sink;
    t->m.n_patients = PATIENTS;
    sq_status status = sq_study_run(&t->m, &options, &variables, facts, err);
    sq_variables_free(&variables);
    return status;
}

/* Rows come by patient and strategy, whatever the engine and its threads; what the sink says ends the run. */
static void rows_in_order(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    for (int i = 0; i < 3 * SQ_ENGINES; i++) {
        sq_run_options options = {.threads = 1 + i / SQ_ENGINES, .engine = (sq_engine)(i % SQ_ENGINES)};
        order_check check = {.stop_at = -1};
        sq_run_facts facts;
        sq_error err = {0};
        sq_status status = run_with_rows(&t, options, &check, &facts, &err);
        if (status) fail_msg("%s", err.text);
        assert_true(check.next == N_STRATEGIES * (int64_t)PATIENTS);
        assert_true(facts.patients == PATIENTS && facts.lives == N_STRATEGIES * (int64_t)PATIENTS);
        assert_true(facts.firings == 2 * facts.lives && facts.threads == options.threads);
        check = (order_check){.stop_at = 9000};
        assert_int_equal(run_with_rows(&t, options, &check, NULL, &err), SQ_ERR_IO);
        assert_string_equal(err.text, "the disk is full");
        assert_true(check.next == 9000);
    }
}

/* No more lanes than lives, and fewer where a lane has counts for many combinations of keys. */
static void lanes_in_flight(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    assert_int_equal(sq_columns_batch(&t.m, (sq_extent){5, 1}), 5 * N_STRATEGIES);
    assert_int_equal(sq_columns_batch(&t.m, (sq_extent){5, 4}), 20 * N_STRATEGIES);
    const sq_extent many = {1000000, 1};
    const int usual = sq_columns_batch(&t.m, many);
    assert_true(sq_columns_bytes(&t.m, many, usual, 0) < 64 << 20);
    t.m.n_counters = 100000;
    const int keyed = sq_columns_batch(&t.m, many);
    const double lanes = sq_columns_bytes(&t.m, many, keyed, 0) - sq_columns_bytes(&t.m, many, 0, 0);
    assert_true(keyed < usual && lanes > 60 << 20 && lanes <= 64 << 20);
    t.m.n_counters = 100000000;
    assert_true(sq_columns_batch(&t.m, many) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_life),
        cmocka_unit_test(a_life_to_the_horizon),
        cmocka_unit_test(a_used_workspace),
        cmocka_unit_test(the_story_of_a_life),
        cmocka_unit_test(the_story_of_a_pause),
        cmocka_unit_test(happening_again_is_no_change),
        cmocka_unit_test(runaways),
        cmocka_unit_test(breaks_at_every_firing),
        cmocka_unit_test(values_that_are_no_numbers),
        cmocka_unit_test(laws_that_are_impossible),
        cmocka_unit_test(probabilities_that_are_impossible),
        cmocka_unit_test(options_of_probability_zero),
        cmocka_unit_test(the_lowest_failing_patient),
        cmocka_unit_test(rows_in_order),
        cmocka_unit_test(lanes_in_flight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
