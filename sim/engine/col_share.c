/* Programs that begin alike: relapses that share a hazard and part it differently, options of one draw. Their common
 * beginning, as far as it comes to a value, is computed once for a selection, and kept until an attribute is written. What
 * begins alike are neighbours once the programs are sorted. */
#include "engine/col_program.h"

#include <stdlib.h>
#include <string.h>

enum { SHORTEST = 3 }; /* operations worth keeping */

/* What else a program reads may change while a selection keeps values. */
static bool stays(sq_op_code code)
{
    return code == SQ_OP_CONST || code == SQ_OP_PARAM || code == SQ_OP_PARAM_AT || code == SQ_OP_ATTR ||
           code == SQ_OP_ATTR_AT || code == SQ_OP_NOW || code >= SQ_OP_TABLE;
}

/* Operations at the beginning of both that come to one value; 0 if they are too few. */
static int common_beginning(const sq_col_form *a, const sq_col_form *b)
{
    int depth = 0, common = 0, n = a->n < b->n ? a->n : b->n;
    for (int i = 0; i < n && stays((sq_op_code)a->op[i].code); i++) {
        if (memcmp(&a->op[i], &b->op[i], sizeof *a->op) != 0) break;
        depth += 1 - sq_col_pops((sq_op_code)a->op[i].code);
        if (depth == 1) common = i + 1;
    }
    return common < SHORTEST ? 0 : common;
}

static uint64_t reads_of(const sq_op *op, int n)
{
    uint64_t reads = 0;
    for (int i = 0; i < n; i++) {
        if (op[i].code == SQ_OP_ATTR) reads |= UINT64_C(1) << (op[i].a % 64);
        if (op[i].code == SQ_OP_ATTR_AT) reads = UINT64_MAX;
    }
    return reads;
}

static int by_code(const void *x, const void *y)
{
    const sq_col_form *a = *(sq_col_form *const *)x, *b = *(sq_col_form *const *)y;
    int order = memcmp(a->op, b->op, (size_t)(a->n < b->n ? a->n : b->n) * sizeof *a->op);
    return order != 0 ? order : (a->n > b->n) - (a->n < b->n);
}

/* Each shares as much as it can; with whom it has no more than that in common, it shares nothing. */
void sq_col_share(sq_col_form **forms, size_t n)
{
    int name = 0;
    if (n > 0) qsort(forms, n, sizeof *forms, by_code);
    for (size_t i = 1; i < n; i++) {
        int common = common_beginning(forms[i - 1], forms[i]);
        if (common > forms[i - 1]->shared) forms[i - 1]->shared = common;
        forms[i]->shared = common;
    }
    for (size_t i = 0; i < n; i++) {
        bool as_before = i > 0 && forms[i]->shared == forms[i - 1]->shared &&
                         common_beginning(forms[i - 1], forms[i]) >= forms[i]->shared;
        forms[i]->shared_name = as_before ? name : ++name;
    }
    for (size_t i = 0; i < n; i++) {
        bool before = i > 0 && forms[i - 1]->shared_name == forms[i]->shared_name;
        bool after = i + 1 < n && forms[i + 1]->shared_name == forms[i]->shared_name;
        if (!before && !after) forms[i]->shared = 0;
        forms[i]->shared_reads = reads_of(forms[i]->op, forms[i]->shared);
    }
}
