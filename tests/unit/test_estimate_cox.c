/* Cox's model: a worked example, identities, and every way in which there may be nothing to
 * estimate. R's package survival judges the numbers in tests/estimate. */
#include "estimate_sample.h"

#include <stdlib.h>

#include "estimate/cox.h"
#include "estimate/log_rank.h"

static sq_cox fit(sq_sample s, sq_cox_request request, sq_arena *arena)
{
    sq_cox f;
    sq_error err = {0};
    if (sq_cox_fit(&s, request, arena, &f, &err)) fail_msg("%s", err.text);
    return f;
}

static void treatment_of(double *x)
{
    for (int i = 0; i < COUNT(PLACEBO); i++) x[i] = PLACEBO[i];
}

/* Freireich's data as every package prints it: 1.572 (.412) by Efron, 1.509 (.410) by Breslow. */
static void test_freireich_as_printed(void **state)
{
    (void)state;
    double x[COUNT(PLACEBO)];
    treatment_of(x);
    sq_arena arena = {0};
    sq_sample s = freireich();
    s.n_covariates = 1;
    s.covariate = x;
    sq_cox f = fit(s, (sq_cox_request){.ties = SQ_TIES_EFRON}, &arena);
    assert_int_equal(f.ending, SQ_COX_CONVERGED);
    assert_int_equal(f.culprit, -1);
    assert_int_equal(f.n_events, 30);
    assert_near(f.coefficient[0], 1.5721, .00005);
    assert_near(f.se[0], .4124, .00005);
    assert_near(f.likelihood_ratio.statistic, 16.35, .005);
    assert_near(f.wald.statistic, 14.53, .005);
    assert_near(f.score.statistic, 17.25, .005);
    f = fit(s, (sq_cox_request){.ties = SQ_TIES_BRESLOW}, &arena);
    assert_near(f.coefficient[0], 1.5092, .00005);
    assert_near(f.se[0], .4096, .00005);
    sq_arena_free(&arena);
}

/* Without ties Cox's score test of a group is the log-rank test. */
static void test_score_test_is_log_rank(void **state)
{
    (void)state;
    enum { N = COUNT(PLACEBO) };
    double x[N], time[N];
    treatment_of(x);
    for (int i = 0; i < N; i++) time[i] = REMISSION[i] + i * .01;
    sq_arena arena = {0};
    sq_sample s = freireich();
    s.time = time;
    s.n_covariates = 1;
    s.covariate = x;
    double score = fit(s, (sq_cox_request){0}, &arena).score.statistic;
    sq_log_rank r;
    assert_int_equal(sq_log_rank_test(&s, (sq_log_rank_request){0}, &arena, &r, NULL), SQ_OK);
    assert_near(r.test.statistic, score, 1e-12);
    sq_arena_free(&arena);
}

/* The unit and the origin of a covariate and of time, the order of patients, and entry at 0 do not
 * matter. */
static void test_what_does_not_matter(void **state)
{
    (void)state;
    enum { N = COUNT(PLACEBO) };
    double x[2 * N], other[2 * N], time[N], entry[N];
    int status[N];
    treatment_of(x);
    for (int i = 0; i < N; i++) x[N + i] = (i * 7) % 11;
    for (int i = 0; i < N; i++) {
        int from = (i * 5) % N;
        time[i] = 7 * REMISSION[from];
        status[i] = RELAPSED[from];
        entry[i] = 0;
        other[i] = x[from];
        other[N + i] = 1e6 + 1e3 * x[N + from];
    }
    sq_arena arena = {0};
    sq_sample s = freireich();
    s.n_covariates = 2;
    s.covariate = x;
    sq_cox f = fit(s, (sq_cox_request){0}, &arena);
    double b[2] = {f.coefficient[0], f.coefficient[1]}, se = f.se[1], likelihood = f.log_likelihood;
    s.time = time;
    s.status = status;
    s.entry = entry;
    s.covariate = other;
    f = fit(s, (sq_cox_request){0}, &arena);
    assert_near(f.coefficient[0], b[0], 1e-10);
    assert_near(f.coefficient[1] * 1e3, b[1], 1e-10);
    assert_near(f.se[1] * 1e3, se, 1e-10);
    assert_near(f.log_likelihood, likelihood, 1e-10);
    sq_arena_free(&arena);
}

static void assert_nothing_estimated(const sq_cox *f, sq_cox_ending ending, int culprit)
{
    assert_int_equal(f->ending, ending);
    assert_int_equal(f->culprit, culprit);
    assert_true(isfinite(f->log_likelihood_0));
    assert_true(isnan(f->log_likelihood));
    for (int j = 0; j < f->n_covariates; j++)
        assert_true(isnan(f->coefficient[j]) && isnan(f->se[j]));
    assert_true(isnan(f->score.p) && isnan(f->wald.p) && isnan(f->likelihood_ratio.p));
}

static void test_nothing_to_estimate(void **state)
{
    static const double time[] = {1, 2, 3, 4, 5, 6};
    static const int none[6] = {0}, some[] = {1, 0, 1, 1, 0, 1}, early[] = {0, 0, 0, 1, 1, 1};
    static const double constant[] = {1, 2, 4, 1, 6, 3, 5, 5, 5, 5, 5, 5};
    static const double sum[] = {1, 2, 4, 1, 6, 3, 0, 1,  1,
                                 0, 1, 0, 2, 5, 9, 2, 13, 6}; /* third: 2 first + second */
    static const double before[] = {1, 1, 0, 2, 2, 2}; /* varies before the first event alone */
    (void)state;
    sq_arena arena = {0};
    sq_sample s = {
        .n = 6, .time = time, .n_causes = 1, .status = none, .n_covariates = 1, .covariate = time};
    sq_cox f = fit(s, (sq_cox_request){0}, &arena);
    assert_nothing_estimated(&f, SQ_COX_NO_EVENTS, -1);
    s.status = some;
    s.n_covariates = 2;
    s.covariate = constant;
    f = fit(s, (sq_cox_request){0}, &arena);
    assert_nothing_estimated(&f, SQ_COX_CONSTANT, 1);
    s.n_covariates = 3;
    s.covariate = sum;
    f = fit(s, (sq_cox_request){0}, &arena);
    assert_nothing_estimated(&f, SQ_COX_COLLINEAR, 2);
    s.n_covariates = 1;
    s.status = early;
    s.covariate = before;
    f = fit(s, (sq_cox_request){0}, &arena);
    assert_nothing_estimated(&f, SQ_COX_CONSTANT, 0);
    assert_string_equal(sq_cox_ending_text(SQ_COX_NO_EVENTS), "nobody has the event");
    sq_arena_free(&arena);
}

/* Everybody with the event carries the covariate, or loses it: one covariate alone, beside another,
 * or as an order. */
static void test_infinite_coefficients(void **state)
{
    enum { N = 200 };
    (void)state;
    double time[N], x[2 * N], entry[N];
    int status[N];
    for (int i = 0; i < N; i++) {
        time[i] = 1 + i % 97;
        status[i] = i % 4 == 0;
        entry[i] = (i % 5) * .1;
        x[i] = (i * 37) % 11;
        x[N + i] = i % 4 == 0 ? 0 : i % 3;
    }
    sq_arena arena = {0};
    sq_sample s = {
        .n = N, .time = time, .n_causes = 1, .status = status, .n_covariates = 2, .covariate = x};
    for (int late = 0; late < 2; late++) {
        s.entry = late ? entry : NULL;
        sq_cox f = fit(s, (sq_cox_request){0}, &arena);
        assert_int_equal(f.ending, SQ_COX_INFINITE);
        assert_int_equal(f.culprit, 1);
        assert_true(isinf(f.coefficient[1]) && f.coefficient[1] < 0 && isinf(f.se[1]));
        assert_true(isfinite(f.coefficient[0]) && f.se[0] > 0 && f.se[0] < 1);
        assert_true(f.log_likelihood > f.log_likelihood_0 && f.likelihood_ratio.p < 1e-3);
        assert_true(isnan(f.wald.p));
    }
    /* The order of the covariate is that of time: the predictors would have to differ by thousands.
     */
    for (int i = 0; i < N; i++) {
        x[i] = -i;
        time[i] = i + 1;
        status[i] = 1;
    }
    s.n_covariates = 1;
    s.entry = NULL;
    sq_cox f = fit(s, (sq_cox_request){0}, &arena);
    assert_int_equal(f.ending, SQ_COX_INFINITE);
    assert_true(f.coefficient[0] == INFINITY);
    assert_near(f.log_likelihood, 0, 1e-9);
    /* The same with gaps of all sizes: what is left of the information is far below rounding of
     * x^2. */
    for (int i = 0; i < N; i++) x[i] = exp(-.1 * i);
    for (int late = 0; late < 2; late++) {
        s.entry = late ? entry : NULL;
        f = fit(s, (sq_cox_request){0}, &arena);
        assert_int_equal(f.ending, SQ_COX_INFINITE);
        assert_near(f.log_likelihood, 0, 1e-11);
    }
    s.entry = NULL;
    /* One carrier among many, the first to die. */
    for (int i = 0; i < N; i++) x[i] = i == 0;
    f = fit(s, (sq_cox_request){0}, &arena);
    assert_int_equal(f.ending, SQ_COX_INFINITE);
    /* One death among those who do not carry it, and the coefficient is finite. */
    for (int i = 0; i < N; i++) x[i] = i != 7;
    f = fit(s, (sq_cox_request){0}, &arena);
    assert_int_equal(f.ending, SQ_COX_CONVERGED);
    sq_arena_free(&arena);
}

/* The next number of a congruential generator, in [0, 1). */
static double next_uniform(uint64_t *luck)
{
    *luck = *luck * 6364136223846793005U + 1442695040888963407U;
    return (double)(*luck >> 12) * 0x1p-52;
}

/* So many that the log likelihood's rounding is more than the last step gains, which is then no reason to halve it over and
 * over: exponential times until 2, with true coefficients of .7 and -.4 in turn. */
static void test_many_patients(void **state)
{
    (void)state;
    enum { N = 300000, P = 5 };
    double *x = calloc((P + 1) * N, sizeof *x), *time = x + P * N;
    int *event = calloc(N, sizeof *event);
    assert_non_null(x);
    assert_non_null(event);
    uint64_t luck = 1;
    for (int i = 0; i < N; i++) {
        double predictor = 0;
        for (int k = 0; k < P; k++) {
            double u = next_uniform(&luck);
            x[k * N + i] = k % 2 ? u : u < .5;
            predictor += (k % 2 ? -.4 : .7) * x[k * N + i];
        }
        double death = -log1p(-next_uniform(&luck)) / exp(predictor);
        event[i] = death < 2;
        time[i] = fmin(death, 2);
    }
    sq_arena arena = {0};
    const sq_sample s = {.n = N, .time = time, .n_causes = 1, .status = event, .n_covariates = P, .covariate = x};
    sq_cox f = fit(s, (sq_cox_request){0}, &arena);
    assert_int_equal(f.ending, SQ_COX_CONVERGED);
    assert_true(f.n_steps < 12);
    for (int k = 0; k < P; k++) assert_near(f.coefficient[k], k % 2 ? -.4 : .7, 4 * f.se[k]);
    sq_arena_free(&arena);
    free(event);
    free(x);
}

static void test_bad_questions(void **state)
{
    (void)state;
    sq_arena arena = {0};
    sq_error err = {0};
    sq_cox f;
    sq_sample s = freireich();
    assert_int_equal(sq_cox_fit(&s, (sq_cox_request){0}, &arena, &f, &err), SQ_ERR_INPUT);
    assert_non_null(strstr(err.text, "at least one covariate"));
    s.n_covariates = 1;
    s.covariate = s.weight = REMISSION;
    assert_int_equal(sq_cox_fit(&s, (sq_cox_request){0}, &arena, &f, &err), SQ_ERR_INPUT);
    assert_non_null(strstr(err.text, "no weights"));
    s.weight = NULL;
    assert_int_equal(sq_cox_fit(&s, (sq_cox_request){.cause = 2}, &arena, &f, &err), SQ_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_freireich_as_printed),  cmocka_unit_test(test_score_test_is_log_rank),
        cmocka_unit_test(test_what_does_not_matter),  cmocka_unit_test(test_nothing_to_estimate),
        cmocka_unit_test(test_infinite_coefficients), cmocka_unit_test(test_many_patients),
        cmocka_unit_test(test_bad_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
