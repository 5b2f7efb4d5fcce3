/* Endpoints in columns: ref_endpoint.c for all lanes of a selection. Of what occurred in a firing only the bits that
 * some endpoint awaits are kept; an endpoint none of whose bits is set in any lane is not looked at. A
 * passage is counted when it ends. */
#include "engine/col.h"

/* ---- the plan --------------------------------------------------------------------------------------------- */

/* The watched ones among a set of occurrences, as bits of pool.occurred. */
static uint64_t *watched_of(sq_col_plan *plan, const sq_bits *set)
{
    uint64_t *word = sq_col_plan_array(plan, plan->watch_words, sizeof *word);
    for (int o = 0; word && o < SQ_OCCURRENCES(plan->model); o++) {
        int bit = sq_bits_has(set, o) ? plan->watch[o] : -1;
        if (bit >= 0) word[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    return word;
}

static bool is_index_alone(const sq_model *m, const sq_bits *from)
{
    sq_bits rest = *from;
    int index = SQ_OCCURS_INDEX(m);
    rest.word[index / 64] &= ~(UINT64_C(1) << (index % 64));
    return sq_bits_has(from, index) && !sq_bits_meet(&rest, &rest, SQ_BITS_WORDS);
}

static bool plan_endpoint(sq_col_plan *plan, const sq_endpoint *e, sq_endpoint_plan *to)
{
    sq_bits awaits = e->from;
    sq_bits_join(&awaits, &e->censor);
    to->from = watched_of(plan, &e->from);
    to->from_index = is_index_alone(plan->model, &e->from);
    to->censor = watched_of(plan, &e->censor);
    to->cause = sq_col_plan_array(plan, e->n_causes, sizeof *to->cause);
    bool complete = to->from && to->censor && to->cause;
    for (int k = 0; complete && k < e->n_causes; k++) {
        const sq_bits *events = &plan->model->causes[e->first_cause + k].events;
        sq_bits_join(&awaits, events);
        to->cause[k] = watched_of(plan, events);
        complete = to->cause[k];
    }
    to->awaits = watched_of(plan, &awaits);
    return complete && to->awaits;
}

sq_status sq_col_plan_endpoints(sq_col_plan *plan, sq_error *err)
{
    const sq_model *m = plan->model;
    plan->endpoints = sq_col_plan_array(plan, m->n_endpoints, sizeof *plan->endpoints);
    bool complete = plan->endpoints;
    for (int i = 0; complete && i < m->n_endpoints; i++)
        complete = plan_endpoint(plan, &m->endpoints[i], &plan->endpoints[i]);
    return complete ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's plan");
}

/* ---- what occurred ------------------------------------------------------------------------------------------- */

/* The lanes of a selection before their endpoints: words of bits, dense, word w of lane i at w * row + i. */
typedef struct situation {
    sq_columns *c;
    sq_selection *s;
    size_t row;
    uint64_t *occurred;       /* [watch_words] unless alike */
    uint64_t *opened, *closed; /* [endpoint_words] */
    uint64_t *by_any;         /* [watch_words] what any of them met in this firing */
    bool alike;               /* all met the same, by_any */
} situation;

static uint64_t *gather_words(sq_columns *c, const sq_selection *s, const uint64_t *column, int n_words)
{
    size_t row = (size_t)sq_col_padded(s->n);
    uint64_t *dense = sq_col_words(c, n_words * sq_col_padded(s->n));
    for (int w = 0; w < n_words; w++)
        c->lanes->gather_words(dense + (size_t)w * row, column + sq_col_row(c->p, w), s->lane, s->n);
    return dense;
}

static void scatter_words(const sq_columns *c, const sq_selection *s, uint64_t *column, const uint64_t *dense)
{
    size_t row = (size_t)sq_col_padded(s->n);
    for (int w = 0; w < c->plan->endpoint_words; w++, dense += row) {
        uint64_t *to = column + sq_col_row(c->p, w);
        for (int i = 0; i < s->n; i++) to[s->lane[i]] = dense[i];
    }
}

/* Word w of what occurred, lane by lane. */
static void take_occurred(const situation *all, int w)
{
    const sq_noted *occurred = &all->c->firing.occurred;
    uint64_t *word = all->occurred + (size_t)w * all->row;
    const uint64_t *column = occurred->column + sq_col_row(all->c->p, w);
    for (int i = 0; i < all->s->n; i++)
        word[i] = occurred->all[w] | (occurred->some[w] ? column[all->s->lane[i]] : 0);
}

/* Most firings bring nothing that any endpoint awaits, and most others the same to all lanes. */
static bool anything_occurred(situation *all)
{
    sq_columns *c = all->c;
    const sq_noted *occurred = &c->firing.occurred;
    uint64_t any = 0, some = 0;
    all->by_any = sq_col_words(c, occurred->words);
    for (int w = 0; w < occurred->words; w++) {
        any |= all->by_any[w] = occurred->all[w] | occurred->some[w];
        some |= occurred->some[w];
    }
    all->alike = some == 0;
    if (all->alike) return any != 0;
    all->occurred = sq_col_words(c, occurred->words * sq_col_padded(all->s->n));
    for (int w = 0; w < occurred->words; w++) take_occurred(all, w);
    return true;
}

static void take_passages(situation *all)
{
    sq_columns *c = all->c;
    all->opened = gather_words(c, all->s, c->p->opened, c->plan->endpoint_words);
    all->closed = gather_words(c, all->s, c->p->closed, c->plan->endpoint_words);
}

static void give_passages_back(const situation *all)
{
    const sq_columns *c = all->c;
    scatter_words(c, all->s, c->p->opened, all->opened);
    scatter_words(c, all->s, c->p->closed, all->closed);
}

static bool any_met(const situation *all, const uint64_t *of)
{
    uint64_t any = 0;
    for (int w = 0; w < all->c->plan->watch_words; w++) any |= all->by_any[w] & of[w];
    return any != 0;
}

/* Whether lane i met one of these in this firing. */
static bool met(const situation *all, int i, const uint64_t *of)
{
    uint64_t any = 0;
    for (int w = 0; w < all->c->plan->watch_words; w++)
        any |= (all->alike ? all->by_any[w] : all->occurred[(size_t)w * all->row + (size_t)i]) & of[w];
    return any != 0;
}

/* ---- one endpoint ---------------------------------------------------------------------------------------------- */

/* An endpoint as the selection's lanes stand to it. */
typedef struct passage {
    const situation *all;
    int number;
    const sq_endpoint *endpoint;
    const sq_endpoint_plan *plan;
    uint64_t *opened, *closed, bit; /* dense */
    double *origin;                 /* column */
} passage;

static passage passage_of(const situation *all, int number)
{
    const sq_columns *c = all->c;
    size_t word = (size_t)(number / 64) * all->row;
    return (passage){
        .all = all,
        .number = number,
        .endpoint = &c->model->endpoints[number],
        .plan = &c->plan->endpoints[number],
        .opened = all->opened + word,
        .closed = all->closed + word,
        .bit = UINT64_C(1) << (number % 64),
        .origin = c->p->origin + sq_col_row(c->p, number),
    };
}

static double origin_of(const passage *p, int i)
{
    return p->plan->from_index ? p->endpoint->landmark : p->origin[p->all->s->lane[i]];
}

/* Lanes that are not in the risk set and meet what it begins with, as truths; whether there are any. */
static bool find_candidates(const passage *p, double *candidate)
{
    const situation *all = p->all;
    int n = 0;
    for (int i = 0; i < all->s->n; i++) {
        bool is = !(p->opened[i] & p->bit) && (all->alike || met(all, i, p->plan->from));
        candidate[i] = is;
        n += is;
    }
    for (int i = all->s->n; i < sq_col_padded(all->s->n); i++) candidate[i] = 0;
    return n > 0;
}

/* Keeps of the candidates those of whom the endpoint is. */
static void ask_who(const passage *p, double *candidate)
{
    sq_columns *c = p->all->c;
    sq_selection asked;
    if (p->endpoint->who.count == 0) return;
    sq_mark mark = sq_col_mark(c);
    (void)sq_col_where(c, p->all->s, candidate, &asked);
    sq_column who = sq_col_truth(c, &asked, p->endpoint->who);
    for (int i = 0, k = 0; i < p->all->s->n; i++)
        if (candidate[i] != 0) candidate[i] = who.p[k++ * who.step];
    sq_col_release(c, mark);
}

/* Patients enter the risk set: 1 in enters for those. */
static void enter(const passage *p, double *enters)
{
    const sq_selection *s = p->all->s;
    if (!any_met(p->all, p->plan->from) || !find_candidates(p, enters)) {
        for (int i = 0; i < s->n; i++) enters[i] = 0;
        return;
    }
    ask_who(p, enters);
    for (int i = 0; i < s->n; i++) {
        if (enters[i] == 0) continue;
        p->opened[i] |= p->bit;
        if (!p->plan->from_index) p->origin[s->lane[i]] = s->now[i] + p->endpoint->landmark;
    }
}

/* The cause that occurred, -1 for censoring, -2 for neither. Causes come before censoring. */
static int leaves_by(const passage *p, int i)
{
    for (int k = 0; k < p->endpoint->n_causes; k++)
        if (met(p->all, i, p->plan->cause[k])) return k;
    return met(p->all, i, p->plan->censor) ? -1 : -2;
}

/* Passages of the selection that end: room, and how many. */
typedef struct endings {
    int32_t *which, *cause;
    double *days;
    int k;
} endings;

static endings room_for(sq_columns *c, int n)
{
    return (endings){sq_col_lanes(c, n), sq_col_lanes(c, n), sq_col_doubles(c, n), 0};
}

static void add_ending(endings *e, int i, int cause, double days)
{
    e->which[e->k] = i;
    e->cause[e->k] = cause;
    e->days[e->k++] = days;
}

/* Who is in the risk set leaves it by what occurred; who has just entered only where its origin counts. */
static void leave(const passage *p, const double *enters, endings *ended)
{
    const sq_selection *s = p->all->s;
    bool origin_counts = p->endpoint->origin_counts;
    int cause = leaves_by(p, 0);
    if (p->all->alike && cause == -2) return;
    for (int i = 0; i < s->n; i++) {
        bool inside = p->opened[i] & ~p->closed[i] & p->bit;
        if (!inside || (enters[i] != 0 && !origin_counts)) continue;
        if (!p->all->alike) cause = leaves_by(p, i);
        if (cause == -2) continue;
        p->closed[i] |= p->bit;
        add_ending(ended, i, cause, s->now[i] - origin_of(p, i));
    }
}

/* ---- all of them --------------------------------------------------------------------------------------------------- */

/* Counts the passages through endpoints that end; whose lives they are is asked for when the first one does. */
static void count(const situation *all, sq_lives *lives, int endpoint, const endings *e)
{
    const sq_passages passages = {e->k, e->which, e->cause, e->days};
    if (e->k == 0) return;
    if (lives->n == 0) *lives = sq_col_lives(all->c, all->s);
    sq_count_passages(lives, endpoint, &passages);
}

static void look(situation *all)
{
    const sq_columns *c = all->c;
    sq_lives lives = {0};
    double *enters = sq_col_doubles(all->c, all->s->n);
    endings ended = room_for(all->c, all->s->n);
    take_passages(all);
    for (int i = 0; i < c->model->n_endpoints; i++) {
        const passage p = passage_of(all, i);
        if (!any_met(all, p.plan->awaits)) continue;
        ended.k = 0;
        enter(&p, enters);
        leave(&p, enters, &ended);
        count(all, &lives, i, &ended);
    }
    give_passages_back(all);
}

void sq_col_endpoints(sq_columns *c, sq_selection *s)
{
    sq_mark mark = sq_col_mark(c);
    situation all = {.c = c, .s = s, .row = (size_t)sq_col_padded(s->n)};
    if (anything_occurred(&all)) look(&all);
    sq_col_release(c, mark);
}

void sq_col_endpoints_end(sq_columns *c, sq_selection *s, const double *end)
{
    sq_mark mark = sq_col_mark(c);
    situation all = {.c = c, .s = s, .row = (size_t)sq_col_padded(s->n)};
    take_passages(&all);
    sq_lives lives = {0};
    endings ended = room_for(c, s->n);
    for (int number = 0; number < c->model->n_endpoints; number++) {
        const passage p = passage_of(&all, number);
        ended.k = 0;
        for (int i = 0; i < s->n; i++)
            if (p.opened[i] & ~p.closed[i] & p.bit) add_ending(&ended, i, -1, end[i] - origin_of(&p, i));
        count(&all, &lives, number, &ended);
    }
    sq_col_release(c, mark);
}
