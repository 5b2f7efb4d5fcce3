/* The general fitter. Each unknown is moved on a scale without bounds: positive arguments by their logarithm,
 * shares by their logit, arguments of either sign as they are (per unit of the curve's own time). Residuals
 * are log(-log S) - log(-log published), on which a published curve's errors are nearest to even and
 * every law is nearest to a straight line. A start sets the arguments of form to a guess and the argument of scale so
 * that the middle point is met; from each start the least-squares method walks down; the best end is kept. */
#include "math/fit.h"

#include "math/kernel.h"
#include "math/law.h"
#include "math/least_squares.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const double RESIDUAL_ALLOWED = 1e-9;
static const double MET = 1e-26; /* sum of squares at which a walk has met every point */

/* ---- families */

typedef enum transform { BY_LOG, PER_TIME, AS_IT_IS } transform;

enum { GUESSES = 6, NO_ARGUMENT = -1 };

/* How a family is searched: which argument scales time (a rate by its inverse), how each moves, and guesses of
 * the others, of which those with PER_TIME are per time of the middle point. */
typedef struct form {
    int scale;
    bool scale_is_rate;
    transform move[SQ_LAW_ARGS];
    int n_guesses;
    double guess[GUESSES][SQ_LAW_ARGS];
} form;

static const form *form_of(sq_family family)
{
    static const form exponential = {0, true, {BY_LOG}, 1, {{1}}};
    static const form weibull = {1, false, {BY_LOG, BY_LOG}, 4, {{1, 1}, {.5, 1}, {2, 1}, {5, 1}}};
    static const form lognormal = {0, false, {BY_LOG, BY_LOG}, 3, {{1, 1}, {1, .4}, {1, 2}}};
    static const form gompertz = {1, true, {PER_TIME, BY_LOG}, 5, {{.1, 1}, {1, 1}, {-.5, 1}, {3, 1}, {-2, 1}}};
    static const form loglogistic = {1, false, {BY_LOG, BY_LOG}, 3, {{1.2, 1}, {.6, 1}, {2.5, 1}}};
    static const form gamma = {1, true, {BY_LOG, BY_LOG}, 3, {{1, 1}, {.5, 1}, {3, 1}}};
    static const form generalised_gamma = {
        0, false, {BY_LOG, BY_LOG, AS_IT_IS}, 5, {{1, 1, .5}, {1, .8, -.6}, {1, 1, 1.3}, {1, .4, 2.5}, {1, 2, .2}}};
    switch (family) {
    case SQ_EXPONENTIAL: return &exponential;
    case SQ_WEIBULL: return &weibull;
    case SQ_GOMPERTZ: return &gompertz;
    case SQ_LOGNORMAL: return &lognormal;
    case SQ_LOGLOGISTIC: return &loglogistic;
    case SQ_GAMMA: return &gamma;
    case SQ_GENERALISED_GAMMA: return &generalised_gamma;
    default: return NULL;
    }
}

bool sq_family_can_be_fitted(sq_family family)
{
    return form_of(family) != NULL;
}

/* ---- the search */

typedef struct search {
    const sq_fit *fit;
    const form *form;
    sq_law law; /* with everything that is given */
    int n_unknowns, unknown[SQ_UNKNOWNS]; /* an argument, or NO_ARGUMENT: the cured share */
    sq_survival_point point[SQ_CURVE_POINTS]; /* in order of time */
    double left[SQ_CURVE_POINTS];             /* B at each point */
    double target[SQ_CURVE_POINTS];           /* log(-log published) */
    double middle;                            /* time of the middle point */
} search;

static bool is_incidence(const search *s)
{
    return s->fit->setting && s->fit->setting->is_incidence;
}

static void begin(search *s, const sq_law *law, const sq_fit *fit)
{
    *s = (search){.fit = fit, .form = form_of(law->family), .law = *law};
    for (int i = 0; i < sq_family_args(law->family); i++)
        if (fit->is_free[i]) s->unknown[s->n_unknowns++] = i;
    if (fit->cured_is_free) s->unknown[s->n_unknowns++] = NO_ARGUMENT;
    for (int i = 0; i < fit->n_points; i++) {
        int k = i;
        for (; k > 0 && s->point[k - 1].time > fit->points[i].time; k--) s->point[k] = s->point[k - 1];
        s->point[k] = fit->points[i];
    }
    for (int i = 0; i < fit->n_points; i++) {
        s->left[i] = fit->setting ? sq_setting_survival(fit->setting, s->point[i].time) : 1;
        s->target[i] = sq_log(-sq_log(s->point[i].survival));
    }
    s->middle = s->point[fit->n_points / 2].time;
}

/* The law at x. */
static sq_law law_at(const search *s, const double *x)
{
    sq_law law = s->law;
    for (int i = 0; i < s->n_unknowns; i++) {
        int arg = s->unknown[i];
        if (arg == NO_ARGUMENT)
            law.cured = 1 / (1 + sq_exp(-x[i]));
        else if (s->form->move[arg] == BY_LOG)
            law.arg[arg] = sq_exp(x[i]);
        else
            law.arg[arg] = s->form->move[arg] == PER_TIME ? x[i] / s->middle : x[i];
    }
    return law;
}

static void place_of_law(const search *s, const sq_law *law, double *x)
{
    for (int i = 0; i < s->n_unknowns; i++) {
        int arg = s->unknown[i];
        if (arg == NO_ARGUMENT)
            x[i] = sq_log(law->cured) - sq_log1p(-law->cured);
        else if (s->form->move[arg] == BY_LOG)
            x[i] = sq_log(law->arg[arg]);
        else
            x[i] = s->form->move[arg] == PER_TIME ? law->arg[arg] * s->middle : law->arg[arg];
    }
}

/* -log of the curve at every point, in order of time. */
static void curve_hazards(const search *s, const sq_law *law, double *hazard)
{
    double incidence = 0, before = 0;
    for (int i = 0; i < s->fit->n_points; i++) {
        double t = s->point[i].time;
        if (is_incidence(s)) {
            incidence += sq_setting_incidence(s->fit->setting, law, before, t);
            hazard[i] = -sq_log1p(-incidence);
            before = t;
        } else {
            hazard[i] = sq_law_hazard(law, t) - sq_log(s->left[i]);
        }
    }
}

static bool residuals(const void *context, const double *x, double *residual)
{
    const search *s = context;
    sq_law law = law_at(s, x);
    if (sq_law_problem(&law)) return false;
    curve_hazards(s, &law, residual);
    for (int i = 0; i < s->fit->n_points; i++) {
        if (!(residual[i] > 0) || isinf(residual[i])) return false;
        residual[i] = sq_log(residual[i]) - s->target[i];
    }
    return true;
}

/* ---- where to start */

/* What the law's own survival should be at a point, roughly; within what a start needs. */
static double own_survival(const search *s, int i, double cured)
{
    double p = is_incidence(s) ? s->point[i].survival : s->point[i].survival / s->left[i];
    p = (p - cured) / (1 - cured);
    return fmin(.999, fmax(.001, p));
}

static void start_at_guess(const search *s, int guess, sq_law *law)
{
    const form *f = s->form;
    int scale = f->scale;
    for (int i = 0; i < sq_family_args(law->family); i++) {
        double value = f->guess[guess][i];
        if (s->fit->is_free[i]) law->arg[i] = f->move[i] == PER_TIME ? value / s->middle : value;
    }
    if (!s->fit->is_free[scale]) return;
    sq_law bare = {.family = law->family, .hazard_ratio = 1, .time_ratio = 1};
    memcpy(bare.arg, law->arg, sizeof bare.arg);
    if (sq_law_problem(&bare)) return;
    double hazard = -sq_log(own_survival(s, s->fit->n_points / 2, law->cured));
    if (f->scale_is_rate && f->move[0] == PER_TIME) { /* the hazard is in proportion to the rate */
        law->arg[scale] = hazard / sq_law_hazard(&bare, s->middle);
        return;
    }
    double ratio = s->middle / sq_law_inverse(&bare, hazard);
    law->arg[scale] = f->scale_is_rate ? 1 / ratio : ratio;
}

/* What walks have found so far: the law with the least sum, and how many more have ended there. */
typedef struct finding {
    sq_law law;
    double least;
    int again;
} finding;

enum { OFTEN_ENOUGH = 2 };

static bool is_settled(const search *s, const finding *best)
{
    return best->least <= MET * s->n_unknowns || best->again >= OFTEN_ENOUGH;
}

/* One walk from a guess. */
static void try_start(const search *s, int guess, double cured, finding *best)
{
    double x[SQ_UNKNOWNS];
    sq_law law = s->law;
    if (s->fit->cured_is_free) law.cured = cured;
    start_at_guess(s, guess, &law);
    if (sq_law_problem(&law)) return;
    place_of_law(s, &law, x);
    sq_least_squares problem = {s->n_unknowns, s->fit->n_points, residuals, s};
    double sum = sq_least_squares_solve(&problem, x);
    bool same = isfinite(best->least) && fabs(sum - best->least) <= 1e-6 * best->least;
    if (same && s->fit->n_points > s->n_unknowns) best->again++;
    if (same || !(sum < best->least)) return;
    *best = (finding){.law = law_at(s, x), .least = sum};
}

/* The best law from the starts, of which the rest is left out once several have ended at the same; false if none
 * has a curve at all. */
static bool find_best(const search *s, finding *best)
{
    static const double share_of_lowest[] = {.5, .1, .9};
    double lowest = own_survival(s, s->fit->n_points - 1, 0);
    int n_cured = s->fit->cured_is_free ? 3 : 1;
    *best = (finding){.law = s->law, .least = INFINITY};
    for (int i = 0; i < s->form->n_guesses; i++)
        for (int k = 0; k < n_cured && !is_settled(s, best); k++) try_start(s, i, lowest * share_of_lowest[k], best);
    return isfinite(best->least);
}

/* ---- what is refused */

static const char *quantity(const search *s) { return is_incidence(s) ? "incidence" : "survival"; }

static double shown(const search *s, double survival) { return is_incidence(s) ? 1 - survival : survival; }

static sq_status check_range(const search *s, sq_error *err)
{
    char when[32];
    for (int i = 0; i < s->fit->n_points; i++) {
        sq_survival_point p = s->point[i];
        if (!(p.time > 0) || isinf(p.time))
            return sq_fail(err, SQ_ERR_NUMERIC, "%s is stated at time %g d; a time above 0 is needed",
                           quantity(s), p.time);
        if (!(p.survival > 0 && p.survival < 1))
            return sq_fail(err, SQ_ERR_NUMERIC, "%s %g at %s: a share between 0 and 1 is needed",
                           quantity(s), shown(s, p.survival), sq_statement_time(p.time, when));
    }
    return SQ_OK;
}

static sq_status check_fall(const search *s, sq_error *err)
{
    char a[32], b[32];
    for (int i = 1; i < s->fit->n_points; i++) {
        sq_survival_point p = s->point[i - 1], q = s->point[i];
        if (q.time > p.time && q.survival <= p.survival) continue;
        return sq_fail(err, SQ_ERR_NUMERIC, "the points do not %s: %s %.6g at %s, %.6g at %s",
                       is_incidence(s) ? "rise" : "fall", quantity(s), shown(s, p.survival),
                       sq_statement_time(p.time, a), shown(s, q.survival), sq_statement_time(q.time, b));
    }
    return SQ_OK;
}

/* The rivals alone must leave more than the curve shows. */
static sq_status check_rivals(const search *s, sq_error *err)
{
    char when[32];
    for (int i = 0; i < s->fit->n_points && !is_incidence(s); i++) {
        sq_survival_point p = s->point[i];
        if (s->left[i] > p.survival || !s->fit->rivals) continue;
        return sq_fail(err, SQ_ERR_NUMERIC, "%s alone %s %.6g at %s; the statement says %.6g",
                       s->fit->rivals, strstr(s->fit->rivals, " and ") ? "leave" : "leaves", s->left[i], sq_statement_time(p.time, when), p.survival);
    }
    return SQ_OK;
}

static sq_status check_plateau(const search *s, sq_error *err)
{
    char when[32];
    for (int i = 0; i < s->fit->n_points && !s->fit->cured_is_free; i++) {
        sq_survival_point p = s->point[i];
        double own = is_incidence(s) ? p.survival : p.survival / s->left[i];
        if (own > s->law.cured) continue;
        return sq_fail(err, SQ_ERR_NUMERIC, "%s %.6g at %s lies %s the cured share %.6g%s", quantity(s),
                       shown(s, p.survival), sq_statement_time(p.time, when),
                       is_incidence(s) ? "beyond what is left by" : own < s->law.cured ? "below" : "at",
                       s->law.cured, s->fit->rivals && !is_incidence(s) ? " once the others are accounted for" : "");
    }
    return SQ_OK;
}

static sq_status check_counts(const search *s, sq_error *err)
{
    const char *family = sq_family_name(s->law.family);
    if (!s->form) return sq_fail(err, SQ_ERR_NUMERIC, "a %s law cannot be fitted to points", family);
    if (s->n_unknowns < 1)
        return sq_fail(err, SQ_ERR_NUMERIC, "nothing is left to be found: every argument of the %s law is given", family);
    if (s->fit->n_points >= s->n_unknowns) return SQ_OK;
    return sq_fail(err, SQ_ERR_NUMERIC, "%d point%s for %d unknown%s of a %s law; one for each is needed",
                   s->fit->n_points, s->fit->n_points == 1 ? "" : "s", s->n_unknowns,
                   s->n_unknowns == 1 ? "" : "s", family);
}

/* ---- solving */

/* Exact points of a line family without anything else to be found have a closed form. */
static bool has_closed_form(const search *s)
{
    return s->fit->n_points == s->n_unknowns && !s->fit->cured_is_free && !is_incidence(s) &&
           sq_law_has_line(&s->law);
}

static sq_status solve_closed(const search *s, sq_law *law, sq_error *err)
{
    sq_survival_point own[SQ_STATEMENTS];
    for (int i = 0; i < s->fit->n_points; i++) {
        own[i] = s->fit->points[i];
        if (s->fit->setting) own[i].survival /= sq_setting_survival(s->fit->setting, own[i].time);
    }
    return sq_solve_statements(law, s->fit->is_free, s->fit->n_points, own, NULL, err);
}

/* Exact points must be met; says by how much the nearest law fails. */
static sq_status check_met(const search *s, const sq_law *law, sq_error *err)
{
    double hazard[SQ_CURVE_POINTS], worst = 0, nearest = 0;
    char when[32];
    int at = 0;
    curve_hazards(s, law, hazard);
    for (int i = 0; i < s->fit->n_points; i++) {
        double survival = sq_exp(-hazard[i]), off = fabs(survival - s->point[i].survival);
        if (off <= worst) continue;
        worst = off, nearest = survival, at = i;
    }
    if (worst <= RESIDUAL_ALLOWED) return SQ_OK;
    return sq_fail(err, SQ_ERR_NUMERIC, "no %s law meets the points: the nearest found has %s %.6g at %s, where %.6g is stated",
                   sq_family_name(law->family), quantity(s), shown(s, nearest),
                   sq_statement_time(s->point[at].time, when), shown(s, s->point[at].survival));
}

static sq_status solve_search(const search *s, sq_law *law, sq_error *err)
{
    finding best;
    if (!find_best(s, &best))
        return sq_fail(err, SQ_ERR_NUMERIC, "no %s law with what is given has a curve through these points",
                       sq_family_name(law->family));
    sq_status status = s->fit->n_points == s->n_unknowns ? check_met(s, &best.law, err) : SQ_OK;
    if (status == SQ_OK) *law = best.law;
    return status;
}

static sq_status check(const search *s, sq_error *err)
{
    sq_status status = check_range(s, err);
    if (status == SQ_OK) status = check_fall(s, err);
    if (status == SQ_OK) status = check_rivals(s, err);
    if (status == SQ_OK) status = check_plateau(s, err);
    return status;
}

sq_status sq_fit_law(sq_law *law, const sq_fit *fit, double *fitted, sq_error *err)
{
    search s;
    if (fit->n_points > SQ_CURVE_POINTS)
        return sq_fail(err, SQ_ERR_NUMERIC, "%d points; a curve has at most %d", fit->n_points, SQ_CURVE_POINTS);
    begin(&s, law, fit);
    sq_status status = check_counts(&s, err);
    if (status != SQ_OK) return status;
    bool closed = has_closed_form(&s);
    status = closed && !fit->setting ? SQ_OK : check(&s, err); /* the closed form checks for itself */
    if (status == SQ_OK) status = closed ? solve_closed(&s, law, err) : solve_search(&s, law, err);
    static const sq_setting nothing;
    for (int i = 0; status == SQ_OK && fitted && i < fit->n_points; i++) {
        double curve = sq_setting_curve(fit->setting ? fit->setting : &nothing, law, fit->points[i].time);
        fitted[i] = is_incidence(&s) ? 1 - curve : curve;
    }
    return status;
}
