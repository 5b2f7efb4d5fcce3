/* What must be kept of a lane's past: what its programs, clocks and targets read, and how often something has
 * happened before where the accumulators count it. What happens at most once in a life has never happened before
 * (col_once.c), and keeps no counter. */
#include "engine/col_plan.h"
#include "outcome/count.h"

/* ---- what is read -------------------------------------------------------------------------------------------- */

static void find_in_code(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    for (int i = 0; i < m->n_code; i++) {
        const sq_op *op = &m->code[i];
        if (op->code == SQ_OP_IN_STATE || op->code == SQ_OP_TIME_IN) plan->entry_is_read = true;
        if (op->code == SQ_OP_SINCE) plan->time_is_read[op->a] = true;
        if (op->code == SQ_OP_HAPPENED) plan->is_remembered[op->a] = true;
        if (op->code != SQ_OP_TIME_IN) continue;
        plan->stay_is_read[op->a] = true;
        plan->is_remembered[SQ_OCCURS_STATE(m, op->a)] = true;
    }
}

static void find_in_clocks(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    for (int e = 0; e < m->n_events; e++) {
        const sq_event *event = &m->events[e];
        const sq_profile_spec *profile = &event->law.profile;
        if (event->origin == SQ_FROM_OCCURRENCE) plan->time_is_read[event->origin_index] = true;
        if (profile->kind && profile->since >= 0) plan->time_is_read[profile->since] = true;
    }
}

static void find_in_targets(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    for (int i = 0; i < m->n_targets; i++) {
        const sq_target *target = &m->targets[i];
        if (target->kind != SQ_TARGET_SHARE) continue;
        plan->is_remembered[target->index] = true;
        if (target->among >= 0) plan->is_remembered[target->among] = true;
    }
}

/* A time is valid where it is remembered that there is one. */
static bool find_read(sq_col_plan *plan)
{
    int n = SQ_OCCURRENCES(plan->model);
    plan->time_is_read = sq_col_plan_array(plan, n, sizeof *plan->time_is_read);
    plan->is_remembered = sq_col_plan_array(plan, n, sizeof *plan->is_remembered);
    plan->stay_is_read = sq_col_plan_array(plan, plan->model->n_states, sizeof *plan->stay_is_read);
    if (!plan->time_is_read || !plan->is_remembered || !plan->stay_is_read) return false;
    find_in_code(plan);
    find_in_clocks(plan);
    find_in_targets(plan);
    for (int i = 0; i < n; i++) plan->is_remembered[i] |= plan->time_is_read[i];
    return true;
}

/* ---- counters ------------------------------------------------------------------------------------------------ */

static bool tally_is_read(const sq_model *m, int occurrence)
{
    for (int i = 0; i < m->n_code; i++)
        if (m->code[i].code == SQ_OP_TALLY && m->code[i].a == occurrence) return true;
    return false;
}

/* A number for each thing that is counted. */
static void number_counters(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    bool asked = plan->counts_occurrences || plan->reactions[SQ_READS_HAPPENED(m)].n > 0;
    for (int i = 0; i < SQ_OCCURRENCES(m); i++) {
        bool counted = (asked && !plan->occurs_once[i]) || tally_is_read(m, i);
        plan->counter_of[i] = counted ? plan->n_counters++ : -1;
    }
    for (int i = 0; i < plan->n_pairs; i++) {
        bool counted = plan->counts_moves && !plan->moves_once[i];
        plan->move_counter[i] = counted ? plan->n_counters++ : -1;
    }
    for (int i = 0; i < m->n_sites; i++) {
        bool counted = m->sites[i].n_keys == 0 && !plan->drawn_once[i];
        plan->visit_counter[i] = counted ? plan->n_counters++ : -1;
    }
}

/* ---- visits of keyed sites ------------------------------------------------------------------------------------- */

/* Bytes: of a cache line, and of the life that a record begins with, and of the smallest record; sites of a record at most. */
enum { LINE = 64, LIFE = 4, LEAST_RECORD = 8, SHARING = LINE - LIFE };

static bool is_counted(const sq_col_plan *plan, int site)
{
    return plan->model->sites[site].n_keys > 0 && !plan->drawn_once[site];
}

static bool same_keys(const sq_site *a, const sq_site *b)
{
    bool same = a->n_keys == b->n_keys;
    for (int k = 0; same && k < a->n_keys; k++)
        same = a->key_attribute[k] == b->key_attribute[k] && a->key_size[k] == b->key_size[k];
    return same;
}

/* Sites of the same keys share their records, from this one on that has none yet. */
static void share_records(sq_col_plan *plan, int from)
{
    const sq_site *sites = plan->model->sites;
    int n = 0, of_slot = LEAST_RECORD;
    for (int i = from; i < plan->model->n_sites && n < SHARING; i++) {
        if (!is_counted(plan, i) || plan->visits[i].first >= 0 || !same_keys(&sites[from], &sites[i])) continue;
        plan->visits[i] = (sq_visit_plan){.first = plan->n_visits, .place = LIFE + n++};
    }
    while (of_slot < LIFE + n) of_slot *= 2;
    for (int i = from; i < plan->model->n_sites; i++)
        if (plan->visits[i].first == plan->n_visits) plan->visits[i].of_slot = of_slot;
    plan->n_visits += (sites[from].n_slots * of_slot + LINE - 1) / LINE * LINE;
}

static void find_visits(sq_col_plan *plan)
{
    int n = plan->model->n_sites;
    for (int i = 0; i < n; i++) plan->visits[i].first = -1;
    for (int i = 0; i < n; i++)
        if (is_counted(plan, i) && plan->visits[i].first < 0) share_records(plan, i);
}

bool sq_col_plan_kept(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    plan->counts_occurrences = sq_counts_occurrences(m);
    plan->counts_moves = sq_counts_moves(m);
    plan->counts_stays = sq_counts_stays(m);
    plan->counter_of = sq_col_plan_array(plan, SQ_OCCURRENCES(m), sizeof *plan->counter_of);
    plan->move_counter = sq_col_plan_array(plan, plan->n_pairs, sizeof *plan->move_counter);
    plan->visit_counter = sq_col_plan_array(plan, m->n_sites, sizeof *plan->visit_counter);
    plan->visits = sq_col_plan_array(plan, m->n_sites, sizeof *plan->visits);
    bool complete = plan->counter_of && plan->move_counter && plan->visit_counter && plan->visits && find_read(plan);
    if (!complete) return false;
    number_counters(plan);
    find_visits(plan);
    return true;
}
