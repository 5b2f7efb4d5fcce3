/* Addressed random numbers. Every variate of a simulation has an address
 *     (seed, purpose, PSA draw, replicate, patient, site, visit)
 * and is a pure function of it: each field is mixed in turn into the state and the stream of a PCG
 * generator (O'Neill 2014, PCG RXS-M-XS 64/64), which takes one step and whose output is the variate's
 * 64 bits. Scenario and strategy are not part of an address: the same patient meets the same luck
 * under each.
 *
 * The two chains use published 64-bit finalisers, bijections in which every input bit reaches every
 * output bit: D. Stafford's "Mix13" (2011) for the state, A. Appleby's MurmurHash3 fmix64 for the
 * stream. Mixing after every field, not once after their sum, is what keeps (seed 1, patient 2) and
 * (seed 2, patient 1) apart. The innermost functions are inline: they run for every event. */
#ifndef SQ_RAND_ADDRESS_H
#define SQ_RAND_ADDRESS_H

#include <stdint.h>

#include "rand/pcg.h"

typedef enum sq_purpose {
    SQ_PURPOSE_LIFE = 1,      /* what happens to a patient */
    SQ_PURPOSE_BASELINE = 2,  /* who the patient is */
    SQ_PURPOSE_PARAMETER = 3, /* parameter uncertainty */
} sq_purpose;

/* A prefix of an address: the fields mixed so far, in two independent 64-bit chains (state, stream).
 * Plain data: a prefix is kept and extended by many different fields. */
typedef struct sq_address {
    uint64_t state, stream;
} sq_address;

/* The numbers of the chains: those who mix many addresses at once take them from here. */
#define SQ_MIX_STATE_FIRST UINT64_C(0xbf58476d1ce4e5b9)
#define SQ_MIX_STATE_SECOND UINT64_C(0x94d049bb133111eb)
#define SQ_MIX_STREAM_FIRST UINT64_C(0xff51afd7ed558ccd)
#define SQ_MIX_STREAM_SECOND UINT64_C(0xc4ceb9fe1a85ec53)
#define SQ_MIX_STATE_ADDED UINT64_C(0x9e3779b97f4a7c15)
#define SQ_MIX_STREAM_ADDED UINT64_C(0x6a09e667f3bcc909)

static inline uint64_t sq_mix_state(uint64_t x)
{
    x = (x ^ x >> 30) * SQ_MIX_STATE_FIRST;
    x = (x ^ x >> 27) * SQ_MIX_STATE_SECOND;
    return x ^ x >> 31;
}

static inline uint64_t sq_mix_stream(uint64_t x)
{
    x = (x ^ x >> 33) * SQ_MIX_STREAM_FIRST;
    x = (x ^ x >> 33) * SQ_MIX_STREAM_SECOND;
    return x ^ x >> 33;
}

/* The prefix of one replicate of one PSA draw: the four outer fields mixed in turn. */
sq_address sq_address_root(uint64_t seed, sq_purpose purpose, uint64_t draw, uint64_t replicate);

/* Mixes one more field in; used for patient, then site, then visit. From one prefix, different fields
 * never meet: each chain is a bijection of the field. The added constants (the fractional parts of the
 * golden ratio and of sqrt 2) keep an all-zero prefix from staying zero. */
static inline sq_address sq_address_with(sq_address prefix, uint64_t field)
{
    return (sq_address){
        .state = sq_mix_state((prefix.state ^ field) + SQ_MIX_STATE_ADDED),
        .stream = sq_mix_stream((prefix.stream + field) ^ SQ_MIX_STREAM_ADDED),
    };
}

/* A site is a name path such as "assess.response"; its field is a 64-bit hash of the bytes up to the
 * NUL, which the loader checks for collisions. A keyed site mixes each key's label in as well, one
 * call a label; a boundary mark keeps ("ab", "c") and ("a", "bc") apart. */
uint64_t sq_site_hash(const char *path);
uint64_t sq_site_hash_with(uint64_t hash, const char *label);

/* The variate at an address: 64 bits, and a uniform on the open interval (0,1) with 53 bits
 * (k 2^-53 for k = 1 .. 2^53-1, and 2^-54 in place of 0). */
static inline uint64_t sq_address_bits(sq_address address)
{
    return sq_pcg_output(sq_pcg_step(address.state, address.stream | 1));
}

static inline double sq_uniform_from_bits(uint64_t bits)
{
    double k = (double)(int64_t)(bits >> 11); /* signed: one instruction, and k < 2^53 is exact */
    return k > 0 ? k * 0x1p-53 : 0x1p-54;
}

static inline double sq_address_uniform(sq_address address)
{
    return sq_uniform_from_bits(sq_address_bits(address));
}

#endif
