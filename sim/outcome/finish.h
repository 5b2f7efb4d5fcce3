/* Writing results: what the parts of sq_outcome_finish share. Every dataset begins with the axes
 * scenario, draw, strategy (targets: scenario, draw), so a *cell* is one combination of them and its
 * values lie side by side. */
#ifndef SQ_OUTCOME_FINISH_H
#define SQ_OUTCOME_FINISH_H

#include "outcome/tally.h"

/* Bins of every published histogram. */
enum { SQ_PUBLISHED_BINS = 100 };

typedef struct sq_finish {
    const sq_model *model;
    int n_scenarios, n_draws;
    const sq_outcome *const *grid; /* [n_scenarios * n_draws] */
    sq_variables *variables;
    sq_curve *curve;               /* room for any endpoint's */
    bool with_curves;              /* few enough points for curves over time and histograms */
    bool failed;                   /* memory was out */
} sq_finish;

static inline int sq_finish_points(const sq_finish *w) { return w->n_scenarios * w->n_draws; }

/* Adds a variable over scenario, draw, strategy and up to two axes more (NULL: none). NULL when memory is
 * out, which is remembered: adding several and looking at `failed` once will do. */
double *sq_finish_real(sq_finish *w, const char *name, const char *units, const char *long_name,
                       const char *axis, const char *second);
int64_t *sq_finish_count(sq_finish *w, const char *name, const char *long_name, const char *axis,
                         const char *second);
/* Adds a variable over exactly these axes. */
void *sq_finish_add(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                    const char *long_name, const char *axis, const char *second, const char *third);
/* Makes an axis. */
void sq_finish_axis(sq_finish *w, const char *name, size_t length);
/* The meanings of the codes of the variable added last. */
void sq_finish_flags(sq_finish *w, const char *const *meanings, size_t n);
/* Adds a text variable over one axis, and its `length` texts: of element i of an array of structs the text
 * member at `offset`. */
void sq_finish_texts(sq_finish *w, const char *name, const char *long_name, const char *axis,
                     const void *items, size_t length, size_t item_size, size_t offset);
/* A copy of a text (NULL: "") that lives as long as the variables. */
const char *sq_finish_text(sq_finish *w, const char *text);
/* A name put together; NULL texts are left out. The result lives as long as the variables. */
const char *sq_finish_name(sq_finish *w, const char *a, const char *b, const char *c);

/* Estimates the curves of an endpoint into w->curve. */
void sq_finish_estimate(sq_finish *w, const sq_outcome *o, int strategy, int endpoint);

/* The parts. */
void sq_finish_curves(sq_finish *w);
void sq_finish_occurrences(sq_finish *w);
void sq_finish_quantities(sq_finish *w);
void sq_finish_targets(sq_finish *w);

#endif
