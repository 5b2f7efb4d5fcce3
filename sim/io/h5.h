/* HDF5 seen from inside this layer: one context per open file, calls that record the first
 * failure as a sentence, and the few shapes of object that our files are made of. Internal to
 * io.
 *
 * HDF5 has settings that belong to the whole process. This layer touches two of them: it takes
 * out the exit handler (H5dont_atexit, before the first other call: HDF5 1.10 crashes there
 * after a full disk), and it switches the printing of errors off while one of our functions
 * runs, putting back what was set before. HDF5 as usually built may be entered by one thread at
 * a time; so may this layer. */
#ifndef SQ_IO_H5_H
#define SQ_IO_H5_H

#include "base/error.h"
#include "outcome/variable.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

enum { SQ_FORMAT_VERSION = 1, SQ_H5_NAME = 256 };

#define SQ_PROVENANCE "provenance"

/* Where a scale lies in its file, and its name; address 0 (never a scale's): no entry. */
enum { SQ_H5_SCALES = 32 };
typedef struct sq_h5_scale {
    haddr_t address;
    char name[SQ_H5_NAME];
} sq_h5_scale;

typedef struct sq_h5 {
    hid_t file;
    const char *path;   /* for messages */
    bool writing;       /* for messages: written or read */
    int next_dimension; /* number of the next dimension scale (netCDF's _Netcdf4Dimid) */
    sq_status status;   /* of the first failure */
    sq_error *err;
    sq_h5_scale scale[SQ_H5_SCALES]; /* names found so far, each in the place its address says */
    H5E_auto2_t printer; /* as found, to be put back */
    void *printer_data;
} sq_h5;

/* Begins and ends a region of calls to HDF5. */
sq_h5 sq_h5_begin(const char *path, bool writing, sq_error *err);
void sq_h5_end(const sq_h5 *h);

/* True if an HDF5 call returned no failure; otherwise takes the reason from HDF5's error stack,
 * which the next call empties. The first failure of a context is the one kept. */
bool sq_h5_ok(sq_h5 *h, int64_t code);
/* Records a failure of our own; always false. */
bool sq_h5_fail(sq_h5 *h, sq_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Property lists for reproducible files: no times, creation order tracked, groups made on the
 * way. Negative on failure; closed by the caller. */
hid_t sq_h5_file_creation(sq_h5 *h);
hid_t sq_h5_link_creation(sq_h5 *h);
hid_t sq_h5_group_creation(sq_h5 *h);
hid_t sq_h5_dataset_creation(sq_h5 *h);
/* File access with the lowest version bounds: core driver without a file behind it, or the
 * default. */
hid_t sq_h5_file_access(sq_h5 *h, bool in_memory);
/* Variable-length UTF-8 text. */
hid_t sq_h5_text_type(sq_h5 *h);

bool sq_h5_text_attribute(sq_h5 *h, hid_t object, const char *name, const char *text);
bool sq_h5_int_attribute(sq_h5 *h, hid_t object, const char *name, int n, const int32_t *values);
/* units, long_name and, for categories, flag_values and flag_meanings. */
bool sq_h5_describe(sq_h5 *h, hid_t dataset, const sq_variable *var);

/* Makes a dataset a dimension scale by netCDF's conventions. `name` NULL: a bare dimension of
 * that length, without coordinates. */
bool sq_h5_make_scale(sq_h5 *h, hid_t dataset, const char *name, size_t length);
/* Makes the group unless it is there. */
bool sq_h5_make_group(sq_h5 *h, const char *path);
/* Types of the values in memory and in the file; negative on failure, closed by the caller. */
hid_t sq_h5_memory_type(sq_h5 *h, sq_variable_type type);
hid_t sq_h5_file_type(sq_h5 *h, sq_variable_type type);

/* Everything of a file but its tables (h5_write.c): root attributes, variables with their axes,
 * provenance. */
struct sq_provenance;
bool sq_h5_write_all(sq_h5 *h, const sq_variables *variables, const char *title,
                     const struct sq_provenance *provenance);

/* Opens one of our files for reading (read.c); SQ_ERR_INPUT with the reason if it is none. */
bool sq_h5_open(sq_h5 *h, const char *path);
/* Whether path is one of our files, of any version; false for what cannot be opened. */
bool sq_h5_is_result(const char *path);
/* Reads one group, not what lies below it, into variables; "" is the root. */
bool sq_h5_read_group(sq_h5 *h, const char *group, sq_variables *variables);
/* Calls visit for each group that holds variables, the root first, /provenance left out. */
bool sq_h5_each_group(sq_h5 *h, bool (*visit)(void *context, const char *group), void *context);
/* The axis a scale stands for: its path without the leading stroke. False on failure. */
bool sq_h5_axis_name(sq_h5 *h, hid_t dataset, unsigned axis, char name[SQ_H5_NAME]);
/* Which of our types a dataset holds; false (with the failure recorded) for any other. */
bool sq_h5_variable_type(sq_h5 *h, hid_t dataset, const char *name, sq_variable_type *type);
/* True for a dimension without coordinates. */
bool sq_h5_is_bare_dimension(hid_t dataset);

#endif
