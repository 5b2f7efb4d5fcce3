/* Asks the processor, through the compiler's own detection, which also knows whether the operating
 * system saves the wide registers. Looking (detect) is apart from judging (require), so that the refusal
 * can be tested on a machine that would not be refused. */
#include "base/cpu.h"

#include <string.h>

sq_cpu sq_cpu_detect(void)
{
    sq_cpu cpu = {.fma = true};
#if defined(__x86_64__)
    __builtin_cpu_init();
    cpu.sse4_2 = __builtin_cpu_supports("sse4.2") != 0;
    cpu.avx = __builtin_cpu_supports("avx") != 0;
    cpu.avx2 = __builtin_cpu_supports("avx2") != 0;
    cpu.fma = __builtin_cpu_supports("fma") != 0;
    cpu.avx512f = __builtin_cpu_supports("avx512f") != 0;
    cpu.avx512dq = __builtin_cpu_supports("avx512dq") != 0;
    cpu.avx512vl = __builtin_cpu_supports("avx512vl") != 0;
#endif
    return cpu;
}

sq_status sq_cpu_require(const sq_cpu *cpu, sq_error *err)
{
    if (cpu->fma)
        return SQ_OK;
    return sq_fail(err, SQ_ERR_HARDWARE,
                   "this processor (or the virtual machine around it) has no fused multiply-add "
                   "instructions (FMA), and the results depend on them to the last bit; "
                   "Intel Haswell, AMD Piledriver and most x86-64 processors after them do");
}

sq_status sq_cpu_check(sq_error *err)
{
    sq_cpu cpu = sq_cpu_detect();
    return sq_cpu_require(&cpu, err);
}

/* Appends a name when it is offered and fits. */
static void append(char *text, size_t size, bool offered, const char *name)
{
    size_t length = strlen(text);
    if (!offered || length + strlen(name) + 2 > size)
        return;
    if (length > 0)
        strcpy(text + length++, " ");
    strcpy(text + length, name);
}

const char *sq_cpu_instruction_sets(char *text, size_t size)
{
    if (size == 0)
        return text;
    sq_cpu cpu = sq_cpu_detect();
    text[0] = '\0';
    append(text, size, cpu.sse4_2, "sse4.2");
    append(text, size, cpu.avx, "avx");
    append(text, size, cpu.avx2, "avx2");
    append(text, size, cpu.fma, "fma");
    append(text, size, cpu.avx512f, "avx512f");
    append(text, size, cpu.avx512dq, "avx512dq");
    append(text, size, cpu.avx512vl, "avx512vl");
    return text;
}
