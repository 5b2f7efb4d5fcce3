/* Collecting the summary. Everything is looked up by name in the result, so that the summary of
 * a file from another machine, or from a model with other outcomes, is what that file can
 * support: a table whose numbers are not there is not printed. The first scenario and draw are
 * summarised. */
#include "cli/summary.h"

#include "cli/console.h"
#include "io/results.h"

#include <math.h>
#include <string.h>

typedef struct collector {
    const sq_variables *v;
    sq_arena *arena;
    sq_report *report;
    const sq_variable *strategy;
    int n_strategies, reference;
    bool failed; /* memory is out */
} collector;

/* ---- looking up ----------------------------------------------------------------------------- */

static const sq_variable *find(const collector *c, const char *name)
{
    return sq_variables_find(c->v, "", name);
}

static int length_of(const collector *c, const sq_variable *var)
{
    return var == NULL ? 0 : (int)sq_variable_length(c->v, var);
}

static const char *label(const sq_variable *var, int i)
{
    return ((const char *const *)var->data)[i];
}

/* The length of an axis of a variable, counted from its end (0: the last). */
static size_t from_end(const collector *c, const sq_variable *var, int i)
{
    return c->v->axes[var->axis[var->n_axes - 1 - i]].length;
}

/* A number of the first scenario and draw: value[strategy][i][j] with n_own = 0, 1 or 2 own
 * axes. NaN if the variable is missing or of another shape. */
static double value_at(const collector *c, const char *name, int strategy, int i, int j, int n_own)
{
    const sq_variable *var = find(c, name);
    if (var == NULL || var->type != SQ_F64 || var->n_axes != 3 + n_own) return (double)NAN;
    size_t last = n_own > 0 ? from_end(c, var, 0) : 1, before = n_own > 1 ? from_end(c, var, 1) : 1;
    size_t place = (size_t)strategy;
    if (n_own == 2)
        place = (place * before + (size_t)i) * last + (size_t)j;
    else if (n_own == 1)
        place = place * last + (size_t)i;
    return ((const double *)var->data)[place];
}

static sq_entry estimate(const collector *c, const char *name, int strategy)
{
    char se[128];
    snprintf(se, sizeof se, "%s_se", name);
    return sq_number(value_at(c, name, strategy, 0, 0, 0), value_at(c, se, strategy, 0, 0, 0));
}

/* The index on a numeric axis whose coordinate is nearest to wanted and within `near`; -1 if
 * none. */
static int index_near(const collector *c, const char *axis, double wanted, double near)
{
    const sq_variable *var = find(c, axis);
    int best = -1;
    if (var == NULL || var->type != SQ_F64) return -1;
    for (int i = 0; i < length_of(c, var); i++) {
        double distance = fabs(((const double *)var->data)[i] - wanted);
        if (distance <= near) {
            near = distance;
            best = i;
        }
    }
    return best;
}

/* "blina_first_dose" -> "blina first dose". */
static const char *spoken(collector *c, const char *name)
{
    char *text = sq_arena_text(c->arena, name, strlen(name));
    for (char *p = text; p != NULL && *p != '\0'; p++)
        if (*p == '_') *p = ' ';
    c->failed = c->failed || text == NULL;
    return text != NULL ? text : "";
}

/* ---- building sheets ------------------------------------------------------------------------ */

static sq_sheet *new_sheet(collector *c, const char *key, const char *title, const char *row_title,
                           int n_columns, const sq_heading *columns, int n_rows)
{
    sq_sheet *s = sq_sheet_new(c->arena, key, title, row_title, n_columns, columns, n_rows);
    if (s == NULL || title == NULL)
        c->failed = true;
    else
        c->report->sheets[c->report->n_sheets++] = s;
    return c->failed ? NULL : s;
}

static sq_sheet *strategy_sheet(collector *c, const char *key, const char *title, int n_columns,
                                const sq_heading *columns)
{
    sq_sheet *s = new_sheet(c, key, title, "Strategy", n_columns, columns, c->n_strategies);
    for (int i = 0; s != NULL && i < c->n_strategies; i++)
        s->row_key[i] = s->row_title_of[i] = label(c->strategy, i);
    return s;
}

static void add_strategies(collector *c)
{
    const sq_variable *title = find(c, "strategy_title"), *n = find(c, "n_patients");
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
    sq_sheet *s = strategy_sheet(c, "strategies", heading, 1, columns);
    for (int i = 0; s != NULL && i < c->n_strategies; i++)
        *sq_sheet_at(s, i, 0) = sq_words(label(title, i));
}

/* ---- what was run --------------------------------------------------------------------------- */

/* A number of the file that has no axes; NaN if it is not there. */
static double single(const collector *c, const char *name)
{
    const sq_variable *var = find(c, name);
    bool fits = var != NULL && var->type == SQ_F64 && var->n_axes == 0;
    return fits ? *(const double *)var->data : (double)NAN;
}

/* Of costs (0) and of effects (1): a year, and years; NaN where the file does not say. */
typedef struct rates {
    double rate, later, change;
} rates;

static double discounted(const collector *c, const char *name, int i)
{
    const sq_variable *var = find(c, name);
    return var != NULL && var->type == SQ_F64 && length_of(c, var) == 2 ? ((const double *)var->data)[i] : (double)NAN;
}

static rates rates_of(const collector *c, int i)
{
    return (rates){discounted(c, "discount_rate", i), discounted(c, "discount_rate_later", i),
                   discounted(c, "discount_change", i)};
}

static bool is_zero(rates r) { return r.rate == 0 && (isnan(r.later) || r.later == 0); }

static bool is_same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static bool is_undiscounted(const collector *c) { return is_zero(rates_of(c, 0)) && is_zero(rates_of(c, 1)); }

static const char *rates_text(const collector *c, const char *what, rates r)
{
    if (is_zero(r)) return sq_arena_format(c->arena, "%s not discounted", what);
    const char *text = sq_arena_format(c->arena, "%s discounted at %.4g %% a year (effective)", what, 100 * r.rate);
    if (text != NULL && !isnan(r.later))
        text = sq_arena_format(c->arena, "%s, at %.4g %% after %.4g y", text, 100 * r.later, r.change);
    return text;
}

static const char *discounting(const collector *c)
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
    if (text != NULL && from != 0) text = sq_arena_format(c->arena, "%s, from %.4g y after index", text, from);
    return text;
}

/* "causal_share=0.7" reads "causal_share = 0.7". */
static const char *change_text(const collector *c, const char *set)
{
    size_t n = strcspn(set, "=");
    if (set[n] == '\0') return set;
    const char *value = set + n + 1;
    while (n > 0 && set[n - 1] == ' ') n--;
    return sq_arena_format(c->arena, "%.*s = %s", (int)n, set, value + strspn(value, " "));
}

static void add_setting(collector *c, const char *text)
{
    if (text == NULL)
        c->failed = true;
    else
        c->report->settings[c->report->n_settings++] = text;
}

static void add_settings(collector *c)
{
    char count[48];
    const sq_variable *seed = find(c, "seed"), *n = find(c, "n_patients");
    const sq_variable *changed = find(c, "changed");
    const char *discount = discounting(c), *text = "Changed: ";
    bool known = seed != NULL && seed->type == SQ_TEXT && n != NULL && n->type == SQ_I64;
    c->failed = c->failed || discount == NULL;
    if (!known || isnan(single(c, "horizon")) || isnan(discounted(c, "discount_rate", 0)) || c->failed)
        return;
    int64_t patients = ((const int64_t *)n->data)[0];
    sq_grouped((double)patients, 0, count, sizeof count);
    add_setting(c, sq_arena_format(c->arena, "Horizon %.4g y; %s; seed %s; %s patient%s",
                                   single(c, "horizon"), discount, label(seed, 0), count,
                                   patients == 1 ? "" : "s"));
    for (int i = 0; i < length_of(c, changed) && text != NULL; i++) {
        const char *change = change_text(c, label(changed, i));
        text = change == NULL
                   ? NULL
                   : sq_arena_format(c->arena, "%s%s%s", text, i > 0 ? ", " : "", change);
    }
    if (length_of(c, changed) > 0) add_setting(c, text);
}

/* ---- survival, means, differences ------------------------------------------------------------ */

/* Share alive (without the event) of the first endpoint after 1, 3 and 5 years, and the median. */
static void add_survival(collector *c)
{
    static const double years[] = {1, 3, 5};
    static const sq_heading all[] = {{"survival_1_year", "1 year, %", 100, 1, false, false},
                                     {"survival_3_years", "3 years, %", 100, 1, false, false},
                                     {"survival_5_years", "5 years, %", 100, 1, false, false},
                                     {"median_years", "Median, years", 1, 2, false, true}};
    const sq_variable *endpoint = find(c, "endpoint");
    int median = index_near(c, "quantile", 0.5, 1e-9);
    if (find(c, "survival") == NULL || endpoint == NULL) return;
    int n = 0, time[3];
    sq_heading *columns = sq_arena_array(c->arena, 4, sizeof *columns);
    for (int i = 0; columns != NULL && i < 3; i++) {
        time[n] = index_near(c, "time", years[i], 0.02);
        if (time[n] >= 0) columns[n++] = all[i];
    }
    int n_times = n;
    if (columns != NULL && median >= 0) columns[n++] = all[3];
    if (n == 0) return;
    const char *name = label(endpoint, 0);
    const char *title = strcmp(name, "os") == 0
                            ? "Overall survival"
                            : sq_arena_format(c->arena, "Free of the event of '%s'", name);
    sq_sheet *s = columns == NULL ? NULL : strategy_sheet(c, "survival", title, n, columns);
    for (int row = 0; s != NULL && row < c->n_strategies; row++) {
        for (int i = 0; i < n_times; i++)
            *sq_sheet_at(s, row, i) = sq_number(value_at(c, "survival", row, 0, time[i], 2),
                                                value_at(c, "survival_se", row, 0, time[i], 2));
        if (median < 0) continue;
        sq_entry *e = sq_sheet_at(s, row, n_times);
        *e = sq_number(value_at(c, "survival_quantile", row, 0, median, 2), (double)NAN);
        e->text = "not reached";
    }
    c->failed = c->failed || columns == NULL;
}

/* Headings of life years, QALYs and cost, and the variables behind them. */
static int quantity_columns(collector *c, sq_heading *columns, const char **names,
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
        const sq_variable *var = name == NULL ? NULL : find(c, name);
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

static void add_quantities(collector *c, const char *prefix, const char *key, const char *title,
                           const char *note)
{
    sq_heading *columns = sq_arena_array(c->arena, 4, sizeof *columns);
    const char *names[4];
    int n = columns == NULL ? 0 : quantity_columns(c, columns, names, prefix);
    c->failed = c->failed || columns == NULL;
    if (c->failed || n == 0) return;
    sq_sheet *s = strategy_sheet(c, key, title, n, columns);
    for (int row = 0; s != NULL && row < c->n_strategies; row++)
        for (int i = 0; i < n; i++) {
            *sq_sheet_at(s, row, i) = estimate(c, names[i], row);
            if (prefix[0] != '\0' && row == c->reference)
                *sq_sheet_at(s, row, i) = sq_words("reference");
        }
    if (s != NULL) s->note = note;
}

/* ---- of 100 patients ------------------------------------------------------------------------ */

/* Worth a line: no entry into a state, and not the same certainty under every strategy. */
static bool is_telling(const collector *c, int event)
{
    const sq_variable *state = find(c, "state");
    bool some = false, all = true;
    if (event < length_of(c, state)) return false;
    for (int s = 0; s < c->n_strategies; s++) {
        double share = value_at(c, "event_ever", s, event, 0, 1);
        some = some || share > 0;
        all = all && share >= 1;
    }
    return some && !all;
}

static const sq_heading *strategy_headings(collector *c)
{
    sq_heading *columns = sq_arena_array(c->arena, (size_t)c->n_strategies, sizeof *columns);
    c->failed = c->failed || columns == NULL;
    for (int i = 0; columns != NULL && i < c->n_strategies; i++)
        columns[i] = (sq_heading){.key = label(c->strategy, i),
                                  .title = label(c->strategy, i),
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

static int place_of(const collector *c, const sq_variable *labels, const char *wanted)
{
    for (int i = 0; i < length_of(c, labels); i++)
        if (strcmp(label(labels, i), wanted) == 0) return i;
    return -1;
}

/* What the experiment asks to be told, in its words; where it asks for nothing, all that is telling. */
static int lines_to_tell(collector *c, const sq_variable *event, told line[MOST_LINES])
{
    const sq_variable *wanted = find(c, "highlight"), *words = find(c, "highlight_label");
    int n = 0;
    if (wanted != NULL && words != NULL) {
        for (int i = 0; i < length_of(c, wanted) && n < MOST_LINES; i++) {
            int place = place_of(c, event, label(wanted, i));
            if (place >= 0) line[n++] = (told){place, label(words, i)};
        }
        return n;
    }
    for (int i = 0; i < length_of(c, event) && n < MOST_LINES; i++)
        if (is_telling(c, i)) line[n++] = (told){i, spoken(c, label(event, i))};
    return n;
}

static void add_hundred(collector *c)
{
    const sq_variable *event = find(c, "event");
    told line[MOST_LINES];
    int time = index_near(c, "time", 3, 0.02);
    if (event == NULL || find(c, "event_ever") == NULL) return;
    int n = lines_to_tell(c, event, line);
    const sq_variable *endpoint = find(c, "endpoint");
    bool died = time >= 0 && endpoint != NULL && strcmp(label(endpoint, 0), "os") == 0 &&
                find(c, "survival") != NULL;
    const sq_heading *columns = strategy_headings(c);
    if (columns == NULL || n + died == 0) return;
    sq_sheet *s = new_sheet(c, "of_100_patients", "Of 100 patients", "What happened",
                            c->n_strategies, columns, n + died);
    for (int row = 0; s != NULL && row < n + died; row++) {
        bool is_death = died && row == 0;
        int place = is_death ? 0 : line[row - died].event;
        s->row_key[row] = is_death ? "died_within_3_years" : label(event, place);
        s->row_title_of[row] = is_death ? "died within 3 years" : line[row - died].title;
        for (int i = 0; i < c->n_strategies; i++) {
            double share = is_death ? 1 - value_at(c, "survival", i, 0, time, 2)
                                    : value_at(c, "event_ever", i, place, 0, 1);
            *sq_sheet_at(s, row, i) = sq_number(share, (double)NAN);
        }
    }
    if (s != NULL) s->note = "Ever within the horizon, unless a time is given; numbers overlap.";
}

/* ---- targets -------------------------------------------------------------------------------- */

typedef struct target_data {
    const sq_variable *name, *what, *strategy, *unit, *use, *verdict;
    const double *published, *lower, *upper, *simulated, *se;
} target_data;

static const double *numbers(const collector *c, const char *name)
{
    const sq_variable *var = find(c, name);
    return var == NULL || var->type != SQ_F64 ? NULL : var->data;
}

/* How people read a figure: shares as percent, times below two years in months. */
typedef struct scale {
    double by;
    int decimals;
    const char *word;
} scale;

static scale scale_of(const target_data *d, int i)
{
    const char *unit = label(d->unit, i);
    if (strcmp(unit, "1") == 0) return (scale){100, 1, "%"};
    if (strcmp(unit, "year") != 0) return (scale){1, 0, unit};
    return d->published[i] < 2 ? (scale){12, 1, "mo"} : (scale){1, 2, "y"};
}

/* Enough decimals for one digit of the error. */
static int decimals_for(int decimals, double se)
{
    if (!(se > 0)) return decimals;
    int needed = -(int)floor(log10(se));
    return needed > decimals ? (needed < 4 ? needed : 4) : decimals;
}

static const char *kept(collector *c, const char *text)
{
    c->failed = c->failed || text == NULL;
    return text != NULL ? text : "";
}

static const char *figure(collector *c, const target_data *d, int i, double value, double se)
{
    scale s = scale_of(d, i);
    int decimals = decimals_for(s.decimals, se * s.by);
    char number[48], error[48];
    if (isnan(value)) return "–";
    sq_grouped(value * s.by, decimals, number, sizeof number);
    if (isnan(se)) return kept(c, sq_arena_format(c->arena, "%s %s", number, s.word));
    sq_grouped(se * s.by, decimals, error, sizeof error);
    return kept(c, sq_arena_format(c->arena, "%s ± %s %s", number, error, s.word));
}

static const char *interval(collector *c, const target_data *d, int i)
{
    scale s = scale_of(d, i);
    char lower[48], upper[48];
    if (isnan(d->lower[i]) || isnan(d->upper[i])) return "–";
    sq_grouped(d->lower[i] * s.by, s.decimals, lower, sizeof lower);
    sq_grouped(d->upper[i] * s.by, s.decimals, upper, sizeof upper);
    return kept(c, sq_arena_format(c->arena, "%s to %s", lower, upper));
}

/* Without an interval nothing is claimed. */
static const char *verdict(collector *c, const target_data *d, int i, bool people)
{
    int code = ((const int32_t *)d->verdict->data)[i];
    const char *word = code >= 0 && code < d->verdict->n_flags ? d->verdict->flags[code] : "";
    if (!people) return word;
    return strcmp(word, "no_interval") == 0 ? "–" : spoken(c, word);
}

/* The value of a key in "{incidence: cr, cause: cr2, at: 6 mo}", spoken; NULL if it has none. */
static const char *value_of(collector *c, const char *what, const char *key)
{
    size_t n = strlen(key);
    for (const char *p = what; *p != '\0'; p += strcspn(p, ",}")) {
        p += strspn(p, "{,} ");
        if (strncmp(p, key, n) != 0 || p[n] != ':') continue;
        p += n + 1;
        p += strspn(p, " ");
        const char *text = sq_arena_text(c->arena, p, strcspn(p, ",}"));
        return spoken(c, kept(c, text));
    }
    return NULL;
}

/* "alive at 3 y", "second remission by 6 mo": what is compared, in words. */
static const char *target_words(collector *c, const target_data *d, int i)
{
    const char *what = d->what == NULL ? "" : label(d->what, i);
    const char *survival = value_of(c, what, "survival"), *median = value_of(c, what, "median");
    const char *incidence = value_of(c, what, "incidence"), *cause = value_of(c, what, "cause");
    const char *mean = value_of(c, what, "mean"), *share = value_of(c, what, "share");
    const char *at = value_of(c, what, "at"), *among = value_of(c, what, "among");
    sq_arena *a = c->arena;
    if (survival != NULL && at != NULL)
        return kept(c, strcmp(survival, "os") == 0
                           ? sq_arena_format(a, "alive at %s", at)
                           : sq_arena_format(a, "%s at %s", survival, at));
    if (incidence != NULL && at != NULL)
        return kept(c, sq_arena_format(a, "%s by %s", cause != NULL ? cause : incidence, at));
    if (median != NULL)
        return kept(c, strcmp(median, "os") == 0 ? "median overall survival"
                                                 : sq_arena_format(a, "median %s", median));
    if (mean != NULL) return kept(c, sq_arena_format(a, "mean %s", mean));
    if (share != NULL && among != NULL)
        return kept(c, sq_arena_format(a, "%s, of those with %s", share, among));
    return share != NULL ? share : "";
}

/* The words, and the name that the experiment gives the target: two rows may compare the same. */
static const char *target_row(collector *c, const target_data *d, int i)
{
    const char *words = target_words(c, d, i), *name = label(d->name, i);
    return words[0] == '\0' ? name : kept(c, sq_arena_format(c->arena, "%s (%s)", words, name));
}

static bool find_targets(const collector *c, target_data *d)
{
    *d = (target_data){
        .name = find(c, "target"),
        .what = find(c, "target_what"),
        .strategy = find(c, "target_strategy"),
        .unit = find(c, "target_unit"),
        .use = find(c, "target_use"),
        .verdict = find(c, "target_verdict"),
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
    "where none was published. Use: input = the figure is a number of the model; fitted = numbers "
    "were chosen with it in view; unfitted = not used so; display = shown, not a test.";

static void add_targets_for_people(collector *c, const target_data *d, int n)
{
    static const sq_heading columns[] = {
        {.key = "strategy", .title = "Strategy"},      {.key = "published", .title = "Published"},
        {.key = "interval", .title = "95 % interval"}, {.key = "simulated", .title = "Simulated"},
        {.key = "verdict", .title = "Verdict"},        {.key = "use", .title = "Use"}};
    sq_sheet *s = new_sheet(c, "targets", target_title, "Target", 6, columns, n);
    for (int i = 0; s != NULL && i < n; i++) {
        s->row_key[i] = label(d->name, i);
        s->row_title_of[i] = target_row(c, d, i);
        *sq_sheet_at(s, i, 0) = sq_words(label(d->strategy, i));
        *sq_sheet_at(s, i, 1) = sq_words(figure(c, d, i, d->published[i], (double)NAN));
        *sq_sheet_at(s, i, 2) = sq_words(interval(c, d, i));
        *sq_sheet_at(s, i, 3) = sq_words(figure(c, d, i, d->simulated[i], d->se[i]));
        *sq_sheet_at(s, i, 4) = sq_words(verdict(c, d, i, true));
        *sq_sheet_at(s, i, 5) = sq_words(label(d->use, i));
    }
    if (s == NULL) return;
    s->note = target_note;
    s->readers = SQ_FOR_PEOPLE;
    s->wraps = true;
}

/* Numbers in the unit of the file, with all their digits. */
static void add_targets_for_programs(collector *c, const target_data *d, int n)
{
    static const sq_heading columns[] = {{.key = "strategy"},  {.key = "unit"},  {.key = "published"},
                                         {.key = "lower"},     {.key = "upper"}, {.key = "simulated"},
                                         {.key = "verdict"},   {.key = "use"}};
    sq_sheet *s = new_sheet(c, "targets", target_title, "Target", 8, columns, n);
    for (int i = 0; s != NULL && i < n; i++) {
        s->row_key[i] = s->row_title_of[i] = label(d->name, i);
        *sq_sheet_at(s, i, 0) = sq_words(label(d->strategy, i));
        *sq_sheet_at(s, i, 1) = sq_words(label(d->unit, i));
        *sq_sheet_at(s, i, 2) = sq_number(d->published[i], (double)NAN);
        *sq_sheet_at(s, i, 3) = sq_number(d->lower[i], (double)NAN);
        *sq_sheet_at(s, i, 4) = sq_number(d->upper[i], (double)NAN);
        *sq_sheet_at(s, i, 5) = sq_number(d->simulated[i], d->se[i]);
        *sq_sheet_at(s, i, 6) = sq_words(verdict(c, d, i, false));
        *sq_sheet_at(s, i, 7) = sq_words(label(d->use, i));
    }
    if (s != NULL) s->readers = SQ_FOR_PROGRAMS;
}

static void add_targets(collector *c)
{
    target_data d;
    if (!find_targets(c, &d)) return;
    add_targets_for_people(c, &d, length_of(c, d.name));
    add_targets_for_programs(c, &d, length_of(c, d.name));
}

/* ---- footers -------------------------------------------------------------------------------- */

static void add_note(collector *c, const char *note)
{
    if (note == NULL)
        c->failed = true;
    else
        c->report->notes[c->report->n_notes++] = note;
}

/* How many numbers of the model are sourced, and how many are somebody's judgement. */
static void add_classes(collector *c)
{
    const sq_variable *class = find(c, "parameter_class");
    int n = length_of(c, class);
    if (n == 0 || class->type != SQ_I32 || class->n_flags == 0) return;
    const char *text = sq_arena_format(c->arena, "%d parameters:", n);
    for (int flag = 1; text != NULL && flag <= class->n_flags; flag++) {
        int code = flag % class->n_flags, count = 0; /* unsourced, the first, comes last */
        for (int i = 0; i < n; i++) count += ((const int32_t *)class->data)[i] == code;
        if (count > 0)
            text = sq_arena_format(c->arena, "%s %d %s,", text, count, class->flags[code]);
    }
    if (text != NULL) text = sq_arena_format(c->arena, "%.*s.", (int)strlen(text) - 1, text);
    add_note(c, text);
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
static void explain_error(collector *c)
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

static void add_notes(collector *c)
{
    add_classes(c);
    add_note(
        c, "These are results of a model under its stated assumptions, not results of a trial, and "
           "not medical advice.");
}

static void find_reference(collector *c)
{
    const sq_variable *flag = find(c, "strategy_is_reference");
    for (int i = 0; flag != NULL && flag->type == SQ_I32 && i < length_of(c, flag); i++)
        if (((const int32_t *)flag->data)[i] != 0) c->reference = i;
}

sq_status sq_summarise(const sq_variables *variables, const char *title, sq_arena *arena,
                       sq_report *report, sq_error *err)
{
    collector c = {.v = variables, .arena = arena, .report = report};
    *report = (sq_report){.title = title};
    c.strategy = find(&c, "strategy");
    if (c.strategy == NULL || c.strategy->type != SQ_TEXT)
        return sq_fail(err, SQ_ERR_INPUT, "the file holds no strategies to summarise");
    c.n_strategies = length_of(&c, c.strategy);
    find_reference(&c);
    add_settings(&c);
    add_strategies(&c);
    add_survival(&c);
    add_quantities(&c, "", "means",
                   is_undiscounted(&c) ? "Means per patient (nothing is discounted)"
                                       : "Means per patient (discounted unless said otherwise)",
                   NULL);
    if (c.n_strategies > 1)
        add_quantities(&c, "increment_", "differences",
                       sq_arena_format(arena, "Difference from %s", label(c.strategy, c.reference)),
                       "Differences are paired: each patient meets the same luck under every "
                       "strategy.");
    add_hundred(&c);
    add_targets(&c);
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
