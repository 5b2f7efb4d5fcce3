/* What an accumulator has room for, and what its counts and sums say. */
#include "outcome/tally.h"

#include "model/unit.h"

#include <math.h>

/* ---- what is kept ---------------------------------------------------------------------------------- */

/* Targets are compared from the same counts and sums. */
static bool has_targets(const sq_model *m)
{
    return m->n_targets > 0 && sq_wants(m, SQ_OUT_TARGETS);
}

static bool counts_passages(const sq_model *m, bool of_subgroups)
{
    return sq_wants(m, SQ_OUT_SURVIVAL) || sq_wants(m, SQ_OUT_INCIDENCE) ||
           (!of_subgroups && has_targets(m));
}

/* Of the states, whole curves or for a target. */
static bool counts_states(const sq_model *m, bool of_subgroups)
{
    if (sq_wants(m, SQ_OUT_OCCUPANCY) && m->curves != SQ_CURVES_NEVER)
        return true;
    for (int i = 0; !of_subgroups && has_targets(m) && i < m->n_targets; i++) {
        if (m->targets[i].kind == SQ_TARGET_OCCUPANCY)
            return true;
    }
    return false;
}

sq_layout sq_layout_of(const sq_model *m, bool of_subgroups)
{
    sq_layout at = {.points = (size_t)m->n_grid + 1};
    size_t states = (size_t)m->n_states, next = 1;
    if (counts_passages(m, of_subgroups)) {
        at.endpoints = (size_t)m->n_endpoints;
        at.causes = (size_t)m->n_causes;
    }
    if (counts_states(m, of_subgroups))
        at.states = states;
    if (sq_wants(m, SQ_OUT_EVENTS) || (sq_wants(m, SQ_OUT_FIRST_TIMES) && !of_subgroups))
        at.occurrences = (size_t)SQ_OCCURRENCES(m);
    if (sq_wants(m, SQ_OUT_TRANSITIONS) && !of_subgroups)
        at.moves = states * states;
    at.at_origin = next;
    next += at.endpoints;
    at.events = next;
    next += at.causes * at.points;
    at.inside = next;
    next += at.endpoints * at.points;
    at.at_end = next;
    next += at.endpoints * at.points;
    at.occupancy = next;
    next += at.states * at.points;
    at.closing = m->closes && at.states > 0 ? at.points : 0;
    at.closed = next;
    next += at.closing;
    at.count = next;
    at.count_squared = next + at.occurrences;
    at.ever = next + 2 * at.occurrences;
    next += 3 * at.occurrences;
    at.move = next;
    at.move_squared = next + at.moves;
    at.stride = next + 2 * at.moves;
    return at;
}

static bool keeps_quantity(const sq_model *m, int quantity)
{
    sq_output output = quantity == SQ_QUANTITY_LIFE_YEARS ? SQ_OUT_LIFE_YEARS
                       : quantity == SQ_QUANTITY_QALYS    ? SQ_OUT_QALYS
                                                          : SQ_OUT_COSTS;
    if (sq_wants(m, output))
        return true;
    for (int i = 0; has_targets(m) && i < m->n_targets; i++) {
        if (m->targets[i].kind == SQ_TARGET_MEAN && m->targets[i].index == quantity)
            return true;
    }
    return false;
}

sq_kept sq_kept_of(const sq_model *m)
{
    sq_kept kept = {0};
    for (int i = 0; i < sq_quantities(m); i++) {
        kept.place[i] = -1;
        if (!keeps_quantity(m, i))
            continue;
        kept.place[i] = kept.count;
        kept.quantity[kept.count++] = i;
    }
    return kept;
}

bool sq_keeps_histograms(const sq_model *m)
{
    return (sq_wants(m, SQ_OUT_QUANTILES) && m->n_quantiles > 0) ||
           (sq_wants(m, SQ_OUT_HISTOGRAMS) && m->curves != SQ_CURVES_NEVER);
}

bool sq_keeps_first_histograms(const sq_model *m)
{
    return sq_wants(m, SQ_OUT_FIRST_TIMES) && sq_wants(m, SQ_OUT_QUANTILES) && m->n_quantiles > 0;
}

int sq_first_times_of(const sq_model *m)
{
    return sq_wants(m, SQ_OUT_FIRST_TIMES) ? SQ_OCCURS_DEATH(m) + 1 : 0;
}

/* ---- reading --------------------------------------------------------------------------------------- */

int64_t sq_tally_lives(sq_slice s)
{
    const sq_outcome *o = s.outcome;
    return sq_tally(o, s.strategy, s.subgroup)[sq_tally_layout(o, s.subgroup)->lives];
}

static size_t row_of(sq_slice s, int quantity, bool discounted)
{
    const sq_outcome *o = s.outcome;
    int row = 2 * o->kept.place[quantity] + (discounted ? 0 : 1);
    return (size_t)s.strategy * (size_t)sq_rows(o) + (size_t)row;
}

const sq_histogram *sq_tally_histogram(sq_slice s, int quantity, bool discounted)
{
    return &s.outcome->histograms[row_of(s, quantity, discounted)];
}

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

sq_moments sq_tally_moments(sq_slice s, int quantity, bool discounted, bool difference)
{
    const sq_outcome *o = s.outcome;
    if (o->kept.place[quantity] < 0)
        return (sq_moments){NAN, NAN, NAN};
    size_t row = row_of(s, quantity, discounted), subgroups = (size_t)o->model->n_subgroups;
    const sq_exact *sums = s.subgroup < 0
                               ? &o->sums[row * SQ_SUMS]
                               : &o->part_sums[(row * subgroups + (size_t)s.subgroup) * SQ_SUMS];
    double x = sq_exact_value(&sums[difference ? SQ_SUM_D : SQ_SUM_X]);
    double xx = sq_exact_value(&sums[difference ? SQ_SUM_DD : SQ_SUM_XX]);
    return sq_moments_of(x, xx, (double)sq_tally_lives(s));
}

double sq_outcome_mean(const sq_outcome *o, int strategy, int quantity, bool discounted)
{
    return sq_tally_moments((sq_slice){o, strategy, -1}, quantity, discounted, false).mean;
}

sq_moments sq_tally_first_time(sq_slice s, int occurrence)
{
    static const double UNIT = 0x1p-20 / SQ_DAYS_PER_YEAR;
    const sq_outcome *o = s.outcome;
    const sq_first_times *first = &o->first[s.strategy * o->n_first + occurrence];
    const int64_t *tally = sq_tally(o, s.strategy, -1);
    double n = (double)tally[o->all.ever + (size_t)occurrence];
    sq_moments units = sq_moments_of((double)first->sum, (double)first->squares, n);
    return (sq_moments){units.mean * UNIT, units.variance * UNIT * UNIT, units.se * UNIT};
}

sq_risk_set sq_tally_risk_set(sq_slice s, int endpoint)
{
    const sq_outcome *o = s.outcome;
    const sq_endpoint *e = &o->model->endpoints[endpoint];
    const sq_layout *at = sq_tally_layout(o, s.subgroup);
    const int64_t *tally = sq_tally(o, s.strategy, s.subgroup);
    size_t row = (size_t)endpoint * at->points;
    return (sq_risk_set){.n_points = o->model->n_grid,
                         .n_causes = e->n_causes,
                         .at_origin = tally[at->at_origin + (size_t)endpoint],
                         .events = tally + at->events + (size_t)e->first_cause * at->points,
                         .inside = tally + at->inside + row,
                         .at_end = tally + at->at_end + row,
                         .stride = (int)at->points};
}
