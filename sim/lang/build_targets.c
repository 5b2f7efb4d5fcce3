/* Targets: published figures and what in the results they are compared with. */
#include "lang/build.h"
#include "math/statement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The quantities of a life, in the order of the outcome layer: life years, QALYs, costs, total
 * cost. */
enum { LIFE_YEARS = 0, QALYS = 1, FIRST_COST = 2 };

static const char *const kind_words[] = {"survival", "incidence", "median",   "mean",
                                         "share",    "occupancy", "estimate", NULL};

static int find_cause(sq_build *b, const sq_node *what, const sq_node *named)
{
    int endpoint = sq_named_endpoint(b, named);
    return endpoint < 0 ? -1 : sq_named_cause(b, what, endpoint);
}

static int find_quantity(sq_build *b, const sq_node *node)
{
    size_t n = b->costs.count;
    const char *name = sq_scalar_text(b, node, "a quantity");
    const char **names = name ? sq_build_scratch(b, n + 3, sizeof *names) : NULL;
    if (!names) return -1;
    names[LIFE_YEARS] = "life_years";
    names[QALYS] = "qalys";
    for (size_t i = 0; i < n; i++) names[FIRST_COST + i] = b->costs.items[i].name;
    names[FIRST_COST + n] = "total_cost";
    for (size_t i = 0; i < n + 3; i++)
        if (strcmp(names[i], name) == 0) return (int)i;
    sq_diag_error(b->diags, node->place, "there is no outcome '%.80s'%s", name,
                  sq_diag_hint(b->diags, name, names, n + 3));
    return -1;
}

/* ---- what ------------------------------------------------------------------------------- */

static bool read_time(sq_build *b, const sq_node *what, sq_target *target)
{
    const sq_node *at = sq_node_get(what, "at");
    bool needs = target->kind == SQ_TARGET_SURVIVAL || target->kind == SQ_TARGET_INCIDENCE ||
                 target->kind == SQ_TARGET_OCCUPANCY;
    if (needs != (at != NULL))
        return sq_diag_error(b->diags, what->place,
                             needs ? "what: needs `at:` a time, as in {survival: os, at: 1 y}" : "`at:` has no meaning here");
    if (at && !sq_expr_constant(&b->compiler, at, sq_type_time(), &target->time)) return false;
    target->time = sq_on_time_grid(target->time);
    return true;
}

static bool read_share(sq_build *b, const sq_node *what, const sq_node *named, sq_target *target)
{
    const sq_node *among = sq_node_get(what, "among");
    target->index = sq_named_occurrence(b, named, "occurrence");
    target->among = among ? sq_named_occurrence(b, among, "occurrence")
                          : (int)(b->states.count + b->events.count + b->marks.count) + 1;
    return target->index >= 0 && target->among >= 0;
}

/* ---- estimates of emulated cohorts ------------------------------------------------------ */

static const sq_emulation *find_emulation(sq_build *b, const sq_node *named, const char *name, int *index)
{
    const sq_entries *section = &b->section[SQ_IN_EMULATE];
    const char **names = sq_build_scratch(b, section->count + 1, sizeof *names);
    for (size_t i = 0; i < b->emulations.count; i++)
        if (strcmp(b->emulations.items[i].name, name) == 0) *index = (int)i;
    if (*index >= 0) return &b->emulations.items[*index];
    if (!names || sq_index_get(&section->index, name) >= 0) return NULL; /* left out, or its mistakes have been told */
    for (size_t i = 0; i < section->count; i++) names[i] = section->items[i].name;
    sq_diag_error(b->diags, named->place, "there is no emulation '%.80s'%s", name,
                  sq_diag_hint(b->diags, name, names, section->count));
    return NULL;
}

static int find_estimate(sq_build *b, const sq_node *named, const sq_emulation *e, const char *name)
{
    const char **names = sq_build_scratch(b, (size_t)e->n_estimates + 1, sizeof *names);
    for (int i = 0; names && i < e->n_estimates; i++) {
        names[i] = e->estimates[i].name;
        if (strcmp(names[i], name) == 0) return i;
    }
    if (names && e->n_estimates)
        sq_diag_error(b->diags, named->place, "the emulation '%s' has no estimate '%.80s'%s", e->name, name,
                      sq_diag_hint(b->diags, name, names, (size_t)e->n_estimates));
    return -1;
}

/* EMULATION.ESTIMATE, whose strategy is the emulation's; -2 with one that is left out of this run. */
static bool read_estimate(sq_build *b, const sq_node *what, const sq_node *named, sq_target *target)
{
    const char *text = sq_scalar_text(b, named, "an estimate, as in french_cohort.os_hr");
    const char *dot = text ? strchr(text, '.') : NULL;
    if (!text) return false;
    if (!dot) return sq_diag_error(b->diags, named->place, "expected EMULATION.ESTIMATE, found '%.80s'", text);
    for (int i = 0; i < what->count; i++)
        if (strcmp(what->key[i], "estimate") != 0)
            return sq_diag_error(b->diags, what->key_place[i], "`%s:` has no meaning here: the estimate says it", what->key[i]);
    const char *name = sq_arena_text(&b->scratch, text, (size_t)(dot - text));
    if (!name) return sq_build_no_memory(b);
    target->index = -1;
    const sq_emulation *e = find_emulation(b, named, name, &target->index);
    target->strategy = e ? e->strategy : -2;
    target->estimate = e ? find_estimate(b, named, e, dot + 1) : 0;
    return (e && target->estimate >= 0) || (!e && sq_index_get(&b->section[SQ_IN_EMULATE].index, name) >= 0);
}

static bool read_what(sq_build *b, const sq_node *what, sq_target *target)
{
    static const char *const known[] = {"survival", "incidence", "median",   "mean",  "share",
                                        "occupancy", "estimate", "cause",    "at",    "strategy", "among", NULL};
    int kind = -1;
    if (!sq_node_expect(what, SQ_NODE_MAP, "what: the outcome compared", b->diags)) return false;
    if (!sq_node_known_keys(what, "what", known, b->diags)) return false;
    for (int i = 0; kind_words[i]; i++) {
        if (!sq_node_get(what, kind_words[i])) continue;
        if (kind >= 0) return sq_diag_error(b->diags, what->place, "what: names two outcomes");
        kind = i;
    }
    if (kind < 0)
        return sq_diag_error(b->diags, what->place,
                             "what: needs one of survival, incidence, median, mean, share, occupancy, estimate");
    const sq_node *named = sq_node_get(what, kind_words[kind]);
    target->kind = (sq_target_kind)kind;
    if (target->kind == SQ_TARGET_ESTIMATE) return read_estimate(b, what, named, target);
    target->strategy = sq_named_strategy(b, what, "what");
    if (target->strategy == -1 || !read_time(b, what, target)) return false;
    switch (target->kind) {
    case SQ_TARGET_SURVIVAL:
    case SQ_TARGET_MEDIAN: target->index = sq_named_endpoint(b, named); break;
    case SQ_TARGET_INCIDENCE: target->index = find_cause(b, what, named); break;
    case SQ_TARGET_MEAN: target->index = find_quantity(b, named); break;
    case SQ_TARGET_SHARE: return read_share(b, what, named, target);
    case SQ_TARGET_OCCUPANCY: target->index = sq_named_state(b, named, "state"); break;
    case SQ_TARGET_ESTIMATE: break;
    }
    return target->index >= 0;
}

/* ---- published -------------------------------------------------------------------------- */

static const sq_cohort_estimate *estimate_of(const sq_build *b, const sq_target *target)
{
    if (target->kind != SQ_TARGET_ESTIMATE || target->index < 0) return NULL;
    return &b->emulations.items[target->index].estimates[target->estimate];
}

static sq_type estimate_type(const sq_build *b, const sq_target *target)
{
    const sq_cohort_estimate *estimate = estimate_of(b, target);
    switch (estimate->kind) {
    case SQ_ESTIMATE_MEDIAN:
    case SQ_ESTIMATE_RESTRICTED_MEAN: return sq_type_time();
    case SQ_ESTIMATE_SHARE: {
        sq_type type = b->attributes.items[b->emulations.items[target->index].covariates[estimate->covariate].attribute].type;
        return type.class == SQ_TYPE_FLAG ? sq_type_probability() : type.unit.kind == SQ_KIND_COUNT ? sq_type_plain() : type;
    }
    case SQ_ESTIMATE_HAZARD_RATIO: return sq_type_plain();
    default: return sq_type_probability();
    }
}

/* Whether the figure is a share of patients, which K of N may say. */
static bool is_share(const sq_build *b, const sq_target *target)
{
    if (target->kind == SQ_TARGET_MEDIAN || target->kind == SQ_TARGET_MEAN) return false;
    if (target->kind != SQ_TARGET_ESTIMATE) return true;
    const sq_cohort_estimate *estimate = estimate_of(b, target);
    return estimate->kind != SQ_ESTIMATE_LOG_RANK && estimate->against < 0 &&
           estimate_type(b, target).unit.kind == SQ_KIND_PROBABILITY;
}

/* The unit a published figure is in; mean life years and QALYs are times like medians. */
static sq_type figure_type(const sq_build *b, const sq_target *target)
{
    if (target->kind == SQ_TARGET_ESTIMATE) return estimate_type(b, target);
    if (target->kind == SQ_TARGET_MEDIAN) return sq_type_time();
    if (target->kind != SQ_TARGET_MEAN) return sq_type_probability();
    return target->index < FIRST_COST ? sq_type_time() : sq_number(0, 1, SQ_KIND_NONE);
}

static bool read_figure(sq_build *b, const sq_node *node, const sq_target *target, double *value)
{
    return sq_expr_constant(&b->compiler, node, figure_type(b, target), value);
}

static bool read_interval(sq_build *b, const sq_node *node, const sq_node *published,
                          sq_target *target)
{
    if (!sq_node_expect(node, SQ_NODE_LIST, "interval: [low, high]", b->diags)) return false;
    if (node->count != 2)
        return sq_diag_error(b->diags, node->place, "an interval has two numbers");
    if (!read_figure(b, node->item[0], target, &target->lower) ||
        !read_figure(b, node->item[1], target, &target->upper))
        return false;
    if (!(target->lower <= target->upper))
        return sq_diag_error(b->diags, node->place, "the lower bound is above the upper one");
    double slack = 1e-9 * (fabs(target->lower) + fabs(target->upper));
    if (target->published >= target->lower - slack && target->published <= target->upper + slack)
        return true;
    return sq_diag_error(b->diags, node->place,
                         "%s: the published %.40s lies outside its interval [%.40s, %.40s]",
                         target->name, published->text, node->item[0]->text, node->item[1]->text);
}

static bool read_published(sq_build *b, const sq_entry *e, sq_target *target)
{
    const sq_node *node = sq_node_get(e->node, "published"),
                  *interval = sq_node_get(e->node, "interval");
    const sq_node *n = sq_node_get(e->node, "n");
    bool counts = is_share(b, target);
    target->lower = target->upper = target->k = target->n = NAN;
    if (!node)
        return sq_diag_error(b->diags, e->node->place, "the target '%s' needs `published:`",
                             e->name);
    const char *text = sq_scalar_text(b, node, "published: a figure, or K of N");
    if (!text) return false;
    if (counts && sq_scan_share(text, &target->k, &target->n))
        target->published = target->k / target->n;
    else if (!read_figure(b, node, target, &target->published))
        return false;
    if (counts && (target->published < 0 || target->published > 1))
        return sq_diag_error(b->diags, node->place, "%s: a share of patients lies between 0 and 1, and %.40s does not",
                             target->name, text);
    uint64_t patients;
    if (n && !sq_integer_constant(b, n, "n", 1, UINT32_MAX, &patients)) return false;
    if (n) {
        target->n = (double)patients;
        if (counts) target->k = target->published * target->n;
    }
    if (interval) return read_interval(b, interval, node, target);
    if (counts && target->n > 0)
        sq_binomial_interval(target->k, target->n, &target->lower, &target->upper);
    return true;
}

static const char *text_of(sq_build *b, const sq_node *map, const char *key)
{
    const sq_node *node = sq_node_get(map, key);
    const char *text = node ? sq_scalar_text(b, node, key) : NULL;
    return text ? sq_build_keep(b, text) : "";
}

/* Points of one curve are of the same kind and the same patients, at different times. */
static bool joins_curve(sq_build *b, const sq_node *named, const sq_target *target)
{
    if (target->kind != SQ_TARGET_SURVIVAL && target->kind != SQ_TARGET_INCIDENCE)
        return sq_diag_error(b->diags, named->place, "a curve has points of survival or incidence: '%s' is neither%s",
                             target->name, target->kind == SQ_TARGET_ESTIMATE ? ", but an estimate of cohorts" : "");
    for (size_t i = 0; i < b->targets.count; i++) {
        const sq_target *other = &b->targets.items[i];
        if (strcmp(other->curve, target->curve) != 0) continue;
        if (other->kind != target->kind || other->index != target->index || other->strategy != target->strategy)
            return sq_diag_error(b->diags, named->place, "'%s' is not of the curve that '%s' is a point of: %s",
                                 target->name, other->name, other->what);
        if (other->time == target->time)
            return sq_diag_error(b->diags, named->place, "'%s' is the same point of the curve as '%s'", target->name,
                                 other->name);
    }
    return true;
}

static void build_target(sq_build *b, const sq_entry *e)
{
    static const char *const known[] = {"what", "published", "interval", "n",          "source",
                                        "use",  "note",      "curve",    "known miss", NULL};
    static const char *const uses[] = {"input", "fitted", "unfitted", "display", NULL};
    sq_target target = {.name = sq_build_keep(b, e->name)};
    if (!sq_node_expect(e->node, SQ_NODE_MAP, "a target", b->diags)) return;
    sq_node_known_keys(e->node, "a target", known, b->diags);
    const sq_node *what = sq_node_get(e->node, "what");
    int use = sq_choice(b, sq_node_get(e->node, "use"), "use", uses, 2);
    target.source = text_of(b, e->node, "source");
    target.note = text_of(b, e->node, "note");
    target.curve = text_of(b, e->node, "curve");
    target.known_miss = text_of(b, e->node, "known miss");
    target.use = uses[use < 0 ? 2 : use];
    if (!what) {
        sq_diag_error(b->diags, e->node->place, "the target '%s' needs `what:`", e->name);
        return;
    }
    if (!read_what(b, what, &target)) return;
    if (target.kind == SQ_TARGET_ESTIMATE && target.index < 0) return; /* of an emulation that is left out of this run */
    if (!read_published(b, e, &target)) return;
    sq_writer w = {0};
    sq_write_node(&w, what);
    target.what = sq_build_keep_written(b, &w);
    if (target.curve[0] && !joins_curve(b, sq_node_get(e->node, "curve"), &target)) return;
    if (target.strategy >= 0 && !sq_vec_push(&b->targets, target)) sq_build_no_memory(b);
}

bool sq_build_targets(sq_build *b)
{
    const sq_entries *section = &b->section[SQ_IN_TARGETS];
    for (size_t i = 0; i < section->count && !sq_diags_full(b->diags); i++)
        build_target(b, &section->items[i]);
    return !b->out_of_memory;
}
