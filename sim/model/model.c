/* The few functions of the frozen model itself. */
#include "model/model.h"

void sq_model_free(sq_model *model)
{
    if (!model) return;
    sq_arena arena = model->arena; /* the arena may own the model: free a copy */
    sq_arena_free(&arena);
}

const char *sq_occurrence_name(const sq_model *m, int i)
{
    if (i < m->n_states) return m->states[i].name;
    if (i < SQ_OCCURS_MARK(m, 0)) return m->events[i - m->n_states].name;
    if (i < SQ_OCCURS_DEATH(m)) return m->marks[i - SQ_OCCURS_MARK(m, 0)];
    return i == SQ_OCCURS_DEATH(m) ? "death" : "index";
}
