/* Utility and costs: expressions, or one per state. A map by state becomes a balanced tree of
 * comparisons, so that many states do not need a deep stack. */
#include "lang/build.h"

#include <string.h>

typedef struct by_state {
    sq_build *b;
    sq_program *of; /* [n_states]; not given: 0 */
} by_state;

/* Code for states [low, high): state < middle ? left half : right half. */
static bool emit_tree(by_state *t, int low, int high)
{
    sq_compiler *c = &t->b->compiler;
    if (high - low == 1)
        return t->of[low].count ? sq_code_append(c, t->of[low]) : sq_code_const(c, 0);
    int middle = low + (high - low) / 2;
    return sq_code_op(c, SQ_OP_STATE, 0) && sq_code_const(c, middle) &&
           sq_code_op(c, SQ_OP_LT, 0) && emit_tree(t, low, middle) && emit_tree(t, middle, high) &&
           sq_code_op(c, SQ_OP_IF, 0);
}

static bool is_death_word(const char *name)
{
    return strncmp(name, "dead", 4) == 0 || strncmp(name, "death", 5) == 0 ||
           strncmp(name, "died", 4) == 0;
}

static bool missing_states(sq_build *b, const sq_node *map)
{
    bool fine = true;
    for (size_t i = 0; i < b->states.count; i++) {
        sq_state state = b->states.items[i];
        if (!state.death && !sq_node_get(map, state.name))
            fine = sq_diag_error(b->diags, map->place, "utility: the state '%s' is missing%s", state.name,
                                 is_death_word(state.name)
                                     ? "; or is it a death state? (death: true)"
                                     : "");
    }
    return fine;
}

/* One rate of a reward. A utility that reads parameters alone is looked at when they have values. */
static bool build_rate(sq_build *b, const sq_node *node, sq_type want, sq_program *out)
{
    sq_bits reads = {{0}};
    if (!sq_build_expr(b, node, want, SQ_READ_REWARD, out, &reads)) return false;
    sq_bits_join(&b->model->reward_reads, &reads);
    sq_probe probe = {.kind = SQ_PROBE_UTILITY, .place = node->place, .utility = *out};
    bool is_fixed = want.unit.kind == SQ_KIND_UTILITY && sq_bits_empty(&reads) && !b->skim;
    return !is_fixed || sq_vec_push(&b->probes, probe) || sq_build_no_memory(b);
}

/* Breaks from the first-th on came with the rate of one state, and are waited for there alone; those of an argument that only
 * grows in another state are none. */
static void wait_in(sq_build *b, size_t first, int state)
{
    sq_break *breaks = b->compiler.breaks.items;
    size_t kept = first;
    for (size_t i = first; i < b->compiler.breaks.count; i++) {
        if (breaks[i].only_in >= 0 && breaks[i].only_in != state) continue;
        breaks[kept] = breaks[i];
        breaks[kept++].only_in = state;
    }
    b->compiler.breaks.count = kept;
}

static bool build_by_state(sq_build *b, const sq_node *map, sq_type want, sq_program *out)
{
    by_state t = {b, sq_build_scratch(b, b->states.count, sizeof(sq_program))};
    bool fine = t.of != NULL;
    for (int i = 0; i < map->count && t.of; i++) {
        const sq_node *named = sq_made_scalar(b, map->key[i], map->key_place[i]);
        int state = named ? sq_named_state(b, named, "state") : -1;
        size_t breaks = b->compiler.breaks.count;
        fine = state >= 0 && fine;
        if (state >= 0)
            fine = build_rate(b, map->item[i], want, &t.of[state]) && fine;
        wait_in(b, breaks, state);
    }
    if (!fine || b->states.count == 0) return false;
    sq_bits_set(&b->model->reward_reads, (int)b->attributes.count);
    sq_program begun = sq_code_begin(&b->compiler);
    if (!emit_tree(&t, 0, (int)b->states.count)) return sq_build_no_memory(b);
    *out = sq_code_end(&b->compiler, begun);
    return sq_build_depth_fits(b, *out, map->place);
}

static bool build_reward(sq_build *b, const sq_node *node, sq_type want, sq_program *out)
{
    if (node->kind == SQ_NODE_MAP) return build_by_state(b, node, want, out);
    return build_rate(b, node, want, out);
}

bool sq_declare_costs(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_COSTS];
    for (size_t i = 0; i < section->count; i++) {
        const sq_entry *e = &section->items[i];
        sq_cost cost = {.name = sq_build_keep(b, e->name)};
        if (!sq_is_word(e->name) || strcmp(e->name, "qalys") == 0)
            sq_diag_error(b->diags, e->place, "'%.60s' cannot name a category of costs", e->name);
        if (i == SQ_COSTS)
            return sq_diag_error(b->diags, section->items[i].place,
                                 "at most %d categories of cost are possible", (int)SQ_COSTS);
        if (!sq_vec_push(&b->costs, cost)) return sq_build_no_memory(b);
    }
    if (section->count && !b->compiler.names.currency[0])
        return sq_diag_error(b->diags, section->items[0].place,
                             "the model has costs but no `currency:` (as in `currency: EUR`)");
    return true;
}

bool sq_build_rewards(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_COSTS];
    sq_said utility = b->one[SQ_ONE_UTILITY];
    bool fine = true;
    if (utility.node && utility.node->kind == SQ_NODE_MAP) fine = missing_states(b, utility.node);
    if (utility.node && fine)
        fine = build_reward(b, utility.node, sq_number(0, 0, SQ_KIND_UTILITY), &b->model->utility);
    for (size_t i = 0; i < section->count && i < b->costs.count; i++) {
        const sq_node *node = section->items[i].node;
        if (node->kind == SQ_NODE_NULL) continue;
        fine =
            build_reward(b, node, sq_number(-1, 1, SQ_KIND_NONE), &b->costs.items[i].rate) && fine;
    }
    return fine;
}
