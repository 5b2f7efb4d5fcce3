/* Taking lives in while they go on, many at a time: what happened now to each of n lives is counted at once, so that
 * no record of a life is kept. Counts are integers, so it does not matter when, in which order and in what company a
 * life is counted; where all n lives belong to one strategy of one accumulator and there are no subgroups, a count is
 * one addition for all of them. The same numbers as sq_outcome_observe gives of the finished lives.
 *
 * A life that fails is not taken back: the accumulator is then worth nothing. */
#ifndef SQ_OUTCOME_COUNT_H
#define SQ_OUTCOME_COUNT_H

#include "outcome/curve.h"
#include "outcome/outcome.h"

/* Times of first occurrences, in units of 2^-20 day, on which all times of a life lie: the sums of up to 10^12
 * of them and of their squares fit, and are exact. */
__extension__ typedef unsigned __int128 sq_wide;
typedef struct sq_first_times {
    sq_wide sum, squares;
} sq_first_times;

/* A loop over lives that the caller has for its instruction set: adds up the times [day, less than 2^31] of those of n (at
 * most 2^14) to whom it had happened 0 times before (NULL: of all), and writes their years, unless NULL, one after another;
 * how many years were written. Arrays have room for eight more, time and before something to be read there. */
typedef int (*sq_first_sums)(sq_first_times *sums, double *years, const double *time, const uint32_t *before, int n);

/* n lives, and where each is counted. */
typedef struct sq_lives {
    int n;                          /* > 0 */
    sq_outcome *outcome;            /* of all of them; NULL: of each, in outcomes */
    sq_outcome *const *outcomes;    /* [n], of one model */
    int strategy;                   /* of all of them; -1: of each, in strategies */
    const int32_t *strategies;      /* [n] */
    const int32_t *const *subgroup; /* [n_groupings][n], -1: in none */
    sq_first_sums first_sums;       /* needed where there are first times */
    double *years;                  /* room for it */
} sq_lives;

/* How often something has happened to each of them before. */
typedef struct sq_before {
    const uint32_t *times; /* [n]; NULL: to none of them */
    int64_t sum;
    int first;             /* to how many it has not happened before */
} sq_before;

/* Whether an accumulator of the model counts occurrences (or their first times), moves, stays: what it does not count need
 * not be told. */
bool sq_counts_occurrences(const sq_model *model);
bool sq_counts_moves(const sq_model *model);
bool sq_counts_stays(const sq_model *model);

/* An occurrence that they meet now, at day time[i]. */
void sq_count_occurrence(const sq_lives *lives, int occurrence, const sq_before *before, const double *time);
/* They go from one state to another. from = -1: lives begin. */
void sq_count_move(const sq_lives *lives, int from, int to, const sq_before *before);
/* The stay in one state ends, and one in another begins, at a time of which sq_grid_place gives place[i] on the grid of
 * sq_outcome_times. from = -1: lives begin, at time zero, and nobody asks for a place. */
void sq_count_stay(const sq_lives *lives, int from, int to, const int64_t *place);

/* Passages through an endpoint that are over: of k of the lives, those numbered which[0 … k - 1] (NULL: of all, and k is
 * n), by this cause of the endpoint (-1: censored). Life i left so long after its origin as place[i] says: what
 * sq_grid_place gives of the time on the grid of sq_outcome_times (-1: never at risk). */
typedef struct sq_passages {
    int k;
    const int32_t *which;
    int cause;
    const int64_t *place; /* [n], looked at where life i is among the k */
} sq_passages;
void sq_count_passages(const sq_lives *lives, int endpoint, const sq_passages *passages);
/* Whether anything of passages is among a model's results. */
bool sq_counts_passages(const sq_model *model);
/* The grid of all curves; the accumulator's. */
const sq_grid *sq_outcome_times(const sq_outcome *outcome);

/* Lives that are over: all but what they brought, which goes to the records of their blocks (outcome.h). Numbers lie in
 * rows, of which life i has row[r][column[i]]. */
typedef struct sq_ends {
    sq_block_lanes *const *block; /* [n] and the lane there; nobody asks where there are no subgroups */
    const int32_t *place;
    int state;                    /* in which all of them ended */
    const int32_t *column;        /* [n] */
    const uint64_t *const *happened; /* rows: bits of what has ever happened, 64 occurrences each */
    const double *end;            /* one row: end of follow-up, had the patient lived [day] */
} sq_ends;
void sq_count_ends(const sq_lives *lives, const sq_ends *ends);

#endif
