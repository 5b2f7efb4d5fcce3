/* Inside the expansion of modules (docs/language.md, section 2.6): build_modules.c decides what an
 * instance declares, build_scope.c copies the body's nodes with their words replaced. */
#ifndef SQ_LANG_BUILD_MODULES_H
#define SQ_LANG_BUILD_MODULES_H

#include "lang/build.h"

/* What a word in the body can stand for; 0: the text is left alone. An argument is replaced wherever
 * any of these is possible. */
enum {
    SQ_WORD_VALUE = 1,      /* what an expression reads: attribute, function, state, parameter */
    SQ_WORD_OCCURRENCE = 2, /* state, event, mark */
    SQ_WORD_CATEGORY = 4,
    SQ_WORD_PROCEDURE = 8,
    SQ_WORD_LOSS = 16,
    SQ_WORD_LABEL = 32, /* nothing a module declares: only arguments are replaced */
    SQ_WORD_COST = 64,  /* nor does it declare costs; the model's hide an argument of that name */
    SQ_WORD_CALL = 128, /* a function with arguments; of a word: it is given to one */
};

/* One instance being written out. */
typedef struct sq_scope {
    sq_build *b;
    const char *prefix;              /* before every name of its own: "first_course_", or "" */
    const sq_source *body, *pointed; /* the module's file; the same as messages point into it */
    sq_index own;                    /* name -> SQ_WORD_ bits of what the body declares */
    sq_index argument;               /* name -> index into value */
    const sq_node **value;
    const sq_node *key; /* list of attributes that key every draw and clock; NULL: none */
    const sq_index *labels; /* of all categories */
} sq_scope;

/* A copy of a node in the names of the instance. `kinds`: what a scalar can stand for; of a map or a
 * list its entries follow from their keys. NULL when memory is out. */
const sq_node *sq_scope_copy(const sq_scope *scope, const sq_node *node, unsigned kinds);
/* The same of a map whose keys are names, or (keys 0) mean nothing to the instance. */
const sq_node *sq_scope_copy_by_name(const sq_scope *scope, const sq_node *map, unsigned keys,
                                     unsigned kinds);
/* A text with its words replaced; the text itself where nothing was. */
const char *sq_scope_text(const sq_scope *scope, const char *text, unsigned kinds, sq_place place);
/* prefix + name, in scratch. */
const char *sq_scope_own_name(const sq_scope *scope, const char *name);
sq_place sq_scope_place(const sq_scope *scope, sq_place place);
/* The first list of attributes followed by those of the second that are not in it; either may be
 * NULL, and each may be a single scalar. */
const sq_node *sq_scope_joined_keys(sq_build *b, const sq_node *first, const sq_node *second);

#endif
