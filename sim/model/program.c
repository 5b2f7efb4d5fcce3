/* The stack machine that evaluates compiled expressions: one switch, one line an operation. Both arms of
 * `if` and both sides of `and` and `or` are always computed, so that the same code can later run over
 * columns of patients without branching. What is not a number stays so through every operation, truth
 * included, so that the reader of a result can judge it; only the arm of an `if` that is not chosen is
 * forgotten, and the right side of `and` and `or` where the left one decides. */
#include "model/program.h"

#include "math/kernel.h"
#include "model/model.h"

#include <math.h>

static double expit(double x) { return 1 / (1 + sq_exp(-x)); }
static double logit(double p) { return sq_log(p) - sq_log1p(-p); }

static double table_value(const sq_view *view, int table, double at)
{
    sq_law_table t = sq_block_table(view->model, view->block, table, 0);
    return sq_table_at(t.interpolation, t.n, t.x, t.y, at);
}

static double happened(const sq_view *view, int i)
{
    return (double)(view->happened[i / 64] >> (i % 64) & 1);
}

static double time_in(const sq_view *view, int state)
{
    double present = view->state == state ? view->now - view->entered : 0;
    return view->history->time_in[state] + present;
}

/* What an operation does to the stack, with x and y named as in (x op y). */
#define PUSH(value) *top++ = (value)
#define UNARY(value)                                                                               \
    do {                                                                                           \
        double x = top[-1];                                                                        \
        top[-1] = (value);                                                                         \
    } while (0)
#define BINARY(value)                                                                              \
    do {                                                                                           \
        double y = *--top, x = top[-1];                                                            \
        top[-1] = (value);                                                                         \
    } while (0)
#define COMPARE(truth) BINARY(isnan(x) || isnan(y) ? (double)NAN : (truth))
#define CHOOSE                                                                                     \
    do {                                                                                           \
        top -= 2;                                                                                  \
        if (!isnan(top[-1])) top[-1] = top[-1] != 0 ? top[0] : top[1];                             \
    } while (0)

double sq_program_value(const sq_view *view, sq_program program, double otherwise)
{
    if (program.count == 0) return otherwise;
    const sq_op *op = view->model->code + program.first;
    double stack[SQ_STACK_DEPTH];
    double *top = stack; /* one past the topmost value */
    for (uint32_t i = 0; i < program.count; i++, op++) {
        switch ((sq_op_code)op->code) {
        case SQ_OP_CONST: PUSH(view->model->constants[op->a]); break;
        case SQ_OP_PARAM: PUSH(view->block[op->a]); break;
        case SQ_OP_PARAM_AT: UNARY(isnan(x) ? x : view->block[op->a + (int)x]); break;
        case SQ_OP_ATTR: PUSH(view->attribute[op->a]); break;
        case SQ_OP_ATTR_AT: UNARY(isnan(x) ? x : view->attribute[op->a + (int)x]); break;
        case SQ_OP_STATE: PUSH(view->state); break;
        case SQ_OP_NOW: PUSH(view->now); break;
        case SQ_OP_IN_STATE: PUSH(view->now - view->entered); break;
        case SQ_OP_ALIVE: PUSH(!view->model->states[view->state].death); break;
        case SQ_OP_HAPPENED: PUSH(happened(view, op->a)); break;
        case SQ_OP_SINCE: PUSH(view->now - view->history->last_time[op->a]); break;
        case SQ_OP_TALLY: PUSH(view->history->count[op->a]); break;
        case SQ_OP_TIME_IN: PUSH(time_in(view, op->a)); break;
        case SQ_OP_TABLE: UNARY(table_value(view, op->a, x)); break;
        case SQ_OP_IS_SET: UNARY(!isnan(x)); break;
        case SQ_OP_NEG: UNARY(-x); break;
        case SQ_OP_NOT: UNARY(1 - x); break;
        case SQ_OP_ADD: BINARY(x + y); break;
        case SQ_OP_SUB: BINARY(x - y); break;
        case SQ_OP_MUL: BINARY(x * y); break;
        case SQ_OP_DIV: BINARY(x / y); break;
        case SQ_OP_POW: BINARY(sq_pow(x, y)); break;
        case SQ_OP_EQ: COMPARE(x == y); break;
        case SQ_OP_NE: COMPARE(x != y); break;
        case SQ_OP_LT: COMPARE(x < y); break;
        case SQ_OP_LE: COMPARE(x <= y); break;
        case SQ_OP_AND: BINARY(x == 0 ? 0 : x * y); break;
        case SQ_OP_OR: BINARY(x == 1 ? 1 : x + y - x * y); break;
        case SQ_OP_MIN: BINARY(x <= y || isnan(x) ? x : y); break;
        case SQ_OP_MAX: BINARY(x >= y || isnan(x) ? x : y); break;
        case SQ_OP_IF: CHOOSE; break;
        case SQ_OP_ABS: UNARY(fabs(x)); break;
        case SQ_OP_FLOOR: UNARY(floor(x)); break;
        case SQ_OP_SQRT: UNARY(sqrt(x)); break;
        case SQ_OP_EXP: UNARY(sq_exp(x)); break;
        case SQ_OP_LOG: UNARY(sq_log(x)); break;
        case SQ_OP_EXPIT: UNARY(expit(x)); break;
        case SQ_OP_LOGIT: UNARY(logit(x)); break;
        case SQ_OP_PROBIT: UNARY(sq_normal_quantile(x)); break;
        case SQ_OP_NORMAL_CDF: UNARY(sq_normal_cdf(x)); break;
        case SQ_OP_COUNT: break;
        }
    }
    return stack[0];
}
