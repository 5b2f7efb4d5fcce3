/* Items begin in order and end nearly so: a handful of buffers is in use, so they are looked through. */
#include "study/row_order.h"

#include <stdlib.h>

static sq_row_buffer *find(const sq_row_order *order, sq_row_use use, int64_t item)
{
    for (size_t i = 0; i < order->buffers.count; i++) {
        sq_row_buffer *buffer = order->buffers.items[i];
        if (buffer->use == use && (use == SQ_ROWS_NONE || buffer->item == item)) return buffer;
    }
    return NULL;
}

static sq_row_buffer *add(sq_row_order *order)
{
    sq_row_buffer *buffer = calloc(1, sizeof *buffer);
    if (buffer && sq_vec_push(&order->buffers, buffer)) return buffer;
    free(buffer);
    return NULL;
}

sq_row_buffer *sq_row_order_begin(sq_row_order *order, int64_t item, int point)
{
    sq_row_buffer *buffer = find(order, SQ_ROWS_NONE, 0);
    if (!buffer) buffer = add(order);
    if (!buffer) return NULL;
    buffer->use = SQ_ROWS_COMING;
    buffer->item = item;
    buffer->point = point;
    return buffer;
}

sq_status sq_row_order_end(sq_row_order *order, sq_row_buffer *ended, sq_error *err)
{
    sq_status status = SQ_OK;
    sq_row_buffer *buffer;
    ended->use = SQ_ROWS_WHOLE;
    while (!status && (buffer = find(order, SQ_ROWS_WHOLE, order->next)) != NULL) {
        status = sq_row_buffer_emit(buffer, order->model, order->sink, err);
        sq_row_buffer_clear(buffer);
        order->next++;
    }
    return status;
}

void sq_row_order_free(sq_row_order *order)
{
    for (size_t i = 0; i < order->buffers.count; i++) {
        sq_row_buffer_free(order->buffers.items[i]);
        free(order->buffers.items[i]);
    }
    free(order->buffers.items);
}
