/* The columnar engine: what its files share. They have the chapters of the reference interpreter:
 *
 *   col_plan.c      what the model means for columns: who reacts to what, which events are possible in which state;
 *                   col_once.c  what happens but once;  col_kept.c  what is kept of a past
 *   col_pool.c      lanes and their columns; scratch memory; selections
 *   col_wave.c      the loop: a firing as one transaction of a whole wave, the race, the end of lives
 *   col_item.c      what goes in and out: open items, free lanes;  col_queue.c  lanes that wait
 *   col_value.c     programs over a selection;  col_specialise.c  as they are in a state;  col_hoist.c  what they
 *                   compute of the block alone;  col_share.c  what begins alike;  col_steps.c  steps
 *                   for the kernels;  col_programs.c  where programs are
 *   col_block.c     parameter blocks, and what is computed of them alone
 *   col_action.c    actions and decisions
 *   col_draw.c      uniforms, luck, drawn numbers, flags, options;  col_latent.c  what is drawn together;
 *                   col_law.c  the numbers of laws, col_law_plan.c  which there are;  col_baseline.c  who the patients
 *                   are, col_patients.c  which of it they share, and what is read of it
 *   col_firing.c    what is noted of lanes until they have settled
 *   col_clock.c     conditions, and which clocks are armed, paused, cancelled, looked at, by col_clock_plan.c;
 *                   col_arm.c  their numbers
 *   col_reward.c    flows, payments, losses, breaks;  col_flows.c  what is known of flows;  col_end.c  ends of lives
 *   col_endpoint.c  risk sets;  col_status.c  what the state tells of them;  col_paths.c  what actions may bring
 *                   col_count.c  occurrences, moves, stays: what is counted while lives go on
 *
 * Rules they all keep:
 *   - A column has a number per lane: p->now[lane]. A *selection* is a list of lanes in the same state; what is done,
 *     is done to all lanes of a selection, in dense arrays whose place i belongs to lane s->lane[i].
 *   - Whatever is read from columns is gathered into a dense array, computed on, and scattered back at once, so that
 *     columns are always up to date when the next step begins. A selection keeps what it has gathered of attributes.
 *   - Order of lanes in a selection never shows in a result: sums over lanes are sums of integers.
 *   - Each lane meets exactly the operations that ref_*.c would make of it, in their order: bits are equal.
 *   - A lane that meets an impossible value is marked by sq_col_fail and carries on with a harmless value (its old one,
 *     or 0) until the firing is over, when it is taken out. The sentence for people is the reference's: it lives the
 *     lowest such patient again. */
#ifndef SQ_ENGINE_COL_H
#define SQ_ENGINE_COL_H

#include "engine/columns.h"
#include "engine/ref_body.h" /* limits that both engines keep: SQ_FIRINGS_AT_ONE_INSTANT ... */
#include "outcome/count.h"

#include "base/vec.h"

#include <setjmp.h>

enum { SQ_WAVE = 512 }; /* lanes of a wave at most */

/* ---- the plan ------------------------------------------------------------------------------------- */

/* Who reacts when something changes, as words of bits: bit e, that event's condition is looked at; bit n_events + e,
 * its law (follow, redraw); bit 2 n_events, rewards. */
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
    bool is_kept;             /* it may be looked at again while it runs or waits: age, hazard left and law are kept */
    int kept[SQ_LAW_NUMBERS]; /* column in pool.kept of a number that depends on the patient; -1: of none */
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
    int n_kept;                    /* columns in pool.kept */
    bool *in_cohort;               /* [n_attributes] not written after baseline: no lane has a column of it */
    bool *same;                    /* [n_attributes] at baseline the same for all patients of a block: in its copy */
    bool *at_baseline;             /* [n_attributes] read as they were at baseline, whatever has been written since */
    int n_kept_attributes, n_written, n_drawn, n_settled;
    int *kept;                     /* attributes that differ and are read by lives: cohorts have a column of them */
    int *written;                  /* those that are written after baseline and read: they are put into lanes */
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
    sq_open_endpoints *open;       /* [n_states] */
    int n_origins;                 /* rows of pool.origin */
    struct sq_specialised *specialised; /* programs by state, see col_value.c */
    sq_arena arena;
};

/* ---- columns ---------------------------------------------------------------------------------------- */

/* Columns lie eight side by side, so that what is read together of a lane is in few cache lines: a lane is known by
 * eight times its number, and has column[lane]. A column of several rows has column[sq_col_row(p, row) + lane]. Bits of
 * events, occurrences, … are rows of words. */
enum { SQ_SIDE = 8 };

typedef struct sq_open_plane {
    char *next; /* column */
    int left;   /* columns */
} sq_open_plane;

/* Planes of words that are emptied together, one after another. */
typedef struct sq_emptied {
    uint64_t *plane;
    int n;
} sq_emptied;

/* What is written when a life begins: a lane's numbers of four bytes that lie side by side, and those of eight. */
typedef struct sq_who {
    int32_t item, place, slot, strategy, firings, at_instant, breaks;
    uint32_t lives;
} sq_who;
typedef struct sq_begun {
    const double *block;
    uint64_t luck_state, luck_stream;
    double now, entered, end, died, next_break;
} sq_begun;

typedef struct sq_pool {
    int n_lanes;
    size_t plane;         /* from eight rows to the next eight */
    bool is_nursery;      /* patients being made: every attribute is here, none in a cohort */

    sq_who *who;          /* [n_lanes] these are the columns item … lives */
    sq_begun *begun;      /* [n_lanes] and these block … died, and next_break */
    sq_emptied life_words; /* empty when a life begins */

    /* who */
    int32_t *item;        /* open item */
    int32_t *place;       /* of the patient in the item */
    int32_t *slot;        /* in the cohorts' columns */
    int32_t *strategy;
    const double **block;
    uint64_t *luck_state, *luck_stream;
    double **attribute;   /* [n_attributes] NULL where in_cohort; in the nursery where the same for all */
    double *score;        /* [n_members] nursery only */

    /* where and when */
    double *now;
    double *entered;      /* the present state, if entry_is_read */
    double *end;          /* of follow-up */
    double *birth;        /* if model->dated; as sq_ref.birth */
    int32_t *firings, *breaks;
    int32_t *at_instant;  /* firings at `instant`; where now is another, there has been but one at now */
    double *instant;

    /* what happened; a time is valid where its bit is set, which it is of occurrences that are remembered */
    uint64_t *happened;   /* [occurrence_words] */
    double *last_time;    /* [occurrences] where time_is_read */
    double *time_in;      /* [n_states] where stay_is_read */
    uint32_t *counter;    /* [n_counters] how often something has happened in the life: sq_col_counter */
    uint32_t *lives;      /* lives that began in the lane, this one included */
    uint8_t *visits;      /* [n_lanes][n_visits] of keyed sites */
    uint32_t *many_visits; /* [n_lanes][n_visits] memory that hardly any model ever touches */

    /* clocks; due, age … are valid where they run (or wait) */
    uint64_t *clocks;     /* [event_words][SQ_CLOCK_WORDS] of those that are not decided */
    double *due;          /* [n_events] while running */
    double *since, *age, *left, *zero; /* [n_events] of kept clocks */
    double *kept;         /* [plan->n_kept] */

    /* this firing: what is noted of a part of its lanes (sq_firing), valid where something was */
    uint64_t *failed;     /* not 0: a lane that is given back when it is over */
    uint64_t *touched;    /* [reaction_words] */
    uint64_t *occurred;   /* [watch_words] */
    uint64_t *start_asked, *stop_asked, *pause_asked, *resume_asked; /* [event_words] */
    double *goto_state;   /* as sq_firing.go */

    /* rewards */
    double *accounts;     /* [account_lines] planes of them */
    double **account;     /* [2 + n_costs] sq_account side by side; none of life, which ends as it began */
    double **rate;        /* [2 + n_costs] the rate in force, where is_kept and in states where it is not known */
    double *loss_amount, *loss_until; /* [n_losses] */
    double *next_break;
    double *discount_origin; /* [SQ_DISCOUNTINGS] where from_year */

    /* endpoints */
    uint64_t *inside;     /* [endpoint_words] is in the risk set */
    uint64_t *over;       /* [endpoint_words] has left it */
    double *origin;       /* [plan->n_origins] once inside */

    sq_life *life;        /* [n_lanes] logs alone; NULL unless wanted */
    double *died;

    sq_arena arena;       /* owns the columns */
    sq_open_plane open[2]; /* planes that are not full, of numbers of eight bytes and of four */
} sq_pool;

/* Where a row of a column of several begins. */
static inline size_t sq_col_row(const sq_pool *p, int row)
{
    unsigned r = (unsigned)row;
    return r / SQ_SIDE * p->plane + r % SQ_SIDE;
}

/* Counters are of four bytes and lie two in a word, so that a lane has counter[2 * lane]. */
static inline uint32_t *sq_col_counter(const sq_pool *p, int counter)
{
    enum { IN_LINE = 2 * SQ_SIDE };
    unsigned k = (unsigned)counter;
    return p->counter + k / IN_LINE * 2 * p->plane + k % IN_LINE;
}

/* One of the words of 64 clocks. */
static inline uint64_t *sq_col_clock_words(const sq_pool *p, int word, int which)
{
    return p->clocks + sq_col_row(p, SQ_CLOCK_WORDS * word + which);
}

/* The lane's line of numbers of four bytes. */
static inline sq_who *sq_col_who(const sq_pool *p, int32_t lane) { return p->who + (unsigned)lane / SQ_SIDE; }

/* ---- selections --------------------------------------------------------------------------------------- */

enum { SQ_CACHED = 32, SQ_KEPT_VALUES = 12 };

/* Lanes in the same state. Its arrays are scratch: they live until the mark taken before it was made is released. */
typedef struct sq_selection {
    int n;                       /* > 0 */
    const int32_t *lane;         /* [n] padded by the last one; no lane twice */
    int state;
    int strategy;                /* of all of them; -1: several */
    const double *block;         /* of all of them; NULL: several, then */
    const double *const *blocks; /* dense */
    const double *now;           /* dense; the same for the whole firing */
    const int32_t *slot;         /* dense, gathered when first asked for; else NULL */
    sq_luck_column luck;         /* the same */
    double *room;                /* for copies of attributes, the slots, the luck and kept values */
    uint32_t cached;             /* which of the copies are there: they are up to date as long as lanes are written */
    int32_t attribute[SQ_CACHED]; /* through this selection alone; after another one has written, sq_col_forget */
    int n_kept;                  /* values of programs that others begin with; the same of these */
    struct {
        int name;                /* 0: of none */
        uint64_t reads;          /* bit a % 64 of every attribute that it depends on */
        sq_column value;
    } kept[SQ_KEPT_VALUES];
} sq_selection;

static inline int sq_col_padded(int n) { return (n + SQ_PAD - 1) / SQ_PAD * SQ_PAD; }
static inline void sq_col_forget(sq_selection *s)
{
    s->cached = 0;
    s->n_kept = 0;
}

/* ---- scratch ------------------------------------------------------------------------------------------------- */

enum { SQ_SCRATCH_CHUNKS = 256, SQ_SCRATCH_ALIGNMENT = 64 };

/* Scratch memory is a stack: mark, take, release. It lies in chunks, which are kept. */
typedef struct sq_mark {
    int chunk;
    char *next, *end; /* what is free of the chunk */
} sq_mark;
typedef struct sq_scratch {
    sq_mark at;
    int n_chunks;
    char *chunks[SQ_SCRATCH_CHUNKS];
} sq_scratch;

/* ---- one thread's engine --------------------------------------------------------------------------------- */

/* An item some of whose lives are in flight or still to begin. */
typedef struct sq_open_item {
    bool in_use;
    sq_item item;
    int left;                /* lives that have not ended */
    int64_t failed;          /* lowest patient, -1 */
    int *twin;               /* [n_strategies] the first strategy with the same numbers: their patients are the same */
    int *order;              /* [n_strategies] in which their lives begin: twins one after the other */
    int *cohort;             /* [n_strategies] of twins the first one's: where their patients are */
    const double **block;    /* [n_strategies] copies of the item's blocks, as lanes read them (col_block.c) */
    struct sq_block_lanes *rows; /* quantities of its patients */
} sq_open_item;

/* Who the patients of an item are at baseline, as far as lives read it: for strategies that are twins. */
typedef struct sq_cohort {
    int left;                /* lives that have not ended; 0: free for others */
    int made;                /* patients, so far */
} sq_cohort;

/* Lanes wait in queues, first come, first served: for an event, a break of rewards, or the end of follow-up, in a
 * state. A queue's lanes are lane[first] … lane[first + n - 1]. */
typedef struct sq_queue {
    int32_t *lane;
    int first, n, room;
    int where; /* among the active ones */
} sq_queue;
typedef struct sq_queues {
    sq_queue *queue; /* [n] */
    int n;
    int *active;     /* queues that are not empty */
    int n_active;
} sq_queues;

/* Words of bits noted of the lanes of a firing. */
typedef struct sq_noted {
    int words;
    uint64_t *column; /* of the pool: rows, a lane's own words; valid where some[w] is not 0 */
    uint64_t *all;    /* [words] what is noted of all lanes */
    uint64_t *some;   /* [words] what is noted of some, in the column */
} sq_noted;

/* What is noted of a firing's lanes until they have settled (col_firing.c); of those who go the same way, once lanes
 * have parted by where they go. */
typedef struct sq_firing {
    int event;              /* that fired; SQ_TRACE_START at the start */
    bool starting;
    const int32_t *lane;    /* [n] all of them */
    int n;
    sq_noted touched;       /* [reaction_words] who reacts to what has changed */
    sq_noted occurred;      /* [watch_words] what occurred that endpoints await */
    uint64_t *asked;        /* [event_words] events that an action asked something of, in some lane */
    int go;                 /* of all lanes: 0: stay; 1 + s: go to s; 1 + n_states + s: enter s afresh */
    int *target, n_targets; /* [1 + 2 n_states] where some lanes go, if not all the same way: that is in the column */
    bool any_failed;
} sq_firing;

/* What goes in and out: col_item.c. */
typedef struct sq_col_source {
    sq_open_item *open;
    int n_open;
    int filling, turn, next;      /* open item whose lives are being begun (-1: none), which strategy in its order, patient */
    sq_cohort *cohorts;
    int n_cohorts;
    bool exhausted;
    int32_t *free;                /* lanes without a life */
    int n_free;
    const double **block;         /* [n_strategies] parameters of all open items; NULL: they have several */
    double **records;             /* [n_open][n_strategies] where records of an item's patients begin */
    struct sq_col_copy *copies;   /* [n_copies] of blocks of open items */
    int n_copies;
    int64_t fillings;             /* how often one of them was filled */
} sq_col_source;

struct sq_columns {
    const sq_col_plan *plan;
    const sq_model *model;
    const sq_lanes *lanes;
    sq_status status;            /* memory: remembered until the loop looks */
    jmp_buf out_of_memory;       /* where the run ends when there is no scratch */
    sq_error *err;

    sq_pool pool, nursery;
    sq_pool *p;                  /* the one at work */
    int cohort_size;             /* patients of an item at most, padded */
    double **cohort_attribute;   /* [n_attributes] -> [cohorts][cohort_size] baseline values; NULL where not kept */
    int32_t *cohort_subgroup;    /* [n_groupings] rows of the same */
    size_t cohort_row;

    sq_firing firing;
    sq_queues queues;
    sq_col_source source;
    struct sq_law_ready **ready; /* laws of which the rest is put in by waves: col_law.c */
    sq_scratch *scratch;
    const sq_columns_work *work;
    sq_columns_facts facts;
};

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

/* ---- col_pool.c ---------------------------------------------------------------------------------------- */

sq_status sq_pool_new(sq_pool *pool, const sq_col_plan *plan, int n_lanes, bool is_nursery, bool want_log, sq_error *err);
void sq_pool_free(sq_pool *pool);
sq_status sq_scratch_new(sq_scratch **out, sq_error *err);
void sq_scratch_free(sq_scratch *scratch);

/* Taking never fails: when memory is out, sq_columns_run is left at once, for with arrays that are not there no wave can
 * be finished; scratch is all that its steps would have given back. Room for n values and the padding; 64-byte aligned. */
void *sq_col_take_beyond(sq_columns *c, size_t bytes); /* this chunk */
static inline void *sq_col_take(sq_columns *c, size_t bytes)
{
    sq_mark *at = &c->scratch->at;
    size_t whole = (bytes + SQ_SCRATCH_ALIGNMENT - 1) / SQ_SCRATCH_ALIGNMENT * SQ_SCRATCH_ALIGNMENT;
    if ((size_t)(at->end - at->next) < whole) return sq_col_take_beyond(c, bytes);
    void *memory = at->next;
    at->next += whole;
    return memory;
}
static inline sq_mark sq_col_mark(const sq_columns *c) { return c->scratch->at; }
static inline void sq_col_release(sq_columns *c, sq_mark mark) { c->scratch->at = mark; }
static inline void *sq_col_array(sq_columns *c, int n, size_t size)
{
    return sq_col_take(c, (size_t)sq_col_padded(n) * size);
}
static inline double *sq_col_doubles(sq_columns *c, int n) { return sq_col_array(c, n, sizeof(double)); }
static inline uint64_t *sq_col_words(sq_columns *c, int n) { return sq_col_array(c, n, sizeof(uint64_t)); }
static inline int32_t *sq_col_lanes(sq_columns *c, int n) { return sq_col_array(c, n, sizeof(int32_t)); }
static inline void *sq_col_pointers(sq_columns *c, int n) { return sq_col_array(c, n, sizeof(void *)); }
static inline sq_column *sq_col_columns(sq_columns *c, int n) { return sq_col_array(c, n, sizeof(sq_column)); }
/* A column that is the same for all lanes. */
sq_column sq_col_uniform(sq_columns *c, double value);

/* A selection of these lanes (n > 0; `lane` has room for the padding, which is filled here; it is kept), all of this
 * strategy (-1: it is not known), and the time of its firing: a column. */
sq_selection sq_col_select(sq_columns *c, int32_t *lane, int n, int state, int strategy, const double *now);
/* A part of s: these of its lanes. The same, but that what is known of all of s need not be found again. */
sq_selection sq_col_part(sq_columns *c, const sq_selection *s, int32_t *lane, int n);
/* The lanes of s where truth is not 0: false if there are none, and then *chosen is not made. Where all are chosen it
 * is a copy of s, copies of attributes included: s must not be used while *chosen is. */
bool sq_col_where(sq_columns *c, const sq_selection *s, const double *truth, sq_selection *chosen);
/* The lanes with this bit in a row of words. The same. */
bool sq_col_with_bit(sq_columns *c, const sq_selection *s, const uint64_t *words, int bit, sq_selection *chosen);

/* Gathers and scatters one column. */
double *sq_col_gather(sq_columns *c, const sq_selection *s, const double *column);
void sq_col_scatter(const sq_selection *s, double *column, const double *value);
void sq_col_fill(const sq_selection *s, double *column, double value);
/* Empties the lanes' words. */
void sq_col_empty(const sq_columns *c, const sq_selection *s, const sq_emptied *words);
/* Sets a bit in a row of words. */
void sq_col_set_bit(const sq_columns *c, const sq_selection *s, uint64_t *words, int bit);

/* Prefixes of the addresses of the lanes' luck; the array is the selection's. */
sq_luck_column sq_col_luck_of(sq_columns *c, sq_selection *s);
/* Baseline values of what cohorts or blocks have, though it may have been written since. */
const double *sq_col_baseline(sq_columns *c, sq_selection *s, int attribute);
static inline double sq_col_baseline_of(const sq_columns *c, int attribute, int32_t lane)
{
    const sq_pool *p = c->p;
    return c->plan->same[attribute] ? p->block[lane][sq_col_same_slot(c->plan, attribute)]
                                    : c->cohort_attribute[attribute][p->slot[lane]];
}
/* An attribute's values; the array is the selection's and up to date until the selection is used no more. */
const double *sq_col_find_attribute(sq_columns *c, sq_selection *s, int attribute);
static inline double *sq_col_copy_at(const sq_selection *s, int place)
{
    return s->room + (ptrdiff_t)place * sq_col_padded(s->n);
}
static inline const double *sq_col_attribute(sq_columns *c, sq_selection *s, int attribute)
{
    int place = attribute % SQ_CACHED;
    if (s->cached >> place & 1 && s->attribute[place] == attribute) return sq_col_copy_at(s, place);
    return sq_col_find_attribute(c, s, attribute);
}
/* Where kept value number `place` lies. */
double *sq_col_room_to_keep(const sq_selection *s, int place);
/* Writes an attribute; touches who reads it where it changes (NaN equals NaN), as sq_ref_assign. */
void sq_col_assign(sq_columns *c, sq_selection *s, int attribute, sq_column value);
/* Attributes first … last were written: brings copies of them up to date. */
void sq_col_refresh(sq_columns *c, sq_selection *s, int first, int last);

/* ---- col_firing.c -------------------------------------------------------------------------------------------------- */

sq_status sq_firing_new(sq_firing *firing, const sq_col_plan *plan, sq_error *err);
void sq_firing_free(sq_firing *firing);
/* The lanes of s (whose array of them is kept) go through a firing: nothing is noted yet. */
void sq_col_begin_firing(sq_columns *c, const sq_selection *s, int event);
/* From here on the firing is that of a part of its lanes; what it was, to be put back into c->firing before the next part
 * comes. Takes scratch. */
sq_firing sq_col_part_firing(sq_columns *c, const sq_selection *part);

/* Notes these bits of these lanes, some or all of the firing's. */
void sq_col_note(sq_columns *c, sq_noted *noted, const int32_t *lane, int n, int word, uint64_t bits);
/* The lanes of s of which a bit is noted: s itself where that is all of them, else *part, which is made as by
 * sq_col_with_bit; NULL if there are none. */
sq_selection *sq_col_with_noted(sq_columns *c, sq_selection *s, const sq_noted *noted, int bit, sq_selection *part);
/* Something changed in all lanes of s: who reacts is noted. `what` numbers as read sets do (SQ_READS_STATE …). */
void sq_col_touch(sq_columns *c, const sq_selection *s, int what);
/* The same in lane i of s alone, and in n lanes, which may be none. */
void sq_col_touch_lane(sq_columns *c, const sq_selection *s, int what, int i);
void sq_col_touch_lanes(sq_columns *c, const int32_t *lane, int n, int what);
void sq_col_touch_rewards(sq_columns *c, const sq_selection *s);
/* What endpoints await by this bit (plan->watch) occurred. */
void sq_col_note_occurred(sq_columns *c, const sq_selection *s, int bit);
/* An action asks something (start_asked … of the pool) of the clocks of an event. */
void sq_col_ask(sq_columns *c, const sq_selection *s, uint64_t *column, int event);
/* An action sends lanes somewhere, numbered as sq_firing.go. */
void sq_col_go(sq_columns *c, const sq_selection *s, int to);
/* Lane i of the selection meets an impossible value. */
void sq_col_fail(sq_columns *c, const sq_selection *s, int i);

/* ---- col_queue.c ------------------------------------------------------------------------------------------------- */

sq_status sq_queues_new(sq_queues *q, int n, sq_error *err);
void sq_queues_free(sq_queues *q);
/* Where the next n lanes of a queue are to be written; the queue has them when sq_queues_joined says how many there
 * were. NULL when memory is out. */
int32_t *sq_queues_room(sq_queues *q, int queue, int n);
void sq_queues_joined(sq_queues *q, int queue, int n);
/* The longest queue, -1 if all are empty. */
int sq_queues_longest(const sq_queues *q);
/* Takes up to `most` lanes, the earliest first; how many. */
int sq_queues_pop(sq_queues *q, int queue, int most, int32_t *lane);

/* ---- col_value.c ----------------------------------------------------------------------------------------- */

/* Builds plan->specialised: every program with what is known in a state folded in (the state, alive; arms of `if` that
 * cannot be chosen). Same bits. */
sq_status sq_col_specialise(sq_col_plan *plan, sq_error *err);
/* Whether a program that is given comes to a constant in this state, and to which. */
bool sq_col_is_constant(const sq_col_plan *plan, sq_program program, int state, double *value);
/* Whether it reads nothing of the patient: parameters and constants only. */
bool sq_col_is_of_block(const sq_model *model, sq_program program);
/* Values for all lanes of s; `otherwise` if the program is not given. step 0 where they are all the same. */
sq_column sq_col_value(sq_columns *c, sq_selection *s, sq_program program, double otherwise);
/* The same as a dense array. */
const double *sq_col_dense(sq_columns *c, sq_selection *s, sq_column value);
/* A condition as truths 0 and 1 (1 where not given); lanes where it is NaN fail and are 0. */
sq_column sq_col_truth(sq_columns *c, sq_selection *s, sq_program condition);
/* Row addresses of a table (its x of row 0, or of the row that `row` says), lane by lane or the same for all. */
sq_row_column sq_col_table(sq_columns *c, sq_selection *s, int table, sq_column row);

/* ---- col_block.c ------------------------------------------------------------------------------------------- */

/* Doubles of a copy of a parameter block. */
int sq_col_block_size(const sq_col_plan *plan);
/* Fills a copy: the block's parameters in their slots, and beside them what programs compute of it alone. */
void sq_col_extend_block(const sq_col_plan *plan, const double *block, double *copy);
/* The copy of a block, for one more open item and strategy, until they leave it; NULL when memory is out. */
const double *sq_col_take_block(sq_columns *c, const double *block);
void sq_col_leave_block(sq_columns *c, const double *copy);
/* No copies yet, as many as the source's open items can have; false when memory is out. */
bool sq_col_copies_new(sq_col_source *source, int n_strategies);
void sq_col_copies_free(sq_col_source *source);

/* ---- col_draw.c -------------------------------------------------------------------------------------------- */

/* Lanes whose value is not between the limits (both included; NaN never is) fail and get `otherwise`: in place, and
 * for a column, which is copied if need be. */
void sq_col_judge(sq_columns *c, const sq_selection *s, double *value, double low, double high, double otherwise);
sq_column sq_col_within(sq_columns *c, const sq_selection *s, sq_column x, double low, double high, double otherwise);

/* Uniforms at a site, advancing its visits. Lanes with an unset key fail. */
const double *sq_col_uniforms(sq_columns *c, sq_selection *s, int site);
/* As sq_ref_luck; survival or hazard may be NULL if not wanted. */
void sq_col_luck(sq_columns *c, sq_selection *s, int site, const sq_loading *loading, const double **survival,
                 const double **hazard);
const double *sq_col_number(sq_columns *c, sq_selection *s, const sq_draw *draw);
const double *sq_col_flag(sq_columns *c, sq_selection *s, const sq_draw *draw);
/* Which option came up, as numbers 0 … n_options - 1. */
const double *sq_col_option(sq_columns *c, sq_selection *s, const sq_draw *draw);

/* ---- col_latent.c: in the nursery -------------------------------------------------------------------------------- */

/* The luck of a member of the correlation at baseline (draw->member), as sq_col_luck. */
void sq_col_member_luck(sq_columns *c, sq_selection *s, const sq_draw *draw, const double **survival,
                        const double **hazard);
/* Latents and the row of the patient file (ref.c: draw_latents, take_patient_row), of patient first_patient + place. */
void sq_col_latents(sq_columns *c, sq_selection *s);
void sq_col_patient_rows(sq_columns *c, sq_selection *s, int64_t first_patient);

/* ---- col_law_plan.c, col_law.c ----------------------------------------------------------------------------------- */

extern const sq_column sq_col_zero, sq_col_one;
/* Fills plan->laws. */
sq_status sq_col_plan_laws(sq_col_plan *plan, sq_error *err);
/* Whether lanes must be parted by whether something has happened before the law is asked for. */
bool sq_col_law_awaits(const sq_law_spec *spec);
/* Whether a number depends on the patient, so that it may change. */
bool sq_col_law_number_is_of_patient(const sq_model *model, const sq_law_spec *spec, int number);

/* Those that the kind of law has a use for; the others have p = NULL. */
typedef struct sq_law_numbers {
    sq_column of[SQ_LAW_NUMBERS];
} sq_law_numbers;

sq_status sq_col_laws_new(sq_columns *c, sq_error *err);
void sq_col_laws_free(sq_columns *c);
/* Law `index` of the plan as it is now, for all lanes (sq_law_at); lanes with an inadmissible one fail, and get harmless
 * numbers. awaited: what its hazard ratio over time counts from has not happened in any of these lanes (else in all of
 * them, or it is an error); it then wears the ratio `before`. */
void sq_col_law(sq_columns *c, sq_selection *s, int index, bool awaited, sq_law_columns *law, sq_law_numbers *numbers);
/* Where the law of an event's clocks has other numbers now than it was kept with: 1, else 0; NULL if nowhere. */
const double *sq_col_law_differs(sq_columns *c, sq_selection *s, int event);
/* Keeps what an event's clocks need to go on with this law, and takes it up again. */
void sq_col_keep_law(sq_columns *c, const sq_selection *s, int event, const sq_law_numbers *numbers);
void sq_col_kept_law(sq_columns *c, sq_selection *s, int event, bool awaited, sq_law_columns *law);

/* ---- col_item.c, col_baseline.c --------------------------------------------------------------------------------- */

sq_status sq_col_source_new(sq_columns *c, sq_error *err);
void sq_col_source_free(sq_columns *c);
/* How many lives can begin now: lanes are free and an item has lives to begin (it may be asked for here). */
int sq_col_ready(sq_columns *c);
/* Fills n lanes with the next lives of one strategy, at the start but empty but for who they are. */
sq_selection sq_col_fill_lanes(sq_columns *c, int n);
/* Lanes whose life is over, or has failed, are free again; items whose lives are all over are closed and done. */
void sq_col_free_lanes(sq_columns *c, const int32_t *lane, int n);
void sq_col_note_failure(sq_open_item *open, int64_t patient);
/* Makes the next patients of an open item under a strategy, of whom its cohort has not all: who they are at baseline. */
void sq_col_make_patients(sq_columns *c, sq_open_item *open, int strategy);
static inline size_t sq_col_slot(const sq_columns *c, int cohort, int place)
{
    return (size_t)cohort * (size_t)c->cohort_size + (size_t)place;
}

/* ---- col_action.c ------------------------------------------------------------------------------------------- */

/* Whether an attribute may have this value. */
bool sq_col_fits(const sq_attribute *attribute, double value);
/* Does one action that leaves the flow of its block alone. */
void sq_col_act(sq_columns *c, sq_selection *s, const sq_action *action);
/* Runs the block of actions that begins at `first` over the selection. */
void sq_col_actions(sq_columns *c, sq_selection *s, int first);

/* ---- col_clock_plan.c, col_clock.c --------------------------------------------------------------------------- */

/* Fills plan->clocks and what belongs to them; plan->possible is there. */
sq_status sq_col_plan_clocks(sq_col_plan *plan, sq_error *err);
/* ref_clock.c's leave, enter and follow, in this order, for lanes alive after the move, all in s->state. Reads
 * c->firing and *_asked; afresh: the state was entered afresh (`reenter`).
 * from: the state before the move. */
void sq_col_settle_clocks(sq_columns *c, sq_selection *s, int from, bool afresh);

/* ---- col_arm.c: the clocks of one event ------------------------------------------------------------------------ */

/* Draws, ages and due times of clocks that begin (ref_clock.c: arm). */
void sq_col_arm(sq_columns *c, sq_selection *s, int event);
/* Brings age and unspent hazard of running clocks up to now (spend). */
void sq_col_spend(sq_columns *c, sq_selection *s, int event);
/* Due times of paused clocks that go on (wake). */
void sq_col_wake(sq_columns *c, sq_selection *s, int event);
/* Due times of running clocks whose law has changed (look_again). */
void sq_col_follow(sq_columns *c, sq_selection *s, int event);

/* ---- col_reward.c --------------------------------------------------------------------------------------------- */

/* Whether rewards have breaks, which are waited for like events. */
static inline bool sq_col_has_breaks(const sq_model *m) { return m->n_breaks > 0 || m->n_losses > 0; }
/* At the start of a life: flows, totals, losses, breaks are empty (sq_ref_rewards_start, empty). */
void sq_col_rewards_start(sq_columns *c, sq_selection *s);
/* Looks at the rates afresh (sq_ref_rewards_look), for these lanes; those in force are of state `from` (-1: none are). */
void sq_col_rewards_look(sq_columns *c, sq_selection *s, int from);
/* Lives are over; what their accounts are closed with. Scratch. Totals go to their places in records, unless others are
 * given. */
sq_closing sq_col_closing(sq_columns *c, sq_selection *s, int from);
void sq_col_place_totals(const sq_columns *c, sq_closing *closing, const int *place);
void sq_col_pay(sq_columns *c, sq_selection *s, int quantity, sq_column amount);
/* Loss `loss` of these amounts for these days (already judged, but for a negative duration: that fails). */
void sq_col_lose(sq_columns *c, sq_selection *s, int loss, sq_column amount, sq_column duration);

/* ---- col_paths.c, col_status.c ------------------------------------------------------------------------------------- */

/* The ways through a block of actions in a state, with the marks on them, no two with the same `go`. *ways is empty; its
 * items are the caller's to free. False when memory is out. */
bool sq_col_paths(const sq_col_plan *plan, int first, int state, sq_ways *ways);
/* Fills plan->ways, status, open, endpoints and watch; plan->possible is there. */
sq_status sq_col_plan_endpoints(sq_col_plan *plan, sq_error *err);
/* The way of lanes that fired an event (n_events: the start) in a state. */
const sq_way *sq_col_way(const sq_col_plan *plan, int event, int state, int go);

/* ---- col_endpoint.c, col_count.c ---------------------------------------------------------------------------------- */

/* Who enters risk sets and leaves them, after a firing in the state `from` in which lanes went so (sq_way). */
void sq_col_endpoints(sq_columns *c, sq_selection *s, int from, int go);
/* Closes what is open at the end of follow-up. */
void sq_col_endpoints_end(sq_columns *c, sq_selection *s);
/* The lives of a selection as outcome/count.h takes them; scratch. */
sq_lives sq_col_lives(sq_columns *c, const sq_selection *s);
/* As sq_ref_occur: bits, counts, times, tallies, log. */
void sq_col_occur(sq_columns *c, sq_selection *s, int occurrence);
/* The move itself as far as it is counted: the stay in s->state ends now, one in `to` begins. At the start of a
 * life: from = -1. */
void sq_col_count_move(sq_columns *c, sq_selection *s, int from, int to);

/* ---- col_end.c, col_flows.c --------------------------------------------------------------------------------------------- */

/* Lives are over: quantities go to the item's records, passages and follow-up are closed, rows are handed on. The rates in
 * force were those of state `from` (-1: none). A total that is not finite fails. */
void sq_col_end(sq_columns *c, sq_selection *s, int from);
/* Fills plan->flows and what belongs to them; false when memory is out. */
bool sq_col_plan_flows(sq_col_plan *plan);

#endif
