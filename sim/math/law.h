/* Laws of waiting times. A law is known by its cumulative hazard H(t) = -log S(t) and by the inverse
 * of H; nothing else is ever sampled. A clock that drew E ~ Exp(1) fires when its accumulated hazard
 * reaches E, so that
 *     proportional hazards   H^-1(E / HR)
 *     accelerated time       scale * H^-1(E)
 *     alive at age s         H^-1(E + H(s)) - s
 *     plateau                E >= H(inf) never fires
 * are all the same operation. Accuracy: |H(q(e)) - e| <= 1e-12 max(1, e).
 *
 * Time is in days throughout. Arguments by family (see docs/language.md for the user's names):
 *   SQ_EXPONENTIAL  rate [1/day] >= 0
 *   SQ_WEIBULL      shape > 0, scale [day] > 0          H = (t/scale)^shape
 *   SQ_LOGNORMAL    median [day] > 0, sdlog > 0         H = -log Phi_c(log(t/median)/sdlog)
 *   SQ_FIXED        delay [day] >= 0                    H jumps from 0 to +inf at the delay
 *   SQ_UNIFORM      min, max [day], min < max           (attributes: may be negative)
 *   SQ_NORMAL       mean, sd > 0      (attributes only: may be negative)
 *   SQ_PIECEWISE    table of (start [day], rate [1/day]); first start 0; last rate held
 *   SQ_LIFE_TABLE   table of (age [day], rate [1/day]); the clock's age is the patient's age; before the
 *                   first age the first rate, after the last the last
 *   SQ_TABULATED    table of (time [day], survival); first point (0, 1); survival linear between points
 */
#ifndef SQ_MATH_LAW_H
#define SQ_MATH_LAW_H

#include "base/error.h"

#include <stdbool.h>

/*        family          user's name      arguments  table */
#define SQ_FAMILY_LIST(X)                                                                          \
    X(SQ_EXPONENTIAL,     "exponential",   1, false)                                               \
    X(SQ_WEIBULL,         "weibull",       2, false)                                               \
    X(SQ_LOGNORMAL,       "lognormal",     2, false)                                               \
    X(SQ_FIXED,           "fixed",         1, false)                                               \
    X(SQ_UNIFORM,         "uniform",       2, false)                                               \
    X(SQ_NORMAL,          "normal",        2, false)                                               \
    X(SQ_PIECEWISE,       "piecewise",     0, true)                                                \
    X(SQ_LIFE_TABLE,      "life table",    0, true)                                                \
    X(SQ_TABULATED,       "tabulated",     0, true)

typedef enum sq_family {
#define X(name, text, args, table) name,
    SQ_FAMILY_LIST(X)
#undef X
    SQ_FAMILY_COUNT
} sq_family;

enum { SQ_LAW_ARGS = 4 };

typedef enum sq_tail { SQ_TAIL_NEVER, SQ_TAIL_EXPONENTIAL, SQ_TAIL_ERROR } sq_tail;
typedef enum sq_interpolation { SQ_CONSTANT, SQ_LINEAR, SQ_LOGLINEAR } sq_interpolation;

/* A table in a parameter block: n knots x, n values y, and n cumulative hazards at the knots that
 * sq_law_prepare_table fills. Lives in the block as 3n consecutive doubles. */
typedef struct sq_law_table {
    const double *x, *y, *cumulative;
    int n;
    sq_interpolation interpolation; /* life table: constant or log-linear */
    sq_tail tail;                   /* tabulated: what follows the last point */
} sq_law_table;

/* A law with its wrappers, ready to be evaluated: what a clock carries while it runs. */
typedef struct sq_law {
    sq_family family;
    bool cure_on_population; /* hazard ratio acts on the whole curve, not on the uncured alone */
    double arg[SQ_LAW_ARGS];
    sq_law_table table;
    double hazard_ratio; /* > 0 or 0 (never); 1 = none */
    double time_ratio;   /* > 0; stretches time; 1 = none */
    double cured;        /* share that never has the event, in [0,1]; 0 = none */
} sq_law;

/* With time ratio a, hazard ratio r, cured share c and the family's own survival S0:
 *     acting on the uncured       S(t) = c + (1 - c) S0(t/a)^r
 *     cure_on_population          S(t) = (c + (1 - c) S0(t/a))^r
 * A fixed delay takes a time ratio only. The four operations below expect an admissible law
 * (sq_law_problem) and answer NaN to a NaN. */

/* Accumulated hazard at age t >= 0 (for SQ_NORMAL any t), wrappers included. +inf where S = 0. */
double sq_law_hazard(const sq_law *law, double t);
/* The first age at which the accumulated hazard reaches e > 0; +inf when it never does; NaN when a
 * SQ_TAIL_ERROR table is left. */
double sq_law_inverse(const sq_law *law, double e);
/* Time still to run for a clock of this age that has e of hazard left:
 * H^-1(e + H(age)) - age, without cancellation where the law allows it. Never negative; 0 once S = 0
 * or e <= 0. A fixed delay counts from arming and asks nothing of e: what is left of the delay. */
double sq_law_remaining(const sq_law *law, double age, double e);
/* Hazard accumulated between two ages, without cancellation where the law allows it; +inf when S falls
 * to 0 between them (a fixed delay: when it passes), 0 when it had done so before. */
double sq_law_spent(const sq_law *law, double age_from, double age_to);

/* NULL when the law's numbers are admissible, else what is wrong with them in words ("shape must be
 * positive"). NaN in any argument is caught here. */
const char *sq_law_problem(const sq_law *law);
/* Same for a table before use (order of knots, signs, range, first point), then fills cumulative[n],
 * the hazard accumulated from age 0 to each knot. */
const char *sq_law_prepare_table(sq_family family, sq_interpolation interpolation, int n,
                                 const double *x, const double *y, double *cumulative);

const char *sq_family_name(sq_family family);
int sq_family_args(sq_family family);
bool sq_family_has_table(sq_family family);

/* Piecewise-constant or -linear function of x given by knots: before the first knot the first value,
 * after the last the last. */
double sq_table_at(sq_interpolation interpolation, int n, const double *x, const double *y, double at);
/* The first knot strictly greater than at; +inf if there is none. */
double sq_table_next_knot(int n, const double *x, double at);

#endif
