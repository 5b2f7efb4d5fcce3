/* Printing. People get as many decimals as the Monte Carlo error of a column makes meaningful,
 * programs get every digit. */
#include "cli/sheet.h"

#include "base/text.h"
#include "cli/console.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 100, GAP = 2, CELL = 96, WIDEST_TEXT = 40, NARROWEST_TEXT = 20 };

sq_sheet *sq_sheet_new(sq_arena *arena, const char *key, const char *title, const char *row_title,
                       int n_columns, const sq_heading *columns, int n_rows)
{
    size_t rows = (size_t)n_rows;
    sq_sheet *s = sq_arena_alloc(arena, sizeof *s);
    if (s == NULL) return NULL;
    *s = (sq_sheet){.key = key,
                    .title = title,
                    .row_title = row_title,
                    .columns = columns,
                    .n_columns = n_columns,
                    .n_rows = n_rows};
    s->row_key = sq_arena_array(arena, rows, sizeof *s->row_key);
    s->row_title_of = sq_arena_array(arena, rows, sizeof *s->row_title_of);
    s->entries = sq_arena_array(arena, rows * (size_t)n_columns, sizeof *s->entries);
    s->decimals = sq_arena_array(arena, (size_t)n_columns, sizeof *s->decimals);
    for (int i = 0; s->decimals != NULL && i < n_columns; i++) s->decimals[i] = -1;
    bool complete = s->row_key != NULL && s->row_title_of != NULL && s->entries != NULL && s->decimals != NULL;
    return complete ? s : NULL;
}

sq_entry *sq_sheet_at(const sq_sheet *s, int row, int column)
{
    return &s->entries[row * s->n_columns + column];
}

sq_entry sq_number(double value, double se)
{
    return (sq_entry){.value = value, .se = se, .is_number = true};
}

sq_entry sq_words(const char *text) { return (sq_entry){.text = text}; }

/* ---- cells for people ----------------------------------------------------------------------- */

static double scale_of(const sq_heading *heading)
{
    return heading->scale > 0 ? heading->scale : 1;
}

/* Decimals of a column: two digits of its largest error, one at least of its smallest. */
static int find_decimals(const sq_sheet *s, int column)
{
    const sq_heading *heading = &s->columns[column];
    int most = 4, decimals = heading->decimals;
    double least = HUGE_VAL, greatest = 0;
    for (int row = 0; row < s->n_rows && !heading->fixed; row++) {
        const sq_entry *e = sq_sheet_at(s, row, column);
        double se = e->se * scale_of(heading);
        if (!e->is_number || !(se > 0) || !isfinite(se)) continue;
        least = fmin(least, se);
        greatest = fmax(greatest, se);
    }
    if (greatest > 0) {
        int two = 1 - (int)floor(log10(greatest)), one = -(int)floor(log10(least));
        int wanted = two > one ? two : one;
        decimals = wanted > decimals ? wanted : decimals;
    }
    return decimals < most ? decimals : most;
}

/* Found once: a table may have many thousand rows. */
static int decimals_of(const sq_sheet *s, int column)
{
    if (s->decimals[column] < 0) s->decimals[column] = find_decimals(s, column);
    return s->decimals[column];
}

static void whole_number(double value, char *cell)
{
    if (value > 0 && value < 0.5)
        snprintf(cell, CELL, "<1");
    else
        snprintf(cell, CELL, "%.0f", value);
}

static const char *cell_text(const sq_sheet *s, int row, int column, char cell[CELL])
{
    const sq_entry *e = sq_sheet_at(s, row, column);
    const sq_heading *heading = &s->columns[column];
    char value[48], se[48];
    if (!e->is_number) return e->text != NULL ? e->text : "";
    if (isnan(e->value)) return e->text != NULL ? e->text : "–";
    int decimals = decimals_of(s, column);
    sq_grouped(e->value * scale_of(heading), decimals, value, sizeof value);
    if (heading->whole)
        whole_number(e->value * scale_of(heading), cell);
    else if (isnan(e->se))
        snprintf(cell, CELL, "%s", value);
    else
        snprintf(cell, CELL, "%s ± %s", value,
                 sq_grouped(e->se * scale_of(heading), decimals, se, sizeof se));
    return cell;
}

static bool is_numeric(const sq_sheet *s, int column)
{
    for (int row = 0; row < s->n_rows; row++)
        if (sq_sheet_at(s, row, column)->is_number) return true;
    return false;
}

/* ---- aligned tables ------------------------------------------------------------------------- */

static size_t column_width(const sq_sheet *s, int column)
{
    size_t width = sq_text_width(s->columns[column].title);
    char cell[CELL];
    for (int row = 0; row < s->n_rows; row++) {
        size_t own = sq_text_width(cell_text(s, row, column, cell));
        width = own > width ? own : width;
    }
    return width;
}

static size_t row_title_width(const sq_sheet *s)
{
    size_t width = sq_text_width(s->row_title);
    for (int row = 0; row < s->n_rows; row++) {
        size_t own = sq_text_width(s->row_title_of[row]);
        width = own > width ? own : width;
    }
    width = width < WIDEST_TEXT ? width : WIDEST_TEXT;
    if (!s->wraps) return width;
    size_t room = PAGE;
    for (int c = 0; c < s->n_columns; c++) {
        size_t taken = GAP + column_width(s, c);
        room = room > NARROWEST_TEXT + taken ? room - taken : NARROWEST_TEXT;
    }
    return width < room ? width : room;
}

static void put_rule(FILE *out, size_t width)
{
    for (size_t i = 0; i < width; i++) fputs("─", out);
    fputc('\n', out);
}

/* The bytes of the first words of a text that fit into width, at least one word. */
static size_t line_of(const char *text, size_t width)
{
    char line[4 * PAGE];
    size_t best = strcspn(text, " ");
    for (size_t n = best; text[n] == ' ';) {
        n += 1 + strcspn(text + n + 1, " ");
        if (n >= sizeof line) break;
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        if (sq_text_width(line) > width) break;
        best = n;
    }
    return best;
}

/* The first column of a row, over as many lines as it needs. */
static void put_wrapped_title(FILE *out, const char *title, size_t width)
{
    char line[4 * PAGE];
    while (sq_text_width(title) > width) {
        size_t n = line_of(title, width);
        if (title[n] == '\0') break;
        fprintf(out, "%.*s\n", (int)n, title);
        title += n + 1;
    }
    snprintf(line, sizeof line, "%s", title);
    sq_put_padded(out, line, width, false);
}

/* The first column of a row; a title that is too long keeps a line of its own. */
static void put_row_title(FILE *out, const char *title, size_t width)
{
    if (sq_text_width(title) <= width) {
        sq_put_padded(out, title, width, false);
        return;
    }
    fprintf(out, "%s\n", title);
    sq_put_padded(out, "", width, false);
}

static void put_columns(FILE *out, const sq_sheet *s, int from, int to, const size_t *widths)
{
    size_t first = row_title_width(s), total = first;
    char cell[CELL];
    for (int c = from; c < to; c++) total += GAP + widths[c];
    sq_put_padded(out, s->row_title, first, false);
    for (int c = from; c < to; c++) {
        fprintf(out, "%*s", GAP, "");
        bool last_text = c + 1 == to && !is_numeric(s, c);
        sq_put_padded(out, s->columns[c].title, last_text ? 0 : widths[c], is_numeric(s, c));
    }
    fputc('\n', out);
    put_rule(out, total);
    for (int row = 0; row < s->n_rows; row++) {
        if (s->wraps)
            put_wrapped_title(out, s->row_title_of[row], first);
        else
            put_row_title(out, s->row_title_of[row], first);
        for (int c = from; c < to; c++) {
            bool last_text = c + 1 == to && !is_numeric(s, c);
            fprintf(out, "%*s", GAP, "");
            sq_put_padded(out, cell_text(s, row, c, cell), last_text ? 0 : widths[c],
                          is_numeric(s, c));
        }
        fputc('\n', out);
    }
}

/* Notes are sentences; they are broken at blanks to fit the page. */
static void print_note(FILE *out, const char *note)
{
    size_t used = 0;
    while (*note != '\0') {
        char word[256];
        size_t n = strcspn(note, " ");
        snprintf(word, sizeof word, "%.*s", (int)(n < 255 ? n : 255), note);
        size_t width = sq_text_width(word);
        if (used > 0 && used + 1 + width > PAGE) {
            fputc('\n', out);
            used = 0;
        }
        used += (size_t)fprintf(out, "%s", used > 0 ? " " : "") + width;
        fputs(word, out);
        note += n;
        note += strspn(note, " ");
    }
    fputc('\n', out);
}

static void print_table(FILE *out, const sq_sheet *s)
{
    size_t *widths = calloc((size_t)s->n_columns + 1, sizeof *widths);
    if (widths == NULL) return;
    for (int c = 0; c < s->n_columns; c++) widths[c] = column_width(s, c);
    fprintf(out, "\n%s\n", s->title);
    int from = 0;
    while (from < s->n_columns) {
        size_t total = row_title_width(s) + GAP + widths[from];
        int to = from + 1;
        while (to < s->n_columns && total + GAP + widths[to] <= PAGE) total += GAP + widths[to++];
        if (from > 0) fputc('\n', out);
        put_columns(out, s, from, to, widths);
        from = to;
    }
    if (s->note != NULL) print_note(out, s->note);
    if (s->note_below != NULL) print_note(out, s->note_below);
    free(widths);
}

/* ---- Markdown ------------------------------------------------------------------------------- */

static void put_markdown(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
}

static void print_markdown(FILE *out, const sq_sheet *s)
{
    char cell[CELL];
    fprintf(out, "\n### %s\n\n| %s |", s->title, s->row_title);
    for (int c = 0; c < s->n_columns; c++) {
        fputc(' ', out);
        put_markdown(out, s->columns[c].title);
        fputs(" |", out);
    }
    fputs("\n|---|", out);
    for (int c = 0; c < s->n_columns; c++) fputs(is_numeric(s, c) ? "---:|" : "---|", out);
    for (int row = 0; row < s->n_rows; row++) {
        fputs("\n| ", out);
        put_markdown(out, s->row_title_of[row]);
        fputs(" |", out);
        for (int c = 0; c < s->n_columns; c++) {
            fputc(' ', out);
            put_markdown(out, cell_text(s, row, c, cell));
            fputs(" |", out);
        }
    }
    fputc('\n', out);
    if (s->note != NULL) fprintf(out, "\n%s\n", s->note);
    if (s->note_below != NULL) fprintf(out, "\n%s\n", s->note_below);
}

/* ---- for programs --------------------------------------------------------------------------- */

/* A field of CSV after RFC 4180. */
static void put_field(FILE *out, const char *text)
{
    bool quotes = strpbrk(text, ",\"\r\n") != NULL;
    if (quotes) fputc('"', out);
    for (; *text != '\0'; text++) fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
    if (quotes) fputc('"', out);
}

static void put_exact(FILE *out, double value, const char *missing)
{
    char text[SQ_NUMBER_TEXT];
    if (!isfinite(value)) {
        fputs(missing, out);
        return;
    }
    fputs(sq_text_of_number(value, text), out);
}

static void print_csv(FILE *out, const sq_sheet *s)
{
    for (int row = 0; row < s->n_rows; row++) {
        for (int c = 0; c < s->n_columns; c++) {
            const sq_entry *e = sq_sheet_at(s, row, c);
            fprintf(out, "%s,", s->key);
            put_field(out, s->row_key[row]);
            fputc(',', out);
            put_field(out, s->columns[c].key);
            fputc(',', out);
            if (e->is_number) put_exact(out, e->value, "");
            fputc(',', out);
            if (e->is_number) put_exact(out, e->se, "");
            fputc(',', out);
            bool says = e->text != NULL && !(e->is_number && isfinite(e->value));
            if (says) put_field(out, e->text);
            fputs("\r\n", out);
        }
    }
}

static void put_json_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void put_json_entry(FILE *out, const sq_entry *e)
{
    if (!e->is_number) {
        put_json_text(out, e->text != NULL ? e->text : "");
        return;
    }
    fputs("{\"value\": ", out);
    put_exact(out, e->value, "null");
    if (!isnan(e->se)) {
        fputs(", \"se\": ", out);
        put_exact(out, e->se, "null");
    }
    fputc('}', out);
}

static void print_json_sheet(FILE *out, const sq_sheet *s)
{
    fputs("    ", out);
    put_json_text(out, s->key);
    fputs(": {", out);
    for (int row = 0; row < s->n_rows; row++) {
        fprintf(out, "%s\n      ", row > 0 ? "," : "");
        put_json_text(out, s->row_key[row]);
        fputs(": {", out);
        for (int c = 0; c < s->n_columns; c++) {
            fprintf(out, "%s", c > 0 ? ", " : "");
            put_json_text(out, s->columns[c].key);
            fputs(": ", out);
            put_json_entry(out, sq_sheet_at(s, row, c));
        }
        fputc('}', out);
    }
    fputs("\n    }", out);
}

static void print_json_note(FILE *out, const char *note, bool *begun)
{
    if (note == NULL) return;
    fputs(*begun ? ",\n    " : "\n    ", out);
    put_json_text(out, note);
    *begun = true;
}

static bool is_for(const sq_sheet *s, sq_format format)
{
    bool is_program = format == SQ_FORMAT_CSV || format == SQ_FORMAT_JSON;
    switch (s->readers) {
    case SQ_FOR_ALL: return true;
    case SQ_FOR_PEOPLE: return !is_program;
    case SQ_FOR_PROGRAMS: return is_program;
    case SQ_FOR_TERMINAL: return format == SQ_FORMAT_TABLE;
    case SQ_FOR_FILES: return format != SQ_FORMAT_TABLE;
    }
    return true;
}

static void print_json(FILE *out, const sq_report *r)
{
    fputs("{\n  \"title\": ", out);
    put_json_text(out, r->title);
    fputs(",\n  \"settings\": [", out);
    for (int i = 0; i < r->n_settings; i++) {
        fputs(i > 0 ? ", " : "", out);
        put_json_text(out, r->settings[i]);
    }
    fputs("],\n  \"tables\": {\n", out);
    bool begun = false;
    for (int i = 0; i < r->n_sheets; i++) {
        if (!is_for(r->sheets[i], SQ_FORMAT_JSON)) continue;
        fputs(begun ? ",\n" : "", out);
        print_json_sheet(out, r->sheets[i]);
        begun = true;
    }
    fputs("\n  },\n  \"notes\": [", out);
    begun = false;
    for (int i = 0; i < r->n_sheets; i++) {
        print_json_note(out, r->sheets[i]->note, &begun);
        print_json_note(out, r->sheets[i]->note_below, &begun);
    }
    for (int i = 0; i < r->n_notes; i++) print_json_note(out, r->notes[i], &begun);
    fputs("\n  ]\n}\n", out);
}

/* The title and what was run. */
static void print_title(FILE *out, const sq_report *r, sq_format format)
{
    fprintf(out, "%s%s\n", format == SQ_FORMAT_MARKDOWN ? "## " : "", r->title);
    for (int i = 0; i < r->n_settings; i++) {
        if (format == SQ_FORMAT_MARKDOWN) fputc('\n', out);
        print_note(out, r->settings[i]);
    }
}

void sq_report_print(FILE *out, const sq_report *r, sq_format format)
{
    if (format == SQ_FORMAT_JSON) {
        print_json(out, r);
        return;
    }
    if (format == SQ_FORMAT_CSV)
        fputs("table,row,column,value,se,text\r\n", out);
    else
        print_title(out, r, format);
    for (int i = 0; i < r->n_sheets; i++) {
        if (!is_for(r->sheets[i], format)) continue;
        if (format == SQ_FORMAT_CSV)
            print_csv(out, r->sheets[i]);
        else if (format == SQ_FORMAT_MARKDOWN)
            print_markdown(out, r->sheets[i]);
        else
            print_table(out, r->sheets[i]);
    }
    for (int i = 0; i < r->n_notes && format != SQ_FORMAT_CSV; i++) {
        fputc('\n', out);
        print_note(out, r->notes[i]);
    }
}
