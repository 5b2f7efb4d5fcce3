/* Results as CSV (RFC 4180) for spreadsheets and R. */
#ifndef SQ_IO_CSV_H
#define SQ_IO_CSV_H

#include "base/error.h"

/* Writes every table of a result file as CSV into folder, which is made if it is missing (its
 * parent must exist). Variables on the same axes share one file in long form: a column per axis
 * with its coordinate, then a column per variable. The file's name is that of its axes
 * ("strategy_endpoint_time.csv"), of a table its group ("patients_A.csv"); of names that fall
 * together the later ones are numbered. An axis scenario or draw of length 1 is left out of the
 * name, and variables with and without it share a file. "variables.csv" lists every column with
 * its file, unit and description. Categories are written as words; a number that is missing is an empty
 * field, numbers have as many digits as give back the same double. Each file appears only when
 * whole. *n_files counts them (may be NULL). SQ_ERR_INPUT: not a result, or the folder cannot be
 * used. */
sq_status sq_results_export_csv(const char *path, const char *folder, int *n_files, sq_error *err);

#endif
