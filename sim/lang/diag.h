/* Diagnostics: everything wrong with a user's files, with places. Up to twenty errors are collected before
 * loading gives up; warnings do not stop it. A diagnostic reads
 *
 *     configs/a.yaml:12:9: unknown key 'hazard ration' in an event; did you mean 'hazard ratio'?
 *        12 |     hazard ration: 2
 *           |     ^
 */
#ifndef SQ_LANG_DIAG_H
#define SQ_LANG_DIAG_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* A file that was read; text is NUL-terminated and unchanged (a byte order mark stays in it; columns are
 * counted after it). */
typedef struct sq_source {
    const char *path; /* as the user named it, or composed from the file that named it */
    const char *text;
    size_t size;
    const char *instance; /* NULL, or "in instance NAME (file:line:column)": the file as the body of a
                             module that is used there */
} sq_source;

/* A place in a source: line and column from 1, column in characters (UTF-8 code points). Line 0: the file
 * as a whole. source may be NULL for the command line ("--set NAME=VALUE"). */
typedef struct sq_place {
    const sq_source *source;
    int line, column;
} sq_place;

/* A line of a source (from 1) and its length in bytes, without its end; NULL if there is none. Lines end as
 * libyaml counts them: LF, CR, CR LF, and the Unicode breaks U+0085, U+2028, U+2029. */
const char *sq_source_line(const sq_source *source, int line, size_t *length);

/* How many errors, and how many warnings, are kept. */
enum { SQ_DIAG_ERRORS = 20, SQ_DIAG_WARNINGS = 50 };

typedef struct sq_diag {
    sq_place place;
    bool is_warning;
    const char *text;
} sq_diag;

typedef struct sq_diags {
    sq_diag *items;
    size_t count, capacity;
    int n_errors, n_warnings;
    bool out_of_memory;
    sq_arena arena;
} sq_diags;

/* Frees everything; the sources that places point to are not the diags'. */
void sq_diags_free(sq_diags *diags);
/* Adds an error (ignored, but counted, after SQ_DIAG_ERRORS); always returns false, for `return`. The same
 * text at the same place is kept and counted once: a named expression is checked wherever it is used. */
bool sq_diag_error(sq_diags *diags, sq_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sq_diag_warning(sq_diags *diags, sq_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* True when no further error would be kept: time to give up. */
bool sq_diags_full(const sq_diags *diags);
/* What to say behind an unknown name: "; did you mean 'x'?" for the nearest of n names, or "" where none is near.
 * hint says in its place which names there are ("; known: a, b", "; there is none") if they are few, keys always
 * ("; its keys: a, b"). The text lives in the diags' arena. */
const char *sq_diag_near(sq_diags *diags, const char *wanted, const char *const *names, size_t n);
const char *sq_diag_hint(sq_diags *diags, const char *wanted, const char *const *names, size_t n);
const char *sq_diag_keys(sq_diags *diags, const char *wanted, const char *const *names, size_t n);
/* All diagnostics in the shape above, files in the order in which they were first complained of, lines in
 * order within a file; malloc'd; NULL when memory is out. */
char *sq_diags_render(const sq_diags *diags);
/* "file:line:column" in the given arena; "command line" for a place without a source. */
const char *sq_place_text(sq_arena *arena, sq_place place);

#endif
