/* What was run, in the result itself: horizon, discounting, seed, and what the user changed. */
#ifndef SQ_STUDY_CONDITIONS_H
#define SQ_STUDY_CONDITIONS_H

#include "model/model.h"
#include "outcome/variable.h"

/* Appends to `variables`: horizon [year], seed (text: a number would be rounded), on the axis `discounted`
 * (costs, effects) discount_rate (effective, a year) and, where a rate changes, discount_rate_later and
 * discount_change [year since discount_from]; discount_from [year since index]; and `changed`, what
 * replaced parameters as "NAME=VALUE": the files' overrides, then the n settings of the caller; left out where there
 * is neither. Where scenarios are swept over, their names, labels and what they set. Fails with SQ_ERR_MEMORY. */
sq_status sq_conditions_add(const sq_model *model, int n, const char *const *changes, sq_variables *variables,
                          sq_error *err);
/* What a result is headed by: the experiment's title, or its name. Belongs to the model. */
const char *sq_conditions_title(const sq_model *model);

#endif
