/* The few functions of the frozen model itself. */
#include "model/model.h"

void sq_model_free(sq_model *model)
{
    if (!model) return;
    sq_arena arena = model->arena; /* the arena may own the model: free a copy */
    sq_arena_free(&arena);
}

int sq_subgroup_of(const sq_grouping *g, const double label[SQ_KEYS])
{
    int place = 0;
    for (int k = 0; k < g->n_attributes; k++) {
        if (!(label[k] >= 0 && label[k] < g->size[k])) return -1;
        place = place * g->size[k] + (int)label[k];
    }
    return g->first + place;
}

static int64_t weighted_row(const sq_patients *p, double u)
{
    double target = u * p->cumulative[p->n_rows - 1];
    int64_t low = 0, high = p->n_rows - 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (p->cumulative[middle] > target) high = middle;
        else low = middle + 1;
    }
    return low;
}

int64_t sq_resampled_row(const sq_patients *p, double u)
{
    return p->cumulative ? weighted_row(p, u) : (int64_t)(u * (double)p->n_rows);
}

int sq_visible_attributes(const sq_model *m)
{
    int n = m->n_attributes;
    while (n > 0 && m->attributes[n - 1].is_note) n--;
    return n;
}

int sq_written_attributes(const sq_model *m)
{
    int n = 0;
    for (int i = 0; i < sq_visible_attributes(m); i++) n += m->attributes[i].is_written;
    return n;
}

const char *sq_output_word(sq_output output)
{
    static const char *const WORDS[] = {
#define X(name, word) word,
        SQ_OUTPUT_LIST(X)
#undef X
    };
    return WORDS[output];
}

const char *sq_occurrence_name(const sq_model *m, int i)
{
    if (i < m->n_states) return m->states[i].name;
    if (i < SQ_OCCURS_MARK(m, 0)) return m->events[i - m->n_states].name;
    if (i < SQ_OCCURS_DEATH(m)) return m->marks[i - SQ_OCCURS_MARK(m, 0)];
    return i == SQ_OCCURS_DEATH(m) ? "death" : "index";
}

sq_law_table sq_block_table(const sq_model *m, const double *block, int table, int row)
{
    const sq_table *t = &m->tables[table];
    int first = t->n_years > 0 ? row * t->n_years : row;
    const double *x = block + t->offset + first * t->stride;
    return (sq_law_table){
        .x = x,
        .y = x + t->size,
        .cumulative = t->is_function ? NULL : x + 2 * t->size,
        .n = t->size,
        .interpolation = t->interpolation,
        .tail = t->tail,
        .scale = t->scale,
        .n_years = t->n_years,
        .years = t->years,
        .stride = t->stride,
    };
}
