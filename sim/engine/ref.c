/* One life, from time zero to death or the end of follow-up. The loop is the race of the clocks: the earliest due time
 * wins, ties go to the event declared first, and the race is looked at afresh after every firing. A firing
 * is one transaction:
 *
 *     actions in order, each seeing the earlier ones (goto, start, stop, pause, resume are only recorded)
 *     the move, if any
 *     clocks of what was left are cancelled or paused
 *     clocks of what was entered are armed, in declared order, with the final values
 *     clocks that follow look at their law again
 *     endpoints and rewards look at the new situation
 *
 * Clarity comes first here: every clock is looked at in every round. */
#include "engine/ref_body.h"

#include "math/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the transaction -------------------------------------------------------------------------- */

static sq_status move(sq_ref *r)
{
    const sq_model *m = r->model;
    int to = r->goto_state;
    if (to < 0 || (to == r->state && !r->reenter)) return SQ_OK;
    sq_status status = sq_life_add_stay(r->life, r->state, r->entered, r->now, r->err);
    if (status) return status;
    SQ_TRACE(r, on_goto, r->now, r->state, to);
    r->time_in[r->state] += r->now - r->entered;
    r->state = to;
    r->entered = r->now;
    sq_bits_set(&r->changed, SQ_READS_STATE(m));
    status = sq_ref_occur(r, SQ_OCCURS_STATE(m, to));
    if (status || !m->states[to].death) return status;
    r->life->died = r->now;
    return sq_ref_occur(r, SQ_OCCURS_DEATH(m));
}

static bool rewards_touched(const sq_ref *r)
{
    const sq_model *m = r->model;
    return r->starting || r->losses_changed || sq_bits_has(&r->changed, SQ_READS_STATE(m)) ||
           sq_bits_meet(&m->reward_reads, &r->changed, r->words);
}

static sq_status settle(sq_ref *r)
{
    sq_status status = move(r);
    if (status) return status;
    if ((status = sq_ref_leave_clocks(r))) return status;
    if ((status = sq_ref_enter_clocks(r))) return status;
    if ((status = sq_ref_follow_clocks(r))) return status;
    if ((status = sq_ref_endpoints(r))) return status;
    if (rewards_touched(r) && (status = sq_ref_rewards_look(r))) return status;
    if (r->trace && r->trace->on_settled) {
        double total[2 * (SQ_COSTS + 3)];
        sq_ref_totals_now(r, total);
        r->trace->on_settled(r->trace->context, r->now, r->state, total);
    }
    return SQ_OK;
}

static void begin_firing(sq_ref *r)
{
    memset(&r->changed, 0, sizeof r->changed);
    memset(&r->occurred, 0, sizeof r->occurred);
    r->goto_state = -1;
    r->reenter = r->losses_changed = false;
}

static sq_status count_firing(sq_ref *r, int event, double at)
{
    r->firings_now = at == r->now ? r->firings_now + 1 : 1;
    r->last_event[r->firings % SQ_LAST_EVENTS] = event;
    r->firings++;
    r->now = at;
    if (r->firings_now > SQ_FIRINGS_AT_ONE_INSTANT)
        return sq_ref_fail(r, "more than %d firings at one instant", SQ_FIRINGS_AT_ONE_INSTANT);
    if (r->firings > SQ_FIRINGS_IN_A_LIFE)
        return sq_ref_fail(r, "more than %d firings in one life", SQ_FIRINGS_IN_A_LIFE);
    return SQ_OK;
}

static sq_status fire(sq_ref *r, int event, double at)
{
    const sq_model *m = r->model;
    sq_clock *clock = &r->clocks[event];
    sq_status status = count_firing(r, event, at);
    if (status) return status;
    begin_firing(r);
    SQ_TRACE(r, on_firing, at, event);
    clock->mode = SQ_CLOCK_IDLE;
    clock->due = INFINITY;
    clock->fired = true;
    if ((status = sq_ref_occur(r, SQ_OCCURS_EVENT(m, event)))) return status;
    if ((status = sq_ref_actions(r, m->events[event].actions))) return status;
    return settle(r);
}

/* ---- the start -------------------------------------------------------------------------------- */

static void draw_latents(sq_ref *r)
{
    const sq_model *m = r->model;
    const double *factor = r->block + m->factor;
    for (int i = 0; i < m->n_latents; i++) {
        r->score[i] = -sq_normal_quantile(sq_ref_uniform(r, m->latent_site + i));
        double z = 0;
        for (int j = 0; j <= i; j++) z += factor[i * m->n_members + j] * r->score[j];
        r->attribute[m->latents[i]] = z;
    }
}

static void take_patient_row(sq_ref *r)
{
    const sq_patients *p = &r->model->patients;
    if (p->n_rows == 0) return;
    int64_t row = r->patient % p->n_rows;
    if (p->resample) row = sq_resampled_row(p, sq_ref_uniform(r, r->model->csv_site));
    const double *value = p->value + row * p->n_columns;
    for (int i = 0; i < p->n_columns; i++) r->attribute[p->attribute[i]] = value[i];
}

/* Days from index to a calendar year. */
static double until_year(const sq_ref *r, double year)
{
    return sq_days_between_years(r->baseline[r->model->entry_year], year);
}

/* What the patient's place in the calendar settles: the end of follow-up and the origin of discounting. */
static sq_status take_calendar(sq_ref *r)
{
    const sq_model *m = r->model;
    for (int i = 0; i < SQ_DISCOUNTINGS; i++) {
        r->discount[i] = m->discount[i];
        if (r->discount[i].from_year) r->discount[i].origin = until_year(r, r->discount[i].year);
    }
    if (m->dated) r->birth = r->baseline[m->entry_year] * SQ_DAYS_PER_YEAR - r->baseline[m->age];
    if (!m->closes) return SQ_OK;
    double end = until_year(r, m->closing_year);
    if (end < r->life->end) r->life->end = end;
    if (end > 0) return SQ_OK;
    return sq_ref_fail(r, "the patient enters in %.8g, but follow-up closes in %.8g",
                       r->baseline[m->entry_year], m->closing_year);
}

/* As before any life. The law stays: it is written when the clock is armed, and read only after that. */
static void put_by(sq_clock *clock)
{
    memset(clock, 0, offsetof(sq_clock, law));
    clock->due = INFINITY;
}

static void empty(sq_ref *r)
{
    const sq_model *m = r->model;
    memset(r->attribute, 0, sizeof(double) * (size_t)m->n_attributes);
    memset(r->visits, 0, sizeof(uint32_t) * (size_t)m->n_counters);
    memset(r->happened, 0, sizeof r->happened);
    for (int i = 0; i < SQ_OCCURRENCES(m); i++) r->last_time[i] = NAN;
    for (int i = 0; i < m->n_states; i++) r->time_in[i] = 0;
    for (int i = 0; i < m->n_events; i++) put_by(&r->clocks[i]);
    for (int i = 0; i < m->n_losses; i++) r->losses[i] = (sq_loss){0, -INFINITY};
    r->now = r->entered = 0;
    r->state = m->start_state;
    r->firings = r->firings_now = r->breaks = 0;
    r->next_break = INFINITY;
    sq_life_reset(r->life, m);
}

static sq_status begin(sq_ref *r, sq_luck luck)
{
    const sq_model *m = r->model;
    empty(r);
    begin_firing(r);
    r->luck = sq_address_with(luck.baseline, (uint64_t)r->patient);
    SQ_TRACE(r, on_firing, 0.0, SQ_TRACE_BASELINE);
    draw_latents(r);
    take_patient_row(r);
    sq_status status = sq_ref_actions(r, m->baseline_actions);
    if (status) return status;
    memcpy(r->baseline, r->attribute, sizeof(double) * (size_t)m->n_attributes);
    sq_life_place(r->life, m, r->baseline);
    if ((status = take_calendar(r))) return status;

    r->luck = sq_address_with(luck.life, (uint64_t)r->patient);
    r->starting = true;
    SQ_TRACE(r, on_firing, 0.0, SQ_TRACE_START);
    sq_ref_rewards_start(r);
    if ((status = sq_ref_occur(r, SQ_OCCURS_INDEX(m)))) return status;
    if ((status = sq_ref_occur(r, SQ_OCCURS_STATE(m, r->state)))) return status;
    if ((status = sq_ref_actions(r, m->start_actions))) return status;
    status = settle(r);
    r->starting = false;
    return status;
}

/* ---- the race ------------------------------------------------------------------------------------ */

static int winner(const sq_ref *r)
{
    int first = -1;
    double due = INFINITY;
    for (int i = 0; i < r->model->n_events; i++)
        if (r->clocks[i].due < due) due = r->clocks[first = i].due;
    return first;
}

static bool dead(const sq_ref *r) { return r->model->states[r->state].death; }

/* A break of a reward: always ahead, so a new instant. */
static sq_status pass_break(sq_ref *r)
{
    r->now = r->next_break;
    r->firings_now = 0;
    if (r->breaks++ == SQ_BREAKS_IN_A_LIFE)
        return sq_ref_fail(r, "more than %d breaks of reward tables in one life", SQ_BREAKS_IN_A_LIFE);
    return sq_ref_rewards_look(r);
}

static sq_status race(sq_ref *r)
{
    const double end = r->life->end;
    while (!dead(r)) {
        int event = winner(r);
        double due = event < 0 ? INFINITY : r->clocks[event].due;
        sq_status status;
        if (r->next_break <= due && r->next_break < end) {
            status = pass_break(r);
        } else if (due <= end) {
            status = fire(r, event, due);
        } else {
            break;
        }
        if (status) return status;
    }
    return SQ_OK;
}

/* A total beyond all numbers would only show as NaN in a mean. */
static sq_status check_totals(sq_ref *r)
{
    for (int i = 0; i < 2 * sq_quantities(r->model); i++)
        if (!isfinite(r->life->total[i])) return sq_ref_fail(r, "a total of this life is not finite");
    return SQ_OK;
}

static sq_status finish(sq_ref *r)
{
    const double last = r->life->end;
    double end = dead(r) ? r->now : last;
    if (!dead(r)) SQ_TRACE(r, on_firing, last, SQ_TRACE_HORIZON);
    r->now = end;
    sq_ref_rewards_end(r);
    sq_ref_endpoints_end(r, end);
    sq_status status = check_totals(r);
    if (status) return status;
    return sq_life_add_stay(r->life, r->state, r->entered, last, r->err);
}

sq_status sq_ref_live(sq_ref *r, const double *block, int strategy, sq_luck luck, int64_t patient,
                      sq_life *life, const sq_trace *trace, sq_error *err)
{
    r->block = block;
    r->strategy = strategy;
    r->patient = patient;
    r->life = life;
    r->blame[0] = '\0';
    r->history = (sq_history){r->last_time, life->count, r->time_in};
    r->trace = trace;
    r->err = err;
    sq_status status = begin(r, luck);
    if (!status) status = race(r);
    if (!status) status = finish(r);
    return status;
}

/* ---- the workspace ---------------------------------------------------------------------------- */

sq_luck sq_luck_of(uint64_t seed, uint64_t draw, uint64_t replicate)
{
    return (sq_luck){
        .life = sq_address_root(seed, SQ_PURPOSE_LIFE, draw, replicate),
        .baseline = sq_address_root(seed, SQ_PURPOSE_BASELINE, draw, replicate),
    };
}

static void *room(int n, size_t size) { return calloc(n > 0 ? (size_t)n : 1, size); }

sq_status sq_ref_new(sq_ref **out, const sq_model *m, sq_error *err)
{
    sq_ref *r = *out = calloc(1, sizeof *r);
    if (!r) return sq_fail(err, SQ_ERR_MEMORY, "no memory for a patient's workspace");
    r->model = m;
    r->words = SQ_READS_WORDS(m);
    r->watched = sq_ref_endpoints_watch(m);
    r->attribute = room(m->n_attributes, sizeof *r->attribute);
    r->baseline = room(m->n_attributes, sizeof *r->baseline);
    r->score = room(m->n_members, sizeof *r->score);
    r->last_time = room(SQ_OCCURRENCES(m), sizeof *r->last_time);
    r->time_in = room(m->n_states, sizeof *r->time_in);
    r->visits = room(m->n_counters, sizeof *r->visits);
    r->clocks = room(m->n_events, sizeof *r->clocks);
    r->flows = room(2 + m->n_costs, sizeof *r->flows);
    r->losses = room(m->n_losses, sizeof *r->losses);
    bool complete = r->attribute && r->baseline && r->score && r->last_time && r->time_in && r->visits &&
                    r->clocks && r->flows && r->losses;
    if (complete) return SQ_OK;
    sq_ref_free(r);
    *out = NULL;
    return sq_fail(err, SQ_ERR_MEMORY, "no memory for a patient's workspace");
}

void sq_ref_free(sq_ref *r)
{
    if (!r) return;
    free(r->attribute);
    free(r->baseline);
    free(r->score);
    free(r->last_time);
    free(r->time_in);
    free(r->visits);
    free(r->clocks);
    free(r->flows);
    free(r->losses);
    free(r);
}

const double *sq_ref_baseline(const sq_ref *r) { return r->baseline; }
const double *sq_ref_at_end(const sq_ref *r) { return r->attribute; }
int sq_ref_firings(const sq_ref *r) { return r->firings; }
