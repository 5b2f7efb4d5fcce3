/* PCG RXS-M-XS 64/64 (M. E. O'Neill, "PCG: a family of simple fast space-efficient statistically good
 * algorithms for random number generation", Harvey Mudd College technical report HMC-CS-2014-0905):
 * a 64-bit linear congruential generator whose state passes through a random xorshift, a multiplication
 * and a fixed xorshift. The output permutation is a bijection of the state, so one step from a well
 * mixed state is a well mixed output: that is all an addressed variate needs. The functions are inline
 * because they are the innermost step of every simulated event. */
#ifndef SQ_RAND_PCG_H
#define SQ_RAND_PCG_H

#include <stdint.h>

#define SQ_PCG_MULTIPLIER UINT64_C(6364136223846793005)
#define SQ_PCG_OUTPUT_MULTIPLIER UINT64_C(12605985483714917081)

/* A generator with its own stream. increment is odd; two generators with different increments run
 * through different sequences. Plain data, owned by the caller. */
typedef struct sq_pcg {
    uint64_t state, increment;
} sq_pcg;

/* The state after `state` in the sequence of an odd increment. */
static inline uint64_t sq_pcg_step(uint64_t state, uint64_t increment)
{
    return state * SQ_PCG_MULTIPLIER + increment;
}

/* The 64 output bits of a state. */
static inline uint64_t sq_pcg_output(uint64_t state)
{
    uint64_t word = ((state >> ((state >> 59) + 5)) ^ state) * SQ_PCG_OUTPUT_MULTIPLIER;
    return (word >> 43) ^ word;
}

/* The generator O'Neill's srandom gives for a start and a sequence number (of which the top bit is
 * lost: there are 2^63 sequences). */
static inline sq_pcg sq_pcg_start(uint64_t start, uint64_t sequence)
{
    uint64_t increment = sequence << 1 | 1;
    return (sq_pcg){sq_pcg_step(increment + start, increment), increment};
}

/* The next 64 bits: the output of the present state, which then takes one step. */
static inline uint64_t sq_pcg_next(sq_pcg *generator)
{
    uint64_t bits = sq_pcg_output(generator->state);
    generator->state = sq_pcg_step(generator->state, generator->increment);
    return bits;
}

#endif
