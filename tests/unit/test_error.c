/* base: statuses and their sentences, growing arrays, the check of the processor, and the nearest name
 * that an error message proposes. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cpu.h"
#include "base/error.h"
#include "base/text.h"
#include "base/vec.h"

static void test_fail_records_a_sentence(void **state)
{
    (void)state;
    sq_error err = {0};
    assert_int_equal(sq_fail(&err, SQ_ERR_INPUT, "line %d: no state '%s'", 7, "CR"), SQ_ERR_INPUT);
    assert_int_equal(err.status, SQ_ERR_INPUT);
    assert_string_equal(err.text, "line 7: no state 'CR'");
    assert_int_equal(sq_fail(NULL, SQ_ERR_IO, "nobody listens"), SQ_ERR_IO);
}

static void test_fail_may_wrap_its_own_text(void **state)
{
    (void)state;
    sq_error err = {0};
    sq_fail(&err, SQ_ERR_IO, "disk full");
    sq_fail(&err, SQ_ERR_IO, "results.h5: %s", err.text);
    assert_string_equal(err.text, "results.h5: disk full");
}

static void test_long_sentence_is_cut_between_characters(void **state)
{
    (void)state;
    static char text[2 * SQ_ERROR_TEXT];
    static const char *const characters[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (size_t width = 1; width <= 4; width++) {
        for (size_t lead = 0; lead < width; lead++) {
            memset(text, 'a', lead);
            for (size_t at = lead; at + width < sizeof text; at += width)
                memcpy(text + at, characters[width - 1], width + 1);
            sq_error err = {0};
            sq_fail(&err, SQ_ERR_INPUT, "%s", text);
            size_t length = strlen(err.text);
            assert_int_equal((length - lead) % width, 0);
            assert_true(length < SQ_ERROR_TEXT && length + width >= SQ_ERROR_TEXT);
        }
    }
}

static void test_every_status_has_text_and_exit_code(void **state)
{
    (void)state;
    assert_int_equal(sq_status_exit_code(SQ_OK), 0);
    assert_int_equal(sq_status_exit_code(SQ_ERR_INPUT), 2);
    assert_int_equal(sq_status_exit_code(SQ_ERR_HARDWARE), 1);
    for (int s = SQ_OK; s <= SQ_ERR_HARDWARE; s++)
        assert_true(strlen(sq_status_text((sq_status)s)) > 0);
    assert_string_equal(sq_status_text((sq_status)99), "an unknown status");
    assert_int_equal(sq_status_exit_code((sq_status)99), 1);
}

static void test_vec_grows_and_keeps(void **state)
{
    (void)state;
    SQ_VEC(double) list = {0};
    for (int i = 0; i < 1000; i++)
        assert_true(sq_vec_push(&list, 0.5 * i));
    assert_int_equal(list.count, 1000);
    for (int i = 0; i < 1000; i++)
        assert_true(list.items[i] == 0.5 * i);
    free(list.items);
}

static void test_vec_refuses_impossible_sizes(void **state)
{
    (void)state;
    void *items = NULL;
    size_t capacity = SIZE_MAX / 16;
    assert_false(sq_vec_grow(&items, capacity, &capacity, 16));
    assert_null(items);
}

static void test_cpu_without_fma_is_refused(void **state)
{
    (void)state;
    sq_error err = {0};
    sq_cpu old = {.sse4_2 = true, .avx = true};
    assert_int_equal(sq_cpu_require(&old, &err), SQ_ERR_HARDWARE);
    assert_non_null(strstr(err.text, "FMA"));
    old.fma = true;
    assert_int_equal(sq_cpu_require(&old, &err), SQ_OK);
}

static void test_cpu_list_agrees_with_check(void **state)
{
    (void)state;
    char text[SQ_CPU_TEXT], tight[6];
    sq_error err = {0};
    assert_ptr_equal(sq_cpu_instruction_sets(text, sizeof text), text);
    assert_true(strlen(text) < sizeof text - 1);
#if defined(__x86_64__)
    assert_int_equal(sq_cpu_check(&err) == SQ_OK, strstr(text, "fma") != NULL);
#else
    assert_int_equal(sq_cpu_check(&err), SQ_OK);
#endif
    sq_cpu_instruction_sets(tight, sizeof tight);
    assert_true(strlen(tight) < sizeof tight);
}

static void assert_nearest(const char *wanted, const char *expected)
{
    static const char *const names[] = {"relapse", "response", "death", "on_treatment", "CR", "cr"};
    const char *found = sq_nearest_name(wanted, names, sizeof names / sizeof names[0]);
    if (expected == NULL)
        assert_null(found);
    else
        assert_string_equal(found, expected);
}

static void test_nearest_name(void **state)
{
    (void)state;
    assert_nearest("relpase", "relapse"); /* swapped neighbours */
    assert_nearest("relaps", "relapse");
    assert_nearest("Relapse", "relapse");
    assert_nearest("respons", "response");
    assert_nearest("on-treatment", "on_treatment");
    assert_nearest("cR", "CR"); /* as near as cr: the first */
    assert_nearest("cr", "cr"); /* nearer with case counted */
    assert_nearest("toxicity", NULL);
    assert_nearest("x", NULL);
    assert_nearest("", NULL);
    assert_nearest("a name that is much longer than any that a person would type by hand", NULL);
    assert_null(sq_nearest_name("relapse", NULL, 0));
}

/* How many bytes of the text are a number; its value must be as given. */
static size_t number_of(const char *text, double expected)
{
    double value = expected;
    size_t n = sq_text_number(text, strlen(text), &value);
    if (!(value == expected)) fail_msg("'%s' read as %g", text, value);
    return n;
}

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(number_of("12", 12), 2);
    assert_int_equal(number_of("-0.25 of", -0.25), 5);
    assert_int_equal(number_of("+.5e-3x", .5e-3), 6);
    assert_int_equal(number_of("7.", 7), 2);
    assert_int_equal(number_of("3e", 3), 1);
    assert_int_equal(number_of("3e+y", 3), 1);
    assert_int_equal(number_of("0x10", 0), 1);
    assert_int_equal(number_of("1,5", 1), 1);
    assert_int_equal(number_of("1e999", HUGE_VAL), 5);
    static const char *const none[] = {"", "-", ".", "e5", "+-1", " 1", "inf", "nan", "٣"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(number_of(none[i], 0), 0);
    double value;
    assert_int_equal(sq_text_number("123", 2, &value), 2);
    assert_true(value == 12);
    char longest[SQ_LONGEST_NUMBER + 2] = "";
    memset(longest, '1', SQ_LONGEST_NUMBER + 1);
    assert_int_equal(sq_text_number(longest, SQ_LONGEST_NUMBER, &value), SQ_LONGEST_NUMBER);
    assert_int_equal(sq_text_number(longest, SQ_LONGEST_NUMBER + 1, &value), 0);
}

static void numbers_are_written(void)
{
    static const struct {
        double value;
        const char *text;
    } some[] = {{1.5, "1.5"}, {-0.1, "-0.1"}, {0, "0"}, {1.0 / 3, "0.3333333333333333"},
                {0.1 + 0.2, "0.30000000000000004"}, {-2.5e-300, "-2.5e-300"}, {1e22, "1e+22"}};
    char text[SQ_NUMBER_TEXT];
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        assert_string_equal(sq_text_of_number(some[i].value, text), some[i].text);
    double back, x = 1e-320;
    for (; x < 1e308; x *= 1.37) {
        sq_text_of_number(-x, text);
        assert_int_equal(sq_text_number(text, strlen(text), &back), strlen(text));
        assert_true(back == -x);
    }
}

static void test_numbers_are_written_as_they_are_read(void **state)
{
    (void)state;
    numbers_are_written();
}

/* A host program may have chosen a language that writes 1,5; skipped where none is installed. */
static void test_numbers_in_another_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"};
    const char *set = NULL;
    for (size_t i = 0; !set && i < sizeof names / sizeof names[0]; i++)
        set = setlocale(LC_NUMERIC, names[i]);
    if (!set) skip();
    assert_int_equal(number_of("1.5", 1.5), 3);
    assert_int_equal(number_of("1,5", 1), 1);
    numbers_are_written();
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail_records_a_sentence),
        cmocka_unit_test(test_fail_may_wrap_its_own_text),
        cmocka_unit_test(test_long_sentence_is_cut_between_characters),
        cmocka_unit_test(test_every_status_has_text_and_exit_code),
        cmocka_unit_test(test_vec_grows_and_keeps),
        cmocka_unit_test(test_vec_refuses_impossible_sizes),
        cmocka_unit_test(test_cpu_without_fma_is_refused),
        cmocka_unit_test(test_cpu_list_agrees_with_check),
        cmocka_unit_test(test_nearest_name),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_are_written_as_they_are_read),
        cmocka_unit_test(test_numbers_in_another_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
