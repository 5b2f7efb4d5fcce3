/* Arming, spending, pausing and waking of one event's clocks, for all lanes of a selection: the numbers
 * behind col_clock.c's bits. Of a clock that nobody looks at again before it fires, the due time is all that
 * is kept.
 *
 * Where a hazard ratio over time counts from something that has not happened, the clock wears another law;
 * such lanes go by themselves. */
#include "engine/col.h"

#include <float.h>
#include <math.h>

static double *kept(const sq_columns *c, int row) { return c->p->kept + sq_col_row(c->p, row); }

/* Latest times of an occurrence; NaN where it has not happened. */
static double *latest(sq_columns *c, const sq_selection *s, int occurrence)
{
    const uint64_t *happened = c->p->happened + sq_col_row(c->p, occurrence / 64);
    const double *last = c->p->last_time + sq_col_row(c->p, occurrence);
    double *time = sq_col_doubles(c, s->n);
    c->lanes->times_if(time, (double)NAN, last, happened, occurrence % 64, s->lane, s->n);
    return time;
}

/* Does something to the clocks of lanes that all await what their hazard ratio over time counts from, or none. */
typedef void clock_work(sq_columns *c, sq_selection *s, int event, bool awaited);

/* zero: NaN where it is awaited. */
static void in_parts(sq_columns *c, sq_selection *s, int event, const double *zero, clock_work *work)
{
    sq_selection part;
    double *truth = sq_col_doubles(c, s->n);
    for (int awaited = 0; awaited < 2; awaited++) {
        sq_mark mark = sq_col_mark(c);
        for (int i = 0; i < s->n; i++) truth[i] = (isnan(zero[i]) != 0) == awaited;
        for (int i = s->n; i < sq_col_padded(s->n); i++) truth[i] = 0;
        if (sq_col_where(c, s, truth, &part)) work(c, &part, event, awaited);
        sq_col_release(c, mark);
    }
}

/* ---- law, age and due time ------------------------------------------------------------------- */

static bool can_begin_early(const sq_law_spec *spec)
{
    bool from_below = spec->family == SQ_NORMAL || spec->family == SQ_UNIFORM || spec->family == SQ_TRIANGULAR;
    return from_below || spec->shift.count;
}

/* The law as it is now: one that can be negative is no waiting time. */
static void clock_law(sq_columns *c, sq_selection *s, int index, bool awaited, sq_law_columns *law)
{
    const sq_event *event = &c->model->events[index];
    const sq_profile_spec *profile = &event->law.profile;
    bool is_kept = c->plan->clocks[index].is_kept;
    sq_law_numbers numbers;
    sq_col_law(c, s, index, awaited, law, &numbers);
    if (is_kept) sq_col_keep_law(c, s, index, &numbers);
    if (c->plan->clocks[index].zero >= 0) {
        double *zero = latest(c, s, profile->since);
        if (!awaited) sq_col_judge(c, s, zero, -DBL_MAX, DBL_MAX, 0);
        sq_col_scatter(s, kept(c, c->plan->clocks[index].zero), zero);
    }
    if (!can_begin_early(&event->law)) return;
    double *start = sq_col_doubles(c, s->n);
    c->lanes->law_start(law, start, s->n);
    sq_col_judge(c, s, start, 0, INFINITY, 0);
}

/* NULL where it is 0. */
static const double *age_at_arming(sq_columns *c, sq_selection *s, const sq_event *event)
{
    if (event->origin == SQ_FROM_ARMING) return NULL;
    if (event->origin == SQ_FROM_INDEX) return s->now;
    const sq_column now = {s->now, 1};
    double *age = sq_col_doubles(c, s->n);
    if (event->origin == SQ_FROM_BIRTH) {
        const sq_column at_index = {sq_col_baseline(c, s, event->origin_index), 1};
        c->lanes->operate(SQ_OP_ADD, age, at_index, now, now, s->n);
    } else {
        const sq_column since = {latest(c, s, event->origin_index), 1};
        c->lanes->operate(SQ_OP_SUB, age, now, since, now, s->n);
    }
    sq_col_judge(c, s, age, 0, INFINITY, 0);
    return age;
}

/* The time zero of a hazard ratio over time as an age of the clock, which is `age` (NULL: 0) at the instant `at`. */
static void take_offset(sq_columns *c, const sq_selection *s, int index, const double *age, const double *at,
                        sq_law_columns *law)
{
    if (!law->profile.kind || c->plan->clocks[index].zero < 0) return;
    double *offset = sq_col_gather(c, s, kept(c, c->plan->clocks[index].zero));
    for (int i = 0; i < sq_col_padded(s->n); i++) offset[i] = (age ? age[i] : 0) - (at[i] - offset[i]);
    law->profile.offset = (sq_column){offset, 1};
}

static sq_clock_columns columns_of(const sq_columns *c, int index)
{
    sq_clock_columns columns = {.due = c->p->due + sq_col_row(c->p, index)};
    if (!c->plan->clocks[index].is_kept) return columns;
    columns.since = kept(c, c->plan->clocks[index].since);
    columns.age = kept(c, c->plan->clocks[index].age);
    columns.left = kept(c, c->plan->clocks[index].left);
    return columns;
}

/* Sets the due times of clocks that run from now on with this law, age and unspent hazard. age NULL: 0. */
static void set_due(sq_columns *c, sq_selection *s, int index, sq_law_columns *law, const double *age,
                    const double *left)
{
    double *remaining = sq_col_doubles(c, s->n);
    const sq_clock_columns clocks = columns_of(c, index);
    take_offset(c, s, index, age, s->now, law);
    c->lanes->law_remaining(law, remaining, age, left, s->n);
    if (!c->lanes->set_due(&clocks, remaining, s->now, age, left, s->lane, s->n))
        sq_col_judge(c, s, remaining, 0, INFINITY, INFINITY);
}

/* ---- arming ---------------------------------------------------------------------------------- */

/* A fixed delay asks nothing of the hazard that the reference draws for it, and nobody else draws at the site. Keys and
 * loadings are looked at all the same, for they may be impossible. */
static bool needs_luck(const sq_model *m, const sq_event *event)
{
    return event->law.family != SQ_FIXED || event->loading.mean.count > 0 || m->sites[event->site].n_keys > 0;
}

/* Hazards for clocks that begin. */
static const double *hazard_at_arming(sq_columns *c, sq_selection *s, const sq_event *event)
{
    const double *hazard = NULL;
    if (needs_luck(c->model, event)) sq_col_luck(c, s, event->site, &event->loading, NULL, &hazard);
    else hazard = sq_col_dense(c, s, sq_col_uniform(c, 1));
    return hazard;
}

static void arm(sq_columns *c, sq_selection *s, int index, bool awaited)
{
    const sq_event *event = &c->model->events[index];
    sq_law_columns law;
    clock_law(c, s, index, awaited, &law);
    const double *age = age_at_arming(c, s, event);
    set_due(c, s, index, &law, age, hazard_at_arming(c, s, event));
}

void sq_col_arm(sq_columns *c, sq_selection *s, int index)
{
    const sq_law_spec *spec = &c->model->events[index].law;
    if (sq_col_law_awaits(spec)) in_parts(c, s, index, latest(c, s, spec->profile.since), arm);
    else arm(c, s, index, false);
}

/* ---- spending -------------------------------------------------------------------------------- */

static void spend(sq_columns *c, sq_selection *s, int index, bool awaited)
{
    double *from = sq_col_gather(c, s, kept(c, c->plan->clocks[index].age));
    double *since = sq_col_gather(c, s, kept(c, c->plan->clocks[index].since));
    double *left = sq_col_gather(c, s, kept(c, c->plan->clocks[index].left));
    double *to = sq_col_doubles(c, s->n), *spent = sq_col_doubles(c, s->n);
    sq_law_columns law;
    sq_col_kept_law(c, s, index, awaited, &law);
    take_offset(c, s, index, from, since, &law); /* as when the clock was set */
    for (int i = 0; i < sq_col_padded(s->n); i++) to[i] = from[i] + (s->now[i] - since[i]);
    c->lanes->law_spent(&law, spent, from, to, s->n);
    for (int i = 0; i < s->n; i++) {
        double rest = left[i] - spent[i];
        left[i] = rest <= DBL_MIN ? DBL_MIN : rest; /* rounding must not make it spent before it fires */
    }
    sq_col_scatter(s, kept(c, c->plan->clocks[index].left), left);
    sq_col_scatter(s, kept(c, c->plan->clocks[index].age), to);
    sq_col_scatter(s, kept(c, c->plan->clocks[index].since), s->now);
}

/* With the law that the clocks were given last. */
static void with_kept_law(sq_columns *c, sq_selection *s, int index, clock_work *work)
{
    const sq_law_spec *spec = &c->model->events[index].law;
    if (sq_col_law_awaits(spec)) in_parts(c, s, index, sq_col_gather(c, s, kept(c, c->plan->clocks[index].zero)), work);
    else work(c, s, index, false);
}

void sq_col_spend(sq_columns *c, sq_selection *s, int index) { with_kept_law(c, s, index, spend); }

/* ---- waking and following -------------------------------------------------------------------- */

static void go_on(sq_columns *c, sq_selection *s, int index, sq_law_columns *law)
{
    double *age = sq_col_gather(c, s, kept(c, c->plan->clocks[index].age));
    double *left = sq_col_gather(c, s, kept(c, c->plan->clocks[index].left));
    set_due(c, s, index, law, age, left);
}

static void go_on_as_kept(sq_columns *c, sq_selection *s, int index, bool awaited)
{
    sq_law_columns law;
    sq_col_kept_law(c, s, index, awaited, &law);
    go_on(c, s, index, &law);
}

static void go_on_as_now(sq_columns *c, sq_selection *s, int index, bool awaited)
{
    sq_law_columns law;
    clock_law(c, s, index, awaited, &law);
    go_on(c, s, index, &law);
}

static void with_law_now(sq_columns *c, sq_selection *s, int index)
{
    const sq_law_spec *spec = &c->model->events[index].law;
    if (sq_col_law_awaits(spec)) in_parts(c, s, index, latest(c, s, spec->profile.since), go_on_as_now);
    else go_on_as_now(c, s, index, false);
}

void sq_col_wake(sq_columns *c, sq_selection *s, int index)
{
    if (c->model->events[index].changes == SQ_FOLLOW) with_law_now(c, s, index);
    else with_kept_law(c, s, index, go_on_as_kept);
}

/* The lanes whose law comes out otherwise than it was; false if none does. */
static bool law_has_changed(sq_columns *c, sq_selection *s, int index, sq_selection *changed)
{
    const double *differs = sq_col_law_differs(c, s, index);
    return differs && sq_col_where(c, s, differs, changed);
}

void sq_col_follow(sq_columns *c, sq_selection *s, int index)
{
    if (c->model->events[index].changes == SQ_REDRAW) {
        sq_col_arm(c, s, index);
        return;
    }
    const sq_profile_spec *profile = &c->model->events[index].law.profile;
    sq_selection changed = *s;
    bool counts_since = profile->kind && profile->since >= 0;
    if (!counts_since && !law_has_changed(c, s, index, &changed)) return;
    sq_col_spend(c, &changed, index);
    with_law_now(c, &changed, index);
}
