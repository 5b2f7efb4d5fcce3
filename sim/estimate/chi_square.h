/* Tests whose statistic is compared with a chi-square law. */
#ifndef SQ_ESTIMATE_CHI_SQUARE_H
#define SQ_ESTIMATE_CHI_SQUARE_H

typedef struct sq_chi_square {
    double statistic;
    int df;   /* 0: nothing was there to test */
    double p; /* chance of a larger statistic; NaN if df = 0 */
} sq_chi_square;

sq_chi_square sq_chi_square_make(double statistic, int df);

#endif
