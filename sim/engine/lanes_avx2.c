/* The kernel table, four lanes at a time. */
#define SQ_WIDTH 4
#include "math/simd.h"

static inline v_d lanes_gather(const double *column, const int32_t *lane)
{
    return _mm256_set_pd(column[lane[3]], column[lane[2]], column[lane[1]], column[lane[0]]);
}

static inline v_w lanes_gather_w(const uint64_t *column, const int32_t *lane)
{
    return _mm256_set_epi64x((long long)column[lane[3]], (long long)column[lane[2]], (long long)column[lane[1]],
                             (long long)column[lane[0]]);
}

static inline v_w lanes_load_counts(const uint32_t *count)
{
    return _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)count));
}

static inline void lanes_store_integers(int32_t *to, v_d x)
{
    _mm_storeu_si128((__m128i *)(void *)to, _mm256_cvttpd_epi32(x));
}

static inline void lanes_scatter(double *column, const int32_t *lane, v_d x)
{
    __m128d low = _mm256_castpd256_pd128(x), high = _mm256_extractf128_pd(x, 1);
    _mm_storel_pd(&column[lane[0]], low);
    _mm_storeh_pd(&column[lane[1]], low);
    _mm_storel_pd(&column[lane[2]], high);
    _mm_storeh_pd(&column[lane[3]], high);
}

/* Bytes of four 32-bit lanes, the picked ones first. */
static const int8_t PICKED[16][16] = {
#define BYTES(a) 4 * (a), 4 * (a) + 1, 4 * (a) + 2, 4 * (a) + 3
#define ORDER(a, b, c, d) {BYTES(a), BYTES(b), BYTES(c), BYTES(d)}
    ORDER(0, 0, 0, 0), ORDER(0, 0, 0, 0), ORDER(1, 0, 0, 0), ORDER(0, 1, 0, 0),
    ORDER(2, 0, 0, 0), ORDER(0, 2, 0, 0), ORDER(1, 2, 0, 0), ORDER(0, 1, 2, 0),
    ORDER(3, 0, 0, 0), ORDER(0, 3, 0, 0), ORDER(1, 3, 0, 0), ORDER(0, 1, 3, 0),
    ORDER(2, 3, 0, 0), ORDER(0, 2, 3, 0), ORDER(1, 2, 3, 0), ORDER(0, 1, 2, 3),
#undef ORDER
#undef BYTES
};

static inline void lanes_pick(int32_t *to, const int32_t *lane, unsigned bits)
{
    __m128i order = _mm_loadu_si128((const __m128i *)(const void *)PICKED[bits]);
    __m128i four = _mm_loadu_si128((const __m128i *)(const void *)lane);
    _mm_storeu_si128((__m128i *)(void *)to, _mm_shuffle_epi8(four, order));
}

static inline void lanes_empty_line(double *line)
{
    _mm256_store_pd(line, _mm256_setzero_pd());
    _mm256_store_pd(line + 4, _mm256_setzero_pd());
}

static inline void lanes_store_pairs(double *to, v_d x, v_d y)
{
    v_d even = _mm256_unpacklo_pd(x, y), odd = _mm256_unpackhi_pd(x, y);
    v_store(to, _mm256_permute2f128_pd(even, odd, 0x20));
    v_store(to + 4, _mm256_permute2f128_pd(even, odd, 0x31));
}

#define SQ_LANES sq_lanes_avx2
#define SQ_LANES_NAME "avx2"
#include "engine/lanes_body.h"
