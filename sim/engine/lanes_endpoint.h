/* A chapter of the kernel table (lanes_body.h): who enters and leaves risk sets, and when on the grid of the curves. */
#ifndef SQ_ENGINE_LANES_ENDPOINT_H
#define SQ_ENGINE_LANES_ENDPOINT_H

#include "engine/lanes_loop.h"

static int same_word(int32_t *same, int32_t *others, const uint64_t *column, uint64_t mask, uint64_t word,
                     const int32_t *lane, int n)
{
    int n_same = 0, n_others = 0;
    LANES(i) {
        unsigned lanes = bits_below(i, n);
        v_w masked = v_and_w(lanes_gather_w(column, lane + i), v_set_w(mask));
        unsigned is = v_bits(v_eq_w(masked, v_set_w(word))) & lanes;
        lanes_pick(same + n_same, lane + i, is);
        lanes_pick(others + n_others, lane + i, lanes & ~is);
        n_same += __builtin_popcount(is);
        n_others += __builtin_popcount(lanes & ~is);
    }
    return n_same;
}

/* ---- in dense words -------------------------------------------------------------------------------------- */

static inline v_m has_bit(v_w word, v_w bit) { return v_eq_w(v_and_w(word, bit), bit); }

static void absent(double *out, const uint64_t *inside, const uint64_t *over, uint64_t bit, int n)
{
    LANES(i) {
        v_w either = v_or_w(v_load_w(inside + i), v_load_w(over + i));
        v_store(out + i, v_truth(v_not(has_bit(either, v_set_w(bit)))));
    }
}

static void enter(uint64_t *inside, uint64_t bit, double *origin, double landmark, sq_column truth, const double *now,
                  const int32_t *lane, int n)
{
    LANES(i) {
        v_m is = v_ne(v_column(truth, i), v_set(0));
        v_w word = inside ? v_load_w(inside + i) : v_set_w(0);
        if (inside) v_store_w(inside + i, v_if_w(is, v_or_w(word, v_set_w(bit)), word));
        if (origin) scatter(origin, lane + i, v_load(now + i) + landmark, v_bits(is) & bits_below(i, n));
    }
}

static int leave(int32_t *which, uint64_t *inside, uint64_t *over, uint64_t bit, int n)
{
    int32_t number[SQ_WIDTH];
    int k = 0;
    LANES(i) {
        v_w word = v_load_w(inside + i), left = v_and_w(word, v_set_w(bit));
        unsigned is = v_bits(has_bit(word, v_set_w(bit))) & bits_below(i, n);
        if (is == 0) continue;
        for (int j = 0; j < SQ_WIDTH; j++) number[j] = i + j;
        lanes_pick(which + k, number, is);
        k += __builtin_popcount(is);
        v_store_w(inside + i, v_xor_w(word, left));
        v_store_w(over + i, v_or_w(v_load_w(over + i), left));
    }
    return k;
}

/* ---- on the grid ------------------------------------------------------------------------------------------- */

/* The quotient gives an interval that is the right one or the one before it, but where grid points lie so close that
 * their own rounding matters: then it is looked for. */
static inline v_w place_of(const sq_grid *grid, v_w points, v_d t)
{
    v_d guess = v_greater(v_lesser(t * grid->per_day, v_set(grid->n)), v_set(0));
    v_w one = v_set_w(1), j = v_to_w(guess);
    v_d point = v_gather(points, j);
    v_m later = v_gt(t, point), first = v_lt(guess, v_set(1)), valid = v_ge(t, v_set(0));
    v_w other = v_if_w(later, v_add_w(j, one), v_if_w(first, j, v_sub_w(j, one)));
    v_d neighbour = v_gather(points, other), end = v_if(later, neighbour, point);
    v_w interval = v_if_w(later, other, j);
    v_w at_end = v_if_w(v_eq(end, t), one, v_set_w(0));
    v_w place = v_if_w(valid, v_add_w(v_shl_w(interval, 1), at_end), v_set_w(UINT64_MAX));
    v_m right = v_or(v_and(later, v_le(t, neighbour)), v_and_not(v_or(first, v_lt(neighbour, t)), later));
    if (v_none(v_and_not(valid, right))) return place;
    double time[SQ_WIDTH];
    int64_t sought[SQ_WIDTH];
    v_store(time, t);
    for (int k = 0; k < SQ_WIDTH; k++) sought[k] = sq_grid_place(grid, time[k]);
    return v_load_w(sought);
}

static void places(int64_t *place, const sq_grid *grid, const double *now, const double *origin, double from,
                   const int32_t *lane, int n)
{
    v_w points = v_address(grid->point);
    LANES(i) {
        v_d since = v_load(now + i) - (origin ? lanes_gather(origin, lane + i) : v_set(from));
        v_store_w(place + i, place_of(grid, points, since));
    }
}

#endif
