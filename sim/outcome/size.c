/* Counting datasets and values without making them. It follows finish*.c part by part, in the same order; a
 * test holds the two together. Doubles, because what is asked for may be far beyond what fits anywhere. */
#include "outcome/size.h"

#include "outcome/finish.h"

/* What is being counted: cells as in sq_finish, and whether by subgroup. */
typedef struct counter {
    const sq_model *model;
    sq_outcome_size size;
    double cells;
    bool by_subgroup, with_curves;
} counter;

/* `datasets` of `values` each. */
static void count(counter *c, double datasets, double values)
{
    c->size.datasets += datasets;
    c->size.values += datasets * values;
}

/* As count, of axes that are left out where they have no length. */
static void count_axis(counter *c, double datasets, double length)
{
    if (length > 0)
        count(c, datasets, length);
}

static int words_left_out(const sq_model *m)
{
    int n = m->curves == SQ_CURVES_NEVER;
    for (int i = 0; i < SQ_OUTPUTS; i++)
        n += !sq_wants(m, (sq_output)i);
    return n;
}

static void count_coordinates(counter *c, int n_scenarios, int n_draws)
{
    const sq_model *m = c->model;
    count(c, 1, n_scenarios);
    count(c, 1, n_draws);
    count(c, 3, m->n_strategies);
    count(c, 1, (double)n_scenarios * n_draws);
    count_axis(c, 1, m->n_endpoints);
    count_axis(c, 1, m->n_causes);
    count_axis(c, 1, m->n_states);
    count_axis(c, 1, m->n_costs);
    count(c, 1, SQ_OCCURS_DEATH(m) + 1);
    count_axis(c, 2, m->n_highlights);
    count_axis(c, 1, m->n_grid);
    count_axis(c, 1, m->n_quantiles);
    if (sq_wants(m, SQ_OUT_TRANSITIONS))
        count_axis(c, 2, m->n_states);
    count_axis(c, 3, m->n_subgroups);
    count_axis(c, 1, c->cells * m->n_subgroups);
    count_axis(c, 1, words_left_out(m));
}

static void count_endpoints(counter *c)
{
    const sq_model *m = c->model;
    bool survival = sq_wants(m, SQ_OUT_SURVIVAL), incidence = sq_wants(m, SQ_OUT_INCIDENCE);
    bool curves = c->with_curves && m->n_grid > 0;
    double endpoints = c->cells * m->n_endpoints;
    if (m->n_endpoints == 0 || (!survival && !incidence))
        return;
    if (!c->by_subgroup)
        count(c, 1, m->n_causes);
    count(c, 1, endpoints);
    if (survival && m->n_quantiles > 0 && m->n_grid > 0)
        count(c, 1, endpoints * m->n_quantiles);
    if (survival && curves)
        count(c, 5, endpoints * m->n_grid);
    if (incidence && curves)
        count(c, 3, c->cells * m->n_causes * m->n_grid);
}

static void count_family(counter *c, sq_output output, int quantities)
{
    const sq_model *m = c->model;
    double values = c->cells * quantities;
    if (!sq_wants(m, output) || quantities == 0)
        return;
    count(c, c->by_subgroup ? 4 : 6, values); /* mean, error, variance; discounted and not */
    if (sq_wants(m, SQ_OUT_INCREMENTS))
        count(c, c->by_subgroup ? 4 : 6, values); /* mean, error, unpaired error */
    if (c->by_subgroup)
        return;
    if (sq_wants(m, SQ_OUT_QUANTILES) && m->n_quantiles > 0)
        count(c, 2, values * m->n_quantiles);
    if (c->with_curves && sq_wants(m, SQ_OUT_HISTOGRAMS)) {
        count(c, 2, values * SQ_PUBLISHED_BINS);
        count(c, 2, c->cells / m->n_strategies * quantities * (SQ_PUBLISHED_BINS + 1));
    }
}

/* The parts that subgroups have too. */
static void count_slices(counter *c)
{
    const sq_model *m = c->model;
    double events = c->cells * (SQ_OCCURS_DEATH(m) + 1);
    count_endpoints(c);
    if (sq_wants(m, SQ_OUT_EVENTS))
        count(c, 3, events);
    count_family(c, SQ_OUT_LIFE_YEARS, 1);
    count_family(c, SQ_OUT_QALYS, 1);
    count_family(c, SQ_OUT_COSTS, m->n_costs);
    count_family(c, SQ_OUT_COSTS, m->n_costs > 0 ? 1 : 0);
}

static void count_occupancy(counter *c)
{
    const sq_model *m = c->model;
    if (c->with_curves && sq_wants(m, SQ_OUT_OCCUPANCY))
        count_axis(c, 1, c->cells * m->n_states * m->n_grid);
}

static void count_states_and_events(counter *c)
{
    const sq_model *m = c->model;
    double events = c->cells * (SQ_OCCURS_DEATH(m) + 1), states = m->n_states;
    count_occupancy(c);
    if (sq_wants(m, SQ_OUT_TRANSITIONS))
        count_axis(c, 2, c->cells * states * states);
    if (sq_wants(m, SQ_OUT_FIRST_TIMES))
        count(c, 3, events);
    if (sq_keeps_first_histograms(m))
        count(c, 1, events * m->n_quantiles);
}

static void count_emulations(counter *c, double points)
{
    const sq_model *m = c->model;
    const sq_emulated_sizes n = sq_emulated_lengths(m);
    count_axis(c, 4, m->n_emulations);
    count_axis(c, 2, (double)n.groups);
    count_axis(c, 6, points * m->n_emulations);
    count_axis(c, 1, points * (double)n.groups);
    count_axis(c, 1, m->n_emulations > 0 ? SQ_ESTIMATE_ENDINGS : 0);
    count_axis(c, 1, m->n_emulations > 0 ? SQ_COHORT_QUANTILES : 0);
    if (n.estimates == 0)
        return;
    count(c, 5, (double)n.estimates);
    count(c, 5, points * (double)n.estimates);
    count(c, 1, points * (double)n.estimates * SQ_COHORT_QUANTILES);
    count(c, 1, points * (double)n.estimates * SQ_ESTIMATE_ENDINGS);
    if (c->with_curves)
        count(c, 1, points * (double)n.estimates * (double)n.cohorts);
}

static void count_predictive(counter *c, double points, double targets)
{
    count(c, 1, targets); /* which estimate */
    count(c, 1, points * targets * SQ_COHORT_QUANTILES);
    count(c, 1, points * targets);
}

static void count_targets_and_parameters(counter *c, double points)
{
    const sq_model *m = c->model;
    if (m->n_targets > 0 && sq_wants(m, SQ_OUT_TARGETS)) {
        count(c, 10, m->n_targets);
        count(c, 3, points * m->n_targets);
        if (m->n_emulations > 0)
            count_predictive(c, points, m->n_targets);
    }
    if (m->n_parameters > 0 && sq_wants(m, SQ_OUT_PARAMETERS)) {
        count(c, 4, m->n_parameters);
        count(c, 1, points * m->n_parameters);
    }
}

sq_outcome_size sq_outcome_size_of(const sq_model *m, int n_scenarios, int n_draws)
{
    double points = (double)n_scenarios * n_draws;
    counter c = {.model = m,
                 .cells = points * m->n_strategies,
                 .with_curves = sq_has_curves(m, points)};
    count_coordinates(&c, n_scenarios, n_draws);
    count_slices(&c);
    count_states_and_events(&c);
    count_emulations(&c, points);
    count_targets_and_parameters(&c, points);
    c.by_subgroup = true;
    c.cells *= m->n_subgroups;
    if (m->n_subgroups > 0) {
        count_slices(&c);
        count_occupancy(&c);
    }
    return c.size;
}

/* ---- memory ---------------------------------------------------------------------------------------- */

enum { OCTAVES_TOUCHED = 12 };

static double histogram_bytes(int coarser)
{
    return sizeof(sq_histogram) + (double)OCTAVES_TOUCHED * (SQ_HISTOGRAM_BINS >> coarser) * sizeof(uint16_t);
}

sq_outcome_memory sq_outcome_memory_of(const sq_model *m)
{
    sq_layout all = sq_layout_of(m, false), part = sq_layout_of(m, true);
    double strategies = m->n_strategies, parts = strategies * m->n_subgroups;
    double rows = 2.0 * sq_kept_of(m).count, first = strategies * sq_first_times_of(m);
    double counts = strategies * (double)all.stride + parts * (double)part.stride + 2.0 * m->n_targets;
    double totals = counts * sizeof(int64_t) + (strategies + parts) * rows * SQ_SUMS * sizeof(sq_exact) +
                    first * sizeof(sq_first_times);
    if (sq_keeps_histograms(m))
        totals += strategies * rows * histogram_bytes(0);
    if (sq_keeps_first_histograms(m))
        totals += first * histogram_bytes(SQ_FIRST_TIME_COARSER);
    double block = strategies * SQ_BLOCK * (rows * sizeof(double) + (double)m->n_groupings * sizeof(int));
    if (m->n_groupings > 0)
        block += SQ_BLOCK * (2 * rows * sizeof(double) + sizeof(int));
    if (sq_keeps_first_histograms(m))
        block += first * (SQ_FIRST_TIMES_WAITING * sizeof(double) + sizeof(int));
    return (sq_outcome_memory){.totals = totals, .block = block};
}
