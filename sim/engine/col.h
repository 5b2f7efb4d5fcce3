/* The columnar engine: what its files share, with col_plan.h (what they know of the model) and col_pool.h (columns,
 * selections, scratch). They have the chapters of the reference interpreter:
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

#include "engine/col_pool.h"
#include "engine/ref_body.h" /* limits that both engines keep: SQ_FIRINGS_AT_ONE_INSTANT ... */
#include "outcome/count.h"

#include <setjmp.h>

enum { SQ_WAVE = 512 }; /* lanes of a wave at most */

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

/* Lanes that an action sent somewhere, as sq_firing.go. */
typedef struct sq_leg {
    int to, n;
} sq_leg;

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
    sq_leg *legs;           /* [n_legs] if not all go the same way, and no lane is sent twice (plan->goes_once): of those that */
    int n_legs, n_gone;     /* are sent, and where they are in */
    int32_t *gone;          /* [n_gone] these lanes, one leg after another */
    int *target, n_targets; /* [1 + 2 n_states] else, where some lanes go: that is in the column */
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
    sq_extent extent;
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

/* Fills the padding of n lanes, if there are any, with the last one. */
void sq_col_pad(int32_t *lane, int n);
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
/* Where there are legs: the lanes of s, all of the firing, that were sent nowhere become one. */
void sq_col_stay(sq_columns *c, const sq_selection *s);
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

/* ---- col_law.c ----------------------------------------------------------------------------------- */

extern const sq_column sq_col_zero, sq_col_one;

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

/* ---- col_clock.c --------------------------------------------------------------------------- */

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

/* ---- col_end.c --------------------------------------------------------------------------------------------- */

/* Lives are over: quantities go to the item's records, passages and follow-up are closed, rows are handed on. The rates in
 * force were those of state `from` (-1: none). A total that is not finite fails. */
void sq_col_end(sq_columns *c, sq_selection *s, int from);

#endif
