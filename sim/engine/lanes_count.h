/* A chapter of the kernel table (lanes_body.h): counting in lanes, and the sums that outcomes want of it. */
#ifndef SQ_ENGINE_LANES_COUNT_H
#define SQ_ENGINE_LANES_COUNT_H

#include "engine/lanes_loop.h"
#include "model/unit.h"

/* A lane is known by eight times its number. */
static inline uint32_t lane_number(int32_t lane) { return (uint32_t)lane / 8; }

static void counts(double *out, const uint32_t *counter, const int32_t *lane, int n)
{
    for (int i = 0; i < n; i++) out[i] = counter[2 * (size_t)lane[i]];
    for (int i = n; i % SQ_WIDTH != 0; i++) out[i] = 0;
}

/* One more in the counters of n lanes; how many there were, 0 in the padding. */
static inline void take_counts(uint32_t *so_far, uint32_t *counter, const int32_t *lane, int n)
{
    for (int i = 0; i < n; i++) so_far[i] = counter[2 * (size_t)lane[i]]++;
    for (int i = n; i % SQ_WIDTH != 0; i++) so_far[i] = 0;
}

static inline uint64_t sum_of(v_w x)
{
    uint64_t word[SQ_WIDTH], sum = 0;
    v_store_w(word, x);
    for (int k = 0; k < SQ_WIDTH; k++) sum += word[k];
    return sum;
}

static sq_before count_up(uint32_t *before, uint32_t *counter, const int32_t *lane, int n)
{
    v_w sum = v_set_w(0), again = v_set_w(0), one = v_set_w(1);
    take_counts(before, counter, lane, n);
    LANES(i) {
        v_w so_far = lanes_load_counts(before + i);
        sum = v_add_w(sum, so_far);
        again = v_add_w(again, v_if_w(v_eq_w(so_far, v_set_w(0)), v_set_w(0), one));
    }
    return (sq_before){.times = before, .sum = (int64_t)sum_of(sum), .first = n - (int)sum_of(again)};
}

/* ---- first times --------------------------------------------------------------------------------------------------- */

/* Days become years one after another; how many. */
static inline int append_years(double *years, v_d days, unsigned which)
{
    double value[SQ_WIDTH];
    int n = 0;
    v_store(value, days / v_set(SQ_DAYS_PER_YEAR));
    if (which == (1U << SQ_WIDTH) - 1) {
        memcpy(years, value, sizeof value);
        return SQ_WIDTH;
    }
    for (; which; which &= which - 1) years[n++] = value[__builtin_ctz(which)];
    return n;
}

/* t = 2^26 high + low, so that no product or sum of products is beyond 64 bits. */
static int first_times(sq_first_times *sums, double *years, const double *time, const uint32_t *before, int n)
{
    enum { LOW = 26 };
    v_w none = v_set_w(0), low_bits = v_set_w((UINT64_C(1) << LOW) - 1);
    v_w high_sum = none, low_sum = none, high_high = none, high_low = none, low_low = none;
    int found = 0;
    LANES(i) {
        v_m is = below(i, n);
        if (before) is = v_and(is, v_eq_w(lanes_load_counts(before + i), none));
        v_d days = v_load(time + i);
        v_w t = v_to_w(v_if(is, days, v_set(0)) * 0x1p20), high = v_shr_w(t, LOW), low = v_and_w(t, low_bits);
        high_sum = v_add_w(high_sum, high);
        low_sum = v_add_w(low_sum, low);
        high_high = v_add_w(high_high, v_mul_low_w(high, high));
        high_low = v_add_w(high_low, v_mul_low_w(high, low));
        low_low = v_add_w(low_low, v_mul_low_w(low, low));
        if (years) found += append_years(years + found, days, v_bits(is));
    }
    sums->sum += ((sq_wide)sum_of(high_sum) << LOW) + sum_of(low_sum);
    sums->squares += ((sq_wide)sum_of(high_high) << 2 * LOW) + ((sq_wide)sum_of(high_low) << (LOW + 1)) + sum_of(low_low);
    return found;
}

#endif
