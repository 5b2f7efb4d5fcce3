/* A YAML document as a tree with places. Read by libyaml's events; strict: no aliases, anchors, merge keys,
 * tags, directives, second documents, duplicate keys, depth above 64, NUL bytes, invalid UTF-8, files above
 * 8 MiB. Scalars are kept as text: the language gives them meaning. */
#ifndef SQ_LANG_NODE_H
#define SQ_LANG_NODE_H

#include "base/arena.h"
#include "lang/diag.h"

typedef enum sq_node_kind { SQ_NODE_NULL, SQ_NODE_SCALAR, SQ_NODE_LIST, SQ_NODE_MAP } sq_node_kind;

typedef struct sq_node {
    sq_node_kind kind;
    sq_place place;      /* of the first character of the value (inside quotes: of the content; of a block
                            scalar: of its | or >) */
    const char *text;    /* scalar: its content; else NULL */
    bool quoted;         /* in quotes or a block scalar: not plain */
    bool many_lines;     /* a block scalar, or one that goes on over several lines: text, not an expression */
    int count;           /* children of a list, entries of a map */
    struct sq_node **item;     /* [count] list elements or map values */
    const char *const *key;    /* [count] map keys */
    const sq_place *key_place; /* [count] */
} sq_node;

enum { SQ_SOURCE_BYTES = 8 << 20, SQ_NODE_DEPTH = 64 };

/* Reads a whole file of at most SQ_SOURCE_BYTES ("-" is standard input) into the arena, which also keeps a
 * copy of path. What is wrong is reported at named_at, the place that names the file; NULL then. */
const sq_source *sq_source_read(sq_arena *arena, const char *path, sq_place named_at, sq_diags *diags);
/* The same with another limit, for files that are not YAML. */
const sq_source *sq_source_read_up_to(sq_arena *arena, const char *path, size_t limit, sq_place named_at,
                                      sq_diags *diags);
/* The source as a tree owned by the arena; NULL after reporting what is wrong. An empty document is a node of
 * kind SQ_NODE_NULL. Keys are texts, whatever they look like. */
const sq_node *sq_node_parse(sq_arena *arena, const sq_source *source, sq_diags *diags);

/* Value of a key, NULL if absent. */
const sq_node *sq_node_get(const sq_node *map, const char *key);
/* Where one item may stand for a list of one: how many there are, and the i-th of them. */
int sq_node_one_or_more(const sq_node *node);
const sq_node *sq_node_one_of(const sq_node *node, int i);
sq_place sq_node_key_place(const sq_node *map, const char *key);
/* Reports every key of the map that is not among `known` (NULL-terminated), with the nearest; `what` names the
 * construct ("an event"). True if all are known. */
bool sq_node_known_keys(const sq_node *map, const char *what, const char *const *known, sq_diags *diags);
/* Checks the kind, reporting "expected a list of events, found a map": what = what the value is for and in
 * the words of the message ("a list of events"). */
bool sq_node_expect(const sq_node *node, sq_node_kind kind, const char *what, sq_diags *diags);

#endif
