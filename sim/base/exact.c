/* Exact sums. The accumulator is one long fixed-point number whose unit is the smallest subnormal,
 * 2^-1074, written in digits of 32 bits. Every finite double is an integer of at most 53 bits in that
 * unit times a power of two, so adding one touches two neighbouring digits. The digits live in 64-bit
 * words whose upper halves collect carries, which are propagated once in a thousand additions. A
 * block of patients adds one double a quantity, so plain code is fast enough and is easy to check.
 *
 * The sum is a two's-complement number: after normalisation all digits but the last are in [0, 2^32)
 * and the last carries the sign. That form is unique, so equal sums are equal byte for byte. */
#include "base/exact.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    DIGIT_BITS = 32,
    TOP = SQ_EXACT_CHUNKS - 1,
    MANTISSA_BITS = 53,
    UNIT_EXPONENT = -1074,
    /* One addition moves a digit by less than 2^52, so 1,025 of them stay inside 2^63. */
    PENDING_LIMIT = 1024
};

static const int64_t DIGIT_BASE = INT64_C(1) << DIGIT_BITS;

void sq_exact_add(sq_exact *sum, double term)
{
    uint64_t bits;
    memcpy(&bits, &term, sizeof bits);
    unsigned exponent = (unsigned)(bits >> 52) & 0x7FF;
    uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
    if (exponent == 0x7FF) {
        sum->not_finite++;
        return;
    }
    if (exponent != 0) {
        mantissa |= UINT64_C(1) << 52;
        exponent--; /* subnormals share the exponent of the smallest normal numbers */
    }
    unsigned digit = exponent / DIGIT_BITS, shift = exponent % DIGIT_BITS;
    int64_t low = (int64_t)(mantissa << shift & 0xFFFFFFFF);
    int64_t high = (int64_t)(mantissa >> (DIGIT_BITS - shift));
    bool negative = bits >> 63;
    sum->chunk[digit] += negative ? -low : low;
    sum->chunk[digit + 1] += negative ? -high : high;
    if (++sum->pending >= PENDING_LIMIT)
        sq_exact_normalise(sum);
}

void sq_exact_merge(sq_exact *into, const sq_exact *from)
{
    sq_exact other = *from;
    if (into->pending + other.pending + 1 >= PENDING_LIMIT) {
        sq_exact_normalise(into);
        sq_exact_normalise(&other);
    }
    for (int i = 0; i < SQ_EXACT_CHUNKS; i++)
        into->chunk[i] += other.chunk[i];
    into->pending += other.pending + 1; /* merging two sums of one digit's size is one more addition */
    into->not_finite += other.not_finite;
}

void sq_exact_normalise(sq_exact *sum)
{
    for (int i = 0; i < TOP; i++) {
        int64_t digit = (int64_t)((uint64_t)sum->chunk[i] & 0xFFFFFFFF);
        sum->chunk[i + 1] += (sum->chunk[i] - digit) / DIGIT_BASE;
        sum->chunk[i] = digit;
    }
    sum->pending = 0;
}

/* Turns a normalised negative sum into its normalised absolute value. */
static void negate(sq_exact *sum)
{
    for (int i = 0; i < SQ_EXACT_CHUNKS; i++)
        sum->chunk[i] = -sum->chunk[i];
    sq_exact_normalise(sum);
}

/* The position of the highest set bit of a non-negative normalised sum; -1 for zero. */
static int highest_bit(const sq_exact *sum)
{
    int i = TOP;
    while (i >= 0 && sum->chunk[i] == 0)
        i--;
    if (i < 0)
        return -1;
    int bit = 0;
    while (sum->chunk[i] >> bit > 1)
        bit++;
    return i * DIGIT_BITS + bit;
}

/* The 53 bits from position lowest upward. */
static uint64_t window(const sq_exact *sum, int lowest)
{
    int i = lowest / DIGIT_BITS, shift = lowest % DIGIT_BITS;
    uint64_t bits = ((uint64_t)sum->chunk[i] | (uint64_t)sum->chunk[i + 1] << DIGIT_BITS) >> shift;
    if (shift > 0)
        bits |= (uint64_t)sum->chunk[i + 2] << (2 * DIGIT_BITS - shift);
    return bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
}

/* Whether the part below position lowest makes the 53 bits above it round up, to nearest and to even. */
static bool rounds_up(const sq_exact *sum, int lowest, uint64_t kept)
{
    int half = lowest - 1, i = half / DIGIT_BITS;
    uint64_t mask = UINT64_C(1) << half % DIGIT_BITS;
    uint64_t digit = (uint64_t)sum->chunk[i];
    if ((digit & mask) == 0)
        return false;
    bool more = (digit & (mask - 1)) != 0;
    while (!more && --i >= 0)
        more = sum->chunk[i] != 0;
    return more || (kept & 1) != 0;
}

/* A non-negative normalised sum as a double. */
static double magnitude(const sq_exact *sum)
{
    if (sum->chunk[TOP] > 0)
        return INFINITY; /* 2^1038 and more */
    int lowest = highest_bit(sum) - (MANTISSA_BITS - 1);
    if (lowest <= 0) /* all bits fit */
        return ldexp((double)(int64_t)window(sum, 0), UNIT_EXPONENT);
    uint64_t kept = window(sum, lowest);
    if (rounds_up(sum, lowest, kept))
        kept++;
    return ldexp((double)(int64_t)kept, lowest + UNIT_EXPONENT);
}

double sq_exact_value(const sq_exact *sum)
{
    if (sum->not_finite > 0)
        return NAN;
    sq_exact copy = *sum;
    sq_exact_normalise(&copy);
    if (copy.chunk[TOP] >= 0)
        return magnitude(&copy);
    negate(&copy);
    return -magnitude(&copy);
}
