/* Programs over a selection: the stack machine of model/program.c with columns on its stack. What is the same for all
 * lanes (constants, parameters where there is one block, and what is computed from such) is computed once and stays a
 * column of step 0. The result of an operation lies in the room that belongs to its place on the stack, where its
 * first operand may lie too: every value depends on its own lane alone. What is the same for all has a room beside. */
#include "engine/col_program.h"

#include <math.h>

typedef struct machine {
    sq_columns *c;
    sq_selection *s;
    int top;            /* one past the topmost value */
    double *result;     /* room of place 0 */
    double *rest;       /* of places 1 … */
    sq_column stack[SQ_STACK_DEPTH];
} machine;

/* Doubles of a room: for a column, then for a number that is the same for all. */
static int room_size(const sq_selection *s) { return sq_col_padded(s->n) + SQ_PAD; }

static double *room(const machine *m, int place)
{
    return place == 0 ? m->result : m->rest + (ptrdiff_t)(place - 1) * room_size(m->s);
}

/* Where in a room the result goes. */
static double *place_of(const machine *m, double *room, int step)
{
    return step == 0 ? room + sq_col_padded(m->s->n) : room;
}

/* A row of `size` numbers, words, … of the pool. */
static size_t row(const machine *m, int i) { return sq_col_row(m->c->p, i); }

static const uint64_t *happened_word(const machine *m, int occurrence)
{
    return m->c->p->happened + row(m, occurrence / 64);
}

static void spread(double *p)
{
    for (int i = 1; i < SQ_PAD; i++) p[i] = p[0];
}

/* ---- what is pushed ---------------------------------------------------------------------------------------- */

static sq_column parameter(const machine *m, int slot, double *out)
{
    const sq_selection *s = m->s;
    if (s->block) return (sq_column){s->block + slot, 0};
    m->c->lanes->gather_blocks(out, s->blocks, slot, s->n);
    return (sq_column){out, 1};
}

static sq_column in_state(const machine *m, double *out)
{
    const sq_selection *s = m->s;
    const sq_column now = {s->now, 1}, entered = {out, 1};
    m->c->lanes->gather(out, m->c->p->entered, s->lane, s->n);
    m->c->lanes->operate(SQ_OP_SUB, out, now, entered, now, s->n);
    return entered;
}

static sq_column since(const machine *m, int occurrence, double *out)
{
    const sq_selection *s = m->s;
    const sq_column now = {s->now, 1}, time = {out, 1};
    m->c->lanes->times_if(out, NAN, m->c->p->last_time + row(m, occurrence), happened_word(m, occurrence),
                          occurrence % 64, s->lane, s->n);
    m->c->lanes->operate(SQ_OP_SUB, out, now, time, now, s->n);
    return time;
}

/* Days of the stays that are over, and of the present one. */
static sq_column time_in(const machine *m, int state, double *out, double *present)
{
    const sq_selection *s = m->s;
    const int entry = SQ_OCCURS_STATE(m->c->model, state);
    const sq_column over = {out, 1};
    m->c->lanes->times_if(out, 0, m->c->p->time_in + row(m, state), happened_word(m, entry), entry % 64, s->lane,
                          s->n);
    if (s->state == state)
        m->c->lanes->operate(SQ_OP_ADD, out, over, in_state(m, present), over, s->n);
    return over;
}

static sq_column happened(const machine *m, int occurrence, double *out)
{
    m->c->lanes->happened(out, happened_word(m, occurrence), occurrence % 64, m->s->lane, m->s->n);
    return (sq_column){out, 1};
}

static sq_column tally(const machine *m, int occurrence, double *out)
{
    m->c->lanes->counts_if(out, m->c->p->count + row(m, occurrence), happened_word(m, occurrence), occurrence % 64,
                           m->s->lane, m->s->n);
    return (sq_column){out, 1};
}

static sq_column constant(const machine *m, int number)
{
    return (sq_column){m->c->plan->specialised->constants + (ptrdiff_t)number * SQ_PAD, 0};
}

static sq_column attribute(const machine *m, int number)
{
    return (sq_column){sq_col_attribute(m->c, m->s, number), 1};
}

/* The value of a leaf: in columns that are there already, or in `out`. */
static sq_column leaf(const machine *m, sq_op op, double *out)
{
    switch ((sq_op_code)op.code) {
    case SQ_OP_CONST: return constant(m, op.a);
    case SQ_OP_PARAM: return parameter(m, op.a, out);
    case SQ_OP_ATTR: return attribute(m, op.a);
    case SQ_OP_NOW: return (sq_column){m->s->now, 1};
    case SQ_OP_IN_STATE: return in_state(m, out);
    case SQ_OP_HAPPENED: return happened(m, op.a, out);
    case SQ_OP_SINCE: return since(m, op.a, out);
    case SQ_OP_TALLY: return tally(m, op.a, out);
    default: return time_in(m, op.a, out, sq_col_doubles(m->c, m->s->n));
    }
}

/* ---- what takes an operand and reads something else ----------------------------------------------------------- */

/* Where all lanes have the same operand, one is computed. */
static int lanes_of(const machine *m, int step) { return step == 0 ? 1 : m->s->n; }

static sq_column settled(double *out, int step)
{
    if (step == 0) spread(out);
    return (sq_column){out, step};
}

static sq_column parameter_at(const machine *m, int slot, sq_column at, double *out)
{
    const sq_selection *s = m->s;
    if (s->block) {
        out = place_of(m, out, at.step);
        m->c->lanes->gather_block_at(out, s->block, slot, at.p, lanes_of(m, at.step));
        return settled(out, at.step);
    }
    m->c->lanes->gather_blocks_at(out, s->blocks, slot, sq_col_dense(m->c, m->s, at), s->n);
    return (sq_column){out, 1};
}

/* Lane i's own element of a vector, wherever that has its column. */
static double element(const sq_columns *c, int attribute, int32_t lane)
{
    const double *column = c->p->attribute[attribute];
    return column ? column[lane] : c->cohort_attribute[attribute][c->p->slot[lane]];
}

static sq_column attribute_at(const machine *m, int first, sq_column at, double *out)
{
    const sq_selection *s = m->s;
    for (int i = 0; i < s->n; i++) {
        double x = at.p[(ptrdiff_t)i * at.step];
        out[i] = isnan(x) ? x : element(m->c, first + (int)x, s->lane[i]);
    }
    return (sq_column){out, 1};
}

static sq_column table(const machine *m, int index, sq_column at, double *out)
{
    static const double FIRST_ROW[SQ_PAD] = {0};
    const sq_table *t = &m->c->model->tables[index];
    sq_row_column rows = sq_col_table(m->c, m->s, index, (sq_column){FIRST_ROW, 0});
    int step = at.step | rows.step;
    out = place_of(m, out, step);
    m->c->lanes->table_at(t->interpolation, t->size, rows, out, at, lanes_of(m, step));
    return settled(out, step);
}

static sq_column operate(const machine *m, sq_op_code code, int pops, const sq_column *operand, double *out)
{
    int step = 0;
    for (int i = 0; i < pops; i++) step |= operand[i].step;
    out = place_of(m, out, step);
    sq_column y = operand[pops > 1], z = operand[pops > 2 ? 2 : 0];
    m->c->lanes->operate(code, out, operand[0], y, z, lanes_of(m, step));
    return settled(out, step);
}

/* What has operands, or needs room. */
static void step_in_room(machine *m, sq_op op)
{
    int pops = sq_col_pops((sq_op_code)op.code);
    m->top -= pops;
    sq_column *operand = &m->stack[m->top];
    double *out = room(m, m->top);
    m->top++;
    switch ((sq_op_code)op.code) {
    case SQ_OP_PARAM_AT: *operand = parameter_at(m, op.a, *operand, out); break;
    case SQ_OP_ATTR_AT: *operand = attribute_at(m, op.a, *operand, out); break;
    case SQ_OP_TABLE: *operand = table(m, op.a, *operand, out); break;
    default:
        if (pops == 0) *operand = leaf(m, op, out);
        else *operand = operate(m, (sq_op_code)op.code, pops, operand, out);
    }
}

static void step(machine *m, sq_op op)
{
    switch ((sq_op_code)op.code) {
    case SQ_OP_CONST: m->stack[m->top++] = constant(m, op.a); break;
    case SQ_OP_ATTR: m->stack[m->top++] = attribute(m, op.a); break;
    default: step_in_room(m, op);
    }
}

/* ---- the doors ---------------------------------------------------------------------------------------------------- */

static bool needs_no_room(const sq_selection *s, sq_op_code code)
{
    return code == SQ_OP_CONST || code == SQ_OP_ATTR || code == SQ_OP_NOW || (code == SQ_OP_PARAM && s->block);
}

static bool find_kept(machine *m, const sq_col_form *form)
{
    const sq_selection *s = m->s;
    for (int i = 0; i < s->n_kept; i++)
        if (s->kept[i].name == form->shared_name) {
            m->stack[m->top++] = s->kept[i].value;
            return true;
        }
    return false;
}

/* What others begin with too is computed in the selection's room, or is there already; how many operations are done. */
static int begin(machine *m, const sq_col_form *form)
{
    sq_selection *s = m->s;
    if (form->shared == 0) return 0;
    if (find_kept(m, form)) return form->shared;
    if (s->n_kept == SQ_KEPT_VALUES) return 0;
    double *result = m->result;
    m->result = sq_col_room_to_keep(s);
    for (int i = 0; i < form->shared; i++) step(m, form->op[i]);
    s->kept[s->n_kept].name = form->shared_name;
    s->kept[s->n_kept++].value = m->stack[0];
    m->result = result;
    return form->shared;
}

static sq_column value_of_form(sq_columns *c, sq_selection *s, const sq_col_form *form)
{
    machine m; /* of its stack, no more is filled than is used */
    m.c = c;
    m.s = s;
    m.top = 0;
    m.stack[0] = (sq_column){NULL, 0};
    if (form->n == 1 && needs_no_room(s, (sq_op_code)form->op->code)) return leaf(&m, *form->op, NULL);
    m.result = sq_col_doubles(c, room_size(s));
    sq_mark mark = sq_col_mark(c);
    if (form->depth > 1) m.rest = sq_col_doubles(c, (form->depth - 1) * room_size(s));
    for (int i = begin(&m, form); i < form->n; i++) step(&m, form->op[i]);
    sq_col_release(c, mark);
    return m.stack[0];
}

sq_column sq_col_value(sq_columns *c, sq_selection *s, sq_program program, double otherwise)
{
    if (program.count == 0) return sq_col_uniform(c, otherwise);
    return value_of_form(c, s, sq_col_form_of(c->plan, program, s->state));
}

const double *sq_col_dense(sq_columns *c, sq_selection *s, sq_column value)
{
    if (value.step) return value.p;
    double *dense = sq_col_doubles(c, s->n);
    for (int i = 0; i < sq_col_padded(s->n); i++) dense[i] = value.p[0];
    return dense;
}

/* Lanes whose condition has no value fail. */
static void fail_unclear(sq_columns *c, const sq_selection *s, sq_column value)
{
    for (int i = 0; i < s->n; i++)
        if (isnan(value.p[(ptrdiff_t)i * value.step])) sq_col_fail(c, s, i);
}

sq_column sq_col_truth(sq_columns *c, sq_selection *s, sq_program condition)
{
    if (condition.count == 0) return sq_col_uniform(c, 1);
    const sq_col_form *form = sq_col_form_of(c->plan, condition, s->state);
    sq_column value = value_of_form(c, s, form);
    if (form->is_truth) return value;
    double *truth = sq_col_doubles(c, s->n);
    int unclear = c->lanes->truths(truth, value, value.step == 0 ? 1 : s->n);
    if (unclear > 0) fail_unclear(c, s, value);
    return settled(truth, value.step);
}

sq_row_column sq_col_table(sq_columns *c, sq_selection *s, int table, sq_column row)
{
    const sq_table *t = &c->model->tables[table];
    const double *const blocks[SQ_PAD] = {s->block, s->block, s->block, s->block,
                                          s->block, s->block, s->block, s->block};
    sq_row_column block = s->block ? (sq_row_column){blocks, 0} : (sq_row_column){s->blocks, 1};
    int step = row.step | block.step, n = step == 0 ? SQ_PAD : s->n;
    const double **rows = sq_col_pointers(c, n);
    c->lanes->table_rows(rows, block, t->offset, t->n_years > 0 ? t->n_years * t->stride : t->stride, t->rows, row, n);
    return (sq_row_column){rows, step};
}
