/* Published figures beside the same figures simulated, in the summary: in words for people, with all digits for
 * programs. */
#include "cli/collect.h"
#include "cli/measure.h"

#include <math.h>
#include <string.h>

typedef struct target_data {
    const sq_variable *name, *what, *strategy, *unit, *use, *verdict, *estimate, *kind; /* the last two may be NULL */
    const double *published, *lower, *upper, *simulated, *se;
} target_data;

static const double *numbers(const sq_collector *c, const char *name)
{
    const sq_variable *var = sq_found(c, name);
    return var == NULL || var->type != SQ_F64 ? NULL : var->data;
}

/* The kind of estimate of an emulated cohort that a target is; "" of others. */
static const char *kind_of(const target_data *d, int i)
{
    int place = d->estimate == NULL ? -1 : ((const int32_t *)d->estimate->data)[i];
    int code = place < 0 || d->kind == NULL ? -1 : ((const int32_t *)d->kind->data)[place];
    return code >= 0 && code < d->kind->n_flags ? d->kind->flags[code] : "";
}

static sq_measure measure_of(const target_data *d, int i)
{
    const char *kind = kind_of(d, i);
    bool plain = strcmp(kind, "hazard_ratio") == 0 || strcmp(kind, "log_rank") == 0 || strcmp(kind, "share") == 0;
    return plain ? sq_measure_plain() : sq_measure_of(sq_found_label(d->unit, i), d->published[i]);
}

static const char *figure(sq_collector *c, const target_data *d, int i, double value, double se)
{
    return sq_collect_text(c, sq_measure_text(measure_of(d, i), value, se, c->arena));
}

static const char *interval(sq_collector *c, const target_data *d, int i)
{
    return sq_collect_text(c, sq_measure_interval(measure_of(d, i), d->lower[i], d->upper[i], c->arena));
}

/* Without an interval nothing is claimed. */
static const char *verdict(sq_collector *c, const target_data *d, int i, bool people)
{
    int code = ((const int32_t *)d->verdict->data)[i];
    const char *word = code >= 0 && code < d->verdict->n_flags ? d->verdict->flags[code] : "";
    if (!people) return word;
    return strcmp(word, "no_interval") == 0 ? "–" : sq_spoken(c, word);
}

/* The value of a key in "{incidence: cr, cause: cr2, at: 6 mo}", spoken; NULL if it has none. */
static const char *value_of(sq_collector *c, const char *what, const char *key)
{
    size_t n = strlen(key);
    for (const char *p = what; *p != '\0'; p += strcspn(p, ",}")) {
        p += strspn(p, "{,} ");
        if (strncmp(p, key, n) != 0 || p[n] != ':') continue;
        p += n + 1;
        p += strspn(p, " ");
        const char *text = sq_arena_text(c->arena, p, strcspn(p, ",}"));
        return sq_spoken(c, sq_collect_text(c, text));
    }
    return NULL;
}

/* "alive at 3 y", "second remission by 6 mo": what is compared, in words. */
static const char *target_words(sq_collector *c, const target_data *d, int i)
{
    const char *what = d->what == NULL ? "" : sq_found_label(d->what, i);
    const char *survival = value_of(c, what, "survival"), *median = value_of(c, what, "median");
    const char *incidence = value_of(c, what, "incidence"), *cause = value_of(c, what, "cause");
    const char *mean = value_of(c, what, "mean"), *share = value_of(c, what, "share");
    const char *occupancy = value_of(c, what, "occupancy"), *estimate = value_of(c, what, "estimate");
    const char *at = value_of(c, what, "at"), *among = value_of(c, what, "among");
    sq_arena *a = c->arena;
    if (survival != NULL && at != NULL)
        return sq_collect_text(c, strcmp(survival, "os") == 0
                           ? sq_arena_format(a, "alive at %s", at)
                           : sq_arena_format(a, "%s at %s", survival, at));
    if (incidence != NULL && at != NULL)
        return sq_collect_text(c, sq_arena_format(a, "%s by %s", cause != NULL ? cause : incidence, at));
    if (occupancy != NULL && at != NULL)
        return sq_collect_text(c, sq_arena_format(a, "in %s at %s", occupancy, at));
    if (median != NULL)
        return sq_collect_text(c, strcmp(median, "os") == 0 ? "median overall survival"
                                                 : sq_arena_format(a, "median %s", median));
    if (mean != NULL) return sq_collect_text(c, sq_arena_format(a, "mean %s", mean));
    if (share != NULL && among != NULL)
        return sq_collect_text(c, sq_arena_format(a, "%s, of those with %s", share, among));
    if (share != NULL) return share;
    return estimate != NULL ? estimate : "";
}

/* The words, and the name that the experiment gives the target: two rows may compare the same. */
static const char *target_row(sq_collector *c, const target_data *d, int i)
{
    const char *words = target_words(c, d, i), *name = sq_found_label(d->name, i);
    return words[0] == '\0' ? name : sq_collect_text(c, sq_arena_format(c->arena, "%s (%s)", words, name));
}

static bool find_targets(const sq_collector *c, target_data *d)
{
    *d = (target_data){
        .name = sq_found(c, "target"),
        .what = sq_found(c, "target_what"),
        .strategy = sq_found(c, "target_strategy"),
        .unit = sq_found(c, "target_unit"),
        .use = sq_found(c, "target_use"),
        .verdict = sq_found(c, "target_verdict"),
        .estimate = sq_found(c, "target_estimate"),
        .kind = sq_found(c, "estimate_kind"),
        .published = numbers(c, "target_published"),
        .lower = numbers(c, "target_lower"),
        .upper = numbers(c, "target_upper"),
        .simulated = numbers(c, "target_simulated"),
        .se = numbers(c, "target_se"),
    };
    return d->name != NULL && d->strategy != NULL && d->unit != NULL && d->use != NULL &&
           d->verdict != NULL && d->verdict->type == SQ_I32 && d->published != NULL &&
           d->lower != NULL && d->upper != NULL && d->simulated != NULL && d->se != NULL;
}

static const char target_title[] = "Published figures and the same figures simulated";
static const char target_note[] =
    "Verdict: whether the simulated figure lies inside or outside the published 95 % interval; – "
    "where none was published. Of estimates of emulated cohorts: whether the published figure lies inside the interval that "
    "holds 95 % of cohorts of its size. Use: input = the figure is a number of the model; fitted = numbers "
    "were chosen with it in view; unfitted = not used so; display = shown, not a test.";

static void add_targets_for_people(sq_collector *c, const target_data *d, int n)
{
    static const sq_heading columns[] = {
        {.key = "strategy", .title = "Strategy"},      {.key = "published", .title = "Published"},
        {.key = "interval", .title = "95 % interval"}, {.key = "simulated", .title = "Simulated"},
        {.key = "verdict", .title = "Verdict"},        {.key = "use", .title = "Use"}};
    sq_sheet *s = sq_collect_sheet(c, "targets", target_title, "Target", 6, columns, n);
    for (int i = 0; s != NULL && i < n; i++) {
        s->row_key[i] = sq_found_label(d->name, i);
        s->row_title_of[i] = target_row(c, d, i);
        *sq_sheet_at(s, i, 0) = sq_words(sq_found_label(d->strategy, i));
        *sq_sheet_at(s, i, 1) = sq_words(figure(c, d, i, d->published[i], (double)NAN));
        *sq_sheet_at(s, i, 2) = sq_words(interval(c, d, i));
        *sq_sheet_at(s, i, 3) = sq_words(figure(c, d, i, d->simulated[i], d->se[i]));
        *sq_sheet_at(s, i, 4) = sq_words(verdict(c, d, i, true));
        *sq_sheet_at(s, i, 5) = sq_words(sq_found_label(d->use, i));
    }
    if (s == NULL) return;
    s->note = target_note;
    s->readers = SQ_FOR_PEOPLE;
    s->wraps = true;
}

static const char *estimate_name(const sq_collector *c, const target_data *d, int i)
{
    const sq_variable *estimate = sq_found(c, "estimate");
    int place = ((const int32_t *)d->estimate->data)[i];
    return place < 0 || estimate == NULL ? "" : sq_found_label(estimate, place);
}

/* Numbers in the unit of the file, with all their digits. */
static void add_targets_for_programs(sq_collector *c, const target_data *d, int n)
{
    static const sq_heading columns[] = {{.key = "strategy"},  {.key = "unit"},  {.key = "published"},
                                         {.key = "lower"},     {.key = "upper"}, {.key = "simulated"},
                                         {.key = "verdict"},   {.key = "use"},   {.key = "estimate"}};
    int width = d->estimate == NULL ? 8 : 9; /* the last: which one of emulated cohorts a target is */
    sq_sheet *s = sq_collect_sheet(c, "targets", target_title, "Target", width, columns, n);
    for (int i = 0; s != NULL && i < n; i++) {
        s->row_key[i] = s->row_title_of[i] = sq_found_label(d->name, i);
        *sq_sheet_at(s, i, 0) = sq_words(sq_found_label(d->strategy, i));
        *sq_sheet_at(s, i, 1) = sq_words(sq_found_label(d->unit, i));
        *sq_sheet_at(s, i, 2) = sq_number(d->published[i], (double)NAN);
        *sq_sheet_at(s, i, 3) = sq_number(d->lower[i], (double)NAN);
        *sq_sheet_at(s, i, 4) = sq_number(d->upper[i], (double)NAN);
        *sq_sheet_at(s, i, 5) = sq_number(d->simulated[i], d->se[i]);
        *sq_sheet_at(s, i, 6) = sq_words(verdict(c, d, i, false));
        *sq_sheet_at(s, i, 7) = sq_words(sq_found_label(d->use, i));
        if (d->estimate != NULL) *sq_sheet_at(s, i, 8) = sq_words(estimate_name(c, d, i));
    }
    if (s != NULL) s->readers = SQ_FOR_PROGRAMS;
}

void sq_collect_targets(sq_collector *c)
{
    target_data d;
    if (!find_targets(c, &d)) return;
    add_targets_for_people(c, &d, sq_found_length(c, d.name));
    add_targets_for_programs(c, &d, sq_found_length(c, d.name));
}
