/* Cohorts as a study would have seen them (`emulate:`). What a cohort needs to know of a patient is kept in hidden attributes,
 * which must be there before any expression is compiled, for attributes are counted in what expressions read: so an emulation
 * is read twice. First only its shape is looked at, and attributes are declared for the passages it asks about, for its groups
 * and covariates and for the times of follow-up; once endpoints are known it is compiled, mistakes and all. */
#include "lang/build.h"

#include <string.h>

static const sq_node *part_of(const sq_node *map, const char *key, sq_node_kind kind)
{
    const sq_node *node = map->kind == SQ_NODE_MAP ? sq_node_get(map, key) : NULL;
    return node && node->kind == kind ? node : NULL;
}

/* ---- hidden attributes -------------------------------------------------------------------------------- */

/* No name of the user's has a dot, so none is taken away; no expression can ask for it either. The next of this name
 * takes over the writer's memory. -1 when memory is out. */
static int hide(sq_build *b, sq_writer *name, sq_type type, bool is_written, sq_place place)
{
    sq_attribute attribute = {.type = type, .may_be_unset = is_written, .is_written = is_written, .is_note = true};
    int index = (int)b->attributes.count;
    attribute.name = attribute.column = sq_build_keep_written(b, name);
    sq_named named = {.name = attribute.name, .what = "note", .place = place, .param = -1, .used = true,
                      .symbol = {.kind = SQ_SYMBOL_ATTRIBUTE, .index = index, .type = type}};
    *name = (sq_writer){0};
    if (!sq_vec_push(&b->symbols, named) || !sq_vec_push(&b->attributes, attribute) ||
        !sq_vec_push(&b->attribute_nodes, NULL) || !sq_vec_push(&b->attribute_places, place) ||
        !sq_vec_push(&b->attribute_given, true) || !sq_vec_push(&b->attribute_symbols, (int)b->symbols.count - 1))
        return sq_build_no_memory(b) - 1;
    return index;
}

static int hide_one(sq_build *b, const sq_entry *e, const char *kind, const char *name, sq_type type, bool is_written)
{
    sq_writer w = {0};
    sq_write(&w, "emulate.%s.%s%s%s", e->name, kind, *name ? "." : "", name);
    return hide(b, &w, type, is_written, e->place);
}

/* The first of as many attributes as the map under a key has entries. */
static int hide_all(sq_build *b, const sq_entry *e, const char *key, sq_type type)
{
    const sq_node *map = part_of(e->node, key, SQ_NODE_MAP);
    int first = (int)b->attributes.count;
    for (int i = 0; map && i < map->count; i++) hide_one(b, e, key, map->key[i], type, true);
    return first;
}

/* Notes of the passages through an endpoint, once for all emulations that ask for them. */
static void hide_passage(sq_build *b, const sq_node *endpoint, sq_place place)
{
    static const char *const words[SQ_NOTES] = {"origin", "end", "cause"};
    if (!endpoint || endpoint->kind != SQ_NODE_SCALAR || sq_index_get(&b->noted_index, endpoint->text) >= 0) return;
    sq_noted_endpoint noted = {endpoint->text, (int)b->attributes.count};
    for (int i = 0; i < SQ_NOTES; i++) {
        sq_writer w = {0};
        sq_write(&w, "emulate.%s.%s", words[i], endpoint->text);
        hide(b, &w, i == SQ_NOTE_CAUSE ? sq_type_plain() : sq_type_time(), true, place);
    }
    if (!sq_vec_push(&b->noted, noted) ||
        !sq_index_put(&b->scratch, &b->noted_index, noted.endpoint, (int)b->noted.count - 1))
        sq_build_no_memory(b);
}

static void declare(sq_build *b, const sq_entry *e)
{
    sq_hidden hidden = {.entry = e, .follow_up = -1, .drop_out = -1};
    const sq_node *estimates = part_of(e->node, "estimates", SQ_NODE_MAP);
    hide_passage(b, part_of(e->node, "cohort", SQ_NODE_SCALAR), e->place);
    for (int i = 0; estimates && i < estimates->count; i++)
        hide_passage(b, sq_estimated_endpoint(estimates->item[i]), e->place);
    if (sq_node_get(e->node, "follow up")) hidden.follow_up = hide_one(b, e, "follow_up", "", sq_type_time(), false);
    if (sq_node_get(e->node, "drop out")) hidden.drop_out = hide_one(b, e, "drop_out", "", sq_type_time(), false);
    hidden.groups = hide_all(b, e, "groups", sq_type_flag());
    hidden.covariates = hide_all(b, e, "covariates", sq_type_plain());
    if (!sq_vec_push(&b->hidden, hidden)) sq_build_no_memory(b);
}

/* One of a strategy that is left out of this run is left out with it. */
static bool is_left_out(sq_build *b, const sq_entry *e)
{
    const sq_node *strategy = part_of(e->node, "strategy", SQ_NODE_SCALAR);
    return strategy && sq_index_get(&b->section[SQ_IN_STRATEGIES].index, strategy->text) >= 0 &&
           !sq_strategy_is_wanted(b, strategy->text);
}

void sq_declare_emulations(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_EMULATE];
    b->first_hidden = (int)b->attributes.count;
    for (size_t i = 0; i < section->count && !b->skim; i++) {
        const sq_entry *e = &section->items[i];
        if (e->node->kind == SQ_NODE_MAP && !is_left_out(b, e)) declare(b, e);
    }
}

/* ---- groups and covariates -------------------------------------------------------------------------------- */

static bool expect_name(sq_build *b, const sq_node *map, int i, const char *what)
{
    return sq_expect_word(b, map->key[i], what, map->key_place[i]);
}

static bool is_rest(const sq_node *node) { return node->kind == SQ_NODE_SCALAR && strcmp(node->text, "rest") == 0; }

static bool add_snapshot(sq_build *b, int attribute, sq_program value)
{
    sq_snapshot snapshot = {attribute, value};
    return sq_vec_push(&b->snapshots, snapshot) || sq_build_no_memory(b);
}

static bool read_group(sq_build *b, const sq_node *map, int i, sq_emulated_group *group)
{
    const sq_node *node = map->item[i];
    sq_program holds = sq_build_constant(b, 1);
    bool fine = expect_name(b, map, i, "a group");
    if (is_rest(node) && i + 1 < map->count)
        fine = sq_diag_error(b->diags, node->place, "`rest` is the last group: nobody is left for the others");
    if (!is_rest(node)) fine = sq_build_expr(b, node, sq_type_flag(), SQ_READ_LIFE, &holds, NULL) && fine;
    group->name = sq_build_keep(b, map->key[i]);
    return add_snapshot(b, group->attribute, holds) && fine;
}

static bool read_groups(sq_build *b, const sq_hidden *h, sq_emulation *e)
{
    const sq_node *map = sq_node_get(h->entry->node, "groups");
    if (!map) return true;
    if (!sq_node_expect(map, SQ_NODE_MAP, "groups: names and conditions", b->diags)) return false;
    if (map->count == 0) return sq_diag_error(b->diags, map->place, "groups: names no group; without groups leave it out");
    sq_emulated_group *groups = sq_arena_array(&b->model->arena, (size_t)map->count, sizeof *groups);
    if (!groups) return sq_build_no_memory(b);
    bool fine = true;
    for (int i = 0; i < map->count; i++) {
        groups[i].attribute = h->groups + i;
        fine = read_group(b, map, i, &groups[i]) && fine;
    }
    e->groups = groups;
    e->n_groups = map->count;
    return fine;
}

/* Estimators take plain numbers; a time or an amount has to say by what it is divided. */
static bool check_covariate(sq_build *b, const sq_node *map, int i, sq_type type)
{
    char text[120];
    bool is_plain = type.class == SQ_TYPE_NUMBER && type.unit.time == 0 && type.unit.money == 0;
    if (type.class == SQ_TYPE_FLAG || is_plain) return true;
    return sq_diag_error(b->diags, map->item[i]->place, "a covariate is a plain number or a flag, and '%.60s' is %s: %s",
                         map->key[i], sq_type_text(&b->compiler, type, text, sizeof text),
                         type.class == SQ_TYPE_NUMBER ? "divide it by a unit, as in age / 10 y"
                                                      : "compare it with a label, one covariate for each but one");
}

static bool read_covariate(sq_build *b, const sq_node *map, int i, sq_emulated_covariate *covariate)
{
    sq_type type = sq_type_plain();
    sq_program value = {0};
    bool fine = expect_name(b, map, i, "a covariate");
    covariate->name = sq_build_keep(b, map->key[i]);
    fine = sq_expr_compile_any(&b->compiler, map->item[i], SQ_READ_LIFE, &type, &value, NULL) &&
           check_covariate(b, map, i, type) && fine;
    b->attributes.items[covariate->attribute].type = type;
    return add_snapshot(b, covariate->attribute, value) && fine;
}

static bool read_covariates(sq_build *b, const sq_hidden *h, sq_emulation *e)
{
    const sq_node *map = sq_node_get(h->entry->node, "covariates");
    if (!map) return true;
    if (!sq_node_expect(map, SQ_NODE_MAP, "covariates: names and expressions", b->diags)) return false;
    if (map->count > SQ_COVARIATES)
        return sq_diag_error(b->diags, map->place, "at most %d covariates are possible", (int)SQ_COVARIATES);
    sq_emulated_covariate *covariates = sq_arena_array(&b->model->arena, (size_t)map->count + 1, sizeof *covariates);
    if (!covariates) return sq_build_no_memory(b);
    bool fine = true;
    for (int i = 0; i < map->count; i++) {
        covariates[i].attribute = h->covariates + i;
        fine = read_covariate(b, map, i, &covariates[i]) && fine;
        for (int k = 0; k < e->n_groups; k++)
            if (strcmp(e->groups[k].name, map->key[i]) == 0)
                fine = sq_diag_error(b->diags, map->key_place[i], "'%s' is a group too: name the covariate otherwise", map->key[i]);
    }
    e->covariates = covariates;
    e->n_covariates = map->count;
    return fine;
}

/* ---- how many ---------------------------------------------------------------------------------------------- */

enum { MOST_MEMBERS = 1000000, MOST_COHORTS = 1000000, COHORTS = 2000 };

static bool read_whole(sq_build *b, const sq_node *node, const char *what, uint64_t most, int *out)
{
    uint64_t value;
    if (!sq_integer_constant(b, node, what, 1, most, &value)) return false;
    *out = (int)value;
    return true;
}

static int find_group(const sq_emulation *e, const char *name)
{
    for (int i = 0; i < e->n_groups; i++)
        if (strcmp(e->groups[i].name, name) == 0) return i;
    return -1;
}

static bool unknown_group(sq_build *b, const sq_emulation *e, const char *name, sq_place place)
{
    const char **names = sq_build_scratch(b, (size_t)e->n_groups + 1, sizeof *names);
    for (int i = 0; names && i < e->n_groups; i++) names[i] = e->groups[i].name;
    return sq_diag_error(b->diags, place, "there is no group '%.80s'%s", name,
                         names ? sq_diag_hint(b->diags, name, names, (size_t)e->n_groups) : "");
}

static bool read_sizes(sq_build *b, const sq_node *map, sq_emulation *e)
{
    if (e->n_groups == 0)
        return sq_diag_error(b->diags, map->place, "size: there are no groups: write one number, or name `groups:`");
    sq_emulated_group *groups = sq_arena_array(&b->model->arena, (size_t)e->n_groups, sizeof *groups);
    if (!groups) return sq_build_no_memory(b);
    memcpy(groups, e->groups, (size_t)e->n_groups * sizeof *groups);
    bool fine = true;
    for (int i = 0; i < map->count; i++) {
        int group = find_group(e, map->key[i]);
        fine = (group >= 0 ? read_whole(b, map->item[i], "a size", MOST_MEMBERS, &groups[group].size)
                           : unknown_group(b, e, map->key[i], map->key_place[i])) && fine;
    }
    for (int i = 0; i < e->n_groups; i++)
        if (!sq_node_get(map, groups[i].name))
            fine = sq_diag_error(b->diags, map->place, "size: the group '%s' has none; one number instead is the size of all "
                                 "groups together, as they come", groups[i].name);
    e->groups = groups;
    return fine;
}

static bool read_size(sq_build *b, const sq_entry *entry, sq_emulation *e)
{
    const sq_node *size = sq_node_get(entry->node, "size"), *cohorts = sq_node_get(entry->node, "cohorts");
    bool fine = true;
    e->n_cohorts = COHORTS;
    if (cohorts) fine = read_whole(b, cohorts, "cohorts", MOST_COHORTS, &e->n_cohorts);
    if (!size)
        return sq_diag_error(b->diags, entry->place, "the emulation '%s' needs `size:`: how many patients the study had, or "
                             "how many in each group", entry->name);
    if (size->kind == SQ_NODE_MAP) return read_sizes(b, size, e) && fine;
    return read_whole(b, size, "size", MOST_MEMBERS, &e->size) && fine;
}

/* ---- the whole --------------------------------------------------------------------------------------------- */

static bool known_keys(sq_build *b, const sq_node *map)
{
    static const char *const known[] = {"title", "strategy", "cohort",    "groups",   "covariates", "size",
                                        "cohorts", "follow up", "drop out", "estimates", NULL};
    return sq_node_known_keys(map, "an emulation", known, b->diags);
}

/* What is seen at index would be seen before a landmark, of patients who do not all come to it. */
static bool check_landmark(sq_build *b, const sq_entry *entry, const sq_emulation *e)
{
    const sq_endpoint *endpoint = &b->endpoints.items[e->endpoint];
    const char *seen = sq_node_get(entry->node, "groups") ? "groups" : sq_node_get(entry->node, "covariates") ? "covariates" : NULL;
    if (endpoint->landmark <= 0 || !seen) return true;
    return sq_diag_error(b->diags, sq_node_get(entry->node, "cohort")->place,
                         "'%s' has a landmark, and `%s:` are seen when patients enter, before it: give the endpoint an event or "
                         "mark at that time as its `index:`", endpoint->name, seen);
}

static bool read_head(sq_build *b, const sq_entry *entry, sq_emulation *e)
{
    const sq_node *title = sq_node_get(entry->node, "title"), *cohort = sq_node_get(entry->node, "cohort");
    bool fine = sq_expect_word(b, entry->name, "an emulation", entry->place);
    fine = known_keys(b, entry->node) && fine;
    e->name = sq_build_keep(b, entry->name);
    e->where = sq_build_where(b, entry->place);
    e->title = title && sq_scalar_text(b, title, "a title") ? sq_build_keep(b, title->text) : "";
    e->strategy = sq_named_strategy(b, entry->node, "an emulation");
    if (!cohort)
        return sq_diag_error(b->diags, entry->place, "the emulation '%s' needs `cohort:` an endpoint, whose index and risk set "
                             "make its members", entry->name);
    e->endpoint = sq_named_endpoint(b, cohort);
    return e->endpoint >= 0 && e->strategy >= 0 && check_landmark(b, entry, e) && fine;
}

static bool read_estimates(sq_build *b, const sq_entry *entry, sq_emulation *e)
{
    const sq_node *map = sq_node_get(entry->node, "estimates");
    if (!map || map->kind != SQ_NODE_MAP || map->count == 0)
        return sq_diag_error(b->diags, map ? map->place : entry->place, "the emulation '%s' needs `estimates:`, at least one",
                             entry->name);
    sq_cohort_estimate *estimates = sq_arena_array(&b->model->arena, (size_t)map->count, sizeof *estimates);
    if (!estimates) return sq_build_no_memory(b);
    bool fine = true;
    for (int i = 0; i < map->count; i++) {
        sq_entry one = {map->key[i], map->key_place[i], map->item[i]};
        fine = expect_name(b, map, i, "an estimate") && fine;
        fine = sq_build_estimate(b, e, &one, &estimates[i]) && fine;
    }
    e->estimates = estimates;
    e->n_estimates = map->count;
    return fine;
}

/* ---- in words ---------------------------------------------------------------------------------------------- */

static void write_sizes(sq_writer *w, const sq_emulation *e)
{
    sq_write(w, "%d cohort%s of ", e->n_cohorts, e->n_cohorts == 1 ? "" : "s");
    if (e->size) sq_write(w, "%d", e->size);
    for (int i = 0; i < e->n_groups && !e->size; i++)
        sq_write(w, "%s%d %s", i == 0 ? "" : i + 1 == e->n_groups ? " and " : ", ", e->groups[i].size, e->groups[i].name);
}

static void write_conditions(sq_writer *w, const sq_node *map)
{
    if (!map) return;
    sq_write(w, "groups, the first that holds: ");
    for (int i = 0; i < map->count; i++) {
        sq_write(w, "%s%s %s", i ? ", " : "", map->key[i], is_rest(map->item[i]) ? "the " : "if ");
        sq_write_node(w, map->item[i]);
    }
    sq_write(w, "\n");
}

static void write_covariates(sq_writer *w, const sq_node *map)
{
    if (!map || map->count == 0) return;
    sq_write(w, "covariates at index: ");
    for (int i = 0; i < map->count; i++) {
        sq_write(w, "%s%s = ", i ? ", " : "", map->key[i]);
        sq_write_node(w, map->item[i]);
    }
    sq_write(w, "\n");
}

static void write_follow_up(sq_writer *w, const sq_node *map)
{
    const sq_node *follow_up = sq_node_get(map, "follow up"), *drop_out = sq_node_get(map, "drop out");
    if (!follow_up && !drop_out) return;
    sq_write(w, "%s", follow_up ? "observed from index for " : "");
    if (follow_up) sq_law_in_words(w, follow_up);
    sq_write(w, "%s%s", follow_up && drop_out ? ", " : "", drop_out ? "lost after " : "");
    if (drop_out) sq_law_in_words(w, drop_out);
    sq_write(w, "\n");
}

static const char *in_words(sq_build *b, const sq_node *map, const sq_emulation *e)
{
    sq_writer w = {0};
    write_sizes(&w, e);
    sq_write(&w, ", of patients of %s who enter %s\n", b->strategies.items[e->strategy].name, b->endpoints.items[e->endpoint].name);
    write_conditions(&w, sq_node_get(map, "groups"));
    write_covariates(&w, sq_node_get(map, "covariates"));
    write_follow_up(&w, map);
    return sq_build_keep_written(b, &w);
}

/* ---- all of them ------------------------------------------------------------------------------------------- */

/* Snapshots of an endpoint follow each other, of whichever emulation they are: those of this one are added now. */
static bool build_emulation(sq_build *b, const sq_hidden *h, sq_emulation *e)
{
    bool fine = read_groups(b, h, e);
    fine = read_covariates(b, h, e) && fine;
    fine = fine && read_size(b, h->entry, e);
    fine = fine && read_estimates(b, h->entry, e);
    e->text = fine ? in_words(b, h->entry->node, e) : "";
    return fine;
}

static bool build_snapshots(sq_build *b, int endpoint)
{
    int first = (int)b->snapshots.count;
    bool fine = true;
    for (size_t i = 0; i < b->emulations.count; i++)
        if (b->emulations.items[i].endpoint == endpoint)
            fine = build_emulation(b, &b->hidden.items[i], &b->emulations.items[i]) && fine;
    b->endpoints.items[endpoint].first_snapshot = first;
    b->endpoints.items[endpoint].n_snapshots = (int)b->snapshots.count - first;
    return fine;
}

/* Where the passages of each endpoint that somebody asks about are noted. */
static void note_passages(sq_build *b, sq_endpoint *endpoint)
{
    int noted = sq_index_get(&b->noted_index, endpoint->name);
    endpoint->is_noted = noted >= 0;
    for (int i = 0; i < SQ_NOTES && noted >= 0; i++) endpoint->note[i] = b->noted.items[noted].attribute + i;
}

bool sq_build_emulations(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_EMULATE];
    bool fine = true;
    for (size_t i = 0; i < section->count; i++)
        fine = sq_node_expect(section->items[i].node, SQ_NODE_MAP, "an emulation", b->diags) && fine;
    for (size_t i = 0; i < b->hidden.count; i++) {
        const sq_hidden *h = &b->hidden.items[i];
        sq_emulation e = {.follow_up = h->follow_up, .drop_out = h->drop_out, .endpoint = -1};
        if (!read_head(b, h->entry, &e)) fine = false, e.endpoint = -1;
        if (!sq_vec_push(&b->emulations, e)) return sq_build_no_memory(b);
    }
    for (size_t i = 0; i < b->endpoints.count; i++) {
        note_passages(b, &b->endpoints.items[i]);
        fine = build_snapshots(b, (int)i) && fine;
    }
    return fine && !b->out_of_memory;
}
