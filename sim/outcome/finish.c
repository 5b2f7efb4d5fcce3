/* From accumulators to named variables: the writer, and the order of the parts. Running out of memory
 * is remembered in the writer and reported once at the end; until then a part that got no room for its
 * data leaves it out. */
#include "outcome/finish.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the writer ------------------------------------------------------------------------------------ */

static void *added(sq_finish *w, void *data)
{
    if (data == NULL)
        w->failed = true;
    return data;
}

static void *declare(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                     const char *long_name, const char *const *axes)
{
    return added(w, sq_variables_add(w->declared->variables, type, name, units, long_name, axes));
}

void *sq_finish_add(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                    const char *long_name, const char *axis, const char *second, const char *third)
{
    const char *axes[] = {axis, second, third, NULL};
    return declare(w, type, name, units, long_name, axes);
}

size_t sq_finish_cells(const sq_finish *w)
{
    size_t cells = w->outcome == NULL ? 0 : (size_t)w->model->n_strategies;
    return w->by_subgroup ? cells * (size_t)w->model->n_subgroups : cells;
}

sq_slice sq_finish_slice(const sq_finish *w, size_t cell)
{
    size_t subgroups = w->by_subgroup ? (size_t)w->model->n_subgroups : 1;
    return (sq_slice){w->outcome, (int)(cell / subgroups), w->by_subgroup ? (int)(cell % subgroups) : -1};
}

static size_t element_bytes(sq_variable_type type)
{
    return type == SQ_I32 ? sizeof(int32_t) : sizeof(int64_t);
}

void *sq_finish_slab(const sq_finish *w, const sq_slab *slab) { return slab->data + (size_t)w->point * slab->bytes; }

/* Declares a variable whose first axes are scenario and draw; or the point's slab of it. */
static void *slab_of(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                     const char *long_name, const char *const *axes)
{
    if (w->declared == NULL)
        return sq_finish_slab(w, w->slab++);
    sq_estimates *e = w->declared;
    char *data = declare(w, type, name, units, long_name, axes);
    if (data == NULL)
        return NULL;
    size_t points = (size_t)e->n_scenarios * (size_t)e->n_draws;
    size_t length = sq_variable_length(e->variables, &e->variables->items[e->variables->count - 1]);
    sq_slab slab = {data, length / points * element_bytes(type)};
    return sq_vec_push(&e->slabs, slab) ? data : added(w, NULL);
}

void *sq_finish_of_point(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                         const char *long_name, const char *axis, const char *second)
{
    const char *axes[] = {"scenario", "draw", axis, second, NULL};
    return slab_of(w, type, name, units, long_name, axes);
}

static void *add_over_cells(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                            const char *long_name, const char *axis, const char *second)
{
    const char *plain[] = {"scenario", "draw", "strategy", axis, second, NULL};
    const char *split[] = {"scenario", "draw", "strategy", "subgroup", axis, second, NULL};
    if (!w->by_subgroup)
        return slab_of(w, type, name, units, long_name, plain);
    return slab_of(w, type, sq_finish_name(w, name, "_by_subgroup", NULL), units,
                   sq_finish_name(w, long_name, ", by subgroup", NULL), split);
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
    if (w->declared != NULL && sq_variables_axis(w->declared->variables, name, length) < 0)
        w->failed = true;
}

void sq_finish_flags(sq_finish *w, const char *const *meanings, size_t n)
{
    if (w->declared != NULL && !w->failed && !sq_variables_set_flags(w->declared->variables, meanings, n))
        w->failed = true;
}

const char *sq_finish_text(sq_finish *w, const char *text)
{
    const char *source = text == NULL ? "" : text;
    const char *kept = sq_arena_text(&w->declared->variables->arena, source, strlen(source));
    if (kept == NULL)
        w->failed = true;
    return kept;
}

const char *sq_finish_name(sq_finish *w, const char *a, const char *b, const char *c)
{
    const char *name = sq_arena_format(&w->names, "%s%s%s", a ? a : "", b ? b : "", c ? c : "");
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

static void begin(sq_finish *w, const sq_estimates *e)
{
    w->model = e->model;
    w->with_curves = sq_has_curves(e->model, (double)e->n_scenarios * e->n_draws);
}

/* Goes through the parts of emulated cohorts; false if memory was out. */
static bool finish_emulated(sq_finish *w, const sq_estimates *e)
{
    begin(w, e);
    sq_finish_emulations(w);
    if (!w->failed)
        sq_finish_predictive(w);
    sq_arena_free(&w->names);
    return !w->failed;
}

/* Goes through all other parts; false if memory was out. */
static bool finish(sq_finish *w, const sq_estimates *e)
{
    const sq_model *m = e->model;
    begin(w, e);
    w->curve = sq_curve_new(m->n_grid, most_causes(m));
    w->failed = w->curve == NULL;
    if (!w->failed)
        sq_finish_coordinates(w);
    finish_slices(w);
    void (*const parts[])(sq_finish *) = {sq_finish_occupancy, sq_finish_transitions,
                                          sq_finish_first_times, sq_finish_targets};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !w->failed; i++)
        parts[i](w);
    w->by_subgroup = true;
    if (m->n_subgroups > 0 && !w->failed) {
        finish_slices(w);
        sq_finish_occupancy(w);
    }
    w->by_subgroup = false;
    if (!w->failed)
        sq_finish_parameters(w);
    sq_curve_free(w->curve);
    sq_arena_free(&w->names);
    return !w->failed;
}

sq_status sq_estimates_new(sq_estimates **out, const sq_model *model, int n_scenarios, int n_draws,
                           sq_variables *variables, sq_error *err)
{
    sq_estimates *e = *out = calloc(1, sizeof *e);
    if (e != NULL) {
        *e = (sq_estimates){.model = model, .n_scenarios = n_scenarios, .n_draws = n_draws, .variables = variables};
        sq_finish w = {.declared = e}, then = {.declared = e};
        bool declared = finish(&w, e);
        e->first_emulated = e->slabs.count;
        if (declared && finish_emulated(&then, e))
            return SQ_OK;
    }
    sq_estimates_free(e);
    *out = NULL;
    return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the results");
}

void sq_estimates_free(sq_estimates *e)
{
    if (e == NULL)
        return;
    free(e->slabs.items);
    free(e);
}

sq_status sq_estimates_take(const sq_estimates *e, int point, const sq_outcome *outcome, const double *block,
                            sq_error *err)
{
    sq_finish w = {.slab = e->slabs.items, .point = point, .outcome = outcome, .block = block};
    if (outcome->failure == SQ_OK && finish(&w, e))
        return SQ_OK;
    return sq_fail(err, SQ_ERR_MEMORY, "out of memory for the results");
}

sq_status sq_estimates_take_emulated(const sq_estimates *e, int point, const sq_emulated *emulated, sq_error *err)
{
    sq_finish w = {.slab = e->slabs.items + e->first_emulated,
                   .target_slab = e->slabs.items + e->target_slabs,
                   .point = point,
                   .emulated = emulated};
    return finish_emulated(&w, e) ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "out of memory for the results");
}
