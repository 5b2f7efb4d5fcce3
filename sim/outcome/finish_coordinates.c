/* The coordinates of results: what stands along their axes. */
#include "outcome/finish.h"

#include <string.h>

static void add_numbers(sq_finish *w, const char *name, const char *long_name, int n)
{
    sq_finish_axis(w, name, (size_t)n);
    int32_t *number = sq_finish_add(w, SQ_I32, name, "1", long_name, name, NULL, NULL);
    for (int i = 0; number != NULL && i < n; i++)
        number[i] = i;
}

static void add_strategies(sq_finish *w)
{
    const sq_model *m = w->model;
    size_t n = (size_t)m->n_strategies;
    static const char *const NO_YES[] = {"no", "yes"};
    sq_finish_axis(w, "strategy", n);
    sq_finish_texts(w, "strategy", "strategy", "strategy", m->strategies, n, sizeof *m->strategies,
                    offsetof(sq_strategy, name));
    sq_finish_texts(w, "strategy_title", "strategy in words", "strategy", m->strategies, n,
                    sizeof *m->strategies, offsetof(sq_strategy, title));
    int32_t *is_reference = sq_finish_add(w, SQ_I32, "strategy_is_reference", "1",
                                          "whether increments are against this strategy", "strategy",
                                          NULL, NULL);
    sq_finish_flags(w, NO_YES, 2);
    if (is_reference != NULL)
        is_reference[m->reference] = 1;
}

static void add_time(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_grid == 0)
        return;
    sq_finish_axis(w, "time", (size_t)m->n_grid);
    double *time = sq_finish_add(w, SQ_F64, "time", "year", "time since origin", "time", NULL, NULL);
    for (int j = 0; time != NULL && j < m->n_grid; j++)
        time[j] = j * m->grid_step / SQ_DAYS_PER_YEAR; /* as the user wrote it */
}

static void add_events(sq_finish *w)
{
    int n = SQ_OCCURS_DEATH(w->model) + 1;
    sq_finish_axis(w, "event", (size_t)n);
    const char **name = sq_finish_add(w, SQ_TEXT, "event", "",
                                      "entry into a state, event, mark, or death", "event", NULL, NULL);
    for (int i = 0; name != NULL && i < n; i++)
        name[i] = sq_finish_text(w, sq_occurrence_name(w->model, i));
}

static void add_highlights(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_highlights == 0)
        return;
    sq_finish_axis(w, "highlight", (size_t)m->n_highlights);
    const char **name = sq_finish_add(w, SQ_TEXT, "highlight", "", "event a summary tells of",
                                      "highlight", NULL, NULL);
    const char **text = sq_finish_add(w, SQ_TEXT, "highlight_label", "", "in the user's words",
                                      "highlight", NULL, NULL);
    for (int i = 0; name != NULL && text != NULL && i < m->n_highlights; i++) {
        name[i] = sq_finish_text(w, sq_occurrence_name(m, m->highlights[i].occurrence));
        text[i] = sq_finish_text(w, m->highlights[i].label);
    }
}

static void add_quantiles(sq_finish *w)
{
    const sq_model *m = w->model;
    if (m->n_quantiles == 0)
        return;
    sq_finish_axis(w, "quantile", (size_t)m->n_quantiles);
    double *p = sq_finish_add(w, SQ_F64, "quantile", "1", "share of patients at or below", "quantile",
                              NULL, NULL);
    for (int i = 0; p != NULL && i < m->n_quantiles; i++)
        p[i] = m->quantiles[i];
}

static void add_patients(sq_finish *w)
{
    int64_t *patients = sq_finish_of_point(w, SQ_I64, "n_patients", "1", "patients under each strategy", NULL,
                                           NULL);
    if (patients != NULL && w->outcome != NULL)
        *patients = w->outcome->patients;
}

/* ---- states as ends of a transition, subgroups, what is left out ------------------------------------ */

static void add_transition_states(sq_finish *w)
{
    const sq_model *m = w->model;
    if (!sq_wants(m, SQ_OUT_TRANSITIONS))
        return;
    sq_finish_names(w, "from_state", "state that is left", m->states, m->n_states, sizeof *m->states,
                    offsetof(sq_state, name));
    sq_finish_names(w, "to_state", "state that is entered", m->states, m->n_states, sizeof *m->states,
                    offsetof(sq_state, name));
}

static void add_subgroup_sizes(sq_finish *w)
{
    int64_t *n = sq_finish_of_point(w, SQ_I64, "subgroup_n", "1", "patients in the subgroup", "strategy",
                                    "subgroup");
    w->by_subgroup = true;
    for (size_t cell = 0; n != NULL && cell < sq_finish_cells(w); cell++)
        n[cell] = sq_tally_lives(sq_finish_slice(w, cell));
    w->by_subgroup = false;
}

static void add_subgroups(sq_finish *w)
{
    const sq_model *m = w->model;
    size_t n = (size_t)m->n_subgroups, size = sizeof *m->subgroups;
    sq_finish_names(w, "subgroup", "subgroup, by value at baseline", m->subgroups, m->n_subgroups, size,
                    offsetof(sq_subgroup, name));
    sq_finish_texts(w, "subgroup_attribute", "attribute that makes the subgroup", "subgroup", m->subgroups, n,
                    size, offsetof(sq_subgroup, attribute));
    sq_finish_texts(w, "subgroup_label", "value of the attribute", "subgroup", m->subgroups, n, size,
                    offsetof(sq_subgroup, label));
}

/* What the experiment asked to leave out, so that a reader who misses it knows why. */
static void add_left_out(sq_finish *w)
{
    const char *word[SQ_OUTPUTS + 1];
    size_t n = 0;
    for (int i = 0; i < SQ_OUTPUTS; i++) {
        if (!sq_wants(w->model, (sq_output)i))
            word[n++] = sq_output_word((sq_output)i);
    }
    if (w->model->curves == SQ_CURVES_NEVER)
        word[n++] = "curves";
    if (n == 0)
        return;
    sq_finish_axis(w, "left_out", n);
    const char **text = sq_finish_add(w, SQ_TEXT, "left_out", "", "part of the results that was not wanted",
                                      "left_out", NULL, NULL);
    for (size_t i = 0; text != NULL && i < n; i++)
        text[i] = sq_finish_text(w, word[i]);
}

/* What stands along the axes of all variables but those that numbers of patients are over. */
static void declare_axes(sq_finish *w)
{
    const sq_model *m = w->model;
    sq_finish_names(w, "endpoint", "endpoint", m->endpoints, m->n_endpoints, sizeof *m->endpoints,
              offsetof(sq_endpoint, name));
    sq_finish_names(w, "cause", "cause of an endpoint", m->causes, m->n_causes, sizeof *m->causes,
              offsetof(sq_cause, name));
    sq_finish_names(w, "state", "state", m->states, m->n_states, sizeof *m->states,
              offsetof(sq_state, name));
    sq_finish_names(w, "category", "category of cost", m->costs, m->n_costs, sizeof *m->costs,
              offsetof(sq_cost, name));
    add_events(w);
    add_highlights(w);
    add_time(w);
    add_quantiles(w);
    add_transition_states(w);
    if (m->n_subgroups > 0)
        add_subgroups(w);
}

void sq_finish_coordinates(sq_finish *w)
{
    const sq_estimates *e = w->declared;
    if (e != NULL) {
        add_numbers(w, "scenario", "scenario", e->n_scenarios);
        add_numbers(w, "draw", "draw of the uncertain parameters", e->n_draws);
        add_strategies(w);
    }
    add_patients(w);
    if (e != NULL)
        declare_axes(w);
    if (w->model->n_subgroups > 0)
        add_subgroup_sizes(w);
    if (e != NULL)
        add_left_out(w);
}
