/* The figure of a target as a reader meets it: the model keeps times in days, files have years. */
#ifndef SQ_OUTCOME_TARGET_H
#define SQ_OUTCOME_TARGET_H

#include "model/model.h"

/* By what a figure of the model (published, lower, upper) is divided for files and summaries. */
double sq_target_divisor(const sq_model *model, const sq_target *target);
/* The unit it then has: "year", "1" or the currency. Belongs to the model or to nobody. */
const char *sq_target_unit(const sq_model *model, const sq_target *target);

/* Whether the figure is a share of patients: between 0 and 1, and neither a ratio nor a difference. */
bool sq_target_is_share(const sq_model *model, const sq_target *target);

#endif
