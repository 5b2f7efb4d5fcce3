/* Filling a parameter block: the prologue runs step by step in the order the compiler found, each step
 * reading only slots filled before it. Every value is checked against its unit here, so that whatever the
 * source of a number (a file, a scenario, a draw) it meets the same test and the same sentence. */
#include "model/block.h"

#include "math/cholesky.h"
#include "model/block_solve.h"

#include <math.h>
#include <stdio.h>

static bool is_plain_kind(sq_unit u, sq_kind kind)
{
    return u.time == 0 && u.money == 0 && u.kind == kind;
}

/* What is wrong with a value of this unit, NULL if nothing. */
static const char *value_problem(const sq_step *step, double x)
{
    if (isinf(x) && step->may_be_infinite) return NULL;
    if (!isfinite(x)) return "is not a finite number";
    if (is_plain_kind(step->unit, SQ_KIND_PROBABILITY) && (x < 0 || x > 1))
        return "is not a probability between 0 and 1";
    if (is_plain_kind(step->unit, SQ_KIND_UTILITY) && x > 1)
        return "is above 1, the utility of full health";
    bool sign_matters = is_plain_kind(step->unit, SQ_KIND_COUNT) || step->unit.time != 0;
    if (sign_matters && !step->may_be_negative && x < 0) return "is negative";
    return NULL;
}

sq_status sq_step_judge(const sq_step *step, double x, const char *where, sq_error *err)
{
    const char *problem = value_problem(step, x), *per = step->unit.time < 0 ? "/y" : "";
    if (!problem) return SQ_OK;
    if (step->unit.time < 0) x *= SQ_DAYS_PER_YEAR;
    if (step->unit.time > 0) per = " d";
    return sq_fail(err, SQ_ERR_INPUT, "%s%s%s = %g%s %s", where ? where : "", where ? ": " : "", step->name, x, per,
                   problem);
}

/* A setting replaces what the files say, but not what the strategy itself sets. */
static sq_status fill_value(const sq_view *view, const sq_step *step, const sq_settings *settings, double *block,
                            sq_error *err)
{
    const sq_assignment *set = step->is_of_strategy ? NULL : sq_settings_of(settings, step->slot);
    double x = set ? set->value : sq_program_value(view, step->value, 0);
    block[step->slot] = x;
    return sq_step_judge(step, x, step->where, err);
}

/* Checks a row and fills what is prepared from its knots. */
static sq_status prepare_row(const sq_table *t, double *x, sq_error *err)
{
    const double *y = x + t->size;
    double *prepared = x + 2 * t->size;
    if (t->family == SQ_SPLINE) return sq_law_prepare_spline(t->size, x, y, prepared, err);
    const char *problem =
        sq_law_prepare_table(t->family, t->interpolation, t->size, x, y, prepared);
    return problem ? sq_fail(err, SQ_ERR_INPUT, "%s", problem) : SQ_OK;
}

static sq_status prepare_table(const sq_model *m, const sq_step *step, double *block, sq_error *err)
{
    const sq_table *t = &m->tables[step->index];
    for (int row = 0; row < t->rows && !t->is_function; row++) {
        double *x = block + t->offset + row * t->stride;
        sq_error why = {0};
        sq_status status = prepare_row(t, x, &why);
        if (status) return sq_fail(err, status, "%s: %s: %s", step->where, step->name, why.text);
    }
    return SQ_OK;
}

/* The members up to i that are correlated with one of them, as in "a, b and c"; row j of the factor is in
 * place for j < i, and row i as far as column i. */
static void name_members(const sq_model *m, const double *a, int i, char *text, size_t size)
{
    size_t used = 0;
    const char *between = "";
    text[0] = '\0';
    for (int j = 0; j <= i && used < size; j++) {
        if (j < i && a[i * m->n_members + j] == 0) continue;
        const char *name = m->attributes[m->members[j]].name;
        int n = snprintf(text + used, size - used, "%s%s", used && j == i ? " and " : between, name);
        used += n > 0 ? (size_t)n : 0;
        between = ", ";
    }
}

static sq_status contradiction(const sq_model *m, const sq_step *step, const double *a, int i, sq_error *err)
{
    char names[256];
    name_members(m, a, i, names, sizeof names);
    return sq_fail(err, SQ_ERR_INPUT,
                   "%s: the correlations of %s contradict each other (the matrix is not positive definite "
                   "at %s)",
                   step->where, names, m->attributes[m->members[i]].name);
}

/* In place: the lower triangle of the n x n correlation matrix at block[slot] becomes its factor. */
static sq_status factorise(const sq_model *m, const sq_step *step, double *block, sq_error *err)
{
    double *a = block + step->slot;
    int n = m->n_members, i = sq_cholesky_factorise(a, n, n, 0);
    return i == n ? SQ_OK : contradiction(m, step, a, i, err);
}

sq_status sq_block_fill(const sq_model *m, int strategy, const sq_settings *settings, double *block, sq_error *err)
{
    const sq_strategy *s = &m->strategies[strategy];
    sq_view view = {.model = m, .block = block};
    for (int i = 0; i < s->n_steps; i++) {
        const sq_step *step = &m->steps[s->first_step + i];
        sq_status status = SQ_OK;
        switch (step->kind) {
        case SQ_STEP_VALUE: status = fill_value(&view, step, settings, block, err); break;
        case SQ_STEP_SOLVE: status = sq_block_solve(&view, &m->solves[step->index], block, err); break;
        case SQ_STEP_TABLE: status = prepare_table(m, step, block, err); break;
        case SQ_STEP_CHOLESKY: status = factorise(m, step, block, err); break;
        }
        if (status) return status;
    }
    return SQ_OK;
}

/* A row that reads what is unset is the first one: sq_row_problem tells. */
static int table_row(const sq_view *view, sq_program row)
{
    double x = sq_program_value(view, row, 0);
    return isnan(x) ? 0 : (int)x;
}

const char *sq_row_problem(const sq_view *view, const sq_law_spec *spec)
{
    return isnan(sq_program_value(view, spec->row, 0)) ? "its table is indexed by what has no value" : NULL;
}

static sq_profile profile_at(const sq_view *view, const sq_profile_spec *spec)
{
    sq_profile profile = {.kind = spec->kind, .logarithmic = spec->logarithmic, .n = spec->steps};
    if (spec->kind == SQ_PROFILE_TABLE) {
        sq_law_table table = sq_block_table(view->model, view->block, spec->table, 0);
        profile.n = table.n;
        profile.x = table.x;
        profile.y = table.y;
        return profile;
    }
    profile.from = sq_program_value(view, spec->from, 1);
    profile.to = sq_program_value(view, spec->to, 1);
    profile.start = sq_program_value(view, spec->start, 0);
    profile.length = sq_program_value(view, spec->length, 0);
    return profile;
}

static bool is_awaited(const sq_view *view, const sq_profile_spec *spec)
{
    const sq_history *history = view->history;
    return spec->before.count && history && history->last_time && isnan(history->last_time[spec->since]);
}

/* What its hazard ratio over time counts from may not have happened yet: then it is a number, if given. */
static void wear_profile(const sq_view *view, const sq_profile_spec *spec, sq_law *law)
{
    if (!is_awaited(view, spec)) {
        law->profile = profile_at(view, spec);
        return;
    }
    double before = sq_program_value(view, spec->before, 1);
    law->hazard_ratio *= before >= 0 ? before : NAN;
}

void sq_law_at(const sq_view *view, const sq_law_spec *spec, sq_law *law)
{
    law->family = spec->family;
    law->cure_on_population = spec->cure_on_population;
    law->hazard_ratio = sq_program_value(view, spec->hazard_ratio, 1);
    law->time_ratio = sq_program_value(view, spec->time_ratio, 1);
    law->cured = sq_program_value(view, spec->cured, 0);
    for (int i = 0; i < SQ_LAW_ARGS; i++) law->arg[i] = sq_program_value(view, spec->arg[i], 0);
    law->truncated = spec->low.count || spec->high.count;
    if (law->truncated) {
        law->low = sq_program_value(view, spec->low, -INFINITY);
        law->high = sq_program_value(view, spec->high, INFINITY);
    }
    law->shift = sq_program_value(view, spec->shift, 0);
    law->profile = (sq_profile){0};
    if (spec->profile.kind) wear_profile(view, &spec->profile, law);
    law->table = (sq_law_table){0};
    if (spec->table >= 0)
        law->table = sq_block_table(view->model, view->block, spec->table, table_row(view, spec->row));
    if (law->table.n_years > 0) law->arg[0] = NAN; /* who is born when is the engine's to say */
}
