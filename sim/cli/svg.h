/* What pictures (SVG) of the command line share. */
#ifndef SQ_CLI_SVG_H
#define SQ_CLI_SVG_H

#include <stdbool.h>
#include <stdio.h>

/* Text with the markup's own characters escaped; and as an element with attributes, at a place. */
void sq_svg_escaped(FILE *out, const char *text);
void sq_svg_text(FILE *out, double x, double y, const char *attributes, const char *text);
/* Whether a picture may be written there: false after a complaint that begins with the option's words. */
bool sq_svg_may_be_written(const char *option, const char *path);

#endif
