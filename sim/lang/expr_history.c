/* What an expression reads of a patient's past: happened, since, count and time_in, each asked of one
 * occurrence, and is_set, asked of an attribute; and the rule by which time may enter a reward. */
#include "lang/expr_tree.h"

#include <string.h>

/* ---- occurrences ---------------------------------------------------------------------- */

static const struct {
    const char *name;
    sq_op_code op;
    sq_type type;
} functions[] = {
    {"happened", SQ_OP_HAPPENED, {.class = SQ_TYPE_FLAG}},
    {"since", SQ_OP_SINCE, {.class = SQ_TYPE_NUMBER, .unit = {.time = 1}}},
    {"count", SQ_OP_TALLY, {.class = SQ_TYPE_NUMBER, .unit = {.kind = SQ_KIND_COUNT}}},
    {"time_in", SQ_OP_TIME_IN, {.class = SQ_TYPE_NUMBER, .unit = {.time = 1}}},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

static int function_named(const char *name)
{
    for (int i = 0; i < FUNCTIONS; i++)
        if (strcmp(functions[i].name, name) == 0) return i;
    return -1;
}

bool sq_asks_occurrence(const char *name) { return function_named(name) >= 0; }

bool sq_is_history(const char *name) { return sq_asks_occurrence(name) || strcmp(name, "is_set") == 0; }

static int find_state(const sq_names *names, const char *name)
{
    for (int i = 0; i < names->states.n_labels; i++)
        if (strcmp(names->states.labels[i], name) == 0) return i;
    return -1;
}

/* The occurrence of this name, -1 if there is none. */
static int find_occurrence(const sq_names *names, const char *name)
{
    sq_symbol symbol = {0};
    int index = -1;
    if (names->occurrence) return names->occurrence(names->context, name, &index) ? index : -1;
    bool found = names->lookup && names->lookup(names->context, name, &symbol);
    return found && symbol.kind == SQ_SYMBOL_OCCURRENCE ? symbol.index : -1;
}

static bool unknown_occurrence(sq_check *k, const sq_tree *what, bool wants_state)
{
    const sq_names *names = &k->c->names;
    const char *const *all = names->states.labels;
    size_t n = (size_t)names->states.n_labels;
    if (!wants_state && names->occurrences) n = names->occurrences(names->context, &all);
    return sq_expr_error(k->c, what->origin, what->at, "'%.80s' is not %s%s", what->name,
                         wants_state ? "a state" : "an event, a state or a mark",
                         sq_diag_hint(k->c->diags, what->name, all, n));
}

/* What changes the answer besides time and state: the first time for happened, any for count and since. */
static void note_history(sq_check *k, sq_op_code op, int occurrence)
{
    int n_attributes = k->c->n_attributes;
    if (op == SQ_OP_HAPPENED) sq_note_read(k, n_attributes + 2);
    if (op == SQ_OP_TALLY || op == SQ_OP_SINCE) sq_note_read(k, n_attributes + 3 + occurrence);
}

/* is_set(ATTR): whether the attribute, or this element, has a value. */
static bool check_is_set(sq_check *k, sq_tree *tree)
{
    if (!sq_check_needs_patient(k, tree)) return false;
    bool one = tree->n_args == 1;
    if (one && !sq_expr_check(k, tree->arg[0], SQ_NO_CATEGORY)) return false;
    if (!one || (tree->arg[0]->op != SQ_OP_ATTR && tree->arg[0]->op != SQ_OP_ATTR_AT))
        return sq_expr_error(k->c, tree->origin, tree->at, "expected an attribute: is_set(ATTRIBUTE)");
    tree->op = SQ_OP_IS_SET;
    tree->type = (sq_type){.class = SQ_TYPE_FLAG};
    tree->reads_time = tree->arg[0]->reads_time;
    return true;
}

bool sq_check_history(sq_check *k, sq_tree *tree)
{
    int f = function_named(tree->name);
    if (f < 0) return check_is_set(k, tree);
    bool wants_state = functions[f].op == SQ_OP_TIME_IN;
    if (!sq_check_needs_patient(k, tree)) return false;
    const sq_tree *what = tree->n_args == 1 ? sq_expr_given(tree->arg[0]) : tree;
    if (tree->n_args != 1 || what->kind != SQ_TREE_WORD)
        return sq_expr_error(k->c, tree->origin, tree->at, "expected the name of %s: %s(NAME)",
                             wants_state ? "a state" : "an event, a state or a mark", tree->name);
    const sq_names *names = &k->c->names;
    int index = wants_state ? find_state(names, what->name) : find_occurrence(names, what->name);
    if (index < 0) return unknown_occurrence(k, what, wants_state);
    note_history(k, functions[f].op, index);
    bool reads_time = functions[f].op == SQ_OP_SINCE || wants_state;
    if (reads_time && !sq_check_time(k, tree, functions[f].op)) return false;
    return sq_check_leaf(tree, functions[f].op, index, functions[f].type);
}

/* ---- time in rewards ------------------------------------------------------------------ */

/* How time enters the checked tree: added once is how an argument may read it. */
typedef struct time_terms {
    int added, otherwise;
} time_terms;

static bool is_time(const sq_tree *tree)
{
    return tree->op == SQ_OP_NOW || tree->op == SQ_OP_IN_STATE || tree->op == SQ_OP_SINCE
           || tree->op == SQ_OP_TIME_IN;
}

static void count_time(const sq_tree *tree, int sign, time_terms *terms)
{
    if (is_time(tree)) {
        if (sign > 0)
            terms->added++;
        else
            terms->otherwise++;
        return;
    }
    if (!tree->reads_time) return;
    if (tree->op != SQ_OP_ADD && tree->op != SQ_OP_SUB && tree->op != SQ_OP_NEG) {
        terms->otherwise++;
        return;
    }
    for (int i = 0; i < tree->n_args; i++) {
        bool turned = tree->op == SQ_OP_NEG || (tree->op == SQ_OP_SUB && i == 1);
        count_time(tree->arg[i], turned ? -sign : sign, terms);
    }
}

bool sq_check_argument_time(sq_check *k, sq_tree *tree)
{
    time_terms terms = {0};
    count_time(tree->arg[0], 1, &terms);
    if (terms.otherwise > 0 || terms.added > 1)
        return sq_expr_error(
            k->c, tree->origin, tree->arg[0]->start,
            "time must enter the argument of '%.80s' once and added: expected 'now', or 'now + "
            "x' or 'now - x' with an x that does not read time (or in_state, since(…), time_in(…) for "
            "now)",
            tree->name);
    if (terms.added == 0 || sq_vec_push(&k->timed, tree)) return true;
    k->c->diags->out_of_memory = true;
    return false;
}

int sq_time_only_in(const sq_tree *tree)
{
    if (tree->literal) return -1;
    if (tree->op == SQ_OP_TIME_IN) return tree->a;
    int state = -1;
    for (int i = 0; i < tree->n_args && state < 0; i++) state = sq_time_only_in(tree->arg[i]);
    return state;
}
