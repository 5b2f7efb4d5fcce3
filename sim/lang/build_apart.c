/* Files without a model: what a calibration and a registry of experiments have in common. */
#include "lang/build.h"

const sq_source_file *sq_build_keep_files(sq_build *b, int *n)
{
    sq_source_file *files = sq_arena_array(&b->model->arena, b->files.count + 1, sizeof *files);
    *n = 0;
    if (!files) sq_build_no_memory(b);
    for (size_t i = 0; files && i < b->files.count; i++) {
        const sq_source_file *f = &b->files.items[i];
        const char *text = sq_arena_text(&b->model->arena, f->text, f->size);
        files[(*n)++] = (sq_source_file){sq_build_keep(b, f->path), text ? text : "", text ? f->size : 0};
    }
    return files;
}

bool sq_build_keep_name(sq_build *b, const char *otherwise, const char **name, const char **title)
{
    const sq_node *title_node = b->one[SQ_ONE_EXPERIMENT_TITLE].node, *name_node = b->one[SQ_ONE_EXPERIMENT].node;
    const char *called = name_node ? sq_scalar_text(b, name_node, "its name") : NULL;
    *name = called ? sq_build_keep(b, called) : otherwise;
    *title = title_node && title_node->text ? sq_build_keep(b, title_node->text) : *name;
    return !b->out_of_memory;
}

static bool no_names(void *context, const char *name, sq_symbol *symbol)
{
    (void)context, (void)name, (void)symbol;
    return false;
}

static size_t none_known(void *context, const char *const **names)
{
    static const char *const none[] = {NULL};
    (void)context;
    *names = none;
    return 0;
}

void sq_build_without_names(sq_build *b)
{
    b->compiler.names = (sq_names){.context = b, .lookup = no_names, .all = none_known, .currency = ""};
}

bool sq_build_stands_alone(sq_build *b, const char *section)
{
    static const struct {
        sq_single single;
        const char *key;
    } others[] = {{SQ_ONE_MODEL, "model"}, {SQ_ONE_HORIZON, "horizon"}, {SQ_ONE_PATIENTS, "patients"},
                  {SQ_ONE_SEED, "seed"},   {SQ_ONE_POPULATION, "population"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (b->one[others[i].single].node)
            return sq_diag_error(b->diags, b->one[others[i].single].place,
                                 "'%s' does not belong beside `%s:`, which stands in a file of its own", others[i].key,
                                 section);
    return true;
}
