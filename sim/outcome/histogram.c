/* The log-linear histogram. A double's bits already are a logarithm with a linear remainder: exponent
 * and the ten highest bits of the mantissa name the bin, without a logarithm and without rounding. Of the
 * 64 octaves on each side an outcome touches a dozen, hence a table of octaves filled as they are met. */
#include "outcome/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int bins_of(const sq_histogram *h) { return SQ_HISTOGRAM_BINS >> h->coarser; }

static bool ensure(int64_t **octave, int bins)
{
    if (*octave == NULL)
        *octave = calloc((size_t)bins, sizeof **octave);
    return *octave != NULL;
}

static void widen(sq_histogram *h, double least, double greatest, bool first)
{
    h->least = first || least < h->least ? least : h->least;
    h->greatest = first || greatest > h->greatest ? greatest : h->greatest;
}

/* The bin of a finite value; NULL when memory is out. */
static int64_t *bin_of(sq_histogram *h, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int octave = (int)(bits >> 52 & 0x7FF) - 1023 - SQ_HISTOGRAM_LOWEST;
    int bin = (int)(bits >> (52 - SQ_HISTOGRAM_BITS)) & (SQ_HISTOGRAM_BINS - 1);
    if (octave < 0)
        return &h->zero;
    if (octave >= SQ_HISTOGRAM_OCTAVES) {
        octave = SQ_HISTOGRAM_OCTAVES - 1;
        bin = SQ_HISTOGRAM_BINS - 1;
    }
    int64_t **place = &h->octave[bits >> 63][octave];
    return ensure(place, bins_of(h)) ? *place + (bin >> h->coarser) : NULL;
}

/* So many bins are found, and on their way from memory, before the first of them is counted up. */
enum { AHEAD = 32 };

/* Finite values, AHEAD at most. */
static bool add_few(sq_histogram *h, const double *value, int n)
{
    int64_t *bin[AHEAD];
    for (int i = 0; i < n; i++) {
        bin[i] = bin_of(h, value[i]);
        if (bin[i] == NULL)
            return false;
        __builtin_prefetch(bin[i], 1);
    }
    for (int i = 0; i < n; i++)
        ++*bin[i];
    return true;
}

bool sq_histogram_add(sq_histogram *h, const double *value, int n)
{
    double few[AHEAD];
    for (int i = 0, k = 0; i < n; i++) {
        double x = value[i] + 0.0; /* minus zero becomes zero, so that least does not depend on the order */
        bool finite = isfinite(x);
        if (finite) {
            widen(h, x, x, h->count == h->not_finite);
            few[k++] = x;
        }
        h->not_finite += !finite;
        h->count++;
        if (k < AHEAD && i + 1 < n)
            continue;
        if (!add_few(h, few, k))
            return false;
        k = 0;
    }
    return true;
}

bool sq_histogram_merge(sq_histogram *into, const sq_histogram *from)
{
    if (from->count > from->not_finite)
        widen(into, from->least, from->greatest, into->count == into->not_finite);
    into->count += from->count;
    into->zero += from->zero;
    into->not_finite += from->not_finite;
    for (int i = 0; i < 2 * SQ_HISTOGRAM_OCTAVES; i++) {
        const int64_t *source = from->octave[i / SQ_HISTOGRAM_OCTAVES][i % SQ_HISTOGRAM_OCTAVES];
        int64_t **place = &into->octave[i / SQ_HISTOGRAM_OCTAVES][i % SQ_HISTOGRAM_OCTAVES];
        if (source == NULL)
            continue;
        if (!ensure(place, bins_of(into)))
            return false;
        for (int bin = 0; bin < bins_of(into); bin++)
            (*place)[bin] += source[bin];
    }
    return true;
}

void sq_histogram_free(sq_histogram *h)
{
    for (int i = 0; i < SQ_HISTOGRAM_OCTAVES; i++) {
        free(h->octave[0][i]);
        free(h->octave[1][i]);
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
static int empty_bins(const int64_t *octave, int bin, int bins)
{
    int i = bin;
    for (; i + 8 <= bins; i += 8) {
        int64_t any = 0;
        for (int k = 0; k < 8; k++)
            any |= octave[i + k];
        if (any != 0)
            break;
    }
    while (i < bins && octave[i] == 0)
        i++;
    return i - bin;
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
        const int64_t *octave = h->octave[negative][place / bins];
        if (octave == NULL) {
            c += bins - 1; /* octaves begin and end with the walk's */
            continue;
        }
        int64_t count = octave[place % bins];
        if (count == 0) {
            c += negative ? 0 : empty_bins(octave, place % bins, bins) - 1;
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
