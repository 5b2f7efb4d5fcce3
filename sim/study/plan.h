/* The plan of a study: its points, the work items made of them, who is to do the next one, and what failed first.
 * A point is one scenario and draw: its parameter blocks, its luck and an accumulator of each thread that had items of it.
 * They are there from its first item to its last; then the estimates are taken, so that memory does not grow with the
 * number of points. Items are numbered point by point. What many threads write here is written under a lock or
 * atomically. */
#ifndef SQ_STUDY_PLAN_H
#define SQ_STUDY_PLAN_H

#include "engine/columns.h"
#include "study/emulation_run.h"
#include "study/row_order.h"
#include "study/study.h"

#include <omp.h>

typedef struct sq_point {
    omp_lock_t lock;        /* held while it is begun, and while one more item of it is over */
    bool begun;
    int64_t left;           /* items that are not over */
    const double **blocks;  /* [n_strategies] */
    double *numbers;        /* [n_strategies] blocks */
    sq_luck luck;
    sq_outcome **won;       /* [threads] what each has won; NULL: nothing */
} sq_point;

/* Of the lowest item that failed. */
typedef struct sq_failure {
    int64_t item;    /* n_items if none */
    int64_t patient; /* whose life went wrong; -1: it was something else, as err says */
    sq_error err;
} sq_failure;

typedef struct sq_plan {
    const sq_model *model;
    const sq_run_options *options;
    sq_extent extent;
    const sq_col_plan *columns; /* of the columnar engine */
    sq_col_plan *own_columns;   /* the same, unless it was given */
    int threads;
    sq_point *points;
    int n_locks;            /* of the points', that there are */
    const sq_estimates *estimates; /* where what is known of points goes */
    int64_t point_items;    /* of each point */
    int64_t n_items;
    int64_t next;           /* item to be handed out */
    int64_t done;           /* patients of the items that are over */
    sq_failure failure;
    bool has_rows;
    sq_emulation_run emulation; /* where rows go, and on to the options' sink */
    sq_row_sink sink;       /* the same */
    sq_row_order rows;      /* if there are any */
} sq_plan;

/* What is lived with these options. */
sq_extent sq_study_extent(const sq_model *model, const sq_run_options *options);

/* Zero-initialise before; freed by sq_plan_free in every case. The estimates must outlive it. */
sq_status sq_plan_init(sq_plan *plan, const sq_model *model, const sq_run_options *options, int threads,
                       const sq_estimates *estimates, sq_error *err);
void sq_plan_free(sq_plan *plan);

/* The next item, with the accumulator of this thread (0 ... threads - 1); false when there is none, only such as come after
 * one that failed and are therefore in vain, or its point cannot be begun, which is then noted. Any thread. */
bool sq_plan_next(sq_plan *plan, int thread, sq_item *item);
int sq_plan_point_of(const sq_plan *plan, int64_t item);
int64_t sq_plan_last_item(const sq_plan *plan, int point);
/* An item that did not fail is over: its accumulator has taken all in. With the last item of a point its estimates are
 * taken and its memory is given back. Any thread. */
sq_status sq_plan_over(sq_plan *plan, const sq_item *item, sq_error *err);

/* The cohorts of a point all of whose rows have come, once; none: NULL. Under the lock of the rows. */
sq_point_cohorts sq_plan_whole_cohorts(sq_plan *plan);
/* Analyses them by so many threads, writes what they gave to the results, and frees them. */
sq_status sq_plan_analyse(sq_plan *plan, sq_point_cohorts cohorts, int threads, sq_error *err);

/* An item whose patient failed (err NULL), or during which something else did (patient -1). Any thread. */
void sq_plan_note_failure(sq_plan *plan, int64_t item, int64_t patient, const sq_error *err);
/* Whether an item comes after one that failed. Any thread. */
bool sq_plan_in_vain(const sq_plan *plan, int64_t item);
/* SQ_OK, or what failed: the sentence about a life is the reference interpreter's. After all threads have ended. */
sq_status sq_plan_verdict(const sq_plan *plan, sq_error *err);

#endif
