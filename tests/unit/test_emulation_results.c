/* What a result tells of emulated cohorts, and how published figures are judged by them: from numbers made by hand. */
#include "outcome/emulated.h"
#include "outcome/outcome.h"
#include "outcome/size.h"
#include "study/emulation.h"

#include "outcome_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const sq_emulated_group GROUPS[] = {{"one", 0, 2}, {"two", 1, 3}};
static const sq_cohort_estimate FIRST[] = {
    {.name = "hr", .text = "hazard ratio", .kind = SQ_ESTIMATE_HAZARD_RATIO, .against = -1},
    {.name = "median", .text = "median", .kind = SQ_ESTIMATE_MEDIAN, .against = -1}};
static const sq_cohort_estimate SECOND[] = {{.name = "share", .text = "share", .kind = SQ_ESTIMATE_SHARE, .against = -1}};
static const sq_emulation EMULATIONS[] = {
    {.name = "trial", .title = "A trial", .where = "trial.yaml:3:5", .strategy = 0, .endpoint = OS, .n_groups = 2, .groups = GROUPS, .n_estimates = 2,
     .estimates = FIRST, .n_cohorts = 4},
    {.name = "registry", .title = "", .strategy = 1, .endpoint = ILLNESS, .n_estimates = 1, .estimates = SECOND, .size = 7,
     .n_cohorts = 2}};
/* Published: a ratio of .5 within, one of 3 without; a median of 2 years that ranks above all that were reached. */
static const sq_target PUBLISHED[] = {
    {.name = "hr", .kind = SQ_TARGET_ESTIMATE, .index = 0, .estimate = 0, .published = .5, .lower = .4, .upper = .6},
    {.name = "far", .kind = SQ_TARGET_ESTIMATE, .index = 0, .estimate = 0, .published = 3, .lower = NAN, .upper = NAN},
    {.name = "median", .kind = SQ_TARGET_ESTIMATE, .index = 0, .estimate = 1, .published = 730.5, .lower = NAN, .upper = NAN},
    {.name = "other", .kind = SQ_TARGET_SURVIVAL, .strategy = 0, .index = OS, .time = 365.25, .published = .5, .lower = 0,
     .upper = 1}};

static sq_emulated_figure figure(double value, sq_estimate_ending ending)
{
    return (sq_emulated_figure){value, .25, ending};
}

static sq_emulated *made_by_hand(void)
{
    sq_emulated *r = calloc(1, sizeof *r);
    r->emulation = sq_arena_array(&r->arena, 2, sizeof *r->emulation);
    for (int i = 0; i < 2; i++) {
        sq_emulated_cohorts *c = &r->emulation[i];
        c->n_cohorts = i == 0 ? 3 : 2; /* one less than asked for */
        c->pooled = sq_arena_array(&r->arena, 2, sizeof *c->pooled);
        c->of_cohort = sq_arena_array(&r->arena, 6, sizeof *c->of_cohort);
        c->group_n = sq_arena_array(&r->arena, 2, sizeof *c->group_n);
        c->eligible = 20 + i;
        c->used = 15 - i;
        c->no_group = 3;
        c->pooled_n = 20;
    }
    sq_emulated_cohorts *trial = &r->emulation[0], *registry = &r->emulation[1];
    trial->group_n[0] = 8;
    trial->group_n[1] = 12;
    trial->pooled[0] = figure(.45, SQ_ESTIMATED);
    trial->pooled[1] = figure(365.25, SQ_ESTIMATED);
    registry->pooled[0] = figure(.3, SQ_ESTIMATED);
    trial->of_cohort[0] = figure(.5, SQ_ESTIMATED);
    trial->of_cohort[1] = figure(0, SQ_ENDING_SEPARATED);
    trial->of_cohort[2] = figure(2, SQ_ESTIMATED_REDUCED);
    trial->of_cohort[3] = figure(365.25, SQ_ESTIMATED);
    trial->of_cohort[4] = figure((double)INFINITY, SQ_ENDING_NOT_REACHED);
    trial->of_cohort[5] = figure((double)NAN, SQ_ENDING_NOBODY);
    registry->of_cohort[0] = figure(.2, SQ_ESTIMATED);
    registry->of_cohort[1] = figure(.4, SQ_ESTIMATED);
    return r;
}

static sq_model emulating_model(void)
{
    sq_model m = small_model();
    m.n_emulations = 2;
    m.emulations = EMULATIONS;
    m.n_targets = sizeof PUBLISHED / sizeof *PUBLISHED;
    m.targets = PUBLISHED;
    return m;
}

/* The results of so many points, all with the same cohorts; of some these are known before their outcome. */
static void finish(const sq_model *m, int n_scenarios, sq_variables *v)
{
    sq_outcome *all = NULL;
    sq_estimates *e = NULL;
    sq_emulated *emulated = made_by_hand();
    assert_int_equal(sq_outcome_new(&all, m, NULL), SQ_OK);
    assert_int_equal(sq_estimates_new(&e, m, n_scenarios, 1, v, NULL), SQ_OK);
    for (int i = 0; i < n_scenarios; i++) {
        if (i % 2 == 0) assert_int_equal(sq_estimates_take_emulated(e, i, emulated, NULL), SQ_OK);
        assert_int_equal(sq_estimates_take(e, i, all, NULL, NULL), SQ_OK);
        if (i % 2 == 1) assert_int_equal(sq_estimates_take_emulated(e, i, emulated, NULL), SQ_OK);
    }
    sq_emulated_free(emulated);
    sq_estimates_free(e);
    sq_outcome_free(all);
}

static const void *data(const sq_variables *v, const char *name, size_t length)
{
    const sq_variable *var = sq_variables_find(v, "", name);
    if (var == NULL) fail_msg("no variable %s", name);
    assert_int_equal(sq_variable_length(v, var), length);
    assert_true(var->long_name[0] != '\0');
    return var->data;
}

static void assert_reals(const sq_variables *v, const char *name, size_t n, const double *want)
{
    const double *got = data(v, name, n);
    for (size_t i = 0; i < n; i++)
        if (!(got[i] == want[i] || fabs(got[i] - want[i]) < 1e-12 || (isnan(got[i]) && isnan(want[i]))))
            fail_msg("%s[%zu] is %g, not %g", name, i, got[i], want[i]);
}

static void assert_counts(const sq_variables *v, const char *name, size_t n, const int64_t *want)
{
    const int64_t *got = data(v, name, n);
    for (size_t i = 0; i < n; i++)
        if (got[i] != want[i]) fail_msg("%s[%zu] is %lld, not %lld", name, i, (long long)got[i], (long long)want[i]);
}

static void assert_texts(const sq_variables *v, const char *name, size_t n, const char *const *want)
{
    const char *const *got = data(v, name, n);
    for (size_t i = 0; i < n; i++) assert_string_equal(got[i], want[i]);
}

static void names_and_members(void **state)
{
    (void)state;
    sq_model m = emulating_model();
    sq_variables v = {0};
    finish(&m, 1, &v);
    assert_texts(&v, "emulation", 2, (const char *[]){"trial", "registry"});
    assert_texts(&v, "emulation_strategy", 2, (const char *[]){"A", "B"});
    assert_texts(&v, "emulation_endpoint", 2, (const char *[]){"os", "illness"});
    assert_texts(&v, "emulation_group", 2, (const char *[]){"trial.one", "trial.two"});
    assert_counts(&v, "emulation_group_size", 2, (const int64_t[]){2, 3});
    assert_counts(&v, "emulation_group_n", 2, (const int64_t[]){8, 12});
    assert_counts(&v, "emulation_eligible", 2, (const int64_t[]){20, 21});
    assert_counts(&v, "emulation_no_group", 2, (const int64_t[]){3, 3});
    assert_counts(&v, "emulation_used", 2, (const int64_t[]){15, 14});
    assert_counts(&v, "emulation_left_over", 2, (const int64_t[]){5, 7});
    assert_counts(&v, "emulation_cohorts", 2, (const int64_t[]){3, 2});
    assert_texts(&v, "estimate", 3, (const char *[]){"trial.hr", "trial.median", "registry.share"});
    assert_texts(&v, "estimate_unit", 3, (const char *[]){"1", "year", "1"});
    sq_variables_free(&v);
}

static void estimates_over_cohorts(void **state)
{
    (void)state;
    const double none = (double)NAN, endless = (double)INFINITY;
    sq_model m = emulating_model();
    sq_variables v = {0};
    finish(&m, 1, &v);
    assert_reals(&v, "estimate_pooled", 3, (const double[]){.45, 1, .3});
    assert_reals(&v, "estimate_pooled_se", 3, (const double[]){.25, .25 / 365.25, .25});
    assert_reals(&v, "estimate_mean", 3, (const double[]){1, 1, .3});
    assert_reals(&v, "estimate_sd", 3, (const double[]){log(4) / sqrt(2), none, .2 / sqrt(2)});
    assert_reals(&v, "estimate_quantile", 21,
                 (const double[]){0, 0, 0, .5, 2, 2, 2, 1, 1, 1, 1, endless, endless, endless, .2, .2, .2, .2, .4, .4, .4});
    assert_reals(&v, "estimate_value", 12, (const double[]){.5, 0, 2, none, 1, endless, none, none, .2, .4, none, none});
    const int64_t *n = data(&v, "estimate_n", 3 * SQ_ESTIMATE_ENDINGS);
    assert_int_equal(n[SQ_ESTIMATED], 1);
    assert_int_equal(n[SQ_ESTIMATED_REDUCED], 1);
    assert_int_equal(n[SQ_ENDING_SEPARATED], 1);
    assert_int_equal(n[SQ_ESTIMATE_ENDINGS + SQ_ENDING_NOT_REACHED], 1);
    assert_int_equal(n[SQ_ESTIMATE_ENDINGS + SQ_ENDING_NOBODY], 1);
    assert_int_equal(n[2 * SQ_ESTIMATE_ENDINGS + SQ_ESTIMATED], 2);
    sq_variables_free(&v);
}

static void targets_are_judged_by_cohorts(void **state)
{
    (void)state;
    const double none = (double)NAN, endless = (double)INFINITY;
    sq_model m = emulating_model();
    sq_variables v = {0};
    finish(&m, 1, &v);
    const double *simulated = data(&v, "target_simulated", 4);
    assert_true(simulated[0] == .45 && simulated[2] == 1);
    assert_texts(&v, "target_unit", 4, (const char *[]){"1", "1", "year", "1"});
    const double *published = data(&v, "target_published", 4);
    assert_true(published[2] == 2);
    const int32_t *verdict = data(&v, "target_verdict", 4);
    assert_int_equal(verdict[0], 0); /* between 0 and 2 */
    assert_int_equal(verdict[1], 1);
    assert_int_equal(verdict[2], 0); /* from 1 year on without bound */
    assert_reals(&v, "target_predictive_p", 4, (const double[]){1, 0, 1, none});
    assert_reals(&v, "target_predictive", 28,
                 (const double[]){0, 0, 0, .5, 2, 2, 2, 0, 0, 0, .5, 2, 2, 2, 1, 1, 1, 1, endless, endless, endless, none,
                                  none, none, none, none, none, none});
    sq_variables_free(&v);
}

static void fewer_cohorts_than_asked_are_told(void **state)
{
    (void)state;
    sq_model m = emulating_model();
    sq_variables v = {0};
    finish(&m, 2, &v);
    *(int64_t *)(uintptr_t)data(&v, "n_patients", 2) = 1000; /* the accumulator took nobody in */
    char *text = sq_cohorts_warnings(&m, &v);
    assert_non_null(text);
    /* 12 wanted of group two, of which 12 of 1,000 are; (12 + 3 sqrt(12)) / .012 = 1,866, and of group one 2,061 */
    assert_string_equal(text, "trial.yaml:3:5: warning: only 3 of the 4 cohorts of 'trial' could be filled; about 2100 patients "
                              "would do\n");
    free(text);
    sq_variables_free(&v);
}

static void points_lie_side_by_side(void **state)
{
    (void)state;
    sq_model m = emulating_model();
    sq_variables v = {0};
    finish(&m, 2, &v);
    assert_counts(&v, "emulation_group_n", 4, (const int64_t[]){8, 12, 8, 12});
    assert_reals(&v, "estimate_pooled", 6, (const double[]){.45, 1, .3, .45, 1, .3});
    const double *simulated = data(&v, "target_simulated", 8);
    const int32_t *verdict = data(&v, "target_verdict", 8);
    for (int i = 0; i < 3; i++) {
        assert_true(simulated[i] == simulated[4 + i]);
        assert_int_equal(verdict[i], verdict[4 + i]);
    }
    sq_variables_free(&v);
}

static void assert_predicted(const sq_model *m, int n_scenarios)
{
    sq_variables v = {0};
    double values = 0;
    finish(m, n_scenarios, &v);
    for (size_t i = 0; i < v.count; i++) values += (double)sq_variable_length(&v, &v.items[i]);
    sq_outcome_size size = sq_outcome_size_of(m, n_scenarios, 1);
    if (size.datasets != (double)v.count || size.values != values)
        fail_msg("predicted %.0f datasets, %.0f values; there are %zu, %.0f", size.datasets, size.values, v.count, values);
    assert_int_equal(sq_variables_find(&v, "", "estimate_value") != NULL, n_scenarios <= SQ_CURVE_POINTS);
    sq_variables_free(&v);
}

static void the_predicted_size_is_the_size(void **state)
{
    (void)state;
    sq_model m = emulating_model();
    assert_predicted(&m, 1);
    assert_predicted(&m, 3);
    assert_predicted(&m, SQ_CURVE_POINTS + 1);
    m.n_targets = 0;
    assert_predicted(&m, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_members),
        cmocka_unit_test(estimates_over_cohorts),
        cmocka_unit_test(targets_are_judged_by_cohorts),
        cmocka_unit_test(fewer_cohorts_than_asked_are_told),
        cmocka_unit_test(points_lie_side_by_side),
        cmocka_unit_test(the_predicted_size_is_the_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
