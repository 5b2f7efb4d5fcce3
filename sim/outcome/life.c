/* The storage of one life. It is kept from patient to patient: resetting rewinds lengths and fills the
 * small arrays, so that once the stays and the log have grown to the longest life seen so far, living a
 * patient allocates nothing. */
#include "outcome/life.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_STAYS = 16, FIRST_ENTRIES = 64 };

/* An array of at least one element, so that an empty model is no special case. */
static void *array(int count, size_t size)
{
    return calloc(count > 0 ? (size_t)count : 1, size);
}

sq_status sq_life_init(sq_life *life, const sq_model *model, sq_error *err)
{
    *life = (sq_life){0};
    life->total = array(2 * sq_quantities(model), sizeof *life->total);
    life->count = array(SQ_OCCURRENCES(model), sizeof *life->count);
    life->first_time = array(SQ_OCCURRENCES(model), sizeof *life->first_time);
    life->passage = array(model->n_endpoints, sizeof *life->passage);
    life->subgroup = array(model->n_groupings, sizeof *life->subgroup);
    if (life->total == NULL || life->count == NULL || life->first_time == NULL ||
        life->passage == NULL || life->subgroup == NULL) {
        sq_life_free(life);
        return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the record of a life");
    }
    sq_life_reset(life, model);
    return SQ_OK;
}

void sq_life_free(sq_life *life)
{
    free(life->total);
    free(life->count);
    free(life->first_time);
    free(life->passage);
    free(life->subgroup);
    free(life->stay);
    free(life->log);
    *life = (sq_life){0};
}

void sq_life_reset(sq_life *life, const sq_model *model)
{
    int n_occurrences = SQ_OCCURRENCES(model);
    for (int i = 0; i < 2 * sq_quantities(model); i++)
        life->total[i] = 0;
    for (int i = 0; i < n_occurrences; i++) {
        life->count[i] = 0;
        life->first_time[i] = NAN;
    }
    for (int i = 0; i < model->n_endpoints; i++)
        life->passage[i] = (sq_passage){.origin = NAN, .end = NAN, .cause = -1, .closed = false};
    for (int i = 0; i < model->n_groupings; i++)
        life->subgroup[i] = -1;
    life->n_stays = 0;
    life->n_log = 0;
    life->end = model->horizon;
    life->died = INFINITY;
}

void sq_life_place(sq_life *life, const sq_model *model, const double *baseline)
{
    for (int i = 0; i < model->n_groupings; i++) {
        const sq_grouping *g = &model->groupings[i];
        double label[SQ_KEYS];
        for (int k = 0; k < g->n_attributes; k++)
            label[k] = baseline[g->attribute[k]];
        life->subgroup[i] = sq_subgroup_of(g, label);
    }
}

/* Doubles an array of `size`-byte elements; false when memory is out. */
static bool grow(void **items, int *capacity, int first, size_t size)
{
    if (*capacity > INT32_MAX / 2)
        return false;
    int wanted = *capacity == 0 ? first : 2 * *capacity;
    void *larger = realloc(*items, (size_t)wanted * size);
    if (larger == NULL)
        return false;
    *items = larger;
    *capacity = wanted;
    return true;
}

sq_status sq_life_add_stay(sq_life *life, int state, double from, double to, sq_error *err)
{
    if (life->n_stays == life->stay_capacity) {
        void *items = life->stay;
        if (!grow(&items, &life->stay_capacity, FIRST_STAYS, sizeof *life->stay))
            return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the stays of a life");
        life->stay = items;
    }
    life->stay[life->n_stays++] = (sq_stay){.state = state, .from = from, .to = to};
    return SQ_OK;
}

sq_status sq_life_add_log(sq_life *life, double time, int occurrence, int state, sq_error *err)
{
    if (!life->keep_log)
        return SQ_OK;
    if (life->n_log == life->log_capacity) {
        void *items = life->log;
        if (!grow(&items, &life->log_capacity, FIRST_ENTRIES, sizeof *life->log))
            return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the event log of a life");
        life->log = items;
    }
    life->log[life->n_log++] =
        (sq_log_entry){.time = time, .occurrence = occurrence, .state = state};
    return SQ_OK;
}
