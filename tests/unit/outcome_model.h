/* A small model made by hand, and lives made from numbers, for the tests of outcomes. Three states, two
 * events, a mark, two categories of cost, three strategies of which the middle one is the reference, and
 * strategy "twin" that lives the same lives as it. */
#ifndef TEST_OUTCOME_MODEL_H
#define TEST_OUTCOME_MODEL_H

#include "model/model.h"
#include "outcome/life.h"
#include "outcome/outcome.h"

#include <math.h>
#include <string.h>

enum { WELL, ILL, DEAD, N_STATES };
enum { OS, ILLNESS, N_ENDPOINTS };
enum { N_STRATEGIES = 3, REFERENCE = 1, TWIN = 2 };

/* Occurrences of the model: states, events fall and die, mark seen, death, index. */
enum { OCC_FALL = N_STATES, OCC_DIE, OCC_SEEN, OCC_DEATH, OCC_INDEX, N_OCCURRENCES };

static const sq_state STATES[] = {{"well", false}, {"ill", false}, {"dead", true}};
static const sq_event EVENTS[] = {{.name = "fall"}, {.name = "die"}};
static const char *const MARKS[] = {"seen"};
static const sq_cost COSTS[] = {{.name = "drug"}, {.name = "ward"}};
static const sq_strategy STRATEGIES[] = {{.name = "A", .title = "First"},
                                         {.name = "B", .title = NULL},
                                         {.name = "twin", .title = "Second again"}};
static const sq_endpoint ENDPOINTS[] = {
    {.name = "os", .first_cause = 0, .n_causes = 1},
    {.name = "illness", .first_cause = 1, .n_causes = 2, .has_competing = true}};
static const sq_cause CAUSES[] = {{.name = "os", .endpoint = OS},
                                  {.name = "illness", .endpoint = ILLNESS},
                                  {.name = "illness_competing", .endpoint = ILLNESS}};
static const double QUANTILES[] = {0.05, 0.5, 0.95};

static const sq_target TARGETS[] = {
    {.name = "os1", .source = "made up", .use = "unfitted", .what = "os at 1 y", .kind = SQ_TARGET_SURVIVAL,
     .strategy = 0, .index = OS, .time = 365.25, .published = 0.5, .lower = 0, .upper = 1},
    {.name = "ill1", .kind = SQ_TARGET_INCIDENCE, .strategy = 0, .index = 2, .time = 400,
     .published = 0.9, .lower = 0.99, .upper = 1},
    {.name = "median", .kind = SQ_TARGET_MEDIAN, .strategy = 1, .index = OS, .published = 730.5,
     .lower = NAN, .upper = NAN},
    {.name = "mean", .kind = SQ_TARGET_MEAN, .strategy = 1, .index = SQ_QUANTITY_LIFE_YEARS,
     .published = 1826.25, .lower = 0, .upper = 3652.5},
    {.name = "cost", .kind = SQ_TARGET_MEAN, .strategy = 1, .index = 4, .published = 1, .lower = 0,
     .upper = 1},
    {.name = "share", .kind = SQ_TARGET_SHARE, .strategy = 1, .index = OCC_DEATH, .among = ILL,
     .published = 0.5, .lower = NAN, .upper = NAN},
    {.name = "late", .kind = SQ_TARGET_SURVIVAL, .strategy = 1, .index = OS, .time = 1e6,
     .published = 0.5, .lower = 0, .upper = 1},
    {.name = "ill_now", .kind = SQ_TARGET_OCCUPANCY, .strategy = 1, .index = ILL, .time = 400,
     .published = 0.5, .lower = 0.99, .upper = 1},
};

/* Grid to 9.5 years by tenths of a year, horizon 10 years. */
static inline sq_model small_model(void)
{
    return (sq_model){.name = "small", .title = "", .experiment = "", .experiment_title = "",
                      .currency = "EUR", .n_states = N_STATES, .states = STATES, .n_events = 2,
                      .events = EVENTS, .n_marks = 1, .marks = MARKS, .n_costs = 2, .costs = COSTS,
                      .n_strategies = N_STRATEGIES, .strategies = STRATEGIES, .reference = REFERENCE,
                      .horizon = 3652.5, .grid_step = 36.525, .n_grid = 96, .n_quantiles = 3,
                      .quantiles = QUANTILES, .n_endpoints = N_ENDPOINTS, .endpoints = ENDPOINTS,
                      .n_causes = 3, .causes = CAUSES, .n_targets = sizeof TARGETS / sizeof TARGETS[0],
                      .targets = TARGETS};
}

/* A block of n patients; NULL when memory is out. */
static inline sq_block_lanes *open_block(const sq_model *m, int n)
{
    sq_block_lanes *block = NULL;
    return sq_block_lanes_new(&block, m, NULL) || sq_block_lanes_open(block, n, NULL) ? NULL : block;
}

static inline void close_block(sq_outcome *o, sq_block_lanes *block)
{
    sq_outcome_close_block(o, block, NULL);
    sq_block_lanes_free(block);
}

/* A number in (0, 1) that depends on the patient and the question alone. */
static inline double luck(int64_t patient, int question)
{
    uint64_t z = (uint64_t)patient * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)question;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return ((double)((z ^ z >> 31) >> 12) + 0.5) * 0x1p-52;
}

static inline double on_time_lattice(double t)
{
    return rint(t * 0x1p20) * 0x1p-20;
}

static inline void note(sq_life *life, int occurrence, double time)
{
    if (life->count[occurrence]++ == 0)
        life->first_time[occurrence] = time;
}

/* Well until ill at `ill`, dead at `dead` (+inf: neither within the horizon). */
static inline void live(sq_life *life, const sq_model *m, double ill, double dead, double drug)
{
    double end = fmin(dead, m->horizon), out = fmin(ill, end);
    bool falls = ill < end, dies = dead <= m->horizon;
    sq_life_reset(life, m);
    note(life, OCC_INDEX, 0);
    note(life, WELL, 0);
    (void)sq_life_add_stay(life, WELL, 0, out, NULL);
    if (falls) {
        note(life, OCC_FALL, ill);
        note(life, ILL, ill);
        note(life, OCC_SEEN, ill);
        note(life, OCC_SEEN, ill);
        (void)sq_life_add_stay(life, ILL, ill, end, NULL);
    }
    if (dies) {
        note(life, OCC_DIE, dead);
        note(life, DEAD, dead);
        note(life, OCC_DEATH, dead);
        (void)sq_life_add_stay(life, DEAD, dead, m->horizon, NULL);
        life->died = dead;
    }
    life->passage[OS] = (sq_passage){0, end, dies ? 0 : -1, true};
    life->passage[ILLNESS] = (sq_passage){0, out, falls ? 0 : dies ? 1 : -1, true};
    double ward = falls ? 250.5 * (end - ill) : 0;
    double undiscounted[] = {end, end - 0.25 * (end - out), drug, ward, drug + ward};
    for (int i = 0; i < 5; i++) {
        life->total[2 * i] = undiscounted[i] * 0.8;
        life->total[2 * i + 1] = undiscounted[i];
    }
}

/* The life of a patient: strategy A is a little worse than the other two, which are the same. */
static inline void live_patient(sq_life *life, const sq_model *m, int strategy, int64_t patient)
{
    double pace = strategy == 0 ? 1.25 : 1;
    double ill = on_time_lattice(-900 * log(luck(patient, 1)) / pace);
    double dead = on_time_lattice(-2000 * log(luck(patient, 2)) / pace);
    live(life, m, ill, dead, strategy == 0 ? 1000.1 : 2000.2 * luck(patient, 3));
}

#endif
