/* Programs over columns: many random programs, each over lanes in every state, at every width and at odd lengths,
 * against the reference's value lane by lane. Bits are compared. The columns hold garbage wherever the engine says that
 * they are not valid yet. */
#include "engine/col_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lanes_checks.h"

enum { STATES = 5, MARKS = 70, OCCURRENCES = STATES + MARKS + 2, LANES = 700, BLOCKS = 3 };
enum { PROGRAMS = 160, CODE = 40000, CONSTANTS = 16, PARAMETERS = 24, KNOTS = 5, SLOTS = PARAMETERS + 2 * KNOTS };

/* Attributes: a number, one that may be unset, a label, one that may be unset, a flag, one that may be unset, a
 * number of the cohort, and a vector, of which the second element is of the cohort. */
enum { NUMBER, LOOSE, LABEL, LOOSE_LABEL, FLAG, LOOSE_FLAG, AGE, ELEMENT, LABELS = 5, ATTRIBUTES = ELEMENT + LABELS };

typedef struct world {
    sq_model m;
    sq_attribute attributes[ATTRIBUTES];
    sq_category category;
    sq_state states[STATES];
    sq_table table;
    sq_cost costs[PROGRAMS];
    sq_op code[CODE];
    int n_code;
    double constants[CONSTANTS];
    double blocks[BLOCKS][SLOTS], *copies[BLOCKS];
    sq_col_plan plan;
    bool in_cohort[ATTRIBUTES], same[ATTRIBUTES]; /* none is the same */
    int counter_of[OCCURRENCES];
    sq_flow_plan flows[2 + PROGRAMS]; /* none */
    bool time_is_read[OCCURRENCES], stay_is_read[STATES]; /* all */
    sq_reactions reactions[ATTRIBUTES]; /* none */
    sq_columns c;
    double cohort[ATTRIBUTES][LANES], *cohort_columns[ATTRIBUTES];
    sq_error err;
    sq_pcg g;
} world;

/* ---- random programs ----------------------------------------------------------------------------------- */

static void emit(world *w, sq_op_code code, int a)
{
    assert_true(w->n_code < CODE);
    w->code[w->n_code++] = (sq_op){.code = (uint16_t)code, .a = a};
}

static void truth(world *w, int depth);
static void truth_leaf(world *w);
static void number(world *w, int depth);

/* The number of a label or state: what elements are counted by. */
static void label(world *w, int depth)
{
    switch (below(&w->g, depth > 0 ? 5 : 4)) {
    case 0: emit(w, SQ_OP_CONST, below(&w->g, LABELS)); break;
    case 1: emit(w, SQ_OP_STATE, 0); break;
    case 2: emit(w, SQ_OP_ATTR, LABEL); break;
    case 3: emit(w, SQ_OP_ATTR, LOOSE_LABEL); break;
    default:
        truth(w, depth - 1);
        label(w, depth - 1);
        label(w, depth - 1);
        emit(w, SQ_OP_IF, 0);
    }
}

static void number_leaf(world *w)
{
    switch (below(&w->g, 12)) {
    case 0: emit(w, SQ_OP_CONST, below(&w->g, CONSTANTS)); break;
    case 1: emit(w, SQ_OP_PARAM, below(&w->g, PARAMETERS)); break;
    case 2: emit(w, SQ_OP_ATTR, NUMBER); break;
    case 3: emit(w, SQ_OP_ATTR, LOOSE); break;
    case 4: emit(w, SQ_OP_ATTR, AGE); break;
    case 5: emit(w, SQ_OP_NOW, 0); break;
    case 6: emit(w, SQ_OP_IN_STATE, 0); break;
    case 7: emit(w, SQ_OP_SINCE, below(&w->g, OCCURRENCES)); break;
    case 8: emit(w, SQ_OP_TALLY, below(&w->g, OCCURRENCES)); break;
    case 9: emit(w, SQ_OP_TIME_IN, below(&w->g, STATES)); break;
    case 10:
        label(w, 1);
        emit(w, SQ_OP_PARAM_AT, below(&w->g, PARAMETERS - LABELS));
        break;
    default:
        label(w, 1);
        emit(w, SQ_OP_ATTR_AT, ELEMENT);
    }
}

static const int POPS[SQ_OP_COUNT] = {
#define X(name, pops) pops,
    SQ_OP_LIST(X)
#undef X
};

/* A truth that a state may settle, and a number that is none, in either order: the language has no such programs, but
 * what is left out of them must give the bits of what is not. */
static void mixed_logic(world *w, int depth)
{
    bool number_first = below(&w->g, 2);
    int nested = below(&w->g, 2) ? depth - 1 : 0;
    if (number_first) number(w, nested);
    truth_leaf(w);
    if (!number_first) number(w, nested);
    emit(w, below(&w->g, 2) ? SQ_OP_AND : SQ_OP_OR, 0);
}

static void number(world *w, int depth)
{
    int pick = depth > 0 ? below(&w->g, 10) : 0;
    if (pick == 0) {
        number_leaf(w);
    } else if (pick == 1) {
        number(w, depth - 1);
        emit(w, SQ_OP_TABLE, 0);
    } else if (pick == 2) {
        truth(w, depth - 1);
        number(w, depth - 1);
        number(w, depth - 1);
        emit(w, SQ_OP_IF, 0);
    } else if (pick == 3) {
        mixed_logic(w, depth);
    } else {
        int code = SQ_OP_NEG + below(&w->g, SQ_OP_COUNT - SQ_OP_NEG);
        for (int i = 0; i < POPS[code]; i++) number(w, depth - 1);
        emit(w, (sq_op_code)code, 0);
    }
}

static void truth_leaf(world *w)
{
    switch (below(&w->g, 7)) {
    case 0: emit(w, SQ_OP_CONST, below(&w->g, 2)); break;
    case 1: emit(w, SQ_OP_HAPPENED, below(&w->g, OCCURRENCES)); break;
    case 2: emit(w, SQ_OP_ALIVE, 0); break;
    case 3: emit(w, SQ_OP_ATTR, FLAG); break;
    case 4: emit(w, SQ_OP_ATTR, LOOSE_FLAG); break;
    case 5:
        emit(w, SQ_OP_ATTR, below(&w->g, ATTRIBUTES));
        emit(w, SQ_OP_IS_SET, 0);
        break;
    default:
        emit(w, SQ_OP_STATE, 0);
        emit(w, SQ_OP_CONST, below(&w->g, STATES));
        emit(w, below(&w->g, 2) ? SQ_OP_EQ : SQ_OP_NE, 0);
    }
}

static void truth(world *w, int depth)
{
    static const sq_op_code LOGIC[] = {SQ_OP_AND, SQ_OP_AND, SQ_OP_OR, SQ_OP_OR, SQ_OP_NOT, SQ_OP_IF};
    int pick = depth > 0 ? below(&w->g, 8) : 0;
    if (pick == 0) {
        truth_leaf(w);
    } else if (pick == 1) {
        number(w, depth - 1);
        number(w, depth - 1);
        emit(w, (sq_op_code)(SQ_OP_EQ + below(&w->g, 4)), 0);
    } else {
        sq_op_code code = LOGIC[pick - 2];
        for (int i = 0; i < POPS[code]; i++) truth(w, depth - 1);
        emit(w, code, 0);
    }
}

/* The number of an earlier program, and what is made of it. */
static void number_that_begins_like(world *w, sq_program other, int depth)
{
    for (uint32_t i = other.first; i < other.first + other.count; i++) emit(w, w->code[i].code, w->code[i].a);
    number(w, depth);
    emit(w, SQ_OP_SUB, 0);
}

/* Even ones are numbers, odd ones conditions. */
static void write_programs(world *w)
{
    for (int i = 0; i < PROGRAMS; i++) {
        uint32_t first = (uint32_t)w->n_code;
        int depth = 1 + i % 5;
        if (i % 2) truth(w, depth);
        else if (i % 8 == 6) number_that_begins_like(w, w->costs[i - 2 * (1 + below(&w->g, 2))].rate, depth);
        else number(w, depth);
        w->costs[i] = (sq_cost){.name = "cost", .rate = {first, (uint32_t)w->n_code - first}};
    }
    w->m.n_code = w->n_code;
}

/* ---- the world ------------------------------------------------------------------------------------------- */

static void make_model(world *w)
{
    static const double EDGES[] = {INFINITY, -0., .5, -1, 1e-300, 100};
    const sq_type flag = {.class = SQ_TYPE_FLAG};
    for (int i = 0; i < ATTRIBUTES; i++) w->attributes[i] = (sq_attribute){.name = "a"};
    w->attributes[FLAG].type = w->attributes[LOOSE_FLAG].type = flag;
    w->category = (sq_category){.name = "labels", .n_labels = LABELS};
    w->attributes[LABEL].type = (sq_type){.class = SQ_TYPE_CATEGORY};
    w->attributes[LOOSE].may_be_unset = w->attributes[LOOSE_LABEL].may_be_unset = true;
    w->attributes[LOOSE_FLAG].may_be_unset = true;
    for (int i = 0; i < STATES; i++) w->states[i] = (sq_state){"s", i == STATES - 1};
    for (int i = 0; i < CONSTANTS; i++) w->constants[i] = i < 10 ? i : EDGES[i - 10];
    w->table = (sq_table){.name = "t", .offset = PARAMETERS, .rows = 1, .size = KNOTS, .stride = 2 * KNOTS,
                          .is_function = true, .interpolation = SQ_LINEAR};
    w->m = (sq_model){
        .n_categories = 1, .categories = &w->category, .n_attributes = ATTRIBUTES, .attributes = w->attributes, .n_states = STATES, .states = w->states,
        .n_marks = MARKS, .n_costs = PROGRAMS, .costs = w->costs, .code = w->code, .constants = w->constants,
        .n_tables = 1, .tables = &w->table, .block_size = SLOTS, .baseline_actions = -1, .start_actions = -1,
    };
}

static void fill_blocks(world *w)
{
    for (int b = 0; b < BLOCKS; b++) {
        double *block = w->blocks[b], *x = block + PARAMETERS;
        for (int i = 0; i < PARAMETERS; i++) block[i] = below(&w->g, 3) ? between(&w->g, -2, 2) : below(&w->g, 3);
        block[below(&w->g, PARAMETERS)] = INFINITY;
        block[below(&w->g, PARAMETERS)] = -0.;
        for (int i = 0; i < KNOTS; i++) x[i] = (i ? x[i - 1] : 0) + uniform(&w->g);
        for (int i = 0; i < KNOTS; i++) x[KNOTS + i] = uniform(&w->g);
    }
}

/* As lanes read them. */
static void copy_blocks(world *w)
{
    for (int b = 0; b < BLOCKS; b++) {
        w->copies[b] = aligned_alloc(64, (size_t)sq_col_block_size(&w->plan) * sizeof(double));
        assert_non_null(w->copies[b]);
        sq_col_extend_block(&w->plan, w->blocks[b], w->copies[b]);
    }
}

static double attribute_value(world *w, int i)
{
    if (w->attributes[i].may_be_unset && below(&w->g, 4) == 0) return NAN;
    if (i == LABEL || i == LOOSE_LABEL) return below(&w->g, LABELS);
    if (i == FLAG || i == LOOSE_FLAG) return below(&w->g, 2);
    if (below(&w->g, 8) == 0) return -0.;
    return below(&w->g, 2) ? between(&w->g, -3, 3) : below(&w->g, 3);
}

static double *column_of(world *w, int attribute)
{
    return w->in_cohort[attribute] ? w->cohort[attribute] : w->c.pool.attribute[attribute];
}

/* A life story for each lane; what has not happened has no valid time. */
static void fill_pool(world *w)
{
    sq_pool *p = &w->c.pool;
    for (int i = 0; i < LANES; i++) {
        size_t lane = (size_t)i * SQ_SIDE;
        p->slot[lane] = LANES - 1 - i;
        p->now[lane] = floor(1000 * uniform(&w->g));
        p->entered[lane] = floor(p->now[lane] * uniform(&w->g));
        for (int a = 0; a < ATTRIBUTES; a++)
            column_of(w, a)[w->in_cohort[a] ? (size_t)p->slot[lane] : lane] = attribute_value(w, a);
        for (int k = 0; k < w->plan.occurrence_words; k++) p->happened[sq_col_row(p, k) + lane] = sq_pcg_next(&w->g);
        for (int o = 0; o < OCCURRENCES; o++) {
            bool has = p->happened[sq_col_row(p, o / 64) + lane] >> (o % 64) & 1;
            size_t at = sq_col_row(p, o) + lane;
            sq_col_counter(p, w->counter_of[o])[2 * lane] = has ? 1 + (uint32_t)below(&w->g, 9) : 0;
            p->last_time[at] = has ? floor(p->now[lane] * uniform(&w->g)) : 1e99;
            if (o < STATES) p->time_in[at] = has ? floor(p->now[lane] * uniform(&w->g)) : 1e98;
        }
    }
}

static world *world_new(uint64_t sequence)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->g = sq_pcg_start(11, sequence);
    make_model(w);
    write_programs(w);
    fill_blocks(w);
    w->in_cohort[AGE] = w->in_cohort[ELEMENT + 1] = true;
    for (int i = 0; i < OCCURRENCES; i++) w->counter_of[i] = OCCURRENCES - 1 - i;
    for (int i = 0; i < OCCURRENCES; i++) w->time_is_read[i] = true;
    for (int i = 0; i < STATES; i++) w->stay_is_read[i] = true;
    w->plan = (sq_col_plan){.model = &w->m, .occurrence_words = (OCCURRENCES + 63) / 64, .in_cohort = w->in_cohort,
                            .same = w->same, .reactions = w->reactions, .counter_of = w->counter_of, .n_counters = OCCURRENCES,
                            .flows = w->flows, .time_is_read = w->time_is_read, .stay_is_read = w->stay_is_read};
    assert_int_equal(sq_col_specialise(&w->plan, &w->err), SQ_OK);
    copy_blocks(w);
    w->c = (sq_columns){.plan = &w->plan, .model = &w->m, .err = &w->err, .p = &w->c.pool,
                        .cohort_attribute = w->cohort_columns};
    for (int a = 0; a < ATTRIBUTES; a++) w->cohort_columns[a] = w->cohort[a];
    assert_int_equal(sq_pool_new(&w->c.pool, &w->plan, LANES, false, false, &w->err), SQ_OK);
    assert_int_equal(sq_scratch_new(&w->c.scratch, &w->err), SQ_OK);
    fill_pool(w);
    return w;
}

static void world_free(world *w)
{
    sq_scratch_free(w->c.scratch);
    sq_pool_free(&w->c.pool);
    sq_arena_free(&w->plan.arena);
    for (int b = 0; b < BLOCKS; b++) free(w->copies[b]);
    free(w);
}

/* n lanes in a random order. */
static sq_selection some_lanes(world *w, int n, int state, int n_blocks)
{
    int32_t *lane = sq_col_lanes(&w->c, LANES);
    for (int i = 0; i < LANES; i++) {
        int other = below(&w->g, i + 1);
        lane[i] = lane[other];
        lane[other] = i * SQ_SIDE;
        w->c.pool.block[i * SQ_SIDE] = w->copies[below(&w->g, n_blocks)];
    }
    return sq_col_select(&w->c, lane, n, state, -1, w->c.pool.now);
}

/* ---- the reference's view of a lane ------------------------------------------------------------------------- */

typedef struct one_lane {
    double attribute[ATTRIBUTES], last_time[OCCURRENCES], time_in[STATES];
    uint32_t count[OCCURRENCES];
    uint64_t happened[(OCCURRENCES + 63) / 64];
    sq_history history;
    sq_view view;
} one_lane;

static void look_at(world *w, int lane, int state, one_lane *one)
{
    const sq_pool *p = &w->c.pool;
    size_t at = (size_t)lane;
    for (int a = 0; a < ATTRIBUTES; a++) one->attribute[a] = column_of(w, a)[w->in_cohort[a] ? p->slot[lane] : lane];
    for (int k = 0; k < w->plan.occurrence_words; k++) one->happened[k] = p->happened[sq_col_row(p, k) + at];
    for (int o = 0; o < OCCURRENCES; o++) {
        bool has = one->happened[o / 64] >> (o % 64) & 1;
        one->count[o] = sq_col_counter(p, w->counter_of[o])[2 * lane];
        one->last_time[o] = has ? p->last_time[sq_col_row(p, o) + at] : (double)NAN;
        if (o < STATES) one->time_in[o] = has ? p->time_in[sq_col_row(p, o) + at] : 0;
    }
    one->history = (sq_history){one->last_time, one->count, one->time_in};
    one->view = (sq_view){.model = &w->m, .block = p->block[lane], .attribute = one->attribute,
                          .happened = one->happened, .history = &one->history, .now = p->now[lane],
                          .entered = p->entered[lane], .state = state};
}

static one_lane *views_of(world *w, const sq_selection *s)
{
    one_lane *all = calloc((size_t)s->n, sizeof *all);
    assert_non_null(all);
    for (int i = 0; i < s->n; i++) look_at(w, s->lane[i], s->state, &all[i]);
    return all;
}

/* ---- the comparison -------------------------------------------------------------------------------------------- */

static void check_values(world *w, sq_selection *s, const one_lane *one, sq_program program, int number)
{
    sq_mark mark = sq_col_mark(&w->c);
    sq_column value = sq_col_value(&w->c, s, program, 0);
    double constant;
    bool is_constant = sq_col_is_constant(&w->plan, program, s->state, &constant);
    const double *known = sq_col_of_block(&w->c, s, program);
    assert_true(!is_constant || known);
    assert_true(!known || sq_col_reads_block_alone(&w->plan, program, s->state));
    for (int i = 0; i < s->n; i++) {
        double wanted = sq_program_value(&one[i].view, program, 0), got = value.p[i * value.step];
        bool alike = same(got, wanted) && (!is_constant || same(constant, wanted)) && (!known || same(*known, wanted));
        if (!alike)
            fail_msg("program %d, %s, lane %d of %d, state %d: %a, expected %a", number, w->c.lanes->name, i, s->n,
                     s->state, got, wanted);
    }
    sq_col_release(&w->c, mark);
}

/* A condition without a value fails its lane, and no other. */
static void check_truth(world *w, sq_selection *s, const one_lane *one, sq_program program)
{
    sq_mark mark = sq_col_mark(&w->c);
    for (int i = 0; i < LANES; i++) w->c.pool.failed[i * SQ_SIDE] = 0;
    sq_column value = sq_col_truth(&w->c, s, program);
    for (int i = 0; i < s->n; i++) {
        double wanted = sq_program_value(&one[i].view, program, 0);
        assert_int_equal(w->c.pool.failed[s->lane[i]], isnan(wanted));
        assert_true(same(value.p[i * value.step], !isnan(wanted) && wanted != 0));
    }
    sq_col_release(&w->c, mark);
}

/* What was found of programs that read these holds no longer. */
static void write_attributes(world *w, sq_selection *s)
{
    static const int WRITTEN[] = {NUMBER, LABEL, LOOSE};
    double *value = sq_col_doubles(&w->c, s->n);
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < sq_col_padded(s->n); i++) value[i] = attribute_value(w, WRITTEN[k]);
        sq_col_assign(&w->c, s, WRITTEN[k], (sq_column){value, 1});
    }
}

static void check_selection(world *w, int n, int state, int n_blocks)
{
    sq_mark mark = sq_col_mark(&w->c);
    sq_selection s = some_lanes(w, n, state, n_blocks);
    for (int often = 0; often < 2; often++) {
        one_lane *one = views_of(w, &s);
        for (int i = 0; i < PROGRAMS; i++) {
            check_values(w, &s, one, w->costs[i].rate, i);
            if (i % 2) check_truth(w, &s, one, w->costs[i].rate);
        }
        free(one);
        write_attributes(w, &s);
    }
    sq_col_release(&w->c, mark);
}

static void programs_have_the_reference_values(void **state)
{
    (void)state;
    for (uint64_t sequence = 0; sequence < 3; sequence++) {
        world *w = world_new(sequence);
        for (int k = 0; (w->c.lanes = lanes_present(k)) != NULL; k++)
            for (int i = 0; i < N_LENGTHS; i++)
                for (int n_blocks = 1; n_blocks <= BLOCKS; n_blocks += 2)
                    check_selection(w, LENGTHS[i], below(&w->g, STATES), n_blocks);
        world_free(w);
    }
}

static void what_is_not_given_has_its_default(void **state)
{
    (void)state;
    world *w = world_new(9);
    w->c.lanes = sq_lanes_best();
    sq_selection s = some_lanes(w, 9, 0, 1);
    const sq_program none = {0, 0};
    sq_column value = sq_col_value(&w->c, &s, none, 7), holds = sq_col_truth(&w->c, &s, none);
    assert_true(value.step == 0 && value.p[0] == 7 && value.p[SQ_PAD - 1] == 7);
    assert_true(holds.step == 0 && holds.p[0] == 1);
    const double *dense = sq_col_dense(&w->c, &s, value);
    for (int i = 0; i < 9; i++) assert_true(dense[i] == 7);
    world_free(w);
}

/* ---- what is folded ------------------------------------------------------------------------------------------------ */

/* A program of its own as the first cost, in a world that has no other. */
typedef struct folded {
    const char *what;
    uint32_t n;
    sq_op op[12];
    double in_state[STATES]; /* INFINITY: not known */
} folded;

#define OP(name, a) {SQ_OP_##name, 0, a}
#define UNKNOWN INFINITY
static const folded FOLDED[] = {
    {"a state", 3, {OP(STATE, 0), OP(CONST, 2), OP(EQ, 0)}, {0, 0, 1, 0, 0}},
    {"alive and a flag", 3, {OP(ALIVE, 0), OP(ATTR, FLAG), OP(AND, 0)}, {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0}},
    {"a condition that always has a value, and a state", 7,
     {OP(ATTR, NUMBER), OP(CONST, 3), OP(LT, 0), OP(STATE, 0), OP(CONST, 1), OP(EQ, 0), OP(AND, 0)},
     {0, UNKNOWN, 0, 0, 0}},
    {"a condition that may have none, and a state", 7,
     {OP(ATTR, LOOSE), OP(CONST, 3), OP(LT, 0), OP(STATE, 0), OP(CONST, 1), OP(EQ, 0), OP(AND, 0)},
     {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN}},
    {"one of two states or a flag", 9,
     {OP(STATE, 0), OP(CONST, 0), OP(EQ, 0), OP(STATE, 0), OP(CONST, 3), OP(EQ, 0), OP(OR, 0), OP(ATTR, FLAG),
      OP(OR, 0)},
     {1, UNKNOWN, UNKNOWN, 1, UNKNOWN}},
    {"a choice by state", 6, {OP(STATE, 0), OP(CONST, 1), OP(LE, 0), OP(CONST, 4), OP(ATTR, NUMBER), OP(IF, 0)},
     {4, 4, UNKNOWN, UNKNOWN, UNKNOWN}},
    {"not alive", 2, {OP(ALIVE, 0), OP(NOT, 0)}, {0, 0, 0, 0, 1}},
};

static void states_are_folded_in(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof FOLDED / sizeof *FOLDED; k++) {
        world *w = calloc(1, sizeof *w);
        assert_non_null(w);
        make_model(w);
        memcpy(w->code, FOLDED[k].op, sizeof FOLDED[k].op);
        w->m.n_costs = 1;
        w->costs[0].rate = (sq_program){0, FOLDED[k].n};
        w->plan = (sq_col_plan){.model = &w->m, .in_cohort = w->in_cohort, .same = w->same};
        assert_int_equal(sq_col_specialise(&w->plan, &w->err), SQ_OK);
        for (int s = 0; s < STATES; s++) {
            double value = UNKNOWN;
            bool known = sq_col_is_constant(&w->plan, w->costs[0].rate, s, &value);
            if (known != isfinite(FOLDED[k].in_state[s]) || value != FOLDED[k].in_state[s])
                fail_msg("%s in state %d: %g", FOLDED[k].what, s, value);
        }
        sq_arena_free(&w->plan.arena);
        free(w);
    }
}

/* What reads nothing but the block is one parameter of its copy, also inside of other programs; constants stay. */
static void what_is_of_the_block_is_taken_out(void **state)
{
    (void)state;
    static const sq_op CODE_OF[] = {OP(PARAM, 0), OP(CONST, 2), OP(MUL, 0), OP(EXP, 0), OP(ATTR, NUMBER), OP(CONST, 3),
                                    OP(PARAM, 0), OP(CONST, 2), OP(MUL, 0), OP(EXP, 0), OP(IF, 0), OP(ADD, 0)};
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    make_model(w);
    memcpy(w->code, CODE_OF, sizeof CODE_OF);
    w->m.n_costs = 2;
    w->costs[0].rate = (sq_program){0, 4};
    w->costs[1].rate = (sq_program){0, 12};
    w->plan = (sq_col_plan){.model = &w->m, .in_cohort = w->in_cohort, .same = w->same};
    assert_int_equal(sq_col_specialise(&w->plan, &w->err), SQ_OK);
    assert_int_equal(w->plan.specialised->n_values, 1);
    assert_true(sq_col_reads_block_alone(&w->plan, w->costs[0].rate, 0));
    const sq_col_form *form = sq_col_form_of(&w->plan, w->costs[1].rate, 0);
    static const sq_op_code LEFT[] = {SQ_OP_PARAM, SQ_OP_ATTR, SQ_OP_CONST, SQ_OP_PARAM, SQ_OP_IF, SQ_OP_ADD};
    assert_int_equal(form->n, 6);
    assert_int_equal(form->depth, 4);
    for (int i = 0; i < form->n; i++) assert_int_equal(form->op[i].code, LEFT[i]);
    assert_int_equal(form->op[0].a, form->op[3].a);
    sq_arena_free(&w->plan.arena);
    free(w);
}

/* What reads one label too is an element of the copy, with a number for each label; a lone comparison is not worth it. */
static void what_is_of_a_label_is_looked_up(void **state)
{
    (void)state;
    static const sq_op CODE_OF[] = {OP(ATTR, LABEL), OP(PARAM_AT, 3), OP(EXP, 0), OP(ATTR, LABEL), OP(CONST, 1), OP(EQ, 0),
                                    OP(PARAM, 0), OP(MUL, 0), OP(SUB, 0), OP(ATTR, FLAG), OP(CONST, 1), OP(EQ, 0)};
    world *w = calloc(1, sizeof *w);
    double copy[256];
    assert_non_null(w);
    make_model(w);
    w->g = sq_pcg_start(12, 0);
    fill_blocks(w);
    memcpy(w->code, CODE_OF, sizeof CODE_OF);
    w->m.n_costs = 2;
    w->costs[0].rate = (sq_program){0, 9};
    w->costs[1].rate = (sq_program){9, 3};
    w->plan = (sq_col_plan){.model = &w->m, .same = w->same, .in_cohort = w->in_cohort};
    assert_int_equal(sq_col_specialise(&w->plan, &w->err), SQ_OK);
    const sq_col_form *form = sq_col_form_of(&w->plan, w->costs[0].rate, 0);
    assert_int_equal(form->n, 2);
    assert_true(form->op[0].code == SQ_OP_ATTR && form->op[0].a == LABEL && form->op[1].code == SQ_OP_PARAM_AT);
    assert_int_equal(sq_col_form_of(&w->plan, w->costs[1].rate, 0)->n, 3);
    assert_true(sq_col_block_size(&w->plan) <= 256);
    sq_col_extend_block(&w->plan, w->blocks[0], copy);
    for (int label = 0; label < LABELS; label++) {
        double attribute[ATTRIBUTES] = {[LABEL] = label};
        const sq_view view = {.model = &w->m, .block = w->blocks[0], .attribute = attribute};
        assert_true(same(copy[form->op[1].a + label], sq_program_value(&view, w->costs[0].rate, 0)));
    }
    sq_arena_free(&w->plan.arena);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_have_the_reference_values),
        cmocka_unit_test(what_is_not_given_has_its_default),
        cmocka_unit_test(states_are_folded_in),
        cmocka_unit_test(what_is_of_the_block_is_taken_out),
        cmocka_unit_test(what_is_of_a_label_is_looked_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
