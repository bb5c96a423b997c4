/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/board_frame.h"

#include <string.h>

#include "cli/lamp_text.h"
#include "cli/stamp.h"
#include "cli/width.h"
#include "cli/words.h"
#include "lib/civil.h"

enum {
    EMPTY_COLUMN = 2,      /* where the sentence stands that there is nothing */
    DATE_STAMP_BYTES = 10, /* of a stamp: "2026-03-10" */
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static const char *weekday_of(const struct board_frame *frame)
{
    const struct board *board = frame->board;

    return word_of_weekday(frame->cli,
                           civil_weekday(civil_day_at(board->now_ms, board->utc_offset_minutes)));
}

void board_draw_bar(const struct board_frame *frame, struct screen *screen, const char *title)
{
    const struct cli *cli = frame->cli;
    char stamp[STAMP_BYTES];
    char silent[STAMP_BYTES];
    enum style style = frame->view->silent_from_ms == 0 ? STYLE_BAR : STYLE_RED;

    stamp_write(frame->board->now_ms, frame->board->utc_offset_minutes, stamp);
    stamp_write(frame->view->silent_from_ms, frame->board->utc_offset_minutes, silent);
    const char *time = cli_format(cli, "%.*s %s %s ", DATE_STAMP_BYTES, stamp, weekday_of(frame),
                                  stamp + DATE_STAMP_BYTES + 1);
    if (frame->view->silent_from_ms != 0) {
        time =
            cli_format(cli, cli_text(cli, "自 %s 起无应答，计时照常  %s", "no answer since %s  %s"),
                       silent + DATE_STAMP_BYTES + 1, time);
    }

    size_t width = width_of_text(time);
    size_t column = screen->columns > width ? screen->columns - width : 0;
    screen_style_row(screen, 0, style);
    screen_put(screen, (struct place){0, 1, column > 2 ? column - 2 : 0}, style, title);
    screen_put(screen, (struct place){0, column, width}, style, time);
}

void board_draw_keys(const struct board_frame *frame, struct screen *screen,
                     const struct phrase *keys)
{
    size_t row = screen->rows - 1;
    size_t column = 1;

    for (; keys->zh != NULL; keys++) {
        const char *text = cli_phrase(frame->cli, *keys);
        size_t key_bytes = strcspn(text, " ");
        size_t width = width_of_text(text);

        if (column + width > screen->columns) {
            return;
        }
        screen_put(screen, (struct place){row, column, width}, STYLE_PLAIN, text);
        screen_put(screen, (struct place){row, column, width}, STYLE_BOLD,
                   cli_format(frame->cli, "%.*s", (int)key_bytes, text));
        column += width + 2;
    }
}

/* What is looked at, and which of how many. */
static const char *looked_at(const struct board_frame *frame, size_t first, size_t count)
{
    static const struct phrase filters[] = {
        [FILTER_ALL] = {"", ""},
        [FILTER_OVERDUE] = {"只看逾期  ", "overdue only  "},
        [FILTER_NEAR] = {"只看临期  ", "near only  "},
        [FILTER_HELD] = {"只看中止  ", "on hold only  "},
    };
    const struct cli *cli = frame->cli;
    const struct board *board = frame->board;
    const struct board_view *view = frame->view;
    const char *department = "";
    const char *search = view->search[0] == '\0'
                             ? ""
                             : cli_format(cli, cli_text(cli, "查找“%s”  ", "“%s”  "), view->search);

    for (size_t i = 0; i < board->column_count; i++) {
        if (strcmp(board->columns[i]->id, view->department) == 0) {
            department = cli_format(cli, "%s  ", word_of(cli, board->columns[i]->title));
        }
    }
    return cli_format(cli, "%s%s%s%zu-%zu/%zu%s ", cli_phrase(cli, filters[view->filter]),
                      department, search, count == 0 ? 0 : first + 1, first + count,
                      board->shown_count, board->is_cut ? "+" : "");
}

/* The counts of lamps, and at the right what is looked at. */
static void draw_counts(const struct board_frame *frame, struct screen *screen, size_t first,
                        size_t count)
{
    const char *right = looked_at(frame, first, count);
    size_t width = width_of_text(right);
    size_t end = screen->columns > width ? screen->columns - width : 0;
    size_t column = 1;

    for (enum lamp lamp = LAMP_OVERDUE; lamp <= LAMP_HELD; lamp++) {
        const char *word = lamp_word(frame->cli, lamp);
        const char *number = cli_format(frame->cli, " %zu  ", board_count(frame->board, lamp));

        if (column + width_of_text(word) + width_of_text(number) <= end) {
            column +=
                screen_put(screen, (struct place){1, column, end - column}, lamp_style(lamp), word);
            column +=
                screen_put(screen, (struct place){1, column, end - column}, STYLE_PLAIN, number);
        }
    }
    screen_put(screen, (struct place){1, end, width}, STYLE_PLAIN, right);

    const char *note = cli_text(frame->cli, "用时：计入/实际天数", "days: counted/real");
    size_t note_width = width_of_text(note) + 2;
    if (column + note_width <= end) {
        screen_put(screen, (struct place){1, end - note_width, note_width}, STYLE_FAINT, note);
    }
}

/* The selected proposal in full: its title, and whose clock it is that is most urgent. */
static void draw_selected(const struct board_frame *frame, struct screen *screen, size_t at)
{
    const struct cli *cli = frame->cli;
    const struct board_row *row = board_selected(frame->board, frame->view);
    const char *whose = "";

    if (row == NULL) {
        return;
    }
    for (size_t i = 0; i < frame->board->column_count; i++) {
        if (&row->cells[i] == row->first) {
            char due[STAMP_BYTES];

            stamp_write(row->first->review->due_at, frame->board->utc_offset_minutes, due);
            whose = cli_format(cli, cli_text(cli, "%s 截止 %.16s  ", "%s due %.16s  "),
                               word_of(cli, frame->board->columns[i]->title), due);
        }
    }
    screen_put(screen, (struct place){at, 1, screen->columns - 1}, STYLE_BOLD,
               cli_format(cli, cli_text(cli, "%s%s  第%u轮", "%s%s  round %u"), whose,
                          row->source->title, row->source->round));
}

static bool has_provisional(const struct board *board)
{
    for (size_t i = 0; i < board->row_count; i++) {
        for (size_t j = 0; j < board->column_count; j++) {
            if (board->rows[i].cells[j].reading.is_provisional) {
                return true;
            }
        }
    }
    return false;
}

/* What the marks stand for. */
static void draw_marks(const struct board_frame *frame, struct screen *screen, size_t at)
{
    const struct cli *cli = frame->cli;
    size_t column = 1;

    for (enum lamp lamp = 0; lamp < LAMP_COUNT; lamp++) {
        struct place place = {at, column, screen->columns};

        place.column += screen_put(screen, place, lamp_style(lamp), lamp_mark(cli, lamp));
        place.column += screen_put(screen, place, STYLE_FAINT, "=");
        place.column += screen_put(screen, place, STYLE_PLAIN, lamp_word(cli, lamp));
        column = place.column + 1;
    }
    const char *star = cli_text(cli, "*=暂定", "*=provisional");
    if (has_provisional(frame->board) && column + width_of_text(star) <= screen->columns) {
        screen_put(screen, (struct place){at, column, screen->columns}, STYLE_FAINT, star);
    }
}

static void draw_search(const struct board_frame *frame, struct screen *screen)
{
    screen_put(screen, (struct place){screen->rows - 1, 1, screen->columns}, STYLE_BOLD,
               cli_format(frame->cli,
                          cli_text(frame->cli, "查找编号或名称：%s_", "number or title: %s_"),
                          frame->view->search));
}

static void draw_end(const struct board_frame *frame, struct screen *screen)
{
    static const struct phrase keys[] = {
        {"q 退出", "q quit"},
        {"↑↓ 选择", "↑↓ select"},
        {"回车 详情", "Enter open"},
        {"o 逾期", "o overdue"},
        {"n 临期", "n near"},
        {"h 中止", "h held"},
        {"d 部门", "d dept"},
        {"/ 查找", "/ find"},
        {"a 全部", "a all"},
        {"空格 翻页", "Space page"},
        {NULL, NULL},
    };

    if (!frame->view->is_live) {
        draw_marks(frame, screen, screen->rows - 1);
        return;
    }
    draw_selected(frame, screen, screen->rows - 3);
    draw_marks(frame, screen, screen->rows - 2);
    if (frame->view->is_searching) {
        draw_search(frame, screen);
    } else {
        board_draw_keys(frame, screen, keys);
    }
}

size_t board_page_rows(size_t rows)
{
    return rows > FRAME_TOP_ROWS + FRAME_END_ROWS ? rows - FRAME_TOP_ROWS - FRAME_END_ROWS : 1;
}

size_t board_frame_rows(const struct board_frame *frame)
{
    const struct board_row *row = board_selected(frame->board, frame->view);

    if (frame->view->is_detail) {
        return FRAME_TOP_ROWS + 1 + (row == NULL ? 0 : row->source->n_reviews);
    }
    return FRAME_TOP_ROWS + larger(frame->board->shown_count, 1) + 1;
}

static void draw_list(const struct board_frame *frame, struct screen *screen)
{
    const struct board *board = frame->board;
    size_t page = frame->view->is_live ? board_page_rows(screen->rows)
                                       : larger(screen->rows - FRAME_TOP_ROWS - 1, 1);
    size_t first = frame->view->selected_index / page * page;
    size_t count = first < board->shown_count ? smaller(page, board->shown_count - first) : 0;

    draw_counts(frame, screen, first, count);
    board_list_draw(frame, screen, first, count);
    if (count == 0) {
        screen_put(screen, (struct place){FRAME_TOP_ROWS, EMPTY_COLUMN, screen->columns},
                   STYLE_FAINT,
                   board->row_count == 0
                       ? cli_text(frame->cli, "没有在办的申报项目", "no proposal is open")
                       : cli_text(frame->cli, "没有符合条件的；按 a 看全部",
                                  "none of this kind; press a for all"));
    }
}

void board_frame_draw(const struct board_frame *frame, struct screen *screen)
{
    if (screen->rows <= FRAME_TOP_ROWS + 1) {
        return; /* nothing can be read on so few */
    }
    if (frame->view->is_detail) {
        board_detail_draw(frame, screen);
        return;
    }
    board_draw_bar(frame, screen,
                   cli_format(frame->cli, "%s  %s",
                              cli_text(frame->cli, "会审看板", "Joint review"),
                              frame->board->office));
    draw_list(frame, screen);
    draw_end(frame, screen);
}
