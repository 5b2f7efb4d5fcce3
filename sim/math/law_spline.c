/* Royston and Parmar's flexible parametric law (Stat Med 2002;21:2175-2197): a natural cubic spline of
 * x = log t that is the log cumulative hazard, the log cumulative odds, or the normal score of having
 * gone. The truncated powers in which its coefficients are published cancel to the right of the last
 * knot, so they are turned once into value, slope and curvature at each knot, integrated from the left;
 * after that a question is answered by one binary search and one cubic, or one straight line outside the
 * boundary knots. */
#include "math/kernel.h"
#include "math/law_base.h"
#include "math/statement.h"

#include <math.h>

/* Where LARGE, log(1 + e^s) and log(e^e - 1) differ from their argument by e^-LARGE alone. */
static const double LARGE = 30;
enum { MOST_STEPS = 60 };

/* What sq_law_prepare_spline leaves: four rows of n numbers. */
typedef struct spline {
    const double *log_knot, *value, *slope, *bend;
    int n;
    sq_spline_scale scale;
} spline;

static spline spline_of(const sq_law_table *table)
{
    const double *p = table->cumulative;
    int n = table->n;
    return (spline){p, p + n, p + 2 * n, p + 3 * n, n, table->scale};
}

/* A stretch of the curve: value at d after its start is
 * value + d (slope + d (bend / 2 + d third / 6)), up to a width of d. */
typedef struct cubic {
    double start, width, value, slope, bend, third;
} cubic;

/* The piece that begins at knot i; -1 is the line before the first knot, which runs leftwards. */
static cubic piece(const spline *f, int i)
{
    if (i < 0)
        return (cubic){f->log_knot[0], 0, f->value[0], f->slope[0], 0, 0};
    if (i == f->n - 1)
        return (cubic){f->log_knot[i], INFINITY, f->value[i], f->slope[i], 0, 0};
    double width = f->log_knot[i + 1] - f->log_knot[i];
    return (cubic){f->log_knot[i], width,      f->value[i],
                   f->slope[i],    f->bend[i], (f->bend[i + 1] - f->bend[i]) / width};
}

static int last_below(int n, const double *x, double at)
{
    int i = n - 1;
    while (i >= 0 && x[i] >= at)
        i--;
    return i;
}

static double rise(const cubic *c, double d)
{
    return d * (c->slope + d * (.5 * c->bend + d * (c->third / 6)));
}

static double slope_at(const cubic *c, double d)
{
    return c->slope + d * (c->bend + d * (.5 * c->third));
}

/* The d in (0, width) at which a rising cubic has risen by r: Newton's method, with bisection where it
 * would leave the bracket; it ends when it no longer moves. */
static double rise_inverse(const cubic *c, double r)
{
    if (c->bend == 0 && c->third == 0)
        return r / c->slope;
    double low = 0, high = c->width, d = high * fmin(r / rise(c, high), 1);
    for (int i = 0; i < MOST_STEPS; i++) {
        double off = rise(c, d) - r, step = off / slope_at(c, d);
        if (off > 0)
            high = d;
        else
            low = d;
        double next = d - step;
        if (!(next > low && next < high))
            next = fabs(step) <= 4e-16 * d ? d : .5 * (low + high);
        if (fabs(next - d) <= 1e-16 * d)
            return next;
        d = next;
    }
    return d;
}

/* ---- from the spline's scale to the hazard and back */

static double hazard_of(sq_spline_scale scale, double s)
{
    if (scale == SQ_SCALE_HAZARD)
        return sq_exp(s);
    if (scale == SQ_SCALE_NORMAL)
        return -sq_normal_log_ccdf(s);
    return s > LARGE ? s + sq_exp(-s) : sq_log1p(sq_exp(s));
}

static double score_of(sq_spline_scale scale, double e)
{
    if (scale == SQ_SCALE_HAZARD)
        return sq_log(e);
    if (scale == SQ_SCALE_NORMAL)
        return sq_normal_from_hazard(e);
    return e > LARGE ? e - sq_exp(-e) : sq_log(sq_expm1(e));
}

/* Hazard while the score grows from s by more; no difference of two hazards where the scale allows. */
static double hazard_between(sq_spline_scale scale, double s, double more)
{
    if (scale == SQ_SCALE_NORMAL || !(more < 1))
        return hazard_of(scale, s + more) - hazard_of(scale, s);
    if (scale == SQ_SCALE_HAZARD)
        return sq_exp(s) * sq_expm1(more);
    return sq_log1p(sq_expm1(more) / (1 + sq_exp(-s)));
}

/* How far the score grows from s while a hazard of e is spent. */
static double growth_for(sq_spline_scale scale, double s, double e)
{
    if (scale == SQ_SCALE_HAZARD)
        return sq_log1p(e * sq_exp(-s));
    if (scale == SQ_SCALE_ODDS && e < LARGE)
        return sq_log1p(sq_expm1(e) * (1 + sq_exp(-s)));
    return score_of(scale, e + hazard_of(scale, s)) - s;
}

/* ---- the four operations */

static double score_at(const spline *f, double x)
{
    cubic c = piece(f, last_below(f->n, f->log_knot, x));
    return c.value + rise(&c, x - c.start);
}

static double spline_hazard(const sq_law *law, double t)
{
    if (!(t > 0))
        return 0;
    if (isinf(t))
        return INFINITY;
    spline f = spline_of(&law->table);
    return hazard_of(f.scale, score_at(&f, sq_log(t)));
}

static double spline_inverse(const sq_law *law, double e)
{
    spline f = spline_of(&law->table);
    double s = score_of(f.scale, e);
    cubic c = piece(&f, last_below(f.n, f.value, s));
    return sq_exp(c.start + rise_inverse(&c, s - c.value));
}

/* The piece as it looks from d after its start. */
static cubic piece_from(cubic c, double d)
{
    return (cubic){c.start + d,         c.width - d,          c.value + rise(&c, d),
                   slope_at(&c, d), c.bend + d * c.third, c.third};
}

/* The piece that an age lies in, from that age on. */
static cubic piece_at_age(const spline *f, double age)
{
    double x = sq_log(age);
    cubic c = piece(f, last_below(f->n, f->log_knot, x));
    return piece_from(c, x - c.start);
}

static double spline_remaining(const sq_law *law, double age, double e)
{
    if (!(age > 0))
        return spline_inverse(law, e);
    spline f = spline_of(&law->table);
    cubic c = piece_at_age(&f, age);
    double more = growth_for(f.scale, c.value, e);
    if (more < rise(&c, c.width) || isinf(c.width))
        return age * sq_expm1(rise_inverse(&c, more));
    return spline_inverse(law, e + spline_hazard(law, age)) - age;
}

static double spline_spent(const sq_law *law, double from, double to)
{
    if (!(from > 0) || isinf(to))
        return spline_hazard(law, to);
    spline f = spline_of(&law->table);
    cubic c = piece_at_age(&f, from);
    double d = sq_log1p((to - from) / from);
    if (d <= c.width)
        return hazard_between(f.scale, c.value, rise(&c, d));
    return spline_hazard(law, to) - spline_hazard(law, from);
}

const sq_family_ops sq_spline_ops = {spline_hazard, spline_inverse, spline_remaining, spline_spent};

/* ---- before use */

static sq_status check_numbers(int n, const double *x, const double *y, sq_error *err)
{
    if (n < 2)
        return sq_fail(err, SQ_ERR_INPUT, "a spline needs at least two knots, its boundary knots");
    for (int i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return sq_fail(err, SQ_ERR_INPUT, "knot or coefficient %d of the spline is not a finite number",
                           i + 1);
        if (!(x[i] > 0))
            return sq_fail(err, SQ_ERR_INPUT, "knot %d of the spline is not a time above 0", i + 1);
        if (i > 0 && x[i] <= x[i - 1])
            return sq_fail(err, SQ_ERR_INPUT, "the knots of a spline must increase: knot %d is not after "
                           "knot %d", i + 1, i);
    }
    return SQ_OK;
}

/* The third derivative is 6 (sum of g over the inner knots passed - sum_j g_j l_j) between two knots; the
 * rest is integrated from the left. */
static void integrate(int n, const double *x, const double *y, double *prepared)
{
    double *k = prepared, *value = k + n, *slope = value + n, *bend = slope + n, weighted = 0;
    for (int i = 0; i < n; i++)
        k[i] = sq_log(x[i]);
    for (int j = 1; j < n - 1; j++)
        weighted += y[j + 1] * ((k[n - 1] - k[j]) / (k[n - 1] - k[0]));
    value[0] = y[0] + y[1] * k[0];
    slope[0] = y[1];
    bend[0] = 0;
    double passed = 0;
    for (int i = 0; i + 1 < n; i++) {
        passed += i > 0 ? y[i + 1] : 0;
        double width = k[i + 1] - k[i];
        cubic c = {k[i], width, value[i], slope[i], bend[i], 6 * (passed - weighted)};
        value[i + 1] = c.value + rise(&c, width);
        slope[i + 1] = slope_at(&c, width);
        bend[i + 1] = i + 2 < n ? c.bend + width * c.third : 0;
    }
}

/* Lowest slope of a piece and where: its slope is a parabola, lowest at its vertex or at an end. */
static double lowest_slope(const cubic *c, double *at)
{
    double end = slope_at(c, c->width), lowest = fmin(c->slope, end);
    *at = c->slope <= end ? 0 : c->width;
    double vertex = c->third > 0 ? -c->bend / c->third : -1;
    if (vertex > 0 && vertex < c->width && slope_at(c, vertex) < lowest) {
        lowest = slope_at(c, vertex);
        *at = vertex;
    }
    return lowest;
}

static sq_status check_slopes(const spline *f, const double *x, sq_error *err)
{
    for (int i = 0; i + 1 < f->n; i++) {
        cubic c = piece(f, i);
        double at, lowest = lowest_slope(&c, &at);
        char first[32], last[32], there[32];
        if (!(lowest > 0))
            return sq_fail(err, SQ_ERR_INPUT,
                           "the hazard of this spline is not positive between its knots at %s and %s: its "
                           "slope over log time falls to %.4g at %s",
                           sq_statement_time(x[i], first), sq_statement_time(x[i + 1], last), lowest,
                           sq_statement_time(sq_exp(c.start + at), there));
    }
    return SQ_OK;
}

sq_status sq_law_prepare_spline(int n, const double *x, const double *y, double *prepared,
                                sq_error *err)
{
    sq_status status = check_numbers(n, x, y, err);
    if (status)
        return status;
    integrate(n, x, y, prepared);
    sq_law_table table = {.cumulative = prepared, .n = n};
    spline f = spline_of(&table);
    return check_slopes(&f, x, err);
}
