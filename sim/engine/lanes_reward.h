/* A chapter of the kernel table (lanes_body.h): discounting, losses, breaks, flows. */
#ifndef SQ_ENGINE_LANES_REWARD_H
#define SQ_ENGINE_LANES_REWARD_H

#include "engine/lanes_loop.h"

/* ---- discounting --------------------------------------------------------------------------------------------- */

/* (1 - e^-rt) / r, which is t for r = 0. */
static inline v_d v_annuity(double rate, v_d t)
{
    if (rate == 0) return t;
    return -v_expm1(-rate * t) / rate;
}

static void discounted_time(const sq_discount *d, sq_column origin, double *out, const double *t, int n)
{
    v_d change = v_set(d->change), first = v_annuity(d->rate[0], change);
    v_d factor = v_exp(-d->rate[0] * change);
    LANES(i) {
        v_d now = v_load(t + i), from = v_column(origin, i), since = now - from, sum = now;
        v_m begun = v_not(v_le(since, v_set(0))), later = v_not(v_le(since, change));
        if (v_any(v_and_not(begun, later))) sum = v_if(begun, from + v_annuity(d->rate[0], since), sum);
        if (v_any(later))
            sum = v_if(v_and(begun, later), from + first + factor * v_annuity(d->rate[1], since - change), sum);
        v_store(out + i, sum);
    }
}

static void discount_factor(const sq_discount *d, sq_column origin, double *out, const double *t, int n)
{
    v_d change = v_set(d->change);
    LANES(i) {
        v_d since = v_load(t + i) - v_column(origin, i), exponent = -d->rate[0] * since;
        v_m begun = v_not(v_le(since, v_set(0))), later = v_not(v_le(since, change));
        if (v_any(later))
            exponent = v_if(later, -d->rate[0] * change - d->rate[1] * (since - change), exponent);
        v_store(out + i, v_if(begun, v_exp(exponent), v_set(1)));
    }
}

/* ---- losses and breaks ------------------------------------------------------------------------------------- */

static void add_losses(double *sum, double *next, const double *amount, const double *until, const double *now,
                       const int32_t *lane, int n)
{
    LANES(i) {
        v_d end = lanes_gather(until, lane + i), first = v_load(next + i), so_far = v_load(sum + i);
        v_m in_force = v_gt(end, v_load(now + i));
        if (v_none(in_force)) continue;
        v_store(sum + i, v_if(in_force, so_far + lanes_gather(amount, lane + i), so_far));
        v_store(next + i, v_if(in_force, v_min(first, end), first));
    }
}

static void next_breaks(double *next, const double *knot, const double *at, const double *now, int n)
{
    LANES(i) {
        v_d t = v_load(now + i), from = v_load(at + i), first = v_load(next + i);
        v_d ahead = t + (v_load(knot + i) - from);
        v_d then = v_max(v_ceil(ahead * 0x1p20) * 0x1p-20, t + 0x1p-20);
        v_store(next + i, v_if(v_isnan(from), first, v_min(first, then)));
    }
}

/* ---- flows --------------------------------------------------------------------------------------------------- */

static void change_rates(double *flow, const int32_t *lane, sq_column rate, const double *now,
                         const double *discounted, int n)
{
    LANES(i) {
        v_d of[8], new = v_column(rate, i), t = v_load(now + i), d = v_load(discounted + i);
        lanes_load_lines(of, flow, lane + i);
        v_d old = of[SQ_FLOW_RATE];
        v_m changes = v_ne(new, old);
        if (v_none(changes)) continue;
        v_m accrues = v_and(changes, v_and(v_ne(old, v_set(0)), v_ne(of[SQ_FLOW_SINCE], t)));
        v_d total = of[SQ_FLOW_TOTAL] + old * (d - of[SQ_FLOW_DISCOUNTED_SINCE]);
        v_d undiscounted = of[SQ_FLOW_UNDISCOUNTED] + old * (t - of[SQ_FLOW_SINCE]);
        of[SQ_FLOW_TOTAL] = v_if(accrues, total, of[SQ_FLOW_TOTAL]);
        of[SQ_FLOW_UNDISCOUNTED] = v_if(accrues, undiscounted, of[SQ_FLOW_UNDISCOUNTED]);
        of[SQ_FLOW_RATE] = v_if(changes, new, old);
        of[SQ_FLOW_SINCE] = v_if(changes, t, of[SQ_FLOW_SINCE]);
        of[SQ_FLOW_DISCOUNTED_SINCE] = v_if(changes, d, of[SQ_FLOW_DISCOUNTED_SINCE]);
        lanes_store_lines(flow, lane + i, of, n - i);
    }
}

#endif
