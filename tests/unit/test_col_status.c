/* What the columnar engine's plan concludes of endpoints from the model alone: certain where every patient in a state
 * stands alike, in doubt where a condition, a draw or an earlier history decides. */
#include "engine/col.h"

#include "engine_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static sq_col_plan *plan_of(const toy *t)
{
    sq_col_plan *plan = NULL;
    sq_error err;
    assert_int_equal(sq_col_plan_new(&plan, &t->m, false, &err), SQ_OK);
    return plan;
}

static void assert_status(const sq_col_plan *plan, int endpoint, unsigned well, unsigned ill, unsigned dead)
{
    const uint8_t *status = plan->status + endpoint * N_STATES;
    assert_int_equal(status[WELL], well);
    assert_int_equal(status[ILL], ill);
    assert_int_equal(status[DEAD], dead);
}

static bool is_listed(const int *list, int n, int endpoint)
{
    for (int i = 0; i < n; i++)
        if (list[i] == endpoint) return true;
    return false;
}

static void states_tell_who_is_at_risk(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    sq_col_plan *plan = plan_of(&t);
    assert_status(plan, OS, SQ_INSIDE, SQ_INSIDE, SQ_LEFT);
    assert_status(plan, AFTER_ILLNESS, SQ_NOT_YET, SQ_INSIDE, SQ_LEFT);
    assert_int_equal(plan->endpoint_words, 0);
    assert_int_equal(plan->watch_words, 0);
    assert_int_equal(plan->endpoints[OS].origin, -1);
    assert_int_equal(plan->endpoints[AFTER_ILLNESS].origin, 0);
    assert_int_equal(plan->open[WELL].n, 1);
    assert_int_equal(plan->open[ILL].n, 2);
    assert_int_equal(plan->open[DEAD].n, 0);
    const sq_way *falling = sq_col_way(plan, FALL, WELL, ILL), *dying = sq_col_way(plan, DIE, ILL, DEAD);
    assert_int_equal(falling->n_alike, 1);
    assert_int_equal(falling->alike[0], AFTER_ILLNESS);
    assert_int_equal(dying->n_alike, 2);
    assert_int_equal(falling->n_apart + dying->n_apart, 0);
    assert_int_equal(sq_col_way(plan, N_EVENTS, WELL, -1)->n_alike, 0); /* all enter: nothing to note */
    sq_col_plan_free(plan);
}

static void what_occurs_is_on_the_way(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    sq_col_plan *plan = plan_of(&t);
    const sq_way *way = sq_col_way(plan, FALL, WELL, ILL);
    for (int o = 0; o < N_OCCURRENCES; o++) {
        bool occurs = o == ILL || o == OCC_FALL || o == OCC_SEEN;
        assert_int_equal(sq_bits_has(&way->certain, o), occurs);
        assert_int_equal(sq_bits_has(&way->possible, o), occurs);
    }
    way = sq_col_way(plan, DIE, ILL, DEAD);
    assert_true(sq_bits_has(&way->certain, OCC_DEATH) && sq_bits_has(&way->certain, DEAD));
    way = sq_col_way(plan, N_EVENTS, WELL, -1);
    assert_true(sq_bits_has(&way->certain, OCC_INDEX) && sq_bits_has(&way->certain, WELL));
    sq_col_plan_free(plan);
}

static void conditions_put_it_in_doubt(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    t.endpoints[OS].who = program(X_IS_ONE);
    sq_col_plan *plan = plan_of(&t);
    assert_status(plan, OS, SQ_NOT_YET | SQ_INSIDE, SQ_NOT_YET | SQ_INSIDE, SQ_NOT_YET | SQ_LEFT);
    assert_int_equal(plan->endpoints[OS].bit, 0);
    assert_int_equal(plan->endpoints[AFTER_ILLNESS].bit, -1);
    assert_true(plan->open[WELL].reads && plan->open[ILL].reads && !plan->open[DEAD].reads);
    assert_int_equal(sq_col_way(plan, N_EVENTS, WELL, -1)->n_alike, 1);
    sq_col_plan_free(plan);
}

/* Tick comes to all who are alive: unless x is 1, the mark is made. The mark ends the endpoint OS. */
static void marks_in_branches_part_lanes(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    toy_tick(&t, (sq_action){SQ_ACT_UNLESS, OWN + 2, 0, program(X_IS_ONE), {0}});
    t.actions[OWN + 1] = (sq_action){.code = SQ_ACT_MARK};
    sq_bits_set(&t.causes[0].events, OCC_SEEN);
    sq_col_plan *plan = plan_of(&t);
    const sq_way *way = sq_col_way(plan, TICK, WELL, -1);
    assert_true(sq_bits_has(&way->possible, OCC_SEEN) && !sq_bits_has(&way->certain, OCC_SEEN));
    assert_true(is_listed(way->apart, way->n_apart, OS) && way->n_alike == 0);
    assert_status(plan, OS, SQ_INSIDE | SQ_LEFT, SQ_LEFT, SQ_LEFT); /* those who fall are marked */
    assert_int_equal(plan->watch[OCC_SEEN], 0);
    assert_int_equal(plan->watch[OCC_FALL], -1);
    assert_int_equal(plan->watch_words, 1);
    assert_true(plan->endpoints[OS].bit >= 0);
    sq_col_plan_free(plan);
}

/* The mark is made on both branches. */
static void what_all_branches_bring_is_certain(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    toy_tick(&t, (sq_action){SQ_ACT_UNLESS, OWN + 3, 0, program(X_IS_ONE), {0}});
    t.actions[OWN + 1] = (sq_action){.code = SQ_ACT_MARK};
    t.actions[OWN + 2] = (sq_action){.code = SQ_ACT_JUMP, .a = OWN + 4};
    t.actions[OWN + 3] = (sq_action){.code = SQ_ACT_MARK};
    sq_bits_set(&t.causes[0].events, OCC_SEEN);
    sq_col_plan *plan = plan_of(&t);
    const sq_way *way = sq_col_way(plan, TICK, WELL, -1);
    assert_true(sq_bits_has(&way->certain, OCC_SEEN));
    assert_true(is_listed(way->alike, way->n_alike, OS) && way->n_apart == 0);
    assert_int_equal(plan->watch_words, 0);
    sq_col_plan_free(plan);
}

/* A branch that a state decides is taken there by all, or by none. */
static void states_decide_branches(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    toy_tick(&t, (sq_action){SQ_ACT_UNLESS, OWN + 2, 0, program(IS_ILL), {0}});
    t.actions[OWN + 1] = (sq_action){.code = SQ_ACT_MARK};
    sq_col_plan *plan = plan_of(&t);
    assert_false(sq_bits_has(&sq_col_way(plan, TICK, WELL, -1)->possible, OCC_SEEN));
    assert_true(sq_bits_has(&sq_col_way(plan, TICK, ILL, -1)->certain, OCC_SEEN));
    sq_col_plan_free(plan);
}

/* Lanes part by a draw: some go to ILL, where AFTER_ILLNESS begins; those who stay are not touched. */
static void goals_part_ways(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    toy_tick(&t, (sq_action){.code = SQ_ACT_SPLIT});
    t.actions[OWN + 1] = (sq_action){.code = SQ_ACT_MARK};
    t.actions[OWN + 2] = (sq_action){.code = SQ_ACT_GOTO, .a = ILL, .b = 1};
    t.options[0].value = OWN + 1;
    t.options[1].value = OWN + 3;
    sq_col_plan *plan = plan_of(&t);
    assert_int_equal(plan->ways[TICK * N_STATES + WELL].count, 2);
    const sq_way *going = sq_col_way(plan, TICK, WELL, N_STATES + ILL), *staying = sq_col_way(plan, TICK, WELL, -1);
    assert_true(sq_bits_has(&going->certain, OCC_SEEN) && sq_bits_has(&going->certain, ILL));
    assert_false(sq_bits_has(&staying->possible, OCC_SEEN) || sq_bits_has(&staying->possible, ILL));
    assert_int_equal(going->n_alike, 1);
    assert_int_equal(staying->n_alike, 0);
    assert_status(plan, AFTER_ILLNESS, SQ_NOT_YET, SQ_INSIDE, SQ_LEFT);
    sq_col_plan_free(plan);
}

/* The first tick begins it, and no later one once it is over. */
static void who_has_left_does_not_return(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    toy_tick(&t, (sq_action){0});
    t.endpoints[OS].who = program(X_IS_ONE);
    t.endpoints[OS].from = (sq_bits){{0}};
    sq_bits_set(&t.endpoints[OS].from, OCC_TICK);
    t.endpoints[AFTER_ILLNESS].origin_counts = true;
    sq_bits_set(&t.causes[1].events, ILL);
    sq_col_plan *plan = plan_of(&t);
    unsigned alive = SQ_NOT_YET | SQ_INSIDE, dead = SQ_NOT_YET | SQ_LEFT;
    assert_status(plan, OS, alive, alive, dead);
    assert_status(plan, AFTER_ILLNESS, SQ_NOT_YET, SQ_LEFT, SQ_LEFT); /* left as it began */
    sq_bits_set(&t.causes[0].events, OCC_TICK);
    sq_col_plan_free(plan);
    plan = plan_of(&t);
    assert_status(plan, OS, alive | SQ_LEFT, alive | SQ_LEFT, dead);
    assert_true(plan->endpoints[OS].bit >= 0);
    sq_col_plan_free(plan);
}

/* Nobody asks for curves: endpoints cost nothing, but for conditions that may go wrong. */
static void what_nobody_asks_for_is_not_looked_at(void **state)
{
    (void)state;
    static toy t;
    toy_init(&t);
    t.endpoints[OS].who = program(X_IS_ONE);
    t.m.left_out = UINT32_C(1) << SQ_OUT_SURVIVAL | UINT32_C(1) << SQ_OUT_INCIDENCE;
    sq_col_plan *plan = plan_of(&t);
    const sq_way *dying = sq_col_way(plan, DIE, ILL, DEAD);
    assert_true(is_listed(dying->alike, dying->n_alike, OS));
    assert_false(is_listed(dying->alike, dying->n_alike, AFTER_ILLNESS));
    sq_col_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_tell_who_is_at_risk),
        cmocka_unit_test(what_occurs_is_on_the_way),
        cmocka_unit_test(conditions_put_it_in_doubt),
        cmocka_unit_test(marks_in_branches_part_lanes),
        cmocka_unit_test(what_all_branches_bring_is_certain),
        cmocka_unit_test(states_decide_branches),
        cmocka_unit_test(goals_part_ways),
        cmocka_unit_test(who_has_left_does_not_return),
        cmocka_unit_test(what_nobody_asks_for_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
