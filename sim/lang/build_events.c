/* Events: when a clock runs, the law of its waiting time, and what its firing does. */
#include "lang/build.h"

#include <string.h>

static const char *const event_keys[] = {
    "while",   "time", "hazard ratio", "hazard ratio over time", "time ratio", "cured",
    "cure on", "from", "changes",      "when left",              "starts",     "key",
    "loads on", "do",  "goto",         NULL};

/* ---- while ------------------------------------------------------------------------------ */

static bool state_test(sq_build *b, const sq_node *node, bool is_first)
{
    sq_compiler *c = &b->compiler;
    int state = sq_named_state(b, node, "state");
    if (state < 0) return false;
    bool fine = sq_code_op(c, SQ_OP_STATE, 0) && sq_code_const(c, state) &&
                sq_code_op(c, SQ_OP_EQ, 0) && (is_first || sq_code_op(c, SQ_OP_OR, 0));
    return fine || sq_build_no_memory(b);
}

static bool state_list(sq_build *b, const sq_node *node, sq_event *event)
{
    sq_program begun = sq_code_begin(&b->compiler);
    bool is_list = node->kind == SQ_NODE_LIST, fine = true;
    if (is_list && node->count == 0)
        return sq_diag_error(b->diags, node->place,
                             "while: names no state, so the event never happens");
    for (int i = 0; i < (is_list ? node->count : 1); i++)
        fine = state_test(b, is_list ? node->item[i] : node, i == 0) && fine;
    event->condition = sq_code_end(&b->compiler, begun);
    sq_bits_set(&event->condition_reads, (int)b->attributes.count); /* SQ_READS_STATE */
    return fine;
}

static bool build_condition(sq_build *b, const sq_node *node, sq_event *event)
{
    bool says_alive = node && node->kind == SQ_NODE_SCALAR && strcmp(node->text, "alive") == 0;
    if (!node || says_alive) return true; /* every clock stops at death */
    bool is_state = node->kind == SQ_NODE_SCALAR && sq_find_state(b, node->text) >= 0;
    if (node->kind == SQ_NODE_LIST || is_state) return state_list(b, node, event);
    unsigned allow =
        SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT; /* not the time: nobody looks as it passes */
    return sq_build_expr(b, node, sq_type_flag(), allow, &event->condition,
                         &event->condition_reads);
}

/* ---- the law ---------------------------------------------------------------------------- */

static bool factor(sq_build *b, const sq_node *map, const char *key, sq_type want, sq_program *out,
                   sq_bits *reads)
{
    const sq_node *node = sq_node_get(map, key);
    return !node || sq_build_expr(b, node, want, SQ_READ_LIFE, out, reads);
}

static bool build_event_law(sq_build *b, const sq_node *map, sq_event *event)
{
    static const char *const cure_words[] = {"latency", "population", NULL};
    const sq_node *time = sq_node_get(map, "time"), *cured = sq_node_get(map, "cured");
    sq_bits *reads = &event->law_reads;
    if (!time)
        return sq_diag_error(b->diags, map->place, "the event '%s' has no `time:`", event->name);
    sq_writer w = {0};
    sq_write(&w, "the law of %s", event->name);
    const char *owner = sq_build_keep_written(b, &w);
    bool fine = sq_build_law(b, time, owner, sq_type_time().unit, SQ_READ_LIFE, &event->law, reads);
    if (fine && event->law.family == SQ_NORMAL && !event->law.low.count)
        fine = sq_diag_error(b->diags, time->place,
                             "a normal law can be negative: it is for attributes, or truncated "
                             "(`truncate: {from: 0 d}`)");
    if (fine && cured && event->law.cured.count)
        fine = sq_diag_error(b->diags, cured->place, "the law states a cured share already");
    fine = factor(b, map, "hazard ratio", sq_type_plain(), &event->law.hazard_ratio, reads) && fine;
    fine = sq_build_profile(b, map, event) && fine;
    fine = factor(b, map, "time ratio", sq_type_plain(), &event->law.time_ratio, reads) && fine;
    fine = factor(b, map, "cured", sq_type_probability(), &event->law.cured, reads) && fine;
    event->law.cure_on_population =
        sq_choice(b, sq_node_get(map, "cure on"), "cure", cure_words, 0) == 1;
    fine =
        sq_build_loading(b, sq_node_get(map, "loads on"), SQ_READ_LIFE, &event->loading, reads) &&
        fine;
    sq_probe probe = {
        .kind = SQ_PROBE_LAW, .is_waiting = true, .place = time->place, .law = event->law};
    if (fine && !b->skim && sq_bits_empty(reads) && !sq_vec_push(&b->probes, probe))
        return sq_build_no_memory(b);
    return fine;
}

/* ---- the rest --------------------------------------------------------------------------- */

static bool build_origin(sq_build *b, const sq_node *node, sq_event *event)
{
    if (!node) return true;
    const char *text = sq_scalar_text(b, node, "from: an origin");
    if (!text) return false;
    if (strcmp(text, "arming") == 0) return true;
    if (strcmp(text, "index") == 0) {
        event->origin = SQ_FROM_INDEX;
        return true;
    }
    if (strcmp(text, "birth") == 0) {
        event->origin = SQ_FROM_BIRTH;
        event->origin_index = sq_find_attribute(b, "age");
        sq_unit time = sq_type_time().unit;
        if (event->origin_index < 0 ||
            !sq_unit_equal(b->attributes.items[event->origin_index].type.unit, time))
            return sq_diag_error(
                b->diags, node->place,
                "`from: birth` needs an attribute `age` of type time: the age at index");
        sq_attribute_is_read(b, event->origin_index);
        return true;
    }
    event->origin = SQ_FROM_OCCURRENCE;
    event->origin_index =
        sq_named_occurrence(b, node, "origin (arming, index, birth, or an event, state or mark)");
    return event->origin_index >= 0;
}

/* Rates by calendar year follow the patient's age through the calendar. */
static bool build_calendar(sq_build *b, const sq_node *map, const sq_event *event)
{
    const sq_node *time = sq_node_get(map, "time");
    int table = event->law.table;
    if (!time || event->law.family != SQ_LIFE_TABLE || table < 0 || b->tables.items[table].n_years == 0)
        return true;
    if (event->origin != SQ_FROM_BIRTH)
        return sq_diag_error(b->diags, time->place,
                             "a life table by calendar year counts from birth: `from: birth`");
    b->model->dated = true;
    b->model->age = event->origin_index;
    return sq_need_entry_year(b, time->place, "a life table by calendar year", &b->model->entry_year);
}

static void build_event(sq_build *b, const sq_entry *e, sq_event *event)
{
    static const char *const changes[] = {"hold", "follow", "redraw", NULL};
    static const char *const left[] = {"cancel", "pause", NULL};
    static const char *const starts[] = {"automatically", "on demand", NULL};
    const sq_node *map = e->node;
    if (!sq_node_expect(map, SQ_NODE_MAP, "an event", b->diags)) return;
    sq_node_known_keys(map, "an event", event_keys, b->diags);
    build_condition(b, sq_node_get(map, "while"), event);
    build_event_law(b, map, event);
    build_origin(b, sq_node_get(map, "from"), event);
    build_calendar(b, map, event);
    int chosen = sq_choice(b, sq_node_get(map, "changes"), "way to meet changes", changes, 0);
    event->changes = chosen < 0 ? SQ_HOLD : (sq_changes)chosen;
    event->pause_when_left =
        sq_choice(b, sq_node_get(map, "when left"), "way to be left", left, 0) == 1;
    event->on_demand = sq_choice(b, sq_node_get(map, "starts"), "way to start", starts, 0) == 1;
    event->site = sq_build_site(b, event->name, NULL, sq_node_get(map, "key"), e->place);
    event->actions =
        sq_build_actions(b, sq_node_get(map, "do"), sq_node_get(map, "goto"), event->name, NULL);
}

bool sq_build_events(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_EVENTS];
    for (size_t i = 0; i < section->count && !sq_diags_full(b->diags); i++) {
        sq_event event = b->events.items[i];
        if (!sq_vec_push(&b->event_params, (int)b->params.count)) return sq_build_no_memory(b);
        build_event(b, &section->items[i], &event);
        b->events.items[i] = event;
    }
    if (!sq_vec_push(&b->event_params, (int)b->params.count)) return sq_build_no_memory(b);
    return !b->out_of_memory;
}

bool sq_build_start(sq_build *b)
{
    static const char *const known[] = {"state", "do", NULL};
    sq_said said = b->one[SQ_ONE_START];
    if (!said.node)
        return sq_diag_error(b->diags, b->one[SQ_ONE_MODEL].place,
                             "the model says nowhere where lives start: "
                             "`start: {state: …}`");
    if (!sq_node_expect(said.node, SQ_NODE_MAP, "start", b->diags)) return false;
    sq_node_known_keys(said.node, "start", known, b->diags);
    const sq_node *state = sq_node_get(said.node, "state");
    if (!state) return sq_diag_error(b->diags, said.node->place, "start needs `state:`");
    b->model->start_state = sq_named_state(b, state, "state");
    b->model->start_actions =
        sq_build_actions(b, sq_node_get(said.node, "do"), NULL, "start", NULL);
    return b->model->start_state >= 0;
}
