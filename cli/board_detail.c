/* SPDX-License-Identifier: Apache-2.0 */
/* The board of one proposal: a line for each department. */
#include "cli/board_frame.h"

#include "cli/lamp_text.h"
#include "cli/stamp.h"
#include "cli/width.h"
#include "cli/words.h"

enum {
    GAP = 2,
    STAMP_MINUTES = 16, /* of a stamp: "2026-03-10 10:20" */
    PADDING = 2,        /* of a word that stands on its colour */
};

/* The columns, in the order in which they stand. Where there is no room for all, those that come
 * later in the list of what matters are left out. */
enum column {
    COLUMN_DEPARTMENT,
    COLUMN_LAMP,
    COLUMN_LEFT,
    COLUMN_DAYS,
    COLUMN_DUE,
    COLUMN_RESULT,
    COLUMN_GIVEN,
    COLUMN_ELAPSED,
    COLUMN_HELD,
    COLUMN_DISPATCHED,
    COLUMN_COUNT,
};

static const struct phrase titles[COLUMN_COUNT] = {
    [COLUMN_DEPARTMENT] = {"部门", "department"},
    [COLUMN_LAMP] = {" 状态", " lamp"},
    [COLUMN_LEFT] = {"剩余", "left"},
    [COLUMN_DAYS] = {"计入/实际", "days"},
    [COLUMN_DUE] = {"截止", "due"},
    [COLUMN_RESULT] = {"意见", "opinion"},
    [COLUMN_GIVEN] = {"答复", "given"},
    [COLUMN_ELAPSED] = {"连续时间", "elapsed"},
    [COLUMN_HELD] = {"中止", "held"},
    [COLUMN_DISPATCHED] = {"送达", "delivered"},
};

static const char *stamp_of(const struct board_frame *frame, int64_t at_ms)
{
    char stamp[STAMP_BYTES];

    stamp_write(at_ms, frame->board->utc_offset_minutes, stamp);
    return cli_format(frame->cli, "%.*s", STAMP_MINUTES, stamp);
}

static const char *text_of(const struct board_frame *frame, const struct board_row *row,
                           size_t index, enum column column)
{
    const struct cli *cli = frame->cli;
    const struct board_cell *cell = &row->cells[index];
    const struct lamp_reading *reading = &cell->reading;

    switch (column) {
    case COLUMN_DEPARTMENT:
        return word_of(cli, frame->board->columns[index]->title);
    case COLUMN_LAMP:
        return cli_format(cli, " %s ", lamp_word(cli, reading->lamp));
    case COLUMN_LEFT:
        return lamp_left(cli, reading);
    case COLUMN_DAYS:
        return lamp_days(cli, reading);
    case COLUMN_DUE:
        return stamp_of(frame, cell->review->due_at);
    case COLUMN_RESULT:
        return word_of_result(cli, cell->review->result);
    case COLUMN_GIVEN:
        return stamp_of(frame, cell->review->given_at);
    case COLUMN_ELAPSED:
        return reading->left_ms == 0 ? "-" : lamp_span(cli, reading->left_ms);
    case COLUMN_HELD:
        return cli_format(cli, "%u", reading->held_days);
    case COLUMN_DISPATCHED:
        return stamp_of(frame, cell->review->dispatched_at);
    case COLUMN_COUNT:
        break;
    }
    return "";
}

/* Sets @widths to the columns of what is shown; 0: there is no room. */
static void measure(const struct board_frame *frame, const struct board_row *row, size_t room,
                    size_t widths[COLUMN_COUNT])
{
    size_t used = 1;

    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        size_t width = width_of_text(cli_phrase(frame->cli, titles[column]));

        for (size_t i = 0; i < frame->board->column_count; i++) {
            size_t of_text =
                row->cells[i].review == NULL ? 0 : width_of_text(text_of(frame, row, i, column));

            width = of_text > width ? of_text : width;
        }
        widths[column] = used + width <= room ? width : 0;
        used += widths[column] == 0 ? 0 : width + GAP;
    }
}

static void draw_titles(const struct board_frame *frame, struct screen *screen,
                        const size_t widths[COLUMN_COUNT])
{
    size_t at = 1;

    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        screen_put(screen, (struct place){FRAME_TOP_ROWS, at, widths[column]}, STYLE_BOLD,
                   cli_phrase(frame->cli, titles[column]));
        at += widths[column] == 0 ? 0 : widths[column] + GAP;
    }
}

static void draw_review(const struct board_frame *frame, struct screen *screen, size_t row,
                        size_t index)
{
    const struct board_row *selected = board_selected(frame->board, frame->view);
    size_t widths[COLUMN_COUNT];
    size_t at = 1;

    measure(frame, selected, screen->columns, widths);
    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        enum style style =
            column == COLUMN_LAMP ? lamp_style(selected->cells[index].reading.lamp) : STYLE_PLAIN;

        screen_put(screen, (struct place){row, at, widths[column]}, style,
                   text_of(frame, selected, index, column));
        at += widths[column] == 0 ? 0 : widths[column] + GAP;
    }
}

static void draw_reviews(const struct board_frame *frame, struct screen *screen)
{
    const struct board_row *row = board_selected(frame->board, frame->view);
    size_t widths[COLUMN_COUNT];
    size_t at = FRAME_TOP_ROWS + 1;
    size_t end = frame->view->is_live ? screen->rows - 1 : screen->rows;

    measure(frame, row, screen->columns, widths);
    draw_titles(frame, screen, widths);
    for (size_t i = 0; i < frame->board->column_count && at < end; i++) {
        if (row->cells[i].review != NULL) {
            draw_review(frame, screen, at++, i);
        }
    }
    if (row->source->n_reviews == 0) {
        screen_put(screen, (struct place){at, 1, screen->columns}, STYLE_FAINT,
                   cli_text(frame->cli, "尚未送审", "not dispatched"));
    }
}

void board_detail_draw(const struct board_frame *frame, struct screen *screen)
{
    static const struct phrase single[] = {{"q 退出", "q quit"}, {NULL, NULL}};
    static const struct phrase keys[] = {{"q 退出", "q quit"},
                                         {"Esc 返回", "Esc back"},
                                         {"↑↓ 上一件、下一件", "↑↓ previous, next"},
                                         {NULL, NULL}};
    const struct cli *cli = frame->cli;
    const struct board_row *row = board_selected(frame->board, frame->view);

    board_draw_bar(frame, screen, row == NULL ? "" : row->source->number);
    if (row != NULL) {
        screen_put(screen, (struct place){1, 1, screen->columns - 1}, STYLE_BOLD,
                   row->source->title);
        screen_put(
            screen, (struct place){2, 1, screen->columns - 1}, STYLE_PLAIN,
            cli_format(cli, cli_text(cli, "%s  第%u轮  %s  开审 %s", "%s  round %u  %s  opened %s"),
                       word_of_status(cli, row->source->status), row->source->round,
                       row->source->process, stamp_of(frame, row->source->opened_at)));
        draw_reviews(frame, screen);
    }
    if (frame->view->is_live) {
        board_draw_keys(frame, screen, frame->view->is_single ? single : keys);
    }
}
