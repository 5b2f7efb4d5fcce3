/* The search from several starts: the present values, and the best of a low-discrepancy set (Halton JH. Numer Math
 * 1960;2:84-90) that is looked at first. Whatever the method, its end is followed by Gauss-Newton steps, which say whether
 * there is anything left to gain. */
#include "study/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = 8 }; /* points for each start */
static const double AGREES = 1; /* ends that a likelihood can hardly tell apart */

/* The i-th number of van der Corput's sequence to a base. */
static double radical_inverse(int i, int base)
{
    double x = 0, digit = 1;
    for (; i > 0; i /= base) {
        digit /= base;
        x += digit * (i % base);
    }
    return x;
}

static void halton_point(int i, int n, double *u)
{
    static const int primes[SQ_FIT_PARAMETERS] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29,  31,  37,  41,  43,  47,  53,
                                                  59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131};
    for (int k = 0; k < n; k++) u[k] = radical_inverse(i, primes[k]);
}

static void tell(const sq_fit *fit, const char *what, int done, int of)
{
    if (fit->options.progress) fit->options.progress(fit->options.context, what, done, of, fit->best.objective);
}

/* The present values first; then, best first, points that were looked at. */
static bool choose_starts(sq_fit *fit, int starts, sq_trial *chosen, sq_error *err)
{
    sq_arena arena = {0};
    int n = starts > 1 ? LOOKED_AT * starts : 1;
    sq_trial *looked = sq_trials_new(fit, &arena, n);
    bool fine = looked != NULL || sq_fail(err, SQ_ERR_MEMORY, "no memory for the starts") == SQ_OK;
    for (int i = 0; i < n && fine; i++) halton_point(i, fit->n, looked[i].u);
    if (fine)
        for (int k = 0; k < fit->n; k++)
            looked[0].u[k] = sq_fit_place(&fit->calibration->parameters[k], fit->calibration->parameters[k].start);
    tell(fit, "looking for starts", 0, 0);
    fine = fine && sq_fit_try(fit, n, looked, err);
    for (int s = 0; s < starts && fine; s++) {
        int best = s;
        for (int i = s; s > 0 && i < n; i++)
            if (looked[i].objective < looked[best].objective) best = i;
        sq_trial_copy(fit, &chosen[s], &looked[best]);
        if (best != s) sq_trial_copy(fit, &looked[best], &looked[s]);
    }
    sq_arena_free(&arena);
    return fine;
}

static bool search_from(sq_fit *fit, sq_trial *at, sq_start *start, sq_error *err)
{
    const sq_calibration *c = fit->calibration;
    size_t before = fit->trace.count;
    bool fine = true, by_nlopt = c->method != SQ_FIT_GAUSS_NEWTON;
    start->first = at->objective;
    if (by_nlopt) fine = sq_fit_nlopt(fit, c->method, at, c->evaluations, &start->converged, err);
    fine = fine && sq_fit_descend(fit, at, c->evaluations, &start->converged, err);
    start->last = at->objective;
    start->evaluations = (int)(fit->trace.count - before);
    return fine;
}

static bool search_all(sq_fit *fit, sq_trial *chosen, sq_error *err)
{
    for (int s = 0; s < fit->n_starts; s++) {
        fit->start = s;
        tell(fit, "start", s, fit->n_starts);
        if (!search_from(fit, &chosen[s], &fit->starts[s], err)) return false;
    }
    return true;
}

/* Which starts ended as low as the best, and whether one of these was done. */
static void compare_ends(sq_fit *fit)
{
    for (int s = 0; s < fit->n_starts; s++) {
        bool agrees = fit->starts[s].last <= fit->best.objective + AGREES;
        fit->n_agree += agrees;
        fit->converged = fit->converged || (agrees && fit->starts[s].converged);
    }
}

static bool search(sq_fit *fit, sq_error *err)
{
    sq_trial *chosen = sq_trials_new(fit, &fit->arena, fit->n_starts);
    if (!chosen || !fit->starts) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the starts") == SQ_OK;
    if (!choose_starts(fit, fit->n_starts, chosen, err)) return false;
    sq_trial_copy(fit, &fit->before, &chosen[0]);
    if (!isfinite(fit->best.objective)) {
        sq_error why = *err;
        return sq_fail(err, SQ_ERR_LIFE, "the model cannot be run at any start: %s", why.text) == SQ_OK;
    }
    bool fine = search_all(fit, chosen, err);
    fit->start = -1;
    if (fine) compare_ends(fit);
    return fine;
}

sq_status sq_fit_search(sq_fit *fit, sq_error *err)
{
    bool anywhere = fit->calibration->method == SQ_FIT_DIRECT; /* which looks everywhere by itself */
    fit->n_starts = anywhere ? 1 : fit->calibration->starts;
    fit->starts = sq_arena_array(&fit->arena, (size_t)fit->n_starts, sizeof *fit->starts);
    for (int i = 0; i < fit->n; i++)
        fit->before.u[i] = sq_fit_place(&fit->calibration->parameters[i], fit->calibration->parameters[i].start);
    if (search(fit, err) || fit->stopped) return SQ_OK;
    return err->status;
}
