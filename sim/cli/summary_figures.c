/* What is commonly asked of many slices of a result (subgroups, scenarios), as columns of one table: survival, life years,
 * QALYs and costs with their differences. */
#include "cli/collect.h"
#include "cli/console.h"

static void put(sq_collector *c, sq_figures *all, const char *ending, sq_figure f, sq_heading heading)
{
    const char *name = sq_collect_text(c, sq_arena_format(c->arena, "%s%s", f.name, ending));
    if (all->n == SQ_MOST_FIGURES || sq_found(c, name) == NULL) return;
    all->figure[all->n] = f;
    all->heading[all->n++] = heading;
}

static void put_survival(sq_collector *c, sq_figures *all, const char *ending)
{
    const sq_heading *headings = sq_survival_headings, median = headings[SQ_SURVIVAL_TIMES];
    int half = sq_found_near(c, "quantile", 0.5, 1e-9);
    for (int i = 0; i < SQ_SURVIVAL_TIMES; i++) {
        int time = sq_found_near(c, "time", sq_survival_years[i], 0.02);
        const sq_figure f = {.name = "survival", .n_own = 2, .own = {0, time}, .has_error = true};
        if (time >= 0) put(c, all, ending, f, headings[i]);
    }
    if (half >= 0) put(c, all, ending, (sq_figure){.name = "survival_quantile", .n_own = 2, .own = {0, half}}, median);
}

static void put_quantities(sq_collector *c, sq_figures *all, const char *ending, const char *prefix)
{
    static const char *const names[] = {"life_years_undiscounted", "life_years", "qalys", "total_cost"};
    bool is_difference = prefix[0] != '\0';
    for (int i = 0; i < 4; i++) {
        const char *name = sq_collect_text(c, sq_arena_format(c->arena, "%s%s", prefix, names[i]));
        const sq_figure f = {.name = name, .has_error = true, .is_difference = is_difference};
        put(c, all, ending, f,
            (sq_heading){.key = name, .title = sq_spoken(c, name), .decimals = i < 3 ? 2 : 0, .fixed = i == 3});
    }
}

void sq_collect_figures(sq_collector *c, const char *ending, sq_figures *all)
{
    *all = (sq_figures){.n = 1, .heading = {{.key = "patients", .title = "Patients"}}};
    put_survival(c, all, ending);
    put_quantities(c, all, ending, "");
    if (c->n_strategies > 1) put_quantities(c, all, ending, "increment_");
}

int sq_telling_time(const sq_collector *c, double *years)
{
    static const double usual[] = {3, 5, 1};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        int time = sq_found_near(c, "time", usual[i], 0.02);
        if (time < 0) continue;
        *years = usual[i];
        return time;
    }
    return -1;
}
