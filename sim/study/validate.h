/* Holding experiments against what was published: every figure, and the whole against bars. docs/validation.md has the
 * methods.
 *
 *   sq_validate_new -> sq_validate_run -> figures, bars, counts */
#ifndef SQ_STUDY_VALIDATE_H
#define SQ_STUDY_VALIDATE_H

#include "lang/validation.h"
#include "study/suite.h"

typedef enum sq_figure_class { SQ_FIGURE_SHARE, SQ_FIGURE_TIME, SQ_FIGURE_OTHER, SQ_FIGURE_CONTRAST } sq_figure_class;
const char *sq_figure_class_word(sq_figure_class class);

/* Codes of target_verdict (outcome/finish_targets.c). */
typedef enum sq_verdict { SQ_INSIDE, SQ_OUTSIDE, SQ_NO_INTERVAL, SQ_NOT_REACHED } sq_verdict;
const char *sq_verdict_word(sq_verdict verdict);

/* A published figure and what is said of it. NaN: nothing can be said. */
typedef struct sq_validated {
    const sq_suite_target *target;
    sq_suite_figure figure;
    sq_figure_class class;
    sq_verdict verdict;
    bool is_judged;          /* fitted or unfitted */
    bool is_missed;          /* judged, outside or not reached, and not known to be missed */
    bool is_known_miss, now_met; /* judged and known to be missed; but inside */
    bool is_emulated;
    double predictive[2];    /* 95 % interval of what a study of the size would have found; NaN if not emulated */
    double k, n;             /* a share's, for scores: as published, or of the size that its interval is worth */
    double pit;              /* place of the published figure in the predictive law */
    double residual;         /* standard errors by which the simulated figure lies above; of a curve decorrelated */
    int curve;               /* figure at which its curve begins in time; the figure itself without a curve */
    double p;                /* two-sided predictive probability, joint of a curve; NaN but at the figure where it begins */
    double log_score, null_log_score, null_rate;
    bool is_informative;
    double error;            /* of a share absolute, else relative to the published figure */
} sq_validated;

typedef enum sq_bar_kind {
    SQ_BAR_CHI_SQUARE, SQ_BAR_PER_PARAMETER,
    SQ_BAR_COVERAGE_50, SQ_BAR_COVERAGE_80, SQ_BAR_COVERAGE_95,
    SQ_BAR_SHARE_ERROR, SQ_BAR_TIME_ERROR, SQ_BAR_LOG_SCORE,
    SQ_BARS
} sq_bar_kind;

typedef struct sq_bar {
    double value;            /* p, figures for each parameter, share covered, median error, mean difference of log scores */
    double lower, upper;     /* between which the bar is met; infinite: no limit */
    int n;                   /* figures, or whole studies (coverage), that it is of; 0: nothing is there to be judged */
    double statistic;        /* of the chi-square */
    bool is_missed;
} sq_bar;
const char *sq_bar_word(sq_bar_kind bar);

/* Coverage of figures of a kind that is no bar: contrasts. */
typedef struct sq_coverage {
    int n, covered[3];       /* at 50, 80, 95 % */
} sq_coverage;
extern const double sq_coverage_levels[3];

typedef struct sq_validate {
    const sq_suite_experiment *experiments;
    const char *const *settings; /* [n_experiments] */
    sq_suite *suite;
    int n_experiments, n;
    sq_validated *figures;   /* [n] in the order of the suite */
    sq_bar bars[SQ_BARS];
    sq_coverage unfitted, contrasts;
    int n_missed, n_known, n_now_met, n_judged, n_bars_missed;
    sq_run_facts facts;
    sq_arena arena;
} sq_validate;

/* The suite and the settings (by experiment) are kept, not taken over. SQ_ERR_MEMORY is the only failure. */
sq_status sq_validate_new(sq_validate **out, sq_suite *suite, const char *const *settings, sq_error *err);
void sq_validate_free(sq_validate *validate); /* NULL is allowed */

typedef struct sq_validate_options {
    int threads;             /* 0: all */
    sq_bars bars;
    int fitted_parameters;   /* 0: none is known of */
    void *context;
    void (*progress)(void *context, int64_t done, int64_t of); /* patients; may be NULL */
} sq_validate_options;

/* Runs the experiments and judges. Fails as sq_suite_evaluate does. */
sq_status sq_validate_run(sq_validate *validate, const sq_validate_options *options, sq_error *err);

/* ---- shared by the parts ----------------------------------------------------------------------------------- */

/* validate_score.c: fills k, n, pit, residual, curve, p and log scores of figures that are run. */
sq_status sq_validate_score(sq_validate *validate, double informative, sq_error *err);
/* validate_bars.c: bars and counts of scored figures. */
sq_status sq_validate_judge(sq_validate *validate, const sq_validate_options *options, sq_error *err);

/* validate_results.c: all of it as a result file; started: seconds since 1970. */
sq_status sq_validate_write(const sq_validate *validate, const sq_validation *registry, const char *path,
                            const char *command_line, double started, sq_error *err);

#endif
