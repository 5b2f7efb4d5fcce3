/* The curves row by row. Variances with weights need every patient's influence at every row; they
 * are sums of squares over those at risk, which grow alike, and over those who are done, so running
 * sums suffice. */
#include "estimate/kaplan_meier.h"

#include <math.h>

/* Sum over patients of (weight x influence)^2 where the influence falls by `step` at each row while
 * at risk and rises by `jump` at the patient's own event: for log survival with Greenwood's terms,
 * for the cumulative hazard with h/n and 1/n. */
typedef struct spread {
    double level;           /* sum of steps so far */
    double ww, wwu, wwuu;   /* over those at risk: w^2, w^2 u, w^2 u^2; u = level since entry */
    double done;            /* over those no longer: (w (jump - u))^2 */
    double *level_at_entry; /* [n] by patient */
} spread;

static void enter(spread *s, const sq_sample *sample, int who)
{
    s->level_at_entry[who] = s->level;
    s->ww += sample->weight[who] * sample->weight[who];
}

static void move_on(spread *s, double step)
{
    s->wwuu += step * (2 * s->wwu + step * s->ww);
    s->wwu += step * s->ww;
    s->level += step;
}

static void leave(spread *s, const sq_sample *sample, int who, double jump)
{
    double ww = sample->weight[who] * sample->weight[who], u = s->level - s->level_at_entry[who];
    s->ww -= ww;
    s->wwu -= ww * u;
    s->wwuu -= ww * u * u;
    s->done += ww * (jump - u) * (jump - u);
}

static double variance(spread *s, bool is_empty)
{
    if (is_empty) s->ww = s->wwu = s->wwuu = 0;
    return s->done + fmax(0, s->wwuu);
}

typedef struct weighted {
    spread survival, hazard;
    int next_in, next_out; /* places in the orders */
} weighted;

static void enter_both(weighted *w, const sq_sample *s, int who)
{
    enter(&w->survival, s, who);
    enter(&w->hazard, s, who);
}

/* Those first at risk at row r come in; without late entry all do at row 0. */
static void take_in(weighted *w, const sq_km *km, int r)
{
    const sq_order *o = &km->tables->order;
    const int *by = o->by_entry ? o->by_entry : o->by_time;
    for (; w->next_in < o->first[km->group + 1] && km->tables->entry_row[by[w->next_in]] <= r;
         w->next_in++)
        enter_both(w, km->sample, by[w->next_in]);
}

/* Standard errors of row r, whose survival is known. */
static void weigh_row(weighted *w, const sq_km *km, int r, sq_km_row *row)
{
    const sq_risk_row *at = &km->table.row[r];
    const sq_order *o = &km->tables->order;
    double n = at->at_risk;
    take_in(w, km, r);
    move_on(&w->survival, sq_greenwood(at));
    move_on(&w->hazard, at->events / (n * n));
    int out = w->next_out;
    for (; w->next_out < o->first[km->group + 1] &&
           km->tables->exit_row[o->by_time[w->next_out]] == r;
         w->next_out++) {
        int who = o->by_time[w->next_out],
            is_event = sq_sample_has_event(km->sample, km->cause, who);
        leave(&w->survival, km->sample, who, is_event ? sq_greenwood_event(at) : 0);
        leave(&w->hazard, km->sample, who, is_event ? 1 / n : 0);
    }
    bool is_empty = at->n_at_risk == w->next_out - out;
    double log_variance = variance(&w->survival, is_empty);
    row->survival_se = row->survival > 0 ? row->survival * sqrt(log_variance) : NAN;
    row->hazard_se = sqrt(variance(&w->hazard, is_empty));
}

/* Survival and hazard; Greenwood's and Aalen's standard errors. */
static void fill_rows(sq_km *km, sq_km_row *row)
{
    double survival = 1, hazard = 0, greenwood = 0, aalen = 0;
    for (int r = 0; r < km->table.n_rows; r++) {
        const sq_risk_row *at = &km->table.row[r];
        double n = at->at_risk, d = at->events;
        survival = sq_risk_row_is_last(at) ? 0 : survival * ((n - d) / n);
        greenwood += sq_greenwood(at);
        hazard += d / n;
        aalen += d / (n * n);
        row[r] = (sq_km_row){survival, survival > 0 ? survival * sqrt(greenwood) : NAN, hazard,
                             sqrt(aalen)};
        if (isnan(km->emptied) && survival == 0 && r + 1 < km->table.n_rows) km->emptied = at->time;
    }
}

static bool weigh_rows(const sq_km *km, sq_arena *arena, sq_km_row *row)
{
    weighted w = {.next_in = km->tables->order.first[km->group],
                  .next_out = km->tables->order.first[km->group]};
    size_t n = (size_t)km->sample->n;
    w.survival.level_at_entry = sq_arena_array(arena, n, sizeof(double));
    w.hazard.level_at_entry = sq_arena_array(arena, n, sizeof(double));
    if (!w.survival.level_at_entry || !w.hazard.level_at_entry) return false;
    for (int r = 0; r < km->table.n_rows; r++) weigh_row(&w, km, r, &row[r]);
    return true;
}

static bool make_curve(sq_km *km, sq_arena *arena)
{
    size_t n_rows = (size_t)km->table.n_rows;
    sq_km_row *row = sq_arena_array(arena, n_rows, sizeof *row);
    if (!row) return false;
    fill_rows(km, row);
    km->row = row;
    if (!km->sample->weight) return true;
    km->scratch = sq_arena_array(arena, 2 * (n_rows + 1), sizeof *km->scratch);
    return km->scratch && weigh_rows(km, arena, row);
}

sq_status sq_kaplan_meier(const sq_sample *sample, int cause, sq_arena *arena, const sq_km **curves,
                          sq_error *err)
{
    sq_status status = sq_sample_check(sample, cause, err);
    if (status) return status;
    sq_arena_reset(arena);
    sq_risk_tables *tables = sq_arena_alloc(arena, sizeof *tables);
    bool is_done = tables && sq_risk_tables_make(sample, cause, arena, tables);
    int n_groups = is_done ? tables->order.n_parts : 0;
    sq_km *km = sq_arena_array(arena, (size_t)n_groups, sizeof *km);
    is_done = is_done && km;
    for (int g = 0; is_done && g < n_groups; g++) {
        km[g] = (sq_km){.group = g,
                        .table = tables->group[g],
                        .emptied = NAN,
                        .sample = sample,
                        .tables = tables,
                        .cause = cause};
        is_done = make_curve(&km[g], arena);
    }
    *curves = km;
    return is_done ? SQ_OK
                   : sq_fail(err, SQ_ERR_MEMORY, "no memory for the survival of %d patients",
                             sample->n);
}
