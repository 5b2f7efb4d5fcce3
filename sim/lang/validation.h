/* A registry of experiments as a file asks for it: which are held against what was published, and what counts as good
 * enough. The experiments are named here and loaded by whoever runs them. */
#ifndef SQ_LANG_VALIDATION_H
#define SQ_LANG_VALIDATION_H

#include "lang/load.h"

/* What counts as good enough. */
typedef struct sq_bars {
    double p;           /* least p value of the joint chi-square of fitted figures, and error of the coverage bars together */
    double informative; /* a share tells much whose 95 % interval reaches no further to each side */
    double share_error; /* median absolute error of those, at most */
    double time_error;  /* median relative error of medians, at most */
} sq_bars;
extern const sq_bars sq_usual_bars;

typedef struct sq_registered {
    const char *path;    /* of the experiment, as seen from where the program was started */
    const char *setting; /* figures of one setting are compared with one another; "" where none is said */
} sq_registered;

typedef struct sq_validation {
    const char *path, *name, *title;
    int n_experiments;
    const sq_registered *experiments;
    int64_t patients;      /* of each experiment; 0: as it says itself */
    int fitted_parameters; /* of the calibration that is named; 0: none is */
    sq_bars bars;
    const sq_source_file *files; /* [n_files] of the registry itself */
    int n_files;
    sq_arena arena;        /* owns all */
} sq_validation;

/* Whether a file has `validate:` and no model; as sq_is_calibration. */
bool sq_is_validation(const char *path);

/* Reads a registry and checks that its files are there. On SQ_ERR_INPUT diags holds what is wrong. Freed by
 * sq_validation_free. */
sq_status sq_load_validation(const char *path, sq_validation **out, sq_diags *diags, sq_error *err);
void sq_validation_free(sq_validation *validation); /* NULL is allowed */

#endif
