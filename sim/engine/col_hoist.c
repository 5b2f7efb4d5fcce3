/* What programs compute of the parameter block alone, or of it and one label: the largest such stretches of their code are
 * taken out of them, to be computed once for a block (col_block.c). In their place stands a parameter of the block's copy,
 * or the element of it that belongs to the label. Stretches that are the same are one value. Operands are consecutive
 * stretches of code, as in col_specialise.c. */
#include "engine/col_program.h"

#include <string.h>

/* What a stretch of code reads beside the block: the attribute with this number, or one of these. */
enum { NOTHING = -1, MORE = -2 };

/* Code of one operand, from where it begins up to the next one. */
typedef struct stretch {
    int start;
    int reads;
} stretch;

/* ---- values ------------------------------------------------------------------------------------------------- */

static bool is_value(const sq_col_values *v, sq_program value, const sq_op *op, int n)
{
    return value.count == (uint32_t)n && memcmp(&v->code.items[value.first], op, (size_t)n * sizeof *op) == 0;
}

/* The slot of the value that this code computes, for so many labels (1: it reads none); 0 when memory is out. */
static int slot_of(sq_col_values *v, const sq_op *op, int n, int labels)
{
    const sq_program value = {(uint32_t)v->code.count, (uint32_t)n};
    for (size_t k = 0; k < v->programs.count; k++)
        if (v->labels.items[k] == labels && is_value(v, v->programs.items[k], op, n)) return v->first + (int)k * SQ_PAD;
    for (int i = 0; i < n; i++)
        if (!sq_vec_push(&v->code, op[i])) v->out_of_memory = true;
    if (!sq_vec_push(&v->programs, value) || !sq_vec_push(&v->labels, labels)) v->out_of_memory = true;
    return v->out_of_memory ? 0 : v->first + ((int)v->programs.count - 1) * SQ_PAD;
}

/* ---- what is read -------------------------------------------------------------------------------------------- */

/* How many labels an attribute can have that always has one of a few; 0: it is another kind. */
static int few_labels(const sq_model *m, int attribute)
{
    const sq_attribute *a = &m->attributes[attribute];
    if (a->may_be_unset) return 0;
    if (a->type.class == SQ_TYPE_FLAG) return 2;
    if (a->type.class != SQ_TYPE_CATEGORY || a->type.category < 0) return 0;
    int n = m->categories[a->type.category].n_labels;
    return n <= SQ_PAD ? n : 0;
}

static int reads_of(const sq_col_values *v, sq_op op)
{
    if (op.code == SQ_OP_ATTR && few_labels(v->model, op.a) > 0) return op.a;
    bool of_block = op.code == SQ_OP_CONST || op.code == SQ_OP_PARAM || op.code == SQ_OP_PARAM_AT || op.code >= SQ_OP_TABLE;
    return of_block ? NOTHING : MORE;
}

static int both(int x, int y) { return x == NOTHING ? y : y == NOTHING || x == y ? x : MORE; }

/* A look-up costs about as much as two steps; what is looked up itself, or is a function, costs more than one. */
static bool is_worth_a_table(const sq_op *op, int n)
{
    enum { DEAR = 4, ENOUGH = 5 };
    int cost = 0;
    for (int i = 0; i < n; i++) {
        sq_op_code code = (sq_op_code)op[i].code;
        bool is_dear = code == SQ_OP_PARAM_AT || code == SQ_OP_TABLE || code == SQ_OP_DIV || code == SQ_OP_POW ||
                       code >= SQ_OP_SQRT;
        if (sq_col_pops(code) > 0) cost += is_dear ? DEAR : 2;
    }
    return cost >= ENOUGH;
}

/* ---- what is taken out ---------------------------------------------------------------------------------------- */

static int hoist(sq_col_values *v, sq_op *op, int n, bool labels);

/* Puts a parameter in the place of code that reads the block alone; how long it is then. Constants stay: they need no
 * room. */
static int take_value(sq_col_values *v, sq_op *op, int n)
{
    if (n == 1 && op->code == SQ_OP_CONST) return 1;
    *op = (sq_op){.code = SQ_OP_PARAM, .a = slot_of(v, op, n, 1)};
    return 1;
}

/* Puts the element of a table in the place of code that reads one attribute too, whose label a slot stands for. */
static int take_table(sq_col_values *v, sq_op *op, int n, int attribute)
{
    const sq_op label = {.code = SQ_OP_ATTR, .a = attribute};
    if (!is_worth_a_table(op, n)) return hoist(v, op, n, false);
    for (int i = 0; i < n; i++)
        if (op[i].code == SQ_OP_ATTR) op[i] = (sq_op){.code = SQ_OP_PARAM, .a = v->label_slot};
    int labels = few_labels(v->model, attribute), slot = slot_of(v, op, n, labels);
    op[0] = label;
    op[1] = (sq_op){.code = SQ_OP_PARAM_AT, .entries = (uint16_t)labels, .a = slot};
    return 2;
}

/* Takes out of n operands, the last of which ends at `end`, what can be; where it ends then. */
static int take_out(sq_col_values *v, sq_op *op, const stretch *operand, int n, int end, bool labels)
{
    for (int k = n - 1, next = end; k >= 0; next = operand[k--].start) {
        int start = operand[k].start, length = next - start, reads = operand[k].reads, left = length;
        if (reads == NOTHING) left = take_value(v, op + start, length);
        else if (reads != MORE && labels) left = take_table(v, op + start, length, reads);
        memmove(op + start + left, op + next, (size_t)(end - next) * sizeof *op);
        end -= length - left;
    }
    return end;
}

/* labels: whether stretches that read one label are taken out too. */
static int hoist(sq_col_values *v, sq_op *op, int n, bool labels)
{
    stretch stack[SQ_STACK_DEPTH + 1];
    int top = 0, end = 0;
    for (int i = 0; i < n; i++) {
        const sq_op next = op[i];
        int pops = sq_col_pops((sq_op_code)next.code), reads = reads_of(v, next);
        if (!labels && reads >= 0) reads = MORE;
        top -= pops;
        for (int k = 0; k < pops; k++) reads = both(reads, stack[top + k].reads);
        if (reads == MORE) end = take_out(v, op, stack + top, pops, end, labels);
        stack[top] = (stretch){pops > 0 ? stack[top].start : end, reads};
        top++;
        op[end++] = next;
    }
    return take_out(v, op, stack, top, end, labels);
}

int sq_col_hoist(sq_col_values *v, sq_op *op, int n) { return hoist(v, op, n, true); }
