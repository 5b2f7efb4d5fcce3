/* The C generator behind a plain function, so that the C++ comparison links what the simulator compiles
 * instead of compiling the header again under other rules. */
#include "rand/pcg.h"

#include <stddef.h>

void pcg_sequence(uint64_t start, uint64_t sequence, uint64_t *bits, size_t n);

void pcg_sequence(uint64_t start, uint64_t sequence, uint64_t *bits, size_t n)
{
    sq_pcg generator = sq_pcg_start(start, sequence);
    for (size_t i = 0; i < n; i++)
        bits[i] = sq_pcg_next(&generator);
}
