/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/screen: what stands in which cell, and what is sent to get from one frame to the
 * next. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/screen.h"

enum { OUT_BYTES_MAX = 64 * 1024 };

struct fixture {
    struct arena arena;
    struct screen before;
    struct screen after;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    arena_init(&f->arena, 1024 * 1024);
    assert_true(screen_init(&f->before, 2, 10, &f->arena));
    assert_true(screen_init(&f->after, 2, 10, &f->arena));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    free(f);
    return 0;
}

static struct place at(size_t row, size_t column, size_t columns)
{
    return (struct place){row, column, columns};
}

static const char *difference(struct fixture *f, const struct screen *before)
{
    struct text_builder out;

    text_builder_init(&out, &f->arena, OUT_BYTES_MAX);
    screen_difference(before, &f->after, true, &out);
    return text_builder_finish(&out);
}

static void a_text_is_cut_at_its_place_and_at_the_edge(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(screen_put(&f->after, at(0, 0, 5), STYLE_PLAIN, "联合会审"), 5);
    assert_int_equal(screen_put(&f->after, at(0, 6, 99), STYLE_PLAIN, "fire and rescue"), 4);
    assert_int_equal(screen_put(&f->after, at(1, 9, 99), STYLE_PLAIN, "会"), 1);
    assert_int_equal(screen_put(&f->after, at(2, 0, 99), STYLE_PLAIN, "x"), 0);

    assert_string_equal(screen_line(&f->after, 0, &f->arena), "联合… fir…");
    assert_string_equal(screen_line(&f->after, 1, &f->arena), "         …");
}

static void no_half_of_a_wide_character_is_left(void **state)
{
    struct fixture *f = *state;

    screen_put(&f->after, at(0, 0, 10), STYLE_PLAIN, "联合会审");
    screen_put(&f->after, at(0, 3, 1), STYLE_PLAIN, "x");
    screen_put(&f->after, at(0, 5, 2), STYLE_PLAIN, "水");

    assert_string_equal(screen_line(&f->after, 0, &f->arena), "联 x 水");
}

static void a_mark_joins_its_character_and_no_command_gets_through(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(screen_put(&f->after, at(0, 0, 10), STYLE_PLAIN, "e\xcc\x81\033[2J"), 5);

    assert_string_equal(screen_line(&f->after, 0, &f->arena), "e\xcc\x81?[2J");
}

static void the_first_frame_is_sent_whole(void **state)
{
    struct fixture *f = *state;

    screen_put(&f->after, at(1, 2, 10), STYLE_BOLD, "会审");

    const char *sent = difference(f, NULL);

    assert_non_null(strstr(sent, "\033[2J"));
    assert_non_null(strstr(sent, "\033[0;1m会审"));
}

static void an_equal_frame_sends_nothing(void **state)
{
    struct fixture *f = *state;

    screen_put(&f->before, at(0, 0, 10), STYLE_RED, "逾期");
    screen_put(&f->after, at(0, 0, 10), STYLE_RED, "逾期");

    assert_string_equal(difference(f, &f->before), "");
}

static void only_what_changed_is_sent(void **state)
{
    struct fixture *f = *state;

    screen_put(&f->before, at(1, 0, 10), STYLE_PLAIN, "00:05:00");
    screen_put(&f->after, at(1, 0, 10), STYLE_PLAIN, "00:04:59");

    assert_string_equal(difference(f, &f->before), "\033[2;5H\033[0m4\033[2;7H59");
}

static void a_wide_character_in_the_place_of_two_is_sent(void **state)
{
    struct fixture *f = *state;

    screen_put(&f->before, at(0, 0, 10), STYLE_PLAIN, "会ab");
    screen_put(&f->after, at(0, 0, 10), STYLE_PLAIN, "a会b");

    assert_string_equal(difference(f, &f->before), "\033[1;1H\033[0ma会");
}

static void a_line_printed_ends_without_blanks(void **state)
{
    struct fixture *f = *state;
    struct text_builder out;

    screen_put(&f->after, at(0, 1, 10), STYLE_RED, "逾");
    text_builder_init(&out, &f->arena, OUT_BYTES_MAX);
    screen_print(&f->after, false, &out);

    assert_string_equal(text_builder_finish(&out), " 逾\n\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_text_is_cut_at_its_place_and_at_the_edge),
        TEST(no_half_of_a_wide_character_is_left),
        TEST(a_mark_joins_its_character_and_no_command_gets_through),
        TEST(the_first_frame_is_sent_whole),
        TEST(an_equal_frame_sends_nothing),
        TEST(only_what_changed_is_sent),
        TEST(a_wide_character_in_the_place_of_two_is_sent),
        TEST(a_line_printed_ends_without_blanks),
    };

    return cmocka_run_group_tests_name("cli_screen", tests, NULL, NULL);
}
