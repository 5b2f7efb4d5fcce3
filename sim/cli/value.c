/* Values for readers. Inside, times are days; a reader wants days for weeks, months for a year
 * or two, and years beyond. */
#include "cli/value.h"

#include "cli/console.h"

#include <math.h>
#include <string.h>

const char *sq_time_text(double days, char text[SQ_VALUE_TEXT])
{
    double size = fabs(days);
    if (isinf(days))
        snprintf(text, SQ_VALUE_TEXT, "never");
    else if (size < 61)
        snprintf(text, SQ_VALUE_TEXT, "%.4g d", days);
    else if (size < 2 * SQ_DAYS_PER_YEAR)
        snprintf(text, SQ_VALUE_TEXT, "%.4g mo", days / SQ_DAYS_PER_MONTH);
    else
        snprintf(text, SQ_VALUE_TEXT, "%.4g y", days / SQ_DAYS_PER_YEAR);
    return text;
}

const char *sq_unit_value_text(const sq_model *m, sq_unit unit, double value,
                               char text[SQ_VALUE_TEXT])
{
    char number[48], word[48];
    const char *currency = m->currency[0] != '\0' ? m->currency : "money";
    if (unit.money == 0 && unit.time == 1) return sq_time_text(value, text);
    if (unit.money == 0 && unit.time == 0)
        snprintf(text, SQ_VALUE_TEXT, "%.6g", value);
    else if (unit.money == 0 && unit.time == -1)
        snprintf(text, SQ_VALUE_TEXT, "%.5g per year", value * SQ_DAYS_PER_YEAR);
    else if (unit.money == 1 && (unit.time == 0 || unit.time == -1)) {
        double amount = unit.time == 0 ? value : value * SQ_DAYS_PER_YEAR;
        int decimals = fabs(amount) >= 1000 || amount == floor(amount) ? 0 : 2;
        snprintf(text, SQ_VALUE_TEXT, "%s %s%s",
                 sq_grouped(amount, decimals, number, sizeof number), currency,
                 unit.time == 0 ? "" : " per year");
    } else
        snprintf(text, SQ_VALUE_TEXT, "%.6g %s (time in days)", value,
                 sq_unit_text(unit, word, sizeof word));
    return text;
}

const char *sq_attribute_text(const sq_model *m, int attribute, double value,
                              char text[SQ_VALUE_TEXT])
{
    const sq_type *type = &m->attributes[attribute].type;
    if (isnan(value)) {
        snprintf(text, SQ_VALUE_TEXT, "unset");
        return text;
    }
    if (type->class == SQ_TYPE_NUMBER) return sq_unit_value_text(m, type->unit, value, text);
    const char *word = value != 0 ? "true" : "false";
    int code = value >= 0 && value < 1e6 ? (int)value : -1;
    if (type->class == SQ_TYPE_CATEGORY && type->category == SQ_CATEGORY_STATES)
        word = code >= 0 && code < m->n_states ? m->states[code].name : "?";
    else if (type->class == SQ_TYPE_CATEGORY)
        word = code >= 0 && code < m->categories[type->category].n_labels
                   ? m->categories[type->category].labels[code]
                   : "?";
    snprintf(text, SQ_VALUE_TEXT, "%s", word);
    return text;
}
