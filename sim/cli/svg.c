/* Text in a picture, and the file it goes to. */
#include "cli/svg.h"

#include "cli/console.h"

#include <string.h>
#include <sys/stat.h>

void sq_svg_escaped(FILE *out, const char *text)
{
    for (; *text; text++) switch (*text) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        default: fputc(*text, out);
        }
}

void sq_svg_text(FILE *out, double x, double y, const char *attributes, const char *text)
{
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, attributes);
    sq_svg_escaped(out, text);
    fputs("</text>\n", out);
}

/* Nothing is replaced that is not called a picture, and no device or folder. */
bool sq_svg_may_be_written(const char *option, const char *path)
{
    struct stat info;
    size_t n = strlen(path);
    bool is_svg = n > 4 && strcmp(path + n - 4, ".svg") == 0;
    if (!is_svg) sq_say("%s: '%s' is not called .svg", option, path);
    if (!is_svg || stat(path, &info) != 0 || S_ISREG(info.st_mode)) return is_svg;
    sq_say("%s: %s: is not an ordinary file", option, path);
    return false;
}
