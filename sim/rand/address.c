/* The parts of addressing that run once per item or once per loaded site: the outer fields of an
 * address, and the hash that turns a site's name path into a field. A site is known by its name, not by
 * its position in the file, so that adding, removing or reordering events gives no other site new
 * luck. The hash folds the finaliser over the bytes one at a time: slower than a word-wise hash, and
 * exact about where a label ends. */
#include "rand/address.h"

enum { LABEL_MARK = 0x100 }; /* no byte has this value, so no path imitates a label */

sq_address sq_address_root(uint64_t seed, sq_purpose purpose, uint64_t draw, uint64_t replicate)
{
    sq_address address = {0, 0};
    address = sq_address_with(address, seed);
    address = sq_address_with(address, (uint64_t)purpose);
    address = sq_address_with(address, draw);
    return sq_address_with(address, replicate);
}

static uint64_t hash_symbol(uint64_t hash, uint64_t symbol)
{
    return sq_mix_state((hash ^ symbol) + UINT64_C(0x9e3779b97f4a7c15));
}

static uint64_t hash_bytes(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = hash_symbol(hash, (unsigned char)*text);
    return hash;
}

uint64_t sq_site_hash(const char *path)
{
    return hash_bytes(0, path);
}

uint64_t sq_site_hash_with(uint64_t hash, const char *label)
{
    return hash_bytes(hash_symbol(hash, LABEL_MARK), label);
}
