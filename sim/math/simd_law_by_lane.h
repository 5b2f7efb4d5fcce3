/* Families and wrappers whose formulas are written for one argument: asked lane by lane. */
#ifndef SQ_MATH_SIMD_LAW_BY_LANE_H
#define SQ_MATH_SIMD_LAW_BY_LANE_H

#include "math/law_base.h"
#include "math/simd_law_type.h"

static inline double v_lane(v_d x, int i)
{
    double values[SQ_WIDTH];
    v_store(values, x);
    return values[i];
}

static inline const double *v_lane_address(v_w x, int i)
{
    uintptr_t values[SQ_WIDTH];
    v_store_w(values, x);
    return (const double *)values[i];
}

static inline sq_law v_law_of_lane(const v_law *law, int i)
{
    const v_table *t = &law->table;
    const v_profile *p = &law->profile;
    sq_law one = {
        .family = law->family, .cure_on_population = law->cure_on_population, .truncated = law->truncated,
        .hazard_ratio = v_lane(law->hazard_ratio, i), .time_ratio = v_lane(law->time_ratio, i),
        .cured = v_lane(law->cured, i), .low = v_lane(law->low, i), .high = v_lane(law->high, i),
        .shift = v_lane(law->shift, i),
        .table = {v_lane_address(t->x, i), v_lane_address(t->y, i), v_lane_address(t->cumulative, i), t->n,
                  t->interpolation, t->tail, t->scale, t->n_years, t->stride, t->years},
        .profile = {p->kind, p->logarithmic, p->n, v_lane(p->offset, i), v_lane(p->from, i), v_lane(p->to, i),
                    v_lane(p->start, i), v_lane(p->length, i), v_lane_address(p->x, i), v_lane_address(p->y, i)},
    };
    for (int k = 0; k < SQ_LAW_ARGS; k++)
        one.arg[k] = v_lane(law->arg[k], i);
    return one;
}

#define V_BY_LANE_1(name, operation)                                                               \
    static inline v_d name(const v_law *law, v_d x)                                                \
    {                                                                                              \
        double r[SQ_WIDTH];                                                                        \
        for (int i = 0; i < SQ_WIDTH; i++) {                                                       \
            sq_law one = v_law_of_lane(law, i);                                                    \
            double a = v_lane(x, i);                                                               \
            r[i] = isnan(a) ? a : operation(&one, a);                                                  \
        }                                                                                          \
        return v_load(r);                                                                          \
    }
#define V_BY_LANE_2(name, operation)                                                               \
    static inline v_d name(const v_law *law, v_d x, v_d y)                                         \
    {                                                                                              \
        double r[SQ_WIDTH];                                                                        \
        for (int i = 0; i < SQ_WIDTH; i++) {                                                       \
            sq_law one = v_law_of_lane(law, i);                                                    \
            double a = v_lane(x, i), b = v_lane(y, i);                                             \
            r[i] = isnan(a + b) ? NAN : operation(&one, a, b);                                    \
        }                                                                                          \
        return v_load(r);                                                                          \
    }
#define V_FAMILY_BY_LANE(name, ops)                                                                \
    V_BY_LANE_1(v_##name##_hazard, ops.hazard)                                                     \
    V_BY_LANE_1(v_##name##_inverse, ops.inverse)                                                   \
    V_BY_LANE_2(v_##name##_remaining, ops.remaining)                                               \
    V_BY_LANE_2(v_##name##_spent, ops.spent)

V_FAMILY_BY_LANE(gamma, sq_gamma_ops)
V_FAMILY_BY_LANE(generalised_gamma, sq_generalised_gamma_ops)
V_FAMILY_BY_LANE(spline, sq_spline_ops)

V_BY_LANE_1(v_wrapped_hazard, sq_wrapped_hazard)
V_BY_LANE_1(v_wrapped_inverse, sq_wrapped_inverse)
V_BY_LANE_2(v_wrapped_remaining, sq_wrapped_remaining)
V_BY_LANE_2(v_wrapped_spent, sq_wrapped_spent)

/* Expects what sq_wrapped_problem asks of each lane. */
static inline void v_expect_wrapped(v_verdict *verdict, const v_law *law)
{
    for (int i = 0; i < SQ_WIDTH; i++) {
        sq_law one = v_law_of_lane(law, i);
        const char *problem = sq_wrapped_problem(&one);
        if (problem)
            v_expect(verdict, v_mask(~(1u << i)), problem);
    }
}

#endif
