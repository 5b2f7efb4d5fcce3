/* The kernels of clocks: due times and what is kept of clocks, at every width of this processor, on columns of odd
 * lengths, against plain loops. */
#include "engine/lanes.h"

#include "model/unit.h"
#include "rand/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lanes_checks.h"

/* Calls check for all widths and lengths. */
static void everywhere(void (*check)(const sq_lanes *lanes, int n, sq_pcg *g))
{
    const sq_lanes *lanes;
    for (int k = 0; (lanes = lanes_present(k)) != NULL; k++) {
        sq_pcg g = sq_pcg_start(21, (uint64_t)k);
        for (int i = 0; i < N_LENGTHS; i++) check(lanes, LENGTHS[i], &g);
    }
}

/* n lanes of ROOM in any order, none twice, padded by the last. */
static void choose_lanes(int32_t *lane, int n, sq_pcg *g)
{
    static int32_t all[ROOM];
    for (int i = 0; i < ROOM; i++) all[i] = i;
    for (int i = 0; i < n; i++) {
        int other = i + below(g, ROOM - i);
        lane[i] = all[other];
        all[other] = all[i];
    }
    for (int i = n; i < ROOM; i++) lane[i] = lane[n - 1];
}

enum { COLUMNS = 4 };
typedef struct columns {
    double of[COLUMNS][ROOM];
} columns;

static void assert_same_columns(const char *what, const sq_lanes *lanes, int n, const columns *got,
                                const columns *wanted)
{
    for (int k = 0; k < COLUMNS; k++)
        for (int i = 0; i < ROOM; i++)
            if (!same(got->of[k][i], wanted->of[k][i]))
                fail_msg("%s, %s, %d lanes, column %d, row %d: %a, expected %a", what, lanes->name, n, k, i,
                         got->of[k][i], wanted->of[k][i]);
}

static void check_due(const sq_lanes *lanes, const double *wait, const double *age, bool kept, int n, sq_pcg *g)
{
    static columns got, wanted;
    static double now[ROOM], left[ROOM];
    static int32_t lane[ROOM];
    bool all = true;
    choose_lanes(lane, n, g);
    fill_any(g, now, n);
    fill_any(g, left, n);
    for (int i = 0; i < n; i++) now[i] = floor(between(g, 0, 9e9)) / 0x1p20;
    for (int k = 0; k < COLUMNS; k++) fill_any(g, got.of[k], ROOM);
    wanted = got;
    for (int i = 0; i < n; i++) {
        wanted.of[0][lane[i]] = sq_on_time_grid(now[i] + wait[i]);
        all &= wait[i] >= 0;
        if (!kept) continue;
        wanted.of[1][lane[i]] = now[i];
        wanted.of[2][lane[i]] = age ? age[i] : 0;
        wanted.of[3][lane[i]] = left[i];
    }
    sq_clock_columns clocks = {.due = got.of[0]};
    if (kept) clocks = (sq_clock_columns){got.of[0], got.of[1], got.of[2], got.of[3]};
    assert_int_equal(lanes->set_due(&clocks, wait, now, age, left, lane, n), all);
    assert_same_columns("due", lanes, n, &got, &wanted);
}

static void due_times_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double wait[ROOM], age[ROOM];
    for (int k = 0; k < 8; k++) {
        fill_any(g, wait, n);
        fill_any(g, age, n);
        for (int i = 0; i < n && k >= 2; i++) wait[i] = below(g, 20) ? between(g, 0, 4000) : INFINITY;
        if (k >= 6) wait[below(g, n)] = k == 6 ? (double)NAN : -1;
        check_due(lanes, wait, k % 2 ? age : NULL, k / 2 % 2, n, g);
    }
}

static void clocks_are_due_on_the_time_grid(void **state)
{
    (void)state;
    everywhere(due_times_of);
}

static void putting_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static columns got, wanted;
    static double x[ROOM];
    static int32_t lane[ROOM];
    for (int step = 0; step < 2; step++) {
        choose_lanes(lane, n, g);
        fill_any(g, x, n);
        for (int i = 0; i < SQ_PAD && step == 0; i++) x[i] = x[0];
        for (int k = 0; k < COLUMNS; k++) fill_any(g, got.of[k], ROOM);
        wanted = got;
        for (int i = 0; i < n; i++) wanted.of[1][lane[i]] = x[i * step];
        lanes->put(got.of[1], lane, (sq_column){x, step}, n);
        assert_same_columns("put", lanes, n, &got, &wanted);
    }
}

static void numbers_are_put_into_their_lanes(void **state)
{
    (void)state;
    everywhere(putting_of);
}

/* The column has what x says, but in `others` of the lanes. */
static void check_differences(const sq_lanes *lanes, int n, int others, sq_pcg *g)
{
    static double column[ROOM], x[ROOM], truth[ROOM];
    static int32_t lane[ROOM];
    bool any = false;
    choose_lanes(lane, n, g);
    fill_any(g, x, n);
    fill_any(g, column, ROOM);
    for (int i = 0; i < n; i++) x[i] = isnan(x[i]) ? 2 : x[i];
    for (int i = 0; i < n; i++) column[lane[i]] = x[i];
    for (int k = 0; k < others; k++) column[lane[below(g, n)]] = below(g, 2) ? (double)NAN : -3;
    for (int i = 0; i < ROOM; i++) truth[i] = i % 2;
    assert_int_equal(lanes->differs(NULL, column, lane, (sq_column){x, 1}, n), others > 0);
    assert_int_equal(lanes->differs(truth, column, lane, (sq_column){x, 1}, n), others > 0);
    for (int i = 0; i < n; i++) {
        bool differs = column[lane[i]] != x[i];
        any |= differs;
        assert_true(truth[i] == (differs || i % 2));
    }
    assert_int_equal(any, others > 0);
}

static void differences_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    for (int k = 0; k < 4; k++) check_differences(lanes, n, k, g);
}

static void other_numbers_are_found(void **state)
{
    (void)state;
    everywhere(differences_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_are_due_on_the_time_grid),
        cmocka_unit_test(numbers_are_put_into_their_lanes),
        cmocka_unit_test(other_numbers_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
