/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys.h"

#include <string.h>

#include "cli/width.h"

/* What terminals send behind the escape. */
static const struct {
    const char *text;
    uint32_t key;
} sequences[] = {
    {"[A", KEY_UP},       {"[B", KEY_DOWN},       {"[C", KEY_RIGHT}, {"[D", KEY_LEFT},
    {"OA", KEY_UP},       {"OB", KEY_DOWN},       {"OC", KEY_RIGHT}, {"OD", KEY_LEFT},
    {"[5~", KEY_PAGE_UP}, {"[6~", KEY_PAGE_DOWN}, {"[H", KEY_HOME},  {"[F", KEY_END},
    {"[1~", KEY_HOME},    {"[4~", KEY_END},       {"OH", KEY_HOME},  {"OF", KEY_END},
    {"[7~", KEY_HOME},    {"[8~", KEY_END},
};

/* Returns the bytes of the control sequence at @text, which begins with '[' or 'O'. */
static size_t sequence_size(const char *text)
{
    size_t size = 1;

    while (text[size] != '\0' && (text[size] < 0x40 || text[size] > 0x7E)) {
        size++; /* parameters, up to the final letter */
    }
    return text[size] == '\0' ? size : size + 1;
}

static size_t take_escape(const char *text, uint32_t *key)
{
    const char *rest = text + 1;

    if (*rest != '[' && *rest != 'O') {
        *key = KEY_ESCAPE;
        return 1;
    }

    size_t size = sequence_size(rest);
    *key = KEY_UNKNOWN;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        if (strlen(sequences[i].text) == size && strncmp(rest, sequences[i].text, size) == 0) {
            *key = sequences[i].key;
        }
    }
    return 1 + size;
}

size_t key_take(const char *text, uint32_t *key)
{
    if (text[0] == KEY_ESCAPE) {
        return take_escape(text, key);
    }

    struct character character = width_first(text);
    *key = character.code_point;
    if (*key == '\n') {
        *key = KEY_ENTER;
    } else if (*key == '\b') {
        *key = KEY_BACKSPACE;
    }
    return character.size;
}
