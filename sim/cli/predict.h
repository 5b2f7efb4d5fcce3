/* How large a result will be, and how much memory the run needs, before it is begun. */
#ifndef SQ_CLI_PREDICT_H
#define SQ_CLI_PREDICT_H

#include "model/model.h"

typedef struct sq_prediction {
    double result_bytes; /* outcomes and provenance */
    double table_bytes;  /* patient tables and event logs before compression; 0 if not asked for */
    double memory_bytes; /* for that many threads */
} sq_prediction;

/* Counted from the model's sizes; an event log is taken to hold twenty rows a life. */
sq_prediction sq_predict(const sq_model *model, int threads, bool patients_table, bool event_log);
/* "12 MB", "3.4 GB". Returns text. */
const char *sq_size_text(double bytes, char *text, size_t size);

#endif
