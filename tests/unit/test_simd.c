/* The operations of simd.h: one lane against plain C, and every instruction set of this processor against one
 * lane, bit for bit, on numbers of all sizes, zeros, infinities, denormals and NaNs. */
#include "../lib/vectors.h"

#include "rand/pcg.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 1 << 14 };

static const double SPECIAL[] = {0,        -0.,       1,          -1,        .5,         -.5,
                                 INFINITY, -INFINITY, NAN,        0x1p-1074, -0x1p-1074, 0x1p-1022,
                                 2.5,      -2.5,      0x1p52,     -0x1p53,   0x1p-1023,  0x1.fffffffffffffp1023,
                                 690.1,    .075,      1e301,      1e307,     26.9,       -745.2};
enum { SPECIAL_COUNT = sizeof SPECIAL / sizeof SPECIAL[0] };

static double any_double(sq_pcg *generator)
{
    uint64_t word = sq_pcg_next(generator), kind = sq_pcg_next(generator) % 4;
    if (kind == 0)
        return SPECIAL[word % SPECIAL_COUNT];
    double x;
    memcpy(&x, &word, sizeof x);
    if (kind == 1)
        return x;
    double uniform = (double)(word >> 11) * 0x1p-53;
    return kind == 2 ? uniform : 100 * (uniform - .5);
}

typedef struct arguments {
    double x[COUNT], y[COUNT];
} arguments;

static const arguments *arguments_of(uint64_t sequence)
{
    static arguments a;
    sq_pcg generator = sq_pcg_start(42, sequence);
    for (int i = 0; i < COUNT; i++) {
        a.x[i] = any_double(&generator);
        a.y[i] = i % 16 == 3 ? a.x[i] : any_double(&generator);
    }
    return &a;
}

/* any, all and none speak of a whole vector. */
static bool of_groups(const char *name)
{
    return strcmp(name, "any") == 0 || strcmp(name, "all") == 0 || strcmp(name, "none") == 0;
}

/* Those that iterate take long, and rest on no function of their own. */
static bool iterates(const char *name)
{
    return strncmp(name, "gamma", 5) == 0;
}

static int differences(const vector_function *list, const vector_forms *forms,
                       const vector_function *other, const arguments *a, bool with_slow_ones)
{
    static double one[COUNT], many[COUNT];
    int count = 0;
    for (; list->name; list++, other++) {
        assert_string_equal(list->name, other->name);
        if (of_groups(list->name) || (iterates(list->name) && !with_slow_ones))
            continue;
        list->run(COUNT, a->x, a->y, one);
        other->run(COUNT, a->x, a->y, many);
        for (int i = 0; i < COUNT; i++) {
            if (same_bits(one[i], many[i]))
                continue;
            if (count++ < 10)
                print_error("%s %s(%a, %a): %a, one lane %a\n", forms->instruction_set, list->name,
                            a->x[i], a->y[i], many[i], one[i]);
        }
    }
    return count;
}

static void operations_give_the_bits_of_one_lane(void **state)
{
    (void)state;
    const vector_forms *one = vector_forms_present(0), *forms;
    const arguments *a = arguments_of(1);
    int count = 0;
    for (int i = 1; (forms = vector_forms_present(i)) != NULL; i++)
        count += differences(one->operations, forms, forms->operations, a, true);
    assert_int_equal(count, 0);
}

/* The promise that rests on SLEEF: a million arguments for each of its functions. */
static void kernels_give_the_bits_of_one_lane_on_a_million_arguments(void **state)
{
    (void)state;
    const vector_forms *one = vector_forms_present(0), *forms;
    int count = 0;
    for (uint64_t sequence = 0; sequence < 64; sequence++) {
        const arguments *a = arguments_of(100 + sequence);
        for (int i = 1; (forms = vector_forms_present(i)) != NULL; i++)
            count += differences(one->kernels, forms, forms->kernels, a, sequence < 2);
    }
    assert_int_equal(count, 0);
}

static void groups_of_lanes_are_judged_together(void **state)
{
    (void)state;
    static double any[COUNT], all[COUNT], none[COUNT];
    const arguments *a = arguments_of(2);
    const vector_forms *forms;
    for (int k = 0; (forms = vector_forms_present(k)) != NULL; k++) {
        vector_function_named(forms->operations, "any")->run(COUNT, a->x, a->y, any);
        vector_function_named(forms->operations, "all")->run(COUNT, a->x, a->y, all);
        vector_function_named(forms->operations, "none")->run(COUNT, a->x, a->y, none);
        for (int i = 0; i < COUNT; i++) {
            int first = i - i % forms->width, true_lanes = 0;
            for (int lane = 0; lane < forms->width; lane++)
                true_lanes += a->x[first + lane] < a->y[first + lane];
            assert_true(any[i] == (true_lanes > 0) && none[i] == (true_lanes == 0));
            assert_true(all[i] == (true_lanes == forms->width));
        }
    }
}

typedef struct expectation {
    const char *operation;
    double x, y, result;
} expectation;

static const expectation EXPECTATIONS[] = {
    {"lt", 1, 2, 1},        {"lt", 2, 2, 0},       {"lt", NAN, 2, 0},     {"le", 2, 2, 1},
    {"le", 3, 2, 0},        {"gt", 3, 2, 1},       {"gt", 3, NAN, 0},     {"ge", 2, 2, 1},
    {"ge", NAN, NAN, 0},    {"eq", 0, -0., 1},     {"eq", NAN, NAN, 0},   {"ne", NAN, NAN, 1},
    {"ne", 1, 1, 0},        {"isnan", NAN, 0, 1},  {"isnan", 1, 0, 0},    {"isinf", -INFINITY, 0, 1},
    {"isinf", NAN, 0, 0},   {"isfinite", 1, 0, 1}, {"isfinite", NAN, 0, 0}, {"isfinite", INFINITY, 0, 0},
    {"and", -2, -1, 1},     {"and", -1, -2, 0},    {"and", 1, 2, 0},      {"or", 1, 2, 1},
    {"or", 2, 1, 0},        {"not", 1, 2, 0},      {"not", 2, 1, 1},      {"and_not", 1, 2, 1},
    {"and_not", -2, -1, 0}, {"and_not", 2, 1, 0},  {"mask", 1, 2, 1},     {"mask", 2, 1, 0},
    {"if", 1, 2, 1},        {"if", 4, 3, 3},       {"sum", 1, 2, 3},      {"quotient", 2, 3, -2},
    {"fma", 3, 4, 9},       {"sqrt", 9, 0, 3},     {"abs", -3, 0, 3},     {"floor", -1.5, 0, -2},
    {"floor", 1.5, 0, 1},   {"ceil", -1.5, 0, -1}, {"ceil", 1.5, 0, 2},   {"min", 1, 2, 1},
    {"min", NAN, 2, 2},     {"min", 1, NAN, 1},    {"max", 1, 2, 2},      {"max", NAN, 2, 2},
    {"max", 1, NAN, 1},     {"from_w", 0, 0, 0},  {"lt_w", 1, -1, 0},
    {"lt_w", -1, 1, 1},     {"eq_w", 1, 2, 1},     {"eq_w", 1, -2, 0},    {"if_w", 1, 2, 1},
};

static double ask(const char *operation, double x, double y)
{
    double xs[VECTOR_MOST], ys[VECTOR_MOST], result[VECTOR_MOST];
    for (int i = 0; i < VECTOR_MOST; i++) {
        xs[i] = x;
        ys[i] = y;
    }
    vector_function_named(vector_forms_present(0)->operations, operation)->run(VECTOR_MOST, xs, ys, result);
    return result[0];
}

static void one_lane_does_what_plain_c_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof EXPECTATIONS / sizeof EXPECTATIONS[0]; i++) {
        const expectation *e = &EXPECTATIONS[i];
        assert_true(same_bits(ask(e->operation, e->x, e->y), e->result));
    }
}

static double of_word(uint64_t word)
{
    double x;
    memcpy(&x, &word, sizeof x);
    return x;
}

static uint64_t word_of(double x)
{
    uint64_t word;
    memcpy(&word, &x, sizeof word);
    return word;
}

static void words_are_those_of_plain_c(void **state)
{
    (void)state;
    static const uint64_t WORDS[] = {0, 1, 63, UINT64_C(0xfedcba9876543210), UINT64_C(0x7123456789abcdef)};
    enum { N = sizeof WORDS / sizeof WORDS[0] };
    for (int i = 0; i < N * N; i++) {
        uint64_t a = WORDS[i / N], b = WORDS[i % N];
        double x = of_word(a), y = of_word(b);
        assert_true(word_of(ask("add_w", x, y)) == a + b && word_of(ask("sub_w", x, y)) == a - b);
        assert_true(word_of(ask("mul_w", x, y)) == a * b && word_of(ask("xor_w", x, y)) == (a ^ b));
        assert_true(word_of(ask("mul_low_w", x, y)) == (a & UINT32_MAX) * (b & UINT32_MAX));
        assert_true(word_of(ask("and_w", x, y)) == (a & b) && word_of(ask("or_w", x, y)) == (a | b));
        assert_true(word_of(ask("shr_w", x, y)) == a >> 11 && word_of(ask("shl_w", x, y)) == a << 7);
        assert_true(word_of(ask("shrv_w", x, y)) == a >> (b & 63));
        assert_true(ask("from_w", x, y) == (double)(int64_t)a);
        assert_true(ask("lt_w", x, y) == ((int64_t)a < (int64_t)b));
    }
    assert_true(word_of(ask("to_w", -3.9, 0)) == (uint64_t)-3 && word_of(ask("to_w", 3.9, 0)) == 3);
    assert_true(ask("gather", of_word(2), 0) == 4 && ask("gather_w", of_word(7), 0) == 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_lane_does_what_plain_c_does),
        cmocka_unit_test(words_are_those_of_plain_c),
        cmocka_unit_test(operations_give_the_bits_of_one_lane),
        cmocka_unit_test(kernels_give_the_bits_of_one_lane_on_a_million_arguments),
        cmocka_unit_test(groups_of_lanes_are_judged_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
