/* lang: expressions at their limits of depth, length and size, and sequences of tokens that nobody would
 * write. */
#include "expr_world.h"

/* prefix repeated, middle, suffix repeated. */
static char *repeated(const char *prefix, const char *middle, const char *suffix, int n)
{
    size_t size = (strlen(prefix) + strlen(suffix)) * (size_t)n + strlen(middle) + 1;
    char *text = malloc(size), *p = text;
    for (int i = 0; i < n; i++) p = memcpy(p, prefix, strlen(prefix)), p += strlen(prefix);
    memcpy(p, middle, strlen(middle));
    p += strlen(middle);
    for (int i = 0; i < n; i++) p = memcpy(p, suffix, strlen(suffix)), p += strlen(suffix);
    *p = '\0';
    return text;
}

static void refused_repeated(const char *prefix, const char *middle, const char *suffix, int n,
                             const char *phrase)
{
    char *text = repeated(prefix, middle, suffix, n);
    refused_as(text, a_number, ALL, 0, phrase);
    free(text);
}

static void accepted_repeated(const char *prefix, const char *middle, const char *suffix, int n, double expected)
{
    char *text = repeated(prefix, middle, suffix, n);
    is(text, expected);
    free(text);
}

static void test_limits(void **state)
{
    (void)state;
    accepted_repeated("(", "1", ")", 900, 1);
    refused_repeated("(", "1", ")", 1100, "nested deeper");
    refused_repeated("(", "1", ")", 100000, "too long");
    refused_repeated("(", "1", ")", 32000, "nested deeper");
    refused_repeated("-", "1", "", 60000, "nested deeper");
    refused_repeated("not ", "fit", "", 15000, "nested deeper");
    refused_repeated("2^", "1", "", 30000, "nested deeper");
    refused_repeated("", "hr", "+hr", 20000, "nested too deeply");
    accepted_repeated("", "hr", "+hr", 1000, 2.5 * 1001);
    accepted_repeated("hr+(", "hr", ")", 50, 2.5 * 51);
    refused_repeated("hr+(", "hr", ")", 60, "holds more than 56 values");
    refused_repeated("", "hr in (1", ",1", 20000, "a list of more than 1000");
    refused("b14", 0, "too long");
}

static void test_long_lists(void **state)
{
    (void)state;
    char *items = repeated("hr,", "1", "", 990), text[4096];
    snprintf(text, sizeof text, "max(%s)", items);
    is(text, 2.5);
    free(items);
    items = repeated("hr,", "1", "", 1100);
    snprintf(text, sizeof text, "max(%s)", items);
    refused(text, 0, "a list of more than 1000");
    free(items);
}

/* All short sequences of tokens, and long ones by a fixed generator: none may crash, and what compiles must
 * run. */
static const char *const tokens[] = {
    "1",  "2.5", "28 d", "7 %", "y",    "EUR", "age",  "burden", "ge50", "5to50", "state", "now",  "hr",
    "cr", "smr", "if",   "min", "+",    "-",   "*",    "/",      "^",    "(",     ")",     "[",    "]",
    ",",  "==",  "<",    ">=",  "and",  "or",  "not",  "in",     "true", "twice", "fit",   "since", "happened", "count", "time_in", "given",
    "relapse", "loop_a", "%",  "(now)", "[ge50, 1]", "(now)", "courses",
};
enum { TOKENS = sizeof tokens / sizeof tokens[0] };

static void try(const char *text, unsigned allow, int *accepted)
{
    desk d;
    sq_type type;
    begin(&d);
    sq_node node = {.kind = SQ_NODE_SCALAR, .text = text};
    bool good = sq_expr_compile_any(&d.c, &node, allow, &type, &d.program, &d.reads);
    assert_int_equal(good, d.diags.n_errors == 0);
    if (good) evaluate(&d, d.program);
    *accepted += good;
    end(&d);
}

static void test_every_order_of_tokens(void **state)
{
    (void)state;
    char text[64];
    int accepted = 0;
    for (int i = 0; i < TOKENS; i++)
        for (int j = 0; j < TOKENS; j++)
            for (int k = 0; k < TOKENS; k += 1 + (i + j) % 3) {
                snprintf(text, sizeof text, "%s %s %s", tokens[i], tokens[j], tokens[k]);
                try(text, (i + k) % 2 ? ALL : REWARD, &accepted);
            }
    assert_true(accepted > 100);
}

static void test_random_sequences_of_tokens(void **state)
{
    (void)state;
    char text[512];
    int accepted = 0;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        size_t used = 0;
        int n = 1 + (int)(seed >> 33) % 20;
        for (int k = 0; k < n; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            int written = snprintf(text + used, sizeof text - used, "%s ", tokens[(seed >> 33) % TOKENS]);
            used += (size_t)written;
        }
        try(text, ALL, &accepted);
    }
    assert_true(accepted > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_every_order_of_tokens),
        cmocka_unit_test(test_random_sequences_of_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
