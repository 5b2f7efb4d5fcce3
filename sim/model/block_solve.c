/* The step of a prologue that solves a law's arguments from published statements. The clocks that ran beside are
 * evaluated for the patients of whom the curve was published: their attributes as stated, the time zero, the state
 * that of the start. What a law reads beyond that the loader has refused. */
#include "model/block_solve.h"

#include "model/block.h"

#include <math.h>
#include <stdlib.h>

/* ---- the patients of a published curve */

/* A patient at time zero, who has been nowhere yet: only the index and the entry into the present state have
 * happened, just now. The loader refuses programs that ask for more of the past than time_in. */
typedef struct newcomer {
    double *attribute, *last_time;
    sq_history history;
} newcomer;

static bool make_newcomer(const sq_model *m, newcomer *who)
{
    size_t n_attributes = (size_t)m->n_attributes, n_occurrences = (size_t)SQ_OCCURRENCES(m);
    double *room = calloc(n_attributes + n_occurrences + (size_t)m->n_states, sizeof *room);
    *who = (newcomer){.attribute = room};
    if (!room) return false;
    who->last_time = room + n_attributes;
    who->history = (sq_history){.last_time = who->last_time, .time_in = who->last_time + n_occurrences};
    return true;
}

static void arrive(const sq_model *m, newcomer *who, int state)
{
    for (int i = 0; i < SQ_OCCURRENCES(m); i++) who->last_time[i] = NAN;
    who->last_time[SQ_OCCURS_INDEX(m)] = 0;
    who->last_time[SQ_OCCURS_STATE(m, state)] = 0;
}

static void read_patient(const sq_view *view, const sq_stated_patient *patient, double *attribute)
{
    const sq_model *m = view->model;
    for (int i = 0; i < m->n_attributes; i++) attribute[i] = NAN;
    for (int i = 0; i < patient->n_given; i++) {
        const sq_stated_value *given = &m->stated_values[patient->first_given + i];
        attribute[given->attribute] = sq_program_value(view, given->value, 0);
    }
}

static sq_status read_rival(const sq_view *view, const sq_solve *solve, const sq_stated_clock *clock,
                            sq_rival *rival, sq_error *err)
{
    sq_law_at(view, &clock->law, &rival->law);
    rival->age = clock->age_attribute >= 0 ? view->attribute[clock->age_attribute] : 0;
    if (rival->law.table.n_years > 0 && view->model->dated)
        rival->law.arg[0] = view->attribute[view->model->entry_year] * SQ_DAYS_PER_YEAR - rival->age;
    bool counts_from = rival->law.profile.kind && clock->law.profile.since >= 0;
    if (counts_from) rival->law.profile.offset = rival->age - view->history->last_time[clock->law.profile.since];
    const char *problem = NULL;
    if (!(rival->age >= 0)) problem = "its age is negative or not a number";
    else if (isnan(rival->law.profile.offset)) problem = "what its hazard ratio over time counts from has not happened";
    else problem = sq_law_problem(&rival->law);
    if (!problem) return SQ_OK;
    return sq_fail(err, SQ_ERR_INPUT, "%s: %s: %s has no law for the patient of `for:`: %s", solve->where,
                   solve->name, clock->name, problem);
}

static sq_status read_rivals(const sq_view *view, const sq_solve *solve, int patient, sq_stated *stated,
                             newcomer *who, sq_error *err)
{
    const sq_model *m = view->model;
    const sq_stated_patient *p = &m->stated_patients[solve->first_patient + patient];
    sq_view of_patient = {.model = m, .block = view->block, .attribute = who->attribute, .history = &who->history};
    of_patient.state = p->state >= 0 ? p->state : m->start_state;
    sq_status status = SQ_OK;
    arrive(m, who, of_patient.state);
    read_patient(view, p, who->attribute);
    stated->share[patient] = sq_program_value(view, p->share, 1);
    for (int i = 0; i < solve->n_clocks && status == SQ_OK; i++)
        status = read_rival(&of_patient, solve, &m->stated_clocks[solve->first_clock + i],
                            &stated->rival[patient * solve->n_clocks + i], err);
    return status;
}

static sq_status read_setting(const sq_view *view, const sq_solve *solve, sq_stated *stated, sq_error *err)
{
    newcomer who;
    double sum = 0;
    sq_status status = SQ_OK;
    if (!make_newcomer(view->model, &who)) return sq_fail(err, SQ_ERR_MEMORY, "out of memory");
    for (int i = 0; i < solve->n_patients && status == SQ_OK; i++) {
        status = read_rivals(view, solve, i, stated, &who, err);
        sum += stated->share[i];
    }
    free(who.attribute); /* the whole room */
    if (status == SQ_OK && solve->n_patients && !(fabs(sum - 1) <= 1e-9))
        return sq_fail(err, SQ_ERR_INPUT, "%s: %s: the shares of `for:` sum to %.10g, not to one", solve->where,
                       solve->name, sum);
    stated->setting = (sq_setting){.is_incidence = solve->is_incidence,
                                   .n_patients = solve->n_patients,
                                   .n_rivals = solve->n_clocks,
                                   .share = stated->share,
                                   .rival = stated->rival};
    return status;
}

/* ---- reading and solving */

sq_status sq_stated_read(const sq_view *view, const sq_solve *solve, sq_stated *stated, sq_error *err)
{
    double last = 0;
    sq_law_at(view, &solve->law, &stated->law);
    stated->n_points = solve->n_points;
    for (int i = 0; i < solve->n_points; i++) {
        const sq_stated_point *point = &view->model->stated_points[solve->first_point + i];
        double share = sq_program_value(view, point->share, 0);
        stated->point[i].time = sq_program_value(view, point->time, 0);
        stated->point[i].survival = solve->is_incidence ? 1 - share : share;
        last = fmax(last, stated->point[i].time);
    }
    sq_status status = read_setting(view, solve, stated, err);
    if (status == SQ_OK) sq_setting_prepare(&stated->setting, last);
    return status;
}

static sq_status solve_stated(const sq_solve *solve, sq_stated *stated, double *block, sq_error *err)
{
    sq_fit fit = {.cured_is_free = solve->cured_is_free,
                  .n_points = stated->n_points,
                  .points = stated->point,
                  .setting = solve->n_clocks ? &stated->setting : NULL,
                  .rivals = solve->clocks};
    for (int i = 0; i < SQ_LAW_ARGS; i++) fit.is_free[i] = solve->is_free[i];
    sq_error why = {0};
    sq_status status = sq_fit_law(&stated->law, &fit, NULL, &why);
    if (status) return sq_fail(err, status, "%s: %s: %s", solve->where, solve->name, why.text);
    for (int i = 0; i < SQ_LAW_ARGS; i++)
        if (solve->is_free[i]) block[solve->arg_slot[i]] = stated->law.arg[i];
    if (solve->cured_is_free) block[solve->cured_slot] = stated->law.cured;
    return SQ_OK;
}

sq_status sq_block_solve(const sq_view *view, const sq_solve *solve, double *block, sq_error *err)
{
    sq_stated *stated = calloc(1, sizeof *stated);
    if (!stated) return sq_fail(err, SQ_ERR_MEMORY, "out of memory");
    sq_status status = sq_stated_read(view, solve, stated, err);
    if (status == SQ_OK) status = solve_stated(solve, stated, block, err);
    free(stated);
    return status;
}
