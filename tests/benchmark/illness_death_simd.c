/* illness_death.yaml specialised by hand: as many patients at a time as a vector register holds, straight through the
 * whole life in registers, SLEEF for the transcendental functions. Such a program knows that there are three clocks,
 * that a life has two parts, that pow(e, 1/shape) is exp(log(e)/shape), and that most patients fall ill, so that the
 * third clock is drawn for all. */
#include "illness_death.h"

#include <immintrin.h>
#include <sleef.h>

#ifdef __AVX512F__
enum { WIDTH = 8 };
#define LOG Sleef_logd8_u10avx512f
#define EXP Sleef_expd8_u10avx512f
#define CEIL(x) _mm512_roundscale_pd(x, _MM_FROUND_TO_POS_INF)
#else
enum { WIDTH = 4 };
#define LOG Sleef_logd4_u10avx2
#define EXP Sleef_expd4_u10avx2
#define CEIL _mm256_ceil_pd
#endif
typedef double reals __attribute__((vector_size(WIDTH * 8), may_alias));
typedef uint64_t words __attribute__((vector_size(WIDTH * 8), may_alias));
typedef int64_t truths __attribute__((vector_size(WIDTH * 8), may_alias));

typedef struct sums {
    reals sum[QUANTITIES], square[QUANTITIES];
    truths count[EVENTS];
} sums;

static inline reals all(double x)
{
    return x - (reals){0};
}

static inline reals choose(truths which, reals a, reals b)
{
    return (reals)(((truths)a & which) | ((truths)b & ~which));
}

static inline reals smaller(reals a, reals b)
{
    return choose(a < b, a, b);
}

/* A generator a lane; the bits become a number of [1, 2). */
static inline reals uniforms(words *state)
{
    words x = *state;
    *state = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    x = ((x >> ((x >> 59) + 5)) ^ x) * UINT64_C(12605985483714917081);
    x = (x >> 43) ^ x;
    return (reals)(x >> 12 | UINT64_C(0x3ff0000000000000)) - (1 - 0x1p-53);
}

static inline reals weibull(words *luck, double shape, double scale)
{
    return scale * EXP(LOG(-LOG(uniforms(luck))) * (1 / shape));
}

static inline void add(sums *s, int i, reals x)
{
    s->sum[i] += x;
    s->square[i] += x * x;
}

/* Counts the lanes' intervals; adding 2^52 leaves a small integer in the lowest bits. */
static inline void count_ends(int64_t *ended, reals t)
{
    reals k = smaller(CEIL(t * (1 / GRID_STEP)), all(POINTS));
    words place = (words)(k + 0x1p52) & 0xffff;
    for (int i = 0; i < WIDTH; i++)
        ended[place[i]]++;
}

static inline void live(words *luck, truths present, sums *s, reals *ends, reals *wells)
{
    reals onset = weibull(luck, ONSET_SHAPE, ONSET_SCALE);
    reals death = weibull(luck, HEALTHY_SHAPE, HEALTHY_SCALE);
    reals after = weibull(luck, ILL_SHAPE, ILL_SCALE);
    reals well = smaller(smaller(onset, death), all(HORIZON));
    truths ill = (onset < death) & (onset < HORIZON);
    death = choose(ill, onset + after, death);
    reals end = smaller(death, all(HORIZON));
    truths dead = death < HORIZON;

    reals at_onset = EXP(-DISCOUNT * well), at_end = EXP(-DISCOUNT * end);
    reals first = (1 - at_onset) * (1 / DISCOUNT), second = (at_onset - at_end) * (1 / DISCOUNT);
    reals paid = choose(ill, ONSET_COST * at_onset, all(0)), paid_plain = choose(ill, all(ONSET_COST), all(0));
    reals care = first * HEALTHY_CARE + second * ILL_CARE;
    reals care_plain = well * HEALTHY_CARE + (end - well) * ILL_CARE;
    const reals values[QUANTITIES] = {
        first + second, end, first * HEALTHY_UTILITY + second * ILL_UTILITY,
        well * HEALTHY_UTILITY + (end - well) * ILL_UTILITY, care, care_plain, paid, paid_plain,
        care + paid, care_plain + paid_plain,
    };
    for (int i = 0; i < QUANTITIES; i++)
        add(s, i, (reals)((truths)values[i] & present));
    s->count[FALL_ILL] -= ill & present; /* truth is -1 */
    s->count[DIE_HEALTHY] -= ~ill & dead & present;
    s->count[DIE_ILL] -= ill & dead & present;
    *ends = choose(present, end, all(0));
    *wells = choose(present, well, all(0));
}

static void take_sums(const sums *s, tally *t)
{
    for (int lane = 0; lane < WIDTH; lane++) {
        for (int i = 0; i < QUANTITIES; i++) {
            t->sum[i] += s->sum[i][lane];
            t->square[i] += s->square[i][lane];
        }
        for (int i = 0; i < EVENTS; i++)
            t->count[i] += s->count[i][lane];
    }
}

static void simulate(int64_t patients, uint64_t seed, tally *t)
{
    words luck;
    truths lane;
    reals end, well;
    sums s = {0};
    for (int i = 0; i < WIDTH; i++) {
        luck[i] = random_bits(&seed);
        lane[i] = i;
    }
    for (int64_t i = 0; i < patients; i += WIDTH) {
        live(&luck, lane < patients - i, &s, &end, &well);
        count_ends(t->ended[0], end);
        count_ends(t->ended[1], well);
    }
    take_sums(&s, t);
    int64_t absent = (WIDTH - patients % WIDTH) % WIDTH; /* counted as ended at once */
    for (int i = 0; i < ENDPOINTS; i++)
        t->ended[i][0] -= absent;
    for (int i = 0; i < EVENTS; i++)
        t->ever[i] = t->count_square[i] = t->count[i];
}

int main(int argc, char **argv)
{
    return twin_main(argc, argv, &all_names, simulate);
}
