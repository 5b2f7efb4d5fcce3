/* Who the patients are: latents, the row of the patient file, the values and draws of the population, made in the
 * nursery a wave at a time and kept in the cohort of their item. Attributes that nothing writes later stay there;
 * strategies with the same numbers share their patients. */
#include "engine/col.h"

#include <math.h>

static void zero_words(sq_pool *p, uint64_t *words, int n_words, int n)
{
    for (int w = 0; w < n_words; w++)
        for (int i = 0; i < n; i++) words[sq_col_row(p, w) + (size_t)(i * SQ_SIDE)] = 0;
}

/* Empty lanes of the nursery for patients first … of an item. */
static void empty_nursery(sq_columns *c, const sq_open_item *open, int strategy, int first, int n)
{
    const sq_model *m = c->model;
    sq_pool *p = &c->nursery;
    for (int i = 0; i < n; i++) {
        int64_t patient = open->item.first_patient + first + i;
        sq_address luck = sq_address_with(open->item.luck.baseline, (uint64_t)patient);
        int lane = i * SQ_SIDE;
        p->luck_state[lane] = luck.state;
        p->luck_stream[lane] = luck.stream;
        p->place[lane] = first + i;
        p->strategy[lane] = strategy;
        p->block[lane] = open->item.blocks[strategy];
        p->state[lane] = m->start_state;
        p->now[lane] = p->entered[lane] = 0;
        p->failed[lane] = 0;
        p->lives[lane]++;
    }
    for (int a = 0; a < m->n_attributes; a++)
        for (int i = 0; i < n; i++) p->attribute[a][i * SQ_SIDE] = 0;
    zero_words(p, p->happened, c->plan->occurrence_words, n);
    zero_words(p, p->touched, c->plan->reaction_words, n);
}

/* As sq_life_place: -1 in none. */
static int subgroup_of(const sq_grouping *g, double *const *attribute, int lane)
{
    int place = 0;
    for (int k = 0; k < g->n_attributes; k++) {
        double label = attribute[g->attribute[k]][lane];
        if (!(label >= 0 && label < g->size[k])) return -1;
        place = place * g->size[k] + (int)label;
    }
    return g->first + place;
}

static void keep_in_cohort(sq_columns *c, size_t slot, int n)
{
    const sq_model *m = c->model;
    sq_pool *p = &c->nursery;
    for (int a = 0; a < m->n_attributes; a++)
        for (int i = 0; i < n; i++) c->cohort_attribute[a][slot + (size_t)i] = p->attribute[a][i * SQ_SIDE];
    for (int g = 0; g < m->n_groupings; g++)
        for (int i = 0; i < n; i++)
            c->cohort_subgroup[(size_t)g * c->cohort_row + slot + (size_t)i] =
                subgroup_of(&m->groupings[g], p->attribute, i * SQ_SIDE);
}

void sq_col_make_patients(sq_columns *c, int index, int strategy)
{
    const sq_model *m = c->model;
    sq_open_item *open = &c->source.open[index];
    int most = c->nursery.n_lanes;
    c->p = &c->nursery;
    for (int first = 0; first < open->item.n_patients; first += most) {
        int rest = open->item.n_patients - first, n = rest < most ? rest : most;
        sq_mark mark = sq_col_mark(c);
        int32_t *lane = sq_col_lanes(c, n);
        for (int i = 0; i < n; i++) lane[i] = i * SQ_SIDE;
        empty_nursery(c, open, strategy, first, n);
        sq_selection s = sq_col_select(c, lane, n, m->start_state);
        sq_col_latents(c, &s);
        sq_col_patient_rows(c, &s, open->item.first_patient);
        sq_col_forget(&s);
        sq_col_actions(c, &s, m->baseline_actions);
        keep_in_cohort(c, sq_col_slot(c, index, strategy, first), n);
        for (int i = 0; i < n; i++)
            if (c->nursery.failed[i * SQ_SIDE]) sq_col_note_failure(open, open->item.first_patient + first + i);
        sq_col_release(c, mark);
    }
    c->p = &c->pool;
}
