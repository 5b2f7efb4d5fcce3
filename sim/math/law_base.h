/* What law.c offers to the rest of the math layer; everyone else includes math/law.h. */
#ifndef SQ_MATH_LAW_BASE_H
#define SQ_MATH_LAW_BASE_H

#include "math/law.h"

/* The base family's hazard, in its own time, at which the whole law's hazard is e: hazard ratio and
 * cured share undone; not for a law with a truncation or a profile. +inf when e lies at or above the plateau. */
double sq_law_base_hazard(const sq_law *law, double e);

#endif
