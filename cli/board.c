/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/board.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/check.h"
#include "lib/text.h"

/* ---- building ---- */

static bool has_review(const struct board_entry *entries, size_t count, const char *department)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < entries[i].row->n_reviews; j++) {
            if (strcmp(entries[i].row->reviews[j]->department, department) == 0) {
                return true;
            }
        }
    }
    return false;
}

static size_t column_of(const struct board *board, const char *department)
{
    size_t column = 0;

    while (column < board->column_count && strcmp(board->columns[column]->id, department) != 0) {
        column++;
    }
    return column;
}

static bool build_row(struct board *board, const struct board_entry *entry, struct arena *arena)
{
    struct board_row *row = &board->rows[board->row_count++];

    *row = (struct board_row){.source = entry->row,
                              .cells =
                                  arena_array(arena, board->column_count + 1, sizeof *row->cells)};
    if (row->cells == NULL) {
        return false;
    }
    memset(row->cells, 0, (board->column_count + 1) * sizeof *row->cells);
    for (size_t i = 0; i < entry->row->n_reviews; i++) {
        size_t column = column_of(board, entry->row->reviews[i]->department);

        if (column < board->column_count) {
            row->cells[column].review = entry->row->reviews[i];
            row->cells[column].measure = entry->measures[i];
        }
    }
    return true;
}

bool board_build(struct board *board, const Hs__Office *office, const struct board_entry *entries,
                 size_t count, struct arena *arena)
{
    *board = (struct board){
        .office = office->id,
        .utc_offset_minutes = office->utc_offset_minutes,
        .columns = arena_array(arena, BOARD_COLUMNS_MAX, sizeof *board->columns),
        .rows = arena_array(arena, count + 1, sizeof *board->rows),
        .shown = arena_array(arena, count + 1, sizeof *board->shown),
    };
    if (board->columns == NULL || board->rows == NULL || board->shown == NULL) {
        return false;
    }
    for (size_t i = 0; i < office->n_departments && board->column_count < BOARD_COLUMNS_MAX; i++) {
        if (has_review(entries, count, office->departments[i]->id)) {
            board->columns[board->column_count++] = office->departments[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!build_row(board, &entries[i], arena)) {
            return false;
        }
    }
    return true;
}

/* ---- urgency ---- */

/* Lower is more urgent. */
static unsigned rank_of(const struct board_cell *cell)
{
    if (cell == NULL) {
        return 3;
    }
    return cell->reading.lamp == LAMP_OVERDUE ? 0 : cell->reading.lamp == LAMP_HELD ? 2 : 1;
}

static int64_t due_of(const struct board_cell *cell)
{
    return cell == NULL || cell->review->due_at == 0 ? INT64_MAX : cell->review->due_at;
}

static int compare_cells(const struct board_cell *one, const struct board_cell *other)
{
    if (rank_of(one) != rank_of(other)) {
        return rank_of(one) < rank_of(other) ? -1 : 1;
    }
    return (due_of(one) > due_of(other)) - (due_of(one) < due_of(other));
}

static int compare_rows(const void *a, const void *b)
{
    const struct board_row *one = a;
    const struct board_row *other = b;
    int order = compare_cells(one->first, other->first);

    return order != 0
               ? order
               : (one->source->id > other->source->id) - (one->source->id < other->source->id);
}

/* Reads the clocks of @row; those of @column alone count, of all where it is the number of them. */
static void read_row(const struct board *board, struct board_row *row, size_t column)
{
    row->first = NULL;
    row->is_counted = column == board->column_count;
    for (size_t i = 0; i < board->column_count; i++) {
        struct board_cell *cell = &row->cells[i];

        if (cell->review == NULL) {
            continue;
        }
        cell->reading = lamp_read(cell->review, &cell->measure, board->now_ms);
        if (column != board->column_count && column != i) {
            continue;
        }
        row->is_counted = true;
        if (lamp_is_open(cell->reading.lamp) &&
            (row->first == NULL || compare_cells(cell, row->first) < 0)) {
            row->first = cell;
        }
    }
}

/* ---- what is shown ---- */

static bool has_lamp(const struct board *board, const struct board_row *row, size_t column,
                     enum lamp lamp)
{
    for (size_t i = 0; i < board->column_count; i++) {
        if (row->cells[i].review != NULL && row->cells[i].reading.lamp == lamp &&
            (column == board->column_count || column == i)) {
            return true;
        }
    }
    return false;
}

static bool passes(const struct board *board, const struct board_row *row,
                   const struct board_view *view, size_t column)
{
    switch (view->filter) {
    case FILTER_OVERDUE:
        return has_lamp(board, row, column, LAMP_OVERDUE);
    case FILTER_NEAR:
        return has_lamp(board, row, column, LAMP_NEAR);
    case FILTER_HELD:
        return has_lamp(board, row, column, LAMP_HELD);
    case FILTER_ALL:
        break;
    }
    return column == board->column_count || row->first != NULL;
}

static bool is_found(const struct board_row *row, const char *search)
{
    return search[0] == '\0' || strcasestr(row->source->number, search) != NULL ||
           strcasestr(row->source->title, search) != NULL;
}

static void settle_selection(const struct board *board, struct board_view *view)
{
    size_t last = board->shown_count == 0 ? 0 : board->shown_count - 1;

    if (view->selected == 0) {
        view->selected_index = 0;
        return;
    }
    for (size_t i = 0; i < board->shown_count; i++) {
        if (board->rows[board->shown[i]].source->id == view->selected) {
            view->selected_index = i;
            return;
        }
    }
    view->selected_index = view->selected_index > last ? last : view->selected_index;
    if (board->shown_count > 0) {
        view->selected = board->rows[board->shown[view->selected_index]].source->id;
    }
}

void board_show(struct board *board, struct board_view *view, int64_t now_ms)
{
    size_t column =
        view->department[0] == '\0' ? board->column_count : column_of(board, view->department);

    board->now_ms = now_ms;
    board->shown_count = 0;
    for (size_t i = 0; i < board->row_count; i++) {
        read_row(board, &board->rows[i], column);
    }
    if (board->row_count > 1) {
        qsort(board->rows, board->row_count, sizeof *board->rows, compare_rows);
    }
    for (size_t i = 0; i < board->row_count; i++) {
        const struct board_row *row = &board->rows[i];

        if (view->is_single || (passes(board, row, view, column) && is_found(row, view->search))) {
            board->shown[board->shown_count++] = i;
        }
    }
    settle_selection(board, view);
}

size_t board_count(const struct board *board, enum lamp lamp)
{
    size_t count = 0;

    for (size_t i = 0; i < board->row_count; i++) {
        count += has_lamp(board, &board->rows[i], board->column_count, lamp) ? 1 : 0;
    }
    return count;
}

const struct board_row *board_selected(const struct board *board, const struct board_view *view)
{
    return view->selected_index < board->shown_count
               ? &board->rows[board->shown[view->selected_index]]
               : NULL;
}

/* ---- keys ---- */

/* Moves the selection by @steps rows, to the first or last at most. */
static void move(struct board_view *view, const struct board *board, int64_t steps)
{
    int64_t index = (int64_t)view->selected_index + steps;
    int64_t last = (int64_t)board->shown_count - 1;

    if (board->shown_count == 0) {
        return;
    }
    index = index < 0 ? 0 : index > last ? last : index;
    view->selected_index = (size_t)index;
    view->selected = board->rows[board->shown[index]].source->id;
}

/* Looks at the next department, after the last at all of them. */
static void next_department(struct board_view *view, const struct board *board)
{
    size_t column = view->department[0] == '\0' ? 0 : column_of(board, view->department) + 1;

    view->department[0] = '\0';
    if (column < board->column_count) {
        size_t size = strlen(board->columns[column]->id);

        require(size < sizeof view->department); /* the broker bounds the names it gives */
        memcpy(view->department, board->columns[column]->id, size + 1);
    }
    view->selected = 0;
}

static void look_for(struct board_view *view, enum board_filter filter)
{
    view->filter = view->filter == filter ? FILTER_ALL : filter;
    view->selected = 0;
}

static void look_at_all(struct board_view *view)
{
    view->filter = FILTER_ALL;
    view->department[0] = '\0';
    view->search[0] = '\0';
    view->selected = 0;
}

/* Drops the last character of what is searched for. */
static void drop_character(struct board_view *view)
{
    size_t size = strlen(view->search);

    while (size > 0 && ((uint8_t)view->search[size - 1] & 0xC0) == 0x80) {
        size--;
    }
    view->search[size > 0 ? size - 1 : 0] = '\0';
}

static void search_key(struct board_view *view, uint32_t key)
{
    size_t size = strlen(view->search);
    uint8_t bytes[TEXT_CODE_POINT_BYTES];

    if (key == KEY_ENTER || key == KEY_ESCAPE) {
        view->is_searching = false;
    }
    if (key == KEY_ESCAPE) {
        view->search[0] = '\0';
    }
    if (key == KEY_BACKSPACE) {
        drop_character(view);
    }
    if (key >= ' ' && key < KEY_UP && key != KEY_BACKSPACE) {
        size_t added = text_put_code_point(key, bytes);

        if (size + added < sizeof view->search) {
            memcpy(view->search + size, bytes, added);
            view->search[size + added] = '\0';
        }
    }
    view->selected = 0;
}

static void escape(struct board_view *view)
{
    if (view->is_detail && !view->is_single) {
        view->is_detail = false;
    } else if (!view->is_single) {
        look_at_all(view);
    }
}

/* The keys that choose what is listed. */
static void filter_key(struct board_view *view, const struct board *board, uint32_t key)
{
    switch (key) {
    case 'o':
        look_for(view, FILTER_OVERDUE);
        break;
    case 'n':
        look_for(view, FILTER_NEAR);
        break;
    case 'h':
        look_for(view, FILTER_HELD);
        break;
    case 'd':
        next_department(view, board);
        break;
    case 'a':
        look_at_all(view);
        break;
    case '/':
        view->is_searching = true;
        break;
    default:
        break;
    }
}

static void move_key(struct board_view *view, const struct board *board, uint32_t key,
                     size_t page_rows)
{
    int64_t page = (int64_t)page_rows;

    switch (key) {
    case KEY_UP:
    case KEY_LEFT:
    case 'k':
        move(view, board, -1);
        break;
    case KEY_DOWN:
    case KEY_RIGHT:
    case 'j':
        move(view, board, 1);
        break;
    case KEY_PAGE_UP:
    case 'b':
        move(view, board, -page);
        break;
    case KEY_PAGE_DOWN:
    case ' ':
        move(view, board, page);
        break;
    case KEY_HOME:
    case 'g':
        move(view, board, -BOARD_OPEN_MAX);
        break;
    case KEY_END:
    case 'G':
        move(view, board, BOARD_OPEN_MAX);
        break;
    default:
        break;
    }
}

bool board_view_key(struct board_view *view, const struct board *board, uint32_t key,
                    size_t page_rows)
{
    if (key == KEY_INTERRUPT) {
        return false;
    }
    if (view->is_searching) {
        search_key(view, key);
        return true;
    }
    if (key == 'q' || key == KEY_END_OF_INPUT) {
        return false;
    }
    if (key == KEY_ESCAPE) {
        escape(view);
    } else if (key == KEY_ENTER && board->shown_count > 0) {
        move(view, board, 0);
        view->is_detail = true;
    }
    move_key(view, board, key, page_rows);
    if (!view->is_detail) {
        filter_key(view, board, key);
    }
    return true;
}
