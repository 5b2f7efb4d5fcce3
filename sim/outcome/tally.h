/* The inside of an accumulator, shared by what fills it (outcome.c) and what reads it (finish*.c).
 *
 * Counts of all kinds are one row of integers, [strategy][stride] and then those of the targets, so that
 * merging is one loop; the offsets below say where in a strategy's stride each kind begins. */
#ifndef SQ_OUTCOME_TALLY_H
#define SQ_OUTCOME_TALLY_H

#include "base/exact.h"
#include "outcome/curve.h"
#include "outcome/histogram.h"
#include "outcome/outcome.h"

/* Sums kept of each quantity: x, x^2, and d, d^2 with d the difference from the reference strategy. */
enum { SQ_SUM_X, SQ_SUM_XX, SQ_SUM_D, SQ_SUM_DD, SQ_SUMS };

/* Distance between rows of lanes. A patient writes to one place of every row; a cache line more than the
 * block keeps these places out of one another's cache set. */
enum { SQ_ROW = SQ_BLOCK + 8 };

typedef struct sq_layout {
    size_t lives;       /* 1 */
    size_t at_origin;   /* [n_endpoints] */
    size_t events;      /* [n_causes][points] */
    size_t inside;      /* [n_endpoints][points] censored before the end of the interval */
    size_t at_end;      /* [n_endpoints][points] censored exactly at its end */
    size_t occupancy;   /* [n_states][points] entries less exits */
    size_t count, count_squared, ever; /* [n_occurrences] */
    size_t stride;
    size_t targets;     /* after all strategies: [n_targets][2] with `among`, and with both */
    size_t total;
    size_t points;      /* n_grid + 1: the last one is all that lies beyond the grid */
} sq_layout;

struct sq_outcome {
    const sq_model *model;
    sq_layout layout;
    sq_grid times;
    int64_t patients;         /* of the closed blocks */
    int64_t *counts;          /* [layout.total] */
    sq_exact *sums;           /* [n_strategies][2 * sq_quantities][SQ_SUMS] */
    sq_histogram *histograms; /* [n_strategies][sq_histograms] */
    double *lanes;            /* [n_strategies][2 * sq_quantities][SQ_ROW]; NULL once shed */
    sq_status failure;        /* SQ_ERR_MEMORY when a histogram could not grow */
};

/* Histograms of a strategy: the discounted quantities in their order, then undiscounted life years. */
static inline int sq_histograms(const sq_model *m) { return sq_quantities(m) + 1; }

static inline int64_t *sq_tally(const sq_outcome *o, int strategy)
{
    return o->counts + (size_t)strategy * o->layout.stride;
}

static inline const sq_histogram *sq_tally_histogram(const sq_outcome *o, int strategy, int histogram)
{
    return &o->histograms[strategy * sq_histograms(o->model) + histogram];
}

/* Mean, variance (n - 1) and standard error of the mean; NaN where n is too small. */
typedef struct sq_moments {
    double mean, variance, se;
} sq_moments;

/* Of a quantity, or of its difference from the reference strategy. */
sq_moments sq_tally_moments(const sq_outcome *o, int strategy, int quantity, bool discounted,
                            bool difference);
/* The moments of n values with these sums of x and of x squared. */
sq_moments sq_moments_of(double sum, double sum_of_squares, double n);

/* The risk set of an endpoint under a strategy, as the estimators take it. */
sq_risk_set sq_tally_risk_set(const sq_outcome *o, int strategy, int endpoint);

/* Sums of a row of lanes (x), of its squares, of its differences from the reference strategy's row and of
 * their squares (0 without a reference) by a fixed binary tree: within each 256 lanes, and then over the
 * sixteen such sums, the second half is added to the first until one value is left. Lanes from n_lanes on
 * must be zero. */
void sq_tree_sums(const double x[SQ_BLOCK], const double *reference, int n_lanes, double sum[SQ_SUMS]);

#endif
