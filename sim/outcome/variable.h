/* Named arrays with axes, units and a description: what a result is made of. A file is written from
 * them, a file is read back into them; neither side knows what the numbers mean. */
#ifndef SQ_OUTCOME_VARIABLE_H
#define SQ_OUTCOME_VARIABLE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SQ_VARIABLE_AXES = 6 };

typedef enum sq_variable_type { SQ_F64, SQ_I64, SQ_I32, SQ_TEXT } sq_variable_type;

/* An axis has a name and a length; the variable of the same name and one axis, if there is one, holds its
 * coordinates. */
typedef struct sq_axis {
    const char *name;
    size_t length;
} sq_axis;

typedef struct sq_variable {
    const char *name;      /* [A-Za-z_][A-Za-z0-9_]* */
    const char *group;     /* "" for the root, else "patients/A" */
    sq_variable_type type;
    int n_axes;
    int axis[SQ_VARIABLE_AXES]; /* into sq_variables.axes */
    const char *units;     /* "year", "1", "EUR", "" for text */
    const char *long_name;
    const void *data;      /* row-major: double, int64_t, int32_t or const char * */
    int n_flags;           /* categories as codes: flag_values 0 … n_flags-1 with these meanings */
    const char *const *flags;
} sq_variable;

typedef struct sq_variables {
    sq_axis *axes;
    size_t n_axes, axes_capacity;
    sq_variable *items;
    size_t count, capacity;
    sq_arena arena; /* owns names and data */
} sq_variables;

/* Zero-initialise before use; frees everything. */
void sq_variables_free(sq_variables *v);
/* The index of an axis, made if it is new; -1 when memory is out or the length differs from before. */
int sq_variables_axis(sq_variables *v, const char *name, size_t length);
/* Adds a variable of the root group with room for its data (zeroed, returned for filling); NULL when
 * memory is out or an axis is not known. axes are names of axes already made, NULL-terminated (NULL: a
 * single value). Strings are copied; the elements of a text variable are the caller's to fill, with texts
 * that live as long as the set (sq_arena_text on its arena). */
void *sq_variables_add(sq_variables *v, sq_variable_type type, const char *name, const char *units,
                       const char *long_name, const char *const *axes);
/* Of the variable added last: the group it belongs to ("patients/A"), and the meanings of its codes
 * 0 … n-1. Texts are copied; false when memory is out. */
bool sq_variables_set_group(sq_variables *v, const char *group);
bool sq_variables_set_flags(sq_variables *v, const char *const *meanings, size_t n);
/* The variable of that group ("" for the root) and name; NULL if there is none. */
const sq_variable *sq_variables_find(const sq_variables *v, const char *group, const char *name);
/* The number of its elements: the product of its axes' lengths, 1 without axes. */
size_t sq_variable_length(const sq_variables *v, const sq_variable *var);

#endif
