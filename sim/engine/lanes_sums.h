/* A chapter of the kernel table (lanes_body.h): sums of records by the fixed tree of outcome/outcome.h, so many columns of
 * them side by side. The tree's order is kept in each column: eight terms a quarter of the way to their sum apart
 * meet in registers, three levels of the tree at once. */
#ifndef SQ_ENGINE_LANES_SUMS_H
#define SQ_ENGINE_LANES_SUMS_H

#include "engine/lanes_loop.h"
#include "outcome/outcome.h"

enum { SUM_CHUNK = 256, SUM_EIGHTH = SUM_CHUNK / 8, SUM_CHUNKS = SQ_BLOCK / SUM_CHUNK };

/* Three levels: of eight values, the second half is added to the first, and so on. */
static inline v_d meet(const v_d a[8])
{
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

/* Five levels more, of the eighths of a chunk. */
static inline v_d sum_eighths(const v_d a[SUM_EIGHTH])
{
    v_d quarter[4];
    for (int i = 0; i < 4; i++) {
        const v_d eight[8] = {a[i], a[i + 4], a[i + 8], a[i + 12], a[i + 16], a[i + 20], a[i + 24], a[i + 28]};
        quarter[i] = meet(eight);
    }
    return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

/* x and, at sum + 1, its squares: sums over a whole chunk; less what is at `from`, unless NULL. */
static inline void sum_chunk(const double *x, const double *from, ptrdiff_t step, v_d sum[2])
{
    v_d plain[SUM_EIGHTH], squared[SUM_EIGHTH];
    for (int i = 0; i < SUM_EIGHTH; i++) {
        v_d a[8], b[8];
        for (int k = 0; k < 8; k++) {
            ptrdiff_t at = (i + k * SUM_EIGHTH) * step;
            a[k] = v_load(x + at);
            if (from) a[k] = a[k] - v_load(from + at);
            b[k] = a[k] * a[k];
        }
        plain[i] = meet(a);
        squared[i] = meet(b);
    }
    sum[0] = sum_eighths(plain);
    sum[1] = sum_eighths(squared);
}

/* Records of a chunk that is not whole, and 0 for those that are missing. */
static const double *completed(const double *x, ptrdiff_t step, int n, double *room)
{
    for (int i = 0; i < SUM_CHUNK; i++)
        v_store(room + (ptrdiff_t)i * SQ_WIDTH, i < n ? v_load(x + i * step) : v_set(0));
    return room;
}

static void sum_strip(const double *x, const double *reference, ptrdiff_t step, int n, v_d sum[SQ_SUMS])
{
    double room[2][SUM_CHUNK * SQ_WIDTH];
    v_d part[SQ_SUMS][SUM_CHUNKS];
    for (int kind = 0; kind < SQ_SUMS; kind++)
        for (int c = 0; c < SUM_CHUNKS; c++) part[kind][c] = v_set(0);
    for (int c = 0; c * SUM_CHUNK < n; c++) {
        ptrdiff_t at = c * SUM_CHUNK * step, stride = step;
        const double *own = x + at, *other = reference ? reference + at : NULL;
        v_d both[2];
        if (n - c * SUM_CHUNK < SUM_CHUNK) {
            own = completed(own, step, n - c * SUM_CHUNK, room[0]);
            if (other) other = completed(other, step, n - c * SUM_CHUNK, room[1]);
            stride = SQ_WIDTH;
        }
        sum_chunk(own, NULL, stride, both);
        part[SQ_SUM_X][c] = both[0];
        part[SQ_SUM_XX][c] = both[1];
        if (!other) continue;
        sum_chunk(own, other, stride, both);
        part[SQ_SUM_D][c] = both[0];
        part[SQ_SUM_DD][c] = both[1];
    }
    for (int kind = 0; kind < SQ_SUMS; kind++) {
        v_d half[SUM_CHUNKS / 2];
        for (int i = 0; i < SUM_CHUNKS / 2; i++) half[i] = part[kind][i] + part[kind][i + SUM_CHUNKS / 2];
        sum[kind] = meet(half);
    }
}

static void sum_records(const double *x, const double *reference, int n_columns, int n, double *sum)
{
    for (int first = 0; first < n_columns; first += SQ_WIDTH) {
        v_d strip[SQ_SUMS];
        double value[SQ_WIDTH];
        sum_strip(x + first, reference ? reference + first : NULL, n_columns, n, strip);
        for (int kind = 0; kind < SQ_SUMS; kind++) {
            v_store(value, strip[kind]);
            for (int k = 0; k < SQ_WIDTH && first + k < n_columns; k++) sum[(first + k) * SQ_SUMS + kind] = value[k];
        }
    }
}

#endif
