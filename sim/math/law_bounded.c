/* Families on an interval: uniform and triangular. Survival is a polynomial of t that is taken from
 * whichever end is the nearer, so that the distance to that end keeps its digits; what is left of such a
 * law after some age has a formula of its own. */
#include "math/kernel.h"
#include "math/law_base.h"

#include <math.h>

/* ---- uniform on (min, max): S = (max - t) / (max - min)
 *
 * What is left of a uniform law is a uniform law from here to max. */

/* Hazard of reaching t for a uniform law on (low, high). */
static double uniform_between(double low, double high, double t)
{
    if (t >= high)
        return INFINITY;
    if (t <= low)
        return 0;
    double gone = (t - low) / (high - low);
    return gone < .5 ? -sq_log1p(-gone) : -sq_log((high - t) / (high - low));
}

static double uniform_hazard(const sq_law *law, double t)
{
    return uniform_between(law->arg[0], law->arg[1], t);
}

/* From the nearer end, so that the distance to that end keeps its digits. */
static double uniform_inverse(const sq_law *law, double e)
{
    double low = law->arg[0], high = law->arg[1], gone = -sq_expm1(-e);
    return gone < .5 ? low + (high - low) * gone : high - (high - low) * sq_exp(-e);
}

static double uniform_remaining(const sq_law *law, double age, double e)
{
    double wait = fmax(law->arg[0] - age, 0);
    double width = law->arg[1] - fmax(law->arg[0], age);
    return width > 0 ? wait + width * -sq_expm1(-e) : 0;
}

static double uniform_spent(const sq_law *law, double from, double to)
{
    if (from >= law->arg[1])
        return 0;
    return uniform_between(fmax(law->arg[0], from), law->arg[1], to);
}

const sq_family_ops sq_uniform_ops = {uniform_hazard, uniform_inverse, uniform_remaining,
                                      uniform_spent};

/* ---- triangular
 *
 * With rise = mode - min, fall = max - mode and width = max - min, the share that has gone by t is
 * (t - min)^2 / (width rise) up to the mode, and the share left is (max - t)^2 / (width fall) after it. */

typedef struct triangle {
    double low, mode, high, rise, fall, width;
} triangle;

static triangle triangle_of(const sq_law *law)
{
    double low = law->arg[0], mode = law->arg[1], high = law->arg[2];
    return (triangle){low, mode, high, mode - low, high - mode, high - low};
}

/* Share left at t inside the triangle, from the end that t is on. */
static double share_left(const triangle *f, double t)
{
    if (t >= f->mode && f->fall > 0)
        return (f->high - t) / f->width * ((f->high - t) / f->fall);
    double below_mode = f->mode - t;
    return f->fall / f->width + below_mode / f->width * ((f->rise + (t - f->low)) / f->rise);
}

/* Share that goes between two times inside the triangle. */
static double share_between(const triangle *f, double from, double to)
{
    if (to <= f->mode)
        return (to - from) / f->width * (((to - f->low) + (from - f->low)) / f->rise);
    if (from >= f->mode)
        return (to - from) / f->width * (((f->high - to) + (f->high - from)) / f->fall);
    return share_between(f, from, f->mode) + share_between(f, f->mode, to);
}

static double triangular_spent(const sq_law *law, double from, double to)
{
    triangle f = triangle_of(law);
    if (from >= f.high || to <= f.low || to <= from)
        return 0;
    if (to >= f.high)
        return INFINITY;
    from = fmax(from, f.low);
    double before = share_left(&f, from), gone = share_between(&f, from, to) / before;
    return gone < .5 ? -sq_log1p(-gone) : -sq_log(share_left(&f, to) / before);
}

static double triangular_hazard(const sq_law *law, double t)
{
    return triangular_spent(law, law->arg[0], t);
}

/* The wait from a time up to the mode until this share of all has gone, before the mode. */
static double wait_rising(const triangle *f, double from, double share)
{
    double b = from - f->low, grown = share * f->width * f->rise;
    return grown / (b + sqrt(b * b + grown));
}

/* e of hazard from a time inside the triangle on: either the mode is reached before it is spent, or not. */
static double triangular_remaining(const sq_law *law, double age, double e)
{
    triangle f = triangle_of(law);
    if (age >= f.high)
        return 0;
    double from = fmax(age, f.low), wait = from - age;
    if (from >= f.mode)
        return wait + (f.high - from) * -sq_expm1(-.5 * e);
    double before = share_left(&f, from), left = before * sq_exp(-e);
    if (left < f.fall / f.width)
        return f.high - sqrt(left * f.width * f.fall) - age;
    if (e < .5)
        return wait + wait_rising(&f, from, before * -sq_expm1(-e));
    double missing = (left - f.fall / f.width) * f.width * f.rise; /* of the rise squared */
    return f.mode - missing / (f.rise + sqrt(f.rise * f.rise - missing)) - age;
}

static double triangular_inverse(const sq_law *law, double e)
{
    return law->arg[0] + triangular_remaining(law, law->arg[0], e);
}

const sq_family_ops sq_triangular_ops = {triangular_hazard, triangular_inverse,
                                         triangular_remaining, triangular_spent};
