/* Emulated cohorts: who is a member and of which cohort, how long members are observed, and what becomes of the result. */
#include "emulation_model.h"

#include <stdlib.h>

static sq_members members_of(const sq_model *m)
{
    sq_members members = {0};
    sq_error err = {0};
    assert_int_equal(sq_members_init(&members, m, &m->emulations[0], &err), SQ_OK);
    return members;
}

/* Takes patients whose group is a letter: 1, 2, - none of the groups, x never at risk. */
static void take_groups(sq_members *members, const char *groups, int strategy)
{
    sq_error err = {0};
    for (int i = 0; groups[i]; i++) {
        double notes[N_ATTRIBUTES] = {0};
        notes[OS_ORIGIN] = groups[i] == 'x' ? (double)NAN : 10;
        notes[OS_END] = 15;
        notes[IS_ONE] = groups[i] == '1';
        notes[IS_TWO] = groups[i] == '2';
        notes[SCORE] = i; /* the patient's number, to be told by */
        const sq_row row = {.patient = i, .strategy = strategy, .notes = notes};
        assert_int_equal(sq_members_take(members, &row, &err), SQ_OK);
    }
}

static void assert_cohort(const sq_members *members, int cohort, const int *patients, int n)
{
    int who[16];
    sq_members_of_cohort(members, cohort, who);
    for (int i = 0; i < n; i++) assert_int_equal((int)members->covariate[0].value.items[who[i]], patients[i]);
}

/* The k-th cohort is the k-th chunk of each group; who is left over is counted, and so is who is in no group. */
static void test_groups_fill_cohorts_in_order(void **state)
{
    (void)state;
    const sq_emulation e = groups_of_two_and_three(NULL, 0);
    const sq_model m = model_of(&e);
    sq_members members = members_of(&m);
    take_groups(&members, "1-2x1212222211", 1);
    assert_int_equal(members.eligible, 12);
    assert_int_equal(members.no_group, 1);
    assert_int_equal(members.group_n[0], 5);
    assert_int_equal(members.group_n[1], 7);
    assert_int_equal(sq_members_cohorts(&members), 2);
    assert_cohort(&members, 0, (const int[]){0, 4, 2, 5, 7}, 5);
    assert_cohort(&members, 1, (const int[]){6, 12, 8, 9, 10}, 5);
    sq_members_free(&members);
}

static void test_other_strategies_are_not_looked_at(void **state)
{
    (void)state;
    const sq_emulation e = groups_of_two_and_three(NULL, 0);
    const sq_model m = model_of(&e);
    sq_members members = members_of(&m);
    take_groups(&members, "1212", 0);
    assert_int_equal(members.eligible + members.no_group, 0);
    sq_members_free(&members);
}

/* A size for all together takes them as they come. */
static void test_one_size_takes_patients_as_they_come(void **state)
{
    (void)state;
    sq_emulation e = groups_of_two_and_three(NULL, 0);
    e.size = 3;
    const sq_model m = model_of(&e);
    sq_members members = members_of(&m);
    take_groups(&members, "11-22x1212", 1);
    assert_int_equal(sq_members_cohorts(&members), 2);
    assert_cohort(&members, 0, (const int[]){0, 1, 3}, 3);
    assert_cohort(&members, 1, (const int[]){4, 6, 7}, 3);
    sq_members_free(&members);
}

/* Cohorts are no more than were asked for. */
static void test_no_more_cohorts_than_asked(void **state)
{
    (void)state;
    sq_emulation e = groups_of_two_and_three(NULL, 0);
    e.n_groups = 0;
    e.size = 1;
    e.n_cohorts = 3;
    const sq_model m = model_of(&e);
    sq_members members = members_of(&m);
    take_groups(&members, "-------", 1);
    assert_int_equal(members.eligible, 7);
    assert_int_equal(sq_members_cohorts(&members), 3);
    assert_int_equal(members.n_pooled, 7);
    sq_members_free(&members);
}

/* ---- how long members are observed ---------------------------------------------------------------------- */

static const sq_cohort_estimate ONE_OF_EACH[] = {
    {.name = "os", .kind = SQ_ESTIMATE_SURVIVAL, .endpoint = OS, .cause = -1, .time = 100, .group = -1, .against = -1,
     .covariate = -1},
    {.name = "kind", .kind = SQ_ESTIMATE_INCIDENCE, .endpoint = KIND, .cause = 1, .time = 100, .group = -1, .against = -1,
     .covariate = -1},
};

typedef struct seen {
    double os_time, kind_time;
    int os_status, kind_status;
} seen;

/* What a study that observes somebody for so long sees of a patient. */
static seen see(const someone *p)
{
    sq_emulation e = groups_of_two_and_three(ONE_OF_EACH, 2);
    e.follow_up = FOLLOW_UP;
    e.drop_out = DROP_OUT;
    const sq_model m = model_of(&e);
    sq_error err = {0};
    sq_members members = members_of(&m);
    const double notes[N_ATTRIBUTES] = {p->follow_up, p->drop_out, p->index, p->index + p->days, p->cause, p->kind_index,
                                        p->kind_index + p->kind_days, p->kind_cause, 1, 0, 0, 0};
    const sq_row row = {.strategy = 1, .notes = notes};
    assert_int_equal(sq_members_take(&members, &row, &err), SQ_OK);
    const sq_member_passages *os = sq_members_passages(&members, OS), *kind = sq_members_passages(&members, KIND);
    seen s = {os->time.items[0], kind->time.items[0], os->status.items[0], kind->status.items[0]};
    sq_members_free(&members);
    return s;
}

static void test_what_a_study_sees(void **state)
{
    (void)state;
    /* Index on day 10, death on day 60; the other endpoint from day 20, its second cause on day 50. */
    someone p = {.index = 10, .days = 50, .cause = 0, .follow_up = 100, .drop_out = 200, .kind_index = 20, .kind_days = 30,
                 .kind_cause = 1};
    seen s = see(&p);
    assert_true(s.os_time == 50 && s.os_status == 1 && s.kind_time == 30 && s.kind_status == 2);
    p.follow_up = 45; /* to day 55: the death is not seen */
    s = see(&p);
    assert_true(s.os_time == 45 && s.os_status == 0 && s.kind_time == 30 && s.kind_status == 2);
    p.drop_out = 35; /* to day 45: neither is */
    s = see(&p);
    assert_true(s.os_time == 35 && s.os_status == 0 && s.kind_time == 25 && s.kind_status == 0);
    p.drop_out = 40; /* to day 50: an event of that moment is seen */
    assert_int_equal(see(&p).kind_status, 2);
    p.drop_out = 9; /* to day 19: entered the other risk set too late */
    assert_int_equal(see(&p).kind_status, SQ_NEVER_AT_RISK);
    p.drop_out = 0;
    s = see(&p);
    assert_true(s.os_time == 0 && s.os_status == 0);
    p = (someone){.index = 10, .days = 50, .cause = -1, .follow_up = (double)INFINITY, .drop_out = (double)INFINITY,
                  .kind_index = (double)NAN};
    s = see(&p);
    assert_true(s.os_time == 50 && s.os_status == 0 && s.kind_status == SQ_NEVER_AT_RISK);
    p.kind_index = 20; /* a landmark that was not lived to see */
    p.kind_days = -1;
    assert_int_equal(see(&p).kind_status, SQ_NEVER_AT_RISK);
}

static void assert_refused(const someone *p, const char *words)
{
    sq_emulation e = groups_of_two_and_three(ONE_OF_EACH, 2);
    e.follow_up = FOLLOW_UP;
    const sq_model m = model_of(&e);
    sq_cohorts *c = NULL;
    sq_error err = {0};
    assert_int_equal(sq_cohorts_new(&c, &m, 1000, &err), SQ_OK);
    assert_int_equal(take(c, 41, 1, p, &err), SQ_ERR_LIFE);
    if (!strstr(err.text, words) || !strstr(err.text, "patient 41")) fail_msg("'%s' in \"%s\"", words, err.text);
    sq_cohorts_free(c);
}

static void test_impossible_numbers_are_refused(void **state)
{
    (void)state;
    assert_refused(&(someone){.follow_up = -1}, "follow-up");
    assert_refused(&(someone){.follow_up = (double)NAN}, "follow-up");
    assert_refused(&(someone){.score = (double)NAN}, "covariate `score`");
}

/* ---- results -------------------------------------------------------------------------------------------- */

static void test_too_few_for_a_cohort(void **state)
{
    (void)state;
    const sq_emulation e = groups_of_two_and_three(ONE_OF_EACH, 1);
    const sq_model m = model_of(&e);
    const someone p = {.group = 1, .days = 5};
    sq_cohorts *c = NULL;
    sq_emulated *r = NULL;
    sq_error err = {0};
    assert_int_equal(sq_cohorts_new(&c, &m, 1000, &err), SQ_OK);
    for (int i = 0; i < 7; i++) assert_int_equal(take(c, i, 1, &p, &err), SQ_OK);
    assert_int_equal(sq_cohorts_estimate(c, 1, &r, &err), SQ_ERR_COHORTS);
    assert_int_equal(sq_status_exit_code(SQ_ERR_COHORTS), 1);
    const char *words[] = {"x.yaml:1:1", "1000 patients 7 are eligible", "0 in one, 7 in two", "5: 2 in one, 3 in two"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(err.text, words[i])) fail_msg("\"%s\" is not in \"%s\"", words[i], err.text);
    sq_cohorts_free(c);
}

static sq_cohort_estimate estimate_of(sq_estimate_kind kind)
{
    return (sq_cohort_estimate){.name = "x", .kind = kind, .endpoint = OS, .cause = -1, .time = 30, .group = -1,
                                .against = -1, .covariate = -1};
}

/* One cohort of two and three, all of whom are seen to die unless said otherwise. */
static sq_emulated_figure figure_of(sq_cohort_estimate t, const someone five[5])
{
    sq_emulation e = groups_of_two_and_three(&t, 1);
    const sq_model m = model_of(&e);
    sq_emulated *r = emulate(&m, five, 5, 1);
    sq_emulated_figure f = r->emulation[0].of_cohort[0], pooled = r->emulation[0].pooled[0];
    assert_int_equal(r->emulation[0].n_cohorts, 1);
    assert_int_equal(f.ending, pooled.ending); /* the cohort is everybody */
    assert_true(f.value == pooled.value || (isnan(f.value) && isnan(pooled.value)));
    sq_emulated_free(r);
    return f;
}

static const someone DEATHS[5] = {{.group = 0, .days = 40, .score = 2, .flag = 1},
                                  {.group = 1, .days = 10, .score = 1},
                                  {.group = 1, .days = 20, .score = 4},
                                  {.group = 0, .days = 15, .score = 3},
                                  {.group = 1, .days = 50, .cause = -1, .score = 0}};

static void test_kinds_by_hand(void **state)
{
    (void)state;
    sq_cohort_estimate t = estimate_of(SQ_ESTIMATE_SURVIVAL);
    assert_near(figure_of(t, DEATHS).value, 2. / 5, 1e-15);
    t.group = 1;
    assert_near(figure_of(t, DEATHS).value, 1. / 3, 1e-15);
    t.against = 0;
    assert_near(figure_of(t, DEATHS).value, 1. / 3 - 1. / 2, 1e-15);
    t = estimate_of(SQ_ESTIMATE_MEDIAN);
    assert_near(figure_of(t, DEATHS).value, 20, 1e-12);
    t = estimate_of(SQ_ESTIMATE_RESTRICTED_MEAN);
    assert_near(figure_of(t, DEATHS).value, (10 + 15 + 20 + 30 + 30) / 5., 1e-12);
    t = estimate_of(SQ_ESTIMATE_SHARE);
    t.covariate = 0;
    assert_near(figure_of(t, DEATHS).value, 2, 1e-15);
    assert_near(figure_of(t, DEATHS).se, sqrt(2. / 5), 1e-15);
    t.group = 0;
    assert_near(figure_of(t, DEATHS).value, 2.5, 1e-15);
    t = estimate_of(SQ_ESTIMATE_FRACTION);
    t.group = 1;
    assert_near(figure_of(t, DEATHS).value, .6, 1e-15);
    assert_near(figure_of(t, DEATHS).se, sqrt(.6 * .4 / 5), 1e-15);
    t = estimate_of(SQ_ESTIMATE_INCIDENCE);
    t.cause = 0;
    assert_near(figure_of(t, DEATHS).value, 3. / 5, 1e-15);
}

/* Cox's partial likelihood of the five. Deaths in order: 10 (group 1), 15 (group 0), 20 (group 1), 40 (group 0); at the end one
 * of group 1 is left. */
static double log_likelihood(double b)
{
    double r = exp(b), at_risk[] = {3 + 2 * r, 2 + 2 * r, 2 + r, 1 + r};
    double sum = 2 * b;
    for (int i = 0; i < 4; i++) sum -= log(at_risk[i]);
    return sum;
}

static void test_hazard_ratio_is_the_maximum(void **state)
{
    (void)state;
    sq_cohort_estimate t = estimate_of(SQ_ESTIMATE_HAZARD_RATIO);
    t.group = 0;
    sq_emulated_figure f = figure_of(t, DEATHS);
    assert_int_equal(f.ending, SQ_ESTIMATED);
    double b = log(f.value), h = 1e-4;
    assert_true(log_likelihood(b) > log_likelihood(b - h) && log_likelihood(b) > log_likelihood(b + h));
    t.covariate = 0;
    t.group = -1;
    t.adjusted = 1; /* naming it again changes nothing */
    double of_score = figure_of(t, DEATHS).value;
    t.adjusted = 0;
    assert_true(figure_of(t, DEATHS).value == of_score);
}

static void assert_ends(sq_cohort_estimate t, const someone *five, sq_estimate_ending ending, double value)
{
    sq_emulated_figure f = figure_of(t, five);
    if (f.ending != ending) fail_msg("%s, not %s", sq_estimate_ending_word(f.ending), sq_estimate_ending_word(ending));
    assert_true(f.value == value || (isnan(f.value) && isnan(value)));
}

static void test_endings(void **state)
{
    (void)state;
    const double nothing = (double)NAN;
    sq_cohort_estimate t = estimate_of(SQ_ESTIMATE_MEDIAN);
    someone p[5];
    memcpy(p, DEATHS, sizeof p);
    p[0].cause = p[3].cause = -1; /* nobody of group one dies */
    t.group = 0;
    assert_ends(t, p, SQ_ENDING_NOT_REACHED, (double)INFINITY);
    t.against = 1;
    assert_ends(t, p, SQ_ENDING_NOT_REACHED, nothing);
    t = estimate_of(SQ_ESTIMATE_HAZARD_RATIO);
    t.group = 0;
    assert_ends(t, p, SQ_ENDING_SEPARATED, 0);
    t.group = 1;
    assert_ends(t, p, SQ_ENDING_SEPARATED, (double)INFINITY);
    t.group = -1;
    t.covariate = 1;
    p[0].flag = 0; /* nobody's */
    assert_ends(t, p, SQ_ENDING_NOT_IDENTIFIED, nothing);
    t = estimate_of(SQ_ESTIMATE_SURVIVAL);
    t.time = 45;
    t.group = 0;
    assert_ends(t, p, SQ_ENDING_TOO_SHORT, nothing);
    for (int i = 0; i < 5; i++) p[i].cause = -1;
    t = estimate_of(SQ_ESTIMATE_HAZARD_RATIO);
    t.group = 0;
    assert_ends(t, p, SQ_ENDING_NO_EVENTS, nothing);
    t = estimate_of(SQ_ESTIMATE_LOG_RANK);
    assert_ends(t, p, SQ_ENDING_NO_EVENTS, nothing);
    for (int i = 0; i < 5; i++) p[i].kind_index = nothing;
    t = estimate_of(SQ_ESTIMATE_INCIDENCE);
    t.endpoint = KIND;
    t.cause = 0;
    assert_ends(t, p, SQ_ENDING_NOBODY, nothing);
}

/* A covariate that says nothing is left out, as packages leave it out, and that is counted. */
static void test_superfluous_covariates_are_left_out(void **state)
{
    (void)state;
    someone p[5];
    memcpy(p, DEATHS, sizeof p);
    sq_cohort_estimate t = estimate_of(SQ_ESTIMATE_HAZARD_RATIO);
    t.group = 0;
    double alone = figure_of(t, p).value;
    t.adjusted = 2;
    for (int i = 0; i < 5; i++) p[i].flag = 1;
    assert_ends(t, p, SQ_ESTIMATED_REDUCED, alone);
    for (int i = 0; i < 5; i++) p[i].flag = p[i].group; /* the group again, the other way round */
    assert_ends(t, p, SQ_ESTIMATED_REDUCED, alone);
}

/* Strata are what combinations of covariates make: here of two patients and of three. */
static void test_strata_part_the_comparison(void **state)
{
    (void)state;
    someone p[5];
    memcpy(p, DEATHS, sizeof p);
    for (int i = 0; i < 5; i++) {
        p[i].flag = i < 2;
        p[i].score = 7;
    }
    sq_cohort_estimate t = estimate_of(SQ_ESTIMATE_HAZARD_RATIO);
    t.group = 0;
    t.strata = 3;
    /* The likelihood's factors: day 10 of the first two 1/(1 + r), then one is alone; of the others day 15 r/(2 + r), then
     * nobody of group one is left. Its maximum is where 1 = r/(1 + r) + r/(2 + r), that is r^2 = 2. */
    assert_near(figure_of(t, p).value, sqrt(2), 1e-9);
}

static void test_threads_do_not_matter(void **state)
{
    (void)state;
    enum { N = 400 };
    sq_cohort_estimate t[3] = {estimate_of(SQ_ESTIMATE_HAZARD_RATIO), estimate_of(SQ_ESTIMATE_MEDIAN),
                               estimate_of(SQ_ESTIMATE_LOG_RANK)};
    t[0].group = 0;
    t[0].adjusted = 3;
    sq_emulation e = groups_of_two_and_three(t, 3);
    e.size = 20;
    e.n_cohorts = 19;
    const sq_model m = model_of(&e);
    someone p[N];
    for (int i = 0; i < N; i++)
        p[i] = (someone){.group = luck(i, 1) < .4, .days = -100 * log(luck(i, 2)), .score = luck(i, 3), .flag = luck(i, 4) < .5};
    sq_emulated *one = emulate(&m, p, N, 1), *three = emulate(&m, p, N, 3);
    for (size_t i = 0; i < 3 * 19; i++) {
        const sq_emulated_figure *a = &one->emulation[0].of_cohort[i], *b = &three->emulation[0].of_cohort[i];
        assert_memory_equal(&a->value, &b->value, sizeof a->value);
        assert_int_equal(a->ending, b->ending);
    }
    assert_int_equal(one->emulation[0].used, 380);
    assert_int_equal(one->emulation[0].eligible, 400);
    assert_memory_equal(&one->emulation[0].pooled[0].value, &three->emulation[0].pooled[0].value, sizeof(double));
    sq_emulated_free(one);
    sq_emulated_free(three);
}

/* ---- spread over cohorts -------------------------------------------------------------------------------- */

static void test_spread_keeps_infinite_ranks(void **state)
{
    (void)state;
    sq_emulated_figure f[] = {{.value = 4}, {.value = (double)INFINITY}, {.value = (double)NAN}, {.value = 0}, {.value = 1}};
    sq_cohort_estimate t = {.kind = SQ_ESTIMATE_HAZARD_RATIO};
    sq_emulation e = groups_of_two_and_three(&t, 1);
    const sq_emulated_cohorts c = {.n_cohorts = 5, .of_cohort = f};
    sq_arena arena = {0};
    sq_cohort_spread s;
    assert_true(sq_cohort_spread_of(&c, &e, 0, &arena, &s));
    assert_int_equal(s.n, 4);
    assert_near(s.mean, 2, 1e-12); /* of 4 and 1, geometrically */
    assert_near(s.sd, log(4) / sqrt(2), 1e-12);
    assert_true(sq_cohort_quantile(&s, .25) == 0 && sq_cohort_quantile(&s, .26) == 1);
    assert_true(sq_cohort_quantile(&s, .75) == 4 && isinf(sq_cohort_quantile(&s, .76)));
    assert_near(sq_cohort_mid_p(&s, 1), 2 * 1.5 / 4, 1e-15);
    assert_near(sq_cohort_mid_p(&s, 100), 2 * .25, 1e-15);
    assert_near(sq_cohort_mid_p(&s, 1 - 1e-13), 2 * 1.5 / 4, 1e-15); /* a tie but for rounding */
    assert_near(sq_cohort_mid_p(&s, .5), 2 * .25, 1e-15);
    t.kind = SQ_ESTIMATE_SHARE;
    assert_true(sq_cohort_spread_of(&c, &e, 0, &arena, &s));
    assert_near(s.mean, 5. / 3, 1e-12);
    sq_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_fill_cohorts_in_order),
        cmocka_unit_test(test_other_strategies_are_not_looked_at),
        cmocka_unit_test(test_one_size_takes_patients_as_they_come),
        cmocka_unit_test(test_no_more_cohorts_than_asked),
        cmocka_unit_test(test_what_a_study_sees),
        cmocka_unit_test(test_impossible_numbers_are_refused),
        cmocka_unit_test(test_too_few_for_a_cohort),
        cmocka_unit_test(test_kinds_by_hand),
        cmocka_unit_test(test_hazard_ratio_is_the_maximum),
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_superfluous_covariates_are_left_out),
        cmocka_unit_test(test_strata_part_the_comparison),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_spread_keeps_infinite_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
