/* Programs as the columnar engine runs them: what is known in a state is folded in, constants are wide. */
#ifndef SQ_ENGINE_COL_PROGRAM_H
#define SQ_ENGINE_COL_PROGRAM_H

#include "engine/col.h"

/* Code of the same stack machine, where the number of a constant is one of sq_specialised.constants, and the state
 * and alive do not occur. */
typedef struct sq_col_form {
    int n, depth;   /* operations; values on the stack at most */
    bool is_truth;  /* 0 or 1 whatever it reads, never NaN */
    int shared;     /* operations at its beginning that come to a value which other forms begin with too; 0: none */
    int shared_name; /* of that value */
    const sq_op *op;
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
};

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

/* col_programs.c: calls visit with every program that is given and is evaluated in a life, some of them more than
 * once; stops and answers false when visit does, or when memory is out. */
bool sq_col_visit_programs(const sq_model *model, bool (*visit)(void *context, sq_program program), void *context);

/* col_share.c: finds what each of these shares with others; they are sorted. */
void sq_col_share(sq_col_form **forms, size_t n);

#endif
