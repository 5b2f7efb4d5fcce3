/* A law with its numbers in words, for `trace`: the family and its arguments, then what it wears, from the
 * inside out, as docs/language.md writes it. */
#include "cli/law_text.h"

#include "cli/value.h"
#include "lang/law_names.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add(char text[SQ_LAW_TEXT], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(char text[SQ_LAW_TEXT], const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, SQ_LAW_TEXT - used, format, args);
    va_end(args);
}

static void add_arguments(const sq_model *m, const sq_law *law, sq_unit unit, char *text)
{
    const char *const *names = sq_law_arg_names(law->family);
    char value[SQ_VALUE_TEXT];
    for (int i = 0; names[i]; i++)
        add(text, "%s%s %s", i > 0 ? ", " : " (", names[i],
            sq_unit_value_text(m, sq_law_arg_unit(law->family, i, unit), law->arg[i], value));
    if (names[0]) add(text, ")");
    if (sq_family_has_table(law->family)) add(text, " (%d knots)", law->table.n);
}

static void add_worn(const sq_model *m, const sq_law *law, sq_unit unit, char *text)
{
    char value[SQ_VALUE_TEXT];
    if (law->truncated && law->low > -INFINITY)
        add(text, ", above %s", sq_unit_value_text(m, unit, law->low, value));
    if (law->truncated && law->high < INFINITY)
        add(text, ", at most %s", sq_unit_value_text(m, unit, law->high, value));
    if (law->shift != 0) add(text, ", shifted by %s", sq_unit_value_text(m, unit, law->shift, value));
    if (law->time_ratio != 1) add(text, ", time ratio %.6g", law->time_ratio);
    if (law->hazard_ratio != 1) add(text, ", hazard ratio %.6g", law->hazard_ratio);
}

static void add_profile(const sq_profile *profile, char *text)
{
    char start[SQ_VALUE_TEXT], length[SQ_VALUE_TEXT];
    if (profile->kind == SQ_PROFILE_WANING)
        add(text, ", hazard ratio over time %.6g until %s, then to %.6g over %s", profile->from,
            sq_time_text(profile->start, start), profile->to, sq_time_text(profile->length, length));
    if (profile->kind == SQ_PROFILE_TABLE)
        add(text, ", hazard ratio over time in %d pieces", profile->n);
}

const char *sq_law_text(const sq_model *m, const sq_law *law, sq_unit unit, char text[SQ_LAW_TEXT])
{
    text[0] = '\0';
    add(text, "%s", sq_family_name(law->family));
    add_arguments(m, law, unit, text);
    add_worn(m, law, unit, text);
    add_profile(&law->profile, text);
    if (law->cured > 0) add(text, ", never in a share of %.6g", law->cured);
    return text;
}
