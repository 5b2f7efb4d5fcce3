/* Where the model keeps the programs that a life evaluates: conditions and laws of events, what actions, decisions and
 * draws compute, rewards, endpoints with what they see of who enters. Actions, draws and rules are found by following
 * what leads to them. */
#include "engine/col_program.h"

#include <stdlib.h>

typedef struct walk {
    const sq_model *model;
    sq_col_visit *visit;
    void *context;
    bool *decided; /* [n_decisions] already walked; NULL where there are none, as at baseline */
} walk;

static bool one(const walk *w, sq_program program)
{
    return program.count == 0 || w->visit(w->context, program);
}

static bool profile(const walk *w, const sq_profile_spec *p)
{
    return one(w, p->from) && one(w, p->to) && one(w, p->start) && one(w, p->length) && one(w, p->before);
}

static bool law(const walk *w, const sq_law_spec *l)
{
    for (int i = 0; i < SQ_LAW_ARGS; i++)
        if (!one(w, l->arg[i])) return false;
    return one(w, l->row) && one(w, l->hazard_ratio) && one(w, l->time_ratio) && one(w, l->cured) &&
           one(w, l->low) && one(w, l->high) && one(w, l->shift) && profile(w, &l->profile);
}

static bool loading(const walk *w, const sq_loading *l) { return one(w, l->mean) && one(w, l->sd); }

static bool draw(const walk *w, const sq_draw *d)
{
    const sq_draw_option *option = &w->model->draw_options[d->first_option];
    for (int i = 0; i < d->n_options; i++)
        if (!one(w, option[i].probability)) return false;
    return law(w, &d->law) && one(w, d->chance) && loading(w, &d->loading);
}

static bool actions(const walk *w, int first);

static bool rules(const walk *w, sq_rule_list list)
{
    for (int i = list.first; i < list.first + list.count; i++)
        if (!one(w, w->model->rules[i].condition) || !actions(w, w->model->rules[i].sets)) return false;
    return true;
}

static bool decision(const walk *w, int index)
{
    const sq_model *m = w->model;
    const sq_decision *d = &m->decisions[index];
    if (w->decided[index]) return true;
    w->decided[index] = true;
    for (int i = 0; i < m->n_strategies; i++)
        if (!rules(w, m->strategies[i].rules[index])) return false;
    for (int i = 0; i < m->categories[d->category].n_labels; i++)
        if (!actions(w, d->option[i])) return false;
    return actions(w, d->common);
}

static bool action(const walk *w, const sq_action *a)
{
    bool draws = a->code == SQ_ACT_DRAW || a->code == SQ_ACT_SPLIT;
    if (draws && !draw(w, &w->model->draws[a->b])) return false;
    if (a->code == SQ_ACT_DECIDE && !decision(w, a->a)) return false;
    return one(w, a->p) && one(w, a->q);
}

/* Branches lie inside the block: what comes up to its end is all of it. */
static bool actions(const walk *w, int first)
{
    if (first < 0) return true;
    const sq_action *a = &w->model->actions[first];
    for (; a->code != SQ_ACT_END; a++)
        if (!action(w, a)) return false;
    return true;
}

static bool events(const walk *w)
{
    for (int i = 0; i < w->model->n_events; i++) {
        const sq_event *e = &w->model->events[i];
        if (!one(w, e->condition) || !law(w, &e->law) || !loading(w, &e->loading) || !actions(w, e->actions))
            return false;
    }
    return true;
}

static bool measured(const walk *w)
{
    const sq_model *m = w->model;
    for (int i = 0; i < m->n_costs; i++)
        if (!one(w, m->costs[i].rate)) return false;
    for (int i = 0; i < m->n_breaks; i++)
        if (!one(w, m->breaks[i].argument)) return false;
    for (int i = 0; i < m->n_endpoints; i++) {
        const sq_endpoint *e = &m->endpoints[i];
        if (!one(w, e->who)) return false;
        for (int k = 0; k < e->n_snapshots; k++)
            if (!one(w, m->snapshots[e->first_snapshot + k].value)) return false;
    }
    return one(w, m->utility);
}

bool sq_col_visit_action(const sq_model *m, const sq_action *plain, sq_col_visit *visit, void *context)
{
    const walk w = {m, visit, context, NULL};
    return action(&w, plain);
}

bool sq_col_visit_life(const sq_model *m, sq_col_visit *visit, void *context)
{
    walk w = {m, visit, context, calloc((size_t)m->n_decisions + 1, sizeof(bool))};
    bool complete = w.decided && actions(&w, m->start_actions) && events(&w) && measured(&w);
    free(w.decided);
    return complete;
}

bool sq_col_visit_programs(const sq_model *m, sq_col_visit *visit, void *context)
{
    const walk w = {m, visit, context, NULL};
    return actions(&w, m->baseline_actions) && sq_col_visit_life(m, visit, context);
}
