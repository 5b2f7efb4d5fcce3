/* Outcomes of a run in memory that does not grow with the number of patients: integer counts for
 * curves, exact sums for means and variances, integer histograms for quantiles. Everything is order-free:
 * accumulators filled by different threads, in any chunking, merge to the same bits.
 *
 *   sq_outcome_init -> per block: sq_outcome_observe for each patient and strategy, then
 *   sq_outcome_close_block -> sq_outcome_merge -> sq_outcome_finish (variables to be written). */
#ifndef SQ_OUTCOME_OUTCOME_H
#define SQ_OUTCOME_OUTCOME_H

#include "base/exact.h"
#include "outcome/life.h"
#include "outcome/variable.h"

enum { SQ_BLOCK = 4096 }; /* patients in a work item */

typedef struct sq_outcome sq_outcome;

/* An accumulator for all strategies of one scenario and draw. Owned by the caller. */
sq_status sq_outcome_new(sq_outcome **out, const sq_model *model, sq_error *err);
void sq_outcome_free(sq_outcome *outcome);

/* Takes in one life. `lane` is the patient's place in its block (0 … SQ_BLOCK-1): quantities are kept
 * there until the block is closed; counts, curves and histograms are updated at once. */
void sq_outcome_observe(sq_outcome *outcome, int strategy, int lane, const sq_life *life);
/* Sums the block's quantities, their squares, and their differences from the reference strategy (and the
 * squares of those) by a fixed binary tree over lanes 0 … n_lanes-1 and adds the sums exactly. */
void sq_outcome_close_block(sq_outcome *outcome, int n_lanes);
void sq_outcome_merge(sq_outcome *into, const sq_outcome *from);
/* Mean of a quantity so far (years, money), for progress and tests. */
double sq_outcome_mean(const sq_outcome *outcome, int strategy, int quantity, bool discounted);

/* The finished outcomes of all scenarios and draws (here a grid n_scenarios x n_draws of accumulators,
 * row-major) as named variables: docs/output.md lists them. Appends to `variables`. */
sq_status sq_outcome_finish(const sq_model *model, int n_scenarios, int n_draws,
                            const sq_outcome *const *grid, sq_variables *variables, sq_error *err);

#endif
