/* Strategies: for every decision an ordered list of rules. Named lists are spliced in where `use:`
 * stands, so that the frozen model has one flat list per strategy and decision, whose last rule is
 * unconditional. */
#include "lang/build.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SPLICED = 32 };

typedef struct splice {
    sq_build *b;
    int decision;
    int first; /* of the rules of this list */
    int depth;
    const char *path[MOST_SPLICED]; /* named lists being spliced in */
    bool is_closed;                 /* an unconditional rule was met */
} splice;

static bool add_rules(splice *s, const sq_node *list);

static bool use_list(splice *s, const sq_node *use)
{
    sq_build *b = s->b;
    const sq_entries *rules = &b->section[SQ_IN_RULES];
    const char *name = sq_scalar_text(b, use, "use: a list of rules");
    if (!name) return false;
    int i = sq_index_get(&rules->index, name);
    if (i < 0) {
        const char **names = sq_build_scratch(b, rules->count, sizeof *names);
        for (size_t k = 0; names && k < rules->count; k++) names[k] = rules->items[k].name;
        return sq_diag_error(b->diags, use->place, "unknown list of rules '%.80s'%s", name,
                             names ? sq_diag_hint(b->diags, name, names, rules->count) : "");
    }
    for (int k = 0; k < s->depth; k++)
        if (strcmp(s->path[k], name) == 0)
            return sq_diag_error(b->diags, use->place, "the rules '%s' use themselves", name);
    if (s->depth == MOST_SPLICED)
        return sq_diag_error(b->diags, use->place, "lists of rules use each other too deeply");
    s->path[s->depth++] = name;
    bool fine = add_rules(s, rules->items[i].node);
    s->depth--;
    return fine;
}

static bool same_code(const sq_build *b, sq_program x, sq_program y)
{
    const sq_op *code = b->compiler.code.items;
    if (x.count != y.count) return false;
    for (uint32_t i = 0; i < x.count; i++) {
        const sq_op *p = &code[x.first + i], *q = &code[y.first + i];
        bool constants = p->code == SQ_OP_CONST && q->code == SQ_OP_CONST &&
                         b->compiler.constants.items[p->a] == b->compiler.constants.items[q->a];
        if (!constants && (p->code != q->code || p->a != q->a)) return false;
    }
    return true;
}

/* Warns of a condition that is false whatever happens, or asked before in the same list. */
static void warn_of_condition(const splice *s, const sq_node *node, sq_program condition)
{
    const sq_build *b = s->b;
    const sq_op *op = &b->compiler.code.items[condition.first];
    if (condition.count == 1 && op->code == SQ_OP_CONST && b->compiler.constants.items[op->a] == 0)
        sq_warn_once(s->b, node->place, "this rule can never match: its condition is never true");
    for (size_t i = (size_t)s->first; i < b->rules.count; i++)
        if (same_code(b, b->rules.items[i].condition, condition))
            sq_warn_once(s->b, node->place, "this rule can never match: one before it asks the same");
}

/* The option that a rule chooses: its label's index, or -1. */
static int option_of(const splice *s, const sq_node *choose)
{
    sq_build *b = s->b;
    const sq_decision *decision = &b->decisions.items[s->decision];
    const char *text = sq_scalar_text(b, choose, "choose: an option");
    if (!text) return -1;
    const sq_node *refused = sq_node_get(sq_decision_node(b, decision->name), "refused");
    const sq_node *reason = refused ? sq_node_get(refused, text) : NULL;
    if (reason) {
        sq_diag_error(b->diags, choose->place, "'%s' cannot be chosen for %s: %s", text,
                      decision->name, reason->text);
        return -1;
    }
    return sq_named_label(b, decision->category, text, choose->place);
}

static bool add_rule(splice *s, const sq_node *node)
{
    static const char *const known[] = {"if", "choose", "set", "use", NULL};
    sq_build *b = s->b;
    if (!sq_node_expect(node, SQ_NODE_MAP, "a rule", b->diags)) return false;
    if (!sq_node_known_keys(node, "a rule", known, b->diags)) return false;
    if (s->is_closed) {
        sq_warn_once(b, node->place, "this rule can never match: one before it has no condition");
        return true;
    }
    const sq_node *use = sq_node_get(node, "use"), *choose = sq_node_get(node, "choose");
    const sq_node *condition = sq_node_get(node, "if"), *set = sq_node_get(node, "set");
    if (use && node->count > 1)
        return sq_diag_error(b->diags, node->place, "`use:` stands alone in its rule");
    if (use) return use_list(s, use);
    if (!choose) return sq_diag_error(b->diags, node->place, "a rule needs `choose:` an option");
    sq_rule rule = {.option = option_of(s, choose), .sets = -1};
    bool fine = rule.option >= 0;
    if (condition)
        fine = sq_build_expr(b, condition, sq_type_flag(), SQ_READ_LIFE, &rule.condition, NULL) &&
               fine;
    s->is_closed = condition == NULL;
    if (condition && fine && !b->skim) warn_of_condition(s, node, rule.condition);
    if (set) {
        rule.sets = (int)b->actions.count;
        fine = sq_build_sets(b, set, SQ_READ_LIFE) && fine;
        fine = sq_add_action(b, (sq_action){.code = SQ_ACT_END}) >= 0 && fine;
    }
    return (sq_vec_push(&b->rules, rule) || sq_build_no_memory(b)) && fine;
}

static bool add_rules(splice *s, const sq_node *list)
{
    if (!sq_node_expect(list, SQ_NODE_LIST, "a list of rules", s->b->diags)) return false;
    bool fine = true;
    for (int i = 0; i < list->count && !sq_diags_full(s->b->diags); i++)
        fine = add_rule(s, list->item[i]) && fine;
    if (s->is_closed || !fine) return fine;
    sq_place last = list->count ? list->item[list->count - 1]->place : list->place;
    return sq_diag_error(s->b->diags, last,
                         "the last rule must be unconditional: `- {choose: …}` without `if:`");
}

static bool build_list(sq_build *b, int decision, const sq_node *list, sq_rule_list *out)
{
    splice s = {.b = b, .decision = decision, .first = (int)b->rules.count};
    out->first = s.first;
    bool fine = add_rules(&s, list);
    out->count = (int)b->rules.count - out->first;
    return fine;
}

/* ---- one strategy ----------------------------------------------------------------------- */

static bool known_decisions(sq_build *b, const sq_node *map)
{
    size_t n = b->decisions.count;
    const char **names = sq_build_scratch(b, n, sizeof *names);
    bool fine = names != NULL;
    for (size_t i = 0; names && i < n; i++) names[i] = b->decisions.items[i].name;
    for (int k = 0; names && k < map->count; k++) {
        bool found = false;
        for (size_t i = 0; i < n; i++) found = found || strcmp(names[i], map->key[k]) == 0;
        if (!found)
            fine = sq_diag_error(b->diags, map->key_place[k], "unknown decision '%.80s'%s",
                                 map->key[k], sq_diag_hint(b->diags, map->key[k], names, n));
    }
    return fine;
}

static bool build_rules(sq_build *b, const sq_entry *e, const sq_node *own, sq_rule_list *lists)
{
    const sq_entries *common = &b->section[SQ_IN_COMMON_RULES];
    bool fine = true;
    for (size_t i = 0; i < b->decisions.count; i++) {
        const char *name = b->decisions.items[i].name;
        const sq_node *list = own ? sq_node_get(own, name) : NULL;
        int shared = sq_index_get(&common->index, name);
        if (!list && shared >= 0) list = common->items[shared].node;
        if (!list)
            fine = sq_diag_error(b->diags, e->place,
                                 "the strategy '%s' has no rules for the decision '%s'", e->name,
                                 name);
        else
            fine = build_list(b, (int)i, list, &lists[i]) && fine;
    }
    return fine;
}

static void build_strategy(sq_build *b, const sq_entry *e)
{
    static const char *const known[] = {"title", "set", "decisions", NULL};
    sq_strategy strategy = {.name = sq_build_keep(b, e->name), .title = ""};
    int index = (int)b->strategies.count;
    bool is_map = e->node->kind != SQ_NODE_NULL;
    if (!sq_is_word(e->name))
        sq_diag_error(b->diags, e->place, "'%.60s' cannot name a strategy: a name is a word",
                      e->name);
    if (is_map && !sq_node_expect(e->node, SQ_NODE_MAP, "a strategy", b->diags)) return;
    if (is_map) sq_node_known_keys(e->node, "a strategy", known, b->diags);
    const sq_node *title = is_map ? sq_node_get(e->node, "title") : NULL;
    const sq_node *set = is_map ? sq_node_get(e->node, "set") : NULL;
    const sq_node *own = is_map ? sq_node_get(e->node, "decisions") : NULL;
    if (title && sq_scalar_text(b, title, "a title"))
        strategy.title = sq_build_keep(b, title->text);
    if (own && sq_node_expect(own, SQ_NODE_MAP, "decisions: rules by decision", b->diags))
        known_decisions(b, own);
    if (own && own->kind != SQ_NODE_MAP) return;
    sq_rule_list *lists = sq_arena_array(&b->model->arena, b->decisions.count + 1, sizeof *lists);
    if (!lists) {
        b->out_of_memory = true;
        return;
    }
    build_rules(b, e, own, lists);
    strategy.rules = lists;
    if (!sq_vec_push(&b->strategies, strategy)) sq_build_no_memory(b);
    if (set) sq_build_strategy_set(b, index, set);
}

/* ---- which ------------------------------------------------------------------------------ */

bool sq_strategy_is_wanted(const sq_build *b, const char *name)
{
    if (!b->options || b->options->n_strategies == 0) return true;
    for (int i = 0; i < b->options->n_strategies; i++)
        if (strcmp(b->options->strategies[i], name) == 0) return true;
    return false;
}

static bool check_wanted(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_STRATEGIES];
    const char **names = sq_build_scratch(b, section->count, sizeof *names);
    bool fine = names != NULL;
    for (size_t i = 0; names && i < section->count; i++) names[i] = section->items[i].name;
    for (int i = 0; names && b->options && i < b->options->n_strategies; i++) {
        const char *name = b->options->strategies[i];
        if (sq_index_get(&section->index, name) < 0)
            fine =
                sq_diag_error(b->diags, (sq_place){0}, "--strategy: there is no strategy '%.80s'%s",
                              name, sq_diag_hint(b->diags, name, names, section->count));
    }
    return fine;
}

static bool find_reference(sq_build *b)
{
    sq_said said = b->one[SQ_ONE_REFERENCE];
    b->model->reference = 0;
    if (!said.node) return true;
    const sq_entries *section = &b->section[SQ_IN_STRATEGIES];
    const char *name = sq_scalar_text(b, said.node, "reference: a strategy");
    if (!name) return false;
    for (size_t i = 0; i < b->strategies.count; i++)
        if (strcmp(b->strategies.items[i].name, name) == 0) b->model->reference = (int)i;
    if (sq_index_get(&section->index, name) >= 0) return true;
    const char **names = sq_build_scratch(b, section->count, sizeof *names);
    for (size_t i = 0; names && i < section->count; i++) names[i] = section->items[i].name;
    return sq_diag_error(b->diags, said.node->place, "there is no strategy '%.80s'%s", name,
                         names ? sq_diag_hint(b->diags, name, names, section->count) : "");
}

bool sq_build_strategies(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_STRATEGIES],
                     *common = &b->section[SQ_IN_COMMON_RULES];
    if (section->count == 0)
        return sq_diag_error(b->diags, b->one[SQ_ONE_EXPERIMENT].place,
                             "the experiment names no strategy");
    bool fine = check_wanted(b);
    for (size_t i = 0; i < common->count; i++) {
        bool found = false;
        for (size_t k = 0; k < b->decisions.count; k++)
            found = found || strcmp(b->decisions.items[k].name, common->items[i].name) == 0;
        if (!found)
            sq_diag_error(b->diags, common->items[i].place, "unknown decision '%.80s'",
                          common->items[i].name);
    }
    for (size_t i = 0; i < section->count && !sq_diags_full(b->diags); i++)
        if (sq_strategy_is_wanted(b, section->items[i].name)) build_strategy(b, &section->items[i]);
    return find_reference(b) && fine;
}
