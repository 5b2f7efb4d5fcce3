/* Taking in one life: counts at once, quantities to the patient's lane. A patient of a subgroup is counted in
 * its tally as well; what an endpoint made of the patient is looked up once for all of them. */
#include "outcome/tally.h"

#include "model/unit.h"

#include <math.h>

/* ---- endpoints ------------------------------------------------------------------------------------- */

/* A passage that is not closed goes on to the end of the life: nothing happened to it. */
static double days_in(const sq_life *life, const sq_passage *p)
{
    double end = life->n_stays > 0 ? life->stay[life->n_stays - 1].to : NAN;
    return (p->closed ? p->end : end) - p->origin;
}

static void observe_passages(const sq_outcome *o, int strategy, const sq_life *life)
{
    const sq_model *m = o->model;
    for (int i = 0; i < (int)o->all.endpoints; i++) {
        const sq_passage *p = &life->passage[i];
        int cause = p->closed ? p->cause : -1;
        int64_t place = sq_grid_place(&o->times, days_in(life, p));
        const sq_passage_rows all = sq_passage_rows_of(m, &o->all, i, cause);
        const sq_passage_rows part = sq_passage_rows_of(m, &o->part, i, cause);
        sq_count_passage(sq_tally(o, strategy, -1), &all, place);
        for (int k = 0; k < m->n_groupings && o->part.endpoints > 0; k++) {
            if (life->subgroup[k] >= 0)
                sq_count_passage(sq_tally(o, strategy, life->subgroup[k]), &part, place);
        }
    }
}

/* ---- states ---------------------------------------------------------------------------------------- */

/* The last stay of a life whose follow-up closes before the horizon covers the grid points up to that
 * instant; beyond them the patient is not counted in any state, nor among those still followed. The dead
 * too are followed until then, or the share of the dead would depend on when they died. */
void sq_count_closing(const sq_outcome *o, const sq_layout *at, int64_t *tally, int state, double end)
{
    if (at->closing == 0 || !(end < o->model->horizon))
        return;
    int j = sq_grid_interval(&o->times, end);
    if (j < o->times.n && o->times.point[j] == end)
        j++;
    tally[at->occupancy + (size_t)state * at->points + (size_t)j]--;
    tally[at->closed + (size_t)j]++;
}

/* A stay [from, to) covers the grid points from the first >= from to the last before `to`, where the next
 * one begins; the last stay of a life has no end, since nothing is known to change after it. */
static void observe_stays(const sq_outcome *o, const sq_layout *at, int64_t *tally, const sq_life *life)
{
    int64_t *occupancy = tally + at->occupancy;
    int64_t *left = NULL; /* the row of the stay before */
    for (int i = 0; i < life->n_stays && at->states > 0; i++) {
        const sq_stay *stay = &life->stay[i];
        int64_t *row = occupancy + (size_t)stay->state * at->points;
        int j = sq_grid_interval(&o->times, stay->from);
        if (left != NULL)
            left[j]--;
        row[j]++;
        left = row;
    }
    if (left != NULL)
        sq_count_closing(o, at, tally, life->stay[life->n_stays - 1].state, life->end);
}

static size_t move_at(const sq_outcome *o, const sq_life *life, int i)
{
    return (size_t)life->stay[i].state * (size_t)o->model->n_states + (size_t)life->stay[i + 1].state;
}

/* A move lies between two stays; entering the same state again is one too. */
static void observe_moves(const sq_outcome *o, int64_t *tally, const sq_life *life)
{
    if (o->all.moves == 0)
        return;
    for (int i = 0; i + 1 < life->n_stays; i++)
        o->moves[move_at(o, life, i)]++;
    for (int i = 0; i + 1 < life->n_stays; i++) {
        size_t move = move_at(o, life, i);
        int64_t n = o->moves[move]; /* 0 where it has been taken */
        tally[o->all.move + move] += n;
        tally[o->all.move_squared + move] += n * n;
        o->moves[move] = 0;
    }
}

/* ---- occurrences ----------------------------------------------------------------------------------- */

static void count_occurrences(const sq_layout *at, int64_t *tally, const sq_life *life)
{
    int n = (int)at->occurrences;
    int64_t *count = tally + at->count, *squared = tally + at->count_squared;
    int64_t *ever = tally + at->ever;
    for (int i = 0; i < n; i++) {
        int64_t c = life->count[i];
        count[i] += c;
        squared[i] += c * c;
        ever[i] += c > 0;
    }
}

void sq_first_times_enter(sq_outcome *o, int i)
{
    const double *waiting = o->waiting + (size_t)i * SQ_FIRST_TIMES_WAITING;
    if (!sq_histogram_add(&o->first_histograms[i], waiting, o->n_waiting[i]))
        o->failure = SQ_ERR_MEMORY;
    o->n_waiting[i] = 0;
}

static void observe_first_times(sq_outcome *o, int strategy, const sq_life *life)
{
    int row = strategy * o->n_first;
    for (int i = 0; i < o->n_first; i++) {
        if (life->count[i] > 0)
            sq_first_time(o, row + i, life->first_time[i]);
    }
}

bool sq_target_of_all(const sq_model *m, const sq_target *target)
{
    return target->among < 0 || target->among == SQ_OCCURS_INDEX(m);
}

void sq_count_share(const sq_outcome *o, int target, bool among, bool happened)
{
    int64_t *pair = o->counts + o->targets + 2 * (size_t)target;
    pair[0] += among;
    pair[1] += among && happened;
}

static void observe_targets(const sq_outcome *o, int strategy, const sq_life *life)
{
    const sq_model *m = o->model;
    for (int i = 0; i < m->n_targets; i++) {
        const sq_target *target = &m->targets[i];
        if (target->kind != SQ_TARGET_SHARE || target->strategy != strategy)
            continue;
        bool among = sq_target_of_all(m, target) || life->count[target->among] > 0;
        sq_count_share(o, i, among, life->count[target->index] > 0);
    }
}

/* ---- one life -------------------------------------------------------------------------------------- */

static void fill_lane(sq_block_lanes *block, int strategy, int lane, const sq_life *life)
{
    double *record = sq_block_record(block, strategy, lane);
    for (int i = 0; i < 2 * block->kept.count; i++) {
        int quantity = block->kept.quantity[i / 2];
        double total = life->total[2 * quantity + i % 2];
        record[i] = quantity < SQ_QUANTITY_COST ? total / SQ_DAYS_PER_YEAR : total;
    }
}

static void observe_subgroups(const sq_outcome *o, sq_block_lanes *block, int strategy, int lane,
                              const sq_life *life)
{
    int n = o->model->n_groupings;
    for (int k = 0; k < n; k++) {
        int subgroup = life->subgroup[k];
        sq_block_subgroups(block, strategy, k)[lane] = subgroup;
        if (subgroup < 0)
            continue;
        int64_t *tally = sq_tally(o, strategy, subgroup);
        tally[o->part.lives]++;
        observe_stays(o, &o->part, tally, life);
        count_occurrences(&o->part, tally, life);
    }
}

void sq_outcome_observe(sq_outcome *o, sq_block_lanes *block, int strategy, int lane, const sq_life *life)
{
    int64_t *tally = sq_tally(o, strategy, -1);
    fill_lane(block, strategy, lane, life);
    tally[o->all.lives]++;
    observe_passages(o, strategy, life);
    observe_stays(o, &o->all, tally, life);
    observe_moves(o, tally, life);
    count_occurrences(&o->all, tally, life);
    observe_first_times(o, strategy, life);
    observe_targets(o, strategy, life);
    observe_subgroups(o, block, strategy, lane, life);
}
