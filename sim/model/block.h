/* Parameter blocks: the numbers of one scenario, draw and strategy. */
#ifndef SQ_MODEL_BLOCK_H
#define SQ_MODEL_BLOCK_H

#include "base/error.h"
#include "model/model.h"
#include "model/settings.h"

/* Fills block[model->block_size] for a strategy by running its prologue, with settings (NULL: none) in the place of what
 * the files say of those parameters that the strategy does not set itself. Fails with SQ_ERR_INPUT (an
 * impossible value: a probability above one, a law's argument out of range, a correlation matrix that is
 * not positive definite) or SQ_ERR_NUMERIC (a statement that cannot be solved), naming file, line and
 * column of the definition. Source of the factorisation: Cholesky-Banachiewicz. */
sq_status sq_block_fill(const sq_model *model, int strategy, const sq_settings *settings, double *block, sq_error *err);

/* Whether a number may be what a step gives its slot; fails with SQ_ERR_INPUT and a sentence that begins with `where`
 * (NULL: with the parameter's name). */
sq_status sq_step_judge(const sq_step *step, double value, const char *where, sq_error *err);

/* Fills a law with its numbers as they are in this view; the numbers of a truncation or a profile that it does
 * not wear stay as they are. Not checked: see sq_law_problem. A profile's offset is left 0: only who has the clock
 * knows its age. Where what the profile counts from has not happened in the view's history and there is a ratio
 * for that time, the law wears this one and no profile. */
void sq_law_at(const sq_view *view, const sq_law_spec *spec, sq_law *law);
/* What is wrong with the row of its table in this view (its index reads an attribute that is unset); NULL if
 * nothing, or if it has none. */
const char *sq_row_problem(const sq_view *view, const sq_law_spec *spec);

#endif
