/* Attributes: what a patient carries. An attribute given by categories (`by:`) is a row of scalar
 * attributes, one per combination of labels, that lie side by side: courses[blinatumomab] is an attribute
 * like any other, to the engine, to a trace and to a table of patients. */
#include "lang/build.h"

#include <string.h>

static const char *const type_words[] = {"time",  "rate",   "money", "probability", "utility",
                                         "count", "number", "flag",  NULL};

bool sq_is_type_word(const char *name)
{
    for (int i = 0; type_words[i]; i++)
        if (strcmp(type_words[i], name) == 0) return true;
    return false;
}

/* ---- types ------------------------------------------------------------------------------ */

bool sq_read_type(sq_build *b, const sq_node *node, sq_type *type)
{
    const char *word = sq_scalar_text(b, node, "a type");
    if (!word) return false;
    *type = sq_type_flag();
    if (strcmp(word, "flag") == 0) return true;
    type->class = SQ_TYPE_NUMBER;
    bool is_type = sq_is_type_word(word) || strcmp(word, "money/time") == 0;
    if (is_type && sq_unit_from_word(word, &type->unit)) return true;
    type->class = SQ_TYPE_CATEGORY;
    type->category = sq_find_category(b, word);
    if (type->category >= 0) return true;
    const char *names[64];
    size_t n = 0;
    for (; type_words[n]; n++) names[n] = type_words[n];
    for (size_t i = 0; i < b->categories.count && n < 64; i++)
        names[n++] = b->categories.items[i].name;
    return sq_diag_error(b->diags, node->place, "unknown type '%s'%s", word,
                         sq_diag_hint(b->diags, word, names, n));
}

static bool read_latent(sq_build *b, const sq_entry *e, const sq_node *latent, sq_attribute *attribute)
{
    static const char *const kinds[] = {"normal", NULL};
    attribute->latent = true;
    attribute->type = sq_type_plain();
    if (sq_node_get(e->node, "type") || sq_node_get(e->node, "initial") || sq_node_get(e->node, "by"))
        return sq_diag_error(b->diags, e->place,
                             "a latent is drawn: it has neither type nor initial, and no `by:`");
    return sq_choice(b, latent, "latent", kinds, 0) >= 0;
}

static bool read_attribute(sq_build *b, const sq_entry *e, sq_attribute *attribute)
{
    static const char *const known[] = {"type", "initial", "latent", "by", NULL};
    if (e->node->kind == SQ_NODE_SCALAR) return sq_read_type(b, e->node, &attribute->type);
    if (!sq_node_expect(e->node, SQ_NODE_MAP, "an attribute: a type, or a map", b->diags))
        return false;
    if (!sq_node_known_keys(e->node, "an attribute", known, b->diags)) return false;
    const sq_node *latent = sq_node_get(e->node, "latent"), *type = sq_node_get(e->node, "type");
    if (latent) return read_latent(b, e, latent, attribute);
    if (!type)
        return sq_diag_error(b->diags, e->node->place, "the attribute '%s' has no type", e->name);
    return sq_read_type(b, type, &attribute->type);
}

/* ---- elements --------------------------------------------------------------------------- */

/* "courses[cart, first]" as a column of a table: "courses_cart_first". */
static const char *column_name(sq_build *b, const char *name)
{
    sq_writer w = {0};
    for (const char *p = name; *p; p++) {
        if (*p == '[' || *p == ',') sq_write(&w, "_");
        if (*p != '[' && *p != ',' && *p != ']' && *p != ' ') sq_write(&w, "%c", *p);
    }
    return sq_build_keep_written(b, &w);
}

/* One scalar attribute: its index, or -1. node: NULL for a decision's own. */
static int push_attribute(sq_build *b, sq_attribute attribute, int symbol, sq_place place,
                          const sq_node *node)
{
    int index = (int)b->attributes.count;
    int before = sq_index_get(&b->column_index, attribute.column);
    if (before >= 0)
        sq_diag_error(b->diags, place,
                      "'%s' would be the column '%s' of a table of patients, and so would '%s' at %s",
                      attribute.name, attribute.column, b->attributes.items[before].name,
                      sq_build_where(b, b->attribute_places.items[before]));
    if (!sq_vec_push(&b->attributes, attribute) || !sq_vec_push(&b->attribute_nodes, node) ||
        !sq_vec_push(&b->attribute_places, place) ||
        !sq_vec_push(&b->attribute_given, attribute.latent) ||
        !sq_vec_push(&b->attribute_symbols, symbol) ||
        !sq_index_put(&b->scratch, &b->element_index, attribute.name, index) ||
        (before < 0 && !sq_index_put(&b->scratch, &b->column_index, attribute.column, index)))
        return sq_build_no_memory(b) - 1;
    if (attribute.latent && !sq_vec_push(&b->latents, index)) return sq_build_no_memory(b) - 1;
    return index;
}

int sq_add_attribute(sq_build *b, sq_attribute attribute, sq_place place)
{
    sq_symbol symbol = {.kind = SQ_SYMBOL_ATTRIBUTE, .index = (int)b->attributes.count,
                        .type = attribute.type};
    int added = sq_add_symbol(b, attribute.name, "attribute", place, symbol, -1);
    attribute.column = attribute.name;
    return added < 0 ? -1 : push_attribute(b, attribute, added, place, NULL);
}

/* The categories an attribute is given by; a vector without entries after reporting. */
static sq_param dimensions_of(sq_build *b, const sq_entry *e, const char *name)
{
    sq_param vector = {.name = name, .place = e->place, .node = e->node, .n_entries = 1};
    if (!sq_read_dimensions(b, &vector)) vector.n_entries = 0;
    for (int d = 0; d < vector.n_dims; d++) {
        if (vector.dim[d] != SQ_CATEGORY_STATES) continue;
        vector.n_entries = 0;
        sq_diag_error(b->diags, e->place,
                      "an attribute is given by categories, not by state: count(STATE) and "
                      "time_in(STATE) tell of states");
    }
    if (vector.n_entries < SQ_BITS_MAX) return vector;
    vector.n_entries = 0;
    sq_diag_error(b->diags, e->place, "'%s' has more elements than the %d attributes possible", name,
                  SQ_BITS_MAX);
    return vector;
}

bool sq_says_unset(const sq_build *b, sq_type type, const sq_node *node)
{
    if (!node || node->kind != SQ_NODE_SCALAR || strcmp(node->text, "unset") != 0) return false;
    return type.class != SQ_TYPE_CATEGORY || sq_find_label(sq_category_of(b, type.category), "unset") < 0;
}

/* Whether the node, or an entry of the map that it is, says `unset`. */
static bool anywhere_unset(const sq_build *b, sq_type type, const sq_node *node)
{
    bool is = sq_says_unset(b, type, node);
    for (int i = 0; node && node->kind == SQ_NODE_MAP && i < node->count; i++)
        is = is || anywhere_unset(b, type, node->item[i]);
    return is;
}

static void declare_attribute(sq_build *b, const sq_entry *e)
{
    sq_attribute attribute = {.name = sq_build_keep(b, e->name), .type = sq_type_plain()};
    if (!sq_expect_word(b, e->name, "an attribute", e->place)) return;
    read_attribute(b, e, &attribute);
    if (e->node->kind == SQ_NODE_MAP)
        attribute.may_be_unset = anywhere_unset(b, attribute.type, sq_node_get(e->node, "initial"));
    sq_param vector = dimensions_of(b, e, attribute.name);
    sq_symbol symbol = {.kind = SQ_SYMBOL_ATTRIBUTE, .index = (int)b->attributes.count,
                        .type = attribute.type, .n_dims = vector.n_dims};
    memcpy(symbol.dim, vector.dim, sizeof symbol.dim);
    int added = sq_add_symbol(b, e->name, "attribute", e->place, symbol, -1);
    for (int i = 0; i < vector.n_entries && added >= 0; i++) {
        attribute.name = sq_entry_name(b, &vector, "", i);
        attribute.column = vector.n_dims ? column_name(b, attribute.name) : attribute.name;
        if (push_attribute(b, attribute, added, e->place, e->node) < 0) return;
    }
}

void sq_declare_attributes(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_ATTRIBUTES];
    for (size_t i = 0; i < section->count; i++) declare_attribute(b, &section->items[i]);
}

/* The node of each element in a map by label; NULL after a report. */
static const sq_node **leaves_by_label(sq_build *b, const sq_named *named, const sq_node *map)
{
    static const char *const none[] = {NULL};
    sq_param vector = {.name = named->name, .node = map, .place = map->place, .n_dims = named->symbol.n_dims};
    memcpy(vector.dim, named->symbol.dim, sizeof vector.dim);
    const sq_node **leaf = sq_build_scratch(b, (size_t)sq_vector_size(b, &named->symbol), sizeof *leaf);
    return leaf && sq_collect_entries(b, &vector, none, leaf) ? leaf : NULL;
}

const sq_node *sq_initial_of(sq_build *b, int attribute)
{
    const sq_named *named = &b->symbols.items[b->attribute_symbols.items[attribute]];
    const sq_node *node = b->attribute_nodes.items[attribute];
    const sq_node *initial = node && node->kind == SQ_NODE_MAP ? sq_node_get(node, "initial") : NULL;
    int first = named->symbol.index;
    if (!initial || initial->kind != SQ_NODE_MAP || named->symbol.n_dims == 0) return initial;
    if (attribute == first) /* once for the whole vector: mistakes in it are told once */
        b->initial_leaf = leaves_by_label(b, named, initial);
    return b->initial_leaf ? b->initial_leaf[attribute - first] : NULL;
}

/* ---- finding them ----------------------------------------------------------------------- */

int sq_vector_size(const sq_build *b, const sq_symbol *symbol)
{
    int n = 1;
    for (int d = 0; d < symbol->n_dims; d++) n *= sq_category_of(b, symbol->dim[d])->n_labels;
    return n;
}

int sq_find_attribute(sq_build *b, const char *name)
{
    return sq_index_get(&b->element_index, sq_canonical_name(b, name));
}

void sq_attribute_is_read(sq_build *b, int attribute)
{
    b->symbols.items[b->attribute_symbols.items[attribute]].used = true;
}

static int unknown_attribute(sq_build *b, const sq_node *node, const char *what)
{
    size_t n = (size_t)b->first_hidden;
    const char **names = sq_build_scratch(b, n + 1, sizeof *names);
    if (!names) return -1;
    for (size_t k = 0; k < n; k++) names[k] = b->attributes.items[k].name;
    sq_diag_error(b->diags, node->place, "unknown %s '%.80s'%s", what, node->text,
                  sq_diag_hint(b->diags, node->text, names, n));
    return -1;
}

/* The symbol of a vector of this name; NULL for anything else. */
static const sq_named *vector_named(const sq_build *b, const char *name)
{
    int i = sq_index_get(&b->symbol_index, name);
    const sq_named *named = i < 0 ? NULL : &b->symbols.items[i];
    bool is = named && named->symbol.kind == SQ_SYMBOL_ATTRIBUTE && named->symbol.n_dims > 0;
    return is ? named : NULL;
}

static bool is_draw(const sq_node *node)
{
    return sq_node_get(node, "from") || sq_node_get(node, "among") || sq_node_get(node, "chance");
}

bool sq_whole_vector(sq_build *b, const char *name, const sq_node *node, sq_vector_values *out)
{
    const sq_named *vector = vector_named(b, name);
    if (!vector) return false;
    *out = (sq_vector_values){.first = vector->symbol.index};
    int n = sq_vector_size(b, &vector->symbol);
    if (node->kind == SQ_NODE_MAP && !is_draw(node)) {
        out->node = leaves_by_label(b, vector, node);
        out->n = out->node ? n : 0;
        for (int i = 0; i < n && !out->n; i++) b->attribute_given.items[out->first + i] = true;
        return true;
    }
    out->node = sq_build_scratch(b, (size_t)n, sizeof *out->node);
    out->n = out->node ? n : 0;
    for (int i = 0; i < out->n; i++) out->node[i] = node;
    return true;
}

int sq_named_attribute(sq_build *b, const sq_node *node, const char *what)
{
    const char *name = sq_scalar_text(b, node, what);
    if (!name) return -1;
    int i = sq_find_attribute(b, name);
    const sq_named *vector = i < 0 ? vector_named(b, name) : NULL;
    if (vector && sq_vector_size(b, &vector->symbol) > 0) {
        sq_diag_error(b->diags, node->place, "'%s' has an element per label: name one, as in %s", name,
                      b->attributes.items[vector->symbol.index].name);
        return -1;
    }
    return i >= 0 ? i : unknown_attribute(b, node, what);
}

/* What is written is not thereby read: the warning of attributes nobody reads must not be lost. */
static bool compile_element(sq_build *b, const sq_node *node, int symbol, unsigned allow,
                            sq_target_place *out)
{
    bool used = b->symbols.items[symbol].used;
    sq_bits reads = {{0}};
    bool fine = sq_expr_compile_element(&b->compiler, node, allow, &out->attribute, &out->offset, &reads);
    b->symbols.items[symbol].used = used;
    return fine;
}

bool sq_read_target(sq_build *b, const sq_node *node, unsigned allow, sq_target_place *out)
{
    *out = (sq_target_place){.attribute = -1};
    const char *text = sq_scalar_text(b, node, "an attribute");
    size_t n = text ? strcspn(text, "[ ") : 0;
    const char *base = text ? sq_arena_text(&b->scratch, text, n) : NULL;
    if (!base) return text && sq_build_no_memory(b);
    const sq_named *vector = vector_named(b, base);
    out->name = base;
    if (vector && strchr(text, '[')) {
        int symbol = sq_index_get(&b->symbol_index, base);
        if (!compile_element(b, node, symbol, allow, out)) return false;
    } else {
        out->attribute = sq_named_attribute(b, node, "attribute");
    }
    if (out->attribute < 0) return false;
    if (out->offset.count == 0) out->name = b->attributes.items[out->attribute].name;
    return true;
}
