/* Exact sums of doubles: a fixed-point superaccumulator (after Neal, "Fast exact summation using small
 * and large superaccumulators", arXiv:1505.05571). The sum is held as an integer wide enough for every
 * finite double, so adding in any order and merging in any tree gives the same bits. */
#ifndef SQ_BASE_EXACT_H
#define SQ_BASE_EXACT_H

#include <stdbool.h>
#include <stdint.h>

enum { SQ_EXACT_CHUNKS = 67 };

/* Zero-initialised = the sum of nothing. Plain data: may be copied, compared after sq_exact_normalise,
 * written to a file and read back. */
typedef struct sq_exact {
    int64_t chunk[SQ_EXACT_CHUNKS]; /* overlapping 32-bit digits in 64-bit words, least first */
    int64_t pending;                /* additions since the carries were last propagated */
    int64_t not_finite;             /* how many NaN or infinite terms were offered (they are not added) */
} sq_exact;

void sq_exact_add(sq_exact *sum, double term);
void sq_exact_merge(sq_exact *into, const sq_exact *from);
/* Propagates carries so that equal sums are equal byte for byte. */
void sq_exact_normalise(sq_exact *sum);
/* The exact sum rounded once to nearest-even; NaN when a term was not finite. */
double sq_exact_value(const sq_exact *sum);

#endif
