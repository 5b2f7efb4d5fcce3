/* Actions run in order, each seeing the effect of the earlier ones; goto, start, stop, pause and resume are
 * only recorded and take effect when the firing settles. */
#include "engine/ref_body.h"

#include <math.h>

static sq_status value_of(sq_ref *r, sq_program program, const char *what, double *value)
{
    sq_view view = sq_ref_view(r);
    *value = sq_program_value(&view, program, 0);
    if (isfinite(*value)) return SQ_OK;
    sq_ref_blame(r, program);
    return sq_ref_fail(r, "%s is not a finite number", what);
}

sq_status sq_ref_judge(sq_ref *r, int index, double value, sq_program program)
{
    const sq_attribute *a = &r->model->attributes[index];
    bool plain = a->type.class == SQ_TYPE_NUMBER && a->type.unit.time == 0 && a->type.unit.money == 0;
    sq_kind kind = plain ? (sq_kind)a->type.unit.kind : SQ_KIND_NONE;
    bool fits_probability = kind != SQ_KIND_PROBABILITY || (value >= 0 && value <= 1);
    bool fits_count = kind != SQ_KIND_COUNT || value >= 0;
    if (isfinite(value) && fits_probability && fits_count) return SQ_OK;
    sq_ref_blame(r, program);
    if (!isfinite(value)) return sq_ref_fail(r, "%s is not a finite number", a->name);
    return sq_ref_fail(r, "%s becomes %g, which is not a %s", a->name, value,
                       fits_count ? "probability" : "count");
}

/* Writes an attribute after checking that its type can hold the value, which the program (if one) gave. */
static sq_status assign(sq_ref *r, int index, double value, sq_program program)
{
    sq_status status = sq_ref_judge(r, index, value, program);
    if (!status) sq_ref_assign(r, index, value);
    return status;
}

/* The attribute that an action writes: of a vector the element that its index says now. */
static sq_status target(sq_ref *r, const sq_action *action, int *attribute)
{
    double offset = 0;
    *attribute = action->a;
    if (action->q.count == 0) return SQ_OK;
    sq_status status = value_of(r, action->q, r->model->attributes[action->a].name, &offset);
    *attribute += (int)offset;
    return status;
}

static sq_status set(sq_ref *r, const sq_action *action)
{
    int attribute;
    sq_status status = target(r, action, &attribute);
    if (status) return status;
    sq_view view = sq_ref_view(r);
    return assign(r, attribute, sq_program_value(&view, action->p, 0), action->p);
}

static sq_status unset(sq_ref *r, const sq_action *action)
{
    int attribute;
    sq_status status = target(r, action, &attribute);
    if (!status) sq_ref_assign(r, attribute, NAN);
    return status;
}

static sq_status draw(sq_ref *r, const sq_action *action)
{
    const sq_draw *d = &r->model->draws[action->b];
    double value = 0;
    int option = 0, attribute;
    sq_status status = target(r, action, &attribute);
    if (status) return status;
    switch (d->kind) {
    case SQ_DRAW_LAW: status = sq_ref_number(r, d, &value); break;
    case SQ_DRAW_CHANCE: status = sq_ref_flag(r, d, &value); break;
    case SQ_DRAW_AMONG:
        status = sq_ref_option(r, d, &option);
        if (status) return status;
        SQ_TRACE(r, on_option, r->now, action->b, option);
        value = r->model->draw_options[d->first_option + option].value;
        break;
    }
    return status ? status : assign(r, attribute, value, (sq_program){0, 0});
}

/* Runs the branch that came up by jumping to it. */
static sq_status split(sq_ref *r, const sq_action *action, int *next)
{
    const sq_draw *d = &r->model->draws[action->b];
    int option;
    sq_status status = sq_ref_option(r, d, &option);
    if (status) return status;
    SQ_TRACE(r, on_option, r->now, action->b, option);
    *next = r->model->draw_options[d->first_option + option].value;
    return SQ_OK;
}

/* The number of the strategy's first rule that matches; its last rule has no condition, so there is one. */
static sq_status matching_rule(sq_ref *r, int decision, const sq_rule **rule, int *number)
{
    const sq_model *m = r->model;
    sq_rule_list list = m->strategies[r->strategy].rules[decision];
    bool matches = false;
    for (*number = 0; *number < list.count; ++*number) {
        *rule = &m->rules[list.first + *number];
        sq_status status = sq_ref_truth(r, (*rule)->condition, m->decisions[decision].name, &matches);
        if (status || matches) return status;
    }
    return SQ_OK;
}

/* Depth is bounded: the loader refuses decisions that lead back to themselves. */
static sq_status decide(sq_ref *r, int index)
{
    const sq_decision *decision = &r->model->decisions[index];
    int number;
    const sq_rule *rule = NULL;
    sq_status status = matching_rule(r, index, &rule, &number);
    if (status) return status;
    SQ_TRACE(r, on_decide, r->now, index, number, rule->option);
    sq_ref_assign(r, decision->attribute, rule->option);
    if (rule->sets >= 0) status = sq_ref_actions(r, rule->sets);
    if (!status && decision->common >= 0) status = sq_ref_actions(r, decision->common);
    int branch = decision->option[rule->option];
    if (!status && branch >= 0) status = sq_ref_actions(r, branch);
    return status;
}

static sq_status pay(sq_ref *r, const sq_action *action)
{
    bool qalys = action->code == SQ_ACT_QALYS;
    const char *what = qalys ? "a one-off of QALYs" : r->model->costs[action->a].name;
    double amount;
    sq_status status = value_of(r, action->p, what, &amount);
    if (status) return status;
    SQ_TRACE(r, on_pay, r->now, qalys ? -1 : action->a, amount);
    sq_ref_pay(r, qalys ? SQ_QUANTITY_QALYS : SQ_QUANTITY_COST + action->a, amount);
    return SQ_OK;
}

/* The amount is the latest one; the end is the later of the two. */
static sq_status lose(sq_ref *r, const sq_action *action)
{
    sq_loss *loss = &r->losses[action->a];
    const char *name = r->model->losses[action->a];
    double amount, duration;
    sq_status status = value_of(r, action->p, name, &amount);
    if (!status) status = value_of(r, action->q, name, &duration);
    if (status) return status;
    if (duration < 0) {
        sq_ref_blame(r, action->q);
        return sq_ref_fail(r, "%s lasts %g days", name, duration);
    }
    loss->amount = amount;
    loss->until = fmax(loss->until, sq_on_time_grid(r->now + duration));
    r->losses_changed = true;
    SQ_TRACE(r, on_lose, r->now, action->a, amount, loss->until);
    return SQ_OK;
}

static sq_status mark(sq_ref *r, int index)
{
    SQ_TRACE(r, on_mark, r->now, index);
    return sq_ref_occur(r, SQ_OCCURS_MARK(r->model, index));
}

static void go(sq_ref *r, const sq_action *action)
{
    r->goto_state = action->a;
    r->reenter = action->b != 0;
}

static sq_status unless(sq_ref *r, const sq_action *action, int *next)
{
    bool truth;
    sq_status status = sq_ref_truth(r, action->p, "an action", &truth);
    if (!truth) *next = action->a;
    return status;
}

/* One action; *next is where the block goes on. */
static sq_status act(sq_ref *r, const sq_action *action, int *next)
{
    switch (action->code) {
    case SQ_ACT_END: return SQ_OK;
    case SQ_ACT_SET: return set(r, action);
    case SQ_ACT_UNSET: return unset(r, action);
    case SQ_ACT_DRAW: return draw(r, action);
    case SQ_ACT_SPLIT: return split(r, action, next);
    case SQ_ACT_UNLESS: return unless(r, action, next);
    case SQ_ACT_JUMP: *next = action->a; return SQ_OK;
    case SQ_ACT_DECIDE: return decide(r, action->a);
    case SQ_ACT_START: r->clocks[action->a].start_asked = true; return SQ_OK;
    case SQ_ACT_STOP: r->clocks[action->a].stop_asked = true; return SQ_OK;
    case SQ_ACT_PAUSE: r->clocks[action->a].pause_asked = true; return SQ_OK;
    case SQ_ACT_RESUME: r->clocks[action->a].resume_asked = true; return SQ_OK;
    case SQ_ACT_GOTO: go(r, action); return SQ_OK;
    case SQ_ACT_PAY:
    case SQ_ACT_QALYS: return pay(r, action);
    case SQ_ACT_LOSE: return lose(r, action);
    case SQ_ACT_MARK: return mark(r, action->a);
    }
    return SQ_OK;
}

sq_status sq_ref_actions(sq_ref *r, int first)
{
    const sq_action *actions = r->model->actions;
    for (int i = first; actions[i].code != SQ_ACT_END;) {
        int next = i + 1;
        sq_status status = act(r, &actions[i], &next);
        if (status) return status;
        i = next;
    }
    return SQ_OK;
}
