/* SPDX-License-Identifier: Apache-2.0 */
/* keys.h - the keys pressed on a terminal, out of the bytes it sends. */
#ifndef CLI_KEYS_H
#define CLI_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* A key is its character's code point, or one of these. */
enum key {
    KEY_INTERRUPT = 0x03,
    KEY_END_OF_INPUT = 0x04,
    KEY_ENTER = 0x0D,
    KEY_ESCAPE = 0x1B,
    KEY_BACKSPACE = 0x7F,
    KEY_UP = 0x110000, /* beyond Unicode */
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_UNKNOWN, /* a sequence that means nothing here */
};

/* Takes the first key of @text, which is not empty and ends with a zero byte, and returns how many
 * bytes it has. An escape with nothing behind it is the key of that name. */
size_t key_take(const char *text, uint32_t *key);

#endif
