/* Errors are values. Every function that can fail returns an sq_status and writes a sentence for a
 * person into the caller's sq_error. Library code never prints, never exits, never asserts on what a
 * user gave it. The list below is the only place where a status, its name and its exit code meet. */
#ifndef SQ_BASE_ERROR_H
#define SQ_BASE_ERROR_H

#include <stdarg.h>

/*        status           exit  what went wrong */
#define SQ_STATUS_LIST(X)                                                                          \
    X(SQ_OK,               0,    "done")                                                           \
    X(SQ_ERR_INPUT,        2,    "the input or the command line is wrong")                         \
    X(SQ_ERR_MEMORY,       1,    "out of memory")                                                  \
    X(SQ_ERR_IO,           1,    "a file could not be written or read")                            \
    X(SQ_ERR_LIFE,         1,    "an impossible value in a patient's life")                        \
    X(SQ_ERR_COHORTS,      1,    "too few patients for an emulated cohort")                        \
    X(SQ_ERR_NUMERIC,      1,    "a numerical method did not converge")                            \
    X(SQ_ERR_HARDWARE,     1,    "this processor lacks what the program needs")

typedef enum sq_status {
#define X(name, code, text) name,
    SQ_STATUS_LIST(X)
#undef X
} sq_status;

enum { SQ_ERROR_TEXT = 2048 };

/* Owned by the caller; zero-initialised means "no error". */
typedef struct sq_error {
    sq_status status;
    char text[SQ_ERROR_TEXT];
} sq_error;

/* Records status and a printf-style sentence in err (err may be NULL) and returns status. A sentence
 * longer than the buffer is cut. */
sq_status sq_fail(sq_error *err, sq_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
sq_status sq_fail_v(sq_error *err, sq_status status, const char *format, va_list args);

/* The meaning of a status in a few words, and the exit code a command ends with. */
const char *sq_status_text(sq_status status);
int sq_status_exit_code(sq_status status);

#endif
