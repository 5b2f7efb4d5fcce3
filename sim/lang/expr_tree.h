/* Inside the expression compiler: tokens, the tree, and what the four expr_*.c files ask of each other. A
 * tree is made by the parser with `kind` and names; the check rewrites it in place until every node is one
 * operation of the stack machine with its operands (op, a, arg), which the code generator writes down in
 * order. */
#ifndef SQ_LANG_EXPR_TREE_H
#define SQ_LANG_EXPR_TREE_H

#include "lang/expr.h"

#include <stdint.h>

/* Deepest nesting, longest list and largest size of an expression, named expressions expanded; longest text. */
enum { SQ_EXPR_DEPTH = 1000, SQ_EXPR_LIST = 1000, SQ_EXPR_NODES = 1 << 16, SQ_EXPR_TEXT = 1 << 16 };

/* A text an expression came from; a named expression has one of its own inside that of its reader. Where it takes
 * arguments, their names stand in its text for trees of the reader's text, checked where they are used. */
typedef struct sq_expr_origin {
    const char *text;
    sq_place place;             /* of text[0] */
    const char *name;           /* of the named expression; NULL at the outermost */
    const sq_node *node;
    const struct sq_expr_origin *outer;
    int n_arguments;
    const char *const *arguments;
    struct sq_tree *const *given; /* never checked themselves: each use checks a copy */
    bool *used;
} sq_expr_origin;

typedef enum sq_token_kind {
    SQ_TOKEN_END,
    SQ_TOKEN_NUMBER, /* value */
    SQ_TOKEN_WORD,   /* name with dots, or a label that begins with a digit */
    SQ_TOKEN_MARK,   /* one of + - * / ^ % ( ) [ ] , == != < <= > >= */
} sq_token_kind;

typedef struct sq_token {
    sq_token_kind kind;
    uint32_t start, end; /* bytes of the text */
    double value;
} sq_token;

/* Why an expression failed is reported where it is found; all functions below return false or NULL then. */
typedef struct sq_lexer {
    sq_compiler *c;
    const sq_expr_origin *origin;
    uint32_t at;
} sq_lexer;

bool sq_lex(sq_lexer *lexer, sq_token *token);
/* Whether the token reads exactly so. */
bool sq_token_is(const sq_lexer *lexer, const sq_token *token, const char *text);
/* "; did you mean 'd'?" or what is known of a word that stands where a unit might. */
const char *sq_unit_advice(const sq_compiler *c, const char *word, size_t length);

typedef enum sq_tree_kind {
    SQ_TREE_NUMBER,   /* value, type.unit */
    SQ_TREE_WORD,     /* name */
    SQ_TREE_CALL,     /* name(arg, …) */
    SQ_TREE_INDEX,    /* name[arg, …] */
    SQ_TREE_OPERATOR, /* op with one or two arguments */
    SQ_TREE_IN,       /* arg[0] in (arg[1], …) */
} sq_tree_kind;

typedef struct sq_tree {
    sq_tree_kind kind;
    const sq_expr_origin *origin;
    uint32_t start, at, end; /* whole extent; at: the operator or the name */
    const char *name;
    int n_args;
    struct sq_tree **arg;
    /* From here on known after the check, except op of operators and value and type of numbers. */
    sq_op_code op;
    int a;
    int entries; /* of PARAM_AT and ATTR_AT: how many values the index chooses among */
    sq_type type;
    bool literal;  /* made of numbers, units and labels alone: value says it all */
    bool stepwise; /* a call of a table that is constant between its knots */
    bool reads_time; /* now or in_state, other than through a stepwise table */
    double value;
} sq_tree;

sq_tree *sq_expr_parse(sq_compiler *c, const sq_expr_origin *origin, int *budget);

/* One compilation. budget: nodes that may still be made. */
typedef struct sq_check {
    sq_compiler *c;
    unsigned allow;
    sq_bits *reads;
    int budget, depth, table_depth;
    SQ_VEC(sq_tree *) timed; /* calls of stepwise tables whose argument reads time, in rewards */
} sq_check;

enum { SQ_NO_CATEGORY = -2 };

/* Resolves names, checks units and folds literals, in place. category: whose labels may stand here. */
bool sq_expr_check(sq_check *k, sq_tree *tree, int category);
/* Whether the checked tree may stand where `want` is expected; reports if not. */
bool sq_expr_expect(sq_check *k, const sq_tree *tree, sq_type want);
/* expr_function.c: what stands for a word that names an argument, through as many functions as passed it on; the
 * tree itself if it is no such word. */
sq_tree *sq_expr_given(sq_tree *tree);
/* Puts the argument, or the body of a named expression, in the place of the tree, and checks it. */
bool sq_expr_put_given(sq_check *k, sq_tree *tree, sq_tree *given, int category);
bool sq_expr_expand(sq_check *k, sq_tree *tree, const sq_symbol *symbol, int category);
/* The parts of expr_check.c that live in expr_name.c: words, entries of tables, calls of tables. */
bool sq_check_word(sq_check *k, sq_tree *tree, int category);
bool sq_check_index(sq_check *k, sq_tree *tree);
bool sq_check_named_call(sq_check *k, sq_tree *tree, int category);
/* What the files of names share: whether the patient may be read here (reports if not), the note of a read, a
 * node made one operation without operands, and time, which some places may not read. */
bool sq_check_needs_patient(sq_check *k, const sq_tree *tree);
void sq_note_read(sq_check *k, int bit);
bool sq_check_leaf(sq_tree *tree, sq_op_code op, int a, sq_type type);
bool sq_check_time(sq_check *k, sq_tree *tree, sq_op_code op);
/* expr_history.c: whether a function asks of the past (happened, since, count, time_in), and its call. */
bool sq_is_history(const char *name);
bool sq_check_history(sq_check *k, sq_tree *tree);
/* The argument of a stepwise table in a reward: between firings it must grow as time does, so that the next
 * break is the next knot. */
bool sq_check_argument_time(sq_check *k, sq_tree *tree);
/* The state in which alone the checked argument grows, for it reads time_in(STATE); -1: it always does. */
int sq_time_only_in(const sq_tree *tree);
/* A word that can only be a label, or a number that might be one. */
bool sq_may_be_label(const sq_check *k, sq_tree *tree);
/* The category of two bare labels of one category, as they stand in the body of a module that was given a
 * label; SQ_NO_CATEGORY otherwise. */
int sq_label_category(const sq_check *k, sq_tree *a, sq_tree *b);
/* The value of an operation on literals, by the machine that will run the others. */
bool sq_expr_fold(sq_check *k, sq_tree *tree);

/* Whether the node is text an expression may be; reports if not. */
bool sq_expr_is_text(sq_compiler *c, const sq_node *node);
sq_tree *sq_tree_new(sq_compiler *c, const sq_tree *like, sq_op_code op, int n_args);
sq_tree *sq_tree_literal(sq_compiler *c, const sq_tree *like, sq_type type, double value);
sq_place sq_expr_place(const sq_expr_origin *origin, uint32_t at);
bool sq_expr_error(sq_compiler *c, const sq_expr_origin *origin, uint32_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
const sq_category *sq_category_at(const sq_compiler *c, int category);

#endif
