/* The kernel tables of the columnar engine, what counts: each function at every width of this processor against plain code.
 * Numbers that are not of the lanes asked for must stay as they are. */
#include "engine/lanes.h"

#include "model/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lanes_checks.h"

enum { LANES_OF_POOL = 700, SIDE = 8, COUNTERS = LANES_OF_POOL * SIDE * 2, SLOTS = 6 };

typedef void check(const sq_lanes *lanes, int n, sq_pcg *g);

static void everywhere(check *one)
{
    const sq_lanes *lanes;
    for (int k = 0; (lanes = lanes_present(k)) != NULL; k++) {
        sq_pcg g = sq_pcg_start(22, (uint64_t)k);
        for (int i = 0; i < N_LENGTHS; i++) one(lanes, LENGTHS[i], &g);
    }
}

/* n lanes in a random order, none twice; in the padding the last of them. */
static const int32_t *some_lanes(int n, sq_pcg *g)
{
    static int32_t lane[LANES_OF_POOL + SQ_PAD];
    for (int i = 0; i < LANES_OF_POOL; i++) {
        int other = below(g, i + 1);
        lane[i] = lane[other];
        lane[other] = i * SIDE;
    }
    for (int i = n; i < n + SQ_PAD; i++) lane[i] = lane[n - 1];
    return lane;
}

static const uint32_t *some_counts(sq_pcg *g)
{
    static uint32_t count[COUNTERS];
    for (int i = 0; i < COUNTERS; i++) count[i] = below(g, 3) ? (uint32_t)below(g, 3) : (uint32_t)sq_pcg_next(g) >> 1;
    return count;
}

/* ---- counters ------------------------------------------------------------------------------------------------ */

static void counters_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static uint32_t counted[COUNTERS], before[ROOM], wanted[COUNTERS];
    static double number[ROOM];
    const uint32_t *count = some_counts(g);
    const int32_t *lane = some_lanes(n, g);
    int64_t sum = 0;
    int first = 0;
    memcpy(counted, count, sizeof counted);
    memcpy(wanted, count, sizeof wanted);
    for (int i = 0; i < n; i++) {
        uint32_t *mine = &wanted[2 * lane[i] + 1]; /* the counter beside the first */
        sum += *mine;
        first += (*mine)++ == 0;
    }
    lanes->counts(number, counted + 1, lane, n);
    const sq_before so_far = lanes->count_up(before, counted + 1, lane, n);
    assert_true(so_far.times == before && so_far.sum == sum && so_far.first == first);
    for (int i = 0; i < n; i++) {
        assert_int_equal(before[i], count[2 * lane[i] + 1]);
        assert_true(number[i] == count[2 * lane[i] + 1]);
    }
    assert_memory_equal(counted, wanted, sizeof wanted);
}

static void counters_count(void **state)
{
    (void)state;
    everywhere(counters_of);
}

/* ---- first times --------------------------------------------------------------------------------------------- */

static void check_first_times(const sq_lanes *lanes, int n, const double *time, const uint32_t *before, bool wants_years)
{
    static double years[ROOM];
    sq_first_times sums = {7, 11}, wanted = sums;
    int found = 0;
    int written = lanes->first_times(&sums, wants_years ? years : NULL, time, before, n);
    for (int i = 0; i < n; i++) {
        if (before && before[i] > 0) continue;
        sq_wide t = (uint64_t)(time[i] * 0x1p20);
        wanted.sum += t;
        wanted.squares += t * t;
        if (wants_years) assert_true(years[found++] == time[i] / SQ_DAYS_PER_YEAR);
    }
    assert_int_equal(written, found);
    assert_true(sums.sum == wanted.sum && sums.squares == wanted.squares);
}

/* Up to the last day that a time can have. */
static void first_times_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static double time[ROOM];
    static uint32_t before[ROOM];
    for (int i = 0; i < ROOM; i++) {
        double most = below(g, 4) ? 15000 : 0x1p31;
        time[i] = i < n ? floor(most * uniform(g) * 0x1p20) * 0x1p-20 : NAN;
        before[i] = i < n && below(g, 2) ? 1 + (uint32_t)below(g, 3) : 0;
    }
    time[0] = 0x1p31 - 0x1p-20;
    before[0] = 0;
    check_first_times(lanes, n, time, NULL, true);
    check_first_times(lanes, n, time, before, true);
    check_first_times(lanes, n, time, before, false);
}

static void first_times_are_summed_exactly(void **state)
{
    (void)state;
    everywhere(first_times_of);
}

/* ---- uniforms ------------------------------------------------------------------------------------------------ */

typedef struct luck {
    uint64_t state[ROOM], stream[ROOM];
} luck;

static const luck *some_luck(sq_pcg *g)
{
    static luck all;
    for (int i = 0; i < ROOM; i++) {
        all.state[i] = sq_pcg_next(g);
        all.stream[i] = sq_pcg_next(g);
    }
    return &all;
}

static double uniform_at(const luck *of, int i, uint64_t hash, uint64_t visit)
{
    sq_address site = sq_address_with((sq_address){of->state[i], of->stream[i]}, hash);
    return sq_address_uniform(sq_address_with(site, visit));
}

static void uniforms_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static uint32_t counted[COUNTERS], wanted[COUNTERS];
    static double u[ROOM];
    const uint32_t *count = some_counts(g);
    const int32_t *lane = some_lanes(n, g);
    const luck *of = some_luck(g);
    const sq_luck_column column = {of->state, of->stream};
    uint64_t hash = sq_pcg_next(g);
    memcpy(counted, count, sizeof counted);
    memcpy(wanted, count, sizeof wanted);
    lanes->uniforms(u, column, hash, NULL, lane, n);
    for (int i = 0; i < n; i++) assert_true(u[i] == uniform_at(of, i, hash, 0));
    lanes->uniforms(u, column, hash, counted, lane, n);
    for (int i = 0; i < n; i++) assert_true(u[i] == uniform_at(of, i, hash, wanted[2 * lane[i]]++));
    assert_memory_equal(counted, wanted, sizeof wanted);
}

/* The records of a lane: of each slot the life, and the counts of three sites. */
/* Bytes: of a record and of a lane's records; a place in a record. */
enum { LIFE = 3, RECORD = 16, OF_LANE = SLOTS * RECORD + 8, PLACE = 6 };
typedef struct records {
    uint8_t bytes[LANES_OF_POOL * OF_LANE];
    uint32_t many[LANES_OF_POOL * OF_LANE];
} records;

/* Plain counting of a visit; of another life nothing counts. */
static uint32_t visit(records *of, int lane, int slot)
{
    const uint8_t afresh[RECORD] = {LIFE};
    int at = lane / SIDE * OF_LANE + slot * RECORD;
    if (memcmp(of->bytes + at, afresh, 4) != 0) memcpy(of->bytes + at, afresh, RECORD);
    at += PLACE;
    uint32_t so_far = of->bytes[at] == SQ_MANY_VISITS ? of->many[at] : of->bytes[at];
    of->bytes[at] = so_far + 1 < SQ_MANY_VISITS ? (uint8_t)(so_far + 1) : SQ_MANY_VISITS;
    if (so_far + 1 >= SQ_MANY_VISITS) of->many[at] = so_far + 1;
    return so_far;
}

/* A third of the records are of an earlier life; counts are few, or about as many as a byte holds. */
static void fill_records(sq_pcg *g, records *of)
{
    memset(of, 0, sizeof *of);
    for (int lane = 0; lane < LANES_OF_POOL; lane++)
        for (int slot = 0; slot < SLOTS; slot++) {
            int at = lane * OF_LANE + slot * RECORD;
            of->bytes[at] = (uint8_t)(LIFE - (below(g, 3) == 0));
            of->bytes[at + PLACE] = (uint8_t)(below(g, 2) == 0 ? below(g, 3) : SQ_MANY_VISITS - below(g, 4));
            of->many[at + PLACE] = 1000 + (uint32_t)below(g, 1000);
        }
}

static void check_keyed(const sq_lanes *lanes, const sq_keyed_luck *site, int n, sq_pcg *g, records *wanted)
{
    static double u[ROOM];
    const int32_t *lane = some_lanes(n, g);
    const luck *of = some_luck(g);
    lanes->keyed_uniforms(u, (sq_luck_column){of->state, of->stream}, site, lane, n);
    for (int i = 0; i < n; i++) {
        int slot = (int)(site->key[0][i] * 2 + site->key[1][i]);
        uint32_t so_far = site->visits ? visit(wanted, lane[i], slot) : 0;
        assert_true(u[i] == uniform_at(of, i, site->hash[slot], so_far));
    }
}

/* Luck of three labels by two. */
static void keyed_uniforms_of(const sq_lanes *lanes, int n, sq_pcg *g)
{
    static const int SIZE[] = {3, 2};
    static records visits, wanted;
    static uint32_t life[LANES_OF_POOL * SIDE];
    static double key[2][ROOM];
    uint64_t hash[SLOTS];
    fill_any(g, key[0], 0);
    fill_any(g, key[1], 0);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < n; i++) key[k][i] = below(g, SIZE[k]);
    for (int i = 0; i < SLOTS; i++) hash[i] = sq_pcg_next(g);
    for (int i = 0; i < LANES_OF_POOL; i++) life[i * SIDE] = LIFE;
    fill_records(g, &visits);
    wanted = visits;
    sq_keyed_luck site = {.n_keys = 2, .key = {key[0], key[1]}, .size = SIZE, .hash = hash, .of_lane = OF_LANE,
                          .of_slot = RECORD, .place = PLACE, .life = life};
    check_keyed(lanes, &site, n, g, NULL);
    site.visits = visits.bytes;
    site.many = visits.many;
    for (int again = 0; again < 3; again++) check_keyed(lanes, &site, n, g, &wanted);
    assert_memory_equal(&visits, &wanted, sizeof wanted);
}

static void uniforms_are_those_of_addresses(void **state)
{
    (void)state;
    everywhere(uniforms_of);
    everywhere(keyed_uniforms_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_count),
        cmocka_unit_test(first_times_are_summed_exactly),
        cmocka_unit_test(uniforms_are_those_of_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
