/* A small model made by hand for the tests of the engine: no files are read. Well people fall ill on day 2
 * and the ill die 3 days later; the horizon is day 10. What a test wants otherwise it changes in its own
 * copy. Every waiting time is fixed, so that every time is known. */
#ifndef TEST_ENGINE_MODEL_H
#define TEST_ENGINE_MODEL_H

#include "engine/ref.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

enum { WELL, ILL, DEAD, N_STATES };
enum { X, Y, N_ATTRIBUTES };
enum { FALL, DIE, TICK, N_EVENTS }; /* tick: never unless a test changes its condition */
enum { OS, AFTER_ILLNESS, N_ENDPOINTS };
enum { N_STRATEGIES = 2 };

/* Occurrences: states, events, the mark seen, death, index. */
enum { OCC_FALL = N_STATES, OCC_DIE, OCC_TICK, OCC_SEEN, OCC_DEATH, OCC_INDEX, N_OCCURRENCES };

/* Programs: first those of one constant, whose values are NUMBERS in the same order. */
enum {
    ZERO, ONE, TWO, THREE, FIVE, TEN, SEVEN, HUNDRED, QUARTER, HALF, ONE_AND_A_HALF, MINUS_ONE,
    NOT_A_NUMBER, INFINITE, TINY, N_NUMBERS,
    IS_WELL = N_NUMBERS, IS_ILL, X_VALUE, X_IS_ONE, N_PROGRAMS,
};
static const double NUMBERS[N_NUMBERS] = {0, 1, 2, 3, 5, 10, 7, 100, .25, .5, 1.5, -1, NAN, INFINITY, 0x1p-20};

/* Where the blocks of actions begin; a test writes its own to OWN. */
enum { NOTHING = 0, FALLING = 1, DYING = 7, OWN = 9, N_ACTIONS = 24 };

enum { SITE_DRAW = N_EVENTS, N_SITES };

typedef struct toy {
    sq_model m;
    sq_state states[N_STATES];
    sq_attribute attributes[N_ATTRIBUTES];
    sq_event events[N_EVENTS];
    sq_action actions[N_ACTIONS];
    sq_draw draws[1];
    sq_draw_option options[2];
    sq_site sites[N_SITES];
    uint64_t hashes[N_SITES];
    sq_op code[N_NUMBERS + 12];
    sq_strategy strategies[N_STRATEGIES];
    sq_cost costs[1];
    const char *marks[1], *losses[1];
    sq_endpoint endpoints[N_ENDPOINTS];
    sq_cause causes[N_ENDPOINTS];
    double quantiles[1];
} toy;

static inline sq_program program(int which)
{
    enum { COMPARISONS = N_NUMBERS, LENGTH = 3 };
    if (which < N_NUMBERS) return (sq_program){(uint32_t)which, 1};
    uint32_t first = (uint32_t)(COMPARISONS + LENGTH * (which - N_NUMBERS));
    return (sq_program){first, which == X_VALUE ? 1 : LENGTH};
}

static inline sq_law_spec fixed_delay(int number)
{
    return (sq_law_spec){.family = SQ_FIXED, .arg = {program(number)}, .table = -1};
}

static inline void toy_code(toy *t)
{
    static const sq_op COMPARE[][3] = {
        {{.code = SQ_OP_STATE}, {.code = SQ_OP_CONST, .a = ZERO}, {.code = SQ_OP_EQ}},
        {{.code = SQ_OP_STATE}, {.code = SQ_OP_CONST, .a = ONE}, {.code = SQ_OP_EQ}},
        {{.code = SQ_OP_ATTR, .a = X}},
        {{.code = SQ_OP_ATTR, .a = X}, {.code = SQ_OP_CONST, .a = ONE}, {.code = SQ_OP_EQ}},
    };
    for (int i = 0; i < N_NUMBERS; i++) t->code[i] = (sq_op){.code = SQ_OP_CONST, .a = i};
    memcpy(t->code + N_NUMBERS, COMPARE, sizeof COMPARE);
}

static inline void toy_events(toy *t)
{
    static const char *const NAMES[] = {"fall", "die", "tick"};
    static const int CONDITION[] = {IS_WELL, IS_ILL, ZERO}, DELAY[] = {TWO, THREE, ONE};
    static const int ACTIONS[] = {FALLING, DYING, NOTHING};
    for (int i = 0; i < N_EVENTS; i++) {
        t->events[i] = (sq_event){.name = NAMES[i], .condition = program(CONDITION[i]),
                                  .law = fixed_delay(DELAY[i]), .site = i, .actions = ACTIONS[i]};
        if (i != TICK) sq_bits_set(&t->events[i].condition_reads, N_ATTRIBUTES);
    }
}

static inline void toy_actions(toy *t)
{
    const sq_action falling[] = {
        {SQ_ACT_SET, X, 0, program(FIVE), {0}},
        {SQ_ACT_PAY, 0, 0, program(HUNDRED), {0}},
        {SQ_ACT_LOSE, 0, 0, program(QUARTER), program(ONE)},
        {SQ_ACT_MARK, 0, 0, {0}, {0}},
        {SQ_ACT_GOTO, ILL, 0, {0}, {0}},
    };
    memset(t->actions, 0, sizeof t->actions); /* all SQ_ACT_END */
    memcpy(t->actions + FALLING, falling, sizeof falling);
    t->actions[DYING] = (sq_action){SQ_ACT_GOTO, DEAD, 0, {0}, {0}};
}

static inline void toy_luck(toy *t)
{
    static const char *const PATHS[] = {"fall", "die", "tick", "draw"};
    for (int i = 0; i < N_SITES; i++) {
        t->hashes[i] = sq_site_hash(PATHS[i]);
        t->sites[i] = (sq_site){.path = PATHS[i], .counter = i, .n_slots = 1, .hash = &t->hashes[i]};
    }
    t->draws[0] = (sq_draw){.kind = SQ_DRAW_AMONG, .site = SITE_DRAW, .law = fixed_delay(ONE),
                            .n_options = 2};
    t->options[0] = (sq_draw_option){.probability = program(HALF), .value = NOTHING, .name = "one"};
    t->options[1] = (sq_draw_option){.probability = program(HALF), .value = NOTHING, .name = "two"};
}

static inline void toy_measured(toy *t)
{
    t->endpoints[OS] = (sq_endpoint){.name = "os", .n_causes = 1};
    t->endpoints[AFTER_ILLNESS] = (sq_endpoint){.name = "after_illness", .first_cause = 1,
                                                .n_causes = 1, .landmark = 4};
    sq_bits_set(&t->endpoints[OS].from, OCC_INDEX);
    sq_bits_set(&t->endpoints[AFTER_ILLNESS].from, ILL);
    for (int i = 0; i < N_ENDPOINTS; i++) {
        t->causes[i] = (sq_cause){.name = t->endpoints[i].name, .endpoint = i};
        sq_bits_set(&t->causes[i].events, OCC_DEATH);
    }
    t->quantiles[0] = 0.5;
}

/* Fills `t`; its model points into it, so it must stay where it is. */
static inline void toy_init(toy *t)
{
    *t = (toy){
        .states = {{"well", false}, {"ill", false}, {"dead", true}},
        .attributes = {{.name = "x", .is_written = true}, {.name = "y", .is_written = true}},
        .strategies = {{.name = "A", .title = "First"}, {.name = "B", .title = "Second"}},
        .costs = {{.name = "drug", .rate = program(TEN)}},
        .marks = {"seen"},
        .losses = {"nausea"},
    };
    toy_code(t);
    toy_events(t);
    toy_actions(t);
    toy_luck(t);
    toy_measured(t);
    t->m = (sq_model){
        .name = "toy", .title = "", .experiment = "toy", .experiment_title = "", .currency = "EUR",
        .n_attributes = N_ATTRIBUTES, .attributes = t->attributes,
        .n_states = N_STATES, .states = t->states, .n_events = N_EVENTS, .events = t->events,
        .n_marks = 1, .marks = t->marks, .n_losses = 1, .losses = t->losses,
        .n_costs = 1, .costs = t->costs, .n_sites = N_SITES, .n_counters = N_SITES, .sites = t->sites,
        .csv_site = -1, .n_code = (int)(sizeof t->code / sizeof *t->code), .code = t->code, .constants = NUMBERS,
        .n_actions = N_ACTIONS, .actions = t->actions,
        .draws = t->draws, .draw_options = t->options, .n_strategies = N_STRATEGIES,
        .strategies = t->strategies, .horizon = 10, .n_patients = 5, .seed = 1,
        .discount = {{.change = INFINITY}, {.change = INFINITY}}, .grid_step = 1, .n_grid = 11, .n_quantiles = 1,
        .quantiles = t->quantiles, .n_endpoints = N_ENDPOINTS, .endpoints = t->endpoints,
        .n_causes = N_ENDPOINTS, .causes = t->causes,
    };
}

/* Event tick at every day, with a block of one action of the test's own. */
static inline void toy_tick(toy *t, sq_action action)
{
    t->events[TICK].condition = (sq_program){0};
    t->events[TICK].actions = OWN;
    t->actions[OWN] = action;
}

#endif
