/* What words mean in expressions: the patient's world, names the builder knows, labels, entries of
 * tables and calls of function tables. */
#include "lang/expr_tree.h"

#include <stdlib.h>
#include <string.h>

static bool fail(sq_check *k, const sq_tree *tree, const char *format, const char *name)
{
    char text[512];
    size_t used = 0;
    for (const char *p = format; *p && used + 1 < sizeof text; p++) {
        if (*p != '@') {
            text[used++] = *p;
            continue;
        }
        size_t n = strlen(name), left = sizeof text - 1 - used;
        memcpy(text + used, name, n < left ? n : left);
        used += n < left ? n : left;
    }
    text[used] = '\0';
    return sq_expr_error(k->c, tree->origin, tree->at, "%s", text);
}

/* ---- names that are not known --------------------------------------------------------- */

static const char *const own_words[] = {"now", "in_state", "state", "alive"};
static const char *const own_functions[] = {"if",    "min",    "max",        "abs",     "floor",
                                            "sqrt",  "exp",    "log",        "pow",     "expit",
                                            "logit", "probit", "normal_cdf", "happened", "since",
                                            "count", "time_in", "is_set"};

/* The nearest of the builder's names and n of the language's own. */
static const char *hint(sq_check *k, const char *name, const char *const *own, size_t n)
{
    const char *const *names = NULL;
    const sq_names *reach = &k->c->names;
    size_t n_names = k->allow != 0 && reach->all ? reach->all(reach->context, &names) : 0;
    const char **all = malloc((n_names + n) * sizeof *all);
    if (!all) return "";
    if (n_names > 0) memcpy(all, names, n_names * sizeof *all);
    if (n > 0) memcpy(all + n_names, own, n * sizeof *all);
    const char *text = sq_diag_hint(k->c->diags, name, all, n_names + n);
    free(all);
    return text;
}

static bool unknown_label(sq_check *k, const sq_tree *tree, int category)
{
    enum { SHOWN = 12 };
    const sq_category *c = sq_category_at(k->c, category);
    sq_arena *arena = &k->c->diags->arena;
    const char *list = "";
    for (int i = 0; i < c->n_labels && i < SHOWN && list; i++)
        list = sq_arena_format(arena, "%s%s%s", list, i > 0 ? ", " : "", c->labels[i]);
    const char *near = sq_diag_near(k->c->diags, tree->name, c->labels, (size_t)c->n_labels);
    bool states = category == SQ_CATEGORY_STATES;
    return sq_expr_error(k->c, tree->origin, tree->at,
                         "'%.80s' is not a %s%s; expected one of %s%s%s", tree->name,
                         states ? "state" : "value of ", states ? "" : c->name, list ? list : "",
                         c->n_labels > SHOWN ? ", …" : "", near);
}

static int label_index(const sq_category *c, const char *label)
{
    for (int i = 0; i < c->n_labels; i++)
        if (strcmp(c->labels[i], label) == 0) return i;
    return -1;
}

static bool unknown_name(sq_check *k, const sq_tree *tree)
{
    const sq_names *names = &k->c->names;
    if (k->allow == 0)
        return fail(k, tree, "expected a number with its unit, found the name '@'", tree->name);
    if (label_index(&names->states, tree->name) >= 0)
        return fail(k, tree, "'@' is a state; it can only be compared, as in state == @",
                    tree->name);
    for (int i = 0; i < names->n_categories; i++) {
        if (label_index(&names->categories[i], tree->name) < 0) continue;
        return sq_expr_error(
            k->c, tree->origin, tree->at,
            "'%.80s' is a value of %s; it can only stand where such a value is expected",
            tree->name, names->categories[i].name);
    }
    const char *near = hint(k, tree->name, own_words, sizeof own_words / sizeof own_words[0]);
    if (!*near) near = sq_unit_advice(k->c, tree->name, strlen(tree->name));
    return sq_expr_error(k->c, tree->origin, tree->at, "unknown name '%.80s'%s", tree->name, near);
}

/* ---- the patient's world -------------------------------------------------------------- */

bool sq_check_needs_patient(sq_check *k, const sq_tree *tree)
{
    if (k->allow & SQ_ALLOW_PATIENT) return true;
    if (k->allow == 0)
        return fail(k, tree, "expected a number with its unit, found the name '@'", tree->name);
    return fail(k, tree, "'@' belongs to a patient's life and cannot be read here", tree->name);
}

static bool needs_parameters(sq_check *k, const sq_tree *tree)
{
    if (k->allow & SQ_ALLOW_PARAMETERS) return true;
    if (k->allow == 0)
        return fail(k, tree, "expected a number with its unit, found the name '@'", tree->name);
    return fail(k, tree, "the parameter '@' cannot be read here", tree->name);
}

void sq_note_read(sq_check *k, int bit)
{
    if (k->reads && bit >= 0 && bit < SQ_BITS_MAX) sq_bits_set(k->reads, bit);
}

bool sq_check_leaf(sq_tree *tree, sq_op_code op, int a, sq_type type)
{
    tree->op = op;
    tree->a = a;
    tree->type = type;
    tree->n_args = 0;
    return true;
}

bool sq_check_time(sq_check *k, sq_tree *tree, sq_op_code op)
{
    bool in_table = (k->allow & SQ_ALLOW_TIME_IN_TABLES) && k->table_depth > 0;
    sq_note_read(k, k->c->n_attributes + 1);
    if (op == SQ_OP_IN_STATE || op == SQ_OP_TIME_IN) /* they begin, or go on, with a state */
        sq_note_read(k, k->c->n_attributes);
    tree->reads_time = true;
    if ((k->allow & SQ_ALLOW_TIME) || in_table)
        return sq_check_leaf(tree, op, 0, (sq_type){.class = SQ_TYPE_NUMBER, .unit = {.time = 1}});
    if (k->allow & SQ_ALLOW_TIME_IN_TABLES)
        return fail(k, tree,
                    "a reward may depend on time only through a piecewise-constant table: expected "
                    "'@' inside the argument of a function table with 'interpolate: constant'",
                    tree->name);
    if (!sq_check_needs_patient(k, tree)) return false;
    return fail(k, tree,
                "'@' cannot be read here: it changes all the time, and this is looked at only when "
                "something happens",
                tree->name);
}

/* Sets *is_own if the word is one of the language's. */
static bool check_own_word(sq_check *k, sq_tree *tree, bool *is_own)
{
    *is_own = true;
    if (strcmp(tree->name, "now") == 0) return sq_check_time(k, tree, SQ_OP_NOW);
    if (strcmp(tree->name, "in_state") == 0) return sq_check_time(k, tree, SQ_OP_IN_STATE);
    bool state = strcmp(tree->name, "state") == 0;
    if (!state && strcmp(tree->name, "alive") != 0) {
        *is_own = false;
        return true;
    }
    if (!sq_check_needs_patient(k, tree)) return false;
    sq_note_read(k, k->c->n_attributes);
    sq_type type = {.class = state ? SQ_TYPE_CATEGORY : SQ_TYPE_FLAG,
                    .category = SQ_CATEGORY_STATES};
    return sq_check_leaf(tree, state ? SQ_OP_STATE : SQ_OP_ALIVE, 0, type);
}

/* ---- words ---------------------------------------------------------------------------- */

static bool look_up(sq_check *k, const char *name, sq_symbol *symbol)
{
    const sq_names *names = &k->c->names;
    *symbol = (sq_symbol){0};
    return k->allow != 0 && names->lookup && names->lookup(names->context, name, symbol);
}

/* "burden" or "burden and line". */
static const char *dimensions(sq_check *k, const sq_symbol *symbol)
{
    const char *text = "";
    for (int i = 0; i < symbol->n_dims && text; i++)
        text = sq_arena_format(&k->c->diags->arena, "%s%s%s", text, i > 0 ? ", " : "",
                               symbol->dim[i] == SQ_CATEGORY_STATES
                                   ? "state"
                                   : sq_category_at(k->c, symbol->dim[i])->name);
    return text ? text : "";
}

/* An attribute of this category, where one can be read here: best one of its own name. */
static const char *attribute_of(sq_check *k, int category)
{
    const char *name = category == SQ_CATEGORY_STATES ? "state" : sq_category_at(k->c, category)->name;
    const sq_names *reach = &k->c->names;
    const char *const *names = NULL, *found = NULL;
    size_t n = reach->all ? reach->all(reach->context, &names) : 0;
    if (category == SQ_CATEGORY_STATES || !(k->allow & SQ_ALLOW_PATIENT)) return name;
    for (size_t i = 0; i < n; i++) {
        sq_symbol symbol;
        bool fits = look_up(k, names[i], &symbol) && symbol.kind == SQ_SYMBOL_ATTRIBUTE &&
                    symbol.n_dims == 0 && symbol.type.class == SQ_TYPE_CATEGORY && symbol.type.category == category;
        if (fits && strcmp(names[i], name) == 0) return name;
        if (fits && !found) found = names[i];
    }
    return found ? found : name;
}

static bool needs_index(sq_check *k, const sq_tree *tree, const sq_symbol *symbol)
{
    const char *indices = "";
    for (int i = 0; i < symbol->n_dims && indices; i++)
        indices = sq_arena_format(&k->c->diags->arena, "%s%s%s", indices, i > 0 ? ", " : "",
                                  attribute_of(k, symbol->dim[i]));
    return sq_expr_error(k->c, tree->origin, tree->at, "'%.80s' is given by %s: write %.80s[%s]",
                         tree->name, dimensions(k, symbol), tree->name, indices ? indices : "");
}

static bool check_symbol(sq_check *k, sq_tree *tree, const sq_symbol *symbol, int category)
{
    switch (symbol->kind) {
    case SQ_SYMBOL_ATTRIBUTE:
        if (!sq_check_needs_patient(k, tree)) return false;
        if (symbol->n_dims > 0) return needs_index(k, tree, symbol);
        sq_note_read(k, symbol->index);
        return sq_check_leaf(tree, SQ_OP_ATTR, symbol->index, symbol->type);
    case SQ_SYMBOL_PARAMETER:
        if (!needs_parameters(k, tree)) return false;
        if (symbol->n_dims > 0) return needs_index(k, tree, symbol);
        return sq_check_leaf(tree, SQ_OP_PARAM, symbol->index, symbol->type);
    case SQ_SYMBOL_TABLE:
        return fail(k, tree, "'@' is a function of one argument: write @(…)", tree->name);
    case SQ_SYMBOL_FUNCTION: return sq_expr_expand(k, tree, symbol, category);
    case SQ_SYMBOL_OCCURRENCE: break;
    }
    return fail(k, tree,
                "'@' is something that happens: write happened(@), or compare the state with ==",
                tree->name);
}

static bool is_value_of(const sq_symbol *symbol, int category)
{
    bool has_value = symbol->kind == SQ_SYMBOL_ATTRIBUTE || symbol->kind == SQ_SYMBOL_PARAMETER;
    return has_value && symbol->type.class == SQ_TYPE_CATEGORY && symbol->type.category == category;
}

bool sq_check_word(sq_check *k, sq_tree *tree, int category)
{
    bool own;
    sq_symbol symbol;
    sq_tree *given = sq_expr_given(tree);
    if (given != tree) return sq_expr_put_given(k, tree, given, category);
    if (!check_own_word(k, tree, &own)) return false;
    if (own) return true;
    bool found = look_up(k, tree->name, &symbol);
    bool wants_label = category != SQ_NO_CATEGORY;
    if (wants_label && !(found && is_value_of(&symbol, category))) {
        int label = label_index(sq_category_at(k->c, category), tree->name);
        if (label < 0 && (!found || symbol.kind == SQ_SYMBOL_OCCURRENCE))
            return unknown_label(k, tree, category);
        tree->literal = label >= 0;
        tree->value = label;
        if (label >= 0)
            return sq_check_leaf(tree, SQ_OP_CONST, 0,
                        (sq_type){.class = SQ_TYPE_CATEGORY, .category = category});
    }
    if (found && symbol.kind == SQ_SYMBOL_OCCURRENCE
        && label_index(&k->c->names.states, tree->name) >= 0)
        return unknown_name(k, tree);
    return found ? check_symbol(k, tree, &symbol, category) : unknown_name(k, tree);
}

bool sq_may_be_label(const sq_check *k, sq_tree *tree)
{
    sq_symbol symbol;
    tree = sq_expr_given(tree);
    if (tree->kind == SQ_TREE_NUMBER) return true;
    if (tree->kind != SQ_TREE_WORD) return false;
    for (size_t i = 0; i < sizeof own_words / sizeof own_words[0]; i++)
        if (strcmp(tree->name, own_words[i]) == 0) return false;
    const sq_names *names = &k->c->names;
    symbol = (sq_symbol){0};
    bool found =
        k->allow != 0 && names->lookup && names->lookup(names->context, tree->name, &symbol);
    return !found || symbol.kind == SQ_SYMBOL_OCCURRENCE;
}

int sq_label_category(const sq_check *k, sq_tree *a, sq_tree *b)
{
    const sq_names *names = &k->c->names;
    a = sq_expr_given(a);
    b = sq_expr_given(b);
    bool words = a->kind == SQ_TREE_WORD && b->kind == SQ_TREE_WORD;
    if (!words || !sq_may_be_label(k, a) || !sq_may_be_label(k, b)) return SQ_NO_CATEGORY;
    for (int i = 0; i < names->n_categories; i++)
        if (label_index(&names->categories[i], a->name) >= 0 &&
            label_index(&names->categories[i], b->name) >= 0)
            return i;
    return SQ_NO_CATEGORY;
}

/* ---- entries of tables ---------------------------------------------------------------- */

static sq_tree *binary(sq_check *k, const sq_tree *like, sq_op_code op, sq_tree *a, sq_tree *b)
{
    sq_tree *tree = sq_tree_new(k->c, like, op, 2);
    if (!tree || !a || !b) return NULL;
    tree->arg[0] = a;
    tree->arg[1] = b;
    tree->type = (sq_type){.class = SQ_TYPE_NUMBER};
    return sq_expr_fold(k, tree) ? tree : NULL;
}

/* The number of an entry, row by row: ((i * size + j) * size + …). */
static sq_tree *entry_number(sq_check *k, const sq_tree *tree, const sq_symbol *symbol)
{
    sq_tree *entry = tree->arg[0];
    for (int i = 1; i < symbol->n_dims && entry; i++) {
        double size = sq_category_at(k->c, symbol->dim[i])->n_labels;
        sq_tree *factor = sq_tree_literal(k->c, tree, (sq_type){.class = SQ_TYPE_NUMBER}, size);
        entry = binary(k, tree, SQ_OP_ADD, binary(k, tree, SQ_OP_MUL, entry, factor), tree->arg[i]);
    }
    return entry;
}

static int entries_of(const sq_check *k, const sq_symbol *symbol)
{
    int n = 1;
    for (int d = 0; d < symbol->n_dims; d++) n *= sq_category_at(k->c, symbol->dim[d])->n_labels;
    return n;
}

/* A vector read by a changing index may be any of its elements. */
static void note_elements(sq_check *k, const sq_symbol *symbol, const sq_tree *entry)
{
    for (int i = 0; i < entries_of(k, symbol); i++)
        if (!entry->literal || entry->value == i) sq_note_read(k, symbol->index + i);
}

bool sq_check_index(sq_check *k, sq_tree *tree)
{
    sq_symbol symbol;
    if (!look_up(k, tree->name, &symbol)) return unknown_name(k, tree);
    bool is_vector = symbol.kind == SQ_SYMBOL_ATTRIBUTE;
    if ((symbol.kind != SQ_SYMBOL_PARAMETER && !is_vector) || symbol.n_dims == 0)
        return fail(k, tree, "'@' has no entries: write it without [ ]", tree->name);
    if (is_vector ? !sq_check_needs_patient(k, tree) : !needs_parameters(k, tree)) return false;
    if (tree->n_args != symbol.n_dims) return needs_index(k, tree, &symbol);
    for (int i = 0; i < tree->n_args; i++) {
        sq_type want = {.class = SQ_TYPE_CATEGORY, .category = symbol.dim[i]};
        if (!sq_expr_check(k, tree->arg[i], symbol.dim[i])
            || !sq_expr_expect(k, tree->arg[i], want))
            return false;
    }
    sq_tree *entry = entry_number(k, tree, &symbol);
    if (!entry) return false;
    if (is_vector) note_elements(k, &symbol, entry);
    if (entry->literal)
        return sq_check_leaf(tree, is_vector ? SQ_OP_ATTR : SQ_OP_PARAM, symbol.index + (int)entry->value,
                    symbol.type);
    sq_check_leaf(tree, is_vector ? SQ_OP_ATTR_AT : SQ_OP_PARAM_AT, symbol.index, symbol.type);
    tree->entries = entries_of(k, &symbol);
    tree->arg[0] = entry;
    tree->n_args = 1;
    tree->reads_time = entry->reads_time;
    return true;
}

/* ---- calls ---------------------------------------------------------------------------- */

static bool check_table(sq_check *k, sq_tree *tree, const sq_symbol *symbol)
{
    bool breaks =
        symbol->constant && (k->allow & SQ_ALLOW_TIME_IN_TABLES) && !(k->allow & SQ_ALLOW_TIME);
    if (!needs_parameters(k, tree)) return false;
    if (tree->n_args != 1) return fail(k, tree, "'@' takes one argument", tree->name);
    k->table_depth += breaks;
    bool good = sq_expr_check(k, tree->arg[0], SQ_NO_CATEGORY)
                && sq_expr_expect(k, tree->arg[0], symbol->argument);
    k->table_depth -= breaks;
    if (!good) return false;
    tree->op = SQ_OP_TABLE;
    tree->a = symbol->index;
    tree->type = symbol->type;
    tree->stepwise = symbol->constant;
    tree->reads_time = !symbol->constant && tree->arg[0]->reads_time;
    return !breaks || sq_check_argument_time(k, tree);
}

bool sq_check_named_call(sq_check *k, sq_tree *tree, int category)
{
    sq_symbol symbol;
    if (sq_is_history(tree->name)) return sq_check_history(k, tree);
    if (!look_up(k, tree->name, &symbol)) {
        const char *near =
            hint(k, tree->name, own_functions, sizeof own_functions / sizeof own_functions[0]);
        return sq_expr_error(k->c, tree->origin, tree->at, "unknown function '%.80s'%s", tree->name,
                             near);
    }
    if (symbol.kind == SQ_SYMBOL_TABLE) return check_table(k, tree, &symbol);
    if (symbol.kind == SQ_SYMBOL_FUNCTION) return sq_expr_expand(k, tree, &symbol, category);
    if (symbol.kind == SQ_SYMBOL_PARAMETER && symbol.n_dims > 0)
        return needs_index(k, tree, &symbol);
    return fail(k, tree, "'@' is not a function", tree->name);
}
