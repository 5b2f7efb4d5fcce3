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
    sq_place place;      /* of the first character of the value (inside quotes: of the content) */
    const char *text;    /* scalar: its content; else NULL */
    bool quoted;
    int count;           /* children of a list, entries of a map */
    struct sq_node **item;     /* [count] list elements or map values */
    const char *const *key;    /* [count] map keys */
    const sq_place *key_place; /* [count] */
} sq_node;

/* Reads a file ("-" is standard input) or a text into a tree owned by the arena, reporting what is wrong to
 * diags; NULL if anything was. */
const sq_source *sq_source_read(sq_arena *arena, const char *path, sq_place named_at, sq_diags *diags);
const sq_node *sq_node_parse(sq_arena *arena, const sq_source *source, sq_diags *diags);

/* Value of a key, NULL if absent. */
const sq_node *sq_node_get(const sq_node *map, const char *key);
sq_place sq_node_key_place(const sq_node *map, const char *key);
/* Reports every key of the map that is not among `known` (NULL-terminated), with the nearest; `what` names the
 * construct ("an event"). True if all are known. */
bool sq_node_known_keys(const sq_node *map, const char *what, const char *const *known, sq_diags *diags);
/* Checks the kind, reporting "expected a map (…)": what = what the value is for. */
bool sq_node_expect(const sq_node *node, sq_node_kind kind, const char *what, sq_diags *diags);

#endif
