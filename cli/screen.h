/* SPDX-License-Identifier: Apache-2.0 */
/* screen.h - what a terminal shows, as a grid of characters that knows no terminal.
 *
 * A frame is put together in a screen, and two screens are compared: what leads from one to the
 * next is all that is sent, so nothing flickers. A wide character takes two cells; a combining mark
 * joins the character before it. What does not fit is cut, never wrapped.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/text.h"

enum {
    SCREEN_ROWS_MAX = 1000, /* beyond any terminal: a size from outside is cut to it */
    SCREEN_COLUMNS_MAX = 1000,
    SCREEN_CELL_BYTES = 12, /* of a character with its marks */
};

/* How a cell is shown. Nothing is said by a style alone. */
enum style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_FAINT,
    STYLE_BAR,
    STYLE_RED,
    STYLE_YELLOW,
    STYLE_GREEN,
    STYLE_GREY,
    STYLE_BROWN,
    STYLE_PURPLE,
    STYLE_BLUE,
    STYLE_COUNT,
};

/* size 0: the second half of the wide character before it. */
struct screen_cell {
    char text[SCREEN_CELL_BYTES];
    uint8_t size;
    uint8_t style; /* an enum style */
};

struct screen {
    size_t rows;
    size_t columns;
    struct screen_cell *cells; /* row by row */
};

/* Where a text goes. */
struct place {
    size_t row;
    size_t column;
    size_t columns; /* at most so many; what is left of them stays as it was */
};

/* Makes @screen blank, in @arena. Returns false if that is full. */
bool screen_init(struct screen *screen, size_t rows, size_t columns, struct arena *arena);

/* Puts @text at @place in @style, cut with an ellipsis if it is wider. Returns the columns it took.
 * What lies outside the screen is dropped. */
size_t screen_put(struct screen *screen, struct place place, enum style style, const char *text);

/* Gives every cell of @row the @style. */
void screen_style_row(struct screen *screen, size_t row, enum style style);

/* Returns the text of @row without the blanks at its end, in @arena; NULL if that is full. */
const char *screen_line(const struct screen *screen, size_t row, struct arena *arena);

/* Adds to @out what makes a terminal that shows @before show @after; all of @after if @before is
 * NULL or of another size. */
void screen_difference(const struct screen *before, const struct screen *after, bool is_coloured,
                       struct text_builder *out);

/* Adds the rows of @screen to @out, a line each. */
void screen_print(const struct screen *screen, bool is_coloured, struct text_builder *out);

#endif
