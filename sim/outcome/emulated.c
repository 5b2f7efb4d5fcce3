/* Results of emulated cohorts and their spread. Figures that are infinite have a rank but no distance, so quantiles are of
 * type 1, which needs ranks alone, and means are of the others. */
#include "outcome/emulated.h"

#include "math/kernel.h"
#include "model/unit.h"

#include <math.h>
#include <stdlib.h>

const double sq_cohort_quantiles[SQ_COHORT_QUANTILES] = {.025, .1, .25, .5, .75, .9, .975};

const char *sq_estimate_ending_word(sq_estimate_ending ending)
{
    static const char *const word[] = {
#define X(name, text) text,
        SQ_ESTIMATE_ENDING_LIST(X)
#undef X
    };
    return word[ending];
}

void sq_emulated_free(sq_emulated *emulated)
{
    if (emulated == NULL) return;
    sq_arena_free(&emulated->arena);
    free(emulated);
}

sq_emulated_sizes sq_emulated_lengths(const sq_model *m)
{
    sq_emulated_sizes all = {0};
    for (int i = 0; i < m->n_emulations; i++) {
        const sq_emulation *e = &m->emulations[i];
        all.estimates += (size_t)e->n_estimates;
        all.groups += (size_t)e->n_groups;
        all.cohorts = (size_t)e->n_cohorts > all.cohorts ? (size_t)e->n_cohorts : all.cohorts;
    }
    return all;
}

int64_t sq_emulated_cohort_size(const sq_emulation *e)
{
    int64_t size = e->size;
    for (int g = 0; e->size == 0 && g < e->n_groups; g++) size += e->groups[g].size;
    return size;
}

double sq_estimate_unit(const sq_cohort_estimate *estimate)
{
    bool is_time = estimate->kind == SQ_ESTIMATE_MEDIAN || estimate->kind == SQ_ESTIMATE_RESTRICTED_MEAN;
    return is_time ? SQ_DAYS_PER_YEAR : 1;
}

static int ascending(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* Mean and standard deviation of what is finite, in two passes. */
static void add_moments(sq_cohort_spread *s, bool is_ratio)
{
    double sum = 0, squares = 0, n = 0;
    for (int pass = 0; pass < 2; pass++) {
        double mean = pass > 0 ? sum / n : 0;
        for (int i = 0; i < s->n; i++) {
            double x = is_ratio ? sq_log(s->rank[i]) : s->rank[i];
            if (!isfinite(x)) continue;
            if (pass == 0) {
                sum += x;
                n++;
            } else {
                squares += (x - mean) * (x - mean);
            }
        }
    }
    s->mean = n > 0 ? sum / n : (double)NAN;
    s->sd = n > 1 ? sqrt(squares / (n - 1)) : (double)NAN;
    if (is_ratio) s->mean = sq_exp(s->mean);
}

bool sq_cohort_spread_of(const sq_emulated_cohorts *c, const sq_emulation *e, int estimate, sq_arena *arena,
                         sq_cohort_spread *spread)
{
    const sq_emulated_figure *figure = c->of_cohort + (size_t)estimate * (size_t)c->n_cohorts;
    double *rank = sq_arena_array(arena, (size_t)c->n_cohorts, sizeof *rank);
    *spread = (sq_cohort_spread){.rank = rank};
    if (rank == NULL) return false;
    for (int i = 0; i < c->n_cohorts; i++)
        if (!isnan(figure[i].value)) rank[spread->n++] = figure[i].value;
    qsort(rank, (size_t)spread->n, sizeof *rank, ascending);
    add_moments(spread, e->estimates[estimate].kind == SQ_ESTIMATE_HAZARD_RATIO);
    return true;
}

double sq_cohort_quantile(const sq_cohort_spread *s, double p)
{
    if (s->n == 0) return (double)NAN;
    double place = ceil(p * s->n * (1 - 0x1p-50)); /* p n may be a whole number and come out a little above it */
    int i = place < 1 ? 0 : (int)place - 1;
    return s->rank[i < s->n ? i : s->n - 1];
}

/* Estimates are sums and products of what a publication prints as a quotient: they meet it but for rounding. */
static bool is_tie(double estimate, double published)
{
    return estimate == published || fabs(estimate - published) <= 1e-9 * fabs(published);
}

double sq_cohort_mid_p(const sq_cohort_spread *s, double published)
{
    double below = 0, equal = 0;
    for (int i = 0; i < s->n; i++) {
        bool tie = is_tie(s->rank[i], published);
        below += !tie && s->rank[i] < published;
        equal += tie;
    }
    if (s->n == 0 || isnan(published)) return (double)NAN;
    double lower = (below + equal / 2) / s->n;
    return 2 * fmin(lower, 1 - lower);
}
