/* Laws of waiting times: one family's four operations inside the wrappers that every family may wear.
 * With base hazard H0, time ratio a, hazard ratio r and cured share c, survival is
 *     on the uncured      S(t) = c + (1 - c) S0(t/a)^r
 *     on the population   S(t) = (c + (1 - c) S0(t/a))^r
 * Someone who is event-free at age s is cured with probability c' = c / (c + (1 - c) S0-part), and what
 * is left of the law is again a cure law, with c' in place of c. So the hazard between two ages, and the
 * wait that uses up a given hazard, need no difference of two accumulated hazards. */
#include "math/kernel.h"
#include "math/law_base.h"
#include "math/mixture.h"

#include <math.h>
#include <stddef.h>

static const sq_family_ops *const OPS[SQ_FAMILY_COUNT] = {
    [SQ_EXPONENTIAL] = &sq_exponential_ops, [SQ_WEIBULL] = &sq_weibull_ops,
    [SQ_GOMPERTZ] = &sq_gompertz_ops,       [SQ_LOGNORMAL] = &sq_lognormal_ops,
    [SQ_LOGLOGISTIC] = &sq_loglogistic_ops, [SQ_GAMMA] = &sq_gamma_ops,
    [SQ_UNIFORM] = &sq_uniform_ops,         [SQ_TRIANGULAR] = &sq_triangular_ops,
    [SQ_NORMAL] = &sq_normal_ops,           [SQ_PIECEWISE] = &sq_rate_table_ops,
    [SQ_LIFE_TABLE] = &sq_life_table_ops,   [SQ_TABULATED] = &sq_tabulated_ops,
    [SQ_SPLINE] = &sq_spline_ops,           [SQ_GENERALISED_GAMMA] = &sq_generalised_gamma_ops,
};

/* ---- wrappers: between the base family's hazard and the whole law's */

/* Latent hazard: that of the uncured, with the hazard ratio where it acts on them. */
static double latent_of_base(const sq_law *law, double base)
{
    return law->cure_on_population ? base : law->hazard_ratio * base;
}

static double wrap(const sq_law *law, sq_mixture m, double base)
{
    if (law->cured == 0)
        return law->hazard_ratio * base;
    double whole = sq_mixture_hazard(m, latent_of_base(law, base));
    return law->cure_on_population ? law->hazard_ratio * whole : whole;
}

static double unwrap(const sq_law *law, sq_mixture m, double e)
{
    if (law->cured == 0)
        return e / law->hazard_ratio;
    if (law->cure_on_population)
        return sq_mixture_inverse(m, e / law->hazard_ratio);
    return sq_mixture_inverse(m, e) / law->hazard_ratio;
}

static sq_mixture at_start(const sq_law *law)
{
    return (sq_mixture){law->cured, 1 - law->cured};
}

static sq_mixture at_age(const sq_law *law, double age)
{
    if (law->cured == 0)
        return (sq_mixture){0, 1};
    return sq_mixture_after(law, latent_of_base(law, OPS[law->family]->hazard(law, age)));
}

/* The base hazard that a cured patient would need: no table is consulted for it. */
static bool never(const sq_law *law, double base)
{
    return law->cured > 0 && isinf(base);
}

double sq_law_base_hazard(const sq_law *law, double e)
{
    return unwrap(law, at_start(law), e);
}

/* ---- a fixed delay: an atom, to which neither hazard ratio nor cure applies */

static double fixed_delay(const sq_law *law)
{
    return (law->arg[0] + law->shift) * law->time_ratio;
}

static double fixed_remaining(const sq_law *law, double age)
{
    return age < fixed_delay(law) ? fixed_delay(law) - age : 0;
}

static double fixed_spent(const sq_law *law, double from, double to)
{
    return from < fixed_delay(law) && to >= fixed_delay(law) ? INFINITY : 0;
}

/* ---- the four operations */

static bool is_plain(const sq_law *law)
{
    return !law->truncated && law->shift == 0 && law->profile.kind == SQ_PROFILE_NONE;
}

double sq_law_hazard(const sq_law *law, double t)
{
    if (isnan(t))
        return t;
    if (law->family == SQ_FIXED)
        return t < fixed_delay(law) ? 0 : INFINITY;
    if (law->hazard_ratio == 0)
        return 0;
    if (!is_plain(law))
        return sq_wrapped_hazard(law, t);
    return wrap(law, at_start(law), OPS[law->family]->hazard(law, t / law->time_ratio));
}

double sq_law_inverse(const sq_law *law, double e)
{
    if (isnan(e))
        return e;
    if (law->family == SQ_FIXED)
        return fixed_delay(law);
    if (law->hazard_ratio == 0)
        return INFINITY;
    if (!is_plain(law))
        return sq_wrapped_inverse(law, e);
    double base = unwrap(law, at_start(law), e);
    if (never(law, base))
        return INFINITY;
    return law->time_ratio * OPS[law->family]->inverse(law, base);
}

double sq_law_remaining(const sq_law *law, double age, double e)
{
    if (isnan(age) || isnan(e))
        return NAN;
    if (law->family == SQ_FIXED)
        return fixed_remaining(law, age);
    if (law->hazard_ratio == 0)
        return INFINITY;
    if (e <= 0)
        return 0;
    if (!is_plain(law))
        return sq_wrapped_remaining(law, age, e);
    double base_age = age / law->time_ratio;
    double base = unwrap(law, at_age(law, base_age), e);
    if (never(law, base))
        return INFINITY;
    double wait = law->time_ratio * OPS[law->family]->remaining(law, base_age, base);
    return wait < 0 ? 0 : wait;
}

double sq_law_spent(const sq_law *law, double age_from, double age_to)
{
    if (isnan(age_from) || isnan(age_to))
        return NAN;
    if (law->family == SQ_FIXED)
        return fixed_spent(law, age_from, age_to);
    if (law->hazard_ratio == 0)
        return 0;
    if (!is_plain(law))
        return sq_wrapped_spent(law, age_from, age_to);
    double from = age_from / law->time_ratio, to = age_to / law->time_ratio;
    return wrap(law, at_age(law, from), OPS[law->family]->spent(law, from, to));
}

/* ---- admissible numbers */

static const char *arguments_problem(const sq_law *law)
{
    const double *arg = law->arg;
    switch (law->family) {
    case SQ_EXPONENTIAL:
        return arg[0] >= 0 ? NULL : "rate must not be negative";
    case SQ_WEIBULL:
    case SQ_LOGLOGISTIC:
        if (!(arg[0] > 0))
            return "shape must be positive";
        return arg[1] > 0 ? NULL : "scale must be positive";
    case SQ_GOMPERTZ:
        return arg[1] >= 0 ? NULL : "rate must not be negative";
    case SQ_LOGNORMAL:
        if (!(arg[0] > 0))
            return "median must be positive";
        return arg[1] > 0 ? NULL : "sdlog must be positive";
    case SQ_FIXED:
        return arg[0] >= 0 ? NULL : "delay must not be negative";
    case SQ_GAMMA:
        if (!(arg[0] > 0))
            return "shape must be positive";
        return arg[1] > 0 ? NULL : "rate must be positive";
    case SQ_GENERALISED_GAMMA:
        if (!(arg[0] > 0))
            return "location must be positive";
        return arg[1] > 0 ? NULL : "sigma must be positive";
    case SQ_UNIFORM:
        return arg[0] < arg[1] ? NULL : "min must be below max";
    case SQ_TRIANGULAR:
        if (!(arg[0] < arg[2]))
            return "min must be below max";
        return arg[0] <= arg[1] && arg[1] <= arg[2] ? NULL : "mode must lie between min and max";
    case SQ_NORMAL:
        return arg[1] > 0 ? NULL : "sd must be positive";
    default:
        return NULL;
    }
}

static const char *calendar_problem(const sq_law *law)
{
    if (!isfinite(law->arg[0]))
        return "rates by calendar year need a patient's year of birth, which is not known here";
    return law->time_ratio == 1 ? NULL : "a time ratio does not apply to rates by calendar year";
}

static const char *table_problem(const sq_law *law)
{
    const sq_law_table *table = &law->table;
    if (table->n < 1 || !table->x || !table->y || !table->cumulative)
        return "the table of this law is missing";
    if (law->family == SQ_TABULATED && (unsigned)table->tail > SQ_TAIL_ERROR)
        return "what follows the last point of the curve is not stated";
    if (law->family == SQ_SPLINE && (unsigned)table->scale > SQ_SCALE_NORMAL)
        return "the scale of the spline is not stated";
    if (table->n_years > 0)
        return calendar_problem(law);
    return NULL;
}

static const char *wrappers_problem(const sq_law *law)
{
    if (!isfinite(law->hazard_ratio) || law->hazard_ratio < 0)
        return "hazard ratio must be a finite number of at least 0";
    if (!isfinite(law->time_ratio) || !(law->time_ratio > 0))
        return "time ratio must be a finite number above 0";
    if (!(law->cured >= 0 && law->cured <= 1))
        return "cured share must lie between 0 and 1";
    if (law->family == SQ_FIXED && law->hazard_ratio != 1)
        return "a hazard ratio does not apply to a fixed delay";
    if (law->family == SQ_FIXED && law->cured != 0)
        return "a cured share does not apply to a fixed delay";
    return NULL;
}

const char *sq_law_problem(const sq_law *law)
{
    if ((unsigned)law->family >= SQ_FAMILY_COUNT)
        return "unknown family";
    for (int i = 0; i < sq_family_args(law->family); i++) {
        if (!isfinite(law->arg[i]))
            return "an argument is not a finite number";
    }
    const char *problem = arguments_problem(law);
    if (!problem && sq_family_has_table(law->family))
        problem = table_problem(law);
    if (!problem)
        problem = wrappers_problem(law);
    return problem || is_plain(law) ? problem : sq_wrapped_problem(law);
}

double sq_law_start(const sq_law *law)
{
    double start = law->family == SQ_FIXED ? law->arg[0] : sq_law_family_start(law);
    if (law->truncated)
        start = fmax(start, law->low);
    return (start + law->shift) * law->time_ratio;
}

const sq_family_ops *sq_law_ops(sq_family family)
{
    return OPS[family];
}

/* ---- what is known of a family */

typedef struct family_fact {
    const char *name;
    int args;
    bool has_table;
} family_fact;

static const family_fact FACTS[SQ_FAMILY_COUNT] = {
#define X(name, text, args, table) [name] = {text, args, table},
    SQ_FAMILY_LIST(X)
#undef X
};

const char *sq_family_name(sq_family family)
{
    return (unsigned)family < SQ_FAMILY_COUNT ? FACTS[family].name : "unknown";
}

int sq_family_args(sq_family family)
{
    return (unsigned)family < SQ_FAMILY_COUNT ? FACTS[family].args : 0;
}

int sq_law_table_room(sq_family family, int n)
{
    return (family == SQ_SPLINE ? 6 : 3) * n;
}

bool sq_family_has_table(sq_family family)
{
    return (unsigned)family < SQ_FAMILY_COUNT && FACTS[family].has_table;
}
