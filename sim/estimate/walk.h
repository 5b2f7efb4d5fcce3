/* A sample in the order of time, and the walk that every estimator here is made of: from the last
 * time to the first, patients join those at risk when their follow-up ends and leave when it began.
 */
#ifndef SQ_ESTIMATE_WALK_H
#define SQ_ESTIMATE_WALK_H

#include <stdbool.h>

#include "estimate/sample.h"

/* Patients in parts (groups or strata), and in each part by time. */
typedef struct sq_order {
    const double *time, *entry; /* the sample's */
    int n_parts;
    const int *first;    /* [n_parts + 1] part p is by_time[first[p] .. first[p+1]), and the same of
                            by_entry */
    const int *by_time;  /* [n] ascending; ties as in the sample */
    const int *by_entry; /* [n] ascending; NULL without entry times */
} sq_order;

/* Puts the sample in order, by parts part[n] (NULL: one). Memory from the arena; false when it is
 * out. Merges runs sorted by insertion: at most a constant times n log n steps, and no call that
 * may allocate. */
bool sq_order_make(const sq_sample *sample, const int *part, int n_parts, sq_arena *arena,
                   sq_order *order);

/* One distinct time at which follow-up ends. Those at risk just before it: all who joined so far
 * and have not left, that is with entry < time <= their own time. */
typedef struct sq_walk {
    const sq_order *order;
    int part, begin, next,
        next_left; /* by_time[begin .. next) is still to come, by_entry[begin .. next_left) too */
    int at_risk;   /* patients */
    double time;
    const int *joining,
        *leaving; /* patients whose time this is; patients whose entry is this time or later */
    int n_joining, n_leaving;
} sq_walk;

sq_walk sq_walk_start(const sq_order *order, int part);
/* Goes back to the next earlier time; false at the end. */
bool sq_walk_step(sq_walk *walk);

#endif
