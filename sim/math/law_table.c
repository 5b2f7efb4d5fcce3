/* Families given by a table: checking and preparing it, before use. Cumulative hazards at the knots, and the
 * growth of rates between them, are computed once, here; the families themselves are in simd_law_table.h and
 * simd_law_calendar.h. */
#define SQ_WIDTH 1
#include "math/law_lane.h"
#include "math/simd_law_calendar.h"

#include <math.h>
#include <stddef.h>

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

/* How fast a log-linear life table's rate grows from each knot to the next, and from the last one on. */
static void find_growth(const sq_law_table *table, double *growth)
{
    const double *x = table->x, *y = table->y;
    for (int i = 0; i < table->n; i++)
        growth[i] = table->interpolation == SQ_LOGLINEAR && i + 1 < table->n
                        ? v_log(y[i + 1] / y[i]) / (x[i + 1] - x[i])
                        : 0;
}

static void accumulate_rates(const sq_law_table *table, double *cumulative)
{
    v_table lane = v_lane_of_table(table);
    double before = table->x[0] * table->y[0];
    for (int i = 0; i < table->n; i++) {
        cumulative[i] = before;
        v_stretch part = v_stretch_of(&lane, v_place_from(table->n, lane.x, v_index(i)));
        if (i + 1 < table->n)
            before += v_stretch_hazard(&lane, &part, part.end - part.start);
    }
}

const char *sq_law_prepare_table(sq_family family, sq_interpolation interpolation, int n,
                                 const double *x, const double *y, double *prepared)
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
            prepared[i] = y[i] < 1 ? -v_log(y[i]) : 0;
        return NULL;
    }
    sq_law_table table = {
        .x = x, .y = y, .cumulative = prepared, .n = n, .interpolation = interpolation};
    if (family == SQ_LIFE_TABLE)
        find_growth(&table, prepared + n);
    accumulate_rates(&table, prepared);
    return isfinite(prepared[n - 1]) ? NULL : "the accumulated hazard of a table is not finite";
}

/* ---- tables as functions */

double sq_table_at(sq_interpolation interpolation, int n, const double *x, const double *y, double at)
{
    return v_table_at(interpolation, n, v_lane_of_array(x), v_lane_of_array(y), at);
}

double sq_table_next_knot(int n, const double *x, double at)
{
    return v_table_next_knot(n, v_lane_of_array(x), at);
}
