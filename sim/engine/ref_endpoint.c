/* Endpoints: when a patient enters a risk set, and how it leaves it. Looked at once per firing, after it has
 * settled, with the set of what occurred in it; most firings bring nothing that any endpoint asks for. What emulated
 * cohorts want to know of passages is written to attributes that nothing in a life reads: nobody reacts to it. */
#include "engine/ref_body.h"

#include <math.h>

sq_bits sq_ref_endpoints_watch(const sq_model *m)
{
    sq_bits watched = {{0}};
    for (int i = 0; i < m->n_endpoints; i++) {
        sq_bits_join(&watched, &m->endpoints[i].from);
        sq_bits_join(&watched, &m->endpoints[i].censor);
        sq_bits_join(&watched, &m->endpoints[i].non_response);
    }
    for (int i = 0; i < m->n_causes; i++) sq_bits_join(&watched, &m->causes[i].events);
    return watched;
}

/* ---- what is noted ---------------------------------------------------------------------------------- */

static void note(sq_ref *r, const sq_endpoint *e, sq_note which, double value)
{
    if (e->is_noted) r->attribute[e->note[which]] = value;
}

/* What has no value stays unset. */
static sq_status take_snapshot(sq_ref *r, const sq_snapshot *snapshot)
{
    sq_view view = sq_ref_view(r);
    double value = sq_program_value(&view, snapshot->value, 0);
    if (isnan(value)) return SQ_OK;
    r->attribute[snapshot->attribute] = value;
    return sq_ref_judge(r, snapshot->attribute, value, snapshot->value);
}

/* ---- passages --------------------------------------------------------------------------------------- */

static sq_status enters(sq_ref *r, const sq_endpoint *e, bool *does)
{
    *does = sq_bits_meet(&e->from, &r->occurred, r->words);
    return *does ? sq_ref_truth(r, e->who, e->name, does) : SQ_OK;
}

static sq_status open_passage(sq_ref *r, const sq_endpoint *e, sq_passage *p)
{
    sq_status status = SQ_OK;
    p->origin = r->now + e->landmark;
    note(r, e, SQ_NOTE_ORIGIN, p->origin);
    for (int i = 0; i < e->n_snapshots && !status; i++)
        status = take_snapshot(r, &r->model->snapshots[e->first_snapshot + i]);
    return status;
}

/* One that ends before its landmark was never at risk. */
static void close_passage(sq_ref *r, const sq_endpoint *e, sq_passage *p, double end, int cause)
{
    bool was_at_risk = end >= p->origin;
    p->end = end;
    p->cause = cause;
    p->closed = true;
    if (was_at_risk) {
        note(r, e, SQ_NOTE_END, end);
        note(r, e, SQ_NOTE_CAUSE, cause);
    } else {
        p->origin = NAN;
        note(r, e, SQ_NOTE_ORIGIN, NAN);
    }
}

/* The cause that occurred, -1 for censoring, -2 for neither. Causes come before censoring. */
static int leaves_by(const sq_ref *r, const sq_endpoint *e)
{
    for (int i = 0; i < e->n_causes; i++)
        if (sq_bits_meet(&r->model->causes[e->first_cause + i].events, &r->occurred, r->words)) return i;
    return sq_bits_meet(&e->censor, &r->occurred, r->words) ? -1 : -2;
}

/* A non-response comes before all causes: it had the event at the origin, whenever it shows. */
static void look_inside(sq_ref *r, const sq_endpoint *e, sq_passage *p)
{
    if (sq_bits_meet(&e->non_response, &r->occurred, r->words)) {
        close_passage(r, e, p, p->origin, 0);
        return;
    }
    int cause = leaves_by(r, e);
    if (cause > -2) close_passage(r, e, p, r->now, cause);
}

static sq_status look(sq_ref *r, const sq_endpoint *e, sq_passage *p)
{
    if (isnan(p->origin)) {
        bool does;
        sq_status status = enters(r, e, &does);
        if (status || !does) return status;
        status = open_passage(r, e, p);
        if (status || !e->origin_counts) return status;
    }
    look_inside(r, e, p);
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
        if (!p->closed && !isnan(p->origin)) close_passage(r, &r->model->endpoints[i], p, follow_up_end, -1);
    }
}
