/* Steps of programs over columns: each that stands for several operations, or for one on operands of a known kind, at
 * every width and on odd lengths, against the operations that it stands for; stacks of steps; and where they stop. */
#include "engine/lanes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lanes_checks.h"

enum { COLUMNS = 4, PLACES = 3 };

typedef struct desk {
    double leaf[COLUMNS][ROOM], room[PLACES][ROOM], block[32];
    sq_column value[COLUMNS + PLACES];
    sq_bench bench;
} desk;

/* Columns of any numbers, some the same for all. */
static desk *desk_with(int n, sq_pcg *g, bool numbers)
{
    static desk d;
    for (int k = 0; k < COLUMNS; k++) {
        bool same_for_all = below(g, 3) == 0;
        fill_any(g, d.leaf[k], n);
        for (int i = 0; numbers && i < n; i++)
            while (isnan(d.leaf[k][i])) d.leaf[k][i] = any_number(g);
        for (int i = 0; same_for_all && i < SQ_PAD; i++) d.leaf[k][i] = d.leaf[k][0];
        d.value[k] = (sq_column){d.leaf[k], same_for_all ? 0 : 1};
    }
    d.bench = (sq_bench){d.value, COLUMNS, ROOM, d.room[0], d.room[1], d.block};
    return &d;
}

static void make_truths(desk *d, int k, int n, sq_pcg *g)
{
    for (int i = 0; i < n || i < SQ_PAD; i++) d->leaf[k][i] = d->value[k].step || i == 0 ? below(g, 2) : d->leaf[k][0];
}

static double at(const desk *d, int k, int i) { return d->value[k].p[i * d->value[k].step]; }

static bool compares(int comparison, double x, double y)
{
    return comparison == 0 ? x == y : comparison == 1 ? x != y : comparison == 2 ? x < y : x <= y;
}

/* What a step comes to by what lanes.h says of it. */
static double wanted(int code, double x, double y, double z, double w)
{
    int kind = code < SQ_STEP_AND ? (code - SQ_STEP_COMPARE) / SQ_COMPARISONS : -1;
    int comparison = (code - SQ_STEP_COMPARE) % SQ_COMPARISONS;
    switch (kind) {
    case 0: return compares(comparison, x, y);
    case 1: return x != 0 && compares(comparison, y, z);
    case 2: return x != 0 || compares(comparison, y, z);
    case 3: return compares(comparison, x, y) ? z : w;
    default: break;
    }
    double product = y * z;
    return code == SQ_STEP_AND ? x != 0 && y != 0 : code == SQ_STEP_OR ? x != 0 || y != 0
           : code == SQ_STEP_IF ? (x != 0 ? y : z) : x + product;
}

static bool takes_truth(int code) { return code >= SQ_STEP_AND_COMPARE && code < SQ_STEP_IF_COMPARE; }

static void check_step(const sq_lanes *lanes, int code, int n, sq_pcg *g)
{
    const sq_col_step step = {.code = (uint16_t)code, .to = (uint16_t)below(g, PLACES), .x = 0, .y = 1, .z = 2, .w = 3};
    desk *d = desk_with(n, g, code != SQ_STEP_ADD_PRODUCT);
    bool both = code == SQ_STEP_AND || code == SQ_STEP_OR;
    if (both || takes_truth(code)) make_truths(d, 0, n, g);
    if (both) make_truths(d, 1, n, g);
    assert_int_equal(lanes->steps(&step, 1, &d->bench, n), 1);
    sq_column result = d->value[COLUMNS + step.to];
    assert_true(result.p == d->room[step.to] && result.step == 1);
    for (int i = 0; i < n; i++) {
        double value = wanted(code, at(d, 0, i), at(d, 1, i), at(d, 2, i), at(d, 3, i));
        if (!same(result.p[i], value))
            fail_msg("step %d, %s, lane %d of %d: %a, expected %a", code, lanes->name, i, n, result.p[i], value);
    }
}

static void every_step(const sq_lanes *lanes, int n, sq_pcg *g)
{
    for (int code = SQ_STEP_COMPARE; code < SQ_STEP_COUNT; code++)
        for (int k = 0; k < 6; k++) check_step(lanes, code, n, g);
}

/* An element of the block for each lane that has an index; where there is none, none. */
static void elements(const sq_lanes *lanes, int n, sq_pcg *g)
{
    const sq_col_step step = {.code = SQ_OP_PARAM_AT, .to = 1, .x = 2, .a = 5};
    desk *d = desk_with(n, g, true);
    for (int i = 0; i < 32; i++) d->block[i] = any_number(g);
    for (int i = 0; i < n; i++) d->leaf[2][i] = below(g, 4) ? below(g, 27) : (double)NAN;
    for (int i = n; i < ROOM; i++) d->leaf[2][i] = 1e18;
    d->value[2].step = 1;
    assert_int_equal(lanes->steps(&step, 1, &d->bench, n), 1);
    for (int i = 0; i < n; i++) {
        double index = d->leaf[2][i];
        assert_true(same(d->room[1][i], isnan(index) ? index : d->block[5 + (int)index]));
    }
}

/* (x - y) |z| with what is computed on the stack, and then a step that the kernel leaves to others. */
static void in_turn(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static const sq_col_step STEPS[] = {
        {.code = SQ_OP_SUB, .to = 0, .x = 0, .y = 1, .z = 0}, {.code = SQ_OP_ABS, .to = 1, .x = 2, .y = 2, .z = 2},
        {.code = SQ_OP_MUL, .to = 0, .x = COLUMNS, .y = COLUMNS + 1, .z = COLUMNS}, {.code = SQ_OP_TABLE, .to = 0, .x = COLUMNS}};
    desk *d = desk_with(n, g, false);
    assert_int_equal(lanes->steps(STEPS, 4, &d->bench, n), 3);
    for (int i = 0; i < n; i++) {
        double value = (at(d, 0, i) - at(d, 1, i)) * fabs(at(d, 2, i));
        assert_true(same(d->room[0][i], value));
    }
}

/* Indices that are the same for all, and lanes of several blocks, are the engine's. */
static void where_they_stop(const sq_lanes *lanes, int n, sq_pcg *g)
{
    const sq_col_step element = {.code = SQ_OP_PARAM_AT, .x = 1}, attribute = {.code = SQ_OP_ATTR_AT, .x = 1};
    desk *d = desk_with(n, g, true);
    d->value[1].step = 0;
    assert_int_equal(lanes->steps(&element, 1, &d->bench, n), 0);
    d->value[1].step = 1;
    d->bench.block = NULL;
    assert_int_equal(lanes->steps(&element, 1, &d->bench, n), 0);
    assert_int_equal(lanes->steps(&attribute, 1, &d->bench, n), 0);
}

static void steps_are_what_they_stand_for(void **state)
{
    (void)state;
    static void (*const CHECKS[])(const sq_lanes *, int, sq_pcg *) = {every_step, elements, in_turn, where_they_stop};
    const sq_lanes *lanes;
    for (int k = 0; (lanes = lanes_present(k)) != NULL; k++) {
        sq_pcg g = sq_pcg_start(21, (uint64_t)k);
        for (int i = 0; i < N_LENGTHS; i++)
            for (size_t c = 0; c < sizeof CHECKS / sizeof *CHECKS; c++) CHECKS[c](lanes, LENGTHS[i], &g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(steps_are_what_they_stand_for)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
