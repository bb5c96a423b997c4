/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/screen.h"

#include <string.h>

#include "cli/width.h"
#include "lib/check.h"

/* Commands of ECMA-48, which every terminal of today follows. */
#define CURSOR_TO "\033[%zu;%zuH"
#define ERASE_ALL "\033[2J"

static const char *const coloured[STYLE_COUNT] = {
    [STYLE_PLAIN] = "\033[0m",       [STYLE_BOLD] = "\033[0;1m",
    [STYLE_FAINT] = "\033[0;2m",     [STYLE_BAR] = "\033[0;7m",
    [STYLE_RED] = "\033[0;1;97;41m", [STYLE_YELLOW] = "\033[0;30;43m",
    [STYLE_GREEN] = "\033[0;30;42m", [STYLE_GREY] = "\033[0;30;47m",
    [STYLE_BROWN] = "\033[0;31m",    [STYLE_PURPLE] = "\033[0;97;45m",
    [STYLE_BLUE] = "\033[0;97;44m",
};

/* Without colour the bar is still one, and what is overdue still stands out. */
static const char *const uncoloured[STYLE_COUNT] = {
    [STYLE_PLAIN] = "\033[0m",  [STYLE_BOLD] = "\033[0;1m", [STYLE_FAINT] = "\033[0m",
    [STYLE_BAR] = "\033[0;7m",  [STYLE_RED] = "\033[0;7m",  [STYLE_YELLOW] = "\033[0;1m",
    [STYLE_GREEN] = "\033[0m",  [STYLE_GREY] = "\033[0m",   [STYLE_BROWN] = "\033[0m",
    [STYLE_PURPLE] = "\033[0m", [STYLE_BLUE] = "\033[0m",
};

static struct screen_cell *cell_at(const struct screen *screen, size_t row, size_t column)
{
    return &screen->cells[row * screen->columns + column];
}

static void set_blank(struct screen_cell *cell, enum style style)
{
    *cell = (struct screen_cell){.text = " ", .size = 1, .style = (uint8_t)style};
}

bool screen_init(struct screen *screen, size_t rows, size_t columns, struct arena *arena)
{
    rows = rows > SCREEN_ROWS_MAX ? SCREEN_ROWS_MAX : rows;
    columns = columns > SCREEN_COLUMNS_MAX ? SCREEN_COLUMNS_MAX : columns;

    struct screen_cell *cells = arena_array(arena, rows * columns, sizeof *cells);
    if (cells == NULL) {
        return false;
    }
    for (size_t i = 0; i < rows * columns; i++) {
        set_blank(&cells[i], STYLE_PLAIN);
    }
    *screen = (struct screen){.rows = rows, .columns = columns, .cells = cells};
    return true;
}

/* Blanks the other half of the wide character of which @column is a half. */
static void split(struct screen *screen, size_t row, size_t column)
{
    struct screen_cell *cell = cell_at(screen, row, column);

    if (cell->size == 0 && column > 0) {
        set_blank(cell_at(screen, row, column - 1), (enum style)cell->style);
    }
    if (column + 1 < screen->columns && cell_at(screen, row, column + 1)->size == 0) {
        set_blank(cell_at(screen, row, column + 1), (enum style)cell->style);
    }
}

static void set_cell(struct screen *screen, size_t row, size_t column, struct screen_cell cell)
{
    split(screen, row, column);
    *cell_at(screen, row, column) = cell;
}

/* Joins a mark without a width of its own to the character before @column. */
static void join(struct screen *screen, struct place at, const char *text, size_t size)
{
    size_t column = at.column;

    while (column > 0) {
        struct screen_cell *cell = cell_at(screen, at.row, --column);

        if (cell->size == 0) {
            continue;
        }
        if (cell->size + size < SCREEN_CELL_BYTES) {
            memcpy(cell->text + cell->size, text, size);
            cell->size = (uint8_t)(cell->size + size);
        }
        return;
    }
}

/* Puts the first character of @text, @width columns wide, at @at. */
static void put_character(struct screen *screen, struct place at, enum style style,
                          const char *text)
{
    struct character character = width_first(text);
    unsigned width = width_of_code_point(character.code_point);
    struct screen_cell cell = {.style = (uint8_t)style};

    if (width == 0) {
        join(screen, at, text, character.size);
        return;
    }
    if (character_is_shown(character)) {
        memcpy(cell.text, text, character.size);
        cell.size = (uint8_t)character.size;
    } else {
        cell.text[0] = '?';
        cell.size = 1;
    }
    set_cell(screen, at.row, at.column, cell);
    if (width == 2) {
        set_cell(screen, at.row, at.column + 1, (struct screen_cell){.style = (uint8_t)style});
        /* Setting the second half took the first for a character cut in two. */
        *cell_at(screen, at.row, at.column) = cell;
    }
}

size_t screen_put(struct screen *screen, struct place place, enum style style, const char *text)
{
    if (place.row >= screen->rows || place.column >= screen->columns) {
        return 0;
    }

    size_t room = screen->columns - place.column;
    room = place.columns < room ? place.columns : room;
    bool is_cut = width_of_text(text) > room;
    size_t left = is_cut && room > 0 ? room - 1 : room;
    size_t begin = place.column;
    while (*text != '\0') {
        struct character character = width_first(text);
        unsigned width = width_of_code_point(character.code_point);

        if (width > left) {
            break;
        }
        put_character(screen, place, style, text);
        place.column += width;
        left -= width;
        text += character.size;
    }
    if (is_cut && room > 0) {
        put_character(screen, place, style, "…");
        place.column++;
    }
    return place.column - begin;
}

void screen_style_row(struct screen *screen, size_t row, enum style style)
{
    for (size_t column = 0; row < screen->rows && column < screen->columns; column++) {
        cell_at(screen, row, column)->style = (uint8_t)style;
    }
}

/* Returns how many columns of @row are not blank at its end. */
static size_t used_columns(const struct screen *screen, size_t row)
{
    size_t used = screen->columns;

    while (used > 0) {
        const struct screen_cell *cell = cell_at(screen, row, used - 1);

        if (cell->size != 1 || cell->text[0] != ' ') {
            break;
        }
        used--;
    }
    return used;
}

static struct bytes text_of(const struct screen_cell *cell)
{
    return (struct bytes){(const uint8_t *)cell->text, cell->size};
}

const char *screen_line(const struct screen *screen, size_t row, struct arena *arena)
{
    struct text_builder line;
    size_t used = used_columns(screen, row);

    text_builder_init(&line, arena, screen->columns * SCREEN_CELL_BYTES + 1);
    for (size_t column = 0; column < used; column++) {
        text_builder_add_bytes(&line, text_of(cell_at(screen, row, column)));
    }
    return text_builder_finish(&line);
}

static bool cells_equal(const struct screen_cell *one, const struct screen_cell *other)
{
    return one->size == other->size && one->style == other->style &&
           memcmp(one->text, other->text, one->size) == 0;
}

/* A wide character is one with its second half. */
static bool is_same(const struct screen *before, const struct screen *after, size_t row,
                    size_t column)
{
    return before != NULL &&
           cells_equal(cell_at(before, row, column), cell_at(after, row, column)) &&
           (column + 1 == after->columns || (cell_at(before, row, column + 1)->size == 0) ==
                                                (cell_at(after, row, column + 1)->size == 0));
}

void screen_difference(const struct screen *before, const struct screen *after, bool is_coloured,
                       struct text_builder *out)
{
    const char *const *styles = is_coloured ? coloured : uncoloured;
    bool is_comparable =
        before != NULL && before->rows == after->rows && before->columns == after->columns;
    int style = -1; /* of the terminal; not known */

    if (!is_comparable) {
        before = NULL;
        text_builder_add(out, styles[STYLE_PLAIN]);
        text_builder_add(out, ERASE_ALL);
    }
    for (size_t row = 0; row < after->rows; row++) {
        bool is_here = false; /* the cursor stands at the column */

        for (size_t column = 0; column < after->columns; column++) {
            const struct screen_cell *cell = cell_at(after, row, column);

            if (cell->size == 0) {
                continue;
            }
            if (is_same(before, after, row, column)) {
                is_here = false;
                continue;
            }
            if (!is_here) {
                text_builder_add_format(out, CURSOR_TO, row + 1, column + 1);
            }
            if (style != cell->style) {
                style = cell->style;
                text_builder_add(out, styles[style]);
            }
            text_builder_add_bytes(out, text_of(cell));
            is_here = true;
        }
    }
    if (style > STYLE_PLAIN) {
        text_builder_add(out, styles[STYLE_PLAIN]);
    }
}

void screen_print(const struct screen *screen, bool is_coloured, struct text_builder *out)
{
    for (size_t row = 0; row < screen->rows; row++) {
        size_t used = used_columns(screen, row);
        int style = STYLE_PLAIN;

        for (size_t column = 0; column < used; column++) {
            const struct screen_cell *cell = cell_at(screen, row, column);

            if (is_coloured && style != cell->style) {
                style = cell->style;
                text_builder_add(out, coloured[style]);
            }
            text_builder_add_bytes(out, text_of(cell));
        }
        text_builder_add(out, style == STYLE_PLAIN ? "\n" : "\033[0m\n");
    }
}
