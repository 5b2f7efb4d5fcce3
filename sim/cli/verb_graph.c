/* sequela graph: the pathway as a picture. DOT is our own text; SVG is made by Graphviz's
 * program dot, run without a shell so that no file name is ever a command. */
#include "cli/console.h"
#include "cli/graph_dot.h"
#include "cli/verbs.h"

#include "io/part.h"
#include "lang/load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- loading a model or an experiment ------------------------------------------------------- */

static sq_model *load(const char *path, int *code)
{
    sq_error err = {.status = SQ_OK};
    sq_diags diags = {0};
    sq_model *model = NULL;
    sq_status status = sq_load_model(path, &model, &diags, &err);
    char *messages = diags.count > 0 ? sq_diags_render(&diags) : NULL;
    *code = sq_status_exit_code(status);
    if (messages != NULL)
        sq_say_messages(messages);
    else if (status != SQ_OK)
        (void)sq_say_error(&err);
    free(messages);
    sq_diags_free(&diags);
    return status == SQ_OK ? model : NULL;
}

/* ---- SVG ------------------------------------------------------------------------------------ */

/* Starts `dot -Tsvg` reading from the descriptor and writing the file; 0, or an error number. */
static int start_dot(int input, const char *output, pid_t *child)
{
    static char program[] = "dot", format[] = "-Tsvg";
    char *const argv[] = {program, format, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t restored;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        sigemptyset(&restored);
        sigaddset(&restored, SIGPIPE);
        (void)posix_spawnattr_setsigdefault(&attributes, &restored);
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        if (error == 0)
            error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output,
                                                     O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (error == 0) error = posix_spawnp(child, program, &actions, &attributes, argv, environ);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* The text goes through an unnamed file: unlike a pipe it cannot block or break. */
static int run_dot(const char *text, size_t size, const char *output, int *ended)
{
    FILE *file = tmpfile();
    pid_t child = 0;
    if (file == NULL) return errno;
    int error = fwrite(text, 1, size, file) == size && fflush(file) == 0 ? 0 : EIO;
    if (error == 0 && lseek(fileno(file), 0, SEEK_SET) != 0) error = errno;
    if (error == 0) error = start_dot(fileno(file), output, &child);
    (void)fclose(file);
    if (error != 0) return error;
    while (waitpid(child, ended, 0) < 0)
        if (errno != EINTR) return errno;
    return 0;
}

static int draw(const char *text, size_t size, const sq_part *part)
{
    int ended = 0;
    int error = run_dot(text, size, part->part, &ended);
    if (error == ENOENT) {
        sq_say("graph: %s needs the program 'dot' of Graphviz, which is not installed; -o FILE.dot "
               "writes "
               "the graph as text",
               part->path);
        return SQ_EXIT_FAILED;
    }
    if (error != 0) {
        sq_say("graph: 'dot' could not be run: %s", strerror(error));
        return SQ_EXIT_FAILED;
    }
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0) return SQ_EXIT_DONE;
    sq_say("graph: 'dot' failed and wrote no picture");
    return SQ_EXIT_FAILED;
}

/* ---- output --------------------------------------------------------------------------------- */

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), k = strlen(ending);
    return n > k && strcmp(path + n - k, ending) == 0;
}

static int write_graph(const char *text, size_t size, const char *output)
{
    sq_error err = {.status = SQ_OK};
    struct stat info;
    sq_part part;
    if (stat(output, &info) == 0 && !S_ISREG(info.st_mode)) {
        sq_say("graph: %s: is not an ordinary file", output);
        return SQ_EXIT_INPUT;
    }
    if (sq_part_begin(&part, output, &err) != SQ_OK) return sq_say_error(&err);
    int code = SQ_EXIT_DONE;
    if (ends_in(output, ".svg"))
        code = draw(text, size, &part);
    else if (sq_part_write(&part, text, size, &err) != SQ_OK)
        code = sq_say_error(&err);
    if (code == SQ_EXIT_DONE && sq_part_commit(&part, &err) != SQ_OK) code = sq_say_error(&err);
    if (code != SQ_EXIT_DONE) sq_part_discard(&part);
    sq_part_free(&part);
    return code;
}

static int act(const sq_arguments *a)
{
    const char *output = sq_value(a, "output");
    int code = SQ_EXIT_INPUT;
    if (output != NULL && !ends_in(output, ".svg") && !ends_in(output, ".dot")) {
        sq_say("graph: --output: '%s' is neither .svg nor .dot", output);
        return code;
    }
    sq_model *model = load(a->operands[0], &code);
    if (model == NULL) return code;
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    bool drawn = memory != NULL && sq_graph_dot(memory, model);
    if (memory != NULL && fclose(memory) != 0) drawn = false;
    code = SQ_EXIT_FAILED;
    if (!drawn)
        sq_say("out of memory");
    else if (output != NULL)
        code = write_graph(text, size, output);
    else
        code = fwrite(text, 1, size, stdout) == size ? SQ_EXIT_DONE : SQ_EXIT_FAILED;
    free(text);
    sq_model_free(model);
    return code;
}

static const sq_option options[] = {
    {'o', "output", "FILE", "FILE.svg (needs Graphviz) or FILE.dot (default: to standard output)"},
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_graph = {
    "graph",
    "MODEL-or-EXPERIMENT.yaml",
    1,
    "the pathway as a picture",
    "States are boxes, decisions diamonds; an event is an edge from every state in which it can "
    "run\n"
    "to every state it can lead to.",
    options,
    act,
};
