/* From accumulators to named variables: the coordinates, and the order of the parts. Running out of memory
 * is remembered in the writer and reported once at the end; until then a part that got no room for its
 * data leaves it out. */
#include "outcome/finish.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the writer ------------------------------------------------------------------------------------ */

static void *added(sq_finish *w, void *data)
{
    if (data == NULL)
        w->failed = true;
    return data;
}

void *sq_finish_add(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                    const char *long_name, const char *axis, const char *second, const char *third)
{
    const char *axes[] = {axis, second, third, NULL};
    return added(w, sq_variables_add(w->variables, type, name, units, long_name, axes));
}

double *sq_finish_real(sq_finish *w, const char *name, const char *units, const char *long_name,
                       const char *axis, const char *second)
{
    const char *axes[] = {"scenario", "draw", "strategy", axis, second, NULL};
    return added(w, sq_variables_add(w->variables, SQ_F64, name, units, long_name, axes));
}

int64_t *sq_finish_count(sq_finish *w, const char *name, const char *long_name, const char *axis,
                         const char *second)
{
    const char *axes[] = {"scenario", "draw", "strategy", axis, second, NULL};
    return added(w, sq_variables_add(w->variables, SQ_I64, name, "1", long_name, axes));
}

void sq_finish_axis(sq_finish *w, const char *name, size_t length)
{
    if (sq_variables_axis(w->variables, name, length) < 0)
        w->failed = true;
}

void sq_finish_flags(sq_finish *w, const char *const *meanings, size_t n)
{
    if (!w->failed && !sq_variables_set_flags(w->variables, meanings, n))
        w->failed = true;
}

const char *sq_finish_text(sq_finish *w, const char *text)
{
    const char *source = text == NULL ? "" : text;
    const char *kept = sq_arena_text(&w->variables->arena, source, strlen(source));
    if (kept == NULL)
        w->failed = true;
    return kept;
}

const char *sq_finish_name(sq_finish *w, const char *a, const char *b, const char *c)
{
    const char *name = sq_arena_format(&w->variables->arena, "%s%s%s", a ? a : "", b ? b : "",
                                       c ? c : "");
    if (name == NULL)
        w->failed = true;
    return name == NULL ? "" : name;
}

void sq_finish_texts(sq_finish *w, const char *name, const char *long_name, const char *axis,
                     const void *items, size_t length, size_t item_size, size_t offset)
{
    const char **texts = sq_finish_add(w, SQ_TEXT, name, "", long_name, axis, NULL, NULL);
    for (size_t i = 0; texts != NULL && i < length; i++) {
        const char *text;
        memcpy(&text, (const char *)items + i * item_size + offset, sizeof text);
        texts[i] = sq_finish_text(w, text);
    }
}

void sq_finish_estimate(sq_finish *w, const sq_outcome *o, int strategy, int endpoint)
{
    sq_risk_set set = sq_tally_risk_set(o, strategy, endpoint);
    sq_curve_estimate(&set, w->curve);
}

/* ---- coordinates ----------------------------------------------------------------------------------- */

static void add_numbers(sq_finish *w, const char *name, const char *long_name, int n)
{
    sq_finish_axis(w, name, (size_t)n);
    int32_t *number = sq_finish_add(w, SQ_I32, name, "1", long_name, name, NULL, NULL);
    for (int i = 0; number != NULL && i < n; i++)
        number[i] = i;
}

static void add_strategies(sq_finish *w)
{
    const sq_model *m = w->model;
    size_t n = (size_t)m->n_strategies;
    static const char *const NO_YES[] = {"no", "yes"};
    sq_finish_axis(w, "strategy", n);
    sq_finish_texts(w, "strategy", "strategy", "strategy", m->strategies, n, sizeof *m->strategies,
                    offsetof(sq_strategy, name));
    sq_finish_texts(w, "strategy_title", "strategy in words", "strategy", m->strategies, n,
                    sizeof *m->strategies, offsetof(sq_strategy, title));
    int32_t *is_reference = sq_finish_add(w, SQ_I32, "strategy_is_reference", "1",
                                          "whether increments are against this strategy", "strategy",
                                          NULL, NULL);
    sq_finish_flags(w, NO_YES, 2);
    if (is_reference != NULL)
        is_reference[m->reference] = 1;
}

/* An axis of names, if it has any. */
static void add_names(sq_finish *w, const char *axis, const char *long_name, const void *items, int n,
                      size_t item_size, size_t offset)
{
    if (n == 0)
        return;
    sq_finish_axis(w, axis, (size_t)n);
    sq_finish_texts(w, axis, long_name, axis, items, (size_t)n, item_size, offset);
}

static void add_time(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_grid == 0)
        return;
    sq_finish_axis(w, "time", (size_t)m->n_grid);
    double *time = sq_finish_add(w, SQ_F64, "time", "year", "time since origin", "time", NULL, NULL);
    for (int j = 0; time != NULL && j < m->n_grid; j++)
        time[j] = j * m->grid_step / SQ_DAYS_PER_YEAR; /* as the user wrote it */
}

static void add_events(sq_finish *w)
{
    int n = SQ_OCCURS_DEATH(w->model) + 1;
    sq_finish_axis(w, "event", (size_t)n);
    const char **name = sq_finish_add(w, SQ_TEXT, "event", "",
                                      "entry into a state, event, mark, or death", "event", NULL, NULL);
    for (int i = 0; name != NULL && i < n; i++)
        name[i] = sq_finish_text(w, sq_occurrence_name(w->model, i));
}

static void add_highlights(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_highlights == 0)
        return;
    sq_finish_axis(w, "highlight", (size_t)m->n_highlights);
    const char **name = sq_finish_add(w, SQ_TEXT, "highlight", "", "event a summary tells of",
                                      "highlight", NULL, NULL);
    const char **text = sq_finish_add(w, SQ_TEXT, "highlight_label", "", "in the user's words",
                                      "highlight", NULL, NULL);
    for (int i = 0; name != NULL && text != NULL && i < m->n_highlights; i++) {
        name[i] = sq_finish_text(w, sq_occurrence_name(m, m->highlights[i].occurrence));
        text[i] = sq_finish_text(w, m->highlights[i].label);
    }
}

static void add_quantiles(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_quantiles == 0)
        return;
    sq_finish_axis(w, "quantile", (size_t)m->n_quantiles);
    double *p = sq_finish_add(w, SQ_F64, "quantile", "1", "share of patients at or below", "quantile",
                              NULL, NULL);
    for (int i = 0; p != NULL && i < m->n_quantiles; i++)
        p[i] = m->quantiles[i];
}

static void add_patients(sq_finish *w)
{
    int64_t *patients = sq_finish_add(w, SQ_I64, "n_patients", "1", "patients under each strategy",
                                      "scenario", "draw", NULL);
    for (int point = 0; patients != NULL && point < sq_finish_points(w); point++)
        patients[point] = w->grid[point]->patients;
}

static void add_coordinates(sq_finish *w)
{
    const sq_model *m = w->model;
    add_numbers(w, "scenario", "scenario", w->n_scenarios);
    add_numbers(w, "draw", "draw of the uncertain parameters", w->n_draws);
    add_strategies(w);
    add_patients(w);
    add_names(w, "endpoint", "endpoint", m->endpoints, m->n_endpoints, sizeof *m->endpoints,
              offsetof(sq_endpoint, name));
    add_names(w, "cause", "cause of an endpoint", m->causes, m->n_causes, sizeof *m->causes,
              offsetof(sq_cause, name));
    add_names(w, "state", "state", m->states, m->n_states, sizeof *m->states,
              offsetof(sq_state, name));
    add_names(w, "category", "category of cost", m->costs, m->n_costs, sizeof *m->costs,
              offsetof(sq_cost, name));
    add_events(w);
    add_highlights(w);
    add_time(w);
    add_quantiles(w);
}

/* ---- all of it ------------------------------------------------------------------------------------- */

static int most_causes(const sq_model *m)
{
    int most = 0;
    for (int i = 0; i < m->n_endpoints; i++)
        most = m->endpoints[i].n_causes > most ? m->endpoints[i].n_causes : most;
    return most;
}

sq_status sq_outcome_finish(const sq_model *model, int n_scenarios, int n_draws,
                            const sq_outcome *const *grid, sq_variables *variables, sq_error *err)
{
    sq_finish w = {.model = model,
                   .n_scenarios = n_scenarios,
                   .n_draws = n_draws,
                   .grid = grid,
                   .variables = variables,
                   .curve = sq_curve_new(model->n_grid, most_causes(model)),
                   .with_curves = (int64_t)n_scenarios * n_draws <= SQ_CURVE_POINTS};
    w.failed = w.curve == NULL;
    for (int i = 0; i < sq_finish_points(&w); i++)
        w.failed = w.failed || grid[i]->failure != SQ_OK;
    if (!w.failed)
        add_coordinates(&w);
    void (*const parts[])(sq_finish *) = {sq_finish_curves, sq_finish_occurrences,
                                          sq_finish_quantities, sq_finish_targets};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !w.failed; i++)
        parts[i](&w);
    sq_curve_free(w.curve);
    return w.failed ? sq_fail(err, SQ_ERR_MEMORY, "out of memory for the results") : SQ_OK;
}

/* ---- parameters ------------------------------------------------------------------------------------ */

/* The unit a parameter's value is in, as in "EUR/day". */
static const char *unit_of(sq_finish *w, sq_unit unit)
{
    const char *currency = w->model->currency[0] == '\0' ? "money" : w->model->currency;
    static const char *const KINDS[] = {"1", "probability", "count", "utility"};
    char money[32] = "", time[32] = "";
    if (unit.money == 0 && unit.time == 0)
        return sq_finish_text(w, KINDS[unit.kind < 4 ? unit.kind : 0]);
    if (unit.money != 0)
        (void)snprintf(money, sizeof money, unit.money == 1 ? "%s" : "%s^%d", currency, unit.money);
    int power = unit.time < 0 ? -unit.time : unit.time;
    if (unit.time != 0)
        (void)snprintf(time, sizeof time, power == 1 ? "day" : "day^%d", power);
    if (unit.time < 0)
        return sq_finish_name(w, unit.money != 0 ? money : "1", "/", time);
    return sq_finish_name(w, money, unit.money != 0 && unit.time != 0 ? " " : "", time);
}

static void add_parameter_facts(sq_finish *w)
{
    const sq_model *m = w->model;
    static const char *const CLASSES[] = {"unsourced", "sourced",    "calibrated",
                                          "judgement", "structural", "filler"};
    size_t n = (size_t)m->n_parameters, size = sizeof *m->parameters;
    sq_finish_axis(w, "parameter", n);
    sq_finish_texts(w, "parameter", "parameter", "parameter", m->parameters, n, size,
                    offsetof(sq_parameter, name));
    sq_finish_texts(w, "parameter_source", "source of the parameter", "parameter", m->parameters, n,
                    size, offsetof(sq_parameter, source));
    const char **units = sq_finish_add(w, SQ_TEXT, "parameter_unit", "", "unit of the parameter",
                                       "parameter", NULL, NULL);
    for (size_t i = 0; units != NULL && i < n; i++)
        units[i] = unit_of(w, m->parameters[i].unit);
    int32_t *class = sq_finish_add(w, SQ_I32, "parameter_class", "1",
                                   "what is known of the parameter's origin", "parameter", NULL, NULL);
    sq_finish_flags(w, CLASSES, sizeof CLASSES / sizeof CLASSES[0]);
    for (size_t i = 0; class != NULL && i < n; i++)
        class[i] = (int32_t)m->parameters[i].class;
}

sq_status sq_outcome_add_parameters(const sq_model *model, int n_scenarios, int n_draws,
                                    const double *const *blocks, sq_variables *variables,
                                    sq_error *err)
{
    if (model->n_parameters == 0)
        return SQ_OK;
    sq_finish w = {.model = model,
                   .n_scenarios = n_scenarios,
                   .n_draws = n_draws,
                   .variables = variables};
    sq_finish_axis(&w, "scenario", (size_t)n_scenarios);
    sq_finish_axis(&w, "draw", (size_t)n_draws);
    add_parameter_facts(&w);
    double *value = sq_finish_add(&w, SQ_F64, "parameter_value", "1",
                                  "value of the parameter, reference strategy, in parameter_unit",
                                  "scenario", "draw", "parameter");
    size_t n = (size_t)model->n_parameters;
    for (size_t i = 0; value != NULL && i < n * (size_t)sq_finish_points(&w); i++) {
        int slot = model->parameters[i % n].slot;
        value[i] = slot < 0 ? NAN : blocks[i / n][slot]; /* a table has no one value */
    }
    return w.failed ? sq_fail(err, SQ_ERR_MEMORY, "out of memory for the parameters") : SQ_OK;
}
