/* The numbers of a law for all lanes of a selection. They come from the law's programs as they are now, or,
 * for a clock that keeps the law it was armed with, from the columns that keep what depends on the patient;
 * what depends on parameters alone is read from the block again, which gives the same bits.
 *
 * In a state, and of one block, most numbers are the same for all lanes and all waves: of these a law is made and
 * judged once (ready). A wave then puts the patients' numbers in and judges them alone. */
#include "engine/col_program.h"

#include <math.h>
#include <stdlib.h>

/* A law in a state, under a strategy, awaited or not, as far as it is of the block. */
struct sq_law_ready {
    const double *block;    /* that it was made of; NULL: none yet */
    int64_t filling;        /* and when that was filled */
    bool is_admissible;     /* as far as that is known without the rest: */
    unsigned rest;          /* bits of the numbers that are not there */
    sq_law_numbers numbers;
    sq_law_columns law;
    const double *row[SQ_PAD], *steps[SQ_PAD];
};

/* ---- from programs --------------------------------------------------------------------------- */

static sq_column number_now(sq_columns *c, sq_selection *s, const sq_law_plan *plan, int number)
{
    if (plan->program[number].count == 0) return (sq_column){plan->otherwise[number], 0};
    return sq_col_value(c, s, plan->program[number], 0);
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

/* Where a law has a number; NULL for the row of its table. */
static sq_column *place_of(sq_law_columns *law, int number)
{
    switch (number) {
    case SQ_LAW_HAZARD_RATIO: return &law->hazard_ratio;
    case SQ_LAW_TIME_RATIO: return &law->time_ratio;
    case SQ_LAW_CURED: return &law->cured;
    case SQ_LAW_LOW: return &law->low;
    case SQ_LAW_HIGH: return &law->high;
    case SQ_LAW_SHIFT: return &law->shift;
    case SQ_LAW_ROW: return NULL;
    case SQ_LAW_FROM: return &law->profile.from;
    case SQ_LAW_TO: return &law->profile.to;
    case SQ_LAW_START: return &law->profile.start;
    case SQ_LAW_LENGTH: return &law->profile.length;
    default: return &law->arg[number - SQ_LAW_ARG];
    }
}

static void put_number(sq_columns *c, sq_selection *s, const sq_law_plan *plan, int number, sq_column x,
                       sq_law_columns *law)
{
    if (number == SQ_LAW_ROW) law->table = sq_col_table(c, s, plan->spec->table, x);
    else *place_of(law, number) = x;
}

static void take_table(const sq_columns *c, const sq_law_spec *spec, sq_law_columns *law)
{
    const sq_table *table = &c->model->tables[spec->table];
    law->n = table->size;
    law->interpolation = table->interpolation;
    law->tail = table->tail;
    law->scale = table->scale;
    law->n_years = table->n_years;
    law->stride = table->stride;
    law->years = table->years;
}

static void take_profile(sq_columns *c, sq_selection *s, const sq_law_spec *spec, sq_law_columns *law)
{
    const sq_profile_spec *profile = &spec->profile;
    law->profile.kind = profile->kind;
    law->profile.logarithmic = profile->logarithmic;
    law->profile.n = profile->steps;
    law->profile.offset = sq_col_zero;
    if (profile->kind != SQ_PROFILE_TABLE) return;
    law->profile.n = c->model->tables[profile->table].size;
    law->profile.table = sq_col_table(c, s, profile->table, sq_col_zero);
}

static void assemble(sq_columns *c, sq_selection *s, const sq_law_plan *plan, bool awaited,
                     const sq_law_numbers *numbers, sq_law_columns *law)
{
    const sq_law_spec *spec = plan->spec;
    *law = (sq_law_columns){
        .family = spec->family,
        .cure_on_population = spec->cure_on_population,
        .truncated = spec->low.count || spec->high.count,
        .arg = {sq_col_zero, sq_col_zero, sq_col_zero, sq_col_zero},
    };
    if (spec->table >= 0) take_table(c, spec, law);
    if (spec->profile.kind && !awaited) take_profile(c, s, spec, law);
    for (int k = 0; k < SQ_LAW_NUMBERS; k++)
        if (numbers->of[k].p) put_number(c, s, plan, k, numbers->of[k], law);
}

/* ---- what is ready --------------------------------------------------------------------------- */

static int ready_laws(const sq_columns *c) { return 2 * c->plan->n_laws * c->model->n_states * c->model->n_strategies; }

sq_status sq_col_laws_new(sq_columns *c, sq_error *err)
{
    c->ready = calloc((size_t)ready_laws(c), sizeof *c->ready);
    return c->ready ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's laws");
}

void sq_col_laws_free(sq_columns *c)
{
    for (int i = 0; c->ready && i < ready_laws(c); i++) free(c->ready[i]);
    free(c->ready);
}

/* Made when first asked for. */
static struct sq_law_ready *ready_place(sq_columns *c, const sq_selection *s, int index, bool awaited)
{
    const sq_model *m = c->model;
    int place = ((index * 2 + awaited) * m->n_states + s->state) * m->n_strategies + s->strategy;
    if (!c->ready[place]) c->ready[place] = calloc(1, sizeof *c->ready[place]);
    if (!c->ready[place]) c->status = sq_fail(c->err, SQ_ERR_MEMORY, "no memory for the engine's laws");
    return c->ready[place];
}

/* A number that is the same for all, now and later; p = NULL where it is not, or fails. */
static sq_column lasting_number(const sq_columns *c, const sq_selection *s, const sq_law_plan *plan, bool awaited,
                                int number)
{
    if (awaited && number == SQ_LAW_HAZARD_RATIO) return (sq_column){NULL, 0};
    if (plan->program[number].count == 0) return (sq_column){plan->otherwise[number], 0};
    const double *p = sq_col_of_block(c, s, plan->program[number]);
    if (p && number == SQ_LAW_ROW && !(p[0] >= plan->limits[number].low && p[0] <= plan->limits[number].high)) p = NULL;
    return (sq_column){p, 0};
}

static void keep_rows(sq_row_column *column, const double **rows)
{
    for (int i = 0; i < SQ_PAD && column->p; i++) rows[i] = column->p[i];
    if (column->p) *column = (sq_row_column){rows, 0};
}

/* In the place of numbers that are not there are some that nobody takes exception to. */
static void make_ready(sq_columns *c, sq_selection *s, int index, bool awaited, struct sq_law_ready *ready)
{
    const sq_law_plan *plan = &c->plan->laws[index];
    sq_law_numbers numbers = {0};
    double fine[SQ_PAD];
    *ready = (struct sq_law_ready){.block = s->block, .filling = c->source.fillings};
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        if (!(plan->used >> k & 1)) continue;
        sq_column x = ready->numbers.of[k] = numbers.of[k] = lasting_number(c, s, plan, awaited, k);
        if (x.p) continue;
        ready->rest |= 1U << k;
        bool is_argument = k >= SQ_LAW_ARG && k < SQ_LAW_ARG + SQ_LAW_ARGS;
        numbers.of[k] = is_argument ? sq_col_one : (sq_column){plan->otherwise[k], 0};
    }
    assemble(c, s, plan, awaited, &numbers, &ready->law);
    keep_rows(&ready->law.table, ready->row);
    keep_rows(&ready->law.profile.table, ready->steps);
    c->lanes->law_admissible(&ready->law, fine, 1);
    ready->is_admissible = fine[0] != 0;
}

/* NULL where lanes have several blocks. */
static const struct sq_law_ready *ready_law(sq_columns *c, sq_selection *s, int index, bool awaited)
{
    if (!s->block || s->strategy < 0) return NULL;
    struct sq_law_ready *ready = ready_place(c, s, index, awaited);
    if (!ready || (ready->block == s->block && ready->filling == c->source.fillings)) return ready;
    sq_mark mark = sq_col_mark(c);
    make_ready(c, s, index, awaited, ready);
    sq_col_release(c, mark);
    return ready;
}

/* ---- impossible numbers ---------------------------------------------------------------------- */

/* A law that is fine whatever it is asked: for a selection all of whose lanes have failed. */
static void take_harmless(sq_law_columns *law)
{
    *law = (sq_law_columns){.family = SQ_EXPONENTIAL, .hazard_ratio = sq_col_one, .time_ratio = sq_col_one,
                            .cured = sq_col_zero, .shift = sq_col_zero, .arg = {sq_col_one, sq_col_zero, sq_col_zero, sq_col_zero}};
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

static void refuse(sq_columns *c, sq_selection *s, const sq_law_plan *plan, bool awaited, const double *admissible,
                   sq_law_numbers *numbers, sq_law_columns *law)
{
    int fine = -1;
    for (int i = 0; i < s->n; i++) {
        if (admissible[i] != 0) fine = i;
        else sq_col_fail(c, s, i);
    }
    if (fine >= 0) {
        mend(c, s, admissible, fine, numbers);
        assemble(c, s, plan, awaited, numbers, law);
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

static void judge_law(sq_columns *c, sq_selection *s, const sq_law_plan *plan, bool awaited,
                      sq_law_numbers *numbers, sq_law_columns *law)
{
    int n = is_same_for_all(law, numbers) ? 1 : s->n, bad = 0;
    double *admissible = sq_col_doubles(c, s->n);
    c->lanes->law_admissible(law, admissible, n);
    for (int i = 0; i < n; i++) bad += admissible[i] == 0;
    if (bad == 0) return;
    for (int i = n; i < s->n; i++) admissible[i] = admissible[0];
    refuse(c, s, plan, awaited, admissible, numbers, law);
}

/* Whether the numbers that are not ready can be seen to be admissible by themselves. */
static bool is_fine(const sq_columns *c, const sq_selection *s, const sq_law_plan *plan,
                    const struct sq_law_ready *ready, const sq_law_numbers *numbers)
{
    if (!ready || !ready->is_admissible) return false;
    unsigned of_patients = plan->by_calendar ? ready->rest | 1U << SQ_LAW_ARG : ready->rest;
    if (of_patients & ~plan->alone) return false;
    for (unsigned left = of_patients; left; left &= left - 1) {
        int k = __builtin_ctz(left);
        sq_column x = numbers->of[k];
        if (!c->lanes->within(x, plan->limits[k].low, plan->limits[k].high, x.step ? s->n : 1)) return false;
    }
    return true;
}

/* ---- laws ------------------------------------------------------------------------------------ */

/* Begins a law with what is ready of it; which of its numbers are not. */
static unsigned begin(sq_columns *c, sq_selection *s, const sq_law_plan *plan, const struct sq_law_ready *ready,
                      bool awaited, sq_law_columns *law, sq_law_numbers *numbers)
{
    *numbers = ready ? ready->numbers : (sq_law_numbers){0};
    if (ready) *law = ready->law;
    else assemble(c, s, plan, awaited, numbers, law);
    return ready ? ready->rest : plan->used;
}

/* Rates by calendar year are asked by the day of birth, which the loader sees to. */
static void take_birth(sq_columns *c, const sq_selection *s, const sq_law_plan *plan, sq_law_columns *law,
                       sq_law_numbers *numbers)
{
    if (plan->by_calendar) law->arg[0] = numbers->of[SQ_LAW_ARG] = (sq_column){sq_col_gather(c, s, c->p->birth), 1};
}

static sq_column now(sq_columns *c, sq_selection *s, const sq_law_plan *plan, bool awaited, int number)
{
    sq_column x = number_now(c, s, plan, number);
    if (awaited && number == SQ_LAW_HAZARD_RATIO) return with_ratio_before(c, s, plan->spec, x);
    if (number != SQ_LAW_ROW) return x; /* what a table is indexed by may be unset; the loader sees to the rest */
    return sq_col_within(c, s, x, plan->limits[number].low, plan->limits[number].high, 0);
}

void sq_col_law(sq_columns *c, sq_selection *s, int index, bool awaited, sq_law_columns *law, sq_law_numbers *numbers)
{
    const sq_law_plan *plan = &c->plan->laws[index];
    const struct sq_law_ready *ready = ready_law(c, s, index, awaited);
    for (unsigned left = begin(c, s, plan, ready, awaited, law, numbers); left; left &= left - 1) {
        int k = __builtin_ctz(left);
        numbers->of[k] = now(c, s, plan, awaited, k);
        put_number(c, s, plan, k, numbers->of[k], law);
    }
    take_birth(c, s, plan, law, numbers);
    if (!is_fine(c, s, plan, ready, numbers)) judge_law(c, s, plan, awaited, numbers, law);
}

/* ---- laws that clocks keep ------------------------------------------------------------------- */

static double *kept_column(const sq_columns *c, int event, int number)
{
    int column = c->plan->clocks[event].kept[number];
    return column < 0 ? NULL : c->p->kept + sq_col_row(c->p, column);
}

void sq_col_keep_law(sq_columns *c, const sq_selection *s, int event, const sq_law_numbers *numbers)
{
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        double *column = kept_column(c, event, k);
        if (column) c->lanes->put(column, s->lane, numbers->of[k], s->n);
    }
}

const double *sq_col_law_differs(sq_columns *c, sq_selection *s, int event)
{
    double *differs = NULL;
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        const double *column = kept_column(c, event, k);
        if (!column) continue;
        sq_column x = number_now(c, s, &c->plan->laws[event], k);
        if (!differs && !c->lanes->differs(NULL, column, s->lane, x, s->n)) continue;
        if (!differs) {
            differs = sq_col_doubles(c, s->n);
            for (int i = 0; i < sq_col_padded(s->n); i++) differs[i] = 0;
        }
        c->lanes->differs(differs, column, s->lane, x, s->n);
    }
    return differs;
}

void sq_col_kept_law(sq_columns *c, sq_selection *s, int event, bool awaited, sq_law_columns *law)
{
    const sq_law_plan *plan = &c->plan->laws[event];
    sq_law_numbers numbers;
    unsigned rest = begin(c, s, plan, ready_law(c, s, event, awaited), awaited, law, &numbers);
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        const double *column = kept_column(c, event, k);
        if (column) put_number(c, s, plan, k, (sq_column){sq_col_gather(c, s, column), 1}, law);
        else if (rest >> k & 1) put_number(c, s, plan, k, now(c, s, plan, awaited, k), law);
    }
    take_birth(c, s, plan, law, &numbers);
}
