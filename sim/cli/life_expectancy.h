/* What a life table comes to in years of life, so that an error of units in it shows. */
#ifndef SQ_CLI_LIFE_EXPECTANCY_H
#define SQ_CLI_LIFE_EXPECTANCY_H

#include "model/model.h"

/* Prints for each life table the years of life expected at its first age and at 40 and 65 where it reaches so far, the
 * last rate held beyond its last age; up to four rows of a table by category, of one by calendar year with the rates
 * of its first year. `block`: the parameters under one strategy. */
void sq_print_life_expectancies(const sq_model *model, const double *block);

#endif
