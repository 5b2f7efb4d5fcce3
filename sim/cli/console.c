/* Standard streams. A program started with a closed standard output gets that number for the
 * next file it opens, and prints its table into its own result; so missing descriptors are
 * filled first, in such a way that using them fails. */
#include "cli/console.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void sq_console_begin(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
        /* Opened the wrong way round: reading from 0 and writing to 1 fail as they should. */
        (void)open("/dev/null", fd == 1 ? O_RDONLY : O_WRONLY);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
}

int sq_console_end(int code)
{
    bool lost = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) != 0) lost = true;
    if (!lost) return code;
    if (errno != 0)
        sq_say("standard output: could not be written: %s", strerror(errno));
    else
        sq_say("standard output: could not be written");
    return code == SQ_EXIT_DONE ? SQ_EXIT_FAILED : code;
}

void sq_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("sequela: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void sq_say_messages(const char *messages)
{
    while (*messages != '\0') {
        size_t n = strcspn(messages, "\n");
        if (n > 0)
            fprintf(stderr, "%s%.*s\n", messages[0] == ' ' ? "" : "sequela: ", (int)n, messages);
        messages += n;
        if (*messages == '\n') messages++;
    }
}

int sq_say_error(const sq_error *err)
{
    sq_say_messages(err->text[0] != '\0' ? err->text : sq_status_text(err->status));
    return sq_status_exit_code(err->status);
}

/* ---- widths --------------------------------------------------------------------------------- */

/* One character of UTF-8; bytes that are none count as themselves. */
static uint32_t next_character(const unsigned char **text)
{
    const unsigned char *p = *text;
    int more = p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : p[0] >= 0xC0 ? 1 : 0;
    uint32_t c = more == 0 ? p[0] : p[0] & (0x3FU >> more);
    p++;
    for (; more > 0 && (*p & 0xC0) == 0x80; more--) c = c << 6 | (*p++ & 0x3FU);
    *text = p;
    return c;
}

static size_t character_width(uint32_t c)
{
    if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F))
        return 0;
    bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                (c >= 0xFF00 && c <= 0xFF60) || (c >= 0x1F300 && c <= 0x1FAFF);
    return wide ? 2 : 1;
}

size_t sq_text_width(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t width = 0;
    while (*p != '\0') width += character_width(next_character(&p));
    return width;
}

void sq_put_padded(FILE *out, const char *text, size_t width, bool right)
{
    size_t own = sq_text_width(text);
    int blanks = own < width ? (int)(width - own) : 0;
    if (right)
        fprintf(out, "%*s%s", blanks, "", text);
    else
        fprintf(out, "%s%*s", text, blanks, "");
}

const char *sq_grouped(double number, int decimals, char *buffer, size_t size)
{
    char plain[64];
    snprintf(plain, sizeof plain, "%.*f", decimals, number);
    size_t sign = plain[0] == '-' ? 1 : 0;
    size_t whole = strcspn(plain + sign, ".") + sign, n = 0;
    for (size_t i = 0; plain[i] != '\0' && n + 2 < size; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0) buffer[n++] = ' ';
        buffer[n++] = plain[i];
    }
    buffer[n] = '\0';
    return buffer;
}
