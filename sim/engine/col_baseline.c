/* Who the patients are: latents, the row of the patient file, the values and draws of the population, made in the
 * nursery a wave at a time and kept in the cohort of their item. Attributes that nothing writes later stay there;
 * strategies with the same numbers share their patients. */
#include "engine/col.h"

/* Lanes of the nursery for patients first … of an item. */
static sq_selection fill_nursery(sq_columns *c, const sq_open_item *open, int strategy, int first, int n)
{
    sq_pool *p = &c->nursery;
    int32_t *lane = sq_col_lanes(c, n);
    uint64_t *state = sq_col_words(c, n), *stream = sq_col_words(c, n);
    c->lanes->patients(state, stream, open->item.luck.baseline, (uint64_t)(open->item.first_patient + first), n);
    for (int i = 0; i < n; i++) {
        lane[i] = i * SQ_SIDE;
        p->who[i].place = first + i;
        p->who[i].lives++;
        p->begun[i] = (sq_begun){
            .block = open->block[strategy],
            .luck_state = state[i],
            .luck_stream = stream[i],
        };
    }
    sq_selection s = sq_col_select(c, lane, n, c->model->start_state, strategy, p->now);
    sq_col_empty(c, &s, &p->life_words);
    sq_col_begin_firing(c, &s, SQ_TRACE_START);
    for (int a = 0; a < c->model->n_attributes; a++) sq_col_fill(&s, p->attribute[a], 0);
    return s;
}

static int subgroup_of(const sq_grouping *g, double *const *attribute, int lane)
{
    double label[SQ_KEYS];
    for (int k = 0; k < g->n_attributes; k++) label[k] = attribute[g->attribute[k]][lane];
    return sq_subgroup_of(g, label);
}

static void keep_in_cohort(sq_columns *c, const sq_selection *s, size_t slot)
{
    const sq_model *m = c->model;
    sq_pool *p = &c->nursery;
    for (int a = 0; a < m->n_attributes; a++)
        c->lanes->gather(c->cohort_attribute[a] + slot, p->attribute[a], s->lane, s->n);
    for (int g = 0; g < m->n_groupings; g++)
        for (int i = 0; i < s->n; i++)
            c->cohort_subgroup[(size_t)g * c->cohort_row + slot + (size_t)i] =
                subgroup_of(&m->groupings[g], p->attribute, s->lane[i]);
}

void sq_col_make_patients(sq_columns *c, int index, int strategy)
{
    const sq_model *m = c->model;
    sq_open_item *open = &c->source.open[index];
    int most = c->nursery.n_lanes;
    if (m->n_attributes == 0) return;
    c->p = &c->nursery;
    for (int first = 0; first < open->item.n_patients; first += most) {
        int rest = open->item.n_patients - first, n = rest < most ? rest : most;
        sq_mark mark = sq_col_mark(c);
        sq_selection s = fill_nursery(c, open, strategy, first, n);
        sq_col_latents(c, &s);
        sq_col_patient_rows(c, &s, open->item.first_patient);
        sq_col_forget(&s);
        sq_col_actions(c, &s, m->baseline_actions);
        keep_in_cohort(c, &s, sq_col_slot(c, index, strategy, first));
        for (int i = 0; i < n && c->firing.any_failed; i++)
            if (c->nursery.failed[i * SQ_SIDE]) sq_col_note_failure(open, open->item.first_patient + first + i);
        sq_col_release(c, mark);
    }
    c->p = &c->pool;
}
