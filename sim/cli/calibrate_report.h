/* A calibration in words and tables. */
#ifndef SQ_CLI_CALIBRATE_REPORT_H
#define SQ_CLI_CALIBRATE_REPORT_H

#include "study/calibrate_results.h"

/* Prints parameters, fitted targets before and after, and what is to be known of the fit, to standard output. False when
 * memory is out. */
bool sq_calibration_print(const sq_fit *fit, sq_fit_end end);

/* Prints what would be fitted to what, before anything is run. False when memory is out. */
bool sq_calibration_describe(const sq_fit *fit);

#endif
