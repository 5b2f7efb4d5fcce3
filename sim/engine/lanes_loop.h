/* What the chapters of the kernel table (lanes_body.h) share: a loop over lanes, and steps at one width. */
#ifndef SQ_ENGINE_LANES_LOOP_H
#define SQ_ENGINE_LANES_LOOP_H

#include "engine/lanes.h"
#include "math/simd_law_columns.h"

#define LANES(i) for (int i = 0; i < n; i += SQ_WIDTH)

/* Of the lanes i … i + W - 1 those below n: a bit each, and as a mask. */
static inline unsigned bits_below(int i, int n)
{
    unsigned left = (unsigned)(n - i);
    return left < SQ_WIDTH ? (1U << left) - 1 : (1U << SQ_WIDTH) - 1;
}
static inline v_m below(int i, int n) { return v_mask(bits_below(i, n)); }

/* Addresses for lanes that are none: the first lane's. */
static inline v_w row_of(sq_row_column table, int i, int n)
{
    return v_if_w(below(i, n), v_row_column(table, i), v_address(table.p[0]));
}

/* 1 or 0. */
static inline v_d v_truth(v_m m) { return v_only(m, v_set(1)); }

/* x[0 … W - 1] where the bit is set. */
enum { ALL_LANES = (1 << SQ_WIDTH) - 1 };
static inline void scatter(double *column, const int32_t *lane, v_d x, unsigned bits)
{
    if (bits == ALL_LANES) {
        lanes_scatter(column, lane, x);
        return;
    }
    double value[SQ_WIDTH];
    v_store(value, x);
    for (; bits; bits &= bits - 1) column[lane[__builtin_ctz(bits)]] = value[__builtin_ctz(bits)];
}

static inline v_w bit_at(const uint64_t *words, int bit, const int32_t *lane)
{
    return v_and_w(v_shr_w(lanes_gather_w(words, lane), (unsigned)bit), v_set_w(1));
}

#endif
