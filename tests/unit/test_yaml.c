/* lang: files, YAML as a tree with places, and diagnostics as they are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lang/node.h"

typedef struct desk {
    sq_arena arena;
    sq_diags diags;
    sq_source source;
    const sq_node *root;
} desk;

static void read_bytes(desk *d, const char *text, size_t size)
{
    *d = (desk){.source = {.path = "a.yaml", .text = text, .size = size}};
    d->root = sq_node_parse(&d->arena, &d->source, &d->diags);
    assert_int_equal(d->root == NULL, d->diags.n_errors > 0);
}

static void read_text(desk *d, const char *text) { read_bytes(d, text, strlen(text)); }

static void clear(desk *d)
{
    sq_diags_free(&d->diags);
    sq_arena_free(&d->arena);
}

static void assert_place(sq_place place, int line, int column)
{
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

/* The text is refused at this place with a sentence that holds the phrase. */
static void assert_refused_bytes(const char *text, size_t size, int line, int column,
                                 const char *phrase)
{
    desk d;
    read_bytes(&d, text, size);
    if (d.root) fail_msg("accepted: %s", text);
    const sq_diag *diag = &d.diags.items[0];
    bool right =
        strstr(diag->text, phrase) && diag->place.line == line && diag->place.column == column;
    if (!right)
        fail_msg("%s\n -> %d:%d: %s\n expected %d:%d: %s", text, diag->place.line,
                 diag->place.column, diag->text, line, column, phrase);
    clear(&d);
}

static void assert_refused(const char *text, int line, int column, const char *phrase)
{
    assert_refused_bytes(text, strlen(text), line, column, phrase);
}

/* ---- trees ---------------------------------------------------------------------------- */

static void test_tree(void **state)
{
    (void)state;
    desk d;
    read_text(
        &d,
        "# comment\nmodel: relapsed\nlist: [a, 'b c', ~]\nmap:\n  é: {x: 1, y: \"2\"}\n  none:\n");
    assert_int_equal(d.root->kind, SQ_NODE_MAP);
    assert_int_equal(d.root->count, 3);
    const sq_node *model = sq_node_get(d.root, "model");
    assert_string_equal(model->text, "relapsed");
    assert_false(model->quoted);
    assert_place(model->place, 2, 8);
    assert_place(sq_node_key_place(d.root, "model"), 2, 1);
    const sq_node *list = sq_node_get(d.root, "list");
    assert_int_equal(list->kind, SQ_NODE_LIST);
    assert_int_equal(list->count, 3);
    assert_string_equal(list->item[1]->text, "b c");
    assert_true(list->item[1]->quoted);
    assert_place(list->item[1]->place, 3, 12); /* inside the quote */
    assert_int_equal(list->item[2]->kind, SQ_NODE_NULL);
    const sq_node *map = sq_node_get(d.root, "map");
    assert_place(sq_node_get(map, "é")->place, 5, 6); /* characters, not bytes */
    assert_string_equal(sq_node_get(sq_node_get(map, "é"), "y")->text, "2");
    assert_int_equal(sq_node_get(map, "none")->kind, SQ_NODE_NULL);
    assert_null(sq_node_get(map, "absent"));
    assert_null(sq_node_get(list, "x"));
    assert_place(sq_node_key_place(map, "absent"), 5, 3);
    clear(&d);
}

static void test_scalars_keep_their_text(void **state)
{
    (void)state;
    desk d;
    read_text(
        &d,
        "- 'null'\n- ''\n- null\n- Null\n-\n- nothing\n- 0x10\n- \"a\\tb\"\n- |\n  two\n  lines\n"
        "- >-\n  one\n- a\n  b\n- 5to50\n");
    const sq_node *r = d.root;
    assert_int_equal(r->count, 12);
    assert_string_equal(r->item[0]->text, "null");
    assert_string_equal(r->item[1]->text, "");
    for (int i = 2; i < 5; i++) assert_int_equal(r->item[i]->kind, SQ_NODE_NULL);
    assert_string_equal(r->item[6]->text, "0x10");
    assert_string_equal(r->item[7]->text, "a\tb");
    assert_string_equal(r->item[8]->text, "two\nlines\n");
    assert_string_equal(r->item[9]->text, "one");
    assert_string_equal(r->item[10]->text, "a b");
    for (int i = 0; i < 12; i++) assert_int_equal(r->item[i]->many_lines, i >= 8 && i <= 10);
    clear(&d);
}

static void test_empty_documents(void **state)
{
    (void)state;
    const char *const texts[] = {"",      "\n\n",       "# only a comment\n",
                                 "---\n", "---\n...\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        desk d;
        read_text(&d, texts[i]);
        assert_non_null(d.root);
        assert_int_equal(d.root->kind, SQ_NODE_NULL);
        clear(&d);
    }
}

static void test_byte_order_mark_and_line_ends(void **state)
{
    (void)state;
    desk d;
    read_text(&d, "\xEF\xBB\xBFkey: a\r\nnext: b\rlast: c\xE2\x80\xA8 # end\nyes: d\n");
    assert_place(sq_node_get(d.root, "key")->place, 1, 6);
    assert_place(sq_node_get(d.root, "next")->place, 2, 7);
    assert_place(sq_node_get(d.root, "last")->place, 3, 7);
    assert_place(sq_node_get(d.root, "yes")->place, 5, 6);
    size_t length;
    const char *line = sq_source_line(&d.source, 1, &length);
    assert_int_equal(length, 6);
    assert_memory_equal(line, "key: a", 6);
    line = sq_source_line(&d.source, 5, &length);
    assert_memory_equal(line, "yes: d", length);
    assert_null(sq_source_line(&d.source, 7, &length));
    clear(&d);
}

/* ---- what is refused ------------------------------------------------------------------ */

static void test_parts_of_yaml_that_are_refused(void **state)
{
    (void)state;
    assert_refused("a: &x 1\n", 1, 4, "anchors");
    assert_refused("a: &x [1]\n", 1, 4, "anchors");
    assert_refused("a: 1\nb: *x\n", 2, 4, "aliases");
    assert_refused("a: !!str 1\n", 1, 4, "tags");
    assert_refused("a: !x {b: c}\n", 1, 4, "tags");
    assert_refused("a: ! b\n", 1, 4, "tags");
    assert_refused("%YAML 1.2\n---\na: b\n", 1, 1, "directives");
    assert_refused("%TAG ! tag:x,2000:\n---\na: b\n", 1, 1, "directives");
    assert_refused("a: 1\n---\nb: 2\n", 2, 1, "second document");
    assert_refused("a: 1\n<<: {b: 2}\n", 2, 1, "merge");
    assert_refused("[a, b]: 1\n", 1, 1, "key must be a text");
    assert_refused("? {a: b}\n: 1\n", 1, 3, "key must be a text");
    assert_refused(": 1\n", 1, 1, "expected a key");
    assert_refused("a: \"x\\0y\"\n", 1, 4, "NUL");
}

static void test_duplicate_keys_name_both_places(void **state)
{
    (void)state;
    assert_refused("a: 1\nb: 2\n'a': 3\n", 3, 2, "the first is at line 1, column 1");
    assert_refused("x: {a: 1, b: 2, a: 3}\n", 1, 17, "the first is at line 1, column 5");
    desk d;
    read_text(&d, "a: 1\nb: 2\na: 3\nb: 4\na: 5\n");
    assert_int_equal(d.diags.n_errors, 3);
    clear(&d);
}

static void test_syntax_errors(void **state)
{
    (void)state;
    assert_refused("a:\n\t- b\n", 2, 1, "tab");
    assert_refused("a:\n  b: 1\n\tc: 2\n", 3, 1, "tab");
    assert_refused("a: b: c\n", 1, 5, "one 'key: value' a line");
    assert_refused("a: [1, 2\nb: 3\n", 2, 2, "expected ',' or ']'");
    assert_refused("a: {b: 1\nc: 2\n", 2, 2, "expected ',' or '}'");
    assert_refused("a: 'open\nb: 2\n", 3, 1, "closing quote");
    assert_refused("a: 1\n  b: 2\n", 2, 4, "key: value");
    assert_refused("a:\n    b: 1\n  c: 2\n", 3, 3, "indentation");
    assert_refused("a:\n  - 1\n  b: 2\n", 3, 3, "expected '- '");
    assert_refused("a: @b\n", 1, 4, "cannot begin with '@'");
    assert_refused("a: `b`\n", 1, 4, "cannot begin with '`'");
    assert_refused("a: %b\n", 1, 4, "%");
    assert_refused("a: \"\\q\"\n", 1, 5, "escape");
    assert_refused("a: 1\nplain\nb: 2\n", 3, 1, "expected ':'");
    assert_refused("a: - b\n", 1, 4, "list entry");
    assert_refused("[a] b\n", 1, 5, "expected nothing more");
    assert_refused("a: }\n", 1, 4, "expected a value");
    assert_refused("a: [b", 1, 6, "expected ',' or ']'"); /* the end of a file without a line end */
}

static void test_bytes_that_are_not_text(void **state)
{
    (void)state;
    assert_refused_bytes("a: b\n\0c: d\n", 12, 2, 1, "NUL");
    assert_refused("a: \xE9t\xE9\n", 1, 4, "0xE9 is not UTF-8");
    assert_refused("a: é\xC3\n", 1, 5, "not UTF-8");
    assert_refused("\xC0\xAF", 1, 1, "not UTF-8");
    assert_refused("\xED\xA0\x80", 1, 1, "not UTF-8");
    assert_refused("\xF4\x90\x80\x80", 1, 1, "not UTF-8");
    assert_refused_bytes("\xFF\xFE"
                         "a\0",
                         4, 1, 1, "UTF-16");
    assert_refused("a: \x1B[31m\n", 1, 4, "control character (U+001B)");
    assert_refused("a: \xC2\x81\n", 1, 4, "control character");
}

/* depth opening brackets, then as many closing ones. */
static char *brackets(size_t depth)
{
    char *text = calloc(2 * depth + 1, 1);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return text;
}

static void test_depth_and_size_are_bounded(void **state)
{
    (void)state;
    desk d;
    char *text = brackets(64);
    read_text(&d, text);
    assert_non_null(d.root);
    clear(&d);
    free(text);
    text = brackets(65);
    assert_refused(text, 1, 65, "nested deeper than 64");
    free(text);
    text = brackets(100000);
    assert_refused(text, 1, 65, "nested deeper than 64");
    free(text);
    text = malloc(SQ_SOURCE_BYTES + 2);
    memset(text, ' ', SQ_SOURCE_BYTES + 1);
    assert_refused_bytes(text, SQ_SOURCE_BYTES + 1, 0, 0, "too large");
    free(text);
}

static void test_many_keys_are_read_fast(void **state)
{
    (void)state;
    enum { KEYS = 100000 };
    char *text = malloc(KEYS * 16), *end = text;
    for (int i = 0; i < KEYS; i++) end += sprintf(end, "k%d: %d\n", i, i);
    desk d;
    read_text(&d, text);
    assert_int_equal(d.root->count, KEYS);
    clear(&d);
    free(text);
}

/* ---- asking the tree ------------------------------------------------------------------ */

static void test_known_keys_and_kinds(void **state)
{
    (void)state;
    static const char *const known[] = {"time", "hazard ratio", "goto", NULL};
    desk d;
    read_text(&d, "hazard ration: 2\ngoto: dead\nzzz: 1\n");
    assert_false(sq_node_known_keys(d.root, "an event", known, &d.diags));
    assert_int_equal(d.diags.n_errors, 2);
    assert_string_equal(d.diags.items[0].text,
                        "unknown key 'hazard ration' in an event; did you mean 'hazard ratio'?");
    assert_string_equal(d.diags.items[1].text,
                        "unknown key 'zzz' in an event; its keys: time, hazard ratio, goto");
    assert_false(
        sq_node_expect(sq_node_get(d.root, "goto"), SQ_NODE_MAP, "a map of events", &d.diags));
    assert_string_equal(d.diags.items[2].text, "expected a map of events, found a text");
    assert_true(sq_node_expect(d.root, SQ_NODE_MAP, "a map of events", &d.diags));
    clear(&d);
}

/* ---- diagnostics ---------------------------------------------------------------------- */

static void assert_shown(const desk *d, const char *expected)
{
    char *shown = sq_diags_render(&d->diags);
    assert_string_equal(shown, expected);
    free(shown);
}

static void test_rendering(void **state)
{
    (void)state;
    desk d;
    read_text(&d, "a: 1\nb: é \t# x\nc: 3\n");
    sq_source other = {"-", "x\n", 2, NULL};
    sq_diag_error(&d.diags, (sq_place){&d.source, 3, 4}, "later %s", "on");
    sq_diag_error(&d.diags, (sq_place){&other, 1, 1}, "another\x1B file");
    sq_diag_warning(&d.diags, (sq_place){&d.source, 2, 7}, "a tab");
    sq_diag_error(&d.diags, (sq_place){&d.source, 0, 0}, "as a whole");
    sq_diag_error(&d.diags, (sq_place){NULL, 0, 0}, "--set x");
    sq_diag_error(&d.diags, (sq_place){&d.source, 3, 4}, "later on");
    assert_int_equal(d.diags.n_errors, 4);
    assert_int_equal(d.diags.n_warnings, 1);
    assert_shown(&d, "a.yaml: as a whole\n"
                     "a.yaml:2:7: warning: a tab\n"
                     "     2 | b: é    # x\n"
                     "       |         ^\n"
                     "a.yaml:3:4: later on\n"
                     "     3 | c: 3\n"
                     "       |    ^\n"
                     "standard input:1:1: another? file\n"
                     "     1 | x\n"
                     "       | ^\n"
                     "command line: --set x\n");
    assert_string_equal(sq_place_text(&d.arena, (sq_place){&d.source, 3, 4}), "a.yaml:3:4");
    assert_string_equal(sq_place_text(&d.arena, (sq_place){&d.source, 0, 0}), "a.yaml");
    assert_string_equal(sq_place_text(&d.arena, (sq_place){NULL, 0, 0}), "command line");
    clear(&d);
}

static void test_caret_past_the_end(void **state)
{
    (void)state;
    desk d;
    read_text(&d, "ab: \n");
    sq_diag_error(&d.diags, (sq_place){&d.source, 1, 5}, "end");
    sq_diag_error(&d.diags, (sq_place){&d.source, 2, 1}, "after");
    assert_shown(&d, "a.yaml:1:5: end\n     1 | ab:\n       |     ^\n"
                     "a.yaml:2:1: after\n     2 |\n       | ^\n");
    clear(&d);
}

static void test_a_very_long_line_is_cut(void **state)
{
    (void)state;
    enum { LENGTH = 10000000 };
    char *text = malloc(LENGTH + 1);
    memset(text, 'x', LENGTH);
    text[LENGTH] = '\0';
    memcpy(text + 5000000, "<here>", 6);
    sq_source source = {"a.yaml", text, LENGTH, NULL};
    sq_diags diags = {0};
    sq_diag_error(&diags, (sq_place){&source, 1, 5000002}, "far away");
    char *shown = sq_diags_render(&diags);
    assert_true(strlen(shown) < 300);
    const char *here = strstr(shown, "here>"), *caret = strchr(shown, '^');
    assert_non_null(here);
    const char *line = strrchr(shown, '|');
    const char *start = strstr(shown, "     1 |");
    assert_int_equal(here - start, caret - line + 7); /* below the letter h */
    free(shown);
    sq_diags_free(&diags);
    free(text);
}

static void test_errors_are_counted_and_not_all_kept(void **state)
{
    (void)state;
    sq_diags diags = {0};
    for (int i = 0; i < 25; i++) {
        assert_int_equal(sq_diags_full(&diags), i >= SQ_DIAG_ERRORS);
        assert_false(sq_diag_error(&diags, (sq_place){0}, "error %d", i));
    }
    for (int i = 0; i < 51; i++) sq_diag_warning(&diags, (sq_place){0}, "warning %d", i);
    assert_int_equal(diags.count, SQ_DIAG_ERRORS + SQ_DIAG_WARNINGS);
    char *shown = sq_diags_render(&diags);
    assert_non_null(strstr(shown, "and 5 more errors\nand 1 more warning\n"));
    free(shown);
    sq_diags_free(&diags);
}

/* ---- files ---------------------------------------------------------------------------- */

static void test_reading_files(void **state)
{
    (void)state;
    sq_arena arena = {0};
    sq_diags diags = {0};
    char path[] = "sq_yaml_XXXXXX";
    int file = mkstemp(path);
    assert_int_equal(write(file, "a: 1\r\n\0", 7), 7);
    close(file);
    const sq_source *source = sq_source_read(&arena, path, (sq_place){0}, &diags);
    assert_int_equal(source->size, 7);
    assert_memory_equal(source->text, "a: 1\r\n\0", 8);
    assert_string_equal(source->path, path);
    assert_null(sq_source_read_up_to(&arena, path, 6, (sq_place){0}, &diags));
    assert_non_null(sq_source_read_up_to(&arena, path, 7, (sq_place){0}, &diags));
    unlink(path);
    assert_null(sq_source_read(&arena, path, (sq_place){0}, &diags));
    assert_null(sq_source_read(&arena, "/", (sq_place){0}, &diags));
    assert_null(sq_source_read(&arena, "/dev/zero", (sq_place){0}, &diags));
    assert_int_equal(diags.n_errors, 4);
    assert_non_null(strstr(diags.items[0].text, "too large"));
    assert_non_null(strstr(diags.items[1].text, "No such file"));
    assert_non_null(strstr(diags.items[2].text, "it is a directory"));
    assert_non_null(strstr(diags.items[3].text, "at most 8 MiB"));
    sq_diags_free(&diags);
    sq_arena_free(&arena);
}

static void test_reading_a_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a: 1\n", 5), 5);
    close(ends[1]);
    int kept = dup(0);
    dup2(ends[0], 0);
    close(ends[0]);
    sq_arena arena = {0};
    sq_diags diags = {0};
    const sq_source *source = sq_source_read(&arena, "-", (sq_place){0}, &diags);
    dup2(kept, 0);
    close(kept);
    assert_non_null(source);
    assert_int_equal(source->size, 5);
    sq_diags_free(&diags);
    sq_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_scalars_keep_their_text),
        cmocka_unit_test(test_empty_documents),
        cmocka_unit_test(test_byte_order_mark_and_line_ends),
        cmocka_unit_test(test_parts_of_yaml_that_are_refused),
        cmocka_unit_test(test_duplicate_keys_name_both_places),
        cmocka_unit_test(test_syntax_errors),
        cmocka_unit_test(test_bytes_that_are_not_text),
        cmocka_unit_test(test_depth_and_size_are_bounded),
        cmocka_unit_test(test_many_keys_are_read_fast),
        cmocka_unit_test(test_known_keys_and_kinds),
        cmocka_unit_test(test_rendering),
        cmocka_unit_test(test_caret_past_the_end),
        cmocka_unit_test(test_a_very_long_line_is_cut),
        cmocka_unit_test(test_errors_are_counted_and_not_all_kept),
        cmocka_unit_test(test_reading_files),
        cmocka_unit_test(test_reading_a_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
