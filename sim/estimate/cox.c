/* Newton's method on a concave function. A step that gains nothing, or leads to where the
 * information is no longer positive definite, is halved.
 *
 * Infinite coefficients. If some direction never lowers the likelihood (monotone likelihood: Bryson
 * MC, Johnson ME. Technometrics 1981;23:381-383; Heinze G, Schemper M. Biometrics 2001;57:114-119)
 * the steps along it tend to a constant length while their gain falls by e each time. So when a
 * step gains next to nothing it should change next to nothing: if it still moves the patients'
 * predictors apart by a visible amount, the way has no end. */
#include "estimate/cox.h"

#include <math.h>
#include <string.h>

#include "estimate/cox_sums.h"
#include "math/cholesky.h"

static const double DEPENDENT = 1e-10; /* variance left by the other covariates */
static const double DONE = 1e-20, ALL_BUT_DONE = 1e-12, VISIBLE = .05;
static const double TRUSTED = 1e-8, ROUNDING = 1e-12; /* a promise, and what of the log likelihood may be rounding */
enum { MOST_STEPS = 100, MOST_HALVINGS = 40 };

const char *sq_cox_ending_text(sq_cox_ending ending)
{
    static const char *const text[] = {
#define X(name, words) words,
        SQ_COX_ENDING_LIST(X)
#undef X
    };
    return text[ending];
}

/* A point with what is known there: the information is kept as its Cholesky factor. */
typedef struct point {
    double *b, *score, *factor, log_likelihood;
} point;

typedef struct newton {
    const sq_cox_problem *c;
    point here, there;
    double *step, gain; /* the gain is twice what a parabola promises */
    int n_steps;
} newton;

static bool make_point(point *x, size_t p, sq_arena *arena)
{
    x->b = sq_arena_array(arena, p, sizeof *x->b);
    x->score = sq_arena_array(arena, p, sizeof *x->score);
    x->factor = sq_arena_array(arena, p * p, sizeof *x->factor);
    return x->b && x->score && x->factor;
}

/* Fills the point at its b; whether its information is positive definite. */
static bool look(const sq_cox_problem *c, point *x)
{
    x->log_likelihood = sq_cox_sums(c, x->b, x->score, x->factor);
    return sq_cholesky_factorise(x->factor, c->p, c->p, 0) == c->p;
}

static void find_step(newton *w)
{
    int p = w->c->p;
    memcpy(w->step, w->here.score, sizeof *w->step * (size_t)p);
    sq_cholesky_solve(w->here.factor, p, p, w->step);
    w->gain = 0;
    for (int j = 0; j < p; j++) w->gain += w->step[j] * w->here.score[j];
}

/* Moves along the step; false if no part of it helps. A promise below what the likelihood's
 * rounding shows is trusted: with 100,000 patients that is much. */
static bool take_step(newton *w)
{
    double now = w->here.log_likelihood, part = 1;
    double least = w->gain < fmax(TRUSTED, ROUNDING * fabs(now)) ? -INFINITY : now;
    for (int i = 0; i < MOST_HALVINGS; i++, part /= 2) {
        for (int j = 0; j < w->c->p; j++) w->there.b[j] = w->here.b[j] + part * w->step[j];
        if (!look(w->c, &w->there) || !(w->there.log_likelihood >= least)) continue;
        point here = w->here;
        w->here = w->there;
        w->there = here;
        return true;
    }
    return false;
}

/* How far apart the patients' x_j differ, or with j < 0 their predictors would by the step. */
static double spread(const newton *w, int j)
{
    double low = INFINITY, high = -INFINITY;
    int p = w->c->p;
    for (int i = 0; i < w->c->sample->n; i++) {
        const double *x = w->c->x + (size_t)i * (size_t)p;
        double value = j < 0 ? 0 : x[j];
        for (int k = 0; j < 0 && k < p; k++) value += x[k] * w->step[k];
        low = fmin(low, value);
        high = fmax(high, value);
    }
    return high - low;
}

/* Near the top the gain falls to its square from step to step: where it does not even halve, it is rounding. */
static sq_cox_ending walk(newton *w)
{
    double before = INFINITY;
    for (; w->n_steps < MOST_STEPS; w->n_steps++, before = w->gain) {
        find_step(w);
        if (w->gain < ALL_BUT_DONE && spread(w, -1) > VISIBLE) return SQ_COX_INFINITE;
        if (w->gain < DONE || (w->gain < ALL_BUT_DONE && w->gain > before / 2)) return SQ_COX_CONVERGED;
        if (!take_step(w)) return SQ_COX_UNFINISHED;
    }
    return SQ_COX_UNFINISHED;
}

/* |l'b|^2 = b' I b */
static double wald(const newton *w)
{
    int p = w->c->p;
    double sum = 0;
    for (int k = 0; k < p; k++) {
        double v = 0;
        for (int j = k; j < p; j++) v += w->here.factor[j * p + k] * w->here.b[j];
        sum += v * v;
    }
    return sum;
}

/* The covariates along which the last step goes on. */
static void mark_infinite(const newton *w, sq_cox *fit, double *coefficient, double *se)
{
    double fastest = 0;
    for (int j = 0; j < w->c->p; j++) {
        double speed = fabs(w->step[j]) * spread(w, j);
        if (speed <= VISIBLE) continue;
        coefficient[j] = copysign(INFINITY, w->step[j]);
        se[j] = INFINITY;
        if (speed > fastest) fit->culprit = j;
        fastest = fmax(fastest, speed);
    }
}

/* w->there serves as scratch at the end. */
static void read_off(newton *w, sq_cox *fit, double *coefficient, double *se)
{
    int p = w->c->p;
    fit->n_steps = w->n_steps;
    fit->log_likelihood = w->here.log_likelihood;
    fit->likelihood_ratio =
        sq_chi_square_make(2 * (fit->log_likelihood - fit->log_likelihood_0), p);
    for (int j = 0; j < p; j++) {
        double scale = w->c->scale[j];
        coefficient[j] = w->here.b[j] / scale;
        se[j] = sqrt(sq_cholesky_inverse_diagonal(w->here.factor, p, p, j, w->there.score)) / scale;
    }
    if (fit->ending == SQ_COX_INFINITE)
        mark_infinite(w, fit, coefficient, se);
    else
        fit->wald = sq_chi_square_make(wald(w), p);
}

static sq_cox no_estimates(const sq_cox_problem *c, double *coefficient, double *se)
{
    for (int j = 0; j < c->p; j++) coefficient[j] = se[j] = NAN;
    sq_chi_square none = {NAN, 0, NAN};
    return (sq_cox){.culprit = -1,
                    .n_events = c->n_events,
                    .n_covariates = c->p,
                    .coefficient = coefficient,
                    .se = se,
                    .log_likelihood = NAN,
                    .score = none,
                    .wald = none,
                    .likelihood_ratio = none};
}

/* The first covariate whose variance at risk is nothing but rounding, at a point not yet
 * factorised; p if none. */
static int first_constant(const sq_cox_problem *c, const double *information)
{
    int j = 0;
    while (j < c->p && information[j * c->p + j] > DEPENDENT * c->n_events) j++;
    return j;
}

/* The point 0: what there is to fit. Otherwise than SQ_COX_CONVERGED there is nothing. */
static sq_cox_ending begin(newton *w, sq_cox *fit)
{
    const sq_cox_problem *c = w->c;
    fit->log_likelihood_0 = w->here.log_likelihood =
        sq_cox_sums(c, w->here.b, w->here.score, w->here.factor);
    if (c->n_events == 0) return SQ_COX_NO_EVENTS;
    fit->culprit = first_constant(c, w->here.factor);
    if (fit->culprit < c->p) return SQ_COX_CONSTANT;
    fit->culprit = sq_cholesky_factorise(w->here.factor, c->p, c->p, DEPENDENT);
    if (fit->culprit < c->p) return SQ_COX_COLLINEAR;
    fit->culprit = -1;
    return SQ_COX_CONVERGED;
}

static void fit_model(newton *w, sq_cox *fit, double *coefficient, double *se)
{
    fit->ending = begin(w, fit);
    if (fit->ending != SQ_COX_CONVERGED) return;
    find_step(w);
    fit->score = sq_chi_square_make(w->gain, w->c->p);
    fit->ending = walk(w);
    read_off(w, fit, coefficient, se);
}

static sq_status check(const sq_sample *sample, sq_cox_request request, sq_error *err)
{
    sq_status status = sq_sample_check(sample, request.cause, err);
    if (status) return status;
    if (sample->n_covariates < 1)
        return sq_fail(err, SQ_ERR_INPUT, "Cox's model needs at least one covariate");
    if (sample->weight) return sq_fail(err, SQ_ERR_INPUT, "Cox's model takes no weights here");
    return SQ_OK;
}

sq_status sq_cox_fit(const sq_sample *sample, sq_cox_request request, sq_arena *arena, sq_cox *fit,
                     sq_error *err)
{
    sq_status status = check(sample, request, err);
    if (status) return status;
    sq_arena_reset(arena);
    size_t p = (size_t)sample->n_covariates;
    sq_cox_problem c;
    double *coefficient = sq_arena_array(arena, p, sizeof *coefficient);
    double *se = sq_arena_array(arena, p, sizeof *se);
    newton w = {.c = &c, .step = sq_arena_array(arena, p, sizeof *w.step)};
    if (!coefficient || !se || !w.step || !make_point(&w.here, p, arena) ||
        !make_point(&w.there, p, arena) || !sq_cox_problem_make(sample, request, arena, &c))
        return sq_fail(err, SQ_ERR_MEMORY,
                       "no memory for Cox's model of %d patients and %d covariates", sample->n,
                       sample->n_covariates);
    *fit = no_estimates(&c, coefficient, se);
    fit_model(&w, fit, coefficient, se);
    return SQ_OK;
}
