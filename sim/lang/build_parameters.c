/* Parameters: declaring them, replacing them, and ordering them by dependence. An expression may
 * use a parameter that is defined later; dependence is found by the words in the text, so the order
 * is known before anything is compiled. Every strategy gets its own sequence of steps, because a
 * value it replaces may depend on other parameters than the value it replaces does. */
#include "lang/build.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ENTRIES = 100000, MOST_SLOTS = 4000000, LONGEST_CHAIN = 5000 };

/* ---- names ------------------------------------------------------------------------------ */

const char *sq_canonical_name(sq_build *b, const char *name)
{
    char *out = sq_build_scratch(b, 2 * strlen(name) + 1, 1);
    size_t n = 0;
    if (!out) return "";
    for (; *name; name++) {
        if (isspace((unsigned char)*name)) continue;
        out[n++] = *name;
        if (*name == ',') out[n++] = ' ';
    }
    return out;
}

const char *sq_entry_name(sq_build *b, const sq_param *param, const char *suffix, int entry)
{
    sq_writer w = {0};
    sq_write(&w, "%s%s", param->name, suffix);
    int rest = entry, size = param->n_entries;
    for (int d = 0; d < param->n_dims; d++) {
        const sq_category *category = sq_category_of(b, param->dim[d]);
        size /= category->n_labels;
        sq_write(&w, "%s%s", d ? ", " : "[", category->labels[rest / size]);
        rest %= size;
    }
    if (param->n_dims) sq_write(&w, "]");
    return sq_build_keep_written(b, &w);
}

/* Words joined by dots. */
static bool is_parameter_name(const char *name)
{
    bool begins = true;
    for (; *name; name++) {
        if (begins && !isalpha((unsigned char)*name) && *name != '_') return false;
        if (!isalnum((unsigned char)*name) && *name != '_' && *name != '.') return false;
        begins = *name == '.';
    }
    return !begins;
}

int sq_take_slots(sq_build *b, int n)
{
    int first = b->block_size;
    if (n > MOST_SLOTS - first) {
        sq_diag_error(b->diags, (sq_place){0}, "the parameters need more than %d numbers",
                      (int)MOST_SLOTS);
        return 0;
    }
    b->block_size += n;
    return first;
}

sq_symbol sq_param_symbol(const sq_param *param, int slot, sq_unit unit)
{
    sq_symbol symbol = {.kind = SQ_SYMBOL_PARAMETER, .index = slot, .n_dims = param->n_dims};
    symbol.type = (sq_type){SQ_TYPE_NUMBER, unit, 0};
    memcpy(symbol.dim, param->dim, sizeof symbol.dim);
    return symbol;
}

/* ---- replacements ----------------------------------------------------------------------- */

sq_patch *sq_find_patch(sq_build *b, const char *name)
{
    int i = sq_index_get(&b->patch_index, name);
    return i < 0 ? NULL : &b->patches.items[i];
}

/* The last replacement of a name holds: the command line comes after the files. */
static void add_patch(sq_build *b, const char *name, const sq_node *node, const sq_node *about, sq_place place)
{
    sq_patch patch = {sq_canonical_name(b, name), node, about, place, false};
    sq_patch *before = sq_find_patch(b, patch.name);
    if (before)
        *before = patch;
    else if (!sq_vec_push(&b->patches, patch) ||
             !sq_index_put(&b->scratch, &b->patch_index, patch.name, (int)b->patches.count - 1))
        sq_build_no_memory(b);
}

/* A definition in place of something that has none of its own. */
static void nothing_to_override(sq_build *b, const sq_entry *e)
{
    const sq_entries *parameters = &b->section[SQ_IN_PARAMETERS];
    size_t n = strcspn(e->name, "[.");
    const char *whole = sq_arena_text(&b->scratch, e->name, n);
    const char **names = sq_build_scratch(b, parameters->count, sizeof *names);
    if (!whole || !names) return;
    for (size_t i = 0; i < parameters->count; i++) names[i] = parameters->items[i].name;
    if (e->name[n] && sq_index_get(&parameters->index, whole) >= 0)
        sq_diag_error(b->diags, e->place,
                      "'%.80s' is one number of '%.80s': give it a value (or a map with `value:`), or '%.80s' a whole "
                      "new definition",
                      e->name, whole, whole);
    else
        sq_diag_error(b->diags, e->place, "there is no parameter '%.80s' to override%s", e->name,
                      sq_diag_hint(b->diags, e->name, names, parameters->count));
}

/* One number of a definition, by a map that says what is known of it. */
static void override_number(sq_build *b, const sq_entry *e)
{
    const sq_node *value = sq_node_get(e->node, "value");
    bool is_part = strpbrk(e->name, "[.") != NULL;
    if (!value || !is_part)
        nothing_to_override(b, e);
    else if (sq_scalar_text(b, value, "a value"))
        add_patch(b, e->name, value, e->node, e->place);
}

static void apply_overrides(sq_build *b)
{
    const sq_entries *overrides = &b->section[SQ_IN_OVERRIDE];
    sq_entries *parameters = &b->section[SQ_IN_PARAMETERS];
    for (size_t i = 0; i < overrides->count; i++) {
        const sq_entry *e = &overrides->items[i];
        int defined = sq_index_get(&parameters->index, e->name);
        if (e->node->kind == SQ_NODE_MAP && defined >= 0)
            parameters->items[defined] = *e;
        else if (e->node->kind == SQ_NODE_MAP)
            override_number(b, e);
        else if (sq_scalar_text(b, e->node, "a value"))
            add_patch(b, e->name, e->node, NULL, e->place);
    }
}

/* What the results say of an override; nothing of one that the command line replaces in its turn. */
static void list_override(sq_build *b, const sq_entry *e)
{
    const char *name = sq_canonical_name(b, e->name);
    const sq_patch *patch = sq_find_patch(b, name);
    const sq_node *value = e->node->kind == SQ_NODE_MAP ? sq_node_get(e->node, "value") : e->node;
    if (patch && strcmp(patch->place.source->path, SQ_SET_PATH) == 0) return;
    const char *text = value && value->kind == SQ_NODE_SCALAR ? value->text : "defined anew";
    sq_override listed = {sq_build_keep(b, name), sq_build_keep(b, text), sq_build_where(b, e->place)};
    if (!sq_vec_push(&b->overrides, listed)) sq_build_no_memory(b);
}

static void list_overrides(sq_build *b)
{
    const sq_entries *overrides = &b->section[SQ_IN_OVERRIDE];
    for (size_t i = 0; i < overrides->count && !b->out_of_memory; i++) list_override(b, &overrides->items[i]);
}

/* A setting is a source of its own, so that a message can show it with a caret. */
static void apply_set(sq_build *b, const char *text)
{
    sq_place place = {0};
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        sq_diag_error(b->diags, place, "--set %.80s: expected NAME=VALUE", text);
        return;
    }
    sq_source *source = sq_arena_alloc(&b->diags->arena, sizeof *source);
    const char *kept = sq_arena_text(&b->diags->arena, text, strlen(text));
    const char *name = sq_arena_text(&b->scratch, text, (size_t)(equals - text));
    if (!source || !kept || !name) {
        b->out_of_memory = true;
        return;
    }
    *source = (sq_source){SQ_SET_PATH, kept, strlen(kept), NULL};
    sq_place named = {source, 1, 1}, value = {source, 1, (int)(equals - text) + 2};
    const sq_node *node = sq_made_scalar(b, kept + (equals - text) + 1, value);
    if (!node) return;
    if (strcmp(sq_canonical_name(b, name), SQ_HORIZON) == 0)
        b->one[SQ_ONE_HORIZON] = (sq_said){node, value};
    else
        add_patch(b, name, node, NULL, named);
}

/* The slot of a number that a user can name; -1 if there is none of that name. */
static int named_slot(sq_build *b, const char *canonical)
{
    for (size_t i = 0; i < b->parameters.count; i++) {
        const char *name = b->parameters.items[i].name;
        if (strcmp(name, canonical) == 0 || strcmp(sq_canonical_name(b, name), canonical) == 0)
            return b->parameters.items[i].slot;
    }
    return -1;
}

static const char solved_text[] = "'%s' is solved from published statements: it cannot be replaced";

/* A number that begins with the name of a definition: what could be replaced instead. NULL if none. */
static const char *example_of(const sq_build *b, const char *definition)
{
    size_t n = strlen(definition);
    for (size_t i = 0; i < b->parameters.count; i++) {
        const char *name = b->parameters.items[i].name;
        bool is_part = strncmp(name, definition, n) == 0 && name[n] && strchr(".[(", name[n]);
        if (is_part && b->parameters.items[i].slot >= 0) return name;
    }
    return NULL;
}

/* Whether a law given by knots, or an entry of one, is listed under this name. */
static bool is_table(const sq_build *b, const char *name)
{
    for (size_t i = 0; i < b->parameters.count; i++)
        if (b->parameters.items[i].slot < 0 && strcmp(b->parameters.items[i].name, name) == 0)
            return true;
    return false;
}

static void explain(sq_build *b, const sq_patch *patch, const char *const *names, size_t n)
{
    int symbol = sq_index_get(&b->symbol_index, patch->name);
    int param = symbol >= 0 ? b->symbols.items[symbol].param : -1;
    const char *example = example_of(b, patch->name);
    if (param >= 0 && b->params.items[param].broken) return;
    if (named_slot(b, patch->name) >= 0)
        sq_diag_error(b->diags, patch->place, solved_text, patch->name);
    else if (param >= 0 && example)
        sq_diag_error(b->diags, patch->place,
                      "'%s' has several numbers: replace one of them (as in %s), or its whole "
                      "definition by `override:`",
                      patch->name, example);
    else if (param >= 0 || is_table(b, patch->name))
        sq_diag_error(b->diags, patch->place, "'%s' can only be replaced as a whole, by `override:`",
                      patch->name);
    else
        sq_diag_error(b->diags, patch->place, "there is no parameter '%s' to replace%s", patch->name,
                      sq_diag_hint(b->diags, patch->name, names, n));
}

static void report_patch(sq_build *b, const sq_patch *patch)
{
    size_t n = b->parameters.count;
    const char **names = sq_build_scratch(b, n, sizeof *names);
    for (size_t i = 0; names && i < n; i++) names[i] = b->parameters.items[i].name;
    if (names) explain(b, patch, names, n);
}

static void report_unapplied(sq_build *b)
{
    for (size_t i = 0; i < b->patches.count; i++)
        if (!b->patches.items[i].applied) report_patch(b, &b->patches.items[i]);
}

/* ---- declaring -------------------------------------------------------------------------- */

bool sq_axis_category(sq_build *b, const sq_node *node, int *category)
{
    const char *name = sq_scalar_text(b, node, "by: a category");
    if (!name) return false;
    *category = SQ_CATEGORY_STATES;
    if (strcmp(name, "state") == 0) return true;
    *category = sq_find_category(b, name);
    if (*category >= 0) return true;
    int attribute = sq_find_attribute(b, name);
    if (attribute >= 0 && b->attributes.items[attribute].type.class == SQ_TYPE_CATEGORY) {
        *category = b->attributes.items[attribute].type.category;
        return true;
    }
    const char **names = sq_build_scratch(b, b->categories.count, sizeof *names);
    for (size_t i = 0; names && i < b->categories.count; i++) names[i] = b->categories.items[i].name;
    return sq_diag_error(b->diags, node->place, "unknown category '%.80s'%s", name,
                         names ? sq_diag_hint(b->diags, name, names, b->categories.count) : "");
}

bool sq_add_dimension(sq_build *b, sq_param *param, const sq_node *node)
{
    int category;
    if (!sq_axis_category(b, node, &category)) return false;
    int labels = sq_category_of(b, category)->n_labels;
    if (param->n_dims == SQ_KEYS)
        return sq_diag_error(b->diags, node->place, "a table has at most %d dimensions",
                             (int)SQ_KEYS);
    bool is_empty = labels == 0 || param->n_entries == 0; /* told where the category is declared */
    if (!is_empty && labels > MOST_ENTRIES / param->n_entries)
        return sq_diag_error(b->diags, node->place, "this table would have more than %d entries",
                             (int)MOST_ENTRIES);
    param->dim[param->n_dims++] = category;
    param->n_entries *= labels;
    return !is_empty;
}

/* The dimensions that a file of a law's table has by its columns. */
static bool read_file_dimensions(sq_build *b, sq_param *param)
{
    sq_by_columns by;
    if (!sq_read_by_columns(b, param->node, &by)) return false;
    bool fine = true;
    for (int i = 0; i < by.n; i++) fine = sq_add_dimension(b, param, by.axis[i]) && fine;
    return fine;
}

bool sq_read_dimensions(sq_build *b, sq_param *param)
{
    const sq_node *by = param->node->kind == SQ_NODE_MAP ? sq_node_get(param->node, "by") : NULL;
    bool is_law = param->kind == SQ_PARAM_LAW, is_number = param->kind == SQ_PARAM_NUMBER;
    if ((is_law && by && by->kind == SQ_NODE_MAP) || ((is_law || is_number) && !by))
        return read_file_dimensions(b, param);
    if (!by) return true;
    if (by->kind == SQ_NODE_SCALAR) return sq_add_dimension(b, param, by);
    if (!sq_node_expect(by, SQ_NODE_LIST, "by: a category or a list of them", b->diags))
        return false;
    bool fine = true;
    for (int i = 0; i < by->count; i++) fine = sq_add_dimension(b, param, by->item[i]) && fine;
    return fine;
}

bool sq_read_unit(sq_build *b, const sq_node *node, sq_unit *unit)
{
    const char *word = sq_scalar_text(b, node, "a unit");
    if (!word) return false;
    if (sq_unit_from_word(word, unit)) return true;
    const char *const *words = sq_unit_words();
    size_t n = 0;
    while (words[n]) n++;
    return sq_diag_error(b->diags, node->place, "unknown unit '%.60s'%s", word,
                         sq_diag_hint(b->diags, word, words, n));
}

static bool declare_number(sq_build *b, sq_param *param, int index)
{
    param->slot = sq_take_slots(b, param->n_entries);
    sq_symbol symbol = sq_param_symbol(param, param->slot, param->unit);
    return sq_add_symbol(b, param->name, "parameter", param->place, symbol, index) >= 0;
}

static void declare_parameter(sq_build *b, const sq_entry *e)
{
    sq_param param = {
        .name = sq_build_keep(b, e->name),
        .place = e->place,
        .node = e->node,
        .n_entries = 1,
        .cured_slot = -1,
        .row_slot = -1,
        .table = -1,
        .first_symbol = (int)b->symbols.count,
    };
    int index = (int)b->params.count;
    if (!is_parameter_name(e->name))
        sq_diag_error(b->diags, e->place,
                      "'%.60s' cannot name a parameter: words joined by dots can", e->name);
    if (strcmp(e->name, SQ_HORIZON) == 0)
        sq_diag_error(b->diags, e->place,
                      "a parameter cannot be called '%s': `--set %s=TIME` sets that of the experiment",
                      SQ_HORIZON, SQ_HORIZON);
    bool is_map = e->node->kind == SQ_NODE_MAP;
    if (is_map && sq_node_get(e->node, "law")) param.kind = SQ_PARAM_LAW;
    if (is_map && sq_node_get(e->node, "piecewise")) param.kind = SQ_PARAM_FUNCTION;
    if (is_map && sq_node_get(e->node, "waning")) param.kind = SQ_PARAM_PROFILE;
    if (!is_map && !sq_scalar_text(b, e->node, "a parameter: a value or a map")) return;
    const sq_node *unit = is_map ? sq_node_get(e->node, "unit") : NULL;
    if (unit) param.has_unit = sq_read_unit(b, unit, &param.unit);
    param.broken = !sq_read_dimensions(b, &param);
    bool in_file = !param.broken && param.kind == SQ_PARAM_NUMBER && is_map &&
                   sq_node_get(param.node, "csv");
    const sq_node *read = in_file ? sq_definition_from_csv(b, &param) : param.node;
    param.broken = param.broken || !read;
    if (read) param.node = read;
    bool fine = !param.broken;
    if (param.kind == SQ_PARAM_LAW) fine = sq_declare_law(b, &param, index) && fine;
    if (param.kind == SQ_PARAM_FUNCTION) fine = sq_declare_function(b, &param, index) && fine;
    if (param.kind == SQ_PARAM_PROFILE) fine = sq_declare_profile(b, &param, index) && fine;
    if (param.kind == SQ_PARAM_NUMBER) fine = declare_number(b, &param, index) && fine;
    param.broken = !fine;
    param.n_symbols = (int)b->symbols.count - param.first_symbol;
    if (!sq_vec_push(&b->params, param)) sq_build_no_memory(b);
}

/* ---- dependence ------------------------------------------------------------------------- */

static bool has_int(const sq_ints *list, int value)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == value) return true;
    return false;
}

/* A named expression is walked once in a collection: it may be used many times over. */
static void need_word(sq_build *b, const char *word, sq_ints *needs, int depth)
{
    int i = sq_index_get(&b->symbol_index, word);
    if (i < 0 || b->symbols.items[i].walk == b->walks) return;
    sq_named *named = &b->symbols.items[i];
    named->walk = b->walks;
    if (named->symbol.kind == SQ_SYMBOL_FUNCTION && depth < 64)
        sq_collect_needs(b, named->symbol.node, needs, depth + 1);
    if (named->param >= 0 && !has_int(needs, named->param) && !sq_vec_push(needs, named->param))
        sq_build_no_memory(b);
}

static void needs_of_text(sq_build *b, const char *text, sq_ints *needs, int depth)
{
    char word[SQ_LONGEST_NAME + 1];
    while (*text) {
        size_t n = 0;
        while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '.') n++;
        bool is_name =
            n > 0 && n < sizeof word && (isalpha((unsigned char)text[0]) || text[0] == '_');
        if (is_name) {
            memcpy(word, text, n);
            word[n] = '\0';
            need_word(b, word, needs, depth);
        }
        text += n ? n : 1;
    }
}

/* Whether what stands under this key is words, not expressions. A label that is written like such a key
 * is an entry all the same. */
static bool holds_words(const sq_build *b, const sq_param *param, const char *key)
{
    static const char *const words_only[] = {
        "source", "note",     "class",  "by",    "unit",        "of",   "csv",       "law",
        "age",    "rate per", "age in", "where", "interpolate", "tail", "beyond", "describes", "in"};
    for (int d = 0; param && d < param->n_dims; d++)
        if (sq_find_label(sq_category_of(b, param->dim[d]), key) >= 0) return false;
    for (size_t k = 0; k < sizeof words_only / sizeof *words_only; k++)
        if (strcmp(key, words_only[k]) == 0) return true;
    return false;
}

static void collect(sq_build *b, const sq_param *param, const sq_node *node, sq_ints *needs, int depth)
{
    if (node->kind == SQ_NODE_SCALAR) needs_of_text(b, node->text, needs, depth);
    for (int i = 0; i < node->count; i++)
        if (node->kind != SQ_NODE_MAP || !holds_words(b, param, node->key[i]))
            collect(b, param, node->item[i], needs, depth);
}

void sq_collect_needs(sq_build *b, const sq_node *node, sq_ints *needs, int depth)
{
    if (depth == 0) b->walks++;
    collect(b, NULL, node, needs, depth);
}

/* What a parameter reads once replacements from files and the command line are in place. */
static void collect_param_needs(sq_build *b, sq_param *param)
{
    b->walks++;
    collect(b, param, param->node, &param->needs, 0);
    size_t n = strlen(param->name);
    for (size_t i = 0; i < b->patches.count; i++) {
        const sq_patch *patch = &b->patches.items[i];
        bool mine = strncmp(patch->name, param->name, n) == 0 &&
                    (patch->name[n] == '\0' || patch->name[n] == '[' || patch->name[n] == '.');
        if (mine) sq_collect_needs(b, patch->node, &param->needs, 0);
    }
}

enum { UNSEEN, OPEN, DONE };

typedef struct walk {
    sq_build *b;
    int strategy;
    sq_ints order, path;
} walk;

static bool visit(walk *w, int index);

static bool report_cycle(walk *w, int index)
{
    sq_writer text = {0};
    size_t i = w->path.count;
    while (i > 0 && w->path.items[i - 1] != index) i--;
    for (i = i ? i - 1 : 0; i < w->path.count; i++)
        sq_write(&text, "%s -> ", w->b->params.items[w->path.items[i]].name);
    const sq_param *param = &w->b->params.items[index];
    sq_diag_error(w->b->diags, param->place, "parameters depend on each other in a circle: %s%s",
                  text.items ? text.items : "", param->name);
    free(text.items);
    return false;
}

static bool visit_all(walk *w, const sq_ints *needs)
{
    for (size_t i = 0; i < needs->count; i++)
        if (!visit(w, needs->items[i])) return false;
    return true;
}

/* Depth first: what a parameter needs comes before it. */
static bool visit(walk *w, int index)
{
    sq_build *b = w->b;
    if (b->params.items[index].mark == DONE) return true;
    if (b->params.items[index].mark == OPEN) return report_cycle(w, index);
    if (w->path.count >= LONGEST_CHAIN)
        return sq_diag_error(b->diags, b->params.items[index].place,
                             "more than %d parameters depend on each other in a chain",
                             (int)LONGEST_CHAIN);
    b->params.items[index].mark = OPEN;
    if (!sq_vec_push(&w->path, index)) return sq_build_no_memory(b);
    bool fine = visit_all(w, &b->params.items[index].needs);
    for (size_t i = 0; fine && i < b->strategy_sets.count; i++) {
        const sq_strategy_set *set = &b->strategy_sets.items[i];
        if (set->strategy == w->strategy && set->param == index) fine = visit_all(w, &set->needs);
    }
    w->path.count--;
    b->params.items[index].mark = DONE;
    return sq_vec_push(&w->order, index) ? fine : sq_build_no_memory(b);
}

static bool order_parameters(sq_build *b, int strategy, sq_ints *order)
{
    walk w = {.b = b, .strategy = strategy};
    bool fine = true;
    for (size_t i = 0; i < b->params.count; i++) b->params.items[i].mark = UNSEEN;
    for (size_t i = 0; i < b->params.count && !b->out_of_memory; i++)
        fine = visit(&w, (int)i) && fine;
    free(w.path.items);
    *order = w.order;
    return fine;
}

/* ---- the stage -------------------------------------------------------------------------- */

static void compile_parameter(sq_build *b, sq_param *param)
{
    if (param->broken) return;
    bool fine = false;
    switch (param->kind) {
    case SQ_PARAM_NUMBER: fine = sq_compile_numbers(b, param); break;
    case SQ_PARAM_LAW: fine = sq_compile_law(b, param); break;
    case SQ_PARAM_FUNCTION: fine = sq_compile_function(b, param); break;
    case SQ_PARAM_PROFILE: fine = sq_compile_profile(b, param); break;
    }
    param->broken = !fine;
}

bool sq_build_parameters(sq_build *b)
{
    apply_overrides(b);
    for (int i = 0; b->options && i < b->options->n_sets; i++) apply_set(b, b->options->sets[i]);
    const sq_entries *section = &b->section[SQ_IN_PARAMETERS];
    for (size_t i = 0; i < section->count; i++) declare_parameter(b, &section->items[i]);
    for (size_t i = 0; i < b->params.count; i++) collect_param_needs(b, &b->params.items[i]);
    sq_ints order = {0};
    bool in_order = order_parameters(b, -1, &order);
    for (size_t i = 0; in_order && i < order.count && !sq_diags_full(b->diags); i++)
        compile_parameter(b, &b->params.items[order.items[i]]);
    free(order.items);
    if (in_order) report_unapplied(b);
    list_overrides(b);
    return !b->out_of_memory && !sq_diags_full(b->diags);
}

/* ---- strategies' own values ------------------------------------------------------------- */

/* The step that gives a slot its value; false where it is solved for. */
static bool find_step(const sq_build *b, int slot, int *param, int *step)
{
    for (size_t p = 0; p < b->params.count; p++) {
        const sq_steps *steps = &b->params.items[p].steps;
        for (size_t i = 0; i < steps->count; i++) {
            if (steps->items[i].kind != SQ_STEP_VALUE || steps->items[i].slot != slot) continue;
            *param = (int)p;
            *step = (int)i;
            return true;
        }
    }
    return false;
}

static void set_one(sq_build *b, int strategy, const char *key, sq_place place, const sq_node *node)
{
    sq_strategy_set set = {.strategy = strategy};
    const char *name = sq_canonical_name(b, key);
    int slot = named_slot(b, name);
    if (slot < 0) {
        sq_patch patch = {.name = name, .node = node, .place = place};
        report_patch(b, &patch);
        return;
    }
    if (!find_step(b, slot, &set.param, &set.step)) {
        sq_diag_error(b->diags, place, solved_text, name);
        return;
    }
    for (size_t i = 0; i < b->strategy_sets.count; i++) {
        const sq_strategy_set *other = &b->strategy_sets.items[i];
        if (other->strategy != strategy || other->param != set.param || other->step != set.step)
            continue;
        sq_diag_error(b->diags, place, "'%s' is set twice by this strategy", name);
        return;
    }
    const sq_step *step = &b->params.items[set.param].steps.items[set.step];
    sq_type want = {SQ_TYPE_NUMBER, step->unit, 0};
    if (!sq_build_expr(b, node, want, SQ_ALLOW_PARAMETERS, &set.value, NULL)) return;
    set.where = sq_build_where(b, node->place);
    sq_collect_needs(b, node, &set.needs, 0);
    if (!sq_vec_push(&b->strategy_sets, set)) sq_build_no_memory(b);
}

bool sq_build_strategy_set(sq_build *b, int strategy, const sq_node *set)
{
    if (!sq_node_expect(set, SQ_NODE_MAP, "set: parameters and their values", b->diags))
        return false;
    for (int i = 0; i < set->count; i++)
        set_one(b, strategy, set->key[i], set->key_place[i], set->item[i]);
    return true;
}

static bool push_steps(sq_build *b, int strategy, int param)
{
    const sq_steps *steps = &b->params.items[param].steps;
    size_t first = b->steps.count;
    for (size_t i = 0; i < steps->count; i++)
        if (!sq_vec_push(&b->steps, steps->items[i])) return sq_build_no_memory(b);
    for (size_t i = 0; i < b->strategy_sets.count; i++) {
        const sq_strategy_set *set = &b->strategy_sets.items[i];
        if (set->strategy != strategy || set->param != param) continue;
        sq_step *step = &b->steps.items[first + (size_t)set->step];
        step->value = set->value;
        step->where = set->where;
        step->is_of_strategy = true;
    }
    return true;
}

bool sq_build_steps(sq_build *b, int strategy, int *first_step, int *n_steps)
{
    sq_ints order = {0};
    *first_step = (int)b->steps.count;
    bool fine = order_parameters(b, strategy, &order);
    for (size_t i = 0; i < order.count && fine; i++) fine = push_steps(b, strategy, order.items[i]);
    free(order.items);
    *n_steps = (int)b->steps.count - *first_step;
    return fine;
}
