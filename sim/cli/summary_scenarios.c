/* Scenarios in the summary: at the terminal a table for each of the main figures, a line per scenario and a column per
 * strategy, and how many published figures each scenario meets; for everything else one table with all that is commonly
 * asked for, a line per scenario and strategy. */
#include "cli/collect.h"
#include "cli/console.h"

#include <math.h>
#include <string.h>

enum { MOST_AT_TERMINAL = 60 };

/* A figure with the variables that it stands in, looked up once for all scenarios. */
typedef struct place {
    const sq_figure *figure;
    const sq_variable *value, *se; /* se NULL: it has none */
} place;

static place place_of(sq_collector *c, const sq_figure *f)
{
    const char *se = sq_collect_text(c, sq_arena_format(c->arena, "%s_se", f->name));
    return (place){f, sq_found(c, f->name), f->has_error ? sq_found(c, se) : NULL};
}

static sq_entry entry_of(sq_collector *c, const place *p, int scenario, int strategy)
{
    const sq_figure *f = p->figure;
    if (f->is_difference && strategy == c->reference) return sq_words("reference");
    c->scenario = scenario;
    double value = sq_found_in(c, p->value, strategy, f->n_own, f->own);
    double se = sq_found_in(c, p->se, strategy, f->n_own, f->own);
    c->scenario = 0;
    sq_entry e = sq_number(value, se);
    if (!f->has_error && isnan(value)) e.text = "not reached";
    return e;
}

/* ---- at the terminal ------------------------------------------------------------------------ */

static sq_sheet *new_table(sq_collector *c, const char *key, const char *title, int n, const sq_heading *columns)
{
    const sq_variable *label = sq_found(c, "scenario_label"), *name = sq_found(c, "scenario_name");
    sq_sheet *s = sq_collect_sheet(c, key, title, "Scenario", n, columns, sq_found_length(c, name));
    for (int row = 0; s != NULL && row < s->n_rows; row++) {
        s->row_key[row] = sq_found_label(name, row);
        s->row_title_of[row] = sq_found_label(label, row);
    }
    if (s != NULL) s->readers = SQ_FOR_TERMINAL;
    return s;
}

static void add_table(sq_collector *c, const char *key, const char *title, const sq_figure *f, sq_heading like)
{
    int *strategy = sq_arena_array(c->arena, (size_t)c->n_strategies, sizeof *strategy), n = 0;
    sq_heading *columns = sq_arena_array(c->arena, (size_t)c->n_strategies, sizeof *columns);
    c->failed = c->failed || columns == NULL || strategy == NULL;
    for (int i = 0; !c->failed && i < c->n_strategies; i++) {
        if (f->is_difference && i == c->reference) continue;
        strategy[n] = i;
        columns[n] = like;
        columns[n].key = columns[n].title = sq_found_label(c->strategy, i);
        n++;
    }
    sq_sheet *s = c->failed ? NULL : new_table(c, key, title, n, columns);
    const place p = place_of(c, f);
    for (int row = 0; s != NULL && row < s->n_rows; row++)
        for (int i = 0; i < n; i++) *sq_sheet_at(s, row, i) = entry_of(c, &p, row, strategy[i]);
}

static void add_survival(sq_collector *c)
{
    double years = 0;
    int time = sq_telling_time(c, &years);
    const sq_variable *endpoint = sq_found(c, "endpoint");
    if (time < 0 || endpoint == NULL || sq_found(c, "survival") == NULL) return;
    const sq_figure f = {.name = "survival", .n_own = 2, .own = {0, time}, .has_error = true};
    const char *name = sq_found_label(endpoint, 0), *at = years > 1 ? "years" : "year";
    const char *title = strcmp(name, "os") == 0
                            ? sq_arena_format(c->arena, "Overall survival at %g %s by scenario, %%", years, at)
                            : sq_arena_format(c->arena, "Free of the event of '%s' at %g %s by scenario, %%", name, years, at);
    add_table(c, "scenario_survival", title, &f, (sq_heading){.scale = 100, .decimals = 1});
}

static void add_quantity(sq_collector *c, const char *name, const char *words, int decimals)
{
    const sq_variable *var = sq_found(c, name);
    bool money = decimals == 0;
    if (var == NULL) return;
    const char *unit = money ? sq_arena_format(c->arena, ", %s", var->units) : "";
    const char *title = sq_arena_format(c->arena, "%s by scenario, mean per patient%s", words, unit ? unit : "");
    add_table(c, sq_collect_text(c, sq_arena_format(c->arena, "scenario_%s", name)), title,
              &(sq_figure){.name = name, .has_error = true}, (sq_heading){.decimals = decimals, .fixed = money});
    if (c->n_strategies == 1) return;
    name = sq_collect_text(c, sq_arena_format(c->arena, "increment_%s", name));
    if (sq_found(c, name) == NULL) return;
    title = sq_arena_format(c->arena, "%s by scenario, difference from %s%s", words,
                            sq_found_label(c->strategy, c->reference), unit ? unit : "");
    add_table(c, sq_collect_text(c, sq_arena_format(c->arena, "scenario_%s", name)), title,
              &(sq_figure){.name = name, .has_error = true, .is_difference = true},
              (sq_heading){.decimals = decimals, .fixed = money});
    if (!c->failed && !money)
        c->report->sheets[c->report->n_sheets - 1]->note =
            "Differences are paired: each patient meets the same luck under every strategy, and in every scenario.";
}

/* How many published figures lie where to their intervals. */
static void add_verdicts(sq_collector *c)
{
    const sq_variable *verdict = sq_found(c, "target_verdict");
    int n = sq_found_length(c, sq_found(c, "target"));
    if (n == 0 || verdict == NULL || verdict->type != SQ_I32 || verdict->n_flags == 0) return;
    sq_heading *columns = sq_arena_array(c->arena, (size_t)verdict->n_flags, sizeof *columns);
    c->failed = c->failed || columns == NULL;
    for (int k = 0; columns != NULL && k < verdict->n_flags; k++)
        columns[k] = (sq_heading){.key = verdict->flags[k], .title = sq_spoken(c, verdict->flags[k]), .whole = true};
    sq_sheet *s = c->failed ? NULL : new_table(c, "scenario_targets", "Published figures by scenario", verdict->n_flags, columns);
    for (int row = 0; s != NULL && row < s->n_rows; row++)
        for (int k = 0; k < verdict->n_flags; k++) {
            int count = 0;
            for (int i = 0; i < n; i++) count += ((const int32_t *)verdict->data)[row * n + i] == k;
            *sq_sheet_at(s, row, k) = sq_number(count, (double)NAN);
        }
}

/* ---- for files ------------------------------------------------------------------------------ */

static double patients_of(const sq_collector *c, int scenario)
{
    const sq_variable *n = sq_found(c, "n_patients");
    bool known = n != NULL && n->type == SQ_I64 && scenario < sq_found_length(c, n);
    return known ? (double)((const int64_t *)n->data)[scenario] : (double)NAN;
}

static void add_complete(sq_collector *c, int n)
{
    const sq_variable *name = sq_found(c, "scenario_name");
    sq_figures *all = sq_arena_alloc(c->arena, sizeof *all);
    c->failed = c->failed || all == NULL;
    if (c->failed) return;
    sq_collect_figures(c, "", all);
    sq_sheet *s = sq_collect_sheet(c, "scenarios", "Scenarios", "Scenario, strategy", all->n, all->heading, n * c->n_strategies);
    for (int row = 0; s != NULL && row < s->n_rows; row++) {
        int scenario = row / c->n_strategies, strategy = row % c->n_strategies;
        s->row_key[row] = s->row_title_of[row] =
            sq_collect_text(c, sq_arena_format(c->arena, "%s under %s", sq_found_label(name, scenario),
                                               sq_found_label(c->strategy, strategy)));
        *sq_sheet_at(s, row, 0) = sq_number(patients_of(c, scenario), (double)NAN);
    }
    for (int i = 1; s != NULL && i < all->n; i++) {
        const place p = place_of(c, &all->figure[i]);
        for (int row = 0; row < s->n_rows; row++)
            *sq_sheet_at(s, row, i) = entry_of(c, &p, row / c->n_strategies, row % c->n_strategies);
    }
    if (s != NULL) s->readers = SQ_FOR_FILES;
}

int sq_collect_scenarios(sq_collector *c)
{
    const sq_variable *name = sq_found(c, "scenario_name"), *label = sq_found(c, "scenario_label");
    int n = name != NULL && name->type == SQ_TEXT && label != NULL && label->type == SQ_TEXT ? sq_found_length(c, name) : 0;
    if (n < 2) return n;
    add_complete(c, n);
    if (n > MOST_AT_TERMINAL) {
        sq_collect_note(c, sq_arena_format(c->arena, "%d scenarios: `sequela summary --format csv` lists them.", n));
        return n;
    }
    add_survival(c);
    add_quantity(c, sq_found(c, "qalys") != NULL ? "qalys" : "life_years", sq_found(c, "qalys") != NULL ? "QALYs" : "Life years", 2);
    add_quantity(c, "total_cost", "Cost", 0);
    add_verdicts(c);
    return n;
}
