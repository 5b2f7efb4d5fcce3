/* `anchors:`: a calibration that is fitted again in every scenario of a sweep, so that what was published is met whatever
 * the sweep sets. It is read here for its names, units and bounds to be checked before anything is run; the files it stands
 * in become the experiment's own, because its results follow from them. */
#include "lang/build.h"

#include "lang/calibration.h"

#include <string.h>

static bool is_swept(const sq_model *m, int parameter)
{
    for (int i = 0; i < m->n_swept; i++)
        if (m->swept[i] == parameter) return true;
    return false;
}

/* What is fitted in a scenario can have no other value there. */
static bool find_fitted(sq_build *b, const sq_fit_parameter *fitted, sq_place place, int *parameter)
{
    const sq_model *m = b->model;
    sq_error why = {0};
    if (sq_settings_find(m, fitted->name, parameter, &why))
        return sq_diag_error(b->diags, place, "the anchors fit '%s', which means nothing here: %s", fitted->name, why.text);
    const sq_parameter *own = &m->parameters[*parameter];
    const sq_patch *patch = sq_find_patch(b, sq_canonical_name(b, own->name));
    if (!sq_unit_equal(own->unit, fitted->unit))
        return sq_diag_error(b->diags, place, "the anchors fit '%s' in another unit than it has here", own->name);
    if (is_swept(m, *parameter))
        return sq_diag_error(b->diags, place, "'%s' is swept, and fitted by the anchors: leave one of them out", own->name);
    if (patch && strcmp(patch->place.source->path, SQ_SET_PATH) == 0)
        return sq_diag_error(b->diags, place, "'%s' is set on the command line, and fitted by the anchors: leave one of them out",
                             own->name);
    return true;
}

static const sq_parameter *parameter_named(const sq_model *m, const char *name)
{
    for (int i = 0; i < m->n_parameters; i++)
        if (strcmp(m->parameters[i].name, name) == 0) return &m->parameters[i];
    return NULL;
}

/* What is swept must mean the same where the anchors are fitted; where none of their experiments has it they cannot follow. */
static bool find_swept(sq_build *b, const sq_calibration *c, const sq_parameter *own, sq_place place)
{
    bool fine = true, found = false;
    for (int i = 0; i < c->n_experiments; i++) {
        const sq_parameter *there = parameter_named(c->models[i], own->name);
        sq_error why = {0};
        int row;
        if (!there) continue;
        found = true;
        if (!sq_unit_equal(there->unit, own->unit))
            fine = sq_diag_error(b->diags, place, "'%s' is swept, and has another unit where the anchors are fitted", own->name);
        else if (sq_settings_find(c->models[i], own->name, &row, &why))
            fine = sq_diag_error(b->diags, place, "'%s' is swept, and cannot be where the anchors are fitted: %s", own->name, why.text);
    }
    if (!found)
        sq_diag_warning(b->diags, place, "'%s' is swept, and none of the anchors' experiments has it: it does not move them", own->name);
    return fine;
}

static bool find_all(sq_build *b, const sq_calibration *c, sq_place place)
{
    sq_anchoring *a = &b->model->anchoring;
    int *parameters = sq_arena_array(&b->model->arena, (size_t)c->n_parameters, sizeof *parameters);
    bool fine = parameters != NULL || sq_build_no_memory(b);
    for (int i = 0; i < c->n_parameters && parameters; i++)
        fine = find_fitted(b, &c->parameters[i], place, &parameters[i]) && fine;
    for (int i = 0; i < b->model->n_swept; i++)
        fine = find_swept(b, c, &b->model->parameters[b->model->swept[i]], place) && fine;
    a->parameters = parameters;
    a->n_parameters = c->n_parameters;
    a->n_targets = c->n_targets;
    for (int i = 0; i < c->n_experiments; i++) a->trial_lives += (double)c->patients * c->models[i]->n_strategies;
    return fine;
}

/* ---- the files ---------------------------------------------------------------------------------------------- */

static bool has_file(const sq_source_file *files, int n, const char *path)
{
    for (int i = 0; i < n; i++)
        if (strcmp(files[i].path, path) == 0) return true;
    return false;
}

static bool add_files(sq_build *b, sq_source_file *to, int *n, const sq_source_file *files, int count)
{
    for (int i = 0; i < count; i++) {
        if (has_file(to, *n, files[i].path)) continue;
        const char *text = sq_arena_text(&b->model->arena, files[i].text, files[i].size);
        if (!text) return sq_build_no_memory(b);
        to[(*n)++] = (sq_source_file){sq_build_keep(b, files[i].path), text, files[i].size};
    }
    return true;
}

static bool keep_files(sq_build *b, const sq_calibration *c)
{
    sq_model *m = b->model;
    size_t room = (size_t)m->n_files + (size_t)c->n_files;
    for (int i = 0; i < c->n_experiments; i++) room += (size_t)c->models[i]->n_files;
    sq_source_file *files = sq_arena_array(&m->arena, room, sizeof *files);
    if (!files) return sq_build_no_memory(b);
    int n = m->n_files;
    memcpy(files, m->files, (size_t)n * sizeof *files);
    bool fine = add_files(b, files, &n, c->files, c->n_files);
    for (int i = 0; i < c->n_experiments && fine; i++) fine = add_files(b, files, &n, c->models[i]->files, c->models[i]->n_files);
    m->files = files;
    m->n_files = n;
    return fine;
}

/* ---- the stage ---------------------------------------------------------------------------------------------- */

static bool read_hold(sq_build *b, const sq_node *node)
{
    const sq_type share = {SQ_TYPE_NUMBER, {.kind = SQ_KIND_PROBABILITY}, 0};
    double *hold = &b->model->anchoring.hold;
    *hold = 0.05;
    if (!node) return true;
    if (!sq_expr_constant(&b->compiler, node, share, hold)) return false;
    return (*hold > 0 && *hold < 1) || sq_diag_error(b->diags, node->place, "hold: %s does not lie between 0 and 1", node->text);
}

static bool read_calibration(sq_build *b, const sq_node *node)
{
    const char *path = sq_build_path_beside(b, node);
    sq_calibration *c = NULL;
    sq_error err = {0};
    if (!path || !sq_source_read(&b->scratch, path, node->place, b->diags)) return false;
    sq_status status = sq_load_calibration(path, NULL, &c, b->diags, &err);
    if (status == SQ_ERR_MEMORY) return sq_build_no_memory(b);
    if (status) return false;
    b->model->anchoring.path = sq_build_keep(b, path);
    bool fine = find_all(b, c, node->place) && keep_files(b, c);
    sq_calibration_free(c);
    return fine && !b->out_of_memory;
}

bool sq_build_anchors(sq_build *b)
{
    static const char *const known[] = {"calibrate", "hold", NULL};
    const sq_said said = b->one[SQ_ONE_ANCHORS];
    const sq_node *map = said.node;
    if (!map) return true;
    if (b->options->is_fitted)
        return sq_diag_error(b->diags, said.place, "an experiment of a calibration can have no anchors itself");
    if (!sq_node_expect(map, SQ_NODE_MAP, "anchors: {calibrate: FILE}", b->diags) ||
        !sq_node_known_keys(map, "anchors", known, b->diags))
        return false;
    if (b->model->n_scenarios == 0)
        return sq_diag_error(b->diags, said.place, "anchors: belongs to a `sweep:`, in whose scenarios they are to hold");
    const sq_node *file = sq_node_get(map, "calibrate");
    if (!file) return sq_diag_error(b->diags, map->place, "anchors: needs `calibrate:`, a file that says what is fitted to what");
    return read_hold(b, sq_node_get(map, "hold")) && read_calibration(b, file);
}
