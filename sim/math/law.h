/* Laws of waiting times. A law is known by its cumulative hazard H(t) = -log S(t) and by the inverse
 * of H; nothing else is ever sampled. A clock that drew E ~ Exp(1) fires when its accumulated hazard
 * reaches E, so that
 *     proportional hazards   H^-1(E / HR)
 *     accelerated time       scale * H^-1(E)
 *     alive at age s         H^-1(E + H(s)) - s
 *     plateau                E >= H(inf) never fires
 * are all the same operation. Accuracy: |H(q(e)) - e| <= 1e-12 max(1, e); near a finite upper limit of a
 * truncation, where S is a difference, S is held to 1e-15 of itself at the lower limit.
 *
 * Time is in days throughout. Arguments by family, in this order (docs/distributions.md has formulas,
 * accuracy and the same laws in other packages):
 *   SQ_EXPONENTIAL  rate [1/day] >= 0
 *   SQ_WEIBULL      shape > 0, scale [day] > 0          H = (t/scale)^shape
 *   SQ_GOMPERTZ     shape [1/day] of any sign, rate [1/day] >= 0    H = rate (exp(shape t) - 1) / shape;
 *                   shape 0 is the exponential law; a negative shape never takes everybody
 *   SQ_LOGNORMAL    median [day] > 0, sdlog > 0         H = -log Phi_c(log(t/median)/sdlog)
 *   SQ_LOGLOGISTIC  shape > 0, scale [day] > 0          H = log(1 + (t/scale)^shape)
 *   SQ_GAMMA        shape > 0, rate [1/day] > 0         H = -log Q(shape, rate t)
 *   SQ_GENERALISED_GAMMA  location [day] > 0, sigma > 0, q of any sign (Prentice's form). With
 *                   w = log(t/location) / sigma, a = 1/q^2 and u = a exp(q w):
 *                   q > 0: S = Q(a, u); q < 0: S = P(a, u); q = 0: S = Phi_c(w), log-normal.
 *                   q = 1 is a Weibull, q = sigma a gamma law
 *   SQ_FIXED        delay [day] >= 0                    H jumps from 0 to +inf at the delay
 *   SQ_UNIFORM      min, max [day], min < max           (attributes: may be negative)
 *   SQ_TRIANGULAR   min, mode, max [day], min <= mode <= max, min < max  (may be negative)
 *   SQ_NORMAL       mean, sd > 0      (may be negative)
 *   SQ_PIECEWISE    table of (start [day], rate [1/day]); first start 0; last rate held
 *   SQ_LIFE_TABLE   table of (age [day], rate [1/day]); the clock's age is the patient's age; before the
 *                   first age the first rate, after the last the last
 *                   by calendar year: arg[0] is the day of birth, counted as `years` are; NaN where it is
 *                   not known, which sq_law_problem refuses
 *   SQ_TABULATED    table of (time [day], survival); first point (0, 1); survival linear between points
 *   SQ_SPLINE       table of (knot [day] > 0, coefficient): Royston and Parmar's natural cubic spline of
 *                   x = log t, with n >= 2 knots, the first and the last being the boundary knots, and
 *                   coefficients g0 ... g(n-1):
 *                       s(x) = g0 + g1 x + sum_{j=1..n-2} g(j+1) v_j(x),   k_j = log knot j (from 0)
 *                       v_j(x) = (x-k_j)^3_+ - l_j (x-k_min)^3_+ - (1-l_j) (x-k_max)^3_+,
 *                       l_j = (k_max-k_j)/(k_max-k_min)
 *                   scale hazard: H = exp(s); odds: S = 1/(1 + exp(s)); normal: S = Phi(-s)
 *
 * Wrappers, from the inside out. S0 is the family's own survival; each line is the next one's S:
 *   truncation    S1(t) = 1 up to low, (S0(t) - S0(high)) / (S0(low) - S0(high)), 0 from high on: the law
 *                 of T given low < T <= high. Without high nothing is taken from the end: a plateau stays.
 *   shift         S2(t) = S1(t - shift): T = shift + T1
 *   time ratio    S3(t) = S2(t / time_ratio): it stretches the shift and the truncation too
 *   hazard ratio and profile
 *                 the hazard at clock age t is multiplied by r(t) = hazard_ratio * profile(t - offset)
 *   cured share   on the uncured       S(t) = c + (1 - c) exp(-int_0^t r dH3)
 *                 cure_on_population   S(t) = exp(-int_0^t r dH4),  S4(t) = c + (1 - c) S3(t)
 * With a constant r these are c + (1 - c) S3^r and (c + (1 - c) S3)^r. A fixed delay takes a shift and a
 * time ratio only. */
#ifndef SQ_MATH_LAW_H
#define SQ_MATH_LAW_H

#include "base/error.h"

#include <stdbool.h>

/*        family                user's name          arguments  table */
#define SQ_FAMILY_LIST(X)                                                                          \
    X(SQ_EXPONENTIAL,       "exponential",       1, false)                                         \
    X(SQ_WEIBULL,           "weibull",           2, false)                                         \
    X(SQ_GOMPERTZ,          "gompertz",          2, false)                                         \
    X(SQ_LOGNORMAL,         "lognormal",         2, false)                                         \
    X(SQ_LOGLOGISTIC,       "loglogistic",       2, false)                                         \
    X(SQ_GAMMA,             "gamma",             2, false)                                         \
    X(SQ_GENERALISED_GAMMA, "generalised gamma", 3, false)                                         \
    X(SQ_FIXED,             "fixed",             1, false)                                         \
    X(SQ_UNIFORM,           "uniform",           2, false)                                         \
    X(SQ_TRIANGULAR,        "triangular",        3, false)                                         \
    X(SQ_NORMAL,            "normal",            2, false)                                         \
    X(SQ_PIECEWISE,         "piecewise",         0, true)                                          \
    X(SQ_LIFE_TABLE,        "life table",        0, true)                                          \
    X(SQ_TABULATED,         "tabulated",         0, true)                                          \
    X(SQ_SPLINE,            "spline",            0, true)

typedef enum sq_family {
#define X(name, text, args, table) name,
    SQ_FAMILY_LIST(X)
#undef X
    SQ_FAMILY_COUNT
} sq_family;

enum { SQ_LAW_ARGS = 4 };

typedef enum sq_tail { SQ_TAIL_NEVER, SQ_TAIL_EXPONENTIAL, SQ_TAIL_ERROR } sq_tail;
typedef enum sq_interpolation { SQ_CONSTANT, SQ_LINEAR, SQ_LOGLINEAR } sq_interpolation;

typedef enum sq_spline_scale { SQ_SCALE_HAZARD, SQ_SCALE_ODDS, SQ_SCALE_NORMAL } sq_spline_scale;

/* A table in a parameter block: n knots x, n values y, and what sq_law_prepare_table makes of them: the
 * cumulative hazards at the n knots, followed in a life table by the growth of the rate after each knot (a
 * spline: see sq_law_prepare_spline). Lives in the block as sq_law_table_room consecutive doubles: x, y,
 * cumulative and what follows it. */
typedef struct sq_law_table {
    const double *x, *y, *cumulative;
    int n;
    sq_interpolation interpolation; /* life table: constant or log-linear */
    sq_tail tail;                   /* tabulated: what follows the last point */
    sq_spline_scale scale;          /* spline */
    int n_years, stride;            /* life table by calendar year, else 0: one table for each year, doubles apart */
    const double *years;            /* [n_years] rising: the day each begins, counted from year 0, of 365.25 days */
} sq_law_table;

/* A hazard ratio that changes over time, as a function of v = clock age - offset; all zero = none.
 *   SQ_PROFILE_WANING  `from` until `start`, then on a straight line (of the ratio, or of its logarithm)
 *                      to `to` over `length`, carried out in n equal steps, each at the line's value at
 *                      the step's middle; `to` after that. A length of 0 jumps at the start.
 *   SQ_PROFILE_TABLE   y[i] from x[i] on, n values; before x[0] the first
 * v may be negative: there the first value holds. A law that ends (S = 0) while its ratio is 0 fires when
 * the ratio is above 0 again. */
typedef enum sq_profile_kind { SQ_PROFILE_NONE, SQ_PROFILE_WANING, SQ_PROFILE_TABLE } sq_profile_kind;
typedef struct sq_profile {
    sq_profile_kind kind;
    bool logarithmic;                /* waning: the line is one of log ratio */
    int n;                           /* waning: steps >= 1; table: values >= 1 */
    double offset;                   /* age of the clock at the profile's time zero [day] */
    double from, to, start, length;  /* waning: ratios >= 0 (log: > 0); days >= 0 */
    const double *x, *y;             /* table: days, rising; ratios >= 0 */
} sq_profile;

/* A law with its wrappers, ready to be evaluated: what a clock carries while it runs. Zero in every
 * wrapper but hazard_ratio and time_ratio means that it is not worn. */
typedef struct sq_law {
    sq_family family;
    bool cure_on_population; /* hazard ratio and profile act on the whole curve, not on the uncured alone */
    bool truncated;          /* low and high count */
    double arg[SQ_LAW_ARGS];
    sq_law_table table;
    double hazard_ratio; /* > 0 or 0 (never); 1 = none */
    double time_ratio;   /* > 0; stretches time; 1 = none */
    double cured;        /* share that never has the event, in [0,1]; 0 = none */
    double low, high;    /* where truncated: low < T <= high in the family's own time; -inf, +inf = open */
    double shift;        /* added to the family's time [day] */
    sq_profile profile;
} sq_law;

/* The operations below expect an admissible law (sq_law_problem) and answer NaN to a NaN. */

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
/* The earliest value the law can take: below 0 for a law that is no waiting time. Truncation, shift and
 * time ratio included. */
double sq_law_start(const sq_law *law);
/* Same for a table before use (order of knots, signs, range, first point), then fills prepared[n] with the
 * hazard accumulated from age 0 to each knot; for a life table prepared[2n], with the growth of log rate
 * [1/day] from each knot to the next, 0 where rates are constant and after the last. */
const char *sq_law_prepare_table(sq_family family, sq_interpolation interpolation, int n,
                                 const double *x, const double *y, double *prepared);

/* Checks the knots and coefficients of a spline and fills prepared[4n]: logarithms of the knots, then
 * s, s' and s'' there. SQ_ERR_INPUT and a sentence when the knots do not rise, a number is not finite, or
 * s' <= 0 anywhere (the hazard would be negative): between which times, and the lowest slope. */
sq_status sq_law_prepare_spline(int n, const double *x, const double *y, double *prepared,
                                sq_error *err);
/* How many doubles a table of n knots takes in a block: 3n, a life table 4n, a spline 6n. */
int sq_law_table_room(sq_family family, int n);

const char *sq_family_name(sq_family family);
int sq_family_args(sq_family family);
bool sq_family_has_table(sq_family family);

/* Piecewise-constant or -linear function of x given by knots: before the first knot the first value,
 * after the last the last. */
double sq_table_at(sq_interpolation interpolation, int n, const double *x, const double *y, double at);
/* The first knot strictly greater than at; +inf if there is none. */
double sq_table_next_knot(int n, const double *x, double at);

#endif
