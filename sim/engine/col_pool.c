/* Lanes, their columns, scratch memory, selections. Columns are rows of one arena; scratch is a stack of large chunks
 * that are kept, so that after the first waves nothing is allocated. */
#include "engine/col.h"

#include <stdlib.h>
#include <string.h>

/* ---- columns ------------------------------------------------------------------------------------------- */

/* Aligned as the processor's cache lines are. */
static void *aligned(sq_pool *p, size_t bytes)
{
    enum { LINE = 64 };
    char *memory = sq_arena_array(&p->arena, bytes + LINE, 1);
    return memory ? memory + (LINE - (uintptr_t)memory % LINE) % LINE : NULL;
}

/* Eight columns side by side. */
static void *new_plane(sq_pool *p, int n_planes, size_t size) { return aligned(p, (size_t)n_planes * p->plane * size); }

/* A column of n rows. Few rows share a plane with other columns; many begin one of their own; none are nowhere, but not
 * NULL, which is that memory is out. */
static void *rows(sq_pool *p, int n, size_t size)
{
    sq_open_plane *open = &p->open[size == 4];
    if (n < 1) return p->who;
    if (n > SQ_SIDE) return new_plane(p, (n + SQ_SIDE - 1) / SQ_SIDE, size);
    if (open->left < n) *open = (sq_open_plane){new_plane(p, 1, size), SQ_SIDE};
    if (!open->next) return NULL;
    char *column = open->next;
    open->next += (size_t)n * size;
    open->left -= n;
    return column;
}

static bool make_attributes(sq_pool *p, const sq_col_plan *plan)
{
    int n = plan->model->n_attributes;
    p->attribute = sq_arena_array(&p->arena, (size_t)n, sizeof *p->attribute);
    if (!p->attribute) return false;
    for (int i = 0; i < n; i++) {
        if (p->is_nursery ? plan->same[i] : plan->in_cohort[i]) continue;
        p->attribute[i] = rows(p, 1, sizeof(double));
        if (!p->attribute[i]) return false;
    }
    return true;
}

static bool make_who(sq_pool *p)
{
    sq_who *who = p->who = new_plane(p, 1, sizeof(int32_t));
    if (!who) return false;
    p->item = &who->item;
    p->place = &who->place;
    p->slot = &who->slot;
    p->strategy = &who->strategy;
    p->firings = &who->firings;
    p->at_instant = &who->at_instant;
    p->breaks = &who->breaks;
    p->lives = &who->lives;
    return true;
}

static bool make_begun(sq_pool *p)
{
    sq_begun *begun = p->begun = new_plane(p, 1, sizeof(double));
    if (!begun) return false;
    p->block = &begun->block;
    p->luck_state = &begun->luck_state;
    p->luck_stream = &begun->luck_stream;
    p->now = &begun->now;
    p->entered = &begun->entered;
    p->end = &begun->end;
    p->died = &begun->died;
    p->next_break = &begun->next_break;
    return true;
}

/* A column of so many rows of words, and where it is to be known from. */
typedef struct word_column {
    uint64_t **column;
    int rows;
} word_column;

static bool make_emptied(sq_pool *p, sq_emptied *all, const word_column *column, int n)
{
    int row = 0;
    for (int i = 0; i < n; i++) row = sq_col_next_row(row, column[i].rows) + column[i].rows;
    all->n = (row + SQ_SIDE - 1) / SQ_SIDE;
    all->plane = new_plane(p, all->n, sizeof *all->plane);
    if (!all->plane) return false;
    row = 0;
    for (int i = 0; i < n; i++) {
        row = sq_col_next_row(row, column[i].rows);
        *column[i].column = all->plane + sq_col_row(p, row);
        row += column[i].rows;
    }
    return true;
}

static bool make_life_words(sq_pool *p, const sq_col_plan *plan)
{
    int clocks = plan->any_undecided ? SQ_CLOCK_WORDS * plan->event_words : 0;
    uint64_t *counters = NULL;
    const word_column column[] = {
        {&p->clocks, clocks}, /* first, so that the four words of a clock are in one line */
        {&p->happened, plan->occurrence_words}, {&counters, (plan->n_counters + 1) / 2},
        {&p->inside, plan->endpoint_words}, {&p->over, plan->endpoint_words},
    };
    bool complete = make_emptied(p, &p->life_words, column, sizeof column / sizeof *column);
    p->counter = (uint32_t *)(void *)counters;
    return complete;
}

static bool make_firing(sq_pool *p, const sq_col_plan *plan)
{
    int words = plan->any_asked ? plan->event_words : 0;
    p->failed = rows(p, 1, sizeof *p->failed);
    p->touched = rows(p, plan->reaction_words, sizeof *p->touched);
    p->occurred = rows(p, plan->watch_words, sizeof *p->occurred);
    p->start_asked = rows(p, words, sizeof *p->start_asked);
    p->stop_asked = rows(p, words, sizeof *p->stop_asked);
    p->pause_asked = rows(p, words, sizeof *p->pause_asked);
    p->resume_asked = rows(p, words, sizeof *p->resume_asked);
    p->goto_state = rows(p, 1, sizeof *p->goto_state);
    return p->failed && p->touched && p->occurred && p->start_asked && p->stop_asked && p->pause_asked &&
           p->resume_asked && p->goto_state;
}

static int rows_if_any(const bool *is_read, int n)
{
    for (int i = 0; i < n; i++)
        if (is_read[i]) return n;
    return 0;
}

static bool make_history(sq_pool *p, const sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    p->instant = rows(p, 1, sizeof *p->instant);
    p->birth = rows(p, m->dated, sizeof *p->birth);
    p->last_time = rows(p, rows_if_any(plan->time_is_read, SQ_OCCURRENCES(m)), sizeof *p->last_time);
    p->time_in = rows(p, rows_if_any(plan->stay_is_read, m->n_states), sizeof *p->time_in);
    p->score = rows(p, p->is_nursery ? m->n_members : 0, sizeof *p->score);
    p->visits = aligned(p, (size_t)plan->n_visits * (size_t)p->n_lanes * sizeof *p->visits);
    p->many_visits = aligned(p, (size_t)plan->n_visits * (size_t)p->n_lanes * sizeof *p->many_visits);
    return p->last_time && p->time_in && p->birth && p->instant && p->score && p->visits && p->many_visits;
}

static bool make_clocks(sq_pool *p, const sq_col_plan *plan)
{
    p->due = rows(p, plan->model->n_events, sizeof *p->due);
    p->kept = rows(p, plan->n_kept, sizeof *p->kept);
    return p->due && p->kept;
}

static bool make_accounts(sq_pool *p, const sq_col_plan *plan)
{
    int n = 2 + plan->model->n_costs;
    p->accounts = new_plane(p, plan->account_lines, sizeof *p->accounts);
    p->account = sq_arena_array(&p->arena, (size_t)n, sizeof *p->account);
    p->rate = sq_arena_array(&p->arena, (size_t)n, sizeof *p->rate);
    if (!p->accounts || !p->account || !p->rate) return false;
    for (int k = SQ_QUANTITY_QALYS; k < n; k++) {
        p->account[k] = p->accounts + sq_col_row(p, plan->flows[k].slot);
        if (!plan->flows[k].is_kept) continue;
        p->rate[k] = rows(p, 1, sizeof **p->rate);
        if (!p->rate[k]) return false;
    }
    return true;
}

static bool make_measured(sq_pool *p, const sq_col_plan *plan)
{
    const sq_model *m = plan->model;
    if (!make_accounts(p, plan)) return false;
    p->loss_amount = rows(p, m->n_losses, sizeof *p->loss_amount);
    p->loss_until = rows(p, m->n_losses, sizeof *p->loss_until);
    bool from_year = m->discount[0].from_year || m->discount[1].from_year;
    p->discount_origin = rows(p, from_year ? SQ_DISCOUNTINGS : 0, sizeof *p->discount_origin);
    p->origin = rows(p, plan->n_origins, sizeof *p->origin);
    return p->loss_amount && p->loss_until && p->discount_origin && p->origin;
}

static sq_status make_lives(sq_pool *p, const sq_model *m, sq_error *err)
{
    p->life = sq_arena_array(&p->arena, (size_t)p->n_lanes, sizeof *p->life);
    if (!p->life) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the event logs");
    for (int i = 0; i < p->n_lanes; i++) {
        sq_status status = sq_life_init(&p->life[i], m, err);
        if (status) return status;
        p->life[i].keep_log = true;
    }
    return SQ_OK;
}

sq_status sq_pool_new(sq_pool *p, const sq_col_plan *plan, int n_lanes, bool is_nursery, bool want_log, sq_error *err)
{
    const sq_model *m = plan->model;
    *p = (sq_pool){.n_lanes = n_lanes, .plane = (size_t)n_lanes * SQ_SIDE, .is_nursery = is_nursery};
    bool complete = make_who(p) && make_begun(p) && make_life_words(p, plan) && make_firing(p, plan) &&
                    make_attributes(p, plan) && make_history(p, plan) && make_clocks(p, plan) && make_measured(p, plan);
    if (!complete) return sq_fail(err, SQ_ERR_MEMORY, "no memory for %d patients in flight", n_lanes);
    return want_log ? make_lives(p, m, err) : SQ_OK;
}

void sq_pool_free(sq_pool *p)
{
    for (int i = 0; p->life && i < p->n_lanes; i++) sq_life_free(&p->life[i]);
    sq_arena_free(&p->arena);
    *p = (sq_pool){0};
}

/* ---- scratch --------------------------------------------------------------------------------------------- */

enum { CHUNK = 4 << 20 };

static bool add_chunk(sq_scratch *scratch)
{
    if (scratch->n_chunks == SQ_SCRATCH_CHUNKS) return false;
    char *chunk = aligned_alloc(SQ_SCRATCH_ALIGNMENT, CHUNK);
    if (!chunk) return false;
    scratch->chunks[scratch->n_chunks++] = chunk;
    return true;
}

static void use_chunk(sq_scratch *scratch, int chunk)
{
    char *first = scratch->chunks[chunk];
    scratch->at = (sq_mark){chunk, first, first + CHUNK};
}

sq_status sq_scratch_new(sq_scratch **out, sq_error *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out || !add_chunk(*out)) return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's scratch");
    use_chunk(*out, 0);
    return SQ_OK;
}

void sq_scratch_free(sq_scratch *scratch)
{
    if (!scratch) return;
    for (int i = 0; i < scratch->n_chunks; i++) free(scratch->chunks[i]);
    free(scratch);
}

void *sq_col_take_beyond(sq_columns *c, size_t bytes)
{
    sq_scratch *scratch = c->scratch;
    if (scratch->at.chunk + 1 == scratch->n_chunks && !add_chunk(scratch)) {
        c->status = sq_fail(c->err, SQ_ERR_MEMORY, "no memory for the engine's scratch");
        longjmp(c->out_of_memory, 1);
    }
    use_chunk(scratch, scratch->at.chunk + 1);
    return sq_col_take(c, bytes);
}

sq_column sq_col_uniform(sq_columns *c, double value)
{
    double *p = sq_col_doubles(c, SQ_PAD);
    for (int i = 0; i < SQ_PAD; i++) p[i] = value;
    return (sq_column){p, 0};
}

/* ---- selections ---------------------------------------------------------------------------------------------- */

void sq_col_pad(int32_t *lane, int n)
{
    for (int i = n; i < sq_col_padded(n); i++) lane[i] = lane[n - 1];
}

/* Parameter blocks lane by lane; s->block where they have one. */
static void find_blocks(sq_columns *c, sq_selection *s)
{
    const sq_pool *p = c->p;
    const double *first = p->block[s->lane[0]];
    int strategy = p->strategy[s->lane[0]];
    bool one_block = true, one_strategy = true;
    for (int i = 1; i < s->n; i++) {
        one_block &= p->block[s->lane[i]] == first;
        one_strategy &= p->strategy[s->lane[i]] == strategy;
    }
    s->block = one_block ? first : NULL;
    s->strategy = one_strategy ? strategy : -1;
    if (one_block) return;
    const double **blocks = sq_col_take(c, (size_t)sq_col_padded(s->n) * sizeof *blocks);
    for (int i = 0; i < sq_col_padded(s->n); i++) blocks[i] = p->block[s->lane[i]];
    s->blocks = blocks;
}

/* Room for copies of attributes, after them for the slots and the two columns of luck, and then for kept values. */
static void make_room(sq_columns *c, sq_selection *s)
{
    int padded = sq_col_padded(s->n);
    s->room = sq_col_doubles(c, (SQ_CACHED + 3) * padded + SQ_KEPT_VALUES * (padded + SQ_PAD));
    sq_col_forget(s);
    s->slot = NULL;
}

sq_selection sq_col_select(sq_columns *c, int32_t *lane, int n, int state, int strategy, const double *now)
{
    sq_col_pad(lane, n);
    sq_selection s = {.n = n, .lane = lane, .state = state, .strategy = strategy};
    if (strategy >= 0) s.block = c->source.block[strategy];
    if (!s.block) find_blocks(c, &s);
    make_room(c, &s);
    s.now = sq_col_gather(c, &s, now);
    return s;
}

sq_selection sq_col_part(sq_columns *c, const sq_selection *s, int32_t *lane, int n)
{
    sq_col_pad(lane, n);
    sq_selection part = {.n = n, .lane = lane, .state = s->state, .strategy = s->strategy, .block = s->block};
    if (!s->block) find_blocks(c, &part);
    make_room(c, &part);
    part.now = sq_col_gather(c, &part, c->p->now);
    return part;
}

bool sq_col_where(sq_columns *c, const sq_selection *s, const double *truth, sq_selection *chosen)
{
    sq_mark mark = sq_col_mark(c);
    int32_t *lane = sq_col_lanes(c, s->n);
    int n = c->lanes->select(lane, NULL, s->lane, truth, s->n);
    if (n > 0 && n < s->n) {
        *chosen = sq_col_part(c, s, lane, n);
        return true;
    }
    sq_col_release(c, mark);
    if (n > 0) *chosen = *s;
    return n > 0;
}

bool sq_col_with_bit(sq_columns *c, const sq_selection *s, const uint64_t *words, int bit, sq_selection *chosen)
{
    sq_mark mark = sq_col_mark(c);
    int32_t *lane = sq_col_lanes(c, s->n);
    int n = c->lanes->with_bit(lane, words + sq_col_row(c->p, bit / 64), bit % 64, s->lane, s->n);
    if (n > 0 && n < s->n) {
        *chosen = sq_col_part(c, s, lane, n);
        return true;
    }
    sq_col_release(c, mark);
    if (n > 0) *chosen = *s;
    return n > 0;
}

/* ---- columns of a selection ------------------------------------------------------------------------------------- */

double *sq_col_gather(sq_columns *c, const sq_selection *s, const double *column)
{
    double *value = sq_col_doubles(c, s->n);
    c->lanes->gather(value, column, s->lane, s->n);
    return value;
}

void sq_col_scatter(const sq_selection *s, double *column, const double *value)
{
    for (int i = 0; i < s->n; i++) column[s->lane[i]] = value[i];
}

void sq_col_fill(const sq_selection *s, double *column, double value)
{
    for (int i = 0; i < s->n; i++) column[s->lane[i]] = value;
}

void sq_col_empty(const sq_columns *c, const sq_selection *s, const sq_emptied *words)
{
    for (int k = 0; k < words->n; k++) c->lanes->empty_lines(words->plane + (size_t)k * c->p->plane, s->lane, s->n);
}

void sq_col_set_bit(const sq_columns *c, const sq_selection *s, uint64_t *words, int bit)
{
    uint64_t *word = words + sq_col_row(c->p, bit / 64), one = UINT64_C(1) << (bit % 64);
    for (int i = 0; i < s->n; i++) word[s->lane[i]] |= one;
}

/* ---- attributes ------------------------------------------------------------------------------------------------------ */

/* Where the copy of an attribute is, or would be; -1 if there is none and no room for it. */
static int copy_of(const sq_selection *s, int attribute)
{
    for (int i = 0; i < SQ_CACHED; i++) {
        int place = (attribute + i) % SQ_CACHED;
        if (!(s->cached >> place & 1) || s->attribute[place] == attribute) return place;
    }
    return -1;
}

static bool is_cached(const sq_selection *s, int place) { return place >= 0 && s->cached >> place & 1; }

/* Where the copy of one more attribute goes: what finds no room lives as long as the caller's scratch. */
static double *new_copy(sq_columns *c, sq_selection *s, int attribute, int place)
{
    if (place < 0) return sq_col_doubles(c, s->n);
    s->attribute[place] = attribute;
    s->cached |= UINT32_C(1) << place;
    return sq_col_copy_at(s, place);
}

double *sq_col_room_to_keep(const sq_selection *s, int place)
{
    ptrdiff_t padded = sq_col_padded(s->n);
    return s->room + (SQ_CACHED + 3) * padded + place * (padded + SQ_PAD);
}

static const int32_t *slots(sq_columns *c, sq_selection *s)
{
    if (s->slot) return s->slot;
    int32_t *slot = (int32_t *)(void *)(s->room + (ptrdiff_t)SQ_CACHED * sq_col_padded(s->n));
    for (int i = 0; i < sq_col_padded(s->n); i++) slot[i] = c->p->slot[s->lane[i]];
    return s->slot = slot;
}

sq_luck_column sq_col_luck_of(sq_columns *c, sq_selection *s)
{
    if (s->luck.state) return s->luck;
    ptrdiff_t padded = sq_col_padded(s->n);
    uint64_t *state = (uint64_t *)(void *)(s->room + (SQ_CACHED + 1) * padded), *stream = state + padded;
    c->lanes->gather_words(state, c->p->luck_state, s->lane, s->n);
    c->lanes->gather_words(stream, c->p->luck_stream, s->lane, s->n);
    return s->luck = (sq_luck_column){state, stream};
}

/* An attribute that is the same for all patients of a block. */
static void take_same(const sq_columns *c, const sq_selection *s, int attribute, double *value)
{
    int slot = sq_col_same_slot(c->plan, attribute);
    if (!s->block) c->lanes->gather_blocks(value, s->blocks, slot, s->n);
    else for (int i = 0; i < sq_col_padded(s->n); i++) value[i] = s->block[slot];
}

const double *sq_col_find_attribute(sq_columns *c, sq_selection *s, int attribute)
{
    int place = copy_of(s, attribute);
    if (is_cached(s, place)) return sq_col_copy_at(s, place);
    double *value = new_copy(c, s, attribute, place);
    const double *column = c->p->attribute[attribute];
    if (column) c->lanes->gather(value, column, s->lane, s->n);
    else if (c->plan->same[attribute]) take_same(c, s, attribute, value);
    else c->lanes->gather(value, c->cohort_attribute[attribute], slots(c, s), s->n);
    return value;
}

const double *sq_col_baseline(sq_columns *c, sq_selection *s, int attribute)
{
    if (c->plan->in_cohort[attribute]) return sq_col_attribute(c, s, attribute);
    double *value = sq_col_doubles(c, s->n);
    if (c->plan->same[attribute]) take_same(c, s, attribute, value);
    else c->lanes->gather(value, c->cohort_attribute[attribute], slots(c, s), s->n);
    return value;
}

void sq_col_refresh(sq_columns *c, sq_selection *s, int first, int last)
{
    s->n_kept = 0;
    for (uint32_t left = s->cached; left; left &= left - 1) {
        int place = __builtin_ctz(left), attribute = s->attribute[place];
        if (attribute >= first && attribute <= last)
            c->lanes->gather(sq_col_copy_at(s, place), c->p->attribute[attribute], s->lane, s->n);
    }
}

/* Values of programs that have read it hold no longer. */
static void drop_kept(sq_selection *s, int attribute)
{
    for (int i = 0; i < s->n_kept; i++)
        if (s->kept[i].reads >> (attribute % 64) & 1) s->kept[i].name = 0;
}

/* Whether it does not matter in which lanes an attribute changes: all who react are known to have to, or there are none.
 * Nobody reacts before time zero. */
static bool nobody_asks(const sq_columns *c, int attribute)
{
    const sq_reactions reactions = c->plan->reactions[attribute];
    if (c->p->is_nursery) return true;
    for (int k = 0; k < reactions.n; k++)
        if (reactions.item[k].bits & ~c->firing.touched.all[reactions.item[k].word]) return false;
    return true;
}

void sq_col_assign(sq_columns *c, sq_selection *s, int attribute, sq_column value)
{
    double *column = c->p->attribute[attribute];
    int place = copy_of(s, attribute);
    double *copy = is_cached(s, place) ? sq_col_copy_at(s, place) : NULL;
    drop_kept(s, attribute);
    if (nobody_asks(c, attribute)) {
        bool signed_zeros = c->model->attributes[attribute].type.class == SQ_TYPE_NUMBER;
        c->lanes->write(column, copy, s->lane, value, signed_zeros, s->n);
        return;
    }
    sq_mark mark = sq_col_mark(c);
    int32_t *changed = sq_col_lanes(c, s->n);
    int n = c->lanes->assign(column, copy, s->lane, value, changed, s->n);
    sq_col_touch_lanes(c, changed, n, attribute);
    sq_col_release(c, mark);
}
