/* Who was at risk and what happened at each time at which follow-up of somebody ended. */
#ifndef SQ_ESTIMATE_RISK_TABLE_H
#define SQ_ESTIMATE_RISK_TABLE_H

#include "estimate/walk.h"

typedef struct sq_risk_row {
    double time;
    double at_risk, events, censored; /* sums of weights; at risk just before time */
    int n_at_risk, n_events;          /* patients */
} sq_risk_row;

/* Whether everybody at risk has the event: what is left of a probability is then exactly nothing.
 */
static inline bool sq_risk_row_is_last(const sq_risk_row *row)
{
    return row->n_events == row->n_at_risk;
}

/* One group's rows in ascending time. */
typedef struct sq_risk_table {
    int n_rows;
    const sq_risk_row *row; /* [n_rows] */
    bool
        is_exhausted; /* at some row everybody at risk had the event: nothing is left of survival */
} sq_risk_table;

typedef struct sq_risk_tables {
    sq_order order;             /* parts are the groups */
    const sq_risk_table *group; /* [order.n_parts]; a group nobody is in has no rows */
    const int *exit_row;        /* [n] by patient: the row of the patient's own time */
    const int *entry_row;       /* [n] the first row at which the patient is at risk */
} sq_risk_tables;

/* Tables of the sample's groups, in the arena (not reset here); false when memory is out. The
 * sample was checked. */
bool sq_risk_tables_make(const sq_sample *sample, int cause, sq_arena *arena,
                         sq_risk_tables *tables);

/* The last row at or before t: -1 before the first. */
int sq_risk_table_row_at(const sq_risk_table *table, double t);

/* Whether estimates exist at t >= 0: somebody of the group is followed so far, or everybody had the
 * event before. */
bool sq_risk_table_covers(const sq_risk_table *table, double t);

/* Patients of a group with entry < t <= time. */
int sq_at_risk(const sq_order *order, int part, double t);

/* d/(n (n-d)): what a row adds to the variance of the logarithm of survival (Greenwood), and the
 * derivative by a patient's weight of its logarithm while at risk; 0 where everybody has the event.
 */
static inline double sq_greenwood(const sq_risk_row *row)
{
    return sq_risk_row_is_last(row) ? 0
                                    : row->events / (row->at_risk * (row->at_risk - row->events));
}

/* What one event adds to that derivative: 1/(n-d). */
static inline double sq_greenwood_event(const sq_risk_row *row)
{
    return sq_risk_row_is_last(row) ? 0 : 1 / (row->at_risk - row->events);
}

#endif
