/* What a finished result contains: coordinates, targets with their verdicts, parameters, and what is left
 * out when there is nothing to say or too much. */
#include "outcome/outcome.h"

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

enum { PATIENTS = 2000 };

static void assert_close(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("got %.17g, want %.17g", got, want);
}

static sq_outcome *lived(const sq_model *m, int64_t first)
{
    sq_outcome *o = NULL;
    sq_life life;
    assert_int_equal(sq_outcome_new(&o, m, NULL), SQ_OK);
    assert_int_equal(sq_life_init(&life, m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(m, PATIENTS);
    for (int lane = 0; lane < PATIENTS; lane++) {
        for (int strategy = 0; strategy < m->n_strategies; strategy++) {
            live_patient(&life, m, strategy, first + lane);
            sq_outcome_observe(o, block, strategy, lane, &life);
        }
    }
    close_block(o, block);
    sq_life_free(&life);
    return o;
}

static const sq_variable *find(const sq_variables *v, const char *name)
{
    const sq_variable *var = sq_variables_find(v, "", name);
    if (var == NULL)
        fail_msg("no variable %s", name);
    return var;
}

static const double *reals(const sq_variables *v, const char *name)
{
    return find(v, name)->data;
}

static const char *text(const sq_variables *v, const char *name, int i)
{
    const sq_variable *var = find(v, name);
    assert_int_equal(var->type, SQ_TEXT);
    return ((const char *const *)var->data)[i];
}

/* "scenario draw strategy state time" */
static void assert_axes(const sq_variables *v, const char *name, const char *axes)
{
    char line[256] = "";
    const sq_variable *var = find(v, name);
    for (int i = 0; i < var->n_axes; i++) {
        if (i > 0)
            strcat(line, " ");
        strcat(line, v->axes[var->axis[i]].name);
    }
    assert_string_equal(line, axes);
}

static void names_axes_and_units(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o = lived(&m, 0);
    sq_variables v = {0};
    const sq_outcome *grid[] = {o};
    assert_int_equal(finish_points(&m, 1, 1, grid, NULL, &v), SQ_OK);
    assert_axes(&v, "survival", "scenario draw strategy endpoint time");
    assert_axes(&v, "cumulative_incidence", "scenario draw strategy cause time");
    assert_axes(&v, "survival_quantile", "scenario draw strategy endpoint quantile");
    assert_axes(&v, "state_occupancy", "scenario draw strategy state time");
    assert_axes(&v, "event_count", "scenario draw strategy event");
    assert_axes(&v, "life_years", "scenario draw strategy");
    assert_axes(&v, "cost_quantile", "scenario draw strategy category quantile");
    assert_axes(&v, "cost_histogram", "scenario draw strategy category bin");
    assert_axes(&v, "cost_bin_edges", "scenario draw category bin_edge");
    assert_axes(&v, "qalys_bin_edges", "scenario draw bin_edge");
    assert_axes(&v, "increment_total_cost_se_unpaired", "scenario draw strategy");
    assert_axes(&v, "target_simulated", "scenario draw target");
    assert_string_equal(find(&v, "total_cost")->units, "EUR");
    assert_string_equal(find(&v, "qalys_variance")->units, "year2");
    assert_string_equal(text(&v, "strategy", TWIN), "twin");
    assert_string_equal(text(&v, "strategy_title", REFERENCE), "");
    assert_string_equal(text(&v, "event", OCC_SEEN), "seen");
    assert_string_equal(text(&v, "event", OCC_DEATH), "death");
    assert_close(reals(&v, "time")[10], 1, 1e-15);
    const sq_variable *owner = find(&v, "cause_endpoint");
    assert_int_equal(((const int32_t *)owner->data)[2], ILLNESS);
    assert_string_equal(owner->flags[ILLNESS], "illness");
    assert_axes(&v, "cost_undiscounted_quantile", "scenario draw strategy category quantile");
    assert_axes(&v, "transition_count", "scenario draw strategy from_state to_state");
    assert_axes(&v, "event_first_time_quantile", "scenario draw strategy event quantile");
    assert_null(sq_variables_find(&v, "", "left_out"));
    for (size_t i = 0; i < v.count; i++) { /* every name once, everything described */
        assert_ptr_equal(sq_variables_find(&v, "", v.items[i].name), &v.items[i]);
        assert_true(strlen(v.items[i].long_name) > 0);
    }
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void targets_are_compared(void **state)
{
    (void)state;
    enum { OS1, ILL1, MEDIAN, MEAN, COST, SHARE, LATE, ILL_NOW };
    sq_model m = small_model();
    sq_outcome *o = lived(&m, 0);
    sq_variables v = {0};
    const sq_outcome *grid[] = {o};
    assert_int_equal(finish_points(&m, 1, 1, grid, NULL, &v), SQ_OK);
    const double *simulated = reals(&v, "target_simulated"), *se = reals(&v, "target_se");
    const int32_t *verdict = find(&v, "target_verdict")->data;
    const char *const *verdicts = find(&v, "target_verdict")->flags;
    assert_true(simulated[OS1] == reals(&v, "survival")[10]);
    assert_true(se[OS1] == reals(&v, "survival_se")[10]);
    assert_string_equal(verdicts[verdict[OS1]], "inside");
    const double *competing = reals(&v, "cumulative_incidence") + (ptrdiff_t)2 * m.n_grid;
    assert_true(simulated[ILL1] > competing[10] && simulated[ILL1] < competing[11]);
    assert_string_equal(verdicts[verdict[ILL1]], "outside");
    assert_true(simulated[MEDIAN] == reals(&v, "survival_quantile")[REFERENCE * N_ENDPOINTS * 3 + 1]);
    /* The median of an exponential time: error sqrt(1/4n) / density */
    assert_close(se[MEDIAN], sqrt(0.25 / PATIENTS) * 2 * 2000 / 365.25, 0.3 * se[MEDIAN]);
    assert_string_equal(verdicts[verdict[MEDIAN]], "no_interval");
    assert_close(reals(&v, "target_published")[MEDIAN], 2, 1e-15);
    assert_true(simulated[MEAN] == reals(&v, "life_years")[REFERENCE]);
    assert_close(reals(&v, "target_published")[MEAN], 5, 1e-15);
    assert_close(reals(&v, "target_upper")[MEAN], 10, 1e-15);
    assert_string_equal(verdicts[verdict[MEAN]], "inside");
    assert_true(simulated[COST] == reals(&v, "total_cost")[REFERENCE]);
    assert_string_equal(text(&v, "target_unit", COST), "EUR");
    assert_string_equal(text(&v, "target_unit", MEDIAN), "year");
    assert_string_equal(text(&v, "target_unit", SHARE), "1");
    assert_string_equal(text(&v, "target_strategy", SHARE), "B");
    assert_string_equal(text(&v, "target_note", OS1), "");
    assert_string_equal(verdicts[verdict[LATE]], "not_reached");
    const double *in_ill = reals(&v, "state_occupancy") + (ptrdiff_t)(REFERENCE * N_STATES + ILL) * m.n_grid;
    double ill = in_ill[10] + (in_ill[11] - in_ill[10]) * (400 - 365.25) / 36.525;
    assert_close(simulated[ILL_NOW], ill, 1e-9); /* grid points lie on the lattice of times */
    assert_close(se[ILL_NOW], sqrt(ill * (1 - ill) / PATIENTS), 1e-9);
    assert_string_equal(verdicts[verdict[ILL_NOW]], "outside");

    int fell = 0, both = 0;
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    for (int i = 0; i < PATIENTS; i++) {
        live_patient(&life, &m, REFERENCE, i);
        fell += life.count[ILL] > 0;
        both += life.count[ILL] > 0 && life.count[OCC_DEATH] > 0;
    }
    assert_close(simulated[SHARE], (double)both / fell, 1e-15);
    sq_life_free(&life);
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void points_lie_row_major(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_outcome *o[4];
    const sq_outcome *grid[4];
    for (int i = 0; i < 4; i++)
        grid[i] = o[i] = lived(&m, (int64_t)i * PATIENTS);
    sq_variables v = {0};
    assert_int_equal(finish_points(&m, 2, 2, grid, NULL, &v), SQ_OK);
    for (int i = 0; i < 4; i++) {
        double mean = reals(&v, "life_years")[i * N_STRATEGIES + 2];
        assert_true(mean == sq_outcome_mean(o[i], 2, SQ_QUANTITY_LIFE_YEARS, true));
        const int64_t *n = find(&v, "endpoint_n")->data;
        assert_int_equal(n[i * N_STRATEGIES * N_ENDPOINTS], PATIENTS);
    }
    sq_variables_free(&v);
    for (int i = 0; i < 4; i++)
        sq_outcome_free(o[i]);
}

static void curves_stay_out_of_many_draws(void **state)
{
    (void)state;
    enum { DRAWS = SQ_CURVE_POINTS + 1 };
    sq_model m = small_model();
    sq_outcome *o = lived(&m, 0);
    const sq_outcome *grid[DRAWS];
    for (int i = 0; i < DRAWS; i++)
        grid[i] = o;
    sq_variables v = {0};
    assert_int_equal(finish_points(&m, 1, DRAWS, grid, NULL, &v), SQ_OK);
    assert_null(sq_variables_find(&v, "", "survival"));
    assert_null(sq_variables_find(&v, "", "qalys_histogram"));
    assert_non_null(sq_variables_find(&v, "", "survival_quantile"));
    assert_non_null(sq_variables_find(&v, "", "target_verdict"));
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void a_bare_model_leaves_out_what_it_lacks(void **state)
{
    (void)state;
    sq_model m = {.name = "bare", .currency = "", .n_states = N_STATES, .states = STATES,
                  .n_strategies = 1, .strategies = STRATEGIES, .horizon = 10, .grid_step = 1};
    sq_life life;
    sq_outcome *o = NULL;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    sq_block_lanes *block = open_block(&m, 1);
    assert_int_equal(sq_outcome_new(&o, &m, NULL), SQ_OK);
    assert_int_equal(sq_life_add_stay(&life, WELL, 0, 10, NULL), SQ_OK);
    sq_outcome_observe(o, block, 0, 0, &life);
    close_block(o, block);
    sq_variables v = {0};
    const sq_outcome *grid[] = {o};
    assert_int_equal(finish_points(&m, 1, 1, grid, NULL, &v), SQ_OK);
    static const char *const ABSENT[] = {"survival", "time", "cause", "cost", "total_cost", "target",
                                         "quantile", "life_years_quantile", "state_occupancy"};
    for (size_t i = 0; i < sizeof ABSENT / sizeof ABSENT[0]; i++)
        assert_null(sq_variables_find(&v, "", ABSENT[i]));
    assert_true(reals(&v, "life_years")[0] == 0);
    assert_null(sq_variables_find(&v, "", "parameter"));
    sq_variables_free(&v);
    sq_outcome_free(o);
    sq_life_free(&life);
}

static void parameters_are_written_with_units(void **state)
{
    (void)state;
    static const sq_parameter PARAMETERS[] = {
        {.name = "gap", .slot = 1, .unit = {.time = 1}, .class = SQ_SOURCED, .source = "Somebody 2020"},
        {.name = "price", .slot = 0, .unit = {.money = 1, .time = -1}, .class = SQ_JUDGEMENT},
        {.name = "rate", .slot = 2, .unit = {.time = -1}},
        {.name = "cr", .slot = 3, .unit = {.kind = SQ_KIND_PROBABILITY}, .class = SQ_STRUCTURAL},
        {.name = "rest", .slot = 0, .class = SQ_FILLER}};
    static const double BLOCK_0[] = {10, 11, 12, 13}, BLOCK_1[] = {20, 21, 22, 23};
    static const double *const BLOCKS[] = {BLOCK_0, BLOCK_1};
    sq_model m = small_model();
    m.n_parameters = 5;
    m.parameters = PARAMETERS;
    sq_variables v = {0};
    sq_outcome *o = lived(&m, 0);
    const sq_outcome *grid[] = {o, o};
    assert_int_equal(finish_points(&m, 1, 2, grid, BLOCKS, &v), SQ_OK);
    assert_axes(&v, "parameter_value", "scenario draw parameter");
    static const double WANT[] = {11, 10, 12, 13, 10, 21, 20, 22, 23, 20};
    assert_memory_equal(reals(&v, "parameter_value"), WANT, sizeof WANT);
    assert_string_equal(text(&v, "parameter_unit", 0), "day");
    assert_string_equal(text(&v, "parameter_unit", 1), "EUR/day");
    assert_string_equal(text(&v, "parameter_unit", 2), "1/day");
    assert_string_equal(text(&v, "parameter_unit", 3), "probability");
    assert_string_equal(text(&v, "parameter_source", 0), "Somebody 2020");
    const sq_variable *class = find(&v, "parameter_class");
    assert_string_equal(class->flags[((const int32_t *)class->data)[3]], "structural");
    assert_string_equal(class->flags[((const int32_t *)class->data)[4]], "filler");
    sq_variables_free(&v);
    sq_outcome_free(o);
}

static void variables_refuse_what_does_not_fit(void **state)
{
    (void)state;
    sq_variables v = {0};
    char name[] = "x";
    assert_int_equal(sq_variables_axis(&v, name, 3), 0);
    assert_int_equal(sq_variables_axis(&v, "y", 2), 1);
    assert_int_equal(sq_variables_axis(&v, "x", 3), 0);
    assert_int_equal(sq_variables_axis(&v, "x", 4), -1);
    const char *const unknown[] = {"z", NULL}, *const both[] = {"x", "y", NULL};
    assert_null(sq_variables_add(&v, SQ_F64, "a", "1", "a", unknown));
    const double *data = sq_variables_add(&v, SQ_F64, name, "1", "an x", both);
    assert_non_null(data);
    assert_true(data[5] == 0);
    name[0] = 'q'; /* names are copies */
    const sq_variable *x = sq_variables_find(&v, "", "x");
    assert_non_null(x);
    assert_int_equal(sq_variable_length(&v, x), 6);
    assert_true(sq_variables_set_group(&v, "patients/A"));
    assert_null(sq_variables_find(&v, "", "x"));
    assert_non_null(sq_variables_find(&v, "patients/A", "x"));
    assert_non_null(sq_variables_add(&v, SQ_I64, "one", "1", "a single value", NULL));
    assert_int_equal(sq_variable_length(&v, sq_variables_find(&v, "", "one")), 1);
    sq_variables_free(&v);
    sq_variables_free(&v);
}

static void lives_are_used_again(void **state)
{
    (void)state;
    sq_model m = small_model();
    sq_life life;
    assert_int_equal(sq_life_init(&life, &m, NULL), SQ_OK);
    for (int i = 0; i < 100; i++)
        assert_int_equal(sq_life_add_stay(&life, i % 2, i, i + 1, NULL), SQ_OK);
    assert_int_equal(life.n_stays, 100);
    assert_true(life.stay[99].from == 99 && life.stay[0].to == 1);
    assert_int_equal(sq_life_add_log(&life, 1, 2, 0, NULL), SQ_OK);
    assert_int_equal(life.n_log, 0);
    life.keep_log = true;
    for (int i = 0; i < 100; i++)
        assert_int_equal(sq_life_add_log(&life, i, 2, 0, NULL), SQ_OK);
    assert_int_equal(life.n_log, 100);
    life.count[3] = 5;
    life.total[2] = 7;
    sq_life_reset(&life, &m);
    assert_true(life.n_stays == 0 && life.n_log == 0 && life.count[3] == 0 && life.total[2] == 0);
    assert_true(isnan(life.first_time[3]) && isinf(life.died) && life.keep_log);
    assert_true(isnan(life.passage[OS].origin) && !life.passage[OS].closed);
    sq_life_free(&life);
    sq_life_free(&life);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_axes_and_units),
        cmocka_unit_test(targets_are_compared),
        cmocka_unit_test(points_lie_row_major),
        cmocka_unit_test(curves_stay_out_of_many_draws),
        cmocka_unit_test(a_bare_model_leaves_out_what_it_lacks),
        cmocka_unit_test(parameters_are_written_with_units),
        cmocka_unit_test(variables_refuse_what_does_not_fit),
        cmocka_unit_test(lives_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
