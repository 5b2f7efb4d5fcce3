/* A law for each lane of a vector: sq_law with vectors for its numbers. Family, wrappers worn and lengths
 * of tables are the same in all lanes. The meaning of each field is told in law.h. */
#ifndef SQ_MATH_SIMD_LAW_TYPE_H
#define SQ_MATH_SIMD_LAW_TYPE_H

#include "math/law.h"
#include "math/simd_kernel.h"

/* x, y and cumulative are addresses of each lane's arrays (v_gather), good ones in every lane. */
typedef struct v_table {
    v_w x, y, cumulative;
    int n;
    sq_interpolation interpolation;
    sq_tail tail;
    sq_spline_scale scale;
    int n_years, stride;
    const double *years;
} v_table;

typedef struct v_profile {
    sq_profile_kind kind;
    bool logarithmic;
    int n;
    v_d offset, from, to, start, length;
    v_w x, y;
} v_profile;

typedef struct v_law {
    sq_family family;
    bool cure_on_population, truncated;
    v_d arg[SQ_LAW_ARGS], hazard_ratio, time_ratio, cured, low, high, shift;
    v_table table;
    v_profile profile;
} v_law;

/* What is found of the admissible numbers of a law, lane by lane; why: the first thing wrong in any of them,
 * which at width 1 is what sq_law_problem says. */
typedef struct v_verdict {
    v_m fine;
    const char *why;
} v_verdict;

static inline void v_expect(v_verdict *verdict, v_m holds, const char *otherwise)
{
    if (!verdict->why && !v_all(holds))
        verdict->why = otherwise;
    verdict->fine = v_and(verdict->fine, holds);
}

/* Most clocks wear no ratio: what is divided by 1 stays what it is. */
static inline v_d v_divided(v_d x, v_d by)
{
    if (v_all(v_eq(by, v_set(1))))
        return x;
    return x / by;
}

#endif
