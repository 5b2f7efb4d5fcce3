/* The loader's small tools: an index from names to numbers, texts that grow, scalars read as words,
 * whole numbers or choices. They are here so that the stages of the loader read as what they do. */
#include "base/text.h"
#include "lang/build.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- index ------------------------------------------------------------------------------ */

/* FNV-1a (Fowler, Noll, Vo): names come from the user's own files. */
static size_t text_hash(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *text; text++) h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 32);
}

/* The place of a key in a table that has room: its own, or the first free one. */
static size_t index_place(const sq_index *index, const char *key)
{
    size_t mask = index->size - 1, i = text_hash(key) & mask;
    while (index->key[i] && strcmp(index->key[i], key) != 0) i = (i + 1) & mask;
    return i;
}

static bool index_grow(sq_arena *arena, sq_index *index)
{
    sq_index bigger = {.size = index->size ? 2 * index->size : 64, .used = index->used};
    bigger.key = sq_arena_array(arena, bigger.size, sizeof *bigger.key);
    bigger.value = sq_arena_array(arena, bigger.size, sizeof *bigger.value);
    if (!bigger.key || !bigger.value) return false;
    for (size_t i = 0; i < index->size; i++) {
        if (!index->key[i]) continue;
        size_t place = index_place(&bigger, index->key[i]);
        bigger.key[place] = index->key[i];
        bigger.value[place] = index->value[i];
    }
    *index = bigger;
    return true;
}

bool sq_index_put(sq_arena *arena, sq_index *index, const char *key, int value)
{
    if (2 * (index->used + 1) > index->size && !index_grow(arena, index)) return false;
    size_t place = index_place(index, key);
    if (!index->key[place]) index->used++;
    index->key[place] = key;
    index->value[place] = value;
    return true;
}

int sq_index_get(const sq_index *index, const char *key)
{
    if (index->size == 0) return -1;
    size_t place = index_place(index, key);
    return index->key[place] ? index->value[place] : -1;
}

/* ---- writer ----------------------------------------------------------------------------- */

static bool writer_room(sq_writer *w, size_t more)
{
    if (w->failed) return false;
    if (w->count + more <= w->capacity) return true;
    size_t capacity = w->capacity ? w->capacity : 256;
    while (capacity < w->count + more) capacity *= 2;
    char *items = realloc(w->items, capacity);
    if (!items) {
        w->failed = true;
        return false;
    }
    w->items = items;
    w->capacity = capacity;
    return true;
}

void sq_write(sq_writer *w, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n >= 0 && writer_room(w, (size_t)n + 1)) {
        vsnprintf(w->items + w->count, (size_t)n + 1, format, again);
        w->count += (size_t)n;
    }
    va_end(again);
}

static void write_map(sq_writer *w, const sq_node *node)
{
    sq_write(w, "{");
    for (int i = 0; i < node->count; i++) {
        sq_write(w, "%s%s: ", i ? ", " : "", node->key[i]);
        sq_write_node(w, node->item[i]);
    }
    sq_write(w, "}");
}

void sq_write_node(sq_writer *w, const sq_node *node)
{
    switch (node->kind) {
    case SQ_NODE_NULL: return;
    case SQ_NODE_SCALAR: sq_write(w, "%s", node->text); return;
    case SQ_NODE_MAP: write_map(w, node); return;
    case SQ_NODE_LIST: break;
    }
    sq_write(w, "[");
    for (int i = 0; i < node->count; i++) {
        if (i) sq_write(w, ", ");
        sq_write_node(w, node->item[i]);
    }
    sq_write(w, "]");
}

/* ---- memory ----------------------------------------------------------------------------- */

bool sq_build_no_memory(sq_build *b)
{
    b->out_of_memory = true;
    return false;
}

const char *sq_build_keep(sq_build *b, const char *text)
{
    const char *copy = sq_arena_text(&b->model->arena, text, strlen(text));
    if (!copy) b->out_of_memory = true;
    return copy ? copy : "";
}

const char *sq_build_keep_written(sq_build *b, sq_writer *w)
{
    if (w->failed) b->out_of_memory = true;
    const char *text = w->failed || !w->items ? "" : sq_build_keep(b, w->items);
    free(w->items);
    *w = (sq_writer){0};
    return text;
}

void *sq_build_scratch(sq_build *b, size_t count, size_t size)
{
    void *space = sq_arena_array(&b->scratch, count ? count : 1, size);
    if (!space) b->out_of_memory = true;
    return space;
}

const char *sq_build_where(sq_build *b, sq_place place)
{
    const char *text = sq_place_text(&b->model->arena, place);
    if (!text) b->out_of_memory = true;
    return text ? text : "";
}

/* ---- scalars ---------------------------------------------------------------------------- */

bool sq_is_word(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_') return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_') return false;
    return true;
}

const char *sq_scalar_text(sq_build *b, const sq_node *node, const char *what)
{
    return sq_node_expect(node, SQ_NODE_SCALAR, what, b->diags) ? node->text : NULL;
}

int sq_choice(sq_build *b, const sq_node *node, const char *what, const char *const *words,
              int otherwise)
{
    if (!node) return otherwise;
    const char *text = sq_scalar_text(b, node, what);
    if (!text) return -1;
    size_t n = 0;
    for (; words[n]; n++)
        if (strcmp(words[n], text) == 0) return (int)n;
    sq_writer w = {0};
    for (size_t i = 0; i < n; i++)
        sq_write(&w, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
    sq_diag_error(b->diags, node->place, "unknown %s '%s': expected %s%s", what, text,
                  w.items ? w.items : "", sq_diag_near(b->diags, text, words, n));
    free(w.items);
    return -1;
}

bool sq_flag_constant(sq_build *b, const sq_node *node, const char *what, bool otherwise)
{
    static const char *const words[] = {"false", "true", NULL};
    int chosen = sq_choice(b, node, what, words, otherwise);
    return chosen < 0 ? otherwise : chosen == 1;
}

/* Digits alone are read exactly; 1e6 and the like through a double that must be whole. */
static bool whole_number(const char *text, uint64_t *value)
{
    if (!isdigit((unsigned char)*text)) return false;
    char *end;
    errno = 0;
    unsigned long long exact = strtoull(text, &end, 10);
    if (*end == '\0' && errno == 0) {
        *value = exact;
        return true;
    }
    if (strchr(text, '.') && !strpbrk(text, "eE")) return false; /* 20.000 may mean 20000 */
    double x;
    size_t n = strlen(text);
    if (sq_text_number(text, n, &x) != n || !(x < 0x1p53) || x != floor(x)) return false;
    *value = (uint64_t)x;
    return true;
}

/* Digits in groups of three, as people write large numbers: joined, they go to `joined`. */
static bool grouped_digits(const char *text, char joined[32])
{
    size_t n = 0, group = 0, groups = 0;
    for (; *text; text++) {
        bool parts = strchr(".,'_ ", *text) != NULL;
        if (!parts && !isdigit((unsigned char)*text)) return false;
        if (parts && (group == 0 || group > 3 || (groups > 0 && group != 3))) return false;
        if (!parts && n + 1 < 32) joined[n++] = *text;
        groups += parts;
        group = parts ? 0 : group + 1;
    }
    joined[n] = '\0';
    return groups > 0 && group == 3;
}

bool sq_integer_constant(sq_build *b, const sq_node *node, const char *what, uint64_t least,
                         uint64_t most, uint64_t *value)
{
    const char *text = sq_scalar_text(b, node, what);
    if (!text) return false;
    if (whole_number(text, value) && *value >= least && *value <= most) return true;
    char joined[32];
    bool is_grouped = grouped_digits(text, joined);
    return sq_diag_error(b->diags, node->place,
                         "%s must be a whole number from %llu to %llu, not '%.40s'%s%s", what,
                         (unsigned long long)least, (unsigned long long)most, text,
                         is_grouped ? "; write " : "", is_grouped ? joined : "");
}

const sq_node *sq_made_scalar(sq_build *b, const char *text, sq_place place)
{
    sq_node *node = sq_build_scratch(b, 1, sizeof *node);
    if (node) *node = (sq_node){.kind = SQ_NODE_SCALAR, .place = place, .text = text};
    return node;
}

/* sq_node holds its children as they can be changed, for the reader that makes them. */
static sq_node *as_child(const sq_node *node)
{
    union {
        const sq_node *seen;
        sq_node *held;
    } child = {.seen = node};
    return child.held;
}

sq_node *sq_made_list(sq_build *b, sq_place place, size_t room)
{
    sq_node *list = sq_build_scratch(b, 1, sizeof *list);
    if (!list) return NULL;
    *list = (sq_node){.kind = SQ_NODE_LIST, .place = place};
    list->item = sq_build_scratch(b, room, sizeof *list->item);
    return list->item ? list : NULL;
}

void sq_list_put(sq_node *list, const sq_node *item) { list->item[list->count++] = as_child(item); }

bool sq_map_begin(sq_build *b, sq_place place, size_t room, sq_made_map *map)
{
    map->node = sq_made_list(b, place, room);
    map->key = sq_build_scratch(b, room, sizeof *map->key);
    map->place = sq_build_scratch(b, room, sizeof *map->place);
    if (!map->node || !map->key || !map->place) return false;
    map->node->kind = SQ_NODE_MAP;
    map->node->key = map->key;
    map->node->key_place = map->place;
    return true;
}

void sq_map_put(sq_made_map *map, const char *key, sq_place place, const sq_node *item)
{
    map->key[map->node->count] = key;
    map->place[map->node->count] = place;
    sq_list_put(map->node, item);
}

/* Characters (not bytes) in the first n bytes of a text. */
static int characters(const char *text, size_t n)
{
    int count = 0;
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80) count++;
    return count;
}

bool sq_split_at(sq_build *b, const sq_node *node, const char *separator, const sq_node **left,
                 const sq_node **right)
{
    const char *found = strstr(node->text, separator);
    if (!found) return false;
    size_t n = (size_t)(found - node->text), skip = n + strlen(separator);
    const char *first = sq_arena_text(&b->scratch, node->text, n);
    if (!first) return sq_build_no_memory(b);
    sq_place place = node->place;
    *left = sq_made_scalar(b, first, place);
    place.column += characters(node->text, skip);
    *right = sq_made_scalar(b, node->text + skip, place);
    return *left && *right;
}

/* ---- expressions ------------------------------------------------------------------------ */

bool sq_build_expr(sq_build *b, const sq_node *node, sq_type want, unsigned allow, sq_program *out,
                   sq_bits *reads)
{
    sq_bits unread = {{0}};
    bool fine = sq_expr_compile(&b->compiler, node, want, allow, out, reads ? reads : &unread);
    if (!fine && b->skim) *out = (sq_program){0, 0};
    return fine || b->skim;
}

bool sq_bits_empty(const sq_bits *bits)
{
    for (int i = 0; i < SQ_BITS_WORDS; i++)
        if (bits->word[i]) return false;
    return true;
}

sq_program sq_build_constant(sq_build *b, double value)
{
    sq_program begun = sq_code_begin(&b->compiler);
    if (!sq_code_const(&b->compiler, value)) sq_build_no_memory(b);
    return sq_code_end(&b->compiler, begun);
}

bool sq_build_depth_fits(sq_build *b, sq_program program, sq_place place)
{
    static const int pops[SQ_OP_COUNT] = {
#define X(name, n) n,
        SQ_OP_LIST(X)
#undef X
    };
    int depth = 0, deepest = 0;
    for (uint32_t i = program.first; i < program.first + program.count; i++) {
        depth += 1 - pops[b->compiler.code.items[i].code];
        if (depth > deepest) deepest = depth;
    }
    if (deepest <= SQ_STACK_DEPTH) return true;
    return sq_diag_error(
        b->diags, place,
        "this is nested too deeply: it needs %d values at once, %d are possible; name a "
        "part of it as an attribute or a parameter",
        deepest, SQ_STACK_DEPTH);
}
