/* Which clocks of a selection are cancelled, paused, armed, woken and looked at again in a firing:
 * ref_clock.c's leave, enter and follow, in bits. A word holds 64 events of a lane, so that all of them are
 * settled by a few operations; only those that have numbers to be computed are then taken one event at a time
 * (col_arm.c). That is the order of the reference as far as it can be seen: a clock has luck and numbers of
 * its own, so that events are independent of each other here, and of one event the three steps are kept in
 * order.
 *
 * What cannot change is not looked at: conditions that a state decides are known from the plan, the others
 * are evaluated where something they read has been touched. */
#include "engine/col.h"

#include <math.h>

/* ---- the plan -------------------------------------------------------------------------------- */

static uint64_t bit_of(int event) { return UINT64_C(1) << (event % 64); }

/* What the model says of 64 events. */
static void add_to_words(sq_clock_words *words, const sq_model *m, int e, bool may_pause)
{
    const sq_event *event = &m->events[e];
    if (sq_bits_has(&event->condition_reads, SQ_READS_STATE(m))) words->reads_state |= bit_of(e);
    if (event->on_demand) words->on_demand |= bit_of(e);
    if (event->pause_when_left) words->pause_when_left |= bit_of(e);
    if (event->changes != SQ_HOLD) words->looks_again |= bit_of(e);
    if (may_pause) words->may_pause |= bit_of(e);
}

static bool is_paused_by_action(const sq_model *m, int event)
{
    for (int i = 0; i < m->n_actions; i++)
        if (m->actions[i].code == SQ_ACT_PAUSE && m->actions[i].a == event) return true;
    return false;
}

static bool asks_of_clocks(sq_act_code code)
{
    return code == SQ_ACT_START || code == SQ_ACT_STOP || code == SQ_ACT_PAUSE || code == SQ_ACT_RESUME;
}

static void plan_clock(sq_col_plan *plan, int e)
{
    const sq_event *event = &plan->model->events[e];
    sq_clock_plan *clock = &plan->clocks[e];
    bool may_pause = event->pause_when_left || is_paused_by_action(plan->model, e);
    add_to_words(&plan->clock_words[e / 64], plan->model, e, may_pause);
    clock->is_kept = may_pause || event->changes == SQ_FOLLOW;
    for (int k = 0; k < SQ_LAW_NUMBERS; k++) {
        bool is_kept = clock->is_kept && sq_col_law_number_is_of_patient(plan->model, &event->law, k);
        clock->kept[k] = is_kept ? plan->n_kept++ : -1;
    }
}

/* Events whose condition holds in a state whatever else is the case. */
static void find_certain(sq_col_plan *plan, int state)
{
    const sq_model *m = plan->model;
    uint64_t *certain = plan->certain + (size_t)state * (size_t)plan->event_words;
    for (int e = 0; e < m->n_events && !m->states[state].death; e++) {
        double value = 1;
        sq_program condition = m->events[e].condition;
        bool is_known = !condition.count || sq_col_is_constant(plan, condition, state, &value);
        if (is_known && value != 0 && !isnan(value)) certain[e / 64] |= bit_of(e);
    }
}

sq_status sq_col_plan_clocks(sq_col_plan *plan, sq_error *err)
{
    const sq_model *m = plan->model;
    plan->clocks = sq_col_plan_array(plan, m->n_events, sizeof *plan->clocks);
    plan->clock_words = sq_col_plan_array(plan, plan->event_words, sizeof *plan->clock_words);
    plan->certain = sq_col_plan_array(plan, m->n_states * plan->event_words, sizeof *plan->certain);
    if (!plan->clocks || !plan->clock_words || !plan->certain)
        return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
    for (int e = 0; e < m->n_events; e++) plan_clock(plan, e);
    for (int s = 0; s < m->n_states; s++) find_certain(plan, s);
    for (int i = 0; i < m->n_actions; i++) plan->any_asked |= asks_of_clocks(m->actions[i].code);
    return SQ_OK;
}

/* ---- one word of a selection ----------------------------------------------------------------- */

/* Bits of all lanes, and those that some and that every lane has. */
typedef struct bit_column {
    uint64_t *of, some, every;
} bit_column;

static bit_column no_bits(sq_columns *c, const sq_selection *s)
{
    return (bit_column){sq_col_words(c, s->n), 0, ~UINT64_C(0)};
}

static void put(bit_column *bits, int i, uint64_t word)
{
    bits->of[i] = word;
    bits->some |= word;
    bits->every &= word;
}

/* The 64 events from 64 `word` on, and what is to be done to their clocks. */
typedef struct settling {
    int word;
    const sq_clock_words *is;
    uint64_t certain, unknown; /* conditions that hold in this state; that may */
    uint64_t fired, afresh;
    bit_column spend, wake, arm;
} settling;

static uint64_t *row(const sq_columns *c, uint64_t *words, int word)
{
    return words + sq_col_row(c->p, word);
}

static settling settling_of(sq_columns *c, const sq_selection *s, int word, bool afresh)
{
    const sq_col_plan *plan = c->plan;
    size_t place = (size_t)s->state * (size_t)plan->event_words + (size_t)word;
    bool fires_here = !c->firing.starting && c->firing.event / 64 == word;
    const sq_clock_words *is = &plan->clock_words[word];
    return (settling){
        .word = word,
        .is = is,
        .certain = plan->certain[place],
        .unknown = plan->possible[place] & ~plan->certain[place],
        .fired = fires_here ? bit_of(c->firing.event) : 0,
        .afresh = afresh ? is->reads_state : 0,
        .spend = no_bits(c, s),
        .wake = no_bits(c, s),
        .arm = no_bits(c, s),
    };
}

/* The lanes with a bit: s itself where every lane has it, else a part of it; NULL if none has. */
static sq_selection *with_bit(sq_columns *c, sq_selection *s, const bit_column *bits, int bit, sq_selection *part)
{
    if (!(bits->some >> bit & 1)) return NULL;
    if (bits->every >> bit & 1) return s;
    double *truth = sq_col_doubles(c, s->n);
    for (int i = 0; i < s->n; i++) truth[i] = (double)(int)(bits->of[i] >> bit & 1);
    return sq_col_where(c, s, truth, part) ? part : NULL;
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* Who reacts of a lane to what has changed. */
static uint64_t touched_of(const sq_columns *c, int word, int lane)
{
    const sq_noted *touched = &c->firing.touched;
    return touched->all[word] | (touched->some[word] ? row(c, touched->column, word)[lane] : 0);
}

/* Writes what the condition of an event is now where something it reads has changed. */
static void look_at_condition(sq_columns *c, sq_selection *s, int event, const bit_column *touched)
{
    sq_selection part;
    sq_mark mark = sq_col_mark(c);
    sq_selection *who = with_bit(c, s, touched, event % 64, &part);
    uint64_t *condition = row(c, c->p->condition, event / 64), bit = bit_of(event);
    if (who) {
        sq_column truth = sq_col_truth(c, who, c->model->events[event].condition);
        for (int i = 0; i < who->n; i++) {
            uint64_t *word = &condition[who->lane[i]];
            *word = truth.p[i * truth.step] != 0 ? *word | bit : *word & ~bit;
        }
    }
    sq_col_release(c, mark);
}

/* The conditions as they were, dense, before those that must be looked at are. What a state decides stands in none of
 * the bits that are left in the column. */
static uint64_t *look_at_conditions(sq_columns *c, sq_selection *s, const settling *w)
{
    uint64_t *before = sq_col_words(c, s->n), *condition = row(c, c->p->condition, w->word);
    for (int i = 0; i < s->n; i++) {
        uint64_t *word = &condition[s->lane[i]];
        before[i] = *word;
        *word = w->certain | (before[i] & w->unknown);
    }
    if (w->unknown == 0) return before;
    bit_column touched = no_bits(c, s);
    for (int i = 0; i < s->n; i++)
        put(&touched, i, c->firing.starting ? w->unknown : touched_of(c, w->word, s->lane[i]) & w->unknown);
    for (uint64_t left = touched.some; left; left &= left - 1)
        look_at_condition(c, s, 64 * w->word + __builtin_ctzll(left), &touched);
    return before;
}

/* ---- leaving and entering -------------------------------------------------------------------- */

/* Leaves and enters where no clock of the word may pause and nothing was asked of any; the clocks to be armed. */
static uint64_t settle_lane(const settling *w, uint64_t before, uint64_t holds, uint64_t *running)
{
    uint64_t begins = holds & (~before | w->afresh), runs = *running & ~w->fired & holds & ~w->afresh;
    uint64_t arms = (begins | (holds & w->fired)) & ~runs & ~w->is->on_demand;
    *running = runs | arms;
    return arms;
}

static void settle_plainly(sq_columns *c, const sq_selection *s, settling *w, const uint64_t *before)
{
    uint64_t *running = row(c, c->p->running, w->word);
    const uint64_t *condition = row(c, c->p->condition, w->word);
    for (int i = 0; i < s->n; i++) {
        int32_t lane = s->lane[i];
        put(&w->arm, i, settle_lane(w, before[i], condition[lane], &running[lane]));
    }
}

/* The same where the state decides all conditions. */
static void settle_decided(sq_columns *c, const sq_selection *s, settling *w)
{
    uint64_t *running = row(c, c->p->running, w->word), *condition = row(c, c->p->condition, w->word);
    for (int i = 0; i < s->n; i++) {
        int32_t lane = s->lane[i];
        uint64_t before = condition[lane];
        condition[lane] = w->certain;
        put(&w->arm, i, settle_lane(w, before, w->certain, &running[lane]));
    }
}

/* What an action asked of the clocks of a lane. */
typedef struct asked_words {
    uint64_t start, stop, pause, resume;
} asked_words;

static asked_words asked_of(const sq_columns *c, int word, int lane)
{
    const sq_pool *p = c->p;
    if (c->firing.asked[word] == 0) return (asked_words){0};
    return (asked_words){row(c, p->start_asked, word)[lane], row(c, p->stop_asked, word)[lane],
                         row(c, p->pause_asked, word)[lane], row(c, p->resume_asked, word)[lane]};
}

/* The modes of the clocks of a lane. */
typedef struct mode_words {
    uint64_t runs, paused, held;
} mode_words;

static mode_words modes_of(const sq_columns *c, int word, int lane)
{
    return (mode_words){row(c, c->p->running, word)[lane], row(c, c->p->paused, word)[lane],
                        row(c, c->p->held, word)[lane]};
}

/* ref_clock.c's leave_one; which clocks spend what they ran. */
static uint64_t leave(const settling *w, uint64_t holds, asked_words asked, mode_words *m)
{
    uint64_t leaves = ~holds | (w->afresh & ~w->fired);
    uint64_t cancelled = leaves & ~w->is->pause_when_left, pauses = m->runs & leaves & w->is->pause_when_left;
    m->runs &= ~leaves;
    m->paused = (m->paused & ~cancelled) | pauses;
    m->held &= ~cancelled;
    m->runs &= ~asked.stop;
    m->paused &= ~asked.stop;
    m->held &= ~asked.stop;
    uint64_t pauses_too = m->runs & asked.pause;
    m->runs &= ~asked.pause;
    m->paused |= pauses_too;
    m->held |= m->paused & asked.pause;
    return (pauses & ~asked.stop) | pauses_too;
}

/* ref_clock.c's enter_one. */
static void enter(settling *w, int i, uint64_t holds, uint64_t begins, asked_words asked, mode_words *m)
{
    m->held &= ~asked.resume;
    uint64_t starts = holds & asked.start, rest = holds & ~asked.start;
    uint64_t wakes = rest & m->paused & (asked.resume | (begins & ~m->held));
    uint64_t due = (begins | w->fired) & ~asked.stop & ~w->is->on_demand;
    uint64_t arms = starts | (rest & ~m->paused & ~m->runs & due);
    m->runs |= arms | wakes;
    m->paused &= ~(arms | wakes);
    m->held &= ~(arms | wakes);
    put(&w->wake, i, wakes);
    put(&w->arm, i, arms);
}

static void settle_fully(sq_columns *c, const sq_selection *s, settling *w, const uint64_t *before)
{
    const uint64_t *condition = row(c, c->p->condition, w->word);
    for (int i = 0; i < s->n; i++) {
        int lane = s->lane[i];
        uint64_t holds = condition[lane], begins = holds & (~before[i] | w->afresh);
        asked_words asked = asked_of(c, w->word, lane);
        mode_words modes = modes_of(c, w->word, lane);
        modes.runs &= ~w->fired;
        put(&w->spend, i, leave(w, holds, asked, &modes));
        enter(w, i, holds, begins, asked, &modes);
        row(c, c->p->running, w->word)[lane] = modes.runs;
        row(c, c->p->paused, w->word)[lane] = modes.paused;
        row(c, c->p->held, w->word)[lane] = modes.held;
    }
}

/* Does the work for every event that some lane wants it for. */
static void each_event(sq_columns *c, sq_selection *s, int word, const bit_column *bits,
                       void (*work)(sq_columns *c, sq_selection *s, int event))
{
    for (uint64_t left = bits->some; left; left &= left - 1) {
        sq_selection part;
        sq_mark mark = sq_col_mark(c);
        int bit = __builtin_ctzll(left);
        sq_selection *who = with_bit(c, s, bits, bit, &part);
        if (who) work(c, who, 64 * word + bit);
        sq_col_release(c, mark);
    }
}

/* ---- following ------------------------------------------------------------------------------- */

/* Events of this word that read, in their law, something that has changed. */
static uint64_t touched_laws(const sq_columns *c, int word, int lane)
{
    int bit = c->model->n_events + 64 * word, shift = bit % 64;
    uint64_t low = touched_of(c, bit / 64, lane) >> shift;
    if (shift == 0 || bit / 64 + 1 >= c->plan->reaction_words) return low;
    return low | touched_of(c, bit / 64 + 1, lane) << (64 - shift);
}

static void follow(sq_columns *c, sq_selection *s, const settling *w)
{
    if (w->is->looks_again == 0 || c->firing.starting) return;
    const uint64_t *running = row(c, c->p->running, w->word);
    bit_column looks = no_bits(c, s);
    for (int i = 0; i < s->n; i++) {
        int lane = s->lane[i];
        uint64_t old = running[lane] & w->is->looks_again & ~w->arm.of[i];
        put(&looks, i, c->firing.any_failed && c->p->failed[lane] ? 0 : old & touched_laws(c, w->word, lane));
    }
    each_event(c, s, w->word, &looks, sq_col_follow);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void settle_word(sq_columns *c, sq_selection *s, int word, bool afresh)
{
    settling w = settling_of(c, s, word, afresh);
    bool plain = w.is->may_pause == 0 && c->firing.asked[word] == 0;
    if (plain && w.unknown == 0) settle_decided(c, s, &w);
    else if (plain) settle_plainly(c, s, &w, look_at_conditions(c, s, &w));
    else settle_fully(c, s, &w, look_at_conditions(c, s, &w));
    each_event(c, s, word, &w.spend, sq_col_spend);
    each_event(c, s, word, &w.wake, sq_col_wake);
    each_event(c, s, word, &w.arm, sq_col_arm);
    follow(c, s, &w);
}

/* Whether none of 64 clocks runs or may begin to; those that wait go on to. */
static bool is_at_rest(const sq_columns *c, int word, int from, int to)
{
    const uint64_t *possible = c->plan->possible + word;
    int words = c->plan->event_words;
    return (possible[from * words] | possible[to * words] | c->firing.asked[word]) == 0;
}

void sq_col_settle_clocks(sq_columns *c, sq_selection *s, int from, bool afresh)
{
    for (int word = 0; word < c->plan->event_words; word++) {
        if (is_at_rest(c, word, from, s->state)) continue;
        sq_mark mark = sq_col_mark(c);
        settle_word(c, s, word, afresh);
        sq_col_release(c, mark);
    }
}
