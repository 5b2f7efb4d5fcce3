/* Small helpers for texts that a person wrote. */
#ifndef SQ_BASE_TEXT_H
#define SQ_BASE_TEXT_H

#include <stddef.h>

/* The name among names[0..n-1] that `wanted` was probably meant to be, for a "did you mean"; NULL when
 * none is near. Distance counts inserted, missing and wrong letters and swapped neighbours (Damerau
 * 1964, Levenshtein 1966), upper and lower case taken as equal; near is at most 1 + length/3 and less
 * than the length of wanted. Of equally near names the one nearer with case counted wins, then the
 * first. The result points into names. Texts above 64 bytes have no nearest name. */
const char *sq_nearest_name(const char *wanted, const char *const *names, size_t n);

#endif
