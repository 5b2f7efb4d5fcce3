/* Do groups differ in survival?
 *
 * Mantel N. Cancer Chemother Rep 1966;50:163-170; weights S(t-)^rho (1 - S(t-))^gamma by Harrington
 * DP, Fleming TR. Biometrika 1982;69:553-566, and Fleming TR, Harrington DP. Counting Processes and
 * Survival Analysis, 1991, ch. 7, with S the Kaplan-Meier estimate of all groups of a stratum
 * together. */
#ifndef SQ_ESTIMATE_LOG_RANK_H
#define SQ_ESTIMATE_LOG_RANK_H

#include "estimate/chi_square.h"
#include "estimate/sample.h"

typedef struct sq_log_rank_request {
    int cause; /* or SQ_ANY_CAUSE */
    double rho,
        gamma; /* >= 0; 0 and 0 are the log-rank test, 1 and 0 Peto and Peto's Wilcoxon test */
} sq_log_rank_request;

/* Arrays in the arena. */
typedef struct sq_log_rank {
    int n_groups;
    const double *observed,
        *expected;          /* [n_groups] weighted numbers of events, summed over strata */
    const double *variance; /* [n_groups][n_groups] of observed - expected (hypergeometric) */
    sq_chi_square test; /* df is one less than the groups that were at risk together; 0 if there is
                           nothing to compare */
} sq_log_rank;

/* Compares the sample's groups within its strata. O(n log n + events groups^2). SQ_ERR_INPUT as
 * sq_sample_check, and if there are no groups, weights of patients, or a rho or gamma that is
 * negative or not finite; SQ_ERR_MEMORY. Covariates are not looked at. */
sq_status sq_log_rank_test(const sq_sample *sample, sq_log_rank_request request, sq_arena *arena,
                           sq_log_rank *result, sq_error *err);

#endif
