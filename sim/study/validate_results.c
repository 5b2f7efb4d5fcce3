/* The result file of a validation: every figure with its scores, and the bars. */
#include "study/validate.h"

#include "io/results.h"
#include "outcome/finish.h"
#include "study/provenance.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- figures ----------------------------------------------------------------------------------------------- */

static void add_figure_texts(sq_finish *w, const sq_validate *v)
{
    const char **name = sq_finish_add(w, SQ_TEXT, "target", "", "target", "target", NULL, NULL);
    const char **experiment = sq_finish_add(w, SQ_TEXT, "target_experiment", "", "experiment of the target", "target", NULL, NULL);
    const char **setting = sq_finish_add(w, SQ_TEXT, "target_setting", "", "setting of the experiment", "target", NULL, NULL);
    const char **use = sq_finish_add(w, SQ_TEXT, "target_use", "", "what the target serves for", "target", NULL, NULL);
    const char **class = sq_finish_add(w, SQ_TEXT, "target_class", "", "share, time, contrast or other", "target", NULL, NULL);
    const char **unit = sq_finish_add(w, SQ_TEXT, "target_unit", "", "unit of the figures", "target", NULL, NULL);
    const char **verdict = sq_finish_add(w, SQ_TEXT, "target_verdict", "", "inside, outside, no_interval or not_reached", "target", NULL, NULL);
    const char **miss = sq_finish_add(w, SQ_TEXT, "target_known_miss", "", "why the figure is known to be missed", "target", NULL, NULL);
    const char **source = sq_finish_add(w, SQ_TEXT, "target_source", "", "source of the published figure", "target", NULL, NULL);
    for (int i = 0; !w->failed && i < v->n; i++) {
        const sq_validated *f = &v->figures[i];
        name[i] = sq_finish_text(w, f->target->target->name);
        experiment[i] = sq_finish_text(w, v->experiments[f->target->experiment].name);
        setting[i] = sq_finish_text(w, v->settings[f->target->experiment]);
        use[i] = sq_finish_text(w, f->target->target->use);
        class[i] = sq_finish_text(w, sq_figure_class_word(f->class));
        unit[i] = sq_finish_text(w, f->target->unit);
        verdict[i] = sq_finish_text(w, sq_verdict_word(f->verdict));
        miss[i] = sq_finish_text(w, f->target->target->known_miss);
        source[i] = sq_finish_text(w, f->target->target->source);
    }
}

/* A number of each figure, found where it stands in sq_validated or in its target. */
typedef struct number_of_figure {
    const char *name, *long_name;
    bool of_target;
    size_t offset;
} number_of_figure;

#define OF_FIGURE(member) false, offsetof(sq_validated, member)
#define OF_TARGET(member) true, offsetof(sq_suite_target, member)
static const number_of_figure numbers[] = {
    {"target_published", "published figure, in target_unit", OF_TARGET(published)},
    {"target_lower", "lower end of the published 95 % interval", OF_TARGET(lower)},
    {"target_upper", "upper end of the published 95 % interval", OF_TARGET(upper)},
    {"target_simulated", "simulated figure, in target_unit", OF_FIGURE(figure.simulated)},
    {"target_se", "Monte Carlo standard error of target_simulated", OF_FIGURE(figure.se)},
    {"target_predictive_lower", "lower end of the interval of 95 % of cohorts of the study's size", OF_FIGURE(predictive[0])},
    {"target_predictive_upper", "upper end of the interval of 95 % of cohorts of the study's size", OF_FIGURE(predictive[1])},
    {"target_n", "patients that the figure is taken to be of", OF_FIGURE(n)},
    {"target_pit", "place of the published figure in the predictive law (mid-p)", OF_FIGURE(pit)},
    {"target_residual", "standard errors by which the simulated figure lies above", OF_FIGURE(residual)},
    {"target_p", "two-sided predictive probability, of a curve jointly at its first point", OF_FIGURE(p)},
    {"target_log_score", "logarithmic score", OF_FIGURE(log_score)},
    {"target_null_rate", "rate of the other studies", OF_FIGURE(null_rate)},
    {"target_null_log_score", "logarithmic score of the rate of the other studies", OF_FIGURE(null_log_score)},
    {"target_error", "error, of shares absolute, else relative to the published figure", OF_FIGURE(error)},
};

static void add_figure_numbers(sq_finish *w, const sq_validate *v)
{
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        double *to = sq_finish_add(w, SQ_F64, numbers[k].name, "1", numbers[k].long_name, "target", NULL, NULL);
        for (int i = 0; to && i < v->n; i++) {
            const char *from = numbers[k].of_target ? (const char *)v->figures[i].target : (const char *)&v->figures[i];
            memcpy(&to[i], from + numbers[k].offset, sizeof *to);
        }
    }
    int32_t *curve = sq_finish_add(w, SQ_I32, "target_curve", "1", "place of the target where its curve begins, from 0", "target", NULL, NULL);
    int32_t *missed = sq_finish_add(w, SQ_I32, "target_missed", "1", "whether it is missed and not known to be", "target", NULL, NULL);
    for (int i = 0; !w->failed && i < v->n; i++) {
        curve[i] = v->figures[i].curve;
        missed[i] = v->figures[i].is_missed;
    }
}

/* ---- bars --------------------------------------------------------------------------------------------------- */

static void add_bars(sq_finish *w, const sq_validate *v)
{
    sq_finish_axis(w, "bar", SQ_BARS);
    const char **name = sq_finish_add(w, SQ_TEXT, "bar", "", "bar", "bar", NULL, NULL);
    double *value = sq_finish_add(w, SQ_F64, "bar_value", "1", "what is judged", "bar", NULL, NULL);
    double *lower = sq_finish_add(w, SQ_F64, "bar_lower", "1", "least value that meets the bar", "bar", NULL, NULL);
    double *upper = sq_finish_add(w, SQ_F64, "bar_upper", "1", "greatest value that meets the bar", "bar", NULL, NULL);
    double *statistic = sq_finish_add(w, SQ_F64, "bar_statistic", "1", "of the chi-square", "bar", NULL, NULL);
    int32_t *n = sq_finish_add(w, SQ_I32, "bar_n", "1", "figures, whole studies or degrees of freedom; 0: not judged", "bar", NULL, NULL);
    int32_t *missed = sq_finish_add(w, SQ_I32, "bar_missed", "1", "whether the bar is missed", "bar", NULL, NULL);
    for (int b = 0; !w->failed && b < SQ_BARS; b++) {
        name[b] = sq_finish_text(w, sq_bar_word((sq_bar_kind)b));
        value[b] = v->bars[b].value;
        lower[b] = v->bars[b].lower;
        upper[b] = v->bars[b].upper;
        statistic[b] = v->bars[b].statistic;
        n[b] = v->bars[b].n;
        missed[b] = v->bars[b].is_missed;
    }
}

/* ---- the file ----------------------------------------------------------------------------------------------- */

static sq_status gather(const sq_validate *v, sq_variables *to, sq_error *err)
{
    sq_estimates declared = {.model = v->experiments[0].model, .variables = to};
    sq_finish w = {.model = v->experiments[0].model, .declared = &declared};
    sq_finish_axis(&w, "target", (size_t)v->n);
    add_figure_texts(&w, v);
    add_figure_numbers(&w, v);
    add_bars(&w, v);
    sq_arena_free(&w.names);
    return w.failed ? sq_fail(err, SQ_ERR_MEMORY, "out of memory for the results") : SQ_OK;
}

sq_status sq_validate_write(const sq_validate *v, const sq_validation *registry, const char *path,
                            const char *command_line, double started, sq_error *err)
{
    sq_variables all = {0};
    sq_provenance_room room = {0};
    sq_provenance_inputs inputs = {.seed = v->experiments[0].model->seed};
    sq_source_file *files = sq_suite_files(v->suite, registry ? registry->n_files : 0, registry ? registry->files : NULL, &inputs.n_files);
    inputs.files = files;
    sq_status status = files ? gather(v, &all, err) : sq_fail(err, SQ_ERR_MEMORY, "no memory for the provenance");
    if (!status) status = sq_provenance_fill_from(&room, &inputs, &v->facts, command_line, started, err);
    if (!status) status = sq_results_write(path, &all, registry ? registry->title : "validation", &room.provenance, err);
    sq_provenance_free(&room);
    sq_variables_free(&all);
    free(files);
    return status;
}
