/* Exact sums. The expected values come from cases whose exact sum is known by construction (terms that
 * cancel, halves of a unit in the last place, powers of two) and, for random terms, from another
 * algorithm: a list of non-overlapping partial sums grown by two-sums (Shewchuk 1997), which needs no
 * wide integers and shares nothing with the accumulator. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/exact.h"
#include "rand/pcg.h"

static double sum_of(const double *terms, size_t n)
{
    sq_exact sum = {0};
    for (size_t i = 0; i < n; i++)
        sq_exact_add(&sum, terms[i]);
    return sq_exact_value(&sum);
}

/* Bits, so that -0 and the sign of a NaN would show. */
static void assert_same(double a, double b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

#define SUM(...) sum_of((const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / 8)

static void test_single_terms_come_back(void **state)
{
    (void)state;
    const double terms[] = {0.0,     1.0,         0.1,           DBL_MAX,           DBL_MIN,
                            0x1p-1074, 0x1.8p-1073, 0x1.fffffp-1023, 0x1.fffffffffffffp-1022,
                            0x1p1023, 0x1p-1000,   12345.678,     0x1.fffffffffffffp52};
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        assert_same(sum_of(&terms[i], 1), terms[i]);
        if (terms[i] != 0)
            assert_same(SUM(-terms[i]), -terms[i]);
    }
    for (int e = -1074; e <= 1023; e++)
        assert_same(SUM(ldexp(1, e)), ldexp(1, e));
}

static void test_zero_is_positive(void **state)
{
    (void)state;
    assert_same(sum_of(NULL, 0), 0.0);
    assert_same(SUM(-0.0, -0.0), 0.0);
    assert_same(SUM(1e300, -1e300), 0.0);
}

static void test_cancellation_is_exact(void **state)
{
    (void)state;
    assert_same(SUM(DBL_MAX, 0x1p-1074, -DBL_MAX), 0x1p-1074);
    assert_same(SUM(1e16, 1, -1e16), 1);
    assert_same(SUM(-1e16, -1, 1e16), -1);
    assert_same(SUM(1, 1e100, 1, -1e100), 2);
    assert_same(SUM(0x1p1000, -0x1p-1000), 0x1p1000);
    assert_same(SUM(DBL_MAX, DBL_MAX, -DBL_MAX), DBL_MAX); /* may pass the range on the way */
}

static void test_rounding_to_nearest_even(void **state)
{
    (void)state;
    double u = 0x1p-53; /* half a unit in the last place of 1 */
    assert_same(SUM(1, u), 1);
    assert_same(SUM(1, 2 * u, u), 1 + 4 * u);
    assert_same(SUM(1, u, 0x1p-1074), 1 + 2 * u);
    assert_same(SUM(1, u, -0x1p-1074), 1);
    assert_same(SUM(-1, -u, -0x1p-1074), -1 - 2 * u);
    assert_same(SUM(0x1.fffffffffffffp0, u), 2);
    assert_same(SUM(0x1p-1022, 0x1p-1074), 0x1.0000000000001p-1022);
    assert_same(SUM(0x1p-1021, 0x1p-1074), 0x1p-1021);
    assert_same(SUM(0x1p-1021, 0x1p-1073, 0x1p-1074), 0x1.0000000000002p-1021);
}

static void test_overflow_follows_rounding(void **state)
{
    (void)state;
    assert_same(SUM(DBL_MAX, 0x1p969), DBL_MAX);
    assert_same(SUM(DBL_MAX, 0x1p970), INFINITY); /* a tie goes to even, past the end */
    assert_same(SUM(-DBL_MAX, -0x1p970), -INFINITY);
    sq_exact sum = {0};
    for (int i = 0; i < 100000; i++)
        sq_exact_add(&sum, -DBL_MAX);
    assert_same(sq_exact_value(&sum), -INFINITY);
    for (int i = 0; i < 99999; i++)
        sq_exact_add(&sum, DBL_MAX);
    assert_same(sq_exact_value(&sum), -DBL_MAX);
}

/* A random finite double; exponents within `spread` binary orders around 1. */
static double random_term(sq_pcg *rng, int spread)
{
    double fraction = (double)(int64_t)sq_pcg_next(rng) * 0x1p-63;
    return ldexp(fraction, (int)(sq_pcg_next(rng) % (uint64_t)(2 * spread)) - spread);
}

/* Adds one term to a list of non-overlapping partial sums, least first; returns its new length. */
static size_t grow_partials(double *partials, size_t n, double term)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        double a = fabs(term) < fabs(partials[i]) ? partials[i] : term;
        double b = fabs(term) < fabs(partials[i]) ? term : partials[i];
        volatile double high = a + b;
        volatile double rest = high - a;
        double low = b - rest;
        if (low != 0)
            partials[kept++] = low;
        term = high;
    }
    partials[kept] = term;
    return kept + 1;
}

/* The partial sums rounded once: the two largest decide, and a third breaks a tie between them. */
static double round_partials(const double *partials, size_t n)
{
    volatile double high = 0;
    double low = 0;
    while (n > 0 && low == 0) {
        double before = high, next = partials[--n];
        high = before + next;
        volatile double kept = high - before;
        low = next - kept;
    }
    bool third_agrees = n > 0 && ((low < 0 && partials[n - 1] < 0) || (low > 0 && partials[n - 1] > 0));
    volatile double doubled = high + 2 * low;
    volatile double step = doubled - high;
    return third_agrees && step == 2 * low ? doubled : high;
}

static void test_random_sums_agree_with_partial_sums(void **state)
{
    (void)state;
    sq_pcg rng = sq_pcg_start(11, 1);
    static const int spreads[] = {2, 30, 60, 300, 900};
    for (int round = 0; round < 2000; round++) {
        sq_exact sum = {0};
        double partials[128];
        size_t n = 0, terms = 1 + sq_pcg_next(&rng) % 100;
        for (size_t i = 0; i < terms; i++) {
            double term = random_term(&rng, spreads[round % 5]);
            sq_exact_add(&sum, term);
            n = grow_partials(partials, n, term);
        }
        assert_same(sq_exact_value(&sum), round_partials(partials, n));
    }
}

static void shuffle(double *terms, size_t n, sq_pcg *rng)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = sq_pcg_next(rng) % i;
        double swap = terms[i - 1];
        terms[i - 1] = terms[j];
        terms[j] = swap;
    }
}

/* Any order, any tree of merges, any moments of normalising: the same bytes. */
static void test_order_and_merges_do_not_matter(void **state)
{
    (void)state;
    enum { N = 5000, PARTS = 7 };
    static double terms[N];
    sq_pcg rng = sq_pcg_start(3, 2);
    for (size_t i = 0; i < N; i++)
        terms[i] = random_term(&rng, 900);
    sq_exact first = {0};
    for (size_t i = 0; i < N; i++)
        sq_exact_add(&first, terms[i]);
    sq_exact_normalise(&first);
    for (int round = 0; round < 20; round++) {
        shuffle(terms, N, &rng);
        sq_exact parts[PARTS] = {0}, total = {0};
        for (size_t i = 0; i < N; i++)
            sq_exact_add(&parts[sq_pcg_next(&rng) % PARTS], terms[i]);
        for (int p = 0; p < PARTS; p++) {
            if (round % 2 == 0)
                sq_exact_normalise(&parts[p]);
            sq_exact_merge(&total, &parts[p]);
        }
        sq_exact_normalise(&total);
        assert_memory_equal(&total, &first, sizeof total);
    }
}

/* Equal sums of different terms have equal bytes, negative ones too. */
static void test_normal_form_is_unique(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        sq_exact a = {0}, b = {0};
        sq_exact_add(&a, sign * 3.0);
        sq_exact_add(&b, sign * 1e300);
        for (int i = 0; i < 3; i++)
            sq_exact_add(&b, sign * 1.0);
        sq_exact_add(&b, -sign * 1e300);
        sq_exact_normalise(&a);
        sq_exact_normalise(&b);
        assert_memory_equal(&a, &b, sizeof a);
        sq_exact_normalise(&b);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

/* Carries that wait must be propagated before a word is full: the worst term, many times, and merges
 * of sums whose carries wait. */
static void test_pending_carries_never_overflow(void **state)
{
    (void)state;
    double worst = 0x1.fffffffffffffp9; /* among the exponents tried, one has the widest upper part */
    for (int e = 0; e < 32; e++) {
        sq_exact sum = {0}, merged = {0};
        for (int i = 0; i < 1 << 12; i++)
            sq_exact_add(&sum, ldexp(worst, e));
        assert_same(sq_exact_value(&sum), ldexp(worst, e + 12));
        sq_exact few = {0};
        for (int i = 0; i < 1023; i++)
            sq_exact_add(&few, -ldexp(worst, e));
        for (int i = 0; i < 1 << 12; i++)
            sq_exact_merge(&merged, &few);
        for (int i = 0; i < 1 << 12; i++)
            sq_exact_add(&merged, -ldexp(worst, e));
        assert_same(sq_exact_value(&merged), -ldexp(worst, e + 22));
    }
}

/* One sum doubled by merging with itself: all digits grow as fast as they can. */
static void test_doubling_by_merging(void **state)
{
    (void)state;
    sq_exact sum = {0};
    sq_exact_add(&sum, 0x1.fffffffffffffp-40);
    for (int i = 0; i < 500; i++) {
        sq_exact copy = sum;
        sq_exact_merge(&sum, &copy);
    }
    assert_same(sq_exact_value(&sum), 0x1.fffffffffffffp460);
}

static void test_not_finite_terms_are_counted(void **state)
{
    (void)state;
    sq_exact sum = {0}, other = {0};
    sq_exact_add(&sum, 1);
    sq_exact_add(&other, NAN);
    sq_exact_add(&other, INFINITY);
    sq_exact_add(&other, -INFINITY);
    sq_exact_merge(&sum, &other);
    assert_int_equal(sum.not_finite, 3);
    assert_true(isnan(sq_exact_value(&sum)));
    sum.not_finite = 0;
    assert_same(sq_exact_value(&sum), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_terms_come_back),
        cmocka_unit_test(test_zero_is_positive),
        cmocka_unit_test(test_cancellation_is_exact),
        cmocka_unit_test(test_rounding_to_nearest_even),
        cmocka_unit_test(test_overflow_follows_rounding),
        cmocka_unit_test(test_random_sums_agree_with_partial_sums),
        cmocka_unit_test(test_order_and_merges_do_not_matter),
        cmocka_unit_test(test_normal_form_is_unique),
        cmocka_unit_test(test_pending_carries_never_overflow),
        cmocka_unit_test(test_doubling_by_merging),
        cmocka_unit_test(test_not_finite_terms_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
