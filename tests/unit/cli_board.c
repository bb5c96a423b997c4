/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of cli/board and cli/keys: in which order the board stands, what is left of it by a filter,
 * and what each key does. */
#include "tests/unit/board_office.h"

enum { PAGE_ROWS = 4 };

/* The ids that are shown, in their order. */
static void assert_shown(const struct board_office *office, const uint64_t *ids, size_t count)
{
    assert_int_equal(office->board.shown_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(office->board.rows[office->board.shown[i]].source->id, ids[i]);
    }
}

/* Presses the keys of @text, as a terminal sends them. Returns whether the program goes on. */
static bool press(struct board_office *office, const char *text)
{
    while (*text != '\0') {
        uint32_t key = KEY_UNKNOWN;

        text += key_take(text, &key);
        if (!board_view_key(&office->view, &office->board, key, PAGE_ROWS)) {
            return false;
        }
        board_show(&office->board, &office->view, office->board.now_ms);
    }
    return true;
}

static uint64_t selected_id(const struct board_office *office)
{
    const struct board_row *row = board_selected(&office->board, &office->view);

    return row == NULL ? 0 : row->source->id;
}

static void overdue_comes_first_then_the_least_time_then_what_stands(void **state)
{
    static const uint64_t ids[] = {1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2};
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);

    assert_shown(office, ids, ARRAY_COUNT(ids));
    assert_int_equal(board_count(&office->board, LAMP_OVERDUE), 1);
    assert_int_equal(board_count(&office->board, LAMP_HELD), 2);
}

static void a_deadline_passes_by_the_time_alone(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "17 17:30:00", 1);
    assert_int_equal(board_count(&office->board, LAMP_OVERDUE), 1);

    board_show(&office->board, &office->view, office->board.now_ms + 1000);

    assert_int_equal(board_count(&office->board, LAMP_OVERDUE), 3);
}

static void filters_leave_what_they_say_and_go_by_the_same_key(void **state)
{
    static const uint64_t overdue[] = {1};
    static const uint64_t near[] = {3, 4, 5};
    static const uint64_t held[] = {5, 2};
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);

    assert_true(press(office, "o"));
    assert_shown(office, overdue, ARRAY_COUNT(overdue));
    assert_true(press(office, "n"));
    assert_shown(office, near, ARRAY_COUNT(near));
    assert_true(press(office, "h"));
    assert_shown(office, held, ARRAY_COUNT(held));
    assert_true(press(office, "h"));
    assert_int_equal(office->board.shown_count, 11);
}

static void a_department_is_shown_what_it_has_to_answer_by_its_own_clocks(void **state)
{
    static const uint64_t planning[] = {6, 8, 10};
    static const uint64_t fire[] = {1, 3, 4, 6, 9, 10, 11};
    static const uint64_t fire_near[] = {3, 4};
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);

    assert_true(press(office, "d"));
    assert_shown(office, planning, ARRAY_COUNT(planning));
    assert_true(press(office, "d"));
    assert_shown(office, fire, ARRAY_COUNT(fire));
    assert_true(press(office, "n"));
    assert_shown(office, fire_near, ARRAY_COUNT(fire_near));
    assert_true(press(office, "a"));
    assert_int_equal(office->board.shown_count, 11);
}

static void after_the_last_department_come_all(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);

    assert_true(press(office, "dddddddd"));
    assert_string_equal(office->view.department, "construction");
    assert_true(press(office, "d"));
    assert_string_equal(office->view.department, "");
}

static void a_part_of_the_title_or_number_is_found(void **state)
{
    static const uint64_t by_title[] = {10, 2};
    static const uint64_t by_number[] = {7};
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);

    assert_true(press(office, "/人和q\x7f\r"));
    assert_false(office->view.is_searching);
    assert_string_equal(office->view.search, "人和");
    assert_shown(office, by_title, ARRAY_COUNT(by_title));
    assert_true(press(office, "/\x7f\x7f"
                              "ljhs-2026-0007\r"));
    assert_shown(office, by_number, ARRAY_COUNT(by_number));
    assert_true(press(office, "/\033"));
    assert_int_equal(office->board.shown_count, 11);
}

static void a_search_of_any_length_stays_within_its_bounds(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);
    assert_true(press(office, "/"));
    for (size_t i = 0; i < BOARD_SEARCH_BYTES; i++) {
        assert_true(press(office, "会"));
    }

    assert_int_equal(strlen(office->view.search), 63);
}

static void the_selection_follows_its_proposal(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "16 09:00", 1);
    assert_true(press(office, "\033[B\033[B"));
    uint64_t id = selected_id(office);

    board_office_at(office, "17 17:31:00", 1);

    assert_int_equal(selected_id(office), id);
}

static void a_selection_that_goes_falls_to_what_took_its_place(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);
    assert_true(press(office, "G"));
    assert_int_equal(selected_id(office), 2);

    assert_true(press(office, "k"));
    assert_int_equal(selected_id(office), 11);
    office->view.filter = FILTER_NEAR;
    board_show(&office->board, &office->view, office->board.now_ms);

    assert_int_equal(selected_id(office), 5);
}

static void pages_turn_and_end(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);

    assert_true(press(office, " "));
    assert_int_equal(office->view.selected_index, 4);
    assert_true(press(office, "\033[6~\033[6~\033[6~"));
    assert_int_equal(office->view.selected_index, 10);
    assert_true(press(office, "b"));
    assert_int_equal(office->view.selected_index, 6);
    assert_true(press(office, "g\033[A"));
    assert_int_equal(office->view.selected_index, 0);
}

static void one_is_opened_and_left(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);

    assert_true(press(office, "\r"));
    assert_true(office->view.is_detail);
    assert_int_equal(selected_id(office), 1);
    assert_true(press(office, "o\033[B"));
    assert_int_equal(office->view.filter, FILTER_ALL);
    assert_int_equal(selected_id(office), 3);
    assert_true(press(office, "\033"));
    assert_false(office->view.is_detail);
}

static void the_only_one_cannot_be_left_but_by_the_end(void **state)
{
    struct board_office *office = *state;

    office->view.is_single = true;
    office->view.is_detail = true;
    board_office_at(office, "17 17:25:00", 1);

    assert_true(press(office, "\033"));
    assert_true(office->view.is_detail);
    assert_false(press(office, "q"));
}

static void these_keys_end_it(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "17 17:25:00", 1);

    assert_false(press(office, "q"));
    assert_false(press(office, "\x03"));
    assert_false(press(office, "\x04"));
    assert_false(press(office, "/\x03")); /* also while something is searched for */
    assert_true(press(office, "\033[99~\033Ox\xff"));
}

static void an_empty_office_takes_every_key(void **state)
{
    struct board_office *office = *state;

    board_office_at(office, "01 09:00", 1);

    assert_int_equal(office->board.row_count, 0);
    assert_true(press(office, "ondhd/x\r\033 bgG\r\033[A\033[B"));
    assert_null(board_selected(&office->board, &office->view));
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, board_office_set_up, board_office_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(overdue_comes_first_then_the_least_time_then_what_stands),
        TEST(a_deadline_passes_by_the_time_alone),
        TEST(filters_leave_what_they_say_and_go_by_the_same_key),
        TEST(a_department_is_shown_what_it_has_to_answer_by_its_own_clocks),
        TEST(after_the_last_department_come_all),
        TEST(a_part_of_the_title_or_number_is_found),
        TEST(a_search_of_any_length_stays_within_its_bounds),
        TEST(the_selection_follows_its_proposal),
        TEST(a_selection_that_goes_falls_to_what_took_its_place),
        TEST(pages_turn_and_end),
        TEST(one_is_opened_and_left),
        TEST(the_only_one_cannot_be_left_but_by_the_end),
        TEST(these_keys_end_it),
        TEST(an_empty_office_takes_every_key),
    };

    return cmocka_run_group_tests_name("cli_board", tests, NULL, NULL);
}
