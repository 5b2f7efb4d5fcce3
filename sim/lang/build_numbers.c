/* The numbers of parameter definitions: entries by category, what a paper stated, what is known of
 * it. A number without a stated unit has the unit of its expression; all entries of a table have
 * one unit. */
#include "base/text.h"
#include "lang/build.h"
#include "math/statement.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const class_words[] = {"sourced",    "calibrated", "judgement",
                                          "structural", "filler",     NULL};
static const char *const number_keys[] = {"value", "count", "hazard ratio", "interval",
                                          "range", "se",    "unit",         "source",
                                          "class", "note",  "by",           "split",
                                          "prior", NULL};
static const char *const table_keys[] = {"by", "default", "unit", "source", "class", "note", NULL};

/* ---- entries by category ---------------------------------------------------------------- */

typedef struct collector {
    sq_build *b;
    const sq_param *param;
    const char *const *known;
    const sq_node **leaf;
} collector;

static bool is_known(const char *key, const char *const *known)
{
    for (; *known; known++)
        if (strcmp(*known, key) == 0) return true;
    return false;
}

static bool unknown_entry(collector *c, const sq_category *category, const sq_node *map, int i,
                          int level)
{
    const char **names = sq_build_scratch(c->b, (size_t)category->n_labels + 32, sizeof *names);
    size_t n = 0;
    if (!names) return false;
    for (int k = 0; k < category->n_labels; k++) names[n++] = category->labels[k];
    for (int k = 0; level == 0 && c->known[k]; k++) names[n++] = c->known[k];
    const char *near = sq_diag_near(c->b->diags, map->key[i], names, n);
    if (!near[0])
        near = sq_diag_hint(c->b->diags, map->key[i], names, (size_t)category->n_labels);
    return sq_diag_error(c->b->diags, map->key_place[i], "'%.80s' is not a label of %s%s",
                         map->key[i], category->name, near);
}

static bool collect(collector *c, const sq_node *node, int level, int base);

/* Whether a default is one entry for everything below, not a map by the labels of the next
 * category. */
static bool is_one_entry(const collector *c, const sq_node *node, int level)
{
    if (level == c->param->n_dims || node->kind != SQ_NODE_MAP) return true;
    const sq_category *category = sq_category_of(c->b, c->param->dim[level]);
    for (int i = 0; i < node->count; i++)
        if (strcmp(node->key[i], "default") == 0 || sq_find_label(category, node->key[i]) >= 0)
            return false;
    return true;
}

static bool collect_default(collector *c, const sq_node *node, int level, int base)
{
    if (!is_one_entry(c, node, level)) return collect(c, node, level, base);
    int below = 1;
    for (int d = level; d < c->param->n_dims; d++)
        below *= sq_category_of(c->b, c->param->dim[d])->n_labels;
    for (int i = 0; i < below; i++) c->leaf[base * below + i] = node;
    return true;
}

static bool collect_missing(collector *c, const sq_node *map, const sq_category *category,
                            int level, int base)
{
    const sq_node *otherwise = sq_node_get(map, "default");
    sq_writer missing = {0};
    bool fine = true;
    int n_missing = 0;
    for (int k = 0; k < category->n_labels; k++) {
        if (sq_node_get(map, category->labels[k])) continue;
        if (otherwise)
            fine = collect_default(c, otherwise, level + 1, base * category->n_labels + k) && fine;
        else if (n_missing++ < 5)
            sq_write(&missing, "%s%s", n_missing > 1 ? ", " : "", category->labels[k]);
    }
    if (n_missing)
        fine = sq_diag_error(c->b->diags, map->place,
                             "%s: no value for %s%s of %s; name it, or give `default:`",
                             c->param->name, missing.items ? missing.items : "",
                             n_missing > 5 ? ", …" : "", category->name);
    free(missing.items);
    return fine;
}

static bool collect(collector *c, const sq_node *node, int level, int base)
{
    if (level == c->param->n_dims) {
        c->leaf[base] = node;
        return true;
    }
    const sq_category *category = sq_category_of(c->b, c->param->dim[level]);
    if (sq_is_split(c->b, c->param, node, level)) {
        for (int k = 0; k < category->n_labels; k++) c->leaf[base * category->n_labels + k] = node;
        return true;
    }
    if (!sq_node_expect(node, SQ_NODE_MAP, "one entry per label", c->b->diags)) return false;
    bool fine = true;
    for (int i = 0; i < node->count; i++) {
        int label = sq_find_label(category, node->key[i]);
        if (label >= 0)
            fine = collect(c, node->item[i], level + 1, base * category->n_labels + label) && fine;
        else if (!(level == 0 && is_known(node->key[i], c->known)) &&
                 strcmp(node->key[i], "default") != 0)
            fine = unknown_entry(c, category, node, i, level);
    }
    return collect_missing(c, node, category, level, base) && fine;
}

/* A label of the first category stands beside the keys of the definition, and must not be one. */
static bool labels_are_no_keys(sq_build *b, const sq_param *param, const char *const *known)
{
    if (!param->n_dims) return true;
    const sq_category *category = sq_category_of(b, param->dim[0]);
    for (int k = 0; k < category->n_labels; k++)
        if (is_known(category->labels[k], known))
            return sq_diag_error(b->diags, param->place,
                                 "the label '%s' of %s is also a key of this table, beside which it "
                                 "would stand: rename the label, or name another category first",
                                 category->labels[k], category->name);
    return true;
}

bool sq_collect_entries(sq_build *b, const sq_param *param, const char *const *known,
                        const sq_node **leaf)
{
    collector c = {b, param, known, leaf};
    return labels_are_no_keys(b, param, known) && collect(&c, param->node, 0, 0);
}

/* ---- what is known of a number ---------------------------------------------------------- */

static const char *about_text(sq_build *b, const sq_node *map, const char *key,
                              const char *otherwise)
{
    const sq_node *node = sq_node_get(map, key);
    const char *text = node ? sq_scalar_text(b, node, key) : NULL;
    return text ? sq_build_keep(b, text) : otherwise;
}

bool sq_read_about(sq_build *b, const sq_node *node, const sq_about *above, sq_about *about)
{
    *about = above ? *above : (sq_about){.source = "", .note = ""};
    if (node->kind != SQ_NODE_MAP) return true;
    about->source = about_text(b, node, "source", about->source);
    about->note = about_text(b, node, "note", about->note);
    const sq_node *class = sq_node_get(node, "class");
    if (!class) {
        if (!about->has_class && about->source[0]) about->class = SQ_SOURCED;
        return true;
    }
    int chosen = sq_choice(b, class, "class", class_words, 0);
    about->has_class = true;
    about->class = (sq_class)(SQ_SOURCED + (chosen < 0 ? 0 : chosen));
    return chosen >= 0;
}

bool sq_check_about(sq_build *b, const sq_param *param, const char *name, sq_place place,
                    const sq_about *about)
{
    if (!about->has_class) return true;
    if (about->class == SQ_SOURCED && !about->source[0])
        return sq_diag_error(b->diags, place, "%s is sourced, but `source:` is missing", name);
    if (about->class == SQ_JUDGEMENT && !about->note[0])
        return sq_diag_error(b->diags, place, "%s is a judgement: `note:` must give its rationale",
                             name);
    if (about->class == SQ_JUDGEMENT && about->uncertainty != SQ_RANGE &&
        param->kind == SQ_PARAM_NUMBER)
        return sq_diag_error(b->diags, place, "%s is a judgement: `range:` must say how wide it is",
                             name);
    if (about->class == SQ_STRUCTURAL && !about->note[0])
        return sq_diag_error(b->diags, place, "%s is structural: `note:` must say what it switches",
                             name);
    return true;
}

static bool read_bounds(sq_build *b, const sq_node *node, const char *what, sq_type type,
                        double bounds[2])
{
    if (!sq_node_expect(node, SQ_NODE_LIST, what, b->diags)) return false;
    if (node->count != 2)
        return sq_diag_error(b->diags, node->place, "%s has two numbers: [low, high]%s", what,
                             node->count == 4 ? " (a comma separates: write 0.5, not 0,5)" : "");
    for (int i = 0; i < 2; i++)
        if (!sq_expr_constant(&b->compiler, node->item[i], type, &bounds[i])) return false;
    if (bounds[0] <= bounds[1]) return true;
    return sq_diag_error(b->diags, node->place, "%s: the lower bound is above the upper one", what);
}

/* `interval:`, `range:` or `se:` beside `value:`, in the number's unit. */
static bool read_uncertainty(sq_build *b, const sq_node *map, sq_unit unit, sq_about *about)
{
    sq_type type = {SQ_TYPE_NUMBER, unit, 0};
    const sq_node *interval = sq_node_get(map, "interval"), *range = sq_node_get(map, "range");
    const sq_node *se = sq_node_get(map, "se");
    if ((interval != NULL) + (range != NULL) + (se != NULL) > 1)
        return sq_diag_error(b->diags, map->place,
                             "only one of interval, range and se can be given");
    if (interval) about->uncertainty = SQ_INTERVAL;
    if (range) about->uncertainty = SQ_RANGE;
    if (interval) return read_bounds(b, interval, "interval", type, about->u);
    if (range) return read_bounds(b, range, "range", type, about->u);
    if (!se) return true;
    about->uncertainty = SQ_STANDARD_ERROR;
    if (!sq_expr_constant(&b->compiler, se, type, &about->u[0])) return false;
    return about->u[0] >= 0 ||
           sq_diag_error(b->diags, se->place, "a standard error cannot be negative");
}

bool sq_plain_value(sq_build *b, const sq_node *node, sq_unit unit, double *value)
{
    sq_diags *diags = b->compiler.diags, aside = {0};
    b->compiler.diags = &aside;
    bool found =
        sq_expr_constant(&b->compiler, node, (sq_type){SQ_TYPE_NUMBER, unit, 0}, value);
    b->compiler.diags = diags;
    if (aside.out_of_memory) sq_build_no_memory(b);
    sq_diags_free(&aside);
    return found;
}

/* A value that its own bounds leave out is a slip of the pen. One that follows from other numbers
 * may leave them in a scenario. */
static bool within_bounds(sq_build *b, const sq_param *param, const sq_node *leaf,
                          const sq_node *value, const sq_about *about)
{
    bool is_range = about->uncertainty == SQ_RANGE;
    double x, slack = 1e-9 * (fabs(about->u[0]) + fabs(about->u[1]));
    if (!is_range && about->uncertainty != SQ_INTERVAL) return true;
    const char *word = is_range ? "range" : "interval";
    const sq_node *bounds = sq_node_get(leaf, word);
    if (!bounds || !sq_plain_value(b, value, param->unit, &x)) return true;
    if (x >= about->u[0] - slack && x <= about->u[1] + slack) return true;
    return sq_diag_error(b->diags, bounds->place,
                         "%s: the value %.40s lies outside its %s [%.40s, %.40s]", param->name,
                         value->text, word, bounds->item[0]->text, bounds->item[1]->text);
}

/* ---- published statements --------------------------------------------------------------- */

/* Reads a plain number at *text and moves past it and the blanks around it. */
static bool scan_number(const char **text, double *value)
{
    while (isspace((unsigned char)**text)) (*text)++;
    if (!isdigit((unsigned char)**text) && **text != '.') return false;
    size_t n = sq_text_number(*text, strlen(*text), value);
    if (n == 0 || !isfinite(*value)) return false;
    *text += n;
    while (isspace((unsigned char)**text)) (*text)++;
    return true;
}

static bool scan_word(const char **text, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*text, word, n) != 0) return false;
    *text += n;
    return true;
}

bool sq_scan_share(const char *text, double *k, double *n)
{
    return scan_number(&text, k) && scan_word(&text, "of") && scan_number(&text, n) &&
           *text == '\0' && *n > 0 && *k <= *n;
}

static bool read_count(sq_build *b, const sq_node *node, double *value, sq_about *about)
{
    const char *text = sq_scalar_text(b, node, "count: K of N");
    if (!text) return false;
    if (!sq_scan_share(text, &about->u[0], &about->u[1]))
        return sq_diag_error(
            b->diags, node->place,
            "count: expected K of N, as in `11 of 23`, with K not above N, not '%.60s'", text);
    about->uncertainty = SQ_BETA;
    *value = about->u[0] / about->u[1];
    return true;
}

/* Inside parentheses papers also write "0.41-0.71" and "0.41 to 0.71". */
static bool scan_separator(const char **text, bool round)
{
    return scan_word(text, ",") || (round && (scan_word(text, "-") || scan_word(text, "to")));
}

static bool wrong_ratio(sq_build *b, const sq_node *node, bool is_read, bool round, double value,
                        const double u[2])
{
    if (is_read && u[0] > u[1])
        return sq_diag_error(b->diags, node->place,
                             "hazard ratio: the limits of the interval are reversed: %.6g comes before %.6g", u[0],
                             u[1]);
    if (is_read && (value < u[0] || value > u[1]))
        return sq_diag_error(b->diags, node->place,
                             "hazard ratio: %.6g lies outside its own 95 %% interval, %.6g to %.6g", value, u[0], u[1]);
    if (round)
        return sq_diag_error(b->diags, node->place,
                             "hazard ratio: the interval stands in brackets, as in \"0.55 [0.41, 0.71]\", not in "
                             "parentheses: '%.60s'",
                             node->text);
    return sq_diag_error(b->diags, node->place,
                         "hazard ratio: expected a ratio and its 95 %% interval around it, as in "
                         "\"0.55 [0.41, 0.71]\", not '%.60s'",
                         node->text);
}

static bool read_hazard_ratio(sq_build *b, const sq_node *node, double *value, sq_about *about)
{
    const char *text = sq_scalar_text(b, node, "hazard ratio: RATIO [LOW, HIGH]");
    if (!text) return false;
    const char *at = text;
    double *u = about->u;
    bool fine = scan_number(&at, value) && *value > 0;
    if (fine && *at == '\0') return true;
    bool round = fine && *at == '(';
    fine = fine && scan_word(&at, round ? "(" : "[") && scan_number(&at, &u[0]) && scan_separator(&at, round) &&
           scan_number(&at, &u[1]) && scan_word(&at, round ? ")" : "]") && *at == '\0';
    if (round || !fine || !(u[0] > 0 && u[0] <= *value && *value <= u[1]) || !(u[0] < u[1]))
        return wrong_ratio(b, node, fine, round, *value, u);
    double se;
    about->uncertainty = SQ_LOG_NORMAL;
    sq_log_ratio_error(*value, u[0], u[1], &se, &about->residual_check);
    return true;
}

/* ---- steps and rows --------------------------------------------------------------------- */

bool sq_add_step(sq_build *b, sq_param *param, sq_step step)
{
    return sq_vec_push(&param->steps, step) || sq_build_no_memory(b);
}

bool sq_add_value(sq_build *b, sq_param *param, const char *name, int slot, sq_unit unit,
                  sq_program value, sq_place place, bool may_be_negative)
{
    sq_step step = {.kind = SQ_STEP_VALUE,
                    .slot = slot,
                    .value = value,
                    .unit = unit,
                    .may_be_negative = may_be_negative,
                    .name = name,
                    .where = sq_build_where(b, place)};
    return sq_add_step(b, param, step);
}

bool sq_add_constant(sq_build *b, sq_param *param, int slot, double value, sq_place place)
{
    sq_program program = sq_build_constant(b, value);
    return sq_add_value(b, param, param->name, slot, (sq_unit){0, 0, 0}, program, place, true);
}

static void list_row(sq_build *b, const sq_param *param, const char *name, int slot, int n,
                     sq_unit unit, sq_place place, const sq_about *about)
{
    if (param->hidden) return;
    sq_parameter row = {.name = name,
                        .slot = slot,
                        .n_values = n,
                        .unit = unit,
                        .class = about->class,
                        .source = about->source,
                        .note = about->note,
                        .where = sq_build_where(b, place),
                        .uncertainty = about->uncertainty,
                        .u = {about->u[0], about->u[1]},
                        .prior = {about->prior[0], about->prior[1]},
                        .split = about->split,
                        .residual_check = about->residual_check};
    if (!sq_vec_push(&b->parameters, row)) sq_build_no_memory(b);
}

void sq_list_number(sq_build *b, const sq_param *param, const char *name, int slot, sq_unit unit,
                    sq_place place, const sq_about *about)
{
    list_row(b, param, name, slot, 1, unit, place, about);
}

void sq_list_table(sq_build *b, const sq_param *param, const char *name, int n, sq_unit unit,
                   sq_place place, const sq_about *about)
{
    list_row(b, param, name, -1, n, unit, place, about);
}

/* What the map that replaces a number says of it. */
static bool about_of_patch(sq_build *b, const sq_param *param, const char *name, const sq_patch *patch, sq_unit unit,
                           sq_about *about)
{
    static const char *const known[] = {"value", "interval", "range", "se", "source", "class", "note", NULL};
    return sq_node_known_keys(patch->about, "one number of an override", known, b->diags) &&
           sq_read_about(b, patch->about, NULL, about) && read_uncertainty(b, patch->about, unit, about) &&
           within_bounds(b, param, patch->about, patch->node, about) &&
           sq_check_about(b, param, name, patch->about->place, about);
}

/* What was known of the replaced number says nothing about the one that stands there now; only a structural
 * switch, which is there to be turned, stays one. */
static void about_replaced(sq_build *b, const sq_patch *patch, sq_about *about)
{
    sq_writer w = {0};
    bool command_line = strcmp(patch->place.source->path, SQ_SET_PATH) == 0;
    sq_write(&w, "replaced %s%s", command_line ? "on the command line" : "by override at ",
             command_line ? "" : sq_build_where(b, patch->place));
    bool is_switch = about->class == SQ_STRUCTURAL;
    *about = (sq_about){
        .source = "",
        .note = sq_build_keep_written(b, &w),
        .class = is_switch ? SQ_STRUCTURAL : SQ_UNSOURCED,
        .has_class = is_switch,
    };
}

bool sq_add_number(sq_build *b, sq_param *param, const char *name, int slot, sq_unit unit,
                   const sq_node *node, const sq_about *about, bool may_be_negative)
{
    sq_type want = {SQ_TYPE_NUMBER, unit, 0};
    sq_about known = *about;
    sq_program value;
    sq_place place = node->place;
    bool fine = sq_build_expr(b, node, want, SQ_ALLOW_PARAMETERS, &value, NULL);
    sq_patch *patch = param->hidden ? NULL : sq_find_patch(b, sq_canonical_name(b, name));
    if (patch) {
        patch->applied = true;
        place = patch->place;
        if (patch->about) fine = about_of_patch(b, param, name, patch, unit, &known) && fine;
        else about_replaced(b, patch, &known);
        fine = sq_build_expr(b, patch->node, want, SQ_ALLOW_PARAMETERS, &value, NULL) && fine;
    }
    sq_list_number(b, param, name, slot, unit, place, &known);
    return fine && sq_add_value(b, param, name, slot, unit, value, place, may_be_negative);
}

/* ---- plain numbers ---------------------------------------------------------------------- */

static bool is_final_unit(sq_unit u)
{
    if (u.money == 0) return u.time >= -1 && u.time <= 1;
    return u.money == 1 && (u.time == 0 || u.time == -1);
}

static bool is_dimensionless(sq_unit u) { return u.time == 0 && u.money == 0; }

/* The node of an entry's value; for a statement one made from its number. NULL after reporting. */
static const sq_node *value_node(sq_build *b, sq_param *param, const sq_node *leaf, int entry, sq_about *about,
                                 sq_unit *implied)
{
    if (leaf->kind == SQ_NODE_SCALAR) return leaf;
    const char *what = "a parameter: an expression, or a map with `value:`";
    if (!sq_node_expect(leaf, SQ_NODE_MAP, what, b->diags)) return NULL;
    sq_node_known_keys(leaf, "a parameter", number_keys, b->diags);
    const sq_node *value = sq_node_get(leaf, "value"), *count = sq_node_get(leaf, "count");
    const sq_node *ratio = sq_node_get(leaf, "hazard ratio"), *split = sq_node_get(leaf, "split");
    const sq_node *stated = count ? count : ratio ? ratio : split, *prior = sq_node_get(leaf, "prior");
    if ((value != NULL) + (stated != NULL) + (count && ratio) + (split && stated != split) != 1) {
        sq_diag_error(b->diags, leaf->place,
                      value || stated
                          ? "%s has two values: give one of `value:`, `count:`, `hazard ratio:` and `split:`"
                          : "%s needs one of `value:`, `count:`, `hazard ratio:` and `split:`",
                      param->name);
        return NULL;
    }
    if (prior && !count && !split) {
        sq_diag_error(b->diags, prior->place, "`prior:` belongs to `count:` or `split:`");
        return NULL;
    }
    if (value) return value;
    const sq_node *interval = sq_node_get(leaf, "interval"), *range = sq_node_get(leaf, "range");
    const sq_node *beside = interval ? interval : range ? range : sq_node_get(leaf, "se");
    if (beside) {
        sq_diag_error(b->diags, beside->place,
                      "`count:`, `hazard ratio:` and `split:` state their uncertainty themselves; interval, "
                      "range and se belong beside `value:`");
        return NULL;
    }
    double x = 0;
    if (count || split) *implied = sq_type_probability().unit;
    bool fine = count   ? read_count(b, count, &x, about) && (!prior || sq_read_count_prior(b, prior, about))
                : ratio ? read_hazard_ratio(b, ratio, &x, about)
                        : sq_read_split(b, param, leaf, entry, &x, about);
    char *text = fine ? sq_build_scratch(b, 40, 1) : NULL;
    if (!text) return NULL;
    snprintf(text, 40, "%.17g", x);
    return sq_made_scalar(b, text, stated->place);
}

bool sq_unify_unit(sq_build *b, sq_param *param, sq_type type, sq_place place)
{
    if (type.class != SQ_TYPE_NUMBER)
        return sq_diag_error(b->diags, place,
                             "a parameter is a number; this is a flag or a category");
    if (!is_final_unit(type.unit)) {
        char text[64];
        return sq_diag_error(b->diags, place, "a parameter cannot be in %s",
                             sq_unit_text(type.unit, text, sizeof text));
    }
    bool first = !param->has_unit, plain = is_dimensionless(type.unit);
    if (first || (plain && is_dimensionless(param->unit) && param->unit.kind == SQ_KIND_NONE)) {
        param->unit = type.unit;
        param->has_unit = true;
        return true;
    }
    if (sq_unit_fits(type.unit, param->unit)) return true;
    char have[64], want[64];
    return sq_diag_error(b->diags, place, "the entries of %s differ in unit: %s here, %s before",
                         param->name, sq_unit_text(type.unit, have, sizeof have),
                         sq_unit_text(param->unit, want, sizeof want));
}

/* Finds the unit of a parameter that states none, from all its entries. */
static bool find_unit(sq_build *b, sq_param *param, const sq_node *const *value,
                      const sq_unit *implied)
{
    bool fine = true;
    for (int i = 0; i < param->n_entries; i++) {
        sq_type type = {SQ_TYPE_NUMBER, implied[i], 0};
        sq_program unused;
        if (!value[i]) return false;
        if (implied[i].kind == SQ_KIND_NONE &&
            !sq_expr_compile_any(&b->compiler, value[i], SQ_ALLOW_PARAMETERS, &type, &unused, NULL))
            return false;
        fine = sq_unify_unit(b, param, type, value[i]->place) && fine;
    }
    return fine;
}

static const sq_node *leaf_unit(const sq_node *leaf)
{
    return leaf->kind == SQ_NODE_MAP ? sq_node_get(leaf, "unit") : NULL;
}

/* A unit stated by an entry holds for the whole table. */
static bool unit_of_entries(sq_build *b, sq_param *param, const sq_node *const *leaf)
{
    for (int i = 0; i < param->n_entries; i++) {
        const sq_node *node = param->n_dims ? leaf_unit(leaf[i]) : NULL;
        sq_unit unit;
        if (!node) continue;
        if (!sq_read_unit(b, node, &unit)) return false;
        if (param->has_unit && !sq_unit_equal(unit, param->unit))
            return sq_diag_error(b->diags, node->place, "the entries of %s differ in unit",
                                 param->name);
        param->unit = unit;
        param->has_unit = true;
    }
    return true;
}

static bool add_entry(sq_build *b, sq_param *param, int i, const sq_node *leaf,
                      const sq_node *value, sq_about *about)
{
    const char *name = sq_entry_name(b, param, "", i);
    bool fine = leaf->kind != SQ_NODE_MAP || read_uncertainty(b, leaf, param->unit, about);
    sq_place place = leaf->kind == SQ_NODE_MAP ? leaf->place : value->place;
    fine = fine && within_bounds(b, param, leaf, value, about);
    fine = fine && sq_check_about(b, param, name, place, about);
    return sq_add_number(b, param, name, param->slot + i, param->unit, value, about, false) && fine;
}

bool sq_compile_numbers(sq_build *b, sq_param *param)
{
    size_t n = (size_t)param->n_entries;
    const sq_node **leaf = sq_build_scratch(b, n, sizeof *leaf),
                  **value = sq_build_scratch(b, n, sizeof *value);
    sq_about *about = sq_build_scratch(b, n, sizeof *about), above;
    sq_unit *implied = sq_build_scratch(b, n, sizeof *implied);
    if (!leaf || !value || !about || !implied) return false;
    if (!sq_collect_entries(b, param, table_keys, leaf)) return false;
    bool fine = unit_of_entries(b, param, leaf);
    sq_about nothing = {.source = "", .note = ""};
    above = nothing;
    if (param->n_dims) fine = sq_read_about(b, param->node, NULL, &above) && fine;
    for (size_t i = 0; i < n; i++) {
        if (i && leaf[i] == leaf[i - 1] && !value[i - 1]) continue; /* a default reported once */
        fine = sq_read_about(b, leaf[i], &above, &about[i]) && fine;
        value[i] = value_node(b, param, leaf[i], (int)i, &about[i], &implied[i]);
        fine = fine && value[i];
    }
    if (!param->has_unit) fine = fine && find_unit(b, param, value, implied);
    b->symbols.items[param->first_symbol].symbol.type.unit = param->unit;
    for (size_t i = 0; i < n && fine; i++)
        fine = add_entry(b, param, (int)i, leaf[i], value[i], &about[i]);
    return fine;
}
