/* What is read off a survival curve: values at times, quantiles, the restricted mean. */
#include "estimate/kaplan_meier.h"

#include <math.h>

static const double SAME =
    0x1p-26; /* survfit's tolerance for a curve that lies at the level asked for */

sq_probability sq_km_at(const sq_km *km, double t, sq_interval interval)
{
    if (!sq_risk_table_covers(&km->table, t)) return (sq_probability){NAN, NAN, NAN, NAN};
    int r = sq_risk_table_row_at(&km->table, t);
    double deviate = sq_interval_deviate(interval.level);
    return r < 0 ? sq_probability_make(1, 0, interval.scale, deviate)
                 : sq_probability_make(km->row[r].survival, km->row[r].survival_se, interval.scale,
                                       deviate);
}

sq_estimate sq_km_hazard_at(const sq_km *km, double t)
{
    if (!sq_risk_table_covers(&km->table, t)) return (sq_estimate){NAN, NAN};
    int r = sq_risk_table_row_at(&km->table, t);
    return r < 0 ? (sq_estimate){0, 0} : (sq_estimate){km->row[r].hazard, km->row[r].hazard_se};
}

int sq_km_at_risk(const sq_km *km, double t)
{
    return sq_at_risk(&km->tables->order, km->group, t);
}

typedef enum bound { VALUE, LOW, HIGH } bound;

static double bound_at(const sq_km *km, int r, bound which, sq_interval_scale scale, double deviate)
{
    const sq_km_row *row = &km->row[r];
    if (which == VALUE) return row->survival;
    sq_probability p = sq_probability_make(row->survival, row->survival_se, scale, deviate);
    return which == LOW ? p.low : p.high;
}

/* The first time at which a curve or a bound falls below the level. */
static double crossing(const sq_km *km, double level, bound which, sq_interval_scale scale,
                       double deviate)
{
    double before = NAN, met = NAN; /* time and value of a stretch at the level */
    for (int r = 0; r < km->table.n_rows; r++) {
        double t = km->table.row[r].time;
        if (km->table.row[r].n_events == 0 && r > 0) continue; /* as the row before */
        double y = bound_at(km, r, which, scale, deviate);
        if (!isnan(before) && y < met) return (before + t) / 2;
        if (!isnan(before) || !(y < level + SAME)) continue;
        if (fabs(y - level) >= SAME) return t;
        before = t;
        met = y;
    }
    return before;
}

sq_quantile sq_km_quantile(const sq_km *km, double p, sq_interval interval)
{
    if (!(p > 0 && p < 1)) return (sq_quantile){NAN, NAN, NAN};
    double deviate = sq_interval_deviate(interval.level);
    return (sq_quantile){crossing(km, 1 - p, VALUE, interval.scale, deviate),
                         crossing(km, 1 - p, LOW, interval.scale, deviate),
                         crossing(km, 1 - p, HIGH, interval.scale, deviate)};
}

/* What lies under the curve from rows on. */
typedef struct area_sums {
    double area;          /* from row 0 on */
    double variance;      /* sum of (area from the row on)^2 x Greenwood's term */
    double *from, *terms; /* [last + 2] by row: area from the row on; sum of it x Greenwood's term
                           * over this row and later ones; NULL: not wanted */
} area_sums;

static void sum_areas(const sq_km *km, int last, double tau, area_sums *sums)
{
    double end = tau, terms = 0;
    if (sums->from) sums->terms[last + 1] = 0;
    for (int r = last; r >= 0; r--) {
        const sq_risk_row *at = &km->table.row[r];
        sums->area += km->row[r].survival * (end - at->time);
        end = at->time;
        sums->variance += sums->area * sums->area * sq_greenwood(at);
        terms += sums->area * sq_greenwood(at);
        if (!sums->from) continue;
        sums->from[r] = sums->area;
        sums->terms[r] = terms;
    }
}

/* The patients' influences on the area, squared and summed with the squares of their weights. */
static double weighted_variance(const sq_km *km, int last, const area_sums *sums)
{
    const sq_order *o = &km->tables->order;
    double sum = 0;
    for (int i = o->first[km->group]; i < o->first[km->group + 1]; i++) {
        int who = o->by_time[i], in = km->tables->entry_row[who], out = km->tables->exit_row[who];
        if (in > last) continue;
        bool is_seen = out <= last,
             is_event = is_seen && sq_sample_has_event(km->sample, km->cause, who);
        double jump = is_event ? sums->from[out] * sq_greenwood_event(&km->table.row[out]) : 0;
        double u = jump - (sums->terms[in] - sums->terms[is_seen ? out + 1 : last + 1]);
        sum += km->sample->weight[who] * km->sample->weight[who] * u * u;
    }
    return sum;
}

sq_restricted_mean sq_km_mean(const sq_km *km, double tau)
{
    int n = km->table.n_rows;
    if (!(tau > 0) || isinf(tau) || n == 0) return (sq_restricted_mean){NAN, NAN, false};
    int last = sq_risk_table_row_at(&km->table, tau);
    bool is_weighted = km->sample->weight;
    area_sums sums = {.from = is_weighted ? km->scratch : NULL,
                      .terms = is_weighted ? km->scratch + n + 1 : NULL};
    sum_areas(km, last, tau, &sums);
    double before = last < 0 ? tau : km->table.row[0].time;
    double variance = is_weighted ? weighted_variance(km, last, &sums) : sums.variance;
    return (sq_restricted_mean){before + sums.area, sqrt(variance),
                                !sq_risk_table_covers(&km->table, tau)};
}
