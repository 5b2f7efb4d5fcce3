/* sequela run: everything that can be wrong is found before the first patient lives (the command
 * line, the experiment, the place for the result, its size), then the run, the file, the
 * summary. */
#include "cli/console.h"
#include "cli/predict.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/verbs.h"

#include "io/results.h"
#include "study/handle.h"
#include "study/study.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const double large = 2e9; /* bytes that are not written without --yes */

/* ---- where the result goes ------------------------------------------------------------------ */

char *sq_default_output(const char *experiment, const char *extension)
{
    static const char folder[] = "results/";
    const char *stroke = strrchr(experiment, '/');
    const char *name = stroke != NULL ? stroke + 1 : experiment;
    if (strcmp(experiment, "-") == 0) name = "stdin";
    const char *dot = strrchr(name, '.');
    size_t n = dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
    char *path = malloc(sizeof folder + n + strlen(extension) + 1);
    if (path != NULL) sprintf(path, "%s%.*s%s", folder, (int)n, name, extension);
    return path;
}

static int check_output(const char *path)
{
    sq_error err = {.status = SQ_OK};
    bool leftover = false;
    if (strcmp(path, "-") == 0) {
        sq_say("run: --output: a result cannot go to standard output; expected the name of a file");
        return SQ_EXIT_INPUT;
    }
    if (sq_results_check_target(path, &leftover, &err) != SQ_OK) return sq_say_error(&err);
    if (leftover)
        sq_say("warning: %s.part was left by a run that did not finish; it has been removed", path);
    return SQ_EXIT_DONE;
}

/* The output as given, or the default in a folder made for it; allocated. NULL after a
 * complaint. */
static char *prepare_output(const sq_arguments *a, int *code)
{
    const char *given = sq_value(a, "output");
    char *path = given != NULL ? strdup(given) : sq_default_output(a->operands[0], ".h5");
    *code = SQ_EXIT_FAILED;
    if (path == NULL) {
        sq_say("out of memory");
        return NULL;
    }
    if (given == NULL && mkdir("results", 0777) != 0 && errno != EEXIST) {
        sq_say("results: the folder cannot be made: %s; name a file with -o", strerror(errno));
        *code = SQ_EXIT_INPUT;
    } else {
        *code = check_output(path);
    }
    if (*code == SQ_EXIT_DONE) return path;
    free(path);
    return NULL;
}

/* ---- is it too much? ------------------------------------------------------------------------ */

/* What the command line says of the run. */
typedef struct run_settings {
    int threads, batch; /* 0: the usual */
} run_settings;

static bool size_is_wanted(const sq_arguments *a, const sq_model *m, int threads)
{
    char text[32];
    sq_prediction p = sq_predict(m, threads > 0 ? threads : 1, sq_count(a, "patients-table") > 0,
                                 sq_count(a, "event-log") > 0);
    double bytes = p.result_bytes + p.table_bytes;
    if (bytes <= large || sq_count(a, "yes") > 0) return true;
    sq_say("run: the result may take up to %s; say --yes if that is meant",
           sq_size_text(bytes, text, sizeof text));
    return false;
}

/* ---- the run -------------------------------------------------------------------------------- */

static int live_and_write(const sq_arguments *a, sequela *s, const char *path, const run_settings *settings)
{
    sq_progress_bar bar = sq_progress_begin(sq_count(a, "quiet") > 0);
    const sequela_run_options options = {
        .threads = settings->threads,
        .progress = sq_progress_show,
        .context = &bar,
        .patients_table = sq_count(a, "patients-table") > 0,
        .event_log = sq_count(a, "event-log") > 0,
        .output_path = path,
        .command_line = a->command_line,
        .engine = sq_value(a, "engine"),
        .instruction_set = sq_value(a, "isa"),
        .batch = settings->batch,
    };
    int code = sequela_run(s, &options);
    sq_progress_end(&bar);
    bool written = options.patients_table || options.event_log;
    sq_say_messages(sequela_messages(s));
    if (code != SEQUELA_OK || written) return code;
    code = sequela_write(s, path, a->command_line);
    sq_say_messages(sequela_messages(s));
    return code;
}

static void say_done(const sequela *s, const char *path)
{
    struct stat info;
    char size[32], patients[32], rate[32];
    sequela_facts f = sequela_run_facts(s);
    double bytes = stat(path, &info) == 0 ? (double)info.st_size : 0;
    sq_grouped((double)f.patients, 0, patients, sizeof patients);
    sq_grouped(f.wall_seconds > 0 ? (double)f.lives / f.wall_seconds : 0, 0, rate, sizeof rate);
    sq_say("%s: %s; %s patients in %.1f s (%s lives/s)", path,
           sq_size_text(bytes, size, sizeof size), patients, f.wall_seconds, rate);
}

static void say_waves(const sequela_facts *f)
{
    char draws[32], waves[32];
    sq_grouped((double)f->draws, 0, draws, sizeof draws);
    sq_grouped((double)f->waves, 0, waves, sizeof waves);
    sq_say("random numbers %s (%.2f a life)", draws, f->lives > 0 ? (double)f->draws / (double)f->lives : 0);
    sq_say("waves %s, of %.1f lives on average; %.1f %% of %d lanes a thread hold a life", waves,
           f->waves > 0 ? (double)f->waved / (double)f->waves : 0, 100 * f->occupancy, f->batch);
}

static void say_stats(const sequela *s)
{
    char lives[32], firings[32];
    sequela_facts f = sequela_run_facts(s);
    sq_grouped((double)f.lives, 0, lives, sizeof lives);
    sq_grouped((double)f.firings, 0, firings, sizeof firings);
    sq_say("engine %s, %s", f.engine, f.instruction_set);
    sq_say("threads %d; wall %.3f s; processor %.3f s", f.threads, f.wall_seconds, f.cpu_seconds);
    double idle = f.busiest_thread_seconds > 0 ? 1 - f.busy_seconds / (f.threads * f.busiest_thread_seconds) : 0;
    sq_say("busiest thread %.3f s; idle %.1f %%", f.busiest_thread_seconds, 100 * idle);
    sq_say("lives %s; firings %s (%.2f a life)", lives, firings,
           f.lives > 0 ? (double)f.firings / (double)f.lives : 0);
    sq_say("%.0f ns of processor time a life; %.0f ns a firing",
           f.lives > 0 ? 1e9 * f.cpu_seconds / (double)f.lives : 0,
           f.firings > 0 ? 1e9 * f.cpu_seconds / (double)f.firings : 0);
    if (f.batch > 0) say_waves(&f);
}

static int run_loaded(const sq_arguments *a, sequela *s, const run_settings *settings)
{
    int code = SQ_EXIT_INPUT;
    if (!size_is_wanted(a, sequela_model(s), settings->threads)) return code;
    char *path = prepare_output(a, &code);
    if (path == NULL) return code;
    code = live_and_write(a, s, path, settings);
    if (code == SEQUELA_OK) code = sq_print_summary(path, SQ_FORMAT_TABLE);
    if (code == SQ_EXIT_DONE && sq_count(a, "quiet") == 0) {
        fflush(stdout);
        say_done(s, path);
    }
    if (code == SQ_EXIT_DONE && sq_count(a, "stats") > 0) say_stats(s);
    free(path);
    return code;
}

static bool read_settings(const sq_arguments *a, run_settings *to)
{
    int64_t threads = 0, batch = 0;
    sq_run_options options = {0};
    sq_error err = {.status = SQ_OK};
    if (!sq_integer(a, "threads", "a number of threads", 1, SQ_MOST_THREADS, &threads)) return false;
    if (!sq_integer(a, "batch", "a number of patients in flight", 1, SQ_LARGEST_BATCH, &batch)) return false;
    if (sq_run_choose(&options, sq_value(a, "engine"), sq_value(a, "isa"), &err) != SQ_OK) {
        sq_say("run: %s", err.text);
        return false;
    }
    *to = (run_settings){(int)threads, (int)batch};
    return true;
}

static int act(const sq_arguments *a)
{
    int code = SQ_EXIT_INPUT;
    run_settings settings;
    if (!read_settings(a, &settings)) return code;
    sequela *s = sq_load_experiment_of(a, false, &code);
    if (s == NULL) return code;
    code = run_loaded(a, s, &settings);
    sequela_free(s);
    return code;
}

static const sq_option options[] = {
    {'o', "output", "OUT.h5", "result file (default: results/NAME.h5 for NAME.yaml)"},
    {'n', "patients", "N", "patients (default: as the experiment says)"},
    {'s', "seed", "SEED", "seed (default: as the experiment says)"},
    {'j', "threads", "N", "threads (default: all processors)"},
    {0, "set", "NAME=VALUE", "replace a parameter; may be repeated"},
    {0, "strategy", "NAME", "run only this strategy; may be repeated"},
    {0, "patients-table", NULL, "add one row per patient and strategy to the result"},
    {0, "event-log", NULL, "add one row per event to the result"},
    {0, "quiet", NULL, "no progress"},
    {0, "stats", NULL, "say what the run took"},
    {0, "engine", "NAME", "columnar (the default) or reference, the plain interpreter"},
    {0, "isa", "NAME", "avx512, avx2 or scalar (default: the best there is)"},
    {0, "batch", "N", NULL},
    {0, "yes", NULL, "write more than 2 GB without asking"},
    {0, NULL, NULL, NULL},
};

const sq_verb sq_verb_run = {
    "run",
    "EXPERIMENT.yaml",
    1,
    "simulate an experiment and write its result",
    "The summary goes to standard output. EXPERIMENT may be - for standard input. Numbers are\n"
    "integers: 100000, 100_000, 100k, 1M or 1e6. The folder results/ is made if the default needs\n"
    "it. With --strategy the reference is kept if it is among them, else the first becomes it.",
    options,
    act,
};
