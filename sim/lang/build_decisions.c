/* Decisions: the branches that run when a choice has been made. A decision that leads back to
 * itself within one firing would never end, so the graph of decisions must have no circle. */
#include "lang/build.h"

#include <stdlib.h>
#include <string.h>

static bool note_range(sq_build *b, int decision, sq_range range)
{
    return (sq_vec_push(&b->decision_ranges, range) && sq_vec_push(&b->decision_owner, decision)) ||
           sq_build_no_memory(b);
}

const sq_node *sq_decision_node(const sq_build *b, const char *name)
{
    const sq_entries *section = &b->section[SQ_IN_DECISIONS];
    return section->items[sq_index_get(&section->index, name)].node;
}

static void build_option(sq_build *b, int index, const sq_node *options, int i, int *option)
{
    sq_decision decision = b->decisions.items[index];
    sq_range range;
    int label = sq_named_label(b, decision.category, options->key[i], options->key_place[i]);
    if (label < 0) return;
    option[label] = sq_build_actions(b, options->item[i], NULL, decision.name, &range);
    note_range(b, index, range);
}

/* What may not be chosen has its reason beside it, whether it is a label of the category or not. */
static void check_refused(sq_build *b, const sq_node *refused)
{
    if (!sq_node_expect(refused, SQ_NODE_MAP, "refused: reasons by choice", b->diags)) return;
    for (int i = 0; i < refused->count; i++)
        sq_scalar_text(b, refused->item[i], "refused: a reason");
}

static void build_decision(sq_build *b, int index)
{
    sq_decision decision = b->decisions.items[index];
    const sq_node *node = sq_decision_node(b, decision.name), *options = sq_node_get(node, "options");
    int n = sq_category_of(b, decision.category)->n_labels;
    int *option = sq_arena_array(&b->model->arena, (size_t)n + 1, sizeof *option);
    sq_range range;
    if (!option) {
        b->out_of_memory = true;
        return;
    }
    for (int i = 0; i < n; i++) option[i] = -1;
    decision.option = option;
    decision.common = sq_build_actions(b, sq_node_get(node, "do"), NULL, decision.name, &range);
    note_range(b, index, range);
    b->decisions.items[index] = decision;
    if (sq_node_get(node, "refused")) check_refused(b, sq_node_get(node, "refused"));
    bool is_branches = options && options->kind != SQ_NODE_LIST;
    if (is_branches &&
        !sq_node_expect(options, SQ_NODE_MAP, "options: branches by choice", b->diags))
        return;
    for (int i = 0; is_branches && i < options->count; i++)
        build_option(b, index, options, i, option);
}

/* ---- circles ---------------------------------------------------------------------------- */

typedef struct walk {
    sq_build *b;
    char *mark; /* 0 unseen, 1 open, 2 done */
    sq_ints path;
    bool fine;
} walk;

static void visit(walk *w, int decision);

static void report_circle(walk *w, int decision)
{
    sq_writer text = {0};
    size_t i = 0;
    while (i < w->path.count && w->path.items[i] != decision) i++;
    for (; i < w->path.count; i++)
        sq_write(&text, "%s -> ", w->b->decisions.items[w->path.items[i]].name);
    const sq_node *node = sq_decision_node(w->b, w->b->decisions.items[decision].name);
    w->fine =
        sq_diag_error(w->b->diags, node->place, "decisions lead to each other in a circle: %s%s",
                      text.items ? text.items : "", w->b->decisions.items[decision].name);
    free(text.items);
}

static void visit_range(walk *w, sq_range range)
{
    for (int i = range.first; i < range.end && w->fine; i++)
        if (w->b->actions.items[i].code == SQ_ACT_DECIDE) visit(w, w->b->actions.items[i].a);
}

static void visit(walk *w, int decision)
{
    if (w->mark[decision] == 2) return;
    if (w->mark[decision] == 1) {
        report_circle(w, decision);
        return;
    }
    w->mark[decision] = 1;
    if (!sq_vec_push(&w->path, decision)) sq_build_no_memory(w->b);
    for (size_t i = 0; i < w->b->decision_owner.count && w->fine; i++)
        if (w->b->decision_owner.items[i] == decision)
            visit_range(w, w->b->decision_ranges.items[i]);
    if (w->path.count) w->path.count--;
    w->mark[decision] = 2;
}

bool sq_build_decisions(sq_build *b)
{
    for (size_t i = 0; i < b->decisions.count && !sq_diags_full(b->diags); i++)
        build_decision(b, (int)i);
    walk w = {.b = b, .fine = true};
    w.mark = sq_build_scratch(b, b->decisions.count, 1);
    for (size_t i = 0; w.mark && i < b->decisions.count && w.fine && !b->out_of_memory; i++)
        visit(&w, (int)i);
    free(w.path.items);
    return w.fine && !b->out_of_memory;
}
