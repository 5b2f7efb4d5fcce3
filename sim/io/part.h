/* A file that appears under its name only when it is whole: written as NAME.part in the same
 * folder, synced, renamed over NAME, and the folder synced. Internal to io. */
#ifndef SQ_IO_PART_H
#define SQ_IO_PART_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct sq_part {
    char *path, *part; /* final and temporary names, links resolved */
    bool leftover;     /* a temporary file of an earlier run was there and has been removed */
} sq_part;

/* Finds the two names and removes a leftover; SQ_ERR_INPUT if another run is writing it just now. Freed by sq_part_free. */
sq_status sq_part_begin(sq_part *p, const char *path, sq_error *err);
/* Writes all bytes to the temporary file. */
sq_status sq_part_write(const sq_part *p, const void *bytes, size_t size, sq_error *err);
/* Syncs the temporary file and gives it its name. */
sq_status sq_part_commit(const sq_part *p, sq_error *err);
/* Removes the temporary file, if it is there. */
void sq_part_discard(const sq_part *p);
void sq_part_free(sq_part *p);

#endif
