/* The verbs of the command line. Each is a thin client of the library in a file of its own; its
 * table of options serves the parser and the help alike. */
#ifndef SQ_CLI_VERBS_H
#define SQ_CLI_VERBS_H

#include "cli/arguments.h"
#include "cli/sheet.h"
#include "model/model.h"
#include "sequela.h"

extern const sq_verb sq_verb_new, sq_verb_run, sq_verb_check, sq_verb_trace, sq_verb_graph, sq_verb_digest,
    sq_verb_summary, sq_verb_export, sq_verb_calibrate, sq_verb_validate;

/* All of them in the order of the help, NULL at the end. */
extern const sq_verb *const sq_verbs[];

/* What `check` says of a calibration; an exit code. */
int sq_check_calibration(const sq_arguments *a);
/* The same of a registry of experiments. */
int sq_check_validation(const sq_arguments *a);

/* --format of a table: false after a complaint. */
bool sq_read_format(const sq_arguments *a, sq_format *format);

/* results/NAME and the extension for configs/NAME.yaml; malloc'd, NULL when memory is out. */
char *sq_default_output(const char *experiment, const char *extension);

/* The verb of that name, or NULL after a complaint that names the nearest. */
const sq_verb *sq_find_verb(const char *name);
/* Help on standard output: of the program, or of one verb. */
void sq_print_help(void);
void sq_print_verb_help(const sq_verb *verb);

/* Loads the experiment named by the first operand under the options that every verb with an
 * experiment understands (--set, --strategy unless `all_strategies`, -n, -s where the verb has
 * them) and says its messages. NULL after a failure, with the exit code in *code. Freed by
 * sequela_free. */
sequela *sq_load_experiment_of(const sq_arguments *a, bool all_strategies, int *code);

#endif
