/* The stack machine that evaluates compiled expressions: one switch, one line an operation. Both arms of
 * `if` and both sides of `and` and `or` are always computed, so that the same code can later run over
 * columns of patients without branching. */
#include "model/program.h"

#include "math/kernel.h"
#include "model/block.h"

#include <math.h>

static double probit(double p) { return sq_normal_quantile(p); }
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

/* Operations without operands: the value to push. */
static double leaf(const sq_view *view, sq_op op)
{
    switch (op.code) {
    case SQ_OP_CONST: return view->model->constants[op.a];
    case SQ_OP_PARAM: return view->block[op.a];
    case SQ_OP_ATTR: return view->attribute[op.a];
    case SQ_OP_STATE: return view->state;
    case SQ_OP_NOW: return view->now;
    case SQ_OP_IN_STATE: return view->now - view->entered;
    case SQ_OP_ALIVE: return !view->model->states[view->state].death;
    default: return happened(view, op.a); /* SQ_OP_HAPPENED */
    }
}

static double unary(const sq_view *view, sq_op op, double x)
{
    switch (op.code) {
    case SQ_OP_PARAM_AT: return view->block[op.a + (int)x];
    case SQ_OP_TABLE: return table_value(view, op.a, x);
    case SQ_OP_NEG: return -x;
    case SQ_OP_NOT: return x == 0;
    case SQ_OP_ABS: return fabs(x);
    case SQ_OP_FLOOR: return floor(x);
    case SQ_OP_SQRT: return sqrt(x);
    case SQ_OP_EXP: return sq_exp(x);
    case SQ_OP_LOG: return sq_log(x);
    case SQ_OP_EXPIT: return expit(x);
    case SQ_OP_LOGIT: return logit(x);
    case SQ_OP_PROBIT: return probit(x);
    default: return sq_normal_cdf(x); /* SQ_OP_NORMAL_CDF */
    }
}

static double binary(uint16_t code, double x, double y)
{
    switch (code) {
    case SQ_OP_ADD: return x + y;
    case SQ_OP_SUB: return x - y;
    case SQ_OP_MUL: return x * y;
    case SQ_OP_DIV: return x / y;
    case SQ_OP_POW: return sq_pow(x, y);
    case SQ_OP_EQ: return x == y;
    case SQ_OP_NE: return x != y;
    case SQ_OP_LT: return x < y;
    case SQ_OP_LE: return x <= y;
    case SQ_OP_AND: return x != 0 && y != 0;
    case SQ_OP_OR: return x != 0 || y != 0;
    case SQ_OP_MIN: return y < x ? y : x;
    default: return x < y ? y : x; /* SQ_OP_MAX */
    }
}

static const unsigned char operands[SQ_OP_COUNT] = {
#define X(name, pops) pops,
    SQ_OP_LIST(X)
#undef X
};

double sq_program_value(const sq_view *view, sq_program program, double otherwise)
{
    if (program.count == 0) return otherwise;
    const sq_op *op = view->model->code + program.first;
    double stack[SQ_STACK_DEPTH];
    double *top = stack; /* one past the topmost value */
    for (uint32_t i = 0; i < program.count; i++, op++) {
        switch (operands[op->code]) {
        case 0:
            *top++ = leaf(view, *op);
            break;
        case 1:
            top[-1] = unary(view, *op, top[-1]);
            break;
        case 2:
            top--;
            top[-1] = binary(op->code, top[-1], top[0]);
            break;
        default: /* SQ_OP_IF */
            top -= 2;
            top[-1] = top[-1] != 0 ? top[0] : top[1];
        }
    }
    return stack[0];
}
