/* Who the patients are: latents, the row of the patient file, the values and draws of the population, made in the
 * nursery a wave at a time, when their lives are about to begin, and kept in the cohort of their item. Attributes that
 * nothing writes later stay there; strategies with the same numbers share their patients. */
#include "engine/col.h"

/* Lanes of the nursery for patients first … of an item, all of whose attributes are 0. */
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
    for (int a = 0; a < c->model->n_attributes; a++)
        if (p->attribute[a]) sq_col_fill(&s, p->attribute[a], 0);
    return s;
}

static int subgroup_of(sq_columns *c, const sq_selection *s, const sq_grouping *g, int i)
{
    double label[SQ_KEYS];
    for (int k = 0; k < g->n_attributes; k++) {
        const double *column = c->nursery.attribute[g->attribute[k]];
        label[k] = column ? column[s->lane[i]] : s->block[sq_col_same_slot(c->plan, g->attribute[k])];
    }
    return sq_subgroup_of(g, label);
}

static void keep_in_cohort(sq_columns *c, const sq_selection *s, size_t slot)
{
    const sq_model *m = c->model;
    for (int k = 0; k < c->plan->n_kept_attributes; k++) {
        int a = c->plan->kept[k];
        c->lanes->gather(c->cohort_attribute[a] + slot, c->nursery.attribute[a], s->lane, s->n);
    }
    for (int g = 0; g < m->n_groupings; g++)
        for (int i = 0; i < s->n; i++)
            c->cohort_subgroup[(size_t)g * c->cohort_row + slot + (size_t)i] = subgroup_of(c, s, &m->groupings[g], i);
}

/* What happens at baseline patient by patient. */
static void act(sq_columns *c, sq_selection *s)
{
    for (int i = 0; i < c->plan->n_drawn; i++) {
        sq_mark mark = sq_col_mark(c);
        sq_col_act(c, s, &c->model->actions[c->plan->drawn[i]]);
        sq_col_release(c, mark);
    }
}

static void note_failures(const sq_columns *c, sq_open_item *open, const sq_selection *s, int first)
{
    for (int i = 0; i < s->n && c->firing.any_failed; i++)
        if (c->nursery.failed[s->lane[i]]) sq_col_note_failure(open, open->item.first_patient + first + i);
}

/* Whether anything is drawn for each of them, or kept. */
static bool differ(const sq_columns *c)
{
    const sq_model *m = c->model;
    return c->plan->n_drawn > 0 || m->n_latents > 0 || m->patients.n_rows > 0 || m->n_groupings > 0;
}

void sq_col_make_patients(sq_columns *c, sq_open_item *open, int strategy)
{
    sq_cohort *cohort = &c->source.cohorts[open->cohort[strategy]];
    int first = cohort->made, rest = open->item.n_patients - first;
    int most = differ(c) ? c->nursery.n_lanes : rest, n = rest < most ? rest : most;
    bool fit = open->block[strategy][sq_col_same_slot(c->plan, c->model->n_attributes)] != 0;
    if (!fit) sq_col_note_failure(open, open->item.first_patient);
    cohort->made += n;
    if (!differ(c)) return;
    sq_mark mark = sq_col_mark(c);
    c->p = &c->nursery;
    sq_selection s = fill_nursery(c, open, strategy, first, n);
    sq_col_latents(c, &s);
    sq_col_patient_rows(c, &s, open->item.first_patient);
    sq_col_forget(&s);
    act(c, &s);
    keep_in_cohort(c, &s, sq_col_slot(c, open->cohort[strategy], first));
    note_failures(c, open, &s, first);
    c->p = &c->pool;
    sq_col_release(c, mark);
}
