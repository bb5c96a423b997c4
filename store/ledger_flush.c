/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a ledger: what changed is written once. */
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"
#include "store/ledger_parts.h"
#include "store/row.h"

enum {
    FLUSH_ARENA_BYTES = 64 * 1024 * 1024, /* one record at a time */
    COMMAND_TIME_BYTES = 6,
};

static enum err put_message(struct transaction *txn, enum table table, const struct row_key *key,
                            const void *message, struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct bytes bytes = message_pack(message, arena);
    enum err err = ERR_FULL;

    if (key->is_too_long) {
        return row_is_corrupt(txn, table, row_key_bytes(key), "too long a key");
    }
    if (bytes.data != NULL) {
        err = row_put(txn, table, row_key_bytes(key), bytes);
    }
    arena_rewind(arena, mark);
    return err;
}

static enum err flush_proposal(struct ledger *ledger, const struct cached_proposal *cached,
                               struct arena *arena)
{
    struct arena_mark mark = arena_mark(arena);
    struct view_keys after;
    struct row_key key;

    key_of_proposal(&key, cached->id);

    enum err err = put_message(ledger->txn, TABLE_PROPOSALS, &key, cached->record, arena);
    if (err == ERR_OK) {
        err = view_keys_of(cached->record, arena, &after);
    }
    if (err == ERR_OK) {
        err = view_keys_change(ledger->txn, &cached->before, &after);
    }
    arena_rewind(arena, mark);
    return err;
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t left = (*(const struct cached_proposal *const *)a)->id;
    uint64_t right = (*(const struct cached_proposal *const *)b)->id;

    return (left > right) - (left < right);
}

/* Ascending, because LMDB writes neighbours to the same pages. */
static enum err flush_proposals(struct ledger *ledger, struct arena *arena)
{
    const struct cached_proposal **changed =
        arena_array(arena, ledger->changed_count, sizeof(struct cached_proposal *));
    size_t count = 0;
    enum err err = ERR_OK;

    if (changed == NULL) {
        return ERR_FULL;
    }
    for (size_t i = 0; i < LEDGER_BUCKETS; i++) {
        for (struct cached_proposal *p = ledger->proposals[i]; p != NULL; p = p->next) {
            if (p->is_changed) {
                changed[count++] = p;
            }
        }
    }
    require(count == ledger->changed_count);
    if (count > 1) {
        qsort(changed, count, sizeof(struct cached_proposal *), compare_ids);
    }
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        err = flush_proposal(ledger, changed[i], arena);
    }
    return err;
}

static enum err flush_principals(struct ledger *ledger, struct arena *arena)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < LEDGER_BUCKETS; i++) {
        struct cached_principal *p = ledger->principals[i];

        for (; p != NULL && err == ERR_OK; p = p->next) {
            struct row_key key;

            row_key_clear(&key);
            row_key_add_text(&key, p->name);
            if (p->is_changed) {
                err = put_message(ledger->txn, TABLE_DIRECTORY, &key, p->record, arena);
            }
        }
    }
    return err;
}

static enum err put_u64(struct transaction *txn, const char *name, uint64_t value)
{
    uint8_t bytes[8];

    bytes_put_u64(bytes, value);
    return row_put(txn, TABLE_META, bytes_of_text(name), (struct bytes){bytes, sizeof bytes});
}

static enum err flush_meta(struct ledger *ledger, uint64_t head_seq, int64_t at_ms,
                           struct arena *arena)
{
    struct row_key key;
    enum err err = ERR_OK;

    row_key_clear(&key);
    row_key_add_text(&key, "office");
    if (ledger->office_is_changed) {
        err = put_message(ledger->txn, TABLE_META, &key, ledger->office, arena);
    }
    if (err == ERR_OK) {
        err = put_u64(ledger->txn, "views_version", VIEWS_VERSION);
    }
    if (err == ERR_OK) {
        err = put_u64(ledger->txn, "applied_seq", head_seq);
    }
    if (err == ERR_OK) {
        err = put_u64(ledger->txn, "last_time", (uint64_t)at_ms);
    }
    return err;
}

/* Milliseconds since the Unix epoch, of the client's clock: the first six bytes of an id. */
static int64_t time_of_command(struct bytes key)
{
    uint8_t wide[8] = {0};

    memcpy(wide + 8 - COMMAND_TIME_BYTES, key.data, COMMAND_TIME_BYTES);
    return (int64_t)bytes_get_u64(wide);
}

static enum err forget_commands(struct ledger *ledger, int64_t at_ms)
{
    for (int i = 0; i < COMMANDS_FORGOTTEN_MAX; i++) {
        struct row row;
        enum err err = table_seek(ledger->txn, TABLE_COMMANDS, (struct bytes){0}, &row);

        if (err == ERR_OK && row.key.size < COMMAND_TIME_BYTES) {
            return row_is_corrupt(ledger->txn, TABLE_COMMANDS, row.key, "a key of another size");
        }
        if (err == ERR_ABSENT ||
            (err == ERR_OK && time_of_command(row.key) >= at_ms - COMMAND_MEMORY_MS)) {
            return ERR_OK;
        }
        if (err == ERR_OK) {
            struct row_key key;

            row_key_clear(&key);
            row_key_add(&key, row.key); /* the row's own goes away with it */
            err = table_delete(ledger->txn, TABLE_COMMANDS, row_key_bytes(&key));
        }
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

enum err ledger_flush(struct ledger *ledger, uint64_t head_seq, int64_t at_ms)
{
    struct arena arena;

    arena_init(&arena, FLUSH_ARENA_BYTES);

    enum err err = ledger_close_command(ledger);
    if (err == ERR_OK) {
        err = flush_principals(ledger, &arena);
    }
    if (err == ERR_OK) {
        err = flush_proposals(ledger, &arena);
    }
    if (err == ERR_OK) {
        err = flush_meta(ledger, head_seq, at_ms, &arena);
    }
    if (err == ERR_OK) {
        err = forget_commands(ledger, at_ms);
    }
    arena_release(&arena);
    return err;
}
