/* Families given by a table: piecewise-constant rates and life tables (a rate between knots is constant
 * or log-linear) and tabulated survival curves (survival is linear between points). Cumulative hazards
 * at the knots, and growths between them, are computed once (law_table.c); a question is answered by one
 * search and one formula inside the interval. Differences are taken inside the interval where they can be,
 * never between two large cumulative hazards. */
#ifndef SQ_MATH_SIMD_LAW_TABLE_H
#define SQ_MATH_SIMD_LAW_TABLE_H

#include "math/simd_growing.h"
#include "math/simd_law_type.h"
#include "math/simd_table.h"

/* ---- rates between knots */

/* One interval of a rate table: rate(start + d) = rate exp(growth d) until end. */
typedef struct v_stretch {
    v_d start, end, before; /* before: hazard accumulated at start */
    v_d rate, growth;
} v_stretch;

/* The interval at a place; -1 is the stretch from age 0 to the first knot, which has the first knot's
 * rate. The last one never ends. */
static inline v_stretch v_stretch_of(const v_table *table, v_place at)
{
    v_w i = v_not_negative(at.i);
    v_d rate = v_gather(table->y, i), before = v_gather(table->cumulative, i);
    v_m head = v_lt_w(at.i, v_index(0)), tail = v_eq_w(at.i, v_index(table->n - 1));
    v_stretch part = {at.here, v_if(tail, v_set(INFINITY), at.there), before, rate, v_set(0)};
    if (table->interpolation == SQ_LOGLINEAR)
        part.growth = v_if(head, v_set(0), v_gather(v_address_after(table->cumulative, table->n), i));
    if (v_any(head)) {
        part.start = v_if(head, v_set(0), part.start);
        part.end = v_if(head, at.here, part.end);
        part.before = v_if(head, v_set(0), part.before);
    }
    return part;
}

/* Hazard of the first d days of a stretch. */
static inline v_d v_stretch_hazard(const v_table *table, const v_stretch *part, v_d d)
{
    if (table->interpolation == SQ_LOGLINEAR)
        return v_growing_hazard(part->rate, part->growth, d);
    return v_if(v_gt(part->rate, v_set(0)), part->rate * d, v_set(0));
}

/* Days from the start of a stretch until it has given a hazard of e > 0. */
static inline v_d v_stretch_inverse(const v_table *table, const v_stretch *part, v_d e)
{
    if (table->interpolation == SQ_LOGLINEAR)
        return v_growing_inverse(part->rate, part->growth, e);
    return v_if(v_gt(part->rate, v_set(0)), e / part->rate, v_set(INFINITY));
}

/* The part of a stretch that begins at age. */
static inline v_stretch v_stretch_from(v_stretch part, v_d age)
{
    v_m grows = v_ne(part.growth, v_set(0));
    if (v_any(grows))
        part.rate = v_if(grows, part.rate * v_exp(part.growth * (age - part.start)), part.rate);
    part.start = age;
    return part;
}

static inline v_d v_rates_hazard(const v_table *table, v_d t)
{
    v_stretch part = v_stretch_of(table, v_place_of(table->n, table->x, t));
    return part.before + v_stretch_hazard(table, &part, t - part.start);
}

static inline v_d v_rates_inverse(const v_table *table, v_d e)
{
    v_w i = v_last_below(table->n, table->cumulative, e);
    v_stretch part = v_stretch_of(table, v_place_from(table->n, table->x, i));
    return part.start + v_stretch_inverse(table, &part, e - part.before);
}

/* Wait from an age in stretch i, of which `part` is the rest, for a hazard that lies beyond the rest's. */
static inline v_d v_wait_beyond(const v_table *table, v_w i, const v_stretch *part, v_d beyond)
{
    v_d age = part->start, width = part->end - age;
    v_d target = v_gather(table->cumulative, v_next_index(table->n, i)) + v_max(beyond, v_set(0));
    v_w j = v_last_below(table->n, table->cumulative, target);
    v_stretch last = v_stretch_of(table, v_place_from(table->n, table->x, j));
    v_d wait = (last.start - age) + v_stretch_inverse(table, &last, target - last.before);
    return v_if(v_lt_w(i, j), wait, width);
}

static inline v_d v_rates_remaining(const v_table *table, v_d age, v_d e)
{
    v_place at = v_place_of(table->n, table->x, age);
    v_stretch part = v_stretch_from(v_stretch_of(table, at), age);
    v_d width = part.end - age, rest = v_stretch_hazard(table, &part, width), wait = width;
    v_m last = v_eq_w(at.i, v_index(table->n - 1));
    /* Where e is well above what the rest gives, its inverse would only say so again. */
    v_m soon = v_or(last, v_not(v_gt(e, rest * (1 + 1e-6))));
    if (v_any(soon)) {
        wait = v_stretch_inverse(table, &part, e);
        soon = v_and(soon, v_or(last, v_le(wait, width)));
    }
    if (!v_all(soon))
        wait = v_if(soon, wait, v_wait_beyond(table, at.i, &part, e - rest));
    return wait;
}

static inline v_d v_rates_spent(const v_table *table, v_d from, v_d to)
{
    v_place at = v_place_of(table->n, table->x, from);
    v_stretch part = v_stretch_from(v_stretch_of(table, at), from);
    v_m within = v_le(to, part.end);
    v_d sum = v_stretch_hazard(table, &part, v_if(within, to, part.end) - from);
    if (v_any(v_not(within))) {
        v_stretch last = v_stretch_of(table, v_place_of(table->n, table->x, to));
        v_d between = last.before - v_gather(table->cumulative, v_next_index(table->n, at.i));
        sum = v_if(within, sum, sum + between + v_stretch_hazard(table, &last, to - last.start));
    }
    return sum;
}

static inline v_d v_rate_table_hazard(const v_law *law, v_d t)
{
    return v_rates_hazard(&law->table, t);
}

static inline v_d v_rate_table_inverse(const v_law *law, v_d e)
{
    return v_rates_inverse(&law->table, e);
}

static inline v_d v_rate_table_remaining(const v_law *law, v_d age, v_d e)
{
    return v_rates_remaining(&law->table, age, e);
}

static inline v_d v_rate_table_spent(const v_law *law, v_d from, v_d to)
{
    return v_rates_spent(&law->table, from, to);
}

/* ---- survival between points
 *
 * Between two points, survival relative to the first falls linearly from 1 to 1 - drop. */

/* The interval that begins with point i; width and drop mean nothing after the last point. */
typedef struct v_interval {
    v_d start, end, width, alive, later; /* survival at start and end */
    v_d before;                          /* hazard accumulated at start */
    v_m last;
} v_interval;

static inline v_interval v_interval_of(const v_table *table, v_place at)
{
    v_w i = v_not_negative(at.i);
    v_interval part = {.start = at.here, .end = at.there, .width = at.there - at.here};
    part.alive = v_gather(table->y, i);
    part.later = v_gather(table->y, v_next_index(table->n, i));
    part.before = v_gather(table->cumulative, i);
    part.last = v_eq_w(i, v_index(table->n - 1));
    return part;
}

/* Share of survivors of the start who are lost before the end. */
static inline v_d v_interval_drop(const v_interval *part)
{
    return (part->alive - part->later) / part->alive;
}

/* Average hazard of the whole table: what an exponential tail continues with. */
static inline v_d v_tail_rate(const v_table *table)
{
    return v_gather_at(table->cumulative, table->n - 1) / v_gather_at(table->x, table->n - 1);
}

/* Hazard of the days that follow the last point. */
static inline v_d v_tail_hazard(const v_table *table, v_d days)
{
    if (table->tail == SQ_TAIL_NEVER)
        return v_set(0);
    v_m none = v_or(v_eq(days, v_set(0)), v_isinf(v_gather_at(table->cumulative, table->n - 1)));
    v_d hazard = v_set(NAN);
    if (table->tail == SQ_TAIL_EXPONENTIAL)
        hazard = v_tail_rate(table) * days;
    return v_if(none, v_set(0), hazard);
}

/* Days after the last point until the tail has given a hazard of e > 0. */
static inline v_d v_tail_inverse(const v_table *table, v_d e)
{
    if (table->tail == SQ_TAIL_ERROR)
        return v_set(NAN);
    if (table->tail == SQ_TAIL_NEVER)
        return v_set(INFINITY);
    v_d rate = v_tail_rate(table);
    return v_if(v_gt(rate, v_set(0)), e / rate, v_set(INFINITY));
}

/* Hazard from the start of an interval to the given time inside it. */
static inline v_d v_interval_hazard(const v_interval *part, v_d t)
{
    v_d drop = v_interval_drop(part), lost = drop * ((t - part->start) / part->width);
    v_m early = v_lt(lost, v_set(.5));
    v_d hazard = v_set(0);
    if (v_any(early))
        hazard = -v_log1p(-lost);
    if (v_any(v_not(early))) {
        v_d left = (part->end - t) / part->width;
        hazard = v_if(early, hazard, -v_log((1 - drop) + drop * left));
    }
    return hazard;
}

static inline v_d v_tabulated_hazard(const v_law *law, v_d t)
{
    const v_table *table = &law->table;
    v_place at = v_place_of(table->n, table->x, t);
    v_interval part = v_interval_of(table, at);
    v_m tail = v_or(part.last, v_eq(part.alive, v_set(0)));
    v_d more = v_set(0);
    if (v_any(tail))
        more = v_tail_hazard(table, t - part.start);
    if (v_any(v_not(tail)))
        more = v_if(tail, more, v_interval_hazard(&part, t));
    return v_if(v_lt_w(at.i, v_index(0)), v_set(0), part.before + more);
}

/* The time inside an interval at which it has given a hazard of e. */
static inline v_d v_interval_inverse(const v_interval *part, v_d e)
{
    v_d drop = v_interval_drop(part), share = -v_expm1(-e) / drop;
    v_m early = v_lt(share, v_set(.5));
    v_d t = part->start + part->width * share;
    if (v_any(v_not(early))) {
        v_d left = (v_exp(-e) - (1 - drop)) / drop;
        t = v_if(early, t, part->end - part->width * v_max(left, v_set(0)));
    }
    return t;
}

static inline v_d v_tabulated_inverse(const v_law *law, v_d e)
{
    const v_table *table = &law->table;
    v_w i = v_last_below(table->n, table->cumulative, e);
    v_interval part = v_interval_of(table, v_place_from(table->n, table->x, i));
    v_d local = e - part.before, t = v_set(0);
    if (v_any(part.last))
        t = part.start + v_tail_inverse(table, local);
    if (v_any(v_not(part.last)))
        t = v_if(part.last, t, v_interval_inverse(&part, local));
    return v_if(v_lt_w(i, v_index(0)), v_set(0), t);
}

/* Survival at age s falls by slope a day until the next point. */
static inline v_d v_tabulated_remaining(const v_law *law, v_d age, v_d e)
{
    const v_table *table = &law->table;
    v_interval part = v_interval_of(table, v_place_of(table->n, table->x, age));
    v_m over = v_eq(part.alive, v_set(0)), settled = v_or(over, part.last);
    v_d wait = v_set(0);
    if (v_any(part.last))
        wait = v_tail_inverse(table, e);
    if (v_any(v_not(settled))) {
        v_d slope = (part.alive - part.later) / part.width;
        v_d alive = part.later + slope * (part.end - age);
        v_d days = alive * -v_expm1(-e) / slope;
        v_m soon = v_and(v_gt(slope, v_set(0)), v_le(days, part.end - age));
        wait = v_if(settled, wait, days);
        settled = v_or(settled, soon);
    }
    if (v_any(v_not(settled)))
        wait = v_if(settled, wait, v_tabulated_inverse(law, e + v_tabulated_hazard(law, age)) - age);
    return v_if(over, v_set(0), wait);
}

static inline v_d v_tabulated_spent(const v_law *law, v_d from, v_d to)
{
    const v_table *table = &law->table;
    v_interval part = v_interval_of(table, v_place_of(table->n, table->x, from));
    v_m over = v_eq(part.alive, v_set(0)), beyond = v_and_not(v_ge(to, part.end), part.last);
    v_d sum = v_set(0);
    if (v_any(part.last))
        sum = v_tail_hazard(table, to - from);
    if (v_any(beyond))
        sum = v_if(beyond, v_tabulated_hazard(law, to) - v_tabulated_hazard(law, from), sum);
    v_m within = v_not(v_or(part.last, beyond));
    if (v_any(within)) {
        v_d slope = (part.alive - part.later) / part.width, alive = part.later + slope * (part.end - from);
        sum = v_if(within, -v_log1p(-(to - from) * slope / alive), sum);
    }
    return v_if(over, v_set(0), sum);
}

#endif
