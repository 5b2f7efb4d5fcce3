/* The kernel tables of the columnar engine, what is done when lives end: each function at every width of this processor
 * against plain code. */
#include "outcome/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lanes_checks.h"

/* ---- sums ------------------------------------------------------------------------------------------------ */

enum { COLUMNS = 19 };

static double *records(sq_pcg *g)
{
    double *x = calloc(SQ_BLOCK * COLUMNS + SQ_BEYOND, sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < SQ_BLOCK * COLUMNS + SQ_BEYOND; i++) x[i] = exp(20 * (uniform(g) - .5));
    return x;
}

static void check_sums(const sq_lanes *lanes, const double *x, const double *reference, int columns, int n)
{
    double sum[COLUMNS][SQ_SUMS], wanted[COLUMNS][SQ_SUMS];
    memset(sum, 0xff, sizeof sum);
    memset(wanted, 0xff, sizeof wanted);
    lanes->sum_records(x, reference, columns, n, sum[0]);
    sq_tree_sums(x, reference, columns, n, wanted[0]);
    for (int i = 0; i < COLUMNS; i++)
        for (int kind = 0; kind < SQ_SUMS; kind++)
            if (!same(sum[i][kind], wanted[i][kind]))
                fail_msg("%s, %d records of %d columns, sum %d of column %d: %a, expected %a", lanes->name, n, columns,
                         kind, i, sum[i][kind], wanted[i][kind]);
}

static void sums_are_those_of_the_tree(void **state)
{
    static const int RECORDS[] = {1, 3, 128, 129, 255, 256, 257, 1000, SQ_BLOCK - 1, SQ_BLOCK};
    (void)state;
    const sq_lanes *lanes;
    sq_pcg g = sq_pcg_start(21, 1);
    double *x = records(&g), *reference = records(&g);
    for (int k = 0; (lanes = lanes_present(k)) != NULL; k++)
        for (size_t i = 0; i < sizeof RECORDS / sizeof *RECORDS; i++)
            for (int columns = 0; columns <= COLUMNS; columns++)
                check_sums(lanes, x, columns % 2 ? reference : NULL, columns, RECORDS[i]);
    free(x);
    free(reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_the_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
