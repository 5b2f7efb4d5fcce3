/* Assignments lie by slot, for a prologue asks of every step whether it is set: a draw of a probabilistic analysis may
 * set them all. */
#include "model/settings.h"

#include "base/text.h"
#include "base/vec.h"
#include "model/block.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding --------------------------------------------------------------------------------------------- */

/* Whether names are the same but for blanks. */
static bool same_name(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (isspace((unsigned char)*a)) a++;
        while (isspace((unsigned char)*b)) b++;
        if (*a != *b) return false;
        if (!*a) return true;
    }
}

/* The first step that gives a slot its value other than by a strategy's own `set:`, and whether there is any at all. */
static const sq_step *step_of(const sq_model *m, int slot, bool *any)
{
    *any = false;
    for (int s = 0; s < m->n_strategies; s++) {
        const sq_step *steps = &m->steps[m->strategies[s].first_step];
        for (int i = 0; i < m->strategies[s].n_steps; i++) {
            if (steps[i].kind != SQ_STEP_VALUE || steps[i].slot != slot) continue;
            *any = true;
            if (!steps[i].is_of_strategy) return &steps[i];
        }
    }
    return NULL;
}

/* A number that begins with the name of a definition; NULL if none. */
static const char *example_of(const sq_model *m, const char *definition)
{
    size_t n = strlen(definition);
    for (int i = 0; i < m->n_parameters; i++) {
        const char *name = m->parameters[i].name;
        bool is_part = strncmp(name, definition, n) == 0 && name[n] && strchr(".[(", name[n]);
        if (is_part && m->parameters[i].slot >= 0) return name;
    }
    return NULL;
}

static sq_status unknown(const sq_model *m, const char *name, sq_error *err)
{
    const char *example = example_of(m, name), *near = NULL;
    if (example)
        return sq_fail(err, SQ_ERR_INPUT, "'%.80s' has several numbers: set one of them (as in %s)", name, example);
    const char **names = calloc((size_t)m->n_parameters + 1, sizeof *names);
    for (int i = 0; names && i < m->n_parameters; i++) names[i] = m->parameters[i].name;
    if (names) near = sq_nearest_name(name, names, (size_t)m->n_parameters);
    free(names);
    return sq_fail(err, SQ_ERR_INPUT, "there is no parameter '%.80s' to set%s%s%s", name,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

sq_status sq_settings_find(const sq_model *m, const char *name, int *parameter, sq_error *err)
{
    int i = 0;
    bool any;
    while (i < m->n_parameters && !same_name(m->parameters[i].name, name)) i++;
    if (i == m->n_parameters) return unknown(m, name, err);
    const sq_parameter *p = &m->parameters[*parameter = i];
    if (p->slot < 0)
        return sq_fail(err, SQ_ERR_INPUT, "'%s' is a table: it can only be replaced as a whole, by `override:`", p->name);
    if (step_of(m, p->slot, &any)) return SQ_OK;
    return sq_fail(err, SQ_ERR_INPUT,
                   any ? "'%s' is set by every strategy: nothing else could set it"
                       : "'%s' is solved from published statements: it cannot be set",
                   p->name);
}

/* ---- setting --------------------------------------------------------------------------------------------- */

/* Where a slot is, or would have to be put. */
static size_t place_of(const sq_settings *s, int slot)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->items[middle].slot < slot) low = middle + 1;
        else high = middle;
    }
    return low;
}

const sq_assignment *sq_settings_of(const sq_settings *s, int slot)
{
    if (!s) return NULL;
    size_t i = place_of(s, slot);
    return i < s->count && s->items[i].slot == slot ? &s->items[i] : NULL;
}

sq_status sq_settings_set(sq_settings *s, const sq_model *m, int parameter, double value, sq_error *err)
{
    bool any;
    const sq_parameter *p = &m->parameters[parameter];
    const sq_step *step = step_of(m, p->slot, &any);
    size_t i = place_of(s, p->slot);
    if (!step) return sq_settings_find(m, p->name, &parameter, err);
    sq_status status = sq_step_judge(step, value, NULL, err);
    if (status) return status;
    if (i == s->count || s->items[i].slot != p->slot) {
        if (!sq_vec_reserve(s)) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the settings");
        memmove(s->items + i + 1, s->items + i, (s->count - i) * sizeof *s->items);
        s->count++;
    }
    s->items[i] = (sq_assignment){p->slot, value};
    return SQ_OK;
}

sq_status sq_settings_copy(sq_settings *to, const sq_settings *from, sq_error *err)
{
    to->count = 0;
    for (size_t i = 0; i < from->count; i++)
        if (!sq_vec_push(to, from->items[i])) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the settings");
    return SQ_OK;
}

void sq_settings_free(sq_settings *s)
{
    free(s->items);
    *s = (sq_settings){0};
}
