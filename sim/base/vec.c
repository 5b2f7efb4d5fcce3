/* Growth of the typed arrays that vec.h declares. The pointer is read and written as bytes: the caller's
 * object is a pointer to some type of its own, which is not an object of type void pointer. */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool sq_vec_grow(void **items, size_t count, size_t *capacity, size_t item_size)
{
    if (count < *capacity)
        return true;
    if (*capacity > SIZE_MAX / 2 / item_size)
        return false;
    size_t wanted = *capacity == 0 ? 8 : *capacity * 2;
    void *old;
    memcpy(&old, items, sizeof old);
    void *grown = realloc(old, wanted * item_size);
    if (grown == NULL)
        return false;
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}
