/* Laws fitted to published curves: as many points as unknowns are met exactly, more are approached by least
 * squares on the scale log(-log S). */
#ifndef SQ_MATH_FIT_H
#define SQ_MATH_FIT_H

#include "math/setting.h"
#include "math/statement.h"

/* What is sought and what was published of it. */
typedef struct sq_fit {
    bool is_free[SQ_LAW_ARGS]; /* arguments to be found */
    bool cured_is_free;        /* the cured share too */
    int n_points;              /* at most SQ_CURVE_POINTS */
    const sq_survival_point *points; /* of S_all; of an incidence F the survival is 1 - F. In any order */
    const sq_setting *setting; /* what ran beside, prepared; NULL: nothing */
    const char *rivals;        /* their names, for messages; may be NULL without any */
} sq_fit;

enum { SQ_CURVE_POINTS = 64 };

/* Whether a law of this family can be fitted: its arguments are numbers with a meaning for the whole curve. */
bool sq_family_can_be_fitted(sq_family family);

/* Fills the free arguments of law (and its cured share if free) so that each point i is met: with one point for
 * each unknown |curve - point| <= 1e-9 or the fit is refused; with more, the sum over points of
 * (log(-log S) - log(-log published))^2 is least, unweighted. One point for each unknown of a family that has
 * a closed form is solved in that form (statement.h). Several starts are tried in a fixed order; the result
 * depends on nothing else. fitted[n_points] (may be NULL) receives the curve at the points.
 * Fails with SQ_ERR_NUMERIC and a reason with the values: points that do not fall, a survival that the rivals
 * alone go below, a plateau, the nearest law found; law is then as it was. */
sq_status sq_fit_law(sq_law *law, const sq_fit *fit, double *fitted, sq_error *err);

#endif
