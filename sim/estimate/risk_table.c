/* Rows are found from the last time to the first, so that sums at risk grow by addition; only late
 * entry takes away, and a risk set that was empty begins again at exactly nothing. */
#include "estimate/risk_table.h"

#include <math.h>

static double weight_of(const sq_sample *s, int i) { return s->weight ? s->weight[i] : 1; }

static double sum_weights(const sq_sample *s, const int *who, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += weight_of(s, who[i]);
    return sum;
}

static sq_risk_row make_row(const sq_sample *s, int cause, const sq_walk *w, double later_at_risk)
{
    bool is_fresh = w->at_risk == w->n_joining;
    double before = is_fresh ? 0 : later_at_risk - sum_weights(s, w->leaving, w->n_leaving);
    sq_risk_row row = {.time = w->time, .n_at_risk = w->at_risk};
    for (int i = 0; i < w->n_joining; i++) {
        int who = w->joining[i];
        int is_event = sq_sample_has_event(s, cause, who);
        *(is_event ? &row.events : &row.censored) += weight_of(s, who);
        row.n_events += is_event;
    }
    row.at_risk = before + sum_weights(s, w->joining, w->n_joining);
    return row;
}

/* Rows of one part, written from the end of its room; returns the first. Row numbers are counted
 * from the end until it is known how many there are. */
static sq_risk_table make_table(const sq_sample *s, int cause, const sq_order *order, int part,
                                sq_risk_row *end, int *exit_row, int *entry_row)
{
    sq_walk w = sq_walk_start(order, part);
    int n_rows = 0;
    bool is_exhausted = false;
    double at_risk = 0;
    while (sq_walk_step(&w)) {
        n_rows++;
        end[-n_rows] = make_row(s, cause, &w, at_risk);
        at_risk = end[-n_rows].at_risk;
        is_exhausted = is_exhausted || sq_risk_row_is_last(&end[-n_rows]);
        for (int i = 0; i < w.n_joining; i++) exit_row[w.joining[i]] = n_rows;
        for (int i = 0; i < w.n_leaving; i++) entry_row[w.leaving[i]] = n_rows - 1;
    }
    for (int i = order->first[part]; i < order->first[part + 1]; i++) {
        int who = order->by_time[i];
        exit_row[who] = n_rows - exit_row[who];
        entry_row[who] = entry_row[who] < 0 ? 0 : n_rows - entry_row[who];
    }
    return (sq_risk_table){n_rows, end - n_rows, is_exhausted};
}

bool sq_risk_tables_make(const sq_sample *s, int cause, sq_arena *arena, sq_risk_tables *tables)
{
    int n_groups = s->group ? s->n_groups : 1;
    size_t n = (size_t)s->n;
    sq_risk_row *rows = sq_arena_array(arena, n, sizeof *rows);
    sq_risk_table *group = sq_arena_array(arena, (size_t)n_groups, sizeof *group);
    int *exit_row = sq_arena_array(arena, n, sizeof *exit_row);
    int *entry_row = sq_arena_array(arena, n, sizeof *entry_row);
    if (!rows || !group || !exit_row || !entry_row ||
        !sq_order_make(s, s->group, n_groups, arena, &tables->order))
        return false;
    for (int i = 0; i < s->n; i++) entry_row[i] = -1; /* does not enter late, as far as is known */
    for (int g = 0; g < n_groups; g++)
        group[g] = make_table(s, cause, &tables->order, g, rows + tables->order.first[g + 1],
                              exit_row, entry_row);
    tables->group = group;
    tables->exit_row = exit_row;
    tables->entry_row = entry_row;
    return true;
}

int sq_risk_table_row_at(const sq_risk_table *table, double t)
{
    int low = 0, high = table->n_rows;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (table->row[middle].time <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

bool sq_risk_table_covers(const sq_risk_table *table, double t)
{
    const sq_risk_row *last = table->n_rows > 0 ? &table->row[table->n_rows - 1] : NULL;
    return t >= 0 && !isinf(t) && last && (t <= last->time || table->is_exhausted);
}

/* How many of the part's patients have key >= t. */
static int count_from(const double *key, const int *by_key, int n, double t)
{
    int low = 0, high = n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (key[by_key[middle]] < t)
            low = middle + 1;
        else
            high = middle;
    }
    return n - low;
}

int sq_at_risk(const sq_order *o, int part, double t)
{
    int first = o->first[part], n = o->first[part + 1] - first;
    int to_come = count_from(o->time, o->by_time + first, n, t);
    return to_come - (o->by_entry ? count_from(o->entry, o->by_entry + first, n, t) : 0);
}
