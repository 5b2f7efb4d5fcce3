/* An arena: memory that lives and dies together. A compiled model, a parsed document or a result is
 * built by hundreds of small allocations and freed by one call; none of them is freed alone. */
#ifndef SQ_BASE_ARENA_H
#define SQ_BASE_ARENA_H

#include <stddef.h>

typedef struct sq_arena_chunk sq_arena_chunk;

/* Zero-initialise before first use. */
typedef struct sq_arena {
    sq_arena_chunk *head;
    size_t bytes; /* handed out so far */
} sq_arena;

/* size bytes, aligned to 16 and zeroed; NULL when memory is out. Owned by the arena. */
void *sq_arena_alloc(sq_arena *arena, size_t size);
/* count * size with overflow checked; NULL on overflow or when memory is out. */
void *sq_arena_array(sq_arena *arena, size_t count, size_t size);
/* A copy of the n bytes at text with a NUL after them. */
char *sq_arena_text(sq_arena *arena, const char *text, size_t n);
char *sq_arena_format(sq_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Forgets everything and keeps the memory, as one chunk, for another round of the same size: a loop that resets at
 * its head allocates in its first rounds only. Legal on a zeroed arena. */
void sq_arena_reset(sq_arena *arena);
/* Frees everything; the arena may be used again. Legal on a zeroed arena. */
void sq_arena_free(sq_arena *arena);

#endif
