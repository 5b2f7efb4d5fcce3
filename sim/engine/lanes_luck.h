/* A chapter of the kernel table (lanes_body.h): random numbers, and what is drawn with them. */
#ifndef SQ_ENGINE_LANES_LUCK_H
#define SQ_ENGINE_LANES_LUCK_H

#include "engine/lanes_count.h"

/* ---- luck: rand/address.h with a prefix in each lane ------------------------------------------------------- */

static inline v_w v_mixed(v_w x, unsigned first, uint64_t a, unsigned second, uint64_t b, unsigned third)
{
    x = v_mul_w(v_xor_w(x, v_shr_w(x, first)), v_set_w(a));
    x = v_mul_w(v_xor_w(x, v_shr_w(x, second)), v_set_w(b));
    return v_xor_w(x, v_shr_w(x, third));
}

static inline v_w v_mix_state(v_w x)
{
    return v_mixed(x, 30, SQ_MIX_STATE_FIRST, 27, SQ_MIX_STATE_SECOND, 31);
}

static inline v_w v_mix_stream(v_w x)
{
    return v_mixed(x, 33, SQ_MIX_STREAM_FIRST, 33, SQ_MIX_STREAM_SECOND, 33);
}

typedef struct v_prefix {
    v_w state, stream;
} v_prefix;

static inline v_prefix v_address_with(v_prefix prefix, v_w field)
{
    v_w state = v_add_w(v_xor_w(prefix.state, field), v_set_w(SQ_MIX_STATE_ADDED));
    v_w stream = v_xor_w(v_add_w(prefix.stream, field), v_set_w(SQ_MIX_STREAM_ADDED));
    return (v_prefix){v_mix_state(state), v_mix_stream(stream)};
}

static inline v_d v_address_uniform(v_prefix address)
{
    v_w state = v_add_w(v_mul_w(address.state, v_set_w(SQ_PCG_MULTIPLIER)), v_or_w(address.stream, v_set_w(1)));
    v_w count = v_add_w(v_shr_w(state, 59), v_set_w(5));
    v_w word = v_mul_w(v_xor_w(v_shrv_w(state, count), state), v_set_w(SQ_PCG_OUTPUT_MULTIPLIER));
    v_d k = v_from_w(v_shr_w(v_xor_w(v_shr_w(word, 43), word), 11));
    return v_if(v_gt(k, v_set(0)), k * 0x1p-53, v_set(0x1p-54));
}

static void patients(uint64_t *state, uint64_t *stream, sq_address luck, uint64_t first, int n)
{
    static const uint64_t NUMBER[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    v_prefix prefix = {v_set_w(luck.state), v_set_w(luck.stream)};
    LANES(i) {
        v_w patient = v_add_w(v_set_w(first + (uint64_t)i), v_load_w(NUMBER));
        v_prefix address = v_address_with(prefix, patient);
        v_store_w(state + i, address.state);
        v_store_w(stream + i, address.stream);
    }
}

static inline v_d uniform_at(sq_luck_column luck, int i, v_w hash, v_w visit)
{
    v_prefix patient = {v_load_w(luck.state + i), v_load_w(luck.stream + i)};
    return v_address_uniform(v_address_with(v_address_with(patient, hash), visit));
}

/* Of so many lanes what is a column for each is found first and used then: a vector that is loaded where its numbers
 * have only just been written waits for them. */
enum { SQ_HANDFUL = 64 };
static inline int handful(int n) { return n < SQ_HANDFUL ? n : SQ_HANDFUL; }

static void visited_uniforms(double *out, sq_luck_column luck, v_w site, const uint32_t *so_far, int n)
{
    LANES(i) v_store(out + i, uniform_at(luck, i, site, lanes_load_counts(so_far + i)));
}

static inline sq_luck_column luck_from(sq_luck_column luck, int i)
{
    return (sq_luck_column){luck.state + i, luck.stream + i};
}

static void uniforms(double *out, sq_luck_column luck, uint64_t hash, uint32_t *counter, const int32_t *lane, int n)
{
    v_w site = v_set_w(hash), first = v_set_w(0);
    if (!counter) {
        LANES(i) v_store(out + i, uniform_at(luck, i, site, first));
        return;
    }
    for (int i = 0; i < n; i += SQ_HANDFUL) {
        uint32_t so_far[SQ_HANDFUL];
        int few = handful(n - i);
        take_counts(so_far, counter, lane + i, few);
        visited_uniforms(out + i, luck_from(luck, i), site, so_far, few);
    }
}

/* The slots of n lanes from the i-th on; the padding has that of the first. */
static inline void find_slots(int32_t *slot, const sq_keyed_luck *site, int from, int n)
{
    LANES(i) {
        v_d x = v_load(site->key[0] + from + i);
        for (int k = 1; k < site->n_keys; k++) x = x * v_set(site->size[k]) + v_load(site->key[k] + from + i);
        lanes_store_integers(slot + i, x);
    }
    for (int i = n; i % SQ_WIDTH != 0; i++) slot[i] = slot[0];
}

/* Records are of eight bytes or a multiple. */
static inline void begin_record(uint8_t *record, size_t size, uint32_t life)
{
    uint64_t word = life; /* the first bytes are the lowest */
    memcpy(record, &word, sizeof word);
    for (word = 0, record += sizeof word; size > sizeof word; size -= sizeof word, record += sizeof word)
        memcpy(record, &word, sizeof word);
}

/* Beyond what bytes count, which hardly any life ever is. */
static uint32_t one_of_many(const sq_keyed_luck *site, size_t at)
{
    if (site->visits[at] < SQ_MANY_VISITS) {
        site->many[at] = site->visits[at];
        site->visits[at] = SQ_MANY_VISITS;
    }
    return site->many[at]++;
}

/* Records are seldom in the cache: those of many lanes are sent for together. */
static inline void take_visits(uint32_t *so_far, const sq_keyed_luck *site, const int32_t *slot, const int32_t *lane, int n)
{
    size_t of_lane = (size_t)site->of_lane, of_slot = (size_t)site->of_slot;
    for (int i = 0; i < n; i++)
        __builtin_prefetch(site->visits + lane_number(lane[i]) * of_lane + (size_t)slot[i] * of_slot, 1);
    for (int i = 0; i < n; i++) {
        size_t at = lane_number(lane[i]) * of_lane + (size_t)slot[i] * of_slot;
        uint32_t life;
        memcpy(&life, site->visits + at, sizeof life);
        if (life != site->life[lane[i]]) begin_record(site->visits + at, of_slot, site->life[lane[i]]);
        at += (size_t)site->place;
        so_far[i] = site->visits[at];
        if (so_far[i] + 1 < SQ_MANY_VISITS) site->visits[at]++;
        else so_far[i] = one_of_many(site, at);
    }
}

static void keyed_uniforms(double *out, sq_luck_column luck, const sq_keyed_luck *site, const int32_t *lane, int n)
{
    for (int from = 0; from < n; from += SQ_HANDFUL) {
        int32_t slot[SQ_HANDFUL];
        uint32_t so_far[SQ_HANDFUL] = {0};
        int few = handful(n - from);
        sq_luck_column of = luck_from(luck, from);
        find_slots(slot, site, from, few);
        if (site->visits) take_visits(so_far, site, slot, lane + from, few);
        for (int i = 0; i < few; i += SQ_WIDTH)
            v_store(out + from + i, uniform_at(of, i, lanes_gather_w(site->hash, slot + i), lanes_load_counts(so_far + i)));
    }
}

static void hazards(double *out, const double *uniform, int n)
{
    LANES(i) v_store(out + i, -v_log(v_load(uniform + i)));
}

static void normal_scores(double *out, const double *uniform, int n)
{
    LANES(i) v_store(out + i, -v_normal_quantile(v_load(uniform + i)));
}

static void survivals(double *out, const double *score, int n)
{
    LANES(i) v_store(out + i, v_normal_ccdf(v_load(score + i)));
}

static void score_hazards(double *out, const double *score, int n)
{
    LANES(i) v_store(out + i, -v_normal_log_ccdf(v_load(score + i)));
}

static void loaded_scores(double *out, const double *uniform, sq_column mean, sq_column sd, int n)
{
    LANES(i)
        v_store(out + i, v_column(mean, i) - v_column(sd, i) * v_normal_quantile(v_load(uniform + i)));
}

static inline v_d v_sum_of_options(const sq_option_columns *options, int i)
{
    v_d sum = v_set(0);
    for (int k = 0; k < options->n; k++)
        if (k != options->rest) sum = sum + v_column(options->p[k], i);
    return sum;
}

static inline v_d v_option(const sq_option_columns *options, int i, v_d sum, v_d survival)
{
    v_d chosen = v_set(0), cumulated = v_set(0), left = v_if(v_lt(sum, v_set(1)), 1 - sum, v_set(0));
    v_m is_open = v_mask((1U << SQ_WIDTH) - 1);
    for (int k = 0; k < options->n; k++) {
        v_d p = k == options->rest ? left : v_column(options->p[k], i);
        chosen = v_if(v_and(is_open, v_gt(p, v_set(0))), v_set(k), chosen);
        cumulated = cumulated + p;
        is_open = v_and_not(is_open, v_lt(survival, cumulated));
    }
    return chosen;
}

static bool choose(double *out, double *adds_up, const sq_option_columns *options, const double *survival, int n)
{
    const double slack = 1e-9, least = options->rest >= 0 ? -INFINITY : 1 - slack; /* as in the reference */
    bool all = true;
    LANES(i) {
        v_d sum = v_sum_of_options(options, i);
        v_m fits = v_and(v_le(sum, v_set(1 + slack)), v_ge(sum, v_set(least)));
        v_store(out + i, v_option(options, i, sum, v_load(survival + i)));
        v_store(adds_up + i, v_truth(fits));
        all &= (bits_below(i, n) & ~v_bits(fits)) == 0;
    }
    return all;
}

#endif
