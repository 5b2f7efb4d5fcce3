/* Expressions: text -> tree -> types and units -> byte code. One compiler object collects the code and
 * constants of a whole model; the builder answers what a name means.
 *
 *   expr_lex.c tokens, expr_parse.c precedence climbing, expr_check.c types and units, expr_code.c byte code */
#ifndef SQ_LANG_EXPR_H
#define SQ_LANG_EXPR_H

#include "base/vec.h"
#include "lang/node.h"
#include "model/model.h"

typedef enum sq_symbol_kind {
    SQ_SYMBOL_ATTRIBUTE,  /* index, type; n_dims, dim: of a vector, whose elements follow each other */
    SQ_SYMBOL_PARAMETER,  /* index = slot; type; n_dims, dim: categories of its indices */
    SQ_SYMBOL_TABLE,      /* function table: index into tables; type of value; argument type */
    SQ_SYMBOL_FUNCTION,   /* named expression: node, expanded where it stands (cycles are errors); n_arguments and
                             their names where it takes any */
    SQ_SYMBOL_OCCURRENCE, /* event, state or mark, for happened(NAME): index of occurrence */
} sq_symbol_kind;

typedef struct sq_symbol {
    sq_symbol_kind kind;
    int index;
    sq_type type;
    sq_type argument;
    int n_dims;
    int dim[SQ_KEYS]; /* category indices; SQ_CATEGORY_STATES for states */
    const sq_node *node;
    int n_arguments;
    const char *const *arguments;
    bool constant; /* function table: constant between its knots */
} sq_symbol;

/* What an expression may read besides parameters. */
enum {
    SQ_ALLOW_PARAMETERS = 1,
    SQ_ALLOW_PATIENT = 2, /* attributes, state, alive, happened() */
    SQ_ALLOW_TIME = 4,    /* now, in_state anywhere */
    SQ_ALLOW_TIME_IN_TABLES = 8, /* now, in_state only inside the argument of a constant function table, where
                                    they must enter as `now + something that does not read time` */
};

/* How the compiler asks what a name means. */
typedef struct sq_names {
    void *context;
    bool (*lookup)(void *context, const char *name, sq_symbol *symbol);
    /* Index of the occurrence in happened(NAME), since(NAME) and the like, so that an event may bear the name of an attribute. May be
     * NULL: lookup then answers with SQ_SYMBOL_OCCURRENCE. */
    bool (*occurrence)(void *context, const char *name, int *index);
    /* All names it knows, for "did you mean"; may be NULL. */
    size_t (*occurrences)(void *context, const char *const **names);
    /* All names in reach, for "did you mean"; the array lives as long as the context. */
    size_t (*all)(void *context, const char *const **names);
    const sq_category *categories; /* for labels and messages */
    int n_categories;
    sq_category states;            /* the category of states */
    const char *currency;          /* "" if the model has none */
} sq_names;

/* A text that became a program; kept for programs that read a patient. */
typedef struct sq_expr_said {
    sq_program program;
    sq_place place;
    const char *text; /* the node's */
} sq_expr_said;

typedef struct sq_compiler {
    SQ_VEC(sq_expr_said) said;
    SQ_VEC(sq_op) code;
    SQ_VEC(double) constants;
    SQ_VEC(sq_break) breaks; /* found while SQ_ALLOW_TIME_IN_TABLES: the builder takes them away */
    sq_names names;
    sq_diags *diags;
    sq_arena *arena; /* trees live here */
    int n_attributes; /* for numbering reads */
} sq_compiler;

void sq_compiler_free(sq_compiler *c);

/* Whether a word has a meaning of its own in expressions, so that nothing may be given that name: `and`,
 * `now`, `min`, `d`. The currency is not among them. */
bool sq_expr_is_reserved(const char *word);
/* Whether a function asks about an occurrence: happened, since, count, time_in. */
bool sq_asks_occurrence(const char *name);

/* The factor and unit of a unit word or the currency; false for any other word. */
bool sq_unit_literal(const sq_compiler *c, const char *word, size_t length, double *factor, sq_unit *unit);

/* Compiles the scalar node as an expression of the wanted type. Errors have the place inside the expression.
 * reads (may be NULL) is joined with what it reads. Returns false after reporting. A wanted number unit is
 * checked with sq_unit_fits; time literals become days, percent becomes probability, money stays as it is. */
bool sq_expr_compile(sq_compiler *c, const sq_node *node, sq_type want, unsigned allow,
                     sq_program *out, sq_bits *reads);
/* The same with the type found rather than wanted. */
bool sq_expr_compile_any(sq_compiler *c, const sq_node *node, unsigned allow, sq_type *type,
                         sq_program *out, sq_bits *reads);
/* The element of a vector that "courses[regimen]" names: an attribute where the indices are labels, else the
 * first attribute of the vector and a program for how many further on the element is. */
bool sq_expr_compile_element(sq_compiler *c, const sq_node *node, unsigned allow, int *attribute,
                             sq_program *offset, sq_bits *reads);
/* The value of an expression of numbers and units only ("14.6 mo", "3 y", "0.37", "7 %"). */
bool sq_expr_constant(sq_compiler *c, const sq_node *node, sq_type want, double *value);
bool sq_expr_constant_text(sq_compiler *c, const char *text, sq_place place, sq_type want, double *value);

/* Compiled expressions leave this much of SQ_STACK_DEPTH to what the builder composes around them. */
enum { SQ_STACK_SPARE = 8 };
/* Emission by hand, for what the builder composes (loadings, list of states as condition, rows of tables). The
 * functions return false when memory is out. */
sq_program sq_code_begin(sq_compiler *c);
bool sq_code_op(sq_compiler *c, sq_op_code code, int a);
bool sq_code_const(sq_compiler *c, double value);
bool sq_code_append(sq_compiler *c, sq_program program); /* copies a program's ops to the end */
sq_program sq_code_end(sq_compiler *c, sq_program begun);

/* Type in words for messages: "time", "a probability", "a flag", "a value of burden", "a state". */
const char *sq_type_text(const sq_compiler *c, sq_type type, char *buffer, size_t size);

#endif
