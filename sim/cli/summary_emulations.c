/* Emulated cohorts in the summary: a table for each emulated study with its estimates, as they are among all eligible patients
 * and over cohorts of the study's size, beside what was published; for programs the same with all digits. */
#include "cli/collect.h"
#include "cli/console.h"
#include "cli/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_TABLES = 24 };

/* Whatever a result tells of emulations, of its first scenario and draw. */
typedef struct emulations {
    const sq_variable *name, *title, *group, *estimate, *what, *unit, *of, *kind, *ending, *quantile, *target;
    const int64_t *cohorts, *eligible, *left_over, *no_group, *group_size, *group_n, *n;
    const double *pooled, *se, *mean, *sd, *quantiles, *published, *p;
} emulations;

static const void *numbers(const sq_collector *c, const char *name, sq_variable_type type)
{
    const sq_variable *var = sq_found(c, name);
    return var == NULL || var->type != type ? NULL : var->data;
}

static bool find_emulations(const sq_collector *c, emulations *e)
{
    *e = (emulations){
        .name = sq_found(c, "emulation"),
        .title = sq_found(c, "emulation_title"),
        .group = sq_found(c, "emulation_group"),
        .estimate = sq_found(c, "estimate"),
        .what = sq_found(c, "estimate_what"),
        .unit = sq_found(c, "estimate_unit"),
        .of = sq_found(c, "estimate_emulation"),
        .kind = sq_found(c, "estimate_kind"),
        .ending = sq_found(c, "estimate_ending"),
        .quantile = sq_found(c, "cohort_quantile"),
        .target = sq_found(c, "target_estimate"),
        .cohorts = numbers(c, "emulation_cohorts", SQ_I64),
        .eligible = numbers(c, "emulation_eligible", SQ_I64),
        .left_over = numbers(c, "emulation_left_over", SQ_I64),
        .no_group = numbers(c, "emulation_no_group", SQ_I64),
        .group_size = numbers(c, "emulation_group_size", SQ_I64),
        .group_n = numbers(c, "emulation_group_n", SQ_I64),
        .n = numbers(c, "estimate_n", SQ_I64),
        .pooled = numbers(c, "estimate_pooled", SQ_F64),
        .se = numbers(c, "estimate_pooled_se", SQ_F64),
        .mean = numbers(c, "estimate_mean", SQ_F64),
        .sd = numbers(c, "estimate_sd", SQ_F64),
        .quantiles = numbers(c, "estimate_quantile", SQ_F64),
        .published = numbers(c, "target_published", SQ_F64),
        .p = numbers(c, "target_predictive_p", SQ_F64),
    };
    return e->name && e->title && e->estimate && e->what && e->unit && e->of && e->kind && e->ending && e->quantile &&
           e->cohorts && e->eligible && e->left_over && e->no_group && e->n && e->pooled && e->se && e->mean && e->sd &&
           e->quantiles;
}

/* ---- one estimate --------------------------------------------------------------------------- */

static const char *kind_of(const emulations *e, int i)
{
    int code = ((const int32_t *)e->kind->data)[i];
    return code >= 0 && code < e->kind->n_flags ? e->kind->flags[code] : "";
}

static bool is_kind(const emulations *e, int i, const char *word) { return strcmp(kind_of(e, i), word) == 0; }

static sq_measure measure_of(const emulations *e, int i)
{
    bool plain = is_kind(e, i, "hazard_ratio") || is_kind(e, i, "log_rank") || is_kind(e, i, "share");
    return plain ? sq_measure_plain() : sq_measure_of(sq_found_label(e->unit, i), e->pooled[i]);
}

/* The quantile over cohorts nearest to the share p. */
static double quantile_of(const sq_collector *c, const emulations *e, int i, double p)
{
    int n = sq_found_length(c, e->quantile), place = sq_found_near(c, "cohort_quantile", p, 1e-9);
    return place < 0 ? (double)NAN : e->quantiles[i * n + place];
}

/* Cohorts to whose estimate there is no figure, not even an infinite one. */
static int64_t without(const sq_collector *c, const emulations *e, int i)
{
    int n = sq_found_length(c, e->ending);
    int64_t with = 0, all = 0;
    for (int k = 0; k < n; k++) {
        const char *word = sq_found_label(e->ending, k);
        bool has = strcmp(word, "estimated") == 0 || strcmp(word, "reduced") == 0;
        bool ranks = strcmp(word, "separated") == 0 || (strcmp(word, "not_reached") == 0 && is_kind(e, i, "median"));
        all += e->n[i * n + k];
        with += has || ranks ? e->n[i * n + k] : 0;
    }
    return all - with;
}

/* The first target that names an estimate; -1. */
static int target_of(const sq_collector *c, const emulations *e, int i)
{
    for (int t = 0; e->target != NULL && e->published != NULL && e->p != NULL && t < sq_found_length(c, e->target); t++)
        if (((const int32_t *)e->target->data)[t] == i) return t;
    return -1;
}

static const char *count_text(sq_collector *c, int64_t n)
{
    char text[48];
    return sq_collect_text(c, sq_arena_format(c->arena, "%s", sq_grouped((double)n, 0, text, sizeof text)));
}

/* "hazard ratio ... (os_hr)": the name without its emulation's. */
static const char *row_title(sq_collector *c, const emulations *e, int i)
{
    const char *name = sq_found_label(e->estimate, i), *dot = strchr(name, '.'), *words = sq_found_label(e->what, i);
    const char *own = dot != NULL ? dot + 1 : name;
    return words[0] == '\0' ? own : sq_collect_text(c, sq_arena_format(c->arena, "%s (%s)", words, own));
}

/* ---- for people ----------------------------------------------------------------------------- */

static void put_row(sq_collector *c, const emulations *e, sq_sheet *s, int row, int i)
{
    sq_measure m = measure_of(e, i), chance = sq_measure_plain();
    int t = target_of(c, e, i);
    double none = (double)NAN;
    const char *interval = sq_measure_interval(m, quantile_of(c, e, i, .025), quantile_of(c, e, i, .975), c->arena);
    const char *published = t < 0 ? "–" : sq_measure_text(m, e->published[t], none, c->arena);
    const char *p = t < 0 ? "–" : sq_measure_text(chance, e->p[t], none, c->arena);
    s->row_key[row] = sq_found_label(e->estimate, i);
    s->row_title_of[row] = row_title(c, e, i);
    *sq_sheet_at(s, row, 0) = sq_words(sq_collect_text(c, sq_measure_text(m, e->pooled[i], e->se[i], c->arena)));
    *sq_sheet_at(s, row, 1) = sq_words(sq_collect_text(c, sq_measure_text(m, quantile_of(c, e, i, .5), none, c->arena)));
    *sq_sheet_at(s, row, 2) = sq_words(sq_collect_text(c, interval));
    *sq_sheet_at(s, row, 3) = sq_words(without(c, e, i) == 0 ? "–" : count_text(c, without(c, e, i)));
    *sq_sheet_at(s, row, 4) = sq_words(sq_collect_text(c, published));
    *sq_sheet_at(s, row, 5) = sq_words(sq_collect_text(c, p));
}

static int estimates_of(const sq_collector *c, const emulations *e, int emulation)
{
    int n = 0;
    for (int i = 0; i < sq_found_length(c, e->estimate); i++) n += ((const int32_t *)e->of->data)[i] == emulation;
    return n;
}

/* ": 12 000 in remission (15 to a cohort), 31 000 overt (23 to a cohort)": the groups of an emulation. */
static const char *group_text(sq_collector *c, const emulations *e, int emulation)
{
    const char *name = sq_found_label(e->name, emulation), *text = "";
    size_t length = strlen(name);
    bool known = e->group != NULL && e->group_n != NULL && e->group_size != NULL;
    for (int g = 0; known && g < sq_found_length(c, e->group); g++) {
        const char *group = sq_found_label(e->group, g);
        if (strncmp(group, name, length) != 0 || group[length] != '.') continue;
        const char *size = e->group_size[g] == 0 ? "" : sq_arena_format(c->arena, " (%s to a cohort)", count_text(c, e->group_size[g]));
        text = sq_collect_text(c, sq_arena_format(c->arena, "%s%s %s %s%s", text, text[0] ? "," : ":", count_text(c, e->group_n[g]),
                                                  sq_spoken(c, group + length + 1), size ? size : ""));
    }
    return text;
}

static const char *note_of(sq_collector *c, const emulations *e, int i)
{
    const char *others = e->no_group[i] == 0 ? "" : sq_arena_format(c->arena, " %s more were in none of the groups.", count_text(c, e->no_group[i]));
    return sq_collect_text(
        c, sq_arena_format(c->arena,
                           "Followed as the study was. All: the same estimate among all %s eligible patients%s; %s of them are in "
                           "no cohort.%s No figure: cohorts that had none. p: twice the share of cohorts as far out as the published "
                           "figure, or farther.",
                           count_text(c, e->eligible[i]), group_text(c, e, i), count_text(c, e->left_over[i]), others ? others : ""));
}

static void add_for_people(sq_collector *c, const emulations *e, int emulation)
{
    static const sq_heading columns[] = {
        {.key = "pooled", .title = "All"},           {.key = "median", .title = "Median"},
        {.key = "interval", .title = "95 % of cohorts"}, {.key = "without", .title = "No figure"},
        {.key = "published", .title = "Published"},  {.key = "p", .title = "p"}};
    const char *title = sq_found_label(e->title, emulation), *name = sq_found_label(e->name, emulation);
    int n = estimates_of(c, e, emulation), row = 0;
    const char *heading = sq_arena_format(c->arena, "%s: %s cohorts as the study had one", title[0] ? title : sq_spoken(c, name),
                                          count_text(c, e->cohorts[emulation]));
    sq_sheet *s = n == 0 ? NULL : sq_collect_sheet(c, "emulation", heading, "Estimate", 6, columns, n);
    for (int i = 0; s != NULL && i < sq_found_length(c, e->estimate); i++)
        if (((const int32_t *)e->of->data)[i] == emulation) put_row(c, e, s, row++, i);
    if (s == NULL) return;
    s->note = note_of(c, e, emulation);
    s->readers = SQ_FOR_PEOPLE;
    s->wraps = true;
}

/* ---- for programs --------------------------------------------------------------------------- */

enum { BEFORE = 3, AFTER = 5 }; /* columns before and after the quantiles */

static sq_entry exact(double value, double se)
{
    sq_entry entry = sq_number(value, se);
    if (isinf(value)) entry.text = "infinite";
    return entry;
}

static const sq_heading *program_headings(sq_collector *c, const emulations *e, int n)
{
    static const char *const keys[] = {"kind", "unit", "pooled", "mean", "sd", "without_figure", "published", "predictive_p"};
    sq_heading *columns = sq_arena_array(c->arena, (size_t)n, sizeof *columns);
    int quantiles = n - BEFORE - AFTER;
    c->failed = c->failed || columns == NULL;
    for (int i = 0; columns != NULL && i < n; i++) {
        int q = i - BEFORE;
        columns[i].key = q >= 0 && q < quantiles
                             ? sq_collect_text(c, sq_arena_format(c->arena, "quantile_%g", ((const double *)e->quantile->data)[q]))
                             : keys[q < 0 ? i : i - quantiles];
    }
    return columns;
}

static void add_for_programs(sq_collector *c, const emulations *e)
{
    int n = sq_found_length(c, e->estimate), quantiles = sq_found_length(c, e->quantile), width = BEFORE + quantiles + AFTER;
    const sq_heading *columns = program_headings(c, e, width);
    sq_sheet *s = columns == NULL ? NULL : sq_collect_sheet(c, "estimates", "Estimates of emulated cohorts", "Estimate", width, columns, n);
    double none = (double)NAN;
    for (int i = 0; s != NULL && i < n; i++) {
        int t = target_of(c, e, i);
        s->row_key[i] = s->row_title_of[i] = sq_found_label(e->estimate, i);
        *sq_sheet_at(s, i, 0) = sq_words(kind_of(e, i));
        *sq_sheet_at(s, i, 1) = sq_words(sq_found_label(e->unit, i));
        *sq_sheet_at(s, i, 2) = exact(e->pooled[i], e->se[i]);
        for (int q = 0; q < quantiles; q++) *sq_sheet_at(s, i, BEFORE + q) = exact(e->quantiles[i * quantiles + q], none);
        *sq_sheet_at(s, i, BEFORE + quantiles) = exact(e->mean[i], none);
        *sq_sheet_at(s, i, BEFORE + quantiles + 1) = exact(e->sd[i], none);
        *sq_sheet_at(s, i, BEFORE + quantiles + 2) = exact((double)without(c, e, i), none);
        *sq_sheet_at(s, i, BEFORE + quantiles + 3) = exact(t < 0 ? none : e->published[t], none);
        *sq_sheet_at(s, i, BEFORE + quantiles + 4) = exact(t < 0 ? none : e->p[t], none);
    }
    if (s != NULL) s->readers = SQ_FOR_PROGRAMS;
}

void sq_collect_emulations(sq_collector *c)
{
    emulations e;
    if (!find_emulations(c, &e)) return;
    int n = sq_found_length(c, e.name);
    add_for_programs(c, &e);
    for (int i = 0; i < n && n <= MOST_TABLES; i++) add_for_people(c, &e, i);
    if (n > MOST_TABLES)
        sq_collect_note(c, sq_arena_format(c->arena, "%d emulated studies: `sequela summary --format csv` lists their estimates.", n));
}
