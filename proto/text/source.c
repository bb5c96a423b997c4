/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/text/source.h"

#include <string.h>

#include "lib/text.h"

static struct bytes without_mark(struct bytes bytes)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    bool is_marked = bytes.size >= sizeof mark && memcmp(bytes.data, mark, sizeof mark) == 0;

    return is_marked ? (struct bytes){bytes.data + sizeof mark, bytes.size - sizeof mark} : bytes;
}

enum err source_begin(struct bytes *bytes, struct text_errors *errors)
{
    *bytes = without_mark(*bytes);

    /* A line feed is never part of a longer character, so lines can be looked at one by one. */
    struct bytes rest = *bytes;
    for (unsigned line = 1; rest.size > 0; line++) {
        const uint8_t *end = memchr(rest.data, '\n', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.data) + 1;

        if (!text_is_utf8((struct bytes){rest.data, size})) {
            text_errors_add_at(errors, line, 0, (struct text_cause){.reason = TEXT_NOT_UTF8});
            return ERR_INVALID;
        }
        rest = (struct bytes){rest.data + size, rest.size - size};
    }
    return ERR_OK;
}

unsigned source_line(struct bytes bytes, size_t offset)
{
    unsigned line = 1;

    for (size_t i = 0; i < offset && i < bytes.size; i++) {
        line += bytes.data[i] == '\n';
    }
    return line;
}
