/* Which kernel tables there are, and which of them this processor can run. */
#include "engine/lanes.h"

#include "base/cpu.h"

#include <string.h>

/* Widest first. */
static const sq_lanes *const TABLES[] = {&sq_lanes_avx512, &sq_lanes_avx2, &sq_lanes_scalar};
enum { N_TABLES = sizeof TABLES / sizeof *TABLES };

const sq_lanes *sq_lanes_named(const char *name)
{
    for (int i = 0; i < N_TABLES; i++)
        if (strcmp(TABLES[i]->name, name) == 0) return TABLES[i];
    return NULL;
}

bool sq_lanes_run_here(const sq_lanes *lanes)
{
    sq_cpu cpu = sq_cpu_detect();
    if (lanes == &sq_lanes_avx512) return cpu.fma && cpu.avx2 && cpu.avx512f && cpu.avx512dq && cpu.avx512vl;
    if (lanes == &sq_lanes_avx2) return cpu.fma && cpu.avx2;
    return cpu.fma;
}

/* The program refuses to start where not even the last one runs (base/cpu.h). */
const sq_lanes *sq_lanes_best(void)
{
    int i = 0;
    while (i < N_TABLES - 1 && !sq_lanes_run_here(TABLES[i])) i++;
    return TABLES[i];
}
