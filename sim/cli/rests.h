/* What the headlines of an experiment rest on: of the numbers that are read where they happen, how many are sourced,
 * how many are judgement. */
#ifndef SQ_CLI_RESTS_H
#define SQ_CLI_RESTS_H

#include "model/model.h"

/* Prints a line for each of `highlights:`, nothing where there is none: the classes of the parameters that are read by
 * the laws, the draws and the conditions of the events in which it happens. What happened to the patient before is not
 * followed. Nothing if memory is out. */
void sq_print_rests(const sq_model *model);

/* The word for a class. */
const char *sq_class_word(sq_class class);

#endif
