/* Rows in canonical order, although items end in any order and their lives too: the rows of an item wait in a buffer
 * until the item is over and all earlier ones have handed theirs on. Not for several threads at once: who calls
 * sees to that. */
#ifndef SQ_STUDY_ROW_ORDER_H
#define SQ_STUDY_ROW_ORDER_H

#include "study/row_buffer.h"

/* Zero-initialise but for model and sink. */
typedef struct sq_row_order {
    const sq_model *model;
    const sq_row_sink *sink;
    int64_t next; /* the item whose rows are due */
    SQ_VEC(sq_row_buffer *) buffers;
} sq_row_order;

/* A buffer for an item of a point that begins; it belongs to the order. NULL when memory is out. */
sq_row_buffer *sq_row_order_begin(sq_row_order *order, int64_t item, int point);
/* The item of this buffer is over: hands on what is due. */
sq_status sq_row_order_end(sq_row_order *order, sq_row_buffer *buffer, sq_error *err);
void sq_row_order_free(sq_row_order *order);

#endif
