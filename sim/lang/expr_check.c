/* Types and units of expressions. Every node is checked after its operands and rewritten into one
 * operation of the stack machine; what is made of literals alone is computed on the spot, by that
 * same machine, so that folding cannot change a result. Words, tables and time are in expr_name.c.
 */
#include "lang/expr_tree.h"

#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GREATEST_POWER = 100, TYPE_TEXT = 96 };

static const sq_type flag_type = {.class = SQ_TYPE_FLAG};

static sq_type number_type(sq_unit unit)
{
    return (sq_type){.class = SQ_TYPE_NUMBER, .unit = unit};
}

static bool is_dimensionless(sq_unit u) { return u.time == 0 && u.money == 0; }

/* ---- words for types ------------------------------------------------------------------ */

const sq_category *sq_category_at(const sq_compiler *c, int category)
{
    return category == SQ_CATEGORY_STATES ? &c->names.states : &c->names.categories[category];
}

static const char *number_text(sq_unit unit, char *buffer, size_t size)
{
    static const char *const kinds[] = {"a plain number", "a probability", "a count", "a utility"};
    char text[TYPE_TEXT];
    if (is_dimensionless(unit))
        snprintf(buffer, size, "%s", kinds[unit.kind]);
    else if (unit.time == -1 && unit.money == 0)
        snprintf(buffer, size, "a rate (1/time)");
    else
        snprintf(buffer, size, "%s", sq_unit_text(unit, text, sizeof text));
    return buffer;
}

const char *sq_type_text(const sq_compiler *c, sq_type type, char *buffer, size_t size)
{
    if (type.class == SQ_TYPE_NUMBER) return number_text(type.unit, buffer, size);
    if (type.class == SQ_TYPE_FLAG)
        snprintf(buffer, size, "a flag");
    else if (type.category == SQ_CATEGORY_STATES)
        snprintf(buffer, size, "a state");
    else
        snprintf(buffer, size, "a value of %s", sq_category_at(c, type.category)->name);
    return buffer;
}

static const char *unit_advice(sq_unit have, sq_unit want)
{
    if (!is_dimensionless(have) || is_dimensionless(want)) return "";
    if (want.money != 0 && want.time != 0)
        return "; an amount per time is written as in 300 EUR/mo";
    if (want.money != 0) return "; write its currency, as in 100 EUR";
    return want.time > 0 ? "; write its unit: d, wk, mo or y" : "; write it per time, as in 0.3/y";
}

/* "cannot add time and money" at the node. */
static bool mismatch(sq_check *k, const sq_tree *tree, const char *verb, sq_type a, sq_type b)
{
    char left[TYPE_TEXT], right[TYPE_TEXT];
    const char *advice = "";
    if (a.class == SQ_TYPE_NUMBER && b.class == SQ_TYPE_NUMBER)
        advice = is_dimensionless(a.unit) ? unit_advice(a.unit, b.unit)
                                          : unit_advice(b.unit, a.unit);
    return sq_expr_error(k->c, tree->origin, tree->at, "cannot %s %s and %s%s", verb,
                         sq_type_text(k->c, a, left, sizeof left),
                         sq_type_text(k->c, b, right, sizeof right), advice);
}

/* "expected …, found time" at the node's beginning. */
static bool unexpected(sq_check *k, const sq_tree *tree, const char *wanted, const char *advice)
{
    char found[TYPE_TEXT];
    return sq_expr_error(k->c, tree->origin, tree->start, "expected %s, found %s%s", wanted,
                         sq_type_text(k->c, tree->type, found, sizeof found), advice);
}

static const char *flag_advice(sq_type have)
{
    if (have.class == SQ_TYPE_CATEGORY) return "; compare it, as in x == label";
    return have.class == SQ_TYPE_NUMBER ? "; compare it, as in x > 1" : "";
}

bool sq_expr_expect(sq_check *k, const sq_tree *tree, sq_type want)
{
    char wanted[TYPE_TEXT];
    bool fits = tree->type.class == want.class;
    const char *advice = "";
    if (want.class == SQ_TYPE_NUMBER && fits) {
        fits = sq_unit_fits(tree->type.unit, want.unit);
        advice = unit_advice(tree->type.unit, want.unit);
    } else if (want.class == SQ_TYPE_CATEGORY && fits) {
        fits = tree->type.category == want.category;
    }
    if (want.class == SQ_TYPE_FLAG) advice = flag_advice(tree->type);
    return fits || unexpected(k, tree, sq_type_text(k->c, want, wanted, sizeof wanted), advice);
}

static bool expect_class(sq_check *k, const sq_tree *tree, sq_type_class class)
{
    if (tree->type.class == class) return true;
    if (class == SQ_TYPE_NUMBER) return unexpected(k, tree, "a number", "");
    return unexpected(k, tree, "a flag (something true or false)", flag_advice(tree->type));
}

static bool expect_dimensionless(sq_check *k, const sq_tree *tree)
{
    if (!expect_class(k, tree, SQ_TYPE_NUMBER)) return false;
    return is_dimensionless(tree->type.unit)
           || unexpected(k, tree, "a number without a unit",
                         "; divide it by a unit, as in x / 1 y");
}

/* ---- folding -------------------------------------------------------------------------- */

bool sq_expr_fold(sq_check *k, sq_tree *tree)
{
    double constants[3];
    sq_op code[4];
    int n = tree->n_args;
    for (int i = 0; i < n; i++) tree->reads_time = tree->reads_time || tree->arg[i]->reads_time;
    for (int i = 0; i < n; i++) {
        if (!tree->arg[i]->literal) return true;
        constants[i] = tree->arg[i]->value;
        code[i] = (sq_op){.code = SQ_OP_CONST, .a = i};
    }
    code[n] = (sq_op){.code = (uint16_t)tree->op};
    sq_model model = {.code = code, .constants = constants};
    sq_view view = {.model = &model};
    tree->value = sq_program_value(&view, (sq_program){.first = 0, .count = (uint32_t)n + 1}, 0);
    if (!isfinite(tree->value))
        return sq_expr_error(k->c, tree->origin, tree->at, "this is not a finite number (%s)",
                             tree->op == SQ_OP_DIV ? "a division by zero, or too large"
                                                   : "too large, or not defined");
    tree->literal = true;
    tree->op = SQ_OP_CONST;
    tree->n_args = 0;
    return true;
}

static bool result(sq_check *k, sq_tree *tree, sq_type type)
{
    tree->type = type;
    return sq_expr_fold(k, tree);
}

/* ---- units ---------------------------------------------------------------------------- */

/* The unit of a sum, of arms and of what is compared: equal, or one of two dimensionless ones
 * plain. */
static bool common_unit(sq_unit a, sq_unit b, sq_unit *unit)
{
    *unit = a.kind == SQ_KIND_NONE ? b : a;
    return sq_unit_fits(a, b);
}

static uint8_t product_kind(sq_unit a, sq_unit b)
{
    if (a.kind == SQ_KIND_NONE) return b.kind;
    if (b.kind == SQ_KIND_NONE) return a.kind;
    if (a.kind == b.kind) return a.kind == SQ_KIND_UTILITY ? SQ_KIND_NONE : a.kind;
    bool weighted = (a.kind == SQ_KIND_PROBABILITY && b.kind == SQ_KIND_UTILITY)
                    || (a.kind == SQ_KIND_UTILITY && b.kind == SQ_KIND_PROBABILITY);
    return weighted ? SQ_KIND_UTILITY : SQ_KIND_NONE;
}

static bool set_powers(sq_check *k, const sq_tree *tree, int time, int money, sq_unit *unit)
{
    if (time > GREATEST_POWER || time < -GREATEST_POWER || money > GREATEST_POWER
        || money < -GREATEST_POWER)
        return sq_expr_error(k->c, tree->origin, tree->at, "a power of time or money above %d",
                             GREATEST_POWER);
    *unit = (sq_unit){.time = (int8_t)time, .money = (int8_t)money};
    return true;
}

static bool check_product(sq_check *k, sq_tree *tree)
{
    sq_unit a = tree->arg[0]->type.unit, b = tree->arg[1]->type.unit, unit = {0};
    int sign = tree->op == SQ_OP_MUL ? 1 : -1;
    if (!set_powers(k, tree, a.time + sign * b.time, a.money + sign * b.money, &unit)) return false;
    if (is_dimensionless(a) && is_dimensionless(b)) {
        bool plain_divisor = b.kind == SQ_KIND_NONE;
        unit.kind = tree->op == SQ_OP_MUL ? product_kind(a, b)
                    : plain_divisor       ? a.kind
                                          : SQ_KIND_NONE;
    }
    return result(k, tree, number_type(unit));
}

static bool check_power(sq_check *k, sq_tree *tree)
{
    const sq_tree *base = tree->arg[0], *exponent = tree->arg[1];
    sq_unit unit = {0};
    double n = exponent->value;
    if (!expect_class(k, base, SQ_TYPE_NUMBER) || !expect_dimensionless(k, exponent)) return false;
    if (!is_dimensionless(base->type.unit)) {
        if (!exponent->literal || n != floor(n))
            return unexpected(k, base, "a number without a unit",
                              "; only a whole number written as such can be its exponent");
        int power = fabs(n) > GREATEST_POWER ? GREATEST_POWER + 1 : (int)n;
        if (!set_powers(k, tree, base->type.unit.time * power, base->type.unit.money * power,
                        &unit))
            return false;
    }
    return result(k, tree, number_type(unit));
}

static bool check_sqrt(sq_check *k, sq_tree *tree)
{
    sq_unit u = tree->arg[0]->type.unit;
    if (u.time % 2 != 0 || u.money % 2 != 0)
        return unexpected(k, tree->arg[0], "a number without a unit, or a square", "");
    sq_unit unit = {.time = (int8_t)(u.time / 2), .money = (int8_t)(u.money / 2)};
    return result(k, tree, number_type(unit));
}

/* ---- operators ------------------------------------------------------------------------ */

static int category_of(const sq_tree *tree)
{
    return tree->type.class == SQ_TYPE_CATEGORY ? tree->type.category : SQ_NO_CATEGORY;
}

/* Two sides that must be of one type: the one that is no bare label first, so that it can say whose
 * labels may stand on the other. */
static bool check_sides(sq_check *k, sq_tree *a, sq_tree *b, int category)
{
    bool second_first = sq_may_be_label(k, a) && !sq_may_be_label(k, b);
    if (category == SQ_NO_CATEGORY) category = sq_label_category(k, a, b);
    sq_tree *first = second_first ? b : a, *second = second_first ? a : b;
    if (!sq_expr_check(k, first, category)) return false;
    int known = category_of(first);
    return sq_expr_check(k, second, known == SQ_NO_CATEGORY ? category : known);
}

static bool same_type(sq_check *k, const sq_tree *tree, const char *verb, const sq_tree *a,
                      const sq_tree *b, sq_type *type)
{
    *type = a->type;
    bool same = a->type.class == b->type.class;
    if (same && a->type.class == SQ_TYPE_NUMBER)
        same = common_unit(a->type.unit, b->type.unit, &type->unit);
    if (same && a->type.class == SQ_TYPE_CATEGORY) same = a->type.category == b->type.category;
    return same || mismatch(k, tree, verb, a->type, b->type);
}

static bool check_equal(sq_check *k, sq_tree *tree)
{
    sq_type type;
    return check_sides(k, tree->arg[0], tree->arg[1], SQ_NO_CATEGORY)
           && same_type(k, tree, "compare", tree->arg[0], tree->arg[1], &type)
           && result(k, tree, flag_type);
}

static bool check_order(sq_check *k, sq_tree *tree)
{
    sq_type type;
    if (!check_sides(k, tree->arg[0], tree->arg[1], SQ_NO_CATEGORY)
        || !same_type(k, tree, "compare", tree->arg[0], tree->arg[1], &type))
        return false;
    if (type.class != SQ_TYPE_NUMBER)
        return unexpected(k, tree->arg[0], "a number",
                          "; only numbers are larger or smaller: use == or in");
    return result(k, tree, flag_type);
}

static bool check_logic(sq_check *k, sq_tree *tree)
{
    for (int i = 0; i < tree->n_args; i++)
        if (!sq_expr_check(k, tree->arg[i], SQ_NO_CATEGORY)
            || !expect_class(k, tree->arg[i], SQ_TYPE_FLAG))
            return false;
    return result(k, tree, flag_type);
}

static bool check_arithmetic(sq_check *k, sq_tree *tree)
{
    sq_type type;
    for (int i = 0; i < tree->n_args; i++)
        if (!sq_expr_check(k, tree->arg[i], SQ_NO_CATEGORY)
            || !expect_class(k, tree->arg[i], SQ_TYPE_NUMBER))
            return false;
    switch ((int)tree->op) {
    case SQ_OP_NEG: return result(k, tree, tree->arg[0]->type);
    case SQ_OP_POW: return check_power(k, tree);
    case SQ_OP_MUL:
    case SQ_OP_DIV: return check_product(k, tree);
    default: break;
    }
    return same_type(k, tree, tree->op == SQ_OP_ADD ? "add" : "subtract", tree->arg[0],
                     tree->arg[1], &type)
           && result(k, tree, type);
}

static bool check_operator(sq_check *k, sq_tree *tree)
{
    switch ((int)tree->op) {
    case SQ_OP_EQ:
    case SQ_OP_NE: return check_equal(k, tree);
    case SQ_OP_LT:
    case SQ_OP_LE: return check_order(k, tree);
    case SQ_OP_AND:
    case SQ_OP_OR:
    case SQ_OP_NOT: return check_logic(k, tree);
    default: return check_arithmetic(k, tree);
    }
}

/* x in (a, b): (x == a) or (x == b). */
static bool check_in(sq_check *k, sq_tree *tree)
{
    sq_tree *x = tree->arg[0], *any = NULL;
    sq_type type;
    int labels = tree->n_args > 1 ? sq_label_category(k, x, tree->arg[1]) : SQ_NO_CATEGORY;
    if (!sq_expr_check(k, x, labels)) return false;
    for (int i = 1; i < tree->n_args; i++) {
        sq_tree *equal = sq_tree_new(k->c, tree, SQ_OP_EQ, 2);
        sq_tree *either = any ? sq_tree_new(k->c, tree, SQ_OP_OR, 2) : equal;
        if (!equal || !either) return false;
        equal->arg[0] = x;
        equal->arg[1] = tree->arg[i];
        equal->at = tree->arg[i]->start;
        if (!sq_expr_check(k, tree->arg[i], category_of(x))
            || !same_type(k, equal, "compare", x, tree->arg[i], &type)
            || !result(k, equal, flag_type))
            return false;
        if (any) {
            either->arg[0] = any;
            either->arg[1] = equal;
            if (!result(k, either, flag_type)) return false;
        }
        any = either;
    }
    *tree = *any;
    return true;
}

/* ---- functions ------------------------------------------------------------------------ */

typedef enum shape {
    SHAPE_IF,
    SHAPE_EXTREME,
    SHAPE_POW,
    SHAPE_ABS,
    SHAPE_FLOOR,
    SHAPE_SQRT,
    SHAPE_PLAIN
} shape;

static const struct {
    const char *name;
    shape shape;
    sq_op_code op;
    int least, most;
    sq_kind kind; /* of the result of SHAPE_PLAIN */
} functions[] = {
    {"if", SHAPE_IF, SQ_OP_IF, 3, 3, SQ_KIND_NONE},
    {"min", SHAPE_EXTREME, SQ_OP_MIN, 2, SQ_EXPR_LIST, SQ_KIND_NONE},
    {"max", SHAPE_EXTREME, SQ_OP_MAX, 2, SQ_EXPR_LIST, SQ_KIND_NONE},
    {"pow", SHAPE_POW, SQ_OP_POW, 2, 2, SQ_KIND_NONE},
    {"abs", SHAPE_ABS, SQ_OP_ABS, 1, 1, SQ_KIND_NONE},
    {"floor", SHAPE_FLOOR, SQ_OP_FLOOR, 1, 1, SQ_KIND_NONE},
    {"sqrt", SHAPE_SQRT, SQ_OP_SQRT, 1, 1, SQ_KIND_NONE},
    {"exp", SHAPE_PLAIN, SQ_OP_EXP, 1, 1, SQ_KIND_NONE},
    {"log", SHAPE_PLAIN, SQ_OP_LOG, 1, 1, SQ_KIND_NONE},
    {"expit", SHAPE_PLAIN, SQ_OP_EXPIT, 1, 1, SQ_KIND_PROBABILITY},
    {"logit", SHAPE_PLAIN, SQ_OP_LOGIT, 1, 1, SQ_KIND_NONE},
    {"probit", SHAPE_PLAIN, SQ_OP_PROBIT, 1, 1, SQ_KIND_NONE},
    {"normal_cdf", SHAPE_PLAIN, SQ_OP_NORMAL_CDF, 1, 1, SQ_KIND_PROBABILITY},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

static int function_named(const char *name)
{
    for (int i = 0; i < FUNCTIONS; i++)
        if (strcmp(name, functions[i].name) == 0) return i;
    return -1;
}

static bool check_if(sq_check *k, sq_tree *tree, int category)
{
    sq_type type;
    return sq_expr_check(k, tree->arg[0], SQ_NO_CATEGORY)
           && expect_class(k, tree->arg[0], SQ_TYPE_FLAG)
           && check_sides(k, tree->arg[1], tree->arg[2], category)
           && same_type(k, tree, "choose between", tree->arg[1], tree->arg[2], &type)
           && result(k, tree, type);
}

/* min(a, b, c): min(min(a, b), c). */
static bool check_extreme(sq_check *k, sq_tree *tree, sq_op_code op)
{
    sq_tree *best = tree->arg[0];
    sq_type type;
    for (int i = 1; i < tree->n_args; i++) {
        sq_tree *next = sq_tree_new(k->c, tree, op, 2);
        if (!next) return false;
        next->arg[0] = best;
        next->arg[1] = tree->arg[i];
        next->at = tree->arg[i]->start;
        if (!same_type(k, next, "compare", best, tree->arg[i], &type) || !result(k, next, type))
            return false;
        best = next;
    }
    *tree = *best;
    return true;
}

static bool check_function(sq_check *k, sq_tree *tree, int f)
{
    sq_tree *x = tree->arg[0];
    bool dimensionless = functions[f].shape == SHAPE_FLOOR || functions[f].shape == SHAPE_PLAIN;
    for (int i = 0; i < tree->n_args; i++) {
        if (!sq_expr_check(k, tree->arg[i], SQ_NO_CATEGORY)) return false;
        bool good = dimensionless ? expect_dimensionless(k, tree->arg[i])
                                  : expect_class(k, tree->arg[i], SQ_TYPE_NUMBER);
        if (!good) return false;
    }
    tree->op = functions[f].op;
    switch (functions[f].shape) {
    case SHAPE_EXTREME: return check_extreme(k, tree, functions[f].op);
    case SHAPE_POW: return check_power(k, tree);
    case SHAPE_SQRT: return check_sqrt(k, tree);
    case SHAPE_ABS: return result(k, tree, x->type);
    case SHAPE_FLOOR:
        return result(
            k, tree,
            number_type((sq_unit){.kind = x->type.unit.kind == SQ_KIND_COUNT ? SQ_KIND_COUNT
                                                                             : SQ_KIND_NONE}));
    default: return result(k, tree, number_type((sq_unit){.kind = (uint8_t)functions[f].kind}));
    }
}

static bool check_call(sq_check *k, sq_tree *tree, int category)
{
    int f = function_named(tree->name);
    if (f < 0) return sq_check_named_call(k, tree, category);
    if (tree->n_args < functions[f].least || tree->n_args > functions[f].most)
        return sq_expr_error(k->c, tree->origin, tree->at, "%s takes %s%d argument%s, found %d",
                             tree->name, functions[f].least < functions[f].most ? "at least " : "",
                             functions[f].least, functions[f].least == 1 ? "" : "s", tree->n_args);
    tree->op = functions[f].op;
    return functions[f].shape == SHAPE_IF ? check_if(k, tree, category)
                                          : check_function(k, tree, f);
}

/* ---- the whole ------------------------------------------------------------------------ */

/* A number, a unit, true or false; or the label that is written so (a category may have labels 1,
 * 2). */
static bool check_number(sq_check *k, sq_tree *tree, int category)
{
    size_t length = tree->end - tree->start;
    const sq_category *labels = category == SQ_NO_CATEGORY ? NULL : sq_category_at(k->c, category);
    for (int i = 0; labels && i < labels->n_labels; i++) {
        const char *label = labels->labels[i];
        if (strlen(label) != length || memcmp(label, tree->origin->text + tree->start, length) != 0)
            continue;
        tree->value = i;
        tree->type = (sq_type){.class = SQ_TYPE_CATEGORY, .category = category};
    }
    tree->literal = true;
    tree->op = SQ_OP_CONST;
    return true;
}

bool sq_expr_check(sq_check *k, sq_tree *tree, int category)
{
    bool good = false;
    if (++k->depth > 2 * SQ_EXPR_DEPTH)
        return sq_expr_error(k->c, tree->origin, tree->at, "the expression is nested too deeply");
    switch (tree->kind) {
    case SQ_TREE_NUMBER: good = check_number(k, tree, category); break;
    case SQ_TREE_WORD: good = sq_check_word(k, tree, category); break;
    case SQ_TREE_INDEX: good = sq_check_index(k, tree); break;
    case SQ_TREE_CALL: good = check_call(k, tree, category); break;
    case SQ_TREE_IN: good = check_in(k, tree); break;
    case SQ_TREE_OPERATOR: good = check_operator(k, tree); break;
    }
    k->depth--;
    return good;
}

bool sq_expr_is_reserved(const char *word)
{
    static const char *const words[] = {"and",   "or",    "not",      "in", "true", "false",
                                        "d",     "wk",    "mo",       "y",  "now",  "in_state",
                                        "state", "alive", NULL};
    for (int i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0) return true;
    return function_named(word) >= 0 || sq_is_history(word);
}
