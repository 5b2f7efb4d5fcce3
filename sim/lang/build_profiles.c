/* Hazard ratios over time: a treatment effect that wanes, or one that changes at stated times. Such a profile
 * stands in an event, where the numbers of a waning may read the patient, or is a parameter of its own
 * whose numbers have names ("NAME.from", "NAME.length"). A piecewise one is a function table, which lives
 * in the block and reads parameters only. */
#include "lang/build.h"

#include <string.h>

enum { PARTS = 4, USUAL_STEPS = 120, MOST_STEPS = 10000 };

static const char *part_name(int part)
{
    static const char *const names[PARTS] = {"from", "to", "start", "length"};
    return names[part];
}

static sq_unit part_unit(int part) { return part < 2 ? sq_type_plain().unit : sq_type_time().unit; }

static sq_program *part_of(sq_profile_spec *profile, int part)
{
    sq_program *const parts[PARTS] = {&profile->from, &profile->to, &profile->start,
                                      &profile->length};
    return parts[part];
}

/* ---- waning ----------------------------------------------------------------------------- */

/* Steps and scale into the profile; the expressions of the four numbers, `to` 1 and `start` 0 where they are
 * not said. */
static bool read_waning(sq_build *b, const sq_node *map, const sq_node *part[PARTS],
                        sq_profile_spec *profile)
{
    static const char *const known[] = {"from", "to", "start", "length", "steps", "scale", NULL};
    static const char *const scales[] = {"linear", "log", NULL};
    static const char *const usual[PARTS] = {NULL, "1", "0 d", NULL};
    if (!sq_node_expect(map, SQ_NODE_MAP, "waning: {from: …, to: …, start: …, length: …}", b->diags))
        return false;
    sq_node_known_keys(map, "waning", known, b->diags);
    uint64_t steps = USUAL_STEPS;
    const sq_node *said = sq_node_get(map, "steps"), *scale = sq_node_get(map, "scale");
    if (said && !sq_integer_constant(b, said, "steps", 1, MOST_STEPS, &steps)) return false;
    int chosen = sq_choice(b, scale, "scale", scales, 0);
    for (int i = 0; i < PARTS; i++) {
        part[i] = sq_node_get(map, part_name(i));
        if (!part[i] && !usual[i])
            return sq_diag_error(b->diags, map->place, "waning needs `%s:`", part_name(i));
        if (!part[i]) part[i] = sq_made_scalar(b, usual[i], map->place);
        if (!part[i] || !sq_is_scalar(b, part[i], part_name(i))) return false;
    }
    profile->kind = SQ_PROFILE_WANING;
    profile->steps = (int)steps;
    profile->logarithmic = chosen == 1;
    return chosen >= 0;
}

bool sq_declare_profile(sq_build *b, sq_param *param, int index)
{
    static const char *const known[] = {"waning", "source", "class", "note", "by", NULL};
    sq_node_known_keys(param->node, "a hazard ratio over time", known, b->diags);
    if (param->n_dims)
        return sq_diag_error(b->diags, param->place,
                             "a waning cannot be given by category; its numbers may be");
    sq_symbol symbol = sq_param_symbol(param, 0, sq_type_plain().unit);
    param->profile_slot = sq_take_slots(b, PARTS);
    bool fine = sq_add_symbol(b, param->name, "waning", param->place, symbol, index) >= 0;
    for (int i = 0; i < PARTS && fine; i++)
        fine = sq_add_law_symbol(b, param, index, part_name(i), param->profile_slot + i,
                                 part_unit(i));
    return fine;
}

bool sq_compile_profile(sq_build *b, sq_param *param)
{
    const sq_node *part[PARTS];
    sq_profile_spec unused;
    sq_about about;
    bool fine = read_waning(b, sq_node_get(param->node, "waning"), part, &unused) &&
                sq_read_about(b, param->node, NULL, &about) &&
                sq_check_about(b, param, param->name, param->place, &about);
    for (int i = 0; i < PARTS && fine; i++)
        fine = sq_add_number(b, param, sq_arg_entry_name(b, param, part_name(i), 0),
                             param->profile_slot + i, part_unit(i), part[i], &about, false);
    return fine;
}

static bool waning_here(sq_build *b, const sq_node *map, sq_profile_spec *profile, sq_bits *reads)
{
    const sq_node *part[PARTS];
    bool fine = read_waning(b, map, part, profile);
    for (int i = 0; i < PARTS && fine; i++) {
        sq_type want = {SQ_TYPE_NUMBER, part_unit(i), 0};
        fine = sq_build_expr(b, part[i], want, SQ_READ_LIFE, part_of(profile, i), reads);
    }
    return fine;
}

/* ---- by name ---------------------------------------------------------------------------- */

static bool waning_by_name(sq_build *b, const sq_param *param, const sq_node *node,
                           sq_profile_spec *profile)
{
    const sq_node *part[PARTS];
    bool fine = read_waning(b, sq_node_get(param->node, "waning"), part, profile);
    for (int i = 0; i < PARTS && fine; i++) {
        sq_type want = {SQ_TYPE_NUMBER, part_unit(i), 0};
        const char *name = sq_arg_entry_name(b, param, part_name(i), 0);
        const sq_node *made = sq_made_scalar(b, name, node->place);
        fine = made && sq_build_expr(b, made, want, SQ_ALLOW_PARAMETERS, part_of(profile, i), NULL);
    }
    return fine;
}

/* A function table may be a profile if it is a plain number by time, constant between its knots. */
static bool table_as_profile(sq_build *b, const sq_param *param, const sq_node *node,
                             sq_profile_spec *profile)
{
    const sq_table *table = &b->tables.items[param->table];
    if (table->interpolation != SQ_CONSTANT)
        return sq_diag_error(b->diags, node->place,
                             "'%.80s' is interpolated; a hazard ratio over time is constant between "
                             "its knots", param->name);
    if (!sq_unit_equal(param->argument, sq_type_time().unit) ||
        !sq_unit_fits(param->unit, sq_type_plain().unit))
        return sq_diag_error(b->diags, node->place,
                             "'%.80s' is not a plain number by time, as a hazard ratio over time is",
                             param->name);
    profile->kind = SQ_PROFILE_TABLE;
    profile->table = param->table;
    return true;
}

static bool profile_by_name(sq_build *b, const sq_node *node, sq_profile_spec *profile)
{
    if (b->skim) return true;
    int symbol = sq_index_get(&b->symbol_index, node->text);
    int index = symbol < 0 ? -1 : b->symbols.items[symbol].param;
    const sq_param *param = index < 0 ? NULL : &b->params.items[index];
    bool is_profile = param && strcmp(param->name, node->text) == 0 &&
                      (param->kind == SQ_PARAM_PROFILE || param->kind == SQ_PARAM_FUNCTION);
    if (!is_profile)
        return sq_diag_error(b->diags, node->place,
                             "'%.80s' is no hazard ratio over time: a parameter declared `waning:` or "
                             "`piecewise:`, or one of these written here%s",
                             node->text,
                             sq_diag_hint(b->diags, node->text, b->symbol_names.items,
                                          b->symbol_names.count));
    b->symbols.items[symbol].used = true;
    if (param->broken) return false;
    return param->kind == SQ_PARAM_PROFILE ? waning_by_name(b, param, node, profile)
                                           : table_as_profile(b, param, node, profile);
}

/* ---- piecewise, written here ------------------------------------------------------------ */

static bool table_here(sq_build *b, const sq_node *map, const char *owner, sq_profile_spec *profile)
{
    sq_param param = {.name = owner,
                      .place = map->place,
                      .node = map,
                      .kind = SQ_PARAM_FUNCTION,
                      .hidden = true,
                      .has_unit = true,
                      .n_entries = 1,
                      .unit = sq_type_plain().unit,
                      .cured_slot = -1,
                      .row_slot = -1,
                      .table = -1};
    if (b->skim) return true;
    bool fine = sq_declare_function(b, &param, -1) && sq_compile_function(b, &param);
    sq_collect_needs(b, map, &param.needs, 0);
    param.broken = !fine;
    if (!sq_vec_push(&b->params, param)) return sq_build_no_memory(b);
    profile->kind = SQ_PROFILE_TABLE;
    profile->table = param.table;
    return fine;
}

/* ---- in an event ------------------------------------------------------------------------ */

static bool read_since(sq_build *b, const sq_node *node, sq_profile_spec *profile)
{
    if (!node) return true;
    profile->since = sq_named_occurrence(b, node, "origin (index, or an event, state or mark)");
    return profile->since >= 0;
}

/* Under `hold`, the default, a clock armed before would keep this ratio to its end. That is seldom meant, so it
 * must be said. */
static bool read_before(sq_build *b, const sq_node *node, const sq_node *event_map, sq_event *event)
{
    const sq_type want = {SQ_TYPE_NUMBER, sq_type_plain().unit, 0};
    if (!node) return true;
    if (event->law.profile.since < 0)
        return sq_diag_error(b->diags, node->place,
                             "`before:` is the ratio before something has happened: `since:` names it");
    if (!sq_node_get(event_map, "changes"))
        return sq_diag_error(b->diags, node->place,
                             "`before:` needs `changes:` in the event: `follow` for a ratio that is looked at again "
                             "when it happens, `hold` for one that stays as it was at arming");
    return sq_build_expr(b, node, want, SQ_READ_LIFE, &event->law.profile.before, &event->law_reads);
}

static bool profile_by_map(sq_build *b, const sq_node *node, const sq_node *event_map, sq_event *event)
{
    static const char *const known[] = {"waning", "piecewise", "effect", "since", "before", NULL};
    if (!sq_node_expect(node, SQ_NODE_MAP,
                        "a hazard ratio over time: a parameter's name, {waning: …} or {piecewise: …}",
                        b->diags))
        return false;
    sq_node_known_keys(node, "a hazard ratio over time", known, b->diags);
    const sq_node *waning = sq_node_get(node, "waning"), *effect = sq_node_get(node, "effect");
    const sq_node *piecewise = sq_node_get(node, "piecewise");
    sq_profile_spec *profile = &event->law.profile;
    if ((waning != NULL) + (effect != NULL) + (piecewise != NULL) != 1)
        return sq_diag_error(b->diags, node->place,
                             "a hazard ratio over time needs one of `waning:`, `piecewise:` and "
                             "`effect:` (a parameter's name)");
    sq_writer w = {0};
    sq_write(&w, "the hazard ratio over time of %s", event->name);
    const char *owner = sq_build_keep_written(b, &w);
    bool fine = waning   ? waning_here(b, waning, profile, &event->law_reads)
                : effect ? sq_is_scalar(b, effect, "effect: a parameter's name") &&
                               profile_by_name(b, effect, profile)
                         : table_here(b, node, owner, profile);
    return read_since(b, sq_node_get(node, "since"), profile) &&
           read_before(b, sq_node_get(node, "before"), event_map, event) && fine;
}

bool sq_build_profile(sq_build *b, const sq_node *map, sq_event *event)
{
    const sq_node *node = sq_node_get(map, "hazard ratio over time");
    if (!node) return true;
    event->law.profile = (sq_profile_spec){.since = -1, .where = sq_build_where(b, node->place)};
    if (event->law.family == SQ_FIXED)
        return sq_diag_error(b->diags, node->place,
                             "a hazard ratio over time does not apply to a fixed delay");
    return node->kind == SQ_NODE_SCALAR ? profile_by_name(b, node, &event->law.profile)
                                        : profile_by_map(b, node, map, event);
}
