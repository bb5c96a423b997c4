/* SPDX-License-Identifier: Apache-2.0 */
/* width.h - how many columns a terminal gives a text, and texts fitted to columns.
 *
 * A Chinese character takes two columns, a combining mark none, a control character is shown as '?'
 * and takes one. Widths follow the East Asian Width property (W and F) of Unicode Annex 11.
 */
#ifndef CLI_WIDTH_H
#define CLI_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"

/* Returns the columns of @code_point: 0, 1 or 2. */
unsigned width_of_code_point(uint32_t code_point);

/* A character at the start of a text. A broken byte is a character of its own that is not shown. */
struct character {
    uint32_t code_point;
    size_t size; /* bytes, 1 to 4 */
};

/* Returns the first character of @text, which is not empty. */
struct character width_first(const char *text);

/* True if @character may be sent to a terminal: no control character, no broken byte. */
bool character_is_shown(struct character character);

/* Returns the columns of @text, UTF-8 in which a broken byte counts as one column. */
size_t width_of_text(const char *text);

/* Returns @text in @arena without control characters and broken bytes ('?' stands for each), cut to
 * @columns with an ellipsis at its end if it is wider; never more than @columns wide, which is at
 * least 1. Returns NULL if the arena is full. */
char *width_fit(const char *text, size_t columns, struct arena *arena);

/* Returns how many bytes of @text, at most @columns wide, are to stand on one line: up to the last
 * place where it may be broken (a space, or beside a wide character), all of it if it fits, and at
 * least one character. */
size_t width_line(const char *text, size_t columns);

#endif
