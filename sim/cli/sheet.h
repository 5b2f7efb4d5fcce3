/* Tables for people and for programs: rows of estimates with their errors, printed as an aligned
 * table, as Markdown, as CSV or as JSON from the same cells. */
#ifndef SQ_CLI_SHEET_H
#define SQ_CLI_SHEET_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum sq_format {
    SQ_FORMAT_TABLE,
    SQ_FORMAT_CSV,
    SQ_FORMAT_JSON,
    SQ_FORMAT_MARKDOWN
} sq_format;

/* A text, or a number with its standard error (NaN: none). A number that is NaN shows `text`, if
 * any. */
typedef struct sq_entry {
    const char *text;
    double value, se;
    bool is_number;
} sq_entry;

typedef struct sq_heading {
    const char *key;   /* for programs: "survival_3_years" */
    const char *title; /* for people: "3 years" */
    double scale;      /* people see value * scale (100 for percent); 0 means 1 */
    int decimals;      /* at least that many for people */
    bool whole;        /* always rounded to whole numbers, below a half as "<1" */
    bool fixed;        /* no more decimals than that, whatever the error */
} sq_heading;

/* For whom a sheet is: all; tables and Markdown, or CSV and JSON; tables, or all others. */
typedef enum sq_readers { SQ_FOR_ALL, SQ_FOR_PEOPLE, SQ_FOR_PROGRAMS, SQ_FOR_TERMINAL, SQ_FOR_FILES } sq_readers;

typedef struct sq_sheet {
    const char *key, *title;
    const char *note;       /* sentences under the table, for people; NULL: none */
    const char *note_below; /* a paragraph more */
    sq_readers readers;
    bool wraps;             /* row titles are broken so that all columns stand in one table */
    const char *row_title;          /* heading of the first column */
    int n_columns, n_rows;
    const sq_heading *columns; /* [n_columns] */
    const char **row_key;      /* [n_rows] */
    const char **row_title_of; /* [n_rows] */
    sq_entry *entries;         /* [n_rows * n_columns] */
    int *decimals;             /* [n_columns] of each column, found when it is first printed; -1 before */
} sq_sheet;

/* An empty sheet with room in the arena; NULL when memory is out. Headings are kept, not copied.
 */
sq_sheet *sq_sheet_new(sq_arena *arena, const char *key, const char *title, const char *row_title,
                       int n_columns, const sq_heading *columns, int n_rows);
/* The entry of a row and column, to be filled. */
sq_entry *sq_sheet_at(const sq_sheet *sheet, int row, int column);
sq_entry sq_number(double value, double se);
sq_entry sq_words(const char *text);

enum { SQ_SHEETS = 48 }; /* more than any summary has */

typedef struct sq_report {
    const char *title;
    int n_settings;
    const char *settings[4]; /* what was run, under the title */
    int n_sheets;
    sq_sheet *sheets[SQ_SHEETS];
    int n_notes;
    const char *notes[8]; /* the honest footers */
} sq_report;

/* Prints a report. A table too wide for 100 columns continues in further tables with the next
 * columns. */
void sq_report_print(FILE *out, const sq_report *report, sq_format format);

#endif
