/* How large results and accumulators are, known before a patient lives: for what a run says it will take. */
#ifndef SQ_OUTCOME_SIZE_H
#define SQ_OUTCOME_SIZE_H

#include "model/model.h"

typedef struct sq_outcome_size {
    double datasets, values;
} sq_outcome_size;

/* The number of datasets, and of the values in them, that sq_estimates_new will make. Exact (a test counts them). */
sq_outcome_size sq_outcome_size_of(const sq_model *model, int n_scenarios, int n_draws);

/* Bytes of an accumulator: what lasts, with histograms taken to touch twelve octaves, and what the block being
 * filled needs besides, which sq_outcome_shed gives back. Neither grows with the number of patients. */
typedef struct sq_outcome_memory {
    double totals, block;
} sq_outcome_memory;
sq_outcome_memory sq_outcome_memory_of(const sq_model *model);

#endif
