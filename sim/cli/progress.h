/* How far a run has come, on standard error: a bar where that is a terminal, a line now and then
 * where it is a file. */
#ifndef SQ_CLI_PROGRESS_H
#define SQ_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sq_progress_bar {
    bool quiet, terminal, shown;
    double started, last; /* seconds of a steady clock */
} sq_progress_bar;

sq_progress_bar sq_progress_begin(bool quiet);
/* For sequela_run_options.progress; context is an sq_progress_bar. */
void sq_progress_show(void *context, int64_t done, int64_t total);
/* Takes the bar off the terminal. */
void sq_progress_end(sq_progress_bar *bar);

#endif
