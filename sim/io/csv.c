/* CSV export, one group of the file in memory at a time. Long form is what R, pandas and a pivot
 * table want: no header that is data. Lines end in CR LF and fields are quoted only where they
 * must be, as RFC 4180 has it. */
#include "io/csv.h"

#include "base/text.h"
#include "base/vec.h"
#include "io/h5.h"
#include "io/part.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct exporter {
    sq_h5 *h;
    const char *folder;
    FILE *dictionary; /* variables.csv */
    int n_files;
    SQ_VEC(char *) names;   /* of the files so far */
    SQ_VEC(char *) earlier; /* tables that an earlier export has left in the folder, as its variables.csv says */
} exporter;

/* ---- fields --------------------------------------------------------------------------------- */

static void put_text(FILE *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* The shortest of the usual precisions that reads back as the same number. */
static void put_number(FILE *out, double value)
{
    char text[SQ_NUMBER_TEXT];
    if (isnan(value)) return;
    if (isinf(value)) {
        fputs(value > 0 ? "Inf" : "-Inf", out);
        return;
    }
    fputs(sq_text_of_number(value, text), out);
}

static void put_value(FILE *out, const sq_variable *var, size_t i)
{
    int64_t code = var->type == SQ_I32   ? ((const int32_t *)var->data)[i]
                   : var->type == SQ_I64 ? ((const int64_t *)var->data)[i]
                                         : -1;
    if (var->n_flags > 0 && code >= 0 && code < var->n_flags)
        put_text(out, var->flags[code]);
    else if (var->type == SQ_F64)
        put_number(out, ((const double *)var->data)[i]);
    else if (var->type == SQ_TEXT)
        put_text(out, ((const char *const *)var->data)[i]);
    else
        fprintf(out, "%lld", (long long)code);
}

/* ---- one file ------------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
    const char *stroke = strrchr(path, '/');
    return stroke != NULL ? stroke + 1 : path;
}

/* A scenario or draw that is the only one says nothing: it is no part of a file's name, and
 * variables with and without it share a file. */
static bool is_idle(const sq_variables *v, int axis)
{
    const sq_axis *a = &v->axes[axis];
    return a->length == 1 && (strcmp(a->name, "scenario") == 0 || strcmp(a->name, "draw") == 0);
}

/* The next axis of a variable from i on that is not idle; n_axes if there is none. */
static int telling_axis(const sq_variables *v, const sq_variable *var, int i)
{
    while (i < var->n_axes && is_idle(v, var->axis[i])) i++;
    return i;
}

/* True if rows of the one are rows of the other. */
static bool same_rows(const sq_variables *v, const sq_variable *a, const sq_variable *b)
{
    int i = telling_axis(v, a, 0), j = telling_axis(v, b, 0);
    while (i < a->n_axes && j < b->n_axes && a->axis[i] == b->axis[j]) {
        i = telling_axis(v, a, i + 1);
        j = telling_axis(v, b, j + 1);
    }
    return i == a->n_axes && j == b->n_axes;
}

/* The variable holding the coordinates of an axis; NULL if it has none. */
static const sq_variable *coordinate(const sq_variables *v, int axis)
{
    for (size_t i = 0; i < v->count; i++) {
        const sq_variable *var = &v->items[i];
        bool names_axis = strcmp(var->name, last_part(v->axes[axis].name)) == 0;
        if (var->n_axes == 1 && var->axis[0] == axis && names_axis) return var;
    }
    return NULL;
}

static bool is_coordinate(const sq_variables *v, const sq_variable *var)
{
    return var->n_axes == 1 && coordinate(v, var->axis[0]) == var;
}

/* True for a column of the file that `first` opens beside its axes. */
static bool is_column(const sq_variables *v, const sq_variable *first, const sq_variable *var)
{
    return !is_coordinate(v, var) && same_rows(v, first, var);
}

static bool append(char *name, size_t size, const char *text)
{
    size_t n = strlen(name);
    int added = snprintf(name + n, size - n, "%s%s", n > 0 ? "_" : "", text);
    return added >= 0 && (size_t)added < size - n;
}

static bool base_name(const sq_variables *v, const sq_variable *var, char *name, size_t size)
{
    name[0] = '\0';
    if (var->group[0] != '\0') {
        snprintf(name, size, "%s", var->group);
        for (char *c = name; *c != '\0'; c++) *c = *c == '/' ? '_' : *c;
        return strlen(var->group) < size;
    }
    for (int i = 0; i < var->n_axes; i++) {
        const sq_axis *axis = &v->axes[var->axis[i]];
        if (!is_idle(v, var->axis[i]) && !append(name, size, axis->name)) return false;
    }
    return name[0] != '\0' || append(name, size, "values");
}

static void put_heading(FILE *out, const sq_variables *v, const sq_variable *first)
{
    for (int i = 0; i < first->n_axes; i++)
        fprintf(out, "%s%s", i > 0 ? "," : "", last_part(v->axes[first->axis[i]].name));
    bool begun = first->n_axes > 0;
    for (size_t i = 0; i < v->count; i++) {
        if (!is_column(v, first, &v->items[i])) continue;
        fprintf(out, "%s%s", begun ? "," : "", v->items[i].name);
        begun = true;
    }
    fputs("\r\n", out);
}

static void put_coordinates(FILE *out, const sq_variables *v, const sq_variable *first,
                            const sq_variable *const *coordinates, size_t row)
{
    size_t index[SQ_VARIABLE_AXES] = {0};
    for (int i = first->n_axes - 1; i >= 0; i--) {
        size_t length = v->axes[first->axis[i]].length;
        index[i] = row % length;
        row /= length;
    }
    for (int i = 0; i < first->n_axes; i++) {
        if (i > 0) fputc(',', out);
        if (coordinates[i] != NULL)
            put_value(out, coordinates[i], index[i]);
        else
            fprintf(out, "%zu", index[i]);
    }
}

static void put_rows(FILE *out, const sq_variables *v, const sq_variable *first)
{
    const sq_variable *coordinates[SQ_VARIABLE_AXES] = {NULL};
    for (int i = 0; i < first->n_axes; i++) coordinates[i] = coordinate(v, first->axis[i]);
    size_t n = sq_variable_length(v, first);
    for (size_t row = 0; row < n && !ferror(out); row++) {
        put_coordinates(out, v, first, coordinates, row);
        bool begun = first->n_axes > 0;
        for (size_t i = 0; i < v->count; i++) {
            if (!is_column(v, first, &v->items[i])) continue;
            if (begun) fputc(',', out);
            put_value(out, &v->items[i], row);
            begun = true;
        }
        fputs("\r\n", out);
    }
}

static bool failed(exporter *e, const char *path)
{
    return sq_h5_fail(e->h, SQ_ERR_IO, "%s: could not be written: %s", path, strerror(errno));
}

/* Closes a part file and gives it its name, or removes it after a failure. */
static bool finish(exporter *e, FILE *out, sq_part *part)
{
    bool whole = fflush(out) == 0 && !ferror(out);
    if (!whole) failed(e, part->path);
    if (fclose(out) != 0 && whole) whole = failed(e, part->path);
    if (whole) {
        sq_status status = sq_part_commit(part, e->h->err);
        whole = status == SQ_OK;
        e->h->status = whole ? e->h->status : status;
    }
    if (!whole) sq_part_discard(part);
    sq_part_free(part);
    e->n_files += whole;
    return whole;
}

/* Where the table of this name is; malloc'd, NULL when memory is out. */
static char *path_of(const exporter *e, const char *name)
{
    size_t size = strlen(e->folder) + strlen(name) + sizeof "/.csv";
    char *path = malloc(size);
    if (path != NULL) snprintf(path, size, "%s/%s.csv", e->folder, name);
    return path;
}

static FILE *begin(exporter *e, const char *name, sq_part *part)
{
    char *path = path_of(e, name);
    if (path == NULL) {
        sq_h5_fail(e->h, SQ_ERR_MEMORY, "out of memory while writing %s", name);
        return NULL;
    }
    sq_status status = sq_part_begin(part, path, e->h->err);
    free(path);
    if (status != SQ_OK) {
        e->h->status = status;
        return NULL;
    }
    FILE *out = fopen(part->part, "w");
    if (out == NULL) {
        failed(e, part->path);
        sq_part_free(part);
    }
    return out;
}

/* True for the coordinates of one of the axes of `first`. */
static bool is_axis_of(const sq_variables *v, const sq_variable *first, const sq_variable *var)
{
    for (int i = 0; i < first->n_axes; i++)
        if (coordinate(v, first->axis[i]) == var) return true;
    return false;
}

static void describe(exporter *e, const sq_variables *v, const sq_variable *first, const char *name)
{
    for (size_t i = 0; i < v->count; i++) {
        const sq_variable *var = &v->items[i];
        if (!is_column(v, first, var) && !is_axis_of(v, first, var)) continue;
        fprintf(e->dictionary, "%s.csv,%s,", name, var->name);
        put_text(e->dictionary, var->units);
        fputc(',', e->dictionary);
        put_text(e->dictionary, var->long_name);
        fputs("\r\n", e->dictionary);
    }
}

static bool is_taken(const exporter *e, const char *name)
{
    for (size_t i = 0; i < e->names.count; i++)
        if (strcasecmp(e->names.items[i], name) == 0) return true; /* as some file systems do */
    return false;
}

/* A name that no file of this export has: of names that fall together ("A_B" and "A/B") the later
 * ones are numbered. */
static bool take_name(exporter *e, const sq_variables *v, const sq_variable *first, char name[256])
{
    bool fits = base_name(v, first, name, 240);
    size_t n = strlen(name);
    for (int i = 2; fits && is_taken(e, name); i++) snprintf(name + n, 16, "_%d", i);
    if (!fits)
        return sq_h5_fail(e->h, SQ_ERR_INPUT, "%s: the name of a table is too long", e->h->path);
    char *kept = strdup(name);
    if (kept != NULL && sq_vec_push(&e->names, kept)) return true;
    free(kept);
    return sq_h5_fail(e->h, SQ_ERR_MEMORY, "out of memory while writing %s", name);
}

static bool write_file(exporter *e, const sq_variables *v, const sq_variable *first)
{
    char name[256];
    sq_part part;
    if (!take_name(e, v, first, name)) return false;
    FILE *out = begin(e, name, &part);
    if (out == NULL) return false;
    put_heading(out, v, first);
    put_rows(out, v, first);
    if (!finish(e, out, &part)) return false;
    describe(e, v, first, name);
    return true;
}

/* True if an axis is in use by a variable other than its coordinates. */
static bool is_used(const sq_variables *v, int axis)
{
    for (size_t i = 0; i < v->count; i++) {
        const sq_variable *var = &v->items[i];
        for (int j = 0; j < var->n_axes && !is_coordinate(v, var); j++)
            if (var->axis[j] == axis) return true;
    }
    return false;
}

/* True for the first of the variables that share a file: the first of those with most axes, so
 * that the file has a column for every axis. Coordinates of an axis that nothing else is on have
 * a file of their own. */
static bool opens_file(const sq_variables *v, size_t i)
{
    const sq_variable *var = &v->items[i];
    if (is_coordinate(v, var)) return !is_used(v, var->axis[0]);
    for (size_t j = 0; j < v->count; j++) {
        const sq_variable *other = &v->items[j];
        bool before = other->n_axes > var->n_axes || (other->n_axes == var->n_axes && j < i);
        if (before && is_column(v, var, other)) return false;
    }
    return true;
}

static bool export_group(void *context, const char *group)
{
    exporter *e = context;
    sq_variables v = {0};
    bool done = sq_h5_read_group(e->h, group, &v);
    for (size_t i = 0; i < v.count && done; i++)
        if (opens_file(&v, i)) done = write_file(e, &v, &v.items[i]);
    sq_variables_free(&v);
    return done;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static bool make_folder(exporter *e)
{
    struct stat info;
    if (mkdir(e->folder, 0777) == 0) return true;
    int reason = errno;
    if (stat(e->folder, &info) == 0 && S_ISDIR(info.st_mode)) return true;
    if (reason == EEXIST) return sq_h5_fail(e->h, SQ_ERR_INPUT, "%s: is not a folder", e->folder);
    return sq_h5_fail(e->h, SQ_ERR_INPUT, "%s: the folder cannot be made: %s", e->folder,
                      strerror(reason));
}

/* Keeps the name at the beginning of a line of variables.csv, unless the line before had the same. */
static bool keep_earlier(exporter *e, const char *line)
{
    size_t n = strcspn(line, ",/");
    if (n <= 4 || line[n] != ',' || memcmp(line + n - 4, ".csv", 4) != 0) return true;
    const char *last = e->earlier.count > 0 ? e->earlier.items[e->earlier.count - 1] : "";
    if (strlen(last) == n - 4 && memcmp(last, line, n - 4) == 0) return true;
    char *name = strndup(line, n - 4);
    if (name != NULL && sq_vec_push(&e->earlier, name)) return true;
    free(name);
    return sq_h5_fail(e->h, SQ_ERR_MEMORY, "out of memory while reading what is in %s", e->folder);
}

static bool find_earlier(exporter *e)
{
    char *path = path_of(e, "variables"), *line = NULL;
    size_t size = 0;
    FILE *in = path != NULL ? fopen(path, "r") : NULL;
    bool fine = true;
    while (in != NULL && fine && getline(&line, &size, in) > 0) fine = keep_earlier(e, line);
    if (in != NULL) (void)fclose(in);
    free(line);
    free(path);
    return fine;
}

/* Tables of another result beside those of this one would be taken for its own. */
static void remove_earlier(exporter *e)
{
    for (size_t i = 0; i < e->earlier.count; i++) {
        char *path = is_taken(e, e->earlier.items[i]) ? NULL : path_of(e, e->earlier.items[i]);
        if (path != NULL) (void)unlink(path);
        free(path);
    }
}

static void export_file(exporter *e)
{
    sq_part part;
    if (!sq_h5_open(e->h, e->h->path) || !make_folder(e) || !find_earlier(e)) return;
    e->dictionary = begin(e, "variables", &part);
    if (e->dictionary == NULL) return;
    fputs("file,column,units,description\r\n", e->dictionary);
    if (sq_h5_each_group(e->h, export_group, e)) {
        if (finish(e, e->dictionary, &part)) remove_earlier(e);
        return;
    }
    (void)fclose(e->dictionary);
    sq_part_discard(&part);
    sq_part_free(&part);
}

sq_status sq_results_export_csv(const char *path, const char *folder, int *n_files, sq_error *err)
{
    sq_h5 h = sq_h5_begin(path, false, err);
    exporter e = {.h = &h, .folder = folder};
    export_file(&e);
    if (h.file >= 0) H5Fclose(h.file);
    sq_h5_end(&h);
    for (size_t i = 0; i < e.names.count; i++) free(e.names.items[i]);
    for (size_t i = 0; i < e.earlier.count; i++) free(e.earlier.items[i]);
    free(e.names.items);
    free(e.earlier.items);
    if (n_files != NULL) *n_files = e.n_files;
    return h.status;
}
