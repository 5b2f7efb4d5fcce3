/* A law with its numbers in words. */
#ifndef SQ_CLI_LAW_TEXT_H
#define SQ_CLI_LAW_TEXT_H

#include "model/model.h"

enum { SQ_LAW_TEXT = 400 };

/* "weibull (shape 1.5, scale 2 y), shifted by 14 d, hazard ratio 0.5", the law's variable in the given unit.
 * Returns text. */
const char *sq_law_text(const sq_model *model, const sq_law *law, sq_unit unit,
                        char text[SQ_LAW_TEXT]);

#endif
