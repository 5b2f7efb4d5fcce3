/* What law.c and its families share: each family's four operations, without wrappers. Internal to the
 * math layer; everyone else includes math/law.h. */
#ifndef SQ_MATH_LAW_BASE_H
#define SQ_MATH_LAW_BASE_H

#include "math/law.h"

/* The operations of a family in its own time, hazard ratio, time ratio and cure left out. Arguments
 * and meaning as in the public functions of law.h; e > 0, ages and times >= 0 (any for SQ_NORMAL). */
typedef struct sq_family_ops {
    double (*hazard)(const sq_law *law, double t);
    double (*inverse)(const sq_law *law, double e);
    double (*remaining)(const sq_law *law, double age, double e);
    double (*spent)(const sq_law *law, double from, double to);
} sq_family_ops;

extern const sq_family_ops sq_gamma_ops, sq_generalised_gamma_ops; /* law_gamma.c */
extern const sq_family_ops sq_spline_ops;                          /* law_spline.c */

const sq_family_ops *sq_law_ops(sq_family family); /* NULL for SQ_FIXED */

/* The public operations for a law that wears a truncation, a shift or a profile (law_wrap.c), and what
 * is wrong with these; hazard_ratio > 0, e > 0. */
double sq_wrapped_hazard(const sq_law *law, double t);
double sq_wrapped_inverse(const sq_law *law, double e);
double sq_wrapped_remaining(const sq_law *law, double age, double e);
double sq_wrapped_spent(const sq_law *law, double from, double to);
const char *sq_wrapped_problem(const sq_law *law);
/* The earliest value of the family itself. */
double sq_law_family_start(const sq_law *law);

/* The base family's hazard, in its own time, at which the whole law's hazard is e: hazard ratio and
 * cured share undone; not for a law with a truncation or a profile. +inf when e lies at or above the plateau. */
double sq_law_base_hazard(const sq_law *law, double e);

#endif
