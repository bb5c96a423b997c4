/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of os/random.h, drawn from the seed. */
#include "os/random.h"

#include <string.h>

#include "tests/simulation/random.h"

static struct chance *source;

void random_use(struct chance *chance)
{
    source = chance;
}

void random_bytes(void *out, size_t size)
{
    uint8_t *bytes = out;

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)chance_next(source);
    }
}

void random_seed_libc(void)
{
    /* nobody calls rand() here */
}
