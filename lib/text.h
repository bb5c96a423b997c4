/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - UTF-8, texts made piece by piece in an arena, the nearest word, and dates as text.
 *
 * Pure. Sizes are bytes unless a name says code points.
 */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/number.h"

enum {
    TEXT_WORD_BYTES_MAX = 64, /* a longer word is near to none */
    TEXT_DATE_BYTES = 11,     /* "2026-03-10" and its terminator */
    TEXT_CODE_POINT_MAX = 0x10FFFF,
    TEXT_CODE_POINT_BYTES = 4,
};

/* True if @bytes are well-formed UTF-8: shortest forms, no surrogates, nothing above U+10FFFF.
 * U+0000 is allowed. */
bool text_is_utf8(struct bytes bytes);

/* Returns how many code points @bytes, well-formed UTF-8, hold. */
size_t text_code_points(struct bytes bytes);

/* Writes @code_point in UTF-8 at @out, which holds TEXT_CODE_POINT_BYTES, and returns how many
 * bytes that took; 0 if it is a surrogate or above TEXT_CODE_POINT_MAX. */
size_t text_put_code_point(uint32_t code_point, uint8_t *out);

/* Orders @a and @b byte by byte, which for UTF-8 is by code point; like strcmp(). */
int text_compare(struct bytes a, struct bytes b);

/* Returns the one of the @count @words that @word was most likely meant to be: the fewest letters
 * added, dropped, changed or swapped, at most a third of them (one in a short word); the first of
 * several.
 * NULL if none is that near, or @word is longer than TEXT_WORD_BYTES_MAX. */
const char *text_nearest(const char *word, const char *const *words, size_t count);

/* A text being made. It lives in its arena and moves as it grows. */
struct text_builder {
    struct arena *arena;
    char *data;
    size_t size; /* without the terminator */
    size_t capacity;
    size_t size_max;
    bool is_failed; /* the arena or size_max was exhausted; what follows is ignored */
};

/* Makes @builder empty, to grow to at most @size_max bytes in @arena. */
void text_builder_init(struct text_builder *builder, struct arena *arena, size_t size_max);

/* Each adds to the end, or marks @builder as failed if there is no room. */
void text_builder_add(struct text_builder *builder, const char *text);
void text_builder_add_bytes(struct text_builder *builder, struct bytes bytes);
void text_builder_add_number(struct text_builder *builder, struct number number);
void text_builder_add_format(struct text_builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns the text with a terminator, valid as long as the arena's memory; NULL if it failed. */
const char *text_builder_finish(struct text_builder *builder);

/* True, with @yyyymmdd set (20260310), if @text is exactly "YYYY-MM-DD" and that day exists in the
 * Gregorian calendar, years 0001 to 9999. */
bool date_from_text(struct bytes text, int32_t *yyyymmdd);

/* Writes @yyyymmdd, a day that date_from_text() gives, at @out as "YYYY-MM-DD". */
void date_to_text(int32_t yyyymmdd, char out[TEXT_DATE_BYTES]);

#endif
