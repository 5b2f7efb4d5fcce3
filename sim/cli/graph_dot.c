/* Drawing a model. Edges come from the compiled action blocks, so that the picture shows what the model
 * does and not what its author meant. */
#include "cli/graph_dot.h"

#include "cli/reach.h"

#include <string.h>

/* A name in quotes; an underscore becomes a blank where a person reads it. */
static void put_quoted(FILE *out, const char *text, bool spoken)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(spoken && *text == '_' ? ' ' : *text, out);
    }
    fputc('"', out);
}

typedef struct node {
    const char *kind; /* "s", "d", or "any": keeps a state and a decision of one name apart */
    int index;
} node;

static void put_node(FILE *out, node n)
{
    fprintf(out, "%s%d", n.kind, n.index);
}

static void put_edge(FILE *out, node from, node to, const char *label, const char *style)
{
    fputs("  ", out);
    put_node(out, from);
    fputs(" -> ", out);
    put_node(out, to);
    fputs(" [label=", out);
    put_quoted(out, label, true);
    fprintf(out, "%s];\n", style);
}

static void put_nodes(FILE *out, const sq_model *m)
{
    for (int i = 0; i < m->n_states; i++) {
        fprintf(out, "  s%d [label=", i);
        put_quoted(out, m->states[i].name, true);
        fputs(m->states[i].death ? ", style=\"rounded,filled\", fillcolor=\"#d0d0d0\"" : "", out);
        fprintf(out, "%s];\n", i == m->start_state ? ", penwidth=2.5" : "");
    }
    for (int i = 0; i < m->n_decisions; i++) {
        fprintf(out, "  d%d [shape=diamond, style=filled, fillcolor=\"#fff3c4\", label=", i);
        put_quoted(out, m->decisions[i].name, true);
        fputs("];\n", out);
    }
}

/* Edges from one node to everything that was reached. */
static void put_reached(FILE *out, const sq_model *m, const sq_reach *reach, node from, const char *label)
{
    for (int i = 0; i < m->n_decisions; i++)
        if (reach->decision[i])
            put_edge(out, from, (node){"d", i}, label, "");
    for (int i = 0; i < m->n_states; i++)
        if (reach->state[i])
            put_edge(out, from, (node){"s", i}, label, m->states[i].death ? ", color=\"#909090\"" : "");
}

static bool reaches_any(const sq_model *m, const sq_reach *reach)
{
    for (int i = 0; i < m->n_decisions; i++)
        if (reach->decision[i])
            return true;
    for (int i = 0; i < m->n_states; i++)
        if (reach->state[i])
            return true;
    return false;
}

static bool runs_everywhere(const sq_model *m, const sq_event *event)
{
    int living = 0;
    for (int i = 0; i < m->n_states; i++) {
        if (m->states[i].death)
            continue;
        living++;
        if (!sq_may_hold(m, event->condition, i))
            return false;
    }
    return living > 1;
}

static bool any_runs_everywhere(const sq_model *m, sq_reach *reach)
{
    for (int i = 0; i < m->n_events; i++) {
        sq_reach_clear(reach, m);
        sq_reach_walk(reach, m, m->events[i].actions);
        if (!reach->failed && reaches_any(m, reach) && runs_everywhere(m, &m->events[i]))
            return true;
    }
    return false;
}

static void put_event(FILE *out, const sq_model *m, sq_reach *reach, const sq_event *event)
{
    sq_reach_clear(reach, m);
    sq_reach_walk(reach, m, event->actions);
    if (reach->failed)
        return;
    if (runs_everywhere(m, event)) {
        put_reached(out, m, reach, (node){"any", 0}, event->name);
        return;
    }
    for (int i = 0; i < m->n_states; i++)
        if (!m->states[i].death && sq_may_hold(m, event->condition, i))
            put_reached(out, m, reach, (node){"s", i}, event->name);
}

static void put_decision(FILE *out, const sq_model *m, sq_reach *reach, int decision)
{
    const sq_decision *d = &m->decisions[decision];
    const sq_category *category = &m->categories[d->category];
    sq_reach_clear(reach, m);
    sq_reach_walk(reach, m, d->common);
    if (!reach->failed)
        put_reached(out, m, reach, (node){"d", decision}, "any choice");
    for (int i = 0; i < category->n_labels && !reach->failed; i++) {
        sq_reach_clear(reach, m);
        sq_reach_walk(reach, m, d->option[i]);
        if (!reach->failed)
            put_reached(out, m, reach, (node){"d", decision}, category->labels[i]);
    }
}

static void put_start(FILE *out, const sq_model *m, sq_reach *reach)
{
    fputs("  start [shape=point, width=0.15, label=\"\"];\n", out);
    fprintf(out, "  start -> s%d [label=\"time zero\"];\n", m->start_state);
    sq_reach_clear(reach, m);
    sq_reach_walk(reach, m, m->start_actions);
    if (reach->failed)
        return;
    for (int i = 0; i < m->n_decisions; i++)
        if (reach->decision[i])
            fprintf(out, "  start -> d%d;\n", i);
}

/* Events that move nobody are named beside the picture. */
static void put_still_events(FILE *out, const sq_model *m, sq_reach *reach)
{
    int still = 0;
    for (int i = 0; i < m->n_events && !reach->failed; i++) {
        sq_reach_clear(reach, m);
        sq_reach_walk(reach, m, m->events[i].actions);
        if (reach->failed || reaches_any(m, reach))
            continue;
        fputs(still++ == 0 ? "  still [shape=note, style=\"\", label=\"events without a move:" : "", out);
        fputs("\\n", out);
        for (const char *p = m->events[i].name; *p != '\0'; p++)
            fputc(*p == '_' ? ' ' : *p, out);
    }
    if (still > 0)
        fputs("\"];\n", out);
}

static void put_events(FILE *out, const sq_model *m, sq_reach *reach)
{
    if (any_runs_everywhere(m, reach))
        fputs("  any0 [shape=plaintext, style=\"\", label=\"any living state\"];\n", out);
    for (int i = 0; i < m->n_events && !reach->failed; i++)
        put_event(out, m, reach, &m->events[i]);
    put_still_events(out, m, reach);
}

bool sq_graph_dot(FILE *out, const sq_model *m)
{
    sq_reach reach = sq_reach_new(m);
    if (!reach.failed) {
        fputs("digraph ", out);
        put_quoted(out, m->name, false);
        fputs(" {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"Helvetica\"];\n"
              "  edge [fontname=\"Helvetica\", fontsize=10];\n  labelloc=t; label=", out);
        put_quoted(out, m->title != NULL && m->title[0] != '\0' ? m->title : m->name, false);
        fputs(";\n", out);
        put_nodes(out, m);
        put_start(out, m, &reach);
        put_events(out, m, &reach);
        for (int i = 0; i < m->n_decisions && !reach.failed; i++)
            put_decision(out, m, &reach, i);
        fputs("}\n", out);
    }
    bool done = !reach.failed;
    sq_reach_free(&reach);
    return done;
}
