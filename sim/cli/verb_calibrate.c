/* sequela calibrate: reads what is to be fitted, searches, and writes the parameter file, the draws and the record. An
 * interrupt is looked for between runs: it ends the search, and what was won by then is written. So is what was won when
 * something fails, and after every start in case there is no chance to. */
#include "cli/calibrate_report.h"
#include "cli/console.h"
#include "cli/verbs.h"

#include "base/cpu.h"
#include "io/results.h"
#include "study/provenance.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct outputs {
    char *parameters, *draws, *results;
} outputs;

typedef struct work {
    const sq_arguments *a;
    const outputs *out;
    sq_fit *fit;
    bool quiet, terminal;
    double started, said; /* seconds */
} work;

/* ---- interrupts ------------------------------------------------------------------------------ */

static void wanted_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

/* From here on an interrupt waits until it is asked for; threads that begin later do the same. */
static void hold_signals(sigset_t *before)
{
    sigset_t held;
    wanted_signals(&held);
    pthread_sigmask(SIG_BLOCK, &held, before);
}

static bool was_interrupted(void *context)
{
    sigset_t pending;
    (void)context;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

/* Takes the interrupt that was answered, and lets later ones act as usual. */
static void release_signals(const sigset_t *before)
{
    sigset_t taken;
    int which;
    wanted_signals(&taken);
    while (was_interrupted(NULL)) sigwait(&taken, &which);
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* ---- progress -------------------------------------------------------------------------------- */

static void write_so_far(const work *w)
{
    sq_error err = {0};
    if (!w->fit || !isfinite(w->fit->best.objective)) return;
    if (sq_fit_settle(w->fit, &err) || sq_fit_write_parameters(w->fit, SQ_FIT_STOPPED, w->out->parameters, &err))
        sq_say("warning: %s", err.text);
}

static void show(void *context, const char *what, int done, int of, double best)
{
    work *w = context;
    double now = sq_wall_clock();
    char step[48] = "", objective[48] = "";
    if (strcmp(what, "start") == 0 && done > 0) write_so_far(w);
    if (w->quiet || now - w->said < (w->terminal ? .2 : 10)) return;
    w->said = now;
    if (of > 0) snprintf(step, sizeof step, " %d of %d", done + 1, of);
    if (isfinite(best)) snprintf(objective, sizeof objective, ", best objective %.2f", best);
    fprintf(stderr, "%s%s%s, %zu evaluations%s%s", w->terminal ? "\r\033[K" : "sequela: ", what, step, w->fit->trace.count, objective,
            w->terminal ? "" : "\n");
    fflush(stderr);
}

static void end_progress(const work *w)
{
    if (w->terminal && !w->quiet && w->said > w->started) fputs("\r\033[K", stderr);
}

/* ---- outputs --------------------------------------------------------------------------------- */

static char *joined(const char *prefix, const char *ending)
{
    char *path = malloc(strlen(prefix) + strlen(ending) + 1);
    if (path) strcat(strcpy(path, prefix), ending);
    return path;
}

static void free_outputs(outputs *out)
{
    free(out->parameters);
    free(out->draws);
    free(out->results);
}

static int name_outputs(const sq_arguments *a, outputs *out)
{
    sq_error err = {0};
    bool leftover;
    const char *given = sq_value(a, "output");
    char *prefix = given ? strdup(given) : sq_default_output(a->operands[0], "");
    if (given && strcmp(given, "-") == 0) {
        free(prefix);
        sq_say("calibrate: --output: several files are written; expected the beginning of their names");
        return SQ_EXIT_INPUT;
    }
    if (prefix) *out = (outputs){joined(prefix, ".yaml"), joined(prefix, "_draws.csv"), joined(prefix, ".h5")};
    free(prefix);
    if (!out->parameters || !out->draws || !out->results) {
        sq_say("out of memory");
        return SQ_EXIT_FAILED;
    }
    if (!given && mkdir("results", 0777) != 0 && errno != EEXIST) {
        sq_say("results: the folder cannot be made: %s; say where with -o", strerror(errno));
        return SQ_EXIT_INPUT;
    }
    return sq_results_check_target(out->results, &leftover, &err) ? sq_say_error(&err) : SQ_EXIT_DONE;
}

/* A file of draws without draws would be taken for a posterior: there is none then. */
static sq_status write_all(const work *w, sq_fit_end end, sq_error *err)
{
    sq_status status = sq_fit_write_parameters(w->fit, end, w->out->parameters, err);
    if (!status && w->fit->has_posterior) status = sq_fit_write_draws(w->fit, w->out->draws, err);
    return status ? status : sq_fit_write_results(w->fit, end, w->out->results, w->a->command_line, w->started, err);
}

/* ---- the work -------------------------------------------------------------------------------- */

static sq_fit_end end_of(const sq_fit *fit, sq_status status)
{
    if (status) return SQ_FIT_FAILED;
    if (fit->stopped) return SQ_FIT_STOPPED;
    return fit->converged ? SQ_FIT_CONVERGED : SQ_FIT_NOT_CONVERGED;
}

/* Searches and examines; after a failure or an interrupt what there is, is concluded without a posterior. */
static int fit_and_write(work *w)
{
    sq_error err = {0}, later = {0};
    sq_status status = sq_fit_search(w->fit, &err);
    if (!status) write_so_far(w);
    if (!status && !w->fit->stopped) status = sq_fit_examine(w->fit, &err);
    end_progress(w);
    bool anything = isfinite(w->fit->best.objective);
    if (status) sq_say_error(&err);
    if (status && !anything) return sq_status_exit_code(status == SQ_ERR_INPUT ? SQ_ERR_LIFE : status);
    if (w->fit->stopped && !anything) sq_say("interrupted before anything was found");
    if (!anything) return SQ_EXIT_FAILED;
    w->fit->stopped = w->fit->stopped || status;
    sq_status concluded = sq_fit_conclude(w->fit, &later);
    sq_fit_end end = end_of(w->fit, status ? status : concluded);
    if (!concluded) concluded = write_all(w, end, &later);
    if (concluded) return sq_say_error(&later);
    if (!sq_calibration_print(w->fit, end)) return SQ_EXIT_FAILED;
    if (end == SQ_FIT_STOPPED) sq_say("interrupted: the best so far is in %s", w->out->parameters);
    else if (!w->quiet) sq_say("%s; %s; %s", w->out->parameters, w->out->draws, w->out->results);
    return end == SQ_FIT_CONVERGED ? SQ_EXIT_DONE : SQ_EXIT_FAILED;
}

static int calibrate(const sq_arguments *a, sq_calibration *c, const outputs *out, int threads)
{
    work w = {.a = a, .out = out, .quiet = sq_count(a, "quiet") > 0, .terminal = isatty(STDERR_FILENO) == 1};
    sq_error err = {0};
    sigset_t before;
    const sq_fit_options options = {.threads = threads, .context = &w, .progress = show, .stop = was_interrupted};
    w.started = w.said = sq_wall_clock();
    hold_signals(&before);
    int code = sq_fit_new(&w.fit, c, &options, &err) ? sq_say_error(&err) : fit_and_write(&w);
    sq_fit_free(w.fit);
    release_signals(&before);
    return code;
}

static sq_calibration *load(const sq_arguments *a, int *warnings, int *code)
{
    sq_calibration *c = NULL;
    sq_diags diags = {0};
    sq_error err = {0};
    int64_t patients = 0, seed = 0;
    *code = SQ_EXIT_INPUT;
    if (!sq_integer(a, "patients", "a number of patients", 100, 1000000000, &patients) ||
        !sq_integer(a, "seed", "a seed", 0, INT64_MAX, &seed))
        return NULL;
    uint64_t luck = (uint64_t)seed;
    const sq_calibration_options options = {.patients = patients, .seed = sq_value(a, "seed") ? &luck : NULL};
    sq_status status = sq_cpu_check(&err);
    if (!status) status = sq_load_calibration(a->operands[0], &options, &c, &diags, &err);
    char *said = diags.count > 0 ? sq_diags_render(&diags) : NULL;
    if (said) sq_say_messages(said);
    else if (status) sq_say_error(&err);
    free(said);
    *warnings = diags.n_warnings;
    sq_diags_free(&diags);
    *code = sq_status_exit_code(status);
    return c;
}

int sq_check_calibration(const sq_arguments *a)
{
    int code, warnings;
    sq_fit *fit = NULL;
    sq_error err = {0};
    sq_calibration *c = load(a, &warnings, &code);
    if (!c) return code;
    if (sq_fit_new(&fit, c, &(sq_fit_options){0}, &err)) code = sq_say_error(&err);
    else if (!sq_calibration_describe(fit)) code = SQ_EXIT_FAILED;
    else printf("\nChecked: no errors, %d warning%s.\n", warnings, warnings == 1 ? "" : "s");
    sq_fit_free(fit);
    sq_calibration_free(c);
    return code;
}

static int act(const sq_arguments *a)
{
    int64_t threads = 0;
    int code = SQ_EXIT_INPUT, warnings;
    outputs out = {0};
    if (!sq_integer(a, "threads", "a number of threads", 1, SQ_MOST_THREADS, &threads)) return code;
    sq_calibration *c = load(a, &warnings, &code);
    if (c) code = name_outputs(a, &out);
    if (c && code == SQ_EXIT_DONE) code = calibrate(a, c, &out, (int)threads);
    free_outputs(&out);
    sq_calibration_free(c);
    return code;
}

static const sq_option options[] = {
    {'o', "output", "PREFIX", "PREFIX.yaml, PREFIX_draws.csv, PREFIX.h5 (default: results/NAME for NAME.yaml)"},
    {'n', "patients", "N", "patients of each run (default: as the file says)"},
    {'s', "seed", "SEED", "seed (default: as the file says)"},
    {'j', "threads", "N", "threads (default: all processors)"},
    {0, "quiet", NULL, "no progress"},
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_calibrate = {
    "calibrate",
    "CALIBRATION.yaml",
    1,
    "fit parameters to published figures",
    "The file says under `calibrate:` which parameters are fitted to the targets of which\n"
    "experiments. PREFIX.yaml is then a parameter file that experiments include, PREFIX_draws.csv\n"
    "holds draws from the posterior, PREFIX.h5 everything behind them. An interrupt ends the search;\n"
    "the best so far is written. Ends with 1 if the search did not converge.",
    options,
    act,
};
