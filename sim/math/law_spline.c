/* Royston and Parmar's spline law: checking and preparing its knots and coefficients, before use. Value,
 * slope and curvature at each knot are integrated from the left; the law itself is in simd_law_spline.h. */
#define SQ_WIDTH 1
#include "math/law_lane.h"
#include "math/simd_law_spline.h"
#include "math/statement.h"

#include <math.h>

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
        k[i] = v_log(x[i]);
    for (int j = 1; j < n - 1; j++)
        weighted += y[j + 1] * ((k[n - 1] - k[j]) / (k[n - 1] - k[0]));
    value[0] = y[0] + y[1] * k[0];
    slope[0] = y[1];
    bend[0] = 0;
    double passed = 0;
    for (int i = 0; i + 1 < n; i++) {
        passed += i > 0 ? y[i + 1] : 0;
        double width = k[i + 1] - k[i];
        v_cubic c = {k[i], width, value[i], slope[i], bend[i], 6 * (passed - weighted)};
        value[i + 1] = c.value + v_rise(&c, width);
        slope[i + 1] = v_slope_at(&c, width);
        bend[i + 1] = i + 2 < n ? c.bend + width * c.third : 0;
    }
}

/* Lowest slope of a piece and where: its slope is a parabola, lowest at its vertex or at an end. */
static double lowest_slope(const v_cubic *c, double *at)
{
    double end = v_slope_at(c, c->width), lowest = fmin(c->slope, end);
    *at = c->slope <= end ? 0 : c->width;
    double vertex = c->third > 0 ? -c->bend / c->third : -1;
    if (vertex > 0 && vertex < c->width && v_slope_at(c, vertex) < lowest) {
        lowest = v_slope_at(c, vertex);
        *at = vertex;
    }
    return lowest;
}

static sq_status check_slopes(const v_table *table, const double *x, sq_error *err)
{
    for (int i = 0; i + 1 < table->n; i++) {
        v_cubic c = v_piece(table, v_index(i));
        double at, lowest = lowest_slope(&c, &at);
        char first[32], last[32], there[32];
        if (!(lowest > 0))
            return sq_fail(err, SQ_ERR_INPUT,
                           "the hazard of this spline is not positive between its knots at %s and %s: its "
                           "slope over log time falls to %.4g at %s",
                           sq_statement_time(x[i], first), sq_statement_time(x[i + 1], last), lowest,
                           sq_statement_time(v_exp(c.start + at), there));
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
    v_table table = {.cumulative = v_lane_of_array(prepared), .n = n};
    return check_slopes(&table, x, err);
}
