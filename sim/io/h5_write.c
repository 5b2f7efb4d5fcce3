/* Writing variables and provenance into an open HDF5 file so that netCDF-4 sees dimensions,
 * coordinate variables and variables. netCDF knows a dimension by an HDF5 dimension scale and
 * finds a variable's dimensions by the scales attached to it (netCDF-4 format specification,
 * "dimensions are dimension scales"); so every axis becomes a scale first, then every variable
 * is attached to its axes. An axis whose name holds a stroke, "event_log/A/row", lives in that
 * group. */
#include "io/h5.h"
#include "io/hash.h"
#include "io/results.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Path of a variable in the file. */
static bool path_of(sq_h5 *h, const sq_variable *var, char path[SQ_H5_NAME])
{
    const char *group = var->group != NULL ? var->group : "";
    int n = snprintf(path, SQ_H5_NAME, "%s%s%s", group, group[0] != '\0' ? "/" : "", var->name);
    if (n > 0 && n < SQ_H5_NAME) return true;
    return sq_h5_fail(h, SQ_ERR_INPUT, "%s: the name %s is too long", h->path, var->name);
}

/* HDF5 takes a missing text for a text of no bytes, some of its readers do not: all become "". */
static const char **texts_of(sq_h5 *h, const sq_variable *var, size_t n)
{
    const char *const *given = var->data;
    const char **texts = malloc((n > 0 ? n : 1) * sizeof *texts);
    if (texts == NULL) {
        sq_h5_fail(h, SQ_ERR_MEMORY, "out of memory while writing %s", h->path);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) texts[i] = given[i] != NULL ? given[i] : "";
    return texts;
}

static bool write_values(sq_h5 *h, hid_t dataset, hid_t memory, const sq_variable *var, size_t n)
{
    if (n == 0) return true;
    if (var->type != SQ_TEXT)
        return sq_h5_ok(h, H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, var->data));
    const char **texts = texts_of(h, var, n);
    bool written = texts != NULL &&
                   sq_h5_ok(h, H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts));
    free(texts);
    return written;
}

static hid_t create_dataset(sq_h5 *h, const char *path, hid_t type, hid_t space)
{
    hid_t creation = sq_h5_dataset_creation(h), link = sq_h5_link_creation(h);
    hid_t dataset = H5I_INVALID_HID;
    if (creation >= 0 && link >= 0) {
        dataset = H5Dcreate2(h->file, path, type, space, link, creation, H5P_DEFAULT);
        (void)sq_h5_ok(h, dataset);
    }
    H5Pclose(creation);
    H5Pclose(link);
    return dataset;
}

/* Creates and fills a dataset with its description; negative on failure. */
static hid_t write_dataset(sq_h5 *h, const sq_variables *all, const sq_variable *var)
{
    char path[SQ_H5_NAME];
    hsize_t dims[SQ_VARIABLE_AXES];
    for (int i = 0; i < var->n_axes; i++) dims[i] = all->axes[var->axis[i]].length;
    if (!path_of(h, var, path) || (var->group != NULL && !sq_h5_make_group(h, var->group)))
        return H5I_INVALID_HID;
    hid_t file_type = sq_h5_file_type(h, var->type), memory = sq_h5_memory_type(h, var->type);
    hid_t space =
        var->n_axes > 0 ? H5Screate_simple(var->n_axes, dims, NULL) : H5Screate(H5S_SCALAR);
    hid_t dataset = H5I_INVALID_HID;
    if (file_type >= 0 && memory >= 0 && sq_h5_ok(h, space))
        dataset = create_dataset(h, path, file_type, space);
    if (dataset >= 0 && !(write_values(h, dataset, memory, var, sq_variable_length(all, var)) &&
                          sq_h5_describe(h, dataset, var))) {
        H5Dclose(dataset);
        dataset = H5I_INVALID_HID;
    }
    H5Sclose(space);
    H5Tclose(memory);
    H5Tclose(file_type);
    return dataset;
}

/* ---- axes ----------------------------------------------------------------------------------- */

/* The variable that holds an axis' coordinates: the same path, and only this axis. */
static bool is_coordinate(sq_h5 *h, const sq_variables *all, const sq_variable *var)
{
    char path[SQ_H5_NAME];
    if (var->n_axes != 1 || !path_of(h, var, path)) return false;
    return strcmp(path, all->axes[var->axis[0]].name) == 0;
}

static const sq_variable *coordinate_of(sq_h5 *h, const sq_variables *all, int axis)
{
    for (size_t i = 0; i < all->count; i++) {
        const sq_variable *var = &all->items[i];
        if (var->n_axes == 1 && var->axis[0] == axis && is_coordinate(h, all, var)) return var;
    }
    return NULL;
}

/* A dimension without coordinates: a dataset of that length that is never filled. */
static hid_t bare_dimension(sq_h5 *h, const sq_axis *axis)
{
    hsize_t length = axis->length;
    char group[SQ_H5_NAME];
    const char *stroke = strrchr(axis->name, '/');
    int n = stroke == NULL ? 0 : (int)(stroke - axis->name);
    snprintf(group, sizeof group, "%.*s", n, axis->name);
    if (!sq_h5_make_group(h, group)) return H5I_INVALID_HID;
    hid_t space = H5Screate_simple(1, &length, NULL);
    hid_t dataset = H5I_INVALID_HID;
    if (sq_h5_ok(h, space)) dataset = create_dataset(h, axis->name, H5T_IEEE_F32BE, space);
    H5Sclose(space);
    return dataset;
}

/* Writes an axis as a dimension scale, with its coordinates if it has any. */
static bool write_axis(sq_h5 *h, const sq_variables *all, int axis)
{
    const sq_axis *a = &all->axes[axis];
    const sq_variable *var = coordinate_of(h, all, axis);
    hid_t dataset = var != NULL ? write_dataset(h, all, var) : bare_dimension(h, a);
    if (dataset < 0) return false;
    bool made = sq_h5_make_scale(h, dataset, var != NULL ? var->name : NULL, a->length);
    H5Dclose(dataset);
    return made;
}

static bool attach_axes(sq_h5 *h, const sq_variables *all, const sq_variable *var, hid_t dataset)
{
    for (int i = 0; i < var->n_axes; i++) {
        hid_t scale = H5Dopen2(h->file, all->axes[var->axis[i]].name, H5P_DEFAULT);
        if (!sq_h5_ok(h, scale)) return false;
        bool attached = sq_h5_ok(h, H5DSattach_scale(dataset, scale, (unsigned)i));
        H5Dclose(scale);
        if (!attached) return false;
    }
    return true;
}

static bool write_variables(sq_h5 *h, const sq_variables *all)
{
    for (size_t i = 0; i < all->n_axes; i++)
        if (!write_axis(h, all, (int)i)) return false;
    for (size_t i = 0; i < all->count; i++) {
        const sq_variable *var = &all->items[i];
        if (is_coordinate(h, all, var)) continue;
        hid_t dataset = write_dataset(h, all, var);
        if (dataset < 0) return false;
        bool attached = attach_axes(h, all, var, dataset);
        H5Dclose(dataset);
        if (!attached) return false;
    }
    return true;
}

/* ---- provenance ----------------------------------------------------------------------------- */

static bool write_scalar(sq_h5 *h, const char *group, const char *name, const char *text,
                         double number)
{
    sq_variable var = {.name = name,
                       .group = group,
                       .type = text != NULL ? SQ_TEXT : SQ_F64,
                       .units = text != NULL ? "" : "1",
                       .long_name = name};
    var.data = text != NULL ? (const void *)&text : (const void *)&number;
    const sq_variables none = {0};
    hid_t dataset = write_dataset(h, &none, &var);
    if (dataset >= 0) H5Dclose(dataset);
    return dataset >= 0;
}

/* Length of the UTF-8 character at text (RFC 3629), 0 if there is none. */
static size_t utf8_length(const unsigned char *text, size_t left)
{
    unsigned char c = text[0];
    size_t n = c < 0x80                ? 1
               : c >= 0xC2 && c < 0xE0 ? 2
               : c >= 0xE0 && c < 0xF0 ? 3
               : c >= 0xF0 && c < 0xF5 ? 4
                                       : 0;
    if (c == 0 || n == 0 || n > left) return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xC0) != 0x80) return 0;
    bool overlong = (c == 0xE0 && text[1] < 0xA0) || (c == 0xF0 && text[1] < 0x90);
    bool outside = (c == 0xED && text[1] >= 0xA0) || (c == 0xF4 && text[1] >= 0x90);
    return overlong || outside ? 0 : n;
}

static bool is_text(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t n = utf8_length((const unsigned char *)text + i, size - i);
        if (n == 0) return false;
        i += n;
    }
    return true;
}

/* Tables of patients can be large; their hash says which one it was. */
static bool worth_storing(const sq_input_file *input)
{
    enum { LARGEST_CSV = 1 << 20 };
    size_t n = strlen(input->path);
    bool is_csv = n >= 4 && strcasecmp(input->path + n - 4, ".csv") == 0;
    return !(is_csv && input->size > LARGEST_CSV) && is_text(input->text, input->size);
}

static bool write_input(sq_h5 *h, int number, const sq_input_file *input)
{
    char name[32], path[64], hex[SQ_SHA256_HEX];
    snprintf(name, sizeof name, "file_%d", number);
    snprintf(path, sizeof path, SQ_PROVENANCE "/inputs/%s", name);
    bool whole = worth_storing(input);
    char *text = strndup(whole ? input->text : "", whole ? input->size : 0);
    if (text == NULL)
        return sq_h5_fail(h, SQ_ERR_MEMORY, "out of memory while writing %s", h->path);
    bool written = write_scalar(h, SQ_PROVENANCE "/inputs", name, text, 0);
    free(text);
    hid_t dataset = written ? H5Dopen2(h->file, path, H5P_DEFAULT) : H5I_INVALID_HID;
    if (!written || !sq_h5_ok(h, dataset)) return false;
    sq_sha256_hex(input->text, input->size, hex);
    written = sq_h5_text_attribute(h, dataset, "path", input->path) &&
              sq_h5_text_attribute(h, dataset, "sha256", hex) &&
              (whole || sq_h5_text_attribute(h, dataset, "stored", "hash only"));
    H5Dclose(dataset);
    return written;
}

static bool write_provenance(sq_h5 *h, const sq_provenance *provenance)
{
    if (!sq_h5_make_group(h, SQ_PROVENANCE)) return false;
    for (int i = 0; i < provenance->n_facts; i++) {
        const sq_fact *fact = &provenance->facts[i];
        if (!write_scalar(h, SQ_PROVENANCE, fact->name, fact->text, fact->number)) return false;
    }
    for (int i = 0; i < provenance->n_inputs; i++)
        if (!write_input(h, i + 1, &provenance->inputs[i])) return false;
    return true;
}

bool sq_h5_write_all(sq_h5 *h, const sq_variables *variables, const char *title,
                     const sq_provenance *provenance)
{
    const int32_t version = SQ_FORMAT_VERSION;
    hid_t root = H5Gopen2(h->file, "/", H5P_DEFAULT);
    if (!sq_h5_ok(h, root)) return false;
    bool written = sq_h5_int_attribute(h, root, "format_version", 1, &version) &&
                   sq_h5_text_attribute(h, root, "title", title != NULL ? title : "");
    H5Gclose(root);
    return written && write_variables(h, variables) &&
           (provenance == NULL || write_provenance(h, provenance));
}
