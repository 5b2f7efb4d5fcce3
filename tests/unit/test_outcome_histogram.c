/* The log-linear histogram: quantiles against sorted data, order and merging, and the odd values. */
#include "outcome/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N = 20000 };

static double uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(*state >> 12) + 0.5) * 0x1p-52;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Values over many octaves on both sides of zero, with heaps at zero and at a round number. */
static void fill(double *value)
{
    uint64_t state = 7;
    for (int i = 0; i < N; i++) {
        double u = uniform(&state), magnitude = exp(20 * uniform(&state) - 8);
        value[i] = u < 0.1 ? 0 : u < 0.2 ? 40 : u < 0.5 ? -magnitude : magnitude;
    }
}

static const double P[] = {1e-9, 0.001, 0.05, 0.25, 0.36, 0.5, 0.75, 0.95, 0.999, 1};
enum { N_P = sizeof P / sizeof P[0] };

static void quantiles_keep_their_promise(void **state)
{
    (void)state;
    static double value[N];
    fill(value);
    sq_histogram h = {0};
    assert_true(sq_histogram_add(&h, value, N));
    double got[N_P];
    sq_histogram_quantiles(&h, N_P, P, got);
    qsort(value, N, sizeof value[0], ascending);
    for (int i = 0; i < N_P; i++) {
        int rank = (int)fmax(1, ceil(P[i] * N - 1e-6));
        double want = value[rank - 1];
        if (!(fabs(got[i] - want) <= fabs(want) * 0x1p-11))
            fail_msg("p = %g: got %.17g, want %.17g", P[i], got[i], want);
    }
    assert_true(got[N_P - 1] <= value[N - 1]);
    assert_true(got[0] >= value[0]);
    sq_histogram_free(&h);
}

/* More values in one bin than 16 bits can count: alone, merged into one that has few, and the other way round. */
static void full_bins_are_carried(void **state)
{
    (void)state;
    enum { MANY = 200000, FEW = 3, CHUNK = 1000 };
    double many[CHUNK], few[FEW] = {-5, 7, 7};
    for (int i = 0; i < CHUNK; i++)
        many[i] = i % 2 ? 7 : -7;
    for (int way = 0; way < 2; way++) {
        sq_histogram h[2] = {{0}, {0}};
        for (int i = 0; i < MANY; i += CHUNK)
            assert_true(sq_histogram_add(&h[way], many, CHUNK));
        assert_true(sq_histogram_add(&h[1 - way], few, FEW));
        assert_true(sq_histogram_merge(&h[0], &h[1]));
        assert_true(sq_histogram_merge(&h[0], &h[1]));
        int cursor = 0;
        int64_t count[4] = {0};
        sq_histogram_bin bin;
        for (int i = 0; i < 4 && sq_histogram_next(&h[0], &cursor, &bin); i++)
            count[i] = bin.count;
        int64_t full = way == 0 ? MANY / 2 : MANY, once = way == 0 ? 2 : 1;
        assert_true(count[0] == full && count[1] == once && count[2] == full + 2 * once && count[3] == 0);
        assert_true(h[0].count == 2 * full + 3 * once);
        sq_histogram_free(&h[0]);
        sq_histogram_free(&h[1]);
    }
}

static void bins_come_in_order_and_hold_everything(void **state)
{
    (void)state;
    static double value[N];
    fill(value);
    sq_histogram h = {0};
    assert_true(sq_histogram_add(&h, value, N));
    int cursor = 0;
    int64_t sum = 0;
    double last = -INFINITY;
    sq_histogram_bin bin;
    while (sq_histogram_next(&h, &cursor, &bin)) {
        assert_true(bin.low >= last && bin.high >= bin.low && bin.count > 0);
        assert_true(bin.high - bin.low <= fabs(bin.near) * 0x1p-10);
        last = bin.high;
        sum += bin.count;
    }
    assert_int_equal(sum, N);
    assert_false(sq_histogram_next(&h, &cursor, &bin));
    sq_histogram_free(&h);
}

static void merging_has_no_order(void **state)
{
    (void)state;
    static double value[N];
    fill(value);
    sq_histogram whole = {0}, a = {0}, b = {0}, empty = {0};
    assert_true(sq_histogram_add(&whole, value, N));
    assert_true(sq_histogram_add(&a, value + 123, N - 123));
    assert_true(sq_histogram_add(&b, value, 123));
    assert_true(sq_histogram_merge(&b, &empty));
    assert_true(sq_histogram_merge(&empty, &b));
    assert_true(sq_histogram_merge(&a, &empty));
    assert_int_equal(a.count, whole.count);
    assert_true(a.least == whole.least && a.greatest == whole.greatest);
    int i = 0, j = 0;
    sq_histogram_bin x, y;
    while (sq_histogram_next(&whole, &i, &x)) {
        assert_true(sq_histogram_next(&a, &j, &y));
        assert_true(x.low == y.low && x.count == y.count);
    }
    sq_histogram_free(&whole);
    sq_histogram_free(&a);
    sq_histogram_free(&b);
    sq_histogram_free(&empty);
}

static void odd_values(void **state)
{
    (void)state;
    static const double HALF[] = {0.5};
    double got;
    sq_histogram h = {0};
    sq_histogram_quantiles(&h, 1, HALF, &got);
    assert_true(isnan(got));

    static const double TINY[] = {1e-300, -0.0, 1e-9};
    assert_true(sq_histogram_add(&h, TINY, 3));
    sq_histogram_quantiles(&h, 1, HALF, &got);
    assert_true(got == 0);
    assert_false(signbit(h.least));
    sq_histogram_free(&h);

    static const double HUGE_ONES[] = {1e300, -1e300, 1e300};
    assert_true(sq_histogram_add(&h, HUGE_ONES, 3));
    int cursor = 0, bins = 0;
    sq_histogram_bin bin;
    while (sq_histogram_next(&h, &cursor, &bin))
        bins++;
    assert_int_equal(bins, 2);
    sq_histogram_free(&h);

    static const double BAD[] = {1, NAN, INFINITY};
    assert_true(sq_histogram_add(&h, BAD, 3));
    assert_int_equal(h.not_finite, 2);
    assert_true(h.least == 1 && h.greatest == 1);
    sq_histogram_quantiles(&h, 1, HALF, &got);
    assert_true(isnan(got));
    sq_histogram_free(&h);

    /* A heap at one value is told exactly, as both the least and the greatest. */
    static const double SAME[] = {0.3, 0.3, 0.3};
    assert_true(sq_histogram_add(&h, SAME, 3));
    sq_histogram_quantiles(&h, 1, HALF, &got);
    assert_true(got == 0.3);
    sq_histogram_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_keep_their_promise),
        cmocka_unit_test(full_bins_are_carried),
        cmocka_unit_test(bins_come_in_order_and_hold_everything),
        cmocka_unit_test(merging_has_no_order),
        cmocka_unit_test(odd_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
