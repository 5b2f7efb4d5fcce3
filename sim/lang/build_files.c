/* Joining files: every file's top-level keys are sorted into sections, in the order in which the
 * files are met (a file before what it includes). Files name others relative to themselves. One
 * file is read once: a second mention would define all its names twice, so it is an error of its
 * own. */
#include "lang/build.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = 256 };

static const struct {
    const char *key;
    sq_section section;
} map_keys[] = {
    {"categories", SQ_IN_CATEGORIES}, {"attributes", SQ_IN_ATTRIBUTES}, {"states", SQ_IN_STATES},
    {"functions", SQ_IN_FUNCTIONS},   {"events", SQ_IN_EVENTS},         {"costs", SQ_IN_COSTS},
    {"procedures", SQ_IN_PROCEDURES},
    {"override", SQ_IN_OVERRIDE},     {"strategies", SQ_IN_STRATEGIES}, {"rules", SQ_IN_RULES},
    {"endpoints", SQ_IN_ENDPOINTS},   {"targets", SQ_IN_TARGETS},
    {"emulate", SQ_IN_EMULATE},
    {"modules", SQ_IN_MODULES},
};

static const struct {
    const char *key;
    sq_single single;
} single_keys[] = {
    {"currency", SQ_ONE_CURRENCY},
    {"start", SQ_ONE_START},
    {"utility", SQ_ONE_UTILITY},
    {"horizon", SQ_ONE_HORIZON},
    {"closes", SQ_ONE_CLOSES},
    {"patients", SQ_ONE_PATIENTS},
    {"seed", SQ_ONE_SEED},
    {"population", SQ_ONE_POPULATION},
    {"calibrate", SQ_ONE_CALIBRATE},
    {"validate", SQ_ONE_VALIDATE},
    {"reference", SQ_ONE_REFERENCE},
    {"discount", SQ_ONE_DISCOUNT},
    {"outputs", SQ_ONE_OUTPUTS},
    {"sweep", SQ_ONE_SWEEP},
    {"anchors", SQ_ONE_ANCHORS},
};

static const char *const known_keys[] = {
    "model",      "title",    "description", "include",    "currency",   "categories",
    "attributes", "states",   "start",       "functions",  "events",     "decisions",
    "procedures", "calibrate",  "validate",
    "utility",    "costs",    "parameters",  "experiment", "override",   "horizon",    "closes",
    "patients",   "seed",     "population", "strategies", "rules",
    "reference",  "discount", "outputs",     "endpoints",  "targets",    "emulate",    "modules",
    "instances",  "sweep",    "anchors",     NULL,
};

enum {
    MAP_KEYS = sizeof map_keys / sizeof *map_keys,
    SINGLE_KEYS = sizeof single_keys / sizeof *single_keys
};

static bool read_file(sq_build *b, const char *path, sq_place named_at);

/* ---- paths ------------------------------------------------------------------------------ */

/* `name` as seen from the folder of the file it stands in, without "./" and "x/../"; in scratch. */
static const char *path_beside(sq_build *b, const sq_source *beside, const char *name)
{
    size_t folder = 0;
    if (beside && name[0] != '/' && strcmp(beside->path, "-") != 0) {
        const char *slash = strrchr(beside->path, '/');
        folder = slash ? (size_t)(slash - beside->path) + 1 : 0;
    }
    size_t n = folder + strlen(name);
    char *path = sq_build_scratch(b, n + 1, 1);
    if (!path) return NULL;
    memcpy(path, beside ? beside->path : "", folder);
    memcpy(path + folder, name, n - folder);
    return path;
}

/* Drops the last part of the n bytes at text ("a/b/" -> "a/"); false if there is none to drop. */
static bool drop_part(const char *text, size_t *n)
{
    size_t end = *n ? *n - 1 : 0, start = end;
    while (start > 0 && text[start - 1] != '/') start--;
    if (end == start || (end - start == 2 && memcmp(text + start, "..", 2) == 0)) return false;
    *n = start;
    return true;
}

/* The same path without "./", "//" and "x/../", in place; "." where that leaves nothing of it. */
static void tidy_path(char *path)
{
    size_t out = 0;
    const char *in = path;
    if (*in == '/') path[out++] = *in++;
    while (*in) {
        size_t part = strcspn(in, "/");
        const char *next = in + part + (in[part] == '/');
        bool nothing = part == 0 || (part == 1 && in[0] == '.');
        bool up = part == 2 && memcmp(in, "..", 2) == 0;
        if (!nothing && !(up && drop_part(path, &out))) {
            size_t with_slash = (size_t)(next - in);
            memmove(path + out, in, with_slash);
            out += with_slash;
        }
        in = next;
    }
    if (out == 0 && path[0] != '\0') path[out++] = '.';
    path[out] = '\0';
}

static const char *tidy_beside(sq_build *b, const sq_source *beside, const char *name)
{
    const char *joined = path_beside(b, beside, name);
    char *path = joined ? sq_arena_text(&b->scratch, joined, strlen(joined)) : NULL;
    if (!path) {
        b->out_of_memory = true;
        return NULL;
    }
    if (strcmp(path, "-") != 0) tidy_path(path);
    return path;
}

static const sq_source *read_source(sq_build *b, const char *path, sq_place named_at)
{
    const sq_source *source = sq_source_read(&b->diags->arena, path, named_at, b->diags);
    if (!source) return NULL;
    sq_source_file file = {source->path, source->text, source->size};
    if (!sq_vec_push(&b->files, file)) sq_build_no_memory(b);
    return source;
}

const char *sq_build_path_beside(sq_build *b, const sq_node *node)
{
    const char *name = sq_scalar_text(b, node, "a file name");
    return name ? tidy_beside(b, node->place.source, name) : NULL;
}

const sq_source *sq_build_read_beside(sq_build *b, const sq_node *node)
{
    const char *path = sq_build_path_beside(b, node);
    return path ? read_source(b, path, node->place) : NULL;
}

/* ---- sections --------------------------------------------------------------------------- */

bool sq_add_entry(sq_build *b, sq_section section, sq_entry entry)
{
    sq_entries *entries = &b->section[section];
    int before = sq_index_get(&entries->index, entry.name);
    if (before >= 0)
        return sq_diag_error(b->diags, entry.place, "'%s' is defined twice: here and at %s",
                             entry.name, sq_build_where(b, entries->items[before].place));
    if (!sq_vec_push(entries, entry) ||
        !sq_index_put(&b->scratch, &entries->index, entry.name, (int)entries->count - 1))
        return sq_build_no_memory(b);
    return true;
}

static void add_map(sq_build *b, sq_section section, const sq_node *map, const char *what)
{
    if (map->kind == SQ_NODE_NULL || !sq_node_expect(map, SQ_NODE_MAP, what, b->diags)) return;
    for (int i = 0; i < map->count; i++)
        sq_add_entry(b, section, (sq_entry){map->key[i], map->key_place[i], map->item[i]});
}

static void add_single(sq_build *b, sq_single single, const char *key, sq_place place,
                       const sq_node *node)
{
    if (b->one[single].node) {
        sq_diag_error(b->diags, place, "'%s' is said twice: here and at %s", key,
                      sq_build_where(b, b->one[single].place));
        return;
    }
    b->one[single] = (sq_said){node, place};
}

/* Whether a place is in a file that leads to the one being read. */
static bool is_above(const sq_build *b, sq_place place)
{
    for (size_t i = 0; i + 1 < b->chain.count; i++)
        if (place.source && strcmp(b->chain.items[i], place.source->path) == 0) return true;
    return false;
}

/* What an experiment is called; a file that includes another gives its own name and title, which win. */
static void add_called(sq_build *b, const sq_node *root, const char *key, sq_single single)
{
    const sq_node *node = sq_node_get(root, key);
    sq_said name = b->one[SQ_ONE_EXPERIMENT], said = b->one[single];
    bool named_above = name.node && single == SQ_ONE_EXPERIMENT_TITLE && is_above(b, name.place);
    if (!node || named_above || (said.node && is_above(b, said.place))) return;
    add_single(b, single, key, sq_node_key_place(root, key), node);
}

/* A definition is a map, a strategy's rules are a list: that tells the model's `decisions:` from
 * the experiment's rules for all strategies. */
static void add_decisions(sq_build *b, const sq_node *map)
{
    if (!sq_node_expect(map, SQ_NODE_MAP, "decisions", b->diags)) return;
    for (int i = 0; i < map->count; i++) {
        bool is_rules = map->item[i]->kind == SQ_NODE_LIST;
        sq_add_entry(b, is_rules ? SQ_IN_COMMON_RULES : SQ_IN_DECISIONS,
                  (sq_entry){map->key[i], map->key_place[i], map->item[i]});
    }
}

/* An instance's events rank where it stands among the sections. */
static void add_instances(sq_build *b, const sq_node *map)
{
    if (map->kind == SQ_NODE_NULL || !sq_node_expect(map, SQ_NODE_MAP, "instances", b->diags)) return;
    sq_instance_at here;
    for (int i = 0; i < SQ_SECTIONS; i++) here.at[i] = b->section[i].count;
    for (int i = 0; i < map->count; i++) {
        sq_entry entry = {map->key[i], map->key_place[i], map->item[i]};
        if (sq_add_entry(b, SQ_IN_INSTANCES, entry) && !sq_vec_push(&b->instance_at, here))
            sq_build_no_memory(b);
    }
}

static void read_named_file(sq_build *b, const sq_node *node)
{
    const char *name = sq_scalar_text(b, node, "a file name");
    const char *path = name ? tidy_beside(b, node->place.source, name) : NULL;
    if (path && strcmp(path, "-") == 0)
        sq_diag_error(b->diags, node->place,
                      "only the experiment itself can be read from standard input");
    else if (path)
        read_file(b, path, node->place);
}

typedef void file_reader(sq_build *b, const sq_node *name);

static void read_file_list(sq_build *b, const sq_node *node, const char *what, file_reader *read)
{
    if (node->kind == SQ_NODE_SCALAR) {
        read(b, node);
        return;
    }
    if (!sq_node_expect(node, SQ_NODE_LIST, what, b->diags)) return;
    for (int i = 0; i < node->count && !sq_diags_full(b->diags); i++) read(b, node->item[i]);
}

/* Parameters stand in files of the language, or as rows of a comma-separated file. */
static void read_parameter_file(sq_build *b, const sq_node *node)
{
    size_t n = node->text ? strlen(node->text) : 0;
    if (n > 4 && strcmp(node->text + n - 4, ".csv") == 0)
        sq_parameters_from_csv(b, node);
    else
        read_named_file(b, node);
}

static void add_parameters(sq_build *b, const sq_node *node)
{
    const sq_node *csv = sq_node_get(node, "csv");
    if (node->kind == SQ_NODE_NULL) return;
    if (node->kind != SQ_NODE_MAP) {
        read_file_list(b, node, "parameters: file names or definitions", read_parameter_file);
        return;
    }
    if (csv) sq_parameters_from_csv(b, csv);
    for (int i = 0; i < node->count; i++)
        if (node->item[i] != csv)
            sq_add_entry(b, SQ_IN_PARAMETERS,
                         (sq_entry){node->key[i], node->key_place[i], node->item[i]});
}

/* ---- one file --------------------------------------------------------------------------- */

static bool add_plain_key(sq_build *b, const char *key, sq_place place, const sq_node *node)
{
    for (int i = 0; i < MAP_KEYS; i++) {
        if (strcmp(map_keys[i].key, key) != 0) continue;
        add_map(b, map_keys[i].section, node, key);
        return true;
    }
    for (int i = 0; i < SINGLE_KEYS; i++) {
        if (strcmp(single_keys[i].key, key) != 0) continue;
        add_single(b, single_keys[i].single, key, place, node);
        return true;
    }
    return false;
}

/* Keys whose meaning depends on the file they stand in, or that lead to other files. */
static void add_key(sq_build *b, const char *key, sq_place place, const sq_node *node,
                    bool is_experiment)
{
    if (add_plain_key(b, key, place, node)) return;
    if (strcmp(key, "model") == 0 && is_experiment)
        read_named_file(b, node);
    else if (strcmp(key, "model") == 0)
        add_single(b, SQ_ONE_MODEL, key, place, node);
    else if (strcmp(key, "decisions") == 0)
        add_decisions(b, node);
    else if (strcmp(key, "instances") == 0)
        add_instances(b, node);
    else if (strcmp(key, "parameters") == 0)
        add_parameters(b, node);
    else if (strcmp(key, "include") == 0)
        read_file_list(b, node, "include", read_named_file);
}

static void add_document(sq_build *b, const sq_node *root)
{
    if (!sq_node_expect(root, SQ_NODE_MAP, "a map of the file's sections", b->diags)) return;
    sq_node_known_keys(root, "a file of the language", known_keys, b->diags);
    bool is_experiment = sq_node_get(root, "experiment") != NULL;
    bool is_model = !is_experiment && sq_node_get(root, "model");
    const sq_node *title = sq_node_get(root, "title");
    if (title && is_model)
        add_single(b, SQ_ONE_MODEL_TITLE, "title", sq_node_key_place(root, "title"), title);
    else if (is_experiment || b->chain.count == 1)
        add_called(b, root, "title", SQ_ONE_EXPERIMENT_TITLE);
    add_called(b, root, "experiment", SQ_ONE_EXPERIMENT);
    for (int i = 0; i < root->count && !sq_diags_full(b->diags); i++)
        add_key(b, root->key[i], root->key_place[i], root->item[i], is_experiment);
}

static bool refuse_again(sq_build *b, const char *path, sq_place named_at)
{
    for (size_t i = 0; i < b->chain.count; i++) {
        if (strcmp(b->chain.items[i], path) != 0) continue;
        sq_writer w = {0};
        for (size_t k = i; k < b->chain.count; k++) sq_write(&w, "%s -> ", b->chain.items[k]);
        sq_diag_error(b->diags, named_at, "files include each other in a circle: %s%s",
                      w.items ? w.items : "", path);
        free(w.items);
        return true;
    }
    int before = sq_index_get(&b->file_index, path);
    if (before < 0) return false;
    sq_diag_error(b->diags, named_at, "'%s' is joined twice: here and at %s", path,
                  sq_build_where(b, b->file_named_at.items[before]));
    return true;
}

static bool read_file(sq_build *b, const char *path, sq_place named_at)
{
    if (refuse_again(b, path, named_at)) return false;
    if (b->file_named_at.count >= MOST_FILES)
        return sq_diag_error(b->diags, named_at, "more than %d files are joined", (int)MOST_FILES);
    if (!sq_vec_push(&b->file_named_at, named_at) ||
        !sq_index_put(&b->scratch, &b->file_index, path, (int)b->file_named_at.count - 1) ||
        !sq_vec_push(&b->chain, path))
        return sq_build_no_memory(b);
    const sq_source *source = read_source(b, path, named_at);
    const sq_node *root = source ? sq_node_parse(&b->scratch, source, b->diags) : NULL;
    if (root) add_document(b, root);
    b->chain.count--;
    return root != NULL;
}

bool sq_build_files(sq_build *b, const char *path)
{
    const char *tidy = tidy_beside(b, NULL, path);
    return tidy && read_file(b, tidy, (sq_place){0}) && b->diags->n_errors == 0;
}
