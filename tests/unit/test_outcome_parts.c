/* Parts of a result: subgroups, transitions, first times, what `outputs:` leaves out, and that the predicted
 * size is the size. */
#include "outcome/outcome.h"
#include "outcome/size.h"
#include "outcome/tally.h"

#include "outcome_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "finished.h"

enum { SEX, BAND, N_ATTRIBUTES };
enum { BY_SEX, BY_BAND = 2, BY_BOTH = 5, N_SUBGROUPS = 11 };

/* Band 2 has no patients. */
static const sq_grouping GROUPINGS[] = {
    {.n_attributes = 1, .attribute = {SEX}, .size = {2}, .first = BY_SEX, .count = 2},
    {.n_attributes = 1, .attribute = {BAND}, .size = {3}, .first = BY_BAND, .count = 3},
    {.n_attributes = 2, .attribute = {SEX, BAND}, .size = {2, 3}, .first = BY_BOTH, .count = 6}};
static const sq_subgroup SUBGROUPS[N_SUBGROUPS] = {
    {"s=a", "s", "a"}, {"s=b", "s", "b"}, {"b=0", "b", "0"}, {"b=1", "b", "1"}, {"b=2", "b", "2"},
    {"s=a, b=0", "s, b", "a, 0"}, {"s=a, b=1", "s, b", "a, 1"}, {"s=a, b=2", "s, b", "a, 2"},
    {"s=b, b=0", "s, b", "b, 0"}, {"s=b, b=1", "s, b", "b, 1"}, {"s=b, b=2", "s, b", "b, 2"}};

static sq_model split_model(void)
{
    sq_model m = small_model();
    m.n_attributes = N_ATTRIBUTES;
    m.n_groupings = 3;
    m.groupings = GROUPINGS;
    m.n_subgroups = N_SUBGROUPS;
    m.subgroups = SUBGROUPS;
    return m;
}

static void place(sq_life *life, const sq_model *m, int64_t patient)
{
    const double baseline[N_ATTRIBUTES] = {luck(patient, 7) < 0.3, luck(patient, 8) < 0.6};
    sq_life_place(life, m, baseline);
}

/* How many of the patients whom `lived` takes in are in a subgroup of the first grouping. */
static int of_subgroup(sq_life *life, const sq_model *m, int subgroup)
{
    int n = 0;
    for (int64_t i = 0; i < SQ_BLOCK + 1000; i++) {
        place(life, m, i);
        n += life->subgroup[0] == subgroup;
    }
    return n;
}

static void live_block(sq_outcome *o, const sq_model *m, int64_t first, int n)
{
    sq_life life;
    assert_int_equal(sq_life_init(&life, m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(m, n);
    for (int i = 0; i < n * m->n_strategies; i++) {
        int lane = i / m->n_strategies, strategy = i % m->n_strategies;
        live_patient(&life, m, strategy, first + lane);
        place(&life, m, first + lane);
        sq_outcome_observe(o, block, strategy, lane, &life);
    }
    close_block(o, block);
    sq_life_free(&life);
}

static sq_outcome *new_outcome(const sq_model *m)
{
    sq_outcome *o = NULL;
    assert_int_equal(sq_outcome_new(&o, m, NULL), SQ_OK);
    return o;
}

static sq_outcome *lived(const sq_model *m)
{
    sq_outcome *o = new_outcome(m);
    live_block(o, m, 0, SQ_BLOCK);
    live_block(o, m, SQ_BLOCK, 1000);
    return o;
}

static sq_variables finish(const sq_model *m, const sq_outcome *o)
{
    sq_variables v = {0};
    assert_int_equal(finish_points(m, 1, 1, &o, NULL, &v), SQ_OK);
    return v;
}

static const sq_variable *find(const sq_variables *v, const char *name)
{
    const sq_variable *var = sq_variables_find(v, "", name);
    if (var == NULL)
        fail_msg("no variable %s", name);
    return var;
}

static const double *reals(const sq_variables *v, const char *name) { return find(v, name)->data; }

static void assert_close(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("got %.17g, want %.17g", got, want);
}

/* ---- subgroups -------------------------------------------------------------------------------------- */

/* How many values of a variable belong to one strategy (and subgroup). */
static size_t per_cell(const sq_variables *v, const char *name, size_t cells)
{
    return sq_variable_length(v, find(v, name)) / cells;
}

static void assert_counts_add_up(const sq_variables *v, const char *name)
{
    char split[80];
    (void)snprintf(split, sizeof split, "%s_by_subgroup", name);
    size_t n = per_cell(v, name, N_STRATEGIES);
    assert_int_equal(n, per_cell(v, split, (size_t)N_STRATEGIES * N_SUBGROUPS));
    const int64_t *all = find(v, name)->data, *part = find(v, split)->data;
    for (size_t i = 0; i < N_STRATEGIES * n; i++) {
        for (int g = 0; g < 3; g++) {
            int64_t sum = 0;
            for (int k = 0; k < GROUPINGS[g].count; k++) {
                size_t subgroup = (size_t)(GROUPINGS[g].first + k);
                sum += part[(i / n * N_SUBGROUPS + subgroup) * n + i % n];
            }
            assert_int_equal(sum, all[i]);
        }
    }
}

static void assert_means_add_up(const sq_variables *v, const char *name)
{
    char split[80];
    (void)snprintf(split, sizeof split, "%s_by_subgroup", name);
    size_t n = per_cell(v, name, N_STRATEGIES);
    const double *all = reals(v, name), *part = reals(v, split);
    const int64_t *size = find(v, "subgroup_n")->data;
    for (size_t i = 0; i < N_STRATEGIES * n; i++) {
        for (int g = 0; g < 3; g++) {
            double sum = 0, patients = 0;
            for (int k = 0; k < GROUPINGS[g].count; k++) {
                size_t cell = i / n * N_SUBGROUPS + (size_t)(GROUPINGS[g].first + k);
                if (size[cell] == 0) {
                    assert_true(isnan(part[cell * n + i % n]));
                    continue;
                }
                sum += part[cell * n + i % n] * (double)size[cell];
                patients += (double)size[cell];
            }
            assert_close(sum / patients, all[i], 1e-12 * fabs(all[i]));
        }
    }
}

static void subgroups_add_up_to_all(void **state)
{
    (void)state;
    static const char *const COUNTS[] = {"endpoint_n", "at_risk", "events", "censored", "cause_events"};
    static const char *const MEANS[] = {"event_count", "event_ever", "life_years", "life_years_undiscounted",
                                        "qalys", "cost", "total_cost_undiscounted", "increment_qalys",
                                        "increment_cost", "state_occupancy"};
    sq_model m = split_model();
    sq_outcome *o = lived(&m);
    sq_variables v = finish(&m, o);
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++)
        assert_counts_add_up(&v, COUNTS[i]);
    for (size_t i = 0; i < sizeof MEANS / sizeof *MEANS; i++)
        assert_means_add_up(&v, MEANS[i]);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

/* A subgroup is what a run of its patients alone would give, but for the order in which lanes are added. */
static void a_subgroup_is_a_run_of_its_patients(void **state)
{
    (void)state;
    sq_model m = split_model();
    sq_outcome *o = lived(&m), *alone = new_outcome(&m);
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(&m, of_subgroup(&life, &m, BY_SEX + 1));
    int lane = 0;
    for (int64_t i = 0; i < SQ_BLOCK + 1000; i++) {
        place(&life, &m, i);
        if (life.subgroup[0] != BY_SEX + 1)
            continue;
        for (int s = 0; s < N_STRATEGIES; s++) {
            live_patient(&life, &m, s, i);
            sq_outcome_observe(alone, block, s, lane, &life);
        }
        lane++;
    }
    assert_true(lane > 1000 && lane < SQ_BLOCK);
    close_block(alone, block);
    sq_variables v = finish(&m, o), w = finish(&m, alone);
    for (size_t s = 0; s < N_STRATEGIES; s++) {
        size_t cell = s * N_SUBGROUPS + BY_SEX + 1, n = (size_t)m.n_grid * N_ENDPOINTS;
        assert_int_equal(((const int64_t *)find(&v, "subgroup_n")->data)[cell], lane);
        assert_memory_equal(reals(&v, "survival_by_subgroup") + cell * n, reals(&w, "survival") + s * n,
                            n * sizeof(double));
        size_t stays = (size_t)m.n_grid * N_STATES;
        assert_memory_equal(reals(&v, "state_occupancy_by_subgroup") + cell * stays,
                            reals(&w, "state_occupancy") + s * stays, stays * sizeof(double));
        assert_memory_equal(reals(&v, "survival_quantile_by_subgroup") + cell * N_ENDPOINTS * 3,
                            reals(&w, "survival_quantile") + s * N_ENDPOINTS * 3, sizeof(double));
        double se = reals(&w, "increment_qalys_se")[s];
        assert_close(reals(&v, "increment_qalys_se_by_subgroup")[cell], se, 1e-10 * se);
        se = reals(&w, "total_cost_se")[s];
        assert_close(reals(&v, "total_cost_se_by_subgroup")[cell], se, 1e-10 * se);
        assert_close(reals(&v, "qalys_by_subgroup")[cell], reals(&w, "qalys")[s], 1e-12);
    }
    sq_life_free(&life);
    sq_variables_free(&v);
    sq_variables_free(&w);
    sq_outcome_free(o);
    sq_outcome_free(alone);
}

static void who_has_no_value_is_in_no_subgroup(void **state)
{
    (void)state;
    sq_model m = split_model();
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(&m, 1);
    const double unknown[N_ATTRIBUTES] = {NAN, 1};
    sq_life_place(&life, &m, unknown);
    assert_true(life.subgroup[0] == -1 && life.subgroup[1] == BY_BAND + 1 && life.subgroup[2] == -1);
    sq_outcome *o = new_outcome(&m);
    for (int s = 0; s < N_STRATEGIES; s++) {
        live_patient(&life, &m, s, 1);
        sq_life_place(&life, &m, unknown);
        sq_outcome_observe(o, block, s, 0, &life);
    }
    close_block(o, block);
    sq_variables v = finish(&m, o);
    const int64_t *n = find(&v, "subgroup_n")->data;
    assert_true(n[BY_SEX] == 0 && n[BY_SEX + 1] == 0 && n[BY_BAND + 1] == 1 && n[BY_BOTH + 1] == 0);
    assert_true(isnan(reals(&v, "qalys_by_subgroup")[BY_SEX]));
    assert_true(reals(&v, "qalys_by_subgroup")[BY_BAND + 1] == reals(&v, "qalys")[0]);
    assert_true(isnan(reals(&v, "survival_by_subgroup")[0]));
    sq_life_free(&life);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void merging_leaves_no_trace_in_subgroups(void **state)
{
    (void)state;
    sq_model m = split_model();
    sq_outcome *one = lived(&m), *a = new_outcome(&m), *b = new_outcome(&m);
    live_block(b, &m, SQ_BLOCK, 1000);
    live_block(a, &m, 0, SQ_BLOCK);
    sq_outcome_shed(b);
    sq_outcome_merge(b, a);
    sq_variables v = finish(&m, one), w = finish(&m, b);
    assert_int_equal(v.count, w.count);
    for (size_t i = 0; i < v.count; i++) {
        size_t size = v.items[i].type == SQ_I32 ? 4 : 8;
        if (v.items[i].type != SQ_TEXT &&
            memcmp(v.items[i].data, w.items[i].data, size * sq_variable_length(&v, &v.items[i])) != 0)
            fail_msg("%s differs", v.items[i].name);
    }
    sq_variables_free(&v);
    sq_variables_free(&w);
    sq_outcome_free(one);
    sq_outcome_free(a);
    sq_outcome_free(b);
}

/* ---- transitions and first times -------------------------------------------------------------------- */

/* Entries into a state are the transitions into it, and the start. */
static void transitions_are_entries(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o = lived(&m);
    sq_variables v = finish(&m, o);
    const double *moves = reals(&v, "transition_count"), *entries = reals(&v, "event_count");
    for (int s = 0; s < N_STRATEGIES; s++) {
        for (int to = 0; to < N_STATES; to++) {
            double sum = to == WELL ? 1 : 0;
            for (int from = 0; from < N_STATES; from++)
                sum += moves[(s * N_STATES + from) * N_STATES + to];
            assert_close(sum, entries[s * (OCC_DEATH + 1) + to], 1e-12);
        }
    }
    assert_true(moves[WELL * N_STATES + ILL] > 0.5 && moves[ILL * N_STATES + WELL] == 0);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void moves_there_and_back_are_counted_each(void **state)
{
    (void)state;
    static const int STAYS[2][5] = {{WELL, ILL, WELL, ILL, ILL}, {WELL, ILL, DEAD, -1, -1}};
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(&m, 2);
    for (int i = 0; i < 2; i++) {
        sq_life_reset(&life, &m);
        for (int k = 0; k < 5 && STAYS[i][k] >= 0; k++)
            (void)sq_life_add_stay(&life, STAYS[i][k], 10 * k, 10 * (k + 1), NULL);
        for (int s = 0; s < N_STRATEGIES; s++)
            sq_outcome_observe(o, block, s, i, &life);
    }
    close_block(o, block);
    sq_variables v = finish(&m, o);
    const double *mean = reals(&v, "transition_count"), *se = reals(&v, "transition_count_se");
    assert_true(mean[WELL * N_STATES + ILL] == 1.5 && mean[ILL * N_STATES + WELL] == 0.5);
    assert_true(mean[ILL * N_STATES + ILL] == 0.5 && mean[ILL * N_STATES + DEAD] == 0.5);
    assert_close(se[WELL * N_STATES + ILL], 0.5, 1e-12); /* of 2 and 1 */
    sq_life_free(&life);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void first_times_of_known_lives(void **state)
{
    (void)state;
    static const double ILL_AT[] = {36.525, INFINITY, 365.25, INFINITY};
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(&m, 4);
    for (int i = 0; i < 4; i++) {
        live(&life, &m, on_time_lattice(ILL_AT[i]), i == 1 ? on_time_lattice(73.05) : INFINITY, 0);
        for (int s = 0; s < N_STRATEGIES; s++)
            sq_outcome_observe(o, block, s, i, &life);
    }
    close_block(o, block);
    sq_variables v = finish(&m, o);
    const double *mean = reals(&v, "event_first_time"), *se = reals(&v, "event_first_time_se");
    const double *quantile = reals(&v, "event_first_time_quantile");
    const int64_t *n = find(&v, "event_first_time_n")->data;
    assert_close(mean[OCC_FALL], 0.55, 1e-9);
    assert_close(se[OCC_FALL], 0.45, 1e-9); /* of 0.1 and 1 */
    assert_int_equal(n[OCC_FALL], 2);
    assert_close(quantile[OCC_FALL * 3 + 1], 0.1, 0.1 * 0x1p-9);
    assert_close(quantile[OCC_FALL * 3 + 2], 1, 0x1p-9);
    assert_close(mean[OCC_DEATH], 0.2, 1e-9);
    assert_true(isnan(se[OCC_DEATH]) && n[OCC_DEATH] == 1);
    assert_true(mean[WELL] == 0 && se[WELL] == 0 && quantile[WELL * 3 + 1] == 0);
    sq_life_free(&life);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void who_never_had_it_has_no_time(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o = new_outcome(&m);
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(&m, 1);
    live(&life, &m, INFINITY, INFINITY, 0);
    for (int s = 0; s < N_STRATEGIES; s++)
        sq_outcome_observe(o, block, s, 0, &life);
    close_block(o, block);
    sq_variables v = finish(&m, o);
    assert_true(isnan(reals(&v, "event_first_time")[OCC_DEATH]));
    assert_true(isnan(reals(&v, "event_first_time_quantile")[OCC_DEATH * 3]));
    sq_life_free(&life);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

/* ---- selection and size ----------------------------------------------------------------------------- */

static bool is_there(const sq_variables *v, const char *name)
{
    return sq_variables_find(v, "", name) != NULL;
}

static uint32_t only(const sq_output *wanted, int n)
{
    uint32_t left_out = (1u << SQ_OUTPUTS) - 1;
    for (int i = 0; i < n; i++)
        left_out &= ~(1u << wanted[i]);
    return left_out;
}

/* What is left is what it was, to the bit. */
static void assert_a_part_of(const sq_variables *part, const sq_variables *whole)
{
    for (size_t i = 0; i < part->count; i++) {
        const sq_variable *a = &part->items[i];
        if (a->type == SQ_TEXT)
            continue;
        const sq_variable *b = find(whole, a->name);
        size_t size = a->type == SQ_I32 ? 4 : 8;
        if (memcmp(a->data, b->data, size * sq_variable_length(part, a)) != 0)
            fail_msg("%s differs", a->name);
    }
}

static void only_what_is_wanted_is_kept(void **state)
{
    (void)state;
    static const sq_output WANTED[] = {SQ_OUT_QALYS, SQ_OUT_INCREMENTS, SQ_OUT_EVENTS};
    sq_model m = split_model();
    sq_outcome *o = lived(&m);
    sq_variables whole = finish(&m, o);
    sq_model less = small_model();
    less.left_out = only(WANTED, 3);
    sq_outcome *p = lived(&less);
    sq_variables v = finish(&less, p);
    assert_true(is_there(&v, "qalys") && is_there(&v, "increment_qalys_undiscounted_se"));
    assert_true(is_there(&v, "event_count") && is_there(&v, "left_out"));
    static const char *const GONE[] = {"survival", "endpoint_n", "cumulative_incidence", "state_occupancy",
                                       "event_first_time", "transition_count", "from_state", "life_years",
                                       "cost", "total_cost", "qalys_quantile", "qalys_histogram", "target",
                                       "subgroup", "increment_life_years"};
    for (size_t i = 0; i < sizeof GONE / sizeof *GONE; i++)
        if (is_there(&v, GONE[i]))
            fail_msg("%s is not left out", GONE[i]);
    assert_a_part_of(&v, &whole);
    sq_outcome_memory with = sq_outcome_memory_of(&m), without = sq_outcome_memory_of(&less);
    assert_true(without.totals < 0.1 * with.totals && without.block < 0.3 * with.block);
    sq_variables_free(&whole);
    sq_variables_free(&v);
    sq_outcome_free(o);
    sq_outcome_free(p);
}

/* Targets are compared all the same. */
static void targets_keep_what_they_need(void **state)
{
    (void)state;
    static const sq_output WANTED[] = {SQ_OUT_TARGETS};
    sq_model m = small_model(), less = m;
    less.left_out = only(WANTED, 1);
    sq_outcome *o = lived(&m), *p = lived(&less);
    sq_variables whole = finish(&m, o), v = finish(&less, p);
    assert_true(is_there(&v, "target_simulated") && !is_there(&v, "survival") && !is_there(&v, "life_years"));
    assert_a_part_of(&v, &whole);
    sq_variables_free(&whole);
    sq_variables_free(&v);
    sq_outcome_free(o);
    sq_outcome_free(p);
}

static void assert_predicted(const sq_model *m, int n_scenarios, int n_draws)
{
    enum { MOST = 128 };
    const sq_outcome *grid[MOST];
    sq_outcome *o = new_outcome(m);
    sq_variables v = {0};
    for (int i = 0; i < n_scenarios * n_draws; i++)
        grid[i] = o;
    assert_int_equal(finish_points(m, n_scenarios, n_draws, grid, NULL, &v), SQ_OK);
    double values = 0;
    for (size_t i = 0; i < v.count; i++)
        values += (double)sq_variable_length(&v, &v.items[i]);
    sq_outcome_size size = sq_outcome_size_of(m, n_scenarios, n_draws);
    if (size.datasets != (double)v.count || size.values != values)
        fail_msg("left out %x: predicted %.0f datasets, %.0f values; there are %zu, %.0f", m->left_out,
                 size.datasets, size.values, v.count, values);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void the_predicted_size_is_the_size(void **state)
{
    (void)state;
    sq_model m = split_model();
    assert_predicted(&m, 1, 1);
    assert_predicted(&m, 2, 3);
    assert_predicted(&m, 1, SQ_CURVE_POINTS + 1);
    for (int i = 0; i < SQ_OUTPUTS; i++) {
        sq_output own = (sq_output)i;
        m.left_out = 1u << i;
        assert_predicted(&m, 1, 2);
        m.left_out = only(&own, 1);
        assert_predicted(&m, 1, 2);
    }
    m.left_out = 0;
    m.curves = SQ_CURVES_NEVER;
    assert_predicted(&m, 1, 1);
    m.curves = SQ_CURVES_ALWAYS;
    assert_predicted(&m, 1, SQ_CURVE_POINTS + 1);
    m.n_endpoints = m.n_causes = m.n_costs = m.n_quantiles = m.n_grid = m.n_targets = 0;
    assert_predicted(&m, 1, 1);
}

static void curves_as_asked(void **state)
{
    (void)state;
    enum { DRAWS = SQ_CURVE_POINTS + 1 };
    sq_model m = small_model();
    m.curves = SQ_CURVES_ALWAYS;
    sq_outcome *o = lived(&m);
    const sq_outcome *grid[DRAWS];
    for (int i = 0; i < DRAWS; i++)
        grid[i] = o;
    sq_variables v = {0}, w = {0};
    assert_int_equal(finish_points(&m, 1, DRAWS, grid, NULL, &v), SQ_OK);
    assert_true(is_there(&v, "survival") && is_there(&v, "qalys_histogram"));
    sq_outcome_free(o);
    m.curves = SQ_CURVES_NEVER;
    o = lived(&m);
    grid[0] = o;
    assert_int_equal(finish_points(&m, 1, 1, grid, NULL, &w), SQ_OK);
    assert_true(!is_there(&w, "survival") && !is_there(&w, "state_occupancy") && !is_there(&w, "qalys_histogram"));
    assert_true(is_there(&w, "survival_quantile") && is_there(&w, "qalys_quantile") && is_there(&w, "left_out"));
    sq_variables_free(&v);
    sq_variables_free(&w);
    sq_outcome_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subgroups_add_up_to_all),
        cmocka_unit_test(a_subgroup_is_a_run_of_its_patients),
        cmocka_unit_test(who_has_no_value_is_in_no_subgroup),
        cmocka_unit_test(merging_leaves_no_trace_in_subgroups),
        cmocka_unit_test(transitions_are_entries),
        cmocka_unit_test(moves_there_and_back_are_counted_each),
        cmocka_unit_test(first_times_of_known_lives),
        cmocka_unit_test(who_never_had_it_has_no_time),
        cmocka_unit_test(only_what_is_wanted_is_kept),
        cmocka_unit_test(targets_keep_what_they_need),
        cmocka_unit_test(the_predicted_size_is_the_size),
        cmocka_unit_test(curves_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
