/* Loading: the stages in order. Every stage goes on after an error where that can tell the user
 * more; a stage that needs what an earlier one failed to give is not begun. */
#include "lang/load.h"

#include "lang/build.h"
#include "lang/calibration.h"
#include "lang/validation.h"

#include <stdlib.h>
#include <string.h>

static void free_params(sq_build *b)
{
    for (size_t i = 0; i < b->params.count; i++) {
        free(b->params.items[i].steps.items);
        free(b->params.items[i].needs.items);
    }
    for (size_t i = 0; i < b->strategy_sets.count; i++) free(b->strategy_sets.items[i].needs.items);
    for (int i = 0; i < SQ_SECTIONS; i++) free(b->section[i].items);
}

static void free_lists(sq_build *b)
{
    void *lists[] = {
        b->chain.items,           b->file_named_at.items,
        b->symbols.items,         b->symbol_names.items,
        b->attribute_nodes.items, b->attribute_places.items,
        b->attribute_given.items, b->attribute_symbols.items,
        b->occurrence_names.items,
        b->params.items,          b->patches.items,
        b->strategy_sets.items,   b->probes.items,
        b->decision_ranges.items, b->decision_owner.items,
        b->correlation.items,     b->categories.items,
        b->attributes.items,      b->states.items,
        b->state_names.items,     b->events.items,
        b->marks.items,           b->losses.items,
        b->costs.items,           b->latents.items,         b->members.items,
        b->sites.items,           b->site_places.items,
        b->actions.items,         b->draws.items,
        b->draw_options.items,    b->tables.items,
        b->decisions.items,       b->rules.items,
        b->strategies.items,      b->steps.items,
        b->solves.items,          b->parameters.items,
        b->quantiles.items,       b->highlights.items,      b->groupings.items,
        b->subgroups.items,      b->endpoints.items,
        b->causes.items,          b->targets.items,
        b->files.items,           b->occurrence_places.items,
        b->instance_at.items,
        b->stated_points.items,   b->stated_patients.items,
        b->stated_values.items,    b->stated_clocks.items,
        b->besides.items,         b->event_params.items,
        b->evidence.items,        b->overrides.items,
        b->hidden.items,          b->noted.items,
        b->snapshots.items,       b->emulations.items,
    };
    free_params(b);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) free(lists[i]);
    sq_compiler_free(&b->compiler);
    sq_diags_free(&b->ignored);
    sq_arena_free(&b->scratch);
}

static bool read_currency(sq_build *b)
{
    sq_said said = b->one[SQ_ONE_CURRENCY];
    const char *text =
        said.node ? sq_scalar_text(b, said.node, "currency: an ISO 4217 code") : NULL;
    b->compiler.names.currency = b->model->currency = "";
    if (!text) return said.node == NULL;
    if (strlen(text) != 3 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        return sq_diag_error(b->diags, said.node->place,
                             "a currency is an ISO 4217 code of three capital letters, as in EUR");
    b->compiler.names.currency = b->model->currency = sq_build_keep(b, text);
    return true;
}

static bool require(sq_build *b, sq_single single, const char *what)
{
    if (b->one[single].node) return true;
    sq_place place = {0};
    if (b->files.count) {
        sq_source *source = sq_arena_alloc(&b->diags->arena, sizeof *source);
        if (!source) return sq_build_no_memory(b);
        const sq_source_file *file = &b->files.items[0];
        *source = (sq_source){file->path, file->text, file->size, NULL};
        place = (sq_place){source, 0, 0};
    }
    return sq_diag_error(b->diags, place, "%s", what);
}

static bool no_memory_left(const sq_build *b)
{
    return b->out_of_memory || b->diags->out_of_memory;
}

typedef struct stage {
    bool (*build)(sq_build *b);
    bool needs_experiment;
} stage;

/* Everything that needs names and parameters, each stage on its own. */
static bool build_parts(sq_build *b)
{
    static const stage stages[] = {
        {sq_build_correlation, false}, {sq_declare_costs, false},    {sq_build_population, true},
        {sq_build_start, false},       {sq_build_events, false},     {sq_build_beside, true},
        {sq_build_decisions, false},
        {sq_build_rewards, false},     {sq_build_experiment, false}, {sq_build_strategies, true},
        {sq_build_endpoints, true},    {sq_build_emulations, true},  {sq_build_targets, true},
        {sq_check_site_hashes, false}, {sq_build_unused, true},
    };
    bool fine = true;
    for (size_t i = 0; i < sizeof stages / sizeof *stages && !no_memory_left(b); i++)
        if (!stages[i].needs_experiment || !b->skim) fine = stages[i].build(b) && fine;
    return fine && !no_memory_left(b);
}

/* All names; false where nothing further can be understood. */
static bool build_all_names(sq_build *b)
{
    bool fine = read_currency(b);
    fine = sq_build_names(b) && fine;
    if (!b->states.count && !no_memory_left(b))
        sq_diag_error(b->diags, b->one[SQ_ONE_MODEL].place, "the model has no states");
    return b->states.count && !sq_diags_full(b->diags) && !no_memory_left(b);
}

static bool build_model(sq_build *b, const char *path)
{
    if (!sq_build_files(b, path) || !sq_refuse_calibration(b) || !sq_refuse_validation(b)) return false;
    if (b->may_be_model) b->skim = !b->one[SQ_ONE_EXPERIMENT].node;
    if (b->skim) b->compiler.diags = &b->ignored;
    if (!b->skim &&
        !require(b, SQ_ONE_EXPERIMENT,
                 "this is no experiment: it has no `experiment:` (its name) and `model:`"))
        return false;
    if (!require(b, SQ_ONE_MODEL,
                 "no model: an experiment names its file with `model:`, a model file begins with "
                 "`model:` and its name"))
        return false;
    if (!sq_build_modules(b) || !build_all_names(b)) return false;
    bool fine = b->skim || sq_build_parameters(b);
    if (no_memory_left(b)) return false;
    fine = build_parts(b) && fine;
    if (!fine || b->diags->n_errors || no_memory_left(b)) return false;
    sq_build_words(b);
    if (!sq_build_freeze(b)) return false;
    if (!b->skim && (!sq_build_sweep(b) || !sq_build_anchors(b))) return false;
    if (!b->skim && !sq_build_probe(b)) return false;
    if (!b->skim) sq_build_warn(b);
    return b->diags->n_errors == 0;
}

static sq_status finish(sq_build *b, bool fine, sq_model **model, sq_diags *diags, sq_error *err)
{
    bool no_memory = b->out_of_memory || diags->out_of_memory;
    free_lists(b);
    if (fine && !no_memory) {
        *model = b->model;
        return SQ_OK;
    }
    sq_model_free(b->model);
    *model = NULL;
    if (no_memory) return sq_fail(err, SQ_ERR_MEMORY, "out of memory while loading");
    return sq_fail(err, SQ_ERR_INPUT, "%d error%s in the input", diags->n_errors,
                   diags->n_errors == 1 ? "" : "s");
}

static sq_model *new_model(void)
{
    sq_arena arena = {0};
    sq_model *model = sq_arena_alloc(&arena, sizeof *model);
    if (model) model->arena = arena;
    return model;
}

static sq_status load(const char *path, const sq_load_options *options, bool may_be_model, sq_model **model,
                      sq_diags *diags, sq_error *err)
{
    static const sq_load_options as_written;
    sq_build b = {.diags = diags, .options = options ? options : &as_written};
    b.may_be_model = may_be_model;
    *model = NULL;
    b.model = new_model();
    if (!b.model) return sq_fail(err, SQ_ERR_MEMORY, "out of memory while loading");
    b.model->csv_site = -1;
    b.compiler.diags = diags;
    b.compiler.arena = &b.scratch;
    bool fine = build_model(&b, path);
    return finish(&b, fine, model, diags, err);
}

sq_status sq_load_experiment(const char *path, const sq_load_options *options, sq_model **model,
                             sq_diags *diags, sq_error *err)
{
    return load(path, options, false, model, diags, err);
}

sq_status sq_load_model(const char *path, sq_model **model, sq_diags *diags, sq_error *err)
{
    return load(path, NULL, true, model, diags, err);
}

/* ---- files without a model -------------------------------------------------------------------- */

static bool has_section(const char *path, const char *section)
{
    sq_diags ignored = {0};
    bool is_file = strcmp(path, "-") != 0;
    const sq_source *source = is_file ? sq_source_read(&ignored.arena, path, (sq_place){0}, &ignored) : NULL;
    const sq_node *root = source ? sq_node_parse(&ignored.arena, source, &ignored) : NULL;
    bool found = root && root->kind == SQ_NODE_MAP && sq_node_get(root, section) && !sq_node_get(root, "model");
    sq_diags_free(&ignored);
    return found;
}

/* Builds what a file asks for from its section. It lives in the arena of a model that is nothing else: all that loading
 * keeps goes there. *made is left for the caller to free, with the arena, also after a failure; NULL without memory. */
static sq_status load_apart(const char *path, size_t size, bool (*build)(sq_build *b, const char *path, void *made),
                            void **made, sq_arena *arena, sq_diags *diags, sq_error *err)
{
    static const sq_load_options as_written;
    sq_build b = {.diags = diags, .options = &as_written, .model = new_model()};
    *made = b.model ? sq_arena_alloc(&b.model->arena, size) : NULL;
    if (!*made) {
        sq_model_free(b.model);
        return sq_fail(err, SQ_ERR_MEMORY, "out of memory while loading");
    }
    b.compiler.diags = diags;
    b.compiler.arena = &b.scratch;
    bool fine = build(&b, path, *made) && !no_memory_left(&b), no_memory = no_memory_left(&b);
    *arena = b.model->arena;
    free_lists(&b);
    if (fine) return SQ_OK;
    if (no_memory) return sq_fail(err, SQ_ERR_MEMORY, "out of memory while loading");
    return sq_fail(err, SQ_ERR_INPUT, "%d error%s in the input", diags->n_errors, diags->n_errors == 1 ? "" : "s");
}

/* ---- calibrations --------------------------------------------------------------------------- */

static bool build_calibration(sq_build *b, const char *path, void *made)
{
    return sq_build_files(b, path) &&
           require(b, SQ_ONE_CALIBRATE, "this is no calibration: it has no `calibrate:` (what is fitted to what)") &&
           sq_build_calibration(b, made);
}

void sq_calibration_free(sq_calibration *c)
{
    if (!c) return;
    for (int i = 0; c->models && i < c->n_experiments; i++) sq_model_free(c->models[i]);
    free(c->models);
    sq_arena arena = c->arena; /* it owns c itself */
    sq_arena_free(&arena);
}

bool sq_is_calibration(const char *path) { return has_section(path, "calibrate"); }

sq_status sq_load_calibration(const char *path, const sq_calibration_options *options, sq_calibration **out,
                              sq_diags *diags, sq_error *err)
{
    void *made;
    sq_arena arena;
    *out = NULL;
    sq_status status = load_apart(path, sizeof **out, build_calibration, &made, &arena, diags, err);
    sq_calibration *c = made;
    if (!c) return status;
    c->arena = arena;
    if (status) {
        sq_calibration_free(c);
        return status;
    }
    if (options && options->seed) c->seed = *options->seed;
    if (options && options->patients > 0) c->patients = options->patients;
    *out = c;
    return SQ_OK;
}

/* ---- registries ------------------------------------------------------------------------------ */

static bool build_validation(sq_build *b, const char *path, void *made)
{
    return sq_build_files(b, path) &&
           require(b, SQ_ONE_VALIDATE, "this is no registry: it has no `validate:` (which experiments are held against what was published)") &&
           sq_build_validation(b, made);
}

void sq_validation_free(sq_validation *v)
{
    if (!v) return;
    sq_arena arena = v->arena; /* it owns v itself */
    sq_arena_free(&arena);
}

bool sq_is_validation(const char *path) { return has_section(path, "validate"); }

sq_status sq_load_validation(const char *path, sq_validation **out, sq_diags *diags, sq_error *err)
{
    void *made;
    sq_arena arena;
    *out = NULL;
    sq_status status = load_apart(path, sizeof **out, build_validation, &made, &arena, diags, err);
    sq_validation *v = made;
    if (v) v->arena = arena;
    if (status) sq_validation_free(v);
    else *out = v;
    return status;
}
