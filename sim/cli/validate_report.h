/* A validation in tables. */
#ifndef SQ_CLI_VALIDATE_REPORT_H
#define SQ_CLI_VALIDATE_REPORT_H

#include "cli/sheet.h"
#include "study/validate.h"

/* Prints it on standard output; false when memory is out. */
bool sq_validation_print(const sq_validate *validate, const char *title, sq_format format);

#endif
