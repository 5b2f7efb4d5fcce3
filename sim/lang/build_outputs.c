/* `outputs:`: the grid of curves, quantiles, what a summary tells, subgroups, and which parts of the results
 * are wanted at all. All of it is constant; only subgroups look at the model, at its attributes. */
#include "lang/build.h"

#include <math.h>
#include <string.h>

enum { MOST_GRID = 100000, MOST_QUANTILES = 1000 };
static const double default_quantiles[] = {0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975};
enum { DEFAULT_QUANTILES = sizeof default_quantiles / sizeof *default_quantiles };

/* ---- grid, quantiles, highlights -------------------------------------------------------- */

static bool build_grid(sq_build *b, const sq_node *grid)
{
    static const char *const known[] = {"to", "every", NULL};
    sq_model *m = b->model;
    double to = m->horizon < 10 * SQ_DAYS_PER_YEAR ? m->horizon : 10 * SQ_DAYS_PER_YEAR;
    double step = SQ_DAYS_PER_MONTH;
    sq_place place = grid ? grid->place : b->one[SQ_ONE_EXPERIMENT].place;
    if (grid) {
        if (!sq_node_expect(grid, SQ_NODE_MAP, "grid", b->diags)) return false;
        sq_node_known_keys(grid, "a grid", known, b->diags);
        const sq_node *to_node = sq_node_get(grid, "to"), *every = sq_node_get(grid, "every");
        if (to_node && !sq_time_constant(b, to_node, &to)) return false;
        if (every && !sq_time_constant(b, every, &step)) return false;
    }
    if (!(step > 0)) return sq_diag_error(b->diags, place, "the grid's step must be above zero");
    double n = floor(to / step * (1 + 1e-12)) + 1;
    if (n > MOST_GRID)
        return sq_diag_error(b->diags, place, "this grid has %.0f points; at most %d are possible",
                             n, (int)MOST_GRID);
    m->grid_step = step;
    m->n_grid = (int)n;
    return true;
}

static bool build_quantiles(sq_build *b, const sq_node *list)
{
    if (!list) {
        for (int i = 0; i < DEFAULT_QUANTILES; i++)
            if (!sq_vec_push(&b->quantiles, default_quantiles[i])) return sq_build_no_memory(b);
        return true;
    }
    if (!sq_node_expect(list, SQ_NODE_LIST, "quantiles", b->diags)) return false;
    if (list->count > MOST_QUANTILES)
        return sq_diag_error(b->diags, list->place, "too many quantiles");
    for (int i = 0; i < list->count; i++) {
        double q;
        if (!sq_expr_constant(&b->compiler, list->item[i], sq_type_probability(), &q)) return false;
        if (!(q > 0 && q < 1))
            return sq_diag_error(b->diags, list->item[i]->place, "a quantile lies between 0 and 1");
        if (i > 0 && !(q > b->quantiles.items[i - 1]))
            return sq_diag_error(b->diags, list->item[i]->place, "quantiles must increase");
        if (!sq_vec_push(&b->quantiles, q)) return sq_build_no_memory(b);
    }
    return true;
}

static bool build_highlight(sq_build *b, const sq_node *map, int i)
{
    const sq_node *named = sq_made_scalar(b, map->key[i], map->key_place[i]);
    sq_highlight highlight = {.occurrence = named ? sq_named_occurrence(b, named, "occurrence") : -1};
    const char *label = sq_scalar_text(b, map->item[i], "a highlight: words for a summary");
    if (highlight.occurrence < 0 || !label) return false;
    if (highlight.occurrence > (int)(b->states.count + b->events.count + b->marks.count))
        return sq_diag_error(b->diags, map->key_place[i], "index happens to everybody");
    highlight.label = sq_build_keep(b, label);
    return sq_vec_push(&b->highlights, highlight) || sq_build_no_memory(b);
}

static bool build_highlights(sq_build *b, const sq_node *map)
{
    if (!map) return true;
    if (!sq_node_expect(map, SQ_NODE_MAP, "highlights: occurrences and words", b->diags)) return false;
    bool fine = true;
    for (int i = 0; i < map->count; i++) fine = build_highlight(b, map, i) && fine;
    return fine;
}

/* ---- subgroups -------------------------------------------------------------------------- */

/* The labels of an attribute that can make subgroups; NULL after reporting. */
static const char *const *labels_of(sq_build *b, int attribute, sq_place place, int *n)
{
    static const char *const flag_labels[] = {"no", "yes"};
    const sq_attribute *a = &b->attributes.items[attribute];
    *n = 2;
    if (a->type.class == SQ_TYPE_FLAG) return flag_labels;
    if (a->type.class == SQ_TYPE_CATEGORY && a->type.category != SQ_CATEGORY_STATES) {
        const sq_category *category = sq_category_of(b, a->type.category);
        *n = category->n_labels;
        return category->labels;
    }
    sq_diag_error(b->diags, place,
                  "subgroups are made by a category or a flag, and '%s' is a number: make a category of it in "
                  "the population (as `age_band: \"if(age < 55 y, younger, older)\"`), and name that",
                  a->name);
    return NULL;
}

/* Whether the population says what the attribute is, in a column or an entry. */
static bool is_of_population(sq_build *b, int attribute)
{
    const sq_patients *patients = &b->model->patients;
    const sq_node *said = b->one[SQ_ONE_POPULATION].node;
    const sq_node *entries = said && said->kind == SQ_NODE_MAP ? sq_node_get(said, "attributes") : NULL;
    for (int i = 0; i < patients->n_columns; i++)
        if (patients->attribute[i] == attribute) return true;
    const char *whole = b->symbols.items[b->attribute_symbols.items[attribute]].name;
    for (int i = 0; entries && entries->kind == SQ_NODE_MAP && i < entries->count; i++)
        if (sq_find_attribute(b, entries->key[i]) == attribute || strcmp(entries->key[i], whole) == 0) return true;
    return false;
}

/* Whether its `initial:` value reads other attributes, and so may differ between patients. */
static bool initial_differs(const sq_build *b, int attribute)
{
    bool reads = false;
    for (const sq_action *a = &b->actions.items[b->model->baseline_actions]; a->code != SQ_ACT_END; a++)
        for (uint32_t i = 0; a->a == attribute && i < a->p.count; i++) {
            sq_op op = b->compiler.code.items[a->p.first + i];
            reads = reads || op.code == SQ_OP_ATTR || op.code == SQ_OP_ATTR_AT;
        }
    return reads;
}

/* Subgroups are of patients at baseline, before any decision: what all have alike there makes none. */
static bool differs_at_baseline(sq_build *b, int attribute, const sq_node *node)
{
    if (b->skim || is_of_population(b, attribute) || initial_differs(b, attribute)) return true;
    bool is_decision = !b->attribute_nodes.items[attribute];
    for (size_t i = 0; i < b->decisions.count; i++)
        is_decision = is_decision || b->decisions.items[i].attribute == attribute;
    return sq_diag_error(b->diags, node->place,
                         "'%s' is the same for everybody at baseline, which makes the subgroups: %s",
                         b->attributes.items[attribute].name,
                         is_decision ? "it is what a decision will choose"
                                     : "it has its `initial:` value, and the population does not give it");
}

static bool add_attribute(sq_build *b, const sq_node *node, sq_grouping *grouping)
{
    int attribute = sq_named_attribute(b, node, "attribute"), n;
    if (attribute < 0 || !labels_of(b, attribute, node->place, &n)) return false;
    if (!differs_at_baseline(b, attribute, node)) return false;
    for (int i = 0; i < grouping->n_attributes; i++)
        if (grouping->attribute[i] == attribute)
            return sq_diag_error(b->diags, node->place, "'%s' is crossed with itself", node->text);
    sq_attribute_is_read(b, attribute);
    grouping->attribute[grouping->n_attributes] = attribute;
    grouping->size[grouping->n_attributes++] = n;
    grouping->count *= n;
    return true;
}

/* One subgroup of a grouping: its attributes and labels, joined. */
static bool add_subgroup(sq_build *b, const sq_grouping *grouping, int i)
{
    sq_writer name = {0}, attribute = {0}, label = {0};
    for (int k = 0, below = grouping->count; k < grouping->n_attributes; k++) {
        int a = grouping->attribute[k], n;
        const char *const *labels = labels_of(b, a, (sq_place){0}, &n);
        const char *comma = k > 0 ? ", " : "", *own = b->attributes.items[a].name;
        below /= n;
        sq_write(&name, "%s%s=%s", comma, own, labels[i / below % n]);
        sq_write(&attribute, "%s%s", comma, own);
        sq_write(&label, "%s%s", comma, labels[i / below % n]);
    }
    const sq_subgroup subgroup = {.name = sq_build_keep_written(b, &name),
                                  .attribute = sq_build_keep_written(b, &attribute),
                                  .label = sq_build_keep_written(b, &label)};
    return sq_vec_push(&b->subgroups, subgroup) || sq_build_no_memory(b);
}

static bool same_grouping(const sq_grouping *a, const sq_grouping *b)
{
    bool same = a->n_attributes == b->n_attributes;
    for (int i = 0; same && i < a->n_attributes; i++) same = a->attribute[i] == b->attribute[i];
    return same;
}

static bool add_grouping(sq_build *b, const sq_node *node, sq_grouping *grouping)
{
    grouping->first = (int)b->subgroups.count;
    for (size_t i = 0; i < b->groupings.count; i++)
        if (same_grouping(&b->groupings.items[i], grouping))
            return sq_diag_error(b->diags, node->place, "these subgroups are named twice");
    if (grouping->first + grouping->count > SQ_SUBGROUPS)
        return sq_diag_error(b->diags, node->place, "with these there are %d subgroups; at most %d are possible",
                             grouping->first + grouping->count, (int)SQ_SUBGROUPS);
    for (int i = 0; i < grouping->count; i++)
        if (!add_subgroup(b, grouping, i)) return false;
    return sq_vec_push(&b->groupings, *grouping) || sq_build_no_memory(b);
}

/* An attribute, or a list of attributes that are crossed. */
static bool build_grouping(sq_build *b, const sq_node *node)
{
    sq_grouping grouping = {.count = 1};
    if (node->kind != SQ_NODE_LIST) return add_attribute(b, node, &grouping) && add_grouping(b, node, &grouping);
    if (node->count == 0 || node->count > SQ_KEYS)
        return sq_diag_error(b->diags, node->place, "one to %d attributes can be crossed, not %d", (int)SQ_KEYS,
                             node->count);
    for (int i = 0; i < node->count; i++)
        if (!add_attribute(b, node->item[i], &grouping)) return false;
    return add_grouping(b, node, &grouping);
}

static bool build_by(sq_build *b, const sq_node *list)
{
    bool fine = true;
    if (!list) return true;
    int n = sq_node_one_or_more(list);
    if (n == 0) return sq_diag_error(b->diags, list->place, "`by:` names no attribute");
    for (int i = 0; i < n; i++) fine = build_grouping(b, sq_node_one_of(list, i)) && fine;
    return fine;
}

/* ---- what is wanted --------------------------------------------------------------------- */

static const uint32_t OF_SURVIVAL = 1u << SQ_OUT_SURVIVAL | 1u << SQ_OUT_INCIDENCE;
static const uint32_t OF_QUANTITIES = 1u << SQ_OUT_LIFE_YEARS | 1u << SQ_OUT_QALYS | 1u << SQ_OUT_COSTS;

/* The parts that one word or a list names, as a set; `word[i]`, if not NULL, is where part i is named. */
static bool read_parts(sq_build *b, const sq_node *list, uint32_t *set, const sq_node *word[SQ_OUTPUTS])
{
    const char *names[SQ_OUTPUTS];
    bool fine = true;
    for (int i = 0; i < SQ_OUTPUTS; i++) names[i] = sq_output_word((sq_output)i);
    int n = sq_node_one_or_more(list);
    if (n == 0) return sq_diag_error(b->diags, list->place, "this list names no part of the results");
    for (int k = 0; k < n; k++) {
        const sq_node *item = sq_node_one_of(list, k);
        const char *text = sq_scalar_text(b, item, "a part of the results");
        int i = 0;
        if (!text) return false;
        while (i < SQ_OUTPUTS && strcmp(text, names[i]) != 0) i++;
        if (i == SQ_OUTPUTS) {
            fine = sq_diag_error(b->diags, item->place, "'%s' is no part of the results%s", text,
                                 sq_diag_hint(b->diags, text, names, SQ_OUTPUTS));
        } else if (word[i]) {
            fine = sq_diag_error(b->diags, item->place, "'%s' is named twice", text);
        } else {
            word[i] = item;
            *set |= 1u << i;
        }
    }
    return fine;
}

/* Words that say which figures of other parts are wanted mean nothing without these. */
static bool check_only(sq_build *b, uint32_t set, const sq_node *const word[SQ_OUTPUTS])
{
    static const struct {
        sq_output word;
        const char *others;
    } needs[] = {
        {SQ_OUT_INCREMENTS, "life_years, qalys or costs"},
        {SQ_OUT_HISTOGRAMS, "life_years, qalys or costs"},
        {SQ_OUT_QUANTILES, "life_years, qalys, costs or first_times"},
        {SQ_OUT_SUBGROUPS, "survival, incidence, occupancy, events, life_years, qalys or costs"},
    };
    const uint32_t others[] = {OF_QUANTITIES, OF_QUANTITIES, OF_QUANTITIES | 1u << SQ_OUT_FIRST_TIMES,
                               OF_QUANTITIES | OF_SURVIVAL | 1u << SQ_OUT_OCCUPANCY | 1u << SQ_OUT_EVENTS};
    bool fine = true;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        const sq_node *node = word[needs[i].word];
        if (node && !(set & others[i]))
            fine = sq_diag_error(b->diags, node->place, "'%s' are of %s: name one of these too", node->text,
                                 needs[i].others);
    }
    return fine;
}

/* `by:` asks for subgroups and `only:` is silent about them, or the other way round. */
static bool check_subgroups(sq_build *b, const sq_node *by, const sq_node *subgroups)
{
    if (by && !subgroups)
        return sq_diag_error(b->diags, by->place,
                             "`by:` asks for subgroups, which `only:` leaves out: add `subgroups` there");
    if (subgroups && !by)
        return sq_diag_error(b->diags, subgroups->place, "there are no subgroups without `by:`");
    return true;
}

static bool build_selection(sq_build *b, const sq_node *map)
{
    const sq_node *only = sq_node_get(map, "only"), *without = sq_node_get(map, "without");
    const sq_node *word[SQ_OUTPUTS] = {NULL};
    const uint32_t all = (1u << SQ_OUTPUTS) - 1;
    uint32_t set = 0;
    if (only && without)
        return sq_diag_error(b->diags, without->place, "either `only:` or `without:`, not both");
    if (only) {
        if (!read_parts(b, only, &set, word) || !check_only(b, set, word) ||
            !check_subgroups(b, sq_node_get(map, "by"), word[SQ_OUT_SUBGROUPS]))
            return false;
        if (!sq_node_get(map, "by")) set |= 1u << SQ_OUT_SUBGROUPS; /* there are none to leave out */
        b->model->left_out = all & ~set;
    } else if (without) {
        if (!read_parts(b, without, &b->model->left_out, word)) return false;
        if (b->model->left_out == all)
            return sq_diag_error(b->diags, without->place, "nothing would be left of the results");
    }
    return true;
}

bool sq_build_outputs(sq_build *b)
{
    static const char *const known[] = {"grid", "quantiles", "highlights", "by", "only", "without", "curves", NULL};
    static const char *const curves[] = {"auto", "always", "never", NULL}; /* as sq_curves */
    const sq_node *map = b->one[SQ_ONE_OUTPUTS].node;
    bool is_map = map && map->kind != SQ_NODE_NULL;
    if (!is_map) return build_grid(b, NULL) && build_quantiles(b, NULL);
    if (!sq_node_expect(map, SQ_NODE_MAP, "outputs", b->diags)) return false;
    sq_node_known_keys(map, "outputs", known, b->diags);
    bool fine = build_grid(b, sq_node_get(map, "grid"));
    fine = build_highlights(b, sq_node_get(map, "highlights")) && fine;
    fine = build_quantiles(b, sq_node_get(map, "quantiles")) && fine;
    fine = build_by(b, sq_node_get(map, "by")) && fine;
    fine = build_selection(b, map) && fine;
    if (!sq_wants(b->model, SQ_OUT_SUBGROUPS)) b->groupings.count = b->subgroups.count = 0;
    int choice = sq_choice(b, sq_node_get(map, "curves"), "curves", curves, SQ_CURVES_AUTO);
    if (choice >= 0) b->model->curves = (sq_curves)choice;
    return choice >= 0 && fine;
}
