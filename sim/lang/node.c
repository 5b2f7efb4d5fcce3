/* YAML as a tree with places. libyaml's scanner and parser do the reading, for their marks are
 * exact; their events are turned into nodes here and everything of YAML that a study does not need
 * is refused: what is left means the same to every reader. Characters are checked before libyaml
 * sees them, so that its reader never fails, and its complaints are put into the words of somebody
 * who writes a study. */
#include "lang/node.h"

#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

typedef struct reader {
    yaml_parser_t parser;
    sq_arena *arena;
    const sq_source *source;
    sq_diags *diags;
    sq_place end; /* after the last character */
} reader;

/* At its end libyaml pretends a line break that the file may not have. */
static sq_place place_of(const reader *r, yaml_mark_t mark)
{
    if (mark.line >= (size_t)r->end.line) return r->end;
    return (sq_place){r->source, (int)mark.line + 1,
                      (int)mark.column + 1}; /* a file has fewer than 2^31 */
}

static sq_node *out_of_memory(reader *r)
{
    r->diags->out_of_memory = true;
    return NULL;
}

/* ---- characters ----------------------------------------------------------------------- */

/* The code point at p and its length; 0 if these bytes are not UTF-8. */
static size_t decode(const unsigned char *p, size_t left, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = *p < 0x80 ? 1 : *p < 0xC0 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : *p < 0xF8 ? 4 : 0;
    if (n == 0 || n > left) return 0;
    *code = n == 1 ? *p : *p & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
        *code = *code << 6 | (p[i] & 0x3Fu);
    }
    bool valid = *code >= least[n] && *code <= 0x10FFFF && !(*code >= 0xD800 && *code <= 0xDFFF);
    return valid ? n : 0;
}

static bool is_break(uint32_t c)
{
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_allowed(uint32_t c)
{
    if (c < 0xA0)
        return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || (c >= 0x20 && c < 0x7F);
    return c != 0xFEFF && c != 0xFFFE && c != 0xFFFF;
}

static bool wrong_bytes(reader *r, sq_place place, const unsigned char *p, size_t left)
{
    bool wide = place.line == 1 && place.column == 1 && left > 1
                && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF));
    if (wide) return sq_diag_error(r->diags, place, "this file is UTF-16; save it as UTF-8");
    return sq_diag_error(r->diags, place, "byte 0x%02X is not UTF-8; save the file as UTF-8", *p);
}

/* Reports the first character that may not stand in a file; notes where the file ends. */
static bool check_characters(reader *r, const char *text, size_t size)
{
    const unsigned char *p = (const unsigned char *)text;
    sq_place place = {r->source, 1, 1};
    for (size_t i = 0, n; i < size; i += n) {
        uint32_t c = 0;
        n = decode(p + i, size - i, &c);
        if (n == 0) return wrong_bytes(r, place, p + i, size - i);
        if (c == 0) return sq_diag_error(r->diags, place, "a NUL byte; is this a text file?");
        if (!is_allowed(c))
            return sq_diag_error(r->diags, place, "a control character (U+%04X)", (unsigned)c);
        bool first_of_two = c == '\r' && i + 1 < size && p[i + 1] == '\n';
        place.column++;
        if (is_break(c) && !first_of_two) {
            place.line++;
            place.column = 1;
        }
    }
    r->end = place;
    return true;
}

/* ---- libyaml's complaints ------------------------------------------------------------- */

/* What libyaml says and what we say; with `opened` the place where the construct began is told too.
 */
static const struct {
    const char *theirs, *ours;
    bool opened;
} complaints[] = {
    {"found a tab character", "a tab cannot indent; expected blanks", false},
    {"mapping values are not allowed",
     "a second ': ' on this line; expected one 'key: value' a line, and "
     "quotes around a text that holds ': '",
     false},
    {"could not find expected ':'", "expected ':' after this key", true},
    {"did not find expected key", "expected a key at the indentation of the map it belongs to",
     true},
    {"did not find expected '-'", "expected '- ' at the indentation of the list it belongs to",
     true},
    {"did not find expected ',' or '}'", "expected ',' or '}'", true},
    {"did not find expected ',' or ']'", "expected ',' or ']'", true},
    {"found unexpected end of stream", "expected a closing quote before the end of the file", true},
    {"found unexpected document indicator",
     "expected a closing quote before the end of the document", true},
    {"did not find expected node content", "expected a value", false},
    {"found unknown escape character",
     "an unknown escape; expected one such as \\n or \\\" after \\ (in "
     "single quotes \\ stands for itself)",
     false},
    {"block sequence entries are not allowed",
     "a list entry cannot stand here; expected the list on lines of "
     "its own below the key",
     false},
    {"block mapping entries are not allowed", "a '? ' cannot stand here", false},
    {"block mapping keys are not allowed", "a '? ' cannot stand here", false},
    {"mapping keys are not allowed", "a '? ' cannot stand here", false},
    {"did not find expected <document start>",
     "expected nothing more: the document ended before this", false},
    {"did not find expected alphabetic",
     "a value cannot begin with '*' or '&': anchors and aliases are not "
     "allowed, and a text is put in quotes",
     false},
    {"did not find expected a comment or a line break", "expected a line break after this", false},
    {"did not find expected comment or line break", "expected a line break after this", false},
    {"found undefined tag handle", "tags ('!') are not allowed", false},
    {"found incompatible YAML document", "directives ('%') are not allowed", false},
    {"found unknown directive name", "directives ('%') are not allowed", false},
    {"found duplicate %", "directives ('%') are not allowed", false},
    {"found extra ", "the indentation of this block of text is not clear", false},
    {"found an indentation indicator equal to 0",
     "the indentation of this block of text cannot be 0", false},
};

static bool holds(const char *text, const char *part) { return text && strstr(text, part) != NULL; }

/* Whether libyaml was in the middle of something that begins with this character. */
static bool scanning(const yaml_parser_t *p)
{
    return holds(p->context, "directive") || holds(p->context, "tag");
}

static bool complain_character(reader *r, sq_place place)
{
    size_t length;
    const char *line = sq_source_line(r->source, place.line, &length);
    size_t at = 0;
    for (int column = 1; line && column < place.column && at < length; column++) {
        at++;
        while (at < length && ((unsigned char)line[at] & 0xC0) == 0x80) at++;
    }
    char c = line && at < length ? line[at] : '\0';
    if (c == '\t') return sq_diag_error(r->diags, place, "a tab cannot indent; expected blanks");
    if (c == '%')
        return sq_diag_error(r->diags, place,
                             "directives are not allowed, and a value cannot "
                             "begin with '%%': put a text in quotes");
    return sq_diag_error(r->diags, place, "a value cannot begin with '%c'; put it in quotes",
                         c ? c : '?');
}

/* Whether the line holds a key whose colon no blank follows; where the colon stands. */
static bool line_lacks_blank(const reader *r, yaml_mark_t mark, sq_place *colon)
{
    size_t length;
    *colon = place_of(r, mark);
    const char *line = sq_source_line(r->source, colon->line, &length);
    if (!line || mark.column >= length) return false;
    const char *found = memchr(line + mark.column, ':', length - mark.column);
    if (!found || found + 1 == line + length || found[1] == ' ') return false;
    for (const char *c = line; c < found; c++)
        if ((unsigned char)*c >= 0x80) return false; /* columns count characters, not bytes */
    colon->column = (int)(found - line) + 1;
    return true;
}

/* Whether a bracket inside braces was the stumbling block: an interval or an element without quotes. */
static bool is_bracket_in_braces(const reader *r, sq_place place)
{
    const yaml_parser_t *p = &r->parser;
    size_t length, from = 0;
    if (!holds(p->problem, "did not find expected ',' or '}'")) return false;
    const char *line = sq_source_line(r->source, place.line, &length);
    size_t end = (size_t)place.column < length ? (size_t)place.column : length;
    for (size_t i = 0; line && i < end; i++)
        if (line[i] == '{' || line[i] == ',') from = i;
    return line && memchr(line + from, '[', end - from) != NULL;
}

static bool complain(reader *r)
{
    const yaml_parser_t *p = &r->parser;
    sq_place colon;
    if (holds(p->problem, "could not find expected ':'") && p->context &&
        line_lacks_blank(r, p->context_mark, &colon))
        return sq_diag_error(r->diags, colon, "a blank is missing after this colon");
    if (p->error == YAML_MEMORY_ERROR) return out_of_memory(r) != NULL;
    sq_place place = place_of(r, p->problem_mark);
    if (p->error == YAML_READER_ERROR) place = (sq_place){r->source, 0, 0};
    if (holds(p->problem, "cannot start any token")) return complain_character(r, place);
    if (scanning(p))
        return sq_diag_error(r->diags, place, "tags ('!') and directives ('%%') are not allowed");
    if (is_bracket_in_braces(r, place))
        return sq_diag_error(r->diags, place,
                             "expected ',' or '}': a key or value with [ ] inside { } needs quotes, as in "
                             "{\"courses[cart]\": \"0.62 [0.48, 0.80]\"}");
    for (size_t i = 0; i < sizeof complaints / sizeof complaints[0]; i++) {
        if (!holds(p->problem, complaints[i].theirs)) continue;
        if (!complaints[i].opened || !p->context)
            return sq_diag_error(r->diags, place, "%s", complaints[i].ours);
        return sq_diag_error(r->diags, place, "%s (it began at line %zu, column %zu)",
                             complaints[i].ours, p->context_mark.line + 1,
                             p->context_mark.column + 1);
    }
    return sq_diag_error(r->diags, place, "this is not YAML: %s",
                         p->problem ? p->problem : "unknown");
}

/* ---- events to nodes ------------------------------------------------------------------ */

static bool next(reader *r, yaml_event_t *event)
{
    return yaml_parser_parse(&r->parser, event) ? true : complain(r);
}

static sq_node *new_node(reader *r, sq_node_kind kind, sq_place place)
{
    sq_node *node = sq_arena_alloc(r->arena, sizeof *node);
    if (!node) return out_of_memory(r);
    node->kind = kind;
    node->place = place;
    return node;
}

static bool is_null(const char *text)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0) return true;
    return false;
}

static sq_node *scalar(reader *r, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    yaml_scalar_style_t style = event->data.scalar.style;
    bool block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    bool quoted =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    sq_place place = place_of(r, event->start_mark);
    if (memchr(text, '\0', length)) {
        sq_diag_error(r->diags, place, "this text holds a NUL character");
        return NULL;
    }
    if (quoted) place.column++;
    bool null = !quoted && !block && is_null(text);
    sq_node *node = new_node(r, null ? SQ_NODE_NULL : SQ_NODE_SCALAR, place);
    if (!node || null) return node;
    node->quoted = quoted || block;
    node->many_lines = block || event->start_mark.line != event->end_mark.line;
    node->text = sq_arena_text(r->arena, text, length);
    return node->text ? node : out_of_memory(r);
}

typedef SQ_VEC(sq_node *) nodes;
typedef struct entries {
    nodes values;
    SQ_VEC(const char *) keys;
    SQ_VEC(sq_place) places;
} entries;

static sq_node *value(reader *r, const yaml_event_t *event, int depth);

static sq_node *copy_list(reader *r, sq_node *node, const nodes *items)
{
    node->count = (int)items->count;
    node->item = sq_arena_array(r->arena, items->count, sizeof *node->item);
    if (!node->item) return out_of_memory(r);
    if (items->count > 0) memcpy(node->item, items->items, items->count * sizeof *node->item);
    return node;
}

static sq_node *list(reader *r, const yaml_event_t *start, int depth)
{
    nodes items = {0};
    sq_node *node = new_node(r, SQ_NODE_LIST, place_of(r, start->start_mark));
    while (node) {
        yaml_event_t event;
        if (!next(r, &event)) {
            node = NULL;
            break;
        }
        bool ended = event.type == YAML_SEQUENCE_END_EVENT;
        sq_node *item = ended ? NULL : value(r, &event, depth + 1);
        yaml_event_delete(&event);
        if (ended) break;
        if (!item)
            node = NULL;
        else if (!sq_vec_push(&items, item))
            node = out_of_memory(r);
    }
    if (node) node = copy_list(r, node, &items);
    free(items.items);
    return node;
}

static bool key_fits(reader *r, const sq_node *key)
{
    if (key->kind == SQ_NODE_NULL)
        return sq_diag_error(r->diags, key->place, "expected a key before ':'");
    if (key->kind != SQ_NODE_SCALAR)
        return sq_diag_error(r->diags, key->place, "a key must be a text, not a list or a map");
    if (!key->quoted && strcmp(key->text, "<<") == 0)
        return sq_diag_error(r->diags, key->place, "merge keys ('<<') are not allowed; write the keys out");
    return true;
}

/* One key and its value; false at the end of the map too, with *ended set. */
static bool entry(reader *r, entries *into, int depth, bool *ended)
{
    yaml_event_t event;
    if (!next(r, &event)) return false;
    *ended = event.type == YAML_MAPPING_END_EVENT;
    bool is_nothing = event.type == YAML_SCALAR_EVENT && event.data.scalar.length > 0
                      && event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
                      && is_null((const char *)event.data.scalar.value);
    sq_node *key = *ended ? NULL : value(r, &event, depth + 1);
    if (key && is_nothing) { /* `null:` and `~:` are texts like any other key */
        key->kind = SQ_NODE_SCALAR;
        key->text = sq_arena_text(r->arena, (const char *)event.data.scalar.value,
                                  event.data.scalar.length);
        if (!key->text) key = out_of_memory(r);
    }
    yaml_event_delete(&event);
    if (!key || !key_fits(r, key) || !next(r, &event)) return false;
    sq_node *item = value(r, &event, depth + 1);
    yaml_event_delete(&event);
    if (!item) return false;
    bool kept = sq_vec_push(&into->keys, key->text) && sq_vec_push(&into->places, key->place)
                && sq_vec_push(&into->values, item);
    return kept ? true : out_of_memory(r) != NULL;
}

typedef struct ranked_key {
    const char *key;
    size_t index;
} ranked_key;

static int compare_keys(const void *a, const void *b)
{
    const ranked_key *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Sorted, so that a map of a million keys does not take a million squared comparisons. */
static bool keys_differ(reader *r, const entries *e)
{
    size_t n = e->keys.count;
    bool differ = true;
    ranked_key *sorted = malloc((n + 1) * sizeof *sorted);
    if (!sorted) return out_of_memory(r) != NULL;
    for (size_t i = 0; i < n; i++) sorted[i] = (ranked_key){e->keys.items[i], i};
    qsort(sorted, n, sizeof *sorted, compare_keys);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(sorted[i - 1].key, sorted[i].key) != 0) continue;
        sq_place first = e->places.items[sorted[i - 1].index];
        differ = sq_diag_error(
            r->diags, e->places.items[sorted[i].index],
            "the key '%s' stands here a second time; the first is at line %d, column %d",
            sorted[i].key, first.line, first.column);
    }
    free(sorted);
    return differ;
}

static sq_node *copy_map(reader *r, sq_node *node, const entries *e)
{
    size_t n = e->keys.count;
    const char **keys = sq_arena_array(r->arena, n, sizeof *keys);
    sq_place *places = sq_arena_array(r->arena, n, sizeof *places);
    if (!keys || !places) return out_of_memory(r);
    for (size_t i = 0; i < n; i++) {
        keys[i] = e->keys.items[i];
        places[i] = e->places.items[i];
    }
    node->key = keys;
    node->key_place = places;
    return copy_list(r, node, &e->values);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* {value: 0,78} is a map of `value` and of a key `78` with nothing, which touches the comma. */
static bool is_decimal_comma(const entries *e, size_t i)
{
    const sq_node *before = e->values.items[i - 1];
    sq_place place = e->places.items[i];
    size_t n = before->kind == SQ_NODE_SCALAR && !before->quoted ? strlen(before->text) : 0;
    return n > 0 && is_digit(before->text[n - 1]) && is_digit(e->keys.items[i][0]) &&
           e->values.items[i]->kind == SQ_NODE_NULL && place.line == before->place.line &&
           place.column == before->place.column + (int)n + 1;
}

/* Reports decimal commas and joins what they part, so that nothing else is said of the pieces. */
static bool join_decimal_commas(reader *r, entries *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->keys.count; i++) {
        if (i > 0 && is_decimal_comma(e, i)) {
            sq_node *before = e->values.items[i - 1];
            before->text = sq_arena_format(r->arena, "%s.%s", before->text, e->keys.items[i]);
            if (!before->text) return out_of_memory(r) != NULL;
            sq_diag_error(r->diags, before->place, "write %.40s: a comma separates", before->text);
            continue;
        }
        e->keys.items[kept] = e->keys.items[i];
        e->places.items[kept] = e->places.items[i];
        e->values.items[kept++] = e->values.items[i];
    }
    e->keys.count = e->places.count = e->values.count = kept;
    return true;
}

static sq_node *map(reader *r, const yaml_event_t *start, int depth)
{
    entries e = {0};
    bool ended = false;
    sq_node *node = new_node(r, SQ_NODE_MAP, place_of(r, start->start_mark));
    while (node && entry(r, &e, depth, &ended)) continue;
    bool whole = node && ended && join_decimal_commas(r, &e) && keys_differ(r, &e);
    node = whole ? copy_map(r, node, &e) : NULL;
    free(e.keys.items);
    free(e.places.items);
    free(e.values.items);
    return node;
}

/* What YAML offers and a study does without; NULL if the event is plain. */
static const char *refused(const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return "aliases ('*') are not allowed; put a text that begins with '*' in quotes";
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default: break;
    }
    if (anchor) return "anchors ('&') are not allowed; put a text that begins with '&' in quotes";
    bool bare_tag = event->type == YAML_SCALAR_EVENT && !event->data.scalar.plain_implicit
                    && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return tag || bare_tag ? "tags ('!') are not allowed; put a text that begins with '!' in quotes"
                           : NULL;
}

static sq_node *value(reader *r, const yaml_event_t *event, int depth)
{
    sq_place place = place_of(r, event->start_mark);
    const char *problem = refused(event);
    if (problem) {
        sq_diag_error(r->diags, place, "%s", problem);
        return NULL;
    }
    if (depth > SQ_NODE_DEPTH) {
        sq_diag_error(r->diags, place, "lists and maps are nested deeper than %d", SQ_NODE_DEPTH);
        return NULL;
    }
    if (event->type == YAML_SEQUENCE_START_EVENT) return list(r, event, depth);
    if (event->type == YAML_MAPPING_START_EVENT) return map(r, event, depth);
    return scalar(r, event);
}

/* ---- the document --------------------------------------------------------------------- */

static bool has_directives(const yaml_event_t *e)
{
    return e->data.document_start.version_directive
           || e->data.document_start.tag_directives.start
                  != e->data.document_start.tag_directives.end;
}

/* The content between the start and the end of the only document. */
static sq_node *document(reader *r, const yaml_event_t *start)
{
    yaml_event_t event;
    if (has_directives(start)) {
        sq_diag_error(r->diags, place_of(r, start->start_mark),
                      "directives ('%%') are not allowed");
        return NULL;
    }
    if (!next(r, &event)) return NULL;
    sq_node *node = value(r, &event, 1);
    yaml_event_delete(&event);
    if (!node || !next(r, &event)) return NULL; /* the document's end */
    yaml_event_delete(&event);
    if (!next(r, &event)) return NULL;
    if (event.type != YAML_STREAM_END_EVENT) {
        sq_diag_error(r->diags, place_of(r, event.start_mark),
                      "a second document; expected one per file");
        node = NULL;
    }
    yaml_event_delete(&event);
    return node;
}

static sq_node *stream(reader *r)
{
    yaml_event_t event;
    if (!next(r, &event)) return NULL; /* the stream's start */
    yaml_event_delete(&event);
    if (!next(r, &event)) return NULL;
    bool empty = event.type == YAML_STREAM_END_EVENT;
    sq_node *node =
        empty ? new_node(r, SQ_NODE_NULL, (sq_place){r->source, 1, 1}) : document(r, &event);
    yaml_event_delete(&event);
    return node;
}

const sq_node *sq_node_parse(sq_arena *arena, const sq_source *source, sq_diags *diags)
{
    reader r = {.arena = arena, .source = source, .diags = diags};
    const char *text = source->text;
    size_t size = source->size;
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        size -= 3;
    }
    if (size > SQ_SOURCE_BYTES) {
        sq_diag_error(diags, (sq_place){source, 0, 0}, "too large: at most %d MiB of YAML are read",
                      SQ_SOURCE_BYTES >> 20);
        return NULL;
    }
    if (!check_characters(&r, text, size)) return NULL;
    if (!yaml_parser_initialize(&r.parser)) return out_of_memory(&r);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
    const sq_node *root = stream(&r);
    yaml_parser_delete(&r.parser);
    return root;
}

/* ---- looking into the tree ------------------------------------------------------------ */

static int index_of(const sq_node *map, const char *key)
{
    if (!map || map->kind != SQ_NODE_MAP) return -1;
    for (int i = 0; i < map->count; i++)
        if (strcmp(map->key[i], key) == 0) return i;
    return -1;
}

const sq_node *sq_node_get(const sq_node *map, const char *key)
{
    int i = index_of(map, key);
    return i < 0 ? NULL : map->item[i];
}

int sq_node_one_or_more(const sq_node *node)
{
    return node->kind == SQ_NODE_LIST ? node->count : 1;
}

const sq_node *sq_node_one_of(const sq_node *node, int i)
{
    return node->kind == SQ_NODE_LIST ? node->item[i] : node;
}

sq_place sq_node_key_place(const sq_node *map, const char *key)
{
    int i = index_of(map, key);
    return i < 0 ? map->place : map->key_place[i];
}

static bool is_among(const char *key, const char *const *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, known[i]) == 0) return true;
    return false;
}

/* `goto:progressed` is one word to YAML; a key that is followed by its value would be two. */
static bool lacks_blank(const char *text, const char *const *known, size_t n)
{
    const char *colon = strchr(text, ':');
    if (!colon || colon[1] == '\0') return false;
    size_t length = (size_t)(colon - text);
    for (size_t i = 0; i < n; i++)
        if (strlen(known[i]) == length && memcmp(known[i], text, length) == 0) return true;
    return false;
}

static bool explain_key(const sq_node *map, int i, const char *const *known, size_t n,
                        sq_diags *diags)
{
    const char *key = map->key[i], *colon = strchr(key, ':');
    if (map->item[i]->kind != SQ_NODE_NULL || !lacks_blank(key, known, n)) return false;
    sq_diag_error(diags, map->key_place[i], "a blank is missing after the colon: write '%.*s: %s'",
                  (int)(colon - key), key, colon + 1);
    return true;
}

bool sq_node_known_keys(const sq_node *map, const char *what, const char *const *known,
                        sq_diags *diags)
{
    bool all = true;
    size_t n = 0;
    while (known[n]) n++;
    for (int i = 0; map->kind == SQ_NODE_MAP && i < map->count; i++) {
        if (is_among(map->key[i], known, n)) continue;
        all = false;
        if (explain_key(map, i, known, n, diags)) continue;
        all = sq_diag_error(diags, map->key_place[i], "unknown key '%s' in %s%s", map->key[i], what,
                            sq_diag_keys(diags, map->key[i], known, n));
    }
    return all;
}

bool sq_node_expect(const sq_node *node, sq_node_kind kind, const char *what, sq_diags *diags)
{
    static const char *const found[] = {"nothing", "a text", "a list", "a map"};
    if (node->kind == kind) return true;
    bool is_text = kind == SQ_NODE_MAP && node->kind == SQ_NODE_SCALAR && !node->quoted;
    const char *colon = is_text ? strchr(node->text, ':') : NULL;
    if (colon && colon[1] && colon[1] != '/')
        return sq_diag_error(diags, node->place,
                             "a blank is missing after the colon: write '%.*s: %.60s'",
                             (int)(colon - node->text), node->text, colon + 1);
    return sq_diag_error(diags, node->place, "expected %s, found %s", what, found[node->kind]);
}
