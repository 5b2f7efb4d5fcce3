/* Named arrays. Everything a variable points to lives in the arena of its set, so that a result is freed
 * by one call and no caller needs to keep its texts alive. Looking up is linear: a result has some
 * hundred variables and is searched by people and tests, not in a loop over patients. */
#include "outcome/variable.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

void sq_variables_free(sq_variables *v)
{
    free(v->axes);
    free(v->items);
    sq_arena_free(&v->arena);
    *v = (sq_variables){0};
}

static const char *copy(sq_variables *v, const char *text)
{
    return sq_arena_text(&v->arena, text, strlen(text));
}

/* The index of the axis of that name, -1 if there is none. */
static int find_axis(const sq_variables *v, const char *name)
{
    for (size_t i = 0; i < v->n_axes; i++) {
        if (strcmp(v->axes[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

int sq_variables_axis(sq_variables *v, const char *name, size_t length)
{
    int known = find_axis(v, name);
    if (known >= 0)
        return v->axes[known].length == length ? known : -1;
    if (!sq_vec_grow((void **)&v->axes, v->n_axes, &v->axes_capacity, sizeof *v->axes))
        return -1;
    const char *kept = copy(v, name);
    if (kept == NULL)
        return -1;
    v->axes[v->n_axes] = (sq_axis){.name = kept, .length = length};
    return (int)v->n_axes++;
}

static size_t element_size(sq_variable_type type)
{
    switch (type) {
    case SQ_F64: return sizeof(double);
    case SQ_I64: return sizeof(int64_t);
    case SQ_I32: return sizeof(int32_t);
    case SQ_TEXT: return sizeof(const char *);
    }
    return sizeof(double);
}

/* Fills the axes of var from their names and gives the number of elements; false if a name is not an
 * axis, there are too many, or the product overflows. */
static bool take_axes(const sq_variables *v, sq_variable *var, const char *const *axes,
                      size_t *length)
{
    *length = 1;
    for (int i = 0; axes != NULL && axes[i] != NULL; i++) {
        int axis = find_axis(v, axes[i]);
        if (axis < 0 || i == SQ_VARIABLE_AXES)
            return false;
        size_t n = v->axes[axis].length;
        if (n != 0 && *length > SIZE_MAX / n)
            return false;
        *length *= n;
        var->axis[var->n_axes++] = axis;
    }
    return true;
}

void *sq_variables_add(sq_variables *v, sq_variable_type type, const char *name, const char *units,
                       const char *long_name, const char *const *axes)
{
    sq_variable var = {.type = type, .group = ""};
    size_t length;
    if (!take_axes(v, &var, axes, &length) || !sq_vec_reserve(v))
        return NULL;
    void *data = sq_arena_array(&v->arena, length, element_size(type));
    var.name = copy(v, name);
    var.units = copy(v, units);
    var.long_name = copy(v, long_name);
    var.data = data;
    if (data == NULL || var.name == NULL || var.units == NULL || var.long_name == NULL)
        return NULL;
    v->items[v->count++] = var;
    return data;
}

bool sq_variables_set_group(sq_variables *v, const char *group)
{
    const char *kept = v->count == 0 ? NULL : copy(v, group);
    if (kept == NULL)
        return false;
    v->items[v->count - 1].group = kept;
    return true;
}

bool sq_variables_set_flags(sq_variables *v, const char *const *meanings, size_t n)
{
    const char **kept = v->count == 0 ? NULL : sq_arena_array(&v->arena, n, sizeof *kept);
    if (kept == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        kept[i] = copy(v, meanings[i]);
        if (kept[i] == NULL)
            return false;
    }
    v->items[v->count - 1].n_flags = (int)n;
    v->items[v->count - 1].flags = kept;
    return true;
}

const sq_variable *sq_variables_find(const sq_variables *v, const char *group, const char *name)
{
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->items[i].name, name) == 0 && strcmp(v->items[i].group, group) == 0)
            return &v->items[i];
    }
    return NULL;
}

size_t sq_variable_length(const sq_variables *v, const sq_variable *var)
{
    size_t length = 1;
    for (int i = 0; i < var->n_axes; i++)
        length *= v->axes[var->axis[i]].length;
    return length;
}
