/* A text written as a file that appears only when it is whole. */
#ifndef SQ_IO_TEXT_FILE_H
#define SQ_IO_TEXT_FILE_H

#include "base/error.h"

#include <stddef.h>

/* Writes size bytes to path.part, which then takes the place of path. Fails with SQ_ERR_IO and the reason, or with
 * SQ_ERR_INPUT where another run is writing it; nothing is left then. */
sq_status sq_text_file_write(const char *path, const char *text, size_t size, sq_error *err);

#endif
