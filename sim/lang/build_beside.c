/* The clocks that ran beside a published curve (`net of:`, `incidence against:`) and the patients whose clocks
 * they were (`for:`); and the units of uncertainty that the numbers of a model come in. Events are built after
 * parameters, so the clocks are found then: the parameter that is solved learns late, but before steps are put
 * in order, which parameters their laws read. */
#include "lang/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- for whom --------------------------------------------------------------------------- */

static bool read_given(sq_build *b, const sq_node *map, int i, sq_stated_patient *patient)
{
    const char *key = map->key[i];
    const sq_node *value = map->item[i];
    if (strcmp(key, "share") == 0)
        return sq_build_expr(b, value, sq_type_probability(), SQ_ALLOW_PARAMETERS, &patient->share, NULL);
    if (strcmp(key, "state") == 0) {
        patient->state = sq_named_state(b, value, "state");
        return patient->state >= 0;
    }
    sq_stated_value given = {.attribute = sq_find_attribute(b, key)};
    if (given.attribute < 0) {
        const char **names = sq_build_scratch(b, (size_t)b->first_hidden + 2, sizeof *names);
        size_t n = 0;
        if (!names) return false;
        for (; n < (size_t)b->first_hidden; n++) names[n] = b->attributes.items[n].name;
        names[n++] = "share", names[n++] = "state";
        return sq_diag_error(b->diags, map->key_place[i], "for: there is no attribute '%.80s'%s", key,
                             sq_diag_hint(b->diags, key, names, n));
    }
    sq_type type = b->attributes.items[given.attribute].type;
    if (!sq_build_expr(b, value, type, SQ_ALLOW_PARAMETERS, &given.value, NULL)) return false;
    patient->n_given++;
    return sq_vec_push(&b->stated_values, given) || sq_build_no_memory(b);
}

static bool read_patient(sq_build *b, const sq_node *map, bool is_one_of_many)
{
    sq_stated_patient patient = {.state = -1, .first_given = (int)b->stated_values.count};
    if (map && !sq_node_expect(map, SQ_NODE_MAP, "for: attributes and their values, {age: 60 y, sex: male}", b->diags))
        return false;
    for (int i = 0; map && i < map->count; i++)
        if (!read_given(b, map, i, &patient)) return false;
    if (is_one_of_many && !patient.share.count)
        return sq_diag_error(b->diags, map->place, "one patient of several needs its `share:` of them");
    return sq_vec_push(&b->stated_patients, patient) || sq_build_no_memory(b);
}

static bool read_for(sq_build *b, const sq_node *node, sq_solve *solve)
{
    bool is_list = node && node->kind == SQ_NODE_LIST;
    solve->first_patient = (int)b->stated_patients.count;
    solve->n_patients = is_list ? node->count : 1;
    if (is_list && (node->count < 1 || node->count > SQ_STATED_PATIENTS))
        return sq_diag_error(b->diags, node->place, "for: names %d patients; 1 to %d are possible", node->count,
                             (int)SQ_STATED_PATIENTS);
    for (int i = 0; i < solve->n_patients; i++)
        if (!read_patient(b, is_list ? node->item[i] : node, is_list && node->count > 1)) return false;
    return true;
}

/* ---- the clocks' names ------------------------------------------------------------------ */

/* A clock named twice would count twice. */
static bool named_before(sq_build *b, const sq_node *node, int i)
{
    const sq_node *clock = sq_node_one_of(node, i);
    for (int k = 0; k < i; k++)
        if (strcmp(sq_node_one_of(node, k)->text, clock->text) == 0)
            return !sq_diag_error(b->diags, clock->place, "'%.80s' is named twice", clock->text);
    return false;
}

static bool join_names(sq_build *b, const sq_node *node, sq_solve *solve)
{
    sq_writer w = {0};
    int n = sq_node_one_or_more(node);
    bool fine = true;
    if (n < 1 || n > SQ_STATED_CLOCKS)
        return sq_diag_error(b->diags, node->place, "1 to %d clocks can be named here", (int)SQ_STATED_CLOCKS);
    for (int i = 0; i < n && fine; i++) {
        const char *name = sq_scalar_text(b, sq_node_one_of(node, i), "a clock: an event or a law");
        const char *between = i == 0 ? "" : i == n - 1 ? " and " : ", ";
        fine = name && !named_before(b, node, i);
        if (fine) sq_write(&w, "%s%s", between, name);
    }
    solve->clocks = sq_build_keep_written(b, &w);
    return fine;
}

bool sq_read_beside(sq_build *b, const sq_param *param, const sq_node *map, const sq_law_args *args,
                    sq_solve *solve)
{
    if (!args->beside) return true;
    const sq_node *given = sq_node_get(map, "for");
    if (!sq_unit_equal(solve->unit, sq_type_time().unit))
        return sq_diag_error(b->diags, args->beside->place, "clocks run in time; '%s' is no law of a time",
                             param->name);
    if (!join_names(b, args->beside, solve) || !read_for(b, given, solve)) return false;
    /* A hidden parameter is not in the list yet: it will be the next. */
    int index = param->hidden ? (int)b->params.count : (int)(param - b->params.items);
    sq_beside beside = {.param = index, .solve = (int)b->solves.count, .clocks = args->beside, .given = given};
    return sq_vec_push(&b->besides, beside) || sq_build_no_memory(b);
}

/* ---- finding the clocks ----------------------------------------------------------------- */

/* What of an event's map makes its law, so that the parameters read there come first. */
static bool makes_law(const char *key)
{
    static const char *const others[] = {"while",  "from", "changes",  "when left", "starts",
                                         "key",    "do",   "loads on", "goto",      "cure on"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(key, others[i]) == 0) return false;
    return true;
}

static bool need(sq_build *b, int param, int other)
{
    return sq_vec_push(&b->params.items[param].needs, other) || sq_build_no_memory(b);
}

static bool event_clock(sq_build *b, const sq_beside *beside, int i, sq_stated_clock *clock, sq_bits *reads)
{
    const sq_event *event = &b->events.items[i];
    const sq_node *map = b->section[SQ_IN_EVENTS].items[i].node;
    clock->law = event->law;
    if (event->origin == SQ_FROM_BIRTH) clock->age_attribute = event->origin_index;
    *reads = event->law_reads;
    for (int k = 0; map->kind == SQ_NODE_MAP && k < map->count; k++)
        if (makes_law(map->key[k]))
            sq_collect_needs(b, map->item[k], &b->params.items[beside->param].needs, 0);
    for (int p = b->event_params.items[i]; p < b->event_params.items[i + 1]; p++)
        if (!need(b, beside->param, p)) return false;
    return true;
}

/* A law of the parameters; a life table is entered at the patient's age. */
static bool law_clock(sq_build *b, const sq_beside *beside, const sq_node *node, sq_stated_clock *clock,
                      sq_bits *reads)
{
    sq_unit time = sq_type_time().unit;
    if (!sq_build_law(b, node, clock->name, time, SQ_READ_LIFE, &clock->law, reads)) return false;
    sq_collect_needs(b, node, &b->params.items[beside->param].needs, 0);
    if (clock->law.family != SQ_LIFE_TABLE) return true;
    clock->age_attribute = sq_find_attribute(b, "age");
    return clock->age_attribute >= 0 ||
           sq_diag_error(b->diags, node->place, "a life table is entered at the attribute `age`, which the model "
                         "does not have");
}

static bool is_law(const sq_build *b, const char *text)
{
    char name[SQ_LONGEST_NAME + 1];
    size_t n = strcspn(text, " [");
    if (n >= sizeof name) return false;
    memcpy(name, text, n);
    name[n] = '\0';
    int i = sq_index_get(&b->symbol_index, name), param = i < 0 ? -1 : b->symbols.items[i].param;
    return param >= 0 && b->params.items[param].kind == SQ_PARAM_LAW;
}

static bool unknown_clock(sq_build *b, const sq_node *node)
{
    const char **names = sq_build_scratch(b, b->events.count + b->params.count, sizeof *names);
    size_t n = 0;
    if (!names) return false;
    for (size_t i = 0; i < b->events.count; i++) names[n++] = b->events.items[i].name;
    for (size_t i = 0; i < b->params.count; i++)
        if (b->params.items[i].kind == SQ_PARAM_LAW && !b->params.items[i].hidden)
            names[n++] = b->params.items[i].name;
    return sq_diag_error(b->diags, node->place, "'%.80s' is neither an event nor a law among the parameters%s",
                         node->text, sq_diag_hint(b->diags, node->text, names, n));
}

/* ---- what they read --------------------------------------------------------------------- */

static bool is_given(const sq_build *b, const sq_stated_patient *patient, int attribute)
{
    for (int i = 0; i < patient->n_given; i++)
        if (b->stated_values.items[patient->first_given + i].attribute == attribute) return true;
    return false;
}

static bool check_attribute(sq_build *b, const sq_beside *beside, const sq_stated_clock *clock, int attribute)
{
    const sq_solve *solve = &b->solves.items[beside->solve];
    for (int i = 0; i < solve->n_patients; i++) {
        const sq_stated_patient *patient = &b->stated_patients.items[solve->first_patient + i];
        if (is_given(b, patient, attribute)) continue;
        return sq_diag_error(b->diags, beside->given ? beside->given->place : beside->clocks->place,
                             "the clock '%s' reads '%s': say for whom, as in `for: {%s: …}`", clock->name,
                             b->attributes.items[attribute].name, b->attributes.items[attribute].name);
    }
    return true;
}

/* A clock may read the attributes that are given, the state and the time; not what has happened. */
static bool check_reads(sq_build *b, const sq_beside *beside, const sq_stated_clock *clock, const sq_bits *reads)
{
    int n = (int)b->attributes.count;
    for (int i = 0; i < n; i++)
        if ((sq_bits_has(reads, i) && !b->attributes.items[i].latent) || i == clock->age_attribute)
            if (!check_attribute(b, beside, clock, i)) return false;
    for (int i = n + 2; i < SQ_BITS_MAX; i++) /* after the state and the time of SQ_READS_NOW */
        if (sq_bits_has(reads, i))
            return sq_diag_error(b->diags, beside->clocks->place,
                                 "the clock '%s' reads what has happened in a life, which a published curve does not "
                                 "tell", clock->name);
    return true;
}

/* ---- the stage -------------------------------------------------------------------------- */

static bool build_clock(sq_build *b, const sq_beside *beside, const sq_node *node)
{
    sq_stated_clock clock = {.name = sq_build_keep(b, node->text), .age_attribute = -1};
    sq_bits reads = {0};
    int event = sq_find_event(b, node->text);
    if (event < 0 && !is_law(b, node->text)) return unknown_clock(b, node);
    bool fine = event >= 0 ? event_clock(b, beside, event, &clock, &reads)
                           : law_clock(b, beside, node, &clock, &reads);
    if (!fine || !check_reads(b, beside, &clock, &reads)) return false;
    return sq_vec_push(&b->stated_clocks, clock) || sq_build_no_memory(b);
}

bool sq_build_beside(sq_build *b)
{
    bool fine = true;
    if (sq_diags_full(b->diags)) return false; /* after so many mistakes not every event was built */
    for (size_t i = 0; i < b->besides.count; i++) {
        sq_beside beside = b->besides.items[i];
        sq_solve *solve = &b->solves.items[beside.solve];
        solve->first_clock = (int)b->stated_clocks.count;
        solve->n_clocks = sq_node_one_or_more(beside.clocks);
        for (int k = 0; k < solve->n_clocks; k++)
            fine = build_clock(b, &beside, sq_node_one_of(beside.clocks, k)) && fine;
    }
    return fine && !b->out_of_memory;
}
