/* Parameter blocks as lanes read them: a copy of the study's, after it the attributes that are the same for all its
 * patients, and then what programs come to that read nothing but these, each value SQ_PAD times, or one for each label of
 * an attribute. They are computed once, when the first item with the block is opened, by the reference's stack machine; for
 * a wave they are then parameters like any other, of one block or of several. */
#include "engine/col_program.h"

#include <stdlib.h>
#include <string.h>

/* A block and its copy, which as many open items have as users. */
struct sq_col_copy {
    const double *of;
    double *copy;
    int users;
};

int sq_col_block_size(const sq_col_plan *plan)
{
    return plan->specialised->first_value + plan->specialised->n_values * SQ_PAD;
}

void sq_col_extend_block(const sq_col_plan *plan, const double *block, double *copy)
{
    const struct sq_specialised *all = plan->specialised;
    const sq_view view = {.model = all->model_of_values, .block = copy};
    memcpy(copy, block, (size_t)plan->model->block_size * sizeof *copy);
    sq_col_settle_attributes(plan, copy);
    double *value = copy + all->first_value;
    for (int k = 0; k < all->n_values; k++, value += SQ_PAD) {
        for (int i = 0; i < all->labels[k]; i++) {
            copy[all->label_slot] = i;
            value[i] = sq_program_value(&view, all->values[k], 0);
        }
        for (int i = all->labels[k]; i < SQ_PAD; i++) value[i] = value[0];
    }
}

/* The copy that open items have already, or one that nobody uses; there are as many as items can ask for. */
static struct sq_col_copy *copy_for(const sq_col_source *source, const double *block)
{
    struct sq_col_copy *unused = NULL;
    for (int i = 0; i < source->n_copies; i++) {
        struct sq_col_copy *copy = &source->copies[i];
        if (copy->users > 0 && copy->of == block) return copy;
        if (copy->users == 0 && (!unused || !unused->copy)) unused = copy;
    }
    return unused;
}

const double *sq_col_take_block(sq_columns *c, const double *block)
{
    enum { ALIGNMENT = 64 };
    struct sq_col_copy *copy = copy_for(&c->source, block);
    if (copy->users++ > 0) return copy->copy;
    size_t bytes = (size_t)sq_col_block_size(c->plan) * sizeof *copy->copy;
    if (!copy->copy) copy->copy = aligned_alloc(ALIGNMENT, bytes > 0 ? bytes : ALIGNMENT);
    if (!copy->copy) {
        copy->users = 0;
        return NULL;
    }
    copy->of = block;
    c->source.fillings++;
    sq_col_extend_block(c->plan, block, copy->copy);
    return copy->copy;
}

void sq_col_leave_block(sq_columns *c, const double *copy)
{
    for (int i = 0; i < c->source.n_copies; i++)
        if (c->source.copies[i].copy == copy) c->source.copies[i].users--;
}

bool sq_col_copies_new(sq_col_source *source, int n_strategies)
{
    source->n_copies = source->n_open * n_strategies;
    source->copies = calloc((size_t)source->n_copies, sizeof *source->copies);
    return source->copies;
}

void sq_col_copies_free(sq_col_source *source)
{
    for (int i = 0; source->copies && i < source->n_copies; i++) free(source->copies[i].copy);
    free(source->copies);
}
