/* How people read the figures of studies: shares as percent, times below two years in months, ratios and chances as they
 * are; as many decimals as one digit of the error needs. */
#ifndef SQ_CLI_MEASURE_H
#define SQ_CLI_MEASURE_H

#include "base/arena.h"

typedef struct sq_measure {
    double by; /* people see value * by */
    int decimals;
    const char *word; /* "%", "mo", "" */
} sq_measure;

/* Of figures in a unit of the file ("1" is a share), of which one is `typical`. */
sq_measure sq_measure_of(const char *unit, double typical);
/* Of pure numbers that are no shares. */
sq_measure sq_measure_plain(void);
/* "66.0 %", "8.9 ± 0.1 mo" (se NaN: none), "–" for NaN, "infinite"; NULL when memory is out. */
const char *sq_measure_text(sq_measure measure, double value, double se, sq_arena *arena);
/* "21.0 to 51.0"; "–" if one is NaN. */
const char *sq_measure_interval(sq_measure measure, double low, double high, sq_arena *arena);

#endif
