/* Collecting and showing what is wrong with a user's files. Texts are formatted when reported and
 * lines are looked up when shown: a file is scanned again only on the way to a message. A line is
 * shown through a window around the caret, so that a file without line ends cannot flood the
 * terminal, with tabs expanded and everything unprintable replaced, so that the caret stands where
 * the eye expects it. */
#include "lang/diag.h"

#include "base/text.h"
#include "base/vec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAB = 4, WINDOW = 76, BEFORE_CARET = 50 };

/* ---- lines and characters ------------------------------------------------------------- */

/* Bytes of the line end at p, 0 if there is none. */
static size_t line_end(const char *p, const char *end)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t left = (size_t)(end - p);
    if (left == 0) return 0;
    if (u[0] == '\n') return 1;
    if (u[0] == '\r') return left > 1 && u[1] == '\n' ? 2 : 1;
    if (left > 1 && u[0] == 0xC2 && u[1] == 0x85) return 2;
    if (left > 2 && u[0] == 0xE2 && u[1] == 0x80 && (u[2] == 0xA8 || u[2] == 0xA9)) return 3;
    return 0;
}

static const char *skip_line(const char *p, const char *end)
{
    for (;; p++) { /* strcspn also stops at a NUL: at the end, or in a file that is no text */
        p += strcspn(p, "\n\r\xC2\xE2");
        if (p >= end) return end;
        if (line_end(p, end) != 0) return p;
    }
}

const char *sq_source_line(const sq_source *source, int line, size_t *length)
{
    const char *p = source->text, *end = source->text + source->size;
    if (line < 1) return NULL;
    if (source->size >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) p += 3;
    for (int i = 1; i < line; i++) {
        p = skip_line(p, end);
        if (p == end) return NULL;
        p += line_end(p, end);
    }
    *length = (size_t)(skip_line(p, end) - p);
    return p;
}

static bool is_continuation(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

/* Bytes of the character at p; 1 for what is not a character. */
static size_t character(const char *p, const char *end)
{
    unsigned char c = (unsigned char)*p;
    size_t want = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1, n = 1;
    while (n < want && p + n < end && is_continuation(p[n])) n++;
    return n == want ? n : 1;
}

static bool is_printable(const char *p, size_t n)
{
    unsigned char c = (unsigned char)*p;
    return n > 1 ? !(c == 0xC2 && (unsigned char)p[1] < 0xA0) : c >= 0x20 && c < 0x7F;
}

/* ---- collecting ----------------------------------------------------------------------- */

void sq_diags_free(sq_diags *diags)
{
    free(diags->items);
    sq_arena_free(&diags->arena);
    *diags = (sq_diags){0};
}

static char *format_text(sq_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : sq_arena_alloc(arena, (size_t)length + 1);
    if (text) vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

static bool same_place(sq_place a, sq_place b)
{
    return a.source == b.source && a.line == b.line && a.column == b.column;
}

static bool is_known(const sq_diags *diags, sq_diag diag)
{
    for (size_t i = 0; i < diags->count; i++) {
        const sq_diag *d = &diags->items[i];
        if (d->is_warning == diag.is_warning && same_place(d->place, diag.place)
            && strcmp(d->text, diag.text) == 0)
            return true;
    }
    return false;
}

static void add(sq_diags *diags, bool is_warning, sq_place place, const char *format, va_list args)
{
    int *n = is_warning ? &diags->n_warnings : &diags->n_errors;
    if (*n >= (is_warning ? SQ_DIAG_WARNINGS : SQ_DIAG_ERRORS)) {
        ++*n;
        return;
    }
    sq_diag diag = {place, is_warning, format_text(&diags->arena, format, args)};
    if (diag.text && is_known(diags, diag)) return;
    ++*n;
    if (!diag.text || !sq_vec_push(diags, diag)) diags->out_of_memory = true;
}

bool sq_diag_error(sq_diags *diags, sq_place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(diags, false, place, format, args);
    va_end(args);
    return false;
}

void sq_diag_warning(sq_diags *diags, sq_place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(diags, true, place, format, args);
    va_end(args);
}

bool sq_diags_full(const sq_diags *diags)
{
    return diags->n_errors >= SQ_DIAG_ERRORS || diags->out_of_memory;
}

const char *sq_diag_near(sq_diags *diags, const char *wanted, const char *const *names, size_t n)
{
    const char *near = sq_nearest_name(wanted, names, n);
    const char *hint = near ? sq_arena_format(&diags->arena, "; did you mean '%s'?", near) : "";
    return hint ? hint : "";
}

/* The nearest name, or behind `lead` all of them. */
static const char *near_or_all(sq_diags *diags, const char *wanted, const char *lead,
                               const char *const *names, size_t n)
{
    if (n == 0) return "; there is none";
    const char *text = sq_diag_near(diags, wanted, names, n);
    if (text[0]) return text;
    text = lead;
    for (size_t i = 0; i < n && text; i++)
        text = sq_arena_format(&diags->arena, "%s%s%s", text, i ? ", " : " ", names[i]);
    return text ? text : "";
}

const char *sq_diag_hint(sq_diags *diags, const char *wanted, const char *const *names, size_t n)
{
    enum { FEW = 16 };
    if (n > FEW) return sq_diag_near(diags, wanted, names, n);
    return near_or_all(diags, wanted, "; known:", names, n);
}

const char *sq_diag_keys(sq_diags *diags, const char *wanted, const char *const *names, size_t n)
{
    return near_or_all(diags, wanted, "; its keys:", names, n);
}

static const char *shown_path(const sq_source *source)
{
    return strcmp(source->path, "-") == 0 ? "standard input" : source->path;
}

const char *sq_place_text(sq_arena *arena, sq_place place)
{
    if (!place.source) return "command line";
    const char *path = shown_path(place.source);
    const char *text = place.line > 0
                           ? sq_arena_format(arena, "%s:%d:%d", path, place.line, place.column)
                           : sq_arena_format(arena, "%s", path);
    return text ? text : path;
}

/* ---- showing -------------------------------------------------------------------------- */

typedef struct writer {
    SQ_VEC(char) out;
    bool failed;
} writer;

static void put(writer *w, const char *text, size_t n)
{
    for (size_t i = 0; i < n && !w->failed; i++) w->failed = !sq_vec_push(&w->out, text[i]);
}

static void put_text(writer *w, const char *text) { put(w, text, strlen(text)); }

/* Texts quote what the user wrote: control characters must not reach the terminal. */
static void put_safe(writer *w, const char *text)
{
    const char *end = text + strlen(text);
    for (size_t n; text < end; text += n) {
        n = character(text, end);
        bool shown = is_printable(text, n);
        put(w, shown ? text : "?", shown ? n : 1);
    }
}

static void put_blanks(writer *w, size_t n)
{
    for (size_t i = 0; i < n; i++) put(w, " ", 1);
}

/* One cell of the shown line per character; a tab fills cells up to the next stop. Writes the cells
 * from `from` up to `to` if w is given. Returns the cell of the character `column` (from 1). */
static size_t lay_out(writer *w, const char *line, size_t length, int column, size_t from,
                      size_t to)
{
    const char *p = line, *end = line + length;
    size_t cell = 0, caret = 0;
    for (int at = 1; p < end && (cell < to || at <= column); at++) {
        size_t n = character(p, end), width = *p == '\t' ? TAB - cell % TAB : 1;
        if (at == column) caret = cell;
        if (at == column - 1) caret = cell + width; /* a caret may stand after the end */
        for (size_t k = 0; k < width && w; k++) {
            if (cell + k < from || cell + k >= to) continue;
            bool shown = *p != '\t' && is_printable(p, n);
            put(w, shown ? p : *p == '\t' ? " " : "?", shown ? n : 1);
        }
        cell += width;
        p += n;
    }
    return caret;
}

/* The source line with a caret below it. */
static void put_line(writer *w, sq_place place)
{
    size_t length;
    const char *line = sq_source_line(place.source, place.line, &length);
    if (!line) return;
    size_t caret = lay_out(NULL, line, length, place.column, 0, 0);
    size_t from = caret > BEFORE_CARET ? caret - BEFORE_CARET : 0;
    char number[24];
    int digits = snprintf(number, sizeof number, "%6d", place.line);
    put(w, number, (size_t)digits);
    put_text(w, " |");
    size_t shown = w->out.count;
    put_text(w, from > 0 ? " ..." : " ");
    lay_out(w, line, length, place.column, from, from + WINDOW);
    while (w->out.count > shown && w->out.items[w->out.count - 1] == ' ') w->out.count--;
    put_text(w, "\n");
    put_blanks(w, (size_t)digits);
    put_text(w, from > 0 ? " |    " : " | ");
    put_blanks(w, caret - from);
    put_text(w, "^\n");
}

static void put_diag(writer *w, const sq_diag *diag)
{
    sq_place place = diag->place;
    char numbers[40] = "";
    put_safe(w, place.source ? shown_path(place.source) : "command line");
    if (place.source && place.line > 0)
        snprintf(numbers, sizeof numbers, ":%d:%d", place.line, place.column);
    put_text(w, numbers);
    put_text(w, diag->is_warning ? ": warning: " : ": ");
    put_safe(w, diag->text);
    if (place.source && place.source->instance) {
        put_text(w, ", ");
        put_safe(w, place.source->instance);
    }
    put_text(w, "\n");
    if (place.source && place.line > 0) put_line(w, place);
}

/* The first diagnostic about the same file. */
static size_t first_of_file(const sq_diags *diags, const sq_source *source)
{
    size_t i = 0;
    while (diags->items[i].place.source != source) i++;
    return i;
}

static bool stands_before(const sq_diags *diags, const sq_diag *a, const sq_diag *b)
{
    size_t fa = first_of_file(diags, a->place.source), fb = first_of_file(diags, b->place.source);
    if (fa != fb) return fa < fb;
    if (a->place.line != b->place.line) return a->place.line < b->place.line;
    return a->place.column < b->place.column;
}

/* Insertion sort: there are at most seventy, and equal ones keep their order. */
static void sort_diags(const sq_diags *diags, const sq_diag **order)
{
    for (size_t i = 0; i < diags->count; i++) {
        size_t k = i;
        for (; k > 0 && stands_before(diags, &diags->items[i], order[k - 1]); k--)
            order[k] = order[k - 1];
        order[k] = &diags->items[i];
    }
}

static void put_rest(writer *w, int n, int kept, const char *what)
{
    char text[64];
    if (n <= kept) return;
    snprintf(text, sizeof text, "and %d more %s%s\n", n - kept, what, n - kept == 1 ? "" : "s");
    put_text(w, text);
}

char *sq_diags_render(const sq_diags *diags)
{
    writer w = {0};
    const sq_diag **order = malloc((diags->count + 1) * sizeof *order);
    if (!order) return NULL;
    sort_diags(diags, order);
    for (size_t i = 0; i < diags->count; i++) put_diag(&w, order[i]);
    free(order);
    put_rest(&w, diags->n_errors, SQ_DIAG_ERRORS, "error");
    put_rest(&w, diags->n_warnings, SQ_DIAG_WARNINGS, "warning");
    if (diags->out_of_memory) put_text(&w, "memory ran out while these were collected\n");
    put(&w, "", 1);
    if (!w.failed) return w.out.items;
    free(w.out.items);
    return NULL;
}
