/* The tree of an expression, by precedence climbing: one function reads operators of a level and
 * above, so that the table of levels is the grammar. Long chains are read by a loop, nesting by
 * recursion that is counted, and the number of nodes is bounded, so that no text can exhaust the
 * machine's stack or memory. */
#include "lang/expr_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OR = 1, AND, NOT, COMPARE, ADD, MULTIPLY };

typedef struct parser {
    sq_compiler *c;
    sq_lexer lexer;
    sq_token token; /* the next one, not yet taken */
    uint32_t last;  /* end of the one taken last */
    int depth, *budget;
} parser;

static const struct {
    const char *text;
    int level;
    sq_op_code op;
    bool swapped; /* > and >= are < and <= with the sides changed */
} operators[] = {
    {"or", OR, SQ_OP_OR, false},         {"and", AND, SQ_OP_AND, false},
    {"==", COMPARE, SQ_OP_EQ, false},    {"!=", COMPARE, SQ_OP_NE, false},
    {"<", COMPARE, SQ_OP_LT, false},     {"<=", COMPARE, SQ_OP_LE, false},
    {">", COMPARE, SQ_OP_LT, true},      {">=", COMPARE, SQ_OP_LE, true},
    {"in", COMPARE, SQ_OP_COUNT, false}, {"+", ADD, SQ_OP_ADD, false},
    {"-", ADD, SQ_OP_SUB, false},        {"*", MULTIPLY, SQ_OP_MUL, false},
    {"/", MULTIPLY, SQ_OP_DIV, false},
};
enum { OPERATORS = sizeof operators / sizeof operators[0] };

static sq_tree *parse_level(parser *p, int level);
static sq_tree *parse_sign(parser *p);

/* ---- small steps ---------------------------------------------------------------------- */

static bool is(const parser *p, const char *text)
{
    return p->token.kind != SQ_TOKEN_NUMBER && sq_token_is(&p->lexer, &p->token, text);
}

static bool take(parser *p)
{
    p->last = p->token.end;
    return sq_lex(&p->lexer, &p->token);
}

static sq_tree *out_of_memory(sq_compiler *c)
{
    c->diags->out_of_memory = true;
    return NULL;
}

static sq_tree *fail(parser *p, uint32_t at, const char *text)
{
    sq_expr_error(p->c, p->lexer.origin, at, "%s", text);
    return NULL;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* What somebody meant who wrote 0,78 or 4 000: the digits around the next token, as they are
 * written here; false if there are none. */
static bool digits_apart(const parser *p, char *meant, size_t size, bool *is_comma)
{
    const char *text = p->lexer.origin->text, *at = text + p->token.start;
    size_t begin = p->token.start;
    *is_comma = *at == ',';
    while (begin > 0 && text[begin - 1] == ' ' && !*is_comma) begin--;
    const char *after = *is_comma ? at + 1 : at, *left = text + begin;
    size_t n_left = 0, n_right = 0;
    while (n_left < begin && is_digit(left[-1 - (int)n_left])) n_left++;
    while (is_digit(after[n_right])) n_right++;
    bool own_word = n_left < begin && left[-1 - (int)n_left] == '.';
    if (n_left == 0 || n_right == 0 || own_word) return false;
    if (!*is_comma && (n_left > 3 || n_right != 3)) return false;
    snprintf(meant, size, "%.*s%s%.*s", (int)n_left, left - n_left, *is_comma ? "." : "",
             (int)n_right, after);
    return true;
}

static bool explain_digits(parser *p)
{
    char meant[48];
    bool is_comma;
    if (!digits_apart(p, meant, sizeof meant, &is_comma)) return false;
    sq_expr_error(p->c, p->lexer.origin, p->token.start, "write %s: %s", meant,
                  is_comma ? "a comma separates" : "a blank separates");
    return true;
}

/* "expected …, found …" at the next token. */
static sq_tree *expected(parser *p, const char *what)
{
    const sq_token *t = &p->token;
    int length = (int)(t->end - t->start);
    if (explain_digits(p)) return NULL;
    if (t->kind == SQ_TOKEN_END)
        sq_expr_error(p->c, p->lexer.origin, t->start,
                      "expected %s, found the end of the expression", what);
    else
        sq_expr_error(p->c, p->lexer.origin, t->start, "expected %s, found '%.*s'", what,
                      length > 40 ? 40 : length, p->lexer.origin->text + t->start);
    return NULL;
}

static sq_tree *new_tree(parser *p, sq_tree_kind kind, uint32_t start, uint32_t at)
{
    sq_tree like = {.origin = p->lexer.origin, .start = start, .at = at, .end = p->last};
    if (--*p->budget < 0)
        return fail(p, at,
                    "the expression is too long, with the named expressions in it written out");
    sq_tree *tree = sq_tree_new(p->c, &like, SQ_OP_COUNT, 0);
    if (tree) tree->kind = kind;
    return tree;
}

/* Joins the arguments to the tree, whose text ends with the token taken last. */
static sq_tree *with_args(parser *p, sq_tree *tree, sq_tree *const *args, size_t n)
{
    if (!tree) return NULL;
    tree->arg = sq_arena_array(p->c->arena, n, sizeof *tree->arg);
    if (!tree->arg) return out_of_memory(p->c);
    memcpy(tree->arg, args, n * sizeof *args);
    tree->n_args = (int)n;
    tree->end = p->last;
    return tree;
}

static sq_tree *operation(parser *p, sq_op_code op, uint32_t at, sq_tree *a, sq_tree *b,
                          bool swapped)
{
    sq_tree *args[2] = {swapped ? b : a, swapped ? a : b};
    sq_tree *tree =
        a ? new_tree(p, SQ_TREE_OPERATOR, b && a->start < at ? a->start : at, at) : NULL;
    if (tree) tree->op = op;
    return with_args(p, tree, args, b ? 2 : 1);
}

static bool enter(parser *p)
{
    if (++p->depth <= SQ_EXPR_DEPTH) return true;
    return sq_expr_error(p->c, p->lexer.origin, p->token.start,
                         "the expression is nested deeper than %d", SQ_EXPR_DEPTH);
}

/* ---- primaries ------------------------------------------------------------------------ */

/* Expressions separated by commas up to the closing mark, joined to the tree after `first` (may be
 * NULL). */
static sq_tree *parse_list(parser *p, sq_tree *tree, sq_tree *first, const char *close,
                           const char *wanted)
{
    SQ_VEC(sq_tree *) args = {0};
    bool good = tree != NULL;
    if (good && first && !sq_vec_push(&args, first)) good = out_of_memory(p->c) != NULL;
    while (good) {
        good = args.count <= SQ_EXPR_LIST
               || fail(p, p->token.start, "a list of more than 1000 elements");
        if (!good) break;
        sq_tree *arg = parse_level(p, OR);
        good = arg != NULL;
        if (good && !sq_vec_push(&args, arg)) good = out_of_memory(p->c) != NULL;
        if (!good || !is(p, ",")) break;
        good = take(p);
    }
    if (good && !is(p, close)) good = expected(p, wanted) != NULL;
    good = good && take(p) && with_args(p, tree, args.items, args.count);
    free(args.items);
    return good ? tree : NULL;
}

static bool is_operator_word(const parser *p)
{
    return is(p, "and") || is(p, "or") || is(p, "in") || is(p, "not");
}

/* The unit after a number, if there is one. */
static bool parse_unit(parser *p, sq_tree *number)
{
    const char *word = p->lexer.origin->text + p->token.start;
    size_t length = p->token.end - p->token.start;
    double factor;
    sq_unit unit;
    if (is(p, "%")) {
        number->value /= 100;
        number->type.unit.kind = SQ_KIND_PROBABILITY;
    } else if (p->token.kind != SQ_TOKEN_WORD || is_operator_word(p)) {
        return true;
    } else if (sq_unit_literal(p->c, word, length, &factor, &unit)) {
        number->value *= factor;
        number->type.unit = unit;
    } else {
        const char *advice = sq_unit_advice(p->c, word, length);
        return sq_expr_error(
            p->c, p->lexer.origin, p->token.start,
            "expected a unit (d, wk, mo, y, %%) or an operator after the number, found "
            "'%.*s'%s",
            length > 40 ? 40 : (int)length, word, advice);
    }
    if (!take(p)) return false;
    number->end = p->last;
    return true;
}

static sq_tree *parse_number(parser *p)
{
    double value = p->token.value;
    uint32_t start = p->token.start;
    sq_tree *tree = take(p) ? new_tree(p, SQ_TREE_NUMBER, start, start) : NULL;
    if (!tree) return NULL;
    tree->value = value;
    return parse_unit(p, tree) ? tree : NULL;
}

/* A word that is a value by itself: a unit, true or false. */
static bool constant_word(const parser *p, const char *word, double *value, sq_type *type)
{
    *type = (sq_type){.class = SQ_TYPE_NUMBER};
    if (sq_unit_literal(p->c, word, strlen(word), value, &type->unit)) return true;
    *value = strcmp(word, "true") == 0;
    type->class = SQ_TYPE_FLAG;
    return *value == 1 || strcmp(word, "false") == 0;
}

static sq_tree *parse_word(parser *p)
{
    uint32_t start = p->token.start;
    const char *name =
        sq_arena_text(p->c->arena, p->lexer.origin->text + start, p->token.end - start);
    double value;
    sq_type type;
    if (!name) return out_of_memory(p->c);
    sq_tree *tree = take(p) ? new_tree(p, SQ_TREE_WORD, start, start) : NULL;
    if (!tree) return NULL;
    tree->name = name;
    if (constant_word(p, name, &value, &type)) {
        tree->kind = SQ_TREE_NUMBER;
        tree->value = value;
        tree->type = type;
        return tree;
    }
    if (!is(p, "(") && !is(p, "[")) return tree;
    tree->kind = is(p, "(") ? SQ_TREE_CALL : SQ_TREE_INDEX;
    if (!take(p)) return NULL;
    bool call = tree->kind == SQ_TREE_CALL;
    return parse_list(p, tree, NULL, call ? ")" : "]", call ? "',' or ')'" : "',' or ']'");
}

static sq_tree *parse_primary(parser *p)
{
    if (p->token.kind == SQ_TOKEN_NUMBER) return parse_number(p);
    if (is(p, "not")) return fail(p, p->token.start, "'not' needs parentheses here: (not …)");
    if (p->token.kind == SQ_TOKEN_WORD && !is_operator_word(p)) return parse_word(p);
    if (!is(p, "(")) return expected(p, "a value");
    if (!take(p)) return NULL;
    sq_tree *inner = parse_level(p, OR);
    if (!inner) return NULL;
    if (!is(p, ")")) return expected(p, "an operator or ')'");
    return take(p) ? inner : NULL;
}

/* ---- operators ------------------------------------------------------------------------ */

static sq_tree *parse_power(parser *p)
{
    sq_tree *base = parse_primary(p);
    if (!base || !is(p, "^")) return base;
    uint32_t at = p->token.start;
    sq_tree *exponent =
        take(p) ? parse_sign(p) : NULL; /* from the right; 2^-1 needs no parentheses */
    return exponent ? operation(p, SQ_OP_POW, at, base, exponent, false) : NULL;
}

static sq_tree *parse_sign(parser *p)
{
    sq_tree *tree;
    if (!enter(p)) return NULL;
    if (is(p, "-")) {
        uint32_t at = p->token.start;
        tree = take(p) ? operation(p, SQ_OP_NEG, at, parse_sign(p), NULL, false) : NULL;
    } else {
        tree = parse_power(p);
    }
    p->depth--;
    return tree;
}

static sq_tree *parse_not(parser *p)
{
    if (!enter(p)) return NULL;
    uint32_t at = p->token.start;
    sq_tree *tree = NULL;
    if (take(p))
        tree = operation(p, SQ_OP_NOT, at, is(p, "not") ? parse_not(p) : parse_level(p, COMPARE),
                         NULL, false);
    p->depth--;
    return tree;
}

static int operator_at(const parser *p)
{
    for (int i = 0; i < OPERATORS; i++)
        if (is(p, operators[i].text)) return i;
    return -1;
}

static sq_tree *parse_in(parser *p, sq_tree *left, uint32_t at)
{
    if (!is(p, "(")) return expected(p, "a list in parentheses after 'in'");
    sq_tree *tree = take(p) ? new_tree(p, SQ_TREE_IN, left->start, at) : NULL;
    return parse_list(p, tree, left, ")", "',' or ')'");
}

static sq_tree *parse_operator(parser *p, sq_tree *left, int i)
{
    uint32_t at = p->token.start;
    int level = operators[i].level;
    if (!take(p)) return NULL;
    sq_tree *tree, *right = NULL;
    if (operators[i].op == SQ_OP_COUNT) {
        tree = parse_in(p, left, at);
    } else {
        right = parse_level(p, level + 1);
        tree = right ? operation(p, operators[i].op, at, left, right, operators[i].swapped) : NULL;
    }
    if (tree) tree->start = left->start;
    int more = operator_at(p);
    if (tree && level == COMPARE && more >= 0 && operators[more].level == COMPARE)
        return fail(p, p->token.start, "comparisons do not chain; write 'a < b and b < c'");
    return tree;
}

/* Operators of this level and above. */
static sq_tree *parse_level(parser *p, int level)
{
    sq_tree *tree = level <= NOT && is(p, "not") ? parse_not(p) : parse_sign(p);
    while (tree) {
        if (level <= COMPARE && is(p, "not"))
            return fail(p, p->token.start,
                        "expected an operator, found 'not'; write 'not x in (…)'");
        int i = operator_at(p);
        if (i < 0 || operators[i].level < level) break;
        tree = parse_operator(p, tree, i);
    }
    return tree;
}

sq_tree *sq_expr_parse(sq_compiler *c, const sq_expr_origin *origin, int *budget)
{
    parser p = {.c = c, .lexer = {.c = c, .origin = origin}, .budget = budget};
    if (strlen(origin->text) > SQ_EXPR_TEXT) return fail(&p, 0, "the expression is too long");
    if (!take(&p)) return NULL;
    if (p.token.kind == SQ_TOKEN_END) return expected(&p, "an expression");
    sq_tree *tree = parse_level(&p, OR);
    if (!tree || p.token.kind == SQ_TOKEN_END) return tree;
    return expected(&p, "an operator or the end of the expression");
}

/* ---- trees, places, messages ---------------------------------------------------------- */

sq_tree *sq_tree_new(sq_compiler *c, const sq_tree *like, sq_op_code op, int n_args)
{
    sq_tree *tree = sq_arena_alloc(c->arena, sizeof *tree);
    sq_tree **args = sq_arena_array(c->arena, (size_t)n_args, sizeof *args);
    if (!tree || !args) return out_of_memory(c);
    *tree = (sq_tree){.kind = SQ_TREE_OPERATOR,
                      .origin = like->origin,
                      .start = like->start,
                      .at = like->at,
                      .end = like->end,
                      .n_args = n_args,
                      .arg = args,
                      .op = op};
    return tree;
}

sq_tree *sq_tree_literal(sq_compiler *c, const sq_tree *like, sq_type type, double value)
{
    sq_tree *tree = sq_tree_new(c, like, SQ_OP_CONST, 0);
    if (!tree) return NULL;
    tree->kind = SQ_TREE_NUMBER;
    tree->type = type;
    tree->literal = true;
    tree->value = value;
    return tree;
}

static const char *skip_characters(const char *p, const char *end, int n)
{
    for (; n > 0 && p < end; n--)
        for (p++; p < end && ((unsigned char)*p & 0xC0) == 0x80;) p++;
    return p;
}

/* The column inside the scalar where its text stands unchanged in the file; the scalar's own where
 * quotes were escaped or the text was composed. */
sq_place sq_expr_place(const sq_expr_origin *origin, uint32_t at)
{
    sq_place place = origin->place;
    size_t length, size = strlen(origin->text);
    const char *line = place.source ? sq_source_line(place.source, place.line, &length) : NULL;
    if (!line) return place;
    const char *p = skip_characters(line, line + length, place.column - 1);
    if ((size_t)(line + length - p) < size || memcmp(p, origin->text, size) != 0) return place;
    for (uint32_t i = 0; i < at; i++)
        if (((unsigned char)p[i] & 0xC0) != 0x80) place.column++;
    return place;
}

bool sq_expr_error(sq_compiler *c, const sq_expr_origin *origin, uint32_t at, const char *format,
                   ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return sq_diag_error(c->diags, sq_expr_place(origin, at), "%s", text);
}
