/* Patients in flight: a pool of lanes, whose numbers lie in columns; selections of some of them; and the scratch memory in
 * which what is computed of a selection lies. */
#ifndef SQ_ENGINE_COL_POOL_H
#define SQ_ENGINE_COL_POOL_H

#include "engine/col_plan.h"
#include "outcome/life.h"

/* ---- columns ---------------------------------------------------------------------------------------- */

/* Columns lie eight (SQ_SIDE) side by side, so that what is read together of a lane is in few cache lines: a lane is known by
 * eight times its number, and has column[lane]. A column of several rows has column[sq_col_row(p, row) + lane]. Bits of
 * events, occurrences, … are rows of words. */

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
    double *kept;         /* [plan->n_kept] since when a clock runs, at which age, … (sq_clock_plan) */

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

#endif
