/* Writing results: what the parts of sq_estimates share. Every dataset begins with the axes scenario, draw, strategy (some:
 * scenario, draw), and those by subgroup have that axis next, so a *cell* is one strategy (and subgroup) of a point and its
 * values lie side by side. A part that tells of subgroups as well is gone through twice, the second time with by_subgroup
 * set.
 *
 * All parts are gone through once to declare their variables, while there are no cells, and then once for each point: the
 * same calls in the same order give what the point's values are to be written to, its *slab* of each variable. */
#ifndef SQ_OUTCOME_FINISH_H
#define SQ_OUTCOME_FINISH_H

#include "base/vec.h"
#include "outcome/tally.h"

/* Bins of every published histogram. */
enum { SQ_PUBLISHED_BINS = 100 };

/* The part of a variable that belongs to a point: so many bytes after that of the point before. */
typedef struct sq_slab {
    char *data;
    size_t bytes;
} sq_slab;

struct sq_estimates {
    const sq_model *model;
    int n_scenarios, n_draws;
    sq_variables *variables;
    SQ_VEC(sq_slab) slabs; /* in the order in which the parts ask for them */
    size_t first_emulated; /* of the parts that tell of emulated cohorts, which a point has at another time */
    size_t target_slabs;   /* simulated figure, its error, verdict: to which both kinds of parts write */
};

typedef struct sq_finish {
    const sq_model *model;
    sq_estimates *declared;        /* what variables are added to; NULL: they are there, and a point's slabs are filled */
    const sq_slab *slab;           /* the next one, then */
    int point;
    const sq_outcome *outcome;     /* of the point; NULL while variables are declared, and then there are no cells */
    const sq_emulated *emulated;   /* of the point, where the parts of emulated cohorts are gone through; NULL as above */
    const sq_slab *target_slab;    /* then: three, as above */
    const double *block;           /* of the reference strategy */
    sq_curve *curve;               /* room for any endpoint's */
    sq_arena names;                /* put together */
    bool with_curves;              /* curves over time and histograms are wanted */
    bool by_subgroup;
    bool failed;                   /* memory was out */
} sq_finish;

/* Whether curves over time and histograms are among the results of so many scenarios x draws. */
static inline bool sq_has_curves(const sq_model *m, double points)
{
    return m->curves == SQ_CURVES_ALWAYS || (m->curves == SQ_CURVES_AUTO && points <= SQ_CURVE_POINTS);
}

/* How many cells there are, and the slice of the accumulator that one of them tells of. */
size_t sq_finish_cells(const sq_finish *w);
sq_slice sq_finish_slice(const sq_finish *w, size_t cell);

/* Adds a variable over scenario, draw, strategy (subgroup: then the name gets the ending _by_subgroup) and up
 * to two axes more (NULL: none). NULL when memory is out, which is remembered: adding several and looking at
 * `failed` once will do. */
double *sq_finish_real(sq_finish *w, const char *name, const char *units, const char *long_name,
                       const char *axis, const char *second);
int64_t *sq_finish_count(sq_finish *w, const char *name, const char *long_name, const char *axis,
                         const char *second);
/* Likewise over scenario and draw, and up to two axes more. */
void *sq_finish_of_point(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                         const char *long_name, const char *axis, const char *second);
/* Of a slab what belongs to the point. */
void *sq_finish_slab(const sq_finish *w, const sq_slab *slab);
/* What follows only declares.
 * Adds a variable over exactly these axes. */
void *sq_finish_add(sq_finish *w, sq_variable_type type, const char *name, const char *units,
                    const char *long_name, const char *axis, const char *second, const char *third);
/* Makes an axis, and (below) gives codes their meanings; nothing where that is done already. */
void sq_finish_axis(sq_finish *w, const char *name, size_t length);
/* The meanings of the codes of the variable added last. */
void sq_finish_flags(sq_finish *w, const char *const *meanings, size_t n);
/* Adds a text variable over one axis, and its `length` texts: of element i of an array of structs the text
 * member at `offset`. */
void sq_finish_texts(sq_finish *w, const char *name, const char *long_name, const char *axis,
                     const void *items, size_t length, size_t item_size, size_t offset);
/* A copy of a text (NULL: "") that lives as long as the variables. */
const char *sq_finish_text(sq_finish *w, const char *text);
/* Adds an axis and its names: of element i of an array of `n` structs the text member at `offset`. Nothing if
 * n is 0. */
void sq_finish_names(sq_finish *w, const char *axis, const char *long_name, const void *items, int n,
                     size_t item_size, size_t offset);
/* The unit that a number of the parameter block is in, as in "EUR/day". Lives as long as w. */
const char *sq_finish_unit(sq_finish *w, sq_unit unit);
/* A name put together; NULL texts are left out. The result lives as long as w. */
const char *sq_finish_name(sq_finish *w, const char *a, const char *b, const char *c);

/* Estimates the curves of an endpoint into w->curve. */
void sq_finish_estimate(sq_finish *w, sq_slice slice, int endpoint);
/* The share of a slice's patients who are in a state, of those still followed, at each grid point, into
 * share[n_grid], and how many are followed into followed[n_grid] (may be NULL); NaN beyond the horizon. */
void sq_finish_in_state(sq_slice slice, int state, double *share, double *followed);

/* The parts. Those of endpoints, occupancy, occurrences and quantities can be told by subgroup. */
void sq_finish_coordinates(sq_finish *w);
void sq_finish_endpoints(sq_finish *w);
void sq_finish_occupancy(sq_finish *w);
void sq_finish_occurrences(sq_finish *w);
void sq_finish_first_times(sq_finish *w);
void sq_finish_transitions(sq_finish *w);
void sq_finish_quantities(sq_finish *w);
void sq_finish_targets(sq_finish *w);
void sq_finish_parameters(sq_finish *w);
/* The parts of emulated cohorts. */
void sq_finish_emulations(sq_finish *w);
void sq_finish_predictive(sq_finish *w); /* targets that are estimates of them */

#endif
