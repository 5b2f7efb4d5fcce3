/* A histogram of integers whose bins are as wide as the number in them asks: 1024 to the octave, so that
 * a quantile is known to a twentieth of a per cent whatever the unit. Where there are many histograms they
 * can be coarser. Adding and merging are integer additions: the order does not matter. */
#ifndef SQ_OUTCOME_HISTOGRAM_H
#define SQ_OUTCOME_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

/* Magnitudes below 2^LOWEST count as zero; those of 2^(LOWEST + OCTAVES) and above fall into the last
 * bin. In years or money: half a minute or a millionth of a unit, and 10^13. */
enum {
    SQ_HISTOGRAM_BITS = 10,
    SQ_HISTOGRAM_BINS = 1 << SQ_HISTOGRAM_BITS, /* to the octave */
    SQ_HISTOGRAM_LOWEST = -20,
    SQ_HISTOGRAM_OCTAVES = 64
};

/* Zero-initialised = empty. Octaves are allocated when a value first falls into them: 2 KiB each, halved by
 * each step of `coarser`, so that many histograms stay in the cache; what 16 bits cannot hold is carried into a
 * second row, four times as large, which few octaves ever need. */
typedef struct sq_histogram {
    int coarser;            /* 2^coarser bins are one; set before the first value */
    int64_t count;          /* values taken in, all of them */
    int64_t zero;           /* of magnitude below 2^LOWEST */
    int64_t not_finite;
    double least, greatest; /* of the finite values; meaningless while there are none */
    /* [negative][octave] -> [SQ_HISTOGRAM_BINS >> coarser] or NULL; a count is the sum of the two */
    uint16_t *octave[2][SQ_HISTOGRAM_OCTAVES];
    int64_t *carried[2][SQ_HISTOGRAM_OCTAVES];
    uint64_t used[2]; /* [negative] bits of the octaves that are there: a dozen of 64 */
} sq_histogram;

/* A bin that is not empty: values in [low, high) on the positive side, (low, high] on the negative, and
 * low = high = 0 for the bin of zero. `near` is the bound nearer to zero. */
typedef struct sq_histogram_bin {
    double low, high, near;
    int64_t count;
} sq_histogram_bin;

/* Takes in n values; false when memory is out (the histogram is then not to be used). */
bool sq_histogram_add(sq_histogram *h, const double *value, int n);
/* The same of every step-th value: n of them. */
bool sq_histogram_add_every(sq_histogram *h, const double *value, int step, int n);
/* Both are equally coarse. */
bool sq_histogram_merge(sq_histogram *into, const sq_histogram *from);
void sq_histogram_free(sq_histogram *h);

/* Steps through the bins that are not empty, in ascending order: *cursor starts at 0; false at the end. */
bool sq_histogram_next(const sq_histogram *h, int *cursor, sq_histogram_bin *bin);

/* Quantiles of the values: for each p[i] in (0, 1] the smallest value that at least the share p[i] of the
 * values does not exceed (inverse of the empirical distribution function; type 1 of Hyndman and Fan,
 * Am Stat 1996;50:361), told by the middle of its bin and kept within the least and greatest value:
 * relative error at most 2^(coarser - 11). NaN without values or where a value was not finite. */
void sq_histogram_quantiles(const sq_histogram *h, int n, const double *p, double *quantile);

#endif
