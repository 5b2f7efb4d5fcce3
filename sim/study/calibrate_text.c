/* Values as the language writes them. What is written is what was fitted: a value is rounded first and the figures are
 * simulated with what the text stands for, so that whoever includes the parameter file gets the same figures. */
#include "study/calibrate.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How a unit is written: the value divided by `one` and followed by `word`. */
typedef struct wording {
    double one;
    char word[24];
} wording;

static wording time_wording(double days)
{
    if (fabs(days) < 60) return (wording){1, " d"};
    return fabs(days) < 2 * SQ_DAYS_PER_YEAR ? (wording){SQ_DAYS_PER_MONTH, " mo"} : (wording){SQ_DAYS_PER_YEAR, " y"};
}

/* One unit for all that is said of a parameter. */
static wording wording_of(const sq_calibration *c, int parameter)
{
    wording w = {.one = 1};
    const sq_fit_parameter *p = &c->parameters[parameter];
    sq_unit unit = p->unit;
    if (unit.money == 0 && unit.time == 1) return time_wording(p->start);
    if (unit.money == 0 && unit.time == -1) return (wording){1 / SQ_DAYS_PER_YEAR, "/y"};
    if (unit.money == 1)
        snprintf(w.word, sizeof w.word, " %s%s", c->currency, unit.time < 0 ? "/d" : "");
    return w;
}

const char *sq_fit_literal(const sq_calibration *c, int parameter, double value, int digits, char text[SQ_LITERAL_TEXT])
{
    wording w = wording_of(c, parameter);
    double shown = w.one < 1 ? value * SQ_DAYS_PER_YEAR : value / w.one;
    snprintf(text, SQ_LITERAL_TEXT, "%.*g%s", digits, shown, w.word);
    for (char *p = text; *p; p++)
        if (*p == ',') *p = '.'; /* of a locale that the host program may have set */
    return text;
}

double sq_fit_settled(const sq_calibration *c, int parameter, double value)
{
    char text[SQ_LITERAL_TEXT];
    double number = 0;
    wording w = wording_of(c, parameter);
    sq_fit_literal(c, parameter, value, SQ_LITERAL_DIGITS, text);
    sq_text_number(text, strlen(text), &number);
    return w.one < 1 ? number / SQ_DAYS_PER_YEAR : number * w.one;
}
