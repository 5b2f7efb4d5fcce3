/* Samples come from other programs' columns, so everything about them is doubted here, once, and
 * the estimators may rely on it: an order with a NaN in it is no order. */
#include "estimate/sample.h"

#include <math.h>
#include <stdbool.h>

static sq_status wrong(sq_error *err, const sq_sample *s, int i, const char *what, double value)
{
    return sq_fail(err, SQ_ERR_INPUT, "patient %d of %d: %s, and this one's is %g", i + 1, s->n,
                   what, value);
}

static sq_status check_times(const sq_sample *s, sq_error *err)
{
    for (int i = 0; i < s->n; i++) {
        double t = s->time[i], from = s->entry ? s->entry[i] : 0;
        if (!(t >= 0) || isinf(t)) return wrong(err, s, i, "times are finite and not negative", t);
        if (!(from >= 0) || isinf(from))
            return wrong(err, s, i, "times of entry are finite and not negative", from);
        if (s->entry && !(from < t))
            return sq_fail(err, SQ_ERR_INPUT,
                           "patient %d of %d enters at %g, not before the end of follow-up at %g",
                           i + 1, s->n, from, t);
    }
    return SQ_OK;
}

/* A column of codes from `least` to `most`. */
static sq_status check_codes(const sq_sample *s, const int *code, int least, int most,
                             const char *what, sq_error *err)
{
    for (int i = 0; code && i < s->n; i++)
        if (code[i] < least || code[i] > most)
            return sq_fail(err, SQ_ERR_INPUT,
                           "patient %d of %d: %s lies between %d and %d, and this one's is %d",
                           i + 1, s->n, what, least, most, code[i]);
    return SQ_OK;
}

static sq_status check_numbers(const sq_sample *s, sq_error *err)
{
    for (int k = 0; k < s->n_covariates; k++)
        for (int i = 0; i < s->n; i++) {
            double x = s->covariate[(size_t)k * (size_t)s->n + (size_t)i];
            if (!isfinite(x))
                return sq_fail(err, SQ_ERR_INPUT,
                               "patient %d of %d: covariate %d is not a finite number", i + 1, s->n,
                               k + 1);
        }
    for (int i = 0; s->weight && i < s->n; i++)
        if (!(s->weight[i] > 0) || isinf(s->weight[i]))
            return wrong(err, s, i, "weights are finite and above 0", s->weight[i]);
    return SQ_OK;
}

sq_status sq_sample_check(const sq_sample *s, int cause, sq_error *err)
{
    if (s->n < 1 || !s->time || !s->status)
        return sq_fail(err, SQ_ERR_INPUT,
                       "a sample needs at least one patient with a time and a status");
    if (s->n_causes < 1)
        return sq_fail(err, SQ_ERR_INPUT, "a sample needs at least one cause of events");
    if (cause < 0 || cause > s->n_causes)
        return sq_fail(err, SQ_ERR_INPUT,
                       "there is no cause %d: the sample's are 1 to %d, and 0 is any", cause,
                       s->n_causes);
    if (s->n_covariates < 0 || (s->n_covariates > 0 && !s->covariate))
        return sq_fail(err, SQ_ERR_INPUT, "the sample has no columns for its %d covariates",
                       s->n_covariates);
    sq_status status = check_times(s, err);
    if (!status) status = check_codes(s, s->status, 0, s->n_causes, "the status", err);
    if (!status) status = check_codes(s, s->group, 0, s->n_groups - 1, "the group", err);
    if (!status) status = check_codes(s, s->stratum, 0, s->n_strata - 1, "the stratum", err);
    return status ? status : check_numbers(s, err);
}

/* The columns of a sample while it is filled. */
typedef struct columns {
    double *time, *entry, *covariate, *weight;
    int *status, *group, *stratum;
} columns;

/* Room for m patients, for the columns that the sample has; false when memory is out. */
static bool make_columns(const sq_sample *s, int m, sq_arena *arena, columns *c)
{
    size_t n = (size_t)m, n_values = n * (size_t)s->n_covariates;
    *c = (columns){.time = sq_arena_array(arena, n, sizeof *c->time),
                   .status = sq_arena_array(arena, n, sizeof *c->status)};
    if (s->entry) c->entry = sq_arena_array(arena, n, sizeof *c->entry);
    if (s->group) c->group = sq_arena_array(arena, n, sizeof *c->group);
    if (s->stratum) c->stratum = sq_arena_array(arena, n, sizeof *c->stratum);
    if (s->weight) c->weight = sq_arena_array(arena, n, sizeof *c->weight);
    if (s->n_covariates) c->covariate = sq_arena_array(arena, n_values, sizeof *c->covariate);
    return c->time && c->status && !c->entry == !s->entry && !c->group == !s->group &&
           !c->stratum == !s->stratum && !c->weight == !s->weight &&
           !c->covariate == !s->n_covariates;
}

/* Patient i becomes number j of m. */
static void copy_patient(const sq_sample *s, double landmark, int i, const columns *c, int j, int m)
{
    c->time[j] = s->time[i] - landmark;
    c->status[j] = s->status[i];
    if (s->entry) c->entry[j] = fmax(0, s->entry[i] - landmark);
    if (s->group) c->group[j] = s->group[i];
    if (s->stratum) c->stratum[j] = s->stratum[i];
    if (s->weight) c->weight[j] = s->weight[i];
    for (int k = 0; k < s->n_covariates; k++)
        c->covariate[(size_t)k * (size_t)m + (size_t)j] =
            s->covariate[(size_t)k * (size_t)s->n + (size_t)i];
}

sq_status sq_landmark(const sq_sample *s, double landmark, sq_arena *arena, sq_sample *later,
                      sq_error *err)
{
    sq_status status = sq_sample_check(s, SQ_ANY_CAUSE, err);
    if (status) return status;
    if (!(landmark >= 0) || isinf(landmark))
        return sq_fail(err, SQ_ERR_INPUT, "a landmark is a finite time, not negative, and not %g",
                       landmark);
    int m = 0;
    for (int i = 0; i < s->n; i++) m += s->time[i] > landmark;
    if (m == 0)
        return sq_fail(err, SQ_ERR_INPUT,
                       "nobody of %d patients is followed beyond the landmark at %g", s->n,
                       landmark);
    columns c;
    sq_arena_reset(arena);
    if (!make_columns(s, m, arena, &c))
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for a landmark's sample");
    for (int i = 0, j = 0; i < s->n; i++)
        if (s->time[i] > landmark) copy_patient(s, landmark, i, &c, j++, m);
    *later = *s;
    later->n = m;
    later->time = c.time;
    later->status = c.status;
    later->entry = c.entry;
    later->group = c.group;
    later->stratum = c.stratum;
    later->weight = c.weight;
    later->covariate = c.covariate;
    return SQ_OK;
}
