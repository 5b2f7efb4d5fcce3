/* A suite: the figures of experiments run together are those of each run alone. */
#include "study/suite.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATIENTS = 500 };

static const char *const PATHS[] = {"configs/salvage_trials.yaml", "configs/french_cohort.yaml"};
static const sq_suite_load FEW = {.load = {.patients = PATIENTS}};

static sq_suite *loaded(int n, const char *const *paths, const sq_suite_load *options)
{
    sq_suite *suite = NULL;
    sq_error err = {0};
    if (sq_suite_new(&suite, n, paths, options, NULL, &err)) fail_msg("%s", err.text);
    return suite;
}

static sq_suite_figure *evaluated(sq_suite *suite, const sq_suite_run *run)
{
    const sq_suite_target *targets;
    sq_error err = {0};
    sq_suite_figure *figures = calloc((size_t)sq_suite_targets(suite, &targets) + 1, sizeof *figures);
    assert_non_null(figures);
    if (sq_suite_evaluate(suite, run, figures, &err)) fail_msg("%s", err.text);
    return figures;
}

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

/* Whether the figures of an experiment are bit for bit those of the results of a run of it alone. */
static void assert_as_alone(const sq_suite *suite, int experiment, const sq_suite_figure *figures)
{
    const sq_suite_experiment *experiments;
    sq_suite_experiments(suite, &experiments);
    const sq_suite_load whole = {.load = FEW.load, .all_outputs = true};
    sq_suite *alone = loaded(1, &experiments[experiment].path, &whole);
    sq_variables results = {0};
    sq_suite_figure *own = evaluated(alone, &(sq_suite_run){.results = &results});
    assert_non_null(sq_variables_find(&results, "", "survival"));
    for (int i = 0; i < experiments[experiment].n_targets; i++) {
        const sq_suite_figure *f = &figures[experiments[experiment].first_target + i];
        assert_true(same(f->simulated, own[i].simulated));
        assert_true(same(f->se, own[i].se));
    }
    sq_variables_free(&results);
    sq_suite_free(alone);
    free(own);
}

static void figures_are_those_of_each_alone(void **state)
{
    (void)state;
    sq_suite *suite = loaded(2, PATHS, &FEW);
    sq_run_facts facts;
    sq_suite_figure *figures = evaluated(suite, &(sq_suite_run){.facts = &facts});
    assert_int_equal(facts.patients, 2 * PATIENTS);
    for (int i = 0; i < 2; i++) assert_as_alone(suite, i, figures);
    free(figures);
    sq_suite_free(suite);
}

static void an_experiment_can_be_left_out(void **state)
{
    (void)state;
    const sq_suite_experiment *experiments;
    sq_suite *suite = loaded(2, PATHS, &FEW);
    sq_suite_experiments(suite, &experiments);
    const bool leave_out[] = {true, false};
    sq_suite_figure *figures = evaluated(suite, &(sq_suite_run){.leave_out = leave_out});
    for (int i = 0; i < experiments[0].n_targets; i++) assert_true(isnan(figures[i].simulated));
    assert_true(!isnan(figures[experiments[1].first_target].simulated));
    free(figures);
    sq_suite_free(suite);
}

static void targets_are_in_the_units_of_files(void **state)
{
    (void)state;
    const sq_suite_target *targets;
    sq_suite *suite = loaded(2, PATHS, &FEW);
    int n = sq_suite_targets(suite, &targets), n_years = 0;
    for (int i = 0; i < n; i++) {
        const sq_target *t = targets[i].target;
        bool is_time = strcmp(targets[i].unit, "year") == 0;
        double factor = is_time ? SQ_DAYS_PER_YEAR : 1;
        assert_true(fabs(targets[i].published * factor - t->published) <= 1e-9);
        n_years += is_time;
    }
    assert_true(n_years > 0 && n_years < n);
    sq_suite_free(suite);
}

static void what_cannot_be_loaded_is_said(void **state)
{
    (void)state;
    sq_suite *suite = NULL;
    sq_error err = {0};
    char *messages = NULL;
    const char *const twice[] = {PATHS[0], PATHS[0]}, *const missing[] = {PATHS[0], "nowhere.yaml"};
    assert_int_equal(sq_suite_new(&suite, 2, twice, &FEW, &messages, &err), SQ_ERR_INPUT);
    assert_non_null(strstr(err.text, "are both called 'salvage-trials'"));
    assert_null(suite);
    free(messages);
    assert_int_equal(sq_suite_new(&suite, 2, missing, &FEW, &messages, &err), SQ_ERR_INPUT);
    assert_non_null(strstr(messages, "nowhere.yaml"));
    assert_null(suite);
    free(messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_those_of_each_alone),
        cmocka_unit_test(an_experiment_can_be_left_out),
        cmocka_unit_test(targets_are_in_the_units_of_files),
        cmocka_unit_test(what_cannot_be_loaded_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
