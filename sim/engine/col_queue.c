/* Queues of lanes: linked through one row of links, since a lane waits in one queue at most. The list of queues that
 * are not empty is short however many states and events the model has. */
#include "engine/col.h"

#include <stdlib.h>

sq_status sq_queues_new(sq_queues *q, int n, int n_lanes, sq_error *err)
{
    size_t queues = (size_t)(n > 0 ? n : 1), lanes = (size_t)n_lanes;
    *q = (sq_queues){
        .n = n,
        .head = calloc(queues, sizeof *q->head),
        .tail = calloc(queues, sizeof *q->tail),
        .count = calloc(queues, sizeof *q->count),
        .next = calloc(lanes, sizeof *q->next),
        .active = calloc(queues, sizeof *q->active),
        .where = calloc(queues, sizeof *q->where),
    };
    if (q->head && q->tail && q->count && q->next && q->active && q->where) return SQ_OK;
    return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's queues");
}

void sq_queues_free(sq_queues *q)
{
    free(q->head);
    free(q->tail);
    free(q->count);
    free(q->next);
    free(q->active);
    free(q->where);
    *q = (sq_queues){0};
}

void sq_queues_push(sq_queues *q, int queue, int32_t lane)
{
    if (q->count[queue]++ == 0) {
        q->where[queue] = q->n_active;
        q->active[q->n_active++] = queue;
        q->head[queue] = lane;
    } else {
        q->next[q->tail[queue] / SQ_SIDE] = lane;
    }
    q->tail[queue] = lane;
}

int sq_queues_longest(const sq_queues *q)
{
    int longest = -1, most = 0;
    for (int i = 0; i < q->n_active; i++) {
        int queue = q->active[i];
        if (q->count[queue] <= most) continue;
        most = q->count[queue];
        longest = queue;
    }
    return longest;
}

int sq_queues_pop(sq_queues *q, int queue, int most, int32_t *lane)
{
    int n = q->count[queue] < most ? q->count[queue] : most;
    int32_t at = q->head[queue];
    for (int i = 0; i < n; i++) {
        lane[i] = at;
        at = q->next[at / SQ_SIDE];
    }
    q->head[queue] = at;
    q->count[queue] -= n;
    if (q->count[queue] == 0) {
        int last = q->active[--q->n_active], place = q->where[queue];
        q->active[place] = last;
        q->where[last] = place;
    }
    return n;
}
