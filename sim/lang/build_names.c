/* Declaring names: categories, attributes, states, functions, events, marks and losses, before any
 * expression is compiled, so that an expression may use what is written further down. Expressions
 * share one namespace, and states, events and marks are held apart from it as well: a reader should
 * never have to ask which of two things a word means. */
#include "lang/build.h"

#include <stdlib.h>
#include <string.h>

/* Words of the files, beside those of expressions, that a name would make ambiguous. */
static const char *const reserved[] = {"at", "of", "rest", "otherwise", "default", "unset", NULL};

/* ---- the namespace ---------------------------------------------------------------------- */

static bool is_listed(const char *name, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, name) == 0) return true;
    return false;
}

bool sq_is_reserved_name(const char *name)
{
    return is_listed(name, reserved) || sq_expr_is_reserved(name);
}

int sq_add_symbol(sq_build *b, const char *name, const char *what, sq_place place, sq_symbol symbol,
                  int param)
{
    int before = sq_index_get(&b->symbol_index, name);
    if (before >= 0) {
        const sq_named *other = &b->symbols.items[before];
        sq_diag_error(b->diags, place, "the %s '%s' has the name of the %s at %s", what, name,
                      other->what, sq_build_where(b, other->place));
        return -1;
    }
    if (strlen(name) > SQ_LONGEST_NAME) {
        sq_diag_error(b->diags, place, "the name of this %s is longer than %d characters", what,
                      (int)SQ_LONGEST_NAME);
        return -1;
    }
    if (sq_is_reserved_name(name)) {
        sq_diag_error(b->diags, place, "'%s' is a word of the language and cannot name %s %s", name,
                      strchr("aeiou", what[0]) ? "an" : "a", what);
        return -1;
    }
    sq_named named = {name, what, place, symbol, param, false, 0};
    if (!sq_vec_push(&b->symbols, named) || !sq_vec_push(&b->symbol_names, name) ||
        !sq_index_put(&b->scratch, &b->symbol_index, name, (int)b->symbols.count - 1)) {
        sq_build_no_memory(b);
        return -1;
    }
    return (int)b->symbols.count - 1;
}

static bool lookup(void *context, const char *name, sq_symbol *symbol)
{
    sq_build *b = context;
    int i = sq_index_get(&b->symbol_index, name);
    if (i < 0) return false;
    sq_named *named = &b->symbols.items[i];
    const sq_param *param = named->param >= 0 ? &b->params.items[named->param] : NULL;
    if (param && (param->kind == SQ_PARAM_LAW || param->kind == SQ_PARAM_PROFILE) &&
        strcmp(param->name, name) == 0)
        return false; /* a law is no number; its arguments are, under names of their own */
    named->used = true;
    *symbol = named->symbol;
    return true;
}

static bool occurrence(void *context, const char *name, int *index)
{
    const sq_build *b = context;
    *index = sq_find_occurrence(b, name);
    return *index >= 0;
}

static size_t occurrences(void *context, const char *const **names)
{
    sq_build *b = context;
    *names = b->occurrence_names.items;
    return b->occurrence_names.count;
}

static size_t all_names(void *context, const char *const **names)
{
    sq_build *b = context;
    *names = b->symbol_names.items;
    return b->symbol_names.count;
}

bool sq_expect_word(sq_build *b, const char *name, const char *what, sq_place place)
{
    if (sq_is_word(name)) return true;
    return sq_diag_error(
        b->diags, place,
        "'%.60s' cannot name %s: a name is a letter followed by letters, digits and _", name, what);
}

/* ---- categories ------------------------------------------------------------------------- */

/* Letters, digits and _; labels may begin with a digit. */
static bool is_label(const char *text)
{
    if (!*text) return false;
    char with_letter[2] = "_";
    for (; *text; text++) {
        with_letter[0] = *text;
        if (!sq_is_word(with_letter) && (*text < '0' || *text > '9')) return false;
    }
    return true;
}

static bool check_label(sq_build *b, const sq_category *category, const sq_node *node)
{
    const char *label = sq_scalar_text(b, node, "a label");
    if (!label) return false;
    if (!is_label(label))
        return sq_diag_error(b->diags, node->place,
                             "'%.60s' cannot be a label: labels are letters, digits and _", label);
    if (strcmp(label, "rest") == 0 || strcmp(label, "default") == 0)
        return sq_diag_error(b->diags, node->place,
                             "'%s' is a word of the language and cannot be a label", label);
    if (sq_find_label(category, label) >= 0)
        return sq_diag_error(b->diags, node->place, "the label '%s' appears twice", label);
    return true;
}

/* Adds a category from a list of labels; its index, or -1. */
static int add_category(sq_build *b, const char *name, const sq_node *list)
{
    if (!sq_node_expect(list, SQ_NODE_LIST, "a category: a list of labels", b->diags)) return -1;
    const char **labels = sq_arena_array(&b->model->arena, (size_t)list->count + 1, sizeof *labels);
    sq_category category = {sq_build_keep(b, name), 0, labels};
    if (!labels) return sq_build_no_memory(b) - 1;
    if (list->count == 0)
        sq_diag_error(b->diags, list->place, "the category '%s' has no labels", name);
    for (int i = 0; i < list->count; i++)
        if (check_label(b, &category, list->item[i]))
            labels[category.n_labels++] = sq_build_keep(b, list->item[i]->text);
    if (!sq_vec_push(&b->categories, category) ||
        !sq_index_put(&b->scratch, &b->category_index, category.name, (int)b->categories.count - 1))
        return sq_build_no_memory(b) - 1;
    b->compiler.names.categories = b->categories.items;
    b->compiler.names.n_categories = (int)b->categories.count;
    return (int)b->categories.count - 1;
}

static void declare_categories(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_CATEGORIES];
    for (size_t i = 0; i < section->count; i++) {
        const sq_entry *e = &section->items[i];
        if (!sq_expect_word(b, e->name, "a category", e->place)) continue;
        if (sq_is_type_word(e->name))
            sq_diag_error(b->diags, e->place,
                          "'%s' is a type of the language and cannot name a category", e->name);
        else
            add_category(b, e->name, e->node);
    }
}

/* ---- decisions -------------------------------------------------------------------------- */

/* A decision stores its choice in an attribute of its name: the user's, or one made here. */
static void declare_decision(sq_build *b, const sq_entry *e)
{
    static const char *const known[] = {"of", "options", "refused", "do", NULL};
    sq_decision decision = {.name = sq_build_keep(b, e->name), .category = -1, .common = -1};
    if (!sq_expect_word(b, e->name, "a decision", e->place) ||
        !sq_node_expect(e->node, SQ_NODE_MAP, "a decision", b->diags))
        return;
    sq_node_known_keys(e->node, "a decision", known, b->diags);
    const sq_node *of = sq_node_get(e->node, "of"), *options = sq_node_get(e->node, "options");
    if (of) {
        sq_type type;
        if (!sq_read_type(b, of, &type)) return;
        if (type.class == SQ_TYPE_CATEGORY) decision.category = type.category;
    } else if (options && options->kind == SQ_NODE_LIST) {
        decision.category = add_category(b, e->name, options);
    }
    if (decision.category < 0) {
        sq_diag_error(b->diags, e->place,
                      "the decision '%s' needs `of:` a category, or `options:` a list", e->name);
        return;
    }
    decision.attribute = sq_find_attribute(b, e->name);
    sq_type type = {SQ_TYPE_CATEGORY, {0, 0, 0}, decision.category};
    if (decision.attribute < 0)
        decision.attribute =
            sq_add_attribute(b, (sq_attribute){.name = decision.name, .type = type}, e->place);
    else if (b->attributes.items[decision.attribute].type.class != SQ_TYPE_CATEGORY ||
             b->attributes.items[decision.attribute].type.category != decision.category)
        sq_diag_error(b->diags, e->place,
                      "the attribute '%s' is not of the decision's category '%s'", e->name,
                      b->categories.items[decision.category].name);
    if (decision.attribute >= 0 && !sq_vec_push(&b->decisions, decision)) sq_build_no_memory(b);
}

/* ---- occurrences: states, events, marks, death, index ----------------------------------- */

/* Occurrences have names of their own: in an expression they stand only inside happened(…). */
static void add_occurrence(sq_build *b, const char *name, const char *what, sq_place place)
{
    int index = (int)b->occurrence_names.count, before = sq_index_get(&b->occurrence_index, name);
    bool is_death = strcmp(name, "death") == 0;
    if (place.source && (is_death || strcmp(name, "index") == 0))
        sq_diag_error(
            b->diags, place,
            "'%s' cannot name %s %s: it stands for %s wherever an occurrence is asked for", name,
            what[0] == 'e' ? "an" : "a", what,
            is_death ? "the entry into any death state" : "time zero");
    else if (before >= 0 && place.source)
        sq_diag_error(b->diags, place, "the %s '%s' has the name of what is at %s", what, name,
                      sq_build_where(b, b->occurrence_places.items[before]));
    if (!sq_vec_push(&b->occurrence_names, name) || !sq_vec_push(&b->occurrence_places, place) ||
        (before < 0 && !sq_index_put(&b->scratch, &b->occurrence_index, name, index)))
        sq_build_no_memory(b);
}

static bool read_state(sq_build *b, const sq_entry *e)
{
    static const char *const known[] = {"death", NULL};
    if (e->node->kind == SQ_NODE_NULL) return false;
    if (!sq_node_expect(e->node, SQ_NODE_MAP, "a state: nothing, or {death: true}", b->diags))
        return false;
    sq_node_known_keys(e->node, "a state", known, b->diags);
    const sq_node *death = sq_node_get(e->node, "death");
    return death && sq_flag_constant(b, death, "death", false);
}

static void declare_states(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_STATES];
    for (size_t i = 0; i < section->count; i++) {
        const sq_entry *e = &section->items[i];
        sq_expect_word(b, e->name, "a state", e->place);
        sq_state state = {sq_build_keep(b, e->name), read_state(b, e)};
        if (!sq_vec_push(&b->states, state) || !sq_vec_push(&b->state_names, state.name))
            sq_build_no_memory(b);
        add_occurrence(b, state.name, "state", e->place);
        sq_symbol symbol = {.kind = SQ_SYMBOL_OCCURRENCE, .index = (int)i};
        sq_add_symbol(b, state.name, "state", e->place, symbol,
                      -1); /* `while: STATE` must mean one thing */
    }
    b->compiler.names.states = (sq_category){"states", (int)b->states.count, b->state_names.items};
}

static void declare_events(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_EVENTS];
    for (size_t i = 0; i < section->count; i++) {
        const sq_entry *e = &section->items[i];
        sq_expect_word(b, e->name, "an event", e->place);
        sq_event event = {.name = sq_build_keep(b, e->name)};
        if (!sq_vec_push(&b->events, event)) sq_build_no_memory(b);
        add_occurrence(b, event.name, "event", e->place);
    }
}

static void add_mark(sq_build *b, const sq_node *node)
{
    if (node->kind != SQ_NODE_SCALAR) return; /* reported where the action is compiled */
    for (size_t i = 0; i < b->marks.count; i++)
        if (strcmp(b->marks.items[i], node->text) == 0) return;
    sq_expect_word(b, node->text, "a mark", node->place);
    const char *name = sq_build_keep(b, node->text);
    if (!sq_vec_push(&b->marks, name)) sq_build_no_memory(b);
    add_occurrence(b, name, "mark", node->place);
}

static void add_loss(sq_build *b, const sq_node *node)
{
    if (node->kind != SQ_NODE_SCALAR) return;
    for (size_t i = 0; i < b->losses.count; i++)
        if (strcmp(b->losses.items[i], node->text) == 0) return;
    sq_expect_word(b, node->text, "a loss of utility", node->place);
    if (!sq_vec_push(&b->losses, sq_build_keep(b, node->text))) sq_build_no_memory(b);
}

void sq_find_used(const sq_node *node, void (*found)(void *context, const char *key, const sq_node *name),
                  void *context)
{
    static const char *const holders[] = {"do",           "then",    "else",      "into",
                                          "choose first", "options", "otherwise", NULL};
    if (node->kind == SQ_NODE_LIST)
        for (int i = 0; i < node->count; i++) sq_find_used(node->item[i], found, context);
    if (node->kind != SQ_NODE_MAP) return;
    for (int i = 0; i < node->count; i++) {
        const char *key = node->key[i];
        const sq_node *item = node->item[i];
        if (strcmp(key, "mark") == 0 || strcmp(key, "lose utility") == 0) found(context, key, item);
        if (is_listed(key, holders)) sq_find_used(item, found, context);
        bool by_label = strcmp(key, "options") == 0 && item->kind == SQ_NODE_MAP;
        for (int k = 0; by_label && k < item->count; k++)
            sq_find_used(item->item[k], found, context);
    }
}

/* Marks and losses are declared by being used: a walk over all lists of actions finds them. */
static void add_used(void *context, const char *key, const sq_node *name)
{
    if (strcmp(key, "mark") == 0)
        add_mark(context, name);
    else
        add_loss(context, name);
}

static void declare_marks(sq_build *b)
{
    const sq_entries *events = &b->section[SQ_IN_EVENTS], *decisions = &b->section[SQ_IN_DECISIONS];
    const sq_entries *procedures = &b->section[SQ_IN_PROCEDURES];
    if (b->one[SQ_ONE_START].node) sq_find_used(b->one[SQ_ONE_START].node, add_used, b);
    for (size_t i = 0; i < procedures->count; i++) sq_find_used(procedures->items[i].node, add_used, b);
    for (size_t i = 0; i < events->count; i++) sq_find_used(events->items[i].node, add_used, b);
    for (size_t i = 0; i < decisions->count; i++)
        sq_find_used(decisions->items[i].node, add_used, b);
}

/* One argument's name: a word that means nothing else in an expression. */
static bool check_argument(sq_build *b, const sq_entry *e, const char *name, const char *const *others, int n)
{
    double factor;
    sq_unit unit;
    if (!sq_expect_word(b, name, "an argument", e->place)) return false;
    if (sq_unit_literal(&b->compiler, name, strlen(name), &factor, &unit))
        return sq_diag_error(b->diags, e->place, "'%s' is a unit and cannot name an argument", name);
    if (is_listed(name, reserved) || sq_expr_is_reserved(name))
        return sq_diag_error(b->diags, e->place, "'%s' is a word of the language and cannot name an argument",
                             name);
    for (int i = 0; i < n; i++)
        if (strcmp(others[i], name) == 0)
            return sq_diag_error(b->diags, e->place, "two arguments are named '%s'", name);
    return true;
}

/* The part of a text before the separator, without blanks around it; *rest is what follows the separator. */
static const char *part(sq_build *b, const char *text, const char *separators, const char **rest)
{
    size_t n = strcspn(text, separators);
    *rest = text + n + (text[n] != '\0');
    while (*text == ' ') text++, n--;
    while (n > 0 && text[n - 1] == ' ') n--;
    const char *copy = sq_arena_text(&b->scratch, text, n);
    if (!copy) sq_build_no_memory(b);
    return copy ? copy : "";
}

/* "x, y)": the arguments of a function, into its symbol. */
static bool read_arguments(sq_build *b, const sq_entry *e, const char *text, sq_symbol *symbol)
{
    enum { MOST = 16 };
    const char **names = sq_build_scratch(b, MOST, sizeof *names), *end = strrchr(text, ')');
    if (!names) return false;
    if (!end || end[1 + strspn(end + 1, " ")] != '\0' || strchr(text, ')') != end)
        return sq_diag_error(b->diags, e->place, "expected NAME(argument, …), found '%.60s'", e->name);
    symbol->arguments = names;
    do {
        if (symbol->n_arguments == MOST)
            return sq_diag_error(b->diags, e->place, "a function takes at most %d arguments", MOST);
        bool is_last = strcspn(text, ",") > (size_t)(end - text);
        names[symbol->n_arguments] = part(b, text, ",)", &text);
        if (!check_argument(b, e, names[symbol->n_arguments], names, symbol->n_arguments)) return false;
        symbol->n_arguments++;
        if (is_last) break;
    } while (text < end);
    return true;
}

static void declare_function(sq_build *b, const sq_entry *e)
{
    sq_symbol symbol = {.kind = SQ_SYMBOL_FUNCTION, .node = e->node};
    const char *rest, *name = part(b, e->name, "(", &rest);
    bool fine = sq_expect_word(b, name, "a function", e->place);
    if (strchr(e->name, '(')) fine = read_arguments(b, e, rest, &symbol) && fine;
    if (sq_scalar_text(b, e->node, "a function: an expression") && fine)
        sq_add_symbol(b, name, "function", e->place, symbol, -1);
}

static void declare_functions(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_FUNCTIONS];
    for (size_t i = 0; i < section->count; i++) declare_function(b, &section->items[i]);
}

static void check_sizes(sq_build *b)
{
    sq_place place = b->hidden.count ? b->hidden.items[0].entry->place : b->one[SQ_ONE_MODEL].place;
    int n_occurrences = (int)b->occurrence_names.count, attributes = (int)b->attributes.count;
    int hidden = attributes - b->first_hidden;
    if (attributes + 3 + n_occurrences <= SQ_BITS_MAX) return;
    sq_writer w = {0};
    if (hidden)
        sq_write(&w, "; of these %d are what emulated cohorts note: three for each endpoint, one for each group, covariate, follow-up "
                     "and drop-out", hidden);
    sq_diag_error(b->diags, place,
                  "%d attributes (every element counts), states, events and marks are more than the %d "
                  "possible%s",
                  attributes + n_occurrences - 2, SQ_BITS_MAX - 5, w.items ? w.items : "");
    free(w.items);
}

bool sq_build_names(sq_build *b)
{
    b->compiler.names.context = b;
    b->compiler.names.lookup = lookup;
    b->compiler.names.all = all_names;
    b->compiler.names.occurrence = occurrence;
    b->compiler.names.occurrences = occurrences;
    declare_categories(b);
    sq_declare_attributes(b);
    const sq_entries *decisions = &b->section[SQ_IN_DECISIONS];
    for (size_t i = 0; i < decisions->count; i++) declare_decision(b, &decisions->items[i]);
    declare_states(b);
    declare_events(b);
    declare_marks(b);
    add_occurrence(b, "death", "occurrence", (sq_place){0});
    add_occurrence(b, "index", "occurrence", (sq_place){0});
    declare_functions(b);
    sq_declare_emulations(b);
    check_sizes(b);
    b->compiler.n_attributes = (int)b->attributes.count;
    return !b->out_of_memory && !sq_diags_full(b->diags);
}
