/* SPDX-License-Identifier: Apache-2.0 */
/* row.h - rows of the views: keys made piece by piece, values that carry a checksum.
 *
 * Stored is the value followed by 8 bytes: the checksum of the table, the key and the value. So a
 * flipped bit is found, and a value that moved to another key too. LMDB looks at neither.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"
#include "store/database.h"

enum { ROW_CHECK_BYTES = 8 };

/* A key being made. Integers are big-endian: byte order is number order. */
struct row_key {
    uint8_t bytes[DATABASE_KEY_BYTES_MAX];
    size_t size;
    bool is_too_long; /* what was added is not all there: the key must not be used */
};

/* Makes @key empty. */
static inline void row_key_clear(struct row_key *key)
{
    key->size = 0;
    key->is_too_long = false;
}

/* Each adds to the end of @key. */
void row_key_add(struct row_key *key, struct bytes bytes);
void row_key_add_u8(struct row_key *key, uint8_t value);
void row_key_add_u32(struct row_key *key, uint32_t value);
void row_key_add_u64(struct row_key *key, uint64_t value);

/* Adds @text without a terminator: last in a key, or followed by a zero byte of row_key_add_u8().
 */
void row_key_add_text(struct row_key *key, const char *text);

/* The bytes of @key, borrowed from it. */
static inline struct bytes row_key_bytes(const struct row_key *key)
{
    return (struct bytes){key->bytes, key->size};
}

/* Stores @value under @key. */
enum err row_put(struct transaction *txn, enum table table, struct bytes key, struct bytes value);

/* Finds the value of @key, borrowed until @txn writes or ends.
 *
 * Errors: ERR_ABSENT; ERR_CORRUPT if the row fails its check, the words naming table and key. */
enum err row_get(struct transaction *txn, enum table table, struct bytes key, struct bytes *out);

/* Checks @row, found by walking @table, and sets @out to its value without the checksum.
 * Errors: ERR_CORRUPT. */
enum err row_open(struct transaction *txn, enum table table, const struct row *row,
                  struct bytes *out);

/* Leaves the words "@table: row @key: @what" and returns ERR_CORRUPT. */
enum err row_is_corrupt(struct transaction *txn, enum table table, struct bytes key,
                        const char *what);

#endif
