/* Which vector forms this processor can run, and one question put to all of them. */
#include "vectors.h"

#include "base/cpu.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const vector_forms VECTORS_1, VECTORS_4, VECTORS_8;

const vector_forms *vector_forms_present(int i)
{
    sq_cpu cpu = sq_cpu_detect();
    bool wide = cpu.avx512f && cpu.avx512dq && cpu.avx512vl;
    const vector_forms *present[] = {&VECTORS_1, cpu.avx2 ? &VECTORS_4 : NULL, NULL, NULL};
    if (wide)
        present[cpu.avx2 ? 2 : 1] = &VECTORS_8;
    return present[i];
}

_Noreturn static void none_of(const char *name)
{
    fprintf(stderr, "there is no vector form of %s\n", name);
    exit(1);
}

const vector_function *vector_function_named(const vector_function *list, const char *name)
{
    for (; list->name; list++) {
        if (strcmp(list->name, name) == 0)
            return list;
    }
    none_of(name);
}

const vector_law_function *vector_law_function_named(const vector_law_function *list, const char *name)
{
    for (; list->name; list++) {
        if (strcmp(list->name, name) == 0)
            return list;
    }
    none_of(name);
}

bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* ---- a law as columns of one value */

enum { ROOM = 4096, NUMBERS = SQ_LAW_ARGS + 11 };

typedef struct lone_law {
    double number[NUMBERS][VECTOR_MOST], table[ROOM], steps[ROOM];
    const double *table_row[VECTOR_MOST], *steps_row[VECTOR_MOST];
    int numbers;
} lone_law;

static void must_fit(size_t doubles)
{
    if (doubles <= ROOM)
        return;
    fprintf(stderr, "a table of %zu numbers is too large for this test\n", doubles);
    exit(1);
}

static sq_column column_of(lone_law *room, double x)
{
    double *column = room->number[room->numbers++];
    for (int i = 0; i < VECTOR_MOST; i++)
        column[i] = x;
    return (sq_column){column, 0};
}

/* A law's arrays, year by year, one after the other as columns have them. */
static sq_row_column table_of(lone_law *room, const sq_law *law)
{
    const sq_law_table *t = &law->table;
    size_t n = (size_t)t->n, all = (size_t)sq_law_table_room(law->family, t->n);
    for (int i = 0; i < (t->n_years ? t->n_years : 1); i++) {
        double *row = room->table + (size_t)i * all;
        must_fit((size_t)(i + 1) * all);
        memcpy(row, t->x + i * t->stride, n * sizeof *row);
        memcpy(row + n, t->y + i * t->stride, n * sizeof *row);
        memcpy(row + 2 * n, t->cumulative + i * t->stride, (all - 2 * n) * sizeof *row);
    }
    for (int i = 0; i < VECTOR_MOST; i++)
        room->table_row[i] = room->table;
    return (sq_row_column){room->table_row, 0};
}

static sq_row_column steps_of(lone_law *room, const sq_profile *p)
{
    size_t n = (size_t)p->n;
    must_fit(2 * n);
    memcpy(room->steps, p->x, n * sizeof *p->x);
    memcpy(room->steps + n, p->y, n * sizeof *p->y);
    for (int i = 0; i < VECTOR_MOST; i++)
        room->steps_row[i] = room->steps;
    return (sq_row_column){room->steps_row, 0};
}

static sq_profile_columns profile_of(lone_law *room, const sq_profile *p)
{
    sq_profile_columns columns = {.kind = p->kind, .logarithmic = p->logarithmic, .n = p->n};
    columns.offset = column_of(room, p->offset);
    columns.from = column_of(room, p->from);
    columns.to = column_of(room, p->to);
    columns.start = column_of(room, p->start);
    columns.length = column_of(room, p->length);
    if (p->kind == SQ_PROFILE_TABLE)
        columns.table = steps_of(room, p);
    return columns;
}

static sq_law_columns columns_of(lone_law *room, const sq_law *law)
{
    const sq_law_table *t = &law->table;
    sq_law_columns columns = {
        .family = law->family, .cure_on_population = law->cure_on_population, .truncated = law->truncated,
        .n = t->n, .interpolation = t->interpolation, .tail = t->tail, .scale = t->scale, .n_years = t->n_years,
        .stride = sq_law_table_room(law->family, t->n), .years = t->years};
    for (int k = 0; k < SQ_LAW_ARGS; k++)
        columns.arg[k] = column_of(room, law->arg[k]);
    columns.hazard_ratio = column_of(room, law->hazard_ratio);
    columns.time_ratio = column_of(room, law->time_ratio);
    columns.cured = column_of(room, law->cured);
    columns.low = column_of(room, law->low);
    columns.high = column_of(room, law->high);
    columns.shift = column_of(room, law->shift);
    columns.profile = profile_of(room, &law->profile);
    if (sq_family_has_table(law->family))
        columns.table = table_of(room, law);
    return columns;
}

/* ---- one question to all */

typedef struct question {
    double x[VECTOR_MOST], y[VECTOR_MOST];
} question;

static question question_of(double x, double y)
{
    question q;
    for (int i = 0; i < VECTOR_MOST; i++) {
        q.x[i] = x;
        q.y[i] = y;
    }
    return q;
}

static bool as_wanted(const vector_forms *forms, const char *name, double x, double y, const double *got, double want)
{
    for (int i = 0; i < VECTOR_MOST; i++) {
        if (same_bits(got[i], want))
            continue;
        fprintf(stderr, "%s: %s(%.17g, %.17g) is %a in lane %d, not %a\n", forms->instruction_set, name, x, y, got[i],
                i, want);
        return false;
    }
    return true;
}

bool vectors_answer(const sq_law *law, const char *name, double x, double y, double want)
{
    lone_law room = {.numbers = 0};
    sq_law_columns columns = columns_of(&room, law);
    question q = question_of(x, y);
    const vector_forms *forms;
    bool all = true;
    for (int i = 0; (forms = vector_forms_present(i)) != NULL; i++) {
        double got[VECTOR_MOST];
        vector_law_function_named(forms->laws, name)->run(&columns, VECTOR_MOST, q.x, q.y, got);
        all = as_wanted(forms, name, x, y, got, want) && all;
    }
    return all;
}

bool vectors_compute(const char *name, double x, double y, double want)
{
    question q = question_of(x, y);
    const vector_forms *forms;
    bool all = true;
    for (int i = 0; (forms = vector_forms_present(i)) != NULL; i++) {
        double got[VECTOR_MOST];
        vector_function_named(forms->kernels, name)->run(VECTOR_MOST, q.x, q.y, got);
        all = as_wanted(forms, name, x, y, got, want) && all;
    }
    return all;
}
