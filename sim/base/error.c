/* Statuses and the sentence that goes with one. The texts and exit codes come from the one list in
 * error.h, so that a new status cannot be given a number without a meaning. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* Takes off a UTF-8 character whose last bytes did not fit: a terminal would show rubbish. */
static void drop_cut_character(char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && length - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (length - start < wanted)
        text[start - 1] = '\0';
}

sq_status sq_fail_v(sq_error *err, sq_status status, const char *format, va_list args)
{
    if (err == NULL)
        return status;
    /* Formatted aside, so that a caller may wrap the sentence that err already holds. */
    char text[SQ_ERROR_TEXT];
    int length = vsnprintf(text, sizeof text, format, args);
    if (length < 0)
        snprintf(text, sizeof text, "%s", sq_status_text(status));
    else if ((size_t)length >= sizeof text)
        drop_cut_character(text, sizeof text - 1);
    err->status = status;
    memcpy(err->text, text, strlen(text) + 1);
    return status;
}

sq_status sq_fail(sq_error *err, sq_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sq_fail_v(err, status, format, args);
    va_end(args);
    return status;
}

const char *sq_status_text(sq_status status)
{
    switch (status) {
#define X(name, code, text)                                                                        \
    case name:                                                                                     \
        return text;
        SQ_STATUS_LIST(X)
#undef X
    }
    return "an unknown status";
}

int sq_status_exit_code(sq_status status)
{
    switch (status) {
#define X(name, code, text)                                                                        \
    case name:                                                                                     \
        return code;
        SQ_STATUS_LIST(X)
#undef X
    }
    return 1;
}
