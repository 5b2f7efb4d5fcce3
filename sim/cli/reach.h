/* What may happen, read from a compiled model without running it: where an action block can
 * lead, and in which states an event can run. */
#ifndef SQ_CLI_REACH_H
#define SQ_CLI_REACH_H

#include "model/model.h"

/* States and decisions that a block of actions can reach on any of its branches. */
typedef struct sq_reach {
    bool *state;         /* [n_states] */
    bool *decision;      /* [n_decisions] */
    unsigned char *seen; /* actions already walked */
    size_t n_seen;
    bool failed; /* memory is out */
} sq_reach;

/* Empty sets; freed by sq_reach_free, also after failure (failed is set). */
sq_reach sq_reach_new(const sq_model *model);
void sq_reach_clear(sq_reach *reach, const sq_model *model);
/* Adds what the block that begins with this action can reach; nothing for -1. */
void sq_reach_walk(sq_reach *reach, const sq_model *model, int action);
void sq_reach_free(sq_reach *reach);

/* False only if the condition cannot hold in this state, whatever the patient's attributes and
 * the parameters are. */
bool sq_may_hold(const sq_model *model, sq_program condition, int state);

#endif
