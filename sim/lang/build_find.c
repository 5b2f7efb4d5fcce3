/* Looking names up: what a word in a given place of the files refers to, and what to say if
 * nothing. */
#include "lang/build.h"

#include <string.h>

int sq_find_category(const sq_build *b, const char *name)
{
    return sq_index_get(&b->category_index, name);
}

const sq_category *sq_category_of(const sq_build *b, int index)
{
    return index == SQ_CATEGORY_STATES ? &b->compiler.names.states : &b->categories.items[index];
}

int sq_find_label(const sq_category *category, const char *label)
{
    for (int i = 0; i < category->n_labels; i++)
        if (strcmp(category->labels[i], label) == 0) return i;
    return -1;
}

int sq_find_occurrence(const sq_build *b, const char *name)
{
    return sq_index_get(&b->occurrence_index, name);
}

int sq_find_state(const sq_build *b, const char *name)
{
    int i = sq_find_occurrence(b, name);
    return i >= 0 && i < (int)b->states.count ? i : -1;
}

int sq_find_event(const sq_build *b, const char *name)
{
    int i = sq_find_occurrence(b, name) - (int)b->states.count;
    return i >= 0 && i < (int)b->events.count ? i : -1;
}

static int unknown(sq_build *b, const sq_node *node, const char *what, const char *const *names,
                   size_t n)
{
    sq_diag_error(b->diags, node->place, "unknown %s '%.80s'%s", what, node->text,
                  sq_diag_hint(b->diags, node->text, names, n));
    return -1;
}

int sq_named_state(sq_build *b, const sq_node *node, const char *what)
{
    const char *name = sq_scalar_text(b, node, what);
    if (!name) return -1;
    int i = sq_find_state(b, name);
    return i >= 0 ? i : unknown(b, node, what, b->state_names.items, b->state_names.count);
}

int sq_named_event(sq_build *b, const sq_node *node, const char *what)
{
    const char *name = sq_scalar_text(b, node, what);
    if (!name) return -1;
    int i = sq_find_event(b, name);
    if (i >= 0) return i;
    size_t n = b->events.count;
    const char *const *names = n ? b->occurrence_names.items + b->states.count : NULL;
    return unknown(b, node, what, names, n);
}

int sq_named_occurrence(sq_build *b, const sq_node *node, const char *what)
{
    const char *name = sq_scalar_text(b, node, what);
    if (!name) return -1;
    int i = sq_find_occurrence(b, name);
    return i >= 0 ? i
                  : unknown(b, node, what, b->occurrence_names.items, b->occurrence_names.count);
}

int sq_named_label(sq_build *b, int category, const char *label, sq_place place)
{
    const sq_category *c = sq_category_of(b, category);
    int i = sq_find_label(c, label);
    if (i < 0)
        sq_diag_error(b->diags, place, "'%.80s' is not a label of %s%s", label, c->name,
                      sq_diag_hint(b->diags, label, c->labels, (size_t)c->n_labels));
    return i;
}

bool sq_occurrence_set(sq_build *b, const sq_node *node, const char *what, sq_bits *set)
{
    if (node->kind != SQ_NODE_LIST) {
        int i = sq_named_occurrence(b, node, what);
        if (i >= 0) sq_bits_set(set, i);
        return i >= 0;
    }
    bool fine = true;
    for (int k = 0; k < node->count; k++) {
        int i = sq_named_occurrence(b, node->item[k], what);
        fine = fine && i >= 0;
        if (i >= 0) sq_bits_set(set, i);
    }
    return fine;
}

/* ---- of an experiment ----------------------------------------------------------------------------- */

int sq_named_endpoint(sq_build *b, const sq_node *node)
{
    size_t n = b->endpoints.count;
    const char *name = sq_scalar_text(b, node, "an endpoint");
    const char **names = name ? sq_build_scratch(b, n + 1, sizeof *names) : NULL;
    for (size_t i = 0; names && i < n; i++) {
        names[i] = b->endpoints.items[i].name;
        if (strcmp(names[i], name) == 0) return (int)i;
    }
    if (names)
        sq_diag_error(b->diags, node->place, "there is no endpoint '%.80s'%s", name,
                      sq_diag_hint(b->diags, name, names, n));
    return -1;
}

int sq_named_cause(sq_build *b, const sq_node *map, int index)
{
    const sq_endpoint *endpoint = &b->endpoints.items[index];
    const sq_node *cause = sq_node_get(map, "cause");
    if (!cause && endpoint->n_causes - endpoint->has_competing == 1) return endpoint->first_cause;
    if (!cause) {
        sq_diag_error(b->diags, map->place, "'%s' has several causes: name one with `cause:`", endpoint->name);
        return -1;
    }
    const char *name = sq_scalar_text(b, cause, "a cause");
    const char **names = sq_build_scratch(b, (size_t)endpoint->n_causes + 1, sizeof *names);
    for (int i = 0; name && names && i < endpoint->n_causes; i++) {
        names[i] = b->causes.items[endpoint->first_cause + i].name;
        if (strcmp(names[i], name) == 0) return endpoint->first_cause + i;
    }
    if (name && names)
        sq_diag_error(b->diags, cause->place, "'%s' has no cause '%.80s'%s", endpoint->name, name,
                      sq_diag_hint(b->diags, name, names, (size_t)endpoint->n_causes));
    return -1;
}

int sq_named_strategy(sq_build *b, const sq_node *map, const char *what)
{
    const sq_entries *section = &b->section[SQ_IN_STRATEGIES];
    const sq_node *node = sq_node_get(map, "strategy");
    if (!node && section->count == 1) return 0;
    if (!node) return sq_diag_error(b->diags, map->place, "%s: needs `strategy:`", what) - 1;
    if (node->kind == SQ_NODE_LIST)
        return sq_diag_error(b->diags, node->place, "%s: takes one strategy. Differences between strategies are of life years, QALYs "
                             "and costs; of an endpoint other patients are at risk where its index depends on the strategy",
                             what) - 1;
    const char *name = sq_scalar_text(b, node, "a strategy");
    if (!name) return -1;
    for (size_t i = 0; i < b->strategies.count; i++)
        if (strcmp(b->strategies.items[i].name, name) == 0) return (int)i;
    if (sq_index_get(&section->index, name) >= 0) return -2;
    const char **names = sq_build_scratch(b, section->count, sizeof *names);
    for (size_t i = 0; names && i < section->count; i++) names[i] = section->items[i].name;
    sq_diag_error(b->diags, node->place, "there is no strategy '%.80s'%s", name,
                  names ? sq_diag_hint(b->diags, name, names, section->count) : "");
    return -1;
}
