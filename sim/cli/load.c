/* Loading an experiment under the options of a verb, and saying what the loader had to say. */
#include "cli/console.h"
#include "cli/verbs.h"

#include <stdlib.h>

static bool read_numbers(const sq_arguments *a, sequela_load_options *options)
{
    int64_t seed = 0;
    if (!sq_integer(a, "patients", "a number of patients", 1, SQ_MOST_PATIENTS,
                    &options->patients) ||
        !sq_integer(a, "seed", "a seed", 0, INT64_MAX, &seed))
        return false;
    options->seed = (uint64_t)seed;
    options->has_seed = sq_value(a, "seed") != NULL;
    return true;
}

static sequela *load(const sq_arguments *a, const sequela_load_options *options, int *code)
{
    sequela *s = NULL;
    *code = sequela_load(a->operands[0], options, &s);
    if (s == NULL) {
        sq_say("out of memory");
        return NULL;
    }
    sq_say_messages(sequela_messages(s));
    if (*code == SEQUELA_OK) return s;
    sequela_free(s);
    return NULL;
}

sequela *sq_load_experiment_of(const sq_arguments *a, bool all_strategies, int *code)
{
    sequela_load_options options = {0};
    size_t room = (size_t)a->n_given + 1;
    const char **sets = calloc(room, sizeof *sets), **strategies = calloc(room, sizeof *strategies);
    sequela *s = NULL;
    *code = SQ_EXIT_INPUT;
    if (sets == NULL || strategies == NULL) {
        sq_say("out of memory");
        *code = SQ_EXIT_FAILED;
    } else if (read_numbers(a, &options)) {
        options.n_sets = sq_values(a, "set", sets);
        options.sets = sets;
        if (!all_strategies) options.n_strategies = sq_values(a, "strategy", strategies);
        options.strategies = strategies;
        s = load(a, &options, code);
    }
    free(sets);
    free(strategies);
    return s;
}
