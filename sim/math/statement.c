/* Published statements solved for a law's arguments. Whatever the wrappers, a statement S(t) = p of the
 * whole curve says that the base family has accumulated a known hazard at a known time of its own; from
 * there every family has a closed form: on the right scale (log or plain) each is a straight line of
 * time against a score of the hazard, so one or two points give one or two arguments.
 *
 *     exponential   t          = H / rate
 *     Weibull       log t      = log scale + log H / shape
 *     log-normal    log t      = log median + sdlog z,    z the normal score of H
 *     log-logistic  log t      = log scale + log(exp(H) - 1) / shape
 *     normal        t          = mean + sd z
 *     uniform       t          = min + (max - min) F
 *
 * No root finder is involved, so nothing can fail to converge and what is refused is refused for a
 * reason a person can act upon. */
#include "math/statement.h"

#include "math/kernel.h"
#include "math/law_base.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const double DAYS_PER_MONTH = 30.4375, DAYS_PER_YEAR = 365.25;
static const double NORMAL_975 = 1.95996398454005423552;
static const double RESIDUAL_ALLOWED = 1e-9;

const char *sq_statement_time(double days, char text[32])
{
    if (days >= 2 * DAYS_PER_YEAR)
        snprintf(text, 32, "%.4g y", days / DAYS_PER_YEAR);
    else if (days >= 2 * DAYS_PER_MONTH)
        snprintf(text, 32, "%.4g mo", days / DAYS_PER_MONTH);
    else
        snprintf(text, 32, "%.4g d", days);
    return text;
}

/* ---- a straight line through what was stated */

/* location + spread * score = time, on the family's scale of time. */
typedef struct line {
    double location, spread;
} line;

/* A statement on the family's own terms: time, and the score of the hazard accumulated there. */
typedef struct mark {
    double time, score;
} mark;

static bool time_is_logarithmic(sq_family family)
{
    return family == SQ_WEIBULL || family == SQ_LOGNORMAL || family == SQ_LOGLOGISTIC;
}

bool sq_law_has_line(const sq_law *law)
{
    if (law->truncated || law->shift != 0 || law->profile.kind != SQ_PROFILE_NONE)
        return false;
    switch (law->family) {
    case SQ_EXPONENTIAL:
    case SQ_WEIBULL:
    case SQ_LOGNORMAL:
    case SQ_LOGLOGISTIC:
    case SQ_UNIFORM:
    case SQ_NORMAL:
        return true;
    default:
        return false;
    }
}

static double score_of_hazard(sq_family family, double hazard)
{
    switch (family) {
    case SQ_WEIBULL:
        return sq_log(hazard);
    case SQ_LOGLOGISTIC:
        return sq_log(sq_expm1(hazard));
    case SQ_LOGNORMAL:
    case SQ_NORMAL:
        return sq_normal_from_hazard(hazard);
    case SQ_UNIFORM:
        return -sq_expm1(-hazard);
    default: /* exponential */
        return hazard;
    }
}

/* The line that the law's present arguments are. */
static line line_of_law(const sq_law *law)
{
    const double *arg = law->arg;
    switch (law->family) {
    case SQ_WEIBULL:
    case SQ_LOGLOGISTIC:
        return (line){sq_log(arg[1]), 1 / arg[0]};
    case SQ_LOGNORMAL:
        return (line){sq_log(arg[0]), arg[1]};
    case SQ_UNIFORM:
        return (line){arg[0], arg[1] - arg[0]};
    case SQ_NORMAL:
        return (line){arg[0], arg[1]};
    default: /* exponential */
        return (line){0, 1 / arg[0]};
    }
}

static void law_of_line(sq_law *law, line fit)
{
    double *arg = law->arg;
    switch (law->family) {
    case SQ_WEIBULL:
    case SQ_LOGLOGISTIC:
        arg[0] = 1 / fit.spread;
        arg[1] = sq_exp(fit.location);
        break;
    case SQ_LOGNORMAL:
        arg[0] = sq_exp(fit.location);
        arg[1] = fit.spread;
        break;
    case SQ_UNIFORM:
        arg[0] = fit.location;
        arg[1] = fit.location + fit.spread;
        break;
    case SQ_NORMAL:
        arg[0] = fit.location;
        arg[1] = fit.spread;
        break;
    default: /* exponential */
        arg[0] = 1 / fit.spread;
        break;
    }
}

/* Which argument is the location and which the spread; -1 for an exponential's location. */
static int location_argument(sq_family family)
{
    if (family == SQ_EXPONENTIAL)
        return -1;
    return family == SQ_WEIBULL || family == SQ_LOGLOGISTIC ? 1 : 0;
}

/* The line through one mark when one end is known. A uniform law's second argument is where the line
 * ends, not how far it runs, so its known end has the score 1. */
static line line_through_one(const sq_law *law, bool location_is_free, mark m)
{
    line known = line_of_law(law);
    if (!location_is_free)
        return (line){known.location, (m.time - known.location) / m.score};
    if (law->family != SQ_UNIFORM)
        return (line){m.time - known.spread * m.score, known.spread};
    double spread = (law->arg[1] - m.time) / (1 - m.score);
    return (line){law->arg[1] - spread, spread};
}

static line line_through_two(mark a, mark b)
{
    double spread = (b.time - a.time) / (b.score - a.score);
    return (line){a.time - spread * a.score, spread};
}

/* ---- what is refused */

static sq_status plateau_refused(const sq_law *law, double plateau, sq_survival_point point,
                                 sq_error *err)
{
    char when[32];
    const char *what = plateau == law->cured ? "cured share" : "plateau";
    const char *where = point.survival < plateau ? "below" : "at";
    return sq_fail(err, SQ_ERR_NUMERIC, "survival %.6g at %s lies %s the %s %.6g", point.survival,
                   sq_statement_time(point.time, when), where, what, plateau);
}

static sq_status check_point(const sq_law *law, sq_survival_point point, sq_error *err)
{
    char when[32];
    if (!(point.time > 0) || isinf(point.time))
        return sq_fail(err, SQ_ERR_NUMERIC, "survival is stated at time %g d; a time above 0 is needed",
                       point.time);
    if (!(point.survival > 0 && point.survival < 1))
        return sq_fail(err, SQ_ERR_NUMERIC, "survival %g at %s: a survival between 0 and 1 is needed",
                       point.survival, sq_statement_time(point.time, when));
    if (law->hazard_ratio == 0)
        return sq_fail(err, SQ_ERR_NUMERIC, "with a hazard ratio of 0 survival never falls");
    double exponent = law->cure_on_population ? law->hazard_ratio : 1;
    double plateau = law->cured > 0 ? sq_pow(law->cured, exponent) : 0;
    if (point.survival <= plateau || isinf(sq_law_base_hazard(law, -sq_log(point.survival))))
        return plateau_refused(law, plateau, point, err);
    return SQ_OK;
}

static sq_status check_fall(const sq_survival_point *points, sq_error *err)
{
    char a[32], b[32];
    double rise = points[1].survival - points[0].survival;
    double later = points[1].time - points[0].time;
    if (rise * later < 0)
        return SQ_OK;
    return sq_fail(err, SQ_ERR_NUMERIC, "the two points do not fall: survival %.6g at %s, %.6g at %s",
                   points[0].survival, sq_statement_time(points[0].time, a), points[1].survival,
                   sq_statement_time(points[1].time, b));
}

static const char *wrappers_problem(const sq_law *law)
{
    sq_law probe = *law;
    probe.family = SQ_EXPONENTIAL;
    probe.arg[0] = 1;
    return sq_law_problem(&probe);
}

static sq_status check_request(const sq_law *law, int n_free, int n_points, sq_error *err)
{
    if (law->family == SQ_FIXED || sq_family_has_table(law->family) ||
        (unsigned)law->family >= SQ_FAMILY_COUNT)
        return sq_fail(err, SQ_ERR_NUMERIC, "a %s law cannot be solved from survival statements",
                       sq_family_name(law->family));
    if (n_points != n_free || n_points < 1)
        return sq_fail(err, SQ_ERR_NUMERIC,
                       "%d statement%s for %d unknown argument%s of a %s law; one for each is needed",
                       n_points, n_points == 1 ? "" : "s", n_free, n_free == 1 ? "" : "s",
                       sq_family_name(law->family));
    const char *problem = wrappers_problem(law);
    return problem ? sq_fail(err, SQ_ERR_NUMERIC, "%s", problem) : SQ_OK;
}

/* Something admissible in place of a free argument. */
static double stand_in(const sq_law *law, const bool is_free[SQ_LAW_ARGS], int i)
{
    if (law->family != SQ_UNIFORM)
        return 1;
    return is_free[1 - i] ? i : law->arg[1 - i] + 2 * i - 1; /* min below max */
}

/* The argument that is given must be admissible beside a free one that takes any admissible value. */
static sq_status check_given(const sq_law *law, const bool is_free[SQ_LAW_ARGS], sq_error *err)
{
    sq_law probe = *law;
    for (int i = 0; i < sq_family_args(law->family); i++) {
        if (is_free[i])
            probe.arg[i] = stand_in(law, is_free, i);
    }
    const char *problem = sq_law_problem(&probe);
    return problem ? sq_fail(err, SQ_ERR_NUMERIC, "%s", problem) : SQ_OK;
}

/* ---- solving */

static mark mark_of_point(const sq_law *law, sq_survival_point point)
{
    double hazard = sq_law_base_hazard(law, -sq_log(point.survival));
    double time = point.time / law->time_ratio;
    return (mark){time_is_logarithmic(law->family) ? sq_log(time) : time,
                  score_of_hazard(law->family, hazard)};
}

static double worst_residual(const sq_law *law, int n_points, const sq_survival_point *points)
{
    double worst = 0;
    for (int i = 0; i < n_points; i++) {
        double survival = sq_exp(-sq_law_hazard(law, points[i].time));
        double off = fabs(survival - points[i].survival);
        worst = off <= worst ? worst : off; /* keeps a NaN */
    }
    return worst;
}

static sq_status check_solution(const sq_law *law, double residual,
                                const sq_survival_point *points, sq_error *err)
{
    char when[32];
    const char *problem = sq_law_problem(law);
    if (!problem && residual <= RESIDUAL_ALLOWED)
        return SQ_OK;
    return sq_fail(err, SQ_ERR_NUMERIC,
                   "no %s law with the argument given has survival %.6g at %s%s%s",
                   sq_family_name(law->family), points[0].survival, sq_statement_time(points[0].time, when),
                   problem ? ": " : "", problem ? problem : "");
}

static sq_status solve_line(sq_law *law, bool location_is_free, int n_points,
                            const sq_survival_point *points, sq_error *err)
{
    mark first = mark_of_point(law, points[0]);
    if (n_points == 1) {
        law_of_line(law, line_through_one(law, location_is_free, first));
        return SQ_OK;
    }
    sq_status status = check_fall(points, err);
    if (status == SQ_OK)
        law_of_line(law, line_through_two(first, mark_of_point(law, points[1])));
    return status;
}

sq_status sq_solve_statements(sq_law *law, const bool is_free[SQ_LAW_ARGS], int n_points,
                              const sq_survival_point *points, double *residual, sq_error *err)
{
    int n_free = 0;
    for (int i = 0; i < sq_family_args(law->family); i++)
        n_free += is_free[i];
    sq_status status = check_request(law, n_free, n_points, err);
    if (status == SQ_OK)
        status = check_given(law, is_free, err);
    for (int i = 0; status == SQ_OK && i < n_points; i++)
        status = check_point(law, points[i], err);
    if (status != SQ_OK)
        return status;

    sq_law solved = *law;
    int location = location_argument(law->family);
    status = solve_line(&solved, location >= 0 && is_free[location], n_points, points, err);
    if (status != SQ_OK)
        return status;
    double off = worst_residual(&solved, n_points, points);
    status = check_solution(&solved, off, points, err);
    if (status != SQ_OK)
        return status;
    *law = solved;
    if (residual)
        *residual = off;
    return SQ_OK;
}

/* ---- proportions and ratios */

/* The p for which a Beta(a, b) variate lies below it with probability tail (upper: above it), by
 * bisection down to neighbouring doubles: at most some 1,100 steps, 60 as a rule. */
static double beta_limit(double a, double b, double tail, bool upper)
{
    double low = 0, high = 1;
    for (;;) {
        double middle = .5 * (low + high);
        if (middle <= low || middle >= high)
            return middle;
        bool beyond = upper ? gsl_cdf_beta_Q(middle, a, b) < tail
                            : gsl_cdf_beta_P(middle, a, b) > tail;
        if (beyond)
            high = middle;
        else
            low = middle;
    }
}

void sq_binomial_interval(double k, double n, double *lower, double *upper)
{
    *lower = *upper = NAN;
    if (!(k >= 0 && k <= n && n > 0) || isinf(n))
        return;
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    *lower = k > 0 ? beta_limit(k, n - k + 1, .025, false) : 0;
    *upper = k < n ? beta_limit(k + 1, n - k, .025, true) : 1;
    gsl_set_error_handler(before);
}

void sq_log_ratio_error(double ratio, double lower, double upper, double *se, double *asymmetry)
{
    *se = *asymmetry = NAN;
    if (!(ratio > 0 && lower > 0 && lower < upper) || isinf(ratio) || isinf(upper))
        return;
    double low = sq_log(lower), high = sq_log(upper);
    *se = (high - low) / (2 * NORMAL_975);
    *asymmetry = sq_log(ratio) - .5 * (low + high);
}
