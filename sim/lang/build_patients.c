/* Patients from a file: a row of a CSV gives several attributes at once, so that what hangs together
 * in the data hangs together in the simulation. */
#include "base/exact.h"
#include "lang/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct column {
    int attribute, column;
    double scale; /* days, for times in another unit */
} column;

/* A column: its name, or {column: NAME, in: UNIT} for times that are not in days. */
static bool read_column(sq_build *b, const sq_csv *csv, const sq_node *map, int i, column *out)
{
    static const char *const known[] = {"column", "in", NULL};
    const sq_node *node = map->item[i], *named = sq_made_scalar(b, map->key[i], map->key_place[i]);
    out->attribute = named ? sq_named_attribute(b, named, "attribute") : -1;
    out->scale = 1;
    if (out->attribute < 0) return false;
    if (node->kind == SQ_NODE_MAP) {
        const sq_node *in = sq_node_get(node, "in");
        sq_node_known_keys(node, "a column", known, b->diags);
        const sq_node *name = sq_node_get(node, "column");
        if (!name) return sq_diag_error(b->diags, node->place, "a column needs `column:` its name");
        sq_writer w = {0};
        if (in && sq_scalar_text(b, in, "a unit")) {
            sq_write(&w, "1 %s", in->text);
            sq_type type = b->attributes.items[out->attribute].type;
            const char *text = sq_build_keep_written(b, &w);
            if (type.class != SQ_TYPE_NUMBER)
                return sq_diag_error(b->diags, in->place, "'%s' is not a number", map->key[i]);
            if (!sq_expr_constant_text(&b->compiler, text, in->place, type, &out->scale))
                return false;
        }
        node = name;
    }
    const char *text = sq_scalar_text(b, node, "a column's name");
    out->column = text ? sq_csv_column(csv, text, node->place, b->diags) : -1;
    return out->column >= 0;
}

/* Labels of a column that its category does not have: told once, with how many and which. */
typedef struct strangers {
    sq_writer labels;
    int n, n_labels;
    const char *seen[8];
    sq_place first;
} strangers;

static void add_stranger(strangers *s, const char *text, sq_place place)
{
    enum { SHOWN = sizeof s->seen / sizeof *s->seen };
    if (s->n++ == 0) s->first = place;
    for (int i = 0; i < s->n_labels && i < SHOWN; i++)
        if (strcmp(s->seen[i], text) == 0) return;
    if (s->n_labels < SHOWN) {
        s->seen[s->n_labels] = text;
        sq_write(&s->labels, "%s'%.40s'", s->n_labels ? ", " : "", text);
        s->n_labels++;
    }
}

static bool labels_known(sq_build *b, const sq_csv *csv, const column *c)
{
    int of = b->attributes.items[c->attribute].type.category;
    const sq_category *category = sq_category_of(b, of);
    strangers s = {0};
    for (size_t row = 0; row < csv->n_rows; row++) {
        size_t at = row * (size_t)csv->n_columns + (size_t)c->column;
        bool is_unset = csv->cell[at][0] == '\0' && b->attributes.items[c->attribute].may_be_unset;
        if (!is_unset && sq_find_label(category, csv->cell[at]) < 0)
            add_stranger(&s, csv->cell[at], csv->place[at]);
    }
    if (s.n == 1)
        sq_named_label(b, of, s.seen[0], s.first);
    else if (s.n > 1)
        sq_diag_error(b->diags, s.first, "%d cells of the column '%s' are no label of %s: %s", s.n,
                      csv->column[c->column], category->name, s.labels.items ? s.labels.items : "");
    free(s.labels.items);
    return s.n == 0;
}

/* An empty cell: NaN, as the engine has what is unset. */
static bool read_empty_cell(sq_build *b, const sq_csv *csv, size_t at, const column *c, double *value)
{
    const sq_attribute *attribute = &b->attributes.items[c->attribute];
    *value = NAN;
    if (attribute->may_be_unset) return true;
    if (attribute->type.class == SQ_TYPE_CATEGORY) return false; /* reported before, for the whole column */
    return sq_diag_error(b->diags, csv->place[at],
                         "the cell is empty, and '%s' must have a value; were it declared `initial: unset`, "
                         "an empty cell would leave it unset",
                         attribute->name);
}

static bool read_cell(sq_build *b, const sq_csv *csv, size_t row, const column *c, double *value)
{
    size_t at = row * (size_t)csv->n_columns + (size_t)c->column;
    sq_type type = b->attributes.items[c->attribute].type;
    const char *text = csv->cell[at];
    if (text[0] == '\0') return read_empty_cell(b, csv, at, c, value);
    if (type.class == SQ_TYPE_CATEGORY) {
        *value = sq_find_label(sq_category_of(b, type.category), text);
        return *value >= 0; /* reported before, for the whole column */
    }
    if (type.class == SQ_TYPE_FLAG) {
        bool yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
        *value = yes;
        if (yes || strcmp(text, "false") == 0 || strcmp(text, "0") == 0) return true;
        return sq_diag_error(b->diags, csv->place[at], "expected true or false, not '%.60s'", text);
    }
    if (!sq_csv_number(csv, row, c->column, value, b->diags)) return false;
    *value *= c->scale;
    if (isfinite(*value)) return true;
    return sq_diag_error(b->diags, csv->place[at], "%.60s is too large in this unit", text);
}

static bool read_patients(sq_build *b, const sq_csv *csv, const column *columns, int n)
{
    sq_patients *patients = &b->model->patients;
    int *attribute = sq_arena_array(&b->model->arena, (size_t)n + 1, sizeof *attribute);
    double *value = sq_arena_array(&b->model->arena, csv->n_rows * (size_t)n + 1, sizeof *value);
    if (!attribute || !value) return sq_build_no_memory(b);
    for (int k = 0; k < n; k++) attribute[k] = columns[k].attribute;
    for (int k = 0; k < n; k++)
        if (b->attributes.items[attribute[k]].type.class == SQ_TYPE_CATEGORY)
            labels_known(b, csv, &columns[k]);
    for (size_t row = 0; row < csv->n_rows && !sq_diags_full(b->diags); row++)
        for (int k = 0; k < n; k++)
            if (!read_cell(b, csv, row, &columns[k], &value[row * (size_t)n + (size_t)k])) break;
    *patients = (sq_patients){.n_columns = n,
                              .attribute = attribute,
                              .n_rows = (int64_t)csv->n_rows,
                              .value = value,
                              .resample = patients->resample,
                              .effective_rows = (double)csv->n_rows};
    return true;
}

/* ---- weights ---------------------------------------------------------------------------- */

/* Exact sums, each rounded once, so that no row's share depends on how many stand before it. */
static bool sum_weights(sq_build *b, sq_patients *p, double *cumulative, sq_place place)
{
    sq_exact sum = {0};
    double squares = 0, most = 0;
    for (int64_t i = 0; i < p->n_rows; i++) {
        sq_exact_add(&sum, p->weight[i]);
        cumulative[i] = sq_exact_value(&sum);
        most = fmax(most, p->weight[i]);
    }
    double total = cumulative[p->n_rows - 1];
    if (!(total > 0)) return sq_diag_error(b->diags, place, "all weights are zero: no row can be drawn");
    if (!isfinite(total)) return sq_diag_error(b->diags, place, "the weights are too large to be summed");
    for (int64_t i = 0; i < p->n_rows; i++) {
        double share = p->weight[i] / most; /* the square of a weight may not fit a double */
        squares += share * share;
    }
    p->effective_rows = total / most * (total / most) / squares;
    p->cumulative = cumulative;
    return true;
}

static bool read_weights(sq_build *b, const sq_csv *csv, const sq_node *node)
{
    sq_patients *p = &b->model->patients;
    size_t n = (size_t)p->n_rows;
    const char *name = sq_scalar_text(b, node, "weight: a column");
    int at = name ? sq_csv_column(csv, name, node->place, b->diags) : -1;
    double *weight = sq_arena_array(&b->model->arena, n, sizeof *weight);
    double *cumulative = sq_arena_array(&b->model->arena, n, sizeof *cumulative);
    if (at < 0) return false;
    if (!weight || !cumulative) return sq_build_no_memory(b);
    for (size_t row = 0; row < n; row++) {
        if (!sq_csv_number(csv, row, at, &weight[row], b->diags)) return false;
        sq_place place = csv->place[row * (size_t)csv->n_columns + (size_t)at];
        if (weight[row] < 0)
            return sq_diag_error(b->diags, place, "a weight cannot be negative (%g)", weight[row]);
    }
    p->weight = weight;
    return sum_weights(b, p, cumulative, node->place);
}

/* ---- the whole -------------------------------------------------------------------------- */

/* What the file was to give is not also told to be missing, should the file fail to give it. */
static void expect_columns(sq_build *b, const sq_node *named)
{
    for (int i = 0; named->kind == SQ_NODE_MAP && i < named->count; i++) {
        int attribute = sq_find_attribute(b, named->key[i]);
        if (attribute >= 0) b->attribute_given.items[attribute] = true;
    }
}

bool sq_build_patients(sq_build *b, const sq_node *map, bool *given)
{
    static const char *const known[] = {"file", "columns", "sample", "weight", NULL};
    static const char *const samples[] = {"in order", "resample", NULL};
    if (!sq_node_expect(map, SQ_NODE_MAP, "csv: {file: …, columns: …}", b->diags)) return false;
    sq_node_known_keys(map, "csv", known, b->diags);
    const sq_node *file = sq_node_get(map, "file"), *named = sq_node_get(map, "columns");
    if (!file || !named)
        return sq_diag_error(b->diags, map->place, "csv needs `file:` and `columns:`");
    const sq_node *weight = sq_node_get(map, "weight");
    bool resample = sq_choice(b, sq_node_get(map, "sample"), "sample", samples, 0) == 1;
    b->model->patients.resample = resample;
    if (weight && !resample)
        return sq_diag_error(b->diags, weight->place,
                             "rows used in order have no weights: `weight:` goes with `sample: resample`");
    const sq_source *source = sq_build_read_beside(b, file);
    const sq_csv *csv = source ? sq_csv_read(&b->scratch, source, b->diags) : NULL;
    expect_columns(b, named);
    if (!csv || !sq_node_expect(named, SQ_NODE_MAP, "columns: attributes and columns", b->diags))
        return false;
    if (csv->n_rows == 0) return sq_diag_error(b->diags, file->place, "the file has no patients");
    column *columns = sq_build_scratch(b, (size_t)named->count, sizeof *columns);
    for (int i = 0; columns && i < named->count; i++)
        if (!read_column(b, csv, named, i, &columns[i]) ||
            !sq_give_attribute(b, columns[i].attribute, named->key[i], named->key_place[i], given))
            return false;
    if (!columns || !read_patients(b, csv, columns, named->count)) return false;
    if (weight && !read_weights(b, csv, weight)) return false;
    if (resample)
        b->model->csv_site = sq_build_site(b, "population", "csv", NULL, file->place);
    return true;
}
