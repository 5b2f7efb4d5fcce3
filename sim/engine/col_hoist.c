/* What programs compute of the parameter block alone: the largest such stretches of their code are taken out of them, to
 * be computed once for a block (col_block.c), and a parameter of its copy stands in their place. Stretches that are the
 * same are one value. Operands are consecutive stretches of code, as in col_specialise.c. */
#include "engine/col_program.h"

#include <string.h>

/* Code of one operand, from where it begins up to the next one. */
typedef struct stretch {
    int start;
    bool is_of_block;
} stretch;

static bool is_value(const sq_col_values *v, sq_program value, const sq_op *op, int n)
{
    return value.count == (uint32_t)n && memcmp(&v->code.items[value.first], op, (size_t)n * sizeof *op) == 0;
}

/* The number of the value that this code computes; 0 when memory is out. */
static int value_of(sq_col_values *v, const sq_op *op, int n)
{
    const sq_program value = {(uint32_t)v->code.count, (uint32_t)n};
    for (size_t k = 0; k < v->programs.count; k++)
        if (is_value(v, v->programs.items[k], op, n)) return (int)k;
    for (int i = 0; i < n; i++)
        if (!sq_vec_push(&v->code, op[i])) v->out_of_memory = true;
    if (!sq_vec_push(&v->programs, value)) v->out_of_memory = true;
    return v->out_of_memory ? 0 : (int)v->programs.count - 1;
}

static bool reads_block_alone(sq_op_code code)
{
    return code == SQ_OP_CONST || code == SQ_OP_PARAM || code == SQ_OP_PARAM_AT || code >= SQ_OP_TABLE;
}

/* Puts parameters in the place of those of n operands that are of the block, the last of which ends at `end`; where it
 * ends then. Constants stay: they need no room and may be folded further. */
static int take_out(sq_col_values *v, sq_op *op, const stretch *operand, int n, int end)
{
    for (int k = n - 1, next = end; k >= 0; next = operand[k--].start) {
        int start = operand[k].start, length = next - start;
        if (!operand[k].is_of_block || (length == 1 && op[start].code == SQ_OP_CONST)) continue;
        int slot = v->first + value_of(v, op + start, length) * SQ_PAD;
        op[start] = (sq_op){.code = SQ_OP_PARAM, .a = slot};
        memmove(op + start + 1, op + next, (size_t)(end - next) * sizeof *op);
        end -= length - 1;
    }
    return end;
}

int sq_col_hoist(sq_col_values *v, sq_op *op, int n)
{
    stretch stack[SQ_STACK_DEPTH + 1];
    int top = 0, end = 0;
    for (int i = 0; i < n; i++) {
        const sq_op next = op[i];
        int pops = sq_col_pops((sq_op_code)next.code);
        bool is_of_block = reads_block_alone((sq_op_code)next.code);
        top -= pops;
        for (int k = 0; k < pops; k++) is_of_block &= stack[top + k].is_of_block;
        if (!is_of_block) end = take_out(v, op, stack + top, pops, end);
        stack[top] = (stretch){pops > 0 ? stack[top].start : end, is_of_block};
        top++;
        op[end++] = next;
    }
    return take_out(v, op, stack, top, end);
}
