/* A program of somebody else's: it knows sequela by the installed header and library alone. It loads an
 * experiment, replaces a parameter, runs, reads survival, writes a file, and meets each kind of error. Prints
 * what it found for the script that started it; the first thing that is not as promised ends it.
 *
 *     client EXPERIMENT.yaml FOLDER */
#include <sequela.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void expect(int holds, const char *what)
{
    if (holds)
        return;
    printf("FAILED %s\n", what);
    failures++;
}

static sequela *load(const char *path, const sequela_load_options *options)
{
    sequela *s = NULL;
    expect(sequela_load(path, options, &s) == SEQUELA_OK, "the experiment loads");
    expect(s != NULL, "there is an object");
    if (s != NULL && sequela_messages(s)[0] != '\0')
        printf("%s", sequela_messages(s));
    return s;
}

/* The first number of an array along a strategy, at the last grid point. */
static double last_survival(sequela *s, size_t strategy)
{
    sequela_array a;
    if (sequela_get(s, "survival", &a) != SEQUELA_OK) {
        expect(0, "there is a survival");
        return -1;
    }
    expect(a.n_axes == 5 && strcmp(a.axis[2], "strategy") == 0 && strcmp(a.axis[4], "time") == 0,
           "survival has the axes scenario, draw, strategy, endpoint, time");
    size_t times = a.length[4], endpoints = a.length[3];
    return a.values[strategy * endpoints * times + times - 1];
}

static void count_calls(void *context, int64_t done, int64_t all)
{
    int64_t *most = context;
    *most = done > *most ? done : *most;
    expect(done <= all, "progress stays within the patients there are");
}

/* Numbers and names that no run can have; what has failed leaves no facts of an earlier run behind. */
static void run_wrongly(sequela *s)
{
    const struct {
        sequela_run_options options;
        const char *words;
    } wrong[] = {
        {{.threads = -2}, "-2 is not a number of threads"},
        {{.threads = 1025}, "expected 0 to 1024"},
        {{.batch = -3}, "-3 is not a number of patients in flight"},
        {{.batch = 1 << 30}, "expected 0 to 1048576"},
        {{.engine = "fast"}, "there is no engine 'fast'"},
        {{.instruction_set = "mmx"}, "there is no instruction set 'mmx'"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expect(sequela_run(s, &wrong[i].options) == SEQUELA_INPUT, wrong[i].words);
        expect(strstr(sequela_messages(s), wrong[i].words) != NULL, "the message says what is wrong with the run");
        expect(sequela_run_facts(s).lives == 0 && sequela_run_facts(s).engine == NULL, "a failed run has no facts");
    }
}

/* What is known of a model is kept from run to run: each gives what the first gave, whatever was run between. */
static void run_again(sequela *s, const char *folder)
{
    char out[4096];
    snprintf(out, sizeof out, "%s/again.h5", folder);
    const sequela_run_options runs[] = {
        {.threads = 1}, {.patients_table = 1, .event_log = 1, .output_path = out}, {.engine = "reference"}, {.batch = 7}};
    double first = last_survival(s, 1);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        expect(sequela_run(s, &runs[i]) == SEQUELA_OK, sequela_messages(s));
        expect(last_survival(s, 1) == first, "a run gives what the first gave");
    }
}

static void meet_results(const char *path, const char *folder)
{
    const char *sets[] = {"hr_progression=0.5"}, *strategies[] = {"standard", "B"};
    const sequela_load_options options = {
        .n_sets = 1, .sets = sets, .n_strategies = 2, .strategies = strategies,
        .seed = 7, .has_seed = 1, .patients = 2000};
    int64_t most = 0;
    const sequela_run_options run = {.threads = 2, .progress = count_calls, .context = &most};
    char out[4096];
    sequela *s = load(path, &options);
    if (s == NULL)
        return;
    char *words = sequela_describe(s);
    expect(words != NULL && words[0] != '\0', "the model is described");
    free(words);
    expect(sequela_run(s, &run) == SEQUELA_OK, sequela_messages(s));
    expect(most == 2000, "progress ends with all patients");
    expect(sequela_run_facts(s).lives == 4000, "patients x strategies lives were lived");
    size_t n = 0;
    const char *const *label = sequela_labels(s, "strategy", &n);
    expect(n == 2 && label != NULL && strcmp(label[1], "B") == 0, "the strategies have their names");
    for (size_t i = 0; label != NULL && i < n; i++)
        printf("survival %s %.6f\n", label[i], last_survival(s, i));
    snprintf(out, sizeof out, "%s/client.h5", folder);
    expect(sequela_write(s, out, "client") == SEQUELA_OK, sequela_messages(s));
    run_again(s, folder);
    run_wrongly(s);
    sequela_free(s);
}

static void meet_errors(const char *path, const char *folder)
{
    const char *unknown[] = {"hr_progresion=1"};
    const sequela_load_options options = {.n_sets = 1, .sets = unknown};
    sequela_array a;
    sequela *s = NULL;
    char out[4096];
    expect(sequela_load("no/such/file.yaml", NULL, &s) == SEQUELA_INPUT, "a missing file is wrong input");
    expect(strstr(sequela_messages(s), "no/such/file.yaml") != NULL, "the message names the file");
    expect(sequela_run(s, NULL) == SEQUELA_INPUT, "what was not loaded does not run");
    sequela_free(s);
    expect(sequela_load(path, &options, &s) == SEQUELA_INPUT, "an unknown parameter is wrong input");
    expect(strstr(sequela_messages(s), "hr_progression") != NULL, "the nearest name is offered");
    sequela_free(s);
    s = load(path, NULL);
    if (s == NULL)
        return;
    expect(sequela_get(s, "survival", &a) == SEQUELA_INPUT, "before a run there are no results");
    snprintf(out, sizeof out, "%s/no/such/folder/out.h5", folder);
    expect(sequela_write(s, out, NULL) != SEQUELA_OK, "before a run nothing is written");
    sequela_free(s);
    sequela_free(NULL);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    printf("version %s", sequela_version());
    meet_results(argv[1], argv[2]);
    meet_errors(argv[1], argv[2]);
    printf("%d failures\n", failures);
    return failures > 0;
}
