/* Texts that a person wrote. Numbers are scanned here and only their value is left to strtod, whose own
 * idea of a number depends on the locale and is wider than ours; they are written with the same care.
 *
 * The nearest of some names, so that a message about an unknown name can propose the right one. The
 * distance is the restricted Damerau-Levenshtein one (no letter is edited twice), computed over three
 * rows of the usual table. It runs only on the way to an error message: clarity before speed. */
#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 64 };

/* ASCII only: the C library's tolower depends on the locale. */
static unsigned char folded(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool same(char a, char b, bool fold)
{
    return fold ? folded(a) == folded(b) : a == b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Distance of two texts of at most LONGEST bytes. Rows i-2, i-1 and i of the table are rotated. */
static size_t distance(const char *a, const char *b, bool fold)
{
    size_t table[3][LONGEST + 1];
    size_t la = strlen(a), lb = strlen(b);
    size_t *before = table[0], *above = table[1], *row = table[2];
    for (size_t j = 0; j <= lb; j++)
        above[j] = j;
    for (size_t i = 1; i <= la; i++) {
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            bool match = same(a[i - 1], b[j - 1], fold);
            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + (match ? 0 : 1));
            bool swapped = i > 1 && j > 1 && same(a[i - 1], b[j - 2], fold)
                           && same(a[i - 2], b[j - 1], fold);
            if (swapped)
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[lb];
}

const char *sq_nearest_name(const char *wanted, const char *const *names, size_t n)
{
    size_t length = strlen(wanted);
    if (length == 0 || length > LONGEST)
        return NULL;
    size_t limit = 1 + length / 3;
    if (limit >= length)
        limit = length - 1;
    const char *nearest = NULL;
    size_t best = SIZE_MAX, best_exact = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        if (strlen(names[i]) > LONGEST)
            continue;
        size_t d = distance(wanted, names[i], true), exact = distance(wanted, names[i], false);
        if (d > limit || d > best || (d == best && exact >= best_exact))
            continue;
        nearest = names[i];
        best = d;
        best_exact = exact;
    }
    return nearest;
}

/* ---- numbers */

/* How many digits text[from..length) begins with. ASCII only, as above. */
static size_t digits_at(const char *text, size_t from, size_t length)
{
    size_t n = 0;
    while (from + n < length && text[from + n] >= '0' && text[from + n] <= '9')
        n++;
    return n;
}

static bool one_of(const char *text, size_t at, size_t length, char a, char b)
{
    return at < length && (text[at] == a || text[at] == b);
}

static size_t number_length(const char *text, size_t length)
{
    size_t n = one_of(text, 0, length, '+', '-');
    size_t whole = digits_at(text, n, length), part = 0;
    n += whole;
    if (one_of(text, n, length, '.', '.')) {
        part = digits_at(text, n + 1, length);
        n += whole + part > 0 ? 1 + part : 0;
    }
    if (whole + part == 0)
        return 0;
    if (!one_of(text, n, length, 'e', 'E'))
        return n;
    size_t exponent = n + 1 + one_of(text, n + 1, length, '+', '-');
    size_t digits = digits_at(text, exponent, length);
    return digits > 0 ? exponent + digits : n;
}

size_t sq_text_number(const char *text, size_t length, double *value)
{
    char copy[SQ_LONGEST_NUMBER + 16];
    const char *point = localeconv()->decimal_point;
    size_t n = number_length(text, length), used = 0, width = strlen(point);
    if (n == 0 || n > SQ_LONGEST_NUMBER || width > 8)
        return 0;
    for (size_t i = 0; i < n; i++) {
        bool is_point = text[i] == '.';
        memcpy(copy + used, is_point ? point : text + i, is_point ? width : 1);
        used += is_point ? width : 1;
    }
    copy[used] = '\0';
    *value = strtod(copy, NULL);
    return n;
}

static void put_point(char *text, const char *comma)
{
    char *found = strcmp(comma, ".") ? strstr(text, comma) : NULL;
    if (!found)
        return;
    *found = '.';
    memmove(found + 1, found + strlen(comma), strlen(found + strlen(comma)) + 1);
}

const char *sq_text_of_number(double value, char text[SQ_NUMBER_TEXT])
{
    double back = NAN;
    for (int digits = 15; digits <= 17 && back != value; digits++) {
        snprintf(text, SQ_NUMBER_TEXT, "%.*g", digits, value);
        put_point(text, localeconv()->decimal_point);
        sq_text_number(text, strlen(text), &back);
    }
    return text;
}
