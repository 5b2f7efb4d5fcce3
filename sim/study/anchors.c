/* One fit (study/calibrate.h) serves all scenarios, one after the other: what is known of its experiments is found once.
 * Values are rounded as a calibration writes them, so that a person can set the very same. */
#include "study/anchors.h"

#include "estimate/chi_square.h"
#include "study/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What was found in a scenario. */
typedef struct cell {
    double *u, *value;     /* [parameters] on the cube; as they are run, internal units */
    bool *at_bound;        /* [parameters] */
    double *simulated, *se; /* [anchors] */
    double chi_square, p;
    int df;
    bool hold, converged;
} cell;

struct sq_anchors {
    const sq_model *model;
    sq_calibration *calibration;
    sq_fit *fit;
    const sq_suite_target *targets; /* of the suite */
    int *anchor;                    /* [calibration's targets] into these */
    sq_settings *settings;          /* [scenarios] */
    sq_settings *held;              /* [experiments] of the present scenario */
    cell *cells;                    /* [scenarios] */
    double *start;                  /* [parameters] the present values, on the cube */
    sq_arena arena;
};

/* ---- making and freeing ------------------------------------------------------------------------------------- */

static bool cell_open(sq_anchors *a, cell *c)
{
    size_t n = (size_t)a->calibration->n_parameters, m = (size_t)a->calibration->n_targets;
    c->u = sq_arena_array(&a->arena, n, sizeof *c->u);
    c->value = sq_arena_array(&a->arena, n, sizeof *c->value);
    c->at_bound = sq_arena_array(&a->arena, n, sizeof *c->at_bound);
    c->simulated = sq_arena_array(&a->arena, m, sizeof *c->simulated);
    c->se = sq_arena_array(&a->arena, m, sizeof *c->se);
    return c->u && c->value && c->at_bound && c->simulated && c->se;
}

static bool make_room(sq_anchors *a)
{
    const sq_calibration *c = a->calibration;
    size_t scenarios = (size_t)a->model->n_scenarios;
    a->anchor = sq_arena_array(&a->arena, (size_t)c->n_targets, sizeof *a->anchor);
    a->settings = sq_arena_array(&a->arena, scenarios, sizeof *a->settings);
    a->held = sq_arena_array(&a->arena, (size_t)c->n_experiments, sizeof *a->held);
    a->cells = sq_arena_array(&a->arena, scenarios, sizeof *a->cells);
    a->start = sq_arena_array(&a->arena, (size_t)c->n_parameters, sizeof *a->start);
    bool fine = a->anchor && a->settings && a->held && a->cells && a->start;
    for (size_t i = 0; i < scenarios && fine; i++) fine = cell_open(a, &a->cells[i]);
    return fine;
}

static void place_targets(sq_anchors *a)
{
    const sq_suite_experiment *experiments;
    sq_suite_experiments(a->fit->suite, &experiments);
    sq_suite_targets(a->fit->suite, &a->targets);
    for (int i = 0; i < a->calibration->n_targets; i++) {
        const sq_fit_target *t = &a->calibration->targets[i];
        a->anchor[i] = experiments[t->experiment].first_target + t->index;
    }
    for (int i = 0; i < a->calibration->n_parameters; i++)
        a->start[i] = sq_fit_place(&a->calibration->parameters[i], a->calibration->parameters[i].start);
}

static sq_status open_fit(sq_anchors *a, int threads, sq_error *err)
{
    sq_diags diags = {0};
    const sq_fit_options options = {.threads = threads};
    sq_status status = sq_load_calibration(a->model->anchoring.path, NULL, &a->calibration, &diags, err);
    sq_diags_free(&diags);
    if (status) return sq_fail(err, status, "%s: the anchors can no longer be read", a->model->anchoring.path);
    status = sq_fit_new(&a->fit, a->calibration, &options, err);
    if (status) return status;
    if (a->calibration->n_parameters != a->model->anchoring.n_parameters)
        return sq_fail(err, SQ_ERR_INPUT, "%s has changed since it was checked", a->model->anchoring.path);
    if (!make_room(a)) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the anchors");
    place_targets(a);
    return SQ_OK;
}

void sq_anchors_free(sq_anchors *a)
{
    if (!a) return;
    for (int i = 0; a->settings && i < a->model->n_scenarios; i++) sq_settings_free(&a->settings[i]);
    for (int i = 0; a->held && i < a->calibration->n_experiments; i++) sq_settings_free(&a->held[i]);
    sq_fit_free(a->fit);
    sq_calibration_free(a->calibration);
    sq_arena_free(&a->arena);
    free(a);
}

/* ---- one scenario ------------------------------------------------------------------------------------------- */

/* What the scenario sets, in every experiment of the anchors that has it. */
static sq_status hold_swept(sq_anchors *a, int scenario, sq_error *err)
{
    const sq_model *m = a->model;
    const sq_suite_experiment *experiments;
    int n = sq_suite_experiments(a->fit->suite, &experiments);
    sq_status status = SQ_OK;
    for (int e = 0; e < n; e++) {
        a->held[e].count = 0;
        for (int k = 0; k < m->n_swept && !status; k++) {
            const sq_parameter *p = &m->parameters[m->swept[k]];
            const sq_assignment *set = sq_settings_of(&m->scenarios[scenario].settings, p->slot);
            sq_error absent = {0};
            int row; /* loading has seen to it that it can be set where there is one */
            if (!set || sq_settings_find(experiments[e].model, p->name, &row, &absent)) continue;
            status = sq_settings_set(&a->held[e], experiments[e].model, row, set->value, err);
        }
    }
    return status;
}

/* In how many swept values scenarios differ. */
static int difference(const sq_model *m, int i, int j)
{
    int n = 0;
    for (int k = 0; k < m->n_swept; k++) {
        int slot = m->parameters[m->swept[k]].slot;
        const sq_assignment *x = sq_settings_of(&m->scenarios[i].settings, slot), *y = sq_settings_of(&m->scenarios[j].settings, slot);
        n += !x != !y || (x && y && x->value != y->value);
    }
    return n;
}

/* Where the search begins: at the solution of the scenario before it that differs least, the last of several. */
static const double *start_of(const sq_anchors *a, int scenario)
{
    int best = -1, least = a->model->n_swept + 1;
    for (int j = scenario - 1; j >= 0 && least > 1; j--) {
        int n = difference(a->model, scenario, j);
        if (n >= least) continue;
        least = n;
        best = j;
    }
    return best < 0 ? a->start : a->cells[best].u;
}

/* Every parameter counts as used up, also at a bound: scenarios are judged alike, and none is excused by a bound. */
static void judge(const sq_anchors *a, cell *c)
{
    int left = a->calibration->n_targets - a->calibration->n_parameters;
    c->chi_square = a->fit->chi_square;
    c->df = left > 1 ? left : 1;
    c->p = sq_chi_square_make(c->chi_square, c->df).p;
    c->hold = c->p >= a->model->anchoring.hold;
}

static void keep(const sq_anchors *a, cell *c)
{
    memcpy(c->u, a->fit->best.u, (size_t)a->fit->n * sizeof *c->u);
    for (int i = 0; i < a->fit->n; i++) {
        c->value[i] = a->fit->fitted[i].value;
        c->at_bound[i] = a->fit->fitted[i].at_bound;
    }
    for (int i = 0; i < a->calibration->n_targets; i++) {
        const sq_suite_figure *f = &a->fit->after[a->anchor[i]];
        c->simulated[i] = f->simulated;
        c->se[i] = f->se;
    }
}

/* From the neighbour; where the figures are then not met, from the present values too, lest a valley be taken for the
 * whole. */
static sq_status solve(sq_anchors *a, int scenario, sq_error *err)
{
    cell *c = &a->cells[scenario];
    const double *start = start_of(a, scenario);
    sq_status status = hold_swept(a, scenario, err);
    if (status) return status;
    sq_fit_renew(a->fit, a->held);
    status = sq_fit_from(a->fit, start, &c->converged, err);
    if (!status) judge(a, c);
    if (!status && !c->hold && start != a->start) {
        status = sq_fit_from(a->fit, a->start, &c->converged, err);
        if (!status) judge(a, c);
    }
    if (!status) keep(a, c);
    return status;
}

static sq_status set_point(sq_anchors *a, int scenario, sq_error *err)
{
    const sq_model *m = a->model;
    sq_settings *s = &a->settings[scenario];
    s->name = m->scenarios[scenario].name;
    sq_status status = sq_settings_copy(s, &m->scenarios[scenario].settings, err);
    for (int i = 0; i < a->fit->n && !status; i++)
        status = sq_settings_set(s, m, m->anchoring.parameters[i], a->cells[scenario].value[i], err);
    return status;
}

sq_status sq_anchors_solve(sq_anchors **out, const sq_model *model, int threads, sq_error *err)
{
    sq_error why = {0};
    sq_anchors *a = *out = calloc(1, sizeof *a);
    if (!a) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the anchors");
    a->model = model;
    sq_status status = open_fit(a, threads, err);
    if (status) return status;
    for (int i = 0; i < model->n_scenarios; i++) {
        status = solve(a, i, &why);
        if (!status) status = set_point(a, i, &why);
        if (status) return sq_fail(err, status, "the anchors of the scenario '%s': %s", model->scenarios[i].name, why.text);
    }
    return SQ_OK;
}

const sq_settings *sq_anchors_settings(const sq_anchors *a, int scenario) { return &a->settings[scenario]; }

/* ---- results ------------------------------------------------------------------------------------------------ */

static const char *const PARAMETERS[] = {"anchored_parameter", NULL}, *const ANCHORS[] = {"anchor", NULL};
static const char *const SCENARIOS[] = {"scenario", NULL};
static const char *const OF_PARAMETERS[] = {"scenario", "anchored_parameter", NULL};
static const char *const OF_ANCHORS[] = {"scenario", "anchor", NULL};

/* A yes or no, as a code. */
static int32_t *add_answers(sq_variables *v, const char *name, const char *long_name, const char *const *axes)
{
    static const char *const no_yes[] = {"no", "yes"};
    int32_t *codes = sq_variables_add(v, SQ_I32, name, "1", long_name, axes);
    return codes && sq_variables_set_flags(v, no_yes, 2) ? codes : NULL;
}

static bool add_names(const sq_anchors *a, sq_variables *v)
{
    const sq_calibration *c = a->calibration;
    if (sq_variables_axis(v, "anchored_parameter", (size_t)c->n_parameters) < 0 ||
        sq_variables_axis(v, "anchor", (size_t)c->n_targets) < 0)
        return false;
    const char **parameter = sq_variables_add(v, SQ_TEXT, "anchored_parameter", "", "parameter fitted to the anchors", PARAMETERS);
    const char **anchor = sq_variables_add(v, SQ_TEXT, "anchor", "", "published figure that is to hold", ANCHORS);
    const char **unit = sq_variables_add(v, SQ_TEXT, "anchor_unit", "", "unit of the figure", ANCHORS);
    double *published = sq_variables_add(v, SQ_F64, "anchor_published", "1", "as published, in anchor_unit", ANCHORS);
    bool added = parameter && anchor && unit && published;
    for (int i = 0; added && i < c->n_parameters; i++)
        added = (parameter[i] = sq_arena_format(&v->arena, "%s", c->parameters[i].name)) != NULL;
    for (int i = 0; added && i < c->n_targets; i++) {
        const sq_suite_target *t = &a->targets[a->anchor[i]];
        anchor[i] = sq_arena_format(&v->arena, "%s", t->target->name);
        unit[i] = sq_arena_format(&v->arena, "%s", t->unit);
        published[i] = t->published;
        added = anchor[i] && unit[i];
    }
    return added;
}

static bool add_values(const sq_anchors *a, sq_variables *v)
{
    int n = a->calibration->n_parameters, m = a->calibration->n_targets;
    double *value = sq_variables_add(v, SQ_F64, "anchored_value", "1", "value found, in parameter_unit", OF_PARAMETERS);
    int32_t *bound = add_answers(v, "anchored_at_bound", "whether the value is a bound", OF_PARAMETERS);
    double *simulated = sq_variables_add(v, SQ_F64, "anchor_simulated", "1", "figure with the values found, in anchor_unit", OF_ANCHORS);
    double *se = sq_variables_add(v, SQ_F64, "anchor_simulated_se", "1", "its Monte Carlo standard error", OF_ANCHORS);
    if (!value || !bound || !simulated || !se) return false;
    for (int s = 0; s < a->model->n_scenarios; s++) {
        const cell *c = &a->cells[s];
        for (int i = 0; i < n; i++) {
            value[s * n + i] = c->value[i];
            bound[s * n + i] = c->at_bound[i];
        }
        memcpy(simulated + s * m, c->simulated, (size_t)m * sizeof *simulated);
        memcpy(se + s * m, c->se, (size_t)m * sizeof *se);
    }
    return true;
}

static bool add_verdicts(const sq_anchors *a, sq_variables *v)
{
    double *chi_square = sq_variables_add(v, SQ_F64, "anchor_chi_square", "1", "misfit of the anchors", SCENARIOS);
    int32_t *df = sq_variables_add(v, SQ_I32, "anchor_df", "1", "its degrees of freedom", SCENARIOS);
    double *p = sq_variables_add(v, SQ_F64, "anchor_p", "1", "chance of a larger misfit", SCENARIOS);
    int32_t *hold = add_answers(v, "anchors_hold", "whether the anchors hold", SCENARIOS);
    int32_t *converged = add_answers(v, "anchors_converged", "whether the search ended where no step helps", SCENARIOS);
    if (!chi_square || !df || !p || !hold || !converged) return false;
    for (int s = 0; s < a->model->n_scenarios; s++) {
        const cell *c = &a->cells[s];
        chi_square[s] = c->chi_square;
        df[s] = c->df;
        p[s] = c->p;
        hold[s] = c->hold;
        converged[s] = c->converged;
    }
    return true;
}

sq_status sq_anchors_add(const sq_anchors *a, sq_variables *results, sq_error *err)
{
    bool added = add_names(a, results) && add_values(a, results) && add_verdicts(a, results);
    return added ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the anchors");
}
