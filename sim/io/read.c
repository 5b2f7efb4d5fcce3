/* Reading our own files back: every group but /provenance, every dataset in it, its axes found
 * through the attached scales as any netCDF reader finds them. Whatever is not in the shape that
 * we write (a type, a dataset without axes) is refused with its name, for the numbers would be
 * taken for something they are not. */
#include "io/h5.h"
#include "io/results.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- opening -------------------------------------------------------------------------------- */

/* HDF5 reports a missing file and a damaged one alike; the system tells them apart. */
static bool can_be_opened(sq_h5 *h, const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return sq_h5_fail(h, SQ_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    bool known = fstat(fd, &info) == 0;
    (void)close(fd);
    if (!known)
        return sq_h5_fail(h, SQ_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return sq_h5_fail(h, SQ_ERR_INPUT, "%s: is a folder; a result file was expected", path);
    if (!S_ISREG(info.st_mode))
        return sq_h5_fail(h, SQ_ERR_INPUT,
                          "%s: is not an ordinary file; a result file was expected", path);
    return true;
}

/* The version of the file's format; 0 if it has none. */
static int32_t format_version(const sq_h5 *h)
{
    int32_t version = 0;
    if (H5Aexists(h->file, "format_version") <= 0) return 0;
    hid_t attribute = H5Aopen(h->file, "format_version", H5P_DEFAULT);
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    bool one = H5Sget_simple_extent_npoints(space) == 1 && H5Tget_class(type) == H5T_INTEGER;
    if (one && H5Aread(attribute, H5T_NATIVE_INT32, &version) < 0) version = 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    return version;
}

bool sq_h5_open(sq_h5 *h, const char *path)
{
    if (!can_be_opened(h, path)) return false;
    if (H5Fis_hdf5(path) <= 0)
        return sq_h5_fail(h, SQ_ERR_INPUT, "%s: is not an HDF5 file; a result file was expected",
                          path);
    h->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (h->file < 0)
        return sq_h5_fail(h, SQ_ERR_INPUT, "%s: is damaged or incomplete: HDF5 cannot open it",
                          path);
    int32_t version = format_version(h);
    if (version == SQ_FORMAT_VERSION) return true;
    if (version > SQ_FORMAT_VERSION)
        return sq_h5_fail(h, SQ_ERR_INPUT,
                          "%s: has format version %d, newer than the %d that this "
                          "program knows",
                          path, (int)version, SQ_FORMAT_VERSION);
    return sq_h5_fail(h, SQ_ERR_INPUT,
                      "%s: is an HDF5 file, but not a result of sequela (it has no "
                      "format_version)",
                      path);
}

bool sq_h5_is_result(const char *path)
{
    sq_error ignored = {.status = SQ_OK};
    sq_h5 h = sq_h5_begin(path, false, &ignored);
    bool ours = H5Fis_hdf5(path) > 0;
    h.file = ours ? H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT) : H5I_INVALID_HID;
    ours = h.file >= 0 && format_version(&h) > 0;
    if (h.file >= 0) H5Fclose(h.file);
    sq_h5_end(&h);
    return ours;
}

/* ---- what a dataset is ---------------------------------------------------------------------- */

bool sq_h5_variable_type(sq_h5 *h, hid_t dataset, const char *name, sq_variable_type *type)
{
    hid_t id = H5Dget_type(dataset);
    if (!sq_h5_ok(h, id)) return false;
    size_t size = H5Tget_size(id);
    H5T_class_t class = H5Tget_class(id);
    bool known = true;
    if (class == H5T_FLOAT)
        *type = SQ_F64;
    else if (class == H5T_INTEGER)
        *type = size > sizeof(int32_t) ? SQ_I64 : SQ_I32;
    else if (class == H5T_STRING && H5Tis_variable_str(id) > 0)
        *type = SQ_TEXT;
    else
        known = false;
    H5Tclose(id);
    if (known) return true;
    return sq_h5_fail(h, SQ_ERR_INPUT, "%s: %s holds values of a type that results do not have",
                      h->path, name);
}

static bool read_text_attribute(hid_t object, const char *name, sq_h5 *h, char **text)
{
    *text = NULL;
    if (H5Aexists(object, name) <= 0) return true;
    char *read = NULL;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t space = H5Aget_space(attribute), held = H5Aget_type(attribute);
    hid_t type = sq_h5_text_type(h);
    if (H5Tis_variable_str(held) > 0 && H5Sget_simple_extent_npoints(space) == 1 &&
        H5Aread(attribute, type, &read) >= 0 && read != NULL) {
        *text = strdup(read);
        (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, &read);
    }
    H5Tclose(type);
    H5Tclose(held);
    H5Sclose(space);
    H5Aclose(attribute);
    return true;
}

/* The HDF5 path of an object without the leading stroke. */
static bool name_of(sq_h5 *h, hid_t object, char name[SQ_H5_NAME])
{
    ssize_t n = H5Iget_name(object, name, SQ_H5_NAME);
    if (!sq_h5_ok(h, n)) return false;
    if (n >= SQ_H5_NAME)
        return sq_h5_fail(h, SQ_ERR_INPUT, "%s: a name in it is too long", h->path);
    if (name[0] == '/') memmove(name, name + 1, (size_t)n);
    return true;
}

typedef struct scale_name {
    sq_h5 *h;
    char *name;
} scale_name;

/* HDF5 finds the name of a scale it was referred to by searching the whole file for its address, for every
 * axis of every variable anew; so names are kept. */
static bool name_of_scale(sq_h5 *h, hid_t scale, char name[SQ_H5_NAME])
{
    H5O_info_t info;
    if (!sq_h5_ok(h, H5Oget_info(scale, &info))) return false;
    sq_h5_scale *known = &h->scale[info.addr / 8 % SQ_H5_SCALES];
    if (known->address != info.addr) {
        known->address = 0;
        if (!name_of(h, scale, known->name)) return false;
        known->address = info.addr;
    }
    memcpy(name, known->name, SQ_H5_NAME);
    return true;
}

static herr_t take_scale_name(hid_t dataset, unsigned axis, hid_t scale, void *context)
{
    (void)dataset;
    (void)axis;
    scale_name *found = context;
    return name_of_scale(found->h, scale, found->name) ? 1 : -1;
}

bool sq_h5_axis_name(sq_h5 *h, hid_t dataset, unsigned axis, char name[SQ_H5_NAME])
{
    if (H5DSis_scale(dataset) > 0) return name_of(h, dataset, name);
    scale_name found = {h, name};
    name[0] = '\0';
    (void)H5DSiterate_scales(dataset, axis, NULL, take_scale_name, &found);
    if (name[0] != '\0' || h->status != SQ_OK) return h->status == SQ_OK;
    char dataset_name[SQ_H5_NAME];
    if (!name_of(h, dataset, dataset_name)) return false;
    return sq_h5_fail(h, SQ_ERR_INPUT, "%s: axis %u of %s has no name", h->path, axis,
                      dataset_name);
}

bool sq_h5_is_bare_dimension(hid_t dataset)
{
    static const char bare[] = "This is a netCDF dimension but not a netCDF variable";
    char name[sizeof bare] = "";
    if (H5DSis_scale(dataset) <= 0 || H5DSget_scale_name(dataset, name, sizeof name) < 0)
        return false;
    return strncmp(name, bare, sizeof bare - 1) == 0;
}

/* ---- reading a variable --------------------------------------------------------------------- */

static bool out_of_memory(sq_h5 *h)
{
    return sq_h5_fail(h, SQ_ERR_MEMORY, "out of memory while reading %s", h->path);
}

typedef struct shape {
    int rank;
    char name[SQ_VARIABLE_AXES][SQ_H5_NAME];
    const char *axes[SQ_VARIABLE_AXES + 1];
    hsize_t length[SQ_VARIABLE_AXES];
} shape;

static bool read_shape(sq_h5 *h, hid_t dataset, const char *name, shape *s)
{
    hid_t space = H5Dget_space(dataset);
    if (!sq_h5_ok(h, space)) return false;
    s->rank = H5Sget_simple_extent_ndims(space);
    bool fits = s->rank >= 0 && s->rank <= SQ_VARIABLE_AXES &&
                H5Sget_simple_extent_dims(space, s->length, NULL) >= 0;
    H5Sclose(space);
    if (!fits)
        return sq_h5_fail(h, SQ_ERR_INPUT, "%s: %s has more axes than results have", h->path, name);
    for (int i = 0; i < s->rank; i++) {
        if (!sq_h5_axis_name(h, dataset, (unsigned)i, s->name[i])) return false;
        s->axes[i] = s->name[i];
    }
    s->axes[s->rank] = NULL;
    return true;
}

static bool add_axes(sq_h5 *h, sq_variables *variables, const shape *s)
{
    for (int i = 0; i < s->rank; i++)
        if (sq_variables_axis(variables, s->axes[i], s->length[i]) < 0)
            return sq_h5_fail(h, SQ_ERR_INPUT, "%s: the axis %s has two lengths", h->path,
                              s->axes[i]);
    return true;
}

/* Texts come in memory of HDF5's; they are copied into the arena of the variables. */
static bool read_texts(sq_h5 *h, hid_t dataset, hid_t type, sq_variables *variables,
                       const char **texts, size_t n)
{
    char **read = calloc(n, sizeof *read);
    hid_t space = H5Dget_space(dataset);
    bool done = false;
    if (read == NULL)
        out_of_memory(h);
    else
        done = sq_h5_ok(h, space) &&
               sq_h5_ok(h, H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read));
    for (size_t i = 0; i < n && done; i++) {
        const char *text = read[i] != NULL ? read[i] : "";
        texts[i] = sq_arena_text(&variables->arena, text, strlen(text));
        done = texts[i] != NULL || out_of_memory(h);
    }
    if (read != NULL) (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, read);
    H5Sclose(space);
    free(read);
    return done;
}

static bool read_values(sq_h5 *h, hid_t dataset, sq_variable_type kind, sq_variables *variables,
                        void *data, size_t n)
{
    if (n == 0) return true;
    hid_t type = sq_h5_memory_type(h, kind);
    if (type < 0) return false;
    bool read = kind == SQ_TEXT
                    ? read_texts(h, dataset, type, variables, data, n)
                    : sq_h5_ok(h, H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
    H5Tclose(type);
    return read;
}

/* Splits flag_meanings at its blanks. */
static bool read_flags(sq_h5 *h, hid_t dataset, sq_variables *variables)
{
    char *text = NULL;
    if (!read_text_attribute(dataset, "flag_meanings", h, &text)) return false;
    if (text == NULL) return true;
    size_t n = 0, capacity = strlen(text) / 2 + 1;
    const char **words = calloc(capacity, sizeof *words);
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word != NULL && words != NULL;
         word = strtok_r(NULL, " ", &rest))
        words[n++] = word;
    bool set = words != NULL && (n == 0 || sq_variables_set_flags(variables, words, n));
    free(words);
    free(text);
    return set || out_of_memory(h);
}

static bool add_variable(sq_h5 *h, hid_t dataset, const char *group, const char *name,
                         const shape *s, sq_variables *variables)
{
    sq_variable_type type;
    char *units = NULL, *long_name = NULL;
    if (!sq_h5_variable_type(h, dataset, name, &type) ||
        !read_text_attribute(dataset, "units", h, &units))
        return false;
    void *data = NULL;
    if (read_text_attribute(dataset, "long_name", h, &long_name)) {
        data = sq_variables_add(variables, type, name, units != NULL ? units : "",
                                long_name != NULL ? long_name : "", s->axes);
        if (data == NULL) out_of_memory(h);
    }
    free(units);
    free(long_name);
    if (data == NULL) return false;
    const sq_variable *var = &variables->items[variables->count - 1];
    size_t n = sq_variable_length(variables, var);
    if (group[0] != '\0' && !sq_variables_set_group(variables, group)) return out_of_memory(h);
    return read_flags(h, dataset, variables) && read_values(h, dataset, type, variables, data, n);
}

static bool read_dataset(sq_h5 *h, hid_t dataset, const char *group, const char *name,
                         sq_variables *variables)
{
    shape s;
    if (!read_shape(h, dataset, name, &s) || !add_axes(h, variables, &s)) return false;
    return sq_h5_is_bare_dimension(dataset) || add_variable(h, dataset, group, name, &s, variables);
}

/* ---- walking through groups ----------------------------------------------------------------- */

/* Links of a group in the order of their creation where it was kept, else by name. */
static bool each_link(sq_h5 *h, const char *group, H5L_iterate_t visit, void *context)
{
    hid_t id = H5Gopen2(h->file, group[0] != '\0' ? group : "/", H5P_DEFAULT);
    if (!sq_h5_ok(h, id)) return false;
    hid_t list = H5Gget_create_plist(id);
    unsigned order = 0;
    bool tracked = H5Pget_link_creation_order(list, &order) >= 0 && (order & H5P_CRT_ORDER_INDEXED);
    H5Pclose(list);
    hsize_t from = 0;
    bool done = sq_h5_ok(h, H5Literate(id, tracked ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME,
                                       H5_ITER_INC, &from, visit, context));
    H5Gclose(id);
    return done && h->status == SQ_OK;
}

typedef struct group_reader {
    sq_h5 *h;
    const char *group;
    sq_variables *variables;
} group_reader;

static herr_t read_link(hid_t id, const char *name, const H5L_info_t *info, void *context)
{
    group_reader *reader = context;
    if (info->type != H5L_TYPE_HARD) return 0;
    hid_t object = H5Oopen(id, name, H5P_DEFAULT);
    if (!sq_h5_ok(reader->h, object)) return -1;
    bool fine = H5Iget_type(object) != H5I_DATASET ||
                read_dataset(reader->h, object, reader->group, name, reader->variables);
    H5Oclose(object);
    return fine ? 0 : -1;
}

bool sq_h5_read_group(sq_h5 *h, const char *group, sq_variables *variables)
{
    group_reader reader = {h, group, variables};
    return each_link(h, group, read_link, &reader);
}

typedef struct walker {
    sq_h5 *h;
    char group[SQ_H5_NAME];
    bool (*visit)(void *context, const char *group);
    void *context;
} walker;

static bool walk(walker *w);

/* Extends the walker's path by a subgroup, walks there, and takes it off again. */
static herr_t walk_link(hid_t id, const char *name, const H5L_info_t *info, void *context)
{
    walker *w = context;
    size_t length = strlen(w->group);
    H5O_info_t object;
    if (info->type != H5L_TYPE_HARD || (length == 0 && strcmp(name, SQ_PROVENANCE) == 0)) return 0;
    if (!sq_h5_ok(w->h, H5Oget_info_by_name2(id, name, &object, H5O_INFO_BASIC, H5P_DEFAULT)))
        return -1;
    if (object.type != H5O_TYPE_GROUP) return 0;
    int n =
        snprintf(w->group + length, sizeof w->group - length, "%s%s", length > 0 ? "/" : "", name);
    if (n < 0 || (size_t)n >= sizeof w->group - length) {
        sq_h5_fail(w->h, SQ_ERR_INPUT, "%s: a name in it is too long", w->h->path);
        return -1;
    }
    bool walked = walk(w);
    w->group[length] = '\0';
    return walked ? 0 : -1;
}

static bool walk(walker *w)
{
    return w->visit(w->context, w->group) && each_link(w->h, w->group, walk_link, w);
}

bool sq_h5_each_group(sq_h5 *h, bool (*visit)(void *context, const char *group), void *context)
{
    walker w = {.h = h, .visit = visit, .context = context};
    return walk(&w);
}

/* ---- the public readers --------------------------------------------------------------------- */

static bool read_visited(void *context, const char *group)
{
    group_reader *reader = context;
    return sq_h5_read_group(reader->h, group, reader->variables);
}

static sq_status read_file(const char *path, bool all, sq_variables *variables, sq_error *err)
{
    sq_h5 h = sq_h5_begin(path, false, err);
    group_reader reader = {&h, "", variables};
    if (sq_h5_open(&h, path)) {
        if (all)
            (void)sq_h5_each_group(&h, read_visited, &reader);
        else
            (void)sq_h5_read_group(&h, "", variables);
    }
    if (h.file >= 0) H5Fclose(h.file);
    sq_h5_end(&h);
    return h.status;
}

sq_status sq_results_read(const char *path, sq_variables *variables, sq_error *err)
{
    return read_file(path, true, variables, err);
}

sq_status sq_results_read_summary(const char *path, sq_variables *variables, sq_error *err)
{
    return read_file(path, false, variables, err);
}

sq_status sq_results_title(const char *path, char *title, size_t size, sq_error *err)
{
    sq_h5 h = sq_h5_begin(path, false, err);
    char *text = NULL;
    title[0] = '\0';
    if (sq_h5_open(&h, path) && read_text_attribute(h.file, "title", &h, &text) && text != NULL)
        snprintf(title, size, "%s", text);
    free(text);
    if (h.file >= 0) H5Fclose(h.file);
    sq_h5_end(&h);
    return h.status;
}
