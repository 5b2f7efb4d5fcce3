/* The command line program: finds the verb, hands it the parsed arguments, and makes sure that
 * nothing printed was lost on the way out. */
#include "cli/console.h"
#include "cli/verbs.h"

#include "base/text.h"

#include <string.h>

const sq_verb *const sq_verbs[] = {
    &sq_verb_new,    &sq_verb_run,     &sq_verb_check,  &sq_verb_trace, &sq_verb_graph,
    &sq_verb_digest, &sq_verb_summary, &sq_verb_export, &sq_verb_calibrate, &sq_verb_validate, NULL};

const sq_verb *sq_find_verb(const char *name)
{
    enum { MOST = 16 };
    const char *names[MOST];
    size_t n = 0;
    for (; sq_verbs[n] != NULL && n + 1 < MOST; n++) {
        if (strcmp(sq_verbs[n]->name, name) == 0) return sq_verbs[n];
        names[n] = sq_verbs[n]->name;
    }
    names[n++] = "help";
    const char *near = sq_nearest_name(name, names, n);
    if (near != NULL)
        sq_say("unknown verb '%s'; did you mean '%s'?", name, near);
    else
        sq_say("unknown verb '%s'; 'sequela help' lists the verbs", name);
    return NULL;
}

static int show_help(const char *verb_name)
{
    const sq_verb *verb = verb_name != NULL ? sq_find_verb(verb_name) : NULL;
    if (verb_name == NULL)
        sq_print_help();
    else if (verb != NULL)
        sq_print_verb_help(verb);
    return verb_name == NULL || verb != NULL ? SQ_EXIT_DONE : SQ_EXIT_INPUT;
}

static int act(const sq_verb *verb, int argc, char **argv)
{
    sq_arguments arguments;
    int code = sq_arguments_parse(&arguments, verb, argc, argv);
    if (code == SQ_EXIT_DONE) {
        if (sq_count(&arguments, "help") > 0)
            code = show_help(verb->name);
        else
            code = verb->act(&arguments);
    }
    sq_arguments_free(&arguments);
    return code;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        sq_say("a verb is missing; 'sequela help' lists the verbs");
        return SQ_EXIT_INPUT;
    }
    const char *word = argv[1];
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return show_help(argc > 2 ? argv[2] : NULL);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        fputs(sequela_version(), stdout);
        return SQ_EXIT_DONE;
    }
    if (word[0] == '-') {
        sq_say(
            "unknown option '%s'; the verb comes first: sequela VERB …; 'sequela help' lists the "
            "verbs",
            word);
        return SQ_EXIT_INPUT;
    }
    const sq_verb *verb = sq_find_verb(word);
    return verb == NULL ? SQ_EXIT_INPUT : act(verb, argc, argv);
}

int main(int argc, char **argv)
{
    sq_console_begin();
    return sq_console_end(dispatch(argc, argv));
}
