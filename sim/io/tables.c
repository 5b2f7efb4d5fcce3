/* Streamed tables. A column is a chunked, compressed dataset that is extended by one chunk of
 * rows at a time; the rows in between are kept in memory column by column. HDF5 writes to the
 * disk here, so a full disk can leave it with dirty pages that it cannot drop: the first failure
 * closes the file for good, every later call returns it, and the part file is removed. */
#include "io/tables.h"

#include "base/vec.h"
#include "io/h5.h"
#include "io/part.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 16384 }; /* rows: 128 KiB of numbers, small enough for HDF5's chunk cache */

typedef struct column {
    hid_t dataset, memory;
    sq_variable_type type;
    void *buffer; /* [CHUNK] */
} column;

typedef struct table {
    int n_columns;
    column *columns;
    hid_t axis; /* bare dimension; invalid where a column is the coordinate */
    size_t buffered;
    hsize_t rows; /* in the file */
} table;

struct sq_tables {
    sq_part part;
    sq_h5 h;
    SQ_VEC(table) tables;
};

/* Every public function runs in a region of its own, so that HDF5's printer is restored in
 * between. */
static void enter(sq_tables *t, sq_error *err)
{
    sq_h5 region = sq_h5_begin(t->h.path, true, err);
    t->h.err = err;
    t->h.printer = region.printer;
    t->h.printer_data = region.printer_data;
}

static sq_status leave(sq_tables *t)
{
    sq_h5_end(&t->h);
    return t->h.status;
}

sq_status sq_tables_open(sq_tables **out, const char *path, sq_error *err)
{
    *out = NULL;
    sq_tables *t = calloc(1, sizeof *t);
    if (t == NULL) return sq_fail(err, SQ_ERR_MEMORY, "out of memory while writing %s", path);
    sq_status status = sq_part_begin(&t->part, path, err);
    if (status != SQ_OK) {
        free(t);
        return status;
    }
    t->h = sq_h5_begin(t->part.path, true, err);
    hid_t creation = sq_h5_file_creation(&t->h), access = sq_h5_file_access(&t->h, false);
    if (creation >= 0 && access >= 0)
        t->h.file = H5Fcreate(t->part.part, H5F_ACC_TRUNC, creation, access);
    (void)sq_h5_ok(&t->h, t->h.file);
    H5Pclose(creation);
    H5Pclose(access);
    status = leave(t);
    if (status != SQ_OK)
        sq_tables_abandon(t);
    else
        *out = t;
    return status;
}

/* ---- adding a table ------------------------------------------------------------------------- */

static bool set_chunks(sq_h5 *h, hid_t list)
{
    hsize_t chunk = CHUNK;
    if (!sq_h5_ok(h, H5Pset_chunk(list, 1, &chunk))) return false;
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0) return true;
    return sq_h5_ok(h, H5Pset_shuffle(list)) && sq_h5_ok(h, H5Pset_deflate(list, 1));
}

static hid_t create_growing(sq_h5 *h, const char *path, hid_t type)
{
    hsize_t none = 0, unlimited = H5S_UNLIMITED;
    hid_t creation = sq_h5_dataset_creation(h), link = sq_h5_link_creation(h);
    hid_t space = H5Screate_simple(1, &none, &unlimited);
    hid_t dataset = H5I_INVALID_HID;
    if (creation >= 0 && link >= 0 && sq_h5_ok(h, space) && set_chunks(h, creation)) {
        dataset = H5Dcreate2(h->file, path, type, space, link, creation, H5P_DEFAULT);
        (void)sq_h5_ok(h, dataset);
    }
    H5Sclose(space);
    H5Pclose(link);
    H5Pclose(creation);
    return dataset;
}

static bool add_column(sq_h5 *h, const char *group, const sq_table_column *given, column *c)
{
    static const size_t sizes[] = {[SQ_F64] = 8, [SQ_I64] = 8, [SQ_I32] = 4};
    char path[SQ_H5_NAME];
    if (given->type == SQ_TEXT)
        return sq_h5_fail(h, SQ_ERR_INPUT, "%s: column %s of %s is text", h->path, given->name,
                          group);
    const sq_variable var = {.units = given->units,
                             .long_name = given->long_name,
                             .n_flags = given->n_flags,
                             .flags = given->flags};
    snprintf(path, sizeof path, "%s/%s", group, given->name);
    c->type = given->type;
    c->buffer = malloc(CHUNK * sizes[given->type]);
    if (c->buffer == NULL)
        return sq_h5_fail(h, SQ_ERR_MEMORY, "out of memory while writing %s", h->path);
    c->memory = sq_h5_memory_type(h, given->type);
    hid_t type = sq_h5_file_type(h, given->type);
    if (c->memory >= 0 && type >= 0) c->dataset = create_growing(h, path, type);
    H5Tclose(type);
    return c->dataset >= 0 && sq_h5_describe(h, c->dataset, &var);
}

/* The scale of the table's axis: the column of its name, or a bare dimension. */
static hid_t make_axis(sq_h5 *h, const char *group, const char *axis, int n_columns,
                       const sq_table_column *columns, table *added)
{
    for (int i = 0; i < n_columns; i++) {
        if (strcmp(columns[i].name, axis) != 0) continue;
        hid_t scale = added->columns[i].dataset;
        return sq_h5_make_scale(h, scale, axis, 0) ? scale : H5I_INVALID_HID;
    }
    char path[SQ_H5_NAME];
    snprintf(path, sizeof path, "%s/%s", group, axis);
    added->axis = create_growing(h, path, H5T_IEEE_F32BE);
    return added->axis >= 0 && sq_h5_make_scale(h, added->axis, NULL, 0) ? added->axis
                                                                         : H5I_INVALID_HID;
}

static bool add_table(sq_h5 *h, const char *group, const char *axis, int n_columns,
                      const sq_table_column *columns, table *added)
{
    if (!sq_h5_make_group(h, group)) return false;
    for (int i = 0; i < n_columns; i++)
        if (!add_column(h, group, &columns[i], &added->columns[i])) return false;
    hid_t scale = make_axis(h, group, axis, n_columns, columns, added);
    if (scale < 0) return false;
    for (int i = 0; i < n_columns; i++) {
        hid_t dataset = added->columns[i].dataset;
        if (dataset != scale && !sq_h5_ok(h, H5DSattach_scale(dataset, scale, 0))) return false;
    }
    return true;
}

/* The first name that two columns have; NULL if there is none. */
static const char *name_twice(int n_columns, const sq_table_column *columns)
{
    for (int i = 1; i < n_columns; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(columns[i].name, columns[k].name) == 0) return columns[i].name;
    return NULL;
}

/* Attributes and categories of costs name columns, so a user can make them impossible. */
static sq_status check_names(const sq_tables *t, const char *group, int n_columns,
                             const sq_table_column *columns, sq_error *err)
{
    const char *twice = name_twice(n_columns, columns);
    if (twice != NULL)
        return sq_fail(err, SQ_ERR_INPUT,
                       "%s: two columns of %s would be named '%s'; give the attribute or the "
                       "category of costs another name",
                       t->part.path, group, twice);
    for (int i = 0; i < n_columns; i++)
        if (strlen(group) + strlen(columns[i].name) + 2 > SQ_H5_NAME)
            return sq_fail(err, SQ_ERR_INPUT, "%s: the name '%s/%s' is too long", t->part.path,
                           group, columns[i].name);
    return SQ_OK;
}

sq_status sq_tables_add(sq_tables *t, const char *group, const char *axis, int n_columns,
                        const sq_table_column *columns, int *index, sq_error *err)
{
    if (t->h.status != SQ_OK) return t->h.status;
    sq_status status = check_names(t, group, n_columns, columns, err);
    if (status != SQ_OK) return status;
    table added = {.n_columns = n_columns, .axis = H5I_INVALID_HID};
    added.columns = calloc((unsigned)n_columns, sizeof *added.columns);
    for (int i = 0; i < n_columns && added.columns != NULL; i++)
        added.columns[i].dataset = added.columns[i].memory = H5I_INVALID_HID;
    enter(t, err);
    *index = (int)t->tables.count;
    if (added.columns == NULL || !sq_vec_push(&t->tables, added)) {
        free(added.columns);
        sq_h5_fail(&t->h, SQ_ERR_MEMORY, "out of memory while writing %s", t->h.path);
        return leave(t);
    }
    (void)add_table(&t->h, group, axis, n_columns, columns, &t->tables.items[*index]);
    return leave(t);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static bool write_column(sq_h5 *h, const column *c, hsize_t from, hsize_t count)
{
    hsize_t extent = from + count;
    if (!sq_h5_ok(h, H5Dset_extent(c->dataset, &extent))) return false;
    hid_t space = H5Dget_space(c->dataset), memory = H5Screate_simple(1, &count, NULL);
    bool written =
        sq_h5_ok(h, space) && sq_h5_ok(h, memory) &&
        sq_h5_ok(h, H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, NULL, &count, NULL)) &&
        sq_h5_ok(h, H5Dwrite(c->dataset, c->memory, memory, space, H5P_DEFAULT, c->buffer));
    H5Sclose(memory);
    H5Sclose(space);
    return written;
}

static bool write_buffered(sq_h5 *h, table *w)
{
    if (w->buffered == 0) return true;
    for (int i = 0; i < w->n_columns; i++)
        if (!write_column(h, &w->columns[i], w->rows, w->buffered)) return false;
    w->rows += w->buffered;
    w->buffered = 0;
    return w->axis < 0 || sq_h5_ok(h, H5Dset_extent(w->axis, &w->rows));
}

sq_status sq_tables_row(sq_tables *t, int index, const sq_cell *row, sq_error *err)
{
    if (t->h.status != SQ_OK) return t->h.status;
    table *w = &t->tables.items[index];
    for (int i = 0; i < w->n_columns; i++) {
        void *buffer = w->columns[i].buffer;
        switch (w->columns[i].type) {
        case SQ_F64: ((double *)buffer)[w->buffered] = row[i].f64; break;
        case SQ_I64: ((int64_t *)buffer)[w->buffered] = row[i].i64; break;
        case SQ_I32:
        case SQ_TEXT: /* refused when the table was added */
            ((int32_t *)buffer)[w->buffered] = row[i].i32;
            break;
        }
    }
    w->buffered++;
    if (w->buffered < CHUNK) return SQ_OK;
    enter(t, err);
    (void)write_buffered(&t->h, w);
    return leave(t);
}

/* ---- the end -------------------------------------------------------------------------------- */

static void close_datasets(table *w)
{
    for (int i = 0; i < w->n_columns; i++) {
        if (w->columns[i].dataset >= 0) (void)H5Dclose(w->columns[i].dataset);
        if (w->columns[i].memory >= 0) (void)H5Tclose(w->columns[i].memory);
        free(w->columns[i].buffer);
    }
    if (w->axis >= 0) (void)H5Dclose(w->axis);
    free(w->columns);
}

/* Closing writes what HDF5 still holds; that, too, can fail. */
static bool close_file(sq_tables *t)
{
    bool flushed = t->h.file < 0 || t->h.status != SQ_OK ||
                   sq_h5_ok(&t->h, H5Fflush(t->h.file, H5F_SCOPE_GLOBAL));
    for (size_t i = 0; i < t->tables.count; i++) close_datasets(&t->tables.items[i]);
    if (t->h.file >= 0 && !sq_h5_ok(&t->h, H5Fclose(t->h.file))) flushed = false;
    return flushed;
}

static void free_tables(sq_tables *t)
{
    free(t->tables.items);
    sq_part_free(&t->part);
    free(t);
}

sq_status sq_tables_finish(sq_tables *t, const sq_variables *variables, const char *title,
                           const sq_provenance *provenance, sq_error *err)
{
    enter(t, err);
    for (size_t i = 0; i < t->tables.count && t->h.status == SQ_OK; i++)
        (void)write_buffered(&t->h, &t->tables.items[i]);
    if (t->h.status == SQ_OK) (void)sq_h5_write_all(&t->h, variables, title, provenance);
    (void)close_file(t);
    sq_status status = leave(t);
    if (status == SQ_OK) status = sq_part_commit(&t->part, err);
    if (status != SQ_OK) sq_part_discard(&t->part);
    free_tables(t);
    return status;
}

void sq_tables_abandon(sq_tables *t)
{
    if (t == NULL) return;
    enter(t, NULL);
    (void)close_file(t);
    sq_h5_end(&t->h);
    sq_part_discard(&t->part);
    free_tables(t);
}
