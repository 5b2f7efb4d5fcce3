/* A small world for the tests of expressions, in the place of the builder: two categories, states, attributes,
 * parameters, tables and named expressions, and ways to compile and run a text in it. Included once by each
 * test program, after cmocka's own headers. */
#ifndef SQ_TESTS_EXPR_WORLD_H
#define SQ_TESTS_EXPR_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lang/expr.h"

enum { BURDEN, LINE, AGE = 0, COURSES, FIT, BURDEN_NOW, LINE_NOW, WEIGHT, CHANCE, GIVEN, ATTRIBUTES = GIVEN + 12 };
enum { ALL = SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT | SQ_ALLOW_TIME };
enum { REWARD = SQ_ALLOW_PARAMETERS | SQ_ALLOW_PATIENT | SQ_ALLOW_TIME_IN_TABLES };

static const char *const burdens[] = {"ge50", "5to50", "low"};
static const char *const lines[] = {"1", "2", "later", "y"};
static const char *const states[] = {"relapsed", "remission", "dead"};
static const sq_category categories[] = {{"burden", 3, burdens}, {"line", 4, lines}};
static const sq_state model_states[] = {{"relapsed", false}, {"remission", false}, {"dead", true}};

static const char *const functions[][2] = {
    {"hr_burden", "if(burden == ge50, hr, 1)"},
    {"twice", "hr_burden * 2"},
    {"first_line", "if(courses > 1, later, 1)"},
    {"loop_a", "loop_b + 1"},
    {"loop_b", "2 * loop_c"},
    {"loop_c", "loop_a"},
    {"mixed", "age + hr"},
    {"by_time", "smr(now)"},
    {"b0", "now/1 d+now/1 d"}, {"b1", "b0 + b0"}, {"b2", "b1+b1"}, {"b3", "b2+b2"}, {"b4", "b3+b3"},
    {"b5", "b4+b4"}, {"b6", "b5+b5"}, {"b7", "b6+b6"}, {"b8", "b7+b7"}, {"b9", "b8+b8"},
    {"b10", "b9+b9"}, {"b11", "b10+b10"}, {"b12", "b11+b11"}, {"b13", "b12+b12"}, {"b14", "b13+b13"},
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };
static sq_node function_nodes[FUNCTIONS];

static const struct {
    const char *name, *arguments[3];
    int n;
    const char *text;
} calls[] = {
    {"scaled", {"what", "factor"}, 2, "what * factor"},
    {"same", {"left", "right"}, 2, "left == right"},
    {"either", {"test", "one", "other"}, 3, "if(test, one, other)"},
    {"recently", {"what"}, 1, "happened(what) and since(what) < 30 d"},
    {"deep", {"what"}, 1, "scaled(scaled(what, 2), hr) + scaled(what, what)"},
    {"again", {"what"}, 1, "if(what > 0, once_more(what - 1), 0)"},
    {"once_more", {"number"}, 1, "again(number)"},
    {"deaf", {"what", "unheard"}, 2, "what + 1"},
    {"shadow", {"age"}, 1, "age * 2"},
    {"doubled", {"what"}, 1, "what + what"}, {"fourfold", {"what"}, 1, "doubled(doubled(what))"},
    {"many", {"what"}, 1, "fourfold(fourfold(fourfold(what)))"}, {"most", {"what"}, 1, "many(many(many(what)))"},
};
enum { CALLS = sizeof calls / sizeof calls[0] };
static sq_node call_nodes[CALLS];

#define NUMBER(...) {.class = SQ_TYPE_NUMBER, .unit = {__VA_ARGS__}}
#define CATEGORY(c) {.class = SQ_TYPE_CATEGORY, .category = (c)}
static const sq_type a_time = NUMBER(.time = 1), a_number = NUMBER(.kind = SQ_KIND_NONE);
static const sq_type a_rate = NUMBER(.time = -1), a_cost = NUMBER(.time = -1, .money = 1);
static const sq_type a_probability = NUMBER(.kind = SQ_KIND_PROBABILITY), a_flag = {.class = SQ_TYPE_FLAG};
static const sq_type a_burden = CATEGORY(BURDEN), a_line = CATEGORY(LINE), a_state = CATEGORY(SQ_CATEGORY_STATES);

static const struct {
    const char *name;
    sq_symbol symbol;
} symbols[] = {
    {"age", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = AGE, .type = NUMBER(.time = 1)}},
    {"courses", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = COURSES, .type = NUMBER(.kind = SQ_KIND_COUNT)}},
    {"fit", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = FIT, .type = {.class = SQ_TYPE_FLAG}}},
    {"burden", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = BURDEN_NOW, .type = CATEGORY(BURDEN)}},
    {"line", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = LINE_NOW, .type = CATEGORY(LINE)}},
    {"weight", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = WEIGHT, .type = NUMBER(.kind = SQ_KIND_UTILITY)}},
    {"chance", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = CHANCE, .type = NUMBER(.kind = SQ_KIND_PROBABILITY)}},
    {"given", {.kind = SQ_SYMBOL_ATTRIBUTE, .index = GIVEN, .type = NUMBER(.kind = SQ_KIND_COUNT), .n_dims = 2,
               .dim = {BURDEN, LINE}}},
    {"hr", {.kind = SQ_SYMBOL_PARAMETER, .index = 0, .type = NUMBER(.kind = SQ_KIND_NONE)}},
    {"tower.cr", {.kind = SQ_SYMBOL_PARAMETER, .index = 1, .type = NUMBER(.kind = SQ_KIND_PROBABILITY)}},
    {"price", {.kind = SQ_SYMBOL_PARAMETER, .index = 2, .type = NUMBER(.money = 1)}},
    {"cr", {.kind = SQ_SYMBOL_PARAMETER, .index = 3, .type = NUMBER(.kind = SQ_KIND_PROBABILITY), .n_dims = 2,
            .dim = {BURDEN, LINE}}},
    {"in_each", {.kind = SQ_SYMBOL_PARAMETER, .index = 15, .type = NUMBER(.kind = SQ_KIND_NONE), .n_dims = 1,
                 .dim = {SQ_CATEGORY_STATES}}},
    {"smr", {.kind = SQ_SYMBOL_TABLE, .index = 0, .constant = true, .argument = NUMBER(.time = 1),
             .type = NUMBER(.kind = SQ_KIND_NONE)}},
    {"slope", {.kind = SQ_SYMBOL_TABLE, .index = 1, .argument = NUMBER(.time = 1),
               .type = NUMBER(.time = 1)}},
    {"relapse", {.kind = SQ_SYMBOL_OCCURRENCE, .index = 3}},
    {"remission", {.kind = SQ_SYMBOL_OCCURRENCE, .index = 1}},
};
enum { SYMBOLS = sizeof symbols / sizeof symbols[0] };

static inline bool lookup(void *context, const char *name, sq_symbol *symbol)
{
    (void)context;
    for (int i = 0; i < SYMBOLS; i++) {
        if (strcmp(name, symbols[i].name) != 0) continue;
        *symbol = symbols[i].symbol;
        return true;
    }
    for (int i = 0; i < FUNCTIONS; i++) {
        if (strcmp(name, functions[i][0]) != 0) continue;
        function_nodes[i] = (sq_node){.kind = SQ_NODE_SCALAR, .text = functions[i][1]};
        *symbol = (sq_symbol){.kind = SQ_SYMBOL_FUNCTION, .node = &function_nodes[i]};
        return true;
    }
    for (int i = 0; i < CALLS; i++) {
        if (strcmp(name, calls[i].name) != 0) continue;
        call_nodes[i] = (sq_node){.kind = SQ_NODE_SCALAR, .text = calls[i].text};
        *symbol = (sq_symbol){.kind = SQ_SYMBOL_FUNCTION, .node = &call_nodes[i], .n_arguments = calls[i].n,
                              .arguments = calls[i].arguments};
        return true;
    }
    return false;
}

static inline size_t all_names(void *context, const char *const **names)
{
    static const char *list[SYMBOLS];
    (void)context;
    for (int i = 0; i < SYMBOLS; i++) list[i] = symbols[i].name;
    *names = list;
    return SYMBOLS;
}

static inline size_t occurrences(void *context, const char *const **names)
{
    static const char *const list[] = {"relapsed", "remission", "dead", "relapse"};
    (void)context;
    *names = list;
    return 4;
}

typedef struct desk {
    sq_compiler c;
    sq_diags diags;
    sq_arena arena;
    sq_program program;
    sq_bits reads;
} desk;

static inline void begin(desk *d)
{
    *d = (desk){.c = {.names = {.lookup = lookup, .all = all_names, .occurrences = occurrences, .categories = categories,
                                .n_categories = 2, .states = {"state", 3, states}, .currency = "EUR"},
                      .n_attributes = ATTRIBUTES}};
    d->c.diags = &d->diags;
    d->c.arena = &d->arena;
}

static inline void end(desk *d)
{
    sq_compiler_free(&d->c);
    sq_diags_free(&d->diags);
    sq_arena_free(&d->arena);
}

static const double block[] = {
    2.5, 0.44, 1000,                                                        /* hr, tower.cr, price */
    0.00, 0.01, 0.02, 0.03, 0.10, 0.11, 0.12, 0.13, 0.20, 0.21, 0.22, 0.23, /* cr[burden, line] */
    7, 8, 9,                                                                /* in_each[state] */
    0, 100, 1.5, 2.5,                                                       /* smr */
    0, 100, 0, 200,                                                         /* slope */
};
static const double attributes[] = {50 * 365.25, 3, 1, 1, 2, 0.8, 0.25, 0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23};
static const uint64_t happened[] = {1u << 3};
/* relapse (3) twice, last on day 390; remission (1), the present state, entered on day 350 and stayed in for
 * 30 days before. */
static const double last_time[] = {0, 350, NAN, 390}, time_in[] = {320, 30, 0};
static const uint32_t counts[] = {1, 2, 0, 2};

static inline double evaluate(const desk *d, sq_program program)
{
    static const sq_table tables[] = {
        {.name = "smr", .offset = 18, .rows = 1, .size = 2, .stride = 4, .is_function = true,
         .interpolation = SQ_CONSTANT},
        {.name = "slope", .offset = 22, .rows = 1, .size = 2, .stride = 4, .is_function = true,
         .interpolation = SQ_LINEAR},
    };
    sq_model model = {.code = d->c.code.items, .constants = d->c.constants.items, .states = model_states,
                      .n_states = 3, .tables = tables, .n_tables = 2};
    sq_history history = {last_time, counts, time_in};
    sq_view view = {.model = &model, .block = block, .attribute = attributes, .happened = happened,
                    .history = &history, .now = 400, .entered = 350, .state = 1};
    return sq_program_value(&view, program, NAN);
}

static inline void complain(const desk *d, const char *text)
{
    const char *why = d->diags.count > 0 ? d->diags.items[0].text : "no message";
    fail_msg("'%s' was refused: %s", text, why);
}

/* The value of an expression of any type. */
static inline double value(const char *text)
{
    desk d;
    sq_type type;
    begin(&d);
    sq_node node = {.kind = SQ_NODE_SCALAR, .text = text};
    if (!sq_expr_compile_any(&d.c, &node, ALL, &type, &d.program, NULL)) complain(&d, text);
    double x = evaluate(&d, d.program);
    end(&d);
    return x;
}

static inline void is(const char *text, double expected)
{
    double x = value(text);
    if (!(fabs(x - expected) <= 1e-12 * fabs(expected))) fail_msg("%s = %.17g, not %.17g", text, x, expected);
}

static inline sq_unit unit_of(const char *text)
{
    desk d;
    sq_type type = {0};
    begin(&d);
    sq_node node = {.kind = SQ_NODE_SCALAR, .text = text};
    if (!sq_expr_compile_any(&d.c, &node, ALL, &type, &d.program, NULL)) complain(&d, text);
    assert_int_equal(type.class, SQ_TYPE_NUMBER);
    end(&d);
    return type.unit;
}

static inline void has_unit(const char *text, const char *expected)
{
    char found[64];
    sq_unit_text(unit_of(text), found, sizeof found);
    if (strcmp(found, expected) != 0) fail_msg("%s is %s, not %s", text, found, expected);
}

static inline void refused_as(const char *text, sq_type want, unsigned allow, int column, const char *phrase)
{
    desk d;
    begin(&d);
    const char *line = sq_arena_format(&d.arena, "k: %s\n", text);
    sq_source source = {"a.yaml", line, strlen(line), NULL};
    sq_node node = {.kind = SQ_NODE_SCALAR, .text = text, .place = {&source, 1, 4}};
    if (sq_expr_compile(&d.c, &node, want, allow, &d.program, NULL)) fail_msg("accepted: %s", text);
    assert_int_equal(d.diags.n_errors, 1);
    assert_int_equal(d.c.code.count, 0);
    assert_int_equal(d.c.breaks.count, 0);
    const sq_diag *diag = &d.diags.items[0];
    if (!strstr(diag->text, phrase) || (column > 0 && diag->place.column != column + 3))
        fail_msg("%s\n -> %d: %s\n expected %d: %s", text, diag->place.column - 3, diag->text, column, phrase);
    end(&d);
}

/* Refused where a number is expected, at this column of the expression. */
static inline void refused(const char *text, int column, const char *phrase)
{
    refused_as(text, a_number, ALL, column, phrase);
}

#endif
