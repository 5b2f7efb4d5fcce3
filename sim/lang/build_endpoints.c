/* Endpoints: whose risk set begins where, what ends it, and under which names. */
#include "lang/build.h"

#include <string.h>

static bool add_cause(sq_build *b, const char *name, sq_bits events, sq_place place)
{
    for (size_t i = 0; i < b->causes.count; i++)
        if (strcmp(b->causes.items[i].name, name) == 0)
            return sq_diag_error(b->diags, place,
                                 "the cause '%s' appears in two endpoints: name it otherwise",
                                 name);
    sq_cause cause = {sq_build_keep(b, name), (int)b->endpoints.count, events};
    return sq_vec_push(&b->causes, cause) || sq_build_no_memory(b);
}

/* The same as sq_occurrence_set, where an empty list would mean that nothing ever happens. */
static bool some_occurrence(sq_build *b, const sq_node *node, sq_bits *set)
{
    if (!sq_occurrence_set(b, node, "occurrence", set)) return false;
    return !sq_bits_empty(set) || sq_diag_error(b->diags, node->place, "expected at least one occurrence: an event, a state, a mark, death or index");
}

static bool add_causes(sq_build *b, const sq_node *map)
{
    if (!sq_node_expect(map, SQ_NODE_MAP, "causes: names and what they are", b->diags))
        return false;
    if (map->count == 0) return sq_diag_error(b->diags, map->place, "causes: names no cause");
    bool fine = true;
    for (int i = 0; i < map->count; i++) {
        sq_bits events = {{0}};
        if (!sq_is_word(map->key[i]))
            fine = sq_diag_error(b->diags, map->key_place[i], "'%.60s' cannot name a cause",
                                 map->key[i]);
        fine = some_occurrence(b, map->item[i], &events) && fine;
        fine = add_cause(b, map->key[i], events, map->key_place[i]) && fine;
    }
    return fine;
}

static bool add_ends(sq_build *b, const sq_entry *e)
{
    const sq_node *named = sq_node_get(e->node, "events"), *causes = sq_node_get(e->node, "causes");
    if ((named != NULL) + (causes != NULL) != 1)
        return sq_diag_error(b->diags, e->node->place,
                             "the endpoint '%s' needs one of `events:` and `causes:`", e->name);
    if (causes) return add_causes(b, causes);
    sq_bits events = {{0}};
    return some_occurrence(b, named, &events) &&
           add_cause(b, e->name, events, e->place);
}

/* What an occurrence is made of: entering a death state is both that entry and `death`. */
static sq_bits spread(const sq_build *b, sq_bits set)
{
    int death = (int)(b->states.count + b->events.count + b->marks.count);
    bool all = sq_bits_has(&set, death);
    for (size_t i = 0; i < b->states.count; i++)
        if (b->states.items[i].death && all) sq_bits_set(&set, (int)i);
    if (all) set.word[death / 64] &= ~(1ULL << (death % 64));
    return set;
}

static bool in_two(sq_build *b, const sq_endpoint *endpoint, int occurrence, sq_place place)
{
    return sq_diag_error(b->diags, place, "'%s' stands in two of the causes, competing events%s and censoring of '%s'",
                         b->occurrence_names.items[occurrence],
                         sq_bits_empty(&endpoint->non_response) ? "" : ", non-response", endpoint->name);
}

static bool disjoint(sq_build *b, const sq_endpoint *endpoint, sq_place place)
{
    sq_bits seen = spread(b, endpoint->censor), response = spread(b, endpoint->non_response);
    for (size_t k = 0; k < b->occurrence_names.count; k++)
        if (sq_bits_has(&seen, (int)k) && sq_bits_has(&response, (int)k)) return in_two(b, endpoint, (int)k, place);
    sq_bits_join(&seen, &response);
    for (int i = endpoint->first_cause; i < endpoint->first_cause + endpoint->n_causes; i++) {
        sq_bits events = spread(b, b->causes.items[i].events);
        for (size_t k = 0; k < b->occurrence_names.count; k++)
            if (sq_bits_has(&events, (int)k) && sq_bits_has(&seen, (int)k)) return in_two(b, endpoint, (int)k, place);
        sq_bits_join(&seen, &events);
    }
    return true;
}

static bool add_competing(sq_build *b, const sq_entry *e, sq_endpoint *endpoint)
{
    const sq_node *competing = sq_node_get(e->node, "competing");
    if (!competing || (competing->kind == SQ_NODE_LIST && competing->count == 0)) return true;
    sq_bits events = {{0}};
    sq_writer w = {0};
    sq_write(&w, "%s_competing", e->name);
    endpoint->has_competing = true;
    const char *name = sq_build_keep_written(b, &w);
    return sq_occurrence_set(b, competing, "occurrence", &events) &&
           add_cause(b, name, events, e->place);
}

static bool read_landmark(sq_build *b, const sq_node *node, double *days)
{
    if (!node) return true;
    if (!sq_expr_constant(&b->compiler, node, sq_type_time(), days)) return false;
    *days = sq_on_time_grid(*days);
    return *days >= 0 ||
           sq_diag_error(b->diags, node->place, "a landmark cannot lie before the origin");
}

/* Who does not respond has the event at the origin, which a landmark would leave out of the risk set. */
static bool read_non_response(sq_build *b, const sq_node *map, sq_bits *set)
{
    const sq_node *node = sq_node_get(map, "non-response");
    if (!node) return true;
    if (!sq_node_get(map, "events"))
        return sq_diag_error(b->diags, node->place,
                             "`non-response:` needs `events:`: it is the same event, at the origin");
    if (sq_node_get(map, "landmark"))
        return sq_diag_error(b->diags, node->place,
                             "`non-response:` has no meaning with `landmark:`, which leaves out who had the event before");
    return some_occurrence(b, node, set);
}

/* Keys of other tools and of earlier files, refused by the names that they have here. */
static bool former_keys(sq_build *b, const sq_node *map)
{
    static const char *const former[][2] = {{"from", "index"}, {"event", "events"}, {"censor", "censor at"}};
    bool none = true;
    for (int i = 0; i < map->count; i++)
        for (int k = 0; k < 3; k++)
            if (strcmp(map->key[i], former[k][0]) == 0)
                none = sq_diag_error(b->diags, map->key_place[i], "`%s:` of an endpoint is called `%s:`",
                                     former[k][0], former[k][1]);
    return none;
}

static bool known_keys(sq_build *b, const sq_node *map)
{
    static const char *const known[] = {"index",        "who",       "events",   "causes",        "competing",
                                        "non-response", "censor at", "landmark", "origin counts", "title",
                                        NULL};
    return sq_node_known_keys(map, "an endpoint", known, b->diags);
}

/* Where time begins: unless said, at time zero. */
static bool read_index(sq_build *b, const sq_node *node, sq_bits *set)
{
    if (node) return some_occurrence(b, node, set);
    sq_bits_set(set, sq_find_occurrence(b, "index"));
    return true;
}

static bool read_endpoint(sq_build *b, const sq_entry *e, sq_endpoint *endpoint)
{
    bool fine = known_keys(b, e->node);
    const sq_node *who = sq_node_get(e->node, "who"), *censor = sq_node_get(e->node, "censor at"),
                  *counts = sq_node_get(e->node, "origin counts");
    fine = read_index(b, sq_node_get(e->node, "index"), &endpoint->from) && fine;
    if (who)
        fine = sq_build_expr(b, who, sq_type_flag(), SQ_READ_LIFE, &endpoint->who, NULL) && fine;
    fine = add_ends(b, e) && fine;
    fine = add_competing(b, e, endpoint) && fine;
    if (censor) fine = sq_occurrence_set(b, censor, "occurrence", &endpoint->censor) && fine;
    fine = read_non_response(b, e->node, &endpoint->non_response) && fine;
    fine = read_landmark(b, sq_node_get(e->node, "landmark"), &endpoint->landmark) && fine;
    endpoint->origin_counts = counts && sq_flag_constant(b, counts, "origin counts", false);
    endpoint->n_causes = (int)b->causes.count - endpoint->first_cause;
    return fine && disjoint(b, endpoint, e->place);
}

static void build_endpoint(sq_build *b, const sq_entry *e)
{
    sq_endpoint endpoint = {.name = sq_build_keep(b, e->name), .first_cause = (int)b->causes.count};
    if (!sq_is_word(e->name))
        sq_diag_error(b->diags, e->place, "'%.60s' cannot name an endpoint: a name is a word",
                      e->name);
    if (!sq_node_expect(e->node, SQ_NODE_MAP, "an endpoint", b->diags)) return;
    if (former_keys(b, e->node)) read_endpoint(b, e, &endpoint);
    if (!sq_vec_push(&b->endpoints, endpoint)) sq_build_no_memory(b);
}

bool sq_build_endpoints(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_ENDPOINTS];
    for (size_t i = 0; i < section->count && !sq_diags_full(b->diags); i++)
        build_endpoint(b, &section->items[i]);
    return !b->out_of_memory;
}
