/* What a calibration leaves: a parameter file that experiments include, draws of the posterior, and a result file with all
 * that is behind them. */
#ifndef SQ_STUDY_CALIBRATE_RESULTS_H
#define SQ_STUDY_CALIBRATE_RESULTS_H

#include "outcome/variable.h"
#include "study/calibrate.h"

/* How far a calibration came, for the record. */
typedef enum sq_fit_end { SQ_FIT_CONVERGED, SQ_FIT_NOT_CONVERGED, SQ_FIT_STOPPED, SQ_FIT_FAILED } sq_fit_end;
const char *sq_fit_end_word(sq_fit_end end);

/* PREFIX.yaml: `override:` of the calibrated values with their intervals, class and source, the record as comments. */
sq_status sq_fit_write_parameters(const sq_fit *fit, sq_fit_end end, const char *path, sq_error *err);
/* PREFIX_draws.csv: a column for each parameter, a row for each draw; in days, and per day, where time is in the unit. */
sq_status sq_fit_write_draws(const sq_fit *fit, const char *path, sq_error *err);
/* PREFIX.h5; docs/calibration.md lists what is in it. started: seconds since 1970. */
sq_status sq_fit_write_results(const sq_fit *fit, sq_fit_end end, const char *path, const char *command_line,
                               double started, sq_error *err);

/* A direction in words: "+.71 relapse_median -.70 cured". */
const char *sq_direction_text(const sq_fit *fit, int direction, char *text, size_t size);

#endif
