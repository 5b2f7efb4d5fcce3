/* The kernels of risk sets at every width: who enters and leaves, as plain loops say it; and places on the grid, as
 * sq_grid_place finds them, of times around all points of grids fine and coarse. */
#include "lanes_checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { COLUMN = 2000 };

typedef struct world {
    const sq_lanes *lanes;
    int n;
    sq_pcg g;
    int32_t lane[ROOM];             /* each once, in no order; padded by the last */
    double column[COLUMN], now[ROOM], truth[ROOM];
    uint64_t words[COLUMN], inside[ROOM], over[ROOM];
} world;

static void fill(world *w)
{
    int first = below(&w->g, COLUMN), step = 7; /* prime to COLUMN */
    for (int i = 0; i < COLUMN; i++) {
        w->column[i] = between(&w->g, 0, 900);
        w->words[i] = sq_pcg_next(&w->g);
    }
    fill_any(&w->g, w->now, w->n);
    for (int i = 0; i < ROOM; i++) {
        w->lane[i] = i < w->n ? (first + step * i) % COLUMN : w->lane[w->n - 1];
        w->truth[i] = i < w->n ? below(&w->g, 2) : (double)NAN;
        w->inside[i] = sq_pcg_next(&w->g) & sq_pcg_next(&w->g);
        w->over[i] = sq_pcg_next(&w->g) & ~w->inside[i];
    }
}

static void everywhere(void (*check)(world *w))
{
    static world w;
    for (int k = 0; (w.lanes = lanes_present(k)) != NULL; k++) {
        w.g = sq_pcg_start(21, (uint64_t)k);
        for (int i = 0; i < N_LENGTHS; i++) {
            w.n = LENGTHS[i];
            fill(&w);
            check(&w);
        }
    }
}

static void check_parting(world *w)
{
    static int32_t same[ROOM], others[ROOM];
    uint64_t mask = UINT64_C(0x8000000000000001), word = w->words[w->lane[0]] & mask;
    int n_same = w->lanes->same_word(same, others, w->words, mask, word, w->lane, w->n), a = 0, b = 0;
    for (int i = 0; i < w->n; i++) {
        bool is = (w->words[w->lane[i]] & mask) == word;
        assert_int_equal(is ? same[a++] : others[b++], w->lane[i]);
    }
    assert_int_equal(n_same, a);
}

static void lanes_part_by_words(void **state)
{
    (void)state;
    everywhere(check_parting);
}

static void check_absent(world *w)
{
    static double out[ROOM];
    for (int bit = 0; bit < 64; bit += 21) {
        w->lanes->absent(out, w->inside, w->over, UINT64_C(1) << bit, w->n);
        for (int i = 0; i < w->n; i++)
            assert_true(out[i] == ((w->inside[i] | w->over[i]) >> bit & 1 ? 0 : 1));
    }
}

static void who_is_in_neither_is_absent(void **state)
{
    (void)state;
    everywhere(check_absent);
}

/* Of lanes by truth, or of all; bits alone, origins alone, or both. */
static void check_entering(world *w)
{
    static double column[COLUMN];
    static uint64_t inside[ROOM];
    static const double ALL[SQ_PAD] = {1, 1, 1, 1, 1, 1, 1, 1};
    for (int how = 0; how < 8; how++) {
        sq_column truth = how & 1 ? (sq_column){w->truth, 1} : (sq_column){ALL, 0};
        uint64_t bit = UINT64_C(1) << 63, *bits = how & 2 ? inside : NULL;
        double *origin = how & 4 ? column : NULL, landmark = 30.25;
        memcpy(column, w->column, sizeof column);
        memcpy(inside, w->inside, sizeof inside);
        w->lanes->enter(bits, bit, origin, landmark, truth, w->now, w->lane, w->n);
        for (int i = 0; i < w->n; i++) {
            bool is = truth.p[i * truth.step] != 0;
            assert_true(inside[i] == (is && bits ? w->inside[i] | bit : w->inside[i]));
            assert_true(same(column[w->lane[i]], is && origin ? w->now[i] + landmark : w->column[w->lane[i]]));
            column[w->lane[i]] = w->column[w->lane[i]];
        }
        assert_memory_equal(column, w->column, sizeof column);
    }
}

static void who_enters_is_noted(void **state)
{
    (void)state;
    everywhere(check_entering);
}

static void check_leaving(world *w)
{
    static uint64_t inside[ROOM], over[ROOM];
    static int32_t which[ROOM];
    for (int bit = 0; bit < 64; bit += 9) {
        memcpy(inside, w->inside, sizeof inside);
        memcpy(over, w->over, sizeof over);
        uint64_t one = UINT64_C(1) << bit;
        int n = w->lanes->leave(which, inside, over, one, w->n), k = 0;
        for (int i = 0; i < w->n; i++) {
            bool is = w->inside[i] & one;
            if (is) assert_int_equal(which[k++], i);
            assert_true(inside[i] == (w->inside[i] & ~one));
            assert_true(over[i] == (is ? w->over[i] | one : w->over[i]));
        }
        assert_int_equal(n, k);
    }
}

static void who_leaves_is_listed(void **state)
{
    (void)state;
    everywhere(check_leaving);
}

/* Exactly at a point, next to it, between points, beyond the last, before the origin; never NaN in the engine. */
static double some_time(world *w, const sq_grid *grid)
{
    int j = grid->n ? below(&w->g, grid->n) : 0;
    double point = grid->n ? grid->point[j] : 0;
    switch (below(&w->g, 6)) {
    case 0: return point;
    case 1: return point + 0x1p-20;
    case 2: return point - 0x1p-20;
    case 3: return nextafter(point, below(&w->g, 2) ? 1e9 : -1e9);
    case 4: return between(&w->g, -2, 40000);
    default: return below(&w->g, 2) ? 1e300 : -1e300;
    }
}

static void check_grid(world *w, const sq_grid *grid)
{
    static int64_t place[ROOM];
    static double since[ROOM];
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < w->n; i++) since[i] = some_time(w, grid);
        for (int i = w->n; i < ROOM; i++) since[i] = i % 2 ? (double)NAN : 1e18;
        w->lanes->places(place, grid, since, NULL, 0, w->lane, w->n);
        for (int i = 0; i < w->n; i++) assert_int_equal(place[i], sq_grid_place(grid, since[i]));
        w->lanes->places(place, grid, since, w->column, 0, w->lane, w->n);
        for (int i = 0; i < w->n; i++)
            assert_int_equal(place[i], sq_grid_place(grid, since[i] - w->column[w->lane[i]]));
        w->lanes->places(place, grid, since, NULL, 30.4375, w->lane, w->n);
        for (int i = 0; i < w->n; i++) assert_int_equal(place[i], sq_grid_place(grid, since[i] - 30.4375));
    }
}

/* Points of the third grid lie closer than the days of a life: many are the same. */
static void check_places(world *w)
{
    static const double STEP[] = {30.4375, .1, 0x1p-22, 1. / 3, 91.3125, 5};
    static const int POINTS[] = {13, 3000, 200, 1000, 81, 0};
    for (int k = 0; k < 6; k++) {
        sq_grid grid;
        assert_true(sq_grid_init(&grid, STEP[k], POINTS[k]));
        check_grid(w, &grid);
        sq_grid_free(&grid);
    }
}

static void places_are_those_of_the_grid(void **state)
{
    (void)state;
    everywhere(check_places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_part_by_words),
        cmocka_unit_test(who_is_in_neither_is_absent),
        cmocka_unit_test(who_enters_is_noted),
        cmocka_unit_test(who_leaves_is_listed),
        cmocka_unit_test(places_are_those_of_the_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
