/* Columns of numbers and what is done to them: one table of functions for each instruction set, with the same
 * bits from all of them. A column here is dense: value i belongs to lane i of a selection (engine/col.h). Arrays
 * are aligned to 64 bytes and padded to a multiple of SQ_PAD, for loops round n up; what is computed in the
 * padding is never looked at. Formulas come from math/ (laws, kernels), rand/ (addresses) and model/program.h
 * (operations), written once for all widths; lanes_body.h makes loops of them, and lanes_scalar.c, lanes_avx2.c
 * and lanes_avx512.c are that body compiled for 1, 4 and 8 lanes at a time. */
#ifndef SQ_ENGINE_LANES_H
#define SQ_ENGINE_LANES_H

#include "math/law_columns.h"
#include "model/model.h"
#include "outcome/count.h"
#include "rand/address.h"

#include <stdint.h>

/* The address prefix of a patient, lane by lane (rand/address.h). */
typedef struct sq_luck_column {
    const uint64_t *state, *stream;
} sq_luck_column;

enum { SQ_MANY_VISITS = UINT8_MAX }; /* so many are not counted in a byte */

/* A site with a stream of luck for each combination of labels, its slots (row-major in the keys). */
typedef struct sq_keyed_luck {
    int n_keys;
    const double *key[SQ_KEYS]; /* dense */
    const int *size;            /* [n_keys] labels */
    const uint64_t *hash;       /* [n_slots] */
    /* How often luck was drawn is in a record for each slot, which sites of the same keys share: the life of the lane in
     * which it was (four bytes), and then a byte for each site; in another life it is not yet. A byte that is
     * SQ_MANY_VISITS says that the number of the same place in `many` counts instead. */
    uint8_t *visits;            /* the records of a lane side by side; NULL: this is the only visit */
    uint32_t *many;
    int of_lane, of_slot;       /* bytes from one lane's records to the next, and from one slot's */
    int place;                  /* of the site in a record, in bytes */
    const uint32_t *life;       /* column */
} sq_keyed_luck;

/* What a flow of reward has brought up to the instant when its rate changed last, and that instant in discounted time and
 * in days: four numbers side by side. What is only ever paid has the first two. */
typedef enum sq_account {
    SQ_ACCOUNT_TOTAL,
    SQ_ACCOUNT_UNDISCOUNTED,
    SQ_ACCOUNT_DISCOUNTED_SINCE,
    SQ_ACCOUNT_SINCE,
    SQ_ACCOUNT_NUMBERS
} sq_account;

/* An account that is closed: its column, the rate now in force (p NULL: nothing flows), and where in a record its two totals
 * go (-1: nowhere). */
typedef struct sq_closing_account {
    const double *account;
    sq_column rate;
    int place;
} sq_closing_account;

/* Accounts of lives that end. Instants are pairs of discounted time and time, as effects and costs are discounted; life
 * itself has gone on since `start` at a rate of one (start_step 0: the same for all). */
typedef struct sq_closing {
    const double *effects, *cost_instants, *start;
    int start_step, life_place, sum_place; /* sum: of the costs, in their order */
    sq_closing_account utility;
    sq_closing_account *costs;
    int n_costs;
} sq_closing;

/* Where a lane's totals go, life years and utility divided by `unit`: first[item * n_strategies + strategy] + place * size,
 * of these columns; item NULL: first[0] + i * size. */
typedef struct sq_records {
    double *const *first;
    const int32_t *item, *strategy, *place;
    int n_strategies, size;
    double unit;
} sq_records;

/* Columns of the clocks of one event; since, age and left NULL where nobody looks at a clock before it fires. */
typedef struct sq_clock_columns {
    double *due, *since, *age, *left;
} sq_clock_columns;

/* The probabilities of a draw's options. */
typedef struct sq_option_columns {
    int n, rest; /* rest: the option that takes what the others leave, -1 none */
    sq_column p[SQ_DRAW_OPTIONS];
} sq_option_columns;

/* Operations that stand for several of model/program.h, or for one whose operands are known to be of a kind: beyond
 * sq_op_code. Comparisons are four in a row, as there: EQ, NE, LT, LE. Numbers are never NaN; truths are 0 or 1. */
enum {
    SQ_COMPARISONS = SQ_OP_LE - SQ_OP_EQ + 1,
    SQ_STEP_COMPARE = SQ_OP_COUNT,                                 /* numbers x, y */
    SQ_STEP_AND_COMPARE = SQ_STEP_COMPARE + SQ_COMPARISONS,        /* truth x, and numbers y, z compare so */
    SQ_STEP_OR_COMPARE = SQ_STEP_AND_COMPARE + SQ_COMPARISONS,
    SQ_STEP_IF_COMPARE = SQ_STEP_OR_COMPARE + SQ_COMPARISONS,      /* z if numbers x, y compare so, else w */
    SQ_STEP_AND = SQ_STEP_IF_COMPARE + SQ_COMPARISONS,             /* of truths */
    SQ_STEP_OR,
    SQ_STEP_IF,                                                    /* y if x, a number, is not 0, else z */
    SQ_STEP_ADD_PRODUCT,                                           /* x + y z, rounded twice */
    SQ_STEP_COUNT
};

/* One step of a program over columns: x, y, z, w are numbers of columns in a list. */
typedef struct sq_col_step {
    uint16_t code; /* sq_op_code or one of the above */
    uint16_t to;   /* where on the stack of what is computed the result goes */
    int32_t x, y, z, w;
    int32_t a;     /* as sq_op */
} sq_col_step;

/* What steps work on: a list of columns, of which those from `computed` on are the stack of results. Place 0 of the stack
 * has its memory at result, place k at rest + (k - 1) size. */
typedef struct sq_bench {
    sq_column *value;
    int computed, size;
    double *result, *rest;
    const double *block; /* for PARAM_AT; NULL: lanes have several */
} sq_bench;

/* The words of the clocks of a lane, side by side: which run, which wait, which of these until an action wakes them, and
 * whose condition holds. */
enum { SQ_WORD_RUNS, SQ_WORD_WAITS, SQ_WORD_HELD, SQ_WORD_CONDITION, SQ_CLOCK_WORDS };

/* What a firing means for 64 clocks, of all lanes: conditions that hold from now on come what may; that hold where they
 * are said to (of the others they do not); the event that fired; what leaves and begins because its state was entered
 * afresh; what the model says of them; whether some wait, or may begin to. */
typedef struct sq_clock_change {
    uint64_t certain, unknown, fired, afresh, pause_when_left, on_demand;
    bool may_wait;
} sq_clock_change;

/* What actions asked of them: columns. */
typedef struct sq_clock_asked {
    const uint64_t *start, *stop, *pause, *resume;
} sq_clock_asked;

/* Clocks to which something is to be done: dense words, and the bits that some and that every lane has. */
typedef struct sq_clock_task {
    uint64_t *of, some, every;
} sq_clock_task;
typedef struct sq_clock_tasks {
    sq_clock_task spend, wake, arm;
} sq_clock_tasks;

/* Something that lanes may wait for next: when it is due, a column; the words and the bit that say in which lanes
 * (running NULL: in all); where those who wait for it are written, and how many they are. */
typedef struct sq_racer {
    const double *due;
    const uint64_t *running;
    int bit;
    int32_t *queue; /* with room for all and the padding */
    int joined;
    unsigned beats; /* scratch */
} sq_racer;

/* Columns of a lane's time: now, how many firings its life has had, and how many of them at `instant`. */
typedef struct sq_time_columns {
    double *now, *instant;
    int32_t *firings, *at_instant;
    int most_firings, most_at_instant;
    bool may_be_many; /* some life may have had so many */
} sq_time_columns;

typedef struct sq_lanes {
    const char *name; /* "scalar", "avx2", "avx512" */
    int width;

    /* out[i] = column[lane[i]], for n rounded up: lane is padded too. */
    void (*gather)(double *out, const double *column, const int32_t *lane, int n);
    void (*gather_words)(uint64_t *out, const uint64_t *column, const int32_t *lane, int n);
    /* out[i] = block[i][slot], and block[i][slot + (int)at[i]] with NaN where at[i] is NaN; likewise with one block. */
    void (*gather_blocks)(double *out, const double *const *block, int slot, int n);
    void (*gather_blocks_at)(double *out, const double *const *block, int slot, const double *at, int n);
    void (*gather_block_at)(double *out, const double *block, int slot, const double *at, int n);
    /* The lanes whose truth is not 0, in order, into chosen; how many. The rest (0) into others unless NULL. Both
     * have room for the padding; chosen may be lane. */
    int (*select)(int32_t *chosen, int32_t *others, const int32_t *lane, const double *truth, int n);

    /* Empties lines of a plane (eight columns of eight bytes side by side): of these lanes. */
    void (*empty_lines)(void *plane, const int32_t *lane, int n);

    /* Writes x into the column and brings the dense copy of it, unless NULL, up to date. The lanes where that was a
     * change (NaN equals NaN) into changed, which has room for the padding; how many. No lane twice. */
    int (*assign)(double *column, double *copy, const int32_t *lane, sq_column x, int32_t *changed, int n);
    /* The same, where nobody asks for changes. Neither is -0 put in the place of 0 nor 0 in that of -0, as there; unless
     * signed_zeros this need not be looked for. */
    void (*write)(double *column, double *copy, const int32_t *lane, sq_column x, bool signed_zeros, int n);
    /* Where who is below 0 and truth is not 0, who becomes this number, or NaN where truth is; how many did. */
    int (*claim)(double *who, double number, sq_column truth, int n);
    /* Whether all n are numbers from low to high. */
    bool (*within)(sq_column x, double low, double high, int n);
    /* The lanes whose number is k, in order; how many. chosen has room for the padding. */
    int (*equal)(int32_t *chosen, const int32_t *lane, const double *number, double k, int n);

    /* The lanes with this bit in a row of words, and in dense words, in order; how many. chosen has room for the padding. */
    int (*with_bit)(int32_t *chosen, const uint64_t *words, int bit, const int32_t *lane, int n);
    int (*with_dense_bit)(int32_t *chosen, const uint64_t *dense, int bit, const int32_t *lane, int n);
    /* Sets the bit in a row of words where truth is not 0, else clears it. */
    void (*write_bit)(uint64_t *words, int bit, sq_column truth, const int32_t *lane, int n);
    /* Clocks are left and entered (ref_clock.c). words: the first of the lanes' SQ_CLOCK_WORDS; before: conditions as
     * they were, dense, padded by the last lane's; NULL: as they stand there; asked: NULL: nothing was. */
    void (*settle_clocks)(uint64_t *words, const sq_clock_change *change, const uint64_t *before,
                          const sq_clock_asked *asked, sq_clock_tasks *tasks, const int32_t *lane, int n);
    /* Every lane joins the queue of what is due first in it: of racers due at the same time, the first of them. The next
     * break, racer n_racers (due NULL: there are none), comes before them where it is due no later, and before the end;
     * the end, racer n_racers + 1, where they are due after it. */
    void (*race)(sq_racer *racer, int n_racers, const int32_t *lane, int n);
    /* Lanes fire at `when`, dense; whether some lane has had more firings than it may. */
    bool (*pass_time)(const sq_time_columns *time, const double *when, const int32_t *lane, int n);

    /* Of a row of words with a bit that says whether something has happened: that bit as 0 or 1; a time where it
     * has, else `otherwise`; a count where it has, else 0. */
    void (*happened)(double *out, const uint64_t *words, int bit, const int32_t *lane, int n);
    void (*times_if)(double *out, double otherwise, const double *time, const uint64_t *words, int bit,
                     const int32_t *lane, int n);

    /* Counters of lanes (sq_col_counter): as numbers; and one more in each, with what they were before. No lane twice. */
    void (*counts)(double *out, const uint32_t *counter, const int32_t *lane, int n);
    sq_before (*count_up)(uint32_t *before, uint32_t *counter, const int32_t *lane, int n);
    sq_first_sums first_times;

    /* An operation of model/program.h that takes values from the stack and nothing else: x, y, z in the order
     * pushed; bits as sq_program_value's. out may be a dense operand's own array. */
    void (*operate)(sq_op_code code, double *out, sq_column x, sq_column y, sq_column z, int n);
    /* Does steps in turn until one needs what is not on the bench (ATTR_AT, TABLE; PARAM_AT without a block, or at the same
     * place for all); how many are done. Results are dense, and the bench's columns from then on. */
    int (*steps)(const sq_col_step *step, int n_steps, const sq_bench *bench, int n);
    /* 1 where x is a number but 0, else 0; how many of the n are no numbers. */
    int (*truths)(double *out, sq_column x, int n);
    /* out[i] = block[i] + offset + (row[i] as an integer) * stride: addresses of rows of a table that has n_rows. The
     * first row where it is NaN. The padding gets good addresses too. */
    void (*table_rows)(const double **out, sq_row_column block, int offset, int stride, int n_rows, sq_column row, int n);
    void (*table_at)(sq_interpolation interpolation, int n_knots, sq_row_column table, double *out, sq_column at, int n);

    /* The prefixes of patients first, first + 1 … */
    void (*patients)(uint64_t *state, uint64_t *stream, sq_address luck, uint64_t first, int n);
    /* The uniforms at (luck, site hash, visit): visits are counted in a counter of lanes (NULL: this is the only one),
     * or where the site is keyed, whose keys are labels, in their slots. No lane twice. */
    void (*uniforms)(double *out, sq_luck_column luck, uint64_t hash, uint32_t *counter, const int32_t *lane, int n);
    void (*keyed_uniforms)(double *out, sq_luck_column luck, const sq_keyed_luck *site, const int32_t *lane, int n);
    void (*hazards)(double *out, const double *uniform, int n);         /* -log u */
    void (*normal_scores)(double *out, const double *uniform, int n);   /* -quantile(u) */
    void (*survivals)(double *out, const double *score, int n);         /* upper tail of a score */
    void (*score_hazards)(double *out, const double *score, int n);     /* minus its logarithm */
    /* mean - sd * quantile(u): the score of a draw that loads on latents */
    void (*loaded_scores)(double *out, const double *uniform, sq_column mean, sq_column sd, int n);
    /* The option that comes up, as a number: rounding never picks one of probability zero. adds_up: 1 where the
     * probabilities do, else 0; whether they do in all n. */
    bool (*choose)(double *out, double *adds_up, const sq_option_columns *options, const double *survival, int n);

    /* Laws. Addresses of tables are good ones in the padding too. law_remaining: age NULL is 0 everywhere. */
    void (*law_inverse)(const sq_law_columns *law, double *out, const double *e, int n);
    void (*law_remaining)(const sq_law_columns *law, double *out, const double *age, const double *e, int n);
    void (*law_spent)(const sq_law_columns *law, double *out, const double *from, const double *to, int n);
    void (*law_start)(const sq_law_columns *law, double *out, int n);
    /* 1 where the law's numbers are admissible, else 0. */
    void (*law_admissible)(const sq_law_columns *law, double *out, int n);

    /* Clocks go on from now, with this age (NULL: 0) and hazard left, and are due on the time grid when what remains
     * has passed: never where that is no number of at least 0; whether it is one in all n. No lane twice. */
    bool (*set_due)(const sq_clock_columns *clocks, const double *remaining, const double *now, const double *age,
                    const double *left, const int32_t *lane, int n);
    /* column[lane[i]] = x. */
    void (*put)(double *column, const int32_t *lane, sq_column x, int n);
    /* Whether a number kept in the column differs from x, or is a NaN, in any of the lanes; truth, unless NULL, becomes
     * 1 where it does. */
    bool (*differs)(double *truth, const double *column, const int32_t *lane, sq_column x, int n);

    /* Pairs: discounted time up to t (ref_reward.c) and t; origin: day. */
    void (*instants)(const sq_discount *discount, sq_column origin, double *pair, const double *t, int n);
    /* Where a loss is in force until later than now: sum += its amount, and next is no later than its end (columns). */
    void (*add_losses)(double *sum, double *next, const double *amount, const double *until, const double *now,
                       const int32_t *lane, int n);
    /* next is no later than when what is `at` now gets to its next knot of the table: rounded up to the time grid, and always
     * ahead. Not where it is NaN. */
    void (*next_breaks)(double *next, int n_knots, sq_row_column table, sq_column at, const double *now, int n);
    /* Where the rate is another than the old one, adds what that has brought to the accounts; now: pairs, lane by lane. Of a
     * rate of step 0, p[0] alone is read. No lane twice. */
    void (*change_rates)(double *account, const int32_t *lane, sq_column old, sq_column rate, const double *now, int n);
    /* Adds amounts to totals. No lane twice. */
    void (*pay)(double *account, const int32_t *lane, const sq_discount *discount, sq_column origin, sq_column amount,
                const double *now, int n);
    /* Fills lines of a plane with these eight numbers. */
    void (*fill_lines)(double *plane, const int32_t *lane, const double *line, int n);
    /* Writes what lives have brought; whether all totals are finite, those that go nowhere included. */
    bool (*close_accounts)(const sq_closing *closing, const sq_records *records, const int32_t *lane, int n);

    /* Sums of records that outcome/ keeps: its sq_sum_records. */
    void (*sum_records)(const double *x, const double *reference, int n_columns, int n, double *sum);

    /* The lanes of whose words the bits of the mask are these, in order, into same; how many. The rest into others. Both
     * have room for the padding. */
    int (*same_word)(int32_t *same, int32_t *others, const uint64_t *column, uint64_t mask, uint64_t word,
                     const int32_t *lane, int n);
    /* Risk sets, in dense words: a bit each of who is inside, and of who has left. out: 1 of lanes that are in neither,
     * else 0. */
    void (*absent)(double *out, const uint64_t *inside, const uint64_t *over, uint64_t bit, int n);
    /* Lanes whose truth is not 0 get the bit (unless inside is NULL) and, in the column of origins (unless NULL), now +
     * landmark. */
    void (*enter)(uint64_t *inside, uint64_t bit, double *origin, double landmark, sq_column truth, const double *now,
                  const int32_t *lane, int n);
    /* Lanes with the bit lose it, and get it in `over`; their places 0 … n - 1 into which, in order (it has room for the
     * padding); how many. */
    int (*leave)(int32_t *which, uint64_t *inside, uint64_t *over, uint64_t bit, int n);
    /* sq_grid_place of the days from the origin, a column (NULL: `from` in all lanes), to now. */
    void (*places)(int64_t *place, const sq_grid *grid, const double *now, const double *origin, double from,
                   const int32_t *lane, int n);
} sq_lanes;

extern const sq_lanes sq_lanes_scalar, sq_lanes_avx2, sq_lanes_avx512;

/* NULL if there is no such name. */
const sq_lanes *sq_lanes_named(const char *name);
/* The widest that this processor can run. */
const sq_lanes *sq_lanes_best(void);
/* Whether this processor can run it. */
bool sq_lanes_run_here(const sq_lanes *lanes);

#endif
