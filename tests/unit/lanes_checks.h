/* What the tests of the kernel tables share: the tables that run here, awkward numbers, columns whose padding is no
 * use to anybody, and the judgement whether two numbers are the same. */
#ifndef SQ_TESTS_LANES_CHECKS_H
#define SQ_TESTS_LANES_CHECKS_H

#include "engine/lanes.h"
#include "rand/pcg.h"

#include <math.h>
#include <string.h>

enum { MOST = 512, ROOM = MOST + SQ_PAD };
static const int LENGTHS[] = {1, 2, 7, 8, 9, 511, 512};
enum { N_LENGTHS = sizeof LENGTHS / sizeof *LENGTHS };

/* The i-th that this processor offers; NULL after the last. */
static inline const sq_lanes *lanes_present(int i)
{
    static const char *const NAMES[] = {"scalar", "avx2", "avx512"};
    for (int k = 0; k < 3; k++) {
        const sq_lanes *lanes = sq_lanes_named(NAMES[k]);
        if (sq_lanes_run_here(lanes) && i-- == 0) return lanes;
    }
    return NULL;
}

/* Two NaNs are as good as each other: which of two operands hands its payload on is the compiler's choice. */
static inline bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static inline double uniform(sq_pcg *g) { return (double)(sq_pcg_next(g) >> 11) * 0x1p-53; }
static inline double between(sq_pcg *g, double low, double high) { return low + (high - low) * uniform(g); }
static inline int below(sq_pcg *g, int n) { return (int)(sq_pcg_next(g) % (uint64_t)n); }

/* Truths, labels, ordinary numbers and those at the edges. */
static inline double any_number(sq_pcg *g)
{
    static const double EDGES[] = {NAN, INFINITY, -INFINITY, -0., 0x1p-1074, 1e301, -745.2, .5, 1, 0};
    switch (below(g, 6)) {
    case 0: return EDGES[below(g, sizeof EDGES / sizeof *EDGES)];
    case 1: return below(g, 2);
    case 2: return below(g, 5);
    case 3: return uniform(g);
    case 4: return 100 * (uniform(g) - .5);
    default: return exp(20 * (uniform(g) - .5));
    }
}

/* n numbers, and in the padding what would be wrong as an index, an address or a time. */
static inline void fill_any(sq_pcg *g, double *x, int n)
{
    for (int i = 0; i < n; i++) x[i] = any_number(g);
    for (int i = n; i < ROOM; i++) x[i] = i % 2 ? 1e18 : -1e300;
}

#endif
