/* The log-linear histogram. A double's bits already are a logarithm with a linear remainder: exponent
 * and the ten highest bits of the mantissa name the bin, without a logarithm and without rounding. Of the
 * 64 octaves on each side an outcome touches a dozen, hence a table of octaves filled as they are met. */
#include "outcome/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int bins_of(const sq_histogram *h) { return SQ_HISTOGRAM_BINS >> h->coarser; }

static uint16_t *ensure(sq_histogram *h, int negative, int octave)
{
    uint16_t **row = &h->octave[negative][octave];
    if (*row != NULL)
        return *row;
    *row = calloc((size_t)bins_of(h), sizeof **row);
    if (*row != NULL)
        h->used[negative] |= UINT64_C(1) << octave;
    return *row;
}

/* Carries `count` for a bin, beside its 16 bits. */
static bool carry(sq_histogram *h, int negative, int octave, int bin, int64_t count)
{
    int64_t **carried = &h->carried[negative][octave];
    if (*carried == NULL)
        *carried = calloc((size_t)bins_of(h), sizeof **carried);
    if (*carried != NULL)
        (*carried)[bin] += count;
    return *carried != NULL;
}

static int64_t count_of(const sq_histogram *h, int negative, int octave, int bin)
{
    const int64_t *carried = h->carried[negative][octave];
    return h->octave[negative][octave][bin] + (carried != NULL ? carried[bin] : 0);
}

static void widen(sq_histogram *h, double least, double greatest, bool first)
{
    h->least = first || least < h->least ? least : h->least;
    h->greatest = first || greatest > h->greatest ? greatest : h->greatest;
}

/* Bins counted from the smallest magnitude that has one: exponent and the highest bits of the mantissa in one number,
 * below 0 for what counts as zero. */
static int place_of(uint64_t bits)
{
    enum { LOWEST_PLACE = (1023 + SQ_HISTOGRAM_LOWEST) << SQ_HISTOGRAM_BITS };
    enum { LAST = (SQ_HISTOGRAM_OCTAVES << SQ_HISTOGRAM_BITS) - 1 };
    int place = (int)(bits << 1 >> (53 - SQ_HISTOGRAM_BITS)) - LOWEST_PLACE;
    return place < LAST ? place : LAST;
}

/* The bin of a value that has a place, NULL when memory is out. */
static uint16_t *bin_of(sq_histogram *h, uint64_t bits)
{
    int place = place_of(bits);
    uint16_t *octave = ensure(h, (int)(bits >> 63), place >> SQ_HISTOGRAM_BITS);
    if (octave == NULL)
        return NULL;
    return octave + ((place & (SQ_HISTOGRAM_BINS - 1)) >> h->coarser);
}

static bool carry_over(sq_histogram *h, uint64_t bits)
{
    int place = place_of(bits), bin = (place & (SQ_HISTOGRAM_BINS - 1)) >> h->coarser;
    return carry(h, (int)(bits >> 63), place >> SQ_HISTOGRAM_BITS, bin, UINT16_MAX + 1);
}

/* So many bins are found, and on their way from memory, before the first of them is counted up. */
enum { AHEAD = 32 };

/* The bins that AHEAD values at most fall into, and what else is known of them. */
typedef struct few {
    int n, n_finite;        /* bins; finite values, those without a bin included */
    double least, greatest; /* of the finite values */
    uint16_t *bin[AHEAD];
    uint64_t bits[AHEAD];
} few;

static bool find_bins(sq_histogram *h, const double *value, int n, few *f)
{
    f->n = f->n_finite = 0;
    f->least = INFINITY;
    f->greatest = -INFINITY;
    for (int i = 0; i < n; i++) {
        double x = value[i];
        uint64_t bits;
        if (!isfinite(x))
            continue;
        f->n_finite++;
        f->least = x < f->least ? x : f->least;
        f->greatest = x > f->greatest ? x : f->greatest;
        memcpy(&bits, &x, sizeof bits);
        if (place_of(bits) < 0) {
            h->zero++;
            continue;
        }
        f->bits[f->n] = bits;
        f->bin[f->n] = bin_of(h, bits);
        if (f->bin[f->n] == NULL)
            return false;
        __builtin_prefetch(f->bin[f->n++], 1);
    }
    return true;
}

static bool count_up(sq_histogram *h, const few *f)
{
    for (int i = 0; i < f->n; i++)
        if (++*f->bin[i] == 0 && !carry_over(h, f->bits[i]))
            return false;
    return true;
}

bool sq_histogram_add(sq_histogram *h, const double *value, int n)
{
    few f;
    for (int i = 0; i < n; i += AHEAD) {
        int seen = n - i < AHEAD ? n - i : AHEAD;
        if (!find_bins(h, value + i, seen, &f))
            return false;
        if (f.n_finite > 0) /* + 0: minus zero becomes zero, so that they do not depend on the order */
            widen(h, f.least + 0.0, f.greatest + 0.0, h->count == h->not_finite);
        h->not_finite += seen - f.n_finite;
        h->count += seen;
        if (!count_up(h, &f))
            return false;
    }
    return true;
}

static bool merge_bin(sq_histogram *into, int negative, int octave, int bin, int64_t count)
{
    uint16_t *low = &into->octave[negative][octave][bin];
    int64_t sum = *low + count, over = sum - (sum & UINT16_MAX);
    *low = (uint16_t)sum;
    return over == 0 || carry(into, negative, octave, bin, over);
}

static bool merge_octave(sq_histogram *into, const sq_histogram *from, int negative, int octave)
{
    bool complete = ensure(into, negative, octave) != NULL;
    for (int bin = 0; bin < bins_of(into) && complete; bin++)
        complete = merge_bin(into, negative, octave, bin, count_of(from, negative, octave, bin));
    return complete;
}

bool sq_histogram_merge(sq_histogram *into, const sq_histogram *from)
{
    if (from->count > from->not_finite)
        widen(into, from->least, from->greatest, into->count == into->not_finite);
    into->count += from->count;
    into->zero += from->zero;
    into->not_finite += from->not_finite;
    for (int negative = 0; negative < 2; negative++) {
        for (uint64_t left = from->used[negative]; left != 0; left &= left - 1) {
            if (!merge_octave(into, from, negative, __builtin_ctzll(left)))
                return false;
        }
    }
    return true;
}

void sq_histogram_free(sq_histogram *h)
{
    for (int negative = 0; negative < 2; negative++) {
        for (uint64_t left = h->used[negative]; left != 0; left &= left - 1) {
            free(h->octave[negative][__builtin_ctzll(left)]);
            free(h->carried[negative][__builtin_ctzll(left)]);
        }
    }
    *h = (sq_histogram){0};
}

/* The lower bound of magnitude of a place counted from the smallest magnitude. */
static double bound(int place, int bins)
{
    double share = (double)(place % bins) / bins; /* exact: bins is a power of two */
    return ldexp(1 + share, place / bins + SQ_HISTOGRAM_LOWEST);
}

/* How many bins in a row are empty from this one on, to the end of the octave; eight at a time, for most are. */
static int empty_bins(const sq_histogram *h, int negative, int octave, int bin)
{
    const uint16_t *low = h->octave[negative][octave];
    bool carries = h->carried[negative][octave] != NULL;
    int i = bin, bins = bins_of(h);
    for (; i + 8 <= bins && !carries; i += 8) {
        int any = 0;
        for (int k = 0; k < 8; k++)
            any |= low[i + k];
        if (any != 0)
            break;
    }
    while (i < bins && count_of(h, negative, octave, i) == 0)
        i++;
    return i - bin;
}

/* How many octaves in a row are not there, from this one on in the direction of the walk. */
static int absent_octaves(uint64_t used, int octave, bool downward)
{
    uint64_t ahead = downward ? used << (SQ_HISTOGRAM_OCTAVES - 1 - octave) : used >> octave;
    if (ahead == 0)
        return downward ? octave + 1 : SQ_HISTOGRAM_OCTAVES - octave;
    return downward ? __builtin_clzll(ahead) : __builtin_ctzll(ahead);
}

/* Cursor positions: `side` negative places from the largest magnitude, zero, `side` positive ones. */
bool sq_histogram_next(const sq_histogram *h, int *cursor, sq_histogram_bin *bin)
{
    int bins = bins_of(h), side = SQ_HISTOGRAM_OCTAVES * bins;
    for (int c = *cursor; c <= 2 * side; c++) {
        if (c == side) {
            if (h->zero == 0)
                continue;
            *bin = (sq_histogram_bin){.count = h->zero};
            *cursor = c + 1;
            return true;
        }
        bool negative = c < side;
        int place = negative ? side - 1 - c : c - side - 1;
        int octave = place / bins;
        int absent = absent_octaves(h->used[negative], octave, negative);
        if (absent > 0) {
            c += absent * bins - 1; /* octaves begin and end with the walk's */
            continue;
        }
        int64_t count = count_of(h, negative, octave, place % bins);
        if (count == 0) {
            c += negative ? 0 : empty_bins(h, negative, octave, place % bins) - 1;
            continue;
        }
        double near = bound(place, bins), far = bound(place + 1, bins);
        *bin = (sq_histogram_bin){.low = negative ? -far : near,
                                  .high = negative ? -near : far,
                                  .near = negative ? -near : near,
                                  .count = count};
        *cursor = c + 1;
        return true;
    }
    *cursor = 2 * side + 1;
    return false;
}

/* How many values must not exceed the p-quantile. A product like 0.07 * 100 may be rounded above its
 * integer; a part in 10^12 forgives that. */
static double rank(double p, int64_t count)
{
    return fmax(1, ceil(p * (double)count * (1 - 1e-12)));
}

void sq_histogram_quantiles(const sq_histogram *h, int n, const double *p, double *quantile)
{
    for (int i = 0; i < n; i++)
        quantile[i] = NAN;
    if (h->not_finite > 0)
        return;
    int cursor = 0;
    double below = 0;
    sq_histogram_bin bin;
    while (sq_histogram_next(h, &cursor, &bin)) {
        double upto = below + (double)bin.count;
        double middle = bin.low + (bin.high - bin.low) / 2;
        for (int i = 0; i < n; i++) {
            double wanted = rank(p[i], h->count);
            if (wanted > below && wanted <= upto)
                quantile[i] = fmin(fmax(middle, h->least), h->greatest);
        }
        below = upto;
    }
}
