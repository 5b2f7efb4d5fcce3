/* What a law may wear beside its arguments: `truncate: {from: …, to: …}` and `shift:`. In a parameter each
 * is a number of the block with a name of its own ("NAME.truncate.from", "NAME.shift"); an entry that does
 * not wear what another one does has it open, or 0. In an event or a draw they are expressions like any
 * other. */
#include "lang/build.h"

#include <math.h>

const char *sq_wrap_name(sq_wrap wrap)
{
    static const char *const names[SQ_WRAPS] = {"truncate.from", "truncate.to", "shift"};
    return names[wrap];
}

size_t sq_wrap_keys(sq_family family, const char **keys)
{
    size_t n = 0;
    keys[n++] = "shift";
    if (family != SQ_FIXED) keys[n++] = "truncate";
    return n;
}

bool sq_read_wraps(sq_build *b, const sq_node *map, const sq_node *wrap[SQ_WRAPS])
{
    static const char *const known[] = {"from", "to", NULL};
    for (int i = 0; i < SQ_WRAPS; i++) wrap[i] = NULL;
    if (map->kind != SQ_NODE_MAP) return true;
    const sq_node *truncate = sq_node_get(map, "truncate");
    wrap[SQ_WRAP_SHIFT] = sq_node_get(map, "shift");
    if (truncate) {
        if (!sq_node_expect(truncate, SQ_NODE_MAP, "truncate: {from: …, to: …}", b->diags))
            return false;
        sq_node_known_keys(truncate, "truncate", known, b->diags);
        wrap[SQ_WRAP_LOW] = sq_node_get(truncate, "from");
        wrap[SQ_WRAP_HIGH] = sq_node_get(truncate, "to");
        if (!wrap[SQ_WRAP_LOW] && !wrap[SQ_WRAP_HIGH])
            return sq_diag_error(b->diags, truncate->place,
                                 "truncate: needs `from:`, `to:` or both");
    }
    for (int i = 0; i < SQ_WRAPS; i++)
        if (wrap[i] && !sq_is_scalar(b, wrap[i], "a number")) return false;
    return true;
}

/* ---- in a parameter --------------------------------------------------------------------- */

bool sq_declare_wraps(sq_build *b, sq_param *param, int index)
{
    bool worn[SQ_WRAPS] = {false}, fine = true;
    for (int e = 0; e < param->n_entries; e++) {
        const sq_node *wrap[SQ_WRAPS];
        if (!sq_read_wraps(b, param->leaf[e], wrap)) return false;
        for (int i = 0; i < SQ_WRAPS; i++) worn[i] = worn[i] || wrap[i];
    }
    for (int i = 0; i < SQ_WRAPS; i++) {
        param->wrap_slot[i] = worn[i] ? sq_take_slots(b, param->n_entries) : -1;
        if (worn[i])
            fine = sq_add_law_symbol(b, param, index, sq_wrap_name((sq_wrap)i),
                                     param->wrap_slot[i], param->unit) &&
                   fine;
    }
    return fine;
}

/* What it means not to wear it. */
static double not_worn(sq_wrap wrap)
{
    return wrap == SQ_WRAP_LOW ? -INFINITY : wrap == SQ_WRAP_HIGH ? INFINITY : 0;
}

static bool add_not_worn(sq_build *b, sq_param *param, sq_wrap wrap, int slot)
{
    sq_step step = {.kind = SQ_STEP_VALUE,
                    .slot = slot,
                    .value = sq_build_constant(b, not_worn(wrap)),
                    .may_be_negative = true,
                    .may_be_infinite = true,
                    .name = param->name,
                    .where = sq_build_where(b, param->place)};
    return sq_add_step(b, param, step);
}

bool sq_compile_wraps(sq_build *b, sq_param *param, int entry, const sq_about *about)
{
    const sq_node *wrap[SQ_WRAPS];
    bool fine = sq_read_wraps(b, param->leaf[entry], wrap);
    for (int i = 0; i < SQ_WRAPS && fine; i++) {
        if (param->wrap_slot[i] < 0) continue;
        int slot = param->wrap_slot[i] + entry;
        const char *name = sq_arg_entry_name(b, param, sq_wrap_name((sq_wrap)i), entry);
        fine = wrap[i] ? sq_add_number(b, param, name, slot, param->unit, wrap[i], about, true)
                       : add_not_worn(b, param, (sq_wrap)i, slot);
    }
    return fine;
}

/* ---- where a law stands ----------------------------------------------------------------- */

sq_program *sq_wrap_of(sq_law_spec *law, sq_wrap wrap)
{
    switch (wrap) {
    case SQ_WRAP_LOW: return &law->low;
    case SQ_WRAP_HIGH: return &law->high;
    default: return &law->shift;
    }
}

bool sq_build_wraps(sq_build *b, const sq_node *map, sq_unit unit, unsigned allow,
                    sq_law_spec *law, sq_bits *reads)
{
    const sq_node *wrap[SQ_WRAPS];
    sq_type want = {SQ_TYPE_NUMBER, unit, 0};
    bool fine = sq_read_wraps(b, map, wrap);
    for (int i = 0; i < SQ_WRAPS && fine; i++)
        if (wrap[i])
            fine = sq_build_expr(b, wrap[i], want, allow, sq_wrap_of(law, (sq_wrap)i), reads);
    return fine;
}
