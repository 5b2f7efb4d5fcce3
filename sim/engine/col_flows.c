/* What the model says of flows of reward, found once: which there are, in which states their rate is known from the
 * parameters alone, so that no lane keeps it, and in which states rewards must be looked at again although nobody moves. */
#include "engine/col_program.h"

static sq_program rate_of(const sq_model *m, int quantity)
{
    return quantity == SQ_QUANTITY_QALYS ? m->utility : m->costs[quantity - SQ_QUANTITY_COST].rate;
}

/* A cost can be one that is only ever paid. */
static bool flows_in(const sq_col_plan *plan, int quantity, int state)
{
    sq_program rate = rate_of(plan->model, quantity);
    double value = 1;
    if (quantity == SQ_QUANTITY_QALYS) return true;
    return rate.count && !(sq_col_is_constant(plan, rate, state, &value) && value == 0);
}

/* Losses are the patient's. */
static bool is_known(const sq_col_plan *plan, int quantity, int state)
{
    sq_program rate = rate_of(plan->model, quantity);
    if (quantity == SQ_QUANTITY_QALYS && plan->model->n_losses > 0) return false;
    return rate.count == 0 || sq_col_reads_block_alone(plan, rate, state);
}

static bool find_flow(sq_col_plan *plan, int quantity)
{
    const sq_model *m = plan->model;
    sq_flow_plan *flow = &plan->flows[quantity];
    flow->known = sq_col_plan_array(plan, m->n_states, sizeof *flow->known);
    for (int s = 0; flow->known && s < m->n_states; s++) {
        flow->known[s] = m->states[s].death || is_known(plan, quantity, s);
        flow->flows |= !m->states[s].death && flows_in(plan, quantity, s);
    }
    for (int s = 0; flow->known && s < m->n_states; s++) {
        flow->is_kept |= flow->flows && !flow->known[s];
        plan->looks[s] |= flow->flows && !flow->known[s];
    }
    return flow->known;
}

/* Accounts, the larger ones first, so that none lies across two lines. */
static void place_accounts(sq_col_plan *plan)
{
    int slot = 0, n = 2 + plan->model->n_costs;
    for (int k = SQ_QUANTITY_QALYS; k < n; k++)
        if (plan->flows[k].flows) {
            plan->flows[k].slot = slot;
            slot += SQ_ACCOUNT_NUMBERS;
        }
    for (int k = SQ_QUANTITY_QALYS; k < n; k++)
        if (!plan->flows[k].flows) {
            plan->flows[k].slot = slot;
            slot += SQ_ACCOUNT_DISCOUNTED_SINCE;
        }
    plan->account_lines = (slot + SQ_SIDE - 1) / SQ_SIDE;
}

static void find_breaks(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    for (int s = 0; s < m->n_states; s++) {
        plan->breaks_in[s] = m->n_losses > 0;
        for (int k = 0; k < m->n_breaks; k++)
            plan->breaks_in[s] |= m->breaks[k].only_in < 0 || m->breaks[k].only_in == s;
        plan->looks[s] |= plan->breaks_in[s];
    }
}

bool sq_col_plan_flows(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    int n = 2 + m->n_costs;
    plan->flows = sq_col_plan_array(plan, n, sizeof *plan->flows);
    plan->looks = sq_col_plan_array(plan, m->n_states, sizeof *plan->looks);
    plan->breaks_in = sq_col_plan_array(plan, m->n_states, sizeof *plan->breaks_in);
    plan->record_place = sq_col_plan_array(plan, sq_quantities(m), sizeof *plan->record_place);
    plan->total_place = sq_col_plan_array(plan, sq_quantities(m), sizeof *plan->total_place);
    if (!plan->flows || !plan->looks || !plan->breaks_in || !plan->record_place || !plan->total_place) return false;
    for (int k = SQ_QUANTITY_QALYS; k < n; k++)
        if (!find_flow(plan, k)) return false;
    place_accounts(plan);
    find_breaks(plan);
    plan->record_size = sq_record_places(m, plan->record_place);
    for (int k = 0; k < sq_quantities(m); k++) plan->total_place[k] = 2 * k;
    return true;
}
