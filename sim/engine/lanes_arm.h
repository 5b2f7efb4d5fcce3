/* A chapter of the kernel table (lanes_body.h): what is kept of clocks. */
#ifndef SQ_ENGINE_LANES_ARM_H
#define SQ_ENGINE_LANES_ARM_H

#include "engine/lanes_loop.h"

/* sq_on_time_grid. */
static inline v_d v_on_time_grid(v_d days)
{
    return v_if(v_lt(days, v_set(0x1p31)), (days + 0x1.8p32) - 0x1.8p32, v_set(INFINITY));
}

/* Of W lanes those with a bit; where there is no time that remains. */
static inline v_m set_some_due(const sq_clock_columns *clocks, const double *remaining, const double *now,
                               const double *age, const double *left, const int32_t *lane, unsigned bits)
{
    v_d wait = v_load(remaining), t = v_load(now);
    scatter(clocks->due, lane, v_on_time_grid(t + wait), bits);
    if (clocks->since) {
        scatter(clocks->since, lane, t, bits);
        scatter(clocks->age, lane, age ? v_load(age) : v_set(0), bits);
        scatter(clocks->left, lane, v_load(left), bits);
    }
    return v_and_not(v_mask(bits), v_ge(wait, v_set(0)));
}

static bool set_due(const sq_clock_columns *clocks, const double *remaining, const double *now, const double *age,
                    const double *left, const int32_t *lane, int n)
{
    v_m bad = v_same(false);
    int i = 0;
    for (; i + SQ_WIDTH <= n; i += SQ_WIDTH)
        bad = v_or(bad, set_some_due(clocks, remaining + i, now + i, age ? age + i : NULL, left + i, lane + i, ALL_LANES));
    if (i < n)
        bad = v_or(bad, set_some_due(clocks, remaining + i, now + i, age ? age + i : NULL, left + i, lane + i,
                                     bits_below(i, n)));
    return v_none(bad);
}

static void put(double *column, const int32_t *lane, sq_column x, int n)
{
    int i = 0;
    for (; i + SQ_WIDTH <= n; i += SQ_WIDTH) scatter(column, lane + i, v_column(x, i), ALL_LANES);
    if (i < n) scatter(column, lane + i, v_column(x, i), bits_below(i, n));
}

/* Where a kept number is another now; a NaN is none. */
static bool differs(double *truth, const double *column, const int32_t *lane, sq_column x, int n)
{
    unsigned any = 0;
    LANES(i) {
        v_m is = v_ne(lanes_gather(column, lane + i), v_column(x, i));
        any |= v_bits(is) & bits_below(i, n);
        if (truth) v_store(truth + i, v_if(is, v_set(1), v_load(truth + i)));
        else if (any) return true;
    }
    return any != 0;
}

#endif
