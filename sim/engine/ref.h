/* The reference interpreter: one patient, one strategy, one life, in plain scalar C. It is the semantics
 * to read (docs/semantics.md numbers the rules), and what `trace` runs. */
#ifndef SQ_ENGINE_REF_H
#define SQ_ENGINE_REF_H

#include "base/error.h"
#include "engine/trace.h"
#include "model/model.h"
#include "outcome/life.h"
#include "rand/address.h"

typedef struct sq_ref sq_ref;

/* A workspace for one thread. */
sq_status sq_ref_new(sq_ref **out, const sq_model *model, sq_error *err);
void sq_ref_free(sq_ref *ref);

/* Where a life's luck comes from: the roots of its two purposes with draw and replicate mixed in. */
typedef struct sq_luck {
    sq_address life, baseline;
} sq_luck;

sq_luck sq_luck_of(uint64_t seed, uint64_t draw, uint64_t replicate);

/* Lives patient `patient` under `strategy` with the numbers of `block` and fills `life`. `trace` may be
 * NULL. Fails with SQ_ERR_LIFE when an impossible value turns up (NaN, a probability above one, a
 * runaway): the sentence names the patient, the strategy, the place and the last events. */
sq_status sq_ref_live(sq_ref *ref, const double *block, int strategy, sq_luck luck, int64_t patient,
                      sq_life *life, const sq_trace *trace, sq_error *err);

/* Of the last life lived: its attributes [n_attributes] at baseline and at death or the end of follow-up, and how
 * many events fired. */
const double *sq_ref_baseline(const sq_ref *ref);
const double *sq_ref_at_end(const sq_ref *ref);
int sq_ref_firings(const sq_ref *ref);

#endif
