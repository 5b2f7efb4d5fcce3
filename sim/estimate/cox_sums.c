/* Sums over the risk set, kept while walking back in time: 1, x and x x', each times exp(x'b). What
 * a patient who had not yet entered takes away again is subtracted; where that leaves less than a
 * ten thousandth of what there was, the sums are made anew, or rounding would be seen. Exponentials
 * are relative to a shift near the largest predictor at risk: a coefficient on its way to infinity
 * must not overflow before it is recognised. */
#include "estimate/cox_sums.h"

#include <math.h>
#include <string.h>

#include "math/kernel.h"

static const double SHIFT_ROOM = 30, LEAST_LEFT = 1e-4;

static size_t n_sums(int p) { return 1 + (size_t)p + (size_t)p * ((size_t)p + 1) / 2; }

static void centre(sq_cox_problem *c, int j)
{
    int n = c->sample->n, p = c->p;
    const double *column = c->sample->covariate + (size_t)j * (size_t)n;
    double mean = 0, distance = 0;
    bool is_constant = true;
    for (int i = 0; i < n; i++) mean += column[i] / n;
    for (int i = 0; i < n; i++) {
        distance += fabs(column[i] - mean) / n;
        is_constant = is_constant && column[i] == column[0];
    }
    is_constant = is_constant || !(distance > 0);
    c->scale[j] = is_constant ? 0 : distance;
    for (int i = 0; i < n; i++)
        c->x[(size_t)i * (size_t)p + (size_t)j] = is_constant ? 0 : (column[i] - mean) / distance;
}

bool sq_cox_problem_make(const sq_sample *s, sq_cox_request request, sq_arena *arena,
                         sq_cox_problem *c)
{
    size_t n = (size_t)s->n, p = (size_t)s->n_covariates;
    *c = (sq_cox_problem){
        .sample = s,
        .p = s->n_covariates,
        .cause = request.cause,
        .ties = request.ties,
        .x = sq_arena_array(arena, n * p, sizeof *c->x),
        .scale = sq_arena_array(arena, p, sizeof *c->scale),
        .eta = sq_arena_array(arena, n, sizeof *c->eta),
        .room = sq_arena_array(arena, 2 * n_sums(s->n_covariates) + p, sizeof *c->room)};
    int n_strata = s->stratum ? s->n_strata : 1;
    if (!c->x || !c->scale || !c->eta || !c->room ||
        !sq_order_make(s, s->stratum, n_strata, arena, &c->order))
        return false;
    for (int i = 0; i < s->n; i++) c->n_events += sq_sample_has_event(s, request.cause, i);
    for (int j = 0; j < c->p; j++) centre(c, j);
    return true;
}

/* Where the walk stands. */
typedef struct at_risk {
    const sq_cox_problem *c;
    double *risk, *dead,
        *mean; /* sums over those at risk, and over those of them with the event now; [p] */
    double shift, peak; /* peak: the largest number at risk since the sums were made anew */
    double log_likelihood, *score, *information;
    double divisor; /* of the likelihood, not yet in its logarithm */
} at_risk;

static const double *row_of(const sq_cox_problem *c, int who)
{
    return c->x + (size_t)who * (size_t)c->p;
}

static void add(double *sums, int p, const double *x, double r)
{
    double *one = sums + 1, *two = one + p;
    sums[0] += r;
    for (int j = 0; j < p; j++) {
        double rx = r * x[j];
        one[j] += rx;
        for (int k = 0; k <= j; k++) *two++ += rx * x[k];
    }
}

static void clear(const sq_cox_problem *c, double *sums)
{
    memset(sums, 0, sizeof *sums * n_sums(c->p));
}

static double relative_risk(const at_risk *a, int who) { return sq_exp(a->c->eta[who] - a->shift); }

static double largest_eta(const sq_cox_problem *c, const int *who, int n)
{
    double largest = c->eta[who[0]];
    for (int i = 1; i < n; i++) largest = fmax(largest, c->eta[who[i]]);
    return largest;
}

/* Moves the shift up when somebody comes far above it. */
static void make_room(at_risk *a, double eta)
{
    if (eta - a->shift <= SHIFT_ROOM) return;
    double factor = sq_exp(a->shift - eta);
    for (size_t i = 0; i < n_sums(a->c->p); i++) a->risk[i] *= factor;
    a->peak *= factor;
    a->shift = eta;
}

/* The sums of those at risk at t, from nothing. */
static void sum_anew(at_risk *a, const sq_walk *w)
{
    const sq_order *o = w->order;
    clear(a->c, a->risk);
    a->shift = -INFINITY;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = w->next; i < o->first[w->part + 1]; i++) {
            int who = o->by_time[i];
            if (o->entry[who] >= w->time) continue;
            if (pass == 0)
                a->shift = fmax(a->shift, a->c->eta[who]);
            else
                add(a->risk, a->c->p, row_of(a->c, who), relative_risk(a, who));
        }
    }
    a->peak = a->risk[0];
}

/* Those with the event now; their own sums are needed only where several share a time. Returns how
 * many. */
static int take_events(at_risk *a, const sq_walk *w, bool wants_sums)
{
    const sq_cox_problem *c = a->c;
    int events = 0;
    for (int i = 0; i < w->n_joining; i++) {
        int who = w->joining[i];
        const double *x = row_of(c, who);
        if (!sq_sample_has_event(c->sample, c->cause, who)) continue;
        if (events == 0 && wants_sums) clear(c, a->dead);
        events++;
        a->log_likelihood += c->eta[who];
        for (int j = 0; j < c->p; j++) a->score[j] += x[j];
        if (wants_sums) add(a->dead, c->p, x, relative_risk(a, who));
    }
    return events;
}

/* Divides the likelihood by a number between 1e-100 and 1e100, `times` over. Logarithms are dear:
 * one is taken for many numbers' product. */
static void divide_likelihood(at_risk *a, double number, int times)
{
    for (int i = 0; i < times; i++) {
        a->divisor *= number;
        if (a->divisor > 1e-200 && a->divisor < 1e200) continue;
        a->log_likelihood -= sq_log(a->divisor);
        a->divisor = 1;
    }
}

/* One factor of the partial likelihood, `times` over; a share of those with the event now counts as
 * gone already. */
static void take_factor(at_risk *a, double gone, int times)
{
    int p = a->c->p;
    const double *risk = a->risk, *dead = a->dead;
    double total = risk[0] - gone * dead[0], inverse = 1 / total;
    divide_likelihood(a, total, times);
    a->log_likelihood -= times * a->shift;
    size_t two = 1 + (size_t)p;
    for (int j = 0; j < p; j++) {
        a->mean[j] = (risk[1 + j] - gone * dead[1 + j]) * inverse;
        a->score[j] -= times * a->mean[j];
        for (int k = 0; k <= j; k++, two++)
            a->information[j * p + k] +=
                times * ((risk[two] - gone * dead[two]) * inverse - a->mean[j] * a->mean[k]);
    }
}

/* Brings the sums to those at risk just before the walk's time. */
static void change_risk_set(at_risk *a, const sq_walk *w)
{
    const sq_cox_problem *c = a->c;
    double largest = largest_eta(c, w->joining, w->n_joining);
    if (w->at_risk == w->n_joining) { /* the first, or after nobody was left */
        clear(c, a->risk);
        a->shift = largest;
        a->peak = 0;
    } else {
        for (int i = 0; i < w->n_leaving; i++)
            add(a->risk, c->p, row_of(c, w->leaving[i]), -relative_risk(a, w->leaving[i]));
        make_room(a, largest);
    }
    for (int i = 0; i < w->n_joining; i++)
        add(a->risk, c->p, row_of(c, w->joining[i]), relative_risk(a, w->joining[i]));
    a->peak = fmax(a->peak, a->risk[0]);
    if (w->order->by_entry && !(a->risk[0] >= LEAST_LEFT * a->peak)) sum_anew(a, w);
}

static void step_back(at_risk *a, const sq_walk *w)
{
    bool is_efron = a->c->ties == SQ_TIES_EFRON;
    change_risk_set(a, w);
    int events = take_events(a, w, is_efron && w->n_joining > 1);
    if (events == 0) return;
    if (!is_efron) take_factor(a, 0, events);
    for (int l = 0; is_efron && l < events; l++) take_factor(a, (double)l / events, 1);
}

static void predict(const sq_cox_problem *c, const double *b)
{
    for (int i = 0; i < c->sample->n; i++) {
        const double *x = row_of(c, i);
        double eta = 0;
        for (int j = 0; j < c->p; j++) eta += x[j] * b[j];
        c->eta[i] = eta;
    }
}

double sq_cox_sums(const sq_cox_problem *c, const double *b, double *score, double *information)
{
    size_t p = (size_t)c->p;
    at_risk a = {.c = c,
                 .risk = c->room,
                 .dead = c->room + n_sums(c->p),
                 .mean = c->room + 2 * n_sums(c->p),
                 .score = score,
                 .information = information,
                 .divisor = 1};
    memset(score, 0, sizeof *score * p);
    memset(information, 0, sizeof *information * p * p);
    predict(c, b);
    for (int stratum = 0; stratum < c->order.n_parts; stratum++) {
        sq_walk w = sq_walk_start(&c->order, stratum);
        while (sq_walk_step(&w)) step_back(&a, &w);
    }
    return a.log_likelihood - sq_log(a.divisor);
}
