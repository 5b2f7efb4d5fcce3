/* Which vector forms this processor can run. */
#include "vectors.h"

#include "base/cpu.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const vector_forms VECTORS_1, VECTORS_4, VECTORS_8;

const vector_forms *vector_forms_present(int i)
{
    sq_cpu cpu = sq_cpu_detect();
    bool wide = cpu.avx512f && cpu.avx512dq && cpu.avx512vl;
    const vector_forms *present[] = {&VECTORS_1, cpu.avx2 ? &VECTORS_4 : NULL, NULL, NULL};
    if (wide)
        present[cpu.avx2 ? 2 : 1] = &VECTORS_8;
    return present[i];
}

const vector_function *vector_function_named(const vector_function *list, const char *name)
{
    for (; list->name; list++) {
        if (strcmp(list->name, name) == 0)
            return list;
    }
    fprintf(stderr, "there is no vector form of %s\n", name);
    exit(1);
}
