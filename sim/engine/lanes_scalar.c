/* The kernel table, one lane at a time: for processors with FMA alone, and to compare with. */
#define SQ_WIDTH 1
#include "math/simd.h"

static inline v_d lanes_gather(const double *column, const int32_t *lane) { return column[*lane]; }
static inline v_w lanes_gather_w(const uint64_t *column, const int32_t *lane) { return column[*lane]; }
static inline v_w lanes_load_counts(const uint32_t *count) { return *count; }
static inline void lanes_store_integers(int32_t *to, v_d x) { *to = (int32_t)x; }

static inline void lanes_scatter(double *column, const int32_t *lane, v_d x) { column[*lane] = x; }

static inline void lanes_pick(int32_t *to, const int32_t *lane, unsigned bits)
{
    (void)bits;
    *to = *lane;
}

static inline void lanes_empty_line(double *line) { memset(line, 0, 8 * sizeof *line); }

static inline void lanes_store_pairs(double *to, v_d x, v_d y)
{
    to[0] = x;
    to[1] = y;
}

#define SQ_LANES sq_lanes_scalar
#define SQ_LANES_NAME "scalar"
#include "engine/lanes_body.h"
