/* The model in words, for people: what `sequela check` prints first. The sentences were composed by
 * the loader from the files' own expressions; here they are put in order and broken into lines. */
#include "lang/build.h"
#include "math/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 100 };

/* Text broken at blanks; the first line begins at `column`, the others at `indent`. */
static void write_wrapped(sq_writer *w, const char *text, size_t column, size_t indent)
{
    bool is_first = true;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (!is_first && column + 1 + n > PAGE) {
            sq_write(w, "\n%*s", (int)indent, "");
            column = indent;
            is_first = true;
        }
        sq_write(w, "%s%.*s", is_first ? "" : " ", (int)n, text);
        column += n + !is_first;
        is_first = false;
        text += n + (text[n] == ' ');
    }
    sq_write(w, "\n");
}

static void write_item(sq_writer *w, size_t indent, const char *name, const char *text)
{
    sq_write(w, "%*s%s: ", (int)indent, "", name);
    write_wrapped(w, text, indent + strlen(name) + 2, indent + 4);
}

/* Each line of the text as an item of its own. */
static void write_lines(sq_writer *w, size_t indent, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        char *line = malloc(n + 1);
        if (!line) {
            w->failed = true;
            return;
        }
        memcpy(line, text, n);
        line[n] = '\0';
        sq_write(w, "%*s", (int)indent, "");
        write_wrapped(w, line, indent, indent + 4);
        free(line);
        text += n + (text[n] == '\n');
    }
}

static void write_time(sq_writer *w, double days)
{
    if (days == 0 || days >= SQ_DAYS_PER_YEAR)
        sq_write(w, "%.6g y", days / SQ_DAYS_PER_YEAR);
    else
        sq_write(w, "%.6g d", days);
}

static void write_states(sq_writer *w, const sq_model *m)
{
    for (int death = 0; death < 2; death++) {
        int n = 0;
        for (int i = 0; i < m->n_states; i++) {
            if (m->states[i].death != (death == 1)) continue;
            if (n++ == 0)
                sq_write(w, death ? "Death states: " : "States: ");
            else
                sq_write(w, ", ");
            sq_write(w, "%s", m->states[i].name);
        }
        if (n) sq_write(w, "\n");
    }
    sq_write(w, "Lives start in %s", m->states[m->start_state].name);
    if (*m->start_text) {
        sq_write(w, ", then: ");
        write_wrapped(w, m->start_text, 24, 4);
    } else {
        sq_write(w, "\n");
    }
}

static void write_structure(sq_writer *w, const sq_model *m)
{
    if (*m->population_text) sq_write(w, "\nPatients at time zero\n");
    write_lines(w, 2, m->population_text);
    if (m->n_events)
        sq_write(w, "\nEvents (of two due at one instant the first listed fires first)\n");
    for (int i = 0; i < m->n_events; i++) write_item(w, 2, m->events[i].name, m->events[i].text);
    if (m->n_decisions) sq_write(w, "\nDecisions\n");
    for (int i = 0; i < m->n_decisions; i++)
        write_item(w, 2, m->decisions[i].name, m->decisions[i].text);
    if (*m->procedures_text) sq_write(w, "\nProcedures\n");
    write_lines(w, 2, m->procedures_text);
    if (*m->rewards_text) sq_write(w, "\nUtility and costs\n");
    write_lines(w, 2, m->rewards_text);
}

static void write_emulation(sq_writer *w, const sq_emulation *e)
{
    sq_write(w, "  %s%s%s\n", e->name, *e->title ? ": " : "", e->title);
    write_lines(w, 4, e->text);
    for (int i = 0; i < e->n_estimates; i++) write_item(w, 4, e->estimates[i].name, e->estimates[i].text);
}

static void write_target(sq_writer *w, const sq_model *m, const sq_target *t)
{
    const sq_emulation *e = t->kind == SQ_TARGET_ESTIMATE ? &m->emulations[t->index] : NULL;
    write_item(w, 2, t->name, t->what);
    if (e) write_item(w, 4, e->name, e->estimates[t->estimate].text);
}

static void write_strategies(sq_writer *w, const sq_model *m)
{
    if (m->n_strategies) sq_write(w, "\nStrategies\n");
    for (int i = 0; i < m->n_strategies; i++) {
        const sq_strategy *s = &m->strategies[i];
        sq_write(w, "  %s%s%s%s\n", s->name, *s->title ? ": " : "", s->title,
                 i == m->reference && m->n_strategies > 1 ? " (reference)" : "");
        write_lines(w, 4, s->text);
    }
    if (m->n_endpoints) sq_write(w, "\nEndpoints\n");
    for (int i = 0; i < m->n_endpoints; i++)
        write_item(w, 2, m->endpoints[i].name, m->endpoints[i].text);
    if (m->n_emulations) sq_write(w, "\nEmulated cohorts\n");
    for (int i = 0; i < m->n_emulations; i++) write_emulation(w, &m->emulations[i]);
    if (m->n_targets) sq_write(w, "\nTargets\n");
    for (int i = 0; i < m->n_targets; i++) write_target(w, m, &m->targets[i]);
}

static double percent_a_year(double rate_per_day)
{
    return 100 * (sq_exp(rate_per_day * SQ_DAYS_PER_YEAR) - 1);
}

static void write_rates(sq_writer *w, const sq_discount *d)
{
    if (d->rate[0] > 0)
        sq_write(w, "discounted at %.4g %% a year", percent_a_year(d->rate[0]));
    else
        sq_write(w, "not discounted");
    if (isfinite(d->change))
        sq_write(w, " and at %.4g %% after %.6g y", percent_a_year(d->rate[1]),
                 d->change / SQ_DAYS_PER_YEAR);
}

static bool same_rates(const sq_discount *a, const sq_discount *b)
{
    return a->rate[0] == b->rate[0] && a->rate[1] == b->rate[1] && a->change == b->change;
}

static void write_discount(sq_writer *w, const sq_model *m)
{
    const sq_discount *costs = &m->discount[SQ_DISCOUNT_COSTS];
    const sq_discount *effects = &m->discount[SQ_DISCOUNT_EFFECTS];
    bool together = same_rates(costs, effects);
    sq_write(w, together ? ", " : ", costs ");
    write_rates(w, costs);
    if (together) return;
    sq_write(w, ", effects ");
    write_rates(w, effects);
}

static void write_closing(sq_writer *w, const sq_model *m)
{
    sq_write(w, "Follow-up closes in %.8g, or at the horizon where that is earlier\n  ", m->closing_year);
    write_wrapped(w,
                  "curves of endpoints are life-table estimates (Kaplan-Meier, Aalen-Johansen) of patients "
                  "who are censored then; occupancy is that of the patients still followed; totals, counts "
                  "and shares are of what falls within the follow-up",
                  2, 4);
}

static void write_run(sq_writer *w, const sq_model *m)
{
    sq_write(w, "\nHorizon ");
    write_time(w, m->horizon);
    sq_write(w, ", %lld patients per strategy", (long long)m->n_patients);
    sq_write(w, ", seed %llu", (unsigned long long)m->seed);
    write_discount(w, m);
    if (m->discount[0].from_year) sq_write(w, " from the year %.8g", m->discount[0].year);
    sq_write(w, "\n");
    if (m->closes) write_closing(w, m);
}

char *sq_describe(const sq_model *m)
{
    sq_writer w = {0};
    sq_write(&w, "Model %s%s%s\n", m->name, *m->title ? ": " : "", m->title);
    if (*m->experiment)
        sq_write(&w, "Experiment %s%s%s\n", m->experiment, *m->experiment_title ? ": " : "",
                 m->experiment_title);
    sq_write(&w, "\n");
    write_states(&w, m);
    write_structure(&w, m);
    write_strategies(&w, m);
    if (*m->experiment) write_run(&w, m);
    if (w.failed) {
        free(w.items);
        return NULL;
    }
    return w.items;
}
