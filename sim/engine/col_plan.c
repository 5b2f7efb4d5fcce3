/* What the model means for columns, found once: who reacts to which change, which events are possible in which state,
 * which moves and which counts there can be. What cannot happen has no column to be looked at, so that a life
 * costs what it meets and not what the model could do. */
#include "engine/col_plan.h"

#include <stdlib.h>

void *sq_col_plan_array(sq_col_plan *plan, int n, size_t size)
{
    return sq_arena_array(&plan->arena, (size_t)(n > 0 ? n : 1), size);
}

static int words_for(int bits) { return bits > 0 ? (bits + 63) / 64 : 1; }

/* ---- who reacts ------------------------------------------------------------------------------------------ */

static bool condition_reacts(const sq_event *e, int what) { return sq_bits_has(&e->condition_reads, what); }

static bool law_reacts(const sq_model *m, const sq_event *e, int what)
{
    const sq_profile_spec *profile = &e->law.profile;
    if (e->changes == SQ_HOLD) return false;
    if (sq_bits_has(&e->law_reads, what)) return true;
    return profile->kind && profile->since >= 0 && what == SQ_READS_OCCURRED(m, profile->since);
}

/* Words of bits for one change; how many of them are not empty. */
static int react(const sq_model *m, int what, int n_words, uint64_t *word)
{
    int n = 0, events = m->n_events, rewards = sq_col_reward_bit(m);
    for (int w = 0; w < n_words; w++) word[w] = 0;
    for (int e = 0; e < events; e++) {
        int law = events + e;
        if (condition_reacts(&m->events[e], what)) word[e / 64] |= UINT64_C(1) << (e % 64);
        if (law_reacts(m, &m->events[e], what)) word[law / 64] |= UINT64_C(1) << (law % 64);
    }
    if (what != SQ_READS_STATE(m) && sq_bits_has(&m->reward_reads, what)) /* who moves is looked at anyway */
        word[rewards / 64] |= UINT64_C(1) << (rewards % 64);
    for (int w = 0; w < n_words; w++) n += word[w] != 0;
    return n;
}

static bool find_reactions(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    int n = SQ_READS_OCCURRED(m, SQ_OCCURRENCES(m));
    plan->reaction_words = words_for(sq_col_reward_bit(m) + 1);
    plan->reactions = sq_col_plan_array(plan, n, sizeof *plan->reactions);
    uint64_t *word = sq_col_plan_array(plan, plan->reaction_words, sizeof *word);
    for (int what = 0; plan->reactions && word && what < n; what++) {
        int used = react(m, what, plan->reaction_words, word);
        sq_reaction *item = sq_col_plan_array(plan, used, sizeof *item);
        if (!item) return false;
        plan->reactions[what] = (sq_reactions){item, used};
        for (int w = 0; w < plan->reaction_words; w++)
            if (word[w]) *item++ = (sq_reaction){w, word[w]};
    }
    return plan->reactions && word;
}

/* ---- what is possible --------------------------------------------------------------------------------------- */

static bool can_hold(const sq_col_plan *plan, const sq_event *e, int state)
{
    double value = 1;
    if (plan->model->states[state].death) return false;
    return !(e->condition.count && sq_col_is_constant(plan, e->condition, state, &value) && value == 0);
}

static bool find_possible(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    int words = plan->event_words = words_for(m->n_events);
    plan->possible = sq_col_plan_array(plan, m->n_states * words, sizeof *plan->possible);
    if (!plan->possible) return false;
    for (int s = 0; s < m->n_states; s++)
        for (int e = 0; e < m->n_events; e++)
            plan->possible[s * words + e / 64] |= (uint64_t)can_hold(plan, &m->events[e], s) << (e % 64);
    return true;
}

/* Marks the states that a block of actions may go to. */
static void find_targets(const sq_model *m, int first, bool *target)
{
    if (first < 0) return;
    for (int i = first; m->actions[i].code != SQ_ACT_END; i++) {
        const sq_action *a = &m->actions[i];
        if (a->code == SQ_ACT_GOTO) target[a->a] = true;
        if (a->code != SQ_ACT_DECIDE) continue;
        const sq_decision *d = &m->decisions[a->a];
        find_targets(m, d->common, target);
        for (int k = 0; k < m->categories[d->category].n_labels; k++) find_targets(m, d->option[k], target);
    }
}

static void add_pairs(sq_col_plan *plan, int from, const bool *target)
{
    int n = plan->model->n_states;
    for (int to = 0; to < n; to++)
        if (target[to] && plan->pair[from * n + to] < 0) plan->pair[from * n + to] = plan->n_pairs++;
}

static bool find_pairs(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    int n = m->n_states;
    bool *target = sq_col_plan_array(plan, n, sizeof *target);
    plan->pair = sq_col_plan_array(plan, n * n, sizeof *plan->pair);
    if (!target || !plan->pair) return false;
    for (int i = 0; i < n * n; i++) plan->pair[i] = -1;
    find_targets(m, m->start_actions, target);
    add_pairs(plan, m->start_state, target);
    for (int e = 0; e < m->n_events; e++) {
        for (int s = 0; s < n; s++) target[s] = false;
        find_targets(m, m->events[e].actions, target);
        for (int s = 0; s < n; s++)
            if (sq_col_has_event(plan, plan->possible, s, e)) add_pairs(plan, s, target);
    }
    return true;
}

/* ---- what the population reads of the block ---------------------------------------------------------------------- */

static void mark_slots(bool *read, int first, int n, int size)
{
    for (int i = first; i < first + n && i < size; i++) read[i] = true;
}

static void mark_table(const sq_model *m, int table, bool *read)
{
    const sq_table *t = &m->tables[table];
    mark_slots(read, t->offset, t->rows * t->stride, m->block_size);
}

static void mark_program(const sq_model *m, sq_program program, bool *read)
{
    for (uint32_t i = program.first; i < program.first + program.count; i++) {
        const sq_op *op = &m->code[i];
        int all = m->block_size - op->a;
        if (op->code == SQ_OP_PARAM) mark_slots(read, op->a, 1, m->block_size);
        if (op->code == SQ_OP_PARAM_AT)
            mark_slots(read, op->a, op->entries < UINT16_MAX ? op->entries : all, m->block_size);
        if (op->code == SQ_OP_TABLE) mark_table(m, op->a, read);
    }
}

static void mark_law(const sq_model *m, const sq_law_spec *law, bool *read)
{
    const sq_program programs[] = {law->row,    law->hazard_ratio, law->time_ratio,   law->cured,
                                   law->low,    law->high,         law->shift,        law->profile.from,
                                   law->profile.to, law->profile.start, law->profile.length, law->profile.before};
    for (int i = 0; i < SQ_LAW_ARGS; i++) mark_program(m, law->arg[i], read);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) mark_program(m, programs[i], read);
    if (law->table >= 0) mark_table(m, law->table, read);
    if (law->profile.kind == SQ_PROFILE_TABLE) mark_table(m, law->profile.table, read);
}

static void mark_draw(const sq_model *m, const sq_draw *draw, bool *read)
{
    mark_program(m, draw->loading.mean, read);
    mark_program(m, draw->loading.sd, read);
    if (draw->kind == SQ_DRAW_LAW) mark_law(m, &draw->law, read);
    if (draw->kind == SQ_DRAW_CHANCE) mark_program(m, draw->chance, read);
    for (int i = 0; draw->kind == SQ_DRAW_AMONG && i < draw->n_options; i++)
        mark_program(m, m->draw_options[draw->first_option + i].probability, read);
}

/* Every number of the block on which it can depend who the patients are. The block that makes them has no branches. */
static bool find_population(sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    bool *read = sq_col_plan_array(plan, m->block_size, sizeof *read);
    plan->population = sq_col_plan_array(plan, m->block_size, sizeof *plan->population);
    if (!read || !plan->population) return false;
    mark_slots(read, m->factor, m->n_members * m->n_members, m->block_size);
    for (int i = m->baseline_actions; m->actions[i].code != SQ_ACT_END; i++) {
        const sq_action *action = &m->actions[i];
        mark_program(m, action->p, read);
        mark_program(m, action->q, read);
        if (action->code == SQ_ACT_DRAW) mark_draw(m, &m->draws[action->b], read);
    }
    for (int i = 0; i < m->block_size; i++)
        if (read[i]) plan->population[plan->n_population++] = i;
    return true;
}

sq_status sq_col_plan_new(sq_col_plan **out, const sq_model *model, bool want_rows, sq_error *err)
{
    sq_col_plan *plan = *out = calloc(1, sizeof *plan);
    if (!plan) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
    plan->model = model;
    plan->occurrence_words = words_for(SQ_OCCURRENCES(model));
    bool complete = sq_col_plan_patients(plan, want_rows);
    sq_status status = complete ? sq_col_specialise(plan, err) : SQ_OK;
    complete = complete && !status && find_reactions(plan) && find_possible(plan) && find_pairs(plan) &&
               sq_col_plan_flows(plan) && find_population(plan);
    if (!status && !complete) status = sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
    if (!status) status = sq_col_plan_laws(plan, err);
    if (!status) status = sq_col_plan_clocks(plan, err);
    if (!status) status = sq_col_plan_endpoints(plan, err);
    if (!status && !(sq_col_plan_once(plan) && sq_col_plan_kept(plan)))
        status = sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
    if (!status) return SQ_OK;
    sq_col_plan_free(plan);
    *out = NULL;
    return status;
}

void sq_col_plan_free(sq_col_plan *plan)
{
    if (!plan) return;
    sq_arena_free(&plan->arena);
    free(plan);
}
