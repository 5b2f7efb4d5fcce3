/* The kernel table, eight lanes at a time. */
#define SQ_WIDTH 8
#include "math/simd.h"

static inline __m256i eight(const int32_t *lane) { return _mm256_loadu_si256((const __m256i *)(const void *)lane); }

/* Eight loads: quicker than the instruction that gathers, which is microcode on some processors. */
static inline v_d lanes_gather(const double *c, const int32_t *l)
{
    return _mm512_set_pd(c[l[7]], c[l[6]], c[l[5]], c[l[4]], c[l[3]], c[l[2]], c[l[1]], c[l[0]]);
}

static inline v_w lanes_gather_w(const uint64_t *c, const int32_t *l)
{
    return _mm512_set_epi64((long long)c[l[7]], (long long)c[l[6]], (long long)c[l[5]], (long long)c[l[4]],
                            (long long)c[l[3]], (long long)c[l[2]], (long long)c[l[1]], (long long)c[l[0]]);
}

static inline v_w lanes_gather_counts(const uint32_t *c, const int32_t *l)
{
    return _mm512_set_epi64(c[l[7]], c[l[6]], c[l[5]], c[l[4]], c[l[3]], c[l[2]], c[l[1]], c[l[0]]);
}

/* Compressed in a register: compressing into memory is microcode on some processors. */
static inline void lanes_pick(int32_t *to, const int32_t *lane, unsigned bits)
{
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_maskz_compress_epi32((__mmask8)bits, eight(lane)));
}

#define SQ_LANES sq_lanes_avx512
#define SQ_LANES_NAME "avx512"
#include "engine/lanes_body.h"
