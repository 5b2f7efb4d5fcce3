/* What the model shows of laws before any life: which numbers a law of its kind has, which programs they come from, and
 * between which limits a number is admissible whatever the others are. The conditions are those of sq_law_problem; a
 * number that another one limits has none of its own. */
#include "engine/col_plan.h"

#include <float.h>
#include <math.h>
#include <stdalign.h>

static const alignas(64) double NONE[SQ_PAD] = {0};
static const alignas(64) double UNIT[SQ_PAD] = {1, 1, 1, 1, 1, 1, 1, 1};
static const alignas(64) double BOTTOM[SQ_PAD] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY,
                                                  -INFINITY, -INFINITY, -INFINITY, -INFINITY};
static const alignas(64) double TOP[SQ_PAD] = {INFINITY, INFINITY, INFINITY, INFINITY,
                                               INFINITY, INFINITY, INFINITY, INFINITY};

const sq_column sq_col_zero = {NONE, 0}, sq_col_one = {UNIT, 0};

/* ---- numbers --------------------------------------------------------------------------------- */

static sq_program program_of(const sq_law_spec *spec, int number)
{
    switch (number) {
    case SQ_LAW_HAZARD_RATIO: return spec->hazard_ratio;
    case SQ_LAW_TIME_RATIO: return spec->time_ratio;
    case SQ_LAW_CURED: return spec->cured;
    case SQ_LAW_LOW: return spec->low;
    case SQ_LAW_HIGH: return spec->high;
    case SQ_LAW_SHIFT: return spec->shift;
    case SQ_LAW_ROW: return spec->row;
    case SQ_LAW_FROM: return spec->profile.from;
    case SQ_LAW_TO: return spec->profile.to;
    case SQ_LAW_START: return spec->profile.start;
    case SQ_LAW_LENGTH: return spec->profile.length;
    default: return spec->arg[number - SQ_LAW_ARG];
    }
}

static const double *otherwise(int number)
{
    switch (number) {
    case SQ_LAW_HAZARD_RATIO:
    case SQ_LAW_TIME_RATIO:
    case SQ_LAW_FROM:
    case SQ_LAW_TO: return UNIT;
    case SQ_LAW_LOW: return BOTTOM;
    case SQ_LAW_HIGH: return TOP;
    default: return NONE;
    }
}

static bool is_argument(int number) { return number >= SQ_LAW_ARG && number < SQ_LAW_ARG + SQ_LAW_ARGS; }

static bool is_truncated(const sq_law_spec *spec) { return spec->low.count || spec->high.count; }

/* Whether laws of this kind look at the number at all. */
static bool is_used(const sq_law_spec *spec, int number)
{
    switch (number) {
    case SQ_LAW_HAZARD_RATIO:
    case SQ_LAW_TIME_RATIO:
    case SQ_LAW_CURED:
    case SQ_LAW_SHIFT: return true;
    case SQ_LAW_LOW:
    case SQ_LAW_HIGH: return is_truncated(spec);
    case SQ_LAW_ROW: return spec->table >= 0;
    case SQ_LAW_FROM:
    case SQ_LAW_TO:
    case SQ_LAW_START:
    case SQ_LAW_LENGTH: return spec->profile.kind == SQ_PROFILE_WANING;
    default: return number - SQ_LAW_ARG < sq_family_args(spec->family);
    }
}

bool sq_col_law_awaits(const sq_law_spec *spec)
{
    return spec->profile.kind && spec->profile.since >= 0 && spec->profile.before.count;
}

bool sq_col_law_number_is_of_patient(const sq_model *m, const sq_law_spec *spec, int number)
{
    sq_program program = program_of(spec, number);
    if (!is_used(spec, number)) return false;
    if (number == SQ_LAW_HAZARD_RATIO && sq_col_law_awaits(spec) &&
        !sq_col_is_of_block(m, spec->profile.before))
        return true;
    return program.count && !sq_col_is_of_block(m, program);
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* Arguments that must be above 0, and those that must not be below it: bits. The others are finite, and no more; those
 * of uniform and triangular laws limit each other. */
static unsigned positive_arguments(sq_family family)
{
    switch (family) {
    case SQ_WEIBULL:
    case SQ_LOGLOGISTIC:
    case SQ_LOGNORMAL:
    case SQ_GAMMA:
    case SQ_GENERALISED_GAMMA: return 3;
    case SQ_NORMAL: return 2;
    default: return 0;
    }
}

static unsigned not_negative_arguments(sq_family family)
{
    switch (family) {
    case SQ_EXPONENTIAL:
    case SQ_FIXED: return 1;
    case SQ_GOMPERTZ: return 2;
    default: return 0;
    }
}

static double lowest_argument(sq_family family, int i)
{
    if (positive_arguments(family) >> i & 1) return DBL_TRUE_MIN;
    return not_negative_arguments(family) >> i & 1 ? 0 : -DBL_MAX;
}

/* Whether the number is admissible between two limits, whatever the others are. */
static bool stands_alone(const sq_law_spec *spec, int number)
{
    bool of_family = is_argument(number) || number == SQ_LAW_ROW;
    if (number == SQ_LAW_LOW || number == SQ_LAW_HIGH) return false;
    if (is_argument(number) && (spec->family == SQ_UNIFORM || spec->family == SQ_TRIANGULAR)) return false;
    return !of_family || !is_truncated(spec);
}

static sq_limits limits_of(const sq_model *m, const sq_law_spec *spec, int number)
{
    bool fixed = spec->family == SQ_FIXED;
    switch (number) {
    case SQ_LAW_HAZARD_RATIO: return fixed ? (sq_limits){1, 1} : (sq_limits){0, DBL_MAX};
    case SQ_LAW_TIME_RATIO:
        if (spec->table >= 0 && m->tables[spec->table].n_years > 0) return (sq_limits){1, 1};
        return (sq_limits){DBL_TRUE_MIN, DBL_MAX};
    case SQ_LAW_CURED: return (sq_limits){0, fixed ? 0 : 1};
    case SQ_LAW_SHIFT: return (sq_limits){-DBL_MAX, DBL_MAX};
    case SQ_LAW_ROW: return (sq_limits){0, spec->table >= 0 ? m->tables[spec->table].rows - 1 : 0};
    case SQ_LAW_FROM:
    case SQ_LAW_TO: return (sq_limits){spec->profile.logarithmic ? DBL_TRUE_MIN : 0, DBL_MAX};
    case SQ_LAW_START:
    case SQ_LAW_LENGTH: return (sq_limits){0, DBL_MAX};
    default: return (sq_limits){lowest_argument(spec->family, number - SQ_LAW_ARG), DBL_MAX};
    }
}

/* ---- the plan -------------------------------------------------------------------------------- */

static void plan_law(const sq_model *m, const sq_law_spec *spec, sq_law_plan *law)
{
    law->spec = spec;
    law->by_calendar = spec->table >= 0 && m->tables[spec->table].n_years > 0;
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        law->program[k] = program_of(spec, k);
        law->otherwise[k] = otherwise(k);
        law->limits[k] = limits_of(m, spec, k);
        if (is_used(spec, k)) law->used |= 1U << k;
        if (stands_alone(spec, k)) law->alone |= 1U << k;
    }
}

static int count_draws(const sq_model *m)
{
    int n = 0;
    for (int i = 0; i < m->n_actions; i++)
        if (m->actions[i].code == SQ_ACT_DRAW && m->actions[i].b >= n) n = m->actions[i].b + 1;
    return n;
}

sq_status sq_col_plan_laws(sq_col_plan *plan, sq_error *err)
{
    const sq_model *m = plan->model;
    int n_draws = count_draws(m);
    plan->n_laws = m->n_events + n_draws;
    plan->laws = sq_col_plan_array(plan, plan->n_laws, sizeof *plan->laws);
    if (!plan->laws) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
    for (int e = 0; e < m->n_events; e++) plan_law(m, &m->events[e].law, &plan->laws[e]);
    for (int d = 0; d < n_draws; d++)
        if (m->draws[d].kind == SQ_DRAW_LAW) plan_law(m, &m->draws[d].law, &plan->laws[m->n_events + d]);
    return SQ_OK;
}
