/* Numbers of a model in words: with the unit a reader expects, categories by their label. */
#ifndef SQ_CLI_VALUE_H
#define SQ_CLI_VALUE_H

#include "model/model.h"

enum { SQ_VALUE_TEXT = 96 };

/* A number in a unit: "14.6 mo", "0.35 per year", "1 200 EUR", "0.42". Returns text. */
const char *sq_unit_value_text(const sq_model *model, sq_unit unit, double value,
                               char text[SQ_VALUE_TEXT]);
/* The value of an attribute. */
const char *sq_attribute_text(const sq_model *model, int attribute, double value,
                              char text[SQ_VALUE_TEXT]);
/* A stretch of time given in days: "12 d", "5.3 mo", "3.25 y", "never". */
const char *sq_time_text(double days, char text[SQ_VALUE_TEXT]);

#endif
