/* Queues of lanes. The list of those that are not empty is short however many states and events the model has, and a
 * queue takes memory only once somebody waits in it. */
#include "engine/col.h"

#include <stdlib.h>
#include <string.h>

sq_status sq_queues_new(sq_queues *q, int n, sq_error *err)
{
    size_t queues = (size_t)(n > 0 ? n : 1);
    *q = (sq_queues){
        .queue = calloc(queues, sizeof *q->queue),
        .n = n,
        .active = calloc(queues, sizeof *q->active),
    };
    if (q->queue && q->active) return SQ_OK;
    return sq_fail(err, SQ_ERR_MEMORY, "no memory for the engine's queues");
}

void sq_queues_free(sq_queues *q)
{
    for (int i = 0; q->queue && i < q->n; i++) free(q->queue[i].lane);
    free(q->queue);
    free(q->active);
    *q = (sq_queues){0};
}

/* Room behind the last lane: what has been left free in front of the first is taken first. */
static bool make_room(sq_queue *queue, int n)
{
    enum { FIRST = 64 };
    if (queue->first + queue->n + n <= queue->room) return true;
    if (queue->n > 0) memmove(queue->lane, queue->lane + queue->first, (size_t)queue->n * sizeof *queue->lane);
    queue->first = 0;
    if (queue->n + n <= queue->room) return true;
    int room = 2 * (queue->n + n) + FIRST;
    int32_t *larger = realloc(queue->lane, (size_t)room * sizeof *larger);
    if (!larger) return false;
    queue->lane = larger;
    queue->room = room;
    return true;
}

int32_t *sq_queues_room(sq_queues *q, int queue, int n)
{
    sq_queue *this = &q->queue[queue];
    return make_room(this, n) ? this->lane + this->first + this->n : NULL;
}

void sq_queues_joined(sq_queues *q, int queue, int n)
{
    sq_queue *this = &q->queue[queue];
    if (this->n == 0 && n > 0) {
        this->where = q->n_active;
        q->active[q->n_active++] = queue;
    }
    this->n += n;
}

int sq_queues_longest(const sq_queues *q)
{
    int longest = -1, most = 0;
    for (int i = 0; i < q->n_active; i++) {
        int n = q->queue[q->active[i]].n;
        if (n <= most) continue;
        most = n;
        longest = q->active[i];
    }
    return longest;
}

int sq_queues_pop(sq_queues *q, int queue, int most, int32_t *lane)
{
    sq_queue *this = &q->queue[queue];
    int n = this->n < most ? this->n : most;
    memcpy(lane, this->lane + this->first, (size_t)n * sizeof *lane);
    this->first += n;
    this->n -= n;
    if (this->n > 0) return n;
    int last = q->active[--q->n_active];
    q->active[this->where] = last;
    q->queue[last].where = this->where;
    this->first = 0;
    return n;
}
