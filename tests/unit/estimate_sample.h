/* A published sample that every textbook works through: weeks of remission under 6-mercaptopurine
 * (group 0) and placebo (group 1). Freireich EJ et al. Blood 1963;21:699-716; analysed by Gehan EA.
 * Biometrika 1965;52:203-223. */
#ifndef SQ_TEST_ESTIMATE_SAMPLE_H
#define SQ_TEST_ESTIMATE_SAMPLE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "estimate/sample.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static const double REMISSION[] = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16, 17, 19, 20,
                                   22, 23, 25, 32, 32, 34, 35, 1,  1,  2,  2,  3,  4,  4,
                                   5,  5,  8,  8,  8,  8,  11, 11, 12, 12, 15, 17, 22, 23};
static const int RELAPSED[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0,
                               1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const int PLACEBO[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                              1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static inline sq_sample freireich(void)
{
    return (sq_sample){.n = COUNT(REMISSION),
                       .time = REMISSION,
                       .n_causes = 1,
                       .status = RELAPSED,
                       .n_groups = 2,
                       .group = PLACEBO};
}

static inline void assert_near(double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%.17g is not %.17g to %g", got, expected, tolerance);
}

#endif
