/* Parameter files and tables of draws: whoever reads one while it is written again must find it whole. */
#include "io/text_file.h"

#include "io/part.h"

sq_status sq_text_file_write(const char *path, const char *text, size_t size, sq_error *err)
{
    sq_part part;
    sq_status status = sq_part_begin(&part, path, err);
    if (status) return status;
    status = sq_part_write(&part, text, size, err);
    if (!status) status = sq_part_commit(&part, err);
    if (status) sq_part_discard(&part);
    sq_part_free(&part);
    return status;
}
