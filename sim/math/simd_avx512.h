/* Eight lanes: what simd.h promises, in AVX-512 F, DQ and VL. Truth is a bit of a mask register. Included by
 * simd.h alone. */
#ifndef SQ_MATH_SIMD_AVX512_H
#define SQ_MATH_SIMD_AVX512_H

#include <immintrin.h>

#if !defined(__AVX512F__) || !defined(__AVX512DQ__) || !defined(__AVX512VL__)
#error "eight lanes need -mavx512f -mavx512dq -mavx512vl -mfma"
#endif

typedef __m512d v_d;
typedef __mmask8 v_m;
typedef __m512i v_w;

#define V_SLEEF(function, ulp) Sleef_finz_##function##d8_##ulp##avx512f

static inline v_d v_set(double x) { return _mm512_set1_pd(x); }
static inline v_d v_load(const double *p) { return _mm512_loadu_pd(p); }
static inline void v_store(double *p, v_d x) { _mm512_storeu_pd(p, x); }
static inline v_w v_set_w(uint64_t x) { return _mm512_set1_epi64((long long)x); }
static inline v_w v_load_w(const void *p) { return _mm512_loadu_si512(p); }
static inline void v_store_w(void *p, v_w x) { _mm512_storeu_si512(p, x); }

static inline v_m v_lt(v_d a, v_d b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
static inline v_m v_le(v_d a, v_d b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
static inline v_m v_gt(v_d a, v_d b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ); }
static inline v_m v_ge(v_d a, v_d b) { return _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ); }
static inline v_m v_eq(v_d a, v_d b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }
static inline v_m v_ne(v_d a, v_d b) { return _mm512_cmp_pd_mask(a, b, _CMP_NEQ_UQ); }

static inline v_d v_if(v_m m, v_d a, v_d b) { return _mm512_mask_blend_pd(m, b, a); }
static inline v_d v_only(v_m m, v_d x) { return _mm512_maskz_mov_pd(m, x); }
static inline v_m v_and(v_m a, v_m b) { return (v_m)(a & b); }
static inline v_m v_or(v_m a, v_m b) { return (v_m)(a | b); }
static inline v_m v_not(v_m a) { return (v_m)~a; }
static inline v_m v_and_not(v_m a, v_m b) { return (v_m)(a & ~b); }
static inline unsigned v_bits(v_m m) { return m; }
static inline bool v_any(v_m m) { return m != 0; }
static inline bool v_all(v_m m) { return m == 0xff; }
static inline bool v_none(v_m m) { return m == 0; }
static inline v_m v_mask(unsigned bits) { return (v_m)bits; }

static inline v_d v_fma(v_d a, v_d b, v_d c) { return _mm512_fmadd_pd(a, b, c); }
static inline v_d v_sqrt(v_d x) { return _mm512_sqrt_pd(x); }
static inline v_d v_abs(v_d x) { return _mm512_abs_pd(x); }
static inline v_d v_floor(v_d x) { return _mm512_roundscale_pd(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
static inline v_d v_ceil(v_d x) { return _mm512_roundscale_pd(x, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC); }
static inline v_d v_lesser(v_d a, v_d b) { return _mm512_min_pd(a, b); }
static inline v_d v_greater(v_d a, v_d b) { return _mm512_max_pd(a, b); }

static inline v_w v_to_w(v_d x) { return _mm512_cvttpd_epi64(x); }
static inline v_d v_from_w(v_w x) { return _mm512_cvtepi64_pd(x); }
static inline v_w v_bits_of(v_d x) { return _mm512_castpd_si512(x); }
static inline v_d v_of_bits(v_w w) { return _mm512_castsi512_pd(w); }

static inline v_w v_add_w(v_w a, v_w b) { return _mm512_add_epi64(a, b); }
static inline v_w v_sub_w(v_w a, v_w b) { return _mm512_sub_epi64(a, b); }
static inline v_w v_mul_low_w(v_w a, v_w b) { return _mm512_mul_epu32(a, b); }
static inline v_w v_mul_w(v_w a, v_w b) { return _mm512_mullo_epi64(a, b); }
static inline v_w v_xor_w(v_w a, v_w b) { return _mm512_xor_si512(a, b); }
static inline v_w v_and_w(v_w a, v_w b) { return _mm512_and_si512(a, b); }
static inline v_w v_or_w(v_w a, v_w b) { return _mm512_or_si512(a, b); }
static inline v_w v_shr_w(v_w x, unsigned n) { return _mm512_srli_epi64(x, n); }
static inline v_w v_shl_w(v_w x, unsigned n) { return _mm512_slli_epi64(x, n); }
static inline v_w v_shrv_w(v_w x, v_w n) { return _mm512_srlv_epi64(x, n); }
static inline v_m v_lt_w(v_w a, v_w b) { return _mm512_cmplt_epi64_mask(a, b); }
static inline v_m v_eq_w(v_w a, v_w b) { return _mm512_cmpeq_epi64_mask(a, b); }
static inline v_w v_if_w(v_m m, v_w a, v_w b) { return _mm512_mask_blend_epi64(m, b, a); }

/* Eight loads: quicker than the instruction that gathers, which is microcode on some processors. */
static inline v_d v_gather(v_w base, v_w index)
{
    const double *at[8];
    _mm512_storeu_si512((void *)at, v_add_w(base, v_shl_w(index, 3)));
    return _mm512_set_pd(*at[7], *at[6], *at[5], *at[4], *at[3], *at[2], *at[1], *at[0]);
}
static inline v_d v_look_up(const double *p, v_d i)
{
    int32_t k[8];
    _mm256_storeu_si256((__m256i *)(void *)k, _mm512_cvttpd_epi32(i));
    return _mm512_set_pd(p[k[7]], p[k[6]], p[k[5]], p[k[4]], p[k[3]], p[k[2]], p[k[1]], p[k[0]]);
}
static inline v_w v_gather_w(v_w base, v_w index) { return _mm512_castpd_si512(v_gather(base, index)); }

#endif
