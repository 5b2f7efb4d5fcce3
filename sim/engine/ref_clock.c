/* Clocks and draws. Every draw begins as a uniform at its address. It becomes a survival uniform s, small for
 * a high score, through the Gaussian copula where the draw loads on latents; then
 *     a number or a time   H^-1(-log s)            high score: larger, later
 *     a flag               s < p                   high score: true
 *     a category           the first option whose cumulated probability exceeds s
 * so that published marginals stay exact for every loading. */
#include "engine/ref_body.h"

#include "math/kernel.h"
#include "model/block.h"

#include <float.h>
#include <math.h>

double sq_ref_uniform(sq_ref *r, int site_index)
{
    const sq_site *site = &r->model->sites[site_index];
    int slot = 0;
    for (int i = 0; i < site->n_keys; i++) {
        double key = r->attribute[site->key_attribute[i]];
        if (isnan(key)) return NAN; /* unset: only what is drawn in a life can meet it */
        slot = slot * site->key_size[i] + (int)key;
    }
    uint32_t visit = r->visits[site->counter + slot]++;
    double u = sq_address_uniform(sq_address_with(sq_address_with(r->luck, site->hash[slot]), visit));
    SQ_TRACE(r, on_draw, site_index, slot, visit, u);
    return u;
}

static sq_status unset_key(sq_ref *r, int site_index)
{
    const sq_site *site = &r->model->sites[site_index];
    int i = 0;
    while (i + 1 < site->n_keys && !isnan(r->attribute[site->key_attribute[i]])) i++;
    return sq_ref_fail(r, "the luck of %s is keyed by %s, which is unset here", site->path,
                       r->model->attributes[site->key_attribute[i]].name);
}

sq_status sq_ref_luck(sq_ref *r, int site, const sq_loading *loading, double *survival, double *hazard)
{
    double u = sq_ref_uniform(r, site);
    if (isnan(u)) return unset_key(r, site);
    if (loading->mean.count == 0) {
        *survival = u;
        if (hazard) *hazard = -sq_log(u);
        return SQ_OK;
    }
    sq_view view = sq_ref_view(r);
    double mean = sq_program_value(&view, loading->mean, 0);
    double sd = sq_program_value(&view, loading->sd, 1);
    if (!isfinite(mean) || !isfinite(sd)) {
        sq_ref_blame(r, loading->mean);
        return sq_ref_fail(r, "the loadings of %s leave no own variance (mean %g, sd %g)",
                           r->model->sites[site].path, mean, sd);
    }
    double score = mean - sd * sq_normal_quantile(u);
    *survival = sq_normal_ccdf(score);
    if (hazard) *hazard = -sq_normal_log_ccdf(score);
    return SQ_OK;
}

/* The score of a member is the mix of its own with those of the members drawn before it. Where it is
 * correlated with none of them it keeps its uniform to the bit. */
static void member_luck(sq_ref *r, const sq_draw *draw, double *survival, double *hazard)
{
    int member = draw->member - 1;
    const double *factor = r->block + r->model->factor + member * r->model->n_members;
    double u = sq_ref_uniform(r, draw->site), mean = 0;
    bool alone = true;
    r->score[member] = -sq_normal_quantile(u);
    for (int j = 0; j < member; j++) {
        if (factor[j] == 0) continue;
        mean += factor[j] * r->score[j];
        alone = false;
    }
    double score = mean + factor[member] * r->score[member];
    *survival = alone ? u : sq_normal_ccdf(score);
    if (hazard) *hazard = alone ? -sq_log(u) : -sq_normal_log_ccdf(score);
}

static sq_status draw_luck(sq_ref *r, const sq_draw *draw, double *survival, double *hazard)
{
    if (draw->member == 0) return sq_ref_luck(r, draw->site, &draw->loading, survival, hazard);
    member_luck(r, draw, survival, hazard);
    return SQ_OK;
}

/* ---- draws ---------------------------------------------------------------------------------------- */

static sq_status law_now(sq_ref *r, const sq_law_spec *spec, const char *what, sq_law *law)
{
    sq_view view = sq_ref_view(r);
    sq_law_at(&view, spec, law);
    if (law->table.n_years > 0) law->arg[0] = r->birth;
    const char *problem = sq_law_problem(law);
    if (!problem) problem = sq_row_problem(&view, spec);
    if (!problem) SQ_TRACE(r, on_law, what, law, spec->unit);
    if (!problem) return SQ_OK;
    sq_ref_blame_law(r, spec);
    return sq_ref_fail(r, "%s: the %s law has an impossible number: %s", what,
                       sq_family_name(law->family), problem);
}

sq_status sq_ref_number(sq_ref *r, const sq_draw *draw, double *value)
{
    const char *path = r->model->sites[draw->site].path;
    double survival = 0, hazard = 0;
    sq_law law;
    sq_status status = draw_luck(r, draw, &survival, &hazard);
    if (!status) status = law_now(r, &draw->law, path, &law);
    if (status) return status;
    *value = sq_law_inverse(&law, hazard);
    if (isfinite(*value)) return SQ_OK;
    sq_ref_blame_law(r, &draw->law);
    return sq_ref_fail(r, "%s: the drawn number is not finite", path);
}

static sq_status probability(sq_ref *r, int site, sq_program program, double *p)
{
    sq_view view = sq_ref_view(r);
    *p = sq_program_value(&view, program, 0);
    if (*p >= 0 && *p <= 1) return SQ_OK;
    sq_ref_blame(r, program);
    const char *path = r->model->sites[site].path;
    if (isnan(*p)) return sq_ref_fail(r, "%s: the probability has no value", path);
    return sq_ref_fail(r, "%s: %g is not a probability", path, *p);
}

sq_status sq_ref_flag(sq_ref *r, const sq_draw *draw, double *value)
{
    double survival = 0, p = 0;
    sq_status status = draw_luck(r, draw, &survival, NULL);
    if (!status) status = probability(r, draw->site, draw->chance, &p);
    if (!status) *value = survival < p;
    return status;
}

/* Probabilities of all options (at most SQ_DRAW_OPTIONS); the one not given takes the rest. */
static sq_status option_probabilities(sq_ref *r, const sq_draw *draw, double *p)
{
    const double slack = 1e-9; /* rounding in sums of probabilities written in decimals */
    const sq_draw_option *option = &r->model->draw_options[draw->first_option];
    const char *path = r->model->sites[draw->site].path;
    double sum = 0;
    int rest = -1;
    for (int i = 0; i < draw->n_options; i++) {
        p[i] = 0;
        if (option[i].probability.count == 0) {
            rest = i;
            continue;
        }
        sq_status status = probability(r, draw->site, option[i].probability, &p[i]);
        if (status) return status;
        sum += p[i];
    }
    if (rest >= 0) p[rest] = sum < 1 ? 1 - sum : 0;
    if (sum <= 1 + slack && (rest >= 0 || sum >= 1 - slack)) return SQ_OK;
    for (int i = 0; i < draw->n_options; i++) sq_ref_blame(r, option[i].probability);
    return sq_ref_fail(r, "%s: probabilities sum to %g%s", path, sum, sum > 1 ? "" : " only");
}

sq_status sq_ref_option(sq_ref *r, const sq_draw *draw, int *chosen)
{
    double p[SQ_DRAW_OPTIONS], survival = 0, cumulated = 0;
    sq_status status = draw_luck(r, draw, &survival, NULL);
    if (!status) status = option_probabilities(r, draw, p);
    if (status) return status;
    *chosen = -1;
    for (int i = 0; i < draw->n_options; i++) {
        if (p[i] > 0) *chosen = i; /* rounding never picks an option of probability zero */
        cumulated += p[i];
        if (survival < cumulated) break;
    }
    return SQ_OK;
}

/* ---- clocks ------------------------------------------------------------------------------------------ */

static sq_status age_at_arming(sq_ref *r, const sq_event *event, double *age)
{
    *age = 0;
    switch (event->origin) {
    case SQ_FROM_ARMING: return SQ_OK;
    case SQ_FROM_INDEX: *age = r->now; return SQ_OK;
    case SQ_FROM_BIRTH: *age = r->baseline[event->origin_index] + r->now; break;
    case SQ_FROM_OCCURRENCE: *age = r->now - r->last_time[event->origin_index]; break;
    }
    if (*age >= 0) return SQ_OK;
    if (event->origin == SQ_FROM_BIRTH)
        return sq_ref_fail(r, "%s counts from birth, and the patient is %g days old", event->name, *age);
    return sq_ref_fail(r, "%s counts from %s, which has not happened", event->name,
                       sq_occurrence_name(r->model, event->origin_index));
}

/* Sets the due time of a clock that runs from now on with its law, age and unspent hazard. */
static sq_status set_due(sq_ref *r, int event, sq_clock *clock)
{
    clock->mode = SQ_CLOCK_RUNNING;
    clock->since = r->now;
    if (clock->law.profile.kind && r->model->events[event].law.profile.since >= 0)
        clock->law.profile.offset = clock->age - (r->now - clock->zero);
    double remaining = sq_law_remaining(&clock->law, clock->age, clock->left);
    if (isnan(remaining) || remaining < 0) {
        sq_ref_blame_law(r, &r->model->events[event].law);
        return sq_ref_fail(r, "%s: no firing time at clock age %g days with %g of hazard left",
                           r->model->events[event].name, clock->age, clock->left);
    }
    clock->due = sq_on_time_grid(r->now + remaining);
    return SQ_OK;
}

/* The instant from which a hazard ratio over time counts, where that is not the clock's origin. */
static sq_status profile_zero(sq_ref *r, const sq_event *event, double *zero)
{
    const sq_profile_spec *profile = &event->law.profile;
    if (!profile->kind || profile->since < 0) return SQ_OK;
    *zero = r->last_time[profile->since];
    if (!isnan(*zero) || profile->before.count) return SQ_OK;
    return sq_ref_fail(r, "%s: the hazard ratio over time at %s counts from %s, which has not happened",
                       event->name, profile->where,
                       sq_occurrence_name(r->model, profile->since));
}

/* The law of a clock as it is now: one that can be negative is no waiting time. */
static sq_status clock_law(sq_ref *r, const sq_event *event, sq_clock *clock)
{
    sq_status status = law_now(r, &event->law, event->name, &clock->law);
    if (!status) status = profile_zero(r, event, &clock->zero);
    if (status) return status;
    double start = sq_law_start(&clock->law);
    if (start >= 0) return SQ_OK;
    sq_ref_blame_law(r, &event->law);
    return sq_ref_fail(r, "%s: a waiting time cannot begin below zero (%g days)", event->name, start);
}

static sq_status arm(sq_ref *r, int index)
{
    const sq_event *event = &r->model->events[index];
    sq_clock *clock = &r->clocks[index];
    double survival = 0;
    sq_status status = clock_law(r, event, clock);
    if (!status) status = age_at_arming(r, event, &clock->age);
    if (!status) status = sq_ref_luck(r, event->site, &event->loading, &survival, &clock->left);
    if (!status) status = set_due(r, index, clock);
    if (status) return status;
    clock->fresh = true;
    clock->held = false;
    SQ_TRACE(r, on_arm, r->now, index, clock->left, clock->due);
    return SQ_OK;
}

/* Brings age and unspent hazard of a running clock up to now. */
static void spend(sq_ref *r, sq_clock *clock)
{
    double age = clock->age + (r->now - clock->since);
    double left = clock->left - sq_law_spent(&clock->law, clock->age, age);
    clock->left = left <= DBL_MIN ? DBL_MIN : left; /* rounding must not make it spent before it fires */
    clock->age = age;
    clock->since = r->now;
}

static void cancel(sq_ref *r, int index)
{
    sq_clock *clock = &r->clocks[index];
    if (clock->mode != SQ_CLOCK_IDLE) SQ_TRACE(r, on_cancel, r->now, index, false);
    clock->mode = SQ_CLOCK_IDLE;
    clock->due = INFINITY;
    clock->held = false;
}

static void suspend(sq_ref *r, int index, bool by_action)
{
    sq_clock *clock = &r->clocks[index];
    if (clock->mode == SQ_CLOCK_RUNNING) {
        spend(r, clock);
        SQ_TRACE(r, on_cancel, r->now, index, true);
        clock->mode = SQ_CLOCK_PAUSED;
        clock->due = INFINITY;
    }
    if (clock->mode == SQ_CLOCK_PAUSED && by_action) clock->held = true;
}

/* A clock wakes with the age and the unspent hazard it was paused with. */
static sq_status wake(sq_ref *r, int index)
{
    const sq_event *event = &r->model->events[index];
    sq_clock *clock = &r->clocks[index];
    clock->held = false;
    if (event->changes == SQ_FOLLOW) {
        sq_status status = clock_law(r, event, clock);
        if (status) return status;
    }
    sq_status status = set_due(r, index, clock);
    if (!status) SQ_TRACE(r, on_follow, r->now, index, clock->due);
    return status;
}

/* `while:` holds now? Looked at afresh only if something it reads has changed. Death ends every clock. */
static sq_status may_run(sq_ref *r, const sq_event *event, const sq_clock *clock, bool *holds)
{
    *holds = false;
    if (r->model->states[r->state].death) return SQ_OK;
    *holds = clock->condition;
    if (!sq_bits_meet(&event->condition_reads, &r->changed, r->words) && !r->starting) return SQ_OK;
    return sq_ref_truth(r, event->condition, event->name, holds);
}

static bool entered_afresh(const sq_ref *r, const sq_event *event)
{
    return r->reenter && r->goto_state >= 0 &&
           sq_bits_has(&event->condition_reads, SQ_READS_STATE(r->model));
}

static void leave_one(sq_ref *r, int index, bool holds)
{
    const sq_event *event = &r->model->events[index];
    sq_clock *clock = &r->clocks[index];
    bool afresh = entered_afresh(r, event);
    clock->begins = holds && (!clock->condition || afresh);
    clock->condition = holds;
    if (!holds || (afresh && !clock->fired)) {
        if (event->pause_when_left && !r->model->states[r->state].death) suspend(r, index, false);
        else cancel(r, index);
    }
    if (clock->stop_asked) cancel(r, index);
    if (clock->pause_asked) suspend(r, index, true);
}

sq_status sq_ref_leave_clocks(sq_ref *r)
{
    for (int i = 0; i < r->model->n_events; i++) {
        bool holds;
        sq_status status = may_run(r, &r->model->events[i], &r->clocks[i], &holds);
        if (status) return status;
        leave_one(r, i, holds);
    }
    return SQ_OK;
}

static sq_status enter_one(sq_ref *r, int index)
{
    const sq_event *event = &r->model->events[index];
    sq_clock *clock = &r->clocks[index];
    if (clock->start_asked) return arm(r, index);
    if (clock->mode == SQ_CLOCK_PAUSED) {
        bool wakes = clock->resume_asked || (clock->begins && !clock->held);
        return wakes ? wake(r, index) : SQ_OK;
    }
    bool due_to_arm = (clock->begins || clock->fired) && !clock->stop_asked && !event->on_demand;
    return clock->mode == SQ_CLOCK_IDLE && due_to_arm ? arm(r, index) : SQ_OK;
}

sq_status sq_ref_enter_clocks(sq_ref *r)
{
    for (int i = 0; i < r->model->n_events; i++) {
        sq_clock *clock = &r->clocks[i];
        clock->fresh = false;
        if (clock->resume_asked) clock->held = false; /* it wakes when its condition holds */
        if (clock->condition) {
            sq_status status = enter_one(r, i);
            if (status) return status;
        }
        clock->fired = clock->start_asked = clock->stop_asked = false;
        clock->pause_asked = clock->resume_asked = false;
    }
    return SQ_OK;
}

static bool same_profile(const sq_profile *a, const sq_profile *b)
{
    if (a->kind != SQ_PROFILE_WANING) return a->kind == b->kind;
    return a->from == b->from && a->to == b->to && a->start == b->start && a->length == b->length;
}

/* Whether a law has come out as it was. One whose hazard ratio over time counts from an occurrence never has. */
static bool is_unchanged(const sq_event *event, const sq_law *a, const sq_law *b)
{
    bool same = a->hazard_ratio == b->hazard_ratio && a->time_ratio == b->time_ratio && a->cured == b->cured &&
                a->shift == b->shift && a->table.x == b->table.x && same_profile(&a->profile, &b->profile);
    for (int i = 0; i < SQ_LAW_ARGS; i++) same = same && a->arg[i] == b->arg[i];
    if (a->truncated) same = same && a->low == b->low && a->high == b->high;
    return same && !(event->law.profile.kind && event->law.profile.since >= 0);
}

static sq_status look_again(sq_ref *r, int index)
{
    const sq_event *event = &r->model->events[index];
    sq_clock *clock = &r->clocks[index];
    if (event->changes == SQ_REDRAW) return arm(r, index);
    sq_clock now = *clock;
    sq_status status = clock_law(r, event, &now);
    if (status || is_unchanged(event, &now.law, &clock->law)) return status;
    spend(r, clock);
    clock->law = now.law;
    clock->zero = now.zero;
    status = set_due(r, index, clock);
    if (!status) SQ_TRACE(r, on_follow, r->now, index, clock->due);
    return status;
}

/* Whether what a hazard ratio over time counts from has just happened. */
static bool began_afresh(const sq_ref *r, const sq_event *event)
{
    const sq_profile_spec *profile = &event->law.profile;
    return profile->kind && profile->since >= 0 && sq_bits_has(&r->occurred, profile->since);
}

sq_status sq_ref_follow_clocks(sq_ref *r)
{
    for (int i = 0; i < r->model->n_events; i++) {
        const sq_event *event = &r->model->events[i];
        sq_clock *clock = &r->clocks[i];
        if (event->changes == SQ_HOLD || clock->mode != SQ_CLOCK_RUNNING || clock->fresh) continue;
        if (!sq_bits_meet(&event->law_reads, &r->changed, r->words) && !began_afresh(r, event)) continue;
        sq_status status = look_again(r, i);
        if (status) return status;
    }
    return SQ_OK;
}
