/* Reading files. In binary and to the end, because a pipe has no size; bounded, because a mistyped
 * name may be a device. What the file holds is judged by those who read it. */
#include "lang/node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_READ = 1 << 16 };

static const char *shown_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static void *out_of_memory(sq_diags *diags)
{
    diags->out_of_memory = true;
    return NULL;
}

/* Reads to the end of the file or one byte past the limit. malloc'd; NULL with errno set. */
static char *read_all(FILE *file, size_t limit, size_t *size)
{
    size_t capacity = FIRST_READ, used = 0;
    char *text = malloc(capacity);
    while (text && !feof(file) && !ferror(file) && used <= limit) {
        used += fread(text + used, 1, capacity - used, file);
        if (used < capacity) continue;
        char *larger = realloc(text, capacity * 2);
        if (!larger) free(text);
        text = larger;
        capacity *= 2;
    }
    if (!text) {
        errno = ENOMEM;
    } else if (ferror(file)) {
        int why = errno;
        free(text);
        errno = why;
        text = NULL;
    }
    *size = used;
    return text;
}

static FILE *open_file(const char *path, sq_place named_at, sq_diags *diags)
{
    struct stat info;
    if (strcmp(path, "-") == 0) return stdin;
    FILE *file = fopen(path, "rb");
    if (!file) {
        sq_diag_error(diags, named_at, "cannot read '%s': %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fileno(file), &info) == 0 && S_ISDIR(info.st_mode)) {
        sq_diag_error(diags, named_at, "cannot read '%s': it is a directory, not a file", path);
        fclose(file);
        return NULL;
    }
    return file;
}

static const sq_source *keep(sq_arena *arena, const char *path, const char *text, size_t size,
                             sq_diags *diags)
{
    sq_source *source = sq_arena_alloc(arena, sizeof *source);
    if (!source) return out_of_memory(diags);
    source->path = sq_arena_text(arena, path, strlen(path));
    source->text = sq_arena_text(arena, text, size);
    source->size = size;
    return source->path && source->text ? source : out_of_memory(diags);
}

const sq_source *sq_source_read_up_to(sq_arena *arena, const char *path, size_t limit,
                                      sq_place named_at, sq_diags *diags)
{
    FILE *file = open_file(path, named_at, diags);
    if (!file) return NULL;
    size_t size = 0;
    errno = 0;
    char *text = read_all(file, limit, &size);
    int why = errno;
    if (file != stdin) fclose(file);
    const sq_source *source = NULL;
    if (!text && why == ENOMEM)
        out_of_memory(diags);
    else if (!text)
        sq_diag_error(diags, named_at, "cannot read '%s': %s", shown_name(path), strerror(why));
    else if (size > limit)
        sq_diag_error(diags, named_at, "'%s' is too large: at most %zu MiB are read",
                      shown_name(path), limit >> 20);
    else
        source = keep(arena, path, text, size, diags);
    free(text);
    return source;
}

const sq_source *sq_source_read(sq_arena *arena, const char *path, sq_place named_at,
                                sq_diags *diags)
{
    return sq_source_read_up_to(arena, path, SQ_SOURCE_BYTES, named_at, diags);
}
