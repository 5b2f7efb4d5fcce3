/* Any bytes as a YAML file: they become a tree whose places lie in the text, or messages that can
 * be shown. */
#include "lang/node.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check_place(sq_place place)
{
    size_t length;
    if (place.line < 1 || place.column < 1 || !sq_source_line(place.source, place.line, &length))
        abort();
    if ((size_t)place.column > length + 2) abort();
}

static void walk(const sq_node *node, int depth)
{
    if (depth > SQ_NODE_DEPTH) abort();
    check_place(node->place);
    if ((node->kind == SQ_NODE_SCALAR) != (node->text != NULL)) abort();
    for (int i = 0; i < node->count; i++) {
        if (node->kind == SQ_NODE_MAP) check_place(node->key_place[i]);
        if (node->kind == SQ_NODE_MAP && sq_node_get(node, node->key[i]) != node->item[i]) abort();
        walk(node->item[i], depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sq_arena arena = {0};
    sq_diags diags = {0};
    char *text = sq_arena_text(&arena, (const char *)data, size);
    sq_source source = {.path = "fuzz.yaml", .text = text, .size = size};
    const sq_node *root = text ? sq_node_parse(&arena, &source, &diags) : NULL;
    if (text && !diags.out_of_memory && (root == NULL) != (diags.n_errors > 0)) abort();
    if (root) walk(root, 1);
    free(sq_diags_render(&diags));
    sq_diags_free(&diags);
    sq_arena_free(&arena);
    return 0;
}
