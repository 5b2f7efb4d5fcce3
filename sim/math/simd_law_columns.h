/* Laws by columns: the operations of law.h for whole arrays, SQ_WIDTH patients at a time.
 *
 * Most laws of a batch wear nothing. For these there is a loop for each family, with nothing in it but the
 * arguments and the formula. The others go through one loop over v_law, of which only the numbers that differ
 * between patients are loaded anew for each vector. */
#ifndef SQ_MATH_SIMD_LAW_COLUMNS_H
#define SQ_MATH_SIMD_LAW_COLUMNS_H

#include "math/law_columns.h"
#include "math/simd_law_problem.h"

#include <stddef.h>

static inline v_d v_column(sq_column column, int i)
{
    return v_load(column.p + (ptrdiff_t)i * column.step);
}

static inline v_w v_row_column(sq_row_column column, int i)
{
    return v_load_w(column.p + (ptrdiff_t)i * column.step);
}

/* ---- one law after another */

enum { V_LAW_NUMBERS = SQ_LAW_ARGS + 11 };

/* The laws of SQ_WIDTH patients, and what changes when the next ones come. */
typedef struct v_laws {
    v_law law;
    const sq_law_columns *columns;
    bool rows_move, steps_move;
    int moving;
    struct {
        const double *from;
        v_d *to;
    } move[V_LAW_NUMBERS];
} v_laws;

static inline void v_add_number(v_laws *laws, sq_column column, v_d *number)
{
    *number = v_load(column.p);
    if (column.step == 0)
        return;
    laws->move[laws->moving].from = column.p;
    laws->move[laws->moving].to = number;
    laws->moving++;
}

static inline void v_read_rows(v_laws *laws, int i)
{
    v_table *table = &laws->law.table;
    table->x = v_row_column(laws->columns->table, i);
    table->y = v_address_after(table->x, table->n);
    table->cumulative = v_address_after(table->x, 2 * table->n);
}

static inline void v_read_steps(v_laws *laws, int i)
{
    v_profile *profile = &laws->law.profile;
    profile->x = v_row_column(laws->columns->profile.table, i);
    profile->y = v_address_after(profile->x, profile->n);
}

static inline void v_begin_table(v_laws *laws)
{
    const sq_law_columns *c = laws->columns;
    v_table *table = &laws->law.table;
    table->n = c->n;
    table->interpolation = c->interpolation;
    table->tail = c->tail;
    table->scale = c->scale;
    table->n_years = c->n_years;
    table->stride = c->stride;
    table->years = c->years;
    laws->rows_move = c->table.step != 0;
    v_read_rows(laws, 0);
}

static inline void v_begin_profile(v_laws *laws)
{
    const sq_profile_columns *c = &laws->columns->profile;
    v_profile *profile = &laws->law.profile;
    profile->logarithmic = c->logarithmic;
    profile->n = c->n;
    v_add_number(laws, c->offset, &profile->offset);
    if (c->kind == SQ_PROFILE_TABLE) {
        laws->steps_move = c->table.step != 0;
        v_read_steps(laws, 0);
        return;
    }
    v_add_number(laws, c->from, &profile->from);
    v_add_number(laws, c->to, &profile->to);
    v_add_number(laws, c->start, &profile->start);
    v_add_number(laws, c->length, &profile->length);
}

/* A table by calendar year asks for the day of birth. */
static inline int v_arguments(const sq_law_columns *c)
{
    return c->family == SQ_LIFE_TABLE && c->n_years > 0 ? 1 : sq_family_args(c->family);
}

/* The laws of the first SQ_WIDTH patients. */
static inline void v_laws_begin(v_laws *laws, const sq_law_columns *c)
{
    v_law *law = &laws->law;
    laws->columns = c;
    laws->moving = 0;
    laws->rows_move = laws->steps_move = false;
    law->family = c->family;
    law->cure_on_population = c->cure_on_population;
    law->truncated = c->truncated;
    for (int k = 0, n = v_arguments(c); k < n; k++)
        v_add_number(laws, c->arg[k], &law->arg[k]);
    v_add_number(laws, c->hazard_ratio, &law->hazard_ratio);
    v_add_number(laws, c->time_ratio, &law->time_ratio);
    v_add_number(laws, c->cured, &law->cured);
    v_add_number(laws, c->shift, &law->shift);
    if (c->truncated) {
        v_add_number(laws, c->low, &law->low);
        v_add_number(laws, c->high, &law->high);
    }
    if (sq_family_has_table(c->family))
        v_begin_table(laws);
    law->profile.kind = c->profile.kind;
    if (c->profile.kind != SQ_PROFILE_NONE)
        v_begin_profile(laws);
}

/* The laws of patients i to i + SQ_WIDTH - 1. */
static inline const v_law *v_laws_at(v_laws *laws, int i)
{
    for (int k = 0; k < laws->moving; k++)
        *laws->move[k].to = v_load(laws->move[k].from + i);
    if (laws->rows_move)
        v_read_rows(laws, i);
    if (laws->steps_move)
        v_read_steps(laws, i);
    return &laws->law;
}

/* ---- laws that wear a hazard ratio at most */

static inline bool v_is_everywhere(sq_column column, double x)
{
    return column.step == 0 && column.p[0] == x;
}

static inline bool v_laws_are_bare(const sq_law_columns *c)
{
    return !c->truncated && c->profile.kind == SQ_PROFILE_NONE && v_is_everywhere(c->time_ratio, 1) &&
           v_is_everywhere(c->cured, 0) && v_is_everywhere(c->shift, 0);
}

/* Reads the first arguments; whether they are those of all. */
static inline bool v_bare_arguments(v_law *bare, const sq_law_columns *columns, int n_args)
{
    int steps = 0;
    for (int k = 0; k < n_args; k++) {
        bare->arg[k] = v_load(columns->arg[k].p);
        steps |= columns->arg[k].step;
    }
    return steps == 0;
}

/* A family without a table: nothing but its arguments and the ratio is looked at. Arguments that are the same for all
 * are read once, so that what is made of them alone is made once. */
#define V_BARE_LANES(read_arguments, formula)                                                      \
    for (int i = 0; i < n; i += SQ_WIDTH) {                                                        \
        v_d x = v_load(xs + i), y = v_load(ys + i), ratio = v_column(columns->hazard_ratio, i);    \
        (void)y, (void)ratio;                                                                      \
        read_arguments;                                                                            \
        v_store(out + i, formula);                                                                 \
    }
#define V_BARE_LOOP(n_args, formula)                                                               \
    do {                                                                                           \
        v_law bare;                                                                                \
        const v_law *law = &bare;                                                                  \
        if (v_bare_arguments(&bare, columns, n_args))                                              \
            V_BARE_LANES((void)0, formula)                                                         \
        else                                                                                       \
            V_BARE_LANES(for (int k = 0; k < (n_args); k++) bare.arg[k] = v_column(columns->arg[k], i), formula) \
    } while (0)

#define V_BARE_FROM_ZERO(X)                                                                        \
    X(SQ_EXPONENTIAL, exponential, 1)                                                              \
    X(SQ_WEIBULL, weibull, 2)                                                                      \
    X(SQ_GOMPERTZ, gompertz, 2)                                                                    \
    X(SQ_LOGNORMAL, lognormal, 2)                                                                  \
    X(SQ_LOGLOGISTIC, loglogistic, 2)
#define V_BARE_FAMILIES(X)                                                                         \
    V_BARE_FROM_ZERO(X)                                                                            \
    X(SQ_UNIFORM, uniform, 2)                                                                      \
    X(SQ_TRIANGULAR, triangular, 3)                                                                \
    X(SQ_NORMAL, normal, 2)

/* What v_law_inverse, v_law_remaining and v_law_spent make of the family's answer. */
static inline v_d v_bare_value(v_d e, v_d ratio, v_d value)
{
    return v_if(v_isnan(e), e, v_if(v_eq(ratio, v_set(0)), v_set(INFINITY), value));
}

static inline v_d v_bare_wait(v_d age, v_d e, v_d ratio, v_d wait)
{
    v_d r = v_if(v_or(v_lt(wait, v_set(0)), v_le(e, v_set(0))), v_set(0), wait);
    r = v_if(v_eq(ratio, v_set(0)), v_set(INFINITY), r);
    return v_if(v_or(v_isnan(age), v_isnan(e)), v_set(NAN), r);
}

static inline v_d v_bare_use(v_d from, v_d to, v_d ratio, v_d spent)
{
    v_d r = v_if(v_eq(ratio, v_set(0)), v_set(0), ratio * spent);
    return v_if(v_or(v_isnan(from), v_isnan(to)), v_set(NAN), r);
}

/* Each says whether there was such a loop. */
static inline bool v_bare_inverse(const sq_law_columns *columns, double *out, const double *xs, int n)
{
    const double *ys = xs;
    switch (columns->family) {
#define X(family, name, n_args)                                                                    \
    case family:                                                                                   \
        V_BARE_LOOP(n_args, v_bare_value(x, ratio, v_##name##_inverse(law, v_divided(x, ratio)))); \
        return true;
        V_BARE_FAMILIES(X)
#undef X
    default: return false;
    }
}

static inline bool v_bare_remaining(const sq_law_columns *columns, double *out, const double *xs, const double *ys,
                                    int n)
{
    switch (columns->family) {
#define X(family, name, n_args)                                                                    \
    case family:                                                                                   \
        V_BARE_LOOP(n_args, v_bare_wait(x, y, ratio, v_##name##_remaining(law, x, v_divided(y, ratio)))); \
        return true;
        V_BARE_FAMILIES(X)
#undef X
    default: return false;
    }
}

/* What a hazard above 0 waits for from age 0 on is what the inverse says. */
static inline v_d v_bare_first_wait(v_d e, v_d wait)
{
    if (v_all(v_gt(e, v_set(0))))
        return wait;
    return v_bare_wait(v_set(0), e, v_set(1), wait);
}

/* The same at age 0, where what remains of a family that begins there is its inverse. Most wear no ratio. */
static inline bool v_bare_waits(const sq_law_columns *columns, double *out, const double *xs, int n)
{
    const double *ys = xs;
    const bool alone = v_is_everywhere(columns->hazard_ratio, 1);
    switch (columns->family) {
#define X(family, name, n_args)                                                                    \
    case family:                                                                                   \
        if (alone)                                                                                 \
            V_BARE_LOOP(n_args, v_bare_first_wait(x, v_##name##_inverse(law, x)));                 \
        else                                                                                       \
            V_BARE_LOOP(n_args, v_bare_wait(v_set(0), x, ratio, v_##name##_inverse(law, v_divided(x, ratio)))); \
        return true;
        V_BARE_FROM_ZERO(X)
#undef X
    default: return false;
    }
}

static inline bool v_bare_spent(const sq_law_columns *columns, double *out, const double *xs, const double *ys,
                                int n)
{
    switch (columns->family) {
#define X(family, name, n_args)                                                                    \
    case family: V_BARE_LOOP(n_args, v_bare_use(x, y, ratio, v_##name##_spent(law, x, y))); return true;
        V_BARE_FAMILIES(X)
#undef X
    default: return false;
    }
}

/* A fixed delay. */
static inline void v_fixed_waits(const sq_law_columns *columns, double *out, const double *age, const double *e, int n)
{
    v_law bare;
    for (int i = 0; i < n; i += SQ_WIDTH) {
        v_d from = age ? v_load(age + i) : v_set(0);
        bare.arg[0] = v_column(columns->arg[0], i);
        bare.shift = v_column(columns->shift, i);
        bare.time_ratio = v_column(columns->time_ratio, i);
        v_m unknown = v_or(v_isnan(from), v_isnan(v_load(e + i)));
        v_store(out + i, v_if(unknown, v_set(NAN), v_fixed_remaining(&bare, from)));
    }
}

/* ---- the operations of law.h: lane i of each array belongs to patient i; n is rounded up to SQ_WIDTH */

#define V_EACH_LAW(formula)                                                                        \
    do {                                                                                           \
        v_laws laws;                                                                               \
        v_laws_begin(&laws, columns);                                                              \
        for (int i = 0; i < n; i += SQ_WIDTH) {                                                    \
            const v_law *law = v_laws_at(&laws, i);                                                \
            v_store(out + i, formula);                                                             \
        }                                                                                          \
    } while (0)

static inline void v_laws_hazard(const sq_law_columns *columns, double *out, const double *t, int n)
{
    V_EACH_LAW(v_law_hazard(law, v_load(t + i)));
}

static inline void v_laws_inverse(const sq_law_columns *columns, double *out, const double *e, int n)
{
    if (v_laws_are_bare(columns) && v_bare_inverse(columns, out, e, n))
        return;
    V_EACH_LAW(v_law_inverse(law, v_load(e + i)));
}

/* age NULL: 0. */
static inline void v_laws_remaining(const sq_law_columns *columns, double *out, const double *age, const double *e,
                                    int n)
{
    if (columns->family == SQ_FIXED) {
        v_fixed_waits(columns, out, age, e, n);
        return;
    }
    bool bare = v_laws_are_bare(columns);
    if (bare && (age ? v_bare_remaining(columns, out, age, e, n) : v_bare_waits(columns, out, e, n)))
        return;
    V_EACH_LAW(v_law_remaining(law, age ? v_load(age + i) : v_set(0), v_load(e + i)));
}

static inline void v_laws_spent(const sq_law_columns *columns, double *out, const double *from, const double *to,
                                int n)
{
    if (v_laws_are_bare(columns) && v_bare_spent(columns, out, from, to, n))
        return;
    V_EACH_LAW(v_law_spent(law, v_load(from + i), v_load(to + i)));
}

static inline void v_laws_start(const sq_law_columns *columns, double *out, int n)
{
    V_EACH_LAW(v_law_start(law));
}

/* 1 where sq_law_problem has nothing to say, else 0. */
static inline void v_laws_admissible(const sq_law_columns *columns, double *out, int n)
{
    V_EACH_LAW(v_if(v_law_admissible(law), v_set(1), v_set(0)));
}

#endif
