/* Published statements: what a law's map says of its curve ("median", "survival: 0.37 at 3 y") instead of
 * giving the arguments, and the step that solves the arguments when a block is filled. */
#include "lang/build.h"

#include <stdlib.h>

/* ---- what is stated --------------------------------------------------------------------- */

bool sq_can_be_stated(sq_family family)
{
    return family == SQ_EXPONENTIAL || family == SQ_WEIBULL || family == SQ_LOGNORMAL;
}

size_t sq_statement_keys(sq_family family, const char **keys)
{
    if (!sq_can_be_stated(family)) return 0;
    keys[0] = "median", keys[1] = "survival";
    return 2;
}

static bool add_point(sq_build *b, const sq_node *time, const sq_node *survival, sq_law_args *out)
{
    if (out->n_points == SQ_STATEMENTS)
        return sq_diag_error(b->diags, time->place,
                             "at most %d statements can be made of one curve", (int)SQ_STATEMENTS);
    out->time[out->n_points] = time;
    out->survival[out->n_points++] = survival;
    return time && survival;
}

static bool add_survival(sq_build *b, const sq_node *node, sq_law_args *out)
{
    const sq_node *survival, *time;
    if (!sq_is_scalar(b, node, "survival: S at T")) return false;
    if (sq_split_at(b, node, " at ", &survival, &time)) return add_point(b, time, survival, out);
    return sq_diag_error(b->diags, node->place, "survival: expected S at T, as in `0.37 at 3 y`");
}

bool sq_read_statements(sq_build *b, sq_family family, const sq_node *map, sq_law_args *out)
{
    const sq_node *median = family == SQ_LOGNORMAL ? NULL : sq_node_get(map, "median");
    const sq_node *survival = sq_node_get(map, "survival");
    if (median && (!sq_is_scalar(b, median, "a median") ||
                   !add_point(b, median, sq_made_scalar(b, "0.5", median->place), out)))
        return false;
    if (!survival) return true;
    if (survival->kind != SQ_NODE_LIST) return add_survival(b, survival, out);
    for (int i = 0; i < survival->count; i++)
        if (!add_survival(b, survival->item[i], out)) return false;
    return true;
}

bool sq_enough_stated(sq_build *b, sq_family family, const sq_node *node,
                          const sq_law_args *out)
{
    const char *const *names = sq_law_arg_names(family);
    int n_free = 0;
    sq_writer missing = {0};
    for (int i = 0; names[i]; i++)
        if (!out->arg[i]) sq_write(&missing, "%s%s", n_free++ ? " and " : "", names[i]);
    bool fine = n_free == out->n_points;
    if (!fine && n_free > out->n_points)
        sq_diag_error(b->diags, node->place, "%s needs %s%s", sq_family_name(family),
                      missing.items ? missing.items : "",
                      sq_can_be_stated(family) ? ", or as many statements (median, survival) instead"
                                            : "");
    else if (!fine && out->n_points == 1 && names[0] && !names[1])
        sq_diag_error(b->diags, node->place, "%s: both %s and a %s are given; give one",
                      sq_family_name(family), sq_node_get(node, "mean") ? "mean" : names[0],
                      sq_node_get(node, "median") ? "median" : "survival");
    else if (!fine)
        sq_diag_error(
            b->diags, node->place,
            "%s is stated %d times too often: each statement (median, survival) stands for one "
            "argument that is not given",
            sq_family_name(family), out->n_points - n_free);
    free(missing.items);
    return fine;
}

/* ---- solving ---------------------------------------------------------------------------- */

/* The step that solves what an entry does not give, and rows for what it will find. */
bool sq_add_solve(sq_build *b, sq_param *param, int entry, const sq_law_args *args,
                      const sq_about *about)
{
    sq_solve solve = {.family = param->family, .cured_slot = -1, .n_points = args->n_points};
    const char *const *names = sq_law_arg_names(param->family);
    sq_place place = param->leaf[entry]->place;
    for (int i = 0; i < SQ_LAW_ARGS; i++) {
        solve.arg_slot[i] = param->arg_slot[i] < 0 ? -1 : param->arg_slot[i] + entry;
        solve.is_free[i] = solve.arg_slot[i] >= 0 && !args->arg[i];
    }
    for (int i = 0; names[i]; i++) {
        if (solve.is_free[i])
            sq_list_number(b, param, sq_arg_entry_name(b, param, names[i], entry), solve.arg_slot[i],
                           sq_law_arg_unit(param->family, i, param->unit), place, about);
    }
    if (param->cured_slot >= 0) solve.cured_slot = param->cured_slot + entry;
    sq_type variable = {SQ_TYPE_NUMBER, param->unit, 0};
    for (int i = 0; i < args->n_points; i++)
        if (!sq_build_expr(b, args->time[i], variable, SQ_ALLOW_PARAMETERS, &solve.time[i], NULL) ||
            !sq_build_expr(b, args->survival[i], sq_type_probability(), SQ_ALLOW_PARAMETERS,
                           &solve.survival[i], NULL))
            return false;
    if (!sq_vec_push(&b->solves, solve)) return sq_build_no_memory(b);
    sq_step step = {.kind = SQ_STEP_SOLVE,
                    .index = (int)b->solves.count - 1,
                    .name = sq_entry_name(b, param, "", entry),
                    .where = sq_build_where(b, place)};
    return sq_add_step(b, param, step);
}
