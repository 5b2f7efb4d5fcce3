/* Tables: functions given by knots, and laws given by rates, by survival or by a life table. Knots
 * are constants; values may be expressions of parameters. Rows of one table have equally many
 * knots: shorter ones are continued with their last value, which changes nothing where the last
 * value is held. */
#include "lang/build.h"

#include <math.h>
#include <string.h>

/* ---- knots written in the file ---------------------------------------------------------- */

bool sq_new_knots(sq_build *b, sq_knots *knots, int n)
{
    size_t size = (size_t)n;
    *knots = (sq_knots){.n = n};
    knots->x = sq_build_scratch(b, size, sizeof *knots->x);
    knots->y = sq_build_scratch(b, size, sizeof *knots->y);
    knots->y_node = sq_build_scratch(b, size, sizeof *knots->y_node);
    knots->place = sq_build_scratch(b, size, sizeof *knots->place);
    knots->y_place = sq_build_scratch(b, size, sizeof *knots->y_place);
    return knots->x && knots->y && knots->y_node && knots->place && knots->y_place;
}

bool sq_knots_increase(sq_build *b, const sq_knots *knots, int i, const char *what)
{
    if (i == 0 || knots->x[i] > knots->x[i - 1]) return true;
    return sq_diag_error(b->diags, knots->place[i], "the knots of %s must increase", what);
}

static bool read_knots(sq_build *b, const sq_node *map, const char *what, sq_unit argument,
                       sq_knots *knots)
{
    if (!sq_node_expect(map, SQ_NODE_MAP, what, b->diags)) return false;
    if (map->count == 0)
        return sq_diag_error(b->diags, map->place, "a table needs at least one knot");
    if (!sq_new_knots(b, knots, map->count)) return false;
    sq_type type = {SQ_TYPE_NUMBER, argument, 0};
    bool fine = true;
    for (int i = 0; i < map->count && fine; i++) {
        knots->place[i] = map->key_place[i];
        knots->y_node[i] = map->item[i];
        knots->y_place[i] = map->item[i]->place;
        fine = sq_expr_constant_text(&b->compiler, map->key[i], map->key_place[i], type,
                                     &knots->x[i]) &&
               sq_knots_increase(b, knots, i, "a table");
    }
    return fine;
}

/* ---- function tables -------------------------------------------------------------------- */

static sq_interpolation read_interpolation(sq_build *b, const sq_node *map, sq_interpolation other)
{
    const char *const words[] = {"constant", other == SQ_LINEAR ? "linear" : "loglinear", NULL};
    return sq_choice(b, sq_node_get(map, "interpolate"), "interpolation", words, 0) == 1
               ? other
               : SQ_CONSTANT;
}

int sq_add_table(sq_build *b, sq_param *param, sq_table table)
{
    table.name = param->name;
    table.stride = table.is_function ? 2 * table.size : sq_law_table_room(table.family, table.size);
    if (table.rows > 0 && table.stride > 2000000 / table.rows) {
        sq_diag_error(b->diags, param->place, "this table is too large");
        return -1;
    }
    table.offset = sq_take_slots(b, table.rows * table.stride);
    if (!sq_vec_push(&b->tables, table)) return sq_build_no_memory(b) - 1;
    return (int)b->tables.count - 1;
}

/* `piecewise:` holds knots and values, or `csv:`, the file they stand in. */
static bool read_function(sq_build *b, sq_param *param)
{
    const sq_node *map = sq_node_get(param->node, "piecewise");
    if (map->kind == SQ_NODE_MAP && sq_node_get(map, "csv"))
        return sq_csv_knots(b, param, map, "value", param->argument, param->unit, 0, 1,
                            param->knots);
    return read_knots(b, map, "piecewise: knots and values", param->argument, param->knots);
}

bool sq_declare_function(sq_build *b, sq_param *param, int index)
{
    static const char *const known[] = {"piecewise", "interpolate", "unit", "of", "source",
                                        "class",     "note",        "by",   NULL};
    if (!param->hidden) sq_node_known_keys(param->node, "a function table", known, b->diags);
    if (param->n_dims)
        return sq_diag_error(b->diags, param->place,
                             "a function table cannot be given by category");
    const sq_node *of = sq_node_get(param->node, "of");
    param->argument = sq_type_time().unit;
    if (of &&
        (!sq_scalar_text(b, of, "of: a unit") || !sq_unit_from_word(of->text, &param->argument)))
        return sq_diag_error(b->diags, of->place, "unknown unit '%.60s'", of->text ? of->text : "");
    param->knots = sq_build_scratch(b, 1, sizeof *param->knots);
    if (!param->knots) return false;
    if (!read_function(b, param)) return false;
    sq_table table = {.rows = 1,
                      .size = param->knots->n,
                      .is_function = true,
                      .interpolation = read_interpolation(b, param->node, SQ_LINEAR)};
    param->table = sq_add_table(b, param, table);
    if (param->hidden) return param->table >= 0;
    sq_symbol symbol = {.kind = SQ_SYMBOL_TABLE, .index = param->table};
    symbol.type = (sq_type){SQ_TYPE_NUMBER, param->unit, 0};
    symbol.argument = (sq_type){SQ_TYPE_NUMBER, param->argument, 0};
    symbol.constant = table.interpolation == SQ_CONSTANT;
    return param->table >= 0 &&
           sq_add_symbol(b, param->name, "function table", param->place, symbol, index) >= 0;
}

static bool unit_of_values(sq_build *b, sq_param *param)
{
    bool fine = true;
    for (int i = 0; i < param->knots->n && fine; i++) {
        sq_type type;
        sq_program unused;
        const sq_node *node = param->knots->y_node[i];
        fine = sq_expr_compile_any(&b->compiler, node, SQ_ALLOW_PARAMETERS, &type, &unused, NULL) &&
               sq_unify_unit(b, param, type, node->place);
    }
    return fine;
}

static const char *knot_name(sq_build *b, const sq_param *param, int i)
{
    sq_writer w = {0};
    sq_write(&w, "%s(%s)", param->name, sq_node_get(param->node, "piecewise")->key[i]);
    return sq_build_keep_written(b, &w);
}

bool sq_add_table_step(sq_build *b, sq_param *param)
{
    sq_step step = {.kind = SQ_STEP_TABLE,
                    .index = param->table,
                    .name = param->name,
                    .where = sq_build_where(b, param->place)};
    return sq_add_step(b, param, step);
}

bool sq_compile_function(sq_build *b, sq_param *param)
{
    sq_about about;
    const sq_knots *knots = param->knots;
    int offset = b->tables.items[param->table].offset;
    bool fine = sq_read_about(b, param->node, NULL, &about) &&
                sq_check_about(b, param, param->name, param->place, &about);
    if (!param->has_unit && knots->y_node) fine = unit_of_values(b, param) && fine;
    if (!param->hidden) b->symbols.items[param->first_symbol].symbol.type.unit = param->unit;
    for (int i = 0; i < knots->n && fine; i++) {
        int slot = offset + knots->n + i;
        fine = sq_add_constant(b, param, offset + i, knots->x[i], knots->place[i]);
        if (fine && knots->y_node)
            fine = sq_add_number(b, param, knot_name(b, param, i), slot, param->unit,
                                 knots->y_node[i], &about, true);
        else if (fine)
            fine = sq_add_value(b, param, param->name, slot, param->unit,
                                sq_build_constant(b, knots->y[i]), knots->y_place[i], true);
    }
    if (fine && !knots->y_node && !param->hidden)
        sq_list_table(b, param, param->name, knots->n, param->unit, param->place, &about);
    return fine && sq_add_table_step(b, param);
}

/* ---- laws by knots ---------------------------------------------------------------------- */

/* What a law by knots calls its knots, and the column of a file that gives them. */
static const char *knots_key(const sq_param *param)
{
    return param->family == SQ_PIECEWISE ? "rates" : "survival";
}

/* Knots of an entry written in the file, or of all entries in one comma-separated file; how many. */
static int rows_of_leaf(sq_build *b, sq_param *param, int entry)
{
    const sq_node *leaf = param->leaf[entry], *map, *csv;
    const char *key = knots_key(param), *column = param->family == SQ_PIECEWISE ? "rate" : key;
    sq_unit time = sq_type_time().unit;
    map = sq_node_get(leaf, key);
    csv = sq_node_get(leaf, "csv");
    if ((map != NULL) + (csv != NULL) != 1)
        return sq_diag_error(b->diags, leaf->place, "%s needs %s`%s:`%s",
                             sq_family_name(param->family), map ? "one of " : "", key,
                             map ? " and `csv:`" : ", or `csv:`");
    if (map) return read_knots(b, map, key, time, &param->knots[entry]);
    sq_param one = *param;
    if (leaf != param->node) one.n_dims = 0;
    int n = leaf == param->node ? param->n_entries : 1;
    bool fine = sq_csv_knots(b, &one, leaf, column, time, sq_type_probability().unit, 
                             n > 1 ? 0 : entry, n, &param->knots[entry]);
    return fine ? n : 0;
}

static bool rows_in_files(sq_build *b, sq_param *param)
{
    static const char *const rate_keys[] = {
        "rates", "csv",  "by",        "source", "class",    "note",  "law",
        "unit",  "describes", "cured", "truncate", "shift", NULL};
    static const char *const survival_keys[] = {
        "survival", "csv",  "by",        "tail",  "source",   "class", "note",
        "law",      "unit", "describes", "cured", "truncate", "shift", NULL};
    bool rates = param->family == SQ_PIECEWISE;
    for (int e = 0, n; e < param->n_entries; e += n) {
        const sq_node *leaf = param->leaf[e];
        if (!sq_node_expect(leaf, SQ_NODE_MAP, "a law", b->diags)) return false;
        sq_node_known_keys(leaf, sq_family_name(param->family), rates ? rate_keys : survival_keys,
                           b->diags);
        n = rows_of_leaf(b, param, e);
        if (n == 0) return false;
    }
    return true;
}

static bool read_tail(sq_build *b, const sq_param *param, sq_tail *tail)
{
    static const char *const words[] = {"never", "exponential", "error", NULL};
    for (int e = 0; e < param->n_entries; e++) {
        const sq_node *node = sq_node_get(param->leaf[e], "tail");
        if (!node)
            return sq_diag_error(b->diags, param->leaf[e]->place, "a tabulated law needs `tail:`");
        int chosen = sq_choice(b, node, "tail", words, 0);
        if (e > 0 && chosen != (int)*tail)
            return sq_diag_error(b->diags, node->place, "the tails of one table must be the same");
        if (chosen < 0) return false;
        *tail = (sq_tail)chosen;
    }
    return true;
}

/* The longest row; -1 where rows differ that cannot be continued. */
static int longest_row(sq_build *b, const sq_param *param, sq_tail tail)
{
    int size = 0;
    bool differ = false;
    int rows = sq_table_rows(param);
    for (int e = 0; e < rows; e++) {
        differ = differ || (e > 0 && param->knots[e].n != param->knots[0].n);
        if (param->knots[e].n > size) size = param->knots[e].n;
    }
    if (!differ || param->family != SQ_TABULATED || tail == SQ_TAIL_NEVER) return size;
    sq_diag_error(b->diags, param->place,
                  "with this tail all entries of a tabulated law need equally many points");
    return -1;
}

int sq_table_rows(const sq_param *param)
{
    return param->n_entries * (param->n_years > 0 ? param->n_years : 1);
}

/* On which days the calendar years of a life table begin. */
static bool calendar_days(sq_build *b, const sq_param *param, sq_table *table)
{
    size_t n = (size_t)param->n_years;
    if (n == 0) return true;
    double *days = sq_arena_array(&b->model->arena, n, sizeof *days);
    if (!days) return sq_build_no_memory(b);
    for (size_t i = 0; i < n; i++) days[i] = param->years[i] * SQ_DAYS_PER_YEAR;
    table->n_years = param->n_years;
    table->years = days;
    return true;
}

/* Names of the first rows, for what `check` tells of the table. */
static bool name_rows(sq_build *b, const sq_param *param, sq_table *table)
{
    enum { MOST = 4 };
    int n = param->n_entries < MOST ? param->n_entries : MOST;
    const char **names = sq_arena_array(&b->model->arena, (size_t)n, sizeof *names);
    if (!names) return sq_build_no_memory(b);
    for (int i = 0; i < n; i++) names[i] = sq_entry_name(b, param, "", i);
    table->n_named = n;
    table->row_names = names;
    return true;
}

/* Reads the knots of all entries and what else a law by rates or by survival says. */
static bool declare_rows(sq_build *b, sq_param *param, sq_table *table)
{
    bool is_life = param->family == SQ_LIFE_TABLE;
    if (!(is_life ? sq_life_table_rows(b, param) : rows_in_files(b, param))) return false;
    if (param->family == SQ_TABULATED && !read_tail(b, param, &table->tail)) return false;
    if (is_life) table->interpolation = read_interpolation(b, param->leaf[0], SQ_LOGLINEAR);
    table->rows = sq_table_rows(param);
    if (!calendar_days(b, param, table) || (is_life && !name_rows(b, param, table))) return false;
    table->size = longest_row(b, param, table->tail);
    return table->size >= 0;
}

bool sq_declare_table_law(sq_build *b, sq_param *param, int index)
{
    param->knots = sq_build_scratch(b, (size_t)param->n_entries, sizeof *param->knots);
    if (!param->knots) return false;
    sq_table table = {
        .rows = param->n_entries, .family = param->family, .interpolation = SQ_CONSTANT};
    bool is_spline = param->family == SQ_SPLINE;
    if (!(is_spline ? sq_declare_spline(b, param, index, &table)
                    : declare_rows(b, param, &table)))
        return false;
    param->table = sq_add_table(b, param, table);
    return param->table >= 0;
}

static sq_type value_type(const sq_param *param)
{
    return param->family == SQ_TABULATED ? sq_type_probability() : sq_number(-1, 0, SQ_KIND_NONE);
}

/* A number of a file: what is impossible about it is said where it stands there. */
static bool add_file_value(sq_build *b, sq_param *param, int slot, const sq_knots *knots, int i)
{
    return sq_add_value(b, param, param->name, slot, value_type(param).unit,
                        sq_build_constant(b, knots->y[i]), knots->y_place[i], false);
}

/* Value i of a row, the last one held beyond its end. */
static bool add_table_value(sq_build *b, sq_param *param, const sq_table *table, int row, int i)
{
    const sq_knots *knots = &param->knots[row];
    int last = knots->n - 1, own = i < last ? i : last;
    int slot = table->offset + row * table->stride + i;
    double x = knots->x[own] + (i > last ? i - last : 0);
    sq_place place = knots->place[own];
    bool fine = sq_add_constant(b, param, slot, x, place);
    if (!knots->y_node)
        return fine && add_file_value(b, param, slot + table->size, knots, own);
    sq_type type = value_type(param);
    sq_program value;
    return fine && sq_build_expr(b, knots->y_node[own], type, SQ_ALLOW_PARAMETERS, &value, NULL) &&
           sq_add_value(b, param, param->name, slot + table->size, type.unit, value,
                        knots->y_node[own]->place, false);
}

/* What is known of an entry's knots, as one row: they have no names that could be listed. */
static bool list_entry(sq_build *b, const sq_param *param, int entry, const sq_about *above)
{
    const sq_node *leaf = param->leaf[entry];
    const char *name = sq_entry_name(b, param, "", entry);
    sq_place place = leaf == param->node ? param->place : leaf->place;
    sq_unit unit = value_type(param).unit;
    sq_about about;
    if (!sq_read_about(b, leaf, above, &about)) return false;
    int years = param->n_years > 0 ? param->n_years : 1, values = 0;
    for (int i = 0; i < years; i++) values += param->knots[entry * years + i].n;
    sq_list_table(b, param, name, values, unit, place, &about);
    return sq_check_about(b, param, name, place, &about);
}

/* The rows of an entry: one, or one for each calendar year. */
static bool compile_entry(sq_build *b, sq_param *param, int entry, const sq_about *above)
{
    const sq_table table = b->tables.items[param->table];
    int years = param->n_years > 0 ? param->n_years : 1;
    bool fine = param->hidden || list_entry(b, param, entry, above);
    for (int row = entry * years; row < (entry + 1) * years; row++)
        for (int i = 0; i < table.size && fine; i++) fine = add_table_value(b, param, &table, row, i);
    return fine;
}

bool sq_compile_table_law(sq_build *b, sq_param *param, const sq_about *above)
{
    bool fine = true;
    for (int e = 0; e < param->n_entries && fine; e++)
        fine = param->family == SQ_SPLINE ? sq_compile_spline_entry(b, param, e, above)
                                          : compile_entry(b, param, e, above);
    for (int e = 0; e < param->n_entries && fine && param->row_slot >= 0; e++)
        fine = sq_add_constant(b, param, param->row_slot + e, e, param->place);
    return fine && sq_add_table_step(b, param);
}
