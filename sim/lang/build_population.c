/* The population: attributes in order. An attribute must have a value from somewhere, and from one
 * place only. Patients from a file are read by build_patients.c, correlations by
 * build_correlation.c. */
#include "lang/build.h"

#include <string.h>

bool sq_give_attribute(sq_build *b, int attribute, const char *name, sq_place place, bool *given)
{
    if (b->attributes.items[attribute].latent)
        return sq_diag_error(b->diags, place, "'%s' is latent: it is drawn by itself", name);
    if (given[attribute])
        return sq_diag_error(b->diags, place, "'%s' is given twice by the population", name);
    given[attribute] = true;
    b->attribute_given.items[attribute] = true;
    return true;
}

/* ---- what a value at baseline may read -------------------------------------------------- */

/* Where the builder's lists end: what a value compiled after this has added. */
typedef struct extent {
    size_t code, sites;
} extent;

static extent extent_of(const sq_build *b)
{
    return (extent){b->compiler.code.count, b->sites.count};
}

static bool has_value(sq_build *b, int attribute, const bool *known, sq_place place)
{
    if (known[attribute] || b->attributes.items[attribute].latent) return true;
    return sq_diag_error(b->diags, place,
                         "'%s' has no value yet here: values at baseline are found in order, the "
                         "patient file's first, then the initial ones, then those of the population",
                         b->attributes.items[attribute].name);
}

/* Whether what the operation reads is known; of a vector read by a changing index, all elements. */
static bool operands_known(sq_build *b, const sq_op *op, const bool *known, sq_place place)
{
    if (op->code != SQ_OP_ATTR && op->code != SQ_OP_ATTR_AT) return true;
    const sq_symbol *symbol = &b->symbols.items[b->attribute_symbols.items[op->a]].symbol;
    int n = op->code == SQ_OP_ATTR ? 1 : sq_vector_size(b, symbol);
    bool fine = true;
    for (int i = 0; i < n && fine; i++) fine = has_value(b, op->a + i, known, place);
    return fine;
}

/* Whether all attributes read by what was compiled since are known by then. */
static bool reads_known(sq_build *b, extent since, const bool *known, sq_place place)
{
    bool fine = true;
    for (size_t i = since.code; i < b->compiler.code.count && fine; i++)
        fine = operands_known(b, &b->compiler.code.items[i], known, place);
    for (size_t s = since.sites; s < b->sites.count; s++)
        for (int k = 0; k < b->sites.items[s].n_keys && fine; k++)
            fine = has_value(b, b->sites.items[s].key_attribute[k], known, place);
    return fine;
}

/* ---- initial values --------------------------------------------------------------------- */

/* For attributes that the file of patients does not give: the engine copies its row first. */
static bool build_initial_values(sq_build *b, const bool *given, bool *known)
{
    bool fine = true;
    memcpy(known, given, b->attributes.count * sizeof *known);
    for (size_t i = 0; i < b->attributes.count; i++) {
        extent before = extent_of(b);
        const sq_node *node = b->attribute_nodes.items[i];
        const sq_node *initial = sq_initial_of(b, (int)i);
        sq_action action = {.code = SQ_ACT_SET, .a = (int)i};
        if (given[i] || b->attributes.items[i].latent) continue;
        if (b->attributes.items[i].is_note) {
            fine = sq_add_action(b, (sq_action){.code = SQ_ACT_UNSET, .a = (int)i}) >= 0 && fine;
            continue;
        }
        if (node && !initial) { /* a map of initial values that fails has been told of */
            bool is_told = node->kind == SQ_NODE_MAP && sq_node_get(node, "initial");
            if (is_told) b->attribute_given.items[i] = true;
            continue;
        }
        if (!node)
            action.p = sq_build_constant(b, 0); /* a decision not yet made: its first option */
        bool is_unset = sq_says_unset(b, b->attributes.items[i].type, initial);
        if (is_unset) action.code = SQ_ACT_UNSET;
        if (initial && !is_unset)
            fine = sq_build_expr(b, initial, b->attributes.items[i].type, SQ_READ_BASELINE,
                                 &action.p, NULL) &&
                   reads_known(b, before, known, initial->place) && fine;
        b->attribute_given.items[i] = true;
        known[i] = !is_unset;
        fine = sq_add_action(b, action) >= 0 && fine;
    }
    return fine;
}

/* ---- attributes ------------------------------------------------------------------------- */

static bool build_value(sq_build *b, int attribute, const sq_node *node, bool *found)
{
    static const char *const known[] = {"from", "among", "chance", "loads on", "key", "site", NULL};
    sq_action action = {.code = SQ_ACT_SET, .a = attribute};
    extent before = extent_of(b);
    bool fine;
    if (node->kind == SQ_NODE_MAP) {
        sq_node_known_keys(node, "a draw", known, b->diags);
        action.code = SQ_ACT_DRAW;
        sq_target_place target = {.name = b->attributes.items[attribute].name, .attribute = attribute};
        fine = sq_build_draw(b, node, &target, "population", SQ_READ_BASELINE, &action.b);
        if (fine) b->draws.items[action.b].member = 1 + sq_correlated_member(b, attribute);
    } else {
        sq_type type = b->attributes.items[attribute].type;
        fine = sq_build_expr(b, node, type, SQ_READ_BASELINE, &action.p, NULL);
    }
    fine = fine && reads_known(b, before, found, node->place);
    found[attribute] = true;
    return sq_add_action(b, action) >= 0 && fine;
}

/* One attribute, or all elements of one by categories in order. */
static bool build_attribute(sq_build *b, const sq_node *map, int i, bool *given, bool *found)
{
    const sq_node *named = sq_made_scalar(b, map->key[i], map->key_place[i]);
    sq_vector_values vector = {0};
    bool is_whole = sq_whole_vector(b, map->key[i], map->item[i], &vector), fine = !is_whole || vector.n > 0;
    if (!is_whole) {
        int attribute = named ? sq_named_attribute(b, named, "attribute") : -1;
        return attribute >= 0 && sq_give_attribute(b, attribute, map->key[i], map->key_place[i], given) &&
               build_value(b, attribute, map->item[i], found);
    }
    for (int k = 0; k < vector.n && fine; k++)
        fine = sq_give_attribute(b, vector.first + k, b->attributes.items[vector.first + k].name,
                                 map->key_place[i], given) &&
               build_value(b, vector.first + k, vector.node[k], found);
    return fine;
}

/* How long members of an emulated cohort are followed. It is drawn last, so that its law may read all else. */
static bool draw_follow_up(sq_build *b, const sq_hidden *h, const char *key, int attribute, const bool *found)
{
    const sq_node *law = attribute < 0 ? NULL : sq_node_get(h->entry->node, key);
    sq_action action = {.code = SQ_ACT_DRAW, .a = attribute};
    sq_target_place target = {.name = strcmp(key, "drop out") == 0 ? "drop_out" : "follow_up", .attribute = attribute};
    extent before = extent_of(b);
    sq_writer owner = {0};
    sq_made_map draw;
    if (!law) return true;
    if (!sq_map_begin(b, law->place, 1, &draw)) return false;
    sq_map_put(&draw, "from", law->place, law);
    sq_write(&owner, "emulate.%s", h->entry->name);
    bool fine = sq_build_draw(b, draw.node, &target, sq_build_keep_written(b, &owner), SQ_READ_BASELINE, &action.b) &&
                reads_known(b, before, found, law->place);
    for (size_t i = before.sites; i < b->sites.count; i++) b->sites.items[i].is_note = true;
    return sq_add_action(b, action) >= 0 && fine;
}

static bool draw_follow_ups(sq_build *b, const bool *found)
{
    bool fine = true;
    for (size_t i = 0; i < b->hidden.count; i++) {
        const sq_hidden *h = &b->hidden.items[i];
        fine = draw_follow_up(b, h, "follow up", h->follow_up, found) && fine;
        fine = draw_follow_up(b, h, "drop out", h->drop_out, found) && fine;
    }
    return fine;
}

static bool all_given(sq_build *b)
{
    bool fine = true;
    for (size_t i = 0; i < b->attributes.count; i++)
        if (!b->attribute_given.items[i])
            fine = sq_diag_error(b->diags, b->attribute_places.items[i],
                                 "the attribute '%s' has no value at baseline: give it `initial:`, "
                                 "or a value in the "
                                 "experiment's population",
                                 b->attributes.items[i].name);
    return fine;
}

bool sq_build_population(sq_build *b)
{
    static const char *const known[] = {"attributes", "correlation", "csv", NULL};
    sq_said said = b->one[SQ_ONE_POPULATION];
    bool fine = true, *given = sq_build_scratch(b, b->attributes.count, sizeof *given);
    bool *found = sq_build_scratch(b, b->attributes.count, sizeof *found);
    const sq_node *attributes = NULL, *csv = NULL;
    if (!given || !found) return false;
    if (said.node && sq_node_expect(said.node, SQ_NODE_MAP, "a population", b->diags)) {
        sq_node_known_keys(said.node, "a population", known, b->diags);
        attributes = sq_node_get(said.node, "attributes");
        csv = sq_node_get(said.node, "csv");
    }
    b->model->csv_site = -1;
    if (csv) fine = sq_build_patients(b, csv, given);
    b->model->baseline_actions = (int)b->actions.count;
    fine = build_initial_values(b, given, found) && fine;
    if (attributes &&
        sq_node_expect(attributes, SQ_NODE_MAP, "attributes of the population", b->diags))
        for (int i = 0; i < attributes->count; i++)
            fine = build_attribute(b, attributes, i, given, found) && fine;
    fine = draw_follow_ups(b, found) && fine;
    fine = sq_add_action(b, (sq_action){.code = SQ_ACT_END}) >= 0 && fine;
    return (b->skim || all_given(b)) && fine;
}
