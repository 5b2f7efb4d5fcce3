/* Closing a block: every quantity is summed by one fixed tree, and the block's sums are added exactly. For
 * subgroups the records of each are moved together, in their order, and summed by the same tree, so that what a
 * subgroup costs is a second pass over the block and not one for each subgroup. */
#include "outcome/tally.h"

#include <string.h>

/* ---- the tree -------------------------------------------------------------------------------------- */

/* Chunks keep the lower levels of the tree in the first-level cache. */
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

/* A lane's term of one kind of sum. */
static inline double term_of(int kind, double x, double reference)
{
    double d = kind >= SQ_SUM_D ? x - reference : x;
    return kind == SQ_SUM_X || kind == SQ_SUM_D ? d : d * d;
}

/* The sum of one kind over a chunk of which n records are there: of their first column, records being `stride` apart. */
static double sum_chunk(int kind, const double *x, const double *reference, int stride, int n)
{
    double term[CHUNK];
    for (int i = 0; i < CHUNK; i++) {
        ptrdiff_t at = (ptrdiff_t)i * stride;
        term[i] = i < n ? term_of(kind, x[at], kind >= SQ_SUM_D ? reference[at] : 0) : 0;
    }
    return halve(term, CHUNK);
}

static void sum_column(const double *x, const double *reference, int stride, int n, double sum[SQ_SUMS])
{
    double part[SQ_SUMS][CHUNKS] = {{0}};
    int kinds = reference == NULL ? SQ_SUM_D : SQ_SUMS;
    for (int c = 0; c * CHUNK < n; c++) { /* further chunks are zero */
        ptrdiff_t first = (ptrdiff_t)c * CHUNK * stride;
        const double *r = reference == NULL ? NULL : reference + first;
        for (int kind = 0; kind < kinds; kind++)
            part[kind][c] = sum_chunk(kind, x + first, r, stride, n - c * CHUNK);
    }
    for (int kind = 0; kind < SQ_SUMS; kind++)
        sum[kind] = halve(part[kind], CHUNKS);
}

void sq_tree_sums(const double *x, const double *reference, int n_columns, int n, double *sum)
{
    for (int k = 0; k < n_columns; k++)
        sum_column(x + k, reference == NULL ? NULL : reference + k, n_columns, n, sum + (ptrdiff_t)k * SQ_SUMS);
}

/* ---- records --------------------------------------------------------------------------------------- */

enum { MOST_ROWS = 2 * (SQ_COSTS + 3) };

/* Adds what n records sum up to; the exact sums of a row begin `step` after those of the row before. */
static void add_sums(sq_exact *to, size_t step, sq_sum_records *add_up, const double *x, const double *reference,
                     int rows, int n)
{
    double sum[MOST_ROWS][SQ_SUMS];
    add_up(x, reference, rows, n, sum[0]);
    for (int i = 0; i < rows; i++) {
        for (int kind = 0; kind < SQ_SUMS; kind++)
            sq_exact_add(&to[(size_t)i * step + (size_t)kind], sum[i][kind]);
    }
}

/* The reference strategy's records, NULL for that strategy itself. */
static const double *reference_of(const sq_block_lanes *b, int strategy)
{
    int reference = b->model->reference;
    return strategy == reference ? NULL : sq_block_record(b, reference, 0);
}

static void enter_histograms(sq_outcome *o, const double *x, int strategy, int n)
{
    int rows = sq_rows(o);
    for (int i = 0; i < rows; i++) {
        if (!sq_histogram_add_every(&o->histograms[strategy * rows + i], x + i, rows, n))
            o->failure = SQ_ERR_MEMORY;
    }
}

static void close_rows(sq_outcome *o, const sq_block_lanes *b, int strategy, sq_sum_records *add_up)
{
    int rows = sq_rows(o), n = b->n_lanes;
    const double *x = sq_block_record(b, strategy, 0);
    add_sums(&o->sums[(size_t)(strategy * rows) * SQ_SUMS], SQ_SUMS, add_up, x, reference_of(b, strategy), rows, n);
    if (o->histograms != NULL)
        enter_histograms(o, x, strategy, n);
}

/* ---- subgroups ------------------------------------------------------------------------------------- */

/* Lanes ordered by subgroup of a grouping, within one as they lie; begin[i] is where subgroup i begins, the
 * last entry the end. Lanes in no subgroup are left out. */
static void order_lanes(const sq_outcome *o, const sq_grouping *g, const int *subgroup, int n_lanes,
                        int begin[SQ_SUBGROUPS + 1])
{
    memset(begin, 0, sizeof *begin * (SQ_SUBGROUPS + 1));
    for (int lane = 0; lane < n_lanes; lane++) {
        if (subgroup[lane] >= 0)
            begin[subgroup[lane] - g->first + 1]++;
    }
    for (int i = 0; i < g->count; i++)
        begin[i + 1] += begin[i];
    for (int lane = 0; lane < n_lanes; lane++) {
        if (subgroup[lane] >= 0)
            o->lane_order[begin[subgroup[lane] - g->first]++] = lane;
    }
    for (int i = g->count; i > 0; i--) /* each has run on to the next one's beginning */
        begin[i] = begin[i - 1];
    begin[0] = 0;
}

/* The chosen lanes' records one after another. */
static const double *gather(const double *x, int rows, const int *lane, int n, double *to)
{
    if (x == NULL)
        return NULL;
    for (int i = 0; i < n; i++)
        memcpy(to + (ptrdiff_t)i * rows, x + (ptrdiff_t)lane[i] * rows, sizeof *to * (size_t)rows);
    return to;
}

static void close_grouping(sq_outcome *o, const sq_block_lanes *b, int strategy, int grouping, sq_sum_records *add_up)
{
    const sq_model *m = o->model;
    const sq_grouping *g = &m->groupings[grouping];
    int begin[SQ_SUBGROUPS + 1], rows = sq_rows(o);
    order_lanes(o, g, sq_block_subgroups(b, strategy, grouping), b->n_lanes, begin);
    size_t first = (size_t)(strategy * rows) * (size_t)m->n_subgroups, step = SQ_SUMS * (size_t)m->n_subgroups;
    for (int k = 0; k < g->count; k++) {
        const int *lane = o->lane_order + begin[k];
        int n = begin[k + 1] - begin[k];
        const double *x = gather(sq_block_record(b, strategy, 0), rows, lane, n, o->gathered);
        const double *reference =
            gather(reference_of(b, strategy), rows, lane, n, o->gathered + (ptrdiff_t)SQ_BLOCK * rows);
        if (n > 0)
            add_sums(&o->part_sums[(first + (size_t)(g->first + k)) * SQ_SUMS], step, add_up, x, reference, rows, n);
    }
}

/* ---- the block ------------------------------------------------------------------------------------- */

void sq_outcome_close_block(sq_outcome *o, const sq_block_lanes *b, sq_sum_records *add_up)
{
    const sq_model *m = o->model;
    if (add_up == NULL)
        add_up = sq_tree_sums;
    for (int s = 0; s < m->n_strategies; s++) {
        close_rows(o, b, s, add_up);
        for (int k = 0; k < m->n_groupings; k++)
            close_grouping(o, b, s, k, add_up);
    }
    for (int i = 0; i < m->n_strategies * o->n_first && o->first_histograms != NULL; i++)
        sq_first_times_enter(o, i);
    o->patients += b->n_lanes;
}
