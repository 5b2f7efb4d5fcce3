/* Two ways of taking lives in give the same result: finished lives one by one (sq_outcome_observe), and many
 * lives together while they go on (outcome/count.h), in whatever company and order. */
#include "engine/lanes.h"
#include "outcome/count.h"
#include "outcome/tally.h"

#include "outcome_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finished.h"

enum { PATIENTS = 300, LIVES = PATIENTS * N_STRATEGIES, QUANTITIES = 2 * 5, ATTRIBUTES = 1 };

static const sq_grouping GROUPINGS[] = {
    {.n_attributes = 1, .attribute = {0}, .size = {2}, .first = 0, .count = 2}};
static const sq_subgroup SUBGROUPS[] = {{"s=a", "s", "a"}, {"s=b", "s", "b"}};

static sq_model model_of(bool split, bool closes)
{
    sq_model m = small_model();
    m.closes = closes;
    if (!split)
        return m;
    m.n_attributes = ATTRIBUTES;
    m.n_groupings = 1;
    m.groupings = GROUPINGS;
    m.n_subgroups = 2;
    m.subgroups = SUBGROUPS;
    return m;
}

/* A third is in no subgroup; where follow-up may close, it does for every fifth. */
static void finish_life(sq_life *life, const sq_model *m, int strategy, int patient)
{
    const double baseline[ATTRIBUTES] = {patient % 3 == 2 ? (double)NAN : patient % 3};
    live_patient(life, m, strategy, patient);
    sq_life_place(life, m, baseline);
    if (m->closes && patient % 5 == 0)
        life->end = 3600;
}

/* The lives of all patients under all strategies; lives of one strategy follow one another. */
static sq_life *make_lives(const sq_model *m)
{
    sq_life *lives = calloc(LIVES, sizeof *lives);
    for (int i = 0; lives != NULL && i < LIVES; i++) {
        assert_int_equal(sq_life_init(&lives[i], m, NULL), SQ_OK);
        finish_life(&lives[i], m, i / PATIENTS, i % PATIENTS);
    }
    return lives;
}

static void free_lives(sq_life *lives)
{
    for (int i = 0; i < LIVES; i++)
        sq_life_free(&lives[i]);
    free(lives);
}

/* In whose company lives are counted: of their own strategy, of others too, or of lives told one by one where they belong. */
typedef enum company { OWN, OTHERS, ANY, COMPANIES } company;

/* Some of the lives, by number, counted in one accumulator. */
typedef struct wave {
    sq_lives lives;
    int n;
    int32_t number[LIVES], strategy[LIVES], subgroup[LIVES];
    sq_outcome *outcomes[LIVES];
    const int32_t *rows[1];
    double years[LIVES + SQ_PAD];
} wave;

static void call(wave *w, const sq_model *m, sq_outcome *o, const sq_life *lives, company with)
{
    for (int i = 0; i < w->n; i++) {
        w->strategy[i] = w->number[i] / PATIENTS;
        w->outcomes[i] = o;
        w->subgroup[i] = m->n_groupings > 0 ? lives[w->number[i]].subgroup[0] : -1;
    }
    w->rows[0] = w->subgroup;
    w->lives = (sq_lives){.n = w->n, .strategy = w->strategy[0], .outcome = o, .subgroup = w->rows,
                          .first_sums = sq_lanes_named("scalar")->first_times, .years = w->years};
    if (with == OWN)
        return;
    w->lives.strategy = -1;
    w->lives.strategies = w->strategy;
    w->lives.outcome = with == OTHERS ? o : NULL;
    w->lives.outcomes = w->outcomes;
}

/* ---- what happens, taken in again ------------------------------------------------------------------- */

static void count_occurrences(const wave *w, const sq_life *lives, int occurrence)
{
    for (uint32_t k = 0; k < 3; k++) {
        wave some = *w;
        uint32_t before[LIVES];
        double time[LIVES];
        some.n = 0;
        for (int i = 0; i < w->n; i++) {
            const sq_life *life = &lives[w->number[i]];
            if (life->count[occurrence] <= k)
                continue;
            some.strategy[some.n] = w->strategy[i];
            some.subgroup[some.n] = w->subgroup[i];
            before[some.n] = k;
            time[some.n++] = life->first_time[occurrence];
        }
        some.rows[0] = some.subgroup;
        some.lives.n = some.n;
        some.lives.subgroup = some.rows;
        if (some.lives.strategy < 0)
            some.lives.strategies = some.strategy;
        const sq_before so_far = {k > 0 ? before : NULL, (int64_t)k * some.n, k > 0 ? 0 : some.n};
        if (some.n > 0)
            sq_count_occurrence(&some.lives, occurrence, &so_far, time);
    }
}

/* One life at a time: those of a wave make different moves. */
static void count_moves(const wave *w, const sq_life *lives)
{
    for (int i = 0; i < w->n; i++) {
        const sq_life *life = &lives[w->number[i]];
        const int32_t *rows[1] = {&w->subgroup[i]};
        sq_lives one = {.n = 1, .strategy = w->strategy[i], .outcome = w->outcomes[i], .subgroup = rows};
        for (int k = 0; k < life->n_stays; k++) {
            uint32_t before = 0;
            for (int j = 1; k > 0 && j < k; j++)
                before += life->stay[j - 1].state == life->stay[k - 1].state && life->stay[j].state == life->stay[k].state;
            int from = k > 0 ? life->stay[k - 1].state : -1;
            const sq_before so_far = {&before, before, before == 0};
            sq_count_move(&one, from, life->stay[k].state, &so_far);
            int64_t place = sq_grid_place(sq_outcome_times(w->outcomes[i]), life->stay[k].from);
            sq_count_stay(&one, from, life->stay[k].state, from >= 0 ? &place : NULL);
        }
    }
}

/* Those that ended by this cause: of some of the lives by number, of all without. */
static void count_passages_by(const wave *w, const sq_life *lives, int endpoint, int cause)
{
    int32_t which[LIVES];
    int64_t place[LIVES];
    int k = 0;
    for (int i = w->n - 1; i >= 0; i--) { /* the last first: their order does not matter */
        const sq_passage *p = &lives[w->number[i]].passage[endpoint];
        place[i] = sq_grid_place(sq_outcome_times(w->outcomes[i]), p->end - p->origin);
        if (p->cause == cause)
            which[k++] = i;
    }
    const sq_passages passages = {k, k < w->n ? which : NULL, cause, place};
    if (k > 0)
        sq_count_passages(&w->lives, endpoint, &passages);
}

static void count_passages(const wave *w, const sq_life *lives, int endpoint)
{
    for (int cause = -1; cause < ENDPOINTS[endpoint].n_causes; cause++)
        count_passages_by(w, lives, endpoint, cause);
}

static void fill_record(double *record, const sq_model *m, const sq_life *life)
{
    int at[QUANTITIES];
    sq_record_places(m, at);
    for (int k = 0; k < sq_quantities(m); k++) {
        double unit = k < SQ_QUANTITY_COST ? SQ_DAYS_PER_YEAR : 1;
        for (int i = 0; i < 2 && at[k] >= 0; i++)
            record[at[k] + i] = life->total[2 * k + i] / unit;
    }
}

/* The ends of lives in one state: numbers as columns, records filled by hand. */
static void count_ends(const wave *w, const sq_life *lives, sq_block_lanes *block, int state)
{
    static double end[LIVES];
    static uint64_t happened[LIVES];
    sq_block_lanes *blocks[LIVES];
    int32_t place[LIVES];
    const uint64_t *const words[1] = {happened};
    for (int i = 0; i < w->n; i++) {
        const sq_life *life = &lives[w->number[i]];
        int column = w->number[i];
        blocks[i] = block;
        place[i] = w->number[i] % PATIENTS;
        end[column] = life->end;
        happened[column] = 0;
        for (int o = 0; o < N_OCCURRENCES; o++)
            happened[column] |= (uint64_t)(life->count[o] > 0) << o;
        fill_record(sq_block_record(block, w->strategy[i], place[i]), w->outcomes[i]->model, life);
    }
    const sq_ends ends = {blocks, place, state, w->number, words, end};
    sq_count_ends(&w->lives, &ends);
}

/* Lives numbered first, first + step, … while going on, and those of them that end in each state. */
static void count_some(const sq_model *m, sq_outcome *o, sq_block_lanes *block, const sq_life *lives, int first,
                       int n, int step, company with)
{
    static wave w;
    w.n = n;
    for (int i = 0; i < n; i++)
        w.number[i] = first + i * step;
    call(&w, m, o, lives, with);
    for (int occurrence = 0; occurrence < N_OCCURRENCES; occurrence++)
        count_occurrences(&w, lives, occurrence);
    count_moves(&w, lives);
    for (int endpoint = 0; endpoint < N_ENDPOINTS; endpoint++)
        count_passages(&w, lives, endpoint);
    for (int state = 0; state < N_STATES; state++) {
        static wave ending;
        ending.n = 0;
        for (int i = 0; i < n; i++) {
            const sq_life *life = &lives[w.number[i]];
            if (life->stay[life->n_stays - 1].state == state)
                ending.number[ending.n++] = w.number[i];
        }
        call(&ending, m, o, lives, with);
        if (ending.n > 0)
            count_ends(&ending, lives, block, state);
    }
}

/* ---- comparison ------------------------------------------------------------------------------------- */

static sq_outcome *new_outcome(const sq_model *m)
{
    sq_outcome *o = NULL;
    assert_int_equal(sq_outcome_new(&o, m, NULL), SQ_OK);
    return o;
}

static sq_outcome *observed(const sq_model *m, const sq_life *lives)
{
    sq_outcome *o = new_outcome(m);
    sq_block_lanes *block = open_block(m, PATIENTS);
    for (int i = 0; i < LIVES; i++)
        sq_outcome_observe(o, block, i / PATIENTS, i % PATIENTS, &lives[i]);
    close_block(o, block);
    return o;
}

static sq_outcome *counted(const sq_model *m, const sq_life *lives, company with)
{
    sq_outcome *o = new_outcome(m);
    sq_block_lanes *block = open_block(m, PATIENTS);
    for (int s = 0; s < N_STRATEGIES && with == OWN; s++)
        count_some(m, o, block, lives, s * PATIENTS, PATIENTS, 1, with);
    for (int k = 0; k < 7 && with != OWN; k++) /* every seventh, of all strategies */
        count_some(m, o, block, lives, k, (LIVES - k + 6) / 7, 7, with);
    close_block(o, block);
    return o;
}

static void assert_same(const sq_model *m, sq_outcome *a, sq_outcome *b)
{
    sq_variables v = {0}, w = {0};
    const sq_outcome *one[] = {a}, *other[] = {b};
    assert_memory_equal(a->counts, b->counts, a->n_counts * sizeof *a->counts);
    assert_int_equal(finish_points(m, 1, 1, one, NULL, &v), SQ_OK);
    assert_int_equal(finish_points(m, 1, 1, other, NULL, &w), SQ_OK);
    assert_int_equal(v.count, w.count);
    for (size_t i = 0; i < v.count; i++) {
        size_t size = v.items[i].type == SQ_I32 ? 4 : 8;
        if (v.items[i].type != SQ_TEXT &&
            memcmp(v.items[i].data, w.items[i].data, size * sq_variable_length(&v, &v.items[i])) != 0)
            fail_msg("%s differs", v.items[i].name);
    }
    sq_variables_free(&v);
    sq_variables_free(&w);
}

static void both_ways_agree(void **state)
{
    (void)state;
    for (int i = 0; i < 4 * COMPANIES; i++) {
        bool split = i & 1, closes = i & 2;
        sq_model m = model_of(split, closes);
        sq_life *lives = make_lives(&m);
        assert_non_null(lives);
        sq_outcome *a = observed(&m, lives), *b = counted(&m, lives, (company)(i / 4));
        assert_same(&m, a, b);
        sq_outcome_free(a);
        sq_outcome_free(b);
        free_lives(lives);
    }
}

/* So that agreement means something: one occurrence too few shows. */
static void a_count_that_is_missing_shows(void **state)
{
    (void)state;
    sq_model m = model_of(false, false);
    sq_life *lives = make_lives(&m);
    assert_non_null(lives);
    sq_outcome *a = observed(&m, lives);
    lives[7].count[OCC_SEEN]++;
    sq_outcome *b = counted(&m, lives, OWN);
    assert_true(memcmp(a->counts, b->counts, a->n_counts * sizeof *a->counts) != 0);
    sq_outcome_free(a);
    sq_outcome_free(b);
    free_lives(lives);
}

/* Two blocks open at once for one accumulator, closed in the other order, of sizes that fill no power of two. */
static void blocks_may_be_open_side_by_side(void **state)
{
    (void)state;
    sq_model m = model_of(true, false);
    sq_life *lives = make_lives(&m);
    assert_non_null(lives);
    sq_outcome *one = new_outcome(&m), *both = new_outcome(&m);
    for (int part = 0; part < 2; part++) {
        sq_block_lanes *block = open_block(&m, part == 0 ? 37 : 263);
        for (int i = 0; i < LIVES; i++)
            if ((i % PATIENTS / 37 > 0) == part)
                sq_outcome_observe(one, block, i / PATIENTS, i % PATIENTS - 37 * part, &lives[i]);
        close_block(one, block);
    }
    sq_block_lanes *block[2] = {open_block(&m, 37), open_block(&m, 263)};
    for (int i = 0; i < LIVES; i++) {
        int part = i % PATIENTS / 37 > 0;
        sq_outcome_observe(both, block[part], i / PATIENTS, i % PATIENTS - 37 * part, &lives[i]);
    }
    close_block(both, block[1]);
    close_block(both, block[0]);
    assert_same(&m, one, both);
    sq_outcome_free(one);
    sq_outcome_free(both);
    free_lives(lives);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_agree),
        cmocka_unit_test(a_count_that_is_missing_shows),
        cmocka_unit_test(blocks_may_be_open_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
