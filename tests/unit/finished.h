/* The results of outcomes, all points at once. */
#ifndef SQ_TESTS_FINISHED_H
#define SQ_TESTS_FINISHED_H

#include "outcome/outcome.h"

/* As variables of a run with these outcomes (row-major) and blocks (NULL: the model has no parameters). */
static inline sq_status finish_points(const sq_model *m, int n_scenarios, int n_draws, const sq_outcome *const *grid,
                                      const double *const *blocks, sq_variables *v)
{
    sq_estimates *e = NULL;
    sq_status status = sq_estimates_new(&e, m, n_scenarios, n_draws, v, NULL);
    for (int i = 0; i < n_scenarios * n_draws && !status; i++)
        status = sq_estimates_take(e, i, grid[i], blocks ? blocks[i] : NULL, NULL);
    sq_estimates_free(e);
    return status;
}

#endif
