/* PCG against the outputs its author published, and the contract of addresses: pure functions of their
 * fields in order, uniforms inside the open interval, site hashes that know where a label ends. The
 * statistics of addressed numbers are judged in tests/random. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rand/address.h"

/* M. E. O'Neill's pcg-c (github.com/imneme/pcg-c, commit 83252d9c23df), file
 * test-high/expected/check-pcg64i.out: start 42, sequence 54; the "64bit" lines of rounds 1 to 5. After
 * its six numbers each round consumes 65 coins, 33 dice and 51 cards, one output each. */
enum { ROUNDS = 5, NUMBERS = 6, CONSUMED = 65 + 33 + 51 };
static const uint64_t published[ROUNDS][NUMBERS] = {
    {0xe1cbc180b69606bb, 0x6573bce7abaee684, 0xc744f07442006076, 0x9e9f98ccbd60b8fc,
     0xde693821ee9629ae, 0x263cc2cdc66ebc25},
    {0x6869deb01736aa1d, 0x3976d7772b7283b6, 0xf192d7e3c132c7d9, 0x41b1b929e310e3c5,
     0x6a48bd0efb5c699d, 0x856a779cda69bfd0},
    {0x3f3dc8d4299c7a86, 0x3e076e65a0310764, 0x714322cce3e68f09, 0xe88471f1e7176e5e,
     0x262c50673106006a, 0xbcc19d6d0d1ca1c4},
    {0x24fccd9eb54476bf, 0x2c32833537b2ca5d, 0xfc4de62db8baf980, 0x66208e6be0123658,
     0x9f4674d5c6e9485a, 0x4e093c882196a5f3},
    {0x8205935a6e122e27, 0x70e48fea82d8d2f6, 0xa6114ae38986de05, 0x05cd66f6baa6aae4,
     0x8aa8873d87856c4f, 0xf9970ffeda4657e2},
};

static void test_pcg_published_outputs(void **state)
{
    (void)state;
    sq_pcg generator = sq_pcg_start(42, 54);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < NUMBERS; i++)
            assert_int_equal(sq_pcg_next(&generator), published[round][i]);
        for (int i = 0; i < CONSUMED; i++)
            sq_pcg_next(&generator);
    }
}

static void test_uniform_is_open(void **state)
{
    (void)state;
    const uint64_t unit = UINT64_C(1) << 11; /* the lowest bit that counts */
    assert_true(sq_uniform_from_bits(0) == 0x1p-54);
    assert_true(sq_uniform_from_bits(unit - 1) == 0x1p-54);
    assert_true(sq_uniform_from_bits(unit) == 0x1p-53);
    assert_true(sq_uniform_from_bits(2 * unit) == 0x1p-52);
    assert_true(sq_uniform_from_bits(UINT64_C(1) << 63) == 0.5);
    assert_true(sq_uniform_from_bits(UINT64_MAX) == 1 - 0x1p-53);
    assert_true(sq_uniform_from_bits(UINT64_MAX) < 1);
}

static sq_address full(const uint64_t field[7])
{
    sq_address a = sq_address_root(field[0], (sq_purpose)field[1], field[2], field[3]);
    for (int i = 4; i < 7; i++)
        a = sq_address_with(a, field[i]);
    return a;
}

/* Results of every published study depend on this function: it must not change unnoticed. */
static void test_addresses_are_frozen(void **state)
{
    (void)state;
    const uint64_t zero[7] = {0}, some[7] = {2024, SQ_PURPOSE_LIFE, 3, 1, 4095, 17, 2};
    assert_int_equal(sq_address_bits(full(zero)), UINT64_C(0x175642a46faf4d41));
    assert_int_equal(sq_address_bits(full(some)), UINT64_C(0x7ea1504fca7e08d6));
    assert_int_equal(sq_site_hash(""), 0);
    assert_int_equal(sq_site_hash("assess.response"), UINT64_C(0xd7cff5f74cab019f));
    assert_true(sq_address_uniform(full(some)) == sq_uniform_from_bits(UINT64_C(0x7ea1504fca7e08d6)));
}

/* The variate is the output of a PCG generator with this state and this odd increment after one step. */
static void test_variate_is_a_pcg_output(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        sq_address a = sq_address_with((sq_address){i, i}, i * i);
        sq_pcg generator = {a.state, a.stream | 1};
        sq_pcg_next(&generator);
        assert_int_equal(sq_address_bits(a), sq_pcg_next(&generator));
    }
}

static void test_every_field_counts(void **state)
{
    (void)state;
    const uint64_t base[7] = {5, SQ_PURPOSE_LIFE, 5, 5, 5, 5, 5};
    sq_address from = full(base);
    for (int i = 0; i < 7; i++) {
        uint64_t changed[7];
        memcpy(changed, base, sizeof base);
        changed[i]++;
        sq_address to = full(changed);
        assert_true(from.state != to.state && from.stream != to.stream);
        assert_true(sq_address_bits(from) != sq_address_bits(to));
    }
}

static void test_field_order_counts(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++) {
        for (int j = i + 1; j < 7; j++) {
            uint64_t one[7] = {0}, other[7] = {0};
            one[i] = other[j] = 1;
            one[j] = other[i] = 2;
            sq_address a = full(one), b = full(other);
            assert_true(a.state != b.state && a.stream != b.stream);
        }
    }
}

/* What a field adds does not depend on when: a kept prefix can be extended again and again. */
static void test_prefixes_can_be_kept(void **state)
{
    (void)state;
    sq_address root = sq_address_root(1, SQ_PURPOSE_BASELINE, 2, 3);
    sq_address patient = sq_address_with(root, 4);
    uint64_t first = sq_address_bits(sq_address_with(sq_address_with(patient, 10), 0));
    for (uint64_t visit = 1; visit < 5; visit++)
        sq_address_bits(sq_address_with(sq_address_with(patient, 11), visit));
    const uint64_t fields[7] = {1, SQ_PURPOSE_BASELINE, 2, 3, 4, 10, 0};
    assert_int_equal(first, sq_address_bits(full(fields)));
}

static void test_site_labels_have_ends(void **state)
{
    (void)state;
    uint64_t site = sq_site_hash("course.response");
    uint64_t ab_c = sq_site_hash_with(sq_site_hash_with(site, "ab"), "c");
    uint64_t a_bc = sq_site_hash_with(sq_site_hash_with(site, "a"), "bc");
    assert_true(ab_c != a_bc);
    assert_true(sq_site_hash_with(site, "") != site);
    assert_true(sq_site_hash_with(site, "a") != sq_site_hash("course.responsea"));
    uint64_t xy = sq_site_hash_with(sq_site_hash_with(site, "x"), "y");
    uint64_t yx = sq_site_hash_with(sq_site_hash_with(site, "y"), "x");
    assert_true(xy != yx);
    assert_true(sq_site_hash("\xC3\xA9") != sq_site_hash("\x43\x29")); /* bytes, not signed chars */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pcg_published_outputs),  cmocka_unit_test(test_uniform_is_open),
        cmocka_unit_test(test_addresses_are_frozen),   cmocka_unit_test(test_variate_is_a_pcg_output),
        cmocka_unit_test(test_every_field_counts),     cmocka_unit_test(test_field_order_counts),
        cmocka_unit_test(test_prefixes_can_be_kept),   cmocka_unit_test(test_site_labels_have_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
