/* What a run costs whatever it does: an experiment is loaded once through the public library and run again and again.
 *
 *     repeat EXPERIMENT.yaml PATIENTS TIMES
 *
 * prints one line of JSON: seconds to load, and seconds of each run. */
#include "sequela.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int run_all(sequela *s, int times)
{
    const sequela_run_options options = {.threads = 1};
    int code = SEQUELA_OK;
    for (int i = 0; i < times && code == SEQUELA_OK; i++) {
        double before = now();
        code = sequela_run(s, &options);
        printf("%s%.9f", i > 0 ? ", " : "", now() - before);
    }
    return code;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s EXPERIMENT.yaml PATIENTS TIMES\n", argv[0]);
        return 2;
    }
    sequela *s = NULL;
    const sequela_load_options options = {.patients = atoll(argv[2])};
    double before = now();
    int code = sequela_load(argv[1], &options, &s);
    if (code == SEQUELA_OK) {
        printf("{\"load\": %.9f, \"runs\": [", now() - before);
        code = run_all(s, atoi(argv[3]));
        printf("]}\n");
    }
    if (code != SEQUELA_OK) fputs(s ? sequela_messages(s) : "out of memory\n", stderr);
    sequela_free(s);
    return code;
}
