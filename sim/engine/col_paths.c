/* Ways through a block of actions, found without any patient: where they lead, which marks are on all that lead there and
 * which on some. Branches are all taken but where the state decides a condition. Jumps lead forward, so one pass over a
 * block meets every action after all that come before it. */
#include "engine/col_plan.h"

#include <math.h>
#include <stdlib.h>

typedef struct walk {
    const sq_col_plan *plan;
    const sq_action *actions;
    int state;
} walk;

/* Two ways that lead to the same place are one: certain is what was certain on both. */
static bool join(sq_ways *into, const sq_way *way)
{
    for (size_t i = 0; i < into->count; i++) {
        sq_way *same = &into->items[i];
        if (same->go != way->go) continue;
        same->goes_again |= way->goes_again;
        for (int w = 0; w < SQ_BITS_WORDS; w++) same->certain.word[w] &= way->certain.word[w];
        sq_bits_join(&same->possible, &way->possible);
        return true;
    }
    return sq_vec_push(into, *way);
}

static bool join_all(sq_ways *into, const sq_ways *ways)
{
    bool complete = true;
    for (size_t i = 0; complete && i < ways->count; i++) complete = join(into, &ways->items[i]);
    return complete;
}

static bool go(sq_ways *into, const sq_ways *ways, int to)
{
    bool complete = true;
    for (size_t i = 0; complete && i < ways->count; i++) {
        sq_way way = ways->items[i];
        way.goes_again |= way.go >= 0;
        way.go = to;
        complete = join(into, &way);
    }
    return complete;
}

static void mark(sq_ways *ways, int occurrence)
{
    for (size_t i = 0; i < ways->count; i++) {
        sq_bits_set(&ways->items[i].certain, occurrence);
        sq_bits_set(&ways->items[i].possible, occurrence);
    }
}

static bool through(const walk *w, int first, sq_ways *ways);

/* `common`, and then the branch of one option. */
static bool decide(const walk *w, const sq_decision *d, const sq_ways *before, sq_ways *after)
{
    sq_ways common = {0};
    bool complete = join_all(&common, before) && through(w, d->common, &common);
    for (int k = 0; complete && k < w->plan->model->categories[d->category].n_labels; k++) {
        sq_ways one = {0};
        complete = join_all(&one, &common) && through(w, d->option[k], &one) && join_all(after, &one);
        free(one.items);
    }
    free(common.items);
    return complete;
}

/* Whether a condition may come to this truth in the state. NaN, which ends the life, counts as 0 until then. */
static bool may_be(const walk *w, sq_program condition, bool truth)
{
    double value;
    return !sq_col_is_constant(w->plan, condition, w->state, &value) || isnan(value) || (value != 0) == truth;
}

static bool split(const walk *w, const sq_draw *draw, int first, const sq_ways *here, sq_ways *at)
{
    bool complete = true;
    for (int k = 0; complete && k < draw->n_options; k++)
        complete = join_all(&at[w->plan->model->draw_options[draw->first_option + k].value - first], here);
    return complete;
}

/* From action i of a block to those that may come after it; ways that come to action k are at[k]. */
static bool step(const walk *w, int first, int i, sq_ways *at)
{
    const sq_model *m = w->plan->model;
    const sq_action *a = &w->actions[first + i];
    sq_ways *here = &at[i], *next = &at[i + 1];
    switch (a->code) {
    case SQ_ACT_UNLESS:
        return (!may_be(w, a->p, true) || join_all(next, here)) &&
               (!may_be(w, a->p, false) || join_all(&at[a->a - first], here));
    case SQ_ACT_SPLIT: return split(w, &m->draws[a->b], first, here, at);
    case SQ_ACT_JUMP: return join_all(&at[a->a - first], here);
    case SQ_ACT_GOTO: return go(next, here, a->a + (a->b ? m->n_states : 0));
    case SQ_ACT_DECIDE: return decide(w, &m->decisions[a->a], here, next);
    case SQ_ACT_MARK: mark(here, SQ_OCCURS_MARK(m, a->a)); break;
    default: break; /* nothing that occurs */
    }
    return join_all(next, here);
}

static bool through(const walk *w, int first, sq_ways *ways)
{
    int n = 0;
    if (first < 0) return true;
    while (w->actions[first + n].code != SQ_ACT_END) n++;
    sq_ways *at = calloc((size_t)n + 1, sizeof *at);
    bool complete = at;
    if (complete) at[0] = *ways;
    for (int i = 0; complete && i < n; i++)
        if (at[i].count > 0) complete = step(w, first, i, at);
    if (at) *ways = at[n];
    for (int i = 0; at && i < n; i++) free(at[i].items);
    free(at);
    return complete;
}

bool sq_col_paths(const sq_col_plan *plan, int first, int state, sq_ways *ways)
{
    const walk w = {plan, plan->model->actions, state};
    const sq_way start = {.go = -1};
    return sq_vec_push(ways, start) && through(&w, first, ways);
}
