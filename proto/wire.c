/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire.h"

#include <stdbool.h>

enum { VARINT_BYTES_MAX = 10, BITS_A_BYTE = 7 };

/* The kinds of the encoding; groups, which nobody makes any more, are not read. */
enum { KIND_VARINT = 0, KIND_64_BITS = 1, KIND_BYTES = 2, KIND_32_BITS = 5 };

/* A field as it stands: content is of KIND_BYTES alone. */
struct field {
    uint64_t number;
    unsigned kind;
    struct bytes content;
};

static bool take(struct bytes *rest, uint64_t size, struct bytes *out)
{
    if (size > rest->size) {
        return false;
    }
    *out = (struct bytes){rest->data, (size_t)size};
    *rest = (struct bytes){rest->data + size, rest->size - (size_t)size};
    return true;
}

static bool take_varint(struct bytes *rest, uint64_t *out)
{
    uint64_t value = 0;
    struct bytes byte;

    for (unsigned i = 0; i < VARINT_BYTES_MAX && take(rest, 1, &byte); i++) {
        value |= (uint64_t)(byte.data[0] & 0x7f) << (BITS_A_BYTE * i);
        if ((byte.data[0] & 0x80) == 0) {
            *out = value;
            return true;
        }
    }
    return false;
}

/* Takes the next field of @rest. False: there is none, or it cannot be read. */
static bool take_field(struct bytes *rest, struct field *out)
{
    struct bytes skipped;
    uint64_t value = 0;

    if (!take_varint(rest, &value)) {
        return false;
    }
    *out = (struct field){.number = value >> 3, .kind = (unsigned)(value & 7)};
    switch (out->kind) {
    case KIND_VARINT:
        return take_varint(rest, &value);
    case KIND_64_BITS:
        return take(rest, 8, &skipped);
    case KIND_32_BITS:
        return take(rest, 4, &skipped);
    case KIND_BYTES:
        return take_varint(rest, &value) && take(rest, value, &out->content);
    default:
        return false;
    }
}

struct bytes wire_find(struct bytes message, uint32_t number)
{
    struct bytes found = {0};
    struct field field;

    while (take_field(&message, &field)) {
        if (field.number == number && field.kind == KIND_BYTES) {
            found = field.content;
        }
    }
    return found;
}

size_t wire_count(struct bytes message, uint32_t number)
{
    size_t count = 0;
    struct field field;

    while (take_field(&message, &field)) {
        count += field.number == number && field.kind == KIND_BYTES ? 1 : 0;
    }
    return count;
}
