/* Four lanes: what simd.h promises, in AVX2 with FMA. Truth is a lane of ones. Included by simd.h alone. */
#ifndef SQ_MATH_SIMD_AVX2_H
#define SQ_MATH_SIMD_AVX2_H

#include <immintrin.h>

#ifndef __AVX2__
#error "four lanes need -mavx2 -mfma"
#endif

typedef __m256d v_d;
typedef __m256i v_m;
typedef __m256i v_w;

#define V_SLEEF(function, ulp) Sleef_finz_##function##d4_##ulp##avx2
#define V_TRUTH(a, b, predicate) _mm256_castpd_si256(_mm256_cmp_pd(a, b, predicate))

static inline v_d v_set(double x) { return _mm256_set1_pd(x); }
static inline v_d v_load(const double *p) { return _mm256_loadu_pd(p); }
static inline void v_store(double *p, v_d x) { _mm256_storeu_pd(p, x); }
static inline v_w v_set_w(uint64_t x) { return _mm256_set1_epi64x((long long)x); }
static inline v_w v_load_w(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
static inline void v_store_w(void *p, v_w x) { _mm256_storeu_si256((__m256i *)p, x); }

static inline v_m v_lt(v_d a, v_d b) { return V_TRUTH(a, b, _CMP_LT_OQ); }
static inline v_m v_le(v_d a, v_d b) { return V_TRUTH(a, b, _CMP_LE_OQ); }
static inline v_m v_gt(v_d a, v_d b) { return V_TRUTH(a, b, _CMP_GT_OQ); }
static inline v_m v_ge(v_d a, v_d b) { return V_TRUTH(a, b, _CMP_GE_OQ); }
static inline v_m v_eq(v_d a, v_d b) { return V_TRUTH(a, b, _CMP_EQ_OQ); }
static inline v_m v_ne(v_d a, v_d b) { return V_TRUTH(a, b, _CMP_NEQ_UQ); }

static inline v_d v_if(v_m m, v_d a, v_d b) { return _mm256_blendv_pd(b, a, _mm256_castsi256_pd(m)); }
static inline v_d v_only(v_m m, v_d x) { return _mm256_and_pd(_mm256_castsi256_pd(m), x); }
static inline v_m v_and(v_m a, v_m b) { return _mm256_and_si256(a, b); }
static inline v_m v_or(v_m a, v_m b) { return _mm256_or_si256(a, b); }
static inline v_m v_not(v_m a) { return _mm256_xor_si256(a, _mm256_set1_epi64x(-1)); }
static inline v_m v_and_not(v_m a, v_m b) { return _mm256_andnot_si256(b, a); }
static inline unsigned v_bits(v_m m) { return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(m)); }
static inline bool v_any(v_m m) { return v_bits(m) != 0; }
static inline bool v_all(v_m m) { return v_bits(m) == 0xf; }
static inline bool v_none(v_m m) { return v_bits(m) == 0; }
static inline v_m v_mask(unsigned bits)
{
    __m256i lane = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x((long long)bits), lane), lane);
}

static inline v_d v_fma(v_d a, v_d b, v_d c) { return _mm256_fmadd_pd(a, b, c); }
static inline v_d v_sqrt(v_d x) { return _mm256_sqrt_pd(x); }
static inline v_d v_abs(v_d x) { return _mm256_andnot_pd(_mm256_set1_pd(-0.), x); }
static inline v_d v_floor(v_d x) { return _mm256_floor_pd(x); }
static inline v_d v_ceil(v_d x) { return _mm256_ceil_pd(x); }
static inline v_d v_lesser(v_d a, v_d b) { return _mm256_min_pd(a, b); }
static inline v_d v_greater(v_d a, v_d b) { return _mm256_max_pd(a, b); }

static inline v_w v_bits_of(v_d x) { return _mm256_castpd_si256(x); }
static inline v_d v_of_bits(v_w w) { return _mm256_castsi256_pd(w); }

static inline v_w v_add_w(v_w a, v_w b) { return _mm256_add_epi64(a, b); }
static inline v_w v_sub_w(v_w a, v_w b) { return _mm256_sub_epi64(a, b); }
static inline v_w v_xor_w(v_w a, v_w b) { return _mm256_xor_si256(a, b); }
static inline v_w v_and_w(v_w a, v_w b) { return _mm256_and_si256(a, b); }
static inline v_w v_or_w(v_w a, v_w b) { return _mm256_or_si256(a, b); }
static inline v_w v_shr_w(v_w x, unsigned n) { return _mm256_srli_epi64(x, (int)n); }
static inline v_w v_shl_w(v_w x, unsigned n) { return _mm256_slli_epi64(x, (int)n); }
static inline v_w v_shrv_w(v_w x, v_w n) { return _mm256_srlv_epi64(x, n); }
static inline v_m v_lt_w(v_w a, v_w b) { return _mm256_cmpgt_epi64(b, a); }
static inline v_m v_eq_w(v_w a, v_w b) { return _mm256_cmpeq_epi64(a, b); }
static inline v_w v_if_w(v_m m, v_w a, v_w b) { return _mm256_blendv_epi8(b, a, m); }

static inline v_w v_mul_low_w(v_w a, v_w b) { return _mm256_mul_epu32(a, b); }
/* AVX2 multiplies halves: low x low, and above it the low halves of the two cross products, which are one
 * multiplication of 32-bit numbers. */
static inline v_w v_mul_w(v_w a, v_w b)
{
    v_w cross = _mm256_mullo_epi32(a, _mm256_shuffle_epi32(b, _MM_SHUFFLE(2, 3, 0, 1)));
    v_w above = v_add_w(v_shl_w(cross, 32), _mm256_blend_epi32(_mm256_setzero_si256(), cross, 0xaa));
    return v_add_w(v_mul_low_w(a, b), above);
}

/* AVX2 converts no 64-bit integers. 1.5 x 2^52 added to a small integer leaves it in the low bits. */
static inline v_w v_to_w(v_d x)
{
    v_d shift = v_set(0x1.8p52), whole = _mm256_round_pd(x, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
    return v_sub_w(v_bits_of(whole + shift), v_bits_of(shift));
}

/* The high half as 2^84 + 2^63 + high x 2^32, the low as 2^52 + low: both exact, and so is what is taken
 * off the first; their sum is rounded once. */
static inline v_d v_from_w(v_w x)
{
    v_w low = _mm256_blend_epi32(v_bits_of(v_set(0x1p52)), x, 0x55);
    v_w high = v_xor_w(v_shr_w(x, 32), v_set_w(UINT64_C(0x4530000080000000)));
    v_d rest = v_of_bits(high) - v_of_bits(v_set_w(UINT64_C(0x4530000080100000)));
    return rest + v_of_bits(low);
}

static inline v_d v_gather(v_w base, v_w index)
{
    return _mm256_i64gather_pd((const double *)0, v_add_w(base, v_shl_w(index, 3)), 1);
}
static inline v_d v_look_up(const double *p, v_d i) { return _mm256_i32gather_pd(p, _mm256_cvttpd_epi32(i), 8); }
static inline v_w v_gather_w(v_w base, v_w index)
{
    return _mm256_i64gather_epi64((const long long *)0, v_add_w(base, v_shl_w(index, 3)), 1);
}

#endif
