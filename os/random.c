/* SPDX-License-Identifier: Apache-2.0 */
#include "os/random.h"

#include <sodium.h>
#include <stdlib.h>

#include "lib/check.h"

void random_bytes(void *out, size_t size)
{
    int rc = sodium_init(); /* cheap and harmless when done before */

    require(rc >= 0); /* a machine without random numbers cannot run this */
    randombytes_buf(out, size);
}

void random_seed_libc(void)
{
    unsigned seed;

    random_bytes(&seed, sizeof seed);
    srand(seed);
}
