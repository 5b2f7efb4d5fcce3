/* Laws solved from published statements, against what was published: tables and a picture. */
#ifndef SQ_CLI_FITS_H
#define SQ_CLI_FITS_H

#include "model/model.h"

/* Prints one small table for each law: time, published, fitted, residual, and 95 % limits of the published share
 * where the number of patients is known. An exit code, having said what went wrong. */
int sq_print_fits(const sq_model *model, const double *block);

/* Writes a picture (SVG) of every such law against its points, whole or not at all; plot_svg.c. An exit code, having
 * said what went wrong: 2 where nothing is there to be drawn or the file is not to be called so, 1 where it cannot be
 * written. */
int sq_plot_fits(const sq_model *model, const double *block, const char *path);

/* "weibull, shape 0.91, scale 2.3 y, cured 0.2" into text. */
void sq_fit_arguments(const sq_model *model, const sq_solve *solve, const sq_law *law, char *text, size_t size);

#endif
