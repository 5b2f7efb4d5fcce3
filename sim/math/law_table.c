/* Families given by a table: piecewise-constant rates and life tables (a rate between knots is constant
 * or log-linear) and tabulated survival curves (survival is linear between points). Cumulative hazards
 * at the knots are computed once; a question is answered by one binary search and one formula inside
 * the interval. Differences are taken inside the interval where they can be, never between two large
 * cumulative hazards. */
#include "math/growing.h"
#include "math/kernel.h"
#include "math/law_base.h"

#include <math.h>
#include <stddef.h>

/* Index of the last of n ascending numbers that is <= at; -1 when all are greater. */
static int last_at_or_below(int n, const double *x, double at)
{
    int low = -1, high = n;
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (x[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Index of the last of n ascending numbers that is < at; -1 when none is. Cumulative hazards are
 * searched with this one: on a plateau it finds where the plateau begins, the first time. */
static int last_below(int n, const double *x, double at)
{
    int low = -1, high = n;
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        if (x[middle] < at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- rates between knots */

/* One interval of a rate table: rate(start + d) = rate exp(growth d) until end. */
typedef struct stretch {
    double start, end, before; /* before: hazard accumulated at start */
    double rate, growth;
} stretch;

/* The interval that begins with knot i; -1 is the stretch from age 0 to the first knot, which has the
 * first knot's rate. */
static stretch stretch_at(const sq_law_table *table, int i)
{
    const double *x = table->x, *y = table->y;
    if (i < 0)
        return (stretch){0, x[0], 0, y[0], 0};
    if (i == table->n - 1)
        return (stretch){x[i], INFINITY, table->cumulative[i], y[i], 0};
    double growth = 0;
    if (table->interpolation == SQ_LOGLINEAR)
        growth = sq_log(y[i + 1] / y[i]) / (x[i + 1] - x[i]);
    return (stretch){x[i], x[i + 1], table->cumulative[i], y[i], growth};
}

/* Hazard of the first d days of a stretch. */
static double stretch_hazard(const stretch *part, double d)
{
    return sq_growing_hazard(part->rate, part->growth, d);
}

/* Days from the start of a stretch until it has given a hazard of e > 0. */
static double stretch_inverse(const stretch *part, double e)
{
    return sq_growing_inverse(part->rate, part->growth, e);
}

/* The part of a stretch that begins at age. */
static stretch stretch_from(stretch part, double age)
{
    if (part.growth != 0)
        part.rate *= sq_exp(part.growth * (age - part.start));
    part.start = age;
    return part;
}

static double rate_table_hazard(const sq_law *law, double t)
{
    const sq_law_table *table = &law->table;
    stretch part = stretch_at(table, last_at_or_below(table->n, table->x, t));
    return part.before + stretch_hazard(&part, t - part.start);
}

static double rate_table_inverse(const sq_law *law, double e)
{
    const sq_law_table *table = &law->table;
    stretch part = stretch_at(table, last_below(table->n, table->cumulative, e));
    return part.start + stretch_inverse(&part, e - part.before);
}

static double rate_table_remaining(const sq_law *law, double age, double e)
{
    const sq_law_table *table = &law->table;
    int i = last_at_or_below(table->n, table->x, age);
    stretch part = stretch_from(stretch_at(table, i), age);
    double wait = stretch_inverse(&part, e);
    if (wait <= part.end - age || i == table->n - 1)
        return wait;
    double beyond = e - stretch_hazard(&part, part.end - age);
    double target = table->cumulative[i + 1] + fmax(beyond, 0);
    int j = last_below(table->n, table->cumulative, target);
    if (j <= i)
        return part.end - age;
    part = stretch_at(table, j);
    return (part.start - age) + stretch_inverse(&part, target - part.before);
}

static double rate_table_spent(const sq_law *law, double from, double to)
{
    const sq_law_table *table = &law->table;
    int i = last_at_or_below(table->n, table->x, from);
    stretch part = stretch_from(stretch_at(table, i), from);
    if (to <= part.end)
        return stretch_hazard(&part, to - from);
    double head = stretch_hazard(&part, part.end - from);
    stretch last = stretch_at(table, last_at_or_below(table->n, table->x, to));
    double between = last.before - table->cumulative[i + 1];
    return head + between + stretch_hazard(&last, to - last.start);
}

const sq_family_ops sq_rate_table_ops = {rate_table_hazard, rate_table_inverse,
                                         rate_table_remaining, rate_table_spent};

/* ---- survival between points
 *
 * Between two points, survival relative to the first falls linearly from 1 to 1 - drop. */

/* Share of survivors of point i who are lost before point i + 1. */
static double drop_after(const sq_law_table *table, int i)
{
    return (table->y[i] - table->y[i + 1]) / table->y[i];
}

/* Average hazard of the whole table: what an exponential tail continues with. */
static double tail_rate(const sq_law_table *table)
{
    return table->cumulative[table->n - 1] / table->x[table->n - 1];
}

/* Hazard of the days that follow the last point. */
static double tail_hazard(const sq_law_table *table, double days)
{
    if (days == 0 || table->tail == SQ_TAIL_NEVER || isinf(table->cumulative[table->n - 1]))
        return 0;
    return table->tail == SQ_TAIL_EXPONENTIAL ? tail_rate(table) * days : NAN;
}

/* Days after the last point until the tail has given a hazard of e > 0. */
static double tail_inverse(const sq_law_table *table, double e)
{
    if (table->tail == SQ_TAIL_ERROR)
        return NAN;
    double rate = table->tail == SQ_TAIL_EXPONENTIAL ? tail_rate(table) : 0;
    return rate > 0 ? e / rate : INFINITY;
}

/* Hazard from point i to the given time inside the interval that follows it. */
static double interval_hazard(const sq_law_table *table, int i, double t)
{
    double width = table->x[i + 1] - table->x[i], drop = drop_after(table, i);
    double lost = drop * ((t - table->x[i]) / width);
    if (lost < .5)
        return -sq_log1p(-lost);
    double left = (table->x[i + 1] - t) / width;
    return -sq_log((1 - drop) + drop * left);
}

static double tabulated_hazard(const sq_law *law, double t)
{
    const sq_law_table *table = &law->table;
    int i = last_at_or_below(table->n, table->x, t);
    if (i < 0)
        return 0;
    if (i == table->n - 1 || table->y[i] == 0)
        return table->cumulative[i] + tail_hazard(table, t - table->x[i]);
    return table->cumulative[i] + interval_hazard(table, i, t);
}

static double tabulated_inverse(const sq_law *law, double e)
{
    const sq_law_table *table = &law->table;
    int i = last_below(table->n, table->cumulative, e);
    if (i < 0)
        return 0;
    double local = e - table->cumulative[i];
    if (i == table->n - 1)
        return table->x[i] + tail_inverse(table, local);
    double width = table->x[i + 1] - table->x[i], drop = drop_after(table, i);
    double share = -sq_expm1(-local) / drop;
    if (share < .5)
        return table->x[i] + width * share;
    double left = (sq_exp(-local) - (1 - drop)) / drop;
    return table->x[i + 1] - width * fmax(left, 0);
}

/* The interval an age lies in; a table starts at time 0. */
static int interval_of(const sq_law_table *table, double age)
{
    int i = last_at_or_below(table->n, table->x, age);
    return i < 0 ? 0 : i;
}

/* Survival at age s falls by slope a day until the next point. */
static double tabulated_remaining(const sq_law *law, double age, double e)
{
    const sq_law_table *table = &law->table;
    int i = interval_of(table, age);
    if (table->y[i] == 0)
        return 0;
    if (i == table->n - 1)
        return tail_inverse(table, e);
    double width = table->x[i + 1] - table->x[i];
    double slope = (table->y[i] - table->y[i + 1]) / width;
    double alive = table->y[i + 1] + slope * (table->x[i + 1] - age);
    double days = alive * -sq_expm1(-e) / slope;
    if (slope > 0 && days <= table->x[i + 1] - age)
        return days;
    return tabulated_inverse(law, e + tabulated_hazard(law, age)) - age;
}

static double tabulated_spent(const sq_law *law, double from, double to)
{
    const sq_law_table *table = &law->table;
    int i = interval_of(table, from);
    if (table->y[i] == 0)
        return 0;
    if (i == table->n - 1)
        return tail_hazard(table, to - from);
    if (to >= table->x[i + 1])
        return tabulated_hazard(law, to) - tabulated_hazard(law, from);
    double slope = (table->y[i] - table->y[i + 1]) / (table->x[i + 1] - table->x[i]);
    double alive = table->y[i + 1] + slope * (table->x[i + 1] - from);
    return -sq_log1p(-(to - from) * slope / alive);
}

const sq_family_ops sq_tabulated_ops = {tabulated_hazard, tabulated_inverse, tabulated_remaining,
                                        tabulated_spent};

/* ---- before use */

static const char *knots_problem(int n, const double *x, const double *y)
{
    for (int i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            return "a table entry is not a finite number";
        if (i > 0 && x[i] <= x[i - 1])
            return "the knots of a table must increase";
    }
    return NULL;
}

static const char *rates_problem(sq_family family, sq_interpolation interpolation, int n,
                                 const double *x, const double *y)
{
    if (n < 1)
        return "a table of rates needs at least one knot";
    if (family == SQ_PIECEWISE && x[0] != 0)
        return "the first rate of a piecewise law must start at 0";
    if (family == SQ_PIECEWISE && interpolation != SQ_CONSTANT)
        return "the rates of a piecewise law are constant between knots";
    if (x[0] < 0)
        return "an age in a life table is negative";
    if (interpolation != SQ_CONSTANT && interpolation != SQ_LOGLINEAR)
        return "a life table is interpolated constant or log-linear";
    for (int i = 0; i < n; i++) {
        if (y[i] < 0)
            return "a rate is negative";
        if (interpolation == SQ_LOGLINEAR && !(y[i] > 0))
            return "log-linear interpolation needs rates above zero";
    }
    return NULL;
}

static const char *survival_problem(int n, const double *x, const double *y)
{
    if (n < 2)
        return "a tabulated survival curve needs at least two points";
    if (x[0] != 0 || y[0] != 1)
        return "a tabulated survival curve must start with survival 1 at time 0";
    for (int i = 1; i < n; i++) {
        if (y[i] < 0)
            return "a survival is negative";
        if (y[i] > y[i - 1])
            return "a tabulated survival curve must not rise";
    }
    return NULL;
}

static void accumulate_rates(const sq_law_table *table, double *cumulative)
{
    double before = table->x[0] * table->y[0];
    for (int i = 0; i < table->n; i++) {
        cumulative[i] = before;
        stretch part = stretch_at(table, i);
        if (i + 1 < table->n)
            before += stretch_hazard(&part, part.end - part.start);
    }
}

const char *sq_law_prepare_table(sq_family family, sq_interpolation interpolation, int n,
                                 const double *x, const double *y, double *cumulative)
{
    if (!sq_family_has_table(family))
        return "this law takes no table";
    if (family == SQ_SPLINE)
        return "a spline has a preparation of its own";
    const char *problem = knots_problem(n, x, y);
    if (!problem && family == SQ_TABULATED)
        problem = survival_problem(n, x, y);
    else if (!problem)
        problem = rates_problem(family, interpolation, n, x, y);
    if (problem)
        return problem;
    if (family == SQ_TABULATED) {
        for (int i = 0; i < n; i++)
            cumulative[i] = y[i] < 1 ? -sq_log(y[i]) : 0;
        return NULL;
    }
    sq_law_table table = {
        .x = x, .y = y, .cumulative = cumulative, .n = n, .interpolation = interpolation};
    accumulate_rates(&table, cumulative);
    return isfinite(cumulative[n - 1]) ? NULL : "the accumulated hazard of a table is not finite";
}

/* ---- tables as functions */

double sq_table_at(sq_interpolation interpolation, int n, const double *x, const double *y, double at)
{
    if (isnan(at))
        return at;
    int i = last_at_or_below(n, x, at);
    if (i < 0)
        return y[0];
    if (i == n - 1 || interpolation == SQ_CONSTANT)
        return y[i];
    double share = (at - x[i]) / (x[i + 1] - x[i]);
    if (interpolation == SQ_LOGLINEAR)
        return y[i] * sq_pow(y[i + 1] / y[i], share);
    return y[i] + (y[i + 1] - y[i]) * share;
}

double sq_table_next_knot(int n, const double *x, double at)
{
    int i = last_at_or_below(n, x, at) + 1;
    return i < n ? x[i] : INFINITY;
}
