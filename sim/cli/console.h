/* What the program says and how it ends. Results go to standard output, everything else to
 * standard error; a standard output that cannot take what was printed is a failure like any
 * other. */
#ifndef SQ_CLI_CONSOLE_H
#define SQ_CLI_CONSOLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { SQ_EXIT_DONE = 0, SQ_EXIT_FAILED = 1, SQ_EXIT_INPUT = 2 };

/* To be called before anything else: makes sure that descriptors 0, 1 and 2 exist (a result file
 * must not become standard output), and that a closed pipe and a file size limit are errors and
 * not signals. */
void sq_console_begin(void);
/* Flushes standard output. `code`, or SQ_EXIT_FAILED with a sentence if something printed was
 * lost. */
int sq_console_end(int code);

/* One line on standard error, after the program's name. */
void sq_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Diagnostics of several lines: the program's name stands before each that is not indented. */
void sq_say_messages(const char *messages);
/* Says the sentence of an error and gives the exit code of its status. */
int sq_say_error(const sq_error *err);

/* Columns that a UTF-8 text takes on a terminal (one for each character, none for combining
 * marks, two for wide East Asian ones). */
size_t sq_text_width(const char *text);
/* Prints text padded with blanks to width, to the left of it if `right`. */
void sq_put_padded(FILE *out, const char *text, size_t width, bool right);
/* "1 234 567": digits in groups of three. Returns buffer. */
const char *sq_grouped(double number, int decimals, char *buffer, size_t size);

#endif
