/* The memory of an accumulator. Three kinds of it, each chosen so that the order of patients, blocks and
 * threads cannot be seen in the result:
 *   - integers, for all that is counted: addition of integers has no order;
 *   - lanes, for what is measured: a patient writes its quantities to its own place in its block, a full
 *     block is summed by one fixed tree, and the block's sum goes into an exact sum;
 *   - histograms of integers, for quantiles.
 * The tree costs a few nanoseconds a patient; an exact sum per patient would cost a hundred times that. */
#include "outcome/tally.h"

#include <stdlib.h>

/* An array of at least one element, so that what is not wanted is no special case. */
static void *array(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

static size_t parts_of(const sq_model *m)
{
    return (size_t)m->n_strategies * (size_t)m->n_subgroups;
}

/* What lasts: counts and sums. */
static bool make_totals(sq_outcome *o)
{
    const sq_model *m = o->model;
    size_t strategies = (size_t)m->n_strategies, rows = (size_t)sq_rows(o);
    size_t first = strategies * (size_t)o->n_first;
    o->counts = array(o->n_counts, sizeof *o->counts);
    o->sums = array(strategies * rows * SQ_SUMS, sizeof *o->sums);
    o->part_sums = array(parts_of(m) * rows * SQ_SUMS, sizeof *o->part_sums);
    o->first = array(first, sizeof *o->first);
    bool complete = o->counts && o->sums && o->part_sums && o->first;
    if (sq_keeps_histograms(m)) {
        o->histograms = array(strategies * rows, sizeof *o->histograms);
        complete = complete && o->histograms;
    }
    if (sq_keeps_first_histograms(m)) {
        o->first_histograms = array(first, sizeof *o->first_histograms);
        complete = complete && o->first_histograms;
        for (size_t i = 0; complete && i < first; i++)
            o->first_histograms[i].coarser = SQ_FIRST_TIME_COARSER;
    }
    return complete;
}

/* What taking lives in needs. */
static bool make_scratch(sq_outcome *o)
{
    const sq_model *m = o->model;
    size_t strategies = (size_t)m->n_strategies, groupings = (size_t)m->n_groupings;
    o->lane_order = array(groupings > 0 ? SQ_BLOCK : 0, sizeof *o->lane_order);
    size_t gathered = groupings > 0 ? 2 * SQ_BLOCK * (size_t)sq_rows(o) + SQ_BEYOND : 0;
    o->gathered = array(gathered, sizeof *o->gathered);
    o->moves = array(o->all.moves, sizeof *o->moves);
    size_t waiting = sq_keeps_first_histograms(m) ? strategies * (size_t)o->n_first : 0;
    o->waiting = array(waiting * SQ_FIRST_TIMES_WAITING, sizeof *o->waiting);
    o->n_waiting = array(waiting, sizeof *o->n_waiting);
    return o->lane_order && o->gathered && o->moves && o->waiting && o->n_waiting;
}

sq_status sq_outcome_new(sq_outcome **out, const sq_model *model, sq_error *err)
{
    sq_outcome *o = *out = calloc(1, sizeof *o);
    if (o == NULL)
        return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the outcomes");
    o->model = model;
    o->all = sq_layout_of(model, false);
    o->part = sq_layout_of(model, true);
    o->kept = sq_kept_of(model);
    o->n_first = sq_first_times_of(model);
    o->targets = o->all.stride * (size_t)model->n_strategies;
    o->parts = o->targets + 2 * (size_t)model->n_targets;
    o->n_counts = o->parts + parts_of(model) * o->part.stride;
    bool has_times = sq_grid_init(&o->times, model->grid_step, model->n_grid);
    if (has_times && make_totals(o) && make_scratch(o))
        return SQ_OK;
    sq_outcome_free(o);
    *out = NULL;
    return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the outcomes");
}

void sq_outcome_shed(sq_outcome *o)
{
    free(o->lane_order);
    free(o->gathered);
    free(o->moves);
    free(o->waiting);
    free(o->n_waiting);
    o->gathered = o->waiting = NULL;
    o->lane_order = o->moves = o->n_waiting = NULL;
}

static void free_histograms(sq_histogram *histograms, int n)
{
    for (int i = 0; histograms != NULL && i < n; i++)
        sq_histogram_free(&histograms[i]);
    free(histograms);
}

void sq_outcome_free(sq_outcome *o)
{
    if (o == NULL)
        return;
    free_histograms(o->histograms, o->model->n_strategies * sq_rows(o));
    free_histograms(o->first_histograms, o->model->n_strategies * o->n_first);
    sq_outcome_shed(o);
    sq_grid_free(&o->times);
    free(o->first);
    free(o->part_sums);
    free(o->sums);
    free(o->counts);
    free(o);
}

/* ---- blocks ---------------------------------------------------------------------------------------- */

sq_status sq_block_lanes_new(sq_block_lanes **out, const sq_model *model, sq_error *err)
{
    sq_block_lanes *b = *out = calloc(1, sizeof *b);
    if (b == NULL)
        return sq_fail(err, SQ_ERR_MEMORY, "out of memory for a block of patients");
    b->model = model;
    b->kept = sq_kept_of(model);
    return SQ_OK;
}

void sq_block_lanes_free(sq_block_lanes *b)
{
    if (b == NULL)
        return;
    free(b->records);
    free(b->subgroup);
    free(b);
}

sq_status sq_block_lanes_open(sq_block_lanes *b, int n_lanes, sq_error *err)
{
    const sq_model *m = b->model;
    size_t strategies = (size_t)m->n_strategies;
    b->n_lanes = n_lanes;
    if (n_lanes <= b->room)
        return SQ_OK;
    free(b->records);
    free(b->subgroup);
    size_t lanes = strategies * (size_t)n_lanes;
    b->records = array(lanes * 2 * (size_t)b->kept.count + SQ_BEYOND, sizeof *b->records);
    b->subgroup = array(lanes * (size_t)m->n_groupings, sizeof *b->subgroup);
    b->room = b->records != NULL && b->subgroup != NULL ? n_lanes : 0;
    return b->room > 0 ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "out of memory for a block of patients");
}

double *sq_block_records(const sq_block_lanes *b, int strategy)
{
    return sq_block_record(b, strategy, 0);
}

int sq_record_places(const sq_model *model, int *place)
{
    sq_kept kept = sq_kept_of(model);
    for (int k = 0; k < sq_quantities(model); k++)
        place[k] = kept.place[k] < 0 ? -1 : 2 * kept.place[k];
    return 2 * kept.count;
}

/* ---- merging --------------------------------------------------------------------------------------- */

static void merge_histograms(sq_outcome *into, sq_histogram *to, const sq_histogram *from, int n)
{
    for (int i = 0; to != NULL && i < n; i++) {
        if (!sq_histogram_merge(&to[i], &from[i]))
            into->failure = SQ_ERR_MEMORY;
    }
}

void sq_outcome_merge(sq_outcome *into, const sq_outcome *from)
{
    const sq_model *m = into->model;
    int rows = m->n_strategies * sq_rows(into), first = m->n_strategies * into->n_first;
    size_t n_sums = (size_t)rows * SQ_SUMS, n_parts = n_sums * (size_t)m->n_subgroups;
    for (size_t i = 0; i < into->n_counts; i++)
        into->counts[i] += from->counts[i];
    for (size_t i = 0; i < n_sums; i++)
        sq_exact_merge(&into->sums[i], &from->sums[i]);
    for (size_t i = 0; i < n_parts; i++)
        sq_exact_merge(&into->part_sums[i], &from->part_sums[i]);
    for (int i = 0; i < first; i++) {
        into->first[i].sum += from->first[i].sum;
        into->first[i].squares += from->first[i].squares;
    }
    merge_histograms(into, into->histograms, from->histograms, rows);
    merge_histograms(into, into->first_histograms, from->first_histograms, first);
    into->patients += from->patients;
    if (from->failure != SQ_OK)
        into->failure = from->failure;
}
