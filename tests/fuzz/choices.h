/* SPDX-License-Identifier: Apache-2.0 */
/* choices.h - input bytes as a string of choices: how a case is made of them. Past the end every
 * choice is the first one, so each input makes a whole case. */
#ifndef TESTS_FUZZ_CHOICES_H
#define TESTS_FUZZ_CHOICES_H

#include "lib/bytes.h"

struct choices {
    struct bytes rest;
};

static inline bool choices_are_left(const struct choices *choices)
{
    return choices->rest.size > 0;
}

/* Returns the next byte; 0 past the end. */
static inline uint8_t choose_byte(struct choices *choices)
{
    if (choices->rest.size == 0) {
        return 0;
    }

    uint8_t byte = choices->rest.data[0];
    choices->rest = (struct bytes){choices->rest.data + 1, choices->rest.size - 1};
    return byte;
}

/* Returns a number below @bound, at most 256. */
static inline unsigned choose(struct choices *choices, unsigned bound)
{
    return choose_byte(choices) % bound;
}

/* Returns eight bytes as a number. */
static inline uint64_t choose_u64(struct choices *choices)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++) {
        value = value << 8 | choose_byte(choices);
    }
    return value;
}

/* Takes @size bytes, or what is left of them. */
static inline struct bytes choose_bytes(struct choices *choices, size_t size)
{
    size_t taken = size < choices->rest.size ? size : choices->rest.size;
    struct bytes bytes = {choices->rest.data, taken};

    choices->rest = (struct bytes){choices->rest.data + taken, choices->rest.size - taken};
    return bytes;
}

#endif
