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

/* Eight lines become eight columns, or eight columns lines: an 8 x 8 matrix is transposed. */
static inline void transpose(v_d x[8])
{
    v_d a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = _mm512_unpacklo_pd(x[2 * i], x[2 * i + 1]);
        a[2 * i + 1] = _mm512_unpackhi_pd(x[2 * i], x[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        b[i] = _mm512_shuffle_f64x2(a[i], a[i + 2], 0x88);
        b[i + 2] = _mm512_shuffle_f64x2(a[i], a[i + 2], 0xdd);
        b[i + 4] = _mm512_shuffle_f64x2(a[i + 4], a[i + 6], 0x88);
        b[i + 6] = _mm512_shuffle_f64x2(a[i + 4], a[i + 6], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        x[i] = _mm512_shuffle_f64x2(b[i], b[i + 4], 0x88);
        x[i + 4] = _mm512_shuffle_f64x2(b[i], b[i + 4], 0xdd);
    }
}

static inline void lanes_empty_line(double *line) { _mm512_store_pd(line, _mm512_setzero_pd()); }

static inline void lanes_load_lines(v_d column[8], const double *plane, const int32_t *lane)
{
    for (int i = 0; i < 8; i++) column[i] = _mm512_load_pd(plane + lane[i]);
    transpose(column);
}

static inline void lanes_store_lines(double *plane, const int32_t *lane, v_d column[8], int n)
{
    transpose(column);
    for (int i = 0; i < 8 && i < n; i++) _mm512_store_pd(plane + lane[i], column[i]);
}

#define SQ_LANES sq_lanes_avx512
#define SQ_LANES_NAME "avx512"
#include "engine/lanes_body.h"
