/* What an emulated cohort estimates, as a study's report would say it: of one kind each, with what that kind asks for, and in
 * words for people. */
#include "lang/build.h"

#include <string.h>

/* In the order of sq_estimate_kind. */
static const struct {
    const char *word;
    bool of_endpoint, by_cause, compares;
    const char *time; /* the key of its time */
} kinds[] = {
    {"survival", true, false, true, "at"},  {"median", true, false, true, NULL},
    {"restricted mean", true, false, true, "to"}, {"incidence", true, true, true, "at"},
    {"share", false, false, true, NULL},    {"fraction", false, false, false, NULL},
    {"hazard ratio", true, true, false, NULL},    {"log rank", true, true, false, NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const sq_node *sq_estimated_endpoint(const sq_node *map)
{
    for (int i = 0; i < KINDS && map->kind == SQ_NODE_MAP; i++)
        if (kinds[i].of_endpoint && sq_node_get(map, kinds[i].word)) return sq_node_get(map, kinds[i].word);
    return NULL;
}

/* An estimate while it is read. */
typedef struct reading {
    sq_build *b;
    const sq_emulation *e;
    const sq_node *map, *named; /* named: what its kind is of */
    sq_cohort_estimate *out;
} reading;

/* ---- names ------------------------------------------------------------------------------------------------- */

static bool is_strategy(const sq_build *b, const char *name)
{
    return sq_index_get(&b->section[SQ_IN_STRATEGIES].index, name) >= 0;
}

static const char *group_at(const sq_emulation *e, int i) { return e->groups[i].name; }
static const char *covariate_at(const sq_emulation *e, int i) { return e->covariates[i].name; }

/* One of n names; -1 after reporting. */
static int find(const reading *r, const sq_node *node, const char *what, int n,
                const char *(*name_of)(const sq_emulation *e, int i))
{
    const char *name = sq_scalar_text(r->b, node, what), **names = sq_build_scratch(r->b, (size_t)n + 1, sizeof *names);
    for (int i = 0; name && names && i < n; i++) {
        names[i] = name_of(r->e, i);
        if (strcmp(names[i], name) == 0) return i;
    }
    if (name && names && is_strategy(r->b, name))
        sq_diag_error(r->b->diags, node->place, "'%s' is a strategy: a cohort is of one, and between strategies those who enter "
                      "'%s' differ, since who does depends on the strategy", name, r->b->endpoints.items[r->e->endpoint].name);
    else if (name && names)
        sq_diag_error(r->b->diags, node->place, "the emulation '%s' has no %s '%.80s'%s", r->e->name, what, name,
                      sq_diag_hint(r->b->diags, name, names, (size_t)n));
    return -1;
}

static int find_group(const reading *r, const sq_node *node) { return find(r, node, "group", r->e->n_groups, group_at); }
static int find_covariate(const reading *r, const sq_node *node)
{
    return find(r, node, "covariate", r->e->n_covariates, covariate_at);
}

static bool read_covariates(const reading *r, const char *key, uint64_t *set)
{
    const sq_node *node = sq_node_get(r->map, key);
    bool fine = true;
    for (int i = 0; node && i < sq_node_one_or_more(node); i++) {
        int found = find_covariate(r, sq_node_one_of(node, i));
        if (found >= 0) *set |= 1ULL << found;
        fine = fine && found >= 0;
    }
    return fine;
}

/* ---- which kind -------------------------------------------------------------------------------------------- */

static bool find_kind(reading *r)
{
    int kind = -1;
    for (int i = 0; i < KINDS; i++) {
        if (!sq_node_get(r->map, kinds[i].word)) continue;
        if (kind >= 0)
            return sq_diag_error(r->b->diags, sq_node_key_place(r->map, kinds[i].word),
                                 "an estimate is of one kind, and this one names `%s:` and `%s:`", kinds[kind].word, kinds[i].word);
        kind = i;
    }
    if (kind < 0)
        return sq_diag_error(r->b->diags, r->map->place, "an estimate needs one of survival, median, restricted mean, incidence, "
                             "share, fraction, hazard ratio, log rank");
    r->out->kind = (sq_estimate_kind)kind;
    r->named = sq_node_get(r->map, kinds[kind].word);
    return true;
}

/* Keys that the kind has no use for are refused by name. */
static bool check_keys(const reading *r)
{
    sq_estimate_kind kind = r->out->kind;
    bool ratio = kind == SQ_ESTIMATE_HAZARD_RATIO, test = kind == SQ_ESTIMATE_LOG_RANK;
    const struct { const char *key; bool fits; } keys[] = {
        {"at", kinds[kind].time && strcmp(kinds[kind].time, "at") == 0}, {"to", kinds[kind].time && strcmp(kinds[kind].time, "to") == 0},
        {"cause", kinds[kind].by_cause}, {"group", kinds[kind].compares}, {"difference", kinds[kind].compares},
        {"of", ratio}, {"adjusted for", ratio}, {"ties", ratio}, {"strata", ratio || test},
    };
    bool fine = true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!keys[i].fits && sq_node_get(r->map, keys[i].key))
            fine = sq_diag_error(r->b->diags, sq_node_key_place(r->map, keys[i].key), "`%s:` has no meaning for an estimate of kind `%s`",
                                 keys[i].key, kinds[kind].word);
    return fine;
}

/* ---- what it is of ----------------------------------------------------------------------------------------- */

static bool read_time(const reading *r)
{
    const char *key = kinds[r->out->kind].time;
    const sq_node *node = key ? sq_node_get(r->map, key) : NULL;
    if (!key) return true;
    if (!node) return sq_diag_error(r->b->diags, r->map->place, "this estimate needs `%s:` a time", key);
    if (!sq_time_constant(r->b, node, &r->out->time)) return false;
    r->out->time = sq_on_time_grid(r->out->time);
    return true;
}

static bool read_endpoint(const reading *r)
{
    sq_cohort_estimate *t = r->out;
    const sq_node *cause = sq_node_get(r->map, "cause");
    if (!kinds[t->kind].of_endpoint) return true;
    t->endpoint = sq_named_endpoint(r->b, r->named);
    if (t->endpoint < 0) return false;
    if (!cause && t->kind != SQ_ESTIMATE_INCIDENCE) return true;
    int found = sq_named_cause(r->b, r->map, t->endpoint);
    t->cause = found - r->b->endpoints.items[t->endpoint].first_cause;
    return found >= 0;
}

static bool read_difference(const reading *r, const sq_node *node)
{
    if (!sq_node_expect(node, SQ_NODE_LIST, "difference: two groups, the first less the second", r->b->diags)) return false;
    if (node->count != 2) return sq_diag_error(r->b->diags, node->place, "a difference is of two groups");
    r->out->group = find_group(r, node->item[0]);
    if (r->out->group < 0) return false;
    r->out->against = find_group(r, node->item[1]);
    if (r->out->against < 0) return false;
    return r->out->group != r->out->against ||
           sq_diag_error(r->b->diags, node->place, "a difference of '%s' and itself is nothing", group_at(r->e, r->out->group));
}

static bool read_groups(const reading *r)
{
    const sq_node *group = sq_node_get(r->map, "group"), *difference = sq_node_get(r->map, "difference");
    if (group && difference)
        return sq_diag_error(r->b->diags, r->map->place, "an estimate is of one group or the difference of two, not both");
    if (difference) return read_difference(r, difference);
    if (group) r->out->group = find_group(r, group);
    return !group || r->out->group >= 0;
}

static bool needs_groups(const reading *r, sq_place place)
{
    return r->e->n_groups >= 2 ||
           sq_diag_error(r->b->diags, place, "'%s' has no two groups to compare: name them under `groups:`", r->e->name);
}

/* A group against all others, or a covariate. */
static bool read_ratio_of(const reading *r)
{
    const sq_node *of = sq_node_get(r->map, "of");
    sq_cohort_estimate *t = r->out;
    if (!of) return sq_diag_error(r->b->diags, r->map->place, "a hazard ratio needs `of:` a group (against all others) or a covariate");
    for (int i = 0; i < r->e->n_covariates && of->kind == SQ_NODE_SCALAR; i++)
        if (strcmp(covariate_at(r->e, i), of->text) == 0) t->covariate = i;
    if (t->covariate >= 0) return true;
    t->group = find_group(r, of);
    return t->group >= 0 && needs_groups(r, of->place);
}

static bool read_model(const reading *r)
{
    static const char *const ties[] = {"efron", "breslow", NULL};
    sq_cohort_estimate *t = r->out;
    bool fine = read_covariates(r, "adjusted for", &t->adjusted);
    fine = read_covariates(r, "strata", &t->strata) && fine;
    int chosen = sq_choice(r->b, sq_node_get(r->map, "ties"), "ties", ties, 0);
    uint64_t both = t->strata & (t->adjusted | (t->covariate >= 0 ? 1ULL << t->covariate : 0));
    t->breslow = chosen == 1;
    if (t->kind == SQ_ESTIMATE_HAZARD_RATIO) fine = read_ratio_of(r) && fine;
    if (t->kind == SQ_ESTIMATE_LOG_RANK) fine = needs_groups(r, r->map->place) && fine;
    for (int i = 0; i < r->e->n_covariates; i++)
        if (both >> i & 1)
            fine = sq_diag_error(r->b->diags, sq_node_get(r->map, "strata")->place, "'%s' is in the model, and cannot make strata too",
                                 covariate_at(r->e, i));
    return fine && chosen >= 0;
}

/* ---- in words ---------------------------------------------------------------------------------------------- */

static void write_set(sq_writer *w, const sq_emulation *e, uint64_t set, const char *before)
{
    for (int i = 0; i < e->n_covariates; i++) {
        if (!(set >> i & 1)) continue;
        sq_write(w, "%s%s", before, covariate_at(e, i));
        before = ", ";
    }
}

static void write_of(const reading *r, sq_writer *w)
{
    const sq_cohort_estimate *t = r->out;
    const char *of = t->endpoint < 0 ? "" : r->b->endpoints.items[t->endpoint].name;
    const char *cause = t->cause < 0 ? "" : r->b->causes.items[r->b->endpoints.items[t->endpoint].first_cause + t->cause].name;
    switch (t->kind) {
    case SQ_ESTIMATE_SURVIVAL: sq_write(w, "survival of %s at ", of); break;
    case SQ_ESTIMATE_MEDIAN: sq_write(w, "median of %s", of); break;
    case SQ_ESTIMATE_RESTRICTED_MEAN: sq_write(w, "mean of %s restricted to ", of); break;
    case SQ_ESTIMATE_INCIDENCE: sq_write(w, "incidence of %s at ", cause); break;
    case SQ_ESTIMATE_SHARE: sq_write(w, "mean of %s", covariate_at(r->e, t->covariate)); break;
    case SQ_ESTIMATE_FRACTION: sq_write(w, "share of the cohort that is %s", group_at(r->e, t->group)); break;
    case SQ_ESTIMATE_HAZARD_RATIO:
        sq_write(w, "hazard ratio of %s for %s", t->covariate >= 0 ? covariate_at(r->e, t->covariate) : group_at(r->e, t->group),
                 *cause ? cause : of);
        break;
    case SQ_ESTIMATE_LOG_RANK: sq_write(w, "p of the log-rank test of %s between groups", *cause ? cause : of); break;
    }
    if (kinds[t->kind].time) sq_write_node(w, sq_node_get(r->map, kinds[t->kind].time));
}

static const char *in_words(const reading *r)
{
    const sq_cohort_estimate *t = r->out;
    sq_writer w = {0};
    write_of(r, &w);
    if (t->against >= 0)
        sq_write(&w, ", in %s less in %s", group_at(r->e, t->group), group_at(r->e, t->against));
    else if (kinds[t->kind].compares && t->group >= 0)
        sq_write(&w, " in %s", group_at(r->e, t->group));
    write_set(&w, r->e, t->adjusted, ", adjusted for ");
    write_set(&w, r->e, t->strata, ", in strata of ");
    if (t->breslow) sq_write(&w, ", ties as Breslow");
    return sq_build_keep_written(r->b, &w);
}

/* ---- the whole --------------------------------------------------------------------------------------------- */

static bool read_named(const reading *r)
{
    sq_cohort_estimate *t = r->out;
    if (t->kind == SQ_ESTIMATE_SHARE) t->covariate = find_covariate(r, r->named);
    if (t->kind == SQ_ESTIMATE_FRACTION) t->group = find_group(r, r->named);
    return (t->kind != SQ_ESTIMATE_SHARE || t->covariate >= 0) && (t->kind != SQ_ESTIMATE_FRACTION || t->group >= 0);
}

bool sq_build_estimate(sq_build *b, const sq_emulation *e, const sq_entry *entry, sq_cohort_estimate *out)
{
    static const char *const known[] = {"survival", "median", "restricted mean", "incidence", "share", "fraction", "hazard ratio",
                                        "log rank", "at", "to", "cause", "group", "difference", "of", "adjusted for", "ties",
                                        "strata", NULL};
    reading r = {b, e, entry->node, NULL, out};
    *out = (sq_cohort_estimate){.name = sq_build_keep(b, entry->name), .text = "", .endpoint = -1, .cause = -1, .group = -1,
                                .against = -1, .covariate = -1};
    if (!sq_node_expect(r.map, SQ_NODE_MAP, "an estimate", b->diags)) return false;
    if (!sq_node_known_keys(r.map, "an estimate", known, b->diags) || !find_kind(&r) || !check_keys(&r)) return false;
    bool fine = read_named(&r);
    fine = read_endpoint(&r) && fine;
    fine = read_time(&r) && fine;
    fine = read_groups(&r) && fine;
    fine = read_model(&r) && fine;
    if (fine) out->text = in_words(&r);
    return fine;
}
