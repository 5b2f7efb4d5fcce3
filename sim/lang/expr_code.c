/* From trees to byte code, and the doors of the expression compiler. Code is written in the order
 * the stack machine takes it; what an expression needs of the stack is measured on the code itself,
 * so that no other account can disagree with it. */
#include "lang/expr_tree.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = SQ_STACK_DEPTH - SQ_STACK_SPARE, DEEPEST_TREE = 8 * SQ_EXPR_DEPTH };

void sq_compiler_free(sq_compiler *c)
{
    free(c->code.items);
    free(c->constants.items);
    free(c->breaks.items);
    free(c->said.items);
    memset(&c->said, 0, sizeof c->said);
    memset(&c->code, 0, sizeof c->code);
    memset(&c->constants, 0, sizeof c->constants);
    memset(&c->breaks, 0, sizeof c->breaks);
}

/* ---- emission ------------------------------------------------------------------------- */

static bool out_of_memory(sq_compiler *c)
{
    c->diags->out_of_memory = true;
    return false;
}

sq_program sq_code_begin(sq_compiler *c) { return (sq_program){.first = (uint32_t)c->code.count}; }

bool sq_code_op(sq_compiler *c, sq_op_code code, int a)
{
    sq_op op = {.code = (uint16_t)code, .a = a};
    return c->code.count < INT32_MAX && sq_vec_push(&c->code, op) ? true : out_of_memory(c);
}

bool sq_code_const(sq_compiler *c, double value)
{
    if (c->constants.count >= INT32_MAX || !sq_vec_push(&c->constants, value))
        return out_of_memory(c);
    return sq_code_op(c, SQ_OP_CONST, (int)c->constants.count - 1);
}

/* The text of a program that is written down again, at `first`. */
static bool say_again(sq_compiler *c, sq_program program, uint32_t first)
{
    for (size_t i = c->said.count; i > 0; i--) {
        sq_expr_said said = c->said.items[i - 1];
        if (said.program.first != program.first || said.program.count != program.count) continue;
        said.program.first = first;
        return sq_vec_push(&c->said, said) || out_of_memory(c);
    }
    return true;
}

bool sq_code_append(sq_compiler *c, sq_program program)
{
    if (!say_again(c, program, (uint32_t)c->code.count)) return false;
    for (uint32_t i = 0; i < program.count; i++) {
        sq_op op = c->code.items[program.first + i]; /* a copy: the array may move */
        if (!sq_code_op(c, (sq_op_code)op.code, op.a)) return false;
    }
    return true;
}

sq_program sq_code_end(sq_compiler *c, sq_program begun)
{
    begun.count = (uint32_t)c->code.count - begun.first;
    return begun;
}

/* The most values the code holds on the stack at once. */
static int stack_needed(const sq_compiler *c, sq_program program)
{
    static const signed char pops[SQ_OP_COUNT] = {
#define X(name, pops) pops,
        SQ_OP_LIST(X)
#undef X
    };
    int now = 0, most = 0;
    for (uint32_t i = 0; i < program.count; i++) {
        now += 1 - pops[c->code.items[program.first + i].code];
        if (now > most) most = now;
    }
    return most;
}

static bool emit(sq_check *k, const sq_tree *tree, size_t first, int depth)
{
    sq_compiler *c = k->c;
    if (c->code.count - first > SQ_EXPR_NODES || depth > DEEPEST_TREE)
        return sq_expr_error(c, tree->origin, tree->at,
                             "the expression is too long, with the named "
                             "expressions and lists in it written out");
    if (tree->literal) return sq_code_const(c, tree->value);
    for (int i = 0; i < tree->n_args; i++)
        if (!emit(k, tree->arg[i], first, depth + 1)) return false;
    if (!sq_code_op(c, tree->op, tree->a)) return false;
    c->code.items[c->code.count - 1].entries = (uint16_t)(tree->entries < UINT16_MAX ? tree->entries : UINT16_MAX);
    return true;
}

static bool emit_program(sq_check *k, const sq_tree *tree, sq_program *out)
{
    sq_compiler *c = k->c;
    sq_program begun = sq_code_begin(c);
    if (!emit(k, tree, begun.first, 0)) return false;
    *out = sq_code_end(c, begun);
    return stack_needed(c, *out) <= DEEPEST
           || sq_expr_error(c, tree->origin, tree->start,
                            "the expression holds more than %d values at once; nest it less deeply",
                            DEEPEST);
}

/* Notes where a program that can go wrong in a life was written. */
static bool say(sq_check *k, const sq_expr_origin *origin, const sq_tree *tree, sq_program program)
{
    sq_expr_said said = {program, sq_expr_place(origin, 0), origin->text};
    if (tree->literal || !(k->allow & SQ_ALLOW_PATIENT)) return true;
    return sq_vec_push(&k->c->said, said) || out_of_memory(k->c);
}

/* One break for every place where time enters a reward. */
static bool emit_breaks(sq_check *k)
{
    for (size_t i = 0; i < k->timed.count; i++) {
        sq_break at = {.table = k->timed.items[i]->a, .only_in = sq_time_only_in(k->timed.items[i]->arg[0])};
        if (!emit_program(k, k->timed.items[i]->arg[0], &at.argument)) return false;
        if (!sq_vec_push(&k->c->breaks, at)) return out_of_memory(k->c);
    }
    return true;
}

/* ---- the doors ------------------------------------------------------------------------ */

bool sq_expr_is_text(sq_compiler *c, const sq_node *node)
{
    if (!sq_node_expect(node, SQ_NODE_SCALAR, "an expression", c->diags)) return false;
    if (!node->many_lines && !strchr(node->text, '\n')) return true;
    return sq_diag_error(c->diags, node->place, "expected an expression on a single line");
}

/* What a final value may be measured in; anything else is a slip of the pen. */
static bool is_quantity(sq_type type)
{
    sq_unit u = type.unit;
    if (type.class != SQ_TYPE_NUMBER || u.money == 0)
        return type.class != SQ_TYPE_NUMBER || abs(u.time) <= 1;
    return u.money == 1 && (u.time == 0 || u.time == -1);
}

static bool expect_quantity(sq_check *k, const sq_tree *tree)
{
    char text[96];
    return is_quantity(tree->type)
           || sq_expr_error(
               k->c, tree->origin, tree->start,
               "the value is %s, which is not the unit of anything: expected time, 1/time, money, "
               "money/time or a number without a unit",
               sq_type_text(k->c, tree->type, text, sizeof text));
}

/* Parses and checks; the tree, or NULL after reporting. */
static sq_tree *understand(sq_check *k, const sq_expr_origin *origin, const sq_type *want)
{
    bool label = want && want->class == SQ_TYPE_CATEGORY;
    sq_tree *tree = sq_expr_parse(k->c, origin, &k->budget);
    if (!tree || !sq_expr_check(k, tree, label ? want->category : SQ_NO_CATEGORY)) return NULL;
    return (want ? sq_expr_expect(k, tree, *want) : expect_quantity(k, tree)) ? tree : NULL;
}

/* want == NULL: the type found is written to *type. */
static bool compile(sq_compiler *c, const sq_expr_origin *origin, const sq_type *want,
                    unsigned allow, sq_type *type, sq_program *out, sq_bits *reads)
{
    sq_bits read = {0};
    sq_check k = {.c = c, .allow = allow, .reads = &read, .budget = SQ_EXPR_NODES};
    size_t code = c->code.count, constants = c->constants.count, breaks = c->breaks.count;
    const sq_tree *tree = understand(&k, origin, want);
    bool good = tree && emit_breaks(&k) && emit_program(&k, tree, out)
                && say(&k, origin, tree, *out);
    free(k.timed.items);
    if (good) {
        if (type) *type = tree->type;
        if (reads) sq_bits_join(reads, &read);
        return true;
    }
    c->code.count = code; /* nothing is left of what failed */
    c->constants.count = constants;
    c->breaks.count = breaks;
    *out = (sq_program){0};
    return false;
}

static sq_expr_origin origin_of(const sq_node *node)
{
    return (sq_expr_origin){.text = node->text, .place = node->place, .node = node};
}

bool sq_expr_compile(sq_compiler *c, const sq_node *node, sq_type want, unsigned allow,
                     sq_program *out, sq_bits *reads)
{
    *out = (sq_program){0};
    if (!sq_expr_is_text(c, node)) return false;
    sq_expr_origin origin = origin_of(node);
    return compile(c, &origin, &want, allow, NULL, out, reads);
}

bool sq_expr_compile_any(sq_compiler *c, const sq_node *node, unsigned allow, sq_type *type,
                         sq_program *out, sq_bits *reads)
{
    *out = (sq_program){0};
    if (!sq_expr_is_text(c, node)) return false;
    sq_expr_origin origin = origin_of(node);
    return compile(c, &origin, NULL, allow, type, out, reads);
}

bool sq_expr_compile_element(sq_compiler *c, const sq_node *node, unsigned allow, int *attribute,
                             sq_program *offset, sq_bits *reads)
{
    *offset = (sq_program){0};
    if (!sq_expr_is_text(c, node)) return false;
    sq_expr_origin origin = origin_of(node);
    sq_check k = {.c = c, .allow = allow, .reads = reads, .budget = SQ_EXPR_NODES};
    sq_tree *tree = sq_expr_parse(c, &origin, &k.budget);
    if (!tree || !sq_expr_check(&k, tree, SQ_NO_CATEGORY)) return false;
    if (tree->op != SQ_OP_ATTR && tree->op != SQ_OP_ATTR_AT)
        return sq_expr_error(c, &origin, 0, "expected an attribute or one element of it");
    *attribute = tree->a;
    return tree->op == SQ_OP_ATTR
           || (emit_program(&k, tree->arg[0], offset) && say(&k, &origin, tree->arg[0], *offset));
}

static bool constant(sq_compiler *c, const sq_expr_origin *origin, sq_type want, double *value)
{
    sq_check k = {.c = c, .budget = SQ_EXPR_NODES};
    const sq_tree *tree = understand(&k, origin, &want);
    free(k.timed.items);
    if (!tree) return false;
    if (!tree->literal) return sq_expr_error(c, origin, 0, "expected a number with its unit");
    *value = tree->value;
    return true;
}

bool sq_expr_constant(sq_compiler *c, const sq_node *node, sq_type want, double *value)
{
    if (!sq_expr_is_text(c, node)) return false;
    sq_expr_origin origin = origin_of(node);
    return constant(c, &origin, want, value);
}

bool sq_expr_constant_text(sq_compiler *c, const char *text, sq_place place, sq_type want,
                           double *value)
{
    sq_expr_origin origin = {.text = text, .place = place};
    return constant(c, &origin, want, value);
}
