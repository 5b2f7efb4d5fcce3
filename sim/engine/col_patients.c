/* What the plan knows of who the patients are: which of their attributes are the same for all patients of a parameter
 * block, and which of the others anything reads once they live. The first lie once in the block's copy (col_block.c), and
 * neither the nursery nor a cohort has a column of them; the others that nothing reads leave the nursery no more. */
#include "engine/col_program.h"

#include <math.h>
#include <stdlib.h>

/* ---- what a program reads of attributes --------------------------------------------------------------------- */

typedef struct reading {
    const sq_model *model;
    bool *read; /* [n_attributes] */
} reading;

static bool mark_program(void *context, sq_program program)
{
    const reading *r = context;
    for (uint32_t i = program.first; i < program.first + program.count; i++) {
        const sq_op *op = &r->model->code[i];
        int n = op->code == SQ_OP_ATTR ? 1 : op->code == SQ_OP_ATTR_AT ? op->entries : 0;
        for (int a = op->a; a < op->a + n && a < r->model->n_attributes; a++) r->read[a] = true;
    }
    return true;
}

static void mark_keys(const sq_site *site, bool *read)
{
    for (int k = 0; k < site->n_keys; k++) read[site->key_attribute[k]] = true;
}

/* ---- what is the same for all patients of a block --------------------------------------------------------------- */

/* The block of actions that makes the patients has no branches. */
static bool only_writes(sq_act_code code) { return code == SQ_ACT_SET || code == SQ_ACT_UNSET || code == SQ_ACT_DRAW; }

/* Whether all that happens at baseline is that attributes are written which are known now. */
static bool is_plain(const sq_model *m)
{
    bool plain = true;
    for (const sq_action *a = &m->actions[m->baseline_actions]; a->code != SQ_ACT_END; a++)
        plain &= only_writes(a->code) && a->q.count == 0;
    return plain;
}

/* How often each attribute is written before life begins. */
static void count_writes(const sq_model *m, int *writes)
{
    for (int i = 0; i < m->n_latents; i++) writes[m->latents[i]]++;
    for (int i = 0; m->patients.n_rows > 0 && i < m->patients.n_columns; i++) writes[m->patients.attribute[i]]++;
    for (const sq_action *a = &m->actions[m->baseline_actions]; a->code != SQ_ACT_END; a++) writes[a->a]++;
}

/* Whether it reads nothing of the patient, or only what is known to be the same for all. */
static bool is_the_same(const sq_col_plan *plan, sq_program program)
{
    for (uint32_t i = program.first; i < program.first + program.count; i++) {
        sq_program one = {i, 1};
        const sq_op *op = &plan->model->code[i];
        if (op->code == SQ_OP_ATTR ? !plan->same[op->a] : !sq_col_is_of_block(plan->model, one)) return false;
    }
    return true;
}

/* An attribute is the same if it is written once, by what is the same, and nobody has read it before; or never. */
static bool find_same(sq_col_plan *plan, int *writes, bool *read)
{
    const sq_model *m = plan->model;
    reading r = {m, read};
    count_writes(m, writes);
    for (int a = 0; a < m->n_attributes; a++) plan->same[a] = writes[a] == 0;
    for (int i = m->baseline_actions; m->actions[i].code != SQ_ACT_END; i++) {
        const sq_action *action = &m->actions[i];
        bool draws = action->code == SQ_ACT_DRAW, first = !read[action->a] && writes[action->a] == 1;
        plan->same[action->a] = !draws && first && is_the_same(plan, action->p);
        if (!sq_col_visit_action(m, action, mark_program, &r)) return false;
        if (draws) mark_keys(&m->sites[m->draws[action->b].site], read);
        if (!plan->same[action->a]) plan->drawn[plan->n_drawn++] = i;
        else plan->settled[plan->n_settled++] = i;
    }
    return true;
}

static void write_all(sq_col_plan *plan)
{
    for (int i = plan->model->baseline_actions; plan->model->actions[i].code != SQ_ACT_END; i++)
        plan->drawn[plan->n_drawn++] = i;
}

/* ---- what lives read --------------------------------------------------------------------------------------------- */

/* Ages and years of entry are read as they were at baseline, though they be written later. */
static void mark_baseline(const sq_model *m, bool *read)
{
    bool from_year = m->discount[0].from_year || m->discount[1].from_year;
    for (int e = 0; e < m->n_events; e++)
        if (m->events[e].origin == SQ_FROM_BIRTH) read[m->events[e].origin_index] = true;
    if (m->dated) read[m->age] = true;
    if (m->dated || m->closes || from_year) read[m->entry_year] = true;
}

/* What is hidden is for whom lives are handed on to, rows or not. */
static void find_read(sq_col_plan *plan, bool want_rows, bool *read)
{
    const sq_model *m = plan->model;
    plan->hands_all_on = want_rows;
    plan->first_hidden = sq_visible_attributes(m);
    for (int i = 0; i < m->n_sites; i++) mark_keys(&m->sites[i], read);
    for (int a = 0; a < m->n_attributes; a++) {
        plan->in_cohort[a] = !m->attributes[a].is_written;
        bool used = read[a] || want_rows || a >= plan->first_hidden;
        if (m->attributes[a].is_written && used) plan->written[plan->n_written++] = a;
        if (!plan->same[a] && (used || plan->at_baseline[a])) plan->kept[plan->n_kept_attributes++] = a;
    }
}

/* ---- the doors ----------------------------------------------------------------------------------------------------- */

bool sq_col_plan_patients(sq_col_plan *plan, bool want_rows)
{
    const sq_model *m = plan->model;
    int n = m->n_attributes, n_actions = 0;
    while (m->actions[m->baseline_actions + n_actions].code != SQ_ACT_END) n_actions++;
    int *writes = sq_col_plan_array(plan, n, sizeof *writes);
    bool *before = sq_col_plan_array(plan, n, sizeof *before), *read = sq_col_plan_array(plan, n, sizeof *read);
    plan->same = sq_col_plan_array(plan, n, sizeof *plan->same);
    plan->at_baseline = sq_col_plan_array(plan, n, sizeof *plan->at_baseline);
    plan->in_cohort = sq_col_plan_array(plan, n, sizeof *plan->in_cohort);
    plan->written = sq_col_plan_array(plan, n, sizeof *plan->written);
    plan->kept = sq_col_plan_array(plan, n, sizeof *plan->kept);
    plan->drawn = sq_col_plan_array(plan, n_actions, sizeof *plan->drawn);
    plan->settled = sq_col_plan_array(plan, n_actions, sizeof *plan->settled);
    reading r = {m, read};
    if (!writes || !before || !read || !plan->same || !plan->at_baseline || !plan->in_cohort || !plan->written ||
        !plan->kept || !plan->drawn || !plan->settled || !sq_col_visit_life(m, mark_program, &r))
        return false;
    if (!is_plain(m)) write_all(plan);
    else if (!find_same(plan, writes, before)) return false;
    mark_baseline(m, plan->at_baseline);
    find_read(plan, want_rows, read);
    return true;
}

bool sq_col_literal(const sq_col_plan *plan, int attribute, double *value)
{
    const sq_model *m = plan->model;
    for (int k = 0; k < plan->n_settled; k++) {
        const sq_action *action = &m->actions[plan->settled[k]];
        if (action->a != attribute) continue;
        const sq_op *op = &m->code[action->p.first];
        if (action->code == SQ_ACT_UNSET || action->p.count != 1 || op->code != SQ_OP_CONST) return false;
        *value = m->constants[op->a];
        return sq_col_fits(&m->attributes[attribute], *value);
    }
    *value = 0;
    return true;
}

/* What does not fit is 0, as where it is written patient by patient: all of them fail. */
void sq_col_settle_attributes(const sq_col_plan *plan, double *copy)
{
    const sq_model *m = plan->model;
    double *attribute = copy + sq_col_same_slot(plan, 0), *fit = copy + sq_col_same_slot(plan, m->n_attributes);
    const sq_view view = {.model = m, .block = copy, .attribute = attribute};
    for (int a = 0; a < m->n_attributes; a++) attribute[a] = 0;
    *fit = true;
    for (int k = 0; k < plan->n_settled; k++) {
        const sq_action *action = &m->actions[plan->settled[k]];
        bool unsets = action->code == SQ_ACT_UNSET;
        double value = unsets ? NAN : sq_program_value(&view, action->p, 0);
        if (!unsets && !sq_col_fits(&m->attributes[action->a], value)) value = *fit = 0;
        attribute[action->a] = value;
    }
}
