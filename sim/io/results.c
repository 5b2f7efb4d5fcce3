/* A result file is built in memory by HDF5's core driver and written by our own loop. HDF5 1.10
 * writing to a full disk keeps dirty metadata that it can neither write nor drop, and crashes
 * when the process ends; a file of a few megabytes in memory avoids the question. */
#include "io/results.h"

#include "io/h5.h"
#include "io/part.h"

#include <stdlib.h>

/* The bytes of an open file; NULL on failure. Freed by the caller. */
static void *image_of(sq_h5 *h, size_t *size)
{
    if (!sq_h5_ok(h, H5Fflush(h->file, H5F_SCOPE_GLOBAL))) return NULL;
    ssize_t n = H5Fget_file_image(h->file, NULL, 0);
    if (!sq_h5_ok(h, n)) return NULL;
    *size = (size_t)n;
    void *image = malloc(*size);
    if (image == NULL)
        sq_h5_fail(h, SQ_ERR_MEMORY, "out of memory while writing %s", h->path);
    else if (sq_h5_ok(h, H5Fget_file_image(h->file, image, *size)))
        return image;
    free(image);
    return NULL;
}

static void *build_image(sq_h5 *h, const sq_variables *variables, const char *title,
                         const sq_provenance *provenance, size_t *size)
{
    void *image = NULL;
    hid_t creation = sq_h5_file_creation(h), access = sq_h5_file_access(h, true);
    if (creation >= 0 && access >= 0) {
        h->file = H5Fcreate(h->path, H5F_ACC_TRUNC, creation, access);
        if (sq_h5_ok(h, h->file) && sq_h5_write_all(h, variables, title, provenance))
            image = image_of(h, size);
        H5Fclose(h->file);
    }
    H5Pclose(creation);
    H5Pclose(access);
    return image;
}

sq_status sq_results_write(const char *path, const sq_variables *variables, const char *title,
                           const sq_provenance *provenance, sq_error *err)
{
    sq_part part;
    sq_status status = sq_part_begin(&part, path, err);
    if (status != SQ_OK) return status;
    size_t size = 0;
    sq_h5 h = sq_h5_begin(path, true, err);
    void *image = build_image(&h, variables, title, provenance, &size);
    sq_h5_end(&h);
    status = h.status;
    if (status == SQ_OK) status = sq_part_write(&part, image, size, err);
    if (status == SQ_OK) status = sq_part_commit(&part, err);
    if (status != SQ_OK) sq_part_discard(&part);
    free(image);
    sq_part_free(&part);
    return status;
}
