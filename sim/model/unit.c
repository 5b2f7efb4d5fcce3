/* Units by name. A unit is two small powers and a kind, so that everything about it is arithmetic; the words
 * below are all that a person writes or reads of it. */
#include "model/unit.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *word;
    sq_unit unit;
} named[] = {
    {"time", {.time = 1}},
    {"rate", {.time = -1}},
    {"money", {.money = 1}},
    {"money/time", {.time = -1, .money = 1}},
    {"probability", {.kind = SQ_KIND_PROBABILITY}},
    {"count", {.kind = SQ_KIND_COUNT}},
    {"utility", {.kind = SQ_KIND_UTILITY}},
    {"number", {.kind = SQ_KIND_NONE}},
};

bool sq_unit_from_word(const char *word, sq_unit *unit)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (strcmp(word, named[i].word) != 0) continue;
        *unit = named[i].unit;
        return true;
    }
    return false;
}

const char *const *sq_unit_words(void)
{
    static const char *const words[] = {"time",  "rate",    "money",  "money/time", "probability",
                                        "count", "utility", "number", NULL};
    return words;
}

/* Appends "name" or "name^power" for a positive power, with `before` in front of it. */
static size_t append_power(char *buffer, size_t size, size_t used, const char *before, const char *name,
                           int power)
{
    if (power <= 0 || used >= size) return used;
    int n = power == 1 ? snprintf(buffer + used, size - used, "%s%s", before, name)
                       : snprintf(buffer + used, size - used, "%s%s^%d", before, name, power);
    return n < 0 ? used : used + (size_t)n;
}

const char *sq_unit_text(sq_unit unit, char *buffer, size_t size)
{
    if (size == 0) return buffer;
    buffer[0] = '\0';
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (!sq_unit_equal(unit, named[i].unit) || strcmp(named[i].word, "rate") == 0) continue;
        snprintf(buffer, size, "%s", named[i].word);
        return buffer;
    }
    size_t used = append_power(buffer, size, 0, "", "money", unit.money);
    used = append_power(buffer, size, used, used > 0 ? " " : "", "time", unit.time);
    if (used == 0) used = (size_t)snprintf(buffer, size, "1");
    used = append_power(buffer, size, used, "/", "money", -unit.money);
    append_power(buffer, size, used, "/", "time", -unit.time);
    return buffer;
}

bool sq_unit_equal(sq_unit a, sq_unit b)
{
    return a.time == b.time && a.money == b.money && a.kind == b.kind;
}

bool sq_unit_fits(sq_unit have, sq_unit want)
{
    if (have.time != want.time || have.money != want.money) return false;
    return have.kind == want.kind || have.kind == SQ_KIND_NONE || want.kind == SQ_KIND_NONE;
}
