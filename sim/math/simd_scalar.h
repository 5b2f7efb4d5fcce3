/* One lane: what simd.h promises, in plain C. Included by simd.h alone. */
#ifndef SQ_MATH_SIMD_SCALAR_H
#define SQ_MATH_SIMD_SCALAR_H

typedef double v_d;
typedef bool v_m;
typedef uint64_t v_w;

#define V_SLEEF(function, ulp) Sleef_finz_##function##d1_##ulp##purecfma

static inline v_d v_set(double x) { return x; }
static inline v_d v_load(const double *p) { return *p; }
static inline void v_store(double *p, v_d x) { *p = x; }
static inline v_w v_set_w(uint64_t x) { return x; }
static inline v_w v_load_w(const void *p) { v_w x; memcpy(&x, p, sizeof x); return x; }
static inline void v_store_w(void *p, v_w x) { memcpy(p, &x, sizeof x); }

static inline v_m v_lt(v_d a, v_d b) { return a < b; }
static inline v_m v_le(v_d a, v_d b) { return a <= b; }
static inline v_m v_gt(v_d a, v_d b) { return a > b; }
static inline v_m v_ge(v_d a, v_d b) { return a >= b; }
static inline v_m v_eq(v_d a, v_d b) { return a == b; }
static inline v_m v_ne(v_d a, v_d b) { return a != b; }

static inline v_d v_if(v_m m, v_d a, v_d b) { return m ? a : b; }
static inline v_d v_only(v_m m, v_d x) { return m ? x : 0; }
static inline v_m v_and(v_m a, v_m b) { return a & b; }
static inline v_m v_or(v_m a, v_m b) { return a | b; }
static inline v_m v_not(v_m a) { return !a; }
static inline v_m v_and_not(v_m a, v_m b) { return a & !b; }
static inline bool v_any(v_m m) { return m; }
static inline bool v_all(v_m m) { return m; }
static inline bool v_none(v_m m) { return !m; }
static inline unsigned v_bits(v_m m) { return m; }
static inline v_m v_mask(unsigned bits) { return bits & 1; }

static inline v_d v_fma(v_d a, v_d b, v_d c) { return fma(a, b, c); }
static inline v_d v_sqrt(v_d x) { return sqrt(x); }
static inline v_d v_abs(v_d x) { return fabs(x); }
static inline v_d v_floor(v_d x) { return floor(x); }
static inline v_d v_ceil(v_d x) { return ceil(x); }
static inline v_d v_lesser(v_d a, v_d b) { return a < b ? a : b; }
static inline v_d v_greater(v_d a, v_d b) { return a > b ? a : b; }

/* Out of range, where C leaves the cast open, any integer will do. */
static inline v_w v_to_w(v_d x) { return fabs(x) < 0x1p51 ? (v_w)(int64_t)x : 0; }
static inline v_d v_from_w(v_w x) { return (double)(int64_t)x; }
static inline v_w v_bits_of(v_d x) { v_w w; memcpy(&w, &x, sizeof w); return w; }
static inline v_d v_of_bits(v_w w) { v_d x; memcpy(&x, &w, sizeof x); return x; }

static inline v_w v_add_w(v_w a, v_w b) { return a + b; }
static inline v_w v_sub_w(v_w a, v_w b) { return a - b; }
static inline v_w v_mul_low_w(v_w a, v_w b) { return (a & UINT32_MAX) * (b & UINT32_MAX); }
static inline v_w v_mul_w(v_w a, v_w b) { return a * b; }
static inline v_w v_xor_w(v_w a, v_w b) { return a ^ b; }
static inline v_w v_and_w(v_w a, v_w b) { return a & b; }
static inline v_w v_or_w(v_w a, v_w b) { return a | b; }
static inline v_w v_shr_w(v_w x, unsigned n) { return x >> n; }
static inline v_w v_shl_w(v_w x, unsigned n) { return x << n; }
static inline v_w v_shrv_w(v_w x, v_w n) { return x >> (n & 63); }
static inline v_m v_lt_w(v_w a, v_w b) { return (int64_t)a < (int64_t)b; }
static inline v_m v_eq_w(v_w a, v_w b) { return a == b; }
static inline v_w v_if_w(v_m m, v_w a, v_w b) { return m ? a : b; }

static inline v_d v_gather(v_w base, v_w index) { return ((const double *)(uintptr_t)base)[index]; }
static inline v_d v_look_up(const double *p, v_d i) { return p[(int32_t)i]; }
static inline v_w v_gather_w(v_w base, v_w index) { return ((const uint64_t *)(uintptr_t)base)[index]; }

#endif
