/* Warnings: what is allowed but probably not meant. States nobody enters or leaves, events that
 * cannot happen or do nothing, names nobody reads, curves that would count a cause twice. */
#include "base/text.h"
#include "lang/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_SHOWN = 8 };

void sq_warn_once(sq_build *b, sq_place place, const char *text)
{
    for (size_t i = 0; i < b->diags->count; i++) {
        sq_place other = b->diags->items[i].place;
        if (other.source == place.source && other.line == place.line &&
            other.column == place.column)
            return;
    }
    sq_diag_warning(b->diags, place, "%s", text);
}

/* ---- a list of names in one sentence ---------------------------------------------------- */

typedef struct name_list {
    sq_writer text;
    int n;
} name_list;

static void add_name(name_list *list, const char *name)
{
    if (list->n++ < NAMES_SHOWN) sq_write(&list->text, "%s%s", list->n > 1 ? ", " : "", name);
}

static void warn_of_list(sq_build *b, sq_place place, name_list *list, const char *sentence)
{
    if (list->n)
        sq_diag_warning(b->diags, place, "%d %s: %s%s", list->n, sentence,
                        list->text.items ? list->text.items : "",
                        list->n > NAMES_SHOWN ? ", …" : "");
    free(list->text.items);
}

/* ---- what can be reached ---------------------------------------------------------------- */

typedef struct reach {
    const sq_build *b;
    sq_bits states, events, decisions, started;
    bool grew;
} reach;

static void add_to(reach *r, sq_bits *set, int i)
{
    if (i >= 0 && i < SQ_BITS_MAX && !sq_bits_has(set, i)) {
        sq_bits_set(set, i);
        r->grew = true;
    }
}

/* Blocks have no SQ_ACT_END inside: branches lie within them. */
static void follow_block(reach *r, int first)
{
    if (first < 0) return;
    for (const sq_action *a = &r->b->actions.items[first]; a->code != SQ_ACT_END; a++) {
        if (a->code == SQ_ACT_GOTO) add_to(r, &r->states, a->a);
        if (a->code == SQ_ACT_START) add_to(r, &r->started, a->a);
        if (a->code == SQ_ACT_DECIDE) add_to(r, &r->decisions, a->a);
    }
}

/* Whether a list of states in `while:` names one that is reached; other conditions are taken as
 * possible. */
static bool may_run(const reach *r, const sq_node *condition)
{
    if (!condition) return true;
    if (condition->kind == SQ_NODE_SCALAR) {
        int state = sq_find_state(r->b, condition->text);
        return state < 0 || sq_bits_has(&r->states, state);
    }
    for (int i = 0; i < condition->count; i++) {
        int state = sq_find_state(r->b, condition->item[i]->text);
        if (state >= 0 && sq_bits_has(&r->states, state)) return true;
    }
    return false;
}

static const sq_node *event_key(const sq_build *b, size_t event, const char *key)
{
    return sq_node_get(b->section[SQ_IN_EVENTS].items[event].node, key);
}

/* Where the branches of the decisions asked so far lead. */
static void follow_decisions(reach *r)
{
    const sq_build *b = r->b;
    for (size_t i = 0; i < b->decisions.count && i < SQ_BITS_MAX; i++) {
        const sq_decision *decision = &b->decisions.items[i];
        if (!sq_bits_has(&r->decisions, (int)i)) continue;
        follow_block(r, decision->common);
        for (int k = 0; k < b->categories.items[decision->category].n_labels; k++)
            follow_block(r, decision->option[k]);
    }
}

static void grow(reach *r)
{
    const sq_build *b = r->b;
    r->grew = false;
    for (size_t i = 0; i < b->events.count; i++) {
        const sq_event *event = &b->events.items[i];
        bool can_start = !event->on_demand || sq_bits_has(&r->started, (int)i);
        if (can_start && may_run(r, event_key(b, i, "while"))) add_to(r, &r->events, (int)i);
        if (sq_bits_has(&r->events, (int)i)) follow_block(r, event->actions);
    }
    follow_decisions(r);
}

/* Whether an event that can happen in the state may lead to another one. */
static bool leads_out(const reach *all, size_t event, int state)
{
    const sq_build *b = all->b;
    reach here = {.b = b}, out = {.b = b, .grew = true};
    sq_bits_set(&here.states, state);
    if (!sq_bits_has(&all->events, (int)event) || !may_run(&here, event_key(b, event, "while")))
        return false;
    follow_block(&out, b->events.items[event].actions);
    while (out.grew) {
        out.grew = false;
        follow_decisions(&out);
    }
    for (int i = 0; i < (int)b->states.count; i++)
        if (i != state && sq_bits_has(&out.states, i)) return true;
    return false;
}

static void warn_of_no_way_out(sq_build *b, const reach *r)
{
    for (size_t i = 0; i < b->states.count; i++) {
        bool lives = sq_bits_has(&r->states, (int)i) && !b->states.items[i].death, left = false;
        for (size_t e = 0; lives && !left && e < b->events.count; e++)
            left = leads_out(r, e, (int)i);
        if (lives && !left)
            sq_diag_warning(b->diags, b->occurrence_places.items[i],
                            "no event leads out of the state '%s': who enters it stays there, "
                            "alive, to the horizon; is that meant?",
                            b->states.items[i].name);
    }
}

/* ---- what events do --------------------------------------------------------------------- */

/* Whether a clock, or a hazard ratio over time, counts from an occurrence. */
static bool counts_from(const sq_event *event, int occurrence)
{
    const sq_profile_spec *profile = &event->law.profile;
    return (event->origin == SQ_FROM_OCCURRENCE && event->origin_index == occurrence) ||
           (profile->kind && profile->since == occurrence);
}

/* Whether an endpoint, a target, a highlight, another clock or happened() looks at it. */
static bool is_looked_at(const sq_build *b, int occurrence)
{
    for (size_t i = 0; i < b->endpoints.count; i++)
        if (sq_bits_has(&b->endpoints.items[i].from, occurrence) ||
            sq_bits_has(&b->endpoints.items[i].censor, occurrence) ||
            sq_bits_has(&b->endpoints.items[i].non_response, occurrence))
            return true;
    for (size_t i = 0; i < b->causes.count; i++)
        if (sq_bits_has(&b->causes.items[i].events, occurrence)) return true;
    for (size_t i = 0; i < b->targets.count; i++) {
        const sq_target *t = &b->targets.items[i];
        if (t->kind == SQ_TARGET_SHARE && (t->index == occurrence || t->among == occurrence))
            return true;
    }
    for (size_t i = 0; i < b->highlights.count; i++)
        if (b->highlights.items[i].occurrence == occurrence) return true;
    for (size_t i = 0; i < b->events.count; i++)
        if (counts_from(&b->events.items[i], occurrence)) return true;
    for (size_t i = 0; i < b->compiler.code.count; i++) {
        sq_op op = b->compiler.code.items[i];
        bool asks = op.code == SQ_OP_HAPPENED || op.code == SQ_OP_SINCE || op.code == SQ_OP_TALLY;
        if (asks && op.a == occurrence) return true;
    }
    return false;
}

static void warn_of_idle(sq_build *b)
{
    for (size_t i = 0; i < b->events.count; i++) {
        const sq_event *event = &b->events.items[i];
        bool acts = b->actions.items[event->actions].code != SQ_ACT_END;
        if (!acts && !is_looked_at(b, (int)(b->states.count + i)))
            sq_diag_warning(b->diags, b->section[SQ_IN_EVENTS].items[i].place,
                            "the event '%s' does nothing: it has no `do:` and no `goto:`, and "
                            "nothing looks at it",
                            event->name);
    }
}

/* ---- what is never met ------------------------------------------------------------------ */

static void warn_of_unreached(sq_build *b)
{
    reach r = {.b = b, .grew = true};
    sq_bits_set(&r.states, b->model->start_state);
    follow_block(&r, b->model->start_actions);
    while (r.grew) grow(&r);
    for (size_t i = 0; i < b->states.count; i++)
        if (!sq_bits_has(&r.states, (int)i))
            sq_diag_warning(b->diags, b->occurrence_places.items[i],
                            "nothing ever leads to the state '%s'", b->states.items[i].name);
    for (size_t i = 0; i < b->events.count; i++)
        if (!sq_bits_has(&r.events, (int)i))
            sq_diag_warning(b->diags, b->section[SQ_IN_EVENTS].items[i].place,
                            "the event '%s' can never happen: %s", b->events.items[i].name,
                            b->events.items[i].on_demand && !sq_bits_has(&r.started, (int)i)
                                ? "nothing starts it"
                                : "no state of its `while:` is ever entered");
    for (size_t i = 0; i < b->decisions.count && i < SQ_BITS_MAX; i++)
        if (!sq_bits_has(&r.decisions, (int)i))
            sq_diag_warning(b->diags, b->section[SQ_IN_DECISIONS].items[i].place,
                            "the decision '%s' is never asked", b->decisions.items[i].name);
    warn_of_no_way_out(b, &r);
}

/* ---- what is read ----------------------------------------------------------------------- */

/* One sentence, not one each: the rules of another experiment may well read them. */
static void warn_of_unread(sq_build *b)
{
    name_list unread = {0};
    sq_place place = {0};
    for (size_t i = 0; i < b->symbols.count; i++) {
        const sq_named *named = &b->symbols.items[i];
        bool is_own = named->symbol.kind == SQ_SYMBOL_ATTRIBUTE &&
                      b->attribute_nodes.items[named->symbol.index];
        if (!is_own || named->used) continue;
        if (unread.n == 0) place = named->place;
        add_name(&unread, named->name);
    }
    warn_of_list(b, place, &unread,
                 unread.n == 1 ? "attribute is never read" : "attributes are never read");
}

static void warn_of_modules(sq_build *b)
{
    const sq_entries *modules = &b->section[SQ_IN_MODULES];
    for (size_t i = 0; i < modules->count; i++)
        if (sq_index_get(&b->used_modules, modules->items[i].name) < 0)
            sq_diag_warning(b->diags, modules->items[i].place,
                            "the module '%s' has no instance: nothing in it is checked but the "
                            "names of its sections",
                            modules->items[i].name);
}

static void warn_of_unused(sq_build *b)
{
    name_list unused = {0}, unsourced = {0};
    sq_place place = {0};
    for (size_t p = 0; p < b->params.count; p++) {
        const sq_param *param = &b->params.items[p];
        bool used = param->hidden;
        for (int i = 0; i < param->n_symbols; i++)
            used = used || b->symbols.items[param->first_symbol + i].used;
        if (!used && unused.n == 0) place = param->place;
        if (!used) add_name(&unused, param->name);
    }
    warn_of_list(b, place, &unused,
                 unused.n == 1 ? "parameter is not used" : "parameters are not used");
    for (size_t i = 0; i < b->parameters.count; i++)
        if (b->parameters.items[i].class == SQ_UNSOURCED)
            add_name(&unsourced, b->parameters.items[i].name);
    warn_of_list(b, b->one[SQ_ONE_EXPERIMENT].place, &unsourced,
                 unsourced.n == 1 ? "parameter has no source" : "parameters have no source");
}

/* ---- clocks ----------------------------------------------------------------------------- */

/* The law parameter an event's `time:` names; NULL for laws written there. */
static const sq_param *law_param(const sq_build *b, const sq_node *time)
{
    if (!time || time->kind != SQ_NODE_SCALAR) return NULL;
    for (size_t i = 0; i < b->params.count; i++) {
        const sq_param *param = &b->params.items[i];
        size_t n = strlen(param->name);
        bool named =
            strncmp(time->text, param->name, n) == 0 && strchr(" [", time->text[n]) != NULL;
        if (named && param->kind == SQ_PARAM_LAW && !param->hidden) return param;
    }
    return NULL;
}

static void warn_of_clocks(sq_build *b)
{
    for (size_t i = 0; i < b->events.count; i++) {
        const sq_event *event = &b->events.items[i];
        const sq_node *time = event_key(b, i, "time");
        const sq_param *param = law_param(b, time);
        if (param && param->all_cause && b->events.count > 1)
            sq_diag_warning(b->diags, time->place,
                            "'%s' describes all causes together, but other clocks run beside '%s': "
                            "what they stand "
                            "for is counted twice",
                            param->name, event->name);
    }
}

static void warn_of_grid(sq_build *b)
{
    const sq_model *m = b->model;
    double to = (m->n_grid - 1) * m->grid_step;
    for (size_t i = 0; i < b->endpoints.count; i++) {
        const sq_endpoint *endpoint = &b->endpoints.items[i];
        if (to + endpoint->landmark > m->horizon * (1 + 1e-12))
            sq_diag_warning(b->diags, b->section[SQ_IN_ENDPOINTS].items[i].place,
                            "the curves of '%s' go beyond the horizon: nobody is followed there",
                            endpoint->name);
    }
}

/* ---- life tables that end ---------------------------------------------------------------- */

/* The latest year of entry where it can be read off: a constant, the end of a uniform law, a column. */
static bool latest_entry(const sq_build *b, double *year)
{
    const sq_model *m = b->model;
    const sq_patients *p = &m->patients;
    const sq_node *population = b->one[SQ_ONE_POPULATION].node;
    for (int k = 0; k < p->n_columns; k++) {
        if (p->attribute[k] != m->entry_year) continue;
        *year = p->value[k];
        for (int64_t row = 0; row < p->n_rows; row++) {
            double x = p->value[row * p->n_columns + k];
            *year = x > *year ? x : *year;
        }
        return true;
    }
    const sq_node *attributes = population ? sq_node_get(population, "attributes") : NULL;
    const sq_node *node = attributes && attributes->kind == SQ_NODE_MAP ? sq_node_get(attributes, "entry_year")
                                                                        : NULL;
    const sq_node *own = b->attribute_nodes.items[m->entry_year];
    if (!node && own && own->kind == SQ_NODE_MAP) node = sq_node_get(own, "initial");
    const char *const path[] = {"from", "uniform", "max"};
    for (int i = 0; i < 3 && node && node->kind == SQ_NODE_MAP; i++) node = sq_node_get(node, path[i]);
    if (!node || node->kind != SQ_NODE_SCALAR) return false;
    size_t n = strlen(node->text);
    return n > 0 && sq_text_number(node->text, n, year) == n;
}

static void warn_of_held_years(sq_build *b)
{
    const sq_model *m = b->model;
    double entry, end;
    if (!m->dated || !latest_entry(b, &entry)) return;
    end = entry + m->horizon / SQ_DAYS_PER_YEAR;
    if (m->closes && m->closing_year < end) end = m->closing_year;
    for (size_t i = 0; i < b->events.count; i++) {
        int table = b->events.items[i].law.table;
        if (b->events.items[i].law.family != SQ_LIFE_TABLE || table < 0) continue;
        const sq_table *t = &b->tables.items[table];
        double last = t->n_years > 0 ? t->years[t->n_years - 1] / SQ_DAYS_PER_YEAR : INFINITY;
        if (end > last + 1)
            sq_diag_warning(b->diags, event_key(b, i, "time")->place,
                            "patients are followed to %.6g, but the life table of '%s' ends with %.6g: the "
                            "rates of that year are held",
                            end, b->events.items[i].name, last);
    }
}

void sq_build_warn(sq_build *b)
{
    warn_of_held_years(b);
    warn_of_unreached(b);
    warn_of_idle(b);
    warn_of_unread(b);
    warn_of_clocks(b);
    sq_warn_of_held(b);
    sq_warn_of_gotos(b);
    sq_warn_of_unset(b);
    sq_warn_of_tables(b);
    warn_of_modules(b);
    warn_of_unused(b);
    warn_of_grid(b);
}
