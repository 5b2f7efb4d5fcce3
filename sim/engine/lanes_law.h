/* Loops over laws in columns, for lanes_body.h alone. */
#ifndef SQ_ENGINE_LANES_LAW_H
#define SQ_ENGINE_LANES_LAW_H

#include "math/law.h"

static inline double number(sq_column c, int i) { return c.p[(ptrdiff_t)i * c.step]; }

static sq_law_table table_of(const sq_law_columns *l, int i)
{
    if (!l->table.p) return (sq_law_table){0};
    const double *x = l->table.p[(ptrdiff_t)i * l->table.step];
    return (sq_law_table){
        .x = x,
        .y = x + l->n,
        .cumulative = x + 2 * l->n,
        .n = l->n,
        .interpolation = l->interpolation,
        .tail = l->tail,
        .scale = l->scale,
        .n_years = l->n_years,
        .stride = l->stride,
        .years = l->years,
    };
}

static sq_profile profile_of(const sq_profile_columns *p, int i)
{
    sq_profile profile = {.kind = p->kind, .logarithmic = p->logarithmic, .n = p->n};
    if (p->kind == SQ_PROFILE_NONE) return profile;
    profile.offset = number(p->offset, i);
    if (p->kind == SQ_PROFILE_TABLE) {
        profile.x = p->table.p[(ptrdiff_t)i * p->table.step];
        profile.y = profile.x + p->n;
        return profile;
    }
    profile.from = number(p->from, i);
    profile.to = number(p->to, i);
    profile.start = number(p->start, i);
    profile.length = number(p->length, i);
    return profile;
}

static sq_law law_of(const sq_law_columns *l, int i)
{
    sq_law law = {
        .family = l->family,
        .cure_on_population = l->cure_on_population,
        .truncated = l->truncated,
        .table = table_of(l, i),
        .hazard_ratio = number(l->hazard_ratio, i),
        .time_ratio = number(l->time_ratio, i),
        .cured = number(l->cured, i),
        .shift = number(l->shift, i),
        .profile = profile_of(&l->profile, i),
    };
    for (int k = 0; k < SQ_LAW_ARGS; k++) law.arg[k] = number(l->arg[k], i);
    if (!l->truncated) return law;
    law.low = number(l->low, i);
    law.high = number(l->high, i);
    return law;
}

#define EACH_LAW(value)                                                                            \
    for (int i = 0; i < n; i++) {                                                                  \
        sq_law law = law_of(columns, i);                                                           \
        out[i] = (value);                                                                          \
    }

static void law_inverse(const sq_law_columns *columns, double *out, const double *e, int n)
{
    EACH_LAW(sq_law_inverse(&law, e[i]))
}

static void law_remaining(const sq_law_columns *columns, double *out, const double *age, const double *e, int n)
{
    EACH_LAW(sq_law_remaining(&law, age[i], e[i]))
}

static void law_spent(const sq_law_columns *columns, double *out, const double *from, const double *to, int n)
{
    EACH_LAW(sq_law_spent(&law, from[i], to[i]))
}

static void law_start(const sq_law_columns *columns, double *out, int n)
{
    EACH_LAW(sq_law_start(&law))
}

static void law_admissible(const sq_law_columns *columns, double *out, int n)
{
    EACH_LAW(sq_law_problem(&law) == NULL)
}

#endif
