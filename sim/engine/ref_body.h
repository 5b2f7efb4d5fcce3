/* The body of one life in the reference interpreter: what its files share.
 *
 *   ref.c         the life: start, the race of the clocks, the firing as one transaction, the horizon
 *   ref_body.c    what all of them need: to see, to write, to note, to fail
 *   ref_clock.c   arming, following, pausing; drawing from laws
 *   ref_action.c  actions and decisions
 *   ref_reward.c  utility, costs, discounting
 *   ref_endpoint.c  risk sets */
#ifndef SQ_ENGINE_REF_BODY_H
#define SQ_ENGINE_REF_BODY_H

#include "engine/ref.h"

enum {
    SQ_FIRINGS_AT_ONE_INSTANT = 1000,
    SQ_FIRINGS_IN_A_LIFE = 1000000,
    SQ_LAST_EVENTS = 6, /* kept for error messages */
    SQ_BREAKS_IN_A_LIFE = 1000000,
    SQ_BLAME = 1024,
};

typedef enum sq_clock_mode { SQ_CLOCK_IDLE, SQ_CLOCK_RUNNING, SQ_CLOCK_PAUSED } sq_clock_mode;

/* One clock per event. While it runs, `left` and `age` are as they were at `since`. */
typedef struct sq_clock {
    sq_clock_mode mode;
    bool held;      /* paused by an action: only `resume` or `start` wakes it */
    bool condition; /* `while:` as last evaluated */
    bool begins;    /* it began to hold in this firing */
    bool fired, start_asked, stop_asked, pause_asked, resume_asked; /* in this firing */
    bool fresh;     /* armed in this firing */
    double since, age, left;
    double due;     /* +inf unless running */
    double zero;    /* when a profile with an origin of its own began */
    sq_law law;     /* last, see put_by in ref.c */
} sq_clock;

/* A flow of reward: accrued only when its rate changes, so that a firing that does not touch it leaves its
 * sum unchanged to the bit. Flow 0 is life itself, 1 utility, 2 … cost categories. */
typedef struct sq_flow {
    double rate, since;
} sq_flow;

typedef struct sq_loss {
    double amount, until; /* until = -inf: not in force */
} sq_loss;

struct sq_ref {
    const sq_model *model;
    int words;           /* of sets that this model fills */
    sq_bits watched;     /* occurrences that some endpoint begins or ends with */
    double *attribute, *baseline;
    double *score;       /* [n_members] own normal scores, as far as they are drawn */
    double *last_time;   /* [occurrences] latest time; NaN if never */
    double *time_in;     /* [n_states] days of the stays that are over */
    sq_history history;  /* as programs see these two and the counts of this life */
    uint32_t *visits;    /* [n_counters] */
    sq_clock *clocks;
    sq_flow *flows;      /* [2 + n_costs] */
    sq_loss *losses;

    /* this life */
    const double *block;
    int strategy;
    int64_t patient;
    double birth;        /* day, counted from year 0; where the model is dated */
    sq_discount discount[SQ_DISCOUNTINGS]; /* with the patient's own origin */
    sq_address luck;     /* purpose and patient mixed in */
    sq_life *life;
    const sq_trace *trace;
    sq_error *err;
    double now, entered;
    int state;
    uint64_t happened[SQ_BITS_WORDS];

    /* this firing */
    sq_bits changed;     /* attributes and state written */
    sq_bits occurred;
    int goto_state;      /* -1: stay */
    bool reenter;
    bool losses_changed;
    bool starting;       /* the first one: every condition is looked at */

    double next_break;   /* +inf: none */
    int firings, firings_now, breaks;
    int last_event[SQ_LAST_EVENTS];
    char blame[SQ_BLAME]; /* what the programs to be named in the next message said and read */
};

/* ref_body.c */
sq_view sq_ref_view(const sq_ref *r);
/* Ends the life with SQ_ERR_LIFE: patient, strategy, time, last events, and what went wrong. */
sq_status sq_ref_fail(sq_ref *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Has the next sq_ref_fail tell where this program stands, what it says and what it read. */
void sq_ref_blame(sq_ref *r, sq_program program);
void sq_ref_blame_law(sq_ref *r, const sq_law_spec *law);
void sq_ref_assign(sq_ref *r, int attribute, double value);
/* Whether a condition (not given: it holds) is true; a NaN in it fails. `what` names it. */
sq_status sq_ref_truth(sq_ref *r, sq_program condition, const char *what, bool *truth);
sq_status sq_ref_occur(sq_ref *r, int occurrence);

/* ref_clock.c */
double sq_ref_uniform(sq_ref *r, int site);
/* The survival uniform of a draw: small = high score. Its -log in *hazard where that is wanted. */
sq_status sq_ref_luck(sq_ref *r, int site, const sq_loading *loading, double *survival, double *hazard);
sq_status sq_ref_number(sq_ref *r, const sq_draw *draw, double *value);
sq_status sq_ref_flag(sq_ref *r, const sq_draw *draw, double *value);
/* Which option came up: index within the draw. */
sq_status sq_ref_option(sq_ref *r, const sq_draw *draw, int *option);
sq_status sq_ref_leave_clocks(sq_ref *r);
sq_status sq_ref_enter_clocks(sq_ref *r);
sq_status sq_ref_follow_clocks(sq_ref *r);

/* ref_action.c */
/* Fails unless the type of an attribute can hold the value, which the program (if one) gave. */
sq_status sq_ref_judge(sq_ref *r, int attribute, double value, sq_program program);
sq_status sq_ref_actions(sq_ref *r, int first);

/* ref_reward.c */
void sq_ref_rewards_start(sq_ref *r);
/* Looks at the rates afresh and accrues those that changed. */
sq_status sq_ref_rewards_look(sq_ref *r);
void sq_ref_rewards_end(sq_ref *r);
void sq_ref_pay(sq_ref *r, int quantity, double amount);
/* Totals as they would be if the life ended now, for traces; out has sq_life.total's shape. */
void sq_ref_totals_now(const sq_ref *r, double *out);

/* ref_endpoint.c */
/* The occurrences that some endpoint begins or ends with. */
sq_bits sq_ref_endpoints_watch(const sq_model *model);
sq_status sq_ref_endpoints(sq_ref *r);
void sq_ref_endpoints_end(sq_ref *r, double follow_up_end);

/* Calls a trace callback if there is one. */
#define SQ_TRACE(r, callback, ...)                                                                 \
    do {                                                                                           \
        if ((r)->trace && (r)->trace->callback)                                                    \
            (r)->trace->callback((r)->trace->context, __VA_ARGS__);                                \
    } while (0)

#endif
