/* Hashes for the record. Nettle computes them: plain functions on a plain struct, no state of
 * the process, nothing to initialise and nothing that can fail. */
#include "io/hash.h"

#include <nettle/sha2.h>

void sq_hash_hex(const uint8_t hash[32], char hex[SQ_SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    hex[64] = '\0';
}

void sq_sha256_hex(const void *bytes, size_t n, char hex[SQ_SHA256_HEX])
{
    struct sha256_ctx context;
    uint8_t hash[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, n, bytes);
    sha256_digest(&context, sizeof hash, hash);
    sq_hash_hex(hash, hex);
}
