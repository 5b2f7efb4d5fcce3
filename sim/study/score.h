/* Scores of predictions: where a published figure lies in what was predicted for it, and how likely it was. */
#ifndef SQ_STUDY_SCORE_H
#define SQ_STUDY_SCORE_H

typedef struct sq_score {
    double pit; /* P(K < k) + P(K = k) / 2: the probability integral transform, ties halved (mid-p; Lancaster HO. J Am Stat
                   Assoc 1961;56:223-234) */
    double log; /* log P(K = k): the logarithmic score (Good IJ. J R Stat Soc B 1952;14:107-114; Gneiting T, Raftery AE. J
                   Am Stat Assoc 2007;102:359-378) */
} sq_score;

/* Of k of n, 0 <= k <= n, whose chance has the beta law with a and b, both > 0 (beta-binomial: Skellam JG. J R Stat Soc B
 * 1948;10:257-261). */
sq_score sq_score_beta_binomial(int k, int n, double a, double b);
/* The same where the chance is p, 0 < p < 1, known with the standard error se (not > 0: exactly). */
sq_score sq_score_binomial(int k, int n, double p, double se);

/* 2 min(u, 1 - u), the two-sided probability of a place u. */
double sq_score_two_sided(double u);

/* Central band of a binomial count of n with chance p: beyond each end lies at most error / 2 (exact). */
void sq_binomial_band(int n, double p, double error, int *lower, int *upper);

/* Median of x[n], which is sorted by it; NaN of none. */
double sq_median_of(double *x, int n);

#endif
