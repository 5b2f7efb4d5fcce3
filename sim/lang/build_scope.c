/* Copying the body of a module into the names of an instance. Nodes are copied whole, so that the
 * stages after this one never know of modules. What the words of a scalar can stand for follows from
 * the key it stands under: under `goto:` an occurrence, under `source:` nothing at all. Every word is
 * replaced at most once: what an argument brings in is not looked at again. */
#include "lang/build_modules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What stands under a key: words of the values, and of the keys where they are names too. Keys that are
 * not listed hold expressions under keywords. */
static const struct {
    const char *key;
    unsigned value, keys;
} meanings[] = {
    {"source", 0, 0},
    {"note", 0, 0},
    {"class", 0, 0},
    {"unit", 0, 0},
    {"csv", 0, 0},
    {"in", 0, 0},
    {"interpolate", 0, 0},
    {"tail", 0, 0},
    {"describes", 0, 0},
    {"latent", 0, 0},
    {"death", 0, 0},
    {"reenter", 0, 0},
    {"label", 0, 0},
    {"split", 0, 0},
    {"site", 0, 0},
    {"changes", 0, 0},
    {"when left", 0, 0},
    {"starts", 0, 0},
    {"cure on", 0, 0},
    {"type", SQ_WORD_CATEGORY, 0},
    {"of", SQ_WORD_CATEGORY, 0},
    {"by", SQ_WORD_CATEGORY | SQ_WORD_VALUE, 0},
    {"set", SQ_WORD_VALUE, SQ_WORD_VALUE},
    {"loads on", SQ_WORD_VALUE, SQ_WORD_VALUE},
    {"among", SQ_WORD_VALUE, SQ_WORD_LABEL},
    {"options", SQ_WORD_VALUE, SQ_WORD_LABEL},
    {"refused", 0, SQ_WORD_LABEL},
    {"pay", SQ_WORD_VALUE, SQ_WORD_COST},
    {"run", SQ_WORD_PROCEDURE, 0},
    {"lose utility", SQ_WORD_LOSS, 0},
    {"goto", SQ_WORD_OCCURRENCE, 0},
    {"start", SQ_WORD_OCCURRENCE | SQ_WORD_VALUE, 0}, /* of an event, or of a waning effect */
    {"stop", SQ_WORD_OCCURRENCE, 0},
    {"pause", SQ_WORD_OCCURRENCE, 0},
    {"resume", SQ_WORD_OCCURRENCE, 0},
    {"mark", SQ_WORD_OCCURRENCE, 0},
    {"since", SQ_WORD_OCCURRENCE, 0},
    {"net of", SQ_WORD_OCCURRENCE | SQ_WORD_VALUE, 0},
    {"incidence against", SQ_WORD_OCCURRENCE | SQ_WORD_VALUE, 0},
};

/* ---- words ------------------------------------------------------------------------------ */

const char *sq_scope_own_name(const sq_scope *scope, const char *name)
{
    const char *text = sq_arena_format(&scope->b->scratch, "%s%s", scope->prefix, name);
    if (!text) sq_build_no_memory(scope->b);
    return text ? text : "";
}

/* Whether the text ends with the bracket that begins it: "[alpha, line]". */
static bool is_index(const char *text)
{
    int depth = 0;
    for (const char *p = text; *p; p++) {
        depth += *p == '[' ? 1 : *p == ']' ? -1 : 0;
        if (depth == 0) return p > text && p[1] == '\0';
    }
    return false;
}

/* Whether a text can stand for a word as it is: a word, one with an index, or a plain number that no unit
 * follows. */
static bool stands_alone(const char *text, const char *after)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '.') n++;
    bool is_word = n > 0 && (text[n] == '\0' || is_index(text + n));
    while (isspace((unsigned char)*after)) after++;
    bool begins_number = isdigit((unsigned char)*text) || *text == '.';
    return is_word && !(begins_number && (isalnum((unsigned char)*after) || *after == '_' || *after == '%'));
}

/* An argument's text where it stands among other words: in parentheses, unless it stands alone. `after`:
 * what follows the word. */
static void write_argument(const sq_scope *scope, sq_writer *w, const char *word,
                           const sq_node *value, sq_place place, const char *after)
{
    if (value->kind != SQ_NODE_SCALAR) {
        sq_diag_error(scope->b->diags, place,
                      "the argument '%s' is a %s here: it can only stand alone, not in an expression",
                      word, value->kind == SQ_NODE_LIST ? "list" : "map");
        return;
    }
    sq_write(w, stands_alone(value->text, after) ? "%s" : "(%s)", value->text);
}

/* A name of the module's own must not be a label too: `burden == low` would change its meaning. */
static void refuse_label(const sq_scope *scope, const char *word, sq_place place)
{
    if (sq_index_get(scope->labels, word) >= 0)
        sq_diag_error(scope->b->diags, place,
                      "'%s' is declared by the module and is a label of a category as well: in its "
                      "body the word would mean two things; rename one of them",
                      word);
}

/* "curve.scale" belongs to what the module calls "curve". */
static bool is_own(const sq_scope *scope, const char *word, unsigned kinds)
{
    size_t n = strcspn(word, ".");
    const char *first = word[n] ? sq_arena_text(&scope->b->scratch, word, n) : word;
    int whole = sq_index_get(&scope->own, word), part = first ? sq_index_get(&scope->own, first) : -1;
    int found = whole >= 0 ? whole : part;
    return found >= 0 && ((unsigned)found & kinds);
}

static void write_word(const sq_scope *scope, sq_writer *w, const char *word, unsigned kinds,
                       sq_place place, const char *after)
{
    int argument = sq_index_get(&scope->argument, word);
    bool is_cost = kinds == SQ_WORD_COST &&
                   sq_index_get(&scope->b->section[SQ_IN_COSTS].index, word) >= 0;
    if (argument >= 0 && !is_cost) {
        write_argument(scope, w, word, scope->value[argument], place, after);
    } else if (is_own(scope, word, kinds)) {
        bool is_read = (kinds & SQ_WORD_CALL) || is_own(scope, word, kinds & SQ_WORD_VALUE);
        if (is_read && scope->prefix[0]) refuse_label(scope, word, place);
        sq_write(w, "%s%s", scope->prefix, word);
    } else {
        sq_write(w, "%s", word);
    }
}

/* The call whose whole argument a word is: length of its name, 0 if there is none. */
static size_t call_around(const char *text, const char *word, const char *after, const char **name)
{
    const char *at = word;
    int depth = 0;
    while (at > text && isspace((unsigned char)at[-1])) at--;
    while (isspace((unsigned char)*after)) after++;
    if (at == text || !strchr("(,", at[-1]) || !*after || !strchr(",)", *after)) return 0;
    for (; at > text && (depth > 0 || !strchr("([", at[-1])); at--)
        depth += strchr(")]", at[-1]) ? 1 : strchr("([", at[-1]) ? -1 : 0;
    if (at == text || at[-1] == '[') return 0;
    at--;
    while (at > text && isspace((unsigned char)at[-1])) at--;
    const char *end = at;
    while (at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_')) at--;
    *name = at;
    return (size_t)(end - at);
}

/* A function with arguments, of the body or of the model: it may ask about an occurrence it is given. */
static bool is_function(const sq_scope *scope, const char *name, size_t n)
{
    const sq_entries *functions = &scope->b->section[SQ_IN_FUNCTIONS];
    if (is_own(scope, name, SQ_WORD_CALL)) return true;
    for (size_t i = 0; i < functions->count; i++) {
        const char *other = functions->items[i].name;
        if (strncmp(other, name, n) == 0 && other[n + strspn(other + n, " ")] == '(') return true;
    }
    return false;
}

/* What a word of an expression can stand for: `happened(` and the like ask about occurrences only, and so may
 * a function that is called. */
static unsigned kinds_here(const sq_scope *scope, const char *text, const char *word, const char *after,
                           unsigned kinds)
{
    const char *name = text;
    size_t n = call_around(text, word, after, &name);
    const char *call = n ? sq_arena_text(&scope->b->scratch, name, n) : NULL;
    if (n && !call) sq_build_no_memory(scope->b);
    if (!call) return kinds;
    if (sq_asks_occurrence(call)) return SQ_WORD_OCCURRENCE;
    return is_function(scope, call, n) ? kinds | SQ_WORD_OCCURRENCE | SQ_WORD_CALL : kinds;
}

static size_t run_length(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '.') n++;
    return n;
}

const char *sq_scope_text(const sq_scope *scope, const char *text, unsigned kinds, sq_place place)
{
    sq_writer w = {0};
    for (const char *at = text; *at;) {
        size_t n = run_length(at);
        char word[SQ_LONGEST_NAME + 1];
        bool is_word = n > 0 && n < sizeof word;
        if (is_word) {
            memcpy(word, at, n);
            word[n] = '\0';
            bool is_read = kinds & SQ_WORD_VALUE;
            write_word(scope, &w, word, is_read ? kinds_here(scope, text, at, at + n, kinds) : kinds, place,
                       at + n);
        } else {
            sq_write(&w, "%.*s", n ? (int)n : 1, at);
        }
        at += n ? n : 1;
    }
    const char *out = w.items && strcmp(w.items, text) != 0
                          ? sq_arena_text(&scope->b->scratch, w.items, w.count)
                          : text;
    if (w.failed || !out) sq_build_no_memory(scope->b);
    free(w.items);
    return out ? out : text;
}

/* ---- nodes ------------------------------------------------------------------------------ */

sq_place sq_scope_place(const sq_scope *scope, sq_place place)
{
    if (place.source == scope->body) place.source = scope->pointed;
    return place;
}

static const sq_node *copy_scalar(const sq_scope *scope, const sq_node *node, unsigned kinds)
{
    int argument = kinds ? sq_index_get(&scope->argument, node->text) : -1;
    if (argument >= 0) return scope->value[argument];
    sq_node *copy = sq_build_scratch(scope->b, 1, sizeof *copy);
    if (!copy) return NULL;
    *copy = *node;
    copy->place = sq_scope_place(scope, node->place);
    if (kinds) copy->text = sq_scope_text(scope, node->text, kinds, copy->place);
    return copy;
}

static bool lists(const sq_node *list, const sq_node *item)
{
    for (int i = 0; i < list->count; i++)
        if (item->text && list->item[i]->text && strcmp(list->item[i]->text, item->text) == 0)
            return true;
    return false;
}

const sq_node *sq_scope_joined_keys(sq_build *b, const sq_node *first, const sq_node *second)
{
    const sq_node *both[2] = {first, second};
    size_t room = 0;
    for (int k = 0; k < 2; k++)
        if (both[k]) room += both[k]->kind == SQ_NODE_LIST ? (size_t)both[k]->count : 1;
    if (!room) return NULL;
    sq_node *list = sq_made_list(b, (second ? second : first)->place, room);
    for (int k = 0; list && k < 2; k++) {
        bool is_list = both[k] && both[k]->kind == SQ_NODE_LIST;
        for (int i = 0; both[k] && i < (is_list ? both[k]->count : 1); i++) {
            const sq_node *item = is_list ? both[k]->item[i] : both[k];
            if (!lists(list, item)) sq_list_put(list, item);
        }
    }
    return list;
}

/* Whether the luck of this map is keyed: an event (that has a law) or an action that draws. */
static bool draws(const sq_node *map)
{
    return sq_node_get(map, "draw") || sq_node_get(map, "into") || sq_node_get(map, "time");
}

static void meaning_of(const sq_node *map, const char *key, unsigned *value, unsigned *keys)
{
    *value = SQ_WORD_VALUE;
    *keys = 0;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (strcmp(meanings[i].key, key) != 0) continue;
        *value = meanings[i].value;
        *keys = meanings[i].keys;
    }
    if (strcmp(key, "from") == 0 && sq_node_get(map, "time")) *value = SQ_WORD_OCCURRENCE;
}

static const sq_node *copy_map(const sq_scope *scope, const sq_node *map, unsigned kinds,
                               unsigned keys, bool by_keys);

static const sq_node *copy(const sq_scope *scope, const sq_node *node, unsigned kinds, unsigned keys,
                           bool by_keys)
{
    if (node->kind == SQ_NODE_SCALAR) return copy_scalar(scope, node, kinds);
    if (node->kind == SQ_NODE_MAP) return copy_map(scope, node, kinds, keys, by_keys);
    if (node->kind == SQ_NODE_NULL) return node;
    sq_node *list =
        sq_made_list(scope->b, sq_scope_place(scope, node->place), (size_t)node->count);
    for (int i = 0; list && i < node->count; i++) {
        const sq_node *item = copy(scope, node->item[i], kinds, 0, by_keys);
        if (!item) return NULL;
        sq_list_put(list, item);
    }
    return list;
}

/* The value of one entry. Where the keys of a map are names or columns, its values follow from the map;
 * elsewhere from the entry's own key. */
static const sq_node *copy_entry(const sq_scope *scope, const sq_node *map, int i, unsigned kinds,
                                 bool by_keys)
{
    unsigned value = kinds, keys = 0;
    bool is_branch = kinds && map->item[i]->kind == SQ_NODE_LIST; /* actions, by label */
    if (!by_keys) return copy(scope, map->item[i], kinds, 0, is_branch);
    meaning_of(map, map->key[i], &value, &keys);
    if (strcmp(map->key[i], "life table") == 0) value = 0; /* columns of a file, but for `by:` */
    const sq_node *made = copy(scope, map->item[i], value, keys, value && !keys);
    bool keyed = made && scope->key && strcmp(map->key[i], "key") == 0 && draws(map);
    return keyed ? sq_scope_joined_keys(scope->b, scope->key, made) : made;
}

/* A life table names columns, and under `by:` the attributes they are matched with. */
static bool is_matched(const sq_node *map, int i, unsigned kinds)
{
    return !kinds && strcmp(map->key[i], "by") == 0 && sq_node_get(map, "csv");
}

static const sq_node *copy_map(const sq_scope *scope, const sq_node *map, unsigned kinds,
                               unsigned keys, bool by_keys)
{
    bool adds_key = by_keys && scope->key && draws(map) && !sq_node_get(map, "key");
    sq_made_map made;
    if (!sq_map_begin(scope->b, sq_scope_place(scope, map->place), (size_t)map->count + 1, &made))
        return NULL;
    for (int i = 0; i < map->count; i++) {
        sq_place place = sq_scope_place(scope, map->key_place[i]);
        unsigned value = is_matched(map, i, kinds) ? SQ_WORD_VALUE | SQ_WORD_CATEGORY : kinds;
        const sq_node *item = copy_entry(scope, map, i, value, by_keys);
        if (!item) return NULL;
        sq_map_put(&made, keys ? sq_scope_text(scope, map->key[i], keys, place) : map->key[i], place,
                   item);
    }
    if (adds_key) sq_map_put(&made, "key", scope->key->place, scope->key);
    return made.node;
}

const sq_node *sq_scope_copy(const sq_scope *scope, const sq_node *node, unsigned kinds)
{
    return copy(scope, node, kinds, 0, true);
}

const sq_node *sq_scope_copy_by_name(const sq_scope *scope, const sq_node *map, unsigned keys,
                                     unsigned kinds)
{
    sq_made_map made;
    if (!sq_map_begin(scope->b, sq_scope_place(scope, map->place), (size_t)map->count, &made))
        return NULL;
    for (int i = 0; i < map->count; i++) {
        sq_place place = sq_scope_place(scope, map->key_place[i]);
        const sq_node *item = sq_scope_copy(scope, map->item[i], kinds);
        if (!item) return NULL;
        sq_map_put(&made, keys ? sq_scope_text(scope, map->key[i], keys, place) : map->key[i], place,
                   item);
    }
    return made.node;
}
