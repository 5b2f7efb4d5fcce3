/* A suite: several loaded experiments that are evaluated together, for the published figures they are held against.
 * What the columnar engine knows of each is found once, so that one more evaluation costs little beside its patients.
 * Figures are in the units of a result file: probability, year, money. */
#ifndef SQ_STUDY_SUITE_H
#define SQ_STUDY_SUITE_H

#include "lang/load.h"
#include "study/study.h"

typedef struct sq_suite sq_suite;

typedef struct sq_suite_experiment {
    const char *path; /* as given */
    const char *name; /* `experiment:` */
    const sq_model *model;
    int first_target, n_targets;
} sq_suite_experiment;

/* A published figure. Texts belong to the model. */
typedef struct sq_suite_target {
    int experiment;          /* of the suite */
    int index;               /* into the experiment's model->targets */
    const sq_target *target; /* the same: name, use, what, source, note, curve, known miss */
    const char *unit;        /* "1", "year", "EUR" */
    bool is_share;           /* of patients */
    double published, lower, upper; /* interval NaN if none */
    double k, n;             /* NaN if not stated */
} sq_suite_target;

typedef struct sq_suite_load {
    sq_load_options load; /* of every experiment: patients, seed, settings */
    bool all_outputs;     /* results keep what the experiments' `outputs:` say, not the targets alone */
} sq_suite_load;

/* Loads experiments in order. *messages (may be NULL) receives all that the loader had to say, warnings too; malloc'd,
 * NULL if nothing. Fails as sq_load_experiment does, and with SQ_ERR_INPUT where two experiments have one name. */
sq_status sq_suite_new(sq_suite **out, int n, const char *const *paths, const sq_suite_load *options, char **messages,
                       sq_error *err);
/* The same of experiments that are loaded: the suite takes the models over, also where it fails. Paths are kept, not
 * copied. */
sq_status sq_suite_of(sq_suite **out, int n, sq_model *const *models, const char *const *paths, bool all_outputs,
                      sq_error *err);
void sq_suite_free(sq_suite *suite); /* NULL is allowed */

int sq_suite_experiments(const sq_suite *suite, const sq_suite_experiment **experiments);
/* The files that all experiments were read from behind so many others, each once; malloc'd, NULL when memory is out. Texts
 * stay where they are. */
sq_source_file *sq_suite_files(const sq_suite *suite, int n_first, const sq_source_file *first, int *n);
int sq_suite_targets(const sq_suite *suite, const sq_suite_target **targets);

typedef struct sq_suite_figure {
    double simulated; /* NaN: not reached */
    double se;        /* Monte Carlo standard error */
} sq_suite_figure;

typedef struct sq_suite_run {
    const bool *leave_out;    /* [n_experiments] not run, their figures are NaN; NULL: all are run */
    sq_run_options options;   /* threads, patients, seed, progress, n_points (0: one); its columns and settings are the
                                 suite's to fill */
    const sq_settings *const *const *settings; /* [n_experiments][n_points]; NULL, as a whole or of an experiment: none */
    sq_variables *results;    /* [n_experiments] zero-initialised, of each experiment; NULL: not wanted */
    sq_run_facts *facts;      /* summed over experiments; may be NULL */
} sq_suite_run;

/* Runs the experiments and fills figures[n_points * n_targets], point by point. Fails as sq_study_run does, the sentence
 * naming the experiment; with settings that give an impossible value as sq_block_fill does. */
sq_status sq_suite_evaluate(sq_suite *suite, const sq_suite_run *run, sq_suite_figure *figures, sq_error *err);

#endif
