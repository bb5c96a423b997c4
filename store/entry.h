/* SPDX-License-Identifier: Apache-2.0 */
/* entry.h - one entry of the journal: its stored form, its leaf, its link in the chain.
 *
 * Stored under seq (8 bytes, big-endian, dense from 1):
 *
 *   kind u8 | at_ms i64, big-endian | the first 8 bytes of the leaf | bytes
 *
 *   leaf(n) = H(0x00 | seq | kind | at_ms | bytes)      seq and at_ms as stored
 *   hash(n) = H(0x01 | hash(n-1) | leaf(n))             hash(0) is 32 zero bytes
 *
 * H is BLAKE2b-256. The 8 bytes of the leaf are the entry's checksum: every reading looks at them.
 * Pure. To change what an entry holds, add a kind; the layout of the present ones stays for ever.
 */
#ifndef STORE_ENTRY_H
#define STORE_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/hash.h"

enum entry_kind {
    ENTRY_RECEIVED = 1, /* bytes of a Received: an envelope as it came */
    ENTRY_EVENT = 2,    /* bytes of an EventEntry */
    ENTRY_HEAD = 3,     /* bytes of a SignedHead: the last of a commit */
};

enum { ENTRY_PREFIX_BYTES = 17, ENTRY_CHECK_BYTES = 8, ENTRY_KEY_BYTES = 8 };

/* The bytes of @hash, borrowed from it. */
static inline struct bytes bytes_of_hash(const struct hash *hash)
{
    return (struct bytes){hash->bytes, HASH_BYTES};
}

struct entry {
    uint64_t seq;
    enum entry_kind kind;
    int64_t at_ms; /* milliseconds since the Unix epoch, UTC */
    struct bytes bytes;
    struct hash leaf;
};

/* Returns the leaf of an entry. */
struct hash entry_leaf(uint64_t seq, enum entry_kind kind, int64_t at_ms, struct bytes bytes);

/* Returns hash(n), where @previous is hash(n-1) and @leaf is leaf(n). */
struct hash entry_chain(const struct hash *previous, const struct hash *leaf);

/* Writes the stored form at @out, which holds ENTRY_PREFIX_BYTES and the bytes. */
void entry_encode(const struct entry *entry, uint8_t *out);

/* Takes the stored form apart, computing the leaf; the bytes are borrowed from @value. Neither the
 * kind nor the checksum is looked at. Returns false if @value is too short for an entry. */
bool entry_split(uint64_t seq, struct bytes value, struct entry *out);

/* True if @value, which entry_split() made @entry of, carries the checksum of that entry. */
bool entry_check(const struct entry *entry, struct bytes value);

/* Reads the stored form. ERR_CORRUPT if it is too short, of an unknown kind, or fails its check. */
enum err entry_decode(uint64_t seq, struct bytes value, struct entry *out);

/* True if @kind is one that this program knows. */
bool entry_kind_is_known(enum entry_kind kind);

/* Returns "received", "event" or "head"; "unknown" for anything else. */
const char *entry_kind_name(enum entry_kind kind);

#endif
