/* Reading comma-separated files in one pass over the text: cells are copied out unquoted with the
 * place where each begins, so that whoever gives them a meaning can point at what is wrong. */
#include "lang/csv.h"

#include "base/text.h"
#include "base/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    sq_arena *arena;
    sq_diags *diags;
    const sq_source *source;
    const char *at, *end;
    int line, column;
    SQ_VEC(const char *) cells;
    SQ_VEC(sq_place) places;
    bool out_of_memory;
} reader;

static sq_place here(const reader *r) { return (sq_place){r->source, r->line, r->column}; }

static void step(reader *r)
{
    if (((unsigned char)*r->at & 0xC0) != 0x80) r->column++;
    if (*r->at == '\n') {
        r->line++;
        r->column = 1;
    }
    r->at++;
}

/* A return that no line feed follows ends no line: it is a character like any other. */
static bool at_line_end(const reader *r)
{
    bool returns = r->at + 1 < r->end && *r->at == '\r' && r->at[1] == '\n';
    return r->at == r->end || *r->at == '\n' || returns || (*r->at == '\r' && r->at + 1 == r->end);
}

static void skip_line(reader *r)
{
    while (r->at < r->end && *r->at != '\n') step(r);
    if (r->at < r->end) step(r);
}

/* Passes over empty lines; false at the end of the file. */
static bool next_line(reader *r)
{
    while (r->at < r->end && at_line_end(r)) skip_line(r);
    return r->at < r->end;
}

/* Passes over the comments and empty lines that a file may begin with. */
static bool first_line(reader *r)
{
    while (next_line(r) && *r->at == '#') skip_line(r);
    return r->at < r->end;
}

/* A quoted cell: from the opening quote to past the closing one; doubled quotes stand for one. */
static bool quoted_cell(reader *r, char *out, size_t *n)
{
    sq_place opened = here(r);
    for (step(r); r->at < r->end; step(r)) {
        bool doubled = *r->at == '"' && r->at + 1 < r->end && r->at[1] == '"';
        if (*r->at == '"' && !doubled) {
            step(r);
            return true;
        }
        if (doubled) step(r);
        out[(*n)++] = *r->at;
    }
    return sq_diag_error(r->diags, opened, "this quote is never closed");
}

static bool plain_cell(reader *r, char *out, size_t *n)
{
    while (!at_line_end(r) && *r->at != ',') {
        out[(*n)++] = *r->at;
        step(r);
    }
    while (*n > 0 && (out[*n - 1] == ' ' || out[*n - 1] == '\t')) (*n)--;
    return true;
}

/* The most bytes the cell that begins here can have. */
static size_t cell_bound(const reader *r)
{
    const char *p = r->at;
    if (p < r->end && *p == '"') return (size_t)(r->end - p);
    while (p < r->end && *p != ',' && *p != '\n') p++;
    return (size_t)(p - r->at);
}

static bool read_cell(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) step(r);
    sq_place place = here(r);
    size_t n = 0;
    char *text = malloc(cell_bound(r) + 1);
    if (!text) return r->out_of_memory = true, false;
    bool is_quoted = r->at < r->end && *r->at == '"';
    bool fine = is_quoted ? quoted_cell(r, text, &n) : plain_cell(r, text, &n);
    const char *kept = fine ? sq_arena_text(r->arena, text, n) : NULL;
    free(text);
    if (!fine) return false;
    if (!kept || !sq_vec_push(&r->cells, kept) || !sq_vec_push(&r->places, place))
        return r->out_of_memory = true, false;
    if (at_line_end(r) || *r->at == ',') return true;
    return sq_diag_error(r->diags, here(r),
                         "expected a comma or the end of the line after a quoted cell");
}

/* Reads one line's cells; how many, or -1. */
static int read_row(reader *r)
{
    size_t before = r->cells.count;
    while (read_cell(r)) {
        if (r->at < r->end && *r->at == ',') {
            step(r);
            continue;
        }
        skip_line(r);
        return (int)(r->cells.count - before);
    }
    return -1;
}

/* A digit or more and nothing else; of the first a sign too. */
static bool is_whole(const char *text, bool may_be_signed)
{
    const char *digits = text + (may_be_signed && (*text == '-' || *text == '+'));
    return *digits && digits[strspn(digits, "0123456789")] == '\0';
}

/* A row with too many cells, two whole numbers side by side among them, may have numbers such as 0,5. */
static bool has_decimal_comma(const reader *r, int n)
{
    for (size_t i = r->cells.count - (size_t)n; i + 1 < r->cells.count; i++)
        if (is_whole(r->cells.items[i], true) && is_whole(r->cells.items[i + 1], false)) return true;
    return false;
}

static bool wrong_count(reader *r, sq_place place, int n, int expected)
{
    return sq_diag_error(r->diags, place, "this row has %d cells, the header has %d%s", n, expected,
                         n > expected && has_decimal_comma(r, n)
                             ? "; if one is a number with a decimal comma: numbers have a decimal point, as in 0.5"
                             : "");
}

static bool read_rows(reader *r, sq_csv *csv)
{
    while (next_line(r)) {
        sq_place place = here(r);
        if (*r->at == '#')
            return sq_diag_error(r->diags, place,
                                 "comment lines stand before the header only; a first cell that "
                                 "begins with # is written in quotes");
        int n = read_row(r);
        if (n < 0) return false;
        if (n != csv->n_columns)
            return wrong_count(r, place, n, csv->n_columns);
        csv->n_rows++;
    }
    return true;
}

/* Spreadsheets of many countries write other separators and call the file comma-separated all the same. */
static bool check_separator(const reader *r)
{
    size_t commas = 0, semicolons = 0, tabs = 0;
    bool is_quoted = false;
    for (const char *p = r->at; p < r->end && *p != '\n'; p++) {
        if (*p == '"') is_quoted = !is_quoted;
        if (is_quoted) continue;
        commas += *p == ',';
        semicolons += *p == ';';
        tabs += *p == '\t';
    }
    if (semicolons <= commas && tabs <= commas) return true;
    return sq_diag_error(r->diags, here(r), "the header holds %s: columns are separated by commas%s",
                         semicolons > commas ? "';'" : "tabs",
                         semicolons > commas ? ", and numbers have a decimal point" : "");
}

static bool check_header(reader *r, const sq_csv *csv)
{
    for (int i = 0; i < csv->n_columns; i++)
        for (int k = 0; k < i && csv->n_columns < 10000; k++)
            if (strcmp(csv->column[i], csv->column[k]) == 0)
                return sq_diag_error(r->diags, r->places.items[i],
                                     "the column '%.80s' appears twice", csv->column[i]);
    return true;
}

static bool read_all(reader *r, sq_csv *csv)
{
    if (r->end - r->at >= 3 && memcmp(r->at, "\xEF\xBB\xBF", 3) == 0) r->at += 3;
    sq_place whole = {r->source, 0, 0};
    if (memchr(r->at, '\0', (size_t)(r->end - r->at)))
        return sq_diag_error(r->diags, whole, "a NUL byte; is this a text file?");
    if (!first_line(r)) return sq_diag_error(r->diags, whole, "the file has no header");
    csv->header = here(r);
    if (!check_separator(r)) return false;
    csv->n_columns = read_row(r);
    if (csv->n_columns < 0 || !read_rows(r, csv)) return false;
    const char **cells = sq_arena_array(r->arena, r->cells.count, sizeof *cells);
    sq_place *places = sq_arena_array(r->arena, r->cells.count, sizeof *places);
    if (!cells || !places) return false;
    memcpy(cells, r->cells.items, r->cells.count * sizeof *cells);
    memcpy(places, r->places.items, r->places.count * sizeof *places);
    csv->column = cells;
    csv->cell = cells + csv->n_columns;
    csv->place = places + csv->n_columns;
    return check_header(r, csv);
}

const sq_csv *sq_csv_read(sq_arena *arena, const sq_source *source, sq_diags *diags)
{
    reader r = {.arena = arena,
                .diags = diags,
                .source = source,
                .at = source->text,
                .end = source->text + source->size,
                .line = 1,
                .column = 1};
    sq_csv *csv = sq_arena_alloc(arena, sizeof *csv);
    bool fine = false;
    if (csv) {
        csv->source = source;
        fine = read_all(&r, csv);
    }
    free(r.cells.items);
    free(r.places.items);
    if (r.out_of_memory) diags->out_of_memory = true;
    return fine ? csv : NULL;
}

/* The first of some texts: "a, b, c, …". */
static const char *first_of(sq_diags *diags, const char *const *texts, size_t n, size_t most)
{
    const char *list = n ? "" : "nothing";
    for (size_t i = 0; i < n && i < most && list; i++)
        list = sq_arena_format(&diags->arena, "%s%s%.60s", list, i ? ", " : "", texts[i]);
    if (list && n > most) list = sq_arena_format(&diags->arena, "%s, …", list);
    return list ? list : "";
}

const char *sq_csv_held(const sq_csv *csv, int column, const char *label, sq_diags *diags)
{
    enum { MOST = 5 };
    const char *found[MOST + 1];
    size_t n = 0;
    for (size_t row = 0; row < csv->n_rows; row++) {
        const char *text = csv->cell[row * (size_t)csv->n_columns + (size_t)column];
        size_t k = 0;
        if (strcmp(text, label) == 0) return NULL;
        while (k < n && strcmp(found[k], text) != 0) k++;
        if (k == n && n <= MOST) found[n++] = text;
    }
    return sq_arena_format(&diags->arena, "; the column '%.80s' holds %s", csv->column[column],
                           first_of(diags, found, n, MOST));
}

int sq_csv_column(const sq_csv *csv, const char *name, sq_place named_at, sq_diags *diags)
{
    enum { MOST = 16 };
    size_t n = (size_t)csv->n_columns;
    for (int i = 0; i < csv->n_columns; i++)
        if (strcmp(csv->column[i], name) == 0) return i;
    sq_diag_error(diags, named_at, "%s has no column '%.80s'%s; its columns: %s", csv->source->path, name,
                  sq_diag_near(diags, name, csv->column, n), first_of(diags, csv->column, n, MOST));
    return -1;
}

bool sq_csv_number(const sq_csv *csv, size_t row, int column, double *value, sq_diags *diags)
{
    size_t i = row * (size_t)csv->n_columns + (size_t)column;
    const char *text = csv->cell[i];
    size_t n = strlen(text);
    if (n > 0 && sq_text_number(text, n, value) == n && isfinite(*value)) return true;
    size_t whole = strspn(text, "+-0123456789");
    bool comma = whole > 0 && text[whole] == ',' && is_whole(text + whole + 1, false);
    return sq_diag_error(diags, csv->place[i], "expected a number in column '%s', not '%.60s'%s",
                         csv->column[column], text, comma ? ": numbers have a decimal point" : "");
}
