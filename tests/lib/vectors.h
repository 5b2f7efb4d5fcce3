/* The vector forms of sim/math at one width, as loops over arrays, so that a test can ask every instruction
 * set of this processor for the same values. */
#ifndef TESTS_LIB_VECTORS_H
#define TESTS_LIB_VECTORS_H

#include "math/law_columns.h"

enum { VECTOR_MOST = 8 }; /* arrays hold a multiple of this */

/* result[i] = f(x[i], y[i]); functions of one argument leave y alone. */
typedef struct vector_function {
    const char *name;
    void (*run)(int n, const double *x, const double *y, double *result);
} vector_function;

/* result[i] = f(law of lane i, x[i], y[i]). */
typedef struct vector_law_function {
    const char *name;
    void (*run)(const sq_law_columns *law, int n, const double *x, const double *y, double *result);
} vector_law_function;

typedef struct vector_forms {
    const char *instruction_set;
    int width;
    const vector_function *kernels; /* names as in kernel.h without sq_, and the tails of gamma; ended by a NULL name */
    const vector_law_function *laws; /* names as in law.h without sq_law_; truth as 1 or 0; ended likewise */
    const vector_function *operations; /* of simd.h, words as the bits of doubles; truth as 1 or 0 */
} vector_forms;

/* The i-th that this processor offers, from one lane up; NULL after the last. */
const vector_forms *vector_forms_present(int i);
/* The functions of this name; they fail the program where there is none. */
const vector_function *vector_function_named(const vector_function *list, const char *name);
const vector_law_function *vector_law_function_named(const vector_law_function *list, const char *name);

/* Whether every instruction set of this processor answers a question (a name in `laws`) about this law with the bits
 * of want; says on standard error which does not. Any NaN will do for a NaN: which of two operands hands its
 * payload on is the compiler's choice. */
bool vectors_answer(const sq_law *law, const char *question, double x, double y, double want);
/* The same for a kernel. */
bool vectors_compute(const char *kernel, double x, double y, double want);
bool same_bits(double a, double b);

#endif
