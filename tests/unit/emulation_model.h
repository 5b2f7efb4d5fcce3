/* A model of attributes alone, as the loader would make them for an emulated cohort, and rows made from numbers: what a
 * study makes of patients can be tested without any life being lived. */
#ifndef TEST_EMULATION_MODEL_H
#define TEST_EMULATION_MODEL_H

#include "study/emulation.h"
#include "study/emulation_members.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { FOLLOW_UP, DROP_OUT, OS_ORIGIN, OS_END, OS_CAUSE, KIND_ORIGIN, KIND_END, KIND_CAUSE, IS_ONE, IS_TWO, SCORE, FLAG,
       N_ATTRIBUTES };
enum { OS, KIND };

static const sq_attribute ATTRIBUTES[N_ATTRIBUTES] = {
    [FOLLOW_UP] = {.name = "follow_up", .is_note = true},
    [DROP_OUT] = {.name = "drop_out", .is_note = true},
    [OS_ORIGIN] = {.name = "os_origin", .is_written = true, .is_note = true},
    [OS_END] = {.name = "os_end", .is_written = true, .is_note = true},
    [OS_CAUSE] = {.name = "os_cause", .is_written = true, .is_note = true},
    [KIND_ORIGIN] = {.name = "kind_origin", .is_written = true, .is_note = true},
    [KIND_END] = {.name = "kind_end", .is_written = true, .is_note = true},
    [KIND_CAUSE] = {.name = "kind_cause", .is_written = true, .is_note = true},
    [IS_ONE] = {.name = "is_one", .is_written = true, .is_note = true},
    [IS_TWO] = {.name = "is_two", .is_written = true, .is_note = true},
    [SCORE] = {.name = "score", .is_written = true, .is_note = true},
    [FLAG] = {.name = "flag", .is_written = true, .is_note = true},
};
static const sq_endpoint ENDPOINTS[] = {
    {.name = "os", .n_causes = 1, .is_noted = true, .note = {OS_ORIGIN, OS_END, OS_CAUSE}},
    {.name = "kind", .first_cause = 1, .n_causes = 2, .is_noted = true, .note = {KIND_ORIGIN, KIND_END, KIND_CAUSE}},
};
static const sq_emulated_group GROUPS[] = {{"one", IS_ONE, 2}, {"two", IS_TWO, 3}};
static const sq_emulated_covariate COVARIATES[] = {{"score", SCORE}, {"flag", FLAG}};

static inline sq_emulation groups_of_two_and_three(const sq_cohort_estimate *estimates, int n)
{
    return (sq_emulation){.name = "made_up", .title = "", .where = "x.yaml:1:1", .strategy = 1, .endpoint = OS, .n_groups = 2,
                          .groups = GROUPS, .n_covariates = 2, .covariates = COVARIATES, .n_estimates = n,
                          .estimates = estimates, .n_cohorts = 4, .follow_up = -1, .drop_out = -1};
}

static inline sq_model model_of(const sq_emulation *e)
{
    return (sq_model){.name = "made up", .n_attributes = N_ATTRIBUTES, .attributes = ATTRIBUTES, .n_endpoints = 2,
                      .endpoints = ENDPOINTS, .n_emulations = 1, .emulations = e};
}

/* A patient: in group 0 or 1 (-1: in none), died on a day since index (cause 0) or was censored then (-1). */
typedef struct someone {
    int group;
    double index, days;
    int cause;
    double score, flag, follow_up, drop_out;
    double kind_index, kind_days; /* of the other endpoint; NaN: never at risk */
    int kind_cause;
} someone;

static inline sq_status take(sq_cohorts *c, int64_t patient, int strategy, const someone *p, sq_error *err)
{
    const double notes[N_ATTRIBUTES] = {
        [FOLLOW_UP] = p->follow_up,
        [DROP_OUT] = p->drop_out,
        [OS_ORIGIN] = p->index,
        [OS_END] = p->index + p->days,
        [OS_CAUSE] = p->cause,
        [KIND_ORIGIN] = p->kind_index,
        [KIND_END] = p->kind_index + p->kind_days,
        [KIND_CAUSE] = p->kind_cause,
        [IS_ONE] = p->group == 0,
        [IS_TWO] = p->group == 1,
        [SCORE] = p->score,
        [FLAG] = p->flag,
    };
    const sq_row row = {.patient = patient, .strategy = strategy, .notes = notes};
    return sq_cohorts_take(c, &row, err);
}

/* The results of these patients under strategy 1, who come in this order. */
static inline sq_emulated *emulate(const sq_model *m, const someone *p, int n, int threads)
{
    sq_cohorts *c = NULL;
    sq_emulated *r = NULL;
    sq_error err = {0};
    assert_int_equal(sq_cohorts_new(&c, m, 1000, &err), SQ_OK);
    for (int i = 0; i < n; i++) assert_int_equal(take(c, i, 1, &p[i], &err), SQ_OK);
    if (sq_cohorts_estimate(c, threads, &r, &err)) fail_msg("%s", err.text);
    sq_cohorts_free(c);
    return r;
}

static inline void assert_near(double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance)) fail_msg("%.17g is not %.17g to %g", got, expected, tolerance);
}

/* A number in (0, 1) that depends on the patient and the question alone. */
static inline double luck(int64_t patient, int question)
{
    uint64_t z = (uint64_t)patient * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)question * UINT64_C(0xD1342543DE82EF95);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return ((double)((z ^ z >> 31) >> 12) + 0.5) * 0x1p-52;
}

#endif
