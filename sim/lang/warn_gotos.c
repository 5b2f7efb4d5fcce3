/* Gotos that never count. Of the gotos of one firing the last one counts, so one that is reached on every
 * path (the event's own `goto:`, or one that stands in its `do:` under no condition) overrides all before it:
 * those in branches, in procedures, and in the options of decisions that the event asks. */
#include "lang/build.h"

#include <string.h>

typedef struct search {
    sq_build *b;
    const char *to;     /* where the last goto leads; another one to that state does no harm */
    const char *told;   /* how the last goto is called in messages */
    bool *seen;         /* [n_decisions] */
} search;

static const char *const branches[] = {"then", "else", "into", "choose first", "do", "otherwise", NULL};

static bool is_other_goto(const search *s, const sq_node *action)
{
    const sq_node *to = sq_node_get(action, "goto");
    return to && strcmp(to->text, s->to) != 0;
}

/* The list of a procedure, or the map of a decision, that an action names; NULL without. */
static const sq_node *named_in(const search *s, sq_section in, const sq_node *name)
{
    const sq_entries *section = &s->b->section[in];
    int index = name ? sq_index_get(&section->index, name->text) : -1;
    return index < 0 ? NULL : section->items[index].node;
}

/* Whether a goto is reached from a list of actions or a branch, through whatever these run and ask. */
static bool reaches_goto(search *s, const sq_node *node);

static bool decision_reaches(search *s, const sq_node *name)
{
    const sq_node *map = named_in(s, SQ_IN_DECISIONS, name);
    int index = sq_index_get(&s->b->section[SQ_IN_DECISIONS].index, name->text);
    if (!map || s->seen[index]) return false;
    s->seen[index] = true;
    const sq_node *options = map->kind == SQ_NODE_MAP ? sq_node_get(map, "options") : NULL;
    bool found = map->kind == SQ_NODE_MAP && reaches_goto(s, sq_node_get(map, "do"));
    for (int i = 0; options && options->kind == SQ_NODE_MAP && i < options->count; i++)
        found = reaches_goto(s, options->item[i]) || found;
    return found;
}

static bool reaches_goto(search *s, const sq_node *node)
{
    bool found = false;
    if (node && node->kind == SQ_NODE_LIST)
        for (int i = 0; i < node->count; i++) found = reaches_goto(s, node->item[i]) || found;
    if (!node || node->kind != SQ_NODE_MAP) return found;
    const sq_node *decision = sq_node_get(node, "decide"), *run = sq_node_get(node, "run");
    found = is_other_goto(s, node) || reaches_goto(s, named_in(s, SQ_IN_PROCEDURES, run));
    found = (decision && decision_reaches(s, decision)) || found;
    for (int k = 0; branches[k]; k++) found = reaches_goto(s, sq_node_get(node, branches[k])) || found;
    return found;
}

/* Tells of each goto of a list or branch that the event itself writes, and of what it asks and runs. */
static void tell(search *s, const sq_node *node)
{
    if (node && node->kind == SQ_NODE_LIST)
        for (int i = 0; i < node->count; i++) tell(s, node->item[i]);
    if (!node || node->kind != SQ_NODE_MAP) return;
    const sq_node *decision = sq_node_get(node, "decide"), *run = sq_node_get(node, "run");
    memset(s->seen, 0, s->b->decisions.count);
    if (is_other_goto(s, node))
        sq_diag_warning(s->b->diags, sq_node_get(node, "goto")->place,
                        "this goto never counts: %s '%s' comes last, and of the gotos of one firing the last "
                        "one counts",
                        s->told, s->to);
    if (decision && decision_reaches(s, decision))
        sq_diag_warning(s->b->diags, decision->place,
                        "the gotos of the decision '%s' never count here: %s '%s' comes last, and of the gotos of "
                        "one firing the last one counts",
                        decision->text, s->told, s->to);
    if (run && reaches_goto(s, named_in(s, SQ_IN_PROCEDURES, run)))
        sq_diag_warning(s->b->diags, run->place,
                        "the gotos of the procedure '%s' never count here: %s '%s' comes last, and of the gotos of "
                        "one firing the last one counts",
                        run->text, s->told, s->to);
    for (int k = 0; branches[k]; k++) tell(s, sq_node_get(node, branches[k]));
}

static void warn_of_event(sq_build *b, const sq_node *event, bool *seen)
{
    const sq_node *list = sq_node_get(event, "do"), *own = sq_node_get(event, "goto");
    search s = {b, own ? own->text : NULL, "the event's own `goto:` to", seen};
    if (!list || list->kind != SQ_NODE_LIST) return;
    int before = list->count;
    for (int i = list->count - 1; i >= 0 && !s.to; i--) {
        const sq_node *to = sq_node_get(list->item[i], "goto");
        if (!to) continue;
        s.to = to->text;
        s.told = "a later goto of the event, under no condition, to";
        before = i;
    }
    for (int i = 0; i < before && s.to; i++) tell(&s, list->item[i]);
}

void sq_warn_of_gotos(sq_build *b)
{
    bool *seen = sq_build_scratch(b, b->decisions.count + 1, sizeof *seen);
    for (size_t i = 0; seen && i < b->events.count; i++)
        warn_of_event(b, b->section[SQ_IN_EVENTS].items[i].node, seen);
}
