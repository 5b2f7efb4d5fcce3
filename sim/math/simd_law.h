/* Laws of waiting times for a vector of clocks: one family's four operations inside the wrappers that every
 * family may wear. What each operation answers is told in law.h. With base hazard H0, time ratio a, hazard
 * ratio r and cured share c, survival is
 *     on the uncured      S(t) = c + (1 - c) S0(t/a)^r
 *     on the population   S(t) = (c + (1 - c) S0(t/a))^r
 * Someone who is event-free at age s is cured with probability c' = c / (c + (1 - c) S0-part), and what
 * is left of the law is again a cure law, with c' in place of c. So the hazard between two ages, and the
 * wait that uses up a given hazard, need no difference of two accumulated hazards. */
#ifndef SQ_MATH_SIMD_LAW_H
#define SQ_MATH_SIMD_LAW_H

#include "math/simd_law_family.h"
#include "math/simd_law_wrap.h"
#include "math/simd_mixture.h"

/* ---- wrappers: between the base family's hazard and the whole law's */

static inline v_m v_some_cured(const v_law *law)
{
    return v_ne(law->cured, v_set(0));
}

/* Latent hazard: that of the uncured, with the hazard ratio where it acts on them. */
static inline v_d v_latent_of_base(const v_law *law, v_d base)
{
    if (law->cure_on_population)
        return base;
    return law->hazard_ratio * base;
}

static inline v_d v_wrap(const v_law *law, v_mixture m, v_d base)
{
    v_m some = v_some_cured(law);
    v_d plain = law->hazard_ratio * base;
    if (v_none(some))
        return plain;
    v_d whole = v_mixture_hazard(m, v_latent_of_base(law, base));
    if (law->cure_on_population)
        whole = law->hazard_ratio * whole;
    return v_if(some, whole, plain);
}

static inline v_d v_unwrap(const v_law *law, v_mixture m, v_d e)
{
    v_m some = v_some_cured(law);
    v_d plain = v_divided(e, law->hazard_ratio);
    if (v_none(some))
        return plain;
    if (law->cure_on_population)
        return v_if(some, v_mixture_inverse(m, plain), plain);
    return v_if(some, v_divided(v_mixture_inverse(m, e), law->hazard_ratio), plain);
}

static inline v_mixture v_mixture_at_age(const v_law *law, v_d age)
{
    if (v_none(v_some_cured(law)))
        return v_mixture_at_start(law);
    return v_mixture_after(law, v_latent_of_base(law, v_family_hazard(law, age)));
}

/* What a cured patient would need an infinite base hazard for never comes: no table is asked. */
static inline v_m v_never(const v_law *law, v_d base)
{
    return v_and(v_gt(law->cured, v_set(0)), v_isinf(base));
}

/* ---- a fixed delay: an atom, to which neither hazard ratio nor cure applies */

static inline v_d v_fixed_delay(const v_law *law)
{
    return (law->arg[0] + law->shift) * law->time_ratio;
}

static inline v_d v_fixed_remaining(const v_law *law, v_d age)
{
    v_d delay = v_fixed_delay(law);
    return v_if(v_lt(age, delay), delay - age, v_set(0));
}

static inline v_d v_fixed_spent(const v_law *law, v_d from, v_d to)
{
    v_d delay = v_fixed_delay(law);
    v_m passes = v_and(v_lt(from, delay), v_ge(to, delay));
    return v_if(passes, v_set(INFINITY), v_set(0));
}

/* ---- laws that wear a hazard ratio, a time ratio and a cured share at most */

static inline v_m v_is_plain(const v_law *law)
{
    bool worn = law->truncated || law->profile.kind != SQ_PROFILE_NONE;
    return v_and(v_same(!worn), v_eq(law->shift, v_set(0)));
}

static inline v_d v_plain_hazard(const v_law *law, v_d t)
{
    return v_wrap(law, v_mixture_at_start(law), v_family_hazard(law, v_divided(t, law->time_ratio)));
}

static inline v_d v_plain_inverse(const v_law *law, v_d e)
{
    v_d base = v_unwrap(law, v_mixture_at_start(law), e);
    v_m never = v_never(law, base);
    if (v_all(never))
        return v_set(INFINITY);
    return v_if(never, v_set(INFINITY), law->time_ratio * v_family_inverse(law, base));
}

static inline v_d v_plain_remaining(const v_law *law, v_d age, v_d e)
{
    v_d base_age = v_divided(age, law->time_ratio);
    v_d base = v_unwrap(law, v_mixture_at_age(law, base_age), e);
    v_m never = v_never(law, base);
    if (v_all(never))
        return v_set(INFINITY);
    v_d wait = law->time_ratio * v_family_remaining(law, base_age, base);
    return v_if(never, v_set(INFINITY), v_if(v_lt(wait, v_set(0)), v_set(0), wait));
}

static inline v_d v_plain_spent(const v_law *law, v_d age_from, v_d age_to)
{
    v_d from = v_divided(age_from, law->time_ratio), to = v_divided(age_to, law->time_ratio);
    return v_wrap(law, v_mixture_at_age(law, from), v_family_spent(law, from, to));
}

/* ---- the operations of law.h. A law is asked where a lane needs it, and in the form that it needs; what needs
 * no law comes last, the strongest answer of all at the very end. */

#define V_ASK(r, asked, plain_form, wrapped_form)                                                  \
    do {                                                                                           \
        v_m plain = v_is_plain(law);                                                               \
        if (v_any(v_and(asked, plain)))                                                            \
            (r) = plain_form;                                                                      \
        if (v_any(v_and_not(asked, plain)))                                                        \
            (r) = v_if(plain, (r), wrapped_form);                                                  \
    } while (0)

static inline v_d v_law_hazard(const v_law *law, v_d t)
{
    if (law->family == SQ_FIXED)
        return v_if(v_isnan(t), t, v_if(v_lt(t, v_fixed_delay(law)), v_set(0), v_set(INFINITY)));
    v_m unknown = v_isnan(t), none = v_eq(law->hazard_ratio, v_set(0)), idle = v_or(unknown, none);
    v_d r = t;
    V_ASK(r, v_not(idle), v_plain_hazard(law, t), v_wrapped_hazard(law, t));
    return v_none(idle) ? r : v_if(unknown, t, v_if(none, v_set(0), r));
}

static inline v_d v_law_inverse(const v_law *law, v_d e)
{
    if (law->family == SQ_FIXED)
        return v_if(v_isnan(e), e, v_fixed_delay(law));
    v_m unknown = v_isnan(e), none = v_eq(law->hazard_ratio, v_set(0)), idle = v_or(unknown, none);
    v_d r = e;
    V_ASK(r, v_not(idle), v_plain_inverse(law, e), v_wrapped_inverse(law, e));
    return v_none(idle) ? r : v_if(unknown, e, v_if(none, v_set(INFINITY), r));
}

static inline v_d v_law_remaining(const v_law *law, v_d age, v_d e)
{
    v_m unknown = v_or(v_isnan(age), v_isnan(e));
    if (law->family == SQ_FIXED)
        return v_if(unknown, v_set(NAN), v_fixed_remaining(law, age));
    v_m none = v_eq(law->hazard_ratio, v_set(0)), over = v_le(e, v_set(0));
    v_m idle = v_or(unknown, v_or(none, over));
    v_d r = e;
    V_ASK(r, v_not(idle), v_plain_remaining(law, age, e), v_wrapped_remaining(law, age, e));
    if (v_none(idle))
        return r;
    r = v_if(none, v_set(INFINITY), v_if(over, v_set(0), r));
    return v_if(unknown, v_set(NAN), r);
}

static inline v_d v_law_spent(const v_law *law, v_d from, v_d to)
{
    v_m unknown = v_or(v_isnan(from), v_isnan(to));
    if (law->family == SQ_FIXED)
        return v_if(unknown, v_set(NAN), v_fixed_spent(law, from, to));
    v_m none = v_eq(law->hazard_ratio, v_set(0)), idle = v_or(unknown, none);
    v_d r = from;
    V_ASK(r, v_not(idle), v_plain_spent(law, from, to), v_wrapped_spent(law, from, to));
    return v_none(idle) ? r : v_if(unknown, v_set(NAN), v_if(none, v_set(0), r));
}

#undef V_ASK

static inline v_d v_law_start(const v_law *law)
{
    v_d start = law->family == SQ_FIXED ? law->arg[0] : v_family_start(law);
    if (law->truncated)
        start = v_max(start, law->low);
    return (start + law->shift) * law->time_ratio;
}

#endif
