/* Vectors of 1, 4 or 8 doubles under one set of names, so that a formula is written once and compiled at
 * each width: plain C with FMA, AVX2, AVX-512 (F, DQ and VL). A file says which by
 *
 *     #define SQ_WIDTH 8
 *     #include "math/simd.h"
 *
 * and is compiled with the flags of that instruction set (CMakeLists.txt). Every operation is exactly
 * rounded or a transcendental function of SLEEF's deterministic "finz" family, so each lane gets the bits
 * that the scalar form gives, on any processor. This is the only place that includes immintrin.h and
 * sleef.h.
 *
 * Types, each of SQ_WIDTH lanes:
 *   v_d   doubles; + - * / and unary minus are the compiler's, also with a scalar on one side
 *   v_m   a truth value in each lane (AVX-512: a mask register)
 *   v_w   64-bit words: unsigned integers, bits of doubles, addresses
 *
 * Branches. Scalar code takes a branch; a vector takes it if any lane must, and picks lanes:
 *
 *     if (v_any(tail))
 *         x = v_if(tail, tail_form(e), x);
 *
 * (Of two vectors ?: wants the same type, which a sum and a v_d are not for GCC: use if.)
 *
 * At width 1 v_m is bool, so that this is an ordinary branch. Lanes that are not picked may hold anything:
 * nothing traps. */
#ifndef SQ_MATH_SIMD_H
#define SQ_MATH_SIMD_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifndef __FMA__
#error "vectors need at least -mfma"
#endif
/* What sleef.h asks before it declares the FMA family; GCC says so by itself, Clang does not. */
#ifndef FP_FAST_FMA
#define FP_FAST_FMA 1
#endif
#include <sleef.h>

#if SQ_WIDTH == 1
#include "math/simd_scalar.h"
#elif SQ_WIDTH == 4
#include "math/simd_avx2.h"
#elif SQ_WIDTH == 8
#include "math/simd_avx512.h"
#else
#error "SQ_WIDTH must be 1, 4 or 8"
#endif

/* ---- what follows from the operations of each instruction set
 *
 * Comparisons are those of C: false where an operand is a NaN, but for v_ne.
 *   v_set v_set_w             the same value in each lane
 *   v_load v_store ..._w      SQ_WIDTH consecutive values, at any address
 *   v_if(m, a, b)             a where m, else b; v_if_w of words; v_only(m, a): a where m, else 0
 *   v_and_not(a, b)           a and not b
 *   v_bits(m)                 lane i is bit i; v_mask(bits) goes back
 *   v_to_w(x)                 truncates, for |x| < 2^51; v_from_w of any signed integer, rounded
 *   v_shr_w(x, n)             by one count for all lanes; v_shrv_w by a count for each, below 64
 *   v_mul_w, v_mul_low_w      of whole words (64 bits of the product), of their lower halves
 *   v_lt_w                    of signed integers
 *   v_gather(base, index)     ((const double *)base)[index] in each lane; v_gather_w words
 *   v_look_up(p, x)           p[(int32_t)x] in each lane: x is a number of that size */

/* One truth for all lanes. */
static inline v_m v_same(bool truth) { return v_mask(truth ? 0xff : 0); }

static inline v_m v_isnan(v_d x) { return v_ne(x, x); }
static inline v_m v_isinf(v_d x) { return v_eq(v_abs(x), v_set(INFINITY)); }
static inline v_m v_isfinite(v_d x) { return v_lt(v_abs(x), v_set(INFINITY)); }

/* fmin and fmax of C: a number wins over a NaN; of two equal values the second, as x86 has it. */
static inline v_d v_min(v_d a, v_d b) { return v_if(v_isnan(b), a, v_lesser(a, b)); }
static inline v_d v_max(v_d a, v_d b) { return v_if(v_isnan(b), a, v_greater(a, b)); }

#endif
