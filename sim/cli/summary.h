/* A result for a reader: survival, means, differences, what happens to 100 patients, and how the
 * targets were met. */
#ifndef SQ_CLI_SUMMARY_H
#define SQ_CLI_SUMMARY_H

#include "cli/sheet.h"
#include "outcome/variable.h"

/* Collects the report from the variables of a result (its root group); texts live in the arena
 * or in the variables. Parts whose variables the result does not have are left out.
 * SQ_ERR_MEMORY is its only failure. */
sq_status sq_summarise(const sq_variables *variables, const char *title, sq_arena *arena,
                       sq_report *report, sq_error *err);
/* Reads a result file and prints its summary on standard output; the exit code. */
int sq_print_summary(const char *path, sq_format format);

#endif
