/* The inside of an accumulator, shared by what fills it (outcome.c, observe.c, count.c, close_block.c) and what reads
 * it (tally.c, finish*.c).
 *
 * Counts of all kinds are one row of integers, so that merging is one loop: a *tally* for each strategy, the
 * targets, then a smaller tally for each strategy and subgroup. A layout says where in a tally each kind of
 * count begins. What the experiment's `outputs:` leave out has no room. */
#ifndef SQ_OUTCOME_TALLY_H
#define SQ_OUTCOME_TALLY_H

#include "base/exact.h"
#include "outcome/count.h"
#include "outcome/curve.h"
#include "outcome/histogram.h"
#include "outcome/outcome.h"

#include "model/unit.h"

#include <math.h>

/* Histograms of first times, of which there are hundreds, have bins four times as wide. */
enum { SQ_FIRST_TIME_COARSER = 2 };

/* First times wait in rows of so many and enter their histogram together: one at a time, every one of them would
 * bring another histogram into the cache. */
enum { SQ_FIRST_TIMES_WAITING = 32 };

typedef struct sq_layout {
    size_t endpoints, causes, states, occurrences, moves; /* of which there are counts; 0: not wanted */
    size_t points;      /* n_grid + 1: the last one is all that lies beyond the grid */
    size_t lives;       /* 1 */
    size_t at_origin;   /* [endpoints] */
    size_t events;      /* [causes][points] */
    size_t inside;      /* [endpoints][points] censored before the end of the interval */
    size_t at_end;      /* [endpoints][points] censored exactly at its end */
    size_t occupancy;   /* [states][points] entries less exits */
    size_t closed;      /* [closing] whose follow-up closed between the grid point before and this one */
    size_t closing;     /* points where follow-up closes before the horizon; else 0 */
    size_t count, count_squared, ever; /* [occurrences] */
    size_t move, move_squared;         /* [moves]: n_states x n_states, from and to */
    size_t stride;
} sq_layout;

/* The quantities that are kept, in their order; a kept quantity has two rows, discounted and not. */
typedef struct sq_kept {
    int count;
    int quantity[SQ_COSTS + 3];
    int place[SQ_COSTS + 3]; /* of each quantity among those kept, -1 if it is not */
} sq_kept;

struct sq_outcome {
    const sq_model *model;
    sq_layout all, part;      /* of a strategy's tally, of a subgroup's */
    size_t targets, parts;    /* where in counts they begin */
    size_t n_counts;
    sq_kept kept;
    sq_grid times;
    int64_t patients;         /* of the closed blocks */
    int64_t *counts;          /* [n_strategies][all.stride], [n_targets][2] with `among` and with both,
                                 [n_strategies][n_subgroups][part.stride] */
    sq_exact *sums;           /* [n_strategies][rows][SQ_SUMS] */
    sq_exact *part_sums;      /* [n_strategies][rows][n_subgroups][SQ_SUMS] */
    sq_histogram *histograms; /* [n_strategies][rows]; NULL if not wanted */
    sq_first_times *first;    /* [n_strategies][n_first] */
    sq_histogram *first_histograms; /* [n_strategies][n_first]; NULL if not wanted */
    int n_first;              /* occurrences with first times; 0: not wanted */

    /* for taking lives in; NULL once shed */
    int *lane_order;          /* [SQ_BLOCK] */
    double *gathered;         /* [2][SQ_BLOCK][rows] records of a subgroup */
    double *waiting;          /* [n_strategies][n_first][SQ_FIRST_TIMES_WAITING] */
    int *n_waiting;           /* [n_strategies][n_first] */
    int *moves;               /* [all.moves] of one life; zero between lives */

    sq_status failure;        /* SQ_ERR_MEMORY when a histogram could not grow */
};

static inline int sq_rows(const sq_outcome *o) { return 2 * o->kept.count; }

struct sq_block_lanes {
    const sq_model *model;
    sq_kept kept;
    int n_lanes, room;        /* patients, and for how many there is memory */
    double *records;          /* [n_strategies][room][rows] and SQ_BEYOND: a patient's numbers lie side by side, so that
                                 a life that ends touches few cache lines */
    int *subgroup;            /* [n_strategies][n_groupings][room] */
};

/* Numbers that there are after the last record: sums may be taken of so many columns side by side. */
enum { SQ_BEYOND = 8 };

static inline double *sq_block_record(const sq_block_lanes *b, int strategy, int lane)
{
    return b->records + ((size_t)strategy * (size_t)b->room + (size_t)lane) * (size_t)(2 * b->kept.count);
}
static inline int *sq_block_subgroups(const sq_block_lanes *b, int strategy, int grouping)
{
    return b->subgroup + (size_t)(strategy * b->model->n_groupings + grouping) * (size_t)b->room;
}

/* The patients of a strategy, or of one of its subgroups. */
typedef struct sq_slice {
    const sq_outcome *outcome;
    int strategy, subgroup; /* subgroup -1: all */
} sq_slice;

/* The tally of a strategy (subgroup -1) or of a subgroup, to be read by sq_tally_layout. */
static inline int64_t *sq_tally(const sq_outcome *o, int strategy, int subgroup)
{
    size_t s = (size_t)strategy;
    if (subgroup < 0)
        return o->counts + s * o->all.stride;
    size_t part = s * (size_t)o->model->n_subgroups + (size_t)subgroup;
    return o->counts + o->parts + part * o->part.stride;
}
static inline const sq_layout *sq_tally_layout(const sq_outcome *o, int subgroup)
{
    return subgroup < 0 ? &o->all : &o->part;
}

/* The steps of taking a life in, for observe.c and count.c; the tallies are those that `at` lays out. */

/* Where passages through an endpoint are counted that end by one of its causes (-1: censored): the patients at the origin,
 * and two rows of intervals, of those that end inside an interval and exactly at its end. */
typedef struct sq_passage_rows {
    size_t at_origin, row[2];
} sq_passage_rows;
static inline sq_passage_rows sq_passage_rows_of(const sq_model *m, const sq_layout *at, int endpoint, int cause)
{
    size_t i = (size_t)endpoint, origin = at->at_origin + i;
    if (cause < 0)
        return (sq_passage_rows){origin, {at->inside + i * at->points, at->at_end + i * at->points}};
    size_t events = at->events + (size_t)(m->endpoints[endpoint].first_cause + cause) * at->points;
    return (sq_passage_rows){origin, {events, events}};
}
/* One that ends so long after its origin (sq_grid_place); nothing if the patient was never at risk. */
static inline void sq_count_passage(int64_t *tally, const sq_passage_rows *to, int64_t place)
{
    if (place < 0)
        return;
    tally[to->at_origin]++;
    tally[to->row[place & 1] + (size_t)(place >> 1)]++;
}

/* Follow-up of a life that is in `state` ends at a day; nothing if that is the horizon. */
void sq_count_closing(const sq_outcome *o, const sq_layout *at, int64_t *tally, int state, double end);
/* Whether a target is a share of all patients. */
bool sq_target_of_all(const sq_model *model, const sq_target *target);
void sq_count_share(const sq_outcome *o, int target, bool among, bool happened);

/* Units of 2^-20 day, in which every time of a life is a whole number. */
static inline uint64_t sq_time_units(double days) { return (uint64_t)(int64_t)(days * 0x1p20); }

/* Takes what waits into first histogram i. */
void sq_first_times_enter(sq_outcome *o, int i);
/* First time of row i of o->first, in days. */
static inline void sq_first_time(sq_outcome *o, int i, double days)
{
    sq_wide t = sq_time_units(days);
    o->first[i].sum += t;
    o->first[i].squares += t * t;
    if (o->first_histograms == NULL)
        return;
    o->waiting[i * SQ_FIRST_TIMES_WAITING + o->n_waiting[i]++] = days / SQ_DAYS_PER_YEAR;
    if (o->n_waiting[i] == SQ_FIRST_TIMES_WAITING)
        sq_first_times_enter(o, i);
}

/* Patients in a slice. */
int64_t sq_tally_lives(sq_slice slice);

/* The histogram of a kept quantity. */
const sq_histogram *sq_tally_histogram(sq_slice slice, int quantity, bool discounted);

/* Mean, variance (n - 1) and standard error of the mean; NaN where n is too small. */
typedef struct sq_moments {
    double mean, variance, se;
} sq_moments;

/* Of a quantity, or of its difference from the reference strategy; NaN of one that is not kept. */
sq_moments sq_tally_moments(sq_slice slice, int quantity, bool discounted, bool difference);
/* Of the years to the first time, among the patients to whom it happened. */
sq_moments sq_tally_first_time(sq_slice slice, int occurrence);
/* The moments of n values with these sums of x and of x squared. */
sq_moments sq_moments_of(double sum, double sum_of_squares, double n);

/* The risk set of an endpoint in a slice, as the estimators take it. */
sq_risk_set sq_tally_risk_set(sq_slice slice, int endpoint);

/* What an accumulator of this model counts and keeps. */
sq_layout sq_layout_of(const sq_model *model, bool of_subgroups);
sq_kept sq_kept_of(const sq_model *model);
bool sq_keeps_histograms(const sq_model *model);
bool sq_keeps_first_histograms(const sq_model *model);
/* Occurrences with first times: none, or all but `index`. */
int sq_first_times_of(const sq_model *model);

/* A sq_sum_records in plain C. */
void sq_tree_sums(const double *x, const double *reference, int n_columns, int n, double *sum);

#endif
