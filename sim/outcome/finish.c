/* From accumulators to named variables: the writer, and the order of the parts. Running out of memory
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

size_t sq_finish_cells(const sq_finish *w)
{
    size_t cells = sq_finish_points(w) * (size_t)w->model->n_strategies;
    return w->by_subgroup ? cells * (size_t)w->model->n_subgroups : cells;
}

sq_slice sq_finish_slice(const sq_finish *w, size_t cell)
{
    size_t subgroups = w->by_subgroup ? (size_t)w->model->n_subgroups : 1;
    size_t strategies = (size_t)w->model->n_strategies, row = cell / subgroups;
    return (sq_slice){w->grid[row / strategies], (int)(row % strategies),
                      w->by_subgroup ? (int)(cell % subgroups) : -1};
}

static void *add_over_cells(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                            const char *long_name, const char *axis, const char *second)
{
    const char *plain[] = {"scenario", "draw", "strategy", axis, second, NULL};
    const char *split[] = {"scenario", "draw", "strategy", "subgroup", axis, second, NULL};
    if (!w->by_subgroup)
        return added(w, sq_variables_add(w->variables, type, name, units, long_name, plain));
    return added(w, sq_variables_add(w->variables, type, sq_finish_name(w, name, "_by_subgroup", NULL),
                                     units, sq_finish_name(w, long_name, ", by subgroup", NULL), split));
}

double *sq_finish_real(sq_finish *w, const char *name, const char *units, const char *long_name,
                       const char *axis, const char *second)
{
    return add_over_cells(w, SQ_F64, name, units, long_name, axis, second);
}

int64_t *sq_finish_count(sq_finish *w, const char *name, const char *long_name, const char *axis,
                         const char *second)
{
    return add_over_cells(w, SQ_I64, name, "1", long_name, axis, second);
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

void sq_finish_names(sq_finish *w, const char *axis, const char *long_name, const void *items, int n,
                     size_t item_size, size_t offset)
{
    if (n == 0)
        return;
    sq_finish_axis(w, axis, (size_t)n);
    sq_finish_texts(w, axis, long_name, axis, items, (size_t)n, item_size, offset);
}

void sq_finish_estimate(sq_finish *w, sq_slice slice, int endpoint)
{
    sq_risk_set set = sq_tally_risk_set(slice, endpoint);
    sq_curve_estimate(&set, w->curve);
}

/* ---- all of it ------------------------------------------------------------------------------------- */

static int most_causes(const sq_model *m)
{
    int most = 0;
    for (int i = 0; i < m->n_endpoints; i++)
        most = m->endpoints[i].n_causes > most ? m->endpoints[i].n_causes : most;
    return most;
}

/* Goes through the parts that subgroups have too. */
static void finish_slices(sq_finish *w)
{
    void (*const parts[])(sq_finish *) = {sq_finish_endpoints, sq_finish_occurrences,
                                          sq_finish_quantities};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !w->failed; i++)
        parts[i](w);
}

sq_status sq_outcome_finish(const sq_model *model, int n_scenarios, int n_draws,
                            const sq_outcome *const *grid, sq_variables *variables, sq_error *err)
{
    sq_finish w = {.model = model,
                   .n_scenarios = n_scenarios,
                   .n_draws = n_draws,
                   .grid = grid,
                   .variables = variables,
                   .curve = sq_curve_new(model->n_grid, most_causes(model))};
    w.with_curves = sq_has_curves(model, (double)sq_finish_points(&w));
    w.failed = w.curve == NULL;
    for (size_t i = 0; i < sq_finish_points(&w); i++)
        w.failed = w.failed || grid[i]->failure != SQ_OK;
    if (!w.failed)
        sq_finish_coordinates(&w);
    finish_slices(&w);
    void (*const parts[])(sq_finish *) = {sq_finish_occupancy, sq_finish_transitions,
                                          sq_finish_first_times, sq_finish_targets};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !w.failed; i++)
        parts[i](&w);
    w.by_subgroup = true;
    if (model->n_subgroups > 0) {
        finish_slices(&w);
        sq_finish_occupancy(&w);
    }
    sq_curve_free(w.curve);
    return w.failed ? sq_fail(err, SQ_ERR_MEMORY, "out of memory for the results") : SQ_OK;
}
