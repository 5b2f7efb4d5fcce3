/* What goes in and out of the lanes. Items are asked for one by one; the lives of an item begin strategy by strategy, so
 * that the lanes of a wave mostly have one strategy and one parameter block; while the last lives of an item are
 * still in flight the next item's begin, in as many open items as it takes to keep the lanes filled. Who the patients
 * are lies in cohorts, which live no longer than their lives do: strategies that have patients of their own begin one
 * after the other, so there are never many at once. */
#include "engine/col.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- open items ---------------------------------------------------------------------------------------------- */

static int cohort_size_for(sq_extent extent) { return extent.patients < SQ_BLOCK ? (int)extent.patients : SQ_BLOCK; }

/* Enough for items of this size to fill all lanes twice, and for stragglers. */
static int open_items_for(const sq_model *m, sq_extent extent, int batch)
{
    enum { STRAGGLING = 3, MOST = 64 };
    int lives = cohort_size_for(extent) * m->n_strategies, n = STRAGGLING + 2 * batch / lives;
    return n < MOST ? n : MOST;
}

/* Likewise of cohorts, each of which serves one strategy at least. */
static int cohorts_for(const sq_model *m, sq_extent extent, int batch)
{
    enum { STRAGGLING = 3 };
    int most = open_items_for(m, extent, batch) * m->n_strategies;
    int n = STRAGGLING + 2 * batch / cohort_size_for(extent);
    return n < most ? n : most;
}

/* A due time, and of clocks that are looked at again since when, at which age and what they go on with. */
static double clock_numbers(const sq_model *m)
{
    enum { KEPT = 5 };
    double n = m->n_events;
    for (int e = 0; e < m->n_events; e++)
        if (m->events[e].pause_when_left || m->events[e].changes == SQ_FOLLOW) n += KEPT;
    return n;
}

/* Keyed sites have a count for every combination of their keys, which can be the most of it by far. */
static double lane_bytes(const sq_model *m)
{
    double clocks = clock_numbers(m), history = 1.5 * SQ_OCCURRENCES(m) + m->n_states + m->n_counters;
    double rewards = (1.0 + SQ_ACCOUNT_NUMBERS) * (1.0 + m->n_costs) + 2.0 * m->n_losses + m->n_endpoints;
    return 8.0 * (20 + m->n_attributes + clocks + history + rewards);
}

/* Waves are the shorter the more queues lanes may wait in; but more lanes are more memory to wait for. */
int sq_columns_batch(const sq_model *m, sq_extent extent)
{
    enum { USUAL = 2048, MOST = 4096, IN_A_QUEUE = 5, FEWEST = 32, BYTES = 64 << 20 };
    double queues = (double)m->n_strategies * m->n_events * m->n_states;
    double lives = (double)extent.patients * extent.points * m->n_strategies, fit = fmax(FEWEST, BYTES / lane_bytes(m));
    return (int)fmin(fmin(MOST, fmax(USUAL, IN_A_QUEUE * queues)), fmin(lives, fit));
}

/* Attributes of which cohorts have a column, where no rows are wanted; all when memory is out. */
static int kept_attributes(const sq_model *m)
{
    sq_col_plan plan = {.model = m};
    int n = sq_col_plan_patients(&plan, false) ? plan.n_kept_attributes : m->n_attributes;
    sq_arena_free(&plan.arena);
    return n;
}

double sq_columns_bytes(const sq_model *m, sq_extent extent, int batch, double block_bytes)
{
    enum { SCRATCH = 1 << 20 };
    const double in_use = 2.5; /* one begins, one ends, and often one has stragglers: memory that nobody wrote to is none */
    double items = ceil((double)extent.patients / SQ_BLOCK) * extent.points, patients = cohort_size_for(extent);
    double open = fmin(open_items_for(m, extent, batch), fmin(in_use, items));
    double cohorts = fmin(cohorts_for(m, extent, batch), fmin(in_use + batch / patients, items * m->n_strategies));
    double baseline = 8.0 * kept_attributes(m) + 4.0 * m->n_groupings;
    double parameters = 8.0 * m->block_size * m->n_strategies;
    return open * (parameters + block_bytes) + cohorts * patients * baseline + batch * lane_bytes(m) + SCRATCH;
}

static bool make_cohorts(sq_columns *c)
{
    const sq_model *m = c->model;
    c->source.n_cohorts = cohorts_for(m, c->extent, c->pool.n_lanes);
    c->cohort_row = (size_t)c->source.n_cohorts * (size_t)c->cohort_size;
    c->source.cohorts = calloc((size_t)c->source.n_cohorts, sizeof *c->source.cohorts);
    c->cohort_attribute = calloc((size_t)m->n_attributes + 1, sizeof *c->cohort_attribute);
    c->cohort_subgroup = calloc((size_t)m->n_groupings * c->cohort_row + 1, sizeof *c->cohort_subgroup);
    bool complete = c->source.cohorts && c->cohort_attribute && c->cohort_subgroup;
    for (int k = 0; complete && k < c->plan->n_kept_attributes; k++) {
        double **column = &c->cohort_attribute[c->plan->kept[k]];
        *column = calloc(c->cohort_row, sizeof **column);
        complete = *column;
    }
    return complete;
}

static bool make_open_item(sq_open_item *open, int n_strategies)
{
    size_t n = (size_t)n_strategies;
    open->twin = calloc(n, sizeof *open->twin);
    open->order = calloc(n, sizeof *open->order);
    open->cohort = calloc(n, sizeof *open->cohort);
    open->block = calloc(n, sizeof *open->block);
    return open->twin && open->order && open->cohort && open->block;
}

static sq_status make_open_items(sq_columns *c, sq_error *err)
{
    sq_col_source *source = &c->source;
    source->open = calloc((size_t)source->n_open, sizeof *source->open);
    for (int i = 0; source->open && i < source->n_open; i++) {
        sq_status status = sq_block_lanes_new(&source->open[i].rows, c->model, err);
        if (status) return status;
        if (!make_open_item(&source->open[i], c->model->n_strategies))
            return sq_fail(err, SQ_ERR_MEMORY, "no memory for the items in flight");
    }
    return source->open ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the items in flight");
}

sq_status sq_col_source_new(sq_columns *c, sq_error *err)
{
    sq_col_source *source = &c->source;
    c->cohort_size = sq_col_padded(cohort_size_for(c->extent));
    source->n_open = open_items_for(c->model, c->extent, c->pool.n_lanes);
    source->filling = -1;
    source->free = calloc((size_t)c->pool.n_lanes, sizeof *source->free);
    source->n_free = c->pool.n_lanes;
    source->block = calloc((size_t)c->model->n_strategies, sizeof *source->block);
    source->records = calloc((size_t)source->n_open * (size_t)c->model->n_strategies, sizeof *source->records);
    if (!source->free || !source->block || !source->records || !sq_col_copies_new(source, c->model->n_strategies) || !make_cohorts(c))
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for the patients in flight");
    for (int i = 0; i < c->pool.n_lanes; i++) source->free[i] = (c->pool.n_lanes - 1 - i) * SQ_SIDE;
    return make_open_items(c, err);
}

void sq_col_source_free(sq_columns *c)
{
    for (int i = 0; c->source.open && i < c->source.n_open; i++) {
        sq_block_lanes_free(c->source.open[i].rows);
        free(c->source.open[i].twin);
        free(c->source.open[i].order);
        free(c->source.open[i].cohort);
        free(c->source.open[i].block);
    }
    for (int a = 0; c->cohort_attribute && a < c->model->n_attributes; a++) free(c->cohort_attribute[a]);
    free(c->cohort_attribute);
    free(c->cohort_subgroup);
    free(c->source.cohorts);
    sq_col_copies_free(&c->source);
    free(c->source.open);
    free(c->source.free);
    free(c->source.block);
    free(c->source.records);
}

void sq_col_note_failure(sq_open_item *open, int64_t patient)
{
    if (open->failed < 0 || patient < open->failed) open->failed = patient;
}

static bool same_population(const sq_col_plan *plan, const double *a, const double *b)
{
    for (int i = 0; i < plan->n_population; i++)
        if (memcmp(a + plan->population[i], b + plan->population[i], sizeof *a) != 0) return false;
    return true;
}

/* Strategies that agree on what the population reads have the same patients at baseline. Twins begin one after the
 * other: no lives of another cohort are in between, which would be kept waiting for its place. */
static void find_twins(const sq_columns *c, sq_open_item *open)
{
    int n = c->model->n_strategies, placed = 0;
    for (int s = 0; s < n; s++) {
        open->twin[s] = s;
        open->cohort[s] = -1;
        for (int t = 0; t < s && open->twin[s] == s; t++)
            if (same_population(c->plan, open->item.blocks[s], open->item.blocks[t])) open->twin[s] = t;
    }
    for (int t = 0; t < n; t++)
        for (int s = t; s < n; s++)
            if (open->twin[s] == t) open->order[placed++] = s;
}

/* Which strategies have one parameter block in all open items. */
static void find_blocks(sq_columns *c)
{
    for (int s = 0; s < c->model->n_strategies; s++) {
        const double *block = NULL;
        bool one = true;
        for (int i = 0; i < c->source.n_open; i++) {
            const sq_open_item *open = &c->source.open[i];
            if (!open->in_use) continue;
            one &= !block || block == open->block[s];
            block = open->block[s];
        }
        c->source.block[s] = one ? block : NULL;
    }
}

/* Copies of the item's blocks. */
static sq_status take_blocks(sq_columns *c, sq_open_item *open)
{
    for (int s = 0; s < c->model->n_strategies; s++) {
        open->block[s] = sq_col_take_block(c, open->item.blocks[s]);
        if (!open->block[s]) return sq_fail(c->err, SQ_ERR_MEMORY, "no memory for the parameters of patients in flight");
    }
    return SQ_OK;
}

static bool open_next(sq_columns *c)
{
    sq_col_source *source = &c->source;
    int i = 0;
    while (i < source->n_open && source->open[i].in_use) i++;
    if (source->exhausted || i == source->n_open) return false;
    sq_open_item *open = &source->open[i];
    source->exhausted = !c->work->next(c->work->context, &open->item);
    if (source->exhausted) return false;
    sq_status status = sq_block_lanes_open(open->rows, open->item.n_patients, c->err);
    if (!status) status = take_blocks(c, open);
    if (status) c->status = status;
    for (int s = 0; s < c->model->n_strategies && !status; s++)
        source->records[i * c->model->n_strategies + s] = sq_block_records(open->rows, s);
    open->in_use = true;
    open->left = open->item.n_patients * c->model->n_strategies;
    open->failed = -1;
    find_twins(c, open);
    find_blocks(c);
    source->filling = i;
    source->turn = source->next = 0;
    return !status;
}

static void close_item(sq_columns *c, sq_open_item *open)
{
    open->in_use = false;
    for (int s = 0; s < c->model->n_strategies; s++) sq_col_leave_block(c, open->block[s]);
    find_blocks(c);
    if (open->failed < 0) sq_outcome_close_block(open->item.outcome, open->rows, c->lanes->sum_records);
    c->work->done(c->work->context, &open->item, open->failed);
}

/* ---- lanes -------------------------------------------------------------------------------------------------------- */

/* A cohort for an open item's strategy and its twins; false while others need them all. */
static bool take_cohort(sq_columns *c, sq_open_item *open, int strategy)
{
    sq_cohort *all = c->source.cohorts;
    int twins = 0, k = 0;
    if (open->cohort[strategy] >= 0) return true;
    while (k < c->source.n_cohorts && all[k].left > 0) k++;
    if (k == c->source.n_cohorts) return false;
    for (int s = 0; s < c->model->n_strategies; s++) {
        if (open->twin[s] != open->twin[strategy]) continue;
        open->cohort[s] = k;
        twins++;
    }
    all[k] = (sq_cohort){.left = twins * open->item.n_patients};
    return true;
}

int sq_col_ready(sq_columns *c)
{
    sq_col_source *source = &c->source;
    if (source->n_free == 0 || (source->filling < 0 && !open_next(c))) return 0;
    sq_open_item *open = &source->open[source->filling];
    if (!take_cohort(c, open, open->order[source->turn])) return 0;
    int rest = open->item.n_patients - source->next;
    int ready = rest < source->n_free ? rest : source->n_free;
    return ready < SQ_WAVE ? ready : SQ_WAVE;
}

/* What they are at baseline of what may be written later. */
static void fill_attribute(sq_columns *c, int a, const double *block, size_t slot, const int32_t *lane, int n)
{
    double *column = c->pool.attribute[a];
    if (c->plan->same[a]) {
        double one = block[sq_col_same_slot(c->plan, a)];
        for (int i = 0; i < n; i++) column[lane[i]] = one;
    } else {
        const double *baseline = c->cohort_attribute[a] + slot;
        for (int i = 0; i < n; i++) column[lane[i]] = baseline[i];
    }
}

/* A handful of lanes at a time, whose lines stay near while one attribute after another is written. */
static void fill_attributes(sq_columns *c, const double *block, size_t slot, const int32_t *lane, int n)
{
    enum { HANDFUL = 64 };
    for (int from = 0; from < n; from += HANDFUL) {
        int few = n - from < HANDFUL ? n - from : HANDFUL;
        for (int k = 0; k < c->plan->n_written; k++)
            fill_attribute(c, c->plan->written[k], block, slot + (size_t)from, lane + from, few);
    }
}

/* A parameter block and an address of luck, at the start of a life. */
static void begin(sq_columns *c, const double *block, const uint64_t *state, const uint64_t *stream, const int32_t *lane, int n)
{
    const sq_begun first = {.block = block, .end = c->model->horizon, .died = INFINITY, .next_break = INFINITY};
    double line[SQ_SIDE];
    memcpy(line, &first, sizeof line);
    c->lanes->fill_lines((double *)(void *)c->pool.begun, lane, line, n);
    uint64_t *luck_state = c->pool.luck_state, *luck_stream = c->pool.luck_stream;
    for (int i = 0; i < n; i++) {
        luck_state[lane[i]] = state[i];
        luck_stream[lane[i]] = stream[i];
    }
}

/* Who lives in lanes that are being filled; their luck, scratch. */
static sq_luck_column identify(sq_columns *c, const sq_open_item *open, int strategy, const int32_t *lane, int n)
{
    const sq_col_source *source = &c->source;
    sq_pool *p = &c->pool;
    size_t slot = sq_col_slot(c, open->cohort[strategy], source->next);
    uint64_t *state = sq_col_words(c, n), *stream = sq_col_words(c, n);
    c->lanes->patients(state, stream, open->item.luck.life, (uint64_t)(open->item.first_patient + source->next), n);
    begin(c, open->block[strategy], state, stream, lane, n);
    sq_who who = {.item = source->filling, .place = source->next, .slot = (int32_t)slot, .strategy = strategy};
    sq_who *const all = p->who;
    for (int i = 0; i < n; i++, who.place++, who.slot++) {
        sq_who *one = all + (unsigned)lane[i] / SQ_SIDE;
        who.lives = one->lives + 1;
        *one = who;
    }
    fill_attributes(c, open->block[strategy], slot, lane, n);
    return (sq_luck_column){state, stream};
}

sq_selection sq_col_fill_lanes(sq_columns *c, int n)
{
    sq_col_source *source = &c->source;
    sq_open_item *open = &source->open[source->filling];
    int strategy = open->order[source->turn];
    while (source->cohorts[open->cohort[strategy]].made < source->next + n) sq_col_make_patients(c, open, strategy);
    int32_t *lane = sq_col_lanes(c, n);
    source->n_free -= n;
    memcpy(lane, source->free + source->n_free, (size_t)n * sizeof *lane);
    sq_luck_column luck = identify(c, open, strategy, lane, n);
    source->next += n;
    if (source->next == open->item.n_patients) {
        source->next = 0;
        if (++source->turn == c->model->n_strategies) source->filling = -1;
    }
    sq_selection s = sq_col_select(c, lane, n, c->model->start_state, strategy, c->pool.now);
    s.luck = luck;
    return s;
}

static void note_failures(sq_columns *c, const int32_t *lane, int n)
{
    const sq_pool *p = &c->pool;
    for (int i = 0; i < n; i++) {
        sq_open_item *open = &c->source.open[p->item[lane[i]]];
        if (p->failed[lane[i]]) sq_col_note_failure(open, open->item.first_patient + p->place[lane[i]]);
    }
}

/* How many of n lanes, from the first, have lives of its item and strategy. */
static int alike(const sq_pool *p, const int32_t *lane, int n)
{
    int same = 1;
    while (same < n && p->item[lane[same]] == p->item[*lane] && p->strategy[lane[same]] == p->strategy[*lane]) same++;
    return same;
}

void sq_col_free_lanes(sq_columns *c, const int32_t *lane, int n)
{
    const sq_pool *p = &c->pool;
    if (c->firing.any_failed) note_failures(c, lane, n);
    memcpy(c->source.free + c->source.n_free, lane, (size_t)n * sizeof *lane);
    c->source.n_free += n;
    for (int i = 0, same; i < n; i += same) {
        sq_open_item *open = &c->source.open[p->item[lane[i]]];
        same = alike(p, lane + i, n - i);
        c->source.cohorts[open->cohort[p->strategy[lane[i]]]].left -= same;
        open->left -= same;
        if (open->left == 0) close_item(c, open);
    }
}
