/* A validation in tables. */
#ifndef SQ_CLI_VALIDATE_REPORT_H
#define SQ_CLI_VALIDATE_REPORT_H

#include "cli/sheet.h"
#include "study/validate.h"

/* Prints it on standard output; false when memory is out. */
bool sq_validation_print(const sq_validate *validate, const char *title, sq_format format);
/* validate_svg.c: writes a picture of it, whole or not at all. SQ_ERR_IO with the reason, SQ_ERR_MEMORY. */
sq_status sq_validation_draw(const sq_validate *validate, const char *title, const char *path, sq_error *err);

#endif
