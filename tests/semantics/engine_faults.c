/* Memory that runs out: malloc, calloc, realloc and aligned_alloc of the simulator are replaced (linker option
 * --wrap) by ones of which the n-th request fails, for n = 1, 2, 3, … until the work is done
 * without meeting it. Every failure must come back as SQ_ERR_MEMORY with a sentence, and what had
 * been given must have been given back: the number of live allocations is counted, and a run under
 * valgrind looks for anything else. */
#include "engine/ref.h"
#include "outcome/outcome.h"
#include "study/study.h"

#include "../unit/engine_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *memory);

/* Requests since the count began; the one that fails (0: none); allocations not yet freed. The first two of aligned
 * requests alone too, which are few. */
static atomic_long requests, failing, alive, aligned, failing_aligned;

static bool refused(void)
{
    long number = atomic_fetch_add(&requests, 1) + 1;
    return number == atomic_load(&failing);
}

static void *counted(void *memory)
{
    if (memory) atomic_fetch_add(&alive, 1);
    return memory;
}

void *__wrap_malloc(size_t size) { return refused() ? NULL : counted(__real_malloc(size)); }

void *__wrap_calloc(size_t n, size_t size)
{
    return refused() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    bool refuses = atomic_fetch_add(&aligned, 1) + 1 == atomic_load(&failing_aligned);
    return refused() || refuses ? NULL : counted(__real_aligned_alloc(alignment, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    if (refused()) return NULL;
    void *memory = __real_realloc(old, size);
    return old ? memory : counted(memory);
}

void __wrap_free(void *memory)
{
    if (memory) atomic_fetch_sub(&alive, 1);
    __real_free(memory);
}

/* One piece of work: its status; it gives back all it was given, whether it fails or not. */
typedef sq_status work(const toy *t, int threads, sq_error *err);

/* How often the work had to be tried until no request failed. */
static long fail_each_request(work *do_it, const toy *t, int threads)
{
    for (long n = 1;; n++) {
        sq_error err = {0};
        long before = atomic_load(&alive);
        atomic_store(&requests, 0);
        atomic_store(&failing, n);
        sq_status status = do_it(t, threads, &err);
        bool met = atomic_load(&requests) >= n;
        atomic_store(&failing, 0);
        assert_true(atomic_load(&alive) == before);
        if (!met) {
            assert_int_equal(status, SQ_OK);
            return n - 1;
        }
        if (status != SQ_ERR_MEMORY || err.status != SQ_ERR_MEMORY || err.text[0] == '\0')
            fail_msg("request %ld refused: status %d, \"%s\"", n, (int)status, err.text);
        assert_true(n < 100000);
    }
}

static sq_status make_workspace(const toy *t, int threads, sq_error *err)
{
    (void)threads;
    sq_ref *ref = NULL;
    sq_status status = sq_ref_new(&ref, &t->m, err);
    if (status) assert_null(ref);
    sq_ref_free(ref);
    return status;
}

static sq_status make_outcome(const toy *t, int threads, sq_error *err)
{
    (void)threads;
    sq_outcome *outcome = NULL;
    sq_status status = sq_outcome_new(&outcome, &t->m, err);
    if (status) assert_null(outcome);
    sq_outcome_free(outcome);
    return status;
}

/* A life whose stays and log outgrow their first room several times. */
static sq_status live_long(const toy *t, int threads, sq_error *err)
{
    (void)threads;
    static const double NO_BLOCK[1] = {0};
    sq_ref *ref = NULL;
    sq_life life = {0};
    sq_status status = sq_ref_new(&ref, &t->m, err);
    if (!status) status = sq_life_init(&life, &t->m, err);
    life.keep_log = true;
    if (!status) status = sq_ref_live(ref, NO_BLOCK, 0, sq_luck_of(1, 0, 0), 0, &life, NULL, err);
    if (!status) assert_true(life.n_stays == 201 && life.n_log == 402);
    sq_ref_free(ref);
    sq_life_free(&life);
    return status;
}

static sq_status take_row(void *context, const sq_row *row, sq_error *err)
{
    (void)row;
    (void)err;
    ++*(int *)context;
    return SQ_OK;
}

static sq_status run_study_by(sq_engine engine, const toy *t, int threads, sq_error *err)
{
    int rows = 0;
    sq_variables variables = {0};
    sq_row_sink sink = {.context = &rows, .take = take_row, .want_log = true};
    sq_run_options options = {.threads = threads, .sink = &sink, .engine = engine, .batch = 8};
    sq_status status = sq_study_run(&t->m, &options, &variables, NULL, err);
    if (!status) assert_int_equal(rows, (int)t->m.n_patients * N_STRATEGIES);
    sq_variables_free(&variables);
    return status;
}

static sq_status run_study(const toy *t, int threads, sq_error *err)
{
    return run_study_by(SQ_ENGINE_COLUMNAR, t, threads, err);
}

static sq_status run_study_by_reference(const toy *t, int threads, sq_error *err)
{
    return run_study_by(SQ_ENGINE_REFERENCE, t, threads, err);
}

static void workspace(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    assert_true(fail_each_request(make_workspace, &t, 1) == 10);
}

static void outcome(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    assert_true(fail_each_request(make_outcome, &t, 1) >= 6);
}

static void growing_life(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    toy_tick(&t, (sq_action){SQ_ACT_GOTO, WELL, 1, {0}, {0}}); /* a new stay every day */
    t.events[FALL].condition = program(ZERO);
    t.m.horizon = 200;
    /* 10 of the workspace, 5 of the life, stays for 16 32 64 128 256, log for 64 128 256 512 */
    assert_true(fail_each_request(live_long, &t, 1) == 10 + 5 + 5 + 4);
}

static void study(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    t.m.reference = 1;
    t.m.block_size = 3;
    assert_true(fail_each_request(run_study, &t, 1) > 100);
    assert_true(fail_each_request(run_study_by_reference, &t, 1) > 50);
}

/* Scratch memory that runs out in the middle of a wave: each of many conditions leaves a little there as long as lanes
 * go on together. */
static void scratch(void **state)
{
    (void)state;
    enum { CONDITIONS = 20000, CHUNKS = 2 };
    static sq_action actions[1 + CONDITIONS + 1]; /* the first and the last are SQ_ACT_END */
    toy t;
    toy_init(&t);
    actions[1] = (sq_action){.code = SQ_ACT_SET, .a = X, .p = program(ONE)};
    for (int i = 2; i <= CONDITIONS; i++)
        actions[i] = (sq_action){.code = SQ_ACT_UNLESS, .a = i + 1, .p = program(X_IS_ONE)};
    t.m.actions = actions;
    t.m.n_actions = CONDITIONS + 2;
    for (int i = 0; i < N_EVENTS; i++) t.events[i].actions = 1;
    for (long n = 0; n <= CHUNKS; n++) {
        sq_error err = {0};
        long before = atomic_load(&alive);
        atomic_store(&aligned, 0);
        atomic_store(&failing_aligned, n);
        assert_int_equal(run_study(&t, 1, &err), n > 0 ? SQ_ERR_MEMORY : SQ_OK);
        assert_true(atomic_load(&aligned) >= (n > 0 ? n : CHUNKS));
        atomic_store(&failing_aligned, 0);
        assert_true(atomic_load(&alive) == before);
    }
}

/* With two threads the order of requests is not the same every time: the count of requests is not
 * asked. */
static void study_of_two_threads(void **state)
{
    (void)state;
    toy t;
    toy_init(&t);
    for (long n = 1; n <= 120; n++) {
        sq_error err = {0};
        long before = atomic_load(&alive);
        atomic_store(&requests, 0);
        atomic_store(&failing, n);
        sq_status status = run_study(&t, 2, &err);
        bool met = atomic_load(&requests) >= n;
        atomic_store(&failing, 0);
        assert_int_equal(status, met ? SQ_ERR_MEMORY : SQ_OK);
        assert_true(atomic_load(&alive) == before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workspace),
        cmocka_unit_test(outcome),
        cmocka_unit_test(growing_life),
        cmocka_unit_test(study),
        cmocka_unit_test(scratch),
        cmocka_unit_test(study_of_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
