/* From files to the frozen model. */
#ifndef SQ_LANG_LOAD_H
#define SQ_LANG_LOAD_H

#include "base/error.h"
#include "lang/diag.h"
#include "model/model.h"

typedef struct sq_load_options {
    int n_sets;
    const char *const *sets;       /* "NAME=VALUE": replaces a parameter; the name must exist */
    int n_strategies;
    const char *const *strategies; /* only these; none: all */
    const uint64_t *seed;          /* NULL: as the experiment says */
    int64_t patients;              /* 0: as the experiment says */
    bool is_fitted;                /* one of a calibration: it may not ask for one in turn */
} sq_load_options;

/* Reads an experiment (path "-" is standard input), everything it includes, checks and compiles it. On
 * SQ_ERR_INPUT diags holds what is wrong (and err a one-line summary); warnings may be there on success. The
 * model is the caller's (sq_model_free). A parameter block is filled once per strategy to prove that it can
 * be. */
sq_status sq_load_experiment(const char *path, const sq_load_options *options, sq_model **model,
                             sq_diags *diags, sq_error *err);
/* Reads an experiment, as above and as it is written, or a model file alone: then no parameters, strategies or
 * population are demanded, and parameter names are not resolved. Which of the two it is, the file says. */
sq_status sq_load_model(const char *path, sq_model **model, sq_diags *diags, sq_error *err);

/* The model in words: what `sequela check` prints before the parameter table; malloc'd. */
char *sq_describe(const sq_model *model);

#endif
