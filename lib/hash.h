/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h - BLAKE2b-256, which names and chains things, and a fast checksum, which finds bit rot.
 *
 * Pure; allocates nothing. A hash stands against an adversary, a checksum only against accidents.
 */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include <sodium/crypto_generichash_blake2b.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

enum { HASH_BYTES = 32, CHECKSUM_BYTES = 8 };

/* BLAKE2b with 32 bytes of output and no key (RFC 7693). */
struct hash {
    uint8_t bytes[HASH_BYTES];
};

/* A hash being made. Aligned to 64 bytes: keep it on the stack or in a struct, not in an arena. */
struct hasher {
    crypto_generichash_blake2b_state state;
};

/* Returns the hash of @bytes. */
struct hash hash_of(struct bytes bytes);

/* True if @a and @b are the same. */
bool hash_equal(struct hash a, struct hash b);

/* Begins a hash of nothing; add the pieces in order, then take the hash of all of them. After
 * hasher_finish() the hasher must be begun anew. */
void hasher_init(struct hasher *hasher);
void hasher_add(struct hasher *hasher, struct bytes bytes);
struct hash hasher_finish(struct hasher *hasher);

/* Returns the checksum of @bytes: SipHash-2-4 under a fixed key, read as a big-endian number, so
 * bytes_put_u64() stores its bytes in their own order. */
uint64_t checksum_of(struct bytes bytes);

#endif
