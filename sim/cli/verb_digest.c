/* sequela digest: one line that two results share exactly when everything outside /provenance is
 * equal. */
#include "cli/console.h"
#include "cli/verbs.h"

#include "io/results.h"

static int act(const sq_arguments *a)
{
    sq_error err = {.status = SQ_OK};
    char hex[65];
    if (sq_results_digest(a->operands[0], hex, &err) != SQ_OK) return sq_say_error(&err);
    printf("%s  %s\n", hex, a->operands[0]);
    return SQ_EXIT_DONE;
}

static const sq_option options[] = {{0, NULL, NULL, NULL}};

const sq_verb sq_verb_digest = {
    "digest",
    "OUT.h5",
    1,
    "hash of everything outside /provenance",
    "Two results have the same digest exactly when every dataset and attribute outside "
    "/provenance\n"
    "is equal.",
    options,
    act,
};
