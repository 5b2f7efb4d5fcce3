/* The result file of a calibration: what was sought, what was found, and every point that was tried. */
#include "study/calibrate_results.h"

#include "io/results.h"
#include "outcome/finish.h"
#include "study/provenance.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- parameters ---------------------------------------------------------------------------------------------- */

/* Adds a number for each parameter, in its unit. */
static double *by_parameter(sq_finish *w, const char *name, const char *long_name)
{
    return sq_finish_add(w, SQ_F64, name, "1", long_name, "parameter", NULL, NULL);
}

static void add_names(sq_finish *w, const sq_fit *fit)
{
    const sq_calibration *c = fit->calibration;
    sq_finish_axis(w, "parameter", (size_t)fit->n);
    sq_finish_texts(w, "parameter", "calibrated parameter", "parameter", c->parameters, (size_t)fit->n, sizeof *c->parameters,
                    offsetof(sq_fit_parameter, name));
    const char **unit = sq_finish_add(w, SQ_TEXT, "parameter_unit", "", "unit of the parameter", "parameter", NULL, NULL);
    const char **scale = sq_finish_add(w, SQ_TEXT, "parameter_scale", "", "scale on which it was sought", "parameter", NULL, NULL);
    for (int i = 0; !w->failed && i < fit->n; i++) {
        unit[i] = sq_finish_text(w, sq_finish_unit(w, c->parameters[i].unit));
        scale[i] = sq_finish_text(w, sq_fit_scale_word(c->parameters[i].scale));
    }
}

static void add_parameters(sq_finish *w, const sq_fit *fit)
{
    add_names(w, fit);
    double *from = by_parameter(w, "parameter_from", "lower bound, in parameter_unit"),
           *to = by_parameter(w, "parameter_to", "upper bound, in parameter_unit"),
           *start = by_parameter(w, "parameter_before", "value before, in parameter_unit"),
           *value = by_parameter(w, "parameter_after", "calibrated value, in parameter_unit"),
           *lower = by_parameter(w, "parameter_lower", "lower end of the 95 % interval of the posterior, in parameter_unit"),
           *upper = by_parameter(w, "parameter_upper", "upper end of the 95 % interval of the posterior, in parameter_unit"),
           *sd = by_parameter(w, "parameter_sd", "standard deviation of the posterior as a share of the way between the bounds, on the scale");
    int32_t *bound = sq_finish_add(w, SQ_I32, "parameter_at_bound", "1", "whether the value is a bound", "parameter", NULL, NULL);
    int32_t *beyond = sq_finish_add(w, SQ_I32, "parameter_beyond_source", "1", "whether the value is outside the interval of its source",
                                    "parameter", NULL, NULL);
    int32_t *open = sq_finish_add(w, SQ_I32, "parameter_open", "1", "whether the targets do not determine it", "parameter", NULL, NULL);
    for (int i = 0; !w->failed && i < fit->n; i++) {
        const sq_fit_parameter *p = &fit->calibration->parameters[i];
        const sq_fitted *f = &fit->fitted[i];
        from[i] = p->from;
        to[i] = p->to;
        start[i] = p->start;
        value[i] = f->value;
        lower[i] = f->lower;
        upper[i] = f->upper;
        sd[i] = f->sd;
        bound[i] = f->at_bound;
        beyond[i] = f->beyond_source;
        open[i] = f->is_open;
    }
}

static void add_directions(sq_finish *w, const sq_fit *fit)
{
    if (!fit->has_posterior) return;
    sq_finish_axis(w, "direction", (size_t)fit->n);
    double *sd = sq_finish_add(w, SQ_F64, "direction_sd", "1", "standard deviation along a direction of the cube of bounds", "direction", NULL, NULL);
    double *along = sq_finish_add(w, SQ_F64, "direction_along", "1", "its components", "direction", "parameter", NULL);
    int32_t *open = sq_finish_add(w, SQ_I32, "direction_open", "1", "whether the targets determine it no better than the bounds", "direction", NULL, NULL);
    for (int d = 0; !w->failed && d < fit->n; d++) {
        sd[d] = fit->directions[d].sd;
        open[d] = fit->directions[d].is_open;
        memcpy(along + d * fit->n, fit->directions[d].along, (size_t)fit->n * sizeof *along);
    }
}

/* ---- draws, profiles, the search ----------------------------------------------------------------------------- */

static void add_draws(sq_finish *w, const sq_fit *fit)
{
    if (!fit->has_posterior) return;
    int n = fit->calibration->draws;
    sq_finish_axis(w, "draw", (size_t)n);
    double *draw = sq_finish_add(w, SQ_F64, "posterior", "1", "draw from the posterior, in parameter_unit", "draw", "parameter", NULL);
    for (int k = 0; !w->failed && k < n * fit->n; k++)
        draw[k] = sq_fit_value(&fit->calibration->parameters[k % fit->n], fit->draws[k]);
    double *effective = sq_finish_add(w, SQ_F64, "effective_runs", "1", "runs that those of importance resampling are worth", NULL, NULL, NULL);
    if (!w->failed) *effective = fit->effective;
}

static void add_profiles(sq_finish *w, const sq_fit *fit)
{
    int n = fit->calibration->profile;
    if (n == 0 || !fit->has_posterior) return;
    sq_finish_axis(w, "profile_point", (size_t)n);
    double *value = sq_finish_add(w, SQ_F64, "profile_value", "1", "where the parameter was held, in parameter_unit", "parameter", "profile_point", NULL);
    double *objective = sq_finish_add(w, SQ_F64, "profile_objective", "1", "minus twice the log likelihood, the other parameters refitted",
                                      "parameter", "profile_point", NULL);
    for (int i = 0; !w->failed && i < fit->n * n; i++) {
        value[i] = sq_fit_value(&fit->calibration->parameters[i / n], fit->profile[i]);
        objective[i] = fit->profile_objective[i];
    }
}

static void add_trace(sq_finish *w, const sq_fit *fit)
{
    size_t n = fit->trace.count;
    sq_finish_axis(w, "evaluation", n);
    double *objective = sq_finish_add(w, SQ_F64, "evaluation_objective", "1", "minus twice the log likelihood; infinite where the model cannot be run",
                                      "evaluation", NULL, NULL);
    int32_t *start = sq_finish_add(w, SQ_I32, "evaluation_start", "1", "start of the search, from 0; -1 before and after", "evaluation", NULL, NULL);
    double *value = sq_finish_add(w, SQ_F64, "evaluation_value", "1", "parameters tried, in parameter_unit", "evaluation", "parameter", NULL);
    for (size_t i = 0; !w->failed && i < n; i++) {
        objective[i] = fit->trace.items[i].objective;
        start[i] = fit->trace.items[i].start;
        for (int k = 0; k < fit->n; k++)
            value[i * (size_t)fit->n + (size_t)k] = sq_fit_value(&fit->calibration->parameters[k], fit->tried.items[i * (size_t)fit->n + (size_t)k]);
    }
}

static void add_starts(sq_finish *w, const sq_fit *fit)
{
    sq_finish_axis(w, "start", (size_t)fit->n_starts);
    double *first = sq_finish_add(w, SQ_F64, "start_first", "1", "minus twice the log likelihood where a start began", "start", NULL, NULL);
    double *last = sq_finish_add(w, SQ_F64, "start_last", "1", "and where it ended", "start", NULL, NULL);
    for (int i = 0; !w->failed && i < fit->n_starts; i++) {
        first[i] = fit->starts[i].first;
        last[i] = fit->starts[i].last;
    }
}

/* ---- targets --------------------------------------------------------------------------------------------------- */

static void add_target_texts(sq_finish *w, const sq_fit *fit, const sq_suite_target *targets)
{
    const sq_suite_experiment *experiments;
    sq_suite_experiments(fit->suite, &experiments);
    const char **name = sq_finish_add(w, SQ_TEXT, "target", "", "target", "target", NULL, NULL);
    const char **experiment = sq_finish_add(w, SQ_TEXT, "target_experiment", "", "experiment of the target", "target", NULL, NULL);
    const char **use = sq_finish_add(w, SQ_TEXT, "target_use", "", "what the target serves for", "target", NULL, NULL);
    const char **unit = sq_finish_add(w, SQ_TEXT, "target_unit", "", "unit of the figures", "target", NULL, NULL);
    for (int i = 0; !w->failed && i < fit->n_targets; i++) {
        name[i] = sq_finish_text(w, targets[i].target->name);
        experiment[i] = sq_finish_text(w, experiments[targets[i].experiment].name);
        use[i] = sq_finish_text(w, targets[i].target->use);
        unit[i] = sq_finish_text(w, targets[i].unit);
    }
}

static double *by_target(sq_finish *w, const char *name, const char *long_name)
{
    return sq_finish_add(w, SQ_F64, name, "1", long_name, "target", NULL, NULL);
}

static void add_target_figures(sq_finish *w, const sq_fit *fit, const sq_suite_target *targets)
{
    double *published = by_target(w, "target_published", "published figure, in target_unit"),
           *lower = by_target(w, "target_lower", "lower end of the published 95 % interval"),
           *upper = by_target(w, "target_upper", "upper end of the published 95 % interval"),
           *before = by_target(w, "target_before", "simulated figure at the values before, in target_unit"),
           *before_se = by_target(w, "target_before_se", "Monte Carlo standard error of target_before"),
           *after = by_target(w, "target_after", "simulated figure at the calibrated values, in target_unit"),
           *after_se = by_target(w, "target_after_se", "Monte Carlo standard error of target_after"),
           *residual = by_target(w, "target_residual", "residual of a fitted target at the calibrated values, in standard errors");
    for (int i = 0; !w->failed && i < fit->n_targets; i++) {
        published[i] = targets[i].published;
        lower[i] = targets[i].lower;
        upper[i] = targets[i].upper;
        before[i] = fit->before.figures[i].simulated;
        before_se[i] = fit->before.figures[i].se;
        after[i] = fit->after[i].simulated;
        after_se[i] = fit->after[i].se;
        residual[i] = NAN;
    }
    for (int i = 0; !w->failed && i < fit->likelihood.n; i++) residual[fit->likelihood.terms[i].target] = fit->residual[i];
}

static void add_targets(sq_finish *w, const sq_fit *fit)
{
    const sq_suite_target *targets;
    sq_suite_targets(fit->suite, &targets);
    sq_finish_axis(w, "target", (size_t)fit->n_targets);
    add_target_texts(w, fit, targets);
    add_target_figures(w, fit, targets);
}

/* ---- the file --------------------------------------------------------------------------------------------------- */

static void add_number(sq_finish *w, const char *name, const char *long_name, double number)
{
    double *value = sq_finish_add(w, SQ_F64, name, "1", long_name, NULL, NULL, NULL);
    if (value) *value = number;
}

static void add_record(sq_finish *w, const sq_fit *fit, sq_fit_end end)
{
    const sq_calibration *c = fit->calibration;
    char number[24];
    const char **ended = sq_finish_add(w, SQ_TEXT, "ended", "", "how the calibration ended", NULL, NULL, NULL);
    if (ended) *ended = sq_finish_text(w, sq_fit_end_word(end));
    const char **seed = sq_finish_add(w, SQ_TEXT, "seed", "", "seed of the random numbers", NULL, NULL, NULL);
    snprintf(number, sizeof number, "%" PRIu64, c->seed); /* as text: a number would be rounded */
    if (seed) *seed = sq_finish_text(w, number);
    add_number(w, "patients", "patients in each experiment", (double)c->patients);
    add_number(w, "objective_before", "minus twice the log likelihood at the values before", fit->before.objective);
    add_number(w, "objective", "minus twice the log likelihood at the optimum", fit->best.objective);
    add_number(w, "chi_square", "joint chi-square of the fitted targets", fit->chi_square);
    add_number(w, "chi_square_df", "its degrees of freedom", fit->df);
    add_number(w, "chi_square_p", "chance of a larger one", fit->p);
    add_number(w, "chi_square_other_luck", "chi-square at the optimum with other random numbers, on average", fit->fresh_misfit);
}

static sq_status gather(const sq_fit *fit, sq_fit_end end, sq_variables *v, sq_error *err)
{
    const sq_suite_experiment *experiments;
    sq_suite_experiments(fit->suite, &experiments);
    sq_estimates declared = {.model = experiments[0].model, .variables = v};
    sq_finish w = {.model = experiments[0].model, .declared = &declared};
    void (*const parts[])(sq_finish *, const sq_fit *) = {add_parameters, add_targets, add_directions, add_draws,
                                                          add_profiles,   add_starts,  add_trace};
    add_record(&w, fit, end);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !w.failed; i++) parts[i](&w, fit);
    sq_arena_free(&w.names);
    return w.failed ? sq_fail(err, SQ_ERR_MEMORY, "out of memory for the results") : SQ_OK;
}

sq_status sq_fit_write_results(const sq_fit *fit, sq_fit_end end, const char *path, const char *command_line,
                               double started, sq_error *err)
{
    sq_variables v = {0};
    sq_provenance_room room = {0};
    sq_provenance_inputs inputs = {.seed = fit->calibration->seed};
    sq_source_file *files = sq_suite_files(fit->suite, fit->calibration->n_files, fit->calibration->files, &inputs.n_files);
    inputs.files = files;
    sq_status status = files ? gather(fit, end, &v, err) : sq_fail(err, SQ_ERR_MEMORY, "no memory for the provenance");
    if (!status) status = sq_provenance_fill_from(&room, &inputs, &fit->facts, command_line, started, err);
    if (!status) status = sq_results_write(path, &v, fit->calibration->title, &room.provenance, err);
    sq_provenance_free(&room);
    sq_variables_free(&v);
    free(files);
    return status;
}
