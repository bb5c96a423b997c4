/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of store/views.h: walks over a part of a table whose keys begin alike. */
#include <string.h>

#include "store/row.h"
#include "store/views.h"

/* The parts of keys. */
enum { U64_BYTES = 8, INBOX_ROUND_OFFSET = 16, INBOX_REST_BYTES = 20, DEADLINE_REST_OFFSET = 17 };

static bool begins_with(struct bytes key, struct bytes prefix)
{
    return key.size >= prefix.size &&
           (prefix.size == 0 || memcmp(key.data, prefix.data, prefix.size) == 0);
}

/* Fills @list with the ids that end the keys of @table beginning with @key, beyond @after. */
static enum err list_ids(struct transaction *txn, enum table table, struct row_key *key,
                         uint64_t after, struct id_list *list)
{
    struct bytes prefix = {key->bytes, key->size};
    struct bytes value;
    struct row row;

    list->count = 0;
    if (after == UINT64_MAX || key->is_too_long) {
        return ERR_OK;
    }
    row_key_add_u64(key, after + 1);

    enum err err = table_seek(txn, table, row_key_bytes(key), &row);
    while (err == ERR_OK && list->count < list->max && begins_with(row.key, prefix)) {
        err = row_open(txn, table, &row, &value);
        if (err == ERR_OK && row.key.size != prefix.size + U64_BYTES) {
            err = row_is_corrupt(txn, table, row.key, "a key of another size");
        }
        if (err != ERR_OK) {
            return err;
        }
        list->ids[list->count++] = bytes_get_u64(row.key.data + prefix.size);
        err = table_next(txn, table, &row);
    }
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err view_all(struct transaction *txn, uint64_t after, struct id_list *list)
{
    struct row_key key;

    row_key_clear(&key);
    return list_ids(txn, TABLE_PROPOSALS, &key, after, list);
}

enum err view_by_status(struct transaction *txn, Hs__Proposal__Status status, uint64_t after,
                        struct id_list *list)
{
    struct row_key key;

    row_key_clear(&key);
    row_key_add_u8(&key, (uint8_t)status);
    return list_ids(txn, TABLE_BY_STATUS, &key, after, list);
}

enum err view_by_party(struct transaction *txn, const char *applicant, uint64_t after,
                       struct id_list *list)
{
    struct row_key key;

    row_key_clear(&key);
    row_key_add_text(&key, applicant);
    row_key_add_u8(&key, 0);
    return list_ids(txn, TABLE_BY_PARTY, &key, after, list);
}

/* Makes room for the next row of @list, whose capacity doubles; false if the arena is full. */
static bool grow(struct due_reviews *list, size_t *capacity, struct arena *arena)
{
    if (list->count < *capacity) {
        return true;
    }

    size_t larger = *capacity == 0 ? 16 : 2 * *capacity;
    struct due_review *rows = arena_array(arena, larger, sizeof *rows);
    if (rows == NULL) {
        return false;
    }
    if (list->count > 0) {
        memcpy(rows, list->rows, list->count * sizeof *rows);
    }
    list->rows = rows;
    *capacity = larger;
    return true;
}

static int64_t due_from_key(uint64_t due)
{
    return due > INT64_MAX ? INT64_MAX : (int64_t)due;
}

static uint64_t due_to_key(int64_t due_ms)
{
    return due_ms == INT64_MAX ? UINT64_MAX : (uint64_t)due_ms;
}

static enum err read_inbox(struct transaction *txn, const struct row *row, size_t prefix_size,
                           struct due_review *out)
{
    const uint8_t *rest = row->key.data + prefix_size;
    struct bytes value;
    enum err err = row_open(txn, TABLE_INBOX, row, &value);

    if (err == ERR_OK && row->key.size != prefix_size + INBOX_REST_BYTES) {
        err = row_is_corrupt(txn, TABLE_INBOX, row->key, "a key of another size");
    }
    if (err != ERR_OK) {
        return err;
    }
    out->due_ms = due_from_key(bytes_get_u64(rest));
    out->proposal = bytes_get_u64(rest + U64_BYTES);
    out->round = bytes_get_u32(rest + INBOX_ROUND_OFFSET);
    return ERR_OK;
}

enum err view_inbox_from(struct transaction *txn, const struct inbox_walk *walk,
                         struct arena *arena, struct due_reviews *out)
{
    struct due_reviews list = {0};
    struct row_key key;
    struct row row;
    size_t capacity = 0;
    const char *name = arena_text(arena, walk->inbox.department);

    row_key_clear(&key);
    row_key_add_text(&key, walk->inbox.department);
    row_key_add_u8(&key, 0);
    row_key_add_u8(&key, (uint8_t)walk->inbox.part);
    const struct bytes prefix = {key.bytes, key.size};
    row_key_add_u64(&key, due_to_key(walk->from_due_ms));
    row_key_add_u64(&key, walk->from_proposal);
    if (name == NULL) {
        return ERR_FULL;
    }
    enum err err =
        key.is_too_long ? ERR_ABSENT : table_seek(txn, TABLE_INBOX, row_key_bytes(&key), &row);
    while (err == ERR_OK && list.count < walk->max && begins_with(row.key, prefix)) {
        struct due_review review = {.department = name};

        err = read_inbox(txn, &row, prefix.size, &review);
        if (err != ERR_OK || !grow(&list, &capacity, arena)) {
            return err != ERR_OK ? err : ERR_FULL;
        }
        list.rows[list.count++] = review;
        err = table_next(txn, TABLE_INBOX, &row);
    }
    if (err != ERR_OK && err != ERR_ABSENT) {
        return err;
    }
    *out = list;
    return ERR_OK;
}

enum err view_inbox(struct transaction *txn, const struct inbox *inbox, size_t max,
                    struct arena *arena, struct due_reviews *out)
{
    const struct inbox_walk walk = {.inbox = *inbox, .max = max};

    return view_inbox_from(txn, &walk, arena, out);
}

/* Reads the key of a deadline. */
static enum err read_deadline(struct transaction *txn, const struct row *row, struct arena *arena,
                              struct due_review *out)
{
    size_t fixed = DEADLINE_REST_OFFSET;
    struct bytes value;
    enum err err = row_open(txn, TABLE_DEADLINES, row, &value);

    if (err != ERR_OK) {
        return err;
    }
    if (row->key.size < fixed ||
        (row->key.size == fixed) != (row->key.data[fixed - 1] == DEADLINE_PROPOSAL)) {
        return row_is_corrupt(txn, TABLE_DEADLINES, row->key, "not a deadline");
    }
    *out = (struct due_review){
        .due_ms = due_from_key(bytes_get_u64(row->key.data)),
        .proposal = bytes_get_u64(row->key.data + U64_BYTES),
        .department =
            arena_copy(arena, (struct bytes){row->key.data + fixed, row->key.size - fixed}),
    };
    return out->department == NULL ? ERR_FULL : ERR_OK;
}

enum err view_deadlines(struct transaction *txn, int64_t before_ms, size_t max, struct arena *arena,
                        struct due_reviews *out)
{
    struct due_reviews list = {0};
    struct row row;
    size_t capacity = 0;
    enum err err = table_seek(txn, TABLE_DEADLINES, (struct bytes){0}, &row);

    while (err == ERR_OK && list.count < max && before_ms > 0) {
        struct due_review review = {0};

        err = read_deadline(txn, &row, arena, &review);
        if (err != ERR_OK) {
            return err;
        }
        if (review.due_ms >= before_ms) {
            break;
        }
        if (!grow(&list, &capacity, arena)) {
            return ERR_FULL;
        }
        list.rows[list.count++] = review;
        err = table_next(txn, TABLE_DEADLINES, &row);
    }
    if (err != ERR_OK && err != ERR_ABSENT) {
        return err;
    }
    *out = list;
    return ERR_OK;
}

enum err view_next_deadline(struct transaction *txn, int64_t *due_ms)
{
    struct bytes value;
    struct row row;
    enum err err = table_seek(txn, TABLE_DEADLINES, (struct bytes){0}, &row);

    if (err == ERR_OK) {
        err = row_open(txn, TABLE_DEADLINES, &row, &value);
    }
    if (err == ERR_OK && row.key.size < U64_BYTES) {
        err = row_is_corrupt(txn, TABLE_DEADLINES, row.key, "not a deadline");
    }
    if (err == ERR_OK) {
        *due_ms = due_from_key(bytes_get_u64(row.key.data));
    }
    return err;
}
