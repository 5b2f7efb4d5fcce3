/* Filling accumulators. Three kinds of memory, each chosen so that the order of patients, blocks and
 * threads cannot be seen in the result:
 *   - integers, for all that is counted: addition of integers has no order;
 *   - lanes, for what is measured: a patient writes its quantities to its own place in its block, a full
 *     block is summed by one fixed tree, and the block's sum goes into an exact sum;
 *   - histograms of integers, for quantiles.
 * The tree costs a few nanoseconds a patient; an exact sum per patient would cost a hundred times that. */
#include "outcome/tally.h"

#include "model/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static sq_layout layout_of(const sq_model *m)
{
    sq_layout at = {.points = (size_t)m->n_grid + 1};
    size_t next = 1;
    size_t endpoints = (size_t)m->n_endpoints, occurrences = (size_t)SQ_OCCURRENCES(m);
    at.at_origin = next;
    next += endpoints;
    at.events = next;
    next += (size_t)m->n_causes * at.points;
    at.inside = next;
    next += endpoints * at.points;
    at.at_end = next;
    next += endpoints * at.points;
    at.occupancy = next;
    next += (size_t)m->n_states * at.points;
    at.count = next;
    at.count_squared = next + occurrences;
    at.ever = next + 2 * occurrences;
    at.stride = next + 3 * occurrences;
    at.targets = at.stride * (size_t)m->n_strategies;
    at.total = at.targets + 2 * (size_t)m->n_targets;
    return at;
}

sq_status sq_outcome_new(sq_outcome **out, const sq_model *model, sq_error *err)
{
    size_t strategies = (size_t)model->n_strategies;
    size_t rows = strategies * 2 * (size_t)sq_quantities(model);
    sq_outcome *o = calloc(1, sizeof *o);
    *out = o;
    if (o == NULL)
        return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the outcomes");
    o->model = model;
    o->layout = layout_of(model);
    o->counts = calloc(o->layout.total, sizeof *o->counts);
    o->sums = calloc(rows * SQ_SUMS, sizeof *o->sums);
    o->histograms = calloc(strategies * (size_t)sq_histograms(model), sizeof *o->histograms);
    o->lanes = calloc(rows * SQ_ROW, sizeof *o->lanes);
    bool has_times = sq_grid_init(&o->times, model->grid_step, model->n_grid);
    if (o->counts != NULL && o->sums != NULL && o->histograms != NULL && o->lanes != NULL && has_times)
        return SQ_OK;
    sq_outcome_free(o);
    *out = NULL;
    return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the outcomes");
}

void sq_outcome_shed(sq_outcome *o)
{
    free(o->lanes);
    o->lanes = NULL;
}

void sq_outcome_free(sq_outcome *o)
{
    if (o == NULL)
        return;
    for (int i = 0; o->histograms != NULL && i < o->model->n_strategies * sq_histograms(o->model); i++)
        sq_histogram_free(&o->histograms[i]);
    sq_outcome_shed(o);
    sq_grid_free(&o->times);
    free(o->histograms);
    free(o->sums);
    free(o->counts);
    free(o);
}

/* ---- one life ------------------------------------------------------------------------------------ */

static void observe_passage(const sq_outcome *o, int64_t *tally, int endpoint, const sq_life *life)
{
    const sq_model *m = o->model;
    const sq_passage *p = &life->passage[endpoint];
    double end = p->end;
    int cause = p->cause;
    if (!p->closed) { /* nothing happened to the end of the life */
        end = life->n_stays > 0 ? life->stay[life->n_stays - 1].to : NAN;
        cause = -1;
    }
    double time = end - p->origin;
    if (!(time >= 0)) /* never at risk */
        return;
    tally[o->layout.at_origin + (size_t)endpoint]++;
    int j = sq_grid_interval(&o->times, time);
    size_t place = (size_t)endpoint * o->layout.points + (size_t)j;
    if (cause >= 0)
        tally[o->layout.events +
              (size_t)(m->endpoints[endpoint].first_cause + cause) * o->layout.points + (size_t)j]++;
    else if (j < m->n_grid && o->times.point[j] == time)
        tally[o->layout.at_end + place]++;
    else
        tally[o->layout.inside + place]++;
}

/* A stay [from, to) covers the grid points from the first >= from to the last before `to`, where the next
 * one begins; the last stay of a life has no end, since nothing is known to change after it. */
static void observe_stays(const sq_outcome *o, int64_t *tally, const sq_life *life)
{
    int64_t *occupancy = tally + o->layout.occupancy;
    int64_t *left = NULL; /* the row of the stay before */
    for (int i = 0; i < life->n_stays; i++) {
        const sq_stay *stay = &life->stay[i];
        int64_t *row = occupancy + (size_t)stay->state * o->layout.points;
        int j = sq_grid_interval(&o->times, stay->from);
        if (left != NULL)
            left[j]--;
        row[j]++;
        left = row;
    }
}

static void observe_counts(const sq_outcome *o, int64_t *tally, const sq_life *life)
{
    int n = SQ_OCCURRENCES(o->model);
    int64_t *count = tally + o->layout.count, *squared = tally + o->layout.count_squared;
    int64_t *ever = tally + o->layout.ever;
    for (int i = 0; i < n; i++) {
        int64_t c = life->count[i];
        count[i] += c;
        squared[i] += c * c;
        ever[i] += c > 0;
    }
}

static void observe_targets(const sq_outcome *o, int strategy, const sq_life *life)
{
    const sq_model *m = o->model;
    for (int i = 0; i < m->n_targets; i++) {
        const sq_target *target = &m->targets[i];
        if (target->kind != SQ_TARGET_SHARE || target->strategy != strategy)
            continue;
        int64_t *pair = o->counts + o->layout.targets + 2 * (size_t)i;
        bool among = target->among < 0 || target->among == SQ_OCCURS_INDEX(m) ||
                     life->count[target->among] > 0;
        pair[0] += among;
        pair[1] += among && life->count[target->index] > 0;
    }
}

void sq_outcome_observe(sq_outcome *o, int strategy, int lane, const sq_life *life)
{
    const sq_model *m = o->model;
    int n = 2 * sq_quantities(m);
    double *lanes = o->lanes + (size_t)strategy * (size_t)n * SQ_ROW + lane;
    for (int i = 0; i < n; i++) {
        bool is_time = i < 2 * SQ_QUANTITY_COST;
        lanes[(size_t)i * SQ_ROW] = is_time ? life->total[i] / SQ_DAYS_PER_YEAR : life->total[i];
    }
    int64_t *tally = sq_tally(o, strategy);
    tally[o->layout.lives]++;
    for (int i = 0; i < m->n_endpoints; i++)
        observe_passage(o, tally, i, life);
    observe_stays(o, tally, life);
    observe_counts(o, tally, life);
    observe_targets(o, strategy, life);
}

/* ---- one block ----------------------------------------------------------------------------------- */

/* Chunks keep the lower levels of the tree in the first-level cache and in vector registers. */
enum { CHUNK = 256, CHUNKS = SQ_BLOCK / CHUNK };

/* The tree over n values, n a power of two: halves are added until one value is left. */
static double halve(double *value, int n)
{
    for (int width = n / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; i++)
            value[i] += value[i + width];
    }
    return value[0];
}

/* The terms of one kind of sum over a chunk. */
static void fill_terms(int kind, const double *x, const double *reference, double *restrict term)
{
    switch (kind) {
    case SQ_SUM_X:
        for (int i = 0; i < CHUNK; i++)
            term[i] = x[i];
        break;
    case SQ_SUM_XX:
        for (int i = 0; i < CHUNK; i++)
            term[i] = x[i] * x[i];
        break;
    case SQ_SUM_D:
        for (int i = 0; i < CHUNK; i++)
            term[i] = x[i] - reference[i];
        break;
    default:
        for (int i = 0; i < CHUNK; i++) {
            double d = x[i] - reference[i];
            term[i] = d * d;
        }
    }
}

void sq_tree_sums(const double x[SQ_BLOCK], const double *reference, int n_lanes, double sum[SQ_SUMS])
{
    double term[CHUNK], part[SQ_SUMS][CHUNKS] = {{0}};
    int kinds = reference == NULL ? SQ_SUM_D : SQ_SUMS;
    for (int c = 0; c * CHUNK < n_lanes; c++) { /* further chunks are zero */
        const double *r = reference == NULL ? NULL : reference + (ptrdiff_t)c * CHUNK;
        for (int kind = 0; kind < kinds; kind++) {
            fill_terms(kind, x + (ptrdiff_t)c * CHUNK, r, term);
            part[kind][c] = halve(term, CHUNK);
        }
    }
    for (int kind = 0; kind < SQ_SUMS; kind++)
        sum[kind] = halve(part[kind], CHUNKS);
}

/* The histogram of a row of lanes; -1 if it has none. */
static int histogram_of_row(const sq_model *m, int row)
{
    if (row == 2 * SQ_QUANTITY_LIFE_YEARS + 1)
        return sq_quantities(m);
    return row % 2 == 0 ? row / 2 : -1;
}

void sq_outcome_close_block(sq_outcome *o, int n_lanes)
{
    const sq_model *m = o->model;
    int rows = 2 * sq_quantities(m);
    const double *reference = o->lanes + (size_t)(m->reference * rows) * SQ_ROW;
    for (int i = 0; i < m->n_strategies * rows; i++) {
        const double *x = o->lanes + (size_t)i * SQ_ROW;
        int strategy = i / rows, row = i % rows, histogram = histogram_of_row(m, row);
        double sum[SQ_SUMS];
        const double *against = strategy == m->reference ? NULL : reference + (size_t)row * SQ_ROW;
        sq_tree_sums(x, against, n_lanes, sum);
        for (int kind = 0; kind < SQ_SUMS; kind++)
            sq_exact_add(&o->sums[i * SQ_SUMS + kind], sum[kind]);
        if (histogram >= 0 &&
            !sq_histogram_add(&o->histograms[strategy * sq_histograms(m) + histogram], x, n_lanes))
            o->failure = SQ_ERR_MEMORY;
    }
    for (int i = 0; i < m->n_strategies * rows; i++)
        memset(o->lanes + (size_t)i * SQ_ROW, 0, (size_t)n_lanes * sizeof *o->lanes);
    o->patients += n_lanes;
}

void sq_outcome_merge(sq_outcome *into, const sq_outcome *from)
{
    const sq_model *m = into->model;
    for (size_t i = 0; i < into->layout.total; i++)
        into->counts[i] += from->counts[i];
    for (int i = 0; i < m->n_strategies * 2 * sq_quantities(m) * SQ_SUMS; i++)
        sq_exact_merge(&into->sums[i], &from->sums[i]);
    for (int i = 0; i < m->n_strategies * sq_histograms(m); i++) {
        if (!sq_histogram_merge(&into->histograms[i], &from->histograms[i]))
            into->failure = SQ_ERR_MEMORY;
    }
    into->patients += from->patients;
    if (from->failure != SQ_OK)
        into->failure = from->failure;
}

/* ---- reading ------------------------------------------------------------------------------------- */

/* Both sums carry rounding errors of some 40 units of 2^-53, so a variance below 2^-48 of the mean square
 * is rounding: of numbers that are all the same it is zero. */
sq_moments sq_moments_of(double sum, double sum_of_squares, double n)
{
    if (n < 1)
        return (sq_moments){NAN, NAN, NAN};
    double mean = sum / n;
    if (n < 2)
        return (sq_moments){mean, NAN, NAN};
    double spread = fma(-sum, mean, sum_of_squares);
    if (spread < sum_of_squares * 0x1p-48)
        spread = 0;
    double variance = spread / (n - 1);
    return (sq_moments){mean, variance, sqrt(variance / n)};
}

sq_moments sq_tally_moments(const sq_outcome *o, int strategy, int quantity, bool discounted,
                            bool difference)
{
    int row = strategy * 2 * sq_quantities(o->model) + 2 * quantity + (discounted ? 0 : 1);
    const sq_exact *sums = &o->sums[row * SQ_SUMS];
    double x = sq_exact_value(&sums[difference ? SQ_SUM_D : SQ_SUM_X]);
    double xx = sq_exact_value(&sums[difference ? SQ_SUM_DD : SQ_SUM_XX]);
    return sq_moments_of(x, xx, (double)o->patients);
}

double sq_outcome_mean(const sq_outcome *o, int strategy, int quantity, bool discounted)
{
    return sq_tally_moments(o, strategy, quantity, discounted, false).mean;
}

sq_risk_set sq_tally_risk_set(const sq_outcome *o, int strategy, int endpoint)
{
    const sq_endpoint *e = &o->model->endpoints[endpoint];
    const int64_t *tally = sq_tally(o, strategy);
    size_t points = o->layout.points, row = (size_t)endpoint * points;
    return (sq_risk_set){.n_points = o->model->n_grid,
                         .n_causes = e->n_causes,
                         .at_origin = tally[o->layout.at_origin + (size_t)endpoint],
                         .events = tally + o->layout.events + (size_t)e->first_cause * points,
                         .inside = tally + o->layout.inside + row,
                         .at_end = tally + o->layout.at_end + row,
                         .stride = (int)points};
}
