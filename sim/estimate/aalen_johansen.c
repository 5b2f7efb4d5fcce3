/* A patient's influence on F(t), the derivative of F by the patient's weight, is a sum over the
 * rows at which the patient is at risk, and a term for what the patient's absence from then on does
 * to survival. Both are differences of running sums, so that a standard error at one time is one
 * pass over the patients:
 *
 *   d log S(t)/dw = L(min(t, x)) - L(e) - [event by t] / (n (1 - h)) at x
 *   d F(t)/dw     = sum over rows j of dF_j d log S(t_j -)/dw, plus S(t_j -) (dN_j - h_kj)/n_j
 * while at risk
 *
 * with e and x the rows of entry and exit, L the running sum of Greenwood's terms h/(n (1 - h)). */
#include "estimate/aalen_johansen.h"

#include <math.h>

typedef struct row_state {
    double survival, level; /* before the row */
} row_state;

static void add_row(const sq_risk_row *at, row_state before, double events,
                    const sq_incidence_sums *last, sq_incidence_sums *next)
{
    double n = at->at_risk, gain = before.survival * (events / n);
    next->incidence = last->incidence + gain;
    next->incidence_level = last->incidence_level + gain * before.level;
    next->incidence_share = last->incidence_share + gain / n;
    next->survival_before_at_risk = before.survival / n;
}

/* The weights of the patients with events of each cause are first put where their row's sums will
 * be. */
static void count_causes(const sq_incidence *c, sq_incidence_sums *sums)
{
    const sq_order *o = &c->tables->order;
    size_t stride = (size_t)c->table.n_rows + 1;
    for (int i = o->first[c->group]; i < o->first[c->group + 1]; i++) {
        int who = o->by_time[i], cause = c->sample->status[who];
        if (cause == 0) continue;
        size_t at = (size_t)(cause - 1) * stride + (size_t)c->tables->exit_row[who] + 1;
        sums[at].incidence += c->sample->weight ? c->sample->weight[who] : 1;
    }
}

static void fill(const sq_incidence *c, double *level, sq_incidence_sums *sums)
{
    size_t stride = (size_t)c->table.n_rows + 1;
    row_state before = {1, 0};
    count_causes(c, sums);
    for (int r = 0; r < c->table.n_rows; r++) {
        const sq_risk_row *at = &c->table.row[r];
        for (int k = 0; k < c->n_causes; k++) {
            sq_incidence_sums *last = sums + (size_t)k * stride + r;
            add_row(at, before, last[1].incidence, last, last + 1);
        }
        double n = at->at_risk;
        before.survival = sq_risk_row_is_last(at) ? 0 : before.survival * ((n - at->events) / n);
        before.level += sq_greenwood(at);
        level[r + 1] = before.level;
    }
}

static bool make_curves(sq_incidence *c, sq_arena *arena)
{
    size_t stride = (size_t)c->table.n_rows + 1;
    double *level = sq_arena_array(arena, stride, sizeof *level);
    sq_incidence_sums *sums = sq_arena_array(arena, stride * (size_t)c->n_causes, sizeof *sums);
    if (!level || !sums) return false;
    fill(c, level, sums);
    c->level = level;
    c->sums = sums;
    return true;
}

sq_status sq_aalen_johansen(const sq_sample *sample, sq_arena *arena, const sq_incidence **curves,
                            sq_error *err)
{
    sq_status status = sq_sample_check(sample, SQ_ANY_CAUSE, err);
    if (status) return status;
    sq_arena_reset(arena);
    sq_risk_tables *tables = sq_arena_alloc(arena, sizeof *tables);
    bool is_done = tables && sq_risk_tables_make(sample, SQ_ANY_CAUSE, arena, tables);
    int n_groups = is_done ? tables->order.n_parts : 0;
    sq_incidence *c = sq_arena_array(arena, (size_t)n_groups, sizeof *c);
    is_done = is_done && c;
    for (int g = 0; is_done && g < n_groups; g++) {
        c[g] = (sq_incidence){.group = g,
                              .table = tables->group[g],
                              .n_causes = sample->n_causes,
                              .sample = sample,
                              .tables = tables};
        is_done = make_curves(&c[g], arena);
    }
    *curves = c;
    return is_done ? SQ_OK
                   : sq_fail(err, SQ_ERR_MEMORY,
                             "no memory for the cumulative incidences of %d patients", sample->n);
}

/* The influence of a patient on F just after the row `now`, as numbers of running sums; in > now:
 * none yet. */
static double influence(const sq_incidence *c, int cause, int who, int now)
{
    const sq_incidence_sums *sums = c->sums + (size_t)(cause - 1) * ((size_t)c->table.n_rows + 1);
    int in = c->tables->entry_row[who], out = c->tables->exit_row[who] + 1;
    if (in >= now) return 0;
    bool is_out = out <= now;
    const sq_incidence_sums *from = sums + in, *to = sums + (is_out ? out : now);
    double at_risk = to->incidence_level - from->incidence_level -
                     c->level[in] * (to->incidence - from->incidence) -
                     (to->incidence_share - from->incidence_share);
    if (!is_out) return at_risk;
    int status = c->sample->status[who];
    double own = status == cause ? to->survival_before_at_risk : 0;
    double lost = status > 0 ? sq_greenwood_event(&c->table.row[out - 1]) : 0;
    return at_risk + own +
           (c->level[out] - c->level[in] - lost) * (sums[now].incidence - to->incidence);
}

static double standard_error(const sq_incidence *c, int cause, int now)
{
    const sq_order *o = &c->tables->order;
    double sum = 0;
    for (int i = o->first[c->group]; i < o->first[c->group + 1]; i++) {
        int who = o->by_time[i];
        double u = influence(c, cause, who, now) * (c->sample->weight ? c->sample->weight[who] : 1);
        sum += u * u;
    }
    return sqrt(sum);
}

sq_probability sq_incidence_at(const sq_incidence *c, int cause, double t, sq_interval interval)
{
    bool is_known = cause >= 1 && cause <= c->n_causes && sq_risk_table_covers(&c->table, t);
    if (!is_known) return (sq_probability){NAN, NAN, NAN, NAN};
    int now = sq_risk_table_row_at(&c->table, t) + 1;
    double f = c->sums[(size_t)(cause - 1) * ((size_t)c->table.n_rows + 1) + (size_t)now].incidence;
    return sq_probability_make(f, standard_error(c, cause, now), interval.scale,
                               sq_interval_deviate(interval.level));
}
