/* Three flat arrays that keep their memory from item to item: rows, their numbers, their log entries. A row
 * refers to the others by index, so that growth moves nothing under its feet, and rows alone are sorted. */
#include "study/row_buffer.h"

#include <stdlib.h>

static bool add_numbers(sq_row_buffer *b, const double *number, int n)
{
    bool room = true;
    for (int i = 0; i < n && room; i++) room = sq_vec_push(&b->numbers, number[i]);
    return room;
}

static bool add_person(sq_row_buffer *b, const sq_model *m, const double *baseline, const double *at_end, const sq_life *life)
{
    int n = sq_visible_attributes(m);
    bool room = add_numbers(b, baseline, n);
    for (int i = 0; i < n && room; i++)
        if (m->attributes[i].is_written) room = sq_vec_push(&b->numbers, at_end[i]);
    return room && add_numbers(b, life->total, 2 * sq_quantities(m));
}

sq_status sq_row_buffer_add(sq_row_buffer *b, const sq_model *m, int64_t patient, int strategy,
                            const double *baseline, const double *at_end, const sq_life *life, sq_error *err)
{
    int hidden = sq_visible_attributes(m);
    sq_kept_row row = {
        .patient = patient,
        .strategy = strategy,
        .n_log = life->n_log,
        .is_whole = baseline != NULL,
        .number = b->numbers.count,
        .log = b->log.count,
        .end = life->end,
        .died = life->died,
    };
    bool room = sq_vec_push(&b->rows, row) && add_numbers(b, at_end + hidden, m->n_attributes - hidden);
    if (row.is_whole) room = room && add_person(b, m, baseline, at_end, life);
    for (int i = 0; i < life->n_log && room; i++) room = sq_vec_push(&b->log, life->log[i]);
    return room ? SQ_OK : sq_fail(err, SQ_ERR_MEMORY, "no memory for the rows of a patient table");
}

static int by_patient(const void *one, const void *other)
{
    const sq_kept_row *a = one, *b = other;
    if (a->patient != b->patient) return a->patient < b->patient ? -1 : 1;
    return a->strategy - b->strategy;
}

sq_status sq_row_buffer_emit(sq_row_buffer *b, const sq_model *m, const sq_row_sink *sink,
                             sq_error *err)
{
    int visible = sq_visible_attributes(m), n_written = sq_written_attributes(m);
    if (b->rows.count > 1) qsort(b->rows.items, b->rows.count, sizeof *b->rows.items, by_patient);
    for (size_t i = 0; i < b->rows.count; i++) {
        const sq_kept_row *kept = &b->rows.items[i];
        double *notes = b->numbers.items + kept->number, *baseline = notes + m->n_attributes - visible;
        double *at_end = baseline + visible;
        sq_life life = {
            .total = kept->is_whole ? at_end + n_written : NULL,
            .log = kept->n_log > 0 ? b->log.items + kept->log : NULL,
            .n_log = kept->n_log,
            .end = kept->end,
            .died = kept->died,
        };
        sq_row row = {b->point, kept->patient, kept->strategy, baseline, at_end, notes, &life};
        if (!kept->is_whole) row.baseline = row.at_end = NULL;
        sq_status status = sink->take(sink->context, &row, err);
        if (status) return status;
    }
    return SQ_OK;
}

void sq_row_buffer_clear(sq_row_buffer *b)
{
    b->rows.count = b->numbers.count = b->log.count = 0;
    b->use = SQ_ROWS_NONE;
}

void sq_row_buffer_free(sq_row_buffer *b)
{
    free(b->rows.items);
    free(b->numbers.items);
    free(b->log.items);
    *b = (sq_row_buffer){0};
}
