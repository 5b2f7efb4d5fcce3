/* Laws as parameters. Each argument of each entry is a number of the block with a name of its own
 * ("relapse_curve.scale[reinduction]"); arguments that are not given are solved from published
 * statements (build_statements.c) when a block is filled. A law of the model that needs room in the block is a hidden
 * parameter of this kind. */
#include "lang/build.h"

#include <stdlib.h>
#include <string.h>

/* ---- families --------------------------------------------------------------------------- */

const char *const *sq_law_arg_names(sq_family family)
{
    static const char *const exponential[] = {"rate", NULL},
                      *const weibull[] = {"shape", "scale", NULL},
                      *const gompertz[] = {"shape", "rate", NULL},
                      *const lognormal[] = {"median", "sdlog", NULL},
                      *const generalised_gamma[] = {"location", "sigma", "q", NULL},
                      *const fixed[] = {"delay", NULL}, *const uniform[] = {"min", "max", NULL},
                      *const triangular[] = {"min", "mode", "max", NULL},
                      *const normal[] = {"mean", "sd", NULL}, *const none[] = {NULL};
    switch (family) {
    case SQ_EXPONENTIAL: return exponential;
    case SQ_WEIBULL:
    case SQ_LOGLOGISTIC: return weibull;
    case SQ_GOMPERTZ:
    case SQ_GAMMA: return gompertz;
    case SQ_LOGNORMAL: return lognormal;
    case SQ_GENERALISED_GAMMA: return generalised_gamma;
    case SQ_FIXED: return fixed;
    case SQ_UNIFORM: return uniform;
    case SQ_TRIANGULAR: return triangular;
    case SQ_NORMAL: return normal;
    default: return none;
    }
}

sq_unit sq_law_arg_unit(sq_family family, int arg, sq_unit variable)
{
    sq_unit plain = {0, 0, SQ_KIND_NONE};
    sq_unit per = {(int8_t)-variable.time, (int8_t)-variable.money, SQ_KIND_NONE};
    switch (family) {
    case SQ_EXPONENTIAL:
    case SQ_GOMPERTZ: return per;
    case SQ_WEIBULL:
    case SQ_LOGLOGISTIC: return arg == 0 ? plain : variable;
    case SQ_GAMMA: return arg == 0 ? plain : per;
    case SQ_LOGNORMAL: return arg == 1 ? plain : variable;
    case SQ_GENERALISED_GAMMA: return arg > 0 ? plain : variable;
    default: return variable;
    }
}

/* What other packages (R's flexsurv, stats, hesim, eha; demography) call the laws. */
static const char *name_elsewhere(const char *word)
{
    static const struct {
        const char *theirs, *ours;
    } names[] = {
        {"gengamma", "'generalised gamma'"},
        {"gengamma.orig", "'generalised gamma', in the parameters of gengamma"},
        {"generalized gamma", "'generalised gamma'"},
        {"llogis", "'loglogistic'"},
        {"log-logistic", "'loglogistic'"},
        {"lnorm", "'lognormal'"},
        {"log-normal", "'lognormal'"},
        {"exp", "'exponential'"},
        {"weibullPH", "'weibull', whose scale is scale^(-1/shape) of weibullPH"},
        {"gompertzPH", "'gompertz'"},
        {"norm", "'normal'"},
        {"unif", "'uniform'"},
        {"triang", "'triangular'"},
        {"pexp", "'piecewise'"},
        {"pwexp", "'piecewise'"},
        {"piecewise exponential", "'piecewise'"},
        {"survspline", "'spline'"},
        {"flexsurvspline", "'spline'"},
        {"qx", "'life table'"},
        {"lifetable", "'life table'"},
        {"constant", "'fixed'"},
        {"delay", "'fixed'"},
        {"deterministic", "'fixed'"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].theirs, word) == 0) return names[i].ours;
    return NULL;
}

int sq_family_from_word(sq_build *b, const char *word, sq_place place)
{
    const char *names[SQ_FAMILY_COUNT];
    sq_writer w = {0};
    for (int i = 0; i < SQ_FAMILY_COUNT; i++) {
        names[i] = sq_family_name((sq_family)i);
        if (strcmp(names[i], word) == 0) return i;
    }
    for (int i = 0; i < SQ_FAMILY_COUNT; i++) sq_write(&w, "%s%s", i ? ", " : "", names[i]);
    const char *ours = name_elsewhere(word);
    sq_diag_error(b->diags, place, "unknown law '%.60s'%s%s; the laws are %s", word,
                  ours ? ": here it is " : "",
                  ours ? ours : sq_diag_near(b->diags, word, names, SQ_FAMILY_COUNT), w.items ? w.items : "");
    free(w.items);
    return -1;
}

/* ---- what a law's map says -------------------------------------------------------------- */

/* before + the node's text + after, placed so that columns inside the text stay true. The text must not
 * close a parenthesis that it has not opened. */
static const sq_node *wrapped(sq_build *b, const char *before, const sq_node *node,
                              const char *after)
{
    int open = 0;
    for (const char *p = node->text; *p && open >= 0; p++) open += (*p == '(') - (*p == ')');
    if (open != 0) {
        sq_diag_error(b->diags, node->place, "the parentheses of this expression do not pair");
        return NULL;
    }
    sq_writer w = {0};
    sq_write(&w, "%s%s%s", before, node->text, after);
    sq_place place = node->place;
    place.column -= (int)strlen(before);
    return sq_made_scalar(b, sq_build_keep_written(b, &w), place);
}

bool sq_is_scalar(sq_build *b, const sq_node *node, const char *what)
{
    return sq_scalar_text(b, node, what) != NULL;
}

/* Another name of an argument: its reciprocal ({mean: X} of an exponential, {scale: X} of a gamma law) or,
 * with the unit of time in `in:`, its logarithm ({meanlog: X} of a log-normal, {mu: X} of a generalised
 * gamma law). */
typedef struct other_name {
    sq_family family;
    const char *name;
    int arg;
    bool is_log;
} other_name;

static const other_name *other_name_of(sq_family family)
{
    static const other_name names[] = {{SQ_EXPONENTIAL, "mean", 0, false},
                                       {SQ_GAMMA, "scale", 1, false},
                                       {SQ_LOGNORMAL, "meanlog", 0, true},
                                       {SQ_GENERALISED_GAMMA, "mu", 0, true}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].family == family) return &names[i];
    return NULL;
}

static const sq_node *of_logarithm(sq_build *b, const other_name *other, const sq_node *value,
                                   const sq_node *unit)
{
    if (!unit) {
        sq_diag_error(b->diags, value->place, "%s needs its time unit: `in: mo`", other->name);
        return NULL;
    }
    if (!sq_is_scalar(b, unit, "a time unit")) return NULL;
    if (!sq_is_word(unit->text)) {
        sq_diag_error(b->diags, unit->place, "expected a unit alone, as in `in: mo`");
        return NULL;
    }
    sq_writer w = {0};
    sq_write(&w, ") * 1 %s", unit->text);
    return wrapped(b, "exp(", value, sq_build_keep_written(b, &w));
}

static bool read_other_name(sq_build *b, sq_family family, const sq_node *map, sq_law_args *out)
{
    const other_name *other = other_name_of(family);
    if (!other) return true;
    const sq_node *value = sq_node_get(map, other->name), *unit = sq_node_get(map, "in");
    if (other->is_log && unit && !value)
        return sq_diag_error(b->diags, unit->place,
                             "`in:` is the unit of `%s:`, which is not given", other->name);
    if (!value) return true;
    if (out->arg[other->arg])
        return sq_diag_error(b->diags, value->place, "this argument is given twice");
    if (!sq_is_scalar(b, value, "an argument of a law")) return false;
    const sq_node *arg = other->is_log ? of_logarithm(b, other, value, unit)
                                       : wrapped(b, "1/(", value, ")");
    out->arg[other->arg] = arg;
    return arg != NULL;
}

static bool keys_known(sq_build *b, sq_family family, const sq_node *map, bool is_parameter)
{
    static const char *const about[] = {"source", "class",     "note", "law",
                                        "unit",   "describes", "by",   "default"};
    const char *known[40];
    size_t n = 0;
    const other_name *other = other_name_of(family);
    for (const char *const *name = sq_law_arg_names(family); *name; name++) known[n++] = *name;
    if (other) known[n++] = other->name;
    if (other && other->is_log) known[n++] = "in";
    n += sq_statement_keys(family, known + n);
    n += sq_wrap_keys(family, known + n);
    if (family != SQ_NORMAL) known[n++] = "cured";
    for (size_t i = 0; is_parameter && i < sizeof about / sizeof *about; i++) known[n++] = about[i];
    known[n] = NULL;
    char what[64] = "the law ";
    strncat(what, sq_family_name(family), sizeof what - 12);
    return sq_node_known_keys(map, what, known, b->diags);
}

/* A curve that is stated and a law that is cut or moved would have to be solved together. */
static bool stated_or_wrapped(sq_build *b, const sq_node *node, const sq_law_args *out)
{
    const sq_node *wrap[SQ_WRAPS];
    if (!sq_read_wraps(b, node, wrap)) return false;
    for (int i = 0; i < SQ_WRAPS && out->n_points; i++)
        if (wrap[i])
            return sq_diag_error(b->diags, wrap[i]->place,
                                 "a law that is truncated or shifted needs its arguments: it cannot "
                                 "be solved from statements");
    return true;
}

bool sq_read_law_args(sq_build *b, sq_family family, const sq_node *node, bool is_parameter,
                      sq_law_args *out)
{
    *out = (sq_law_args){0};
    if (family == SQ_FIXED && node->kind == SQ_NODE_SCALAR) {
        out->arg[0] = node;
        return true;
    }
    if (!sq_node_expect(node, SQ_NODE_MAP, "the arguments of a law", b->diags)) return false;
    bool fine = keys_known(b, family, node, is_parameter);
    const char *const *names = sq_law_arg_names(family);
    for (int i = 0; names[i]; i++) {
        const sq_node *arg = sq_node_get(node, names[i]);
        if (arg && sq_is_scalar(b, arg, "an argument of a law"))
            out->arg[i] = arg;
        else if (arg)
            fine = false;
    }
    out->cured = sq_node_get(node, "cured");
    if (out->cured && !sq_is_scalar(b, out->cured, "cured: a probability")) fine = false;
    fine = fine && read_other_name(b, family, node, out);
    fine = fine && sq_read_statements(b, family, node, out);
    return fine && sq_enough_stated(b, family, node, out) && stated_or_wrapped(b, node, out);
}

/* ---- declaring -------------------------------------------------------------------------- */

bool sq_add_law_symbol(sq_build *b, sq_param *param, int index, const char *part, int slot,
                       sq_unit unit)
{
    if (param->hidden) return true;
    sq_writer w = {0};
    sq_write(&w, "%s.%s", param->name, part);
    const char *name = sq_build_keep_written(b, &w);
    return sq_add_symbol(b, name, "parameter", param->place, sq_param_symbol(param, slot, unit),
                         index) >= 0;
}

static bool any_cured(const sq_param *param)
{
    for (int e = 0; e < param->n_entries; e++)
        if (param->leaf[e]->kind == SQ_NODE_MAP && (sq_node_get(param->leaf[e], "cured") ||
                                                    sq_node_get(param->leaf[e], "plateau")))
            return true;
    return false;
}

static bool declare_args(sq_build *b, sq_param *param, int index)
{
    const char *const *names = sq_law_arg_names(param->family);
    bool fine = true;
    for (int i = 0; names[i]; i++) {
        param->arg_slot[i] = sq_take_slots(b, param->n_entries);
        sq_unit unit = sq_law_arg_unit(param->family, i, param->unit);
        fine = sq_add_law_symbol(b, param, index, names[i], param->arg_slot[i], unit) && fine;
    }
    return fine;
}

static bool declare_cured(sq_build *b, sq_param *param, int index)
{
    if (!any_cured(param)) return true;
    param->cured_slot = sq_take_slots(b, param->n_entries);
    return sq_add_law_symbol(b, param, index, "cured", param->cured_slot,
                             sq_type_probability().unit);
}

static bool declare_rows(sq_build *b, sq_param *param, int index)
{
    if (!sq_declare_table_law(b, param, index)) return false;
    if (param->hidden || param->n_entries == 1) return true;
    param->row_slot = sq_take_slots(b, param->n_entries);
    return sq_add_law_symbol(b, param, index, "row", param->row_slot, sq_type_plain().unit);
}

/* The law's own name is in the namespace too: nothing else may have it. */
static bool declare_law_name(sq_build *b, sq_param *param, int index)
{
    if (param->hidden) return true;
    sq_symbol symbol = sq_param_symbol(param, 0, param->unit);
    return sq_add_symbol(b, param->name, "law", param->place, symbol, index) >= 0;
}

static bool read_describes(sq_build *b, sq_param *param)
{
    static const char *const words[] = {"latent", "all_cause", NULL};
    int chosen = sq_choice(b, sq_node_get(param->node, "describes"), "kind of statement", words, 0);
    param->all_cause = chosen == 1;
    return chosen >= 0;
}

/* Whether columns of one file tell the entries apart, so that they have no maps of their own. */
static bool is_in_one_file(const sq_param *param)
{
    if (param->node->kind != SQ_NODE_MAP || !sq_family_has_table(param->family)) return false;
    const sq_node *by = sq_node_get(param->node, "by"), *csv = sq_node_get(param->node, "csv");
    return (by && by->kind == SQ_NODE_MAP) || (csv && csv->kind == SQ_NODE_MAP);
}

bool sq_declare_law(sq_build *b, sq_param *param, int index)
{
    static const char *const known[] = {"law",   "by",   "default",   "unit", "source",
                                        "class", "note", "describes", NULL};
    param->leaf = sq_build_scratch(b, (size_t)param->n_entries, sizeof *param->leaf);
    if (!param->leaf || !declare_law_name(b, param, index)) return false;
    if (!param->has_unit) param->unit = sq_type_time().unit;
    if (!param->hidden) {
        const sq_node *word = sq_node_get(param->node, "law");
        const char *text = sq_scalar_text(b, word, "law: a family");
        int family = text ? sq_family_from_word(b, text, word->place) : -1;
        if (family < 0 || !read_describes(b, param)) return false;
        param->family = (sq_family)family;
    }
    bool one_leaf = param->n_dims == 0 || is_in_one_file(param);
    for (int e = 0; one_leaf && e < param->n_entries; e++) param->leaf[e] = param->node;
    if (!one_leaf && !sq_collect_entries(b, param, known, param->leaf)) return false;
    bool has_table = sq_family_has_table(param->family);
    for (int i = 0; i < SQ_LAW_ARGS; i++) param->arg_slot[i] = -1;
    for (int i = 0; i < SQ_WRAPS; i++) param->wrap_slot[i] = -1;
    if (!(has_table ? declare_rows(b, param, index) : declare_args(b, param, index))) return false;
    if (has_table && param->hidden) return true; /* what it wears stands in the model */
    return declare_cured(b, param, index) && sq_declare_wraps(b, param, index);
}

/* ---- compiling -------------------------------------------------------------------------- */

const char *sq_arg_entry_name(sq_build *b, const sq_param *param, const char *arg, int entry)
{
    char suffix[32] = ".";
    strncat(suffix, arg, sizeof suffix - 2);
    return sq_entry_name(b, param, suffix, entry);
}

static bool add_cured(sq_build *b, sq_param *param, int entry, const sq_law_args *args,
                      const sq_about *about)
{
    if (param->cured_slot < 0) return true;
    int slot = param->cured_slot + entry;
    sq_about known = *about;
    if (args->cured_is_free) return true;
    if (!args->cured) return sq_add_constant(b, param, slot, 0, param->place);
    if (args->plateau_n > 0) {
        known.uncertainty = SQ_BETA;
        known.u[0] = args->plateau_k, known.u[1] = args->plateau_n;
    }
    return sq_add_number(b, param, sq_arg_entry_name(b, param, "cured", entry), slot,
                         sq_type_probability().unit, args->cured, &known, false);
}

static sq_program slot_program(sq_build *b, int slot)
{
    sq_program begun = sq_code_begin(&b->compiler);
    if (!sq_code_op(&b->compiler, SQ_OP_PARAM, slot)) sq_build_no_memory(b);
    return sq_code_end(&b->compiler, begun);
}

sq_law_spec sq_entry_law(sq_build *b, const sq_param *param, int entry)
{
    sq_law_spec law = {.family = param->family, .unit = param->unit, .table = param->table};
    if (param->table >= 0) law.row = sq_build_constant(b, entry);
    for (int i = 0; i < SQ_WRAPS; i++)
        if (param->wrap_slot[i] >= 0)
            *sq_wrap_of(&law, (sq_wrap)i) = slot_program(b, param->wrap_slot[i] + entry);
    for (int i = 0; i < SQ_LAW_ARGS; i++)
        if (param->arg_slot[i] >= 0) law.arg[i] = slot_program(b, param->arg_slot[i] + entry);
    if (param->cured_slot >= 0) law.cured = slot_program(b, param->cured_slot + entry);
    return law;
}

/* Lets the finished block be asked whether the entry's numbers make a law. */
static bool probe_entry(sq_build *b, const sq_param *param, int entry)
{
    sq_probe probe = {
        .kind = SQ_PROBE_LAW, .place = param->leaf[entry]->place, .law = sq_entry_law(b, param, entry)};
    return sq_vec_push(&b->probes, probe) || sq_build_no_memory(b);
}

/* Whether an argument may be below zero although its unit is one of time. */
static bool can_be_negative(sq_family family)
{
    return family == SQ_NORMAL || family == SQ_UNIFORM || family == SQ_TRIANGULAR ||
           family == SQ_GOMPERTZ;
}

/* What an entry of a law by knots wears. */
static bool compile_worn(sq_build *b, sq_param *param, int entry, const sq_about *above)
{
    const sq_node *leaf = param->leaf[entry];
    sq_law_args args = {.cured = leaf->kind == SQ_NODE_MAP ? sq_node_get(leaf, "cured") : NULL};
    sq_about about;
    return sq_read_about(b, leaf, above, &about) && add_cured(b, param, entry, &args, &about) &&
           sq_compile_wraps(b, param, entry, &about) &&
           probe_entry(b, param, entry);
}

static bool compile_entry(sq_build *b, sq_param *param, int entry, const sq_about *above)
{
    const char *const *names = sq_law_arg_names(param->family);
    const sq_node *leaf = param->leaf[entry];
    sq_law_args args;
    sq_about about;
    bool may_be_negative = can_be_negative(param->family);
    if (!sq_read_law_args(b, param->family, leaf, !param->hidden, &args)) return false;
    if (!sq_read_about(b, leaf, above, &about)) return false;
    const char *name = sq_entry_name(b, param, "", entry);
    bool fine = sq_check_about(b, param, name, leaf->place, &about);
    for (int i = 0; names[i] && fine; i++) {
        sq_unit unit = sq_law_arg_unit(param->family, i, param->unit);
        if (args.arg[i])
            fine = sq_add_number(b, param, sq_arg_entry_name(b, param, names[i], entry),
                                 param->arg_slot[i] + entry, unit, args.arg[i], &about,
                                 may_be_negative);
    }
    fine = fine && add_cured(b, param, entry, &args, &about) &&
           sq_compile_wraps(b, param, entry, &about);
    if (fine && args.n_points) fine = sq_add_solve(b, param, entry, &args, &about);
    return fine && probe_entry(b, param, entry);
}

bool sq_compile_law(sq_build *b, sq_param *param)
{
    sq_about above;
    bool fine = sq_read_about(b, param->node, NULL, &above);
    bool has_table = sq_family_has_table(param->family);
    if (has_table) fine = sq_compile_table_law(b, param, &above) && fine;
    for (int e = 0; e < param->n_entries && fine; e++)
        fine = has_table ? compile_worn(b, param, e, &above) : compile_entry(b, param, e, &above);
    return fine;
}
