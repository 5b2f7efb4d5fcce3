/* What is counted of lives while they go on: occurrences and moves. Each lane keeps only how often things have happened to
 * it that can happen again, since squares of counts need that; all else goes straight into the accumulators
 * (outcome/count.h). */
#include "engine/col.h"

/* ---- whose lives they are --------------------------------------------------------------------------------- */

static const sq_open_item *item_of(const sq_columns *c, int32_t lane) { return &c->source.open[c->p->item[lane]]; }

static const int32_t *const *subgroups_of(sq_columns *c, const sq_selection *s)
{
    int groupings = c->model->n_groupings;
    if (groupings == 0) return NULL;
    const int32_t **subgroup = sq_col_pointers(c, groupings);
    for (int k = 0; k < groupings; k++) {
        const int32_t *row = c->cohort_subgroup + (size_t)k * c->cohort_row;
        int32_t *dense = sq_col_lanes(c, s->n);
        for (int i = 0; i < s->n; i++) dense[i] = row[c->p->slot[s->lane[i]]];
        subgroup[k] = dense;
    }
    return subgroup;
}

/* The accumulator of all open items; NULL if they have several. */
static sq_outcome *outcome_of_all(const sq_columns *c)
{
    const sq_open_item *open = c->source.open;
    sq_outcome *outcome = NULL;
    for (int i = 0; i < c->source.n_open; i++) {
        if (!open[i].in_use) continue;
        if (outcome && open[i].item.outcome != outcome) return NULL;
        outcome = open[i].item.outcome;
    }
    return outcome;
}

static const int32_t *strategies_of(sq_columns *c, const sq_selection *s)
{
    int32_t *strategy = sq_col_lanes(c, s->n);
    for (int i = 0; i < s->n; i++) strategy[i] = c->p->strategy[s->lane[i]];
    return strategy;
}

static sq_outcome *const *outcomes_of(sq_columns *c, const sq_selection *s)
{
    sq_outcome **outcome = sq_col_pointers(c, s->n);
    for (int i = 0; i < s->n; i++) outcome[i] = item_of(c, s->lane[i])->item.outcome;
    return outcome;
}

/* A parameter block belongs to one strategy of one accumulator. */
sq_lives sq_col_lives(sq_columns *c, const sq_selection *s)
{
    sq_lives lives = {.n = s->n, .strategy = s->strategy, .subgroup = subgroups_of(c, s)};
    lives.outcome = s->block ? item_of(c, s->lane[0])->item.outcome : outcome_of_all(c);
    if (s->strategy < 0) lives.strategies = strategies_of(c, s);
    if (!lives.outcome) lives.outcomes = outcomes_of(c, s);
    return lives;
}

/* ---- occurrences --------------------------------------------------------------------------------------------- */

/* How often something happened before; one more in its counter, unless it has none (-1), which nobody asks for or
 * which happens but once. */
static sq_before one_more(sq_columns *c, const sq_selection *s, int counter)
{
    if (counter < 0) return (sq_before){.times = NULL, .sum = 0, .first = s->n};
    uint32_t *before = (uint32_t *)(void *)sq_col_lanes(c, s->n);
    return c->lanes->count_up(before, sq_col_counter(c->p, counter), s->lane, s->n);
}

static void touch_readers(sq_columns *c, const sq_selection *s, int occurrence, const sq_before *before)
{
    const sq_model *m = c->model;
    int happened = SQ_READS_HAPPENED(m);
    if (before->first == s->n) sq_col_touch(c, s, happened);
    else
        for (int i = 0; i < s->n && c->plan->reactions[happened].n > 0; i++)
            if (before->times[i] == 0) sq_col_touch_lane(c, s, happened, i);
    sq_col_touch(c, s, SQ_READS_OCCURRED(m, occurrence));
}

static void add_to_logs(sq_columns *c, const sq_selection *s, int occurrence)
{
    for (int i = 0; i < s->n; i++) {
        sq_status status = sq_life_add_log(&c->p->life[s->lane[i] / SQ_SIDE], s->now[i], occurrence, s->state, c->err);
        if (status) c->status = status;
    }
}

static void count_occurrence(sq_columns *c, const sq_selection *s, int occurrence, const sq_before *before)
{
    sq_lives lives = sq_col_lives(c, s);
    lives.first_sums = c->lanes->first_times;
    lives.years = sq_col_doubles(c, s->n);
    sq_count_occurrence(&lives, occurrence, before, s->now);
}

void sq_col_occur(sq_columns *c, sq_selection *s, int occurrence)
{
    const sq_col_plan *plan = c->plan;
    sq_pool *p = c->p;
    sq_mark mark = sq_col_mark(c);
    const sq_before before = one_more(c, s, plan->counter_of[occurrence]);
    if (plan->is_remembered[occurrence]) sq_col_set_bit(c, s, p->happened, occurrence);
    if (plan->time_is_read[occurrence]) sq_col_scatter(s, p->last_time + sq_col_row(p, occurrence), s->now);
    if (plan->watch[occurrence] >= 0) sq_col_note_occurred(c, s, plan->watch[occurrence]);
    touch_readers(c, s, occurrence, &before);
    if (plan->counts_occurrences) count_occurrence(c, s, occurrence, &before);
    if (p->life) add_to_logs(c, s, occurrence);
    sq_col_release(c, mark);
}

static void count_move(sq_columns *c, const sq_selection *s, int from, int to)
{
    int pair = c->plan->pair[from * c->model->n_states + to];
    const sq_before before = one_more(c, s, c->plan->move_counter[pair]);
    sq_lives lives = sq_col_lives(c, s);
    sq_count_move(&lives, from, to, &before);
}

static void count_stay(sq_columns *c, const sq_selection *s, int from, int to)
{
    sq_lives lives = sq_col_lives(c, s);
    int64_t *place = from >= 0 ? (int64_t *)(void *)sq_col_words(c, s->n) : NULL;
    const sq_grid *grid = sq_outcome_times(lives.outcome ? lives.outcome : lives.outcomes[0]);
    if (place) c->lanes->places(place, grid, s->now, NULL, 0, s->lane, s->n);
    sq_count_stay(&lives, from, to, place);
}

void sq_col_count_move(sq_columns *c, sq_selection *s, int from, int to)
{
    sq_mark mark = sq_col_mark(c);
    if (c->plan->counts_stays) count_stay(c, s, from, to);
    if (c->plan->counts_moves && from >= 0) count_move(c, s, from, to);
    sq_col_release(c, mark);
}
