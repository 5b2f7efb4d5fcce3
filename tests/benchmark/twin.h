/* What the hand-written programs share: a generator, the outcomes they keep, and how they say them. They use nothing of
 * the simulator. Outcomes are those that the declared model of the same name asks for: of each quantity the mean and
 * the variance, of each event how often and whether ever, of two endpoints the survival every three months. Times are
 * in years. */
#ifndef TWIN_H
#define TWIN_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { POINTS = 81, ENDPOINTS = 2, MOST_QUANTITIES = 12, MOST_EVENTS = 12 };
static const double HORIZON = 40, GRID_STEP = .25;

typedef struct tally {
    double sum[MOST_QUANTITIES], square[MOST_QUANTITIES];
    int64_t count[MOST_EVENTS], count_square[MOST_EVENTS], ever[MOST_EVENTS];
    int64_t ended[ENDPOINTS][POINTS + 1]; /* by interval of the grid; the last is all beyond it */
} tally;

/* PCG RXS-M-XS 64/64 (O'Neill 2014). */
static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t x = *state;
    *state = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    x = ((x >> ((x >> 59) + 5)) ^ x) * UINT64_C(12605985483714917081);
    return (x >> 43) ^ x;
}

/* A uniform on the open interval (0, 1). */
static inline double uniform(uint64_t *state)
{
    return ((double)(int64_t)(random_bits(state) >> 12) + .5) * 0x1p-52;
}

/* The grid interval in which an endpoint is counted: it ends at the first grid point at or after t. */
static inline int interval_of(double t)
{
    return t > (POINTS - 1) * GRID_STEP ? POINTS : (int)ceil(t * (1 / GRID_STEP));
}

static inline void add_quantity(tally *t, int i, double x)
{
    t->sum[i] += x;
    t->square[i] += x * x;
}

static inline double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What the outcomes are called in the result file of the simulator. */
typedef struct twin_names {
    const char *const *quantity, *const *event, *const *endpoint;
    int quantities, events;
} twin_names;

static inline void print_survival(const tally *t, int endpoint, double n)
{
    int64_t left = (int64_t)n;
    for (int k = 0; k < POINTS; k++) {
        left -= t->ended[endpoint][k];
        printf("%s%.17g", k ? ", " : "", (double)left / n);
    }
}

/* One line of JSON: the time taken and every outcome. */
static inline void print_tally(const tally *t, const twin_names *names, double n, double seconds)
{
    printf("{\"patients\": %.0f, \"seconds\": %.6f, \"quantities\": {", n, seconds);
    for (int i = 0; i < names->quantities; i++) {
        double mean = t->sum[i] / n;
        printf("%s\"%s\": [%.17g, %.17g]", i ? ", " : "", names->quantity[i], mean,
               (t->square[i] - n * mean * mean) / (n - 1));
    }
    printf("}, \"events\": {");
    for (int i = 0; i < names->events; i++) {
        double mean = (double)t->count[i] / n;
        printf("%s\"%s\": [%.17g, %.17g, %.17g]", i ? ", " : "", names->event[i], mean,
               ((double)t->count_square[i] - n * mean * mean) / (n - 1), (double)t->ever[i] / n);
    }
    printf("}, \"survival\": {");
    for (int i = 0; i < ENDPOINTS; i++) {
        printf("%s\"%s\": [", i ? ", " : "", names->endpoint[i]);
        print_survival(t, i, n);
        printf("]");
    }
    printf("}}\n");
}

/* Runs `simulate` for the number of patients and the seed on the command line. */
static inline int twin_main(int argc, char **argv, const twin_names *names,
                            void (*simulate)(int64_t patients, uint64_t seed, tally *out))
{
    static const tally empty;
    tally t = empty;
    int64_t patients = argc > 1 ? atoll(argv[1]) : 0;
    if (argc != 3 || patients < 2) {
        fprintf(stderr, "usage: %s PATIENTS SEED\n", argv[0]);
        return 2;
    }
    uint64_t seed = (uint64_t)atoll(argv[2]);
    double before = processor_seconds();
    simulate(patients, random_bits(&seed), &t); /* neighbouring seeds begin far apart */
    print_tally(&t, names, (double)patients, processor_seconds() - before);
    return 0;
}

#endif
