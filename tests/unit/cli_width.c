/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/width, cli/table and cli/stamp: what stands in which column. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/stamp.h"
#include "cli/table.h"
#include "cli/width.h"

struct fixture {
    struct arena arena;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    arena_init(&f->arena, 1024 * 1024);
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

static void a_chinese_character_takes_two_columns(void **state)
{
    (void)state;
    assert_int_equal(width_of_text("会审"), 4);
    assert_int_equal(width_of_text("（会审）"), 8);
    assert_int_equal(width_of_text("fire"), 4);
    assert_int_equal(width_of_text("ＬＪ"), 4);
    assert_int_equal(width_of_text("é"), 1);
    assert_int_equal(width_of_text("m²"), 2);
    assert_int_equal(width_of_text("鳸🙂𠀀"), 6);
    assert_int_equal(width_of_text(""), 0);
}

static void a_combining_mark_takes_none(void **state)
{
    (void)state;
    assert_int_equal(width_of_text("e\xcc\x81"), 1); /* e and U+0301 */
    assert_int_equal(width_of_code_point(0x200B), 0);
}

static void a_broken_byte_takes_one(void **state)
{
    (void)state;
    assert_int_equal(width_of_text("a\xff"
                                   "b"),
                     3);
    assert_int_equal(width_of_text("\xe4\xbc"), 2); /* the first two bytes of three */
}

static void what_fits_is_left_as_it_is(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(width_fit("会审", 4, &f->arena), "会审");
    assert_string_equal(width_fit("", 1, &f->arena), "");
}

static void what_does_not_fit_is_cut_between_characters(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(width_fit("联合会审", 5, &f->arena), "联合…");
    assert_string_equal(width_fit("联合会审", 6, &f->arena), "联合…"); /* a half is not shown */
    assert_string_equal(width_fit("department", 4, &f->arena), "dep…");
    assert_string_equal(width_fit("联合", 1, &f->arena), "…");
}

static void nothing_that_commands_a_terminal_is_let_through(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(width_fit("a\033[31mb\n\t", 20, &f->arena), "a?[31mb??");
    assert_string_equal(width_fit("a\xe2\x80\xae"
                                  "b",
                                  20, &f->arena),
                        "a?b"); /* U+202E turns the direction */
    assert_string_equal(width_fit("a\xffz", 20, &f->arena), "a?z");
}

static void a_line_breaks_at_blanks_and_between_wide_characters(void **state)
{
    (void)state;
    assert_int_equal(width_line("one two three", 8), strlen("one two"));
    assert_int_equal(width_line("one two", 20), strlen("one two"));
    assert_int_equal(width_line("联合会审结论", 8), strlen("联合会审"));
    assert_int_equal(width_line("abcdefgh", 3), 3);
    assert_int_equal(width_line("会", 1), strlen("会")); /* one character at least */
}

static void a_line_does_not_begin_with_a_closing_mark(void **state)
{
    (void)state;
    assert_int_equal(width_line("联合会审，结论", 8), strlen("联合会"));
}

static void columns_of_a_table_stand_below_each_other(void **state)
{
    static const struct table_column columns[] = {
        {.title = {"部门", "department"}},
        {.title = {"结果", "result"}, .columns_max = 6},
        {.title = {"时限", "due"}},
    };
    struct fixture *f = *state;
    char *printed = NULL;
    size_t size = 0;
    struct cli cli = {
        .out = open_memstream(&printed, &size), .arena = &f->arena, .language = LANGUAGE_ZH};
    struct table table;

    table_init(&table, &cli, columns, ARRAY_COUNT(columns));
    table_add(&table, (const char *const[]){"fire", "修改后同意", "x"});
    table_add(&table, (const char *const[]){"消防救援支队", "同意", NULL});
    table_print(&table);
    (void)fclose(cli.out);

    assert_string_equal(printed, "部门          结果   时限\n"
                                 "fire          修改…  x\n"
                                 "消防救援支队  同意   \n");
    free(printed);
}

static void a_table_without_rows_prints_nothing(void **state)
{
    static const struct table_column columns[] = {{.title = {"部门", "department"}}};
    struct fixture *f = *state;
    char *printed = NULL;
    size_t size = 0;
    struct cli cli = {.out = open_memstream(&printed, &size), .arena = &f->arena};
    struct table table;

    table_init(&table, &cli, columns, 1);
    table_print(&table);
    (void)fclose(cli.out);

    assert_string_equal(printed, "");
    free(printed);
}

static void an_instant_is_shown_in_local_time(void **state)
{
    char stamp[STAMP_BYTES];

    (void)state;
    stamp_write(INT64_C(1773109200123), 480, stamp);
    assert_string_equal(stamp, "2026-03-10 10:20:00");
    stamp_write(INT64_C(1773109200123), -330, stamp);
    assert_string_equal(stamp, "2026-03-09 20:50:00");
    stamp_write(0, 480, stamp);
    assert_string_equal(stamp, "-");
}

static void an_instant_out_of_all_bounds_is_shown_at_them(void **state)
{
    char stamp[STAMP_BYTES];

    (void)state;
    stamp_write(INT64_MAX, 0, stamp);
    assert_string_equal(stamp, "9999-12-31 00:00:00");
    stamp_write(INT64_MIN, -720, stamp);
    assert_string_equal(stamp, "1970-01-01 00:00:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chinese_character_takes_two_columns),
        cmocka_unit_test(a_combining_mark_takes_none),
        cmocka_unit_test(a_broken_byte_takes_one),
        cmocka_unit_test_setup_teardown(what_fits_is_left_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_cut_between_characters, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_that_commands_a_terminal_is_let_through, set_up,
                                        tear_down),
        cmocka_unit_test(a_line_breaks_at_blanks_and_between_wide_characters),
        cmocka_unit_test(a_line_does_not_begin_with_a_closing_mark),
        cmocka_unit_test_setup_teardown(columns_of_a_table_stand_below_each_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_table_without_rows_prints_nothing, set_up, tear_down),
        cmocka_unit_test(an_instant_is_shown_in_local_time),
        cmocka_unit_test(an_instant_out_of_all_bounds_is_shown_at_them),
    };

    return cmocka_run_group_tests_name("cli_width", tests, NULL, NULL);
}
