/* Tables that stand in comma-separated files: life tables, and rates, survival or values by time given as
 * `csv: {file: …, time: COLUMN, rate: COLUMN, …}`. One reader serves them all: which column is the argument
 * and which the value, in what units, which rows belong to an entry. What is wrong with a cell is said at
 * the cell. */
#include "lang/build.h"
#include "math/kernel.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct table_file {
    const sq_csv *csv;
    int x, y;            /* columns */
    double x_unit;       /* of the argument, in internal units */
    double y_unit;       /* of the value; of time where it is a rate per time */
    bool is_rate;
    bool is_probability; /* of dying before the next age (qx), to be made a rate */
    int year;            /* column of the calendar year, -1 none */
    sq_where where;
    int by_column[SQ_KEYS];
} table_file;

/* ---- columns and units ------------------------------------------------------------------ */

static bool named_column(sq_build *b, const sq_csv *csv, const sq_node *map, const char *key,
                         int *column)
{
    const sq_node *node = sq_node_get(map, key);
    const char *name = node ? sq_scalar_text(b, node, key) : key;
    if (!name) return false;
    *column = sq_csv_column(csv, name, node ? node->place : map->place, b->diags);
    return *column >= 0;
}

bool sq_one_of_unit(sq_build *b, const sq_node *node, sq_type type, double *one)
{
    sq_writer w = {0};
    if (!sq_scalar_text(b, node, "a unit")) return false;
    bool is_number = isdigit((unsigned char)node->text[0]); /* 1/y is one; y is one with "1 " before */
    sq_write(&w, "%s%s", is_number ? "" : "1 ", node->text);
    sq_place place = node->place;
    if (!is_number) place.column -= 2;
    return sq_expr_constant_text(&b->compiler, sq_build_keep_written(b, &w), place, type, one);
}

/* One of the unit that a key names, in internal units; `otherwise` if the key is not there. */
static bool unit_in(sq_build *b, const sq_node *map, const char *key, sq_type type,
                    double otherwise, double *one)
{
    const sq_node *node = sq_node_get(map, key);
    *one = otherwise;
    return !node || sq_one_of_unit(b, node, type, one);
}

static bool add_wanted(sq_build *b, int column, const sq_node *node, sq_where *out)
{
    const char *text = sq_scalar_text(b, node, "where: a text");
    if (!text) return false;
    if (out->n == SQ_MOST_WHERE)
        return sq_diag_error(b->diags, node->place, "at most %d texts can be matched", (int)SQ_MOST_WHERE);
    out->column[out->n] = column;
    out->text[out->n++] = text;
    return true;
}

static bool add_column(sq_build *b, int column, const sq_node *texts, sq_where *out)
{
    if (texts->kind != SQ_NODE_LIST) return add_wanted(b, column, texts, out);
    if (texts->count == 0) return sq_diag_error(b->diags, texts->place, "where: no text is listed here, so no row is left");
    for (int i = 0; i < texts->count; i++)
        if (!add_wanted(b, column, texts->item[i], out)) return false;
    return true;
}

bool sq_read_where(sq_build *b, const sq_csv *csv, const sq_node *map, sq_where *out)
{
    const sq_node *where = sq_node_get(map, "where");
    *out = (sq_where){0};
    if (!where) return true;
    if (!sq_node_expect(where, SQ_NODE_MAP, "where: columns and texts", b->diags)) return false;
    for (int i = 0; i < where->count; i++) {
        int column = sq_csv_column(csv, where->key[i], where->key_place[i], b->diags);
        if (column < 0 || !add_column(b, column, where->item[i], out)) return false;
    }
    return true;
}

bool sq_where_holds(const sq_where *where, const sq_csv *csv, size_t row)
{
    const char **cell = csv->cell + row * (size_t)csv->n_columns;
    bool wanted = true;
    for (int i = 0; i < where->n; i++) {
        bool begins = i == 0 || where->column[i] != where->column[i - 1];
        if (begins && !wanted) return false;
        wanted = (!begins && wanted) || strcmp(cell[where->column[i]], where->text[i]) == 0;
    }
    return wanted;
}

const sq_csv *sq_open_csv(sq_build *b, const sq_node *file)
{
    const sq_source *source = sq_build_read_beside(b, file);
    return source ? sq_csv_read(&b->scratch, source, b->diags) : NULL;
}

/* ---- which column belongs to which category --------------------------------------------- */

/* A life table says COLUMN: CATEGORY; `csv:` maps, where a key says what a column is for, the other
 * way round. */
bool sq_read_by_columns(sq_build *b, const sq_node *law, sq_by_columns *by)
{
    *by = (sq_by_columns){0};
    const sq_node *own = law->kind == SQ_NODE_MAP ? sq_node_get(law, "by") : NULL;
    const sq_node *csv = law->kind == SQ_NODE_MAP ? sq_node_get(law, "csv") : NULL;
    bool of_life_table = own && own->kind == SQ_NODE_MAP;
    const sq_node *map = of_life_table                       ? own
                         : csv && csv->kind == SQ_NODE_MAP ? sq_node_get(csv, "by")
                                                           : NULL;
    if (!map) return true;
    if (!sq_node_expect(map, SQ_NODE_MAP, "by: categories and their columns", b->diags))
        return false;
    if (map->count > SQ_KEYS)
        return sq_diag_error(b->diags, map->place, "at most %d columns", (int)SQ_KEYS);
    for (int i = 0; i < map->count; i++) {
        const sq_node *key = sq_made_scalar(b, map->key[i], map->key_place[i]);
        if (!key || !sq_scalar_text(b, map->item[i], "by: a column and a category")) return false;
        by->axis[i] = of_life_table ? map->item[i] : key;
        by->column[i] = of_life_table ? key : map->item[i];
    }
    by->n = map->count;
    return true;
}

/* The column of each dimension of a table. */
static bool find_by_columns(sq_build *b, const sq_param *param, const sq_node *law, table_file *t)
{
    sq_by_columns by;
    if (!sq_read_by_columns(b, law, &by)) return false;
    for (int d = 0; d < param->n_dims; d++) {
        const sq_node *column = NULL;
        for (int i = 0; i < by.n; i++) {
            int axis;
            if (!sq_axis_category(b, by.axis[i], &axis)) return false;
            if (axis == param->dim[d]) column = by.column[i];
        }
        if (!column)
            return sq_diag_error(b->diags, law->place,
                                 "no column of the file is named for %s: `by: {%s: COLUMN}`",
                                 sq_category_of(b, param->dim[d])->name,
                                 sq_category_of(b, param->dim[d])->name);
        t->by_column[d] = sq_csv_column(t->csv, column->text, column->place, b->diags);
        if (t->by_column[d] < 0) return false;
    }
    return true;
}

/* ---- rows ------------------------------------------------------------------------------- */

static sq_place cell_place(const sq_csv *csv, size_t row, int column)
{
    return csv->place[row * (size_t)csv->n_columns + (size_t)column];
}

/* The first dimension whose column holds no label of it, or -1. */
static int strange_dimension(const sq_build *b, const sq_param *param, const table_file *t, size_t row)
{
    const char **cell = t->csv->cell + row * (size_t)t->csv->n_columns;
    for (int d = 0; d < param->n_dims; d++) {
        const sq_category *category = sq_category_of(b, param->dim[d]);
        int label = 0;
        while (label < category->n_labels && strcmp(cell[t->by_column[d]], category->labels[label]) != 0) label++;
        if (label == category->n_labels) return d;
    }
    return -1;
}

/* Rows with a label that is none may be meant to be left aside (both sexes together) or be misspelt: that is
 * said once for a file, at the first of them. Rows that `where:` leaves out are not counted. */
static void warn_of_strange_rows(sq_build *b, const sq_param *param, const table_file *t)
{
    size_t n = 0, first = 0;
    int dimension = -1;
    for (size_t row = 0; row < t->csv->n_rows && param->n_dims; row++) {
        int d = sq_where_holds(&t->where, t->csv, row) ? strange_dimension(b, param, t, row) : -1;
        if (d < 0) continue;
        if (n++ == 0) first = row, dimension = d;
    }
    if (n == 0) return;
    int column = t->by_column[dimension];
    sq_diag_warning(b->diags, cell_place(t->csv, first, column),
                    "%zu row%s left aside by '%.80s', the first because '%.60s' is no label of %s; `where: {%s: [...]}` "
                    "names the texts that are wanted",
                    n, n == 1 ? " is" : "s are", param->name,
                    t->csv->cell[first * (size_t)t->csv->n_columns + (size_t)column],
                    sq_category_of(b, param->dim[dimension])->name, t->csv->column[column]);
}

static bool row_matches(const sq_build *b, const sq_param *param, const table_file *t, size_t row,
                        int entry)
{
    const char **cell = t->csv->cell + row * (size_t)t->csv->n_columns;
    if (!sq_where_holds(&t->where, t->csv, row)) return false;
    int rest = entry, size = param->n_entries;
    for (int d = 0; d < param->n_dims; d++) {
        const sq_category *category = sq_category_of(b, param->dim[d]);
        size /= category->n_labels;
        if (strcmp(cell[t->by_column[d]], category->labels[rest / size]) != 0) return false;
        rest %= size;
    }
    return true;
}

static bool read_row(sq_build *b, const table_file *t, size_t row, sq_knots *knots)
{
    int i = knots->n++;
    knots->place[i] = cell_place(t->csv, row, t->x);
    knots->y_place[i] = cell_place(t->csv, row, t->y);
    if (!sq_csv_number(t->csv, row, t->x, &knots->x[i], b->diags) ||
        !sq_csv_number(t->csv, row, t->y, &knots->y[i], b->diags))
        return false;
    knots->x[i] *= t->x_unit;
    knots->y[i] = t->is_rate ? knots->y[i] / t->y_unit : knots->y[i] * t->y_unit;
    return sq_knots_increase(b, knots, i, "a table");
}

/* Rates from probabilities of dying before the next age: -log(1 - q) over the width. The last age of a closed
 * table has q = 1 and no width: the rate before it is held, as a rate is beyond the last age. A last q below 1 is
 * taken over the width before it (a single row: a year). */
static bool rates_of_probabilities(sq_build *b, sq_knots *knots)
{
    for (int i = 0; i < knots->n; i++) {
        double q = knots->y[i];
        bool is_last = i + 1 == knots->n;
        if (!(q >= 0 && q <= 1) || (q == 1 && !(is_last && i > 0)))
            return sq_diag_error(b->diags, knots->y_place[i],
                                 q == 1 ? "a probability of dying of 1 can stand at the last age only"
                                        : "%g is not a probability of dying", q);
        double width = !is_last ? knots->x[i + 1] - knots->x[i]
                       : i > 0  ? knots->x[i] - knots->x[i - 1]
                                : SQ_DAYS_PER_YEAR;
        knots->y[i] = q == 1 ? knots->y[i - 1] : -sq_log1p(-q) / width;
    }
    return true;
}

/* What the columns hold in place of the first text that is asked for and in no row; "" if all are somewhere. */
static const char *held_instead(sq_build *b, const sq_param *param, const table_file *t, int entry)
{
    const char *held = NULL;
    int size = param->n_entries;
    for (int i = 0; i < t->where.n && !held; i++)
        held = sq_csv_held(t->csv, t->where.column[i], t->where.text[i], b->diags);
    for (int d = 0; d < param->n_dims && !held; d++) {
        const sq_category *category = sq_category_of(b, param->dim[d]);
        size /= category->n_labels;
        held = sq_csv_held(t->csv, t->by_column[d], category->labels[entry / size % category->n_labels], b->diags);
    }
    return held ? held : "";
}

/* The rows of an entry; of a calendar year alone where `year_of` gives each row its year. */
static bool read_entry_in(sq_build *b, const sq_param *param, const table_file *t, int entry,
                          const double *year_of, double year, sq_knots *knots)
{
    size_t n = 0, n_rows = t->csv->n_rows;
    int *rows = sq_build_scratch(b, n_rows, sizeof *rows);
    if (!rows) return false;
    for (size_t row = 0; row < n_rows; row++) {
        if (year_of && year_of[row] != year) continue;
        if (param->n_dims + t->where.n && !row_matches(b, param, t, row, entry)) continue;
        rows[n++] = (int)row;
    }
    if (!sq_new_knots(b, knots, (int)n)) return false;
    knots->y_node = NULL;
    knots->n = 0;
    for (size_t i = 0; i < n; i++)
        if (!read_row(b, t, (size_t)rows[i], knots)) return false;
    if (n > 0) return !t->is_probability || rates_of_probabilities(b, knots);
    const char *what = param->family == SQ_LIFE_TABLE ? "life table" : "file";
    const char *name = sq_entry_name(b, param, "", entry), *held = held_instead(b, param, t, entry);
    if (year_of)
        return sq_diag_error(b->diags, t->csv->header, "no row of the %s is left for %s in %g%s", what, name,
                             year, held);
    return sq_diag_error(b->diags, t->csv->header, "no row of the %s is left for %s%s", what, name, held);
}

static bool read_entry(sq_build *b, const sq_param *param, const table_file *t, int entry,
                       sq_knots *knots)
{
    return read_entry_in(b, param, t, entry, NULL, 0, knots);
}

/* ---- life tables by calendar year ------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The year of each row that `where:` leaves, and the different ones of them in order. */
static double *read_years(sq_build *b, sq_param *param, const table_file *t)
{
    size_t n_rows = t->csv->n_rows, n = 0;
    double *year_of = sq_build_scratch(b, n_rows + 1, sizeof *year_of);
    double *years = sq_build_scratch(b, n_rows + 1, sizeof *years);
    if (!year_of || !years) return NULL;
    for (size_t row = 0; row < n_rows; row++) {
        year_of[row] = NAN;
        if (!sq_where_holds(&t->where, t->csv, row)) continue;
        if (!sq_csv_number(t->csv, row, t->year, &year_of[row], b->diags)) return NULL;
        years[n++] = year_of[row];
    }
    qsort(years, n, sizeof *years, by_value);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || years[i] != years[i - 1]) years[param->n_years++] = years[i];
    param->years = years;
    return year_of;
}

/* One file for all entries: as many tables as it has years, for each entry. */
static bool read_calendar(sq_build *b, sq_param *param, const table_file *t)
{
    double *year_of = read_years(b, param, t);
    if (!year_of) return false;
    if (param->n_years == 0)
        return sq_diag_error(b->diags, t->csv->header, "no row of the life table is left%s",
                             held_instead(b, param, t, 0));
    int n = param->n_entries * param->n_years;
    param->knots = sq_build_scratch(b, (size_t)n, sizeof *param->knots);
    for (int i = 0; param->knots && i < n; i++)
        if (!read_entry_in(b, param, t, i / param->n_years, year_of, param->years[i % param->n_years],
                           &param->knots[i]))
            return false;
    return param->knots != NULL;
}

/* ---- life tables ------------------------------------------------------------------------ */

/* The column of rates, or of probabilities of dying before the next age. */
static bool read_mortality(sq_build *b, const sq_node *map, table_file *t)
{
    const sq_node *q = sq_node_get(map, "probability"), *rate = sq_node_get(map, "rate");
    const sq_node *per = sq_node_get(map, "rate per");
    t->is_rate = !q;
    t->is_probability = q != NULL;
    t->y_unit = 1;
    if (q && (rate || per))
        return sq_diag_error(b->diags, rate ? rate->place : per->place,
                             "either `rate:` (mx) or `probability:` (qx), not both");
    if (q) return named_column(b, t->csv, map, "probability", &t->y);
    if (!named_column(b, t->csv, map, "rate", &t->y)) return false;
    const char *name = t->csv->column[t->y];
    if (strcmp(name, "q") == 0 || strcmp(name, "qx") == 0 || strstr(name, "prob"))
        sq_warn_once(b, rate ? rate->place : map->place,
                     "is this a column of probabilities of dying within a year (qx)? Then say "
                     "`probability:` in place of `rate:`");
    return unit_in(b, map, "rate per", sq_type_time(), SQ_DAYS_PER_YEAR, &t->y_unit);
}

static bool open_life_table(sq_build *b, const sq_param *param, const sq_node *map, table_file *t)
{
    const sq_node *file = sq_node_get(map, "csv");
    *t = (table_file){.year = -1};
    if (!file)
        return sq_diag_error(b->diags, map->place,
                             "a life table needs `csv:`, the name of its file");
    t->csv = sq_open_csv(b, file);
    return t->csv && find_by_columns(b, param, map, t) &&
           named_column(b, t->csv, map, "age", &t->x) &&
           read_mortality(b, map, t) &&
           (!sq_node_get(map, "year") || named_column(b, t->csv, map, "year", &t->year)) &&
           unit_in(b, map, "age in", sq_type_time(), SQ_DAYS_PER_YEAR, &t->x_unit) &&
           sq_read_where(b, t->csv, map, &t->where);
}

bool sq_life_table_rows(sq_build *b, sq_param *param)
{
    static const char *const known[] = {
        "csv",    "age",   "rate", "probability", "year", "by",  "where", "age in",  "rate per",  "interpolate",
        "source", "class", "note", "law", "unit",  "default", "describes", "cured",
        "truncate", "shift", "beyond", NULL};
    static const char *const beyond[] = {"hold", "error", NULL};
    const sq_node *by = sq_node_get(param->node, "by");
    bool is_one_file = param->n_dims == 0 || (by && by->kind == SQ_NODE_MAP);
    table_file t = {0};
    for (int e = 0; e < param->n_entries; e++) {
        const sq_node *map = is_one_file ? param->node : param->leaf[e];
        if (!sq_node_expect(map, SQ_NODE_MAP, "a life table", b->diags)) return false;
        sq_param one = *param;
        if (!is_one_file) one.n_dims = 0;
        if (e == 0 || !is_one_file) {
            sq_node_known_keys(map, "a life table", known, b->diags);
            sq_choice(b, sq_node_get(map, "beyond"), "way to meet the end of the table", beyond, 0);
            if (!open_life_table(b, &one, map, &t)) return false;
            warn_of_strange_rows(b, &one, &t);
        }
        if (t.year >= 0 && !is_one_file)
            return sq_diag_error(b->diags, map->place,
                                 "a life table by calendar year is one file for all entries: `by:` names "
                                 "its columns");
        if (t.year >= 0) return read_calendar(b, param, &t);
        if (!read_entry(b, &one, &t, e, &param->knots[e])) return false;
    }
    return true;
}

/* ---- tables by time --------------------------------------------------------------------- */

/* The unit of the values: a rate is per `rate per:`, a value in `value in:`. */
static bool value_unit(sq_build *b, const sq_node *csv, const char *value, sq_unit unit,
                       table_file *t)
{
    t->is_rate = strcmp(value, "rate") == 0;
    t->y_unit = 1;
    if (t->is_rate)
        return unit_in(b, csv, "rate per", sq_type_time(), SQ_DAYS_PER_YEAR, &t->y_unit);
    bool has_dimension = unit.time != 0 || unit.money != 0;
    if (strcmp(value, "value") == 0 && has_dimension && !sq_node_get(csv, "value in"))
        return sq_diag_error(b->diags, csv->place,
                             "`value in:` must say in what unit the column of values is");
    return unit_in(b, csv, "value in", (sq_type){SQ_TYPE_NUMBER, unit, 0}, 1, &t->y_unit);
}

static bool known_csv_keys(sq_build *b, const sq_node *csv, const char *x, const char *value)
{
    const char *known[] = {"file", "by", "where", x, value,
                           strcmp(x, "time") == 0 ? "time in" : x,
                           strcmp(value, "rate") == 0    ? "rate per"
                           : strcmp(value, "value") == 0 ? "value in"
                                                         : value,
                           NULL};
    return sq_node_known_keys(csv, "csv", known, b->diags);
}

/* Survival in a file must not rise; said at the cell. */
static bool falls(sq_build *b, const sq_knots *knots)
{
    for (int i = 1; i < knots->n; i++)
        if (knots->y[i] > knots->y[i - 1])
            return sq_diag_error(b->diags, knots->y_place[i],
                                 "survival rises here, from %g to %g", knots->y[i - 1],
                                 knots->y[i]);
    return true;
}

bool sq_csv_knots(sq_build *b, const sq_param *param, const sq_node *law, const char *value,
                  sq_unit argument, sq_unit unit, int first, int n_entries, sq_knots *knots)
{
    const sq_node *csv = sq_node_get(law, "csv"), *file;
    sq_unit time = sq_type_time().unit;
    const char *x = sq_unit_equal(argument, time) ? "time" : "argument";
    table_file t = {0};
    if (!sq_node_expect(csv, SQ_NODE_MAP, "csv: the file and its columns", b->diags)) return false;
    known_csv_keys(b, csv, x, value);
    if (!(file = sq_node_get(csv, "file")))
        return sq_diag_error(b->diags, csv->place, "csv: needs `file:`, the name of the file");
    t.csv = sq_open_csv(b, file);
    double otherwise = strcmp(x, "time") == 0 ? SQ_DAYS_PER_YEAR : 1;
    bool fine = t.csv && find_by_columns(b, param, law, &t) &&
                named_column(b, t.csv, csv, x, &t.x) &&
                named_column(b, t.csv, csv, value, &t.y) &&
                unit_in(b, csv, "time in", sq_type_time(), otherwise, &t.x_unit) &&
                value_unit(b, csv, value, unit, &t) && sq_read_where(b, t.csv, csv, &t.where);
    if (fine) warn_of_strange_rows(b, param, &t);
    for (int e = 0; e < n_entries && fine; e++) {
        fine = read_entry(b, param, &t, first + e, &knots[e]);
        if (fine && strcmp(value, "survival") == 0) fine = falls(b, &knots[e]);
    }
    return fine;
}
