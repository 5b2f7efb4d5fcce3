/* Families on an interval: uniform and triangular. Survival is a polynomial of t that is taken from
 * whichever end is the nearer, so that the distance to that end keeps its digits; what is left of such a
 * law after some age has a formula of its own. */
#ifndef SQ_MATH_SIMD_LAW_BOUNDED_H
#define SQ_MATH_SIMD_LAW_BOUNDED_H

#include "math/simd_law_type.h"

/* The hazard of a share that has gone, with the share that is left: the smaller of the two has the digits. */
static inline v_d v_hazard_of_shares(v_d gone, v_d left)
{
    v_m early = v_lt(gone, v_set(.5));
    v_d r = gone;
    if (v_any(early))
        r = -v_log1p(-gone);
    if (!v_all(early))
        r = v_if(early, r, -v_log(left));
    return r;
}

/* ---- uniform on (min, max): S = (max - t) / (max - min)
 *
 * What is left of a uniform law is a uniform law from here to max. */

/* Hazard of reaching t for a uniform law on (low, high). */
static inline v_d v_uniform_between(v_d low, v_d high, v_d t)
{
    v_d width = high - low;
    v_d r = v_hazard_of_shares((t - low) / width, (high - t) / width);
    r = v_if(v_le(t, low), v_set(0), r);
    return v_if(v_ge(t, high), v_set(INFINITY), r);
}

static inline v_d v_uniform_hazard(const v_law *law, v_d t)
{
    return v_uniform_between(law->arg[0], law->arg[1], t);
}

/* From the nearer end, so that the distance to that end keeps its digits. */
static inline v_d v_uniform_inverse(const v_law *law, v_d e)
{
    v_d low = law->arg[0], high = law->arg[1], gone = -v_expm1(-e), r = low + (high - low) * gone;
    v_m late = v_not(v_lt(gone, v_set(.5)));
    if (v_any(late))
        r = v_if(late, high - (high - low) * v_exp(-e), r);
    return r;
}

static inline v_d v_uniform_remaining(const v_law *law, v_d age, v_d e)
{
    v_d wait = v_max(law->arg[0] - age, v_set(0));
    v_d width = law->arg[1] - v_max(law->arg[0], age);
    return v_if(v_gt(width, v_set(0)), wait + width * -v_expm1(-e), v_set(0));
}

static inline v_d v_uniform_spent(const v_law *law, v_d from, v_d to)
{
    v_d spent = v_uniform_between(v_max(law->arg[0], from), law->arg[1], to);
    return v_if(v_ge(from, law->arg[1]), v_set(0), spent);
}

/* ---- triangular
 *
 * With rise = mode - min, fall = max - mode and width = max - min, the share that has gone by t is
 * (t - min)^2 / (width rise) up to the mode, and the share left is (max - t)^2 / (width fall) after it. */

typedef struct v_triangle {
    v_d low, mode, high, rise, fall, width;
} v_triangle;

static inline v_triangle v_triangle_of(const v_law *law)
{
    v_d low = law->arg[0], mode = law->arg[1], high = law->arg[2];
    return (v_triangle){low, mode, high, mode - low, high - mode, high - low};
}

/* Share left at t inside the triangle, from the end that t is on. */
static inline v_d v_share_left(const v_triangle *f, v_d t)
{
    v_m falling = v_and(v_ge(t, f->mode), v_gt(f->fall, v_set(0)));
    v_d after = (f->high - t) / f->width * ((f->high - t) / f->fall);
    v_d before = f->fall / f->width + (f->mode - t) / f->width * ((f->rise + (t - f->low)) / f->rise);
    return v_if(falling, after, before);
}

/* Share that goes between two times inside the triangle: before the mode, after it, or the sum of both. */
static inline v_d v_share_between(const v_triangle *f, v_d from, v_d to)
{
    v_m rising = v_le(to, f->mode), falling = v_and_not(v_ge(from, f->mode), rising);
    v_d top = v_if(rising, to, f->mode), foot = v_if(falling, from, f->mode);
    v_d before = (top - from) / f->width * (((top - f->low) + (from - f->low)) / f->rise);
    v_d after = (to - foot) / f->width * (((f->high - to) + (f->high - foot)) / f->fall);
    return v_if(rising, before, v_if(falling, after, before + after));
}

static inline v_d v_triangular_spent(const v_law *law, v_d from, v_d to)
{
    v_triangle f = v_triangle_of(law);
    v_d at = v_max(from, f.low), before = v_share_left(&f, at);
    v_d r = v_hazard_of_shares(v_share_between(&f, at, to) / before, v_share_left(&f, to) / before);
    r = v_if(v_ge(to, f.high), v_set(INFINITY), r);
    v_m nothing = v_or(v_or(v_ge(from, f.high), v_le(to, f.low)), v_le(to, from));
    return v_if(nothing, v_set(0), r);
}

static inline v_d v_triangular_hazard(const v_law *law, v_d t)
{
    return v_triangular_spent(law, law->arg[0], t);
}

/* The wait from a time up to the mode until this share of all has gone, before the mode. */
static inline v_d v_wait_rising(const v_triangle *f, v_d from, v_d share)
{
    v_d b = from - f->low, grown = share * f->width * f->rise;
    return grown / (b + v_sqrt(b * b + grown));
}

/* The wait for e of hazard of a clock of this age, from a time up to the mode on. */
static inline v_d v_wait_from_rise(const v_triangle *f, v_d age, v_d from, v_d e)
{
    v_d before = v_share_left(f, from), left = before * v_exp(-e), foot = f->fall / f->width;
    v_m falling = v_lt(left, foot), early = v_and_not(v_lt(e, v_set(.5)), falling);
    v_d missing = (left - foot) * f->width * f->rise; /* of the rise squared */
    v_d r = f->mode - missing / (f->rise + v_sqrt(f->rise * f->rise - missing)) - age;
    if (v_any(early))
        r = v_if(early, (from - age) + v_wait_rising(f, from, before * -v_expm1(-e)), r);
    return v_if(falling, f->high - v_sqrt(left * f->width * f->fall) - age, r);
}

/* e of hazard from a time inside the triangle on: either the mode is reached before it is spent, or not. */
static inline v_d v_triangular_remaining(const v_law *law, v_d age, v_d e)
{
    v_triangle f = v_triangle_of(law);
    v_d from = v_max(age, f.low), r = age;
    v_m falling = v_ge(from, f.mode);
    if (!v_all(falling))
        r = v_wait_from_rise(&f, age, from, e);
    if (v_any(falling))
        r = v_if(falling, (from - age) + (f.high - from) * -v_expm1(-.5 * e), r);
    return v_if(v_ge(age, f.high), v_set(0), r);
}

static inline v_d v_triangular_inverse(const v_law *law, v_d e)
{
    return law->arg[0] + v_triangular_remaining(law, law->arg[0], e);
}

#endif
