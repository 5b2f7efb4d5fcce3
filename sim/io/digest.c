/* One hash for everything outside /provenance. The file is walked by name, not by creation order
 * or place in the file, and each object is fed to SHA-256 as a sequence of length-prefixed texts
 * and little-endian numbers, so that two files have one digest exactly when every dataset and
 * attribute in them is equal. What HDF5 and netCDF keep for themselves (references between
 * scales and variables, numbers of dimensions) is represented by what it means: the names of a
 * variable's axes. */
#include "io/h5.h"
#include "io/hash.h"
#include "io/results.h"

#include <hdf5_hl.h>
#include <math.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

typedef struct hasher {
    sq_h5 *h;
    struct sha256_ctx sha;
    bool is_root;
} hasher;

static void feed_number(hasher *d, uint64_t number)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(number >> (8 * i));
    sha256_update(&d->sha, sizeof bytes, bytes);
}

static void feed_text(hasher *d, const char *text)
{
    size_t n = text == NULL ? 0 : strlen(text);
    feed_number(d, n);
    sha256_update(&d->sha, n, (const uint8_t *)(text == NULL ? "" : text));
}

/* Every NaN is the same missing number, whatever bits it carries. */
static void feed_double(hasher *d, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    feed_number(d, isnan(value) ? UINT64_C(0x7ff8000000000000) : bits);
}

static void feed_values(hasher *d, sq_variable_type type, const void *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        switch (type) {
        case SQ_F64: feed_double(d, ((const double *)data)[i]); break;
        case SQ_I64: feed_number(d, (uint64_t)((const int64_t *)data)[i]); break;
        case SQ_I32: feed_number(d, (uint64_t)(int64_t)((const int32_t *)data)[i]); break;
        case SQ_TEXT: feed_text(d, ((const char *const *)data)[i]); break;
        }
    }
}

static size_t value_size(sq_variable_type type)
{
    return type == SQ_I32 ? sizeof(int32_t) : type == SQ_TEXT ? sizeof(char *) : sizeof(double);
}

/* ---- values --------------------------------------------------------------------------------- */

static bool feed_read(hasher *d, hid_t dataset, sq_variable_type type, hid_t memory_space,
                      hid_t file_space, void *buffer, size_t n)
{
    hid_t memory = sq_h5_memory_type(d->h, type);
    bool read = memory >= 0 && sq_h5_ok(d->h, H5Dread(dataset, memory, memory_space, file_space,
                                                      H5P_DEFAULT, buffer));
    if (read) feed_values(d, type, buffer, n);
    if (read && type == SQ_TEXT) (void)H5Dvlen_reclaim(memory, memory_space, H5P_DEFAULT, buffer);
    H5Tclose(memory);
    return read;
}

/* Reads rows [from, from + rows) of the first axis. */
static bool feed_slab(hasher *d, hid_t dataset, sq_variable_type type, int rank,
                      const hsize_t *dims, hsize_t from, hsize_t rows, void *buffer)
{
    hsize_t start[SQ_VARIABLE_AXES] = {from}, count[SQ_VARIABLE_AXES];
    size_t n = (size_t)rows;
    count[0] = rows;
    for (int i = 1; i < rank; i++) {
        count[i] = dims[i];
        n *= (size_t)dims[i];
    }
    hid_t file_space = H5Dget_space(dataset);
    hid_t memory_space = H5Screate_simple(rank, count, NULL);
    bool fed =
        sq_h5_ok(d->h, file_space) && sq_h5_ok(d->h, memory_space) &&
        sq_h5_ok(d->h, H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL)) &&
        feed_read(d, dataset, type, memory_space, file_space, buffer, n);
    H5Sclose(memory_space);
    H5Sclose(file_space);
    return fed;
}

static bool feed_scalar(hasher *d, hid_t dataset, sq_variable_type type)
{
    double buffer = 0; /* as large and as aligned as any of our types */
    hid_t space = H5Screate(H5S_SCALAR);
    bool fed = sq_h5_ok(d->h, space) && feed_read(d, dataset, type, space, H5S_ALL, &buffer, 1);
    H5Sclose(space);
    return fed;
}

/* All values in slabs of bounded size: a table of patients need not fit into memory. */
static bool feed_data(hasher *d, hid_t dataset, sq_variable_type type, int rank,
                      const hsize_t *dims)
{
    enum { AT_ONCE = 1 << 17 };
    if (rank == 0) return feed_scalar(d, dataset, type);
    hsize_t row = 1;
    for (int i = 1; i < rank; i++) row *= dims[i];
    if (row == 0 || dims[0] == 0) return true;
    hsize_t rows = row < AT_ONCE ? AT_ONCE / row : 1;
    if (rows > dims[0]) rows = dims[0];
    void *buffer = calloc((size_t)(rows * row), value_size(type));
    if (buffer == NULL)
        return sq_h5_fail(d->h, SQ_ERR_MEMORY, "out of memory while reading %s", d->h->path);
    bool fed = true;
    for (hsize_t from = 0; fed && from < dims[0]; from += rows) {
        hsize_t n = dims[0] - from < rows ? dims[0] - from : rows;
        fed = feed_slab(d, dataset, type, rank, dims, from, n, buffer);
    }
    free(buffer);
    return fed;
}

/* ---- attributes ----------------------------------------------------------------------------- */

static bool is_bookkeeping(const char *name)
{
    static const char *const names[] = {"CLASS",          "NAME",          "DIMENSION_LIST",
                                        "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates",
                                        "_NCProperties"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static bool feed_attribute_values(hasher *d, hid_t attribute, hid_t space, hid_t type, size_t n)
{
    H5T_class_t class = H5Tget_class(type);
    sq_variable_type kind = class == H5T_STRING ? SQ_TEXT : class == H5T_FLOAT ? SQ_F64 : SQ_I64;
    if (class == H5T_STRING && H5Tis_variable_str(type) <= 0)
        return sq_h5_fail(d->h, SQ_ERR_INPUT,
                          "%s: holds an attribute of a type that results do not "
                          "have",
                          d->h->path);
    void *buffer = calloc(n > 0 ? n : 1, value_size(kind));
    if (buffer == NULL)
        return sq_h5_fail(d->h, SQ_ERR_MEMORY, "out of memory while reading %s", d->h->path);
    hid_t memory = sq_h5_memory_type(d->h, kind);
    bool read = memory >= 0 && sq_h5_ok(d->h, H5Aread(attribute, memory, buffer));
    feed_number(d, (uint64_t)kind);
    if (read) feed_values(d, kind, buffer, n);
    if (read && kind == SQ_TEXT) (void)H5Dvlen_reclaim(memory, space, H5P_DEFAULT, buffer);
    H5Tclose(memory);
    free(buffer);
    return read;
}

static herr_t feed_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    (void)info;
    hasher *d = context;
    if (is_bookkeeping(name)) return 0;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (!sq_h5_ok(d->h, attribute)) return -1;
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    feed_text(d, "attribute");
    feed_text(d, name);
    feed_number(d, (uint64_t)n);
    bool fed = n >= 0 && feed_attribute_values(d, attribute, space, type, (size_t)n);
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    return fed ? 0 : -1;
}

static bool feed_attributes(hasher *d, hid_t object)
{
    hsize_t from = 0;
    return sq_h5_ok(d->h,
                    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &from, feed_attribute, d));
}

/* ---- objects -------------------------------------------------------------------------------- */

static bool feed_dataset(hasher *d, hid_t dataset, const char *name)
{
    sq_variable_type type = SQ_F64;
    hsize_t dims[SQ_VARIABLE_AXES] = {0};
    char axis[SQ_H5_NAME];
    bool bare = sq_h5_is_bare_dimension(dataset);
    if (!bare && !sq_h5_variable_type(d->h, dataset, name, &type)) return false;
    hid_t space = H5Dget_space(dataset);
    int rank = H5Sget_simple_extent_ndims(space);
    bool fits =
        rank >= 0 && rank <= SQ_VARIABLE_AXES && H5Sget_simple_extent_dims(space, dims, NULL) >= 0;
    H5Sclose(space);
    if (!fits)
        return sq_h5_fail(d->h, SQ_ERR_INPUT, "%s: %s has more axes than results have", d->h->path,
                          name);
    feed_text(d, bare ? "dimension" : "variable");
    feed_number(d, (uint64_t)type);
    feed_number(d, (uint64_t)rank);
    for (int i = 0; i < rank; i++) {
        if (!sq_h5_axis_name(d->h, dataset, (unsigned)i, axis)) return false;
        feed_text(d, axis);
        feed_number(d, dims[i]);
    }
    return feed_attributes(d, dataset) && (bare || feed_data(d, dataset, type, rank, dims));
}

static bool feed_group(hasher *d, hid_t group);

static herr_t feed_link(hid_t id, const char *name, const H5L_info_t *info, void *context)
{
    hasher *d = context;
    if (info->type != H5L_TYPE_HARD || (d->is_root && strcmp(name, SQ_PROVENANCE) == 0)) return 0;
    hid_t object = H5Oopen(id, name, H5P_DEFAULT);
    if (!sq_h5_ok(d->h, object)) return -1;
    feed_text(d, name);
    bool fed = true, was_root = d->is_root;
    d->is_root = false;
    if (H5Iget_type(object) == H5I_GROUP)
        fed = feed_group(d, object);
    else if (H5Iget_type(object) == H5I_DATASET)
        fed = feed_dataset(d, object, name);
    d->is_root = was_root;
    H5Oclose(object);
    return fed ? 0 : -1;
}

static bool feed_group(hasher *d, hid_t group)
{
    hsize_t from = 0;
    feed_text(d, "group");
    bool fed = feed_attributes(d, group) &&
               sq_h5_ok(d->h, H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &from, feed_link, d));
    feed_text(d, "end");
    return fed;
}

sq_status sq_results_digest(const char *path, char hex[65], sq_error *err)
{
    uint8_t hash[SHA256_DIGEST_SIZE];
    sq_h5 h = sq_h5_begin(path, false, err);
    hasher d = {.h = &h, .is_root = true};
    sha256_init(&d.sha);
    if (sq_h5_open(&h, path)) {
        hid_t root = H5Gopen2(h.file, "/", H5P_DEFAULT);
        (void)(sq_h5_ok(&h, root) && feed_group(&d, root));
        H5Gclose(root);
    }
    if (h.file >= 0) H5Fclose(h.file);
    sq_h5_end(&h);
    sha256_digest(&d.sha, sizeof hash, hash);
    sq_hash_hex(hash, hex);
    if (h.status != SQ_OK) hex[0] = '\0';
    return h.status;
}
