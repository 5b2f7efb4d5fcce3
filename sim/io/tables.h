/* Result files with tables too large for memory: one row per patient, one per event. The file is
 * made on disk from the start (as path.part), rows are added in order and go out in chunks; at
 * the end the variables and the provenance are written beside them and the file gets its name.
 *
 * A table is a group with one variable per column, all on one axis of the group's own that
 * grows. */
#ifndef SQ_IO_TABLES_H
#define SQ_IO_TABLES_H

#include "io/results.h"

typedef struct sq_table_column {
    const char *name;      /* [A-Za-z_][A-Za-z0-9_]*; the axis' own name makes it the coordinate */
    sq_variable_type type; /* not SQ_TEXT: categories are codes with flags */
    const char *units, *long_name;
    int n_flags;
    const char *const *flags; /* meanings of the codes 0 … n_flags-1 */
} sq_table_column;

/* A value of a row, by the type of its column. */
typedef union sq_cell {
    double f64;
    int64_t i64;
    int32_t i32;
} sq_cell;

typedef struct sq_tables sq_tables;

/* Begins a file. On failure *out is NULL. */
sq_status sq_tables_open(sq_tables **out, const char *path, sq_error *err);
/* Adds an empty table and gives its index. Columns are copied but for their texts, which must
 * live until this function returns. At most one column may be the coordinate of the axis.
 * SQ_ERR_INPUT where two columns have one name or a name is too long. */
sq_status sq_tables_add(sq_tables *t, const char *group, const char *axis, int n_columns,
                        const sq_table_column *columns, int *table, sq_error *err);
/* Adds one row of n_columns cells. */
sq_status sq_tables_row(sq_tables *t, int table, const sq_cell *row, sq_error *err);
/* Writes what is buffered, the variables and the provenance, closes, syncs and renames the file.
 * Frees t whatever happens; after a failure no file is left. */
sq_status sq_tables_finish(sq_tables *t, const sq_variables *variables, const char *title,
                           const sq_provenance *provenance, sq_error *err);
/* Gives the file up: removes it and frees t. NULL is allowed. */
void sq_tables_abandon(sq_tables *t);

#endif
