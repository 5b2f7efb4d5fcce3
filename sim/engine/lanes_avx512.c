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

static inline v_w lanes_load_counts(const uint32_t *count)
{
    return _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)count));
}

static inline void lanes_store_integers(int32_t *to, v_d x)
{
    _mm256_storeu_si256((__m256i *)(void *)to, _mm512_cvttpd_epi32(x));
}

static inline void scatter_pair(double *column, const int32_t *lane, __m128d x)
{
    _mm_storel_pd(&column[lane[0]], x);
    _mm_storeh_pd(&column[lane[1]], x);
}

static inline void lanes_scatter(double *column, const int32_t *lane, v_d x)
{
    scatter_pair(column, lane, _mm512_castpd512_pd128(x));
    scatter_pair(column, lane + 2, _mm512_extractf64x2_pd(x, 1));
    scatter_pair(column, lane + 4, _mm512_extractf64x2_pd(x, 2));
    scatter_pair(column, lane + 6, _mm512_extractf64x2_pd(x, 3));
}

/* Compressed in a register: compressing into memory is microcode on some processors. */
static inline void lanes_pick(int32_t *to, const int32_t *lane, unsigned bits)
{
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_maskz_compress_epi32((__mmask8)bits, eight(lane)));
}

static inline void lanes_empty_line(double *line) { _mm512_store_pd(line, _mm512_setzero_pd()); }

static inline void lanes_store_pairs(double *to, v_d x, v_d y)
{
    const __m512i low = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0), high = _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4);
    v_store(to, _mm512_permutex2var_pd(x, low, y));
    v_store(to + 8, _mm512_permutex2var_pd(x, high, y));
}

#define SQ_LANES sq_lanes_avx512
#define SQ_LANES_NAME "avx512"
#include "engine/lanes_body.h"
