/* Programs as the columnar engine runs them: what is known in a state is folded in, constants are wide. */
#ifndef SQ_ENGINE_COL_PROGRAM_H
#define SQ_ENGINE_COL_PROGRAM_H

#include "base/vec.h"
#include "engine/col.h"

/* What is known of the operands of an operation that reads nothing else, in its `entries`. */
enum {
    SQ_OF_NUMBERS = 1, /* all, of an `if` the condition, are numbers, never NaN */
    SQ_OF_TRUTHS = 2   /* all are 0 or 1, never NaN */
};

/* Code of the same stack machine, where the number of a constant is one of sq_specialised.constants, the state
 * and alive do not occur, and slots of parameters are those of a block's copy (col_block.c), SQ_PAD times the same. */
typedef struct sq_col_form {
    int n, depth;   /* operations; values on the stack at most */
    bool is_truth;  /* 0 or 1 whatever it reads, never NaN */
    bool is_number; /* never NaN */
    int shared;     /* operations at its beginning that come to a value which other forms begin with too; 0: none */
    int shared_name; /* of that value; from 1 */
    uint64_t shared_reads; /* bit a % 64 of every attribute that it depends on */
    const sq_op *op;
    int n_leaves;       /* what is pushed, each once */
    const sq_op *leaf;
    const bool *later;  /* [n_leaves] it is read after the shared beginning */
    int n_steps, shared_steps;
    const sq_col_step *step; /* the rest: leaves are its first columns */
} sq_col_form;

/* One program of the model: the same form in all states, or one for each. */
typedef struct sq_col_program {
    sq_program program;
    int next;                           /* another that begins at the same place; -1 */
    const sq_col_form *form;
    const sq_col_form *const *by_state; /* [n_states]; NULL where form is all */
} sq_col_program;

struct sq_specialised {
    int n_programs;
    sq_col_program *programs;
    int n_code;
    int32_t *begins;                    /* [n_code] a program that begins there; -1 */
    const double *constants;            /* each SQ_PAD times, aligned */
    int first_value, n_values;          /* in copies of blocks: slot of the first, and how many, SQ_PAD slots each */
    const sq_program *values;           /* [n_values] code of model_of_values */
    const int *labels;                  /* [n_values] how many labels a value is computed for, side by side; 1: it has one */
    int label_slot;                     /* which of them it is, while it is computed */
    const sq_model *model_of_values;    /* the model with this code and its constants */
};

/* What is computed of blocks alone, while programs are specialised. */
typedef struct sq_col_values {
    SQ_VEC(sq_op) code;
    SQ_VEC(sq_program) programs;
    SQ_VEC(int) labels;                 /* as above, of each program */
    const sq_model *model;
    int first, label_slot;              /* slots of the first value, and of the label */
    bool out_of_memory;
} sq_col_values;

static inline int sq_col_pops(sq_op_code code)
{
    static const signed char POPS[SQ_OP_COUNT] = {
#define X(name, pops) pops,
        SQ_OP_LIST(X)
#undef X
    };
    return POPS[code];
}

/* The form of a program that is given, in a state. */
static inline const sq_col_form *sq_col_form_of(const sq_col_plan *plan, sq_program program, int state)
{
    const struct sq_specialised *all = plan->specialised;
    const sq_col_program *p = &all->programs[all->begins[program.first]];
    while (p->program.count != program.count) p = &all->programs[p->next];
    return p->by_state ? p->by_state[state] : p->form;
}

/* Where a program comes to one value for all lanes of a selection, known before it is run (it reads at most the state
 * and parameters, of one block): that value, SQ_PAD times; else NULL. It stays as long as open items have the block. */
static inline const double *sq_col_of_block(const sq_columns *c, const sq_selection *s, sq_program program)
{
    const sq_col_form *form = sq_col_form_of(c->plan, program, s->state);
    if (form->n != 1) return NULL;
    if (form->op->code == SQ_OP_CONST) return c->plan->specialised->constants + (ptrdiff_t)form->op->a * SQ_PAD;
    return form->op->code == SQ_OP_PARAM && s->block ? s->block + form->op->a : NULL;
}

/* Whether that is so in this state wherever lanes have one block. */
static inline bool sq_col_reads_block_alone(const sq_col_plan *plan, sq_program program, int state)
{
    const sq_col_form *form = sq_col_form_of(plan, program, state);
    return form->n == 1 && (form->op->code == SQ_OP_CONST || form->op->code == SQ_OP_PARAM);
}

/* Whether a program that is given never comes to NaN in this state. */
static inline bool sq_col_is_number(const sq_col_plan *plan, sq_program program, int state)
{
    return sq_col_form_of(plan, program, state)->is_number;
}

/* col_hoist.c: takes what is computed of blocks alone, or of them and one label, out of code, which has parameters there
 * instead; how many operations are left. */
int sq_col_hoist(sq_col_values *values, sq_op *op, int n);

/* col_programs.c: calls visit with every program that is given and is evaluated of a patient, some of them more than
 * once; stops and answers false when visit does, or when memory is out. The second with those of the life alone, not of
 * baseline; the third with those of one action that is no decision. */
typedef bool sq_col_visit(void *context, sq_program program);
bool sq_col_visit_programs(const sq_model *model, sq_col_visit *visit, void *context);
bool sq_col_visit_life(const sq_model *model, sq_col_visit *visit, void *context);
bool sq_col_visit_action(const sq_model *model, const sq_action *action, sq_col_visit *visit, void *context);

/* col_patients.c: whether an attribute that is the same for all is a number that the model states, and which. */
bool sq_col_literal(const sq_col_plan *plan, int attribute, double *value);

/* col_steps.c: writes a form's leaves and steps into the arena; false when memory is out. */
bool sq_col_write_steps(sq_arena *arena, sq_col_form *form);

/* col_share.c: finds what each of these shares with others; they are sorted. */
void sq_col_share(sq_col_form **forms, size_t n);

#endif
