/* Laws where they stand: the waiting time of an event, the distribution of a draw. Either the name
 * of a law parameter with its indices, or a map of one family whose arguments are expressions of
 * the patient's state. A law that needs room in the block (knots, or arguments to be solved for)
 * becomes a hidden parameter. */
#include "lang/build.h"

#include <ctype.h>
#include <string.h>

/* ---- a parameter's law ------------------------------------------------------------------ */

static int find_law(sq_build *b, const char *name)
{
    int i = sq_index_get(&b->symbol_index, name);
    int param = i < 0 ? -1 : b->symbols.items[i].param;
    if (param < 0 || b->params.items[param].kind != SQ_PARAM_LAW) return -1;
    if (strcmp(b->params.items[param].name, name) != 0) return -1;
    b->symbols.items[i].used = true;
    return param;
}

static bool unknown_law(sq_build *b, const sq_node *node, const char *name)
{
    size_t n = 0;
    if (b->skim) return true;
    const char **names = sq_build_scratch(b, b->params.count, sizeof *names);
    if (!names) return false;
    for (size_t i = 0; i < b->params.count; i++)
        if (b->params.items[i].kind == SQ_PARAM_LAW && !b->params.items[i].hidden)
            names[n++] = b->params.items[i].name;
    if (sq_index_get(&b->symbol_index, name) >= 0)
        return sq_diag_error(b->diags, node->place,
                             "'%.80s' is not a law; a certain time is written {fixed: %.80s}", name,
                             node->text);
    return sq_diag_error(b->diags, node->place, "there is no law '%.80s' among the parameters%s",
                         name, sq_diag_hint(b->diags, name, names, n));
}

/* Compiles "NAME.arg[indices]". */
static bool compile_arg(sq_build *b, const sq_node *node, const char *name, const char *suffix,
                        const char *indices, sq_unit unit, unsigned allow, sq_program *out,
                        sq_bits *reads)
{
    sq_writer w = {0};
    sq_write(&w, "%s.%s%s", name, suffix, indices);
    const char *text = sq_build_keep_written(b, &w);
    sq_place place = node->place;
    place.column -= (int)strlen(suffix) + 1;
    sq_type want = {SQ_TYPE_NUMBER, unit, 0};
    const sq_node *made = sq_made_scalar(b, text, place);
    return made && sq_build_expr(b, made, want, allow, out, reads);
}

static bool law_by_name(sq_build *b, const sq_node *node, sq_unit unit, unsigned allow,
                        sq_law_spec *law, sq_bits *reads)
{
    size_t n = strcspn(node->text, "[");
    const char *indices = node->text + n;
    if (isdigit((unsigned char)node->text[0]))
        return sq_diag_error(b->diags, node->place,
                             "a law is expected here, not a time: write {fixed: %.60s}",
                             node->text);
    while (n > 0 && isspace((unsigned char)node->text[n - 1])) n--;
    const char *name = sq_arena_text(&b->scratch, node->text, n);
    if (!name) return sq_build_no_memory(b);
    int found = find_law(b, name);
    if (found < 0) return unknown_law(b, node, name);
    const sq_param *param = &b->params.items[found];
    if (param->broken) return false;
    if (!sq_unit_equal(param->unit, unit))
        return sq_diag_error(b->diags, node->place,
                             "the law '%s' is of another unit than what it is used for", name);
    law->family = param->family;
    law->table = param->table;
    bool fine = true, is_one_row = param->n_entries == 1 && !*indices;
    if (param->table >= 0 && !is_one_row)
        fine = compile_arg(b, node, name, "row", indices, sq_type_plain().unit, allow, &law->row,
                           reads);
    const char *const *names = sq_law_arg_names(param->family);
    for (int i = 0; names[i] && fine; i++) {
        sq_unit arg_unit = sq_law_arg_unit(param->family, i, unit);
        fine = compile_arg(b, node, name, names[i], indices, arg_unit, allow, &law->arg[i], reads);
    }
    for (int i = 0; i < SQ_WRAPS && fine; i++)
        if (param->wrap_slot[i] >= 0)
            fine = compile_arg(b, node, name, sq_wrap_name((sq_wrap)i), indices, unit, allow,
                               sq_wrap_of(law, (sq_wrap)i), reads);
    return fine && (param->cured_slot < 0 ||
                    compile_arg(b, node, name, "cured", indices, sq_type_probability().unit, allow,
                                &law->cured, reads));
}

/* ---- a law written here ----------------------------------------------------------------- */

static bool slot_program(sq_build *b, int slot, sq_program *out)
{
    sq_program begun = sq_code_begin(&b->compiler);
    bool fine = sq_code_op(&b->compiler, SQ_OP_PARAM, slot);
    *out = sq_code_end(&b->compiler, begun);
    return fine || sq_build_no_memory(b);
}

/* The attribute of a category that a column of a file stands for; -1 after reporting. */
static int axis_attribute(sq_build *b, const sq_node *axis)
{
    int attribute = sq_named_attribute(b, axis, "attribute");
    if (attribute < 0 || b->attributes.items[attribute].type.class == SQ_TYPE_CATEGORY)
        return attribute;
    sq_diag_error(b->diags, axis->place, "'%s' is not an attribute of a category", axis->text);
    return -1;
}

/* The row of a table by attributes: row-major index of their values. */
static bool row_program(sq_build *b, const sq_by_columns *by, sq_program *out, sq_bits *reads)
{
    sq_program begun = sq_code_begin(&b->compiler);
    bool fine = true;
    for (int d = 0; d < by->n && fine; d++) {
        int attribute = axis_attribute(b, by->axis[d]);
        if (attribute < 0) return false;
        int category = b->attributes.items[attribute].type.category;
        sq_bits_set(reads, attribute);
        sq_attribute_is_read(b, attribute);
        if (d > 0)
            fine = sq_code_const(&b->compiler, sq_category_of(b, category)->n_labels) &&
                   sq_code_op(&b->compiler, SQ_OP_MUL, 0);
        fine = fine && sq_code_op(&b->compiler, SQ_OP_ATTR, attribute);
        if (d > 0) fine = fine && sq_code_op(&b->compiler, SQ_OP_ADD, 0);
    }
    *out = sq_code_end(&b->compiler, begun);
    return fine || sq_build_no_memory(b);
}

static bool hidden_dimensions(sq_build *b, const sq_by_columns *by, sq_param *param)
{
    for (int i = 0; i < by->n; i++)
        if (axis_attribute(b, by->axis[i]) < 0 || !sq_add_dimension(b, param, by->axis[i]))
            return false;
    return true;
}

/* What a law wears that is written here. */
static bool build_worn(sq_build *b, const sq_node *map, const sq_node *cured, sq_unit unit,
                       unsigned allow, sq_law_spec *law, sq_bits *reads)
{
    return sq_build_wraps(b, map, unit, allow, law, reads) &&
           (!cured || sq_build_expr(b, cured, sq_type_probability(), allow, &law->cured, reads));
}

static bool hidden_law(sq_build *b, const sq_node *node, const char *owner, sq_unit unit,
                       unsigned allow, sq_law_spec *law, sq_bits *reads)
{
    sq_param param = {.name = owner,
                      .place = node->place,
                      .node = node,
                      .kind = SQ_PARAM_LAW,
                      .hidden = true,
                      .has_unit = true,
                      .n_entries = 1,
                      .unit = unit,
                      .family = law->family,
                      .cured_slot = -1,
                      .row_slot = -1,
                      .table = -1};
    sq_by_columns by = {0};
    if (sq_family_has_table(law->family) && !sq_read_by_columns(b, node, &by)) return false;
    if (!hidden_dimensions(b, &by, &param)) return false;
    bool fine = sq_declare_law(b, &param, -1) && sq_compile_law(b, &param);
    sq_collect_needs(b, node, &param.needs, 0);
    param.broken = !fine;
    if (!sq_vec_push(&b->params, param)) return sq_build_no_memory(b);
    if (!fine) return false;
    law->table = param.table;
    if (by.n && !row_program(b, &by, &law->row, reads)) return false;
    if (param.table >= 0) return build_worn(b, node, sq_node_get(node, "cured"), unit, allow, law, reads);
    for (int i = 0; i < SQ_LAW_ARGS && param.table < 0; i++)
        if (param.arg_slot[i] >= 0 && !slot_program(b, param.arg_slot[i], &law->arg[i]))
            return false;
    return param.cured_slot < 0 || slot_program(b, param.cured_slot, &law->cured);
}

static bool direct_law(sq_build *b, const sq_node *node, const sq_law_args *args, sq_unit unit,
                       unsigned allow, sq_law_spec *law, sq_bits *reads)
{
    for (int i = 0; i < SQ_LAW_ARGS; i++) {
        if (!args->arg[i]) continue;
        sq_type want = {SQ_TYPE_NUMBER, sq_law_arg_unit(law->family, i, unit), 0};
        if (!sq_build_expr(b, args->arg[i], want, allow, &law->arg[i], reads)) return false;
    }
    return build_worn(b, node, args->cured, unit, allow, law, reads);
}

static bool law_by_map(sq_build *b, const sq_node *node, const char *owner, sq_unit unit,
                       unsigned allow, sq_law_spec *law, sq_bits *reads)
{
    if (!sq_node_expect(node, SQ_NODE_MAP, "a law: a parameter's name, or {FAMILY: …}", b->diags))
        return false;
    if (node->count != 1)
        return sq_diag_error(b->diags, node->place, "a law is a map with one key, its family");
    int family = sq_family_from_word(b, node->key[0], node->key_place[0]);
    if (family < 0) return false;
    law->family = (sq_family)family;
    if (b->skim && sq_family_has_table(law->family)) return true;
    if (sq_family_has_table(law->family))
        return hidden_law(b, node->item[0], owner, unit, allow, law, reads);
    sq_law_args args;
    if (!sq_read_law_args(b, law->family, node->item[0], false, &args)) return false;
    if (args.n_points) return b->skim || hidden_law(b, node->item[0], owner, unit, allow, law, reads);
    return direct_law(b, node->item[0], &args, unit, allow, law, reads);
}

bool sq_build_law(sq_build *b, const sq_node *node, const char *owner, sq_unit unit, unsigned allow,
                  sq_law_spec *law, sq_bits *reads)
{
    *law = (sq_law_spec){.family = SQ_EXPONENTIAL, .unit = unit, .table = -1};
    sq_unit time = sq_type_time().unit;
    bool fine = node->kind == SQ_NODE_SCALAR ? law_by_name(b, node, unit, allow, law, reads)
                                             : law_by_map(b, node, owner, unit, allow, law, reads);
    if (fine && sq_family_has_table(law->family) && !sq_unit_equal(unit, time))
        return sq_diag_error(b->diags, node->place, "a %s gives times",
                             sq_family_name(law->family));
    return fine;
}

/* ---- loadings --------------------------------------------------------------------------- */

typedef struct loadings {
    int n, latent[16], position[16]; /* attribute, and place among the latents */
    sq_program rho[16];
    bool reads_patient; /* a loading does */
} loadings;

static bool read_loadings(sq_build *b, const sq_node *map, unsigned allow, loadings *l,
                          sq_bits *reads)
{
    if (!sq_node_expect(map, SQ_NODE_MAP, "loads on: latents and loadings", b->diags)) return false;
    if (map->count > 16)
        return sq_diag_error(b->diags, map->place, "at most 16 latents can be loaded on");
    for (int i = 0; i < map->count; i++) {
        int attribute = sq_find_attribute(b, map->key[i]);
        if (attribute < 0 || !b->attributes.items[attribute].latent)
            return sq_diag_error(b->diags, map->key_place[i],
                                 "'%.80s' is not a latent: an attribute declared as {latent: normal}",
                                 map->key[i]);
        l->latent[i] = attribute;
        for (size_t k = 0; k < b->latents.count; k++)
            if (b->latents.items[k] == attribute) l->position[i] = (int)k;
        sq_bits own = {{0}};
        if (!sq_build_expr(b, map->item[i], sq_type_plain(), allow, &l->rho[i], &own))
            return false;
        l->reads_patient = l->reads_patient || !sq_bits_empty(&own);
        sq_bits_set(&own, attribute);
        if (reads) sq_bits_join(reads, &own);
        sq_attribute_is_read(b, attribute);
    }
    l->n = map->count;
    return true;
}

/* sum of rho_i z_i */
static bool mean_program(sq_compiler *c, const loadings *l, sq_program *out)
{
    sq_program begun = sq_code_begin(c);
    bool fine = true;
    for (int i = 0; i < l->n && fine; i++) {
        fine = sq_code_append(c, l->rho[i]) && sq_code_op(c, SQ_OP_ATTR, l->latent[i]) &&
               sq_code_op(c, SQ_OP_MUL, 0) && (i == 0 || sq_code_op(c, SQ_OP_ADD, 0));
    }
    *out = sq_code_end(c, begun);
    return fine;
}

/* Takes rho_i rho_j r (r counted twice off the diagonal) from what is on the stack. */
static bool subtract_term(sq_compiler *c, const loadings *l, int i, int j, sq_program r)
{
    bool fine =
        sq_code_append(c, l->rho[i]) && sq_code_append(c, l->rho[j]) && sq_code_op(c, SQ_OP_MUL, 0);
    if (i != j)
        fine = fine && sq_code_append(c, r) && sq_code_op(c, SQ_OP_MUL, 0) && sq_code_const(c, 2) &&
               sq_code_op(c, SQ_OP_MUL, 0);
    return fine && sq_code_op(c, SQ_OP_SUB, 0);
}

/* sqrt(1 - sum over i, j of rho_i rho_j r_ij) */
static bool sd_program(sq_build *b, const loadings *l, sq_program *out)
{
    sq_compiler *c = &b->compiler;
    sq_program begun = sq_code_begin(c);
    bool fine = sq_code_const(c, 1);
    for (int i = 0; i < l->n; i++) {
        for (int j = 0; j <= i && fine; j++) {
            size_t at = (size_t)l->position[i] * b->members.count + (size_t)l->position[j];
            sq_program r =
                at < b->correlation.count ? b->correlation.items[at] : (sq_program){0, 0};
            if (i == j || r.count) fine = subtract_term(c, l, i, j, r);
        }
    }
    fine = fine && sq_code_op(c, SQ_OP_SQRT, 0);
    *out = sq_code_end(c, begun);
    return fine;
}

/* Lets a finished block be asked whether the loadings leave a variance: what their sd is the root of. */
static bool probe_loading(sq_build *b, const sq_node *node, const sq_loading *loading)
{
    sq_probe probe = {.kind = SQ_PROBE_LOADING,
                      .place = node->place,
                      .own_variance = {loading->sd.first, loading->sd.count - 1}};
    return sq_vec_push(&b->probes, probe) || sq_build_no_memory(b);
}

bool sq_build_loading(sq_build *b, const sq_node *node, unsigned allow, sq_loading *loading,
                      sq_bits *reads)
{
    loadings l = {0};
    if (!node) return true;
    if (!read_loadings(b, node, allow, &l, reads)) return false;
    if (b->skim || l.n == 0) return true;
    if (!mean_program(&b->compiler, &l, &loading->mean) || !sd_program(b, &l, &loading->sd))
        return sq_build_no_memory(b);
    return sq_build_depth_fits(b, loading->mean, node->place) &&
           sq_build_depth_fits(b, loading->sd, node->place) &&
           (l.reads_patient || probe_loading(b, node, loading));
}
