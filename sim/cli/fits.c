/* What was published of a curve beside what the solved law gives. */
#include "cli/fits.h"

#include "cli/console.h"
#include "cli/value.h"
#include "model/block_solve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN = 11 };

static void append(char *text, size_t size, const char *format, const char *a, const char *b)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, format, a, b);
}

void sq_fit_arguments(const sq_model *m, const sq_solve *solve, const sq_law *law, char *text, size_t size)
{
    char value[SQ_VALUE_TEXT];
    snprintf(text, size, "%s", sq_family_name(law->family));
    for (int i = 0; i < sq_family_args(law->family); i++)
        append(text, size, ", %s %s", solve->arg_name[i],
               sq_unit_value_text(m, solve->arg_unit[i], law->arg[i], value));
    snprintf(value, sizeof value, "%.4g", law->cured);
    if (solve->cured_slot >= 0) append(text, size, ", cured %s%s", value, "");
}

static int unknowns(const sq_solve *solve)
{
    int n = solve->cured_is_free;
    for (int i = 0; i < SQ_LAW_ARGS; i++) n += solve->is_free[i];
    return n;
}

static void print_head(const sq_model *m, const sq_solve *solve, const sq_stated *stated)
{
    char arguments[4 * SQ_VALUE_TEXT];
    int n = unknowns(solve);
    sq_fit_arguments(m, solve, &stated->law, arguments, sizeof arguments);
    printf("  %s: %s\n    ", solve->name, arguments);
    if (n == solve->n_points)
        printf("solved exactly");
    else
        printf("%d points, %d unknown%s: least squares of log(-log S)", solve->n_points, n, n == 1 ? "" : "s");
    if (solve->n_clocks) printf("; %s %s", solve->is_incidence ? "incidence against" : "net of", solve->clocks);
    if (isfinite(solve->patients)) printf("; n = %.0f", solve->patients);
    putchar('\n');
}

static void put_share(double share)
{
    char text[32];
    snprintf(text, sizeof text, fabs(share) < 5e-7 ? "0" : "%.4f", share);
    sq_put_padded(stdout, text, COLUMN, true);
}

static void print_point(const sq_model *m, const sq_solve *solve, const sq_stated *stated, int i)
{
    char text[SQ_VALUE_TEXT];
    sq_survival_point point = stated->point[i];
    double published = solve->is_incidence ? 1 - point.survival : point.survival, lower, upper;
    double fitted = sq_setting_curve(&stated->setting, &stated->law, point.time);
    sq_put_padded(stdout, sq_unit_value_text(m, solve->unit, point.time, text), COLUMN + 4, true);
    put_share(published);
    put_share(fitted);
    put_share(fitted - published);
    sq_binomial_interval(published * solve->patients, solve->patients, &lower, &upper);
    if (isfinite(lower)) printf("   %.4f to %.4f", lower, upper);
    putchar('\n');
}

static void print_columns(const sq_solve *solve)
{
    static const char *const heads[] = {"published", "fitted", "residual"};
    sq_put_padded(stdout, solve->unit.time == 1 ? "time" : "value", COLUMN + 4, true);
    for (int i = 0; i < 3; i++) sq_put_padded(stdout, heads[i], COLUMN, true);
    puts(isfinite(solve->patients) ? "   95 % limits" : "");
}

int sq_print_fits(const sq_model *m, const double *block)
{
    sq_view view = {.model = m, .block = block};
    sq_error err = {.status = SQ_OK};
    sq_stated *stated = calloc(1, sizeof *stated);
    if (stated == NULL) {
        sq_say("out of memory");
        return SQ_EXIT_FAILED;
    }
    if (m->n_solves) puts("\nLaws solved from what was published of their curves");
    for (int i = 0; i < m->n_solves && err.status == SQ_OK; i++) {
        const sq_solve *solve = &m->solves[i];
        if (sq_stated_read(&view, solve, stated, &err) != SQ_OK) continue;
        print_head(m, solve, stated);
        print_columns(solve);
        for (int k = 0; k < solve->n_points; k++) print_point(m, solve, stated, k);
    }
    free(stated);
    return err.status == SQ_OK ? SQ_EXIT_DONE : sq_say_error(&err);
}
