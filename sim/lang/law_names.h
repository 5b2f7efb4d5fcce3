/* What users call the arguments of a law, and in what units these are. */
#ifndef SQ_LANG_LAW_NAMES_H
#define SQ_LANG_LAW_NAMES_H

#include "math/law.h"
#include "model/unit.h"

/* The names of a family's arguments, in the order of math/law.h, ended by NULL; none for laws by knots. */
const char *const *sq_law_arg_names(sq_family family);
/* The unit of an argument of a law whose variable has the given unit. */
sq_unit sq_law_arg_unit(sq_family family, int arg, sq_unit variable);

#endif
