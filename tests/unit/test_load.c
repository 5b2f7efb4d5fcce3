/* Loading: from a text to the frozen model. Small studies are written to a temporary folder; what
 * the engine will read is then looked at piece by piece. Broken inputs are in tests/broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "loaded_study.h"

#include "model/block.h"
#include "rand/address.h"

#include <math.h>

static double parameter(const study *s, int strategy, const char *name)
{
    const sq_model *m = s->model;
    double *block = calloc((size_t)m->block_size + 1, sizeof *block), value = NAN;
    sq_error err = {0};
    assert_non_null(block);
    assert_int_equal(sq_block_fill(m, strategy, NULL, block, &err), SQ_OK);
    for (int i = 0; i < m->n_parameters; i++)
        if (strcmp(m->parameters[i].name, name) == 0) value = block[m->parameters[i].slot];
    free(block);
    assert_true(value == value); /* no parameter of that name leaves a NaN */
    return value;
}

static sq_view view_of(const study *s, double *block, double *attribute)
{
    sq_error err = {0};
    assert_int_equal(sq_block_fill(s->model, 0, NULL, block, &err), SQ_OK);
    return (sq_view){.model = s->model, .block = block, .attribute = attribute};
}

/* ---- parameters ------------------------------------------------------------------------- */

static void test_values_in_any_order(void **state)
{
    (void)state;
    study s = load(SMALL, ONLY "parameters:\n  p: q * 2\n  q: r + 1 d\n  r: 2 wk\n");
    assert_true(parameter(&s, 0, "p") == 30);
    assert_true(parameter(&s, 0, "q") == 15);
    drop(&s);
}

/* A label that is written like a word of the parameter files is an entry like any other. */
static void test_labels_like_words(void **state)
{
    (void)state;
    study s = load("model: labels\n"
                   "categories: {organ: [age, tail, in]}\n"
                   "states: {well: , dead: {death: true}}\n"
                   "start: {state: well}\n",
                   ONLY "parameters:\n  a: {by: organ, age: 2 * z, tail: z, in: z + 1}\n  z: 3\n");
    assert_true(parameter(&s, 0, "a[age]") == 6);
    assert_true(parameter(&s, 0, "a[tail]") == 3);
    assert_true(parameter(&s, 0, "a[in]") == 4);
    drop(&s);
}

static void test_statements_of_papers(void **state)
{
    (void)state;
    study s =
        load(SMALL, ONLY
             "parameters:\n"
             "  share: {count: 11 of 23, source: x}\n"
             "  hr: {hazard ratio: \"0.55 [0.41, 0.71]\", source: x}\n"
             "  cost: {value: 10 EUR/d, range: [1 EUR/d, 70 EUR/wk], class: judgement, note: y}\n");
    const sq_parameter *p = s.model->parameters;
    assert_true(parameter(&s, 0, "share") == 11.0 / 23);
    assert_int_equal(p[0].uncertainty, SQ_BETA);
    assert_int_equal(p[0].unit.kind, SQ_KIND_PROBABILITY);
    assert_int_equal(p[0].class, SQ_SOURCED);
    assert_int_equal(p[1].uncertainty, SQ_LOG_NORMAL);
    assert_true(p[1].u[0] == 0.41 && p[1].u[1] == 0.71);
    assert_int_equal(p[2].class, SQ_JUDGEMENT);
    assert_true(p[2].u[0] == 1 && p[2].u[1] == 10);
    drop(&s);
}

static void test_tables_by_category(void **state)
{
    (void)state;
    study s = load(SMALL, ONLY
                   "parameters:\n"
                   "  cr:\n    by: [drug, sex]\n    note: shared\n"
                   "    a: {f: 10 %, m: 0.2}\n    b: {default: 0.3, m: {value: 40 %, note: own}}\n"
                   "    default: {value: 0, class: filler}\n");
    assert_int_equal(s.model->n_parameters, 6);
    assert_int_equal(s.model->parameters[0].class, SQ_FILLER);
    assert_int_equal(s.model->parameters[3].class, SQ_UNSOURCED);
    assert_string_equal(s.model->parameters[3].name, "cr[a, m]");
    assert_string_equal(s.model->parameters[3].note, "shared");
    assert_string_equal(s.model->parameters[5].note, "own");
    assert_true(parameter(&s, 0, "cr[none, f]") == 0);
    assert_true(parameter(&s, 0, "cr[a, f]") == 0.1);
    assert_true(parameter(&s, 0, "cr[b, f]") == 0.3);
    assert_true(parameter(&s, 0, "cr[b, m]") == 0.4);
    assert_int_equal(s.model->parameters[0].unit.kind, SQ_KIND_PROBABILITY);
    drop(&s);
}

static void test_replacing_numbers(void **state)
{
    (void)state;
    const char *sets[] = {"cr[ b ]=0.9", "horizon=3 y", "curve.scale=5 d"};
    sq_load_options options = {.n_sets = 3, .sets = sets};
    study s = load_with(
        SMALL,
        "parameters:\n  cr: {by: drug, default: 0.1}\n  gap: 7 d\n  twice: 2 * gap\n  other: 1 d\n"
        "  curve: {law: weibull, shape: 2, scale: 3 d}\n"
        "override: {gap: 8 d}\n"
        "strategies:\n  base: \n  late: {set: {gap: \"other * 10\", \"cr[a]\": 0.5}}\n",
        &options);
    assert_int_equal(s.status, SQ_OK);
    assert_true(parameter(&s, 0, "twice") == 16);
    assert_true(parameter(&s, 1, "twice") == 20); /* though `other` is defined after `gap` */
    assert_true(parameter(&s, 0, "cr[a]") == 0.1 && parameter(&s, 1, "cr[a]") == 0.5);
    assert_true(parameter(&s, 0, "cr[b]") == 0.9);
    assert_true(parameter(&s, 0, "curve.scale") == 5);
    assert_true(s.model->horizon == 3 * SQ_DAYS_PER_YEAR);
    drop(&s);
}

static const sq_parameter *row_of(const study *s, const char *name)
{
    for (int i = 0; i < s->model->n_parameters; i++)
        if (strcmp(s->model->parameters[i].name, name) == 0) return &s->model->parameters[i];
    fail_msg("no parameter '%s'", name);
    return NULL;
}

/* The source of a number is not that of the one that replaces it. */
static void test_replaced_numbers_lose_their_source(void **state)
{
    (void)state;
    const char *sets[] = {"p=0.9"};
    sq_load_options options = {.n_sets = 1, .sets = sets};
    study s = load_with(SMALL,
                        ONLY "parameters:\n"
                             "  p: {count: 1 of 2, source: A 2019}\n"
                             "  q: {value: 1 d, interval: [0 d, 2 d], source: B 2020}\n"
                             "  r: {value: 1 d, source: C 2021}\n"
                             "override: {q: 3 d, r: {value: 2 d, source: D 2022}}\n",
                        &options);
    assert_int_equal(s.status, SQ_OK);
    assert_int_equal(row_of(&s, "p")->class, SQ_UNSOURCED);
    assert_string_equal(row_of(&s, "p")->source, "");
    assert_string_equal(row_of(&s, "p")->note, "replaced on the command line");
    assert_int_equal(row_of(&s, "p")->uncertainty, SQ_CERTAIN);
    assert_int_equal(row_of(&s, "q")->class, SQ_UNSOURCED);
    assert_non_null(strstr(row_of(&s, "q")->note, "replaced by override at "));
    assert_int_equal(row_of(&s, "r")->class, SQ_SOURCED);
    assert_string_equal(row_of(&s, "r")->source, "D 2022");
    assert_non_null(strstr(s.said, "2 parameters have no source: p, q"));
    drop(&s);
}

/* A map in place of one number says what is known of it. */
static void test_overrides_may_have_sources(void **state)
{
    (void)state;
    study s = load(SMALL, ONLY "parameters:\n"
                               "  p: {by: sex, default: 0.5, source: A 2019}\n"
                               "override: {\"p[f]\": {value: 0.4, interval: [0.3, 0.6], class: calibrated, source: B}}\n");
    assert_int_equal(s.status, SQ_OK);
    assert_int_equal(row_of(&s, "p[f]")->class, SQ_CALIBRATED);
    assert_int_equal(row_of(&s, "p[f]")->uncertainty, SQ_INTERVAL);
    assert_string_equal(row_of(&s, "p[f]")->source, "B");
    assert_int_equal(row_of(&s, "p[m]")->class, SQ_SOURCED);
    drop(&s);
}

/* Laws given by knots are listed too, a row for each entry. */
static void test_tables_are_listed(void **state)
{
    (void)state;
    study s = load(SMALL "events:\n  die: {time: \"mort[sex]\", goto: dead}\n"
                         "  e: {while: [well], time: curve, goto: ill}\n",
                   ONLY "parameters:\n"
                        "  mort: {law: life table, csv: ages.csv, age: age, rate: rate, by: {sex: sex},"
                        " source: tables of 2020}\n"
                        "  curve: {law: piecewise, rates: {0 d: 0.1/y, 1 y: 0.2/y, 2 y: 0.1/y}}\n");
    assert_int_equal(s.model->n_parameters, 3);
    const sq_parameter *mort = row_of(&s, "mort[m]"), *curve = row_of(&s, "curve");
    assert_true(mort->slot == -1 && mort->n_values == 2 && mort->class == SQ_SOURCED);
    assert_string_equal(mort->source, "tables of 2020");
    assert_int_equal(mort->unit.time, -1);
    assert_true(curve->slot == -1 && curve->n_values == 3 && curve->class == SQ_UNSOURCED);
    assert_non_null(strstr(s.said, "1 parameter has no source: curve"));
    drop(&s);
    const char *sets[] = {"mort[m]=0.9/y"};
    sq_load_options options = {.n_sets = 1, .sets = sets};
    s = load_with(SMALL,
                  ONLY "parameters:\n  mort: {law: life table, csv: ages.csv, age: age, rate: rate,"
                       " by: {sex: sex}}\n",
                  &options);
    assert_int_equal(s.status, SQ_ERR_INPUT);
    assert_non_null(strstr(s.said, "'mort[m]' can only be replaced as a whole"));
    drop(&s);
}

static void test_laws_from_statements(void **state)
{
    (void)state;
    study s = load(SMALL "events:\n"
                         "  e: {time: \"curve[drug]\", goto: ill}\n"
                         "  f: {time: {exponential: {median: 10 d}}, goto: ill}\n"
                         "  g: {time: {lognormal: {meanlog: 2, in: wk, sdlog: 1}}, goto: ill}\n"
                         "  h: {time: {exponential: {mean: 4 d}}, goto: ill}\n",
                   ONLY "parameters:\n  curve:\n    law: weibull\n    by: drug\n"
                        "    default: {shape: 1, median: 10 d}\n    b: {shape: 2, scale: 3 d}\n");
    const sq_model *m = s.model;
    double block[64], attribute[8] = {2};
    sq_view view = view_of(&s, block, attribute);
    sq_law law;
    sq_law_at(&view, &m->events[0].law, &law);
    assert_true(law.family == SQ_WEIBULL && law.arg[0] == 2 && law.arg[1] == 3);
    attribute[0] = 1;
    sq_law_at(&view, &m->events[0].law, &law);
    assert_true(fabs(law.arg[1] * log(2) - 10) < 1e-12);
    sq_law_at(&view, &m->events[1].law, &law);
    assert_true(fabs(law.arg[0] - log(2) / 10) < 1e-15);
    sq_law_at(&view, &m->events[2].law, &law);
    assert_true(fabs(law.arg[0] / (exp(2) * 7) - 1) < 1e-14);
    sq_law_at(&view, &m->events[3].law, &law);
    assert_true(law.arg[0] == 0.25);
    assert_true(sq_bits_has(&m->events[0].law_reads, 0));
    drop(&s);
}

static void test_life_table_by_attribute(void **state)
{
    (void)state;
    study s = load(
        SMALL "events:\n  die:\n    from: birth\n    goto: dead\n"
              "    time: {life table: {csv: ages.csv, age: age, rate: rate, by: {sex: sex}}}\n",
        ONLY);
    double block[64], attribute[8] = {0, 1};
    sq_view view = view_of(&s, block, attribute);
    sq_law law;
    sq_law_at(&view, &s.model->events[0].law, &law);
    assert_int_equal(law.table.n, 2);
    assert_true(law.table.x[1] == 50 * SQ_DAYS_PER_YEAR);
    assert_true(law.table.y[0] == 0.2 / SQ_DAYS_PER_YEAR &&
                law.table.y[1] == 0.4 / SQ_DAYS_PER_YEAR);
    assert_int_equal(s.model->events[0].origin, SQ_FROM_BIRTH);
    assert_int_equal(s.model->events[0].origin_index, 2);
    drop(&s);
}

/* ---- events and actions ----------------------------------------------------------------- */

static void test_conditions(void **state)
{
    (void)state;
    study s = load(SMALL "events:\n"
                         "  a: {while: [well, ill], time: {fixed: 1 d}, goto: dead}\n"
                         "  b: {while: ill, time: {fixed: 1 d}, goto: dead}\n"
                         "  c: {while: \"n > 1 and happened(a)\", time: {fixed: 1 d}, goto: dead}\n"
                         "  d: {time: {fixed: 1 d}, goto: dead}\n",
                   ONLY);
    const sq_model *m = s.model;
    double block[8], attribute[8] = {0};
    uint64_t happened[1] = {0};
    sq_view view = view_of(&s, block, attribute);
    view.happened = happened;
    assert_true(sq_program_value(&view, m->events[0].condition, 0) == 1);
    assert_true(sq_program_value(&view, m->events[1].condition, 0) == 0);
    view.state = 1;
    assert_true(sq_program_value(&view, m->events[1].condition, 0) == 1);
    attribute[3] = 2;
    assert_true(sq_program_value(&view, m->events[2].condition, 0) == 0);
    happened[0] = 1ULL << SQ_OCCURS_EVENT(m, 0);
    assert_true(sq_program_value(&view, m->events[2].condition, 0) == 1);
    assert_true(sq_bits_has(&m->events[2].condition_reads, 3));
    assert_true(sq_bits_has(&m->events[2].condition_reads, SQ_READS_HAPPENED(m)));
    assert_int_equal(m->events[3].condition.count, 0);
    drop(&s);
}

/* The codes of the actions an event runs, following each jump's place in the list. */
static void expect_codes(const sq_model *m, int first, const sq_act_code *codes)
{
    do assert_int_equal(m->actions[first++].code, *codes);
    while (*codes++ != SQ_ACT_END);
}

static void test_branches_become_jumps(void **state)
{
    (void)state;
    study s = load(
        SMALL "events:\n  e:\n    time: {fixed: 1 d}\n    do:\n"
              "      - split: fate\n        into:\n"
              "          - {label: good, chance: 0.3, do: [{set: {n: 1}}]}\n"
              "          - {otherwise: [], goto: ill}\n"
              "      - if: n > 0\n        then: [{set: {n: 2}}]\n        else: [{mark: bad}]\n"
              "      - choose first: [{if: n > 1, do: [{mark: two}]}, {otherwise: [{mark: bad}]}]\n"
              "    goto: dead\n",
        ONLY);
    const sq_model *m = s.model;
    static const sq_act_code codes[] = {
        SQ_ACT_SPLIT,  SQ_ACT_SET,  SQ_ACT_JUMP, SQ_ACT_GOTO, SQ_ACT_JUMP,
        SQ_ACT_UNLESS, SQ_ACT_SET,  SQ_ACT_JUMP, SQ_ACT_MARK, SQ_ACT_UNLESS,
        SQ_ACT_MARK,   SQ_ACT_JUMP, SQ_ACT_MARK, SQ_ACT_GOTO, SQ_ACT_END,
    };
    int first = m->events[0].actions;
    expect_codes(m, first, codes);
    const sq_draw *draw = &m->draws[m->actions[first].b];
    assert_int_equal(draw->n_options, 2);
    assert_int_equal(m->draw_options[draw->first_option].value, first + 1);
    assert_int_equal(m->draw_options[draw->first_option + 1].value, first + 3);
    assert_string_equal(m->draw_options[draw->first_option].name, "good");
    assert_int_equal(m->actions[first + 2].a, first + 5);
    assert_int_equal(m->actions[first + 4].a, first + 5);
    assert_int_equal(m->actions[first + 5].a, first + 8);
    assert_int_equal(m->actions[first + 7].a, first + 9);
    assert_int_equal(m->actions[first + 9].a, first + 12);
    assert_int_equal(m->actions[first + 11].a, first + 13);
    assert_int_equal(m->n_marks, 2);
    assert_string_equal(m->sites[draw->site].path, "e.fate");
    drop(&s);
}

static void test_sites_and_keys(void **state)
{
    (void)state;
    study s = load(SMALL "events:\n  e: {time: {fixed: 1 d}, key: [drug, sex], goto: dead}\n"
                         "  f: {time: {fixed: 1 d}, do: [{draw: n, from: {uniform: {min: 1, max: "
                         "2}}, site: own}]}\n",
                   ONLY);
    const sq_model *m = s.model;
    const sq_site *site = &m->sites[m->events[0].site];
    assert_string_equal(m->sites[m->latent_site].path, "population.z1");
    assert_string_equal(m->sites[m->latent_site + 1].path, "population.z2");
    assert_int_equal(site->n_slots, 6);
    uint64_t hash = sq_site_hash_with(sq_site_hash_with(sq_site_hash("e"), "b"), "f");
    assert_true(site->hash[4] == hash);
    assert_int_equal(m->n_counters, 2 + 6 + 2);
    assert_string_equal(m->sites[m->draws[0].site].path, "f.own");
    drop(&s);
}

static void test_loadings(void **state)
{
    (void)state;
    study s =
        load(SMALL "events:\n  e: {time: {fixed: 1 d}, loads on: {z1: 0.6, z2: 0.5}, goto: dead}\n",
             ONLY "population: {correlation: {z2: {z1: r}}}\nparameters: {r: 0.3}\n");
    double block[16], attribute[8] = {0, 0, 0, 0, 2, -1};
    sq_view view = view_of(&s, block, attribute);
    const sq_loading *loading = &s.model->events[0].loading;
    assert_true(fabs(sq_program_value(&view, loading->mean, 0) - (0.6 * 2 - 0.5)) < 1e-15);
    double variance = 0.36 + 0.25 + 2 * 0.6 * 0.5 * 0.3;
    assert_true(fabs(sq_program_value(&view, loading->sd, 0) - sqrt(1 - variance)) < 1e-15);
    const double *factor = block + s.model->factor;
    assert_true(factor[0] == 1 && factor[2] == 0.3 && fabs(factor[3] - sqrt(0.91)) < 1e-15);
    drop(&s);
}

/* ---- decisions, rewards, measures ------------------------------------------------------- */

static void test_rules_are_spliced(void **state)
{
    (void)state;
    study s = load(
        SMALL
        "decisions:\n  next: {of: drug, do: [{set: {drug: next}}], options: {a: [{goto: ill}]}}\n"
        "events:\n  e: {time: {fixed: 1 d}, do: [{decide: next}]}\n",
        "strategies:\n  A: {decisions: {next: [{if: n > 3, choose: a, set: {n: 0}}, {use: "
        "rest_of}]}}\n  B: \n"
        "rules: {rest_of: [{if: n > 2, choose: b}, {choose: none}]}\n"
        "decisions: {next: [{choose: b}]}\nreference: B\n");
    const sq_model *m = s.model;
    const sq_rule_list *lists = m->strategies[0].rules;
    assert_int_equal(lists[0].count, 3);
    assert_int_equal(m->rules[lists[0].first].option, 1);
    assert_int_equal(m->actions[m->rules[lists[0].first].sets].code, SQ_ACT_SET);
    assert_int_equal(m->rules[lists[0].first + 2].condition.count, 0);
    assert_int_equal(m->strategies[1].rules[0].count, 1);
    assert_int_equal(m->reference, 1);
    assert_int_equal(m->decisions[0].option[0], -1);
    assert_int_equal(m->actions[m->decisions[0].option[1]].code, SQ_ACT_GOTO);
    assert_string_equal(m->attributes[m->decisions[0].attribute].name, "next");
    drop(&s);
}

static void test_rewards_by_state(void **state)
{
    (void)state;
    study s = load(
        SMALL
        "utility: {well: 1, ill: u}\ncosts: {care: {ill: 10 EUR/d}, visits: \"tariff(now)\"}\n",
        ONLY "parameters:\n  u: 0.5\n  tariff: {piecewise: {0 d: 1 EUR/d, 5 d: 3 EUR/d}, unit: "
             "money/time}\n");
    const sq_model *m = s.model;
    double block[16], attribute[8] = {0};
    sq_view view = view_of(&s, block, attribute);
    const double utility[] = {1, 0.5, 0}, care[] = {0, 10, 0};
    for (view.state = 0; view.state < 3; view.state++) {
        assert_true(sq_program_value(&view, m->utility, -1) == utility[view.state]);
        assert_true(sq_program_value(&view, m->costs[0].rate, -1) == care[view.state]);
    }
    view.now = 6;
    assert_true(sq_program_value(&view, m->costs[1].rate, -1) == 3);
    assert_int_equal(m->n_breaks, 1);
    drop(&s);
}

static void test_endpoints_and_targets(void **state)
{
    (void)state;
    study s = load(
        SMALL "events: {e: {time: {fixed: 1 d}, goto: ill}, f: {time: {fixed: 1 y}, goto: dead}}\n",
        ONLY "endpoints:\n"
             "  os: {events: death}\n"
             "  why: {index: [e], causes: {sick: ill, gone: f}, competing: death, landmark: 2 wk}\n"
             "targets:\n"
             "  k: {what: {incidence: why, cause: gone, at: 1 y}, published: 53 of 104}\n"
             "  v: {what: {survival: os, at: 1 y}, published: 51 %, n: 100}\n"
             "  m: {what: {median: os}, published: 11 mo, interval: [9 mo, 13 mo]}\n"
             "  o: {what: {occupancy: ill, at: 1 y}, published: 0.2}\n");
    const sq_model *m = s.model;
    assert_int_equal(m->n_causes, 4);
    assert_string_equal(m->causes[0].name, "os");
    assert_string_equal(m->causes[3].name, "why_competing");
    assert_true(m->endpoints[1].has_competing && m->endpoints[1].n_causes == 3);
    assert_true(m->endpoints[1].landmark == 14);
    assert_true(sq_bits_has(&m->causes[0].events, SQ_OCCURS_DEATH(m)));
    assert_true(sq_bits_has(&m->endpoints[0].from, SQ_OCCURS_INDEX(m)));
    assert_int_equal(m->targets[0].index, 2);
    assert_true(m->targets[0].published == 53.0 / 104 && m->targets[0].lower < 0.42 &&
                m->targets[0].upper > 0.6);
    assert_true(m->targets[1].k == 51 && m->targets[1].lower > 0.4);
    assert_true(m->targets[2].published == 11 * SQ_DAYS_PER_MONTH);
    assert_true(m->targets[2].n != m->targets[2].n); /* NaN: not stated */
    assert_true(m->targets[3].kind == SQ_TARGET_OCCUPANCY && m->targets[3].time == 365.25);
    assert_string_equal(m->states[m->targets[3].index].name, "ill");
    drop(&s);
}

static void test_population(void **state)
{
    (void)state;
    study s = load(
        SMALL, ONLY
        "population:\n  csv: {file: people.csv, columns: {age: {column: years, in: y}, sex: sex}}\n"
        "  attributes: {drug: {among: {a: 0.4, b: rest}}, n: 3}\n");
    const sq_model *m = s.model;
    assert_int_equal(m->patients.n_rows, 2);
    assert_true(m->patients.value[0] == 40 * SQ_DAYS_PER_YEAR && m->patients.value[1] == 1);
    assert_true(m->patients.value[3] == 0);
    /* Initial values of what the file does not give, then the population's own, in order. */
    static const sq_act_code codes[] = {SQ_ACT_SET, SQ_ACT_SET, SQ_ACT_DRAW, SQ_ACT_SET,
                                        SQ_ACT_END};
    expect_codes(m, m->baseline_actions, codes);
    assert_int_equal(m->csv_site, -1);
    assert_non_null(strstr(m->population_text, "2 rows, in order, from the start after the last"));
    assert_non_null(
        strstr(m->population_text, "column age: least 40 y, mean 45 y, greatest 50 y"));
    assert_non_null(strstr(m->population_text, "column sex: f 1, m 1"));
    drop(&s);
}

/* A column that is not there is told once: not also as an attribute without a value. */
static void test_missing_column(void **state)
{
    (void)state;
    study s = load_with("model: m\nattributes: {age: time}\n"
                        "states: {well: , dead: {death: true}}\nstart: {state: well}\n",
                        ONLY "population: {csv: {file: people.csv, columns: {age: ages}}}\n", NULL);
    assert_int_equal(s.status, SQ_ERR_INPUT);
    assert_non_null(strstr(s.said, "has no column 'ages'"));
    assert_null(strstr(s.said, "has no value at baseline"));
    drop(&s);
}

/* A death state that does not say so is found where utility by state misses it. */
static void test_death_without_its_key(void **state)
{
    (void)state;
    study s = load_with("model: m\nstates: {well: , dead: }\nstart: {state: well}\n"
                        "utility: {well: 1}\n",
                        ONLY, NULL);
    assert_int_equal(s.status, SQ_ERR_INPUT);
    assert_non_null(strstr(s.said, "'dead' is missing; or is it a death state? (death: true)"));
    drop(&s);
}

static void test_discount_and_grid(void **state)
{
    (void)state;
    study s = load(SMALL, ONLY "discount: {rate: 3 %, then: {from: 30 y, rate: 0}}\n"
                               "outputs: {grid: {to: 1 y, every: 1 mo}, quantiles: [0.5]}\n");
    assert_true(fabs(s.model->discount[SQ_DISCOUNT_EFFECTS].rate[0] * SQ_DAYS_PER_YEAR - log(1.03)) < 1e-16);
    assert_true(s.model->discount[SQ_DISCOUNT_COSTS].rate[1] == 0 &&
                s.model->discount[SQ_DISCOUNT_COSTS].change == 30 * SQ_DAYS_PER_YEAR);
    assert_int_equal(s.model->n_grid, 13);
    assert_int_equal(s.model->n_quantiles, 1);
    drop(&s);
}

/* One attribute or part of the results may stand for a list of one. */
static void test_outputs_of_one(void **state)
{
    (void)state;
    study s = load(SMALL, ONLY "outputs: {by: sex, without: qalys}\n"
                        "population: {attributes: {sex: {among: {f: 0.5, m: rest}}}}\n");
    assert_int_equal(s.model->n_subgroups, 2);
    assert_false(sq_wants(s.model, SQ_OUT_QALYS));
    assert_true(sq_wants(s.model, SQ_OUT_COSTS));
    drop(&s);
}

/* ---- warnings, words, a model alone ----------------------------------------------------- */

static void test_warnings(void **state)
{
    (void)state;
    study s = load(
        SMALL "events:\n  e: {while: ill, time: curve, goto: dead}\n"
              "  f: {time: {fixed: 1 d}, starts: on demand}\n",
        ONLY
        "parameters: {curve: {law: exponential, median: 1 y, describes: all_cause}, idle: 3}\n");
    static const char *const expected[] = {
        "nothing ever leads to the state 'ill'",
        "the event 'e' can never happen",
        "nothing starts it",
        "describes all causes together",
        "1 parameter is not used: idle",
        "attributes are never read",
        "have no source",
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strstr(s.said, expected[i])) fail_msg("no warning '%s' in\n%s", expected[i], s.said);
    drop(&s);
}

static void test_rules_that_cannot_match(void **state)
{
    (void)state;
    static const char model[] =
        SMALL "decisions: {treat: {options: [yes, no]}}\n"
              "events: {visit: {time: {fixed: 1 d}, do: [{decide: treat}]}}\n";
    study s = load(model, "strategies:\n  a:\n    decisions:\n"
                          "      treat: [{if: sex == m, choose: yes}, {if: sex == m, choose: no},\n"
                          "              {if: 1 > 2, choose: yes}, {choose: no}, {choose: yes}]\n");
    assert_non_null(strstr(s.said, "one before it asks the same"));
    assert_non_null(strstr(s.said, "its condition is never true"));
    assert_non_null(strstr(s.said, "one before it has no condition"));
    drop(&s);
    s = load(model, "strategies:\n  a:\n    decisions:\n"
                    "      treat: [{if: sex == m, choose: yes}, {if: sex == f, choose: no}, {choose: no}]\n");
    assert_null(strstr(s.said, "can never match"));
    drop(&s);
}

static void test_idle_events_and_no_way_out(void **state)
{
    (void)state;
    study s = load(SMALL "events:\n  seen: {time: {fixed: 1 d}}\n  idle: {time: {fixed: 2 d}}\n"
                         "  fall: {while: [well], time: {fixed: 3 d}, goto: ill}\n",
                   ONLY "endpoints: {os: {events: seen}}\n");
    assert_non_null(strstr(s.said, "the event 'idle' does nothing"));
    assert_null(strstr(s.said, "the event 'seen' does nothing"));
    assert_non_null(strstr(s.said, "no event leads out of the state 'ill'"));
    assert_null(strstr(s.said, "no event leads out of the state 'well'"));
    drop(&s);
}

/* Nothing is said where the clock ends, begins anew, follows, says `hold` itself, or is not touched. */
static void test_held_numbers(void **state)
{
    (void)state;
    static const char *const told = "holds the numbers it had", *const silent[] = {
        "while: well, %s, goto: dead}\n  grow: {while: well, time: {fixed: 1 d}, do: [{set: {n: 1}}], goto: ill}\n",
        "while: n == 0, %s, goto: dead}\n  grow: {while: well, time: {fixed: 1 d}, do: [{set: {n: 1}}]}\n",
        "while: well, %s, goto: dead}\n  grow: {while: ill, time: {fixed: 1 d}, do: [{set: {n: 1}}]}\n",
        "changes: hold, %s}\n  grow: {time: {fixed: 1 d}, do: [{set: {n: 1}}]}\n",
        "changes: follow, %s}\n  grow: {time: {fixed: 1 d}, do: [{set: {n: 1}}]}\n",
        "%s}\n  grow: {time: {fixed: 1 d}, do: [{set: {n: 1}}, {start: e}]}\n",
        "%s, do: [{set: {n: 1}}]}\n  other: {while: well, time: {fixed: 1 d}, goto: ill}\n",
        "while: well, %s}\n  grow: {while: well, time: {fixed: 1 d}, do: [{if: sex == f, then: [{set: {n: 1}}, "
        "{goto: ill}]}]}\n",
    };
    static const char law[] = "time: {exponential: {rate: 0.1/y}}, hazard ratio: n + 1";
    char model[2000], events[600];
    for (size_t i = 0; i <= sizeof silent / sizeof *silent; i++) {
        bool is_last = i == sizeof silent / sizeof *silent;
        const char *form = is_last ? "%s}\n  grow: {time: {fixed: 1 d}, do: [{set: {n: 1}}]}\n" : silent[i];
        const char *at = strstr(form, "%s");
        snprintf(events, sizeof events, "%.*s%s%s", (int)(at - form), form, law, at + 2);
        snprintf(model, sizeof model, SMALL "events:\n  e: {%s", events);
        study s = load(model, ONLY);
        assert_int_equal(s.status, SQ_OK);
        if ((strstr(s.said, told) != NULL) != is_last) fail_msg("%s: %s", events, s.said);
        drop(&s);
    }
}

static void test_steep_discounting(void **state)
{
    (void)state;
    study s = load(SMALL, ONLY "discount: {rate: 3.5}\n");
    assert_non_null(strstr(s.said, "350 % a year: is 3.5 % meant?"));
    drop(&s);
    s = load(SMALL, ONLY "discount: {rate: 3.5 %}\n");
    assert_null(strstr(s.said, "3.5 % meant?"));
    drop(&s);
}

static void test_words(void **state)
{
    (void)state;
    study s = load(SMALL "events:\n  e: {while: [well, ill], time: {weibull: {shape: 2, scale: 3 "
                         "y}}, hazard ratio: n + 1,\n"
                         "    do: [{set: {n: n + 1}}], goto: dead}\n"
                         "costs: {visit: , care: 2 EUR/d}\ndecisions: {treatment: {of: drug}}\n",
                   ONLY "endpoints: {os: {events: death}}\n"
                        "decisions: {treatment: [{choose: a}]}\n");
    char *text = sq_describe(s.model);
    assert_non_null(text);
    static const char *const expected[] = {
        "States: well, ill",
        "Death states: dead",
        "Lives start in well",
        "e: while in well or ill, after weibull (shape 2, scale 3 y), hazard ratio n + 1: set n = "
        "n + 1; go\n      to dead",
        "os: from index to death",
        "Horizon 10 y",
        "z1 hidden, standard normal",
        "treatment: one of none, a, b",
        "visit: only what is paid at once",
        "care: 2 EUR/d",
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (!strstr(text, expected[i])) fail_msg("'%s' is not in\n%s", expected[i], text);
    free(text);
    drop(&s);
}

static void test_model_alone(void **state)
{
    (void)state;
    study s = load(
        SMALL
        "events:\n  e: {while: [well], time: \"curve[drug]\", hazard ratio: hr, goto: dead}\n",
        ONLY "parameters: {curve: {law: exponential, by: drug, default: {rate: 1/y}}, hr: 1}\n");
    char path[128];
    snprintf(path, sizeof path, "%s/m.yaml", s.folder);
    sq_model *model = NULL;
    sq_diags diags = {0};
    sq_error err = {0};
    assert_int_equal(sq_load_model(path, &model, &diags, &err), SQ_OK);
    assert_int_equal(model->n_events, 1);
    assert_int_equal(model->events[0].law.hazard_ratio.count, 0);
    assert_int_equal(model->actions[model->events[0].actions].code, SQ_ACT_GOTO);
    sq_model_free(model);
    sq_diags_free(&diags);
    drop(&s);
}

static void test_selecting_strategies(void **state)
{
    (void)state;
    const char *names[] = {"B"};
    sq_load_options options = {.n_strategies = 1, .strategies = names};
    study s = load_with(SMALL, "strategies: {A: , B: }\nreference: A\n", &options);
    assert_int_equal(s.status, SQ_OK);
    assert_int_equal(s.model->n_strategies, 1);
    assert_string_equal(s.model->strategies[0].name, "B");
    drop(&s);
    names[0] = "C";
    s = load_with(SMALL, "strategies: {A: , B: }\n", &options);
    assert_int_equal(s.status, SQ_ERR_INPUT);
    assert_non_null(strstr(s.said, "there is no strategy 'C'"));
    drop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_in_any_order),
        cmocka_unit_test(test_labels_like_words),
        cmocka_unit_test(test_statements_of_papers),
        cmocka_unit_test(test_tables_by_category),
        cmocka_unit_test(test_replacing_numbers),
        cmocka_unit_test(test_replaced_numbers_lose_their_source),
        cmocka_unit_test(test_overrides_may_have_sources),
        cmocka_unit_test(test_tables_are_listed),
        cmocka_unit_test(test_laws_from_statements),
        cmocka_unit_test(test_life_table_by_attribute),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_branches_become_jumps),
        cmocka_unit_test(test_sites_and_keys),
        cmocka_unit_test(test_loadings),
        cmocka_unit_test(test_rules_are_spliced),
        cmocka_unit_test(test_rewards_by_state),
        cmocka_unit_test(test_endpoints_and_targets),
        cmocka_unit_test(test_population),
        cmocka_unit_test(test_missing_column),
        cmocka_unit_test(test_death_without_its_key),
        cmocka_unit_test(test_discount_and_grid),
        cmocka_unit_test(test_outputs_of_one),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_rules_that_cannot_match),
        cmocka_unit_test(test_idle_events_and_no_way_out),
        cmocka_unit_test(test_held_numbers),
        cmocka_unit_test(test_steep_discounting),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_model_alone),
        cmocka_unit_test(test_selecting_strategies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
