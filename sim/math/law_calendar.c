/* Life tables by calendar year: rates by age and year, met along the diagonal of the Lexis diagram, where a
 * patient grows one day older each day (Keiding N. Phil Trans R Soc Lond A 1990;332:487-509). Within a
 * calendar year the rates are those of an ordinary life table, one table a year; a question is answered
 * year by year by the functions of that table, and in one step from the last year on, whose rates are
 * held. Before the first year its rates are held too. Nothing is allocated and nothing is prepared per
 * patient: a wait of thirty years costs thirty steps. */
#include "math/law_base.h"

#include <math.h>

/* The law of calendar year i alone. */
static sq_law in_year(const sq_law *law, int i)
{
    sq_law one = *law;
    long ahead = (long)i * law->table.stride;
    one.table.x += ahead;
    one.table.y += ahead;
    one.table.cumulative += ahead;
    one.table.n_years = 0;
    return one;
}

/* The last year begun at this age; the first one for ages before it. */
static int year_at(const sq_law *law, double age)
{
    const double *years = law->table.years;
    double today = law->arg[0] + law->shift + age;
    int low = 0, high = law->table.n_years;
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (years[middle] <= today)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The age at which year i ends; the last one never does. */
static double end_of_year(const sq_law *law, int i)
{
    if (i == law->table.n_years - 1)
        return INFINITY;
    return law->table.years[i + 1] - law->arg[0] - law->shift;
}

static double spent(const sq_law *law, double from, double to)
{
    double sum = 0, age = from;
    for (int i = year_at(law, from); age < to; i++) {
        sq_law one = in_year(law, i);
        double end = fmin(to, end_of_year(law, i));
        if (end > age)
            sum += sq_rate_table_ops.spent(&one, age, end);
        age = fmax(age, end);
    }
    return sum;
}

static double remaining(const sq_law *law, double age, double e)
{
    double now = age;
    for (int i = year_at(law, age);; i++) {
        sq_law one = in_year(law, i);
        double end = end_of_year(law, i);
        double here = end == INFINITY ? INFINITY : end > now ? sq_rate_table_ops.spent(&one, now, end) : 0;
        if (e <= here)
            return (now - age) + sq_rate_table_ops.remaining(&one, now, e);
        e -= here;
        now = fmax(now, end);
    }
}

static double table_hazard(const sq_law *law, double t)
{
    return law->table.n_years > 0 ? spent(law, 0, t) : sq_rate_table_ops.hazard(law, t);
}

static double table_inverse(const sq_law *law, double e)
{
    return law->table.n_years > 0 ? remaining(law, 0, e) : sq_rate_table_ops.inverse(law, e);
}

static double table_remaining(const sq_law *law, double age, double e)
{
    return law->table.n_years > 0 ? remaining(law, age, e) : sq_rate_table_ops.remaining(law, age, e);
}

static double table_spent(const sq_law *law, double from, double to)
{
    return law->table.n_years > 0 ? spent(law, from, to) : sq_rate_table_ops.spent(law, from, to);
}

const sq_family_ops sq_life_table_ops = {table_hazard, table_inverse, table_remaining, table_spent};
