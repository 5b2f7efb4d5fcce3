/* All emulations of one scenario and draw. Members are gathered one after the other; then every estimate of all of them
 * pooled is one task, and every cohort another, and threads share them out. Each task writes its own figures. */
#include "study/emulation.h"

#include "study/emulation_members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sq_cohorts {
    const sq_model *model;
    int64_t patients;
    sq_members *members; /* [n_emulations] */
};

sq_status sq_cohorts_new(sq_cohorts **out, const sq_model *m, int64_t patients, sq_error *err)
{
    sq_cohorts *c = *out = calloc(1, sizeof *c);
    if (!c) return sq_fail(err, SQ_ERR_MEMORY, "no memory for emulated cohorts");
    c->model = m;
    c->patients = patients;
    c->members = calloc((size_t)m->n_emulations + 1, sizeof *c->members);
    sq_status status = c->members ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for emulated cohorts");
    for (int i = 0; i < m->n_emulations && !status; i++)
        status = sq_members_init(&c->members[i], m, &m->emulations[i], err);
    if (status) {
        sq_cohorts_free(c);
        *out = NULL;
    }
    return status;
}

void sq_cohorts_free(sq_cohorts *c)
{
    if (!c) return;
    for (int i = 0; c->members && i < c->model->n_emulations; i++) sq_members_free(&c->members[i]);
    free(c->members);
    free(c);
}

sq_status sq_cohorts_take(sq_cohorts *c, const sq_row *row, sq_error *err)
{
    sq_status status = SQ_OK;
    for (int i = 0; i < c->model->n_emulations && !status; i++)
        status = sq_members_take(&c->members[i], row, err);
    return status;
}

double sq_cohorts_bytes(const sq_model *m, int64_t patients)
{
    double bytes = 0;
    for (int i = 0; i < m->n_emulations; i++) {
        const sq_emulation *e = &m->emulations[i];
        double wanted = (double)sq_emulated_cohort_size(e) * e->n_cohorts, most = SQ_POOLED_PATIENTS + wanted;
        double members = (double)patients < most ? (double)patients : most;
        double row = 2 * sizeof(int) + (double)e->n_covariates * sizeof(double) +
                     (double)e->n_estimates * (sizeof(double) + sizeof(int));
        bytes += members * row + (double)e->n_estimates * e->n_cohorts * sizeof(sq_emulated_figure);
    }
    return bytes;
}

/* ---- room for what is estimated ------------------------------------------------------------------------- */

/* ": 12 in in_remission, 3 in overt" */
static void add_counts(const sq_members *m, char *text, size_t size)
{
    size_t n = strlen(text);
    for (int g = 0; g < m->e->n_groups && n < size; g++)
        n += (size_t)snprintf(text + n, size - n, "%s%lld in %s", g > 0 ? ", " : ": ", (long long)m->group_n[g],
                              m->e->groups[g].name);
}

static void add_sizes(const sq_emulation *e, char *text, size_t size)
{
    size_t n = (size_t)snprintf(text, size, "%lld", (long long)sq_emulated_cohort_size(e));
    for (int g = 0; e->size == 0 && g < e->n_groups && n < size; g++)
        n += (size_t)snprintf(text + n, size - n, "%s%d in %s", g > 0 ? ", " : ": ", e->groups[g].size, e->groups[g].name);
}

static sq_status fail_empty(const sq_members *m, int64_t patients, sq_error *err)
{
    char counts[512] = "", sizes[512];
    add_counts(m, counts, sizeof counts);
    add_sizes(m->e, sizes, sizeof sizes);
    return sq_fail(err, SQ_ERR_COHORTS,
                   "%s: not one cohort of `%s` is whole: of %lld patients %lld are eligible%s (%lld are in none of its groups), "
                   "and a cohort takes %s; run more patients or look at the endpoint `%s` and the groups",
                   m->e->where, m->e->name, (long long)patients, (long long)m->eligible, counts,
                   (long long)m->no_group, sizes, m->model->endpoints[m->e->endpoint].name);
}

static sq_status make_room(const sq_members *m, int64_t patients, sq_arena *arena, sq_emulated_cohorts *to, sq_error *err)
{
    size_t groups = (size_t)sq_emulated_groups(m->e), n = (size_t)m->e->n_estimates;
    int cohorts = sq_members_cohorts(m);
    if (cohorts == 0) return fail_empty(m, patients, err);
    *to = (sq_emulated_cohorts){
        .no_group = m->no_group,
        .eligible = m->eligible,
        .used = cohorts * sq_emulated_cohort_size(m->e),
        .pooled_n = m->n_pooled,
        .group_n = sq_arena_array(arena, groups, sizeof *to->group_n),
        .n_cohorts = cohorts,
        .pooled = sq_arena_array(arena, n, sizeof *to->pooled),
        .of_cohort = sq_arena_array(arena, n * (size_t)cohorts, sizeof *to->of_cohort),
    };
    if (!to->group_n || !to->pooled || !to->of_cohort) return sq_fail(err, SQ_ERR_MEMORY, "no memory for emulated cohorts");
    memcpy(to->group_n, m->group_n, groups * sizeof *to->group_n);
    return SQ_OK;
}

/* ---- estimating ----------------------------------------------------------------------------------------- */

/* The lowest task that failed says why. */
typedef struct work {
    const sq_members *members;
    sq_emulated_cohorts *to;
    int failed;
    sq_error err;
} work;

static void note_failure(work *w, int task, const sq_error *err)
{
#pragma omp critical(sq_emulation_failure)
    if (task < w->failed) {
        w->failed = task;
        w->err = *err;
    }
}

static sq_status pool(const work *w, int estimate, sq_error *err)
{
    const sq_members *m = w->members;
    sq_analysis_room room = {0};
    int n = m->n_pooled, *who = malloc(((size_t)n + 1) * sizeof *who);
    if (!who) return sq_fail(err, SQ_ERR_MEMORY, "no memory for emulated cohorts");
    for (int i = 0; i < n; i++) who[i] = i;
    sq_status status = sq_analyse(&(sq_analysed){m, who, n}, estimate, &room, &w->to->pooled[estimate], err);
    free(who);
    sq_analysis_room_free(&room);
    return status;
}

static sq_status analyse_cohort(const work *w, int cohort, int *who, sq_analysis_room *room, sq_error *err)
{
    const sq_members *m = w->members;
    const sq_analysed one = {m, who, (int)sq_emulated_cohort_size(m->e)};
    sq_status status = SQ_OK;
    sq_members_of_cohort(m, cohort, who);
    for (int i = 0; i < m->e->n_estimates && !status; i++)
        status = sq_analyse(&one, i, room, &w->to->of_cohort[i * w->to->n_cohorts + cohort], err);
    return status;
}

/* A thread's share of the cohorts, with memory that it uses again. */
static void analyse_cohorts(work *w)
{
    sq_analysis_room room = {0};
    int *who = malloc((size_t)sq_emulated_cohort_size(w->members->e) * sizeof *who);
#pragma omp for schedule(dynamic, 8)
    for (int i = 0; i < w->to->n_cohorts; i++) {
        sq_error err = {0};
        sq_status status = who ? analyse_cohort(w, i, who, &room, &err)
                               : sq_fail(&err, SQ_ERR_MEMORY, "no memory for emulated cohorts");
        if (status) note_failure(w, w->members->e->n_estimates + i, &err);
    }
    free(who);
    sq_analysis_room_free(&room);
}

static sq_status estimate(work *w, int threads, sq_error *err)
{
#pragma omp parallel num_threads(threads) default(none) shared(w)
    {
#pragma omp for schedule(dynamic) nowait
        for (int i = 0; i < w->members->e->n_estimates; i++) {
            sq_error why = {0};
            if (pool(w, i, &why)) note_failure(w, i, &why);
        }
        analyse_cohorts(w);
    }
    if (w->err.status) sq_fail(err, w->err.status, "%s: `%s`: %s", w->members->e->where, w->members->e->name, w->err.text);
    return w->err.status;
}

sq_status sq_cohorts_estimate(const sq_cohorts *c, int threads, sq_emulated **out, sq_error *err)
{
    int n = c->model->n_emulations;
    sq_emulated *r = *out = calloc(1, sizeof *r);
    if (!r) return sq_fail(err, SQ_ERR_MEMORY, "no memory for emulated cohorts");
    r->emulation = sq_arena_array(&r->arena, (size_t)n, sizeof *r->emulation);
    sq_status status = r->emulation ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for emulated cohorts");
    for (int i = 0; i < n && !status; i++) {
        work w = {.members = &c->members[i], .to = &r->emulation[i], .failed = INT32_MAX};
        status = make_room(w.members, c->patients, &r->arena, w.to, err);
        if (!status) status = estimate(&w, threads, err);
    }
    if (status) {
        sq_emulated_free(r);
        *out = NULL;
    }
    return status;
}
