/* Gauss and Newton's steps on the residuals, damped as Levenberg and Marquardt do (Marquardt DW. J Soc Indust Appl Math
 * 1963;11:431-441), inside the cube. Slopes are central differences under common random numbers, whose width follows the
 * information found before: about .7 standard errors to each side, since a difference smaller than that is lost in the
 * steps that single patients make. Several dampings are tried in one run. */
#include "study/calibrate.h"

#include "math/cholesky.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double FIRST_WIDTH = .05, LEAST_WIDTH = .01, MOST_WIDTH = .15, WIDTH_IN_ERRORS = .7;
static const double WEAK = .1; /* information that keeps steps in open directions within a few times the cube */
static const double ENOUGH = .02; /* of the objective: far below what a likelihood can tell apart */
enum { DAMPINGS = 4, MOST_STEPS = 30 };

bool sq_fit_slope(sq_fit *fit, const sq_trial *at, const double *h, double *slope, sq_error *err)
{
    int n = fit->n;
    sq_arena arena = {0};
    sq_trial *side = sq_trials_new(fit, &arena, 2 * n);
    bool fine = side != NULL || sq_fail(err, SQ_ERR_MEMORY, "no memory for the slopes") == SQ_OK;
    for (int i = 0; i < 2 * n && fine; i++) {
        memcpy(side[i].u, at->u, (size_t)n * sizeof *at->u);
        side[i].u[i / 2] += i % 2 ? -h[i / 2] : h[i / 2];
    }
    fine = fine && sq_fit_try(fit, 2 * n, side, err);
    for (int j = 0; j < n && fine; j++) {
        const sq_trial *up = isfinite(side[2 * j].objective) ? &side[2 * j] : at;
        const sq_trial *down = isfinite(side[2 * j + 1].objective) ? &side[2 * j + 1] : at;
        double width = up->u[j] - down->u[j];
        for (int i = 0; i < fit->m; i++)
            slope[i * n + j] = width > 0 ? (up->residual[i] - down->residual[i]) / width : 0;
    }
    sq_arena_free(&arena);
    return fine;
}

void sq_fit_information(const sq_fit *fit, const double *slope, int first, double *a)
{
    int n = fit->n;
    for (int j = 0; j < n; j++)
        for (int k = 0; k <= j; k++) {
            double sum = 0;
            for (int i = first; i < fit->m; i++) sum += slope[i * n + j] * slope[i * n + k];
            a[j * n + k] = a[k * n + j] = sum;
        }
}

void sq_fit_widths(const sq_fit *fit, const double *information, double *h)
{
    for (int j = 0; j < fit->n; j++) {
        double own = information[j * fit->n + j];
        h[j] = fmin(fmax(WIDTH_IN_ERRORS / sqrt(own + 1e-12), LEAST_WIDTH), MOST_WIDTH);
    }
}

/* ---- one step ----------------------------------------------------------------------------------------------- */

/* What a step needs, for at most SQ_FIT_PARAMETERS. */
typedef struct step {
    int n;
    double a[SQ_FIT_PARAMETERS * SQ_FIT_PARAMETERS], g[SQ_FIT_PARAMETERS], move[SQ_FIT_PARAMETERS];
    bool fixed[SQ_FIT_PARAMETERS]; /* stays, or goes to the bound that `move` says */
} step;

static void step_begin(step *s, const sq_fit *fit, const double *slope, const double *residual, double damping, int held)
{
    s->n = fit->n;
    sq_fit_information(fit, slope, 0, s->a);
    for (int j = 0; j < s->n; j++) {
        s->g[j] = s->move[j] = 0;
        s->fixed[j] = j == held;
        for (int i = 0; i < fit->m; i++) s->g[j] += slope[i * s->n + j] * residual[i];
        s->a[j * s->n + j] += damping * s->a[j * s->n + j] + WEAK;
    }
}

/* Moves the parameters that are not fixed to where the quadratic is least, given the moves of those that are. */
static void step_solve(step *s)
{
    double l[SQ_FIT_PARAMETERS * SQ_FIT_PARAMETERS], x[SQ_FIT_PARAMETERS];
    int free_ones[SQ_FIT_PARAMETERS], k = 0;
    for (int j = 0; j < s->n; j++)
        if (!s->fixed[j]) free_ones[k++] = j;
    for (int a = 0; a < k; a++) {
        int row = free_ones[a];
        x[a] = -s->g[row];
        for (int j = 0; j < s->n; j++)
            if (s->fixed[j]) x[a] -= s->a[row * s->n + j] * s->move[j];
        for (int b = 0; b <= a; b++) l[a * k + b] = s->a[row * s->n + free_ones[b]];
    }
    if (sq_cholesky_factorise(l, k, k, 0) < k) return;
    sq_cholesky_solve(l, k, k, x);
    for (int a = 0; a < k; a++) s->move[free_ones[a]] = x[a];
}

/* Fixes the parameter that would leave the cube furthest at its bound; false if none would. */
static bool step_clip(step *s, const double *u)
{
    int worst = -1;
    double most = 1e-12;
    for (int j = 0; j < s->n; j++) {
        double to = u[j] + s->move[j], beyond = fmax(-to, to - 1);
        if (s->fixed[j] || !(beyond > most)) continue;
        most = beyond;
        worst = j;
    }
    if (worst < 0) return false;
    s->fixed[worst] = true;
    s->move[worst] = u[worst] + s->move[worst] < 0 ? -u[worst] : 1 - u[worst];
    return true;
}

void sq_fit_step(const sq_fit *fit, const double *u, const double *slope, const double *residual, double damping, int held,
                 double *target)
{
    step s;
    step_begin(&s, fit, slope, residual, damping, held);
    do step_solve(&s);
    while (step_clip(&s, u));
    for (int j = 0; j < fit->n; j++) target[j] = fmin(fmax(u[j] + s.move[j], 0), 1);
}

/* ---- the walk ----------------------------------------------------------------------------------------------- */

typedef struct walk {
    double *slope, *information, h[SQ_FIT_PARAMETERS];
    sq_trial *try; /* [DAMPINGS] */
    int left;      /* evaluations */
} walk;

/* One round: the slope, steps of several lengths, and the best of them. `gain` is by how much the objective fell. */
static bool go_down(sq_fit *fit, sq_trial *at, walk *w, double *gain, sq_error *err)
{
    static const double dampings[DAMPINGS] = {1e-3, .1, 1, 10};
    const sq_trial *best = at;
    double before = at->objective;
    if (!sq_fit_slope(fit, at, w->h, w->slope, err)) return false;
    sq_fit_information(fit, w->slope, 0, w->information);
    for (int i = 0; i < DAMPINGS; i++) sq_fit_step(fit, at->u, w->slope, at->residual, dampings[i], -1, w->try[i].u);
    if (!sq_fit_try(fit, DAMPINGS, w->try, err)) return false;
    for (int i = 0; i < DAMPINGS; i++)
        if (w->try[i].objective < best->objective) best = &w->try[i];
    *gain = before - best->objective;
    if (best != at) sq_trial_copy(fit, at, best);
    sq_fit_widths(fit, w->information, w->h);
    w->left -= 2 * fit->n + DAMPINGS;
    return true;
}

static bool walk_down(sq_fit *fit, sq_trial *at, walk *w, bool *converged, sq_error *err)
{
    int still = 0; /* rounds that brought nothing: the first may have had widths that did not suit */
    for (int i = 0; i < MOST_STEPS && w->left > 0 && still < 2; i++) {
        double gain = 0;
        if (!go_down(fit, at, w, &gain, err)) return false;
        still = gain < ENOUGH ? still + 1 : 0;
    }
    *converged = still == 2;
    return true;
}

bool sq_fit_descend(sq_fit *fit, sq_trial *at, int evaluations, bool *converged, sq_error *err)
{
    sq_arena arena = {0};
    size_t n = (size_t)fit->n;
    walk w = {.slope = sq_arena_array(&arena, n * (size_t)fit->m, sizeof *w.slope),
              .information = sq_arena_array(&arena, n * n, sizeof *w.information),
              .try = sq_trials_new(fit, &arena, DAMPINGS),
              .left = evaluations};
    *converged = false;
    for (int j = 0; j < fit->n; j++) w.h[j] = FIRST_WIDTH;
    bool fine = (w.slope && w.information && w.try) || sq_fail(err, SQ_ERR_MEMORY, "no memory for the search") == SQ_OK;
    if (fine && isfinite(at->objective)) fine = walk_down(fit, at, &w, converged, err);
    sq_arena_free(&arena);
    return fine;
}
