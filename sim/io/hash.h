/* SHA-256 (FIPS 180-4) as computed by Nettle. */
#ifndef SQ_IO_HASH_H
#define SQ_IO_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { SQ_SHA256_HEX = 65 };

/* The hash of n bytes as 64 hex digits and a NUL. */
void sq_sha256_hex(const void *bytes, size_t n, char hex[SQ_SHA256_HEX]);
/* 32 bytes of a hash as 64 hex digits and a NUL. */
void sq_hash_hex(const uint8_t hash[32], char hex[SQ_SHA256_HEX]);

#endif
