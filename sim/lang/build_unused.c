/* What nobody uses is checked all the same: a procedure that no event runs and a named expression that
 * nothing reads would else hide their mistakes until the day they are used. They are compiled like
 * the others, told of in a warning, and what their compilation added to the model is taken away. */
#include "lang/build.h"

#include <stdlib.h>
#include <string.h>

/* How long the lists were before. */
typedef struct mark {
    size_t code, constants, params, probes, sites, actions, draws, options, tables, solves;
    int block_size, n_counters;
} mark;

static mark remember(const sq_build *b)
{
    return (mark){
        .code = b->compiler.code.count,
        .constants = b->compiler.constants.count,
        .params = b->params.count,
        .probes = b->probes.count,
        .sites = b->sites.count,
        .actions = b->actions.count,
        .draws = b->draws.count,
        .options = b->draw_options.count,
        .tables = b->tables.count,
        .solves = b->solves.count,
        .block_size = b->block_size,
        .n_counters = b->n_counters,
    };
}

static void take_back(sq_build *b, const mark *m)
{
    for (size_t i = m->params; i < b->params.count; i++) {
        free(b->params.items[i].steps.items);
        free(b->params.items[i].needs.items);
    }
    for (size_t i = m->sites; i < b->sites.count; i++)
        if (!sq_index_put(&b->scratch, &b->site_index, b->sites.items[i].path, -1))
            sq_build_no_memory(b);
    b->compiler.code.count = m->code;
    b->compiler.constants.count = m->constants;
    b->params.count = m->params;
    b->probes.count = m->probes;
    b->sites.count = b->site_places.count = m->sites;
    b->actions.count = m->actions;
    b->draws.count = m->draws;
    b->draw_options.count = m->options;
    b->tables.count = m->tables;
    b->solves.count = m->solves;
    b->block_size = m->block_size;
    b->n_counters = m->n_counters;
}

/* ---- procedures ------------------------------------------------------------------------- */

static bool check_procedure(sq_build *b, const sq_entry *e)
{
    sq_writer w = {0};
    sq_write(&w, "procedure %s", e->name); /* no event has a blank in its name: sites of its own */
    const char *owner = sq_build_keep_written(b, &w);
    mark before = remember(b);
    bool fine = sq_build_actions(b, e->node, NULL, owner, NULL) >= 0;
    take_back(b, &before);
    return fine;
}

static bool check_procedures(sq_build *b, bool told)
{
    const sq_entries *section = &b->section[SQ_IN_PROCEDURES];
    bool *unused = sq_build_scratch(b, section->count, sizeof *unused), fine = true;
    for (size_t i = 0; unused && i < section->count; i++)
        unused[i] = sq_index_get(&b->used_procedures, section->items[i].name) < 0;
    for (size_t i = 0; unused && i < section->count; i++) {
        const sq_entry *e = &section->items[i];
        if (!unused[i]) continue;
        fine = check_procedure(b, e) && fine;
        if (told) sq_diag_warning(b->diags, e->place, "the procedure '%s' is never run", e->name);
    }
    return fine && unused;
}

/* ---- named expressions ------------------------------------------------------------------ */

/* Whether it is a value of some category: a label in it has a meaning only where one is expected. */
static bool is_of_category(sq_build *b, const sq_node *node)
{
    sq_diags *diags = b->compiler.diags, aside = {0};
    bool found = false;
    b->compiler.diags = &aside;
    for (size_t i = 0; i < b->categories.count && !found; i++) {
        sq_type want = {.class = SQ_TYPE_CATEGORY, .category = (int)i};
        sq_program program;
        found = sq_expr_compile(&b->compiler, node, want, SQ_READ_LIFE, &program, NULL);
    }
    b->compiler.diags = diags;
    if (aside.out_of_memory) sq_build_no_memory(b);
    sq_diags_free(&aside);
    return found;
}

static bool check_function(sq_build *b, const sq_node *node)
{
    sq_type type;
    sq_program program;
    mark before = remember(b);
    bool fine = is_of_category(b, node) || sq_expr_compile_any(&b->compiler, node, SQ_READ_LIFE, &type,
                                                               &program, NULL);
    take_back(b, &before);
    return fine;
}

static bool check_functions(sq_build *b, bool told)
{
    size_t n = b->symbols.count;
    bool *unused = sq_build_scratch(b, n, sizeof *unused), fine = true;
    for (size_t i = 0; unused && i < n; i++)
        unused[i] =
            b->symbols.items[i].symbol.kind == SQ_SYMBOL_FUNCTION && !b->symbols.items[i].used;
    for (size_t i = 0; unused && i < n; i++) {
        const sq_named *named = &b->symbols.items[i];
        if (!unused[i]) continue;
        if (named->symbol.n_arguments == 0) /* else its types are the caller's */
            fine = check_function(b, named->symbol.node) && fine;
        if (told)
            sq_diag_warning(b->diags, named->place, "the function '%s' is never used", named->name);
    }
    return fine && unused;
}

bool sq_build_unused(sq_build *b)
{
    bool told = b->diags->n_errors == 0; /* what failed may have been going to use it */
    bool fine = check_procedures(b, told);
    return check_functions(b, told) && fine;
}
