/* What the headlines rest on. Each event is read once: which slots of the parameter block its law, its draws and its
 * conditions look up, and which states and marks it can bring, its decisions included. A slot that is no parameter of
 * its own is what the prologue computes from others, and stands for those. */
#include "cli/rests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = SQ_FILLER + 1, LABEL_WIDTH = 34 };

const char *sq_class_word(sq_class class)
{
    static const char *const words[CLASSES] = {"unsourced", "sourced",    "calibrated",
                                               "judgement", "structural", "filler"};
    return words[class];
}

typedef struct reading {
    const sq_model *m;
    bool *slot;      /* [block_size] read where the headline happens */
    bool *parameter; /* [block_size] a slot with a name and a class */
    bool *seen;      /* [n_actions] of the event at hand */
    bool *brings;    /* [states, events, marks] by the event at hand */
    bool *table;     /* [n_events][states, events, marks] what each event brings */
} reading;

static size_t occurrences(const sq_model *m) { return (size_t)SQ_OCCURS_DEATH(m); }

/* ---- numbers ---------------------------------------------------------------------------------- */

static void read_program(const reading *r, sq_program p)
{
    for (uint32_t i = p.first; i < p.first + p.count; i++) {
        const sq_op *op = &r->m->code[i];
        int n = op->code == SQ_OP_PARAM ? 1 : op->code == SQ_OP_PARAM_AT ? op->entries : 0;
        for (int k = 0; k < n && op->a + k < r->m->block_size; k++) r->slot[op->a + k] = true;
    }
}

static void read_law(const reading *r, const sq_law_spec *law)
{
    const sq_program all[] = {law->row, law->hazard_ratio, law->time_ratio, law->cured,
                              law->low, law->high,         law->shift,      law->profile.from,
                              law->profile.to, law->profile.start, law->profile.length, law->profile.before};
    for (int i = 0; i < SQ_LAW_ARGS; i++) read_program(r, law->arg[i]);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) read_program(r, all[i]);
}

static void read_loading(const reading *r, const sq_loading *loading)
{
    read_program(r, loading->mean);
    read_program(r, loading->sd);
}

static void read_draw(const reading *r, const sq_draw *draw)
{
    if (draw->kind == SQ_DRAW_LAW) read_law(r, &draw->law);
    read_program(r, draw->chance);
    for (int i = 0; draw->kind == SQ_DRAW_AMONG && i < draw->n_options; i++)
        read_program(r, r->m->draw_options[draw->first_option + i].probability);
    read_loading(r, &draw->loading);
}

/* ---- actions ---------------------------------------------------------------------------------- */

static void walk(const reading *r, int action, bool reads);

/* Decisions lead to states and marks; their numbers are the strategy's affair. */
static void walk_decision(const reading *r, const sq_decision *decision)
{
    walk(r, decision->common, false);
    for (int i = 0; i < r->m->categories[decision->category].n_labels; i++)
        walk(r, decision->option[i], false);
}

static void walk_split(const reading *r, const sq_draw *draw, bool reads)
{
    for (int i = 0; i < draw->n_options; i++)
        walk(r, r->m->draw_options[draw->first_option + i].value, reads);
}

static void walk(const reading *r, int action, bool reads)
{
    const sq_model *m = r->m;
    while (action >= 0 && !r->seen[action]) {
        const sq_action *a = &m->actions[action];
        r->seen[action++] = true;
        bool draws = a->code == SQ_ACT_DRAW || a->code == SQ_ACT_SPLIT;
        if (reads && draws) read_draw(r, &m->draws[a->b]);
        if (reads && (a->code == SQ_ACT_UNLESS || a->code == SQ_ACT_SET)) read_program(r, a->p);
        switch (a->code) {
        case SQ_ACT_END: return;
        case SQ_ACT_SPLIT: walk_split(r, &m->draws[a->b], reads); return;
        case SQ_ACT_UNLESS: walk(r, a->a, reads); break;
        case SQ_ACT_JUMP: action = a->a; break;
        case SQ_ACT_DECIDE: walk_decision(r, &m->decisions[a->a]); break;
        case SQ_ACT_GOTO: r->brings[a->a] = true; break;
        case SQ_ACT_MARK: r->brings[SQ_OCCURS_MARK(m, a->a)] = true; break;
        default: break;
        }
    }
}

/* What the event brings is noted in the table; what it reads, where wanted, in the slots. */
static void read_event(reading *r, int index, bool reads)
{
    const sq_event *event = &r->m->events[index];
    memset(r->seen, 0, (size_t)r->m->n_actions * sizeof *r->seen);
    r->brings = r->table + (size_t)index * occurrences(r->m);
    r->brings[r->m->n_states + index] = true;
    if (reads) {
        read_law(r, &event->law);
        read_loading(r, &event->loading);
    }
    walk(r, event->actions, reads);
}

/* ---- headlines -------------------------------------------------------------------------------- */

static bool brings(const reading *r, int event, int occurrence)
{
    const sq_model *m = r->m;
    const bool *row = r->table + (size_t)event * occurrences(m);
    if (occurrence < (int)occurrences(m)) return row[occurrence];
    for (int i = 0; i < m->n_states; i++)
        if (m->states[i].death && row[i]) return true; /* death, whichever */
    return false;
}

/* Slots that the prologue computes stand for what it reads, from the last to the first. */
static void follow_prologue(const reading *r)
{
    const sq_strategy *strategy = &r->m->strategies[r->m->reference];
    for (int i = strategy->n_steps - 1; i >= 0; i--) {
        const sq_step *step = &r->m->steps[strategy->first_step + i];
        bool computed = step->kind == SQ_STEP_VALUE && step->slot >= 0;
        if (computed && r->slot[step->slot] && !r->parameter[step->slot]) read_program(r, step->value);
    }
}

static void print_counts(const reading *r, const char *label)
{
    int count[CLASSES] = {0}, n = 0;
    for (int i = 0; i < r->m->n_parameters; i++) {
        const sq_parameter *p = &r->m->parameters[i];
        if (p->slot >= 0 && r->slot[p->slot]) count[p->class]++;
    }
    printf("  %-*s", LABEL_WIDTH, label);
    for (int i = SQ_SOURCED; i <= SQ_FILLER; i++) {
        sq_class class = i == SQ_FILLER ? SQ_UNSOURCED : (sq_class)i;
        if (count[class] > 0) printf("%s%d %s", n++ > 0 ? ", " : "  ", count[class], sq_class_word(class));
    }
    puts(n == 0 ? "  no number" : "");
}

static void print_headline(reading *r, const sq_highlight *headline)
{
    memset(r->slot, 0, (size_t)r->m->block_size * sizeof *r->slot);
    for (int e = 0; e < r->m->n_events; e++)
        if (brings(r, e, headline->occurrence)) read_event(r, e, true);
    follow_prologue(r);
    print_counts(r, headline->label);
}

static bool prepare(reading *r)
{
    const sq_model *m = r->m;
    r->slot = calloc((size_t)m->block_size + 1, sizeof *r->slot);
    r->parameter = calloc((size_t)m->block_size + 1, sizeof *r->parameter);
    r->seen = calloc((size_t)m->n_actions + 1, sizeof *r->seen);
    r->table = calloc((size_t)m->n_events * occurrences(m) + 1, sizeof *r->table);
    if (!r->slot || !r->parameter || !r->seen || !r->table) return false;
    for (int i = 0; i < m->n_parameters; i++)
        if (m->parameters[i].slot >= 0) r->parameter[m->parameters[i].slot] = true;
    for (int e = 0; e < m->n_events; e++) read_event(r, e, false);
    return true;
}

void sq_print_rests(const sq_model *m)
{
    reading r = {.m = m};
    if (m->n_highlights > 0 && prepare(&r)) {
        puts("\nWhat the headlines rest on: the numbers read where they happen, by class");
        for (int i = 0; i < m->n_highlights; i++) print_headline(&r, &m->highlights[i]);
    }
    free(r.slot);
    free(r.parameter);
    free(r.seen);
    free(r.table);
}
