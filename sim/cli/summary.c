/* Collecting the summary. Everything is looked up by name in the result, so that the summary of
 * a file from another machine, or from a model with other outcomes, is what that file can
 * support: a table whose numbers are not there is not printed. The first scenario and draw are
 * summarised, or, where scenarios were swept over, the main figures of all of them. */
#include "cli/summary.h"

#include "cli/collect.h"
#include "cli/console.h"
#include "io/results.h"

#include <math.h>
#include <string.h>

static void add_strategies(sq_collector *c)
{
    const sq_variable *title = sq_found(c, "strategy_title"), *n = sq_found(c, "n_patients");
    static const sq_heading columns[] = {{.key = "title", .title = "What is done"}};
    const char *heading = "Strategies";
    if (title == NULL) return;
    if (n != NULL && n->type == SQ_I64) {
        char count[48];
        sq_grouped((double)((const int64_t *)n->data)[0], 0, count, sizeof count);
        bool one = strcmp(count, "1") == 0;
        heading = sq_arena_format(c->arena, "Strategies (%s virtual patient%s under each)", count,
                                  one ? "" : "s");
    }
    bool is_told = false; /* without a `title:` anywhere the column would be blank */
    for (int i = 0; i < c->n_strategies; i++) is_told = is_told || *sq_found_label(title, i);
    sq_sheet *s = sq_collect_by_strategy(c, "strategies", heading, is_told, columns);
    for (int i = 0; s != NULL && is_told && i < c->n_strategies; i++)
        *sq_sheet_at(s, i, 0) = sq_words(sq_found_label(title, i));
}

/* ---- what was run --------------------------------------------------------------------------- */

/* A number of the file that has no axes; NaN if it is not there. */
static double single(const sq_collector *c, const char *name)
{
    const sq_variable *var = sq_found(c, name);
    bool fits = var != NULL && var->type == SQ_F64 && var->n_axes == 0;
    return fits ? *(const double *)var->data : (double)NAN;
}

/* Of costs (0) and of effects (1): a year, and years; NaN where the file does not say. */
typedef struct rates {
    double rate, later, change;
} rates;

static double discounted(const sq_collector *c, const char *name, int i)
{
    const sq_variable *var = sq_found(c, name);
    return var != NULL && var->type == SQ_F64 && sq_found_length(c, var) == 2 ? ((const double *)var->data)[i] : (double)NAN;
}

static rates rates_of(const sq_collector *c, int i)
{
    return (rates){discounted(c, "discount_rate", i), discounted(c, "discount_rate_later", i),
                   discounted(c, "discount_change", i)};
}

static bool is_zero(rates r) { return r.rate == 0 && (isnan(r.later) || r.later == 0); }

static bool is_same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static bool is_undiscounted(const sq_collector *c) { return is_zero(rates_of(c, 0)) && is_zero(rates_of(c, 1)); }

static const char *rates_text(const sq_collector *c, const char *what, rates r)
{
    if (is_zero(r)) return sq_arena_format(c->arena, "%s not discounted", what);
    const char *text = sq_arena_format(c->arena, "%s discounted at %.4g %% a year (effective)", what, 100 * r.rate);
    if (text != NULL && !isnan(r.later))
        text = sq_arena_format(c->arena, "%s, at %.4g %% after %.4g y", text, 100 * r.later, r.change);
    return text;
}

static const char *discounting(const sq_collector *c)
{
    double from = single(c, "discount_from");
    rates costs = rates_of(c, 0), effects = rates_of(c, 1);
    bool together = costs.rate == effects.rate && is_same(costs.later, effects.later) &&
                    is_same(costs.change, effects.change);
    if (is_undiscounted(c)) return "nothing discounted";
    const char *text = rates_text(c, together ? "costs and effects" : "costs", costs);
    const char *second = together || text == NULL ? "" : rates_text(c, "effects", effects);
    if (text == NULL || second == NULL) return NULL;
    if (!together) text = sq_arena_format(c->arena, "%s, %s", text, second);
    const sq_variable *calendar = sq_found(c, "discount_from_calendar_year");
    if (text != NULL && calendar != NULL)
        return sq_arena_format(c->arena, "%s, from the year %.8g", text, ((const double *)calendar->data)[0]);
    if (text != NULL && from != 0) text = sq_arena_format(c->arena, "%s, from %.4g y after index", text, from);
    return text;
}

/* "causal_share=0.7" reads "causal_share = 0.7". */
static const char *change_text(const sq_collector *c, const char *set)
{
    size_t n = strcspn(set, "=");
    if (set[n] == '\0') return set;
    const char *value = set + n + 1;
    while (n > 0 && set[n - 1] == ' ') n--;
    return sq_arena_format(c->arena, "%.*s = %s", (int)n, set, value + strspn(value, " "));
}

static void add_setting(sq_collector *c, const char *text)
{
    if (text == NULL)
        c->failed = true;
    else
        c->report->settings[c->report->n_settings++] = text;
}

/* How many scenarios there are and what they set; the name of one that is alone. */
static void add_scenario_setting(sq_collector *c)
{
    const sq_variable *label = sq_found(c, "scenario_label"), *swept = sq_found(c, "sweep_parameter");
    int n = sq_found_length(c, label);
    if (n == 0 || label->type != SQ_TEXT) return;
    if (n == 1) {
        add_setting(c, sq_arena_format(c->arena, "Scenario: %s", sq_found_label(label, 0)));
        return;
    }
    const char *text = sq_arena_format(c->arena, "%d scenarios, over", n);
    for (int i = 0; text != NULL && i < sq_found_length(c, swept); i++)
        text = sq_arena_format(c->arena, "%s%s %s", text, i > 0 ? "," : "", sq_found_label(swept, i));
    add_setting(c, text);
}

static void add_settings(sq_collector *c)
{
    char count[48];
    const sq_variable *seed = sq_found(c, "seed"), *n = sq_found(c, "n_patients");
    const sq_variable *changed = sq_found(c, "changed");
    const char *discount = discounting(c), *text = "Changed: ";
    bool known = seed != NULL && seed->type == SQ_TEXT && n != NULL && n->type == SQ_I64;
    c->failed = c->failed || discount == NULL;
    if (!known || isnan(single(c, "horizon")) || isnan(discounted(c, "discount_rate", 0)) || c->failed)
        return;
    int64_t patients = ((const int64_t *)n->data)[0];
    sq_grouped((double)patients, 0, count, sizeof count);
    add_setting(c, sq_arena_format(c->arena, "Horizon %.4g y; %s; seed %s; %s patient%s",
                                   single(c, "horizon"), discount, sq_found_label(seed, 0), count,
                                   patients == 1 ? "" : "s"));
    const sq_variable *closes = sq_found(c, "follow_up_closes");
    if (closes != NULL)
        add_setting(c, sq_arena_format(c->arena, "Follow-up closes in %.8g, or at the horizon",
                                       ((const double *)closes->data)[0]));
    add_scenario_setting(c);
    for (int i = 0; i < sq_found_length(c, changed) && text != NULL; i++) {
        const char *change = change_text(c, sq_found_label(changed, i));
        text = change == NULL
                   ? NULL
                   : sq_arena_format(c->arena, "%s%s%s", text, i > 0 ? ", " : "", change);
    }
    if (sq_found_length(c, changed) > 0) add_setting(c, text);
}

/* ---- survival, means, differences ------------------------------------------------------------ */

const double sq_survival_years[SQ_SURVIVAL_TIMES] = {1, 3, 5};
const sq_heading sq_survival_headings[SQ_SURVIVAL_TIMES + 1] = {
    {"survival_1_year", "1 year, %", 100, 1, false, false},
    {"survival_3_years", "3 years, %", 100, 1, false, false},
    {"survival_5_years", "5 years, %", 100, 1, false, false},
    {"median_years", "Median, years", 1, 2, false, true},
};

/* Whether the grid passes one of the usual times without a point there. */
static bool misses_times(const sq_collector *c, int n_shown)
{
    const sq_variable *time = sq_found(c, "time");
    int n = sq_found_length(c, time), n_passed = 0;
    if (n == 0 || time->type != SQ_F64) return false;
    for (int i = 0; i < SQ_SURVIVAL_TIMES; i++)
        n_passed += sq_survival_years[i] <= ((const double *)time->data)[n - 1];
    return n_shown < n_passed;
}

/* Share alive (without the event) of the first endpoint after 1, 3 and 5 years, and the median. */
static void add_survival(sq_collector *c)
{
    const sq_variable *endpoint = sq_found(c, "endpoint");
    int median = sq_found_near(c, "quantile", 0.5, 1e-9);
    if (sq_found(c, "survival") == NULL || endpoint == NULL) return;
    int n = 0, time[SQ_SURVIVAL_TIMES];
    sq_heading *columns = sq_arena_array(c->arena, SQ_SURVIVAL_TIMES + 1, sizeof *columns);
    for (int i = 0; columns != NULL && i < SQ_SURVIVAL_TIMES; i++) {
        time[n] = sq_found_near(c, "time", sq_survival_years[i], 0.02);
        if (time[n] >= 0) columns[n++] = sq_survival_headings[i];
    }
    int n_times = n;
    if (columns != NULL && misses_times(c, n_times))
        sq_collect_note(c, "Of 1, 3 and 5 years only those are shown that are points of the grid (`outputs: grid:`).");
    if (columns != NULL && median >= 0) columns[n++] = sq_survival_headings[SQ_SURVIVAL_TIMES];
    if (n == 0) return;
    const char *name = sq_found_label(endpoint, 0);
    const char *title = strcmp(name, "os") == 0
                            ? "Overall survival"
                            : sq_arena_format(c->arena, "Free of the event of '%s'", name);
    sq_sheet *s = columns == NULL ? NULL : sq_collect_by_strategy(c, "survival", title, n, columns);
    for (int row = 0; s != NULL && row < c->n_strategies; row++) {
        for (int i = 0; i < n_times; i++)
            *sq_sheet_at(s, row, i) = sq_number(sq_found_value(c, "survival", row, 0, time[i], 2),
                                                sq_found_value(c, "survival_se", row, 0, time[i], 2));
        if (median < 0) continue;
        sq_entry *e = sq_sheet_at(s, row, n_times);
        *e = sq_number(sq_found_value(c, "survival_quantile", row, 0, median, 2), (double)NAN);
        e->text = "not reached";
    }
    c->failed = c->failed || columns == NULL;
}

/* Headings of life years, QALYs and cost, and the variables behind them. */
static int quantity_columns(sq_collector *c, sq_heading *columns, const char **names,
                            const char *prefix)
{
    static const struct {
        const char *name, *title;
        int decimals;
        bool money;
    } all[] = {{"life_years_undiscounted", "Life years (undiscounted)", 2, false},
               {"life_years", "Life years", 2, false},
               {"qalys", "QALYs", 2, false},
               {"total_cost", "Cost", 0, true}};
    int n = 0;
    for (size_t i = is_undiscounted(c) ? 1 : 0; i < sizeof all / sizeof *all; i++) {
        const char *name = sq_arena_format(c->arena, "%s%s", prefix, all[i].name);
        const sq_variable *var = name == NULL ? NULL : sq_found(c, name);
        c->failed = c->failed || name == NULL;
        if (var == NULL) continue;
        const char *title = all[i].money
                                ? sq_arena_format(c->arena, "%s, %s", all[i].title, var->units)
                                : all[i].title;
        c->failed = c->failed || title == NULL;
        names[n] = name;
        columns[n++] = (sq_heading){
            .key = name, .title = title, .decimals = all[i].decimals, .fixed = all[i].money};
    }
    return n;
}

static void add_quantities(sq_collector *c, const char *prefix, const char *key, const char *title,
                           const char *note)
{
    sq_heading *columns = sq_arena_array(c->arena, 4, sizeof *columns);
    const char *names[4];
    int n = columns == NULL ? 0 : quantity_columns(c, columns, names, prefix);
    c->failed = c->failed || columns == NULL;
    if (c->failed || n == 0) return;
    sq_sheet *s = sq_collect_by_strategy(c, key, title, n, columns);
    for (int row = 0; s != NULL && row < c->n_strategies; row++)
        for (int i = 0; i < n; i++) {
            *sq_sheet_at(s, row, i) = sq_found_estimate(c, names[i], row);
            if (prefix[0] != '\0' && row == c->reference)
                *sq_sheet_at(s, row, i) = sq_words("reference");
        }
    if (s != NULL) s->note = note;
}

/* ---- of 100 patients ------------------------------------------------------------------------ */

/* Worth a line: no entry into a state, and not the same certainty under every strategy. */
static bool is_telling(const sq_collector *c, int event)
{
    const sq_variable *state = sq_found(c, "state");
    bool some = false, all = true;
    if (event < sq_found_length(c, state)) return false;
    for (int s = 0; s < c->n_strategies; s++) {
        double share = sq_found_value(c, "event_ever", s, event, 0, 1);
        some = some || share > 0;
        all = all && share >= 1;
    }
    return some && !all;
}

static const sq_heading *strategy_headings(sq_collector *c)
{
    sq_heading *columns = sq_arena_array(c->arena, (size_t)c->n_strategies, sizeof *columns);
    c->failed = c->failed || columns == NULL;
    for (int i = 0; columns != NULL && i < c->n_strategies; i++)
        columns[i] = (sq_heading){.key = sq_found_label(c->strategy, i),
                                  .title = sq_found_label(c->strategy, i),
                                  .scale = 100,
                                  .whole = true};
    return columns;
}

enum { MOST_LINES = 48 };

/* A line of the table: an event's place on its axis, and how to say it. */
typedef struct told {
    int event;
    const char *title;
} told;

static int place_of(const sq_collector *c, const sq_variable *labels, const char *wanted)
{
    for (int i = 0; i < sq_found_length(c, labels); i++)
        if (strcmp(sq_found_label(labels, i), wanted) == 0) return i;
    return -1;
}

/* What the experiment asks to be told, in its words; where it asks for nothing, all that is telling. */
static int lines_to_tell(sq_collector *c, const sq_variable *event, told line[MOST_LINES])
{
    const sq_variable *wanted = sq_found(c, "highlight"), *words = sq_found(c, "highlight_label");
    int n = 0;
    if (wanted != NULL && words != NULL) {
        for (int i = 0; i < sq_found_length(c, wanted) && n < MOST_LINES; i++) {
            int place = place_of(c, event, sq_found_label(wanted, i));
            if (place >= 0) line[n++] = (told){place, sq_found_label(words, i)};
        }
        return n;
    }
    for (int i = 0; i < sq_found_length(c, event) && n < MOST_LINES; i++)
        if (is_telling(c, i)) line[n++] = (told){i, sq_spoken(c, sq_found_label(event, i))};
    return n;
}

static void add_hundred(sq_collector *c)
{
    const sq_variable *event = sq_found(c, "event");
    told line[MOST_LINES];
    int time = sq_found_near(c, "time", 3, 0.02);
    if (event == NULL || sq_found(c, "event_ever") == NULL) return;
    int n = lines_to_tell(c, event, line);
    const sq_variable *endpoint = sq_found(c, "endpoint");
    bool died = time >= 0 && endpoint != NULL && strcmp(sq_found_label(endpoint, 0), "os") == 0 &&
                sq_found(c, "survival") != NULL;
    const sq_heading *columns = strategy_headings(c);
    if (columns == NULL || n + died == 0) return;
    sq_sheet *s = sq_collect_sheet(c, "of_100_patients", "Of 100 patients", "What happened",
                            c->n_strategies, columns, n + died);
    for (int row = 0; s != NULL && row < n + died; row++) {
        bool is_death = died && row == 0;
        int place = is_death ? 0 : line[row - died].event;
        s->row_key[row] = is_death ? "died_within_3_years" : sq_found_label(event, place);
        s->row_title_of[row] = is_death ? "died within 3 years" : line[row - died].title;
        for (int i = 0; i < c->n_strategies; i++) {
            double share = is_death ? 1 - sq_found_value(c, "survival", i, 0, time, 2)
                                    : sq_found_value(c, "event_ever", i, place, 0, 1);
            *sq_sheet_at(s, row, i) = sq_number(share, (double)NAN);
        }
    }
    if (s != NULL) s->note = "Ever within the horizon, unless a time is given; numbers overlap.";
}

/* ---- footers -------------------------------------------------------------------------------- */

/* How many numbers of the model are sourced, and how many are somebody's judgement. */
static void add_classes(sq_collector *c)
{
    const sq_variable *class = sq_found(c, "parameter_class");
    int n = sq_found_length(c, class);
    if (n == 0 || class->type != SQ_I32 || class->n_flags == 0) return;
    const char *text = sq_arena_format(c->arena, "%d parameters:", n);
    for (int flag = 1; text != NULL && flag <= class->n_flags; flag++) {
        int code = flag % class->n_flags, count = 0; /* unsourced, the first, comes last */
        for (int i = 0; i < n; i++) count += ((const int32_t *)class->data)[i] == code;
        if (count > 0)
            text = sq_arena_format(c->arena, "%s %d %s,", text, count, class->flags[code]);
    }
    if (text != NULL) text = sq_arena_format(c->arena, "%.*s.", (int)strlen(text) - 1, text);
    sq_collect_note(c, text);
}

static bool has_errors(const sq_sheet *s)
{
    for (int i = 0; i < s->n_rows * s->n_columns; i++) {
        const sq_entry *e = &s->entries[i];
        bool whole = s->columns[i % s->n_columns].whole;
        if (e->is_number && !whole && !isnan(e->value) && !isnan(e->se)) return true;
        if (!e->is_number && e->text != NULL && strstr(e->text, "±") != NULL) return true;
    }
    return false;
}

/* What ± means, under the first table that has it. */
static void explain_error(sq_collector *c)
{
    for (int i = 0; i < c->report->n_sheets; i++) {
        sq_sheet *s = c->report->sheets[i];
        if (s->readers == SQ_FOR_PROGRAMS || !has_errors(s)) continue;
        s->note_below = s->note;
        s->note = "± is one standard error of the simulation (how much other virtual patients would "
                  "differ), not the uncertainty of the evidence.";
        return;
    }
}

/* What the experiment did not want, so that nobody looks for it. */
static void add_left_out(sq_collector *c)
{
    const sq_variable *left_out = sq_found(c, "left_out");
    const char *text = "Left out of this result, as the experiment asks:";
    for (int i = 0; text != NULL && i < sq_found_length(c, left_out); i++)
        text = sq_arena_format(c->arena, "%s%s %s", text, i > 0 ? "," : "",
                               sq_spoken(c, sq_found_label(left_out, i)));
    if (sq_found_length(c, left_out) == 0) return;
    if (text != NULL) text = sq_arena_format(c->arena, "%s.", text);
    sq_collect_note(c, text);
}

static void add_notes(sq_collector *c)
{
    add_left_out(c);
    add_classes(c);
    sq_collect_note(
        c, "These are results of a model under its stated assumptions, not results of a trial, and "
           "not medical advice.");
}

static void find_reference(sq_collector *c)
{
    const sq_variable *flag = sq_found(c, "strategy_is_reference");
    for (int i = 0; flag != NULL && flag->type == SQ_I32 && i < sq_found_length(c, flag); i++)
        if (((const int32_t *)flag->data)[i] != 0) c->reference = i;
}

/* What is said of one scenario. */
static void add_only_scenario(sq_collector *c)
{
    add_survival(c);
    add_quantities(c, "", "means",
                   is_undiscounted(c) ? "Means per patient (nothing is discounted)"
                                       : "Means per patient (discounted unless said otherwise)",
                   NULL);
    if (c->n_strategies > 1)
        add_quantities(c, "increment_", "differences",
                       sq_arena_format(c->arena, "Difference from %s", sq_found_label(c->strategy, c->reference)),
                       "Differences are paired: each patient meets the same luck under every "
                       "strategy.");
    add_hundred(c);
    sq_collect_subgroups(c);
    sq_collect_emulations(c);
    sq_collect_targets(c);
}

sq_status sq_summarise(const sq_variables *variables, const char *title, sq_arena *arena,
                       sq_report *report, sq_error *err)
{
    sq_collector c = {.v = variables, .arena = arena, .report = report};
    *report = (sq_report){.title = title};
    c.strategy = sq_found(&c, "strategy");
    if (c.strategy == NULL || c.strategy->type != SQ_TEXT)
        return sq_fail(err, SQ_ERR_INPUT, "the file holds no strategies to summarise");
    c.n_strategies = sq_found_length(&c, c.strategy);
    find_reference(&c);
    add_settings(&c);
    add_strategies(&c);
    if (sq_collect_scenarios(&c) < 2) add_only_scenario(&c);
    explain_error(&c);
    add_notes(&c);
    return c.failed ? sq_fail(err, SQ_ERR_MEMORY, "out of memory for the summary") : SQ_OK;
}

int sq_print_summary(const char *path, sq_format format)
{
    sq_error err = {.status = SQ_OK};
    sq_variables variables = {0};
    sq_arena arena = {0};
    sq_report report;
    char title[512];
    sq_status status = sq_results_read_summary(path, &variables, &err);
    if (status == SQ_OK) status = sq_results_title(path, title, sizeof title, &err);
    if (status == SQ_OK)
        status = sq_summarise(&variables, title[0] != '\0' ? title : path, &arena, &report, &err);
    if (status == SQ_OK) sq_report_print(stdout, &report, format);
    sq_variables_free(&variables);
    sq_arena_free(&arena);
    return status == SQ_OK ? SQ_EXIT_DONE : sq_say_error(&err);
}
