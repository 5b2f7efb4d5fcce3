/* What one life under one strategy leaves behind: the engine writes it, the accumulators read it. It is
 * reused for every patient; nothing in it is allocated per patient once it has grown. */
#ifndef SQ_OUTCOME_LIFE_H
#define SQ_OUTCOME_LIFE_H

#include "base/error.h"
#include "model/model.h"

#include <stdint.h>

/* Quantities summed per patient, in this order; each twice, discounted first, then undiscounted:
 *   0 life years, 1 QALYs, 2 … 1+n_costs cost by category, 2+n_costs total cost.
 * Unit while a life runs: day and money; the accumulators turn days into years. */
enum { SQ_QUANTITY_LIFE_YEARS = 0, SQ_QUANTITY_QALYS = 1, SQ_QUANTITY_COST = 2 };
static inline int sq_quantities(const sq_model *m) { return 3 + m->n_costs; }
static inline int sq_quantity_total_cost(const sq_model *m) { return 2 + m->n_costs; }

/* A stay in one state, [from, to) in days; consecutive stays touch, and the last one (in a death state,
 * if the patient died) reaches to the end of follow-up. */
typedef struct sq_stay {
    int state;
    double from, to;
} sq_stay;

/* One patient's passage through an endpoint's risk set. */
typedef struct sq_passage {
    double origin; /* day, landmark included; NaN: never at risk */
    double end;    /* day of the event, of censoring, or of the end of follow-up */
    int cause;     /* 0 … n_causes-1 within the endpoint, -1 censored (also by the end of follow-up) */
    bool closed;   /* end is known */
} sq_passage;

/* One line of the event log. */
typedef struct sq_log_entry {
    double time;    /* day */
    int occurrence; /* what happened */
    int state;      /* the state when it happened; an entry counts as done */
} sq_log_entry;

typedef struct sq_life {
    double *total;        /* [2 * sq_quantities] discounted, undiscounted alternating */
    uint32_t *count;      /* [SQ_OCCURRENCES] how often each occurrence happened */
    double *first_time;   /* [SQ_OCCURRENCES] day of the first time; NaN if never */
    sq_passage *passage;  /* [n_endpoints] */
    int *subgroup;        /* [n_groupings] where the patient belongs, -1: in none */
    sq_stay *stay;
    int n_stays, stay_capacity;
    sq_log_entry *log;    /* filled only where keep_log is set */
    int n_log, log_capacity;
    bool keep_log;
    double end;           /* day at which follow-up ends, had the patient lived: the horizon or closing */
    double died;          /* day; +inf if alive at the end of follow-up */
} sq_life;

sq_status sq_life_init(sq_life *life, const sq_model *model, sq_error *err);
void sq_life_free(sq_life *life); /* legal after a failed init */
/* Empties it for the next patient. */
void sq_life_reset(sq_life *life, const sq_model *model);
/* Finds the patient's subgroups from its attributes at baseline ([n_attributes]). */
void sq_life_place(sq_life *life, const sq_model *model, const double *baseline);
/* Both fail with SQ_ERR_MEMORY only. add_log does nothing unless keep_log is set. */
sq_status sq_life_add_stay(sq_life *life, int state, double from, double to, sq_error *err);
sq_status sq_life_add_log(sq_life *life, double time, int occurrence, int state, sq_error *err);

#endif
