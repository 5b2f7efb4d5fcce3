/* Laws by columns, at every instruction set of this processor, against the same law asked for one clock: bit for
 * bit, for every family in every wrapper, with numbers and tables that differ from lane to lane, and questions
 * from the ordinary to the absurd. */
#include "../lib/vectors.h"

#include "math/kernel.h"
#include "math/law.h"
#include "rand/pcg.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "law_specimens.h"

enum { LANES = 96, TABLES = 4, ROUNDS = 4 };

static double uniform(sq_pcg *generator)
{
    return ((double)(sq_pcg_next(generator) >> 11) + .5) * 0x1p-53;
}

/* A number near x. */
static double near(sq_pcg *generator, double x)
{
    return x * (.95 + .1 * uniform(generator));
}

/* A table like that of a specimen, yet another one; a survival curve stays between 0 and 1. */
static specimen varied(const specimen *s, int variant)
{
    specimen other = *s;
    for (int year = 0; year < YEARS; year++) {
        for (int i = 0; i < s->n; i++) {
            double *y = &other.y[year][i];
            *y = s->family == SQ_SPLINE ? *y - (i == 0) * .1 * variant : *y * (i ? 1 - .03 * variant : 1);
        }
    }
    return other;
}

typedef struct population {
    double room[TABLES][ROOM];
    sq_law law[LANES];
} population;

/* Wrappers that a law does not wear stay away in some lanes and come in others, where columns can say so. */
static void vary_lane(sq_law *law, bool arguments_too, sq_pcg *generator)
{
    for (int k = 0; k < sq_family_args(law->family) && arguments_too; k++)
        law->arg[k] = near(generator, law->arg[k]);
    if (law->family == SQ_TRIANGULAR && !(law->arg[1] < law->arg[2]))
        law->arg[1] = law->arg[2];
    if (law->hazard_ratio != 1)
        law->hazard_ratio = uniform(generator) < .1 ? 0 : near(generator, law->hazard_ratio);
    if (law->time_ratio != 1)
        law->time_ratio = near(generator, law->time_ratio);
    if (law->cured > 0)
        law->cured = uniform(generator) < .2 ? floor(2 * uniform(generator)) : near(generator, law->cured);
    if (law->shift != 0)
        law->shift = uniform(generator) < .3 ? 0 : near(generator, law->shift);
    law->high = near(generator, law->high);
    law->profile.from = near(generator, law->profile.from);
    law->profile.offset = near(generator, law->profile.offset);
}

/* Now the lanes have tables of their own, now one for all; and arguments likewise. */
static void populate(population *p, const specimen *s, const wrapper *w, sq_pcg *generator)
{
    int tables = sq_pcg_next(generator) % 2 ? TABLES : 1;
    bool arguments_vary = sq_pcg_next(generator) % 2;
    for (int i = 0; i < TABLES; i++) {
        specimen other = varied(s, i);
        fill_room(&other, p->room[i]);
    }
    for (int i = 0; i < LANES; i++) {
        double *room = p->room[sq_pcg_next(generator) % (unsigned)tables];
        p->law[i] = law_of_specimen(s, p->room[0]);
        w->wear(&p->law[i], size_of(&p->law[i]));
        p->law[i].table.x = room;
        p->law[i].table.y = room + s->n;
        p->law[i].table.cumulative = room + 2 * s->n;
        vary_lane(&p->law[i], arguments_vary, generator);
    }
}

/* The columns that the numbers of these laws make. */
typedef struct column_room {
    double arg[SQ_LAW_ARGS][LANES], hazard_ratio[LANES], time_ratio[LANES], cured[LANES], low[LANES], high[LANES],
        shift[LANES], offset[LANES], from[LANES], to[LANES], start[LANES], length[LANES];
    const double *table[LANES], *steps[LANES];
} column_room;

static void fill_columns(column_room *c, const sq_law *law)
{
    for (int i = 0; i < LANES; i++) {
        for (int k = 0; k < SQ_LAW_ARGS; k++)
            c->arg[k][i] = law[i].arg[k];
        c->hazard_ratio[i] = law[i].hazard_ratio;
        c->time_ratio[i] = law[i].time_ratio;
        c->cured[i] = law[i].cured;
        c->low[i] = law[i].low;
        c->high[i] = law[i].high;
        c->shift[i] = law[i].shift;
        c->offset[i] = law[i].profile.offset;
        c->from[i] = law[i].profile.from;
        c->to[i] = law[i].profile.to;
        c->start[i] = law[i].profile.start;
        c->length[i] = law[i].profile.length;
        c->table[i] = law[i].table.x;
        c->steps[i] = law[i].profile.x;
    }
}

/* One value for all where there is no other. */
static sq_column column(const double p[LANES])
{
    for (int i = 1; i < LANES; i++) {
        if (!same_bits(p[i], p[0]))
            return (sq_column){p, 1};
    }
    return (sq_column){p, 0};
}

static sq_law_columns columns_of(column_room *c, const sq_law *law)
{
    fill_columns(c, law);
    sq_law_columns columns = {
        .family = law->family, .cure_on_population = law->cure_on_population, .truncated = law->truncated,
        .hazard_ratio = column(c->hazard_ratio), .time_ratio = column(c->time_ratio), .cured = column(c->cured),
        .low = column(c->low), .high = column(c->high), .shift = column(c->shift), .table = {c->table, 1},
        .n = law->table.n, .interpolation = law->table.interpolation, .tail = law->table.tail,
        .scale = law->table.scale, .n_years = law->table.n_years, .stride = law->table.stride,
        .years = law->table.years,
        .profile = {law->profile.kind, law->profile.logarithmic, law->profile.n, column(c->offset),
                    column(c->from), column(c->to), column(c->start), column(c->length), {c->steps, 1}}};
    for (int k = 0; k < SQ_LAW_ARGS; k++)
        columns.arg[k] = column(c->arg[k]);
    return columns;
}

static double answer(const char *question, const sq_law *law, double x, double y)
{
    switch (question[0]) {
    case 'h': return sq_law_hazard(law, x);
    case 'i': return sq_law_inverse(law, x);
    case 'r': return sq_law_remaining(law, x, y);
    case 'w': return sq_law_remaining(law, 0, y);
    case 'a': return sq_law_problem(law) == NULL;
    default: return strcmp(question, "spent") == 0 ? sq_law_spent(law, x, y) : sq_law_start(law);
    }
}

typedef struct questions {
    double x[LANES], y[LANES];
} questions;

static int differences(const vector_forms *forms, const char *name, const population *p,
                       const sq_law_columns *columns, const vector_law_function *f, const questions *q)
{
    double result[LANES];
    int count = 0;
    f->run(columns, LANES, q->x, q->y, result);
    for (int i = 0; i < LANES; i++) {
        double want = answer(f->name, &p->law[i], q->x[i], q->y[i]);
        if (same_bits(result[i], want))
            continue;
        if (count++ < 3)
            print_error("%s, %s, %s(%.17g, %.17g) of lane %d: %a, one clock %a\n", forms->instruction_set, name,
                        f->name, q->x[i], q->y[i], i, result[i], want);
    }
    return count;
}

/* A hazard: exponential, tiny, large, one in 30 nothing at all or not a number. */
static double any_hazard(sq_pcg *generator)
{
    static const double ODD[] = {0x1p-1074, 1e-300, 1e3, INFINITY, NAN};
    double u = uniform(generator);
    if (u < .03)
        return ODD[sq_pcg_next(generator) % 5];
    double e = -sq_log(uniform(generator));
    return u < .1 ? 1e-9 * e : u < .15 ? 20 * e : e;
}

/* An age: a quantile of the law, and now and then 0, or where no clock comes. */
static double any_age(sq_pcg *generator, const sq_law *law)
{
    static const double ODD[] = {0, 0, 0, 1e-12, 1e6, 1e300, NAN};
    if (uniform(generator) < .2)
        return ODD[sq_pcg_next(generator) % 7];
    double t = sq_law_inverse(law, -sq_log(uniform(generator)));
    return isfinite(t) && sq_law_problem(law) == NULL ? fabs(t) : 365 * uniform(generator);
}

static void ask(const char *question, const population *p, questions *q, sq_pcg *generator)
{
    for (int i = 0; i < LANES; i++) {
        double age = any_age(generator, &p->law[i]), e = any_hazard(generator);
        bool of_hazard = question[0] == 'i';
        q->x[i] = of_hazard ? e : age;
        bool of_age_and_hazard = question[0] == 'r' || question[0] == 'w';
        q->y[i] = of_age_and_hazard ? (uniform(generator) < .05 ? -e : e) : age + 100 * e * uniform(generator);
    }
}

static int differences_of_law(const specimen *s, const wrapper *w, sq_pcg *generator)
{
    static population p;
    static column_room room;
    const vector_forms *forms;
    char name[64];
    int count = 0;
    snprintf(name, sizeof name, "%s (%s)", s->name, w->name);
    populate(&p, s, w, generator);
    sq_law_columns columns = columns_of(&room, p.law);
    for (const vector_law_function *f = vector_forms_present(0)->laws; f->name; f++) {
        questions q;
        ask(f->name, &p, &q, generator);
        for (int i = 0; (forms = vector_forms_present(i)) != NULL; i++)
            count += differences(forms, name, &p, &columns, &forms->laws[f - vector_forms_present(0)->laws], &q);
    }
    return count;
}

static void every_law_gives_the_bits_of_one_clock(void **state)
{
    (void)state;
    sq_pcg generator = sq_pcg_start(7, 1);
    int count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SPECIMEN_COUNT; i++) {
            for (int w = 0; w < WRAPPER_COUNT; w++)
                count += differences_of_law(&SPECIMENS[i], &WRAPPERS[w], &generator);
        }
    }
    assert_int_equal(count, 0);
}

/* A delay takes a shift and a time ratio only. */
static void a_fixed_delay_too(void **state)
{
    (void)state;
    static const specimen DELAY = {"fixed", .family = SQ_FIXED, .arg = {30}};
    static const wrapper BARE = {"bare", bare}, SHIFTED = {"shifted", shifted};
    sq_pcg generator = sq_pcg_start(7, 2);
    assert_int_equal(differences_of_law(&DELAY, &BARE, &generator), 0);
    assert_int_equal(differences_of_law(&DELAY, &SHIFTED, &generator), 0);
}

/* Every third lane gets a number that no law may have. */
enum { SPOILT = 3 };

static void spoil(population *p, sq_pcg *generator)
{
    static const double BAD[] = {-1, NAN, INFINITY, -INFINITY, 0, 1e300};
    for (int lane = 0; lane < LANES; lane += SPOILT) {
        sq_law *law = &p->law[lane];
        double *numbers[] = {&law->arg[0],        &law->arg[1],       &law->hazard_ratio, &law->time_ratio,
                             &law->cured,         &law->shift,        &law->low,          &law->high,
                             &law->profile.offset, &law->profile.from, &law->profile.start, &law->profile.length};
        *numbers[sq_pcg_next(generator) % (sizeof numbers / sizeof numbers[0])] =
            BAD[sq_pcg_next(generator) % (sizeof BAD / sizeof BAD[0])];
    }
}

/* What one lane is refused for must not reach the others. */
static void inadmissible_lanes_are_found_among_the_others(void **state)
{
    (void)state;
    sq_pcg generator = sq_pcg_start(7, 3);
    int count = 0;
    for (int i = 0; i < SPECIMEN_COUNT; i++) {
        static population p;
        static column_room room;
        questions q = {{0}, {0}};
        const vector_forms *forms;
        populate(&p, &SPECIMENS[i], &WRAPPERS[i % WRAPPER_COUNT], &generator);
        spoil(&p, &generator);
        sq_law_columns columns = columns_of(&room, p.law);
        for (int k = 0; (forms = vector_forms_present(k)) != NULL; k++) {
            const vector_law_function *f = vector_law_function_named(forms->laws, "admissible");
            count += differences(forms, SPECIMENS[i].name, &p, &columns, f, &q);
        }
    }
    assert_int_equal(count, 0);
}

/* Differences of lanes that nobody spoilt. */
static int differences_beside_spoilt(const vector_forms *forms, const char *name, const sq_law *unspoilt,
                                     const sq_law_columns *columns, const questions *q)
{
    int count = 0;
    for (const vector_law_function *f = forms->laws; f->name; f++) {
        double result[LANES];
        f->run(columns, LANES, q->x, q->y, result);
        for (int i = 0; i < LANES; i++) {
            if (i % SPOILT == 0 || same_bits(result[i], answer(f->name, &unspoilt[i], q->x[i], q->y[i])))
                continue;
            if (count++ < 3)
                print_error("%s, %s, %s: lane %d is disturbed by another\n", forms->instruction_set, name, f->name, i);
        }
    }
    return count;
}

/* A lane that nobody asks, or of the padding, may hold anything: every operation comes to an end, reads nothing
 * that is not there, and leaves the other lanes alone. */
static void lanes_with_impossible_numbers_disturb_no_other(void **state)
{
    (void)state;
    sq_pcg generator = sq_pcg_start(7, 4);
    int count = 0;
    for (int i = 0; i < SPECIMEN_COUNT * WRAPPER_COUNT; i++) {
        static population p;
        static column_room room;
        const specimen *s = &SPECIMENS[i / WRAPPER_COUNT];
        const vector_forms *forms;
        sq_law unspoilt[LANES];
        questions q;
        populate(&p, s, &WRAPPERS[i % WRAPPER_COUNT], &generator);
        memcpy(unspoilt, p.law, sizeof unspoilt);
        ask("hazard", &p, &q, &generator);
        spoil(&p, &generator);
        sq_law_columns columns = columns_of(&room, p.law);
        for (int k = 0; (forms = vector_forms_present(k)) != NULL; k++)
            count += differences_beside_spoilt(forms, s->name, unspoilt, &columns, &q);
    }
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_law_gives_the_bits_of_one_clock),
        cmocka_unit_test(a_fixed_delay_too),
        cmocka_unit_test(inadmissible_lanes_are_found_among_the_others),
        cmocka_unit_test(lanes_with_impossible_numbers_disturb_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
