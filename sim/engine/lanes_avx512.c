/* The kernel table, eight lanes at a time. */
#define SQ_WIDTH 8
#include "math/simd.h"

static inline __m256i eight(const int32_t *lane) { return _mm256_loadu_si256((const __m256i *)(const void *)lane); }

static inline v_d lanes_gather(const double *column, const int32_t *lane)
{
    return _mm512_i32gather_pd(eight(lane), column, 8);
}

static inline v_w lanes_gather_w(const uint64_t *column, const int32_t *lane)
{
    return _mm512_i32gather_epi64(eight(lane), column, 8);
}

static inline v_w lanes_gather_counts(const uint32_t *column, const int32_t *lane)
{
    return _mm512_cvtepu32_epi64(_mm256_i32gather_epi32((const int *)(const void *)column, eight(lane), 4));
}

/* Compressed in a register: compressing into memory is microcode on some processors. */
static inline void lanes_pick(int32_t *to, const int32_t *lane, unsigned bits)
{
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_maskz_compress_epi32((__mmask8)bits, eight(lane)));
}

#define SQ_LANES sq_lanes_avx512
#define SQ_LANES_NAME "avx512"
#include "engine/lanes_body.h"
