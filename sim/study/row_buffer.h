/* The rows of one work item, kept until it is their turn to be handed on. */
#ifndef SQ_STUDY_ROW_BUFFER_H
#define SQ_STUDY_ROW_BUFFER_H

#include "base/vec.h"
#include "engine/ref.h"
#include "study/study.h"

/* One row's place in the buffers below. */
typedef struct sq_kept_row {
    int64_t patient;
    int strategy, n_log;
    size_t number, log; /* first of its numbers and log entries */
    double end, died;
} sq_kept_row;

/* Zero-initialise before use. */
typedef struct sq_row_buffer {
    SQ_VEC(sq_kept_row) rows;
    SQ_VEC(double) numbers; /* per row: baseline attributes, those written at the end, totals */
    SQ_VEC(sq_log_entry) log;
} sq_row_buffer;

sq_status sq_row_buffer_add(sq_row_buffer *buffer, const sq_model *model, int64_t patient, int strategy,
                            const sq_ref *ref, const sq_life *life, sq_error *err);
/* Hands all rows to the sink in the order they were added. */
sq_status sq_row_buffer_emit(const sq_row_buffer *buffer, const sq_model *model, const sq_row_sink *sink,
                             sq_error *err);
void sq_row_buffer_clear(sq_row_buffer *buffer); /* keeps the memory */
void sq_row_buffer_free(sq_row_buffer *buffer);

#endif
