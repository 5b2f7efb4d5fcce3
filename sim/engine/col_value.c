/* Programs over a selection: the steps of a form (col_steps.c), done by the kernels on columns. What a program pushes is
 * found first; a few steps read more than columns and are done here. The result of a step lies in the room that belongs
 * to its place on the stack, where its first operand may lie too: every value depends on its own lane alone. What is the
 * same for all lanes (constants, parameters of one block) is a column of step 0. */
#include "engine/col_program.h"

#include <math.h>

/* A row of `size` numbers, words, … of the pool. */
static size_t row(const sq_columns *c, int i) { return sq_col_row(c->p, i); }

static const uint64_t *happened_word(const sq_columns *c, int occurrence)
{
    return c->p->happened + row(c, occurrence / 64);
}

/* ---- what is pushed ---------------------------------------------------------------------------------------- */

static sq_column parameter(sq_columns *c, const sq_selection *s, int slot)
{
    if (s->block) return (sq_column){s->block + slot, 0};
    double *out = sq_col_doubles(c, s->n);
    c->lanes->gather_blocks(out, s->blocks, slot, s->n);
    return (sq_column){out, 1};
}

static sq_column in_state(sq_columns *c, const sq_selection *s)
{
    double *out = sq_col_doubles(c, s->n);
    const sq_column now = {s->now, 1}, entered = {out, 1};
    c->lanes->gather(out, c->p->entered, s->lane, s->n);
    c->lanes->operate(SQ_OP_SUB, out, now, entered, now, s->n);
    return entered;
}

static sq_column since(sq_columns *c, const sq_selection *s, int occurrence)
{
    double *out = sq_col_doubles(c, s->n);
    const sq_column now = {s->now, 1}, time = {out, 1};
    c->lanes->times_if(out, NAN, c->p->last_time + row(c, occurrence), happened_word(c, occurrence), occurrence % 64,
                       s->lane, s->n);
    c->lanes->operate(SQ_OP_SUB, out, now, time, now, s->n);
    return time;
}

/* Days of the stays that are over, and of the present one. */
static sq_column time_in(sq_columns *c, const sq_selection *s, int state)
{
    const int entry = SQ_OCCURS_STATE(c->model, state);
    double *out = sq_col_doubles(c, s->n);
    const sq_column over = {out, 1};
    c->lanes->times_if(out, 0, c->p->time_in + row(c, state), happened_word(c, entry), entry % 64, s->lane, s->n);
    if (s->state == state) c->lanes->operate(SQ_OP_ADD, out, over, in_state(c, s), over, s->n);
    return over;
}

static sq_column happened(sq_columns *c, const sq_selection *s, int occurrence)
{
    double *out = sq_col_doubles(c, s->n);
    c->lanes->happened(out, happened_word(c, occurrence), occurrence % 64, s->lane, s->n);
    return (sq_column){out, 1};
}

static sq_column tally(sq_columns *c, const sq_selection *s, int occurrence)
{
    double *out = sq_col_doubles(c, s->n);
    c->lanes->counts(out, sq_col_counter(c->p, c->plan->counter_of[occurrence]), s->lane, s->n);
    return (sq_column){out, 1};
}

/* The value of a leaf: in columns that are there already, or in new scratch. */
static sq_column leaf(sq_columns *c, sq_selection *s, sq_op op)
{
    switch ((sq_op_code)op.code) {
    case SQ_OP_CONST: return (sq_column){c->plan->specialised->constants + (ptrdiff_t)op.a * SQ_PAD, 0};
    case SQ_OP_PARAM: return parameter(c, s, op.a);
    case SQ_OP_ATTR: return (sq_column){sq_col_attribute(c, s, op.a), 1};
    case SQ_OP_NOW: return (sq_column){s->now, 1};
    case SQ_OP_IN_STATE: return in_state(c, s);
    case SQ_OP_HAPPENED: return happened(c, s, op.a);
    case SQ_OP_SINCE: return since(c, s, op.a);
    case SQ_OP_TALLY: return tally(c, s, op.a);
    default: return time_in(c, s, op.a);
    }
}

/* ---- steps that read more than columns --------------------------------------------------------------------------- */

static void parameter_at(sq_columns *c, sq_selection *s, int slot, sq_column at, double *out)
{
    const double *dense = sq_col_dense(c, s, at);
    if (s->block) c->lanes->gather_block_at(out, s->block, slot, dense, s->n);
    else c->lanes->gather_blocks_at(out, s->blocks, slot, dense, s->n);
}

/* Lane i's own element of a vector, wherever that has its column. */
static double element(const sq_columns *c, int attribute, int32_t lane)
{
    const double *column = c->p->attribute[attribute];
    return column ? column[lane] : sq_col_baseline_of(c, attribute, lane);
}

static void attribute_at(const sq_columns *c, const sq_selection *s, int first, sq_column at, double *out)
{
    for (int i = 0; i < s->n; i++) {
        double x = at.p[(ptrdiff_t)i * at.step];
        out[i] = isnan(x) ? x : element(c, first + (int)x, s->lane[i]);
    }
    for (int i = s->n; i < sq_col_padded(s->n); i++) out[i] = out[s->n - 1];
}

static void table(sq_columns *c, sq_selection *s, int index, sq_column at, double *out)
{
    static const double FIRST_ROW[SQ_PAD] = {0};
    const sq_table *t = &c->model->tables[index];
    sq_row_column rows = sq_col_table(c, s, index, (sq_column){FIRST_ROW, 0});
    c->lanes->table_at(t->interpolation, t->size, rows, out, at, s->n);
}

static void step(sq_columns *c, sq_selection *s, const sq_col_step *step, const sq_bench *bench)
{
    double *out = step->to == 0 ? bench->result : bench->rest + (ptrdiff_t)(step->to - 1) * bench->size;
    sq_column at = bench->value[step->x];
    switch ((int)step->code) {
    case SQ_OP_PARAM_AT: parameter_at(c, s, step->a, at, out); break;
    case SQ_OP_ATTR_AT: attribute_at(c, s, step->a, at, out); break;
    default: table(c, s, step->a, at, out);
    }
    bench->value[bench->computed + step->to] = (sq_column){out, 1};
}

static void do_steps(sq_columns *c, sq_selection *s, const sq_col_form *form, int first, int last, const sq_bench *bench)
{
    for (int i = first; i < last; i++) {
        i += c->lanes->steps(&form->step[i], last - i, bench, s->n);
        if (i < last) step(c, s, &form->step[i], bench);
    }
}

/* ---- forms ------------------------------------------------------------------------------------------------------- */

/* The value that a form begins with, where that is kept; NULL if it is not. */
static const sq_column *find_kept(const sq_selection *s, const sq_col_form *form)
{
    for (int i = 0; i < s->n_kept; i++)
        if (s->kept[i].name == form->shared_name) return &s->kept[i].value;
    return NULL;
}

/* What others begin with too is computed in the selection's room; NULL where there is none. */
static const sq_column *keep_beginning(sq_columns *c, sq_selection *s, const sq_col_form *form, const sq_bench *bench)
{
    sq_bench own = *bench;
    int place = 0;
    while (place < s->n_kept && s->kept[place].name != 0) place++;
    if (place == SQ_KEPT_VALUES) return NULL;
    own.result = sq_col_room_to_keep(s, place);
    do_steps(c, s, form, 0, form->shared_steps, &own);
    if (place == s->n_kept) s->n_kept++;
    s->kept[place].name = form->shared_name;
    s->kept[place].reads = form->shared_reads;
    s->kept[place].value = bench->value[bench->computed];
    return &s->kept[place].value;
}

/* Columns for the leaves that are read, of which those of the beginning alone are not where that is kept. */
static void take_leaves(sq_columns *c, sq_selection *s, const sq_col_form *form, bool all, sq_column *value)
{
    for (int k = 0; k < form->n_leaves; k++)
        if (all || form->later[k]) value[k] = leaf(c, s, form->leaf[k]);
}

static sq_column value_of_form(sq_columns *c, sq_selection *s, const sq_col_form *form)
{
    if (form->n_steps == 0) return leaf(c, s, *form->leaf);
    const sq_column *kept = form->shared > 0 ? find_kept(s, form) : NULL;
    if (kept && form->shared == form->n) return *kept;
    int size = sq_col_padded(s->n);
    sq_bench bench = {.computed = form->n_leaves, .size = size, .result = sq_col_doubles(c, size), .block = s->block};
    sq_mark mark = sq_col_mark(c);
    bench.value = sq_col_columns(c, form->n_leaves + form->depth);
    bench.rest = sq_col_doubles(c, (form->depth - 1) * size);
    take_leaves(c, s, form, !kept, bench.value);
    if (!kept && form->shared > 0) kept = keep_beginning(c, s, form, &bench);
    if (kept) bench.value[bench.computed] = *kept;
    do_steps(c, s, form, kept ? form->shared_steps : 0, form->n_steps, &bench);
    sq_column value = bench.value[bench.computed];
    sq_col_release(c, mark);
    return value;
}

/* ---- the doors ---------------------------------------------------------------------------------------------------- */

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

static void spread(double *p)
{
    for (int i = 1; i < SQ_PAD; i++) p[i] = p[0];
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
    if (value.step == 0) spread(truth);
    return (sq_column){truth, value.step};
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
