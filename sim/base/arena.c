/* An arena of chunks in a list, newest first; each chunk is twice the size of the one before, up to a
 * megabyte, so that a small model costs a few kilobytes and a large one a handful of allocations.
 * Chunks come zeroed and memory is handed out once, so every allocation is zero without a second
 * pass. A request that is large beside its chunk gets a chunk of its own size. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16, FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20 };

struct sq_arena_chunk {
    sq_arena_chunk *next;
    size_t size, used;
    _Alignas(ALIGNMENT) unsigned char bytes[];
};

/* A new chunk at the head of the list. */
static sq_arena_chunk *push_chunk(sq_arena *arena, size_t capacity)
{
    if (capacity > SIZE_MAX - sizeof(sq_arena_chunk))
        return NULL;
    sq_arena_chunk *chunk = calloc(1, sizeof *chunk + capacity);
    if (chunk == NULL)
        return NULL;
    chunk->size = capacity;
    chunk->next = arena->head;
    arena->head = chunk;
    return chunk;
}

/* A new chunk at the head of the list with room for at least size bytes. */
static sq_arena_chunk *add_chunk(sq_arena *arena, size_t size)
{
    size_t capacity = arena->head == NULL ? FIRST_CHUNK : arena->head->size * 2;
    if (capacity > LARGEST_CHUNK)
        capacity = LARGEST_CHUNK;
    return push_chunk(arena, capacity < size ? size : capacity);
}

void *sq_arena_alloc(sq_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    /* An empty request gets an address of its own: it is not mistaken for a failure. */
    size_t room = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    sq_arena_chunk *chunk = arena->head;
    if (chunk == NULL || chunk->size - chunk->used < room)
        chunk = add_chunk(arena, room);
    if (chunk == NULL)
        return NULL;
    void *memory = chunk->bytes + chunk->used;
    chunk->used += room;
    arena->bytes += size;
    return memory;
}

void *sq_arena_array(sq_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return sq_arena_alloc(arena, count * size);
}

char *sq_arena_text(sq_arena *arena, const char *text, size_t n)
{
    char *copy = n == SIZE_MAX ? NULL : sq_arena_alloc(arena, n + 1);
    if (copy != NULL && n > 0)
        memcpy(copy, text, n);
    return copy;
}

char *sq_arena_format(sq_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        return NULL;
    char *text = sq_arena_alloc(arena, (size_t)length + 1);
    if (text == NULL)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

/* Several chunks give way to one as large as all: if memory is out for that, the next request says so. */
void sq_arena_reset(sq_arena *arena)
{
    sq_arena_chunk *head = arena->head;
    if (head != NULL && head->next == NULL) {
        memset(head->bytes, 0, head->used);
        head->used = 0;
        arena->bytes = 0;
        return;
    }
    size_t total = 0;
    for (; head != NULL; head = head->next)
        total += head->size;
    sq_arena_free(arena);
    if (total > 0)
        push_chunk(arena, total);
}

void sq_arena_free(sq_arena *arena)
{
    while (arena->head != NULL) {
        sq_arena_chunk *next = arena->head->next;
        free(arena->head);
        arena->head = next;
    }
    arena->bytes = 0;
}
