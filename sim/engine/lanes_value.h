/* A chapter of the kernel table (lanes_body.h): operations of expressions, and tables. */
#ifndef SQ_ENGINE_LANES_VALUE_H
#define SQ_ENGINE_LANES_VALUE_H

#include "engine/lanes_loop.h"
#include "engine/lanes_move.h"
#include "math/simd_table.h"

/* ---- expressions -------------------------------------------------------------------------------------------- */

static inline v_d v_expit(v_d x) { return 1 / (1 + v_exp(-x)); }
static inline v_d v_logit(v_d p) { return v_log(p) - v_log1p(-p); }

/* What is not a number stays so. */
static inline v_d v_compared(v_d a, v_d b, v_m truth)
{
    return v_if(v_or(v_isnan(a), v_isnan(b)), v_set(NAN), v_truth(truth));
}
static inline v_d v_both(v_d a, v_d b) { return v_if(v_eq(a, v_set(0)), v_set(0), a * b); }
static inline v_d v_either(v_d a, v_d b) { return v_if(v_eq(a, v_set(1)), v_set(1), a + b - a * b); }
static inline v_d v_least(v_d a, v_d b) { return v_if(v_or(v_le(a, b), v_isnan(a)), a, b); }
static inline v_d v_most(v_d a, v_d b) { return v_if(v_or(v_ge(a, b), v_isnan(a)), a, b); }
static inline v_d v_choice(v_d condition, v_d a, v_d b)
{
    return v_if(v_isnan(condition), condition, v_if(v_ne(condition, v_set(0)), a, b));
}

/* Columns as a step names them, at i. */
#define X v_column(x, i)
#define Y v_column(y, i)
#define Z v_column(z, i)
#define W v_column(w, i)
#define EACH(value)                                                                                \
    LANES(i) {                                                                                      \
        v_d a = X;                                                                                 \
        v_store(out + i, (value));                                                                 \
    }                                                                                              \
    break
#define EACH_PAIR(value)                                                                           \
    LANES(i) {                                                                                      \
        v_d a = X, b = Y;                                                                          \
        v_store(out + i, (value));                                                                 \
    }                                                                                              \
    break

static void operate(sq_op_code code, double *out, sq_column x, sq_column y, sq_column z, int n)
{
    switch (code) {
    case SQ_OP_IS_SET: EACH(v_truth(v_not(v_isnan(a))));
    case SQ_OP_NEG: EACH(-a);
    case SQ_OP_NOT: EACH(1 - a);
    case SQ_OP_ADD: EACH_PAIR(a + b);
    case SQ_OP_SUB: EACH_PAIR(a - b);
    case SQ_OP_MUL: EACH_PAIR(a * b);
    case SQ_OP_DIV: EACH_PAIR(a / b);
    case SQ_OP_POW: EACH_PAIR(v_pow(a, b));
    case SQ_OP_EQ: EACH_PAIR(v_compared(a, b, v_eq(a, b)));
    case SQ_OP_NE: EACH_PAIR(v_compared(a, b, v_ne(a, b)));
    case SQ_OP_LT: EACH_PAIR(v_compared(a, b, v_lt(a, b)));
    case SQ_OP_LE: EACH_PAIR(v_compared(a, b, v_le(a, b)));
    case SQ_OP_AND: EACH_PAIR(v_both(a, b));
    case SQ_OP_OR: EACH_PAIR(v_either(a, b));
    case SQ_OP_MIN: EACH_PAIR(v_least(a, b));
    case SQ_OP_MAX: EACH_PAIR(v_most(a, b));
    case SQ_OP_IF: LANES(i) v_store(out + i, v_choice(X, Y, Z)); break;
    case SQ_OP_ABS: EACH(v_abs(a));
    case SQ_OP_FLOOR: EACH(v_floor(a));
    case SQ_OP_SQRT: EACH(v_sqrt(a));
    case SQ_OP_EXP: EACH(v_exp(a));
    case SQ_OP_LOG: EACH(v_log(a));
    case SQ_OP_EXPIT: EACH(v_expit(a));
    case SQ_OP_LOGIT: EACH(v_logit(a));
    case SQ_OP_PROBIT: EACH(v_normal_quantile(a));
    case SQ_OP_NORMAL_CDF: EACH(v_normal_cdf(a));
    default: break; /* reads something else than the stack */
    }
}

/* ---- programs ------------------------------------------------------------------------------------------------ */

/* One loop for each comparison. */
#define BY_COMPARISON(first, value)                                                                \
    case (first) + SQ_OP_EQ - SQ_OP_EQ: LANES(i) v_store(out + i, value(v_eq)); break;              \
    case (first) + SQ_OP_NE - SQ_OP_EQ: LANES(i) v_store(out + i, value(v_ne)); break;              \
    case (first) + SQ_OP_LT - SQ_OP_EQ: LANES(i) v_store(out + i, value(v_lt)); break;              \
    case (first) + SQ_OP_LE - SQ_OP_EQ: LANES(i) v_store(out + i, value(v_le)); break
#define COMPARED(compare) v_truth(compare(X, Y))
#define AND_COMPARED(compare) v_only(compare(Y, Z), X)
#define OR_COMPARED(compare) v_if(compare(Y, Z), v_set(1), X)
#define CHOSEN(compare) v_if(compare(X, Y), Z, W)

/* A step that needs no more than its columns. */
static void step_on_columns(const sq_col_step *step, double *out, const sq_column *value, int n)
{
    sq_column x = value[step->x], y = value[step->y], z = value[step->z], w = value[step->w];
    switch ((int)step->code) {
    BY_COMPARISON(SQ_STEP_COMPARE, COMPARED);
    BY_COMPARISON(SQ_STEP_AND_COMPARE, AND_COMPARED);
    BY_COMPARISON(SQ_STEP_OR_COMPARE, OR_COMPARED);
    BY_COMPARISON(SQ_STEP_IF_COMPARE, CHOSEN);
    case SQ_STEP_AND: LANES(i) v_store(out + i, v_of_bits(v_and_w(v_bits_of(X), v_bits_of(Y)))); break;
    case SQ_STEP_OR: LANES(i) v_store(out + i, v_of_bits(v_or_w(v_bits_of(X), v_bits_of(Y)))); break;
    case SQ_STEP_IF: LANES(i) v_store(out + i, v_if(v_ne(X, v_set(0)), Y, Z)); break;
    case SQ_STEP_ADD_PRODUCT: LANES(i) v_store(out + i, X + Y * Z); break;
    default: operate((sq_op_code)step->code, out, x, y, z, n);
    }
}

#undef X
#undef Y
#undef Z
#undef W

static int steps(const sq_col_step *step, int n_steps, const sq_bench *bench, int n)
{
    for (int i = 0; i < n_steps; i++, step++) {
        double *out = step->to == 0 ? bench->result : bench->rest + (ptrdiff_t)(step->to - 1) * bench->size;
        if (step->code == SQ_OP_PARAM_AT) {
            sq_column at = bench->value[step->x];
            if (!bench->block || at.step == 0) return i;
            gather_block_at(out, bench->block, step->a, at.p, n);
        } else if (step->code == SQ_OP_ATTR_AT || step->code == SQ_OP_TABLE) {
            return i;
        } else {
            step_on_columns(step, out, bench->value, n);
        }
        bench->value[bench->computed + step->to] = (sq_column){out, 1};
    }
    return n_steps;
}

static int truths(double *out, sq_column x, int n)
{
    int unclear = 0;
    LANES(i) {
        v_d a = v_column(x, i);
        v_m unset = v_isnan(a);
        v_store(out + i, v_truth(v_and_not(v_ne(a, v_set(0)), unset)));
        unclear += __builtin_popcount(v_bits(unset) & bits_below(i, n));
    }
    return unclear;
}

/* ---- tables ------------------------------------------------------------------------------------------------- */

static void table_rows(const double **out, sq_row_column block, int offset, int stride, int n_rows, sq_column row,
                       int n)
{
    LANES(i) {
        v_d number = v_floor(v_min(v_max(v_column(row, i), v_set(0)), v_set(n_rows - 1)));
        v_w bytes = v_to_w((number * stride + offset) * (double)sizeof(double));
        v_store_w(out + i, v_add_w(row_of(block, i, n), bytes));
    }
}

static void table_at(sq_interpolation interpolation, int n_knots, sq_row_column table, double *out, sq_column at,
                     int n)
{
    LANES(i) {
        v_w x = row_of(table, i, n), y = v_address_after(x, n_knots);
        v_store(out + i, v_table_at(interpolation, n_knots, x, y, v_column(at, i)));
    }
}

#endif
