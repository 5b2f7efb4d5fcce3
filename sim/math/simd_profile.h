/* A hazard ratio over time as pieces on which it is constant: numbered from 0, which holds at its left for
 * ever; the last never ends. */
#ifndef SQ_MATH_SIMD_PROFILE_H
#define SQ_MATH_SIMD_PROFILE_H

#include "math/simd_law_type.h"
#include "math/simd_table.h"

static inline int v_last_piece(const v_profile *p)
{
    if (p->kind == SQ_PROFILE_NONE)
        return 0;
    return p->kind == SQ_PROFILE_TABLE ? p->n - 1 : p->n + 1;
}

static inline v_d v_piece_end(const v_profile *p, v_w piece)
{
    v_d end = v_set(INFINITY);
    if (p->kind == SQ_PROFILE_NONE)
        return end;
    if (p->kind == SQ_PROFILE_TABLE)
        end = p->offset + v_gather(p->x, v_next_index(p->n, piece));
    else
        end = p->offset + p->start + p->length * v_from_w(piece) / (double)p->n;
    return v_if(v_lt_w(piece, v_index(v_last_piece(p))), end, v_set(INFINITY));
}

/* The middle of a step on the way down from one ratio to the other. */
static inline v_d v_waning_ratio(const v_profile *p, v_w piece)
{
    v_d share = (v_from_w(piece) - .5) / (double)p->n;
    if (p->logarithmic)
        return p->from * v_exp(share * v_log(p->to / p->from));
    return p->from + share * (p->to - p->from);
}

static inline v_d v_piece_ratio(const v_profile *p, v_w piece)
{
    if (p->kind == SQ_PROFILE_NONE)
        return v_set(1);
    if (p->kind == SQ_PROFILE_TABLE)
        return v_gather(p->y, piece);
    v_m before = v_eq_w(piece, v_index(0)), after = v_lt_w(v_index(p->n), piece);
    v_d ratio = v_if(before, p->from, p->to);
    if (!v_all(v_or(before, after)))
        ratio = v_if(v_or(before, after), ratio, v_waning_ratio(p, piece));
    return ratio;
}

/* The piece that holds at an age: the first that ends after it. */
static inline v_w v_piece_at(const v_profile *p, v_d age)
{
    v_w ended = v_index(-1);
    for (int candidates = v_last_piece(p) + 1; candidates > 1;) {
        int half = candidates / 2;
        v_w probe = v_add_w(ended, v_index(half));
        ended = v_if_w(v_gt(v_piece_end(p, probe), age), ended, probe);
        candidates -= half;
    }
    return v_add_w(ended, v_index(1));
}

/* ---- admissible numbers */

static inline void v_expect_waning(v_verdict *verdict, const v_profile *p)
{
    v_d least = v_min(p->from, p->to);
    v_m finite = v_and(v_isfinite(p->from), v_isfinite(p->to));
    v_expect(verdict, v_and_not(finite, v_lt(least, v_set(0))),
             "the hazard ratios of a waning effect must be finite numbers of at least 0");
    if (p->logarithmic)
        v_expect(verdict, v_gt(least, v_set(0)),
                 "a hazard ratio that wanes on the logarithmic scale must be above 0");
    v_expect(verdict, v_and(v_isfinite(p->start), v_ge(p->start, v_set(0))),
             "the start of waning must be a finite time of at least 0");
    v_expect(verdict, v_and(v_isfinite(p->length), v_ge(p->length, v_set(0))),
             "the length of waning must be a finite time of at least 0");
}

static inline void v_expect_steps(v_verdict *verdict, const v_profile *p)
{
    v_d before = v_set(-INFINITY);
    for (int i = 0; i < p->n; i++) {
        v_d x = v_gather_at(p->x, i), y = v_gather_at(p->y, i);
        v_expect(verdict, v_and(v_isfinite(x), v_and(v_isfinite(y), v_ge(y, v_set(0)))),
                 "the hazard ratios over time must be finite numbers of at least 0");
        v_expect(verdict, v_gt(x, before), "the times of a hazard ratio over time must increase");
        before = x;
    }
}

static inline void v_expect_profile(v_verdict *verdict, const v_profile *p)
{
    if (p->kind == SQ_PROFILE_NONE)
        return;
    v_expect(verdict, v_same((unsigned)p->kind <= SQ_PROFILE_TABLE),
             "unknown kind of hazard ratio over time");
    v_expect(verdict, v_isfinite(p->offset),
             "the time zero of the hazard ratio over time is not a finite number");
    v_expect(verdict, v_same(p->n >= 1), "a hazard ratio over time needs at least one step");
    if (p->kind == SQ_PROFILE_WANING)
        v_expect_waning(verdict, p);
    if (p->kind == SQ_PROFILE_TABLE)
        v_expect_steps(verdict, p);
}

#endif
