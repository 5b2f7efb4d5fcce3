/* Life expectancy of life tables: the integral of survival from an age on, between the ages of the table by
 * quadrature, for the hazard has corners there, and beyond the last one in closed form, for its rate is held. */
#include "cli/life_expectancy.h"

#include "cli/console.h"
#include "math/kernel.h"
#include "math/law.h"
#include "math/quadrature.h"

#include <math.h>
#include <stdio.h>

enum { AGES = 3, COLUMN = 11, NAME_WIDTH = 44 };

typedef struct from_age {
    const sq_law *law;
    double hazard; /* accumulated up to the age */
} from_age;

static double survival(const void *context, double age)
{
    const from_age *from = context;
    return sq_exp(from->hazard - sq_law_hazard(from->law, age));
}

/* Years of life expected at an age [day] that the table reaches. */
static double expectancy(const sq_law *law, double age)
{
    const sq_law_table *table = &law->table;
    from_age from = {law, sq_law_hazard(law, age)};
    double days = 0, at = age;
    for (int i = 0; i < table->n; i++) {
        if (table->x[i] <= at) continue;
        days += sq_integrate(survival, &from, at, table->x[i], 1e-9 * (table->x[i] - at));
        at = table->x[i];
    }
    return (days + survival(&from, at) / table->y[table->n - 1]) / SQ_DAYS_PER_YEAR;
}

static void put_age(const sq_law *law, double age)
{
    char text[32];
    bool is_within = age >= law->table.x[0] && age <= law->table.x[law->table.n - 1];
    double years = is_within ? expectancy(law, age) : NAN;
    snprintf(text, sizeof text, is_within ? "%.1f" : "", years);
    sq_put_padded(stdout, isinf(years) ? "endless" : text, COLUMN, true);
}

static void print_row(const sq_model *m, const double *block, int table, int row)
{
    sq_law law = {.family = SQ_LIFE_TABLE, .hazard_ratio = 1, .time_ratio = 1};
    const sq_table *t = &m->tables[table];
    char first[32];
    law.table = sq_block_table(m, block, table, row);
    law.table.n_years = 0; /* those of the first year alone */
    sq_put_padded(stdout, t->row_names[row], NAME_WIDTH, false);
    snprintf(first, sizeof first, "first age %.4g", law.table.x[0] / SQ_DAYS_PER_YEAR);
    put_age(&law, law.table.x[0]);
    put_age(&law, 40 * SQ_DAYS_PER_YEAR);
    put_age(&law, 65 * SQ_DAYS_PER_YEAR);
    printf("  %s", first);
    if (t->n_years > 0) printf(", rates of %.6g", t->years[0] / SQ_DAYS_PER_YEAR);
    putchar('\n');
}

static void print_head(void)
{
    static const char *const heads[AGES] = {"first age", "40 y", "65 y"};
    puts("\nLife tables (years of life expected at the first age, at 40 and at 65)");
    sq_put_padded(stdout, "", NAME_WIDTH, false);
    for (int i = 0; i < AGES; i++) sq_put_padded(stdout, heads[i], COLUMN, true);
    putchar('\n');
}

void sq_print_life_expectancies(const sq_model *m, const double *block)
{
    for (int i = 0, n = 0; i < m->n_tables; i++) {
        const sq_table *t = &m->tables[i];
        if (t->is_function || t->family != SQ_LIFE_TABLE) continue;
        if (n++ == 0) print_head();
        for (int row = 0; row < t->n_named; row++) print_row(m, block, i, row);
    }
}
