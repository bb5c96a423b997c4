/* SPDX-License-Identifier: Apache-2.0 */
/* mark.h - a number that stands for the rows of a store: other rows, another number. */
#ifndef TESTS_POWER_MARK_H
#define TESTS_POWER_MARK_H

#include <stdint.h>
#include <string.h>

#include "lib/bytes.h"

/* Adds @bytes, and where they end, to @mark. One multiplication a word: some GB a second. */
static inline void mark_bytes(uint64_t *mark, struct bytes bytes)
{
    const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t word = 0;
    size_t at = 0;

    for (; at + sizeof word <= bytes.size; at += sizeof word) {
        memcpy(&word, bytes.data + at, sizeof word);
        *mark = (*mark ^ word) * factor;
        *mark ^= *mark >> 29;
    }
    word = bytes.size;
    for (; at < bytes.size; at++) {
        word = word << 8 | bytes.data[at];
    }
    *mark = (*mark ^ word) * factor;
    *mark ^= *mark >> 29;
}

#endif
