/* Fitting parameters of several experiments to their published figures, and what is then known of the parameters.
 *
 * Parameters are sought in the unit cube: 0 and 1 are the bounds of each on its scale, and a prior that is not stated is
 * flat there. Every trial has the same luck (common random numbers), so that minus twice the log likelihood
 * (study/likelihood.h) is a function of the parameters, though one with small steps. docs/calibration.md has the methods.
 *
 *   sq_fit_new -> sq_fit_search -> sq_fit_examine -> sq_fit_conclude -> results and files (calibrate_results.h) */
#ifndef SQ_STUDY_CALIBRATE_H
#define SQ_STUDY_CALIBRATE_H

#include "base/vec.h"
#include "study/likelihood.h"

/* A point of the cube, and what the model says there. */
typedef struct sq_trial {
    double *u;                /* [parameters] */
    sq_suite_figure *figures; /* [targets of the suite]; of experiments without fitted targets NaN */
    double *residual;         /* [terms + parameters]: of the figures, then of the priors (0 without) */
    double misfit;            /* sum of squares of the figures' residuals */
    double objective;         /* with those of the priors; infinite where the model cannot be run */
} sq_trial;

/* A line of the record: every point that was tried. */
typedef struct sq_trace {
    int start;                /* from 0; -1: not of the search */
    double objective;
} sq_trace;

typedef struct sq_start {
    double first, last;       /* objective where it began and ended */
    int evaluations;
    bool converged;
} sq_start;

typedef struct sq_fit_options {
    int threads;              /* 0: all */
    void *context;
    /* What is being done, of how many steps how many are over (0 of 0: unknown), and the best objective so far. */
    void (*progress)(void *context, const char *what, int done, int of, double best);
    bool (*stop)(void *context); /* asked between trials; may be NULL */
} sq_fit_options;

/* A direction of the cube, and how closely the figures determine it: its standard deviation, 1 being all that the bounds
 * leave open. */
typedef struct sq_direction {
    double sd;
    const double *along;      /* [parameters] of length 1 */
    bool is_open;             /* determined no better than by the bounds alone */
} sq_direction;

/* What is known of a parameter at the end; values in internal units. */
typedef struct sq_fitted {
    double value;             /* as it is written to the parameter file */
    double lower, upper;      /* 95 % interval of the posterior */
    double sd;                /* of the posterior, as a share of the way between the bounds on the scale */
    bool at_bound, beyond_source, is_open;
} sq_fitted;

typedef struct sq_fit {
    const sq_calibration *calibration;
    sq_suite *suite;
    sq_likelihood likelihood;
    sq_fit_options options;
    int n, m, n_targets;      /* parameters, residuals, targets of the suite */
    bool *leave_out;          /* [experiments] without a fitted target */
    const sq_settings *held;  /* [experiments] in force in every trial, below the parameters; NULL: none */
    uint64_t seed;            /* of the present trials */
    int start;                /* for the trace */
    bool stopped;             /* the caller wanted it */
    sq_trial best;            /* of those with the calibration's own seed */
    sq_trial before;          /* at the present values */
    SQ_VEC(sq_trace) trace;
    SQ_VEC(double) tried;     /* [trace.count][n] */

    /* of the search */
    sq_start *starts;         /* [n_starts] */
    int n_starts, n_agree;    /* starts that ended as low as the best */
    bool converged;

    /* of the examination */
    double *slope;            /* [m][n] of the residuals at the optimum, over several lucks */
    double *information;      /* [n][n] of figures and priors */
    double slope_noise;       /* variance of an element of the slope */
    double *profile;          /* [n][profile] where the parameter was held, on the cube */
    double *profile_objective;/* [n][profile] */
    double fresh_misfit;      /* mean misfit at the optimum under other lucks */
    sq_direction *directions; /* [n] the best determined first */

    /* of the conclusion */
    bool has_posterior;       /* not if the search was stopped */
    double *draws;            /* [draws][n] on the cube */
    double *weight;           /* [runs] of importance resampling, relative; NULL */
    double effective;         /* runs that they are worth; NaN without */
    sq_fitted *fitted;        /* [n] */
    sq_suite_figure *after;   /* [n_targets] at the values as written, all targets */
    double *residual;         /* [terms] there */
    double chi_square, p;     /* misfit at the values as written, and the chance of a larger one */
    int df;
    sq_run_facts facts;       /* of all trials together */
    sq_arena arena;
} sq_fit;

/* Takes the models over from the calibration, which must outlive the fit. */
sq_status sq_fit_new(sq_fit **out, sq_calibration *calibration, const sq_fit_options *options, sq_error *err);
void sq_fit_free(sq_fit *fit);

/* Forgets what was tried, for a fit of the same figures while other values are held (sq_fit.held, which must outlive it). */
void sq_fit_renew(sq_fit *fit, const sq_settings *held);
/* Gauss-Newton from a place of the cube alone, and the best so far as it would be written: values, figures, chi-square. */
sq_status sq_fit_from(sq_fit *fit, const double *u, bool *converged, sq_error *err);

/* Runs the present values and the search from all starts; fit->best is then the optimum, or the best so far if the
 * search failed or was stopped (fit->stopped; SQ_OK). */
sq_status sq_fit_search(sq_fit *fit, sq_error *err);
/* Slopes at the optimum, profiles, directions. Begins again at a better point if a profile meets one. */
sq_status sq_fit_examine(sq_fit *fit, sq_error *err);
/* The best so far as it would be written, without a posterior; nothing is run. */
sq_status sq_fit_settle(sq_fit *fit, sq_error *err);
/* Posterior draws, values as they will be written, and the figures there. */
sq_status sq_fit_conclude(sq_fit *fit, sq_error *err);

/* calibrate_text.c: a value as the language writes it ("8.31 mo"), with so many digits and in the unit that suits the
 * parameter; and the value that this text stands for when it is written with SQ_LITERAL_DIGITS. */
enum { SQ_LITERAL_TEXT = 64, SQ_LITERAL_DIGITS = 6 };
const char *sq_fit_literal(const sq_calibration *calibration, int parameter, double value, int digits,
                           char text[SQ_LITERAL_TEXT]);
double sq_fit_settled(const sq_calibration *calibration, int parameter, double value);

/* ---- shared by the parts (calibrate_*.c) ------------------------------------------------------------------ */

/* Room for trials, from an arena (of the fit, or of the caller); NULL when memory is out. */
sq_trial *sq_trials_new(const sq_fit *fit, sq_arena *arena, int n);
void sq_trial_copy(const sq_fit *fit, sq_trial *to, const sq_trial *from);
/* Runs the model at the points u of n trials, which it clips to the cube, and fills the rest. Points where it cannot be
 * run have an infinite objective. False when the caller wants to stop (then fit->stopped) or something failed (err). */
bool sq_fit_try(sq_fit *fit, int n, sq_trial *trials, sq_error *err);
/* The value of a parameter at a place of the cube, and back. */
double sq_fit_value(const sq_fit_parameter *parameter, double u);
double sq_fit_place(const sq_fit_parameter *parameter, double value);

/* calibrate_newton.c: slopes and steps down. h[n]: half widths of the differences, lowered where the cube ends.
 * slope[m][n]. False as sq_fit_try. */
bool sq_fit_slope(sq_fit *fit, const sq_trial *at, const double *h, double *slope, sq_error *err);
/* information[n][n] = slope' slope, of residuals [first, m). */
void sq_fit_information(const sq_fit *fit, const double *slope, int first, double *information);
/* Half widths that move the residuals by about .7 standard errors: neither lost in the steps of the luck nor beyond
 * what is nearly straight. */
void sq_fit_widths(const sq_fit *fit, const double *information, double *h);
/* Where a Gauss-Newton step leads within the cube, with `damping` added to the information's diagonal (relative);
 * held: parameter that stays where it is, -1 none. target[n] gets the place. */
void sq_fit_step(const sq_fit *fit, const double *u, const double *slope, const double *residual, double damping, int held,
                 double *target);
/* Gauss-Newton from a trial that was run, which ends where no step helps; at most so many evaluations. */
bool sq_fit_descend(sq_fit *fit, sq_trial *at, int evaluations, bool *converged, sq_error *err);

/* calibrate_nlopt.c: the same by NLopt; direct: the start does not matter. */
bool sq_fit_nlopt(sq_fit *fit, sq_fit_method method, sq_trial *at, int evaluations, bool *converged, sq_error *err);

/* calibrate_posterior.c */
bool sq_fit_draw_posterior(sq_fit *fit, sq_error *err);

#endif
