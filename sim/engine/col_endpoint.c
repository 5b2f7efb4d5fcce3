/* Endpoints in columns: ref_endpoint.c for all lanes of a selection. The plan says which endpoints a firing can concern
 * (col_status.c): mostly none. What occurred is known of all lanes together; where some marks are met by a part of them,
 * the lanes part by what they met before the endpoints that await those marks are looked at. A passage is counted when it
 * ends; what emulated cohorts want to know of it is written to attributes that no life reads. */
#include "engine/col.h"

#include <math.h>
#include <string.h>

/* ---- lanes and words --------------------------------------------------------------------------------------- */

/* Lanes that met the same in a firing, and how they stand: words of bits, dense, word w of lane i at w * row + i. */
typedef struct situation {
    sq_columns *c;
    sq_selection *s;
    int state;               /* of the plan's status of theirs; -1: they have just come */
    const sq_bits *occurred;
    bool keeps;              /* their words are looked at again */
    size_t row;
    uint64_t *inside, *over; /* [endpoint_words] room, and whether the words are there */
    bool has_words;
    sq_lives lives;          /* n = 0: not asked for yet */
    int64_t *place;          /* room for the places of those who leave, and whether it has those of a common origin */
    bool has_places;
    double origin;
} situation;

static situation situation_of(sq_columns *c, sq_selection *s, int state, const sq_bits *occurred)
{
    int row = sq_col_padded(s->n), words = c->plan->endpoint_words;
    return (situation){
        .c = c,
        .s = s,
        .state = state,
        .occurred = occurred,
        .keeps = !c->model->states[s->state].death || c->plan->open[s->state].reads,
        .row = (size_t)row,
        .inside = sq_col_words(c, words * row),
        .over = sq_col_words(c, words * row),
        .place = (int64_t *)sq_col_words(c, s->n),
    };
}

static void gather_words(const situation *all, uint64_t *dense, const uint64_t *column)
{
    const sq_columns *c = all->c;
    for (int w = 0; w < c->plan->endpoint_words; w++, dense += all->row)
        c->lanes->gather_words(dense, column + sq_col_row(c->p, w), all->s->lane, all->s->n);
}

static void take_words(situation *all)
{
    if (all->has_words) return;
    gather_words(all, all->inside, all->c->p->inside);
    gather_words(all, all->over, all->c->p->over);
    all->has_words = true;
}

static void scatter_words(const situation *all, uint64_t *column, const uint64_t *dense)
{
    const sq_selection *s = all->s;
    for (int w = 0; w < all->c->plan->endpoint_words; w++, dense += all->row) {
        uint64_t *to = column + sq_col_row(all->c->p, w);
        for (int i = 0; i < s->n; i++) to[s->lane[i]] = dense[i];
    }
}

static void give_words_back(const situation *all)
{
    if (!all->has_words || !all->keeps) return;
    scatter_words(all, all->c->p->inside, all->inside);
    scatter_words(all, all->c->p->over, all->over);
}

static bool met(const situation *all, const sq_bits *of)
{
    return sq_bits_meet(of, all->occurred, all->c->plan->occurrence_words);
}

/* ---- one endpoint ---------------------------------------------------------------------------------------------- */

/* An endpoint as the lanes stand to it. */
typedef struct passage {
    situation *all;
    int number;
    const sq_endpoint *endpoint;
    unsigned status;         /* where they may stand to it */
    uint64_t *inside, *over; /* dense; NULL: the status says it all, and nothing is kept */
    uint64_t bit;
    double *origin;          /* column; NULL: the landmark is */
} passage;

static passage passage_of(situation *all, int number)
{
    const sq_columns *c = all->c;
    int row = c->plan->endpoints[number].origin;
    return (passage){
        .all = all,
        .number = number,
        .endpoint = &c->model->endpoints[number],
        .status = all->state < 0 ? SQ_NOT_YET : c->plan->status[number * c->model->n_states + all->state],
        .origin = row < 0 ? NULL : c->p->origin + sq_col_row(c->p, row),
    };
}

/* The bits of an endpoint; of one that keeps none, as it is empty until now, for this firing alone. */
static void take_bits(passage *p)
{
    situation *all = p->all;
    int bit = all->c->plan->endpoints[p->number].bit;
    if (bit >= 0) {
        take_words(all);
        p->bit = UINT64_C(1) << (bit % 64);
        p->inside = all->inside + (size_t)(bit / 64) * all->row;
        p->over = all->over + (size_t)(bit / 64) * all->row;
        return;
    }
    p->bit = 1;
    p->inside = sq_col_words(all->c, all->s->n);
    p->over = sq_col_words(all->c, all->s->n);
    memset(p->inside, 0, all->row * sizeof *p->inside);
    memset(p->over, 0, all->row * sizeof *p->over);
}

/* Keeps of the candidates those of whom the endpoint is. */
static sq_column ask_who(const passage *p, sq_column candidate)
{
    sq_columns *c = p->all->c;
    sq_selection *s = p->all->s, asked;
    if (candidate.step == 0) return sq_col_truth(c, s, p->endpoint->who);
    double *both = sq_col_doubles(c, s->n);
    memset(both, 0, p->all->row * sizeof *both);
    if (!sq_col_where(c, s, candidate.p, &asked)) return (sq_column){both, 1};
    sq_column who = sq_col_truth(c, &asked, p->endpoint->who);
    for (int i = 0, k = 0; i < s->n; i++)
        if (candidate.p[i] != 0) both[i] = who.p[k++ * who.step];
    return (sq_column){both, 1};
}

/* Who enters the risk set, as truths. */
static sq_column find_entrants(const passage *p)
{
    const situation *all = p->all;
    sq_columns *c = all->c;
    sq_column candidate = sq_col_uniform(c, 1);
    if (p->status != SQ_NOT_YET) {
        double *absent = sq_col_doubles(c, all->s->n);
        c->lanes->absent(absent, p->inside, p->over, p->bit, all->s->n);
        candidate = (sq_column){absent, 1};
    }
    return p->endpoint->who.count ? ask_who(p, candidate) : candidate;
}

/* What these are as they enter; what has no value stays unset. */
static void take_snapshot(sq_columns *c, sq_selection *s, const sq_snapshot *snapshot)
{
    sq_mark mark = sq_col_mark(c);
    sq_column value = sq_col_value(c, s, snapshot->value, 0);
    double *column = c->p->attribute[snapshot->attribute];
    for (int i = 0; i < s->n; i++) {
        double x = value.p[i * value.step];
        if (isnan(x)) continue;
        column[s->lane[i]] = x;
        if (!sq_col_fits(&c->model->attributes[snapshot->attribute], x)) sq_col_fail(c, s, i);
    }
    sq_col_release(c, mark);
}

static void note_entry(sq_columns *c, sq_selection *s, const sq_endpoint *e)
{
    double *origin = e->is_noted ? c->p->attribute[e->note[SQ_NOTE_ORIGIN]] : NULL;
    for (int i = 0; i < s->n && origin; i++) origin[s->lane[i]] = s->now[i] + e->landmark;
    for (int k = 0; k < e->n_snapshots; k++) take_snapshot(c, s, &c->model->snapshots[e->first_snapshot + k]);
}

static void note_entrants(const passage *p, sq_column entrants)
{
    sq_columns *c = p->all->c;
    sq_selection *s = p->all->s, part;
    if (entrants.step != 0 && sq_col_where(c, s, entrants.p, &part)) note_entry(c, &part, p->endpoint);
    if (entrants.step == 0 && entrants.p[0] != 0) note_entry(c, s, p->endpoint);
}

/* Passages that end on these days; one that ends before its landmark was never at risk. */
static void note_ends(const passage *p, const sq_passages *passages, const double *end)
{
    const sq_selection *s = p->all->s;
    double *const *column = p->all->c->p->attribute, *note[SQ_NOTES];
    for (int k = 0; k < SQ_NOTES; k++) note[k] = column[p->endpoint->note[k]];
    for (int j = 0; j < passages->k; j++) {
        int i = passages->which ? passages->which[j] : j;
        int32_t lane = s->lane[i];
        bool was_at_risk = end[i] >= note[SQ_NOTE_ORIGIN][lane];
        if (was_at_risk) {
            note[SQ_NOTE_END][lane] = end[i];
            note[SQ_NOTE_CAUSE][lane] = passages->cause;
        } else {
            note[SQ_NOTE_ORIGIN][lane] = NAN;
        }
    }
}

static void enter(passage *p, sq_column entrants)
{
    const sq_selection *s = p->all->s;
    if (p->inside || p->origin)
        p->all->c->lanes->enter(p->inside, p->bit, p->origin, p->endpoint->landmark, entrants, s->now, s->lane, s->n);
    bool all_do = entrants.step == 0 && entrants.p[0] != 0;
    p->status = all_do ? SQ_INSIDE : p->status | SQ_INSIDE;
    if (p->endpoint->is_noted || p->endpoint->n_snapshots > 0) note_entrants(p, entrants);
}

/* Why and when a risk set is left: by a cause of the endpoint (-1: censored), now, or as of the origin. */
typedef struct departure {
    bool happens;
    int cause;
    bool at_origin;
} departure;

/* A non-response comes before all causes, and these before censoring. */
static departure leaves_by(const passage *p)
{
    if (met(p->all, &p->endpoint->non_response)) return (departure){true, 0, true};
    for (int k = 0; k < p->endpoint->n_causes; k++)
        if (met(p->all, &p->all->c->model->causes[p->endpoint->first_cause + k].events)) return (departure){true, k, false};
    return (departure){met(p->all, &p->endpoint->censor), -1, false};
}

/* Where passages that end on these days end on the grid. */
static void find_places(const passage *p, const double *end, int64_t *place)
{
    situation *all = p->all;
    const sq_grid *grid = sq_outcome_times(all->lives.outcome ? all->lives.outcome : all->lives.outcomes[0]);
    all->c->lanes->places(place, grid, end, p->origin, p->endpoint->landmark, all->s->lane, all->s->n);
}

/* The same of those that end now: found once for endpoints of one origin. */
static const int64_t *places_now(const passage *p)
{
    situation *all = p->all;
    double from = p->endpoint->landmark;
    if (all->has_places && !p->origin && all->origin == from) return all->place;
    find_places(p, all->s->now, all->place);
    all->has_places = !p->origin;
    all->origin = from;
    return all->place;
}

/* The same of those that end where they begin. */
static const int64_t *places_at_origin(const passage *p, const double *origin)
{
    int64_t *place = (int64_t *)sq_col_words(p->all->c, p->all->s->n);
    find_places(p, origin, place);
    return place;
}

/* The days on which passages began, where there are any. */
static const double *origins(const passage *p)
{
    sq_columns *c = p->all->c;
    if (p->origin) return sq_col_gather(c, p->all->s, p->origin);
    return sq_col_dense(c, p->all->s, sq_col_uniform(c, p->endpoint->landmark));
}

/* Who is in the risk set leaves it. */
static void leave(passage *p, departure why)
{
    situation *all = p->all;
    int n = all->s->n;
    int32_t *which = sq_col_lanes(all->c, n);
    bool all_do = p->status == SQ_INSIDE;
    if (p->inside) n = all->c->lanes->leave(which, p->inside, p->over, p->bit, n);
    if (n == 0) return;
    const double *end = why.at_origin ? origins(p) : all->s->now;
    const int64_t *place = why.at_origin ? places_at_origin(p, end) : places_now(p);
    const sq_passages passages = {n, all_do ? NULL : which, why.cause, place};
    sq_count_passages(&all->lives, p->number, &passages);
    if (p->endpoint->is_noted) note_ends(p, &passages, end);
}

/* Some are inside, and some are not. */
static bool is_mixed(unsigned status) { return status & SQ_INSIDE && status != SQ_INSIDE; }

/* Whether the lanes' bits are needed, or will be. */
static bool needs_bits(const passage *p, bool enters)
{
    bool parts = enters && (p->endpoint->who.count || p->status != SQ_NOT_YET);
    return parts || is_mixed(p->status) || (p->all->keeps && p->all->c->plan->endpoints[p->number].bit >= 0);
}

/* What occurred, for one endpoint. Who has just entered leaves only where its origin counts. */
static void look(situation *all, int number)
{
    passage p = passage_of(all, number);
    bool enters = p.status & SQ_NOT_YET && met(all, &p.endpoint->from), at_once = p.endpoint->origin_counts;
    departure why = leaves_by(&p);
    bool leaves = why.happens && (p.status & SQ_INSIDE || (enters && at_once));
    if (!enters && !leaves) return;
    if (leaves && all->lives.n == 0) all->lives = sq_col_lives(all->c, all->s);
    sq_mark mark = sq_col_mark(all->c);
    sq_column entrants = {0};
    if (needs_bits(&p, enters)) take_bits(&p);
    if (enters) entrants = find_entrants(&p);
    if (enters && at_once) enter(&p, entrants);
    if (leaves) leave(&p, why);
    if (enters && !at_once) enter(&p, entrants);
    sq_col_release(all->c, mark);
}

/* ---- all of them --------------------------------------------------------------------------------------------------- */

/* These endpoints, for lanes that all met the same. */
static void look_at(sq_columns *c, sq_selection *s, int state, const sq_bits *occurred, const int *endpoint, int n)
{
    if (n == 0) return;
    sq_mark mark = sq_col_mark(c);
    situation all = situation_of(c, s, state, occurred);
    for (int k = 0; k < n; k++) look(&all, endpoint[k]);
    give_words_back(&all);
    sq_col_release(c, mark);
}

/* Adds what word w of noted occurrences says. */
static void add_noted(const sq_col_plan *plan, sq_bits *occurred, int w, uint64_t word)
{
    for (; word; word &= word - 1) sq_bits_set(occurred, plan->watched[64 * w + __builtin_ctzll(word)]);
}

static void look_apart(sq_columns *c, sq_selection *s, int state, const sq_bits *occurred, const sq_way *way, int w);

/* Lanes go on together in which the way's bits of word w are the same. */
static void part_by_word(sq_columns *c, const sq_selection *s, int state, const sq_bits *occurred, const sq_way *way, int w)
{
    const uint64_t *column = c->firing.occurred.column + sq_col_row(c->p, w);
    int32_t *same = sq_col_lanes(c, s->n), *rest[2] = {sq_col_lanes(c, s->n), sq_col_lanes(c, s->n)};
    const int32_t *left = s->lane;
    for (int n_left = s->n, turn = 0; n_left > 0; turn = 1 - turn) {
        sq_mark mark = sq_col_mark(c);
        uint64_t word = column[left[0]] & way->parts[w];
        int n = c->lanes->same_word(same, rest[turn], column, way->parts[w], word, left, n_left);
        sq_selection group = n < s->n ? sq_col_part(c, s, same, n) : *s;
        sq_bits more = *occurred;
        add_noted(c->plan, &more, w, word);
        look_apart(c, &group, state, &more, way, w + 1);
        n_left -= n;
        left = rest[turn];
        sq_col_pad(rest[turn], n_left);
        sq_col_release(c, mark);
    }
}

/* Lanes part by what was noted of some of them, word by word. */
static void look_apart(sq_columns *c, sq_selection *s, int state, const sq_bits *occurred, const sq_way *way, int w)
{
    const sq_noted *noted = &c->firing.occurred;
    if (w == noted->words) {
        look_at(c, s, state, occurred, way->apart, way->n_apart);
        return;
    }
    sq_mark mark = sq_col_mark(c);
    sq_bits more = *occurred;
    add_noted(c->plan, &more, w, noted->all[w]);
    if (noted->some[w] & way->parts[w]) part_by_word(c, s, state, &more, way, w);
    else look_apart(c, s, state, &more, way, w + 1);
    sq_col_release(c, mark);
}

void sq_col_endpoints(sq_columns *c, sq_selection *s, int from, int go)
{
    const sq_way *way = sq_col_way(c->plan, c->firing.starting ? c->model->n_events : c->firing.event, from, go);
    int state = c->firing.starting ? -1 : from;
    look_at(c, s, state, &way->certain, way->alike, way->n_alike);
    if (way->n_apart > 0) look_apart(c, s, state, &way->certain, way, 0);
}

void sq_col_endpoints_end(sq_columns *c, sq_selection *s)
{
    static const sq_bits NOTHING = {{0}};
    static const departure CENSORED = {true, -1, false};
    const sq_open_endpoints *open = &c->plan->open[s->state];
    if (open->n == 0) return;
    sq_mark mark = sq_col_mark(c);
    situation all = situation_of(c, s, s->state, &NOTHING);
    all.lives = sq_col_lives(c, s);
    for (int k = 0; k < open->n; k++) {
        sq_mark here = sq_col_mark(c);
        passage p = passage_of(&all, open->endpoint[k]);
        if (is_mixed(p.status)) take_bits(&p);
        leave(&p, CENSORED);
        sq_col_release(c, here);
    }
    sq_col_release(c, mark);
}
