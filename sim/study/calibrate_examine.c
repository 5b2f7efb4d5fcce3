/* What the figures say of the parameters around the optimum. Slopes are averaged over several lucks, each with its own
 * common random numbers, and from their spread comes how much of the information is noise; profiles hold one parameter
 * and let the others follow; directions are the eigenvectors of the information. */
#include "study/calibrate.h"

#include "math/eigen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LUCKS = 4, FOLLOWING = 2, ROUNDS = 2 };
static const double PROFILE_WIDTH = 2.5;  /* standard errors to each side */
static const double WORTH_ANOTHER = .5;   /* a profile that falls by so much below the optimum found a better one */
static const double OPEN_SD = .28867513459481287; /* of a flat prior: 1/sqrt(12) */

static void tell(const sq_fit *fit, const char *what, int done, int of)
{
    if (fit->options.progress) fit->options.progress(fit->options.context, what, done, of, fit->best.objective);
}

/* ---- slopes ------------------------------------------------------------------------------------------------- */

/* What the lucks said so far: sums of the elements of their slopes and of their squares. */
typedef struct slopes {
    double *one, *sum, *squares;
    sq_trial *middle;
} slopes;

static bool slopes_of_luck(sq_fit *fit, slopes *s, int luck, const double *h, sq_error *err)
{
    size_t n = (size_t)fit->n * (size_t)fit->m;
    fit->seed = fit->calibration->seed + (uint64_t)luck;
    memcpy(s->middle->u, fit->best.u, (size_t)fit->n * sizeof *s->middle->u);
    if (!sq_fit_try(fit, 1, s->middle, err) || !sq_fit_slope(fit, s->middle, h, s->one, err)) return false;
    if (luck > 0) fit->fresh_misfit += s->middle->misfit / (LUCKS - 1);
    for (size_t i = 0; i < n; i++) {
        s->sum[i] += s->one[i];
        s->squares[i] += s->one[i] * s->one[i];
    }
    return true;
}

/* The mean slope; the variance of its elements, as an average over those of the figures. */
static void average(sq_fit *fit, const slopes *s)
{
    size_t figures = (size_t)fit->n * (size_t)fit->likelihood.n, all = (size_t)fit->n * (size_t)fit->m;
    double noise = 0;
    for (size_t i = 0; i < all; i++) {
        fit->slope[i] = s->sum[i] / LUCKS;
        double spread = (s->squares[i] - s->sum[i] * fit->slope[i]) / (LUCKS - 1);
        if (i < figures) noise += fmax(spread, 0) / LUCKS;
    }
    fit->slope_noise = noise / (double)figures;
}

static bool average_slopes(sq_fit *fit, sq_arena *arena, sq_error *err)
{
    size_t n = (size_t)fit->n, size = n * (size_t)fit->m;
    double h[SQ_FIT_PARAMETERS];
    slopes s = {.one = sq_arena_array(arena, size, sizeof *s.one),
                .sum = sq_arena_array(arena, size, sizeof *s.sum),
                .squares = sq_arena_array(arena, size, sizeof *s.squares),
                .middle = sq_trials_new(fit, arena, 1)};
    if (!s.one || !s.sum || !s.squares || !s.middle) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the slopes") == SQ_OK;
    for (int j = 0; j < fit->n; j++) h[j] = .05;
    if (!sq_fit_slope(fit, &fit->best, h, s.one, err)) return false;
    sq_fit_information(fit, s.one, 0, fit->information);
    sq_fit_widths(fit, fit->information, h);
    fit->fresh_misfit = 0;
    for (int k = 0; k < LUCKS; k++) {
        tell(fit, "slopes", k, LUCKS);
        if (!slopes_of_luck(fit, &s, k, h, err)) return false;
    }
    fit->seed = fit->calibration->seed;
    average(fit, &s);
    return true;
}

/* Information of residuals [first, m), less what noise adds to its diagonal on average. */
static void plain_information(const sq_fit *fit, double *a)
{
    sq_fit_information(fit, fit->slope, 0, a);
    for (int j = 0; j < fit->n; j++) {
        double *own = &a[j * fit->n + j], noise = fit->slope_noise * fit->likelihood.n;
        *own = fmax(*own - noise, *own * .01);
    }
}

/* ---- profiles ----------------------------------------------------------------------------------------------- */

/* The standard error of a parameter, from the information. */
static double error_of(const sq_fit *fit, int j, double *room)
{
    int n = fit->n;
    double value[SQ_FIT_PARAMETERS], variance = 0, *vector = room + n * n;
    memcpy(room, fit->information, (size_t)(n * n) * sizeof *room);
    sq_eigen_symmetric(room, n, value, vector);
    for (int d = 0; d < n; d++) variance += vector[d * n + j] * vector[d * n + j] / fmax(value[d], 1 / (OPEN_SD * OPEN_SD));
    return sqrt(variance);
}

/* Puts the held parameter of each point in place, the others where the quadratic wants them. */
static void place_points(const sq_fit *fit, int j, double sd, sq_trial *points)
{
    int n = fit->calibration->profile;
    for (int i = 0; i < n; i++) {
        double there[SQ_FIT_PARAMETERS];
        double shift = n > 1 ? PROFILE_WIDTH * sd * (2.0 * i / (n - 1) - 1) : 0;
        memcpy(there, fit->best.u, (size_t)fit->n * sizeof *there);
        there[j] = fmin(fmax(there[j] + shift, 0), 1);
        double *residual = points[i].residual;
        for (int r = 0; r < fit->m; r++)
            residual[r] = fit->best.residual[r] + fit->slope[r * fit->n + j] * (there[j] - fit->best.u[j]);
        sq_fit_step(fit, there, fit->slope, residual, 0, j, points[i].u);
    }
}

/* Where the parameter is held at its optimum, nothing is better than the optimum. */
static void keep_best(const sq_fit *fit, int j, sq_trial *points)
{
    for (int i = 0; i < fit->calibration->profile; i++)
        if (points[i].u[j] == fit->best.u[j] && fit->best.objective < points[i].objective) sq_trial_copy(fit, &points[i], &fit->best);
}

/* One more step of the others, by the slope of the optimum; what helps is kept. */
static bool let_follow(sq_fit *fit, int j, sq_trial *points, sq_trial *moved, sq_error *err)
{
    int n = fit->calibration->profile;
    for (int i = 0; i < n; i++) {
        if (isfinite(points[i].objective)) sq_fit_step(fit, points[i].u, fit->slope, points[i].residual, 0, j, moved[i].u);
        else memcpy(moved[i].u, points[i].u, (size_t)fit->n * sizeof *points[i].u);
    }
    if (!sq_fit_try(fit, n, moved, err)) return false;
    for (int i = 0; i < n; i++)
        if (moved[i].objective < points[i].objective) sq_trial_copy(fit, &points[i], &moved[i]);
    return true;
}

static bool profile_one(sq_fit *fit, int j, sq_arena *arena, sq_error *err)
{
    int n = fit->calibration->profile;
    sq_trial *points = sq_trials_new(fit, arena, n), *moved = sq_trials_new(fit, arena, n);
    double *room = sq_arena_array(arena, 2 * (size_t)fit->n * (size_t)fit->n, sizeof *room);
    if (!points || !moved || !room) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the profiles") == SQ_OK;
    place_points(fit, j, error_of(fit, j, room), points);
    bool fine = sq_fit_try(fit, n, points, err);
    for (int k = 0; k < FOLLOWING && fine; k++) fine = let_follow(fit, j, points, moved, err);
    if (fine) keep_best(fit, j, points);
    for (int i = 0; i < n && fine; i++) {
        fit->profile[j * n + i] = points[i].u[j];
        fit->profile_objective[j * n + i] = points[i].objective;
    }
    return fine;
}

static bool profile_all(sq_fit *fit, sq_arena *arena, sq_error *err)
{
    for (int j = 0; j < fit->n && fit->calibration->profile > 0; j++) {
        tell(fit, "profiles", j, fit->n);
        if (!profile_one(fit, j, arena, err)) return false;
    }
    return true;
}

/* ---- directions --------------------------------------------------------------------------------------------- */

/* Of the figures alone: a prior would hide what they do not say. */
static bool find_directions(sq_fit *fit, sq_arena *arena, sq_error *err)
{
    int n = fit->n;
    size_t size = (size_t)n * (size_t)n;
    double *figures = sq_arena_array(arena, size, sizeof *figures), *value = sq_arena_array(arena, (size_t)n, sizeof *value);
    double *vector = sq_arena_array(&fit->arena, size, sizeof *vector);
    if (!figures || !value || !vector) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the directions") == SQ_OK;
    plain_information(fit, fit->information);
    memcpy(figures, fit->information, size * sizeof *figures);
    for (int j = 0; j < n; j++)
        for (int i = fit->likelihood.n; i < fit->m; i++)
            figures[j * n + j] -= fit->slope[i * n + j] * fit->slope[i * n + j]; /* a prior is of one parameter */
    sq_eigen_symmetric(figures, n, value, vector);
    double noise = 4 * fit->slope_noise * fit->likelihood.n;
    for (int d = 0; d < n; d++) {
        double sd = 1 / sqrt(fmax(value[d], 1e-12));
        fit->directions[d] = (sq_direction){sd, vector + d * n, sd > OPEN_SD || value[d] < noise};
    }
    return true;
}

static bool examine(sq_fit *fit, sq_arena *arena, sq_error *err)
{
    for (int round = 0; round < ROUNDS; round++) {
        double before = fit->best.objective;
        if (!average_slopes(fit, arena, err)) return false;
        plain_information(fit, fit->information);
        if (!profile_all(fit, arena, err)) return false;
        if (fit->best.objective > before - WORTH_ANOTHER) break;
        sq_trial *again = sq_trials_new(fit, arena, 1);
        if (!again) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the search") == SQ_OK;
        sq_trial_copy(fit, again, &fit->best);
        if (!sq_fit_descend(fit, again, fit->calibration->evaluations, &fit->converged, err)) return false;
    }
    return find_directions(fit, arena, err);
}

sq_status sq_fit_examine(sq_fit *fit, sq_error *err)
{
    sq_arena arena = {0};
    bool fine = examine(fit, &arena, err);
    fit->seed = fit->calibration->seed;
    sq_arena_free(&arena);
    return fine || fit->stopped ? SQ_OK : err->status;
}
