/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/directory.h"

#include <string.h>

#include "store/views.h"

enum { DIRECTORY_ARENA_BYTES = 64 * 1024 * 1024 };

void directory_init(struct directory *directory)
{
    *directory = (struct directory){.count = 0};
    arena_init(&directory->arena, DIRECTORY_ARENA_BYTES);
}

void directory_release(struct directory *directory)
{
    arena_release(&directory->arena);
    directory->rows = NULL;
    directory->count = 0;
}

enum err directory_load(struct directory *directory, struct transaction *txn)
{
    Hs__Principal **rows = NULL;
    size_t count = 0;

    arena_clear(&directory->arena);
    directory->count = 0;

    enum err err = view_principals(txn, &directory->arena, &rows, &count);
    if (err == ERR_OK) {
        directory->rows = rows;
        directory->count = count;
    }
    return err;
}

const Hs__Principal *directory_find(const struct directory *directory, const char *name)
{
    size_t low = 0;
    size_t high = directory->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(directory->rows[middle]->name, name);

        if (order == 0) {
            return directory->rows[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static bool is_key(ProtobufCBinaryData key, const uint8_t *bytes)
{
    return key.len == 32 && memcmp(key.data, bytes, 32) == 0;
}

const Hs__Principal *directory_find_key(const struct directory *directory,
                                        const uint8_t curve_key[32])
{
    for (size_t i = 0; i < directory->count; i++) {
        if (is_key(directory->rows[i]->curve_key, curve_key)) {
            return directory->rows[i];
        }
    }
    return NULL;
}

const Hs__Principal *directory_find_owner(const struct directory *directory,
                                          const Hs__Principal *principal)
{
    if (principal->curve_key.len != 32 || principal->sign_key.len != 32) {
        return NULL;
    }
    for (size_t i = 0; i < directory->count; i++) {
        if (is_key(directory->rows[i]->curve_key, principal->curve_key.data) ||
            is_key(directory->rows[i]->sign_key, principal->sign_key.data)) {
            return directory->rows[i];
        }
    }
    return NULL;
}
