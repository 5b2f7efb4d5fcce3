/* Inside the summary: the numbers of a result by their names, and the sheets made of them. Only summary*.c and
 * collect.c include this. */
#ifndef SQ_CLI_COLLECT_H
#define SQ_CLI_COLLECT_H

#include "cli/sheet.h"
#include "outcome/variable.h"

typedef struct sq_collector {
    const sq_variables *v;
    sq_arena *arena;
    sq_report *report;
    const sq_variable *strategy;
    int n_strategies, reference;
    int scenario; /* whose numbers are looked up */
    bool failed; /* memory is out */
} sq_collector;

/* ---- looking up ----------------------------------------------------------------------------- */

/* A variable of the root group; NULL if the result does not have it. */
const sq_variable *sq_found(const sq_collector *c, const char *name);
int sq_found_length(const sq_collector *c, const sq_variable *var); /* 0 of NULL */
const char *sq_found_label(const sq_variable *var, int i);          /* of a text variable */
/* A number of the scenario, of the first draw, at these places of its n_own own axes. NaN if the variable is missing
 * or of another shape. */
double sq_found_at(const sq_collector *c, const char *name, int strategy, int n_own, const int *own);
/* The same in a variable that was found (or NULL). */
double sq_found_in(const sq_collector *c, const sq_variable *var, int strategy, int n_own, const int *own);
/* The same, value[strategy][i][j] with n_own = 0, 1 or 2. */
double sq_found_value(const sq_collector *c, const char *name, int strategy, int i, int j, int n_own);
/* A number without own axes, and its standard error "NAME_se". */
sq_entry sq_found_estimate(const sq_collector *c, const char *name, int strategy);
/* The index on a numeric axis whose coordinate is nearest to wanted and within `near`; -1 if none. */
int sq_found_near(const sq_collector *c, const char *axis, double wanted, double near);

/* ---- building ------------------------------------------------------------------------------- */

/* "blina_first_dose" -> "blina first dose". */
const char *sq_spoken(sq_collector *c, const char *name);
/* The text; "" after noting that memory was out where it is NULL. */
const char *sq_collect_text(sq_collector *c, const char *text);
/* Adds an empty sheet to the report; NULL when memory is out (also where title is NULL). */
sq_sheet *sq_collect_sheet(sq_collector *c, const char *key, const char *title, const char *row_title,
                           int n_columns, const sq_heading *columns, int n_rows);
/* The same with a row per strategy. */
sq_sheet *sq_collect_by_strategy(sq_collector *c, const char *key, const char *title, int n_columns,
                                 const sq_heading *columns);
/* A footer; NULL: memory was out. */
void sq_collect_note(sq_collector *c, const char *note);

/* ---- parts ---------------------------------------------------------------------------------- */

void sq_collect_targets(sq_collector *c);
void sq_collect_emulations(sq_collector *c);
void sq_collect_subgroups(sq_collector *c);
/* Adds tables by scenario where there are several; how many have names (0: nothing was swept over). */
int sq_collect_scenarios(sq_collector *c);

/* A figure of a slice of the result, where it stands in its variable behind the axes that name the slice. */
typedef struct sq_figure {
    const char *name; /* "survival" */
    int n_own, own[2];
    bool has_error, is_difference; /* without an error it is a time, which may not be reached */
} sq_figure;

enum { SQ_MOST_FIGURES = 13 };
typedef struct sq_figures {
    int n;
    sq_figure figure[SQ_MOST_FIGURES]; /* the first is the number of patients */
    sq_heading heading[SQ_MOST_FIGURES];
} sq_figures;

/* Those that the result has, of variables whose names end so ("_by_subgroup"). */
void sq_collect_figures(sq_collector *c, const char *ending, sq_figures *all);
/* The first of the usual times that the grid has; -1 if it has none. */
int sq_telling_time(const sq_collector *c, double *years);

/* Survival is told after these years and, last, by its median: the headings of tables (summary.c). */
enum { SQ_SURVIVAL_TIMES = 3 };
extern const double sq_survival_years[SQ_SURVIVAL_TIMES];
extern const sq_heading sq_survival_headings[SQ_SURVIVAL_TIMES + 1];

#endif
