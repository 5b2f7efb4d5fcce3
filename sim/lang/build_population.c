/* The population: hidden factors and their correlations, patients from a file, and attributes in
 * order. An attribute must have a value from somewhere, and from one place only. */
#include "lang/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- correlations of the latents -------------------------------------------------------- */

static int latent_position(sq_build *b, const char *name, sq_place place)
{
    int attribute = sq_find_attribute(b, name);
    for (size_t i = 0; i < b->latents.count; i++)
        if (b->latents.items[i] == attribute) return (int)i;
    sq_diag_error(b->diags, place, "'%.80s' is not a latent attribute", name);
    return -1;
}

static bool set_correlation(sq_build *b, const sq_node *map, int k, int i)
{
    int j = latent_position(b, map->key[k], map->key_place[k]);
    size_t n = b->latents.count;
    sq_program r;
    if (j < 0) return false;
    if (i == j)
        return sq_diag_error(b->diags, map->key_place[k],
                             "a latent's correlation with itself is one");
    if (b->correlation.items[(size_t)i * n + (size_t)j].count)
        return sq_diag_error(b->diags, map->key_place[k], "this correlation is given twice");
    if (!sq_build_expr(b, map->item[k], sq_type_plain(), SQ_ALLOW_PARAMETERS, &r, NULL))
        return false;
    b->correlation.items[(size_t)i * n + (size_t)j] = r;
    b->correlation.items[(size_t)j * n + (size_t)i] = r;
    return true;
}

static bool read_correlations(sq_build *b, const sq_node *map)
{
    if (!sq_node_expect(map, SQ_NODE_MAP, "correlation: latents", b->diags)) return false;
    bool fine = true;
    for (int k = 0; k < map->count; k++) {
        const sq_node *row = map->item[k];
        int i = latent_position(b, map->key[k], map->key_place[k]);
        if (i < 0 || !sq_node_expect(row, SQ_NODE_MAP, "latents and correlations", b->diags))
            fine = false;
        for (int m = 0; i >= 0 && row->kind == SQ_NODE_MAP && m < row->count; m++)
            fine = set_correlation(b, row, m, i) && fine;
    }
    return fine;
}

/* A hidden parameter whose steps fill the matrix and factor it. */
static bool add_matrix(sq_build *b, const sq_node *node, sq_place place)
{
    size_t n = b->latents.count;
    sq_param param = {.name = "correlation",
                      .place = place,
                      .hidden = true,
                      .has_unit = true,
                      .n_entries = 1,
                      .cured_slot = -1,
                      .row_slot = -1,
                      .table = -1};
    int slot = sq_take_slots(b, (int)(n * n));
    bool fine = true;
    for (size_t i = 0; i < n * n && fine; i++) {
        sq_program value = b->correlation.items[i];
        if (!value.count) value = sq_build_constant(b, i % (n + 1) == 0);
        fine =
            sq_add_value(b, &param, "correlation", slot + (int)i, param.unit, value, place, true);
    }
    sq_step factor = {.kind = SQ_STEP_CHOLESKY,
                      .slot = slot,
                      .name = "correlation",
                      .where = sq_build_where(b, place)};
    fine = fine && sq_add_step(b, &param, factor);
    if (node) sq_collect_needs(b, node, &param.needs, 0);
    b->model->latent_factor = slot;
    return (sq_vec_push(&b->params, param) || sq_build_no_memory(b)) && fine;
}

bool sq_build_correlation(sq_build *b)
{
    size_t n = b->latents.count;
    sq_said population = b->one[SQ_ONE_POPULATION];
    bool is_map = population.node && population.node->kind == SQ_NODE_MAP;
    const sq_node *node = is_map ? sq_node_get(population.node, "correlation") : NULL;
    sq_place place = node ? node->place : b->one[SQ_ONE_MODEL].place;
    b->model->latent_site = (int)b->sites.count;
    for (size_t i = 0; i < n * n; i++)
        if (!sq_vec_push(&b->correlation, ((sq_program){0, 0}))) return sq_build_no_memory(b);
    for (size_t i = 0; i < n; i++) {
        const char *name = b->attributes.items[b->latents.items[i]].name;
        if (sq_build_site(b, "population", name, NULL,
                          b->attribute_places.items[b->latents.items[i]]) < 0)
            return false;
    }
    if (b->skim) return true;
    if (node && !read_correlations(b, node)) return false;
    return n == 0 || add_matrix(b, node, place);
}

/* ---- patients from a file --------------------------------------------------------------- */

typedef struct column {
    int attribute, column;
    double scale; /* days, for times in another unit */
} column;

static bool give(sq_build *b, int attribute, const char *name, sq_place place, bool *given)
{
    if (b->attributes.items[attribute].latent)
        return sq_diag_error(b->diags, place, "'%s' is latent: it is drawn by itself", name);
    if (given[attribute])
        return sq_diag_error(b->diags, place, "'%s' is given twice by the population", name);
    given[attribute] = true;
    b->attribute_given.items[attribute] = true;
    return true;
}

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
        if (sq_find_label(category, csv->cell[at]) < 0)
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

static bool read_cell(sq_build *b, const sq_csv *csv, size_t row, const column *c, double *value)
{
    size_t at = row * (size_t)csv->n_columns + (size_t)c->column;
    sq_type type = b->attributes.items[c->attribute].type;
    const char *text = csv->cell[at];
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
    *patients = (sq_patients){n, attribute, (int64_t)csv->n_rows, value, patients->resample};
    return true;
}

/* What the file was to give is not also told to be missing, should the file fail to give it. */
static void expect_columns(sq_build *b, const sq_node *named)
{
    for (int i = 0; named->kind == SQ_NODE_MAP && i < named->count; i++) {
        int attribute = sq_find_attribute(b, named->key[i]);
        if (attribute >= 0) b->attribute_given.items[attribute] = true;
    }
}

static bool build_csv(sq_build *b, const sq_node *map, bool *given)
{
    static const char *const known[] = {"file", "columns", "sample", NULL};
    static const char *const samples[] = {"in order", "resample", NULL};
    if (!sq_node_expect(map, SQ_NODE_MAP, "csv: {file: …, columns: …}", b->diags)) return false;
    sq_node_known_keys(map, "csv", known, b->diags);
    const sq_node *file = sq_node_get(map, "file"), *named = sq_node_get(map, "columns");
    if (!file || !named)
        return sq_diag_error(b->diags, map->place, "csv needs `file:` and `columns:`");
    b->model->patients.resample =
        sq_choice(b, sq_node_get(map, "sample"), "sample", samples, 0) == 1;
    const sq_source *source = sq_build_read_beside(b, file);
    const sq_csv *csv = source ? sq_csv_read(&b->scratch, source, b->diags) : NULL;
    expect_columns(b, named);
    if (!csv || !sq_node_expect(named, SQ_NODE_MAP, "columns: attributes and columns", b->diags))
        return false;
    if (csv->n_rows == 0) return sq_diag_error(b->diags, file->place, "the file has no patients");
    column *columns = sq_build_scratch(b, (size_t)named->count, sizeof *columns);
    for (int i = 0; columns && i < named->count; i++)
        if (!read_column(b, csv, named, i, &columns[i]) ||
            !give(b, columns[i].attribute, named->key[i], named->key_place[i], given))
            return false;
    if (!columns || !read_patients(b, csv, columns, named->count)) return false;
    if (b->model->patients.resample)
        b->model->csv_site = sq_build_site(b, "population", "csv", NULL, file->place);
    return true;
}

/* ---- what a value at baseline may read -------------------------------------------------- */

/* Where the builder's lists end: what a value compiled after this has added. */
typedef struct extent {
    size_t code, sites;
} extent;

static extent extent_of(const sq_build *b)
{
    return (extent){b->compiler.code.count, b->sites.count};
}

static bool has_value(sq_build *b, int attribute, const bool *known, sq_place place)
{
    if (known[attribute] || b->attributes.items[attribute].latent) return true;
    return sq_diag_error(b->diags, place,
                         "'%s' has no value yet here: values at baseline are found in order, the "
                         "patient file's first, then the initial ones, then those of the population",
                         b->attributes.items[attribute].name);
}

/* Whether what the operation reads is known; of a vector read by a changing index, all elements. */
static bool operands_known(sq_build *b, const sq_op *op, const bool *known, sq_place place)
{
    if (op->code != SQ_OP_ATTR && op->code != SQ_OP_ATTR_AT) return true;
    const sq_symbol *symbol = &b->symbols.items[b->attribute_symbols.items[op->a]].symbol;
    int n = op->code == SQ_OP_ATTR ? 1 : sq_vector_size(b, symbol);
    bool fine = true;
    for (int i = 0; i < n && fine; i++) fine = has_value(b, op->a + i, known, place);
    return fine;
}

/* Whether all attributes read by what was compiled since are known by then. */
static bool reads_known(sq_build *b, extent since, const bool *known, sq_place place)
{
    bool fine = true;
    for (size_t i = since.code; i < b->compiler.code.count && fine; i++)
        fine = operands_known(b, &b->compiler.code.items[i], known, place);
    for (size_t s = since.sites; s < b->sites.count; s++)
        for (int k = 0; k < b->sites.items[s].n_keys && fine; k++)
            fine = has_value(b, b->sites.items[s].key_attribute[k], known, place);
    return fine;
}

/* ---- initial values --------------------------------------------------------------------- */

/* For attributes that the file of patients does not give: the engine copies its row first. */
static bool build_initial_values(sq_build *b, const bool *given, bool *known)
{
    bool fine = true;
    memcpy(known, given, b->attributes.count * sizeof *known);
    for (size_t i = 0; i < b->attributes.count; i++) {
        extent before = extent_of(b);
        const sq_node *node = b->attribute_nodes.items[i];
        const sq_node *initial = sq_initial_of(b, (int)i);
        sq_action action = {.code = SQ_ACT_SET, .a = (int)i};
        if (given[i] || b->attributes.items[i].latent) continue;
        if (node && !initial) { /* a map of initial values that fails has been told of */
            bool is_told = node->kind == SQ_NODE_MAP && sq_node_get(node, "initial");
            if (is_told) b->attribute_given.items[i] = true;
            continue;
        }
        if (!node)
            action.p = sq_build_constant(b, 0); /* a decision not yet made: its first option */
        if (initial)
            fine = sq_build_expr(b, initial, b->attributes.items[i].type, SQ_READ_BASELINE,
                                 &action.p, NULL) &&
                   reads_known(b, before, known, initial->place) && fine;
        known[i] = b->attribute_given.items[i] = true;
        fine = sq_add_action(b, action) >= 0 && fine;
    }
    return fine;
}

/* ---- attributes ------------------------------------------------------------------------- */

static bool build_attribute(sq_build *b, const sq_node *map, int i, bool *given, bool *found)
{
    static const char *const known[] = {"from", "among", "chance", "loads on", "key", "site", NULL};
    const sq_node *node = map->item[i], *named = sq_made_scalar(b, map->key[i], map->key_place[i]);
    int attribute = named ? sq_named_attribute(b, named, "attribute") : -1;
    if (attribute < 0 || !give(b, attribute, map->key[i], map->key_place[i], given)) return false;
    sq_action action = {.code = SQ_ACT_SET, .a = attribute};
    extent before = extent_of(b);
    bool fine;
    if (node->kind == SQ_NODE_MAP) {
        sq_node_known_keys(node, "a draw", known, b->diags);
        action.code = SQ_ACT_DRAW;
        sq_target_place target = {.name = b->attributes.items[attribute].name, .attribute = attribute};
        fine = sq_build_draw(b, node, &target, "population", SQ_READ_BASELINE, &action.b);
    } else {
        sq_type type = b->attributes.items[attribute].type;
        fine = sq_build_expr(b, node, type, SQ_READ_BASELINE, &action.p, NULL);
    }
    fine = fine && reads_known(b, before, found, node->place);
    found[attribute] = true;
    return sq_add_action(b, action) >= 0 && fine;
}

static bool all_given(sq_build *b)
{
    bool fine = true;
    for (size_t i = 0; i < b->attributes.count; i++)
        if (!b->attribute_given.items[i])
            fine = sq_diag_error(b->diags, b->attribute_places.items[i],
                                 "the attribute '%s' has no value at baseline: give it `initial:`, "
                                 "or a value in the "
                                 "experiment's population",
                                 b->attributes.items[i].name);
    return fine;
}

bool sq_build_population(sq_build *b)
{
    static const char *const known[] = {"attributes", "correlation", "csv", NULL};
    sq_said said = b->one[SQ_ONE_POPULATION];
    bool fine = true, *given = sq_build_scratch(b, b->attributes.count, sizeof *given);
    bool *found = sq_build_scratch(b, b->attributes.count, sizeof *found);
    const sq_node *attributes = NULL, *csv = NULL;
    if (!given || !found) return false;
    if (said.node && sq_node_expect(said.node, SQ_NODE_MAP, "a population", b->diags)) {
        sq_node_known_keys(said.node, "a population", known, b->diags);
        attributes = sq_node_get(said.node, "attributes");
        csv = sq_node_get(said.node, "csv");
    }
    b->model->csv_site = -1;
    if (csv) fine = build_csv(b, csv, given);
    b->model->baseline_actions = (int)b->actions.count;
    fine = build_initial_values(b, given, found) && fine;
    if (attributes &&
        sq_node_expect(attributes, SQ_NODE_MAP, "attributes of the population", b->diags))
        for (int i = 0; i < attributes->count; i++)
            fine = build_attribute(b, attributes, i, given, found) && fine;
    fine = sq_add_action(b, (sq_action){.code = SQ_ACT_END}) >= 0 && fine;
    return (b->skim || all_given(b)) && fine;
}
