/* The rows of one work item, kept until it is their turn to be handed on. */
#ifndef SQ_STUDY_ROW_BUFFER_H
#define SQ_STUDY_ROW_BUFFER_H

#include "base/vec.h"
#include "study/study.h"

/* One row's place in the buffers below. */
typedef struct sq_kept_row {
    int64_t patient;
    int strategy, n_log;
    bool is_whole; /* it has more numbers than notes */
    size_t number, log; /* first of its numbers and log entries */
    double end, died;
} sq_kept_row;

typedef enum sq_row_use { SQ_ROWS_NONE, SQ_ROWS_COMING, SQ_ROWS_WHOLE } sq_row_use;

/* Zero-initialise before use. */
typedef struct sq_row_buffer {
    sq_row_use use;
    int64_t item;
    int point;
    SQ_VEC(sq_kept_row) rows;
    SQ_VEC(double) numbers; /* per row: notes; and, where it is whole, baseline attributes, those written at the end, totals */
    SQ_VEC(sq_log_entry) log;
} sq_row_buffer;

/* Adds a row: baseline and at_end are [n_attributes]; of the life totals, end, death and log are kept. Where baseline is NULL
 * it is made of what is noted for cohorts alone: no totals, and of at_end the hidden attributes. */
sq_status sq_row_buffer_add(sq_row_buffer *buffer, const sq_model *model, int64_t patient, int strategy,
                            const double *baseline, const double *at_end, const sq_life *life, sq_error *err);
/* Hands all rows to the sink, by patient and for each patient by strategy. */
sq_status sq_row_buffer_emit(sq_row_buffer *buffer, const sq_model *model, const sq_row_sink *sink,
                             sq_error *err);
void sq_row_buffer_clear(sq_row_buffer *buffer); /* for another item; keeps the memory */
void sq_row_buffer_free(sq_row_buffer *buffer);

#endif
