/* Looking up the numbers of a result by name, and making sheets of them. */
#include "cli/collect.h"

#include "cli/console.h"

#include <math.h>
#include <string.h>

/* ---- looking up ----------------------------------------------------------------------------- */

const sq_variable *sq_found(const sq_collector *c, const char *name)
{
    return sq_variables_find(c->v, "", name);
}

int sq_found_length(const sq_collector *c, const sq_variable *var)
{
    return var == NULL ? 0 : (int)sq_variable_length(c->v, var);
}

const char *sq_found_label(const sq_variable *var, int i)
{
    return ((const char *const *)var->data)[i];
}

double sq_found_in(const sq_collector *c, const sq_variable *var, int strategy, int n_own, const int *own)
{
    if (var == NULL || var->type != SQ_F64 || var->n_axes != 3 + n_own) return (double)NAN;
    const sq_axis *axes = c->v->axes;
    size_t draws = axes[var->axis[1]].length, strategies = axes[var->axis[2]].length;
    size_t place = (size_t)c->scenario * draws * strategies + (size_t)strategy;
    for (int i = 0; i < n_own; i++) place = place * c->v->axes[var->axis[3 + i]].length + (size_t)own[i];
    return ((const double *)var->data)[place];
}

double sq_found_at(const sq_collector *c, const char *name, int strategy, int n_own, const int *own)
{
    return sq_found_in(c, sq_found(c, name), strategy, n_own, own);
}

double sq_found_value(const sq_collector *c, const char *name, int strategy, int i, int j, int n_own)
{
    const int own[2] = {i, j};
    return sq_found_at(c, name, strategy, n_own, own);
}

sq_entry sq_found_estimate(const sq_collector *c, const char *name, int strategy)
{
    char se[128];
    snprintf(se, sizeof se, "%s_se", name);
    return sq_number(sq_found_value(c, name, strategy, 0, 0, 0), sq_found_value(c, se, strategy, 0, 0, 0));
}

int sq_found_near(const sq_collector *c, const char *axis, double wanted, double near)
{
    const sq_variable *var = sq_found(c, axis);
    int best = -1;
    if (var == NULL || var->type != SQ_F64) return -1;
    for (int i = 0; i < sq_found_length(c, var); i++) {
        double distance = fabs(((const double *)var->data)[i] - wanted);
        if (distance <= near) {
            near = distance;
            best = i;
        }
    }
    return best;
}

const char *sq_spoken(sq_collector *c, const char *name)
{
    char *text = sq_arena_text(c->arena, name, strlen(name));
    for (char *p = text; p != NULL && *p != '\0'; p++)
        if (*p == '_') *p = ' ';
    c->failed = c->failed || text == NULL;
    return text != NULL ? text : "";
}

/* ---- building sheets ------------------------------------------------------------------------ */

sq_sheet *sq_collect_sheet(sq_collector *c, const char *key, const char *title, const char *row_title,
                           int n_columns, const sq_heading *columns, int n_rows)
{
    sq_sheet *s = sq_sheet_new(c->arena, key, title, row_title, n_columns, columns, n_rows);
    if (s == NULL || title == NULL)
        c->failed = true;
    else
        c->report->sheets[c->report->n_sheets++] = s;
    return c->failed ? NULL : s;
}

sq_sheet *sq_collect_by_strategy(sq_collector *c, const char *key, const char *title, int n_columns,
                                const sq_heading *columns)
{
    sq_sheet *s = sq_collect_sheet(c, key, title, "Strategy", n_columns, columns, c->n_strategies);
    for (int i = 0; s != NULL && i < c->n_strategies; i++)
        s->row_key[i] = s->row_title_of[i] = sq_found_label(c->strategy, i);
    return s;
}

const char *sq_collect_text(sq_collector *c, const char *text)
{
    c->failed = c->failed || text == NULL;
    return text != NULL ? text : "";
}

void sq_collect_note(sq_collector *c, const char *note)
{
    if (note == NULL)
        c->failed = true;
    else
        c->report->notes[c->report->n_notes++] = note;
}
