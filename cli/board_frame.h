/* SPDX-License-Identifier: Apache-2.0 */
/* board_frame.h - the live board as it is seen: a pure function of its state to the cells of a
 * screen of any size.
 *
 *   bar                       the office and the time
 *   counts                    how many of each lamp, what is looked at, the page
 *   titles
 *   rows                      a proposal each: its lamp, number, title, what is left, a cell for
 * each department
 *   the selected proposal     \
 *   the marks                  | on a terminal
 *   the keys                  /
 */
#ifndef CLI_BOARD_FRAME_H
#define CLI_BOARD_FRAME_H

#include "cli/board.h"
#include "cli/cli.h"
#include "cli/screen.h"

/* What a frame is made of. */
struct board_frame {
    const struct cli *cli; /* its language and its arena */
    const struct board *board;
    const struct board_view *view;
};

/* Returns how many rows of the list a screen of @rows shows; at least 1. */
size_t board_page_rows(size_t rows);

/* Returns how many rows a screen has to have to show all that @frame shows, when it is printed and
 * not looked at. */
size_t board_frame_rows(const struct board_frame *frame);

/* Draws @frame on @screen, which is blank. */
void board_frame_draw(const struct board_frame *frame, struct screen *screen);

/* ---- for the files of the frame ---- */

enum { FRAME_TOP_ROWS = 3, FRAME_END_ROWS = 3 };

/* The bar at the top, with @title. */
void board_draw_bar(const struct board_frame *frame, struct screen *screen, const char *title);

/* The keys at the bottom: as many of @keys, which end with NULL, as fit. */
void board_draw_keys(const struct board_frame *frame, struct screen *screen,
                     const struct phrase *keys);

/* The titles, and @count of the rows that are shown, from @first on. */
void board_list_draw(const struct board_frame *frame, struct screen *screen, size_t first,
                     size_t count);

/* The one proposal that is selected. */
void board_detail_draw(const struct board_frame *frame, struct screen *screen);

#endif
