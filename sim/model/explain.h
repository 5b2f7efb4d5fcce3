/* What a program was asked, in words: where its text stands, the text, and the values it read. For messages
 * alone; nothing here is on the way to a result. */
#ifndef SQ_MODEL_EXPLAIN_H
#define SQ_MODEL_EXPLAIN_H

#include "model/model.h"

/* Writes "model.yaml:31:15: expit(a) * b with a = 0.2, b = 4.1" to text[size], cut where it is longer; what
 * was read but had no value is named after it ("; response_time is unset here"). Only what counted is
 * named: of `if` the arm that was chosen, of `and` and `or` no right side that the left one decided. Empty where
 * the program is not given or read nothing and stands nowhere. */
void sq_explain(const sq_view *view, sq_program program, char *text, size_t size);

#endif
