/* SPDX-License-Identifier: Apache-2.0 */
/* bytes.h - a borrowed run of bytes, big-endian integers in it, and its text form in hex. */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed: whoever hands one out says how long it lives. data may be NULL when size is 0. */
struct bytes {
    const uint8_t *data;
    size_t size;
};

/* Returns the bytes of the string @text, without its terminator; borrowed from @text. */
static inline struct bytes bytes_of_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* True if @a and @b hold the same bytes. Not constant in time: never for secrets. */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Writes @value at @out as 8, 4 or 2 bytes, most significant first: byte order is number order. */
static inline void bytes_put_u64(uint8_t *out, uint64_t value)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (uint8_t)value;
        value >>= 8;
    }
}

static inline void bytes_put_u32(uint8_t *out, uint32_t value)
{
    for (int i = 3; i >= 0; i--) {
        out[i] = (uint8_t)value;
        value >>= 8;
    }
}

static inline void bytes_put_u16(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

/* Reads what the function of the same size wrote. */
static inline uint64_t bytes_get_u64(const uint8_t *in)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

static inline uint32_t bytes_get_u32(const uint8_t *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static inline uint16_t bytes_get_u16(const uint8_t *in)
{
    return (uint16_t)(in[0] << 8 | in[1]);
}

/* Writes @bytes in lower-case hex and a terminator at @out, which holds 2 * size + 1 characters. */
void bytes_to_hex(struct bytes bytes, char *out);

/* Reads exactly @size bytes from the 2 * @size hex digits of @text, which must end there.
 * Returns false, with @out undefined, if @text is anything else. */
bool bytes_from_hex(const char *text, uint8_t *out, size_t size);

#endif
