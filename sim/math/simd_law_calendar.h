/* Life tables, and life tables by calendar year: rates by age and year, met along the diagonal of the Lexis
 * diagram, where a patient grows one day older each day (Keiding N. Phil Trans R Soc Lond A
 * 1990;332:487-509). Within a calendar year the rates are those of an ordinary life table, one table a
 * year; a question is answered year by year by the functions of that table, and in one step from the last
 * year on, whose rates are held. Before the first year its rates are held too. Nothing is allocated and
 * nothing is prepared per patient: a wait of thirty years costs thirty steps. Lanes walk through the
 * years together; one that has arrived stands still until the others have. */
#ifndef SQ_MATH_SIMD_LAW_CALENDAR_H
#define SQ_MATH_SIMD_LAW_CALENDAR_H

#include "math/simd_law_table.h"

/* The table of each lane's calendar year alone. */
static inline v_table v_in_year(const v_law *law, v_w year)
{
    v_table one = law->table;
    v_w ahead = v_mul_w(year, v_index(one.stride * (int)sizeof(double)));
    one.x = v_add_w(one.x, ahead);
    one.y = v_add_w(one.y, ahead);
    one.cumulative = v_add_w(one.cumulative, ahead);
    one.n_years = 0;
    return one;
}

/* The last year begun at this age; the first one for ages before it. */
static inline v_w v_year_at(const v_law *law, v_d age)
{
    v_d today = law->arg[0] + law->shift + age;
    return v_not_negative(v_last_at_or_below(law->table.n_years, v_address(law->table.years), today));
}

/* The age at which a year ends; the last one never does. */
static inline v_d v_end_of_year(const v_law *law, v_w year)
{
    const v_table *table = &law->table;
    v_d next = v_gather(v_address(table->years), v_next_index(table->n_years, year));
    v_d end = next - law->arg[0] - law->shift;
    return v_if(v_lt_w(year, v_index(table->n_years - 1)), end, v_set(INFINITY));
}

static inline v_d v_calendar_spent(const v_law *law, v_d from, v_d to)
{
    v_d sum = v_set(0), age = from;
    v_w year = v_year_at(law, from);
    for (v_m walks = v_lt(age, to); v_any(walks); walks = v_and(walks, v_lt(age, to))) {
        v_table one = v_in_year(law, year);
        v_d end = v_min(to, v_end_of_year(law, year));
        v_m some = v_and(walks, v_gt(end, age));
        if (v_any(some))
            sum = v_if(some, sum + v_rates_spent(&one, age, end), sum);
        age = v_if(walks, v_max(age, end), age);
        year = v_if_w(walks, v_next_index(law->table.n_years, year), year);
    }
    return sum;
}

static inline v_d v_calendar_remaining(const v_law *law, v_d age, v_d e)
{
    v_d now = age;
    v_w year = v_year_at(law, age);
    for (v_m walks = v_lt_w(year, v_index(law->table.n_years - 1)); v_any(walks);) {
        v_table one = v_in_year(law, year);
        v_d end = v_end_of_year(law, year), here = v_set(0);
        v_m some = v_and(walks, v_gt(end, now));
        if (v_any(some))
            here = v_if(some, v_rates_spent(&one, now, end), here);
        walks = v_and_not(walks, v_le(e, here));
        e = v_if(walks, e - here, e);
        now = v_if(walks, v_max(now, end), now);
        year = v_if_w(walks, v_next_index(law->table.n_years, year), year);
        walks = v_and(walks, v_lt_w(year, v_index(law->table.n_years - 1)));
    }
    v_table one = v_in_year(law, year);
    return (now - age) + v_rates_remaining(&one, now, e);
}

static inline v_d v_life_table_hazard(const v_law *law, v_d t)
{
    return law->table.n_years > 0 ? v_calendar_spent(law, v_set(0), t) : v_rate_table_hazard(law, t);
}

static inline v_d v_life_table_inverse(const v_law *law, v_d e)
{
    return law->table.n_years > 0 ? v_calendar_remaining(law, v_set(0), e) : v_rate_table_inverse(law, e);
}

static inline v_d v_life_table_remaining(const v_law *law, v_d age, v_d e)
{
    return law->table.n_years > 0 ? v_calendar_remaining(law, age, e) : v_rate_table_remaining(law, age, e);
}

static inline v_d v_life_table_spent(const v_law *law, v_d from, v_d to)
{
    return law->table.n_years > 0 ? v_calendar_spent(law, from, to) : v_rate_table_spent(law, from, to);
}

#endif
