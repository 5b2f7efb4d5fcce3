/* The end of lives: what they brought goes from the lanes' accounts to the records of their items in one step, which also says
 * whether a total is not finite; only then are lanes looked at one by one. */
#include "engine/col.h"

#include <math.h>

/* What is wanted of each life, as sq_life.total has it; scratch. */
static double *totals_of(sq_columns *c, const sq_selection *s, sq_closing closing)
{
    const int size = 2 * sq_quantities(c->model);
    double *total = sq_col_doubles(c, s->n * size);
    sq_col_place_totals(c, &closing, c->plan->total_place);
    const sq_records records = {.first = &total, .size = size, .unit = 1};
    c->lanes->close_accounts(&closing, &records, s->lane, s->n);
    return total;
}

/* A total beyond all numbers would only show as NaN in a mean: its lane fails. */
static void fail_infinite(sq_columns *c, const sq_selection *s, const double *total)
{
    const int size = 2 * sq_quantities(c->model);
    for (int i = 0; i < s->n; i++) {
        bool fine = true;
        for (int k = 0; k < size; k++) fine = fine && isfinite(total[i * size + k]);
        if (!fine) sq_col_fail(c, s, i);
    }
}

static bool write_records(sq_columns *c, const sq_selection *s, const sq_closing *closing)
{
    const sq_pool *p = c->p;
    const sq_records records = {
        .first = c->source.records,
        .item = p->item,
        .strategy = p->strategy,
        .place = p->place,
        .n_strategies = c->model->n_strategies,
        .size = c->plan->record_size,
        .unit = SQ_DAYS_PER_YEAR,
    };
    return c->lanes->close_accounts(closing, &records, s->lane, s->n);
}

/* Where subgroups of patients are kept. */
static void find_blocks(sq_columns *c, const sq_selection *s, sq_ends *ends)
{
    sq_block_lanes **block = sq_col_pointers(c, s->n);
    int32_t *place = sq_col_lanes(c, s->n);
    for (int i = 0; i < s->n; i++) {
        block[i] = c->source.open[c->p->item[s->lane[i]]].rows;
        place[i] = c->p->place[s->lane[i]];
    }
    ends->block = block;
    ends->place = place;
}

static void count_ends(sq_columns *c, const sq_selection *s)
{
    const sq_pool *p = c->p;
    int words = c->plan->occurrence_words;
    const uint64_t **happened = sq_col_pointers(c, words);
    for (int w = 0; w < words; w++) happened[w] = p->happened + sq_col_row(p, w);
    sq_lives lives = sq_col_lives(c, s);
    sq_ends ends = {.state = s->state, .column = s->lane, .happened = happened, .end = p->end};
    if (c->model->n_groupings > 0) find_blocks(c, s, &ends);
    sq_count_ends(&lives, &ends);
}

/* The life of a lane as a row of a patient table, or as cohorts want it (total is NULL); numbers has room for attributes
 * twice. */
static void hand_row_on(sq_columns *c, int32_t lane, double *total, double *numbers)
{
    const sq_pool *p = c->p;
    const sq_model *m = c->model;
    double *baseline = total ? numbers : NULL, *at_end = numbers + m->n_attributes;
    for (int a = 0; a < m->n_attributes && total; a++) baseline[a] = sq_col_baseline_of(c, a, lane);
    for (int a = total ? 0 : c->plan->first_hidden; a < m->n_attributes; a++)
        at_end[a] = p->attribute[a] ? p->attribute[a][lane] : sq_col_baseline_of(c, a, lane);
    sq_life life = {.total = total, .end = p->end[lane], .died = p->died[lane]};
    if (p->life) {
        life.log = p->life[lane / SQ_SIDE].log;
        life.n_log = p->life[lane / SQ_SIDE].n_log;
    }
    const sq_finished_life finished = {
        .item = &c->source.open[p->item[lane]].item,
        .place = p->place[lane],
        .strategy = p->strategy[lane],
        .baseline = baseline,
        .at_end = at_end,
        .life = &life,
    };
    sq_status status = c->work->life(c->work->context, &finished, c->err);
    if (status) c->status = status;
}

static void hand_rows_on(sq_columns *c, const sq_selection *s, double *total)
{
    double *numbers = sq_col_doubles(c, 2 * c->model->n_attributes);
    int size = 2 * sq_quantities(c->model);
    for (int i = 0; i < s->n; i++) hand_row_on(c, s->lane[i], total ? total + i * size : NULL, numbers);
}

void sq_col_end(sq_columns *c, sq_selection *s, int from)
{
    sq_mark mark = sq_col_mark(c);
    sq_closing closing = sq_col_closing(c, s, from);
    bool finite = write_records(c, s, &closing);
    if (!finite) fail_infinite(c, s, totals_of(c, s, closing));
    sq_col_endpoints_end(c, s);
    count_ends(c, s);
    if (c->work->life) hand_rows_on(c, s, c->plan->hands_all_on ? totals_of(c, s, closing) : NULL);
    sq_col_release(c, mark);
}
