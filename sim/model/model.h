/* The frozen model: what the compiler makes of the files and all that the engine ever reads. Flat arrays
 * addressed by index, immutable after loading, shared by all threads. No parameter value lives here:
 * those are in parameter blocks (model/block.h), one per scenario, draw and strategy, so that ten thousand
 * draws recompile nothing.
 *
 * Read top to bottom: names -> patient -> states and events -> actions -> decisions and strategies ->
 * rewards -> what is measured -> the whole. */
#ifndef SQ_MODEL_MODEL_H
#define SQ_MODEL_MODEL_H

#include "base/arena.h"
#include "math/law.h"
#include "model/program.h"
#include "model/settings.h"
#include "model/unit.h"

#include <stdbool.h>
#include <stdint.h>

/* A small set of indices: attributes plus state, or occurrences. */
enum { SQ_BITS_WORDS = 8, SQ_BITS_MAX = 64 * SQ_BITS_WORDS };
typedef struct sq_bits {
    uint64_t word[SQ_BITS_WORDS];
} sq_bits;

static inline void sq_bits_set(sq_bits *b, int i) { b->word[i / 64] |= 1ULL << (i % 64); }
static inline bool sq_bits_has(const sq_bits *b, int i) { return b->word[i / 64] >> (i % 64) & 1; }
/* Whether the sets have something in common among the first 64 * words indices. */
static inline bool sq_bits_meet(const sq_bits *a, const sq_bits *b, int words)
{
    uint64_t any = 0;
    for (int i = 0; i < words; i++) any |= a->word[i] & b->word[i];
    return any != 0;
}
static inline void sq_bits_join(sq_bits *into, const sq_bits *from)
{
    for (int i = 0; i < SQ_BITS_WORDS; i++) into->word[i] |= from->word[i];
}

/* In read and write sets: bit i < n_attributes is attribute i; then the state, the clock of the world
 * (now, in_state, since, time_in), whether things have happened (which changes with the first time of each), and
 * every occurrence by itself (count, since), which changes each time. */
#define SQ_READS_STATE(m) ((m)->n_attributes)
#define SQ_READS_NOW(m) ((m)->n_attributes + 1)
#define SQ_READS_HAPPENED(m) ((m)->n_attributes + 2)
#define SQ_READS_OCCURRED(m, i) ((m)->n_attributes + 3 + (i))
/* Words that hold all of a read or write set, and so all occurrences. */
#define SQ_READS_WORDS(m) ((SQ_READS_OCCURRED(m, SQ_OCCURRENCES(m)) + 63) / 64)

/* ---- names ------------------------------------------------------------------------------------- */

typedef struct sq_category {
    const char *name;
    int n_labels;
    const char *const *labels;
} sq_category;

/* A place where luck is drawn. Its variates are addressed by the hash of its path and, where keyed, of
 * the labels of its key; visits are counted per keyed site in the patient's counters. */
enum { SQ_KEYS = 4 };
typedef struct sq_site {
    const char *path; /* "relapse", "assess.response" */
    int n_keys;
    int key_attribute[SQ_KEYS];
    int key_size[SQ_KEYS];
    int counter;           /* first of n_slots consecutive visit counters */
    int n_slots;           /* product of key sizes; 1 without keys */
    bool is_note;          /* draws a note (sq_attribute) */
    const uint64_t *hash;  /* [n_slots], row-major in the keys */
} sq_site;

/* ---- the patient ------------------------------------------------------------------------------- */

typedef struct sq_attribute {
    const char *name;   /* of an element of a vector: "courses[cart]" */
    const char *column; /* the name in tables: "courses_cart"; elsewhere the same as name */
    sq_type type;
    bool latent; /* hidden standard normal, drawn at baseline */
    bool may_be_unset; /* `initial: unset`: NaN until it is set */
    bool is_written;   /* something may write it after baseline: `start:`, an event, a decision, an endpoint's note */
    bool is_note;      /* made by the loader for an emulated cohort: no name of the user's, in no table */
} sq_attribute;

/* ---- laws and draws, as written: their numbers are programs -------------------------------------- */

/* A hazard ratio over time, as written (math/law.h has its meaning). Its time zero is the clock's own
 * origin, or the latest occurrence `since`. */
typedef struct sq_profile_spec {
    sq_profile_kind kind;
    bool logarithmic;
    int steps, table;       /* waning; function table of SQ_PROFILE_TABLE */
    sq_program from, to, start, length;
    int since;              /* occurrence; -1: the clock's origin; counts only with a kind */
    sq_program before;      /* the ratio while that has not happened; not given: an error in such a life */
    const char *where;      /* file:line:column */
} sq_profile_spec;

typedef struct sq_law_spec {
    sq_family family;
    sq_unit unit;           /* of the variable: a time, or what an attribute counts */
    bool cure_on_population;
    sq_program arg[SQ_LAW_ARGS];
    int table;              /* index into tables, -1 without */
    sq_program row;         /* which row of the table; 0 if not given */
    sq_program hazard_ratio, time_ratio, cured; /* 1, 1, 0 if not given */
    sq_program low, high, shift;                /* truncation open, no shift if not given */
    sq_profile_spec profile;
} sq_law_spec;

/* Dependence of a draw on latents: the normal score is mean + sd * own normal, with
 * mean = sum loading_i z_i and sd = sqrt(1 - var(mean)). Not given = independent. */
typedef struct sq_loading {
    sq_program mean, sd;
} sq_loading;

typedef enum sq_draw_kind { SQ_DRAW_LAW, SQ_DRAW_AMONG, SQ_DRAW_CHANCE } sq_draw_kind;

typedef struct sq_draw {
    sq_draw_kind kind;
    int site;
    sq_law_spec law;      /* SQ_DRAW_LAW */
    sq_program chance;    /* SQ_DRAW_CHANCE */
    int n_options;        /* SQ_DRAW_AMONG: options in the order written */
    int first_option;     /* into draw_options */
    sq_loading loading;
    int member;           /* of the correlation at baseline, counted from 1; 0 none */
} sq_draw;

/* More options than this are refused by the loader, so that a draw's probabilities have a fixed room. */
enum { SQ_DRAW_OPTIONS = 128 };

typedef struct sq_draw_option {
    sq_program probability; /* not given: the rest */
    int value;              /* label of the category; for a split the first action of the branch */
    const char *name;       /* label or name of the branch, for traces */
} sq_draw_option;

/* Where a program was written, and what: for the messages of lives that go wrong. Programs that read a patient
 * have one, in the order of the code; a program composed of several has those of its parts. */
typedef struct sq_saying {
    sq_program program;
    const char *where; /* file:line:column */
    const char *text;
} sq_saying;

/* A table in every parameter block: `rows` rows of `size` knots. Law tables take sq_law_table_room doubles
 * a row (x, y, what is prepared from them), function tables 2 * size. */
typedef struct sq_table {
    const char *name;
    int offset, rows, size, stride;
    int n_years;         /* life table by calendar year: rows come in groups of so many; else 0 */
    const double *years; /* [n_years] see sq_law_table */
    int n_named;         /* life table: of its rows by category the first few, with their names */
    const char *const *row_names; /* [n_named] "mortality[female]" */
    bool is_function;
    sq_family family;
    sq_interpolation interpolation;
    sq_tail tail;
    sq_spline_scale scale;
} sq_table;

/* ---- states and events ---------------------------------------------------------------------------- */

typedef struct sq_state {
    const char *name;
    bool death;
} sq_state;

typedef enum sq_origin { SQ_FROM_ARMING, SQ_FROM_INDEX, SQ_FROM_BIRTH, SQ_FROM_OCCURRENCE } sq_origin;
typedef enum sq_changes { SQ_HOLD, SQ_FOLLOW, SQ_REDRAW } sq_changes;

/* Declared order is the index: of two clocks due at one instant the lower index fires first. */
typedef struct sq_event {
    const char *name;
    sq_program condition;  /* `while:`; not given = alive */
    sq_bits condition_reads;
    sq_law_spec law;
    sq_bits law_reads;     /* attributes, state: what makes follow and redraw look again */
    sq_origin origin;
    int origin_index;      /* attribute `age` for SQ_FROM_BIRTH, occurrence for SQ_FROM_OCCURRENCE */
    sq_changes changes;
    bool pause_when_left;  /* else cancel */
    bool on_demand;        /* armed by `start` only */
    int site;
    sq_loading loading;
    int actions;           /* first action; the block ends with SQ_ACT_END */
    const char *text;      /* the event in words */
} sq_event;

/* ---- actions ---------------------------------------------------------------------------------------- */

/*   code            a               b           p, q */
#define SQ_ACT_LIST(X)                                                                                 \
    X(SQ_ACT_END)     /*                             end of the block */                               \
    X(SQ_ACT_SET)     /* attribute a + q             p value, q element of a vector */                  \
    X(SQ_ACT_UNSET)   /* attribute a + q             q element of a vector */                          \
    X(SQ_ACT_DRAW)    /* attribute a + q, draw b     q element of a vector */                          \
    X(SQ_ACT_SPLIT)   /* draw b: jump to the value of the option that came up */                       \
    X(SQ_ACT_UNLESS)  /* jump to a                   unless p */                                       \
    X(SQ_ACT_JUMP)    /* jump to a */                                                                  \
    X(SQ_ACT_DECIDE)  /* decision a */                                                                 \
    X(SQ_ACT_START)   /* event a */                                                                    \
    X(SQ_ACT_STOP)    /* event a */                                                                    \
    X(SQ_ACT_PAUSE)   /* event a */                                                                    \
    X(SQ_ACT_RESUME)  /* event a */                                                                    \
    X(SQ_ACT_GOTO)    /* state a,  b: reenter */                                                       \
    X(SQ_ACT_PAY)     /* cost category a             p amount */                                       \
    X(SQ_ACT_QALYS)   /*                             p quality-adjusted time [day], one-off */         \
    X(SQ_ACT_LOSE)    /* loss a                      p amount of utility, q duration [day] */          \
    X(SQ_ACT_MARK)    /* mark a */

typedef enum sq_act_code {
#define X(name) name,
    SQ_ACT_LIST(X)
#undef X
} sq_act_code;

typedef struct sq_action {
    sq_act_code code;
    int a, b;
    sq_program p, q;
} sq_action;

/* ---- decisions and strategies ---------------------------------------------------------------------- */

typedef struct sq_decision {
    const char *name;
    int attribute;       /* category attribute that keeps the choice */
    int category;        /* whose labels are the options */
    int common;          /* action block run after the choice is stored */
    const int *option;   /* [n_labels] action block of each option, -1 none; run after `common` */
    const char *text;    /* what follows a choice, in words */
} sq_decision;

typedef struct sq_rule {
    sq_program condition; /* not given: always */
    int option;
    int sets;             /* action block of assignments run before the choice's branch, -1 none */
} sq_rule;

typedef struct sq_rule_list {
    int first, count; /* into rules; the last one is unconditional */
} sq_rule_list;

typedef struct sq_strategy {
    const char *name, *title;
    const sq_rule_list *rules; /* [n_decisions] */
    int first_step, n_steps;   /* into steps: how this strategy's parameter block is filled */
    const char *text;          /* its rules in words, a line per decision */
} sq_strategy;

/* ---- the prologue: how a parameter block is filled, in order ------------------------------------------ */

typedef enum sq_step_kind {
    SQ_STEP_VALUE,    /* block[slot] = program */
    SQ_STEP_SOLVE,    /* solve[index]: a law's free arguments from published statements */
    SQ_STEP_TABLE,    /* table[index]: check it and fill its cumulative hazards */
    SQ_STEP_CHOLESKY, /* factor of the correlation matrix at baseline, block[slot ...] row-major n x n */
} sq_step_kind;

typedef struct sq_step {
    sq_step_kind kind;
    int slot, index;
    sq_program value;
    sq_unit unit;      /* probabilities must be in [0,1], counts and times not negative */
    bool may_be_negative, may_be_infinite;
    bool is_of_strategy; /* from its own `set:`, which stands above settings */
    const char *name;  /* for messages */
    const char *where; /* file:line:column of the definition */
} sq_step;

/* ---- published statements of laws: what a prologue's step of kind SQ_STEP_SOLVE solves ------------------ */

/* A point of a published curve: time [day, or the unit of the law's variable] and share. */
typedef struct sq_stated_point {
    sq_program time, share; /* of survival, or of cumulative incidence where the solve says so */
} sq_stated_point;

/* A kind of patient for whom a curve was published; the state is that of time zero, or state >= 0. */
typedef struct sq_stated_patient {
    sq_program share; /* not given: 1 */
    int state;        /* -1: where lives start */
    int first_given, n_given; /* into stated_values */
} sq_stated_patient;

typedef struct sq_stated_value {
    int attribute;
    sq_program value;
} sq_stated_value;

/* A clock that ran beside: an event's law, or a law parameter. It starts at time 0 of the published curve, at
 * age 0 or, where age_attribute >= 0, at the age of the patient. */
typedef struct sq_stated_clock {
    const char *name;
    sq_law_spec law;
    int age_attribute;
} sq_stated_clock;

enum { SQ_STATED_PATIENTS = 32, SQ_STATED_CLOCKS = 8 }; /* of one curve, at most */

/* The law whose free arguments are found from n_points published points: exactly where there is one for
 * each, by least squares where there are more (math/fit.h). */
typedef struct sq_solve {
    const char *name, *where; /* "relapse_curve[reinduction]"; file:line:column */
    sq_law_spec law;          /* its numbers as they stand in the block, solved or not */
    int arg_slot[SQ_LAW_ARGS], cured_slot; /* -1 none */
    const char *arg_name[SQ_LAW_ARGS];
    sq_unit arg_unit[SQ_LAW_ARGS];
    bool is_free[SQ_LAW_ARGS], cured_is_free;
    bool is_incidence;        /* the points are cumulative incidences beside the clocks, else survival of all */
    sq_unit unit;             /* of the law's variable; a time wherever clocks run beside */
    double patients;          /* published number of patients; NaN if not stated */
    int first_point, n_points;     /* into stated_points */
    int first_patient, n_patients; /* into stated_patients; none where nothing ran beside */
    int first_clock, n_clocks;     /* into stated_clocks */
    const char *clocks;       /* their names, "" if none */
} sq_solve;

/* ---- rewards ---------------------------------------------------------------------------------------- */

/* A place where time enters a reward: the engine stops at the table's next knot and looks again. */
typedef struct sq_break {
    sq_program argument;
    int table;
    int only_in; /* the argument grows, or the reward is in force, in this state alone; -1: always */
} sq_break;

enum { SQ_COSTS = 128 }; /* at most */

typedef struct sq_cost {
    const char *name;
    sq_program rate; /* money per day; 0 if not given */
} sq_cost;

/* Rates of discounting are continuous, per day; `effective` is converted when loaded. From `origin`
 * (days after index; nothing before it is discounted) at rate[0], from `change` (days after origin, +inf if
 * none) at rate[1]. */
typedef struct sq_discount {
    double rate[2];
    double origin, change;
    bool from_year; /* origin is the calendar year `year`: another day after index for each patient */
    double year;
} sq_discount;

/* Costs and effects (life years, QALYs) may be discounted at different rates. */
typedef enum sq_discounting { SQ_DISCOUNT_COSTS, SQ_DISCOUNT_EFFECTS, SQ_DISCOUNTINGS } sq_discounting;

/* ---- what is measured --------------------------------------------------------------------------------- */

/* Occurrences share one numbering: entry into state i is i, then events, marks, death, index. */
#define SQ_OCCURS_STATE(m, i) (i)
#define SQ_OCCURS_EVENT(m, i) ((m)->n_states + (i))
#define SQ_OCCURS_MARK(m, i) ((m)->n_states + (m)->n_events + (i))
#define SQ_OCCURS_DEATH(m) ((m)->n_states + (m)->n_events + (m)->n_marks)
#define SQ_OCCURS_INDEX(m) (SQ_OCCURS_DEATH(m) + 1)
#define SQ_OCCURRENCES(m) (SQ_OCCURS_DEATH(m) + 2)

/* Where a passage through an endpoint is noted, in attributes of the patient that are unset at baseline and that nobody
 * else reads or writes. All three are set at the end of a life, or none is: nothing is noted of a patient who does not
 * enter, nor of one whose passage ends before its landmark, who was never at risk. */
typedef enum sq_note {
    SQ_NOTE_ORIGIN, /* day since time zero, landmark included */
    SQ_NOTE_END,    /* day, not before the origin; the origin itself of a non-response */
    SQ_NOTE_CAUSE,  /* within the endpoint, from 0; -1: censored, by the end of follow-up too */
    SQ_NOTES
} sq_note;

/* What a patient is when entering an endpoint's risk set, written to an attribute that is unset at baseline and that nobody
 * else reads or writes: seen after the firing, where `who` is, and whether or not the passage comes to its landmark. What
 * comes to no value leaves it unset; any other value must be one that the attribute's type allows, or the life fails. */
typedef struct sq_snapshot {
    int attribute;
    sq_program value;
} sq_snapshot;

typedef struct sq_endpoint {
    const char *name;
    sq_bits from;
    sq_program who; /* not given: everybody */
    int first_cause, n_causes; /* into causes; a competing event is the last of them */
    bool has_competing;
    sq_bits censor;
    sq_bits non_response; /* within a passage: its first cause, at its origin, whenever it is noticed */
    double landmark; /* day */
    bool origin_counts;
    bool is_noted;        /* an emulated cohort wants to know of each passage */
    int note[SQ_NOTES];   /* attributes, where it is */
    int first_snapshot, n_snapshots;
    const char *text; /* in words */
} sq_endpoint;

typedef struct sq_cause {
    const char *name; /* the endpoint's name where it has but one; "<endpoint>_competing" */
    int endpoint;
    sq_bits events;
} sq_cause;

/* ---- cohorts as a study would have seen them ------------------------------------------------------------ */

typedef enum sq_estimate_kind {
    SQ_ESTIMATE_SURVIVAL,        /* Kaplan-Meier at `time` */
    SQ_ESTIMATE_MEDIAN,          /* day */
    SQ_ESTIMATE_RESTRICTED_MEAN, /* day, to `time` */
    SQ_ESTIMATE_INCIDENCE,       /* Aalen-Johansen of `cause` at `time` */
    SQ_ESTIMATE_SHARE,           /* mean of a covariate */
    SQ_ESTIMATE_FRACTION,        /* of the cohort that is in `group` */
    SQ_ESTIMATE_HAZARD_RATIO,    /* Cox */
    SQ_ESTIMATE_LOG_RANK,        /* p value over all groups */
} sq_estimate_kind;

typedef struct sq_cohort_estimate {
    const char *name, *text; /* "os_hr"; in words */
    sq_estimate_kind kind;
    int endpoint;            /* -1: none is asked (share, fraction) */
    int cause;               /* within the endpoint, from 0; -1: any event */
    double time;             /* day */
    int group, against;      /* of the emulation; group -1: all; against >= 0: the difference, group less against */
    int covariate;           /* of the emulation: of share, and of a hazard ratio that is not of `group`; -1 */
    uint64_t adjusted, strata; /* bit i: covariate i of the emulation */
    bool breslow;            /* ties; else Efron */
} sq_cohort_estimate;

typedef struct sq_emulated_group {
    const char *name;
    int attribute;           /* snapshot: 1 where its condition holds */
    int size;                /* members in a cohort; 0: as they come */
} sq_emulated_group;

typedef struct sq_emulated_covariate {
    const char *name;
    int attribute;           /* snapshot */
} sq_emulated_covariate;

enum { SQ_COVARIATES = 64 }; /* of an emulation, at most */

/* A patient is in the first group whose condition holds, and not of the cohort if none does; without groups all are in one
 * that has no name. */
typedef struct sq_emulation {
    const char *name, *title, *where; /* file:line:column */
    const char *text;        /* in words, lines ended by newlines; the estimates have texts of their own */
    int strategy, endpoint;  /* whose passage makes a member, at its origin */
    int n_groups, n_covariates, n_estimates;
    const sq_emulated_group *groups;
    const sq_emulated_covariate *covariates;
    const sq_cohort_estimate *estimates;
    int size;                /* of a cohort, all groups together; 0: the groups have sizes */
    int n_cohorts;
    int follow_up, drop_out; /* attributes drawn at baseline: days from a member's index to the end of observation; -1 */
} sq_emulation;

/* Subgroups of the patients by what they are at baseline. A grouping is one attribute, or several crossed; a
 * patient is in at most one subgroup of each grouping (in none while an attribute has no value). */
typedef struct sq_grouping {
    int n_attributes;
    int attribute[SQ_KEYS]; /* categories or flags */
    int size[SQ_KEYS];      /* labels of each */
    int first, count;       /* subgroups, row-major in the attributes */
} sq_grouping;

typedef struct sq_subgroup {
    const char *name;      /* "sex=male", "sex=male, age_band=y18to34" */
    const char *attribute; /* "sex", "sex, age_band" */
    const char *label;     /* "male", "male, y18to34" */
} sq_subgroup;

enum { SQ_SUBGROUPS = 1000 }; /* at most */

/* Parts of a result, as `outputs:` selects them. */
#define SQ_OUTPUT_LIST(X)                                                                              \
    X(SQ_OUT_SURVIVAL, "survival")       /* survival and its quantiles, of endpoints */                \
    X(SQ_OUT_INCIDENCE, "incidence")     /* cumulative incidence of causes */                          \
    X(SQ_OUT_OCCUPANCY, "occupancy")     /* of states over time */                                     \
    X(SQ_OUT_EVENTS, "events")           /* how often, and whether ever */                             \
    X(SQ_OUT_TRANSITIONS, "transitions") /* from state to state */                                     \
    X(SQ_OUT_FIRST_TIMES, "first_times") /* of events */                                               \
    X(SQ_OUT_LIFE_YEARS, "life_years")                                                                 \
    X(SQ_OUT_QALYS, "qalys")                                                                           \
    X(SQ_OUT_COSTS, "costs")             /* by category and in all */                                  \
    X(SQ_OUT_INCREMENTS, "increments")   /* of life years, QALYs, costs */                             \
    X(SQ_OUT_QUANTILES, "quantiles")     /* of these and of first times */                             \
    X(SQ_OUT_HISTOGRAMS, "histograms")   /* of these */                                                \
    X(SQ_OUT_PARAMETERS, "parameters")                                                                 \
    X(SQ_OUT_TARGETS, "targets")                                                                       \
    X(SQ_OUT_SUBGROUPS, "subgroups")

typedef enum sq_output {
#define X(name, word) name,
    SQ_OUTPUT_LIST(X)
#undef X
    SQ_OUTPUTS
} sq_output;

/* Whether curves over time and histograms are among the results. */
typedef enum sq_curves {
    SQ_CURVES_AUTO, /* unless scenarios x draws are many (outcome/outcome.h) */
    SQ_CURVES_ALWAYS,
    SQ_CURVES_NEVER
} sq_curves;

/* What a summary tells of 100 patients, in the user's order and words. */
typedef struct sq_highlight {
    int occurrence;
    const char *label;
} sq_highlight;

typedef enum sq_target_kind {
    SQ_TARGET_SURVIVAL,
    SQ_TARGET_INCIDENCE,
    SQ_TARGET_MEDIAN,
    SQ_TARGET_MEAN,
    SQ_TARGET_SHARE,
    SQ_TARGET_OCCUPANCY,
    SQ_TARGET_ESTIMATE, /* of an emulated cohort */
} sq_target_kind;

typedef struct sq_target {
    const char *name, *source, *note, *use, *what; /* what: the comparison in words */
    const char *curve;      /* of the published curve that this is a point of, as others of that name; "" if of none */
    const char *known_miss; /* why it is known to be missed; "" if it is not */
    sq_target_kind kind;
    int strategy;
    int index;        /* endpoint, cause, quantity (outcome/life.h; discounted), occurrence, state or emulation */
    int estimate;     /* SQ_TARGET_ESTIMATE: of the emulation's */
    int among;        /* SQ_TARGET_SHARE: occurrence of the denominator; -1 or index: all patients */
    double time;      /* day */
    double published; /* probability, day (medians, means of life years and QALYs) or money */
    double lower, upper; /* 95 % interval; NaN if the source gives none */
    double k, n;      /* NaN if not stated */
} sq_target;

/* ---- what is known of the numbers ---------------------------------------------------------------------- */

typedef enum sq_class {
    SQ_UNSOURCED,
    SQ_SOURCED,
    SQ_CALIBRATED,
    SQ_JUDGEMENT,
    SQ_STRUCTURAL,
    SQ_FILLER, /* completes a table; says nothing about the world */
} sq_class;
typedef enum sq_uncertainty {
    SQ_CERTAIN,      /* no uncertainty stated */
    SQ_BETA,         /* k of n: u[0] = k, u[1] = n */
    SQ_LOG_NORMAL,   /* ratio with interval: u[0] = lower, u[1] = upper */
    SQ_INTERVAL,     /* 95 % interval u[0], u[1] */
    SQ_RANGE,        /* judgement: u[0], u[1] */
    SQ_STANDARD_ERROR, /* u[0] */
    SQ_DIRICHLET,    /* a share of a split: u[0] = its count, u[1] = the sum of the counts */
    SQ_CURVE,        /* of units of uncertainty only: the points of a published curve */
} sq_uncertainty;

/* One per number in the block that a user can name: "causal_share", "cr[reinduction, ge50]"; and one per
 * law given by knots (or entry of one), whose values have no names of their own. */
typedef struct sq_parameter {
    const char *name;
    int slot;                  /* in the block; -1 for a law given by knots */
    int n_values;              /* knots of such a law; 1 for a number */
    sq_unit unit;
    sq_class class;
    const char *source, *note; /* "" if not given */
    const char *where;         /* file:line:column */
    sq_uncertainty uncertainty;
    double u[2];
    double prior[2];           /* declared prior of a Beta (a, b) or of this share of a Dirichlet; 0 if none */
    int split;                 /* number (from 1) of the split it is a share of; 0: of none */
    double residual_check;     /* HR: distance from the interval's middle on the log scale; else 0 */
} sq_parameter;

/* One per unit of uncertainty: what was published together, and what a probabilistic analysis therefore draws
 * anew together, each draw being followed by the prologue, so that whatever is solved or computed from it is
 * solved and computed again. Beta(a + k, b + n - k), a = b = 0 without a prior; log-normal from the interval; interval,
 * range and standard error on the unit's own scale; Dirichlet(prior + counts) for a split; for a curve all its points at
 * the published number of patients (solve's `patients`), then solved. Certain numbers have none. */
typedef struct sq_evidence {
    sq_uncertainty kind;
    const char *name, *where;
    int first, n; /* rows of `parameters`: the number, or all shares of a split; n = 0 for a curve */
    int solve;    /* of a curve, into solves; -1 */
    const char *missing; /* what must be declared before it can be drawn ("`prior:`: 0 of 23"); "" if nothing */
} sq_evidence;

typedef struct sq_source_file {
    const char *path; /* as named by the user */
    const char *text;
    size_t size;
} sq_source_file;

/* A scenario of `sweep:`, one point of a run. */
typedef struct sq_scenario {
    const char *name, *label; /* "causal_share=0.25, selection=0.3"; its title, or the same */
    sq_settings settings;     /* has the same name */
} sq_scenario;

/* `anchors:`: parameters that are fitted again in every scenario, so that published figures are met there. The calibration
 * itself is read where it is run. */
typedef struct sq_anchoring {
    const char *path;      /* of the calibration; NULL: none */
    double hold;           /* they hold where the chance of a larger misfit is at least this */
    int n_parameters, n_targets;
    const int *parameters; /* [n_parameters] of this model, in the calibration's order */
    double trial_lives;    /* lives of one trial of values */
} sq_anchoring;

/* A parameter that `override:` replaces, where no later setting replaces it again. */
typedef struct sq_override {
    const char *name;  /* as the user knows it: "cr[reinduction, ge50]" */
    const char *value; /* as written; "defined anew" for a law or table */
    const char *where; /* file:line:column */
} sq_override;

/* Patients read from a file: row-major n_rows x n_columns, in the attributes' units. */
typedef struct sq_patients {
    int n_columns;
    const int *attribute;
    int64_t n_rows;
    const double *value;
    bool resample; /* with replacement, at site "population.csv"; else in order, starting again */
    const double *weight;     /* [n_rows] of a resampled row, relative; NULL: all the same */
    const double *cumulative; /* [n_rows] correctly rounded sums of the weights up to and with a row */
    double effective_rows;    /* Kish: (sum w)^2 / sum w^2; n_rows without weights */
} sq_patients;

#define SQ_MOST_PATIENTS INT64_C(1000000000000) /* of an experiment */

/* ---- the whole ---------------------------------------------------------------------------------------- */

typedef struct sq_model {
    const char *name, *title, *experiment_title, *experiment, *currency; /* currency "" if none */

    int n_categories, n_attributes, n_states, n_events, n_marks, n_losses, n_costs;
    const sq_category *categories;
    const sq_attribute *attributes;
    const sq_state *states;
    const sq_event *events;
    const char *const *marks;
    const char *const *losses;
    const sq_cost *costs;
    sq_program utility;      /* 1 if not given: QALYs are then life years */
    sq_bits reward_reads;
    int n_breaks;
    const sq_break *breaks;

    int start_state, start_actions;
    int n_latents;
    const int *latents;      /* attributes, in declared order */
    int n_members;           /* of the correlation: the latents, then attributes drawn by the population */
    const int *members;      /* attributes, in the order in which they are drawn */
    int factor;              /* slot of the n_members x n_members lower-triangular Cholesky factor */
    int baseline_actions;    /* initial values and the population's draws, in order */
    sq_patients patients;

    int n_sites, n_counters;
    const sq_site *sites;
    int latent_site;         /* first of n_latents consecutive sites "population.<latent>" */
    int csv_site;            /* -1 without resampling */

    int n_code;
    const sq_op *code;
    const double *constants;
    int n_sayings;
    const sq_saying *sayings;
    int n_actions;
    const sq_action *actions;
    const sq_draw *draws;
    const sq_draw_option *draw_options;
    int n_tables;
    const sq_table *tables;

    int n_decisions, n_strategies, reference;
    const sq_decision *decisions;
    const sq_rule *rules;
    const sq_strategy *strategies;

    int block_size;          /* doubles in a parameter block */
    const sq_step *steps;
    int n_solves;
    const sq_solve *solves;
    const sq_stated_point *stated_points;
    const sq_stated_patient *stated_patients;
    const sq_stated_value *stated_values;
    const sq_stated_clock *stated_clocks;
    int n_parameters, n_evidence;
    const sq_parameter *parameters;
    const sq_evidence *evidence;

    double horizon;          /* day */
    bool closes;             /* follow-up closes on a calendar day, before the horizon for late entrants */
    double closing_year;     /* calendar year, with decimals */
    int entry_year;          /* attribute: calendar year at index; read where one of these, or dated, needs it */
    bool dated;              /* a life table has rates by calendar year */
    int age;                 /* attribute: age at index; read where dated */
    int64_t n_patients;
    uint64_t seed;
    sq_discount discount[SQ_DISCOUNTINGS];
    double grid_step;        /* day */
    int n_grid;              /* grid points are 0, step, …, (n_grid - 1) * step */
    int n_quantiles;
    const double *quantiles;
    int n_endpoints, n_causes, n_targets;
    const sq_endpoint *endpoints;
    const sq_cause *causes;
    const sq_target *targets;

    const sq_snapshot *snapshots; /* of endpoints */
    int n_emulations;
    const sq_emulation *emulations;

    int n_highlights;
    const sq_highlight *highlights;
    int n_groupings, n_subgroups;
    const sq_grouping *groupings;
    const sq_subgroup *subgroups;
    uint32_t left_out;       /* bit i: output i is not wanted */
    sq_curves curves;

    /* in words, lines ended by newlines */
    const char *start_text, *population_text, *procedures_text, *rewards_text;

    int n_overrides;
    const sq_override *overrides; /* in the order of the files */

    int n_scenarios, n_swept; /* 0 without `sweep:`: then a run has one point, with no settings */
    const sq_scenario *scenarios;
    const int *swept;         /* parameters that scenarios set, in the order in which they are named */
    sq_anchoring anchoring;

    int n_files;
    const sq_source_file *files;

    sq_arena arena;          /* owns all of the above */
} sq_model;

/* Frees a model made by the loader, which allocates the sq_model itself in its own arena; NULL is allowed. */
void sq_model_free(sq_model *model);

/* The row of a resampled patient: the first whose cumulated weight exceeds the share u of all of it; never one of
 * weight 0, since 0 < u < 1. With equal weights this is floor(u n). */
int64_t sq_resampled_row(const sq_patients *patients, double u);

/* The subgroup of a grouping for labels at baseline, label[k] that of attribute k of the grouping; -1: in none, since one
 * has no value (NaN). */
int sq_subgroup_of(const sq_grouping *grouping, const double label[SQ_KEYS]);

/* How many attributes are the user's: the first ones, for the notes of emulated cohorts come last. */
int sq_visible_attributes(const sq_model *model);
/* How many of these something may write after baseline. */
int sq_written_attributes(const sq_model *model);

/* The table of a law or function in a block. */
sq_law_table sq_block_table(const sq_model *model, const double *block, int table, int row);

/* Whether a part of the results is wanted, and the word for it. */
static inline bool sq_wants(const sq_model *model, sq_output output)
{
    return (model->left_out >> output & 1) == 0;
}
const char *sq_output_word(sq_output output);

/* Name of an occurrence: of the state, event or mark; "death"; "index". */
const char *sq_occurrence_name(const sq_model *model, int occurrence);

#endif
