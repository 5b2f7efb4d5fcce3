/* Small services for texts that a person wrote. */
#ifndef SQ_BASE_TEXT_H
#define SQ_BASE_TEXT_H

#include <stddef.h>

/* The name among names[0..n-1] that `wanted` was probably meant to be, for a "did you mean"; NULL when
 * none is near. Distance counts inserted, missing and wrong letters and swapped neighbours (Damerau
 * 1964, Levenshtein 1966), upper and lower case taken as equal; near is at most 1 + length/3 and less
 * than the length of wanted. Of equally near names the one nearer with case counted wins, then the
 * first. The result points into names. Texts above 64 bytes have no nearest name. */
const char *sq_nearest_name(const char *wanted, const char *const *names, size_t n);

/* The most bytes a number may have: what is longer is no number a person wrote. */
enum { SQ_LONGEST_NUMBER = 100 };

/* The decimal number at the start of text[0..length): an optional sign, digits with at most one point, an
 * optional exponent, as in -12, .5, 3.1e-4; never 0x10, inf or nan, and never the decimal comma of a locale
 * that the host program may have set. Returns how many bytes it has, 0 if there is none or it is longer than
 * SQ_LONGEST_NUMBER. *value is correctly rounded, infinite where the number is too large for a double. */
size_t sq_text_number(const char *text, size_t length, double *value);

/* Room for any double as sq_text_of_number writes it. */
enum { SQ_NUMBER_TEXT = 32 };

/* Writes a finite number with 15 to 17 significant digits, as few as read back as the same double, and with a
 * point whatever the locale of the host program: a decimal comma would end a field of a CSV file. Returns text. */
const char *sq_text_of_number(double value, char text[SQ_NUMBER_TEXT]);

#endif
