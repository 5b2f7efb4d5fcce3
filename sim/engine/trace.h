/* Watching a life: callbacks the reference interpreter makes where something happens. All may be NULL.
 * Times are days since index. */
#ifndef SQ_ENGINE_TRACE_H
#define SQ_ENGINE_TRACE_H

#include "model/model.h"

/* In place of an event's index where a firing is not an event's. */
enum { SQ_TRACE_BASELINE = -1, SQ_TRACE_START = -2, SQ_TRACE_HORIZON = -3 };

typedef struct sq_trace {
    void *context;
    /* A firing begins: event index, or one of the three above. */
    void (*on_firing)(void *context, double now, int event);
    /* A variate was drawn at a site (slot within a keyed site, visit from 0); u is the uniform. */
    void (*on_draw)(void *context, int site, int slot, uint32_t visit, double u);
    /* A clock was armed with e of hazard to spend; fires at `at` (+inf: never). */
    void (*on_arm)(void *context, double now, int event, double e, double at);
    /* A running clock's law was looked at afresh. */
    void (*on_follow)(void *context, double now, int event, double at);
    void (*on_cancel)(void *context, double now, int event, bool paused);
    void (*on_set)(void *context, double now, int attribute, double before, double after);
    void (*on_option)(void *context, double now, int draw, int option);
    void (*on_decide)(void *context, double now, int decision, int rule, int option);
    void (*on_pay)(void *context, double now, int cost, double amount); /* cost -1: QALYs [day] */
    void (*on_lose)(void *context, double now, int loss, double amount, double until);
    void (*on_mark)(void *context, double now, int mark);
    void (*on_goto)(void *context, double now, int from, int to);
    /* After the firing: totals so far, as in sq_life.total. */
    void (*on_settled)(void *context, double now, int state, const double *total);
    /* The law a clock (an event's name) or a draw (a site's path) takes its time or number from; a profile
     * that counts from an occurrence has no offset yet. */
    void (*on_law)(void *context, const char *what, const sq_law *law, sq_unit unit);
} sq_trace;

#endif
