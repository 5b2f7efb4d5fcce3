/* libsequela: discrete-event Monte Carlo simulation of treatment pathways.
 *
 *     sequela *s = NULL;
 *     if (sequela_load("configs/blina_timing.yaml", NULL, &s) == SEQUELA_OK &&
 *         sequela_run(s, NULL) == SEQUELA_OK)
 *         sequela_write(s, "out.h5", NULL);
 *     fputs(sequela_messages(s), stderr);
 *     sequela_free(s);
 *
 * Errors are values. The library never prints, never exits and has no state of its own outside the objects it
 * hands out. Different objects may run their simulations in different threads; loading and writing go through GSL
 * and HDF5, whose settings belong to the whole process, so only one thread at a time may be in them. Those
 * settings: HDF5's exit handler is switched off (H5dont_atexit) and its automatic error printing is silenced
 * around our calls; GSL's error handler is switched off around our calls and put back. */
#ifndef SEQUELA_H
#define SEQUELA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SEQUELA_API __attribute__((visibility("default")))
#else
#define SEQUELA_API
#endif

/* Results double as the exit codes of the command line. */
enum {
    SEQUELA_OK = 0,
    SEQUELA_FAILED = 1, /* the work failed: disk full, out of memory, an impossible value in a life */
    SEQUELA_INPUT = 2,  /* the input is wrong */
};

/* A loaded experiment and, once run, its results. */
typedef struct sequela sequela;

/* NULL or zeroes: the experiment as written. */
typedef struct sequela_load_options {
    int n_sets;
    const char *const *sets;       /* "NAME=VALUE": replaces a parameter that exists */
    int n_strategies;
    const char *const *strategies; /* run only these */
    uint64_t seed;                 /* used if has_seed */
    int has_seed;
    int64_t patients;              /* 0: as the experiment says */
} sequela_load_options;

/* Reads, checks and compiles an experiment file ("-": standard input). *out is set whenever memory allows, also
 * on failure, so that messages can be read; free it. */
SEQUELA_API int sequela_load(const char *path, const sequela_load_options *options, sequela **out);
SEQUELA_API void sequela_free(sequela *s);

/* Everything there is to say about the last call: errors and warnings with file:line:column, source line and
 * caret. "" if nothing. Valid until the next call with the same object. */
SEQUELA_API const char *sequela_messages(const sequela *s);

/* How many warnings sequela_load had. */
SEQUELA_API int sequela_warnings(const sequela *s);

/* The model in words. malloc'd, free() it; NULL when memory is out. */
SEQUELA_API char *sequela_describe(const sequela *s);

typedef struct sequela_run_options {
    int threads;            /* at most 1,024; 0: as many as OpenMP offers (OMP_NUM_THREADS) */
    void (*progress)(void *context, int64_t patients_done, int64_t patients);
    void *context;
    /* With either of these rows go to the file while the run goes on: output_path is needed, and the finished
     * run has written it. */
    int patients_table, event_log;
    const char *output_path;
    const char *command_line; /* for /provenance; may be NULL */
    const char *engine;       /* "columnar" (NULL: this) or "reference", the plain interpreter; results are the same */
    const char *instruction_set; /* "avx512", "avx2" or "scalar"; NULL: the best there is. Results are the same */
    int batch;                /* patients in flight in a thread of the columnar engine, at most 1,048,576; 0: the usual */
} sequela_run_options;

/* What a run took; all zero before one, and after one that failed. */
typedef struct sequela_facts {
    int threads;
    double wall_seconds, cpu_seconds;
    /* Processor time of the threads, each until its last patient: of the busiest, and of all together. */
    double busiest_thread_seconds, busy_seconds;
    int64_t patients, lives, firings; /* of all scenarios together; lives = patients x strategies */
    const char *engine, *instruction_set; /* NULL without a run */
    /* Of the columnar engine (0 of the reference): lanes of a thread and the share of them that held a life, wave by
     * wave; random numbers drawn; waves (lives
     * to whom the same thing happens, taken together) and the lives in all of them. */
    int batch;
    double occupancy;
    int64_t draws, waves, waved;
} sequela_facts;

/* Lives all patients under all strategies, in every scenario of `sweep:`. Results replace those of an earlier run. A run that
 * is done may leave warnings in sequela_messages. */
SEQUELA_API int sequela_run(sequela *s, const sequela_run_options *options);

SEQUELA_API sequela_facts sequela_run_facts(const sequela *s);

/* An array of results; docs/output.md lists names, axes and units. Pointers live as long as the results. */
typedef struct sequela_array {
    const double *values;    /* row-major */
    int n_axes;
    const char *axis[6];
    size_t length[6];
    const char *units, *long_name;
} sequela_array;

/* A numeric result by name ("survival", "increment_qalys_se"); SEQUELA_INPUT if there is none of that name or it is
 * text. Integers are converted. */
SEQUELA_API int sequela_get(sequela *s, const char *name, sequela_array *array);
/* The labels along an axis ("strategy", "endpoint"), and how many; NULL if it has none. */
SEQUELA_API const char *const *sequela_labels(const sequela *s, const char *axis, size_t *n);

/* Writes the results as one HDF5 (netCDF-4) file that appears under its name only when whole. */
SEQUELA_API int sequela_write(sequela *s, const char *path, const char *command_line);

/* "sequela 0.1.0", and with it compiler and versions of the libraries built with, one per line. */
SEQUELA_API const char *sequela_version(void);

#ifdef __cplusplus
}
#endif

#endif
