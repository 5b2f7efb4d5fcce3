/* A chapter of the kernel table (lanes_body.h): between columns of lanes and dense arrays; selecting lanes. */
#ifndef SQ_ENGINE_LANES_MOVE_H
#define SQ_ENGINE_LANES_MOVE_H

#include "engine/lanes_loop.h"

/* ---- moving ------------------------------------------------------------------------------------------ */

static void gather(double *out, const double *column, const int32_t *lane, int n)
{
    LANES(i) v_store(out + i, lanes_gather(column, lane + i));
}

static void gather_words(uint64_t *out, const uint64_t *column, const int32_t *lane, int n)
{
    LANES(i) v_store_w(out + i, lanes_gather_w(column, lane + i));
}

static void empty_lines(void *plane, const int32_t *lane, int n)
{
    LANES(i)
        for (int k = 0; k < SQ_WIDTH; k++) lanes_empty_line((double *)plane + lane[i + k]);
}

static void gather_blocks(double *out, const double *const *block, int slot, int n)
{
    v_w first = v_address(block[0]);
    LANES(i)
        v_store(out + i, v_gather(v_if_w(below(i, n), v_load_w(block + i), first), v_index(slot)));
}

/* slot + (int)x; slot where x is not a number or the lane is none. */
static inline v_w index_at(int slot, v_d x, v_m lanes)
{
    v_m counts = v_and_not(lanes, v_isnan(x));
    return v_add_w(v_index(slot), v_to_w(v_if(counts, x, v_set(0))));
}

static void gather_blocks_at(double *out, const double *const *block, int slot, const double *at, int n)
{
    v_w first = v_address(block[0]);
    LANES(i) {
        v_d x = v_load(at + i);
        v_m lanes = below(i, n);
        v_w base = v_if_w(lanes, v_load_w(block + i), first);
        v_d value = v_gather(base, index_at(slot, x, lanes));
        v_store(out + i, v_if(v_isnan(x), x, value));
    }
}

static void gather_block_at(double *out, const double *block, int slot, const double *at, int n)
{
    LANES(i) {
        v_d x = v_load(at + i);
        v_m unset = v_isnan(x);
        v_d value = v_look_up(block + slot, v_only(v_and_not(below(i, n), unset), x));
        v_store(out + i, v_if(unset, x, value));
    }
}

static int select_lanes(int32_t *chosen, int32_t *others, const int32_t *lane, const double *truth, int n)
{
    int n_chosen = 0, n_others = 0;
    LANES(i) {
        unsigned lanes = bits_below(i, n), is = v_bits(v_ne(v_load(truth + i), v_set(0))) & lanes;
        int many = __builtin_popcount(is);
        if (others) lanes_pick(others + n_others, lane + i, lanes & ~is);
        lanes_pick(chosen + n_chosen, lane + i, is);
        n_chosen += many;
        n_others += __builtin_popcount(lanes) - many;
    }
    return n_chosen;
}

static int assign(double *column, double *copy, const int32_t *lane, sq_column x, int32_t *changed, int n)
{
    int changes = 0;
    LANES(i) {
        v_d new = v_column(x, i), old = lanes_gather(column, lane + i);
        v_m same = v_eq(new, old);
        unsigned differ = bits_below(i, n) & ~v_bits(same);
        if (differ == 0) continue;
        same = v_or(same, v_and(v_isnan(new), v_isnan(old)));
        differ &= ~v_bits(same);
        if (copy) v_store(copy + i, v_if(same, old, new));
        lanes_pick(changed + changes, lane + i, differ);
        changes += __builtin_popcount(differ);
        scatter(column, lane + i, new, differ);
    }
    return changes;
}

/* A whole vector of lanes, or with the bits of some of them. */
static inline void write_some(double *column, double *copy, const int32_t *lane, v_d new, bool signed_zeros,
                              unsigned bits)
{
    if (signed_zeros && v_any(v_eq(new, v_set(0)))) {
        v_d old = lanes_gather(column, lane);
        new = v_if(v_eq(new, old), old, new);
    }
    if (copy) v_store(copy, new);
    scatter(column, lane, new, bits);
}

static void write_all(double *column, double *copy, const int32_t *lane, sq_column x, bool signed_zeros, int n)
{
    const unsigned all = (1U << SQ_WIDTH) - 1;
    int i = 0;
    for (; i + SQ_WIDTH <= n; i += SQ_WIDTH)
        write_some(column, copy ? copy + i : NULL, lane + i, v_column(x, i), signed_zeros, all);
    if (i < n) write_some(column, copy ? copy + i : NULL, lane + i, v_column(x, i), signed_zeros, bits_below(i, n));
}

static int claim(double *who, double number, sq_column truth, int n)
{
    int claimed = 0;
    LANES(i) {
        v_d x = v_column(truth, i), was = v_load(who + i);
        v_m is = v_and(v_ne(x, v_set(0)), v_lt(was, v_set(0)));
        v_store(who + i, v_if(is, v_if(v_isnan(x), x, v_set(number)), was));
        claimed += __builtin_popcount(v_bits(is) & bits_below(i, n));
    }
    return claimed;
}

static bool within(sq_column x, double low, double high, int n)
{
    LANES(i) {
        v_d a = v_column(x, i);
        v_m is = v_and(v_ge(a, v_set(low)), v_le(a, v_set(high)));
        if (bits_below(i, n) & ~v_bits(is)) return false;
    }
    return true;
}

static int equal(int32_t *chosen, const int32_t *lane, const double *number, double k, int n)
{
    int n_chosen = 0;
    LANES(i) {
        unsigned is = v_bits(v_eq(v_load(number + i), v_set(k))) & bits_below(i, n);
        if (is == 0) continue;
        lanes_pick(chosen + n_chosen, lane + i, is);
        n_chosen += __builtin_popcount(is);
    }
    return n_chosen;
}

/* ---- history ------------------------------------------------------------------------------------------- */

static void happened(double *out, const uint64_t *words, int bit, const int32_t *lane, int n)
{
    LANES(i) v_store(out + i, v_from_w(bit_at(words, bit, lane + i)));
}

static void times_if(double *out, double otherwise, const double *time, const uint64_t *words, int bit,
                     const int32_t *lane, int n)
{
    LANES(i) {
        v_m is = v_eq_w(bit_at(words, bit, lane + i), v_set_w(1));
        v_store(out + i, v_if(is, lanes_gather(time, lane + i), v_set(otherwise)));
    }
}

#endif
