/* A probability that was estimated, with its interval. */
#ifndef SQ_ESTIMATE_PROBABILITY_H
#define SQ_ESTIMATE_PROBABILITY_H

/* The scale on which an interval is symmetric: of p itself, cut to [0, 1]; of log p, cut at 1 (what
 * R's survfit does if not asked); of log(-log p) (Kalbfleisch JD, Prentice RL. The Statistical
 * Analysis of Failure Time Data, 1980, sec. 1.3; what SAS does if not asked). */
typedef enum sq_interval_scale {
    SQ_INTERVAL_PLAIN,
    SQ_INTERVAL_LOG,
    SQ_INTERVAL_LOG_LOG
} sq_interval_scale;

typedef struct sq_interval {
    sq_interval_scale scale;
    double level; /* between 0 and 1, as .95 */
} sq_interval;

typedef struct sq_probability {
    double value, se, low, high; /* se of the value itself; NaN where there is none */
} sq_probability;

/* The normal deviate that bounds an interval: 1.96 for .95; NaN for a level outside (0, 1). */
double sq_interval_deviate(double level);

/* value +- deviate se on the scale; the bounds are NaN where the scale has no such point (value 0,
 * and 1 on the log-log scale) or se is NaN. */
sq_probability sq_probability_make(double value, double se, sq_interval_scale scale,
                                   double deviate);

#endif
