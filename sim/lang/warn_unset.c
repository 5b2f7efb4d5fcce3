/* Attributes that begin `unset` and stay so: nothing ever gives them a value, but an expression reads them. A life
 * that comes to read one ends the run, and one guarded by is_set() is never read: neither is meant. */
#include "lang/build.h"

/* The elements that an instruction or an action names: one, or a whole vector where the index changes. */
static bool covers(const sq_build *b, int first, bool indexed, int attribute)
{
    const sq_symbol *symbol = &b->symbols.items[b->attribute_symbols.items[first]].symbol;
    return attribute >= first && attribute < first + (indexed ? sq_vector_size(b, symbol) : 1);
}

static bool is_ever_set(const sq_build *b, int attribute)
{
    const sq_patients *patients = &b->model->patients;
    for (size_t i = 0; i < b->actions.count; i++) {
        const sq_action *a = &b->actions.items[i];
        bool writes = a->code == SQ_ACT_SET || a->code == SQ_ACT_DRAW;
        if (writes && covers(b, a->a, a->q.count > 0, attribute)) return true;
    }
    for (int i = 0; i < patients->n_columns; i++)
        if (patients->attribute[i] == attribute) return true;
    for (size_t i = 0; i < b->decisions.count; i++)
        if (b->decisions.items[i].attribute == attribute) return true;
    return false;
}

/* An instruction that reads its value, not only whether it has one; -1 if there is none. */
static int64_t reader_of(const sq_build *b, int attribute)
{
    const sq_op *code = b->compiler.code.items;
    for (size_t i = 0; i < b->compiler.code.count; i++) {
        bool reads = code[i].code == SQ_OP_ATTR || code[i].code == SQ_OP_ATTR_AT;
        bool asks = i + 1 < b->compiler.code.count && code[i + 1].code == SQ_OP_IS_SET;
        if (reads && !asks && covers(b, code[i].a, code[i].code == SQ_OP_ATTR_AT, attribute)) return (int64_t)i;
    }
    return -1;
}

static void tell(sq_build *b, int attribute, int64_t reader)
{
    for (size_t i = 0; i < b->compiler.said.count; i++) {
        const sq_expr_said *said = &b->compiler.said.items[i];
        int64_t first = said->program.first, end = first + said->program.count;
        if (reader < first || reader >= end) continue;
        sq_diag_warning(b->diags, b->attribute_places.items[attribute],
                        "nothing ever gives '%s' a value, which begins unset, but it is read at %s: %s",
                        b->attributes.items[attribute].name, sq_build_where(b, said->place), said->text);
        return;
    }
}

void sq_warn_of_unset(sq_build *b)
{
    int told = -1; /* elements of a vector are told of once */
    for (int i = 0; i < (int)b->attributes.count; i++) {
        if (!b->attributes.items[i].may_be_unset || b->attribute_symbols.items[i] == told) continue;
        int64_t reader = is_ever_set(b, i) ? -1 : reader_of(b, i);
        if (reader < 0) continue;
        tell(b, i, reader);
        told = b->attribute_symbols.items[i];
    }
}
