/* The files of a starting project, as the build found them in sim/cli/templates and put them into the
 * program (cmake/embed.cmake), so that it works wherever it is copied to. */
#ifndef SQ_CLI_TEMPLATES_H
#define SQ_CLI_TEMPLATES_H

#include <stddef.h>

typedef struct sq_template {
    const char *name; /* path within the project; in it and in the text @NAME@ stands for the project's name */
    const unsigned char *bytes;
    size_t size;
} sq_template;

/* In the order of writing, a folder's files after each other; ends with a NULL name. */
extern const sq_template sq_templates[];

#endif
