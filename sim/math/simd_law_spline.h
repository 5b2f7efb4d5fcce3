/* Royston and Parmar's flexible parametric law (Stat Med 2002;21:2175-2197): a natural cubic spline of
 * x = log t that is the log cumulative hazard, the log cumulative odds, or the normal score of having
 * gone. The truncated powers in which its coefficients are published cancel to the right of the last
 * knot, so they are turned once into value, slope and curvature at each knot (law_spline.c); after that a
 * question is answered by one search and one cubic, or one straight line outside the boundary knots. */
#ifndef SQ_MATH_SIMD_LAW_SPLINE_H
#define SQ_MATH_SIMD_LAW_SPLINE_H

#include "math/simd_law_type.h"
#include "math/simd_table.h"

/* Where large, log(1 + e^s) and log(e^e - 1) differ from their argument by e^-large alone. */
#define V_LARGE_SCORE 30

/* A stretch of the curve: value at d after its start is
 * value + d (slope + d (bend / 2 + d third / 6)), up to a width of d. */
typedef struct v_cubic {
    v_d start, width, value, slope, bend, third;
} v_cubic;

/* What sq_law_prepare_spline leaves: four rows of n numbers, the first two searched. */
static inline v_w v_log_knots(const v_table *table)
{
    return table->cumulative;
}

static inline v_w v_knot_values(const v_table *table)
{
    return v_address_after(table->cumulative, table->n);
}

/* The piece that begins at knot `found`; -1 is the line before the first knot, which runs leftwards. */
static inline v_cubic v_piece(const v_table *table, v_w found)
{
    int n = table->n;
    v_w i = v_not_negative(found), next = v_next_index(n, i), knots = v_log_knots(table);
    v_w slopes = v_address_after(knots, 2 * n), bends = v_address_after(knots, 3 * n);
    v_m head = v_lt_w(found, v_index(0)), tail = v_eq_w(found, v_index(n - 1)), line = v_or(head, tail);
    v_d start = v_gather(knots, i);
    v_cubic c = {.start = start, .value = v_gather(v_knot_values(table), i), .slope = v_gather(slopes, i)};
    c.width = v_if(head, v_set(0), v_set(INFINITY));
    c.bend = c.third = v_set(0);
    if (!v_all(line)) {
        v_d width = v_gather(knots, next) - start, bend = v_gather(bends, i);
        c.width = v_if(line, c.width, width);
        c.bend = v_if(line, c.bend, bend);
        c.third = v_if(line, c.third, (v_gather(bends, next) - bend) / width);
    }
    return c;
}

static inline v_d v_rise(const v_cubic *c, v_d d)
{
    return d * (c->slope + d * (.5 * c->bend + d * (c->third / 6)));
}

static inline v_d v_slope_at(const v_cubic *c, v_d d)
{
    return c->slope + d * (c->bend + d * (.5 * c->third));
}

/* The piece as it looks from d after its start. */
static inline v_cubic v_piece_from(v_cubic c, v_d d)
{
    return (v_cubic){c.start + d,       c.width - d,          c.value + v_rise(&c, d),
                     v_slope_at(&c, d), c.bend + d * c.third, c.third};
}

/* The d in (0, width) at which a rising cubic has risen by r, in the lanes that seek it: Newton's method,
 * with bisection where it would leave the bracket; a lane ends when it no longer moves. */
static inline v_d v_cubic_inverse(const v_cubic *c, v_d r, v_m seeks)
{
    enum { MOST_STEPS = 60 };
    v_d low = v_set(0), high = c->width, d = high * v_min(r / v_rise(c, high), v_set(1));
    for (int i = 0; i < MOST_STEPS && v_any(seeks); i++) {
        v_d off = v_rise(c, d) - r, step = off / v_slope_at(c, d), next = d - step;
        v_m beyond = v_gt(off, v_set(0));
        high = v_if(beyond, d, high);
        low = v_if(beyond, low, d);
        v_m outside = v_not(v_and(v_gt(next, low), v_lt(next, high)));
        if (v_any(v_and(seeks, outside))) {
            v_m still = v_le(v_abs(step), 4e-16 * d);
            next = v_if(outside, v_if(still, d, .5 * (low + high)), next);
        }
        v_m found = v_le(v_abs(next - d), 1e-16 * d);
        d = v_if(seeks, next, d);
        seeks = v_and_not(seeks, found);
    }
    return d;
}

static inline v_d v_rise_inverse(const v_cubic *c, v_d r)
{
    v_m line = v_and(v_eq(c->bend, v_set(0)), v_eq(c->third, v_set(0)));
    v_d d = r / c->slope;
    if (!v_all(line))
        d = v_if(line, d, v_cubic_inverse(c, r, v_not(line)));
    return d;
}

/* ---- from the spline's scale to the hazard and back */

static inline v_d v_hazard_of(sq_spline_scale scale, v_d s)
{
    if (scale == SQ_SCALE_HAZARD)
        return v_exp(s);
    if (scale == SQ_SCALE_NORMAL)
        return -v_normal_log_ccdf(s);
    v_m large = v_gt(s, v_set(V_LARGE_SCORE));
    v_d hazard = v_log1p(v_exp(s));
    if (v_any(large))
        hazard = v_if(large, s + v_exp(-s), hazard);
    return hazard;
}

static inline v_d v_score_of(sq_spline_scale scale, v_d e)
{
    if (scale == SQ_SCALE_HAZARD)
        return v_log(e);
    if (scale == SQ_SCALE_NORMAL)
        return v_normal_from_hazard(e);
    v_m large = v_gt(e, v_set(V_LARGE_SCORE));
    v_d score = v_log(v_expm1(e));
    if (v_any(large))
        score = v_if(large, e - v_exp(-e), score);
    return score;
}

/* Hazard while the score grows from s by more; no difference of two hazards where the scale allows. */
static inline v_d v_hazard_between(sq_spline_scale scale, v_d s, v_d more)
{
    v_m small = v_and(v_same(scale != SQ_SCALE_NORMAL), v_lt(more, v_set(1)));
    v_d hazard = more;
    if (v_any(small) && scale == SQ_SCALE_HAZARD)
        hazard = v_exp(s) * v_expm1(more);
    else if (v_any(small))
        hazard = v_log1p(v_expm1(more) / (1 + v_exp(-s)));
    if (!v_all(small))
        hazard = v_if(small, hazard, v_hazard_of(scale, s + more) - v_hazard_of(scale, s));
    return hazard;
}

/* How far the score grows from s while a hazard of e is spent. */
static inline v_d v_growth_for(sq_spline_scale scale, v_d s, v_d e)
{
    if (scale == SQ_SCALE_HAZARD)
        return v_log1p(e * v_exp(-s));
    v_m direct = v_and(v_same(scale == SQ_SCALE_ODDS), v_lt(e, v_set(V_LARGE_SCORE)));
    v_d growth = e;
    if (v_any(direct))
        growth = v_log1p(v_expm1(e) * (1 + v_exp(-s)));
    if (!v_all(direct))
        growth = v_if(direct, growth, v_score_of(scale, e + v_hazard_of(scale, s)) - s);
    return growth;
}

/* ---- the four operations */

static inline v_d v_spline_hazard(const v_law *law, v_d t)
{
    const v_table *table = &law->table;
    v_d x = v_log(t);
    v_cubic c = v_piece(table, v_last_below(table->n, v_log_knots(table), x));
    v_d hazard = v_hazard_of(table->scale, c.value + v_rise(&c, x - c.start));
    hazard = v_if(v_isinf(t), v_set(INFINITY), hazard);
    return v_if(v_gt(t, v_set(0)), hazard, v_set(0));
}

static inline v_d v_spline_inverse(const v_law *law, v_d e)
{
    const v_table *table = &law->table;
    v_d s = v_score_of(table->scale, e);
    v_cubic c = v_piece(table, v_last_below(table->n, v_knot_values(table), s));
    return v_exp(c.start + v_rise_inverse(&c, s - c.value));
}

/* The piece that an age lies in, from that age on. */
static inline v_cubic v_piece_at_age(const v_table *table, v_d age)
{
    v_d x = v_log(age);
    v_cubic c = v_piece(table, v_last_below(table->n, v_log_knots(table), x));
    return v_piece_from(c, x - c.start);
}

static inline v_d v_spline_remaining(const v_law *law, v_d age, v_d e)
{
    const v_table *table = &law->table;
    v_m begun = v_gt(age, v_set(0)), within = v_same(false);
    v_d wait = e, so_far = v_set(0);
    if (v_any(begun)) {
        v_cubic c = v_piece_at_age(table, age);
        v_d more = v_growth_for(table->scale, c.value, e);
        within = v_and(begun, v_or(v_lt(more, v_rise(&c, c.width)), v_isinf(c.width)));
        if (v_any(within))
            wait = age * v_expm1(v_rise_inverse(&c, more));
    }
    if (v_all(within))
        return wait;
    if (v_any(v_and_not(begun, within)))
        so_far = v_spline_hazard(law, age); /* 0 where it has not begun */
    v_d anew = v_spline_inverse(law, e + so_far);
    return v_if(within, wait, v_if(begun, anew - age, anew));
}

static inline v_d v_spline_spent(const v_law *law, v_d from, v_d to)
{
    const v_table *table = &law->table;
    v_m begun = v_and_not(v_gt(from, v_set(0)), v_isinf(to)), within = v_same(false);
    v_d spent = from, before = v_set(0);
    if (v_any(begun)) {
        v_cubic c = v_piece_at_age(table, from);
        v_d d = v_log1p((to - from) / from);
        within = v_and(begun, v_le(d, c.width));
        if (v_any(within))
            spent = v_hazard_between(table->scale, c.value, v_rise(&c, d));
    }
    if (v_all(within))
        return spent;
    if (v_any(v_and_not(begun, within)))
        before = v_spline_hazard(law, from);
    v_d after = v_spline_hazard(law, to);
    return v_if(within, spent, v_if(begun, after - before, after));
}

#endif
