/* Splines of Royston and Parmar (Stat Med 2002;21:2175) as flexsurv prints them: knots, or their
 * logarithms, and coefficients gamma0, gamma1, … in a unit of time. Each coefficient is a number with a name of
 * its own. The table of the block is in days: log t in another unit differs by a constant, so that
 *     gamma0 + gamma1 log(t/unit) = (gamma0 - gamma1 log(unit)) + gamma1 log t
 * and the terms of the knots, made of differences of logarithms, stay as they are. */
#include "lang/build.h"
#include "math/kernel.h"


enum { MOST_KNOTS = 100 };

static const char *coefficient_name(sq_build *b, int k)
{
    sq_writer w = {0};
    sq_write(&w, "gamma%d", k);
    return sq_build_keep_written(b, &w);
}

/* Days in the unit that `in:` names. */
static bool read_unit_days(sq_build *b, const sq_node *leaf, double *days)
{
    const sq_node *unit = sq_node_get(leaf, "in");
    if (!unit)
        return sq_diag_error(b->diags, leaf->place,
                             "a spline needs `in:`, the unit of time of its knots and coefficients");
    if (!sq_is_scalar(b, unit, "in: a unit of time")) return false;
    if (!sq_is_word(unit->text))
        return sq_diag_error(b->diags, unit->place, "expected a unit alone, as in `in: y`");
    return sq_one_of_unit(b, unit, sq_type_time(), days);
}

static bool read_scale(sq_build *b, const sq_param *param, int entry, sq_spline_scale *scale)
{
    static const char *const words[] = {"hazard", "odds", "normal", NULL};
    const sq_node *leaf = param->leaf[entry], *node = sq_node_get(leaf, "scale");
    if (!node)
        return sq_diag_error(b->diags, leaf->place,
                             "a spline needs `scale:`, one of hazard, odds and normal");
    int chosen = sq_choice(b, node, "scale", words, 0);
    if (chosen < 0) return false;
    if (entry > 0 && chosen != (int)*scale)
        return sq_diag_error(b->diags, node->place,
                             "the scales of one table of splines must be the same");
    *scale = (sq_spline_scale)chosen;
    return true;
}

/* The list under a key that must be there. */
static const sq_node *list_of(sq_build *b, const sq_node *leaf, const char *key)
{
    const sq_node *node = sq_node_get(leaf, key);
    if (!node) {
        sq_diag_error(b->diags, leaf->place, "a spline needs `%s:`", key);
        return NULL;
    }
    return sq_node_expect(node, SQ_NODE_LIST, key, b->diags) ? node : NULL;
}

static bool read_knot(sq_build *b, const sq_node *node, bool is_log, double days, double *x)
{
    if (!sq_expr_constant(&b->compiler, node, sq_type_plain(), x)) return false;
    *x = is_log ? sq_exp(*x) * days : *x * days;
    return *x > 0 || sq_diag_error(b->diags, node->place,
                                   "a knot of a spline is a time above 0; is it a logarithm? Those are "
                                   "written `log knots:`");
}

static bool read_row(sq_build *b, const sq_node *leaf, sq_knots *knots)
{
    double days;
    bool is_log = sq_node_get(leaf, "log knots") != NULL;
    if (is_log && sq_node_get(leaf, "knots"))
        return sq_diag_error(b->diags, leaf->place,
                             "a spline needs one of `knots:` and `log knots:`");
    const sq_node *x = list_of(b, leaf, is_log ? "log knots" : "knots");
    const sq_node *y = list_of(b, leaf, "coefficients");
    if (!x || !y || !read_unit_days(b, leaf, &days)) return false;
    if (x->count < 2 || x->count > MOST_KNOTS)
        return sq_diag_error(b->diags, x->place, "a spline has 2 to %d knots, the boundary knots "
                             "included", (int)MOST_KNOTS);
    if (y->count != x->count)
        return sq_diag_error(b->diags, y->place,
                             "a spline has as many coefficients as knots: %d knots, %d coefficients",
                             x->count, y->count);
    if (!sq_new_knots(b, knots, x->count)) return false;
    bool fine = true;
    for (int i = 0; i < x->count && fine; i++) {
        knots->place[i] = x->item[i]->place;
        knots->y_node[i] = y->item[i];
        knots->y_place[i] = y->item[i]->place;
        fine = read_knot(b, x->item[i], is_log, days, &knots->x[i]) &&
               sq_knots_increase(b, knots, i, "a spline") && sq_is_scalar(b, y->item[i], "a coefficient");
    }
    return fine;
}

static bool read_entry(sq_build *b, sq_param *param, int entry, sq_table *table)
{
    static const char *const known[] = {
        "scale", "in",   "knots", "log knots", "coefficients", "source", "class",    "note",
        "law",   "unit", "by",    "default",   "describes",    "cured",  "truncate", "shift", NULL};
    const sq_node *leaf = param->leaf[entry];
    if (!sq_node_expect(leaf, SQ_NODE_MAP, "a spline", b->diags)) return false;
    sq_node_known_keys(leaf, "a spline", known, b->diags);
    if (!read_scale(b, param, entry, &table->scale) || !read_row(b, leaf, &param->knots[entry]))
        return false;
    int n = param->knots[entry].n;
    if (entry > 0 && n != table->size)
        return sq_diag_error(b->diags, leaf->place,
                             "the splines of one table have equally many knots: %d here, %d before",
                             n, table->size);
    table->size = n;
    return true;
}

bool sq_declare_spline(sq_build *b, sq_param *param, int index, sq_table *table)
{
    bool fine = true;
    for (int e = 0; e < param->n_entries && fine; e++) fine = read_entry(b, param, e, table);
    if (!fine) return false;
    param->coefficient_slot = sq_take_slots(b, table->size * param->n_entries);
    for (int k = 0; k < table->size && fine; k++)
        fine = sq_add_law_symbol(b, param, index, coefficient_name(b, k),
                                 param->coefficient_slot + k * param->n_entries,
                                 sq_type_plain().unit);
    return fine;
}

/* What row value k is: the coefficient, the constant term moved to days. */
static sq_program row_value(sq_build *b, const sq_param *param, int entry, int k, double days)
{
    sq_compiler *c = &b->compiler;
    int slot = param->coefficient_slot + entry;
    sq_program begun = sq_code_begin(c);
    bool fine = sq_code_op(c, SQ_OP_PARAM, slot + k * param->n_entries);
    if (k == 0)
        fine = fine && sq_code_op(c, SQ_OP_PARAM, slot + param->n_entries) &&
               sq_code_const(c, sq_log(days)) && sq_code_op(c, SQ_OP_MUL, 0) &&
               sq_code_op(c, SQ_OP_SUB, 0);
    if (!fine) sq_build_no_memory(b);
    return sq_code_end(c, begun);
}

bool sq_compile_spline_entry(sq_build *b, sq_param *param, int entry, const sq_about *above)
{
    const sq_table table = b->tables.items[param->table];
    const sq_knots *knots = &param->knots[entry];
    sq_unit plain = sq_type_plain().unit;
    sq_about about;
    double days;
    bool fine = sq_read_about(b, param->leaf[entry], above, &about) &&
                sq_check_about(b, param, sq_entry_name(b, param, "", entry),
                               param->leaf[entry]->place, &about) &&
                read_unit_days(b, param->leaf[entry], &days);
    for (int k = 0; k < table.size && fine; k++) {
        const char *name = sq_arg_entry_name(b, param, coefficient_name(b, k), entry);
        fine = sq_add_number(b, param, name, param->coefficient_slot + k * param->n_entries + entry,
                             plain, knots->y_node[k], &about, true);
    }
    for (int k = 0; k < table.size && fine; k++) {
        int slot = table.offset + entry * table.stride + k;
        fine = sq_add_constant(b, param, slot, knots->x[k], knots->place[k]) &&
               sq_add_value(b, param, param->name, slot + table.size, plain,
                            row_value(b, param, entry, k, days), knots->y_place[k], true);
    }
    return fine;
}
