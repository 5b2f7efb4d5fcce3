/* Modules: a body written once and used several times. Every instance is written out, before any
 * name is declared, into the sections its body holds: what the module declares bears the instance's
 * name before its own, and the luck drawn under those names is the instance's. The entries stand
 * where `instances:` stands among the sections, so that rank is the order in the files as ever. */
#include "lang/build_modules.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DEEP = 16, MOST_INSTANCES = 10000 };

static const struct {
    const char *key;
    sq_section section;
    unsigned kinds; /* what its names can stand for */
} parts[] = {
    {"categories", SQ_IN_CATEGORIES, SQ_WORD_CATEGORY},
    {"attributes", SQ_IN_ATTRIBUTES, SQ_WORD_VALUE},
    {"states", SQ_IN_STATES, SQ_WORD_VALUE | SQ_WORD_OCCURRENCE},
    {"functions", SQ_IN_FUNCTIONS, SQ_WORD_VALUE},
    {"parameters", SQ_IN_PARAMETERS, SQ_WORD_VALUE},
    {"procedures", SQ_IN_PROCEDURES, SQ_WORD_PROCEDURE},
    {"decisions", SQ_IN_DECISIONS, SQ_WORD_VALUE},
    {"events", SQ_IN_EVENTS, SQ_WORD_OCCURRENCE},
};
enum { PARTS = sizeof parts / sizeof *parts };

static const char *const module_keys[] = {
    "title",      "description", "arguments",  "key",       "categories", "attributes", "states",
    "functions",  "parameters",  "procedures", "decisions", "events",     "utility",    "costs",
    "instances",  NULL};

typedef struct written {
    sq_section section;
    size_t at; /* before which entry of the section as it was read */
    sq_entry entry;
} written;

typedef struct expansion {
    sq_build *b;
    SQ_VEC(written) out;
    sq_index labels;
    const size_t *at; /* [SQ_SECTIONS] of the outermost instance being written */
    int n;
} expansion;

/* The instance that holds the one being written. */
typedef struct outer {
    const char *prefix;
    const sq_node *key;
} outer;

static const sq_node *module_named(sq_build *b, const sq_node *of)
{
    const sq_entries *modules = &b->section[SQ_IN_MODULES];
    const char *name = sq_scalar_text(b, of, "of: a module");
    if (!name) return NULL;
    int i = sq_index_get(&modules->index, name);
    if (i >= 0) {
        sq_index_put(&b->scratch, &b->used_modules, name, 1);
        return modules->items[i].node;
    }
    const char **names = sq_build_scratch(b, modules->count, sizeof *names);
    for (size_t k = 0; names && k < modules->count; k++) names[k] = modules->items[k].name;
    if (names)
        sq_diag_error(b->diags, of->place, "unknown module '%.80s'%s", name,
                      sq_diag_hint(b->diags, name, names, modules->count));
    return NULL;
}

static bool is_plain(const sq_node *instance)
{
    const sq_node *names = sq_node_get(instance, "names");
    return names && names->text && strcmp(names->text, "plain") == 0;
}

/* ---- what a body declares --------------------------------------------------------------- */

typedef struct collection {
    sq_build *b;
    sq_index *own;
    const char *prefix; /* of the instances inside, "" for the body itself */
    bool fine;
    const char *module; /* whose body this is, and the body it stands in */
    const struct collection *outer;
} collection;

static void add_own(collection *c, const char *name, unsigned kinds)
{
    sq_build *b = c->b;
    size_t n = strcspn(name, "("); /* a function's name stands before its arguments */
    const char *text = sq_arena_format(&b->scratch, "%s%.*s", c->prefix, (int)n, name);
    int before = text ? sq_index_get(c->own, text) : -1;
    unsigned all = kinds | (before >= 0 ? (unsigned)before : 0) | (name[n] ? SQ_WORD_CALL : 0);
    if (!text || !sq_index_put(&b->scratch, c->own, text, (int)all)) c->fine = sq_build_no_memory(b);
}

static void add_used(void *context, const char *key, const sq_node *name)
{
    collection *c = context;
    bool is_mark = strcmp(key, "mark") == 0;
    if (name->kind == SQ_NODE_SCALAR)
        add_own(c, name->text, is_mark ? SQ_WORD_OCCURRENCE : SQ_WORD_LOSS);
}

static void collect_part(collection *c, const sq_node *map, unsigned kinds)
{
    for (int i = 0; i < map->count; i++) {
        if ((kinds & SQ_WORD_VALUE) && sq_is_reserved_name(map->key[i]))
            c->fine = sq_diag_error(c->b->diags, map->key_place[i],
                                    "'%s' is a word of the language and cannot be a name",
                                    map->key[i]);
        add_own(c, map->key[i], kinds);
    }
}

static bool collect_own(collection *c, const sq_node *module);

/* Whether a module would hold itself, or stand too deep; reports if so. */
static bool holds_itself(const collection *c, const sq_node *of)
{
    sq_build *b = c->b;
    const char *path = of->text;
    int depth = 1;
    for (const collection *k = c; k && path; k = k->outer, depth++) {
        path = sq_arena_format(&b->scratch, "%s -> %s", k->module, path);
        if (path && strcmp(k->module, of->text) == 0)
            return !sq_diag_error(b->diags, of->place, "modules hold each other in a circle: %s", path);
    }
    if (!path) return !sq_build_no_memory(b);
    return depth > MOST_DEEP &&
           !sq_diag_error(b->diags, of->place, "modules stand more than %d deep in each other here",
                          (int)MOST_DEEP);
}

static void collect_inside(collection *c, const sq_node *instances)
{
    for (int i = 0; i < instances->count && c->fine; i++) {
        const sq_node *node = instances->item[i], *of = sq_node_get(node, "of");
        const sq_node *module = of ? module_named(c->b, of) : NULL;
        if (!module) continue; /* reported where the instance is written out */
        if (holds_itself(c, of)) {
            c->fine = false;
            return;
        }
        collection inside = {c->b, c->own, c->prefix, true, of->text, c};
        if (!is_plain(node))
            inside.prefix = sq_arena_format(&c->b->scratch, "%s%s_", c->prefix, instances->key[i]);
        if (!inside.prefix) sq_build_no_memory(c->b);
        c->fine = inside.prefix && collect_own(&inside, module);
    }
}

/* Names, marks and losses of a body and of the instances inside it. */
static bool collect_own(collection *c, const sq_node *module)
{
    if (module->kind != SQ_NODE_MAP) return true;
    for (int p = 0; p < PARTS; p++) {
        const sq_node *map = sq_node_get(module, parts[p].key);
        if (!map || map->kind != SQ_NODE_MAP) continue;
        collect_part(c, map, parts[p].kinds);
        for (int i = 0; i < map->count; i++) sq_find_used(map->item[i], add_used, c);
    }
    const sq_node *instances = sq_node_get(module, "instances");
    if (instances && instances->kind == SQ_NODE_MAP) collect_inside(c, instances);
    return c->fine;
}

/* ---- arguments -------------------------------------------------------------------------- */

/* Declares an argument and finds its value: what the instance gives, or the default. */
static bool add_argument(sq_scope *scope, const sq_entry *instance, const sq_node *with, int index,
                         const char *name, sq_place place, const sq_node *otherwise)
{
    sq_build *b = scope->b;
    const sq_node *given = with ? sq_node_get(with, name) : NULL;
    bool has_default = otherwise && otherwise->kind != SQ_NODE_NULL;
    if (!sq_is_word(name) || sq_is_reserved_name(name))
        return sq_diag_error(b->diags, place, "'%.60s' cannot name an argument%s", name,
                             sq_is_word(name) ? ": it is a word of the language" : "");
    if (sq_index_get(&scope->own, name) >= 0)
        return sq_diag_error(b->diags, place,
                             "the argument '%s' has the name of something its module declares", name);
    if (sq_index_get(scope->labels, name) >= 0)
        return sq_diag_error(b->diags, place,
                             "the argument '%s' is a label of a category as well: in the body the "
                             "word would mean two things; rename one of them",
                             name);
    if (sq_index_get(&scope->argument, name) >= 0)
        return sq_diag_error(b->diags, place, "the argument '%s' is named twice", name);
    if ((!given || given->kind == SQ_NODE_NULL) && !has_default)
        return sq_diag_error(b->diags, with ? with->place : instance->place,
                             "the instance '%s' does not give the argument '%s' of its module",
                             instance->name, name);
    scope->value[index] = given && given->kind != SQ_NODE_NULL ? given : otherwise;
    return sq_index_put(&b->scratch, &scope->argument, name, index) || sq_build_no_memory(b);
}

static bool known_arguments(sq_build *b, const sq_node *with, const char *const *names, size_t n)
{
    bool fine = true;
    for (int i = 0; with && i < with->count; i++) {
        bool found = false;
        for (size_t k = 0; k < n; k++) found = found || strcmp(names[k], with->key[i]) == 0;
        if (!found)
            fine = sq_diag_error(b->diags, with->key_place[i],
                                 "the module has no argument '%.80s'%s", with->key[i],
                                 sq_diag_hint(b->diags, with->key[i], names, n));
    }
    return fine;
}

/* `arguments:` is a list of names, or a map of names and defaults. */
static bool read_arguments(sq_scope *scope, const sq_entry *instance, const sq_node *module)
{
    sq_build *b = scope->b;
    const sq_node *said = sq_node_get(module, "arguments"), *with = sq_node_get(instance->node, "with");
    if (with && with->kind == SQ_NODE_NULL) with = NULL;
    if (with && !sq_node_expect(with, SQ_NODE_MAP, "with: the arguments", b->diags)) return false;
    size_t n = said ? (size_t)said->count : 0;
    bool is_map = said && said->kind == SQ_NODE_MAP, fine = true;
    const char **names = sq_build_scratch(b, n, sizeof *names);
    scope->value = sq_build_scratch(b, n, sizeof *scope->value);
    if (!names || !scope->value) return false;
    if (said && !is_map && !sq_node_expect(said, SQ_NODE_LIST, "arguments: names", b->diags))
        return false;
    for (size_t i = 0; i < n; i++) {
        const sq_node *item = said->item[i];
        sq_place place = sq_scope_place(scope, is_map ? said->key_place[i] : item->place);
        names[i] = is_map ? said->key[i] : sq_scalar_text(b, item, "arguments: a name");
        if (!names[i]) return false;
        fine = add_argument(scope, instance, with, (int)i, names[i], place, is_map ? item : NULL) && fine;
    }
    return known_arguments(b, with, names, n) && fine;
}

/* ---- writing out ------------------------------------------------------------------------ */

static bool put(expansion *x, sq_section section, const char *name, sq_place place,
                const sq_node *node)
{
    written w = {section, x->at[section], {name, place, node}};
    return sq_vec_push(&x->out, w) || sq_build_no_memory(x->b);
}

/* A function's arguments must not mean anything else in its body, where words are replaced before it is read. */
static bool arguments_are_free(const sq_scope *scope, const char *function, sq_place place)
{
    int n = (int)strcspn(function, "( "), length;
    for (const char *at = function + strcspn(function, "("); *at; at += length) {
        at += strspn(at, "(,) ");
        length = (int)strcspn(at, "(,) ");
        const char *name = sq_arena_text(&scope->b->scratch, at, (size_t)length);
        if (!name) return sq_build_no_memory(scope->b);
        int own = sq_index_get(&scope->own, name);
        bool means = own >= 0 && ((unsigned)own & (SQ_WORD_VALUE | SQ_WORD_OCCURRENCE));
        if (length && (means || sq_index_get(&scope->argument, name) >= 0))
            return sq_diag_error(scope->b->diags, place,
                                 "the argument '%.80s' of '%.*s' is the name of something else in the module",
                                 name, n, function);
    }
    return true;
}

static bool write_part(expansion *x, const sq_scope *scope, const sq_node *map, int p)
{
    sq_build *b = scope->b;
    if (map->kind == SQ_NODE_NULL) return true;
    if (!sq_node_expect(map, SQ_NODE_MAP, parts[p].key, b->diags)) return false;
    bool is_attributes = parts[p].section == SQ_IN_ATTRIBUTES, fine = true;
    for (int i = 0; i < map->count && fine; i++) {
        const sq_node *item = map->item[i];
        bool is_type = is_attributes && item->kind == SQ_NODE_SCALAR;
        sq_place place = sq_scope_place(scope, map->key_place[i]);
        if (parts[p].section == SQ_IN_DECISIONS && item->kind == SQ_NODE_LIST)
            return sq_diag_error(b->diags, place,
                                 "rules belong to a strategy: a module only defines decisions");
        if (parts[p].section == SQ_IN_PARAMETERS && strcmp(map->key[i], "csv") == 0)
            return sq_diag_error(b->diags, place,
                                 "the parameters of a module stand in the module, not in a file");
        if (parts[p].section == SQ_IN_FUNCTIONS && !arguments_are_free(scope, map->key[i], place)) return false;
        unsigned kinds = is_type                               ? SQ_WORD_CATEGORY
                         : parts[p].section == SQ_IN_CATEGORIES ? SQ_WORD_LABEL
                                                                : SQ_WORD_VALUE;
        const sq_node *copy = sq_scope_copy(scope, item, kinds);
        fine = copy && put(x, parts[p].section, sq_scope_own_name(scope, map->key[i]), place, copy);
    }
    return fine;
}

/* A map per state with the entries of another added. */
static const sq_node *joined(sq_build *b, const sq_node *first, const sq_node *second)
{
    sq_made_map made;
    if (!sq_map_begin(b, first->place, (size_t)(first->count + second->count), &made)) return NULL;
    for (int i = 0; i < first->count; i++)
        sq_map_put(&made, first->key[i], first->key_place[i], first->item[i]);
    for (int i = 0; i < second->count; i++) {
        if (sq_node_get(first, second->key[i])) {
            sq_diag_error(b->diags, second->key_place[i], "'%s' is defined twice: here and at %s",
                          second->key[i], sq_build_where(b, sq_node_key_place(first, second->key[i])));
            return NULL;
        }
        sq_map_put(&made, second->key[i], second->key_place[i], second->item[i]);
    }
    return made.node;
}

/* Values by state, in the instance's names. */
static const sq_node *by_state(const sq_scope *scope, const sq_node *node, const char *what)
{
    if (!sq_node_expect(node, SQ_NODE_MAP, what, scope->b->diags)) return NULL;
    return sq_scope_copy_by_name(scope, node, SQ_WORD_OCCURRENCE, SQ_WORD_VALUE);
}

static bool one_for_all(sq_build *b, sq_place place, const char *what, sq_place other)
{
    return sq_diag_error(b->diags, place,
                         "%s is one expression for every state at %s: it must be given by state "
                         "for a module to add its own",
                         what, sq_build_where(b, other));
}

static bool write_utility(const sq_scope *scope, const sq_node *node)
{
    sq_build *b = scope->b;
    sq_said *said = &b->one[SQ_ONE_UTILITY];
    const sq_node *map = by_state(scope, node, "utility: a value per state of the module");
    if (!map) return false;
    if (!said->node) *said = (sq_said){map, map->place};
    if (said->node == map) return true;
    if (said->node->kind != SQ_NODE_MAP) return one_for_all(b, map->place, "utility", said->place);
    const sq_node *both = joined(b, said->node, map);
    if (both) said->node = both;
    return both != NULL;
}

static bool write_cost(expansion *x, const sq_scope *scope, const sq_node *costs, int i)
{
    sq_build *b = x->b;
    sq_entries *section = &b->section[SQ_IN_COSTS];
    const char *name = costs->key[i];
    const sq_node *map = by_state(scope, costs->item[i], "a cost: a value per state of the module");
    if (!map) return false;
    int before = sq_index_get(&section->index, name);
    sq_entry made = {name, sq_scope_place(scope, costs->key_place[i]), map};
    if (before < 0)
        return (sq_vec_push(section, made) &&
                sq_index_put(&b->scratch, &section->index, name, (int)section->count - 1)) ||
               sq_build_no_memory(b);
    sq_entry *entry = &section->items[before];
    if (entry->node->kind != SQ_NODE_MAP) return one_for_all(b, made.place, name, entry->place);
    const sq_node *both = joined(b, entry->node, map);
    if (both) entry->node = both;
    return both != NULL;
}

static bool write_costs(expansion *x, const sq_scope *scope, const sq_node *costs)
{
    if (!sq_node_expect(costs, SQ_NODE_MAP, "costs", x->b->diags)) return false;
    bool fine = true;
    for (int i = 0; i < costs->count; i++) fine = write_cost(x, scope, costs, i) && fine;
    return fine;
}

static bool write_instance(expansion *x, const sq_entry *instance, const outer *outside);

/* What an instance inside a module says: what it gives is said in the words of the module around it. */
static const sq_node *inside_node(const sq_scope *scope, const sq_node *node)
{
    static const unsigned any = SQ_WORD_VALUE | SQ_WORD_OCCURRENCE | SQ_WORD_CATEGORY |
                                SQ_WORD_PROCEDURE | SQ_WORD_LOSS;
    sq_made_map made;
    if (node->kind != SQ_NODE_MAP) return node;
    if (!sq_map_begin(scope->b, sq_scope_place(scope, node->place), (size_t)node->count, &made))
        return NULL;
    for (int i = 0; i < node->count; i++) {
        const sq_node *item = node->item[i];
        bool gives = strcmp(node->key[i], "with") == 0 && item->kind == SQ_NODE_MAP;
        const sq_node *copy =
            gives ? sq_scope_copy_by_name(scope, item, 0, any) : sq_scope_copy(scope, item, 0);
        if (!copy) return NULL;
        sq_map_put(&made, node->key[i], sq_scope_place(scope, node->key_place[i]), copy);
    }
    return made.node;
}

static bool write_inside(expansion *x, const sq_scope *scope, const sq_node *instances)
{
    if (!sq_node_expect(instances, SQ_NODE_MAP, "instances", x->b->diags)) return false;
    outer here = {scope->prefix, scope->key};
    bool fine = true;
    for (int i = 0; i < instances->count && fine; i++) {
        const sq_node *node = inside_node(scope, instances->item[i]);
        sq_entry entry = {instances->key[i], sq_scope_place(scope, instances->key_place[i]), node};
        fine = node && write_instance(x, &entry, &here);
    }
    return fine;
}

static bool write_key(expansion *x, const sq_scope *scope, const sq_node *module, const char *key)
{
    const sq_node *node = sq_node_get(module, key);
    if (strcmp(key, "instances") == 0) return write_inside(x, scope, node);
    if (strcmp(key, "utility") == 0) return write_utility(scope, node);
    if (strcmp(key, "costs") == 0) return write_costs(x, scope, node);
    for (int p = 0; p < PARTS; p++)
        if (strcmp(key, parts[p].key) == 0) return write_part(x, scope, node, p);
    return true;
}

/* The module's file once more, under whose places messages name the instance. */
static const sq_source *pointed_source(sq_build *b, const sq_source *body, const char *name,
                                       sq_place place)
{
    sq_source *source = sq_arena_alloc(&b->diags->arena, sizeof *source);
    const char *where = sq_place_text(&b->diags->arena, place);
    if (!source || !where) return sq_build_no_memory(b), NULL;
    *source = *body;
    source->instance = sq_arena_format(&b->diags->arena, "in instance %s (%s)", name, where);
    return source->instance ? source : (sq_build_no_memory(b), NULL);
}

static bool open_scope(sq_scope *scope, const sq_entry *instance, const sq_node *module,
                       const outer *outside)
{
    sq_build *b = scope->b;
    bool plain = is_plain(instance->node);
    scope->prefix = plain ? outside->prefix
                          : sq_arena_format(&b->scratch, "%s%s_", outside->prefix, instance->name);
    const char *name = sq_arena_format(&b->scratch, "%s%s", outside->prefix, instance->name);
    if (!scope->prefix || !name) return sq_build_no_memory(b);
    scope->body = module->place.source;
    scope->pointed = pointed_source(b, scope->body, name, instance->place);
    const char *of = sq_node_get(instance->node, "of")->text;
    collection c = {b, &scope->own, "", true, of, NULL};
    if (!scope->pointed || !collect_own(&c, module) || !read_arguments(scope, instance, module))
        return false;
    const sq_node *key = sq_node_get(module, "key");
    const sq_node *own = key ? sq_scope_copy(scope, key, SQ_WORD_VALUE) : NULL;
    scope->key = sq_scope_joined_keys(b, outside->key, own);
    return !b->out_of_memory;
}

static bool read_instance(sq_build *b, const sq_entry *instance, const sq_node **module)
{
    static const char *const known[] = {"of", "with", "names", "title", NULL};
    static const char *const names[] = {"prefixed", "plain", NULL};
    const sq_node *node = instance->node;
    if (!sq_is_word(instance->name))
        return sq_diag_error(b->diags, instance->place, "'%.60s' cannot name an instance",
                             instance->name);
    if (!sq_node_expect(node, SQ_NODE_MAP, "an instance: {of: MODULE, with: {…}}", b->diags))
        return false;
    bool fine = sq_node_known_keys(node, "an instance", known, b->diags);
    fine = sq_choice(b, sq_node_get(node, "names"), "way to name", names, 0) >= 0 && fine;
    const sq_node *of = sq_node_get(node, "of");
    if (!of) return sq_diag_error(b->diags, node->place, "an instance needs `of:`, its module");
    *module = module_named(b, of);
    return *module && (*module)->kind == SQ_NODE_MAP && fine;
}

static bool write_instance(expansion *x, const sq_entry *instance, const outer *outside)
{
    sq_build *b = x->b;
    const sq_node *module = NULL;
    sq_scope scope = {.b = b, .labels = &x->labels};
    if (++x->n > MOST_INSTANCES)
        return sq_diag_error(b->diags, instance->place, "there are more than %d instances",
                             (int)MOST_INSTANCES);
    if (!read_instance(b, instance, &module) || !open_scope(&scope, instance, module, outside))
        return false;
    bool fine = true;
    for (int i = 0; i < module->count; i++)
        fine = write_key(x, &scope, module, module->key[i]) && fine;
    return fine;
}

/* ---- the stage -------------------------------------------------------------------------- */

static bool check_modules(sq_build *b)
{
    const sq_entries *modules = &b->section[SQ_IN_MODULES];
    bool fine = true;
    for (size_t i = 0; i < modules->count; i++) {
        const sq_entry *e = &modules->items[i];
        if (!sq_is_word(e->name))
            fine = sq_diag_error(b->diags, e->place, "'%.60s' cannot name a module", e->name);
        fine = sq_node_expect(e->node, SQ_NODE_MAP, "a module", b->diags) &&
               sq_node_known_keys(e->node, "a module", module_keys, b->diags) && fine;
    }
    return fine;
}

static bool add_labels(expansion *x, const sq_node *labels)
{
    bool fine = true;
    for (int k = 0; labels->kind == SQ_NODE_LIST && k < labels->count; k++)
        if (labels->item[k]->text)
            fine = sq_index_put(&x->b->scratch, &x->labels, labels->item[k]->text, 0) && fine;
    return fine;
}

static bool find_labels(expansion *x)
{
    const sq_entries *categories = &x->b->section[SQ_IN_CATEGORIES];
    const sq_entries *modules = &x->b->section[SQ_IN_MODULES];
    bool fine = true;
    for (size_t i = 0; i < categories->count; i++) {
        fine = add_labels(x, categories->items[i].node) && fine;
    }
    for (size_t i = 0; i < modules->count; i++) {
        const sq_node *own = sq_node_get(modules->items[i].node, "categories");
        for (int k = 0; own && own->kind == SQ_NODE_MAP && k < own->count; k++)
            fine = add_labels(x, own->item[k]) && fine;
    }
    return fine || sq_build_no_memory(x->b);
}

/* The section as it was read with what the instances declare in its places. */
static bool merge(expansion *x, sq_section section)
{
    sq_build *b = x->b;
    sq_entries read = b->section[section], *now = &b->section[section];
    *now = (sq_entries){0};
    bool fine = true;
    size_t next = 0;
    for (size_t i = 0; i <= read.count; i++) {
        for (; next < x->out.count; next++) {
            const written *w = &x->out.items[next];
            if (w->section != section) continue;
            if (w->at > i) break;
            fine = sq_add_entry(b, section, w->entry) && fine;
        }
        if (i < read.count) fine = sq_add_entry(b, section, read.items[i]) && fine;
    }
    free(read.items);
    return fine;
}

bool sq_build_modules(sq_build *b)
{
    const sq_entries *instances = &b->section[SQ_IN_INSTANCES];
    expansion x = {.b = b};
    outer none = {"", NULL};
    if (!check_modules(b)) return false;
    bool fine = find_labels(&x);
    for (size_t i = 0; i < instances->count && !sq_diags_full(b->diags); i++) {
        x.at = b->instance_at.items[i].at;
        fine = write_instance(&x, &instances->items[i], &none) && fine;
    }
    for (int p = 0; p < PARTS && x.out.count; p++) fine = merge(&x, parts[p].section) && fine;
    free(x.out.items);
    return fine && !b->out_of_memory;
}
