/* sequela summary: a result as a table that can be read aloud. */
#include "cli/console.h"
#include "cli/summary.h"
#include "cli/verbs.h"

#include <string.h>

bool sq_read_format(const sq_arguments *a, sq_format *format)
{
    static const char *const names[] = {"table", "csv", "json", "md"};
    static const sq_format formats[] = {SQ_FORMAT_TABLE, SQ_FORMAT_CSV, SQ_FORMAT_JSON,
                                        SQ_FORMAT_MARKDOWN};
    const char *wanted = sq_value(a, "format");
    *format = SQ_FORMAT_TABLE;
    if (wanted == NULL) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(wanted, names[i]) == 0) {
            *format = formats[i];
            return true;
        }
    sq_say("%s: --format: '%s' is not known; expected table, csv, json or md", a->verb->name, wanted);
    return false;
}

static int act(const sq_arguments *a)
{
    sq_format format;
    return sq_read_format(a, &format) ? sq_print_summary(a->operands[0], format) : SQ_EXIT_INPUT;
}

static const sq_option options[] = {
    {0, "format", "FORMAT", "table (default), csv, json or md"},
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_summary = {
    "summary",
    "OUT.h5",
    1,
    "survival, QALYs, costs, differences, targets",
    "Errors are Monte Carlo standard errors; differences are paired. csv has one entry a line\n"
    "(table, row, column, value, standard error, text); csv and json carry every digit.",
    options,
    act,
};
