/* Units of uncertainty: which numbers were published together and are therefore drawn anew together. Found from
 * the finished list of parameters, so that a number that was replaced brings no uncertainty with it. */
#include "lang/build.h"

#include <math.h>

/* Shares of one split stand one after the other; with one of them replaced the others are no split. */
static int length_of_split(const sq_build *b, int first)
{
    const sq_parameter *rows = b->parameters.items;
    int n = 0, total = (int)b->parameters.count;
    double sum = 0;
    for (; first + n < total && rows[first + n].split == rows[first].split; n++) sum += rows[first + n].u[0];
    return fabs(sum - rows[first].u[1]) <= 1e-9 * sum ? n : 0;
}

/* What must be declared before this can be drawn: a count of none or all says nothing of its own spread. */
static const char *missing(sq_build *b, const sq_evidence *e)
{
    sq_writer w = {0};
    for (int i = e->first; i < e->first + e->n; i++) {
        const sq_parameter *p = &b->parameters.items[i];
        bool is_counted = p->uncertainty == SQ_BETA || p->uncertainty == SQ_DIRICHLET;
        bool is_extreme = p->u[0] == 0 || (p->uncertainty == SQ_BETA && p->u[0] == p->u[1]);
        if (!is_counted || !is_extreme || p->prior[0] > 0 || w.count) continue;
        sq_write(&w, "`prior:`, for %.10g of %.10g tell no spread", p->u[0], p->u[1]);
    }
    if (e->solve >= 0 && isnan(b->solves.items[e->solve].patients))
        sq_write(&w, "`patients:`, the number of patients of the published curve");
    return w.count ? sq_build_keep_written(b, &w) : "";
}

static bool add(sq_build *b, sq_evidence e)
{
    e.missing = missing(b, &e);
    return sq_vec_push(&b->evidence, e) || sq_build_no_memory(b);
}

bool sq_build_evidence(sq_build *b)
{
    int n_rows = (int)b->parameters.count;
    for (int i = 0; i < n_rows; i++) {
        const sq_parameter *p = &b->parameters.items[i];
        int n = p->split ? length_of_split(b, i) : p->uncertainty != SQ_CERTAIN;
        sq_evidence e = {.kind = p->uncertainty, .name = p->name, .where = p->where, .first = i, .n = n, .solve = -1};
        if (n && !add(b, e)) return false;
        if (p->split)
            while (i + 1 < n_rows && b->parameters.items[i + 1].split == p->split) i++;
    }
    for (size_t i = 0; i < b->solves.count; i++) {
        const sq_solve *s = &b->solves.items[i];
        sq_evidence e = {.kind = SQ_CURVE, .name = s->name, .where = s->where, .solve = (int)i};
        if (!add(b, e)) return false;
    }
    return true;
}
