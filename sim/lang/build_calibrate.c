/* `calibrate:`: which parameters are fitted to which figures of which experiments. The experiments are loaded here, so
 * that every name, unit and bound of the section is checked before anything is simulated. */
#include "lang/calibration.h"

#include "lang/build.h"
#include "math/kernel.h"
#include "math/statement.h"
#include "model/block.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double NORMAL_95 = 1.959963984540054;
enum { TARGETS_PER_PARAMETER = 3, MOST_EXPERIMENTS = 64 };

static const char *const scale_words[] = {"linear", "log", "logit", NULL};
static const char *const method_words[] = {"gauss-newton", "bobyqa", "nelder-mead", "sbplx", "direct", NULL};

const char *sq_fit_scale_word(sq_fit_scale scale) { return scale_words[scale]; }
const char *sq_fit_method_word(sq_fit_method method) { return method_words[method]; }

double sq_fit_to_scale(sq_fit_scale scale, double value)
{
    if (scale == SQ_FIT_LOG) return sq_log(value);
    return scale == SQ_FIT_LOGIT ? sq_log(value) - sq_log1p(-value) : value;
}

double sq_fit_from_scale(sq_fit_scale scale, double x)
{
    if (scale == SQ_FIT_LOG) return sq_exp(x);
    return scale == SQ_FIT_LOGIT ? 1 / (1 + sq_exp(-x)) : x;
}

/* ---- experiments ------------------------------------------------------------------------------------------ */

static bool load_experiment(sq_build *b, const sq_node *node, sq_calibration *c, const char **paths)
{
    const char *path = sq_build_path_beside(b, node);
    sq_error err = {0};
    if (!path || !sq_source_read(&b->scratch, path, node->place, b->diags)) return false;
    for (int i = 0; i < c->n_experiments; i++)
        if (strcmp(paths[i], path) == 0) return sq_diag_error(b->diags, node->place, "'%s' is named twice", path);
    paths[c->n_experiments] = sq_build_keep(b, path);
    static const sq_load_options of_calibration = {.is_fitted = true};
    sq_status status = sq_load_experiment(path, &of_calibration, &c->models[c->n_experiments], b->diags, &err);
    if (status == SQ_ERR_MEMORY) sq_build_no_memory(b);
    if (status) return false;
    c->n_experiments++;
    return true;
}

static bool load_experiments(sq_build *b, const sq_node *map, sq_calibration *c)
{
    const sq_node *list = sq_node_get(map, "experiments");
    if (!list) return sq_diag_error(b->diags, map->place, "calibrate: needs `experiments:` (files), whose targets it fits");
    int n = sq_node_one_or_more(list);
    if (n < 1 || n > MOST_EXPERIMENTS)
        return sq_diag_error(b->diags, list->place, "experiments: expected 1 to %d files", (int)MOST_EXPERIMENTS);
    const char **paths = sq_arena_array(&b->model->arena, (size_t)n, sizeof *paths);
    c->models = calloc((size_t)n, sizeof *c->models);
    if (!paths || !c->models) return sq_build_no_memory(b);
    c->paths = paths;
    for (int i = 0; i < n; i++)
        if (!load_experiment(b, sq_node_one_of(list, i), c, paths)) return false;
    c->currency = c->models[0]->currency;
    b->compiler.names.currency = c->currency;
    return true;
}

/* ---- parameters ------------------------------------------------------------------------------------------- */

/* Where the experiments have a parameter; false, having said why, if none has it. */
static bool find_parameter(sq_build *b, const sq_calibration *c, const char *name, sq_place place,
                           sq_fit_parameter *p)
{
    int *row = sq_arena_array(&b->model->arena, (size_t)c->n_experiments, sizeof *row);
    sq_error first = {0}, err = {0};
    p->row = row;
    if (!row) return sq_build_no_memory(b);
    for (int i = 0; i < c->n_experiments; i++) {
        row[i] = -1;
        if (sq_settings_find(c->models[i], name, &row[i], i ? &err : &first)) {
            row[i] = -1;
            continue;
        }
        const sq_parameter *found = &c->models[i]->parameters[row[i]];
        if (p->name && !sq_unit_equal(p->unit, found->unit))
            return sq_diag_error(b->diags, place, "'%s' is not in the same unit in all experiments", p->name);
        if (!p->name) p->unit = found->unit;
        if (!p->name) p->name = sq_build_keep(b, found->name);
    }
    return p->name || sq_diag_error(b->diags, place, "%s", first.text);
}

/* The first experiment that has it, and its row there. */
static const sq_parameter *row_of(const sq_calibration *c, const sq_fit_parameter *p, const sq_model **model)
{
    int i = 0;
    while (p->row[i] < 0) i++;
    *model = c->models[i];
    return &c->models[i]->parameters[p->row[i]];
}

/* A strategy that does not set the slot itself; the reference where all do. */
static int plain_strategy(const sq_model *m, int slot)
{
    for (int s = 0; s < m->n_strategies; s++)
        for (int i = 0; i < m->strategies[s].n_steps; i++) {
            const sq_step *step = &m->steps[m->strategies[s].first_step + i];
            if (step->kind == SQ_STEP_VALUE && step->slot == slot && !step->is_of_strategy) return s;
        }
    return m->reference;
}

static bool present_value(sq_build *b, const sq_model *m, const sq_parameter *row, double *value)
{
    sq_error err = {0};
    double *block = sq_build_scratch(b, (size_t)m->block_size + 1, sizeof *block);
    if (!block) return false;
    if (sq_block_fill(m, plain_strategy(m, row->slot), NULL, block, &err))
        return sq_diag_error(b->diags, (sq_place){0}, "%s", err.text);
    *value = block[row->slot];
    return true;
}

/* What the source of a number says of its size: 95 % limits, or the judged range. */
static void source_interval(const sq_parameter *row, double value, double source[2])
{
    source[0] = source[1] = NAN;
    switch (row->uncertainty) {
    case SQ_BETA:
    case SQ_DIRICHLET: sq_binomial_interval(row->u[0], row->u[1], &source[0], &source[1]); break;
    case SQ_LOG_NORMAL:
    case SQ_INTERVAL:
    case SQ_RANGE:
        source[0] = row->u[0];
        source[1] = row->u[1];
        break;
    case SQ_STANDARD_ERROR:
        source[0] = value - NORMAL_95 * row->u[0];
        source[1] = value + NORMAL_95 * row->u[0];
        break;
    case SQ_CERTAIN:
    case SQ_CURVE: break;
    }
}

static bool read_number(sq_build *b, const sq_node *map, const char *key, sq_unit unit, double *value)
{
    const sq_node *node = map->kind == SQ_NODE_MAP ? sq_node_get(map, key) : NULL;
    sq_type type = {SQ_TYPE_NUMBER, unit, 0};
    return !node || sq_expr_constant(&b->compiler, node, type, value);
}

/* Whether a bound is none that the parameter may have. */
static bool within_range(sq_build *b, const sq_node *map, const char *key, const sq_parameter *row, double bound)
{
    const sq_node *node = sq_node_get(map, key);
    bool is_probability = row->unit.kind == SQ_KIND_PROBABILITY;
    bool positive = is_probability || row->unit.kind == SQ_KIND_COUNT || row->unit.time != 0;
    if (!node) return true;
    if ((positive && bound < 0) || (is_probability && bound > 1))
        return sq_diag_error(b->diags, node->place, "%s: %s is none that '%s' can have", key, node->text, row->name);
    if (row->uncertainty != SQ_RANGE) return true;
    double slack = 1e-9 * (fabs(row->u[0]) + fabs(row->u[1]));
    return (bound >= row->u[0] - slack && bound <= row->u[1] + slack) ||
           sq_diag_error(b->diags, node->place, "%s: %s lies outside the range of '%s' (%s)", key, node->text, row->name,
                         row->where);
}

static bool read_bounds(sq_build *b, const sq_node *map, sq_place place, const sq_parameter *row, sq_fit_parameter *p)
{
    p->from = p->source[0];
    p->to = p->source[1];
    if (!read_number(b, map, "from", p->unit, &p->from) || !read_number(b, map, "to", p->unit, &p->to)) return false;
    if (isnan(p->from) || isnan(p->to))
        return sq_diag_error(b->diags, place,
                             "'%s' has no interval and no range: say between which bounds it is sought, as in {from: …, to: …}",
                             p->name);
    if (!(p->from < p->to)) return sq_diag_error(b->diags, place, "%s: `from:` is not below `to:`", p->name);
    return map->kind != SQ_NODE_MAP || (within_range(b, map, "from", row, p->from) && within_range(b, map, "to", row, p->to));
}

static bool read_scale(sq_build *b, const sq_node *map, sq_fit_parameter *p)
{
    const sq_node *node = map->kind == SQ_NODE_MAP ? sq_node_get(map, "scale") : NULL;
    bool is_probability = p->unit.kind == SQ_KIND_PROBABILITY, is_share = p->from > 0 && p->to < 1;
    bool has_unit = p->unit.time != 0 || p->unit.money != 0;
    int usual = is_probability && is_share ? SQ_FIT_LOGIT : has_unit && p->from > 0 ? SQ_FIT_LOG : SQ_FIT_LINEAR;
    int scale = sq_choice(b, node, "scale", scale_words, usual);
    if (scale < 0) return false;
    p->scale = (sq_fit_scale)scale;
    if (scale == SQ_FIT_LOG && !(p->from > 0))
        return sq_diag_error(b->diags, node->place, "on the scale log the lower bound must be above 0");
    if (scale == SQ_FIT_LOGIT && !is_share)
        return sq_diag_error(b->diags, node->place, "on the scale logit the bounds must lie between 0 and 1, without these");
    return true;
}

static bool read_start(sq_build *b, const sq_node *map, sq_place place, sq_fit_parameter *p)
{
    const sq_node *node = map->kind == SQ_NODE_MAP ? sq_node_get(map, "start") : NULL;
    if (!read_number(b, map, "start", p->unit, &p->start)) return false;
    bool inside = p->start >= p->from && p->start <= p->to;
    if (node && !inside)
        return sq_diag_error(b->diags, node->place, "start: %s lies outside the bounds of '%s'", node->text, p->name);
    if (inside) return true;
    sq_diag_warning(b->diags, place, "the present value of '%s' lies outside its bounds: the search starts at the nearer one",
                    p->name);
    p->start = fmin(fmax(p->start, p->from), p->to);
    return true;
}

static bool read_prior(sq_build *b, const sq_node *map, const sq_parameter *row, sq_fit_parameter *p)
{
    static const char *const words[] = {"none", "interval", NULL};
    const sq_node *node = map->kind == SQ_NODE_MAP ? sq_node_get(map, "prior") : NULL;
    int chosen = sq_choice(b, node, "prior", words, 0);
    if (chosen < 1) return chosen == 0;
    if (isnan(p->source[0]) || row->uncertainty == SQ_RANGE)
        return sq_diag_error(b->diags, node->place, "'%s' has no interval that could be its prior", p->name);
    double low = sq_fit_to_scale(p->scale, p->source[0]), high = sq_fit_to_scale(p->scale, p->source[1]);
    if (!isfinite(low) || !isfinite(high) || !(low < high))
        return sq_diag_error(b->diags, node->place, "the interval of '%s' has no width on the scale %s", p->name,
                             scale_words[p->scale]);
    p->has_prior = true;
    p->prior_mean = (low + high) / 2;
    p->prior_sd = (high - low) / (2 * NORMAL_95);
    return true;
}

static bool read_parameter(sq_build *b, const sq_calibration *c, const char *name, sq_place place, const sq_node *map,
                           sq_fit_parameter *p)
{
    const sq_model *m;
    if (map->kind != SQ_NODE_NULL && !sq_node_expect(map, SQ_NODE_MAP, "bounds: {from: …, to: …}", b->diags)) return false;
    if (!find_parameter(b, c, name, place, p)) return false;
    const sq_parameter *row = row_of(c, p, &m);
    if (!present_value(b, m, row, &p->start)) return false;
    p->is_number = strpbrk(p->name, "[.") == NULL;
    source_interval(row, p->start, p->source);
    return read_bounds(b, map, place, row, p) && read_scale(b, map, p) && read_start(b, map, place, p) &&
           read_prior(b, map, row, p);
}

static bool read_parameters(sq_build *b, const sq_node *map, sq_calibration *c)
{
    const sq_node *list = sq_node_get(map, "parameters");
    if (!list) return sq_diag_error(b->diags, map->place, "calibrate: needs `parameters:`, as in {NAME: {from: …, to: …}}");
    if (!sq_node_expect(list, SQ_NODE_MAP, "parameters: {NAME: {from: …, to: …}}", b->diags)) return false;
    if (list->count < 1 || list->count > SQ_FIT_PARAMETERS)
        return sq_diag_error(b->diags, list->place, "1 to %d parameters can be calibrated", (int)SQ_FIT_PARAMETERS);
    sq_fit_parameter *p = sq_arena_array(&b->model->arena, (size_t)list->count, sizeof *p);
    bool fine = p != NULL || sq_build_no_memory(b);
    for (int i = 0; p && i < list->count; i++) {
        fine = read_parameter(b, c, list->key[i], list->key_place[i], list->item[i], &p[i]) && fine;
        for (int j = 0; fine && j < i; j++)
            if (strcmp(p[i].name, p[j].name) == 0)
                fine = sq_diag_error(b->diags, list->key_place[i], "'%s' is named twice", p[i].name);
    }
    c->parameters = p;
    c->n_parameters = list->count;
    return fine;
}

/* ---- targets ---------------------------------------------------------------------------------------------- */

static bool can_be_fitted(sq_build *b, const sq_target *t, sq_place place)
{
    if (t->n > 0 || (isfinite(t->lower) && isfinite(t->upper) && t->lower < t->upper)) return true;
    return sq_diag_error(b->diags, place, "the target '%s' has neither patients (`n:`) nor an interval: nothing says how closely it should be met",
                         t->name);
}

/* Whether a target is called so: by its name, or by that of its experiment, a point and its name. */
static bool is_called(const sq_model *m, const sq_target *t, const char *name)
{
    size_t n = strlen(m->experiment);
    return strcmp(t->name, name) == 0 ||
           (strncmp(name, m->experiment, n) == 0 && name[n] == '.' && strcmp(name + n + 1, t->name) == 0);
}

/* Experiment and index of a named target; false after reporting. */
static bool find_target(sq_build *b, const sq_calibration *c, const sq_node *node, sq_fit_target *found)
{
    const char *name = sq_scalar_text(b, node, "a target");
    size_t n = 0, room = 0;
    int times = 0;
    for (int i = 0; i < c->n_experiments; i++) room += (size_t)c->models[i]->n_targets;
    const char **names = name ? sq_build_scratch(b, room, sizeof *names) : NULL;
    if (!names) return false;
    for (int i = 0; i < c->n_experiments; i++)
        for (int j = 0; j < c->models[i]->n_targets; j++) {
            const sq_target *t = &c->models[i]->targets[j];
            names[n++] = t->name;
            if (!is_called(c->models[i], t, name)) continue;
            *found = (sq_fit_target){i, j};
            times++;
        }
    if (times == 1) return true;
    if (times > 1)
        return sq_diag_error(b->diags, node->place, "several experiments have a target '%s': say which, as in %s.%s", name,
                             c->models[found->experiment]->experiment, name);
    return sq_diag_error(b->diags, node->place, "there is no target '%.80s'%s", name, sq_diag_hint(b->diags, name, names, n));
}

/* What is not marked as fitted must not be fitted: it is an input, or there to judge the fit. */
static bool may_be_fitted(sq_build *b, const sq_target *t, sq_place place)
{
    if (strcmp(t->use, "fitted") == 0) return true;
    if (strcmp(t->use, "input") == 0)
        return sq_diag_error(b->diags, place, "the target '%s' is an input of the model: it would be fitted to itself", t->name);
    return sq_diag_error(b->diags, place, "the target '%s' has `use: %s`: what is fitted needs `use: fitted`", t->name, t->use);
}

static bool take_listed(sq_build *b, const sq_node *list, sq_calibration *c, sq_fit_target *targets)
{
    bool fine = true;
    for (int i = 0; i < sq_node_one_or_more(list); i++) {
        const sq_node *node = sq_node_one_of(list, i);
        sq_fit_target found = {0};
        if (!find_target(b, c, node, &found)) return false;
        const sq_target *t = &c->models[found.experiment]->targets[found.index];
        fine = may_be_fitted(b, t, node->place) && can_be_fitted(b, t, node->place) && fine;
        for (int k = 0; k < c->n_targets; k++)
            if (targets[k].experiment == found.experiment && targets[k].index == found.index)
                return sq_diag_error(b->diags, node->place, "the target '%s' is named twice", t->name);
        targets[c->n_targets++] = found;
    }
    return fine;
}

static bool take_fitted(sq_build *b, sq_place place, sq_calibration *c, sq_fit_target *targets)
{
    bool fine = true;
    for (int i = 0; i < c->n_experiments; i++)
        for (int j = 0; j < c->models[i]->n_targets; j++) {
            const sq_target *t = &c->models[i]->targets[j];
            if (strcmp(t->use, "fitted") != 0) continue;
            fine = can_be_fitted(b, t, place) && fine;
            targets[c->n_targets++] = (sq_fit_target){i, j};
        }
    return fine && (c->n_targets > 0 ||
                    sq_diag_error(b->diags, place, "no target of these experiments has `use: fitted`: there is nothing to fit"));
}

static bool read_targets(sq_build *b, const sq_node *map, sq_calibration *c)
{
    const sq_node *list = sq_node_get(map, "targets");
    size_t room = 1;
    for (int i = 0; i < c->n_experiments; i++) room += (size_t)c->models[i]->n_targets;
    sq_fit_target *targets = sq_arena_array(&b->model->arena, room, sizeof *targets);
    if (!targets) return sq_build_no_memory(b);
    c->targets = targets;
    bool all = !list || (list->kind == SQ_NODE_SCALAR && strcmp(list->text, "fitted") == 0);
    sq_place place = list ? list->place : map->place;
    if (!(all ? take_fitted(b, place, c, targets) : take_listed(b, list, c, targets))) return false;
    if (c->n_targets < TARGETS_PER_PARAMETER * c->n_parameters)
        sq_diag_warning(b->diags, place, "%d targets for %d parameters: fewer than %d for each", c->n_targets,
                        c->n_parameters, (int)TARGETS_PER_PARAMETER);
    return true;
}

/* ---- how -------------------------------------------------------------------------------------------------- */

static bool read_count(sq_build *b, const sq_node *map, const char *key, uint64_t least, uint64_t most, uint64_t *value)
{
    const sq_node *node = sq_node_get(map, key);
    return !node || sq_integer_constant(b, node, key, least, most, value);
}

static bool read_posterior(sq_build *b, const sq_node *map, sq_calibration *c)
{
    static const char *const methods[] = {"gaussian", "importance", NULL};
    const sq_node *posterior = sq_node_get(map, "posterior");
    uint64_t draws = 1000, runs = 1000;
    int method = 0;
    if (posterior) {
        if (!sq_node_expect(posterior, SQ_NODE_MAP, "posterior: {draws: …, method: …}", b->diags)) return false;
        method = sq_choice(b, sq_node_get(posterior, "method"), "method of the posterior", methods, 0);
        if (method < 0 || !read_count(b, posterior, "draws", 100, 1000000, &draws)) return false;
        runs = draws;
        if (!read_count(b, posterior, "runs", 100, 1000000, &runs)) return false;
    }
    c->posterior = (sq_posterior_method)method;
    c->draws = (int)draws;
    c->runs = (int)runs;
    return true;
}

static bool read_how(sq_build *b, const sq_node *map, sq_calibration *c)
{
    uint64_t patients = 20000, seed = 1, starts = 4, evaluations = 500, profile = 7;
    int method = sq_choice(b, sq_node_get(map, "method"), "method", method_words, SQ_FIT_GAUSS_NEWTON);
    if (method < 0 || !read_count(b, map, "patients", 100, 1000000000, &patients) ||
        !read_count(b, map, "seed", 0, UINT64_MAX, &seed) || !read_count(b, map, "starts", 1, 1000, &starts) ||
        !read_count(b, map, "evaluations", 10, 1000000, &evaluations) || !read_count(b, map, "profile", 0, 101, &profile))
        return false;
    c->method = (sq_fit_method)method;
    c->patients = (int64_t)patients;
    c->seed = seed;
    c->starts = (int)starts;
    c->evaluations = (int)evaluations;
    c->profile = (int)profile;
    return read_posterior(b, map, c);
}

/* ---- the whole -------------------------------------------------------------------------------------------- */

static bool expect_parameter_keys(sq_build *b, const sq_node *list)
{
    static const char *const known[] = {"from", "to", "start", "scale", "prior", NULL};
    bool fine = true;
    for (int i = 0; list && list->kind == SQ_NODE_MAP && i < list->count; i++)
        if (list->item[i]->kind == SQ_NODE_MAP)
            fine = sq_node_known_keys(list->item[i], "a calibrated parameter", known, b->diags) && fine;
    return fine;
}

static bool expect_keys(sq_build *b, const sq_node *map)
{
    static const char *const known[] = {"experiments", "parameters",  "targets",   "patients", "seed", "method",
                                        "starts",      "evaluations", "posterior", "profile",  NULL};
    static const char *const posterior_known[] = {"draws", "method", "runs", NULL};
    if (!sq_node_expect(map, SQ_NODE_MAP, "calibrate", b->diags)) return false;
    const sq_node *posterior = sq_node_get(map, "posterior");
    bool fine = sq_node_known_keys(map, "calibrate", known, b->diags);
    fine = expect_parameter_keys(b, sq_node_get(map, "parameters")) && fine;
    if (posterior && posterior->kind == SQ_NODE_MAP)
        fine = sq_node_known_keys(posterior, "posterior", posterior_known, b->diags) && fine;
    return fine;
}

bool sq_refuse_calibration(sq_build *b)
{
    sq_said said = b->one[SQ_ONE_CALIBRATE];
    if (!said.node) return true;
    return expect_keys(b, said.node) &&
           sq_diag_error(b->diags, said.place,
                         "`calibrate:` stands in a file of its own, without a model, and is run by `sequela calibrate`");
}

bool sq_build_calibration(sq_build *b, sq_calibration *c)
{
    const sq_node *map = b->one[SQ_ONE_CALIBRATE].node;
    sq_build_without_names(b);
    if (!sq_build_stands_alone(b, "calibrate") || !expect_keys(b, map) || !load_experiments(b, map, c)) return false;
    bool fine = read_parameters(b, map, c);
    if (!fine || !read_targets(b, map, c) || !read_how(b, map, c)) return false;
    c->files = sq_build_keep_files(b, &c->n_files);
    c->path = c->n_files > 0 ? c->files[0].path : "";
    return sq_build_keep_name(b, "calibration", &c->name, &c->title) && b->diags->n_errors == 0;
}
