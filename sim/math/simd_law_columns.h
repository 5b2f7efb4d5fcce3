/* The laws of SQ_WIDTH patients, from the columns that their numbers stand in. */
#ifndef SQ_MATH_SIMD_LAW_COLUMNS_H
#define SQ_MATH_SIMD_LAW_COLUMNS_H

#include "math/law_columns.h"
#include "math/simd_law_type.h"

static inline v_d v_column(sq_column column, int i)
{
    return v_load(column.p + (ptrdiff_t)i * column.step);
}

static inline v_w v_row_column(sq_row_column column, int i)
{
    return v_load_w(column.p + (ptrdiff_t)i * column.step);
}

static inline v_w v_row_part(v_w row, int doubles)
{
    return v_add_w(row, v_set_w((uint64_t)doubles * sizeof(double)));
}

static inline v_table v_table_at_lane(const sq_law_columns *law, int i)
{
    v_w x = v_row_column(law->table, i);
    return (v_table){.x = x, .y = v_row_part(x, law->n), .cumulative = v_row_part(x, 2 * law->n), .n = law->n,
                     .interpolation = law->interpolation, .tail = law->tail, .scale = law->scale,
                     .n_years = law->n_years, .stride = law->stride, .years = law->years};
}

static inline v_profile v_profile_at_lane(const sq_profile_columns *profile, int i)
{
    v_profile r = {.kind = profile->kind, .logarithmic = profile->logarithmic, .n = profile->n};
    r.offset = v_column(profile->offset, i);
    if (profile->kind == SQ_PROFILE_TABLE) {
        r.x = v_row_column(profile->table, i);
        r.y = v_row_part(r.x, profile->n);
        return r;
    }
    r.from = v_column(profile->from, i);
    r.to = v_column(profile->to, i);
    r.start = v_column(profile->start, i);
    r.length = v_column(profile->length, i);
    return r;
}

/* The laws of patients i to i + SQ_WIDTH - 1. */
static inline v_law v_law_at_lane(const sq_law_columns *columns, int i)
{
    v_law law;
    law.family = columns->family;
    law.cure_on_population = columns->cure_on_population;
    law.truncated = columns->truncated;
    law.hazard_ratio = v_column(columns->hazard_ratio, i);
    law.time_ratio = v_column(columns->time_ratio, i);
    law.cured = v_column(columns->cured, i);
    law.shift = v_column(columns->shift, i);
    bool calendar = columns->family == SQ_LIFE_TABLE && columns->n_years > 0;
    int args = calendar ? 1 : sq_family_args(columns->family);
    for (int k = 0; k < args; k++)
        law.arg[k] = v_column(columns->arg[k], i);
    if (columns->truncated) {
        law.low = v_column(columns->low, i);
        law.high = v_column(columns->high, i);
    }
    if (sq_family_has_table(columns->family))
        law.table = v_table_at_lane(columns, i);
    law.profile.kind = columns->profile.kind;
    if (columns->profile.kind != SQ_PROFILE_NONE)
        law.profile = v_profile_at_lane(&columns->profile, i);
    return law;
}

#endif
