/* Numbers that stand in comma-separated files, a row each: the tables by category and the lists of
 * parameters that people keep in spreadsheets. A row becomes the map that would have been written in
 * the files of the language, with the places of its cells, so that everything after this treats the
 * two alike and a message points into the file. */
#include "lang/build.h"

#include <string.h>

/* What a column can hold. */
typedef enum field {
    FIELD_NAME,
    FIELD_VALUE,
    FIELD_K,
    FIELD_N,
    FIELD_LOWER,
    FIELD_UPPER,
    FIELD_SE,
    FIELD_UNIT,
    FIELD_SOURCE,
    FIELD_CLASS,
    FIELD_NOTE,
    FIELDS
} field;

static const char *const field_words[] = {"name", "value",  "k",     "n",    "lower", "upper",
                                          "se",   "unit", "source", "class", "note",  NULL};

typedef struct sheet {
    sq_build *b;
    const sq_csv *csv;
    sq_place named_at;
    int column[FIELDS]; /* -1: none */
    int n_by, by[SQ_KEYS];
    sq_where where;
    const char *in; /* unit of all values, or NULL */
} sheet;

/* ---- columns ---------------------------------------------------------------------------- */

static int find_column(const sq_csv *csv, const char *name)
{
    for (int i = 0; i < csv->n_columns; i++)
        if (strcmp(csv->column[i], name) == 0) return i;
    return -1;
}

static bool is_by(const sheet *s, int column)
{
    for (int d = 0; d < s->n_by; d++)
        if (s->by[d] == column) return true;
    return false;
}

/* Only the name of the file is given: every column must be one that is known by its own name. */
static bool columns_by_name(sheet *s)
{
    bool fine = true;
    for (int f = 0; f < FIELDS; f++) s->column[f] = find_column(s->csv, field_words[f]);
    for (int i = 0; i < s->csv->n_columns; i++) {
        bool known = is_by(s, i);
        for (int f = 0; f < FIELDS; f++) known = known || s->column[f] == i;
        if (!known)
            fine = sq_diag_error(s->b->diags, s->named_at,
                                 "%s has a column '%.80s', which means nothing here%s; to leave "
                                 "columns aside, name those that count: csv: {file: …, value: COLUMN}",
                                 s->csv->source->path, s->csv->column[i],
                                 sq_diag_hint(s->b->diags, s->csv->column[i], field_words, FIELDS));
    }
    return fine;
}

/* The columns that the map names, and no others; a value stands in the column `value` unless said. */
static bool columns_by_map(sheet *s, const sq_node *map)
{
    bool fine = true;
    for (int f = 0; f < FIELDS; f++) {
        const sq_node *node = sq_node_get(map, field_words[f]);
        const char *name = node ? sq_scalar_text(s->b, node, field_words[f]) : NULL;
        s->column[f] = name ? sq_csv_column(s->csv, name, node->place, s->b->diags) : -1;
        fine = fine && (!node || s->column[f] >= 0);
    }
    if (fine && !sq_node_get(map, "value") && !sq_node_get(map, "k"))
        s->column[FIELD_VALUE] = find_column(s->csv, "value");
    const sq_node *in = sq_node_get(map, "in");
    s->in = in ? sq_scalar_text(s->b, in, "in: a unit") : NULL;
    return sq_read_where(s->b, s->csv, map, &s->where) && fine && (!in || s->in);
}

static bool enough_columns(const sheet *s)
{
    bool counted = s->column[FIELD_K] >= 0 && s->column[FIELD_N] >= 0;
    if ((s->column[FIELD_K] >= 0) != (s->column[FIELD_N] >= 0))
        return sq_diag_error(s->b->diags, s->named_at,
                             "`k` and `n` go together: how many of how many");
    if ((s->column[FIELD_LOWER] >= 0) != (s->column[FIELD_UPPER] >= 0))
        return sq_diag_error(s->b->diags, s->named_at, "`lower` and `upper` go together");
    if (counted || s->column[FIELD_VALUE] >= 0) return true;
    return sq_diag_error(s->b->diags, s->named_at,
                         "no column holds values: one named `value`, or `value: COLUMN`, or `k:` and "
                         "`n:`");
}

static bool open_sheet(sheet *s, const sq_node *csv)
{
    const sq_node *file = csv->kind == SQ_NODE_MAP ? sq_node_get(csv, "file") : csv;
    if (!file)
        return sq_diag_error(s->b->diags, csv->place, "csv: needs `file:`, the name of its file");
    s->named_at = file->place;
    s->csv = sq_open_csv(s->b, file);
    return s->csv != NULL;
}

/* ---- one row ---------------------------------------------------------------------------- */

static size_t cell_index(const sheet *s, size_t row, int column)
{
    return row * (size_t)s->csv->n_columns + (size_t)column;
}

/* The text of a cell, NULL where the column is not there or the cell is empty. */
static const char *cell(const sheet *s, size_t row, field f)
{
    if (s->column[f] < 0) return NULL;
    const char *text = s->csv->cell[cell_index(s, row, s->column[f])];
    return *text ? text : NULL;
}

static sq_place cell_place(const sheet *s, size_t row, field f)
{
    return s->csv->place[cell_index(s, row, s->column[f] >= 0 ? s->column[f] : 0)];
}

static bool put_text(sheet *s, sq_made_map *map, const char *key, const char *text, sq_place place)
{
    const sq_node *node = text ? sq_made_scalar(s->b, text, place) : NULL;
    if (node) sq_map_put(map, key, place, node);
    return node != NULL;
}

/* The cell's number with the unit it is given in: 28 d, 0.2 * 1/y. Without a unit a cell may hold any
 * expression. NULL after reporting. */
static const char *with_unit(const sheet *s, size_t row, field f, const char *unit)
{
    double x;
    const char *text = cell(s, row, f);
    if (!unit || !text) return text;
    if (!sq_csv_number(s->csv, row, s->column[f], &x, s->b->diags)) return NULL;
    bool is_factor = unit[0] >= '0' && unit[0] <= '9';
    const char *made = sq_arena_format(&s->b->scratch, "%s %s%s", text, is_factor ? "* " : "", unit);
    if (!made) sq_build_no_memory(s->b);
    return made;
}

static bool put_bounds(sheet *s, sq_made_map *map, size_t row, const char *key, const char *unit)
{
    static const field ends[2] = {FIELD_LOWER, FIELD_UPPER};
    sq_node *list = sq_made_list(s->b, cell_place(s, row, FIELD_LOWER), 2);
    for (int i = 0; i < 2 && list; i++) {
        const char *text = with_unit(s, row, ends[i], unit);
        const sq_node *node = text ? sq_made_scalar(s->b, text, cell_place(s, row, ends[i])) : NULL;
        if (!node) return false;
        sq_list_put(list, node);
    }
    if (list) sq_map_put(map, key, list->place, list);
    return list != NULL;
}

/* `value:` and what is known of its uncertainty. The bounds of a judgement are its range. */
static bool put_value(sheet *s, sq_made_map *map, size_t row, const char *unit, bool is_judgement)
{
    const char *value = cell(s, row, FIELD_VALUE), *se = cell(s, row, FIELD_SE);
    const char *lower = cell(s, row, FIELD_LOWER), *upper = cell(s, row, FIELD_UPPER);
    sq_place place = cell_place(s, row, FIELD_VALUE);
    if ((lower != NULL) != (upper != NULL))
        return sq_diag_error(s->b->diags, cell_place(s, row, FIELD_LOWER),
                             "`lower` and `upper` go together");
    bool is_ratio = unit && strcmp(unit, "hazard ratio") == 0;
    if (is_ratio && se)
        return sq_diag_error(s->b->diags, cell_place(s, row, FIELD_SE),
                             "a hazard ratio has an interval, `lower` and `upper`, and no `se`");
    if (is_ratio)
        return put_text(s, map, unit,
                        lower ? sq_arena_format(&s->b->scratch, "%s [%s, %s]", value, lower, upper)
                              : value,
                        place);
    const char *key = is_judgement ? "range" : "interval";
    return put_text(s, map, "value", with_unit(s, row, FIELD_VALUE, unit), place) &&
           (!lower || put_bounds(s, map, row, key, unit)) &&
           (!se || put_text(s, map, "se", with_unit(s, row, FIELD_SE, unit), cell_place(s, row, FIELD_SE)));
}

static bool put_count(sheet *s, sq_made_map *map, size_t row)
{
    const char *k = cell(s, row, FIELD_K), *n = cell(s, row, FIELD_N);
    if (!k || !n || cell(s, row, FIELD_VALUE))
        return sq_diag_error(s->b->diags, cell_place(s, row, FIELD_K),
                             "a row gives either `k` and `n`, how many of how many, or a `value`");
    if (cell(s, row, FIELD_LOWER) || cell(s, row, FIELD_UPPER) || cell(s, row, FIELD_SE))
        return sq_diag_error(s->b->diags, cell_place(s, row, FIELD_K),
                             "`k` and `n` say how uncertain this is; `lower`, `upper` and `se` belong "
                             "beside a `value`");
    return put_text(s, map, "count", sq_arena_format(&s->b->scratch, "%s of %s", k, n),
                    cell_place(s, row, FIELD_K));
}

static bool put_about(sheet *s, sq_made_map *map, size_t row)
{
    static const field fields[] = {FIELD_SOURCE, FIELD_CLASS, FIELD_NOTE};
    bool fine = true;
    for (int i = 0; i < 3; i++) {
        const char *text = cell(s, row, fields[i]);
        if (text)
            fine = put_text(s, map, field_words[fields[i]], text, cell_place(s, row, fields[i])) && fine;
    }
    return fine;
}

/* The row as the map of one number. `above`: the definition it belongs to, NULL for none. A unit is a kind
 * of quantity, as in `unit:`, or the unit the number is in. */
static const sq_node *row_map(sheet *s, size_t row, const sq_node *above)
{
    sq_made_map map;
    const char *unit = cell(s, row, FIELD_UNIT), *class = cell(s, row, FIELD_CLASS);
    const sq_node *of_all = sq_node_get(above, "class");
    bool is_judgement = class ? strcmp(class, "judgement") == 0
                              : of_all && of_all->text && strcmp(of_all->text, "judgement") == 0;
    sq_unit kind;
    bool is_kind = unit && sq_unit_from_word(unit, &kind);
    sq_place first = s->csv->place[cell_index(s, row, 0)];
    if (!sq_map_begin(s->b, first, FIELDS + 1, &map)) return NULL;
    if (is_kind && !put_text(s, &map, "unit", unit, cell_place(s, row, FIELD_UNIT))) return NULL;
    bool counted = cell(s, row, FIELD_K) || cell(s, row, FIELD_N);
    if (!counted && !cell(s, row, FIELD_VALUE)) {
        sq_diag_error(s->b->diags, cell_place(s, row, FIELD_VALUE), "this row has no value");
        return NULL;
    }
    const char *in = is_kind || !unit ? s->in : unit;
    bool fine = counted ? put_count(s, &map, row) : put_value(s, &map, row, in, is_judgement);
    return fine && put_about(s, &map, row) ? map.node : NULL;
}

/* ---- tables by category ----------------------------------------------------------------- */

static bool is_dimension(const sq_param *param, int category)
{
    for (int d = 0; d < param->n_dims; d++)
        if (param->dim[d] == category) return true;
    return false;
}

/* A column may only be named for a category that the table is given by. */
static bool axes_fit(const sheet *s, const sq_param *param, const sq_by_columns *named)
{
    int category;
    for (int i = 0; i < named->n; i++) {
        if (!sq_axis_category(s->b, named->axis[i], &category)) return false;
        if (!is_dimension(param, category))
            return sq_diag_error(s->b->diags, named->axis[i]->place, "'%s' is not given by %s", param->name,
                                 named->axis[i]->text);
    }
    return true;
}

/* The column of each dimension: as `csv: {by: …}` says, else of the name that `by:` says. */
static bool find_by(sheet *s, const sq_param *param)
{
    sq_by_columns named;
    const sq_node *by = sq_node_get(param->node, "by");
    if (!sq_read_by_columns(s->b, param->node, &named) || !axes_fit(s, param, &named)) return false;
    s->n_by = param->n_dims;
    for (int d = 0; d < param->n_dims; d++) {
        const sq_node *said = by ? by->kind == SQ_NODE_LIST ? by->item[d] : by : named.column[d];
        for (int i = 0; by && i < named.n; i++) {
            int category;
            if (!sq_axis_category(s->b, named.axis[i], &category)) return false;
            if (category == param->dim[d]) said = named.column[i];
        }
        s->by[d] = sq_csv_column(s->csv, said->text, said->place, s->b->diags);
        if (s->by[d] < 0) return false;
    }
    return true;
}

/* The entry a row gives; -1 after reporting a label that is none. */
static int entry_of_row(const sheet *s, const sq_param *param, size_t row)
{
    int entry = 0;
    for (int d = 0; d < param->n_dims; d++) {
        size_t i = cell_index(s, row, s->by[d]);
        int label = sq_named_label(s->b, param->dim[d], s->csv->cell[i], s->csv->place[i]);
        if (label < 0) return -1;
        entry = entry * sq_category_of(s->b, param->dim[d])->n_labels + label;
    }
    return entry;
}

static bool read_rows(sheet *s, const sq_param *param, const sq_node **leaf)
{
    bool fine = true;
    size_t n = 0;
    for (size_t row = 0; row < s->csv->n_rows && !sq_diags_full(s->b->diags); row++) {
        if (!sq_where_holds(&s->where, s->csv, row)) continue;
        int entry = entry_of_row(s, param, row);
        sq_place place = s->csv->place[cell_index(s, row, param->n_dims ? s->by[0] : 0)];
        n++;
        if (entry >= 0 && leaf[entry])
            fine = sq_diag_error(s->b->diags, place, "%s is given twice: here and at %s",
                                 sq_entry_name(s->b, param, "", entry),
                                 sq_build_where(s->b, leaf[entry]->place));
        const sq_node *made = entry >= 0 ? row_map(s, row, param->node) : NULL;
        if (made && !leaf[entry]) leaf[entry] = made;
        fine = fine && made;
    }
    if (n) return fine;
    return sq_diag_error(s->b->diags, s->named_at, "no row of %s is left for %s",
                         s->csv->source->path, param->name);
}

/* Whether any entry below is given; where not, the level above names what is missing. */
static bool any_given(const sq_node *const *leaf, int first, int n)
{
    for (int i = first; i < first + n; i++)
        if (leaf[i]) return true;
    return false;
}

/* Adds the labels of a dimension and all below. */
static bool put_labels(sheet *s, const sq_param *param, const sq_node *const *leaf, int level,
                       int first, int below, sq_made_map *map)
{
    const sq_category *category = sq_category_of(s->b, param->dim[level]);
    const sq_node *otherwise = sq_node_get(param->node, "default");
    below /= category->n_labels;
    for (int k = 0; k < category->n_labels; k++, first += below) {
        if (!any_given(leaf, first, below)) continue;
        if (level + 1 == param->n_dims || level + 1 == SQ_KEYS) {
            sq_map_put(map, category->labels[k], leaf[first]->place, leaf[first]);
            continue;
        }
        sq_made_map inner;
        size_t room = (size_t)sq_category_of(s->b, param->dim[level + 1])->n_labels + 1;
        if (!sq_map_begin(s->b, s->named_at, room, &inner)) return false;
        if (!put_labels(s, param, leaf, level + 1, first, below, &inner)) return false;
        if (otherwise) sq_map_put(&inner, "default", otherwise->place, otherwise);
        sq_map_put(map, category->labels[k], s->named_at, inner.node);
    }
    return true;
}

/* Everything of the definition but `csv:`, then the entries; of a number without categories, its row. */
static const sq_node *joined(sheet *s, const sq_param *param, const sq_node *const *leaf)
{
    sq_made_map map;
    const sq_node *node = param->node, *row = leaf[0];
    size_t labels = param->n_dims ? (size_t)sq_category_of(s->b, param->dim[0])->n_labels : FIELDS;
    if (!sq_map_begin(s->b, node->place, (size_t)node->count + labels + 1, &map)) return NULL;
    for (int i = 0; i < node->count; i++) {
        bool told = !param->n_dims && sq_node_get(row, node->key[i]);
        if (strcmp(node->key[i], "csv") == 0 || told) continue;
        sq_map_put(&map, node->key[i], node->key_place[i], node->item[i]);
    }
    for (int i = 0; !param->n_dims && i < row->count; i++)
        sq_map_put(&map, row->key[i], row->key_place[i], row->item[i]);
    bool fine = !param->n_dims || put_labels(s, param, leaf, 0, 0, param->n_entries, &map);
    return fine ? map.node : NULL;
}

/* A label written beside the file must not be in the file too. */
static bool labels_differ(const sheet *s, const sq_param *param, const sq_node *const *leaf)
{
    if (!param->n_dims) return true;
    const sq_category *category = sq_category_of(s->b, param->dim[0]);
    int below = param->n_entries / category->n_labels;
    for (int k = 0; k < category->n_labels; k++)
        if (sq_node_get(param->node, category->labels[k]) && any_given(leaf, k * below, below))
            return sq_diag_error(s->b->diags, sq_node_key_place(param->node, category->labels[k]),
                                 "'%s' is given here and in %s", category->labels[k],
                                 s->csv->source->path);
    return true;
}

const sq_node *sq_definition_from_csv(sq_build *b, const sq_param *param)
{
    static const char *const known[] = {"file",  "by",   "where", "in",     "value", "k",    "n", "lower",
                                        "upper", "se",   "unit",  "source", "class", "note", NULL};
    const sq_node *csv = sq_node_get(param->node, "csv");
    sheet s = {.b = b};
    const sq_node **leaf = sq_build_scratch(b, (size_t)param->n_entries, sizeof *leaf);
    bool is_map = csv->kind == SQ_NODE_MAP;
    if (is_map && !sq_node_known_keys(csv, "`csv:` of numbers", known, b->diags)) return NULL;
    if (!leaf || !open_sheet(&s, csv) || !find_by(&s, param)) return NULL;
    if (!(is_map ? columns_by_map(&s, csv) : columns_by_name(&s))) return NULL;
    if (!enough_columns(&s) || !read_rows(&s, param, leaf)) return NULL;
    return labels_differ(&s, param, leaf) ? joined(&s, param, leaf) : NULL;
}

/* ---- lists of parameters ---------------------------------------------------------------- */

static bool add_row(sheet *s, size_t row)
{
    const char *name = cell(s, row, FIELD_NAME);
    sq_place place = cell_place(s, row, FIELD_NAME);
    if (!name) return sq_diag_error(s->b->diags, place, "this row has no name");
    const sq_node *map = row_map(s, row, NULL);
    return map && sq_add_entry(s->b, SQ_IN_PARAMETERS, (sq_entry){name, place, map});
}

bool sq_parameters_from_csv(sq_build *b, const sq_node *csv)
{
    static const char *const known[] = {"file",  "where", "in",   "name",   "value", "k",    "n", "lower",
                                        "upper", "se",    "unit", "source", "class", "note", NULL};
    sheet s = {.b = b};
    bool is_map = csv->kind == SQ_NODE_MAP, fine = true;
    if (is_map && !sq_node_known_keys(csv, "`csv:` of parameters", known, b->diags)) return false;
    if (!open_sheet(&s, csv)) return false;
    if (!(is_map ? columns_by_map(&s, csv) : columns_by_name(&s)) || !enough_columns(&s)) return false;
    if (is_map && s.column[FIELD_NAME] < 0) s.column[FIELD_NAME] = find_column(s.csv, "name");
    if (s.column[FIELD_NAME] < 0)
        return sq_diag_error(b->diags, s.named_at, "%s has no column of names: one named `name`, or "
                             "`name: COLUMN`", s.csv->source->path);
    for (size_t row = 0; row < s.csv->n_rows && !sq_diags_full(b->diags); row++)
        if (sq_where_holds(&s.where, s.csv, row)) fine = add_row(&s, row) && fine;
    return fine;
}
