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
 * beginning is one from -inf. The plain laws do not come here (law.c). */
#include "math/kernel.h"
#include "math/law_base.h"
#include "math/mixture.h"

#include <math.h>
#include <stddef.h>

/* ---- placed: truncation, shift, time ratio
 *
 * With x the family's hazard from an age to t and y that from the age to the upper limit, a truncated law
 * has lost the share (1 - e^-x) / (1 - e^-y) of those who were left at that age. */

static double own_time(const sq_law *law, double t)
{
    return t / law->time_ratio - law->shift;
}

double sq_law_family_start(const sq_law *law)
{
    if (law->family == SQ_NORMAL)
        return -INFINITY;
    return law->family == SQ_UNIFORM || law->family == SQ_TRIANGULAR ? law->arg[0] : 0;
}

static double placed_start(const sq_law *law)
{
    double start = sq_law_family_start(law);
    return law->truncated ? fmax(start, law->low) : start;
}

static bool ends_early(const sq_law *law)
{
    return law->truncated && law->high < INFINITY;
}

/* Hazard of the truncated law in the family's own time. */
static double truncated_spent(const sq_law *law, double from, double to)
{
    const sq_family_ops *family = sq_law_ops(law->family);
    if (from >= law->high)
        return 0;
    if (to >= law->high)
        return INFINITY;
    double x = family->spent(law, from, to);
    double all = sq_expm1(-family->spent(law, from, law->high));
    if (all == 0) /* the family itself had ended */
        return 0;
    double lost = sq_expm1(-x) / all;
    if (lost < .5)
        return -sq_log1p(-lost);
    if (isinf(x))
        return INFINITY;
    return x - sq_log(sq_expm1(-family->spent(law, to, law->high)) / all);
}

static double placed_spent(const sq_law *law, double from, double to)
{
    double a = fmax(own_time(law, from), placed_start(law)), b = own_time(law, to);
    if (!(b > a))
        return 0;
    return ends_early(law) ? truncated_spent(law, a, b) : sq_law_ops(law->family)->spent(law, a, b);
}

/* The family's hazard from an age on that spends a hazard e of the truncated law. */
static double untruncated(const sq_law *law, double own_age, double e)
{
    double y = sq_law_ops(law->family)->spent(law, own_age, law->high);
    double lost = sq_expm1(-e) * sq_expm1(-y);
    if (lost < .5)
        return -sq_log1p(-lost);
    return -sq_log(sq_exp(-y) - sq_expm1(-y) * sq_exp(-e));
}

static double placed_remaining(const sq_law *law, double age, double e)
{
    const sq_family_ops *family = sq_law_ops(law->family);
    double now = own_time(law, age), from = fmax(now, placed_start(law));
    if (!ends_early(law))
        return law->time_ratio * ((from - now) + family->remaining(law, from, e));
    if (from >= law->high)
        return 0;
    double wait = family->remaining(law, from, untruncated(law, from, e));
    if (wait > law->high - from)
        wait = law->high - from;
    return law->time_ratio * ((from - now) + wait);
}

static double placed_inverse(const sq_law *law, double e)
{
    const sq_family_ops *family = sq_law_ops(law->family);
    double start = placed_start(law), x = ends_early(law) ? untruncated(law, start, e) : e;
    double own = start > sq_law_family_start(law) ? start + family->remaining(law, start, x)
                                                  : family->inverse(law, x);
    if (ends_early(law) && own > law->high)
        own = law->high;
    return law->time_ratio * (own + law->shift);
}

/* ---- mixed: a cured share of the whole population */

static sq_mixture mixed_at(const sq_law *law, double age)
{
    return sq_mixture_after(law, placed_spent(law, -INFINITY, age));
}

static double mixed_spent(const sq_law *law, double from, double to)
{
    return sq_mixture_hazard(mixed_at(law, from), placed_spent(law, from, to));
}

static double mixed_remaining(const sq_law *law, double age, double e)
{
    double x = sq_mixture_inverse(mixed_at(law, age), e);
    return isinf(x) ? INFINITY : placed_remaining(law, age, x);
}

static double mixed_inverse(const sq_law *law, double e)
{
    double x = sq_mixture_inverse((sq_mixture){law->cured, 1 - law->cured}, e);
    return isinf(x) ? INFINITY : placed_inverse(law, x);
}

typedef struct stage {
    double (*spent)(const sq_law *law, double from, double to);
    double (*remaining)(const sq_law *law, double age, double e);
    double (*inverse)(const sq_law *law, double e);
} stage;

static const stage PLACED = {placed_spent, placed_remaining, placed_inverse};
static const stage MIXED = {mixed_spent, mixed_remaining, mixed_inverse};

static const stage *inner_stage(const sq_law *law)
{
    return law->cured > 0 && law->cure_on_population ? &MIXED : &PLACED;
}

/* ---- the profile's pieces: numbered from 0, which holds at its left for ever */

static double piece_end(const sq_profile *p, int piece)
{
    if (p->kind == SQ_PROFILE_NONE)
        return INFINITY;
    if (p->kind == SQ_PROFILE_TABLE)
        return piece + 1 < p->n ? p->offset + p->x[piece + 1] : INFINITY;
    return piece <= p->n ? p->offset + p->start + p->length * piece / p->n : INFINITY;
}

static double piece_ratio(const sq_profile *p, int piece)
{
    if (p->kind == SQ_PROFILE_NONE)
        return 1;
    if (p->kind == SQ_PROFILE_TABLE)
        return p->y[piece];
    if (piece == 0)
        return p->from;
    if (piece > p->n)
        return p->to;
    double share = (piece - .5) / p->n;
    if (p->logarithmic)
        return p->from * sq_exp(share * sq_log(p->to / p->from));
    return p->from + share * (p->to - p->from);
}

/* The piece that holds at an age: the first that ends after it. */
static int piece_at(const sq_profile *p, double age)
{
    int low = 0, high = p->kind == SQ_PROFILE_NONE ? 0 : p->kind == SQ_PROFILE_TABLE ? p->n - 1 : p->n + 1;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (piece_end(p, middle) > age)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* ---- profiled */

static double profiled_spent(const sq_law *law, double from, double to)
{
    const stage *inner = inner_stage(law);
    double sum = 0;
    for (int i = piece_at(&law->profile, from); from < to; i++) {
        double end = fmin(piece_end(&law->profile, i), to), ratio = piece_ratio(&law->profile, i);
        if (end > from && ratio > 0)
            sum += ratio * inner->spent(law, from, end);
        from = end;
    }
    return law->hazard_ratio * sum;
}

/* Piece by piece until the one in which the hazard is spent. */
static double profiled_remaining(const sq_law *law, double age, double e)
{
    const stage *inner = inner_stage(law);
    double left = e / law->hazard_ratio, at = age;
    for (int i = piece_at(&law->profile, age);; i++) {
        double end = piece_end(&law->profile, i), ratio = piece_ratio(&law->profile, i);
        if (isinf(end))
            return ratio > 0 ? (at - age) + inner->remaining(law, at, left / ratio) : INFINITY;
        double part = ratio > 0 && end > at ? ratio * inner->spent(law, at, end) : 0;
        if (!(part < left)) {
            double wait = inner->remaining(law, at, left / ratio);
            return (at - age) + (wait > end - at ? end - at : wait);
        }
        left -= part;
        at = end;
    }
}

/* The piece in which the law begins is asked for its own quantile, which may be far smaller than any end. */
static double profiled_inverse(const sq_law *law, double e)
{
    const stage *inner = inner_stage(law);
    int first = piece_at(&law->profile, sq_law_start(law));
    double end = piece_end(&law->profile, first), ratio = piece_ratio(&law->profile, first);
    double left = e / law->hazard_ratio;
    double part = ratio > 0 ? ratio * inner->spent(law, -INFINITY, end) : 0;
    if (isinf(end) || !(part < left)) {
        double t = ratio > 0 ? inner->inverse(law, left / ratio) : INFINITY;
        return t > end ? end : t;
    }
    return end + profiled_remaining(law, end, law->hazard_ratio * (left - part));
}

/* ---- the whole law */

static bool cured_outside(const sq_law *law)
{
    return law->cured > 0 && !law->cure_on_population;
}

static sq_mixture outside_at(const sq_law *law, double age)
{
    return sq_mixture_after(law, profiled_spent(law, -INFINITY, age));
}

double sq_wrapped_spent(const sq_law *law, double from, double to)
{
    double x = profiled_spent(law, from, to);
    return cured_outside(law) ? sq_mixture_hazard(outside_at(law, from), x) : x;
}

double sq_wrapped_hazard(const sq_law *law, double t)
{
    return sq_wrapped_spent(law, -INFINITY, t);
}

double sq_wrapped_remaining(const sq_law *law, double age, double e)
{
    if (cured_outside(law))
        e = sq_mixture_inverse(outside_at(law, age), e);
    if (isinf(e))
        return INFINITY;
    double wait = profiled_remaining(law, age, e);
    return wait < 0 ? 0 : wait;
}

double sq_wrapped_inverse(const sq_law *law, double e)
{
    if (cured_outside(law))
        e = sq_mixture_inverse((sq_mixture){law->cured, 1 - law->cured}, e);
    return isinf(e) ? INFINITY : profiled_inverse(law, e);
}

/* ---- admissible numbers */

static const char *truncation_problem(const sq_law *law)
{
    const sq_family_ops *family = sq_law_ops(law->family);
    if (isnan(law->low) || isnan(law->high))
        return "a limit of the truncation is not a number";
    if (!(law->low < law->high))
        return "the lower limit of a truncation must be below the upper one";
    double start = placed_start(law);
    bool nothing = law->high <= start ||
                   (start > sq_law_family_start(law) && isinf(family->hazard(law, start)));
    double mass = nothing ? 0 : family->spent(law, start, law->high);
    if (isnan(mass))
        return ends_early(law) ? "the truncation reaches beyond the law's table" : NULL;
    return mass > 0 ? NULL : "the law has no part between the limits of its truncation";
}

static const char *waning_problem(const sq_profile *p)
{
    double least = fmin(p->from, p->to);
    if (!isfinite(p->from) || !isfinite(p->to) || least < 0)
        return "the hazard ratios of a waning effect must be finite numbers of at least 0";
    if (p->logarithmic && !(least > 0))
        return "a hazard ratio that wanes on the logarithmic scale must be above 0";
    if (!isfinite(p->start) || p->start < 0)
        return "the start of waning must be a finite time of at least 0";
    return isfinite(p->length) && p->length >= 0
               ? NULL
               : "the length of waning must be a finite time of at least 0";
}

static const char *profile_problem(const sq_profile *p)
{
    if (p->kind == SQ_PROFILE_NONE)
        return NULL;
    if ((unsigned)p->kind > SQ_PROFILE_TABLE)
        return "unknown kind of hazard ratio over time";
    if (!isfinite(p->offset))
        return "the time zero of the hazard ratio over time is not a finite number";
    if (p->n < 1)
        return "a hazard ratio over time needs at least one step";
    if (p->kind == SQ_PROFILE_WANING)
        return waning_problem(p);
    for (int i = 0; i < p->n; i++) {
        if (!isfinite(p->x[i]) || !isfinite(p->y[i]) || p->y[i] < 0)
            return "the hazard ratios over time must be finite numbers of at least 0";
        if (i > 0 && p->x[i] <= p->x[i - 1])
            return "the times of a hazard ratio over time must increase";
    }
    return NULL;
}

const char *sq_wrapped_problem(const sq_law *law)
{
    if (!isfinite(law->shift))
        return "shift must be a finite number";
    if (law->family == SQ_FIXED && law->truncated)
        return "a truncation does not apply to a fixed delay";
    if (law->family == SQ_FIXED && law->profile.kind != SQ_PROFILE_NONE)
        return "a hazard ratio over time does not apply to a fixed delay";
    const char *problem = law->truncated ? truncation_problem(law) : NULL;
    return problem ? problem : profile_problem(&law->profile);
}
