/* Memory that runs out: the n-th request of the arena is refused (linker option --wrap), for n = 1,
 * 2, 3, … until the work is done without meeting it, in a fresh arena and in one that a small
 * sample was in before. Each time the status and a sentence must say so. */
#include "estimate/aalen_johansen.h"
#include "estimate/cox.h"
#include "estimate/kaplan_meier.h"
#include "estimate/log_rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

static long requests, failing; /* since the count began; the one that fails (0: none) */

void *__wrap_calloc(size_t n, size_t size)
{
    return ++requests == failing ? NULL : __real_calloc(n, size);
}

enum { N = 2000 };

static double time[N], x[2 * N], weight[N];
static int status[N], half[N];

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        time[i] = (i * 7919) % N;
        status[i] = i % 3;
        half[i] = i % 2;
        weight[i] = 1 + i % 4;
        x[i] = (i * 31) % 17;
        x[N + i] = (i * 13) % 5;
    }
}

static sq_sample sample_of(int n)
{
    return (sq_sample){.n = n,
                       .time = time,
                       .n_causes = 2,
                       .status = status,
                       .n_groups = 2,
                       .group = half,
                       .n_strata = 2,
                       .stratum = half};
}

/* One estimator; its status. */
typedef sq_status work(int n, sq_arena *arena, sq_error *err);

static sq_status survival(int n, sq_arena *arena, sq_error *err)
{
    sq_sample s = sample_of(n);
    const sq_km *km;
    s.weight = weight;
    return sq_kaplan_meier(&s, SQ_ANY_CAUSE, arena, &km, err);
}

static sq_status incidence(int n, sq_arena *arena, sq_error *err)
{
    sq_sample s = sample_of(n);
    const sq_incidence *curve;
    return sq_aalen_johansen(&s, arena, &curve, err);
}

static sq_status hazards(int n, sq_arena *arena, sq_error *err)
{
    sq_sample s = sample_of(n);
    sq_cox fit;
    double columns[2 * N];
    for (int k = 0; k < 2; k++) memcpy(columns + k * n, x + k * N, sizeof *x * (size_t)n);
    s.n_covariates = 2;
    s.covariate = columns;
    return sq_cox_fit(&s, (sq_cox_request){0}, arena, &fit, err);
}

static sq_status difference(int n, sq_arena *arena, sq_error *err)
{
    sq_sample s = sample_of(n);
    sq_log_rank result;
    return sq_log_rank_test(&s, (sq_log_rank_request){0}, arena, &result, err);
}

static sq_status landmark(int n, sq_arena *arena, sq_error *err)
{
    sq_sample s = sample_of(n), later;
    s.weight = weight;
    return sq_landmark(&s, 5, arena, &later, err);
}

/* How many requests the work makes, each of which was refused once. */
static long fail_each_request(work *estimate, int n_before)
{
    for (long n = 1;; n++) {
        sq_arena arena = {0};
        sq_error err = {0};
        failing = 0;
        if (n_before) assert_int_equal(estimate(n_before, &arena, &err), SQ_OK);
        requests = 0;
        failing = n;
        sq_status outcome = estimate(N, &arena, &err);
        bool is_done = requests < n;
        failing = 0;
        if (!is_done && outcome != SQ_OK) {
            assert_int_equal(outcome, SQ_ERR_MEMORY);
            assert_non_null(strstr(err.text, "no memory for"));
        }
        if (is_done) assert_int_equal(outcome, SQ_OK);
        /* A refused request that was only to join chunks is made good by the next one. */
        if (!is_done && outcome == SQ_OK) assert_true(n_before && n == 1);
        assert_int_equal(estimate(N, &arena, &err), SQ_OK); /* the arena can still be used */
        sq_arena_free(&arena);
        if (is_done) return n - 1;
    }
}

static void test_memory_running_out_is_an_error(void **state)
{
    static work *const all[] = {survival, incidence, hazards, difference, landmark};
    (void)state;
    fill();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_true(fail_each_request(all[i], 0) >= 3);
        assert_true(fail_each_request(all[i], 30) >= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory_running_out_is_an_error)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
