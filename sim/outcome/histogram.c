/* The log-linear histogram. A double's bits already are a logarithm with a linear remainder: exponent
 * and the ten highest bits of the mantissa name the bin, without a logarithm and without rounding. Of the
 * 64 octaves on each side an outcome touches a dozen, hence a table of octaves filled as they are met. */
#include "outcome/histogram.h"

#include <math.h>
#include <stddef.h>
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

enum {
    LOWEST_PLACE = (1023 + SQ_HISTOGRAM_LOWEST) << SQ_HISTOGRAM_BITS,
    LAST_PLACE = (SQ_HISTOGRAM_OCTAVES << SQ_HISTOGRAM_BITS) - 1,
};

/* Bins counted from the smallest magnitude that has one: exponent and the highest bits of the mantissa in one number,
 * below 0 for what counts as zero. */
static int place_of(uint64_t bits)
{
    return (int)(bits << 1 >> (53 - SQ_HISTOGRAM_BITS)) - LOWEST_PLACE;
}

/* Counts up a bin. */
static bool count_up(sq_histogram *h, int negative, int place)
{
    int octave = place >> SQ_HISTOGRAM_BITS, bin = (place & (SQ_HISTOGRAM_BINS - 1)) >> h->coarser;
    uint16_t *row = ensure(h, negative, octave);
    return row != NULL && (++row[bin] != 0 || carry(h, negative, octave, bin, UINT16_MAX + 1));
}

/* A value that is zero, beyond the last bin, or not finite. */
static bool take_odd(sq_histogram *h, double x, int negative, int place)
{
    if (place < 0)
        h->zero++;
    else if (!isfinite(x))
        h->not_finite++;
    return place < 0 || !isfinite(x) || count_up(h, negative, LAST_PLACE);
}

/* Least and greatest of the finite values. */
static void finite_range(const double *value, int step, int n, double *least, double *greatest)
{
    *least = INFINITY;
    *greatest = -INFINITY;
    for (int i = 0; i < n; i++) {
        double x = value[(ptrdiff_t)i * step];
        if (!isfinite(x))
            continue;
        *least = x < *least ? x : *least;
        *greatest = x > *greatest ? x : *greatest;
    }
}

static bool take(sq_histogram *h, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int place = place_of(bits), negative = (int)(bits >> 63);
    if (place < 0 || place > LAST_PLACE)
        return take_odd(h, x, negative, place);
    return count_up(h, negative, place);
}

/* The bin of a positive number in an octave that is there; NULL if x is anything else. */
static inline uint16_t *ready_bin(const sq_histogram *h, double x, int coarser)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t place = (uint32_t)(bits >> (52 - SQ_HISTOGRAM_BITS)) - LOWEST_PLACE; /* a sign makes it too large */
    uint16_t *row = place <= LAST_PLACE ? h->octave[0][place >> SQ_HISTOGRAM_BITS] : NULL;
    return row != NULL ? row + ((place & (SQ_HISTOGRAM_BINS - 1)) >> coarser) : NULL;
}

bool sq_histogram_add_every(sq_histogram *h, const double *value, int step, int n)
{
    double least = INFINITY, greatest = -INFINITY;
    int coarser = h->coarser;
    int64_t not_finite = h->not_finite;
    bool complete = true, first = h->count == not_finite;
    for (int i = 0; i < n && complete; i++) {
        double x = value[(ptrdiff_t)i * step];
        uint16_t *bin = ready_bin(h, x, coarser);
        if (bin != NULL && *bin < UINT16_MAX)
            ++*bin;
        else
            complete = take(h, x);
        least = least < x ? least : x; /* one instruction each; those that are not finite are seen to below */
        greatest = greatest > x ? greatest : x;
    }
    h->count += n;
    if (n == 0 || h->not_finite > not_finite)
        finite_range(value, step, n, &least, &greatest);
    if (least <= greatest) /* + 0: minus zero becomes zero, so that they do not depend on the order */
        widen(h, least + 0.0, greatest + 0.0, first);
    return complete;
}

bool sq_histogram_add(sq_histogram *h, const double *value, int n)
{
    return sq_histogram_add_every(h, value, 1, n);
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

/* The lower bound of magnitude of a place, in the histogram's own bins from the smallest magnitude. */
static double bound(const sq_histogram *h, int place)
{
    uint64_t bits = (uint64_t)(LOWEST_PLACE + (place << h->coarser)) << (52 - SQ_HISTOGRAM_BITS);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static sq_histogram_bin bin_at(const sq_histogram *h, bool negative, int place, int64_t count)
{
    double near = bound(h, place), far = bound(h, place + 1);
    return (sq_histogram_bin){.low = negative ? -far : near,
                              .high = negative ? -near : far,
                              .near = negative ? -near : near,
                              .count = count};
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
        *bin = bin_at(h, negative, place, count);
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

/* The way up through a histogram, for the quantiles that are met. */
typedef struct walk {
    const sq_histogram *h;
    int n;
    const double *p;
    double *quantile;
    double below, next; /* values so far; the rank of the next quantile */
} walk;

static void pass(walk *w, double upto)
{
    w->below = upto;
    w->next = INFINITY;
    for (int i = 0; i < w->n; i++) {
        double wanted = rank(w->p[i], w->h->count);
        if (wanted > upto)
            w->next = fmin(w->next, wanted);
    }
}

static void pass_bin(walk *w, sq_histogram_bin bin)
{
    double upto = w->below + (double)bin.count, middle = bin.low + (bin.high - bin.low) / 2;
    for (int i = 0; i < w->n; i++) {
        double wanted = rank(w->p[i], w->h->count);
        if (wanted > w->below && wanted <= upto)
            w->quantile[i] = fmin(fmax(middle, w->h->least), w->h->greatest);
    }
    pass(w, upto);
}

static int64_t octave_count(const sq_histogram *h, int negative, int octave)
{
    const uint16_t *low = h->octave[negative][octave];
    const int64_t *carried = h->carried[negative][octave];
    uint32_t sum = 0;
    int64_t over = 0;
    for (int i = 0; i < bins_of(h); i++)
        sum += low[i];
    for (int i = 0; i < bins_of(h) && carried != NULL; i++)
        over += carried[i];
    return sum + over;
}

/* Bin by bin only where a quantile is met. */
static void pass_octave(walk *w, int negative, int octave)
{
    const sq_histogram *h = w->h;
    double beyond = w->below + (double)octave_count(h, negative, octave);
    for (int i = 0, bins = bins_of(h); i < bins && w->next <= beyond; i++) {
        int bin = negative ? bins - 1 - i : i;
        int64_t count = count_of(h, negative, octave, bin);
        if (w->next <= w->below + (double)count)
            pass_bin(w, bin_at(h, negative, octave * bins + bin, count));
        else
            w->below += (double)count;
    }
    w->below = beyond;
}

void sq_histogram_quantiles(const sq_histogram *h, int n, const double *p, double *quantile)
{
    walk w = {.h = h, .n = n, .p = p, .quantile = quantile};
    for (int i = 0; i < n; i++)
        quantile[i] = NAN;
    if (h->not_finite > 0)
        return;
    pass(&w, 0);
    for (uint64_t left = h->used[1]; left != 0;) {
        int octave = SQ_HISTOGRAM_OCTAVES - 1 - __builtin_clzll(left);
        pass_octave(&w, 1, octave);
        left &= ~(UINT64_C(1) << octave);
    }
    if (h->zero > 0)
        pass_bin(&w, (sq_histogram_bin){.count = h->zero});
    for (uint64_t left = h->used[0]; left != 0; left &= left - 1)
        pass_octave(&w, 0, __builtin_ctzll(left));
}
