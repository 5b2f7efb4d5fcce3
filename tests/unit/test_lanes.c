/* The kernel tables of the columnar engine: each function at every width of this processor, on columns of odd lengths,
 * against the plain code that says what it must give: program.c, rand/address.h, kernel.h. Bits are compared, and
 * padding holds garbage that must not be looked at. */
#include "engine/lanes.h"

#include "math/kernel.h"
#include "model/model.h"
#include "rand/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lanes_checks.h"

/* Calls check for all widths and lengths. */
static void everywhere(void (*check)(const sq_lanes *lanes, int n, sq_pcg *g))
{
    const sq_lanes *lanes;
    for (int k = 0; (lanes = lanes_present(k)) != NULL; k++) {
        sq_pcg g = sq_pcg_start(20, (uint64_t)k);
        for (int i = 0; i < N_LENGTHS; i++) check(lanes, LENGTHS[i], &g);
    }
}

static void assert_same(const char *what, const sq_lanes *lanes, int n, int i, double got, double wanted)
{
    if (!same(got, wanted))
        fail_msg("%s, %s, lane %d of %d: %a, expected %a", what, lanes->name, i, n, got, wanted);
}

/* ---- names --------------------------------------------------------------------------------------------- */

static void tables_have_names(void **state)
{
    (void)state;
    assert_null(sq_lanes_named("sse9"));
    assert_int_equal(sq_lanes_named("scalar")->width, 1);
    assert_int_equal(sq_lanes_named("avx2")->width, 4);
    assert_int_equal(sq_lanes_named("avx512")->width, 8);
    assert_true(sq_lanes_run_here(sq_lanes_best()));
    assert_true(sq_lanes_run_here(sq_lanes_named("scalar")));
    for (int i = 0; lanes_present(i); i++) assert_true(lanes_present(i)->width <= sq_lanes_best()->width);
}

/* ---- expressions ----------------------------------------------------------------------------------------- */

static const int POPS[SQ_OP_COUNT] = {
#define X(name, pops) pops,
    SQ_OP_LIST(X)
#undef X
};

/* program.c's value of one operation. */
static double operation(sq_op_code code, const double *operand)
{
    sq_op op[4] = {{0}};
    for (int i = 0; i < POPS[code]; i++) op[i] = (sq_op){.code = SQ_OP_CONST, .a = i};
    op[POPS[code]].code = (uint16_t)code;
    const sq_model model = {.code = op, .constants = operand};
    const sq_view view = {.model = &model};
    return sq_program_value(&view, (sq_program){0, (uint32_t)POPS[code] + 1}, 0);
}

static void check_operation(const sq_lanes *lanes, sq_op_code code, int n, sq_pcg *g)
{
    static double x[3][ROOM], out[ROOM];
    sq_column column[3];
    unsigned steps = (unsigned)below(g, 8);
    for (int k = 0; k < 3; k++) {
        bool same_for_all = steps >> k & 1;
        fill_any(g, x[k], n);
        for (int i = 0; same_for_all && i < SQ_PAD; i++) x[k][i] = x[k][0];
        column[k] = (sq_column){x[k], same_for_all ? 0 : 1};
    }
    lanes->operate(code, out, column[0], column[1], column[2], n);
    for (int i = 0; i < n; i++) {
        double operand[3];
        for (int k = 0; k < 3; k++) operand[k] = x[k][i * column[k].step];
        assert_same("operation", lanes, code, i, out[i], operation(code, operand));
    }
}

static void operations_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    for (int code = SQ_OP_IS_SET; code < SQ_OP_COUNT; code++)
        for (int k = 0; k < 8; k++) check_operation(lanes, (sq_op_code)code, n, g);
}

static void operations_are_those_of_programs(void **state)
{
    (void)state;
    everywhere(operations_of);
}

/* The result may take the place of the first operand. */
static void in_place_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double x[ROOM], y[ROOM], out[ROOM];
    fill_any(g, x, n);
    fill_any(g, y, n);
    const sq_column a = {x, 1}, b = {y, 1};
    lanes->operate(SQ_OP_SUB, out, a, b, a, n);
    lanes->operate(SQ_OP_SUB, x, a, b, a, n);
    for (int i = 0; i < n; i++) assert_same("in place", lanes, n, i, x[i], out[i]);
}

static void operations_work_in_place(void **state)
{
    (void)state;
    everywhere(in_place_of);
}

static void truths_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double x[ROOM], out[ROOM];
    int unclear = 0;
    fill_any(g, x, n);
    for (int i = n; i < ROOM; i++) x[i] = NAN;
    for (int i = 0; i < n; i++) unclear += isnan(x[i]);
    assert_int_equal(lanes->truths(out, (sq_column){x, 1}, n), unclear);
    for (int i = 0; i < n; i++) assert_same("truth", lanes, n, i, out[i], !isnan(x[i]) && x[i] != 0);
}

static void truths_are_counted(void **state)
{
    (void)state;
    everywhere(truths_of);
}

/* ---- moving ------------------------------------------------------------------------------------------------ */

enum { COLUMN = 3000, BLOCKS = 5, SLOTS = 40 };

typedef struct world {
    double column[COLUMN];
    uint64_t words[COLUMN];
    int32_t lane[ROOM];
    double blocks[BLOCKS][SLOTS];
    const double *block[ROOM];
} world;

static world *world_of(int n, sq_pcg *g)
{
    static world w;
    for (int i = 0; i < COLUMN; i++) {
        w.column[i] = any_number(g);
        w.words[i] = sq_pcg_next(g);
    }
    for (int b = 0; b < BLOCKS; b++)
        for (int i = 0; i < SLOTS; i++) w.blocks[b][i] = any_number(g);
    for (int i = 0; i < ROOM; i++) {
        w.lane[i] = i < n ? below(g, COLUMN) : w.lane[n - 1];
        w.block[i] = i < n ? w.blocks[below(g, BLOCKS)] : (const double *)(uintptr_t)8;
    }
    return &w;
}

static void gathers_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double out[ROOM];
    static uint64_t words[ROOM];
    const world *w = world_of(n, g);
    lanes->gather(out, w->column, w->lane, n);
    lanes->gather_words(words, w->words, w->lane, n);
    for (int i = 0; i < n; i++) {
        assert_same("gather", lanes, n, i, out[i], w->column[w->lane[i]]);
        assert_true(words[i] == w->words[w->lane[i]]);
    }
}

static void history_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double bit[ROOM], time[ROOM];
    const world *w = world_of(n, g);
    int which = below(g, 64);
    lanes->happened(bit, w->words, which, w->lane, n);
    lanes->times_if(time, NAN, w->column, w->words, which, w->lane, n);
    for (int i = 0; i < n; i++) {
        int lane = w->lane[i];
        bool is = w->words[lane] >> which & 1;
        assert_same("bit", lanes, n, i, bit[i], is);
        assert_same("time", lanes, n, i, time[i], is ? w->column[lane] : NAN);
    }
}

static void blocks_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double at[ROOM], plain[ROOM], indexed[ROOM], one[ROOM];
    const world *w = world_of(n, g);
    int slot = below(g, SLOTS / 2);
    fill_any(g, at, n);
    for (int i = 0; i < n; i++) at[i] = below(g, 8) ? below(g, SLOTS / 2) : (double)NAN;
    lanes->gather_blocks(plain, w->block, slot, n);
    lanes->gather_blocks_at(indexed, w->block, slot, at, n);
    lanes->gather_block_at(one, w->blocks[1], slot, at, n);
    for (int i = 0; i < n; i++) {
        int index = isnan(at[i]) ? 0 : slot + (int)at[i];
        assert_same("block", lanes, n, i, plain[i], w->block[i][slot]);
        assert_same("block at", lanes, n, i, indexed[i], isnan(at[i]) ? NAN : w->block[i][index]);
        assert_same("one block at", lanes, n, i, one[i], isnan(at[i]) ? NAN : w->blocks[1][index]);
    }
}

static void numbers_are_gathered(void **state)
{
    (void)state;
    everywhere(gathers_of);
    everywhere(history_of);
    everywhere(blocks_of);
}

static void check_choice(const sq_lanes *lanes, int n, const world *w, const double *truth)
{
    static int32_t chosen[ROOM], others[ROOM];
    int n_chosen = 0, n_others = 0;
    int many = lanes->select(chosen, others, w->lane, truth, n);
    for (int i = 0; i < n; i++) {
        if (truth[i] != 0) assert_int_equal(chosen[n_chosen++], w->lane[i]);
        else assert_int_equal(others[n_others++], w->lane[i]);
    }
    assert_int_equal(many, n_chosen);
}

static void choice_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double truth[ROOM];
    static int32_t lane[ROOM], chosen[ROOM];
    const world *w = world_of(n, g);
    for (int often = 0; often <= 4; often++) {
        for (int i = 0; i < ROOM; i++) truth[i] = i >= n || below(g, 4) < often;
        check_choice(lanes, n, w, truth);
        memcpy(lane, w->lane, sizeof lane);
        int many = lanes->select(chosen, NULL, lane, truth, n);
        assert_int_equal(lanes->select(lane, NULL, lane, truth, n), many);
        assert_memory_equal(lane, chosen, sizeof *lane * (size_t)many);
    }
}

static void lanes_are_chosen_in_order(void **state)
{
    (void)state;
    everywhere(choice_of);
}

static bool is_change(double from, double to) { return from != to && !(isnan(from) && isnan(to)); }

/* Some of what is written was there already, and NaN is as good as NaN. */
static void writing_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double column[ROOM], before[ROOM], copy[ROOM], x[ROOM];
    static int32_t lane[ROOM], changed[ROOM];
    int changes = 0;
    fill_any(g, before, ROOM);
    fill_any(g, x, n);
    memcpy(column, before, sizeof column);
    for (int i = 0; i < ROOM; i++) lane[i] = i < n ? n - 1 - i : 0;
    for (int i = 0; i < ROOM; i++) copy[i] = before[lane[i]];
    for (int i = 0; i < n; i++)
        if (below(g, 2) == 0) x[i] = before[lane[i]];
    int many = lanes->assign(column, copy, lane, (sq_column){x, 1}, changed, n);
    for (int i = 0; i < n; i++) {
        assert_false(is_change(column[lane[i]], x[i]));
        assert_false(is_change(copy[i], x[i]));
        if (is_change(before[lane[i]], x[i])) assert_int_equal(changed[changes++], lane[i]);
    }
    assert_int_equal(many, changes);
    static double others[ROOM], other_copy[ROOM];
    memcpy(others, before, sizeof others);
    lanes->write(others, other_copy, lane, (sq_column){x, 1}, true, n);
    for (int i = 0; i < ROOM; i++) assert_same("written", lanes, n, i, others[i], column[i]);
    for (int i = 0; i < n; i++) assert_same("copied", lanes, n, i, other_copy[i], copy[i]);
    lanes->write(others, NULL, lane, (sq_column){x, 1}, false, n);
    for (int i = 0; i < n; i++) assert_same("stored", lanes, n, i, others[lane[i]], x[i]);
}

static void changes_are_listed(void **state)
{
    (void)state;
    everywhere(writing_of);
}

static void claims_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double who[ROOM], before[ROOM], truth[ROOM];
    int claimed = 0;
    fill_any(g, truth, n);
    for (int i = 0; i < ROOM; i++) before[i] = who[i] = below(g, 2) ? -1 : 3;
    int many = lanes->claim(who, 7, (sq_column){truth, 1}, n);
    for (int i = 0; i < n; i++) {
        bool is = before[i] < 0 && truth[i] != 0;
        assert_same("claimed", lanes, n, i, who[i], !is ? before[i] : isnan(truth[i]) ? truth[i] : 7);
        claimed += is;
    }
    assert_int_equal(many, claimed);
}

static void who_has_a_claim_keeps_it(void **state)
{
    (void)state;
    everywhere(claims_of);
}

/* Probabilities of a few options, in eighths and some of them zero; the last takes the rest or has its own. */
static double option_of(const sq_option_columns *options, int i, double survival, bool *adds_up)
{
    double sum = 0, cumulated = 0;
    int chosen = 0;
    for (int k = 0; k < options->n; k++) sum += k == options->rest ? 0 : options->p[k].p[i * options->p[k].step];
    *adds_up = sum <= 1 + 1e-9 && (options->rest >= 0 || sum >= 1 - 1e-9);
    for (int k = 0; k < options->n && survival >= cumulated; k++) {
        double p = k != options->rest ? options->p[k].p[i * options->p[k].step] : sum < 1 ? 1 - sum : 0;
        if (p > 0) chosen = k;
        cumulated += p;
    }
    return chosen;
}

static void options_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    enum { OPTIONS = 4 };
    static double p[OPTIONS][ROOM], survival[ROOM], chosen[ROOM], adds_up[ROOM];
    sq_option_columns options = {.n = OPTIONS, .rest = below(g, OPTIONS + 1) - 1};
    bool all = true;
    for (int i = 0; i < ROOM; i++) survival[i] = below(g, 2) ? uniform(g) : below(g, 8) / 8.;
    for (int k = 0; k < OPTIONS; k++) {
        for (int i = 0; i < ROOM; i++) p[k][i] = i > 0 && k == 0 ? p[k][0] : below(g, 4) / 8.;
        options.p[k] = (sq_column){p[k], k > 0};
    }
    bool fine = lanes->choose(chosen, adds_up, &options, survival, n);
    for (int i = 0; i < n; i++) {
        bool is;
        assert_same("option", lanes, n, i, chosen[i], option_of(&options, i, survival[i], &is));
        assert_same("sum", lanes, n, i, adds_up[i], is);
        all &= is;
    }
    assert_int_equal(fine, all);
}

static void options_come_up_as_drawn(void **state)
{
    (void)state;
    everywhere(options_of);
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

enum { ROWS = 4, KNOTS = 7 };

static void tables_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double blocks[2][ROWS * 2 * KNOTS + 3], at[ROOM], row[ROOM], value[ROOM];
    static const double *block[ROOM], *rows[ROOM];
    for (int b = 0; b < 2; b++) {
        for (int r = 0; r < ROWS; r++) {
            double *x = blocks[b] + 3 + r * 2 * KNOTS;
            for (int i = 0; i < KNOTS; i++) x[i] = (i ? x[i - 1] : -1) + uniform(g);
            for (int i = 0; i < KNOTS; i++) x[KNOTS + i] = between(g, .1, 2);
        }
    }
    fill_any(g, at, n);
    fill_any(g, row, n);
    for (int i = 0; i < n; i++) row[i] = below(g, 6) ? below(g, ROWS) : (double)NAN;
    for (int i = 0; i < n; i++) at[i] = below(g, 9) ? between(g, -2, 5) : any_number(g);
    for (int i = 0; i < ROOM; i++) block[i] = i < n ? blocks[below(g, 2)] : (const double *)(uintptr_t)8;
    lanes->table_rows(rows, (sq_row_column){block, 1}, 3, 2 * KNOTS, ROWS, (sq_column){row, 1}, n);
    for (int i = 0; i < n; i++) assert_ptr_equal(rows[i], block[i] + 3 + (isnan(row[i]) ? 0 : (int)row[i]) * 2 * KNOTS);
    for (int i = n; i < ROOM; i++) rows[i] = (const double *)(uintptr_t)8;
    for (int k = SQ_CONSTANT; k <= SQ_LOGLINEAR; k++) {
        lanes->table_at((sq_interpolation)k, KNOTS, (sq_row_column){rows, 1}, value, (sq_column){at, 1}, n);
        for (int i = 0; i < n; i++)
            assert_same("table", lanes, n, i, value[i],
                        sq_table_at((sq_interpolation)k, KNOTS, rows[i], rows[i] + KNOTS, at[i]));
    }
}

static void tables_are_read(void **state)
{
    (void)state;
    everywhere(tables_of);
}

/* ---- luck ---------------------------------------------------------------------------------------------------------- */

static void luck_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double u[ROOM], mean[ROOM], sd[ROOM], score[ROOM], out[ROOM];
    fill_any(g, mean, n);
    fill_any(g, sd, n);
    for (int i = 0; i < n; i++) u[i] = below(g, 4) ? uniform(g) : pow(2, -60 * uniform(g));
    lanes->hazards(out, u, n);
    for (int i = 0; i < n; i++) assert_same("hazard", lanes, n, i, out[i], -sq_log(u[i]));
    lanes->normal_scores(out, u, n);
    for (int i = 0; i < n; i++) assert_same("score", lanes, n, i, out[i], -sq_normal_quantile(u[i]));
    lanes->loaded_scores(score, u, (sq_column){mean, 1}, (sq_column){sd, 1}, n);
    for (int i = 0; i < n; i++)
        assert_same("loaded score", lanes, n, i, score[i], mean[i] - sd[i] * sq_normal_quantile(u[i]));
    lanes->survivals(out, score, n);
    for (int i = 0; i < n; i++) assert_same("survival", lanes, n, i, out[i], sq_normal_ccdf(score[i]));
    lanes->score_hazards(out, score, n);
    for (int i = 0; i < n; i++)
        assert_same("hazard of a score", lanes, n, i, out[i], -sq_normal_log_ccdf(score[i]));
}

static void patients_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static uint64_t luck_state[ROOM], stream[ROOM];
    const sq_address luck = {sq_pcg_next(g), sq_pcg_next(g)};
    uint64_t first = sq_pcg_next(g);
    lanes->patients(luck_state, stream, luck, first, n);
    for (int i = 0; i < n; i++) {
        sq_address wanted = sq_address_with(luck, first + (uint64_t)i);
        assert_true(luck_state[i] == wanted.state && stream[i] == wanted.stream);
    }
}

static void luck_is_that_of_addresses(void **state)
{
    (void)state;
    everywhere(patients_of);
    everywhere(luck_of);
}

/* ---- lines ------------------------------------------------------------------------------- */

static void lines_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static _Alignas(64) double plane[2 * ROOM][8];
    static int32_t lane[ROOM];
    int every = 1 + below(g, 2);
    for (int i = 0; i < ROOM; i++) lane[i] = (i < n ? i : n - 1) * every * 8;
    for (int i = 0; i < 2 * ROOM; i++)
        for (int k = 0; k < 8; k++) plane[i][k] = 1;
    lanes->empty_lines(plane, lane, n);
    for (int i = 0; i < 2 * ROOM; i++)
        for (int k = 0; k < 8; k++) assert_true(plane[i][k] == (i % every != 0 || i / every >= n));
}

static void lines_are_emptied(void **state)
{
    (void)state;
    everywhere(lines_of);
}

/* ---- laws: the loops; test_law_widths.c has the formulas ------------------------------------------------------------ */

/* Life tables, with a hazard ratio for each lane, some of them impossible. */
static sq_law law_of_lane(const sq_law_columns *c, int i)
{
    const double *x = c->table.p[i];
    return (sq_law){
        .family = c->family, .hazard_ratio = c->hazard_ratio.p[i], .time_ratio = 1,
        .table = {.x = x, .y = x + KNOTS, .cumulative = x + 2 * KNOTS, .n = KNOTS, .interpolation = c->interpolation},
    };
}

static void check_laws(const sq_lanes *lanes, const sq_law_columns *c, const double *age, const double *e, int n)
{
    static double inverse[ROOM], remaining[ROOM], spent[ROOM], start[ROOM], admissible[ROOM];
    lanes->law_inverse(c, inverse, e, n);
    lanes->law_remaining(c, remaining, age, e, n);
    lanes->law_spent(c, spent, age, e, n);
    lanes->law_start(c, start, n);
    lanes->law_admissible(c, admissible, n);
    for (int i = 0; i < n; i++) {
        const sq_law law = law_of_lane(c, i);
        assert_same("inverse", lanes, n, i, inverse[i], sq_law_inverse(&law, e[i]));
        assert_same("remaining", lanes, n, i, remaining[i], sq_law_remaining(&law, age[i], e[i]));
        assert_same("spent", lanes, n, i, spent[i], sq_law_spent(&law, age[i], e[i]));
        assert_same("start", lanes, n, i, start[i], sq_law_start(&law));
        assert_same("admissible", lanes, n, i, admissible[i], sq_law_problem(&law) == NULL);
    }
}

static void laws_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static const double ZERO[SQ_PAD] = {0}, ONE[SQ_PAD] = {1, 1, 1, 1, 1, 1, 1, 1};
    static double tables[2][4 * KNOTS], ratio[ROOM], age[ROOM], e[ROOM];
    static const double *rows[ROOM];
    for (int t = 0; t < 2; t++) {
        for (int i = 0; i < KNOTS; i++) tables[t][i] = 100 * i;
        for (int i = 0; i < KNOTS; i++) tables[t][KNOTS + i] = between(g, 1e-4, 1e-2);
        assert_null(sq_law_prepare_table(SQ_LIFE_TABLE, SQ_LOGLINEAR, KNOTS, tables[t], tables[t] + KNOTS,
                                         tables[t] + 2 * KNOTS));
    }
    fill_any(g, ratio, n);
    fill_any(g, age, n);
    fill_any(g, e, n);
    for (int i = 0; i < n; i++) ratio[i] = below(g, 9) ? between(g, .1, 3) : below(g, 2) - 1;
    for (int i = 0; i < n; i++) age[i] = between(g, 0, 900);
    for (int i = 0; i < n; i++) e[i] = below(g, 9) ? -log(uniform(g)) : (double)NAN;
    for (int i = 0; i < ROOM; i++) rows[i] = tables[below(g, 2)];
    const sq_column zero = {ZERO, 0}, one = {ONE, 0};
    const sq_law_columns columns = {
        .family = SQ_LIFE_TABLE, .interpolation = SQ_LOGLINEAR, .n = KNOTS, .table = {rows, 1},
        .arg = {zero, zero, zero, zero}, .hazard_ratio = {ratio, 1}, .time_ratio = one, .cured = zero, .shift = zero,
    };
    check_laws(lanes, &columns, age, e, n);
}

static void laws_are_asked_lane_by_lane(void **state)
{
    (void)state;
    everywhere(laws_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_have_names),
        cmocka_unit_test(operations_are_those_of_programs),
        cmocka_unit_test(operations_work_in_place),
        cmocka_unit_test(truths_are_counted),
        cmocka_unit_test(numbers_are_gathered),
        cmocka_unit_test(lanes_are_chosen_in_order),
        cmocka_unit_test(changes_are_listed),
        cmocka_unit_test(who_has_a_claim_keeps_it),
        cmocka_unit_test(options_come_up_as_drawn),
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(luck_is_that_of_addresses),
        cmocka_unit_test(lines_are_emptied),
        cmocka_unit_test(laws_are_asked_lane_by_lane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
