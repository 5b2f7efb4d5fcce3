/* The floor of an experiment: the time that its random numbers and transcendental functions take when they are nothing
 * but loops over dense arrays, with the simulator's own SIMD kernels. Counted on some patients first (floor_count.h),
 * then each kind is timed on arguments that occurred. No race, no bookkeeping, no outcomes: nobody who needs these
 * numbers can be faster with these kernels.
 *
 *     floor EXPERIMENT.yaml PATIENTS [ISA]
 *
 * prints one line of JSON: of each kind how many a life needs, and nanoseconds for one. */
#include "engine/lanes.h"
#include "floor_count.h"
#include "lang/load.h"
#include "model/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N = FLOOR_SAMPLE, ROUNDS = 7 };

typedef double column[N]; /* a multiple of 64 bytes, so that all in a room are aligned */

/* Everything the loops read and write. */
typedef struct room {
    const sq_lanes *lanes;
    const sq_discount *discount;
    _Alignas(64) uint64_t state[N], stream[N];
    column x, y, out, zero, pairs[2];
    column arg[SQ_LAW_ARGS], hazard_ratio, time_ratio, cured, low, high, shift, profile[5];
    const double *rows[N], *profile_rows[N];
    const double *ages; /* x, or NULL: all are 0 */
    sq_law_columns law;
    floor_operation operation;
} room;

/* ---- one pass over the arrays ----------------------------------------------------------------------------- */

static void pass_uniforms(room *r)
{
    r->lanes->uniforms(r->out, (sq_luck_column){r->state, r->stream}, 0, NULL, NULL, N);
}

static void pass_hazard(room *r) { r->lanes->hazards(r->out, r->x, N); }
static void pass_score(room *r) { r->lanes->normal_scores(r->out, r->x, N); }
static void pass_survival(room *r) { r->lanes->survivals(r->out, r->x, N); }
static void pass_score_hazard(room *r) { r->lanes->score_hazards(r->out, r->x, N); }
static void pass_discount(room *r)
{
    r->lanes->instants(r->discount, (sq_column){r->zero, 0}, r->pairs[0], r->x, N);
}

static void operate(room *r, sq_op_code code)
{
    sq_column x = {r->x, 1}, y = {r->y, 1};
    r->lanes->operate(code, r->out, x, y, y, N);
}
static void pass_exp(room *r) { operate(r, SQ_OP_EXP); }
static void pass_log(room *r) { operate(r, SQ_OP_LOG); }
static void pass_pow(room *r) { operate(r, SQ_OP_POW); }
static void pass_probit(room *r) { operate(r, SQ_OP_PROBIT); }
static void pass_normal_cdf(room *r) { operate(r, SQ_OP_NORMAL_CDF); }

static void pass_law(room *r)
{
    switch (r->operation) {
    case FLOOR_REMAINING: r->lanes->law_remaining(&r->law, r->out, r->ages, r->y, N); break;
    case FLOOR_SPENT: r->lanes->law_spent(&r->law, r->out, r->x, r->y, N); break;
    case FLOOR_INVERSE: r->lanes->law_inverse(&r->law, r->out, r->x, N); break;
    }
}

typedef struct kind {
    const char *name;
    void (*pass)(room *);
} kind;

static const kind kinds[FLOOR_KINDS] = {
    [FLOOR_HAZARD] = {"hazards of clocks, -log u", pass_hazard},
    [FLOOR_SCORE] = {"normal quantiles", pass_score},
    [FLOOR_SURVIVAL] = {"normal tails", pass_survival},
    [FLOOR_SCORE_HAZARD] = {"logarithms of normal tails", pass_score_hazard},
    [FLOOR_EXP] = {"exp in expressions", pass_exp},
    [FLOOR_LOG] = {"log in expressions", pass_log},
    [FLOOR_POW] = {"powers in expressions", pass_pow},
    [FLOOR_PROBIT] = {"probit in expressions", pass_probit},
    [FLOOR_NORMAL_CDF] = {"normal_cdf in expressions", pass_normal_cdf},
    [FLOOR_DISCOUNT] = {"discounted times", pass_discount},
};

static const char *const operations[] = {"remaining", "spent", "inverse"};

/* ---- columns of a law ------------------------------------------------------------------------------------- */

/* The kept laws' number at this offset of sq_law, as a column; where all have the same, as one number. */
static sq_column gather(const floor_laws *laws, int n, size_t offset, double *out)
{
    int same = 1;
    for (int i = 0; i < N; i++) {
        memcpy(&out[i], (const char *)&laws->law[i % n] + offset, sizeof *out);
        same += i > 0 && out[i] == out[0];
    }
    return (sq_column){out, same == N ? 0 : 1};
}

/* The same of rows of tables. */
static sq_row_column gather_rows(const double *const *rows)
{
    int same = 1;
    for (int i = 1; i < N; i++) same += rows[i] == rows[0];
    return (sq_row_column){rows, same == N ? 0 : 1};
}

/* As the engine asks where clocks count from their arming. */
static const double *ages_of(const double *age)
{
    for (int i = 0; i < N; i++)
        if (age[i] != 0) return age;
    return NULL;
}

static void gather_profile(room *r, const floor_laws *laws, int n)
{
    const sq_profile *first = &laws->law[0].profile;
    for (int i = 0; i < N; i++) r->profile_rows[i] = laws->law[i % n].profile.x;
#define PROFILE(member) offsetof(sq_law, profile.member)
    r->law.profile = (sq_profile_columns){
        .kind = first->kind,
        .logarithmic = first->logarithmic,
        .n = first->n,
        .offset = gather(laws, n, PROFILE(offset), r->profile[0]),
        .from = gather(laws, n, PROFILE(from), r->profile[1]),
        .to = gather(laws, n, PROFILE(to), r->profile[2]),
        .start = gather(laws, n, PROFILE(start), r->profile[3]),
        .length = gather(laws, n, PROFILE(length), r->profile[4]),
        .table = gather_rows(r->profile_rows),
    };
}

static void gather_laws(room *r, const floor_laws *laws, int n)
{
    const sq_law *first = &laws->law[0];
    for (int i = 0; i < N; i++) {
        r->x[i] = laws->x[i % n];
        r->y[i] = laws->y[i % n];
        r->rows[i] = laws->law[i % n].table.x;
    }
    r->operation = laws->operation;
    r->ages = ages_of(r->x);
    r->law = (sq_law_columns){
        .family = first->family,
        .cure_on_population = first->cure_on_population,
        .truncated = first->truncated,
        .hazard_ratio = gather(laws, n, offsetof(sq_law, hazard_ratio), r->hazard_ratio),
        .time_ratio = gather(laws, n, offsetof(sq_law, time_ratio), r->time_ratio),
        .cured = gather(laws, n, offsetof(sq_law, cured), r->cured),
        .low = gather(laws, n, offsetof(sq_law, low), r->low),
        .high = gather(laws, n, offsetof(sq_law, high), r->high),
        .shift = gather(laws, n, offsetof(sq_law, shift), r->shift),
        .table = gather_rows(r->rows),
        .n = first->table.n,
        .interpolation = first->table.interpolation,
        .tail = first->table.tail,
        .scale = first->table.scale,
        .n_years = first->table.n_years,
        .stride = first->table.stride,
        .years = first->table.years,
    };
    for (size_t k = 0; k < SQ_LAW_ARGS; k++)
        r->law.arg[k] = gather(laws, n, offsetof(sq_law, arg) + k * sizeof(double), r->arg[k]);
    gather_profile(r, laws, n);
}

/* ---- timing ------------------------------------------------------------------------------------------------ */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Nanoseconds for one element: the median over rounds of some milliseconds each. */
static double time_of(room *r, void (*pass)(room *))
{
    double ns[ROUNDS];
    for (int k = 0; k < ROUNDS; k++) {
        double before = now(), elapsed = 0;
        int passes = 0;
        for (; elapsed < 5e-3; passes++) {
            pass(r);
            elapsed = now() - before;
        }
        ns[k] = 1e9 * elapsed / passes / N;
    }
    qsort(ns, ROUNDS, sizeof *ns, rising);
    return ns[ROUNDS / 2];
}

static double say(const char *what, const char *detail, double per_life, double ns, bool first)
{
    printf("%s{\"what\": \"%s%s%s\", \"per_life\": %.6g, \"ns\": %.6g}", first ? "" : ", ", what, *detail ? ", " : "",
           detail, per_life, ns);
    return per_life * ns;
}

static double time_values(room *r, const floor_counts *c, floor_kind k)
{
    const floor_values *v = &c->values[k];
    int n = v->count < N ? (int)v->count : N;
    if (n <= 0) return 0;
    for (int i = 0; i < N; i++) {
        r->x[i] = v->x[i % n];
        r->y[i] = v->y[i % n];
        if (k == FLOOR_DISCOUNT) r->x[i] /= -r->discount->rate[0];
    }
    return say(kinds[k].name, "", (double)v->count / (double)c->lives, time_of(r, kinds[k].pass), false);
}

static double time_laws(room *r, const floor_counts *c, const floor_laws *laws)
{
    gather_laws(r, laws, laws->count < N ? (int)laws->count : N);
    char name[256];
    snprintf(name, sizeof name, "%s: %s", laws->event, sq_family_name(r->law.family));
    return say(name, operations[laws->operation], (double)laws->count / (double)c->lives,
               time_of(r, pass_law), false);
}

static void time_all(room *r, const floor_counts *c)
{
    printf("{\"lives\": %lld, \"isa\": \"%s\", \"fixed_delays\": %.6g, \"parts\": [", (long long)c->lives,
           r->lanes->name, (double)c->bypassed / (double)c->lives);
    double total = say("uniforms", "", (double)c->uniforms / (double)c->lives, time_of(r, pass_uniforms), true);
    for (int k = 0; k < FLOOR_KINDS; k++) total += time_values(r, c, (floor_kind)k);
    for (int i = 0; i < c->n_laws; i++) total += time_laws(r, c, &c->laws[i]);
    printf("], \"floor\": %.6g}\n", total);
}

/* ---- the program ------------------------------------------------------------------------------------------- */

static sq_status count_experiment(const sq_model *m, double *blocks, int64_t patients, floor_counts *c, sq_error *err)
{
    sq_status status = SQ_OK;
    for (int s = 0; s < m->n_strategies && !status; s++)
        status = sq_block_fill(m, s, NULL, blocks + (size_t)s * (size_t)m->block_size, err);
    return status ? status : floor_count(m, blocks, patients, c, err);
}

static int measure(const sq_model *m, int64_t patients, const sq_lanes *lanes)
{
    sq_error err = {0};
    double *blocks = calloc((size_t)m->n_strategies * (size_t)(m->block_size + 1), sizeof *blocks);
    floor_counts *c = calloc(1, sizeof *c);
    room *r = aligned_alloc(64, (sizeof *r + 63) / 64 * 64);
    if (c) c->laws = calloc(FLOOR_LAWS, sizeof *c->laws);
    sq_status status = SQ_ERR_MEMORY;
    if (blocks && c && r && c->laws) {
        memset(r, 0, sizeof *r);
        r->lanes = lanes;
        r->discount = &m->discount[SQ_DISCOUNT_EFFECTS];
        for (uint64_t i = 0; i < N; i++) r->state[i] = r->stream[i] = i;
        status = count_experiment(m, blocks, patients, c, &err);
        if (!status) time_all(r, c);
        free(c->laws);
    }
    if (status) fprintf(stderr, "%s\n", err.text);
    free(r);
    free(c);
    free(blocks);
    return status ? 1 : 0;
}

int main(int argc, char **argv)
{
    sq_model *model = NULL;
    sq_diags diags = {0};
    sq_error err = {0};
    const sq_lanes *lanes = argc > 3 ? sq_lanes_named(argv[3]) : sq_lanes_best();
    if (argc < 3 || argc > 4 || !lanes || !sq_lanes_run_here(lanes)) {
        fprintf(stderr, "usage: %s EXPERIMENT.yaml PATIENTS [ISA]\n", argv[0]);
        return 2;
    }
    int code = 2;
    if (sq_load_experiment(argv[1], &(sq_load_options){0}, &model, &diags, &err) == SQ_OK)
        code = measure(model, atoll(argv[2]), lanes);
    else
        fprintf(stderr, "%s\n", err.text);
    sq_diags_free(&diags);
    sq_model_free(model);
    return code;
}
