/* The loops at one width: compiled once for each instruction set, with SQ_WIDTH given by the build. */
#include "math/simd_law_columns.h"
#include "vectors.h"

#include <stddef.h>

#define LOOP(name, expression)                                                                     \
    static void name(int n, const double *from_x, const double *from_y, double *result)            \
    {                                                                                              \
        for (int i = 0; i < n; i += SQ_WIDTH) {                                                    \
            v_d x = v_load(from_x + i), y = v_load(from_y + i);                                    \
            (void)y;                                                                               \
            v_store(result + i, expression);                                                       \
        }                                                                                          \
    }

static v_d gamma_hazard(v_d a, v_d y, bool lower)
{
    v_shape shape = v_shape_of(a);
    return v_gamma_tail_hazard(&shape, y, v_same(lower), v_same(true));
}

static v_d gamma_inverse(v_d a, v_d e, bool lower)
{
    v_shape shape = v_shape_of(a);
    return v_gamma_from_hazard(&shape, e, v_same(lower));
}

#define KERNELS(X)                                                                                 \
    X(exp, v_exp(x))                                                                               \
    X(expm1, v_expm1(x))                                                                           \
    X(log, v_log(x))                                                                               \
    X(log1p, v_log1p(x))                                                                           \
    X(pow, v_pow(x, y))                                                                            \
    X(normal_cdf, v_normal_cdf(x))                                                                 \
    X(normal_ccdf, v_normal_ccdf(x))                                                               \
    X(normal_log_ccdf, v_normal_log_ccdf(x))                                                       \
    X(normal_quantile, v_normal_quantile(x))                                                       \
    X(normal_from_hazard, v_normal_from_hazard(x))                                                 \
    X(gamma_upper_hazard, gamma_hazard(x, y, false))                                               \
    X(gamma_lower_hazard, gamma_hazard(x, y, true))                                                \
    X(gamma_upper_inverse, gamma_inverse(x, y, false))                                             \
    X(gamma_lower_inverse, gamma_inverse(x, y, true))

#define TRUTH(m) v_if(m, v_set(1), v_set(0))
#define WORDS(f) v_of_bits(f(v_bits_of(x), v_bits_of(y)))
#define COUNT v_and_w(v_bits_of(y), v_set_w(63))
#define BASE v_set_w((uintptr_t)TABLE)
#define INDEX v_and_w(v_bits_of(x), v_set_w(7))

static const double TABLE[8] = {3, 1, 4, -1, 5, 9, -2, 6};

/* Knots and values: few, many evenly spaced, many that are not. */
enum { FEW = 5, MANY = 18 };
static const double FEW_KNOTS[] = {-3, -.5, 0, 1, 40, /* values: */ 2, .5, .5, 3, 1};
static const double EVEN_KNOTS[] = {-45, -40, -35, -30, -25, -20, -15, -10, -5, 0, 5, 10, 15, 20, 25, 30, 35, 40,
                                    1,   2,   4,   8,   9,   8,   7,   .5,  1,  1, 3, 2,  6,  1,  .1, 2,  5,  7};
static const double UNEVEN_KNOTS[] = {-49, -48, -40, -20, -19, -8, -2, -.5, -.2, .1, .3, .9, 2, 3, 11, 26, 38, 44,
                                      1,   2,   4,   8,   9,   8,  7,  .5,  1,   1,  3,  2,  6, 1, .1, 2,  5,  7};
#define AT(interpolation, n, knots) v_table_at(interpolation, n, v_address(knots), v_address(knots + n), x)

#define OPERATIONS(X)                                                                              \
    X(lt, TRUTH(v_lt(x, y)))                                                                       \
    X(le, TRUTH(v_le(x, y)))                                                                       \
    X(gt, TRUTH(v_gt(x, y)))                                                                       \
    X(ge, TRUTH(v_ge(x, y)))                                                                       \
    X(eq, TRUTH(v_eq(x, y)))                                                                       \
    X(ne, TRUTH(v_ne(x, y)))                                                                       \
    X(isnan, TRUTH(v_isnan(x)))                                                                    \
    X(isinf, TRUTH(v_isinf(x)))                                                                    \
    X(isfinite, TRUTH(v_isfinite(x)))                                                              \
    X(and, TRUTH(v_and(v_lt(x, y), v_lt(x, v_set(0)))))                                            \
    X(or, TRUTH(v_or(v_lt(x, y), v_lt(x, v_set(0)))))                                              \
    X(not, TRUTH(v_not(v_lt(x, y))))                                                               \
    X(and_not, TRUTH(v_and_not(v_lt(x, y), v_lt(x, v_set(0)))))                                    \
    X(mask, TRUTH(v_mask(v_bits(v_lt(x, y)))))                                                     \
    X(any, v_set(v_any(v_lt(x, y))))                                                               \
    X(all, v_set(v_all(v_lt(x, y))))                                                               \
    X(none, v_set(v_none(v_lt(x, y))))                                                             \
    X(if, v_if(v_lt(x, y), x, y))                                                                  \
    X(sum, x + y)                                                                                  \
    X(quotient, -(2 * x - 1) / (y * .5))                                                           \
    X(fma, v_fma(x, y, -x))                                                                        \
    X(sqrt, v_sqrt(x))                                                                             \
    X(abs, v_abs(x))                                                                               \
    X(floor, v_floor(x))                                                                           \
    X(ceil, v_ceil(x))                                                                             \
    X(min, v_min(x, y))                                                                            \
    X(max, v_max(x, y))                                                                            \
    X(to_w, v_of_bits(v_if_w(v_lt(v_abs(x), v_set(0x1p51)), v_to_w(x), v_set_w(0))))               \
    X(from_w, v_from_w(v_bits_of(x)))                                                              \
    X(add_w, WORDS(v_add_w))                                                                       \
    X(sub_w, WORDS(v_sub_w))                                                                       \
    X(mul_w, WORDS(v_mul_w))                                                                       \
    X(mul_low_w, WORDS(v_mul_low_w))                                                               \
    X(xor_w, WORDS(v_xor_w))                                                                       \
    X(and_w, WORDS(v_and_w))                                                                       \
    X(or_w, WORDS(v_or_w))                                                                         \
    X(shr_w, v_of_bits(v_shr_w(v_bits_of(x), 11)))                                                 \
    X(shl_w, v_of_bits(v_shl_w(v_bits_of(x), 7)))                                                  \
    X(shrv_w, v_of_bits(v_shrv_w(v_bits_of(x), COUNT)))                                            \
    X(lt_w, TRUTH(v_lt_w(v_bits_of(x), v_bits_of(y))))                                             \
    X(eq_w, TRUTH(v_eq_w(v_shr_w(v_bits_of(x), 63), v_shr_w(v_bits_of(y), 63))))                   \
    X(if_w, v_of_bits(v_if_w(v_lt(x, y), v_bits_of(x), v_bits_of(y))))                             \
    X(gather, v_gather(BASE, INDEX))                                                               \
    X(gather_w, v_of_bits(v_gather_w(BASE, INDEX)))                                                \
    X(few_constant, AT(SQ_CONSTANT, FEW, FEW_KNOTS))                                               \
    X(few_linear, AT(SQ_LINEAR, FEW, FEW_KNOTS))                                                   \
    X(even_loglinear, AT(SQ_LOGLINEAR, MANY, EVEN_KNOTS))                                          \
    X(uneven_linear, AT(SQ_LINEAR, MANY, UNEVEN_KNOTS))                                            \
    X(one_value, AT(SQ_LINEAR, 1, FEW_KNOTS))                                                      \
    X(few_next, v_table_next_knot(FEW, v_address(FEW_KNOTS), x))                                   \
    X(even_next, v_table_next_knot(MANY, v_address(EVEN_KNOTS), x))                                \
    X(uneven_next, v_table_next_knot(MANY, v_address(UNEVEN_KNOTS), x))

#define LAWS(X)                                                                                     \
    X(hazard, v_laws_hazard(law, result, x, n))                                                    \
    X(inverse, v_laws_inverse(law, result, x, n))                                                  \
    X(remaining, v_laws_remaining(law, result, x, y, n))                                           \
    X(waits, v_laws_remaining(law, result, NULL, y, n))                                            \
    X(spent, v_laws_spent(law, result, x, y, n))                                                   \
    X(start, v_laws_start(law, result, n))                                                         \
    X(admissible, v_laws_admissible(law, result, n))

#define LAW_LOOP(name, statement)                                                                  \
    static void law_##name(const sq_law_columns *law, int n, const double *x, const double *y,     \
                           double *result)                                                         \
    {                                                                                              \
        (void)x;                                                                                   \
        (void)y;                                                                                   \
        statement;                                                                                 \
    }
#define LAW_ENTRY(name, statement) {#name, law_##name},

#define KERNEL_LOOP(name, expression) LOOP(kernel_##name, expression)
#define KERNEL_ENTRY(name, expression) {#name, kernel_##name},
#define OPERATION_LOOP(name, expression) LOOP(operation_##name, expression)
#define OPERATION_ENTRY(name, expression) {#name, operation_##name},

KERNELS(KERNEL_LOOP)
OPERATIONS(OPERATION_LOOP)
LAWS(LAW_LOOP)

static const vector_function KERNEL_LIST[] = {KERNELS(KERNEL_ENTRY){NULL, NULL}};
static const vector_law_function LAW_LIST[] = {LAWS(LAW_ENTRY){NULL, NULL}};
static const vector_function OPERATION_LIST[] = {OPERATIONS(OPERATION_ENTRY){NULL, NULL}};

#if SQ_WIDTH == 1
extern const vector_forms VECTORS_1;
const vector_forms VECTORS_1 = {"scalar", 1, KERNEL_LIST, LAW_LIST, OPERATION_LIST};
#elif SQ_WIDTH == 4
extern const vector_forms VECTORS_4;
const vector_forms VECTORS_4 = {"avx2", 4, KERNEL_LIST, LAW_LIST, OPERATION_LIST};
#else
extern const vector_forms VECTORS_8;
const vector_forms VECTORS_8 = {"avx512", 8, KERNEL_LIST, LAW_LIST, OPERATION_LIST};
#endif
