/* Counting many lives at once. Each kind of count comes twice: for all patients of a strategy, where one addition may do
 * for all lives, and for the subgroups, life by life. */
#include "outcome/count.h"

#include "outcome/tally.h"

#include "model/unit.h"

/* ---- where lives are counted ------------------------------------------------------------------------ */

static sq_outcome *outcome_of(const sq_lives *l, int i)
{
    return l->outcome != NULL ? l->outcome : l->outcomes[i];
}

static int strategy_of(const sq_lives *l, int i)
{
    return l->strategy >= 0 ? l->strategy : l->strategies[i];
}

static bool together(const sq_lives *l)
{
    return l->outcome != NULL && l->strategy >= 0;
}

static int64_t *tally_of(const sq_lives *l, int i)
{
    return sq_tally(outcome_of(l, i), strategy_of(l, i), -1);
}

/* The tally of the life's subgroup of a grouping; NULL if it is in none. */
static int64_t *part_of(const sq_lives *l, int i, int grouping)
{
    int subgroup = l->subgroup[grouping][i];
    return subgroup < 0 ? NULL : sq_tally(outcome_of(l, i), strategy_of(l, i), subgroup);
}

/* ---- occurrences ------------------------------------------------------------------------------------ */

/* A count that was `before` is one more: its square grows by 2 before + 1. */
static void count_once(const sq_layout *at, int64_t *tally, size_t occurrence, int64_t before)
{
    tally[at->count + occurrence]++;
    tally[at->count_squared + occurrence] += 2 * before + 1;
    tally[at->ever + occurrence] += before == 0;
}

static int64_t times_before(const sq_before *before, int i)
{
    return before->times != NULL ? before->times[i] : 0;
}

static void count_together(const sq_lives *l, const sq_layout *at, size_t occurrence, const sq_before *before)
{
    int64_t *tally = tally_of(l, 0);
    tally[at->count + occurrence] += l->n;
    tally[at->count_squared + occurrence] += 2 * before->sum + l->n;
    tally[at->ever + occurrence] += before->first;
}

/* Of several strategies of one accumulator. */
static void count_apart(const sq_lives *l, const sq_layout *at, size_t occurrence, const sq_before *before)
{
    int64_t *first = sq_tally(l->outcome, 0, -1) + at->count + occurrence;
    size_t squared = at->count_squared - at->count, ever = at->ever - at->count;
    for (int i = 0; i < l->n; i++) {
        int64_t *count = first + (size_t)l->strategies[i] * at->stride, so_far = times_before(before, i);
        count[0]++;
        count[squared] += 2 * so_far + 1;
        count[ever] += so_far == 0;
    }
}

static void count_in_parts(const sq_lives *l, const sq_outcome *o, size_t occurrence, const sq_before *before)
{
    for (int k = 0; k < o->model->n_groupings; k++) {
        for (int i = 0; i < l->n; i++) {
            int64_t *part = part_of(l, i, k);
            if (part != NULL)
                count_once(&o->part, part, occurrence, times_before(before, i));
        }
    }
}

/* Of one row: summed by the caller's loop, and into the histogram together. */
static void count_first_times_together(const sq_lives *l, int row, const sq_before *before, const double *time)
{
    sq_outcome *o = l->outcome;
    sq_histogram *histogram = o->first_histograms != NULL ? &o->first_histograms[row] : NULL;
    int n = l->first_sums(&o->first[row], histogram != NULL ? l->years : NULL, time, before->times, l->n);
    if (histogram != NULL && !sq_histogram_add(histogram, l->years, n))
        o->failure = SQ_ERR_MEMORY;
}

static void count_first_times(const sq_lives *l, int occurrence, const sq_before *before, const double *time)
{
    if (before->first == 0)
        return;
    if (together(l)) {
        count_first_times_together(l, l->strategy * l->outcome->n_first + occurrence, before, time);
        return;
    }
    for (int i = 0; i < l->n; i++) {
        if (times_before(before, i) > 0)
            continue;
        sq_outcome *o = outcome_of(l, i);
        sq_first_time(o, strategy_of(l, i) * o->n_first + occurrence, time[i]);
    }
}

bool sq_counts_occurrences(const sq_model *m)
{
    return sq_layout_of(m, false).occurrences > 0 || sq_layout_of(m, true).occurrences > 0 || sq_first_times_of(m) > 0;
}

void sq_count_occurrence(const sq_lives *l, int occurrence, const sq_before *before, const double *time)
{
    const sq_outcome *o = outcome_of(l, 0);
    size_t place = (size_t)occurrence;
    if (o->all.occurrences > 0 && together(l)) {
        count_together(l, &o->all, place, before);
    } else if (o->all.occurrences > 0 && l->outcome != NULL) {
        count_apart(l, &o->all, place, before);
    } else if (o->all.occurrences > 0) {
        for (int i = 0; i < l->n; i++)
            count_once(&o->all, tally_of(l, i), place, times_before(before, i));
    }
    if (o->part.occurrences > 0)
        count_in_parts(l, o, place, before);
    if (occurrence < o->n_first)
        count_first_times(l, occurrence, before, time);
}

/* ---- moves ------------------------------------------------------------------------------------------ */

static void count_stay(const sq_layout *at, int64_t *tally, int from, int to, int64_t j)
{
    int64_t *point = tally + at->occupancy + (size_t)j;
    if (from >= 0)
        point[(size_t)from * at->points]--;
    point[(size_t)to * at->points]++;
}

/* All lives begin at once. */
static void count_stays_together(const sq_lives *l, const sq_outcome *o, int from, int to, const int64_t *place)
{
    int64_t *point = tally_of(l, 0) + o->all.occupancy;
    int64_t *entered = point + (size_t)to * o->all.points;
    if (from < 0) {
        entered[0] += l->n;
        return;
    }
    int64_t *left = point + (size_t)from * o->all.points;
    for (int i = 0; i < l->n; i++) {
        int64_t j = place[i] / 2;
        left[j]--;
        entered[j]++;
    }
}

static void count_stays(const sq_lives *l, const sq_outcome *o, int from, int to, const int64_t *place)
{
    int groupings = o->part.states > 0 ? o->model->n_groupings : 0;
    if (together(l) && groupings == 0) {
        count_stays_together(l, o, from, to, place);
        return;
    }
    for (int i = 0; i < l->n; i++) {
        int64_t j = from < 0 ? 0 : place[i] / 2;
        if (o->all.states > 0)
            count_stay(&o->all, tally_of(l, i), from, to, j);
        for (int k = 0; k < groupings; k++) {
            int64_t *part = part_of(l, i, k);
            if (part != NULL)
                count_stay(&o->part, part, from, to, j);
        }
    }
}

bool sq_counts_stays(const sq_model *m)
{
    return sq_layout_of(m, false).states > 0 || sq_layout_of(m, true).states > 0;
}

void sq_count_stay(const sq_lives *l, int from, int to, const int64_t *place)
{
    const sq_outcome *o = outcome_of(l, 0);
    if (o->all.states > 0 || o->part.states > 0)
        count_stays(l, o, from, to, place);
}

bool sq_counts_moves(const sq_model *m)
{
    return sq_layout_of(m, false).moves > 0;
}

void sq_count_move(const sq_lives *l, int from, int to, const sq_before *before)
{
    const sq_outcome *o = outcome_of(l, 0);
    const sq_layout *at = &o->all;
    if (at->moves == 0 || from < 0)
        return;
    size_t move = (size_t)from * (size_t)o->model->n_states + (size_t)to;
    if (together(l)) {
        int64_t *tally = tally_of(l, 0);
        tally[at->move + move] += l->n;
        tally[at->move_squared + move] += 2 * before->sum + l->n;
        return;
    }
    for (int i = 0; i < l->n; i++) {
        int64_t *tally = tally_of(l, i);
        tally[at->move + move]++;
        tally[at->move_squared + move] += 2 * times_before(before, i) + 1;
    }
}

/* ---- endpoints -------------------------------------------------------------------------------------- */

/* The life of passage j. */
static int life_of(const sq_passages *p, int j)
{
    return p->which != NULL ? p->which[j] : j;
}

static void count_passages_together(const sq_lives *l, const sq_passage_rows *to, const sq_passages *p)
{
    int64_t *tally = tally_of(l, 0), n = 0;
    for (int j = 0; j < p->k; j++) {
        int64_t place = p->place[life_of(p, j)];
        if (place < 0)
            continue;
        tally[to->row[place & 1] + (size_t)(place >> 1)]++;
        n++;
    }
    tally[to->at_origin] += n;
}

static void count_passages_in_parts(const sq_lives *l, const sq_passage_rows *to, const sq_passages *p)
{
    for (int k = 0; k < outcome_of(l, 0)->model->n_groupings; k++) {
        for (int j = 0; j < p->k; j++) {
            int i = life_of(p, j);
            int64_t *part = part_of(l, i, k);
            if (part != NULL)
                sq_count_passage(part, to, p->place[i]);
        }
    }
}

const sq_grid *sq_outcome_times(const sq_outcome *o)
{
    return &o->times;
}

bool sq_counts_passages(const sq_model *m)
{
    return sq_layout_of(m, false).endpoints > 0 || sq_layout_of(m, true).endpoints > 0;
}

void sq_count_passages(const sq_lives *l, int endpoint, const sq_passages *p)
{
    const sq_outcome *o = outcome_of(l, 0);
    const sq_passage_rows all = sq_passage_rows_of(o->model, &o->all, endpoint, p->cause);
    const sq_passage_rows part = sq_passage_rows_of(o->model, &o->part, endpoint, p->cause);
    if (o->all.endpoints > 0 && together(l)) {
        count_passages_together(l, &all, p);
    } else if (o->all.endpoints > 0) {
        for (int j = 0; j < p->k; j++)
            sq_count_passage(tally_of(l, life_of(p, j)), &all, p->place[life_of(p, j)]);
    }
    if (o->part.endpoints > 0)
        count_passages_in_parts(l, &part, p);
}

/* ---- the end ---------------------------------------------------------------------------------------- */

static void count_lives(const sq_lives *l, const sq_outcome *o)
{
    if (together(l)) {
        tally_of(l, 0)[o->all.lives] += l->n;
    } else {
        for (int i = 0; i < l->n; i++)
            tally_of(l, i)[o->all.lives]++;
    }
    for (int k = 0; k < o->model->n_groupings; k++) {
        for (int i = 0; i < l->n; i++) {
            int64_t *part = part_of(l, i, k);
            if (part != NULL)
                part[o->part.lives]++;
        }
    }
}

/* Of follow-up that closes before the horizon. */
static void count_closing(const sq_lives *l, const sq_outcome *o, const sq_ends *e)
{
    for (int i = 0; i < l->n && o->model->closes; i++) {
        double end = e->end[e->column[i]];
        sq_count_closing(o, &o->all, tally_of(l, i), e->state, end);
        for (int k = 0; k < o->model->n_groupings; k++) {
            int64_t *part = part_of(l, i, k);
            if (part != NULL)
                sq_count_closing(o, &o->part, part, e->state, end);
        }
    }
}

static bool has_happened(const sq_ends *e, int i, int occurrence)
{
    return e->happened[occurrence / 64][e->column[i]] >> (occurrence % 64) & 1;
}

static void count_shares(const sq_lives *l, const sq_outcome *o, const sq_ends *e)
{
    const sq_model *m = o->model;
    for (int t = 0; t < m->n_targets; t++) {
        const sq_target *target = &m->targets[t];
        bool asked = target->kind == SQ_TARGET_SHARE && (l->strategy < 0 || l->strategy == target->strategy);
        for (int i = 0; i < l->n && asked; i++) {
            if (strategy_of(l, i) != target->strategy)
                continue;
            bool among = sq_target_of_all(m, target) || has_happened(e, i, target->among);
            sq_count_share(outcome_of(l, i), t, among, has_happened(e, i, target->index));
        }
    }
}

static void keep_subgroups(const sq_lives *l, const sq_outcome *o, const sq_ends *e)
{
    for (int k = 0; k < o->model->n_groupings; k++) {
        for (int i = 0; i < l->n; i++)
            sq_block_subgroups(e->block[i], strategy_of(l, i), k)[e->place[i]] = l->subgroup[k][i];
    }
}

void sq_count_ends(const sq_lives *l, const sq_ends *e)
{
    const sq_outcome *o = outcome_of(l, 0);
    count_lives(l, o);
    count_closing(l, o, e);
    count_shares(l, o, e);
    keep_subgroups(l, o, e);
}
