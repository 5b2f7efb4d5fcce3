/* `sweep:`: the scenarios of a run, a grid of values or a list of named ones. Each becomes settings of the frozen model,
 * whose parameters are therefore found and judged there, as any other caller's settings are. */
#include "base/text.h"
#include "lang/build.h"
#include "math/kernel.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SCENARIOS = 100000, MOST_STEPS = 10000 };

/* A parameter of a grid and the values it takes. */
typedef struct axis {
    int parameter, n;
    double *value;
    const char **text; /* of each, as a person writes it */
} axis;

typedef struct sweep {
    sq_build *b;
    SQ_VEC(sq_scenario) scenarios;
    sq_ints swept;
} sweep;

/* ---- what is set ------------------------------------------------------------------------ */

static bool is_swept(const sweep *s, int parameter)
{
    for (size_t i = 0; i < s->swept.count; i++)
        if (s->swept.items[i] == parameter) return true;
    return false;
}

static bool find(sweep *s, const char *key, sq_place place, int *parameter)
{
    sq_build *b = s->b;
    sq_error why = {0};
    if (strcmp(key, SQ_HORIZON) == 0)
        return sq_diag_error(b->diags, place, "'%s' is no parameter: it cannot be swept over", key);
    if (sq_settings_find(b->model, key, parameter, &why)) return sq_diag_error(b->diags, place, "%s", why.text);
    const char *name = b->model->parameters[*parameter].name;
    const sq_patch *patch = sq_find_patch(b, sq_canonical_name(b, name));
    if (patch && strcmp(patch->place.source->path, SQ_SET_PATH) == 0)
        return sq_diag_error(b->diags, place, "'%s' is swept here, and set on the command line: leave one of them out", name);
    return is_swept(s, *parameter) || sq_vec_push(&s->swept, *parameter) || sq_build_no_memory(b);
}

/* Reports what is wrong with a value at its place. */
static bool set(sweep *s, sq_settings *settings, int parameter, double value, sq_place place)
{
    sq_error why = {0};
    sq_status status = sq_settings_set(settings, s->b->model, parameter, value, &why);
    if (status == SQ_ERR_MEMORY) return sq_build_no_memory(s->b);
    return !status || sq_diag_error(s->b->diags, place, "%s", why.text);
}

static bool is_possible(sweep *s, int parameter, double value, sq_place place)
{
    sq_settings alone = {0};
    bool fine = set(s, &alone, parameter, value, place);
    sq_settings_free(&alone);
    return fine;
}

static sq_type type_of(const sweep *s, int parameter)
{
    return (sq_type){SQ_TYPE_NUMBER, s->b->model->parameters[parameter].unit, 0};
}

/* Takes over settings, whose memory is the caller's, as a scenario. */
static bool add_scenario(sweep *s, const char *name, const char *label, const sq_settings *settings)
{
    sq_build *b = s->b;
    sq_scenario scenario = {.name = name, .label = label, .settings = {.name = name, .count = settings->count}};
    scenario.settings.items = sq_arena_array(&b->model->arena, settings->count + 1, sizeof *settings->items);
    if (!scenario.settings.items) return sq_build_no_memory(b);
    if (settings->count) memcpy(scenario.settings.items, settings->items, settings->count * sizeof *settings->items);
    return sq_vec_push(&s->scenarios, scenario) || sq_build_no_memory(b);
}

/* ---- a grid ----------------------------------------------------------------------------- */

static bool new_axis(sq_build *b, axis *a, int n)
{
    a->n = n;
    a->value = sq_build_scratch(b, (size_t)n, sizeof *a->value);
    a->text = sq_build_scratch(b, (size_t)n, sizeof *a->text);
    return a->value && a->text;
}

static bool read_list(sweep *s, const sq_node *list, axis *a)
{
    sq_build *b = s->b;
    if (list->count == 0) return sq_diag_error(b->diags, list->place, "a sweep over no value at all");
    bool fine = new_axis(b, a, list->count);
    for (int i = 0; fine && i < a->n; i++) {
        const sq_node *node = list->item[i];
        fine = sq_expr_constant(&b->compiler, node, type_of(s, a->parameter), &a->value[i]) &&
               is_possible(s, a->parameter, a->value[i], node->place);
        for (int k = 0; fine && k < i; k++)
            if (a->value[k] == a->value[i]) fine = sq_diag_error(b->diags, node->place, "%s is swept over twice", node->text);
        if (fine) a->text[i] = node->text;
    }
    return fine;
}

/* The value of one of the unit that a bound is written in, and what stands behind its number ("d", "%"). */
static double unit_behind(const sq_node *bound, double value, const char **unit)
{
    double number = 0;
    size_t n = sq_text_number(bound->text, strlen(bound->text), &number);
    *unit = bound->text + n;
    if (n == 0 || number == 0 || strchr(*unit, '+') || strchr(*unit, '-')) return 0;
    while (isspace((unsigned char)**unit)) ++*unit;
    return value / number;
}

/* In the unit of the upper bound, where that is a number and a unit. */
static const char *words_of(sq_build *b, double value, const sq_node *to, double upper)
{
    const char *unit;
    double one = unit_behind(to, upper, &unit);
    sq_writer w = {0};
    sq_write(&w, "%.6g", one == 0 ? value : value / one);
    if (one != 0 && *unit) sq_write(&w, *unit == '/' || *unit == '*' ? "%s" : " %s", unit);
    return sq_build_keep_written(b, &w);
}

static double between(double from, double to, bool logarithmic, int i, int n)
{
    if (i == n - 1) return to;
    double share = (double)i / (n - 1);
    return i == 0 ? from : logarithmic ? from * sq_exp(sq_log(to / from) * share) : from + (to - from) * share;
}

static bool read_range(sweep *s, const sq_node *map, axis *a)
{
    static const char *const known[] = {"from", "to", "steps", "scale", NULL}, *const scales[] = {"linear", "log", NULL};
    sq_build *b = s->b;
    const sq_node *from = sq_node_get(map, "from"), *to = sq_node_get(map, "to"), *steps = sq_node_get(map, "steps");
    double low, high;
    uint64_t n;
    if (!sq_node_known_keys(map, "a range of values", known, b->diags)) return false;
    if (!from || !to || !steps)
        return sq_diag_error(b->diags, map->place, "a range needs `from:`, `to:` and `steps:` (how many values)");
    sq_type type = type_of(s, a->parameter);
    int scale = sq_choice(b, sq_node_get(map, "scale"), "scale of a range", scales, 0);
    if (scale < 0 || !sq_expr_constant(&b->compiler, from, type, &low) || !sq_expr_constant(&b->compiler, to, type, &high) ||
        !sq_integer_constant(b, steps, "steps", 2, MOST_STEPS, &n))
        return false;
    if (!(low < high)) return sq_diag_error(b->diags, to->place, "`to:` must be above `from:`");
    if (scale == 1 && !(low > 0)) return sq_diag_error(b->diags, from->place, "on a logarithmic scale `from:` must be above 0");
    bool fine = is_possible(s, a->parameter, low, from->place) && is_possible(s, a->parameter, high, to->place) &&
                new_axis(b, a, (int)n);
    for (int i = 0; fine && i < a->n; i++) {
        a->value[i] = between(low, high, scale == 1, i, a->n);
        a->text[i] = words_of(b, a->value[i], to, high);
    }
    return fine;
}

static bool read_axis(sweep *s, const sq_node *grid, int i, axis *a)
{
    const sq_node *node = grid->item[i];
    size_t before = s->swept.count;
    if (!find(s, grid->key[i], grid->key_place[i], &a->parameter)) return false;
    if (s->swept.count == before)
        return sq_diag_error(s->b->diags, grid->key_place[i], "'%s' is swept over twice", grid->key[i]);
    if (node->kind == SQ_NODE_MAP) return read_range(s, node, a);
    return sq_node_expect(node, SQ_NODE_LIST, "a list of values, or {from: …, to: …, steps: …}", s->b->diags) &&
           read_list(s, node, a);
}

/* Point `index` of the grid, whose last axis varies fastest. */
static bool add_point(sweep *s, const axis *axes, int n, long index)
{
    sq_build *b = s->b;
    sq_settings settings = {0};
    sq_writer w = {0};
    bool fine = true;
    long size = 1;
    for (int i = 0; i < n; i++) size *= axes[i].n;
    for (int i = 0; i < n && fine; i++) {
        const axis *a = &axes[i];
        size /= a->n;
        long k = index / size % a->n;
        sq_write(&w, "%s%s=%s", i ? ", " : "", b->model->parameters[a->parameter].name, a->text[k]);
        fine = set(s, &settings, a->parameter, a->value[k], (sq_place){0});
    }
    const char *name = sq_build_keep_written(b, &w);
    fine = fine && add_scenario(s, name, name, &settings);
    sq_settings_free(&settings);
    return fine;
}

static bool build_grid(sweep *s, const sq_node *grid)
{
    sq_build *b = s->b;
    long points = 1;
    bool fine = true;
    axis *axes = sq_build_scratch(b, (size_t)grid->count + 1, sizeof *axes);
    if (!axes) return false;
    if (grid->count == 0) return sq_diag_error(b->diags, grid->place, "a sweep over no parameter");
    for (int i = 0; i < grid->count; i++) {
        fine = read_axis(s, grid, i, &axes[i]) && fine;
        points = fine && points <= MOST_SCENARIOS ? points * axes[i].n : points;
    }
    if (!fine) return false;
    if (points > MOST_SCENARIOS)
        return sq_diag_error(b->diags, grid->place, "this sweep has more than %d scenarios", (int)MOST_SCENARIOS);
    for (long i = 0; i < points && fine; i++) fine = add_point(s, axes, grid->count, i);
    return fine;
}

/* ---- named scenarios -------------------------------------------------------------------- */

static bool read_sets(sweep *s, const sq_node *map, sq_settings *settings)
{
    sq_build *b = s->b;
    bool fine = sq_node_expect(map, SQ_NODE_MAP, "set: parameters and their values", b->diags);
    for (int i = 0; fine && i < map->count; i++) {
        int parameter;
        double value;
        fine = find(s, map->key[i], map->key_place[i], &parameter);
        if (fine && sq_settings_of(settings, b->model->parameters[parameter].slot))
            fine = sq_diag_error(b->diags, map->key_place[i], "'%s' is set twice by this scenario", map->key[i]);
        fine = fine && sq_expr_constant(&b->compiler, map->item[i], type_of(s, parameter), &value) &&
               set(s, settings, parameter, value, map->item[i]->place);
    }
    return fine;
}

static bool is_new_name(sweep *s, const char *name, sq_place place)
{
    for (size_t i = 0; i < s->scenarios.count; i++)
        if (strcmp(s->scenarios.items[i].name, name) == 0)
            return sq_diag_error(s->b->diags, place, "two scenarios are named '%s'", name);
    return true;
}

static bool build_named(sweep *s, const sq_node *node)
{
    static const char *const known[] = {"name", "title", "set", NULL};
    sq_build *b = s->b;
    if (!sq_node_expect(node, SQ_NODE_MAP, "a scenario: {name: …, set: {…}}", b->diags) ||
        !sq_node_known_keys(node, "a scenario", known, b->diags))
        return false;
    const sq_node *name = sq_node_get(node, "name"), *title = sq_node_get(node, "title"), *sets = sq_node_get(node, "set");
    if (!name) return sq_diag_error(b->diags, node->place, "a scenario needs `name:`");
    const char *word = sq_scalar_text(b, name, "a name"), *words = title ? sq_scalar_text(b, title, "a title") : word;
    if (!word || !words || !sq_expect_word(b, word, "a scenario", name->place) || !is_new_name(s, word, name->place))
        return false;
    sq_settings settings = {0};
    bool fine = (!sets || read_sets(s, sets, &settings)) &&
                add_scenario(s, sq_build_keep(b, word), sq_build_keep(b, words), &settings);
    sq_settings_free(&settings);
    return fine;
}

static bool build_list(sweep *s, const sq_node *list)
{
    bool fine = true;
    if (list->count == 0) return sq_diag_error(s->b->diags, list->place, "a sweep over no scenario");
    if (list->count > MOST_SCENARIOS)
        return sq_diag_error(s->b->diags, list->place, "this sweep has more than %d scenarios", (int)MOST_SCENARIOS);
    for (int i = 0; i < list->count && !sq_diags_full(s->b->diags); i++) fine = build_named(s, list->item[i]) && fine;
    return fine;
}

/* ---- the stage -------------------------------------------------------------------------- */

/* A copy of n items in the model's arena. */
static void *kept(sq_build *b, const void *items, size_t n, size_t size)
{
    void *copy = sq_arena_array(&b->model->arena, n + 1, size);
    if (!copy) sq_build_no_memory(b);
    else if (n) memcpy(copy, items, n * size);
    return copy;
}

bool sq_build_sweep(sq_build *b)
{
    const sq_node *node = b->one[SQ_ONE_SWEEP].node;
    sq_model *m = b->model;
    sweep s = {.b = b};
    if (!node) return true;
    bool is_list = node->kind == SQ_NODE_LIST;
    bool fine = (is_list || sq_node_expect(node, SQ_NODE_MAP, "sweep: {PARAMETER: [values]}, or a list of scenarios", b->diags)) &&
                (is_list ? build_list(&s, node) : build_grid(&s, node));
    m->scenarios = kept(b, s.scenarios.items, s.scenarios.count, sizeof *s.scenarios.items);
    m->swept = kept(b, s.swept.items, s.swept.count, sizeof *s.swept.items);
    m->n_scenarios = (int)s.scenarios.count;
    m->n_swept = (int)s.swept.count;
    free(s.scenarios.items);
    free(s.swept.items);
    return fine && !b->out_of_memory;
}
