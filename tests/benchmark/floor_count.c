/* Counting by interposition: see floor_count.h. A function that the linker wraps has no argument through which to
 * reach the counts, so there is one pointer at file scope, and only one thread may count. */
#include "floor_count.h"

#include "engine/ref.h"

#include <string.h>

enum { SEEN = 512 };

/* A function and its argument in the present life. */
typedef struct call {
    floor_kind kind;
    double x, y;
} call;

static struct counting {
    floor_counts *counts; /* NULL: not counting */
    const sq_model *model;
    bool shared;          /* the patient's baseline, drawn for an earlier strategy already */
    int in_program, in_law;
    call seen[SEEN];      /* in this life */
    int n_seen;
} now;

static bool counts_here(void)
{
    return now.counts && !now.shared && now.in_law == 0;
}

static void add(floor_kind kind, double x, double y)
{
    floor_values *v = &now.counts->values[kind];
    if (v->count < FLOOR_SAMPLE) {
        v->x[v->count] = x;
        v->y[v->count] = y;
    }
    v->count++;
}

static void add_once(floor_kind kind, double x, double y)
{
    for (int i = 0; i < now.n_seen; i++)
        if (now.seen[i].kind == kind && now.seen[i].x == x && now.seen[i].y == y) return;
    if (now.n_seen < SEEN) now.seen[now.n_seen++] = (call){kind, x, y};
    add(kind, x, y);
}

static void note(floor_kind of_luck, floor_kind of_program, double x)
{
    if (!counts_here()) return;
    if (now.in_program > 0 || of_luck == FLOOR_DISCOUNT) add_once(now.in_program > 0 ? of_program : of_luck, x, 0);
    else add(of_luck, x, 0);
}

/* The interpreter asks for the survival of a clock's score before its logarithm; the clock needs the latter. */
static void forget_survival(double x)
{
    floor_values *v = &now.counts->values[FLOOR_SURVIVAL];
    if (v->count > 0 && v->count <= FLOOR_SAMPLE && v->x[v->count - 1] != x) return;
    v->count--;
}

/* ---- kernels ------------------------------------------------------------------------------------------- */

#define WRAP(name, of_luck, of_program)                                                            \
    double __real_##name(double x);                                                                \
    double __wrap_##name(double x);                                                                \
    double __wrap_##name(double x)                                                                 \
    {                                                                                              \
        note(of_luck, of_program, x);                                                              \
        return __real_##name(x);                                                                   \
    }

WRAP(sq_log, FLOOR_HAZARD, FLOOR_LOG)
WRAP(sq_log1p, FLOOR_HAZARD, FLOOR_LOG)
WRAP(sq_exp, FLOOR_DISCOUNT, FLOOR_EXP)
WRAP(sq_expm1, FLOOR_DISCOUNT, FLOOR_EXP)
WRAP(sq_normal_quantile, FLOOR_SCORE, FLOOR_PROBIT)
WRAP(sq_normal_ccdf, FLOOR_SURVIVAL, FLOOR_NORMAL_CDF)
WRAP(sq_normal_cdf, FLOOR_SURVIVAL, FLOOR_NORMAL_CDF)

double __real_sq_normal_log_ccdf(double x);
double __wrap_sq_normal_log_ccdf(double x);
double __wrap_sq_normal_log_ccdf(double x)
{
    if (counts_here()) {
        forget_survival(x);
        add(FLOOR_SCORE_HAZARD, x, 0);
    }
    return __real_sq_normal_log_ccdf(x);
}

double __real_sq_pow(double x, double y);
double __wrap_sq_pow(double x, double y);
double __wrap_sq_pow(double x, double y)
{
    if (counts_here()) add_once(FLOOR_POW, x, y);
    return __real_sq_pow(x, y);
}

double __real_sq_program_value(const sq_view *view, sq_program program, double otherwise);
double __wrap_sq_program_value(const sq_view *view, sq_program program, double otherwise);
double __wrap_sq_program_value(const sq_view *view, sq_program program, double otherwise)
{
    now.in_program++;
    double value = __real_sq_program_value(view, program, otherwise);
    now.in_program--;
    return value;
}

/* ---- laws ---------------------------------------------------------------------------------------------- */

static bool same_form(const sq_law *a, const sq_law *b)
{
    return a->family == b->family && a->truncated == b->truncated && a->cure_on_population == b->cure_on_population &&
           a->table.n == b->table.n && a->profile.kind == b->profile.kind &&
           (!a->profile.kind || a->profile.n == b->profile.n);
}

/* The law of a clock is known by its place in the interpreter; that of a draw is a local variable. */
static floor_laws *laws_like(floor_operation operation, const sq_law *law)
{
    floor_counts *c = now.counts;
    const sq_law *of = operation == FLOOR_INVERSE ? NULL : law;
    const char *event = of ? NULL : "draws";
    for (int i = 0; i < c->n_laws; i++) {
        floor_laws *l = &c->laws[i];
        if (l->operation == operation && l->of == of && same_form(&l->law[0], law)) return l;
        if (l->of == of) event = l->event;
    }
    if (c->n_laws == FLOOR_LAWS) return NULL;
    floor_laws *l = &c->laws[c->n_laws++];
    l->operation = operation;
    l->of = of;
    l->event = event;
    return l;
}

static void note_law(floor_operation operation, const sq_law *law, double x, double y)
{
    if (!counts_here() || law->family == SQ_FIXED) return;
    floor_laws *l = laws_like(operation, law);
    if (!l) return;
    if (l->count < FLOOR_SAMPLE) {
        l->law[l->count] = *law;
        l->x[l->count] = x;
        l->y[l->count] = y;
    }
    l->count++;
}

double __real_sq_law_remaining(const sq_law *law, double age, double e);
double __wrap_sq_law_remaining(const sq_law *law, double age, double e);
double __wrap_sq_law_remaining(const sq_law *law, double age, double e)
{
    note_law(FLOOR_REMAINING, law, age, e);
    now.in_law++;
    double t = __real_sq_law_remaining(law, age, e);
    now.in_law--;
    return t;
}

double __real_sq_law_spent(const sq_law *law, double from, double to);
double __wrap_sq_law_spent(const sq_law *law, double from, double to);
double __wrap_sq_law_spent(const sq_law *law, double from, double to)
{
    note_law(FLOOR_SPENT, law, from, to);
    now.in_law++;
    double e = __real_sq_law_spent(law, from, to);
    now.in_law--;
    return e;
}

double __real_sq_law_inverse(const sq_law *law, double e);
double __wrap_sq_law_inverse(const sq_law *law, double e);
double __wrap_sq_law_inverse(const sq_law *law, double e)
{
    note_law(FLOOR_INVERSE, law, e, 0);
    now.in_law++;
    double t = __real_sq_law_inverse(law, e);
    now.in_law--;
    return t;
}

/* ---- lives --------------------------------------------------------------------------------------------- */

static void on_firing(void *context, double at, int event)
{
    int strategy = *(const int *)context;
    (void)at;
    now.shared = event == SQ_TRACE_BASELINE && strategy > 0;
}

static void on_draw(void *context, int site, int slot, uint32_t visit, double u)
{
    (void)context, (void)site, (void)slot, (void)visit, (void)u;
    now.counts->uniforms += !now.shared;
}

/* A clock's law met for the first time gets its name. A fixed delay's uniform and its logarithm were drawn in vain. */
static void on_arm(void *context, double at, int event, double e, double due)
{
    (void)context, (void)at, (void)e, (void)due;
    floor_laws *newest = &now.counts->laws[now.counts->n_laws > 0 ? now.counts->n_laws - 1 : 0];
    if (!newest->event) newest->event = now.model->events[event].name;
    if (now.model->events[event].law.family != SQ_FIXED) return;
    now.counts->uniforms--;
    now.counts->values[FLOOR_HAZARD].count--;
    now.counts->bypassed++;
}

sq_status floor_count(const sq_model *model, double *blocks, int64_t patients, floor_counts *counts, sq_error *err)
{
    int strategy = 0;
    const sq_trace trace = {.context = &strategy, .on_firing = on_firing, .on_draw = on_draw, .on_arm = on_arm};
    sq_luck luck = sq_luck_of(model->seed, 0, 0);
    sq_ref *ref = NULL;
    sq_life life = {0};
    sq_status status = sq_ref_new(&ref, model, err);
    if (!status) status = sq_life_init(&life, model, err);
    now.model = model;
    now.counts = counts;
    for (int64_t i = 0; i < patients && !status; i++) {
        for (strategy = 0; strategy < model->n_strategies && !status; strategy++) {
            double *block = blocks + (size_t)strategy * (size_t)model->block_size;
            now.n_seen = 0;
            status = sq_ref_live(ref, block, strategy, luck, i, &life, &trace, err);
            counts->lives++;
        }
    }
    now.counts = NULL;
    sq_life_free(&life);
    sq_ref_free(ref);
    return status;
}
