/* Endpoints: when a patient enters a risk set, and how it leaves it. Looked at once per firing, after it has
 * settled, with the set of what occurred in it; most firings bring nothing that any endpoint asks for. */
#include "engine/ref_body.h"

#include <math.h>

sq_bits sq_ref_endpoints_watch(const sq_model *m)
{
    sq_bits watched = {{0}};
    for (int i = 0; i < m->n_endpoints; i++) {
        sq_bits_join(&watched, &m->endpoints[i].from);
        sq_bits_join(&watched, &m->endpoints[i].censor);
    }
    for (int i = 0; i < m->n_causes; i++) sq_bits_join(&watched, &m->causes[i].events);
    return watched;
}

static sq_status enters(sq_ref *r, const sq_endpoint *e, bool *does)
{
    *does = sq_bits_meet(&e->from, &r->occurred, r->words);
    return *does ? sq_ref_truth(r, e->who, e->name, does) : SQ_OK;
}

/* The cause that occurred, -1 for censoring, -2 for neither. Causes come before censoring. */
static int leaves_by(const sq_ref *r, const sq_endpoint *e)
{
    for (int i = 0; i < e->n_causes; i++)
        if (sq_bits_meet(&r->model->causes[e->first_cause + i].events, &r->occurred, r->words)) return i;
    return sq_bits_meet(&e->censor, &r->occurred, r->words) ? -1 : -2;
}

static void close_passage(sq_passage *p, double end, int cause)
{
    p->end = end;
    p->cause = cause;
    p->closed = true;
    if (end < p->origin) p->origin = NAN; /* before the landmark: never at risk */
}

static sq_status look(sq_ref *r, const sq_endpoint *e, sq_passage *p)
{
    if (isnan(p->origin)) {
        bool does;
        sq_status status = enters(r, e, &does);
        if (status || !does) return status;
        p->origin = r->now + e->landmark;
        if (!e->origin_counts) return SQ_OK;
    }
    int cause = leaves_by(r, e);
    if (cause > -2) close_passage(p, r->now, cause);
    return SQ_OK;
}

sq_status sq_ref_endpoints(sq_ref *r)
{
    if (!sq_bits_meet(&r->watched, &r->occurred, r->words)) return SQ_OK;
    for (int i = 0; i < r->model->n_endpoints; i++) {
        sq_passage *p = &r->life->passage[i];
        sq_status status = p->closed ? SQ_OK : look(r, &r->model->endpoints[i], p);
        if (status) return status;
    }
    return SQ_OK;
}

void sq_ref_endpoints_end(sq_ref *r, double follow_up_end)
{
    for (int i = 0; i < r->model->n_endpoints; i++) {
        sq_passage *p = &r->life->passage[i];
        if (!p->closed && !isnan(p->origin)) close_passage(p, follow_up_end, -1);
    }
}
