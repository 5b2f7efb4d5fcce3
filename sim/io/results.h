/* Results on disk: one HDF5 file that is also valid netCDF-4. The only place that sees HDF5.
 * Built in memory (HDF5's core driver) and written by our own loop, so that a full disk is an
 * error and not a crash in the library's exit handler; appears under its name only when whole.
 *
 * Of HDF5's process-wide settings this layer touches two: the first call takes out HDF5's exit
 * handler (H5dont_atexit; a program that needs it calls H5open before), and the printing of
 * errors is off while one of these functions runs. HDF5 as usually built may be entered by one
 * thread at a time, and so may these functions. Whatever is read or written is refused or
 * reported by an error, never printed. */
#ifndef SQ_IO_RESULTS_H
#define SQ_IO_RESULTS_H

#include "base/error.h"
#include "outcome/variable.h"

#include <stdbool.h>

/* A named text or number of /provenance. */
typedef struct sq_fact {
    const char *name;
    const char *text; /* NULL: a number */
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

/* Whether `path` can be written, to be asked before hours are spent on what it shall hold.
 * SQ_ERR_INPUT with the reason: its folder is missing or cannot be written, or path names a
 * folder, a device, a broken link, a file that is not a result (HDF5 or not) and would be lost,
 * or one that another run is writing. *leftover says that a path.part of an earlier run lay there (and has been
 * removed). Leaves nothing behind. */
sq_status sq_results_check_target(const char *path, bool *leftover, sq_error *err);
/* Writes variables and provenance to path: first to path.part, synced, then renamed. Fails with
 * SQ_ERR_IO and the reason; nothing is left then. A symbolic link is followed, what it points to
 * is replaced. */
sq_status sq_results_write(const char *path, const sq_variables *variables, const char *title,
                           const sq_provenance *provenance, sq_error *err);
/* Reads all of a file outside /provenance back into variables (zero-initialised or to be added to;
 * freed by sq_variables_free, also after a failure). SQ_ERR_INPUT if it is not one of ours. An axis
 * that belongs to a group bears the group's name: "event_log/A/row". Cut files and foreign files are
 * refused; a file whose bytes were changed on purpose can crash HDF5 1.10 itself, so read only what
 * you trust. */
sq_status sq_results_read(const char *path, sq_variables *variables, sq_error *err);
/* The same without the groups: patient tables and event logs stay on disk. */
sq_status sq_results_read_summary(const char *path, sq_variables *variables, sq_error *err);
/* The title of a file, cut to size. */
sq_status sq_results_title(const char *path, char *title, size_t size, sq_error *err);
/* SHA-256 over everything outside /provenance (names, types, shapes, attributes, values), as 64
 * hex digits and a NUL. HDF5's and netCDF's own bookkeeping is represented by what it means, the
 * names of the axes; all NaN are equal. */
sq_status sq_results_digest(const char *path, char hex[65], sq_error *err);

#endif
