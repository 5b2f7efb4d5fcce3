/* The arena: alignment, zeroing, growth past one chunk, texts, overflow, use after free of the whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void test_memory_is_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    sq_arena arena = {0};
    unsigned char *blocks[2000];
    size_t total = 0;
    for (size_t i = 0; i < 2000; i++) {
        size_t size = i % 37;
        blocks[i] = sq_arena_alloc(&arena, size);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(blocks[i][j], 0);
        memset(blocks[i], (int)(i % 251 + 1), size);
        total += size;
    }
    assert_int_equal(arena.bytes, total);
    for (size_t i = 0; i < 2000; i++)
        for (size_t j = 0; j < i % 37; j++)
            assert_int_equal(blocks[i][j], i % 251 + 1);
    sq_arena_free(&arena);
}

static void test_large_request_gets_its_own_room(void **state)
{
    (void)state;
    sq_arena arena = {0};
    char *small = sq_arena_alloc(&arena, 1);
    char *large = sq_arena_alloc(&arena, (size_t)5 << 20);
    assert_non_null(small);
    assert_non_null(large);
    large[((size_t)5 << 20) - 1] = 1;
    assert_non_null(sq_arena_alloc(&arena, 1));
    sq_arena_free(&arena);
}

static void test_empty_requests_have_addresses_of_their_own(void **state)
{
    (void)state;
    sq_arena arena = {0};
    void *one = sq_arena_alloc(&arena, 0), *two = sq_arena_array(&arena, 0, 8);
    assert_non_null(one);
    assert_non_null(two);
    assert_ptr_not_equal(one, two);
    sq_arena_free(&arena);
}

static void test_reset_keeps_the_memory_and_zeroes_it(void **state)
{
    (void)state;
    sq_arena arena = {0};
    sq_arena_reset(&arena);
    assert_null(arena.head);
    const void *chunk = NULL;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 50; i++) {
            unsigned char *memory = sq_arena_alloc(&arena, 1000);
            assert_non_null(memory);
            for (int j = 0; j < 1000; j++) assert_int_equal(memory[j], 0);
            memset(memory, 1, 1000);
        }
        if (round > 0) assert_ptr_equal(arena.head, chunk);
        sq_arena_reset(&arena);
        assert_int_equal(arena.bytes, 0);
        chunk = arena.head;
    }
    sq_arena_free(&arena);
}

static void test_impossible_requests_fail(void **state)
{
    (void)state;
    sq_arena arena = {0};
    assert_null(sq_arena_alloc(&arena, SIZE_MAX));
    assert_null(sq_arena_array(&arena, SIZE_MAX / 4, 8));
    assert_null(sq_arena_text(&arena, "", SIZE_MAX));
    assert_non_null(sq_arena_array(&arena, 10, 8)); /* a failure leaves the arena usable */
    assert_int_equal(arena.bytes, 80);
    sq_arena_free(&arena);
}

static void test_texts(void **state)
{
    (void)state;
    sq_arena arena = {0};
    assert_string_equal(sq_arena_text(&arena, "relapse.extra", 7), "relapse");
    assert_string_equal(sq_arena_text(&arena, NULL, 0), "");
    assert_string_equal(sq_arena_format(&arena, "%s[%d]", "course", 3), "course[3]");
    const char *wide = sq_arena_format(&arena, "%10000d", 7);
    assert_int_equal(strlen(wide), 10000);
    sq_arena_free(&arena);
}

static void test_free_leaves_a_fresh_arena(void **state)
{
    (void)state;
    sq_arena arena = {0};
    sq_arena_free(&arena);
    assert_non_null(sq_arena_alloc(&arena, 100));
    sq_arena_free(&arena);
    assert_null(arena.head);
    assert_int_equal(arena.bytes, 0);
    assert_non_null(sq_arena_alloc(&arena, 100));
    sq_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_aligned_zeroed_and_apart),
        cmocka_unit_test(test_large_request_gets_its_own_room),
        cmocka_unit_test(test_empty_requests_have_addresses_of_their_own),
        cmocka_unit_test(test_reset_keeps_the_memory_and_zeroes_it),
        cmocka_unit_test(test_impossible_requests_fail),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_free_leaves_a_fresh_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
