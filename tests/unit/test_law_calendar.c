/* Life tables by calendar year: against 50-digit values (tests/reference/calendar_tables.py), against
 * themselves (round trips, additivity, what remains), against ordinary life tables where the years do not
 * differ, and at every inadmissible number. */
#include "../lib/vectors.h"

#include "math/kernel.h"
#include "math/law.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AGES = 5, YEARS = 4, STRIDE = 4 * AGES };

typedef struct calendar_table {
    sq_interpolation interpolation;
    int n, n_years;
    double x[AGES], years[YEARS], y[YEARS][AGES];
} calendar_table;

typedef enum question { HAZARD, INVERSE, SPENT, REMAINING } question;

typedef struct calendar_row {
    const calendar_table *table;
    double birth, hazard_ratio, cured;
    bool cure_on_population;
    double low, high, shift;
    const sq_profile *profile;
    question asked;
    double age, at, value;
} calendar_row;

#include "../reference/calendar_tables.inc"
enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

/* The table as a parameter block has it: for each year ages, rates and hazards; n_years 0 takes the
 * first year alone, an ordinary life table. */
static sq_law tabled(const calendar_table *table, int n_years, double room[YEARS * STRIDE])
{
    for (int i = 0; i < (n_years ? n_years : 1); i++) {
        double *x = room + i * STRIDE;
        memcpy(x, table->x, sizeof table->x);
        memcpy(x + AGES, table->y[i], sizeof table->y[i]);
        assert_null(sq_law_prepare_table(SQ_LIFE_TABLE, table->interpolation, table->n, x, x + AGES,
                                         x + 2 * AGES));
    }
    sq_law law = {.family = SQ_LIFE_TABLE, .hazard_ratio = 1, .time_ratio = 1};
    law.table = (sq_law_table){.x = room, .y = room + AGES, .cumulative = room + 2 * AGES, .n = table->n,
                               .interpolation = table->interpolation, .n_years = n_years,
                               .stride = STRIDE, .years = table->years};
    return law;
}

static sq_law law_of_row(const calendar_row *row, double room[YEARS * STRIDE])
{
    sq_law law = tabled(row->table, row->table->n_years, room);
    law.arg[0] = row->birth;
    law.hazard_ratio = row->hazard_ratio;
    law.cured = row->cured;
    law.cure_on_population = row->cure_on_population;
    law.truncated = row->low > -INFINITY || row->high < INFINITY;
    law.low = row->low;
    law.high = row->high;
    law.shift = row->shift;
    if (row->profile)
        law.profile = *row->profile;
    assert_null(sq_law_problem(&law));
    return law;
}

/* ---- reference values */

static double answer(const calendar_row *row)
{
    double room[YEARS * STRIDE];
    sq_law law = law_of_row(row, room);
    switch (row->asked) {
    case HAZARD: return sq_law_hazard(&law, row->at);
    case INVERSE: return sq_law_inverse(&law, row->at);
    case SPENT: return sq_law_spent(&law, row->age, row->at);
    case REMAINING: return sq_law_remaining(&law, row->age, row->at);
    }
    return NAN;
}

static void every_width_answers_them_alike(void **state)
{
    static const char *const QUESTIONS[] = {"hazard", "inverse", "spent", "remaining"};
    (void)state;
    int wrong = 0;
    for (int i = 0; i < ROW_COUNT; i++) {
        const calendar_row *row = &ROWS[i];
        double room[YEARS * STRIDE];
        sq_law law = law_of_row(row, room);
        bool of_age = row->asked == SPENT || row->asked == REMAINING;
        double x = of_age ? row->age : row->at;
        wrong += !vectors_answer(&law, QUESTIONS[row->asked], x, row->at, answer(row));
    }
    assert_int_equal(wrong, 0);
}

static double relative_error(double got, double want)
{
    if (got == want)
        return 0;
    return isfinite(got) && isfinite(want) && want != 0 ? fabs(got / want - 1) : INFINITY;
}

static int wrong_rows(double factor, double worst[4])
{
    int wrong = 0;
    for (int i = 0; i < ROW_COUNT; i++) {
        const calendar_row *row = &ROWS[i];
        double error = relative_error(answer(row) * factor, row->value);
        worst[row->asked] = fmax(worst[row->asked], error);
        if (error <= 1e-13)
            continue;
        if (factor == 1)
            print_error("row %d (question %d at %.17g): relative error %.3g\n", i, row->asked, row->at, error);
        wrong++;
    }
    return wrong;
}

static void tables_by_year_match_fifty_digits(void **state)
{
    (void)state;
    double worst[4] = {0};
    int wrong = wrong_rows(1, worst);
    print_message("relative errors: H %.1e, inverse %.1e, spent %.1e, remaining %.1e\n", worst[HAZARD],
                  worst[INVERSE], worst[SPENT], worst[REMAINING]);
    assert_int_equal(wrong, 0);
}

static void a_perturbed_table_is_rejected(void **state)
{
    (void)state;
    double worst[4] = {0};
    assert_true(wrong_rows(1 + 1e-12, worst) > ROW_COUNT * 9 / 10);
}

/* ---- against itself */

/* H(q(e)) = e within 1e-12 max(1, e) and one rounding of t; no other answer may depend on the way it is asked. */
static double residual(const sq_law *law, double e)
{
    double t = sq_law_inverse(law, e);
    if (isinf(t))
        return 0;
    double step = sq_law_hazard(law, nextafter(t, INFINITY)) - sq_law_hazard(law, nextafter(t, 0));
    double off = fabs(sq_law_hazard(law, t) - e) - (isfinite(step) ? step : 0);
    return isfinite(off) ? off / fmax(1, e) : 0; /* the end of a truncated law */
}

static void hazards_are_inverted(void **state)
{
    (void)state;
    double worst = 0, last = NAN;
    int asked = 0;
    for (int i = 0; i < ROW_COUNT; i += 7) {
        double room[YEARS * STRIDE];
        sq_law law = law_of_row(&ROWS[i], room);
        for (double e = 1e-12; e < 700; e *= 1.9, asked++) {
            double off = residual(&law, e), t = sq_law_inverse(&law, e);
            worst = off <= worst ? worst : off;
            assert_true(e == 1e-12 || !(t < last));
            last = t;
        }
    }
    print_message("largest |H(q(e)) - e| / max(1, e): %.1e (%d hazards)\n", worst, asked);
    assert_true(worst <= 1e-12);
}

static void waits_from_an_age_spend_what_they_say(void **state)
{
    (void)state;
    for (int i = 0; i < ROW_COUNT; i += 7) {
        double room[YEARS * STRIDE];
        sq_law law = law_of_row(&ROWS[i], room);
        for (double age = 0; age < 29000; age += 3111.25)
            for (double e = 1e-6; e < 2; e *= 6) {
                double wait = sq_law_remaining(&law, age, e);
                if (isinf(wait))
                    continue;
                double spent = sq_law_spent(&law, age, age + wait);
                assert_true(fabs(spent - e) <= 1e-11 || (isinf(spent) && age + wait >= law.high + law.shift));
                double middle = age + .4 * wait;
                double parts = sq_law_spent(&law, age, middle) + sq_law_spent(&law, middle, age + wait);
                assert_true(parts == spent || fabs(parts - spent) <= 1e-12);
            }
    }
}

/* ---- against ordinary life tables */

/* Patients who see one year's rates only, before the first year or in the last, have an ordinary table. */
static void one_year_is_an_ordinary_table(void **state)
{
    (void)state;
    static const calendar_table *const ALL[] = {&FEW, &LATE, &SMOOTH, &ONE};
    for (int i = 0; i < 4; i++) {
        double room[YEARS * STRIDE], one_room[YEARS * STRIDE];
        sq_law law = tabled(ALL[i], ALL[i]->n_years, room), one = tabled(ALL[i], 0, one_room);
        law.arg[0] = 1e5; /* dead long before the first year ends */
        for (double t = 100; t < 60000; t *= 1.3) {
            assert_true(sq_law_hazard(&law, t) == sq_law_hazard(&one, t));
            assert_true(sq_law_spent(&law, 90, t) == sq_law_spent(&one, 90, t));
            double e = sq_law_hazard(&one, t);
            assert_true(sq_law_inverse(&law, e) == sq_law_inverse(&one, e));
            assert_true(sq_law_remaining(&law, 77, e) == sq_law_remaining(&one, 77, e));
        }
    }
}

static void the_last_year_is_held(void **state)
{
    (void)state;
    double room[YEARS * STRIDE], last_room[YEARS * STRIDE];
    calendar_table last = SMOOTH;
    memcpy(last.y[0], SMOOTH.y[2], sizeof last.y[0]);
    sq_law law = tabled(&SMOOTH, 3, room), one = tabled(&last, 0, last_room);
    law.arg[0] = SMOOTH.years[2];
    for (double t = 100; t < 60000; t *= 1.3)
        assert_true(sq_law_hazard(&law, t) == sq_law_hazard(&one, t));
}

/* ---- inadmissible numbers */

static void inadmissible_numbers_are_named(void **state)
{
    (void)state;
    double room[YEARS * STRIDE];
    sq_law law = tabled(&FEW, 3, room);
    law.arg[0] = NAN;
    assert_non_null(strstr(sq_law_problem(&law), "year of birth"));
    law.arg[0] = INFINITY;
    assert_non_null(strstr(sq_law_problem(&law), "year of birth"));
    law.arg[0] = 7e5;
    assert_null(sq_law_problem(&law));
    law.time_ratio = 2;
    assert_non_null(strstr(sq_law_problem(&law), "time ratio"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_by_year_match_fifty_digits),
        cmocka_unit_test(every_width_answers_them_alike),
        cmocka_unit_test(a_perturbed_table_is_rejected),
        cmocka_unit_test(hazards_are_inverted),
        cmocka_unit_test(waits_from_an_age_spend_what_they_say),
        cmocka_unit_test(one_year_is_an_ordinary_table),
        cmocka_unit_test(the_last_year_is_held),
        cmocka_unit_test(inadmissible_numbers_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
