/* The loops of the kernel table at one width: what lanes.h promises, over the vectors of math/simd.h. The file
 * that includes this has defined SQ_WIDTH, SQ_LANES (the table's name in C), SQ_LANES_NAME (its name for people),
 * included math/simd.h and defined the few steps for which instruction sets have nothing in common:
 *
 *   lanes_gather(column, lane), lanes_gather_w, lanes_gather_counts   column[lane[0 … W - 1]]
 *   lanes_load_lines(column, plane, lane), lanes_store_lines(plane, lane, column, n)
 *                                                                     eight columns that lie side by side, of W lanes;
 *                                                                     the first n lanes are stored; column is spoilt
 *   lanes_empty_line(line)                                            eight columns of one lane
 *   lanes_pick(to, lane, bits)                                        the lanes whose bit is set, in order; W are
 *                                                                     written, of which the first so many count
 *
 * A loop takes SQ_WIDTH lanes at a time and rounds n up. Padding is computed on like anything else, but nothing
 * there may decide which memory is read: where a number is an index or an address, lanes from n on take lane 0's. */
#ifndef SQ_ENGINE_LANES_BODY_H
#define SQ_ENGINE_LANES_BODY_H

#include "engine/lanes.h"
#include "math/simd_law_columns.h"
#include "math/simd_table.h"

#define LANES(i) for (int i = 0; i < n; i += SQ_WIDTH)

static inline v_w word_at(sq_word_column c, int i) { return v_load_w(c.p + (ptrdiff_t)i * c.step); }

/* Of the lanes i … i + W - 1 those below n: a bit each, and as a mask. */
static inline unsigned bits_below(int i, int n)
{
    unsigned left = (unsigned)(n - i);
    return left < SQ_WIDTH ? (1U << left) - 1 : (1U << SQ_WIDTH) - 1;
}
static inline v_m below(int i, int n) { return v_mask(bits_below(i, n)); }

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

static void add(double *sum, const double *column, const int32_t *lane, int n)
{
    LANES(i) v_store(sum + i, v_load(sum + i) + lanes_gather(column, lane + i));
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
        v_d x = v_load(at + i), value = v_gather(v_address(block), index_at(slot, x, below(i, n)));
        v_store(out + i, v_if(v_isnan(x), x, value));
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

/* x[0 … W - 1] where the bit is set. */
static inline void scatter(double *column, const int32_t *lane, v_d x, unsigned bits)
{
    double value[SQ_WIDTH];
    v_store(value, x);
    if (bits == (1U << SQ_WIDTH) - 1)
        for (int k = 0; k < SQ_WIDTH; k++) column[lane[k]] = value[k];
    else
        for (; bits; bits &= bits - 1) column[lane[__builtin_ctz(bits)]] = value[__builtin_ctz(bits)];
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

static inline v_w bit_at(const uint64_t *words, int bit, const int32_t *lane)
{
    return v_and_w(v_shr_w(lanes_gather_w(words, lane), (unsigned)bit), v_set_w(1));
}

static void happened(double *out, const uint64_t *words, int bit, const int32_t *lane, int n)
{
    LANES(i) v_store(out + i, v_from_w(bit_at(words, bit, lane + i)));
}

static void earlier(double *first, double *who, double number, const double *time, const uint64_t *words, int bit,
                    const int32_t *lane, int n)
{
    LANES(i) {
        v_d t = lanes_gather(time, lane + i), before = v_load(first + i);
        v_m wins = v_and(v_eq_w(bit_at(words, bit, lane + i), v_set_w(1)), v_lt(t, before));
        v_store(first + i, v_if(wins, t, before));
        v_store(who + i, v_if(wins, v_set(number), v_load(who + i)));
    }
}

static void judge(double *who, const double *due, const double *end, const double *next_break, double at_end,
                  double at_break, const int32_t *lane, int n)
{
    LANES(i) {
        v_d t = v_load(due + i), last = lanes_gather(end, lane + i);
        v_d first = v_if(v_le(t, last), v_load(who + i), v_set(at_end));
        if (next_break) {
            v_d next = lanes_gather(next_break, lane + i);
            first = v_if(v_and(v_le(next, t), v_lt(next, last)), v_set(at_break), first);
        }
        v_store(who + i, first);
    }
}

static void times_if(double *out, double otherwise, const double *time, const uint64_t *words, int bit,
                     const int32_t *lane, int n)
{
    LANES(i) {
        v_m is = v_eq_w(bit_at(words, bit, lane + i), v_set_w(1));
        v_store(out + i, v_if(is, lanes_gather(time, lane + i), v_set(otherwise)));
    }
}

static void counts_if(double *out, const uint32_t *count, const uint64_t *words, int bit, const int32_t *lane, int n)
{
    LANES(i) {
        v_m is = v_eq_w(bit_at(words, bit, lane + i), v_set_w(1));
        v_store(out + i, v_if(is, v_from_w(lanes_gather_counts(count, lane + i)), v_set(0)));
    }
}

/* ---- expressions -------------------------------------------------------------------------------------------- */

static inline v_d v_expit(v_d x) { return 1 / (1 + v_exp(-x)); }
static inline v_d v_logit(v_d p) { return v_log(p) - v_log1p(-p); }
static inline v_d v_truth(v_m m) { return v_if(m, v_set(1), v_set(0)); }

/* What is not a number stays so. */
static inline v_d v_compared(v_d a, v_d b, v_m truth)
{
    return v_if(v_or(v_isnan(a), v_isnan(b)), v_set(NAN), v_truth(truth));
}
static inline v_d v_both(v_d a, v_d b) { return v_if(v_eq(a, v_set(0)), v_set(0), a * b); }
static inline v_d v_either(v_d a, v_d b) { return v_if(v_eq(a, v_set(1)), v_set(1), a + b - a * b); }
static inline v_d v_least(v_d a, v_d b) { return v_if(v_or(v_le(a, b), v_isnan(a)), a, b); }
static inline v_d v_most(v_d a, v_d b) { return v_if(v_or(v_ge(a, b), v_isnan(a)), a, b); }
static inline v_d v_choice(v_d condition, v_d a, v_d b)
{
    return v_if(v_isnan(condition), condition, v_if(v_ne(condition, v_set(0)), a, b));
}

#define EACH(value)                                                                                \
    LANES(i) {                                                                                     \
        v_d a = v_column(x, i);                                                                     \
        v_store(out + i, (value));                                                                 \
    }                                                                                              \
    break
#define EACH_PAIR(value)                                                                           \
    LANES(i) {                                                                                     \
        v_d a = v_column(x, i), b = v_column(y, i);                                                  \
        v_store(out + i, (value));                                                                 \
    }                                                                                              \
    break

static void operate(sq_op_code code, double *out, sq_column x, sq_column y, sq_column z, int n)
{
    switch (code) {
    case SQ_OP_IS_SET: EACH(v_truth(v_not(v_isnan(a))));
    case SQ_OP_NEG: EACH(-a);
    case SQ_OP_NOT: EACH(1 - a);
    case SQ_OP_ADD: EACH_PAIR(a + b);
    case SQ_OP_SUB: EACH_PAIR(a - b);
    case SQ_OP_MUL: EACH_PAIR(a * b);
    case SQ_OP_DIV: EACH_PAIR(a / b);
    case SQ_OP_POW: EACH_PAIR(v_pow(a, b));
    case SQ_OP_EQ: EACH_PAIR(v_compared(a, b, v_eq(a, b)));
    case SQ_OP_NE: EACH_PAIR(v_compared(a, b, v_ne(a, b)));
    case SQ_OP_LT: EACH_PAIR(v_compared(a, b, v_lt(a, b)));
    case SQ_OP_LE: EACH_PAIR(v_compared(a, b, v_le(a, b)));
    case SQ_OP_AND: EACH_PAIR(v_both(a, b));
    case SQ_OP_OR: EACH_PAIR(v_either(a, b));
    case SQ_OP_MIN: EACH_PAIR(v_least(a, b));
    case SQ_OP_MAX: EACH_PAIR(v_most(a, b));
    case SQ_OP_IF: LANES(i) v_store(out + i, v_choice(v_column(x, i), v_column(y, i), v_column(z, i))); break;
    case SQ_OP_ABS: EACH(v_abs(a));
    case SQ_OP_FLOOR: EACH(v_floor(a));
    case SQ_OP_SQRT: EACH(v_sqrt(a));
    case SQ_OP_EXP: EACH(v_exp(a));
    case SQ_OP_LOG: EACH(v_log(a));
    case SQ_OP_EXPIT: EACH(v_expit(a));
    case SQ_OP_LOGIT: EACH(v_logit(a));
    case SQ_OP_PROBIT: EACH(v_normal_quantile(a));
    case SQ_OP_NORMAL_CDF: EACH(v_normal_cdf(a));
    default: break; /* reads something else than the stack */
    }
}

static int truths(double *out, sq_column x, int n)
{
    int unclear = 0;
    LANES(i) {
        v_d a = v_column(x, i);
        v_m unset = v_isnan(a);
        v_store(out + i, v_truth(v_and_not(v_ne(a, v_set(0)), unset)));
        unclear += __builtin_popcount(v_bits(unset) & bits_below(i, n));
    }
    return unclear;
}

/* ---- tables ------------------------------------------------------------------------------------------------- */

/* Addresses for lanes that are none: the first lane's. */
static inline v_w row_of(sq_row_column table, int i, int n)
{
    return v_if_w(below(i, n), v_row_column(table, i), v_address(table.p[0]));
}

static void table_rows(const double **out, sq_row_column block, int offset, int stride, int n_rows, sq_column row,
                       int n)
{
    LANES(i) {
        v_d number = v_floor(v_min(v_max(v_column(row, i), v_set(0)), v_set(n_rows - 1)));
        v_w bytes = v_to_w((number * stride + offset) * (double)sizeof(double));
        v_store_w(out + i, v_add_w(row_of(block, i, n), bytes));
    }
}

static void table_at(sq_interpolation interpolation, int n_knots, sq_row_column table, double *out, sq_column at,
                     int n)
{
    LANES(i) {
        v_w x = row_of(table, i, n), y = v_address_after(x, n_knots);
        v_store(out + i, v_table_at(interpolation, n_knots, x, y, v_column(at, i)));
    }
}

static void next_knot(int n_knots, sq_row_column table, double *out, sq_column at, int n)
{
    LANES(i) v_store(out + i, v_table_next_knot(n_knots, row_of(table, i, n), v_column(at, i)));
}

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

static void uniforms(double *out, sq_luck_column luck, sq_word_column hash, const uint64_t *visit, int n)
{
    LANES(i) {
        v_prefix patient = {v_load_w(luck.state + i), v_load_w(luck.stream + i)};
        v_prefix site = v_address_with(patient, word_at(hash, i));
        v_store(out + i, v_address_uniform(v_address_with(site, v_load_w(visit + i))));
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

const sq_lanes SQ_LANES = {
    .name = SQ_LANES_NAME,
    .width = SQ_WIDTH,
    .gather = gather,
    .gather_words = gather_words,
    .gather_blocks = gather_blocks,
    .gather_blocks_at = gather_blocks_at,
    .gather_block_at = gather_block_at,
    .empty_lines = empty_lines,
    .add = add,
    .select = select_lanes,
    .assign = assign,
    .claim = claim,
    .within = within,
    .equal = equal,
    .judge = judge,
    .earlier = earlier,
    .happened = happened,
    .times_if = times_if,
    .counts_if = counts_if,
    .operate = operate,
    .truths = truths,
    .table_rows = table_rows,
    .table_at = table_at,
    .next_knot = next_knot,
    .patients = patients,
    .uniforms = uniforms,
    .hazards = hazards,
    .normal_scores = normal_scores,
    .survivals = survivals,
    .score_hazards = score_hazards,
    .loaded_scores = loaded_scores,
    .choose = choose,
    .law_inverse = v_laws_inverse,
    .law_remaining = v_laws_remaining,
    .law_spent = v_laws_spent,
    .law_start = v_laws_start,
    .law_admissible = v_laws_admissible,
    .discounted_time = discounted_time,
    .discount_factor = discount_factor,
    .add_losses = add_losses,
    .next_breaks = next_breaks,
    .change_rates = change_rates,
};

#endif
