/* SPDX-License-Identifier: Apache-2.0 */
#include "store/state_hash.h"

#include <string.h>

static void add_sized(struct hasher *hasher, struct bytes bytes)
{
    uint8_t size[8];

    bytes_put_u64(size, bytes.size);
    hasher_add(hasher, (struct bytes){size, sizeof size});
    hasher_add(hasher, bytes);
}

static enum err add_table(struct transaction *txn, enum table table, struct hasher *hasher)
{
    const char *name = table_name(table);
    struct row row;
    enum err err = table_seek(txn, table, (struct bytes){0}, &row);

    hasher_add(hasher, (struct bytes){(const uint8_t *)name, strlen(name) + 1});
    while (err == ERR_OK) {
        add_sized(hasher, row.key);
        add_sized(hasher, row.value);
        err = table_next(txn, table, &row);
    }
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err state_hash(struct transaction *txn, struct hash *out)
{
    struct hasher hasher;
    enum err err = ERR_OK;

    hasher_init(&hasher);
    for (int table = TABLE_JOURNAL + 1; table < TABLE_COUNT && err == ERR_OK; table++) {
        err = add_table(txn, (enum table)table, &hasher);
    }
    if (err == ERR_OK) {
        *out = hasher_finish(&hasher);
    }
    return err;
}
