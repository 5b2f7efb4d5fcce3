/* Writes addressed random numbers to standard output as raw 32-bit words, for a battery of tests that
 * reads a pipe (dieharder -g 200). What a battery sees must be what a simulation consumes, so the
 * addresses come in the order of the columnar engine: a block of patients is in flight, and all of
 * them draw at one site and visit before any draws at the next. Neighbours in the stream are neighbours
 * in patient number, and the same patient returns after a block. Order "patient" writes a patient's
 * whole life before the next one, as the reference interpreter draws.
 *
 *     addressed_stream [seed] [columns | patient]
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rand/address.h"

enum { BLOCK = 4096, VISITS = 3, SITES = 6, LIFE = SITES * VISITS };

static const char *const site_names[SITES] = {
    "relapse", "death", "assess.response", "course.toxicity", "course.duration", "switch.line",
};

/* One variate as two words, low half first. */
static void put(uint32_t *words, size_t at, sq_address address)
{
    uint64_t bits = sq_address_bits(address);
    words[2 * at] = (uint32_t)bits;
    words[2 * at + 1] = (uint32_t)(bits >> 32);
}

/* Fills words with the whole lives of one block of patients. */
static void fill(uint32_t *words, sq_address root, const uint64_t *sites, uint64_t first, int columns)
{
    for (uint64_t i = 0; i < BLOCK; i++) {
        sq_address patient = sq_address_with(root, first + i);
        for (uint64_t j = 0; j < LIFE; j++) {
            sq_address at = sq_address_with(sq_address_with(patient, sites[j % SITES]), j / SITES);
            put(words, columns ? j * BLOCK + i : i * LIFE + j, at);
        }
    }
}

int main(int argc, char **argv)
{
    static uint32_t words[2 * BLOCK * LIFE];
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    int columns = argc < 3 || strcmp(argv[2], "patient") != 0;
    uint64_t sites[SITES];
    for (int i = 0; i < SITES; i++)
        sites[i] = sq_site_hash(site_names[i]);

    sq_address root = sq_address_root(seed, SQ_PURPOSE_LIFE, 0, 0);
    for (uint64_t first = 0;; first += BLOCK) {
        fill(words, root, sites, first, columns);
        size_t n = sizeof words / sizeof words[0];
        if (fwrite(words, sizeof words[0], n, stdout) != n)
            return 0; /* the reader has had enough */
    }
}
