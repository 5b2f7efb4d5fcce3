/* Any text as an expression, with names of every kind in reach: it compiles to code that runs within its
 * stack, or gives exactly one message. */
#include "lang/expr.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ATTRIBUTES = 7, PARAMETERS = 8, TABLE_AT = 12 };

static const char *const labels[] = {"a", "5to50", "2"};
static const char *const states[] = {"well", "dead"};
static const sq_category categories[] = {{"kind", 3, labels}};
static const sq_state model_states[] = {{"well", false}, {"dead", true}};
static const sq_node body = {.kind = SQ_NODE_SCALAR, .text = "if(k == a, n, 2) * p"};
static const sq_node ratio = {.kind = SQ_NODE_SCALAR, .text = "if(b1 == b2, b1 / b2, b1)"};
static const sq_node whirl = {.kind = SQ_NODE_SCALAR, .text = "r(b1 + w(b1), b1)"};
static const char *const two[] = {"b1", "b2"};
static const sq_node circle = {.kind = SQ_NODE_SCALAR, .text = "1 + o"};

#define NUMBER(...) {.class = SQ_TYPE_NUMBER, .unit = {__VA_ARGS__}}
static const struct {
    const char *name;
    sq_symbol symbol;
} symbols[] = {
    {"t", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = 0, .type = NUMBER(.time = 1)}},
    {"n", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = 1, .type = NUMBER(.kind = SQ_KIND_COUNT)}},
    {"k", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = 2, .type = {.class = SQ_TYPE_CATEGORY, .category = 0}}},
    {"f", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = 3, .type = {.class = SQ_TYPE_FLAG}}},
    {"v", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = 4, .type = NUMBER(.kind = SQ_KIND_COUNT), .n_dims = 1, .dim = {0}}},
    {"p", {.kind = SQ_SYMBOL_PARAMETER, .index = 0, .type = NUMBER(.kind = SQ_KIND_PROBABILITY)}},
    {"x.m", {.kind = SQ_SYMBOL_PARAMETER, .index = 1, .type = NUMBER(.money = 1)}},
    {"e", {.kind = SQ_SYMBOL_PARAMETER, .index = 2, .type = NUMBER(.time = -1), .n_dims = 2,
           .dim = {0, SQ_CATEGORY_STATES}}},
    {"s", {.kind = SQ_SYMBOL_TABLE, .constant = true, .argument = NUMBER(.time = 1),
           .type = NUMBER(.kind = SQ_KIND_NONE)}},
    {"g", {.kind = SQ_SYMBOL_FUNCTION, .node = &body}},
    {"o", {.kind = SQ_SYMBOL_FUNCTION, .node = &circle}},
    {"r", {.kind = SQ_SYMBOL_FUNCTION, .node = &ratio, .n_arguments = 2, .arguments = two}},
    {"w", {.kind = SQ_SYMBOL_FUNCTION, .node = &whirl, .n_arguments = 1, .arguments = two}},
    {"ev", {.kind = SQ_SYMBOL_OCCURRENCE, .index = 1}},
};
enum { SYMBOLS = sizeof symbols / sizeof symbols[0] };

static bool lookup(void *context, const char *name, sq_symbol *symbol)
{
    (void)context;
    for (int i = 0; i < SYMBOLS; i++) {
        if (strcmp(name, symbols[i].name) != 0) continue;
        *symbol = symbols[i].symbol;
        return true;
    }
    return false;
}

static void evaluate(const sq_compiler *c, sq_program program)
{
    static const sq_table table = {.rows = 1, .size = 2, .stride = 4, .is_function = true, .offset = TABLE_AT};
    static const double block[TABLE_AT + 4] = {0.5, 100, 1, 2, 3, 4, 5, 6, [TABLE_AT + 1] = 10, 1, 2};
    static const double attribute[ATTRIBUTES] = {30, 2, 1, 1, 0, 1, 2};
    static const double last_time[] = {0, 4}, time_in[] = {2, 0};
    static const uint32_t count[] = {1, 3};
    static const sq_history history = {last_time, count, time_in};
    static const uint64_t happened[] = {2};
    sq_model model = {.code = c->code.items, .constants = c->constants.items, .states = model_states,
                      .n_states = 2, .tables = &table, .n_tables = 1};
    sq_view view = {.model = &model, .block = block, .attribute = attribute, .happened = happened, .history = &history, .now = 5,
                    .entered = 3};
    volatile double value = sq_program_value(&view, program, 0);
    (void)value;
}

static void compile(const char *text, unsigned allow)
{
    sq_arena arena = {0};
    sq_diags diags = {0};
    sq_compiler c = {.names = {.lookup = lookup, .categories = categories, .n_categories = 1,
                               .states = {"state", 2, states}, .currency = "EUR"},
                     .diags = &diags, .arena = &arena, .n_attributes = ATTRIBUTES};
    sq_source source = {.path = "fuzz", .text = text, .size = strlen(text), NULL};
    sq_node node = {.kind = SQ_NODE_SCALAR, .text = text, .place = {&source, 1, 1}};
    sq_bits reads = {0};
    sq_type type;
    sq_program program;
    bool good = sq_expr_compile_any(&c, &node, allow, &type, &program, &reads);
    if (!diags.out_of_memory && diags.n_errors != !good) abort();
    if (good) evaluate(&c, program);
    for (size_t i = 0; i < c.breaks.count; i++) evaluate(&c, c.breaks.items[i].argument);
    free(sq_diags_render(&diags));
    sq_compiler_free(&c);
    sq_diags_free(&diags);
    sq_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    compile(text, SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT | SQ_ALLOW_TIME);
    compile(text, SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT | SQ_ALLOW_TIME_IN_TABLES);
    compile(text, 0);
    free(text);
    return 0;
}
