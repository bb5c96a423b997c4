/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the board: how its columns share the room there is, and its rows. */
#include "cli/board_frame.h"

#include <string.h>

#include "cli/lamp_text.h"
#include "cli/width.h"
#include "cli/words.h"
#include "lib/check.h"

enum {
    MARKER_COLUMNS = 2, /* of the selection */
    TITLE_COLUMNS_MIN = 12,
    TITLE_COLUMNS_MAX = 40,
    CELL_COLUMNS_MAX = 24,
    HEADING_COLUMNS_MAX = 14,
    GAP = 1,
};

/* Where the columns of the list stand; 0 columns: not shown. */
struct layout {
    size_t prefix; /* bytes of the numbers that are not shown, where room is scarce */
    size_t mark;
    size_t number;
    size_t title;
    size_t left;
    size_t cell;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- texts of a row ---- */

static const struct board_row *shown_row(const struct board_frame *frame, size_t index)
{
    return &frame->board->rows[frame->board->shown[index]];
}

/* What is left of the most urgent clock; without one, for what the proposal waits. */
static const char *left_of(const struct board_frame *frame, const struct board_row *row)
{
    const struct cli *cli = frame->cli;

    if (row->first != NULL) {
        return lamp_left(cli, &row->first->reading);
    }
    return row->source->status == HS__PROPOSAL__STATUS__IN_REVIEW
               ? cli_text(cli, "待牵头单位", "with the lead")
               : word_of_status(cli, row->source->status);
}

/* Returns the fullest text of @cell that fits @columns: word, or else mark, with both numbers of
 * days, or else with those counted. */
static const char *cell_text(const struct board_frame *frame, const struct board_cell *cell,
                             size_t columns, size_t *lamp_columns)
{
    const struct cli *cli = frame->cli;
    enum lamp lamp = cell->reading.lamp;
    const char *word = lamp_word(cli, lamp);
    const char *mark = lamp_mark(cli, lamp);
    const char *days = lamp_days(cli, &cell->reading);
    const char *text = cli_format(cli, "%s %s", word, days);

    *lamp_columns = width_of_text(word);
    if (width_of_text(text) <= columns) {
        return text;
    }
    *lamp_columns = width_of_text(mark);
    text = cli_format(cli, "%s %s", mark, days);
    if (width_of_text(text) <= columns) {
        return text;
    }
    text = cli_format(cli, "%s%s", mark, days);
    if (width_of_text(text) <= columns) {
        return text;
    }
    text = cli_format(cli, "%s%u", mark, cell->reading.counted_days);
    return width_of_text(text) <= columns ? text : mark;
}

/* ---- the layout ---- */

/* The columns that the cells would need with words, or with marks alone. */
static size_t cell_columns(const struct board_frame *frame, bool has_words)
{
    size_t columns = 0;

    for (size_t i = 0; i < frame->board->shown_count; i++) {
        const struct board_row *row = shown_row(frame, i);

        for (size_t j = 0; j < frame->board->column_count; j++) {
            const struct board_cell *cell = &row->cells[j];

            if (cell->review != NULL) {
                enum lamp lamp = cell->reading.lamp;
                size_t first = width_of_text(has_words ? lamp_word(frame->cli, lamp)
                                                       : lamp_mark(frame->cli, lamp));

                columns = larger(columns, first + (has_words ? GAP : 0) +
                                              width_of_text(lamp_days(frame->cli, &cell->reading)));
            }
        }
    }
    return smaller(columns, CELL_COLUMNS_MAX);
}

/* The columns of the departments' titles, as far as they are worth it. */
static size_t heading_columns(const struct board_frame *frame)
{
    size_t columns = 4;

    for (size_t i = 0; i < frame->board->column_count; i++) {
        columns =
            larger(columns, width_of_text(word_of(frame->cli, frame->board->columns[i]->title)));
    }
    return smaller(columns, HEADING_COLUMNS_MAX);
}

/* Shares @room between the title and the cells: words if the title keeps its least columns, then
 * marks with it, then marks without it, then what there is. */
static void share(const struct board_frame *frame, size_t room, size_t title_wanted,
                  struct layout *layout)
{
    size_t count = frame->board->column_count;
    size_t words = cell_columns(frame, true);
    size_t marks = cell_columns(frame, false);
    size_t least = smaller(title_wanted, TITLE_COLUMNS_MIN);
    size_t each = count == 0 ? 0 : room / count;
    size_t beside = room > least + GAP && count > 0 ? (room - least - GAP) / count : 0;

    if (count == 0) {
        layout->title = smaller(room, title_wanted);
        return;
    }
    if (beside >= words + GAP) {
        layout->cell = smaller(beside - GAP, larger(words, heading_columns(frame)));
    } else if (beside >= marks + GAP) {
        layout->cell = beside - GAP;
    } else {
        layout->cell = larger(each > GAP ? each - GAP : 0, layout->mark);
        return;
    }
    layout->title = smaller(room - count * (layout->cell + GAP) - GAP, title_wanted);
}

/* Returns the bytes up to the first '-' of the numbers, if they all begin alike. */
static size_t common_prefix(const struct board_frame *frame)
{
    size_t count = frame->board->shown_count;
    const char *first = count == 0 ? "" : shown_row(frame, 0)->source->number;
    size_t size = strcspn(first, "-") + 1;

    for (size_t i = 0; i < count; i++) {
        if (strncmp(shown_row(frame, i)->source->number, first, size) != 0) {
            return 0;
        }
    }
    return size <= strlen(first) ? size : 0;
}

/* Lays out @columns, with the numbers without their first @prefix bytes. */
static struct layout lay_out_without(const struct board_frame *frame, size_t columns, size_t prefix)
{
    struct layout layout = {.prefix = prefix,
                            .mark = width_of_text(lamp_mark(frame->cli, LAMP_NEAR)),
                            .number = width_of_text(cli_text(frame->cli, "编号", "number")),
                            .left = width_of_text(cli_text(frame->cli, "剩余", "left"))};
    size_t title = width_of_text(cli_text(frame->cli, "名称", "title"));

    for (size_t i = 0; i < frame->board->shown_count; i++) {
        const struct board_row *row = shown_row(frame, i);

        layout.number = larger(layout.number, width_of_text(row->source->number + prefix));
        layout.left = larger(layout.left, width_of_text(left_of(frame, row)));
        title = larger(title, width_of_text(row->source->title));
    }

    size_t fixed = MARKER_COLUMNS + layout.mark + GAP + layout.number + GAP + layout.left + GAP;
    share(frame, columns > fixed ? columns - fixed : 0, smaller(title, TITLE_COLUMNS_MAX), &layout);
    return layout;
}

/* The office's prefix is the same in every number: it goes before the days do. */
static struct layout lay_out(const struct board_frame *frame, size_t columns)
{
    struct layout layout = lay_out_without(frame, columns, 0);

    return layout.cell < cell_columns(frame, false)
               ? lay_out_without(frame, columns, common_prefix(frame))
               : layout;
}

/* ---- drawing ---- */

/* Returns how many cells fit as a whole, the first at @column: half a mark would be none. */
static size_t whole_cells(const struct board_frame *frame, const struct layout *layout,
                          const struct screen *screen, size_t column)
{
    size_t room = screen->columns + GAP > column ? screen->columns + GAP - column : 0;

    size_t each = layout->cell + GAP;

    require(each > 0);
    return smaller(frame->board->column_count, room / each);
}

static void draw_titles(const struct board_frame *frame, const struct layout *layout,
                        struct screen *screen)
{
    const struct cli *cli = frame->cli;
    size_t row = FRAME_TOP_ROWS - 1;
    size_t column = MARKER_COLUMNS + layout->mark + GAP;

    screen_put(screen, (struct place){row, column, layout->number}, STYLE_BOLD,
               cli_text(cli, "编号", "number"));
    column += layout->number + GAP;
    if (layout->title > 0) {
        screen_put(screen, (struct place){row, column, layout->title}, STYLE_BOLD,
                   cli_text(cli, "名称", "title"));
        column += layout->title + GAP;
    }
    screen_put(screen, (struct place){row, column, layout->left}, STYLE_BOLD,
               cli_text(cli, "剩余", "left"));
    column += layout->left + GAP;
    size_t cells = whole_cells(frame, layout, screen, column);
    for (size_t i = 0; i < cells; i++) {
        const Hs__Department *department = frame->board->columns[i];
        bool is_looked_at = strcmp(department->id, frame->view->department) == 0;

        screen_put(screen, (struct place){row, column, layout->cell},
                   is_looked_at ? STYLE_BAR : STYLE_BOLD, word_of(cli, department->title));
        column += layout->cell + GAP;
    }
}

static void draw_cell(const struct board_frame *frame, const struct board_cell *cell,
                      struct screen *screen, struct place place)
{
    size_t lamp_columns = 0;

    if (cell->review == NULL) {
        screen_put(screen, place, STYLE_FAINT, "-");
        return;
    }

    const char *text = cell_text(frame, cell, place.columns, &lamp_columns);
    size_t bytes = width_line(text, lamp_columns);
    screen_put(screen, place, STYLE_PLAIN, text);
    screen_put(screen, place, lamp_style(cell->reading.lamp),
               cli_format(frame->cli, "%.*s", (int)bytes, text));
}

static void draw_row(const struct board_frame *frame, const struct layout *layout,
                     const struct board_row *row, struct screen *screen, size_t at)
{
    bool is_selected = frame->view->is_live && row == board_selected(frame->board, frame->view);
    enum style style = is_selected ? STYLE_BOLD : STYLE_PLAIN;
    size_t column = MARKER_COLUMNS;

    screen_put(screen, (struct place){at, 0, 1}, style, is_selected ? ">" : " ");
    if (row->first != NULL) {
        screen_put(screen, (struct place){at, column, layout->mark},
                   lamp_style(row->first->reading.lamp),
                   lamp_mark(frame->cli, row->first->reading.lamp));
    }
    column += layout->mark + GAP;
    screen_put(screen, (struct place){at, column, layout->number}, style,
               row->source->number + layout->prefix);
    column += layout->number + GAP;
    if (layout->title > 0) {
        screen_put(screen, (struct place){at, column, layout->title}, style, row->source->title);
        column += layout->title + GAP;
    }
    screen_put(screen, (struct place){at, column, layout->left}, style, left_of(frame, row));
    column += layout->left + GAP;
    size_t cells = whole_cells(frame, layout, screen, column);
    for (size_t i = 0; i < cells; i++) {
        draw_cell(frame, &row->cells[i], screen, (struct place){at, column, layout->cell});
        column += layout->cell + GAP;
    }
}

void board_list_draw(const struct board_frame *frame, struct screen *screen, size_t first,
                     size_t count)
{
    struct layout layout = lay_out(frame, screen->columns);

    draw_titles(frame, &layout, screen);
    for (size_t i = 0; i < count; i++) {
        draw_row(frame, &layout, shown_row(frame, first + i), screen, FRAME_TOP_ROWS + i);
    }
}
