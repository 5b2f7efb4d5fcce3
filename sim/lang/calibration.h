/* A calibration as a file asks for it: which parameters are to be fitted to which published figures of which
 * experiments, and how. The experiments are loaded with it. */
#ifndef SQ_LANG_CALIBRATION_H
#define SQ_LANG_CALIBRATION_H

#include "lang/load.h"

/* The scale on which a parameter is sought: where its bounds are as wide above as below, and a flat prior is flat. */
typedef enum sq_fit_scale { SQ_FIT_LINEAR, SQ_FIT_LOG, SQ_FIT_LOGIT } sq_fit_scale;
const char *sq_fit_scale_word(sq_fit_scale scale);

typedef enum sq_fit_method {
    SQ_FIT_GAUSS_NEWTON,
    SQ_FIT_BOBYQA,
    SQ_FIT_NELDER_MEAD,
    SQ_FIT_SBPLX,
    SQ_FIT_DIRECT,
} sq_fit_method;
const char *sq_fit_method_word(sq_fit_method method);

typedef enum sq_posterior_method { SQ_POSTERIOR_GAUSSIAN, SQ_POSTERIOR_IMPORTANCE } sq_posterior_method;

typedef struct sq_fit_parameter {
    const char *name;      /* as the models have it: "cr[reinduction, ge50]" */
    sq_unit unit;
    double from, to;       /* bounds, internal units */
    double start;          /* where the search begins */
    double source[2];      /* 95 % interval (or range) of its source; NaN if none */
    bool is_number;        /* a definition of its own, not one number of a table or law */
    sq_fit_scale scale;
    bool has_prior;        /* normal on its scale, from the interval of its source */
    double prior_mean, prior_sd; /* on the scale */
    const int *row;        /* [n_experiments] of the model's parameters; -1: the experiment has it not */
} sq_fit_parameter;

/* A fitted figure. */
typedef struct sq_fit_target {
    int experiment, index; /* into the model's targets */
} sq_fit_target;

enum { SQ_FIT_PARAMETERS = 32 }; /* at most */

typedef struct sq_calibration {
    const char *path, *name, *title, *currency;
    int n_experiments, n_parameters, n_targets;
    const char *const *paths; /* of the experiments */
    sq_model **models;
    const sq_fit_parameter *parameters;
    const sq_fit_target *targets;
    int64_t patients;         /* of each experiment */
    uint64_t seed;
    sq_fit_method method;
    int starts, evaluations;  /* evaluations: of one start, at most */
    sq_posterior_method posterior;
    int draws;
    int runs;                 /* of importance resampling: points at which the model is run */
    int profile;              /* points of a profile; 0: none */
    const sq_source_file *files; /* [n_files] of the calibration itself */
    int n_files;
    sq_arena arena;           /* owns all but the models */
} sq_calibration;

typedef struct sq_calibration_options {
    const uint64_t *seed;     /* NULL: as the file says */
    int64_t patients;         /* 0: as the file says */
} sq_calibration_options;

/* Whether a file has `calibrate:` and no model; false of what cannot be read as YAML, and of standard input. */
bool sq_is_calibration(const char *path);

/* Reads a calibration, loads its experiments and checks that they have what it names. On SQ_ERR_INPUT diags holds what
 * is wrong; warnings may be there on success. Freed by sq_calibration_free. */
sq_status sq_load_calibration(const char *path, const sq_calibration_options *options, sq_calibration **out,
                              sq_diags *diags, sq_error *err);
/* Frees it, and the models unless they were taken over (`models` is NULL then). NULL is allowed. */
void sq_calibration_free(sq_calibration *calibration);

/* A value of a parameter on its scale, and back. */
double sq_fit_to_scale(sq_fit_scale scale, double value);
double sq_fit_from_scale(sq_fit_scale scale, double x);

#endif
