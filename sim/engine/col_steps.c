/* Forms as the kernels run them: what is pushed comes first, each leaf once, and what is left are steps that take columns by
 * number. What is known of operands chooses the step: truths that are always 0 or 1 need no arithmetic, numbers no look
 * for what is none. A comparison, or a product, that the next step takes at once is done with it, in one pass. */
#include "engine/col_program.h"

#include <string.h>

typedef struct writer {
    sq_col_form *form;
    sq_op *leaf;
    bool *later;
    sq_col_step *step;
    int stack[SQ_STACK_DEPTH + 1]; /* of each value its leaf; -1: computed, in its place */
    int top;
} writer;

static int leaf_of(writer *w, sq_op op)
{
    for (int k = 0; k < w->form->n_leaves; k++)
        if (memcmp(&w->leaf[k], &op, sizeof op) == 0) return k;
    w->leaf[w->form->n_leaves] = op;
    return w->form->n_leaves++;
}

static bool is_comparison(int code) { return code >= SQ_OP_EQ && code <= SQ_OP_LE; }

/* The step for an operation on operands of which so much is known. */
static int code_of(sq_op op)
{
    bool numbers = op.entries & SQ_OF_NUMBERS, truths = op.entries & SQ_OF_TRUTHS;
    if (is_comparison(op.code) && numbers) return SQ_STEP_COMPARE + op.code - SQ_OP_EQ;
    if (op.code == SQ_OP_AND && truths) return SQ_STEP_AND;
    if (op.code == SQ_OP_OR && truths) return SQ_STEP_OR;
    if (op.code == SQ_OP_IF && numbers) return SQ_STEP_IF;
    return op.code;
}

/* What a step comes to that takes the one before it as its last or, of an `if`, as its first operand; 0: no one step. */
static int both(const sq_col_step *before, const sq_col_step *step)
{
    bool compares = before->code >= SQ_STEP_COMPARE && before->code < SQ_STEP_COMPARE + SQ_COMPARISONS;
    int comparison = before->code - SQ_STEP_COMPARE;
    if (step->code == SQ_STEP_IF) return compares && before->to == step->to ? SQ_STEP_IF_COMPARE + comparison : 0;
    if (before->to != step->to + 1) return 0;
    if (step->code == SQ_STEP_AND && compares) return SQ_STEP_AND_COMPARE + comparison;
    if (step->code == SQ_STEP_OR && compares) return SQ_STEP_OR_COMPARE + comparison;
    return step->code == SQ_OP_ADD && before->code == SQ_OP_MUL ? SQ_STEP_ADD_PRODUCT : 0;
}

/* Steps of the shared beginning stay what they are. */
static void add_step(writer *w, sq_col_step step)
{
    sq_col_form *form = w->form;
    sq_col_step *before = form->n_steps > form->shared_steps ? &w->step[form->n_steps - 1] : NULL;
    int code = before ? both(before, &step) : 0;
    if (code == 0) {
        w->step[form->n_steps++] = step;
    } else if (step.code == SQ_STEP_IF) {
        *before = (sq_col_step){.code = (uint16_t)code, .to = step.to, .x = before->x, .y = before->y, .z = step.y, .w = step.z};
    } else {
        *before = (sq_col_step){.code = (uint16_t)code, .to = step.to, .x = step.x, .y = before->x, .z = before->y};
    }
}

/* The number of a value on the stack: leaves come first, then what is computed. */
static int32_t number_of(const writer *w, int place)
{
    int leaf = w->stack[place];
    return leaf >= 0 ? leaf : w->form->n_leaves + place;
}

static void write_step(writer *w, sq_op op)
{
    int pops = sq_col_pops((sq_op_code)op.code), first = w->top -= pops;
    int32_t x = number_of(w, first);
    add_step(w, (sq_col_step){
                    .code = (uint16_t)code_of(op), .to = (uint16_t)first, .x = x,
                    .y = pops > 1 ? number_of(w, first + 1) : x, .z = pops > 2 ? number_of(w, first + 2) : x, .a = op.a,
                });
    w->stack[w->top++] = -1;
}

/* Leaves are counted before the first step is written: steps number what is computed after them. */
static void find_leaves(writer *w)
{
    sq_col_form *form = w->form;
    for (int i = 0; i < form->n; i++) {
        if (sq_col_pops((sq_op_code)form->op[i].code) > 0) continue;
        int leaf = leaf_of(w, form->op[i]);
        if (i >= form->shared) w->later[leaf] = true;
    }
}

static void write_steps(writer *w)
{
    sq_col_form *form = w->form;
    for (int i = 0; i < form->n; i++) {
        if (i == form->shared) form->shared_steps = form->n_steps;
        if (sq_col_pops((sq_op_code)form->op[i].code) == 0) w->stack[w->top++] = leaf_of(w, form->op[i]);
        else write_step(w, form->op[i]);
    }
    if (form->shared == form->n) form->shared_steps = form->n_steps;
}

bool sq_col_write_steps(sq_arena *arena, sq_col_form *form)
{
    writer w = {.form = form};
    w.leaf = sq_arena_array(arena, (size_t)form->n, sizeof *w.leaf);
    w.later = sq_arena_array(arena, (size_t)form->n, sizeof *w.later);
    w.step = sq_arena_array(arena, (size_t)form->n, sizeof *w.step);
    if (!w.leaf || !w.later || !w.step) return false;
    find_leaves(&w);
    write_steps(&w);
    form->leaf = w.leaf;
    form->later = w.later;
    form->step = w.step;
    return true;
}
