/* Trials: points of the cube become settings of each experiment, figures become residuals. Several points are run
 * together, so that a machine with many processors has work for all of them; where one of them cannot be run, each is run
 * alone to find out which. */
#include "study/calibrate.h"

#include "estimate/chi_square.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 32 }; /* points of one run, at most: each has its accumulators */

double sq_fit_value(const sq_fit_parameter *p, double u)
{
    double low = sq_fit_to_scale(p->scale, p->from), high = sq_fit_to_scale(p->scale, p->to);
    if (u <= 0) return p->from;
    return u >= 1 ? p->to : sq_fit_from_scale(p->scale, low + u * (high - low));
}

double sq_fit_place(const sq_fit_parameter *p, double value)
{
    double low = sq_fit_to_scale(p->scale, p->from), high = sq_fit_to_scale(p->scale, p->to);
    double u = (sq_fit_to_scale(p->scale, value) - low) / (high - low);
    return fmin(fmax(u, 0), 1);
}

/* ---- making and freeing ------------------------------------------------------------------------------------ */

sq_trial *sq_trials_new(const sq_fit *fit, sq_arena *arena, int n)
{
    size_t count = (size_t)n;
    sq_trial *trials = sq_arena_array(arena, count, sizeof *trials);
    double *u = sq_arena_array(arena, count * (size_t)fit->n, sizeof *u);
    double *residual = sq_arena_array(arena, count * (size_t)fit->m, sizeof *residual);
    sq_suite_figure *figures = sq_arena_array(arena, count * (size_t)fit->n_targets, sizeof *figures);
    if (!trials || !u || !residual || !figures) return NULL;
    for (int i = 0; i < n; i++)
        trials[i] = (sq_trial){.u = u + i * fit->n,
                               .figures = figures + i * fit->n_targets,
                               .residual = residual + i * fit->m,
                               .misfit = INFINITY,
                               .objective = INFINITY};
    return trials;
}

void sq_trial_copy(const sq_fit *fit, sq_trial *to, const sq_trial *from)
{
    memcpy(to->u, from->u, (size_t)fit->n * sizeof *to->u);
    memcpy(to->figures, from->figures, (size_t)fit->n_targets * sizeof *to->figures);
    memcpy(to->residual, from->residual, (size_t)fit->m * sizeof *to->residual);
    to->misfit = from->misfit;
    to->objective = from->objective;
}

static bool leave_out_unasked(sq_fit *fit)
{
    const sq_calibration *c = fit->calibration;
    fit->leave_out = sq_arena_array(&fit->arena, (size_t)c->n_experiments, sizeof *fit->leave_out);
    for (int i = 0; fit->leave_out && i < c->n_experiments; i++) fit->leave_out[i] = true;
    for (int i = 0; fit->leave_out && i < c->n_targets; i++) fit->leave_out[c->targets[i].experiment] = false;
    return fit->leave_out != NULL;
}

static bool make_room(sq_fit *fit)
{
    sq_trial *kept = sq_trials_new(fit, &fit->arena, 2);
    size_t n = (size_t)fit->n, points = n * (size_t)fit->calibration->profile + 1;
    fit->slope = sq_arena_array(&fit->arena, n * (size_t)fit->m, sizeof *fit->slope);
    fit->information = sq_arena_array(&fit->arena, n * n, sizeof *fit->information);
    fit->directions = sq_arena_array(&fit->arena, n, sizeof *fit->directions);
    fit->profile = sq_arena_array(&fit->arena, points, sizeof *fit->profile);
    fit->profile_objective = sq_arena_array(&fit->arena, points, sizeof *fit->profile_objective);
    fit->fitted = sq_arena_array(&fit->arena, n, sizeof *fit->fitted);
    fit->residual = sq_arena_array(&fit->arena, (size_t)fit->m, sizeof *fit->residual);
    fit->after = sq_arena_array(&fit->arena, (size_t)fit->n_targets, sizeof *fit->after);
    fit->draws = sq_arena_array(&fit->arena, n * (size_t)fit->calibration->draws, sizeof *fit->draws);
    if (!kept || !fit->slope || !fit->information || !fit->directions || !fit->profile || !fit->profile_objective ||
        !fit->fitted || !fit->residual || !fit->after || !fit->draws)
        return false;
    fit->best = kept[0];
    fit->before = kept[1];
    return leave_out_unasked(fit);
}

sq_status sq_fit_new(sq_fit **out, sq_calibration *c, const sq_fit_options *options, sq_error *err)
{
    const sq_suite_target *targets;
    sq_fit *fit = *out = calloc(1, sizeof *fit);
    if (!fit) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the calibration");
    sq_status status = sq_suite_of(&fit->suite, c->n_experiments, c->models, c->paths, false, err);
    free(c->models);
    c->models = NULL;
    if (status) return status;
    fit->calibration = c;
    fit->options = *options;
    fit->seed = c->seed;
    fit->start = -1;
    fit->effective = NAN;
    fit->n = c->n_parameters;
    fit->m = c->n_targets + c->n_parameters;
    fit->n_targets = sq_suite_targets(fit->suite, &targets);
    if (!make_room(fit)) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the calibration");
    return sq_likelihood_make(&fit->likelihood, fit->suite, c->n_targets, c->targets, c->patients, &fit->arena, err);
}

void sq_fit_free(sq_fit *fit)
{
    if (!fit) return;
    sq_suite_free(fit->suite);
    free(fit->trace.items);
    free(fit->tried.items);
    sq_arena_free(&fit->arena);
    free(fit);
}

/* ---- settings of a run ------------------------------------------------------------------------------------- */

/* The settings of n points in all experiments. */
typedef struct settings_room {
    int n, n_experiments;
    sq_settings *items;             /* [n_experiments][n] */
    const sq_settings **pointers;   /* the same */
    const sq_settings *const **of;  /* [n_experiments] */
} settings_room;

static bool settings_open(settings_room *r, int n, int n_experiments)
{
    size_t count = (size_t)n * (size_t)n_experiments;
    *r = (settings_room){n, n_experiments, calloc(count, sizeof *r->items), calloc(count, sizeof *r->pointers),
                         calloc((size_t)n_experiments, sizeof *r->of)};
    if (!r->items || !r->pointers || !r->of) return false;
    for (size_t i = 0; i < count; i++) r->pointers[i] = &r->items[i];
    for (int e = 0; e < n_experiments; e++) r->of[e] = r->pointers + e * n;
    return true;
}

static void settings_close(settings_room *r)
{
    for (int i = 0; r->items && i < r->n * r->n_experiments; i++) sq_settings_free(&r->items[i]);
    free(r->items);
    free(r->pointers);
    free(r->of);
}

/* A point of the cube, or the values that were settled on (u NULL). SQ_ERR_INPUT: a value that the model may not have. */
static sq_status set_point(const sq_fit *fit, const settings_room *r, int point, const double *u, sq_error *err)
{
    const sq_suite_experiment *experiments;
    sq_suite_experiments(fit->suite, &experiments);
    sq_status status = SQ_OK;
    for (int e = 0; e < r->n_experiments && !status; e++) {
        sq_settings *settings = &r->items[e * r->n + point];
        if (fit->held) status = sq_settings_copy(settings, &fit->held[e], err);
        for (int i = 0; i < fit->n && !status; i++) {
            const sq_fit_parameter *p = &fit->calibration->parameters[i];
            double value = u ? sq_fit_value(p, u[i]) : fit->fitted[i].value;
            if (p->row[e] >= 0) status = sq_settings_set(settings, experiments[e].model, p->row[e], value, err);
        }
    }
    return status;
}

/* ---- running ------------------------------------------------------------------------------------------------ */

static void add_facts(sq_run_facts *sum, const sq_run_facts *one)
{
    sq_run_facts total = *one;
    total.wall_seconds += sum->wall_seconds;
    total.cpu_seconds += sum->cpu_seconds;
    total.busy_seconds += sum->busy_seconds;
    total.busiest_thread_seconds += sum->busiest_thread_seconds;
    total.patients += sum->patients;
    total.lives += sum->lives;
    total.firings += sum->firings;
    total.draws += sum->draws;
    *sum = total;
}

/* Fills figures[n][n_targets] at n points (trials NULL: at the values that were settled on); everything the experiments say if leave_out is NULL. */
static sq_status run_points(sq_fit *fit, int n, const sq_trial *trials, const bool *leave_out, sq_suite_figure *figures,
                            sq_error *err)
{
    settings_room room;
    sq_run_facts facts = {0};
    bool opened = settings_open(&room, n, fit->calibration->n_experiments);
    sq_status status = opened ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the settings");
    for (int i = 0; i < n && !status; i++) status = set_point(fit, &room, i, trials ? trials[i].u : NULL, err);
    const sq_suite_run run = {
        .leave_out = leave_out,
        .options = {.threads = fit->options.threads, .patients = fit->calibration->patients, .seed = &fit->seed, .n_points = n},
        .settings = room.of,
        .facts = &facts,
    };
    if (!status) status = sq_suite_evaluate(fit->suite, &run, figures, err);
    if (!status) add_facts(&fit->facts, &facts);
    settings_close(&room);
    return status;
}

/* Failures that are the point's own: the model has no such lives. */
static bool is_impossible(sq_status status)
{
    return status == SQ_ERR_INPUT || status == SQ_ERR_LIFE || status == SQ_ERR_NUMERIC || status == SQ_ERR_COHORTS;
}

static void judge(const sq_fit *fit, sq_trial *t)
{
    const sq_likelihood *l = &fit->likelihood;
    sq_likelihood_residuals(l, t->figures, t->residual);
    t->misfit = 0;
    for (int i = 0; i < l->n; i++) t->misfit += t->residual[i] * t->residual[i];
    t->objective = t->misfit;
    for (int i = 0; i < fit->n; i++) {
        const sq_fit_parameter *p = &fit->calibration->parameters[i];
        double x = sq_fit_to_scale(p->scale, sq_fit_value(p, t->u[i]));
        double r = p->has_prior ? (x - p->prior_mean) / p->prior_sd : 0;
        t->residual[l->n + i] = r;
        t->objective += r * r;
    }
}

static bool note(sq_fit *fit, const sq_trial *t, sq_error *err)
{
    bool noted = sq_vec_push(&fit->trace, ((sq_trace){fit->start, t->objective}));
    for (int i = 0; i < fit->n && noted; i++) noted = sq_vec_push(&fit->tried, t->u[i]);
    if (!noted) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the record") == SQ_OK;
    bool comparable = fit->seed == fit->calibration->seed;
    if (comparable && t->objective < fit->best.objective) sq_trial_copy(fit, &fit->best, t);
    return true;
}

static bool wants_stop(sq_fit *fit)
{
    fit->stopped = fit->stopped || (fit->options.stop && fit->options.stop(fit->options.context));
    return fit->stopped;
}

/* Up to TOGETHER points; alone where together they fail. */
static bool try_some(sq_fit *fit, int n, sq_trial *trials, sq_error *err)
{
    if (wants_stop(fit)) return false;
    sq_status status = run_points(fit, n, trials, fit->leave_out, trials[0].figures, err);
    if (status && !is_impossible(status)) return false;
    if (status && n > 1) {
        for (int i = 0; i < n; i++)
            if (!try_some(fit, 1, &trials[i], err)) return false;
        return true;
    }
    for (int i = 0; i < n; i++) {
        trials[i].misfit = trials[i].objective = INFINITY;
        if (!status) judge(fit, &trials[i]);
        if (!note(fit, &trials[i], err)) return false;
    }
    return true;
}

bool sq_fit_try(sq_fit *fit, int n, sq_trial *trials, sq_error *err)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < fit->n; k++) trials[i].u[k] = fmin(fmax(trials[i].u[k], 0), 1);
    for (int done = 0; done < n; done += TOGETHER) {
        int some = n - done < TOGETHER ? n - done : TOGETHER;
        if (!try_some(fit, some, trials + done, err)) return false;
    }
    return true;
}

/* ---- the end ------------------------------------------------------------------------------------------------ */

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The share q of sorted numbers lies below it. */
static double quantile(const double *sorted, int n, double q)
{
    double at = q * (n - 1);
    int low = (int)at;
    double rest = at - low;
    return low + 1 < n ? sorted[low] * (1 - rest) + sorted[low + 1] * rest : sorted[n - 1];
}

static void summarise_draws(sq_fit *fit, int i, double *room)
{
    int n = fit->calibration->draws;
    const sq_fit_parameter *p = &fit->calibration->parameters[i];
    double mean = 0, squares = 0;
    fit->fitted[i].sd = fit->fitted[i].lower = fit->fitted[i].upper = NAN;
    if (!fit->has_posterior) return;
    for (int k = 0; k < n; k++) {
        room[k] = fit->draws[k * fit->n + i];
        mean += room[k] / n;
    }
    for (int k = 0; k < n; k++) squares += (room[k] - mean) * (room[k] - mean);
    qsort(room, (size_t)n, sizeof *room, compare_numbers);
    fit->fitted[i].sd = sqrt(squares / (n - 1));
    fit->fitted[i].lower = sq_fit_value(p, quantile(room, n, .025));
    fit->fitted[i].upper = sq_fit_value(p, quantile(room, n, .975));
}

static const double NEAR_BOUND = 1e-3, OPEN_SD = .28867513459481287; /* of a flat prior: 1/sqrt(12) */

static void describe_parameter(sq_fit *fit, int i)
{
    const sq_fit_parameter *p = &fit->calibration->parameters[i];
    sq_fitted *f = &fit->fitted[i];
    f->value = sq_fit_settled(fit->calibration, i, sq_fit_value(p, fit->best.u[i]));
    if (isfinite(f->lower)) f->lower = fmin(f->lower, f->value); /* at a bound the optimum lies outside the middle 95 % */
    if (isfinite(f->upper)) f->upper = fmax(f->upper, f->value);
    f->at_bound = fit->best.u[i] < NEAR_BOUND || fit->best.u[i] > 1 - NEAR_BOUND;
    f->beyond_source = f->value < p->source[0] || f->value > p->source[1];
    f->is_open = false;
    for (int d = 0; d < fit->n; d++) {
        const sq_direction *direction = &fit->directions[d];
        f->is_open = f->is_open || (direction->is_open && fabs(direction->along[i]) > OPEN_SD);
    }
}

/* How many combinations of parameters the figures determine, which is what a fit uses up. */
static int used_up(const sq_fit *fit)
{
    int open = 0, bound = 0;
    for (int i = 0; i < fit->n; i++) {
        open += fit->directions[i].is_open;
        bound += fit->fitted[i].at_bound;
    }
    int used = fit->n - (open > bound ? open : bound);
    return used > 0 ? used : 0;
}

sq_status sq_fit_settle(sq_fit *fit, sq_error *err)
{
    double *room = malloc((size_t)fit->calibration->draws * sizeof *room);
    for (int i = 0; room && i < fit->n; i++) {
        summarise_draws(fit, i, room);
        describe_parameter(fit, i);
    }
    sq_status status = room ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the posterior");
    free(room);
    return status;
}

/* The figures at the values as they will be written, and how well they are met. */
static sq_status run_settled(sq_fit *fit, sq_error *err)
{
    sq_status status = run_points(fit, 1, NULL, NULL, fit->after, err);
    if (status) return status;
    sq_likelihood_residuals(&fit->likelihood, fit->after, fit->residual);
    fit->chi_square = 0;
    for (int i = 0; i < fit->likelihood.n; i++) fit->chi_square += fit->residual[i] * fit->residual[i];
    fit->df = fit->likelihood.n - used_up(fit);
    fit->p = fit->df > 0 ? sq_chi_square_make(fit->chi_square, fit->df).p : NAN;
    return SQ_OK;
}

sq_status sq_fit_conclude(sq_fit *fit, sq_error *err)
{
    fit->seed = fit->calibration->seed;
    fit->has_posterior = !fit->stopped && sq_fit_draw_posterior(fit, err);
    if (!fit->has_posterior && !fit->stopped) return err->status;
    sq_status status = sq_fit_settle(fit, err);
    if (!status) status = run_points(fit, 1, &fit->before, NULL, fit->before.figures, err);
    return status ? status : run_settled(fit, err);
}

/* ---- again, while other values are held ---------------------------------------------------------------------- */

void sq_fit_renew(sq_fit *fit, const sq_settings *held)
{
    fit->held = held;
    fit->best.objective = INFINITY;
    fit->trace.count = fit->tried.count = 0;
    fit->has_posterior = false;
}

sq_status sq_fit_from(sq_fit *fit, const double *u, bool *converged, sq_error *err)
{
    sq_arena arena = {0};
    sq_trial *at = sq_trials_new(fit, &arena, 1);
    *converged = false;
    bool fine = at != NULL || sq_fail(err, SQ_ERR_MEMORY, "no memory for the search") == SQ_OK;
    if (fine) memcpy(at->u, u, (size_t)fit->n * sizeof *u);
    fine = fine && sq_fit_try(fit, 1, at, err) && sq_fit_descend(fit, at, fit->calibration->evaluations, converged, err);
    if (fine && !isfinite(fit->best.objective)) memcpy(fit->best.u, u, (size_t)fit->n * sizeof *u);
    sq_arena_free(&arena);
    if (!fine) return err->status;
    sq_status status = sq_fit_settle(fit, err);
    return status ? status : run_settled(fit, err);
}
