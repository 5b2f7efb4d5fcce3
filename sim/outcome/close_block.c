/* Closing a block: every row of lanes is summed by one fixed tree, and the block's sums are added exactly. For
 * subgroups the lanes of each are moved together, in their order, and summed by the same tree, so that what a
 * subgroup costs is a second pass over the block and not one for each subgroup. */
#include "outcome/tally.h"

#include <string.h>

/* ---- the tree -------------------------------------------------------------------------------------- */

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

/* A lane's term of one kind of sum. */
static inline double term_of(int kind, const double *x, const double *reference, int i)
{
    double d = kind >= SQ_SUM_D ? x[i] - reference[i] : x[i];
    return kind == SQ_SUM_X || kind == SQ_SUM_D ? d : d * d;
}

/* The first level of the tree, 2 width lanes wide, of which n are there. `kind` is known where this is called, so that
 * the loops are plain. */
static inline void add_pairs(int kind, const double *x, const double *reference, int n, int width,
                             double *restrict term)
{
    int pairs = n > width ? n - width : 0;
    for (int i = 0; i < pairs; i++)
        term[i] = term_of(kind, x, reference, i) + term_of(kind, x, reference, i + width);
    for (int i = pairs; i < width && i < n; i++)
        term[i] = term_of(kind, x, reference, i);
    for (int i = n; i < width; i++)
        term[i] = 0;
}

/* The sum of one kind over a chunk of which n lanes are there. The tree need be no wider than these: the levels above
 * would add zeros. */
static double sum_chunk(int kind, const double *x, const double *reference, int n)
{
    double term[CHUNK / 2];
    int width = CHUNK / 2;
    while (width > 1 && width >= n)
        width /= 2;
    switch (kind) {
    case SQ_SUM_X: add_pairs(SQ_SUM_X, x, NULL, n, width, term); break;
    case SQ_SUM_XX: add_pairs(SQ_SUM_XX, x, NULL, n, width, term); break;
    case SQ_SUM_D: add_pairs(SQ_SUM_D, x, reference, n, width, term); break;
    default: add_pairs(SQ_SUM_DD, x, reference, n, width, term);
    }
    return halve(term, width);
}

void sq_tree_sums(const double *x, const double *reference, int n_lanes, double sum[SQ_SUMS])
{
    double part[SQ_SUMS][CHUNKS] = {{0}};
    int kinds = reference == NULL ? SQ_SUM_D : SQ_SUMS;
    for (int c = 0; c * CHUNK < n_lanes; c++) { /* further chunks are zero */
        ptrdiff_t first = (ptrdiff_t)c * CHUNK;
        int n = n_lanes - c * CHUNK < CHUNK ? n_lanes - c * CHUNK : CHUNK;
        const double *r = reference == NULL ? NULL : reference + first;
        for (int kind = 0; kind < kinds; kind++)
            part[kind][c] = sum_chunk(kind, x + first, r, n);
    }
    for (int kind = 0; kind < SQ_SUMS; kind++)
        sum[kind] = halve(part[kind], CHUNKS);
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static void add_sums(sq_exact to[SQ_SUMS], const double *x, const double *reference, int n)
{
    double sum[SQ_SUMS];
    sq_tree_sums(x, reference, n, sum);
    for (int kind = 0; kind < SQ_SUMS; kind++)
        sq_exact_add(&to[kind], sum[kind]);
}

/* A row of lanes of a strategy, and the reference strategy's (NULL where it is that strategy). */
typedef struct row {
    const double *x, *reference;
    size_t place;
} row;

static row row_at(const sq_block_lanes *b, int strategy, int i)
{
    int reference = b->model->reference;
    size_t place = (size_t)(strategy * 2 * b->kept.count + i);
    return (row){sq_block_lane_row(b, strategy, i),
                 strategy == reference ? NULL : sq_block_lane_row(b, reference, i), place};
}

static void close_rows(sq_outcome *o, const sq_block_lanes *b, int strategy)
{
    for (int i = 0; i < sq_rows(o); i++) {
        row r = row_at(b, strategy, i);
        add_sums(&o->sums[r.place * SQ_SUMS], r.x, r.reference, b->n_lanes);
        if (o->histograms != NULL && !sq_histogram_add(&o->histograms[r.place], r.x, b->n_lanes))
            o->failure = SQ_ERR_MEMORY;
    }
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

/* The chosen lanes side by side. */
static const double *gather(const double *x, const int *lane, int n, double *to)
{
    if (x == NULL)
        return NULL;
    for (int i = 0; i < n; i++)
        to[i] = x[lane[i]];
    return to;
}

static void close_grouping(sq_outcome *o, const sq_block_lanes *b, int strategy, int grouping)
{
    const sq_model *m = o->model;
    const sq_grouping *g = &m->groupings[grouping];
    int begin[SQ_SUBGROUPS + 1];
    order_lanes(o, g, sq_block_subgroups(b, strategy, grouping), b->n_lanes, begin);
    for (int i = 0; i < sq_rows(o); i++) {
        row r = row_at(b, strategy, i);
        for (int k = 0; k < g->count; k++) {
            const int *lane = o->lane_order + begin[k];
            int n = begin[k + 1] - begin[k];
            size_t place = r.place * (size_t)m->n_subgroups + (size_t)(g->first + k);
            const double *x = gather(r.x, lane, n, o->gathered);
            const double *reference = gather(r.reference, lane, n, o->gathered + SQ_BLOCK);
            if (n > 0)
                add_sums(&o->part_sums[place * SQ_SUMS], x, reference, n);
        }
    }
}

/* ---- the block ------------------------------------------------------------------------------------- */

void sq_outcome_close_block(sq_outcome *o, const sq_block_lanes *b)
{
    const sq_model *m = o->model;
    for (int s = 0; s < m->n_strategies; s++) {
        close_rows(o, b, s);
        for (int k = 0; k < m->n_groupings; k++)
            close_grouping(o, b, s, k);
    }
    for (int i = 0; i < m->n_strategies * o->n_first && o->first_histograms != NULL; i++)
        sq_first_times_enter(o, i);
    o->patients += b->n_lanes;
}
