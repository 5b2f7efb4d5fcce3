/* Draws from what is known of the parameters once the figures are seen, the prior being flat between the bounds on each
 * parameter's scale, times the stated ones.
 *
 * gaussian: the normal law whose information is that at the optimum, cut at the bounds. Exactly, by rejection: directions
 * that the figures leave open are proposed from a normal law of about the cube's width and accepted by the ratio of the
 * densities, which is bounded in the cube.
 *
 * importance: the model is run at draws from a wider such law, each is weighted by its likelihood over the density it
 * was drawn with, and draws are taken from them by weight (sampling and importance resampling: Rubin DB. J Am Stat Assoc
 * 1987;82:543-546). The effective number of runs is Kong, Liu and Wong's (J Am Stat Assoc 1994;89:278-288). */
#include "study/calibrate.h"

#include "math/eigen.h"
#include "math/kernel.h"
#include "rand/address.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LEAST_VALUE = 1; /* of an eigenvalue of a proposal: a standard deviation as wide as the cube */
static const double WIDER = 2;       /* variance of the proposals of importance resampling */
enum { MOST_TRIES = 1000000, RUN_TOGETHER = 256 };

typedef struct law {
    int n;
    const double *centre;
    double value[SQ_FIT_PARAMETERS], proposed[SQ_FIT_PARAMETERS]; /* information along each direction: meant, proposed */
    double *vector;
    double most; /* the log of how much likelier a point of the cube may be as proposed than as meant */
    sq_address luck;
} law;

/* The i-th uniform number of a draw's k-th try. */
static double uniform(const law *l, uint64_t draw, uint64_t try, uint64_t i)
{
    sq_address a = sq_address_with(sq_address_with(l->luck, draw), try);
    return sq_address_uniform(sq_address_with(a, i));
}

static bool law_open(law *l, const sq_fit *fit, double wider, const char *site, sq_arena *arena)
{
    int n = l->n = fit->n;
    size_t size = (size_t)n * (size_t)n;
    double *a = sq_arena_array(arena, size, sizeof *a);
    l->vector = sq_arena_array(arena, size, sizeof *l->vector);
    if (!a || !l->vector) return false;
    memcpy(a, fit->information, size * sizeof *a);
    sq_eigen_symmetric(a, n, l->value, l->vector);
    for (int d = 0; d < n; d++) {
        l->value[d] = fmax(l->value[d], 0) / wider;
        l->proposed[d] = fmax(l->value[d], LEAST_VALUE);
        l->most = fmax(l->most, (l->proposed[d] - l->value[d]) * n / 2); /* no way in the cube is longer than sqrt(n) */
    }
    l->centre = fit->best.u;
    l->luck = sq_address_with(sq_address_root(fit->calibration->seed, SQ_PURPOSE_PARAMETER, 0, 0), sq_site_hash(site));
    return true;
}

/* A proposal; the logarithm of how much likelier it is than meant, against the largest such ratio in the cube. */
static double propose(const law *l, uint64_t draw, uint64_t try, double *u)
{
    double excess = -l->most;
    memcpy(u, l->centre, (size_t)l->n * sizeof *u);
    for (int d = 0; d < l->n; d++) {
        double along = sq_normal_quantile(uniform(l, draw, try, (uint64_t)d)) / sqrt(l->proposed[d]);
        for (int j = 0; j < l->n; j++) u[j] += along * l->vector[d * l->n + j];
        excess += (l->proposed[d] - l->value[d]) * along * along / 2;
    }
    return excess;
}

static bool is_inside(const law *l, const double *u)
{
    for (int j = 0; j < l->n; j++)
        if (!(u[j] >= 0 && u[j] <= 1)) return false;
    return true;
}

/* A draw from the law, inside the cube. False if none of many was accepted: the law lies beside the cube, or too many
 * directions of it are open (about ten). */
static bool draw_one(const law *l, uint64_t draw, double *u)
{
    for (uint64_t try = 0; try < MOST_TRIES; try++) {
        double excess = propose(l, draw, try, u);
        if (is_inside(l, u) && sq_log(uniform(l, draw, try, (uint64_t)l->n)) < excess) return true;
    }
    return false;
}

static bool draw_all(const law *l, int n, double *u, sq_error *err)
{
    for (int i = 0; i < n; i++)
        if (!draw_one(l, (uint64_t)i, u + i * l->n))
            return sq_fail(err, SQ_ERR_NUMERIC,
                           "the normal law at the optimum hardly reaches into the bounds, or leaves too many parameters open: no posterior can be drawn from it") == SQ_OK;
    return true;
}

/* ---- importance resampling ---------------------------------------------------------------------------------- */

/* Minus twice the log of the density that a point was drawn with, but for a constant. */
static double distance(const law *l, const double *u)
{
    double sum = 0;
    for (int d = 0; d < l->n; d++) {
        double along = 0;
        for (int j = 0; j < l->n; j++) along += l->vector[d * l->n + j] * (u[j] - l->centre[j]);
        sum += l->value[d] * along * along;
    }
    return sum;
}

static bool run_proposals(sq_fit *fit, const law *l, double *u, double *log_weight, sq_arena *arena, sq_error *err)
{
    int runs = fit->calibration->runs;
    sq_trial *trials = sq_trials_new(fit, arena, RUN_TOGETHER);
    if (!trials) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the posterior") == SQ_OK;
    for (int done = 0; done < runs; done += RUN_TOGETHER) {
        int some = runs - done < RUN_TOGETHER ? runs - done : RUN_TOGETHER;
        for (int i = 0; i < some; i++) memcpy(trials[i].u, u + (done + i) * l->n, (size_t)l->n * sizeof *u);
        if (fit->options.progress) fit->options.progress(fit->options.context, "posterior", done, runs, fit->best.objective);
        if (!sq_fit_try(fit, some, trials, err)) return false;
        for (int i = 0; i < some; i++) log_weight[done + i] = (distance(l, trials[i].u) - trials[i].objective) / 2;
    }
    return true;
}

/* Relative weights whose largest is 1, and how many equal ones they are worth. */
static void weigh(sq_fit *fit, double *weight)
{
    int runs = fit->calibration->runs;
    double largest = -INFINITY, sum = 0, squares = 0;
    for (int i = 0; i < runs; i++) largest = fmax(largest, weight[i]);
    for (int i = 0; i < runs; i++) {
        weight[i] = isfinite(weight[i]) ? sq_exp(weight[i] - largest) : 0;
        sum += weight[i];
        squares += weight[i] * weight[i];
    }
    for (int i = 0; i < runs; i++) weight[i] /= sum;
    fit->effective = sum * sum / squares;
    fit->weight = weight;
}

static void resample(sq_fit *fit, const law *l, const double *u, const double *weight)
{
    for (int k = 0; k < fit->calibration->draws; k++) {
        double at = uniform(l, (uint64_t)k, MOST_TRIES, 0), sum = weight[0];
        int i = 0;
        while (sum < at && i + 1 < fit->calibration->runs) sum += weight[++i];
        memcpy(fit->draws + k * l->n, u + i * l->n, (size_t)l->n * sizeof *u);
    }
}

static bool by_importance(sq_fit *fit, sq_arena *arena, sq_error *err)
{
    law l = {0};
    size_t runs = (size_t)fit->calibration->runs;
    double *u = sq_arena_array(arena, runs * (size_t)fit->n, sizeof *u);
    double *weight = sq_arena_array(&fit->arena, runs, sizeof *weight);
    if (!u || !weight || !law_open(&l, fit, WIDER, "calibrate.importance", arena))
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for the posterior") == SQ_OK;
    if (!draw_all(&l, (int)runs, u, err) || !run_proposals(fit, &l, u, weight, arena, err)) return false;
    weigh(fit, weight);
    resample(fit, &l, u, weight);
    return true;
}

static bool by_gauss(sq_fit *fit, sq_arena *arena, sq_error *err)
{
    law l = {0};
    if (!law_open(&l, fit, 1, "calibrate.gaussian", arena))
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for the posterior") == SQ_OK;
    return draw_all(&l, fit->calibration->draws, fit->draws, err);
}

bool sq_fit_draw_posterior(sq_fit *fit, sq_error *err)
{
    sq_arena arena = {0};
    bool importance = fit->calibration->posterior == SQ_POSTERIOR_IMPORTANCE;
    bool fine = importance ? by_importance(fit, &arena, err) : by_gauss(fit, &arena, err);
    sq_arena_free(&arena);
    return fine;
}
