/* Writing results: what the parts of sq_outcome_finish share. Every dataset begins with the axes
 * scenario, draw, strategy (targets: scenario, draw), so a *cell* is one combination of them and its
 * values lie side by side. */
#ifndef SQ_OUTCOME_FINISH_H
#define SQ_OUTCOME_FINISH_H

#include "outcome/tally.h"

/* Bins of every published histogram. */
enum { SQ_PUBLISHED_BINS = 100 };

typedef struct sq_writer {
    const sq_model *model;
    int n_scenarios, n_draws;
    const sq_outcome *const *grid; /* [n_scenarios * n_draws] */
    sq_variables *variables;
    sq_curve *curve;               /* room for any endpoint's */
    bool with_curves;              /* few enough points for curves over time and histograms */
    bool failed;                   /* memory was out */
} sq_writer;

static inline int sq_writer_points(const sq_writer *w) { return w->n_scenarios * w->n_draws; }

/* Adds a variable over scenario, draw, strategy and up to two axes more (NULL: none). NULL when memory is
 * out, which is remembered: adding several and looking at `failed` once will do. */
double *sq_writer_real(sq_writer *w, const char *name, const char *units, const char *long_name,
                       const char *axis, const char *second);
int64_t *sq_writer_count(sq_writer *w, const char *name, const char *long_name, const char *axis,
                         const char *second);
/* Adds a variable over exactly these axes. */
void *sq_writer_add(sq_writer *w, sq_variable_type type, const char *name, const char *units,
                    const char *long_name, const char *axis, const char *second, const char *third);
/* Makes an axis. */
void sq_writer_axis(sq_writer *w, const char *name, size_t length);
/* The meanings of the codes of the variable added last. */
void sq_writer_flags(sq_writer *w, const char *const *meanings, size_t n);
/* Adds a text variable over one axis, and its `length` texts: of element i of an array of structs the text
 * member at `offset`. */
void sq_writer_texts(sq_writer *w, const char *name, const char *long_name, const char *axis,
                     const void *items, size_t length, size_t item_size, size_t offset);
/* A copy of a text (NULL: "") that lives as long as the variables. */
const char *sq_writer_text(sq_writer *w, const char *text);
/* A name put together; NULL texts are left out. The result lives as long as the variables. */
const char *sq_writer_name(sq_writer *w, const char *a, const char *b, const char *c);

/* Estimates the curves of an endpoint into w->curve. */
void sq_writer_estimate(sq_writer *w, const sq_outcome *o, int strategy, int endpoint);

/* The parts. */
void sq_finish_curves(sq_writer *w);
void sq_finish_occurrences(sq_writer *w);
void sq_finish_quantities(sq_writer *w);
void sq_finish_targets(sq_writer *w);

#endif
