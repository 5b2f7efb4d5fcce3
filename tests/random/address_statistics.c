/* Statistics of addressed random numbers: avalanche, collisions and the independence of neighbours, each
 * as one number judged against its distribution under perfect mixing. Addresses are fixed, so the
 * verdicts never change from run to run; a limit is the two-sided normal (or Poisson) quantile whose
 * false alarms over one whole statistic sum to LEVEL or less, stated beside it.
 *
 * A test that cannot fail shows nothing: every statistic is also computed for a mixer with a known
 * fault (fields added up, one start state for all streams, no finaliser) and must condemn it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rand/address.h"

enum { SEED, PURPOSE, DRAW, REPLICATE, PATIENT, SITE, VISIT, FIELDS };

static const char *const field_names[FIELDS] = {
    "seed", "purpose", "draw", "replicate", "patient", "site", "visit",
};

/* A way from the seven fields to an address: the real one, or one with a fault. */
typedef sq_address mixer(const uint64_t field[FIELDS]);

static sq_address addressed(const uint64_t field[FIELDS])
{
    sq_address a = sq_address_root(field[SEED], (sq_purpose)field[PURPOSE], field[DRAW],
                                   field[REPLICATE]);
    for (int i = PATIENT; i < FIELDS; i++)
        a = sq_address_with(a, field[i]);
    return a;
}

/* Fault: the fields are added up before they are mixed, as in seed + patient. */
static sq_address fields_added(const uint64_t field[FIELDS])
{
    uint64_t sum = 0;
    for (int i = 0; i < FIELDS; i++)
        sum += field[i];
    return sq_address_with((sq_address){0, 0}, sum);
}

/* Fault: one start state, and streams 1, 2, 3 for the patients of a site and visit. */
static sq_address stream_per_patient(const uint64_t field[FIELDS])
{
    uint64_t others[FIELDS];
    memcpy(others, field, sizeof others);
    others[PATIENT] = 0;
    return (sq_address){addressed(others).state, field[PATIENT] << 1};
}

/* Fault: a multiplication a field and no finaliser; high bits of a field reach few output bits. */
static sq_address unfinished(const uint64_t field[FIELDS])
{
    sq_address a = {0, 0};
    for (int i = 0; i < FIELDS; i++) {
        a.state = (a.state ^ field[i]) * UINT64_C(0x9e3779b97f4a7c15);
        a.stream = (a.stream + field[i]) * UINT64_C(0xc2b2ae3d27d4eb4f);
    }
    return a;
}

static uint64_t bits_at(mixer *mix, const uint64_t field[FIELDS])
{
    return sq_address_bits(mix(field));
}

/* ---- avalanche ---------------------------------------------------------------------------------- */

enum { SAMPLES = 1 << 13, PURPOSE_BITS = 31 };

/* How often each of the 64 output bits flips when one bit of one field does. Base addresses are small
 * numbers, as simulations use, in even samples and all 64 bits in odd ones. */
static void count_flips(mixer *mix, int which, int bit, int flips[64])
{
    sq_pcg rng = sq_pcg_start((uint64_t)(which * 64 + bit), 77);
    memset(flips, 0, 64 * sizeof flips[0]);
    for (int n = 0; n < SAMPLES; n++) {
        uint64_t field[FIELDS];
        for (int i = 0; i < FIELDS; i++)
            field[i] = sq_pcg_next(&rng) >> (n % 2 == 0 ? 52 : 0);
        field[PURPOSE] >>= 64 - PURPOSE_BITS; /* an enum: its low bits */
        uint64_t before = bits_at(mix, field);
        field[which] ^= UINT64_C(1) << bit;
        uint64_t changed = before ^ bits_at(mix, field);
        for (int out = 0; out < 64; out++)
            flips[out] += (int)(changed >> out & 1);
    }
}

typedef struct avalanche {
    double worst;  /* largest |z| of one (input bit, output bit) cell */
    double spread; /* z of the sum of all squared z */
} avalanche;

static avalanche measure_avalanche(mixer *mix, int which)
{
    int bits = which == PURPOSE ? PURPOSE_BITS : 64;
    double sum = 0, worst = 0;
    for (int bit = 0; bit < bits; bit++) {
        int flips[64];
        count_flips(mix, which, bit, flips);
        for (int out = 0; out < 64; out++) {
            double z = (2.0 * flips[out] - SAMPLES) / sqrt((double)SAMPLES);
            sum += z * z;
            worst = fmax(worst, fabs(z));
        }
    }
    double cells = 64.0 * bits;
    return (avalanche){worst, (sum - cells) / sqrt(2 * cells)};
}

/* LEVEL 1e-6 over the 26,560 cells: |z| < 6.6. A cell that flips with probability .5 +- .044 is
 * found nine times in ten. LEVEL 1e-6 over the seven sums (chi-square, 1,984 degrees of freedom in the
 * smallest): |z| < 5.6, which finds an average departure of .0022 nine times in ten. */
static const double CELL_LIMIT = 6.6, SUM_LIMIT = 5.6;

static void test_every_bit_reaches_every_bit(void **state)
{
    (void)state;
    for (int which = 0; which < FIELDS; which++) {
        avalanche found = measure_avalanche(addressed, which);
        print_message("  %-9s largest |z| %.2f, sum of squares z %+.2f\n", field_names[which],
                      found.worst, found.spread);
        assert_true(found.worst < CELL_LIMIT);
        assert_true(fabs(found.spread) < SUM_LIMIT);
    }
}

static void test_avalanche_condemns_a_missing_finaliser(void **state)
{
    (void)state;
    avalanche found = measure_avalanche(unfinished, PATIENT);
    assert_true(found.worst > 3 * CELL_LIMIT);
    assert_true(found.spread > 3 * SUM_LIMIT);
}

static void test_avalanche_condemns_a_stream_per_patient(void **state)
{
    (void)state;
    assert_true(measure_avalanche(stream_per_patient, PATIENT).worst > 3 * CELL_LIMIT);
}

/* ---- collisions --------------------------------------------------------------------------------- */

/* A grid of neighbours: 4 seeds, 2 purposes, 4 draws, 2 replicates, 256 patients, 16 sites, 16 visits. */
enum { GRID_BITS = 22, GRID = 1 << GRID_BITS };

static void grid_address(uint32_t n, uint64_t field[FIELDS])
{
    static const unsigned width[FIELDS] = {2, 1, 2, 1, 8, 4, 4};
    for (int i = FIELDS - 1; i >= 0; i--) {
        field[i] = n & ((1u << width[i]) - 1);
        n >>= width[i];
    }
    field[PURPOSE] += SQ_PURPOSE_LIFE;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int by_address(const void *a, const void *b)
{
    const sq_address *x = a, *y = b;
    int order = (x->state > y->state) - (x->state < y->state);
    return order != 0 ? order : (x->stream > y->stream) - (x->stream < y->stream);
}

static int equal_numbers(uint64_t *numbers)
{
    int equal = 0;
    qsort(numbers, GRID, sizeof numbers[0], by_number);
    for (int i = 1; i < GRID; i++)
        equal += numbers[i] == numbers[i - 1];
    return equal;
}

typedef struct collisions {
    int addresses;    /* neighbours in sorted order with equal (state, stream) */
    int outputs;      /* with equal 64 bits; 5e-7 expected */
    double high, low; /* z of equal upper and lower halves; 2047.3 expected in each */
} collisions;

/* The sorted-neighbour count of N numbers in k cells is N - (occupied cells); for 2^22 in 2^32 its mean
 * is N^2/2k - N^3/6k^2 = 2047.3 and it is Poisson to within a thousandth. */
static double halves_z(uint64_t *halves)
{
    double n = GRID, k = 0x1p32, mean = n * n / (2 * k) - n * n * n / (6 * k * k);
    return (equal_numbers(halves) - mean) / sqrt(mean);
}

static collisions count_collisions(mixer *mix)
{
    collisions found = {0};
    sq_address *addresses = calloc(GRID, sizeof *addresses);
    uint64_t *numbers = calloc(GRID, sizeof *numbers);
    assert_non_null(addresses);
    assert_non_null(numbers);
    for (uint32_t i = 0; i < GRID; i++) {
        uint64_t field[FIELDS];
        grid_address(i, field);
        addresses[i] = mix(field);
    }
    for (int i = 0; i < GRID; i++)
        numbers[i] = sq_address_bits(addresses[i]) >> 32;
    found.high = halves_z(numbers);
    for (int i = 0; i < GRID; i++)
        numbers[i] = sq_address_bits(addresses[i]) & 0xFFFFFFFF;
    found.low = halves_z(numbers);
    for (int i = 0; i < GRID; i++)
        numbers[i] = sq_address_bits(addresses[i]);
    found.outputs = equal_numbers(numbers);
    qsort(addresses, GRID, sizeof addresses[0], by_address);
    for (int i = 1; i < GRID; i++)
        found.addresses += by_address(&addresses[i], &addresses[i - 1]) == 0;
    free(addresses);
    free(numbers);
    return found;
}

static void test_neighbours_never_collide(void **state)
{
    (void)state;
    collisions found = count_collisions(addressed);
    print_message("  equal addresses %d, equal outputs %d, halves z %+.2f %+.2f\n",
                  found.addresses, found.outputs, found.high, found.low);
    assert_int_equal(found.addresses, 0);
    assert_int_equal(found.outputs, 0);    /* a false alarm has probability 5e-7 */
    assert_true(fabs(found.high) < 5.03); /* LEVEL 1e-6 over both halves */
    assert_true(fabs(found.low) < 5.03);
}

static void test_collisions_condemn_added_fields(void **state)
{
    (void)state;
    collisions found = count_collisions(fields_added);
    assert_true(found.addresses > GRID / 2);
    assert_true(found.outputs > GRID / 2);
}

/* ---- neighbours --------------------------------------------------------------------------------- */

enum { PAIRS = 1 << 16, CELLS = 32 };

/* Numbers at two addresses that differ as `kind` says. Kinds 0 .. 27: one field raised by 1, 2, 64 or
 * 4096. Kinds 28 .. 33: two neighbouring fields exchanged. */
enum { LAGS = 4, RAISED = FIELDS * LAGS, KINDS = RAISED + FIELDS - 1 };

static void relate(uint64_t field[FIELDS], int kind)
{
    static const uint64_t lag[LAGS] = {1, 2, 64, 4096};
    if (kind < RAISED) {
        field[kind / LAGS] += lag[kind % LAGS];
        return;
    }
    int i = kind - RAISED;
    uint64_t kept = field[i];
    field[i] = field[i + 1];
    field[i + 1] = kept;
}

typedef struct dependence {
    double linear; /* z of the correlation of the two uniforms */
    double cells;  /* z of the chi-square over a 32 by 32 table of the pair */
} dependence;

/* The fields of pair n: patients run fastest, the others are small and change slowly; neighbouring fields
 * are never equal, so exchanging them changes the address. */
static void pair_address(uint64_t n, uint64_t field[FIELDS])
{
    const uint64_t fields[FIELDS] = {1 + n / 32768, 3 + n / 16384 % 2, 5 + n / 8192 % 2,
                                     7 + n / 4096 % 2, 16 + n % 256, 9 + n / 256 % 4,
                                     14 + n / 1024 % 4};
    memcpy(field, fields, sizeof fields);
}

static dependence measure_dependence(mixer *mix, int kind)
{
    static int table[CELLS][CELLS];
    memset(table, 0, sizeof table);
    double product = 0;
    for (uint64_t n = 0; n < PAIRS; n++) {
        uint64_t field[FIELDS];
        pair_address(n, field);
        double u = sq_address_uniform(mix(field));
        relate(field, kind);
        double v = sq_address_uniform(mix(field));
        product += (u - 0.5) * (v - 0.5);
        table[(int)(u * CELLS)][(int)(v * CELLS)]++;
    }
    double expected = (double)PAIRS / (CELLS * CELLS), chi = 0, freedom = CELLS * CELLS - 1;
    for (int i = 0; i < CELLS; i++)
        for (int j = 0; j < CELLS; j++)
            chi += (table[i][j] - expected) * (table[i][j] - expected) / expected;
    /* Wilson and Hilferty (1931): the cube root of a chi-square is close to normal. */
    double root = cbrt(chi / freedom), variance = 2 / (9 * freedom);
    return (dependence){product * 12 / sqrt((double)PAIRS), (root - (1 - variance)) / sqrt(variance)};
}

/* LEVEL 1e-6 over 2 * 34 statistics: |z| < 5.7 for independent pairs. Pairs of a field raised by one
 * overlap, which widens the chi-square's spread by 3 % (its row and column sums are the same), hence
 * 6. A correlation of .029 is found nine times in ten. */
static const double PAIR_LIMIT = 6;

static void test_neighbours_share_nothing(void **state)
{
    (void)state;
    double worst = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        dependence found = measure_dependence(addressed, kind);
        worst = fmax(worst, fmax(fabs(found.linear), fabs(found.cells)));
        assert_true(fabs(found.linear) < PAIR_LIMIT);
        assert_true(fabs(found.cells) < PAIR_LIMIT);
    }
    print_message("  largest |z| of %d: %.2f\n", 2 * KINDS, worst);
}

static void test_neighbours_condemn_faulty_mixers(void **state)
{
    (void)state;
    /* Exchanged fields are one address when fields are added; streams 1, 2, 3 of one start overlap. */
    assert_true(measure_dependence(fields_added, RAISED).linear > 3 * PAIR_LIMIT);
    assert_true(measure_dependence(stream_per_patient, PATIENT * LAGS).cells > 3 * PAIR_LIMIT);
}

/* ---- site names --------------------------------------------------------------------------------- */

/* 2^16 keyed sites that resemble each other: no equal hashes, and equal lower halves as often as chance
 * has them (one half pair in two expected; more than 8 has probability 4e-9). */
static void test_site_hashes_are_apart(void **state)
{
    (void)state;
    enum { SITES = 1 << 16 };
    static uint64_t hash[SITES];
    for (int i = 0; i < SITES; i++) {
        char path[32], label[32];
        snprintf(path, sizeof path, "course%d.response", i % 256);
        snprintf(label, sizeof label, "line%d", i / 256);
        hash[i] = sq_site_hash_with(sq_site_hash(path), label);
    }
    qsort(hash, SITES, sizeof hash[0], by_number);
    for (int i = 1; i < SITES; i++)
        assert_true(hash[i] != hash[i - 1]);
    for (int i = 0; i < SITES; i++)
        hash[i] &= 0xFFFFFFFF;
    qsort(hash, SITES, sizeof hash[0], by_number);
    int equal = 0;
    for (int i = 1; i < SITES; i++)
        equal += hash[i] == hash[i - 1];
    assert_true(equal <= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_bit_reaches_every_bit),
        cmocka_unit_test(test_avalanche_condemns_a_missing_finaliser),
        cmocka_unit_test(test_avalanche_condemns_a_stream_per_patient),
        cmocka_unit_test(test_neighbours_never_collide),
        cmocka_unit_test(test_collisions_condemn_added_fields),
        cmocka_unit_test(test_neighbours_share_nothing),
        cmocka_unit_test(test_neighbours_condemn_faulty_mixers),
        cmocka_unit_test(test_site_hashes_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
