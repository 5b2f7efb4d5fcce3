/* Types and units of the language: a number with a unit, a flag, or a value of a category. */
#ifndef SQ_MODEL_UNIT_H
#define SQ_MODEL_UNIT_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a dimensionless number counts. SQ_KIND_NONE fits any of the others. */
typedef enum sq_kind { SQ_KIND_NONE, SQ_KIND_PROBABILITY, SQ_KIND_COUNT, SQ_KIND_UTILITY } sq_kind;

typedef struct sq_unit {
    int8_t time, money; /* powers: 1/time is -1, money/time is 1 and -1 */
    uint8_t kind;       /* sq_kind; SQ_KIND_NONE unless both powers are 0 */
} sq_unit;

typedef enum sq_type_class { SQ_TYPE_NUMBER, SQ_TYPE_FLAG, SQ_TYPE_CATEGORY } sq_type_class;

typedef struct sq_type {
    sq_type_class class;
    sq_unit unit; /* of a number */
    int category; /* of a category: index into sq_model.categories; SQ_CATEGORY_STATES for states */
} sq_type;

enum { SQ_CATEGORY_STATES = -1 };

/* Days per calendar unit, all exact in binary. */
#define SQ_DAYS_PER_WEEK 7.0
#define SQ_DAYS_PER_MONTH 30.4375
#define SQ_DAYS_PER_YEAR 365.25

/* The time grid: every instant is a multiple of 2^-20 day, so that sums of times are exact and coincidences
 * are true ones. One add and subtract of 1.5 * 2^32, whose last bit is 2^-20; +inf from 2^31 days on. */
static inline double sq_on_time_grid(double days)
{
    if (!(days < 0x1p31)) return INFINITY;
    return (days + 0x1.8p32) - 0x1.8p32;
}

/* Days from one year of the calendar to another, as decimal numbers, on the time grid. */
static inline double sq_days_between_years(double from, double to)
{
    return sq_on_time_grid((to - from) * SQ_DAYS_PER_YEAR);
}

/* The unit of a word a user writes after `unit:` ("time", "rate", "money/time", …); false if unknown. */
bool sq_unit_from_word(const char *word, sq_unit *unit);
/* The words sq_unit_from_word knows, NULL-terminated. */
const char *const *sq_unit_words(void);
/* The unit in words for messages: "time", "1/time", "money^2/time", …, written to buffer. */
const char *sq_unit_text(sq_unit unit, char *buffer, size_t size);
bool sq_unit_equal(sq_unit a, sq_unit b);
/* Whether a value of unit `have` may stand where `want` is expected: powers equal, and kinds equal or one of
 * them none (a plain number fits whatever is dimensionless, and the other way round). */
bool sq_unit_fits(sq_unit have, sq_unit want);

#endif
