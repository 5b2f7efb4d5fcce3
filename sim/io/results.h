/* Results on disk: one HDF5 file that is also valid netCDF-4. The only place that sees HDF5. Built in
 * memory (HDF5's core driver) and written by our own loop, so that a full disk is an error and not a crash
 * in the library's exit handler; appears under its name only when whole. */
#ifndef SQ_IO_RESULTS_H
#define SQ_IO_RESULTS_H

#include "base/error.h"
#include "outcome/variable.h"

/* A named text or number of /provenance. */
typedef struct sq_fact {
    const char *name;
    const char *text;   /* NULL: a number */
    double number;
} sq_fact;

typedef struct sq_input_file {
    const char *path, *text;
    size_t size;
} sq_input_file;

typedef struct sq_provenance {
    int n_facts;
    const sq_fact *facts;
    int n_inputs;
    const sq_input_file *inputs; /* a CSV above 1 MB is stored as its SHA-256 */
} sq_provenance;

/* Writes variables and provenance to path: first to path.part, synced, then renamed. Fails with
 * SQ_ERR_IO and the reason; at most the .part is left. */
sq_status sq_results_write(const char *path, const sq_variables *variables, const char *title,
                           const sq_provenance *provenance, sq_error *err);
/* Reads all of a file outside /provenance back. SQ_ERR_INPUT if it is not one of ours. */
sq_status sq_results_read(const char *path, sq_variables *variables, sq_error *err);
/* SHA-256 over everything outside /provenance (names, types, shapes, attributes, values), as 64 hex
 * digits. */
sq_status sq_results_digest(const char *path, char hex[65], sq_error *err);

#endif
