/* The public interface: a loaded experiment with its messages and results behind one handle. Thin: each
 * function hands on to the layer that does the work and turns its status into a result code. */
#include "sequela.h"

#include "base/cpu.h"
#include "engine/columns.h"
#include "io/results.h"
#include "lang/load.h"
#include "study/anchors.h"
#include "study/emulation.h"
#include "study/handle.h"
#include "study/patient_tables.h"
#include "study/provenance.h"
#include "study/conditions.h"
#include "study/study.h"

#include <stdlib.h>
#include <string.h>

struct sequela {
    sq_model *model;
    sq_col_plan *columns[2]; /* what the columnar engine knows of the model, for runs without and with rows; found once */
    sq_anchors *anchors; /* of the run in progress; NULL: none */
    sq_variables results;
    sq_arena converted; /* arrays and labels given out */
    sq_run_facts facts;
    sq_arena own;         /* of what follows */
    int n_changes;        /* parameters replaced by the caller */
    const char **changes; /* "NAME=VALUE" */
    double started;
    char *messages;     /* diagnostics, the last error, or warnings of the last run; NULL: none */
    int warnings;
};

/* Keeps the sentence of an error, unless diagnostics already say more, and gives its result code. */
static int conclude(sequela *s, sq_status status, const sq_error *err)
{
    if (status && !s->messages) s->messages = strdup(err->text[0] ? err->text : sq_status_text(status));
    return sq_status_exit_code(status);
}

static void forget_messages(sequela *s)
{
    free(s->messages);
    s->messages = NULL;
}

static void forget_results(sequela *s)
{
    sq_variables_free(&s->results);
    sq_arena_free(&s->converted);
}

/* Keeps what replaces parameters, to be said in the results. */
static sq_status keep_changes(sequela *s, const sequela_load_options *o, sq_error *err)
{
    s->changes = sq_arena_array(&s->own, o->n_sets > 0 ? (size_t)o->n_sets : 1, sizeof *s->changes);
    bool kept = s->changes != NULL;
    for (int i = 0; i < o->n_sets && kept; i++) {
        s->changes[s->n_changes++] = sq_arena_text(&s->own, o->sets[i], strlen(o->sets[i]));
        kept = s->changes[i] != NULL;
    }
    return kept ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the settings");
}

int sequela_load(const char *path, const sequela_load_options *options, sequela **out)
{
    static const sequela_load_options as_written;
    const sequela_load_options *o = options ? options : &as_written;
    sequela *s = *out = calloc(1, sizeof *s);
    if (!s) return SEQUELA_FAILED;
    sq_error err = {0};
    sq_diags diags = {0};
    const sq_load_options load = {
        .n_sets = o->n_sets,
        .sets = o->sets,
        .n_strategies = o->n_strategies,
        .strategies = o->strategies,
        .seed = o->has_seed ? &o->seed : NULL,
        .patients = o->patients,
    };
    sq_status status = sq_cpu_check(&err);
    if (!status) status = keep_changes(s, o, &err);
    if (!status) status = sq_load_experiment(path, &load, &s->model, &diags, &err);
    if (diags.count > 0) s->messages = sq_diags_render(&diags);
    s->warnings = diags.n_warnings;
    sq_diags_free(&diags);
    return conclude(s, status, &err);
}

void sequela_free(sequela *s)
{
    if (!s) return;
    forget_results(s);
    forget_messages(s);
    for (int i = 0; i < 2; i++) sq_col_plan_free(s->columns[i]);
    sq_model_free(s->model);
    sq_arena_free(&s->own);
    free(s);
}

const char *sequela_messages(const sequela *s) { return s && s->messages ? s->messages : ""; }
const sq_model *sequela_model(const sequela *s) { return s->model; }
int sequela_warnings(const sequela *s) { return s->warnings; }
char *sequela_describe(const sequela *s) { return s->model ? sq_describe(s->model) : NULL; }
const char *sequela_version(void) { return sq_version_text(); }

sequela_facts sequela_run_facts(const sequela *s)
{
    const sq_run_facts *f = &s->facts;
    return (sequela_facts){
        .threads = f->threads,
        .wall_seconds = f->wall_seconds,
        .cpu_seconds = f->cpu_seconds,
        .busiest_thread_seconds = f->busiest_thread_seconds,
        .busy_seconds = f->busy_seconds,
        .patients = f->patients,
        .lives = f->lives,
        .firings = f->firings,
        .engine = f->engine,
        .instruction_set = f->instruction_set,
        .batch = f->batch,
        .occupancy = f->occupancy,
        .draws = f->draws,
        .waves = f->waves,
        .waved = f->waved,
    };
}

/* What is known of the model is found when it is first run so. */
static sq_status know_model(sequela *s, sq_run_options *options, bool tables, sq_error *err)
{
    bool rows = tables || options->sink != NULL;
    if (options->engine != SQ_ENGINE_COLUMNAR) return SQ_OK;
    sq_status status = s->columns[rows] ? SQ_OK : sq_col_plan_new(&s->columns[rows], s->model, rows, err);
    options->columns = s->columns[rows];
    return status;
}

/* Each scenario of `sweep:` is a point; without one there is one point. Anchors are solved first. */
static sq_status choose_points(sequela *s, sq_run_options *options, const sq_settings ***points, sq_error *err)
{
    const sq_model *m = s->model;
    *points = calloc((size_t)m->n_scenarios + 1, sizeof **points);
    if (!*points) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the scenarios");
    sq_status status = m->anchoring.path ? sq_anchors_solve(&s->anchors, m, options->threads, err) : SQ_OK;
    for (int i = 0; i < m->n_scenarios && !status; i++)
        (*points)[i] = s->anchors ? sq_anchors_settings(s->anchors, i) : &m->scenarios[i].settings;
    options->n_points = m->n_scenarios;
    options->settings = m->n_scenarios > 0 ? *points : NULL;
    return status;
}

static sq_status run_plainly(sequela *s, const sq_run_options *options, sq_error *err)
{
    sq_status status = sq_study_run(s->model, options, &s->results, &s->facts, err);
    if (!status) status = sq_conditions_add(s->model, s->n_changes, s->changes, &s->results, err);
    return status || !s->anchors ? status : sq_anchors_add(s->anchors, &s->results, err);
}

static sq_status run_with_tables(sequela *s, sq_run_options *options, const sequela_run_options *o,
                                 sq_error *err)
{
    sq_patient_tables *tables = NULL;
    if (!o->output_path) return sq_fail(err, SQ_ERR_INPUT, "patient tables and event logs need an output path");
    sq_status status = sq_patient_tables_open(&tables, s->model, o->output_path, o->patients_table != 0,
                                              o->event_log != 0, err);
    if (status) return status;
    sq_row_sink sink = sq_patient_tables_sink(tables);
    options->sink = &sink;
    sq_provenance_room room = {0};
    status = run_plainly(s, options, err);
    if (!status)
        status = sq_provenance_fill(&room, s->model, &s->facts, o->command_line, s->started, err);
    if (status) sq_patient_tables_abandon(tables);
    else status = sq_patient_tables_finish(tables, &s->results, &room.provenance, err);
    sq_provenance_free(&room);
    return status;
}

int sequela_run(sequela *s, const sequela_run_options *options)
{
    static const sequela_run_options defaults;
    const sequela_run_options *o = options ? options : &defaults;
    sq_error err = {0};
    forget_messages(s);
    forget_results(s);
    if (!s->model) return conclude(s, sq_fail(&err, SQ_ERR_INPUT, "no experiment is loaded"), &err);
    sq_run_options run = {
        .threads = o->threads,
        .progress = o->progress,
        .progress_context = o->context,
        .batch = o->batch,
    };
    const sq_settings **points = NULL;
    s->started = sq_wall_clock();
    bool tables = o->patients_table || o->event_log;
    sq_status status = sq_run_choose(&run, o->engine, o->instruction_set, &err);
    if (!status) status = know_model(s, &run, tables, &err);
    if (!status) status = choose_points(s, &run, &points, &err);
    if (!status) status = tables ? run_with_tables(s, &run, o, &err) : run_plainly(s, &run, &err);
    free(points);
    sq_anchors_free(s->anchors);
    s->anchors = NULL;
    if (status) {
        forget_results(s);
        s->facts = (sq_run_facts){0};
    } else {
        s->messages = sq_cohorts_warnings(s->model, &s->results);
    }
    return conclude(s, status, &err);
}

int sequela_write(sequela *s, const char *path, const char *command_line)
{
    sq_error err = {0};
    sq_provenance_room room = {0};
    forget_messages(s);
    if (s->results.count == 0)
        return conclude(s, sq_fail(&err, SQ_ERR_INPUT, "there are no results to write yet"), &err);
    sq_status status = sq_provenance_fill(&room, s->model, &s->facts, command_line, s->started, &err);
    if (!status)
        status = sq_results_write(path, &s->results, sq_conditions_title(s->model), &room.provenance, &err);
    sq_provenance_free(&room);
    return conclude(s, status, &err);
}

/* ---- reading results ---------------------------------------------------------------------------- */

static const double *as_doubles(sequela *s, const sq_variable *v, size_t n)
{
    if (v->type == SQ_F64) return v->data;
    double *values = sq_arena_array(&s->converted, n > 0 ? n : 1, sizeof *values);
    for (size_t i = 0; values && i < n; i++)
        values[i] = v->type == SQ_I64 ? (double)((const int64_t *)v->data)[i] : ((const int32_t *)v->data)[i];
    return values;
}

int sequela_get(sequela *s, const char *name, sequela_array *array)
{
    sq_error err = {0};
    forget_messages(s);
    const sq_variable *v = sq_variables_find(&s->results, "", name);
    if (!v || v->type == SQ_TEXT)
        return conclude(s, sq_fail(&err, SQ_ERR_INPUT, "there is no numeric result named '%s'", name), &err);
    *array = (sequela_array){.n_axes = v->n_axes, .units = v->units, .long_name = v->long_name};
    for (int i = 0; i < v->n_axes; i++) {
        array->axis[i] = s->results.axes[v->axis[i]].name;
        array->length[i] = s->results.axes[v->axis[i]].length;
    }
    array->values = as_doubles(s, v, sq_variable_length(&s->results, v));
    if (array->values) return SEQUELA_OK;
    return conclude(s, sq_fail(&err, SQ_ERR_MEMORY, "no memory for '%s'", name), &err);
}

const char *const *sequela_labels(const sequela *s, const char *axis, size_t *n)
{
    const sq_variable *v = sq_variables_find(&s->results, "", axis);
    *n = 0;
    if (!v || v->type != SQ_TEXT || v->n_axes != 1) return NULL;
    *n = sq_variable_length(&s->results, v);
    return v->data;
}
