/* Clocks that hold what has changed. `changes: hold` is the default, and a law that reads the state or an
 * attribute then keeps the numbers it had when its clock started: a silent trap where something changes them
 * while the clock runs. So the actions of every other event that can fire beside a clock are followed along
 * all their paths: a path that changes what the law reads and leaves the clock running is told of, unless
 * the event says `changes: hold` itself. Where it cannot be told whether the clock goes on, nothing is said. */
#include "lang/build.h"

#include <string.h>

/* What a path through actions has done to the clock: whether it changed an attribute that the law reads, and
 * where its last goto leads. The paths that reach an instruction are a set of these, a bit each. */
enum { STAYS, INSIDE, UNSURE, AWAY, MOVES };
enum { CHANGED = MOVES, PATHS = 2 * MOVES };
typedef unsigned paths;

typedef struct watch {
    sq_build *b;
    int event;           /* whose clock is watched */
    bool is_unsure;      /* its `while:` is an expression of the state: any move may leave it */
    sq_bits states;      /* under which it runs */
    sq_bits firing;      /* under which the other event fires */
    sq_bits written;     /* what the law reads and the other event writes */
    paths *of_decision;  /* [n_decisions][PATHS], 0 not yet known */
} watch;

static const sq_node *event_map(const sq_build *b, int event)
{
    return b->section[SQ_IN_EVENTS].items[event].node;
}

/* The living states named by a `while:`; all of them where it is an expression or not given. */
static sq_bits states_of(const sq_build *b, const sq_node *condition, bool *is_expression)
{
    sq_bits set = {{0}};
    bool is_list = condition && condition->kind == SQ_NODE_LIST;
    *is_expression = condition && !is_list && sq_find_state(b, condition->text) < 0;
    for (int i = 0; i < (int)b->states.count; i++) {
        bool named = !condition || *is_expression;
        for (int k = 0; !named && k < (is_list ? condition->count : 1); k++)
            named = sq_find_state(b, (is_list ? condition->item[k] : condition)->text) == i;
        if (named && !b->states.items[i].death) sq_bits_set(&set, i);
    }
    return set;
}

/* ---- one action ------------------------------------------------------------------------- */

static paths each(paths in, unsigned (*to)(unsigned path, unsigned value), unsigned value)
{
    paths out = 0;
    for (unsigned path = 0; path < PATHS; path++)
        if (in >> path & 1) out |= 1u << to(path, value);
    return out;
}

static unsigned changed(unsigned path, unsigned value)
{
    (void)value;
    return path | CHANGED;
}

static unsigned moved(unsigned path, unsigned value) { return (path & CHANGED) | value; }

/* An attribute is written. One that the `while:` reads may end the clock, so such a path says nothing. */
static paths write_one(watch *w, int attribute, paths in)
{
    const sq_event *event = &w->b->events.items[w->event];
    if (sq_bits_has(&event->condition_reads, attribute)) return 0;
    if (!sq_bits_has(&event->law_reads, attribute)) return in;
    sq_bits_set(&w->written, attribute);
    return each(in, changed, 0);
}

static paths write_action(watch *w, const sq_action *a, paths in)
{
    const sq_build *b = w->b;
    int size = 1;
    if (a->q.count) size = sq_vector_size(b, &b->symbols.items[b->attribute_symbols.items[a->a]].symbol);
    for (int i = 0; i < size; i++) in = write_one(w, a->a + i, in);
    return in;
}

static unsigned move_of(const watch *w, const sq_action *a)
{
    const sq_event *event = &w->b->events.items[w->event];
    bool reads_state = sq_bits_has(&event->condition_reads, (int)w->b->attributes.count);
    sq_bits others = w->firing;
    others.word[a->a / 64] &= ~(1ULL << (a->a % 64));
    if (w->b->states.items[a->a].death || (a->b && reads_state)) return AWAY;
    if (w->is_unsure) return UNSURE;
    if (!sq_bits_has(&w->states, a->a)) return AWAY;
    return sq_bits_meet(&others, &w->states, SQ_BITS_WORDS) ? INSIDE : STAYS;
}

/* ---- blocks and decisions --------------------------------------------------------------- */

static paths follow(watch *w, int first, paths in);

/* What a decision does to one path: the sets of the rules, then the common branch, then one of the options. */
static paths decided(watch *w, int index, paths in)
{
    sq_build *b = w->b;
    const sq_decision decision = b->decisions.items[index];
    paths set = in, out = 0;
    for (size_t s = 0; s < b->strategies.count; s++) {
        const sq_rule_list list = b->strategies.items[s].rules[index];
        for (int r = list.first; r < list.first + list.count; r++) set |= follow(w, b->rules.items[r].sets, in);
    }
    set = follow(w, decision.common, write_one(w, decision.attribute, set));
    for (int k = 0; k < b->categories.items[decision.category].n_labels; k++)
        out |= follow(w, decision.option[k], set);
    return out;
}

static paths decide(watch *w, int index, paths in)
{
    paths out = 0;
    for (unsigned path = 0; path < PATHS; path++) {
        paths *known = &w->of_decision[index * PATHS + (int)path];
        if (!(in >> path & 1)) continue;
        if (!*known) *known = decided(w, index, 1u << path);
        out |= *known;
    }
    return out;
}

static paths act(watch *w, const sq_action *a, paths in)
{
    switch (a->code) {
    case SQ_ACT_SET:
    case SQ_ACT_UNSET:
    case SQ_ACT_DRAW: return write_action(w, a, in);
    case SQ_ACT_DECIDE: return decide(w, a->a, in);
    case SQ_ACT_GOTO: return each(in, moved, move_of(w, a));
    case SQ_ACT_START:
    case SQ_ACT_STOP: return a->a == w->event ? 0 : in; /* its clock begins anew, or ends */
    default: return in;
    }
}

/* The paths at the end of a block that those in `in` enter: one pass, for every jump leads forward. */
static paths follow(watch *w, int first, paths in)
{
    if (first < 0 || !in) return in;
    const sq_action *block = &w->b->actions.items[first];
    int n = 0;
    while (block[n].code != SQ_ACT_END) n++;
    paths *at = sq_build_scratch(w->b, (size_t)n + 1, sizeof *at);
    if (!at) return 0;
    at[0] = in;
    for (int i = 0; i < n; i++) {
        const sq_action *a = &block[i];
        bool branches = a->code == SQ_ACT_SPLIT, leaps = a->code == SQ_ACT_JUMP;
        if (a->code == SQ_ACT_UNLESS || leaps) at[a->a - first] |= at[i];
        const sq_draw *draw = branches ? &w->b->draws.items[a->b] : NULL;
        for (int k = 0; branches && k < draw->n_options; k++)
            at[w->b->draw_options.items[draw->first_option + k].value - first] |= at[i];
        if (!branches && !leaps) at[i + 1] |= act(w, a, at[i]);
    }
    return at[n];
}

/* ---- the warning ------------------------------------------------------------------------ */

/* Whether the firing of another event may change what the law reads and leave the clock running. */
static const char *what_changes(watch *w, int other)
{
    sq_build *b = w->b;
    const sq_event *event = &b->events.items[w->event];
    int n_attributes = (int)b->attributes.count;
    bool is_expression;
    w->firing = states_of(b, sq_node_get(event_map(b, other), "while"), &is_expression);
    if (!sq_bits_meet(&w->firing, &w->states, SQ_BITS_WORDS)) return NULL;
    w->written = (sq_bits){{0}};
    memset(w->of_decision, 0, (b->decisions.count + 1) * PATHS * sizeof *w->of_decision);
    paths end = follow(w, b->events.items[other].actions, 1u << STAYS);
    paths moving = 1u << INSIDE | 1u << UNSURE;
    if (sq_bits_has(&event->law_reads, n_attributes) && end & (moving | moving << CHANGED))
        return "the state";
    if (!(end & ((1u << STAYS | 1u << INSIDE) << CHANGED))) return NULL;
    for (int i = 0; i < n_attributes; i++)
        if (sq_bits_has(&w->written, i)) return b->attributes.items[i].name;
    return NULL;
}

static bool reads_what_changes(const sq_build *b, const sq_event *event)
{
    for (int i = 0; i <= (int)b->attributes.count; i++) /* the last one is the state */
        if (sq_bits_has(&event->law_reads, i)) return true;
    return false;
}

static void warn_of_held(sq_build *b, int index, paths *of_decision)
{
    const sq_event *event = &b->events.items[index];
    watch w = {.b = b, .event = index, .of_decision = of_decision};
    bool is_expression;
    w.states = states_of(b, sq_node_get(event_map(b, index), "while"), &is_expression);
    w.is_unsure = is_expression && sq_bits_has(&event->condition_reads, (int)b->attributes.count);
    for (int other = 0; other < (int)b->events.count; other++) {
        const char *what = other == index ? NULL : what_changes(&w, other);
        if (!what) continue;
        sq_diag_warning(b->diags, b->section[SQ_IN_EVENTS].items[index].place,
                        "'%s' holds the numbers it had when its clock started: a change of %s while it runs, "
                        "as by '%s', has no effect; say `changes: follow` (or `changes: hold` to keep it and "
                        "silence this)",
                        event->name, what, b->events.items[other].name);
        return;
    }
}

void sq_warn_of_held(sq_build *b)
{
    paths *of_decision = sq_build_scratch(b, (b->decisions.count + 1) * PATHS, sizeof *of_decision);
    for (int i = 0; of_decision && i < (int)b->events.count; i++) {
        const sq_event *event = &b->events.items[i];
        bool says = sq_node_get(event_map(b, i), "changes") != NULL;
        if (!says && event->changes == SQ_HOLD && reads_what_changes(b, event))
            warn_of_held(b, i, of_decision);
    }
}
