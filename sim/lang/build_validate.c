/* `validate:`: which experiments are held against what was published, by setting, and the bars. Experiments are only
 * looked for here: they are loaded where they are run. */
#include "lang/validation.h"

#include "lang/build.h"
#include "lang/calibration.h"

#include <string.h>

enum { MOST_EXPERIMENTS = 1000 };

const sq_bars sq_usual_bars = {.p = .05, .informative = .15, .share_error = .07, .time_error = .25};

/* ---- experiments ------------------------------------------------------------------------------------------ */

/* Room is made anew for each list, which are few. */
static sq_registered *more_room(sq_build *b, const sq_validation *v, int more)
{
    sq_registered *all = sq_arena_array(&b->model->arena, (size_t)(v->n_experiments + more), sizeof *all);
    if (!all) sq_build_no_memory(b);
    else if (v->n_experiments > 0) memcpy(all, v->experiments, (size_t)v->n_experiments * sizeof *all);
    return all;
}

static bool add_experiment(sq_build *b, const sq_node *node, const char *setting, sq_validation *v, sq_registered *all)
{
    const char *path = sq_build_path_beside(b, node);
    if (!path || !sq_source_read(&b->scratch, path, node->place, b->diags)) return false;
    for (int i = 0; i < v->n_experiments; i++)
        if (strcmp(all[i].path, path) == 0) return sq_diag_error(b->diags, node->place, "'%s' is named twice", path);
    all[v->n_experiments++] = (sq_registered){sq_build_keep(b, path), setting};
    return true;
}

static bool add_list(sq_build *b, const sq_node *list, const char *setting, sq_validation *v)
{
    int n = sq_node_one_or_more(list);
    if (n < 1 || v->n_experiments + n > MOST_EXPERIMENTS)
        return sq_diag_error(b->diags, list->place, "experiments: expected 1 to %d files", (int)MOST_EXPERIMENTS);
    sq_registered *all = more_room(b, v, n);
    if (!all) return false;
    v->experiments = all;
    for (int i = 0; i < n; i++)
        if (!add_experiment(b, sq_node_one_of(list, i), setting, v, all)) return false;
    return true;
}

static bool read_experiments(sq_build *b, const sq_node *map, sq_validation *v)
{
    const sq_node *list = sq_node_get(map, "experiments");
    if (!list)
        return sq_diag_error(b->diags, map->place, "validate: needs `experiments:` (files), or {SETTING: files}");
    if (list->kind != SQ_NODE_MAP) return add_list(b, list, "", v);
    if (list->count == 0) return sq_diag_error(b->diags, list->place, "experiments: expected {SETTING: files}");
    for (int i = 0; i < list->count; i++)
        if (!add_list(b, list->item[i], sq_build_keep(b, list->key[i]), v)) return false;
    return true;
}

/* ---- what counts as good enough --------------------------------------------------------------------------- */

static bool read_share(sq_build *b, const sq_node *map, const char *key, double *value)
{
    static const sq_type number = {SQ_TYPE_NUMBER, {0}, 0};
    const sq_node *node = sq_node_get(map, key);
    if (!node) return true;
    if (!sq_expr_constant(&b->compiler, node, number, value)) return false;
    return (*value > 0 && *value < 1) ||
           sq_diag_error(b->diags, node->place, "%s: expected a number between 0 and 1, without these", key);
}

static bool read_bars(sq_build *b, const sq_node *map, sq_bars *bars)
{
    const sq_node *node = sq_node_get(map, "bars");
    *bars = sq_usual_bars;
    if (!node) return true;
    return sq_node_expect(node, SQ_NODE_MAP, "bars: {p: …, informative: …, share error: …, time error: …}", b->diags) &&
           read_share(b, node, "p", &bars->p) &&
           read_share(b, node, "informative", &bars->informative) &&
           read_share(b, node, "share error", &bars->share_error) &&
           read_share(b, node, "time error", &bars->time_error);
}

/* A calibration is named for the number of its parameters. */
static bool read_calibration(sq_build *b, const sq_node *map, sq_validation *v)
{
    const sq_node *node = sq_node_get(map, "calibration");
    const char *path = node ? sq_build_path_beside(b, node) : NULL;
    sq_calibration *c = NULL;
    sq_error err = {0};
    if (!node) return true;
    if (!path || !sq_source_read(&b->scratch, path, node->place, b->diags)) return false;
    sq_status status = sq_load_calibration(path, NULL, &c, b->diags, &err);
    if (status == SQ_ERR_MEMORY) sq_build_no_memory(b);
    if (c) v->fitted_parameters = c->n_parameters;
    sq_calibration_free(c);
    return !status;
}

/* ---- the whole -------------------------------------------------------------------------------------------- */

static bool expect_keys(sq_build *b, const sq_node *map)
{
    static const char *const known[] = {"experiments", "calibration", "patients", "bars", NULL};
    static const char *const bars_known[] = {"p", "informative", "share error", "time error", NULL};
    if (!sq_node_expect(map, SQ_NODE_MAP, "validate", b->diags)) return false;
    const sq_node *bars = sq_node_get(map, "bars");
    bool fine = sq_node_known_keys(map, "validate", known, b->diags);
    return (!bars || bars->kind != SQ_NODE_MAP || sq_node_known_keys(bars, "bars", bars_known, b->diags)) && fine;
}

bool sq_refuse_validation(sq_build *b)
{
    sq_said said = b->one[SQ_ONE_VALIDATE];
    if (!said.node) return true;
    return expect_keys(b, said.node) &&
           sq_diag_error(b->diags, said.place,
                         "`validate:` stands in a file of its own, without a model, and is run by `sequela validate`");
}

bool sq_build_validation(sq_build *b, sq_validation *v)
{
    const sq_node *map = b->one[SQ_ONE_VALIDATE].node, *patients_node;
    uint64_t patients = 0;
    sq_build_without_names(b);
    if (!sq_build_stands_alone(b, "validate") || !expect_keys(b, map) || !read_experiments(b, map, v)) return false;
    patients_node = sq_node_get(map, "patients");
    if (patients_node && !sq_integer_constant(b, patients_node, "patients", 100, 1000000000, &patients)) return false;
    v->patients = (int64_t)patients;
    if (!read_bars(b, map, &v->bars) || !read_calibration(b, map, v)) return false;
    v->files = sq_build_keep_files(b, &v->n_files);
    v->path = v->n_files > 0 ? v->files[0].path : "";
    return sq_build_keep_name(b, "validation", &v->name, &v->title) && b->diags->n_errors == 0;
}
