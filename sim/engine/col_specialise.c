/* Programs with what is known in a state folded in: the state itself, whether it is a death state, what constants
 * come to, arms of `if` that cannot be chosen, sides of `and` and `or` that cannot matter. The bits stay those of
 * program.c for every value that the model lets an attribute have: constants are computed by program.c itself, and a
 * side is left out only where the operation gives back the other one's bits, NaN included.
 *
 * The code is read once from left to right, as if it were run; operands are consecutive stretches of the code written
 * so far, so that leaving one out is a move of what follows. */
#include "engine/col_program.h"

#include "base/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is known of a value on the stack ------------------------------------------------------------- */

typedef struct operand {
    int start;          /* where its code begins */
    bool is_constant, is_boolean, is_number; /* is_boolean: 0, 1 or NaN; is_number: never NaN */
    double value;       /* of a constant */
} operand;

typedef struct folder {
    const sq_col_plan *plan;
    int state;          /* -1: of no use to this program */
    SQ_VEC(double) constants;
    SQ_VEC(sq_col_form *) forms;
    sq_col_values values;
    sq_op *op;          /* written so far */
    int n, top;
    operand stack[SQ_STACK_DEPTH + 1];
    bool out_of_memory;
} folder;

/* Whether the operation reads its operands and nothing else. */
static bool is_pure(sq_op_code code) { return code >= SQ_OP_IS_SET; }

/* Constants are in the order of their first use, but the small integers (labels, states, truths), which come first. */
static int constant_of(folder *f, double value)
{
    enum { INTEGERS = 256 };
    bool is_integer = value >= 0 && value < INTEGERS && value == floor(value);
    for (int i = (int)f->constants.count; i < INTEGERS; i++)
        if (!sq_vec_push(&f->constants, i)) f->out_of_memory = true;
    if (f->out_of_memory) return 0;
    size_t i = is_integer && !signbit(value) ? (size_t)value : INTEGERS;
    while (i < f->constants.count && memcmp(&f->constants.items[i], &value, sizeof value) != 0) i++;
    if (i == f->constants.count && !sq_vec_push(&f->constants, value)) {
        f->out_of_memory = true;
        return 0;
    }
    return (int)i;
}

static void push(folder *f, operand x, sq_op op)
{
    x.start = f->n;
    f->op[f->n++] = op;
    f->stack[f->top++] = x;
}

static void push_constant(folder *f, double x)
{
    operand known = {.is_constant = true, .value = x, .is_boolean = x == 0 || x == 1 || isnan(x), .is_number = !isnan(x)};
    if (x == 0 && signbit(x)) known.is_boolean = false;
    push(f, known, (sq_op){.code = SQ_OP_CONST, .a = constant_of(f, x)});
}

/* ---- operands that are left out -------------------------------------------------------------------------- */

/* Of the topmost `count` operands only number `kept` stays. */
static void keep(folder *f, int count, int kept)
{
    int first = f->top - count, at = first + kept;
    int end = kept == count - 1 ? f->n : f->stack[at + 1].start, start = f->stack[at].start;
    int to = f->stack[first].start;
    memmove(f->op + to, f->op + start, (size_t)(end - start) * sizeof *f->op);
    f->n = to + (end - start);
    f->stack[first] = f->stack[at];
    f->stack[first].start = to;
    f->top = first + 1;
}

static void replace(folder *f, int count, double value)
{
    f->top -= count;
    f->n = f->stack[f->top].start;
    push_constant(f, value);
}

/* What program.c makes of an operation on constants. */
static double computed(const folder *f, sq_op_code code, int count)
{
    double constants[3] = {0};
    sq_op op[4] = {{0}};
    for (int i = 0; i < count; i++) {
        constants[i] = f->stack[f->top - count + i].value;
        op[i] = (sq_op){.code = SQ_OP_CONST, .a = i};
    }
    op[count].code = (uint16_t)code;
    const sq_model model = {.code = op, .constants = constants};
    const sq_view view = {.model = &model};
    return sq_program_value(&view, (sq_program){0, (uint32_t)count + 1}, 0);
}

static bool all_constant(const folder *f, int count)
{
    for (int i = 0; i < count; i++)
        if (!f->stack[f->top - 1 - i].is_constant) return false;
    return count > 0;
}

static bool is_value(const operand *x, double value) { return x->is_constant && x->value == value; }

/* `and` is x == 0 ? 0 : x y;  `or` is x == 1 ? 1 : x + y - x y. `decides`: 0 for and, 1 for or. */
static bool fold_logic(folder *f, double decides)
{
    const operand *x = &f->stack[f->top - 2], *y = &f->stack[f->top - 1];
    if (is_value(x, decides)) replace(f, 2, decides);
    else if (is_value(x, 1 - decides) && y->is_boolean) keep(f, 2, 1);
    else if (is_value(y, 1 - decides) && x->is_boolean) keep(f, 2, 0);
    else if (is_value(y, decides) && x->is_boolean && x->is_number) replace(f, 2, decides);
    else return false;
    return true;
}

static bool fold_choice(folder *f)
{
    const operand *condition = &f->stack[f->top - 3];
    if (!condition->is_constant) return false;
    if (isnan(condition->value)) replace(f, 3, condition->value);
    else keep(f, 3, condition->value != 0 ? 1 : 2);
    return true;
}

/* What is the same for all patients of a block, and stays so, is a constant or a parameter. */
static bool fold_attribute(folder *f, int attribute, operand known)
{
    const sq_col_plan *plan = f->plan;
    double value;
    if (!plan->same[attribute] || !plan->in_cohort[attribute]) return false;
    if (sq_col_literal(plan, attribute, &value)) push_constant(f, value);
    else push(f, known, (sq_op){.code = SQ_OP_PARAM, .a = sq_col_same_slot(plan, attribute)});
    return true;
}

/* An element whose number is known is a number or an attribute like any other. */
static bool fold_element(folder *f, sq_op op, sq_op_code plain)
{
    double x = f->stack[f->top - 1].value;
    if (!f->stack[f->top - 1].is_constant) return false;
    if (isnan(x)) return true;
    f->n = f->stack[--f->top].start;
    if (plain == SQ_OP_ATTR && fold_attribute(f, op.a + (int32_t)x, (operand){0})) return true;
    push(f, (operand){.is_number = plain == SQ_OP_PARAM}, (sq_op){.code = (uint16_t)plain, .a = op.a + (int32_t)x});
    return true;
}

static bool fold(folder *f, sq_op op)
{
    sq_op_code code = (sq_op_code)op.code;
    int count = sq_col_pops(code);
    if (is_pure(code) && all_constant(f, count)) {
        replace(f, count, computed(f, code, count));
        return true;
    }
    switch (code) {
    case SQ_OP_AND: return fold_logic(f, 0);
    case SQ_OP_OR: return fold_logic(f, 1);
    case SQ_OP_IF: return fold_choice(f);
    case SQ_OP_PARAM_AT: return fold_element(f, op, SQ_OP_PARAM);
    case SQ_OP_ATTR_AT: return fold_element(f, op, SQ_OP_ATTR);
    default: return false;
    }
}

/* ---- what is kept -------------------------------------------------------------------------------------------- */

static bool operands_are_numbers(const folder *f, int count)
{
    for (int i = 0; i < count; i++)
        if (!f->stack[f->top - 1 - i].is_number) return false;
    return true;
}

static bool operands_are_booleans(const folder *f, int count)
{
    for (int i = 0; i < count; i++)
        if (!f->stack[f->top - 1 - i].is_boolean) return false;
    return true;
}

/* What is known of the result of an operation on the topmost operands. */
static operand result_of(const folder *f, sq_op op)
{
    const sq_model *m = f->plan->model;
    int count = sq_col_pops((sq_op_code)op.code);
    bool booleans = operands_are_booleans(f, count), numbers = operands_are_numbers(f, count);
    switch ((sq_op_code)op.code) {
    case SQ_OP_ATTR:
        return (operand){.is_boolean = m->attributes[op.a].type.class == SQ_TYPE_FLAG,
                         .is_number = !m->attributes[op.a].may_be_unset};
    case SQ_OP_HAPPENED:
    case SQ_OP_IS_SET: return (operand){.is_boolean = true, .is_number = true};
    case SQ_OP_PARAM:
    case SQ_OP_NOW:
    case SQ_OP_IN_STATE:
    case SQ_OP_TALLY:
    case SQ_OP_TIME_IN: return (operand){.is_number = true};
    case SQ_OP_EQ:
    case SQ_OP_NE:
    case SQ_OP_LT:
    case SQ_OP_LE: return (operand){.is_boolean = true, .is_number = numbers};
    case SQ_OP_NOT:
    case SQ_OP_AND:
    case SQ_OP_OR: return (operand){.is_boolean = booleans, .is_number = booleans && numbers};
    case SQ_OP_IF: {
        bool arms = operands_are_booleans(f, 2);
        return (operand){.is_boolean = arms, .is_number = numbers};
    }
    case SQ_OP_NEG:
    case SQ_OP_ABS:
    case SQ_OP_FLOOR:
    case SQ_OP_MIN:
    case SQ_OP_MAX: return (operand){.is_number = numbers};
    default: return (operand){0};
    }
}

/* What the steps are chosen by (col_steps.c). */
static uint16_t hints_for(const folder *f, int count)
{
    bool numbers = operands_are_numbers(f, count);
    bool condition_is_number = count == 3 && f->stack[f->top - 3].is_number;
    uint16_t hints = numbers || condition_is_number ? SQ_OF_NUMBERS : 0;
    return numbers && operands_are_booleans(f, count) ? hints | SQ_OF_TRUTHS : hints;
}

static void write_op(folder *f, sq_op op)
{
    operand result = result_of(f, op);
    int count = sq_col_pops((sq_op_code)op.code);
    if (is_pure((sq_op_code)op.code)) op.entries = hints_for(f, count);
    int start = count > 0 ? f->stack[f->top - count].start : f->n;
    f->top -= count;
    push(f, result, op);
    f->stack[f->top - 1].start = start;
}

static void read_op(folder *f, sq_op op)
{
    const sq_model *m = f->plan->model;
    switch ((sq_op_code)op.code) {
    case SQ_OP_CONST: push_constant(f, m->constants[op.a]); return;
    case SQ_OP_STATE: push_constant(f, f->state); return;
    case SQ_OP_ALIVE: push_constant(f, !m->states[f->state].death); return;
    case SQ_OP_ATTR:
        if (fold_attribute(f, op.a, result_of(f, op))) return;
        break;
    default: break;
    }
    if (!fold(f, op)) write_op(f, op);
}

/* ---- forms ------------------------------------------------------------------------------------------------------ */

static bool reads_state(const sq_model *m, sq_program p)
{
    for (uint32_t i = p.first; i < p.first + p.count; i++)
        if (m->code[i].code == SQ_OP_STATE || m->code[i].code == SQ_OP_ALIVE) return true;
    return false;
}

/* How many values are on the stack at most. */
static int depth_of(const sq_op *op, int n)
{
    int depth = 0, most = 0;
    for (int i = 0; i < n; i++) {
        depth += 1 - sq_col_pops((sq_op_code)op[i].code);
        if (depth > most) most = depth;
    }
    return most;
}

static void run(folder *f, sq_program program, int state)
{
    f->state = state;
    f->n = f->top = 0;
    for (uint32_t i = 0; i < program.count; i++) read_op(f, f->plan->model->code[program.first + i]);
    f->n = sq_col_hoist(&f->values, f->op, f->n);
}

static bool is_form(const folder *f, const sq_col_form *form)
{
    return form->n == f->n && memcmp(form->op, f->op, (size_t)f->n * sizeof *f->op) == 0;
}

/* A form of what was folded last; NULL when memory is out. */
static const sq_col_form *new_form(sq_arena *arena, folder *f)
{
    sq_col_form *form = sq_arena_alloc(arena, sizeof *form);
    sq_op *op = sq_arena_array(arena, (size_t)f->n, sizeof *op);
    if (!form || !op || f->out_of_memory || f->values.out_of_memory) return NULL;
    memcpy(op, f->op, (size_t)f->n * sizeof *op);
    const operand *result = &f->stack[0];
    *form = (sq_col_form){.n = f->n, .depth = depth_of(op, f->n), .op = op};
    form->is_truth = result->is_boolean && result->is_number;
    form->is_number = result->is_number;
    return sq_vec_push(&f->forms, form) ? form : NULL;
}

/* Most states are no different from one another. */
static bool specialise_by_state(sq_col_plan *plan, folder *f, sq_col_program *p)
{
    int n = plan->model->n_states;
    const sq_col_form **by_state = sq_arena_array(&plan->arena, (size_t)n, sizeof *by_state);
    for (int s = 0; by_state && s < n; s++) {
        run(f, p->program, s);
        for (int k = s - 1; k >= 0 && !by_state[s]; k--)
            if (is_form(f, by_state[k])) by_state[s] = by_state[k];
        if (!by_state[s]) by_state[s] = new_form(&plan->arena, f);
        if (!by_state[s]) return false;
    }
    p->by_state = by_state;
    return by_state;
}

static bool specialise(sq_col_plan *plan, folder *f, sq_col_program *p)
{
    f->op = malloc((p->program.count + 1) * sizeof *f->op);
    bool done = f->op;
    if (done && reads_state(plan->model, p->program)) {
        done = specialise_by_state(plan, f, p);
    } else if (done) {
        run(f, p->program, -1);
        p->form = new_form(&plan->arena, f);
        done = p->form;
    }
    free(f->op);
    return done;
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

typedef struct list {
    SQ_VEC(sq_col_program) programs;
    SQ_VEC(int32_t) begins;
} list;

static bool note(void *context, sq_program program)
{
    list *l = context;
    while (l->begins.count <= program.first)
        if (!sq_vec_push(&l->begins, -1)) return false;
    int32_t *begins = &l->begins.items[program.first];
    for (int i = *begins; i >= 0; i = l->programs.items[i].next)
        if (l->programs.items[i].program.count == program.count) return true;
    sq_col_program one = {.program = program, .next = *begins};
    *begins = (int32_t)l->programs.count;
    return sq_vec_push(&l->programs, one);
}

static void *kept(sq_arena *arena, const void *from, size_t count, size_t size)
{
    void *copy = sq_arena_array(arena, count + 1, size);
    if (copy && count > 0) memcpy(copy, from, count * size);
    return copy;
}

/* Each constant SQ_PAD times, aligned. */
static const double *wide(sq_arena *arena, const double *constant, size_t n)
{
    enum { ALIGNMENT = 64 };
    char *room = sq_arena_alloc(arena, n * SQ_PAD * sizeof(double) + ALIGNMENT);
    if (!room) return NULL;
    double *all = (double *)(void *)(room + (ALIGNMENT - (uintptr_t)room % ALIGNMENT));
    for (size_t i = 0; i < n * SQ_PAD; i++) all[i] = constant[i / SQ_PAD];
    return all;
}

/* What copies of blocks are filled with: programs of a model that has their code. */
static bool keep_values(sq_col_plan *plan, const folder *f)
{
    struct sq_specialised *all = plan->specialised;
    sq_model *model = sq_arena_alloc(&plan->arena, sizeof *model);
    if (!model) return false;
    *model = *plan->model;
    model->code = kept(&plan->arena, f->values.code.items, f->values.code.count, sizeof *model->code);
    model->constants = kept(&plan->arena, f->constants.items, f->constants.count, sizeof *model->constants);
    all->values = kept(&plan->arena, f->values.programs.items, f->values.programs.count, sizeof *all->values);
    all->labels = kept(&plan->arena, f->values.labels.items, f->values.labels.count, sizeof *all->labels);
    all->label_slot = f->values.label_slot;
    all->n_values = (int)f->values.programs.count;
    all->first_value = f->values.first;
    all->model_of_values = model;
    return model->code && model->constants && all->values && all->labels;
}

static bool specialise_all(sq_col_plan *plan, const list *l, folder *f)
{
    struct sq_specialised *all = plan->specialised = sq_arena_alloc(&plan->arena, sizeof *all);
    if (!all) return false;
    all->n_programs = (int)l->programs.count;
    all->programs = kept(&plan->arena, l->programs.items, l->programs.count, sizeof *all->programs);
    all->n_code = (int)l->begins.count;
    all->begins = kept(&plan->arena, l->begins.items, l->begins.count, sizeof *all->begins);
    if (!all->programs || !all->begins) return false;
    for (int i = 0; i < all->n_programs; i++)
        if (!specialise(plan, f, &all->programs[i])) return false;
    sq_col_share(f->forms.items, f->forms.count);
    for (size_t i = 0; i < f->forms.count; i++)
        if (!sq_col_write_steps(&plan->arena, f->forms.items[i])) return false;
    all->constants = wide(&plan->arena, f->constants.items, f->constants.count);
    return all->constants && keep_values(plan, f);
}

sq_status sq_col_specialise(sq_col_plan *plan, sq_error *err)
{
    list l = {0};
    folder *f = calloc(1, sizeof *f);
    bool done = f && sq_col_visit_programs(plan->model, note, &l);
    if (done) {
        f->plan = plan;
        f->values.model = plan->model;
        f->values.label_slot = sq_col_same_slot(plan, plan->model->n_attributes + 1);
        f->values.first = sq_col_padded(f->values.label_slot + 1);
        done = specialise_all(plan, &l, f);
    }
    if (f) free(f->constants.items);
    if (f) free(f->forms.items);
    if (f) free(f->values.code.items);
    if (f) free(f->values.programs.items);
    if (f) free(f->values.labels.items);
    free(f);
    free(l.programs.items);
    free(l.begins.items);
    return done ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's programs");
}

bool sq_col_is_constant(const sq_col_plan *plan, sq_program program, int state, double *value)
{
    if (program.count == 0) return false;
    const sq_col_form *form = sq_col_form_of(plan, program, state);
    if (form->n != 1 || form->op->code != SQ_OP_CONST) return false;
    *value = plan->specialised->constants[form->op->a * SQ_PAD];
    return true;
}

bool sq_col_is_of_block(const sq_model *m, sq_program program)
{
    for (uint32_t i = program.first; i < program.first + program.count; i++) {
        sq_op_code code = (sq_op_code)m->code[i].code;
        bool is_block = code == SQ_OP_CONST || code == SQ_OP_PARAM || code == SQ_OP_PARAM_AT || code == SQ_OP_TABLE;
        if (!is_block && !is_pure(code)) return false;
    }
    return true;
}
