/* Drawing a model. Edges come from the compiled action blocks, so that the picture shows what
 * the model does and not what its author meant. */
#include "cli/graph_dot.h"

#include "base/vec.h"
#include "cli/reach.h"

#include <stdlib.h>
#include <string.h>

/* States, decisions, and "any living state" are numbered apart. */
typedef struct node {
    char kind; /* 's', 'd' or 'a' */
    int index;
} node;

typedef struct edge {
    node from, to;
    const char *label;
    bool drawn;
} edge;

/* A drawing: edges are collected first, so that those between the same two nodes become one. */
typedef struct drawing {
    const sq_model *m;
    sq_reach reach;
    SQ_VEC(edge) edges;
    bool failed; /* memory is out */
} drawing;

/* Text inside quotes; an underscore becomes a blank where a person reads it. */
static void put_text(FILE *out, const char *text, bool spoken)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') fputc('\\', out);
        fputc(spoken && *text == '_' ? ' ' : *text, out);
    }
}

static void put_quoted(FILE *out, const char *text, bool spoken)
{
    fputc('"', out);
    put_text(out, text, spoken);
    fputc('"', out);
}

static void add_edge(drawing *d, node from, node to, const char *label)
{
    const edge added = {.from = from, .to = to, .label = label};
    if (!sq_vec_push(&d->edges, added)) d->failed = true;
}

static bool same_ends(const edge *a, const edge *b)
{
    return a->from.kind == b->from.kind && a->from.index == b->from.index &&
           a->to.kind == b->to.kind && a->to.index == b->to.index;
}

/* One arrow for all edges between two nodes, with a line of text for each. */
static void put_edges(FILE *out, drawing *d)
{
    for (size_t i = 0; i < d->edges.count; i++) {
        const edge *e = &d->edges.items[i];
        if (e->drawn) continue;
        fprintf(out, "  %c%d -> %c%d [label=\"", e->from.kind, e->from.index, e->to.kind,
                e->to.index);
        for (size_t j = i; j < d->edges.count; j++) {
            edge *other = &d->edges.items[j];
            if (!same_ends(e, other)) continue;
            fputs(j > i ? "\\n" : "", out);
            put_text(out, other->label, true);
            other->drawn = true;
        }
        bool to_death = e->to.kind == 's' && d->m->states[e->to.index].death;
        fprintf(out, "\"%s];\n", to_death ? ", color=\"#909090\"" : "");
    }
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

/* Where a block of actions can lead, into d->reach. */
static void look(drawing *d, int action)
{
    sq_reach_clear(&d->reach, d->m);
    sq_reach_walk(&d->reach, d->m, action);
    d->failed = d->failed || d->reach.failed;
}

/* Edges from one node to everything that was reached. */
static void add_reached(drawing *d, node from, const char *label)
{
    for (int i = 0; i < d->m->n_decisions && !d->failed; i++)
        if (d->reach.decision[i]) add_edge(d, from, (node){'d', i}, label);
    for (int i = 0; i < d->m->n_states && !d->failed; i++)
        if (d->reach.state[i]) add_edge(d, from, (node){'s', i}, label);
}

static bool runs_everywhere(const sq_model *m, const sq_event *event)
{
    int living = 0;
    for (int i = 0; i < m->n_states; i++) {
        if (m->states[i].death) continue;
        living++;
        if (!sq_may_hold(m, event->condition, i)) return false;
    }
    return living > 1;
}

/* False if the event moves nobody. */
static bool add_event(drawing *d, const sq_event *event)
{
    const sq_model *m = d->m;
    size_t before = d->edges.count;
    look(d, event->actions);
    if (runs_everywhere(m, event)) {
        add_reached(d, (node){'a', 0}, event->name);
        return d->edges.count > before;
    }
    bool somewhere = false;
    for (int i = 0; i < m->n_states; i++) {
        if (m->states[i].death || !sq_may_hold(m, event->condition, i)) continue;
        somewhere = true;
        add_reached(d, (node){'s', i}, event->name);
    }
    return !somewhere || d->edges.count > before;
}

/* Events that move nobody are named in a note. */
static void add_events(FILE *out, drawing *d)
{
    bool note = false;
    for (int i = 0; i < d->m->n_events && !d->failed; i++) {
        if (add_event(d, &d->m->events[i])) continue;
        fputs(note ? "" : "  note [shape=note, style=\"\", label=\"events without a move:", out);
        fputs("\\n", out);
        put_text(out, d->m->events[i].name, true);
        note = true;
    }
    fputs(note ? "\"];\n" : "", out);
}

static void add_decision(drawing *d, int index)
{
    const sq_decision *decision = &d->m->decisions[index];
    const sq_category *category = &d->m->categories[decision->category];
    look(d, decision->common);
    add_reached(d, (node){'d', index}, "any choice");
    for (int i = 0; i < category->n_labels && !d->failed; i++) {
        look(d, decision->option[i]);
        add_reached(d, (node){'d', index}, category->labels[i]);
    }
}

static void put_start(FILE *out, drawing *d)
{
    fprintf(
        out,
        "  start [shape=point, width=0.15, label=\"\"];\n  start -> s%d [label=\"time zero\"];\n",
        d->m->start_state);
    look(d, d->m->start_actions);
    for (int i = 0; i < d->m->n_decisions && !d->failed; i++)
        if (d->reach.decision[i]) fprintf(out, "  start -> d%d;\n", i);
}

static bool starts_anywhere(const drawing *d)
{
    for (size_t i = 0; i < d->edges.count; i++)
        if (d->edges.items[i].from.kind == 'a') return true;
    return false;
}

static void put_heading(FILE *out, const sq_model *m)
{
    fputs("digraph ", out);
    put_quoted(out, m->name, false);
    fputs(" {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"Helvetica\"];\n"
          "  edge [fontname=\"Helvetica\", fontsize=10];\n  labelloc=t; label=",
          out);
    put_quoted(out, m->title != NULL && m->title[0] != '\0' ? m->title : m->name, false);
    fputs(";\n", out);
}

bool sq_graph_dot(FILE *out, const sq_model *m)
{
    drawing d = {.m = m, .reach = sq_reach_new(m)};
    d.failed = d.reach.failed;
    put_heading(out, m);
    put_nodes(out, m);
    if (!d.failed) {
        put_start(out, &d);
        add_events(out, &d);
        for (int i = 0; i < m->n_decisions && !d.failed; i++) add_decision(&d, i);
    }
    if (starts_anywhere(&d))
        fputs("  a0 [shape=plaintext, style=\"\", label=\"any living state\"];\n", out);
    put_edges(out, &d);
    fputs("}\n", out);
    free(d.edges.items);
    sq_reach_free(&d.reach);
    return !d.failed;
}
