/* Fewer cohorts than were asked for are a result all the same, with a warning. How many patients would do follows from how
 * many were eligible, with room for luck: three standard deviations of a Poisson count. */
#include "study/emulation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Integers of a result over scenario, draw and one axis more. */
typedef struct counts {
    const int64_t *value;
    size_t length, points;
} counts;

static counts find(const sq_variables *v, const char *name)
{
    const sq_variable *var = sq_variables_find(v, "", name);
    if (!var || var->type != SQ_I64 || var->n_axes == 0) return (counts){0};
    size_t length = v->axes[var->axis[var->n_axes - 1]].length;
    return (counts){var->data, length, length > 0 ? sq_variable_length(v, var) / length : 0};
}

/* The point with the fewest cohorts. */
static size_t worst_point(const counts *cohorts, size_t emulation)
{
    size_t worst = 0;
    for (size_t p = 1; p < cohorts->points; p++)
        if (cohorts->value[p * cohorts->length + emulation] < cohorts->value[worst * cohorts->length + emulation]) worst = p;
    return worst;
}

/* Patients of whom enough are eligible, if `eligible` of `patients` are and `wanted` are needed. */
static double enough(double patients, double eligible, double wanted)
{
    return (wanted + 3 * sqrt(wanted)) * patients / eligible;
}

/* Two digits, rounded up. */
static double round_up(double x)
{
    double unit = 1;
    while (x / unit >= 100) unit *= 10;
    return ceil(x / unit) * unit;
}

/* What there is of one emulation at one point. */
typedef struct shortage {
    const sq_emulation *e;
    double patients;
    int64_t cohorts, eligible;
    const int64_t *group_n; /* [n_groups] */
} shortage;

static double patients_needed(const shortage *s)
{
    const sq_emulation *e = s->e;
    double most = 0;
    if (e->size > 0) return round_up(enough(s->patients, (double)s->eligible, (double)e->size * e->n_cohorts));
    for (int g = 0; g < e->n_groups; g++)
        most = fmax(most, enough(s->patients, (double)s->group_n[g], (double)e->groups[g].size * e->n_cohorts));
    return round_up(most);
}

/* One line more to a text that grows; what there was if memory is out. */
static char *add_line(char *text, const shortage *s)
{
    static const char format[] = "%s%s: warning: only %lld of the %d cohorts of '%s' could be filled; about %.0f patients would do\n";
    const char *before = text ? text : "";
    long long cohorts = (long long)s->cohorts;
    double needed = patients_needed(s);
    int length = snprintf(NULL, 0, format, before, s->e->where, cohorts, s->e->n_cohorts, s->e->name, needed);
    char *longer = length < 0 ? NULL : malloc((size_t)length + 1);
    if (!longer) return text;
    snprintf(longer, (size_t)length + 1, format, before, s->e->where, cohorts, s->e->n_cohorts, s->e->name, needed);
    free(text);
    return longer;
}

char *sq_cohorts_warnings(const sq_model *m, const sq_variables *results)
{
    counts cohorts = find(results, "emulation_cohorts"), eligible = find(results, "emulation_eligible");
    counts groups = find(results, "emulation_group_n"), patients = find(results, "n_patients");
    char *text = NULL;
    size_t first_group = 0;
    for (size_t i = 0; cohorts.value && eligible.value && patients.value && i < (size_t)m->n_emulations; i++) {
        const sq_emulation *e = &m->emulations[i];
        size_t p = worst_point(&cohorts, i), at = p * cohorts.length + i;
        const shortage s = {e, (double)patients.value[0], cohorts.value[at], eligible.value[at],
                            groups.value ? groups.value + p * groups.length + first_group : NULL};
        first_group += (size_t)e->n_groups;
        if (s.cohorts < e->n_cohorts) text = add_line(text, &s);
    }
    return text;
}
