/* What the loader makes of `emulate:` and of endpoints that it reads: hidden attributes, snapshots, draws of follow-up,
 * estimates, and targets that are estimates. Broken inputs are in tests/broken. */
#include "loaded_study.h"

#include "model/block.h"

#include <math.h>

#define EVENTS                                                                                         \
    "events: {fail: {time: {fixed: 1 d}}, e: {time: {fixed: 2 d}, goto: ill}, f: {time: {fixed: 1 y}, goto: dead}}\n"
#define ENDPOINTS                                                                                      \
    "endpoints:\n"                                                                                     \
    "  os: {events: death}\n"                                                                          \
    "  later: {index: e, who: sex == f, events: death, censor at: fail}\n"                             \
    "  why: {causes: {sick: ill, gone: f}}\n"                                                          \
    "  idle: {events: ill}\n"
#define COHORT                                                                                         \
    "emulate:\n"                                                                                       \
    "  c:\n"                                                                                           \
    "    title: A cohort\n    cohort: later\n"                                                         \
    "    groups: {old: age > 50 y, new: rest}\n"                                                       \
    "    covariates: {n: n, decades: age / 10 y, well: state == well}\n"                               \
    "    size: {new: 23, old: 15}\n    cohorts: 7\n"                                                   \
    "    follow up: {uniform: {min: 1 y, max: \"if(sex == f, 2 y, 3 y)\"}}\n"                          \
    "    drop out: {exponential: {rate: 0.02/y}}\n"                                                    \
    "    estimates:\n"                                                                                 \
    "      alive: {survival: later, at: 3 y, difference: [old, new]}\n"                                \
    "      half: {median: os, group: new}\n"                                                           \
    "      mean: {restricted mean: os, to: 5 y}\n"                                                     \
    "      sick: {incidence: why, cause: gone, at: 2 y}\n"                                             \
    "      decades: {share: decades}\n      well: {share: well}\n"                                     \
    "      old: {fraction: old}\n"                                                                     \
    "      hr: {hazard ratio: later, of: old, adjusted for: [n, well], strata: decades, ties: breslow}\n" \
    "      by_n: {hazard ratio: why, cause: sick, of: n}\n"                                            \
    "      p: {log rank: later}\n"

static int attribute_of(const sq_model *m, const char *name)
{
    for (int i = 0; i < m->n_attributes; i++)
        if (strcmp(m->attributes[i].name, name) == 0) return i;
    return -1;
}

static const sq_endpoint *endpoint_of(const sq_model *m, const char *name)
{
    for (int i = 0; i < m->n_endpoints; i++)
        if (strcmp(m->endpoints[i].name, name) == 0) return &m->endpoints[i];
    fail_msg("no endpoint %s", name);
    return NULL;
}

static const sq_cohort_estimate *estimate_of(const sq_emulation *e, const char *name)
{
    for (int i = 0; i < e->n_estimates; i++)
        if (strcmp(e->estimates[i].name, name) == 0) return &e->estimates[i];
    fail_msg("no estimate %s", name);
    return NULL;
}

static void test_index_and_non_response(void **state)
{
    (void)state;
    study s = load(SMALL EVENTS, ONLY "endpoints: {efs: {events: [ill, death], non-response: fail}, os: {index: [e, fail], "
                                      "events: death}}\n");
    const sq_model *m = s.model;
    sq_bits index = {{0}}, fails = {{0}}, either = {{0}};
    sq_bits_set(&index, SQ_OCCURS_INDEX(m));
    sq_bits_set(&fails, SQ_OCCURS_EVENT(m, 0));
    sq_bits_set(&either, SQ_OCCURS_EVENT(m, 0));
    sq_bits_set(&either, SQ_OCCURS_EVENT(m, 1));
    assert_memory_equal(&m->endpoints[0].from, &index, sizeof index);
    assert_memory_equal(&m->endpoints[0].non_response, &fails, sizeof fails);
    assert_memory_equal(&m->endpoints[1].from, &either, sizeof either);
    assert_false(m->endpoints[0].is_noted || m->n_emulations);
    assert_string_equal(m->endpoints[0].text, "from index to ill or death, no response (fail) an event at time 0");
    assert_int_equal(sq_visible_attributes(m), m->n_attributes);
    drop(&s);
}

static void test_hidden_attributes(void **state)
{
    (void)state;
    study s = load(SMALL EVENTS, ONLY ENDPOINTS COHORT);
    const sq_model *m = s.model;
    static const char *const words[SQ_NOTES] = {"origin", "end", "cause"}, *const noted[] = {"later", "os", "why"};
    int visible = sq_visible_attributes(m);
    assert_int_equal(visible, 6);
    assert_int_equal(m->n_attributes, visible + 3 * SQ_NOTES + 2 + 2 + 3);
    for (int i = 0; i < m->n_attributes; i++) assert_int_equal(m->attributes[i].is_note, i >= visible);
    for (int k = 0; k < 3; k++) {
        const sq_endpoint *endpoint = endpoint_of(m, noted[k]);
        assert_true(endpoint->is_noted);
        for (int i = 0; i < SQ_NOTES; i++) {
            char name[40];
            snprintf(name, sizeof name, "emulate.%s.%s", words[i], noted[k]);
            assert_int_equal(endpoint->note[i], attribute_of(m, name));
            assert_true(m->attributes[endpoint->note[i]].is_written && m->attributes[endpoint->note[i]].may_be_unset);
        }
    }
    assert_false(endpoint_of(m, "idle")->is_noted);
    assert_int_equal(endpoint_of(m, "os")->n_snapshots, 0);
    drop(&s);
}

/* Each evaluated for a patient of 60 years with n = 3 in state ill. */
static void test_snapshots(void **state)
{
    (void)state;
    study s = load(SMALL EVENTS, ONLY ENDPOINTS COHORT);
    const sq_model *m = s.model;
    const sq_emulation *e = &m->emulations[0];
    const sq_endpoint *later = endpoint_of(m, "later");
    double *block = calloc((size_t)m->block_size + 1, sizeof *block), attribute[64] = {0};
    sq_error err = {0};
    assert_int_equal(sq_block_fill(m, 0, NULL, block, &err), SQ_OK);
    attribute[attribute_of(m, "age")] = 60 * SQ_DAYS_PER_YEAR;
    attribute[attribute_of(m, "n")] = 3;
    sq_view view = {.model = m, .block = block, .attribute = attribute, .state = 1};
    const double expected[] = {1, 1, 3, 6, 0};
    assert_int_equal(later->n_snapshots, 5);
    for (int i = 0; i < 5; i++) {
        const sq_snapshot *snapshot = &m->snapshots[later->first_snapshot + i];
        assert_int_equal(snapshot->attribute, i < 2 ? e->groups[i].attribute : e->covariates[i - 2].attribute);
        assert_true(fabs(sq_program_value(&view, snapshot->value, -1) - expected[i]) < 1e-12);
    }
    free(block);
    drop(&s);
}

static void test_emulation(void **state)
{
    (void)state;
    study s = load(SMALL EVENTS, ONLY ENDPOINTS COHORT);
    const sq_model *m = s.model;
    const sq_emulation *e = &m->emulations[0];
    assert_int_equal(m->n_emulations, 1);
    assert_string_equal(e->name, "c");
    assert_string_equal(e->title, "A cohort");
    assert_int_equal(e->endpoint, 1);
    assert_true(e->n_groups == 2 && e->groups[0].size == 15 && e->groups[1].size == 23 && e->size == 0 && e->n_cohorts == 7);
    assert_int_equal(e->follow_up, attribute_of(m, "emulate.c.follow_up"));
    assert_int_equal(e->drop_out, attribute_of(m, "emulate.c.drop_out"));
    assert_false(m->attributes[e->follow_up].is_written);
    int drawn[2] = {0, 0};
    for (const sq_action *a = &m->actions[m->baseline_actions]; a->code != SQ_ACT_END; a++) {
        if (a->code != SQ_ACT_DRAW) continue;
        const sq_site *site = &m->sites[m->draws[a->b].site];
        assert_true(site->is_note);
        drawn[0] += a->a == e->follow_up && strcmp(site->path, "emulate.c.follow_up") == 0;
        drawn[1] += a->a == e->drop_out && strcmp(site->path, "emulate.c.drop_out") == 0;
    }
    assert_true(drawn[0] == 1 && drawn[1] == 1);
    drop(&s);
}

static void test_estimates(void **state)
{
    (void)state;
    study s = load(SMALL EVENTS, ONLY ENDPOINTS COHORT);
    const sq_emulation *e = &s.model->emulations[0];
    const sq_cohort_estimate *alive = estimate_of(e, "alive"), *half = estimate_of(e, "half"), *hr = estimate_of(e, "hr");
    const sq_cohort_estimate *sick = estimate_of(e, "sick"), *by_n = estimate_of(e, "by_n"), *p = estimate_of(e, "p");
    assert_true(alive->kind == SQ_ESTIMATE_SURVIVAL && alive->group == 0 && alive->against == 1 && alive->cause == -1);
    assert_true(alive->endpoint == 1 && alive->time == 3 * SQ_DAYS_PER_YEAR);
    assert_true(half->kind == SQ_ESTIMATE_MEDIAN && half->endpoint == 0 && half->group == 1 && half->against == -1);
    assert_true(estimate_of(e, "mean")->time == 5 * SQ_DAYS_PER_YEAR && estimate_of(e, "mean")->group == -1);
    assert_true(sick->kind == SQ_ESTIMATE_INCIDENCE && sick->endpoint == 2 && sick->cause == 1);
    assert_true(estimate_of(e, "decades")->covariate == 1 && estimate_of(e, "decades")->endpoint == -1);
    assert_true(estimate_of(e, "old")->kind == SQ_ESTIMATE_FRACTION && estimate_of(e, "old")->group == 0);
    assert_true(hr->group == 0 && hr->covariate == -1 && hr->adjusted == 5 && hr->strata == 2 && hr->breslow);
    assert_true(by_n->covariate == 0 && by_n->group == -1 && by_n->cause == 0 && !by_n->breslow);
    assert_true(p->kind == SQ_ESTIMATE_LOG_RANK && p->cause == -1);
    assert_string_equal(alive->text, "survival of later at 3 y, in old less in new");
    assert_string_equal(hr->text, "hazard ratio of old for later, adjusted for n, well, in strata of decades, ties as Breslow");
    assert_string_equal(sick->text, "incidence of gone at 2 y");
    assert_string_equal(by_n->text, "hazard ratio of n for sick");
    drop(&s);
}

/* Published figures have the unit of their estimate. */
static void test_targets(void **state)
{
    (void)state;
    study s = load(SMALL EVENTS, ONLY ENDPOINTS COHORT
                   "targets:\n"
                   "  a: {what: {estimate: c.alive}, published: -12 %, interval: [-30 %, 5 %]}\n"
                   "  b: {what: {estimate: c.half}, published: 14 mo, use: display}\n"
                   "  c: {what: {estimate: c.well}, published: 9 of 15}\n"
                   "  d: {what: {estimate: c.decades}, published: 5.2}\n"
                   "  e: {what: {estimate: c.hr}, published: 0.41, interval: [0.2, 0.9]}\n");
    const sq_target *t = s.model->targets;
    assert_int_equal(s.model->n_targets, 5);
    for (int i = 0; i < 5; i++) assert_true(t[i].kind == SQ_TARGET_ESTIMATE && t[i].index == 0 && t[i].strategy == 0);
    assert_true(t[0].estimate == 0 && fabs(t[0].published + 0.12) < 1e-15 && fabs(t[0].lower + 0.3) < 1e-15);
    assert_true(t[1].published == 14 * SQ_DAYS_PER_MONTH && isnan(t[1].lower));
    assert_true(t[2].published == 0.6 && t[2].k == 9 && t[2].lower > 0.3 && t[2].upper < 0.9);
    assert_true(t[3].published == 5.2 && t[4].published == 0.41 && t[4].upper == 0.9);
    drop(&s);
}

/* A cohort of all that comes, and one of a strategy that this run leaves out. */
static void test_strategies_left_out(void **state)
{
    (void)state;
    const char *names[] = {"B"};
    sq_load_options options = {.n_strategies = 1, .strategies = names};
    study s = load_with(SMALL EVENTS,
                        "strategies: {A: , B: }\n" ENDPOINTS
                        "emulate:\n"
                        "  of_a: {strategy: A, cohort: later, size: 3, estimates: {m: {median: os}}}\n"
                        "  of_b: {strategy: B, cohort: os, size: 5, estimates: {m: {median: os}}}\n"
                        "targets:\n"
                        "  a: {what: {estimate: of_a.m}, published: 1 y}\n"
                        "  b: {what: {estimate: of_b.m}, published: 1 y}\n", &options);
    assert_int_equal(s.status, SQ_OK);
    const sq_model *m = s.model;
    assert_true(m->n_emulations == 1 && m->n_targets == 1);
    assert_string_equal(m->emulations[0].name, "of_b");
    assert_true(m->emulations[0].size == 5 && m->emulations[0].n_groups == 0 && m->emulations[0].n_cohorts == 2000);
    assert_true(m->emulations[0].strategy == 0 && m->emulations[0].follow_up == -1 && m->targets[0].strategy == 0);
    assert_false(endpoint_of(m, "later")->is_noted);
    assert_int_equal(m->n_attributes - sq_visible_attributes(m), SQ_NOTES);
    drop(&s);
}

/* Two of one endpoint: notes once, snapshots of both together. */
static void test_two_of_one_endpoint(void **state)
{
    (void)state;
    study s = load(SMALL EVENTS, ONLY ENDPOINTS
                   "emulate:\n"
                   "  x: {cohort: later, covariates: {n: n}, size: 3, estimates: {m: {median: later}}}\n"
                   "  y: {cohort: os, covariates: {n: n}, size: 3, estimates: {m: {median: later}}}\n"
                   "  z: {cohort: later, covariates: {n: n + 1}, size: 3, estimates: {m: {median: later}}}\n");
    const sq_model *m = s.model;
    const sq_endpoint *later = endpoint_of(m, "later"), *os = endpoint_of(m, "os");
    assert_true(later->n_snapshots == 2 && os->n_snapshots == 1);
    assert_int_equal(m->n_attributes - sq_visible_attributes(m), 2 * SQ_NOTES + 3);
    assert_int_equal(m->snapshots[later->first_snapshot].attribute, m->emulations[0].covariates[0].attribute);
    assert_int_equal(m->snapshots[later->first_snapshot + 1].attribute, m->emulations[2].covariates[0].attribute);
    assert_int_equal(m->snapshots[os->first_snapshot].attribute, m->emulations[1].covariates[0].attribute);
    drop(&s);
}

/* What is hidden is in no sentence that lists what can be named. */
static void test_notes_are_not_offered(void **state)
{
    (void)state;
    study s = load_with(SMALL EVENTS, ONLY ENDPOINTS COHORT "outputs: {by: emulate.c.follow_up}\n", NULL);
    assert_int_equal(s.status, SQ_ERR_INPUT);
    assert_non_null(strstr(s.said, "unknown attribute 'emulate.c.follow_up'"));
    assert_null(strstr(s.said, "emulate.c.drop_out"));
    drop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_and_non_response), cmocka_unit_test(test_hidden_attributes),
        cmocka_unit_test(test_snapshots),              cmocka_unit_test(test_emulation),
        cmocka_unit_test(test_estimates),              cmocka_unit_test(test_targets),
        cmocka_unit_test(test_strategies_left_out),    cmocka_unit_test(test_two_of_one_endpoint),
        cmocka_unit_test(test_notes_are_not_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
