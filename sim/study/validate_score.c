/* Where every published figure lies in what a study of its size would have found, were the model true. Shares are counts:
 * binomial, the simulation's own error added. Estimates of emulated cohorts bring their own predictive law. What else has
 * an interval is normal on the scale of the likelihood (study/likelihood.h), which also makes one figure of a curve. */
#include "estimate/chi_square.h"
#include "math/kernel.h"
#include "math/statement.h"
#include "study/likelihood.h"
#include "study/score.h"
#include "study/validate.h"

#include <math.h>
#include <string.h>

static const double NORMAL_95 = 1.959963984540054;

/* ---- residuals, and curves -------------------------------------------------------------------------------- */

/* Whether the likelihood has a term for it: it is K of N, or has an interval. */
static bool has_term(const sq_validated *f)
{
    const sq_suite_target *t = f->target;
    if (f->is_emulated) return false;
    return (t->is_share && t->n > 0 && !isnan(t->k)) || t->lower < t->upper;
}

static void spread_residuals(sq_validate *v, const sq_likelihood *l, const double *residual)
{
    for (int i = 0; i < l->n; i++) {
        const sq_term *t = &l->terms[i];
        sq_validated *f = &v->figures[t->target];
        f->residual = residual[i];
        f->curve = l->terms[t->first].target;
        if (f->class != SQ_FIGURE_SHARE) f->pit = sq_normal_cdf(-residual[i]);
    }
}

static sq_status find_residuals(sq_validate *v, sq_error *err)
{
    sq_likelihood likelihood;
    size_t room = (size_t)v->n + 1;
    sq_fit_target *terms = sq_arena_array(&v->arena, room, sizeof *terms);
    double *residual = sq_arena_array(&v->arena, room, sizeof *residual);
    sq_suite_figure *figures = sq_arena_array(&v->arena, room, sizeof *figures);
    if (!terms || !residual || !figures) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the scores");
    int n = 0;
    int64_t patients = INT64_MAX;
    for (int i = 0; i < v->n; i++) {
        sq_validated *f = &v->figures[i];
        const sq_model *m = v->experiments[f->target->experiment].model;
        figures[i] = f->figure;
        f->residual = NAN;
        f->curve = i;
        if (m->n_patients < patients) patients = m->n_patients;
        if (has_term(f)) terms[n++] = (sq_fit_target){f->target->experiment, f->target->index};
    }
    sq_status status = sq_likelihood_make(&likelihood, v->suite, n, terms, patients, &v->arena, err);
    if (status) return status;
    sq_likelihood_residuals(&likelihood, figures, residual);
    spread_residuals(v, &likelihood, residual);
    return SQ_OK;
}

/* Of cohorts: the standard normal figure at the same place. */
static void residual_of_cohorts(sq_validated *f)
{
    const double edge = 1e-6; /* beyond what so many cohorts can tell */
    if (f->is_emulated && !isnan(f->pit)) f->residual = -sq_normal_quantile(fmin(fmax(f->pit, edge), 1 - edge));
}

/* ---- shares ----------------------------------------------------------------------------------------------- */

/* As published, or of so many patients as a binomial share with that interval has. */
static void find_count(sq_validated *f)
{
    const sq_suite_target *t = f->target;
    double lower = NAN, upper = NAN, p = t->published;
    f->k = f->n = NAN;
    if (f->class != SQ_FIGURE_SHARE || !has_term(f)) return;
    if (t->n > 0 && !isnan(t->k)) sq_binomial_interval(t->k, t->n, &lower, &upper);
    bool is_count = !isnan(lower) && (isnan(t->lower) || (fabs(lower - t->lower) < 1e-9 && fabs(upper - t->upper) < 1e-9));
    double se = (t->upper - t->lower) / (2 * NORMAL_95), worth = is_count ? t->n : p * (1 - p) / (se * se);
    if (!(worth >= 1)) return;
    f->n = floor(worth + .5);
    f->k = floor(p * f->n + .5);
}

/* A simulated share of none or all is half a patient away from it, as in the likelihood. */
static double inner(double p, int64_t patients)
{
    double least = .5 / (double)patients;
    return fmin(fmax(p, least), 1 - least);
}

static void score_share(const sq_validate *v, sq_validated *f)
{
    find_count(f);
    f->log_score = NAN;
    if (isnan(f->n)) return;
    if (isnan(f->figure.simulated)) {
        f->pit = 0; /* as the likelihood takes a figure that is not reached: far too high */
        return;
    }
    int64_t patients = v->experiments[f->target->experiment].model->n_patients;
    sq_score s = sq_score_binomial((int)f->k, (int)f->n, inner(f->figure.simulated, patients), f->figure.se);
    f->pit = s.pit;
    f->log_score = s.log;
}

/* ---- the null predictor ----------------------------------------------------------------------------------- */

/* How alike two figures are: 3 the same but for the strategy, 2 of one kind and time, 1 of one kind, 0 not at all. */
static int likeness(const sq_validated *a, const sq_validated *b)
{
    const sq_target *s = a->target->target, *t = b->target->target;
    const char *end_s = strstr(s->what, ", strategy:"), *end_t = strstr(t->what, ", strategy:");
    size_t n_s = end_s ? (size_t)(end_s - s->what) : strcspn(s->what, "}");
    size_t n_t = end_t ? (size_t)(end_t - t->what) : strcspn(t->what, "}");
    if (s->kind != t->kind) return 0;
    if (n_s == n_t && strncmp(s->what, t->what, n_s) == 0) return 3;
    return s->kind != SQ_TARGET_SHARE && s->time == t->time ? 2 : 1;
}

/* Figures of other studies that are as alike as there are. */
typedef struct pool {
    int like, count;
    double k, n, rates, squares; /* sums */
} pool;

static void add_to_pool(pool *of, int like, const sq_validated *f)
{
    double rate = f->k / f->n;
    if (like > of->like) *of = (pool){.like = like};
    of->count++;
    of->k += f->k;
    of->n += f->n;
    of->rates += rate;
    of->squares += rate * rate;
}

/* A rate that is known as well as so many patients tell, or, from three figures on, no better than they differ. */
static sq_score score_by_pool(const pool *of, const sq_validated *f)
{
    double a = of->k + .5, b = of->n - of->k + .5, p = a / (a + b), mean = of->rates / of->count;
    double variance = of->count < 3 ? 0 : (of->squares - of->count * mean * mean) / (of->count - 1);
    double least = p * (1 - p) / (a + b + 1);
    return sq_score_binomial((int)f->k, (int)f->n, p, sqrt(fmax(variance, least)));
}

/* The rate of the other studies of the setting. */
static void score_null(const sq_validate *v, sq_validated *f)
{
    pool others = {.like = 1};
    int own = f->target->experiment;
    f->null_log_score = f->null_rate = NAN;
    for (int i = 0; !isnan(f->log_score) && i < v->n; i++) {
        const sq_validated *g = &v->figures[i];
        int other = g->target->experiment, like = other == own || isnan(g->n) ? 0 : likeness(f, g);
        bool counts = strcmp(v->settings[own], v->settings[other]) == 0 && strcmp(g->target->target->use, "display") != 0;
        if (counts && like >= others.like) add_to_pool(&others, like, g);
    }
    if (others.count == 0) return;
    f->null_rate = others.k / others.n;
    f->null_log_score = score_by_pool(&others, f).log;
}

/* ---- together --------------------------------------------------------------------------------------------- */

/* Two-sided probability of a figure, or of all points of its curve by their chi-square, at the figure where it begins. */
static double joint_p(const sq_validate *v, int first)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < v->n; i++)
        if (v->figures[i].curve == first) {
            sum += v->figures[i].residual * v->figures[i].residual;
            n++;
        }
    if (n == 0) return NAN; /* the figure belongs to a curve that begins elsewhere */
    return n == 1 ? sq_score_two_sided(v->figures[first].pit) : sq_chi_square_make(sum, n).p;
}

static void measure(sq_validated *f, double informative)
{
    const sq_suite_target *t = f->target;
    bool is_share = f->class == SQ_FIGURE_SHARE;
    f->is_informative = !is_share || (t->upper - t->lower) / 2 <= informative;
    f->error = fabs(f->figure.simulated - t->published) / (is_share ? 1 : fabs(t->published));
}

sq_status sq_validate_score(sq_validate *v, double informative, sq_error *err)
{
    sq_status status = find_residuals(v, err);
    if (status) return status;
    for (int i = 0; i < v->n; i++) {
        residual_of_cohorts(&v->figures[i]);
        score_share(v, &v->figures[i]);
        measure(&v->figures[i], informative);
    }
    for (int i = 0; i < v->n; i++) {
        score_null(v, &v->figures[i]);
        v->figures[i].p = joint_p(v, i);
    }
    return SQ_OK;
}
