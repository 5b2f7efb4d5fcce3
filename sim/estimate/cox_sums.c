/* Sums over the risk set, kept while walking back in time: 1, d and d d', each times exp(eta),
 * where d is a patient's distance from a reference and eta the predictor above the reference's.
 * What a patient who had not yet entered takes away again is subtracted; where that leaves less
 * than a ten thousandth of what there was, the sums are made anew, or rounding would be seen.
 *
 * As long as predictors are of moderate size the reference is the mean patient. When they are not,
 * a coefficient is on its way to infinity: each risk set is then all but one patient, and
 * differences from that patient are what is left of score and information. The reference therefore
 * follows the largest predictor at risk; nothing overflows, and nothing cancels however small it
 * has become. */
#include "estimate/cox_sums.h"

#include <math.h>
#include <string.h>

#include "math/kernel.h"

static const double STEEP = 10, MOST_ABOVE = 1, LEAST_LEFT = 1e-4;

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
        .room = sq_arena_array(arena, 2 * n_sums(s->n_covariates) + 3 * p, sizeof *c->room)};
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
    double *risk, *dead; /* sums over those at risk, and over those of them with the event now */
    double *reference, shift; /* [p], and its predictor */
    double *distance, *mean;  /* [p] scratch */
    double peak;              /* the largest number at risk since the sums were made anew */
    bool is_steep;
    double log_likelihood, *score, *information;
    double divisor; /* of the likelihood, not yet in its logarithm */
} at_risk;

static const double *row_of(const sq_cox_problem *c, int who)
{
    return c->x + (size_t)who * (size_t)c->p;
}

/* `sign` 1 or -1. */
static void add(const at_risk *a, double *restrict sums, int who, double sign)
{
    int p = a->c->p;
    const double *restrict x = row_of(a->c, who), *restrict from = a->reference;
    double *restrict distance = a->distance, *restrict two = sums + 1 + p;
    double r = sign * sq_exp(a->c->eta[who] - a->shift);
    sums[0] += r;
    for (int j = 0; j < p; j++) distance[j] = x[j] - from[j];
    for (int j = 0; j < p; j++) {
        double rd = r * distance[j];
        sums[1 + j] += rd;
        for (int k = 0; k <= j; k++) two[k] += rd * distance[k];
        two += j + 1;
    }
}

static void clear(const sq_cox_problem *c, double *sums)
{
    memset(sums, 0, sizeof *sums * n_sums(c->p));
}

static void set_reference(at_risk *a, int who)
{
    a->shift = a->c->eta[who];
    memcpy(a->reference, row_of(a->c, who), sizeof *a->reference * (size_t)a->c->p);
}

/* Makes a patient the reference: with d' = d + m,  d'd'' = dd' + d m' + m d' + m m'. */
static void refer_to(at_risk *a, int who)
{
    int p = a->c->p;
    const double *x = row_of(a->c, who);
    double *one = a->risk + 1, *two = one + p, *move = a->distance;
    double factor = sq_exp(a->shift - a->c->eta[who]);
    for (int j = 0; j < p; j++) {
        move[j] = a->reference[j] - x[j];
        for (int k = 0; k <= j; k++)
            *two++ += one[j] * move[k] + move[j] * one[k] + move[j] * move[k] * a->risk[0];
    }
    for (int j = 0; j < p; j++) one[j] += move[j] * a->risk[0];
    for (size_t i = 0; i < n_sums(p); i++) a->risk[i] *= factor;
    a->peak *= factor;
    set_reference(a, who);
}

/* The sums of nobody. */
static void begin(at_risk *a)
{
    clear(a->c, a->risk);
    a->peak = 0;
    if (a->is_steep) a->shift = -INFINITY; /* whoever comes first is the reference */
}

static void meet(at_risk *a, int who)
{
    if (!a->is_steep || a->c->eta[who] - a->shift <= MOST_ABOVE) return;
    if (isinf(a->shift))
        set_reference(a, who);
    else
        refer_to(a, who);
}

/* The sums of those at risk at the walk's time, from nothing. */
static void sum_anew(at_risk *a, const sq_walk *w)
{
    const sq_order *o = w->order;
    begin(a);
    for (int i = w->next; i < o->first[w->part + 1]; i++) {
        int who = o->by_time[i];
        if (o->entry[who] >= w->time) continue;
        meet(a, who);
        add(a, a->risk, who, 1);
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
        a->log_likelihood += c->eta[who] - a->shift;
        for (int j = 0; j < c->p; j++) a->score[j] += x[j] - a->reference[j];
        if (wants_sums) add(a, a->dead, who, 1);
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

/* The derivatives of one factor of the partial likelihood, `times` over; a share of those with the
 * event now counts as gone already. */
static void take_factor(const at_risk *a, double gone, int times)
{
    int p = a->c->p;
    const double *restrict risk = a->risk, *restrict dead = a->dead;
    const double *restrict two = risk + 1 + p, *restrict dead_two = dead + 1 + p;
    double *restrict mean = a->mean, *restrict score = a->score, *restrict row = a->information;
    double inverse = 1 / (risk[0] - gone * dead[0]);
    for (int j = 0; j < p; j++) {
        mean[j] = (risk[1 + j] - gone * dead[1 + j]) * inverse;
        score[j] -= times * mean[j];
        for (int k = 0; k <= j; k++)
            row[k] += times * ((two[k] - gone * dead_two[k]) * inverse - mean[j] * mean[k]);
        two += j + 1;
        dead_two += j + 1;
        row += p;
    }
}

/* Brings the sums to those at risk just before the walk's time. */
static void change_risk_set(at_risk *a, const sq_walk *w)
{
    if (w->at_risk == w->n_joining) /* the first, or after nobody was left */
        begin(a);
    else
        for (int i = 0; i < w->n_leaving; i++) add(a, a->risk, w->leaving[i], -1);
    for (int i = 0; i < w->n_joining; i++) {
        meet(a, w->joining[i]);
        add(a, a->risk, w->joining[i], 1);
    }
    a->peak = fmax(a->peak, a->risk[0]);
    if (w->order->by_entry && !(a->risk[0] >= LEAST_LEFT * a->peak)) sum_anew(a, w);
}

static void step_back(at_risk *a, const sq_walk *w)
{
    bool is_efron = a->c->ties == SQ_TIES_EFRON;
    change_risk_set(a, w);
    int events = take_events(a, w, is_efron && w->n_joining > 1);
    if (events == 0) return;
    for (int l = 0; l < (is_efron ? events : 1); l++) {
        double gone = is_efron ? (double)l / events : 0;
        int times = is_efron ? 1 : events;
        divide_likelihood(a, a->risk[0] - gone * a->dead[0], times);
        take_factor(a, gone, times);
    }
}

/* Fills eta; whether any is large. */
static bool predict(const sq_cox_problem *c, const double *b)
{
    bool is_steep = false;
    for (int i = 0; i < c->sample->n; i++) {
        const double *x = row_of(c, i);
        double eta = 0;
        for (int j = 0; j < c->p; j++) eta += x[j] * b[j];
        c->eta[i] = eta;
        is_steep = is_steep || fabs(eta) > STEEP;
    }
    return is_steep;
}

double sq_cox_sums(const sq_cox_problem *c, const double *b, double *score, double *information)
{
    size_t p = (size_t)c->p;
    double *rows = c->room + 2 * n_sums(c->p);
    at_risk a = {.c = c,
                 .risk = c->room,
                 .dead = c->room + n_sums(c->p),
                 .reference = rows,
                 .distance = rows + p,
                 .mean = rows + 2 * p,
                 .is_steep = predict(c, b),
                 .score = score,
                 .information = information,
                 .divisor = 1};
    memset(a.reference, 0, sizeof *a.reference * p);
    memset(score, 0, sizeof *score * p);
    memset(information, 0, sizeof *information * p * p);
    for (int stratum = 0; stratum < c->order.n_parts; stratum++) {
        sq_walk w = sq_walk_start(&c->order, stratum);
        while (sq_walk_step(&w)) step_back(&a, &w);
    }
    return a.log_likelihood - sq_log(a.divisor);
}
