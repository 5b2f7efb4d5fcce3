/* The model in words: what an event, a decision, a strategy or an endpoint does, composed from the
 * files' own expressions. Byte code could be read back, but nobody would recognise what they wrote.
 */
#include "lang/build.h"

#include <math.h>
#include <string.h>

static void actions_in_words(sq_writer *w, const sq_node *list);

static const sq_node *get(const sq_node *map, const char *key)
{
    return map && map->kind == SQ_NODE_MAP ? sq_node_get(map, key) : NULL;
}

static void write_pairs(sq_writer *w, const sq_node *map, const char *between)
{
    for (int i = 0; i < map->count; i++) {
        sq_write(w, "%s%s%s", i ? ", " : "", map->key[i], between);
        sq_write_node(w, map->item[i]);
    }
}

/* "a", "a or b", "a, b or c" */
static void write_list(sq_writer *w, const sq_node *node, const char *last)
{
    if (node->kind != SQ_NODE_LIST) {
        sq_write_node(w, node);
        return;
    }
    for (int i = 0; i < node->count; i++) {
        sq_write(w, "%s", i == 0 ? "" : i + 1 == node->count ? last : ", ");
        sq_write_node(w, node->item[i]);
    }
}

static void write_choice(sq_writer *w, const sq_node *node) { write_list(w, node, " or "); }

/* The pairs of a map but those that are said in words of their own. */
static void write_arguments(sq_writer *w, const sq_node *map)
{
    int n = 0;
    for (int i = 0; i < map->count; i++) {
        if (strcmp(map->key[i], "truncate") == 0 || strcmp(map->key[i], "shift") == 0) continue;
        sq_write(w, "%s%s ", n++ ? ", " : "", map->key[i]);
        sq_write_node(w, map->item[i]);
    }
}

static void write_part(sq_writer *w, const char *before, const sq_node *node)
{
    if (!node) return;
    sq_write(w, "%s", before);
    sq_write_node(w, node);
}

/* What a law wears: ", truncated to between 1 d and 30 d, shifted by 5 d". */
static void worn_in_words(sq_writer *w, const sq_node *map)
{
    const sq_node *truncate = get(map, "truncate");
    const sq_node *low = get(truncate, "from"), *high = get(truncate, "to");
    write_part(w, high ? ", truncated to between " : ", truncated to above ", low);
    write_part(w, low ? " and " : ", truncated to at most ", high);
    write_part(w, ", shifted by ", get(map, "shift"));
}

void sq_law_in_words(sq_writer *w, const sq_node *law)
{
    if (law->kind != SQ_NODE_MAP || law->count != 1) {
        sq_write_node(w, law);
        return;
    }
    bool is_fixed = strcmp(law->key[0], "fixed") == 0;
    sq_write(w, is_fixed ? "exactly " : "%s (", law->key[0]);
    if (law->item[0]->kind == SQ_NODE_MAP)
        write_arguments(w, law->item[0]);
    else
        sq_write_node(w, law->item[0]);
    if (!is_fixed) sq_write(w, ")");
    worn_in_words(w, law->item[0]);
}

/* ", hazard ratio over time 0.5 until 2 y, waning to 1 over 3 y, counted from treated" */
static void profile_in_words(sq_writer *w, const sq_node *profile)
{
    if (!profile) return;
    const sq_node *waning = get(profile, "waning"), *to = get(waning, "to");
    const sq_node *piecewise = get(profile, "piecewise"), *scale = get(waning, "scale");
    sq_write(w, ", hazard ratio over time ");
    if (waning) {
        write_part(w, "", get(waning, "from"));
        write_part(w, " until ", get(waning, "start"));
        sq_write(w, ", waning to ");
        write_part(w, "", to);
        write_part(w, to ? " over " : "1 over ", get(waning, "length"));
        if (scale && strcmp(scale->text, "log") == 0) sq_write(w, " on the log scale");
    } else if (piecewise && piecewise->kind == SQ_NODE_MAP && !get(piecewise, "csv")) {
        for (int i = 0; i < piecewise->count; i++) {
            write_part(w, i ? ", " : "", piecewise->item[i]);
            sq_write(w, " from %s", piecewise->key[i]);
        }
    } else {
        sq_write_node(w, piecewise ? piecewise : get(profile, "effect") ? get(profile, "effect") : profile);
    }
    write_part(w, ", counted from ", get(profile, "since"));
}

static void draw_in_words(sq_writer *w, const sq_node *map)
{
    const sq_node *from = get(map, "from"), *among = get(map, "among"),
                  *chance = get(map, "chance");
    const sq_node *loads = get(map, "loads on"), *key = get(map, "key");
    if (from) {
        sq_write(w, " from ");
        sq_law_in_words(w, from);
    }
    if (among) {
        sq_write(w, " among ");
        write_pairs(w, among, " ");
    }
    if (chance) {
        sq_write(w, " with chance ");
        sq_write_node(w, chance);
    }
    if (loads) {
        sq_write(w, ", loading on ");
        write_pairs(w, loads, " ");
    }
    if (key) {
        sq_write(w, ", by ");
        write_list(w, key, " and ");
    }
}

/* ---- actions ---------------------------------------------------------------------------- */

static void branch_in_words(sq_writer *w, const sq_node *branch)
{
    const sq_node *list = get(branch, "do"), *otherwise = get(branch, "otherwise"),
                  *to = get(branch, "goto");
    if (!list) list = otherwise;
    sq_write(w, "(");
    if (list && list->kind == SQ_NODE_LIST) actions_in_words(w, list);
    if (to) sq_write(w, "%sgo to %s", list && list->count ? "; " : "", to->text);
    if ((!list || !list->count) && !to) sq_write(w, "nothing");
    sq_write(w, ")");
}

static void branches_in_words(sq_writer *w, const sq_node *list, const char *test,
                              const char *before)
{
    for (int i = 0; list->kind == SQ_NODE_LIST && i < list->count; i++) {
        const sq_node *condition = get(list->item[i], test), *label = get(list->item[i], "label");
        sq_write(w, "%s", i ? ", " : "");
        if (label) sq_write(w, "%s ", label->text);
        sq_write(w, "%s", condition ? before : "otherwise ");
        if (condition) {
            sq_write_node(w, condition);
            sq_write(w, " ");
        }
        branch_in_words(w, list->item[i]);
    }
}

static void if_in_words(sq_writer *w, const sq_node *node)
{
    sq_write(w, "if ");
    sq_write_node(w, get(node, "if"));
    sq_write(w, " (");
    actions_in_words(w, get(node, "then"));
    sq_write(w, ")");
    if (!get(node, "else")) return;
    sq_write(w, ", else (");
    actions_in_words(w, get(node, "else"));
    sq_write(w, ")");
}

static void loss_in_words(sq_writer *w, const sq_node *node)
{
    sq_write(w, "lose utility (%s) ", get(node, "lose utility")->text);
    sq_write_node(w, get(node, "amount"));
    sq_write(w, " for ");
    sq_write_node(w, get(node, "for"));
}

static void action_in_words(sq_writer *w, const sq_node *node)
{
    static const char *const plain[][2] = {
        {"decide", "decide"}, {"start", "start"}, {"stop", "stop"}, {"pause", "pause"},
        {"resume", "resume"}, {"goto", "go to"},  {"mark", "mark"},
        {"run", "run"},
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (get(node, plain[i][0])) sq_write(w, "%s %s", plain[i][1], get(node, plain[i][0])->text);
    if (get(node, "set")) {
        sq_write(w, "set ");
        write_pairs(w, get(node, "set"), " = ");
    } else if (get(node, "pay")) {
        sq_write(w, "pay ");
        write_pairs(w, get(node, "pay"), " ");
    } else if (get(node, "draw")) {
        sq_write(w, "draw %s", get(node, "draw")->text);
        draw_in_words(w, node);
    } else if (get(node, "split")) {
        sq_write(w, "split %s: ", get(node, "split")->text);
        branches_in_words(w, get(node, "into"), "chance", "with chance ");
    } else if (get(node, "choose first")) {
        branches_in_words(w, get(node, "choose first"), "if", "if ");
    } else if (get(node, "if")) {
        if_in_words(w, node);
    } else if (get(node, "lose utility")) {
        loss_in_words(w, node);
    }
}

static void actions_in_words(sq_writer *w, const sq_node *list)
{
    for (int i = 0; list && list->kind == SQ_NODE_LIST && i < list->count; i++) {
        sq_write(w, "%s", i ? "; " : "");
        action_in_words(w, list->item[i]);
    }
}

/* ---- events ----------------------------------------------------------------------------- */

static void write_option(sq_writer *w, const sq_node *map, const char *key, const char *before)
{
    const sq_node *node = get(map, key);
    if (!node) return;
    sq_write(w, "%s", before);
    if (node->kind == SQ_NODE_MAP)
        write_pairs(w, node, " ");
    else
        write_choice(w, node);
}

static void event_in_words(sq_build *b, const sq_node *map, sq_event *event)
{
    sq_writer w = {0};
    const sq_node *condition = get(map, "while"), *time = get(map, "time"), *to = get(map, "goto");
    const sq_node *list = get(map, "do");
    bool is_states =
        condition && (condition->kind == SQ_NODE_LIST || sq_find_state(b, condition->text) >= 0);
    sq_write(&w, "%s", !condition ? "while alive" : is_states ? "while in " : "while ");
    if (condition) write_choice(&w, condition);
    sq_write(&w, ", after ");
    if (time) sq_law_in_words(&w, time);
    write_option(&w, map, "hazard ratio", ", hazard ratio ");
    profile_in_words(&w, get(map, "hazard ratio over time"));
    write_option(&w, map, "time ratio", ", time stretched by ");
    write_option(&w, map, "cured", ", never in a share of ");
    write_option(&w, map, "from", ", counted from ");
    write_option(&w, map, "changes", ", on changes: ");
    write_option(&w, map, "when left", ", when left: ");
    write_option(&w, map, "starts", ", starts ");
    if (get(map, "key")) {
        sq_write(&w, ", luck by ");
        write_list(&w, get(map, "key"), " and ");
    }
    write_option(&w, map, "loads on", ", loading on ");
    bool acts = list && list->kind == SQ_NODE_LIST && list->count > 0;
    if (acts || to) sq_write(&w, ": ");
    if (acts) actions_in_words(&w, list);
    if (to) sq_write(&w, "%sgo to %s", acts ? "; " : "", to->text);
    event->text = sq_build_keep_written(b, &w);
}

/* ---- decisions and strategies ----------------------------------------------------------- */

static void decision_in_words(sq_build *b, const sq_node *map, sq_decision *decision)
{
    sq_writer w = {0};
    const sq_node *options = get(map, "options"), *list = get(map, "do");
    actions_in_words(&w, list);
    for (int i = 0; options && options->kind == SQ_NODE_MAP && i < options->count; i++) {
        sq_write(&w, "%s%s: ", w.count ? "; " : "", options->key[i]);
        const sq_node *branch = options->item[i];
        if (branch->kind == SQ_NODE_LIST && branch->count > 0) actions_in_words(&w, branch);
        else sq_write(&w, "nothing more");
    }
    if (!w.count) {
        const sq_category *category = &b->categories.items[decision->category];
        for (int i = 0; i < category->n_labels; i++)
            sq_write(&w, "%s%s", i ? ", " : "one of ", category->labels[i]);
    }
    decision->text = sq_build_keep_written(b, &w);
}

static void rules_in_words(const sq_build *b, sq_writer *w, const sq_node *list)
{
    const sq_entries *named = &b->section[SQ_IN_RULES];
    for (int i = 0; i < list->count; i++) {
        const sq_node *rule = list->item[i], *use = get(rule, "use"), *condition = get(rule, "if");
        if (use) {
            rules_in_words(b, w, named->items[sq_index_get(&named->index, use->text)].node);
            continue;
        }
        if (condition) {
            sq_write(w, "if ");
            sq_write_node(w, condition);
            sq_write(w, ": ");
        } else if (list->count > 1) {
            sq_write(w, "otherwise ");
        }
        sq_write(w, "%s", get(rule, "choose")->text);
        if (get(rule, "set")) {
            sq_write(w, " with ");
            write_pairs(w, get(rule, "set"), " = ");
        }
        if (condition) sq_write(w, "; ");
    }
}

static void strategy_in_words(sq_build *b, const sq_node *map, sq_strategy *strategy)
{
    sq_writer w = {0};
    const sq_entries *common = &b->section[SQ_IN_COMMON_RULES];
    const sq_node *set = get(map, "set"), *own = get(map, "decisions");
    if (set && set->count) {
        sq_write(&w, "with ");
        write_pairs(&w, set, " = ");
        sq_write(&w, "\n");
    }
    for (size_t i = 0; i < b->decisions.count; i++) {
        const char *name = b->decisions.items[i].name;
        const sq_node *list = get(own, name);
        if (!list) list = common->items[sq_index_get(&common->index, name)].node;
        sq_write(&w, "%s: ", name);
        rules_in_words(b, &w, list);
        sq_write(&w, "\n");
    }
    strategy->text = sq_build_keep_written(b, &w);
}

/* ---- the rest --------------------------------------------------------------------------- */

static void endpoint_in_words(sq_build *b, const sq_node *map, sq_endpoint *endpoint)
{
    sq_writer w = {0};
    const sq_node *causes = get(map, "causes");
    if (get(map, "index"))
        write_option(&w, map, "index", "from ");
    else
        sq_write(&w, "from index");
    write_option(&w, map, "who", " where ");
    write_option(&w, map, "landmark", ", landmark ");
    write_option(&w, map, "events", " to ");
    for (int i = 0; causes && i < causes->count; i++) {
        sq_write(&w, "%s%s (", i ? ", " : " to ", causes->key[i]);
        write_choice(&w, causes->item[i]);
        sq_write(&w, ")");
    }
    if (get(map, "non-response")) {
        write_option(&w, map, "non-response", ", no response (");
        sq_write(&w, ") an event at time 0");
    }
    write_option(&w, map, "competing", ", competing ");
    const sq_node *censor = get(map, "censor at");
    if (censor && censor->kind != SQ_NODE_NULL &&
        !(censor->kind == SQ_NODE_LIST && censor->count == 0))
        write_option(&w, map, "censor at", ", censored at ");
    endpoint->text = sq_build_keep_written(b, &w);
}

/* A number in the unit its attribute is thought of: years for long times. */
static void write_figure(sq_writer *w, double x, bool in_years)
{
    sq_write(w, in_years ? "%.6g y" : "%.6g", in_years ? x / SQ_DAYS_PER_YEAR : x);
}

/* Least, mean and greatest of a column of numbers; how many rows bear each label of any other (of weighted
 * rows, what share). */
static void column_in_words(const sq_build *b, sq_writer *w, int column)
{
    const sq_patients *p = &b->model->patients;
    const sq_attribute *attribute = &b->attributes.items[p->attribute[column]];
    double low = INFINITY, high = -INFINITY, sum = 0, weights = 0, unset = 0;
    for (int64_t row = 0; row < p->n_rows; row++) {
        double x = p->value[row * p->n_columns + column], weight = p->weight ? p->weight[row] : 1;
        if (weight == 0) continue; /* never drawn */
        if (isnan(x)) {
            unset += weight;
            continue;
        }
        low = x < low ? x : low;
        high = x > high ? x : high;
        sum += weight * x;
        weights += weight;
    }
    double mean = sum / weights;
    sq_write(w, "  column %s: ", attribute->name);
    if (attribute->type.class == SQ_TYPE_CATEGORY) {
        const sq_category *category = sq_category_of(b, attribute->type.category);
        for (int label = 0; label < category->n_labels; label++) {
            double n = 0;
            for (int64_t row = 0; row < p->n_rows; row++)
                if (p->value[row * p->n_columns + column] == label)
                    n += p->weight ? p->weight[row] / (weights + unset) : 1;
            sq_write(w, p->weight ? "%s%s %.4g %%" : "%s%s %.0f", label ? ", " : "",
                     category->labels[label], p->weight ? 100 * n : n);
        }
    } else if (weights > 0 && attribute->type.class == SQ_TYPE_FLAG) {
        sq_write(w, "true in %.4g %%", 100 * mean);
    } else if (weights > 0) {
        bool is_time = attribute->type.unit.time == 1 && attribute->type.unit.money == 0;
        bool in_years = is_time && fmax(fabs(low), fabs(high)) >= SQ_DAYS_PER_YEAR;
        sq_write(w, "least ");
        write_figure(w, low, in_years);
        sq_write(w, ", mean ");
        write_figure(w, mean, in_years);
        sq_write(w, ", greatest ");
        write_figure(w, high, in_years);
        if (is_time && !in_years) sq_write(w, " (days)");
    }
    if (unset > 0) sq_write(w, "%sunset in %.4g %%", weights > 0 ? ", " : "", 100 * unset / (weights + unset));
    sq_write(w, "\n");
}

static void patients_in_words(const sq_build *b, sq_writer *w, const sq_node *csv)
{
    const sq_patients *p = &b->model->patients;
    sq_write(w, "patients from %s: %lld row%s, %s\n", sq_node_get(csv, "file")->text,
             (long long)p->n_rows, p->n_rows == 1 ? "" : "s",
             p->resample ? "drawn with replacement" : "in order, from the start after the last");
    if (p->weight)
        sq_write(w, "  weighted by %s: worth %.6g rows of equal weight ((sum w)^2 / sum w^2)\n",
                 sq_node_get(csv, "weight")->text, p->effective_rows);
    for (int i = 0; i < p->n_columns; i++) column_in_words(b, w, i);
}

static const char *population_in_words(sq_build *b)
{
    sq_writer w = {0};
    const sq_node *population = b->one[SQ_ONE_POPULATION].node, *csv = get(population, "csv");
    const sq_node *attributes = get(population, "attributes"),
                  *correlation = get(population, "correlation");
    for (int i = 0; i < b->first_hidden; i++) {
        const sq_named *named = &b->symbols.items[b->attribute_symbols.items[i]];
        const sq_node *initial = get(b->attribute_nodes.items[i], "initial");
        if (b->attributes.items[i].latent) sq_write(&w, "%s hidden, standard normal\n", named->name);
        if (!initial || get(attributes, named->name) || named->symbol.index != i) continue;
        sq_write(&w, "%s = ", named->name); /* a vector's once, for all its elements */
        sq_write_node(&w, initial);
        sq_write(&w, "\n");
    }
    if (csv) patients_in_words(b, &w, csv);
    for (int i = 0; attributes && i < attributes->count; i++) {
        bool is_draw = attributes->item[i]->kind == SQ_NODE_MAP;
        sq_write(&w, "%s%s", attributes->key[i], is_draw ? "" : " = ");
        if (is_draw)
            draw_in_words(&w, attributes->item[i]);
        else
            sq_write_node(&w, attributes->item[i]);
        sq_write(&w, "\n");
    }
    if (correlation) {
        sq_write(&w, "correlation ");
        sq_write_node(&w, correlation);
        sq_write(&w, "\n");
    }
    return sq_build_keep_written(b, &w);
}

static void reward_in_words(sq_writer *w, const char *name, const sq_node *node)
{
    sq_write(w, "%s: ", name);
    if (node->kind == SQ_NODE_MAP)
        write_pairs(w, node, " ");
    else if (node->kind == SQ_NODE_NULL)
        sq_write(w, "only what is paid at once");
    else
        sq_write_node(w, node);
    sq_write(w, "\n");
}

static const char *rewards_in_words(sq_build *b)
{
    sq_writer w = {0};
    const sq_entries *costs = &b->section[SQ_IN_COSTS];
    if (b->one[SQ_ONE_UTILITY].node)
        reward_in_words(&w, "utility", b->one[SQ_ONE_UTILITY].node);
    else
        sq_write(&w, "utility: 1 while alive (there is no `utility:`)\n");
    for (size_t i = 0; i < costs->count; i++)
        reward_in_words(&w, costs->items[i].name, costs->items[i].node);
    return sq_build_keep_written(b, &w);
}

static const char *start_in_words(sq_build *b)
{
    sq_writer w = {0};
    actions_in_words(&w, get(b->one[SQ_ONE_START].node, "do"));
    return sq_build_keep_written(b, &w);
}

static const char *procedures_in_words(sq_build *b)
{
    sq_writer w = {0};
    const sq_entries *procedures = &b->section[SQ_IN_PROCEDURES];
    for (size_t i = 0; i < procedures->count; i++) {
        sq_write(&w, "%s: ", procedures->items[i].name);
        actions_in_words(&w, procedures->items[i].node);
        sq_write(&w, "\n");
    }
    return sq_build_keep_written(b, &w);
}

void sq_build_words(sq_build *b)
{
    const sq_entries *events = &b->section[SQ_IN_EVENTS], *decisions = &b->section[SQ_IN_DECISIONS];
    const sq_entries *strategies = &b->section[SQ_IN_STRATEGIES],
                     *endpoints = &b->section[SQ_IN_ENDPOINTS];
    for (size_t i = 0; i < b->events.count; i++)
        event_in_words(b, events->items[i].node, &b->events.items[i]);
    for (size_t i = 0; i < b->decisions.count; i++)
        decision_in_words(b, decisions->items[i].node, &b->decisions.items[i]);
    b->model->procedures_text = procedures_in_words(b);
    b->model->start_text = start_in_words(b);
    b->model->rewards_text = rewards_in_words(b);
    b->model->population_text = b->skim ? "" : population_in_words(b);
    for (size_t i = 0; i < b->strategies.count; i++) {
        sq_strategy *strategy = &b->strategies.items[i];
        strategy_in_words(
            b, strategies->items[sq_index_get(&strategies->index, strategy->name)].node, strategy);
    }
    for (size_t i = 0; i < b->endpoints.count; i++)
        endpoint_in_words(b, endpoints->items[i].node, &b->endpoints.items[i]);
}
