/* Sorting without the C library's qsort, which may allocate, and the walk back in time. */
#include "estimate/walk.h"

#include <string.h>

enum { RUN = 12 }; /* sorted by insertion */

typedef struct keyed {
    double key;
    int at;
} keyed;

static void insertion_sort(keyed *a, int n)
{
    for (int i = 1; i < n; i++) {
        keyed x = a[i];
        int j = i;
        for (; j > 0 && a[j - 1].key > x.key; j--) a[j] = a[j - 1];
        a[j] = x;
    }
}

static void merge(const keyed *a, int n_a, const keyed *b, int n_b, keyed *to)
{
    int i = 0, j = 0;
    while (i < n_a && j < n_b) *to++ = b[j].key < a[i].key ? b[j++] : a[i++];
    memcpy(to, a + i, sizeof *a * (size_t)(n_a - i));
    memcpy(to + (n_a - i), b + j, sizeof *b * (size_t)(n_b - j));
}

static int least(int a, int b) { return a < b ? a : b; }

/* Stable; returns where the sorted array is: a or room. */
static keyed *merge_sort(keyed *a, keyed *room, int n)
{
    for (int i = 0; i < n; i += RUN) insertion_sort(a + i, least(RUN, n - i));
    for (int width = RUN; width < n; width *= 2) {
        for (int i = 0; i < n; i += 2 * width) {
            int n_a = least(width, n - i), n_b = least(width, n - i - n_a);
            merge(a + i, n_a, a + i + n_a, n_b, room + i);
        }
        keyed *sorted = room;
        room = a;
        a = sorted;
    }
    return a;
}

/* Deals the sorted patients out to their parts; to_come[p] is where part p goes on. */
static void deal(const keyed *sorted, int n, const int *part, const int *first, int n_parts,
                 int *to_come, int *order)
{
    memcpy(to_come, first, sizeof *first * (size_t)n_parts);
    for (int i = 0; i < n; i++) order[to_come[part ? part[sorted[i].at] : 0]++] = sorted[i].at;
}

static void count_parts(const int *part, int n, int n_parts, int *first)
{
    for (int i = 0; i < n; i++) first[(part ? part[i] : 0) + 1]++;
    for (int p = 0; p < n_parts; p++) first[p + 1] += first[p];
}

typedef struct sorter {
    keyed *a, *room;
    int *to_come;
} sorter;

static void sort_by(const double *key, int n, const int *part, const int *first, int n_parts,
                    sorter *s, int *order)
{
    for (int i = 0; i < n; i++) s->a[i] = (keyed){key[i], i};
    deal(merge_sort(s->a, s->room, n), n, part, first, n_parts, s->to_come, order);
}

bool sq_order_make(const sq_sample *sample, const int *part, int n_parts, sq_arena *arena,
                   sq_order *order)
{
    int n = sample->n;
    size_t room = (size_t)n;
    sorter s = {sq_arena_array(arena, room, sizeof *s.a),
                sq_arena_array(arena, room, sizeof *s.room),
                sq_arena_array(arena, (size_t)n_parts, sizeof *s.to_come)};
    int *first = sq_arena_array(arena, (size_t)n_parts + 1, sizeof *first);
    int *by_time = sq_arena_array(arena, room, sizeof *by_time);
    int *by_entry = sample->entry ? sq_arena_array(arena, room, sizeof *by_entry) : NULL;
    if (!s.a || !s.room || !s.to_come || !first || !by_time || !by_entry != !sample->entry)
        return false;
    count_parts(part, n, n_parts, first);
    sort_by(sample->time, n, part, first, n_parts, &s, by_time);
    if (by_entry) sort_by(sample->entry, n, part, first, n_parts, &s, by_entry);
    *order = (sq_order){sample->time, sample->entry, n_parts, first, by_time, by_entry};
    return true;
}

sq_walk sq_walk_start(const sq_order *order, int part)
{
    int begin = order->first[part], end = order->first[part + 1];
    return (sq_walk){.order = order, .part = part, .begin = begin, .next = end, .next_left = end};
}

bool sq_walk_step(sq_walk *w)
{
    const sq_order *o = w->order;
    if (w->next == w->begin) return false;
    int end = w->next, end_left = w->next_left;
    w->time = o->time[o->by_time[end - 1]];
    while (w->next > w->begin && o->time[o->by_time[w->next - 1]] == w->time) w->next--;
    while (o->by_entry && w->next_left > w->begin &&
           o->entry[o->by_entry[w->next_left - 1]] >= w->time)
        w->next_left--;
    w->joining = o->by_time + w->next;
    w->n_joining = end - w->next;
    w->n_leaving = end_left - w->next_left;
    w->leaving = w->n_leaving ? o->by_entry + w->next_left : NULL;
    w->at_risk += w->n_joining - w->n_leaving;
    return true;
}
