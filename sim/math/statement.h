/* Numbers as papers state them. A published curve is often known by its median, by survival at a
 * time, by a plateau; a law's free arguments are solved from such statements when a parameter block is
 * filled, and what is left unexplained is reported as a residual. */
#ifndef SQ_MATH_STATEMENT_H
#define SQ_MATH_STATEMENT_H

#include "math/law.h"

enum { SQ_STATEMENTS = 4 };

/* S(time) = survival, for the whole curve (cured included). A median is survival .5. */
typedef struct sq_survival_point {
    double time;     /* day, > 0 */
    double survival; /* in (0,1) */
} sq_survival_point;

/* A time as a reader of papers expects it: years from two years on, months from two months on. */
const char *sq_statement_time(double days, char text[32]);

/* Whether the law has the closed form that sq_solve_statements uses. */
bool sq_law_has_line(const sq_law *law);

/* Solves the free arguments (is_free[i]) of law->arg so that every point is met; as many points as
 * free arguments, one or two. Exponential, Weibull, log-normal, log-logistic, uniform and normal laws; each has a
 * closed form. The law's wrappers (hazard ratio, time ratio, cured share) are taken into account: the
 * points describe the whole curve. Fails with SQ_ERR_NUMERIC and a reason a modeller understands
 * ("survival 0.2 at 3 y lies below the cured share 0.25"; "the two points do not fall"), and then
 * leaves law as it was. residual (may be NULL) receives max |S(time) - survival|, at most 1e-9. */
sq_status sq_solve_statements(sq_law *law, const bool is_free[SQ_LAW_ARGS], int n_points,
                              const sq_survival_point *points, double *residual, sq_error *err);

/* Lower and upper 95 % limits of k of n (Clopper CJ, Pearson ES. Biometrika 1934;26:404-413), 0 <= k
 * <= n, n > 0; k and n need not be whole. NaN otherwise. Quantiles of GSL's beta distribution. GSL's
 * error handler, which would end the program, is switched off for the duration of the call and then
 * put back; the handler is one for the whole process, so call this from one thread at a time. */
void sq_binomial_interval(double k, double n, double *lower, double *upper);
/* Standard error of log HR from a 95 % interval, and how far the stated HR lies from the interval's
 * geometric middle on the log scale (a rounding check): se = log(upper/lower) / (2 * 1.959964). NaN in
 * both when a number is not positive and finite, or lower >= upper. */
void sq_log_ratio_error(double ratio, double lower, double upper, double *se, double *asymmetry);

#endif
