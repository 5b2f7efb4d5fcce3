/* What happened: how often and whether ever, when first, and from which state to which. */
#include "outcome/finish.h"

#include <math.h>

void sq_finish_occurrences(sq_finish *w)
{
    size_t n = (size_t)SQ_OCCURS_DEATH(w->model) + 1;
    if (!sq_wants(w->model, SQ_OUT_EVENTS))
        return;
    double *mean = sq_finish_real(w, "event_count", "1", "mean number of occurrences per patient",
                                  "event", NULL);
    double *se = sq_finish_real(w, "event_count_se", "1", "standard error of event_count", "event",
                                NULL);
    double *ever = sq_finish_real(w, "event_ever", "1", "share of patients it ever happened to", "event",
                                  NULL);
    for (size_t i = 0; !w->failed && i < sq_finish_cells(w) * n; i++) {
        sq_slice slice = sq_finish_slice(w, i / n);
        const sq_layout *at = sq_tally_layout(slice.outcome, slice.subgroup);
        const int64_t *tally = sq_tally(slice.outcome, slice.strategy, slice.subgroup);
        double lives = (double)tally[at->lives];
        size_t place = i % n;
        sq_moments moments = sq_moments_of((double)tally[at->count + place],
                                           (double)tally[at->count_squared + place], lives);
        mean[i] = moments.mean;
        se[i] = moments.se;
        ever[i] = lives > 0 ? (double)tally[at->ever + place] / lives : (double)NAN;
    }
}

void sq_finish_first_times(sq_finish *w)
{
    const sq_model *m = w->model;
    size_t n = (size_t)SQ_OCCURS_DEATH(m) + 1, quantiles = (size_t)m->n_quantiles;
    if (!sq_wants(m, SQ_OUT_FIRST_TIMES))
        return;
    double *mean = sq_finish_real(w, "event_first_time", "year",
                                  "mean time to the first occurrence, of patients who had it", "event", NULL);
    double *se = sq_finish_real(w, "event_first_time_se", "year", "standard error of event_first_time",
                                "event", NULL);
    int64_t *had = sq_finish_count(w, "event_first_time_n", "patients who had it", "event", NULL);
    double *quantile = NULL;
    if (sq_keeps_first_histograms(m))
        quantile = sq_finish_real(w, "event_first_time_quantile", "year",
                                  "quantile of the time to the first occurrence, of patients who had it",
                                  "event", "quantile");
    for (size_t i = 0; !w->failed && i < sq_finish_cells(w) * n; i++) {
        sq_slice slice = sq_finish_slice(w, i / n);
        const sq_outcome *o = slice.outcome;
        int event = (int)(i % n);
        sq_moments moments = sq_tally_first_time(slice, event);
        mean[i] = moments.mean;
        se[i] = moments.se;
        had[i] = sq_tally(o, slice.strategy, -1)[o->all.ever + i % n];
        if (quantile != NULL)
            sq_histogram_quantiles(&o->first_histograms[slice.strategy * o->n_first + event],
                                   m->n_quantiles, m->quantiles, quantile + i * quantiles);
    }
}

void sq_finish_transitions(sq_finish *w)
{
    const sq_model *m = w->model;
    size_t n = (size_t)m->n_states * (size_t)m->n_states;
    if (n == 0 || !sq_wants(m, SQ_OUT_TRANSITIONS))
        return;
    double *mean = sq_finish_real(w, "transition_count", "1", "mean number of transitions per patient",
                                  "from_state", "to_state");
    double *se = sq_finish_real(w, "transition_count_se", "1", "standard error of transition_count",
                                "from_state", "to_state");
    for (size_t i = 0; !w->failed && i < sq_finish_cells(w) * n; i++) {
        sq_slice slice = sq_finish_slice(w, i / n);
        const sq_layout *at = &slice.outcome->all;
        const int64_t *tally = sq_tally(slice.outcome, slice.strategy, -1);
        sq_moments moments =
            sq_moments_of((double)tally[at->move + i % n], (double)tally[at->move_squared + i % n],
                          (double)tally[at->lives]);
        mean[i] = moments.mean;
        se[i] = moments.se;
    }
}
