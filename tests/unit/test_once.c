/* What the columnar engine's plan finds to happen at most once in a life (col_once.c), on small models: what goes in
 * circles may happen again, what leads away does not. That nothing is found that is not so, random models show
 * (tests/equality): a count or a visit that the engine took for the first would show in the results. */
#include "engine/col.h"
#include "lang/load.h"

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

/* ---- a plan of a model that is given as text ------------------------------------------------------------------ */

typedef struct planned {
    sq_model *model;
    sq_col_plan *plan;
} planned;

static planned plan_with(const char *strategies, const char *model)
{
    char folder[] = P_tmpdir "/sequela-once-XXXXXX", path[128], experiment[1024];
    planned p = {0};
    sq_diags diags = {0};
    sq_error err = {0};
    assert_non_null(mkdtemp(folder));
    write_file(folder, "m.yaml", model);
    snprintf(experiment, sizeof experiment, "experiment: t\nmodel: m.yaml\nhorizon: 10 y\npatients: 10\nseed: 1\n%s", strategies);
    write_file(folder, "e.yaml", experiment);
    snprintf(path, sizeof path, "%s/e.yaml", folder);
    sq_status status = sq_load_experiment(path, NULL, &p.model, &diags, &err);
    if (status) {
        char *said = sq_diags_render(&diags);
        print_error("%s\n", said);
        free(said);
    }
    sq_diags_free(&diags);
    assert_int_equal(status, SQ_OK);
    assert_int_equal(sq_col_plan_new(&p.plan, p.model, false, &err), SQ_OK);
    remove_file(folder, "m.yaml");
    remove_file(folder, "e.yaml");
    rmdir(folder);
    return p;
}

static planned plan_of(const char *model) { return plan_with("strategies: {only: {title: Only}}\n", model); }

static void forget(planned *p)
{
    sq_col_plan_free(p->plan);
    sq_model_free(p->model);
}

/* Whether an occurrence, of this name, does. An event's name is that of the event where a state has it too. */
static bool occurs_once(const planned *p, const char *name)
{
    int found = -1;
    for (int i = 0; i < SQ_OCCURRENCES(p->model); i++)
        if (strcmp(sq_occurrence_name(p->model, i), name) == 0) found = i;
    if (found < 0) fail_msg("there is no %s", name);
    return p->plan->occurs_once[found];
}

static bool is_drawn_once(const planned *p, const char *path)
{
    for (int i = 0; i < p->model->n_sites; i++)
        if (strcmp(p->model->sites[i].path, path) == 0) return p->plan->drawn_once[i];
    fail_msg("no luck is drawn at %s", path);
    return false;
}

static bool moves_once(const planned *p, const char *from, const char *to)
{
    int place[2] = {-1, -1}, n = p->model->n_states;
    for (int i = 0; i < n; i++) {
        if (strcmp(p->model->states[i].name, from) == 0) place[0] = i;
        if (strcmp(p->model->states[i].name, to) == 0) place[1] = i;
    }
    int pair = p->plan->pair[place[0] * n + place[1]];
    if (pair < 0) fail_msg("nobody moves from %s to %s", from, to);
    return p->plan->moves_once[pair];
}

static void assert_once(const planned *p, bool once, const char *const *names)
{
    for (; *names; names++)
        if (occurs_once(p, *names) != once) fail_msg("%s: %s", *names, once ? "not found to be once" : "found to be once");
}
#define ASSERT_ONCE(p, ...) assert_once(p, true, (const char *const[]){__VA_ARGS__, NULL})
#define ASSERT_AGAIN(p, ...) assert_once(p, false, (const char *const[]){__VA_ARGS__, NULL})

/* ---- ways that lead away, and circles --------------------------------------------------------------------------- */

static void what_leads_away_is_once(void **state)
{
    (void)state;
    planned p = plan_of("model: m\ntitle: M\nattributes:\n  x: {type: flag, initial: false}\n"
                        "states: {well: , ill: , dead: {death: true}}\nstart: {state: well}\nevents:\n"
                        "  fall: {while: well, time: {exponential: {rate: 1/y}}, do: [{draw: x, chance: 0.5}, {mark: seen}], goto: ill}\n"
                        "  die: {time: {exponential: {rate: 1/y}}, goto: dead}\n"
                        "  follow: {while: ill, time: {exponential: {rate: \"if(x, 1/y, 2/y)\"}}, changes: follow, goto: dead}\n"
                        "  redraw: {while: ill, time: {exponential: {rate: \"if(x, 1/y, 2/y)\"}}, changes: redraw, goto: dead}\n");
    ASSERT_ONCE(&p, "index", "well", "ill", "dead", "death", "fall", "die", "follow", "redraw", "seen");
    assert_true(moves_once(&p, "well", "ill") && moves_once(&p, "ill", "dead"));
    assert_true(is_drawn_once(&p, "fall") && is_drawn_once(&p, "fall.x") && is_drawn_once(&p, "follow"));
    assert_true(is_drawn_once(&p, "die")); /* it runs on through the states */
    assert_false(is_drawn_once(&p, "redraw")); /* whenever the law changes */
    forget(&p);
}

static void what_goes_in_circles_is_not(void **state)
{
    (void)state;
    planned p = plan_of("model: m\ntitle: M\nattributes:\n  x: {type: flag, initial: false}\n"
                        "states: {well: , ill: , hospice: , dead: {death: true}}\nstart: {state: well}\nevents:\n"
                        "  fall: {while: well, time: {exponential: {rate: 1/y}}, goto: ill}\n"
                        "  recover: {while: ill, time: {exponential: {rate: 1/y}}, do: [{mark: better}], goto: well}\n"
                        "  give_up: {while: ill, time: {exponential: {rate: 1/y}}, do: [{mark: tired}], goto: hospice}\n"
                        "  visit: {while: hospice, time: {exponential: {rate: 9/y}}, do: [{draw: x, chance: 0.5}]}\n"
                        "  die: {time: {exponential: {rate: 1/y}}, goto: dead}\n");
    ASSERT_AGAIN(&p, "well", "ill", "fall", "recover", "better", "visit");
    ASSERT_ONCE(&p, "hospice", "give_up", "tired", "die", "dead");
    assert_false(moves_once(&p, "well", "ill") || moves_once(&p, "ill", "well"));
    assert_true(moves_once(&p, "ill", "hospice"));
    assert_false(is_drawn_once(&p, "give_up")); /* armed each time that they are ill */
    assert_false(is_drawn_once(&p, "visit.x") || is_drawn_once(&p, "visit"));
    assert_true(is_drawn_once(&p, "die"));
    forget(&p);
}

/* Entering a state afresh is a move, and arms what reads the state again; going where one is is neither. */
static void entering_afresh_is_a_circle(void **state)
{
    (void)state;
    planned p = plan_of("model: m\ntitle: M\nstates: {well: , ill: , dead: {death: true}}\nstart: {state: well}\nevents:\n"
                        "  fall: {while: well, time: {exponential: {rate: 1/y}}, goto: ill}\n"
                        "  again: {while: ill, time: {exponential: {rate: 1/y}}, do: [{goto: ill, reenter: true}]}\n"
                        "  no_move: {while: well, time: {exponential: {rate: 1/y}}, goto: well}\n"
                        "  beside: {while: ill, time: {exponential: {rate: 1/y}}, goto: dead}\n"
                        "  always: {time: {exponential: {rate: 1/y}}, goto: dead}\n");
    ASSERT_AGAIN(&p, "ill", "again", "no_move");
    ASSERT_ONCE(&p, "well", "fall", "beside", "always");
    assert_true(moves_once(&p, "well", "ill") && !moves_once(&p, "ill", "ill"));
    assert_false(is_drawn_once(&p, "beside"));
    assert_true(is_drawn_once(&p, "always") && is_drawn_once(&p, "fall"));
    forget(&p);
}

/* ---- attributes, branches, starts ------------------------------------------------------------------------------ */

/* A condition on what is written may hold again; one on what stays as it was does not. */
static void conditions_may_hold_again(void **state)
{
    (void)state;
    planned p = plan_of("model: m\ntitle: M\nattributes:\n  x: {type: flag, initial: false}\n  fit: {type: flag, initial: true}\n"
                        "states: {well: , ill: , dead: {death: true}}\nstart: {state: well}\nevents:\n"
                        "  turn: {while: ill, time: {exponential: {rate: 9/y}}, do: [{set: {x: not x}}]}\n"
                        "  fall: {while: well, time: {exponential: {rate: 1/y}}, goto: ill}\n"
                        "  of_x: {while: state == ill and x, time: {exponential: {rate: 1/y}}, goto: dead}\n"
                        "  of_fit: {while: state == ill and fit, time: {exponential: {rate: 1/y}}, goto: dead}\n");
    ASSERT_ONCE(&p, "of_x", "of_fit");
    ASSERT_AGAIN(&p, "turn");
    assert_false(is_drawn_once(&p, "of_x"));
    assert_true(is_drawn_once(&p, "of_fit"));
    forget(&p);
}

static void branches_do_one_of_them(void **state)
{
    (void)state;
    planned p = plan_of("model: m\ntitle: M\nattributes:\n  x: {type: flag, initial: false}\n"
                        "states: {well: , ill: , over: , dead: {death: true}}\nstart: {state: well}\nevents:\n"
                        "  fall:\n    while: well\n    time: {exponential: {rate: 1/y}}\n    do:\n"
                        "      - if: x\n        then: [{mark: either}, {mark: twice}]\n        else: [{mark: either}]\n"
                        "      - {mark: twice}\n      - {goto: ill}\n"
                        "  look:\n    while: ill\n    time: {exponential: {rate: 9/y}}\n    do:\n"
                        "      - {draw: x, chance: 0.5}\n"
                        "      - if: x\n        then: [{mark: last}, {goto: over}]\n        else: [{mark: first}]\n"
                        "  die: {time: {exponential: {rate: 1/y}}, goto: dead}\n");
    ASSERT_ONCE(&p, "either", "last", "over");
    ASSERT_AGAIN(&p, "twice", "look", "first");
    assert_false(is_drawn_once(&p, "look.x"));
    forget(&p);
}

/* What starts once starts once, however often it might; one that goes in circles does not. */
static void starts_are_those_of_their_blocks(void **state)
{
    (void)state;
    planned p = plan_of("model: m\ntitle: M\nattributes:\n  x: {type: flag, initial: false}\n"
                        "states: {well: , dead: {death: true}}\nstart: {state: well, do: [{start: first}]}\nevents:\n"
                        "  first: {starts: on demand, time: {exponential: {rate: 1/y}}, do: [{draw: x, chance: 0.5}, {start: second}]}\n"
                        "  second: {starts: on demand, time: {exponential: {rate: 1/y}}, do: [{mark: second_seen}]}\n"
                        "  tick: {time: {exponential: {rate: 1/y}}, do: [{start: third}]}\n"
                        "  third: {starts: on demand, time: {exponential: {rate: 1/y}}}\n"
                        "  die: {time: {exponential: {rate: 1/y}}, goto: dead}\n");
    ASSERT_ONCE(&p, "first", "second", "second_seen", "die");
    ASSERT_AGAIN(&p, "tick", "third");
    assert_true(is_drawn_once(&p, "first") && is_drawn_once(&p, "first.x") && is_drawn_once(&p, "second"));
    assert_false(is_drawn_once(&p, "third") || is_drawn_once(&p, "tick"));
    forget(&p);
}

/* A choice's branch is taken where some rule makes the choice; what follows each choice follows. */
static void decisions_lead_where_rules_do(void **state)
{
    (void)state;
    planned p = plan_with("strategies:\n  only:\n    decisions:\n      next: [{if: n > 0, choose: on}, {choose: off}]\n",
                        "model: m\ntitle: M\ncategories: {way: [on, off, never]}\nattributes:\n  n: {type: count, initial: 0}\n"
                        "states: {well: , ill: , dead: {death: true}}\nstart: {state: well}\n"
                        "decisions:\n  next:\n    of: way\n    do: [{mark: asked}]\n"
                        "    options: {on: [{goto: ill}, {mark: taken}], off: [{goto: dead}], never: [{goto: well, reenter: true}]}\n"
                        "events:\n  ask: {while: well, time: {exponential: {rate: 1/y}}, do: [{decide: next}]}\n"
                        "  die: {time: {exponential: {rate: 1/y}}, goto: dead}\n");
    ASSERT_ONCE(&p, "ask", "asked", "taken", "well", "ill");
    forget(&p);
}

/* ---- what is kept ------------------------------------------------------------------------------------------------- */

static void only_what_is_read_is_kept(void **state)
{
    (void)state;
    planned p = plan_of("model: m\ntitle: M\nstates: {well: , ill: , dead: {death: true}}\nstart: {state: well}\nevents:\n"
                        "  fall: {while: well, time: {exponential: {rate: \"if(happened(recover), 1/y, 2/y)\"}}, goto: ill}\n"
                        "  recover: {while: state == ill and count(fall) < 3, time: {exponential: {rate: 1/y}}, goto: well}\n"
                        "  die: {time: {exponential: {rate: \"if(since(ill) > 1 y, 1/y, 2/y)\"}}, goto: dead}\n");
    const sq_model *m = p.model;
    const sq_col_plan *plan = p.plan;
    int fall = SQ_OCCURS_EVENT(m, 0), recover = SQ_OCCURS_EVENT(m, 1), die = SQ_OCCURS_EVENT(m, 2);
    assert_true(plan->is_remembered[recover] && plan->is_remembered[SQ_OCCURS_STATE(m, 1)]);
    assert_false(plan->is_remembered[fall] || plan->is_remembered[die]);
    assert_true(plan->time_is_read[SQ_OCCURS_STATE(m, 1)] && !plan->time_is_read[fall]);
    assert_true(plan->counter_of[fall] >= 0 && plan->counter_of[recover] >= 0);
    assert_true(plan->counter_of[die] < 0 && plan->counter_of[SQ_OCCURS_DEATH(m)] < 0);
    forget(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_leads_away_is_once),
        cmocka_unit_test(what_goes_in_circles_is_not),
        cmocka_unit_test(entering_afresh_is_a_circle),
        cmocka_unit_test(conditions_may_hold_again),
        cmocka_unit_test(branches_do_one_of_them),
        cmocka_unit_test(starts_are_those_of_their_blocks),
        cmocka_unit_test(decisions_lead_where_rules_do),
        cmocka_unit_test(only_what_is_read_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
