/* One law for many patients: the family and what it wears are common to all, its numbers stand in columns.
 * This is how a batch of clocks is handed to the vector forms of law.h's operations (simd_law.h).
 *
 * Columns are padded to a multiple of SQ_PAD values and aligned to 64 bytes, so that loops run over whole
 * vectors. What stands in the padding is computed with and thrown away; only addresses of table rows must be
 * good ones there. */
#ifndef SQ_MATH_LAW_COLUMNS_H
#define SQ_MATH_LAW_COLUMNS_H

#include "math/law.h"

enum { SQ_PAD = 8 };

/* The value of lane i is p[i * step]: step 1, or 0 where all are the same (p then points to SQ_PAD equal ones). */
typedef struct sq_column {
    const double *p;
    int step;
} sq_column;

/* Addresses of table rows: of a row's x; y = x + n, what is prepared = x + 2 n. */
typedef struct sq_row_column {
    const double *const *p;
    int step;
} sq_row_column;

/* As sq_profile; a table's y = x + n. Columns that the kind has no use for are not looked at. */
typedef struct sq_profile_columns {
    sq_profile_kind kind;
    bool logarithmic;
    int n;
    sq_column offset, from, to, start, length;
    sq_row_column table;
} sq_profile_columns;

/* As sq_law; what is not a column is the same for all. Looked at are only: the family's arguments (of a life
 * table by calendar year arg[0]), low and high where truncated, the table where the family has one. */
typedef struct sq_law_columns {
    sq_family family;
    bool cure_on_population, truncated;
    sq_column arg[SQ_LAW_ARGS], hazard_ratio, time_ratio, cured, low, high, shift;
    sq_row_column table;
    int n; /* of the table */
    sq_interpolation interpolation;
    sq_tail tail;
    sq_spline_scale scale;
    int n_years, stride;
    const double *years;
    sq_profile_columns profile;
} sq_law_columns;

#endif
