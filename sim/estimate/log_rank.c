/* The groups' numbers at risk are counted while walking back in time. The weights need survival of
 * the pooled sample just before each time, which runs forward, so the strata's risk tables come
 * first. */
#include "estimate/log_rank.h"

#include <math.h>

#include "estimate/risk_table.h"
#include "math/cholesky.h"
#include "math/kernel.h"

static const double DEPENDENT =
    1e-10; /* of a group's variance that is left by the groups before it */

typedef struct comparison {
    const sq_sample *sample;
    sq_log_rank_request request;
    sq_risk_tables strata;
    int n_groups;
    double *weight;           /* [n] by row of a stratum */
    double *at_risk, *events; /* [n_groups] at one time */
    double *observed, *expected, *variance;
    double *factor, *solution; /* [n_groups][n_groups], [n_groups] */
    int *kept;                 /* [n_groups] */
} comparison;

static bool make_comparison(comparison *c, sq_arena *arena)
{
    size_t n = (size_t)c->sample->n, k = (size_t)c->n_groups;
    sq_sample pooled = *c->sample;
    pooled.group = pooled.stratum;
    pooled.n_groups = pooled.n_strata;
    c->weight = sq_arena_array(arena, n, sizeof(double));
    c->at_risk = sq_arena_array(arena, k, sizeof(double));
    c->events = sq_arena_array(arena, k, sizeof(double));
    c->observed = sq_arena_array(arena, k, sizeof(double));
    c->expected = sq_arena_array(arena, k, sizeof(double));
    c->variance = sq_arena_array(arena, k * k, sizeof(double));
    c->factor = sq_arena_array(arena, k * k, sizeof(double));
    c->solution = sq_arena_array(arena, k, sizeof(double));
    c->kept = sq_arena_array(arena, k, sizeof(int));
    return c->weight && c->at_risk && c->events && c->observed && c->expected && c->variance &&
           c->factor && c->solution && c->kept &&
           sq_risk_tables_make(&pooled, c->request.cause, arena, &c->strata);
}

static double power(double x, double exponent) { return exponent == 0 ? 1 : sq_pow(x, exponent); }

static void find_weights(comparison *c, const sq_risk_table *table)
{
    double survival = 1;
    for (int r = 0; r < table->n_rows; r++) {
        const sq_risk_row *at = &table->row[r];
        c->weight[r] = power(survival, c->request.rho) * power(1 - survival, c->request.gamma);
        survival *= (double)(at->n_at_risk - at->n_events) / at->n_at_risk;
    }
}

static void count(comparison *c, const sq_walk *w)
{
    for (int g = 0; g < c->n_groups; g++) c->events[g] = 0;
    for (int i = 0; i < w->n_leaving; i++) c->at_risk[c->sample->group[w->leaving[i]]]--;
    for (int i = 0; i < w->n_joining; i++) {
        int who = w->joining[i], g = c->sample->group[who];
        c->at_risk[g]++;
        c->events[g] += sq_sample_has_event(c->sample, c->request.cause, who);
    }
}

/* One time's table of groups by event or none: its expectation and hypergeometric variance given
 * its margins. */
static void add_table(comparison *c, const sq_risk_row *at, double weight)
{
    int k = c->n_groups;
    double n = at->n_at_risk, d = at->n_events;
    double scatter = n > 1 ? weight * weight * d * (n - d) / (n - 1) : 0;
    for (int g = 0; g < k; g++) {
        double share = c->at_risk[g] / n;
        c->observed[g] += weight * c->events[g];
        c->expected[g] += weight * d * share;
        for (int h = 0; h < k; h++)
            c->variance[g * k + h] += scatter * share * ((g == h) - c->at_risk[h] / n);
    }
}

static void add_stratum(comparison *c, int stratum)
{
    const sq_risk_table *table = &c->strata.group[stratum];
    sq_walk w = sq_walk_start(&c->strata.order, stratum);
    for (int g = 0; g < c->n_groups; g++) c->at_risk[g] = 0;
    find_weights(c, table);
    for (int r = table->n_rows - 1; sq_walk_step(&w); r--) {
        count(c, &w);
        if (table->row[r].n_events > 0) add_table(c, &table->row[r], c->weight[r]);
    }
}

/* Whether the variance of the first m groups kept has a factor, which is then made. */
static bool factorise_kept(comparison *c, int m)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++)
            c->factor[i * m + j] = c->variance[c->kept[i] * c->n_groups + c->kept[j]];
    return sq_cholesky_factorise(c->factor, m, m, DEPENDENT) == m;
}

/* The quadratic form of observed - expected in a generalised inverse of its variance: in turn each
 * group is kept that does not follow from those before it, as the last always does. */
static sq_chi_square test(comparison *c)
{
    int m = 0;
    double statistic = 0;
    for (int g = 0; g < c->n_groups; g++) {
        c->kept[m] = g;
        m += factorise_kept(c, m + 1);
    }
    factorise_kept(c, m);
    for (int i = 0; i < m; i++) c->solution[i] = c->observed[c->kept[i]] - c->expected[c->kept[i]];
    sq_cholesky_solve(c->factor, m, m, c->solution);
    for (int i = 0; i < m; i++)
        statistic += c->solution[i] * (c->observed[c->kept[i]] - c->expected[c->kept[i]]);
    return sq_chi_square_make(statistic, m);
}

static sq_status check(const sq_sample *sample, sq_log_rank_request request, sq_error *err)
{
    sq_status status = sq_sample_check(sample, request.cause, err);
    if (status) return status;
    if (!sample->group)
        return sq_fail(err, SQ_ERR_INPUT, "a log-rank test needs groups to compare");
    if (sample->weight)
        return sq_fail(err, SQ_ERR_INPUT, "the log-rank test takes no weights of patients here");
    if (!(request.rho >= 0 && request.gamma >= 0) || isinf(request.rho) || isinf(request.gamma))
        return sq_fail(err, SQ_ERR_INPUT,
                       "rho and gamma are finite and not negative, and not %g and %g", request.rho,
                       request.gamma);
    return SQ_OK;
}

sq_status sq_log_rank_test(const sq_sample *sample, sq_log_rank_request request, sq_arena *arena,
                           sq_log_rank *result, sq_error *err)
{
    sq_status status = check(sample, request, err);
    if (status) return status;
    sq_arena_reset(arena);
    comparison c = {.sample = sample, .request = request, .n_groups = sample->n_groups};
    if (!make_comparison(&c, arena))
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for a log-rank test of %d patients",
                       sample->n);
    for (int s = 0; s < c.strata.order.n_parts; s++) add_stratum(&c, s);
    *result = (sq_log_rank){c.n_groups, c.observed, c.expected, c.variance, test(&c)};
    return SQ_OK;
}
