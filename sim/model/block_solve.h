/* Laws that are known by what was published of their curves: their arguments are solved when a block is
 * filled, and may be looked at against the published points afterwards. */
#ifndef SQ_MODEL_BLOCK_SOLVE_H
#define SQ_MODEL_BLOCK_SOLVE_H

#include "base/error.h"
#include "math/fit.h"
#include "model/model.h"

/* A stated law at the numbers of a block: the law, the published points and the clocks beside it. Large and full of
 * pointers into itself: allocated by the caller, never copied. */
typedef struct sq_stated {
    sq_law law;
    sq_setting setting; /* without rivals where nothing ran beside */
    int n_points;
    sq_survival_point point[SQ_CURVE_POINTS]; /* of an incidence: 1 - incidence */
    double share[SQ_STATED_PATIENTS];
    sq_rival rival[SQ_STATED_PATIENTS * SQ_STATED_CLOCKS];
} sq_stated;

/* Reads a stated law from a block; the law's arguments are those that stand in the block. Fails with
 * SQ_ERR_INPUT where a clock beside it has no admissible law for a patient, or shares do not sum to one. */
sq_status sq_stated_read(const sq_view *view, const sq_solve *solve, sq_stated *stated, sq_error *err);

/* Solves and writes the free arguments into block (the view's own). SQ_ERR_NUMERIC with place, name and reason where
 * there is no solution, SQ_ERR_MEMORY. */
sq_status sq_block_solve(const sq_view *view, const sq_solve *solve, double *block, sq_error *err);

#endif
