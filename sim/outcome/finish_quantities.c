/* What is measured per patient: life years, QALYs, costs by category and in all. A *family* is one such
 * name with the datasets that go with it; costs by category are a family of several quantities side by
 * side along the axis category. */
#include "outcome/finish.h"

#include <math.h>

typedef struct family {
    const char *name, *words, *units;
    const char *axis;     /* NULL or "category" */
    sq_output output;     /* what selects it */
    int first, count;     /* quantities */
} family;

/* The numbers of a family along all cells, and which slice and quantity number i is of. */
static size_t numbers(const sq_finish *w, const family *f)
{
    return sq_finish_cells(w) * (size_t)f->count;
}
static sq_slice slice_of(const sq_finish *w, const family *f, size_t i)
{
    return sq_finish_slice(w, i / (size_t)f->count);
}
static int quantity_of(const family *f, size_t i)
{
    return f->first + (int)(i % (size_t)f->count);
}

/* ---- moments --------------------------------------------------------------------------------------- */

typedef struct moment_data {
    double *mean, *se, *variance;
} moment_data;

static void fill_moments(const sq_finish *w, const family *f, bool discounted, bool difference,
                         const moment_data *d)
{
    for (size_t i = 0; i < numbers(w, f); i++) {
        sq_moments moments =
            sq_tally_moments(slice_of(w, f, i), quantity_of(f, i), discounted, difference);
        d->mean[i] = moments.mean;
        d->se[i] = moments.se;
        if (d->variance != NULL)
            d->variance[i] = moments.variance;
    }
}

static void add_means(sq_finish *w, const family *f, bool discounted)
{
    const char *kind = discounted ? "" : "_undiscounted";
    const char *name = sq_finish_name(w, f->name, kind, NULL);
    const char *words = sq_finish_name(w, discounted ? "discounted " : "undiscounted ", f->words,
                                       ", mean per patient");
    moment_data d = {0};
    d.mean = sq_finish_real(w, name, f->units, words, f->axis, NULL);
    d.se = sq_finish_real(w, sq_finish_name(w, name, "_se", NULL), f->units,
                          sq_finish_name(w, "standard error of ", name, NULL), f->axis, NULL);
    if (!w->by_subgroup)
        d.variance = sq_finish_real(w, sq_finish_name(w, name, "_variance", NULL),
                                    sq_finish_name(w, f->units, "2", NULL),
                                    sq_finish_name(w, "variance between patients of ", name, NULL),
                                    f->axis, NULL);
    if (!w->failed)
        fill_moments(w, f, discounted, false, &d);
}

/* ---- increments ------------------------------------------------------------------------------------ */

/* The standard error that independent runs of the two strategies would have. */
static void fill_unpaired(const sq_finish *w, const family *f, bool discounted, double *se)
{
    for (size_t i = 0; i < numbers(w, f); i++) {
        sq_slice slice = slice_of(w, f, i), reference = slice;
        reference.strategy = w->model->reference;
        double own = sq_tally_moments(slice, quantity_of(f, i), discounted, false).se;
        double other = sq_tally_moments(reference, quantity_of(f, i), discounted, false).se;
        se[i] = slice.strategy == reference.strategy ? 0 : sqrt(own * own + other * other);
    }
}

/* The reference strategy differs from itself by nothing, also where one patient gives no error; of an empty
 * subgroup there is nothing to say. */
static void clear_reference(const sq_finish *w, const family *f, double *value)
{
    for (size_t i = 0; i < numbers(w, f); i++) {
        sq_slice slice = slice_of(w, f, i);
        bool is_empty = slice.subgroup >= 0 && sq_tally_lives(slice) == 0;
        if (slice.strategy == w->model->reference)
            value[i] = is_empty ? (double)NAN : 0;
    }
}

static void add_increments(sq_finish *w, const family *f, bool discounted)
{
    const char *base = sq_finish_name(w, f->name, discounted ? "" : "_undiscounted", NULL);
    const char *name = sq_finish_name(w, "increment_", base, NULL);
    const char *against =
        sq_finish_name(w, " less that of the reference strategy ",
                       w->model->strategies[w->model->reference].name, ", mean per patient");
    moment_data d = {0};
    d.mean = sq_finish_real(w, name, f->units, sq_finish_name(w, base, against, NULL), f->axis, NULL);
    d.se = sq_finish_real(w, sq_finish_name(w, name, "_se", NULL), f->units,
                          sq_finish_name(w, "standard error of ", name,
                                         ", patients paired by common random numbers"),
                          f->axis, NULL);
    double *unpaired = NULL;
    if (!w->by_subgroup)
        unpaired = sq_finish_real(
            w, sq_finish_name(w, name, "_se_unpaired", NULL), f->units,
            sq_finish_name(w, "standard error of ", name, " had the runs been independent"), f->axis, NULL);
    if (w->failed)
        return;
    fill_moments(w, f, discounted, true, &d);
    if (unpaired != NULL)
        fill_unpaired(w, f, discounted, unpaired);
    clear_reference(w, f, d.mean);
    clear_reference(w, f, d.se);
}

/* ---- quantiles and histograms ---------------------------------------------------------------------- */

static void add_quantiles(sq_finish *w, const family *f, const char *base, bool discounted)
{
    const sq_model *m = w->model;
    if (m->n_quantiles == 0)
        return;
    const char *name = sq_finish_name(w, base, "_quantile", NULL);
    const char *words = sq_finish_name(w, "quantile over patients of ", base, NULL);
    double *quantile = sq_finish_real(w, name, f->units, words, f->axis ? f->axis : "quantile",
                                      f->axis ? "quantile" : NULL);
    if (quantile == NULL)
        return;
    for (size_t i = 0; i < numbers(w, f); i++) {
        const sq_histogram *h = sq_tally_histogram(slice_of(w, f, i), quantity_of(f, i), discounted);
        sq_histogram_quantiles(h, m->n_quantiles, m->quantiles, quantile + i * (size_t)m->n_quantiles);
    }
}

typedef struct bins {
    double first;        /* lower edge in widths: edge i is (first + i) * width */
    double width, scale; /* the width is `width` times or divided by the power of ten `scale` */
    bool divide;
} bins;

static double edge(const bins *b, int i)
{
    double whole = (b->first + i) * b->width;
    return b->divide ? whole / b->scale : whole * b->scale;
}

static bool covers(bins *b, double least, double greatest)
{
    double width = b->divide ? b->width / b->scale : b->width * b->scale;
    b->first = floor(least / width);
    return edge(b, SQ_PUBLISHED_BINS) >= greatest;
}

/* The narrowest round width whose hundred bins cover the range, which is taken as a hundredth of its
 * greater end at least. Powers of ten are exact up to 10^22, so the edges are the decimals that a person
 * would write. */
static bins choose_bins(double least, double greatest)
{
    static const double WIDTHS[] = {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8};
    bins b = {.first = 0, .width = 1, .scale = 100, .divide = true};
    if (least == 0 && greatest == 0)
        return b;
    greatest = fmax(greatest, least + 0.01 * fmax(fabs(least), fabs(greatest)));
    for (int power = -8; power <= 20; power++) {
        b.divide = power < 0;
        b.scale = 1;
        for (int i = 0; i < (power < 0 ? -power : power); i++)
            b.scale *= 10;
        for (size_t i = 0; i < sizeof WIDTHS / sizeof WIDTHS[0]; i++) {
            b.width = WIDTHS[i];
            if (covers(&b, least, greatest))
                return b;
        }
    }
    return b;
}

/* The range of a quantity over all strategies of the point; 0 to 0 if it has no finite value. */
static void range_of(const sq_finish *w, int quantity, bool discounted, double *least, double *greatest)
{
    bool any = false;
    *least = *greatest = 0;
    for (size_t cell = 0; cell < sq_finish_cells(w); cell++) {
        const sq_histogram *h = sq_tally_histogram(sq_finish_slice(w, cell), quantity, discounted);
        if (h->count == h->not_finite)
            continue;
        *least = !any || h->least < *least ? h->least : *least;
        *greatest = !any || h->greatest > *greatest ? h->greatest : *greatest;
        any = true;
    }
}

/* Moves a fine histogram into the published bins, each fine bin as a whole by its bound nearer to zero:
 * round numbers, where patients heap up, are such bounds. */
static void coarsen(const sq_histogram *h, const double *edges, int64_t *count)
{
    int cursor = 0, i = 0;
    sq_histogram_bin bin;
    while (sq_histogram_next(h, &cursor, &bin)) {
        while (i + 1 < SQ_PUBLISHED_BINS && bin.near >= edges[i + 1])
            i++;
        count[i] += bin.count;
    }
}

static void add_histogram(sq_finish *w, const family *f, const char *base, bool discounted)
{
    const char *of = sq_finish_name(w, "histogram of ", base, NULL);
    int64_t *count = sq_finish_count(w, sq_finish_name(w, base, "_histogram", NULL),
                                     sq_finish_name(w, "patients per bin, ", of, NULL),
                                     f->axis ? f->axis : "bin", f->axis ? "bin" : NULL);
    double *edges = sq_finish_of_point(w, SQ_F64, sq_finish_name(w, base, "_bin_edges", NULL), f->units,
                                       sq_finish_name(w, "edges of the bins, ", of, NULL),
                                       f->axis ? f->axis : "bin_edge", f->axis ? "bin_edge" : NULL);
    if (w->failed || w->outcome == NULL)
        return;
    for (int q = 0; q < f->count; q++) {
        double least, greatest, *own = edges + q * (SQ_PUBLISHED_BINS + 1);
        range_of(w, f->first + q, discounted, &least, &greatest);
        bins b = choose_bins(least, greatest);
        for (int i = 0; i <= SQ_PUBLISHED_BINS; i++)
            own[i] = edge(&b, i);
        for (size_t cell = 0; cell < sq_finish_cells(w); cell++)
            coarsen(sq_tally_histogram(sq_finish_slice(w, cell), f->first + q, discounted), own,
                    count + (cell * (size_t)f->count + (size_t)q) * SQ_PUBLISHED_BINS);
    }
}

static void add_distribution(sq_finish *w, const family *f, bool discounted)
{
    const char *base = sq_finish_name(w, f->name, discounted ? "" : "_undiscounted", NULL);
    if (sq_wants(w->model, SQ_OUT_QUANTILES))
        add_quantiles(w, f, base, discounted);
    if (w->with_curves && sq_wants(w->model, SQ_OUT_HISTOGRAMS))
        add_histogram(w, f, base, discounted);
}

/* ---- all families ---------------------------------------------------------------------------------- */

/* Discounted, then undiscounted; of subgroups the means and increments only. */
static void add_family(sq_finish *w, const family *f)
{
    if (!sq_wants(w->model, f->output))
        return;
    for (int i = 0; i < 2; i++) {
        bool discounted = i == 0;
        add_means(w, f, discounted);
        if (!w->by_subgroup)
            add_distribution(w, f, discounted);
        if (sq_wants(w->model, SQ_OUT_INCREMENTS))
            add_increments(w, f, discounted);
    }
}

void sq_finish_quantities(sq_finish *w)
{
    const sq_model *m = w->model;
    const family families[] = {
        {"life_years", "life years", "year", NULL, SQ_OUT_LIFE_YEARS, SQ_QUANTITY_LIFE_YEARS, 1},
        {"qalys", "quality-adjusted life years", "year", NULL, SQ_OUT_QALYS, SQ_QUANTITY_QALYS, 1},
        {"cost", "cost of a category", m->currency, "category", SQ_OUT_COSTS, SQ_QUANTITY_COST, m->n_costs},
        {"total_cost", "total cost", m->currency, NULL, SQ_OUT_COSTS, sq_quantity_total_cost(m), 1},
    };
    int n = m->n_costs > 0 ? 4 : 2;
    if (w->with_curves && sq_wants(m, SQ_OUT_HISTOGRAMS)) {
        sq_finish_axis(w, "bin", SQ_PUBLISHED_BINS);
        sq_finish_axis(w, "bin_edge", SQ_PUBLISHED_BINS + 1);
    }
    for (int i = 0; i < n && !w->failed; i++)
        add_family(w, &families[i]);
}
