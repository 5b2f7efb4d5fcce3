/* Survival, cumulative hazard and incidence, log-rank tests: worked examples, identities, and what
 * is refused. R's package survival judges the numbers in tests/estimate. */
#include "estimate_sample.h"

#include "estimate/aalen_johansen.h"
#include "estimate/kaplan_meier.h"
#include "estimate/log_rank.h"

static const sq_interval LOG95 = {SQ_INTERVAL_LOG, .95};

/* Gehan's data as printed in Kalbfleisch and Prentice 1980 and elsewhere. */
static void test_survival_as_printed(void **state)
{
    static const double printed[][3] = {{6, .857, .0764},  {7, .807, .0869},  {10, .753, .0963},
                                        {13, .690, .1068}, {16, .627, .1141}, {22, .538, .1282},
                                        {23, .448, .1346}};
    (void)state;
    sq_arena arena = {0};
    sq_sample s = freireich();
    const sq_km *km;
    assert_int_equal(sq_kaplan_meier(&s, SQ_ANY_CAUSE, &arena, &km, NULL), SQ_OK);
    for (int i = 0; i < COUNT(printed); i++) {
        sq_probability p = sq_km_at(&km[0], printed[i][0], LOG95);
        assert_near(p.value, printed[i][1], .00051);
        assert_near(p.se, printed[i][2], .000051);
    }
    assert_near(sq_km_quantile(&km[0], .5, LOG95).value, 23, 0);
    assert_near(sq_km_quantile(&km[0], .5, LOG95).low, 16, 0);
    assert_true(isnan(sq_km_quantile(&km[0], .5, LOG95).high));
    assert_near(sq_km_quantile(&km[1], .5, LOG95).value, 8, 0);
    assert_int_equal(sq_km_at_risk(&km[0], 10), 15);
    assert_int_equal(sq_km_at_risk(&km[0], 0), 21);
    assert_int_equal(sq_km_at_risk(&km[1], 24), 0);
    sq_arena_free(&arena);
}

static void test_log_rank_as_printed(void **state)
{
    (void)state;
    sq_arena arena = {0};
    sq_sample s = freireich();
    sq_log_rank r;
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){0}, &arena, &r, NULL), SQ_OK);
    assert_near(r.observed[0], 9, 0);
    assert_near(r.expected[0], 19.25, .005);
    assert_near(r.expected[1], 10.75, .005);
    assert_near(r.test.statistic, 16.79, .005);
    assert_int_equal(r.test.df, 1);
    assert_near(r.test.p, 4.17e-5, .005e-5);
    sq_arena_free(&arena);
}

/* Without censoring survival and incidence are shares and their errors binomial. */
static void test_without_censoring_all_are_shares(void **state)
{
    static const double time[] = {1, 2, 2, 3, 5, 7, 8, 8, 9, 12};
    static const int status[] = {1, 2, 1, 2, 2, 1, 1, 2, 2, 1};
    (void)state;
    sq_arena arena = {0}, other = {0};
    sq_sample s = {.n = 10, .time = time, .n_causes = 2, .status = status};
    const sq_km *km;
    const sq_incidence *f;
    assert_int_equal(sq_kaplan_meier(&s, SQ_ANY_CAUSE, &arena, &km, NULL), SQ_OK);
    assert_int_equal(sq_aalen_johansen(&s, &other, &f, NULL), SQ_OK);
    for (double t = .5; t < 11; t++) {
        double all[3] = {0};
        for (int i = 0; i < 10; i++)
            if (time[i] <= t) all[status[i]] += .1;
        for (int k = 1; k <= 2; k++) {
            sq_probability p = sq_incidence_at(f, k, t, LOG95);
            assert_near(p.value, all[k], 1e-15);
            assert_near(p.se, sqrt(all[k] * (1 - all[k]) / 10), 1e-15);
        }
        double left = 1 - all[1] - all[2];
        assert_near(sq_km_at(km, t, LOG95).value, left, 1e-15);
        assert_near(sq_km_at(km, t, LOG95).se, sqrt(left * (1 - left) / 10), 1e-15);
    }
    double mean = 0;
    for (int i = 0; i < 10; i++) mean += fmin(time[i], 10) / 10;
    assert_near(sq_km_mean(km, 10).value, mean, 1e-14);
    assert_near(sq_km_at(km, 40, LOG95).value, 0, 0);
    assert_near(sq_incidence_at(f, 1, 40, LOG95).value, .5, 1e-15);
    sq_arena_free(&arena);
    sq_arena_free(&other);
}

/* Entry at 0 is no late entry, and equal weights change nothing but what is counted. */
static void test_trivial_columns_change_nothing(void **state)
{
    (void)state;
    enum { N = COUNT(REMISSION) };
    double zero[N] = {0}, three[N];
    for (int i = 0; i < N; i++) three[i] = 3;
    sq_arena arena[3] = {{0}};
    sq_sample plain = freireich(), entered = plain, weighted = plain;
    entered.entry = zero;
    weighted.weight = three;
    const sq_sample *samples[] = {&plain, &entered, &weighted};
    const sq_km *km[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(sq_kaplan_meier(samples[i], SQ_ANY_CAUSE, &arena[i], &km[i], NULL), SQ_OK);
    for (int g = 0; g < 2; g++)
        for (int r = 0; r < km[0][g].table.n_rows; r++) {
            assert_memory_equal(&km[0][g].row[r], &km[1][g].row[r], sizeof *km[0][g].row);
            assert_near(km[2][g].row[r].survival, km[0][g].row[r].survival, 1e-15);
            assert_near(km[2][g].table.row[r].at_risk, 3 * km[0][g].table.row[r].at_risk, 0);
            if (km[0][g].row[r].survival > 0)
                assert_near(km[2][g].row[r].survival_se, km[0][g].row[r].survival_se, 1e-15);
        }
    sq_restricted_mean mean = sq_km_mean(&km[0][0], 30), same = sq_km_mean(&km[2][0], 30);
    assert_near(same.value, mean.value, 1e-13);
    assert_near(same.se, mean.se, 1e-13);
    for (int i = 0; i < 3; i++) sq_arena_free(&arena[i]);
}

static void test_curves_end_where_nothing_is_known(void **state)
{
    static const double time[] = {1, 2, 3, 4};
    static const int status[] = {1, 0, 1, 0}, group[] = {0, 0, 0, 0};
    (void)state;
    sq_arena arena = {0};
    sq_sample s = {
        .n = 4, .time = time, .n_causes = 1, .status = status, .n_groups = 2, .group = group};
    const sq_km *km;
    assert_int_equal(sq_kaplan_meier(&s, 1, &arena, &km, NULL), SQ_OK);
    assert_near(sq_km_at(&km[0], 4, LOG95).value, .375, 1e-15);
    assert_true(isnan(sq_km_at(&km[0], 4.1, LOG95).value));
    assert_true(isnan(sq_km_at(&km[0], -1, LOG95).value));
    assert_true(isnan(sq_km_at(&km[0], NAN, LOG95).value));
    assert_true(isnan(sq_km_at(&km[0], 3, (sq_interval){SQ_INTERVAL_LOG, 1}).low));
    assert_true(isnan(sq_km_hazard_at(&km[0], 5).value));
    assert_false(sq_km_mean(&km[0], 4).is_extended);
    assert_true(sq_km_mean(&km[0], 5).is_extended);
    assert_true(isnan(sq_km_mean(&km[0], 0).value));
    assert_true(isnan(sq_km_quantile(&km[0], 0, LOG95).value));
    assert_true(isnan(sq_km_quantile(&km[0], .7, LOG95).value));
    assert_int_equal(km[1].table.n_rows, 0); /* nobody is in group 1 */
    assert_true(isnan(sq_km_at(&km[1], 1, LOG95).value));
    assert_true(isnan(sq_km_mean(&km[1], 1).value));
    assert_true(isnan(sq_km_quantile(&km[1], .5, LOG95).value));
    sq_arena_free(&arena);
}

/* A patient who is alone at risk and dies takes all of survival along, whoever comes later. */
static void test_late_entry_can_empty_the_curve(void **state)
{
    static const double entry[] = {0, 3, 3, 4}, time[] = {2, 5, 6, 7};
    static const int status[] = {1, 1, 0, 1};
    (void)state;
    sq_arena arena = {0}, room = {0};
    sq_sample s = {.n = 4, .time = time, .entry = entry, .n_causes = 1, .status = status}, later;
    const sq_km *km;
    const sq_incidence *f;
    assert_int_equal(sq_kaplan_meier(&s, 1, &arena, &km, NULL), SQ_OK);
    assert_near(km->emptied, 2, 0);
    assert_near(sq_km_at(km, 6, LOG95).value, 0, 0);
    assert_int_equal(sq_km_at_risk(km, 3), 0);
    assert_int_equal(sq_km_at_risk(km, 5), 3);
    assert_int_equal(sq_aalen_johansen(&s, &arena, &f, NULL), SQ_OK);
    assert_near(sq_incidence_at(f, 1, 6, LOG95).value, 1, 0);
    assert_true(isfinite(sq_incidence_at(f, 1, 6, LOG95).se));
    assert_int_equal(sq_landmark(&s, 2, &room, &later, NULL), SQ_OK);
    assert_int_equal(later.n, 3);
    assert_int_equal(sq_kaplan_meier(&later, 1, &arena, &km, NULL), SQ_OK);
    assert_true(isnan(km->emptied));
    assert_near(sq_km_at(km, 4, LOG95).value, 2. / 3, 1e-15); /* the event at 5, of 3 at risk */
    sq_arena_free(&arena);
    sq_arena_free(&room);
}

static void test_landmark_restarts_the_clock(void **state)
{
    static const double entry[] = {0, 0, 1, 4}, time[] = {2, 5, 6, 7}, weight[] = {1, 2, 3, 4};
    static const double x[] = {10, 20, 30, 40, 1, 2, 3, 4};
    static const int status[] = {1, 1, 0, 2}, group[] = {0, 1, 1, 0}, stratum[] = {2, 1, 0, 1};
    (void)state;
    sq_arena room = {0};
    sq_sample s = {.n = 4,
                   .time = time,
                   .entry = entry,
                   .n_causes = 2,
                   .status = status,
                   .n_groups = 2,
                   .group = group,
                   .n_strata = 3,
                   .stratum = stratum,
                   .n_covariates = 2,
                   .covariate = x,
                   .weight = weight},
              later;
    assert_int_equal(sq_landmark(&s, 2, &room, &later, NULL), SQ_OK);
    static const double expected_time[] = {3, 4, 5}, expected_entry[] = {0, 0, 2};
    static const double expected_x[] = {20, 30, 40, 2, 3, 4};
    assert_int_equal(later.n, 3);
    assert_memory_equal(later.time, expected_time, sizeof expected_time);
    assert_memory_equal(later.entry, expected_entry, sizeof expected_entry);
    assert_memory_equal(later.covariate, expected_x, sizeof expected_x);
    assert_memory_equal(later.weight, weight + 1, 3 * sizeof *weight);
    assert_memory_equal(later.status, status + 1, 3 * sizeof *status);
    assert_memory_equal(later.group, group + 1, 3 * sizeof *group);
    assert_memory_equal(later.stratum, stratum + 1, 3 * sizeof *stratum);
    sq_error err = {0};
    assert_int_equal(sq_landmark(&s, 7, &room, &later, &err), SQ_ERR_INPUT);
    assert_non_null(strstr(err.text, "nobody of 4 patients is followed beyond the landmark at 7"));
    assert_int_equal(sq_landmark(&s, NAN, &room, &later, &err), SQ_ERR_INPUT);
    sq_arena_free(&room);
}

/* Without two groups at risk together there is nothing to compare; rows in any order say the same.
 */
static void test_log_rank_at_its_edges(void **state)
{
    static const double apart[] = {1, 2, 3, 4}, entry[] = {0, 0, 2, 2};
    static const int dies[] = {1, 1, 1, 1}, group[] = {0, 0, 1, 1}, alone[] = {1, 1, 1, 1};
    (void)state;
    sq_arena arena = {0};
    sq_log_rank r;
    sq_sample s = {.n = 4,
                   .time = apart,
                   .entry = entry,
                   .n_causes = 1,
                   .status = dies,
                   .n_groups = 2,
                   .group = group};
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){0}, &arena, &r, NULL), SQ_OK);
    assert_int_equal(r.test.df, 0);
    assert_near(r.test.statistic, 0, 0);
    assert_true(isnan(r.test.p));
    assert_near(r.expected[0], 2, 0);
    s.group = alone;
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){0}, &arena, &r, NULL), SQ_OK);
    assert_int_equal(r.test.df, 0);
    sq_arena_free(&arena);
}

/* The second round in the same arena allocates nothing and gives the same bits. */
static void test_an_arena_is_used_again(void **state)
{
    (void)state;
    sq_arena arena = {0};
    sq_sample s = freireich();
    sq_km_row first[64];
    const sq_km *km;
    const void *chunk = NULL;
    for (int round = 0; round < 4; round++) {
        assert_int_equal(sq_kaplan_meier(&s, SQ_ANY_CAUSE, &arena, &km, NULL), SQ_OK);
        size_t bytes = sizeof *first * (size_t)km[0].table.n_rows;
        if (round == 0) memcpy(first, km[0].row, bytes);
        assert_memory_equal(first, km[0].row, bytes);
        if (round > 1) assert_ptr_equal(arena.head, chunk);
        chunk = arena.head;
    }
    sq_arena_free(&arena);
}

/* One column spoilt in one place. */
static sq_sample spoilt(const char *how, double *time, double *entry, int *status, int *group,
                        double *x, double *weight)
{
    for (int i = 0; i < 3; i++) {
        time[i] = 2 + i;
        entry[i] = i;
        status[i] = 1;
        group[i] = i % 2;
        x[i] = i;
        weight[i] = 1;
    }
    sq_sample s = {.n = 3,
                   .time = time,
                   .entry = entry,
                   .n_causes = 1,
                   .status = status,
                   .n_groups = 2,
                   .group = group,
                   .n_strata = 2,
                   .stratum = group,
                   .n_covariates = 1,
                   .covariate = x,
                   .weight = weight};
    if (!strcmp(how, "nobody")) s.n = 0;
    if (!strcmp(how, "no cause")) s.n_causes = 0;
    if (!strcmp(how, "no column")) s.covariate = NULL;
    if (!strcmp(how, "nan")) time[1] = NAN;
    if (!strcmp(how, "infinite")) time[1] = INFINITY;
    if (!strcmp(how, "negative")) entry[0] = -2, time[0] = -1;
    if (!strcmp(how, "entry nan")) entry[1] = NAN;
    if (!strcmp(how, "entry negative")) entry[1] = -1;
    if (!strcmp(how, "entry late")) entry[2] = time[2];
    if (!strcmp(how, "status")) status[2] = 2;
    if (!strcmp(how, "group")) group[2] = 2;
    if (!strcmp(how, "stratum")) s.stratum = status, s.n_strata = 1;
    if (!strcmp(how, "covariate")) x[2] = NAN;
    if (!strcmp(how, "weight")) weight[0] = 0;
    return s;
}

static void test_bad_samples_are_refused_in_words(void **state)
{
    static const char *const cases[][2] = {
        {"nobody", "at least one patient"},
        {"no cause", "at least one cause"},
        {"no column", "no columns for its 1 covariates"},
        {"nan", "patient 2 of 3: times are finite and not negative, and this one's is nan"},
        {"infinite", "patient 2 of 3: times are finite"},
        {"negative", "patient 1 of 3: times are finite and not negative, and this one's is -1"},
        {"entry nan", "patient 2 of 3: times of entry are finite"},
        {"entry negative",
         "patient 2 of 3: times of entry are finite and not negative, and this one's is -1"},
        {"entry late", "patient 3 of 3 enters at 4, not before the end of follow-up at 4"},
        {"status", "patient 3 of 3: the status lies between 0 and 1, and this one's is 2"},
        {"group", "patient 3 of 3: the group lies between 0 and 1, and this one's is 2"},
        {"stratum", "patient 1 of 3: the stratum lies between 0 and 0, and this one's is 1"},
        {"covariate", "patient 3 of 3: covariate 1 is not a finite number"},
        {"weight", "patient 1 of 3: weights are finite and above 0, and this one's is 0"},
    };
    (void)state;
    double time[3], entry[3], x[3], weight[3];
    int status[3], group[3];
    sq_arena arena = {0};
    const sq_km *km;
    const sq_incidence *f;
    for (int i = 0; i < COUNT(cases); i++) {
        sq_error err = {0};
        sq_sample s = spoilt(cases[i][0], time, entry, status, group, x, weight), later;
        assert_int_equal(sq_kaplan_meier(&s, SQ_ANY_CAUSE, &arena, &km, &err), SQ_ERR_INPUT);
        if (!strstr(err.text, cases[i][1])) fail_msg("%s: '%s'", cases[i][0], err.text);
        assert_int_equal(sq_aalen_johansen(&s, &arena, &f, &err), SQ_ERR_INPUT);
        assert_int_equal(sq_landmark(&s, 1, &arena, &later, &err), SQ_ERR_INPUT);
    }
    sq_sample good = spoilt("", time, entry, status, group, x, weight);
    assert_int_equal(sq_kaplan_meier(&good, SQ_ANY_CAUSE, &arena, &km, NULL), SQ_OK);
    sq_error err = {0};
    assert_int_equal(sq_kaplan_meier(&good, 2, &arena, &km, &err), SQ_ERR_INPUT);
    assert_non_null(strstr(err.text, "there is no cause 2: the sample's are 1 to 1"));
    sq_arena_free(&arena);
}

static void test_bad_questions_to_the_log_rank_test(void **state)
{
    (void)state;
    sq_arena arena = {0};
    sq_error err = {0};
    sq_log_rank r;
    sq_sample s = freireich();
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){.rho = -1}, &arena, &r, &err),
                     SQ_ERR_INPUT);
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){.gamma = NAN}, &arena, &r, &err),
                     SQ_ERR_INPUT);
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){.cause = -1}, &arena, &r, &err),
                     SQ_ERR_INPUT);
    s.weight = REMISSION;
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){0}, &arena, &r, &err),
                     SQ_ERR_INPUT);
    assert_non_null(strstr(err.text, "no weights"));
    s.group = NULL;
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){0}, &arena, &r, &err),
                     SQ_ERR_INPUT);
    assert_non_null(strstr(err.text, "needs groups"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survival_as_printed),
        cmocka_unit_test(test_log_rank_as_printed),
        cmocka_unit_test(test_without_censoring_all_are_shares),
        cmocka_unit_test(test_trivial_columns_change_nothing),
        cmocka_unit_test(test_curves_end_where_nothing_is_known),
        cmocka_unit_test(test_late_entry_can_empty_the_curve),
        cmocka_unit_test(test_landmark_restarts_the_clock),
        cmocka_unit_test(test_log_rank_at_its_edges),
        cmocka_unit_test(test_an_arena_is_used_again),
        cmocka_unit_test(test_bad_samples_are_refused_in_words),
        cmocka_unit_test(test_bad_questions_to_the_log_rank_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
