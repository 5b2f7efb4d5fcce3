/* Laws that wear more than a hazard ratio, a time ratio and a cured share: truncation, shift, and a hazard
 * ratio that changes over time. Each wrapper is a stage that turns the four operations of the stage below
 * into four of its own, in the order that law.h gives:
 *
 *     placed     the family truncated, shifted and stretched, in clock time
 *     mixed      with the cured share, where hazard ratios act on the whole population
 *     profiled   the hazard of one of these two multiplied piece by piece
 *     and the cured share around that, where hazard ratios act on the uncured
 *
 * Everything is asked as "hazard between two ages" and "wait from an age for a hazard"; a hazard from the
 * beginning is one from -inf. Which wrappers are worn is the same for all lanes; a lane whose limit is
 * infinite or whose cured share is 0 goes past them. The plain laws do not come here (simd_law.h). */
#ifndef SQ_MATH_SIMD_LAW_WRAP_H
#define SQ_MATH_SIMD_LAW_WRAP_H

#include "math/simd_law_family.h"
#include "math/simd_mixture.h"
#include "math/simd_profile.h"

/* ---- placed: truncation, shift, time ratio
 *
 * With x the family's hazard from an age to t and y that from the age to the upper limit, a truncated law
 * has lost the share (1 - e^-x) / (1 - e^-y) of those who were left at that age. */

static inline v_d v_own_time(const v_law *law, v_d t)
{
    return v_divided(t, law->time_ratio) - law->shift;
}

static inline v_d v_placed_start(const v_law *law)
{
    v_d start = v_family_start(law);
    return law->truncated ? v_max(start, law->low) : start;
}

static inline v_m v_ends_early(const v_law *law)
{
    return law->truncated ? v_lt(law->high, v_set(INFINITY)) : v_same(false);
}

/* Hazard of the truncated law in the family's own time, where the family itself spends x. */
static inline v_d v_truncated_spent(const v_law *law, v_d from, v_d to, v_d x)
{
    v_d all = v_expm1(-v_family_spent(law, from, law->high));
    v_d lost = v_expm1(-x) / all, spent = -v_log1p(-lost);
    v_m late = v_not(v_lt(lost, v_set(.5)));
    if (v_any(late)) {
        v_d left = v_expm1(-v_family_spent(law, to, law->high)) / all;
        spent = v_if(late, v_if(v_isinf(x), v_set(INFINITY), x - v_log(left)), spent);
    }
    spent = v_if(v_eq(all, v_set(0)), v_set(0), spent); /* the family itself had ended */
    spent = v_if(v_ge(to, law->high), v_set(INFINITY), spent);
    return v_if(v_ge(from, law->high), v_set(0), spent);
}

static inline v_d v_placed_spent(const v_law *law, v_d from, v_d to)
{
    v_d a = v_max(v_own_time(law, from), v_placed_start(law)), b = v_own_time(law, to);
    v_m some = v_gt(b, a), early = v_and(v_ends_early(law), some);
    if (v_none(some))
        return v_set(0);
    v_d spent = v_family_spent(law, a, b);
    if (v_any(early))
        spent = v_if(early, v_truncated_spent(law, a, b, spent), spent);
    return v_if(some, spent, v_set(0));
}

/* The family's hazard from an age on that spends a hazard e of the truncated law. */
static inline v_d v_untruncated(const v_law *law, v_d own_age, v_d e)
{
    v_d y = v_family_spent(law, own_age, law->high), gone = v_expm1(-y);
    v_d lost = v_expm1(-e) * gone, x = -v_log1p(-lost);
    v_m late = v_not(v_lt(lost, v_set(.5)));
    if (v_any(late))
        x = v_if(late, -v_log(v_exp(-y) - gone * v_exp(-e)), x);
    return x;
}

static inline v_d v_placed_remaining(const v_law *law, v_d age, v_d e)
{
    v_m early = v_ends_early(law);
    v_d now = v_own_time(law, age), from = v_max(now, v_placed_start(law)), x = e;
    if (v_any(early))
        x = v_if(early, v_untruncated(law, from, e), e);
    v_d wait = v_family_remaining(law, from, x);
    if (v_none(early))
        return law->time_ratio * ((from - now) + wait);
    v_d most = law->high - from;
    wait = v_if(v_and(early, v_gt(wait, most)), most, wait);
    wait = law->time_ratio * ((from - now) + wait);
    return v_if(v_and(early, v_ge(from, law->high)), v_set(0), wait);
}

static inline v_d v_placed_inverse(const v_law *law, v_d e)
{
    v_m early = v_ends_early(law);
    v_d start = v_placed_start(law), x = e, own = start;
    if (v_any(early))
        x = v_if(early, v_untruncated(law, start, e), e);
    v_m later = v_gt(start, v_family_start(law));
    if (v_any(later))
        own = start + v_family_remaining(law, start, x);
    if (!v_all(later))
        own = v_if(later, own, v_family_inverse(law, x));
    own = v_if(v_and(early, v_gt(own, law->high)), law->high, own);
    return law->time_ratio * (own + law->shift);
}

/* ---- mixed: a cured share of the whole population, in the lanes that have one */

static inline v_m v_cured_inside(const v_law *law)
{
    return law->cure_on_population ? v_gt(law->cured, v_set(0)) : v_same(false);
}

static inline v_mixture v_mixed_at(const v_law *law, v_d age)
{
    return v_mixture_after(law, v_placed_spent(law, v_set(-INFINITY), age));
}

static inline v_d v_mixed_spent(const v_law *law, v_d from, v_d to)
{
    v_m cured = v_cured_inside(law);
    v_d x = v_placed_spent(law, from, to);
    if (v_any(cured))
        x = v_if(cured, v_mixture_hazard(v_mixed_at(law, from), x), x);
    return x;
}

static inline v_d v_mixed_remaining(const v_law *law, v_d age, v_d e)
{
    v_m cured = v_cured_inside(law);
    v_d x = e;
    if (v_any(cured))
        x = v_if(cured, v_mixture_inverse(v_mixed_at(law, age), e), e);
    v_m never = v_and(cured, v_isinf(x));
    if (v_all(never))
        return v_set(INFINITY);
    return v_if(never, v_set(INFINITY), v_placed_remaining(law, age, x));
}

static inline v_d v_mixed_inverse(const v_law *law, v_d e)
{
    v_m cured = v_cured_inside(law);
    v_d x = e;
    if (v_any(cured))
        x = v_if(cured, v_mixture_inverse(v_mixture_at_start(law), e), e);
    v_m never = v_and(cured, v_isinf(x));
    if (v_all(never))
        return v_set(INFINITY);
    return v_if(never, v_set(INFINITY), v_placed_inverse(law, x));
}

/* ---- profiled: lanes walk from piece to piece together, and stand still when they have arrived */

static inline v_d v_profiled_spent(const v_law *law, v_d from, v_d to)
{
    const v_profile *p = &law->profile;
    v_d sum = v_set(0);
    v_w piece = v_piece_at(p, from);
    for (v_m walks = v_lt(from, to); v_any(walks); walks = v_and(walks, v_lt(from, to))) {
        v_d end = v_min(v_piece_end(p, piece), to), ratio = v_piece_ratio(p, piece);
        v_m some = v_and(walks, v_and(v_gt(end, from), v_gt(ratio, v_set(0))));
        if (v_any(some))
            sum = v_if(some, sum + ratio * v_mixed_spent(law, from, end), sum);
        from = v_if(walks, end, from);
        piece = v_if_w(walks, v_no_more(v_add_w(piece, v_index(1)), v_last_piece(p)), piece);
    }
    return law->hazard_ratio * sum;
}

/* Piece by piece until the one in which the hazard is spent. */
static inline v_d v_profiled_remaining(const v_law *law, v_d age, v_d e)
{
    const v_profile *p = &law->profile;
    v_d left = v_divided(e, law->hazard_ratio), at = age;
    v_w piece = v_piece_at(p, age);
    v_d end = v_piece_end(p, piece), ratio = v_piece_ratio(p, piece);
    for (v_m walks = v_not(v_isinf(end)); v_any(walks); walks = v_and_not(walks, v_isinf(end))) {
        v_m some = v_and(walks, v_and(v_gt(ratio, v_set(0)), v_gt(end, at)));
        v_d part = v_set(0);
        if (v_any(some))
            part = v_if(some, ratio * v_mixed_spent(law, at, end), part);
        walks = v_and(walks, v_lt(part, left));
        left = v_if(walks, left - part, left);
        at = v_if(walks, end, at);
        piece = v_if_w(walks, v_no_more(v_add_w(piece, v_index(1)), v_last_piece(p)), piece);
        end = v_piece_end(p, piece);
        ratio = v_piece_ratio(p, piece);
    }
    v_m never = v_and_not(v_isinf(end), v_gt(ratio, v_set(0)));
    if (v_all(never))
        return v_set(INFINITY);
    v_d wait = v_mixed_remaining(law, at, left / ratio), most = end - at;
    wait = (at - age) + v_if(v_gt(wait, most), most, wait);
    return v_if(never, v_set(INFINITY), wait);
}

/* The piece in which the law begins is asked for its own quantile, which may be far smaller than any end. */
static inline v_d v_profiled_inverse(const v_law *law, v_d e)
{
    const v_profile *p = &law->profile;
    v_w first = v_piece_at(p, (v_placed_start(law) + law->shift) * law->time_ratio);
    v_d end = v_piece_end(p, first), ratio = v_piece_ratio(p, first);
    v_d left = v_divided(e, law->hazard_ratio), part = v_set(0), t = v_set(INFINITY);
    v_m acts = v_gt(ratio, v_set(0)), some = v_and_not(acts, v_isinf(end));
    if (v_any(some))
        part = v_if(some, ratio * v_mixed_spent(law, v_set(-INFINITY), end), part);
    v_m here = v_or(v_isinf(end), v_not(v_lt(part, left)));
    if (v_any(v_and(here, acts)))
        t = v_if(acts, v_mixed_inverse(law, left / ratio), t);
    t = v_if(v_gt(t, end), end, t);
    if (!v_all(here))
        t = v_if(here, t, end + v_profiled_remaining(law, end, law->hazard_ratio * (left - part)));
    return t;
}

/* ---- the whole law */

static inline v_m v_cured_outside(const v_law *law)
{
    return law->cure_on_population ? v_same(false) : v_gt(law->cured, v_set(0));
}

static inline v_mixture v_outside_at(const v_law *law, v_d age)
{
    return v_mixture_after(law, v_profiled_spent(law, v_set(-INFINITY), age));
}

static inline v_d v_wrapped_spent(const v_law *law, v_d from, v_d to)
{
    v_m cured = v_cured_outside(law);
    v_d x = v_profiled_spent(law, from, to);
    if (v_any(cured))
        x = v_if(cured, v_mixture_hazard(v_outside_at(law, from), x), x);
    return x;
}

static inline v_d v_wrapped_hazard(const v_law *law, v_d t)
{
    return v_wrapped_spent(law, v_set(-INFINITY), t);
}

static inline v_d v_wrapped_remaining(const v_law *law, v_d age, v_d e)
{
    v_m cured = v_cured_outside(law);
    if (v_any(cured))
        e = v_if(cured, v_mixture_inverse(v_outside_at(law, age), e), e);
    v_m never = v_isinf(e);
    if (v_all(never))
        return v_set(INFINITY);
    v_d wait = v_profiled_remaining(law, age, e);
    wait = v_if(v_lt(wait, v_set(0)), v_set(0), wait);
    return v_if(never, v_set(INFINITY), wait);
}

static inline v_d v_wrapped_inverse(const v_law *law, v_d e)
{
    v_m cured = v_cured_outside(law);
    if (v_any(cured))
        e = v_if(cured, v_mixture_inverse(v_mixture_at_start(law), e), e);
    v_m never = v_isinf(e);
    if (v_all(never))
        return v_set(INFINITY);
    return v_if(never, v_set(INFINITY), v_profiled_inverse(law, e));
}

/* ---- admissible numbers */

static inline void v_expect_truncation(v_verdict *verdict, const v_law *law)
{
    v_expect(verdict, v_not(v_or(v_isnan(law->low), v_isnan(law->high))),
             "a limit of the truncation is not a number");
    v_expect(verdict, v_lt(law->low, law->high),
             "the lower limit of a truncation must be below the upper one");
    v_d start = v_placed_start(law);
    v_m nothing = v_le(law->high, start), later = v_gt(start, v_family_start(law));
    if (v_any(later))
        nothing = v_or(nothing, v_and(later, v_isinf(v_family_hazard(law, start))));
    v_d mass = v_if(nothing, v_set(0), v_family_spent(law, start, law->high));
    v_expect(verdict, v_not(v_and(v_isnan(mass), v_ends_early(law))),
             "the truncation reaches beyond the law's table");
    v_expect(verdict, v_or(v_isnan(mass), v_gt(mass, v_set(0))),
             "the law has no part between the limits of its truncation");
}

/* Expects what a law must keep that wears a truncation, a shift or a profile, beside the rest. */
static inline void v_expect_wrapped(v_verdict *verdict, const v_law *law)
{
    v_expect(verdict, v_isfinite(law->shift), "shift must be a finite number");
    if (law->family == SQ_FIXED) {
        v_expect(verdict, v_same(!law->truncated), "a truncation does not apply to a fixed delay");
        v_expect(verdict, v_same(law->profile.kind == SQ_PROFILE_NONE),
                 "a hazard ratio over time does not apply to a fixed delay");
        return;
    }
    if (law->truncated)
        v_expect_truncation(verdict, law);
    v_expect_profile(verdict, &law->profile);
}

#endif
