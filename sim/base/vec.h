/* A growing array in five lines of macro: the builder's lists. `items`, `count`, `capacity`; grown by
 * doubling with malloc, freed by the owner. Growth reports failure as false, never aborts. */
#ifndef SQ_BASE_VEC_H
#define SQ_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

#define SQ_VEC(type)                                                                               \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count, capacity;                                                                    \
    }

/* Makes room for one more element of *vec; false when memory is out. */
#define sq_vec_reserve(vec)                                                                        \
    sq_vec_grow((void **)&(vec)->items, (vec)->count, &(vec)->capacity, sizeof *(vec)->items)
/* Appends a value; an expression that is false when memory is out. */
#define sq_vec_push(vec, value)                                                                    \
    (sq_vec_reserve(vec) && ((vec)->items[(vec)->count++] = (value), true))

bool sq_vec_grow(void **items, size_t count, size_t *capacity, size_t item_size);

#endif
