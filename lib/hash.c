/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/hash.h"

#include <sodium.h>

#include "lib/check.h"

_Static_assert(crypto_shorthash_BYTES == CHECKSUM_BYTES, "a checksum is one SipHash");

struct hash hash_of(struct bytes bytes)
{
    struct hash hash;

    /* Fails only for sizes out of range, and these are constants. */
    int rc =
        crypto_generichash_blake2b(hash.bytes, sizeof hash.bytes, bytes.data, bytes.size, NULL, 0);
    require(rc == 0);
    return hash;
}

bool hash_equal(struct hash a, struct hash b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

void hasher_init(struct hasher *hasher)
{
    int rc = crypto_generichash_blake2b_init(&hasher->state, NULL, 0, HASH_BYTES);

    require(rc == 0);
}

void hasher_add(struct hasher *hasher, struct bytes bytes)
{
    int rc = crypto_generichash_blake2b_update(&hasher->state, bytes.data, bytes.size);

    require(rc == 0);
}

struct hash hasher_finish(struct hasher *hasher)
{
    struct hash hash;
    int rc = crypto_generichash_blake2b_final(&hasher->state, hash.bytes, sizeof hash.bytes);

    require(rc == 0); /* not finished twice */
    return hash;
}

uint64_t checksum_of(struct bytes bytes)
{
    static const uint8_t key[crypto_shorthash_KEYBYTES] = "huishen checksum";
    uint8_t sum[CHECKSUM_BYTES];

    (void)crypto_shorthash(sum, bytes.data, bytes.size, key); /* cannot fail */
    return bytes_get_u64(sum);
}
