/* What the processor can do. Results are promised bit for bit on every x86-64 processor with fused
 * multiply-add; one without it would have to compute them by other roundings, so it is refused. */
#ifndef SQ_BASE_CPU_H
#define SQ_BASE_CPU_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { SQ_CPU_TEXT = 128 };

/* Instruction sets that both the processor and the operating system offer. On anything but x86-64 only
 * fma is looked at, and it is true: the language's fma() is exact everywhere. */
typedef struct sq_cpu {
    bool sse4_2, avx, avx2, fma, avx512f, avx512dq, avx512vl;
} sq_cpu;

sq_cpu sq_cpu_detect(void);

/* SQ_OK when cpu has all that the program needs, else SQ_ERR_HARDWARE with a sentence in err. */
sq_status sq_cpu_require(const sq_cpu *cpu, sq_error *err);

/* sq_cpu_require for the processor the program runs on. */
sq_status sq_cpu_check(sq_error *err);

/* Writes the names of the running processor's instruction sets into text (size bytes; SQ_CPU_TEXT is
 * enough, less cuts the list at a name), separated by blanks, as in "sse4.2 avx avx2 fma". Returns
 * text. For the record that goes with results. */
const char *sq_cpu_instruction_sets(char *text, size_t size);

#endif
