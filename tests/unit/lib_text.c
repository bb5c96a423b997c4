/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of lib/text: UTF-8 at its edges, the builder's failures, the nearest word, dates. */
#include "tests/lib/test.h"

#include <string.h>

#include "lib/text.h"

static void only_well_formed_utf8_passes(void **state)
{
    static const char *const good[] = {"",
                                       "a",
                                       "\x7F",
                                       "\xC2\x80",
                                       "\xDF\xBF",
                                       "\xE0\xA0\x80",
                                       "\xED\x9F\xBF",
                                       "\xEE\x80\x80",
                                       "\xF0\x90\x80\x80",
                                       "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {"\x80",
                                      "\xBF",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xC2",
                                      "\xE0\x9F\xBF",
                                      "\xED\xA0\x80",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE4\xB8",
                                      "\xC2\x41",
                                      "\xFF"};
    (void)state;

    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        assert_true(text_is_utf8(bytes_of_text(good[i])));
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(text_is_utf8(bytes_of_text(bad[i])));
    }
    assert_true(text_is_utf8((struct bytes){(const uint8_t *)"\0a", 2}));
    assert_true(text_is_utf8((struct bytes){NULL, 0}));
}

static void every_code_point_is_written_well_formed(void **state)
{
    (void)state;

    for (uint32_t code = 0; code <= TEXT_CODE_POINT_MAX + 2; code++) {
        uint8_t out[TEXT_CODE_POINT_BYTES];
        size_t size = text_put_code_point(code, out);
        bool is_allowed = code <= TEXT_CODE_POINT_MAX && (code < 0xD800 || code > 0xDFFF);

        assert_int_equal(size > 0, is_allowed);
        if (size > 0) {
            assert_true(text_is_utf8((struct bytes){out, size}));
            assert_int_equal(text_code_points((struct bytes){out, size}), 1);
        }
    }
}

static void texts_are_ordered_by_code_point(void **state)
{
    (void)state;

    assert_true(text_compare(bytes_of_text("abc"), bytes_of_text("abcd")) < 0);
    assert_true(text_compare(bytes_of_text("b"), bytes_of_text("abcd")) > 0);
    assert_true(text_compare(bytes_of_text("a"), bytes_of_text("\xC3\xA1")) < 0);
    assert_int_equal(text_compare((struct bytes){NULL, 0}, bytes_of_text("")), 0);
}

static void the_nearest_word_is_one_slip_away(void **state)
{
    static const char *const words[] = {"clear_width_m", "clear_height_m", "grade_pct", "id"};
    (void)state;

    assert_string_equal(text_nearest("clear_witdh_m", words, 4), "clear_width_m");
    assert_string_equal(text_nearest("clear_heigth", words, 4), "clear_height_m");
    assert_string_equal(text_nearest("ids", words, 4), "id");
    assert_null(text_nearest("obstacles", words, 4));
    assert_null(text_nearest("id", words, 0));
    assert_null(text_nearest(
        "an_overlong_word_that_is_longer_than_any_word_there_is_in_a_dictionary", words, 4));
}

static void a_text_is_built_piece_by_piece(void **state)
{
    struct arena arena;
    struct text_builder builder;
    (void)state;
    arena_init(&arena, 4096);

    text_builder_init(&builder, &arena, 1000);
    text_builder_add(&builder, "lanes[");
    text_builder_add_bytes(&builder, (struct bytes){(const uint8_t *)"L2x", 2});
    text_builder_add(&builder, "] = ");
    text_builder_add_number(&builder, (struct number){21, 4});
    text_builder_add_format(&builder, ", %d%%", 50);
    for (int i = 0; i < 20; i++) {
        text_builder_add(&builder, " again");
    }

    const char *text = text_builder_finish(&builder);
    assert_memory_equal(text, "lanes[L2] = 21/4, 50% again again", 33);
    assert_int_equal(strlen(text), 21 + 120);
    arena_release(&arena);
}

static void an_empty_text_is_a_text(void **state)
{
    struct arena arena;
    struct text_builder builder;
    (void)state;
    arena_init(&arena, 4096);

    text_builder_init(&builder, &arena, 0);

    assert_string_equal(text_builder_finish(&builder), "");
    arena_release(&arena);
}

static void a_builder_without_room_fails_softly(void **state)
{
    struct arena arena;
    struct text_builder builder;
    (void)state;

    for (size_t capacity = 0; capacity < 128; capacity += 16) {
        arena_init(&arena, capacity);
        text_builder_init(&builder, &arena, 1000);
        text_builder_add_format(&builder, "%0100d", 1);
        text_builder_add(&builder, "more");
        assert_null(text_builder_finish(&builder));
        arena_release(&arena);
    }
    arena_init(&arena, 4096);
    text_builder_init(&builder, &arena, 5);
    text_builder_add(&builder, "12345");
    assert_string_equal(text_builder_finish(&builder), "12345");
    text_builder_add(&builder, "6");
    assert_null(text_builder_finish(&builder));
    arena_release(&arena);
}

static void days_that_exist_are_dates(void **state)
{
    static const char *const bad[] = {"2026-02-29", "1900-02-29", "2026-13-01",  "2026-00-10",
                                      "2026-04-31", "0000-01-01", "2026-3-1",    "2026-03-1 ",
                                      "2026/03/10", "+026-03-10", "2026-03-100", ""};
    int32_t date = 0;
    char text[TEXT_DATE_BYTES];
    (void)state;

    assert_true(date_from_text(bytes_of_text("2026-03-10"), &date));
    assert_int_equal(date, 20260310);
    assert_true(date_from_text(bytes_of_text("2000-02-29"), &date));
    assert_true(date_from_text(bytes_of_text("9999-12-31"), &date));
    assert_true(date_from_text(bytes_of_text("0001-01-01"), &date));
    date_to_text(date, text);
    assert_string_equal(text, "0001-01-01");
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(date_from_text(bytes_of_text(bad[i]), &date));
    }
    assert_int_equal(date, 10101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_well_formed_utf8_passes),
        cmocka_unit_test(every_code_point_is_written_well_formed),
        cmocka_unit_test(texts_are_ordered_by_code_point),
        cmocka_unit_test(the_nearest_word_is_one_slip_away),
        cmocka_unit_test(a_text_is_built_piece_by_piece),
        cmocka_unit_test(an_empty_text_is_a_text),
        cmocka_unit_test(a_builder_without_room_fails_softly),
        cmocka_unit_test(days_that_exist_are_dates),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
