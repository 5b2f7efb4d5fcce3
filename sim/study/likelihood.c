/* Everything about a published figure is found once; what is left for each trial is a difference on its scale and its
 * error. Only kernels of our own are used: what is fitted must not depend on the processor. */
#include "study/likelihood.h"

#include "math/cholesky.h"
#include "math/kernel.h"
#include "math/statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double NORMAL_95 = 1.959963984540054;
static const double NOT_REACHED = 20; /* standard errors */
static const double MOST_CORRELATED = .99; /* points between which nobody had an event do not say the same thing twice */

const char *sq_term_scale_word(sq_term_scale scale)
{
    static const char *const words[] = {"binomial", "linear", "log", "log(-log)"};
    return words[scale];
}

static double to_scale(sq_term_scale scale, double x)
{
    if (scale == SQ_TERM_LOG) return sq_log(x);
    return scale == SQ_TERM_LOG_LOG ? sq_log(-sq_log(x)) : x;
}

/* How fast the scale changes with the figure. */
static double slope_at(sq_term_scale scale, double x)
{
    if (scale == SQ_TERM_LOG) return 1 / x;
    return scale == SQ_TERM_LOG_LOG ? 1 / (x * -sq_log(x)) : 1;
}

/* ---- what is published ------------------------------------------------------------------------------------ */

/* Whether a target is K of N and nothing more: its interval, if any, is the one that follows from that. */
static bool is_binomial(const sq_suite_target *t)
{
    double lower, upper;
    if (!t->is_share || !(t->n > 0) || isnan(t->k)) return false;
    if (isnan(t->lower) || isnan(t->upper)) return true;
    sq_binomial_interval(t->k, t->n, &lower, &upper);
    return fabs(lower - t->lower) < 1e-9 && fabs(upper - t->upper) < 1e-9;
}

/* By how much the interval is wider on one side than on the other, on a scale; infinite where it cannot be used. */
static double asymmetry(sq_term_scale scale, const sq_suite_target *t)
{
    bool fits = scale == SQ_TERM_LINEAR || (t->lower > 0 && t->published > 0);
    if (scale == SQ_TERM_LOG_LOG) fits = fits && t->is_share && t->upper < 1 && t->published < 1;
    if (!fits) return INFINITY;
    double low = to_scale(scale, t->lower), high = to_scale(scale, t->upper), middle = to_scale(scale, t->published);
    return fabs(low + high - 2 * middle) / fabs(high - low);
}

static sq_term_scale best_scale(const sq_suite_target *t)
{
    sq_term_scale best = SQ_TERM_LINEAR;
    for (int s = SQ_TERM_LOG; s <= SQ_TERM_LOG_LOG; s++)
        if (asymmetry((sq_term_scale)s, t) < asymmetry(best, t)) best = (sq_term_scale)s;
    return best;
}

static void state_interval(sq_term *term, const sq_suite_target *t, sq_term_scale scale)
{
    double sd = fabs(to_scale(scale, t->upper) - to_scale(scale, t->lower)) / (2 * NORMAL_95);
    term->scale = scale;
    term->published = to_scale(scale, t->published);
    term->variance = sd * sd;
}

/* A point of a curve: from K of N, half a patient added to each side where K is 0 or N; from an interval otherwise. */
static void state_point(sq_term *term, const sq_suite_target *t)
{
    bool counted = is_binomial(t) || asymmetry(SQ_TERM_LOG_LOG, t) > 1;
    if (!counted || !(t->n > 0)) {
        state_interval(term, t, SQ_TERM_LOG_LOG);
        return;
    }
    bool extreme = t->k <= 0 || t->k >= t->n;
    double p = extreme ? (t->k + .5) / (t->n + 1) : t->k / t->n, slope = slope_at(SQ_TERM_LOG_LOG, p);
    term->scale = SQ_TERM_LOG_LOG;
    term->published = to_scale(SQ_TERM_LOG_LOG, p);
    term->variance = p * (1 - p) / t->n * slope * slope;
}

static void state_alone(sq_term *term, const sq_suite_target *t)
{
    if (!is_binomial(t)) {
        state_interval(term, t, best_scale(t));
        return;
    }
    term->scale = SQ_TERM_BINOMIAL;
    term->published = t->k / t->n;
    term->k = t->k;
    term->n = t->n;
}

/* ---- curves ----------------------------------------------------------------------------------------------- */

/* The share who have had the event, whichever of survival and incidence was published. */
static double share_by(const sq_suite_target *t)
{
    double f = t->target->kind == SQ_TARGET_SURVIVAL ? 1 - t->published : t->published;
    return fmin(fmax(f, 1e-6), 1 - 1e-6);
}

static double correlation(const sq_suite_target *a, const sq_suite_target *b)
{
    double f = share_by(a), g = share_by(b), low = fmin(f, g), high = fmax(f, g);
    return fmin(sqrt(low * (1 - high) / (high * (1 - low))), MOST_CORRELATED);
}

/* Cholesky's factor of the correlations of a curve's n terms; each term is given its row. */
static bool correlate(sq_term *terms, int n, const sq_suite_target *targets, sq_arena *arena)
{
    double *a = sq_arena_array(arena, (size_t)(n * n), sizeof *a);
    if (!a) return false;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) a[i * n + j] = correlation(&targets[terms[i].target], &targets[terms[j].target]);
        a[i * n + i] = 1;
        terms[i].place = i;
        terms[i].factor = a + i * n;
    }
    sq_cholesky_factorise(a, n, n, 0);
    return true;
}

static bool same_curve(const sq_suite_target *a, const sq_suite_target *b)
{
    return a->experiment == b->experiment && a->target->curve[0] && strcmp(a->target->curve, b->target->curve) == 0;
}

/* Sorts the terms of a curve by time. */
static void sort_by_time(sq_term *terms, int n, const sq_suite_target *targets)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && targets[terms[j].target].target->time < targets[terms[j - 1].target].target->time; j--) {
            sq_term held = terms[j];
            terms[j] = terms[j - 1];
            terms[j - 1] = held;
        }
}

/* Moves the other points of a term's curve behind it; how many the curve has. */
static int gather_curve(sq_term *terms, int n, int first, const sq_suite_target *targets)
{
    int count = 1;
    for (int i = first + 1; i < n; i++) {
        if (!same_curve(&targets[terms[first].target], &targets[terms[i].target])) continue;
        sq_term found = terms[i];
        memmove(terms + first + count + 1, terms + first + count, (size_t)(i - first - count) * sizeof *terms);
        terms[first + count++] = found;
    }
    return count;
}

static bool state_curve(sq_term *terms, int first, int count, const sq_suite_target *targets, sq_arena *arena)
{
    sort_by_time(terms + first, count, targets);
    for (int i = first; i < first + count; i++) {
        state_point(&terms[i], &targets[terms[i].target]);
        terms[i].first = first;
    }
    return correlate(terms + first, count, targets, arena);
}

sq_status sq_likelihood_make(sq_likelihood *out, const sq_suite *suite, int n, const sq_fit_target *fitted,
                             int64_t patients, sq_arena *arena, sq_error *err)
{
    const sq_suite_target *targets;
    const sq_suite_experiment *experiments;
    sq_suite_targets(suite, &targets);
    sq_suite_experiments(suite, &experiments);
    sq_term *terms = sq_arena_array(arena, (size_t)n + 1, sizeof *terms);
    bool fine = terms != NULL;
    for (int i = 0; fine && i < n; i++)
        terms[i].target = experiments[fitted[i].experiment].first_target + fitted[i].index;
    for (int i = 0; fine && i < n;) {
        int count = gather_curve(terms, n, i, targets);
        terms[i].first = i;
        if (count > 1) fine = state_curve(terms, i, count, targets, arena);
        else state_alone(&terms[i], &targets[terms[i].target]);
        i += count;
    }
    *out = (sq_likelihood){.n = n, .terms = terms, .least = .5 / (double)patients};
    return fine ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the likelihood");
}

/* ---- residuals -------------------------------------------------------------------------------------------- */

/* k log(k / e), which is 0 for k = 0. */
static double entropy(double k, double e) { return k > 0 ? k * (sq_log(k) - sq_log(e)) : 0; }

static double binomial_residual(const sq_term *t, double p, double se)
{
    double deviance = 2 * (entropy(t->k, t->n * p) + entropy(t->n - t->k, t->n * (1 - p)));
    double own = isfinite(se) ? se * se / (p * (1 - p)) : 0, worth = 1 / (1 + own * t->n);
    double residual = sqrt(fmax(0, deviance) * worth);
    return p < t->published ? -residual : residual;
}

static double normal_residual(const sq_term *t, double x, double se)
{
    double own = isfinite(se) ? se * slope_at(t->scale, x) : 0, sign = t->scale == SQ_TERM_LOG_LOG ? -1 : 1;
    return sign * (to_scale(t->scale, x) - t->published) / sqrt(t->variance + own * own);
}

static double residual_alone(const sq_likelihood *l, const sq_term *t, const sq_suite_figure *f)
{
    double x = f->simulated;
    if (!isfinite(x)) return x < 0 ? -NOT_REACHED : NOT_REACHED; /* a median that a cohort does not reach is infinite */
    if (t->scale == SQ_TERM_BINOMIAL || t->scale == SQ_TERM_LOG_LOG) x = fmin(fmax(x, l->least), 1 - l->least);
    if (t->scale == SQ_TERM_LOG && !(x > 0)) return -NOT_REACHED;
    return t->scale == SQ_TERM_BINOMIAL ? binomial_residual(t, x, f->se) : normal_residual(t, x, f->se);
}

void sq_likelihood_residuals(const sq_likelihood *l, const sq_suite_figure *figures, double *residual)
{
    for (int i = 0; i < l->n; i++) {
        const sq_term *t = &l->terms[i];
        residual[i] = residual_alone(l, t, &figures[t->target]);
        if (!t->factor) continue;
        for (int j = 0; j < t->place; j++) residual[i] -= t->factor[j] * residual[t->first + j];
        residual[i] /= t->factor[t->place];
    }
}
