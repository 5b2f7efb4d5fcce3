/* A law as the one lane of a vector of width 1: how the scalar functions of law.h reach the bodies that are
 * written for all widths. */
#ifndef SQ_MATH_LAW_LANE_H
#define SQ_MATH_LAW_LANE_H

#if SQ_WIDTH != 1
#error "a law has one lane: SQ_WIDTH must be 1"
#endif

#include "math/simd_law_type.h"

static inline v_w v_lane_of_array(const double *p)
{
    return (v_w)(uintptr_t)p;
}

static inline v_table v_lane_of_table(const sq_law_table *table)
{
    return (v_table){
        .x = v_lane_of_array(table->x),
        .y = v_lane_of_array(table->y),
        .cumulative = v_lane_of_array(table->cumulative),
        .n = table->n,
        .interpolation = table->interpolation,
        .tail = table->tail,
        .scale = table->scale,
        .n_years = table->n_years,
        .stride = table->stride,
        .years = table->years,
    };
}

static inline v_profile v_lane_of_profile(const sq_profile *profile)
{
    return (v_profile){
        .kind = profile->kind,
        .logarithmic = profile->logarithmic,
        .n = profile->n,
        .offset = profile->offset,
        .from = profile->from,
        .to = profile->to,
        .start = profile->start,
        .length = profile->length,
        .x = v_lane_of_array(profile->x),
        .y = v_lane_of_array(profile->y),
    };
}

static inline v_law v_lane_of_law(const sq_law *law)
{
    return (v_law){
        .family = law->family,
        .cure_on_population = law->cure_on_population,
        .truncated = law->truncated,
        .arg = {law->arg[0], law->arg[1], law->arg[2], law->arg[3]},
        .hazard_ratio = law->hazard_ratio,
        .time_ratio = law->time_ratio,
        .cured = law->cured,
        .low = law->low,
        .high = law->high,
        .shift = law->shift,
        .table = v_lane_of_table(&law->table),
        .profile = v_lane_of_profile(&law->profile),
    };
}

#endif
