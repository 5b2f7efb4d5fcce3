/* The command line: verbs, their options, and what was given. Options follow the GNU
 * conventions: --name=value, --name value, -nVALUE, -n VALUE, unambiguous beginnings of long
 * names, options after operands, and "--" as the end of options. */
#ifndef SQ_CLI_ARGUMENTS_H
#define SQ_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sq_option {
    char letter;       /* 0: none */
    const char *name;  /* without the dashes */
    const char *value; /* what the value is called in help; NULL: takes none */
    const char *text;  /* for help; NULL: not told of, a tool of the program's own tests */
} sq_option;

struct sq_arguments;

enum { SQ_ANY_OPERANDS = -1 };

typedef struct sq_verb {
    const char *name;
    const char *operands; /* "EXPERIMENT.yaml" */
    int n_operands;       /* SQ_ANY_OPERANDS: as many as are given, also none */
    const char *summary;      /* one line */
    const char *text;         /* further paragraphs of its help */
    const sq_option *options; /* ends with a NULL name */
    int (*act)(const struct sq_arguments *arguments);
} sq_verb;

typedef struct sq_given {
    const sq_option *option;
    const char *value;
} sq_given;

typedef struct sq_arguments {
    const sq_verb *verb;
    int n_given, n_operands;
    sq_given *given;
    const char **operands;
    char *command_line; /* as it could be typed again */
} sq_arguments;

/* Parses what follows the verb's name (argv[2] on). SQ_EXIT_DONE, or having said what is wrong SQ_EXIT_INPUT,
 * out of memory SQ_EXIT_FAILED. Freed by sq_arguments_free in every case. --help is accepted everywhere. */
int sq_arguments_parse(sq_arguments *a, const sq_verb *verb, int argc, char **argv);
void sq_arguments_free(sq_arguments *a);

/* How often an option was given; its last value, or NULL. */
int sq_count(const sq_arguments *a, const char *name);
const char *sq_value(const sq_arguments *a, const char *name);
/* All its values in order into list (room for a->n_given); returns how many. */
int sq_values(const sq_arguments *a, const char *name, const char **list);
/* An integer option between least and most, written in digits (with _ between them if wished),
 * optionally followed by k, M or e and an exponent: 100000, 100_000, 100k, 1e5. *value is left
 * alone if the option was not given; false, having said what was expected, if it is anything
 * else. */
bool sq_integer(const sq_arguments *a, const char *name, const char *meaning, int64_t least,
                int64_t most, int64_t *value);

#endif
