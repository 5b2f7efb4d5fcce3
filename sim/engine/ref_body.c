/* What every part of a life needs: to see the world, to write an attribute, to note that something happened, and
 * to say what went wrong. */
#include "engine/ref_body.h"

#include "model/explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

sq_view sq_ref_view(const sq_ref *r)
{
    return (sq_view){
        .model = r->model,
        .block = r->block,
        .attribute = r->attribute,
        .happened = r->happened,
        .history = &r->history,
        .now = r->now,
        .entered = r->entered,
        .state = r->state,
    };
}

static size_t last_events_text(const sq_ref *r, char *text, size_t size)
{
    size_t used = 0;
    int n = r->firings < SQ_LAST_EVENTS ? r->firings : SQ_LAST_EVENTS;
    for (int i = r->firings - n; i < r->firings && used < size; i++) {
        int event = r->last_event[i % SQ_LAST_EVENTS];
        int written = snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                               r->model->events[event].name);
        used += written > 0 ? (size_t)written : 0;
    }
    return used;
}

sq_status sq_ref_fail(sq_ref *r, const char *format, ...)
{
    char what[512], events[512] = "";
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    last_events_text(r, events, sizeof events);
    return sq_fail(r->err, SQ_ERR_LIFE,
                   "patient %lld under strategy %s, day %g, in state %s: %s%s%s (last events: %s)",
                   (long long)r->patient, r->model->strategies[r->strategy].name, r->now,
                   r->model->states[r->state].name, what, r->blame[0] ? "; " : "", r->blame,
                   events[0] ? events : "none");
}

void sq_ref_blame(sq_ref *r, sq_program program)
{
    sq_view view = sq_ref_view(r);
    size_t used = strlen(r->blame), between = used > 0 ? 2 : 0;
    if (used + between + 1 >= sizeof r->blame) return;
    sq_explain(&view, program, r->blame + used + between, sizeof r->blame - used - between);
    if (between && r->blame[used + between]) memcpy(r->blame + used, "; ", between);
}

void sq_ref_blame_law(sq_ref *r, const sq_law_spec *law)
{
    for (int i = 0; i < SQ_LAW_ARGS; i++) sq_ref_blame(r, law->arg[i]);
    sq_ref_blame(r, law->hazard_ratio);
    sq_ref_blame(r, law->time_ratio);
    sq_ref_blame(r, law->cured);
    sq_ref_blame(r, law->row);
}

void sq_ref_assign(sq_ref *r, int attribute, double value)
{
    double before = r->attribute[attribute];
    if (value == before || (isnan(value) && isnan(before))) return;
    r->attribute[attribute] = value;
    sq_bits_set(&r->changed, attribute);
    SQ_TRACE(r, on_set, r->now, attribute, before, value);
}

sq_status sq_ref_truth(sq_ref *r, sq_program condition, const char *what, bool *truth)
{
    sq_view view = sq_ref_view(r);
    double value = sq_program_value(&view, condition, 1);
    *truth = value != 0;
    if (!isnan(value)) return SQ_OK;
    sq_ref_blame(r, condition);
    return sq_ref_fail(r, "a condition of %s compares what is not a number", what);
}

sq_status sq_ref_occur(sq_ref *r, int occurrence)
{
    sq_life *life = r->life;
    uint64_t *word = &r->happened[occurrence / 64], bit = 1ULL << (occurrence % 64);
    sq_bits_set(&r->occurred, occurrence);
    if (!(*word & bit)) sq_bits_set(&r->changed, SQ_READS_HAPPENED(r->model));
    sq_bits_set(&r->changed, SQ_READS_OCCURRED(r->model, occurrence));
    *word |= bit;
    r->last_time[occurrence] = r->now;
    if (life->count[occurrence]++ == 0) life->first_time[occurrence] = r->now;
    if (!life->keep_log) return SQ_OK;
    return sq_life_add_log(life, r->now, occurrence, r->state, r->err);
}
