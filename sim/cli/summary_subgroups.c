/* Subgroups in the summary: at the terminal one table for survival and one for the main quantity, a line per
 * subgroup and a column per strategy; for everything else one table with all that is commonly asked for, a line
 * per subgroup and strategy. */
#include "cli/collect.h"
#include "cli/console.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_AT_TERMINAL = 60 };

static const char *ending(sq_collector *c, const char *name, const char *kind)
{
    return sq_collect_text(c, sq_arena_format(c->arena, "%s%s_by_subgroup", name, kind));
}

static int64_t patients_of(const sq_collector *c, int strategy, int subgroup)
{
    const sq_variable *n = sq_found(c, "subgroup_n");
    int subgroups = sq_found_length(c, sq_found(c, "subgroup"));
    if (n == NULL || n->type != SQ_I64 || strategy * subgroups + subgroup >= sq_found_length(c, n)) return 0;
    return ((const int64_t *)n->data)[strategy * subgroups + subgroup];
}

static sq_entry entry_of(sq_collector *c, const sq_figure *f, int strategy, int subgroup)
{
    const int own[3] = {subgroup, f->own[0], f->own[1]};
    double se = (double)NAN;
    if (f->is_difference && strategy == c->reference) return sq_words("reference");
    double value = sq_found_at(c, ending(c, f->name, ""), strategy, f->n_own + 1, own);
    if (!f->has_error && isnan(value) && patients_of(c, strategy, subgroup) > 0)
        return (sq_entry){.text = "not reached", .value = value, .se = se, .is_number = true};
    if (f->has_error) se = sq_found_at(c, ending(c, f->name, "_se"), strategy, f->n_own + 1, own);
    return sq_number(value, se);
}

/* ---- at the terminal ------------------------------------------------------------------------ */

static void add_compact(sq_collector *c, const char *key, const char *title, const sq_figure *f, double scale,
                        int decimals, bool fixed)
{
    const sq_variable *subgroup = sq_found(c, "subgroup");
    sq_heading *columns = sq_arena_array(c->arena, (size_t)c->n_strategies, sizeof *columns);
    c->failed = c->failed || columns == NULL;
    for (int i = 0; columns != NULL && i < c->n_strategies; i++) {
        const char *name = sq_found_label(c->strategy, i);
        columns[i] = (sq_heading){.key = name, .title = name, .scale = scale, .decimals = decimals, .fixed = fixed};
    }
    int n = sq_found_length(c, subgroup);
    sq_sheet *s = c->failed ? NULL : sq_collect_sheet(c, key, title, "Subgroup (patients)", c->n_strategies, columns, n);
    for (int row = 0; s != NULL && row < n; row++) {
        char size[48];
        sq_grouped((double)patients_of(c, c->reference, row), 0, size, sizeof size);
        const char *name = sq_found_label(subgroup, row);
        s->row_key[row] = name;
        s->row_title_of[row] = sq_collect_text(c, sq_arena_format(c->arena, "%s (%s)", name, size));
        for (int i = 0; i < c->n_strategies; i++) *sq_sheet_at(s, row, i) = entry_of(c, f, i, row);
    }
    if (s != NULL) s->readers = SQ_FOR_TERMINAL;
}

static void add_compact_survival(sq_collector *c)
{
    double years = 0;
    int time = sq_telling_time(c, &years);
    const sq_variable *endpoint = sq_found(c, "endpoint");
    if (time < 0 || endpoint == NULL || sq_found(c, "survival_by_subgroup") == NULL) return;
    const sq_figure f = {.name = "survival", .n_own = 2, .own = {0, time}, .has_error = true};
    const char *name = sq_found_label(endpoint, 0);
    const char *at = years > 1 ? "years" : "year";
    const char *title = strcmp(name, "os") == 0
                            ? sq_arena_format(c->arena, "Overall survival at %g %s by subgroup, %%", years, at)
                            : sq_arena_format(c->arena, "Free of the event of '%s' at %g %s by subgroup, %%", name,
                                              years, at);
    add_compact(c, "subgroup_survival", title, &f, 100, 1, false);
}

static void add_compact_quantity(sq_collector *c)
{
    static const char *const names[] = {"qalys", "life_years", "total_cost"};
    static const char *const words[] = {"QALYs", "Life years", "Cost"};
    for (int i = 0; i < 3; i++) {
        const sq_variable *var = sq_found(c, ending(c, names[i], ""));
        const sq_figure f = {.name = names[i], .has_error = true};
        if (var == NULL) continue;
        const char *unit = i < 2 ? "" : sq_arena_format(c->arena, ", %s", var->units);
        const char *title = sq_arena_format(c->arena, "%s by subgroup, mean per patient%s", words[i], unit ? unit : "");
        add_compact(c, "subgroup_quantity", title, &f, 1, i < 2 ? 2 : 0, i == 2);
        return;
    }
}

/* ---- for files ------------------------------------------------------------------------------ */

static void add_complete(sq_collector *c)
{
    const sq_variable *subgroup = sq_found(c, "subgroup");
    sq_figures *all = sq_arena_alloc(c->arena, sizeof *all);
    int n = sq_found_length(c, subgroup) * c->n_strategies;
    c->failed = c->failed || all == NULL;
    if (c->failed) return;
    sq_collect_figures(c, "_by_subgroup", all);
    sq_sheet *s = sq_collect_sheet(c, "subgroups", "Subgroups", "Subgroup, strategy", all->n, all->heading, n);
    for (int row = 0; s != NULL && row < n; row++) {
        int g = row / c->n_strategies, strategy = row % c->n_strategies;
        s->row_key[row] = s->row_title_of[row] = sq_collect_text(
            c, sq_arena_format(c->arena, "%s under %s", sq_found_label(subgroup, g),
                               sq_found_label(c->strategy, strategy)));
        *sq_sheet_at(s, row, 0) = sq_number((double)patients_of(c, strategy, g), (double)NAN);
        for (int i = 1; i < all->n; i++) *sq_sheet_at(s, row, i) = entry_of(c, &all->figure[i], strategy, g);
    }
    if (s != NULL) s->readers = SQ_FOR_FILES;
}

void sq_collect_subgroups(sq_collector *c)
{
    const sq_variable *subgroup = sq_found(c, "subgroup");
    int n = sq_found_length(c, subgroup);
    if (n == 0 || subgroup->type != SQ_TEXT) return;
    add_complete(c);
    if (n <= MOST_AT_TERMINAL) {
        add_compact_survival(c);
        add_compact_quantity(c);
        return;
    }
    sq_collect_note(c, sq_arena_format(c->arena, "%d subgroups: `sequela summary --format csv` lists them.", n));
}
