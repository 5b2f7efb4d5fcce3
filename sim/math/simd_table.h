/* Tables of n ascending knots, one for each lane: searching them, and reading them as functions. All lanes'
 * tables have the same n >= 1, their addresses may differ. No lane reads outside its table, whatever it
 * asks for: one that is not needed may ask for anything, a NaN included. */
#ifndef SQ_MATH_SIMD_TABLE_H
#define SQ_MATH_SIMD_TABLE_H

#include "math/law.h"
#include "math/simd_kernel.h"

#include <stddef.h>

static inline v_w v_index(int i)
{
    return v_set_w((uint64_t)(int64_t)i);
}

static inline v_w v_address(const double *p)
{
    return v_set_w((uint64_t)(uintptr_t)p);
}

/* What follows an array of so many doubles. */
static inline v_w v_address_after(v_w array, int doubles)
{
    return v_add_w(array, v_index(doubles * (int)sizeof(double)));
}

/* The one array of all lanes; NULL where they differ. */
static inline const double *v_shared(v_w base)
{
    uint64_t address[SQ_WIDTH];
    v_store_w(address, base);
    bool same = v_all(v_eq_w(base, v_set_w(address[0])));
    return same ? (const double *)(uintptr_t)address[0] : NULL;
}

/* The same element of each lane's array. */
static inline v_d v_gather_at(v_w base, int i)
{
    const double *shared = v_shared(base);
    return shared ? v_set(shared[i]) : v_gather(base, v_index(i));
}

static inline v_w v_no_more(v_w i, int most)
{
    return v_if_w(v_lt_w(v_index(most), i), v_index(most), i);
}

/* The knot after i, or the last one again. */
static inline v_w v_next_index(int n, v_w i)
{
    return v_no_more(v_add_w(i, v_index(1)), n - 1);
}

static inline v_w v_not_negative(v_w i)
{
    return v_if_w(v_lt_w(i, v_index(0)), v_index(0), i);
}

static inline v_m v_reaches(v_d at, v_d knot, bool equal)
{
    return equal ? v_ge(at, knot) : v_gt(at, knot);
}

/* The search below begun on one table of all lanes: at every stride-th knot, read once for all of them. */
static inline v_w v_coarse(int n, int stride, const double *x, v_d at, bool equal)
{
    v_w low = v_index(-1);
    for (int i = stride - 1; i < n; i += stride)
        low = v_if_w(v_reaches(at, v_set(x[i]), equal), v_index(i), low);
    return low;
}

/* Index of the last of n ascending numbers that is < at, or with `equal` <= at; -1 when none is. The
 * candidates are halved without a branch, in all lanes at once. */
static inline v_w v_search(int n, v_w x, v_d at, bool equal)
{
    enum { READ_AT_ONCE = 16 };
    const double *shared = SQ_WIDTH > 1 ? v_shared(x) : NULL;
    int candidates = shared ? n / READ_AT_ONCE + 1 : n + 1;
    v_w low = shared ? v_coarse(n, candidates, shared, at, equal) : v_index(-1);
    while (candidates > 1) {
        int half = candidates / 2;
        v_w probe = v_add_w(low, v_index(half));
        if (shared) /* the last stride may reach beyond the table */
            probe = v_no_more(probe, n - 1);
        low = v_if_w(v_reaches(at, v_gather(x, probe), equal), probe, low);
        candidates -= half;
    }
    return low;
}

/* Cumulative hazards are searched with this one: on a plateau it finds where the plateau begins, the
 * first time. */
static inline v_w v_last_below(int n, v_w x, v_d at)
{
    return v_search(n, x, at, false);
}

/* Where something lies among the knots: the last knot at or below it, -1 when there is none, the knots at
 * either end of the interval that begins there. Before the first knot both are the first two, from the
 * last knot on both are the last. */
typedef struct v_place {
    v_w i;
    v_d here, there;
} v_place;

static inline v_place v_place_from(int n, v_w x, v_w i)
{
    v_w first = v_not_negative(i);
    return (v_place){i, v_gather(x, first), v_gather(x, v_next_index(n, first))};
}

/* Knots that are evenly spaced, as those of most life tables, need no search: the index is computed, and
 * believed where the knots on both sides say so. */
static inline v_place v_place_of(int n, v_w x, v_d at)
{
    enum { WORTH_A_GUESS = 16 };
    if (n < WORTH_A_GUESS)
        return v_place_from(n, x, v_search(n, x, at, true));
    v_d first = v_gather_at(x, 0), last = v_gather_at(x, n - 1);
    v_d steps = (at - first) * ((n - 1.) / (last - first)) + 1e-9; /* so that a knot itself is not missed */
    v_w guess = v_to_w(v_min(v_max(steps, v_set(0)), v_set(n - 2.)));
    v_d here = v_gather(x, guess), there = v_gather(x, v_add_w(guess, v_index(1)));
    v_m beyond = v_le(last, at), found = v_and(v_le(here, at), v_lt(at, there));
    if (v_any(v_not(v_or(beyond, found))))
        return v_place_from(n, x, v_search(n, x, at, true));
    v_w i = v_if_w(beyond, v_index(n - 1), guess);
    return (v_place){i, v_if(beyond, last, here), v_if(beyond, last, there)};
}

static inline v_w v_last_at_or_below(int n, v_w x, v_d at)
{
    return v_place_of(n, x, at).i;
}

/* Piecewise-constant or -linear function of x given by knots: before the first knot the first value,
 * after the last the last. A NaN answers a NaN. */
static inline v_d v_table_at(sq_interpolation interpolation, int n, v_w x, v_w y, v_d at)
{
    v_place place = v_place_of(n, x, at);
    v_w i = v_not_negative(place.i);
    v_d value = v_gather(y, i);
    v_m inside = v_and_not(v_lt_w(i, v_index(n - 1)), v_lt_w(place.i, v_index(0)));
    if (interpolation != SQ_CONSTANT && v_any(inside)) {
        v_d share = (at - place.here) / (place.there - place.here), end = v_gather(y, v_next_index(n, i));
        v_d between = value + (end - value) * share;
        if (interpolation == SQ_LOGLINEAR)
            between = value * v_pow(end / value, share);
        value = v_if(inside, between, value);
    }
    return v_if(v_isnan(at), at, value);
}

/* The first knot strictly greater than at; +inf if there is none. */
static inline v_d v_table_next_knot(int n, v_w x, v_d at)
{
    v_place place = v_place_of(n, x, at);
    v_d knot = v_if(v_lt_w(place.i, v_index(0)), place.here, place.there);
    return v_if(v_lt_w(place.i, v_index(n - 1)), knot, v_set(INFINITY));
}

#endif
