/* The small vocabulary in which our files are written: contexts that turn HDF5's error stack
 * into a sentence, property lists that keep files reproducible, attributes, dimension scales.
 * Everything that must be the same in every object of a file (no times, creation order, UTF-8)
 * is decided here once. */
#include "io/h5.h"

#include <errno.h>
#include <hdf5_hl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sq_h5 sq_h5_begin(const char *path, bool writing, sq_error *err)
{
    sq_h5 h = {.file = H5I_INVALID_HID, .path = path, .writing = writing, .err = err};
    /* Fails when HDF5 is already in use, which is then its user's decision. */
    (void)H5dont_atexit();
    (void)H5open();
    (void)H5Eget_auto2(H5E_DEFAULT, &h.printer, &h.printer_data);
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return h;
}

void sq_h5_end(const sq_h5 *h) { (void)H5Eset_auto2(H5E_DEFAULT, h->printer, h->printer_data); }

typedef struct reason {
    char text[256];
    bool from_system;
} reason;

/* HDF5's drivers put the operating system's words into their description; everything else on the
 * stack is written for HDF5's own developers. */
static herr_t look_for_reason(unsigned n, const H5E_error2_t *error, void *context)
{
    (void)n;
    reason *found = context;
    static const char opening[] = "error message = '";
    const char *words = error->desc == NULL ? NULL : strstr(error->desc, opening);
    if (words == NULL) {
        if (found->text[0] == '\0' && error->desc != NULL)
            snprintf(found->text, sizeof found->text, "%s", error->desc);
        return 0;
    }
    words += sizeof opening - 1;
    snprintf(found->text, sizeof found->text, "%.*s", (int)strcspn(words, "'"), words);
    found->from_system = true;
    return 1;
}

bool sq_h5_ok(sq_h5 *h, int64_t code)
{
    if (code >= 0) return true;
    if (h->status != SQ_OK) return false;
    reason found = {.text = ""};
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look_for_reason, &found);
    const char *text = found.text[0] != '\0' ? found.text : "no reason given";
    const char *library = found.from_system ? "" : "HDF5: ";
    h->status = sq_fail(h->err, SQ_ERR_IO, "%s: could not be %s: %s%s", h->path,
                        h->writing ? "written" : "read", library, text);
    return false;
}

bool sq_h5_fail(sq_h5 *h, sq_status status, const char *format, ...)
{
    if (h->status != SQ_OK) return false;
    va_list args;
    va_start(args, format);
    h->status = sq_fail_v(h->err, status, format, args);
    va_end(args);
    return false;
}

/* ---- property lists ------------------------------------------------------------------------- */

static const unsigned ordered = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

/* What files and groups share: both are groups to HDF5. */
static hid_t group_like(sq_h5 *h, hid_t class)
{
    hid_t list = H5Pcreate(class);
    if (!sq_h5_ok(h, list)) return H5I_INVALID_HID;
    if (sq_h5_ok(h, H5Pset_link_creation_order(list, ordered)) &&
        sq_h5_ok(h, H5Pset_attr_creation_order(list, ordered)) &&
        sq_h5_ok(h, H5Pset_obj_track_times(list, false)))
        return list;
    H5Pclose(list);
    return H5I_INVALID_HID;
}

hid_t sq_h5_file_creation(sq_h5 *h) { return group_like(h, H5P_FILE_CREATE); }

hid_t sq_h5_group_creation(sq_h5 *h) { return group_like(h, H5P_GROUP_CREATE); }

hid_t sq_h5_dataset_creation(sq_h5 *h)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (!sq_h5_ok(h, list)) return H5I_INVALID_HID;
    if (sq_h5_ok(h, H5Pset_attr_creation_order(list, ordered)) &&
        sq_h5_ok(h, H5Pset_obj_track_times(list, false)))
        return list;
    H5Pclose(list);
    return H5I_INVALID_HID;
}

hid_t sq_h5_link_creation(sq_h5 *h)
{
    hid_t list = H5Pcreate(H5P_LINK_CREATE);
    if (!sq_h5_ok(h, list)) return H5I_INVALID_HID;
    if (sq_h5_ok(h, H5Pset_char_encoding(list, H5T_CSET_UTF8))) return list;
    H5Pclose(list);
    return H5I_INVALID_HID;
}

hid_t sq_h5_file_access(sq_h5 *h, bool in_memory)
{
    enum { GROWTH = 1 << 20 };
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (!sq_h5_ok(h, list)) return H5I_INVALID_HID;
    bool set = sq_h5_ok(h, H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST)) &&
               sq_h5_ok(h, H5Pset_fclose_degree(list, H5F_CLOSE_STRONG));
    if (set && in_memory) set = sq_h5_ok(h, H5Pset_fapl_core(list, GROWTH, false));
    if (set) return list;
    H5Pclose(list);
    return H5I_INVALID_HID;
}

/* ---- types ---------------------------------------------------------------------------------- */

hid_t sq_h5_text_type(sq_h5 *h)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (!sq_h5_ok(h, type)) return H5I_INVALID_HID;
    if (sq_h5_ok(h, H5Tset_size(type, H5T_VARIABLE)) &&
        sq_h5_ok(h, H5Tset_cset(type, H5T_CSET_UTF8)))
        return type;
    H5Tclose(type);
    return H5I_INVALID_HID;
}

static hid_t copy_of(sq_h5 *h, hid_t type)
{
    hid_t copy = H5Tcopy(type);
    return sq_h5_ok(h, copy) ? copy : H5I_INVALID_HID;
}

hid_t sq_h5_memory_type(sq_h5 *h, sq_variable_type type)
{
    switch (type) {
    case SQ_F64: return copy_of(h, H5T_NATIVE_DOUBLE);
    case SQ_I64: return copy_of(h, H5T_NATIVE_INT64);
    case SQ_I32: return copy_of(h, H5T_NATIVE_INT32);
    case SQ_TEXT: break;
    }
    return sq_h5_text_type(h);
}

hid_t sq_h5_file_type(sq_h5 *h, sq_variable_type type)
{
    switch (type) {
    case SQ_F64: return copy_of(h, H5T_IEEE_F64LE);
    case SQ_I64: return copy_of(h, H5T_STD_I64LE);
    case SQ_I32: return copy_of(h, H5T_STD_I32LE);
    case SQ_TEXT: break;
    }
    return sq_h5_text_type(h);
}

/* ---- attributes ----------------------------------------------------------------------------- */

static bool write_attribute(sq_h5 *h, hid_t object, const char *name, hid_t space, hid_t file_type,
                            hid_t memory_type, const void *value)
{
    hid_t attribute = H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (!sq_h5_ok(h, attribute)) return false;
    bool written = sq_h5_ok(h, H5Awrite(attribute, memory_type, value));
    H5Aclose(attribute);
    return written;
}

bool sq_h5_text_attribute(sq_h5 *h, hid_t object, const char *name, const char *text)
{
    hid_t type = sq_h5_text_type(h);
    hid_t space = H5Screate(H5S_SCALAR);
    bool written = type >= 0 && sq_h5_ok(h, space) &&
                   write_attribute(h, object, name, space, type, type, &text);
    H5Sclose(space);
    H5Tclose(type);
    return written;
}

bool sq_h5_int_attribute(sq_h5 *h, hid_t object, const char *name, int n, const int32_t *values)
{
    hsize_t length = (hsize_t)n;
    hid_t space = n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &length, NULL);
    bool written = sq_h5_ok(h, space) &&
                   write_attribute(h, object, name, space, H5T_STD_I32LE, H5T_NATIVE_INT32, values);
    H5Sclose(space);
    return written;
}

/* Labels joined by blanks, as the CF conventions want them. */
static char *joined(int n, const char *const *labels)
{
    size_t size = 1;
    for (int i = 0; i < n; i++) size += strlen(labels[i]) + 1;
    char *text = malloc(size);
    if (text == NULL) return NULL;
    char *end = text;
    for (int i = 0; i < n; i++) end += sprintf(end, "%s%s", i > 0 ? " " : "", labels[i]);
    *end = '\0';
    return text;
}

static bool write_flags(sq_h5 *h, hid_t dataset, const sq_variable *var)
{
    int32_t *values = calloc((size_t)var->n_flags, sizeof *values);
    char *meanings = joined(var->n_flags, var->flags);
    bool written = false;
    if (values == NULL || meanings == NULL) {
        sq_h5_fail(h, SQ_ERR_MEMORY, "out of memory while writing %s", h->path);
    } else {
        for (int i = 0; i < var->n_flags; i++) values[i] = i;
        written = sq_h5_int_attribute(h, dataset, "flag_values", var->n_flags, values) &&
                  sq_h5_text_attribute(h, dataset, "flag_meanings", meanings);
    }
    free(values);
    free(meanings);
    return written;
}

bool sq_h5_describe(sq_h5 *h, hid_t dataset, const sq_variable *var)
{
    return sq_h5_text_attribute(h, dataset, "units", var->units != NULL ? var->units : "") &&
           sq_h5_text_attribute(h, dataset, "long_name",
                                var->long_name != NULL ? var->long_name : "") &&
           (var->n_flags == 0 || write_flags(h, dataset, var));
}

/* ---- scales and groups ---------------------------------------------------------------------- */

bool sq_h5_make_scale(sq_h5 *h, hid_t dataset, const char *name, size_t length)
{
    char bare[96];
    snprintf(bare, sizeof bare, "This is a netCDF dimension but not a netCDF variable.%10zu",
             length);
    int32_t id = h->next_dimension++;
    return sq_h5_ok(h, H5DSset_scale(dataset, name != NULL ? name : bare)) &&
           sq_h5_int_attribute(h, dataset, "_Netcdf4Dimid", 1, &id);
}

static bool make_one_group(sq_h5 *h, const char *path)
{
    htri_t there = H5Lexists(h->file, path, H5P_DEFAULT);
    if (!sq_h5_ok(h, there)) return false;
    if (there > 0) return true;
    hid_t list = sq_h5_group_creation(h);
    if (list < 0) return false;
    hid_t group = H5Gcreate2(h->file, path, H5P_DEFAULT, list, H5P_DEFAULT);
    bool made = sq_h5_ok(h, group);
    H5Gclose(group);
    H5Pclose(list);
    return made;
}

bool sq_h5_make_group(sq_h5 *h, const char *path)
{
    char part[SQ_H5_NAME];
    for (size_t i = 0; path[i] != '\0'; i++) {
        if (path[i] != '/' || i == 0) continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (!make_one_group(h, part)) return false;
    }
    return path[0] == '\0' || make_one_group(h, path);
}
