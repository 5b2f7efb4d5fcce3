/* Loops over laws in columns, for lanes_body.h alone. */
#ifndef SQ_ENGINE_LANES_LAW_H
#define SQ_ENGINE_LANES_LAW_H

#include "math/simd_law_columns.h"
#include "math/simd_law_problem.h"

static void law_inverse(const sq_law_columns *columns, double *out, const double *e, int n)
{
    LANES(i) {
        const v_law law = v_law_at_lane(columns, i);
        v_store(out + i, v_law_inverse(&law, v_load(e + i)));
    }
}

static void law_remaining(const sq_law_columns *columns, double *out, const double *age, const double *e, int n)
{
    LANES(i) {
        const v_law law = v_law_at_lane(columns, i);
        v_store(out + i, v_law_remaining(&law, v_load(age + i), v_load(e + i)));
    }
}

static void law_spent(const sq_law_columns *columns, double *out, const double *from, const double *to, int n)
{
    LANES(i) {
        const v_law law = v_law_at_lane(columns, i);
        v_store(out + i, v_law_spent(&law, v_load(from + i), v_load(to + i)));
    }
}

static void law_start(const sq_law_columns *columns, double *out, int n)
{
    LANES(i) {
        const v_law law = v_law_at_lane(columns, i);
        v_store(out + i, v_law_start(&law));
    }
}

static void law_admissible(const sq_law_columns *columns, double *out, int n)
{
    LANES(i) {
        const v_law law = v_law_at_lane(columns, i);
        v_store(out + i, v_truth(v_law_admissible(&law)));
    }
}

#endif
