/* What both engines note of passages through endpoints, and of who enters, for emulated cohorts; and non-responses. Notes are
 * attributes at the end of a life: what a hand-made life must have noted is written down here; of many random lives
 * the notes must be the same in all executions, and say what the accumulators have counted. */
#include "engine/lanes.h"
#include "lang/load.h"
#include "study/study.h"

#include <math.h>
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

/* ---- a loaded model whose endpoints are noted ------------------------------------------------------------------ */

enum { WITHOUT_ROWS = 33 }; /* a batch */
enum { ENDPOINTS = 16, SEEN = 5, NOTED = SQ_NOTES + SEEN, TEXT = 1 << 14 };

/* An endpoint as written, and the occurrence that is its non-response ("" if none). */
typedef struct asked {
    const char *name, *text, *non_response;
} asked;

typedef struct world {
    sq_model *model;
    sq_endpoint endpoints[ENDPOINTS];
    sq_snapshot snapshots[ENDPOINTS * SEEN];
} world;

/* The attributes of an endpoint's notes and snapshots, and what is seen. Writing them is what an event that never comes
 * does, so that the loader knows of them. */
static const char *const NOTE[NOTED] = {"origin", "end", "cause", "now", "risk", "n", "share", "answer"};
static const char *const TYPE[NOTED] = {"number", "number", "number", "time", "flag", "count", "probability", "number"};
static const char *const SEES[NOTED] = {"0", "0", "0", "now", "risk", "n", "\"1 / (1 + n)\"", "\"if(answer, 1, 2)\""};

static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    int written = vsnprintf(text + used, TEXT - used, format, args);
    va_end(args);
    assert_true(written >= 0 && used + (size_t)written < TEXT);
}

static void write_model(char *text, const char *rest, const asked *all, int n)
{
    text[0] = '\0';
    add(text, "model: m\ntitle: M\nattributes:\n  risk: {type: flag, initial: false}\n  n: {type: count, initial: 0}\n"
              "  answer: {type: flag, initial: unset}\n");
    for (int i = 0; i < n * NOTED; i++)
        add(text, "  %s_%s: {type: %s, initial: unset}\n", all[i / NOTED].name, NOTE[i % NOTED], TYPE[i % NOTED]);
    add(text, "%s  never:\n    starts: on demand\n    time: {fixed: 1 y}\n    do:\n", rest);
    for (int i = 0; i < n * NOTED; i++)
        add(text, "      - set: {%s_%s: %s}\n", all[i / NOTED].name, NOTE[i % NOTED], SEES[i % NOTED]);
}

static void write_experiment(char *text, const char *strategies, const char *horizon, const asked *all, int n)
{
    text[0] = '\0';
    add(text, "experiment: t\nmodel: m.yaml\nhorizon: %s\npatients: 3000\nseed: 1\n%sendpoints:\n", horizon, strategies);
    for (int i = 0; i < n; i++) add(text, "  %s: {%s}\n", all[i].name, all[i].text);
}

static sq_model *load(const char *model, const char *experiment)
{
    char folder[] = P_tmpdir "/sequela-notes-XXXXXX", path[128];
    sq_model *loaded = NULL;
    sq_diags diags = {0};
    sq_error err = {0};
    assert_non_null(mkdtemp(folder));
    write_file(folder, "m.yaml", model);
    write_file(folder, "e.yaml", experiment);
    snprintf(path, sizeof path, "%s/e.yaml", folder);
    sq_status status = sq_load_experiment(path, NULL, &loaded, &diags, &err);
    char *said = sq_diags_render(&diags);
    if (status) print_error("%s\n", said);
    free(said);
    sq_diags_free(&diags);
    remove_file(folder, "m.yaml");
    remove_file(folder, "e.yaml");
    rmdir(folder);
    assert_int_equal(status, SQ_OK);
    return loaded;
}

static int occurrence(const sq_model *m, const char *name)
{
    for (int i = 0; i < SQ_OCCURRENCES(m); i++)
        if (strcmp(sq_occurrence_name(m, i), name) == 0) return i;
    fail_msg("there is no %s", name);
    return -1;
}

static int attribute(const sq_model *m, const char *name)
{
    for (int i = 0; i < m->n_attributes; i++)
        if (strcmp(m->attributes[i].name, name) == 0) return i;
    fail_msg("there is no %s", name);
    return -1;
}

/* Has an endpoint noted in the attributes that the actions from this one on write. */
static void ask(world *w, int endpoint, const asked *as, const sq_action *action)
{
    sq_endpoint *e = &w->endpoints[endpoint];
    *e = w->model->endpoints[endpoint];
    assert_string_equal(e->name, as->name);
    e->is_noted = true;
    for (int k = 0; k < SQ_NOTES; k++) e->note[k] = action[k].a;
    e->first_snapshot = endpoint * SEEN;
    e->n_snapshots = SEEN;
    for (int k = 0; k < SEEN; k++)
        w->snapshots[e->first_snapshot + k] = (sq_snapshot){action[SQ_NOTES + k].a, action[SQ_NOTES + k].p};
    if (as->non_response[0]) sq_bits_set(&e->non_response, occurrence(w->model, as->non_response));
}

static void make_world(world *w, const char *model, const char *strategies, const char *horizon, const asked *all, int n)
{
    static char text[TEXT], experiment[TEXT];
    write_model(text, model, all, n);
    write_experiment(experiment, strategies, horizon, all, n);
    w->model = load(text, experiment);
    assert_int_equal(w->model->n_endpoints, n);
    const sq_action *action = &w->model->actions[w->model->events[w->model->n_events - 1].actions];
    for (int i = 0; i < n; i++) ask(w, i, &all[i], action + (ptrdiff_t)i * NOTED);
    w->model->endpoints = w->endpoints;
    w->model->snapshots = w->snapshots;
}

/* ---- its rows ----------------------------------------------------------------------------------------------------- */

/* What runs leave: of each life the written attributes at its end, and the results. */
typedef struct result {
    const sq_model *model;
    double *at_end;
    size_t n, room;
    sq_variables variables;
} result;

static sq_status take(void *context, const sq_row *row, sq_error *err)
{
    (void)err;
    result *r = context;
    size_t size = (size_t)sq_written_attributes(r->model);
    if (r->n == r->room) {
        r->room = r->room > 0 ? 2 * r->room : 1024;
        r->at_end = realloc(r->at_end, r->room * size * sizeof *r->at_end);
        assert_non_null(r->at_end);
    }
    memcpy(r->at_end + r->n++ * size, row->at_end, size * sizeof *r->at_end);
    return SQ_OK;
}

/* The value of an attribute at the end of a life. */
static double at_end(const result *r, size_t life, const char *name)
{
    int place = 0, wanted = attribute(r->model, name);
    assert_true(r->model->attributes[wanted].is_written);
    for (int a = 0; a < wanted; a++) place += r->model->attributes[a].is_written;
    return r->at_end[life * (size_t)sq_written_attributes(r->model) + (size_t)place];
}

static result run(const world *w, const char *engine, const char *isa, int batch, int threads)
{
    result r = {.model = w->model};
    sq_error err = {0};
    const sq_row_sink sink = {.context = &r, .take = take};
    sq_run_options options = {.threads = threads, .batch = batch, .sink = batch != WITHOUT_ROWS ? &sink : NULL};
    assert_int_equal(sq_run_choose(&options, engine, isa, &err), SQ_OK);
    if (sq_study_run(w->model, &options, &r.variables, NULL, &err)) fail_msg("%s", err.text);
    return r;
}

static void forget(result *r)
{
    free(r->at_end);
    sq_variables_free(&r->variables);
}

/* ---- lives by hand ------------------------------------------------------------------------------------------------ */

typedef struct noted {
    const char *endpoint;
    double origin, end, cause, now, n;
} noted;

static bool is(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static void assert_noted(const result *r, const noted *all, int n)
{
    for (int i = 0; i < n; i++) {
        const double wanted[] = {all[i].origin, all[i].end, all[i].cause, all[i].now, all[i].n};
        static const char *const names[] = {"origin", "end", "cause", "now", "n"};
        for (int k = 0; k < 5; k++) {
            char name[64];
            snprintf(name, sizeof name, "%s_%s", all[i].endpoint, names[k]);
            double found = at_end(r, 0, name);
            if (!is(found, wanted[k])) fail_msg("%s is %g, not %g", name, found, wanted[k]);
        }
    }
}

/* Ill on day 2 and on day 6, in vain treated on day 4, in response on day 8; the horizon is day 10. */
static const char BY_HAND[] = "states: {well: , ill: , dead: {death: true}}\nstart: {state: well}\nevents:\n"
                              "  fall: {while: n < 1, time: {fixed: 2 d}, do: [{set: {n: n + 1}}, {mark: fell}], goto: ill}\n"
                              "  fail: {while: n == 1, time: {fixed: 2 d}, do: [{set: {n: n + 1}}, {mark: failed}]}\n"
                              "  again: {while: n == 2, time: {fixed: 2 d}, do: [{set: {n: n + 1}}, {goto: ill, reenter: true}]}\n"
                              "  answers: {while: n == 3, time: {fixed: 2 d}, do: [{set: {n: n + 1}}, {mark: failed}, {mark: responded}]}\n";

static const asked ASKED_BY_HAND[] = {
    {"open", "index: index, events: death", ""},
    {"by_name", "index: index, events: responded", ""},
    {"in_vain", "index: ill, events: [responded, death]", "failed"},
    {"from_index", "index: index, events: [fell, death]", "failed"},   /* it had the event before */
    {"before", "index: again, events: death", "fell"},                 /* before it was in the risk set */
    {"together", "index: again, events: responded", "failed"},         /* in one firing: not the event, the non-response */
    {"same_firing", "index: failed, events: death", "fail"},           /* as it enters: not yet inside */
    {"counted", "index: failed, events: death, origin counts: true", "fail"},
    {"landmark", "index: fell, events: responded, landmark: 3 d", ""},
    {"too_early", "index: fell, events: responded, landmark: 7 d", ""},
    {"beyond", "index: fell, events: death, landmark: 9 d", ""},
    {"nobody", "index: index, who: n > 0, events: death", ""},
};
enum { N_BY_HAND = sizeof ASKED_BY_HAND / sizeof *ASKED_BY_HAND };

static const noted NOTED_BY_HAND[] = {
    {"open", 0, 10, -1, 0, 0},        {"by_name", 0, 8, 0, 0, 0},   {"in_vain", 2, 2, 0, 2, 1},
    {"from_index", 0, 2, 0, 0, 0},    {"before", 6, 10, -1, 6, 3},  {"together", 6, 6, 0, 6, 3},
    {"same_firing", 4, 10, -1, 4, 2}, {"counted", 4, 4, 0, 4, 2},   {"landmark", 5, 8, 0, 2, 1},
    {"too_early", NAN, NAN, NAN, 2, 1}, {"beyond", NAN, NAN, NAN, 2, 1}, {"nobody", NAN, NAN, NAN, NAN, NAN},
};

static void hand_made_lives_note_what_they_must(void **state)
{
    (void)state;
    static const char *const engines[] = {"reference", "columnar"};
    world w = {0};
    make_world(&w, BY_HAND, "strategies: {only: {title: Only}}\n", "10 d", ASKED_BY_HAND, N_BY_HAND);
    for (int i = 0; i < 2; i++) {
        result r = run(&w, engines[i], NULL, 0, 1);
        assert_int_equal(r.n, 3000);
        assert_noted(&r, NOTED_BY_HAND, N_BY_HAND);
        assert_true(is(at_end(&r, 0, "in_vain_share"), 0.5));
        assert_true(isnan(at_end(&r, 0, "in_vain_answer")));
        assert_true(is(at_end(&r, 0, "open_risk"), 0));
        forget(&r);
    }
    sq_model_free(w.model);
}

/* ---- random lives --------------------------------------------------------------------------------------------------- */

static const char RANDOM[] = "states: {well: , ill: , treated: , dead: {death: true}}\n"
                             "start: {state: well, do: [{draw: risk, chance: 0.4}]}\nevents:\n"
                             "  fall: {while: state != ill, time: {exponential: {rate: 1/y}}, do: [{set: {n: n + 1}}, {mark: fell}], goto: ill}\n"
                             "  treat:\n    while: ill\n    time: {exponential: {rate: 3/y}}\n    do:\n      - {draw: answer, chance: 0.6}\n"
                             "      - if: answer\n        then: [{mark: responded}, {goto: treated}]\n        else: [{mark: failed}]\n"
                             "  leave: {time: {exponential: {rate: 0.1/y}}, do: [{mark: lost}]}\n"
                             "  die: {time: {exponential: {rate: \"if(risk, 0.4/y, 0.2/y)\"}}, changes: follow, goto: dead}\n";

static const asked ASKED_AT_RANDOM[] = {
    {"os", "index: index, events: death", ""},
    {"efs", "index: index, events: [lost, death]", "failed"},
    {"from_ill", "index: ill, events: death, origin counts: true", "treat"},
    {"rfs", "index: treated, who: n > 1 or risk, events: [ill, death], landmark: 45 d", ""},
    {"kinds", "index: [treated, failed], causes: {kind_lost: lost, kind_fell: fall}, competing: death", ""},
    {"late", "index: index, who: risk, events: death, censor at: lost, landmark: 1 y", ""},
    {"at_once", "index: [failed, responded], events: [responded, death], origin counts: true", "failed"},
    {"both", "index: ill, events: [failed, death], censor at: responded", "treat"},
    {"apart", "index: responded, who: not risk, events: [fell, death], censor at: lost", "failed"},
    {"after_death", "index: death, events: lost", ""},
};
enum { N_AT_RANDOM = sizeof ASKED_AT_RANDOM / sizeof *ASKED_AT_RANDOM };

static bool same_variable(const sq_variables *v, const sq_variable *a, const sq_variable *b)
{
    size_t n = sq_variable_length(v, a), size = a->type == SQ_I32 ? sizeof(int32_t) : sizeof(double);
    return strcmp(a->name, b->name) == 0 && (a->type == SQ_TEXT || memcmp(a->data, b->data, n * size) == 0);
}

static void assert_same(const result *a, const result *b, const char *which)
{
    size_t size = (size_t)sq_written_attributes(a->model);
    assert_true(a->n == b->n || b->n == 0);
    for (size_t i = 0; i < b->n * size; i++)
        if (!is(a->at_end[i], b->at_end[i])) fail_msg("%s: life %zu differs", which, i / size);
    assert_int_equal(a->variables.count, b->variables.count);
    for (size_t i = 0; i < a->variables.count; i++)
        if (!same_variable(&a->variables, &a->variables.items[i], &b->variables.items[i]))
            fail_msg("%s: %s differs", which, a->variables.items[i].name);
}

static void all_executions_note_the_same(void **state)
{
    (void)state;
    static const char *const isas[] = {"scalar", "avx2", "avx512"};
    static const int batches[] = {1, 7, WITHOUT_ROWS, 4096};
    world w = {0};
    make_world(&w, RANDOM, "strategies: {one: {title: One}, two: {title: Two}}\n", "6 y", ASKED_AT_RANDOM, N_AT_RANDOM);
    result reference = run(&w, "reference", NULL, 0, 1);
    assert_int_equal(reference.n, 6000);
    for (int i = 0; i < 3; i++) {
        sq_run_options options;
        for (int k = 0; k < 4 && !sq_run_choose(&options, "columnar", isas[i], NULL); k++) {
            result r = run(&w, "columnar", isas[i], batches[k], 1 + k % 2);
            assert_same(&reference, &r, isas[i]);
            forget(&r);
        }
    }
    forget(&reference);
    sq_model_free(w.model);
}

/* Lives of the first strategy in whose notes an endpoint is entered, and those that end by a cause; cause -2: entered. */
static int64_t count_noted(const result *r, const char *endpoint, int cause)
{
    int64_t n = 0;
    char origin[64], by[64];
    snprintf(origin, sizeof origin, "%s_origin", endpoint);
    snprintf(by, sizeof by, "%s_cause", endpoint);
    for (size_t i = 0; i < r->n; i += 2)
        n += cause == -2 ? !isnan(at_end(r, i, origin)) : at_end(r, i, by) == cause;
    return n;
}

static void notes_say_what_is_counted(void **state)
{
    (void)state;
    world w = {0};
    make_world(&w, RANDOM, "strategies: {one: {title: One}, two: {title: Two}}\n", "6 y", ASKED_AT_RANDOM, N_AT_RANDOM);
    result r = run(&w, "columnar", NULL, 0, 2);
    const sq_variable *n = sq_variables_find(&r.variables, "", "endpoint_n");
    assert_non_null(n);
    for (int i = 0; i < N_AT_RANDOM; i++) {
        const sq_endpoint *e = &w.endpoints[i];
        int64_t entered = count_noted(&r, e->name, -2), ended = count_noted(&r, e->name, -1);
        assert_int_equal(entered, ((const int64_t *)n->data)[i]);
        for (int k = 0; k < e->n_causes; k++) ended += count_noted(&r, e->name, k);
        assert_int_equal(entered, ended);
        assert_true(entered > 0);
    }
    forget(&r);
    sq_model_free(w.model);
}

/* ---- lives that go wrong ---------------------------------------------------------------------------------------------- */

/* What an attribute cannot hold, seen of who enters; the action that sets it so is the first of the event before the last. */
static void what_cannot_be_noted_fails(void **state)
{
    (void)state;
    static const char wrong[] = "states: {well: , ill: , dead: {death: true}}\nstart: {state: well}\nevents:\n"
                                "  fall: {while: well, time: {exponential: {rate: 0.001/y}}, goto: ill}\n"
                                "  odd: {starts: on demand, time: {fixed: 1 d}, do: [{set: {n: \"n - 1\"}}]}\n";
    static const asked endpoint = {"after", "index: ill, events: death", ""};
    static const char *const engines[] = {"reference", "columnar"};
    world w = {0};
    make_world(&w, wrong, "strategies: {only: {title: Only}}\n", "10 y", &endpoint, 1);
    const sq_action *odd = &w.model->actions[w.model->events[1].actions];
    for (int k = 0; k < SEEN; k++)
        if (w.snapshots[k].attribute == attribute(w.model, "after_n")) w.snapshots[k].value = odd->p;
    sq_error err[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        sq_run_options options = {.threads = 1};
        sq_variables variables = {0};
        assert_int_equal(sq_run_choose(&options, engines[i], NULL, &err[i]), SQ_OK);
        assert_int_equal(sq_study_run(w.model, &options, &variables, NULL, &err[i]), SQ_ERR_LIFE);
        assert_non_null(strstr(err[i].text, "after_n becomes -1, which is not a count"));
        sq_variables_free(&variables);
    }
    assert_string_equal(err[0].text, err[1].text);
    sq_model_free(w.model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_made_lives_note_what_they_must),
        cmocka_unit_test(all_executions_note_the_same),
        cmocka_unit_test(notes_say_what_is_counted),
        cmocka_unit_test(what_cannot_be_noted_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
