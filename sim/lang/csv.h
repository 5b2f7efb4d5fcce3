/* Comma-separated files: a header of column names and rows of cells. Quoted cells ("a, ""b"""),
 * empty lines, either line ending and a byte-order mark are understood, and so are lines that begin
 * with '#' before the header; after it they are an error, for they might be rows. */
#ifndef SQ_LANG_CSV_H
#define SQ_LANG_CSV_H

#include "lang/diag.h"

typedef struct sq_csv {
    const sq_source *source;
    int n_columns;
    const char **column; /* [n_columns] */
    size_t n_rows;
    const char **cell;     /* [n_rows * n_columns] */
    const sq_place *place; /* [n_rows * n_columns] where each cell begins */
    sq_place header;       /* the header's line */
} sq_csv;

/* Splits a source; rows with another number of cells than the header, a column named twice and an
 * open quote are reported. NULL after reporting or when memory is out. Owned by the arena. */
const sq_csv *sq_csv_read(sq_arena *arena, const sq_source *source, sq_diags *diags);
/* What a column holds in place of a label, for a message: "; the column 'sex' holds F, M", up to five texts, or
 * NULL where it holds the label (or memory is out). Owned by diags. */
const char *sq_csv_held(const sq_csv *csv, int column, const char *label, sq_diags *diags);
/* Index of a column; -1 after reporting, at named_at, with the nearest name and the names there are. */
int sq_csv_column(const sq_csv *csv, const char *name, sq_place named_at, sq_diags *diags);
/* A cell as a finite number; false after reporting. */
bool sq_csv_number(const sq_csv *csv, size_t row, int column, double *value, sq_diags *diags);

#endif
