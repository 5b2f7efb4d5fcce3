/* Named expressions, with or without arguments: their text is written out where they are read. An argument is
 * what the caller wrote, checked anew at every place where the body uses it, so that one function may serve
 * times and money, flags and categories alike; its names keep the meaning they had where it was written. */
#include "lang/expr_tree.h"

#include <string.h>

/* ---- arguments ------------------------------------------------------------------------ */

/* Which argument of the text it stands in the word names; -1 for none. */
static int argument_of(const sq_tree *tree)
{
    const sq_expr_origin *o = tree->origin;
    if (tree->kind != SQ_TREE_WORD) return -1;
    for (int i = 0; i < o->n_arguments; i++)
        if (strcmp(o->arguments[i], tree->name) == 0) return i;
    return -1;
}

sq_tree *sq_expr_given(sq_tree *tree)
{
    for (int i = argument_of(tree); i >= 0; i = argument_of(tree)) {
        tree->origin->used[i] = true;
        tree = tree->origin->given[i];
    }
    return tree;
}

static sq_tree *copy_tree(sq_check *k, const sq_tree *tree)
{
    if (--k->budget < 0) {
        sq_expr_error(k->c, tree->origin, tree->at,
                      "the expression is too long, with the named expressions in it written out");
        return NULL;
    }
    sq_tree *copy = sq_tree_new(k->c, tree, tree->op, tree->n_args);
    if (!copy) return NULL;
    sq_tree **args = copy->arg;
    *copy = *tree;
    copy->arg = args;
    for (int i = 0; i < tree->n_args; i++)
        if (!(args[i] = copy_tree(k, tree->arg[i]))) return NULL;
    return copy;
}

/* The meaning of `what`, at the place of the tree it stands for. */
static bool put_in_place(sq_tree *tree, const sq_tree *what)
{
    sq_tree here = *tree;
    *tree = *what;
    tree->origin = here.origin;
    tree->start = here.start;
    tree->at = here.at;
    tree->end = here.end;
    return true;
}

bool sq_expr_put_given(sq_check *k, sq_tree *tree, sq_tree *given, int category)
{
    sq_tree *copy = copy_tree(k, given);
    return copy && sq_expr_check(k, copy, category) && put_in_place(tree, copy);
}

/* ---- bodies --------------------------------------------------------------------------- */

/* "a -> b -> a", from the first time the node is being read to the second. */
static bool circular(sq_check *k, const sq_tree *tree, const sq_node *node)
{
    sq_arena *arena = &k->c->diags->arena;
    const char *chain = tree->name;
    for (const sq_expr_origin *o = tree->origin; o->node != node && chain; o = o->outer)
        chain = sq_arena_format(arena, "%s -> %s", o->name ? o->name : "?", chain);
    return sq_expr_error(k->c, tree->origin, tree->at, "'%.80s' is defined by itself: %s -> %s",
                         tree->name, tree->name, chain ? chain : "");
}

/* "risk(x, y)", or "risk" without arguments. */
static const char *signature(sq_check *k, const sq_tree *tree, const sq_symbol *symbol)
{
    sq_arena *arena = &k->c->diags->arena;
    const char *text = tree->name;
    for (int i = 0; i < symbol->n_arguments && text; i++)
        text = sq_arena_format(arena, "%s%s%s%s", text, i == 0 ? "(" : ", ", symbol->arguments[i],
                               i + 1 == symbol->n_arguments ? ")" : "");
    return text ? text : "";
}

/* As many arguments as it takes, or a word where it takes none. */
static bool check_arity(sq_check *k, const sq_tree *tree, const sq_symbol *symbol)
{
    int n = symbol->n_arguments;
    bool called = tree->kind == SQ_TREE_CALL;
    if (n == 0 && called)
        return sq_expr_error(k->c, tree->origin, tree->at,
                             "the expression '%.80s' takes no arguments: write %.80s", tree->name, tree->name);
    if (n > 0 && !called)
        return sq_expr_error(k->c, tree->origin, tree->at, "'%.80s' takes arguments: write %s", tree->name,
                             signature(k, tree, symbol));
    if (!called || tree->n_args == n) return true;
    return sq_expr_error(k->c, tree->origin, tree->at, "%s takes %d argument%s, found %d",
                         signature(k, tree, symbol), n, n == 1 ? "" : "s", tree->n_args);
}

/* An argument must not have the name of anything else an expression could mean. */
static bool check_argument_names(sq_check *k, const sq_expr_origin *origin)
{
    const sq_names *names = &k->c->names;
    sq_symbol symbol;
    for (int i = 0; i < origin->n_arguments; i++)
        if (names->lookup && names->lookup(names->context, origin->arguments[i], &symbol))
            return sq_expr_error(k->c, origin, 0, "the argument '%.80s' of '%.80s' is the name of something else",
                                 origin->arguments[i], origin->name);
    return true;
}

static bool all_used(sq_check *k, const sq_expr_origin *origin)
{
    for (int i = 0; i < origin->n_arguments; i++)
        if (!origin->used[i])
            return sq_expr_error(k->c, origin, 0, "'%.80s' never reads its argument '%.80s'", origin->name,
                                 origin->arguments[i]);
    return true;
}

bool sq_expr_expand(sq_check *k, sq_tree *tree, const sq_symbol *symbol, int category)
{
    const sq_node *node = symbol->node;
    for (const sq_expr_origin *o = tree->origin; o; o = o->outer)
        if (o->node == node) return circular(k, tree, node);
    if (!check_arity(k, tree, symbol) || !sq_expr_is_text(k->c, node)) return false;
    sq_expr_origin *origin = sq_arena_alloc(k->c->arena, sizeof *origin);
    bool *used = sq_arena_array(k->c->arena, (size_t)symbol->n_arguments + 1, sizeof *used);
    if (!origin || !used) {
        k->c->diags->out_of_memory = true;
        return false;
    }
    *origin = (sq_expr_origin){.text = node->text, .place = node->place, .name = tree->name, .node = node,
                               .outer = tree->origin, .n_arguments = symbol->n_arguments,
                               .arguments = symbol->arguments, .given = tree->arg, .used = used};
    if (!check_argument_names(k, origin)) return false;
    sq_tree *body = sq_expr_parse(k->c, origin, &k->budget);
    return body && sq_expr_check(k, body, category) && all_used(k, origin) && put_in_place(tree, body);
}
