/* sequela export: every table of a result as CSV. */
#include "cli/console.h"
#include "cli/verbs.h"

#include "io/csv.h"

static int act(const sq_arguments *a)
{
    sq_error err = {.status = SQ_OK};
    const char *folder = sq_value(a, "csv");
    int n_files = 0;
    if (folder == NULL || folder[0] == '\0') {
        sq_say("export: the folder is missing: sequela export OUT.h5 --csv DIR");
        return SQ_EXIT_INPUT;
    }
    if (sq_results_export_csv(a->operands[0], folder, &n_files, &err) != SQ_OK)
        return sq_say_error(&err);
    sq_say("%d files in %s; variables.csv says what the columns are", n_files, folder);
    return SQ_EXIT_DONE;
}

static const sq_option options[] = {
    {0, "csv", "DIR", "folder for the CSV files, made if missing"},
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_export = {
    "export",
    "OUT.h5 --csv DIR",
    1,
    "every table as CSV for Excel and R",
    "Variables on the same axes share one file in long form: a column per axis, then a column per\n"
    "variable. variables.csv lists every column with its unit and meaning. Tables that variables.csv\n"
    "lists from an earlier export into the same folder, and that this one does not have, are removed.",
    options,
    act,
};
