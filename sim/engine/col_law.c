/* The numbers of a law for all lanes of a selection. They come from the law's programs as they are now, or,
 * for a clock that keeps the law it was armed with, from the columns that keep what depends on the patient;
 * what depends on parameters alone is read from the block again, which gives the same bits. */
#include "engine/col.h"

#include <math.h>
#include <stdalign.h>

/* ---- which numbers there are ----------------------------------------------------------------- */

static const alignas(64) double NONE[SQ_PAD] = {0};
static const alignas(64) double UNIT[SQ_PAD] = {1, 1, 1, 1, 1, 1, 1, 1};

typedef struct number_spec {
    sq_program program;
    double otherwise;
} number_spec;

static number_spec spec_of(const sq_law_spec *spec, int number)
{
    const sq_profile_spec *profile = &spec->profile;
    switch (number) {
    case SQ_LAW_HAZARD_RATIO: return (number_spec){spec->hazard_ratio, 1};
    case SQ_LAW_TIME_RATIO: return (number_spec){spec->time_ratio, 1};
    case SQ_LAW_CURED: return (number_spec){spec->cured, 0};
    case SQ_LAW_LOW: return (number_spec){spec->low, -INFINITY};
    case SQ_LAW_HIGH: return (number_spec){spec->high, INFINITY};
    case SQ_LAW_SHIFT: return (number_spec){spec->shift, 0};
    case SQ_LAW_ROW: return (number_spec){spec->row, 0};
    case SQ_LAW_FROM: return (number_spec){profile->from, 1};
    case SQ_LAW_TO: return (number_spec){profile->to, 1};
    case SQ_LAW_START: return (number_spec){profile->start, 0};
    case SQ_LAW_LENGTH: return (number_spec){profile->length, 0};
    default: return (number_spec){spec->arg[number - SQ_LAW_ARG], 0};
    }
}

/* Whether laws of this kind look at the number at all. */
static bool is_used(const sq_law_spec *spec, int number)
{
    switch (number) {
    case SQ_LAW_HAZARD_RATIO:
    case SQ_LAW_TIME_RATIO:
    case SQ_LAW_CURED:
    case SQ_LAW_SHIFT: return true;
    case SQ_LAW_LOW:
    case SQ_LAW_HIGH: return spec->low.count || spec->high.count;
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
    sq_program program = spec_of(spec, number).program;
    if (!is_used(spec, number)) return false;
    if (number == SQ_LAW_HAZARD_RATIO && sq_col_law_awaits(spec) &&
        !sq_col_is_of_block(m, spec->profile.before))
        return true;
    return program.count && !sq_col_is_of_block(m, program);
}

/* ---- from programs --------------------------------------------------------------------------- */

static sq_column same(sq_columns *c, double value)
{
    if (value == 0) return (sq_column){NONE, 0};
    return value == 1 ? (sq_column){UNIT, 0} : sq_col_uniform(c, value);
}

static sq_column number_now(sq_columns *c, sq_selection *s, const sq_law_spec *spec, int number)
{
    number_spec of = spec_of(spec, number);
    return of.program.count ? sq_col_value(c, s, of.program, of.otherwise) : same(c, of.otherwise);
}

/* The hazard ratio of a law that wears another number until its hazard ratio over time begins. */
static sq_column with_ratio_before(sq_columns *c, sq_selection *s, const sq_law_spec *spec, sq_column hazard_ratio)
{
    sq_column before = sq_col_value(c, s, spec->profile.before, 1);
    int step = hazard_ratio.step | before.step, n = sq_col_padded(step ? s->n : 1);
    double *product = sq_col_doubles(c, n);
    for (int i = 0; i < n; i++) {
        double x = before.p[i * before.step];
        product[i] = hazard_ratio.p[i * hazard_ratio.step] * (x >= 0 ? x : (double)NAN);
    }
    return (sq_column){product, step};
}

/* ---- the law that has these numbers ---------------------------------------------------------- */

static void take_table(sq_columns *c, sq_selection *s, const sq_law_spec *spec, sq_column row, sq_law_columns *law)
{
    const sq_table *table = &c->model->tables[spec->table];
    law->table = sq_col_table(c, s, spec->table, row);
    law->n = table->size;
    law->interpolation = table->interpolation;
    law->tail = table->tail;
    law->scale = table->scale;
    law->n_years = table->n_years;
    law->stride = table->stride;
    law->years = table->years;
}

static void take_profile(sq_columns *c, sq_selection *s, const sq_law_spec *spec, const sq_law_numbers *numbers,
                         sq_law_columns *law)
{
    const sq_profile_spec *profile = &spec->profile;
    law->profile.kind = profile->kind;
    law->profile.logarithmic = profile->logarithmic;
    law->profile.n = profile->steps;
    law->profile.offset = same(c, 0);
    if (profile->kind == SQ_PROFILE_TABLE) {
        law->profile.n = c->model->tables[profile->table].size;
        law->profile.table = sq_col_table(c, s, profile->table, same(c, 0));
        return;
    }
    law->profile.from = numbers->of[SQ_LAW_FROM];
    law->profile.to = numbers->of[SQ_LAW_TO];
    law->profile.start = numbers->of[SQ_LAW_START];
    law->profile.length = numbers->of[SQ_LAW_LENGTH];
}

static void assemble(sq_columns *c, sq_selection *s, const sq_law_spec *spec, bool awaited,
                     const sq_law_numbers *numbers, sq_law_columns *law)
{
    const sq_column *of = numbers->of;
    *law = (sq_law_columns){
        .family = spec->family,
        .cure_on_population = spec->cure_on_population,
        .truncated = spec->low.count || spec->high.count,
        .hazard_ratio = of[SQ_LAW_HAZARD_RATIO],
        .time_ratio = of[SQ_LAW_TIME_RATIO],
        .cured = of[SQ_LAW_CURED],
        .shift = of[SQ_LAW_SHIFT],
    };
    for (int i = 0; i < SQ_LAW_ARGS; i++) law->arg[i] = of[SQ_LAW_ARG + i].p ? of[SQ_LAW_ARG + i] : same(c, 0);
    if (law->truncated) law->low = of[SQ_LAW_LOW];
    if (law->truncated) law->high = of[SQ_LAW_HIGH];
    if (spec->table >= 0) take_table(c, s, spec, of[SQ_LAW_ROW], law);
    if (spec->profile.kind && !awaited) take_profile(c, s, spec, numbers, law);
}

/* Rates by calendar year are asked by the day of birth. */
static void take_birth(sq_columns *c, const sq_selection *s, const sq_law_spec *spec, sq_law_numbers *numbers)
{
    if (spec->table >= 0 && c->model->tables[spec->table].n_years > 0)
        numbers->of[SQ_LAW_ARG] = (sq_column){sq_col_gather(c, s, c->p->birth), 1};
}

/* ---- impossible numbers ---------------------------------------------------------------------- */

/* A law that is fine whatever it is asked: for a selection all of whose lanes have failed. */
static void take_harmless(sq_law_columns *law)
{
    const sq_column none = {NONE, 0}, unit = {UNIT, 0};
    *law = (sq_law_columns){.family = SQ_EXPONENTIAL, .hazard_ratio = unit, .time_ratio = unit,
                            .cured = none, .shift = none, .arg = {unit, none, none, none}};
}

/* The lanes that have failed get the numbers of lane `fine`. */
static void mend(sq_columns *c, const sq_selection *s, const double *admissible, int fine, sq_law_numbers *numbers)
{
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        sq_column *number = &numbers->of[k];
        if (!number->p || number->step == 0) continue;
        double *mended = sq_col_doubles(c, s->n);
        for (int i = 0; i < sq_col_padded(s->n); i++)
            mended[i] = number->p[i < s->n && admissible[i] != 0 ? i : fine];
        number->p = mended;
    }
}

static void refuse(sq_columns *c, sq_selection *s, const sq_law_spec *spec, bool awaited, const double *admissible,
                   sq_law_numbers *numbers, sq_law_columns *law)
{
    int fine = -1;
    for (int i = 0; i < s->n; i++) {
        if (admissible[i] != 0) fine = i;
        else sq_col_fail(c, s, i);
    }
    if (fine >= 0) {
        mend(c, s, admissible, fine, numbers);
        assemble(c, s, spec, awaited, numbers, law);
    } else {
        take_harmless(law);
    }
}

static bool is_same_for_all(const sq_law_columns *law, const sq_law_numbers *numbers)
{
    int steps = law->table.step | law->profile.table.step;
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) steps |= numbers->of[k].step;
    return steps == 0;
}

static void judge_law(sq_columns *c, sq_selection *s, const sq_law_spec *spec, bool awaited,
                      sq_law_numbers *numbers, sq_law_columns *law)
{
    int n = is_same_for_all(law, numbers) ? 1 : s->n, bad = 0;
    double *admissible = sq_col_doubles(c, s->n);
    c->lanes->law_admissible(law, admissible, n);
    for (int i = 0; i < n; i++) bad += admissible[i] == 0;
    if (bad == 0) return;
    for (int i = n; i < s->n; i++) admissible[i] = admissible[0];
    refuse(c, s, spec, awaited, admissible, numbers, law);
}

/* ---- laws ------------------------------------------------------------------------------------ */

void sq_col_law(sq_columns *c, sq_selection *s, const sq_law_spec *spec, bool awaited, sq_law_columns *law,
                sq_law_numbers *numbers)
{
    *numbers = (sq_law_numbers){0};
    for (int k = 0; k < SQ_LAW_NUMBERS; k++)
        if (is_used(spec, k)) numbers->of[k] = number_now(c, s, spec, k);
    if (awaited)
        numbers->of[SQ_LAW_HAZARD_RATIO] = with_ratio_before(c, s, spec, numbers->of[SQ_LAW_HAZARD_RATIO]);
    if (spec->table >= 0) /* what it is indexed by may be unset; the loader sees to the rest */
        numbers->of[SQ_LAW_ROW] =
            sq_col_within(c, s, numbers->of[SQ_LAW_ROW], 0, c->model->tables[spec->table].rows - 1, 0);
    take_birth(c, s, spec, numbers);
    assemble(c, s, spec, awaited, numbers, law);
    judge_law(c, s, spec, awaited, numbers, law);
}

static double *kept_column(const sq_columns *c, int event, int number)
{
    int column = c->plan->clocks[event].kept[number];
    return column < 0 ? NULL : c->p->kept + sq_col_row(c->p, column);
}

void sq_col_keep_law(sq_columns *c, const sq_selection *s, int event, const sq_law_numbers *numbers)
{
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        double *column = kept_column(c, event, k);
        sq_column number = numbers->of[k];
        if (column && number.p && number.step) sq_col_scatter(s, column, number.p);
        else if (column && number.p) sq_col_fill(s, column, number.p[0]);
    }
}

bool sq_col_law_differs(sq_columns *c, const sq_selection *s, int event, const sq_law_numbers *numbers, double *differs)
{
    bool any = false;
    for (int i = 0; i < sq_col_padded(s->n); i++) differs[i] = 0;
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        const double *column = kept_column(c, event, k);
        sq_column number = numbers->of[k];
        for (int i = 0; i < s->n && column && number.p; i++)
            if (column[s->lane[i]] != number.p[i * number.step]) differs[i] = any = true;
    }
    return any;
}

void sq_col_kept_law(sq_columns *c, sq_selection *s, int event, bool awaited, sq_law_columns *law)
{
    const sq_law_spec *spec = &c->model->events[event].law;
    sq_law_numbers numbers = {0};
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        const double *column = kept_column(c, event, k);
        if (column) numbers.of[k] = (sq_column){sq_col_gather(c, s, column), 1};
        else if (is_used(spec, k)) numbers.of[k] = number_now(c, s, spec, k);
    }
    if (awaited && c->plan->clocks[event].kept[SQ_LAW_HAZARD_RATIO] < 0)
        numbers.of[SQ_LAW_HAZARD_RATIO] = with_ratio_before(c, s, spec, numbers.of[SQ_LAW_HAZARD_RATIO]);
    take_birth(c, s, spec, &numbers);
    assemble(c, s, spec, awaited, &numbers, law);
}
