/* Settings of a loaded model: that they give what loading the model with `--set` gives, number by number of a parameter
 * block and value by value of a run with several points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "text_files.h"

#include "lang/load.h"
#include "model/block.h"
#include "study/study.h"

#include <math.h>

static const char MODEL[] =
    "model: small\n"
    "categories: {arm: [old, new]}\n"
    "attributes: {arm: {type: arm, initial: new}}\n"
    "states: {well: , dead: {death: true}}\n"
    "start: {state: well}\n"
    "events:\n"
    "  die: {while: \"state == well\", time: course, goto: dead}\n"
    "  cure: {while: \"state == well\", time: {exponential: {rate: \"rate * share[arm]\"}}, do: [{stop: die}]}\n";

static const char EXPERIMENT[] =
    "experiment: t\n"
    "model: m.yaml\n"
    "horizon: 10 y\n"
    "patients: 5000\n"
    "parameters:\n"
    "  rate: 0.2/y\n"
    "  share: {by: arm, old: 0.25, new: 0.5 * chance}\n"
    "  chance: {value: 0.4, unit: probability}\n"
    "  delay: 30 d\n"
    "  twice: 2 * delay\n"
    "  course: {law: weibull, median: 3 y + twice, survival: 0.2 at 6 y + twice}\n"
    "  own: 3\n"
    "  doubled: {value: 2 * chance, unit: probability}\n"
    "strategies:\n"
    "  A: {set: {own: 1, delay: 10 d}}\n"
    "  B: {set: {own: 2}}\n"
    "endpoints: {}\n";

static sq_model *load_set(int n, const char *const *sets)
{
    char folder[64] = "sequela-settings-XXXXXX", path[128];
    sq_model *model = NULL;
    sq_diags diags = {0};
    sq_error err = {0};
    const sq_load_options options = {.n_sets = n, .sets = sets};
    assert_non_null(mkdtemp(folder));
    write_file(folder, "m.yaml", MODEL);
    write_file(folder, "e.yaml", EXPERIMENT);
    snprintf(path, sizeof path, "%s/e.yaml", folder);
    sq_status status = sq_load_experiment(path, &options, &model, &diags, &err);
    if (status) print_error("%s\n", sq_diags_render(&diags));
    assert_int_equal(status, SQ_OK);
    sq_diags_free(&diags);
    remove_file(folder, "m.yaml");
    remove_file(folder, "e.yaml");
    rmdir(folder);
    return model;
}

static int found(const sq_model *m, const char *name)
{
    int parameter = -1;
    sq_error err = {0};
    if (sq_settings_find(m, name, &parameter, &err)) fail_msg("%s", err.text);
    return parameter;
}

static void set(sq_settings *s, const sq_model *m, const char *name, double value)
{
    sq_error err = {0};
    if (sq_settings_set(s, m, found(m, name), value, &err)) fail_msg("%s", err.text);
}

static double *block_of(const sq_model *m, int strategy, const sq_settings *settings)
{
    double *block = calloc((size_t)m->block_size + 1, sizeof *block);
    sq_error err = {0};
    assert_non_null(block);
    if (sq_block_fill(m, strategy, settings, block, &err)) fail_msg("%s", err.text);
    return block;
}

/* ---- blocks ---------------------------------------------------------------------------------------------- */

/* Solved laws, computed parameters and a strategy's own value included. */
static void blocks_are_those_of_set(void **state)
{
    static const char *const sets[] = {"delay=90 d", "share[new]=0.75", "rate=0.3/y"};
    (void)state;
    sq_model *base = load_set(0, NULL), *loaded = load_set(3, sets);
    sq_settings s = {0};
    set(&s, base, "share[ new ]", 0.5);
    set(&s, base, "rate", 0.3 / SQ_DAYS_PER_YEAR);
    set(&s, base, "delay", 90);
    set(&s, base, "share[new]", 0.75);
    assert_int_equal(s.count, 3);
    assert_int_equal(base->block_size, loaded->block_size);
    for (int strategy = 0; strategy < 2; strategy++) {
        double *one = block_of(base, strategy, &s), *other = block_of(loaded, strategy, NULL);
        assert_memory_equal(one, other, (size_t)base->block_size * sizeof *one);
        int slot = base->parameters[found(base, "delay")].slot;
        assert_true(one[slot] == (strategy == 0 ? 10 : 90));
        free(one);
        free(other);
    }
    sq_settings_free(&s);
    sq_model_free(base);
    sq_model_free(loaded);
}

static void refused(const sq_model *m, const char *name, const char *words)
{
    int parameter = -1;
    sq_error err = {0};
    assert_int_equal(sq_settings_find(m, name, &parameter, &err), SQ_ERR_INPUT);
    if (!strstr(err.text, words)) fail_msg("'%s' does not say '%s'", err.text, words);
}

static void what_cannot_be_set(void **state)
{
    (void)state;
    sq_model *m = load_set(0, NULL);
    sq_settings s = {0};
    sq_error err = {0};
    refused(m, "dely", "there is no parameter 'dely' to set; did you mean 'delay'?");
    refused(m, "share", "several numbers: set one of them (as in share[old])");
    refused(m, "course.shape", "solved from published statements");
    refused(m, "own", "set by every strategy");
    assert_int_equal(sq_settings_set(&s, m, found(m, "chance"), 1.5, &err), SQ_ERR_INPUT);
    assert_string_equal(err.text, "chance = 1.5 is not a probability between 0 and 1");
    assert_int_equal(sq_settings_set(&s, m, found(m, "rate"), -1 / SQ_DAYS_PER_YEAR, &err), SQ_ERR_INPUT);
    assert_string_equal(err.text, "rate = -1/y is negative");
    assert_int_equal(sq_settings_set(&s, m, found(m, "rate"), NAN, &err), SQ_ERR_INPUT);
    assert_int_equal(s.count, 0);
    sq_settings_free(&s);
    sq_model_free(m);
}

/* ---- points ---------------------------------------------------------------------------------------------- */

static const double *values(const sq_variables *v, const char *name)
{
    const sq_variable *variable = sq_variables_find(v, "", name);
    assert_non_null(variable);
    return variable->data;
}

/* Points of one run, with patients and seed of its own, against runs of models loaded so. */
static void points_are_runs(void **state)
{
    static const char *const sets[] = {"delay=300 d"}, *const names[] = {"life_years", "event_ever", "life_years_se"};
    (void)state;
    const uint64_t seed = 17;
    sq_model *base = load_set(0, NULL), *loaded = load_set(1, sets);
    sq_settings s = {0};
    sq_error err = {0};
    set(&s, base, "delay", 300);
    for (int engine = 0; engine < SQ_ENGINES; engine++) {
        const sq_settings *points[] = {NULL, &s};
        sq_variables both = {0}, one = {0}, other = {0};
        sq_run_options o = {.threads = 2, .engine = (sq_engine)engine, .patients = 9000, .seed = &seed};
        assert_int_equal(sq_study_run(base, &o, &one, NULL, &err), SQ_OK);
        assert_int_equal(sq_study_run(loaded, &o, &other, NULL, &err), SQ_OK);
        o.n_points = 2;
        o.settings = points;
        if (sq_study_run(base, &o, &both, NULL, &err)) fail_msg("%s", err.text);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            size_t n = sq_variable_length(&one, sq_variables_find(&one, "", names[i]));
            assert_memory_equal(values(&both, names[i]), values(&one, names[i]), n * sizeof(double));
            assert_memory_equal(values(&both, names[i]) + n, values(&other, names[i]), n * sizeof(double));
        }
        assert_true(values(&one, "life_years")[1] != values(&other, "life_years")[1]);
        sq_variables_free(&both);
        sq_variables_free(&one);
        sq_variables_free(&other);
    }
    sq_settings_free(&s);
    sq_model_free(base);
    sq_model_free(loaded);
}

/* Of several impossible points the first is told of, by its name, whoever came to it. */
static void impossible_points_are_named(void **state)
{
    (void)state;
    sq_model *m = load_set(0, NULL);
    sq_settings low = {.name = "low"}, high = {.name = "high"}, higher = {.name = "higher"};
    set(&low, m, "chance", 0.1);
    set(&high, m, "chance", 0.6);
    set(&higher, m, "chance", 0.7);
    const sq_settings *points[] = {&low, &high, &low, &higher};
    for (int engine = 0; engine < SQ_ENGINES; engine++) {
        sq_variables v = {0};
        sq_error err = {0};
        const sq_run_options o = {.threads = 2, .engine = (sq_engine)engine, .n_points = 4, .settings = points};
        assert_int_equal(sq_study_run(m, &o, &v, NULL, &err), SQ_ERR_INPUT);
        if (strncmp(err.text, "scenario high: ", 15) != 0 ||
            !strstr(err.text, "doubled = 1.2 is not a probability between 0 and 1"))
            fail_msg("%s", err.text);
        sq_variables_free(&v);
    }
    sq_settings_free(&low);
    sq_settings_free(&high);
    sq_settings_free(&higher);
    sq_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_those_of_set),
        cmocka_unit_test(what_cannot_be_set),
        cmocka_unit_test(points_are_runs),
        cmocka_unit_test(impossible_points_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
