/* Published statements: what a law's map says of its curve ("median", "survival: 0.37 at 3 y", a whole
 * `curve:`) instead of giving the arguments, and the step that solves the arguments when a block is filled. */
#include "lang/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is stated --------------------------------------------------------------------- */

size_t sq_statement_keys(sq_family family, const char **keys)
{
    static const char *const words[] = {"median", "survival", "curve",            "patients", "plateau",
                                        "net of", "incidence", "incidence against", "for"};
    size_t n = sizeof words / sizeof *words;
    if (!sq_family_can_be_fitted(family)) return 0;
    memcpy(keys, words, sizeof words);
    return n;
}

static bool add_point(sq_build *b, const sq_node *time, const sq_node *share, sq_law_args *out)
{
    if (!time || !share) return false;
    if (out->n_points == SQ_CURVE_POINTS)
        return sq_diag_error(b->diags, time->place, "at most %d points can be stated of one curve",
                             (int)SQ_CURVE_POINTS);
    out->time[out->n_points] = time;
    out->share[out->n_points++] = share;
    return true;
}

/* "0.37 at 3 y". */
static bool add_statement(sq_build *b, const char *key, const sq_node *node, sq_law_args *out)
{
    const sq_node *share, *time;
    if (!sq_is_scalar(b, node, "SHARE at TIME")) return false;
    if (sq_split_at(b, node, " at ", &share, &time)) return add_point(b, time, share, out);
    return sq_diag_error(b->diags, node->place, "%s: expected %s at T, as in `0.37 at 3 y`", key,
                         strcmp(key, "survival") == 0 ? "S" : "F");
}

static bool add_statements(sq_build *b, const sq_node *map, const char *key, sq_law_args *out)
{
    const sq_node *node = sq_node_get(map, key);
    if (!node) return true;
    if (node->kind != SQ_NODE_LIST) return add_statement(b, key, node, out);
    for (int i = 0; i < node->count; i++)
        if (!add_statement(b, key, node->item[i], out)) return false;
    return true;
}

static bool add_curve(sq_build *b, const sq_node *map, sq_law_args *out)
{
    const sq_node *node = sq_node_get(map, "curve");
    int before = out->n_points;
    if (!node) return true;
    if (!sq_node_expect(node, SQ_NODE_MAP, "curve: times and shares, {6 mo: 0.61, 1 y: 0.42}", b->diags))
        return false;
    if (node->count == 0) return sq_diag_error(b->diags, node->place, "this curve has no points");
    for (int i = 0; i < node->count; i++)
        if (!sq_is_scalar(b, node->item[i], "a share") ||
            !add_point(b, sq_made_scalar(b, node->key[i], node->key_place[i]), node->item[i], out))
            return false;
    out->n_of_curve = out->n_points - before;
    return true;
}

/* `plateau:` is the cured share as it was published: a share, or K of N. */
static bool read_plateau(sq_build *b, const sq_node *map, sq_law_args *out)
{
    const sq_node *node = sq_node_get(map, "plateau");
    char text[40];
    if (!node) return true;
    if (out->cured)
        return sq_diag_error(b->diags, node->place,
                             "`plateau:` is the cured share as published; give it or `cured:`");
    if (!sq_is_scalar(b, node, "plateau: a share, or K of N")) return false;
    out->cured = node;
    if (!sq_scan_share(node->text, &out->plateau_k, &out->plateau_n)) {
        if (!strstr(node->text, " of ")) return true;
        return sq_diag_error(b->diags, node->place,
                             "plateau: expected a share, or K of N with K not above N, not '%.60s'", node->text);
    }
    snprintf(text, sizeof text, "%.17g", out->plateau_k / out->plateau_n);
    const char *kept = sq_build_keep(b, text);
    out->cured = kept ? sq_made_scalar(b, kept, node->place) : NULL;
    return out->cured != NULL;
}

/* What ran beside, and that the statements are of the kind that goes with it. */
static bool read_kind(sq_build *b, const sq_node *map, sq_law_args *out)
{
    const sq_node *net = sq_node_get(map, "net of"), *against = sq_node_get(map, "incidence against");
    const sq_node *incidence = sq_node_get(map, "incidence"), *given = sq_node_get(map, "for");
    const sq_node *median = sq_node_get(map, "median"), *survival = sq_node_get(map, "survival");
    out->is_incidence = against != NULL;
    out->beside = net ? net : against;
    if (net && against)
        return sq_diag_error(b->diags, against->place,
                             "a curve is either `net of:` clocks or an `incidence against:` them");
    if (incidence && !against)
        return sq_diag_error(b->diags, incidence->place,
                             "`incidence:` is that of one event among others: `incidence against:` names them");
    if (against && (median || survival))
        return sq_diag_error(b->diags, median ? median->place : survival->place,
                             "beside `incidence against:` stands `incidence:` or `curve:`, not %s",
                             median ? "`median:`" : "`survival:`");
    if (given && !out->beside)
        return sq_diag_error(b->diags, given->place,
                             "`for:` says whose clocks stand in `net of:` or `incidence against:`; neither is given");
    return true;
}

bool sq_read_statements(sq_build *b, sq_family family, const sq_node *map, sq_law_args *out)
{
    if (!sq_family_can_be_fitted(family)) return true;
    const sq_node *median = family == SQ_LOGNORMAL ? NULL : sq_node_get(map, "median");
    if (out->cured && strcmp(out->cured->text, "solve") == 0) {
        out->cured = NULL;
        out->cured_is_free = true;
    }
    if (!read_plateau(b, map, out) || !read_kind(b, map, out)) return false;
    if (median && (!sq_is_scalar(b, median, "a median") ||
                   !add_point(b, median, sq_made_scalar(b, "0.5", median->place), out)))
        return false;
    out->patients = sq_node_get(map, "patients");
    bool fine = add_statements(b, map, "survival", out) && add_statements(b, map, "incidence", out);
    fine = fine && add_curve(b, map, out);
    if (fine && out->n_points == 0 && (out->patients || out->beside))
        return sq_diag_error(b->diags, out->patients ? out->patients->place : out->beside->place,
                             "nothing is stated of a curve here that this could belong to");
    return fine;
}

/* ---- whether it is enough --------------------------------------------------------------- */

static bool too_much(sq_build *b, sq_family family, const sq_node *node, const sq_law_args *out, int n_free)
{
    const char *const *names = sq_law_arg_names(family);
    if (out->n_points == 1 && names[0] && !names[1])
        return sq_diag_error(b->diags, node->place, "%s: both %s and a %s are given; give one",
                             sq_family_name(family), sq_node_get(node, "mean") ? "mean" : names[0],
                             sq_node_get(node, "median")   ? "median"
                             : sq_node_get(node, "curve")  ? "curve"
                             : sq_node_get(node, "survival") ? "survival"
                                                             : "incidence");
    return sq_diag_error(b->diags, node->place,
                         "%s is stated %d times too often: each statement (median, survival) stands for one "
                         "argument that is not given%s",
                         sq_family_name(family), out->n_points - n_free,
                         n_free ? "; more points than that are given as a `curve:`, to which the law is fitted" : "");
}

static bool too_little(sq_build *b, sq_family family, const sq_node *node, int n_points, int n_free,
                       const char *missing)
{
    const char *name = sq_family_name(family), *s = n_points == 1 ? "" : "s", *is = n_points == 1 ? "is" : "are";
    if (!sq_family_can_be_fitted(family))
        return sq_diag_error(b->diags, node->place, "%s needs %s", name, missing);
    if (n_points == 0)
        return sq_diag_error(b->diags, node->place,
                             "%s needs %s, or as many points of its curve instead (`median:`, `survival:`, `curve:`)",
                             name, missing);
    return sq_diag_error(b->diags, node->place,
                         "%s needs %s, or as many points of its curve instead: %d point%s %s given (`median:`, "
                         "`survival:`, `curve:`), %d needed",
                         name, missing, n_points, s, is, n_free);
}

bool sq_enough_stated(sq_build *b, sq_family family, const sq_node *node, const sq_law_args *out)
{
    const char *const *names = sq_law_arg_names(family);
    int n_free = 0;
    sq_writer missing = {0};
    for (int i = 0; names[i]; i++)
        if (!out->arg[i]) sq_write(&missing, "%s%s", n_free++ ? " and " : "", names[i]);
    if (out->cured_is_free) sq_write(&missing, "%scured", n_free++ ? " and " : "");
    bool fine = n_free == out->n_points || (out->n_of_curve && n_free && n_free < out->n_points);
    if (!fine && n_free > out->n_points)
        too_little(b, family, node, out->n_points, n_free, missing.items ? missing.items : "");
    else if (!fine)
        too_much(b, family, node, out, n_free);
    free(missing.items);
    return fine;
}

/* ---- solving ---------------------------------------------------------------------------- */

static bool list_unknowns(sq_build *b, sq_param *param, int entry, const sq_solve *solve, const sq_about *about)
{
    const char *const *names = sq_law_arg_names(param->family);
    sq_place place = param->leaf[entry]->place;
    for (int i = 0; names[i]; i++)
        if (solve->is_free[i])
            sq_list_number(b, param, sq_arg_entry_name(b, param, names[i], entry), solve->arg_slot[i],
                           sq_law_arg_unit(param->family, i, param->unit), place, about);
    if (solve->cured_is_free)
        sq_list_number(b, param, sq_arg_entry_name(b, param, "cured", entry), solve->cured_slot,
                       sq_type_probability().unit, place, about);
    return !b->out_of_memory;
}

/* Points given in plain numbers are judged where they stand; others when a block is filled (math/fit.h). */
static bool point_is_share(sq_build *b, const sq_node *share)
{
    double x;
    if (!sq_plain_value(b, share, sq_type_probability().unit, &x) || (x >= 0 && x <= 1)) return true;
    return sq_diag_error(b->diags, share->place, "%.6g is no share: it lies between 0 and 1%s", x,
                         x > 1 && x <= 100 ? " (is it meant in percent? write `78 %`)" : "");
}

/* Whether survival falls, and incidence rises, from the point before, where that one is earlier. */
static bool points_go_on(sq_build *b, const sq_param *param, const sq_law_args *args, int i)
{
    double time[2], share[2];
    sq_unit unit = sq_type_probability().unit;
    for (int k = 0; k < 2; k++)
        if (!sq_plain_value(b, args->time[i - 1 + k], param->unit, &time[k]) ||
            !sq_plain_value(b, args->share[i - 1 + k], unit, &share[k]))
            return true;
    bool goes_on = args->is_incidence ? share[1] > share[0] : share[1] < share[0];
    if (goes_on || !(time[1] > time[0])) return true;
    return sq_diag_error(b->diags, args->share[i]->place, "%s: the points do not %s: %s %.6g at %s, %.6g at %s",
                         param->name, args->is_incidence ? "rise" : "fall",
                         args->is_incidence ? "incidence" : "survival", share[0], args->time[i - 1]->text, share[1],
                         args->time[i]->text);
}

static bool add_points(sq_build *b, const sq_param *param, const sq_law_args *args, sq_solve *solve)
{
    sq_type variable = {SQ_TYPE_NUMBER, param->unit, 0};
    solve->first_point = (int)b->stated_points.count;
    solve->n_points = args->n_points;
    for (int i = 0; i < args->n_points; i++) {
        sq_stated_point point;
        bool of_curve = i >= args->n_points - args->n_of_curve; /* whose times are keys, which nobody searches for names */
        if (!sq_build_expr(b, args->time[i], variable, of_curve ? 0 : SQ_ALLOW_PARAMETERS, &point.time, NULL) ||
            !sq_build_expr(b, args->share[i], sq_type_probability(), SQ_ALLOW_PARAMETERS, &point.share, NULL))
            return false;
        if (!sq_vec_push(&b->stated_points, point)) return sq_build_no_memory(b);
        if (!point_is_share(b, args->share[i]) || (i > 0 && !points_go_on(b, param, args, i))) return false;
    }
    return true;
}

static bool read_patients(sq_build *b, const sq_node *node, double *patients)
{
    uint64_t n;
    *patients = NAN;
    if (!node) return true;
    if (!sq_integer_constant(b, node, "patients", 1, 1000000000, &n)) return false;
    *patients = (double)n;
    return true;
}

bool sq_add_solve(sq_build *b, sq_param *param, int entry, const sq_law_args *args, const sq_about *about)
{
    const sq_node *leaf = param->leaf[entry];
    const char *const *names = sq_law_arg_names(param->family);
    sq_solve solve = {.name = sq_entry_name(b, param, "", entry),
                      .where = sq_build_where(b, leaf->place),
                      .law = sq_entry_law(b, param, entry),
                      .cured_slot = param->cured_slot >= 0 ? param->cured_slot + entry : -1,
                      .cured_is_free = args->cured_is_free,
                      .is_incidence = args->is_incidence,
                      .unit = param->unit,
                      .clocks = ""};
    for (int i = 0; i < SQ_LAW_ARGS; i++) {
        solve.arg_slot[i] = param->arg_slot[i] < 0 ? -1 : param->arg_slot[i] + entry;
        solve.is_free[i] = solve.arg_slot[i] >= 0 && !args->arg[i];
    }
    for (int i = 0; names[i]; i++) {
        solve.arg_name[i] = names[i];
        solve.arg_unit[i] = sq_law_arg_unit(param->family, i, param->unit);
    }
    if (args->beside && param->all_cause)
        return sq_diag_error(b->diags, args->beside->place,
                             "`describes: all_cause` says that the curve is used as it is; a curve that is taken "
                             "apart from other clocks has no `describes:`");
    if (!list_unknowns(b, param, entry, &solve, about) || !add_points(b, param, args, &solve) ||
        !read_patients(b, args->patients, &solve.patients) ||
        !sq_read_beside(b, param, leaf, args, &solve))
        return false;
    if (!sq_vec_push(&b->solves, solve)) return sq_build_no_memory(b);
    sq_step step = {.kind = SQ_STEP_SOLVE,
                    .index = (int)b->solves.count - 1,
                    .name = solve.name,
                    .where = solve.where};
    return sq_add_step(b, param, step);
}
