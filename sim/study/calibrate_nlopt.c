/* Searches without slopes, by NLopt (Johnson SG, https://github.com/stevengj/nlopt): the only place that knows it. Each
 * asks for one point after the other, and none draws random numbers of its own. */
#include "study/calibrate.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

static const double IMPOSSIBLE = 1e7, FIRST_STEP = .15, NEAR = 1e-3, ENOUGH = .02;

typedef struct search {
    sq_fit *fit;
    sq_trial *trial, *best;
    nlopt_opt opt;
    sq_error *err;
    bool failed;
} search;

static double objective(unsigned n, const double *u, double *gradient, void *context)
{
    search *s = context;
    (void)gradient; /* none of these methods asks for it */
    memcpy(s->trial->u, u, n * sizeof *u);
    s->failed = s->failed || !sq_fit_try(s->fit, 1, s->trial, s->err);
    if (s->failed) {
        nlopt_force_stop(s->opt);
        return IMPOSSIBLE;
    }
    if (s->trial->objective < s->best->objective) sq_trial_copy(s->fit, s->best, s->trial);
    return isfinite(s->trial->objective) ? s->trial->objective : IMPOSSIBLE;
}

static nlopt_algorithm algorithm_of(sq_fit_method method)
{
    switch (method) {
    case SQ_FIT_NELDER_MEAD: return NLOPT_LN_NELDERMEAD;
    case SQ_FIT_SBPLX: return NLOPT_LN_SBPLX;
    case SQ_FIT_DIRECT: return NLOPT_GN_DIRECT_L;
    case SQ_FIT_BOBYQA:
    case SQ_FIT_GAUSS_NEWTON: break;
    }
    return NLOPT_LN_BOBYQA;
}

static bool prepare(nlopt_opt opt, search *s, int evaluations)
{
    return nlopt_set_lower_bounds1(opt, 0) > 0 && nlopt_set_upper_bounds1(opt, 1) > 0 &&
           nlopt_set_min_objective(opt, objective, s) > 0 && nlopt_set_maxeval(opt, evaluations) > 0 &&
           nlopt_set_xtol_abs1(opt, NEAR) > 0 && nlopt_set_ftol_abs(opt, ENOUGH) > 0 &&
           nlopt_set_initial_step1(opt, FIRST_STEP) > 0;
}

bool sq_fit_nlopt(sq_fit *fit, sq_fit_method method, sq_trial *at, int evaluations, bool *converged, sq_error *err)
{
    sq_arena arena = {0};
    double found = 0, u[SQ_FIT_PARAMETERS];
    search s = {.fit = fit, .trial = sq_trials_new(fit, &arena, 1), .best = at, .err = err,
                .opt = nlopt_create(algorithm_of(method), (unsigned)fit->n)};
    *converged = false;
    bool fine = s.trial && s.opt && prepare(s.opt, &s, evaluations);
    if (!fine) sq_fail(err, SQ_ERR_MEMORY, "no memory for the search");
    memcpy(u, at->u, (size_t)fit->n * sizeof *u);
    if (fine) {
        nlopt_result ended = nlopt_optimize(s.opt, u, &found);
        /* rounding ends a search that has nothing left to gain */
        *converged = ended == NLOPT_SUCCESS || ended == NLOPT_FTOL_REACHED || ended == NLOPT_XTOL_REACHED ||
                     ended == NLOPT_ROUNDOFF_LIMITED;
        fine = !s.failed;
    }
    nlopt_destroy(s.opt);
    sq_arena_free(&arena);
    return fine;
}
