/* SPDX-License-Identifier: Apache-2.0 */
/* Golden screens of `huishen watch`: the frames of one office at three moments, in two sizes, to
 * the character. They are in tests/data/golden_screens/NAME.txt; GOLDEN_PRINT=NAME prints the one
 * of that name as it is made now. */
#include "tests/unit/board_office.h"

#include <stdio.h>

#include "os/files.h"

enum { SCREEN_BYTES_MAX = 1024 * 1024 };

struct scene {
    const char *name; /* with the size and the language */
    const char *now;
    size_t rows;
    size_t columns;
    size_t times; /* how large the office is */
    enum language language;
    struct board_view view;
};

#define LIVE .is_live = true

static const struct scene scenes[] = {
    {"quiet_morning.80x24.zh", "11 09:05:00", 24, 80, 1, LANGUAGE_ZH, {LIVE}},
    {"quiet_morning.200x50.zh", "11 09:05:00", 50, 200, 1, LANGUAGE_ZH, {LIVE}},
    {"before_close.80x24.zh", "17 17:25:00", 24, 80, 1, LANGUAGE_ZH, {LIVE}},
    {"before_close.200x50.zh", "17 17:25:00", 50, 200, 1, LANGUAGE_ZH, {LIVE}},
    {"after_close.80x24.zh", "17 17:31:00", 24, 80, 1, LANGUAGE_ZH, {LIVE}},
    {"after_close.200x50.zh", "17 17:31:00", 50, 200, 1, LANGUAGE_ZH, {LIVE}},
    {"before_close.80x24.en", "17 17:25:00", 24, 80, 1, LANGUAGE_EN, {LIVE}},
    {"before_close.200x50.en", "17 17:25:00", 50, 200, 1, LANGUAGE_EN, {LIVE}},
    {"held_only.80x24.zh", "17 17:25:00", 24, 80, 1, LANGUAGE_ZH, {LIVE, .filter = FILTER_HELD}},
    {"of_gas.80x24.zh", "17 17:25:00", 24, 80, 1, LANGUAGE_ZH, {LIVE, .department = "gas"}},
    {"search.80x24.zh",
     "17 17:25:00",
     24,
     80,
     1,
     LANGUAGE_ZH,
     {LIVE, .search = "人和", .is_searching = true}},
    {"second_page.80x24.zh", "17 17:25:00", 24, 80, 4, LANGUAGE_ZH, {LIVE, .selected = 9}},
    {"nothing_found.80x24.en", "17 17:25:00", 24, 80, 1, LANGUAGE_EN, {LIVE, .search = "nowhere"}},
    {"one.80x24.zh",
     "17 17:25:00",
     24,
     80,
     1,
     LANGUAGE_ZH,
     {LIVE, .selected = 5, .is_detail = true}},
    {"one.200x50.en",
     "17 17:31:00",
     50,
     200,
     1,
     LANGUAGE_EN,
     {LIVE, .selected = 1, .is_detail = true}},
    {"silent_broker.80x24.zh", "17 17:25:00", 24, 80, 1, LANGUAGE_ZH, {LIVE}},
    {"narrow.40x12.zh", "17 17:25:00", 12, 40, 1, LANGUAGE_ZH, {LIVE}},
    {"printed.120.zh", "17 17:25:00", 0, 120, 1, LANGUAGE_ZH, {.is_live = false}},
};

static const char *frame_of(struct board_office *office, const struct scene *scene)
{
    const struct board_frame frame = {&office->cli, &office->board, &office->view};
    struct text_builder out;
    struct screen screen;

    office->cli.language = scene->language;
    office->view = scene->view;
    if (strncmp(scene->name, "silent", 6) == 0) {
        office->view.silent_from_ms = board_instant(office, "17 17:24:40");
    }
    board_office_at(office, scene->now, scene->times);
    assert_true(screen_init(&screen, scene->rows > 0 ? scene->rows : board_frame_rows(&frame),
                            scene->columns, &office->arena));
    board_frame_draw(&frame, &screen);
    text_builder_init(&out, &office->arena, SCREEN_BYTES_MAX);
    screen_print(&screen, false, &out);
    return text_builder_finish(&out);
}

static void every_screen_is_as_it_was(void **state)
{
    struct board_office *office = *state;
    const char *wanted = getenv("GOLDEN_PRINT");

    for (size_t i = 0; i < ARRAY_COUNT(scenes); i++) {
        const char *path =
            arena_format(&office->arena, "tests/data/golden_screens/%s.txt", scenes[i].name);
        const char *made = frame_of(office, &scenes[i]);
        struct bytes kept = {0};

        if (wanted != NULL && strcmp(wanted, scenes[i].name) == 0) {
            (void)fputs(made, stdout);
        }
        if (wanted == NULL) {
            assert_int_equal(file_read(path, SCREEN_BYTES_MAX, &office->arena, &kept), ERR_OK);
            if (!bytes_equal(kept, bytes_of_text(made))) {
                fail_msg("%s is now:\n%s", scenes[i].name, made);
            }
        }
    }
}

/* The lamp's colour is its own, and what has no lamp has none. */
static void what_is_overdue_is_red_and_says_so(void **state)
{
    struct board_office *office = *state;
    const struct board_frame frame = {&office->cli, &office->board, &office->view};
    struct text_builder out;
    struct screen screen;

    board_office_at(office, "17 17:31:00", 1);
    assert_true(screen_init(&screen, 50, 200, &office->arena));
    board_frame_draw(&frame, &screen);
    text_builder_init(&out, &office->arena, SCREEN_BYTES_MAX);
    screen_print(&screen, true, &out);
    const char *text = text_builder_finish(&out);

    assert_non_null(strstr(text, "\033[0;1;97;41m逾期\033[0m 9/13"));
    assert_non_null(strstr(text, "\033[0;30;47m中止计时\033[0m 2/11"));
    assert_non_null(strstr(text, "\033[0;97;45m逾期视为同意\033[0m 5/7"));
}

/* Every size down to nothing draws without a fault. */
static void every_size_of_a_terminal_is_drawn(void **state)
{
    struct board_office *office = *state;
    const struct board_frame frame = {&office->cli, &office->board, &office->view};

    board_office_at(office, "17 17:25:00", 2);
    for (size_t rows = 1; rows <= 30; rows++) {
        for (size_t columns = 1; columns <= 130; columns += 3) {
            struct arena_mark mark = arena_mark(&office->arena);
            struct screen screen;

            office->view.is_detail = columns % 2 == 0;
            assert_true(screen_init(&screen, rows, columns, &office->arena));
            board_frame_draw(&frame, &screen);
            arena_rewind(&office->arena, mark);
        }
    }
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, board_office_set_up, board_office_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_screen_is_as_it_was),
        TEST(what_is_overdue_is_red_and_says_so),
        TEST(every_size_of_a_terminal_is_drawn),
    };

    return cmocka_run_group_tests_name("cli_board_screens", tests, NULL, NULL);
}
