/* sequela validate: holds experiments against what was published. Everything that can be wrong is found before the first
 * patient lives. A miss is a result like any other: the table and the file are written, and the exit code says it. */
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/svg.h"
#include "cli/validate_report.h"
#include "cli/verbs.h"

#include "base/cpu.h"
#include "io/results.h"
#include "study/provenance.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SQ_EXIT_MISSED = 3 };

static const char usual_registry[] = "configs/validation.yaml";

/* What is asked for: a registry, or experiments. */
typedef struct asked {
    const sq_arguments *a;
    sq_validation *registry; /* NULL: experiments were named */
    const char **paths, **settings;
    int n, threads;
    sq_format format;
} asked;

/* ---- what is to be validated ------------------------------------------------------------------- */

/* The registry in the folder where the program was started, or that of the tree it is installed in; malloc'd. NULL when
 * memory is out. */
static char *find_registry(void)
{
    static const char installed[] = "/../share/sequela/configs/validation.yaml";
    char program[4096];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - sizeof installed);
    char *slash = NULL;
    if (access(usual_registry, R_OK) == 0 || n <= 0) return strdup(usual_registry);
    program[n] = '\0';
    slash = strrchr(program, '/');
    if (slash) strcpy(slash, installed);
    return strdup(slash && access(program, R_OK) == 0 ? program : usual_registry);
}

static int load_registry(asked *w, const char *path)
{
    sq_diags diags = {0};
    sq_error err = {0};
    sq_status status = sq_load_validation(path, &w->registry, &diags, &err);
    char *said = diags.count > 0 ? sq_diags_render(&diags) : NULL;
    if (said) sq_say_messages(said);
    else if (status) sq_say_error(&err);
    free(said);
    sq_diags_free(&diags);
    return sq_status_exit_code(status);
}

static bool make_room(asked *w, int n)
{
    size_t room = n > 0 ? (size_t)n : 1;
    w->paths = calloc(room, sizeof *w->paths);
    w->settings = calloc(room, sizeof *w->settings);
    w->n = n;
    if (w->paths && w->settings) return true;
    sq_say("out of memory");
    return false;
}

static int take_experiments(asked *w)
{
    if (!make_room(w, w->a->n_operands)) return SQ_EXIT_FAILED;
    for (int i = 0; i < w->n; i++) {
        w->paths[i] = w->a->operands[i];
        w->settings[i] = "";
    }
    return SQ_EXIT_DONE;
}

static int take_registry(asked *w, const char *path)
{
    int code = load_registry(w, path);
    if (code != SQ_EXIT_DONE) return code;
    if (!make_room(w, w->registry->n_experiments)) return SQ_EXIT_FAILED;
    for (int i = 0; i < w->n; i++) {
        w->paths[i] = w->registry->experiments[i].path;
        w->settings[i] = w->registry->experiments[i].setting;
    }
    return SQ_EXIT_DONE;
}

static int take_operands(asked *w)
{
    const sq_arguments *a = w->a;
    if (a->n_operands == 0) {
        char *path = find_registry();
        int code = path ? take_registry(w, path) : SQ_EXIT_FAILED;
        free(path);
        return code;
    }
    for (int i = 0; i < a->n_operands; i++)
        if (sq_is_validation(a->operands[i])) {
            if (a->n_operands == 1) return take_registry(w, a->operands[0]);
            sq_say("validate: '%s' is a registry: expected one alone, or experiments", a->operands[i]);
            return SQ_EXIT_INPUT;
        }
    return take_experiments(w);
}

static bool read_options(asked *w)
{
    int64_t threads = 0;
    if (!sq_integer(w->a, "threads", "a number of threads", 1, SQ_MOST_THREADS, &threads)) return false;
    w->threads = (int)threads;
    const char *figure = sq_value(w->a, "figure");
    if (figure && !sq_svg_may_be_written("validate: --figure", figure)) return false;
    return sq_read_format(w->a, &w->format);
}

/* ---- loading ----------------------------------------------------------------------------------- */

/* A sentence of the loader for every experiment would bury what is found: warnings are for `check`. */
static int say_loaded(char *messages, sq_status status, const sq_error *err)
{
    if (status && messages) sq_say_messages(messages);
    else if (status) sq_say_error(err);
    free(messages);
    return sq_status_exit_code(status);
}

static int load_suite(const asked *w, const char **sets, sq_suite **suite)
{
    int64_t patients = w->registry ? w->registry->patients : 0, seed = 0;
    if (!sq_integer(w->a, "patients", "a number of patients", 100, SQ_MOST_PATIENTS, &patients) ||
        !sq_integer(w->a, "seed", "a seed", 0, INT64_MAX, &seed))
        return SQ_EXIT_INPUT;
    uint64_t luck = (uint64_t)seed;
    sq_error err = {0};
    char *messages = NULL;
    const sq_suite_load load = {.load = {.n_sets = sq_values(w->a, "set", sets), .sets = sets, .patients = patients,
                                         .seed = sq_value(w->a, "seed") ? &luck : NULL}};
    sq_status status = sq_cpu_check(&err);
    if (!status) status = sq_suite_new(suite, w->n, w->paths, &load, &messages, &err);
    return say_loaded(messages, status, &err);
}

static bool has_targets(const sq_suite *suite)
{
    const sq_suite_target *targets;
    if (sq_suite_targets(suite, &targets) > 0) return true;
    sq_say("validate: these experiments have no `targets:`: nothing was published to hold them against");
    return false;
}

/* ---- the work ---------------------------------------------------------------------------------- */

static int conclude(const asked *w, const sq_validate *v, double started)
{
    const char *output = sq_value(w->a, "output"), *figure = sq_value(w->a, "figure");
    const char *title = w->registry ? w->registry->title : "Validation";
    sq_error err = {0};
    if (output && sq_validate_write(v, w->registry, output, w->a->command_line, started, &err)) return sq_say_error(&err);
    if (figure && sq_validation_draw(v, title, figure, &err)) return sq_say_error(&err);
    if (!sq_validation_print(v, title, w->format)) {
        sq_say("out of memory");
        return SQ_EXIT_FAILED;
    }
    return v->n_missed > 0 || v->n_bars_missed > 0 ? SQ_EXIT_MISSED : SQ_EXIT_DONE;
}

static int run_suite(const asked *w, sq_suite *suite)
{
    sq_progress_bar bar = sq_progress_begin(sq_count(w->a, "quiet") > 0);
    sq_validate *v;
    sq_error err = {0};
    double started = sq_wall_clock();
    const sq_validate_options options = {.threads = w->threads,
                                         .bars = w->registry ? w->registry->bars : sq_usual_bars,
                                         .fitted_parameters = w->registry ? w->registry->fitted_parameters : 0,
                                         .context = &bar,
                                         .progress = sq_progress_show};
    sq_status status = sq_validate_new(&v, suite, w->settings, &err);
    if (!status) status = sq_validate_run(v, &options, &err);
    sq_progress_end(&bar);
    int code = status ? sq_say_error(&err) : conclude(w, v, started);
    sq_validate_free(v);
    return code;
}

static int validate(const asked *w)
{
    const char **sets = calloc((size_t)w->a->n_given + 1, sizeof *sets), *output = sq_value(w->a, "output");
    sq_suite *suite = NULL;
    sq_error err = {0};
    bool leftover;
    if (!sets) return SQ_EXIT_FAILED;
    int code = output && sq_results_check_target(output, &leftover, &err) ? sq_say_error(&err) : load_suite(w, sets, &suite);
    if (code == SQ_EXIT_DONE) code = has_targets(suite) ? run_suite(w, suite) : SQ_EXIT_INPUT;
    sq_suite_free(suite);
    free(sets);
    return code;
}

static int act(const sq_arguments *a)
{
    asked w = {.a = a};
    if (!read_options(&w)) return SQ_EXIT_INPUT;
    int code = take_operands(&w);
    if (code == SQ_EXIT_DONE) code = validate(&w);
    free(w.paths);
    free(w.settings);
    sq_validation_free(w.registry);
    return code;
}

int sq_check_validation(const sq_arguments *a)
{
    asked w = {.a = a};
    int code = load_registry(&w, a->operands[0]);
    if (code == SQ_EXIT_DONE)
        printf("%s\n%d experiments are held against what was published.\n\nChecked: no errors, 0 warnings.\n", w.registry->title,
               w.registry->n_experiments);
    sq_validation_free(w.registry);
    return code;
}

static const sq_option options[] = {
    {'o', "output", "OUT.h5", "write every figure, its scores and the bars to a file"},
    {'n', "patients", "N", "patients of each experiment (default: as the file says)"},
    {'s', "seed", "SEED", "seed (default: as each experiment says)"},
    {'j', "threads", "N", "threads (default: all processors)"},
    {0, "set", "NAME=VALUE", "replace a parameter, which all experiments must have; may be repeated"},
    {0, "figure", "FILE.svg", "draw every figure, published and simulated, and coverage"},
    {0, "format", "FORMAT", "table (default), csv, json or md"},
    {0, "quiet", NULL, "no progress"},
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_validate = {
    "validate",
    "[EXPERIMENT.yaml ...]",
    SQ_ANY_OPERANDS,
    "hold experiments against published figures",
    "Every target of the experiments, or of those that a registry lists under `validate:` (default:\n"
    "configs/validation.yaml), and bars for the whole. Ends with 3 if a fitted or unfitted figure\n"
    "without `known miss:` is outside, or a bar is missed.",
    options,
    act,
};
