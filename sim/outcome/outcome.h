/* Outcomes of a run in memory that does not grow with the number of patients: integer counts for
 * curves, exact sums for means and variances, integer histograms for quantiles. Everything is order-free:
 * accumulators filled by different threads, in any chunking, merge to the same bits.
 *
 *   sq_outcome_new -> per block: sq_block_lanes_open, sq_outcome_observe for each patient and strategy, then
 *   sq_outcome_close_block -> sq_outcome_merge -> sq_estimates_take (into variables to be written).
 *
 * Several blocks may be open at once. outcome/count.h has another way to take lives in: many of them together, while
 * they go on. */
#ifndef SQ_OUTCOME_OUTCOME_H
#define SQ_OUTCOME_OUTCOME_H

#include "base/exact.h"
#include "outcome/emulated.h"
#include "outcome/life.h"
#include "outcome/variable.h"

enum { SQ_BLOCK = 4096 }; /* patients in a work item */

/* Sums kept of each quantity: x, x^2, and d, d^2 with d the difference from the reference strategy. */
enum { SQ_SUM_X, SQ_SUM_XX, SQ_SUM_D, SQ_SUM_DD, SQ_SUMS };

/* A fixed binary tree over n records (n <= SQ_BLOCK) of n_columns numbers side by side: sum[column][SQ_SUMS] of each
 * column, of its squares, of its differences from the same column of the reference's records and of their squares (0
 * without a reference). Within each 256 records, and then over the sixteen such sums, the second half is added to the
 * first until one value is left. Records that are missing from SQ_BLOCK count as zero. Up to seven numbers after the
 * last record may be read. */
typedef void sq_sum_records(const double *x, const double *reference, int n_columns, int n, double *sum);

typedef struct sq_outcome sq_outcome;

/* An accumulator for all strategies of one scenario and draw. Owned by the caller; `model` must outlive
 * it. How much memory it takes: outcome/size.h. */
sq_status sq_outcome_new(sq_outcome **out, const sq_model *model, sq_error *err);
void sq_outcome_free(sq_outcome *outcome); /* NULL is allowed */
/* Gives back the memory that taking lives in needs, for an accumulator that others are merged into: it
 * may no longer observe or close a block. */
void sq_outcome_shed(sq_outcome *outcome);

/* A block: the quantities of consecutive patients under all strategies, each in its own lane, until they can be
 * summed. It serves any accumulator of its model, one after the other, and keeps its memory. */
typedef struct sq_block_lanes sq_block_lanes;

sq_status sq_block_lanes_new(sq_block_lanes **out, const sq_model *model, sq_error *err);
void sq_block_lanes_free(sq_block_lanes *block); /* NULL is allowed */
/* Begins a block of n_lanes patients (1 … SQ_BLOCK); what it held is forgotten. Fails with SQ_ERR_MEMORY. */
sq_status sq_block_lanes_open(sq_block_lanes *block, int n_lanes, sq_error *err);

/* A record is what is kept of a patient's quantities (sq_life.total; life years and QALYs in years), side by side. Where those
 * of a strategy's patients begin, one after another; and where in a record each quantity's discounted number is, which
 * the other follows, -1 if it is not kept: place[sq_quantities]; the numbers of a record are returned. Whoever takes lives in
 * by outcome/count.h fills records itself. */
double *sq_block_records(const sq_block_lanes *block, int strategy);
int sq_record_places(const sq_model *model, int *place);

/* Takes in one life. `lane` is the patient's place in its block (0 … n_lanes-1): quantities are kept
 * there until the block is closed; counts, curves and first times are updated at once; histograms of first
 * times may grow, and if memory is out this is remembered as in sq_outcome_close_block. A passage that is
 * not closed counts as censored at the end of the last stay, one that ends before its origin as never at
 * risk. Times must be in order, not NaN and on the grid of 2^-20 day; the engine has seen to that. */
void sq_outcome_observe(sq_outcome *outcome, sq_block_lanes *block, int strategy, int lane, const sq_life *life);
/* Sums the block's quantities (add_up: NULL for plain C; whoever has vectors hands them down), their squares, and their differences from the reference strategy (and the
 * squares of those) by a fixed binary tree over its lanes, each of which holds a patient under every strategy,
 * adds the sums exactly, and fills the histograms. These may grow; if memory is out, this
 * is remembered (here and in merge) and sq_estimates_take fails. The block may be opened again. */
void sq_outcome_close_block(sq_outcome *outcome, const sq_block_lanes *block, sq_sum_records *add_up);
/* Adds `from`, of the same model and with no block open, to `into`. */
void sq_outcome_merge(sq_outcome *into, const sq_outcome *from);
/* Mean of a quantity so far (years, money), for progress and tests. */
double sq_outcome_mean(const sq_outcome *outcome, int strategy, int quantity, bool discounted);

/* Above this many points (scenarios x draws) curves over time and histograms are not among the results:
 * they would fill gigabytes. */
enum { SQ_CURVE_POINTS = 100 };

/* The estimates of a run at all its points, scenarios x draws (row-major), as named variables with their coordinates:
 * docs/output.md lists them, docs/methods.md the estimators. The variables are there from the beginning; what is known of a
 * point is written into them when its lives are over, and nothing of it need be kept longer. */
typedef struct sq_estimates sq_estimates;

/* Appends the variables, their values 0, to `variables`, which must outlive it. Fails with SQ_ERR_MEMORY. */
sq_status sq_estimates_new(sq_estimates **out, const sq_model *model, int n_scenarios, int n_draws,
                           sq_variables *variables, sq_error *err);
void sq_estimates_free(sq_estimates *estimates); /* NULL is allowed; the variables stay */
/* Writes what is known of a point: its outcome, and its parameters from the block of the reference strategy (which may be
 * NULL for a model without any). Several threads may do so at once, for points of their own. Fails with SQ_ERR_MEMORY, also
 * where the outcome ran out of it. */
sq_status sq_estimates_take(const sq_estimates *estimates, int point, const sq_outcome *outcome, const double *block,
                            sq_error *err);

/* Likewise of a point of a model with emulations: what their cohorts gave, before or after its outcome. */
sq_status sq_estimates_take_emulated(const sq_estimates *estimates, int point, const sq_emulated *emulated,
                                     sq_error *err);

#endif
