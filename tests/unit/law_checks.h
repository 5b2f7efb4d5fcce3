/* What the tests of laws share. */
#ifndef SQ_TESTS_LAW_CHECKS_H
#define SQ_TESTS_LAW_CHECKS_H

#include "math/law.h"

#include <string.h>

/* A law must be refused in a sentence that speaks of these words. Needs cmocka.h before it. */
static void assert_problem(sq_law law, const char *words)
{
    const char *problem = sq_law_problem(&law);
    assert_non_null(problem);
    if (!strstr(problem, words))
        print_error("\"%s\" does not speak of \"%s\"\n", problem, words);
    assert_non_null(strstr(problem, words));
}

#endif
