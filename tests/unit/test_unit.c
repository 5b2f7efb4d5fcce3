/* model: units by name and in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/unit.h"

static void test_every_word_is_a_unit_of_its_own(void **state)
{
    (void)state;
    const char *const *words = sq_unit_words();
    int n = 0;
    for (; words[n]; n++) {
        sq_unit unit, other;
        assert_true(sq_unit_from_word(words[n], &unit));
        for (int i = 0; i < n; i++) {
            assert_true(sq_unit_from_word(words[i], &other));
            assert_false(sq_unit_equal(unit, other));
        }
    }
    assert_int_equal(n, 8);
    sq_unit unit;
    assert_false(sq_unit_from_word("times", &unit));
    assert_false(sq_unit_from_word("", &unit));
}

static void assert_text(sq_unit unit, const char *expected)
{
    char text[64];
    assert_string_equal(sq_unit_text(unit, text, sizeof text), expected);
}

static void test_text(void **state)
{
    (void)state;
    assert_text((sq_unit){0}, "number");
    assert_text((sq_unit){.kind = SQ_KIND_PROBABILITY}, "probability");
    assert_text((sq_unit){.kind = SQ_KIND_COUNT}, "count");
    assert_text((sq_unit){.kind = SQ_KIND_UTILITY}, "utility");
    assert_text((sq_unit){.time = 1}, "time");
    assert_text((sq_unit){.time = -1}, "1/time");
    assert_text((sq_unit){.time = 3}, "time^3");
    assert_text((sq_unit){.money = 1}, "money");
    assert_text((sq_unit){.time = -1, .money = 1}, "money/time");
    assert_text((sq_unit){.time = -1, .money = 2}, "money^2/time");
    assert_text((sq_unit){.time = -2, .money = -1}, "1/money/time^2");
    assert_text((sq_unit){.time = 1, .money = 1}, "money time");
}

static void test_text_is_cut_to_the_buffer(void **state)
{
    (void)state;
    char text[64];
    for (size_t size = 1; size < sizeof text; size++) {
        memset(text, 'x', sizeof text);
        sq_unit_text((sq_unit){.time = -100, .money = 100}, text, size);
        assert_non_null(memchr(text, '\0', size));
        for (size_t i = size; i < sizeof text; i++) assert_int_equal(text[i], 'x');
    }
}

static void test_fits(void **state)
{
    (void)state;
    sq_unit none = {0}, probability = {.kind = SQ_KIND_PROBABILITY},
            utility = {.kind = SQ_KIND_UTILITY};
    sq_unit time = {.time = 1};
    assert_true(sq_unit_fits(none, probability));
    assert_true(sq_unit_fits(probability, none));
    assert_true(sq_unit_fits(probability, probability));
    assert_false(sq_unit_fits(utility, probability));
    assert_false(sq_unit_fits(time, none));
    assert_false(sq_unit_fits(none, time));
    assert_true(sq_unit_fits(time, time));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_is_a_unit_of_its_own),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_is_cut_to_the_buffer),
        cmocka_unit_test(test_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
