/* What the model says of clocks, found once: which events are settled by the state alone, so that their clocks need no
 * bits, and what must be kept of the others, and of those that may be looked at again. */
#include "engine/col_plan.h"

#include <math.h>

static uint64_t bit_of(int event) { return UINT64_C(1) << (event % 64); }

static bool asks_of_clocks(sq_act_code code)
{
    return code == SQ_ACT_START || code == SQ_ACT_STOP || code == SQ_ACT_PAUSE || code == SQ_ACT_RESUME;
}

/* Whether some action asks something of an event's clocks; pause_only: whether one pauses them. */
static bool is_asked(const sq_model *m, int event, bool pause_only)
{
    for (int i = 0; i < m->n_actions; i++) {
        const sq_action *action = &m->actions[i];
        bool asks = pause_only ? action->code == SQ_ACT_PAUSE : asks_of_clocks((sq_act_code)action->code);
        if (asks && action->a == event) return true;
    }
    return false;
}

/* Whether every state says of the condition that it holds, or that it cannot. */
static bool states_decide(const sq_col_plan *plan, int e)
{
    for (int s = 0; s < plan->model->n_states; s++)
        if (sq_col_has_event(plan, plan->possible, s, e) != sq_col_has_event(plan, plan->certain, s, e)) return false;
    return true;
}

/* What the model says of 64 events. */
static void add_to_words(sq_col_plan *plan, int e)
{
    const sq_model *m = plan->model;
    const sq_event *event = &m->events[e];
    sq_clock_words *words = &plan->clock_words[e / 64];
    bool is_free = event->on_demand || event->pause_when_left || is_asked(m, e, false);
    if (sq_bits_has(&event->condition_reads, SQ_READS_STATE(m))) words->reads_state |= bit_of(e);
    if (event->on_demand) words->on_demand |= bit_of(e);
    if (event->pause_when_left) words->pause_when_left |= bit_of(e);
    if (event->pause_when_left || is_asked(m, e, true)) words->may_wait |= bit_of(e);
    if (event->changes != SQ_HOLD) words->looks_again |= bit_of(e);
    if (!is_free && states_decide(plan, e)) words->decided |= bit_of(e);
    else plan->any_undecided = true;
}

/* The rows of a clock from `row` on; the one after them. */
static int give_rows(const sq_model *m, const sq_event *event, sq_clock_plan *clock, int row)
{
    const sq_profile_spec *profile = &event->law.profile;
    clock->since = row;
    clock->age = row + 1;
    clock->left = row + 2;
    if (clock->is_kept) row += 3;
    clock->zero = profile->kind && profile->since >= 0 ? row++ : -1;
    for (int k = 0; k < SQ_LAW_NUMBERS; k++)
        clock->kept[k] = clock->is_kept && sq_col_law_number_is_of_patient(m, &event->law, k) ? row++ : -1;
    return row;
}

static void plan_clock(sq_col_plan *plan, int e)
{
    const sq_event *event = &plan->model->events[e];
    sq_clock_plan *clock = &plan->clocks[e];
    add_to_words(plan, e);
    clock->is_kept = event->pause_when_left || event->changes == SQ_FOLLOW || is_asked(plan->model, e, true);
    int n = give_rows(plan->model, event, clock, 0);
    plan->n_kept = give_rows(plan->model, event, clock, sq_col_next_row(plan->n_kept, n));
}

/* Events whose condition holds in a state whatever else is the case. */
static void find_certain(sq_col_plan *plan, int state)
{
    const sq_model *m = plan->model;
    uint64_t *certain = plan->certain + (size_t)state * (size_t)plan->event_words;
    for (int e = 0; e < m->n_events && !m->states[state].death; e++) {
        double value = 1;
        sq_program condition = m->events[e].condition;
        bool is_known = !condition.count || sq_col_is_constant(plan, condition, state, &value);
        if (is_known && value != 0 && !isnan(value)) certain[e / 64] |= bit_of(e);
    }
}

sq_status sq_col_plan_clocks(sq_col_plan *plan, sq_error *err)
{
    const sq_model *m = plan->model;
    plan->clocks = sq_col_plan_array(plan, m->n_events, sizeof *plan->clocks);
    plan->clock_words = sq_col_plan_array(plan, plan->event_words, sizeof *plan->clock_words);
    plan->certain = sq_col_plan_array(plan, m->n_states * plan->event_words, sizeof *plan->certain);
    if (!plan->clocks || !plan->clock_words || !plan->certain)
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
    for (int s = 0; s < m->n_states; s++) find_certain(plan, s);
    for (int e = 0; e < m->n_events; e++) plan_clock(plan, e);
    for (int i = 0; i < m->n_actions; i++) plan->any_asked |= asks_of_clocks((sq_act_code)m->actions[i].code);
    return SQ_OK;
}
