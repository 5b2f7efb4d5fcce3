/* What the model means for columns, found once before any life: the plan, and the analyses that fill it in. All of them
 * are of the model alone. What the plan says holds of every life that the model allows; where an analysis cannot tell, the
 * plan says what is the case in general, which costs more and is never wrong. */
#ifndef SQ_ENGINE_COL_PLAN_H
#define SQ_ENGINE_COL_PLAN_H

#include "engine/columns.h"

#include "base/vec.h"

/* Columns that lie side by side, in a plane; a column may have several rows, and go on in the next plane. */
enum { SQ_SIDE = 8 };
/* The next row where n begin that are in one plane, or fill planes of their own. */
static inline int sq_col_next_row(int row, int n)
{
    return row % SQ_SIDE + n <= SQ_SIDE ? row : (row + SQ_SIDE - 1) / SQ_SIDE * SQ_SIDE;
}

/* ---- the plan ------------------------------------------------------------------------------------- */

/* Who reacts when something changes, as words of bits: bit e, that event's condition is looked at; bit n_events + e,
 * its law (follow, redraw); the last bit, rewards. */
static inline int sq_col_reward_bit(const sq_model *m) { return 2 * m->n_events; }
typedef struct sq_reaction {
    int word;
    uint64_t bits;
} sq_reaction;
typedef struct sq_reactions {
    const sq_reaction *item;
    int n;
} sq_reactions;

/* The numbers of a law, all that its programs give. */
enum {
    SQ_LAW_HAZARD_RATIO,
    SQ_LAW_TIME_RATIO,
    SQ_LAW_CURED,
    SQ_LAW_ARG, /* the first of SQ_LAW_ARGS */
    SQ_LAW_LOW = SQ_LAW_ARG + SQ_LAW_ARGS,
    SQ_LAW_HIGH,
    SQ_LAW_SHIFT,
    SQ_LAW_ROW, /* of its table */
    SQ_LAW_FROM, /* of its hazard ratio over time, and the next three */
    SQ_LAW_TO,
    SQ_LAW_START,
    SQ_LAW_LENGTH,
    SQ_LAW_NUMBERS
};

/* Both included. */
typedef struct sq_limits {
    double low, high;
} sq_limits;

/* What the model says of a law (col_law_plan.c); bits and arrays are by number. */
typedef struct sq_law_plan {
    const sq_law_spec *spec;
    bool by_calendar;                        /* rates by calendar year: it is asked by the day of birth */
    unsigned used;                           /* numbers that laws of its kind look at */
    unsigned alone;                          /* and those that are admissible between their limits, whatever the others */
    sq_limits limits[SQ_LAW_NUMBERS];
    sq_program program[SQ_LAW_NUMBERS];
    const double *otherwise[SQ_LAW_NUMBERS]; /* where it has no program: SQ_PAD times */
} sq_law_plan;

/* What the model says of a clock, for columns. */
typedef struct sq_clock_plan {
    bool is_kept;             /* it may be looked at again while it runs or waits: age, hazard left and law are kept, */
    int since, age, left;     /* in these rows of pool.kept */
    int zero;                 /* the row of what its hazard ratio over time counts from; -1: it does not */
    int kept[SQ_LAW_NUMBERS]; /* of a number of the law that depends on the patient; -1: of none */
} sq_clock_plan;

/* The same of 64 events at once: one bit each. */
typedef struct sq_clock_words {
    uint64_t reads_state;     /* their condition does */
    uint64_t on_demand;
    uint64_t pause_when_left;
    uint64_t may_wait;        /* these, and those that an action pauses */
    uint64_t looks_again;     /* follow and redraw */
    uint64_t decided;         /* they run exactly where the state says that their condition holds (col_clock.c) */
} sq_clock_words;

/* What the model says of a quantity that flows, or is only paid. */
typedef struct sq_flow_plan {
    bool flows;    /* at a rate that is more than nothing in some state */
    bool is_kept;  /* its rate depends on the patient in some state, where lanes keep it */
    bool *known;   /* [n_states] it does not: it follows from the parameters */
    int slot;      /* of its account in the lines of accounts */
} sq_flow_plan;

/* Where patients stand to an endpoint, as a set of what is possible. */
enum { SQ_NOT_YET = 1, SQ_INSIDE = 2, SQ_LEFT = 4 };

/* What is kept of an endpoint lane by lane: nothing that the state tells. */
typedef struct sq_endpoint_plan {
    int bit;    /* in pool.inside and pool.over; -1: the state says who is inside */
    int origin; /* row in pool.origin; -1: it begins with index alone, and its origin is the landmark */
} sq_endpoint_plan;

/* Lanes that go one way at a firing: the same event in the same state, and then `go` (0 … n_states - 1: to that state;
 * n_states + s: into s afresh; -1: nowhere). */
typedef struct sq_way {
    int go;
    bool goes_again;           /* another action may have sent them elsewhere before */
    sq_bits certain, possible; /* what occurs: in all of them, in any of them */
    int n_alike, n_apart;      /* endpoints that it may concern: those for which all lanes are alike, and those which */
    const int *alike, *apart;  /* await what occurs in some of them only */
    const uint64_t *parts;     /* [watch_words] that which these await, as bits of pool.occurred */
} sq_way;
typedef SQ_VEC(sq_way) sq_ways;

/* Endpoints in whose risk set patients in a state may be. */
typedef struct sq_open_endpoints {
    int n;
    const int *endpoint;
    bool reads; /* of some of them bits must be looked at */
} sq_open_endpoints;

/* Where visits of a keyed site are counted: see sq_keyed_luck. Records of a slot do not cross cache lines. */
typedef struct sq_visit_plan {
    int first;   /* where a lane's record of slot 0 begins, in bytes; -1: they are not counted */
    int of_slot; /* bytes of a record */
    int place;   /* in it */
} sq_visit_plan;

struct sq_col_plan {
    const sq_model *model;
    int event_words;     /* of 64 events */
    int occurrence_words, watch_words, endpoint_words;
    int reaction_words;
    sq_reactions *reactions;       /* [SQ_READS_OCCURRED(m, SQ_OCCURRENCES(m))], in the numbering of read sets */
    uint64_t *possible;            /* [n_states][event_words] events whose condition can hold in a state; none in death */
    uint64_t *certain;             /* [n_states][event_words] those of them whose condition holds there come what may */
    int n_laws;                    /* of events; from n_events on of draws, as far as actions draw them */
    sq_law_plan *laws;             /* [n_laws] */
    sq_clock_plan *clocks;         /* [n_events] */
    sq_clock_words *clock_words;   /* [event_words] */
    bool any_asked;                /* some action starts, stops, pauses or resumes a clock */
    bool any_undecided;            /* some event is not decided */
    int n_kept;                    /* rows of pool.kept: those of a clock are in one line, if they fit into one */
    bool *in_cohort;               /* [n_attributes] not written after baseline: no lane has a column of it */
    bool *same;                    /* [n_attributes] at baseline the same for all patients of a block: in its copy */
    bool *at_baseline;             /* [n_attributes] read as they were at baseline, whatever has been written since */
    int n_kept_attributes, n_written, n_drawn, n_settled;
    int *kept;                     /* attributes that differ and are read by lives: cohorts have a column of them */
    int *written;                  /* those that are written after baseline and read: they are put into lanes */
    bool hands_all_on;             /* rows are wanted: all attributes are read at the end of a life; else those from here on */
    int first_hidden;
    int *drawn, *settled;          /* actions of baseline, in order: done patient by patient; once for a block */
    int *population;               /* [n_population] slots of the block that say who the patients are */
    int n_population;
    int *pair;                     /* [n_states * n_states] number of a possible move, -1 */
    int n_pairs;
    struct sq_flow_plan *flows;    /* [2 + n_costs] from SQ_QUANTITY_QALYS on */
    int account_lines;             /* planes that hold the accounts */
    bool *looks;                   /* [n_states] rewards can change there although nobody moves */
    bool *breaks_in;               /* [n_states] rewards can have breaks there */
    int *record_place, record_size; /* [sq_quantities] where they are in a record, -1; its numbers */
    int *total_place;              /* [sq_quantities] where they are in sq_life.total */
    bool *time_is_read;            /* [occurrences] some program, clock origin or profile reads the latest time */
    bool *stay_is_read;            /* [n_states] some program reads time_in */
    bool entry_is_read;            /* some program reads how long a stay has lasted */
    bool *is_remembered;           /* [occurrences] it is read of a lane whether it has happened */
    bool counts_firings;           /* a life may have more firings, or more at one instant, than it may */
    bool *occurs_once;             /* [occurrences] at most, in a life; what follows is found in the same way */
    bool *moves_once;              /* [n_pairs] */
    bool *drawn_once;              /* [n_sites] of a keyed site: whatever the keys */
    int *counter_of;               /* [occurrences] number in pool.counter of how often; -1: nobody asks */
    int *move_counter;             /* [n_pairs] */
    int *visit_counter;            /* [n_sites] -1 too where keyed */
    int n_counters;
    sq_visit_plan *visits;         /* [n_sites] of those that are keyed */
    int n_visits;                  /* bytes in pool.visits of a lane: whole cache lines */
    bool counts_occurrences, counts_moves, counts_stays; /* the accumulators want them */
    int *watch;                    /* [occurrences] bit in pool.occurred of one that is awaited lane by lane; -1 */
    int *watched;                  /* the other way round: the occurrences of those bits */
    sq_endpoint_plan *endpoints;   /* [n_endpoints] */
    uint8_t *status;               /* [n_endpoints][n_states] where patients in a state may stand to an endpoint */
    sq_ways *ways;                 /* [n_events + 1][n_states] of firings; the last event is the start */
    bool *goes_once;               /* [n_events + 1] no way goes again */
    sq_open_endpoints *open;       /* [n_states] */
    int n_origins;                 /* rows of pool.origin */
    struct sq_specialised *specialised; /* programs by state, see col_value.c */
    sq_arena arena;
};

/* Whether an event is in a state's set of them: plan->possible, plan->certain. */
static inline bool sq_col_has_event(const sq_col_plan *plan, const uint64_t *set, int state, int event)
{
    return set[state * plan->event_words + event / 64] >> (event % 64) & 1;
}

/* ---- col_plan.c ------------------------------------------------------------------------------------------ */

/* n things (or one, where there are none) in the plan's arena, zeroed; NULL when memory is out. */
void *sq_col_plan_array(sq_col_plan *plan, int n, size_t size);

/* ---- col_once.c, col_kept.c ------------------------------------------------------------------------------ */

/* Finds what can happen at most once in a life: occurs_once, moves_once, drawn_once. false when memory is out. Reads
 * possible, certain and pair of the plan. */
bool sq_col_plan_once(sq_col_plan *plan);
/* Finds what must be kept of a lane's past, for programs and for what is counted. The same. */
bool sq_col_plan_kept(sq_col_plan *plan);

/* ---- col_patients.c -------------------------------------------------------------------------------------- */

/* Fills in what the plan knows of attributes at baseline; all that they are is read if rows are wanted. False when memory
 * is out. */
bool sq_col_plan_patients(sq_col_plan *plan, bool want_rows);
/* Where an attribute that is the same for all patients of a block is in its copy; after the last, whether all values
 * were such as the attributes may have: if not, all patients fail. */
static inline int sq_col_same_slot(const sq_col_plan *plan, int attribute) { return plan->model->block_size + attribute; }
/* Fills these slots. */
void sq_col_settle_attributes(const sq_col_plan *plan, double *copy);

/* ---- col_specialise.c ------------------------------------------------------------------------------------ */

/* Builds plan->specialised: every program with what is known in a state folded in (the state, alive; arms of `if` that
 * cannot be chosen). Same bits. */
sq_status sq_col_specialise(sq_col_plan *plan, sq_error *err);
/* Whether a program that is given comes to a constant in this state, and to which. */
bool sq_col_is_constant(const sq_col_plan *plan, sq_program program, int state, double *value);
/* Whether it reads nothing of the patient: parameters and constants only. */
bool sq_col_is_of_block(const sq_model *model, sq_program program);

/* ---- col_law_plan.c -------------------------------------------------------------------------------------- */

/* Fills plan->laws. */
sq_status sq_col_plan_laws(sq_col_plan *plan, sq_error *err);
/* Whether lanes must be parted by whether something has happened before the law is asked for. */
bool sq_col_law_awaits(const sq_law_spec *spec);
/* Whether a number depends on the patient, so that it may change. */
bool sq_col_law_number_is_of_patient(const sq_model *model, const sq_law_spec *spec, int number);

/* ---- col_clock_plan.c ------------------------------------------------------------------------------------ */

/* Fills plan->clocks and what belongs to them; plan->possible is there. */
sq_status sq_col_plan_clocks(sq_col_plan *plan, sq_error *err);

/* ---- col_flows.c ----------------------------------------------------------------------------------------- */

/* Fills plan->flows and what belongs to them; false when memory is out. */
bool sq_col_plan_flows(sq_col_plan *plan);

/* ---- col_paths.c, col_status.c --------------------------------------------------------------------------- */

/* The ways through a block of actions in a state, with the marks on them, no two with the same `go`. *ways is empty; its
 * items are the caller's to free. False when memory is out. */
bool sq_col_paths(const sq_col_plan *plan, int first, int state, sq_ways *ways);
/* Fills plan->ways, status, open, endpoints and watch; plan->possible is there. */
sq_status sq_col_plan_endpoints(sq_col_plan *plan, sq_error *err);
/* The way of lanes that fired an event (n_events: the start) in a state. */
const sq_way *sq_col_way(const sq_col_plan *plan, int event, int state, int go);

#endif
