/* What lives need of random numbers and transcendental functions, counted while the reference interpreter lives them.
 * The linker hands calls of kernels and laws to floor_count.c first (--wrap), and the interpreter's trace tells of
 * uniforms. Counted is what the declared outcomes need, not every call:
 *
 *   who a patient is     once, not once a strategy
 *   a fixed delay        nothing, although the interpreter draws for it
 *   a clock's luck       its hazard, not the survival beside it
 *   an expression        each function once for each argument in a life
 *   discounting          once for each instant of a life
 *
 * Arguments of the first calls are kept, so that bulk loops can be timed on what really occurs. */
#ifndef FLOOR_COUNT_H
#define FLOOR_COUNT_H

#include "math/law.h"
#include "model/model.h"

enum { FLOOR_SAMPLE = 2048, FLOOR_LAWS = 64 };

typedef enum floor_kind {
    FLOOR_HAZARD,        /* -log u */
    FLOOR_SCORE,         /* normal quantile of a uniform */
    FLOOR_SURVIVAL,      /* upper normal tail of a score */
    FLOOR_SCORE_HAZARD,  /* its logarithm */
    FLOOR_EXP, FLOOR_LOG, FLOOR_POW, FLOOR_PROBIT, FLOOR_NORMAL_CDF, /* in expressions */
    FLOOR_DISCOUNT,      /* rate times time, negative */
    FLOOR_KINDS
} floor_kind;

typedef struct floor_values {
    int64_t count;
    double x[FLOOR_SAMPLE], y[FLOOR_SAMPLE];
} floor_values;

typedef enum floor_operation { FLOOR_REMAINING, FLOOR_SPENT, FLOOR_INVERSE } floor_operation;

/* Calls of one operation of the law of one clock, or of draws from laws of one form. */
typedef struct floor_laws {
    floor_operation operation;
    const sq_law *of;                  /* the clock's law; NULL: of draws */
    const char *event;                 /* the clock's name; "draws" */
    int64_t count;
    sq_law law[FLOOR_SAMPLE];
    double x[FLOOR_SAMPLE], y[FLOOR_SAMPLE]; /* age and hazard; two ages; hazard and nothing */
} floor_laws;

typedef struct floor_counts {
    int64_t lives, uniforms, bypassed; /* bypassed: arms of fixed delays, which need none */
    floor_values values[FLOOR_KINDS];
    floor_laws *laws;                  /* [n_laws] allocated, FLOOR_LAWS at most */
    int n_laws;
} floor_counts;

/* Lives these patients under all strategies, with the blocks [n_strategies][block_size] of the model, and counts. */
sq_status floor_count(const sq_model *model, double *blocks, int64_t patients, floor_counts *counts, sq_error *err);

#endif
