/* SPDX-License-Identifier: Apache-2.0 */
#include "store/row.h"

#include <string.h>

#include "lib/hash.h"

void row_key_add(struct row_key *key, struct bytes bytes)
{
    if (bytes.size > sizeof key->bytes - key->size) {
        key->is_too_long = true;
        return;
    }
    if (bytes.size > 0) {
        memcpy(key->bytes + key->size, bytes.data, bytes.size);
        key->size += bytes.size;
    }
}

void row_key_add_u8(struct row_key *key, uint8_t value)
{
    row_key_add(key, (struct bytes){&value, 1});
}

void row_key_add_u32(struct row_key *key, uint32_t value)
{
    uint8_t bytes[4];

    bytes_put_u32(bytes, value);
    row_key_add(key, (struct bytes){bytes, sizeof bytes});
}

void row_key_add_u64(struct row_key *key, uint64_t value)
{
    uint8_t bytes[8];

    bytes_put_u64(bytes, value);
    row_key_add(key, (struct bytes){bytes, sizeof bytes});
}

void row_key_add_text(struct row_key *key, const char *text)
{
    row_key_add(key, bytes_of_text(text));
}

/* Key and value are summed apart and then together: neither is copied. */
static uint64_t check_of(enum table table, struct bytes key, struct bytes value)
{
    uint8_t sums[1 + 2 * CHECKSUM_BYTES] = {(uint8_t)table};

    bytes_put_u64(sums + 1, checksum_of(key));
    bytes_put_u64(sums + 1 + CHECKSUM_BYTES, checksum_of(value));
    return checksum_of((struct bytes){sums, sizeof sums});
}

enum err row_put(struct transaction *txn, enum table table, struct bytes key, struct bytes value)
{
    uint8_t *stored = NULL;
    uint64_t check = check_of(table, key, value);
    enum err err = table_reserve(txn, table, key, value.size + ROW_CHECK_BYTES, &stored);

    if (err != ERR_OK) {
        return err;
    }
    if (value.size > 0) {
        memcpy(stored, value.data, value.size);
    }
    bytes_put_u64(stored + value.size, check);
    return ERR_OK;
}

enum err row_is_corrupt(struct transaction *txn, enum table table, struct bytes key,
                        const char *what)
{
    char hex[2 * 64 + 1]; /* of the beginning of a long key */
    struct bytes shown = {key.data, key.size < 64 ? key.size : 64};

    bytes_to_hex(shown, hex);
    transaction_note(txn, "%s: row %s: %s", table_name(table), hex, what);
    return ERR_CORRUPT;
}

enum err row_open(struct transaction *txn, enum table table, const struct row *row,
                  struct bytes *out)
{
    if (row->value.size < ROW_CHECK_BYTES) {
        return row_is_corrupt(txn, table, row->key, "too short");
    }

    struct bytes value = {row->value.data, row->value.size - ROW_CHECK_BYTES};
    if (bytes_get_u64(value.data + value.size) != check_of(table, row->key, value)) {
        return row_is_corrupt(txn, table, row->key, "the row fails its check");
    }
    *out = value;
    return ERR_OK;
}

enum err row_get(struct transaction *txn, enum table table, struct bytes key, struct bytes *out)
{
    struct row row = {.key = key};
    enum err err = table_get(txn, table, key, &row.value);

    return err == ERR_OK ? row_open(txn, table, &row, out) : err;
}
